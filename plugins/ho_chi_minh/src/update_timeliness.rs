//! Whether records were brought up to date in time after a change: `update_timeliness`.
//!
//! At most so many working days after the change, ten by default. Saturdays, Sundays and the days of
//! the table `holidays` are no working days; the day of the change itself does not count. Holidays
//! move with the lunar calendar and come as data.

use std::collections::HashSet;

use bieumau_plugin_sdk::row::TableWriter;
use bieumau_plugin_sdk::{Answer, Call, Date, Failure, Finding, Rule, rows};

/// The rule.
pub const RULE: Rule = Rule { id: "update_timeliness", apply: check };

const TABLE: &str = "changes";

rows! {
    /// A change, and the day on which the record had it.
    struct Change<'a> {
        record: &'a str,
        changed: Date,
        updated: Option<Date>,
    }
}

rows! {
    /// A day off.
    struct Holiday<'a> {
        day: Date,
        name: Option<&'a str>,
    }
}

rows! {
    /// Whether it was in time.
    struct Verdict<'a> {
        record: &'a str,
        changed: Date,
        updated: Option<Date>,
        deadline: Date,
        status: &'a str,
    }
}

fn check(call: &Call) -> Result<Answer, Failure> {
    let most = call.parameters.integer("max_working_days", 10)?;
    let most = u16::try_from(most).ok().filter(|days| (1..=366).contains(days));
    let most = most.ok_or_else(|| {
        Failure::new(
            "wrong_parameter",
            "tham số `max_working_days` phải từ 1 đến 366",
            "parameter `max_working_days` must be 1 to 366",
        )
    })?;
    let mut answer = Answer::default();
    let mut holidays = HashSet::new();
    for row in call.optional_rows::<Holiday<'_>>("holidays")?.iter() {
        match row {
            Ok(row) => {
                holidays.insert(row.day);
            }
            Err(missing) => answer.findings.push(missing.into()),
        }
    }
    let mut table = TableWriter::new(TABLE);
    for (at, row) in call.rows::<Change<'_>>(TABLE)?.iter().enumerate() {
        match row {
            Err(missing) => answer.findings.push(missing.into()),
            Ok(row) => {
                let verdict = judge(&row, most, &holidays);
                answer.findings.extend(finding(at, &verdict, most));
                table.push(verdict);
            }
        }
    }
    answer.tables.push(table.finish());
    Ok(answer)
}

fn judge<'a>(change: &Change<'a>, most: u16, holidays: &HashSet<Date>) -> Verdict<'a> {
    let deadline = deadline(change.changed, most, holidays);
    Verdict {
        record: change.record,
        changed: change.changed,
        updated: change.updated,
        deadline,
        status: match change.updated {
            None => "not_updated",
            Some(updated) if updated > deadline => "late",
            Some(_) => "in_time",
        },
    }
}

/// Returns the last of so many working days after `day`.
fn deadline(day: Date, most: u16, holidays: &HashSet<Date>) -> Date {
    let mut day = day;
    let mut left = most;
    // A table may call every day a holiday; after ten years the search gives up.
    for _ in 0..3_660 {
        day = day.plus(1);
        if day.weekday() <= 5 && !holidays.contains(&day) {
            left -= 1;
        }
        if left == 0 {
            break;
        }
    }
    day
}

fn finding(at: usize, verdict: &Verdict<'_>, most: u16) -> Option<Finding> {
    let (record, deadline) = (verdict.record, verdict.deadline);
    (verdict.status == "late").then(|| {
        Finding::warning(
            "HCM-01",
            format!("`{record}`: cập nhật quá {most} ngày làm việc sau khi thay đổi (hạn {deadline})"),
            format!("`{record}`: updated more than {most} working days after the change (due {deadline})"),
        )
        .at(TABLE, at, "updated")
        .about("record", record)
    })
}
