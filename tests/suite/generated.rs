//! Every shipped template against random data: tables of other sizes, missing values, extreme lengths,
//! and the signs of every format in every text.
//!
//! The data are derived from `sample.json`. Each is rendered twice, once with plain markers in place
//! of the texts and once with what people and copied web pages may bring: a text whose marker stands in
//! the document must stand there as it was typed, and nothing of it may be taken for markup.
//! `BIEUMAU_RANDOM_RUNS=1000` makes more of them, `BIEUMAU_RANDOM_SEED=…` begins elsewhere.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bieumau_model::definition::Report;
use bieumau_model::document;
use bieumau_model::text::{Locale, nfc};
use bieumau_pipeline::Files;
use bieumau_render::{
    Config, Data, Limits, PageFormat, RenderJob, Renderer, SharedFiles, Template,
};
use libtest_mimic::{Failed, Trial};
use serde_json::{Map, Value};

use crate::documents::plain;
use crate::pdf::{Page, measure};
use crate::support::{Outcome, catalog, ensure};

/// Documents for each template in an ordinary run.
const RUNS: u64 = 3;

pub fn trials() -> Vec<Trial> {
    let number = |name: &str| env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let runs = number("BIEUMAU_RANDOM_RUNS").unwrap_or(RUNS);
    let first = number("BIEUMAU_RANDOM_SEED").unwrap_or(1);
    let mut trials = vec![
        Trial::test("generated::a_template_that_reads_text_as_markup_is_seen", wrong_templates),
        Trial::test("generated::a_template_that_loses_text_is_seen", losing_template),
    ];
    for (name, template) in templates() {
        trials.push(Trial::test(format!("generated::{name}"), move || {
            let sample = sample(&name)?;
            for seed in first..first + runs {
                check(&template, &sample, seed).map_err(|failed| {
                    format!("seed {seed}: {}", failed.message().unwrap_or("failed"))
                })?;
            }
            Ok(())
        }));
    }
    trials
}

/// The shipped templates by folder.
fn templates() -> Vec<(String, Template)> {
    let files = Files::shipped();
    let text = |path: &str| files.text(path).map(Arc::<str>::from);
    let shared: SharedFiles = files
        .below("templates/shared/")
        .filter_map(|(path, _)| {
            let name = path.strip_prefix("templates/shared/")?;
            let wanted = name.ends_with(".typ") || name.ends_with(".html");
            Some((name.to_owned(), text(path).filter(|_| wanted)?))
        })
        .collect();
    let shared = Arc::new(shared);
    let folders = files.iter().filter_map(|(path, _)| {
        path.strip_prefix("templates/")?.strip_suffix("/sample.json").map(str::to_owned)
    });
    folders
        .map(|name| {
            let page = text(&format!("templates/{name}/page.typ"));
            let html = text(&format!("templates/{name}/page.html"));
            (name.clone(), Template::new(name, page, html, shared.clone()))
        })
        .collect()
}

pub(crate) fn sample(name: &str) -> Result<Value, Failed> {
    let files = Files::shipped();
    let text = files.text(&format!("templates/{name}/sample.json")).ok_or("no sample")?;
    Ok(serde_json::from_str(&text)?)
}

fn renderer() -> &'static Renderer {
    static RENDERER: OnceLock<Renderer> = OnceLock::new();
    RENDERER.get_or_init(|| {
        let files = Files::shipped();
        let fonts = files.iter().filter(|(path, _)| path.ends_with(".ttf"));
        let fonts = fonts.map(|(_, bytes)| Arc::from(bytes)).collect();
        let program = env::current_exe().expect("this program");
        // A thousand runs share their machine with other work; how long one takes is not their question.
        let limits = Limits { time: Duration::from_secs(300), ..Limits::default() };
        let config = Config::new(program, ["render-worker"], fonts);
        Renderer::new(Config { workers: 2, limits, ..config })
    })
}

/// Renders one document of random data in both ways and compares.
fn check(template: &Template, sample: &Value, seed: u64) -> Outcome {
    let mut dice = Dice(seed);
    let shape = Shape::of(template.name(), sample);
    let mut data = sample.clone();
    if !MADE.contains(&template.name()) {
        shape.vary(&mut data, "", LARGEST, &mut dice);
    }
    let (marked, markers) = filled(&data, &mut |at| format!("Zq{at}wz"));
    let (typed, texts) = filled(&data, &mut |at| dice.text(at));
    for format in [PageFormat::Pdf, PageFormat::Html] {
        let given = match format {
            PageFormat::Pdf => template.typst().is_some(),
            _ => template.html().is_some(),
        };
        if !given {
            continue;
        }
        let (before, after) = (read(template, &marked, format)?, read(template, &typed, format)?);
        for (marker, text) in markers.iter().zip(&texts) {
            if before.on_a_page(&squeezed(marker)) && !after.has(&squeezed(text)) {
                return Err(format!("{format:?}: not as typed: {text:?}").into());
            }
        }
        ensure(before.tags == after.tags, || {
            format!("{format:?}: {} tags with markers, {} with texts", before.tags, after.tags)
        })?;
    }
    Ok(())
}

/// What a reader finds in a document.
struct Found {
    /// The text of each page in the order of drawing, without white space, in capitals: titles are set in
    /// capitals.
    pages: Vec<String>,
    /// Tags of an HTML page.
    tags: usize,
}

impl Found {
    /// Returns whether a text stands on one page, as a single word does.
    fn on_a_page(&self, text: &str) -> bool {
        self.pages.iter().any(|page| page.contains(text))
    }

    /// Returns whether a text stands on a page, or begins at the end of one and goes on on the next:
    /// between its halves may be what stands at the foot and the head of every page, and what is beside
    /// the text.
    fn has(&self, text: &str) -> bool {
        const BETWEEN: usize = 1_000;
        let goes_on = |pages: &[String]| {
            let [one, next] = pages else { return false };
            text.char_indices().skip(1).any(|(at, _)| {
                let (begun, rest) = text.split_at(at);
                let left = one.rfind(begun).map(|start| one.len() - start - begun.len());
                // A cell over many rows is drawn behind all of them.
                let is_first = next.find(rest).is_some_and(|start| start <= BETWEEN);
                let is_last = next
                    .rfind(rest)
                    .is_some_and(|start| next.len() - start - rest.len() <= BETWEEN);
                left.is_some_and(|left| left <= BETWEEN) && (is_first || is_last)
            })
        };
        self.on_a_page(text) || self.pages.windows(2).any(goes_on)
    }
}

fn read(template: &Template, data: &Value, format: PageFormat) -> Result<Found, Failed> {
    let made = made(template, data, format)?;
    Ok(match format {
        PageFormat::Html => {
            let page = String::from_utf8(made)?;
            Found { pages: vec![squeezed(&plain(&page))], tags: page.matches('<').count() }
        }
        _ => {
            let pages = measure(&made)?.into_iter().map(|page| squeezed(&page.drawn)).collect();
            Found { pages, tags: 0 }
        }
    })
}

/// Makes one document; a warning is a failure: a PDF that is not PDF/A-2a and PDF/UA-1 comes with one.
fn made(template: &Template, data: &Value, format: PageFormat) -> Result<Vec<u8>, Failed> {
    let mut data = data.clone();
    if let Some(report) = report_of(template.name()) {
        document::complete(report, &mut data);
    }
    let job = RenderJob { template, data: Data::Tree(&data), format, label: "random", date: None };
    let said = |list: &bieumau_model::diagnostic::Diagnostics| {
        list.iter().map(|one| one.one_line(Locale::En)).collect::<Vec<_>>().join("\n")
    };
    let made = renderer()
        .render(&job)
        .map_err(|error| format!("{format:?}: {error}\n{}", said(&error.diagnostics())))?;
    ensure(made.warnings.iter().next().is_none(), || {
        format!("{format:?}: {}", said(&made.warnings))
    })?;
    Ok(made.bytes)
}

/// Measures the PDF of a shipped template with `data`.
pub(crate) fn pages_of(name: &str, data: &Value) -> Result<Vec<Page>, Failed> {
    let found = templates().into_iter().find(|(own, _)| own == name).ok_or("no such template")?;
    measure(&made(&found.1, data, PageFormat::Pdf)?)
}

fn squeezed(text: &str) -> String {
    let text: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    nfc(&text).to_uppercase()
}

/// Puts `text(n)` in place of the n-th text of `data` that a person wrote.
fn filled(data: &Value, text: &mut dyn FnMut(usize) -> String) -> (Value, Vec<String>) {
    let (mut data, mut texts) = (data.clone(), Vec::new());
    fill(&mut data, "", &mut |old| {
        let new = text(texts.len());
        *old = new.clone();
        texts.push(new);
    });
    (data, texts)
}

fn fill(value: &mut Value, name: &str, replace: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) if is_written(name, text) => replace(text),
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, name, replace)),
        // A date is an object of three forms, which the program writes.
        Value::Object(fields) if !fields.contains_key("iso") => {
            fields.iter_mut().for_each(|(name, value)| fill(value, name, replace));
        }
        _ => {}
    }
}

/// Fields of text whose samples are one plain word.
const WORDS: [&str; 7] =
    ["class", "for_class", "email", "phone", "register_text", "register_number", "username"];

/// Whether a text of the sample is one that a person wrote, and no code, number or month.
fn is_written(name: &str, text: &str) -> bool {
    let written = text.chars().any(|letter| letter == ' ' || !letter.is_ascii());
    text.chars().any(char::is_alphabetic) && (written || WORDS.contains(&name))
}

/// What of a sample may be otherwise.
struct Shape {
    /// Places (`pupils.birth_date`) where the sample itself has no value.
    empty: Vec<String>,
    /// Columns that the report computes, whatever fields have the same name.
    computed: Vec<String>,
}

impl Shape {
    fn of(template: &str, sample: &Value) -> Self {
        let mut empty = Vec::new();
        note(sample, "", &mut empty);
        let datasets = report_of(template).into_iter().flat_map(|report| &report.datasets);
        let computed = datasets.flat_map(|dataset| dataset.columns.keys().cloned()).collect();
        Self { empty, computed }
    }

    /// Makes tables of other sizes and takes values away.
    ///
    /// What stands in a table shares its room, so that tables in tables do not multiply.
    fn vary(&self, value: &mut Value, place: &str, room: usize, dice: &mut Dice) {
        match value {
            Value::Array(items) => {
                if !FIXED.contains(&place) {
                    resize(items, room, dice);
                }
                let room = room / items.len().max(1);
                items.iter_mut().for_each(|item| self.vary(item, place, room, dice));
            }
            Value::Object(fields) if !fields.contains_key("iso") => {
                for (name, value) in fields.iter_mut() {
                    let place = format!("{place}.{name}");
                    if self.may_miss(name, &place) && dice.below(4) == 0 {
                        *value = Value::Null;
                    }
                    self.vary(value, &place, room, dice);
                }
            }
            _ => {}
        }
    }

    /// Whether a value may be missing: the sample shows it, or every form that has such a field leaves
    /// it optional.
    fn may_miss(&self, name: &str, place: &str) -> bool {
        static OPTIONAL: OnceLock<BTreeMap<String, bool>> = OnceLock::new();
        let optional = OPTIONAL.get_or_init(|| {
            let mut optional = BTreeMap::new();
            for form in catalog().forms.values() {
                for field in form.fields() {
                    let free = !field.required && !form.is_key(&field.id);
                    *optional.entry(field.id.clone()).or_insert(true) &= free;
                }
            }
            optional
        });
        // Beside the nodes of the report stand what the engine itself says of report and parameters.
        if GIVEN.contains(&place) {
            return false;
        }
        let field = !self.computed.iter().any(|own| own == name)
            && optional.get(name).copied().unwrap_or(false);
        self.empty.iter().any(|own| own == place) || field
    }
}

fn note(value: &Value, place: &str, empty: &mut Vec<String>) {
    match value {
        Value::Null => empty.push(place.to_owned()),
        Value::Array(items) => items.iter().for_each(|item| note(item, place, empty)),
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| note(value, &format!("{place}.{name}"), empty));
        }
        _ => {}
    }
}

/// Templates whose tables the engine makes whole: they have the size that it gives them, and only the
/// texts are random.
const MADE: [&str; 1] = ["statistics/statistical_form"];

/// Tables that come from a code list of the program alone, and are never empty.
const FIXED: [&str; 1] = [".qualities"];

/// What the engine adds to every document.
const GIVEN: [&str; 2] = [".report", ".parameters"];

/// The report that a template belongs to.
fn report_of(template: &str) -> Option<&'static Report> {
    catalog().reports.values().find(|report| report.template.as_deref() == Some(template))
}

/// The most letters of JSON that one table may grow to, so that a run stays short.
const LARGEST: usize = 60_000;

/// Makes a table empty, short, long, or leaves it. A calendar (rows with a weekday) keeps its days.
fn resize(items: &mut Vec<Value>, room: usize, dice: &mut Dice) {
    let rows =
        |item: &Value| item.as_object().is_some_and(|row: &Map<_, _>| !row.contains_key("weekday"));
    if items.is_empty() || !items.iter().all(rows) {
        return;
    }
    let size = items.iter().map(|item| item.to_string().len()).max().unwrap_or(1);
    let most = (room / size.max(1)).clamp(1, 60);
    let count = match dice.below(6) {
        0 => 0,
        1 => 1,
        2 => most,
        3 => dice.below(most) + 1,
        _ => return,
    };
    let sample = items.clone();
    *items = sample.iter().cycle().take(count).cloned().collect();
}

/// Numbers that look thrown, and are the same on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap_or(0)
    }

    /// A text that no other place has.
    fn text(&mut self, at: usize) -> String {
        const PIECES: [&str; 36] = [
            "#let x = 1",
            "*đậm*",
            "_nghiêng_",
            "<b>đậm</b>",
            "\\",
            "@nguồn",
            "$x^2$",
            "\"kép\"",
            "'đơn'",
            "a/b",
            "// ghi chú",
            "/* ẩn */",
            "[a]",
            "~",
            "= Tựa",
            "- mục",
            "+ mục",
            "1. một",
            "--",
            "---",
            "...",
            "\n",
            "Đ",
            "Nguye\u{302}\u{303}n Thi\u{323} Ho\u{302}\u{300}ng",
            "{{ x }}",
            "{% if x %}",
            "{# x #}",
            "&amp;",
            "&#60;",
            "http://a.b/c?d=e&f",
            "`mã`",
            "{1+1}",
            "#(1+1)",
            "%d",
            "<!-- x -->",
            "K'Brai Y-Jôn",
        ];
        let mut text = String::new();
        if self.below(2) == 0 {
            text.push_str(PIECES[self.below(PIECES.len())]);
        }
        // Digits keep the text apart from all others; it ends with a letter, since the sign at the end of
        // a sentence may be set by the document.
        let _ = write!(text, "n{at}");
        let pieces = match self.below(12) {
            0 => 24,
            _ => self.below(4),
        };
        for _ in 0..pieces {
            text.push_str(PIECES[self.below(PIECES.len())]);
            if self.below(3) > 0 {
                text.push(' ');
            }
        }
        if self.below(12) == 0 {
            text.push_str(&"Wươ".repeat(20));
        }
        let _ = write!(text, "x{at}z");
        text
    }
}

/// A template whose Typst page reads a text as code, and one whose HTML page does not escape.
fn wrong_templates() -> Outcome {
    let sample = serde_json::json!({"name": "Nguyễn Văn An"});
    let begin = "#set text(font: \"Tinos\", lang: \"vi\")\n#set document(title: \"x\")\n";
    let typst = format!("{begin}#let d = json(\"/data.json\")\n#d.name.replace(\"*\", \"\")");
    let html = "<p>{{ name | safe }}</p>";
    for (page, html) in [(Some(typst.as_str()), None), (None, Some(html))] {
        let template =
            Template::new("x/y", page.map(Arc::from), html.map(Arc::from), Arc::default());
        let caught = (1..60).any(|seed| check(&template, &sample, seed).is_err());
        ensure(caught, || format!("nothing was said about {page:?} {html:?}"))?;
    }
    Ok(())
}

/// A template that cuts a text off.
fn losing_template() -> Outcome {
    let sample = serde_json::json!({"name": "Nguyễn Văn An"});
    let page = "#set text(font: \"Tinos\", lang: \"vi\")\n#set document(title: \"x\")\n\
                #let d = json(\"/data.json\")\n#d.name.clusters().slice(0, calc.min(12, d.name.clusters().len())).join()";
    let template = Template::new("x/y", Some(Arc::from(page)), None, Arc::default());
    let caught = (1..60).any(|seed| check(&template, &sample, seed).is_err());
    ensure(caught, || "nothing was said".to_owned())
}
