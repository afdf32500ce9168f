//! What may be entered: reading by type, conditions, computed fields, code lists, missing values.

use std::collections::BTreeMap;

use bieumau_model::check::{SourceTree, check};
use bieumau_model::definition::Catalog;
use bieumau_model::entry::{Fields, Given, Validator};
use bieumau_model::format::parse_date;
use bieumau_model::table::Value;
use bieumau_model::text::Locale;

const HEAD: &str = "\
schema_version: 1
id: loan
version: 1
title: Mượn sách
scope: site
key: [id]
sections:
  - id: loan
    title: Mượn
    fields:
      - {id: id, type: text, title: Mã}
";

const LEVELS: &str = "\
schema_version: 1
id: level
title: Cấp
columns: [grade]
codes:
  - {code: \"01\", name: {vi: Tiểu học, en: Primary}, grade: \"1\"}
  - {code: \"02\", name: Trung học, grade: \"6\", valid_to: 2025-06-30}
  - {code: \"02\", name: Trung học cơ sở, grade: \"6\", valid_from: 2025-07-01}
  - {code: \"09\", name: Cũ, grade: \"1\", valid_to: 2020-12-31}
";

fn catalog(fields: &str) -> Catalog {
    let text = format!("{HEAD}{fields}");
    let files = [("forms/a/loan.form.yaml", text.as_str()), ("forms/a/codes/level.yaml", LEVELS)];
    let tree: SourceTree = files.iter().copied().collect();
    let checked = check(&tree);
    let found: Vec<String> =
        checked.diagnostics.iter().map(|finding| finding.one_line(Locale::En)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    checked.catalog
}

/// Enters a record typed as `name=text; …` on 5 September 2025; returns what is stored and said.
fn enter(fields: &str, typed: &str) -> (Fields, Vec<String>) {
    enter_over(fields, typed, None)
}

fn enter_over(fields: &str, typed: &str, before: Option<&Fields>) -> (Fields, Vec<String>) {
    let catalog = catalog(fields);
    let today = parse_date("2025-09-05").expect("it is a day");
    let validator = Validator::new(&catalog.forms["loan"], &catalog, today);
    let given: BTreeMap<String, Given> = format!("id=A;{typed}")
        .split(';')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').expect("a field and its text"))
        .map(|(name, text)| (name.to_owned(), Given::Text(text.to_owned())))
        .collect();
    let read = validator.read(&given);
    let mut findings = read.findings;
    let mut record = before.cloned().unwrap_or_default();
    record.extend(read.fields.clone());
    findings.extend(validator.judge(&mut record, &read.fields, before));
    let said = findings
        .iter()
        .map(|finding| {
            let confirm =
                finding.confirm.as_ref().map(|word| format!(" [{word}]")).unwrap_or_default();
            format!("{}{confirm}", finding.diagnostic.one_line(Locale::En))
        })
        .collect();
    (record, said)
}

fn check_value(field: &str, typed: &str, expected: Value) {
    let (record, said) =
        enter(&format!("      - {{id: a, title: A, {field}}}\n"), &format!("a={typed}"));
    assert_eq!((record.get("a"), said), (Some(&expected), Vec::new()), "{typed}");
}

fn check_said(fields: &str, typed: &str, expected: &[&str]) {
    let (_, said) = enter(fields, typed);
    assert_eq!(said, expected, "{typed}");
}

fn decimal(units: i64) -> Value {
    Value::Decimal { units, scale: 1 }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn decimals_are_read_with_comma_and_point() {
    for typed in ["7,5", "7.5", " 7,50 "] {
        check_value("type: decimal, scale: 1", typed, decimal(75));
    }
    check_said(
        "      - {id: a, type: decimal, scale: 1, title: Điểm}\n",
        "a=7,55",
        &["error[J101] Điểm: `7,55` has more than 1 digits behind the comma (for example 7,5)"],
    );
}

#[test]
fn days_are_read_as_they_are_written_here_and_by_machines() {
    let day = Value::Date(parse_date("2025-09-05").expect("it is a day"));
    for typed in ["05/09/2025", "5/9/2025", "5-9-2025", "5.9.2025", "2025-09-05"] {
        check_value("type: date", typed, day.clone());
    }
    for wrong in ["5/9/25", "31/02/2025", "2025", "09/2025", "5/9/2025/1"] {
        check_said(
            "      - {id: a, type: date, title: Ngày}\n",
            &format!("a={wrong}"),
            &[&format!(
                "error[J102] Ngày: `{wrong}` is not a day (write day/month/year, such as 05/09/2025)"
            )],
        );
    }
}

#[test]
fn yes_and_no_are_read_in_both_languages() {
    for typed in ["có", "CÓ", "x", "1", "true", "Yes", "đúng"] {
        check_value("type: boolean", typed, Value::Boolean(true));
    }
    for typed in ["không", "0", "no", "sai"] {
        check_value("type: boolean", typed, Value::Boolean(false));
    }
}

#[test]
fn texts_are_brought_into_one_form() {
    check_value("type: text", "  Nguye\u{302}\u{303}n\u{a0}", text("Nguyễn"));
    check_value("type: text, pattern: '[0-9]{4}'", "0012", text("0012"));
    check_value("type: text", "   ", Value::Missing);
}

#[test]
fn the_icelandic_letter_becomes_the_vietnamese_one_and_it_is_told() {
    let fields = "      - {id: a, type: person_name, title: Tên}\n";
    let (record, said) = enter(fields, "a=\u{d0}ặng Văn \u{f0}ức");
    assert_eq!(record["a"], text("Đặng Văn đức"));
    assert_eq!(said, ["warning[J107] Tên: the letter Ð (U+00D0) was replaced by Đ"]);
}

#[test]
fn a_code_lost_its_zero_in_a_spreadsheet() {
    check_said(
        "      - {id: a, type: text, pattern: '[0-9]{12}', title: Số}\n",
        "a=31123456789",
        &["error[J111] Số: `31123456789` does not match `[0-9]{12}` \
           (a spreadsheet may have dropped the zeros in front)"],
    );
}

#[test]
fn codes_are_found_by_code_and_by_name() {
    for typed in ["01", "tiểu  HỌC", "Primary"] {
        check_value("type: choice, codes: level", typed, text("01"));
    }
    let fields = "      - {id: a, type: choice, codes: level, title: Cấp}\n";
    let (record, said) = enter(fields, "a=1");
    assert_eq!(record["a"], text("01"));
    assert_eq!(said, ["warning[J116] Cấp: `1` was taken as the code `01`"]);
    check_said(
        fields,
        "a=Tiêu học",
        &["error[J104] Cấp: the list has no code or name `Tiêu học` (did you mean `Tiểu học`?)"],
    );
}

#[test]
fn codes_hold_on_the_day_of_entry_or_on_the_day_that_the_form_names() {
    let fields = "      - {id: a, type: choice, codes: level, title: Cấp}\n";
    check_said(
        fields,
        "a=09",
        &["error[J105] Cấp: `Cũ` is not valid on 05/09/2025 (valid to 31/12/2020)"],
    );
    let on = "      - {id: day, type: date, title: Ngày}\n\
              \x20     - {id: a, type: choice, codes: level, valid_on: day, title: Cấp}\n";
    check_said(on, "day=01/01/2019;a=09", &[]);
    check_said(on, "day=01/01/2025;a=Trung học", &[]);
}

#[test]
fn an_old_code_stays_as_long_as_nobody_changes_it() {
    let fields = "      - {id: a, type: choice, codes: level, title: Cấp}\n\
                  \x20     - {id: note, type: text, title: Ghi chú}\n";
    let before: Fields =
        [("id".to_owned(), text("A")), ("a".to_owned(), text("09"))].into_iter().collect();
    let (_, said) = enter_over(fields, "note=x", Some(&before));
    assert!(said.is_empty(), "{said:?}");
}

#[test]
fn a_choice_is_filtered_by_another_field() {
    let fields = "      - {id: grade, type: integer, title: Khối}\n\
                  \x20     - {id: a, type: choice, codes: level, choice_filter: choice.grade == string(grade), title: Cấp}\n";
    check_said(fields, "grade=1;a=01", &[]);
    check_said(
        fields,
        "grade=6;a=01",
        &["error[J115] Cấp: `Primary` cannot be chosen here (possible: 02 (Trung học cơ sở))"],
    );
    check_said(fields, "a=01", &[]);
}

#[test]
fn a_field_that_is_not_asked_stays_empty_and_is_not_required() {
    let fields = "      - {id: back, type: boolean, title: Đã trả}\n\
                  \x20     - {id: damage, type: text, title: Hư hỏng, when: back == true, required: true}\n";
    check_said(fields, "back=không", &[]);
    check_said(fields, "back=có", &["error[J108] Hư hỏng: it must be filled"]);
    check_said(
        fields,
        "back=không;damage=rách",
        &["error[J113] Hư hỏng: it is not asked here (leave the field empty)"],
    );
}

#[test]
fn checks_block_and_warnings_are_confirmed_by_name() {
    let fields = "      - {id: lent, type: date, title: Ngày mượn}\n\
                  \x20     - {id: back, type: date, title: Ngày trả, check: {that: back >= lent, message: trước ngày mượn}}\n\
                  \x20     - {id: days, type: integer, title: Số ngày, check: {that: days <= 30, message: lâu quá, severity: warning}}\n";
    check_said(
        fields,
        "lent=05/09/2025;back=04/09/2025",
        &["error[J112] Ngày trả: trước ngày mượn"],
    );
    check_said(fields, "days=31", &["warning[J112] Số ngày: lâu quá [days]"]);
    check_said(fields, "lent=05/09/2025", &[]);
}

#[test]
fn missing_values_do_what_the_check_declares() {
    let fields = |missing: &str| {
        format!(
            "      - {{id: a, type: integer, title: A}}\n      - {{id: b, type: integer, title: B}}\n\
             checks:\n  - {{id: sum, that: a + b <= 10, message: tổng quá 10{missing}}}\n"
        )
    };
    let unmet = "error[J112] tổng quá 10";
    for (missing, one, none) in [
        ("", false, false),
        (", missing: skip_if_any", false, false),
        (", missing: skip_if_all", true, false),
        (", missing: never_skip", true, true),
    ] {
        let (_, said) = enter(&fields(missing), "a=20");
        assert_eq!(said == [unmet], one, "one missing, `{missing}`: {said:?}");
        let (_, said) = enter(&fields(missing), "");
        assert_eq!(said == [unmet], none, "all missing, `{missing}`: {said:?}");
        check_said(&fields(missing), "a=5;b=6", &[unmet]);
    }
}

#[test]
fn a_condition_that_speaks_of_null_is_never_skipped() {
    let fields = "      - {id: a, type: text, title: A}\n      - {id: b, type: text, title: B}\n\
                  checks:\n  - {id: one, that: a != null || b != null, message: cần một trong hai}\n";
    check_said(fields, "", &["error[J112] cần một trong hai"]);
    check_said(fields, "b=x", &[]);
}

#[test]
fn computed_fields_are_exact_and_rounded_half_up() {
    let fields = "      - {id: a, type: decimal, scale: 1, title: A}\n\
                  \x20     - {id: b, type: decimal, scale: 1, title: B}\n\
                  \x20     - {id: mean, type: decimal, scale: 1, title: TB, compute: {as: (a + 2 * b) / 3}}\n";
    let (record, said) = enter(fields, "a=7,9;b=8,0");
    assert_eq!((&record["mean"], said), (&decimal(80), Vec::new()));
    let (record, _) = enter(fields, "a=0,1;b=0,2");
    assert_eq!(record["mean"], decimal(2));
    let (record, _) = enter(fields, "a=7,9");
    assert_eq!(record["mean"], Value::Missing);
    check_said(
        fields,
        "a=7,9;b=8,0;mean=9",
        &[
            "error[J114] TB: the field is computed, not entered; what was entered differs (leave the field empty)",
        ],
    );
}

#[test]
fn an_identifier_that_is_there_never_changes() {
    let fields = "      - {id: a, type: text, title: Mã, immutable: true}\n";
    let before: Fields =
        [("id".to_owned(), text("A")), ("a".to_owned(), text("1"))].into_iter().collect();
    let (_, said) = enter_over(fields, "a=2", Some(&before));
    assert_eq!(said, ["error[J117] Mã: an identifier never changes once it is there"]);
    let empty: Fields = [("id".to_owned(), text("A"))].into_iter().collect();
    let (_, said) = enter_over(fields, "a=2", Some(&empty));
    assert!(said.is_empty(), "{said:?}");
}

#[test]
fn a_warning_is_not_raised_again_while_its_fields_stay() {
    let fields = "      - {id: days, type: integer, title: Số ngày, check: {that: days <= 30, message: lâu quá, severity: warning}}\n\
                  \x20     - {id: note, type: text, title: Ghi chú}\n";
    let before: Fields = [("id".to_owned(), text("A")), ("days".to_owned(), Value::Integer(40))]
        .into_iter()
        .collect();
    let (_, said) = enter_over(fields, "note=x", Some(&before));
    assert!(said.is_empty(), "{said:?}");
}

#[test]
fn walks_over_lists_and_functions_do_what_cel_says() {
    let check = |that: &str, typed: &str, holds: bool| {
        let fields = format!(
            "      - {{id: a, type: text, title: A}}\n      - {{id: n, type: integer, title: N}}\n\
             checks:\n  - id: c\n    that: \"{that}\"\n    message: không thỏa\n"
        );
        let (_, said) = enter(&fields, typed);
        assert_eq!(said.is_empty(), holds, "{that}: {said:?}");
    };
    check("[1, 2, 3].exists(x, x == n)", "n=3", true);
    check("[1, 2, 3].all(x, x < n)", "n=3", false);
    check("[1, 2, 3].exists_one(x, x > n)", "n=2", true);
    check("size([1, 2, 3].filter(x, x > n)) == 2", "n=1", true);
    check("[1, 2].map(x, x * n) == [3, 6]", "n=3", true);
    check("a.startsWith('Đ') && size(a) == 2", "a=Đa", true);
    check("a.substring(1, 3) == 'bc'", "a=abcd", true);
    check("max(1, n, 2) == n", "n=7", true);
    check("n / 2 == 3 && n % 2 == 1", "n=7", true);
    check("round(n / 3.0, 1) == 2.3", "n=7", true);
    check("1 / n > 0", "n=0", false);
    check("n > 0 || 1 / n > 0", "n=5", true);
    check("years(date('2000-09-06'), today) == 24", "", true);
}
