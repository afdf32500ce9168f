//! Keeps readers that are idle, since one costs a few milliseconds and keeps its statements.

use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

use bieumau_model::definition::Catalog;
use bieumau_model::scope::Scope;
use bieumau_store::{Limits, Reader, Readers};

use crate::problem::Problem;
use crate::render::store_problem;

/// How many idle readers are kept, of all scopes together.
const MOST_IDLE: usize = 8;

/// Readers of one store, by scope.
pub(crate) struct ReaderPool {
    readers: Readers,
    idle: Mutex<Vec<(Scope, Reader)>>,
}

/// A reader that goes back into the pool when it is dropped.
pub(crate) struct PooledReader<'p> {
    pool: &'p ReaderPool,
    inside: Option<(Scope, Reader)>,
}

impl ReaderPool {
    pub(crate) fn new(readers: Readers) -> Self {
        Self { readers, idle: Mutex::default() }
    }

    /// Takes a reader of exactly `scope`, or opens one.
    pub(crate) fn take(
        &self,
        catalog: &Catalog,
        scope: &Scope,
    ) -> Result<PooledReader<'_>, Problem> {
        let kept = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            let at = idle.iter().position(|(own, _)| own == scope);
            at.map(|at| idle.swap_remove(at))
        };
        let inside = match kept {
            Some(kept) => kept,
            None => {
                let reader = self
                    .readers
                    .reader(catalog, scope, Limits::default())
                    .map_err(store_problem)?;
                (scope.clone(), reader)
            }
        };
        Ok(PooledReader { pool: self, inside: Some(inside) })
    }
}

impl Deref for PooledReader<'_> {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.inside.as_ref().expect("only drop takes it").1
    }
}

impl Drop for PooledReader<'_> {
    fn drop(&mut self) {
        // A reader whose job panicked may hold a half-read statement; it is closed instead.
        if std::thread::panicking() {
            return;
        }
        let mut idle = self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_IDLE {
            idle.extend(self.inside.take());
        }
    }
}
