//! The second lock alone: statements that never met the first one.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bieumau_model::definition::Catalog;
use bieumau_model::scope::{Caller, Reach, Scope};
use rusqlite::types::Value;

use super::Guard;
use crate::common::{core, grid, now, small_school};
use crate::{Limits, Reader, Store};

fn store(catalog: &Catalog) -> Store {
    let mut store = Store::in_memory().unwrap();
    store.migrate(catalog, now()).unwrap();
    for (form, text) in small_school() {
        let form = &catalog.forms[form];
        store.insert(&Caller::Operator, form, &grid(form, &text), now(), "").unwrap();
    }
    store
}

fn reader(store: &Store, catalog: &Catalog) -> Reader {
    let scope = Scope::from(Reach { schools: Some(vec!["S1".to_owned()]), ..Reach::everything() });
    store.reader(catalog, &scope, Limits::default()).unwrap()
}

/// Runs `sql` on the guarded connection; the cells of the first column, or why it was refused.
fn run(reader: &Reader, sql: &str) -> Result<Vec<Value>, String> {
    let words = |error: rusqlite::Error| reader.guard.tidy(&error.to_string());
    if Guard::blind(sql) {
        return Err("blind".to_owned());
    }
    let mut statement = reader.conn.prepare(sql).map_err(words)?;
    if statement.is_explain() != 0 {
        return Err("explain".to_owned());
    }
    let rows = statement.query_map([], |row| row.get(0)).map_err(words)?;
    rows.collect::<Result<_, _>>().map_err(words)
}

fn check_refused(sql: &str, expected: &str) {
    let catalog = core();
    let store = store(&catalog);
    let reader = reader(&store, &catalog);
    let found = match run(&reader, sql) {
        Ok(rows) => format!("{} rows", rows.len()),
        Err(words) => words,
    };
    // SQLite shows the whole statement in some messages; only the sentence counts here.
    let found = found.split(" in ").next().unwrap_or_default();
    assert_eq!(found, expected, "{sql}");
}

fn check_all_refused(statements: &[&str]) {
    let catalog = core();
    let store = store(&catalog);
    let reader = reader(&store, &catalog);
    for sql in statements {
        let found = run(&reader, sql);
        assert!(found.is_err(), "{sql} gave {found:?}");
        assert!(!found.unwrap_err().contains("S2"), "{sql}");
    }
}

#[test]
fn a_cte_with_the_name_of_a_form_does_not_open_the_base_table() {
    check_refused(
        "WITH pupil AS MATERIALIZED (SELECT * FROM main.record_pupil) SELECT school FROM pupil",
        "access to record_pupil.school is prohibited",
    );
}

#[test]
fn no_disguise_opens_the_base_table() {
    check_all_refused(&[
        "SELECT school FROM record_pupil",
        "SELECT school FROM main.record_pupil AS pupil",
        "SELECT count(*) FROM record_pupil",
        "SELECT count(*) FROM RECORD_PUPIL",
        "SELECT count(*) FROM main.\"Record_Pupil\"",
        "SELECT 1 FROM [record_pupil]",
        "SELECT 1 FROM `record_pupil`",
        "SELECT 1 FROM/**/record_pupil--",
        "SELECT t.school FROM (SELECT school FROM main.record_pupil) t",
        "SELECT school FROM (SELECT school FROM main.record_pupil) AS pupil",
        "WITH pupil(school) AS (SELECT school FROM main.record_pupil) SELECT school FROM pupil",
        "WITH mark AS NOT MATERIALIZED (SELECT * FROM record_mark) SELECT school FROM mark",
        "WITH a AS (WITH pupil AS MATERIALIZED (SELECT * FROM record_pupil) SELECT * FROM pupil) \
         SELECT school FROM a",
        "SELECT (SELECT max(school) FROM main.record_pupil)",
        "SELECT school FROM pupil WHERE EXISTS (SELECT 1 FROM record_pupil WHERE school = 'S2')",
        "SELECT school FROM pupil WHERE school IN (SELECT school FROM record_pupil)",
        "SELECT school FROM pupil WHERE school IN record_school",
        "SELECT school FROM pupil ORDER BY (SELECT max(pupil) FROM record_pupil)",
        "SELECT school FROM pupil GROUP BY school HAVING (SELECT count(*) FROM record_pupil) > 0",
        "SELECT school FROM pupil LIMIT (SELECT count(*) FROM record_pupil)",
        "SELECT school FROM pupil UNION ALL SELECT school FROM record_pupil",
        "SELECT CASE WHEN (SELECT count(*) FROM record_mark) > 0 THEN 1 END",
        "SELECT sum(n) OVER () FROM (SELECT count(*) AS n FROM record_mark)",
        "SELECT * FROM bm_audit",
        "SELECT count(*) FROM bm_history",
        "SELECT * FROM main.bm_definition",
    ]);
}

#[test]
fn joins_that_the_authorizer_is_blind_for_are_not_run() {
    for sql in [
        "SELECT pupil FROM (SELECT 1 AS pupil) x RIGHT JOIN record_pupil USING (pupil)",
        "SELECT pupil FROM (SELECT 1 AS pupil) x NATURAL RIGHT JOIN record_pupil",
        "SELECT pupil FROM (SELECT 1 AS pupil) x NaTuRaL/**/RIGHT JOIN main.record_pupil",
        "SELECT sql FROM (SELECT 1 AS sql) x\nRIGHT JOIN sqlite_temp_master\tusing(sql)",
        "SELECT x.pupil FROM (SELECT 'a' AS pupil) x JOIN record_pupil USING--\n(pupil)",
        "SELECT x.pupil FROM (SELECT 'a' AS pupil) x NATURAL JOIN record_pupil",
    ] {
        check_refused(sql, "blind");
    }
}

/// If this fails, SQLite asks about such columns by now, and the words need no ban any more.
#[test]
fn the_authorizer_is_still_blind_for_columns_that_tables_are_joined_by() {
    let catalog = core();
    let store = store(&catalog);
    let reader = reader(&store, &catalog);
    let sql =
        "SELECT x.pupil FROM (SELECT '0000000211' AS pupil) x JOIN record_pupil USING (pupil)";
    let found: String = reader.conn.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(found, "0000000211");
}

#[test]
fn the_schema_cannot_be_read() {
    check_all_refused(&[
        "SELECT name FROM sqlite_master",
        "SELECT count(*) FROM sqlite_master",
        "SELECT count(*) FROM SQLITE_MASTER",
        "SELECT name FROM sqlite_schema",
        "SELECT sql FROM temp.sqlite_master",
        "SELECT sql FROM sqlite_temp_schema",
        "SELECT count(*) FROM temp.sqlite_schema",
        "SELECT * FROM sqlite_stat1",
        "SELECT name FROM pragma_table_info('record_pupil')",
        "SELECT count(*) FROM pragma_table_info('record_pupil')",
        "SELECT 1 FROM pragma_table_list",
        "SELECT 1 FROM PRAGMA_table_list",
        "SELECT name FROM pragma_function_list",
        "SELECT * FROM dbstat",
        "SELECT count(*) FROM dbstat",
        "SELECT value FROM json_each('[1]')",
        "SELECT count(*) FROM json_each('[1]')",
        "SELECT * FROM sqlite_dbpage",
        "PRAGMA table_list",
        "PRAGMA query_only = OFF",
        "PRAGMA trusted_schema = ON",
        "PRAGMA writable_schema = ON",
        "PRAGMA database_list",
    ]);
}

#[test]
fn nothing_can_be_written_attached_or_loaded() {
    check_all_refused(&[
        "DELETE FROM pupil",
        "DELETE FROM record_pupil",
        "UPDATE record_mark SET mid_term = 100",
        "INSERT INTO record_mark DEFAULT VALUES",
        "REPLACE INTO record_mark DEFAULT VALUES",
        "CREATE TABLE t (a)",
        "CREATE TEMP TABLE t AS SELECT * FROM pupil",
        "CREATE TEMP VIEW v AS SELECT * FROM main.record_pupil",
        "CREATE TEMP TRIGGER t AFTER INSERT ON main.record_pupil BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE temp.v USING fts5(a)",
        "DROP VIEW temp.pupil",
        "DROP TABLE record_pupil",
        "ALTER TABLE record_pupil RENAME TO x",
        "ATTACH ':memory:' AS other",
        "ATTACH 'file:/etc/passwd?mode=ro' AS other",
        "DETACH main",
        "VACUUM",
        "VACUUM INTO '/tmp/copy.db'",
        "REINDEX",
        "ANALYZE",
        "BEGIN",
        "BEGIN IMMEDIATE",
        "COMMIT",
        "SAVEPOINT s",
        "SELECT load_extension('x')",
        "SELECT readfile('/etc/passwd')",
        "SELECT writefile('/tmp/x', 'y')",
        "SELECT fts3_tokenizer('simple')",
        "SELECT randomblob(1000000000)",
        "SELECT zeroblob(1000000000)",
        "SELECT printf('%1000000000d', 1)",
        "SELECT hex('a')",
        "SELECT sqlite_version()",
        "SELECT current_timestamp",
        "SELECT strftime('%s', 'now')",
        "SELECT group_concat(school) FROM pupil",
        "SELECT json_group_array(school) FROM pupil",
        "SELECT school FROM pupil WHERE full_name LIKE '%a'",
        "SELECT row_number() OVER () FROM pupil",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE record_pupil",
    ]);
}

#[test]
fn recursion_is_refused() {
    check_all_refused(&[
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n",
        "WITH n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
    ]);
}

#[test]
fn plans_that_would_tell_the_inner_names_are_not_run() {
    check_refused("EXPLAIN QUERY PLAN SELECT school FROM pupil", "explain");
    check_refused("EXPLAIN SELECT school FROM pupil", "explain");
    let catalog = core();
    let store = store(&catalog);
    let reader = reader(&store, &catalog);
    let plan = crate::dataset::Plan {
        sql: "EXPLAIN QUERY PLAN SELECT school FROM pupil".to_owned(),
        columns: Vec::new(),
        plain: Vec::new(),
        by_school: false,
    };
    reader.run("rows", &plan, &[]).unwrap_err();
}

#[test]
fn the_names_of_the_inner_views_differ_from_reader_to_reader() {
    let catalog = core();
    let store = store(&catalog);
    let (one, other) = (reader(&store, &catalog), reader(&store, &catalog));
    assert_ne!(one.guard.secret, other.guard.secret);
    // Whoever knew the name would get through: it must be long.
    assert_eq!(one.guard.secret.len(), "bm_".len() + 32 + "_".len());
    let name = format!("{}pupil", one.guard.secret);
    let sql = format!(
        "WITH {name} AS MATERIALIZED (SELECT * FROM main.record_pupil) SELECT 1 FROM {name}"
    );
    run(&other, &sql).unwrap_err();
}

#[test]
fn what_is_allowed_runs() {
    let catalog = core();
    let store = store(&catalog);
    let reader = reader(&store, &catalog);
    let counts = BTreeMap::from([
        ("SELECT school FROM pupil", 4),
        ("SELECT school FROM temp.pupil", 4),
        ("SELECT DISTINCT lower(school) FROM pupil", 1),
        ("WITH a AS (SELECT * FROM pupil) SELECT count(*) FROM a", 1),
        ("WITH a AS MATERIALIZED (SELECT 1 AS x FROM pupil) SELECT 1 FROM a, pupil", 16),
        ("SELECT 1 FROM (SELECT 2 FROM pupil) t", 4),
        ("SELECT count(*) FROM code_gender", 1),
        ("SELECT code FROM code_gender", 3),
        ("SELECT 1 FROM code_gender c LEFT JOIN pupil p ON p.gender = c.code", 6),
    ]);
    for (sql, count) in counts {
        assert_eq!(run(&reader, sql).map(|rows| rows.len()), Ok(count), "{sql}");
    }
}

#[test]
fn a_statement_is_stopped_at_its_deadline_whatever_it_does() {
    let catalog = core();
    let store = store(&catalog);
    let reader = reader(&store, &catalog);
    let many = (0..12).map(|at| format!("mark m{at}")).collect::<Vec<_>>().join(", ");
    for sql in [
        format!("SELECT count(*) FROM {many}"),
        format!("SELECT m0.school FROM {many} ORDER BY m0.mid_term + m1.mid_term"),
        format!("SELECT DISTINCT m0.pupil || m1.pupil || m2.pupil FROM {many}"),
    ] {
        let start = Instant::now();
        reader.guard.allow(Duration::from_millis(100));
        let found = run(&reader, &sql).unwrap_err();
        assert_eq!(found, "interrupted");
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}

/// Puts statements together at random, from a fixed seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }

    fn pick(&mut self, from: &[&str]) -> String {
        from[self.below(from.len())].to_owned()
    }

    fn table(&mut self, depth: usize) -> String {
        match self.below(if depth == 0 { 6 } else { 9 }) {
            0..=3 => self.pick(&["pupil", "mark", "school", "class", "enrolment", "c"]),
            4 => {
                self.pick(&["record_pupil", "main.record_school", "\"record_mark\"", "temp.pupil"])
            }
            5 => self.pick(&["sqlite_master", "code_gender", "bm_audit", "json_each('[1]')"]),
            6 => format!("({})", self.select(depth - 1)),
            _ => format!("({}) AS pupil", self.select(depth - 1)),
        }
    }

    fn value(&mut self, depth: usize) -> String {
        match self.below(if depth == 0 { 4 } else { 8 }) {
            0 | 1 => self.pick(&["school", "t.school", "u.school", "t.pupil", "pupil", "1", "'x'"]),
            2 => self.pick(&["max(t.school)", "count(*)", "lower(t.school)", "rowid", "t.*"]),
            3 => self.pick(&["NULL", "min(u.school)", "hex(t.school)", "t._status"]),
            4 => format!("({})", self.select(depth - 1)),
            5 => format!("coalesce({}, {})", self.value(depth - 1), self.value(depth - 1)),
            6 => format!(
                "CASE WHEN {} THEN {} END",
                self.condition(depth - 1),
                self.value(depth - 1)
            ),
            _ => format!("{} || {}", self.value(depth - 1), self.value(depth - 1)),
        }
    }

    fn condition(&mut self, depth: usize) -> String {
        match self.below(if depth == 0 { 2 } else { 4 }) {
            0 => "1 = 1".to_owned(),
            1 => format!("{} <> 'x'", self.value(0)),
            2 => format!("EXISTS ({})", self.select(depth - 1)),
            _ => format!("{} IN ({})", self.value(0), self.select(depth - 1)),
        }
    }

    fn select(&mut self, depth: usize) -> String {
        let mut sql = String::new();
        if self.below(3) == 0 && depth > 0 {
            let name = self.pick(&["c", "c", "pupil", "school", "record_pupil"]);
            let hint = self.pick(&["", "", "MATERIALIZED "]);
            sql = format!("WITH {name} AS {hint}({}) ", self.select(depth - 1));
        }
        sql += &format!("SELECT {} AS school FROM {} t", self.value(depth), self.table(depth));
        if self.below(2) == 0 {
            let join = self.pick(&["JOIN", "LEFT JOIN", "RIGHT JOIN", "CROSS JOIN", ","]);
            sql += &format!(" {join} {} u", self.table(depth));
            if join.ends_with("JOIN") && join != "CROSS JOIN" {
                sql += &format!(" ON {}", self.condition(depth));
            }
        }
        if self.below(2) == 0 {
            sql += &format!(" WHERE {}", self.condition(depth));
        }
        if self.below(4) == 0 {
            sql += " GROUP BY 1";
        }
        if self.below(5) == 0 && depth > 0 {
            sql += &format!(" UNION ALL {}", self.select(depth - 1));
        }
        sql
    }
}

#[test]
fn no_statement_put_together_by_chance_shows_another_school() {
    let catalog = core();
    let store = store(&catalog);
    let reader = reader(&store, &catalog);
    let mut chance = Chance(20_260_601);
    let (mut passed, mut ran) = (0, 0);
    for _ in 0..8_000 {
        let sql = chance.select(2);
        let portable = crate::portable::read(&sql, &reader.names).ok();
        passed += usize::from(portable.is_some());
        reader.guard.allow(Duration::from_millis(100));
        let found = run(&reader, &sql);
        if let (Some(_), Err(words)) = (&portable, &found) {
            assert!(!words.contains("prohibited"), "the first lock let through: {sql}: {words}");
        }
        let Ok(cells) = found else { continue };
        ran += 1;
        let foreign = cells.iter().any(
            |cell| matches!(cell, Value::Text(text) if text.to_ascii_uppercase().contains("S2")),
        );
        assert!(!foreign, "{sql}");
    }
    // Chance must find both ways.
    assert!(passed > 200 && ran > 200, "{passed} passed the first lock, {ran} ran");
}
