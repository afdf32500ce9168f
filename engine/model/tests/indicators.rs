//! Statistical tables: figures from a small table, headings, and what checks say.

use bieumau_model::check::{SourceTree, check};
use bieumau_model::definition::Indicator;
use bieumau_model::indicators::{Merged, Page, Tally, behind, failed, figures, page, wanted};
use bieumau_model::table::{Cells, Column, Table};
use bieumau_model::text::Locale;

/// A report whose one statistical table counts `people`; `lines` are its rows, columns and the rest.
fn indicator(lines: &str) -> Indicator {
    let report = format!(
        "schema_version: 1\nid: trial\nversion: 1\ntitle: Thử\ndatasets:\n  - {{id: people, sql: SELECT 1}}\n\
         indicators:\n  - id: people_by_grade\n    title: Học sinh\n    heading: Khối\n{lines}\
         formats: [csv]\n"
    );
    let tree: SourceTree = [("forms/a/trial.report.yaml", report.as_str())].into_iter().collect();
    let checked = check(&tree);
    assert!(checked.diagnostics.is_empty(), "{}", checked.diagnostics);
    checked.catalog.reports["trial"].indicators[0].clone()
}

/// Grade, sex and weight in tenths of eight pupils; of one nothing but the grade is known.
fn people() -> Table {
    let text = |cells: &[&str]| {
        cells.iter().map(|cell| (!cell.is_empty()).then(|| (*cell).to_owned())).collect()
    };
    let column = |name: &str, cells| Column { name: name.to_owned(), cells };
    let grades = vec![1, 1, 1, 2, 2, 2, 2, 3].into_iter().map(Some).collect();
    let weights = vec![200, 205, 206, 250, 251, 252, 253].into_iter().map(Some).chain([None]);
    let columns = vec![
        column("grade", Cells::Integer(grades)),
        column("gender", Cells::Text(text(&["f", "m", "f", "f", "m", "m", "m", ""]))),
        column("weight", Cells::Decimal { scale: 1, units: weights.collect() }),
    ];
    Table::new("people", columns).expect("columns of one length")
}

fn made(indicator: &Indicator) -> Page {
    let wanted = wanted([indicator]);
    let tally = Tally::of(&people(), &wanted["people"], "trial").expect("the columns are there");
    let figures = figures(indicator, &[tally]).expect("the figures are found");
    let failed = failed(&[(indicator, &figures)], 0);
    let problems = failed.iter().map(|one| one.message.get(Locale::Vi).to_owned()).collect();
    page(indicator, &figures, problems)
}

#[track_caller]
fn check_rows(lines: &str, expected: &[&str]) -> Page {
    let page = made(&indicator(lines));
    let row = |row: &bieumau_model::indicators::BodyLine| {
        let cells: Vec<&str> = row.cells.iter().map(|cell| cell.text.as_str()).collect();
        format!("{}: {}", row.title, cells.join(" "))
    };
    assert_eq!(page.rows.iter().map(row).collect::<Vec<_>>(), expected);
    page
}

#[test]
fn lines_below_count_parts_of_those_above() {
    check_rows(
        "    count: people\n    nil: \"-\"\n    rows:\n\
         \x20     - id: grade\n        title: Khối {title}\n        each: {column: grade, values: {1: \"1\", 2: \"2\", 3: \"3\"}}\n\
         \x20       rows: [{id: girls, title: Nữ, where: {gender: f}, optional: true}]\n\
         \x20     - {id: total, title: Tổng số}\n\
         \x20   columns:\n      - {id: pupils, title: Số HS}\n\
         \x20     - {id: heavy, title: \"Từ 20,6\", where: {weight: {from: 20.6}}}\n\
         \x20     - {id: unknown, title: Chưa cân, where: {weight: {missing: true}}}\n",
        &[
            "Khối 1: 3 1 -",
            "Nữ: 2 1 -",
            "Khối 2: 4 4 -",
            "Nữ: 1 1 -",
            "Khối 3: 1 - 1",
            "Tổng số: 8 5 1",
        ],
    );
}

#[test]
fn shares_means_and_totals_are_exact_and_rounded_half_up() {
    let page = check_rows(
        "    count: people\n    missing: \"…\"\n    rows:\n\
         \x20     - {id: one, title: Khối 1, where: {grade: 1}}\n      - {id: two, title: Khối 2, where: {grade: 2}}\n\
         \x20     - {id: both, title: Cộng, plus: [one, two]}\n      - {id: none, title: Không, where: {grade: 9}}\n\
         \x20   columns:\n      - {id: pupils, title: Số HS}\n\
         \x20     - title: Nữ\n        where: {gender: f}\n        columns:\n\
         \x20         - {id: girls, title: SL}\n          - {id: girls_share, title: \"%\", share: girls, of: pupils, decimals: 2}\n\
         \x20     - {id: weight, title: Cân nặng, average: weight, from: people}\n",
        &[
            "Khối 1: 3 2 66,67 20,4",
            "Khối 2: 4 1 25,00 25,2",
            // The share of a total is that of the totals, its mean that of all.
            "Cộng: 7 3 42,86 23,1",
            "Không: 0 0 … …",
        ],
    );
    let header: Vec<Vec<(&str, usize, usize)>> = page
        .header
        .iter()
        .map(|row| {
            row.iter().map(|cell| (cell.text.as_str(), cell.colspan, cell.rowspan)).collect()
        })
        .collect();
    assert_eq!(
        header,
        [
            vec![("Khối", 1, 2), ("Số HS", 1, 2), ("Nữ", 2, 1), ("Cân nặng", 1, 2)],
            vec![("SL", 1, 1), ("%", 1, 1)],
        ]
    );
    assert_eq!(page.numbers, ["A", "1", "2", "3", "4"]);
}

#[test]
fn a_check_that_does_not_hold_names_both_figures() {
    let page = made(&indicator(
        "    count: people\n    rows:\n\
         \x20     - {id: one, title: Khối 1, where: {grade: 1}}\n      - {id: total, title: Tổng số}\n\
         \x20   columns:\n      - {id: pupils, title: Số HS}\n      - {id: girls, title: Nữ, where: {gender: f}}\n\
         \x20     - {id: boys, title: Nam, where: {gender: m}}\n\
         \x20   checks:\n      - that: pupils = girls + boys\n      - that: one <= total\n      - that: one.girls >= total.boys\n",
    ));
    assert_eq!(
        page.problems,
        [
            "Học sinh, dòng “Tổng số”: cột 1 “Số HS” (8) phải bằng cột 2 “Nữ” (3) + cột 3 “Nam” (4) = 7",
            "Học sinh: dòng “Khối 1”, cột 2 “Nữ” (2) phải không nhỏ hơn dòng “Tổng số”, cột 3 “Nam” (4)",
        ]
    );
}

#[test]
fn behind_a_share_of_a_total_stand_the_rows_of_its_parts() {
    let indicator = indicator(
        "    count: people\n    rows:\n      - {id: one, title: Khối 1, where: {grade: 1}}\n\
         \x20     - {id: two, title: Khối 2, where: {grade: 2}}\n      - {id: both, title: Cộng, plus: [one, two]}\n\
         \x20   columns:\n      - {id: pupils, title: Số HS}\n      - {id: girls, title: Nữ, where: {gender: f}}\n\
         \x20     - {id: share, title: \"%\", share: girls, of: pupils}\n",
    );
    let behind = behind(&indicator, "both", "share").expect("there is such a figure");
    let shown: Vec<Vec<&str>> = behind
        .alternatives
        .iter()
        .map(|one| one.conditions.iter().map(|condition| condition.column.as_str()).collect())
        .collect();
    assert_eq!(shown, [["grade", "gender"], ["grade", "gender"]]);
}

#[test]
fn counts_of_parts_put_together_are_the_count_of_the_whole() {
    let indicator = indicator(
        "    count: people\n    rows:\n\
         \x20     - {id: grade, title: Khối, each: {column: grade, values: {1: \"1\", 2: \"2\", 3: \"3\"}}}\n\
         \x20     - {id: total, title: Tổng số}\n\
         \x20   columns:\n      - {id: pupils, title: Số HS}\n      - {id: girls, title: Nữ, where: {gender: f}}\n\
         \x20     - {id: weight, title: Cân nặng, average: weight, from: people}\n",
    );
    let wanted = wanted([&indicator]);
    let tally = |table: &Table| Tally::of(table, &wanted["people"], "trial").expect("a count");
    let whole = people();
    let rows: Vec<usize> = (0..whole.rows()).collect();
    for cut in 0..=rows.len() {
        let (first, second) = rows.split_at(cut);
        let mut parts = Merged::new(tally(&whole.of_rows(first)));
        parts.add(&tally(&whole.of_rows(second)), "trial").expect("small sums");
        let parts = parts.into_tally();
        assert_eq!(parts.groups(), tally(&whole).groups(), "cut at {cut}");
        let page =
            |tally| page(&indicator, &figures(&indicator, &[tally]).expect("figures"), vec![]);
        assert_eq!(page(parts), page(tally(&whole)), "cut at {cut}");
    }
}

#[test]
fn a_chart_has_the_rows_in_which_something_was_counted() {
    let page = made(&indicator(
        "    count: people\n    rows:\n\
         \x20     - id: grade\n        title: Khối {title}\n        each: {column: grade, values: {1: \"1\", 2: \"2\", 9: \"9\"}}\n\
         \x20       rows: [{id: girls, title: – Nữ, where: {gender: f}}]\n\
         \x20     - {id: total, title: Tổng số}\n\
         \x20   columns:\n      - {id: pupils, title: Số HS}\n      - {id: boys, title: Nam, where: {gender: m}}\n\
         \x20   charts:\n\
         \x20     - {title: Theo khối, kind: bar, rows: [grade_1, girls_1, girls_2, grade_9, total], series: {pupils: Học sinh, boys: Nam}}\n\
         \x20     - {title: Khối 9, kind: share, rows: [grade_9], series: {pupils: Học sinh}}\n",
    ));
    let chart = serde_json::to_value(&page.charts).expect("a chart is data");
    assert_eq!(
        chart,
        serde_json::json!([{
            "title": "Theo khối",
            "kind": "bar",
            "series": [{"column": "pupils", "name": "Học sinh"}, {"column": "boys", "name": "Nam"}],
            // A title that stands twice has the one above it.
            "rows": [
                {"_name": "Khối 1", "pupils": 3, "boys": 1},
                {"_name": "Khối 1 – Nữ", "pupils": 2, "boys": 0},
                {"_name": "Khối 2 – Nữ", "pupils": 1, "boys": 0},
                {"_name": "Tổng số", "pupils": 8, "boys": 4},
            ],
        }])
    );
}
