//! Says how the values after summer came about, where they differ from those of the year.

use super::book::{Book, Pupil};
use super::decide::{Outcome, result};
use crate::codes::subject_name;
use bieumau_plugin_sdk::answer::{Explanation, Place};

const REPLACED: &str =
    "Thay kết quả cả năm của các môn học này bằng kết quả đánh giá lại, xếp lại kết quả học tập";

/// Returns an explanation for each level that re-assessment or training changed.
pub fn explanations(book: &Book<'_>, outcomes: &[Outcome]) -> Vec<Explanation> {
    let mut all = Vec::new();
    for (at, (pupil, outcome)) in book.pupils.iter().zip(outcomes).enumerate() {
        let [.., year, last] = outcome.learning;
        if let (Some(year), Some(last)) = (year, last)
            && year != last
        {
            let mut inputs = vec![("Kết quả học tập cả năm".to_owned(), year.label().to_owned())];
            inputs.extend(new_results(book, pupil));
            all.push(Explanation {
                place: Place::new("pupils", Some(at), Some("learning_final")),
                rule: format!("{}: Kết quả học tập sau đánh giá lại", article(pupil, "14", "16")),
                inputs,
                steps: vec![REPLACED.to_owned()],
                result: last.label().to_owned(),
            });
        }
        let [year, last] = outcome.conduct;
        if let (Some(year), Some(last)) = (year, last)
            && year != last
        {
            all.push(Explanation {
                place: Place::new("pupils", Some(at), Some("conduct_final")),
                rule: format!("{}: Kết quả rèn luyện sau kì nghỉ hè", article(pupil, "13", "17")),
                inputs: vec![
                    ("Kết quả rèn luyện cả năm".to_owned(), year.label().to_owned()),
                    ("Sau rèn luyện trong kì nghỉ hè".to_owned(), last.label().to_owned()),
                ],
                steps: vec!["Lấy kết quả sau rèn luyện trong kì nghỉ hè".to_owned()],
                result: last.label().to_owned(),
            });
        }
    }
    all
}

/// Names the subjects that were assessed again, with their new results.
fn new_results(book: &Book<'_>, pupil: &Pupil<'_>) -> Vec<(String, String)> {
    let slots = pupil.subjects.iter().map(|(_, slot)| &book.slots[*slot]);
    let new = slots.filter_map(|slot| {
        let (_, mark) = slot.reassessed?;
        let name = format!("{}, đánh giá lại", subject_name(slot.subject));
        Some((name, result(mark).text().into_owned()))
    });
    new.collect()
}

/// Names the article of the circular that the pupil's year is under.
fn article(pupil: &Pupil<'_>, current: &str, archive: &str) -> String {
    match pupil.archive {
        None => format!("TT 22/2021, Điều {current}"),
        Some(_) => format!("TT 58/2011, Điều {archive}"),
    }
}
