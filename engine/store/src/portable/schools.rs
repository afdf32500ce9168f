//! Finds out whether the rows of a statement are told apart by school, so that they may be counted
//! school by school, side by side.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, GroupByExpr, Join, JoinOperator, Query, Select, SelectItem, SetExpr, TableFactor,
    TableWithJoins, visit_expressions,
};

use super::Names;
use super::grouping::is_aggregate;

/// The key that every record begins with.
const SCHOOL: &str = "school";

/// Returns whether `query` is one plain selection whose column `school` is that of a form, which
/// each of its rows has: the rows of some schools are then what the tables have of these schools,
/// and no row is without one.
pub(super) fn by_school(query: &Query, names: &Names) -> bool {
    let SetExpr::Select(select) = &*query.body else { return false };
    if query.limit_clause.is_some() || !is_plain(select) {
        return false;
    }
    let shown = select.projection.iter().find_map(shown_school);
    shown.is_some_and(|alias| select.from.iter().any(|from| has_form(from, alias, names)))
}

/// Returns whether each result row comes from one row of the joined tables.
fn is_plain(select: &Select) -> bool {
    let grouped = match &select.group_by {
        GroupByExpr::Expressions(list, _) => !list.is_empty(),
        GroupByExpr::All(_) => true,
    };
    let aggregates = visit_expressions(&select.projection, |expr| match expr {
        Expr::Function(function) if is_aggregate(function) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    select.distinct.is_none() && !grouped && select.having.is_none() && aggregates.is_continue()
}

/// Returns the alias before the result column `school`.
fn shown_school(item: &SelectItem) -> Option<&str> {
    let expr = match item {
        SelectItem::UnnamedExpr(expr) => expr,
        SelectItem::ExprWithAlias { expr, alias } if alias.value == SCHOOL => expr,
        _ => return None,
    };
    match expr {
        Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [table, column] if column.value == SCHOOL => Some(&table.value),
            _ => None,
        },
        _ => None,
    }
}

/// Returns whether `alias` is a form with a school in a place where no row lacks it.
fn has_form(from: &TableWithJoins, alias: &str, names: &Names) -> bool {
    let inner = |join: &Join| {
        let operator = &join.join_operator;
        matches!(
            operator,
            JoinOperator::Join(_) | JoinOperator::Inner(_) | JoinOperator::CrossJoin(_)
        )
    };
    let left = |join: &Join| {
        matches!(join.join_operator, JoinOperator::Left(_) | JoinOperator::LeftOuter(_))
    };
    // A right or full join leaves rows without what stands before it.
    from.joins.iter().all(|join| inner(join) || left(join))
        && (is_form(&from.relation, alias, names)
            || from.joins.iter().any(|join| inner(join) && is_form(&join.relation, alias, names)))
}

fn is_form(factor: &TableFactor, wanted: &str, names: &Names) -> bool {
    let TableFactor::Table { name, alias, .. } = factor else { return false };
    let name = name.to_string();
    alias.as_ref().map_or(name.as_str(), |alias| &alias.name.value) == wanted
        && names.key(&name).is_some_and(|key| key.first().is_some_and(|first| first == SCHOOL))
}
