//! Writes definitions as YAML files.

use std::fmt::Write;

use bieumau_model::text::{Locale, Text};

/// Digits behind the comma of decimals: XLSForm does not say how many there are.
pub(super) const SCALE: u8 = 2;

pub(super) struct FormFile {
    pub id: String,
    pub title: Text,
    pub key: Vec<String>,
    pub sections: Vec<SectionFile>,
}

pub(super) struct SectionFile {
    pub id: String,
    pub title: Text,
    pub fields: Vec<FieldFile>,
    pub repeat: Option<String>,
}

pub(super) struct FieldFile {
    pub id: String,
    pub kind: &'static str,
    pub title: Text,
    pub hint: Option<Text>,
    pub codes: Option<String>,
    pub required: bool,
    pub when: Option<String>,
    pub compute: Option<String>,
    pub check: Option<(String, Text)>,
    pub choice_filter: Option<String>,
}

pub(super) struct CodeListFile {
    pub id: String,
    pub title: Text,
    pub columns: Vec<String>,
    pub codes: Vec<CodeFile>,
}

pub(super) struct CodeFile {
    pub code: String,
    pub name: Text,
    /// Further columns with their values.
    pub more: Vec<(String, String)>,
}

/// Writes a form.
pub(super) fn form(form: &FormFile) -> String {
    let mut text = format!(
        "# Taken over from an XLSForm; see the report of the import for what was left out.\n\
         schema_version: 1\nid: {}\nversion: 1\ntitle: {}\nscope: school\nkey: [{}]\nsections:\n\
         \x20 - id: form_record\n    title: {}\n    fields:\n\
         \x20     - {{id: school, type: reference, to: school, title: Trường}}\n\
         \x20     - {{id: record, type: text, max_length: 50, title: Mã bản ghi}}\n",
        form.id,
        words(&form.title),
        form.key.join(", "),
        words(&Text::both("Bản ghi", "Record")),
    );
    for line in form.key.iter().skip(2) {
        let _ = writeln!(text, "      - {{id: {line}, type: integer, min: 1, title: STT}}");
    }
    for section in &form.sections {
        let id = if section.id == "form_record" { "form_record_2" } else { &section.id };
        let _ = writeln!(text, "  - id: {id}\n    title: {}", words(&section.title));
        if let Some(repeat) = &section.repeat {
            let _ = writeln!(text, "    repeat: {{form: {repeat}}}");
            continue;
        }
        text.push_str("    fields:\n");
        section.fields.iter().for_each(|own| field(&mut text, own));
    }
    text
}

fn field(text: &mut String, field: &FieldFile) {
    let _ = writeln!(text, "      - id: {}\n        type: {}", field.id, field.kind);
    let mut put = |key: &str, value: &str| {
        let _ = writeln!(text, "        {key}: {value}");
    };
    put("title", &words(&field.title));
    if let Some(hint) = &field.hint {
        put("hint", &words(hint));
    }
    if let Some(codes) = &field.codes {
        put("codes", codes);
    }
    if field.kind == "decimal" {
        put("scale", &SCALE.to_string());
    }
    if field.required {
        put("required", "true");
    }
    if let Some(when) = &field.when {
        put("when", &quoted(when));
    }
    if let Some(compute) = &field.compute {
        put("compute", &format!("{{as: {}}}", quoted(compute)));
    }
    if let Some((that, message)) = &field.check {
        put("check", &format!("{{that: {}, message: {}}}", quoted(that), words(message)));
    }
    if let Some(filter) = &field.choice_filter {
        put("choice_filter", &quoted(filter));
    }
}

/// Writes a code list.
pub(super) fn code_list(list: &CodeListFile) -> String {
    let mut text = format!(
        "# Taken over from an XLSForm.\nschema_version: 1\nid: {}\ntitle: {}\n",
        list.id,
        words(&list.title),
    );
    if !list.columns.is_empty() {
        let _ = writeln!(text, "columns: [{}]", list.columns.join(", "));
    }
    text.push_str("codes:\n");
    for CodeFile { code, name, more } in &list.codes {
        let _ = write!(text, "  - {{code: {}, name: {}", quoted(code), words(name));
        for (column, value) in more {
            let _ = write!(text, ", {column}: {}", quoted(value));
        }
        text.push_str("}\n");
    }
    text
}

/// Writes a text in one or both languages.
fn words(text: &Text) -> String {
    let (vi, en) = (text.get(Locale::Vi), text.get(Locale::En));
    if vi == en { quoted(vi) } else { format!("{{vi: {}, en: {}}}", quoted(vi), quoted(en)) }
}

/// Writes a scalar in double quotes; what JSON writes, YAML reads.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
