//! Wherever a sign-in leads, it is a page of this site, as a browser reads the address.

#![no_main]

use std::sync::LazyLock;

use app::next;
use latchkey_fuzz::ORIGIN;
use libfuzzer_sys::fuzz_target;
use url::Url;

static DOOR: LazyLock<Url> =
    LazyLock::new(|| Url::parse(&format!("{ORIGIN}/login")).expect("an origin"));

fuzz_target!(|wanted: &str| {
    let destination = next::after_sign_in(wanted);
    assert_local(&destination);
    assert_eq!(next::after_sign_in(&destination), destination);
    if let Some(path) = next::local_path(wanted) {
        assert_local(path);
        assert_eq!(path, wanted);
    }
    if let Some(page) = next::wanted(wanted) {
        assert_eq!(page, destination);
    }
    assert_remembers(wanted);
});

fn assert_local(path: &str) {
    assert!(path.starts_with('/') && !path.starts_with("//"), "{path:?}");
    assert!(!path.contains('\\'), "{path:?}");
    assert!(!path.contains(char::is_control), "{path:?}");
    let there = DOOR.join(path).expect("a path of this site is an address");
    assert_eq!(there.origin(), DOOR.origin(), "{path:?}");
}

/// A link to the door keeps all of what was wanted, whatever it is, and adds nothing of its own.
fn assert_remembers(wanted: &str) {
    let link = next::from_door("/login", Some(wanted));
    assert_local(&link);
    let link = DOOR.join(&link).expect("a link is an address");
    assert_eq!((link.path(), link.fragment()), ("/login", None));
    let query: Vec<_> = link.query_pairs().collect();
    assert_eq!(query, [("next".into(), wanted.into())]);
}
