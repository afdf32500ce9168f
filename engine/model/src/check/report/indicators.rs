//! Checks statistical tables and lays their rows and columns out flat.
//!
//! What columns the counted tables have is compared in `check::indicators`.

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexMap;

use super::super::Sink;
use super::super::words::{repeats, twice, unknown};
use super::cell_checks;
use crate::codes;
use crate::definition::Report;
use crate::definition::indicator::{
    Chart, Condition, Indicator, Line, Measure, Order, Scalar, ScalarKind, Test,
};
use crate::raw::{Id, RawChart, RawEach, RawIndicator, RawMember, RawTest};
use crate::yaml::{At, Content, Meaning, Node};

pub(super) const ROW: (&str, &str) = ("dòng", "row");
pub(super) const COLUMN: (&str, &str) = ("cột", "column");

/// More lines than this are a slip, and no table that anybody prints.
const MOST_LINES: usize = 400;

/// More series than this cannot be told apart in grey.
const MOST_SERIES: usize = 6;

pub(super) fn indicators(
    raw: Vec<RawIndicator>,
    at: At<'_>,
    sink: &mut Sink<'_>,
) -> Vec<Indicator> {
    let raw = raw.into_iter().enumerate();
    raw.map(|(position, raw)| indicator(raw, at.item(position), sink)).collect()
}

fn indicator(raw: RawIndicator, at: At<'_>, sink: &mut Sink<'_>) -> Indicator {
    let rows = lines(&raw.rows, at.get("rows"), Start::default(), ROW, sink);
    let start = Start {
        measure: raw.count.map(|table| Measure::Count { from: table.0 }),
        conditions: conditions(&raw.only_where, at.get("where"), sink),
    };
    let columns = lines(&raw.columns, at.get("columns"), start, COLUMN, sink);
    let text = |map: IndexMap<Id, String>| map.into_iter().map(|(id, it)| (id.0, it)).collect();
    let (sheet, sheet_heading) = match raw.sheet {
        Some(sheet) => {
            super::template::sheet_name(&sheet.name, at.get("sheet").get("name"), sink);
            (sheet.name, sheet.heading)
        }
        None => (raw.id.0.chars().take(31).collect(), Vec::new()),
    };
    let mut indicator = Indicator {
        sheet,
        sheet_heading,
        id: raw.id.0,
        title: raw.title,
        symbol: raw.symbol,
        unit: raw.unit,
        note: raw.note,
        heading: raw.heading,
        code_heading: raw.code_heading,
        rows,
        columns,
        nil: raw.nil.unwrap_or_else(|| "0".to_owned()),
        missing: raw.missing.unwrap_or_default(),
        checks: Vec::new(),
        charts: charts(raw.charts, at.get("charts"), sink),
        records: raw.records.into_iter().map(|(table, shown)| (table.0, text(shown))).collect(),
    };
    refer(&indicator.rows, ROW, sink);
    refer(&indicator.columns, COLUMN, sink);
    crossings(&indicator, sink);
    charted(&indicator, at.get("charts"), sink);
    indicator.checks = cell_checks::checks(&raw.checks, &indicator, at.get("checks"), sink);
    indicator
}

fn charts(raw: Vec<RawChart>, at: At<'_>, sink: &mut Sink<'_>) -> Vec<Chart> {
    let raw = raw.into_iter().enumerate();
    raw.map(|(position, raw)| {
        let at = at.item(position);
        if raw.series.len() > MOST_SERIES {
            let given = raw.series.len();
            sink.error(
                codes::INDICATOR,
                at.get("series").span(),
                format!("biểu đồ có {given} dãy số liệu; nhiều nhất {MOST_SERIES}"),
                format!("the chart has {given} series; at most {MOST_SERIES}"),
            );
        }
        Chart {
            title: raw.title,
            kind: raw.kind,
            rows: raw.rows.into_iter().map(|id| id.0).collect(),
            series: raw.series.into_iter().map(|(id, name)| (id.0, name)).collect(),
            span: at.span(),
        }
    })
    .collect()
}

/// Reports rows and columns of charts that are not there, and figures that are no whole numbers.
fn charted(indicator: &Indicator, at: At<'_>, sink: &mut Sink<'_>) {
    for (position, chart) in indicator.charts.iter().enumerate() {
        let at = at.item(position);
        let rows = chart.rows.iter().enumerate();
        let rows = rows.map(|(at_row, id)| (id, at.get("rows").item(at_row).span()));
        let series = chart.series.keys().map(|id| (id, at.get("series").key_span(id)));
        let rows = rows.map(|(id, span)| (id, span, &indicator.rows, ROW));
        let series = series.map(|(id, span)| (id, span, &indicator.columns, COLUMN));
        for (id, span, lines, what) in rows.chain(series) {
            match lines.iter().find(|line| line.id == *id) {
                None => {
                    let known = lines.iter().map(|line| line.id.as_str());
                    let known = known.filter(|id| !id.is_empty());
                    sink.push(unknown(codes::INDICATOR_LINE, span, what, id, known));
                }
                Some(Line {
                    measure: Some(Measure::Ratio { .. } | Measure::Average { .. }),
                    ..
                }) => sink.error(
                    codes::INDICATOR,
                    span,
                    format!("biểu đồ chỉ vẽ số đếm và tổng; {} `{id}` là số đã làm tròn", what.0),
                    format!("charts show counts and sums; the {} `{id}` is rounded", what.1),
                ),
                Some(_) => {}
            }
        }
    }
}

/// Reports tables that the report does not have, and figures of checks that are not there.
pub(super) fn references(report: &Report, at: At<'_>, sink: &mut Sink<'_>) {
    for (position, indicator) in report.indicators.iter().enumerate() {
        let at = at.item(position);
        let mut said = BTreeSet::new();
        for line in indicator.rows.iter().chain(&indicator.columns) {
            let from = line.measure.as_ref().and_then(Measure::from).unwrap_or_default();
            if !from.is_empty()
                && !super::tables(report).any(|table| table == from)
                && said.insert(from)
            {
                let known = super::tables(report);
                let what = super::words::TABLE;
                sink.push(unknown(codes::UNKNOWN_TABLE, line.span.clone(), what, from, known));
            }
        }
        for table in indicator.records.keys() {
            let span = at.get("records").key_span(table);
            if !indicator.sources().any(|source| source == table) {
                let known: BTreeSet<&str> = indicator.sources().collect();
                let what = super::words::TABLE;
                sink.push(unknown(codes::UNKNOWN_TABLE, span, what, table, known));
            }
        }
        cell_checks::references(report, indicator, sink);
    }
}

/// What the lines below take over.
#[derive(Clone, Default)]
struct Start {
    measure: Option<Measure>,
    conditions: Vec<Condition>,
}

/// What is known on the way down.
struct Walk<'s, 'f> {
    kind: (&'static str, &'static str),
    lines: Vec<Line>,
    headings: usize,
    sink: &'s mut Sink<'f>,
}

fn lines(
    raw: &[RawMember],
    at: At<'_>,
    start: Start,
    kind: (&'static str, &'static str),
    sink: &mut Sink<'_>,
) -> Vec<Line> {
    let mut walk = Walk { kind, lines: Vec::new(), headings: 0, sink };
    walk.members(raw, at, &start, &[], &HashMap::new(), "");
    let Walk { lines, .. } = walk;
    repeats(lines.iter().map(|line| line.id.as_str()), |position, name| {
        sink.push(twice(lines[position].span.clone(), kind, name));
    });
    if lines.len() > MOST_LINES {
        sink.error(
            codes::INDICATOR,
            at.span(),
            format!("bảng có {} {}; nhiều nhất {MOST_LINES}", lines.len(), kind.0),
            format!("the table has {} {}s; at most {MOST_LINES}", lines.len(), kind.1),
        );
    }
    lines
}

impl Walk<'_, '_> {
    fn is_rows(&self) -> bool {
        self.kind == ROW
    }

    /// `renamed` are ids that stand inside an `each`, with what they are called there.
    fn members(
        &mut self,
        raw: &[RawMember],
        at: At<'_>,
        start: &Start,
        above: &[(usize, String)],
        renamed: &HashMap<String, String>,
        suffix: &str,
    ) {
        for (position, member) in raw.iter().enumerate() {
            let at = at.item(position);
            // A long table with a slip in `each` would fill the memory.
            if self.lines.len() > MOST_LINES {
                return;
            }
            match &member.each {
                None => self.member(member, at, start, above, (renamed, suffix), None),
                Some(each) => self.each(member, each, at, start, above, (renamed, suffix)),
            }
        }
    }

    fn each(
        &mut self,
        member: &RawMember,
        each: &RawEach,
        at: At<'_>,
        start: &Start,
        above: &[(usize, String)],
        (renamed, suffix): (&HashMap<String, String>, &str),
    ) {
        let values_at = at.get("each").get("values");
        let mut own = Vec::new();
        ids(member, &mut own);
        for (value, title) in &each.values {
            let suffix = format!("{suffix}_{}", in_id(value));
            let mut renamed = renamed.clone();
            renamed.extend(own.iter().map(|id| (id.clone(), format!("{id}{suffix}"))));
            let span = values_at.key_span(value);
            let scalar = Scalar { text: value.clone(), kind: ScalarKind::Key };
            let condition =
                Condition { column: each.column.0.clone(), test: Test::In(vec![scalar]), span };
            let mut start = start.clone();
            start.conditions.push(condition);
            self.member(member, at, &start, above, (&renamed, &suffix), Some(title));
        }
    }

    fn member(
        &mut self,
        member: &RawMember,
        at: At<'_>,
        start: &Start,
        above: &[(usize, String)],
        (renamed, suffix): (&HashMap<String, String>, &str),
        value_title: Option<&String>,
    ) {
        let title = match (&member.title, value_title) {
            (Some(title), Some(value)) => title.replace("{title}", value),
            (Some(title), None) => title.clone(),
            (None, Some(value)) => value.clone(),
            (None, None) => {
                self.say(at, "thiếu `title`", "`title` is missing");
                String::new()
            }
        };
        if member.optional && !self.is_rows() {
            self.say(at.get("optional"), "chỉ dòng có `optional`", "only rows are `optional`");
        }
        let (below, wrong) = if self.is_rows() {
            (&member.rows, (&member.columns, "columns"))
        } else {
            (&member.columns, (&member.rows, "rows"))
        };
        if !wrong.0.is_empty() {
            let key = wrong.1;
            let (vi, en) =
                (format!("`{key}` không dùng ở đây"), format!("`{key}` does not go here"));
            self.sink.error(codes::INDICATOR, at.key_span(key), vi, en);
        }
        let measure = self.measure(member, at, renamed);
        let mut inherited = start.clone();
        inherited.conditions.extend(conditions(&member.only_where, at.get("where"), self.sink));
        if let Some(own) = measure.as_ref().filter(|own| !own.is_derived()) {
            inherited.measure = Some(own.clone());
        }
        let is_line = self.is_line(member, below, at);
        if is_line || self.is_rows() {
            let id = member.id.as_ref().map(|id| id.0.as_str()).unwrap_or_default();
            let id = renamed.get(id).cloned().unwrap_or_else(|| id.to_owned());
            let derived = measure.filter(Measure::is_derived);
            self.lines.push(Line {
                measure: match is_line {
                    true => derived.or_else(|| inherited.measure.clone()),
                    false => None,
                },
                id,
                title: title.clone(),
                code: member.code.clone(),
                above: above.to_vec(),
                optional: member.optional,
                conditions: if is_line { inherited.conditions.clone() } else { Vec::new() },
                span: at.get("id").span(),
            });
        }
        if !below.is_empty() {
            self.headings += 1;
            let mut above = above.to_vec();
            above.push((self.headings, title));
            let key = if self.is_rows() { "rows" } else { "columns" };
            self.members(below, at.get(key), &inherited, &above, renamed, suffix);
        }
    }

    /// A line has an id and figures; a heading has neither.
    fn is_line(&mut self, member: &RawMember, below: &[RawMember], at: At<'_>) -> bool {
        let has_id = member.id.is_some();
        if !self.is_rows() && has_id && !below.is_empty() {
            self.say(
                at.get("id"),
                "tiêu đề trên nhiều cột không có `id`; đặt cột tổng bên trong nó",
                "a heading over columns has no `id`; put the column of the total inside it",
            );
            return false;
        }
        if !has_id && below.is_empty() {
            self.say(at, "thiếu `id`", "`id` is missing");
        }
        has_id
    }

    fn measure(
        &mut self,
        member: &RawMember,
        at: At<'_>,
        renamed: &HashMap<String, String>,
    ) -> Option<Measure> {
        let named = |id: &Option<Id>| id.as_ref().map(|id| id.0.clone()).unwrap_or_default();
        let line = |id: &Id| renamed.get(&id.0).cloned().unwrap_or_else(|| id.0.clone());
        let of = |id: &Option<Id>| id.as_ref().map(&line).unwrap_or_default();
        let keys = [
            ("count", member.count.is_some()),
            ("sum", member.sum.is_some()),
            ("average", member.average.is_some()),
            ("share", member.share.is_some()),
            ("ratio", member.ratio.is_some()),
            ("plus", !member.plus.is_empty()),
        ];
        let mut given = keys.iter().filter(|(_, given)| *given).map(|(key, _)| *key);
        let key = given.next()?;
        if let Some(other) = given.next() {
            let vi = format!("`{key}` và `{other}` không dùng cùng nhau");
            let en = format!("`{key}` and `{other}` do not go together");
            self.sink.error(codes::INDICATOR, at.key_span(other), vi, en);
        }
        let (takes, present) = match key {
            "sum" | "average" => ("from", member.from.is_some()),
            "share" | "ratio" => ("of", member.of.is_some()),
            _ => ("", true),
        };
        if !present {
            let vi = format!("`{key}` cần thêm `{takes}`");
            let en = format!("`{key}` needs `{takes}` too");
            self.sink.error(codes::INDICATOR, at.key_span(key), vi, en);
        }
        let decimals = member.decimals.unwrap_or(1);
        Some(match key {
            "count" => Measure::Count { from: named(&member.count) },
            "sum" => Measure::Sum { from: named(&member.from), column: named(&member.sum) },
            "average" => Measure::Average {
                from: named(&member.from),
                column: named(&member.average),
                decimals,
            },
            "plus" => Measure::Plus(member.plus.iter().map(line).collect()),
            _ => Measure::Ratio {
                part: if key == "share" { of(&member.share) } else { of(&member.ratio) },
                whole: of(&member.of),
                decimals,
                percent: key == "share",
            },
        })
    }

    fn say(&mut self, at: At<'_>, vi: &str, en: &str) {
        self.sink.error(codes::INDICATOR, at.span(), vi.to_owned(), en.to_owned());
    }
}

/// Collects the ids of a member and of all below it.
fn ids(member: &RawMember, found: &mut Vec<String>) {
    found.extend(member.id.iter().map(|id| id.0.clone()));
    member.rows.iter().chain(&member.columns).for_each(|below| ids(below, found));
}

/// Writes a value so that it may stand in an id.
fn in_id(value: &str) -> String {
    let letter = |ch: char| if ch.is_ascii_alphanumeric() { ch.to_ascii_lowercase() } else { '_' };
    value.chars().map(letter).collect()
}

fn conditions(raw: &IndexMap<Id, RawTest>, at: At<'_>, sink: &mut Sink<'_>) -> Vec<Condition> {
    let mut found = Vec::new();
    for (column, test) in raw {
        let own = at.get(&column.0);
        let mut add = |test: Test| {
            let (column, span) = (column.0.clone(), at.key_span(&column.0));
            found.push(Condition { column, test, span });
        };
        match test {
            RawTest::One(_) => add(Test::In(scalars(own.node))),
            RawTest::Several(_) => {
                let values = scalars(own.node);
                if values.is_empty() {
                    let (vi, en) = ("danh sách giá trị trống", "the list of values is empty");
                    sink.error(codes::INDICATOR, own.span(), vi.to_owned(), en.to_owned());
                }
                add(Test::In(values));
            }
            RawTest::Bounds(bounds) => {
                let orders = [
                    ("from", Order::AtLeast),
                    ("to", Order::AtMost),
                    ("above", Order::More),
                    ("below", Order::Less),
                ];
                for (key, order) in orders {
                    let value = own.node.get(key).and_then(scalar);
                    value.into_iter().for_each(|value| add(Test::Is(order, value)));
                }
                if let Some(not) = own.node.get("not") {
                    add(Test::NotIn(scalars(not)));
                }
                if let Some(missing) = bounds.missing {
                    add(Test::Missing(missing));
                }
            }
        }
    }
    found
}

fn scalars(node: &Node) -> Vec<Scalar> {
    match &node.content {
        Content::List(items) => items.iter().filter_map(scalar).collect(),
        _ => scalar(node).into_iter().collect(),
    }
}

fn scalar(node: &Node) -> Option<Scalar> {
    let kind = match node.meaning()? {
        Meaning::Integer(_) | Meaning::Number => ScalarKind::Number,
        Meaning::Boolean(_) => ScalarKind::Flag,
        Meaning::Text => ScalarKind::Text,
        Meaning::Null => return None,
    };
    Some(Scalar { text: crate::text::nfc(node.text()?).into_owned(), kind })
}

/// Reports lines that are found from lines that are not there, or from themselves.
fn refer(lines: &[Line], what: (&str, &str), sink: &mut Sink<'_>) {
    let by_id: HashMap<&str, &Line> = lines
        .iter()
        .filter(|line| !line.id.is_empty())
        .map(|line| (line.id.as_str(), line))
        .collect();
    for line in lines {
        for id in parts(line) {
            let Some(found) = by_id.get(id) else {
                if !id.is_empty() {
                    let known = lines.iter().map(|line| line.id.as_str());
                    let known = known.filter(|id| !id.is_empty());
                    let span = line.span.clone();
                    sink.push(unknown(codes::INDICATOR_LINE, span, what, id, known));
                }
                continue;
            };
            let rounded =
                matches!(found.measure, Some(Measure::Ratio { .. } | Measure::Average { .. }));
            if rounded {
                sink.error(
                    codes::INDICATOR,
                    line.span.clone(),
                    format!("`{}` không cộng hay chia được từ `{id}`, một số đã làm tròn", line.id),
                    format!("`{}` cannot be found from `{id}`, which is rounded", line.id),
                );
            }
        }
        if comes_from_itself(line, &by_id) {
            sink.error(
                codes::INDICATOR,
                line.span.clone(),
                format!("`{}` được tính từ chính nó", line.id),
                format!("`{}` is found from itself", line.id),
            );
        }
    }
}

fn parts(line: &Line) -> Vec<&str> {
    match &line.measure {
        Some(Measure::Ratio { part, whole, .. }) => vec![part, whole],
        Some(Measure::Plus(terms)) => terms.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

fn comes_from_itself(line: &Line, by_id: &HashMap<&str, &Line>) -> bool {
    let mut open = parts(line);
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if id == line.id {
            return true;
        }
        if seen.insert(id) {
            open.extend(by_id.get(id).into_iter().flat_map(|line| parts(line)));
        }
    }
    false
}

/// Reports crossings without a figure, or with two.
fn crossings(indicator: &Indicator, sink: &mut Sink<'_>) {
    let base = |line: &&Line| line.measure.as_ref().is_some_and(|own| !own.is_derived());
    let ratio = |line: &&Line| matches!(line.measure, Some(Measure::Ratio { .. }));
    let bare = |line: &&Line| line.measure.is_none() && !line.id.is_empty();
    let (rows, columns) = (&indicator.rows, &indicator.columns);
    for (one, other) in [(rows, columns), (columns, rows)] {
        // Said once, where the lines of the other direction cannot give it either.
        if let (Some(line), Some(_)) = (one.iter().find(bare), other.iter().find(bare)) {
            let (id, span) = (&line.id, line.span.clone());
            sink.error(
                codes::INDICATOR,
                span,
                format!("`{id}` không cho biết đếm gì: thiếu `count`, `sum` hoặc `average`"),
                format!("`{id}` does not say what is counted: no `count`, `sum` or `average`"),
            );
            break;
        }
    }
    for (kind, words) in [
        (&base as &dyn Fn(&&Line) -> bool, ("số đếm", "what is counted")),
        (&ratio, ("tỉ lệ", "a ratio")),
    ] {
        if let (Some(row), Some(column)) = (rows.iter().find(kind), columns.iter().find(kind)) {
            sink.error(
                codes::INDICATOR,
                column.span.clone(),
                format!("dòng `{}` và cột `{}` cùng khai {}", row.id, column.id, words.0),
                format!("the row `{}` and the column `{}` both say {}", row.id, column.id, words.1),
            );
        }
    }
    if indicator.code_heading.is_none()
        && let Some(line) = rows.iter().find(|line| line.code.is_some())
    {
        sink.error(
            codes::INDICATOR,
            line.span.clone(),
            "dòng có `code` thì bảng cần `code_heading`".to_owned(),
            "rows with a `code` need `code_heading` of the table".to_owned(),
        );
    }
}
