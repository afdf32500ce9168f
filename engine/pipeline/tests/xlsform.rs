//! XLSForm workbooks, good and bad, made in memory: what becomes of them, and what is told.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use bieumau_model::check::{SourceTree, check};
use bieumau_model::definition::{FieldType, Form};
use bieumau_model::text::Locale;
use bieumau_pipeline::{Files, Imported, import_xlsform};
use rust_xlsxwriter::{Format, Workbook};

/// A workbook of sheets, each a heading line and one line per row; cells stand between bars.
fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    for (name, text) in sheets {
        let sheet = workbook.add_worksheet();
        sheet.set_name(*name).unwrap();
        for (row, line) in text.lines().enumerate() {
            for (column, cell) in line.split('|').map(str::trim).enumerate() {
                if !cell.is_empty() {
                    sheet.write_string(row as u32, column as u16, cell).unwrap();
                }
            }
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// Imports; the files pass the check of definitions beside the shipped ones.
fn import(sheets: &[(&str, &str)]) -> (Imported, Vec<Form>) {
    let imported = import_xlsform(&workbook(sheets), "thu_nghiem")
        .unwrap_or_else(|problem| panic!("{problem}\n{}", problem.findings));
    let forms = forms(&imported);
    (imported, forms)
}

fn forms(imported: &Imported) -> Vec<Form> {
    let shipped = Files::shipped();
    let core = shipped.iter().filter(|(path, _)| path.starts_with("forms/core/"));
    let mut tree: SourceTree =
        core.map(|(path, bytes)| (path, String::from_utf8_lossy(bytes).into_owned())).collect();
    for (path, text) in &imported.files {
        tree.insert(path.clone(), text.clone());
    }
    let checked = check(&tree);
    let found: Vec<String> =
        checked.diagnostics.iter().map(|finding| finding.one_line(Locale::En)).collect();
    let texts: Vec<&str> = imported.files.iter().map(|(_, text)| text.as_str()).collect();
    assert!(found.is_empty(), "{}\n{}", found.join("\n"), texts.join("\n"));
    let own = |form: &Form| {
        imported.files.iter().any(|(path, _)| path.ends_with(&format!("/{}.form.yaml", form.id)))
    };
    checked.catalog.forms.into_values().filter(own).collect()
}

fn report(imported: &Imported) -> Vec<String> {
    imported.report.iter().map(|finding| finding.one_line(Locale::En)).collect()
}

/// The errors of a workbook.
fn check_errors(sheets: &[(&str, &str)], expected: &[&str]) {
    let problem = import_xlsform(&workbook(sheets), "thu").unwrap_err();
    let errors: Vec<String> = problem
        .findings
        .iter()
        .map(|finding| finding.one_line(Locale::En))
        .filter(|line| line.starts_with("error"))
        .collect();
    assert_eq!(errors, expected);
}

fn field<'f>(forms: &'f [Form], id: &str) -> &'f bieumau_model::definition::Field {
    forms.iter().find_map(|form| form.field(id)).unwrap_or_else(|| panic!("no field {id}"))
}

#[test]
fn questions_become_fields_with_their_conditions() {
    let (imported, forms) = import(&[
        (
            "survey",
            "type|name|label::vi|label::English (en)|hint|required|relevant|constraint|constraint_message|calculation
             text|Họ tên|Họ và tên|Name||yes
             integer|age|Tuổi|||yes||. >= 6 and . <= 120|Từ 6 đến 120
             decimal|height|Chiều cao|||||. > 0
             date|born|Ngày sinh|||||. < today()
             select_one yes_no|ill|Có ốm không
             text|illness|Bệnh gì||Ghi rõ||${ill} = 'yes'
             calculate|double_age||||||||${age} * 2",
        ),
        ("choices", "list_name|name|label::vi\nyes_no|yes|Có\nyes_no|no|Không"),
        ("settings", "form_title|form_id\nKhảo sát sức khỏe|health_survey"),
    ]);
    assert!(report(&imported).is_empty(), "{:?}", report(&imported));
    let form = &forms[0];
    assert_eq!(
        (form.id.as_str(), form.title.get(Locale::Vi)),
        ("health_survey", "Khảo sát sức khỏe")
    );
    assert_eq!(form.key, ["school", "record"]);
    let name = field(&forms, "ho_ten");
    assert_eq!((name.title.get(Locale::Vi), name.title.get(Locale::En)), ("Họ và tên", "Name"));
    assert!(name.required);
    let check = field(&forms, "age").check.as_ref().unwrap();
    assert_eq!(check.condition.source.text, "age >= 6 && age <= 120");
    assert_eq!(check.message.get(Locale::Vi), "Từ 6 đến 120");
    assert_eq!(field(&forms, "illness").when.as_ref().unwrap().source.text, "ill == 'yes'");
    assert_eq!(field(&forms, "illness").hint.as_ref().unwrap().get(Locale::Vi), "Ghi rõ");
    assert_eq!(field(&forms, "double_age").compute.as_ref().unwrap().source.text, "age * 2");
    assert_eq!(
        field(&forms, "ill").kind,
        FieldType::Choice { codes: "health_survey_yes_no".into() }
    );
}

#[test]
fn groups_become_sections_and_repeats_become_forms() {
    let (_, forms) = import(&[(
        "survey",
        "type|name|label|relevant
         text|house|Nhà
         begin_group|people|Người
         integer|count|Số người
         begin group|more|Thêm|${count} > 1
         text|who|Ai|${house} != ''
         end group
         end_group
         begin_repeat|child|Con
         text|child_name|Tên con
         integer|child_age|Tuổi con|${child_name} != ''
         end_repeat
         note|n|Cảm ơn
         text|last|Cuối",
    )]);
    assert_eq!(forms.len(), 2);
    let child = forms.iter().find(|form| form.id == "thu_nghiem_child").unwrap();
    let main = forms.iter().find(|form| form.id == "thu_nghiem").unwrap();
    assert_eq!(child.key, ["school", "record", "line"]);
    assert_eq!(main.repeats().next().unwrap().1.form, "thu_nghiem_child");
    let who = main.field("who").unwrap();
    assert_eq!(who.when.as_ref().unwrap().source.text, "(count > 1) && (house != null)");
    assert_eq!(main.field("last").unwrap().hint.as_ref().unwrap().get(Locale::Vi), "Cảm ơn");
    assert!(child.field("child_age").unwrap().when.is_some());
}

#[test]
fn cascading_lists_are_filtered() {
    let (imported, forms) = import(&[
        (
            "survey",
            "type|name|label|choice_filter
             select_one region|region|Vùng
             select one town|town|Xã|region=${region} and name != 'x'",
        ),
        (
            "choices",
            "list name|name|label|region
             region|n|Bắc
             region|s|Nam
             town|a|Xã A|n
             town|b|Xã B|s",
        ),
    ]);
    assert!(report(&imported).is_empty(), "{:?}", report(&imported));
    let town = field(&forms, "town");
    let filter = &town.choice_filter.as_ref().unwrap().source.text;
    assert_eq!(filter, "choice.region == region && choice.code != 'x'");
}

#[test]
fn headings_are_read_in_their_many_spellings() {
    let (imported, forms) = import(&[(
        " Survey ",
        "Type|NAME|Label::Tiếng Việt (vi)|Relevance|Constraint Message|constraint|Required
         TEXT|a|Chữ|||string-length(.) < 5|TRUE
         String|b|Chữ nữa|${a} != ''|Ngắn thôi|string-length(.) < 9|true()",
    )]);
    assert!(report(&imported).is_empty(), "{:?}", report(&imported));
    assert!(field(&forms, "a").required && field(&forms, "b").required);
    assert_eq!(field(&forms, "b").check.as_ref().unwrap().message.get(Locale::Vi), "Ngắn thôi");
    assert!(field(&forms, "b").when.is_some());
}

#[test]
fn what_is_left_out_is_told_with_its_cell() {
    let (imported, forms) = import(&[(
        "survey",
        "type|name|label|appearance|calculation|required|relevant
         start|start
         text|a|A|multiline||${a} = 'x'
         geopoint|place|Nơi
         select_multiple colours|c|Màu
         calculate|p|||pulldata('x', 'y', 'z', ${a})
         text|b|B||||${nobody} = 1
         text|c2|C||||${a} + 1 > 'x'",
    )]);
    let told = report(&imported).join("\n");
    for part in [
        "survey!A2: the type `start` was not taken over",
        "survey!A4: the type `geopoint` was not taken over",
        "survey!A5: the type `select_multiple colours` was not taken over",
        "survey!E6: the expression `pulldata('x', 'y', 'z', ${a})` was not taken over because of `pulldata()`",
        "survey!G7: the expression `${nobody} = 1` was not taken over because of ${nobody}",
        "survey!F3: the condition `${a} = 'x'` of being required was not taken over",
        "survey!D3: the column `appearance` was not taken over",
    ] {
        assert!(told.contains(part), "`{part}` is not in\n{told}");
    }
    assert!(forms[0].field("p").is_none());
    assert!(forms[0].field("b").unwrap().when.is_none());
}

#[test]
fn an_expression_of_the_wrong_type_is_left_out() {
    let (imported, forms) = import(&[(
        "survey",
        "type|name|label|constraint
         date|d|Ngày|. > 'mai'",
    )]);
    assert!(report(&imported)[0].contains("survey!D2"), "{:?}", report(&imported));
    assert!(forms[0].field("d").unwrap().check.is_none());
}

#[test]
fn mistakes_name_sheet_and_row() {
    check_errors(
        &[("form", "type|name\ntext|a")],
        &["error[J141] survey: the sheet `survey` is missing (sheets of the file: form)"],
    );
    check_errors(&[("survey", "")], &["error[J141] survey: the sheet is empty"]);
    check_errors(
        &[("survey", "type|name|Type\ntext|a|text")],
        &["error[J141] survey!C1: the heading `Type` stands twice"],
    );
    check_errors(
        &[(
            "survey",
            "type|name|label
             intger|a|A
             |b|B
             text||C
             text|d|D
             text|d|D
             end_group
             begin_repeat|r|R
             text|e|E
             end_group
             begin_group|g|G",
        )],
        &[
            "error[J142] survey!A2: there is no type `intger` (did you mean `integer`?)",
            "error[J142] survey!A3: `type` is missing",
            "error[J142] survey!B4: `name` is missing",
            "error[J142] survey!B6: `d` stands in row 5 already",
            "error[J142] survey!A7: there is no group to end",
            "error[J142] survey!A10: the end does not go with `r`, begun in row 8",
            "error[J142] survey!A11: the group `g` is never ended",
        ],
    );
    check_errors(
        &[
            ("survey", "type|name|label\nselect_one yesno|a|A\nselect_one dup|b|B"),
            ("choices", "list_name|name|label\nyes_no|y|Có\ndup|1|Một\ndup|1|Hai\ndup||Ba"),
        ],
        &[
            "error[J142] survey!A2: the sheet `choices` has no list `yesno` (did you mean `yes_no`?)",
            "error[J142] choices!B4: the code `1` of the list `dup` stands in row 3 already",
            "error[J142] choices!B5: `name` is missing",
        ],
    );
    check_errors(
        &[("survey", "type|name|label\nnote|n|Chỉ có ghi chú")],
        &["error[J142] survey: there is no question that can be used"],
    );
}

#[test]
fn a_file_that_is_no_workbook_is_told() {
    for bytes in [b"".as_slice(), b"type,name\ntext,a", b"PK\x03\x04broken"] {
        let problem = import_xlsform(bytes, "x").unwrap_err();
        assert_eq!(problem.findings.iter().next().unwrap().code, "J140");
    }
}

#[test]
fn blank_rows_merged_cells_and_numbers_are_read() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("survey").unwrap();
    for (column, heading) in ["type", "name", "label", "required"].iter().enumerate() {
        sheet.write_string(2, column as u16 + 1, *heading).unwrap();
    }
    sheet.write_string(5, 1, "integer").unwrap();
    sheet.write_number(5, 2, 2025).unwrap();
    sheet.merge_range(5, 3, 6, 3, "Năm", &Format::new()).unwrap();
    sheet.write_boolean(5, 4, true).unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    let imported = import_xlsform(&bytes, "2025 khảo sát").unwrap();
    let forms = forms(&imported);
    assert_eq!(forms[0].id, "form_2025_khao_sat");
    let year = forms[0].field("field_2025").unwrap();
    assert_eq!((year.title.get(Locale::Vi), year.required), ("Năm", true));
}

#[test]
fn names_that_fall_together_or_are_taken_get_others() {
    let (_, forms) = import(&[(
        "survey",
        "type|name|label|relevant
         text|my-name|A
         text|my_name|B|${my-name} != ''
         text|school|C|${my_name} = 'x'",
    )]);
    let form = &forms[0];
    assert!(form.field("my_name").is_some() && form.field("school_2").is_some());
    let second = form.field("my_name_2").unwrap().when.as_ref().unwrap();
    assert_eq!(second.source.text, "my_name != null");
    let third = form.field("school_2").unwrap().when.as_ref().unwrap();
    assert_eq!(third.source.text, "my_name_2 == 'x'");
}

#[test]
fn texts_of_a_workbook_cannot_break_the_yaml() {
    let (_, forms) = import(&[
        ("survey", "type|name|label\nselect_one l|a|\"}: [#'\\ {{x}} \u{2028}%"),
        ("choices", "list_name|name|label|own: col\nl|yes: #1|- 'a\": b|v"),
    ]);
    assert_eq!(field(&forms, "a").title.get(Locale::Vi), "\"}: [#'\\ {{x}} \u{2028}%");
}

#[test]
fn other_languages_are_told() {
    let (imported, forms) = import(&[(
        "survey",
        "type|name|label::French (fr)|label::English (en)
         text|a|Nom|Name",
    )]);
    assert_eq!(field(&forms, "a").title.get(Locale::En), "Name");
    assert!(
        report(&imported)[0].contains("only Vietnamese and English"),
        "{:?}",
        report(&imported)
    );
}
