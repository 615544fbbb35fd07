//! `latchkey import strapi`, from a file as Strapi 5 makes it.

use std::path::{Path, PathBuf};

use serde_json::Value;
use sqlx::{Connection, Executor, SqliteConnection};

use super::{json, refused, run, said};
use crate::scratch::Scratch;

const SCHEMA: &str = "
    create table `up_roles` (`id` integer not null primary key autoincrement, `document_id` varchar(255) null,
        `name` varchar(255) null, `description` varchar(255) null, `type` varchar(255) null,
        `created_at` datetime null, `updated_at` datetime null, `published_at` datetime null,
        `created_by_id` integer null, `updated_by_id` integer null, `locale` varchar(255) null);
    create table `up_users` (`id` integer not null primary key autoincrement, `document_id` varchar(255) null,
        `username` varchar(255) null, `email` varchar(255) null, `provider` varchar(255) null,
        `password` varchar(255) null, `reset_password_token` varchar(255) null,
        `confirmation_token` varchar(255) null, `confirmed` boolean null, `blocked` boolean null,
        `created_at` datetime null, `updated_at` datetime null, `published_at` datetime null,
        `created_by_id` integer null, `updated_by_id` integer null, `locale` varchar(255) null);
    create table `up_users_role_lnk` (`id` integer not null primary key autoincrement, `user_id` integer null,
        `role_id` integer null, `user_ord` float null);
    insert into up_roles (name, type) values ('Authenticated', 'authenticated'), ('Editor', 'editor');
    insert into up_users (document_id, username, email, provider, password, confirmed, blocked, created_at) values
        ('a4zq0ivsaeu1ae0tx92iw7hp', 'ada', 'ada@example.org', 'local',
         '$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy', 1, 0, 1715934600000),
        ('b4zq0ivsaeu1ae0tx92iw7hp', 'Eve' || char(27) || '[2J', 'eve@example.org', 'google', null, 1, 1, 1715934600000),
        ('c4zq0ivsaeu1ae0tx92iw7hp', 'bob', 'nowhere', 'local', null, 0, 0, 1715934600000);
    insert into up_users_role_lnk (user_id, role_id) values (1, 2), (2, 1), (3, 1);";

async fn strapi(folder: &Path) -> PathBuf {
    let file = folder.join("strapi.db");
    std::fs::write(&file, "").unwrap();
    let mut connection = SqliteConnection::connect(file.to_str().unwrap())
        .await
        .unwrap();
    connection.execute(SCHEMA).await.unwrap();
    connection.close().await.unwrap();
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_come_from_strapi_and_its_file_stays_as_it_is() {
    let scratch = Scratch::new();
    let file = strapi(scratch.dir.path()).await;
    let before = std::fs::read(&file).unwrap();
    let from = format!("sqlite:{}", file.display());
    let words = [
        "import",
        "strapi",
        "--from",
        &from,
        "--admin-role",
        "editor",
    ];
    let tried = json(&said(run(&scratch, &words).args(["--dry-run", "--json"])));
    assert_eq!(tried["dry_run"], true);
    let nobody = json(&said(&mut run(&scratch, &["user", "list", "--json"])));
    assert_eq!(nobody, Value::Array(Vec::new()));
    let done = json(&said(run(&scratch, &words).arg("--json")));
    assert_eq!((&done["found"], &done["taken"]), (&3.into(), &2.into()));
    assert_eq!(done["remarks"], tried["remarks"]);
    let people = json(&said(&mut run(&scratch, &["user", "list", "--json"])));
    assert_eq!(people[0]["document_id"], "a4zq0ivsaeu1ae0tx92iw7hp");
    assert_eq!(people[0]["role"], "admin");
    assert_eq!(people[0]["created_at"], "2024-05-17T08:30:00Z");
    assert_eq!(people[1]["has_password"], false);
    assert!(people[1]["disabled_at"].is_string());
    let again = said(&mut run(&scratch, &words));
    assert!(again.contains("3 rows found, 0 taken, 3 not"), "{again}");
    assert!(
        again.contains("nowhere") && !again.contains('\u{1b}'),
        "{again}"
    );
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn a_source_that_is_none_is_refused_with_a_sentence() {
    let scratch = Scratch::new();
    let ask = |from: &str| refused(&mut run(&scratch, &["import", "strapi", "--from", from]));
    let said = ask("mysql://strapi@127.0.0.1/strapi");
    assert!(said.contains("MySQL"), "{said}");
    assert!(ask("strapi.db").contains("must begin with sqlite:"));
    let said = ask("postgres://strapi:topsecret@127.0.0.1:1/strapi");
    assert!(
        said.contains("PGPASSWORD") && !said.contains("topsecret"),
        "{said}"
    );
    assert!(ask("postgres://strapi@127.0.0.1:1/strapi").contains("cannot be read"));
}
