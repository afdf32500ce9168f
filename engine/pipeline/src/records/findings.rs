//! The sentences of the write path: why a change does not fit what is stored.

use bieumau_model::definition::{Form, FormStatus};
use bieumau_model::entry::{Fields, Finding};
use bieumau_model::format;
use bieumau_model::table::Value;
use bieumau_model::text::Text;
use bieumau_store::{Record, Status};

use super::write::Act;

/// A field of the key is missing or could not be read, so that no record is meant.
const NO_KEY: &str = "J120";
/// The record is not there.
const NO_RECORD: &str = "J121";
/// The record is there already.
const EXISTS: &str = "J122";
/// The record was changed since it was read.
const STALE: &str = "J123";
/// Warnings are confirmed without a reason.
pub(super) const NO_REASON: &str = "J124";
/// The form does not take records.
const NOT_ENTERED: &str = "J125";
/// The record is retired, or not.
const STATUS: &str = "J126";

/// Refuses new records of a form that takes none.
pub(super) fn not_taken(form: &Form, act: Act) -> Option<Finding> {
    let (vi, en) = match (form.status, act) {
        (FormStatus::Draft, _) => {
            ("đang soạn, chưa nhập được", "is a draft and takes no records yet")
        }
        (FormStatus::Retired, Act::Insert | Act::Restore { .. }) => {
            ("đã ngừng dùng, không nhập mới được", "is retired and takes no new records")
        }
        _ => return None,
    };
    let id = &form.id;
    let message = Text::both(format!("biểu mẫu `{id}` {vi}"), format!("the form `{id}` {en}"));
    Some(Finding::error(None, NOT_ENTERED, message))
}

pub(super) fn no_key(form: &Form, fields: &Fields) -> Finding {
    let missing: Vec<&str> = form
        .key
        .iter()
        .filter(|name| fields.get(*name).is_none_or(|value| *value == Value::Missing))
        .map(String::as_str)
        .collect();
    let names = missing.join(", ");
    Finding::error(
        missing.first().copied(),
        NO_KEY,
        Text::both(
            format!("thiếu trường khóa: {names}"),
            format!("fields of the key are missing: {names}"),
        ),
    )
}

pub(super) fn no_record(form: &Form, key: &[Value]) -> Finding {
    let key = shown_key(key);
    Finding::error(
        None,
        NO_RECORD,
        Text::both(
            format!("biểu mẫu `{}` không có bản ghi {key}", form.id),
            format!("form `{}` has no record {key}", form.id),
        ),
    )
}

pub(super) fn exists(form: &Form, key: &[Value], record: &Record) -> Finding {
    let key = shown_key(key);
    let finding = Finding::error(
        None,
        EXISTS,
        Text::both(
            format!("biểu mẫu `{}` đã có bản ghi {key}", form.id),
            format!("form `{}` has a record {key} already", form.id),
        ),
    );
    match record.status {
        Status::Active => finding.help("mở bản ghi đó để sửa", "open that record to change it"),
        Status::Retired => {
            finding.help("bản ghi đó đã ngừng dùng; có thể khôi phục", "it is retired; restore it")
        }
    }
}

pub(super) fn stale(form: &Form, key: &[Value]) -> Finding {
    let key = shown_key(key);
    Finding::error(
        None,
        STALE,
        Text::both(
            format!("bản ghi {key} của `{}` đã được người khác sửa", form.id),
            format!("record {key} of `{}` was changed by somebody else", form.id),
        ),
    )
    .help("mở lại để xem giá trị mới", "open it again to see the new values")
}

pub(super) fn wrong_status(form: &Form, key: &[Value], status: Status) -> Finding {
    let key = shown_key(key);
    let (vi, en) = match status {
        Status::Active => ("đang dùng", "is in use"),
        Status::Retired => ("đã ngừng dùng", "is retired"),
    };
    Finding::error(
        None,
        STATUS,
        Text::both(
            format!("bản ghi {key} của `{}` {vi}", form.id),
            format!("record {key} of `{}` {en}", form.id),
        ),
    )
}

/// Shows a key in a sentence.
fn shown_key(key: &[Value]) -> String {
    let parts: Vec<String> = key
        .iter()
        .map(|value| match value {
            Value::Missing => "—".to_owned(),
            Value::Text(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Decimal { units, scale } => format::decimal(*units, *scale),
            Value::Date(date) => format::date_short(*date),
            Value::Boolean(flag) => flag.to_string(),
        })
        .collect();
    parts.join(" / ")
}
