//! Words that change places with those that an element keeps for the other case.

use web_sys::Element;

/// What an element says, with its `data-other-text`.
pub(super) fn swap_text(element: &Element) {
    if let Some(other) = element.get_attribute("data-other-text") {
        let said = element.text_content().unwrap_or_default();
        let _ = element.set_attribute("data-other-text", &said);
        element.set_text_content(Some(&other));
    }
}

/// Its `aria-label`, with its `data-other-label`.
pub(super) fn swap_label(element: &Element) {
    if let (Some(label), Some(other)) = (
        element.get_attribute("aria-label"),
        element.get_attribute("data-other-label"),
    ) {
        let _ = element.set_attribute("data-other-label", &label);
        let _ = element.set_attribute("aria-label", &other);
    }
}
