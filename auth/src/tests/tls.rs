//! A Postgres server that has to show who it is: where `TEST_DATABASE_URL` says `sslmode=verify-full` and names
//! its certificate, as that of `cargo xtask test` does.

use sqlx::Row;

use super::*;

const AUTHORITY: &str = "&sslrootcert=";

/// A site over a server that is known by its certificate; none where there is no such server.
async fn verified() -> Option<Fixture> {
    let url = std::env::var("TEST_DATABASE_URL").unwrap_or_default();
    let is_verified = url.contains("sslmode=verify-full") && url.contains(AUTHORITY);
    if is_verified {
        Some(Fixture::new().await)
    } else {
        None
    }
}

impl Fixture {
    /// How many connections to the database there are of a kind.
    async fn connections(&self, condition: &str) -> i64 {
        let mut connection = self.scratch.connect().await;
        let query = format!(
            "select count(*) as n from pg_stat_activity join pg_stat_ssl using (pid)
             where datname = current_database() and {condition}"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(query));
        let row = query.fetch_one(&mut connection).await.unwrap();
        row.get("n")
    }

    async fn opens_over(&self, url: String) -> crate::Result<Auth> {
        let mut config = self.config().clone();
        config.database.url = url;
        config.database.patience = StdDuration::from_secs(5);
        Auth::open(config, NOW).await
    }
}

#[tokio::test]
async fn every_connection_to_such_a_server_is_encrypted() {
    let Some(auth) = verified().await else {
        return;
    };
    let node = auth.auth.clone();
    let keeping_up = tokio::spawn(async move { node.keep_up(|| NOW).await });
    auth.ada().await;
    while auth.connections("query like 'LISTEN%'").await == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(auth.connections("not ssl").await, 0);
    assert!(auth.connections("ssl").await >= 4);
    keeping_up.abort();
}

#[tokio::test]
async fn a_server_that_cannot_show_who_it_is_gets_no_password() {
    let Some(auth) = verified().await else {
        return;
    };
    let url = &auth.config().database.url;
    let (known, _) = url.split_once(AUTHORITY).unwrap();
    let unknown_authority = auth.opens_over(known.to_owned()).await;
    assert!(matches!(unknown_authority, Err(Error::Unavailable(_))));
    let another_name = auth.opens_over(url.replace("@127.0.0.1:", "@localhost:"));
    assert!(matches!(another_name.await, Err(Error::Unavailable(_))));
    let no_such_file = auth.opens_over(format!("{known}{AUTHORITY}/no/such/file"));
    assert!(matches!(no_such_file.await, Err(Error::Unavailable(_))));
}
