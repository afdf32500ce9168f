//! Secondary schools: marks, comment results, re-assessment, conduct and year records.
//!
//! A pupil's case says how the year has to end. Marks are drawn around the pupil's ability and
//! then moved until they lead there; whoever has no case of their own is promoted.

use super::calendar::Calendar;
use super::cases::{Case, When};
use super::classes::Member;
use super::phrases;
use super::random::{Purpose, Stream};
use super::rows::{self, Book, Tenths};
use super::subjects::{Kind, Subject};

/// Adds everything that is assessed of one pupil in one year.
pub(super) fn write(member: Member<'_>, book: &mut Book) {
    let mut average = 0;
    if !member.person.is_not_assessed() {
        average = write_marks(member, book);
        write_comments(member, book);
        write_reassessment(member, book);
        write_conduct(member, book);
    }
    write_record(member, average, book);
}

/// How much of a term a pupil spent here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Nothing,
    /// The first weeks only.
    Start,
    Whole,
}

fn extent(case: Case, term: i64) -> Extent {
    match (case, term) {
        (Case::MovedAway(When::Term1) | Case::DroppedOut(When::Term1), 1)
        | (Case::MovedAway(When::Term2) | Case::DroppedOut(When::Term2), 2) => Extent::Start,
        (Case::MovedAway(When::Term1) | Case::DroppedOut(When::Term1), _)
        | (Case::MovedInWithoutTerm1, 1) => Extent::Nothing,
        // The marks of the other school are entered when a pupil moves in.
        _ => Extent::Whole,
    }
}

/// The marks of one subject and term, in tenths.
#[derive(Debug, Clone, PartialEq, Eq)]
struct TermMarks {
    ongoing: Vec<i64>,
    mid_term: i64,
    end_of_term: i64,
}

impl TermMarks {
    /// Draws marks around `skill`.
    fn draw(stream: &mut Stream, skill: i64, ongoing: usize) -> Self {
        let ongoing = (0..ongoing).map(|_| {
            let mark = (skill + 2 + stream.bell(8)).clamp(10, 100);
            // Oral answers and exercises get whole marks, or halves.
            let step = if stream.chance(600) { 10 } else { 5 };
            (mark + step / 2) / step * step
        });
        let ongoing = ongoing.collect();
        let mid_term = quarters(skill + stream.bell(7));
        let end_of_term = quarters(skill - 1 + stream.bell(7));
        Self { ongoing, mid_term, end_of_term }
    }

    /// Returns the average of the term in tenths, rounded half up (Thông tư 22/2021, Điều 9).
    fn average(&self) -> i64 {
        let weight = self.ongoing.len() as i64 + 5;
        let sum = self.ongoing.iter().sum::<i64>() + 2 * self.mid_term + 3 * self.end_of_term;
        (2 * sum + weight) / (2 * weight)
    }

    /// Moves single marks by half a point until the average is from `least` to `most`.
    fn settle(&mut self, least: i64, most: i64) {
        while self.average() < least {
            let lowest = self.all().min_by_key(|mark| **mark).expect("a term has marks");
            *lowest = (*lowest + 5).min(100);
        }
        while self.average() > most {
            let highest = self.all().max_by_key(|mark| **mark).expect("a term has marks");
            *highest = (*highest - 5).max(0);
        }
    }

    fn all(&mut self) -> impl Iterator<Item = &mut i64> {
        [&mut self.mid_term, &mut self.end_of_term].into_iter().chain(&mut self.ongoing)
    }
}

/// Rounds to quarters of a point, as papers are marked, and then to tenths: 7,25 is written 7,3.
fn quarters(mark: i64) -> i64 {
    let quarters = (mark.clamp(10, 100) * 4 + 5) / 10;
    quarters / 4 * 10 + [0, 3, 5, 8][(quarters % 4) as usize]
}

/// Within what a subject's averages must be.
#[derive(Debug, Clone, Copy)]
struct Aim {
    least: i64,
    most: i64,
}

fn aim(member: Member<'_>, subject: &Subject, weak: bool) -> Aim {
    match member.stay.case {
        Case::RetestPassed | Case::RetestFailed | Case::RetestMissed
            if retested(member).contains(&subject.code) =>
        {
            Aim { least: 20, most: 34 }
        }
        Case::Lifted if subject.code == "NN1" => Aim { least: 38, most: 48 },
        Case::Lifted => Aim { least: 82, most: 100 },
        _ if weak => Aim { least: 36, most: 100 },
        _ => Aim { least: 50, most: 100 },
    }
}

/// Who fails two subjects is not brilliant in the others.
fn usual_most(case: Case) -> i64 {
    match case {
        Case::RetestPassed | Case::RetestFailed | Case::RetestMissed => 62,
        _ => 100,
    }
}

/// Returns the two subjects that are assessed again when the pupil's case says so.
fn retested(member: Member<'_>) -> [&'static str; 2] {
    let pairs = [["TOAN", "NN1"], ["VAN", "NN1"], ["TOAN", "VAN"]];
    member.person.stream(Purpose::Talent, &[RETEST]).pick(&pairs)
}

/// Part of the name of a stream; no year and no subject has this number.
const RETEST: i64 = -1;
/// The comment subjects of the same case.
const RETESTED_COMMENTS: [&str; 2] = ["GDTC", "GDDP"];

/// Returns a number for a subject, to name its streams.
fn key(subject: &Subject) -> i64 {
    subject.code.bytes().fold(0, |key, byte| key * 32 + i64::from(byte % 32))
}

/// Returns how well the pupil does in a subject, in tenths of a mark.
fn skill(member: Member<'_>, subject: &Subject) -> i64 {
    let general = learning(member);
    let liking = member.person.stream(Purpose::Talent, &[key(subject)]).bell(6);
    let year = member.person.stream(Purpose::Talent, &[key(subject), member.class.year]).bell(2);
    (general + liking + year).clamp(30, 98)
}

fn learning(member: Member<'_>) -> i64 {
    (73 + member.person.stream(Purpose::Talent, &[]).bell(11)).clamp(45, 96)
}

/// Returns the subjects that may stay below 5,0 without the pupil failing.
fn weak_subjects(member: Member<'_>) -> Vec<&'static str> {
    let mut scored: Vec<(i64, &'static str)> = member
        .subjects()
        .filter(|subject| subject.kind == Kind::Score && !subject.optional)
        .map(|subject| (skill(member, subject), subject.code))
        .collect();
    scored.sort_unstable();
    let spare = if member.stay.case == Case::Ordinary { scored.len().saturating_sub(6) } else { 0 };
    let weak = scored.into_iter().take(spare.min(2)).filter(|(skill, _)| *skill < 52);
    weak.map(|(_, code)| code).collect()
}

/// Returns the pupil's average over all subjects in tenths, for what the teachers say.
fn write_marks(member: Member<'_>, book: &mut Book) -> i64 {
    let case = member.stay.case;
    let weak = weak_subjects(member);
    let (mut sum, mut count) = (0, 0);
    for subject in member.subjects().filter(|subject| subject.kind == Kind::Score) {
        let Aim { least, most } = aim(member, subject, weak.contains(&subject.code));
        let skill = skill(member, subject).min(usual_most(case)).clamp(least, most);
        for term in [1, 2] {
            let mut stream =
                member.person.stream(Purpose::Marks, &[member.class.year, term, key(subject)]);
            let mut marks = TermMarks::draw(&mut stream, skill, subject.ongoing());
            marks.settle(least, most);
            sum += marks.average();
            count += 1;
            let comment = phrases::of_mark(&mut stream, subject.code, marks.average());
            write_term(member, subject, term, &marks, comment, book);
        }
    }
    if count == 0 { 0 } else { sum / count }
}

fn write_term(
    member: Member<'_>,
    subject: &Subject,
    term: i64,
    marks: &TermMarks,
    comment: Option<&'static str>,
    book: &mut Book,
) {
    let extent = extent(member.stay.case, term);
    if extent == Extent::Nothing {
        return;
    }
    let whole = extent == Extent::Whole;
    let entered = if whole { marks.ongoing.len() } else { marks.ongoing.len() / 2 };
    let ongoing = |at: usize| marks.ongoing[..entered].get(at).copied().map(Tenths);
    let forgotten = member.stay.case == Case::MissingMark && (subject.code, term) == ("TOAN", 2);
    book.add(rows::Mark {
        school: &member.school.id,
        year: member.class.year,
        term,
        pupil: &member.person.code,
        subject: subject.code,
        class: &member.class.name,
        ongoing_1: ongoing(0),
        ongoing_2: ongoing(1),
        ongoing_3: ongoing(2),
        ongoing_4: ongoing(3),
        ongoing_5: None,
        mid_term: (whole && !forgotten).then_some(Tenths(marks.mid_term)),
        end_of_term: whole.then_some(Tenths(marks.end_of_term)),
        comment: comment.filter(|_| whole && term == 2),
    });
}

fn write_comments(member: Member<'_>, book: &mut Book) {
    let case = member.stay.case;
    let mut stream = member.person.stream(Purpose::Comments, &[member.class.year]);
    let subjects = member.subjects().filter(|subject| subject.kind == Kind::Comment);
    let subjects: Vec<&Subject> =
        subjects.filter(|subject| !(case == Case::Exempt && subject.code == "GDTC")).collect();
    // Very few fail one subject in one term; two in the second term would cost the promotion.
    let careless = (case == Case::Ordinary && stream.chance(7))
        .then(|| (stream.pick(&subjects).code, stream.between(1, 2)));
    for subject in subjects {
        for term in [1, 2] {
            let extent = extent(case, term);
            if extent == Extent::Nothing {
                continue;
            }
            let whole = extent == Extent::Whole;
            let fails = careless == Some((subject.code, term))
                || (case == Case::RetestOfComments
                    && term == 2
                    && RETESTED_COMMENTS.contains(&subject.code));
            let comment = phrases::of_comment_subject(&mut stream, fails);
            book.add(rows::CommentResult {
                school: &member.school.id,
                year: member.class.year,
                term,
                pupil: &member.person.code,
                subject: subject.code,
                class: &member.class.name,
                ongoing_1: Some("pass"),
                ongoing_2: whole.then_some(if fails { "fail" } else { "pass" }),
                ongoing_3: None,
                ongoing_4: None,
                mid_term: whole.then_some("pass"),
                end_of_term: whole.then_some(if fails { "fail" } else { "pass" }),
                comment: comment.filter(|_| whole && term == 2),
            });
        }
    }
}

fn write_reassessment(member: Member<'_>, book: &mut Book) {
    let mut stream = member.person.stream(Purpose::Marks, &[member.class.year]);
    let held_on = Calendar::of(member.class.year).summer(7, 24);
    let mut add = |subject, score: Option<i64>, level| {
        book.add(rows::Reassessment {
            school: &member.school.id,
            year: member.class.year,
            pupil: &member.person.code,
            subject,
            score: score.map(Tenths),
            level,
            held_on,
        });
    };
    match member.stay.case {
        Case::RetestPassed => {
            for subject in retested(member) {
                add(subject, Some(quarters(stream.between(50, 66))), None);
            }
        }
        Case::RetestFailed => {
            let [passed, failed] = retested(member);
            add(passed, Some(quarters(stream.between(50, 60))), None);
            add(failed, Some(quarters(stream.between(18, 30))), None);
        }
        Case::RetestOfComments => {
            for subject in RETESTED_COMMENTS {
                add(subject, None, Some("pass"));
            }
        }
        _ => {}
    }
}

fn write_conduct(member: Member<'_>, book: &mut Book) {
    let case = member.stay.case;
    let mut stream = member.person.stream(Purpose::Conduct, &[member.class.year]);
    let mut term = || stream.weighted(&[(860, "good"), (120, "fair"), (20, "pass")]);
    let (term_1, term_2) = match case {
        Case::Trained | Case::TrainingFailed => ("pass", "fail"),
        Case::Absent(46..) => ("fair", "pass"),
        Case::Lifted => ("good", "good"),
        _ => (term(), term()),
    };
    let word = |level| if is_archive(member) { archive_conduct(level) } else { level };
    book.add(rows::Conduct {
        school: &member.school.id,
        year: member.class.year,
        pupil: &member.person.code,
        class: &member.class.name,
        term_1: (extent(case, 1) == Extent::Whole).then_some(word(term_1)),
        term_2: (extent(case, 2) == Extent::Whole).then_some(word(term_2)),
        summer: match case {
            Case::Trained => Some(word("pass")),
            Case::TrainingFailed => Some(word("fail")),
            _ => None,
        },
    });
}

/// Returns whether the year is still under Thông tư 58 with 26: grades 9 and 12 in 2023-2024.
fn is_archive(member: Member<'_>) -> bool {
    member.class.year == 2023 && matches!(member.class.grade, 9 | 12)
}

/// The words of hạnh kiểm for those of rèn luyện: Trung bình and Yếu for Đạt and Chưa đạt.
fn archive_conduct(level: &'static str) -> &'static str {
    match level {
        "pass" => "average",
        "fail" => "weak",
        level => level,
    }
}

fn write_record(member: Member<'_>, average: i64, book: &mut Book) {
    let case = member.stay.case;
    let mut stream = member.person.stream(Purpose::Remarks, &[member.class.year]);
    let last_grade = member.class.grade == member.school.level.last_grade();
    let certified = last_grade && stream.chance(300);
    let grade = stream.pick(&["Giỏi", "Khá", "Trung bình"]);
    let here = member.stays_to_the_end();
    let remark = if member.person.is_not_assessed() {
        phrases::NOT_ASSESSED
    } else {
        phrases::of_year(&mut stream, average)
    };
    let contest = (average >= 78 && stream.chance(90)).then(|| stream.pick(phrases::CONTESTS));
    let commended = stream.chance(15).then(|| stream.pick(phrases::COMMENDATIONS));
    let promoted = member.person.is_not_assessed() || case == Case::MovedInWithoutTerm1;
    book.add(rows::YearRecord {
        school: &member.school.id,
        year: member.class.year,
        pupil: &member.person.code,
        class: &member.class.name,
        remark: here.then_some(remark),
        certificate: (here && certified).then_some("Chứng chỉ ứng dụng công nghệ thông tin cơ bản"),
        certificate_grade: (here && certified).then_some(grade),
        contests: contest.filter(|_| here),
        commendation: commended.filter(|_| here),
        principal_decision: (promoted && here).then_some("promote"),
        changes: phrases::changes(&mut stream, case),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_settled(ongoing: &[i64], least: i64, most: i64) {
        let mut marks =
            TermMarks { ongoing: ongoing.to_vec(), mid_term: ongoing[0], end_of_term: ongoing[0] };
        marks.settle(least, most);
        assert!((least..=most).contains(&marks.average()), "{marks:?}");
        assert!(marks.all().all(|mark| (0..=100).contains(mark)), "{marks:?}");
    }

    #[test]
    fn marks_settle_between_the_bounds_of_the_case() {
        check_settled(&[95, 90, 100], 20, 34);
        check_settled(&[10, 15], 82, 100);
        check_settled(&[60, 65, 70, 55], 50, 100);
    }

    #[test]
    fn an_average_of_half_a_tenth_is_rounded_up() {
        let marks = TermMarks { ongoing: vec![70, 75, 80], mid_term: 75, end_of_term: 83 };
        assert_eq!(marks.average(), 78, "sum 624, weight 8: 78,0");
        let marks = TermMarks { ongoing: vec![70, 70, 70], mid_term: 70, end_of_term: 72 };
        assert_eq!(marks.average(), 71, "sum 566, weight 8: 70,75");
    }

    #[test]
    fn papers_are_marked_in_quarters_of_a_point() {
        assert_eq!([70, 72, 73, 75, 78].map(quarters), [70, 73, 73, 75, 78]);
        assert_eq!(quarters(120), 100);
    }
}
