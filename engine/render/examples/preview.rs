//! Renders a template folder against its `sample.json`, for the people who write templates.
//!
//! `cargo run -p bieumau-render --example preview -- templates/<topic>/<name> out.pdf`
//!
//! The ending of the second argument chooses the format: `.pdf`, `.html`, or `.png` (the first
//! page; `out.3.png` is the third). Without it the template is only checked.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::{env, fs};

use bieumau_model::diagnostic::Diagnostics;
use bieumau_model::text::Locale;
use bieumau_render::{
    Config, Data, PageFormat, RenderJob, Renderer, SharedFiles, Template, check_template, worker,
};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let shown = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["render-worker"] => return worker::main(),
        [folder] => preview(folder, None),
        [folder, out] => preview(folder, Some(out)),
        _ => Err("usage: preview templates/<topic>/<name> [out.pdf|out.html|out.png]".into()),
    };
    match shown {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Returns whether there was no error.
fn preview(folder: &str, out: Option<&str>) -> Result<bool, Box<dyn Error>> {
    let folder = fs::canonicalize(folder)?;
    let templates =
        folder.ancestors().nth(2).ok_or("the folder is not templates/<topic>/<name>")?;
    let name = folder.strip_prefix(templates)?.to_str().ok_or("the path is not UTF-8")?;
    let template = Template::new(
        name,
        text(&folder.join("page.typ")),
        text(&folder.join("page.html")),
        Arc::new(shared(&templates.join("shared"))?),
    );
    let sample = fs::read(folder.join("sample.json"))?;
    let fonts = fonts(&templates.join("shared/fonts"))?;
    let renderer = Renderer::new(Config::new(env::current_exe()?, ["render-worker"], fonts));

    let Some(out) = out else {
        return Ok(tell(&check_template(&renderer, &template, &sample)));
    };
    let data = Data::Json(&sample);
    let job =
        RenderJob { template: &template, data, format: format(out)?, label: "sample", date: None };
    match renderer.render(&job) {
        Ok(rendered) => {
            tell(&rendered.warnings);
            eprintln!("{out}: {} page(s), {} bytes", rendered.pages, rendered.bytes.len());
            fs::write(out, rendered.bytes)?;
            Ok(true)
        }
        Err(error) => {
            eprintln!("{error}");
            Ok(tell(&error.diagnostics()))
        }
    }
}

/// Prints the diagnostics; returns whether there was no error.
fn tell(diagnostics: &Diagnostics) -> bool {
    for diagnostic in diagnostics.iter() {
        eprintln!("{}", diagnostic.one_line(Locale::Vi));
    }
    !diagnostics.has_errors()
}

fn format(out: &str) -> Result<PageFormat, String> {
    let (stem, ending) = out.rsplit_once('.').ok_or("the file has no ending")?;
    match ending {
        "pdf" => Ok(PageFormat::Pdf),
        "html" => Ok(PageFormat::Html),
        "png" => {
            let page = stem.rsplit_once('.').and_then(|(_, page)| page.parse().ok());
            Ok(PageFormat::Png { page: page.unwrap_or(1), ppi: 110 })
        }
        other => Err(format!("unknown ending `{other}`")),
    }
}

fn shared(folder: &Path) -> Result<SharedFiles, Box<dyn Error>> {
    let mut files = SharedFiles::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if let (Some(name), Some(text)) = (name, text(&path)) {
            files.insert(name.to_owned(), text);
        }
    }
    Ok(files)
}

fn fonts(folder: &Path) -> Result<Vec<Arc<[u8]>>, Box<dyn Error>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "ttf"));
    paths.iter().map(|path| Ok(fs::read(path)?.into())).collect()
}

fn text(path: &Path) -> Option<Arc<str>> {
    fs::read_to_string(path).ok().map(Arc::from)
}
