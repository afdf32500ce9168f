//! Writes the tables of forms, code lists and the engine itself.
//!
//! - `record_<form>`: one column per field, then the engine's own columns, which begin with `_`.
//!   The key is the primary key and the table is ordered by it (`WITHOUT ROWID`), so the records
//!   of a school lie together.
//! - `codelist_<id>`: the codes of a list.
//! - `bm_…`: definitions applied, audit, history. No form can take these names.
//!
//! Nothing is ever deleted: triggers refuse it for records, audit and history alike.

use std::fmt::Write;

use bieumau_model::definition::CodeList;
use bieumau_model::table::ColumnType;
use rusqlite::Connection;

use crate::access::schema as access;
use crate::kept;
use crate::shape::{ColumnShape, Kind, ReferenceShape, Shape, table_of};
use crate::sql::{list, quoted};

/// The engine's own columns of a record table.
const BOOKKEEPING: &str = r#"
  "_status" TEXT NOT NULL DEFAULT 'active' CHECK ("_status" IN ('active', 'retired')),
  "_version" INTEGER NOT NULL,
  "_revision" INTEGER NOT NULL DEFAULT 1 CHECK ("_revision" >= 1),
  "_author" TEXT NOT NULL,
  "_created_at" TEXT NOT NULL,
  "_changed_at" TEXT NOT NULL,
  "_seal" INTEGER,
"#;

/// The steps that lead to the engine's own tables. A store knows how many it has taken; a new step
/// is only ever added at the end, and one that was released never changes.
pub(crate) const STEPS: &[&str] = &[
    META,
    access::ACCOUNTS,
    access::CHAIN,
    crate::plugins::TABLES,
    kept::TABLES,
    crate::issued::ISSUED,
    crate::issued::PINS,
    crate::seal::TABLES,
    crate::issued::ENDS,
];

/// The tables of definitions, audit and history.
const META: &str = r#"
CREATE TABLE bm_definition (
  id INTEGER PRIMARY KEY,
  form TEXT NOT NULL,
  version INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  shape TEXT NOT NULL,
  applied_at TEXT NOT NULL
) STRICT;
CREATE INDEX bm_definition_form ON bm_definition (form);
CREATE TABLE bm_code_list (
  id TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  applied_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE bm_audit (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  caller TEXT NOT NULL,
  action TEXT NOT NULL,
  form TEXT,
  count INTEGER NOT NULL,
  reason TEXT NOT NULL,
  details TEXT NOT NULL
) STRICT;
CREATE INDEX bm_audit_form ON bm_audit (form, id);
CREATE TABLE bm_history (
  id INTEGER PRIMARY KEY,
  form TEXT NOT NULL,
  record TEXT NOT NULL,
  revision INTEGER NOT NULL,
  version INTEGER NOT NULL,
  change TEXT NOT NULL CHECK (change IN ('update', 'retire', 'restore')),
  before TEXT NOT NULL,
  at TEXT NOT NULL,
  caller TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX bm_history_record ON bm_history (form, record, id);
CREATE TRIGGER bm_audit_stays BEFORE DELETE ON bm_audit
  BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
CREATE TRIGGER bm_audit_holds BEFORE UPDATE ON bm_audit
  BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
CREATE TRIGGER bm_history_stays BEFORE DELETE ON bm_history
  BEGIN SELECT RAISE(ABORT, 'the history is only ever added to'); END;
CREATE TRIGGER bm_history_holds BEFORE UPDATE ON bm_history
  BEGIN SELECT RAISE(ABORT, 'the history is only ever added to'); END;
"#;

/// Makes the table of `shape` under `name`, without its indexes and triggers.
pub(crate) fn create_table(shape: &Shape, name: &str) -> String {
    let mut sql = format!("CREATE TABLE {} (\n", quoted(name));
    for column in shape.columns.iter().chain(&shape.kept) {
        let _ = writeln!(sql, "  {},", column_definition(column));
    }
    sql.push_str(BOOKKEEPING.trim_start_matches('\n'));
    let _ = write!(sql, "  PRIMARY KEY ({})", shape.key_list());
    for reference in &shape.references {
        let _ = write!(
            sql,
            ",\n  FOREIGN KEY ({}) REFERENCES {} ({}) DEFERRABLE INITIALLY DEFERRED",
            list(&reference.columns),
            quoted(&table_of(&reference.to)),
            list(&reference.to_key),
        );
    }
    sql.push_str("\n) STRICT, WITHOUT ROWID;\n");
    sql
}

/// Makes the indexes and triggers of `shape`.
pub(crate) fn create_indexes(shape: &Shape) -> String {
    let mut sql = String::new();
    for columns in indexes(shape) {
        let _ = writeln!(
            sql,
            "CREATE INDEX IF NOT EXISTS {} ON {} ({});",
            quoted(&format!("{}_by_{}", shape.table(), columns.join("_"))),
            quoted(&shape.table()),
            list(&columns),
        );
    }
    let _ = writeln!(
        sql,
        "CREATE TRIGGER IF NOT EXISTS {} BEFORE DELETE ON {} \
         BEGIN SELECT RAISE(ABORT, 'records are retired, never deleted'); END;",
        quoted(&format!("{}_stays", shape.table())),
        quoted(&shape.table()),
    );
    sql
}

/// Returns the definition of one column, as `CREATE TABLE` and `ADD COLUMN` take it.
pub(crate) fn column_definition(column: &ColumnShape) -> String {
    let name = quoted(&column.name);
    let kind = match column.kind {
        Kind::Text | Kind::Date => "TEXT",
        Kind::Integer | Kind::Decimal(_) | Kind::Boolean => "INTEGER",
    };
    let mut sql = format!("{name} {kind}");
    if column.required {
        sql.push_str(" NOT NULL");
    }
    for check in column_checks(column) {
        let _ = write!(sql, " CHECK ({check})");
    }
    sql
}

/// Returns the conditions that SQLite itself holds a column to.
pub(crate) fn column_checks(column: &ColumnShape) -> Vec<String> {
    let name = quoted(&column.name);
    let mut checks = Vec::new();
    match column.kind {
        Kind::Date => checks.push(format!(
            "length({name}) = 10 AND {name} GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'"
        )),
        Kind::Boolean => checks.push(format!("{name} IN (0, 1)")),
        Kind::Text | Kind::Integer | Kind::Decimal(_) => {}
    }
    checks.extend(column.min.map(|min| format!("{name} >= {min}")));
    checks.extend(column.max.map(|max| format!("{name} <= {max}")));
    checks.extend(column.max_length.map(|length| format!("length({name}) <= {length}")));
    checks
}

/// Returns the column lists that get an index: class-wise reading and every reference, unless the
/// primary key or a longer index begins with the same columns.
fn indexes(shape: &Shape) -> Vec<Vec<String>> {
    let mut wanted: Vec<Vec<String>> = Vec::new();
    let class = ["school", "year", "class"].map(str::to_owned).to_vec();
    if class.iter().all(|name| shape.column(name).is_some()) {
        wanted.push(class);
    }
    wanted.extend(shape.references.iter().map(|ReferenceShape { columns, .. }| columns.clone()));
    let mut kept: Vec<Vec<String>> = Vec::new();
    for columns in &wanted {
        let covered = shape.key.starts_with(columns)
            || kept.contains(columns)
            || wanted.iter().any(|other| other.len() > columns.len() && other.starts_with(columns));
        if !covered {
            kept.push(columns.clone());
        }
    }
    kept
}

/// The columns of every code list's table, in front of those of the list itself.
pub(crate) const CODE_COLUMNS: [&str; 5] = ["code", "name", "symbol", "valid_from", "valid_to"];

/// Returns the name of the table of a code list.
pub(crate) fn code_table_of(list: &str) -> String {
    format!("codelist_{list}")
}

/// Returns the columns that datasets see in the table of `codes`: those of every list, the list's
/// own, and `position`, the place in the list (which no column of the list's own can hide).
pub(crate) fn code_columns(codes: &CodeList) -> Vec<String> {
    let mut columns: Vec<String> = CODE_COLUMNS.map(str::to_owned).to_vec();
    columns.extend(codes.columns.iter().filter(|name| *name != "position").cloned());
    columns.push("position".to_owned());
    columns
}

/// Returns the type of a column of a code list; what a list adds is text.
pub(crate) fn code_column_type(column: &str) -> ColumnType {
    match column {
        "valid_from" | "valid_to" => ColumnType::Date,
        "position" => ColumnType::Integer,
        _ => ColumnType::Text,
    }
}

/// Makes the table of a code list anew and fills it.
///
/// `name` is the Vietnamese one, `symbol` falls back to it, as everywhere codes are printed.
pub(crate) fn write_code_list(conn: &Connection, codes: &CodeList) -> rusqlite::Result<()> {
    let table = quoted(&code_table_of(&codes.id));
    let columns = code_columns(codes);
    let definitions: Vec<String> = columns
        .iter()
        .map(|name| match name.as_str() {
            "code" | "name" | "symbol" => format!("{} TEXT NOT NULL", quoted(name)),
            "position" => format!("{} INTEGER NOT NULL", quoted(name)),
            _ => format!("{} TEXT", quoted(name)),
        })
        .collect();
    conn.execute_batch(&format!(
        "DROP TABLE IF EXISTS {table};\n\
         CREATE TABLE {table} ({}, bm_line INTEGER PRIMARY KEY) STRICT;\n\
         CREATE INDEX {} ON {table} (code);",
        definitions.join(", "),
        quoted(&format!("{}_by_code", code_table_of(&codes.id))),
    ))?;
    let mut insert = conn.prepare(&format!(
        "INSERT INTO {table} ({}) VALUES ({})",
        list(&columns),
        crate::sql::marks(columns.len()),
    ))?;
    for (at, code) in codes.codes.iter().enumerate() {
        let name = code.name.get(bieumau_model::text::Locale::Vi);
        for (index, column) in columns.iter().enumerate() {
            let text: Option<String> = match column.as_str() {
                "code" => Some(code.code.clone()),
                "name" => Some(name.to_owned()),
                "symbol" => Some(code.symbol.clone().unwrap_or_else(|| name.to_owned())),
                "valid_from" => code.valid_from.map(bieumau_model::format::date_iso),
                "valid_to" => code.valid_to.map(bieumau_model::format::date_iso),
                "position" => {
                    insert.raw_bind_parameter(index + 1, at as i64 + 1)?;
                    continue;
                }
                own => code.more.get(own).cloned(),
            };
            insert.raw_bind_parameter(index + 1, text)?;
        }
        insert.raw_execute()?;
    }
    Ok(())
}
