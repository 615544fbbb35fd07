//! Leaving a page whose session is over: the server says so, and the page is asked for again.
//!
//! A stream takes one of the few connections that a browser makes to a host, so only a page that
//! somebody can see has one. When it is seen again it asks again, and hears what it missed.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, EventSource, RequestInit, Response, VisibilityState};

const EVENTS: &str = "/session/events";
/// Where a tab notes when it was reloaded last, in seconds: it holds nothing else.
const RELOADED: &str = "reloaded";
/// The least time between two reloads, and between two streams when the first one failed.
const PAUSE: Duration = Duration::from_secs(30);

thread_local! {
    /// The stream, while there is one.
    static STREAM: RefCell<Option<EventSource>> = const { RefCell::new(None) };
    /// Whether the page is one that leaves.
    static WATCHES: Cell<bool> = const { Cell::new(false) };
    /// Whether a form is on its way.
    static IS_HELD: Cell<bool> = const { Cell::new(false) };
}

/// Shows nothing. Stands on every page that only somebody signed in may see.
#[island]
pub fn SessionWatch() -> impl IntoView {
    view! { <span hidden use:watch></span> }
}

/// Begins when the island wakes.
fn watch(_island: Element) {
    WATCHES.set(true);
    open();
    window_event_listener_untyped("visibilitychange", |_| {
        if is_visible() { open() } else { close() }
    });
    window_event_listener_untyped("pageshow", |_| release());
    window_event_listener_untyped("pagehide", |_| close());
    // Signing out ends the session before the next page is there. To reload now would be to leave
    // for another place than the form does.
    window_event_listener_untyped("beforeunload", |_| {
        close();
        set_timeout(open, PAUSE);
    });
}

/// Forgets the last reload. Who has done something since, like signing in, is not in a circle.
pub(crate) fn start_afresh() {
    if let Ok(Some(storage)) = window().session_storage() {
        let _ = storage.remove_item(RELOADED);
    }
}

/// Stays on the page until the form that is on its way has its answer. A form may end the session that it
/// is sent in, and bring the next one: to leave before would be to lose it.
pub(crate) fn hold() {
    IS_HELD.set(true);
    close();
}

/// The form had its answer, and the page stays.
pub(crate) fn release() {
    IS_HELD.set(false);
    open();
}

fn is_visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

fn open() {
    STREAM.with_borrow_mut(|stream| {
        let is_wanted = WATCHES.get() && !IS_HELD.get() && is_visible();
        if stream.is_none() && is_wanted {
            *stream = listen();
        }
    });
}

fn close() {
    if let Some(stream) = STREAM.take() {
        stream.close();
    }
}

fn listen() -> Option<EventSource> {
    let stream = EventSource::new(EVENTS).ok()?;
    let on_ended = Closure::<dyn Fn()>::new(reload).into_js_value();
    let on_error = Closure::<dyn Fn()>::new(doubt).into_js_value();
    stream
        .add_event_listener_with_callback("ended", on_ended.unchecked_ref())
        .ok()?;
    stream.set_onerror(Some(on_error.unchecked_ref()));
    Some(stream)
}

/// A stream that broke is opened again by the browser. One that was refused is not, and the browser does
/// not say why: it may be a proxy whose server is away, and then this page is better than the next.
fn doubt() {
    let was_refused = STREAM.with_borrow(|stream| {
        let state = stream.as_ref().map(EventSource::ready_state);
        state == Some(EventSource::CLOSED)
    });
    if was_refused {
        close();
        wasm_bindgen_futures::spawn_local(async {
            if status().await == Some(401) {
                reload();
            } else {
                set_timeout(open, PAUSE);
            }
        });
    }
}

async fn status() -> Option<u16> {
    let request = RequestInit::new();
    request.set_method("HEAD");
    let answer = JsFuture::from(window().fetch_with_str_and_init(EVENTS, &request));
    let response: Response = answer.await.ok()?.dyn_into().ok()?;
    Some(response.status())
}

/// Asks for the page again, so that the guard leads to the sign-in and back here. Should the server show
/// the page all the same, it is not asked again at once.
fn reload() {
    close();
    if IS_HELD.get() {
        return;
    }
    if is_visible() && may_reload() {
        let _ = window().location().reload();
    } else {
        set_timeout(open, PAUSE);
    }
}

/// Whether the last time is long enough ago. Notes that there is another.
fn may_reload() -> bool {
    let Ok(Some(storage)) = window().session_storage() else {
        return false;
    };
    let now = (js_sys::Date::now() / 1000.0) as u64;
    let last = storage.get_item(RELOADED).ok().flatten();
    let last = last.and_then(|text| text.parse().ok());
    let is_early = last.is_some_and(|last| now.abs_diff(last) < PAUSE.as_secs());
    !is_early && storage.set_item(RELOADED, &now.to_string()).is_ok()
}
