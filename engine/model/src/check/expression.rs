//! Checks conditions written in CEL: grammar, names of fields and functions, types, compared codes.
//!
//! What passes is compiled by [`crate::expression`], and evaluated from that and nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};

use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, LiteralValue, SourceInfo};
use cel::parser::{ParseErrors, Parser};

use super::Sink;
use super::words::{self, unknown};
use super::world::World;
use crate::codes;
use crate::definition::{FieldType, Form, Source};
use crate::diagnostic::{Diagnostic, Span};
use crate::expression::{self, CHOICE, Expression, FUNCTIONS, Mistake, Names, TODAY, Type};
use crate::table::ColumnType;
use crate::text::Text;

/// Greatest length of a condition, in bytes.
const MAX_LENGTH: usize = 2_000;

/// The fields of a form with their types, as expressions see them.
pub(super) type Fields = [(String, ColumnType)];

/// Whether an expression may speak of a `choice`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choices {
    Seen,
    Unseen,
}

/// Checks the grammar of `source`, that it names fields and known functions only and puts fitting
/// types together, and that its result fits `wanted`; compiles it.
pub(super) fn compiled(
    source: &Source,
    fields: &Fields,
    choices: Choices,
    wanted: &Type,
    sink: &mut Sink<'_>,
) -> Expression {
    let Some(parsed) = parse(source, Some(sink)) else { return Expression::broken() };
    let mut walk = Walk { source, info: &parsed.info, bound: Vec::new(), found: false, choices };
    walk.names(&parsed.expression, fields, sink);
    if walk.found {
        return Expression::broken();
    }
    let field =
        |name: &str| fields.iter().find(|(own, _)| own == name).map(|(_, kind)| Type::from(*kind));
    let names = Names { field: &field, choice: choices == Choices::Seen };
    let expression = match expression::compile(&parsed.expression, &names) {
        Ok(expression) => expression,
        Err(Mistake { id, message, help }) => {
            let finding = Diagnostic::error(codes::EXPRESSION_TYPE, message).maybe_help(help);
            sink.push(finding.at(walk.span(id)));
            return Expression::broken();
        }
    };
    if !expression.kind().fits(wanted) {
        let (found, wanted) = (expression.kind().words(), wanted.words());
        sink.error(
            codes::EXPRESSION_TYPE,
            source.span.clone(),
            format!("biểu thức cho {}, cần {}", found.0, wanted.0),
            format!("the expression gives {}, but {} is needed", found.1, wanted.1),
        );
    }
    expression
}

/// Checks that fields with a code list are compared with codes of that list only.
pub(super) fn codes(source: &Source, form: &Form, world: &World<'_>, sink: &mut Sink<'_>) {
    let Some(parsed) = parse(source, None) else { return };
    let walk = Walk {
        source,
        info: &parsed.info,
        bound: Vec::new(),
        found: false,
        choices: Choices::Seen,
    };
    walk.codes(&parsed.expression, form, world, sink);
}

struct Parsed {
    expression: IdedExpr,
    info: SourceInfo,
}

/// Parses `source`; with a `sink`, reports mistakes of grammar.
fn parse(source: &Source, sink: Option<&mut Sink<'_>>) -> Option<Parsed> {
    if source.text.len() > MAX_LENGTH {
        if let Some(sink) = sink {
            sink.error(
                codes::EXPRESSION_SYNTAX,
                source.span.clone(),
                format!("biểu thức dài quá {MAX_LENGTH} byte"),
                format!("the expression is longer than {MAX_LENGTH} bytes"),
            );
        }
        return None;
    }
    // The grammar is generated code that indexes into tokens; a definition must not end the check.
    let parse = || Parser::default().parse_with_source_info(&source.text);
    match catch_unwind(AssertUnwindSafe(parse)) {
        Ok(Ok((expression, info))) => Some(Parsed { expression, info }),
        Ok(Err(errors)) => {
            if let Some(sink) = sink {
                syntax(source, &errors, sink);
            }
            None
        }
        Err(_) => {
            if let Some(sink) = sink {
                syntax(source, &ParseErrors { errors: Vec::new() }, sink);
            }
            None
        }
    }
}

/// Reports the first mistake: the others mostly follow from it.
fn syntax(source: &Source, errors: &ParseErrors, sink: &mut Sink<'_>) {
    let first = errors.errors.first();
    let (line, column) = first.map_or((0, 0), |error| error.pos);
    let line_at: usize = source
        .text
        .split_inclusive('\n')
        .take(usize::try_from(line - 1).unwrap_or_default())
        .map(str::len)
        .sum();
    let rest = &source.text[line_at.min(source.text.len())..];
    let column = usize::try_from(column - 1).unwrap_or_default();
    let column_at = rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at);
    let at = line_at + column_at;
    let rest: String = source.text[at..].trim_start().chars().take(20).collect();
    let message = if rest.is_empty() {
        Text::both("biểu thức dừng giữa chừng", "the expression ends too early")
    } else {
        Text::both(
            format!("biểu thức sai cú pháp ở `{rest}`"),
            format!("the expression is not well-formed at `{rest}`"),
        )
    };
    let help = if rest.starts_with("= ") {
        Text::both("so sánh bằng viết là `==`", "equality is written `==`")
    } else {
        Text::both(
            "ví dụ đúng: `gender == 'female' && year >= 2025`",
            "a right one: `gender == 'female' && year >= 2025`",
        )
    };
    let span = source.span(at, at);
    sink.push(Diagnostic::error(codes::EXPRESSION_SYNTAX, message).help(help).at(span));
}

struct Walk<'a> {
    source: &'a Source,
    info: &'a SourceInfo,
    /// Variables that `all`, `exists` and the like bring.
    bound: Vec<String>,
    /// Whether an unknown name was found.
    found: bool,
    choices: Choices,
}

impl Walk<'_> {
    fn names(&mut self, node: &IdedExpr, fields: &Fields, sink: &mut Sink<'_>) {
        match &node.expr {
            Expr::Ident(name) => {
                let is_known = name.starts_with('@')
                    || name == TODAY
                    || (name == CHOICE && self.choices == Choices::Seen)
                    || self.bound.contains(name)
                    || fields.iter().any(|(own, _)| own == name);
                if !is_known {
                    self.found = true;
                    let known = fields.iter().map(|(own, _)| own.as_str());
                    let span = self.span(node.id);
                    sink.push(unknown(codes::EXPRESSION_NAME, span, words::FIELD, name, known));
                }
            }
            Expr::Call(call) => {
                self.function(node.id, call, sink);
                for part in call.target.as_deref().into_iter().chain(&call.args) {
                    self.names(part, fields, sink);
                }
            }
            Expr::Comprehension(comprehension) => {
                self.names(&comprehension.iter_range, fields, sink);
                let depth = self.bound.len();
                self.bound.push(comprehension.iter_var.clone());
                self.bound.extend(comprehension.iter_var2.clone());
                self.bound.push(comprehension.accu_var.clone());
                for part in [
                    &comprehension.accu_init,
                    &comprehension.loop_cond,
                    &comprehension.loop_step,
                    &comprehension.result,
                ] {
                    self.names(part, fields, sink);
                }
                self.bound.truncate(depth);
            }
            _ => parts(&node.expr).into_iter().for_each(|part| self.names(part, fields, sink)),
        }
    }

    /// Reports a call of something that is neither an operator nor a function of the list.
    fn function(&mut self, id: u64, call: &CallExpr, sink: &mut Sink<'_>) {
        let name = &call.func_name;
        let is_operator = !name.starts_with(|first: char| first.is_alphabetic());
        if is_operator || FUNCTIONS.contains(&name.as_str()) {
            return;
        }
        self.found = true;
        let what = ("hàm", "function");
        let span = self.span(id);
        sink.push(unknown(codes::EXPRESSION_FUNCTION, span, what, name, FUNCTIONS));
    }

    fn codes(&self, node: &IdedExpr, form: &Form, world: &World<'_>, sink: &mut Sink<'_>) {
        if let Expr::Call(call) = &node.expr
            && let [left, right] = call.args.as_slice()
            && matches!(call.func_name.as_str(), "_==_" | "_!=_" | "@in")
        {
            self.compared(left, right, form, world, sink);
            self.compared(right, left, form, world, sink);
        }
        if let Expr::Comprehension(comprehension) = &node.expr {
            self.codes(&comprehension.loop_step, form, world, sink);
        }
        for part in parts(&node.expr) {
            self.codes(part, form, world, sink);
        }
    }

    /// Checks `value`, a text or a list of texts, against the codes of `field`.
    fn compared(
        &self,
        field: &IdedExpr,
        value: &IdedExpr,
        form: &Form,
        world: &World<'_>,
        sink: &mut Sink<'_>,
    ) {
        let Expr::Ident(name) = &field.expr else { return };
        let Some(FieldType::Choice { codes: list }) = form.field(name).map(|field| &field.kind)
        else {
            return;
        };
        let Some(list) = world.code_lists.get(list.as_str()) else { return };
        let values = match &value.expr {
            Expr::List(values) => values.elements.as_slice(),
            _ => std::slice::from_ref(value),
        };
        for value in values {
            let Expr::Literal(LiteralValue::String(code)) = &value.expr else { continue };
            let code = code.inner();
            if list.any(code).is_none() {
                let known = list.codes.iter().map(|entry| entry.code.as_str());
                let id = &list.id;
                let what =
                    (format!("mã trong danh mục `{id}`:"), format!("code in the list `{id}`:"));
                let span = self.span(value.id);
                let what = (what.0.as_str(), what.1.as_str());
                sink.push(unknown(codes::EXPRESSION_CODE, span, what, code, known));
            }
        }
    }

    /// Returns the place of a part of the expression.
    fn span(&self, id: u64) -> Span {
        let place = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
        match self.info.offset_for(id) {
            Some((start, stop)) => self.source.span(place(start), place(stop).saturating_add(1)),
            None => self.source.span.clone(),
        }
    }
}

/// Returns the expressions directly inside `expression`, other than those of a comprehension.
fn parts(expression: &Expr) -> Vec<&IdedExpr> {
    match expression {
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Select(select) => vec![&*select.operand],
        Expr::Map(map) => map.entries.iter().flat_map(|entry| entry_parts(&entry.expr)).collect(),
        Expr::Struct(content) => {
            content.entries.iter().flat_map(|entry| entry_parts(&entry.expr)).collect()
        }
        _ => Vec::new(),
    }
}

fn entry_parts(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
        EntryExpr::StructField(entry) => vec![&entry.value],
    }
}
