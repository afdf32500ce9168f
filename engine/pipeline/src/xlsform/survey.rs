//! Reads the survey sheet into groups, repeats and questions.

use std::collections::BTreeSet;

use bieumau_model::diagnostic::Diagnostics;
use bieumau_model::nearest;
use bieumau_model::table::ColumnType;
use bieumau_model::text::Text;

use super::read::{ROW, Row, Workbook, error, left_out};

/// A form on its way.
#[derive(Debug)]
pub(super) struct Survey {
    pub id: String,
    /// The form itself, then one for each repeat.
    pub forms: Vec<Part>,
}

/// One form: the survey, or a repeat in it.
#[derive(Debug)]
pub(super) struct Part {
    pub id: String,
    pub title: Text,
    /// The form in which it repeats, by position.
    pub parent: Option<usize>,
    pub sections: Vec<Section>,
}

#[derive(Debug)]
pub(super) struct Section {
    pub id: String,
    pub title: Text,
    pub questions: Vec<Question>,
    /// Repeats that stand in it, by position of their form.
    pub repeats: Vec<usize>,
}

#[derive(Debug)]
pub(super) struct Question {
    pub id: String,
    /// Name in the workbook.
    pub name: String,
    pub kind: Kind,
    pub title: Text,
    pub hint: Option<Text>,
    pub row: Row,
    /// `relevant` of the groups around it, outermost first.
    pub relevant: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Decimal,
    Date,
    /// The list as the workbook names it.
    Choice(String),
    Calculate,
}

impl Kind {
    /// The column; of a calculation, text until its expression is known.
    pub fn column(&self) -> ColumnType {
        match self {
            Self::Text | Self::Choice(_) | Self::Calculate => ColumnType::Text,
            Self::Integer => ColumnType::Integer,
            Self::Decimal => ColumnType::Decimal(super::write::SCALE),
            Self::Date => ColumnType::Date,
        }
    }
}

/// Types that XLSForm has and forms here do not.
const OTHER_TYPES: [&str; 40] = [
    "acknowledge",
    "audio",
    "audit",
    "background-audio",
    "background-geopoint",
    "barcode",
    "bearing",
    "caller",
    "csv-external",
    "datetime",
    "dateTime",
    "deviceid",
    "email",
    "end",
    "entity",
    "file",
    "geopoint",
    "geoshape",
    "geotrace",
    "hidden",
    "image",
    "imei",
    "osm",
    "phonenumber",
    "photo",
    "range",
    "rank",
    "select_multiple",
    "select_multiple_from_file",
    "select_one_external",
    "select_one_from_file",
    "simserial",
    "start",
    "start-geopoint",
    "subscriberid",
    "time",
    "today",
    "trigger",
    "video",
    "xml-external",
];

/// What a row of the survey is.
enum RowKind {
    BeginGroup,
    EndGroup,
    BeginRepeat,
    EndRepeat,
    Note,
    Question(Kind, bool),
    Other,
    Unknown,
}

pub(super) fn survey(workbook: &Workbook, name: &str, findings: &mut Diagnostics) -> Survey {
    let settings = workbook.settings.rows.first();
    let setting = |key: &str| settings.and_then(|row| row.get(key));
    let id = identifier(setting("form_id").unwrap_or(name), "form");
    let title = Text::from(setting("form_title").unwrap_or(name));
    let main = Part { id: id.clone(), title, parent: None, sections: Vec::new() };
    let mut reader = Reader {
        workbook,
        findings,
        forms: vec![main],
        open: Vec::new(),
        form: 0,
        taken: BTreeSet::from(["school".to_owned(), "record".to_owned(), "line".to_owned()]),
        note: None,
    };
    for row in &workbook.survey.rows {
        reader.row(row);
    }
    reader.end();
    Survey { id, forms: reader.forms }
}

/// A group or repeat that has begun.
struct Open {
    is_repeat: bool,
    name: String,
    title: Text,
    relevant: Option<String>,
    row: Row,
    /// The form around it.
    form: usize,
}

struct Reader<'a> {
    workbook: &'a Workbook,
    findings: &'a mut Diagnostics,
    forms: Vec<Part>,
    open: Vec<Open>,
    form: usize,
    /// Ids of fields that are taken.
    taken: BTreeSet<String>,
    /// A note that becomes the hint of the next question.
    note: Option<(Text, Row)>,
}

impl Reader<'_> {
    fn row(&mut self, row: &Row) {
        let sheet = &self.workbook.survey;
        let Some(written) = row.get("type") else {
            let (vi, en) = ("thiếu `type`", "`type` is missing");
            self.findings.push(error(ROW, &sheet.place(row, "type"), vi, en));
            return;
        };
        match kind(written) {
            RowKind::BeginGroup | RowKind::BeginRepeat => self.begin(row, written),
            RowKind::EndGroup => self.close(row, false),
            RowKind::EndRepeat => self.close(row, true),
            RowKind::Note => {
                self.tell_note();
                self.note = title(row, "label").map(|text| (text, row.clone()));
            }
            RowKind::Question(kind, or_other) => {
                if or_other {
                    let place = sheet.place(row, "type");
                    let (vi, en) = (
                        "`or_other` không được chuyển; thêm mã \"Khác\" và một trường chữ",
                        "`or_other` was not taken over; add a code and a text field",
                    );
                    self.findings.push(left_out(&place, vi, en));
                }
                self.question(row, kind);
            }
            RowKind::Other => {
                let place = sheet.place(row, "type");
                let vi = format!("kiểu `{written}` không được chuyển");
                let en = format!("the type `{written}` was not taken over");
                self.findings.push(left_out(&place, &vi, &en));
            }
            RowKind::Unknown => {
                let known =
                    ["text", "integer", "decimal", "date", "select_one", "calculate", "note"];
                let known = known.into_iter().chain([
                    "begin_group",
                    "end_group",
                    "begin_repeat",
                    "end_repeat",
                ]);
                let first = written.split_whitespace().next().unwrap_or_default();
                let vi = format!("không có kiểu `{written}`");
                let en = format!("there is no type `{written}`");
                let finding = error(ROW, &sheet.place(row, "type"), &vi, &en);
                self.findings.push(finding.maybe_help(nearest::help(first, known)));
            }
        }
    }

    fn begin(&mut self, row: &Row, written: &str) {
        let is_repeat = written.to_lowercase().contains("repeat");
        let name = row.get("name").unwrap_or("group").to_owned();
        let own = title(row, "label").unwrap_or_else(|| Text::from(name.as_str()));
        let around = self.form;
        if is_repeat {
            let position = self.forms.len();
            let id = format!("{}_{}", self.forms[0].id, identifier(&name, "repeat"));
            let id = self.unused_form(id);
            self.section_for_repeat(position);
            self.forms.push(Part {
                id,
                title: own.clone(),
                parent: Some(around),
                sections: Vec::new(),
            });
            self.form = position;
        }
        let relevant = row.get("relevant").map(str::to_owned);
        if is_repeat && relevant.is_some() {
            let place = self.workbook.survey.place(row, "relevant");
            let (vi, en) = (
                "điều kiện của phần lặp không được chuyển",
                "the condition of a repeat was not taken over",
            );
            self.findings.push(left_out(&place, vi, en));
        }
        if row.get("repeat_count").is_some() {
            let place = self.workbook.survey.place(row, "repeat_count");
            let (vi, en) =
                ("`repeat_count` không được chuyển", "`repeat_count` was not taken over");
            self.findings.push(left_out(&place, vi, en));
        }
        let title = self.full_title(own, is_repeat);
        let relevant = relevant.filter(|_| !is_repeat);
        self.open.push(Open { is_repeat, name, title, relevant, row: row.clone(), form: around });
        self.begin_section();
    }

    /// A group inside a group is one section with both titles.
    fn full_title(&self, own: Text, is_repeat: bool) -> Text {
        match self.open.last() {
            Some(outer) if !outer.is_repeat && !is_repeat => {
                let both = |locale| format!("{} – {}", outer.title.get(locale), own.get(locale));
                use bieumau_model::text::Locale;
                Text::both(both(Locale::Vi), both(Locale::En))
            }
            _ => own,
        }
    }

    fn close(&mut self, row: &Row, repeat: bool) {
        self.tell_note();
        let sheet = &self.workbook.survey;
        match self.open.pop() {
            Some(open) if open.is_repeat == repeat => {
                self.form = open.form;
                if !self.open.is_empty() || !self.forms[self.form].sections.is_empty() {
                    self.begin_section();
                }
            }
            Some(open) => {
                let place = sheet.place(row, "type");
                let at = open.row.number;
                let vi = format!("kết thúc không khớp với `{}` mở ở dòng {at}", open.name);
                let en = format!("the end does not go with `{}`, begun in row {at}", open.name);
                self.findings.push(error(ROW, &place, &vi, &en));
                self.form = open.form;
            }
            None => {
                let place = sheet.place(row, "type");
                let (vi, en) = ("không có nhóm nào để kết thúc", "there is no group to end");
                self.findings.push(error(ROW, &place, vi, en));
            }
        }
    }

    fn end(&mut self) {
        self.tell_note();
        for open in std::mem::take(&mut self.open) {
            let place = self.workbook.survey.place(&open.row, "type");
            let vi = format!("nhóm `{}` không được kết thúc", open.name);
            let en = format!("the group `{}` is never ended", open.name);
            self.findings.push(error(ROW, &place, &vi, &en));
        }
        if self
            .forms
            .iter()
            .all(|form| form.sections.iter().all(|section| section.questions.is_empty()))
        {
            let name = &self.workbook.survey.name;
            let (vi, en) =
                ("không có câu hỏi nào dùng được", "there is no question that can be used");
            self.findings.push(error(ROW, name, vi, en));
        }
        for form in &mut self.forms {
            form.sections
                .retain(|section| !section.questions.is_empty() || !section.repeats.is_empty());
        }
    }

    fn question(&mut self, row: &Row, kind: Kind) {
        let sheet = &self.workbook.survey;
        let Some(name) = row.get("name") else {
            let (vi, en) = ("thiếu `name`", "`name` is missing");
            self.findings.push(error(ROW, &sheet.place(row, "name"), vi, en));
            return;
        };
        let again = self.forms[self.form].questions().find(|question| question.name == name);
        if let Some(first) = again {
            let vi = format!("`{name}` đã có ở dòng {}", first.row.number);
            let en = format!("`{name}` stands in row {} already", first.row.number);
            self.findings.push(error(ROW, &sheet.place(row, "name"), &vi, &en));
            return;
        }
        let id = self.unused(identifier(name, "field"));
        let own_title = title(row, "label").unwrap_or_else(|| Text::from(name));
        let hint = title(row, "hint").or_else(|| self.note.take().map(|(note, _)| note));
        let relevant = self
            .open
            .iter()
            .skip_while(|open| self.form != 0 && !open.is_repeat)
            .filter_map(|open| open.relevant.clone())
            .chain(row.get("relevant").map(str::to_owned))
            .collect();
        let question = Question {
            id,
            name: name.to_owned(),
            kind,
            title: own_title,
            hint,
            row: row.clone(),
            relevant,
        };
        self.section().questions.push(question);
    }

    /// A note in front of no question is told.
    fn tell_note(&mut self) {
        if let Some((_, row)) = self.note.take() {
            let place = self.workbook.survey.place(&row, "label");
            let (vi, en) = (
                "ghi chú không đứng trước câu hỏi nào nên không được chuyển",
                "the note stands before no question and was not taken over",
            );
            self.findings.push(left_out(&place, vi, en));
        }
    }

    fn section_for_repeat(&mut self, position: usize) {
        self.begin_section();
        self.section().repeats.push(position);
    }

    fn begin_section(&mut self) {
        let number = self.forms[self.form].sections.len() + 1;
        let (id, title) = match self.open.last() {
            Some(open) => (identifier(&open.name, "section"), open.title.clone()),
            None => ("main".to_owned(), self.forms[0].title.clone()),
        };
        let taken = self.forms[self.form].sections.iter().any(|section| section.id == id);
        let id = if taken { format!("{id}_{number}") } else { id };
        self.forms[self.form].sections.push(Section {
            id,
            title,
            questions: Vec::new(),
            repeats: Vec::new(),
        });
    }

    /// The section that takes the next question; a repeat stands alone in its own.
    fn section(&mut self) -> &mut Section {
        let is_usable = |section: &Section| section.repeats.is_empty();
        if !self.forms[self.form].sections.last().is_some_and(is_usable) {
            self.begin_section();
        }
        self.forms[self.form].sections.last_mut().expect("one was begun")
    }

    fn unused(&mut self, id: String) -> String {
        let mut unused = id.clone();
        let mut number = 2;
        while !self.taken.insert(unused.clone()) {
            unused = format!("{id}_{number}");
            number += 1;
        }
        unused
    }

    fn unused_form(&self, id: String) -> String {
        let mut unused = id.clone();
        let mut number = 2;
        while self.forms.iter().any(|form| form.id == unused) {
            unused = format!("{id}_{number}");
            number += 1;
        }
        unused
    }
}

impl Part {
    /// Walks over the questions of all sections.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.sections.iter().flat_map(|section| &section.questions)
    }
}

fn kind(written: &str) -> RowKind {
    let lower = written.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let spelled = lower.replace("begin_", "begin ").replace("end_", "end ");
    match spelled.as_str() {
        "begin group" => return RowKind::BeginGroup,
        "end group" => return RowKind::EndGroup,
        "begin repeat" | "begin looped group" => return RowKind::BeginRepeat,
        "end repeat" | "end looped group" => return RowKind::EndRepeat,
        "note" => return RowKind::Note,
        "text" | "string" | "phone number" => return RowKind::Question(Kind::Text, false),
        "integer" | "int" => return RowKind::Question(Kind::Integer, false),
        "decimal" => return RowKind::Question(Kind::Decimal, false),
        "date" => return RowKind::Question(Kind::Date, false),
        "calculate" | "calculation" => return RowKind::Question(Kind::Calculate, false),
        _ => {}
    }
    let one = ["select_one from ", "select one from ", "select_one ", "select one ", "select1 "];
    if let Some(rest) = one.iter().find_map(|start| lower.strip_prefix(start)) {
        let others = [" or_other", " or other", " or specify other"];
        let other = others.iter().find_map(|other| rest.strip_suffix(other));
        let or_other = other.is_some();
        let list = other.unwrap_or(rest).trim();
        // The name of the list keeps its capitals.
        let start = written.to_lowercase().find(list).filter(|_| written.is_ascii());
        let list = start.map_or(list, |at| &written[at..at + list.len()]);
        return RowKind::Question(Kind::Choice(list.to_owned()), or_other);
    }
    let first = lower.split(' ').next().unwrap_or_default();
    let known = OTHER_TYPES.iter().any(|other| other.eq_ignore_ascii_case(first))
        || first.starts_with("uri:");
    let select = lower.starts_with("select all that apply") || lower.starts_with("select multiple");
    if known || select || lower.starts_with("start ") || lower.starts_with("end ") {
        RowKind::Other
    } else {
        RowKind::Unknown
    }
}

/// Reads a text in both languages: Vietnamese, else the one without a language, else any other.
pub(super) fn title(row: &Row, base: &str) -> Option<Text> {
    let own = |language: &str| row.get(&format!("{base}::{language}"));
    let any = row.cells().find(|(heading, _)| heading.starts_with(&format!("{base}::")));
    let vi = own("vi").or_else(|| row.get(base)).or_else(|| any.map(|(_, text)| text))?;
    Some(match own("en") {
        Some(en) if en != vi => Text::both(vi, en),
        _ => Text::from(vi),
    })
}

/// Makes an id of a name: small letters, digits and `_`, a letter first.
pub(super) fn identifier(name: &str, fallback: &str) -> String {
    let mut id = String::new();
    let mut before_small = false;
    for ch in name.chars() {
        let ascii = match ch {
            'đ' | 'Đ' => 'd',
            other => unaccented(other),
        };
        if ascii.is_ascii_alphanumeric() {
            if ch.is_uppercase() && before_small {
                id.push('_');
            }
            before_small = ch.is_lowercase() || ch.is_ascii_digit();
            id.push(ascii.to_ascii_lowercase());
        } else {
            before_small = false;
            if !id.ends_with('_') && !id.is_empty() {
                id.push('_');
            }
        }
    }
    let id = id.trim_matches('_');
    if id.is_empty() {
        return fallback.to_owned();
    }
    if id.starts_with(|first: char| first.is_ascii_digit()) {
        return format!("{fallback}_{id}");
    }
    // Names that the store and datasets use for tables of their own.
    match ["code_", "record_", "sqlite_"].iter().find(|prefix| id.starts_with(*prefix)) {
        Some(_) => format!("{fallback}_{id}"),
        None => id.to_owned(),
    }
}

/// The letter under its marks.
fn unaccented(ch: char) -> char {
    let mut buffer = [0; 4];
    let decomposed = bieumau_model::text::bare(ch.encode_utf8(&mut buffer));
    decomposed.chars().next().unwrap_or(' ')
}

#[cfg(test)]
mod tests {
    use super::identifier;

    #[test]
    fn names_become_ids() {
        for (name, id) in [
            ("Họ và tên", "ho_va_ten"),
            ("birthDate", "birth_date"),
            ("ĐiểmTB-1", "diem_tb_1"),
            ("1st", "field_1st"),
            ("__", "field"),
            ("a..b", "a_b"),
        ] {
            assert_eq!(identifier(name, "field"), id);
        }
    }
}
