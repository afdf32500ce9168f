//! The second lock: a connection on which a statement cannot reach past its views.
//!
//! It holds alone, against statements that never met the first lock (`portable`). Base tables are
//! readable only from inside views whose names are drawn at random for each connection, so no
//! statement can spell them. Beside that: writes, pragmas, ATTACH, recursion and functions outside
//! the list are refused, and time is limited.
//!
//! Two traps of SQLite's authorizer, each with its test:
//! - It names the innermost view *or CTE*: `WITH pupil AS MATERIALIZED (SELECT * FROM
//!   main.record_pupil) …` reads the base table "through `pupil`". Hence the random names; and
//!   `EXPLAIN`, which would tell them, is not run.
//! - It is not asked about columns that `USING` and `NATURAL` join by: `SELECT x.pupil FROM
//!   (SELECT '…' AS pupil) x JOIN record_pupil USING (pupil)` tells whether a record exists. Hence
//!   no statement with these words is run, wherever they stand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bieumau_model::definition::Catalog;
use bieumau_model::scope::Scope;
use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;

use crate::portable::FUNCTIONS;
use crate::schema::{code_columns, code_table_of};
use crate::scope::{Lists, Purpose};
use crate::shape::Shape;
use crate::sql::{list, prefixed_list, quoted};

/// How many steps of SQLite's machine lie between two looks at the clock.
const STEPS: i32 = 2_000;

/// Holds the strings of a guarded connection.
#[derive(Debug)]
pub(crate) struct Guard {
    /// What the names of the inner views begin with.
    secret: String,
    deadline: Arc<Mutex<Option<Instant>>>,
    /// Whether the statement being prepared is the engine's own (`BEGIN`, `COMMIT`, the moment).
    ours: Arc<AtomicBool>,
}

/// What the authorizer knows.
struct Rules {
    /// Names that datasets may read: forms and `code_<list>`.
    visible: BTreeSet<String>,
    secret: String,
    /// Table-valued functions and other virtual tables of SQLite.
    modules: BTreeSet<String>,
    ours: Arc<AtomicBool>,
}

impl Guard {
    /// Makes the views of `catalog` for `scope` on `conn` and closes everything else.
    ///
    /// `shapes` are those of the tables in the store; a form without a table stays unseen.
    pub fn close(
        conn: &mut Connection,
        catalog: &Catalog,
        shapes: &BTreeMap<String, Shape>,
        scope: &Scope,
    ) -> rusqlite::Result<Self> {
        let random: String =
            conn.query_row("SELECT lower(hex(randomblob(16)))", [], |row| row.get(0))?;
        let secret = format!("bm_{random}_");
        let visible = make_views(conn, catalog, shapes, scope, &secret)?;
        let modules = virtual_tables(conn)?;
        conn.execute_batch("PRAGMA query_only = ON;")?;
        set_limits(conn)?;
        let guard = Self {
            secret: secret.clone(),
            deadline: Arc::new(Mutex::new(None)),
            ours: Arc::new(AtomicBool::new(false)),
        };
        let rules = Rules { visible, secret, modules, ours: guard.ours.clone() };
        conn.authorizer(Some(move |context: AuthContext<'_>| rules.decide(&context)))?;
        let deadline = guard.deadline.clone();
        conn.progress_handler(
            STEPS,
            Some(move || {
                let deadline = deadline.lock().expect("nobody panics while holding it");
                deadline.is_some_and(|deadline| Instant::now() >= deadline)
            }),
        )?;
        Ok(guard)
    }

    /// Lets statements run for `time` from now.
    pub fn allow(&self, time: Duration) {
        *self.deadline.lock().expect("nobody panics while holding it") =
            Some(Instant::now() + time);
    }

    /// Ends the time that [`Guard::allow`] gave.
    pub fn rest(&self) {
        *self.deadline.lock().expect("nobody panics while holding it") = None;
    }

    /// Runs a statement of the engine's own.
    pub fn run_ours(&self, conn: &Connection, sql: &str) -> rusqlite::Result<()> {
        self.ours.store(true, Ordering::SeqCst);
        let result = conn.execute_batch(sql);
        self.ours.store(false, Ordering::SeqCst);
        result
    }

    /// Asks what of the records is seen now: the number of the last line of the audit, which every
    /// write adds to.
    pub fn moment(&self, conn: &Connection) -> rusqlite::Result<i64> {
        self.ours.store(true, Ordering::SeqCst);
        let sql = "SELECT coalesce(max(id), 0) FROM main.bm_audit";
        let result = conn.query_row(sql, [], |row| row.get(0));
        self.ours.store(false, Ordering::SeqCst);
        result
    }

    /// Returns whether a statement has a word that SQLite's authorizer is blind for.
    pub fn blind(sql: &str) -> bool {
        let is_part = |ch: char| ch.is_ascii_alphanumeric() || ch == '_';
        sql.split(|ch: char| !is_part(ch))
            .any(|word| ["using", "natural"].iter().any(|blind| word.eq_ignore_ascii_case(blind)))
    }

    /// Takes the secret names out of a message of SQLite.
    pub fn tidy(&self, message: &str) -> String {
        message.replace(&self.secret, "")
    }
}

impl Rules {
    fn decide(&self, context: &AuthContext<'_>) -> Authorization {
        let allowed = match context.action {
            AuthAction::Select => true,
            AuthAction::Function { function_name } => {
                FUNCTIONS.iter().any(|name| name.eq_ignore_ascii_case(function_name))
            }
            AuthAction::Read { table_name, column_name } => {
                self.may_read(context, table_name, column_name)
            }
            AuthAction::Transaction { .. } => self.ours.load(Ordering::SeqCst),
            _ => false,
        };
        if allowed { Authorization::Allow } else { Authorization::Deny }
    }

    /// SQLite passes names as the statement spells them, so they are compared in lower case.
    fn may_read(&self, context: &AuthContext<'_>, table: &str, column: &str) -> bool {
        let table = table.to_ascii_lowercase();
        let accessor = context.accessor.map(str::to_ascii_lowercase);
        let from_visible = accessor.as_ref().is_some_and(|name| self.visible.contains(name));
        let from_inside = accessor.as_ref().is_some_and(|name| name.starts_with(&self.secret));
        let database = context.database_name;
        if self.visible.contains(&table) {
            return database != Some("main");
        }
        if table.starts_with(&self.secret) {
            // Inner views and the lists of the scope.
            return from_inside || from_visible;
        }
        if table == "bm_audit" {
            return self.ours.load(Ordering::SeqCst);
        }
        if table.starts_with("record_") {
            return database == Some("main") && from_inside;
        }
        if table.starts_with("codelist_") {
            // Public. SQLite asks for the column "" when only the number of rows is wanted.
            return column.is_empty() || from_visible;
        }
        // A CTE or sub-query of which only the number of rows is wanted: no table of anybody's.
        let reserved = ["bm_", "sqlite_", "pragma_", "json"];
        column.is_empty()
            && database.is_none()
            && !self.modules.contains(&table)
            && !reserved.iter().any(|reserved| table.starts_with(reserved))
    }
}

/// Makes the views: `<form>` over a view of secret name over the table; `code_<list>` over its table.
fn make_views(
    conn: &Connection,
    catalog: &Catalog,
    shapes: &BTreeMap<String, Shape>,
    scope: &Scope,
    secret: &str,
) -> rusqlite::Result<BTreeSet<String>> {
    let lists = Lists::install(conn, &format!("{secret}list_"), scope)?;
    let mut visible = BTreeSet::new();
    let mut sql = String::from("BEGIN;\n");
    for form in catalog.forms.keys() {
        let Some(shape) = shapes.get(form) else { continue };
        let columns: Vec<String> = shape.columns.iter().map(|column| column.name.clone()).collect();
        let mut conditions = vec!["t._status = 'active'".to_owned()];
        conditions.extend(lists.condition(shape, shapes, Purpose::Reading));
        let inner = quoted(&format!("{secret}{form}"));
        sql.push_str(&format!(
            "CREATE TEMP VIEW {inner} AS SELECT {} FROM main.{} t WHERE {};\n\
             CREATE TEMP VIEW {} AS SELECT {} FROM temp.{inner};\n",
            prefixed_list("t.", &columns),
            quoted(&shape.table()),
            conditions.join(" AND "),
            quoted(form),
            list(&columns),
        ));
        visible.insert(form.clone());
    }
    for codes in catalog.code_lists.values() {
        let view = format!("code_{}", codes.id);
        sql.push_str(&format!(
            "CREATE TEMP VIEW {} AS SELECT {} FROM main.{};\n",
            quoted(&view),
            list(&code_columns(codes)),
            quoted(&code_table_of(&codes.id)),
        ));
        visible.insert(view);
    }
    sql.push_str("COMMIT;");
    conn.execute_batch(&sql)?;
    Ok(visible)
}

fn virtual_tables(conn: &Connection) -> rusqlite::Result<BTreeSet<String>> {
    let mut statement = conn.prepare("SELECT lower(name) FROM pragma_module_list")?;
    let names = statement.query_map([], |row| row.get(0))?;
    names.collect()
}

fn set_limits(conn: &Connection) -> rusqlite::Result<()> {
    for (limit, most) in [
        (Limit::SQLITE_LIMIT_LENGTH, 8_000_000),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 200_000),
        (Limit::SQLITE_LIMIT_COLUMN, 1_000),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 500),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 200),
        (Limit::SQLITE_LIMIT_FUNCTION_ARG, 100),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 500),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
    ] {
        conn.set_limit(limit, most)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
