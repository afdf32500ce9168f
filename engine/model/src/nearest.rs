//! Guesses which known name a person meant.

use crate::text::Text;

/// Returns the one of `known` that is most like `word`, if one is like it at all.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let longest = word.chars().count().max(1);
    let allowed = if longest < 4 { 1 } else { longest.div_ceil(3).min(4) };
    known
        .into_iter()
        .map(|name| (strsim::osa_distance(&word, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Returns help for an unknown `word`: the nearest known name, or all names when they are few.
pub fn help<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<Text> {
    const FEW: usize = 16;
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(name) = nearest(word, known.iter().copied()) {
        return Some(Text::both(
            format!("có phải bạn muốn viết `{name}`?"),
            format!("did you mean `{name}`?"),
        ));
    }
    if known.is_empty() || known.len() > FEW {
        return None;
    }
    let list = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    Some(Text::both(format!("có thể dùng: {list}"), format!("possible: {list}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Locale;

    const KNOWN: [&str; 4] = ["school", "year", "full_name", "on"];

    #[test]
    fn slips_of_the_finger_are_seen_through() {
        assert_eq!(nearest("schol", KNOWN), Some("school"));
        assert_eq!(nearest("fullname", KNOWN), Some("full_name"));
        assert_eq!(nearest("Year", KNOWN), Some("year"));
        assert_eq!(nearest("no", KNOWN), Some("on"));
    }

    #[test]
    fn other_words_give_the_list() {
        assert_eq!(nearest("template", KNOWN), None);
        let help = help("template", KNOWN).unwrap();
        assert_eq!(help.get(Locale::En), "possible: `school`, `year`, `full_name`, `on`");
    }
}
