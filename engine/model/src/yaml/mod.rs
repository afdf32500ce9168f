//! A YAML file as a tree in which every key and value knows its place.
//!
//! Made so that one check can report everything that is wrong with a file: a deserializer stops at
//! the first mistake. What the keys mean is the job of `check`.

mod read;

pub(crate) use read::{MAX_FINDINGS, read};

use std::sync::Arc;

use serde_json::{Number, Value as Json};

use crate::definition::Source;
use crate::diagnostic::Span;
use crate::text::nfc;

/// A file and its tree; with layers, the texts of several files one behind the other.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) file: Arc<str>,
    /// The text that the byte offsets of nodes count in.
    pub(crate) text: Arc<str>,
    pub(crate) root: Node,
    /// Files behind the first one, by the offset at which their text begins.
    parts: Vec<Part>,
}

/// A further file of a document.
#[derive(Debug, Clone)]
struct Part {
    start: usize,
    file: Arc<str>,
    text: Arc<str>,
}

/// A value and its byte range.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) content: Content,
}

#[derive(Debug, Clone)]
pub(crate) enum Content {
    Scalar { text: String, style: Style },
    List(Vec<Node>),
    Object(Vec<Entry>),
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Quoted,
    Literal,
    Folded,
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_start: usize,
    pub(crate) key_end: usize,
    pub(crate) value: Node,
}

/// What a scalar means by the core schema of YAML 1.2.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Meaning {
    Null,
    Boolean(bool),
    Integer(i64),
    /// A number with a point, or too large for an integer.
    Number,
    Text,
}

impl Node {
    /// Returns the value of `key`, when this is an object that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.content {
            Content::Object(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// Returns the value at `index`, when this is a list that has it.
    pub(crate) fn item(&self, index: usize) -> Option<&Node> {
        match &self.content {
            Content::List(items) => items.get(index),
            _ => None,
        }
    }

    pub(crate) fn meaning(&self) -> Option<Meaning> {
        let Content::Scalar { text, style } = &self.content else { return None };
        if *style != Style::Plain {
            return Some(Meaning::Text);
        }
        Some(match text.as_str() {
            "" | "~" | "null" | "Null" | "NULL" => Meaning::Null,
            "true" | "True" | "TRUE" => Meaning::Boolean(true),
            "false" | "False" | "FALSE" => Meaning::Boolean(false),
            text if is_number(text) => text.parse().map_or(Meaning::Number, Meaning::Integer),
            _ => Meaning::Text,
        })
    }

    /// Returns the text of a scalar as it was written.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Returns the value as JSON has it.
    pub(crate) fn json(&self) -> Json {
        match &self.content {
            Content::Scalar { .. } => self.scalar_json().unwrap_or_default(),
            Content::List(items) => Json::Array(items.iter().map(Self::json).collect()),
            Content::Object(entries) => {
                let entry = |entry: &Entry| (entry.key.clone(), entry.value.json());
                Json::Object(entries.iter().map(entry).collect())
            }
        }
    }

    /// Moves all places behind `offset`.
    fn shift(&mut self, offset: usize) {
        self.start += offset;
        self.end += offset;
        match &mut self.content {
            Content::Scalar { .. } => {}
            Content::List(items) => items.iter_mut().for_each(|item| item.shift(offset)),
            Content::Object(entries) => {
                for entry in entries {
                    entry.key_start += offset;
                    entry.key_end += offset;
                    entry.value.shift(offset);
                }
            }
        }
    }

    /// Returns the scalar as JSON has it.
    pub(crate) fn scalar_json(&self) -> Option<Json> {
        let text = self.text()?;
        Some(match self.meaning()? {
            Meaning::Null => Json::Null,
            Meaning::Boolean(flag) => Json::Bool(flag),
            Meaning::Integer(number) => Json::Number(number.into()),
            Meaning::Number => text
                .parse()
                .ok()
                .and_then(Number::from_f64)
                .map_or_else(|| Json::String(text.to_owned()), Json::Number),
            Meaning::Text => Json::String(nfc(text).into_owned()),
        })
    }
}

/// Returns whether a plain scalar is a decimal number of the core schema.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_is_right = exponent.is_none_or(|part| {
        let part = part.strip_prefix(['-', '+']).unwrap_or(part);
        !part.is_empty() && digits(part)
    });
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent_is_right
}

/// A place in a document: a node, and the key under which it stands.
///
/// Steps that lead nowhere stay at the last node that exists, so that a finding about a missing
/// part still has a place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) document: &'a Document,
    pub(crate) node: &'a Node,
}

impl<'a> At<'a> {
    pub(crate) fn root(document: &'a Document) -> Self {
        Self { document, node: &document.root }
    }

    pub(crate) fn get(self, key: &str) -> Self {
        Self { node: self.node.get(key).unwrap_or(self.node), ..self }
    }

    pub(crate) fn item(self, index: usize) -> Self {
        Self { node: self.node.item(index).unwrap_or(self.node), ..self }
    }

    /// Returns the place of the value; of an object or list, its first line.
    pub(crate) fn span(self) -> Span {
        let end = match self.node.content {
            Content::Scalar { .. } => self.node.end,
            Content::List(_) | Content::Object(_) => {
                let text = &self.document.text;
                let line = text.get(self.node.start..self.node.end).unwrap_or_default();
                self.node.start + line.find(['\n', '\r']).unwrap_or(line.len())
            }
        };
        self.document.span(self.node.start, end)
    }

    /// Returns the place of the key `key` of this object.
    pub(crate) fn key_span(self, key: &str) -> Span {
        match self.node.entry(key) {
            Some(entry) => self.document.span(entry.key_start, entry.key_end),
            None => self.span(),
        }
    }

    /// Returns the scalar as a piece of text with its place.
    pub(crate) fn source(self) -> Source {
        let text = self.node.text().unwrap_or_default();
        let span = self.span();
        let (_, inside, _) = self.document.part(self.node.start);
        let written = inside.get(span.start..span.end).unwrap_or_default();
        let style = match self.node.content {
            Content::Scalar { style, .. } => style,
            _ => Style::Plain,
        };
        let quote = usize::from(style == Style::Quoted);
        let indent = span.column - 1 + quote;
        let line_starts = match style {
            Style::Literal => literal_lines(written, span.start, indent),
            _ if written.contains('\n') => Vec::new(),
            _ => vec![span.start + quote],
        };
        Source { text: nfc(text).into_owned(), first_line: span.line, indent, line_starts, span }
    }
}

/// Returns the byte offset of the content of each line of a literal block.
fn literal_lines(written: &str, start: usize, indent: usize) -> Vec<usize> {
    let mut at = start;
    let mut starts = Vec::new();
    for (number, line) in written.split_inclusive('\n').enumerate() {
        let margin = if number == 0 { 0 } else { indent.min(line.trim_end().len()) };
        starts.push(at + margin);
        at += line.len();
    }
    starts
}

impl Document {
    fn new(file: Arc<str>, text: Arc<str>, root: Node) -> Self {
        Self { file, text, root, parts: Vec::new() }
    }

    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        let (file, text, offset) = self.part(start);
        Span::locate(file, text, start - offset, end.saturating_sub(offset))
    }

    /// Lays the text of `other` behind this one's, and returns its root with places in this document.
    pub(crate) fn join(&mut self, other: &Self) -> Node {
        let offset = self.text.len() + 1;
        if self.parts.is_empty() {
            let (file, text) = (self.file.clone(), self.text.clone());
            self.parts.push(Part { start: 0, file, text });
        }
        let (file, text) = (other.file.clone(), other.text.clone());
        self.text = format!("{}\n{text}", self.text).into();
        self.parts.push(Part { start: offset, file, text });
        let mut root = other.root.clone();
        root.shift(offset);
        root
    }

    /// Returns the file in which the byte at `offset` lies: name, text, and where the text begins.
    fn part(&self, offset: usize) -> (&Arc<str>, &str, usize) {
        let part = self.parts.iter().rev().find(|part| part.start <= offset);
        part.map_or((&self.file, &self.text, 0), |part| (&part.file, &part.text, part.start))
    }
}
