//! `bieumau layer`: what a province or a school changes in definitions that it did not write.

use std::path::Path;

use bieumau_model::layer::{Changed, Layer, Ours, Owner};
use bieumau_model::text::{Locale, Text};
use bieumau_pipeline::{Problem, accept_layer, layer_changes, list_layers};
use clap::Subcommand;
use serde_json::json;

use crate::Ending;
use crate::commands::print_line;

#[derive(Debug, Subcommand)]
pub(crate) enum LayerCommand {
    /// List the layers of the site, and whether their bases have moved on.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show what changed in the base of a layer since it was written, and what the layer makes of it.
    Diff {
        /// The layer.
        layer: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say that a layer is right for its base as it is now.
    Accept {
        /// The layer.
        layer: String,
    },
}

/// Does one of the commands.
pub(crate) fn run(site: &Path, asked: &LayerCommand, locale: Locale) -> Result<Ending, Problem> {
    match asked {
        LayerCommand::List { json } => list(site, *json, locale),
        LayerCommand::Diff { layer, json } => diff(site, layer, *json, locale),
        LayerCommand::Accept { layer } => accept(site, layer, locale),
    }
}

fn list(site: &Path, json: bool, locale: Locale) -> Result<Ending, Problem> {
    let layers = list_layers(site)?;
    if json {
        print_line(&format_args!("{:#}", json!(layers)));
        return Ok(Ending::Done);
    }
    if layers.is_empty() {
        say(locale, "Hệ thống này chưa có lớp nào.", "This site has no layers.");
    }
    for layer in &layers {
        print_line(&format_args!("{}", line(layer, locale)));
    }
    Ok(Ending::Done)
}

fn line(layer: &Layer, locale: Locale) -> String {
    let Layer { id, base, kind, .. } = layer;
    let owner = match layer.owner {
        Owner::Province => Text::both("tỉnh", "province"),
        Owner::School => Text::both("trường", "school"),
    };
    let version =
        |version: Option<u32>| version.map_or_else(|| "-".to_owned(), |it| it.to_string());
    let (then, now) = (version(layer.written_for), version(layer.version));
    let state = match layer.is_behind() {
        true => Text::both(
            format!("gốc đã đổi từ phiên bản {then} sang {now}: bieumau layer diff {id}"),
            format!("the base went from version {then} to {now}: bieumau layer diff {id}"),
        ),
        false => Text::both("khớp", "up to date"),
    };
    let (owner, title) = (owner.get(locale), layer.title.get(locale));
    format!("{id:<32} {owner:<9} {kind}/{base:<28} {}\n    {title}", state.get(locale))
}

fn diff(site: &Path, id: &str, json: bool, locale: Locale) -> Result<Ending, Problem> {
    let found = layer_changes(site, id)?;
    if json {
        print_line(&format_args!("{:#}", json!({"layer": found.layer, "changes": found.changes})));
        return Ok(Ending::Done);
    }
    if found.changes.is_empty() {
        say(locale, "Định nghĩa gốc không đổi.", "The base has not changed.");
    }
    // What the layer touches comes first: there somebody has to decide.
    let (touched, others): (Vec<_>, Vec<_>) =
        found.changes.iter().partition(|changed| changed.ours.is_some());
    if !touched.is_empty() {
        say(locale, "Lớp này chạm tới, cần xem lại:", "Touched by this layer, to be looked at:");
        touched.iter().for_each(|changed| show(changed, locale));
    }
    if !others.is_empty() {
        say(locale, "Tự theo định nghĩa gốc:", "Follows the base by itself:");
        others.iter().for_each(|changed| show(changed, locale));
    }
    Ok(if touched.is_empty() { Ending::Done } else { Ending::Findings })
}

fn show(changed: &Changed, locale: Locale) {
    let nothing = Text::both("(không có)", "(nothing)");
    let text = |value: &Option<String>| match value {
        Some(value) => short(value),
        None => nothing.get(locale).to_owned(),
    };
    let names = [("trước", "then"), ("nay", "now"), ("lớp", "ours")]
        .map(|(vi, en)| if locale == Locale::Vi { vi } else { en });
    print_line(&changed.place);
    print_line(&format_args!("    {:<6} {}", names[0], text(&changed.then)));
    print_line(&format_args!("    {:<6} {}", names[1], text(&changed.now)));
    let ours = match &changed.ours {
        None => return,
        Some(Ours::Reworded(words)) => Text::One(short(words)),
        Some(Ours::Hidden) => Text::both("(bỏ)", "(left out)"),
        Some(Ours::Added) => Text::both("(thêm vào đây)", "(added to)"),
        Some(Ours::Reordered) => Text::both("(xếp lại)", "(another order)"),
    };
    print_line(&format_args!("    {:<6} {}", names[2], ours.get(locale)));
}

/// Returns a value on one line, cut where it is long.
fn short(value: &str) -> String {
    const MOST: usize = 90;
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

fn accept(site: &Path, id: &str, locale: Locale) -> Result<Ending, Problem> {
    let accepted = accept_layer(site, id)?;
    for path in &accepted.written {
        print_line(&path.display());
    }
    let version = accepted.version.map_or_else(String::new, |version| format!(" {version}"));
    say(
        locale,
        &format!("Lớp `{id}` nay theo phiên bản{version} của định nghĩa gốc."),
        &format!("The layer `{id}` is for version{version} of its base now."),
    );
    Ok(Ending::Done)
}

fn say(locale: Locale, vi: &str, en: &str) {
    eprintln!("{}", if locale == Locale::Vi { vi } else { en });
}
