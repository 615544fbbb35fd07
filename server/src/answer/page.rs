//! The page of a failure. It needs nothing but the style sheet: it is shown when the database, or the page itself,
//! failed.

use app::error::AppError;
use app::layout::MARK;
use app::theme::Theme;
use words::{Language, Words};

/// What a status is called, in words that are no programmer's.
fn heading(status: u16, words: &Words) -> String {
    match status {
        401 => words.failure_signed_out(),
        403 => words.failure_not_open(),
        404 => words.failure_nothing_there(),
        405 => words.failure_not_that_way(),
        408 | 504 => words.failure_too_slow(),
        409 => words.failure_came_first(),
        410 => words.failure_gone(),
        413 => words.failure_too_large(),
        429 => words.failure_too_many(),
        503 => words.failure_not_now(),
        500.. => words.failure_internal(),
        _ => words.failure(),
    }
}

/// Whether the same may work in a while.
fn passes(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..)
}

/// How the pages look that somebody is shown.
pub(super) struct Look<'a> {
    pub(super) language: Language,
    pub(super) theme: Theme,
    pub(super) stylesheet: &'a str,
}

/// All words in it are ours.
pub(super) fn page(error: &AppError, look: &Look<'_>) -> String {
    let &Look {
        language,
        theme,
        stylesheet,
    } = look;
    let words = language.words();
    let heading = heading(error.status, words);
    let name = product::NAME;
    // An address that is empty is that of the page, asked for without a form.
    let (again, start) = if passes(error.status) {
        (
            format!(
                r#"<a class="button primary" href="">{}</a> "#,
                words.failure_again()
            ),
            "button",
        )
    } else {
        (String::new(), "button primary")
    };
    format!(
        r#"<!DOCTYPE html><html lang="{}" dir="{}" data-theme="{}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="{}"><link rel="icon" href="/favicon.svg" type="image/svg+xml">
<title>{heading} · {name}</title><link rel="stylesheet" href="{stylesheet}"></head>
<body><header class="site-header"><div class="bar"><a class="brand" href="/"><svg class="mark" viewBox="0 0 32 32" aria-hidden="true" width="28" height="28">{MARK}</svg> {name}</a></div></header>
<main><section class="card narrow"><p class="eyebrow">{}</p><h1>{heading}</h1><p>{}</p>
<p class="actions">{again}<a class="{start}" href="/">{}</a></p></section></main></body></html>"#,
        language.tag(),
        language.direction(),
        theme.name(),
        theme.color_scheme(),
        error.status,
        error.message,
        words.go_to_start(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_can_be_tried_again() {
        for (status, is_offered) in [(429, true), (503, true), (500, true), (404, false)] {
            let error = AppError::new(status, "code", "what to do");
            let look = Look {
                language: Language::En,
                theme: Theme::Dark,
                stylesheet: "/style.css",
            };
            let page = page(&error, &look);
            assert!(page.contains(r#"<html lang="en" dir="ltr" data-theme="dark">"#));
            assert_eq!(page.contains("Try again"), is_offered, "{status}");
            assert!(page.contains("what to do") && page.contains("start page"));
        }
    }
}
