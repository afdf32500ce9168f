//! Everything that definitions may refer to, also what has mistakes of its own.

use indexmap::IndexMap;

use super::words::{self, unknown};
use super::{Drafts, Sink, SourceTree};
use crate::codes;
use crate::definition::{CodeList, Form, Manifest, RuleDeclaration};
use crate::schema::Kind;
use crate::yaml::At;

/// The definitions of all files, by id.
pub(super) struct World<'a> {
    pub(super) source: &'a SourceTree,
    pub(super) forms: IndexMap<&'a str, &'a Form>,
    reports: Vec<&'a str>,
    pub(super) code_lists: IndexMap<&'a str, &'a CodeList>,
    pub(super) plugins: IndexMap<&'a str, &'a Manifest>,
    drafts: &'a Drafts,
}

impl<'a> World<'a> {
    pub(super) fn new(source: &'a SourceTree, drafts: &'a Drafts) -> Self {
        let forms = drafts.forms.values().map(|draft| &draft.definition);
        let lists = drafts.code_lists.values().map(|draft| &draft.definition);
        let plugins = drafts.plugins.values().map(|draft| &draft.definition);
        Self {
            source,
            forms: forms.map(|form| (form.id.as_str(), form)).collect(),
            reports: drafts.reports.values().map(|draft| draft.definition.id.as_str()).collect(),
            code_lists: lists.map(|list| (list.id.as_str(), list)).collect(),
            plugins: plugins.map(|plugin| (plugin.id.as_str(), plugin)).collect(),
            drafts,
        }
    }

    /// Returns the form `id`, and reports when there is none; nothing when it could not be read.
    pub(super) fn form(&self, id: &str, at: At<'_>, sink: &mut Sink<'_>) -> Option<&'a Form> {
        let found = self.forms.get(id).copied();
        if found.is_none() && !self.is_unread(Kind::Form, id) {
            let known = self.forms.keys().copied();
            sink.push(unknown(codes::UNKNOWN_FORM, at.span(), words::FORM, id, known));
        }
        found
    }

    /// Reports when neither a report nor a form is named `id`; a plugin that is looked at alone, with
    /// no report beside it, is believed.
    pub(super) fn report_or_form(&self, id: &str, at: At<'_>, sink: &mut Sink<'_>) {
        let is_known = self.forms.contains_key(id) || self.reports.contains(&id);
        let is_unread = self.is_unread(Kind::Form, id) || self.is_unread(Kind::Report, id);
        if !is_known && !is_unread && !self.reports.is_empty() {
            let known = self.reports.iter().chain(self.forms.keys()).copied();
            sink.push(unknown(codes::UNKNOWN_FORM, at.span(), words::DOCUMENT, id, known));
        }
    }

    /// Returns the code list `id`, and reports when there is none.
    pub(super) fn code_list(
        &self,
        id: &str,
        at: At<'_>,
        sink: &mut Sink<'_>,
    ) -> Option<&'a CodeList> {
        let found = self.code_lists.get(id).copied();
        if found.is_none() && !self.is_unread(Kind::CodeList, id) {
            let known = self.code_lists.keys().copied();
            sink.push(unknown(codes::UNKNOWN_CODE_LIST, at.span(), words::CODE_LIST, id, known));
        }
        found
    }

    /// Reports when the code list `list` exists and has no such code.
    pub(super) fn code(&self, list: &str, code: &str, at: At<'_>, sink: &mut Sink<'_>) {
        let Some(list) = self.code_lists.get(list) else { return };
        if code.is_empty() || list.any(code).is_some() {
            return;
        }
        let known = list.codes.iter().map(|entry| entry.code.as_str());
        let id = &list.id;
        let what = (format!("mã trong danh mục `{id}`:"), format!("code in the list `{id}`:"));
        sink.push(unknown(codes::UNKNOWN_CODE, at.span(), (&what.0, &what.1), code, known));
    }

    /// Returns the declarations of `rule`: of `plugin`, or of every plugin that has the rule.
    pub(super) fn rules(&self, rule: &str, plugin: Option<&str>) -> Vec<&'a RuleDeclaration> {
        self.plugins
            .values()
            .filter(|manifest| plugin.is_none_or(|plugin| plugin == manifest.id))
            .flat_map(|manifest| &manifest.rules)
            .filter(|declaration| declaration.id == rule)
            .collect()
    }

    /// Returns whether there is a file for `id`, but one that could not be read.
    ///
    /// Nothing is said about a reference to it: the file has findings of its own.
    pub(super) fn is_unread(&self, kind: Kind, id: &str) -> bool {
        id.is_empty() || self.drafts.unread.contains(&(kind, id.to_owned()))
    }

    /// Returns whether some file of the kind could not be read.
    pub(super) fn has_unread(&self, kind: Kind) -> bool {
        self.drafts.unread.iter().any(|(unread, _)| *unread == kind)
    }
}
