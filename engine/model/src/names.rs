//! The Vietnamese order of persons' names and other words (regulations 8.1 to 8.3).
//!
//! Names are compared syllable by syllable, in each the letters first and then the tone; a
//! collation of the whole name would look at tones last of all. Names are never changed.

use std::cmp::Ordering;
use std::sync::OnceLock;

use icu_collator::options::{CollatorOptions, Strength};
use icu_collator::preferences::CollationNumericOrdering;
use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences};
use unicode_normalization::UnicodeNormalization;

use crate::definition::{NameOrder, Sort};
use crate::table::{Cells, Table};

/// The parts of a name: last word, first word, and what stands between.
///
/// A name of one word is a given name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameParts<'a> {
    /// Họ.
    pub family: Option<&'a str>,
    /// Tên đệm.
    pub middle: Vec<&'a str>,
    /// Tên; empty for an empty name.
    pub given: &'a str,
}

/// A sort names a column that the table does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("table `{table}` has no column `{column}` to sort by")]
pub struct SortError {
    /// Table.
    pub table: String,
    /// Column.
    pub column: String,
}

/// Cuts a name into its parts.
pub fn parts(name: &str) -> NameParts<'_> {
    let mut words: Vec<&str> = name.split_whitespace().collect();
    let given = words.pop().unwrap_or_default();
    let family = if words.is_empty() { None } else { Some(words.remove(0)) };
    NameParts { family, middle: words, given }
}

/// Returns bytes whose order is the order of names.
///
/// Names that differ only in case, in where the tone mark stands (`Hoà`, `Hòa`) or in blanks have
/// the same key.
pub fn sort_key(name: &str, order: NameOrder) -> Vec<u8> {
    let name = visible(name);
    let NameParts { family, middle, given } = parts(&name);
    let mut key = Vec::with_capacity(name.len() * 3);
    let mut group = |words: &mut dyn Iterator<Item = &str>| {
        for word in words {
            add_syllable(word, &mut key);
            key.push(END_OF_WORD);
        }
        key.push(END_OF_GROUP);
    };
    group(&mut std::iter::once(given));
    match order {
        NameOrder::GivenThenLeftToRight => group(&mut family.into_iter().chain(middle)),
        NameOrder::GivenMiddleFamily => {
            group(&mut middle.into_iter());
            group(&mut family.into_iter());
        }
    }
    key
}

/// Compares two names.
pub fn compare(a: &str, b: &str, order: NameOrder) -> Ordering {
    sort_key(a, order).cmp(&sort_key(b, order))
}

/// Returns bytes whose order is that of titles, class names and the like: word by word, numbers
/// by their value (`6A2` before `6A10`).
pub fn text_key(text: &str) -> Vec<u8> {
    let text = visible(text);
    let mut key = Vec::with_capacity(text.len() * 3);
    for word in text.split_whitespace() {
        add_syllable(word, &mut key);
        key.push(END_OF_WORD);
    }
    key
}

/// Returns `table` in the order of `sort`; rows that are equal in it keep their order, and missing
/// cells come last.
pub fn sort_table(table: &Table, sort: &Sort) -> Result<Table, SortError> {
    let column = |name: &String| {
        table
            .column(name)
            .ok_or_else(|| SortError { table: table.name().to_owned(), column: name.clone() })
    };
    let plain = |names: &[String]| -> Result<Vec<Vec<Key>>, SortError> {
        names.iter().map(|name| column(name).map(|cells| keys(cells, text_key))).collect()
    };
    let mut columns = plain(&sort.before)?;
    columns.push(keys(column(&sort.name)?, |name| sort_key(name, sort.order)));
    columns.extend(plain(&sort.then)?);
    let mut rows: Vec<usize> = (0..table.rows()).collect();
    rows.sort_by(|a, b| {
        let mut by_column = columns.iter().map(|keys| keys[*a].cmp(&keys[*b]));
        by_column.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    Ok(table.of_rows(&rows))
}

/// The key of a cell; a missing one is the greatest.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(i64),
    Bytes(Vec<u8>),
    Missing,
}

fn keys(cells: &Cells, of_text: impl Fn(&str) -> Vec<u8>) -> Vec<Key> {
    fn all<T>(cells: &[Option<T>], key: impl Fn(&T) -> Key) -> Vec<Key> {
        cells.iter().map(|cell| cell.as_ref().map_or(Key::Missing, &key)).collect()
    }
    match cells {
        Cells::Text(cells) => all(cells, |text| Key::Bytes(of_text(text))),
        Cells::Integer(cells) | Cells::Decimal { units: cells, .. } => {
            all(cells, |number| Key::Number(*number))
        }
        Cells::Date(cells) => all(cells, |date| {
            let day = i64::from(date.year()) * 10_000;
            Key::Number(day + i64::from(date.month()) * 100 + i64::from(date.day()))
        }),
        Cells::Boolean(cells) => all(cells, |flag| Key::Number(i64::from(*flag))),
    }
}

// Bytes below every byte of a collation key, so that less comes before more.
const END_OF_GROUP: u8 = 0;
const END_OF_WORD: u8 = 0;

/// Tone marks in order: huyền, hỏi, ngã, sắc, nặng; no mark comes before them.
const TONES: [char; 5] = ['\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}'];

/// Adds the letters of a syllable, then its tones, wherever in the syllable they were written.
fn add_syllable(syllable: &str, key: &mut Vec<u8>) {
    let tone = |letter: char| TONES.iter().position(|tone| *tone == letter);
    let letters: String = syllable.nfd().filter(|letter| tone(*letter).is_none()).nfc().collect();
    let Ok(()) = collator().write_sort_key_to(&letters, key);
    // Level separators of the collation are 1, and here the tones are one more level.
    key.push(1);
    key.extend(syllable.nfd().filter_map(tone).filter_map(|tone| u8::try_from(tone + 2).ok()));
}

/// Returns `text` without what nobody sees, and with one spelling of what looks the same.
fn visible(text: &str) -> String {
    text.chars()
        .filter(|letter| !matches!(letter, '\u{200B}'..='\u{200D}' | '\u{FEFF}'))
        .map(|letter| match letter {
            // Capital eth and African D look like Đ and come from old keyboards.
            '\u{D0}' | '\u{189}' => 'Đ',
            '\u{F0}' => 'đ',
            '\u{2019}' | '\u{2BC}' => '\'',
            '\u{2010}' | '\u{2011}' => '-',
            other => other,
        })
        .collect()
}

fn collator() -> &'static CollatorBorrowed<'static> {
    static COLLATOR: OnceLock<CollatorBorrowed<'static>> = OnceLock::new();
    COLLATOR.get_or_init(|| {
        let locale: icu_locale_core::Locale = icu_locale_core::locale!("vi");
        let mut preferences = CollatorPreferences::from(&locale);
        preferences.numeric_ordering = Some(CollationNumericOrdering::True);
        let mut options = CollatorOptions::default();
        options.strength = Some(Strength::Secondary);
        Collator::try_new(preferences, options).expect("the order of `vi` is compiled in")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    /// Checks that sorting `expected`, turned around, gives it back.
    fn check_order(order: NameOrder, expected: &str) {
        let expected: Vec<&str> = expected.split("; ").collect();
        let mut names: Vec<&str> = expected.iter().rev().copied().collect();
        names.sort_by_key(|name| sort_key(name, order));
        assert_eq!(names, expected);
    }

    fn check_given_names(expected: &str) {
        check_order(NameOrder::GivenThenLeftToRight, expected);
        check_order(NameOrder::GivenMiddleFamily, expected);
    }

    #[test]
    fn tones_come_in_their_order_and_behind_letters() {
        check_given_names("Ha; Hà; Hả; Hã; Há; Hạ; Han; Hạnh; Hằng; Hân");
    }

    #[test]
    fn d_with_a_bar_comes_behind_all_d() {
        check_given_names("Diệu; Dung; Dũng; Duy; Đan; Đạt; Đức");
    }

    #[test]
    fn every_letter_of_the_alphabet_has_its_place() {
        check_given_names(
            "An; Ăn; Ân; Bo; Co; Do; Đo; En; Ên; Fo; Go; Ho; In; Jo; Ko; Lo; Mo; No; Oanh; Ôn; Ơn; \
             Po; Qu; Ro; So; To; Un; Ưn; Vo; Wo; Xo; Yn; Zo",
        );
    }

    #[test]
    fn given_name_first_then_left_to_right() {
        check_order(
            NameOrder::GivenThenLeftToRight,
            "Đỗ Văn An; Lê Văn An; Nguyễn Bảo An; Nguyễn Thị An; Trần Bảo An; Đặng Anh; \
             Phạm Thị Ánh; Vũ Thị Ân",
        );
    }

    #[test]
    fn given_name_first_then_middle_then_family() {
        check_order(
            NameOrder::GivenMiddleFamily,
            "Nguyễn Bảo An; Trần Bảo An; Nguyễn Thị An; Đỗ Văn An; Lê Văn An; Đặng Anh; \
             Phạm Thị Ánh; Vũ Thị Ân",
        );
    }

    #[test]
    fn an_early_tone_decides_before_later_letters() {
        check_order(NameOrder::GivenThenLeftToRight, "Ba Bình An; Bá Anh An");
    }

    #[test]
    fn a_missing_middle_name_comes_before_every_middle_name() {
        check_order(NameOrder::GivenMiddleFamily, "Trần An; Lê Bảo An");
    }

    fn check_same(a: &str, b: &str) {
        for order in [NameOrder::GivenThenLeftToRight, NameOrder::GivenMiddleFamily] {
            assert_eq!(compare(a, b, order), Ordering::Equal, "{a} and {b}");
        }
    }

    #[test]
    fn where_the_tone_mark_stands_makes_no_difference() {
        check_same("Nguyễn Thị Hoà", "Nguyễn Thị Hòa");
        check_same("Thuý", "Thúy");
    }

    #[test]
    fn case_blanks_and_look_alikes_make_no_difference() {
        check_same("TRẦN BẢO AN", "Trần Bảo An");
        check_same(" Trần\u{200B}  Bảo An ", "Trần Bảo An");
        check_same("\u{D0}an", "Đan");
        check_same("H\u{2019} Brai", "H' Brai");
        check_same("Hoa\u{300}", "Hoà");
    }

    #[test]
    fn i_and_y_differ() {
        assert_ne!(compare("Lí", "Lý", NameOrder::default()), Ordering::Equal);
    }

    #[test]
    fn names_of_one_word_or_none_are_names() {
        assert_eq!(parts("Thạch"), NameParts { family: None, middle: vec![], given: "Thạch" });
        assert_eq!(parts(" "), NameParts { family: None, middle: vec![], given: "" });
        assert_eq!(parts("Y Jôn").family, Some("Y"));
        check_given_names("; K'Brai; Sơn; Thạch; Y-Jôn");
    }

    #[test]
    fn numbers_in_class_names_count_by_value() {
        assert!(text_key("6A2") < text_key("6A10"));
        assert!(text_key("6A10") < text_key("7A1"));
    }

    /// Class, name and code of a pupil.
    type Row<'a> = (&'a str, Option<&'a str>, i64);

    fn check_sorted(sort: &Sort, rows: &[Row<'_>], expected: &[i64]) {
        let classes = rows.iter().map(|row| Some(row.0.to_owned())).collect();
        let names = rows.iter().map(|row| row.1.map(str::to_owned)).collect();
        let columns = [
            ("class", Cells::Text(classes)),
            ("full_name", Cells::Text(names)),
            ("pupil", Cells::Integer(rows.iter().map(|row| Some(row.2)).collect())),
        ];
        let columns = columns.map(|(name, cells)| Column { name: name.to_owned(), cells });
        let table = Table::new("pupils", columns.into()).unwrap();
        let sorted = sort_table(&table, sort).unwrap();
        let expected = expected.iter().copied().map(Some).collect();
        assert_eq!(sorted.column("pupil"), Some(&Cells::Integer(expected)));
    }

    fn by_name(then: &[&str]) -> Sort {
        Sort {
            before: vec!["class".to_owned()],
            name: "full_name".to_owned(),
            then: then.iter().map(|name| (*name).to_owned()).collect(),
            order: NameOrder::default(),
        }
    }

    #[test]
    fn a_table_is_sorted_by_class_then_name_then_the_rest() {
        let rows = [
            ("6A10", Some("Lê An"), 1),
            ("6A2", Some("Vũ Hòa"), 5),
            ("6A2", Some("Vũ Hoà"), 4),
            ("6A2", Some("Trần Ân"), 2),
        ];
        check_sorted(&by_name(&["pupil"]), &rows, &[2, 4, 5, 1]);
    }

    #[test]
    fn equal_rows_keep_their_order_and_missing_names_come_last() {
        let rows = [
            ("6A", None, 9),
            ("6A", Some("Vũ Hòa"), 5),
            ("6A", Some("Vũ Hoà"), 4),
            ("6A", Some("Lê An"), 7),
        ];
        check_sorted(&by_name(&[]), &rows, &[7, 5, 4, 9]);
    }

    #[test]
    fn a_column_that_does_not_exist_is_an_error() {
        let table = Table::new("pupils", Vec::new()).unwrap();
        let error = sort_table(&table, &by_name(&[])).unwrap_err();
        assert_eq!(error.to_string(), "table `pupils` has no column `class` to sort by");
    }
}
