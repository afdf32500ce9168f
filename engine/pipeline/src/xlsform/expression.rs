//! Translates the expressions of XLSForm (a part of XPath) into CEL.
//!
//! What has no meaning here is refused by name, so that the report can tell it. Whether the result
//! fits the fields is checked afterwards by the check of definitions itself.

use std::iter::Peekable;
use std::str::Chars;

use bieumau_model::table::ColumnType;

/// Looks up a question: its id and type.
type Questions<'a> = &'a dyn Fn(&str) -> Option<(String, ColumnType)>;
/// Looks up a column of the choices: its id.
pub(super) type Columns<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What an expression may name.
pub(super) struct Names<'a> {
    /// Returns the id and type of a question by its XLSForm name.
    pub field: Questions<'a>,
    /// The question itself, which `.` means.
    pub own: Option<(String, ColumnType)>,
    /// Columns of the choices, for choice filters, by their XLSForm name.
    pub columns: Option<Columns<'a>>,
}

/// A translated expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Translated {
    pub cel: String,
    /// What it gives, as far as that is known.
    pub kind: Kind,
}

/// What a part gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    Number,
    Text,
    Date,
    /// The empty text, which stands for a missing value.
    Empty,
}

/// Translates `text`; the error says what cannot be taken over.
pub(super) fn translate(text: &str, names: &Names<'_>) -> Result<Translated, String> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, names, depth: 0 };
    let part = parser.any_of()?;
    match parser.peek() {
        None => Ok(Translated { cel: part.cel, kind: part.kind }),
        Some(token) => Err(format!("`{}`", token.text())),
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Number(String),
    Text(String),
    Field(String),
    Own,
    Name(String),
    Sign(&'static str),
}

impl Token {
    fn text(&self) -> String {
        match self {
            Self::Number(text) | Self::Name(text) => text.clone(),
            Self::Text(text) => format!("'{text}'"),
            Self::Field(name) => format!("${{{name}}}"),
            Self::Own => ".".to_owned(),
            Self::Sign(sign) => (*sign).to_owned(),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(&first) = chars.peek() {
        if first.is_whitespace() {
            chars.next();
        } else if first.is_ascii_digit() {
            tokens.push(number(&mut chars));
        } else if matches!(first, '\'' | '"' | '‘' | '’' | '“' | '”') {
            tokens.push(quoted(&mut chars)?);
        } else if first == '$' {
            tokens.push(field(&mut chars)?);
        } else if first.is_alphabetic() || first == '_' {
            let name = take(&mut chars, |ch| ch.is_alphanumeric() || matches!(ch, '_' | '-' | ':'));
            tokens.push(Token::Name(name));
        } else if first == '.' {
            chars.next();
            match chars.peek() {
                Some(next) if next.is_ascii_digit() => {
                    let Token::Number(digits) = number(&mut chars) else { continue };
                    tokens.push(Token::Number(format!("0.{digits}")));
                }
                Some('.' | '/') => return Err("`..`".to_owned()),
                _ => tokens.push(Token::Own),
            }
        } else {
            tokens.push(Token::Sign(sign(&mut chars)?));
        }
    }
    Ok(tokens)
}

fn take(chars: &mut Peekable<Chars<'_>>, wanted: impl Fn(char) -> bool) -> String {
    let mut taken = String::new();
    while let Some(ch) = chars.next_if(|ch| wanted(*ch)) {
        taken.push(ch);
    }
    taken
}

fn number(chars: &mut Peekable<Chars<'_>>) -> Token {
    Token::Number(take(chars, |ch| ch.is_ascii_digit() || ch == '.'))
}

/// Word processors turn quotes into curly ones; they end where any of their kind stands.
fn quoted(chars: &mut Peekable<Chars<'_>>) -> Result<Token, String> {
    let open = chars.next().unwrap_or('\'');
    let ends = |ch: char| match open {
        '\'' => ch == '\'',
        '"' => ch == '"',
        '‘' | '’' => matches!(ch, '‘' | '’'),
        _ => matches!(ch, '“' | '”'),
    };
    let text = take(chars, |ch| !ends(ch));
    match chars.next() {
        Some(_) => Ok(Token::Text(text)),
        None => Err(format!("{open}{text}")),
    }
}

fn field(chars: &mut Peekable<Chars<'_>>) -> Result<Token, String> {
    chars.next();
    if chars.next() != Some('{') {
        return Err("`$`".to_owned());
    }
    let name = take(chars, |ch| ch != '}');
    match chars.next() {
        Some(_) => Ok(Token::Field(name.trim().to_owned())),
        None => Err(format!("${{{name}")),
    }
}

fn sign(chars: &mut Peekable<Chars<'_>>) -> Result<&'static str, String> {
    let first = chars.next().unwrap_or(' ');
    let next = |chars: &mut Peekable<Chars<'_>>| chars.next_if_eq(&'=').is_some();
    Ok(match first {
        '(' => "(",
        ')' => ")",
        ',' => ",",
        '+' => "+",
        '-' => "-",
        '*' => "*",
        '=' => {
            next(chars);
            "="
        }
        '!' if next(chars) => "!=",
        '<' => {
            if next(chars) {
                "<="
            } else {
                "<"
            }
        }
        '>' => {
            if next(chars) {
                ">="
            } else {
                ">"
            }
        }
        '≤' => "<=",
        '≥' => ">=",
        other => return Err(format!("`{other}`")),
    })
}

struct Part {
    cel: String,
    kind: Kind,
    /// A text that was written out, without its quotes.
    literal: Option<String>,
    /// A number that was written out.
    digits: Option<String>,
}

impl Part {
    fn new(cel: impl Into<String>, kind: Kind) -> Self {
        Self { cel: cel.into(), kind, literal: None, digits: None }
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    names: &'a Names<'a>,
    depth: usize,
}

type Parsed = Result<Part, String>;

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(own)) if *own == sign);
        self.at += usize::from(found);
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Name(own)) if own.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.take_sign(sign) {
            return Ok(());
        }
        Err(self
            .peek()
            .map_or_else(|| format!("… `{sign}`"), |token| format!("`{}`", token.text())))
    }

    fn any_of(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > 40 {
            return Err("((((…".to_owned());
        }
        let mut left = self.all_of()?;
        while self.take_word("or") {
            let right = self.all_of()?;
            left = Part::new(format!("({} || {})", truth(left)?, truth(right)?), Kind::Boolean);
        }
        self.depth -= 1;
        Ok(left)
    }

    fn all_of(&mut self) -> Parsed {
        let mut left = self.comparison()?;
        while self.take_word("and") {
            let right = self.comparison()?;
            left = Part::new(format!("{} && {}", truth(left)?, truth(right)?), Kind::Boolean);
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Parsed {
        let mut left = self.sum()?;
        while let Some(Token::Sign(sign @ ("=" | "!=" | "<" | "<=" | ">" | ">="))) = self.peek() {
            let sign = *sign;
            self.at += 1;
            left = compared(left, sign, self.sum()?)?;
        }
        Ok(left)
    }

    fn sum(&mut self) -> Parsed {
        let mut left = self.product()?;
        loop {
            let sign = if self.take_sign("+") {
                "+"
            } else if self.take_sign("-") {
                "-"
            } else {
                return Ok(left);
            };
            let right = self.product()?;
            left =
                Part::new(format!("({} {sign} {})", numeric(left)?, numeric(right)?), Kind::Number);
        }
    }

    fn product(&mut self) -> Parsed {
        let mut left = self.single()?;
        loop {
            if self.take_sign("*") {
                let right = self.single()?;
                left = Part::new(format!("{} * {}", numeric(left)?, numeric(right)?), Kind::Number);
            } else if self.take_word("div") {
                let right = self.single()?;
                // In XPath a division never cuts off.
                let over = format!("decimal({}) / {}", numeric(left)?, numeric(right)?);
                left = Part::new(over, Kind::Number);
            } else if self.take_word("mod") {
                let right = self.single()?;
                left = Part::new(format!("{} % {}", numeric(left)?, numeric(right)?), Kind::Number);
            } else {
                return Ok(left);
            }
        }
    }

    fn single(&mut self) -> Parsed {
        if self.take_sign("-") {
            let part = self.single()?;
            return Ok(Part::new(format!("-{}", numeric(part)?), Kind::Number));
        }
        if self.take_sign("(") {
            let part = self.any_of()?;
            self.expect(")")?;
            return Ok(Part { cel: format!("({})", part.cel), ..part });
        }
        let token = self.peek().cloned().ok_or_else(|| "…".to_owned())?;
        self.at += 1;
        match token {
            Token::Number(digits) => {
                let mut part = Part::new(digits.clone(), Kind::Number);
                part.digits = Some(digits);
                Ok(part)
            }
            Token::Text(text) if text.is_empty() => Ok(Part::new("null", Kind::Empty)),
            Token::Text(text) => {
                let mut part = Part::new(literal(&text), Kind::Text);
                part.literal = Some(text);
                Ok(part)
            }
            Token::Field(name) => {
                let (id, kind) = (self.names.field)(&name).ok_or_else(|| format!("${{{name}}}"))?;
                Ok(Part::new(id, kind_of(kind)))
            }
            Token::Own => match &self.names.own {
                Some((id, kind)) => Ok(Part::new(id.clone(), kind_of(*kind))),
                None => Err("`.`".to_owned()),
            },
            Token::Name(name) if self.take_sign("(") => self.call(&name),
            Token::Name(name) => {
                let column = self.names.columns.and_then(|columns| columns(&name));
                let column = column.ok_or_else(|| format!("`{name}`"))?;
                Ok(Part::new(format!("choice.{column}"), Kind::Text))
            }
            Token::Sign(sign) => Err(format!("`{sign}`")),
        }
    }

    fn call(&mut self, name: &str) -> Parsed {
        let mut arguments = Vec::new();
        if !self.take_sign(")") {
            loop {
                arguments.push(self.any_of()?);
                if !self.take_sign(",") {
                    break;
                }
            }
            self.expect(")")?;
        }
        call(name, arguments)
    }
}

fn call(name: &str, arguments: Vec<Part>) -> Parsed {
    let refused = || Err(format!("`{name}()`"));
    let mut arguments = arguments.into_iter();
    let mut next = || arguments.next().ok_or_else(|| format!("`{name}()`"));
    let lower = name.to_ascii_lowercase();
    let part = match lower.as_str() {
        "true" => Part::new("true", Kind::Boolean),
        "false" => Part::new("false", Kind::Boolean),
        "today" => Part::new("today", Kind::Date),
        "not" => Part::new(format!("!({})", truth(next()?)?), Kind::Boolean),
        "boolean" => Part::new(truth(next()?)?, Kind::Boolean),
        "if" => {
            let (condition, yes, no) = (truth(next()?)?, next()?, next()?);
            let kind = if yes.kind == Kind::Empty { no.kind } else { yes.kind };
            Part::new(format!("({condition} ? {} : {})", yes.cel, no.cel), kind)
        }
        "selected" => {
            let (question, code) = (next()?, next()?);
            compared(question, "=", code)?
        }
        "coalesce" => {
            let (first, second) = (next()?, next()?);
            Part::new(format!("({0} != null ? {0} : {1})", first.cel, second.cel), first.kind)
        }
        "string-length" => Part::new(format!("size({})", next()?.cel), Kind::Number),
        "regex" => {
            let (text, pattern) = (next()?, next()?);
            let Some(pattern) = pattern.literal else { return refused() };
            let pattern = literal(&format!("^(?:{pattern})$"));
            Part::new(format!("{}.matches({pattern})", text.cel), Kind::Boolean)
        }
        "contains" | "starts-with" | "ends-with" => {
            let function = match lower.as_str() {
                "contains" => "contains",
                "starts-with" => "startsWith",
                _ => "endsWith",
            };
            let (text, part) = (next()?, next()?);
            Part::new(format!("{}.{function}({})", text.cel, part.cel), Kind::Boolean)
        }
        "substr" => {
            let (text, from) = (next()?, next()?);
            let to = next().map(|to| format!(", {}", to.cel)).unwrap_or_default();
            Part::new(format!("{}.substring({}{to})", text.cel, from.cel), Kind::Text)
        }
        "concat" => {
            let mut parts = Vec::new();
            while let Ok(part) = next() {
                parts.push(match part.kind {
                    Kind::Text => part.cel,
                    _ => format!("string({})", part.cel),
                });
            }
            if parts.is_empty() {
                return refused();
            }
            Part::new(format!("({})", parts.join(" + ")), Kind::Text)
        }
        "string" => Part::new(format!("string({})", next()?.cel), Kind::Text),
        "number" => Part::new(format!("decimal({})", next()?.cel), Kind::Number),
        "int" => Part::new(format!("int({})", next()?.cel), Kind::Number),
        "abs" => Part::new(format!("abs({})", numeric(next()?)?), Kind::Number),
        "round" => {
            let number = numeric(next()?)?;
            let digits = next().map_or_else(|_| "0".to_owned(), |digits| digits.cel);
            Part::new(format!("round({number}, {digits})"), Kind::Number)
        }
        "min" | "max" => {
            let mut parts = Vec::new();
            while let Ok(part) = next() {
                parts.push(numeric(part)?);
            }
            Part::new(format!("{lower}({})", parts.join(", ")), Kind::Number)
        }
        "date" => Part::new(format!("date({})", next()?.cel), Kind::Date),
        _ => return refused(),
    };
    if next().is_ok() { refused() } else { Ok(part) }
}

/// Compares two parts; a number beside a text, or the other way round, is read as the other is.
fn compared(mut left: Part, sign: &str, mut right: Part) -> Parsed {
    let sign = if sign == "=" { "==" } else { sign };
    if left.kind == Kind::Empty {
        std::mem::swap(&mut left, &mut right);
    }
    if right.kind == Kind::Empty && !matches!(sign, "==" | "!=") {
        return Err("`''`".to_owned());
    }
    let (of_left, of_right) = (left.kind, right.kind);
    for (one, other) in [(of_left, &mut right), (of_right, &mut left)] {
        match (one, other.kind) {
            (Kind::Text, Kind::Number) => match &other.digits {
                Some(digits) => other.cel = literal(digits),
                None => other.cel = format!("string({})", other.cel),
            },
            (Kind::Number, Kind::Text) => match &other.literal {
                Some(text) if text.parse::<i64>().is_ok() => other.cel = text.clone(),
                Some(text) => return Err(format!("'{text}'")),
                None => {}
            },
            (Kind::Boolean, Kind::Text) => match other.literal.as_deref() {
                Some("true" | "yes" | "1") => other.cel = "true".to_owned(),
                Some("false" | "no" | "0") => other.cel = "false".to_owned(),
                _ => {}
            },
            _ => continue,
        }
        break;
    }
    Ok(Part::new(format!("{} {sign} {}", left.cel, right.cel), Kind::Boolean))
}

/// A part that decides; a text or number decides by being there.
fn truth(part: Part) -> Result<String, String> {
    match part.kind {
        Kind::Boolean => Ok(part.cel),
        _ => Err(format!("`{}`", part.cel)),
    }
}

fn numeric(part: Part) -> Result<String, String> {
    match (part.kind, &part.literal) {
        (Kind::Number, _) => Ok(part.cel),
        (Kind::Text, None) => Ok(format!("decimal({})", part.cel)),
        _ => Err(format!("`{}`", part.cel)),
    }
}

fn kind_of(kind: ColumnType) -> Kind {
    match kind {
        ColumnType::Text => Kind::Text,
        ColumnType::Integer | ColumnType::Decimal(_) => Kind::Number,
        ColumnType::Date => Kind::Date,
        ColumnType::Boolean => Kind::Boolean,
    }
}

/// Writes a text as CEL does.
fn literal(text: &str) -> String {
    let mut written = String::from("'");
    for ch in text.chars() {
        match ch {
            '\'' => written.push_str("\\'"),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            other => written.push(other),
        }
    }
    written.push('\'');
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(text: &str) -> Result<String, String> {
        let field = |name: &str| {
            let kind = match name {
                "age" => ColumnType::Integer,
                "sex" | "name" => ColumnType::Text,
                "born" => ColumnType::Date,
                _ => return None,
            };
            Some((name.to_owned(), kind))
        };
        let columns = |name: &str| (name == "region").then(|| name.to_owned());
        let names = Names {
            field: &field,
            own: Some(("age".to_owned(), ColumnType::Integer)),
            columns: Some(&columns),
        };
        translate(text, &names).map(|translated| translated.cel)
    }

    fn check(text: &str, cel: &str) {
        assert_eq!(translated(text), Ok(cel.to_owned()), "{text}");
    }

    #[test]
    fn operators_become_those_of_cel() {
        check(". > 5 and . <= 120", "age > 5 && age <= 120");
        check("${age} = 3 or ${sex} != 'f'", "(age == 3 || sex != 'f')");
        check("${age} div 2 + 1", "(decimal(age) / 2 + 1)");
        check("not(${age} mod 2 = 1)", "!(age % 2 == 1)");
        check(".5 < ${age}", "0.5 < age");
    }

    #[test]
    fn an_empty_text_is_a_missing_value() {
        check("${name} != ''", "name != null");
        check("'' = ${age}", "age == null");
    }

    #[test]
    fn numbers_and_texts_take_the_type_of_the_field_beside_them() {
        check("${sex} = 1", "sex == '1'");
        check("${age} >= '18'", "age >= 18");
        check("selected(${sex}, ‘f’)", "sex == 'f'");
    }

    #[test]
    fn functions_that_have_a_counterpart_are_taken_over() {
        check("regex(${name}, '[A-Z]+')", "name.matches('^(?:[A-Z]+)$')");
        check("string-length(${name}) < 10", "size(name) < 10");
        check("if(${age} > 3, 'a', 'b')", "(age > 3 ? 'a' : 'b')");
        check("concat(${name}, ' ', ${age})", "(name + ' ' + string(age))");
        check("${born} < today()", "born < today");
        check("region = ${sex}", "choice.region == sex");
        check("contains(${name}, \"it's\")", "name.contains('it\\'s')");
    }

    #[test]
    fn what_has_no_meaning_here_is_named() {
        for (text, named) in [
            ("pulldata('a', 'b')", "`pulldata()`"),
            ("${nobody} > 1", "${nobody}"),
            ("../age > 1", "`..`"),
            ("${age} > ", "…"),
            ("${age", "${age"),
            ("'open", "'open"),
            ("${age} | 2", "`|`"),
            ("jr:choice-name(${sex}, '${sex}')", "`jr:choice-name()`"),
            ("${age} > 'old'", "'old'"),
        ] {
            assert_eq!(translated(text), Err(named.to_owned()), "{text}");
        }
    }

    #[test]
    fn deep_nesting_ends() {
        assert!(translated(&"(".repeat(10_000)).is_err());
    }
}
