//! Locks that nobody makes: they follow from a date and the rules of the province.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::calendar::attendance_deadline;

use super::{Lock, LockName, Reach, day_begins};

/// The rule behind the automatic lock of absences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// Until which day of the next month absences may be entered, that day included.
    pub close_days: u8,
    /// The text that says so, such as `QĐ 1323/QĐ-SGDĐT`.
    pub source: String,
    /// Whose rule it is, as people read it: the province.
    pub author: String,
}

/// Returns the lock of the absences of `day`: from the end of the closing day on, without end.
pub fn attendance_lock(school: &str, year: i64, day: Date, closing: &Closing) -> Option<Lock> {
    let last = attendance_deadline(day, closing.close_days);
    let starts_at: Timestamp = day_begins(last.tomorrow().ok()?);
    Some(Lock {
        name: LockName::Automatic("attendance".to_owned()),
        reach: Reach {
            school: school.to_owned(),
            year: Some(year),
            column_kind: Some("attendance".to_owned()),
            ..Reach::default()
        },
        reason: format!(
            "Ngày nghỉ của tháng {:02}/{} nhập chậm nhất hết ngày {:02}/{:02}/{}",
            day.month(),
            day.year(),
            last.day(),
            last.month(),
            last.year()
        ),
        order_number: closing.source.clone(),
        decided_by: closing.author.clone(),
        author: closing.author.clone(),
        starts_at,
        ends_at: None,
    })
}
