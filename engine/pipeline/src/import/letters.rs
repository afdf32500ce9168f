//! Words as different programs write them, made comparable: Unicode forms, the look-alike of Đ,
//! blanks, line breaks, case.

use bieumau_model::definition::NameOrder;
use bieumau_model::names;
use bieumau_model::text::nfc;

/// The Icelandic letters that look like Đ and đ.
const LOOK_ALIKES: [(char, char); 2] = [('\u{D0}', 'Đ'), ('\u{F0}', 'đ')];

/// Writes Đ where a letter only looks like it.
pub(crate) fn mend(text: &str) -> String {
    let right = |letter| LOOK_ALIKES.iter().find(|(wrong, _)| *wrong == letter).map(|pair| pair.1);
    text.chars().map(|letter| right(letter).unwrap_or(letter)).collect()
}

/// Returns a text in NFC with single blanks in place of every run of blanks and line breaks.
pub(crate) fn tidy(text: &str) -> String {
    let text = nfc(text);
    let visible = text.replace(['\u{200B}', '\u{FEFF}'], "").replace('\u{A0}', " ");
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns what two headings have in common that differ in case, blanks, line breaks and
/// punctuation: `ĐĐG\ntx 1` and `ĐĐGtx1`.
pub(crate) fn folded(heading: &str) -> String {
    mend(&tidy(heading))
        .to_lowercase()
        .chars()
        .filter(|letter| letter.is_alphanumeric() || *letter == '&')
        .collect()
}

/// Returns whether two spellings are of one name: case, blanks and the place of the tone mark do
/// not count.
pub(crate) fn same_name(one: &str, other: &str) -> bool {
    let key = |name: &str| names::sort_key(&mend(&tidy(name)), NameOrder::GivenThenLeftToRight);
    key(one) == key(other)
}

/// Returns whether a name of several words is written in capitals only.
pub(crate) fn is_in_capitals(name: &str) -> bool {
    let letters = name.chars().filter(|letter| letter.is_alphabetic());
    letters.clone().count() > 3 && letters.clone().all(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_the_same_in_every_spelling() {
        for other in ["ĐĐG\ntx 1", "đđgtx1", "ĐĐGtx1", "\u{D0}\u{D0}Gtx 1", " ĐĐGtx. 1 "] {
            assert_eq!(folded(other), folded("ĐĐGtx 1"), "{other}");
        }
        let decomposed = "Ho\u{323} va\u{300} te\u{302}n";
        assert_eq!(folded(decomposed), folded("Họ và tên"));
        assert_ne!(folded("ĐĐGgk"), folded("ĐĐGck"));
    }

    #[test]
    fn a_name_is_the_same_in_capitals_and_with_the_tone_elsewhere() {
        assert!(same_name("NGUYỄN VĂN HÒA", "Nguyễn Văn  Hoà"));
        assert!(same_name("\u{D0}ỗ Văn An", "Đỗ Văn An"));
        assert!(!same_name("Nguyễn Văn An", "Nguyễn Văn Ân"));
    }

    #[test]
    fn names_in_capitals_are_seen() {
        assert!(is_in_capitals("ĐỖ VĂN AN"));
        assert!(!is_in_capitals("Đỗ Văn An"));
        assert!(!is_in_capitals("Y An"));
    }
}
