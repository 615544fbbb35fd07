//! Showing what was typed as a password.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, MouseEvent};

use crate::form::swap::{swap_label, swap_text};

/// Shows and hides the password that is its child, when the button beside it is pressed.
#[island]
pub fn Revealing(children: Children) -> impl IntoView {
    view! { <div class="with-button" on:click=toggle use:offer>{children()}</div> }
}

/// Shows the button, now that it can do something.
fn offer(island: Element) {
    if let Ok(Some(button)) = island.query_selector("button") {
        let _ = button.remove_attribute("hidden");
    }
}

fn toggle(event: MouseEvent) {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let Some(button) = target.and_then(|target| target.closest("button").ok().flatten()) else {
        return;
    };
    let input = button.previous_element_sibling();
    if let Some(input) = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) {
        let is_shown = input.type_() == "text";
        input.set_type(if is_shown { "password" } else { "text" });
        swap_text(&button);
        swap_label(&button);
    }
}
