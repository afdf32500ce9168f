//! Titles at the end of the year (Điều 15).

use super::parameters::{Parameters, TitleRule};
use super::values::{Level, SubjectResult, Title};
use crate::explanation::Explanation;
use crate::finding::{Place, Term};
use crate::log::Log;

/// Returns the title for yearly conduct, yearly learning and the yearly results in the learning set.
///
/// All three are those before summer: a re-assessment counts for promotion
/// only. `None` also when a level is missing.
pub fn title(
    parameters: &Parameters,
    conduct: Option<Level>,
    learning: Option<Level>,
    results: impl Iterator<Item = SubjectResult> + Clone,
    log: &mut Log,
) -> Option<Title> {
    let (conduct, learning) = (conduct?, learning?);
    let strong = |rule: &TitleRule| {
        results
            .clone()
            .filter_map(SubjectResult::score)
            .filter(|score| *score >= rule.at_least)
            .count()
    };
    let rule = parameters.titles.iter().find(|rule| {
        conduct >= rule.conduct
            && learning >= rule.learning
            && strong(rule) >= usize::from(rule.subjects)
    })?;
    log.explain(|| Explanation {
        rule: "TT 22/2021, Điều 15 khoản 1",
        value: "Danh hiệu",
        place: Place::column("title").in_term(Term::Year),
        inputs: vec![
            ("Kết quả rèn luyện cả năm".to_owned(), conduct.label().to_owned()),
            ("Kết quả học tập cả năm".to_owned(), learning.label().to_owned()),
        ],
        steps: vec![format!(
            "Rèn luyện {}, học tập {}, {} môn có ĐTBmcn từ {} trở lên (cần {})",
            conduct.label(),
            learning.label(),
            strong(rule),
            rule.at_least,
            rule.subjects
        )],
        result: rule.label.clone().into_owned(),
    });
    Some(rule.title)
}

impl Parameters {
    /// Returns the printed name of a title.
    pub fn title_label(&self, title: Title) -> &str {
        self.titles.iter().find(|rule| rule.title == title).map_or("", |rule| &rule.label)
    }
}
