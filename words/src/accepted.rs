//! Which language to speak, by the header `Accept-Language` (RFC 9110, 12.5.4).

use crate::Language;

impl Language {
    /// The language that somebody likes best of those that there are; English when it is none of them.
    ///
    /// Of two that are liked as well, the one that is named first. A region makes no difference: there is one
    /// German for all who speak it.
    #[must_use]
    pub fn accepted(header: &str) -> Self {
        let mut best = (0, Self::default());
        for range in header.split(',') {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight = thousandths(weight);
            if let Some(language) = Self::of_range(tag.trim())
                && weight > best.0
            {
                best = (weight, language);
            }
        }
        best.1
    }

    /// Like `de`, `de-AT`, or `*` for any.
    fn of_range(range: &str) -> Option<Self> {
        if range == "*" {
            return Some(Self::default());
        }
        let language = range.split('-').next().unwrap_or_default();
        let mut known = Self::iter().copied();
        known.find(|known| known.tag().eq_ignore_ascii_case(language))
    }
}

/// How much a language is liked. What cannot be read counts for nothing.
fn thousandths(parameter: &str) -> u16 {
    let value = parameter.trim().strip_prefix(['q', 'Q']);
    let value = value.and_then(|rest| rest.trim_start().strip_prefix('='));
    let weight = value.and_then(|value| value.trim().parse::<f32>().ok());
    let weight = weight.filter(|weight| (0.0..=1.0).contains(weight));
    weight.map_or(0, |weight| (weight * 1000.0) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_is_liked_best_is_spoken() {
        for (header, language) in [
            ("de", Language::De),
            ("de-AT,de;q=0.9", Language::De),
            ("DE-de", Language::De),
            ("de-CH-1996, en;q=0.5", Language::De),
            ("en-GB,en;q=0.9,de;q=0.8", Language::En),
            ("de;q=0.8, en;q=0.9", Language::En),
            ("de, en", Language::De),
            ("en;q=0, de;q=0.1", Language::De),
            ("fr-FR,fr;q=0.9,de;q=0.3", Language::De),
            ("fr, *;q=0.5", Language::En),
            ("de ; q = 0.7 , en;q=0.6", Language::De),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }

    #[test]
    fn who_likes_none_of_ours_or_cannot_be_understood_is_spoken_to_in_english() {
        for header in [
            "",
            "*",
            "fr",
            "fr;q=0.9, ja",
            "de;q=0",
            "de;q=2",
            "de;q=NaN",
            "de;level=1",
            "deutsch",
            ",;,=,-",
            "de\u{fc}",
        ] {
            assert_eq!(Language::accepted(header), Language::En, "{header}");
        }
    }
}
