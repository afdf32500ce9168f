//! Lays layers over the definitions that they change, and refuses what those do not allow.
//!
//! Works on the trees, before they become definitions: what comes out is checked like any other
//! file, and its findings point at the file, base or layer, in which each part was written.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::place::Place;
use super::words::{self, unknown};
use super::{Draft, Sink, draft};
use crate::codes;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::layer::{Layer, Owner, matches, overlap, steps};
use crate::raw::{RawLayer, RawLayerOwner};
use crate::schema::Kind;
use crate::text::{Locale, Text};
use crate::yaml::{At, Content, Document, Entry, Node};

/// A file that was read, with what its path says.
pub(super) struct Read {
    pub(super) place: Place,
    pub(super) path: Arc<str>,
    pub(super) document: Document,
}

/// What a layer may do with a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Reword,
    Add,
    Hide,
    Order,
}

/// A place that may not be changed, and why.
struct Lock {
    at: String,
    reason: Text,
}

/// Takes the layers out of `read`, lays them over their bases, and returns those that were laid.
pub(super) fn lay(read: &mut Vec<Read>, findings: &mut Diagnostics) -> Vec<Layer> {
    let mut layers: Vec<(Arc<str>, Draft<RawLayer>)> = Vec::new();
    for file in read.extract_if(.., |file| file.place.kind == Kind::Layer) {
        let raw = |raw, _: At<'_>, _: &Place, _: &mut Sink<'_>| raw;
        let made = draft::<RawLayer, _>(file.document, &file.place, findings, raw);
        layers.extend(made.map(|made| (file.path, made)));
    }
    layers.sort_by(|(_, a), (_, b)| {
        let key = |layer: &RawLayer| (layer.owner, layer.id.0.clone());
        key(&a.definition).cmp(&key(&b.definition))
    });
    let mut locks: BTreeMap<Arc<str>, Vec<Lock>> = BTreeMap::new();
    let mut laid = Vec::new();
    for (path, layer) in &layers {
        let mut sink = layer.sink(findings);
        let Some((kind, id)) = base(layer, &mut sink) else { continue };
        let known = |file: &&mut Read| file.place.kind == kind && file.place.id == id;
        let Some(base) = read.iter_mut().find(known) else {
            let known = read.iter().filter(|file| file.place.kind == kind);
            let known = known.map(|file| file.place.id.as_str());
            let (code, what) = words_of(kind);
            let span = layer.at().get("of").get(kind.name()).span();
            sink.push(unknown(code, span, what, &id, known));
            continue;
        };
        let version = versions(layer, base, &mut sink);
        let locks = locks.entry(base.path.clone()).or_default();
        one(base, layer, locks, &mut sink);
        laid.push(Layer {
            id: layer.definition.id.0.clone(),
            title: layer.definition.title.clone(),
            owner: owner(layer.definition.owner),
            file: path.clone(),
            kind: kind.name(),
            base: id,
            base_file: base.path.clone(),
            written_for: layer.definition.of.version,
            version,
        });
    }
    laid
}

fn owner(raw: RawLayerOwner) -> Owner {
    match raw {
        RawLayerOwner::Province => Owner::Province,
        RawLayerOwner::School => Owner::School,
    }
}

fn words_of(kind: Kind) -> (&'static str, (&'static str, &'static str)) {
    match kind {
        Kind::CodeList => (codes::UNKNOWN_CODE_LIST, words::CODE_LIST),
        Kind::Report => (codes::UNKNOWN_FORM, ("báo cáo", "report")),
        _ => (codes::UNKNOWN_FORM, words::FORM),
    }
}

/// Returns kind and id of the definition that a layer changes.
fn base(layer: &Draft<RawLayer>, sink: &mut Sink<'_>) -> Option<(Kind, String)> {
    let of = &layer.definition.of;
    let named =
        [(Kind::Form, &of.form), (Kind::Report, &of.report), (Kind::CodeList, &of.code_list)];
    let mut named = named.into_iter().filter_map(|(kind, id)| Some((kind, id.clone()?.0)));
    if let (Some(base), None) = (named.next(), named.next()) {
        return Some(base);
    }
    let message = Text::both(
        "`of` nêu đúng một trong: `form`, `report`, `code_list`",
        "`of` names just one of `form`, `report`, `code_list`",
    );
    let help = Text::both(
        "ví dụ `of: {report: late_entries, version: 1}`",
        "for example `of: {report: late_entries, version: 1}`",
    );
    let span = layer.at().key_span("of");
    sink.push(Diagnostic::error(codes::BAD_VALUE, message).help(help).at(span));
    None
}

/// Compares the version that a layer was written for with that of its base, which is returned.
fn versions(layer: &Draft<RawLayer>, base: &Read, sink: &mut Sink<'_>) -> Option<u32> {
    let now = base.document.root.get("version").and_then(|node| node.text()?.parse().ok());
    let (Some(now), id) = (now, &layer.definition.id.0) else { return now };
    let at = layer.at().get("of");
    match layer.definition.of.version {
        Some(then) if then == now => {}
        Some(then) if then < now => {
            let message = Text::both(
                format!("lớp viết cho phiên bản {then}; định nghĩa gốc nay là phiên bản {now}"),
                format!("the layer was written for version {then}; its base is version {now} now"),
            );
            let help = Text::both(
                format!(
                    "xem đã đổi gì: `bieumau layer diff {id}`, rồi `bieumau layer accept {id}`"
                ),
                format!(
                    "see what changed: `bieumau layer diff {id}`, then `bieumau layer accept {id}`"
                ),
            );
            let span = at.get("version").span();
            sink.push(Diagnostic::warning(codes::LAYER_BEHIND, message).help(help).at(span));
        }
        written => {
            let written = written.map_or_else(|| "…".to_owned(), |then| then.to_string());
            let message = Text::both(
                format!("định nghĩa gốc không có phiên bản {written}; nay là phiên bản {now}"),
                format!("there is no version {written} of the base; it is version {now} now"),
            );
            let help =
                Text::both(format!("viết `version: {now}`"), format!("write `version: {now}`"));
            let span = at.get("version").span();
            sink.push(Diagnostic::error(codes::LAYER_BEHIND, message).help(help).at(span));
        }
    }
    Some(now)
}

/// Lays one layer over its base.
fn one(base: &mut Read, layer: &Draft<RawLayer>, locks: &mut Vec<Lock>, sink: &mut Sink<'_>) {
    // Places of the layer's tree are those of the joined document from here on.
    let tree = base.document.join(&layer.document);
    locks.extend(locks_of(base.document.root.get("layers").and_then(|node| node.get("locked"))));
    let mut laying = Laying { document: &mut base.document, locks, sink };
    for entry in entries(tree.get("reword")) {
        laying.reword(entry);
    }
    for item in items(tree.get("hide")) {
        laying.hide(item);
    }
    for item in items(tree.get("add")) {
        laying.add(item);
    }
    for entry in entries(tree.get("order")) {
        laying.order(entry);
    }
    locks.extend(locks_of(tree.get("lock")));
}

fn entries(node: Option<&Node>) -> &[Entry] {
    match node.map(|node| &node.content) {
        Some(Content::Object(entries)) => entries,
        _ => &[],
    }
}

fn items(node: Option<&Node>) -> &[Node] {
    match node.map(|node| &node.content) {
        Some(Content::List(items)) => items,
        _ => &[],
    }
}

fn locks_of(node: Option<&Node>) -> Vec<Lock> {
    let text = |node: &Node| node.text().unwrap_or_default().to_owned();
    let lock = |item: &Node| {
        let reason = item.get("reason")?;
        let reason = match (reason.get("vi"), reason.get("en")) {
            (Some(vi), Some(en)) => Text::both(text(vi), text(en)),
            _ => Text::One(text(reason)),
        };
        Some(Lock { at: text(item.get("at")?), reason })
    };
    items(node).iter().filter_map(lock).collect()
}

/// One layer on its way over its base.
struct Laying<'a, 'f> {
    document: &'a mut Document,
    locks: &'a [Lock],
    sink: &'a mut Sink<'f>,
}

impl Laying<'_, '_> {
    fn reword(&mut self, entry: &Entry) {
        let span = self.document.span(entry.key_start, entry.key_end);
        let Some(target) = self.target(Verb::Reword, &entry.key, &span) else { return };
        let are_words = match &target.content {
            Content::Scalar { .. } => true,
            Content::Object(entries) => {
                entries.iter().all(|entry| ["vi", "en"].contains(&&*entry.key))
            }
            Content::List(_) => false,
        };
        if are_words {
            *target = entry.value.clone();
            return;
        }
        let place = &entry.key;
        self.sink.error(
            codes::LAYER_PLACE,
            span,
            format!("`{place}` không phải là lời"),
            format!("`{place}` is not words"),
        );
    }

    fn hide(&mut self, item: &Node) {
        let place = item.text().unwrap_or_default();
        let span = self.document.span(item.start, item.end);
        if self.target(Verb::Hide, place, &span).is_none() {
            return;
        }
        let (parent, step) = place.rsplit_once('/').unwrap_or(("", place));
        let Some(parent) = below(&mut self.document.root, parent) else { return };
        let Some(at) = position(parent, step) else { return };
        match &mut parent.content {
            Content::Object(entries) => drop(entries.remove(at)),
            Content::List(items) => drop(items.remove(at)),
            Content::Scalar { .. } => {}
        }
    }

    fn add(&mut self, addition: &Node) {
        let Some(to) = addition.get("to") else { return };
        let span = self.document.span(to.start, to.end);
        let (place, item) = (to.text().unwrap_or_default(), addition.get("item").cloned());
        let text = |key: &str| addition.get(key).and_then(Node::text).map(str::to_owned);
        let (after, key) = (text("after"), addition.get("key"));
        let (Some(target), Some(item)) = (self.target(Verb::Add, place, &span), item) else {
            return;
        };
        let behind = match &after {
            None => steps(target).len(),
            Some(after) => match position(target, after) {
                Some(at) => at + 1,
                None => {
                    let known: Vec<String> =
                        steps(target).into_iter().map(|(name, _)| name).collect();
                    let span = addition
                        .get("after")
                        .map_or(span, |node| self.document.span(node.start, node.end));
                    let what = ("mục", "item");
                    let known = known.iter().map(String::as_str);
                    return self.sink.push(unknown(codes::LAYER_PLACE, span, what, after, known));
                }
            },
        };
        match (&mut target.content, key) {
            (Content::List(items), None) => items.insert(behind, item),
            (Content::Object(entries), Some(key)) => {
                let name = key.text().unwrap_or_default().to_owned();
                let (key_start, key_end) = (key.start, key.end);
                entries.insert(behind, Entry { key: name, key_start, key_end, value: item });
            }
            (Content::Scalar { .. }, _) => {}
            (_, key) => {
                let (vi, en) = match key {
                    Some(_) => ("là danh sách: bỏ `key`", "is a list: remove `key`"),
                    None => ("là đối tượng: thêm `key`", "is an object: add `key`"),
                };
                let (vi, en) = (format!("`{place}` {vi}"), format!("`{place}` {en}"));
                self.sink.error(codes::LAYER_PLACE, span, vi, en);
            }
        }
    }

    fn order(&mut self, entry: &Entry) {
        let span = self.document.span(entry.key_start, entry.key_end);
        let wanted: Vec<(String, Span)> = items(Some(&entry.value))
            .iter()
            .map(|item| {
                let span = self.document.span(item.start, item.end);
                (item.text().unwrap_or_default().to_owned(), span)
            })
            .collect();
        let Some(target) = self.target(Verb::Order, &entry.key, &span) else { return };
        let names: Vec<String> = steps(target).into_iter().map(|(name, _)| name).collect();
        let rank =
            |name: &String| wanted.iter().position(|(own, _)| own == name).unwrap_or(wanted.len());
        if let Content::List(items) = &mut target.content {
            let mut ranked: Vec<(usize, Node)> =
                names.iter().map(rank).zip(items.drain(..)).collect();
            ranked.sort_by_key(|(rank, _)| *rank);
            items.extend(ranked.into_iter().map(|(_, item)| item));
        }
        for (name, span) in wanted {
            if !names.contains(&name) {
                let known = names.iter().map(String::as_str);
                self.sink.push(unknown(codes::LAYER_PLACE, span, ("mục", "item"), &name, known));
            }
        }
    }

    /// Returns the place that a layer changes, when it is there and may be changed.
    fn target(&mut self, verb: Verb, place: &str, span: &Span) -> Option<&mut Node> {
        if let Err((step, known)) = walk(&self.document.root, place) {
            let what = ("chỗ", "place");
            let known = known.iter().map(String::as_str);
            self.sink.push(unknown(codes::LAYER_PLACE, span.clone(), what, &step, known));
            return None;
        }
        if let Some(finding) = self.refusal(verb, place) {
            self.sink.push(finding.at(span.clone()));
            return None;
        }
        below(&mut self.document.root, place)
    }

    /// Says why a place may not be changed, when it may not.
    fn refusal(&self, verb: Verb, place: &str) -> Option<Diagnostic> {
        let root = &self.document.root;
        let allowed = root.get("layers").and_then(|layers| layers.get(verb.key()));
        let allowed: Vec<&str> = items(allowed).iter().filter_map(Node::text).collect();
        let holds = |lock: &&Lock| {
            // Adding beside something that is locked, or moving it, leaves it as it is.
            let above = verb == Verb::Add || verb == Verb::Order;
            let below = lock.at.split('/').count() <= place.split('/').count();
            overlap(&lock.at, place) && (below || !above)
        };
        let lock = self.locks.iter().find(holds);
        if lock.is_none() && allowed.iter().any(|pattern| matches(pattern, place)) {
            return None;
        }
        let reason = lock.map(|lock| lock.reason.clone()).unwrap_or_else(|| {
            let id = root.get("id").and_then(Node::text).unwrap_or_default();
            let source = root.get("source").and_then(Node::text);
            let source = source.map_or_else(String::new, |source| format!(" ({source})"));
            Text::both(
                format!("`{id}` không cho phép{source}"),
                format!("`{id}` does not allow it{source}"),
            )
        });
        let (vi, en) = verb.words();
        let message = Text::both(
            format!("không được {vi} `{place}`: {}", reason.get(Locale::Vi)),
            format!("`{place}` may not be {en}: {}", reason.get(Locale::En)),
        );
        let list: Vec<String> = allowed.iter().map(|pattern| format!("`{pattern}`")).collect();
        let help = if lock.is_some() {
            Text::both("bỏ dòng này", "remove this line")
        } else if list.is_empty() {
            Text::both(
                "định nghĩa gốc không mở chỗ nào cho việc này",
                "the base opens no place for this",
            )
        } else {
            let list = list.join(", ");
            Text::both(format!("những chỗ được phép: {list}"), format!("open places: {list}"))
        };
        Some(Diagnostic::error(codes::LAYER_REFUSED, message).help(help))
    }
}

impl Verb {
    fn key(self) -> &'static str {
        match self {
            Self::Reword => "reword",
            Self::Add => "add",
            Self::Hide => "hide",
            Self::Order => "order",
        }
    }

    /// What is done, in words: 'không được …', 'may not be …'.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Reword => ("đổi lời", "reworded"),
            Self::Add => ("thêm vào", "added to"),
            Self::Hide => ("bỏ", "left out"),
            Self::Order => ("xếp lại", "put into another order"),
        }
    }
}

/// Follows a place; the step that leads nowhere, and those that would.
fn walk(root: &Node, place: &str) -> Result<(), (String, Vec<String>)> {
    let mut node = root;
    let mut so_far = String::new();
    for step in place.split('/') {
        let known = steps(node);
        let path = if so_far.is_empty() { step.to_owned() } else { format!("{so_far}/{step}") };
        let Some((_, next)) = known.iter().find(|(name, _)| name == step) else {
            let join = |name: &String| {
                if so_far.is_empty() { name.clone() } else { format!("{so_far}/{name}") }
            };
            return Err((path, known.iter().map(|(name, _)| join(name)).collect()));
        };
        node = next;
        so_far = path;
    }
    Ok(())
}

fn position(node: &Node, step: &str) -> Option<usize> {
    steps(node).iter().position(|(name, _)| name == step)
}

/// Returns the node at `place`; the root at the empty place.
fn below<'n>(root: &'n mut Node, place: &str) -> Option<&'n mut Node> {
    let mut node = root;
    for step in place.split('/').filter(|step| !step.is_empty()) {
        let at = position(node, step)?;
        node = match &mut node.content {
            Content::Object(entries) => &mut entries.get_mut(at)?.value,
            Content::List(items) => items.get_mut(at)?,
            Content::Scalar { .. } => return None,
        };
    }
    Some(node)
}

/// Returns the tree of the file `path` with its layers, for checks that look at it again.
pub(super) fn document(source: &super::SourceTree, path: &str) -> Option<Document> {
    let mut unheard = Diagnostics::default();
    let mut read: Vec<Read> = source
        .iter()
        .filter(|(own, _)| &***own == path || own.ends_with(crate::layer::END))
        .filter_map(|(path, text)| {
            let place = super::place::of(path).ok()??;
            let document = super::read(path, text, &mut unheard)?;
            Some(Read { place, path: path.clone(), document })
        })
        .collect();
    lay(&mut read, &mut unheard);
    read.into_iter().map(|file| file.document).next()
}
