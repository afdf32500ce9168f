//! `bieumau sign-off`: confirmation of class books.

use std::path::Path;

use bieumau_model::sign_off::Point;
use bieumau_model::text::Locale;
use bieumau_pipeline::Problem;
use bieumau_pipeline::flows::{BookKey, BookView};
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use serde_json::json;

use super::{SchoolYear, open, tell};
use crate::Ending;
use crate::commands::caller;

/// When a book is confirmed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum PointArgument {
    /// In the middle of the term.
    MidTerm,
    /// At the end of the term.
    EndOfTerm,
}

/// A point of a term.
#[derive(Debug, Args)]
pub(crate) struct At {
    /// Term, 1 or 2.
    #[arg(long)]
    term: i64,
    /// Point of the term.
    #[arg(long, value_enum)]
    point: PointArgument,
}

/// Confirmation of class books.
#[derive(Debug, Subcommand)]
pub(crate) enum SignOffCommand {
    /// List all classes with what is filled, missing and signed.
    List {
        #[command(flatten)]
        of: SchoolYear,
        #[command(flatten)]
        at: At,
    },
    /// Show one class book, with everything that is missing.
    Show {
        /// Class.
        class: String,
        #[command(flatten)]
        of: SchoolYear,
        #[command(flatten)]
        at: At,
    },
    /// Sign a part: `subject:TOAN`, `class` or `approval`.
    Sign {
        /// Class.
        class: String,
        /// Part.
        part: String,
        #[command(flatten)]
        of: SchoolYear,
        #[command(flatten)]
        at: At,
    },
    /// Open a signed part again.
    Reopen {
        /// Class.
        class: String,
        /// Part.
        part: String,
        #[command(flatten)]
        of: SchoolYear,
        #[command(flatten)]
        at: At,
        /// Why.
        #[arg(long)]
        reason: String,
    },
}

/// Runs `bieumau sign-off …`.
pub(crate) fn sign_off(
    site: &Path,
    asked: &SignOffCommand,
    locale: Locale,
) -> Result<Ending, Problem> {
    let site = open(site)?;
    let now = Timestamp::now();
    match asked {
        SignOffCommand::List { of, at } => {
            let key = (of.school.as_str(), of.year);
            let books = site.books(&caller(&of.caller, &site)?, key, (at.term, point(at)), now)?;
            tell(of.json, &json!(books), || books.iter().map(book_line).collect());
        }
        SignOffCommand::Show { class, of, at } => {
            let book = site.book_view(&caller(&of.caller, &site)?, &book(class, of, at), now)?;
            tell(of.json, &json!(book), || book_lines(&book, locale));
        }
        SignOffCommand::Sign { class, part, of, at } => {
            site.sign_off(&caller(&of.caller, &site)?, &book(class, of, at), part, now)?;
        }
        SignOffCommand::Reopen { class, part, of, at, reason } => {
            site.reopen(&caller(&of.caller, &site)?, &book(class, of, at), part, reason, now)?;
        }
    }
    Ok(Ending::Done)
}

fn point(at: &At) -> Point {
    match at.point {
        PointArgument::MidTerm => Point::MidTerm,
        PointArgument::EndOfTerm => Point::EndOfTerm,
    }
}

fn book(class: &str, of: &SchoolYear, at: &At) -> BookKey {
    BookKey {
        school: of.school.clone(),
        year: of.year,
        class: class.to_owned(),
        term: at.term,
        point: point(at),
    }
}

fn book_line(book: &BookView) -> String {
    let signed = book.parts.iter().filter(|part| part.signed_by.is_some()).count();
    format!("{}\t{}/{}\t{signed}/{}", book.class, book.filled, book.needed, book.parts.len())
}

fn book_lines(book: &BookView, locale: Locale) -> Vec<String> {
    let mut lines = Vec::new();
    for part in &book.parts {
        let signed = part.signed_by.as_deref().unwrap_or("-");
        let title = part.title.get(locale);
        lines.push(format!("{}\t{title}\t{}/{}\t{signed}", part.part, part.filled, part.needed));
        lines.extend(
            part.gaps.iter().map(|gap| format!("  {} ({}): {}", gap.name, gap.pupil, gap.column)),
        );
    }
    lines
}
