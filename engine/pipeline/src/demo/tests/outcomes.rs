//! Marks and levels agree with where pupils are a year later, by the rules of the circulars.
//!
//! The rules are written down once more here, plainly, and not shared with the invention.

use std::collections::{BTreeMap, BTreeSet};

use super::{PupilYear, Row, THIS_YEAR, check_all, levels, pupil_year, rows};

const MARKS: [&str; 5] = ["ongoing_1", "ongoing_2", "ongoing_3", "ongoing_4", "ongoing_5"];

/// Levels of Thông tư 22/2021 as numbers: 3 Tốt, 2 Khá, 1 Đạt, 0 Chưa đạt.
fn level(averages: &[i64], failed_comments: usize) -> i64 {
    let at_least = |least| averages.iter().filter(|average| **average >= least).count();
    let all = averages.len();
    match failed_comments {
        0 if at_least(65) == all && at_least(80) >= 6 => 3,
        0 if at_least(50) == all && at_least(65) >= 6 => 2,
        0 | 1 if at_least(35) == all && at_least(50) >= 6 => 1,
        _ => 0,
    }
}

fn adjusted(averages: &[i64], failed_comments: usize) -> i64 {
    let plain = level(averages, failed_comments);
    let mut without: Vec<i64> = (0..averages.len())
        .map(|at| level(&[&averages[..at], &averages[at + 1..]].concat(), failed_comments))
        .collect();
    if failed_comments > 0 {
        without.push(level(averages, failed_comments - 1));
    }
    let lifted = without.iter().any(|other| *other >= 2 && other - plain >= 2);
    if lifted { plain + 1 } else { plain }
}

#[derive(Default)]
struct Year {
    /// Averages of the terms by subject.
    terms: BTreeMap<&'static str, [Option<i64>; 2]>,
    comments: BTreeMap<&'static str, bool>,
    retests: BTreeMap<&'static str, i64>,
    days: BTreeSet<jiff::civil::Date>,
    conduct: Option<(&'static str, &'static str, &'static str)>,
}

impl Year {
    fn averages(&self, with_retests: bool) -> Option<Vec<i64>> {
        self.terms
            .iter()
            .map(|(subject, terms)| {
                let sum = terms[0]? + 2 * terms[1]?;
                let own = (2 * sum + 3) / 6;
                let again = self.retests.get(subject).filter(|_| with_retests);
                Some(again.copied().unwrap_or(own))
            })
            .collect()
    }

    fn failed_comments(&self, with_retests: bool) -> usize {
        let failed = self.comments.iter().filter(|(_, passed)| !**passed);
        failed.filter(|(subject, _)| !(with_retests && self.retests.contains_key(*subject))).count()
    }

    fn learning(&self, with_retests: bool) -> Option<i64> {
        Some(adjusted(&self.averages(with_retests)?, self.failed_comments(with_retests)))
    }

    fn is_promoted(&self) -> Option<bool> {
        let (term_1, term_2, summer) = self.conduct?;
        // Chưa đạt for the year: Chưa đạt in term 2 unless term 1 was Chưa đạt too.
        let failed = term_2 == "fail" && term_1 != "fail";
        let conduct = !failed || summer == "pass";
        Some(conduct && self.learning(true)? > 0 && self.days.len() <= 45)
    }
}

/// Hạnh kiểm Trung bình and Yếu, in the words of rèn luyện: both decide alike.
fn level_of(row: Row, column: &str) -> &'static str {
    match row.text(column) {
        "average" => "pass",
        "weak" => "fail",
        level => level,
    }
}

fn average(row: Row) -> Option<i64> {
    let ongoing: Vec<i64> = MARKS.iter().filter_map(|mark| row.number(mark)).collect();
    let weight = ongoing.len() as i64 + 5;
    let sum: i64 = ongoing.iter().sum();
    let total = sum + 2 * row.number("mid_term")? + 3 * row.number("end_of_term")?;
    Some((2 * total + weight) / (2 * weight))
}

fn secondary_years() -> BTreeMap<PupilYear, Year> {
    let mut years: BTreeMap<PupilYear, Year> = BTreeMap::new();
    for row in rows("mark").filter(|row| row.text("subject") != "NN2") {
        let year = years.entry(pupil_year(row)).or_default();
        let term = row.number("term").unwrap() as usize - 1;
        year.terms.entry(row.text("subject")).or_default()[term] = average(row);
    }
    for row in rows("comment_result").filter(|row| row.number("term") == Some(2)) {
        let cells = ["ongoing_1", "ongoing_2", "mid_term", "end_of_term"];
        let passed = cells.iter().all(|cell| row.text(cell) == "pass");
        years.entry(pupil_year(row)).or_default().comments.insert(row.text("subject"), passed);
    }
    for row in rows("reassessment") {
        let result = row.number("score").unwrap_or(100);
        years.entry(pupil_year(row)).or_default().retests.insert(row.text("subject"), result);
    }
    for row in rows("conduct") {
        years.entry(pupil_year(row)).or_default().conduct =
            Some((level_of(row, "term_1"), level_of(row, "term_2"), level_of(row, "summer")));
    }
    for row in rows("attendance") {
        if let Some(year) = years.get_mut(&pupil_year(row)) {
            year.days.extend(row.date("day"));
        }
    }
    years
}

#[test]
fn secondary_pupils_are_promoted_exactly_when_the_rule_says_so() {
    let years = secondary_years();
    let next: BTreeMap<PupilYear, bool> =
        rows("enrolment").map(|row| (pupil_year(row), row.flag("repeating"))).collect();
    let here: BTreeMap<PupilYear, &str> =
        rows("enrolment").map(|row| (pupil_year(row), row.text("status"))).collect();
    let decided = years.iter().filter_map(|(key, year)| Some((key, year.is_promoted()?)));
    check_all(decided, |((school, year, pupil), promoted)| {
        let repeats = *next.get(&(school, year + 1, pupil))?;
        (promoted == repeats)
            .then(|| format!("{school} {year} {pupil}: promoted {promoted}, repeats {repeats}"))
    });
    let undecided = years.iter().filter(|(key, year)| {
        year.is_promoted().is_none() && ["01", "02", "06"].contains(&here[*key])
    });
    assert!(undecided.count() >= 3, "a missing mark in each secondary school");
}

#[test]
fn learning_results_are_spread_as_in_real_schools() {
    let years = secondary_years();
    let mut counts = [0; 4];
    for learning in years.values().filter_map(|year| year.learning(false)) {
        counts[learning as usize] += 1;
    }
    let all: usize = counts.iter().sum();
    let share = counts.map(|count| count * 100 / all);
    assert!((1..=5).contains(&share[0]), "Chưa đạt, Đạt, Khá, Tốt: {share:?} percent");
    assert!((10..=40).contains(&share[1]), "Chưa đạt, Đạt, Khá, Tốt: {share:?} percent");
    assert!((30..=60).contains(&share[2]), "Chưa đạt, Đạt, Khá, Tốt: {share:?} percent");
    assert!((12..=40).contains(&share[3]), "Chưa đạt, Đạt, Khá, Tốt: {share:?} percent");
}

#[test]
fn every_secondary_school_has_a_result_that_is_raised_because_of_one_subject() {
    let raised: BTreeSet<&str> = secondary_years()
        .iter()
        .filter(|((_, year, _), _)| *year == THIS_YEAR)
        .filter(|(_, year)| {
            let averages = year.averages(false).unwrap_or_default();
            let failed = year.failed_comments(false);
            !averages.is_empty() && adjusted(&averages, failed) > level(&averages, failed)
        })
        .map(|((school, ..), _)| *school)
        .collect();
    assert_eq!(raised.into_iter().collect::<Vec<_>>(), ["31030003", "31040005", "79030004"]);
}

#[test]
fn subjects_have_as_many_marks_as_their_periods_ask_for() {
    let periods: BTreeMap<_, i64> = rows("teaching_assignment")
        .map(|row| {
            let key = (row.text("school"), row.year(), row.text("class"), row.text("subject"));
            (key, row.number("periods").unwrap())
        })
        .collect();
    let complete = rows("mark").filter(|row| row.number("end_of_term").is_some());
    check_all(complete, |row| {
        let key = (row.text("school"), row.year(), row.text("class"), row.text("subject"));
        let wanted = match periods[&key] {
            35 => 2,
            36..=70 => 3,
            _ => 4,
        };
        let found = MARKS.iter().filter(|mark| row.number(mark).is_some()).count();
        (found != wanted).then(|| format!("{key:?}: {found} instead of {wanted}"))
    });
}

#[test]
fn pupils_who_are_not_assessed_have_no_results_and_move_up() {
    let not_assessed: BTreeSet<PupilYear> =
        rows("enrolment").filter(|row| row.flag("not_assessed")).map(pupil_year).collect();
    for form in ["mark", "comment_result", "conduct", "primary_result", "quality_result"] {
        let found = rows(form).find(|row| not_assessed.contains(&pupil_year(*row)));
        assert_eq!(found.map(pupil_year), None, "`{form}`");
    }
    for form in ["year_record", "primary_year"] {
        let those = rows(form).filter(|row| not_assessed.contains(&pupil_year(*row)));
        check_all(those, |row| {
            let decision = row.text("principal_decision");
            (decision != "promote").then(|| format!("{:?}: {decision}", pupil_year(row)))
        });
    }
}

/// Scored subjects of primary school at a point (Thông tư 27/2020, Điều 7).
fn tested(grade: i64, point: &str) -> &'static [&'static str] {
    match (grade, point) {
        (1 | 2, "end_1" | "end_2") => &["TV", "TOAN"],
        (3, "end_1" | "end_2") => &["TV", "TOAN", "NN1", "TH", "CN"],
        (4 | 5, "end_1" | "end_2") => &["TV", "TOAN", "NN1", "LSDL", "KH", "TH", "CN"],
        (4 | 5, _) => &["TV", "TOAN"],
        _ => &[],
    }
}

#[test]
fn primary_scores_are_exactly_where_there_is_a_test() {
    let grades: BTreeMap<_, i64> = rows("class")
        .map(|row| {
            let key = (row.text("school"), row.year(), row.text("class"));
            (key, row.number("grade").unwrap())
        })
        .collect();
    let mut forgotten = 0;
    let wrong: Vec<_> = rows("primary_result")
        .filter(|row| {
            let grade = grades[&(row.text("school"), row.year(), row.text("class"))];
            let wanted = tested(grade, row.text("point")).contains(&row.text("subject"));
            let missing = wanted && row.number("score").is_none();
            forgotten += usize::from(missing);
            row.number("score").is_some() && !wanted
        })
        .map(pupil_year)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(forgotten, 2, "one score was never entered in each primary school");
}

#[test]
fn small_children_are_not_rated_in_technology_and_informatics() {
    let young = |row: &Row| row.text("class").starts_with(['1', '2']);
    check_all(rows("quality_result"), |row| {
        let rated = [row.text("technology"), row.text("informatics")].map(|cell| !cell.is_empty());
        (rated != [!young(&row); 2]).then(|| format!("{:?}", pupil_year(row)))
    });
}

#[test]
fn primary_pupils_repeat_exactly_when_the_principal_holds_them_back() {
    let levels = levels();
    let repeats: BTreeMap<PupilYear, bool> =
        rows("enrolment").map(|row| (pupil_year(row), row.flag("repeating"))).collect();
    let mut failed: BTreeSet<PupilYear> = BTreeSet::new();
    for row in rows("primary_result").filter(|row| row.text("point") == "end_2") {
        let again = row.text("supplementary_level");
        let level = if again.is_empty() { row.text("level") } else { again };
        let score = row.number("supplementary_score").or(row.number("score"));
        if level == "not_completed" || score.is_some_and(|score| score < 5) {
            failed.insert(pupil_year(row));
        }
    }
    check_all(rows("primary_year"), |row| {
        let key @ (school, year, pupil) = pupil_year(row);
        let held = row.text("principal_decision") == "hold";
        let decided = !row.text("principal_decision").is_empty() && row.text("remark").is_empty();
        let next = repeats.get(&(school, year + 1, pupil)).copied().unwrap_or(held);
        let wrong = failed.contains(&key) != decided || next != held;
        assert_eq!(levels[school], "primary");
        wrong.then(|| format!("{key:?}"))
    });
}
