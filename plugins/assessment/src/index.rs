//! Finds the place of a key among keys, quickest when keys come in an order.
//!
//! Marks come sorted by pupil or by subject; then the key is the one before or the one after it.

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::Hash;

/// Keys in the order in which they were added.
pub struct Index<K> {
    keys: Vec<K>,
    places: HashMap<K, usize>,
    last: Cell<usize>,
}

impl<K: Copy + Eq + Hash> Index<K> {
    /// Makes an empty index.
    pub fn new() -> Self {
        Self { keys: Vec::new(), places: HashMap::new(), last: Cell::new(0) }
    }

    /// Returns the place of `key`.
    pub fn find(&self, key: K) -> Option<usize> {
        let last = self.last.get();
        if self.keys.get(last) == Some(&key) {
            return Some(last);
        }
        let next = if last + 1 < self.keys.len() { last + 1 } else { 0 };
        let place = if self.keys.get(next) == Some(&key) {
            next
        } else {
            *self.places.get(&key)?
        };
        self.last.set(place);
        Some(place)
    }

    /// Adds `key` at the end; returns its place, `Err` when it was there before.
    pub fn add(&mut self, key: K) -> Result<usize, usize> {
        if let Some(place) = self.find(key) {
            return Err(place);
        }
        let place = self.keys.len();
        self.keys.push(key);
        self.places.insert(key, place);
        self.last.set(place);
        Ok(place)
    }
}
