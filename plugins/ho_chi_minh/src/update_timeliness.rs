//! Whether records were brought up to date in time after a change: `update_timeliness`.
//!
//! At most so many working days after the change, ten by default. Saturdays, Sundays and the days of
//! the table `holidays` are no working days; the day of the change itself does not count. Holidays
//! move with the lunar calendar and come as data.

use bieumau_plugin_sdk::row::TableWriter;
use bieumau_plugin_sdk::{Answer, Call, Date, Explanation, Failure, Finding, Place, Rule, rows};
use bieumau_quality::working_days::{Calendar, limit};

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
    let most = limit(call, "max_working_days", 10)?;
    let mut answer = Answer::default();
    let calendar = Calendar::read(call, &mut answer.findings)?;
    let mut table = TableWriter::new(TABLE);
    for (at, row) in call.rows::<Change<'_>>(TABLE)?.iter().enumerate() {
        match row {
            Err(missing) => answer.findings.push(missing.into()),
            Ok(row) => {
                let verdict = judge(&row, most, &calendar);
                answer.findings.extend(finding(at, &verdict, most));
                if call.explain {
                    answer.explanations.push(explanation(table.len(), &verdict, most, &calendar));
                }
                table.push(verdict);
            }
        }
    }
    answer.tables.push(table.finish());
    Ok(answer)
}

fn judge<'a>(change: &Change<'a>, most: u16, calendar: &Calendar) -> Verdict<'a> {
    let deadline = calendar.deadline(change.changed, most);
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

fn explanation(row: usize, verdict: &Verdict<'_>, most: u16, calendar: &Calendar) -> Explanation {
    Explanation {
        place: Place::new(TABLE, Some(row), Some("deadline")),
        rule: format!("QĐ 1230/QĐ-SGDĐT: cập nhật trong {most} ngày làm việc: Hạn cập nhật"),
        inputs: vec![("Ngày thay đổi".to_owned(), verdict.changed.to_string())],
        steps: calendar.steps(verdict.changed, verdict.deadline),
        result: verdict.deadline.to_string(),
    }
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
