//! Reads YAML into a tree, within limits that hostile files cannot pass.
//!
//! The grammar is the job of serde-saphyr's parser.

use std::collections::HashMap;
use std::sync::Arc;

use serde_saphyr::granit_parser::{
    ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, Span,
};

use super::{Content, Document, Entry, Node, Style};
use crate::codes;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::text::{Text, nfc};

/// Greatest size of a definition, in bytes.
pub(crate) const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Greatest number of values and keys, those of aliases counted wherever they are used.
const MAX_NODES: usize = 200_000;
/// Greatest depth of lists and objects.
const MAX_DEPTH: usize = 32;
/// Greatest number of findings about the shape of one file.
pub(crate) const MAX_FINDINGS: usize = 100;

/// Reads `text`; without a document when it is no YAML, in which case a finding says why.
pub(crate) fn read(file: &Arc<str>, text: &Arc<str>) -> (Option<Document>, Diagnostics) {
    let empty = Node {
        start: 0,
        end: 0,
        content: Content::Scalar { text: String::new(), style: Style::Plain },
    };
    let mut document = Document::new(file.clone(), text.clone(), empty);
    let mut builder = Builder {
        document: &document,
        findings: Diagnostics::default(),
        open: Vec::new(),
        anchors: HashMap::new(),
        nodes: 0,
        root: None,
    };
    let done = builder.run();
    let Builder { findings, root, .. } = builder;
    match root {
        Some(root) if done.is_some() => {
            document.root = root;
            (Some(document), findings)
        }
        _ => (None, findings),
    }
}

struct Builder<'a> {
    document: &'a Document,
    findings: Diagnostics,
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    root: Option<Node>,
}

/// A list or object whose end has not come yet.
struct Open {
    start: usize,
    anchor: usize,
    /// Values counted before it began.
    nodes_before: usize,
    kind: OpenKind,
}

enum OpenKind {
    List(Vec<Node>),
    Object {
        entries: Vec<Entry>,
        /// Where each key stands.
        keys: HashMap<String, usize>,
        /// The key whose value has not come yet.
        key: Option<(String, usize, usize)>,
    },
}

impl Builder<'_> {
    /// Reads all events; `None` when the file cannot be used.
    fn run(&mut self) -> Option<()> {
        let text = self.document.text.clone();
        if text.len() > MAX_BYTES {
            self.report(
                codes::TOO_LARGE,
                0,
                0,
                Text::both(
                    format!("tệp lớn hơn {MAX_BYTES} byte"),
                    format!("the file is larger than {MAX_BYTES} bytes"),
                ),
                None,
            );
            return None;
        }
        let mut options = Options::default();
        options.set_emit_comments(false);
        for event in Parser::new_from_str_with_options(&text, options) {
            match event {
                Ok((event, span)) => self.event(event, span)?,
                Err(error) => {
                    self.syntax(&error);
                    return None;
                }
            }
        }
        if self.root.is_none() {
            self.report(
                codes::YAML_SYNTAX,
                0,
                0,
                Text::both("tệp trống", "the file is empty"),
                Some(Text::both(
                    "bắt đầu bằng `schema_version: 1`",
                    "begin with `schema_version: 1`",
                )),
            );
        }
        self.root.as_ref().map(|_| ())
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Option<()> {
        let start = span.start.byte_offset().unwrap_or_default();
        let end = span.end.byte_offset().unwrap_or(start).max(start);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.tag(tag.is_some(), start, end);
                self.scalar(&text, style, anchor, start, end)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.tag(tag.is_some(), start, end);
                self.open(anchor, start, OpenKind::List(Vec::new()))
            }
            Event::MappingStart(_, anchor, tag) => {
                self.tag(tag.is_some(), start, end);
                let keys = HashMap::new();
                self.open(anchor, start, OpenKind::Object { entries: Vec::new(), keys, key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(end),
            Event::Alias(anchor) => self.alias(anchor, start, end),
            _ => Some(()),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        start: usize,
        end: usize,
    ) -> Option<()> {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        // The parser writes a missing value as `~`.
        let text = if start == end && style == Style::Plain { "" } else { text };
        let content = Content::Scalar { text: text.to_owned(), style };
        self.count(1, start)?;
        let node = Node { start, end, content };
        self.anchor(anchor, &node, 1)?;
        self.add(node)
    }

    fn open(&mut self, anchor: usize, start: usize, kind: OpenKind) -> Option<()> {
        if self.open.len() == MAX_DEPTH {
            self.report(
                codes::TOO_DEEP,
                start,
                start,
                Text::both(
                    format!("lồng nhau quá {MAX_DEPTH} lớp"),
                    format!("nested more than {MAX_DEPTH} levels deep"),
                ),
                None,
            );
            return None;
        }
        let nodes_before = self.nodes;
        self.count(1, start)?;
        self.open.push(Open { start, anchor, nodes_before, kind });
        Some(())
    }

    fn close(&mut self, end: usize) -> Option<()> {
        let open = self.open.pop()?;
        let content = match open.kind {
            OpenKind::List(items) => Content::List(items),
            OpenKind::Object { entries, .. } => Content::Object(entries),
        };
        let node = Node { start: open.start, end: end.max(open.start), content };
        self.anchor(open.anchor, &node, self.nodes - open.nodes_before)?;
        self.add(node)
    }

    /// Keeps a copy of an anchored value, which counts like every other.
    fn anchor(&mut self, anchor: usize, node: &Node, size: usize) -> Option<()> {
        if anchor > 0 {
            self.count(size, node.start)?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        Some(())
    }

    fn alias(&mut self, anchor: usize, start: usize, end: usize) -> Option<()> {
        let Some((_, size)) = self.anchors.get(&anchor) else {
            self.report(
                codes::YAML_SYNTAX,
                start,
                end,
                Text::both(
                    "bí danh nằm trong chính phần tử mà nó chỉ tới",
                    "the alias stands inside the very value it points to",
                ),
                None,
            );
            return None;
        };
        let size = *size;
        self.count(size, start)?;
        let node = self.anchors.get(&anchor).map(|(node, _)| node.clone())?;
        self.add(node)
    }

    fn count(&mut self, nodes: usize, start: usize) -> Option<()> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES {
            self.report(
                codes::TOO_MANY_NODES,
                start,
                start,
                Text::both(
                    format!("tệp có quá {MAX_NODES} phần tử, kể cả do bí danh nhân lên"),
                    format!("the file has more than {MAX_NODES} values, aliases counted in full"),
                ),
                None,
            );
            return None;
        }
        Some(())
    }

    /// Puts a finished value where it belongs: a list, a key, the value of a key, or the root.
    fn add(&mut self, node: Node) -> Option<()> {
        let (key_text, is_scalar) = (node.text().unwrap_or_default(), node.text().is_some());
        let key_text = nfc(key_text).into_owned();
        match self.open.last_mut().map(|open| &mut open.kind) {
            None if self.root.is_none() => self.root = Some(node),
            None => {
                self.report(
                    codes::YAML_SYNTAX,
                    node.start,
                    node.start,
                    Text::both(
                        "một tệp chỉ chứa một tài liệu, bỏ phần sau `---`",
                        "one file holds one document, remove what follows `---`",
                    ),
                    None,
                );
                return None;
            }
            Some(OpenKind::List(items)) => items.push(node),
            Some(OpenKind::Object { key: key @ None, .. }) => {
                *key = Some((key_text, node.start, node.end));
                if !is_scalar {
                    self.report(
                        codes::YAML_SYNTAX,
                        node.start,
                        node.start,
                        Text::both(
                            "khóa phải là một tên, không phải danh sách hay đối tượng",
                            "a key must be a name, not a list or an object",
                        ),
                        None,
                    );
                }
            }
            Some(OpenKind::Object { key, keys, entries }) => {
                let (key, key_start, key_end) = key.take()?;
                match keys.get(&key).copied() {
                    None => {
                        keys.insert(key.clone(), key_start);
                        entries.push(Entry { key, key_start, key_end, value: node });
                    }
                    Some(earlier) => self.duplicate(&key, key_start, key_end, earlier),
                }
            }
        }
        Some(())
    }

    fn duplicate(&mut self, key: &str, start: usize, end: usize, earlier: usize) {
        let line = self.document.span(earlier, earlier).line;
        self.report(
            codes::DUPLICATE_KEY,
            start,
            end,
            Text::both(format!("khóa `{key}` viết hai lần"), format!("key `{key}` stands twice")),
            Some(Text::both(
                format!("đã có ở dòng {line}, giữ lại một"),
                format!("it already stands on line {line}, keep one"),
            )),
        );
    }

    fn tag(&mut self, present: bool, start: usize, end: usize) {
        if present {
            self.report(
                codes::YAML_SYNTAX,
                start,
                end,
                Text::both(
                    "định nghĩa không dùng thẻ kiểu `!…` của YAML",
                    "definitions do not use YAML tags such as `!…`",
                ),
                None,
            );
        }
    }

    fn syntax(&mut self, error: &ScanError) {
        let at = error.marker().byte_offset().unwrap_or_default();
        if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
            return self.report(
                codes::TOO_DEEP,
                at,
                at,
                Text::both("lồng nhau quá sâu", "nested too deeply"),
                None,
            );
        }
        let (message, help) = explain(error.kind());
        self.report(codes::YAML_SYNTAX, at, at, message, help);
    }

    fn report(
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

/// Puts a mistake of grammar into words.
fn explain(kind: &ErrorKind) -> (Text, Option<Text>) {
    let words = |vi: &str, en: &str| Text::both(vi, en);
    let quote = words(
        "đặt giá trị trong dấu ngoặc kép nếu nó chứa ký tự đặc biệt",
        "put the value in quotes if it holds special characters",
    );
    match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => (
            words("ký tự tab không được dùng để thụt lề", "a tab must not be used for indentation"),
            Some(words("thụt lề bằng dấu cách", "indent with spaces")),
        ),
        ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent => {
            (words("dấu ngoặc kép mở mà không đóng", "a quote is opened and never closed"), None)
        }
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => (
            words("dấu `[` hoặc `{` mở mà không đóng", "`[` or `{` is opened and never closed"),
            None,
        ),
        ErrorKind::MismatchedFlowCollectionEnd { .. } | ErrorKind::MisplacedFlowCollectionEnd => {
            (words("dấu đóng `]` hoặc `}` sai chỗ", "`]` or `}` closes what was not opened"), None)
        }
        ErrorKind::InvalidColonPlacement => (
            words("dấu `:` không được ở đây", "a `:` is not allowed here"),
            Some(words(
                "có thể dấu `[`, `{` hoặc dấu ngoặc kép mở ở trên chưa đóng",
                "a `[`, `{` or quote that is opened above may not be closed",
            )),
        ),
        ErrorKind::MappingValueNotAllowed => (
            words("dấu `:` không được ở đây", "a `:` is not allowed here"),
            Some(words(
                "kiểm tra thụt lề, và đặt giá trị có dấu `:` trong dấu ngoặc kép",
                "check the indentation, and put a value with a `:` in quotes",
            )),
        ),
        ErrorKind::InvalidIndentation
        | ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry => (
            words("thụt lề sai", "the indentation is wrong"),
            Some(words(
                "các khóa của một đối tượng và các mục của một danh sách phải thẳng cột",
                "keys of one object and items of one list must begin in one column",
            )),
        ),
        ErrorKind::UnknownAnchor => (
            words("bí danh chỉ tới neo không có", "the alias names an anchor that does not exist"),
            Some(quote),
        ),
        ErrorKind::UnexpectedCharacter { character } => (
            Text::both(
                format!("ký tự `{character}` không thể đứng đầu một giá trị"),
                format!("a value cannot begin with `{character}`"),
            ),
            Some(quote),
        ),
        other => (
            Text::both(
                "tệp YAML sai cú pháp ở đây",
                format!("the YAML is not well-formed: {other}"),
            ),
            Some(quote),
        ),
    }
}
