//! The pages: what each is called and who may see it. The table of them is in `lib.rs`.
//!
//! A page is one file and one line in that table. The line declares the module, routes its view, names its title and
//! the fields of its form, and says who may see it. There is no way to leave that out, and whatever is under the path
//! of a page that asks for a session asks for one as well.

use words::Words;

/// Who may see a page; the strictest comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    Everybody,
    /// Who has no session. Others are sent on, because there is nothing for them.
    Strangers,
    /// Who is signed in.
    Members,
    /// Who is signed in, and has given their password not long ago.
    Proven,
    /// Who is signed in with the role of an administrator.
    Admins,
}

/// What a page is called, in each language. A page in one language says `|_| "Papers".to_owned()`.
pub type Title = fn(&Words) -> String;

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// As the router takes it: `:name` is any segment, `*name` all that are left.
    pub path: &'static str,
    /// Whether other paths than this one fit it.
    is_pattern: bool,
    pub title: Title,
    pub who: Who,
    /// The names of the fields of the form that is posted to the path; none when there is none.
    pub fields: Option<&'static [&'static str]>,
    /// Whether every page leads there, for those who may see it.
    pub is_in_navigation: bool,
    /// Whether all strangers who ask for it without a query see the same, for as long as the server runs.
    pub is_same_for_strangers: bool,
}

/// A page for everybody.
#[must_use]
pub const fn public(title: Title) -> Page {
    Page::new(title, Who::Everybody)
}

/// A page for those who have no session.
#[must_use]
pub const fn strangers(title: Title) -> Page {
    Page::new(title, Who::Strangers)
}

/// A page for those who are signed in.
#[must_use]
pub const fn members(title: Title) -> Page {
    Page::new(title, Who::Members)
}

/// A page for those who are signed in, and have given their password not long ago.
#[must_use]
pub const fn proven(title: Title) -> Page {
    Page::new(title, Who::Proven)
}

/// A page for administrators.
#[must_use]
pub const fn admins(title: Title) -> Page {
    Page::new(title, Who::Admins)
}

impl Page {
    const fn new(title: Title, who: Who) -> Self {
        Self {
            path: "",
            is_pattern: false,
            title,
            who,
            fields: None,
            is_in_navigation: false,
            is_same_for_strangers: false,
        }
    }

    /// With a form that is posted to the path of the page, and has these fields.
    #[must_use]
    pub const fn form(self, fields: &'static [&'static str]) -> Self {
        Self {
            fields: Some(fields),
            ..self
        }
    }

    /// With a link to it at the top of every page.
    #[must_use]
    pub const fn in_navigation(self) -> Self {
        Self {
            is_in_navigation: true,
            ..self
        }
    }

    /// Rendered once for all strangers: nothing in it may come from a database, a clock or their address. A page that is
    /// at many places, by a pattern, is rendered each time all the same.
    #[must_use]
    pub const fn same_for_strangers(self) -> Self {
        Self {
            is_same_for_strangers: true,
            ..self
        }
    }

    /// For the table: its path.
    #[must_use]
    pub const fn at(self, path: &'static str) -> Self {
        let bytes = path.as_bytes();
        let (mut at, mut is_pattern) = (0, false);
        while at < bytes.len() {
            is_pattern = is_pattern || bytes[at] == b':' || bytes[at] == b'*';
            at += 1;
        }
        Self {
            path,
            is_pattern,
            ..self
        }
    }

    /// Whether this is the page at `path` and at no other.
    #[must_use]
    pub fn is_only_at(&self, path: &str) -> bool {
        !self.is_pattern && self.path == path
    }

    /// Whether this is the page at `path`.
    #[must_use]
    pub fn is_at(&self, path: &str) -> bool {
        if !self.is_pattern {
            return self.path == path;
        }
        let mut wanted = path.split('/');
        for segment in self.path.split('/') {
            if segment.starts_with('*') {
                return true;
            }
            match wanted.next() {
                Some(part) if segment.starts_with(':') => {
                    if part.is_empty() {
                        return false;
                    }
                }
                part if part == Some(segment) => {}
                _ => return false,
            }
        }
        wanted.next().is_none()
    }

    /// Whether `path`, in any letter case, is that of the page or under it. What stands for any segment covers all.
    fn covers(&self, path: &str) -> bool {
        let is_fixed = |segment: &&str| !segment.starts_with([':', '*']);
        let mut asked = path.split('/');
        self.path
            .trim_end_matches('/')
            .split('/')
            .take_while(is_fixed)
            .all(|segment| {
                asked
                    .next()
                    .is_some_and(|part| part.to_lowercase() == segment.to_lowercase())
            })
    }
}

/// The page at a path.
#[must_use]
pub fn page_at(path: &str) -> Option<&'static Page> {
    find(crate::PAGES, path)
}

/// Who may see what is at a path: what the page says that is there, or else the strictest of those that it is under.
#[must_use]
pub fn who_may_see(path: &str) -> Who {
    strictest(crate::PAGES, path)
}

fn find<'a>(pages: &'a [Page], path: &str) -> Option<&'a Page> {
    // The first that fits, as in the router.
    pages.iter().find(|page| page.is_at(path))
}

fn strictest(pages: &[Page], path: &str) -> Who {
    let trimmed = path.strip_suffix('/').filter(|rest| !rest.is_empty());
    let path = trimmed.unwrap_or(path);
    if let Some(page) = find(pages, path) {
        return page.who;
    }
    let asking = pages
        .iter()
        .filter(|page| !matches!(page.who, Who::Everybody | Who::Strangers));
    asking
        .filter(|page| page.covers(path))
        .map(|page| page.who)
        .max()
        .unwrap_or(Who::Everybody)
}

/// The forms that stand on no page of their own.
const FORMS_OF_ALL_PAGES: [(&str, &[&str]); 3] = [
    ("/language", crate::language::FIELDS),
    ("/logout", &[]),
    ("/theme", crate::theme::FIELDS),
];

/// The fields that the form posted to `path` has; none when nothing is posted there.
#[must_use]
pub fn form_fields(path: &str) -> Option<&'static [&'static str]> {
    let everywhere = FORMS_OF_ALL_PAGES.iter().find(|(form, _)| *form == path);
    match everywhere {
        Some((_, fields)) => Some(fields),
        None => page_at(path)?.fields,
    }
}

/// Whether the form posted to `path` stands on the page of that path.
#[must_use]
pub fn form_has_page(path: &str) -> bool {
    page_at(path).is_some_and(|page| page.fields.is_some())
}

/// Declares the modules of pages, the table of them, and the component that routes to them.
macro_rules! pages {
    ($($module:ident::$view:ident at $path:tt = $page:expr;)*) => {
        $(pub mod $module;)*

        /// Every page of the site.
        pub const PAGES: &[$crate::pages::Page] = {
            // `members`, `public` and the others, by which the lines say who may see a page.
            use $crate::pages::*;
            &[$($page.at($path)),*]
        };

        /// Routes to the pages. Each is rendered in one piece: status, cookies and body are decided before the
        /// first byte leaves.
        #[component]
        #[must_use]
        pub fn App() -> impl IntoView {
            view! {
                <Router>
                    <Layout>
                        <FlatRoutes fallback=NotFound>
                            $(<Route path=path!($path) view=$module::$view ssr=SsrMode::Async />)*
                        </FlatRoutes>
                    </Layout>
                </Router>
            }
        }
    };
}
pub(crate) use pages;

#[cfg(test)]
mod tests {
    use super::*;

    const NAMELESS: Title = |_| String::new();

    const TABLE: &[Page] = &[
        public(NAMELESS).at("/"),
        strangers(NAMELESS).at("/login"),
        members(NAMELESS).at("/team"),
        public(NAMELESS).at("/team/join"),
        admins(NAMELESS).at("/team/:member/keys"),
        members(NAMELESS).at("/papers/:id"),
        proven(NAMELESS).at("/team/data"),
    ];

    #[test]
    fn what_is_under_a_page_that_asks_for_a_session_asks_for_one() {
        for (path, who) in [
            ("/", Who::Everybody),
            ("/x", Who::Everybody),
            ("/login", Who::Strangers),
            ("/teams", Who::Everybody),
            ("/papers/7", Who::Members),
            ("/papers", Who::Members),
            ("/Papers/7", Who::Members),
            ("/team/join", Who::Everybody),
            ("/team/join/", Who::Everybody),
        ] {
            assert_eq!(strictest(TABLE, path), who, "{path}");
        }
    }

    #[test]
    fn the_strictest_of_several_counts() {
        for path in ["/team/x", "/TEAM/Join", "/team/join/x", "/team/7/keys"] {
            assert_eq!(strictest(TABLE, path), Who::Admins, "{path}");
        }
    }

    #[test]
    fn a_pattern_is_at_whatever_fits_it() {
        let page = members(NAMELESS).at("/papers/:id");
        assert!(page.is_at("/papers/7"));
        for other in ["/papers", "/papers/", "/papers/7/x", "/paper/7"] {
            assert!(!page.is_at(other), "{other}");
        }
        assert!(public(NAMELESS).at("/files/*rest").is_at("/files/a/b"));
    }

    #[test]
    fn only_a_page_without_a_pattern_is_at_one_path_and_at_no_other() {
        let (page, pattern) = (members(NAMELESS).at("/team"), members(NAMELESS).at("/:id"));
        assert!(page.is_only_at("/team") && page.is_at("/team"));
        for other in ["/team/", "/Team", "/", "/team/x"] {
            assert!(!page.is_only_at(other) && !page.is_at(other), "{other}");
        }
        assert!(pattern.is_at("/team"));
        assert!(!pattern.is_only_at("/team") && !pattern.is_only_at("/:id"));
    }

    #[test]
    fn no_two_pages_are_at_one_path() {
        for (at, page) in crate::PAGES.iter().enumerate() {
            let others = &crate::PAGES[at + 1..];
            assert!(
                others.iter().all(|other| other.path != page.path),
                "{}",
                page.path
            );
        }
    }
}
