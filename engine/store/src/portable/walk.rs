//! Walks a parsed statement; whatever is not on the list is refused.
//!
//! Structs of the parser are taken apart without `..`, so a clause that a later version of the
//! parser brings does not slip through unseen.

use std::collections::BTreeSet;
use std::ops::Range;

use bieumau_model::nearest;
use bieumau_model::text::Text;
use sqlparser::ast::{
    Cte, Distinct, GroupByExpr, Ident, Join, JoinConstraint, JoinOperator, LimitClause, ObjectName,
    Offset, OrderBy, OrderByExpr, OrderByKind, OrderByOptions, OrderBySort, Query, Select,
    SelectFlavor, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, SetOperator, SetQuantifier,
    Spanned, TableAlias, TableFactor, TableWithJoins, WildcardAdditionalOptions, With,
};
use sqlparser::tokenizer::Span;

use super::text::{Cut, finding};
use super::{Finding, Names, Portable, expression, grouping, schools};
use crate::codes;

/// What is known while walking.
pub(super) struct Walk<'a> {
    pub text: &'a Cut,
    pub names: &'a Names,
    findings: Vec<Finding>,
    warnings: Vec<Finding>,
    /// CTEs that can be named where the walk is.
    visible: Vec<String>,
    /// All CTEs that were met.
    ctes: BTreeSet<String>,
    pub tables: BTreeSet<String>,
    parameters: Vec<(String, Range<usize>)>,
}

/// Walks `query`; all findings are returned together.
pub(super) fn walk(query: &Query, text: &Cut, names: &Names) -> Result<Portable, Vec<Finding>> {
    let mut walk = Walk {
        text,
        names,
        findings: Vec::new(),
        warnings: Vec::new(),
        visible: Vec::new(),
        ctes: BTreeSet::new(),
        tables: BTreeSet::new(),
        parameters: Vec::new(),
    };
    walk.query(query);
    if !walk.findings.is_empty() {
        return Err(walk.findings);
    }
    walk.parameters.sort_by_key(|(_, place)| place.start);
    Ok(Portable {
        sql: text.sql.clone(),
        outputs: expression::outputs(query, &walk),
        arms: arms(query),
        by_school: schools::by_school(query, names),
        words: text.words(),
        parameters: walk.parameters,
        tables: walk.tables,
        warnings: walk.warnings,
    })
}

impl Walk<'_> {
    pub fn query(&mut self, query: &Query) {
        let Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        let span = query.span();
        self.without("FETCH", fetch.is_some(), span);
        self.without("FOR", !locks.is_empty() || for_clause.is_some(), span);
        self.without("SETTINGS", settings.is_some() || format_clause.is_some(), span);
        self.without("|>", !pipe_operators.is_empty(), span);
        let outside = self.visible.len();
        if let Some(with) = with {
            self.with(with);
        }
        self.set(body);
        if let Some(order_by) = order_by {
            self.order_by(order_by);
        }
        if let Some(limit) = limit_clause {
            self.limit(limit, span);
        }
        self.visible.truncate(outside);
    }

    fn with(&mut self, with: &With) {
        let With { with_token, recursive, cte_tables } = with;
        self.without("WITH RECURSIVE", *recursive, with_token.0.span);
        for Cte { alias, query, from, materialized, closing_paren_token: _ } in cte_tables {
            self.without("FROM", from.is_some(), alias.span());
            self.without("MATERIALIZED", materialized.is_some(), alias.span());
            let TableAlias { explicit: _, name, columns, at } = alias;
            self.without("AT", at.is_some(), name.span);
            self.without(
                "type",
                columns.iter().any(|column| column.data_type.is_some()),
                name.span,
            );
            self.new_name(name);
            let folded = folded(name);
            if !self.ctes.insert(folded.clone()) {
                self.refuse(
                    name.span,
                    codes::SQL_NAME_TAKEN,
                    Text::both(
                        format!("tên tạm `{}` đã dùng trong câu", name.value),
                        format!("the statement uses the name `{}` already", name.value),
                    ),
                    None,
                );
            }
            // A CTE sees those before it, not itself: no recursion.
            self.query(query);
            self.visible.push(folded);
        }
    }

    fn set(&mut self, set: &SetExpr) {
        match set {
            SetExpr::Select(select) => self.select(select),
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                self.set(left);
                let known = matches!(
                    (op, set_quantifier),
                    (SetOperator::Union, SetQuantifier::None | SetQuantifier::All)
                        | (SetOperator::Except | SetOperator::Intersect, SetQuantifier::None)
                );
                self.without(&format!("{op} {set_quantifier}"), !known, right.span());
                self.set(right);
            }
            SetExpr::Query(query) => self.without("(SELECT …) UNION", true, query.span()),
            SetExpr::Values(_) => self.without("VALUES", true, set.span()),
            SetExpr::Table(_) => self.without("TABLE", true, set.span()),
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                self.without("INSERT, UPDATE, DELETE", true, set.span());
            }
        }
    }

    fn select(&mut self, select: &Select) {
        let Select {
            select_token,
            optimizer_hints,
            distinct,
            select_modifiers,
            top,
            top_before_distinct: _,
            projection,
            exclude,
            into,
            from,
            lateral_views,
            prewhere,
            selection,
            connect_by,
            group_by,
            cluster_by,
            distribute_by,
            sort_by,
            having,
            named_window,
            qualify,
            window_before_qualify: _,
            value_table_mode,
            flavor,
        } = select;
        let span = select_token.0.span;
        self.without("DISTINCT ON", matches!(distinct, Some(Distinct::On(_))), span);
        self.without("INTO", into.is_some(), span);
        self.without("TOP", top.is_some(), span);
        self.without("WINDOW", !named_window.is_empty() || qualify.is_some(), span);
        let odd = !optimizer_hints.is_empty()
            || select_modifiers.is_some()
            || exclude.is_some()
            || !lateral_views.is_empty()
            || prewhere.is_some()
            || !connect_by.is_empty()
            || !(cluster_by.is_empty() && distribute_by.is_empty() && sort_by.is_empty())
            || value_table_mode.is_some()
            || *flavor != SelectFlavor::Standard;
        self.without("SELECT …", odd, span);
        from.iter().for_each(|table| self.table_with_joins(table));
        projection.iter().for_each(|item| self.select_item(item));
        selection.iter().for_each(|condition| self.expr(condition));
        match group_by {
            GroupByExpr::Expressions(list, modifiers) if modifiers.is_empty() => {
                list.iter().for_each(|expr| self.expr(expr));
            }
            GroupByExpr::Expressions(..) | GroupByExpr::All(_) => {
                self.without("GROUP BY …", true, span);
            }
        }
        having.iter().for_each(|condition| self.expr(condition));
        let warnings = grouping::warnings(select, self.text, self.names);
        self.warnings.extend(warnings);
    }

    fn select_item(&mut self, item: &SelectItem) {
        let options = match item {
            SelectItem::UnnamedExpr(expr) => return self.expr(expr),
            SelectItem::ExprWithAlias { expr, alias: _ } => return self.expr(expr),
            SelectItem::Wildcard(options) => options,
            SelectItem::QualifiedWildcard(
                SelectItemQualifiedWildcardKind::ObjectName(name),
                options,
            ) => {
                if name.0.len() > 1 {
                    self.qualified(name.span());
                }
                options
            }
            SelectItem::ExprWithAliases { .. } | SelectItem::QualifiedWildcard(..) => {
                return self.without("AS (…)", true, item.span());
            }
        };
        let WildcardAdditionalOptions {
            wildcard_token: _,
            opt_ilike,
            opt_exclude,
            opt_except,
            opt_replace,
            opt_rename,
            opt_alias,
        } = options;
        let odd = opt_ilike.is_some()
            || opt_exclude.is_some()
            || opt_except.is_some()
            || opt_replace.is_some()
            || opt_rename.is_some()
            || opt_alias.is_some();
        self.without("* …", odd, item.span());
    }

    fn table_with_joins(&mut self, table: &TableWithJoins) {
        let TableWithJoins { relation, joins } = table;
        self.table(relation);
        for Join { relation, global, join_operator } in joins {
            self.table(relation);
            let (constraint, cross) = match join_operator {
                JoinOperator::Join(constraint)
                | JoinOperator::Inner(constraint)
                | JoinOperator::Left(constraint)
                | JoinOperator::LeftOuter(constraint)
                | JoinOperator::Right(constraint)
                | JoinOperator::RightOuter(constraint)
                | JoinOperator::FullOuter(constraint) => (constraint, false),
                JoinOperator::CrossJoin(constraint) => (constraint, true),
                _ => {
                    self.without("JOIN …", true, relation.span());
                    continue;
                }
            };
            self.without("GLOBAL", *global, relation.span());
            match constraint {
                JoinConstraint::On(condition) if !cross => self.expr(condition),
                JoinConstraint::None if cross => {}
                JoinConstraint::On(_) => self.without("CROSS JOIN … ON", true, relation.span()),
                // The second lock cannot see what these two join by.
                JoinConstraint::Using(_) => self.only_on("USING", relation.span()),
                JoinConstraint::Natural => self.only_on("NATURAL", relation.span()),
                JoinConstraint::None => self.only_on("JOIN", relation.span()),
            }
        }
    }

    fn table(&mut self, factor: &TableFactor) {
        match factor {
            TableFactor::Table {
                name,
                alias,
                args,
                with_hints,
                version,
                with_ordinality,
                partitions,
                json_path,
                sample,
                index_hints,
            } => {
                let odd = args.is_some()
                    || !with_hints.is_empty()
                    || version.is_some()
                    || *with_ordinality
                    || !partitions.is_empty()
                    || json_path.is_some()
                    || sample.is_some()
                    || !index_hints.is_empty();
                self.without("FROM f(…)", odd, factor.span());
                self.table_name(name);
                self.alias(alias.as_ref());
            }
            TableFactor::Derived { lateral, subquery, alias, sample } => {
                self.without("LATERAL", *lateral || sample.is_some(), factor.span());
                self.without("FROM (SELECT …) AS …", alias.is_none(), factor.span());
                self.query(subquery);
                self.alias(alias.as_ref());
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                self.without("(… JOIN …) AS", alias.is_some(), factor.span());
                self.table_with_joins(table_with_joins);
            }
            _ => self.without("FROM …", true, factor.span()),
        }
    }

    fn table_name(&mut self, name: &ObjectName) {
        let [part] = name.0.as_slice() else {
            return self.qualified(name.span());
        };
        let Some(ident) = part.as_ident() else {
            return self.without("FROM f(…)", true, name.span());
        };
        let folded = folded(ident);
        if self.visible.contains(&folded) {
            return;
        }
        if self.names.has(&folded) {
            self.tables.insert(folded);
            return;
        }
        let help = if self.ctes.contains(&folded) {
            Some(Text::both(
                "một bảng tạm chỉ thấy các bảng tạm viết trước nó",
                "a CTE sees only those that stand before it",
            ))
        } else {
            let known = self.names.tables().chain(self.visible.iter().map(String::as_str));
            nearest::help(&ident.value, known)
        };
        self.refuse(
            ident.span,
            codes::SQL_TABLE,
            Text::both(
                format!("không có biểu mẫu hay danh mục `{}`", ident.value),
                format!("there is no form or code list `{}`", ident.value),
            ),
            help,
        );
    }

    fn alias(&mut self, alias: Option<&TableAlias>) {
        let Some(TableAlias { explicit: _, name, columns, at }) = alias else { return };
        self.without("AS t (…)", !columns.is_empty() || at.is_some(), name.span);
        self.new_name(name);
    }

    /// Refuses a CTE or an alias that takes the name of something else.
    fn new_name(&mut self, name: &Ident) {
        if self.names.is_taken(&folded(name)) {
            self.refuse(
                name.span,
                codes::SQL_NAME_TAKEN,
                Text::both(
                    format!("không đặt tên tạm là `{}` vì tên đó đã có nghĩa", name.value),
                    format!("`{}` means something already and cannot name a part", name.value),
                ),
                Some(Text::both("chọn một tên khác", "choose another name")),
            );
        }
    }

    fn order_by(&mut self, order_by: &OrderBy) {
        let OrderBy { kind, interpolate } = order_by;
        self.without("INTERPOLATE", interpolate.is_some(), order_by.span());
        let OrderByKind::Expressions(list) = kind else {
            return self.without("ORDER BY ALL", true, order_by.span());
        };
        for OrderByExpr { expr, options, with_fill } in list {
            let OrderByOptions { sort, nulls_first: _ } = options;
            let odd = with_fill.is_some() || matches!(sort, Some(OrderBySort::Using(_)));
            self.without("ORDER BY … USING", odd, expr.span());
            self.expr(expr);
        }
    }

    fn limit(&mut self, limit: &LimitClause, span: Span) {
        let LimitClause::LimitOffset { limit, offset, limit_by } = limit else {
            return self.without("LIMIT a, b", true, span);
        };
        self.without("LIMIT … BY", !limit_by.is_empty(), span);
        limit.iter().for_each(|expr| self.expr(expr));
        if let Some(Offset { value, rows: _ }) = offset {
            self.expr(value);
        }
    }

    /// Notes a parameter.
    pub fn parameter(&mut self, name: &str, span: Span) {
        let place = self.text.range(span);
        self.parameters.push((name.to_owned(), place));
    }

    /// Refuses a name with a schema in front.
    pub fn qualified(&mut self, span: Span) {
        self.refuse(
            span,
            codes::SQL_QUALIFIED,
            Text::both("tên bảng không được có lược đồ", "a table name must not have a schema"),
            Some(Text::both(
                "viết `pupil`, không viết `main.pupil`",
                "write `pupil`, not `main.pupil`",
            )),
        );
    }

    /// Refuses `syntax` when it `is_there`.
    pub fn without(&mut self, syntax: &str, is_there: bool, span: Span) {
        if is_there {
            self.refuse(
                span,
                codes::SQL_PORTABLE,
                Text::both(
                    format!("`{syntax}` nằm ngoài phần SQL dùng chung"),
                    format!("`{syntax}` is outside of the portable subset of SQL"),
                ),
                None,
            );
        }
    }

    fn only_on(&mut self, syntax: &str, span: Span) {
        self.refuse(
            span,
            codes::SQL_PORTABLE,
            Text::both(
                format!("`{syntax}` không có điều kiện `ON`"),
                format!("`{syntax}` without a condition `ON`"),
            ),
            Some(Text::both("viết `JOIN bảng ON …`", "write `JOIN table ON …`")),
        );
    }

    /// Adds a finding.
    pub fn refuse(&mut self, span: Span, code: &'static str, message: Text, help: Option<Text>) {
        self.findings.push(finding(self.text.range(span), code, message, help));
    }
}

/// Names are compared as SQLite compares them.
pub(super) fn folded(name: &Ident) -> String {
    name.value.to_ascii_lowercase()
}

/// Returns the parts of a union, each with the CTEs of the whole.
fn arms(query: &Query) -> Vec<String> {
    fn collect<'a>(set: &'a SetExpr, into: &mut Vec<&'a SetExpr>) {
        match set {
            SetExpr::SetOperation { left, right, .. } => {
                collect(left, into);
                collect(right, into);
            }
            other => into.push(other),
        }
    }
    let mut arms = Vec::new();
    collect(&query.body, &mut arms);
    if arms.len() < 2 {
        return Vec::new();
    }
    let with = query.with.as_ref().map(|with| format!("{with} ")).unwrap_or_default();
    arms.into_iter().map(|arm| format!("{with}{arm}")).collect()
}
