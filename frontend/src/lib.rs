//! The WASM entry: wakes the islands of a page that the server rendered.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    app::keep_islands();
    leptos::mount::hydrate_islands();
}
