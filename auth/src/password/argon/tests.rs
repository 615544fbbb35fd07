//! Both implementations side by side, and what other ones stored.

use std::cell::RefCell;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;

const CHEAP: Cost = Cost {
    memory: 64,
    iterations: 2,
    parallelism: 1,
};

fn other(algorithm: argon2::Algorithm, cost: Cost, length: usize) -> argon2::Argon2<'static> {
    let Cost {
        memory,
        iterations,
        parallelism,
    } = cost;
    let params = Params::new(memory, iterations, parallelism, Some(length)).unwrap();
    argon2::Argon2::new(algorithm, argon2::Version::V0x13, params)
}

#[test]
fn the_examples_of_the_rfc_come_out() {
    check().unwrap();
    let cost = Cost {
        memory: 32,
        iterations: 3,
        parallelism: 4,
    };
    let examples = [
        (
            Algorithm::Argon2d,
            "512b391b6f1162975371d30919734294f868e3be3984f3c1a13a4db9fabe4acb",
        ),
        (
            Algorithm::Argon2i,
            "c814d9d1dc7f37aa13f0d77f2494bda1c8de6b016dd388d29952a4c4672b6ce8",
        ),
        (
            Algorithm::Argon2id,
            "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659",
        ),
    ];
    for (algorithm, expected) in examples {
        let argon2 = Argon2::new(algorithm, Version::V0x13, params(cost, 32).unwrap());
        let mut tag = [0; 32];
        argon2
            .hash_into_with_ad(&[1; 32], &[2; 16], &[3; 8], &[4; 12], &mut tag)
            .unwrap();
        let tag: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(tag, expected, "{algorithm:?}");
    }
}

/// The memory goes up and down, so that what is kept is at times too small and at times too large.
#[test]
fn a_thousand_random_inputs_give_the_same_in_both_implementations() {
    let inputs = (
        prop::collection::vec(any::<u8>(), 0..=200),
        prop::collection::vec(any::<u8>(), 8..=48),
        (8_u32..=256, 1_u32..=4, 1_u32..=4),
        (10_usize..=64, 0..3),
    );
    let kept = RefCell::new(Argon::new(CHEAP).unwrap().hasher);
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(1000)
    };
    TestRunner::new(config)
        .run(
            &inputs,
            |(password, salt, (memory, iterations, parallelism), (length, algorithm))| {
                let cost = Cost {
                    memory: memory.max(8 * parallelism),
                    iterations,
                    parallelism,
                };
                let (one, two) = match algorithm {
                    0 => (Algorithm::Argon2d, argon2::Algorithm::Argon2d),
                    1 => (Algorithm::Argon2i, argon2::Algorithm::Argon2i),
                    _ => (Algorithm::Argon2id, argon2::Algorithm::Argon2id),
                };
                let mut expected = vec![0; length];
                other(two, cost, length)
                    .hash_password_into(&password, &salt, &mut expected)
                    .unwrap();
                let argon2 = Argon2::new(one, Version::V0x13, params(cost, length).unwrap());
                let mut hasher = kept.borrow_mut();
                hasher.set_argon2(argon2);
                let mut tag = vec![0; length];
                hasher.hash_into(&password, &salt, &mut tag).unwrap();
                prop_assert_eq!(&tag, &expected);
                argon2.hash_into(&password, &salt, &mut tag).unwrap();
                prop_assert_eq!(&tag, &expected);
                Ok(())
            },
        )
        .unwrap();
}

#[test]
fn the_usual_cost_gives_the_same_in_both_implementations() {
    let usual = Cost {
        memory: 19_456,
        iterations: 2,
        parallelism: 1,
    };
    let stored = Argon::new(usual)
        .unwrap()
        .hash_with_salt(b"a password", &[7; 16])
        .unwrap();
    let expected = other(argon2::Algorithm::Argon2id, usual, 32)
        .hash_password_with_salt(b"a password", &[7; 16])
        .unwrap();
    assert_eq!(stored, expected.to_string());
}

#[test]
fn each_implementation_verifies_what_the_other_stored() {
    let mut argon = Argon::new(CHEAP).unwrap();
    let other = other(argon2::Algorithm::Argon2id, CHEAP, 32);

    let ours = argon.hash(b"a password").unwrap();
    assert!(ours.starts_with("$argon2id$v=19$m=64,t=2,p=1$"), "{ours}");
    other.verify_password(b"a password", ours.as_str()).unwrap();
    assert!(other.verify_password(b"Password", ours.as_str()).is_err());

    let theirs = other.hash_password(b"a password").unwrap().to_string();
    let stored = Stored::parse(&theirs, CHEAP).unwrap();
    assert!(argon.is_current(&stored));
    assert!(argon.is_right(b"a password", &stored).unwrap());
    assert!(!argon.is_right(b"Password", &stored).unwrap());
}

/// Of the `argon2` of npm 0.45, and of the reference.
#[test]
fn what_others_stored_is_verified_and_not_current() {
    let mut argon = Argon::new(CHEAP).unwrap();
    let stored = [
        // Its order of parameters is another; the second is bound to data.
        "$argon2i$v=19$m=64,p=2,t=3$MDEyMzQ1Njc4OWFiY2RlZg$Xl0qF3xmvRO/FBp3hTBTxaAgCZT5CsfZkqG132qy/w8",
        "$argon2id$v=19$m=64,p=1,t=2,data=dGVuYW50$MDEyMzQ1Njc4OWFiY2RlZg$fI8m/3qTL03qPg7ViOYBZYMemfqXYq7Qn3EkXbUi/Ps",
    ];
    for stored in stored {
        let stored = Stored::parse(stored, CHEAP).unwrap();
        assert!(argon.is_right(b"a long enough password", &stored).unwrap());
        assert!(!argon.is_right(b"a long enough Password", &stored).unwrap());
        assert!(!argon.is_current(&stored));
    }
    // The first version, by name and without.
    for version in ["$v=16", ""] {
        let stored = format!(
            "$argon2i{version}$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY"
        );
        let stored = Stored::parse(&stored, CHEAP).unwrap();
        assert!(argon.is_right(b"password", &stored).unwrap());
        assert!(!argon.is_current(&stored));
    }
}

#[test]
fn a_hash_that_asks_for_too_much_or_makes_no_sense_is_not_worked_with() {
    let salt = "MDEyMzQ1Njc4OWFiY2RlZg$Xl0qF3xmvRO/FBp3hTBTxaAgCZT5CsfZkqG132qy/w8";
    let stored = |head: &str| Stored::parse(&format!("${head}${salt}"), CHEAP).is_some();
    assert!(stored("argon2id$v=19$m=1048576,t=4,p=1"));
    for refused in [
        "argon2id$v=19$m=1048577,t=1,p=1",
        "argon2id$v=19$m=1048576,t=5,p=1",
        "argon2id$v=19$m=64,t=4294967295,p=1",
        "argon2id$v=19$m=4,t=1,p=1",
        "argon2id$v=19$m=64,t=0,p=1",
        "argon2id$v=19$m=64,t=1,p=0",
        "argon2id$v=19$m=64,t=1,p=9",
        "argon2id$v=18$m=64,t=1,p=1",
        "argon2id$v=19$m=64,t=1,p=1,x=1",
        "argon2x$v=19$m=64,t=1,p=1",
        "scrypt$ln=16,r=8,p=1",
    ] {
        assert!(!stored(refused), "{refused}");
    }
    for cut in ["", "$", "$argon2id", "$argon2id$v=19$m=64,t=2,p=1", "ü$2a$"] {
        assert!(Stored::parse(cut, CHEAP).is_none(), "{cut}");
    }
    // Whatever the setting says is sensible: it is what is done for everybody.
    let dear = Cost {
        memory: 1 << 21,
        ..CHEAP
    };
    let stored = format!("$argon2id$v=19$m=2097152,t=2,p=1${salt}");
    assert!(Stored::parse(&stored, dear).is_some());
}

#[test]
fn the_memory_is_kept_no_more_than_the_setting_says_and_given_back() {
    let mut argon = Argon::new(CHEAP).unwrap();
    assert_eq!(argon.kept(), 0);
    for _ in 0..3 {
        argon.hash(b"a password").unwrap();
        assert_eq!(argon.kept(), 64);
    }
    for memory in [8, 1024] {
        let imported = Cost { memory, ..CHEAP };
        let imported = Argon::new(imported).unwrap().hash(b"a password").unwrap();
        let imported = Stored::parse(&imported, CHEAP).unwrap();
        assert!(argon.is_right(b"a password", &imported).unwrap());
        assert_eq!(argon.kept(), 64);
    }
    argon.give_back();
    assert_eq!(argon.kept(), 0);
    // What it was asked to verify in between has not changed what it makes.
    let current = argon.hash(b"a password").unwrap();
    assert!(argon.is_current(&Stored::parse(&current, CHEAP).unwrap()));
}
