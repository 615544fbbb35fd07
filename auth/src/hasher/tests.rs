//! The pool: who is served, in which order, and with which verdict.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use super::*;

const CHEAP: Cost = Cost {
    memory: 64,
    iterations: 1,
    parallelism: 1,
};

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

const QUEUE: usize = 8;

fn one_worker() -> Hasher {
    let pool = HashPool {
        workers: NonZeroUsize::MIN,
        queue: QUEUE,
        ..HashPool::default()
    };
    Hasher::new(CHEAP, pool).unwrap()
}

async fn verify(password: &str, stored: &str) -> Verdict {
    let hasher = Hasher::new(CHEAP, HashPool::default()).unwrap();
    hasher
        .verify(secret(password), stored.to_owned())
        .await
        .unwrap()
}

impl Hasher {
    /// Takes every place, so that the next one who wants to hash is turned away.
    pub(crate) fn occupy(&self) -> impl Sized {
        let all = self.places.available_permits().try_into().unwrap();
        Arc::clone(&self.places)
            .try_acquire_many_owned(all)
            .unwrap()
    }
}

#[tokio::test]
async fn a_password_is_verified_exactly_as_received() {
    let hasher = Hasher::new(CHEAP, HashPool::default()).unwrap();
    let stored = hasher.hash(secret(" pass word ")).await.unwrap();
    assert_eq!(
        hasher
            .verify(secret(" pass word "), stored.clone())
            .await
            .unwrap(),
        Verdict::Right
    );
    for near in ["pass word", " pass word", " Pass word ", " pass word \0"] {
        assert_eq!(
            hasher.verify(secret(near), stored.clone()).await.unwrap(),
            Verdict::Wrong,
            "{near:?}"
        );
    }
}

#[tokio::test]
async fn a_hash_with_other_parameters_is_outdated() {
    let stored = Hasher::new(CHEAP, HashPool::default())
        .unwrap()
        .hash(secret("a password"))
        .await
        .unwrap();
    let dearer = Cost {
        memory: 128,
        ..CHEAP
    };
    let dearer = Hasher::new(dearer, HashPool::default()).unwrap();
    assert_eq!(
        dearer.verify(secret("a password"), stored).await.unwrap(),
        Verdict::Outdated
    );
}

#[tokio::test]
async fn a_storm_of_sign_ins_is_turned_away_and_not_queued_without_end() {
    let hasher = Hasher::new(CHEAP, HashPool::default()).unwrap();
    let _all = hasher.occupy();
    assert!(matches!(
        hasher.hash(secret("a password")).await,
        Err(Error::Busy)
    ));
}

#[tokio::test]
async fn a_hash_from_elsewhere_is_outdated_when_the_password_is_right() {
    let stored = "$2a$04$abcdefghijklmnopqrstuuv4UQqg0Mbs9qAvD51ZZetPbMVGfSHdO";
    assert_eq!(
        verify("a long enough password", stored).await,
        Verdict::Outdated
    );
    assert_eq!(
        verify("a long enough Password", stored).await,
        Verdict::Wrong
    );
    let stored = "$argon2i$v=19$m=64,p=2,t=3$MDEyMzQ1Njc4OWFiY2RlZg$Xl0qF3xmvRO/FBp3hTBTxaAgCZT5CsfZkqG132qy/w8";
    assert_eq!(
        verify("a long enough password", stored).await,
        Verdict::Outdated
    );
    assert_eq!(
        verify("a long enough Password", stored).await,
        Verdict::Wrong
    );
}

#[tokio::test]
async fn no_password_opens_what_cannot_be_verified() {
    for stored in [
        UNUSABLE,
        "",
        "a long enough password",
        "$argon2id$v=19$m=4294967295,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$Xl0qF3xmvRO/FBp3hTBTxaAgCZT5CsfZkqG132qy/w8",
        "$2a$31$abcdefghijklmnopqrstuuv4UQqg0Mbs9qAvD51ZZetPbMVGfSHdO",
        "$5$rounds=5000$abc$def",
    ] {
        assert_eq!(
            verify("a long enough password", stored).await,
            Verdict::Wrong,
            "{stored}"
        );
    }
}

/// The memory tells: what is compared here needs less than a hash of today, or none.
#[tokio::test]
async fn whatever_was_stored_a_hash_of_today_is_spent_on_it() {
    for stored in [
        UNUSABLE,
        "unknown",
        "$2a$04$abcdefghijklmnopqrstuuv4UQqg0Mbs9qAvD51ZZetPbMVGfSHdO",
        "$argon2i$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$Xl0qF3xmvRO/FBp3hTBTxaAgCZT5CsfZkqG132qy/w8",
    ] {
        for password in ["a long enough password", "a wrong password"] {
            let hasher = one_worker();
            let verdict = hasher.verify(secret(password), stored.to_owned()).await;
            assert_ne!(verdict.unwrap(), Verdict::Right);
            let kept = hasher.run(|argon| Ok(argon.kept())).await.unwrap();
            assert_eq!(kept, 64, "{stored}");
        }
    }
}

#[tokio::test]
async fn who_comes_first_is_served_first() {
    let hasher = one_worker();
    let order = Arc::new(Mutex::new(Vec::new()));
    let (go, wait) = mpsc::channel::<()>();
    let job = |number| {
        let order = Arc::clone(&order);
        hasher.run(move |_| {
            order.lock().unwrap().push(number);
            Ok(())
        })
    };
    let busy = hasher.run(move |_| wait.recv().map_err(Error::internal));
    let all = async {
        tokio::join!(biased; busy, job(1), job(2), job(3), job(4), async { go.send(()).unwrap() })
    };
    all.await.0.unwrap();
    assert_eq!(*order.lock().unwrap(), [1, 2, 3, 4]);
}

#[tokio::test]
async fn as_many_wait_as_there_are_places() {
    let hasher = one_worker();
    let (go, wait) = mpsc::channel::<()>();
    let mut waiting = tokio::task::JoinSet::new();
    let first = hasher.clone();
    waiting.spawn(async move {
        let busy = first.run(move |_| wait.recv().map_err(Error::internal));
        busy.await.map(|()| String::new())
    });
    for _ in 0..QUEUE {
        let hasher = hasher.clone();
        waiting.spawn(async move { hasher.hash(secret("a password")).await });
    }
    while hasher.places.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
    let one_more = hasher.hash(secret("a password")).await;
    assert!(matches!(one_more, Err(Error::Busy)));
    go.send(()).unwrap();
    for served in waiting.join_all().await {
        served.unwrap();
    }
    hasher.hash(secret("a password")).await.unwrap();
}

#[tokio::test]
async fn nothing_is_hashed_for_a_caller_who_has_gone() {
    let hasher = one_worker();
    let (go, wait) = mpsc::channel::<()>();
    let is_worked_on = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&is_worked_on);
    let busy = hasher.run(move |_| wait.recv().map_err(Error::internal));
    let gone = hasher.run(move |_| {
        told.store(true, Ordering::SeqCst);
        Ok(())
    });
    {
        let mut both = Box::pin(async { tokio::join!(biased; busy, gone) });
        let is_done = tokio::select! {
            biased;
            _ = &mut both => true,
            () = std::future::ready(()) => false,
        };
        assert!(!is_done, "both wait");
    }
    go.send(()).unwrap();
    hasher.hash(secret("a password")).await.unwrap();
    assert!(!is_worked_on.load(Ordering::SeqCst));
    assert_eq!(hasher.places.available_permits(), 1 + QUEUE);
}

#[tokio::test]
async fn a_worker_outlives_a_panic() {
    let hasher = one_worker();
    let panicked = hasher.run(|_| -> Result<()> { panic!("a mistake") }).await;
    assert!(matches!(panicked, Err(Error::Internal(_))));
    hasher.hash(secret("a password")).await.unwrap();
}

#[tokio::test]
async fn a_worker_without_work_gives_its_memory_back() {
    let pool = HashPool {
        workers: NonZeroUsize::MIN,
        queue: QUEUE,
        idle: Duration::ZERO,
    };
    let hasher = Hasher::new(CHEAP, pool).unwrap();
    hasher.hash(secret("a password")).await.unwrap();
    while hasher.run(|argon| Ok(argon.kept())).await.unwrap() > 0 {
        tokio::task::yield_now().await;
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn only_the_workers_step_back() {
    use rustix::process::getpriority_process;

    let before = getpriority_process(None).unwrap();
    let hasher = one_worker();
    let in_worker = hasher.run(|_| getpriority_process(None).map_err(Error::internal));
    assert_eq!(in_worker.await.unwrap(), worker::NICENESS);
    assert_eq!(getpriority_process(None).unwrap(), before);
}

#[tokio::test]
async fn the_workers_end_with_the_last_who_could_ask_them() {
    let hasher = one_worker();
    let (alive, ended) = mpsc::channel::<()>();
    let alive = Mutex::new(Some(alive));
    hasher
        .run(move |_| {
            // Held by the thread until it ends.
            thread_local!(static ALIVE: Mutex<Option<mpsc::Sender<()>>> = const { Mutex::new(None) });
            ALIVE.with(|kept| *kept.lock().unwrap() = alive.lock().unwrap().take());
            Ok(())
        })
        .await
        .unwrap();
    assert!(matches!(ended.try_recv(), Err(mpsc::TryRecvError::Empty)));
    drop(hasher);
    assert_eq!(ended.recv(), Err(mpsc::RecvError));
}
