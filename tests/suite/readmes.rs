//! What the reference pages show is true: the definitions of `forms/README.md` have no finding, and
//! the calls of `plugins/README.md` have the answers that stand below them.

use std::fs;
use std::path::Path;

use bieumau_pipeline::{call_plugin, check};
use libtest_mimic::{Failed, Trial};
use serde_json::Value as Json;

use crate::support::{Outcome, ensure, said, same, workers};

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("readmes::definitions_give_no_finding", definitions),
        Trial::test("readmes::calls_have_the_answers_shown", calls),
    ]
}

/// A block of code with the line of text before it.
pub struct Block {
    before: String,
    /// The code, without the fences.
    pub code: String,
}

fn definitions() -> Outcome {
    let folder = tempfile::tempdir()?;
    let blocks = blocks("forms/README.md")?;
    let files = blocks.iter().filter_map(|block| {
        let path = block.before.strip_prefix('`')?.strip_suffix("`:")?;
        Some((path, &block.code))
    });
    let mut laid = 0;
    for (path, code) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("inside the folder"))?;
        fs::write(path, code)?;
        laid += 1;
    }
    same(laid, 10)?;
    let checked = check(Some(folder.path()), Some(&workers(2))).map_err(said)?;
    ensure(checked.findings.is_empty(), || checked.findings.to_string())
}

fn calls() -> Outcome {
    let blocks = blocks("plugins/README.md")?;
    let mut called = 0;
    for pair in blocks.windows(2) {
        let Some(rule) = pair[1].before.strip_prefix("`bieumau plugin call national ") else {
            continue;
        };
        let rule = rule.split(' ').next().expect("split gives at least one part");
        let answer = call_plugin(None, "national", rule, &pair[0].code, true).map_err(said)?;
        let shown: Json = serde_json::from_str(&pair[1].code)?;
        same(without_totals(answer), without_totals(shown))?;
        called += 1;
    }
    same(called, 3)
}

/// The page shows only those totals that count somebody.
fn without_totals(mut answer: Json) -> Json {
    if let Some(tables) = answer.get_mut("tables").and_then(Json::as_object_mut) {
        tables.remove("totals");
    }
    if let Some(explained) = answer.get_mut("explanations").and_then(Json::as_array_mut) {
        explained.retain(|one| one["table"] != "totals");
    }
    answer
}

pub fn blocks(page: &str) -> Result<Vec<Block>, Failed> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(page);
    let text = fs::read_to_string(page)?;
    let mut blocks = Vec::new();
    let mut before = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            let code: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push(Block { before: before.clone(), code: code.join("\n") + "\n" });
        } else if !line.is_empty() {
            line.clone_into(&mut before);
        }
    }
    Ok(blocks)
}
