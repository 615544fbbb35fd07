//! What a device is, seen at a glance. The words beside it say the same.

use leptos::prelude::*;
use leptos::tachys::html::InertElement;
use serde::{Deserialize, Serialize};

/// What somebody holds in their hands, or sits at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceKind {
    /// A phone or a tablet.
    Phone,
    Computer,
    /// Something that asks by itself.
    Program,
    #[default]
    Unknown,
}

/// Strokes on a square of 24.
macro_rules! icon {
    ($strokes:literal) => {
        concat!(
            r#"<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">"#,
            $strokes,
            "</svg>"
        )
    };
}

impl DeviceKind {
    fn svg(self) -> &'static str {
        match self {
            Self::Phone => {
                icon!(
                    r#"<rect x="7" y="2.75" width="10" height="18.5" rx="2.25"/><path d="M11 18.25h2"/>"#
                )
            }
            Self::Computer => {
                icon!(
                    r#"<rect x="4.75" y="4.75" width="14.5" height="10.5" rx="1.75"/><path d="M2.75 19.25h18.5"/>"#
                )
            }
            Self::Program => {
                icon!(
                    r#"<rect x="2.75" y="4.25" width="18.5" height="15.5" rx="2.25"/><path d="M7 9.25l3 2.75-3 2.75M12.75 15H17"/>"#
                )
            }
            Self::Unknown => {
                icon!(
                    r#"<circle cx="12" cy="12" r="9.25"/><path d="M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M12 16.75v.01"/>"#
                )
            }
        }
    }
}

/// A text that is there already: a list of devices has many of them.
#[component]
#[must_use]
pub fn DeviceIcon(kind: DeviceKind) -> impl IntoView {
    InertElement::new(kind.svg())
}
