//! Which columns a workbook has, in which order, and what each is for.
//!
//! Besides the engine's own workbooks there are the templates of the sector database (CSDL), whose
//! headings are given: regulations 3.12. Reading knows all of these headings whatever the template.

use std::collections::HashMap;
use std::sync::OnceLock;

use bieumau_model::definition::{Field, FieldType, Form};
use bieumau_model::text::Locale;

use super::letters::folded;
use crate::entry_table::EntryTable;

/// How a workbook is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Template {
    /// The engine's own: heading, pupils, all fields that are entered.
    #[default]
    Own,
    /// Sector database, scores, form 1: each ongoing mark in a column of its own.
    CsdlScores1,
    /// Sector database, scores, form 2: ongoing marks in one cell, the average, the comment.
    CsdlScores2,
    /// Sector database, primary: level, test score, comment.
    CsdlPrimary,
}

/// What a column of a workbook is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// Running number.
    Number,
    /// The class, which is the same in all rows.
    Class,
    /// A field of the key that differs from row to row.
    Key(usize),
    /// Name of the pupil, to compare.
    Name,
    /// Date of birth of the pupil, to compare.
    BirthDate,
    /// A field to enter, by its place among the columns of the table.
    Field(usize),
    /// All ongoing marks in one cell.
    Ongoing,
    /// A value that a rule computes; written for reading only.
    Average,
    /// The point of assessment, which is the same in all rows.
    Point,
    /// Known, but nothing that the form keeps.
    Foreign,
}

/// A column of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LayoutColumn {
    pub heading: String,
    pub group: Option<String>,
    pub width: u32,
    pub what: What,
}

/// Headings that mean the same.
const SAME: [&[&str]; 7] = [
    &["STT", "Số TT", "TT", "Số thứ tự"],
    &["Lớp", "Mã lớp", "Tên lớp", "Lớp học"],
    &["Mã định danh Bộ GD&ĐT", "Mã định danh", "Mã học sinh", "Mã HS", "Mã số học sinh"],
    &["Họ và tên", "Họ tên", "Họ và tên học sinh", "Họ tên học sinh"],
    &["Ngày sinh", "Ngày, tháng, năm sinh"],
    &["Nội dung nhận xét", "Nhận xét", "Nhận xét sự tiến bộ ưu điểm nổi bật hạn chế chủ yếu"],
    &["Số định danh cá nhân", "Số định danh", "Số CCCD", "CCCD"],
];

/// Headings for reading only, of the templates.
const AVERAGES: [&str; 6] = ["ĐTBmhk", "ĐTBmhkI", "ĐTBmhkII", "ĐTBmcn", "Học kì I", "Học kì II"];

impl Template {
    /// Reads the name of a template.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "" | "own" => Some(Self::Own),
            "csdl_scores_1" => Some(Self::CsdlScores1),
            "csdl_scores_2" => Some(Self::CsdlScores2),
            "csdl_primary" => Some(Self::CsdlPrimary),
            _ => None,
        }
    }

    /// Returns the templates that fit a form, with their names for people.
    pub fn of_form(form: &str) -> &'static [(&'static str, &'static str)] {
        match form {
            "mark" => &[
                ("csdl_scores_1", "Mẫu CSDL ngành: điểm, mẫu 1"),
                ("csdl_scores_2", "Mẫu CSDL ngành: điểm, mẫu 2"),
            ],
            "primary_result" => &[("csdl_primary", "Mẫu CSDL ngành: tiểu học")],
            _ => &[],
        }
    }

    /// Returns whether the template is meant for `form`.
    pub(crate) fn fits(self, form: &str) -> bool {
        match self {
            Self::Own => true,
            Self::CsdlScores1 | Self::CsdlScores2 => form == "mark",
            Self::CsdlPrimary => form == "primary_result",
        }
    }
}

/// Lays out the columns of a workbook for `table`.
pub(crate) fn layout(table: &EntryTable<'_>, template: Template) -> Vec<LayoutColumn> {
    let column = |heading: &str, width, what| LayoutColumn {
        heading: heading.to_owned(),
        group: None,
        width,
        what,
    };
    let field = |id: &str| table.columns.iter().position(|field| field.id == id);
    let entered = |heading: &str, width, id: &str| {
        column(heading, width, field(id).map_or(What::Foreign, What::Field))
    };
    let pupil = |code: &str, name: &str| {
        vec![
            column("STT", 6, What::Number),
            column("Lớp", 9, What::Class),
            column(code, 18, What::Key(0)),
            column(name, 30, What::Name),
            column("Ngày sinh", 13, What::BirthDate),
        ]
    };
    match template {
        Template::Own => own(table),
        Template::CsdlScores1 => {
            let mut columns = pupil("Mã định danh Bộ GD&ĐT", "Họ và tên");
            for number in 1..=5 {
                columns.push(entered(&format!("ĐĐGtx{number}"), 9, &format!("ongoing_{number}")));
            }
            columns.push(entered("ĐĐGgk", 9, "mid_term"));
            columns.push(entered("ĐĐGck", 9, "end_of_term"));
            columns.push(entered("Nhận xét", 44, "comment"));
            columns
        }
        Template::CsdlScores2 => {
            let mut columns = pupil("Mã định danh Bộ GD&ĐT", "Họ và tên");
            columns.push(column("ĐĐGtx", 22, What::Ongoing));
            columns.push(entered("ĐĐGgk", 9, "mid_term"));
            columns.push(entered("ĐĐGck", 9, "end_of_term"));
            columns.push(column("ĐTBmhk", 9, What::Average));
            columns.push(column("Mã nhận xét", 12, What::Foreign));
            columns.push(entered("Nội dung nhận xét", 44, "comment"));
            columns
        }
        Template::CsdlPrimary => {
            let mut columns = pupil("Mã định danh", "Họ tên");
            columns.push(entered("Mức đạt được", 13, "level"));
            columns.push(entered("Điểm KTĐK", 11, "score"));
            columns.push(column("Mã nhận xét", 12, What::Foreign));
            columns.push(entered("Nội dung nhận xét", 44, "comment"));
            columns.push(column("Thời điểm đánh giá", 20, What::Point));
            columns
        }
    }
}

fn own(table: &EntryTable<'_>) -> Vec<LayoutColumn> {
    let column = |heading: String, width, what| LayoutColumn { heading, group: None, width, what };
    let mut columns = vec![column("STT".to_owned(), 6, What::Number)];
    for (at, field) in table.row_key.iter().enumerate() {
        let width = width(field).max(18);
        columns.push(column(heading(table.form, field), width, What::Key(at)));
    }
    if table.is_roll {
        columns.push(column("Họ và tên".to_owned(), 30, What::Name));
        columns.push(column("Ngày sinh".to_owned(), 13, What::BirthDate));
    }
    let mut sections: Vec<&str> = Vec::new();
    for (at, field) in table.columns.iter().enumerate() {
        let section = section(table.form, field);
        if sections.last() != Some(&section) {
            sections.push(section);
        }
        let mut made = column(heading(table.form, field), width(field), What::Field(at));
        made.group = Some(section.to_owned());
        columns.push(made);
    }
    if sections.len() < 2 {
        columns.iter_mut().for_each(|column| column.group = None);
    }
    columns
}

/// The heading of the section that a field stands in.
pub(crate) fn section<'f>(form: &'f Form, field: &Field) -> &'f str {
    let own = form
        .sections
        .iter()
        .find(|section| section.fields.iter().any(|other| other.id == field.id));
    own.map_or("", |section| section.title.get(Locale::Vi))
}

/// The heading of a field: its title, with its section where two fields have one title.
pub(crate) fn heading(form: &Form, field: &Field) -> String {
    let title = field.title.get(Locale::Vi);
    let is_twin = |other: &&Field| {
        other.id != field.id && folded(other.title.get(Locale::Vi)) == folded(title)
    };
    match form.fields().any(|other| is_twin(&other)) {
        true => format!("{title} ({})", section(form, field)),
        false => title.to_owned(),
    }
}

/// A width that suits what a field holds.
fn width(field: &Field) -> u32 {
    match &field.kind {
        FieldType::Text { max_length: Some(length), .. } if *length > 100 => 44,
        FieldType::Text { .. } => 18,
        FieldType::PersonName => 30,
        FieldType::Date => 13,
        FieldType::Choice { .. } => 14,
        FieldType::Reference { .. } => 16,
        _ => 10,
    }
}

/// What the headings of a workbook may mean for one table.
pub(crate) struct Meanings {
    /// By what headings of one meaning have in common.
    known: HashMap<String, What>,
}

impl Meanings {
    /// Collects what may stand over a column of `table`; of two things with one name the first
    /// counts.
    pub fn new(table: &EntryTable<'_>) -> Self {
        let mut meanings = Self { known: HashMap::new() };
        let form = table.form;
        for (at, field) in table.row_key.iter().enumerate() {
            meanings.add(&heading(form, field), What::Key(at));
            meanings.add(&field.id, What::Key(at));
        }
        if table.is_of_pupils() {
            meanings.add("Mã định danh", What::Key(0));
        }
        for (at, field) in table.columns.iter().enumerate() {
            meanings.add(&heading(form, field), What::Field(at));
            meanings.add(&field.id, What::Field(at));
        }
        meanings.add("STT", What::Number);
        meanings.add("Lớp", What::Class);
        meanings.add("Thời điểm đánh giá", What::Point);
        if table.is_roll {
            meanings.add("Họ và tên", What::Name);
            meanings.add("Ngày sinh", What::BirthDate);
        }
        if form.field("ongoing_1").is_some() {
            meanings.add("ĐĐGtx", What::Ongoing);
        }
        AVERAGES.iter().for_each(|heading| meanings.add(heading, What::Average));
        meanings.add("Mã nhận xét", What::Foreign);
        meanings
    }

    fn add(&mut self, heading: &str, what: What) {
        self.known.entry(common(heading)).or_insert(what);
    }

    /// Finds out what a heading means.
    pub fn of(&self, heading: &str) -> Option<&What> {
        let common = common(heading);
        if common.is_empty() { None } else { self.known.get(&common) }
    }
}

/// What the headings that mean the same have in common.
fn common(heading: &str) -> String {
    static GROUPS: OnceLock<HashMap<String, String>> = OnceLock::new();
    let groups = GROUPS.get_or_init(|| {
        let pairs = SAME.iter().flat_map(|group| {
            let first = folded(group[0]);
            group.iter().map(move |word| (folded(word), first.clone()))
        });
        pairs.collect()
    });
    let folded = folded(heading);
    groups.get(&folded).cloned().unwrap_or(folded)
}
