//! The findings of TT22, worded in one place.
//!
//! `V22-…` are the validation rules of the regulations file, `E22-…` say why a
//! result is not evaluable or an input was not used.

use super::values::Subject;
use crate::finding::{Finding, Place, Severity, Term};

/// Makes an error.
fn error(
    code: &'static str,
    place: Place,
    [message_vi, message_en]: [String; 2],
    [hint_vi, hint_en]: [&'static str; 2],
) -> Finding {
    Finding { code, severity: Severity::Error, place, message_vi, message_en, hint_vi, hint_en }
}

/// V22-01: a score is not on the scale.
pub(super) fn score_off_scale(
    subject: &Subject<'_>,
    term: Term,
    column: &'static str,
    score: crate::decimal::Tenths,
) -> Finding {
    error(
        "V22-01",
        Place::cell(subject.code, term, column),
        [
            format!("{}: điểm {score} không nằm trong thang điểm 10", subject.name),
            format!("{}: score {score} is not between 0 and 10", subject.name),
        ],
        [
            "Nhập điểm từ 0 đến 10, nhiều nhất một chữ số thập phân.",
            "Enter a score from 0 to 10 with at most one decimal.",
        ],
    )
}

/// V22-02: the number of ongoing results is not the prescribed one.
pub(super) fn wrong_ongoing_count(
    subject: &Subject<'_>,
    term: Term,
    found: usize,
    required: usize,
) -> Finding {
    error(
        "V22-02",
        Place::cell(subject.code, term, "ongoing"),
        [
            format!("{}, {}: có {found} ĐĐGtx, quy định là {required}", subject.name, term.label()),
            format!(
                "{}, {}: {found} ongoing results, {required} are prescribed",
                subject.name,
                term.label_en()
            ),
        ],
        [
            "Bổ sung hoặc xóa bớt ĐĐGtx theo số tiết của môn học trong năm (Điều 6).",
            "Add or remove ongoing results after the subject's yearly periods (Điều 6).",
        ],
    )
}

/// V22-03: not exactly one mid-term or end-of-term result.
pub(super) fn wrong_periodic_count(
    subject: &Subject<'_>,
    term: Term,
    column: &'static str,
    found: usize,
) -> Finding {
    let name = if column == "midterm" { "ĐĐGgk" } else { "ĐĐGck" };
    error(
        "V22-03",
        Place::cell(subject.code, term, column),
        [
            format!("{}, {}: có {found} {name}, phải có đúng một", subject.name, term.label()),
            format!(
                "{}, {}: {found} results {name}, exactly one is needed",
                subject.name,
                term.label_en()
            ),
        ],
        [
            "Nhập một kết quả; nếu học sinh vắng mà không kiểm tra bù thì ghi rõ.",
            "Enter one result; if the pupil was absent without a make-up test, say so.",
        ],
    )
}

/// V22-03: no result at all in a closed semester.
pub(super) fn no_results(subject: &Subject<'_>, term: Term) -> Finding {
    error(
        "V22-03",
        Place::cell(subject.code, term, "term"),
        [
            format!("{}, {}: chưa có kết quả nào", subject.name, term.label()),
            format!("{}, {}: no results at all", subject.name, term.label_en()),
        ],
        [
            "Nhập kết quả, hoặc ghi miễn học, hoặc quyết định riêng cho học sinh.",
            "Enter the results, an exemption, or a decision for this pupil.",
        ],
    )
}

/// V22-04: a cell of the other kind of subject.
pub(super) fn wrong_kind(subject: &Subject<'_>, term: Term, column: &'static str) -> Finding {
    error(
        "V22-04",
        Place::cell(subject.code, term, column),
        match subject.kind {
            super::values::SubjectKind::Comment => [
                format!("{}: môn nhận xét chỉ ghi Đ hoặc CĐ", subject.name),
                format!("{}: a comment subject takes Đ or CĐ only", subject.name),
            ],
            super::values::SubjectKind::Scored => [
                format!("{}: môn đánh giá bằng điểm số không ghi Đ, CĐ", subject.name),
                format!("{}: a scored subject takes no Đ or CĐ", subject.name),
            ],
        },
        [
            "Sửa ô này theo hình thức đánh giá của môn học (Điều 5).",
            "Change this cell to the subject's kind of assessment (Điều 5).",
        ],
    )
}

/// V22-05: a stored average or result is not the computed one.
pub(super) fn stored_result_differs(
    subject: &Subject<'_>,
    term: Term,
    stored: &str,
    computed: &str,
) -> Finding {
    error(
        "V22-05",
        Place::cell(subject.code, term, "average"),
        [
            format!("{}: kết quả đã lưu {stored}, tính lại là {computed}", subject.name),
            format!("{}: stored {stored}, computed {computed}", subject.name),
        ],
        ["Tính lại và lưu kết quả của môn học.", "Compute and store the subject's result again."],
    )
}

/// V22-06, V22-08 and V22-09: a stored outcome is not the computed one.
pub(super) fn stored_outcome_differs(
    code: &'static str,
    column: &'static str,
    label: [&str; 2],
    stored: &str,
    computed: &str,
) -> Finding {
    let shown = |text: &str, empty: &str| {
        if text.is_empty() { empty.to_owned() } else { format!("“{text}”") }
    };
    let [label_vi, label_en] = label;
    error(
        code,
        Place::column(column).in_term(Term::Year),
        [
            format!(
                "{label_vi}: đã lưu {}, theo quy định là {}",
                shown(stored, "trống"),
                shown(computed, "trống")
            ),
            format!(
                "{label_en}: stored {}, by the rule {}",
                shown(stored, "nothing"),
                shown(computed, "nothing")
            ),
        ],
        [
            "Sửa kết quả đã lưu hoặc dữ liệu dùng để tính.",
            "Mend the stored outcome or the data it is computed from.",
        ],
    )
}

/// V22-07: a re-assessment that Điều 14 does not allow.
pub(super) fn reassessment_not_allowed(subject: &Subject<'_>, why: [&str; 2]) -> Finding {
    error(
        "V22-07",
        Place::cell(subject.code, Term::Year, "reassessed"),
        [
            format!("{}: không thuộc diện đánh giá lại vì {}", subject.name, why[0]),
            format!("{}: may not be re-assessed, {}", subject.name, why[1]),
        ],
        ["Xóa kết quả đánh giá lại của môn học này.", "Remove the re-assessment of this subject."],
    )
}

/// V22-10: an exemption beside real marks.
pub(super) fn exempt_beside_marks(subject: &Subject<'_>, term: Term) -> Finding {
    error(
        "V22-10",
        Place::cell(subject.code, term, "exempt"),
        [
            format!("{}, {}: vừa ghi miễn vừa có kết quả", subject.name, term.label()),
            format!("{}, {}: exempt and yet with results", subject.name, term.label_en()),
        ],
        [
            "Ghi M (Miễn) cho cả học kì hoặc nhập đủ kết quả.",
            "Write M (Miễn) for the whole semester or enter all results.",
        ],
    )
}

/// E22-01: yearly conduct lacks a semester.
pub(super) fn conduct_missing(term: Term) -> Finding {
    error(
        "E22-01",
        Place::column("conduct").in_term(term),
        [
            format!("Thiếu kết quả rèn luyện {}", term.label()),
            format!("Conduct of {} is missing", term.label_en()),
        ],
        [
            "Nhập mức rèn luyện, hoặc mức cả năm do nhà trường quyết định kèm lí do.",
            "Enter the level, or a yearly level decided by the school with a reason.",
        ],
    )
}

/// E22-02: the learning result lacks subjects.
pub(super) fn learning_missing(term: Term, subjects: &str) -> Finding {
    error(
        "E22-02",
        Place::column("learning").in_term(term),
        [
            format!("Chưa đánh giá được kết quả học tập {}: thiếu {subjects}", term.label()),
            format!("Learning result of {} is not evaluable: {subjects} missing", term.label_en()),
        ],
        ["Bổ sung kết quả của các môn học này.", "Complete the results of these subjects."],
    )
}

/// E22-02: fewer scored subjects than the rule counts.
pub(super) fn too_few_subjects(term: Term, found: u16, needed: u16) -> Finding {
    error(
        "E22-02",
        Place::column("learning").in_term(term),
        [
            format!(
                "Chưa đánh giá được kết quả học tập {}: có {found} môn tính điểm, cần ít nhất {needed}",
                term.label()
            ),
            format!(
                "Learning result of {} is not evaluable: {found} scored subjects, at least {needed} needed",
                term.label_en()
            ),
        ],
        [
            "Kiểm tra danh sách môn học của lớp và của học sinh.",
            "Check the subjects of the class and of the pupil.",
        ],
    )
}

/// E22-03: the absences are missing.
pub(super) fn absences_missing() -> Finding {
    error(
        "E22-03",
        Place::column("absences").in_term(Term::Year),
        [
            "Thiếu tổng số buổi nghỉ học cả năm".to_owned(),
            "The sessions absent in the year are missing".to_owned(),
        ],
        ["Nhập số buổi nghỉ (0 nếu không nghỉ).", "Enter the sessions absent (0 if none)."],
    )
}

/// E22-04: the principal's decision on a disabled pupil is missing.
pub(super) fn decision_missing() -> Finding {
    error(
        "E22-04",
        Place::column("decision").in_term(Term::Year),
        [
            "Học sinh khuyết tật: thiếu quyết định của Hiệu trưởng về lên lớp".to_owned(),
            "Disabled pupil: the principal's decision on promotion is missing".to_owned(),
        ],
        [
            "Nhập quyết định của Hiệu trưởng theo kế hoạch giáo dục cá nhân.",
            "Enter the principal's decision from the individual plan.",
        ],
    )
}

/// E22-05: a manual level without a reason.
pub(super) fn manual_without_reason(column: &'static str) -> Finding {
    error(
        "E22-05",
        Place::column(column).in_term(Term::Year),
        [
            "Mức do nhà trường quyết định nhưng không ghi lí do".to_owned(),
            "A level was decided by hand without a reason".to_owned(),
        ],
        ["Ghi lí do của quyết định.", "Give the reason."],
    )
}

/// E22-06: a manual level beside a computed one; the computed one stands.
pub(super) fn manual_not_used(column: &'static str) -> Finding {
    Finding {
        severity: Severity::Warning,
        ..error(
            "E22-06",
            Place::column(column).in_term(Term::Year),
            [
                "Đã đủ dữ liệu để tính nên không dùng mức do nhà trường quyết định".to_owned(),
                "The data suffice, so the level decided by hand is not used".to_owned(),
            ],
            ["Xóa mức quyết định bằng tay.", "Remove the manual level."],
        )
    }
}

/// E22-07: a summer result of a pupil who needs no training.
pub(super) fn training_not_needed() -> Finding {
    Finding {
        severity: Severity::Warning,
        ..error(
            "E22-07",
            Place::column("conduct_after_summer").in_term(Term::Year),
            [
                "Có kết quả rèn luyện trong kì nghỉ hè nhưng học sinh không thuộc diện này"
                    .to_owned(),
                "A summer training result of a pupil who was not to train".to_owned(),
            ],
            ["Xóa kết quả này.", "Remove the result."],
        )
    }
}

/// E22-08: a re-assessment lacks subjects that must be in it (A6).
pub(super) fn reassessment_incomplete(subject: &Subject<'_>) -> Finding {
    error(
        "E22-08",
        Place::cell(subject.code, Term::Year, "reassessed"),
        [
            format!("{}: chưa có kết quả đánh giá lại", subject.name),
            format!("{}: the re-assessment is missing", subject.name),
        ],
        [
            "Nhập kết quả đánh giá lại của mọi môn học thuộc diện.",
            "Enter the new result of every subject concerned.",
        ],
    )
}
