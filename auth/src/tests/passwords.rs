//! How passwords are kept.

use super::*;

impl Fixture {
    async fn register_with(&self, username: &str, password: &str) {
        let form = SignUp {
            email: format!("{username}@example.org"),
            username: username.to_owned(),
            password: secret(password),
            persistence: Persistence::Browser,
        };
        let nobody = Client::default();
        self.sign_up(form, &nobody, None, NOW).await.unwrap();
    }

    async fn hash_of(&self, username: &str) -> String {
        self.find(username).await.unwrap().unwrap().password_hash
    }
}

#[tokio::test]
async fn what_is_kept_is_argon2id_with_its_cost_and_a_salt_of_its_own() {
    let auth = Fixture::new().await;
    auth.register_with("ada", PASSWORD).await;
    auth.register_with("eve", PASSWORD).await;
    let (adas, eves) = (auth.hash_of("ada").await, auth.hash_of("eve").await);
    let salt = |hash: &str| hash.split('$').nth(4).unwrap().to_owned();
    for hash in [&adas, &eves] {
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hash}");
        assert!(salt(hash).len() >= 22, "128 bits in base64: {hash}");
    }
    assert_ne!(salt(&adas), salt(&eves));
    assert_ne!(adas, eves);
}

#[tokio::test]
async fn a_password_counts_to_its_last_character_however_long_it_is() {
    let auth = Fixture::new().await;
    // 508 bytes: others cut at 72.
    let long = "🔑".repeat(127);
    auth.register_with("ada", &format!("{long}a")).await;
    assert!(auth.sign_in("ada", &format!("{long}a")).await.is_ok());
    for other in [format!("{long}b"), long.clone(), format!("{long}aa")] {
        assert!(matches!(
            auth.sign_in("ada", &other).await,
            Err(Error::BadCredentials)
        ));
    }
}
