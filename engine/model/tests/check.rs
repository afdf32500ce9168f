//! Findings of single definitions: places inside scalars, limits, and what stays in the catalog.

use std::fmt::Write;

use bieumau_model::check::{Checked, SourceTree, check};
use bieumau_model::text::Locale;

const SCHOOL: &str = "\
schema_version: 1
id: school
version: 1
title: Trường
scope: school
key: [school]
sections:
  - id: school
    title: Trường
    fields:
      - {id: school, type: text, title: Mã}
      - {id: name, type: text, title: Tên}
";

/// Checks that a form with the given last field has exactly these findings, in English.
fn check_field(field: &str, expected: &[&str]) {
    let text = format!("{}{field}", SCHOOL.replace("id: school\nversion", "id: note\nversion"));
    check_files(&[("forms/a/note.form.yaml", &text)], expected);
}

fn check_files(files: &[(&str, &str)], expected: &[&str]) {
    let found = findings(&tree(files));
    assert_eq!(found, expected, "\n{}", found.join("\n"));
}

fn tree(files: &[(&str, &str)]) -> SourceTree {
    files.iter().copied().collect()
}

fn findings(tree: &SourceTree) -> Vec<String> {
    one_lines(&check(tree))
}

fn one_lines(checked: &Checked) -> Vec<String> {
    checked.diagnostics.iter().map(|finding| finding.one_line(Locale::En)).collect()
}

#[test]
fn names_in_an_expression_are_found_behind_vietnamese_letters() {
    check_field(
        "      - {id: a, type: text, title: A, when: \"name == 'Đường ưu' && nam != ''\"}\n",
        &[
            "forms/a/note.form.yaml:13:68 error[D031] there is no field `nam` (did you mean `name`?)",
        ],
    );
}

#[test]
fn mistakes_of_grammar_are_found_behind_vietnamese_letters() {
    check_field(
        "      - {id: a, type: text, title: A, when: \"name == 'Đường ưu' && = ''\"}\n",
        &["forms/a/note.form.yaml:13:68 error[D030] the expression is not well-formed at `= ''` \
           (equality is written `==`)"],
    );
}

#[test]
fn the_lines_of_a_literal_block_keep_their_numbers() {
    check_field(
        "      - id: a\n        type: text\n        title: A\n        when: |\n\
         \x20         name != '' &&\n\n\
         \x20           nam != '' &&\n\
         \x20         scool != ''\n",
        &[
            "forms/a/note.form.yaml:19:13 error[D031] there is no field `nam` (did you mean `name`?)",
            "forms/a/note.form.yaml:20:11 error[D031] there is no field `scool` (did you mean `school`?)",
        ],
    );
}

#[test]
fn lines_that_end_as_windows_ends_them_keep_their_numbers() {
    let field = "      - id: a\r\n        type: text\r\n        title: A\r\n        when: |\r\n          name != '' &&\r\n          nam != ''\r\n";
    check_field(
        field,
        &[
            "forms/a/note.form.yaml:18:11 error[D031] there is no field `nam` (did you mean `name`?)",
        ],
    );
}

#[test]
fn a_folded_expression_is_found_as_a_whole() {
    check_field(
        "      - id: a\n        type: text\n        title: A\n        when: >\n\
         \x20         name != ''\n          && nam != ''\n",
        &[
            "forms/a/note.form.yaml:17:11 error[D031] there is no field `nam` (did you mean `name`?)",
        ],
    );
}

#[test]
fn macros_bring_their_own_names() {
    check_field(
        "      - {id: a, type: text, title: A, when: \"['x', 'y'].exists(word, word == name)\"}\n",
        &[],
    );
}

#[test]
fn an_expression_without_end_is_refused() {
    let long = format!("      - {{id: a, type: text, title: A, when: \"{}\"}}\n", "!".repeat(3000));
    check_field(
        &long,
        &[
            "forms/a/note.form.yaml:13:45 error[D030] the expression is longer than 2000 bytes (for example `grade >= 1 && grade <= 5`)",
        ],
    );
}

#[test]
fn hostile_expressions_give_a_finding_and_never_end_the_check() {
    for part in [
        "(", "[", "{", "!", "-", "a?", "a?b:", "a.", "a(", "{1:", "'", "\\\\x", "1e", "\u{0}", "𝒜",
        "'%",
    ] {
        let expression = part.repeat(1900 / part.len());
        let expression = expression.replace('\'', "''");
        let field = format!("      - {{id: a, type: text, title: A, when: '{expression}'}}\n");
        let found = findings(&tree(&[("forms/a/school.form.yaml", &format!("{SCHOOL}{field}"))]));
        assert!(!found.is_empty(), "{part} repeated is a condition");
    }
}

#[test]
fn a_file_above_the_limit_is_not_read() {
    let mut text = SCHOOL.to_owned();
    while text.len() <= 4 * 1024 * 1024 {
        let _ = writeln!(text, "# {}", "x".repeat(1000));
    }
    check_files(
        &[("forms/a/school.form.yaml", &text)],
        &[
            "forms/a/school.form.yaml:1:1 error[D003] the file is larger than 4194304 bytes (split the definition into several files)",
        ],
    );
}

#[test]
fn a_file_with_thousands_of_mistakes_says_the_first_hundred() {
    let mut text = SCHOOL.to_owned();
    for number in 0..5000 {
        let _ = writeln!(text, "zzzzzzzz_{number}: 1");
    }
    assert_eq!(findings(&tree(&[("forms/a/school.form.yaml", &text)])).len(), 100);
}

#[test]
fn a_byte_order_mark_is_no_mistake() {
    check_files(&[("forms/a/school.form.yaml", &format!("\u{FEFF}{SCHOOL}"))], &[]);
}

#[test]
fn aliases_may_repeat_a_field() {
    let text = SCHOOL.replace(
        "- {id: name, type: text, title: Tên}",
        "- &name {id: name, type: text, title: Tên}",
    ) + "  - id: more\n    title: Thêm\n    fields:\n      - *name\n";
    check_files(
        &[("forms/a/school.form.yaml", &text)],
        &[
            "forms/a/school.form.yaml:12:20 error[D017] the field `name` is declared twice (rename or remove one of the two)",
        ],
    );
}

#[test]
fn tags_are_refused() {
    check_files(
        &[(
            "forms/a/school.form.yaml",
            &SCHOOL.replace("id: school\nversion", "id: !!str school\nversion"),
        )],
        &[
            "forms/a/school.form.yaml:2:11 error[D001] definitions do not use YAML tags such as `!…` (look at brackets, quotes and indentation around this place)",
        ],
    );
}

#[test]
fn texts_enter_in_nfc() {
    let text = SCHOOL.replace("title: Tên", "title: Te\u{302}n");
    let checked = check(&tree(&[("forms/a/school.form.yaml", &text)]));
    let name = checked.catalog.forms["school"].field("name").expect("the form has this field");
    assert_eq!(name.title.get(Locale::Vi), "Tên");
}

const CLASS: &str = "\
schema_version: 1
id: class
version: 1
title: Lớp
scope: school
key: [school, class]
sections:
  - id: class
    title: Lớp
    fields:
      - {id: school, type: reference, to: school, title: Trường}
      - {id: class, type: text, title: Lớp}
";

#[test]
fn a_referred_form_comes_first_in_the_catalog() {
    let checked =
        check(&tree(&[("forms/a/class.form.yaml", CLASS), ("forms/b/school.form.yaml", SCHOOL)]));
    assert!(checked.diagnostics.is_empty(), "{}", checked.diagnostics);
    assert_eq!(checked.catalog.forms.keys().collect::<Vec<_>>(), ["school", "class"]);
}

#[test]
fn what_refers_to_a_wrong_form_is_not_in_the_catalog() {
    let wrong = SCHOOL.replace("scope: school", "scope: school\nzzz: 1");
    let checked =
        check(&tree(&[("forms/a/class.form.yaml", CLASS), ("forms/b/school.form.yaml", &wrong)]));
    assert_eq!(
        one_lines(&checked),
        ["forms/b/school.form.yaml:6:1 error[D010] there is no key `zzz`".to_owned()
            + " (possible: `schema_version`, `id`, `version`, `status`, `title`, `scope`, `key`, `sections`, `checks`, `grids`, `layers`)"]
    );
    assert!(checked.catalog.forms.is_empty());
}

#[test]
fn a_broken_file_does_not_make_others_wrong() {
    check_files(
        &[("forms/a/class.form.yaml", CLASS), ("forms/b/school.form.yaml", "a: [")],
        &[
            "forms/b/school.form.yaml:1:4 error[D001] `[` or `{` is opened and never closed (look at brackets, quotes and indentation around this place)",
        ],
    );
}
