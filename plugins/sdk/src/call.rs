//! What a rule is called with: parameters, tables, and whether to explain.

use crate::answer::Failure;
use crate::row::{Row, Rows};
use crate::table::Table;

/// One call of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Call {
    /// Id of the rule.
    pub rule: String,
    /// Parameters.
    pub parameters: Parameters,
    /// Tables.
    pub tables: Vec<Table>,
    /// Whether explanations are wanted.
    pub explain: bool,
}

impl Call {
    /// Returns the table `name`.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// Returns the rows of a table that must be there.
    pub fn rows<'a, R: Row<'a>>(&'a self, table: &str) -> Result<Rows<'a, R>, Failure> {
        let found = self.table(table).ok_or_else(|| {
            Failure::new(
                "missing_table",
                format!("thiếu bảng `{table}`"),
                format!("the table `{table}` is missing"),
            )
        })?;
        Rows::new(found)
    }

    /// Returns the rows of a table, none when the report does not have it.
    pub fn optional_rows<'a, R: Row<'a>>(&'a self, table: &str) -> Result<Rows<'a, R>, Failure> {
        self.table(table).map_or_else(|| Ok(Rows::none()), Rows::new)
    }
}

/// Names and values, as texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parameters(pub Vec<(String, String)>);

impl Parameters {
    /// Returns the value of `name`.
    pub fn text(&self, name: &str) -> Option<&str> {
        let parameter = self.0.iter().find(|(given, _)| given == name);
        parameter.map(|(_, value)| value.as_str())
    }

    /// Returns a whole number, `default` when the parameter is not given.
    pub fn integer(&self, name: &str, default: i64) -> Result<i64, Failure> {
        self.text(name).map_or(Ok(default), |value| {
            value.trim().parse().map_err(|_| wrong(name, value, "a whole number", "số nguyên"))
        })
    }

    /// Returns yes or no, written `true` and `false`; `default` when the parameter is not given.
    pub fn flag(&self, name: &str, default: bool) -> Result<bool, Failure> {
        self.choice(name, default, &[("true", true), ("false", false)])
    }

    /// Returns the value that belongs to the given word; `default` when the parameter is not given.
    pub fn choice<T: Copy>(
        &self,
        name: &str,
        default: T,
        words: &[(&str, T)],
    ) -> Result<T, Failure> {
        let Some(value) = self.text(name) else { return Ok(default) };
        let found = words.iter().find(|(word, _)| *word == value.trim());
        found.map(|(_, meaning)| *meaning).ok_or_else(|| {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let words = words.join(", ");
            wrong(name, value, &format!("one of {words}"), &format!("một trong {words}"))
        })
    }
}

fn wrong(name: &str, value: &str, expected_en: &str, expected_vi: &str) -> Failure {
    Failure::new(
        "wrong_parameter",
        format!("tham số `{name}` là `{value}`, cần {expected_vi}"),
        format!("parameter `{name}` is `{value}`, expected {expected_en}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_limit(value: &str, expected: &str) {
        let parameters = Parameters(vec![("limit".to_owned(), value.to_owned())]);
        let found = match parameters.integer("limit", 45) {
            Ok(limit) => limit.to_string(),
            Err(failure) => failure.message.en,
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_wrong_parameter_is_named() {
        check_limit("40", "40");
        check_limit("many", "parameter `limit` is `many`, expected a whole number");
    }

    #[test]
    fn a_choice_lists_its_words() {
        let parameters = Parameters(vec![("mode".to_owned(), "C".to_owned())]);
        let failure = parameters.choice("mode", 1, &[("A", 1), ("B", 2)]).expect_err("wrong word");
        assert_eq!(failure.message.vi, "tham số `mode` là `C`, cần một trong A, B");
        assert_eq!(parameters.choice("other", 7, &[("A", 1)]), Ok(7));
    }
}
