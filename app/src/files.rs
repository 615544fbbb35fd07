//! The files that a page asks for, and the script that wakes its islands.

use std::sync::Arc;

use leptos::nonce::use_nonce;
use leptos::prelude::*;

/// Where the files of this build are; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Files(Arc<Paths>);

#[derive(Debug, Default)]
struct Paths {
    stylesheet: String,
    waking: String,
}

/// Wakes one island after the other, from the outside in: what an island is given as its children belongs to it, and is
/// told so before the islands among them wake. This is what the functions that Leptos compiles of islands expect.
///
/// It begins when the page can be seen: forms work without it, and on a slow line the WASM would only be in the way of
/// the style sheet. Where a browser does not say when that is, it begins after a second, or at once. Between two
/// islands it pauses: on a slow phone all of them at once would keep a finger waiting.
const WAKE: &str = r"
const owners = [];
const pause = () => new Promise((done) => setTimeout(done));
const wake = async (element, islands) => {
  const isChildren = element.localName === 'leptos-children';
  if (element.localName === 'leptos-island') {
    owners.at(-1)?.();
    const island = islands[element.dataset.component];
    if (island) await island(element);
    else console.warn(`There is no island ${element.dataset.component}.`);
    await pause();
  }
  if (isChildren) owners.push(element.$$on_hydrate);
  for (const child of element.children) await wake(child, islands);
  if (isChildren) owners.pop();
};
const start = async () => {
  const module_or_path = fetch(wasm);
  const islands = await import(script);
  await islands.default({ module_or_path });
  islands.hydrate();
  await pause();
  await wake(document.body, islands);
};
const seen = new Promise((done) => {
  setTimeout(done, 1000);
  new PerformanceObserver((paints) => {
    if (paints.getEntriesByName('first-contentful-paint').length) done();
  }).observe({ type: 'paint', buffered: true });
});
const begin = () => requestAnimationFrame(() => (window.requestIdleCallback ?? setTimeout)(start));
seen.then(begin, begin);
";

impl Files {
    /// From the paths of the style sheet, the script and the WASM.
    #[must_use]
    pub fn new(stylesheet: String, script: &str, wasm: &str) -> Self {
        let waking = format!("const script = {script:?}, wasm = {wasm:?};{WAKE}");
        Self(Arc::new(Paths { stylesheet, waking }))
    }

    /// The path of the style sheet.
    #[must_use]
    pub fn stylesheet(&self) -> &str {
        &self.0.stylesheet
    }
}

/// What stands in the head of every page. It takes the place of Leptos's `HydrationScripts`, which reads the list of
/// hashes from the disk for each page.
#[component]
#[must_use]
pub fn PageFiles() -> impl IntoView {
    // Nothing is sent along for the islands to take over: they get what they need as attributes.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    let Files(paths) = use_context::<Files>().unwrap_or_default();
    let nonce = use_nonce();
    // A page is complete without its islands: what wakes them is fetched when it has been drawn. Preloaded, the script
    // would come no sooner than the WASM, which it needs, and what is seen would come later.
    view! {
        <link rel="stylesheet" href=paths.stylesheet.clone() />
        <script type="module" nonce=nonce inner_html=paths.waking.clone()></script>
    }
}
