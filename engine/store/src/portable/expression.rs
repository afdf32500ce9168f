//! Walks expressions: literals, columns, parameters, operators, functions and sub-queries.

use bieumau_model::nearest;
use bieumau_model::table::ColumnType;
use bieumau_model::text::Text;
use sqlparser::ast::{
    BinaryOperator, CaseWhen, CastKind, DataType, DuplicateTreatment, Expr, Function, FunctionArg,
    FunctionArgExpr, FunctionArgumentList, FunctionArguments, ObjectName, Query, SelectItem,
    SetExpr, Spanned, UnaryOperator, Value, ValueWithSpan,
};

use sqlparser::tokenizer::Span;

use super::walk::Walk;
use super::{FUNCTIONS, Output};
use crate::codes;

impl Walk<'_> {
    pub(super) fn expr(&mut self, expr: &Expr) {
        let mut expr = expr;
        // A chain such as `a OR b OR c` leans to the left; it is followed without recursion.
        while let Expr::BinaryOp { left, op, right } = expr {
            self.without(&op.to_string(), !is_known(op), right.span());
            self.expr(right);
            expr = left;
        }
        match expr {
            Expr::BinaryOp { .. } => unreachable!("followed above"),
            Expr::Identifier(_) => {}
            Expr::CompoundIdentifier(parts) => {
                if parts.len() > 2 {
                    self.qualified(expr.span());
                }
            }
            Expr::Value(value) => self.value(value),
            Expr::Nested(inner) | Expr::IsNull(inner) | Expr::IsNotNull(inner) => self.expr(inner),
            Expr::UnaryOp { op, expr: inner } => {
                let known =
                    matches!(op, UnaryOperator::Plus | UnaryOperator::Minus | UnaryOperator::Not);
                self.without(&op.to_string(), !known, expr.span());
                self.expr(inner);
            }
            Expr::Tuple(list) => list.iter().for_each(|part| self.expr(part)),
            Expr::InList { expr: inner, list, negated: _ } => {
                self.without("IN ()", list.is_empty(), inner.span());
                self.expr(inner);
                list.iter().for_each(|part| self.expr(part));
            }
            Expr::InSubquery { expr: inner, subquery, negated: _ } => {
                self.expr(inner);
                self.query(subquery);
            }
            Expr::Between { expr: inner, negated: _, low, high } => {
                [inner, low, high].into_iter().for_each(|part| self.expr(part));
            }
            Expr::Exists { subquery, negated: _ } | Expr::Subquery(subquery) => {
                self.query(subquery)
            }
            Expr::Case { case_token: _, end_token: _, operand, conditions, else_result } => {
                operand.iter().for_each(|part| self.expr(part));
                for CaseWhen { condition, result } in conditions {
                    self.expr(condition);
                    self.expr(result);
                }
                else_result.iter().for_each(|part| self.expr(part));
            }
            Expr::Cast { kind, expr: inner, data_type, format } => {
                let known = *kind == CastKind::Cast
                    && format.is_none()
                    && matches!(data_type, DataType::Integer(None) | DataType::Text);
                self.without("CAST (… AS …)", !known, expr.span());
                self.expr(inner);
            }
            Expr::Substring {
                expr: inner,
                substring_from,
                substring_for,
                special,
                shorthand: _,
            } => {
                self.without("SUBSTRING (… FROM …)", !special, expr.span());
                self.expr(inner);
                substring_from.iter().chain(substring_for).for_each(|part| self.expr(part));
            }
            Expr::Trim { trim_where, trim_what, expr: inner, trim_characters } => {
                let odd = trim_where.is_some() || trim_what.is_some() || trim_characters.is_some();
                self.without("TRIM (… FROM …)", odd, expr.span());
                self.expr(inner);
            }
            Expr::Function(function) => self.function(function),
            other => self.without(&brief(other), true, other.span()),
        }
    }

    fn value(&mut self, value: &ValueWithSpan) {
        match &value.value {
            Value::Number(..) | Value::SingleQuotedString(_) | Value::Null => {}
            Value::Placeholder(name) => {
                self.parameter(name.trim_start_matches(':'), value.span);
            }
            Value::Boolean(_) => self.refuse(
                value.span,
                codes::SQL_PORTABLE,
                Text::both("TRUE và FALSE không dùng được", "TRUE and FALSE cannot be used"),
                Some(Text::both("so sánh với 1 hoặc 0", "compare with 1 or 0")),
            ),
            _ => self.without(&value.to_string(), true, value.span),
        }
    }

    fn function(&mut self, function: &Function) {
        let Function {
            name,
            uses_odbc_syntax,
            parameters,
            args,
            within_group,
            filter,
            null_treatment,
            over,
        } = function;
        let span = name.span();
        let Some(name) = self.function_name(name) else { return };
        self.without("OVER", over.is_some(), span);
        self.without("FILTER", filter.is_some(), span);
        let odd = *uses_odbc_syntax
            || *parameters != FunctionArguments::None
            || !within_group.is_empty()
            || null_treatment.is_some();
        self.without(&format!("{name} (…) …"), odd, span);
        let FunctionArguments::List(FunctionArgumentList { duplicate_treatment, args, clauses }) =
            args
        else {
            return self.without(&name, true, span);
        };
        let aggregate = matches!(name.as_str(), "count" | "sum" | "min" | "max");
        let odd = !clauses.is_empty()
            || matches!(duplicate_treatment, Some(DuplicateTreatment::All))
            || (duplicate_treatment.is_some() && !aggregate);
        self.without(&format!("{name} (…) …"), odd, span);
        let fits = match name.as_str() {
            "coalesce" => args.len() >= 2,
            "nullif" => args.len() == 2,
            "substr" | "substring" => args.len() == 2 || args.len() == 3,
            _ => args.len() == 1,
        };
        if !fits {
            self.refuse(
                span,
                codes::SQL_FUNCTION,
                Text::both(
                    format!("hàm `{name}` không nhận {} giá trị", args.len()),
                    format!("the function `{name}` does not take {} values", args.len()),
                ),
                None,
            );
        }
        for arg in args {
            match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => self.expr(expr),
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) if name == "count" => {}
                _ => self.without(&format!("{name} (…)"), true, span),
            }
        }
    }

    fn function_name(&mut self, name: &ObjectName) -> Option<String> {
        let plain = match name.0.as_slice() {
            [part] => part.as_ident().map(|ident| ident.value.to_ascii_lowercase()),
            _ => None,
        };
        let shown = plain.clone().unwrap_or_else(|| name.to_string());
        if plain.as_ref().is_some_and(|plain| FUNCTIONS.contains(&plain.as_str())) {
            return plain;
        }
        let help = match shown.as_str() {
            "avg" | "round" | "total" => Some(Text::both(
                "tính trong quy tắc: SQL không được dùng số thực dấu phẩy động",
                "compute it in a rule: SQL must not use binary fractions",
            )),
            "ifnull" | "nvl" => Some(Text::both("dùng `COALESCE`", "use `COALESCE`")),
            "iif" | "if" => Some(Text::both("dùng `CASE WHEN`", "use `CASE WHEN`")),
            _ => nearest::help(&shown, FUNCTIONS),
        };
        self.refuse(
            name.span(),
            codes::SQL_FUNCTION,
            Text::both(
                format!("hàm `{shown}` không dùng được trong báo cáo"),
                format!("the function `{shown}` cannot be used in a report"),
            ),
            help,
        );
        None
    }
}

/// Returns the places of the result columns, when none is a `*`.
pub(super) fn outputs(query: &Query, walk: &Walk<'_>) -> Option<Vec<Output>> {
    let mut set = query.body.as_ref();
    while let SetExpr::SetOperation { left, .. } = set {
        set = left;
    }
    let SetExpr::Select(select) = set else { return None };
    let output = |place: Span, expr: &Expr| {
        let guess = guess(expr, walk).unwrap_or(ColumnType::Text);
        Some(Output { place: walk.text.range(place), guess })
    };
    let item = |item: &SelectItem| match item {
        SelectItem::UnnamedExpr(expr) => output(expr.span(), expr),
        SelectItem::ExprWithAlias { expr, alias } => output(alias.span, expr),
        _ => None,
    };
    select.projection.iter().map(item).collect()
}

/// Guesses the type of a column, for a hint.
fn guess(expr: &Expr, walk: &Walk<'_>) -> Option<ColumnType> {
    match expr {
        Expr::Identifier(ident) => walk.names.kind_in(&walk.tables, &ident.value),
        Expr::CompoundIdentifier(parts) => walk.names.kind_in(&walk.tables, &parts.last()?.value),
        Expr::Value(value) => match value.value {
            Value::Number(..) => Some(ColumnType::Integer),
            _ => None,
        },
        Expr::Nested(inner) | Expr::UnaryOp { expr: inner, .. } => guess(inner, walk),
        Expr::Cast { data_type: DataType::Integer(_), .. } => Some(ColumnType::Integer),
        Expr::BinaryOp { left, op, right } => match op {
            BinaryOperator::StringConcat => Some(ColumnType::Text),
            BinaryOperator::Plus | BinaryOperator::Minus => {
                guess(left, walk).or_else(|| guess(right, walk))
            }
            BinaryOperator::Multiply | BinaryOperator::Divide | BinaryOperator::Modulo => {
                Some(ColumnType::Integer)
            }
            _ => Some(ColumnType::Boolean),
        },
        Expr::Exists { .. } | Expr::IsNull(_) | Expr::IsNotNull(_) | Expr::InList { .. } => {
            Some(ColumnType::Boolean)
        }
        Expr::Case { conditions, else_result, .. } => {
            let results = conditions.iter().map(|case| &case.result);
            results.chain(else_result.as_deref()).find_map(|result| guess(result, walk))
        }
        Expr::Function(function) => match function.name.to_string().to_ascii_lowercase().as_str() {
            "count" | "length" => Some(ColumnType::Integer),
            "sum" | "min" | "max" | "coalesce" | "nullif" | "abs" => {
                let FunctionArguments::List(list) = &function.args else { return None };
                list.args.iter().find_map(|arg| match arg {
                    FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => guess(expr, walk),
                    _ => None,
                })
            }
            _ => None,
        },
        _ => None,
    }
}

fn is_known(op: &BinaryOperator) -> bool {
    matches!(
        op,
        BinaryOperator::Plus
            | BinaryOperator::Minus
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo
            | BinaryOperator::StringConcat
            | BinaryOperator::Gt
            | BinaryOperator::Lt
            | BinaryOperator::GtEq
            | BinaryOperator::LtEq
            | BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::And
            | BinaryOperator::Or
    )
}

/// Names a refused expression in a few words.
fn brief(expr: &Expr) -> String {
    match expr {
        Expr::Like { .. } | Expr::ILike { .. } => "LIKE".to_owned(),
        other => {
            let all = other.to_string();
            let mut short: String = all.chars().take(30).collect();
            if short.len() < all.len() {
                short.push('…');
            }
            short
        }
    }
}
