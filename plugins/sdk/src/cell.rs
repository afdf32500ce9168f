//! Cells as Rust values: `&str`, `i64`, [`Decimal`], [`Date`], `bool`, and `Option` of them.
//!
//! A column is looked up and checked once; after that a cell is an index into a slice.

use crate::answer::Failure;
use crate::decimal::{Date, Decimal};
use crate::table::{Cells, Column, Table};

/// A value that a cell can hold.
pub trait Value<'a>: Copy {
    /// The cells of a column, typed.
    type Slice: Copy;
    /// What the manifest calls the type.
    const KIND: &'static str;

    /// Returns the cells when they are of this type.
    fn slice(cells: &'a Cells) -> Option<Self::Slice>;

    /// Returns the cell in `row`.
    fn get(slice: Self::Slice, row: usize) -> Self;

    /// Makes the cells of an empty column.
    fn no_cells() -> Cells;

    /// Adds a cell; a missing one is given as `None`.
    fn push_cell(cells: &mut Cells, value: Option<Self>);
}

/// What a row has in a column: a value that must be there, or an `Option`.
pub trait Field<'a>: Sized {
    /// The column, looked up and checked.
    type Column: Copy;

    /// Looks the column up; fails when it has another type, or must be there and is not.
    fn column(table: &'a Table, name: &str) -> Result<Self::Column, Failure>;

    /// Returns the cell in `row`; `None` when it is missing and must be there.
    fn read(column: Self::Column, row: usize) -> Option<Self>;

    /// Makes an empty column named `name`.
    fn empty(name: &str) -> Column;

    /// Adds a cell to a column that this type made.
    fn push(self, column: &mut Column);
}

/// A column of a call: its presence bytes and its cells.
pub struct TypedColumn<'a, V: Value<'a>> {
    present: &'a [u8],
    slice: V::Slice,
}

impl<'a, V: Value<'a>> Clone for TypedColumn<'a, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<'a, V: Value<'a>> Copy for TypedColumn<'a, V> {}

impl<'a, V: Value<'a>> TypedColumn<'a, V> {
    /// Checks the type of the column `name`; `Ok(None)` when there is no such column.
    fn find(table: &'a Table, name: &str) -> Result<Option<Self>, Failure> {
        let Some(column) = table.column(name) else { return Ok(None) };
        let Some(slice) = V::slice(&column.cells) else {
            let found = column.cells.kind();
            return Err(Failure::new(
                "wrong_column_type",
                format!("cột `{name}` của bảng `{}` là {found}, cần {}", table.name, V::KIND),
                format!("column `{name}` of table `{}` is {found}, not {}", table.name, V::KIND),
            )
            .at(&table.name, None, Some(name)));
        };
        Ok(Some(Self { present: &column.present, slice }))
    }

    #[inline]
    fn get(self, row: usize) -> Option<V> {
        let is_present = self.present.is_empty() || self.present[row] != 0;
        is_present.then(|| V::get(self.slice, row))
    }
}

impl<'a, V: Value<'a>> Field<'a> for V {
    type Column = TypedColumn<'a, V>;

    fn column(table: &'a Table, name: &str) -> Result<Self::Column, Failure> {
        TypedColumn::find(table, name)?.ok_or_else(|| {
            Failure::new(
                "missing_column",
                format!("bảng `{}` thiếu cột `{name}`", table.name),
                format!("table `{}` lacks the column `{name}`", table.name),
            )
            .at(&table.name, None, Some(name))
        })
    }

    #[inline]
    fn read(column: Self::Column, row: usize) -> Option<Self> {
        column.get(row)
    }

    fn empty(name: &str) -> Column {
        Column { name: name.to_owned(), present: Vec::new(), cells: V::no_cells() }
    }

    #[inline]
    fn push(self, column: &mut Column) {
        V::push_cell(&mut column.cells, Some(self));
    }
}

impl<'a, V: Value<'a>> Field<'a> for Option<V> {
    type Column = Option<TypedColumn<'a, V>>;

    fn column(table: &'a Table, name: &str) -> Result<Self::Column, Failure> {
        TypedColumn::find(table, name)
    }

    #[inline]
    fn read(column: Self::Column, row: usize) -> Option<Self> {
        Some(column.and_then(|column| column.get(row)))
    }

    fn empty(name: &str) -> Column {
        Column { name: name.to_owned(), present: Vec::new(), cells: V::no_cells() }
    }

    #[inline]
    fn push(self, column: &mut Column) {
        column.present.push(u8::from(self.is_some()));
        V::push_cell(&mut column.cells, self);
    }
}

/// Implements [`Value`] for a type whose cells lie in a `Vec`.
macro_rules! plain_value {
    ($type:ty, $raw:ty, $kind:literal, $pattern:pat => $cells:ident, $empty:expr, $get:expr, $put:expr) => {
        impl<'a> Value<'a> for $type {
            type Slice = &'a [$raw];
            const KIND: &'static str = $kind;

            fn slice(cells: &'a Cells) -> Option<Self::Slice> {
                match cells {
                    $pattern => Some($cells),
                    _ => None,
                }
            }

            #[inline]
            fn get(slice: Self::Slice, row: usize) -> Self {
                $get(slice[row])
            }

            fn no_cells() -> Cells {
                $empty
            }

            #[inline]
            fn push_cell(cells: &mut Cells, value: Option<Self>) {
                if let $pattern = cells {
                    $cells.push(value.map_or_else(Default::default, $put));
                }
            }
        }
    };
}

plain_value!(i64, i64, "integer", Cells::Integer(cells) => cells, Cells::Integer(Vec::new()), |cell| cell, |value| value);
plain_value!(Date, i32, "date", Cells::Date(cells) => cells, Cells::Date(Vec::new()), Date, |date: Date| date.0);
plain_value!(bool, u8, "boolean", Cells::Boolean(cells) => cells, Cells::Boolean(Vec::new()), |cell| cell != 0, u8::from);

impl<'a, const SCALE: u8> Value<'a> for Decimal<SCALE> {
    type Slice = &'a [i64];
    const KIND: &'static str = "decimal";

    fn slice(cells: &'a Cells) -> Option<Self::Slice> {
        match cells {
            Cells::Decimal { scale, units } if *scale == SCALE => Some(units),
            _ => None,
        }
    }

    #[inline]
    fn get(slice: Self::Slice, row: usize) -> Self {
        Self(slice[row])
    }

    fn no_cells() -> Cells {
        Cells::Decimal { scale: SCALE, units: Vec::new() }
    }

    #[inline]
    fn push_cell(cells: &mut Cells, value: Option<Self>) {
        if let Cells::Decimal { units, .. } = cells {
            units.push(value.map_or(0, |value| value.0));
        }
    }
}

impl<'a> Value<'a> for &'a str {
    type Slice = (&'a str, &'a [u32]);
    const KIND: &'static str = "text";

    fn slice(cells: &'a Cells) -> Option<Self::Slice> {
        match cells {
            Cells::Text { utf8, ends } => Some((utf8, ends)),
            _ => None,
        }
    }

    #[inline]
    fn get((utf8, ends): Self::Slice, row: usize) -> Self {
        let start = if row == 0 { 0 } else { ends[row - 1] as usize };
        &utf8[start..ends[row] as usize]
    }

    fn no_cells() -> Cells {
        Cells::Text { utf8: String::new(), ends: Vec::new() }
    }

    #[inline]
    fn push_cell(cells: &mut Cells, value: Option<Self>) {
        if let Cells::Text { utf8, ends } = cells {
            utf8.push_str(value.unwrap_or_default());
            // A column of 4 GiB is far above every limit of a call.
            ends.push(u32::try_from(utf8.len()).unwrap_or(u32::MAX));
        }
    }
}
