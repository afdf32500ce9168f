//! Compares a YAML tree with the JSON Schema of its kind: keys, types, allowed values.
//!
//! Reports every difference, and mends what it can so that the meaning of the rest can still be
//! checked. What names and values mean is the job of the checks beside this one.

use std::ops::Range;

use serde_json::{Map, Value as Json, json};

use crate::codes;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::nearest;
use crate::raw::{ID_PATTERN, Id};
use crate::text::Text;
use crate::yaml::{Content, Document, Entry, MAX_FINDINGS, Meaning, Node};

/// A document in the shape of its schema.
pub(super) struct Shaped {
    /// The document, mended: fit to become a raw definition.
    pub(super) json: Json,
    pub(super) findings: Diagnostics,
    /// Byte ranges of objects whose content was guessed; findings about their meaning say nothing.
    pub(super) guessed: Vec<Range<usize>>,
}

/// Brings `document` into the shape of `schema`.
pub(super) fn shape(document: &Document, schema: &Json) -> Shaped {
    let mut shaper =
        Shaper { document, root: schema, findings: Diagnostics::default(), guessed: Vec::new() };
    let json = shaper.value(&document.root, schema, Place::Top).unwrap_or_else(|| {
        shaper.guess(&document.root);
        placeholder(schema, schema)
    });
    Shaped { json, findings: shaper.findings, guessed: shaper.guessed }
}

struct Shaper<'a> {
    document: &'a Document,
    root: &'a Json,
    findings: Diagnostics,
    guessed: Vec<Range<usize>>,
}

/// Where a value stands, for words.
#[derive(Clone, Copy)]
enum Place<'a> {
    Top,
    Item,
    Key(&'a str),
}

impl Place<'_> {
    fn words(self) -> Text {
        match self {
            Self::Top => Text::both("tệp", "the file"),
            Self::Item => Text::both("mục của danh sách", "an item of the list"),
            Self::Key(key) => Text::both(format!("`{key}`"), format!("`{key}`")),
        }
    }
}

impl<'a> Shaper<'a> {
    /// Returns the value in the shape of `schema`, or nothing after a finding.
    fn value(&mut self, node: &Node, schema: &'a Json, place: Place<'_>) -> Option<Json> {
        let schema = self.choose(schema, node);
        if is_open(schema) {
            return Some(node.json());
        }
        if let Some(words) = allowed(schema) {
            return self.one_of(node, &words, place);
        }
        match (&node.content, kind(schema)) {
            (Content::Object(entries), "object") => self.object(node, entries, schema),
            (Content::List(items), "array") => self.list(node, items, schema, place),
            (Content::Scalar { .. }, "object" | "array")
            | (Content::List(_) | Content::Object(_), _) => {
                self.wrong_type(node, schema, place);
                None
            }
            (Content::Scalar { .. }, _) => self.scalar(node, schema, place),
        }
    }

    fn object(&mut self, node: &Node, entries: &[Entry], schema: &'a Json) -> Option<Json> {
        let properties = schema.get("properties").and_then(Json::as_object);
        let patterns = schema.get("patternProperties").and_then(Json::as_object);
        let by_pattern = patterns.and_then(|patterns| patterns.get(ID_PATTERN));
        let others = by_pattern
            .or_else(|| schema.get("additionalProperties").filter(|others| others.is_object()));
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let mut object = Map::new();
        for entry in entries {
            let mut key = entry.key.as_str();
            let mut known = properties.and_then(|properties| properties.get(key));
            if known.is_none() && others.is_none() {
                let Some((meant, own)) = self.unknown_key(node, entry, properties) else {
                    continue;
                };
                (key, known) = (meant, Some(own));
            }
            let Some(own) = known.or(others) else { continue };
            if known.is_none() && by_pattern.is_some() && !Id::is_right(&entry.key) {
                self.bad_id(entry.key_start, entry.key_end, &entry.key);
            }
            if entry.value.meaning() == Some(Meaning::Null) {
                self.no_value(entry);
            } else if let Some(value) = self.value(&entry.value, own, Place::Key(key)) {
                object.insert(key.to_owned(), value);
                continue;
            }
            if known.is_none() || required.contains(&key) {
                object.insert(key.to_owned(), self.stand_in(own, node));
            }
        }
        for key in required {
            if !object.contains_key(key) {
                self.missing_key(node, key);
                let own = properties.and_then(|properties| properties.get(key))?;
                object.insert(key.to_owned(), self.stand_in(own, node));
            }
        }
        Some(Json::Object(object))
    }

    fn list(
        &mut self,
        node: &Node,
        items: &[Node],
        schema: &'a Json,
        place: Place<'_>,
    ) -> Option<Json> {
        let least = schema.get("minItems").and_then(Json::as_u64).unwrap_or_default();
        if (items.len() as u64) < least {
            let message = match place.words() {
                Text::Both { vi, en } => {
                    Text::both(format!("{vi} không được trống"), format!("{en} must not be empty"))
                }
                one @ Text::One(_) => one,
            };
            self.push(codes::BAD_VALUE, node.start, node.end, message, None);
        }
        let own = schema.get("items")?;
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            match self.value(item, own, Place::Item) {
                Some(value) => list.push(value),
                None => list.push(self.stand_in(own, item)),
            }
        }
        Some(Json::Array(list))
    }

    fn scalar(&mut self, node: &Node, schema: &'a Json, place: Place<'_>) -> Option<Json> {
        let meaning = node.meaning()?;
        let fits = |kind: &str| match meaning {
            Meaning::Null => false,
            Meaning::Boolean(_) => kind == "boolean",
            Meaning::Integer(_) => kind == "integer" || kind == "number",
            Meaning::Number => kind == "number",
            Meaning::Text => kind == "string",
        };
        if !kinds(schema).into_iter().any(fits) {
            self.wrong_type(node, schema, place);
            return None;
        }
        let text = node.text().unwrap_or_default();
        if is_id(schema) && !Id::is_right(text) {
            self.bad_id(node.start, node.end, text);
        }
        if let Meaning::Integer(number) = meaning {
            self.range(node, number, schema, place)?;
        }
        node.scalar_json()
    }

    fn range(&mut self, node: &Node, number: i64, schema: &Json, place: Place<'_>) -> Option<()> {
        let bound = |name: &str| schema.get(name).and_then(Json::as_i64);
        if let Some(only) = bound("const").filter(|only| *only != number) {
            let message = Text::both(
                format!("phiên bản định dạng {number} không được hỗ trợ"),
                format!("format version {number} is not supported"),
            );
            let help = Text::both(format!("viết {only}"), format!("write {only}"));
            self.push(codes::SCHEMA_VERSION, node.start, node.end, message, Some(help));
            return Some(());
        }
        let (least, greatest) = (bound("minimum"), bound("maximum"));
        if least.is_some_and(|least| number < least)
            || greatest.is_some_and(|greatest| number > greatest)
        {
            use crate::text::Locale::{En, Vi};
            let words = place.words();
            let limits = match (least, greatest) {
                (Some(least), Some(greatest)) => [
                    format!("từ {least} đến {greatest}"),
                    format!("between {least} and {greatest}"),
                ],
                (Some(least), None) => [format!("từ {least} trở lên"), format!("at least {least}")],
                (None, greatest) => {
                    let greatest = greatest.unwrap_or_default();
                    [format!("không quá {greatest}"), format!("at most {greatest}")]
                }
            };
            let [vi, en] = limits;
            let message = Text::both(
                format!("{} phải {vi}", words.get(Vi)),
                format!("{} must be {en}", words.get(En)),
            );
            self.push(codes::BAD_VALUE, node.start, node.end, message, None);
            return None;
        }
        Some(())
    }

    fn one_of(&mut self, node: &Node, words: &[&str], place: Place<'_>) -> Option<Json> {
        let text = node.text().filter(|_| node.meaning() == Some(Meaning::Text));
        if let Some(text) = text.filter(|text| words.contains(text)) {
            return Some(Json::String(text.to_owned()));
        }
        let shown = node.text().unwrap_or("…");
        let message = match place {
            Place::Key(key) => Text::both(
                format!("`{key}` không nhận giá trị `{shown}`"),
                format!("`{key}` does not take the value `{shown}`"),
            ),
            _ => Text::both(
                format!("giá trị `{shown}` không được phép ở đây"),
                format!("the value `{shown}` is not allowed here"),
            ),
        };
        let help = nearest::help(shown, words.iter().copied());
        self.push(codes::UNKNOWN_VALUE, node.start, node.end, message, help);
        nearest::nearest(shown, words.iter().copied()).map(|word| Json::String(word.to_owned()))
    }

    /// Returns what stands for a value of `object` that is missing or wrong.
    ///
    /// An empty text is known to every check as 'not told'. A word is a guess about its object,
    /// other than at the top: the first `scope` of a form asks nothing more. An emptied list or
    /// object may lack what the rest of the file names.
    fn stand_in(&mut self, schema: &Json, object: &Node) -> Json {
        let value = placeholder(schema, self.root);
        match &value {
            Json::String(text) if text.is_empty() => {}
            Json::Array(_) | Json::Object(_) => self.guess(&self.document.root),
            _ if object.start != self.document.root.start => self.guess(object),
            _ => {}
        }
        value
    }

    fn guess(&mut self, node: &Node) {
        self.guessed.push(node.start..node.end.max(node.start + 1));
    }

    /// Follows references, and takes the alternative that has the form of `node`.
    fn choose(&self, schema: &'a Json, node: &Node) -> &'a Json {
        let schema = self.resolved(schema);
        if schema.get("anyOf").is_none() {
            return schema;
        }
        let form = match node.content {
            Content::Object(_) => "object",
            Content::List(_) => "array",
            Content::Scalar { .. } => "",
        };
        let alternatives = self.alternatives(schema);
        let fits = |alternative: &&Json| match form {
            "" => !matches!(kind(alternative), "object" | "array"),
            form => kind(alternative) == form,
        };
        let fitting = alternatives.iter().copied().find(fits);
        fitting.or_else(|| alternatives.first().copied()).unwrap_or(schema)
    }

    /// Returns the alternatives of a schema, those of alternatives included, without `null`.
    fn alternatives(&self, schema: &'a Json) -> Vec<&'a Json> {
        let schema = self.resolved(schema);
        match schema.get("anyOf").and_then(Json::as_array) {
            Some(below) => below.iter().flat_map(|schema| self.alternatives(schema)).collect(),
            None if kind(schema) == "null" => Vec::new(),
            None => vec![schema],
        }
    }

    fn resolved(&self, schema: &'a Json) -> &'a Json {
        resolve(schema, self.root)
    }

    /// Reports an unknown key; returns the key that was meant when the object lacks that one.
    fn unknown_key(
        &mut self,
        object: &Node,
        entry: &Entry,
        properties: Option<&'a Map<String, Json>>,
    ) -> Option<(&'a str, &'a Json)> {
        let key = &entry.key;
        let message =
            Text::both(format!("không có khóa `{key}`"), format!("there is no key `{key}`"));
        let known = || properties.into_iter().flat_map(Map::keys).map(String::as_str);
        let help = if entry.value.start == entry.value.end && key.contains(' ') {
            // `title: a, b` inside `{…}` makes `b` a key of its own.
            Some(Text::both(
                "giá trị có dấu phẩy trong `{…}` phải đặt trong dấu ngoặc kép",
                "a value with a comma inside `{…}` must stand in quotes",
            ))
        } else {
            nearest::help(key, known())
        };
        self.push(codes::UNKNOWN_KEY, entry.key_start, entry.key_end, message, help);
        let meant = nearest::nearest(key, known()).filter(|meant| object.get(meant).is_none())?;
        properties?.get_key_value(meant).map(|(meant, own)| (meant.as_str(), own))
    }

    fn missing_key(&mut self, node: &Node, key: &str) {
        let message = Text::both(format!("thiếu khóa `{key}`"), format!("key `{key}` is missing"));
        let end = first_line_end(&self.document.text, node);
        self.push(codes::MISSING_KEY, node.start, end, message, None);
    }

    fn no_value(&mut self, entry: &Entry) {
        let key = &entry.key;
        let message =
            Text::both(format!("`{key}` không có giá trị"), format!("`{key}` has no value"));
        let help = Text::both("ghi giá trị hoặc bỏ khóa", "give a value or remove the key");
        self.push(codes::WRONG_TYPE, entry.key_start, entry.key_end, message, Some(help));
    }

    fn bad_id(&mut self, start: usize, end: usize, text: &str) {
        let message = Text::both(
            format!("mã `{text}` viết sai dạng"),
            format!("the id `{text}` has the wrong form"),
        );
        let help = Text::both(
            "dùng chữ thường không dấu, chữ số và `_`, chữ cái đứng đầu: `full_name`",
            "use small letters, digits and `_`, a letter first: `full_name`",
        );
        self.push(codes::BAD_ID, start, end, message, Some(help));
    }

    fn wrong_type(&mut self, node: &Node, schema: &Json, place: Place<'_>) {
        use crate::text::Locale::{En, Vi};
        let (wanted, found) = (type_words(schema), found_words(node));
        let words = place.words();
        let message = Text::both(
            format!("{} cần {}, không phải {}", words.get(Vi), wanted.get(Vi), found.get(Vi)),
            format!("{} needs {}, not {}", words.get(En), wanted.get(En), found.get(En)),
        );
        let end = first_line_end(&self.document.text, node);
        self.push(codes::WRONG_TYPE, node.start, end, message, type_help(node, schema));
    }

    fn push(
        &mut self,
        code: &'static str,
        start: usize,
        end: usize,
        message: Text,
        help: Option<Text>,
    ) {
        if self.findings.len() == MAX_FINDINGS {
            return;
        }
        let finding = Diagnostic::error(code, message).at(self.document.span(start, end));
        self.findings.push(match help {
            Some(help) => finding.help(help),
            None => finding,
        });
    }
}

fn resolve<'a>(schema: &'a Json, root: &'a Json) -> &'a Json {
    let target = schema
        .get("$ref")
        .and_then(Json::as_str)
        .and_then(|reference| root.pointer(reference.strip_prefix('#')?));
    // A schema that stands for the whole file refers to itself as `#`.
    match target {
        Some(target) if !std::ptr::eq(target, schema) => resolve(target, root),
        _ => schema,
    }
}

/// Returns the types that a schema allows, `null` left out.
fn kinds(schema: &Json) -> Vec<&str> {
    match schema.get("type") {
        Some(Json::String(kind)) => vec![kind],
        Some(Json::Array(kinds)) => {
            kinds.iter().filter_map(Json::as_str).filter(|kind| *kind != "null").collect()
        }
        _ => Vec::new(),
    }
}

fn kind(schema: &Json) -> &str {
    match schema.get("type") {
        Some(Json::String(kind)) => kind,
        _ => kinds(schema).into_iter().next().unwrap_or_default(),
    }
}

/// Returns the words of a schema that allows only some.
fn allowed(schema: &Json) -> Option<Vec<&str>> {
    let list = |name: &str| schema.get(name).and_then(Json::as_array);
    if let Some(words) = list("enum") {
        return Some(words.iter().filter_map(Json::as_str).collect());
    }
    let alternatives = list("oneOf")?.iter();
    Some(alternatives.filter_map(|alternative| alternative.get("const")?.as_str()).collect())
}

/// Returns whether a schema takes any value.
fn is_open(schema: &Json) -> bool {
    let closing = ["type", "anyOf", "oneOf", "enum", "const", "$ref"];
    schema == &Json::Bool(true)
        || schema.is_object() && closing.iter().all(|key| schema.get(key).is_none())
}

fn is_id(schema: &Json) -> bool {
    schema.get("pattern").and_then(Json::as_str) == Some(ID_PATTERN)
}

/// Returns a value that has the shape of `schema` and says nothing.
fn placeholder(schema: &Json, root: &Json) -> Json {
    let schema = resolve(schema, root);
    if let Some(words) = allowed(schema) {
        return json!(words.first());
    }
    if let Some(alternatives) = schema.get("anyOf").and_then(Json::as_array) {
        return alternatives.first().map_or(Json::Null, |first| placeholder(first, root));
    }
    match kind(schema) {
        "string" => json!(""),
        "integer" | "number" => {
            schema.get("const").or_else(|| schema.get("minimum")).cloned().unwrap_or(json!(0))
        }
        "boolean" => json!(false),
        "array" => json!([]),
        "object" => {
            let required = schema.get("required").and_then(Json::as_array).into_iter().flatten();
            let entry = |key: &str| {
                let own = schema.get("properties")?.get(key)?;
                Some((key.to_owned(), placeholder(own, root)))
            };
            Json::Object(required.filter_map(Json::as_str).filter_map(entry).collect())
        }
        _ => Json::Null,
    }
}

fn type_words(schema: &Json) -> Text {
    match kind(schema) {
        "string" => Text::both("chữ", "text"),
        "integer" => Text::both("số nguyên", "a whole number"),
        "number" => Text::both("số", "a number"),
        "boolean" => Text::both("`true` hoặc `false`", "`true` or `false`"),
        "array" => Text::both("danh sách", "a list"),
        "object" => Text::both("đối tượng `{khóa: giá trị}`", "an object `{key: value}`"),
        _ => Text::both("giá trị khác", "another value"),
    }
}

fn found_words(node: &Node) -> Text {
    let shown = |vi: &str, en: &str| {
        let text: String = node.text().unwrap_or_default().chars().take(40).collect();
        Text::both(format!("{vi} `{text}`"), format!("{en} `{text}`"))
    };
    match (&node.content, node.meaning()) {
        (Content::List(_), _) => Text::both("danh sách", "a list"),
        (Content::Object(_), _) => Text::both("đối tượng", "an object"),
        (_, Some(Meaning::Null)) => Text::both("giá trị trống", "nothing"),
        (_, Some(Meaning::Boolean(_))) => shown("giá trị", "the value"),
        (_, Some(Meaning::Integer(_) | Meaning::Number)) => shown("số", "the number"),
        _ => shown("chữ", "the text"),
    }
}

/// Says how a scalar of the wrong type is written right, when that is likely.
fn type_help(node: &Node, schema: &Json) -> Option<Text> {
    let text = node.text()?;
    let write = |how: String| Text::both(format!("viết {how}"), format!("write {how}"));
    match (kind(schema), node.meaning()?) {
        (_, Meaning::Null) => None,
        ("string", Meaning::Integer(_) | Meaning::Number | Meaning::Boolean(_)) => {
            Some(Text::both(
                format!("đặt trong dấu ngoặc kép: \"{text}\""),
                format!("put it in quotes: \"{text}\""),
            ))
        }
        ("integer" | "number", Meaning::Text) if text.parse::<i64>().is_ok() => Some(Text::both(
            format!("bỏ dấu ngoặc kép: {text}"),
            format!("remove the quotes: {text}"),
        )),
        ("boolean", Meaning::Text) => match text.to_lowercase().as_str() {
            "yes" | "on" | "có" | "y" | "true" => Some(write("true".to_owned())),
            "no" | "off" | "không" | "n" | "false" => Some(write("false".to_owned())),
            _ => None,
        },
        ("array", _) => Some(write(format!("[{text}]"))),
        _ => None,
    }
}

fn first_line_end(text: &str, node: &Node) -> usize {
    let inside = text.get(node.start..node.end).unwrap_or_default();
    node.start + inside.find(['\n', '\r']).unwrap_or(inside.len())
}
