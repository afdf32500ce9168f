//! Compiles what `cel` has read into a typed tree; tells what does not fit together.

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, IdedExpr, LiteralValue};

use super::functions::{Function, Pattern};
use super::{Arithmetic, CHOICE, Datum, Expression, Fold, Node, Number, Order, TODAY, Type, day};
use crate::text::Text;

/// A part that does not fit, by its number in the parsed expression.
#[derive(Debug)]
pub(crate) struct Mistake {
    pub id: u64,
    pub message: Text,
    pub help: Option<Text>,
}

/// What the expression may name.
pub(crate) struct Names<'a> {
    /// Returns the type of a field.
    pub field: &'a dyn Fn(&str) -> Option<Type>,
    /// Whether `choice` may be named.
    pub choice: bool,
}

type Compiled = Result<(Node, Type), Mistake>;

/// Compiles `parsed`; the first mistake ends it. Names of fields and functions must be known.
pub(crate) fn compile(parsed: &IdedExpr, names: &Names<'_>) -> Result<Expression, Mistake> {
    let mut compiler = Compiler {
        names,
        bound: Vec::new(),
        fields: Vec::new(),
        choice_columns: Vec::new(),
        names_null: false,
    };
    let (node, kind) = compiler.part(parsed)?;
    let Compiler { fields, choice_columns, names_null, .. } = compiler;
    Ok(Expression { node, kind, fields, choice_columns, names_null })
}

struct Compiler<'a> {
    names: &'a Names<'a>,
    /// Variables that `all`, `exists` and the like bring, by depth.
    bound: Vec<(String, Type)>,
    fields: Vec<String>,
    choice_columns: Vec<String>,
    names_null: bool,
}

impl Compiler<'_> {
    fn part(&mut self, part: &IdedExpr) -> Compiled {
        match &part.expr {
            Expr::Literal(literal) => self.literal(part.id, literal),
            Expr::Ident(name) => self.name(part.id, name),
            Expr::Call(call) => self.call(part.id, call),
            Expr::List(list) => {
                let mut items = Vec::new();
                let mut common = Type::Null;
                for element in &list.elements {
                    let (node, kind) = self.part(element)?;
                    common = common.common(&kind);
                    items.push(node);
                }
                let item = if items.is_empty() { Type::Any } else { common };
                Ok((Node::List(items), Type::List(Box::new(item))))
            }
            Expr::Select(select) => match &select.operand.expr {
                Expr::Ident(name) if name == CHOICE && self.names.choice && !select.test => {
                    add_once(&mut self.choice_columns, &select.field);
                    Ok((Node::Choice(select.field.clone()), Type::Text))
                }
                _ => Err(unknown(part.id)),
            },
            Expr::Comprehension(comprehension) => self.comprehension(part.id, comprehension),
            Expr::Unspecified | Expr::Map(_) | Expr::Struct(_) => Err(unknown(part.id)),
        }
    }

    fn literal(&mut self, id: u64, literal: &LiteralValue) -> Compiled {
        Ok(match literal {
            LiteralValue::Boolean(flag) => (Node::Literal(Datum::Boolean(**flag)), Type::Boolean),
            LiteralValue::Int(number) => {
                (Node::Literal(Datum::Number(Number::whole(**number))), Type::Integer)
            }
            LiteralValue::UInt(number) => {
                let number = i64::try_from(**number).map_err(|_| unknown(id))?;
                (Node::Literal(Datum::Number(Number::whole(number))), Type::Integer)
            }
            // The shortest way to write a binary fraction gives back the digits that were written.
            LiteralValue::Double(number) => {
                let number =
                    Number::read(&number.inner().to_string()).ok_or_else(|| unknown(id))?;
                (Node::Literal(Datum::Number(number)), Type::Decimal)
            }
            LiteralValue::String(text) => {
                (Node::Literal(Datum::Text(text.inner().to_owned())), Type::Text)
            }
            LiteralValue::Null => {
                self.names_null = true;
                (Node::Literal(Datum::Null), Type::Null)
            }
            LiteralValue::Bytes(_) => return Err(unknown(id)),
        })
    }

    fn name(&mut self, id: u64, name: &str) -> Compiled {
        if let Some(depth) = self.bound.iter().rposition(|(own, _)| own == name) {
            return Ok((Node::Bound(depth), self.bound[depth].1.clone()));
        }
        if let Some(kind) = (self.names.field)(name) {
            add_once(&mut self.fields, name);
            return Ok((Node::Field(name.to_owned()), kind));
        }
        if name == TODAY {
            return Ok((Node::Today, Type::Date));
        }
        Err(unknown(id))
    }

    fn call(&mut self, id: u64, call: &CallExpr) -> Compiled {
        let all: Vec<&IdedExpr> = call.target.as_deref().into_iter().chain(&call.args).collect();
        match (call.func_name.as_str(), all.as_slice()) {
            ("!_", [part]) => Ok((Node::Not(self.condition(part)?), Type::Boolean)),
            ("_&&_", [left, right]) => {
                Ok((Node::And(self.condition(left)?, self.condition(right)?), Type::Boolean))
            }
            ("_||_", [left, right]) => {
                Ok((Node::Or(self.condition(left)?, self.condition(right)?), Type::Boolean))
            }
            ("_?_:_", [condition, yes, no]) => {
                let condition = self.condition(condition)?;
                let ((yes, left), (no, right)) = (self.part(yes)?, self.part(no)?);
                let kind = left.common(&right);
                Ok((Node::If(condition, Box::new(yes), Box::new(no)), kind))
            }
            ("_==_", [left, right]) => {
                let (left, right) = self.pair(id, left, right)?;
                Ok((Node::Equal(left, right), Type::Boolean))
            }
            ("_!=_", [left, right]) => {
                let (left, right) = self.pair(id, left, right)?;
                Ok((Node::Not(Box::new(Node::Equal(left, right))), Type::Boolean))
            }
            ("_<_", [left, right]) => self.order(id, Order::Less, left, right),
            ("_<=_", [left, right]) => self.order(id, Order::LessOrEqual, left, right),
            ("_>_", [left, right]) => self.order(id, Order::Greater, left, right),
            ("_>=_", [left, right]) => self.order(id, Order::GreaterOrEqual, left, right),
            ("_+_", [left, right]) => self.plus(left, right),
            ("_-_", [left, right]) => self.arithmetic(Arithmetic::Minus, left, right),
            ("_*_", [left, right]) => self.arithmetic(Arithmetic::Times, left, right),
            ("_/_", [left, right]) => self.arithmetic(Arithmetic::Over, left, right),
            ("_%_", [left, right]) => self.arithmetic(Arithmetic::Rest, left, right),
            ("-_", [part]) => {
                let (node, kind) = self.part(part)?;
                if !kind.fits(&Type::Integer) {
                    return Err(mismatch(part.id, &kind, &Type::Decimal));
                }
                Ok((Node::Negate(Box::new(node)), kind))
            }
            ("@in", [item, list]) => self.contained(id, item, list),
            ("_[_]", [list, at]) => {
                let ((list, kind), (at_node, at_kind)) = (self.part(list)?, self.part(at)?);
                let Type::List(item) = kind else { return Err(unknown(id)) };
                if !at_kind.fits(&Type::Integer) {
                    return Err(mismatch(at.id, &at_kind, &Type::Integer));
                }
                Ok((Node::Item(Box::new(list), Box::new(at_node)), *item))
            }
            ("@not_strictly_false", [part]) => {
                Ok((Node::NotFalse(self.condition(part)?), Type::Boolean))
            }
            ("matches", [text, pattern]) => self.matches(text, pattern),
            (name, arguments) => self.function(id, name, arguments),
        }
    }

    fn condition(&mut self, part: &IdedExpr) -> Result<Box<Node>, Mistake> {
        let (node, kind) = self.part(part)?;
        if kind.fits(&Type::Boolean) {
            Ok(Box::new(node))
        } else {
            Err(mismatch(part.id, &kind, &Type::Boolean))
        }
    }

    /// Two values that are compared; a text beside a day is read as a day.
    fn pair(
        &mut self,
        id: u64,
        left: &IdedExpr,
        right: &IdedExpr,
    ) -> Result<(Box<Node>, Box<Node>), Mistake> {
        let ((mut one, mut one_kind), (mut other, mut other_kind)) =
            (self.part(left)?, self.part(right)?);
        if one_kind == Type::Date && other_kind == Type::Text {
            (other, other_kind) = as_day(right.id, other)?;
        } else if one_kind == Type::Text && other_kind == Type::Date {
            (one, one_kind) = as_day(left.id, one)?;
        }
        if one_kind.fits(&other_kind) {
            return Ok((Box::new(one), Box::new(other)));
        }
        let (one, other) = (one_kind.words(), other_kind.words());
        Err(Mistake {
            id,
            message: Text::both(
                format!("không so sánh được {} với {}", one.0, other.0),
                format!("{} cannot be compared with {}", one.1, other.1),
            ),
            help: Some(Text::both(
                "chữ đặt trong nháy, số thì không: `grade == 6`, `class == '6A1'`",
                "texts stand in quotes, numbers do not: `grade == 6`, `class == '6A1'`",
            )),
        })
    }

    fn order(&mut self, id: u64, order: Order, left: &IdedExpr, right: &IdedExpr) -> Compiled {
        let (left, right) = self.pair(id, left, right)?;
        Ok((Node::Order(order, left, right), Type::Boolean))
    }

    /// Numbers are added, texts and lists are joined.
    fn plus(&mut self, left: &IdedExpr, right: &IdedExpr) -> Compiled {
        let ((one, one_kind), (other, other_kind)) = (self.part(left)?, self.part(right)?);
        let common = one_kind.common(&other_kind);
        let (one, other) = (Box::new(one), Box::new(other));
        match &common {
            Type::Integer | Type::Decimal => {
                Ok((Node::Arithmetic(Arithmetic::Plus, one, other), common))
            }
            Type::Text | Type::List(_) => Ok((Node::Join(one, other), common)),
            Type::Any if one_kind.fits(&other_kind) => Ok((Node::Join(one, other), common)),
            _ if matches!(one_kind, Type::Text | Type::Integer | Type::Decimal) => {
                Err(mismatch(right.id, &other_kind, &one_kind))
            }
            _ => Err(mismatch(left.id, &one_kind, &Type::Decimal)),
        }
    }

    fn arithmetic(&mut self, operation: Arithmetic, left: &IdedExpr, right: &IdedExpr) -> Compiled {
        let ((one, one_kind), (other, other_kind)) = (self.part(left)?, self.part(right)?);
        for (part, kind) in [(left, &one_kind), (right, &other_kind)] {
            if !kind.fits(&Type::Integer) {
                return Err(mismatch(part.id, kind, &Type::Decimal));
            }
        }
        let whole = one_kind == Type::Integer && other_kind == Type::Integer;
        let operation = match operation {
            Arithmetic::Over if whole => Arithmetic::WholeOver,
            operation => operation,
        };
        let kind = one_kind.common(&other_kind);
        Ok((Node::Arithmetic(operation, Box::new(one), Box::new(other)), kind))
    }

    fn contained(&mut self, id: u64, item: &IdedExpr, list: &IdedExpr) -> Compiled {
        let ((one, one_kind), (mut other, other_kind)) = (self.part(item)?, self.part(list)?);
        let Type::List(kind) = other_kind else {
            return Err(mismatch(list.id, &other_kind, &Type::List(Box::new(Type::Any))));
        };
        if one_kind == Type::Date && *kind == Type::Text {
            if let Node::List(items) = other {
                let days: Result<Vec<Node>, Mistake> =
                    items.into_iter().map(|item| Ok(as_day(list.id, item)?.0)).collect();
                other = Node::List(days?);
            }
        } else if !one_kind.fits(&kind) {
            let (one, other) = (one_kind.words(), kind.words());
            return Err(Mistake {
                id,
                message: Text::both(
                    format!("không tìm được {} trong danh sách {}", one.0, other.0),
                    format!("{} cannot be in a list of {}", one.1, other.1),
                ),
                help: None,
            });
        }
        Ok((Node::In(Box::new(one), Box::new(other)), Type::Boolean))
    }

    fn matches(&mut self, text: &IdedExpr, pattern: &IdedExpr) -> Compiled {
        let (node, kind) = self.part(text)?;
        if !kind.fits(&Type::Text) {
            return Err(mismatch(text.id, &kind, &Type::Text));
        }
        let Expr::Literal(LiteralValue::String(pattern_text)) = &pattern.expr else {
            return Err(Mistake {
                id: pattern.id,
                message: Text::both(
                    "mẫu của `matches` phải là chữ viết sẵn",
                    "the pattern of `matches` must be written out",
                ),
                help: None,
            });
        };
        let regex = regex::RegexBuilder::new(pattern_text.inner())
            .size_limit(1024 * 1024)
            .nest_limit(32)
            .build()
            .map_err(|_| Mistake {
                id: pattern.id,
                message: Text::both(
                    format!("mẫu `{}` không phải biểu thức chính quy", pattern_text.inner()),
                    format!("the pattern `{}` is not a regular expression", pattern_text.inner()),
                ),
                help: None,
            })?;
        Ok((Node::Matches(Box::new(node), Pattern(regex)), Type::Boolean))
    }

    fn function(&mut self, id: u64, name: &str, arguments: &[&IdedExpr]) -> Compiled {
        let function = Function::named(name).ok_or_else(|| unknown(id))?;
        let mut nodes = Vec::new();
        let mut kinds = Vec::new();
        for argument in arguments {
            let (node, kind) = self.part(argument)?;
            nodes.push(node);
            kinds.push(kind);
        }
        if let Some(kind) = function.gives(&kinds) {
            if function == Function::Date
                && let [Node::Literal(Datum::Text(_))] = nodes.as_slice()
            {
                return as_day(arguments[0].id, nodes.remove(0));
            }
            return Ok((Node::Call(function, nodes), kind));
        }
        let vi: Vec<&str> = kinds.iter().map(|kind| kind.words().0).collect();
        let en: Vec<&str> = kinds.iter().map(|kind| kind.words().1).collect();
        Err(Mistake {
            id,
            message: Text::both(
                format!("hàm `{name}` không nhận ({})", vi.join(", ")),
                format!("the function `{name}` does not take ({})", en.join(", ")),
            ),
            help: None,
        })
    }

    fn comprehension(&mut self, id: u64, parts: &ComprehensionExpr) -> Compiled {
        if parts.iter_var2.is_some() {
            return Err(unknown(id));
        }
        let (range, kind) = self.part(&parts.iter_range)?;
        let item = match kind {
            Type::List(item) => *item,
            Type::Any => Type::Any,
            other => {
                return Err(mismatch(
                    parts.iter_range.id,
                    &other,
                    &Type::List(Box::new(Type::Any)),
                ));
            }
        };
        let (init, kind) = self.part(&parts.accu_init)?;
        let depth = self.bound.len();
        self.bound.push((parts.iter_var.clone(), item));
        self.bound.push((parts.accu_var.clone(), kind));
        let go_on = self.part(&parts.loop_cond)?.0;
        let (step, kind) = self.part(&parts.loop_step)?;
        self.bound[depth + 1].1 = kind;
        let (result, kind) = self.part(&parts.result)?;
        self.bound.truncate(depth);
        Ok((Node::Fold(Box::new(Fold { range, init, go_on, step, result })), kind))
    }
}

/// Reads a text that stands beside a day; one that is not written out is read when it is evaluated.
fn as_day(id: u64, node: Node) -> Compiled {
    match node {
        Node::Literal(Datum::Text(text)) => match day(&text) {
            Some(date) => Ok((Node::Literal(Datum::Date(date)), Type::Date)),
            None => Err(Mistake {
                id,
                message: Text::both(
                    format!("`{text}` không phải một ngày"),
                    format!("`{text}` is not a day"),
                ),
                help: Some(Text::both(
                    "viết năm-tháng-ngày: '2025-09-05'",
                    "write year-month-day: '2025-09-05'",
                )),
            }),
        },
        node => Ok((Node::Call(Function::Date, vec![node]), Type::Date)),
    }
}

fn mismatch(id: u64, found: &Type, wanted: &Type) -> Mistake {
    let (found, wanted) = (found.words(), wanted.words());
    Mistake {
        id,
        message: Text::both(
            format!("chỗ này là {}, cần {}", found.0, wanted.0),
            format!("this is {}, but {} is needed", found.1, wanted.1),
        ),
        help: None,
    }
}

/// Something that expressions do not have.
fn unknown(id: u64) -> Mistake {
    Mistake {
        id,
        message: Text::both(
            "biểu thức không dùng được cách viết này",
            "expressions cannot use this",
        ),
        help: None,
    }
}

fn add_once(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|own| own == name) {
        names.push(name.to_owned());
    }
}
