//! The demo data as a whole: repeatable, awkward, and within the school calendar.

mod outcomes;
mod schema;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use bieumau_model::definition::NameOrder;
use bieumau_model::names::sort_key;
use bieumau_model::table::{Cells, Table, Value};
use sha2::{Digest, Sha256};

use super::calendar::{Calendar, THIS_YEAR};
use super::{Tables, invent, school, site};

/// The default demo: five schools from seed 1.
fn demo() -> &'static Tables {
    static DEMO: OnceLock<Tables> = OnceLock::new();
    DEMO.get_or_init(|| invent(1, 5))
}

fn table(form: &str) -> &'static Table {
    &demo().iter().find(|(id, _)| *id == form).expect("the form is invented").1
}

/// One row of a form.
#[derive(Clone, Copy)]
struct Row {
    table: &'static Table,
    at: usize,
}

impl Row {
    fn value(self, column: &str) -> Value {
        self.table.value(self.at, column).expect("the column exists")
    }

    fn text(self, column: &str) -> &'static str {
        match self.table.column(column) {
            Some(Cells::Text(cells)) => cells[self.at].as_deref().unwrap_or(""),
            _ => panic!("`{column}` of `{}` is no text column", self.table.name()),
        }
    }

    fn number(self, column: &str) -> Option<i64> {
        match self.table.column(column) {
            Some(Cells::Integer(cells) | Cells::Decimal { units: cells, .. }) => cells[self.at],
            _ => panic!("`{column}` of `{}` is no number column", self.table.name()),
        }
    }

    fn flag(self, column: &str) -> bool {
        self.value(column) == Value::Boolean(true)
    }

    fn year(self) -> i64 {
        self.number("year").expect("a year is in every key")
    }

    fn date(self, column: &str) -> Option<jiff::civil::Date> {
        match self.value(column) {
            Value::Date(day) => Some(day),
            _ => None,
        }
    }
}

fn rows(form: &str) -> impl Iterator<Item = Row> + Clone {
    let table = table(form);
    (0..table.rows()).map(move |at| Row { table, at })
}

/// School, year and pupil: what most rows are about.
type PupilYear = (&'static str, i64, &'static str);

fn pupil_year(row: Row) -> PupilYear {
    (row.text("school"), row.year(), row.text("pupil"))
}

fn levels() -> BTreeMap<&'static str, &'static str> {
    rows("school").map(|row| (row.text("school"), row.text("level"))).collect()
}

fn fingerprint(tables: &Tables) -> String {
    let mut hash = Sha256::new();
    for (form, table) in tables {
        hash.update(format!("{form} {}\n", table.rows()));
        for column in table.columns() {
            hash.update(format!("{} {:?}\n", column.name, column.cells.kind()));
            for at in 0..column.cells.len() {
                match column.cells.value(at) {
                    Value::Missing => hash.update("-\n"),
                    Value::Text(text) => hash.update(format!("{text}\n")),
                    Value::Integer(units) | Value::Decimal { units, .. } => {
                        hash.update(format!("{units}\n"));
                    }
                    Value::Date(day) => hash.update(format!("{day}\n")),
                    Value::Boolean(flag) => hash.update(format!("{flag}\n")),
                }
            }
        }
    }
    hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Fails for each of `places` where `wrong` finds something to say.
#[track_caller]
fn check_all<T>(places: impl IntoIterator<Item = T>, wrong: impl Fn(T) -> Option<String>) {
    let mut count = 0;
    let found: Vec<String> = places.into_iter().inspect(|_| count += 1).filter_map(wrong).collect();
    assert!(found.is_empty(), "{} of {count}: {:#?}", found.len(), &found[..found.len().min(8)]);
    assert!(count > 0, "nothing was looked at");
}

#[test]
fn the_same_seed_gives_the_same_tables() {
    assert_eq!(fingerprint(&school(7, 0)), fingerprint(&school(7, 0)));
    assert_ne!(fingerprint(&school(7, 0)), fingerprint(&school(8, 0)));
}

#[test]
fn the_tables_of_seed_1_are_the_same_on_every_machine() {
    let found = [fingerprint(&site(1, 5)), fingerprint(&school(1, 0)), fingerprint(&school(1, 4))];
    assert_eq!(found, GOLDEN, "when the invention is changed on purpose, so are these");
}

/// Fingerprints of what stands around five schools, a primary and an upper secondary school.
const GOLDEN: [&str; 3] = ["1c25c677b831baef", "06e1dbd725fa6b1e", "22d11f42a33f12d2"];

#[test]
fn more_schools_leave_the_others_as_they_were() {
    for (form, alone) in school(1, 0) {
        let together = table(form);
        let Some(Cells::Text(schools)) = together.column("school") else { continue };
        if alone.rows() == 0 {
            continue;
        }
        let first = schools.iter().position(|school| school.as_deref() == Some("31020001"));
        let first = first.expect("each form has rows of the first school");
        for column in alone.columns() {
            let wide = together.column(&column.name).expect("the same columns");
            let same = (0..alone.rows()).all(|at| column.cells.value(at) == wide.value(first + at));
            assert!(same, "`{}` of `{form}` differs", column.name);
        }
    }
}

#[test]
fn a_school_has_600_to_1500_pupils_and_the_demo_less_than_900_000_rows() {
    let mut pupils: BTreeMap<(&str, i64), usize> = BTreeMap::new();
    for row in rows("enrolment") {
        *pupils.entry((row.text("school"), row.year())).or_default() += 1;
    }
    check_all(pupils, |(place, count)| {
        (!(600..=1500).contains(&count)).then(|| format!("{place:?} has {count}"))
    });
    let all: usize = demo().iter().map(|(_, table)| table.rows()).sum();
    assert!(all < 900_000, "{all} rows");
}

#[test]
fn classes_have_28_to_50_pupils_numbered_by_name_then_by_arrival() {
    let mut lists: BTreeMap<(&str, i64, &str), Vec<Row>> = BTreeMap::new();
    for row in rows("enrolment") {
        let class = (row.text("school"), row.year(), row.text("class"));
        lists.entry(class).or_default().push(row);
    }
    let names: BTreeMap<_, _> = rows("pupil")
        .map(|row| {
            let sort = row.text("sort_name");
            let name = if sort.is_empty() { row.text("full_name") } else { sort };
            ((row.text("school"), row.text("pupil")), name)
        })
        .collect();
    check_all(&lists, |(class, list)| {
        let regular = !class.2.ends_with('G');
        if regular && !(28..=50).contains(&list.len()) {
            return Some(format!("{class:?} has {} pupils", list.len()));
        }
        let numbered = list.iter().zip(1..).all(|(row, at)| row.number("number") == Some(at));
        let starts_on = Calendar::of(class.1).starts_on;
        let early = list.iter().take_while(|row| row.date("entered_on") <= Some(starts_on));
        let early: Vec<&str> =
            early.map(|row| names[&(row.text("school"), row.text("pupil"))]).collect();
        let mut sorted = early.clone();
        sorted.sort_by_cached_key(|name| sort_key(name, NameOrder::GivenThenLeftToRight));
        let late = &list[early.len()..];
        let late_only = late.iter().all(|row| row.date("entered_on") > Some(starts_on));
        (!numbered || early != sorted || !late_only).then(|| format!("{class:?} is out of order"))
    });
    let fifty = lists.iter().filter(|((_, year, _), list)| *year == 2025 && list.len() == 50);
    assert_eq!(fifty.count(), 5, "one class of 50 in each school");
}

#[test]
fn absences_are_on_days_of_school_while_the_pupil_is_there() {
    let levels = levels();
    let stays: BTreeMap<PupilYear, Row> =
        rows("enrolment").map(|row| (pupil_year(row), row)).collect();
    let mut days: BTreeMap<(&str, i64), BTreeSet<_>> = BTreeMap::new();
    for (school, level) in &levels {
        for year in super::YEARS {
            let week = if *level == "primary" {
                super::calendar::Week::Five
            } else {
                super::calendar::Week::Six
            };
            days.insert((school, year), Calendar::of(year).school_days(week).into_iter().collect());
        }
    }
    check_all(rows("attendance"), |row| {
        let day = row.date("day")?;
        let stay = stays[&pupil_year(row)];
        let here = stay.date("entered_on") <= Some(day)
            && stay.date("left_on").is_none_or(|left| day < left)
            && stay.text("class") == row.text("class");
        let taught = days[&(row.text("school"), row.year())].contains(&day);
        (!here || !taught).then(|| format!("{:?} on {day}", pupil_year(row)))
    });
    let tet = rows("attendance").filter_map(|row| row.date("day")).filter(|day| {
        [(2024, 2, 10), (2025, 1, 29), (2026, 2, 17)].contains(&(
            day.year(),
            day.month(),
            day.day(),
        ))
    });
    assert_eq!(tet.count(), 0, "nobody is absent on Tết");
}

#[test]
fn all_text_is_composed() {
    let combining = |letter: char| ('\u{300}'..='\u{36f}').contains(&letter);
    check_all(demo(), |(form, table)| {
        table.columns().iter().find_map(|column| match &column.cells {
            Cells::Text(cells) => cells
                .iter()
                .flatten()
                .find(|text| text.contains(combining) || text.trim() != text.as_str())
                .map(|text| format!("{form}.{}: {text}", column.name)),
            _ => None,
        })
    });
}

#[test]
fn pupils_move_up_a_grade_or_repeat_and_the_last_grade_leaves() {
    let grades: BTreeMap<_, i64> = rows("class")
        .map(|row| {
            let class = (row.text("school"), row.year(), row.text("class"));
            (class, row.number("grade").unwrap())
        })
        .collect();
    let grade = |row: Row| grades[&(row.text("school"), row.year(), row.text("class"))];
    let stays: BTreeMap<PupilYear, Row> =
        rows("enrolment").map(|row| (pupil_year(row), row)).collect();
    let last = BTreeMap::from([("primary", 5), ("lower_secondary", 9), ("upper_secondary", 12)]);
    let levels = levels();
    check_all(&stays, |((school, year, pupil), stay)| {
        let away = ["04", "05", "08", "09", "11", "12"].contains(&stay.text("status"));
        let next = stays.get(&(school, year + 1, pupil));
        let wrong = match next {
            Some(next) if next.flag("repeating") => grade(*next) != grade(*stay),
            Some(next) => away || grade(*next) != grade(*stay) + 1,
            None => !away && *year < THIS_YEAR && grade(*stay) < last[levels[school]],
        };
        wrong.then(|| format!("{school} {year} {pupil}"))
    });
}

/// Fails when one of the `levels` has a school without a row of `form` for which `is` holds.
#[track_caller]
fn check_case(levels_of_case: &[&str], form: &str, is: impl Fn(Row) -> bool) {
    let found: BTreeSet<&str> =
        rows(form).filter(|row| is(*row)).map(|row| row.text("school")).collect();
    for (school, level) in levels() {
        if levels_of_case.contains(&level) {
            assert!(found.contains(school), "{school} has no such row in `{form}`");
        }
    }
}

const ALL: &[&str] = &["primary", "lower_secondary", "upper_secondary"];
const PRIMARY: &[&str] = &["primary"];
const SECONDARY: &[&str] = &["lower_secondary", "upper_secondary"];

#[test]
fn every_school_has_pupils_who_come_and_go() {
    for status in ["02", "03", "04", "05", "06", "07", "08", "09", "10", "11"] {
        check_case(ALL, "enrolment", |row| row.year() == THIS_YEAR && row.text("status") == status);
    }
    check_case(ALL, "enrolment", |row| row.year() == THIS_YEAR && row.flag("repeating"));
    check_case(ALL, "prior_study", |row| row.year() == THIS_YEAR);
}

#[test]
fn every_school_has_awkward_names_and_persons() {
    let name = |row: Row| row.text("full_name");
    check_case(ALL, "pupil", |row| name(row).split(' ').count() >= 7);
    check_case(ALL, "pupil", |row| !name(row).contains(' '));
    check_case(ALL, "pupil", |row| name(row).starts_with("K'"));
    check_case(ALL, "pupil", |row| !row.text("sort_name").is_empty());
    check_case(ALL, "pupil", |row| name(row).contains(['f', 'j', 'w', 'z', 'F', 'J', 'W', 'Z']));
    for group in ["02", "04", "05", "06", "08", "10", "12", "16", "17", "55"] {
        check_case(ALL, "pupil", |row| row.text("ethnic_group") == group);
    }
    check_case(ALL, "pupil", |row| row.text("pupil").starts_with("TAM-"));
    check_case(ALL, "pupil", |row| !row.text("guardian_name").is_empty());
    check_case(ALL, "pupil", |row| !row.text("disability").is_empty());
    check_case(ALL, "enrolment", |row| row.flag("not_assessed"));
}

#[test]
fn secondary_schools_have_every_way_to_end_a_year() {
    check_case(SECONDARY, "exemption", |row| row.text("subject") == "GDTC");
    check_case(SECONDARY, "reassessment", |row| row.number("score") >= Some(50));
    check_case(SECONDARY, "reassessment", |row| row.number("score") < Some(35));
    check_case(SECONDARY, "reassessment", |row| row.text("level") == "pass");
    check_case(SECONDARY, "conduct", |row| row.text("summer") == "pass");
    check_case(SECONDARY, "conduct", |row| row.text("summer") == "fail");
    check_case(SECONDARY, "mark", |row| {
        row.number("mid_term").is_none() && row.number("end_of_term").is_some()
    });
    let mut days: BTreeMap<PupilYear, BTreeSet<_>> = BTreeMap::new();
    for row in rows("attendance") {
        days.entry(pupil_year(row)).or_default().insert(row.date("day"));
    }
    for count in [45, 46] {
        check_case(SECONDARY, "enrolment", |row| {
            days.get(&pupil_year(row)).is_some_and(|days| days.len() == count)
        });
    }
}

#[test]
fn primary_schools_have_every_way_to_end_a_year() {
    check_case(PRIMARY, "primary_result", |row| row.text("supplementary_level") == "completed");
    check_case(PRIMARY, "primary_result", |row| row.text("supplementary_level") == "not_completed");
    check_case(PRIMARY, "primary_year", |row| row.text("principal_decision") == "hold");
    check_case(PRIMARY, "primary_year", |row| {
        row.text("principal_decision") == "promote" && row.text("remark").is_empty()
    });
    check_case(PRIMARY, "primary_year", |row| row.flag("outstanding") && row.flag("recognised"));
    check_case(PRIMARY, "primary_result", |row| {
        row.text("level") == "completed_well" && row.number("score") == Some(6)
    });
}

#[test]
fn some_schools_have_rare_classes() {
    let enrolled: BTreeSet<_> =
        rows("enrolment").map(|row| (row.text("school"), row.year(), row.text("class"))).collect();
    let empty = rows("class")
        .filter(|row| !enrolled.contains(&(row.text("school"), row.year(), row.text("class"))));
    let empty: Vec<_> = empty.map(|row| (row.text("school"), row.year())).collect();
    assert_eq!(empty, [("31030003", 2025)], "one class was planned and got nobody");
    let mixed: Vec<_> = rows("class").filter(|row| row.flag("mixed_grade")).collect();
    assert_eq!(mixed.len(), 1);
    assert_eq!((mixed[0].text("school"), mixed[0].text("class")), ("31020001", "1G"));
}

#[test]
fn a_pupil_who_moves_between_demo_schools_keeps_code_and_name() {
    let schools = |code: &str| {
        rows("pupil")
            .filter(|row| row.text("pupil") == code)
            .map(|row| (row.text("school"), row.text("full_name"), row.text("personal_id")))
            .collect::<Vec<_>>()
    };
    let [from, to] = schools("3100223002")[..] else { panic!("the pupil is in two schools") };
    assert_eq!((from.0, to.0), ("31030003", "79030004"));
    assert_eq!((from.1, from.2), (to.1, to.2));
    let stay = |school| {
        rows("enrolment")
            .find(|row| pupil_year(*row) == (school, THIS_YEAR, "3100223002"))
            .expect("the pupil is enrolled")
    };
    assert!(stay(from.0).date("left_on") < stay(to.0).date("entered_on"));
    let before = rows("prior_study")
        .filter(|row| (row.text("school"), row.text("pupil")) == (to.0, "3100223002"));
    assert_eq!(
        before.map(|row| (row.text("class"), row.text("school_name"))).collect::<Vec<_>>(),
        ["6A1", "7A1", "8A1"].map(|class| (class, "Trường Trung học cơ sở Cánh Buồm"))
    );
}

#[test]
fn personal_numbers_are_unique_and_agree_with_birth_and_gender() {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    let mut twice = Vec::new();
    for row in rows("pupil").filter(|row| !row.text("personal_id").is_empty()) {
        let id = row.text("personal_id");
        let sex = if row.text("gender") == "male" { "2" } else { "3" };
        let born = row.date("birth_date").expect("everybody was born");
        assert_eq!(&id[3..4], sex, "{id}");
        assert_eq!(&id[4..6], format!("{:02}", born.year() % 100), "{id}");
        if seen.insert(id, row.text("pupil")).is_some_and(|other| other != row.text("pupil")) {
            twice.push(id);
        }
    }
    assert!(twice.is_empty(), "{twice:?}");
    assert!(seen.len() > 5000);
}
