//! Makes the folder of a new plugin, small and whole: a rule, its cases, a guide.

use std::fs;
use std::path::{Path, PathBuf};

use crate::problem::{Problem, ProblemKind};
use crate::site::data_problem;

/// What a new plugin is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Parameters in YAML, without code.
    Yaml,
    /// A text of JavaScript.
    JavaScript,
    /// Rust, compiled to a component.
    Rust,
}

/// What a new plugin is to be.
#[derive(Debug, Clone)]
pub struct NewPlugin {
    /// Id, `snake_case`; also the name of the folder.
    pub id: String,
    /// What it is written in.
    pub language: Language,
}

/// Path and text of the files that new plugins are made of, below the folders `yaml`, `js`, `rust`,
/// `report`, and `sdk`, `sdk_derive` and `wit`: the kit for Rust and the contract, to which a plugin outside of
/// this repository has no other way.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/scaffold.rs"));

/// What editors read about the globals of a text of JavaScript.
const TYPES: &str = include_str!("../../../../plugins/js_runner/bieumau.d.ts");

/// Where the files say the id of the new plugin.
const ID: &str = "new_plugin";

/// Makes the folder of a new plugin inside `parent`, and returns it.
pub fn new_plugin(parent: &Path, wanted: &NewPlugin) -> Result<PathBuf, Problem> {
    check_id(&wanted.id)?;
    let folder = parent.join(&wanted.id);
    if folder.exists() {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J304",
            format!("Đã có `{}`", folder.display()),
            format!("`{}` is there already", folder.display()),
        )
        .help("Chọn tên khác", "choose another name"));
    }
    let parts: &[(&str, &str)] = match wanted.language {
        Language::Yaml => &[("yaml/", "")],
        Language::JavaScript => &[("js/", ""), ("report/", "")],
        Language::Rust => &[
            ("rust/", ""),
            ("report/", ""),
            ("sdk/", "sdk/"),
            ("sdk_derive/", "sdk_derive/"),
            ("wit/", "wit/"),
        ],
    };
    for (from, to) in parts {
        for (path, text) in
            FILES.iter().filter_map(|(path, text)| Some((path.strip_prefix(*from)?, text)))
        {
            // Cargo would take a file named Cargo.toml here for a package of its own.
            let path = path.strip_suffix(".new").unwrap_or(path).replace(ID, &wanted.id);
            write(&folder.join(to).join(path), &alone(&text.replace(ID, &wanted.id)))?;
        }
    }
    if wanted.language == Language::JavaScript {
        write(&folder.join("bieumau.d.ts"), TYPES)?;
    }
    Ok(folder)
}

fn check_id(id: &str) -> Result<(), Problem> {
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    if id.starts_with(|first: char| first.is_ascii_lowercase()) && id.split('_').all(is_part) {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::BadInput,
        "J305",
        format!("`{id}` không dùng được làm mã của plugin"),
        format!("`{id}` cannot be the id of a plugin"),
    )
    .help(
        "Dùng chữ thường không dấu, số và `_`, ví dụ `bac_ninh`",
        "use small letters, digits and `_`, such as `bac_ninh`",
    ))
}

/// Takes out what only holds in this repository's workspace.
fn alone(text: &str) -> String {
    text.replace("\n[lints]\nworkspace = true\n", "")
}

fn write(path: &Path, text: &str) -> Result<(), Problem> {
    let made = path.parent().map_or(Ok(()), fs::create_dir_all);
    made.and_then(|()| fs::write(path, text)).map_err(|error| data_problem(path, &error))
}
