//! Browsers and systems in words, from what they say of themselves.
//!
//! It is a hint and nothing more: anybody can send any user agent. What is shown comes from a fixed list of
//! names, so nothing that was sent gets onto a page or into a mail.

use std::sync::{Arc, LazyLock};

use quick_cache::sync::Cache;
use woothee::parser::Parser;
use woothee::woothee::VALUE_UNKNOWN;
use words::Words;

/// User agents that are remembered, of half a kilobyte each at most: to read one takes a dozen searches through it, and a
/// page names ten.
const REMEMBERED: usize = 1024;

static READ: LazyLock<Cache<Box<str>, Option<Arc<Agent>>>> =
    LazyLock::new(|| Cache::new(REMEMBERED));

/// What a user agent says, in woothee's names.
struct Agent {
    category: String,
    name: String,
    os: String,
}

/// None when it says nothing that is known.
fn read(user_agent: &str) -> Option<Arc<Agent>> {
    if let Some(known) = READ.get(user_agent) {
        return known;
    }
    let found = Parser::new().parse(user_agent).map(|found| Agent {
        category: found.category.to_owned(),
        name: found.name.to_owned(),
        os: found.os.to_owned(),
    });
    let found = found.map(Arc::new);
    READ.insert(user_agent.into(), found.clone());
    found
}

/// What somebody holds in their hands, or sits at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceKind {
    /// A phone or a tablet.
    Phone,
    /// A laptop, or a computer on a desk.
    Computer,
    /// No browser: something that asks by itself.
    Program,
    /// It does not say, or says what nobody knows.
    Unknown,
}

/// Like `Firefox on Linux`, and what it runs on. Versions are left out: browsers and systems send the same one for
/// years.
pub(crate) fn called(user_agent: &str, words: &Words) -> (String, DeviceKind) {
    let Some(found) = read(user_agent) else {
        return (words.browser_unknown(), DeviceKind::Unknown);
    };
    let kind = match found.category.as_str() {
        "smartphone" | "mobilephone" => DeviceKind::Phone,
        "pc" => DeviceKind::Computer,
        "crawler" => DeviceKind::Program,
        _ => DeviceKind::Unknown,
    };
    let browser = match found.name.as_str() {
        "HTTP Library" => return (words.browser_program(), DeviceKind::Program),
        "SamsungBrowser" => "Samsung Internet".to_owned(),
        VALUE_UNKNOWN => words.browser_unknown(),
        name => name.to_owned(),
    };
    let name = match found.os.as_str() {
        VALUE_UNKNOWN => browser,
        "Mac OSX" => words.browser_on(browser, "macOS"),
        // Windows 11 says that it is Windows 10.
        system if system.starts_with("Windows") => words.browser_on(browser, "Windows"),
        system => words.browser_on(browser, system),
    };
    (name, kind)
}

#[cfg(test)]
mod tests {
    use words::Language;

    use super::DeviceKind;

    fn called(user_agent: &str) -> (String, DeviceKind) {
        super::called(user_agent, Language::En.words())
    }

    #[test]
    fn browsers_are_called_by_their_names() {
        for (user_agent, name, kind) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
                "Firefox on Linux",
                DeviceKind::Computer,
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36",
                "Chrome on Windows",
                DeviceKind::Computer,
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0",
                "Edge on Windows",
                DeviceKind::Computer,
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
                "Safari on macOS",
                DeviceKind::Computer,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
                DeviceKind::Phone,
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
                DeviceKind::Phone,
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36",
                "Samsung Internet on Android",
                DeviceKind::Phone,
            ),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36",
                "Chrome on ChromeOS",
                DeviceKind::Computer,
            ),
        ] {
            assert_eq!(called(user_agent), (name.to_owned(), kind), "{user_agent}");
        }
    }

    #[test]
    fn what_is_no_browser_is_called_none() {
        let program = ("A program".to_owned(), DeviceKind::Program);
        assert_eq!(called("curl/8.14.1"), program);
        for nothing in ["", "-", "<script>alert(1)</script>", "ü\u{202e}"] {
            let unknown = ("Unknown browser".to_owned(), DeviceKind::Unknown);
            assert_eq!(called(nothing), unknown, "{nothing:?}");
        }
    }
}
