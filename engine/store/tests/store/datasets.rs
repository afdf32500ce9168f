//! Datasets are examined when definitions are checked; every finding is at its line in the YAML.
//!
//! The statement begins at line 9 of the report, in column 7.

use bieumau_model::table::ColumnType;
use bieumau_model::text::Locale;
use bieumau_store::check_datasets;

use crate::common::{core_with, with_dataset};

/// Examines `sql` with the parameters `school` and `year`; the findings without the file, one a
/// line, or the columns.
fn check_typed(sql: &str, columns: &str, expected: &str) {
    let parameters = "{id: school, type: reference, to: school, title: Trường}, \
                      {id: year, type: school_year, title: Năm học}";
    let catalog = with_dataset(parameters, sql, columns);
    let (findings, columns) = check_datasets(&catalog);
    let found: Vec<String> = if findings.is_empty() {
        let columns = &columns["trial"]["rows"];
        columns.iter().map(|column| format!("{} {:?}", column.name, column.kind)).collect()
    } else {
        let lines = findings.iter().map(|finding| finding.one_line(Locale::En));
        lines.map(|line| line.replace("forms/core/trial.report.yaml:", "")).collect()
    };
    assert_eq!(found.join("\n"), expected, "{sql}");
}

fn check(sql: &str, expected: &str) {
    check_typed(sql, "", expected);
}

#[test]
fn plain_fields_have_the_types_of_the_form() {
    check(
        "SELECT p.school, p.birth_date AS born, e.number, e.repeating, m.mid_term\n\
         FROM pupil p JOIN enrolment e ON e.school = p.school AND e.pupil = p.pupil\n\
         LEFT JOIN mark m ON m.school = p.school AND m.pupil = p.pupil\n\
         WHERE p.school = :school ORDER BY e.number",
        "school Text\nborn Date\nnumber Integer\nrepeating Boolean\nmid_term Decimal(1)",
    );
}

#[test]
fn types_come_through_subqueries_and_ctes() {
    check(
        "WITH listed AS (SELECT t.school, t.score FROM (SELECT school, mid_term AS score FROM mark) t)\n\
         SELECT school, score FROM listed",
        "school Text\nscore Decimal(1)",
    );
}

#[test]
fn code_lists_are_tables() {
    check(
        "SELECT c.code, c.name, c.symbol, c.valid_from, c.short, c.position FROM code_province c",
        "code Text\nname Text\nsymbol Text\nvalid_from Date\nshort Text\nposition Integer",
    );
}

#[test]
fn every_field_of_every_form_can_be_named_without_quotes() {
    let catalog = crate::common::core();
    for form in catalog.forms.values() {
        let fields: Vec<&str> = form.fields().map(|field| field.id.as_str()).collect();
        let expected: Vec<String> = form
            .fields()
            .map(|field| format!("{} {:?}", field.id, field.kind.column_type()))
            .collect();
        let sql = format!("SELECT {} FROM {}", fields.join(", "), form.id);
        check(&sql, &expected.join("\n"));
        let qualified: Vec<String> = fields.iter().map(|field| format!("t.{field}")).collect();
        check(&format!("SELECT {} FROM {} t", qualified.join(", "), form.id), &expected.join("\n"));
    }
}

#[test]
fn computed_columns_are_declared() {
    check(
        "SELECT school, COUNT(*) AS pupils, full_name || ' ' AS words FROM pupil\n\
         GROUP BY school, full_name",
        "9:34 error[D152] column `pupils` is computed, so its type must be declared \
         (add to the dataset: `columns: {pupils: integer}`)\n\
         9:62 error[D152] column `words` is computed, so its type must be declared \
         (add to the dataset: `columns: {words: text}`)",
    );
    check_typed(
        "SELECT school, COUNT(*) AS pupils FROM pupil GROUP BY school",
        "{pupils: integer}",
        "school Text\npupils Integer",
    );
}

#[test]
fn the_hint_guesses_the_type() {
    check(
        "SELECT MAX(mid_term) AS best, COALESCE(p.birth_date, p.admitted_on) AS day,\n\
         LENGTH(full_name) AS long, NULL AS nobody, CASE WHEN 1 = 1 THEN p.gender END AS who\n\
         FROM pupil p JOIN mark m ON m.pupil = p.pupil\n\
         GROUP BY 2, 3, 5",
        "9:31 error[D152] column `best` is computed, so its type must be declared \
         (add to the dataset: `columns: {best: decimal(1)}`)\n\
         9:78 error[D152] column `day` is computed, so its type must be declared \
         (add to the dataset: `columns: {day: date}`)\n\
         10:28 error[D152] column `long` is computed, so its type must be declared \
         (add to the dataset: `columns: {long: integer}`)\n\
         10:42 error[D152] column `nobody` is computed, so its type must be declared \
         (add to the dataset: `columns: {nobody: text}`)\n\
         10:87 error[D152] column `who` is computed, so its type must be declared \
         (add to the dataset: `columns: {who: text}`)",
    );
}

#[test]
fn a_declaration_must_fit_the_field_and_the_result() {
    check_typed(
        "SELECT school, mid_term FROM mark",
        "{mid_term: integer, midterm: integer}",
        "9:22 error[D153] column `mid_term` is declared integer but the field is decimal(1) \
         (drop the declaration)\n\
         9:7 error[D154] the declared column `midterm` is not in the result \
         (did you mean `mid_term`?)",
    );
}

#[test]
fn the_parts_of_a_union_must_agree() {
    check_typed(
        "SELECT school, mid_term AS score FROM mark\nUNION ALL\nSELECT school, year AS score FROM mark",
        "{score: integer}",
        "9:34 error[D153] column `score` is declared integer but the field is decimal(1) \
         (drop the declaration)",
    );
    check(
        "SELECT school, mid_term AS score FROM mark\nUNION ALL\nSELECT school, NULL FROM mark",
        "9:34 error[D152] column `score` is computed, so its type must be declared \
         (add to the dataset: `columns: {score: decimal(1)}`)",
    );
    check(
        "SELECT school, mid_term AS score FROM mark UNION SELECT school, end_of_term FROM mark",
        "school Text\nscore Decimal(1)",
    );
}

#[test]
fn all_unknown_columns_are_found_at_their_places() {
    check(
        "SELECT p.school, p.fullname\nFROM pupil p\nWHERE p.birthdate > '2013-01-01' AND p.xyzzy = 1\n\
         ORDER BY naem",
        "9:24 error[D148] there is no column `p.fullname` (did you mean `full_name`?)\n\
         11:13 error[D148] there is no column `p.birthdate` (did you mean `birth_date`?)\n\
         11:44 error[D148] there is no column `p.xyzzy`\n\
         12:16 error[D148] there is no column `naem`",
    );
}

#[test]
fn unknown_tables_are_found_at_their_places() {
    check(
        "SELECT p.school FROM pupils p JOIN klass k ON k.school = p.school",
        "9:28 error[D145] there is no form or code list `pupils` (did you mean `pupil`?)\n\
         9:42 error[D145] there is no form or code list `klass` (did you mean `class`?)",
    );
}

#[test]
fn ambiguous_columns_and_other_complaints_are_passed_on() {
    check(
        "SELECT school FROM pupil p JOIN class c ON c.school = p.school",
        "9:14 error[D149] the column `school` stands in several tables \
         (write the table in front of the column)",
    );
    check(
        "SELECT school FROM pupil UNION ALL SELECT school, pupil FROM pupil",
        "9:7 error[D157] the SQL does not run: SELECTs to the left and right of UNION ALL do not \
         have the same number of result columns",
    );
    check(
        "SELECT school FROM pupil WHERE COUNT(*) > 1",
        "9:38 error[D157] the SQL does not run: misuse of aggregate function COUNT()",
    );
}

#[test]
fn parameters_must_be_declared() {
    check(
        "SELECT school FROM class\nWHERE school = :school AND year = :yaer",
        "10:41 error[D150] the report does not declare the parameter `yaer` (did you mean `year`?)",
    );
}

#[test]
fn result_columns_have_plain_different_names() {
    check(
        "SELECT p.school, e.school, p.pupil AS Pupil FROM pupil p JOIN enrolment e ON e.pupil = p.pupil",
        "9:24 error[D151] `school`: two result columns have one name\n\
         9:45 error[D151] `Pupil`: give the column a lower-case name with `AS`",
    );
    check_typed(
        "SELECT school, COUNT(*) FROM pupil GROUP BY school",
        "",
        "9:22 error[D151] `COUNT(*)`: give the column a lower-case name with `AS`\n\
         9:22 error[D152] column `COUNT(*)` is computed, so its type must be declared \
         (add to the dataset: `columns: {COUNT(*): integer}`)",
    );
}

#[test]
fn columns_beside_aggregates_are_grouped() {
    check_typed(
        "SELECT c.school, c.year, c.grade, COUNT(*) AS classes FROM class c GROUP BY c.school, year",
        "{classes: integer}",
        "9:32 warning[D158] `c.grade` is not in GROUP BY, so it comes from any row of the group \
         (add it to GROUP BY, or use MIN or MAX)",
    );
    // A key that is grouped decides the other fields of its record.
    check_typed(
        "SELECT s.school, s.name, COUNT(*) AS classes FROM school s\n\
         JOIN class c ON c.school = s.school GROUP BY s.school",
        "{classes: integer}",
        "school Text\nname Text\nclasses Integer",
    );
    check_typed(
        "SELECT school, grade + 1 AS above, CASE WHEN grade > 5 THEN 'a' ELSE 'b' END AS level,\n\
         SUM(CASE WHEN mixed_grade = 1 THEN 1 ELSE 0 END) AS mixed\n\
         FROM class GROUP BY school, 2, level",
        "{above: integer, level: text, mixed: integer}",
        "school Text\nabove Integer\nlevel Text\nmixed Integer",
    );
}

#[test]
fn a_statement_that_is_not_well_formed_is_found_at_its_place() {
    check(
        "SELECT school FROM pupil\nWHERE school = ORDER BY school",
        "10:28 error[D140] the SQL is not well-formed: found `BY` instead of end of statement",
    );
    check("SELECT school FROM", "9:21 error[D140] the SQL ends too early");
}

#[test]
fn the_message_is_in_vietnamese_too() {
    let catalog = with_dataset("", "SELECT school, fullname FROM pupil", "");
    let (findings, columns) = check_datasets(&catalog);
    let lines: Vec<String> = findings.iter().map(|finding| finding.one_line(Locale::Vi)).collect();
    assert_eq!(
        lines,
        ["forms/core/trial.report.yaml:9:22 error[D148] không có cột `fullname` \
          (có phải bạn muốn viết `full_name`?)"]
    );
    assert!(columns.is_empty());
}

#[test]
fn a_quoted_statement_on_one_line_has_places_too() {
    let report = "schema_version: 1\nid: trial\nversion: 1\ntitle: Thử\nparameters: []\n\
                  datasets:\n  - {id: rows, sql: \"SELECT school, nmae FROM school\"}\n\
                  document:\n  rows: {from: rows}\nformats: [csv]\n\
                  sheets:\n  - name: Thử\n    from: rows\n    columns: [{column: school, title: Trường}]\n";
    let catalog = core_with(&[("forms/core/trial.report.yaml", report)]);
    let (findings, _) = check_datasets(&catalog);
    let lines: Vec<String> = findings.iter().map(|finding| finding.one_line(Locale::En)).collect();
    assert_eq!(
        lines,
        ["forms/core/trial.report.yaml:7:37 error[D148] there is no column `nmae` \
          (did you mean `name`?)"]
    );
}

#[test]
fn columns_are_those_of_every_dataset_of_every_report() {
    let catalog = with_dataset("", "SELECT school FROM school", "");
    let (findings, columns) = check_datasets(&catalog);
    assert!(findings.is_empty());
    assert_eq!(columns["trial"]["rows"][0].kind, ColumnType::Text);
}
