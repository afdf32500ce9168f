//! Cases that need more than one room, with references beside them.
//!
//! `cargo suite` runs them, `cargo suite --update` rewrites the references; read the difference
//! before you commit it. The test program is also its own render worker.

#[path = "../made_up_schools.rs"]
mod made_up_schools;

mod draft;
mod support;
mod web;

mod access;
mod decisions;
mod decree;
mod definitions;
mod desk;
mod documents;
mod examples;
mod explained;
mod floors;
mod generated;
mod grid;
mod hostile;
mod http;
mod office;
mod pages;
mod pdf;
mod plugin_authors;
mod plugin_install;
mod plugin_office;
mod plugin_trust;
mod plugin_words;
mod province;
mod readmes;
mod records;
mod rights;
mod scope;
mod statistics;
mod stories;
mod typography;
mod whole;
mod workbooks;
mod working_days;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// Whether references are rewritten instead of compared.
static UPDATE: std::sync::OnceLock<bool> = std::sync::OnceLock::new();

fn main() -> ExitCode {
    let mut given: Vec<String> = std::env::args().collect();
    if given.get(1).is_some_and(|first| first == "render-worker") {
        return bieumau_pipeline::run_render_worker();
    }
    if given.get(1).is_some_and(|first| first == "plugin-compiler") {
        return bieumau_pipeline::run_plugin_compiler();
    }
    let all = given.len();
    given.retain(|argument| argument != "--update");
    UPDATE.get_or_init(|| given.len() < all);

    let mut trials: Vec<Trial> = Vec::new();
    trials.extend(floors::trials());
    trials.extend(definitions::trials());
    trials.extend(documents::trials());
    trials.extend(decree::trials());
    trials.extend(typography::trials());
    trials.extend(generated::trials());
    trials.extend(office::trials());
    trials.extend(http::trials());
    trials.extend(records::trials());
    trials.extend(scope::trials());
    trials.extend(access::trials());
    trials.extend(rights::trials());
    trials.extend(statistics::trials());
    trials.extend(whole::trials());
    trials.extend(decisions::trials());
    trials.extend(explained::trials());
    trials.extend(pages::trials());
    trials.extend(stories::trials());
    trials.extend(desk::trials());
    trials.extend(hostile::trials());
    trials.extend(plugin_install::trials());
    trials.extend(plugin_trust::trials());
    trials.extend(plugin_words::trials());
    trials.extend(examples::trials());
    trials.extend(province::trials());
    trials.extend(readmes::trials());
    trials.extend(plugin_authors::trials());
    trials.extend(workbooks::trials());
    trials.extend(working_days::trials());
    trials.extend(grid::trials());
    let conclusion = libtest_mimic::run(&Arguments::from_iter(given), trials);
    support::tidy();
    conclusion.exit_code()
}
