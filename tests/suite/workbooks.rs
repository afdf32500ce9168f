//! Workbooks out and in: what a person does to them, what other programs do to them, and that a dry
//! run and a commit never disagree.

use bieumau_model::scope::Caller;
use bieumau_model::text::Locale;
use bieumau_pipeline::{ImportReport, ImportRequest, Mode, Place, Site, Template};
use libtest_mimic::{Failed, Trial};

use crate::draft::{Cell, Draft};
use crate::support::{
    Outcome, OwnSite, SECONDARY, YEAR, altered, contains, ensure, now, parameters, said, same,
    workers,
};

/// How many workbooks are made up.
const WORKBOOKS: u64 = 200;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("workbooks::two_hundred_good_and_damaged_ones", two_hundred),
        Trial::test("workbooks::one_that_is_not_touched_says_nothing_new", untouched),
        Trial::test("workbooks::a_cell_is_named_as_the_spreadsheet_names_it", addresses),
        Trial::test("workbooks::what_changed_since_is_shown_and_not_overwritten", changed_since),
        Trial::test("workbooks::sector_templates_are_taken_back", sector_templates),
        Trial::test("workbooks::a_foreign_file_never_overwrites", foreign_file),
        Trial::test("workbooks::another_class_is_refused", another_class),
        Trial::test("workbooks::new_pupils_come_in_by_a_list", new_pupils),
        Trial::test("workbooks::a_caller_imports_only_into_the_own_class", own_class_only),
    ]
}

/// Marks of a class in a subject and term.
fn marks_of(class: &str) -> String {
    format!("school={SECONDARY} year={YEAR} class={class} subject=TOAN term=2")
}

fn made(site: &Site, form: &str, given: &str, template: Template) -> Result<Draft, Failed> {
    let document = site.workbook(&Caller::Operator, form, &parameters(given), template, now());
    let document = document.map_err(said)?;
    Draft::open(&document.bytes)
}

fn import(
    site: &Site,
    form: &str,
    given: &str,
    bytes: &[u8],
    mode: Mode,
) -> Result<ImportReport, Failed> {
    import_as(site, &Caller::Operator, form, given, bytes, mode)
}

fn import_as(
    site: &Site,
    caller: &Caller,
    form: &str,
    given: &str,
    bytes: &[u8],
    mode: Mode,
) -> Result<ImportReport, Failed> {
    let request = ImportRequest {
        form: form.to_owned(),
        parameters: parameters(given),
        confirmed: vec!["other_name".to_owned()],
        reason: "Nhập từ bảng tính".to_owned(),
    };
    site.import(caller, &request, bytes, mode, now()).map_err(said)
}

/// Everything that a grid shows, as one text.
fn stored(site: &Site, given: &str) -> Result<String, Failed> {
    let grid = site.entry_grid(&Caller::Operator, "mark", &parameters(given), now());
    let grid = grid.map_err(said)?;
    Ok(serde_json::to_string(&grid)?)
}

/// The findings as lines: place, code, sentence.
fn told(imported: &ImportReport) -> Vec<String> {
    let line = |finding: &bieumau_pipeline::ImportFinding| {
        format!(
            "{} {} {}",
            finding.place,
            finding.diagnostic.code,
            finding.diagnostic.message.get(Locale::Vi)
        )
    };
    imported.findings.iter().map(line).collect()
}

/// A site of its own, which these cases write to one after the other.
fn own_site() -> Result<OwnSite, Failed> {
    altered(&[], &workers(1))
}

/// Runs a workbook through both, and compares: same answer, same findings, nothing half-done.
fn both(site: &Site, form: &str, given: &str, bytes: &[u8]) -> Result<ImportReport, Failed> {
    let before = stored(site, given)?;
    let tried = import(site, form, given, bytes, Mode::DryRun)?;
    same(stored(site, given)?, before.clone())?;
    let done = import(site, form, given, bytes, Mode::Commit)?;
    same((tried.accepted, told(&tried)), (done.accepted, told(&done)))?;
    same(tried.changes.len(), done.changes.len())?;
    ensure(!tried.committed && done.committed == done.accepted, || format!("{done:?}"))?;
    if !done.accepted {
        same(stored(site, given)?, before)?;
        ensure(!done.findings.is_empty(), || "refused without a finding".to_owned())?;
    }
    for finding in &done.findings {
        let place = finding.place.to_string();
        ensure(!place.is_empty(), || format!("no place: {finding:?}"))?;
        let has_cell = matches!(finding.place, Place::Cell { .. });
        ensure(has_cell == place.contains('!'), || place.clone())?;
    }
    Ok(done)
}

// ---- two hundred -----------------------------------------------------------------------------

/// A stream of numbers (xorshift), the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("below a usize")
    }

    fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// What happens to a workbook between download and upload.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    Right,
    DecimalDots,
    NumbersAsText,
    OutOfBounds,
    Letters,
    TooPrecise,
    HeadingsBroken,
    HeadingsDecomposed,
    LookAlike,
    BlankRows,
    ExtraColumns,
    OtherOrder,
    RepeatedHeadings,
    TwiceTheSame,
    Stranger,
    LostZero,
    Capitals,
    MergedEntries,
    FormulaStored,
    FormulaNotStored,
    HiddenSheet,
    OtherSheetName,
    NotesGone,
    NotesChanged,
    Cut,
    Flipped,
    Password,
    Nothing,
    TwoTables,
    HeadingTwice,
    OtherName,
    OtherForm,
}

const WAYS: [Way; 32] = [
    Way::Right,
    Way::DecimalDots,
    Way::NumbersAsText,
    Way::OutOfBounds,
    Way::Letters,
    Way::TooPrecise,
    Way::HeadingsBroken,
    Way::HeadingsDecomposed,
    Way::LookAlike,
    Way::BlankRows,
    Way::ExtraColumns,
    Way::OtherOrder,
    Way::RepeatedHeadings,
    Way::TwiceTheSame,
    Way::Stranger,
    Way::LostZero,
    Way::Capitals,
    Way::MergedEntries,
    Way::FormulaStored,
    Way::FormulaNotStored,
    Way::HiddenSheet,
    Way::OtherSheetName,
    Way::NotesGone,
    Way::NotesChanged,
    Way::Cut,
    Way::Flipped,
    Way::Password,
    Way::Nothing,
    Way::TwoTables,
    Way::HeadingTwice,
    Way::OtherName,
    Way::OtherForm,
];

/// Whether a workbook that went this way may be taken: always, never, or as it happens.
fn expected(way: Way) -> Option<bool> {
    match way {
        Way::Right
        | Way::DecimalDots
        | Way::NumbersAsText
        | Way::HeadingsBroken
        | Way::HeadingsDecomposed
        | Way::LookAlike
        | Way::BlankRows
        | Way::ExtraColumns
        | Way::OtherOrder
        | Way::RepeatedHeadings
        | Way::Capitals
        | Way::FormulaStored
        | Way::HiddenSheet
        | Way::OtherSheetName
        | Way::OtherName => Some(true),
        Way::OutOfBounds
        | Way::Letters
        | Way::TooPrecise
        | Way::TwiceTheSame
        | Way::Stranger
        | Way::LostZero
        | Way::MergedEntries
        | Way::FormulaNotStored
        | Way::NotesChanged
        | Way::Cut
        | Way::Password
        | Way::Nothing
        | Way::TwoTables
        | Way::HeadingTwice
        | Way::OtherForm => Some(false),
        // Without its notes a workbook may only fill empty cells; a flipped bit may hit anything.
        Way::NotesGone | Way::Flipped => None,
    }
}

/// The headings of the columns that are filled in.
const ENTRIES: [&str; 3] = ["ĐĐGtx 1", "ĐĐGgk", "ĐĐGck"];

fn two_hundred() -> Outcome {
    let own = own_site()?;
    let site = &own.site;
    let (mut taken, mut refused) = (0, 0);
    let mut wrong = Vec::new();
    for seed in 1..=WORKBOOKS {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let way = WAYS[usize::try_from(seed)? % WAYS.len()];
        let given = marks_of(dice.of(&["6A1", "7A1", "8A1"]));
        let bytes = generated(site, &given, way, &mut dice)?;
        match both(site, "mark", &given, &bytes) {
            Ok(done) if expected(way).is_none_or(|wanted| done.accepted == wanted) => {
                taken += usize::from(done.accepted);
                refused += usize::from(!done.accepted);
            }
            Ok(done) => wrong.push(format!(
                "workbook {seed} ({way:?}): accepted {}\n{}",
                done.accepted,
                told(&done).join("\n")
            )),
            Err(failed) => wrong.push(format!("workbook {seed} ({way:?}): {:?}", failed.message())),
        }
    }
    ensure(wrong.is_empty(), || wrong.join("\n"))?;
    ensure(taken >= 80 && refused >= 80, || format!("{taken} taken, {refused} refused"))
}

/// Makes one workbook: the class's own, filled in here and there, and then what befalls it.
fn generated(site: &Site, given: &str, way: Way, dice: &mut Dice) -> Result<Vec<u8>, Failed> {
    let mut draft = made(site, "mark", given, Template::Own)?;
    let table = draft.table();
    let (rows, heading) = (table.rows(), table.heading());
    let columns: Vec<u16> = ENTRIES.iter().map(|entry| table.column(entry)).collect();
    for _ in 0..1 + dice.below(12) {
        let (row, column) = (dice.of(&rows), dice.of(&columns));
        let tenths = u8::try_from(dice.below(101))?;
        table.put(row, column, mark(way, tenths));
    }
    let (row, column) = (dice.of(&rows), dice.of(&columns));
    let next = *rows.iter().find(|own| **own > row).unwrap_or(&rows[0]);
    let code = table.column("Học sinh");
    let name = table.column("Họ và tên");
    match way {
        Way::Right | Way::DecimalDots | Way::NumbersAsText => {}
        Way::OutOfBounds => table.put(row, column, Cell::Number(10.5)),
        Way::Letters => table.text(row, column, "bảy"),
        Way::TooPrecise => table.put(row, column, Cell::Number(7.25)),
        Way::HeadingsBroken => table.change_row(heading, |text| text.replace(' ', "\n")),
        Way::HeadingsDecomposed => table.change_row(heading, decomposed),
        Way::LookAlike => table.change_row(heading, |text| text.replace('Đ', "\u{D0}")),
        Way::BlankRows => {
            table.insert_row(row);
            table.insert_row(heading + 1);
        }
        Way::ExtraColumns => {
            table.text(heading, 20, "Ghi chú riêng");
            table.text(row, 20, "em này ngồi bàn cuối");
        }
        Way::OtherOrder => table.swap_columns(columns[0], columns[2]),
        Way::RepeatedHeadings => {
            table.insert_row(row);
            table.copy_row(heading, row);
        }
        Way::TwiceTheSame => {
            table.copy_row(row, rows[rows.len() - 1] + 1);
        }
        Way::Stranger => table.text(row, code, "3199999999"),
        Way::LostZero => {
            let text = match table.cells.get(&(row, code)) {
                Some(Cell::Text(text)) => text[1..].to_owned(),
                _ => String::new(),
            };
            table.put(row, code, Cell::Number(text.parse()?));
        }
        Way::Capitals => table.change_row(row, |text| text.to_uppercase()),
        Way::MergedEntries => {
            let (top, bottom) = (row.min(next), row.max(next));
            let bottom = bottom.min(top + 1).max(top + 1);
            table.put(top, column, Cell::Number(8.0));
            table.cells.remove(&(bottom, column));
            table.merged.push((top, column, bottom, column));
        }
        Way::FormulaStored => table.put(row, column, Cell::Formula("=(7+8)/2", "7.5".to_owned())),
        Way::FormulaNotStored => table.put(row, column, Cell::Formula("=(7+8)/2", String::new())),
        Way::HiddenSheet => {
            let mut hidden = table.clone();
            "Nháp".clone_into(&mut hidden.name);
            hidden.hidden = true;
            draft.sheets.push(hidden);
        }
        Way::OtherSheetName => "Sheet1 (2)".clone_into(&mut table.name),
        Way::NotesGone => draft.sheets.retain(|sheet| sheet.name != "_bieumau"),
        Way::NotesChanged => {
            let notes = draft.sheets.iter_mut().find(|sheet| sheet.name == "_bieumau");
            notes.ok_or("no notes")?.text(9, 0, "hàng");
        }
        Way::Nothing => table.cells.clear(),
        Way::TwoTables => {
            let mut other = table.clone();
            "Bản sao".clone_into(&mut other.name);
            "Bản đầu".clone_into(&mut table.name);
            draft.sheets.push(other);
        }
        Way::HeadingTwice => table.text(heading, 20, "ĐĐGgk"),
        Way::OtherName => table.text(row, name, "Người Khác Hẳn"),
        Way::OtherForm => {
            let notes = draft.sheets.iter_mut().find(|sheet| sheet.name == "_bieumau");
            notes.ok_or("no notes")?.text(1, 1, "comment_result");
        }
        Way::Cut | Way::Flipped | Way::Password => {}
    }
    let mut bytes = draft.save()?;
    match way {
        Way::Cut => bytes.truncate(bytes.len() / 2 + dice.below(bytes.len() / 4)),
        Way::Flipped => {
            let at = dice.below(bytes.len());
            bytes[at] ^= 1 << dice.below(8);
        }
        Way::Password => {
            bytes = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
            bytes.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        }
        _ => {}
    }
    Ok(bytes)
}

/// A mark from 0 to 10 as different hands write it.
#[expect(clippy::float_arithmetic, reason = "a workbook holds binary numbers")]
fn mark(way: Way, tenths: u8) -> Cell {
    let (whole, fraction) = (tenths / 10, tenths % 10);
    match way {
        Way::DecimalDots => Cell::Text(format!("{whole}.{fraction}")),
        Way::NumbersAsText => Cell::Text(format!(" {whole},{fraction} ")),
        _ => Cell::Number(f64::from(tenths) / 10.0),
    }
}

/// Takes the marks of some letters apart, as some programs save them.
fn decomposed(text: &str) -> String {
    let pairs = [
        ("ị", "i\u{323}"),
        ("ộ", "o\u{302}\u{323}"),
        ("ọ", "o\u{323}"),
        ("à", "a\u{300}"),
        ("ê", "e\u{302}"),
        ("ã", "a\u{303}"),
        ("ậ", "a\u{302}\u{323}"),
        ("é", "e\u{301}"),
    ];
    pairs.iter().fold(text.to_owned(), |text, (composed, apart)| text.replace(composed, apart))
}

// ---- one at a time ---------------------------------------------------------------------------

fn untouched() -> Outcome {
    let own = own_site()?;
    let given = marks_of("6A1");
    let bytes = made(&own.site, "mark", &given, Template::Own)?.save()?;
    // It knows by itself what it is about.
    let done = both_of(&own.site, "mark", "", &given, &bytes)?;
    same((done.accepted, done.new, done.changed, told(&done)), (true, 0, 0, vec![]))
}

fn both_of(
    site: &Site,
    form: &str,
    asked: &str,
    given: &str,
    bytes: &[u8],
) -> Result<ImportReport, Failed> {
    let before = stored(site, given)?;
    let done = import(site, form, asked, bytes, Mode::Commit)?;
    if !done.accepted {
        same(stored(site, given)?, before)?;
    }
    Ok(done)
}

fn addresses() -> Outcome {
    let own = own_site()?;
    let given = marks_of("6A1");
    let mut draft = made(&own.site, "mark", &given, Template::Own)?;
    let table = draft.table();
    let (row, column) = (table.rows()[0], table.column("ĐĐGgk"));
    table.put(row, column, Cell::Number(10.5));
    let letter = char::from(b'A' + u8::try_from(column)?);
    let done = both(&own.site, "mark", &given, &draft.save()?)?;
    let wanted = format!("Điểm!{letter}{}", row + 1);
    same(done.findings.first().map(|finding| finding.place.to_string()), Some(wanted))?;
    contains(&told(&done).join("\n"), &["ĐĐGgk", "10"])
}

fn changed_since() -> Outcome {
    let own = own_site()?;
    let given = marks_of("6A1");
    let (mut mine, mut theirs) = (
        made(&own.site, "mark", &given, Template::Own)?,
        made(&own.site, "mark", &given, Template::Own)?,
    );
    let (row, column) = (mine.table().rows()[2], mine.table().column("ĐĐGgk"));
    let other = mine.table().column("ĐĐGck");
    theirs.table().put(row, column, Cell::Number(4.5));
    ensure(both(&own.site, "mark", &given, &theirs.save()?)?.accepted, || "theirs".to_owned())?;

    // Another cell of the same record may still be entered: nothing of theirs is touched.
    mine.table().put(row, other, Cell::Number(6.5));
    let done = both(&own.site, "mark", &given, &mine.save()?)?;
    same((done.accepted, done.changes.len()), (true, 1))?;

    mine.table().put(row, column, Cell::Number(9.5));
    let done = both(&own.site, "mark", &given, &mine.save()?)?;
    same(done.accepted, false)?;
    contains(&told(&done).join("\n"), &["J267", "nay `4,5`", "trong tệp `9,5`"])
}

fn sector_templates() -> Outcome {
    let own = own_site()?;
    let given = marks_of("7A1");
    for (template, heading, entry, expected) in [
        (Template::CsdlScores1, "ĐĐGtx2", "6,5", "6,5"),
        (Template::CsdlScores2, "ĐĐGtx", "8; 7,5; 9; 10", "8"),
    ] {
        let mut draft = made(&own.site, "mark", &given, template)?;
        let table = draft.table();
        let (row, column) = (table.rows()[0], table.column(heading));
        ensure(column != u16::MAX, || format!("{template:?} has no {heading}"))?;
        same(table.heading(), 0)?;
        table.text(row, column, entry);
        let done = both(&own.site, "mark", &given, &draft.save()?)?;
        ensure(done.accepted, || told(&done).join("\n"))?;
        ensure(done.changes.iter().all(|change| !change.after.is_empty()), || {
            "emptied".to_owned()
        })?;
        contains(&stored(&own.site, &given)?, &[&format!("\"{expected}\"")])?;
    }
    Ok(())
}

fn foreign_file() -> Outcome {
    let own = own_site()?;
    let given = marks_of("8A1");
    let mut draft = made(&own.site, "mark", &given, Template::CsdlScores1)?;
    draft.sheets.retain(|sheet| !sheet.hidden);
    let table = draft.table();
    let (row, column) = (table.rows()[0], table.column("ĐĐGgk"));
    let before = table.cells.get(&(row, column)).cloned();
    let other = if before == Some(Cell::Number(3.0)) { 4.0 } else { 3.0 };
    table.put(row, column, Cell::Number(other));
    let done = both(&own.site, "mark", &given, &draft.save()?)?;
    same(done.accepted, false)?;
    contains(&told(&done).join("\n"), &["J267", "không ghi đè"])
}

fn another_class() -> Outcome {
    let own = own_site()?;
    let bytes = made(&own.site, "mark", &marks_of("6A1"), Template::Own)?.save()?;
    let done = import(&own.site, "mark", &marks_of("7A1"), &bytes, Mode::Commit)?;
    same(done.accepted, false)?;
    contains(&told(&done).join("\n"), &["J275", "`6A1`", "`7A1`"])
}

fn new_pupils() -> Outcome {
    let own = own_site()?;
    let given = format!("school={SECONDARY}");
    let mut draft = made(&own.site, "pupil", &given, Template::Own)?;
    let table = draft.table();
    let row = table.rows().last().copied().unwrap_or_default() + 1;
    for (heading, text) in [
        ("Mã định danh Bộ GD&ĐT", "3100099001"),
        ("Họ và tên", "Phạm Thị Thử Nghiệm"),
        ("Giới tính", "Nữ"),
        ("Dân tộc", "Kinh"),
    ] {
        let column = table.column(heading);
        ensure(column != u16::MAX, || format!("no column {heading}"))?;
        table.text(row, column, text);
    }
    let born = table.column("Ngày sinh");
    // A serial day whose cell lost its look, beside written days elsewhere.
    table.put(row, born, Cell::Number(41_157.0));
    let bytes = draft.save()?;
    let tried = import(&own.site, "pupil", &given, &bytes, Mode::DryRun)?;
    let done = import(&own.site, "pupil", &given, &bytes, Mode::Commit)?;
    same((tried.accepted, told(&tried)), (done.accepted, told(&done)))?;
    ensure(done.committed && done.new == 1, || told(&done).join("\n"))?;
    let found = done.changes.iter().find(|change| change.field.get(Locale::Vi) == "Ngày sinh");
    same(found.map(|change| change.after.clone()), Some("05/09/2012".to_owned()))
}

fn own_class_only() -> Outcome {
    let own = own_site()?;
    let given = marks_of("6A1");
    let mut draft = made(&own.site, "mark", &given, Template::Own)?;
    let table = draft.table();
    let (row, column) = (table.rows()[0], table.column("ĐĐGgk"));
    table.put(row, column, Cell::Number(1.5));
    let bytes = draft.save()?;
    let before = stored(&own.site, &given)?;
    let caller = crate::scope::of_class("7A2");
    let done = import_as(&own.site, &caller, "mark", &given, &bytes, Mode::Commit);
    ensure(done.is_err() || done.is_ok_and(|done| !done.accepted), || "written".to_owned())?;
    same(stored(&own.site, &given)?, before)
}
