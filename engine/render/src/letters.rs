//! Finds letters that the fonts lack, and puts a visible mark in their place.
//!
//! A name may hold anything that a keyboard or a copied web page can give: emoji, letters of
//! another script, control characters, marks that turn the direction of writing. None of them may
//! stop a document, and none may vanish unseen.

use std::borrow::Cow;
use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use typst::text::FontInfo;

/// Words of the bitmap that covers the basic plane.
const WORDS: usize = 0x1_0000 / 64;

/// The letters that can be shown.
#[derive(Debug, Clone)]
pub struct Letters {
    basic: Option<Box<[u64; WORDS]>>,
    beyond: HashSet<u32>,
    mark: char,
}

/// A letter that cannot be shown, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Place in the data: `pupils[3].full_name`, counted from 0.
    pub path: String,
    /// The letter.
    pub letter: char,
    /// What is shown in its place; nothing for control characters.
    pub shown: Option<char>,
    /// The record whose letter it is, as people know it: `Trần � Bình (3100225031)`.
    pub record: Option<String>,
}

impl Missing {
    fn at(path: &str, letter: char, shown: Option<char>) -> Self {
        Self { path: path.to_owned(), letter, shown, record: None }
    }
}

/// What becomes of a letter.
enum Fate {
    Kept,
    /// Another white space in its place.
    Space,
    /// Left out without a word: it shows nothing anyway.
    Dropped,
    /// Left out, and said so.
    Stripped,
    /// The mark in its place.
    Marked,
}

/// Returns the letters of `data` that `letters` cannot show, in the order of the data.
pub fn missing_glyphs(letters: &Letters, data: &Value) -> Vec<Missing> {
    let mut missing = Vec::new();
    let mut mended = data.clone();
    letters.mend(&mut mended, &mut String::new(), &mut missing);
    name_records(&mended, &mut missing);
    missing
}

impl Letters {
    /// Collects the letters of `fonts`, given as the bytes of font files.
    pub fn of<'a>(fonts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut basic = Box::new([0_u64; WORDS]);
        let mut beyond = HashSet::new();
        for letter in fonts
            .into_iter()
            .flat_map(FontInfo::iter)
            .flat_map(|info| info.coverage.iter().collect::<Vec<_>>())
        {
            match usize::try_from(letter).ok().and_then(|at| basic.get_mut(at / 64)) {
                Some(word) => *word |= 1 << (letter % 64),
                None => {
                    beyond.insert(letter);
                }
            }
        }
        let mut letters = Self { basic: Some(basic), beyond, mark: '\u{FFFD}' };
        letters.mark = ['\u{FFFD}', '□', '?'].into_iter().find(|m| letters.has(*m)).unwrap_or('?');
        letters
    }

    /// Returns all letters there are, for pages that a browser shows with fonts of its own.
    pub fn all() -> Self {
        Self { basic: None, beyond: HashSet::new(), mark: '\u{FFFD}' }
    }

    /// Returns whether `letter` can be shown.
    pub fn has(&self, letter: char) -> bool {
        let Some(basic) = &self.basic else { return true };
        let code = u32::from(letter);
        match usize::try_from(code).ok().and_then(|at| basic.get(at / 64)) {
            Some(word) => word & (1 << (code % 64)) != 0,
            None => self.beyond.contains(&code),
        }
    }

    /// Returns the JSON `data` with every text made showable, and what had to give way.
    pub(crate) fn clean<'a>(
        &self,
        data: &'a [u8],
    ) -> Result<(Cow<'a, [u8]>, Vec<Missing>), serde_json::Error> {
        if self.is_clean(data) {
            return Ok((Cow::Borrowed(data), Vec::new()));
        }
        let mut value: Value = serde_json::from_slice(data)?;
        let mut missing = Vec::new();
        self.mend(&mut value, &mut String::new(), &mut missing);
        name_records(&value, &mut missing);
        Ok((Cow::Owned(serde_json::to_vec(&value)?), missing))
    }

    /// Looks at the JSON text as it stands, which is right for nearly every document.
    ///
    /// JSON itself is plain ASCII, so a letter that cannot be shown stands either as it is or
    /// behind a backslash.
    fn is_clean(&self, data: &[u8]) -> bool {
        let Ok(text) = std::str::from_utf8(data) else { return false };
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            let clean = match letter {
                '\\' => matches!(letters.next(), Some('"' | '\\' | '/' | 'n')),
                ' '..='~' | '\n' | '\r' | '\t' => true,
                _ => matches!(self.fate(letter), Fate::Kept),
            };
            if !clean {
                return false;
            }
        }
        true
    }

    /// Walks over `value` and mends its texts; `path` is where it stands.
    fn mend(&self, value: &mut Value, path: &mut String, missing: &mut Vec<Missing>) {
        let length = path.len();
        match value {
            Value::String(text) => self.mend_text(text, path, missing),
            Value::Array(items) => {
                for (at, item) in items.iter_mut().enumerate() {
                    path.push_str(&format!("[{at}]"));
                    self.mend(item, path, missing);
                    path.truncate(length);
                }
            }
            Value::Object(fields) => {
                for (name, field) in fields {
                    if length > 0 {
                        path.push('.');
                    }
                    path.push_str(name);
                    self.mend(field, path, missing);
                    path.truncate(length);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn mend_text(&self, text: &mut String, path: &str, missing: &mut Vec<Missing>) {
        if text.chars().all(|letter| matches!(self.fate(letter), Fate::Kept)) {
            return;
        }
        let mut mended = String::with_capacity(text.len());
        for letter in text.chars() {
            let shown = match self.fate(letter) {
                Fate::Kept => Some(letter),
                Fate::Space => Some(' '),
                Fate::Dropped => None,
                Fate::Stripped => {
                    missing.push(Missing::at(path, letter, None));
                    None
                }
                Fate::Marked => {
                    missing.push(Missing::at(path, letter, Some(self.mark)));
                    Some(self.mark)
                }
            };
            mended.extend(shown);
        }
        *text = mended;
    }

    fn fate(&self, letter: char) -> Fate {
        match letter {
            '\n' => Fate::Kept,
            '\t' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Fate::Space,
            '\r' | '\u{FEFF}' => Fate::Dropped,
            _ if letter.is_control() || turns_direction(letter) => Fate::Stripped,
            // Private letters mean something else in each font; an archived PDF may not hold them.
            _ if self.basic.is_some() && is_private(letter) => Fate::Marked,
            _ if self.has(letter) => Fate::Kept,
            _ if letter.is_whitespace() => Fate::Space,
            _ if shows_nothing(letter) => Fate::Dropped,
            _ => Fate::Marked,
        }
    }
}

/// Columns by which people know a record, and by which the store does.
const NAMES: [&str; 5] = ["full_name", "pupil_name", "requester_name", "title", "name"];
const CODES: [&str; 5] = ["pupil", "staff", "teacher", "number", "line"];

/// Finds for each letter the innermost row around it that has a name.
fn name_records(data: &Value, missing: &mut [Missing]) {
    for one in missing {
        let mut inner = data;
        for step in one.path.split(['.', '[']).filter(|step| !step.is_empty()) {
            if let Some(name) = named(inner) {
                one.record = Some(name);
            }
            let next = match step.strip_suffix(']') {
                Some(at) => at.parse::<usize>().ok().and_then(|at| inner.get(at)),
                None => inner.get(step),
            };
            let Some(next) = next else { break };
            inner = next;
        }
    }
}

fn named(value: &Value) -> Option<String> {
    let name = NAMES.iter().find_map(|name| value.get(name)?.as_str())?;
    let code = CODES.iter().find_map(|code| match value.get(code)? {
        Value::String(code) => Some(code.clone()),
        Value::Number(code) => Some(code.to_string()),
        _ => None,
    });
    Some(code.map_or_else(|| name.to_owned(), |code| format!("{name} ({code})")))
}

/// Marks with which one name can be made to look like another.
fn turns_direction(letter: char) -> bool {
    matches!(letter, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' |
        '\u{2066}'..='\u{206F}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

fn is_private(letter: char) -> bool {
    matches!(letter, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
}

/// Joiners and variation selectors, which only change their neighbours.
fn shows_nothing(letter: char) -> bool {
    matches!(letter, '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2064}' |
        '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0100}'..='\u{E01EF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tinos() -> Letters {
        let fonts = ["Regular", "Bold", "Italic", "BoldItalic"].map(|style| {
            std::fs::read(format!("../../templates/shared/fonts/Tinos-{style}.ttf")).unwrap()
        });
        Letters::of(fonts.iter().map(Vec::as_slice))
    }

    fn check(data: &str, expected: &str, expected_missing: &[&str]) {
        let (cleaned, missing) = tinos().clean(data.as_bytes()).unwrap();
        assert_eq!(std::str::from_utf8(&cleaned).unwrap(), expected);
        let missing: Vec<String> = missing
            .iter()
            .map(|m| format!("{} U+{:04X} {}", m.path, u32::from(m.letter), m.shown.unwrap_or('-')))
            .collect();
        assert_eq!(missing, expected_missing);
    }

    #[test]
    fn vietnamese_names_and_official_signs_stay_as_they_are() {
        let text = r#"{"a":"Nguyễn Thị Mỹ Hạnh – “Đường” ƯƠẶẪ ỵ №12 § … ≥ × ½ ₫"}"#;
        check(text, text, &[]);
    }

    #[test]
    fn markup_stays_as_typed() {
        let text = r#"{"a":"*a* #b <c> \\ \" ' _d_ $e$ @f `g` [h] = - /"}"#;
        check(text, text, &[]);
    }

    #[test]
    fn letters_outside_the_font_become_a_mark_and_are_named() {
        check(
            r#"{"pupils":[{"name":"An"},{"name":"漢 😀"}]}"#,
            "{\"pupils\":[{\"name\":\"An\"},{\"name\":\"\u{FFFD} \u{FFFD}\"}]}",
            &["pupils[1].name U+6F22 \u{FFFD}", "pupils[1].name U+1F600 \u{FFFD}"],
        );
    }

    #[test]
    fn the_record_of_a_missing_letter_is_named() {
        let data = r#"{"head":{"name":"Trường"},"pupils":[{"pupil":"31","full_name":"漢 An","note":"ok"},
                       {"pupil":"32","full_name":"Bình","years":[{"remark":"tốt 😀"}]}]}"#;
        let missing = missing_glyphs(&tinos(), &serde_json::from_str(data).unwrap());
        let records: Vec<_> = missing.iter().map(|one| one.record.as_deref()).collect();
        assert_eq!(records, [Some("\u{FFFD} An (31)"), Some("Bình (32)")]);
    }

    #[test]
    fn a_family_emoji_is_one_mark_for_each_person() {
        let (_, missing) = tinos().clean(r#"["👨‍👩‍👧"]"#.as_bytes()).unwrap();
        assert_eq!(missing.len(), 3, "{missing:?}");
    }

    #[test]
    fn control_characters_and_direction_marks_are_taken_out_and_named() {
        check(
            r#"["a\u0000b\u202Ec","tab\there","line\r\nend"]"#,
            r#"["abc","tab here","line\nend"]"#,
            &["[0] U+0000 -", "[0] U+202E -"],
        );
    }

    #[test]
    fn a_browser_keeps_every_letter_but_not_the_control_characters() {
        let (cleaned, missing) = Letters::all().clean("[\"漢😀\u{202E}\"]".as_bytes()).unwrap();
        assert_eq!(cleaned, "[\"漢😀\"]".as_bytes());
        assert_eq!(missing.len(), 1);
    }
}
