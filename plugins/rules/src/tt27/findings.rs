//! The findings of TT27, worded in one place.
//!
//! `V27-…` and `Q27-1` are those of the regulations file, `E27-…` say why a
//! result is not evaluable or an input was not used.

use super::values::Point;
use crate::decimal::Tenths;
use crate::finding::{Finding, Place, Severity, Term};

fn finding(
    code: &'static str,
    severity: Severity,
    place: Place,
    [message_vi, message_en]: [String; 2],
    [hint_vi, hint_en]: [&'static str; 2],
) -> Finding {
    Finding { code, severity, place, message_vi, message_en, hint_vi, hint_en }
}

/// What is missing at the end of the year is an error, before that a warning.
fn missing(point: Point) -> Severity {
    match point {
        Point::YearEnd => Severity::Error,
        _ => Severity::Warning,
    }
}

/// The row and point that a finding is about.
#[derive(Clone, Copy)]
pub(super) struct Cell<'a> {
    pub(super) code: &'a str,
    pub(super) name: &'a str,
    pub(super) point: Point,
}

impl Cell<'_> {
    fn place(&self, column: &'static str) -> Place {
        Place::cell(self.code, self.point.term(), column)
    }

    fn says(&self, vi: &str, en: &str) -> [String; 2] {
        [
            format!("{}, {}: {vi}", self.name, self.point.label()),
            format!("{}, {}: {en}", self.name, self.point.label_en()),
        ]
    }
}

/// V27-01: a test that is not a whole number from 0 to 10.
pub(super) fn bad_test(cell: Cell<'_>, score: Tenths) -> Finding {
    let score = score.short();
    finding(
        "V27-01",
        Severity::Error,
        cell.place("test"),
        cell.says(
            &format!("điểm KTĐK {score} không phải số nguyên từ 0 đến 10"),
            &format!("test score {score} is not a whole number from 0 to 10"),
        ),
        ["Nhập điểm nguyên từ 0 đến 10.", "Enter a whole number from 0 to 10."],
    )
}

/// Q27-1: a test of 0.
pub(super) fn zero_test(cell: Cell<'_>, severity: Severity) -> Finding {
    finding(
        "Q27-1",
        severity,
        cell.place("test"),
        cell.says("điểm KTĐK là 0", "test score is 0"),
        [
            "Kiểm tra lại bài làm; nếu vắng thì để trống và kiểm tra bù.",
            "Check the paper; if the pupil was absent, leave it empty and test later.",
        ],
    )
}

/// V27-02: a test is missing.
pub(super) fn test_missing(cell: Cell<'_>) -> Finding {
    finding(
        "V27-02",
        missing(cell.point),
        cell.place("test"),
        cell.says("thiếu điểm KTĐK", "the test score is missing"),
        ["Nhập điểm KTĐK.", "Enter the test score."],
    )
}

/// V27-02: one of two rows has no test, the other has (Q27-3).
pub(super) fn second_row_test_missing(cell: Cell<'_>) -> Finding {
    Finding { severity: Severity::Warning, ..test_missing(cell) }
}

/// V27-02: a test where there is none.
pub(super) fn test_not_expected(cell: Cell<'_>) -> Finding {
    finding(
        "V27-02",
        Severity::Warning,
        cell.place("test"),
        cell.says("thời điểm này không có bài KTĐK", "there is no test at this point"),
        ["Xóa điểm KTĐK.", "Remove the score."],
    )
}

/// V27-03: test and level do not usually go together.
pub(super) fn unusual_level(cell: Cell<'_>, score: Tenths, level: &str) -> Finding {
    let score = score.short();
    finding(
        "V27-03",
        Severity::Warning,
        cell.place("level"),
        cell.says(
            &format!("điểm KTĐK {score} nhưng mức đạt được là {level}"),
            &format!("test score {score}, yet level {level}"),
        ),
        [
            "Kiểm tra lại mức đạt được và điểm KTĐK; có thể đề xuất bài kiểm tra khác.",
            "Check level and score; another test may be proposed.",
        ],
    )
}

/// V27-04: a quality or competence is not rated.
pub(super) fn quality_missing(cell: Cell<'_>) -> Finding {
    finding(
        "V27-04",
        missing(cell.point),
        cell.place("quality"),
        cell.says("chưa đánh giá", "not rated"),
        ["Chọn mức T, Đ hoặc C.", "Choose T, Đ or C."],
    )
}

/// V27-05: a competence that the grade does not have.
pub(super) fn quality_not_rated(cell: Cell<'_>) -> Finding {
    finding(
        "V27-05",
        Severity::Error,
        cell.place("quality"),
        cell.says(
            "lớp này không đánh giá năng lực này",
            "this grade does not rate this competence",
        ),
        ["Xóa mức đánh giá.", "Remove the level."],
    )
}

/// V27-06: Chưa hoàn thành with nothing done about it.
pub(super) fn nothing_done() -> Finding {
    finding(
        "V27-06",
        Severity::Error,
        Place::column("supplement").in_term(Term::Year),
        [
            "Kết quả Chưa hoàn thành nhưng chưa có đánh giá bổ sung hoặc quyết định của Hiệu trưởng"
                .to_owned(),
            "Not completed, with no supplementary assessment or principal's decision".to_owned(),
        ],
        [
            "Nhập kết quả đánh giá bổ sung hoặc quyết định của Hiệu trưởng trước khi khóa năm học.",
            "Enter the supplementary assessment or the decision before closing the year.",
        ],
    )
}

/// V27-07: levels of a pupil who is not assessed.
pub(super) fn levels_of_unassessed() -> Finding {
    finding(
        "V27-07",
        Severity::Warning,
        Place::column("assessed"),
        [
            "Học sinh khuyết tật không đánh giá nhưng có mức đánh giá".to_owned(),
            "The pupil is flagged as not assessed and yet has levels".to_owned(),
        ],
        ["Bỏ dấu “không đánh giá” hoặc xóa các mức đánh giá.", "Remove the flag or the levels."],
    )
}

/// V27-08: a stored title is not the computed one.
pub(super) fn title_differs(stored: &str, computed: &str) -> Finding {
    let shown = |text: &str, empty: &str| match text {
        "" => empty.to_owned(),
        text => format!("“{text}”"),
    };
    finding(
        "V27-08",
        Severity::Error,
        Place::column("title").in_term(Term::Year),
        [
            format!(
                "Khen thưởng cuối năm: đã lưu {}, theo quy định là {}",
                shown(stored, "trống"),
                shown(computed, "trống")
            ),
            format!(
                "Title: stored {}, by the rule {}",
                shown(stored, "nothing"),
                shown(computed, "nothing")
            ),
        ],
        [
            "Sửa danh hiệu hoặc dữ liệu xét khen thưởng.",
            "Mend the title or the data it follows from.",
        ],
    )
}

/// E27-01: a subject has no level.
pub(super) fn level_missing(cell: Cell<'_>) -> Finding {
    finding(
        "E27-01",
        missing(cell.point),
        cell.place("level"),
        cell.says("thiếu mức đạt được", "the level is missing"),
        ["Chọn mức T, H hoặc C.", "Choose T, H or C."],
    )
}

/// E27-02: the year's result lacks inputs.
pub(super) fn result_not_evaluable(inputs: &str) -> Finding {
    finding(
        "E27-02",
        Severity::Error,
        Place::column("result").in_term(Term::Year),
        [
            format!("Chưa đánh giá được kết quả giáo dục: thiếu {inputs}"),
            format!("The year's result is not evaluable: {inputs} missing"),
        ],
        ["Bổ sung dữ liệu cuối năm học.", "Complete the data of the end of the year."],
    )
}

/// E27-03: a level of a subject that the grade does not have.
pub(super) fn subject_not_taught(cell: Cell<'_>) -> Finding {
    finding(
        "E27-03",
        Severity::Error,
        cell.place("level"),
        cell.says("lớp này không học môn này", "this grade does not have this subject"),
        ["Xóa mức đạt được.", "Remove the level."],
    )
}

/// E27-04: nothing is entered at a point.
pub(super) fn nothing_entered(point: Point) -> Finding {
    finding(
        "E27-04",
        missing(point),
        Place::column("point").in_term(point.term()),
        [format!("Chưa có dữ liệu {}", point.label()), format!("No data at {}", point.label_en())],
        [
            "Nhập kết quả, hoặc ghi thời điểm học sinh chuyển đến.",
            "Enter the results, or from when on the pupil was in the class.",
        ],
    )
}

/// E27-05: the principal has not decided.
pub(super) fn decision_missing() -> Finding {
    finding(
        "E27-05",
        Severity::Error,
        Place::column("decision").in_term(Term::Year),
        [
            "Sau đánh giá bổ sung vẫn Chưa hoàn thành: thiếu quyết định của Hiệu trưởng".to_owned(),
            "Still not completed after supplementary assessment: the decision is missing"
                .to_owned(),
        ],
        [
            "Nhập quyết định của Hiệu trưởng: lên lớp hoặc chưa lên lớp.",
            "Enter the principal's decision.",
        ],
    )
}

/// E27-06: a supplementary assessment or decision of a pupil who needs none.
pub(super) fn not_used(column: &'static str) -> Finding {
    finding(
        "E27-06",
        Severity::Warning,
        Place::column(column).in_term(Term::Year),
        [
            "Học sinh đã hoàn thành chương trình nên dữ liệu này không được dùng".to_owned(),
            "The pupil has completed the programme, so this is not used".to_owned(),
        ],
        ["Xóa dữ liệu này.", "Remove it."],
    )
}
