//! Checks a form: its fields and key, and what they refer to.

use std::collections::BTreeSet;

use super::condition::{self, OfField};
use super::expression::Fields;
use super::grid;
use super::place::Place;
use super::words::{self, repeats, twice, unknown};
use super::world::World;
use super::{Draft, Sink};
use crate::codes;
use crate::definition::{Field, FieldType, Form, FormScope, FormStatus, Personal, Repeat, Section};
use crate::diagnostic::Diagnostic;
use crate::format::parse_decimal;
use crate::raw::{
    RawField, RawFieldType, RawForm, RawPersonal, RawScope, RawSection, RawStatus, texts,
};
use crate::table::ColumnType;
use crate::text::Text;
use crate::yaml::{At, Content};

/// Beginnings of names that the store and datasets use for tables of their own.
const RESERVED: [&str; 3] = ["code_", "record_", "sqlite_"];

pub(super) fn form(raw: RawForm, at: At<'_>, _place: &Place, sink: &mut Sink<'_>) -> Form {
    let fields = typed(&raw);
    let sections = raw.sections.iter().enumerate();
    let is_whole = sections
        .clone()
        .all(|(position, section)| !is_unread(section, at.get("sections").item(position)));
    let id = raw.id.0;
    if let Some(prefix) = RESERVED.iter().find(|prefix| id.starts_with(*prefix)) {
        sink.error(
            codes::RESERVED_NAME,
            at.get("id").span(),
            format!("mã biểu mẫu không được bắt đầu bằng `{prefix}`"),
            format!("the id of a form must not begin with `{prefix}`"),
        );
    }
    let scope = match raw.scope {
        RawScope::Site => FormScope::Site,
        RawScope::School => FormScope::School,
    };
    let sections_at = at.get("sections");
    repeats(raw.sections.iter().map(|section| section.id.0.as_str()), |position, name| {
        let span = sections_at.item(position).get("id").span();
        sink.push(twice(span, ("phần", "section"), name));
    });
    let sections = raw.sections.into_iter().enumerate();
    let sections: Vec<Section> = sections
        .map(|(position, raw)| section(raw, &fields, sections_at.item(position), sink))
        .collect();
    let checks = condition::of_form(raw.checks, &fields, at.get("checks"), sink);
    let status = match raw.status {
        RawStatus::Draft => FormStatus::Draft,
        RawStatus::Published => FormStatus::Published,
        RawStatus::Retired => FormStatus::Retired,
    };
    let mut form = Form {
        id,
        version: raw.version,
        status,
        title: raw.title,
        scope,
        key: texts(raw.key),
        sections,
        checks,
        grids: Vec::new(),
    };
    form.grids = grid::grids(raw.grids, &form, at.get("grids"), sink);
    field_names(&form, at, sink);
    if is_whole {
        key(&form, at.get("key"), sink);
    }
    condition::whole(&form, at, sink);
    form
}

/// The fields as expressions see them.
fn typed(raw: &RawForm) -> Vec<(String, ColumnType)> {
    let fields = raw.sections.iter().flat_map(|section| &section.fields);
    let kind = |field: &RawField| match field.kind {
        RawFieldType::Integer => ColumnType::Integer,
        RawFieldType::Decimal => ColumnType::Decimal(field.scale.unwrap_or_default()),
        RawFieldType::Date => ColumnType::Date,
        RawFieldType::Boolean => ColumnType::Boolean,
        RawFieldType::Text
        | RawFieldType::PersonName
        | RawFieldType::Choice
        | RawFieldType::Reference => ColumnType::Text,
    };
    fields.map(|field| (field.id.0.clone(), kind(field))).collect()
}

pub(super) fn references(draft: &Draft<Form>, world: &World<'_>, sink: &mut Sink<'_>) {
    let form = &draft.definition;
    for (field, at) in placed_fields(form, draft.at()) {
        match &field.kind {
            FieldType::Choice { codes } => {
                world.code_list(codes, at.get("codes"), sink);
            }
            FieldType::Reference { to } => reference(form, to, world, at, sink),
            _ => {}
        }
        if let Some(kind) = &field.lock {
            world.code("column_kind", kind, at.get("lock"), sink);
        }
    }
    condition::references(draft, world, sink);
    grid::references(form, draft.at(), world, sink);
}

/// Returns whether everything that `form` refers to is among `forms` and `lists`.
pub(super) fn stands(form: &Form, forms: &BTreeSet<String>, lists: &BTreeSet<String>) -> bool {
    let shown = form.grids.iter().map(|grid| &grid.rows);
    let mut shown = shown.chain(form.repeats().map(|(_, repeat)| &repeat.form));
    shown.all(|id| forms.contains(id))
        && form.fields().all(|field| match &field.kind {
            FieldType::Choice { codes } => lists.contains(codes),
            FieldType::Reference { to } => forms.contains(to),
            _ => true,
        })
}

fn section(raw: RawSection, typed: &Fields, at: At<'_>, sink: &mut Sink<'_>) -> Section {
    if raw.fields.is_empty() == raw.repeat.is_none() && !is_unread(&raw, at) {
        let id = &raw.id.0;
        let message = Text::both(
            format!("phần `{id}` phải có hoặc `fields` hoặc `repeat`"),
            format!("the section `{id}` must have either `fields` or `repeat`"),
        );
        let help = Text::both(
            "ghi các trường, hoặc `repeat: {form: …}`",
            "list its fields, or write `repeat: {form: …}`",
        );
        sink.push(Diagnostic::error(codes::REPEAT, message).help(help).at(at.span()));
    }
    let at = at.get("fields");
    let fields = raw.fields.into_iter().enumerate();
    Section {
        id: raw.id.0,
        title: raw.title,
        fields: fields.map(|(position, raw)| field(raw, typed, at.item(position), sink)).collect(),
        repeat: raw.repeat.map(|repeat| Repeat {
            form: repeat.form.0,
            least: repeat.least,
            most: repeat.most,
        }),
    }
}

/// Returns whether the section has fields that could not be read; a finding tells so already.
fn is_unread(raw: &RawSection, at: At<'_>) -> bool {
    let fields = at.node.get("fields");
    raw.fields.is_empty()
        && fields.is_some_and(|fields| !matches!(fields.content, Content::List(_)))
}

fn field(raw: RawField, typed: &Fields, at: At<'_>, sink: &mut Sink<'_>) -> Field {
    keys_for_type(raw.kind, at, sink);
    let kind = field_type(&raw, at, sink);
    let OfField { when, compute, check, choice_filter } =
        condition::of_field(&raw, kind.column_type(), typed, at, sink);
    Field {
        id: raw.id.0,
        title: raw.title,
        hint: raw.hint,
        kind,
        required: raw.required,
        immutable: raw.immutable,
        when,
        compute,
        check,
        choice_filter,
        valid_on: raw.valid_on.map(|day| day.0),
        personal: match raw.personal {
            RawPersonal::None => Personal::None,
            RawPersonal::Basic => Personal::Basic,
            RawPersonal::Sensitive => Personal::Sensitive,
        },
        lock: raw.lock.map(|kind| kind.0),
    }
}

/// Reports keys that say nothing for the type of the field, and keys that the type needs.
fn keys_for_type(kind: RawFieldType, at: At<'_>, sink: &mut Sink<'_>) {
    const KEYS: [&str; 9] = [
        "to",
        "codes",
        "choice_filter",
        "valid_on",
        "max_length",
        "pattern",
        "scale",
        "min",
        "max",
    ];
    let (name, fitting, needed): (&str, &[&str], Option<&str>) = match kind {
        RawFieldType::Text => ("text", &["max_length", "pattern"], None),
        RawFieldType::PersonName => ("person_name", &[], None),
        RawFieldType::Integer => ("integer", &["min", "max"], None),
        RawFieldType::Decimal => ("decimal", &["scale", "min", "max"], Some("scale")),
        RawFieldType::Date => ("date", &[], None),
        RawFieldType::Boolean => ("boolean", &[], None),
        RawFieldType::Choice => ("choice", &["codes", "choice_filter", "valid_on"], Some("codes")),
        RawFieldType::Reference => ("reference", &["to"], Some("to")),
    };
    for key in KEYS {
        if at.node.get(key).is_some() && !fitting.contains(&key) {
            not_for_type(key, name, at, sink);
        }
    }
    needs(needed, name, at, sink);
}

/// Reports a key that does not go with the type `kind`.
pub(super) fn not_for_type(key: &str, kind: &str, at: At<'_>, sink: &mut Sink<'_>) {
    sink.error(
        codes::KEY_NOT_FOR_TYPE,
        at.key_span(key),
        format!("khóa `{key}` không dùng cho kiểu `{kind}`"),
        format!("the key `{key}` does not go with the type `{kind}`"),
    );
}

/// Reports that the key which the type `kind` needs is missing.
pub(super) fn needs(key: Option<&str>, kind: &str, at: At<'_>, sink: &mut Sink<'_>) {
    if let Some(key) = key.filter(|key| at.node.get(key).is_none()) {
        sink.error(
            codes::MISSING_KEY,
            at.span(),
            format!("kiểu `{kind}` cần khóa `{key}`"),
            format!("the type `{kind}` needs the key `{key}`"),
        );
    }
}

fn field_type(raw: &RawField, at: At<'_>, sink: &mut Sink<'_>) -> FieldType {
    let id = |id: &Option<crate::raw::Id>| id.as_ref().map_or_else(String::new, |id| id.0.clone());
    match raw.kind {
        RawFieldType::Text => {
            if let Some(pattern) = &raw.pattern {
                check_pattern(pattern, at.get("pattern"), sink);
            }
            FieldType::Text { max_length: raw.max_length, pattern: raw.pattern.clone() }
        }
        RawFieldType::PersonName => FieldType::PersonName,
        RawFieldType::Integer => {
            let (min, max) = bounds(0, at, sink);
            FieldType::Integer { min, max }
        }
        RawFieldType::Decimal => {
            let scale = raw.scale.unwrap_or_default();
            let (min, max) = bounds(scale, at, sink);
            FieldType::Decimal { scale, min, max }
        }
        RawFieldType::Date => FieldType::Date,
        RawFieldType::Boolean => FieldType::Boolean,
        RawFieldType::Choice => FieldType::Choice { codes: id(&raw.codes) },
        RawFieldType::Reference => FieldType::Reference { to: id(&raw.to) },
    }
}

/// Reads `min` and `max` in units of `10^-scale`, from the digits as they were written.
pub(super) fn bounds(scale: u8, at: At<'_>, sink: &mut Sink<'_>) -> (Option<i64>, Option<i64>) {
    let mut bound = |key: &str| {
        let text = at.node.get(key)?.text()?;
        let read = parse_decimal(text, scale);
        if read.is_err() {
            sink.error(
                codes::BAD_BOUNDS,
                at.get(key).span(),
                format!("`{key}` phải là số có không quá {scale} chữ số sau dấu phẩy"),
                format!("`{key}` must be a number with at most {scale} digits behind the point"),
            );
        }
        read.ok()
    };
    let (min, max) = (bound("min"), bound("max"));
    if let (Some(least), Some(greatest)) = (min, max)
        && least > greatest
    {
        let text = |key: &str| at.get(key).node.text().unwrap_or_default().to_owned();
        let (min, max) = (text("min"), text("max"));
        sink.error(
            codes::BAD_BOUNDS,
            at.get("min").span(),
            format!("`min` {min} lớn hơn `max` {max}"),
            format!("`min` {min} is greater than `max` {max}"),
        );
    }
    (min, max)
}

fn check_pattern(pattern: &str, at: At<'_>, sink: &mut Sink<'_>) {
    const MAX_COMPILED: usize = 1024 * 1024;
    let built = regex::RegexBuilder::new(&format!("^(?:{pattern})$"))
        .size_limit(MAX_COMPILED)
        .nest_limit(32)
        .build();
    if let Err(error) = built {
        let error = error.to_string();
        let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
        sink.error(
            codes::BAD_PATTERN,
            at.span(),
            format!("mẫu `{pattern}` không phải biểu thức chính quy"),
            format!("the pattern `{pattern}` is not a regular expression: {reason}"),
        );
    }
}

fn field_names(form: &Form, at: At<'_>, sink: &mut Sink<'_>) {
    let placed: Vec<_> = placed_fields(form, at).collect();
    repeats(form.fields().map(|field| field.id.as_str()), |position, name| {
        sink.push(twice(placed[position].1.get("id").span(), words::FIELD, name));
    });
}

fn key(form: &Form, at: At<'_>, sink: &mut Sink<'_>) {
    let known = || form.fields().map(|field| field.id.as_str());
    repeats(form.key.iter().map(String::as_str), |position, name| {
        sink.push(twice(at.item(position).span(), ("trường khóa", "key field"), name));
    });
    for (position, name) in form.key.iter().enumerate() {
        if form.field(name).is_none() && !name.is_empty() {
            let span = at.item(position).span();
            sink.push(unknown(codes::UNKNOWN_KEY_FIELD, span, words::FIELD, name, known()));
        }
    }
    let first = form.key.first().map_or("", String::as_str);
    if form.scope == FormScope::School && first != "school" && !first.is_empty() {
        let message = Text::both(
            "biểu mẫu theo trường phải có `school` đứng đầu khóa",
            "a form of schools must begin its key with `school`",
        );
        let help = Text::both(
            "viết `key: [school, …]`, hoặc `scope: site` nếu ai cũng được đọc",
            "write `key: [school, …]`, or `scope: site` if everybody may read it",
        );
        sink.push(Diagnostic::error(codes::SCHOOL_FIRST, message).help(help).at(at.span()));
    }
}

/// Checks that the key of the form `to` can be made from the fields of `form`.
fn reference(form: &Form, to: &str, world: &World<'_>, at: At<'_>, sink: &mut Sink<'_>) {
    let Some(target) = world.form(to, at.get("to"), sink) else { return };
    let Some((_, before)) = target.key.split_last() else { return };
    for name in before.iter().filter(|name| form.field(name).is_none()) {
        let key = target.key.join(", ");
        let message = Text::both(
            format!("tham chiếu tới `{to}` cần trường `{name}` trong cùng biểu mẫu"),
            format!("a reference to `{to}` needs the field `{name}` in the same form"),
        );
        let help = Text::both(
            format!("khóa của `{to}` là [{key}]"),
            format!("the key of `{to}` is [{key}]"),
        );
        let span = at.get("to").span();
        sink.push(Diagnostic::error(codes::REFERENCE_KEY, message).help(help).at(span));
    }
}

/// Walks over fields with their places.
pub(super) fn placed_fields<'a>(
    form: &'a Form,
    at: At<'a>,
) -> impl Iterator<Item = (&'a Field, At<'a>)> {
    let sections = at.get("sections");
    form.sections.iter().enumerate().flat_map(move |(position, section)| {
        let fields = sections.item(position).get("fields");
        section.fields.iter().enumerate().map(move |(field, content)| (content, fields.item(field)))
    })
}
