//! A page as a tree of elements: what the templates write, read by a tokenizer of HTML.

use std::convert::Infallible;

use html5gum::{DefaultEmitter, Token, Tokenizer};

/// Elements that hold nothing and are not closed.
const VOID: [&str; 8] = ["br", "col", "hr", "img", "input", "link", "meta", "wbr"];

/// One element of a page.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    classes: Vec<String>,
    pub(super) children: Vec<Node>,
}

/// What stands inside an element.
#[derive(Debug)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

/// An element with those around it, the outermost first.
#[derive(Debug, Clone)]
pub(super) struct Place<'h> {
    above: Vec<&'h Element>,
    pub(super) element: &'h Element,
}

impl Element {
    /// Reads a page. An element that is not closed ends where its parent ends.
    pub(super) fn page(html: &str) -> Self {
        let mut emitter = DefaultEmitter::default();
        // What stands in `<style>` and `<title>` is text.
        emitter.naively_switch_states(true);
        let mut open = vec![Self::default()];
        for token in Tokenizer::new_with_emitter(html, emitter) {
            let Ok::<_, Infallible>(token) = token;
            match token {
                Token::StartTag(tag) => {
                    let element = Self::new(&text(&tag.name), &tag.attributes);
                    if tag.self_closing || VOID.contains(&element.name.as_str()) {
                        push(&mut open, Node::Element(element));
                    } else {
                        open.push(element);
                    }
                }
                Token::EndTag(tag) => close(&mut open, &text(&tag.name)),
                Token::String(string) => push(&mut open, Node::Text(text(&string))),
                _ => {}
            }
        }
        while open.len() > 1 {
            close_last(&mut open);
        }
        open.pop().unwrap_or_default()
    }

    fn new<V: std::ops::Deref<Target = html5gum::HtmlString>>(
        name: &str,
        attributes: &std::collections::BTreeMap<html5gum::HtmlString, V>,
    ) -> Self {
        let attributes: Vec<(String, String)> =
            attributes.iter().map(|(name, value)| (text(name), text(value))).collect();
        let classes = attributes
            .iter()
            .filter(|(name, _)| name == "class")
            .flat_map(|(_, value)| value.split_whitespace().map(str::to_owned))
            .collect();
        Self { name: name.to_owned(), attributes, classes, children: Vec::new() }
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn has_class(&self, class: &str) -> bool {
        self.classes.iter().any(|own| own == class)
    }

    pub(super) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// Returns all the text inside.
    pub(super) fn text(&self) -> String {
        self.children
            .iter()
            .map(|child| match child {
                Node::Element(element) => element.text(),
                Node::Text(text) => text.clone(),
            })
            .collect()
    }
}

impl<'h> Place<'h> {
    pub(super) fn root(element: &'h Element) -> Self {
        Self { above: Vec::new(), element }
    }

    /// Returns the place of `child` of this element.
    pub(super) fn child(&self, child: &'h Element) -> Self {
        let mut above = self.above.clone();
        above.push(self.element);
        Self { above, element: child }
    }

    pub(super) fn children(&self) -> impl Iterator<Item = Self> + '_ {
        self.element.elements().map(|child| self.child(child))
    }

    /// Returns the elements around this one, the outermost first.
    pub(super) fn above(&self) -> &[&'h Element] {
        &self.above
    }

    /// Returns the elements inside, at any depth, for which `wanted` holds, in order.
    pub(super) fn find(&self, wanted: &dyn Fn(&Element) -> bool) -> Vec<Self> {
        self.children()
            .flat_map(|child| match wanted(child.element) {
                true => vec![child],
                false => child.find(wanted),
            })
            .collect()
    }
}

fn text(string: &html5gum::HtmlString) -> String {
    String::from_utf8_lossy(string).into_owned()
}

fn push(open: &mut [Element], node: Node) {
    if let Some(last) = open.last_mut() {
        last.children.push(node);
    }
}

/// Closes the innermost element of this name with what is open in it; without one, nothing.
fn close(open: &mut Vec<Element>, name: &str) {
    if let Some(at) = open.iter().rposition(|element| element.name == name) {
        while open.len() > at.max(1) {
            close_last(open);
        }
    }
}

fn close_last(open: &mut Vec<Element>) {
    if let Some(last) = open.pop() {
        push(open, Node::Element(last));
    }
}
