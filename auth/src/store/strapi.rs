//! Strapi's `up_users`, read from its database: all of it as it was at one moment, and nothing is written.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, Row};
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

use crate::import::ImportError;

type Result<T> = std::result::Result<T, ImportError>;

/// A row of `up_users`, and what is linked to it.
#[derive(Debug)]
pub(crate) struct StrapiRow {
    pub(crate) id: i64,
    /// Strapi 5 has one.
    pub(crate) document_id: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) provider: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) is_confirmed: bool,
    pub(crate) is_blocked: bool,
    pub(crate) is_admin: bool,
    pub(crate) created_at: Option<OffsetDateTime>,
}

/// Where the rows are.
pub(crate) struct StrapiSource {
    connection: AnyConnection,
    statement: String,
    /// Of whoever becomes an administrator.
    role: String,
}

/// What the two databases say in their own ways.
struct Dialect {
    begin: &'static str,
    /// Takes the name of a table and of a column.
    has_column: &'static str,
    /// Milliseconds as a text, or whatever stands there.
    created_at: &'static str,
}

const SQLITE: Dialect = Dialect {
    begin: "begin",
    has_column: "select 1 from pragma_table_info($1) where name = $2",
    created_at: "cast(u.created_at as text)",
};

const POSTGRES: Dialect = Dialect {
    begin: "begin isolation level repeatable read read only",
    has_column:
        "select 1 from information_schema.columns
         where table_schema = any (current_schemas(false)) and table_name = $1 and column_name = $2",
    created_at: "cast(cast(extract(epoch from u.created_at) * 1000 as bigint) as text)",
};

/// The tables that link users to roles, in Strapi 5 and 4.
const LINKS: [&str; 2] = ["up_users_role_lnk", "up_users_role_links"];

impl StrapiSource {
    pub(crate) async fn open(url: &str, admin_role: Option<&str>) -> Result<Self> {
        let (url, dialect) = read_only(url)?;
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(&url).await?;
        connection.execute(dialect.begin).await?;
        let has = async |connection: &mut AnyConnection, table: &str, column: &str| {
            let query = sqlx::query(dialect.has_column)
                .bind(table.to_owned())
                .bind(column.to_owned());
            let found = query.fetch_optional(connection).await;
            found.map(|row| row.is_some())
        };
        if !has(&mut connection, "up_users", "email").await? {
            return Err(ImportError::NotStrapis);
        }
        let has_documents = has(&mut connection, "up_users", "document_id").await?;
        let mut links = None;
        for table in LINKS {
            if has(&mut connection, table, "role_id").await? {
                links = Some(table);
                break;
            }
        }
        if let Some(role) = admin_role {
            check_role(&mut connection, role, links.is_some()).await?;
        }
        Ok(Self {
            connection,
            statement: statement(&dialect, has_documents, links),
            role: admin_role.unwrap_or_default().to_owned(),
        })
    }

    /// The rows after this number, in their order.
    pub(crate) async fn users(&mut self, after: i64, limit: i64) -> Result<Vec<StrapiRow>> {
        // Put together from the constants of this file: nothing in it comes from outside.
        let query = sqlx::query(AssertSqlSafe(self.statement.clone()))
            .bind(after)
            .bind(limit)
            .bind(self.role.clone())
            .bind(self.role.to_lowercase());
        let rows = query.fetch_all(&mut self.connection).await?;
        rows.iter().map(StrapiRow::read).collect()
    }
}

/// A typing mistake must not make an administrator an ordinary user, without a word.
async fn check_role(connection: &mut AnyConnection, role: &str, has_links: bool) -> Result<()> {
    let unknown = || ImportError::UnknownRole(role.to_owned());
    if !has_links || role.is_empty() {
        return Err(unknown());
    }
    let query = sqlx::query(
        "select 1 from up_roles r where r.name = $1 or lower(r.name) = $2 or lower(r.type) = $2",
    );
    let query = query.bind(role.to_owned()).bind(role.to_lowercase());
    let found = query.fetch_optional(connection).await?;
    found.map(|_| ()).ok_or_else(unknown)
}

fn statement(dialect: &Dialect, has_documents: bool, links: Option<&str>) -> String {
    let document = if has_documents {
        "u.document_id"
    } else {
        "null"
    };
    // Without roles nobody is an administrator; the parameters are used all the same.
    let admin = match links {
        Some(links) => format!(
            "exists (select 1 from {links} l join up_roles r on r.id = l.role_id
                 where l.user_id = u.id
                     and (r.name = $3 or lower(r.name) = $4 or lower(r.type) = $4))"
        ),
        None => "(u.id is null and $3 = $4)".to_owned(),
    };
    let created_at = dialect.created_at;
    let flag = |what: &str| format!("cast(case when {what} then 1 else 0 end as bigint)");
    let (confirmed, blocked, admin) = (flag("u.confirmed"), flag("u.blocked"), flag(&admin));
    format!(
        "select cast(u.id as bigint) as id, cast({document} as text) as document_id,
                cast(u.username as text) as username, cast(u.email as text) as email,
                cast(u.provider as text) as provider, cast(u.password as text) as password,
                {confirmed} as confirmed, {blocked} as blocked, {admin} as is_admin, {created_at} as created_at
         from up_users u where u.id > $1 order by u.id limit $2"
    )
}

impl StrapiRow {
    fn read(row: &AnyRow) -> Result<Self> {
        let flag = |column: &str| row.try_get::<i64, _>(column).map(|flag| flag == 1);
        let created_at: Option<String> = row.try_get("created_at")?;
        Ok(Self {
            id: row.try_get("id")?,
            document_id: row.try_get("document_id")?,
            username: row.try_get("username")?,
            email: row.try_get("email")?,
            provider: row.try_get("provider")?,
            password: row.try_get("password")?,
            is_confirmed: flag("confirmed")?,
            is_blocked: flag("blocked")?,
            is_admin: flag("is_admin")?,
            created_at: created_at.as_deref().and_then(moment),
        })
    }
}

/// Milliseconds, as Strapi writes them into SQLite, or a date and a time in words.
fn moment(text: &str) -> Option<OffsetDateTime> {
    if let Ok(millis) = text.parse() {
        let since = Duration::milliseconds(millis);
        let moment = OffsetDateTime::UNIX_EPOCH.checked_add(since)?;
        return (moment >= OffsetDateTime::UNIX_EPOCH).then_some(moment);
    }
    let seconds = text.get(..19)?.replace('T', " ");
    let form = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    let moment = PrimitiveDateTime::parse(&seconds, form).ok()?;
    Some(moment.assume_utc())
}

/// The same database, opened for reading.
fn read_only(url: &str) -> Result<(String, Dialect)> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        let path = path.split('?').next().unwrap_or_default();
        return Ok((format!("sqlite:{path}?mode=ro"), SQLITE));
    }
    match url.split_once("://").map(|(scheme, _)| scheme) {
        Some("postgres" | "postgresql") => Ok((url.to_owned(), POSTGRES)),
        Some("mysql" | "mariadb") => Err(ImportError::MySql),
        _ => Err(ImportError::UnknownScheme),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_time_is_read_in_each_form_that_strapi_has_written() {
        let at = datetime!(2024-05-17 08:30:00 UTC);
        for text in [
            "1715934600000",
            "2024-05-17 08:30:00",
            "2024-05-17T08:30:00.000Z",
        ] {
            assert_eq!(moment(text), Some(at), "{text}");
        }
        for none in [
            "",
            "yesterday",
            "-1",
            "9223372036854775807",
            "2024-13-17 08:30:00",
        ] {
            assert_eq!(moment(none), None, "{none}");
        }
    }

    #[test]
    fn a_source_is_opened_for_reading_whatever_its_url_says() {
        let (url, _) = read_only("sqlite:/data/strapi.db?mode=rwc").ok().unwrap();
        assert_eq!(url, "sqlite:/data/strapi.db?mode=ro");
        assert!(matches!(
            read_only("mysql://u:p@h/d"),
            Err(ImportError::MySql)
        ));
        for bad in ["", "/data/strapi.db", "http://x"] {
            assert!(matches!(read_only(bad), Err(ImportError::UnknownScheme)));
        }
    }
}
