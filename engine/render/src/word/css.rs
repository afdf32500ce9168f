//! The rules of a page's own style sheets, as far as a printed page follows them.
//!
//! What is only for screens and other media (`@media`, `@page`, `@font-face`) is left out.

use crate::word::dom::{Element, Place};

/// The rules of a page in the order in which they win.
#[derive(Debug, Default)]
pub(super) struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    selector: Selector,
    part: Part,
    weight: (usize, usize),
    declarations: Vec<(String, String)>,
}

/// Which elements a rule is about: `.letterhead > div .ruled`.
#[derive(Debug)]
struct Selector {
    last: Compound,
    /// What must stand around, from the inside out.
    around: Vec<(Around, Compound)>,
}

/// A name and classes of one element; `*` has neither.
#[derive(Debug, Default)]
struct Compound {
    name: Option<String>,
    classes: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Around {
    /// Directly.
    Parent,
    /// At any distance.
    Ancestor,
}

/// Whether a rule is about an element or what stands behind its contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The element itself.
    Whole,
    /// `::after`.
    After,
}

impl Rules {
    /// Reads the `<style>` elements of a page.
    pub(super) fn of(page: &Element) -> Self {
        let mut rules = Self::default();
        for style in Place::root(page).find(&|element| element.name == "style") {
            rules.read(&style.element.text());
        }
        rules.0.sort_by_key(|rule| rule.weight);
        rules
    }

    fn read(&mut self, text: &str) {
        let text = without_comments(text);
        let mut rest = text.as_str();
        while let Some(open) = rest.find('{') {
            let head = rest[..open].trim();
            let close = end_of_block(&rest[open..]).map_or(rest.len(), |end| open + end);
            let block = rest.get(open + 1..close.saturating_sub(1)).unwrap_or_default();
            if !head.starts_with('@') {
                self.add(head, block);
            }
            rest = &rest[close..];
        }
    }

    fn add(&mut self, head: &str, block: &str) {
        let declarations = declarations(block);
        for one in top_level_split(head, ',') {
            let (one, part) = match one.trim().split_once("::after") {
                Some((element, _)) => (element.trim().to_owned(), Part::After),
                None => (one.trim().to_owned(), Part::Whole),
            };
            // A selector that is only for browsers is none of ours.
            if let Some(selector) = Selector::read(&one) {
                let weight = (weight(&one), self.0.len());
                self.0.push(Rule { selector, part, weight, declarations: declarations.clone() });
            }
        }
    }

    /// Returns the declarations for an element, later ones winning; with its own `style`.
    pub(super) fn for_element(&self, place: &Place<'_>, part: Part) -> Vec<(String, String)> {
        let own = place.element.attribute("style").filter(|_| part == Part::Whole);
        self.0
            .iter()
            .filter(|rule| rule.part == part && rule.selector.matches(place))
            .flat_map(|rule| rule.declarations.iter().cloned())
            .chain(own.map(declarations).unwrap_or_default())
            .collect()
    }
}

impl Selector {
    /// Reads names, classes, and the two ways of standing inside; `None` for anything else.
    fn read(text: &str) -> Option<Self> {
        let text = text.replace('>', " > ");
        let mut way = Around::Ancestor;
        let mut chain: Vec<(Around, Compound)> = Vec::new();
        for word in text.split_whitespace() {
            if word == ">" {
                way = Around::Parent;
                continue;
            }
            chain.push((way, Compound::read(word)?));
            way = Around::Ancestor;
        }
        // How the last one stands inside the one before it belongs to the one before.
        let mut around = Vec::new();
        let (mut way, last) = chain.pop()?;
        while let Some((next, compound)) = chain.pop() {
            around.push((way, compound));
            way = next;
        }
        Some(Self { last, around })
    }

    fn matches(&self, place: &Place<'_>) -> bool {
        self.last.matches(place.element) && around(&self.around, place.above())
    }
}

/// Whether `above` (the outermost first) has what must stand around.
fn around(wanted: &[(Around, Compound)], above: &[&Element]) -> bool {
    let Some(((way, compound), further)) = wanted.split_first() else { return true };
    let Some((nearest, outer)) = above.split_last() else { return false };
    if compound.matches(nearest) && around(further, outer) {
        return true;
    }
    *way == Around::Ancestor && around(wanted, outer)
}

impl Compound {
    fn read(word: &str) -> Option<Self> {
        let plain = |text: &str| {
            text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter))
        };
        let mut parts = word.split('.');
        let name = parts.next().filter(|name| !name.is_empty() && *name != "*");
        let classes: Vec<String> = parts.map(str::to_owned).collect();
        let fits = name.is_none_or(plain) && classes.iter().all(|class| plain(class));
        fits.then(|| Self { name: name.map(str::to_owned), classes })
    }

    fn matches(&self, element: &Element) -> bool {
        self.name.as_ref().is_none_or(|name| *name == element.name)
            && self.classes.iter().all(|class| element.has_class(class))
    }
}

fn declarations(block: &str) -> Vec<(String, String)> {
    top_level_split(block, ';')
        .into_iter()
        .filter_map(|one| {
            let (name, value) = one.split_once(':')?;
            Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        })
        .collect()
}

/// Splits at `separator` outside brackets.
fn top_level_split(text: &str, separator: char) -> Vec<&str> {
    let mut depth = 0_i32;
    text.split(|letter: char| {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        letter == separator && depth == 0
    })
    .filter(|part| !part.trim().is_empty())
    .collect()
}

/// Returns where the block that `text` begins with ends, nested blocks included.
fn end_of_block(text: &str) -> Option<usize> {
    let mut depth = 0_i32;
    text.char_indices().find_map(|(at, letter)| {
        depth += match letter {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        (depth == 0).then_some(at + 1)
    })
}

fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = behind.split_once("*/").map_or("", |(_, behind)| behind);
    }
    kept.push_str(rest);
    kept
}

/// Counts what makes a selector win: ids, then classes and the like, then names of elements.
fn weight(selector: &str) -> usize {
    let count = |letters: &[char]| selector.matches(letters).count();
    let names = selector
        .split(|letter: char| letter.is_whitespace() || ['>', '+', '~'].contains(&letter))
        .filter(|part| part.starts_with(|letter: char| letter.is_ascii_alphabetic()))
        .count();
    count(&['#']) * 10_000 + count(&['.', '[', ':']) * 100 + names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(style: &str, body: &str, expected: &[(&str, &str)]) {
        let page = Element::page(&format!("<style>{style}</style><main>{body}</main>"));
        let rules = Rules::of(&page);
        let main = Place::root(&page).find(&|element| element.name == "main").remove(0);
        let place = main.find(&|element| element.attribute("id") == Some("it")).remove(0);
        let found = rules.for_element(&place, Part::Whole);
        let found: Vec<_> = found.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_rule_with_more_classes_comes_last_and_the_element_itself_at_the_end() {
        check(
            "p.a.b { margin: 3pt } p { margin: 1pt } .a { margin: 2pt }",
            "<p id='it' class='a b' style='margin: 4pt'>x</p>",
            &[("margin", "1pt"), ("margin", "2pt"), ("margin", "3pt"), ("margin", "4pt")],
        );
    }

    #[test]
    fn rules_for_screens_comments_and_what_stands_behind_are_left_out() {
        check(
            "/* p { color: red } */ @media print { p { margin: 0 } } p::after { content: '' } \
             p { text-align: center }",
            "<p id='it'>x</p>",
            &[("text-align", "center")],
        );
    }

    #[test]
    fn each_selector_of_a_list_counts_alone_and_unknown_ones_not_at_all() {
        check(
            "h1, p { font-weight: bold } p:nth-child(2), p[x] { color: red }",
            "<p id='it'>x</p>",
            &[("font-weight", "bold")],
        );
    }

    #[test]
    fn what_stands_around_is_looked_for_at_its_distance() {
        let body = "<div class='a'><section><p><b id='it'>x</b></p></section></div>";
        check(".a b { margin: 1pt }", body, &[("margin", "1pt")]);
        check(".a > b { margin: 1pt }", body, &[]);
        check(".a section > p > b { margin: 1pt }", body, &[("margin", "1pt")]);
        check("div.b b { margin: 1pt }", body, &[]);
    }
}
