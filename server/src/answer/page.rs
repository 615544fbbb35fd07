//! The page of a failure. It needs nothing but the style sheet: it is shown when the database, or the page itself,
//! failed.

use app::error::AppError;

const START: &str = "Go to the start page";
const AGAIN: &str = "Try again";

/// What a status is called, in words that are no programmer's.
fn heading(status: u16) -> &'static str {
    match status {
        401 => "You are signed out",
        403 => "This is not open to you",
        404 => "There is no such page",
        405 => "That does not work here",
        408 | 504 => "That took too long",
        409 => "Something else came first",
        410 => "This is gone",
        413 => "That is too much",
        429 => "Too many tries",
        503 => "Not right now",
        500.. => "Something went wrong",
        _ => "That was not understood",
    }
}

/// Whether the same may work in a while.
fn passes(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..)
}

/// All words in it are ours.
pub(super) fn page(error: &AppError, stylesheet: &str) -> String {
    let heading = heading(error.status);
    let name = product::NAME;
    // An address that is empty is that of the page, asked for without a form.
    let (again, start) = if passes(error.status) {
        (
            format!(r#"<a class="button primary" href="">{AGAIN}</a> "#),
            "button",
        )
    } else {
        (String::new(), "button primary")
    };
    format!(
        r#"<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{heading} · {name}</title><link rel="stylesheet" href="{stylesheet}"></head>
<body><header class="site-header"><div class="bar"><a class="brand" href="/">{name}</a></div></header>
<main><section class="card narrow"><p class="eyebrow">{}</p><h1>{heading}</h1><p>{}</p>
<p class="actions">{again}<a class="{start}" href="/">{START}</a></p></section></main></body></html>"#,
        error.status, error.message
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_can_be_tried_again() {
        for (status, is_offered) in [(429, true), (503, true), (500, true), (404, false)] {
            let error = AppError::new(status, "code", "what to do");
            let page = page(&error, "/style.css");
            assert_eq!(page.contains(AGAIN), is_offered, "{status}");
            assert!(page.contains("what to do") && page.contains(START));
        }
    }
}
