//! A whole class at the end of the year: result, supplementary assessment, programme, title.

use super::commendation::{Recognition, title};
use super::findings;
use super::parameters::{Parameters, ShownResult, TitleBasis};
use super::programme::{Programme, Supplement, programme, supplemented};
use super::values::{Assessed, Point, PointRecord, Title, YearEnd, YearResult};
use super::year_result::{Lowest, MissingInput, year_result};
use crate::explanation::Explanation;
use crate::finding::{Place, Term};
use crate::log::Log;

/// A class's year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassYear<'a> {
    /// Grade, 1 to 5.
    pub grade: u8,
    /// Whether the year is being closed.
    pub year_end: YearEnd,
    /// The pupils.
    pub pupils: &'a [PupilYear<'a>],
}

/// A pupil's year, as entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PupilYear<'a> {
    /// The four points in order.
    pub points: [PointRecord<'a>; 4],
    /// First point at which the pupil was in the class (Q27-6).
    pub first_point: Point,
    /// Whether the pupil is assessed.
    pub assessed: Assessed,
    /// Supplementary assessment, if there was one.
    pub supplement: Option<Supplement<'a>>,
    /// The principal's decision: whether the pupil goes up.
    pub decision: Option<bool>,
    /// What people say for the second title.
    pub recognition: Recognition,
}

impl Default for PupilYear<'_> {
    fn default() -> Self {
        PupilYear {
            points: [PointRecord::default(); 4],
            first_point: Point::MidFirst,
            assessed: Assessed::Yes,
            supplement: None,
            decision: None,
            recognition: Recognition::default(),
        }
    }
}

/// Everything TT27 says about a pupil's year end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Outcome {
    /// The result at the end of the year; `None` is not evaluable or not assessed.
    pub original: Option<YearResult>,
    /// The result after supplementary assessment.
    pub after_supplement: Option<YearResult>,
    /// The result to print (Q27-5).
    pub shown: Option<YearResult>,
    /// Where the pupil stands with the class programme.
    pub programme: Programme,
    /// Title.
    pub title: Option<Title>,
    /// Whether the pupil is assessed.
    pub assessed: Assessed,
}

/// Assesses a class at the end of the year; one outcome per pupil, in order.
pub fn assess_class(parameters: &Parameters, class: &ClassYear<'_>, log: &mut Log) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(class.pupils.len());
    for (index, pupil) in class.pupils.iter().enumerate() {
        log.about_pupil(Some(index));
        outcomes.push(assess_pupil(parameters, class, pupil, log));
    }
    log.about_pupil(None);
    outcomes
}

/// Assesses one pupil of a class at the end of the year.
pub fn assess_pupil(
    parameters: &Parameters,
    class: &ClassYear<'_>,
    pupil: &PupilYear<'_>,
    log: &mut Log,
) -> Outcome {
    if pupil.assessed == Assessed::No {
        return not_assessed(pupil);
    }
    let record = &pupil.points[Point::YearEnd as usize];
    let supplemented = pupil.supplement.is_some() && parameters.shown == ShownResult::Final;
    let column = |result| match result {
        YearResult::NotCompleted if supplemented => "result_before",
        _ => "result",
    };
    let original = match evaluate(parameters, class.grade, record, column, log) {
        Some(result) => result,
        None => return Outcome::default(),
    };
    let after_supplement = supplement(parameters, class.grade, pupil, original, log);
    let programme = programme(original, after_supplement, pupil.decision);
    check_programme(class.year_end, pupil, programme, log);
    let last = after_supplement.unwrap_or(original);
    let title = title(
        match parameters.title_basis {
            TitleBasis::Original => original,
            TitleBasis::Final => last,
        },
        pupil.recognition,
    );
    explain_programme(parameters, class.grade, last, programme, log);
    explain_promotion(parameters, class.grade, pupil.decision, programme, log);
    explain_title(parameters, title, pupil.recognition, log);
    Outcome {
        original: Some(original),
        after_supplement,
        shown: Some(match parameters.shown {
            ShownResult::Final => last,
            ShownResult::Original => original,
        }),
        programme,
        title,
        assessed: Assessed::Yes,
    }
}

/// Compares a stored title with the computed one (V27-08); empty text means that there is none.
pub fn check_stored_title(parameters: &Parameters, outcome: &Outcome, stored: &str, log: &mut Log) {
    if outcome.assessed == Assessed::Yes && outcome.original.is_none() {
        return;
    }
    let computed = outcome.title.map_or("", |title| parameters.title_label(title));
    // Capital letters of the second title vary between documents.
    if stored.trim().to_lowercase() != computed.to_lowercase() {
        log.find(findings::title_differs(stored.trim(), computed));
    }
}

/// A pupil who is not assessed: only the principal's decision says anything.
fn not_assessed(pupil: &PupilYear<'_>) -> Outcome {
    Outcome {
        programme: match pupil.decision {
            Some(true) => Programme::PromotedByPrincipal,
            Some(false) => Programme::HeldBack,
            None => Programme::NotAssessed,
        },
        assessed: Assessed::No,
        ..Outcome::default()
    }
}

/// Computes a result, explains it, or says what is missing.
fn evaluate(
    parameters: &Parameters,
    grade: u8,
    record: &PointRecord<'_>,
    column: impl FnOnce(YearResult) -> &'static str,
    log: &mut Log,
) -> Option<YearResult> {
    match year_result(parameters, grade, record) {
        Ok(result) => {
            explain_result(parameters, grade, record, (column(result), result), log);
            Some(result)
        }
        Err(missing) => {
            log.find(findings::result_not_evaluable(&names(parameters, &missing)));
            None
        }
    }
}

/// Evaluates again with the new values, when the first result asks for it.
fn supplement(
    parameters: &Parameters,
    grade: u8,
    pupil: &PupilYear<'_>,
    original: YearResult,
    log: &mut Log,
) -> Option<YearResult> {
    let supplement = pupil.supplement?;
    if original != YearResult::NotCompleted {
        log.find(findings::not_used("supplement"));
        return None;
    }
    let record = &pupil.points[Point::YearEnd as usize];
    let (subjects, qualities) = supplemented(record, &supplement);
    let record = PointRecord { subjects: &subjects, qualities: &qualities };
    let column = match parameters.shown {
        ShownResult::Final => "result",
        ShownResult::Original => "result_after",
    };
    evaluate(parameters, grade, &record, |_| column, log)
}

/// V27-06 and its kin: what must be settled before the year is closed.
fn check_programme(year_end: YearEnd, pupil: &PupilYear<'_>, programme: Programme, log: &mut Log) {
    match (programme, year_end) {
        (Programme::AwaitingSupplement, YearEnd::Closing) => log.find(findings::nothing_done()),
        (Programme::AwaitingDecision, YearEnd::Closing) => log.find(findings::decision_missing()),
        (Programme::Completed, _) if pupil.decision.is_some() => {
            log.find(findings::not_used("decision"));
        }
        _ => {}
    }
}

fn names(parameters: &Parameters, missing: &[MissingInput]) -> String {
    let name = |input: &MissingInput| match *input {
        MissingInput::Level(row) => format!("mức đạt được {}", parameters.subjects[row].name),
        MissingInput::Test(row) => format!("điểm KTĐK {}", parameters.subjects[row].name),
        MissingInput::Quality(row) => parameters.qualities[row].name.clone().into_owned(),
    };
    if missing.is_empty() {
        return "lớp từ 1 đến 5".to_owned();
    }
    missing.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn explain_result(
    parameters: &Parameters,
    grade: u8,
    record: &PointRecord<'_>,
    (column, result): (&'static str, YearResult),
    log: &mut Log,
) {
    log.explain(|| {
        let subjects = parameters.subjects.iter().enumerate();
        let inputs =
            subjects.filter(|(index, _)| !record.subject(*index).is_blank()).map(|(index, row)| {
                let cell = record.subject(index);
                let level = cell.level.map_or("", |level| level.code());
                let test = cell.test.map_or(String::new(), |test| format!(" {}", test.short()));
                (row.name.clone().into_owned(), format!("{level}{test}"))
            });
        let steps = Lowest::of(parameters, grade, record).map_or(Vec::new(), |lowest| {
            vec![
                format!(
                    "Mức thấp nhất của các môn học, hoạt động giáo dục: {}",
                    lowest.subject.min(lowest.activity).label()
                ),
                format!("Mức thấp nhất của các phẩm chất, năng lực: {}", lowest.quality.label()),
                format!(
                    "Điểm thấp nhất của bài kiểm tra định kỳ cuối năm học: {}",
                    lowest.test.short()
                ),
            ]
        });
        Explanation {
            rule: "TT 27/2020, Điều 9 khoản 2",
            value: "Đánh giá kết quả giáo dục",
            place: Place::column(column).in_term(Term::Year),
            inputs: inputs.collect(),
            steps,
            result: result.label().to_owned(),
        }
    });
}

fn explain_programme(
    parameters: &Parameters,
    grade: u8,
    result: YearResult,
    programme: Programme,
    log: &mut Log,
) {
    log.explain(|| Explanation {
        rule: "TT 27/2020, Điều 11",
        value: "Hoàn thành chương trình lớp học",
        place: Place::column("programme").in_term(Term::Year),
        inputs: vec![("Đánh giá kết quả giáo dục".to_owned(), result.label().to_owned())],
        steps: vec![parameters.promotion_label(programme).to_owned()],
        result: parameters.programme_label(programme, grade).to_owned(),
    });
}

fn explain_promotion(
    parameters: &Parameters,
    grade: u8,
    decision: Option<bool>,
    programme: Programme,
    log: &mut Log,
) {
    if parameters.promotion_label(programme).is_empty() {
        return;
    }
    log.explain(|| {
        let mut inputs = vec![(
            "Hoàn thành chương trình lớp học".to_owned(),
            parameters.programme_label(programme, grade).to_owned(),
        )];
        if let Some(promoted) = decision {
            let said = if promoted { "được lên lớp" } else { "chưa được lên lớp" };
            inputs.push(("Quyết định của Hiệu trưởng".to_owned(), said.to_owned()));
        }
        let step = match programme {
            Programme::Completed => "Hoàn thành chương trình thì được lên lớp",
            _ => "Chưa hoàn thành chương trình thì Hiệu trưởng xét, quyết định",
        };
        Explanation {
            rule: "TT 27/2020, Điều 11",
            value: "Lên lớp",
            place: Place::column("promotion").in_term(Term::Year),
            inputs,
            steps: vec![step.to_owned()],
            result: parameters.promotion_label(programme).to_owned(),
        }
    });
}

fn explain_title(
    parameters: &Parameters,
    title: Option<Title>,
    recognition: Recognition,
    log: &mut Log,
) {
    let Some(title) = title else { return };
    log.explain(|| {
        let yes = |value: bool| if value { "có" } else { "không" }.to_owned();
        Explanation {
            rule: "TT 27/2020, Điều 13 khoản 1",
            value: "Khen thưởng cuối năm học",
            place: Place::column("title").in_term(Term::Year),
            inputs: vec![
                ("Thành tích nổi bật ở môn học".to_owned(), yes(recognition.outstanding_subject)),
                (
                    "Tiến bộ rõ rệt về phẩm chất, năng lực".to_owned(),
                    yes(recognition.quality_progress),
                ),
                ("Được tập thể lớp công nhận".to_owned(), yes(recognition.class_recognises)),
            ],
            steps: Vec::new(),
            result: parameters.title_label(title).to_owned(),
        }
    });
}
