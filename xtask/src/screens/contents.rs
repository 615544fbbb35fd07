//! The page that shows all pictures, a row for each state.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::screens::ENGLISH;

const ENDING: &str = "webp";

/// As the pictures have them at the end of their names.
const LOOKS: [&str; 4] = ["desktop-light", "desktop-dark", "phone-light", "phone-dark"];

/// How wide a picture of a desktop and one of a phone are shown.
const WIDTHS: [u32; 4] = [280, 280, 130, 130];

/// What the name of a picture says its language is; none when it is no picture.
pub(crate) fn language(name: &str) -> Option<&str> {
    let name = name.strip_suffix(ENDING)?.strip_suffix('.')?;
    Some(
        name.rsplit_once('.')
            .map_or(ENGLISH, |(_, language)| language),
    )
}

pub(crate) fn file(language: &str) -> String {
    match language {
        ENGLISH => "README.md".to_owned(),
        other => format!("README.{other}.md"),
    }
}

pub(crate) fn page(pictures: &[String], language: &str) -> String {
    let mut page = format!(
        "# Every page in every state\n\nMade by `cargo xtask screens{}`, and by nobody's hand.\n\n| | {} |\n|{}\n",
        if language == ENGLISH {
            String::new()
        } else {
            format!(" --language {language}")
        },
        LOOKS.map(|look| look.replace('-', ", ")).join(" | "),
        " --- |".repeat(LOOKS.len() + 1),
    );
    for (screen, names) in by_screen(pictures) {
        let cells = LOOKS.iter().zip(WIDTHS).map(|(look, width)| {
            let name = names.iter().find(|name| looks(name, look));
            name.map(|name| cell(screen, name, width))
                .unwrap_or_default()
        });
        let cells = cells.collect::<Vec<_>>().join(" | ");
        let _ = writeln!(page, "| {} | {cells} |", screen.replace('-', " "));
    }
    page
}

fn by_screen(pictures: &[String]) -> BTreeMap<&str, Vec<&str>> {
    let mut screens: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in pictures {
        let cut = LOOKS
            .iter()
            .filter_map(|look| name.rfind(&format!("-{look}.")));
        if let Some(end) = cut.max() {
            screens.entry(&name[..end]).or_default().push(name);
        }
    }
    screens
}

fn looks(name: &str, look: &str) -> bool {
    name.contains(&format!("-{look}."))
}

fn cell(screen: &str, name: &str, width: u32) -> String {
    let words = screen.replace('-', " ");
    format!(r#"<a href="{name}"><img src="{name}" width="{width}" alt="{words}"></a>"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_its_language() {
        assert_eq!(language("login-empty-desktop-light.webp"), Some("en"));
        assert_eq!(language("login-empty-desktop-light.de.webp"), Some("de"));
        assert_eq!(language("README.md"), None);
    }

    #[test]
    fn a_state_is_a_row_with_its_pictures_side_by_side() {
        let names = [
            "login-empty-phone-dark.webp",
            "login-empty-desktop-light.webp",
            "home-desktop-light.webp",
        ];
        let page = page(&names.map(str::to_owned), ENGLISH);
        let rows: Vec<&str> = page.lines().filter(|line| line.contains("<img")).collect();
        assert_eq!(rows.len(), 2);
        assert!(rows[0].starts_with("| home | <a"));
        let (light, dark) = (rows[1].find("desktop-light"), rows[1].find("phone-dark"));
        assert!(light.is_some() && light < dark);
    }
}
