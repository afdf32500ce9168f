//! New records: what is written, and what is refused with row and column.

use crate::common::{core, grid, now};
use crate::shared::small_store;
use bieumau_model::scope::{Caller, Reach, Scope};
use bieumau_model::table::{Cells, Column, Table, Value};
use bieumau_model::text::Locale;
use bieumau_store::StoreError;

/// Inserts `text` into `form`; the findings, one a line, or the number of records.
fn check_as(caller: &Caller, form: &str, text: &str, expected: &str) {
    let catalog = core();
    let form = &catalog.forms[form];
    check_table(caller, form.id.as_str(), &grid(form, text), expected);
}

fn check_table(caller: &Caller, form: &str, table: &Table, expected: &str) {
    let catalog = core();
    let mut store = small_store();
    let before = store.audit(100).unwrap().len();
    let result = store.insert(caller, &catalog.forms[form], table, now(), "thử");
    let found = match &result {
        Ok(count) => format!("{count} inserted"),
        Err(error) => {
            assert_eq!(store.audit(100).unwrap().len(), before, "nothing may be noted");
            let findings = error.diagnostics();
            let lines: Vec<String> =
                findings.iter().map(|finding| finding.one_line(Locale::En)).collect();
            lines.join("\n")
        }
    };
    assert_eq!(found, expected);
}

fn check_insert(form: &str, text: &str, expected: &str) {
    check_as(&Caller::Operator, form, text, expected);
}

const PUPIL: &str = "school|pupil|full_name|birth_date|gender|ethnic_group";

#[test]
fn right_records_are_inserted() {
    check_insert(
        "pupil",
        &format!("{PUPIL}\nS1|0000000999|Đỗ An|2013-01-02|female|01"),
        "1 inserted",
    );
}

#[test]
fn an_empty_table_is_inserted() {
    check_insert("pupil", PUPIL, "0 inserted");
}

#[test]
fn every_wrong_cell_is_found_with_row_and_column() {
    check_insert(
        "pupil",
        "school|pupil|full_name|birth_date|gender|ethnic_group|personal_id|nationality\n\
         S1|12|An|2013-01-02|femal|01||\n\
         S1|0000000998||2013-01-02|male|01|12345678901|\n\
         S1|0000000997|Bình||male|77||Một quốc tịch có tên dài quá năm mươi ký tự nên không hợp lệ",
        "error[D125] row 1, `pupil`: `12` does not match `[0-9]{10}|TAM-.+`\n\
         error[D126] row 1, `gender`: the list has no code `femal` (did you mean `female`?)\n\
         error[D122] row 2, `full_name`: it must be filled\n\
         error[D125] row 2, `personal_id`: `12345678901` does not match `[0-9]{12}`\n\
         error[D122] row 3, `birth_date`: it must be filled\n\
         error[D126] row 3, `ethnic_group`: the list has no code `77`\n\
         error[D124] row 3, `nationality`: it has 60 characters, at most 50 are allowed",
    );
}

#[test]
fn marks_outside_of_their_bounds_are_found() {
    check_insert(
        "mark",
        "school|year|term|pupil|subject|class|mid_term|end_of_term\n\
         S1|2025|2|0000000111|TOAN|7A|10,5|7,5\n\
         S1|2025|3|0000000111|TOAN|7A|10,0|-0,5",
        "error[D123] row 1, `mid_term`: 10,5 is out of bounds, the greatest is 10,0\n\
         error[D123] row 2, `term`: 3 is out of bounds, the greatest is 2\n\
         error[D123] row 2, `end_of_term`: -0,5 is out of bounds, the least is 0,0",
    );
}

#[test]
fn unknown_and_missing_columns_are_found() {
    check_insert(
        "staff",
        "school|staff|fullname|position\nS1|T9|An|teacher",
        "error[D120] form `staff` has no field `fullname` (did you mean `full_name`?)\n\
         error[D122] `full_name`: it must be filled\n\
         error[D122] `status`: it must be filled",
    );
}

#[test]
fn a_column_of_another_type_is_found_once() {
    let texts = |text: &str| Cells::Text(vec![Some(text.to_owned()); 3]);
    let column = |name: &str, cells| Column { name: name.to_owned(), cells };
    let table = Table::new(
        "school_year",
        vec![
            column("year", texts("2030")),
            column("starts_on", texts("2030-09-05")),
            column("term_2_on", texts("2031-01-05")),
            column("ends_on", texts("2031-05-31")),
        ],
    )
    .unwrap();
    check_table(
        &Caller::Operator,
        "school_year",
        &table,
        "error[D121] `year`: the column must hold whole numbers\n\
         error[D121] `starts_on`: the column must hold dates\n\
         error[D121] `term_2_on`: the column must hold dates\n\
         error[D121] `ends_on`: the column must hold dates",
    );
}

#[test]
fn references_must_lead_to_records_of_the_same_school() {
    check_insert(
        "class",
        "school|year|class|grade|homeroom_teacher\nS1|2026|8A|8|T2\nS2|2026|8A|8|T1\nS3|2026|8A|8|",
        "error[D127] row 1, `homeroom_teacher`: `staff` has no record S1 / T2\n\
         error[D127] row 3, `school`: `school` has no record S3",
    );
}

#[test]
fn a_key_is_taken_once_whether_in_the_store_or_in_the_table() {
    check_insert(
        "class",
        "school|year|class|grade\nS1|2025|7A|7\nS1|2026|8A|8\nS1|2026|8A|8",
        "error[D128] row 1: `class` has a record S1 / 2025 / 7A already\n\
         error[D128] row 3: `class` has a record S1 / 2026 / 8A already",
    );
}

#[test]
fn texts_are_kept_in_nfc_and_empty_ones_are_missing() {
    let catalog = core();
    let form = &catalog.forms["pupil"];
    let mut store = small_store();
    let mut text =
        format!("{PUPIL}|nationality\nS1|0000000999|Nguye\u{302}\u{303}n An|2013-01-02|male|01|");
    text.push('x');
    let table = grid(form, &text);
    let columns = table.columns().iter().map(|column| match column.name.as_str() {
        "nationality" => {
            Column { name: column.name.clone(), cells: Cells::Text(vec![Some(String::new())]) }
        }
        _ => column.clone(),
    });
    let table = Table::new("pupil", columns.collect()).unwrap();
    store.insert(&Caller::Operator, form, &table, now(), "").unwrap();
    let key = [Value::Text("S1".into()), Value::Text("0000000999".into())];
    let record = store.record(&Caller::Operator, form, &key).unwrap().unwrap();
    assert_eq!(record.field("full_name"), Some(&Value::Text("Nguyễn An".into())));
    assert_eq!(record.field("nationality"), Some(&Value::Missing));
}

#[test]
fn a_required_text_must_not_be_empty() {
    let catalog = core();
    let form = &catalog.forms["staff"];
    let table = grid(form, "school|staff|full_name|position|status\nS1|T9|An|teacher|working");
    let columns = table.columns().iter().map(|column| match column.name.as_str() {
        "full_name" => {
            Column { name: column.name.clone(), cells: Cells::Text(vec![Some(String::new())]) }
        }
        _ => column.clone(),
    });
    let table = Table::new("staff", columns.collect()).unwrap();
    check_table(
        &Caller::Operator,
        "staff",
        &table,
        "error[D122] row 1, `full_name`: it must be filled",
    );
}

#[test]
fn control_characters_are_refused() {
    check_insert(
        "staff",
        "school|staff|full_name|position|status\nS1|T9|A\u{0}n|teacher|working",
        "error[D121] row 1, `full_name`: it holds a control character",
    );
}

#[test]
fn a_form_with_another_version_than_its_table_is_refused() {
    let catalog = crate::common::only(&[(
        "forms/x/school_year.form.yaml",
        "schema_version: 1\nid: school_year\nversion: 2\ntitle: Năm học\nscope: site\nkey: [year]\n\
         sections:\n  - id: a\n    title: A\n    fields:\n      - {id: year, type: integer, title: Năm}\n",
    )]);
    let form = &catalog.forms["school_year"];
    let error = small_store()
        .insert(&Caller::Operator, form, &grid(form, "year\n2030"), now(), "")
        .unwrap_err();
    assert!(matches!(error, StoreError::NotMigrated { .. }), "{error}");
}

#[test]
fn a_loading_keeps_all_tables_or_none() {
    let catalog = core();
    let mut store = small_store();
    let (class, year) = (&catalog.forms["class"], &catalog.forms["school_year"]);
    let good =
        grid(year, "year|starts_on|term_2_on|ends_on\n2030|2030-09-05|2031-01-05|2031-05-31");
    let bad = grid(class, "school|year|class|grade\nS9|2026|8A|8");

    let mut loading = store.load(&Caller::Operator, now(), "").unwrap();
    loading.insert(year, &good).unwrap();
    loading.insert(class, &bad).unwrap_err();
    assert!(matches!(loading.finish(), Err(StoreError::LoadingFailed)));
    let key = [Value::Integer(2030)];
    assert_eq!(store.record(&Caller::Operator, year, &key).unwrap(), None);

    let mut loading = store.load(&Caller::Operator, now(), "nạp").unwrap();
    loading.insert(year, &good).unwrap();
    loading.finish().unwrap();
    assert!(store.record(&Caller::Operator, year, &key).unwrap().is_some());
    let line = &store.audit(1).unwrap()[0];
    assert_eq!(
        (line.caller.as_str(), line.action.as_str(), line.form.as_deref(), line.count),
        ("operator", "insert", Some("school_year"), 1)
    );
    assert_eq!((line.reason.as_str(), line.at), ("nạp", now()));
}

fn user(scope: Scope) -> Caller {
    Caller::User { name: "hoa".to_owned(), scope }
}

#[test]
fn a_user_writes_only_what_they_would_see() {
    let school = Scope::from(Reach { schools: Some(vec!["S1".to_owned()]), ..Reach::everything() });
    let classes = "school|year|class|grade\nS1|2026|8A|8\nS2|2026|8A|8";
    check_as(
        &user(school.clone()),
        "class",
        classes,
        "error[D129] row 2: the record of `class` is outside of what you may write",
    );
    check_as(
        &user(school),
        "school_year",
        "year|starts_on|term_2_on|ends_on\n2030|2030-09-05|2031-01-05|2031-05-31",
        "error[D129] row 1: the record of `school_year` is outside of what you may write",
    );
}

#[test]
fn a_teacher_writes_marks_of_own_class_and_subject_only() {
    let teacher = user(Scope::from(Reach {
        classes: Some(vec![("S1".to_owned(), 2025, "7A".to_owned())]),
        subjects: Some(vec!["TOAN".to_owned()]),
        ..Reach::everything()
    }));
    check_as(
        &teacher,
        "mark",
        "school|year|term|pupil|subject|class|mid_term\n\
         S1|2025|2|0000000111|TOAN|7A|8,0\n\
         S1|2025|2|0000000111|VAN|7A|8,0\n\
         S1|2025|2|0000000121|TOAN|7B|8,0\n\
         S2|2025|2|0000000211|TOAN|7A|8,0",
        "error[D129] row 2: the record of `mark` is outside of what you may write\n\
         error[D129] row 3: the record of `mark` is outside of what you may write\n\
         error[D129] row 4: the record of `mark` is outside of what you may write",
    );
}

#[test]
fn nobody_gets_to_see_a_pupil_by_enrolling_them_into_their_class() {
    let teacher = user(Scope::from(Reach {
        classes: Some(vec![("S1".to_owned(), 2025, "7A".to_owned())]),
        ..Reach::everything()
    }));
    check_as(
        &teacher,
        "enrolment",
        "school|year|pupil|class|number|status\nS1|2025|0000000121|7A|3|01",
        "error[D128] row 1: `enrolment` has a record S1 / 2025 / 0000000121 already",
    );
    check_as(
        &teacher,
        "enrolment",
        "school|year|pupil|class|number|status\nS1|2023|0000000121|7A|3|01",
        "error[D129] row 1: the record of `enrolment` is outside of what you may write\n\
         error[D127] row 1, `class`: `class` has no record S1 / 2023 / 7A",
    );
}
