//! Tables follow the forms, and nothing is lost on the way.

use crate::common::{core, grid, now, only};
use bieumau_model::definition::Catalog;
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::text::Locale;
use bieumau_store::{Edit, Migration, Store, StoreError};

const GROUPS: &str = "schema_version: 1\nid: colour\ntitle: Màu\ncodes:\n\
                      - {code: red, name: Đỏ}\n- {code: blue, name: Xanh, symbol: X}\n";

/// A site with the form `room` (key `room`) with `fields`, and the form `house`.
fn site(version: u32, fields: &str, codes: &str) -> Catalog {
    let form = format!(
        "schema_version: 1\nid: room\nversion: {version}\ntitle: Phòng\nscope: site\nkey: [room]\n\
         sections:\n  - id: a\n    title: A\n    fields:\n\
         \x20     - {{id: room, type: text, max_length: 20, title: Phòng}}\n{}",
        fields.lines().map(|line| format!("      - {line}\n")).collect::<String>(),
    );
    let house = "schema_version: 1\nid: house\nversion: 1\ntitle: Nhà\nscope: site\nkey: [house]\n\
                 sections:\n  - id: a\n    title: A\n    fields:\n\
                 \x20     - {id: house, type: text, title: Nhà}\n";
    only(&[
        ("forms/x/room.form.yaml", &form),
        ("forms/x/house.form.yaml", house),
        ("forms/x/codes/colour.yaml", codes),
    ])
}

fn lines(migration: &Migration) -> String {
    let notes = migration.notes.iter().map(|note| note.one_line(Locale::En));
    let mut lines = vec![format!(
        "created {:?}, changed {:?}, lists {:?}",
        migration.created, migration.changed, migration.code_lists
    )];
    lines.extend(notes);
    lines.join("\n")
}

/// Makes `before`, inserts `records`, makes `after`; what was done, or what would be lost.
/// Returns the store for a look at what it holds.
fn check_change(before: &Catalog, records: &str, after: &Catalog, expected: &str) -> Store {
    let mut store = Store::in_memory().unwrap();
    store.migrate(before, now()).unwrap();
    let form = &before.forms["room"];
    if !records.is_empty() {
        store.insert(&Caller::Operator, form, &grid(form, records), now(), "").unwrap();
    }
    let found = match store.migrate(after, now()) {
        Ok(migration) => lines(&migration),
        Err(error) => {
            assert!(matches!(error, StoreError::Migration(_)), "{error}");
            // Nothing has happened: the records can be written as before.
            let more = grid(form, "room\nR99");
            store.insert(&Caller::Operator, form, &more, now(), "").ok();
            let findings = error.diagnostics();
            let lines: Vec<String> =
                findings.iter().map(|finding| finding.one_line(Locale::En)).collect();
            lines.join("\n")
        }
    };
    assert_eq!(found, expected);
    store
}

fn field(store: &Store, catalog: &Catalog, room: &str, name: &str) -> Value {
    let key = [Value::Text(room.to_owned())];
    let record = store.record(&Caller::Operator, &catalog.forms["room"], &key).unwrap();
    record.unwrap().field(name).unwrap().clone()
}

const CHANGED: &str = "created [], changed [\"room\"], lists []";

#[test]
fn the_core_forms_make_their_tables_once() {
    let catalog = core();
    let mut store = Store::in_memory().unwrap();
    let first = store.migrate(&catalog, now()).unwrap();
    assert_eq!(first.created.len(), catalog.forms.len());
    assert_eq!(first.code_lists.len(), catalog.code_lists.len());
    assert_eq!(store.audit(10).unwrap().len(), 1);
    let second = store.migrate(&catalog, now()).unwrap();
    assert!(second.is_empty(), "{second:?}");
    assert_eq!(store.audit(10).unwrap().len(), 1);
}

#[test]
fn a_new_field_is_added_and_old_records_have_none() {
    let after = site(2, "{id: seats, type: integer, min: 0, title: Ghế}", GROUPS);
    let store = check_change(&site(1, "", GROUPS), "room\nR1", &after, CHANGED);
    assert_eq!(field(&store, &after, "R1", "seats"), Value::Missing);
}

#[test]
fn a_change_without_a_new_version_is_done_and_noted() {
    check_change(
        &site(1, "", GROUPS),
        "room\nR1",
        &site(1, "{id: seats, type: integer, title: Ghế}", GROUPS),
        "created [], changed [\"room\"], lists []\n\
         warning[D118] form `room` has changed but its version still is 1 \
         (raise the `version` of the form)",
    );
}

#[test]
fn a_new_version_alone_changes_no_table() {
    check_change(
        &site(1, "", GROUPS),
        "room\nR1",
        &site(2, "", GROUPS),
        "created [], changed [], lists []",
    );
}

#[test]
fn a_field_without_values_may_go() {
    let after = site(2, "", GROUPS);
    let store = check_change(
        &site(1, "{id: seats, type: integer, title: Ghế}", GROUPS),
        "room|seats\nR1|",
        &after,
        CHANGED,
    );
    let key = [Value::Text("R1".to_owned())];
    let record = store.record(&Caller::Operator, &after.forms["room"], &key).unwrap().unwrap();
    assert_eq!(record.fields.len(), 1);
}

#[test]
fn an_old_record_keeps_every_value_under_a_new_version() {
    let before = site(
        1,
        "{id: seats, type: decimal, scale: 1, title: Ghế}\n{id: note, type: text, required: true, title: Ghi chú}",
        GROUPS,
    );
    let after = site(2, "{id: floor, type: integer, title: Tầng}", GROUPS);
    let mut store = check_change(&before, "room|seats|note\nR1|4,5|đẹp", &after, CHANGED);
    let form = &after.forms["room"];
    let key = [Value::Text("R1".to_owned())];
    let kept = vec![
        ("seats".to_owned(), Value::Decimal { units: 45, scale: 1 }),
        ("note".to_owned(), Value::Text("đẹp".to_owned())),
    ];
    let record = store.record(&Caller::Operator, form, &key).unwrap().unwrap();
    assert_eq!((record.version, &record.kept), (1, &kept));

    let edit = Edit { caller: &Caller::Operator, revision: 1, now: now(), reason: "" };
    store.update(form, &key, &[("floor", Value::Integer(3))], edit).unwrap();
    let record = store.record(&Caller::Operator, form, &key).unwrap().unwrap();
    assert_eq!((record.version, &record.kept), (2, &kept));
    let more = grid(form, "room|floor\nR2|1");
    store.insert(&Caller::Operator, form, &more, now(), "").unwrap();

    // The definition of each version is kept whole, and the field may come back.
    assert_eq!(store.definition("room", 1).unwrap().unwrap(), before.forms["room"].whole());
    let again = site(3, "{id: note, type: text, title: Ghi chú}", GROUPS);
    store.migrate(&again, now()).unwrap();
    assert_eq!(field(&store, &again, "R1", "note"), Value::Text("đẹp".to_owned()));
    let versions: Vec<i64> =
        store.versions("room").unwrap().into_iter().map(|(version, _)| version).collect();
    assert_eq!(versions, [1, 2, 3]);
}

#[test]
fn a_field_with_values_is_not_dropped_without_a_new_version() {
    check_change(
        &site(1, "{id: seats, type: integer, title: Ghế}", GROUPS),
        "room|seats\nR1|4\nR2|\nR3|5\nR4|6\nR5|7",
        &site(1, "", GROUPS),
        "error[D110] `room.seats`: dropping the field would lose values: 4 records (R1; R3; R4, …)",
    );
}

#[test]
fn wider_types_and_bounds_keep_the_values() {
    let before = site(
        1,
        "{id: seats, type: integer, max: 40, title: Ghế}\n\
         {id: area, type: decimal, scale: 1, title: Diện tích}\n\
         {id: note, type: text, max_length: 10, title: Ghi chú}",
        GROUPS,
    );
    let after = site(
        2,
        "{id: seats, type: decimal, scale: 2, max: 90, title: Ghế}\n\
         {id: area, type: decimal, scale: 3, title: Diện tích}\n\
         {id: note, type: text, max_length: 20, title: Ghi chú}",
        GROUPS,
    );
    let store = check_change(&before, "room|seats|area|note\nR1|40|12,5|đẹp", &after, CHANGED);
    let decimal = |units, scale| Value::Decimal { units, scale };
    assert_eq!(field(&store, &after, "R1", "seats"), decimal(4000, 2));
    assert_eq!(field(&store, &after, "R1", "area"), decimal(12_500, 3));
    assert_eq!(field(&store, &after, "R1", "note"), Value::Text("đẹp".to_owned()));
}

#[test]
fn narrower_types_are_taken_when_every_value_fits() {
    let before = site(
        1,
        "{id: area, type: decimal, scale: 2, title: Diện tích}\n{id: built, type: text, title: Xây}",
        GROUPS,
    );
    let after = site(
        2,
        "{id: area, type: decimal, scale: 1, title: Diện tích}\n{id: built, type: date, title: Xây}",
        GROUPS,
    );
    let store = check_change(&before, "room|area|built\nR1|12,50|2020-02-29", &after, CHANGED);
    assert_eq!(field(&store, &after, "R1", "area"), Value::Decimal { units: 125, scale: 1 });
    check_change(
        &before,
        "room|area|built\nR1|12,55|2021-02-29\nR2|12,50|năm 2020",
        &after,
        "error[D111] `room.area`: values cannot become decimals of scale 1: 1 records (R1)\n\
         error[D111] `room.built`: values cannot become dates: 2 records (R1; R2)",
    );
}

#[test]
fn all_losses_are_told_at_once() {
    let before = site(
        1,
        "{id: seats, type: integer, title: Ghế}\n\
         {id: name, type: text, title: Tên}\n\
         {id: phone, type: text, title: Điện thoại}\n\
         {id: open, type: boolean, title: Mở}",
        GROUPS,
    );
    let after = site(
        2,
        "{id: seats, type: integer, min: 1, max: 40, title: Ghế}\n\
         {id: name, type: text, max_length: 3, title: Tên, required: true}\n\
         {id: phone, type: text, pattern: \"[0-9]+\", title: Điện thoại}\n\
         {id: open, type: date, title: Mở}\n\
         {id: owner, type: text, title: Chủ, required: true}",
        GROUPS,
    );
    check_change(
        &before,
        "room|seats|name|phone|open\nR1|0|Phòng|12a|1\nR2|41|An||\nR3|5||123|",
        &after,
        "error[D112] `room.seats`: values lie outside the new bounds: 2 records (R1; R2)\n\
         error[D115] `room.name`: the field would be required but is empty: 1 records (R3)\n\
         error[D112] `room.name`: values lie outside the new bounds: 1 records (R1)\n\
         error[D112] `room.phone`: values do not match the new pattern: 1 records (R1)\n\
         error[D111] `room.open`: values cannot become dates: 1 records (R1)\n\
         error[D115] `room.owner`: the field would be required but is empty: 3 records (R1; R2; R3)",
    );
    // Without records, everything may change.
    check_change(&before, "", &after, CHANGED);
}

#[test]
fn a_code_in_use_is_not_dropped_from_its_list() {
    let form = "{id: colour, type: choice, codes: colour, title: Màu}";
    let fewer = GROUPS.replace("- {code: red, name: Đỏ}\n", "");
    check_change(
        &site(1, form, GROUPS),
        "room|colour\nR1|red\nR2|blue",
        &site(1, form, &fewer),
        "error[D113] `room.colour`: the code `red` is in use but no longer in the list `colour`: \
         1 records (R1)",
    );
    check_change(
        &site(1, form, GROUPS),
        "room|colour\nR2|blue",
        &site(1, form, &fewer),
        "created [], changed [], lists [\"colour\"]",
    );
}

#[test]
fn a_text_becomes_a_choice_when_its_values_are_codes() {
    let before = site(1, "{id: colour, type: text, title: Màu}", GROUPS);
    let after = site(2, "{id: colour, type: choice, codes: colour, title: Màu}", GROUPS);
    check_change(&before, "room|colour\nR1|red", &after, CHANGED);
    check_change(
        &before,
        "room|colour\nR1|red\nR2|green",
        &after,
        "error[D113] `room.colour`: the code `green` is in use but no longer in the list `colour`: \
         1 records (R2)",
    );
}

#[test]
fn a_text_becomes_a_reference_when_its_values_are_records() {
    let before = site(1, "{id: house, type: text, title: Nhà}", GROUPS);
    let after = site(2, "{id: house, type: reference, to: house, title: Nhà}", GROUPS);
    let mut store = Store::in_memory().unwrap();
    store.migrate(&before, now()).unwrap();
    let (room, house) = (&before.forms["room"], &before.forms["house"]);
    store.insert(&Caller::Operator, house, &grid(house, "house\nH1"), now(), "").unwrap();
    store.insert(&Caller::Operator, room, &grid(room, "room|house\nR1|H1"), now(), "").unwrap();
    store.migrate(&after, now()).unwrap();
    let room = &after.forms["room"];
    let error = store
        .insert(&Caller::Operator, room, &grid(room, "room|house\nR2|H2"), now(), "")
        .unwrap_err();
    assert_eq!(error.diagnostics().len(), 1);

    check_change(
        &before,
        "room|house\nR1|H1",
        &after,
        "error[D116] `room.house`: values are the key of no record of `house`: 1 records (R1)",
    );
}

#[test]
fn the_key_changes_only_while_there_are_no_records() {
    let before = site(1, "{id: floor, type: integer, title: Tầng}", GROUPS);
    let after = only(&[
        (
            "forms/x/room.form.yaml",
            "schema_version: 1\nid: room\nversion: 2\ntitle: Phòng\nscope: site\nkey: [room, floor]\n\
             sections:\n  - id: a\n    title: A\n    fields:\n\
             \x20     - {id: room, type: text, max_length: 20, title: Phòng}\n\
             \x20     - {id: floor, type: integer, title: Tầng}\n",
        ),
        ("forms/x/codes/colour.yaml", GROUPS),
    ]);
    check_change(
        &before,
        "room|floor\nR1|2",
        &after,
        "error[D114] `room.room, floor`: the key cannot change while there are records: 1 records (R1)",
    );
    check_change(&before, "", &after, CHANGED);
}

#[test]
fn a_form_without_definition_keeps_its_records() {
    let before = site(1, "", GROUPS);
    let mut store = Store::in_memory().unwrap();
    store.migrate(&before, now()).unwrap();
    let room = &before.forms["room"];
    store.insert(&Caller::Operator, room, &grid(room, "room\nR1"), now(), "").unwrap();
    let after = only(&[(
        "forms/x/house.form.yaml",
        "schema_version: 1\nid: house\nversion: 1\ntitle: Nhà\nscope: site\nkey: [house]\n\
         sections:\n  - id: a\n    title: A\n    fields:\n\
         \x20     - {id: house, type: text, title: Nhà}\n",
    )]);
    assert_eq!(
        lines(&store.migrate(&after, now()).unwrap()),
        "created [], changed [], lists []\n\
         warning[D117] form `room` has lost its definition; its 1 records are kept"
    );
    store.migrate(&before, now()).unwrap();
    let key = [Value::Text("R1".to_owned())];
    assert!(store.record(&Caller::Operator, room, &key).unwrap().is_some());
}

#[test]
fn referring_tables_survive_the_rebuilding_of_what_they_refer_to() {
    let with = |version: u32, length: u32| {
        let house = format!(
            "schema_version: 1\nid: house\nversion: {version}\ntitle: Nhà\nscope: site\nkey: [house]\n\
             sections:\n  - id: a\n    title: A\n    fields:\n\
             \x20     - {{id: house, type: text, max_length: {length}, title: Nhà}}\n"
        );
        let room = "schema_version: 1\nid: room\nversion: 1\ntitle: Phòng\nscope: site\nkey: [room]\n\
                    sections:\n  - id: a\n    title: A\n    fields:\n\
                    \x20     - {id: room, type: text, title: Phòng}\n\
                    \x20     - {id: house, type: reference, to: house, title: Nhà}\n";
        only(&[("forms/x/room.form.yaml", room), ("forms/x/house.form.yaml", &house)])
    };
    let (before, after) = (with(1, 10), with(2, 20));
    let mut store = Store::in_memory().unwrap();
    store.migrate(&before, now()).unwrap();
    let (room, house) = (&before.forms["room"], &before.forms["house"]);
    store.insert(&Caller::Operator, house, &grid(house, "house\nH1"), now(), "").unwrap();
    store.insert(&Caller::Operator, room, &grid(room, "room|house\nR1|H1"), now(), "").unwrap();
    assert_eq!(store.migrate(&after, now()).unwrap().changed, ["house"]);
    let bad = grid(room, "room|house\nR2|H2");
    store.insert(&Caller::Operator, room, &bad, now(), "").unwrap_err();
    let good = grid(room, "room|house\nR2|H1");
    store.insert(&Caller::Operator, room, &good, now(), "").unwrap();
}
