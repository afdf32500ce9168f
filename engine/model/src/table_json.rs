//! Tables as JSON: the input and answer of a rule call, and test cases.
//!
//! Decimals are read as they are written and never pass through binary fractions.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};
use serde_json::{Map, Value as Json, json};

use crate::codes;
use crate::definition::{RuleColumn, RuleDeclaration, RuleTable};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::format::{ParseDecimalError, date_iso, parse_date, parse_decimal, plain_decimal};
use crate::nearest;
use crate::table::{Cells, Column, ColumnType, Table, Value};
use crate::text::{Text, nfc};

/// The input of a rule call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleInput {
    /// Parameters as text, in the order written.
    pub parameters: IndexMap<String, String>,
    /// Tables in the order written.
    pub tables: Vec<Table>,
}

/// Reads the input of a rule call from `text`, the content of `file`.
///
/// With the declaration of the rule, columns need no types, and unknown or missing tables, columns
/// and parameters are reported. All findings are returned together.
pub fn read_input(
    file: &Arc<str>,
    text: &str,
    rule: Option<&RuleDeclaration>,
) -> Result<RuleInput, Diagnostics> {
    let json: Json = serde_json::from_str(text).map_err(|error| syntax(file, text, &error))?;
    let mut reader = Reader::default();
    let mut input = RuleInput::default();
    if let Some(object) = reader.object(&json, "$") {
        for key in object.keys().filter(|key| !["parameters", "tables"].contains(&key.as_str())) {
            reader.shape(
                format!("khóa `{key}` không có trong định dạng"),
                format!("key `{key}` is not part of the format"),
                nearest::help(key, ["parameters", "tables"]),
            );
        }
        if let Some(parameters) = object.get("parameters") {
            input.parameters = reader.parameters(parameters, rule);
        }
        match object.get("tables") {
            Some(tables) => {
                input.tables = reader.tables(tables, rule.map(|rule| rule.takes.as_slice()));
            }
            None => reader.shape("thiếu khóa `tables`", "key `tables` is missing", None),
        }
    }
    if reader.findings.is_empty() { Ok(input) } else { Err(reader.findings) }
}

/// Reads an object of tables; with `declared`, columns need no types.
pub fn read_tables(
    tables: &Json,
    declared: Option<&[RuleTable]>,
) -> Result<Vec<Table>, Diagnostics> {
    let mut reader = Reader::default();
    let read = reader.tables(tables, declared);
    if reader.findings.is_empty() { Ok(read) } else { Err(reader.findings) }
}

/// Writes tables as an object of tables, in order.
pub fn write_tables<'a>(tables: impl IntoIterator<Item = &'a Table>) -> Json {
    let entries = tables.into_iter().map(|table| (table.name().to_owned(), write_table(table)));
    Json::Object(entries.collect())
}

/// Writes a table as `{"columns": {…}, "rows": [[…], …]}`.
pub fn write_table(table: &Table) -> Json {
    let columns: Map<String, Json> = table
        .columns()
        .iter()
        .map(|column| (column.name.clone(), Json::String(column.cells.kind().to_string())))
        .collect();
    let row = |row| table.columns().iter().map(move |column| write_cell(&column.cells.value(row)));
    let rows: Vec<Json> = (0..table.rows()).map(|at| Json::Array(row(at).collect())).collect();
    json!({"columns": columns, "rows": rows})
}

/// Writes a cell: decimals as `"7.5"`, days as `"2026-05-31"`, a missing cell as `null`.
pub fn write_cell(value: &Value) -> Json {
    match value {
        Value::Missing => Json::Null,
        Value::Text(text) => Json::String(text.clone()),
        Value::Integer(number) => json!(number),
        Value::Decimal { units, scale } => Json::String(plain_decimal(*units, *scale)),
        Value::Date(date) => Json::String(date_iso(*date)),
        Value::Boolean(flag) => Json::Bool(*flag),
    }
}

/// Reads a cell of a column of `kind`; the error says what was expected.
pub fn read_cell(json: &Json, kind: ColumnType) -> Result<Value, Text> {
    match (kind, json) {
        (_, Json::Null) => Ok(Value::Missing),
        (ColumnType::Text, Json::String(text)) => Ok(Value::Text(nfc(text).into_owned())),
        (ColumnType::Boolean, Json::Bool(flag)) => Ok(Value::Boolean(*flag)),
        (ColumnType::Integer, Json::Number(_) | Json::String(_)) => scalar_text(json)
            .and_then(|text| text.parse().ok())
            .map(Value::Integer)
            .ok_or_else(|| expected(kind)),
        (ColumnType::Decimal(scale), Json::Number(_) | Json::String(_)) => {
            let text = scalar_text(json).ok_or_else(too_long)?;
            parse_decimal(&text, scale)
                .map(|units| Value::Decimal { units, scale })
                .map_err(|error| wrong_decimal(error, scale))
        }
        (ColumnType::Date, Json::String(text)) => {
            parse_date(text).map(Value::Date).ok_or_else(|| expected(kind))
        }
        _ => Err(expected(kind)),
    }
}

/// Returns the digits of a number as they were written; `None` when it has so many that they may
/// have been rounded on the way in.
fn scalar_text(json: &Json) -> Option<String> {
    const EXACT_DIGITS: usize = 15;
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) if number.is_f64() => {
            let text = number.to_string();
            (text.bytes().filter(u8::is_ascii_digit).count() <= EXACT_DIGITS).then_some(text)
        }
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn expected(kind: ColumnType) -> Text {
    match kind {
        ColumnType::Text => Text::both("cần chữ trong dấu ngoặc kép", "expected text in quotes"),
        ColumnType::Integer => Text::both("cần số nguyên", "expected a whole number"),
        ColumnType::Decimal(_) => {
            Text::both("cần số thập phân như \"7.5\"", "expected a decimal such as \"7.5\"")
        }
        ColumnType::Date => {
            Text::both("cần ngày dạng \"2026-05-31\"", "expected a day such as \"2026-05-31\"")
        }
        ColumnType::Boolean => Text::both("cần true hoặc false", "expected true or false"),
    }
}

fn too_long() -> Text {
    Text::both(
        "số có quá nhiều chữ số, hãy viết trong dấu ngoặc kép",
        "the number has too many digits, write it in quotes",
    )
}

fn wrong_decimal(error: ParseDecimalError, scale: u8) -> Text {
    match error {
        ParseDecimalError::NotANumber => expected(ColumnType::Decimal(scale)),
        ParseDecimalError::TooPrecise => Text::both(
            format!("cột chỉ giữ {scale} chữ số sau dấu phẩy"),
            format!("the column keeps {scale} digits behind the comma"),
        ),
        ParseDecimalError::TooLarge => Text::both("số quá lớn", "the number is too large"),
    }
}

fn syntax(file: &Arc<str>, text: &str, error: &serde_json::Error) -> Diagnostic {
    let before: usize =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = before + error.column().saturating_sub(1);
    let message = Text::both(
        "tệp bảng không phải JSON đúng cú pháp từ chỗ này",
        format!("the tables are not JSON: {error}"),
    );
    Diagnostic::error(codes::TABLES_SYNTAX, message).at(Span::locate(file, text, at, at))
}

/// Collects findings while it reads.
#[derive(Default)]
struct Reader {
    findings: Diagnostics,
}

/// Where a finding is, in words.
struct Place<'a> {
    table: &'a str,
    row: Option<usize>,
    column: Option<&'a str>,
}

impl Place<'_> {
    fn message(&self, what: &Text) -> Text {
        use crate::text::Locale::{En, Vi};
        let row = |word: &str| self.row.map(|row| format!(", {word} {}", row + 1));
        let column = |word: &str| self.column.map(|column| format!(", {word} `{column}`"));
        let part = |part: Option<String>| part.unwrap_or_default();
        Text::both(
            format!(
                "bảng `{}`{}{}: {}",
                self.table,
                part(row("hàng")),
                part(column("cột")),
                what.get(Vi)
            ),
            format!(
                "table `{}`{}{}: {}",
                self.table,
                part(row("row")),
                part(column("column")),
                what.get(En)
            ),
        )
    }
}

impl Reader {
    fn push(&mut self, code: &'static str, message: Text, help: Option<Text>) {
        let finding = Diagnostic::error(code, message);
        self.findings.push(match help {
            Some(help) => finding.help(help),
            None => finding,
        });
    }

    fn shape(&mut self, vi: impl Into<String>, en: impl Into<String>, help: Option<Text>) {
        self.push(codes::TABLES_SHAPE, Text::both(vi, en), help);
    }

    fn object<'a>(&mut self, json: &'a Json, path: &str) -> Option<&'a Map<String, Json>> {
        if json.as_object().is_none() {
            self.shape(
                format!("`{path}` phải là một đối tượng {{…}}"),
                format!("`{path}` must be an object {{…}}"),
                None,
            );
        }
        json.as_object()
    }

    fn parameters(
        &mut self,
        json: &Json,
        rule: Option<&RuleDeclaration>,
    ) -> IndexMap<String, String> {
        let mut read = IndexMap::new();
        for (name, value) in self.object(json, "parameters").into_iter().flatten() {
            if let Some(rule) = rule.filter(|rule| !rule.parameters.contains_key(name)) {
                self.push(
                    codes::PARAMETER_UNKNOWN,
                    Text::both(
                        format!("quy tắc `{}` không có tham số `{name}`", rule.id),
                        format!("rule `{}` has no parameter `{name}`", rule.id),
                    ),
                    nearest::help(name, rule.parameters.keys().map(String::as_str)),
                );
                continue;
            }
            let text = match value {
                Json::Bool(flag) => Some(flag.to_string()),
                other => scalar_text(other),
            };
            match text {
                Some(text) => {
                    read.insert(name.clone(), nfc(&text).into_owned());
                }
                None => self.shape(
                    format!("tham số `{name}` phải là chữ, số hoặc true/false"),
                    format!("parameter `{name}` must be text, a number or true/false"),
                    None,
                ),
            }
        }
        read
    }

    fn tables(&mut self, json: &Json, declared: Option<&[RuleTable]>) -> Vec<Table> {
        let mut read = Vec::new();
        let Some(object) = self.object(json, "tables") else { return read };
        for (name, table) in object {
            let own = declared.and_then(|tables| tables.iter().find(|table| table.name == *name));
            if let (None, Some(tables)) = (own, declared) {
                self.push(
                    codes::TABLE_UNKNOWN,
                    Text::both(
                        format!("quy tắc không nhận bảng `{name}`"),
                        format!("the rule does not take a table `{name}`"),
                    ),
                    nearest::help(name, tables.iter().map(|table| table.name.as_str())),
                );
                continue;
            }
            read.extend(self.table(name, table, own));
        }
        let missing = |table: &&RuleTable| !table.optional && !object.contains_key(&table.name);
        for table in declared.unwrap_or_default().iter().filter(missing) {
            let message = Text::both(
                format!("thiếu bảng `{}` mà quy tắc cần", table.name),
                format!("table `{}`, which the rule needs, is missing", table.name),
            );
            self.push(codes::TABLE_MISSING, message, None);
        }
        read
    }

    fn table(&mut self, name: &str, json: &Json, declared: Option<&RuleTable>) -> Option<Table> {
        let object = self.object(json, &format!("tables.{name}"))?;
        for key in object.keys().filter(|key| !["columns", "rows"].contains(&key.as_str())) {
            self.shape(
                format!("bảng `{name}`: khóa `{key}` không có trong định dạng"),
                format!("table `{name}`: key `{key}` is not part of the format"),
                nearest::help(key, ["columns", "rows"]),
            );
        }
        let Some(rows) = object.get("rows").and_then(Json::as_array) else {
            self.shape(
                format!("bảng `{name}`: thiếu danh sách `rows`"),
                format!("table `{name}`: the list `rows` is missing"),
                None,
            );
            return None;
        };
        let columns = match object.get("columns") {
            Some(columns) => self.written_columns(name, columns, declared),
            None => self.used_columns(name, rows, declared),
        }?;
        self.required_columns(name, &columns, declared);
        if object.contains_key("columns") {
            self.unknown_cells(name, rows, &columns);
        }
        self.rows(name, rows, columns)
    }

    /// Reads the types that the input itself gives.
    fn written_columns(
        &mut self,
        table: &str,
        json: &Json,
        declared: Option<&RuleTable>,
    ) -> Option<IndexMap<String, ColumnType>> {
        let object = self.object(json, &format!("tables.{table}.columns"))?;
        let mut read = IndexMap::new();
        for (name, kind) in object {
            let place = Place { table, row: None, column: Some(name) };
            let Some(kind) = kind.as_str().and_then(|kind| kind.parse::<ColumnType>().ok()) else {
                let what = Text::both("kiểu cột không có", "there is no such column type");
                let help = Text::both(
                    "kiểu cột là `text`, `integer`, `decimal(1)`, `date` hoặc `boolean`",
                    "column types are `text`, `integer`, `decimal(1)`, `date` and `boolean`",
                );
                self.push(codes::TABLES_SHAPE, place.message(&what), Some(help));
                continue;
            };
            match declared {
                None => {
                    read.insert(name.clone(), kind);
                }
                Some(declared) => {
                    let Some(own) = self.declared_column(table, name, declared) else { continue };
                    if own.kind != kind {
                        let what = Text::both(
                            format!("quy tắc khai kiểu `{}`, không phải `{kind}`", own.kind),
                            format!("the rule declares the type `{}`, not `{kind}`", own.kind),
                        );
                        self.push(codes::TABLES_SHAPE, place.message(&what), None);
                    }
                    read.insert(name.clone(), own.kind);
                }
            }
        }
        Some(read)
    }

    /// Takes the types from the declaration: all columns for rows that are lists; for rows that are
    /// objects the needed ones, and the optional ones that occur.
    fn used_columns(
        &mut self,
        table: &str,
        rows: &[Json],
        declared: Option<&RuleTable>,
    ) -> Option<IndexMap<String, ColumnType>> {
        let Some(declared) = declared else {
            self.shape(
                format!("bảng `{table}`: thiếu `columns` để biết kiểu các cột"),
                format!("table `{table}`: `columns` is missing, so column types are unknown"),
                None,
            );
            return None;
        };
        let in_order = |wanted: &dyn Fn(&RuleColumn) -> bool| {
            let wanted = declared.columns.iter().filter(|column| wanted(column));
            wanted.map(|column| (column.name.clone(), column.kind)).collect()
        };
        if rows.iter().any(Json::is_array) {
            return Some(in_order(&|_| true));
        }
        let keys: IndexSet<&str> = rows
            .iter()
            .filter_map(Json::as_object)
            .flat_map(Map::keys)
            .map(String::as_str)
            .collect();
        for name in &keys {
            self.declared_column(table, name, declared);
        }
        // A needed column that no row has is missing data, about which the rule has a finding.
        Some(in_order(&|column| keys.contains(column.name.as_str()) || !column.optional))
    }

    fn declared_column<'a>(
        &mut self,
        table: &str,
        name: &str,
        declared: &'a RuleTable,
    ) -> Option<&'a RuleColumn> {
        let found = declared.columns.iter().find(|column| column.name == name);
        if found.is_none() {
            let message = Text::both(
                format!("bảng `{table}` không khai cột `{name}`"),
                format!("table `{table}` does not declare a column `{name}`"),
            );
            let known = declared.columns.iter().map(|column| column.name.as_str());
            self.push(codes::COLUMN_UNKNOWN, message, nearest::help(name, known));
        }
        found
    }

    fn required_columns(
        &mut self,
        table: &str,
        columns: &IndexMap<String, ColumnType>,
        declared: Option<&RuleTable>,
    ) {
        let declared = declared.map(|table| table.columns.as_slice()).unwrap_or_default();
        for column in declared {
            if !column.optional && !columns.contains_key(&column.name) {
                let message = Text::both(
                    format!("bảng `{table}` thiếu cột `{}`", column.name),
                    format!("table `{table}` lacks the column `{}`", column.name),
                );
                self.push(codes::COLUMN_MISSING, message, None);
            }
        }
    }

    fn rows(
        &mut self,
        table: &str,
        rows: &[Json],
        columns: IndexMap<String, ColumnType>,
    ) -> Option<Table> {
        let mut cells: Vec<Cells> = columns.values().map(|kind| Cells::empty(*kind)).collect();
        for (row, json) in rows.iter().enumerate() {
            let place = Place { table, row: Some(row), column: None };
            match json {
                Json::Array(given) if given.len() == columns.len() => {
                    for (at, (name, kind)) in columns.iter().enumerate() {
                        self.cell(&mut cells[at], &given[at], *kind, row, table, name);
                    }
                }
                Json::Object(given) => {
                    for (at, (name, kind)) in columns.iter().enumerate() {
                        let json = given.get(name).unwrap_or(&Json::Null);
                        self.cell(&mut cells[at], json, *kind, row, table, name);
                    }
                }
                Json::Array(given) => {
                    let what = Text::both(
                        format!("có {} ô thay vì {}", given.len(), columns.len()),
                        format!("has {} cells instead of {}", given.len(), columns.len()),
                    );
                    self.push(codes::TABLES_SHAPE, place.message(&what), None);
                }
                _ => {
                    let what = Text::both(
                        "một hàng phải là danh sách hoặc đối tượng",
                        "a row must be a list or an object",
                    );
                    self.push(codes::TABLES_SHAPE, place.message(&what), None);
                }
            }
        }
        let names = columns.into_keys();
        let columns = names.zip(cells).map(|(name, cells)| Column { name, cells }).collect();
        // Columns of unequal length stand only beside a finding.
        Table::new(table, columns).ok()
    }

    /// Reports cells of rows that are objects under names that the input's own `columns` lack.
    fn unknown_cells(
        &mut self,
        table: &str,
        rows: &[Json],
        columns: &IndexMap<String, ColumnType>,
    ) {
        for (row, json) in rows.iter().enumerate() {
            let names = json.as_object().into_iter().flat_map(Map::keys);
            for name in names.filter(|name| !columns.contains_key(*name)) {
                let place = Place { table, row: Some(row), column: Some(name) };
                let what = Text::both("không có trong `columns`", "is not among `columns`");
                let help = nearest::help(name, columns.keys().map(String::as_str));
                self.push(codes::COLUMN_UNKNOWN, place.message(&what), help);
            }
        }
    }

    fn cell(
        &mut self,
        cells: &mut Cells,
        json: &Json,
        kind: ColumnType,
        row: usize,
        table: &str,
        column: &str,
    ) {
        let value = read_cell(json, kind).unwrap_or_else(|help| {
            let shown = json.to_string();
            let what = Text::both(
                format!("giá trị `{shown}` không hợp kiểu `{kind}`"),
                format!("value `{shown}` does not fit the type `{kind}`"),
            );
            let place = Place { table, row: Some(row), column: Some(column) };
            self.push(codes::CELL_WRONG, place.message(&what), Some(help));
            Value::Missing
        });
        // `read_cell` gives the type of the column.
        let _ = cells.push(value);
    }
}
