//! Parts of a school's records that locks reach: checked, said in words, read and written.

use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::lock::Reach;
use bieumau_model::table::Value;
use bieumau_model::text::{Locale, Text};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::all_of;
use crate::flows::papers::{Row, maybe, number};
use crate::problem::{Problem, ProblemKind};
use crate::site::Site;

/// A part of a school's records, as it is asked for; what is left out does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Part {
    /// Term, 1 or 2.
    pub term: Option<i64>,
    /// Grade.
    pub grade: Option<i64>,
    /// Class.
    pub class: Option<String>,
    /// Subject.
    pub subject: Option<String>,
    /// Column kind: a code of the list `column_kind`.
    pub column_kind: Option<String>,
    /// Form.
    pub form: Option<String>,
}

impl Site {
    /// Checks that what a part names is there.
    pub(super) fn check_part(&self, part: &Part) -> Result<(), Problem> {
        let catalog = self.catalog();
        let mut findings = Diagnostics::default();
        let mut unknown = |vi: String, en: String| {
            findings.push(Diagnostic::error("J206", Text::both(vi, en)));
        };
        let lists = [("column_kind", &part.column_kind), ("subject", &part.subject)];
        for (list, given) in lists {
            let codes = catalog.code_lists.get(list);
            if let Some(code) =
                given.as_ref().filter(|code| codes.is_none_or(|codes| codes.any(code).is_none()))
            {
                unknown(
                    format!("Danh mục `{list}` không có mã `{code}`"),
                    format!("the code list `{list}` has no code `{code}`"),
                );
            }
        }
        if let Some(form) = part.form.as_ref().filter(|form| !catalog.forms.contains_key(*form)) {
            unknown(format!("Không có biểu mẫu `{form}`"), format!("there is no form `{form}`"));
        }
        if findings.is_empty() { Ok(()) } else { Err(all_of(findings)) }
    }

    /// Writes a reach in words: `cột Đánh giá cuối kì, môn Toán, lớp 6A1, học kì I`.
    pub(crate) fn reach_text(&self, reach: &Reach) -> Text {
        let named = |list: &str, code: &str, locale| {
            let found = self.catalog().code_lists.get(list).and_then(|codes| codes.any(code));
            found.map_or_else(|| code.to_owned(), |entry| entry.name.get(locale).to_owned())
        };
        let words = |locale: Locale| {
            let vi = locale == Locale::Vi;
            let mut parts = Vec::new();
            if let Some(kind) = &reach.column_kind {
                let word = if vi { "cột" } else { "columns" };
                parts.push(format!("{word} {}", named("column_kind", kind, locale)));
            }
            if let Some(form) = &reach.form {
                let title = self.catalog().forms.get(form);
                let title = title.map_or(form.as_str(), |form| form.title.get(locale));
                parts.push(format!("{} {title}", if vi { "biểu mẫu" } else { "form" }));
            }
            if let Some(subject) = &reach.subject {
                let word = if vi { "môn" } else { "subject" };
                parts.push(format!("{word} {}", named("subject", subject, locale)));
            }
            if let Some(class) = &reach.class {
                parts.push(format!("{} {class}", if vi { "lớp" } else { "class" }));
            }
            if let Some(grade) = reach.grade {
                parts.push(format!("{} {grade}", if vi { "khối" } else { "grade" }));
            }
            if let Some(term) = reach.term {
                let numeral = if term == 1 { "I" } else { "II" };
                parts.push(if vi {
                    format!("học kì {numeral}")
                } else {
                    format!("term {term}")
                });
            }
            match (parts.is_empty(), vi) {
                (false, _) => parts.join(", "),
                (true, true) => "toàn trường".to_owned(),
                (true, false) => "the whole school".to_owned(),
            }
        };
        Text::both(words(Locale::Vi), words(Locale::En))
    }
}

/// An exception without parts of its own is for the whole lock.
pub(super) fn inherit(part: &mut Part, reach: &Reach) {
    fn take<T: Clone>(own: &mut Option<T>, other: &Option<T>) {
        if own.is_none() {
            own.clone_from(other);
        }
    }
    take(&mut part.term, &reach.term);
    take(&mut part.grade, &reach.grade);
    take(&mut part.class, &reach.class);
    take(&mut part.subject, &reach.subject);
    take(&mut part.column_kind, &reach.column_kind);
    take(&mut part.form, &reach.form);
}

pub(super) fn reach_of(school: &str, year: i64, part: &Part) -> Reach {
    Reach {
        school: school.to_owned(),
        year: Some(year),
        term: part.term,
        grade: part.grade,
        class: part.class.clone(),
        subject: part.subject.clone(),
        column_kind: part.column_kind.clone(),
        form: part.form.clone(),
    }
}

pub(super) fn part_fields(part: &Part) -> [(&'static str, Value); 6] {
    [
        ("term", number(part.term)),
        ("grade", number(part.grade)),
        ("for_class", maybe(part.class.as_deref())),
        ("for_subject", maybe(part.subject.as_deref())),
        ("column_kind", maybe(part.column_kind.as_deref())),
        ("for_form", maybe(part.form.as_deref())),
    ]
}

pub(super) fn reach_in(school: &str, year: i64, row: Row<'_>) -> Reach {
    let part = Part {
        term: row.number("term"),
        grade: row.number("grade"),
        class: row.maybe("for_class"),
        subject: row.maybe("for_subject"),
        column_kind: row.maybe("column_kind"),
        form: row.maybe("for_form"),
    };
    reach_of(school, year, &part)
}

/// Reads a moment with its offset, or one of Vietnam: `2026-01-10`, `2026-01-10T17:00`.
pub(super) fn read_moment(
    given: Option<&str>,
    pointer: &str,
) -> Result<Option<Timestamp>, Problem> {
    let Some(given) = given.map(str::trim).filter(|given| !given.is_empty()) else {
        return Ok(None);
    };
    let vietnam = jiff::tz::Offset::constant(7);
    let local = |text: &str| {
        let read: jiff::civil::DateTime = text.parse().ok()?;
        vietnam.to_timestamp(read).ok()
    };
    given.parse().ok().or_else(|| local(given)).map(Some).ok_or_else(|| {
        Problem::new(
            ProblemKind::BadInput,
            "J207",
            format!("`{given}` không phải thời điểm"),
            format!("`{given}` is no moment"),
        )
        .help("Ví dụ: 2026-01-10T17:00", "for example 2026-01-10T17:00")
        .at(pointer)
    })
}
