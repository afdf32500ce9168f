//! Builds the one JSON object that a template sees, from a report's tables.
//!
//! The shape is written down in the documentation of templates. Laying it out is the job of
//! `render`.

use std::collections::HashMap;

use indexmap::IndexMap;
use jiff::civil::Date;
use serde_json::{Map, Value as Json, json};

use crate::definition::{Code, CodeList, Node, ParameterType, Report, Signature};
use crate::format::{date_iso, date_long, date_short, decimal};
use crate::table::{Cells, Table, Value};
use crate::text::Locale;

/// What a document is made from, beside the report and its tables.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Code lists by id.
    pub code_lists: &'a IndexMap<String, CodeList>,
    /// Values of the report's parameters by id; one that was not given is absent or missing.
    pub parameters: &'a IndexMap<String, Value>,
    /// The day on which the names of codes are looked up: a code may have meant something else
    /// before. See [`day_of_names`].
    pub day: Date,
    /// How values came about, for the nodes that show it; see [`explains`].
    pub derivations: &'a [Derivation],
}

/// How one value of a table came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derivation {
    /// Table, under the name that the report gave it.
    pub table: String,
    /// Row, counted from 0.
    pub row: usize,
    /// Column.
    pub column: String,
    /// The article that was applied.
    pub rule: String,
    /// What went in, by its name.
    pub inputs: Vec<(String, String)>,
    /// The steps, in order.
    pub steps: Vec<String>,
    /// What came out.
    pub result: String,
}

/// Why tables and a checked report do not fit: a dataset or rule gave something else than declared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// No table has the name that a node reads.
    #[error("there is no table `{table}` for `{node}`")]
    MissingTable {
        /// Path of the node, `pupils.years`.
        node: String,
        /// Table.
        table: String,
    },
    /// A table lacks a column that a node uses.
    #[error("table `{table}` has no column `{column}`, which `{node}` uses")]
    MissingColumn {
        /// Path of the node.
        node: String,
        /// Table.
        table: String,
        /// Column.
        column: String,
    },
}

/// Returns the object that the template of `report` sees.
///
/// Takes time linear in the cells of `tables`, each of which a node may use.
pub fn tree(
    report: &Report,
    tables: &[Table],
    context: &Context<'_>,
) -> Result<Json, DocumentError> {
    let mut object = Map::new();
    object.insert("report".to_owned(), head(report));
    object.insert("parameters".to_owned(), parameters(report, context.parameters));
    let mut builder =
        Builder { tables, names: CodeNames::new(context), derivations: context.derivations };
    for (name, node) in &report.document {
        let level = builder.level(node, name, None)?;
        object.insert(name.clone(), level.all());
    }
    let mut tree = Json::Object(object);
    put_layout(report, &mut tree);
    Ok(tree)
}

/// Completes a sample, which need not hold what the definition says by itself: the layout, and the
/// nodes that layers added, which are empty.
pub fn complete(report: &Report, sample: &mut Json) {
    fn below(nodes: &IndexMap<String, Node>, object: &mut Json) {
        let Json::Object(object) = object else { return };
        for (name, node) in nodes {
            if node.added && !object.contains_key(name) {
                let empty = if node.one { Json::Null } else { Json::Array(Vec::new()) };
                object.insert(name.clone(), empty);
            }
            match object.get_mut(name) {
                Some(Json::Array(rows)) => {
                    rows.iter_mut().for_each(|row| below(&node.children, row));
                }
                Some(Json::Object(rows)) if node.keyed_by.is_some() => {
                    rows.values_mut().for_each(|row| below(&node.children, row));
                }
                Some(row) => below(&node.children, row),
                None => {}
            }
        }
    }
    below(&report.document, sample);
    put_layout(report, sample);
}

/// Puts what the page of `report` says around its data into `tree`: words, columns and signatures
/// under `layout`, with the names of those who sign.
fn put_layout(report: &Report, tree: &mut Json) {
    let made = match &report.layout {
        Some(layout) => {
            let signatures: Vec<Json> =
                layout.signatures.iter().map(|own| signature(own, tree)).collect();
            json!({"labels": layout.labels, "columns": layout.columns, "signatures": signatures})
        }
        // Statistical forms share a template, whether they say who signs or not.
        None if !report.indicators.is_empty() => Json::Null,
        None => return,
    };
    if let Json::Object(object) = tree {
        object.insert("layout".to_owned(), made);
    }
}

fn signature(own: &Signature, tree: &Json) -> Json {
    let found = |place: &Option<(String, String)>| {
        place.as_ref().map(|(node, column)| tree[node][column].clone())
    };
    let post = found(&own.post_of).filter(|post| !post.is_null());
    json!({
        "id": own.id, "post": post.unwrap_or_else(|| json!(own.post)), "authority": own.authority,
        "hint": own.hint, "name": found(&own.name), "dated": own.dated,
    })
}

/// Returns whether the document of `report` shows how values came about.
pub fn explains(report: &Report) -> bool {
    fn any(nodes: &IndexMap<String, Node>) -> bool {
        nodes.values().any(|node| node.explain || any(&node.children))
    }
    any(&report.document)
}

/// Returns the day whose names of codes a document shows: the end of its school year, or `today`
/// for a report that is of no year.
pub fn day_of_names(report: &Report, parameters: &IndexMap<String, Value>, today: Date) -> Date {
    let year = report
        .parameters
        .iter()
        .filter(|parameter| parameter.kind == ParameterType::SchoolYear)
        .find_map(|parameter| match parameters.get(&parameter.id) {
            Some(Value::Integer(year)) => i16::try_from(*year).ok(),
            _ => None,
        });
    year.and_then(|year| Date::new(year.checked_add(1)?, 5, 31).ok()).unwrap_or(today)
}

/// Returns a cell as templates see it.
pub fn cell(value: &Value) -> Json {
    match value {
        Value::Missing => Json::Null,
        Value::Text(text) => Json::String(text.clone()),
        Value::Integer(number) => json!(number),
        Value::Decimal { units, scale } => Json::String(decimal(*units, *scale)),
        Value::Date(date) => json!({
            "iso": date_iso(*date),
            "short": date_short(*date),
            "long": date_long(*date),
        }),
        Value::Boolean(flag) => Json::Bool(*flag),
    }
}

fn head(report: &Report) -> Json {
    json!({
        "id": report.id,
        "title": report.title.get(Locale::Vi),
        "version": report.version,
        "source": report.source,
    })
}

fn parameters(report: &Report, given: &IndexMap<String, Value>) -> Json {
    let entry = |(id, kind): (&String, &ParameterType)| {
        let value = given.get(id).unwrap_or(&Value::Missing);
        let shown = match (kind, value) {
            (ParameterType::SchoolYear, Value::Integer(year)) => school_year(*year),
            _ => cell(value),
        };
        (id.clone(), shown)
    };
    let all = report.parameters.iter().map(|parameter| (&parameter.id, &parameter.kind));
    Json::Object(all.map(entry).collect())
}

fn school_year(start: i64) -> Json {
    let end = start.saturating_add(1);
    json!({"start": start, "end": end, "text": format!("{start}-{end}")})
}

/// The objects `{code, name, symbol}` of every code on one day, by list.
struct CodeNames<'a> {
    context: &'a Context<'a>,
    by_list: HashMap<&'a str, HashMap<&'a str, Json>>,
}

impl<'a> CodeNames<'a> {
    fn new(context: &'a Context<'a>) -> Self {
        Self { context, by_list: HashMap::new() }
    }

    /// Returns what stands for each value of `cells` in the list `list`.
    ///
    /// A stored code that the list lacks stands for itself: an old record stays readable.
    fn show(&mut self, list: &'a str, cells: &Cells) -> Vec<Json> {
        let context = self.context;
        let names = self.by_list.entry(list).or_insert_with(|| names(list, context));
        let show = |code: String| {
            names.get(code.as_str()).cloned().unwrap_or_else(
                || json!({"code": code.clone(), "name": code.clone(), "symbol": code}),
            )
        };
        (0..cells.len()).map(|row| key_text(&cells.value(row)).map_or(Json::Null, show)).collect()
    }
}

/// Makes the object of each code of `list`: the entry of the day wins over others of that code.
fn names<'a>(list: &str, context: &'a Context<'a>) -> HashMap<&'a str, Json> {
    let object = |entry: &Code| {
        let name = entry.name.get(Locale::Vi);
        json!({
            "code": entry.code,
            "name": name,
            "symbol": entry.symbol.as_deref().unwrap_or(name),
        })
    };
    let codes = context.code_lists.get(list).map(|list| list.codes.as_slice()).unwrap_or_default();
    let holds = |entry: &&Code| entry.holds_on(context.day);
    codes
        .iter()
        .chain(codes.iter().filter(holds))
        .map(|entry| (entry.code.as_str(), object(entry)))
        .collect()
}

struct Builder<'a> {
    tables: &'a [Table],
    names: CodeNames<'a>,
    derivations: &'a [Derivation],
}

/// A node with everything that its rows need, made once for all parent rows.
struct Level<'a> {
    node: &'a Node,
    rows: usize,
    columns: Vec<(&'a str, Shown<'a>)>,
    /// The columns `on` and their values, by which the rows belong to parents.
    join: Option<Join<'a>>,
    /// Text of the `keyed_by` cell of each row.
    keys: Option<Vec<Option<String>>>,
    /// Derivations by row, when the node shows them.
    explained: Option<HashMap<usize, Map<String, Json>>>,
    children: Vec<(&'a str, Level<'a>)>,
}

/// How the cells of a column are shown.
enum Shown<'a> {
    AsTheyAre(&'a Cells),
    Codes(Vec<Json>),
}

/// The rows of a level by the values that tie them to a parent.
struct Join<'a> {
    parent: Vec<&'a Cells>,
    rows: HashMap<Vec<Value>, Vec<usize>>,
}

impl<'a> Builder<'a> {
    fn level(
        &mut self,
        node: &'a Node,
        path: &str,
        parent: Option<&'a Table>,
    ) -> Result<Level<'a>, DocumentError> {
        let table =
            self.tables.iter().find(|table| table.name() == node.from).ok_or_else(|| {
                DocumentError::MissingTable { node: path.to_owned(), table: node.from.clone() }
            })?;
        let column = |table: &'a Table, name: &str| {
            table.column(name).ok_or_else(|| DocumentError::MissingColumn {
                node: path.to_owned(),
                table: table.name().to_owned(),
                column: name.to_owned(),
            })
        };
        let join = match parent {
            Some(parent) if !node.on.is_empty() => {
                let own: Vec<_> =
                    node.on.iter().map(|name| column(table, name)).collect::<Result<_, _>>()?;
                let parent =
                    node.on.iter().map(|name| column(parent, name)).collect::<Result<_, _>>()?;
                Some(Join { parent, rows: index(&own, table.rows()) })
            }
            _ => None,
        };
        let keys = match &node.keyed_by {
            Some(name) => Some(texts(column(table, name)?)),
            None => None,
        };
        for name in node.codes.keys() {
            column(table, name)?;
        }
        let columns = table
            .columns()
            .iter()
            .map(|column| {
                let shown = match node.codes.get(&column.name) {
                    Some(list) => Shown::Codes(self.names.show(list, &column.cells)),
                    None => Shown::AsTheyAre(&column.cells),
                };
                (column.name.as_str(), shown)
            })
            .collect();
        let children = node
            .children
            .iter()
            .map(|(name, child)| {
                let level = self.level(child, &format!("{path}.{name}"), Some(table))?;
                Ok((name.as_str(), level))
            })
            .collect::<Result<_, _>>()?;
        let explained = node.explain.then(|| derived(self.derivations, &node.from));
        Ok(Level { node, rows: table.rows(), columns, join, keys, explained, children })
    }
}

/// Puts the derivations of a table under row and column; a value that was found and then replaced
/// has more than one.
fn derived(derivations: &[Derivation], table: &str) -> HashMap<usize, Map<String, Json>> {
    let mut rows: HashMap<usize, Map<String, Json>> = HashMap::new();
    for one in derivations.iter().filter(|one| one.table == table) {
        let inputs: Vec<Json> =
            one.inputs.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        let said = json!({
            "rule": one.rule, "inputs": inputs, "steps": one.steps, "result": one.result,
        });
        let columns = rows.entry(one.row).or_default();
        let all = columns.entry(one.column.clone()).or_insert_with(|| json!([]));
        if let Json::Array(all) = all {
            all.push(said);
        }
    }
    rows
}

impl Level<'_> {
    fn all(&self) -> Json {
        self.gather(0..self.rows)
    }

    /// Returns what belongs to row `parent` of the level above.
    fn below(&self, parent: usize) -> Json {
        match &self.join {
            None => self.all(),
            Some(join) => {
                let key: Vec<Value> = join.parent.iter().map(|cells| cells.value(parent)).collect();
                self.gather(join.rows.get(&key).into_iter().flatten().copied())
            }
        }
    }

    fn gather(&self, mut rows: impl Iterator<Item = usize>) -> Json {
        if self.node.one {
            return rows.next().map_or(Json::Null, |row| self.row(row));
        }
        match &self.keys {
            None => Json::Array(rows.map(|row| self.row(row)).collect()),
            Some(keys) => {
                let entry = |row: usize| Some((keys[row].clone()?, self.row(row)));
                Json::Object(rows.filter_map(entry).collect())
            }
        }
    }

    fn row(&self, row: usize) -> Json {
        let columns = self.columns.iter().map(|(name, shown)| {
            let value = match shown {
                Shown::AsTheyAre(cells) => cell(&cells.value(row)),
                Shown::Codes(codes) => codes[row].clone(),
            };
            ((*name).to_owned(), value)
        });
        let children =
            self.children.iter().map(|(name, level)| ((*name).to_owned(), level.below(row)));
        let explained = self.explained.as_ref().map(|rows| {
            let own = rows.get(&row).cloned().unwrap_or_default();
            ("explain".to_owned(), Json::Object(own))
        });
        Json::Object(columns.chain(children).chain(explained).collect())
    }
}

/// Sorts rows by the values of `on`; a row that lacks one belongs to nobody.
fn index(on: &[&Cells], rows: usize) -> HashMap<Vec<Value>, Vec<usize>> {
    let mut found: HashMap<Vec<Value>, Vec<usize>> = HashMap::new();
    for row in 0..rows {
        let key: Vec<Value> = on.iter().map(|cells| cells.value(row)).collect();
        if !key.contains(&Value::Missing) {
            found.entry(key).or_default().push(row);
        }
    }
    found
}

fn texts(cells: &Cells) -> Vec<Option<String>> {
    (0..cells.len()).map(|row| key_text(&cells.value(row))).collect()
}

/// Returns the text by which a value is looked up.
fn key_text(value: &Value) -> Option<String> {
    match value {
        Value::Missing => None,
        Value::Text(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Decimal { units, scale } => Some(decimal(*units, *scale)),
        Value::Date(date) => Some(date_iso(*date)),
        Value::Boolean(flag) => Some(flag.to_string()),
    }
}
