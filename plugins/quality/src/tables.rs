//! The rows of `data_quality`, as contract and manifest name them.

use bieumau_plugin_sdk::{Date, Decimal, rows};

rows! {
    /// A record about a person: a pupil or a member of staff.
    pub struct PersonRow<'a> {
        pub record: &'a str,
        pub kind: &'a str,
        pub class: Option<&'a str>,
        pub full_name: Option<&'a str>,
        pub birth_date: Option<Date>,
        pub personal_id: Option<&'a str>,
        pub verified: Option<bool>,
        pub confirmed: Option<bool>,
        pub wrong: Option<&'a str>,
        pub changed: Option<Date>,
        pub updated: Option<Date>,
    }
}

rows! {
    /// A field that a record must have.
    pub struct FieldRow<'a> {
        pub record: &'a str,
        pub field: &'a str,
        pub title: Option<&'a str>,
        pub filled: bool,
    }
}

rows! {
    /// What is said about a record.
    pub struct RecordAnswer<'a> {
        pub record: &'a str,
        pub kind: &'a str,
        pub class: Option<&'a str>,
        pub right: Option<bool>,
        pub complete: bool,
        pub clean: bool,
        pub alive: Option<bool>,
        pub missing: i64,
        pub deadline: Option<Date>,
        pub problems: Option<&'a str>,
    }
}

rows! {
    /// Counts and shares of a class, or of the whole school when `class` is empty.
    pub struct GroupAnswer<'a> {
        pub class: Option<&'a str>,
        pub kind: &'a str,
        pub records: i64,
        pub right: i64,
        pub complete: i64,
        pub clean: i64,
        pub alive: i64,
        pub right_percent: Option<Decimal<1>>,
        pub complete_percent: Option<Decimal<1>>,
        pub clean_percent: Option<Decimal<1>>,
        pub alive_percent: Option<Decimal<1>>,
    }
}
