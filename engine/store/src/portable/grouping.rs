//! Warns of columns beside aggregates that are not in `GROUP BY`.
//!
//! SQLite takes them from any row of the group; PostgreSQL refuses them. Columns that depend on a
//! grouped key of their form are fine in both.

use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::text::Text;
use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, Select,
    SelectItem, Spanned, TableFactor, Value,
};

use super::text::Cut;
use super::{Finding, Names};
use crate::codes;

/// Returns the warnings for one `SELECT`.
pub(super) fn warnings(select: &Select, text: &Cut, names: &Names) -> Vec<Finding> {
    let GroupByExpr::Expressions(list, _) = &select.group_by else { return Vec::new() };
    let items: Vec<&Expr> = select.projection.iter().filter_map(expression_of).collect();
    if list.is_empty() && !items.iter().chain(&select.having.as_ref()).any(|expr| aggregates(expr))
    {
        return Vec::new();
    }
    let group = Group {
        by: list.iter().flat_map(|expr| spelled_out(expr, select)).collect(),
        select,
        names,
    };
    let mut loose = Vec::new();
    items.into_iter().for_each(|expr| group.collect_loose(expr, &mut loose));
    loose
        .into_iter()
        .map(|expr| Finding {
            place: text.range(expr.span()),
            diagnostic: Diagnostic::warning(
                codes::SQL_GROUPING,
                Text::both(
                    format!("cột `{expr}` không nằm trong GROUP BY nên lấy từ một dòng bất kỳ"),
                    format!("`{expr}` is not in GROUP BY, so it comes from any row of the group"),
                ),
            )
            .help(Text::both(
                "thêm cột vào GROUP BY, hoặc dùng MIN, MAX",
                "add it to GROUP BY, or use MIN or MAX",
            )),
        })
        .collect()
}

struct Group<'a> {
    by: Vec<&'a Expr>,
    select: &'a Select,
    names: &'a Names,
}

impl<'a> Group<'a> {
    /// Collects the columns of `expr` that stand for no single value of the group.
    fn collect_loose(&self, expr: &'a Expr, loose: &mut Vec<&'a Expr>) {
        if self.by.iter().any(|by| same(by, expr)) {
            return;
        }
        match expr {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => {
                if !self.depends_on_key(expr) {
                    loose.push(expr);
                }
            }
            Expr::Function(function) if is_aggregate(function) => {}
            other => parts(other).into_iter().for_each(|part| self.collect_loose(part, loose)),
        }
    }

    /// Returns whether the whole key of the form that `column` belongs to is grouped.
    fn depends_on_key(&self, column: &Expr) -> bool {
        let (qualifier, name) = column_name(column);
        self.sources().into_iter().any(|(alias, table)| {
            let owns = match &qualifier {
                Some(qualifier) => alias == *qualifier,
                None => self.names.columns(&table).any(|column| column == name),
            };
            let is_grouped = |key: &String| {
                self.by.iter().any(|by| match column_name(by) {
                    (Some(qualifier), by) => qualifier == alias && by == *key,
                    (None, by) => by == *key,
                })
            };
            owns && self.names.key(&table).is_some_and(|key| key.iter().all(is_grouped))
        })
    }

    /// Returns the tables of `FROM` as (alias, table).
    fn sources(&self) -> Vec<(String, String)> {
        let factors = self.select.from.iter().flat_map(|table| {
            std::iter::once(&table.relation).chain(table.joins.iter().map(|join| &join.relation))
        });
        factors
            .filter_map(|factor| match factor {
                TableFactor::Table { name, alias, .. } => {
                    let table = name.to_string().to_ascii_lowercase();
                    let alias = alias.as_ref().map(|alias| alias.name.value.to_ascii_lowercase());
                    Some((alias.unwrap_or_else(|| table.clone()), table))
                }
                _ => None,
            })
            .collect()
    }
}

/// `GROUP BY 1` and `GROUP BY alias` mean an expression of the result.
fn spelled_out<'a>(by: &'a Expr, select: &'a Select) -> Vec<&'a Expr> {
    let mut all = vec![by];
    match by {
        Expr::Value(value) => {
            if let Value::Number(digits, _) = &value.value {
                let at = digits.parse::<usize>().ok().and_then(|at| at.checked_sub(1));
                all.extend(at.and_then(|at| select.projection.get(at)).and_then(expression_of));
            }
        }
        Expr::Identifier(ident) => {
            all.extend(select.projection.iter().filter_map(|item| match item {
                SelectItem::ExprWithAlias { expr, alias }
                    if alias.value.eq_ignore_ascii_case(&ident.value) =>
                {
                    Some(expr)
                }
                _ => None,
            }));
        }
        _ => {}
    }
    all
}

fn expression_of(item: &SelectItem) -> Option<&Expr> {
    match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr),
        _ => None,
    }
}

/// Returns qualifier and name of a column, folded; an empty name for anything else.
fn column_name(expr: &Expr) -> (Option<String>, String) {
    match expr {
        Expr::Identifier(ident) => (None, ident.value.to_ascii_lowercase()),
        Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [table, column] => {
                (Some(table.value.to_ascii_lowercase()), column.value.to_ascii_lowercase())
            }
            _ => (None, String::new()),
        },
        _ => (None, String::new()),
    }
}

fn same(a: &Expr, b: &Expr) -> bool {
    match (column_name(a), column_name(b)) {
        ((_, a_name), (_, b_name)) if a_name.is_empty() != b_name.is_empty() => false,
        ((_, a_name), _) if a_name.is_empty() => a.to_string().eq_ignore_ascii_case(&b.to_string()),
        ((Some(a_table), a_name), (Some(b_table), b_name)) => {
            a_table == b_table && a_name == b_name
        }
        ((_, a_name), (_, b_name)) => a_name == b_name,
    }
}

fn aggregates(expr: &Expr) -> bool {
    match expr {
        Expr::Function(function) if is_aggregate(function) => true,
        other => parts(other).into_iter().any(aggregates),
    }
}

/// Returns whether a function is one of many rows.
pub(super) fn is_aggregate(function: &Function) -> bool {
    let name = function.name.to_string().to_ascii_lowercase();
    ["count", "sum", "min", "max"].contains(&name.as_str())
}

/// Returns the expressions directly inside `expr`; sub-queries answer for themselves.
fn parts(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::BinaryOp { left, right, .. } => vec![left, right],
        Expr::Nested(inner) | Expr::IsNull(inner) | Expr::IsNotNull(inner) => vec![inner],
        Expr::UnaryOp { expr: inner, .. }
        | Expr::Cast { expr: inner, .. }
        | Expr::Trim { expr: inner, .. }
        | Expr::InSubquery { expr: inner, .. } => vec![inner],
        Expr::Between { expr: inner, low, high, .. } => vec![inner, low, high],
        Expr::InList { expr: inner, list, .. } => {
            std::iter::once(inner.as_ref()).chain(list).collect()
        }
        Expr::Tuple(list) => list.iter().collect(),
        Expr::Substring { expr: inner, substring_from, substring_for, .. } => {
            let rest = substring_from.iter().chain(substring_for).map(Box::as_ref);
            std::iter::once(inner.as_ref()).chain(rest).collect()
        }
        Expr::Case { operand, conditions, else_result, .. } => {
            let cases = conditions.iter().flat_map(|case| [&case.condition, &case.result]);
            operand.iter().chain(else_result).map(Box::as_ref).chain(cases).collect()
        }
        Expr::Function(function) => match &function.args {
            FunctionArguments::List(list) => list.args.iter().filter_map(argument).collect(),
            FunctionArguments::None | FunctionArguments::Subquery(_) => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn argument(arg: &FunctionArg) -> Option<&Expr> {
    match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}
