//! Sending a form without leaving the page.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Element, FormData, Headers, HtmlElement, HtmlFormElement, HtmlInputElement, RequestInit,
    Response, UrlSearchParams,
};

use crate::form::swap::swap_text;
use crate::watch::{hold, release, start_afresh};

/// Not by `type`: a password that is shown has another.
const PASSWORDS: &str = "[name*=password]";

/// Sends the form that is its child, and shows the answer in place.
#[island]
pub fn Sending(children: Children) -> impl IntoView {
    view! { <div class="island" on:submit=send use:recover>{children()}</div> }
}

/// Who comes back to a page that the browser kept finds a form that can be sent again.
fn recover(island: Element) {
    window_event_listener_untyped("pageshow", move |_| {
        if let Ok(Some(form)) = island.query_selector("form") {
            set_free(&form);
        }
    });
}

fn send(event: SubmitEvent) {
    let Some(form) = event
        .target()
        .and_then(|form| form.dyn_into::<HtmlFormElement>().ok())
    else {
        return;
    };
    event.prevent_default();
    // A second click or Enter while the first one is under way is no second submission.
    if form.has_attribute(BUSY) {
        return;
    }
    set_busy(&form);
    clear(&form);
    hold();
    spawn_local(async move {
        let answer = post(&form).await;
        if !matches!(answer, Ok(Answer::GoTo(_))) {
            release();
            set_free(&form);
        }
        match answer {
            Ok(Answer::GoTo(path)) => {
                start_afresh();
                leave_for(&path);
            }
            Ok(Answer::Refused {
                is_credentials,
                field,
                message,
            }) => {
                if !field.is_some_and(|field| show(&form, &field, &message)) {
                    tell(&form, &message);
                }
                if is_credentials {
                    ask_again(&form);
                }
            }
            Err(_) => tell(&form, &form.get_attribute(UNREACHABLE).unwrap_or_default()),
        }
    });
}

/// There while the server is at work.
const BUSY: &str = "aria-busy";

const UNREACHABLE: &str = "data-unreachable";

fn set_busy(form: &Element) {
    let _ = form.set_attribute(BUSY, "true");
    for_each(form, "[type=submit]", |button| {
        let _ = button.set_attribute("aria-disabled", "true");
        swap_text(button);
    });
}

fn set_free(form: &Element) {
    if form.has_attribute(BUSY) {
        let _ = form.remove_attribute(BUSY);
        for_each(form, "[type=submit]", |button| {
            let _ = button.remove_attribute("aria-disabled");
            swap_text(button);
        });
    }
}

/// Shows a message for the form as a whole.
fn tell(form: &Element, message: &str) {
    for_each(form, ".form-error", |place| {
        place.set_text_content(Some(message))
    });
}

/// What the server said to a form.
enum Answer {
    GoTo(String),
    Refused {
        /// The password was wrong, and nothing but that.
        is_credentials: bool,
        field: Option<String>,
        message: String,
    },
}

async fn post(form: &HtmlFormElement) -> Result<Answer, JsValue> {
    let fields =
        UrlSearchParams::new_with_str_sequence_sequence(&FormData::new_with_form(form)?.into())?;
    let headers = Headers::new()?;
    headers.set("Accept", "application/json")?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_headers(&headers);
    request.set_body(&fields);
    // Not `form.action()`: a field of that name would stand in its place.
    let action = form.get_attribute("action").unwrap_or_default();
    let response: Response = JsFuture::from(window().fetch_with_str_and_init(&action, &request))
        .await?
        .dyn_into()?;
    let answer = JsFuture::from(response.json()?).await?;
    if response.ok() {
        return answer.as_string().map(Answer::GoTo).ok_or(answer);
    }
    let text = |key: &str| {
        js_sys::Reflect::get(&answer, &key.into())
            .ok()
            .and_then(|value| value.as_string())
    };
    let message = text("message").ok_or(JsValue::NULL)?;
    // The page itself says what to do instead of a link that does nothing any more.
    if text("code").is_some_and(|code| code == "link_gone") {
        return Ok(Answer::GoTo(window().location().href()?));
    }
    let is_credentials = text("code").is_some_and(|code| code == "bad_credentials");
    Ok(Answer::Refused {
        is_credentials,
        field: text("field"),
        message,
    })
}

/// A full navigation: the next page comes from the server, past its guard, with the new cookies.
fn leave_for(path: &str) {
    let _ = window().location().assign(path);
}

fn clear(form: &HtmlFormElement) {
    for_each(form, ".form-error, .field-error", |element| {
        element.set_text_content(None)
    });
    for_each(form, "[aria-invalid]", |element| {
        let _ = element.remove_attribute("aria-invalid");
    });
}

/// Shows a message at its field and goes there. Returns whether there is such a field.
fn show(form: &HtmlFormElement, field: &str, message: &str) -> bool {
    let find = |selector: String| form.query_selector(&selector).ok().flatten();
    let (Some(input), Some(place)) = (find(format!("#{field}")), find(format!("#{field}-error")))
    else {
        return false;
    };
    place.set_text_content(Some(message));
    let _ = input.set_attribute("aria-invalid", "true");
    focus(&input);
    true
}

/// Empties the passwords, as the page without script does, and goes to the first thing to be typed.
fn ask_again(form: &HtmlFormElement) {
    for_each(form, PASSWORDS, |element| {
        if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
            input.set_value("");
        }
    });
    let password = form.query_selector(PASSWORDS).ok().flatten();
    let first = || {
        form.query_selector("input:not([type=hidden])")
            .ok()
            .flatten()
    };
    if let Some(input) = password.or_else(first) {
        focus(&input);
    }
}

fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}

fn for_each(form: &Element, selector: &str, act: impl Fn(&Element)) {
    let Ok(list) = form.query_selector_all(selector) else {
        return;
    };
    for element in (0..list.length()).filter_map(|at| list.get(at)) {
        if let Some(element) = element.dyn_ref::<Element>() {
            act(element);
        }
    }
}
