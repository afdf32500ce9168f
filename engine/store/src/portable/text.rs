//! Cuts a statement into tokens, refuses those outside of the subset, and blanks comments out.

use std::ops::Range;

use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::text::Text;
use sqlparser::keywords::Keyword;
use sqlparser::parser::ParserError;
use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Tokenizer, Whitespace};

use super::{Finding, Subset};
use crate::codes;

/// The longest statement, in bytes.
const LONGEST: usize = 100_000;
/// The most tokens.
const MOST_TOKENS: usize = 30_000;
/// The deepest expression, in operators one inside the other.
const DEEPEST: usize = 300;
/// The most set operations in a row.
const MOST_ARMS: usize = 100;

/// A statement as tokens.
pub(super) struct Cut {
    /// Tokens without whitespace and comments.
    pub tokens: Vec<TokenWithSpan>,
    /// The source with comments blanked out.
    pub sql: String,
    places: Places,
}

/// Turns lines and columns into byte offsets.
struct Places {
    /// Byte offset of each character, and the length behind the last.
    bytes: Vec<usize>,
    /// Number of the first character of each line.
    lines: Vec<usize>,
}

/// Cuts `source`.
pub(super) fn cut(source: &str) -> Result<Cut, Vec<Finding>> {
    if source.len() > LONGEST {
        return Err(vec![too_complex(0..0)]);
    }
    let places = Places::new(source);
    let all = Tokenizer::new(&Subset, source).tokenize_with_location().map_err(|error| {
        let at = places.offset(error.location);
        vec![finding(at..at, codes::SQL_SYNTAX, bad_syntax(&error.message), None)]
    })?;
    if all.len() > MOST_TOKENS {
        return Err(vec![too_complex(0..0)]);
    }
    let mut findings = Vec::new();
    let mut tokens = Vec::new();
    let mut sql = String::with_capacity(source.len());
    let last = all.iter().rposition(|token| !matches!(token.token, Token::Whitespace(_)));
    for (at, token) in all.into_iter().enumerate() {
        let range = places.range(token.span);
        let part = &source[range.clone()];
        match &token.token {
            Token::Whitespace(space) => {
                findings.extend(comment_finding(space, range));
                blank(part, &mut sql);
            }
            Token::SemiColon if Some(at) == last => blank(part, &mut sql),
            other => {
                findings.extend(sign_finding(other, part, range, tokens.last()));
                sql.push_str(part);
                tokens.push(token);
            }
        }
    }
    if let Some(range) = too_deep(&tokens, &places) {
        findings.push(too_complex(range));
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    debug_assert_eq!(sql.len(), source.len());
    Ok(Cut { tokens, sql, places })
}

impl Cut {
    /// Returns the bytes of `span`; of the whole statement, when the parser lost it.
    pub fn range(&self, span: Span) -> Range<usize> {
        if span.start.line == 0 { 0..0 } else { self.places.range(span) }
    }

    /// Returns the places of all words.
    pub fn words(&self) -> Vec<Range<usize>> {
        let words = self.tokens.iter().filter(|token| matches!(token.token, Token::Word(_)));
        words.map(|token| self.places.range(token.span)).collect()
    }

    /// Explains why the parser gave up.
    pub fn syntax_error(&self, error: &ParserError) -> Finding {
        let message = match error {
            ParserError::RecursionLimitExceeded => return too_complex(0..0),
            ParserError::ParserError(message) | ParserError::TokenizerError(message) => message,
        };
        let (message, at) = match message.rsplit_once(" at Line: ") {
            Some((message, location)) => (message, self.located(location)),
            None => (message.as_str(), None),
        };
        // A sentence that ends too early has its finding at its last token.
        let at = at.unwrap_or_else(|| {
            self.tokens.last().map_or(0..0, |token| self.places.range(token.span))
        });
        finding(at, codes::SQL_SYNTAX, bad_syntax(message), None)
    }

    /// Refuses anything but one `SELECT`.
    pub fn not_one_select(&self) -> Finding {
        let second = self.tokens.iter().skip_while(|token| token.token != Token::SemiColon).nth(1);
        let at = second.or(self.tokens.first());
        finding(
            at.map_or(0..0, |token| self.places.range(token.span)),
            codes::SQL_ONE_SELECT,
            Text::both("phải là đúng một câu SELECT", "it must be exactly one SELECT"),
            None,
        )
    }

    /// Reads `3, Column: 14`.
    fn located(&self, location: &str) -> Option<Range<usize>> {
        let (line, column) = location.split_once(", Column: ")?;
        let location =
            Location { line: line.trim().parse().ok()?, column: column.trim().parse().ok()? };
        let start = self.places.offset(location);
        let token = self.tokens.iter().map(|token| self.places.range(token.span));
        Some(token.into_iter().find(|range| range.start == start).unwrap_or(start..start))
    }
}

impl Places {
    fn new(source: &str) -> Self {
        let mut bytes: Vec<usize> = source.char_indices().map(|(at, _)| at).collect();
        bytes.push(source.len());
        let mut lines = vec![0];
        lines
            .extend(source.chars().enumerate().filter(|(_, ch)| *ch == '\n').map(|(at, _)| at + 1));
        Self { bytes, lines }
    }

    fn offset(&self, location: Location) -> usize {
        let line = (location.line.max(1) as usize - 1).min(self.lines.len() - 1);
        let at = self.lines[line] + (location.column.max(1) as usize - 1);
        self.bytes[at.min(self.bytes.len() - 1)]
    }

    fn range(&self, span: Span) -> Range<usize> {
        let start = self.offset(span.start);
        start..self.offset(span.end).max(start)
    }
}

/// Replaces everything but line ends by spaces, byte for byte.
fn blank(part: &str, sql: &mut String) {
    for ch in part.chars() {
        match ch {
            '\n' => sql.push('\n'),
            other => (0..other.len_utf8()).for_each(|_| sql.push(' ')),
        }
    }
}

/// SQLite nests no comments, and `#` begins none there.
fn comment_finding(space: &Whitespace, range: Range<usize>) -> Option<Finding> {
    let odd = match space {
        Whitespace::Space | Whitespace::Newline | Whitespace::Tab => false,
        Whitespace::SingleLineComment { prefix, .. } => prefix != "--",
        Whitespace::MultiLineComment(comment) => comment.contains("/*"),
    };
    odd.then(|| {
        let words = Text::both(
            "ghi chú phải viết `-- …` hoặc `/* … */`, không lồng nhau",
            "comments are written `-- …` or `/* … */`, not one inside the other",
        );
        finding(range, codes::SQL_SIGN, words, None)
    })
}

fn sign_finding(
    token: &Token,
    part: &str,
    range: Range<usize>,
    before: Option<&TokenWithSpan>,
) -> Option<Finding> {
    let after_colon = before.is_some_and(|before| before.token == Token::Colon);
    let help = match token {
        Token::Word(word) => match word.quote_style {
            None => return None,
            Some(_) => Text::both(
                "viết tên không có dấu nháy; chữ viết trong dấu nháy đơn",
                "names are written without quotes, texts in single quotes",
            ),
        },
        Token::Number(digits, false)
            if !after_colon && digits.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            return None;
        }
        Token::Number(..) => Text::both(
            "chỉ dùng số nguyên; số thập phân được lưu theo đơn vị (7,5 là 75)",
            "whole numbers only; decimals are kept in units (7,5 is 75)",
        ),
        Token::SingleQuotedString(words) if !words.contains('\0') => return None,
        Token::Placeholder(_) => {
            Text::both("viết tham số là `:tên`", "a parameter is written `:name`")
        }
        Token::Comma
        | Token::Period
        | Token::LParen
        | Token::RParen
        | Token::Eq
        | Token::Neq
        | Token::Lt
        | Token::Gt
        | Token::LtEq
        | Token::GtEq
        | Token::Plus
        | Token::Minus
        | Token::Mul
        | Token::Div
        | Token::Mod
        | Token::StringConcat
        | Token::Colon
        | Token::SemiColon => return None,
        _ => Text::both(
            "dùng tên không dấu, số nguyên, chữ trong dấu nháy đơn và các phép toán của SQL",
            "use plain names, whole numbers, texts in single quotes and the operators of SQL",
        ),
    };
    let shown: String = part.chars().take(20).collect();
    let message = Text::both(
        format!("không dùng được ký hiệu `{shown}`"),
        format!("`{shown}` cannot be used here"),
    );
    Some(finding(range, codes::SQL_SIGN, message, Some(help)))
}

/// One pair of parentheses, or `CASE … END`, while the depth is measured.
#[derive(Default)]
struct Level {
    /// Operators since the last comma or clause.
    operators: usize,
    /// Depth of the deepest level inside since then.
    inside: usize,
    /// Greatest depth of an earlier part.
    deepest: usize,
    /// Set operations.
    arms: usize,
}

impl Level {
    fn depth(&self) -> usize {
        self.operators + self.inside
    }

    /// Begins a new part, whose operators do not add to those before.
    fn part(&mut self) {
        self.deepest = self.deepest.max(self.depth());
        self.operators = 0;
        self.inside = 0;
    }
}

/// Measures how deep the parsed statement will be, so that a hostile one cannot exhaust the stack:
/// chains of operators nest one into the other although they have no parentheses.
fn too_deep(tokens: &[TokenWithSpan], places: &Places) -> Option<Range<usize>> {
    let mut levels = vec![Level::default()];
    for token in tokens {
        let keyword = match &token.token {
            Token::Word(word) => word.keyword,
            _ => Keyword::NoKeyword,
        };
        let level = levels.last_mut()?;
        match (&token.token, keyword) {
            (Token::LParen, _) | (_, Keyword::CASE) => levels.push(Level::default()),
            (Token::RParen, _) | (_, Keyword::END) => close(&mut levels),
            (_, Keyword::UNION | Keyword::EXCEPT | Keyword::INTERSECT) => {
                level.part();
                level.arms += 1;
            }
            (Token::Comma, _) => level.part(),
            (_, Keyword::SELECT | Keyword::FROM | Keyword::WHERE | Keyword::HAVING) => level.part(),
            (_, Keyword::GROUP | Keyword::ORDER | Keyword::JOIN | Keyword::ON) => level.part(),
            (_, Keyword::WHEN | Keyword::THEN | Keyword::ELSE) => level.part(),
            (_, Keyword::AND | Keyword::OR | Keyword::NOT | Keyword::IS) => level.operators += 1,
            (_, Keyword::IN | Keyword::BETWEEN | Keyword::LIKE) => level.operators += 1,
            (Token::Word(_) | Token::Number(..) | Token::SingleQuotedString(_), _) => {}
            (Token::Colon | Token::Period, _) => {}
            _ => level.operators += 1,
        }
        let level = levels.last()?;
        if level.depth() > DEEPEST || level.arms > MOST_ARMS || levels.len() > DEEPEST {
            return Some(places.range(token.span));
        }
    }
    None
}

fn close(levels: &mut Vec<Level>) {
    if levels.len() > 1
        && let Some(inner) = levels.pop()
        && let Some(level) = levels.last_mut()
    {
        let depth = inner.deepest.max(inner.depth()) + inner.arms + 1;
        level.inside = level.inside.max(depth);
    }
}

pub(super) fn finding(
    place: Range<usize>,
    code: &'static str,
    message: Text,
    help: Option<Text>,
) -> Finding {
    let mut diagnostic = Diagnostic::error(code, message);
    diagnostic.help = help;
    Finding { place, diagnostic }
}

fn bad_syntax(message: &str) -> Text {
    let expected = message.strip_prefix("Expected: ").and_then(|rest| rest.split_once(", found: "));
    match expected {
        Some((_, "EOF")) => Text::both("câu SQL kết thúc quá sớm", "the SQL ends too early"),
        Some((wanted, found)) => Text::both(
            format!("câu SQL sai cú pháp: gặp `{found}` ở chỗ cần {wanted}"),
            format!("the SQL is not well-formed: found `{found}` instead of {wanted}"),
        ),
        None => Text::both(
            format!("câu SQL sai cú pháp: {message}"),
            format!("the SQL is not well-formed: {message}"),
        ),
    }
}

fn too_complex(place: Range<usize>) -> Finding {
    finding(
        place,
        codes::SQL_TOO_COMPLEX,
        Text::both(
            "câu SQL quá dài hoặc lồng nhau quá sâu",
            "the SQL is too long or nested too deeply",
        ),
        None,
    )
}
