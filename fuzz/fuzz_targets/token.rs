//! Nothing but the very token passes, and no other makes the server panic or ask its database.

#![no_main]

use arbitrary::Arbitrary;
use auth::{Client, Error, Refusal};
use latchkey_fuzz::{FIXTURE, Forgery, NOW};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Token<'a> {
    Access(Forgery<'a>),
    Refresh(Forgery<'a>),
}

fuzz_target!(|token: Token| match token {
    Token::Access(forgery) => present_access(&forgery.of(&FIXTURE.access)),
    Token::Refresh(forgery) => present_refresh(&forgery.of(&FIXTURE.refresh)),
});

fn present_access(token: &str) {
    match FIXTURE.auth.verify(token, NOW) {
        Ok(_) => assert_eq!(token, FIXTURE.access, "a forged access token passed"),
        Err(Error::Unauthenticated) => assert_ne!(token, FIXTURE.access, "the genuine one did not"),
        Err(other) => panic!("not a refusal: {other:?}"),
    }
}

/// The genuine one is left out: presenting it would move the session on.
fn present_refresh(token: &str) {
    if token == FIXTURE.refresh {
        return;
    }
    let client = Client::default();
    match FIXTURE.block_on(FIXTURE.auth.refresh(token, &client, NOW)) {
        Ok(_) => panic!("a forged refresh token passed"),
        Err(Error::Refused(Refusal::Forged)) => {}
        Err(other) => panic!("not seen to be forged: {other:?}"),
    }
}
