use axum::http::StatusCode;

use crate::helpers::{Answer, Client, PASSWORD, TestApp};

async fn rename(ada: &mut Client<'_>, times: usize) {
    for count in 0..times {
        let name = format!("Ada {count}");
        let fields = [("display_name", name.as_str()), ("username", "ada")];
        let answer = ada.post("/profile", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }
}

fn rows(page: &Answer) -> usize {
    page.body.matches("<time").count()
}

#[tokio::test]
async fn what_happened_is_told_with_when_and_where() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    app.browser().log_in("ada", "not the password").await;
    let page = ada.get("/profile/activity").await;
    assert_eq!(page.text("title"), format!("Activity · {}", product::NAME));
    let newest = page.text(".activity li");
    assert!(newest.contains("Someone tried to sign in with a wrong password"));
    assert!(newest.contains("Unknown browser at 192.0.2.7"));
    assert!(newest.contains("21 November 2026, 12:00 UTC"));
    assert!(page.text(".activity").contains("Account created"));
    assert_eq!(page.text("main [aria-current=page]"), "Activity");
}

#[tokio::test]
async fn the_trail_comes_in_pages_and_nothing_is_left_out() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    rename(&mut ada, 50).await;
    let first = ada.get("/profile/activity").await;
    assert_eq!(rows(&first), 25);
    let link = ".actions a";
    let older = first.attribute(link, "href").unwrap();
    let second = ada.get(&older).await;
    assert_eq!(
        (rows(&second), second.text(link)),
        (25, "Newest".to_owned())
    );
    let older = second.attribute(".actions a:last-child", "href").unwrap();
    let last = ada.get(&older).await;
    assert!(last.text(".activity").contains("Account created"));
    assert_eq!(
        last.attribute(".actions a:last-child", "href").as_deref(),
        Some("/profile/activity")
    );
    assert!((1..25).contains(&rows(&last)));
}

#[tokio::test]
async fn a_page_that_is_none_is_the_first() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    for bad in ["", "x", "-1", "0", "1e3", "99999999999999999999", "%00"] {
        let page = ada.get(&format!("/profile/activity?before={bad}")).await;
        assert_eq!(page.status, StatusCode::OK, "{bad}");
        assert!(page.text(".activity").contains("Account created"), "{bad}");
        assert_eq!(page.text(".actions"), "", "{bad}");
    }
    let page = ada.get("/profile/activity?before=1").await;
    assert!(page.body.contains("There is nothing older."));
}

#[tokio::test]
async fn nobody_sees_what_happened_to_somebody_else() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    rename(&mut ada, 1).await;
    let mut eve = app.program();
    let fields = [
        ("email", "eve@example.org"),
        ("username", "eve"),
        ("password", PASSWORD),
    ];
    eve.post("/register", &fields).await;
    let answer = eve.post("/fn/activity", &[]).await;
    let page: app::activity::Page = serde_json::from_str(&answer.body).unwrap();
    assert!(page.list.iter().all(|row| row.what != "Profile changed"));
    assert!(!page.list.is_empty() && page.older.is_none());
}

#[tokio::test]
async fn what_a_program_asks_for_is_read_strictly() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let answer = ada.post("/fn/activity", &[("before", "x")]).await;
    assert!(answer.status.is_client_error(), "{}", answer.body);
}
