//! Makes the tables follow the definitions, and refuses to lose anything on the way.
//!
//! One transaction: either every table fits its form, or nothing has changed and the findings tell
//! everything that stands in the way. Running it twice changes nothing the second time. Forms that
//! have lost their definition keep their tables.

use std::collections::BTreeMap;

use bieumau_model::definition::{Catalog, CodeList};
use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::scope::Caller;
use bieumau_model::text::Text;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::audit::Act;
use crate::codes;
use crate::error::StoreError;
use crate::kept;
use crate::loss::{self, conversion};
use crate::schema::{column_definition, create_indexes, create_table, write_code_list};
use crate::seal;
use crate::shape::Shape;
use crate::sql::{list, quoted};
use crate::store::{Store, read_shapes};

/// What a migration did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Migration {
    /// Forms that got a table.
    pub created: Vec<String>,
    /// Forms whose table was changed.
    pub changed: Vec<String>,
    /// Code lists that were written anew.
    pub code_lists: Vec<String>,
    /// Worth knowing; nothing of it stopped the migration.
    pub notes: Diagnostics,
}

impl Migration {
    /// Returns whether the store followed the definitions already.
    pub fn is_empty(&self) -> bool {
        self.created.is_empty() && self.changed.is_empty() && self.code_lists.is_empty()
    }
}

/// What has to happen to one form.
enum Step {
    Create(Shape),
    /// Only the version grew.
    Note(Shape),
    Change(Shape, Shape),
}

impl Store {
    /// Creates and changes tables until they fit the forms and code lists of `catalog`.
    ///
    /// # Errors
    /// [`StoreError::Migration`] with everything that would be lost; nothing has changed then.
    pub fn migrate(&mut self, catalog: &Catalog, now: Timestamp) -> Result<Migration, StoreError> {
        add_seal_columns(&self.conn, &self.shapes)?;
        let steps = steps(&self.shapes, catalog);
        let lists = changed_lists(&self.conn, catalog)?;
        let mut notes = forms_gone(&self.conn, &self.shapes, catalog)?;
        if steps.is_empty() && lists.is_empty() {
            seal_older(&mut self.conn, &self.shapes, now)?;
            kept::keep_definitions(&mut self.conn, catalog, now)?;
            return Ok(Migration { notes, ..Migration::default() });
        }
        // SQLite lets a table that others refer to be replaced only while it does not watch over
        // references; they are all checked before the end of the transaction.
        self.conn.execute_batch("PRAGMA foreign_keys = OFF")?;
        let result = run(&mut self.conn, &steps, &lists, catalog, now);
        self.conn.execute_batch("PRAGMA foreign_keys = ON")?;
        let mut migration = result?;
        self.shapes = read_shapes(&self.conn)?;
        seal_older(&mut self.conn, &self.shapes, now)?;
        kept::keep_definitions(&mut self.conn, catalog, now)?;
        notes.append(std::mem::take(&mut migration.notes));
        migration.notes = notes;
        self.conn.flush_prepared_statement_cache();
        Ok(migration)
    }
}

fn run(
    conn: &mut Connection,
    steps: &[Step],
    lists: &[(&CodeList, String)],
    catalog: &Catalog,
    now: Timestamp,
) -> Result<Migration, StoreError> {
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut migration = Migration::default();
    for (codes, fingerprint) in lists {
        write_code_list(&transaction, codes)?;
        transaction.execute(
            "INSERT OR REPLACE INTO bm_code_list (id, fingerprint, applied_at) VALUES (?, ?, ?)",
            params![codes.id, fingerprint, now.to_string()],
        )?;
        migration.code_lists.push(codes.id.clone());
    }
    for step in steps {
        if let Step::Create(shape) = step {
            transaction.execute_batch(&create_table(shape, &shape.table()))?;
            migration.created.push(shape.form.clone());
        }
    }
    let losses = all_losses(&transaction, steps, lists, catalog)?;
    if losses.has_errors() {
        return Err(StoreError::Migration(losses));
    }
    for step in steps {
        if let Step::Change(old, new) = step {
            change_table(&transaction, old, new)?;
            migration.changed.push(new.form.clone());
            version_note(old, new).into_iter().for_each(|note| migration.notes.push(note));
        }
    }
    for step in steps {
        let (Step::Create(shape) | Step::Note(shape) | Step::Change(_, shape)) = step;
        transaction.execute_batch(&create_indexes(shape))?;
        apply(&transaction, shape, now)?;
    }
    check_references(&transaction)?;
    let act = Act::new(&Caller::Operator, now, "");
    for step in steps {
        // The order of the fields and the values may be others of the same meaning now.
        if let Step::Change(_, shape) = step
            && seal::any(&transaction)?
        {
            act.seal_all(&transaction, shape)?;
        }
    }
    let details = json!({
        "created": migration.created,
        "changed": migration.changed,
        "code_lists": migration.code_lists,
    });
    act.note(&transaction, "migrate", None, steps.len() + lists.len(), &details)?;
    transaction.commit()?;
    Ok(migration)
}

/// Gives tables of an older version the column in which a record names its seal.
fn add_seal_columns(conn: &Connection, shapes: &BTreeMap<String, Shape>) -> Result<(), StoreError> {
    let mut known =
        conn.prepare_cached("SELECT 1 FROM pragma_table_info(?) WHERE name = '_seal'")?;
    for shape in shapes.values() {
        if !known.exists([shape.table()])? {
            let table = quoted(&shape.table());
            conn.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN \"_seal\" INTEGER"))?;
        }
    }
    Ok(())
}

/// Seals the records of a store that an older version wrote, as they are found, once.
fn seal_older(
    conn: &mut Connection,
    shapes: &BTreeMap<String, Shape>,
    now: Timestamp,
) -> Result<(), StoreError> {
    if seal::any(conn)? {
        return Ok(());
    }
    let act = Act::new(&Caller::Operator, now, "niêm phong các bản ghi đã có");
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut count = 0;
    for shape in shapes.values() {
        count += act.seal_all(&transaction, shape)?;
    }
    if count == 0 {
        return Ok(());
    }
    act.note(&transaction, "seal", None, count, &json!({ "forms": shapes.len() }))?;
    Ok(transaction.commit()?)
}

fn steps(applied: &BTreeMap<String, Shape>, catalog: &Catalog) -> Vec<Step> {
    let step = |shape: Shape| match applied.get(&shape.form) {
        None => Some(Step::Create(shape)),
        Some(old) if old.fingerprint() != shape.fingerprint() => {
            Some(Step::Change(old.clone(), shape))
        }
        Some(old) if old.version != shape.version => Some(Step::Note(shape)),
        Some(_) => None,
    };
    let keeping = |shape: Shape| match applied.get(&shape.form) {
        Some(old) => shape.keeping(old),
        None => shape,
    };
    Shape::all(catalog).into_iter().map(keeping).filter_map(step).collect()
}

/// Returns the code lists that are not in the store as they are defined.
fn changed_lists<'c>(
    conn: &Connection,
    catalog: &'c Catalog,
) -> Result<Vec<(&'c CodeList, String)>, StoreError> {
    let mut changed = Vec::new();
    for codes in catalog.code_lists.values() {
        let fingerprint = fingerprint(codes);
        let applied: Option<String> = conn
            .query_row("SELECT fingerprint FROM bm_code_list WHERE id = ?", [&codes.id], |row| {
                row.get(0)
            })
            .optional()?;
        if applied.as_deref() != Some(fingerprint.as_str()) {
            changed.push((codes, fingerprint));
        }
    }
    Ok(changed)
}

fn fingerprint(codes: &CodeList) -> String {
    let lines: Vec<_> = codes
        .codes
        .iter()
        .map(|code| {
            json!([
                code.code,
                code.name,
                code.symbol,
                code.valid_from.map(bieumau_model::format::date_iso),
                code.valid_to.map(bieumau_model::format::date_iso),
                code.more,
            ])
        })
        .collect();
    let whole = json!([codes.columns, lines]).to_string();
    Sha256::digest(whole).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Collects what every step would lose, and the codes in use that the lists no longer have.
fn all_losses(
    conn: &Connection,
    steps: &[Step],
    lists: &[(&CodeList, String)],
    catalog: &Catalog,
) -> Result<Diagnostics, StoreError> {
    let mut losses = Diagnostics::default();
    let mut changing = BTreeMap::new();
    for step in steps {
        if let Step::Change(old, new) = step {
            losses.append(loss::losses(conn, old, new)?);
            changing.insert(new.form.as_str(), new);
        }
    }
    // Columns that stay as they are may still use codes that went.
    let applied = read_shapes(conn)?;
    for shape in applied.values().filter(|shape| catalog.forms.contains_key(&shape.form)) {
        let changing = changing.get(shape.form.as_str());
        for column in &shape.columns {
            let stays = changing.is_none_or(|new| new.column(&column.name) == Some(column));
            let list = column.codes.as_ref();
            if stays && lists.iter().any(|(codes, _)| Some(&codes.id) == list) {
                losses.append(loss::codes_gone(conn, shape, column, &quoted(&column.name))?);
            }
        }
    }
    Ok(losses)
}

/// Adds columns in place when that is all; copies into a new table otherwise.
fn change_table(conn: &Connection, old: &Shape, new: &Shape) -> Result<(), StoreError> {
    let table = quoted(&new.table());
    if only_adds(old, new) {
        for column in new.columns.iter().filter(|column| old.column(&column.name).is_none()) {
            conn.execute_batch(&format!(
                "ALTER TABLE {table} ADD COLUMN {}",
                column_definition(column)
            ))?;
        }
        return Ok(());
    }
    let copy = format!("bm_new_{}", new.form);
    let own =
        ["_status", "_version", "_revision", "_author", "_created_at", "_changed_at", "_seal"];
    let all = new.columns.iter().chain(&new.kept);
    let kept: Vec<_> =
        all.filter_map(|column| Some((column, old.any_column(&column.name)?))).collect();
    let mut into: Vec<String> = kept.iter().map(|(column, _)| column.name.clone()).collect();
    into.extend(own.map(str::to_owned));
    let mut from: Vec<String> = kept
        .iter()
        .map(|(column, old)| conversion(&quoted(&old.name), old.kind, column.kind).expression)
        .collect();
    from.extend(own.map(quoted));
    conn.execute_batch(&format!(
        "{}INSERT INTO {} ({}) SELECT {} FROM {table};\n\
         DROP TABLE {table};\n\
         ALTER TABLE {} RENAME TO {table};",
        create_table(new, &copy),
        quoted(&copy),
        list(&into),
        from.join(", "),
        quoted(&copy),
    ))?;
    Ok(())
}

/// Returns whether `new` is `old` with some optional fields more.
fn only_adds(old: &Shape, new: &Shape) -> bool {
    let kept: Vec<_> =
        new.columns.iter().filter(|column| old.column(&column.name).is_some()).cloned().collect();
    let added = new.columns.iter().filter(|column| old.column(&column.name).is_none());
    kept == old.columns
        && old.kept == new.kept
        && old.key == new.key
        && old.references == new.references
        && added.clone().all(|column| !column.required)
}

fn apply(conn: &Connection, shape: &Shape, now: Timestamp) -> Result<(), StoreError> {
    let json = serde_json::to_string(shape).expect("a shape is plain data");
    conn.execute(
        "INSERT INTO bm_definition (form, version, fingerprint, shape, applied_at) \
         VALUES (?, ?, ?, ?, ?)",
        params![shape.form, shape.version, shape.fingerprint(), json, now.to_string()],
    )?;
    Ok(())
}

/// The last look before the end: every reference must lead somewhere.
fn check_references(conn: &Connection) -> Result<(), StoreError> {
    let broken: Option<(String, String)> = conn
        .query_row("PRAGMA foreign_key_check", [], |row| Ok((row.get(0)?, row.get(2)?)))
        .optional()?;
    match broken {
        None => Ok(()),
        Some((from, to)) => {
            Err(StoreError::Inconsistent(format!("{from} refers to a record that {to} lacks")))
        }
    }
}

fn version_note(old: &Shape, new: &Shape) -> Option<Diagnostic> {
    (new.version <= old.version).then(|| {
        Diagnostic::warning(
            codes::VERSION_KEPT,
            Text::both(
                format!("biểu mẫu `{}` đã đổi mà phiên bản vẫn là {}", new.form, new.version),
                format!("form `{}` has changed but its version still is {}", new.form, new.version),
            ),
        )
        .help(Text::both("tăng `version` của biểu mẫu", "raise the `version` of the form"))
    })
}

/// Names the forms that have records but no definition any more.
fn forms_gone(
    conn: &Connection,
    applied: &BTreeMap<String, Shape>,
    catalog: &Catalog,
) -> Result<Diagnostics, StoreError> {
    let mut notes = Diagnostics::default();
    for shape in applied.values().filter(|shape| !catalog.forms.contains_key(&shape.form)) {
        let count = loss::count(conn, shape, "1")?;
        if count > 0 {
            notes.push(Diagnostic::warning(
                codes::FORM_GONE,
                Text::both(
                    format!(
                        "biểu mẫu `{}` không còn định nghĩa; giữ nguyên {count} bản ghi",
                        shape.form
                    ),
                    format!(
                        "form `{}` has lost its definition; its {count} records are kept",
                        shape.form
                    ),
                ),
            ));
        }
    }
    Ok(notes)
}
