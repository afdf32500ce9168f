//! `#[derive(Row)]`: a struct whose fields are the columns of a table.
//!
//! Makes what `rows!` of the kit makes, on a struct of one's own with derives of one's own. Written
//! without a parser of Rust: a plugin builds in seconds, and a row has names and types only.

use std::fmt::Write as _;

use proc_macro::{Delimiter, Group, TokenStream, TokenTree};

/// Makes a struct with named fields a typed row.
///
/// A plain field must be there in every row; an `Option` may be missing in a row, and its column
/// may be missing altogether. Types: `&'a str`, `i64`, `Decimal<SCALE>`, `Date`, `bool`.
#[proc_macro_derive(Row)]
pub fn derive_row(item: TokenStream) -> TokenStream {
    let made = read(item)
        .map_or_else(|what| format!("::core::compile_error!({what:?});"), |row| write(&row));
    made.parse().unwrap_or_default()
}

/// A struct as far as a row needs it.
struct RowStruct {
    name: String,
    /// The lifetime of its texts, `'a`; none when it has no texts.
    lifetime: Option<String>,
    /// Name and type of each field.
    fields: Vec<(String, String)>,
}

fn read(item: TokenStream) -> Result<RowStruct, &'static str> {
    let mut tokens = item.into_iter().skip_while(|token| token.to_string() != "struct").skip(1);
    let name = match tokens.next() {
        Some(TokenTree::Ident(name)) => name.to_string(),
        _ => return Err("a row is a struct"),
    };
    let mut lifetime = None;
    let mut is_quoted = false;
    for token in tokens {
        match token {
            TokenTree::Group(body) if body.delimiter() == Delimiter::Brace => {
                return Ok(RowStruct { name, lifetime, fields: fields(&body)? });
            }
            TokenTree::Ident(word) if is_quoted && lifetime.is_none() => {
                lifetime = Some(format!("'{word}"));
                is_quoted = false;
            }
            TokenTree::Ident(_) => return Err("a row has one lifetime and no types of its own"),
            TokenTree::Group(_) => return Err("the fields of a row have names"),
            token => is_quoted = token.to_string() == "'",
        }
    }
    Err("the fields of a row have names")
}

/// Reads `name: Type` between commas; attributes and `pub` are left aside.
fn fields(body: &Group) -> Result<Vec<(String, String)>, &'static str> {
    let mut fields = Vec::new();
    let mut tokens = body.stream().into_iter().peekable();
    while tokens.peek().is_some() {
        let mut name = None;
        for token in tokens.by_ref() {
            match token {
                TokenTree::Ident(word) => name = Some(word.to_string()),
                TokenTree::Punct(colon) if colon.as_char() == ':' => break,
                _ => {}
            }
        }
        let name = name.ok_or("the fields of a row have names")?;
        let mut kind = TokenStream::new();
        let mut depth = 0usize;
        for token in tokens.by_ref() {
            if let TokenTree::Punct(sign) = &token {
                match sign.as_char() {
                    ',' if depth == 0 => break,
                    '<' => depth += 1,
                    '>' => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            kind.extend([token]);
        }
        fields.push((name, kind.to_string()));
    }
    Ok(fields)
}

fn write(row: &RowStruct) -> String {
    const SDK: &str = "::bieumau_plugin_sdk";
    let RowStruct { name, lifetime, fields } = row;
    let life = lifetime.as_deref().unwrap_or("'row");
    let of = lifetime.as_ref().map(|life| format!("<{life}>")).unwrap_or_default();
    let field = |kind: &str| format!("<{kind} as {SDK}::cell::Field<{life}>>");
    let mut parts: [String; 5] = Default::default();
    let [columns, look, read, empty, push] = &mut parts;
    for (at, (column, kind)) in fields.iter().enumerate() {
        let field = field(kind);
        // Writing to a string does not fail.
        let _ = write!(columns, "{field}::Column,");
        let _ = write!(look, "{field}::column(table, {column:?})?,");
        let _ = write!(read, "{column}: {field}::read(columns.{at}, row).ok_or({column:?})?,");
        let _ = write!(empty, "{field}::empty({column:?}),");
        let _ = write!(
            push,
            "if let Some(column) = columns.next() {{ {SDK}::cell::Field::push(self.{column}, column); }}"
        );
    }
    format!(
        "impl<{life}> {SDK}::row::Row<{life}> for {name}{of} {{
            type Columns = ({columns});
            fn columns(table: &{life} {SDK}::table::Table) -> ::core::result::Result<Self::Columns, {SDK}::answer::Failure> {{
                Ok(({look}))
            }}
            #[inline]
            fn read(columns: &Self::Columns, row: usize) -> ::core::result::Result<Self, &'static str> {{
                Ok(Self {{ {read} }})
            }}
            fn empty() -> ::std::vec::Vec<{SDK}::table::Column> {{
                ::std::vec![{empty}]
            }}
            #[inline]
            fn push(self, columns: &mut [{SDK}::table::Column]) {{
                let mut columns = columns.iter_mut();
                {push}
            }}
        }}"
    )
}
