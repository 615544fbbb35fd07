//! What a database says of itself.

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, Row};
use time::{Duration, OffsetDateTime};

use crate::error::{Error, Result};
use crate::inspect::{Engine, Inspection};
use crate::store::{Database, schema};

pub(crate) async fn inspect(database: &Database) -> Result<Inspection> {
    sqlx::any::install_default_drivers();
    let options = AnyPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(database.patience);
    // What is not there is not made.
    let url = database.url.replace("mode=rwc", "mode=rw");
    let pool = options.connect(&url).await?;
    let inspection = async {
        Ok(Inspection {
            schema: schema::version(&pool).await?,
            newest_schema: schema::newest(),
            engine: match database.is_sqlite() {
                true => sqlite(&pool).await?,
                false => postgres(&pool).await?,
            },
        })
    };
    let inspection = inspection.await;
    pool.close().await;
    inspection
}

async fn sqlite(pool: &AnyPool) -> Result<Engine> {
    Ok(Engine::Sqlite {
        version: text(pool, "select sqlite_version()").await?,
        journal_mode: text(pool, "pragma journal_mode").await?,
        check: text(pool, "pragma quick_check(1)").await?,
    })
}

async fn postgres(pool: &AnyPool) -> Result<Engine> {
    let now = number(
        pool,
        "select cast(extract(epoch from clock_timestamp()) * 1000 as bigint)",
    );
    let now = OffsetDateTime::UNIX_EPOCH.checked_add(Duration::milliseconds(now.await?));
    Ok(Engine::Postgres {
        version: text(pool, "select current_setting('server_version')").await?,
        isolation: text(pool, "select current_setting('transaction_isolation')").await?,
        fsync: text(pool, "select current_setting('fsync')").await?,
        synchronous_commit: text(pool, "select current_setting('synchronous_commit')").await?,
        full_page_writes: text(pool, "select current_setting('full_page_writes')").await?,
        max_connections: number(
            pool,
            "select cast(current_setting('max_connections') as bigint)
                 - cast(current_setting('superuser_reserved_connections') as bigint)",
        )
        .await?,
        connections: number(
            pool,
            "select count(*) from pg_stat_activity where backend_type = 'client backend'",
        )
        .await?,
        now: now.ok_or_else(|| Error::internal("the database has no time"))?,
    })
}

async fn text(pool: &AnyPool, statement: &'static str) -> Result<String> {
    Ok(sqlx::query(statement).fetch_one(pool).await?.try_get(0)?)
}

async fn number(pool: &AnyPool, statement: &'static str) -> Result<i64> {
    Ok(sqlx::query(statement).fetch_one(pool).await?.try_get(0)?)
}
