//! `bieumau record …`: reads and writes single records, tells their history.

use std::collections::BTreeMap;
use std::path::Path;

use bieumau_model::entry::Given;
use bieumau_model::text::Locale;
use bieumau_pipeline::{
    Act, Change, Mode, Outcome, Problem, RecordQuery, RecordView, Site, Why, key_text,
};
use clap::{Args, Subcommand};
use jiff::Timestamp;

use crate::Ending;
use crate::arguments::{CallerArguments, pair};
use crate::commands::{caller, print_line, workers};

/// Read and write records.
#[derive(Debug, Subcommand)]
pub(crate) enum RecordCommand {
    /// Print one record.
    Get {
        #[command(flatten)]
        record: RecordArguments,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// List records of a form.
    List {
        /// The form.
        form: String,
        /// Only records with this value, such as `--where class=6A1`; may be repeated.
        #[arg(long = "where", value_name = "FIELD=VALUE", value_parser = pair)]
        equals: Vec<(String, String)>,
        /// At most so many, up to 500.
        #[arg(long, default_value_t = 100)]
        limit: usize,
        /// Begin behind this key.
        #[arg(long, value_name = "KEY")]
        after: Option<String>,
        /// List retired records too.
        #[arg(long)]
        with_retired: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        caller: CallerArguments,
    },
    /// Change fields of a record, or make it with `--new`.
    Set {
        #[command(flatten)]
        record: RecordArguments,
        /// A field as it would be typed, such as `mid_term=7,5`; nothing behind `=` empties it.
        #[arg(value_name = "FIELD=VALUE", value_parser = pair)]
        fields: Vec<(String, String)>,
        /// Make the record; without it the record must be there.
        #[arg(long)]
        new: bool,
        #[command(flatten)]
        how: HowArguments,
    },
    /// Take a record out of use; it is kept.
    Retire {
        #[command(flatten)]
        record: RecordArguments,
        #[command(flatten)]
        how: HowArguments,
    },
    /// Bring a retired record back into use.
    Restore {
        #[command(flatten)]
        record: RecordArguments,
        #[command(flatten)]
        how: HowArguments,
    },
    /// Tell what happened to a record: who changed which field from what to what, when and why.
    History {
        #[command(flatten)]
        record: RecordArguments,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Which record.
#[derive(Debug, Args)]
pub(crate) struct RecordArguments {
    /// The form.
    pub form: String,
    /// Values of the key joined by commas, such as 31000701,2025,6A1; `~1` is a comma in a value.
    pub key: String,
    #[command(flatten)]
    pub caller: CallerArguments,
}

/// How a record is written.
#[derive(Debug, Args)]
pub(crate) struct HowArguments {
    /// Why; needed when a warning is confirmed.
    #[arg(long, default_value = "")]
    pub reason: String,
    /// Confirm the warning of this name; may be repeated.
    #[arg(long, value_name = "WARNING")]
    pub confirm: Vec<String>,
    /// Only tell what would come of it.
    #[arg(long)]
    pub dry_run: bool,
}

pub(crate) fn run(site: &Path, asked: &RecordCommand, locale: Locale) -> Result<Ending, Problem> {
    let site = Site::open(site, &workers()?, Timestamp::now())?;
    match asked {
        RecordCommand::Get { record, json } => {
            let found = site.record(&caller(&record.caller, &site)?, &record.form, &record.key)?;
            print_record(&found, *json);
            Ok(Ending::Done)
        }
        RecordCommand::List { form, equals, limit, after, with_retired, json, caller: asks } => {
            let query = RecordQuery {
                equals: equals.iter().cloned().collect(),
                after: after.clone(),
                most: Some(*limit),
                with_retired: *with_retired,
            };
            let page = site.records(&caller(asks, &site)?, form, &query)?;
            if *json {
                print_line(&format_args!("{:#}", serde_json::to_value(&page).unwrap_or_default()));
            } else {
                page.records.iter().for_each(|record| print_record(record, false));
                if let Some(next) = &page.next {
                    eprintln!("--after '{next}'");
                }
            }
            Ok(Ending::Done)
        }
        RecordCommand::Set { record, fields, new, how } => {
            write(&site, record, fields, how, locale, |revision| match (new, revision) {
                (true, _) => Act::Insert,
                (false, revision) => Act::Update { revision },
            })
        }
        RecordCommand::Retire { record, how } => {
            write(&site, record, &[], how, locale, |revision| Act::Retire { revision })
        }
        RecordCommand::Restore { record, how } => {
            write(&site, record, &[], how, locale, |revision| Act::Restore { revision })
        }
        RecordCommand::History { record, json } => history(&site, record, *json, locale),
    }
}

/// Writes one change on top of the revision that is there now.
fn write(
    site: &Site,
    record: &RecordArguments,
    fields: &[(String, String)],
    how: &HowArguments,
    locale: Locale,
    act: impl Fn(i64) -> Act,
) -> Result<Ending, Problem> {
    let caller = caller(&record.caller, site)?;
    let act = match act(0) {
        Act::Insert => Act::Insert,
        _ => act(site.record(&caller, &record.form, &record.key)?.revision),
    };
    let given = fields.iter().map(|(name, text)| (name.clone(), Given::Text(text.clone())));
    let mut fields = given.collect();
    site.put_key(&record.form, &record.key, &mut fields)?;
    let change = Change { form: record.form.clone(), act, fields, confirmed: how.confirm.clone() };
    let changes = site.nested(&caller, change, &BTreeMap::new())?.changes;
    let why = Why { reason: how.reason.clone(), correction: None };
    let mode = if how.dry_run { Mode::DryRun } else { Mode::Commit };
    let outcome = site.write(&caller, &changes, &why, mode, Timestamp::now())?;
    Ok(tell(&outcome, mode, locale))
}

fn tell(outcome: &Outcome, mode: Mode, locale: Locale) -> Ending {
    for found in &outcome.findings {
        let confirm = match (&found.finding.confirm, found.blocks) {
            (Some(word), true) => format!("  --confirm {word} --reason …"),
            _ => String::new(),
        };
        eprintln!("{}{confirm}", found.finding.diagnostic.one_line(locale));
    }
    if !outcome.accepted {
        return Ending::Findings;
    }
    if mode == Mode::Commit {
        for written in outcome.written.iter().flatten() {
            let changed = written.changed.join(", ");
            print_line(&format_args!("{} r{} {changed}", key_text(&written.key), written.revision));
        }
    }
    Ending::Done
}

fn print_record(record: &RecordView, json: bool) {
    if json {
        print_line(&format_args!("{:#}", serde_json::to_value(record).unwrap_or_default()));
        return;
    }
    let mut text = format!("{} {} r{}", record.form, record.key, record.revision);
    if record.status != "active" {
        text.push_str(&format!(" ({})", record.status));
    }
    for (name, value) in record.fields.iter().chain(&record.kept) {
        match value {
            serde_json::Value::Null => {}
            serde_json::Value::String(value) => text.push_str(&format!("\n    {name:<20} {value}")),
            value => text.push_str(&format!("\n    {name:<20} {value}")),
        }
    }
    for (section, lines) in &record.lines {
        for line in lines {
            text.push_str(&format!("\n    {section:<20} {} r{}", line.key, line.revision));
            // What a line shares with its record stands above already.
            let own = line.fields.iter().filter(|(name, _)| !record.fields.contains_key(*name));
            for (name, value) in own.filter(|(_, value)| !value.is_null()) {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                text.push_str(&format!("\n        {name:<20} {value}"));
            }
        }
    }
    print_line(&text);
}

fn history(
    site: &Site,
    record: &RecordArguments,
    json: bool,
    locale: Locale,
) -> Result<Ending, Problem> {
    let steps = site.record_history(&caller(&record.caller, site)?, &record.form, &record.key)?;
    if json {
        print_line(&format_args!("{:#}", serde_json::to_value(&steps).unwrap_or_default()));
        return Ok(Ending::Done);
    }
    for step in &steps {
        let mut text = format!("r{} {} {} {}", step.revision, step.at, step.by, step.action);
        if !step.reason.is_empty() {
            text.push_str(&format!(" – {}", step.reason));
        }
        for difference in &step.differences {
            let shown =
                |text: &str| if text.is_empty() { "—".to_owned() } else { text.to_owned() };
            text.push_str(&format!(
                "\n    {}: {} → {}",
                difference.title.get(locale),
                shown(&difference.old_text),
                shown(&difference.new_text)
            ));
        }
        print_line(&text);
    }
    Ok(Ending::Done)
}
