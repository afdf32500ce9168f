//! Layers: what a province or a school changes in a definition that it did not write, and what a
//! new version of that definition means for them.
//!
//! A place is a path of steps, `sections/main/fields`: keys of objects; ids, columns or names of
//! items. Laying a layer over its base is the job of `check`.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::text::Text;
use crate::yaml::{self, Content, Node};

/// How the files end that hold what a layer was written for: the whole base of that time.
pub const BASE_END: &str = ".layer.base.yaml";

/// How the files of layers end.
pub const END: &str = ".layer.yaml";

/// Who changes a definition; layers of a province are laid first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// A provincial office.
    Province,
    /// A school.
    School,
}

/// A layer that was laid over its base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Layer {
    /// Id.
    pub id: String,
    /// Why there is this layer.
    pub title: Text,
    /// Who changes.
    pub owner: Owner,
    /// File of the layer, inside the site.
    pub file: Arc<str>,
    /// Kind of the base: `form`, `report` or `code_list`.
    pub kind: &'static str,
    /// Id of the base.
    pub base: String,
    /// File of the base.
    pub base_file: Arc<str>,
    /// Version of the base for which it was written; a code list has none.
    pub written_for: Option<u32>,
    /// Version of the base now.
    pub version: Option<u32>,
}

impl Layer {
    /// Returns whether the base has changed its version since the layer was written.
    pub fn is_behind(&self) -> bool {
        self.written_for < self.version
    }

    /// Returns the file that keeps the base for which the layer was written.
    pub fn kept_base(&self) -> String {
        format!("{}{BASE_END}", self.file.strip_suffix(END).unwrap_or(&self.file))
    }
}

/// One place at which two versions of a base differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// The place.
    pub place: String,
    /// What stood there when the layer was written; nothing when the place is new.
    pub then: Option<String>,
    /// What stands there now; nothing when the place is gone.
    pub now: Option<String>,
    /// What the layer makes of the place, when it touches it.
    pub ours: Option<Ours>,
}

/// What a layer makes of a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ours {
    /// Other words.
    Reworded(String),
    /// Nothing: it is left out.
    Hidden,
    /// Something is added there.
    Added,
    /// The order of the list is another.
    Reordered,
}

/// Compares the base of a layer as it was with the base as it is, three ways: each place that
/// differs, with what the layer makes of it. The version itself is left out.
///
/// Text that is no YAML gives no places.
pub fn compare(then: &str, now: &str, layer: &str) -> Vec<Changed> {
    let (then, now) = (values(then), values(now));
    let layer = read(layer);
    let mut places: Vec<&String> = then.keys().chain(now.keys()).collect();
    places.sort_unstable();
    places.dedup();
    places
        .into_iter()
        .filter(|place| then.get(*place) != now.get(*place) && *place != "version")
        .map(|place| Changed {
            place: place.clone(),
            then: then.get(place).cloned(),
            now: now.get(place).cloned(),
            ours: layer.as_ref().and_then(|layer| ours(layer, place)),
        })
        .collect()
}

/// Returns the text of a layer as written for `version` of its base; nothing when it names none.
pub fn with_version(layer: &str, version: u32) -> Option<String> {
    let root = read(layer)?;
    let written = root.get("of")?.get("version")?;
    let (before, after) = (layer.get(..written.start)?, layer.get(written.end..)?);
    Some(format!("{before}{version}{after}"))
}

fn read(text: &str) -> Option<Node> {
    let (document, _) = yaml::read(&Arc::from(""), &Arc::from(text));
    document.map(|document| document.root)
}

/// Returns the text of every scalar, by its place.
fn values(text: &str) -> BTreeMap<String, String> {
    fn walk(node: &Node, place: &str, found: &mut BTreeMap<String, String>) {
        if let Content::Scalar { text, .. } = &node.content {
            found.insert(place.to_owned(), text.clone());
        }
        for (name, below) in steps(node) {
            walk(below, &join(place, &name), found);
        }
    }
    let mut found = BTreeMap::new();
    if let Some(root) = read(text) {
        walk(&root, "", &mut found);
    }
    found
}

fn join(place: &str, step: &str) -> String {
    if place.is_empty() { step.to_owned() } else { format!("{place}/{step}") }
}

fn ours(layer: &Node, place: &str) -> Option<Ours> {
    let entries = |key: &str| match layer.get(key).map(|node| &node.content) {
        Some(Content::Object(entries)) => entries.as_slice(),
        _ => &[],
    };
    let items = |key: &str| match layer.get(key).map(|node| &node.content) {
        Some(Content::List(items)) => items.as_slice(),
        _ => &[],
    };
    let covers = |written: &str| overlap(written, place);
    if let Some(entry) = entries("reword").iter().find(|entry| covers(&entry.key)) {
        let words = entry.value.get("vi").unwrap_or(&entry.value);
        return Some(Ours::Reworded(words.text().unwrap_or_default().to_owned()));
    }
    if items("hide").iter().any(|item| item.text().is_some_and(covers)) {
        return Some(Ours::Hidden);
    }
    let adds = |item: &Node| item.get("to").and_then(Node::text).is_some_and(covers);
    if items("add").iter().any(adds) {
        return Some(Ours::Added);
    }
    // Items that come or go touch a new order, other words of an item do not.
    let list = place
        .rsplit_once('/')
        .filter(|(_, key)| NAMES.contains(key))
        .and_then(|(item, _)| item.rsplit_once('/'))
        .map(|(list, _)| list);
    entries("order").iter().any(|entry| Some(&*entry.key) == list).then_some(Ours::Reordered)
}

/// Returns whether one of two places lies in the other; `*` is any step.
pub(crate) fn overlap(pattern: &str, place: &str) -> bool {
    pattern.split('/').zip(place.split('/')).all(|(a, b)| a == "*" || a == b)
}

/// Returns whether `place` is one of those that `pattern` stands for.
pub(crate) fn matches(pattern: &str, place: &str) -> bool {
    pattern.split('/').count() == place.split('/').count() && overlap(pattern, place)
}

/// Returns what lies directly below a node, with the step that leads there.
pub(crate) fn steps(node: &Node) -> Vec<(String, &Node)> {
    match &node.content {
        Content::Scalar { .. } => Vec::new(),
        Content::Object(entries) => {
            entries.iter().map(|entry| (entry.key.clone(), &entry.value)).collect()
        }
        Content::List(items) => {
            let name =
                |(at, item)| (item_name(item).map_or_else(|| format!("{at}"), str::to_owned), item);
            items.iter().enumerate().map(name).collect()
        }
    }
}

/// The keys by which items of lists are called, the first one that is there.
const NAMES: [&str; 4] = ["id", "column", "name", "code"];

/// Returns the name by which an item of a list is called.
fn item_name(item: &Node) -> Option<&str> {
    let named = NAMES.iter().find_map(|key| item.get(key)?.text());
    named.or_else(|| item.text())
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEN: &str =
        "version: 1\ntitle: List\nfields:\n- {id: a, title: A}\n- {id: b, title: B}\n";
    const NOW: &str =
        "version: 2\ntitle: List\nfields:\n- {id: b, title: BB}\n- {id: c, title: C}\n";

    fn compared(layer: &str) -> Vec<String> {
        let line = |changed: Changed| {
            let text = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
            let ours = changed.ours.map_or_else(String::new, |ours| format!(" | {ours:?}"));
            format!("{}: {} > {}{ours}", changed.place, text(changed.then), text(changed.now))
        };
        compare(THEN, NOW, layer).into_iter().map(line).collect()
    }

    #[test]
    fn each_difference_of_the_base_is_told_with_what_the_layer_makes_of_it() {
        let layer = "reword: {fields/b/title: Bê}\nhide: [fields/a]\n";
        assert_eq!(
            compared(layer),
            [
                "fields/a/id: a > - | Hidden",
                "fields/a/title: A > - | Hidden",
                "fields/b/title: B > BB | Reworded(\"Bê\")",
                "fields/c/id: - > c",
                "fields/c/title: - > C",
            ]
        );
    }

    #[test]
    fn the_order_of_items_is_no_difference() {
        let other = "version: 2\ntitle: List\nfields:\n- {id: b, title: B}\n- {id: a, title: A}\n";
        assert!(compare(THEN, other, "").is_empty());
    }

    #[test]
    fn accepting_a_version_changes_nothing_else() {
        let layer = "id: a # mine\nof: {report: list, version: 1}\nhide: [x]\n";
        let accepted = "id: a # mine\nof: {report: list, version: 2}\nhide: [x]\n";
        assert_eq!(with_version(layer, 2).as_deref(), Some(accepted));
        assert_eq!(with_version("of: {code_list: gender}", 2), None);
    }

    #[test]
    fn patterns_match_step_by_step() {
        assert!(matches("fields/*/title", "fields/a/title"));
        assert!(!matches("fields/*", "fields/a/title"));
        assert!(overlap("fields/*", "fields/a/title"));
        assert!(overlap("fields/a/title", "fields/a"));
        assert!(!overlap("fields/a", "fields/b"));
    }
}
