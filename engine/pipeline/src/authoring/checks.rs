//! The checks that every rule gets for nothing, on calls made from its golden cases.
//!
//! A rule is pure and treats each pupil alone, so the same call, another order, or a part of the
//! pupils must give the same; and whatever comes in, it answers or says why not.

use std::collections::BTreeMap;

use bieumau_model::cases::{CaseFile, Expected};
use bieumau_model::definition::RuleDeclaration;
use bieumau_model::table::{ColumnType, Table, Value};
use bieumau_model::text::{Locale, Text};
use bieumau_plugin_host::{Answer, Explain, Plugin, PluginError};

use super::cases::{said, shown, whose};
use super::generate::{Call, key, names};

/// What came of one check of one rule.
#[derive(Debug, Clone)]
pub struct CheckResult {
    /// Rule.
    pub rule: String,
    /// What was checked.
    pub name: Text,
    /// What is wrong.
    pub failure: Option<Text>,
}

/// How many cases of a rule the checks use: those with the most rows.
const CASES: usize = 3;

/// How many rows a made call has at most.
const ROWS: usize = 600;

/// How many calls with one wrong value are tried.
const WRONG_CALLS: usize = 200;

/// Checks every rule that has a case with an answer.
pub(super) fn check(plugin: &Plugin, files: &[(String, CaseFile)]) -> Vec<CheckResult> {
    let mut results = Vec::new();
    for rule in &plugin.manifest().rules {
        let mut calls: Vec<Call> = files
            .iter()
            .filter(|(_, file)| file.rule == rule.id)
            .flat_map(|(_, file)| &file.cases)
            .filter(|case| matches!(case.expected, Expected::Answer { .. }))
            .map(|case| Call { parameters: case.parameters.clone(), tables: case.given.clone() })
            .collect();
        calls.sort_by_key(|call| std::cmp::Reverse(call.rows()));
        calls.truncate(CASES);
        if !calls.is_empty() {
            Checks { plugin, rule, calls }.run(&mut results);
        }
    }
    results
}

/// A rule with the calls to check it on.
struct Checks<'a> {
    plugin: &'a Plugin,
    rule: &'a RuleDeclaration,
    calls: Vec<Call>,
}

type Checked = Result<(), Text>;

impl Checks<'_> {
    fn run(&self, results: &mut Vec<CheckResult>) {
        let mut add = |vi: &str, en: &str, checked: Checked| {
            results.push(CheckResult {
                rule: self.rule.id.clone(),
                name: Text::both(vi, en),
                failure: checked.err(),
            });
        };
        add("gọi hai lần như nhau", "two calls are equal", self.each(Self::twice));
        if key(self.rule).is_some() {
            add(
                "chia lô và gộp lô như nhau",
                "split and merged batches are equal",
                self.each(Self::split),
            );
            add(
                "đổi thứ tự học sinh như nhau",
                "permuted pupils are equal",
                self.each(Self::permuted),
            );
        }
        if self.gives_decimals() {
            add("làm tròn đúng ở giữa", "ties are rounded exactly", self.each(Self::ties));
        }
        add("lớp trống có trả lời", "an empty class has an answer", self.each(Self::empty));
        add(
            "dữ liệu sai cho nhận xét hoặc lý do",
            "malformed input gives a finding or a reason",
            self.each(Self::malformed),
        );
    }

    fn each(&self, check: impl Fn(&Self, &Call) -> Checked) -> Checked {
        self.calls.iter().try_for_each(|call| check(self, call))
    }

    fn apply(&self, call: &Call, explain: Explain) -> Result<Answer, PluginError> {
        self.plugin.apply(&self.rule.id, &call.parameters, &call.tables, explain)
    }

    fn answer(&self, call: &Call) -> Result<Answer, Text> {
        self.apply(call, Explain::No).map_err(|error| said(&error))
    }

    fn twice(&self, call: &Call) -> Checked {
        let first = self.answer(call)?;
        same(&first, &self.answer(call)?)?;
        // Explaining changes nothing but the explanations.
        let explained = self.apply(call, Explain::Yes).map_err(|error| said(&error))?;
        same(&first, &explained)
    }

    /// The call as one batch, as two halves, and with copies of its pupils in the same batch.
    fn split(&self, call: &Call) -> Checked {
        let Some(key) = key(self.rule) else { return Ok(()) };
        let call = self.many(call, key);
        let whole = self.answer(&call)?;
        let mut halves = Grouped::default();
        for which in [0, 1] {
            halves.add(&self.answer(&call.half(key, which))?, key);
        }
        Grouped::of(&whole, key).same(&halves)
    }

    fn permuted(&self, call: &Call) -> Checked {
        let Some(key) = key(self.rule) else { return Ok(()) };
        let call = self.many(call, key);
        let forwards = self.answer(&call)?;
        let backwards = self.answer(&call.backwards(key))?;
        Grouped::of(&forwards, key).same(&Grouped::of(&backwards, key))
    }

    /// With a parameter `rounding`, what is rounded half up and to even lies between what is
    /// rounded down and up, in that order; else the made marks must only be answered.
    fn ties(&self, call: &Call) -> Checked {
        let call = key(self.rule).map_or_else(|| call.clone(), |key| self.many(call, key));
        if !self.rule.parameters.contains_key("rounding") {
            return self.answer(&call).map(|_| ());
        }
        let rounded = |how: &str| self.answer(&call.with_parameter("rounding", how));
        let [down, even, half, up] =
            [rounded("down")?, rounded("half_even")?, rounded("half_up")?, rounded("up")?];
        for table in &half.tables {
            for column in table.columns() {
                let name = &column.name;
                for row in 0..table.rows() {
                    let cell = |answer: &Answer| {
                        let cell = answer.table(table.name())?.value(row, name)?;
                        if let Value::Decimal { units, .. } = cell { Some(units) } else { None }
                    };
                    let cells = [cell(&down), cell(&even), cell(&half), cell(&up)];
                    let [Some(down), Some(even), Some(half), Some(up)] = cells else { continue };
                    if !(down <= even && even <= half && half <= up) {
                        let place = place(table, row, name);
                        return Err(Text::both(
                            format!(
                                "{}: xuống {down}, chẵn {even}, giữa lên {half}, lên {up}",
                                place.get(Locale::Vi)
                            ),
                            format!(
                                "{}: down {down}, half even {even}, half up {half}, up {up}",
                                place.get(Locale::En)
                            ),
                        ));
                    }
                }
            }
        }
        Ok(())
    }

    fn empty(&self, call: &Call) -> Checked {
        match self.apply(&call.empty(), Explain::No) {
            Ok(_) | Err(PluginError::RuleFailed { .. }) => Ok(()),
            Err(error) => Err(said(&error)),
        }
    }

    fn malformed(&self, call: &Call) -> Checked {
        for (what, wrong) in wrong_calls(self.rule, call) {
            match self.apply(&wrong, Explain::Yes) {
                Ok(_) | Err(PluginError::RuleFailed { .. }) => {}
                Err(error) => {
                    let said = said(&error);
                    let say = |locale| format!("{}: {}", what.get(locale), said.get(locale));
                    return Err(Text::both(say(Locale::Vi), say(Locale::En)));
                }
            }
        }
        Ok(())
    }

    /// As many copies of the call, with marks of their own, as are quickly computed.
    fn many(&self, call: &Call, key: &str) -> Call {
        call.copies(key, (ROWS / call.rows().max(1)).clamp(2, 60))
    }

    fn gives_decimals(&self) -> bool {
        let columns = self.rule.gives.iter().flat_map(|table| &table.columns);
        columns.into_iter().any(|column| matches!(column.kind, ColumnType::Decimal(_)))
    }
}

/// Makes calls that each have one thing wrong, as often happens and as never should.
fn wrong_calls(rule: &RuleDeclaration, call: &Call) -> Vec<(Text, Call)> {
    let mut calls = Vec::new();
    for name in rule.parameters.keys() {
        let what =
            Text::both(format!("tham số `{name}` là `?`"), format!("parameter `{name}` is `?`"));
        calls.push((what, call.with_parameter(name, "?")));
    }
    for table in rule.takes.iter().filter(|table| table.optional) {
        let name = &table.name;
        let what = Text::both(format!("không có bảng `{name}`"), format!("no table `{name}`"));
        calls.push((what, call.without(name)));
    }
    for (at, table) in call.tables.iter().enumerate() {
        for column in table.columns() {
            for value in wrong_values(column.cells.kind()) {
                // The first row and the last; all rows of all columns would take long.
                let mut rows = vec![0, table.rows().saturating_sub(1)];
                rows.dedup();
                for row in rows.into_iter().filter(|row| *row < table.rows()) {
                    let place = place(table, row, &column.name);
                    let say = |locale| format!("{} = {}", place.get(locale), shown(&value));
                    let what = Text::both(say(Locale::Vi), say(Locale::En));
                    calls.push((what, call.with_cell(at, row, &column.name, &value)));
                }
            }
        }
    }
    // When there are too many, some of each column are better than all of the first.
    let step = calls.len().div_ceil(WRONG_CALLS).max(1);
    calls.into_iter().step_by(step).collect()
}

fn wrong_values(kind: ColumnType) -> Vec<Value> {
    let mut values = vec![Value::Missing];
    match kind {
        ColumnType::Text => {
            values.extend(
                ["", "?", "Đỗ<b>#eval", "' OR 1=1 --"].map(|text| Value::Text(text.to_owned())),
            );
        }
        ColumnType::Integer => {
            values.extend([-1, 0, 99, 1_000_000_000_000].map(Value::Integer));
        }
        ColumnType::Decimal(scale) => {
            values.extend(
                [-1, 0, 999, 1_000_000_000_000].map(|units| Value::Decimal { units, scale }),
            );
        }
        ColumnType::Date => values.extend([
            Value::Date(jiff::civil::Date::constant(1000, 1, 1)),
            Value::Date(jiff::civil::Date::constant(9000, 12, 31)),
        ]),
        ColumnType::Boolean => values.extend([Value::Boolean(true), Value::Boolean(false)]),
    }
    values
}

/// The rows of an answer by whose they are, and the findings without their places.
#[derive(Default, PartialEq)]
struct Grouped {
    rows: BTreeMap<(String, String), Vec<Vec<Value>>>,
    findings: BTreeMap<String, usize>,
}

impl Grouped {
    fn of(answer: &Answer, key: &str) -> Self {
        let mut grouped = Self::default();
        grouped.add(answer, key);
        grouped
    }

    /// Adds an answer; tables about the whole batch, such as totals, are left out.
    fn add(&mut self, answer: &Answer, key: &str) {
        for table in &answer.tables {
            let Some(names) = names(table, key) else { continue };
            // A row of nobody is about the whole batch too.
            for (row, name) in names.into_iter().enumerate().filter(|(_, name)| !name.is_empty()) {
                let cells = table.columns().iter().map(|column| column.cells.value(row)).collect();
                self.rows.entry((table.name().to_owned(), name)).or_default().push(cells);
            }
        }
        for finding in &answer.findings {
            *self.findings.entry(format!("{} {:?}", finding.code, finding.about)).or_default() += 1;
        }
    }

    fn same(&self, other: &Self) -> Checked {
        for (whose, rows) in &self.rows {
            let others = other.rows.get(whose);
            if others != Some(rows) {
                let (table, name) = whose;
                let show = |rows: &Vec<Vec<Value>>| {
                    let row =
                        |row: &Vec<Value>| row.iter().map(shown).collect::<Vec<_>>().join(" ");
                    rows.iter().map(row).collect::<Vec<_>>().join(" | ")
                };
                let (one, two) = (show(rows), others.map(show).unwrap_or_default());
                return Err(Text::both(
                    format!("bảng `{table}`, {name}: {one} và {two}"),
                    format!("table `{table}`, {name}: {one} and {two}"),
                ));
            }
        }
        if self == other {
            return Ok(());
        }
        Err(Text::both("các nhận xét khác nhau", "the findings are different"))
    }
}

fn same(one: &Answer, two: &Answer) -> Checked {
    if one.tables == two.tables && one.findings == two.findings {
        return Ok(());
    }
    for (first, second) in one.tables.iter().zip(&two.tables) {
        for column in first.columns() {
            for row in 0..first.rows() {
                let cells = (first.value(row, &column.name), second.value(row, &column.name));
                if cells.0 != cells.1 {
                    let show = |cell: &Option<Value>| cell.as_ref().map(shown).unwrap_or_default();
                    let place = place(first, row, &column.name);
                    let say = |locale| {
                        format!("{}: {} / {}", place.get(locale), show(&cells.0), show(&cells.1))
                    };
                    return Err(Text::both(say(Locale::Vi), say(Locale::En)));
                }
            }
        }
    }
    Err(Text::both("hai lần gọi cho kết quả khác nhau", "two calls give different answers"))
}

/// Tells a place of a table as a person finds it.
fn place(table: &Table, row: usize, column: &str) -> Text {
    let (name, number, whose) = (table.name(), row + 1, whose(table, row).join(" "));
    Text::both(
        format!("bảng `{name}`, dòng {number} ({whose}), cột `{column}`"),
        format!("table `{name}`, row {number} ({whose}), column `{column}`"),
    )
}
