//! Forms that work as plain HTML and are smoother with WASM.
//!
//! Without script the browser posts the form and the server answers with the page. With it, the
//! island posts the same fields to the same address, and shows the answer in place.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Element, FormData, Headers, HtmlElement, HtmlFormElement, HtmlInputElement, RequestInit,
    Response, UrlSearchParams,
};

use crate::session::Visit;
use crate::watch::{hold, release, start_afresh};

/// Not by `type`: a password that is shown has another.
const PASSWORDS: &str = "[name*=password]";

const UNREACHABLE: &str = "The server could not be reached. Nothing was lost: please try again.";

/// A form that posts to `action`, with its fields as children.
#[island]
pub fn Form(
    action: String,
    /// What the button says.
    submit: String,
    /// What it says while the server is at work.
    busy: String,
    /// The message for the form as a whole.
    error: Option<String>,
    children: Children,
) -> impl IntoView {
    let (is_busy, set_busy) = signal(false);
    let (message, set_message) = signal(error);
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        // A second click or Enter while the first one is under way is no second submission.
        if is_busy.get_untracked() {
            return;
        }
        let form: HtmlFormElement = event_target(&event);
        set_busy.set(true);
        set_message.set(None);
        hold();
        leptos::task::spawn_local(async move {
            clear(&form);
            let answer = post(&form).await;
            if !matches!(answer, Ok(Answer::GoTo(_))) {
                release();
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
                    set_busy.set(false);
                    if !field.is_some_and(|field| show(&form, &field, &message)) {
                        set_message.set(Some(message));
                    }
                    if is_credentials {
                        ask_again(&form);
                    }
                }
                Err(_) => {
                    set_busy.set(false);
                    set_message.set(Some(UNREACHABLE.to_owned()));
                }
            }
        });
    };
    // Who comes back to a page that the browser kept finds a form that can be sent again.
    Effect::new(move || {
        window_event_listener_untyped("pageshow", move |_| set_busy.set(false));
    });
    let label = move || {
        if is_busy.get() {
            busy.clone()
        } else {
            submit.clone()
        }
    };
    view! {
        <form method="post" action=action novalidate on:submit=on_submit aria-busy=move || is_busy.get().to_string()>
            <p class="form-error" role="alert">{move || message.get()}</p>
            {children()}
            <button class="button primary" type="submit" aria-disabled=move || is_busy.get().to_string()>{label}</button>
        </form>
    }
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
    for_each(form, ".field-error", |element| {
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

fn for_each(form: &HtmlFormElement, selector: &str, act: impl Fn(&Element)) {
    let Ok(list) = form.query_selector_all(selector) else {
        return;
    };
    for element in (0..list.length()).filter_map(|at| list.get(at)) {
        if let Some(element) = element.dyn_ref::<Element>() {
            act(element);
        }
    }
}

/// A labelled line of text, with its hint and its error.
#[component]
#[must_use]
pub fn Field(
    name: &'static str,
    label: &'static str,
    #[prop(default = "text")] kind: &'static str,
    autocomplete: &'static str,
    #[prop(optional, into)] hint: Option<&'static str>,
    /// What stands in it when nothing was typed yet.
    #[prop(optional, into)]
    value: String,
    #[prop(default = true)] required: bool,
) -> impl IntoView {
    let form = use_context::<Visit>().unwrap_or_default().form;
    let error = form.error_at(name);
    let is_invalid = error.is_some();
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input
                id=name
                name=name
                type=kind
                value=form.value(name).unwrap_or(value)
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                required=required
                autofocus=is_invalid
                aria-invalid=is_invalid.then_some("true")
                aria-describedby=format!("{name}-hint {name}-error")
            />
            <p class="field-hint" id=format!("{name}-hint")>{hint}</p>
            <p class="field-error" id=format!("{name}-error") role="alert">{error}</p>
        </div>
    }
}

/// A value that travels with a form and is not shown.
#[component]
#[must_use]
pub fn Hidden(name: &'static str, #[prop(into)] value: String) -> impl IntoView {
    view! { <input type="hidden" name=name value=value /> }
}

/// A password with a button that shows it. The button is there only when it can do something.
#[island]
pub fn PasswordField(
    name: String,
    label: String,
    autocomplete: String,
    hint: Option<String>,
    error: Option<String>,
) -> impl IntoView {
    let (is_shown, set_shown) = signal(false);
    let (is_awake, set_awake) = signal(false);
    Effect::new(move || set_awake.set(true));
    let is_invalid = error.is_some();
    view! {
        <div class="field">
            <label for=name.clone()>{label}</label>
            <div class="with-button">
                <input
                    id=name.clone()
                    name=name.clone()
                    type=move || if is_shown.get() { "text" } else { "password" }
                    autocomplete=autocomplete
                    autocapitalize="none"
                    spellcheck="false"
                    required
                    autofocus=is_invalid
                    aria-invalid=is_invalid.then_some("true")
                    aria-describedby=format!("{name}-hint {name}-error")
                />
                <button
                    class="reveal"
                    type="button"
                    hidden=move || !is_awake.get()
                    aria-label=move || if is_shown.get() { "Hide password" } else { "Show password" }
                    on:click=move |_| set_shown.update(|shown| *shown = !*shown)
                >
                    {move || if is_shown.get() { "Hide" } else { "Show" }}
                </button>
            </div>
            <p class="field-hint" id=format!("{name}-hint")>{hint}</p>
            <p class="field-error" id=format!("{name}-error") role="alert">{error}</p>
        </div>
    }
}
