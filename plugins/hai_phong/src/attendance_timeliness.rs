//! Whether the absences of a month were entered in time: `attendance_timeliness`.
//!
//! The homeroom teacher enters the absences of a month within the first days of the next one, three
//! by default; the last of these days still counts (V-01, V-02).

use bieumau_plugin_sdk::row::TableWriter;
use bieumau_plugin_sdk::{Answer, Call, Date, Explanation, Failure, Finding, Place, Rule, rows};

/// The rule.
pub const RULE: Rule = Rule { id: "attendance_timeliness", apply: check };

const TABLE: &str = "entries";

rows! {
    /// The absences of a class in a month, and the day they were entered last.
    struct Entry<'a> {
        class: &'a str,
        month: Date,
        entered: Option<Date>,
    }
}

rows! {
    /// Whether they were in time.
    struct Verdict<'a> {
        class: &'a str,
        month: Date,
        entered: Option<Date>,
        deadline: Date,
        status: &'a str,
        days_late: Option<i64>,
    }
}

fn check(call: &Call) -> Result<Answer, Failure> {
    let close_days = call.parameters.integer("close_days", 3)?;
    let close_days = u8::try_from(close_days).ok().filter(|days| (1..=28).contains(days));
    let close_days = close_days.ok_or_else(|| {
        Failure::new(
            "wrong_parameter",
            "tham số `close_days` phải từ 1 đến 28",
            "parameter `close_days` must be 1 to 28",
        )
    })?;
    let mut answer = Answer::default();
    let mut table = TableWriter::new(TABLE);
    for (at, row) in call.rows::<Entry<'_>>(TABLE)?.iter().enumerate() {
        match row {
            Err(missing) => answer.findings.push(missing.into()),
            Ok(row) => {
                let verdict = judge(&row, close_days);
                answer.findings.extend(finding(at, &verdict));
                if call.explain {
                    answer.explanations.push(explanation(table.len(), &verdict, close_days));
                }
                table.push(verdict);
            }
        }
    }
    answer.tables.push(table.finish());
    Ok(answer)
}

fn judge<'a>(entry: &Entry<'a>, close_days: u8) -> Verdict<'a> {
    let deadline = deadline(entry.month, close_days);
    let late = entry.entered.map(|entered| i64::from(entered.0) - i64::from(deadline.0));
    Verdict {
        class: entry.class,
        month: entry.month,
        entered: entry.entered,
        deadline,
        status: match late {
            None => "not_entered",
            Some(late) if late > 0 => "late",
            Some(_) => "in_time",
        },
        days_late: late.filter(|late| *late > 0),
    }
}

/// Returns the last day on which the absences of the month of `day` are in time.
fn deadline(day: Date, close_days: u8) -> Date {
    let (year, month, _) = day.to_ymd();
    let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    // Every month has 28 days, and years of dates stay far from the end of the calendar.
    Date::from_ymd(year, month, close_days).unwrap_or(day)
}

fn explanation(row: usize, verdict: &Verdict<'_>, close_days: u8) -> Explanation {
    let (year, month, _) = verdict.month.to_ymd();
    Explanation {
        place: Place::new(TABLE, Some(row), Some("deadline")),
        rule: "QĐ 1323/QĐ-SGDĐT: ngày nghỉ nhập trong những ngày đầu của tháng sau: Hạn nhập"
            .to_owned(),
        inputs: vec![("Tháng".to_owned(), format!("{month}/{year}"))],
        steps: vec![format!("Ngày thứ {close_days} của tháng sau, tính cả ngày đó")],
        result: verdict.deadline.to_string(),
    }
}

fn finding(at: usize, verdict: &Verdict<'_>) -> Option<Finding> {
    let (year, month, _) = verdict.month.to_ymd();
    let (class, deadline) = (verdict.class, verdict.deadline);
    let late = verdict.days_late?;
    Some(
        Finding::warning(
            "HP-01",
            format!("Lớp {class}: ngày nghỉ tháng {month}/{year} nhập trễ {late} ngày (hạn {deadline})"),
            format!("Class {class}: absences of {month}/{year} entered {late} days late (due {deadline})"),
        )
        .at(TABLE, at, "entered")
        .about("class", class),
    )
}
