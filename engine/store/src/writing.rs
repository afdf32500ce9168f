//! One transaction of changes to records: the only way in which single records are written.
//!
//! Whoever writes sees what the transaction has written so far. Nothing is kept unless it is
//! committed, and then it has its audit line with it; a dry run is the same without the end.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use bieumau_model::definition::Form;
use bieumau_model::scope::{Caller, Scope};
use bieumau_model::table::{Cells, Column, Table, Value};
use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior, params_from_iter};
use serde_json::{Map, Value as Json, json};

use crate::audit::{Act, record_name};
use crate::cells::{self, Compared, Extent, Findings};
use crate::error::StoreError;
use crate::listing::{Listing, Page, list_records};
use crate::loading::{WRITER_LISTS, exists, is_repeated_key, out_of_scope};
use crate::record::{
    Record, Status, check_references, check_unreferred, checked_changes, json_of_fields, key_shown,
    kind_of, no_record, one_record, record_sql, refused,
};
use crate::scope::{Lists, Purpose};
use crate::shape::{Kind, Shape};
use crate::sql::{marks, quoted};
use crate::store::{Store, fitting};
use crate::values::{Bound, json_of};

/// Columns by which a caller's sight of a record is decided.
const SIGHT: [&str; 5] = ["school", "year", "class", "subject", "pupil"];

/// What a change of a record comes to.
struct Decided {
    sets: Vec<String>,
    values: Vec<Value>,
    /// Whether it may lead out of what the caller may write.
    moves: bool,
}

/// A transaction of changes; dropped without [`Writing::commit`], nothing of it is kept.
#[derive(Debug)]
pub struct Writing<'s> {
    transaction: Transaction<'s>,
    shapes: &'s BTreeMap<String, Shape>,
    caller: Caller,
    lists: Lists,
    compared: Compared,
    act: Act,
    /// Keys of what was done, by form and action.
    done: BTreeMap<(String, &'static str), Vec<Json>>,
    details: Map<String, Json>,
    /// Forms whose table is known to follow its definition: looked at once.
    fitting: RefCell<BTreeSet<String>>,
    /// Statements that read a record, by form: written once for the caller.
    reading: RefCell<BTreeMap<(String, Purpose), Rc<str>>>,
    failed: bool,
}

impl Decided {
    /// The record goes out of use, or comes back.
    fn status(status: &str) -> Self {
        Self { sets: vec![format!("_status = '{status}'")], values: Vec::new(), moves: true }
    }
}

impl Store {
    /// Begins a transaction of changes; waits until no other is under way.
    pub fn write(
        &mut self,
        caller: &Caller,
        now: Timestamp,
        reason: &str,
    ) -> Result<Writing<'_>, StoreError> {
        let transaction = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let lists = Lists::install(&transaction, WRITER_LISTS, &caller.scope())?;
        Ok(Writing {
            transaction,
            shapes: &self.shapes,
            caller: caller.clone(),
            lists,
            compared: Compared::default(),
            act: Act::new(caller, now, reason),
            done: BTreeMap::new(),
            details: Map::new(),
            fitting: RefCell::default(),
            reading: RefCell::default(),
            failed: false,
        })
    }
}

impl<'s> Writing<'s> {
    /// Returns the record of `form` with `key`, retired ones too, when the caller may see it.
    pub fn record(&self, form: &Form, key: &[Value]) -> Result<Option<Record>, StoreError> {
        self.read(form, key, Purpose::Reading)
    }

    fn read(
        &self,
        form: &Form,
        key: &[Value],
        purpose: Purpose,
    ) -> Result<Option<Record>, StoreError> {
        let shape = self.shape_of(form)?;
        let sql = self.reading.borrow().get(&(form.id.clone(), purpose)).cloned();
        let sql = sql.unwrap_or_else(|| {
            let sql: Rc<str> = record_sql(shape, self.shapes, &self.lists, purpose).into();
            self.reading.borrow_mut().insert((form.id.clone(), purpose), sql.clone());
            sql
        });
        one_record(&mut *self.transaction.prepare_cached(&sql)?, shape, key)
    }

    /// Lists records of `form` that the caller may see; see [`Store::records`].
    pub fn records(&self, form: &Form, listing: &Listing) -> Result<Page, StoreError> {
        list_records(&self.transaction, self.shape_of(form)?, self.shapes, &self.lists, listing)
    }

    /// The connection of the transaction, for what other rooms of this crate keep beside records.
    pub(crate) fn connection(&self) -> &Connection {
        &self.transaction
    }

    /// Who changes, when and why.
    pub(crate) fn act(&self) -> &Act {
        &self.act
    }

    /// Adds a key to the details of the audit lines, such as the correction that is applied.
    pub fn detail(&mut self, key: &str, value: Json) {
        self.details.insert(key.to_owned(), value);
    }

    /// Tells the audit of something else that was done to a record in this transaction.
    pub(crate) fn note(&mut self, form: &Form, action: &'static str, key: &[Value]) {
        self.done(form, action, key);
    }

    /// Does something with the rights of the engine itself, such as voiding signatures; the audit
    /// still names the caller.
    pub fn unlimited<T>(
        &mut self,
        act: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let everything = Lists::install(&self.transaction, WRITER_LISTS, &Scope::everything())?;
        let caller = std::mem::replace(&mut self.caller, Caller::Operator);
        let lists = std::mem::replace(&mut self.lists, everything);
        let reading = self.reading.take();
        let done = act(self);
        self.caller = caller;
        self.lists = lists;
        self.reading = reading.into();
        done
    }

    /// Makes a new record; fields that are not given stay empty. Returns its revision, 1.
    pub fn insert(&mut self, form: &Form, fields: &[(&str, Value)]) -> Result<i64, StoreError> {
        let result = self.try_insert(form, fields);
        self.failed |= result.is_err();
        result
    }

    /// Changes fields of a record that has `revision`; returns its new revision.
    pub fn update(
        &mut self,
        form: &Form,
        key: &[Value],
        changes: &[(&str, Value)],
        revision: i64,
    ) -> Result<i64, StoreError> {
        self.change(form, key, revision, "update", |writing, shape, record| {
            writing.checked(form, shape, key, record, changes)
        })
    }

    /// Changes fields of a record that was read in this transaction; returns its new revision.
    pub fn update_read(
        &mut self,
        form: &Form,
        key: &[Value],
        changes: &[(&str, Value)],
        record: &Record,
    ) -> Result<i64, StoreError> {
        let result = self.apply(form, key, record, "update", |writing, shape, record| {
            writing.checked(form, shape, key, record, changes)
        });
        self.failed |= result.is_err();
        result
    }

    fn checked(
        &mut self,
        form: &Form,
        shape: &Shape,
        key: &[Value],
        record: &Record,
        changes: &[(&str, Value)],
    ) -> Result<Decided, StoreError> {
        if record.status == Status::Retired {
            return Err(no_record(form, key));
        }
        let (conn, compared) = (&self.transaction, &mut self.compared);
        let changed = checked_changes(conn, form, shape, changes, record, compared)?;
        let sets = changes.iter().map(|(name, _)| format!("{} = ?", quoted(name))).collect();
        let moves = changes.iter().any(|(name, _)| SIGHT.contains(name));
        Ok(Decided { sets, values: changed, moves })
    }

    /// Takes a record out of use; refused while active records refer to it.
    pub fn retire(&mut self, form: &Form, key: &[Value], revision: i64) -> Result<i64, StoreError> {
        self.change(form, key, revision, "retire", |writing, shape, record| {
            if record.status == Status::Retired {
                return Err(no_record(form, key));
            }
            check_unreferred(&writing.transaction, writing.shapes, shape, key)?;
            Ok(Decided::status("retired"))
        })
    }

    /// Brings a retired record back into use.
    pub fn restore(
        &mut self,
        form: &Form,
        key: &[Value],
        revision: i64,
    ) -> Result<i64, StoreError> {
        self.change(form, key, revision, "restore", |writing, shape, record| {
            if record.status == Status::Active {
                return Err(no_record(form, key));
            }
            check_references(&writing.transaction, form, shape, &record.fields)?;
            Ok(Decided::status("active"))
        })
    }

    /// Keeps everything, with one line in the audit for each form and action.
    pub fn commit(self) -> Result<(), StoreError> {
        if self.failed {
            return Err(StoreError::LoadingFailed);
        }
        for ((form, action), keys) in &self.done {
            let mut details = self.details.clone();
            match keys.as_slice() {
                [key] => details.insert("record".to_owned(), key.clone()),
                keys => details.insert("records".to_owned(), json!(keys)),
            };
            let details = Json::Object(details);
            self.act.note(&self.transaction, action, Some(form), keys.len(), &details)?;
        }
        Ok(self.transaction.commit()?)
    }

    fn shape_of(&self, form: &Form) -> Result<&'s Shape, StoreError> {
        if !self.fitting.borrow().contains(&form.id) {
            fitting(self.shapes, form)?;
            self.fitting.borrow_mut().insert(form.id.clone());
        }
        self.shapes.get(&form.id).ok_or_else(|| StoreError::NotMigrated { form: form.id.clone() })
    }

    /// Makes sure that there is such a record, and that its author may write it.
    pub(crate) fn check_writable(&mut self, form: &Form, key: &[Value]) -> Result<(), StoreError> {
        if self.record(form, key)?.is_none() {
            return Err(no_record(form, key));
        }
        let shape = self.shape_of(form)?;
        if !self.lists.may_write(shape) || self.read(form, key, Purpose::Writing)?.is_none() {
            return Err(refused(out_of_scope(form, None)));
        }
        Ok(())
    }

    fn done(&mut self, form: &Form, action: &'static str, key: &[Value]) {
        let key = Json::Array(key.iter().map(json_of).collect());
        self.done.entry((form.id.clone(), action)).or_default().push(key);
    }

    fn try_insert(&mut self, form: &Form, fields: &[(&str, Value)]) -> Result<i64, StoreError> {
        let shape = self.shape_of(form)?;
        if !self.lists.may_write(shape) {
            return Err(refused(out_of_scope(form, None)));
        }
        let table = one_row(form, shape, fields)?;
        let conn = &self.transaction;
        let mut findings = Findings::default();
        let given = cells::check(
            conn,
            form,
            shape,
            &table,
            Extent::Whole,
            &mut self.compared,
            &mut findings,
        )?;
        findings.into_result()?;
        let stored: Vec<(String, Value)> =
            given.iter().map(|part| (part.column.name.clone(), part.cells.value(0))).collect();
        let value = |name: &String| {
            let found = stored.iter().find(|(own, _)| own == name);
            found.map_or(Value::Missing, |(_, value)| value.clone())
        };
        let key: Vec<Value> = shape.key.iter().map(value).collect();
        insert_row(conn, form, shape, &stored, &self.act, &key)?;
        check_references(conn, form, shape, &stored)?;
        if self.read(form, &key, Purpose::Writing)?.is_none() {
            return Err(refused(out_of_scope(form, None)));
        }
        self.act.seal(conn, shape, [key.clone()])?;
        self.done(form, "insert", &key);
        Ok(1)
    }

    /// The frame of every change: read, compare revisions, decide, write, keep.
    fn change(
        &mut self,
        form: &Form,
        key: &[Value],
        revision: i64,
        action: &'static str,
        decide: impl FnOnce(&mut Self, &Shape, &Record) -> Result<Decided, StoreError>,
    ) -> Result<i64, StoreError> {
        let result = self.try_change(form, key, revision, action, decide);
        self.failed |= result.is_err();
        result
    }

    fn try_change(
        &mut self,
        form: &Form,
        key: &[Value],
        revision: i64,
        action: &'static str,
        decide: impl FnOnce(&mut Self, &Shape, &Record) -> Result<Decided, StoreError>,
    ) -> Result<i64, StoreError> {
        let record = self.read(form, key, Purpose::Writing)?.ok_or_else(|| no_record(form, key))?;
        if record.revision != revision {
            return Err(StoreError::Stale {
                form: form.id.clone(),
                key: key_shown(key),
                expected: revision,
                found: record.revision,
            });
        }
        self.apply(form, key, &record, action, decide)
    }

    /// Decides, writes, keeps what was before.
    fn apply(
        &mut self,
        form: &Form,
        key: &[Value],
        record: &Record,
        action: &'static str,
        decide: impl FnOnce(&mut Self, &Shape, &Record) -> Result<Decided, StoreError>,
    ) -> Result<i64, StoreError> {
        let shapes = self.shapes;
        let shape = self.shape_of(form)?;
        // What is not theirs to write is neither changed nor moved to where it would be.
        let is_limited = self.lists.condition(shape, shapes, Purpose::Writing).is_some();
        let is_outside = is_limited && self.read(form, key, Purpose::Writing)?.is_none();
        if is_outside || !self.lists.may_write(shape) {
            return Err(refused(out_of_scope(form, None)));
        }
        let Decided { mut sets, mut values, moves } = decide(self, shape, record)?;
        sets.extend(["_revision = ?", "_version = ?", "_changed_at = ?"].map(str::to_owned));
        values.extend([
            Value::Integer(record.revision + 1),
            Value::Integer(i64::from(form.version)),
            Value::Text(self.act.at.clone()),
        ]);
        values.extend(key.iter().cloned());
        let sql = format!(
            "UPDATE {} SET {} WHERE {}",
            quoted(&shape.table()),
            sets.join(", "),
            shape.key_equals()
        );
        self.transaction
            .prepare_cached(&sql)?
            .execute(params_from_iter(values.iter().map(Bound)))?;
        if is_limited && moves && self.read(form, key, Purpose::Writing)?.is_none() {
            return Err(refused(out_of_scope(form, None)));
        }
        let before = json_of_fields(&record.fields);
        self.act.keep(
            &self.transaction,
            &form.id,
            &record_name(key),
            (record.revision, record.version),
            action,
            &before,
        )?;
        self.act.seal(&self.transaction, shape, [key.to_vec()])?;
        self.done(form, action, key);
        Ok(record.revision + 1)
    }
}

/// Makes a table of one row, in which a value of another type keeps its own, so that the check of
/// the cells names it.
pub(crate) fn one_row(
    form: &Form,
    shape: &Shape,
    fields: &[(&str, Value)],
) -> Result<Table, StoreError> {
    let mut columns = Vec::new();
    for (name, value) in fields {
        let kind = shape.column(name).map_or(Kind::Text, |column| column.kind);
        let mut cells = Cells::empty(kind.into());
        if let Err(other) = cells.push(value.clone()) {
            cells = Cells::empty(kind_of(&other).into());
            let _ = cells.push(other);
        }
        columns.push(Column { name: (*name).to_owned(), cells });
    }
    Table::new(form.id.clone(), columns)
        .map_err(|error| StoreError::Inconsistent(error.to_string()))
}

fn insert_row(
    conn: &Connection,
    form: &Form,
    shape: &Shape,
    fields: &[(String, Value)],
    act: &Act,
    key: &[Value],
) -> Result<(), StoreError> {
    let own = ["_version", "_author", "_created_at", "_changed_at"];
    let mut names: Vec<String> = fields.iter().map(|(name, _)| quoted(name)).collect();
    names.extend(own.map(quoted));
    let sql = format!(
        "INSERT INTO {} ({}) VALUES ({})",
        quoted(&shape.table()),
        names.join(", "),
        marks(names.len()),
    );
    let mut values: Vec<Value> = fields.iter().map(|(_, value)| value.clone()).collect();
    values.extend([
        Value::Integer(i64::from(form.version)),
        Value::Text(act.caller.clone()),
        Value::Text(act.at.clone()),
        Value::Text(act.at.clone()),
    ]);
    let inserted = conn.prepare_cached(&sql)?.execute(params_from_iter(values.iter().map(Bound)));
    match inserted {
        Ok(_) => Ok(()),
        Err(error) if is_repeated_key(&error) => Err(refused(exists(form, None, &key_shown(key)))),
        Err(error) => Err(error.into()),
    }
}
