//! An answer of the contract into tables of the engine, trusting nothing in it.
//!
//! A plugin may give what its manifest declares under `gives`, in shape and type, and nothing else.
//! What the manifest promises of the values is held against them by [`crate::promises`].

use std::mem;

use bieumau_model::definition::{RuleColumn, RuleDeclaration, RuleTable};
use bieumau_model::diagnostic::Severity;
use bieumau_model::table::{Cells, Column, ColumnType, Table};
use bieumau_model::text::{Text, nfc};
use jiff::{Span, civil::Date};

use crate::answer::{Answer, Explanation, Finding, Place};
use crate::limits::Limits;
use crate::wire;

/// Checks an answer; the error says what is wrong with it.
pub fn answer(
    rule: &RuleDeclaration,
    limits: &Limits,
    answer: wire::Answer,
) -> Result<Answer, String> {
    let given = placed(
        (&rule.gives, |table| &table.name),
        (answer.tables, |table| &table.name),
        |name, what| format!("table `{name}` {what}"),
    )?;
    let mut tables = Vec::with_capacity(rule.gives.len());
    for (declared, found) in rule.gives.iter().zip(given) {
        match found {
            Some(found) => tables.push(decode_table(declared, limits, found)?),
            None if declared.optional => {}
            None => return Err(format!("table `{}` is missing", declared.name)),
        }
    }
    for (what, found) in
        [("findings", answer.findings.len()), ("explanations", answer.explanations.len())]
    {
        if found > limits.answer_rows {
            return Err(format!("there are {found} {what}, more than {}", limits.answer_rows));
        }
    }
    Ok(Answer {
        tables,
        findings: answer.findings.into_iter().map(finding).collect(),
        explanations: answer.explanations.into_iter().map(explanation).collect(),
    })
}

/// Returns the sentence of a failure.
pub fn message(message: wire::Sentence) -> Text {
    Text::both(clean(message.vi), clean(message.en))
}

/// Returns whether a character changes how its neighbours are read without being seen itself:
/// controls, and the marks that turn the direction of writing.
fn is_deceptive(character: char) -> bool {
    matches!(character,
        '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{61c}'
        | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns the first such character of a text.
fn deceptive(text: &str) -> Option<char> {
    // Hardly a text has a byte that begins one; without an early end many bytes are looked at at once.
    let may_begin = |byte: u8| matches!(byte, 0..=0x08 | 0x0b..=0x1f | 0x7f | 0xc2 | 0xd8 | 0xe2);
    let is_suspect = text.bytes().fold(false, |found, byte| found | may_begin(byte));
    if is_suspect { text.chars().find(|character| is_deceptive(*character)) } else { None }
}

/// Returns a place.
pub fn place(place: wire::Place) -> Place {
    Place {
        table: place.table.map(clean),
        row: place.row.map(|row| row as usize),
        column: place.column.map(clean),
    }
}

/// Returns a text in NFC, without characters that would let it be read as another one.
pub fn clean(mut text: String) -> String {
    if deceptive(&text).is_some() {
        text = text.replace(is_deceptive, "\u{fffd}");
    }
    match nfc(&text) {
        std::borrow::Cow::Borrowed(_) => text,
        std::borrow::Cow::Owned(text) => text,
    }
}

fn decode_table(
    declared: &RuleTable,
    limits: &Limits,
    table: wire::Table<String>,
) -> Result<Table, String> {
    let table_name = table.name;
    let rows = table.rows as usize;
    if rows > limits.answer_rows {
        return Err(format!(
            "table `{table_name}` has {rows} rows, more than {}",
            limits.answer_rows
        ));
    }
    let given = placed(
        (&declared.columns, |column| &column.name),
        (table.columns, |column| &column.name),
        |column, what| format!("column `{column}` of table `{table_name}` {what}"),
    )?;
    let mut columns = Vec::with_capacity(given.len());
    for (wanted, found) in declared.columns.iter().zip(given) {
        match found {
            Some(mut found) => {
                let name = mem::take(&mut found.name);
                let cells = decode_column(wanted, limits, rows, found)
                    .map_err(|what| format!("column `{name}` of table `{table_name}` {what}"))?;
                columns.push(Column { name, cells });
            }
            None if wanted.optional => {}
            None => {
                return Err(format!("column `{}` of table `{table_name}` is missing", wanted.name));
            }
        }
    }
    Table::new(table_name, columns).map_err(|error| error.to_string())
}

fn decode_column(
    declared: &RuleColumn,
    limits: &Limits,
    rows: usize,
    column: wire::Column<String>,
) -> Result<Cells, String> {
    let present = &column.present;
    if !present.is_empty() {
        check_length(present.len(), rows, "presence bytes")?;
        if let Some(byte) = present.iter().find(|byte| **byte > 1) {
            return Err(format!("has the presence byte {byte}"));
        }
    }
    let found = kind(&column.cells);
    if found != declared.kind {
        return Err(format!("is {found}, not {}", declared.kind));
    }
    let is_present = |row: usize| present.is_empty() || present[row] == 1;
    Ok(match column.cells {
        wire::Cells::Text(cells) => Cells::Text(texts(cells, rows, limits.text_bytes, is_present)?),
        wire::Cells::Integer(cells) => Cells::Integer(plain(cells, rows, is_present, Ok)?),
        wire::Cells::Decimal(cells) => {
            Cells::Decimal { scale: cells.scale, units: plain(cells.units, rows, is_present, Ok)? }
        }
        wire::Cells::Date(cells) => Cells::Date(plain(cells, rows, is_present, date)?),
        wire::Cells::Boolean(cells) => Cells::Boolean(plain(cells, rows, is_present, boolean)?),
    })
}

fn kind(cells: &wire::Cells) -> ColumnType {
    match cells {
        wire::Cells::Text(_) => ColumnType::Text,
        wire::Cells::Integer(_) => ColumnType::Integer,
        wire::Cells::Decimal(cells) => ColumnType::Decimal(cells.scale),
        wire::Cells::Date(_) => ColumnType::Date,
        wire::Cells::Boolean(_) => ColumnType::Boolean,
    }
}

fn check_length(found: usize, rows: usize, what: &str) -> Result<(), String> {
    if found == rows {
        return Ok(());
    }
    Err(format!("has {found} {what} for {rows} rows"))
}

fn plain<W, C>(
    cells: Vec<W>,
    rows: usize,
    is_present: impl Fn(usize) -> bool,
    convert: impl Fn(W) -> Result<C, String>,
) -> Result<Vec<Option<C>>, String> {
    check_length(cells.len(), rows, "cells")?;
    let cells = cells.into_iter().enumerate();
    cells.map(|(row, cell)| is_present(row).then(|| convert(cell)).transpose()).collect()
}

fn texts(
    cells: wire::TextCells,
    rows: usize,
    longest: usize,
    is_present: impl Fn(usize) -> bool,
) -> Result<Vec<Option<String>>, String> {
    check_length(cells.ends.len(), rows, "cells")?;
    if let Some(character) = deceptive(&cells.utf8) {
        let code = u32::from(character);
        return Err(format!("has the character U+{code:04X}, which no text may have"));
    }
    // What is ASCII is in NFC, whatever the cuts.
    let is_ascii = cells.utf8.is_ascii();
    let mut texts = Vec::with_capacity(rows);
    let mut start = 0;
    for (row, end) in cells.ends.iter().enumerate() {
        let end = *end as usize;
        let cell =
            cells.utf8.get(start..end).ok_or_else(|| format!("is cut wrongly in row {row}"))?;
        start = end;
        if cell.len() > longest {
            return Err(format!("has {} bytes in row {row}, more than {longest}", cell.len()));
        }
        texts.push(
            is_present(row).then(
                || {
                    if is_ascii { cell.to_owned() } else { nfc(cell).into_owned() }
                },
            ),
        );
    }
    if start != cells.utf8.len() {
        return Err(format!("has {} bytes behind its last cell", cells.utf8.len() - start));
    }
    Ok(texts)
}

fn date(days: i32) -> Result<Date, String> {
    Span::new()
        .try_days(days)
        .and_then(|days| Date::constant(1970, 1, 1).checked_add(days))
        .map_err(|_| format!("has the day {days}, which no calendar has"))
}

fn boolean(byte: u8) -> Result<bool, String> {
    match byte {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(format!("has {byte} for yes or no")),
    }
}

fn finding(finding: wire::Finding) -> Finding {
    Finding {
        code: clean(finding.code),
        severity: match finding.severity {
            wire::Severity::Note => Severity::Note,
            wire::Severity::Warning => Severity::Warning,
            wire::Severity::Error => Severity::Error,
        },
        message: message(finding.message),
        help: finding.help.map(message),
        place: place(finding.place),
        about: named(finding.about),
    }
}

fn explanation(explanation: wire::Explanation) -> Explanation {
    Explanation {
        place: place(explanation.place),
        rule: clean(explanation.rule),
        inputs: named(explanation.inputs),
        steps: explanation.steps.into_iter().map(clean).collect(),
        result: clean(explanation.result),
    }
}

fn named(pairs: Vec<wire::NamedText<String>>) -> Vec<(String, String)> {
    pairs.into_iter().map(|named| (clean(named.name), clean(named.value))).collect()
}

/// Puts what is given where it is declared; `wrong` makes the message of a name that is not
/// declared, or that comes again.
fn placed<D, G>(
    (declared, declared_name): (&[D], impl Fn(&D) -> &String),
    (given, given_name): (Vec<G>, impl Fn(&G) -> &String),
    wrong: impl Fn(&str, &str) -> String,
) -> Result<Vec<Option<G>>, String> {
    let mut places: Vec<Option<G>> = declared.iter().map(|_| None).collect();
    let mut next = 0;
    for one in given {
        let name = given_name(&one);
        // Nearly all come in the declared order, and are found at once.
        let mut order = (next..declared.len()).chain(0..next);
        let Some(place) = order.find(|place| declared_name(&declared[*place]) == name) else {
            return Err(wrong(&shown(name), "is not declared"));
        };
        if places[place].is_some() {
            return Err(wrong(&shown(name), "comes twice"));
        }
        places[place] = Some(one);
        next = place + 1;
    }
    Ok(places)
}

/// Shortens a name that a plugin made up, so that it can stand in a message.
fn shown(name: &str) -> String {
    const LONGEST: usize = 60;
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    name.chars().take(LONGEST).chain("…".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::{deceptive, is_deceptive};

    #[test]
    fn every_deceptive_character_is_found_and_no_other() {
        for character in '\0'..=char::MAX {
            let text = format!("Đỗ{character}");
            let expected = Some(character).filter(|character| is_deceptive(*character));
            assert_eq!(deceptive(&text), expected, "U+{:04X}", u32::from(character));
        }
    }
}
