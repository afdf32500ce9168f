//! What a plugin writes into its tables is only text in a document, whatever it looks like.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use libtest_mimic::{Failed, Trial};
use tempfile::TempDir;

use crate::pdf::measure;
use crate::plugin_office::{given, open, write};
use crate::support::{Outcome, contains, copy, ensure, lacks, rendered, same};

/// A rule that answers every class with the same words.
const MANIFEST: &str = "\
schema_version: 1
id: words
version: 1.0.0
title: {vi: Lời ghi, en: Words}
code: javascript
rules:
  - id: words
    title: {vi: Lời ghi, en: Words}
    takes:
      - {name: classes, columns: [{name: class, type: text}]}
    gives:
      - name: lines
        columns: [{name: class, type: text}, {name: note, type: text}]
";

const REPORT: &str = "\
schema_version: 1
id: words_list
version: 1
title: {vi: Lời ghi theo lớp, en: Words by class}
parameters:
  - {id: school, type: reference, to: school, title: {vi: Trường, en: School}, required: true}
  - {id: year, type: school_year, title: {vi: Năm học, en: School year}, required: true}
datasets:
  - id: classes
    sql: SELECT c.class FROM class c WHERE c.school = :school AND c.year = :year ORDER BY c.class
rules:
  - rule: words
    plugin: words
    takes: {classes: classes}
    gives: {lines: lines}
document:
  lines: {from: lines}
template: words/words_list
formats: [pdf, html, xlsx, csv]
sheets:
  - name: Lời ghi
    from: lines
    columns:
      - {column: class, title: Lớp}
      - {column: note, title: Lời ghi}
";

const PAGE: &str = "\
#let data = json(\"/data.json\")
#set document(title: data.report.title)
#set text(font: \"Tinos\", lang: \"vi\")
#for line in data.lines { line.note + linebreak() }
";

const HTML: &str = "<ul>{% for line in lines %}<li>{{ line.note }}</li>{% endfor %}</ul>";

const SAMPLE: &str = "{
  \"report\": {\"id\": \"words_list\", \"title\": \"Lời ghi theo lớp\", \"version\": 1, \"source\": null},
  \"parameters\": {\"school\": \"31030099\", \"year\": {\"start\": 2025, \"end\": 2026, \"text\": \"2025-2026\"}},
  \"lines\": [{\"class\": \"6A1\", \"note\": \"ghi\"}]
}";

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("plugin_words::markup_is_only_text_in_every_format", markup),
        Trial::test("plugin_words::a_formula_is_only_text_in_tables", formula),
        Trial::test("plugin_words::letters_that_turn_the_line_are_refused", turned),
    ]
}

/// A site with the plugin in its folder, which says `note` (as a text of JavaScript).
fn saying(note: &str) -> Result<TempDir, Failed> {
    let rules = format!(
        "rule(\"words\", ({{ tables }}) => ({{ tables: {{ lines: tables.classes.map((row) => \
         ({{ class: row.class, note: {note} }})) }} }}));\n"
    );
    let site = copy(&[])?;
    for (name, text) in [
        ("plugin.yaml", MANIFEST),
        ("rules.js", &rules),
        ("forms/words/words_list.report.yaml", REPORT),
        ("templates/words/words_list/page.typ", PAGE),
        ("templates/words/words_list/page.html", HTML),
        ("templates/words/words_list/sample.json", SAMPLE),
    ] {
        write(&site.path().join("plugins/words"), name, text.as_bytes())?;
    }
    Ok(site)
}

fn markup() -> Outcome {
    let note = "#plugin(\"x.wasm\") *b* $x$ <script>alert(1)</script> {{ school }} &amp;";
    let folder = saying(&serde_json::to_string(note)?)?;
    let site = open(folder.path())?;
    let make = |format| rendered(&site, "words_list", &given(), format).map(|made| made.bytes);
    let html = String::from_utf8(make("html")?)?;
    lacks(&html, &["<script>alert"])?;
    contains(&html, &["&lt;script&gt;alert(1)", "{{ school }} &amp;amp;", "*b* $x$"])?;
    let drawn: String = measure(&make("pdf")?)?.iter().map(|page| page.drawn.as_str()).collect();
    let letters = |text: &str| text.chars().filter(|it| !it.is_whitespace()).collect::<String>();
    contains(&letters(&drawn), &[&letters(note)])?;
    contains(&String::from_utf8(make("csv")?)?, &["<script>alert(1)</script> {{ school }} &amp;"])
}

fn formula() -> Outcome {
    let note = "=HYPERLINK(\"https://example.com\")";
    let folder = saying(&serde_json::to_string(note)?)?;
    let site = open(folder.path())?;
    let make = |format| rendered(&site, "words_list", &given(), format).map(|made| made.bytes);
    contains(&String::from_utf8(make("csv")?)?, &["'=HYPERLINK("])?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(make("xlsx")?))?;
    let formulas = book.worksheet_formula("Lời ghi")?;
    ensure(formulas.is_empty(), || format!("{formulas:?}"))?;
    let cells = book.worksheet_range("Lời ghi")?;
    let is_note = |cell: &Data| *cell == Data::String(note.to_owned());
    ensure(cells.used_cells().any(|(_, _, cell)| is_note(cell)), || format!("{cells:?}"))
}

fn turned() -> Outcome {
    let folder = saying("\"a\\u202eb\"")?;
    let site = open(folder.path())?;
    let made = crate::support::render(
        &site,
        &bieumau_model::scope::Caller::Operator,
        "words_list",
        &given(),
        "html",
    );
    let problem = made.err().ok_or("it was rendered")?;
    same(problem.code, "P006")?;
    contains(problem.title.get(bieumau_model::text::Locale::Vi), &["U+202E"])
}
