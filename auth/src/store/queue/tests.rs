//! Turns that end well, badly, and not at all.

use std::time::Duration as StdDuration;

use sqlx::Row;
use tempfile::TempDir;

use super::*;
use crate::store::{Database, Store};

struct Place {
    store: Store,
    _dir: TempDir,
}

impl Place {
    async fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let file = dir.path().join("queue.db");
        let database = Database::file(&file, StdDuration::from_secs(2));
        let store = Store::open(&database).await.unwrap();
        store
            .run("create table notes (note text not null unique, filling text)")
            .await
            .unwrap();
        Self { store, _dir: dir }
    }

    fn queue(&self) -> &Queue {
        self.store.queue.as_ref().unwrap()
    }

    async fn notes(&self) -> Vec<String> {
        let query = sqlx::query("select note from notes order by note");
        let rows = query.fetch_all(&self.store.reader).await.unwrap();
        rows.iter().map(|row| row.get("note")).collect()
    }
}

async fn note(turn: &mut Turn, text: &str) -> std::result::Result<(), sqlx::Error> {
    let query = sqlx::query("insert into notes (note) values ($1)").bind(text.to_owned());
    query.execute(turn.connection()).await.map(drop)
}

/// Takes a turn while somebody waits for the next, so that both are in one transaction.
async fn beside(place: &Place, next: Protection) -> (impl Future<Output = Result<()>>, Turn) {
    let queue = place.queue().clone();
    let mut first = queue.turn(Protection::Savepoint).await.unwrap();
    note(&mut first, "first").await.unwrap();
    let waiting = tokio::spawn({
        let queue = queue.clone();
        async move { queue.turn(next).await.unwrap() }
    });
    while queue.waiting.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let committed = tokio::spawn(first.commit(Haste::Now));
    let second = waiting.await.unwrap();
    (async { committed.await.unwrap() }, second)
}

#[tokio::test]
async fn two_who_write_at_once_share_a_commit() {
    let place = Place::new().await;
    let (first, mut second) = beside(&place, Protection::None).await;
    note(&mut second, "second").await.unwrap();
    assert_eq!(
        place.notes().await,
        Vec::<String>::new(),
        "neither is there yet"
    );
    second.commit(Haste::Now).await.unwrap();
    first.await.unwrap();
    assert_eq!(place.notes().await, ["first", "second"]);
}

#[tokio::test]
async fn a_turn_that_is_given_up_leaves_the_work_of_others() {
    let place = Place::new().await;
    let (first, mut second) = beside(&place, Protection::Savepoint).await;
    note(&mut second, "half").await.unwrap();
    assert!(note(&mut second, "first").await.is_err(), "it is taken");
    drop(second);
    first.await.unwrap();
    assert_eq!(place.notes().await, ["first"]);
}

#[tokio::test]
async fn those_who_lose_their_work_with_anothers_are_told() {
    let place = Place::new().await;
    let (first, mut second) = beside(&place, Protection::None).await;
    note(&mut second, "half").await.unwrap();
    drop(second);
    assert!(matches!(first.await, Err(Error::Unavailable(_))));
    assert_eq!(place.notes().await, Vec::<String>::new());
    let mut next = place.queue().turn(Protection::None).await.unwrap();
    note(&mut next, "next").await.unwrap();
    next.commit(Haste::Now).await.unwrap();
    assert_eq!(place.notes().await, ["next"]);
}

#[tokio::test]
async fn when_the_last_one_who_waits_goes_away_the_others_are_committed() {
    let place = Place::new().await;
    let queue = place.queue().clone();
    let mut first = queue.turn(Protection::None).await.unwrap();
    note(&mut first, "first").await.unwrap();
    let waiting = tokio::spawn({
        let queue = queue.clone();
        async move { queue.turn(Protection::None).await.map(drop) }
    });
    while queue.waiting.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    // The first one sees somebody wait and leaves the commit to them, who are gone in the same moment.
    let committed = tokio::spawn(first.commit(Haste::Now));
    waiting.abort();
    committed.await.unwrap().unwrap();
    assert_eq!(place.notes().await, ["first"]);
}

#[tokio::test]
async fn turns_that_are_given_up_again_and_again_postpone_nobody() {
    let place = Place::new().await;
    let queue = place.queue().clone();
    let idlers: Vec<_> = (0..4)
        .map(|_| {
            let queue = queue.clone();
            tokio::spawn(async move {
                loop {
                    drop(queue.turn(Protection::Savepoint).await);
                }
            })
        })
        .collect();
    for number in 0..5 {
        let mut turn = queue.turn(Protection::Savepoint).await.unwrap();
        note(&mut turn, &number.to_string()).await.unwrap();
        let committed = tokio::time::timeout(StdDuration::from_secs(10), turn.commit(Haste::Now));
        committed.await.expect("in its time").unwrap();
    }
    idlers.iter().for_each(tokio::task::JoinHandle::abort);
    assert_eq!(place.notes().await.len(), 5);
}

#[tokio::test]
async fn a_full_disk_is_told_and_survived() {
    let place = Place::new().await;
    let mut turn = place.queue().turn(Protection::None).await.unwrap();
    // SQLite cannot write another page, and ends the transaction by itself.
    let full = sqlx::query("pragma max_page_count = 1");
    full.fetch_one(turn.connection()).await.unwrap();
    let fill = "insert into notes (note, filling) values ('big', hex(zeroblob(100000)))";
    let failed = sqlx::query(fill).execute(turn.connection()).await;
    let told = Error::from(failed.unwrap_err());
    assert!(matches!(told, Error::Unavailable(_)), "{told:?}");
    drop(turn);
    // That limit was the connection's: there is room again when it has been replaced by another.
    for number in 0..3 {
        let mut turn = place.queue().turn(Protection::Savepoint).await.unwrap();
        note(&mut turn, &number.to_string()).await.unwrap();
        turn.commit(Haste::Now).await.unwrap();
    }
    assert_eq!(place.notes().await, ["0", "1", "2"]);
}

#[tokio::test]
async fn a_commit_that_waits_for_company_is_made_without_it() {
    let place = Place::new().await;
    let mut turn = place.queue().turn(Protection::None).await.unwrap();
    note(&mut turn, "alone").await.unwrap();
    let committed = tokio::spawn(turn.commit(Haste::Soon));
    committed.await.unwrap().unwrap();
    assert_eq!(place.notes().await, ["alone"]);
}

#[tokio::test]
async fn those_who_come_in_a_moment_share_the_commit_that_waits_for_them() {
    let place = Place::new().await;
    let queue = place.queue();
    let mut turn = queue.turn(Protection::None).await.unwrap();
    note(&mut turn, "first").await.unwrap();
    let first = tokio::spawn(turn.commit(Haste::Soon));
    let mut turn = queue.turn(Protection::None).await.unwrap();
    note(&mut turn, "second").await.unwrap();
    assert_eq!(place.notes().await, Vec::<String>::new());
    // Whoever is in a hurry takes the others along.
    turn.commit(Haste::Now).await.unwrap();
    first.await.unwrap().unwrap();
    assert_eq!(place.notes().await, ["first", "second"]);
    assert_eq!(queue.begun.load(Ordering::Relaxed), 1);
}
