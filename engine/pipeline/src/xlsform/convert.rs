//! Makes definitions of a survey: forms with conditions in CEL, and code lists.

use std::collections::{BTreeMap, BTreeSet};

use bieumau_model::check;
use bieumau_model::diagnostic::Diagnostics;
use bieumau_model::table::ColumnType;
use bieumau_model::text::Text;

use super::expression::{self, Columns, Kind as Gives, Names, Translated};
use super::read::{ROW, Row, Sheet, Workbook, error, left_out};
use super::survey::{Kind, Part, Question, Survey, identifier, title};
use super::write::{self, CodeFile, CodeListFile, FieldFile, FormFile, SCALE, SectionFile};

/// Headings of questions that say something, or whose silence does no harm.
const KNOWN_HEADINGS: [&str; 14] = [
    "type",
    "name",
    "label",
    "hint",
    "required",
    "relevant",
    "constraint",
    "constraint_message",
    "calculation",
    "choice_filter",
    "repeat_count",
    "list_name",
    "comment",
    "notes",
];

/// Makes the files; mistakes and what was left out go to `findings`.
pub(super) fn files(
    survey: &Survey,
    workbook: &Workbook,
    findings: &mut Diagnostics,
) -> Vec<(String, String)> {
    let lists = lists(survey, workbook, findings);
    let mut files = Vec::new();
    for list in lists.values() {
        files.push((format!("forms/{}/codes/{}.yaml", survey.id, list.id), write::code_list(list)));
    }
    for part in &survey.forms {
        let form = Converter { survey, workbook, lists: &lists, part, findings }.form();
        files.push((format!("forms/{}/{}.form.yaml", survey.id, form.id), write::form(&form)));
    }
    unknown_headings(workbook, findings);
    files
}

/// Makes a code list of every list that a question uses, by its name in the workbook.
fn lists(
    survey: &Survey,
    workbook: &Workbook,
    findings: &mut Diagnostics,
) -> BTreeMap<String, CodeListFile> {
    let sheet = &workbook.choices;
    let of_row = |row: &Row| row.get("list_name").map(str::to_owned);
    let mut lists = BTreeMap::new();
    let mut ids = BTreeSet::new();
    for question in survey.forms.iter().flat_map(Part::questions) {
        let Kind::Choice(name) = &question.kind else { continue };
        if lists.contains_key(name) {
            continue;
        }
        let rows: Vec<&Row> =
            sheet.rows.iter().filter(|row| of_row(row).as_ref() == Some(name)).collect();
        if rows.is_empty() {
            let place = workbook.survey.place(&question.row, "type");
            let vi = format!("trang `choices` không có danh sách `{name}`");
            let en = format!("the sheet `choices` has no list `{name}`");
            let known: BTreeSet<String> = sheet.rows.iter().filter_map(of_row).collect();
            let help = bieumau_model::nearest::help(name, known.iter().map(String::as_str));
            findings.push(error(ROW, &place, &vi, &en).maybe_help(help));
            continue;
        }
        let mut id = format!("{}_{}", survey.id, identifier(name, "list"));
        while !ids.insert(id.clone()) {
            id.push_str("_2");
        }
        lists.insert(name.clone(), list(id, name, &rows, sheet, findings));
    }
    lists
}

fn list(
    id: String,
    name: &str,
    rows: &[&Row],
    sheet: &Sheet,
    findings: &mut Diagnostics,
) -> CodeListFile {
    let mut file =
        CodeListFile { id, title: Text::from(name), columns: Vec::new(), codes: Vec::new() };
    let own = |heading: &str| {
        let base = heading.split("::").next().unwrap_or_default();
        !matches!(base, "list_name" | "name" | "label" | "image" | "audio" | "video" | "media")
    };
    for row in rows {
        for (heading, _) in row.cells().filter(|(heading, _)| own(heading)) {
            let column = column_id(heading);
            if !file.columns.contains(&column) {
                file.columns.push(column);
            }
        }
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        let Some(code) = row.get("name") else {
            let (vi, en) = ("thiếu `name`", "`name` is missing");
            findings.push(error(ROW, &sheet.place(row, "name"), vi, en));
            continue;
        };
        if let Some(first) = seen.insert(code, row.number) {
            let vi = format!("mã `{code}` của danh sách `{name}` đã có ở dòng {first}");
            let en =
                format!("the code `{code}` of the list `{name}` stands in row {first} already");
            findings.push(error(ROW, &sheet.place(row, "name"), &vi, &en));
            continue;
        }
        let more = row.cells().filter(|(heading, _)| own(heading));
        file.codes.push(CodeFile {
            code: code.to_owned(),
            name: title(row, "label").unwrap_or_else(|| Text::from(code)),
            more: more.map(|(heading, text)| (column_id(heading), text.to_owned())).collect(),
        });
    }
    file
}

/// The id of a further column; one that every list has of its own gets a name beside it.
fn column_id(heading: &str) -> String {
    let id = identifier(heading, "column");
    match id.as_str() {
        "code" | "name" | "symbol" | "valid_from" | "valid_to" | "position" => format!("own_{id}"),
        _ => id,
    }
}

struct Converter<'a> {
    survey: &'a Survey,
    workbook: &'a Workbook,
    lists: &'a BTreeMap<String, CodeListFile>,
    part: &'a Part,
    findings: &'a mut Diagnostics,
}

impl Converter<'_> {
    fn form(&mut self) -> FormFile {
        let mut key = vec!["school".to_owned(), "record".to_owned()];
        let mut lines = 0;
        let mut parent = self.part.parent;
        while let Some(above) = parent {
            lines += 1;
            parent = self.survey.forms[above].parent;
        }
        key.extend((1..=lines).map(line_id));
        let mut known: Vec<(String, ColumnType)> = key
            .iter()
            .enumerate()
            .map(|(at, name)| {
                (name.clone(), if at < 2 { ColumnType::Text } else { ColumnType::Integer })
            })
            .collect();
        let mut sections = Vec::new();
        for section in &self.part.sections {
            if !section.questions.is_empty() {
                let fields = section
                    .questions
                    .iter()
                    .filter_map(|question| self.field(question, &mut known));
                let fields: Vec<FieldFile> = fields.collect();
                if !fields.is_empty() {
                    sections.push(SectionFile {
                        id: section.id.clone(),
                        title: section.title.clone(),
                        fields,
                        repeat: None,
                    });
                }
            }
            for repeat in &section.repeats {
                let form = &self.survey.forms[*repeat];
                sections.push(SectionFile {
                    id: if section.questions.is_empty() {
                        section.id.clone()
                    } else {
                        format!("{}_{}", section.id, repeat)
                    },
                    title: form.title.clone(),
                    fields: Vec::new(),
                    repeat: Some(form.id.clone()),
                });
            }
        }
        FormFile { id: self.part.id.clone(), title: self.part.title.clone(), key, sections }
    }

    fn field(
        &mut self,
        question: &Question,
        known: &mut Vec<(String, ColumnType)>,
    ) -> Option<FieldFile> {
        let sheet = &self.workbook.survey;
        let mut kind = question.kind.column();
        let mut compute = None;
        if let Some(text) = question.row.get("calculation") {
            let place = sheet.place(&question.row, "calculation");
            let translated = self.translated(text, None, None, &place);
            if let Some(translated) = translated {
                if question.kind == Kind::Calculate {
                    kind = match translated.kind {
                        Gives::Number => ColumnType::Decimal(SCALE),
                        Gives::Boolean => ColumnType::Boolean,
                        Gives::Date => ColumnType::Date,
                        Gives::Text | Gives::Empty => ColumnType::Text,
                    };
                }
                compute = self.fitting(translated.cel, known, false, kind, &place);
            }
        }
        if question.kind == Kind::Calculate && compute.is_none() {
            if question.row.get("calculation").is_none() {
                let (vi, en) = ("thiếu `calculation`", "`calculation` is missing");
                self.findings.push(error(ROW, &sheet.place(&question.row, "calculation"), vi, en));
            }
            return None;
        }
        known.push((question.id.clone(), kind));
        let own = (question.id.clone(), kind);
        let when = self.when(question, known);
        let check = question.row.get("constraint").and_then(|text| {
            let place = sheet.place(&question.row, "constraint");
            let translated = self.translated(text, Some(own.clone()), None, &place)?;
            let that = self.fitting(translated.cel, known, false, ColumnType::Boolean, &place)?;
            let message = title(&question.row, "constraint_message");
            Some((
                that,
                message.unwrap_or_else(|| {
                    Text::both("giá trị không hợp lệ", "the value is not allowed")
                }),
            ))
        });
        let (codes, choice_filter) = self.choice(question, known);
        if question.row.get("choice_filter").is_some() && codes.is_none() {
            return None;
        }
        Some(FieldFile {
            id: question.id.clone(),
            kind: match (&question.kind, kind) {
                (Kind::Choice(_), _) => "choice",
                (_, ColumnType::Text) => "text",
                (_, ColumnType::Integer) => "integer",
                (_, ColumnType::Decimal(_)) => "decimal",
                (_, ColumnType::Date) => "date",
                (_, ColumnType::Boolean) => "boolean",
            },
            title: question.title.clone(),
            hint: question.hint.clone(),
            codes,
            required: self.required(question),
            when,
            compute,
            check,
            choice_filter,
        })
    }

    fn choice(
        &mut self,
        question: &Question,
        known: &[(String, ColumnType)],
    ) -> (Option<String>, Option<String>) {
        let Kind::Choice(name) = &question.kind else { return (None, None) };
        let Some(list) = self.lists.get(name) else { return (None, None) };
        let filter = question.row.get("choice_filter").and_then(|text| {
            let place = self.workbook.survey.place(&question.row, "choice_filter");
            let columns = |name: &str| match name {
                "name" => Some("code".to_owned()),
                "label" => Some("name".to_owned()),
                other => Some(column_id(other)).filter(|column| list.columns.contains(column)),
            };
            let translated = self.translated(text, None, Some(&columns), &place)?;
            self.fitting(translated.cel, known, true, ColumnType::Boolean, &place)
        });
        (Some(list.id.clone()), filter)
    }

    /// The conditions of the question and of the groups around it.
    fn when(&mut self, question: &Question, known: &[(String, ColumnType)]) -> Option<String> {
        let place = self.workbook.survey.place(&question.row, "relevant");
        let mut all = Vec::new();
        for text in &question.relevant {
            let translated = self.translated(text, None, None, &place)?;
            all.push(self.fitting(translated.cel, known, false, ColumnType::Boolean, &place)?);
        }
        match all.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            several => {
                Some(several.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" && "))
            }
        }
    }

    fn required(&mut self, question: &Question) -> bool {
        let Some(text) = question.row.get("required") else { return false };
        match text.to_lowercase().replace([' ', '(', ')'], "").as_str() {
            "yes" | "true" | "1" | "có" => true,
            "no" | "false" | "0" | "không" => false,
            _ => {
                let place = self.workbook.survey.place(&question.row, "required");
                let vi = format!("điều kiện bắt buộc `{text}` không được chuyển");
                let en = format!("the condition `{text}` of being required was not taken over");
                self.findings.push(left_out(&place, &vi, &en));
                false
            }
        }
    }

    fn translated(
        &mut self,
        text: &str,
        own: Option<(String, ColumnType)>,
        columns: Option<Columns<'_>>,
        place: &str,
    ) -> Option<Translated> {
        let part = self.part;
        let field = |name: &str| {
            let question = part.questions().find(|question| question.name == name)?;
            Some((question.id.clone(), question.kind.column()))
        };
        match expression::translate(text, &Names { field: &field, own, columns }) {
            Ok(translated) => Some(translated),
            Err(what) => {
                let vi = format!("biểu thức `{text}` không được chuyển, vì {what}");
                let en = format!("the expression `{text}` was not taken over because of {what}");
                self.findings.push(left_out(place, &vi, &en));
                None
            }
        }
    }

    /// Keeps an expression that the check of definitions takes; a field that stands further down is
    /// known to conditions all the same.
    fn fitting(
        &mut self,
        cel: String,
        known: &[(String, ColumnType)],
        choices: bool,
        wanted: ColumnType,
        place: &str,
    ) -> Option<String> {
        let mut fields = known.to_vec();
        for question in self.part.questions() {
            if !fields.iter().any(|(name, _)| *name == question.id)
                && question.kind != Kind::Calculate
            {
                fields.push((question.id.clone(), question.kind.column()));
            }
        }
        let found = check::expression(&cel, &fields, choices, wanted);
        let Some(first) = found.iter().next() else { return Some(cel) };
        use bieumau_model::text::Locale;
        let vi = format!("biểu thức `{cel}` không được chuyển: {}", first.message.get(Locale::Vi));
        let en =
            format!("the expression `{cel}` was not taken over: {}", first.message.get(Locale::En));
        self.findings.push(left_out(place, &vi, &en));
        None
    }
}

/// The key field of the lines of a repeat at that depth.
pub(super) fn line_id(depth: usize) -> String {
    if depth == 1 { "line".to_owned() } else { format!("line_{depth}") }
}

/// Tells the columns of the survey that say something nobody here understands.
fn unknown_headings(workbook: &Workbook, findings: &mut Diagnostics) {
    let sheet = &workbook.survey;
    for (heading, letter) in &sheet.headings {
        let base = heading.split("::").next().unwrap_or_default();
        let used = sheet.rows.iter().find(|row| row.get(heading).is_some());
        let (Some(row), false) = (used, KNOWN_HEADINGS.contains(&base) || heading.is_empty())
        else {
            continue;
        };
        let place = format!("{}!{letter}{}", sheet.name, row.number);
        let vi = format!("cột `{heading}` không được chuyển");
        let en = format!("the column `{heading}` was not taken over");
        findings.push(left_out(&place, &vi, &en));
    }
    let languages: BTreeSet<&str> = sheet
        .headings
        .iter()
        .filter_map(|(heading, _)| heading.strip_prefix("label::"))
        .filter(|language| !matches!(*language, "vi" | "en"))
        .collect();
    if !languages.is_empty() {
        let names = languages.into_iter().collect::<Vec<_>>().join(", ");
        let vi = format!("chỉ giữ tiếng Việt và tiếng Anh; bỏ: {names}");
        let en = format!("only Vietnamese and English are kept; left out: {names}");
        findings.push(left_out(&sheet.name, &vi, &en));
    }
}
