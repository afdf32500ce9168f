//! The findings of TT58, worded in one place: why a result is not evaluable.

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
