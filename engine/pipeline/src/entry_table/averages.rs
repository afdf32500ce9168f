//! The averages of a grid, from the same rule of the same plugin that documents are made with.

use std::collections::HashMap;

use bieumau_model::format::decimal;
use bieumau_model::scope::Caller;
use bieumau_model::table::{Cells, Column, ColumnType, Table, Value};
use bieumau_model::text::Text;
use bieumau_plugin_host::Explain;

use super::EntryTable;
use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;
use crate::rules::{Setting, choose_rule};
use crate::site::Site;

/// The rule that assesses secondary pupils (Thông tư 22/2021, Điều 9), and its table of results.
const RULE: &str = "assess_secondary";
const RESULTS: &str = "subjects";

/// Forms that it takes: the form, the table of the rule, and the column that it gives.
const TAKES: [(&str, &str, &str); 2] =
    [("mark", "marks", "average"), ("comment_result", "comments", "level")];

/// The averages of the pupils of a grid; a primary grid has none (Thông tư 27/2020).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Averages {
    /// Heading.
    pub title: Option<Text>,
    by_pupil: HashMap<String, String>,
}

impl Averages {
    /// Returns the average of a pupil, as it is printed; nothing while results are missing.
    pub fn of(&self, pupil: &str) -> Option<&str> {
        self.by_pupil.get(pupil).map(String::as_str)
    }
}

impl Site {
    /// Applies the rule to the rows of `table`.
    pub(crate) fn averages(
        &self,
        caller: &Caller,
        table: &EntryTable<'_>,
    ) -> Result<Averages, Problem> {
        let Some((_, takes, gives)) = TAKES.iter().find(|(form, ..)| *form == table.form.id) else {
            return Ok(Averages::default());
        };
        let Some(Value::Integer(term)) = table.fixed.get("term") else {
            return Ok(Averages::default());
        };
        let setting = self.setting_of(caller, table)?;
        if setting.level.as_deref().is_none_or(|level| level == "primary") {
            return Ok(Averages::default());
        }
        let (manifest, rule) = choose_rule(RULE, None, self.catalog(), &setting)?;
        let tables = self.tables_of(caller, table, takes)?;
        let answer =
            self.plugins().get(&manifest.id)?.apply(&rule.id, &[], &tables, Explain::No).map_err(
                |error| Problem::from_diagnostic(ProblemKind::Plugin, error.diagnostic()),
            )?;
        let column = format!("{gives}_{term}");
        let mut by_pupil = HashMap::new();
        if let Some(results) = answer.table(RESULTS) {
            for row in 0..results.rows() {
                let Some(Value::Text(pupil)) = results.value(row, "pupil") else { continue };
                if let Some(shown) =
                    results.value(row, &column).and_then(|value| self.shown(&value))
                {
                    by_pupil.insert(pupil, shown);
                }
            }
        }
        Ok(Averages { title: Some(title(gives, *term)), by_pupil })
    }

    fn shown(&self, value: &Value) -> Option<String> {
        match value {
            Value::Decimal { units, scale } => Some(decimal(*units, *scale)),
            Value::Text(code) => {
                let list = self.catalog().code_lists.get("pass_level")?;
                let entry = list.any(code)?;
                Some(entry.symbol.clone().unwrap_or_else(|| code.clone()))
            }
            _ => None,
        }
    }

    /// Returns level, year and province of the school, which choose the plugin.
    fn setting_of(&self, caller: &Caller, table: &EntryTable<'_>) -> Result<Setting, Problem> {
        let school = table.fixed.get("school").cloned().unwrap_or(Value::Missing);
        let reader = self.reader(caller)?;
        let found = reader.records("school", &[("school", school)]).map_err(store_problem)?;
        let text = |name: &str| match found.value(0, name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        };
        let year = match table.fixed.get("year") {
            Some(Value::Integer(year)) => Some(*year),
            _ => None,
        };
        Ok(Setting { level: text("level"), year, province: text("province") })
    }

    /// Makes the tables of the rule out of the rows.
    fn tables_of(
        &self,
        caller: &Caller,
        table: &EntryTable<'_>,
        takes: &str,
    ) -> Result<Vec<Table>, Problem> {
        let rows = table.rows.len();
        let grade = self.grade(caller, table)?.map_or(Value::Missing, Value::Integer);
        let subject = table.fixed.get("subject").cloned().unwrap_or(Value::Missing);
        let teaching = self.of_class(caller, table, "teaching_assignment", Some(&subject))?;
        let of_class = |name: &str| teaching.value(0, name).unwrap_or(Value::Missing);
        let fixed = |name: &str| table.fixed.get(name).cloned().unwrap_or(Value::Missing);
        let pupils: Vec<Value> = table
            .rows
            .iter()
            .map(|row| row.key.first().cloned().unwrap_or(Value::Missing))
            .collect();
        let same = |value: Value| vec![value; rows];
        let pupil_columns = vec![
            column("pupil", ColumnType::Text, pupils.clone()),
            column("year", ColumnType::Integer, same(fixed("year"))),
            column("grade", ColumnType::Integer, same(grade)),
        ];
        let mut columns = vec![
            column("pupil", ColumnType::Text, pupils),
            column("year", ColumnType::Integer, same(fixed("year"))),
            column("subject", ColumnType::Text, same(subject)),
            column("term", ColumnType::Integer, same(fixed("term"))),
            column("optional", ColumnType::Boolean, same(of_class("optional"))),
        ];
        if takes == "marks" {
            columns.push(column("periods", ColumnType::Integer, same(of_class("periods"))));
        }
        for field in table.form.fields() {
            let is_result = field.id.starts_with("ongoing_")
                || ["mid_term", "end_of_term"].contains(&field.id.as_str());
            if !is_result {
                continue;
            }
            let at = table.columns.iter().position(|own| own.id == field.id);
            let cells = table
                .rows
                .iter()
                .map(|row| at.and_then(|at| row.values.get(at)).cloned().unwrap_or(Value::Missing));
            columns.push(column(&field.id, field.kind.column_type(), cells.collect()));
        }
        let made = [("pupils", pupil_columns), (takes, columns)];
        made.into_iter()
            .map(|(name, columns)| {
                Table::new(name, columns).map_err(|error| {
                    Problem::new(
                        ProblemKind::Machine,
                        "J286",
                        format!("Không lập được bảng để tính điểm trung bình: {error}"),
                        format!("the table for the average cannot be made: {error}"),
                    )
                })
            })
            .collect()
    }
}

fn title(gives: &str, term: i64) -> Text {
    let (roman, vi) = match term {
        1 => ("I", "I"),
        _ => ("II", "II"),
    };
    if gives == "average" {
        Text::both(format!("ĐTBmhk{vi}"), format!("Average, term {roman}"))
    } else {
        Text::both(format!("Học kì {vi}"), format!("Term {roman}"))
    }
}

fn column(name: &str, kind: ColumnType, values: Vec<Value>) -> Column {
    let mut cells = Cells::empty(kind);
    for value in values {
        if cells.push(value).is_err() {
            // Of another type than the form declares: as good as not entered.
            let _ = cells.push(Value::Missing);
        }
    }
    Column { name: name.to_owned(), cells }
}
