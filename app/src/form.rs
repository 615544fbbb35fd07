//! Forms that work as plain HTML and are smoother with WASM.
//!
//! Without script the browser posts the form and the server answers with the page. With it, the
//! island posts the same fields to the same address, and shows the answer in place.
//!
//! The islands have children and no properties: the server alone writes what a page says, and the words that change
//! are attributes of it. The WASM needs neither words, nor serde to read properties, nor signals: it is half as large.

pub mod reveal;
pub mod send;
mod swap;

use leptos::prelude::*;

use crate::form::reveal::Revealing;
use crate::form::send::Sending;
use crate::language::words;
use crate::session::visit;

/// A form that posts to `action`, with its fields as children.
#[component]
#[must_use]
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
    let unreachable = words().error_unreachable();
    view! {
        <Sending>
            <form method="post" action=action novalidate data-unreachable=unreachable>
                <p class="form-error" role="alert">{error}</p>
                {children()}
                <button class="button primary" type="submit" data-other-text=busy>{submit}</button>
            </form>
        </Sending>
    }
}

/// A labelled line of text, with its hint and its error.
#[component]
#[must_use]
pub fn Field(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(default = "text")] kind: &'static str,
    autocomplete: &'static str,
    #[prop(optional, into)] hint: Option<String>,
    /// What stands in it when nothing was typed yet.
    #[prop(optional, into)]
    value: String,
    #[prop(default = true)] required: bool,
) -> impl IntoView {
    let visit = visit();
    let form = &visit.form;
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
                dir="auto"
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
#[component]
#[must_use]
pub fn PasswordField(
    name: String,
    label: String,
    autocomplete: String,
    hint: Option<String>,
    error: Option<String>,
) -> impl IntoView {
    let words = words();
    let is_invalid = error.is_some();
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    let described_by = format!("{hint_id} {error_id}");
    view! {
        <div class="field">
            <label for=name.clone()>{label}</label>
            <Revealing>
                <input
                    id=name.clone()
                    name=name
                    type="password"
                    autocomplete=autocomplete
                    autocapitalize="none"
                    spellcheck="false"
                    required
                    autofocus=is_invalid
                    aria-invalid=is_invalid.then_some("true")
                    aria-describedby=described_by
                />
                <button
                    class="reveal"
                    type="button"
                    hidden
                    aria-label=words.show_password()
                    data-other-label=words.hide_password()
                    data-other-text=words.hide()
                >
                    {words.show()}
                </button>
            </Revealing>
            <p class="field-hint" id=hint_id>{hint}</p>
            <p class="field-error" id=error_id role="alert">{error}</p>
        </div>
    }
}
