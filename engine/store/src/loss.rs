//! Tells what a change of a form's table would lose: which field, how many records, which ones.

use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::text::Text;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::cells::{anchored, kind_words};
use crate::codes;
use crate::error::StoreError;
use crate::schema::code_table_of;
use crate::shape::{ColumnShape, Kind, ReferenceShape, Shape, table_of};
use crate::sql::quoted;
use crate::values::found;

/// How many records are named as examples.
const EXAMPLES: usize = 3;

/// How stored values become values of another kind.
pub(crate) struct Conversion {
    /// The new value.
    pub expression: String,
    /// Holds where the new value would not say the same; `None` when it always does.
    pub loses: Option<String>,
}

/// Returns how `column`, an SQL expression of kind `from`, becomes one of kind `to`.
pub(crate) fn conversion(column: &str, from: Kind, to: Kind) -> Conversion {
    let (expression, loses) = match (from, to) {
        (from, to) if from == to => (column.to_owned(), None),
        (Kind::Integer, Kind::Decimal(scale)) => grown(column, scale),
        (Kind::Decimal(scale), Kind::Integer) => shrunk(column, scale),
        (Kind::Decimal(few), Kind::Decimal(many)) if few < many => grown(column, many - few),
        (Kind::Decimal(many), Kind::Decimal(few)) => shrunk(column, many - few),
        (Kind::Boolean, Kind::Integer) | (Kind::Date, Kind::Text) => (column.to_owned(), None),
        (Kind::Integer, Kind::Boolean) => {
            (column.to_owned(), Some(format!("{column} NOT IN (0, 1)")))
        }
        (Kind::Integer, Kind::Text) => (format!("CAST({column} AS TEXT)"), None),
        (Kind::Text, Kind::Integer) => (
            format!("CAST({column} AS INTEGER)"),
            Some(format!("CAST(CAST({column} AS INTEGER) AS TEXT) <> {column}")),
        ),
        (Kind::Text, Kind::Date) => (
            column.to_owned(),
            Some(format!("length({column}) <> 10 OR date({column}) IS NOT {column}")),
        ),
        _ => ("NULL".to_owned(), Some("1".to_owned())),
    };
    Conversion { expression, loses }
}

/// Returns everything that making `new` out of `old` would lose.
pub(crate) fn losses(
    conn: &Connection,
    old: &Shape,
    new: &Shape,
) -> Result<Diagnostics, StoreError> {
    let mut losses = Diagnostics::default();
    if old.key != new.key {
        push(&mut losses, key_changed(conn, old, new)?);
    }
    for column in old.columns.iter().filter(|column| new.any_column(&column.name).is_none()) {
        let held = format!("{} IS NOT NULL", quoted(&column.name));
        let words = ("bỏ trường sẽ mất giá trị", "dropping the field would lose values");
        let finding = loss(conn, old, &column.name, &held, codes::FIELD_DROPPED, words)?;
        push(&mut losses, finding);
    }
    for column in &new.columns {
        match old.any_column(&column.name) {
            Some(before) if before != column => {
                losses.append(column_losses(conn, old, before, column)?);
            }
            Some(_) => {}
            None if column.required => losses.append(required_losses(conn, old, column, "NULL")?),
            None => {}
        }
    }
    for reference in new.references.iter().filter(|reference| !old.references.contains(reference)) {
        losses.append(reference_losses(conn, old, reference)?);
    }
    Ok(losses)
}

/// Returns the codes of `value`, an SQL expression over the records of `shape`, that the list of
/// `column` does not have.
pub(crate) fn codes_gone(
    conn: &Connection,
    shape: &Shape,
    column: &ColumnShape,
    value: &str,
) -> Result<Diagnostics, StoreError> {
    let mut losses = Diagnostics::default();
    let Some(list) = &column.codes else { return Ok(losses) };
    let list_table = quoted(&code_table_of(list));
    let condition =
        format!("{value} IS NOT NULL AND {value} NOT IN (SELECT code FROM {list_table})");
    let mut statement = conn.prepare(&format!(
        "SELECT DISTINCT {value} FROM {} WHERE {condition} ORDER BY 1",
        quoted(&shape.table()),
    ))?;
    let codes: Vec<String> =
        statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for code in codes {
        let only = format!("{value} = {}", crate::sql::literal(&code));
        let words = (
            format!("mã `{code}` đang dùng không còn trong danh mục `{list}`"),
            format!("the code `{code}` is in use but no longer in the list `{list}`"),
        );
        let words = (words.0.as_str(), words.1.as_str());
        push(&mut losses, loss(conn, shape, &column.name, &only, codes::CODE_IN_USE, words)?);
    }
    Ok(losses)
}

/// Returns how many records of `shape`, called `r`, meet `condition`.
pub(crate) fn count(conn: &Connection, shape: &Shape, condition: &str) -> Result<i64, StoreError> {
    let sql = format!("SELECT count(*) FROM {} r WHERE {condition}", quoted(&shape.table()));
    Ok(conn.query_row(&sql, [], |row| row.get(0))?)
}

fn column_losses(
    conn: &Connection,
    shape: &Shape,
    old: &ColumnShape,
    new: &ColumnShape,
) -> Result<Diagnostics, StoreError> {
    let mut losses = Diagnostics::default();
    let column = quoted(&old.name);
    let Conversion { expression, loses } = conversion(&column, old.kind, new.kind);
    let held = format!("{column} IS NOT NULL");
    if let Some(loses) = &loses {
        let condition = format!("{held} AND ({loses})");
        let (vi, en) = kind_words(new.kind);
        let words =
            (format!("giá trị không đổi được thành {vi}"), format!("values cannot become {en}"));
        let words = (words.0.as_str(), words.1.as_str());
        let finding = loss(conn, shape, &new.name, &condition, codes::TYPE_NARROWED, words)?;
        if finding.is_some() {
            push(&mut losses, finding);
            return Ok(losses);
        }
    }
    if new.required && !old.required {
        losses.append(required_losses(conn, shape, new, &column)?);
    }
    let mut broken = Vec::new();
    broken.extend(new.min.map(|min| format!("{expression} < {min}")));
    broken.extend(new.max.map(|max| format!("{expression} > {max}")));
    broken.extend(new.max_length.map(|length| format!("length({expression}) > {length}")));
    if !broken.is_empty() {
        let condition = format!("{held} AND ({})", broken.join(" OR "));
        let words = ("giá trị vượt giới hạn mới", "values lie outside the new bounds");
        push(
            &mut losses,
            loss(conn, shape, &new.name, &condition, codes::BOUNDS_TIGHTENED, words)?,
        );
    }
    if new.pattern != old.pattern {
        push(&mut losses, pattern_loss(conn, shape, new, &expression)?);
    }
    if new.codes.is_some() {
        losses.append(codes_gone(conn, shape, new, &expression)?);
    }
    Ok(losses)
}

fn required_losses(
    conn: &Connection,
    shape: &Shape,
    column: &ColumnShape,
    value: &str,
) -> Result<Diagnostics, StoreError> {
    let mut losses = Diagnostics::default();
    let words = ("trường bắt buộc còn trống", "the field would be required but is empty");
    let empty = format!("{value} IS NULL");
    let finding = loss(conn, shape, &column.name, &empty, codes::REQUIRED_EMPTY, words)?;
    push(&mut losses, finding);
    Ok(losses)
}

/// SQLite has no patterns like ours, so the values come here.
fn pattern_loss(
    conn: &Connection,
    shape: &Shape,
    column: &ColumnShape,
    expression: &str,
) -> Result<Option<Diagnostic>, StoreError> {
    let Some(pattern) = column.pattern.as_deref() else { return Ok(None) };
    let regex = anchored(pattern)?;
    let mut statement = conn.prepare(&format!(
        "SELECT {}, {expression} FROM {} WHERE {expression} IS NOT NULL",
        shape.key_list(),
        quoted(&shape.table()),
    ))?;
    let mut rows = statement.query([])?;
    let (mut count, mut examples) = (0, Vec::new());
    while let Some(row) = rows.next()? {
        let text: String = row.get(shape.key.len())?;
        if !regex.is_match(&text) {
            count += 1;
            if examples.len() < EXAMPLES {
                examples.push(example(row, shape.key.len())?);
            }
        }
    }
    let words = ("giá trị không đúng mẫu mới", "values do not match the new pattern");
    let finding = told(shape, &column.name, codes::BOUNDS_TIGHTENED, words, count, &examples);
    Ok((count > 0).then_some(finding))
}

fn reference_losses(
    conn: &Connection,
    shape: &Shape,
    reference: &ReferenceShape,
) -> Result<Diagnostics, StoreError> {
    let mut losses = Diagnostics::default();
    // A column that is new itself holds nothing yet.
    if reference.columns.iter().any(|name| shape.column(name).is_none()) {
        return Ok(losses);
    }
    let given: Vec<String> =
        reference.columns.iter().map(|name| format!("r.{} IS NOT NULL", quoted(name))).collect();
    let equal: Vec<String> = reference
        .columns
        .iter()
        .zip(&reference.to_key)
        .map(|(column, key)| format!("p.{} = r.{}", quoted(key), quoted(column)))
        .collect();
    let to = quoted(&table_of(&reference.to));
    let exists = format!("EXISTS (SELECT 1 FROM {to} p WHERE {})", equal.join(" AND "));
    let condition = format!("{} AND NOT {exists}", given.join(" AND "));
    let words = (
        format!("giá trị không phải bản ghi nào của `{}`", reference.to),
        format!("values are the key of no record of `{}`", reference.to),
    );
    let column = reference.columns.last().map_or("", String::as_str);
    let words = (words.0.as_str(), words.1.as_str());
    push(&mut losses, loss(conn, shape, column, &condition, codes::REFERENCE_BROKEN, words)?);
    Ok(losses)
}

fn key_changed(
    conn: &Connection,
    old: &Shape,
    new: &Shape,
) -> Result<Option<Diagnostic>, StoreError> {
    let words =
        ("không đổi được khóa khi đã có bản ghi", "the key cannot change while there are records");
    loss(conn, old, &new.key.join(", "), "1", codes::KEY_CHANGED, words)
}

/// Returns a finding when records meet `condition`, with their number and some of their keys.
fn loss(
    conn: &Connection,
    shape: &Shape,
    column: &str,
    condition: &str,
    code: &'static str,
    words: (&str, &str),
) -> Result<Option<Diagnostic>, StoreError> {
    let count = count(conn, shape, condition)?;
    if count == 0 {
        return Ok(None);
    }
    let mut statement = conn.prepare(&format!(
        "SELECT {} FROM {} r WHERE {condition} ORDER BY {} LIMIT {EXAMPLES}",
        shape.key_list(),
        quoted(&shape.table()),
        shape.key_list(),
    ))?;
    let mut rows = statement.query([])?;
    let mut examples = Vec::new();
    while let Some(row) = rows.next()? {
        examples.push(example(row, shape.key.len())?);
    }
    Ok(Some(told(shape, column, code, words, count, &examples)))
}

fn told(
    shape: &Shape,
    column: &str,
    code: &'static str,
    (vi, en): (&str, &str),
    count: i64,
    examples: &[String],
) -> Diagnostic {
    let more = if count > examples.len() as i64 { ", …" } else { "" };
    let examples = examples.join("; ");
    let form = &shape.form;
    Diagnostic::error(
        code,
        Text::both(
            format!("`{form}.{column}`: {vi}: {count} bản ghi ({examples}{more})"),
            format!("`{form}.{column}`: {en}: {count} records ({examples}{more})"),
        ),
    )
}

fn example(row: &rusqlite::Row<'_>, columns: usize) -> Result<String, StoreError> {
    let mut parts = Vec::new();
    for at in 0..columns {
        parts.push(match row.get_ref(at)? {
            ValueRef::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            other => found(other),
        });
    }
    Ok(parts.join(" / "))
}

fn grown(column: &str, digits: u8) -> (String, Option<String>) {
    let factor = 10_i64.pow(u32::from(digits));
    let most = i64::MAX / factor;
    (format!("{column} * {factor}"), Some(format!("{column} NOT BETWEEN -{most} AND {most}")))
}

fn shrunk(column: &str, digits: u8) -> (String, Option<String>) {
    let factor = 10_i64.pow(u32::from(digits));
    (format!("{column} / {factor}"), Some(format!("{column} % {factor} <> 0")))
}

fn push(losses: &mut Diagnostics, loss: Option<Diagnostic>) {
    loss.into_iter().for_each(|loss| losses.push(loss));
}
