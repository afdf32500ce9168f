//! `bieumau lock`, `correction`, `sign-off`, `review`, `approval` and `issued`: the flows that keep
//! records trustworthy.

use std::path::{Path, PathBuf};

use bieumau_model::correction::Act;
use bieumau_model::review::Kind;
use bieumau_model::scope::Caller;
use bieumau_model::sign_off::Point;
use bieumau_model::text::{Locale, Text};
use bieumau_pipeline::flows::{
    BookKey, BookView, CorrectionView, LockView, NewCorrection, NewEntry, NewException, NewLine,
    NewLock, NewReview, Part,
};
use bieumau_pipeline::{Problem, Site};
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::Ending;
use crate::arguments::CallerArguments;
use crate::commands::{caller, print_line, workers, write_bytes};

/// A school and a school year.
#[derive(Debug, Args)]
pub(crate) struct SchoolYear {
    /// School.
    #[arg(long)]
    school: String,
    /// School year, by its first calendar year.
    #[arg(long)]
    year: i64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    caller: CallerArguments,
}

/// What a lock reaches; what is left out does not narrow.
#[derive(Debug, Args)]
pub(crate) struct Reach {
    /// Term, 1 or 2.
    #[arg(long)]
    term: Option<i64>,
    /// Grade.
    #[arg(long)]
    grade: Option<i64>,
    /// Class.
    #[arg(long)]
    class: Option<String>,
    /// Subject.
    #[arg(long)]
    subject: Option<String>,
    /// Column kind, such as `end_of_term`.
    #[arg(long)]
    column_kind: Option<String>,
    /// Form.
    #[arg(long)]
    form: Option<String>,
}

/// Locks of a school.
#[derive(Debug, Subcommand)]
pub(crate) enum LockCommand {
    /// List the locks with their exceptions.
    List(SchoolYear),
    /// Lock, by the decision that is named.
    Add {
        #[command(flatten)]
        of: SchoolYear,
        #[command(flatten)]
        reach: Reach,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Number of the decision or announcement.
        #[arg(long)]
        order: String,
        /// From when on, such as 2026-01-10T17:00; now when left out.
        #[arg(long)]
        from: Option<String>,
        /// Until when; until it is opened when left out.
        #[arg(long)]
        until: Option<String>,
        /// Only list what it would hit.
        #[arg(long)]
        dry_run: bool,
    },
    /// Open a lock before its end.
    Open {
        /// Number of the lock.
        number: i64,
        #[command(flatten)]
        of: SchoolYear,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Let one person write in spite of a lock, for a while.
    Except {
        /// Number of the lock, or `attendance`.
        lock: String,
        #[command(flatten)]
        of: SchoolYear,
        #[command(flatten)]
        reach: Reach,
        /// The user who may write.
        #[arg(long)]
        person: String,
        /// Why.
        #[arg(long)]
        reason: String,
        /// What shows that it is needed.
        #[arg(long)]
        evidence: String,
        /// Until when.
        #[arg(long)]
        until: String,
    },
}

/// Corrections of marks.
#[derive(Debug, Subcommand)]
pub(crate) enum CorrectionCommand {
    /// List the slips.
    List(SchoolYear),
    /// Send a slip.
    Request {
        #[command(flatten)]
        of: SchoolYear,
        /// Form of the records.
        #[arg(long, default_value = "mark")]
        form: String,
        /// A cell, as KEY=VALUE,…:FIELD=NEW, such as
        /// `term=1,pupil=3100100001,subject=TOAN:end_of_term=7,5`; may be repeated.
        #[arg(long = "cell", value_parser = cell, required = true)]
        cells: Vec<NewLine>,
        /// Why.
        #[arg(long)]
        reason: String,
        /// What shows it.
        #[arg(long, default_value = "")]
        evidence: String,
    },
    /// Give the opinion of the subject group.
    Opinion(Step),
    /// Approve a slip.
    Approve(Step),
    /// Reject a slip; needs a comment.
    Reject(Step),
    /// Take a slip back.
    Withdraw(Step),
    /// Apply an approved slip, and list what became stale.
    Apply(Step),
    /// Make the slip as a document.
    Slip {
        /// Number of the slip.
        number: i64,
        #[command(flatten)]
        of: SchoolYear,
        /// Output file (.pdf, .html); `-` is stdout.
        #[arg(short, long)]
        output: PathBuf,
    },
}

/// A step of a slip.
#[derive(Debug, Args)]
pub(crate) struct Step {
    /// Number of the slip.
    number: i64,
    #[command(flatten)]
    of: SchoolYear,
    /// Comment.
    #[arg(long, default_value = "")]
    comment: String,
}

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

/// Reviews of data.
#[derive(Debug, Subcommand)]
pub(crate) enum ReviewCommand {
    /// List the reviews with their progress.
    List(SchoolYear),
    /// Put somebody in charge of a review: of staff, or of the pupils of `--class`.
    Open {
        #[command(flatten)]
        of: SchoolYear,
        /// Class, for a review of pupils.
        #[arg(long)]
        class: Option<String>,
        /// Staff who is in charge.
        #[arg(long)]
        in_charge: String,
        /// Their user.
        #[arg(long)]
        in_charge_user: String,
        /// Until when.
        #[arg(long)]
        due: Option<Date>,
    },
    /// Note what was found about a person, and who has confirmed it.
    Note {
        /// Number of the review.
        number: i64,
        /// Staff or pupil.
        person: String,
        #[command(flatten)]
        of: SchoolYear,
        /// What was wrong and is mended now.
        #[arg(long, default_value = "")]
        wrong: String,
        /// Who has confirmed it.
        #[arg(long, default_value = "")]
        confirmed_by: String,
        /// As what, such as `mẹ`.
        #[arg(long, default_value = "")]
        confirmed_as: String,
    },
    /// Hand the review over to the principal; refused before 100 %.
    HandOver {
        /// Number of the review.
        number: i64,
        #[command(flatten)]
        of: SchoolYear,
        /// What remains to be done.
        #[arg(long, default_value = "")]
        remaining: String,
    },
    /// Confirm the review as the principal.
    Confirm {
        /// Number of the review.
        number: i64,
        #[command(flatten)]
        of: SchoolYear,
    },
}

/// Monthly approval of updates.
#[derive(Debug, Subcommand)]
pub(crate) enum ApprovalCommand {
    /// Show the updates of a month, and which came late.
    Show(Month),
    /// Approve the updates of a month that is over.
    Approve(Month),
}

/// A month of a school.
#[derive(Debug, Args)]
pub(crate) struct Month {
    /// Month, such as 2025-10.
    #[arg(value_parser = month)]
    month: Date,
    /// School.
    #[arg(long)]
    school: String,
    /// Note.
    #[arg(long, default_value = "")]
    note: String,
    #[command(flatten)]
    caller: CallerArguments,
}

/// The register of issued documents.
#[derive(Debug, Args)]
pub(crate) struct IssuedArguments {
    /// School.
    #[arg(long, default_value = "")]
    school: String,
    /// Write the document with this id to `--output`, byte by byte.
    #[arg(long, requires = "output")]
    id: Option<i64>,
    /// Output file; `-` is stdout.
    #[arg(short, long)]
    output: Option<PathBuf>,
    #[command(flatten)]
    caller: CallerArguments,
}

fn open(site: &Path) -> Result<Site, Problem> {
    Site::open(site, &workers()?, Timestamp::now())
}

fn line(locale: Locale, text: &Text) -> String {
    text.get(locale).to_owned()
}

/// Prints JSON when it is asked for, else the lines.
fn tell(json: bool, value: &Value, lines: impl FnOnce() -> Vec<String>) {
    if json {
        print_line(&format_args!("{value:#}"));
    } else {
        lines().iter().for_each(|line| print_line(line));
    }
}

/// Runs `bieumau lock …`.
pub(crate) fn lock(site: &Path, asked: &LockCommand, locale: Locale) -> Result<Ending, Problem> {
    let site = open(site)?;
    let now = Timestamp::now();
    match asked {
        LockCommand::List(of) => {
            let locks = site.locks(&caller(&of.caller, &site)?, &of.school, of.year, now)?;
            tell(of.json, &json!(locks), || {
                locks.iter().map(|view| lock_line(view, locale)).collect()
            });
        }
        LockCommand::Add { of, reach, reason, order, from, until, dry_run } => {
            let wanted = NewLock {
                school: of.school.clone(),
                year: of.year,
                part: part(reach),
                reason: reason.clone(),
                order_number: order.clone(),
                starts_at: from.clone(),
                ends_at: until.clone(),
            };
            if *dry_run {
                let tried = site.lock_dry_run(&caller(&of.caller, &site)?, &wanted, now)?;
                tell(of.json, &json!(tried), || {
                    let row = |hit: &bieumau_pipeline::flows::Hit| {
                        format!(
                            "{}\t{}\t{}\t{}\t{}",
                            hit.form_title.get(locale),
                            hit.class.as_deref().unwrap_or("-"),
                            hit.subject_title.as_ref().map_or("-", |title| title.get(locale)),
                            hit.records,
                            hit.missing
                        )
                    };
                    tried.hits.iter().map(row).collect()
                });
                return Ok(Ending::Done);
            }
            print_line(&site.lock(&caller(&of.caller, &site)?, &wanted, now)?);
        }
        LockCommand::Open { number, of, reason } => {
            let key = (of.school.as_str(), of.year, *number);
            site.open_lock(&caller(&of.caller, &site)?, key, reason, now)?;
        }
        LockCommand::Except { lock, of, reach, person, reason, evidence, until } => {
            let wanted = NewException {
                person: person.clone(),
                part: part(reach),
                reason: reason.clone(),
                evidence: evidence.clone(),
                starts_at: None,
                ends_at: until.clone(),
            };
            let key = (of.school.as_str(), of.year, lock.as_str());
            print_line(&site.except_from_lock(&caller(&of.caller, &site)?, key, &wanted, now)?);
        }
    }
    Ok(Ending::Done)
}

/// Runs `bieumau correction …`.
pub(crate) fn correction(
    site: &Path,
    asked: &CorrectionCommand,
    locale: Locale,
) -> Result<Ending, Problem> {
    let site = open(site)?;
    let now = Timestamp::now();
    let advance = |step: &Step, act: Act| {
        let key = (step.of.school.as_str(), step.of.year, step.number);
        site.advance_correction(&caller(&step.of.caller, &site)?, key, &act, now)
            .map(|state| print_line(&line(locale, &state.title())))
    };
    match asked {
        CorrectionCommand::List(of) => {
            let slips = site.corrections(&caller(&of.caller, &site)?, &of.school, of.year, now)?;
            tell(of.json, &json!(slips), || {
                slips.iter().map(|slip| slip_line(slip, locale)).collect()
            });
        }
        CorrectionCommand::Request { of, form, cells, reason, evidence } => {
            let wanted = NewCorrection {
                school: of.school.clone(),
                year: of.year,
                form: form.clone(),
                reason: reason.clone(),
                evidence: evidence.clone(),
                evidence_file: None,
                evidence_sha256: None,
                lines: cells.clone(),
            };
            print_line(&site.request_correction(&caller(&of.caller, &site)?, &wanted, now)?);
        }
        CorrectionCommand::Opinion(step) => {
            advance(step, Act::Opinion { comment: step.comment.clone() })?;
        }
        CorrectionCommand::Approve(step) => {
            advance(step, Act::Approve { comment: step.comment.clone() })?;
        }
        CorrectionCommand::Reject(step) => {
            advance(step, Act::Reject { comment: step.comment.clone() })?;
        }
        CorrectionCommand::Withdraw(step) => advance(step, Act::Withdraw)?,
        CorrectionCommand::Apply(step) => {
            let key = (step.of.school.as_str(), step.of.year, step.number);
            let applied = site.apply_correction(&caller(&step.of.caller, &site)?, key, now)?;
            tell(step.of.json, &json!(applied), || {
                let mut lines = vec![applied.log.clone()];
                lines.extend(applied.stale.iter().map(|own| {
                    let document = &own.document;
                    format!("{}\t{}\t{}", document.id, document.title, document.issued_at)
                }));
                lines
            });
        }
        CorrectionCommand::Slip { number, of, output } => {
            let format = output.extension().and_then(|ending| ending.to_str()).unwrap_or("pdf");
            let key = (of.school.as_str(), of.year, *number);
            let slip = site.correction_slip(&caller(&of.caller, &site)?, key, format, now)?;
            write_bytes(&slip.bytes, output)?;
        }
    }
    Ok(Ending::Done)
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

/// Runs `bieumau review …`.
pub(crate) fn review(
    site: &Path,
    asked: &ReviewCommand,
    locale: Locale,
) -> Result<Ending, Problem> {
    let site = open(site)?;
    let now = Timestamp::now();
    let key = |of: &SchoolYear, number: i64| (of.school.clone(), of.year, number);
    match asked {
        ReviewCommand::List(of) => {
            let reviews = site.reviews(&caller(&of.caller, &site)?, &of.school, of.year, now)?;
            tell(of.json, &json!(reviews), || {
                let row = |own: &bieumau_pipeline::flows::ReviewView| {
                    let (confirmed, total) = (own.progress.confirmed, own.progress.total);
                    format!("{}\t{}\t{confirmed}/{total}", own.number, own.stage_title.get(locale))
                };
                reviews.iter().map(row).collect()
            });
        }
        ReviewCommand::Open { of, class, in_charge, in_charge_user, due } => {
            let wanted = NewReview {
                school: of.school.clone(),
                year: of.year,
                kind: if class.is_some() { Kind::Pupils } else { Kind::Staff },
                class: class.clone(),
                in_charge: in_charge.clone(),
                in_charge_user: in_charge_user.clone(),
                due_on: *due,
            };
            print_line(&site.open_review(&caller(&of.caller, &site)?, &wanted, now)?);
        }
        ReviewCommand::Note { number, person, of, wrong, confirmed_by, confirmed_as } => {
            let (school, year, number) = key(of, *number);
            let entry = NewEntry {
                person: person.clone(),
                wrong: wrong.clone(),
                confirmed_by: confirmed_by.clone(),
                confirmed_as: confirmed_as.clone(),
                note: String::new(),
            };
            site.note_review(&caller(&of.caller, &site)?, (&school, year, number), &entry, now)?;
        }
        ReviewCommand::HandOver { number, of, remaining } => {
            let (school, year, number) = key(of, *number);
            let by = caller(&of.caller, &site)?;
            site.hand_over_review(&by, (&school, year, number), remaining, now)?;
        }
        ReviewCommand::Confirm { number, of } => {
            let (school, year, number) = key(of, *number);
            site.confirm_review(&caller(&of.caller, &site)?, (&school, year, number), now)?;
        }
    }
    Ok(Ending::Done)
}

/// Runs `bieumau approval …`.
pub(crate) fn approval(site: &Path, asked: &ApprovalCommand) -> Result<Ending, Problem> {
    let site = open(site)?;
    let now = Timestamp::now();
    match asked {
        ApprovalCommand::Show(of) => {
            let view =
                site.month_updates(&caller(&of.caller, &site)?, &of.school, of.month, now)?;
            tell(true, &json!(view), Vec::new);
        }
        ApprovalCommand::Approve(of) => {
            let key = (of.school.as_str(), of.month);
            site.approve_month(&caller(&of.caller, &site)?, key, &of.note, now)?;
        }
    }
    Ok(Ending::Done)
}

/// Runs `bieumau issued`.
pub(crate) fn issued(site: &Path, asked: &IssuedArguments) -> Result<Ending, Problem> {
    let site = open(site)?;
    let now = Timestamp::now();
    let by: Caller = caller(&asked.caller, &site)?;
    if let (Some(id), Some(output)) = (asked.id, &asked.output) {
        let (_, bytes) = site.issued_document(&by, id, now)?;
        write_bytes(&bytes, output)?;
        return Ok(Ending::Done);
    }
    for own in site.issued(&by, &asked.school, now)? {
        let stale = if own.stale_reason.is_some() { "!" } else { "" };
        print_line(&format_args!(
            "{}\t{}\t{}\t{}\t{stale}",
            own.id, own.number, own.title, own.issued_at
        ));
    }
    Ok(Ending::Done)
}

fn part(reach: &Reach) -> Part {
    Part {
        term: reach.term,
        grade: reach.grade,
        class: reach.class.clone(),
        subject: reach.subject.clone(),
        column_kind: reach.column_kind.clone(),
        form: reach.form.clone(),
    }
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

fn lock_line(view: &LockView, locale: Locale) -> String {
    let mark = if view.holds { "*" } else { " " };
    let (title, reach) = (view.lock.title(), view.reach_text.get(locale));
    format!("{mark} {}\t{reach}\t{}", title.get(locale), view.time_text().get(locale))
}

fn slip_line(slip: &CorrectionView, locale: Locale) -> String {
    let lines: Vec<String> = slip
        .lines
        .iter()
        .map(|own| {
            let cell = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
            format!("{} {}: {} -> {}", own.pupil_name, own.column, cell(&own.old), cell(&own.new))
        })
        .collect();
    let state = slip.state_title.get(locale);
    format!("{}\t{}\t{}\t{state}", slip.number, slip.class, lines.join("; "))
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

/// Reads `term=1,pupil=…,subject=TOAN:end_of_term=7,5`.
fn cell(text: &str) -> Result<NewLine, String> {
    let wrong = || format!("`{text}` is not KEY=VALUE,…:FIELD=NEW");
    let (key, change) = text.split_once(':').ok_or_else(wrong)?;
    let (field, value) = change.split_once('=').ok_or_else(wrong)?;
    let pairs = key
        .split(',')
        .map(|pair| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())));
    let record = pairs.collect::<Option<_>>().ok_or_else(wrong)?;
    Ok(NewLine { record, field: field.to_owned(), value: value.to_owned() })
}

/// Reads `2025-10`.
fn month(text: &str) -> Result<Date, String> {
    format!("{text}-01").parse().map_err(|_| format!("`{text}` is no month, such as 2025-10"))
}
