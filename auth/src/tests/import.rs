//! Accounts from Strapi, by databases of Strapi's schema: what Strapi 4 and 5 make on SQLite and on Postgres.

use sqlx::{AssertSqlSafe, Executor};

use super::*;
use crate::{ImportError, ImportMode, Imported, NotTaken, Outcome, StrapiImport, WithoutPassword};

/// bcrypt's, of a password that matters to nobody.
const HASH: &str = "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";

#[derive(Clone, Copy, PartialEq)]
enum Version {
    Four,
    Five,
}

/// A Strapi with nobody in it, but its three roles.
async fn strapi(version: Version) -> Scratch {
    let scratch = Scratch::new();
    let (id, at) = if scratch.url.starts_with("sqlite:") {
        ("integer not null primary key autoincrement", "datetime")
    } else {
        (
            "serial not null primary key",
            "timestamp(6) without time zone",
        )
    };
    let (document, tail, links, order) = match version {
        Version::Four => ("", "", "up_users_role_links", "user_order"),
        Version::Five => (
            "document_id varchar(255) null,",
            ", published_at timestamp null, locale varchar(255) null",
            "up_users_role_lnk",
            "user_ord",
        ),
    };
    let schema = format!(
        "create table up_roles (id {id}, {document} name varchar(255) null, description varchar(255) null,
             type varchar(255) null, created_at {at} null, updated_at {at} null,
             created_by_id integer null, updated_by_id integer null{tail});
         create table up_users (id {id}, {document} username varchar(255) null, email varchar(255) null,
             provider varchar(255) null, password varchar(255) null, reset_password_token varchar(255) null,
             confirmation_token varchar(255) null, confirmed boolean null, blocked boolean null,
             created_at {at} null, updated_at {at} null, created_by_id integer null, updated_by_id integer null{tail});
         create table {links} (id {id}, user_id integer null, role_id integer null, {order} float null);
         insert into up_roles (name, type) values ('Authenticated', 'authenticated'), ('Public', 'public'),
             ('Site Editor', 'editor')"
    );
    let mut connection = scratch.connect().await;
    connection.execute(AssertSqlSafe(schema)).await.unwrap();
    scratch
}

/// Puts rows into `up_users`: the columns are number, username, address, provider, hash, confirmed and blocked.
async fn put(source: &Scratch, rows: &str) {
    let statement = format!(
        "insert into up_users (id, username, email, provider, password, confirmed, blocked) values {rows}"
    );
    let mut connection = source.connect().await;
    connection.execute(AssertSqlSafe(statement)).await.unwrap();
}

fn row(id: i64, username: &str, email: &str) -> String {
    format!("({id}, '{username}', '{email}', 'local', '{HASH}', true, false)")
}

fn import(source: &Scratch) -> StrapiImport {
    StrapiImport {
        from: source.url.clone(),
        admin_role: None,
        mode: ImportMode::Take,
    }
}

async fn take(auth: &Fixture, source: &Scratch) -> Imported {
    auth.import_strapi(&import(source), NOW).await.unwrap()
}

fn outcomes(imported: &Imported) -> Vec<(i64, Outcome)> {
    let remarks = imported.remarks.iter();
    remarks
        .map(|remark| (remark.id, remark.outcome.clone()))
        .collect()
}

#[tokio::test]
async fn the_accounts_of_strapi_5_are_taken_as_they_are() {
    let (auth, source) = (Fixture::new().await, strapi(Version::Five).await);
    put(&source, &row(3, "ada", "Ada@Example.org")).await;
    let at = if source.url.starts_with("sqlite:") {
        "1715934600000"
    } else {
        "timestamp '2024-05-17 08:30:00'"
    };
    let more = format!(
        "update up_users set document_id = 'x74dmpb3y1mqtgu1abcdefgh', created_at = {at};
         insert into up_users_role_lnk (user_id, role_id, user_ord) values (3, 1, 1)"
    );
    let mut connection = source.connect().await;
    connection.execute(AssertSqlSafe(more)).await.unwrap();
    let done = take(&auth, &source).await;
    assert_eq!((done.found, done.taken), (1, 1));
    assert_eq!((done.numbers_kept, done.ids_kept), (1, 1));
    assert_eq!(done.remarks, []);
    let ada = auth.user("ada@example.org").await.unwrap();
    assert_eq!(ada.account.id, 3);
    assert_eq!(ada.account.document_id, "x74dmpb3y1mqtgu1abcdefgh");
    assert_eq!(ada.account.role, "user");
    assert_eq!(ada.account.confirmed_at, Some(NOW));
    assert_eq!(ada.account.created_at, datetime!(2024-05-17 08:30 UTC));
    assert!(ada.has_password && ada.disabled_at.is_none());
    let standing = auth.store().standing(3).await.unwrap().unwrap();
    assert_eq!(standing.credentials.password_hash, HASH);
    let events = auth.activity(&ada.account, None, 10).await.unwrap();
    assert_eq!(events[0].event, Event::AccountImported);
    assert_eq!(events[0].detail.as_deref(), Some("strapi"));
    assert!(auth.verify_trail().await.unwrap().is_ok());
    let eve = auth.register("eve@example.org", "eve").await.unwrap();
    let eve = auth.account(&eve.session).await.unwrap();
    assert_eq!(eve.id, 4, "numbers go on after those that were kept");
}

#[tokio::test]
async fn a_role_of_strapi_4_makes_administrators_when_it_is_named() {
    let (auth, source) = (Fixture::new().await, strapi(Version::Four).await);
    let rows = [
        row(1, "ada", "ada@example.org"),
        row(2, "eve", "eve@example.org"),
    ];
    put(&source, &rows.join(", ")).await;
    let link = "insert into up_users_role_links (user_id, role_id) values (1, 3), (2, 1)";
    source.connect().await.execute(link).await.unwrap();
    let named = |role: &str| StrapiImport {
        admin_role: Some(role.to_owned()),
        ..import(&source)
    };
    let mistyped = auth.import_strapi(&named("editors"), NOW).await;
    assert!(matches!(mistyped, Err(ImportError::UnknownRole(role)) if role == "editors"));
    let done = auth.import_strapi(&named("site EDITOR"), NOW).await;
    assert_eq!(done.unwrap().taken, 2);
    assert_eq!(auth.user("ada").await.unwrap().account.role, "admin");
    assert_eq!(auth.user("eve").await.unwrap().account.role, "user");
}

#[tokio::test]
async fn each_row_that_is_not_as_it_was_is_named_with_the_reason() {
    let (auth, source) = (Fixture::new().await, strapi(Version::Five).await);
    auth.register("taken@example.org", "Bob").await.unwrap();
    let rows = [
        row(11, "one", "taken@example.org"),
        row(12, "bob", "bob@example.org"),
        row(13, "ada@example.org", "ada@example.org"),
        row(14, "again", "ADA@example.org"),
        row(15, "nobody", "no address"),
        "(16, 'gone', null, 'local', null, null, null)".to_owned(),
        "(17, 'goo', 'goo@example.org', 'google', null, true, false)".to_owned(),
        format!("(18, 'hub', 'hub@example.org', 'github', '{HASH}', true, true)"),
        "(19, 'old', 'old@example.org', 'local', 'md5', false, false)".to_owned(),
    ];
    put(&source, &rows.join(", ")).await;
    let done = take(&auth, &source).await;
    assert_eq!((done.found, done.taken), (9, 5));
    let not_taken = Outcome::NotTaken;
    let renamed = |name: &str| Outcome::Renamed(name.to_owned());
    let without = Outcome::WithoutPassword;
    assert_eq!(
        outcomes(&done),
        [
            (11, not_taken(NotTaken::EmailTaken)),
            (12, renamed("bob-12")),
            (13, renamed("ada")),
            (14, not_taken(NotTaken::EmailTaken)),
            (15, not_taken(NotTaken::BadEmail)),
            (16, not_taken(NotTaken::NoEmail)),
            (17, without(WithoutPassword::OtherProvider)),
            (18, without(WithoutPassword::OtherProvider)),
            (19, without(WithoutPassword::UnknownHash)),
        ]
    );
    let hub = auth.user("hub").await.unwrap();
    assert!(!hub.has_password && hub.disabled_at == Some(NOW));
    let old = auth.user("old").await.unwrap();
    assert_eq!(old.account.confirmed_at, None);
    let bob = auth.user("bob-12").await.unwrap();
    assert_eq!(bob.account.display_name.as_str(), "bob");
}

#[tokio::test]
async fn an_import_that_is_run_again_takes_nothing_twice() {
    let (auth, source) = (Fixture::new().await, strapi(Version::Five).await);
    // More than one part.
    let people = |from: i64, to: i64| {
        let rows = (from..to).map(|n| row(n, &format!("user{n}"), &format!("user{n}@example.org")));
        rows.collect::<Vec<_>>().join(", ")
    };
    put(&source, &people(1, 251)).await;
    assert_eq!(take(&auth, &source).await.taken, 250);
    put(&source, &people(251, 261)).await;
    let again = take(&auth, &source).await;
    assert_eq!(
        (again.found, again.taken, again.numbers_kept),
        (260, 10, 10)
    );
    let third = take(&auth, &source).await;
    assert_eq!((third.found, third.taken), (260, 0));
    assert!(auth.verify_trail().await.unwrap().is_ok());
}

#[tokio::test]
async fn the_hash_of_an_imported_account_is_replaced_when_its_owner_signs_in() {
    let (auth, source) = (Fixture::new().await, strapi(Version::Five).await);
    let of_ada = "$2a$04$abcdefghijklmnopqrstuuv4UQqg0Mbs9qAvD51ZZetPbMVGfSHdO";
    let ada = row(3, "ada", "ada@example.org").replace(HASH, of_ada);
    put(&source, &ada).await;
    take(&auth, &source).await;
    let hash = async || {
        let ada = auth.store().standing(3).await.unwrap().unwrap();
        ada.credentials.password_hash
    };
    assert!(auth.sign_in("ada", "a wrong password").await.is_err());
    assert_eq!(hash().await, of_ada);
    auth.sign_in("ada", "a long enough password").await.unwrap();
    let new = hash().await;
    assert!(new.starts_with("$argon2id$"));
    auth.sign_in("ada", "a long enough password").await.unwrap();
    assert_eq!(hash().await, new);
}

#[tokio::test]
async fn an_import_that_is_tried_says_the_same_and_takes_nothing() {
    let (auth, source) = (Fixture::new().await, strapi(Version::Five).await);
    let mut rows: Vec<_> = (1..=200)
        .map(|n| row(n, &format!("user{n}"), &format!("user{n}@example.org")))
        .collect();
    // In the second part, and the same as in the first.
    rows.push(row(201, "USER7", "other@example.org"));
    rows.push(row(202, "another", "user8@example.org"));
    put(&source, &rows.join(", ")).await;
    let tried = StrapiImport {
        mode: ImportMode::Try,
        ..import(&source)
    };
    let tried = auth.import_strapi(&tried, NOW).await.unwrap();
    assert!(!auth.has_accounts().await.unwrap());
    let taken = take(&auth, &source).await;
    assert_eq!(tried, taken);
    assert_eq!(taken.taken, 201);
    let renamed = Outcome::Renamed("USER7-201".to_owned());
    let refused = Outcome::NotTaken(NotTaken::EmailTaken);
    assert_eq!(outcomes(&taken), [(201, renamed), (202, refused)]);
}

#[tokio::test]
async fn numbers_that_were_given_are_not_given_again() {
    let (auth, source) = (Fixture::new().await, strapi(Version::Four).await);
    auth.ada().await;
    auth.delete_user("ada", NOW).await.unwrap();
    let rows = [
        row(1, "eve", "eve@example.org"),
        row(2, "bob", "bob@example.org"),
    ];
    put(&source, &rows.join(", ")).await;
    let done = take(&auth, &source).await;
    assert_eq!((done.taken, done.numbers_kept), (2, 0));
    assert_eq!(auth.user("eve").await.unwrap().account.id, 2);
    assert_eq!(auth.user("bob").await.unwrap().account.id, 3);
}

#[tokio::test]
async fn what_is_no_strapi_is_told_from_what_cannot_be_read() {
    let auth = Fixture::new().await;
    let nothing = Scratch::new();
    nothing.connect().await;
    let empty = auth.import_strapi(&import(&nothing), NOW).await;
    assert!(matches!(empty, Err(ImportError::NotStrapis)));
    let missing = StrapiImport {
        from: "sqlite:/no/such/file.db".to_owned(),
        ..import(&nothing)
    };
    let missing = auth.import_strapi(&missing, NOW).await;
    assert!(matches!(missing, Err(ImportError::Unreadable(_))));
}
