//! The order in which the tables of forms are made, and circles among references.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use indexmap::IndexMap;

use super::Draft;
use crate::codes;
use crate::definition::{FieldType, Form};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::text::Text;

/// Reports every circle of references between forms once; a form may refer to itself.
pub(super) fn cycles(drafts: &BTreeMap<Arc<str>, Draft<Form>>, findings: &mut Diagnostics) {
    let drafts: HashMap<&str, &Draft<Form>> =
        drafts.values().map(|draft| (draft.definition.id.as_str(), draft)).collect();
    let mut ids: Vec<&str> = drafts.keys().copied().collect();
    ids.sort_unstable();
    let mut walk = Walk { drafts: &drafts, states: HashMap::new(), path: Vec::new(), findings };
    for id in ids {
        walk.visit(id);
    }
}

/// Puts a referred form before those that refer to it, and keeps the order otherwise.
///
/// There are no circles left.
pub(super) fn referred_first(forms: IndexMap<String, Form>) -> IndexMap<String, Form> {
    fn visit(id: &str, forms: &IndexMap<String, Form>, order: &mut IndexMap<String, ()>) {
        if order.contains_key(id) {
            return;
        }
        let Some(form) = forms.get(id) else { return };
        for (_, _, to) in references(form).filter(|(_, _, to)| *to != id) {
            visit(to, forms, order);
        }
        order.insert(id.to_owned(), ());
    }
    let mut order = IndexMap::new();
    for id in forms.keys() {
        visit(id, &forms, &mut order);
    }
    let mut forms = forms;
    order.into_keys().filter_map(|id| forms.swap_remove_entry(&id)).collect()
}

/// Walks over section, field and form of every reference.
fn references(form: &Form) -> impl Iterator<Item = (usize, usize, &str)> {
    form.sections.iter().enumerate().flat_map(|(section, content)| {
        content.fields.iter().enumerate().filter_map(move |(field, content)| match &content.kind {
            FieldType::Reference { to } => Some((section, field, to.as_str())),
            _ => None,
        })
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Done,
}

struct Walk<'a> {
    drafts: &'a HashMap<&'a str, &'a Draft<Form>>,
    states: HashMap<&'a str, State>,
    path: Vec<&'a str>,
    findings: &'a mut Diagnostics,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, id: &'a str) {
        let Some(draft) = self.drafts.get(id).copied() else { return };
        if self.states.contains_key(id) {
            return;
        }
        self.states.insert(id, State::Open);
        self.path.push(id);
        for (section, field, to) in references(&draft.definition).filter(|(_, _, to)| *to != id) {
            if self.states.get(to) == Some(&State::Open) {
                self.report(draft, section, field, to);
            } else {
                self.visit(to);
            }
        }
        self.path.pop();
        self.states.insert(id, State::Done);
    }

    fn report(&mut self, draft: &Draft<Form>, section: usize, field: usize, to: &str) {
        let begin = self.path.iter().position(|id| *id == to).unwrap_or_default();
        let circle: Vec<String> =
            self.path[begin..].iter().copied().chain([to]).map(|id| format!("`{id}`")).collect();
        let circle = circle.join(" → ");
        let message = Text::both(
            format!("các biểu mẫu tham chiếu vòng tròn: {circle}"),
            format!("forms refer to each other in a circle: {circle}"),
        );
        let help = Text::both(
            "bỏ một tham chiếu, hoặc lưu mã bằng trường kiểu `text`",
            "remove one reference, or keep the id in a field of type `text`",
        );
        let at = draft.at().get("sections").item(section).get("fields").item(field).get("to");
        self.findings
            .push(Diagnostic::error(codes::REFERENCE_CYCLE, message).help(help).at(at.span()));
    }
}
