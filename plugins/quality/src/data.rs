//! Reads the records, judges each, and writes records, groups and findings: `data_quality`.

use std::collections::{BTreeMap, HashMap};

use bieumau_plugin_sdk::decimal::divide_half_up;
use bieumau_plugin_sdk::row::TableWriter;
use bieumau_plugin_sdk::{Answer, Call, Date, Decimal, Explanation, Failure, Finding, Place};

use crate::tables::{FieldRow, GroupAnswer, PersonRow, RecordAnswer};
use crate::verdict::{Twins, Verdict, judge};
use crate::working_days::{Calendar, limit};

/// What the call sets.
pub struct Settings {
    /// Working days within which a change must be there.
    pub most: u16,
    /// Whether two records of one person are an error.
    pub no_duplicates: bool,
    /// Days off.
    pub calendar: Calendar,
    /// The day of the look; a change that is not there by then and is due is late.
    pub as_of: Option<Date>,
}

/// Applies the rule.
pub fn assess(call: &Call) -> Result<Answer, Failure> {
    let mut answer = Answer::default();
    let settings = Settings {
        most: limit(call, "max_working_days", 10)?,
        no_duplicates: call.parameters.flag("no_duplicates", true)?,
        calendar: Calendar::read(call, &mut answer.findings)?,
        as_of: as_of(call)?,
    };
    let rows = call.rows::<PersonRow<'_>>("records")?;
    let mut people = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        match row {
            Ok(row) => people.push((at, row)),
            Err(missing) => answer.findings.push(missing.into()),
        }
    }
    let missing = missing_fields(call, &mut answer.findings)?;
    let twins = Twins::of(&people);
    let verdicts: Vec<Verdict> = people
        .iter()
        .map(|(at, person)| {
            let missing = missing.get(person.record).map_or(&[][..], Vec::as_slice);
            judge(&settings, *at, person, missing, &twins, &mut answer.findings)
        })
        .collect();
    let mut records = TableWriter::with_capacity("records", people.len());
    for ((_, person), verdict) in people.iter().zip(&verdicts) {
        records.push(RecordAnswer {
            record: person.record,
            kind: person.kind,
            class: person.class,
            right: verdict.right,
            complete: verdict.missing == 0,
            clean: verdict.clean,
            alive: verdict.alive,
            missing: verdict.missing,
            deadline: verdict.deadline,
            problems: verdict.problems.as_deref(),
        });
    }
    answer.tables.push(records.finish());
    if call.explain {
        explain_deadlines(&settings, &people, &verdicts, &mut answer.explanations);
    }
    groups(call.explain, &people, &verdicts, &mut answer);
    Ok(answer)
}

fn as_of(call: &Call) -> Result<Option<Date>, Failure> {
    let given = call.parameters.text("as_of").filter(|text| !text.is_empty());
    given
        .map(|text| {
            Date::parse(text).ok_or_else(|| {
                Failure::new(
                    "wrong_parameter",
                    format!("tham số `as_of` không phải một ngày: `{text}`"),
                    format!("parameter `as_of` is not a day: `{text}`"),
                )
            })
        })
        .transpose()
}

/// Returns the names of the fields that each record lacks.
fn missing_fields<'a>(
    call: &'a Call,
    findings: &mut Vec<Finding>,
) -> Result<HashMap<&'a str, Vec<&'a str>>, Failure> {
    let mut missing: HashMap<&str, Vec<&str>> = HashMap::new();
    for row in call.optional_rows::<FieldRow<'_>>("fields")?.iter() {
        match row {
            Ok(row) if !row.filled => {
                missing.entry(row.record).or_default().push(row.title.unwrap_or(row.field));
            }
            Ok(_) => {}
            Err(cell) => findings.push(cell.into()),
        }
    }
    Ok(missing)
}

fn explain_deadlines(
    settings: &Settings,
    people: &[(usize, PersonRow<'_>)],
    verdicts: &[Verdict],
    explanations: &mut Vec<Explanation>,
) {
    for (row, ((_, person), verdict)) in people.iter().zip(verdicts).enumerate() {
        let (Some(changed), Some(deadline)) = (person.changed, verdict.deadline) else { continue };
        explanations.push(Explanation {
            place: Place::new("records", Some(row), Some("deadline")),
            rule: format!("Cập nhật trong {} ngày làm việc: Hạn cập nhật", settings.most),
            inputs: vec![("Ngày thay đổi".to_owned(), changed.to_string())],
            steps: settings.calendar.steps(changed, deadline),
            result: deadline.to_string(),
        });
    }
}

/// Counts of a group of records.
#[derive(Default)]
struct Counts {
    records: i64,
    right: i64,
    complete: i64,
    clean: i64,
    alive: i64,
}

impl Counts {
    fn add(&mut self, verdict: &Verdict) {
        self.records += 1;
        // What nobody has compared yet is not right, and what never changed is alive.
        self.right += i64::from(verdict.right == Some(true));
        self.complete += i64::from(verdict.missing == 0);
        self.clean += i64::from(verdict.clean);
        self.alive += i64::from(verdict.alive != Some(false));
    }

    fn percent(&self, count: i64) -> Option<Decimal<1>> {
        divide_half_up(count * 1_000, self.records).map(Decimal)
    }
}

/// Writes a row for each class and kind of record, and one for each kind in the whole school.
fn groups(
    explain: bool,
    people: &[(usize, PersonRow<'_>)],
    verdicts: &[Verdict],
    answer: &mut Answer,
) {
    let mut groups: BTreeMap<(&str, Option<&str>), Counts> = BTreeMap::new();
    for ((_, person), verdict) in people.iter().zip(verdicts) {
        groups.entry((person.kind, None)).or_default().add(verdict);
        if person.class.is_some() {
            groups.entry((person.kind, person.class)).or_default().add(verdict);
        }
    }
    let mut table = TableWriter::with_capacity("groups", groups.len());
    for (row, ((kind, class), counts)) in groups.iter().enumerate() {
        let percent = |count| counts.percent(count);
        table.push(GroupAnswer {
            class: *class,
            kind,
            records: counts.records,
            right: counts.right,
            complete: counts.complete,
            clean: counts.clean,
            alive: counts.alive,
            right_percent: percent(counts.right),
            complete_percent: percent(counts.complete),
            clean_percent: percent(counts.clean),
            alive_percent: percent(counts.alive),
        });
        if explain {
            for (column, word, count) in [
                ("right_percent", "Đúng", counts.right),
                ("complete_percent", "Đủ", counts.complete),
                ("clean_percent", "Sạch", counts.clean),
                ("alive_percent", "Sống", counts.alive),
            ] {
                let Some(share) = percent(count) else { continue };
                answer.explanations.push(Explanation {
                    place: Place::new("groups", Some(row), Some(column)),
                    rule: format!("Chất lượng dữ liệu: {word}"),
                    inputs: vec![
                        ("Số hồ sơ đạt".to_owned(), count.to_string()),
                        ("Tổng số hồ sơ".to_owned(), counts.records.to_string()),
                    ],
                    steps: vec![format!("{count} / {} × 100 → {share}%", counts.records)],
                    result: share.to_string(),
                });
            }
        }
    }
    answer.tables.push(table.finish());
}
