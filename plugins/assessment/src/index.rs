//! Finds the place of a pupil's year among the pupils, quickest when rows come in an order.
//!
//! Marks come sorted by pupil or by subject; then the pupil is the one before or the next one.

use std::cell::Cell;
use std::collections::HashMap;

/// A pupil and a school year.
pub type Key<'a> = (&'a str, i64);

/// Keys in the order in which they were added.
pub struct Index<'a> {
    keys: Vec<Key<'a>>,
    places: HashMap<Key<'a>, usize>,
    last: Cell<usize>,
}

impl<'a> Index<'a> {
    /// Makes an empty index.
    pub fn new() -> Self {
        Self { keys: Vec::new(), places: HashMap::new(), last: Cell::new(0) }
    }

    /// Returns the place of `key`.
    pub fn find(&self, key: Key<'_>) -> Option<usize> {
        let last = self.last.get();
        let next = if last + 1 < self.keys.len() { last + 1 } else { 0 };
        let guess = [last, next].into_iter().find(|place| self.is_at(*place, key));
        let place = match guess {
            Some(place) => place,
            None => *self.places.get(&key)?,
        };
        self.last.set(place);
        Some(place)
    }

    /// Adds `key` at the end; returns its place, `Err` when it was there before.
    pub fn add(&mut self, key: Key<'a>) -> Result<usize, usize> {
        if let Some(place) = self.places.get(&key) {
            return Err(*place);
        }
        let place = self.keys.len();
        self.keys.push(key);
        self.places.insert(key, place);
        Ok(place)
    }

    fn is_at(&self, place: usize, (pupil, year): Key<'_>) -> bool {
        self.keys.get(place).is_some_and(|key| key.1 == year && is_same(key.0, pupil))
    }
}

/// Compares short texts eight bytes at a time; WebAssembly has no faster way of its own.
pub fn is_same(left: &str, right: &str) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let (left, left_rest) = left.as_bytes().as_chunks::<8>();
    let (right, right_rest) = right.as_bytes().as_chunks::<8>();
    let is_same = |(left, right): (&[u8; 8], &[u8; 8])| {
        u64::from_le_bytes(*left) == u64::from_le_bytes(*right)
    };
    left_rest.iter().zip(right_rest).all(|(left, right)| left == right)
        && left.iter().zip(right).all(is_same)
}
