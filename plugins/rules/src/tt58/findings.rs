//! The findings of TT58, worded in one place: why a result is not evaluable.

use super::values::Subject;
use crate::finding::{Finding, Place, Severity, Term};

fn error(
    code: &'static str,
    place: Place,
    [message_vi, message_en]: [String; 2],
    [hint_vi, hint_en]: [&'static str; 2],
) -> Finding {
    Finding { code, severity: Severity::Error, place, message_vi, message_en, hint_vi, hint_en }
}

/// E58-01: the yearly hạnh kiểm is missing.
pub(super) fn conduct_missing() -> Finding {
    error(
        "E58-01",
        Place::column("conduct").in_term(Term::Year),
        ["Thiếu hạnh kiểm cả năm".to_owned(), "The yearly conduct is missing".to_owned()],
        ["Nhập hạnh kiểm cả năm.", "Enter the yearly conduct."],
    )
}

/// E58-02: học lực lacks subjects.
pub(super) fn learning_missing(term: Term, subjects: &str) -> Finding {
    error(
        "E58-02",
        Place::column("learning").in_term(term),
        [
            format!("Chưa xếp loại được học lực {}: thiếu {subjects}", term.label()),
            format!("Academic rank of {} is not evaluable: {subjects} missing", term.label_en()),
        ],
        ["Bổ sung kết quả của các môn học này.", "Complete the results of these subjects."],
    )
}

/// E58-03: the absences are missing.
pub(super) fn absences_missing() -> Finding {
    error(
        "E58-03",
        Place::column("absences").in_term(Term::Year),
        [
            "Thiếu tổng số buổi nghỉ học cả năm".to_owned(),
            "The sessions absent in the year are missing".to_owned(),
        ],
        ["Nhập số buổi nghỉ (0 nếu không nghỉ).", "Enter the sessions absent (0 if none)."],
    )
}

/// E58-04: scores are missing, so that a subject has no ĐTBmhk; says which.
pub(super) fn scores_missing(
    subject: &Subject<'_>,
    term: Term,
    column: &'static str,
    [lacks_vi, lacks_en]: [String; 2],
) -> Finding {
    error(
        "E58-04",
        Place::cell(subject.code, term, column),
        [
            format!("{}, {}: chưa tính được ĐTBmhk, {lacks_vi}", subject.name, term.label()),
            format!("{}, {}: no average, {lacks_en}", subject.name, term.label_en()),
        ],
        [
            "Bổ sung điểm, hoặc nhập điểm trung bình ghi trong học bạ.",
            "Complete the scores, or enter the average that the transcript has.",
        ],
    )
}
