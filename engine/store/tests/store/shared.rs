//! One small store for all tests that only read, and readers of it for any report.

use std::sync::{Mutex, OnceLock};

use bieumau_model::definition::Catalog;
use bieumau_model::scope::{Caller, Scope};
use bieumau_store::{Limits, Reader, Readers, Store};

use crate::common::{core, grid, now, small_school};

/// Makes a store with the records of [`small_school`].
pub fn small_store() -> Store {
    let catalog = core();
    let mut store = Store::in_memory().unwrap();
    store.migrate(&catalog, now()).unwrap();
    for (form, text) in small_school() {
        let form = &catalog.forms[form];
        store.insert(&Caller::Operator, form, &grid(form, &text), now(), "").unwrap();
    }
    store
}

/// Opens a reader of a store that no test writes.
pub fn reader(catalog: &Catalog, scope: &Scope, limits: Limits) -> Reader {
    static STORE: OnceLock<(Mutex<Store>, Readers)> = OnceLock::new();
    let (_, readers) = STORE.get_or_init(|| {
        let store = small_store();
        let readers = store.readers();
        (Mutex::new(store), readers)
    });
    readers.reader(catalog, scope, limits).unwrap()
}
