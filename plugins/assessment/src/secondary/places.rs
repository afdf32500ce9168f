//! Where in the tables a finding or an explanation of the rules points.

use bieumau_plugin_sdk::Place;
use bieumau_rules::finding::{self, Term};
use bieumau_rules::tt22::SubjectKind;

use super::book::{Book, Slot};

/// Returns the place of a finding in the tables of the call.
pub fn of_finding(book: &Book<'_>, place: &finding::Place) -> Place {
    let Some(pupil) = place.pupil.map(|at| &book.pupils[at]) else { return Place::default() };
    let column = place.column.unwrap_or_default();
    let slot = place.subject.as_deref().and_then(|subject| {
        pupil.subjects.iter().find(|(code, _)| *code == subject).map(|(_, slot)| &book.slots[*slot])
    });
    if let Some(slot) = slot {
        return of_subject(slot, place.term, column);
    }
    let column = match (column, place.term) {
        ("conduct", Some(Term::First)) => Some("conduct_1"),
        ("conduct", Some(Term::Second)) => Some("conduct_2"),
        ("conduct", _) => Some("conduct_year"),
        ("conduct_after_summer", _) => Some("conduct_summer"),
        ("decision", _) => Some("principal_decision"),
        ("absences", _) => Some("absences"),
        ("grade", _) => Some("grade"),
        _ => None,
    };
    Place::new("pupils", Some(pupil.row), column)
}

fn of_subject(slot: &Slot<'_>, term: Option<Term>, column: &str) -> Place {
    if column == "reassessed" {
        let column = if slot.kind == SubjectKind::Scored { "score" } else { "level" };
        return Place::new("reassessments", slot.reassessed.map(|(row, _)| row), Some(column));
    }
    let table = if slot.kind == SubjectKind::Scored { "marks" } else { "comments" };
    let row = match term {
        Some(Term::First) => slot.terms[0].row,
        Some(Term::Second) => slot.terms[1].row,
        _ => slot.terms[1].row.or(slot.terms[0].row),
    };
    let column = match column {
        "ongoing" => Some("ongoing_1"),
        "midterm" => Some("mid_term"),
        "end" => Some("end_of_term"),
        "exempt" => Some("exempt"),
        _ => None,
    };
    Place::new(table, row, column)
}

/// Returns the place of an explanation in the tables of the answer.
///
/// `rows` are the rows of the table `subjects` at which each pupil begins.
pub fn of_explanation(book: &Book<'_>, starts: &[usize], place: &finding::Place) -> Place {
    let Some(at) = place.pupil else { return Place::default() };
    let pupil = &book.pupils[at];
    if let Some(subject) = place.subject.as_deref() {
        let subject = pupil.subjects.iter().position(|(code, _)| *code == subject);
        let Some(subject) = subject else { return Place::default() };
        let slot = &book.slots[pupil.subjects[subject].1];
        let column = match (slot.kind, place.term) {
            (SubjectKind::Scored, Some(Term::First)) => "average_1",
            (SubjectKind::Scored, Some(Term::Second)) => "average_2",
            (SubjectKind::Scored, _) => "average_year",
            (SubjectKind::Comment, Some(Term::First)) => "level_1",
            (SubjectKind::Comment, Some(Term::Second)) => "level_2",
            (SubjectKind::Comment, _) => "level_year",
        };
        return Place::new("subjects", Some(starts[at] + subject), Some(column));
    }
    let column = match (place.column.unwrap_or_default(), place.term) {
        ("learning", Some(Term::First)) => "learning_1",
        ("learning", Some(Term::Second)) => "learning_2",
        ("learning", _) => "learning_year",
        ("overall", Some(Term::First)) => "overall_1",
        ("overall", Some(Term::Second)) => "overall_2",
        ("overall", _) => "overall_year",
        ("conduct", _) => "conduct_year",
        ("title", _) => "title",
        _ => "outcome",
    };
    Place::new("pupils", Some(at), Some(column))
}
