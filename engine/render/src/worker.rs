//! The worker's side: takes orders on stdin, answers on stdout, until the line is closed.
//!
//! The program enters here by a hidden subcommand. A worker keeps what is dear to make (Typst's
//! library, fonts, parsed templates) and forgets everything that belongs to one document.

use std::collections::HashMap;
use std::io;
use std::process::ExitCode;
use std::thread;

use tera::Tera;
use typst::foundations::{Bytes, Datetime};
use typst::syntax::Source;

use crate::finding::{self, Finding, Kind, Place, Told};
use crate::job::PageFormat;
use crate::letters::Letters;
use crate::renderer::Limits;
use crate::template::{Files, Template};
use crate::wire::{self, Failure, Order, Reply};
use crate::world::{Equipment, PageWorld, Sources};
use crate::{html, page, word};

/// How many templates a worker remembers; a site has some dozens.
const TEMPLATES_KEPT: usize = 128;

/// How many parsed files a worker remembers.
const FILES_KEPT: usize = 1024;

/// For how many documents a result that was not used again stays in Typst's memory.
///
/// The next document of the same template uses again what does not belong to its pupil (evaluated
/// files, fixed texts): without that a transcript takes three times as long. What belongs to one
/// pupil is never used again, and takes as much memory for each document that it stays. Two lets
/// a worker alternate between two templates and stay warm.
const EVICT_AFTER: usize = 2;

/// From so many pages on, a document leaves nothing behind: the memory is worth more than the
/// time that the next one loses.
const LARGE: usize = 60;

/// The most threads of a worker. Typst lays out separate pages side by side; more threads than
/// these find little to do, and each takes room for its stack.
const THREADS: usize = 4;

/// Deep enough for the deepest calls that Typst allows, also without optimisation.
const STACK: usize = 16 << 20;

/// Serves orders until stdin is closed; the whole work of the hidden subcommand.
pub fn main() -> ExitCode {
    let serving = thread::Builder::new().name("render".to_owned()).stack_size(STACK).spawn(|| {
        let cores = thread::available_parallelism().map_or(1, Into::into);
        rayon::ThreadPoolBuilder::new()
            .num_threads(THREADS.min(cores))
            .stack_size(STACK)
            .use_current_thread()
            .build_global()
            .map_err(io::Error::other)?;
        serve()
    });
    watch_parent();
    match serving.map(thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        Ok(Ok(Err(error))) | Err(error) => {
            eprintln!("render worker: {error}");
            ExitCode::FAILURE
        }
        // The thread has already told why.
        Ok(Err(_)) => ExitCode::FAILURE,
    }
}

/// Ends this process when its parent is gone, even in the middle of a document.
fn watch_parent() {
    #[cfg(unix)]
    thread::spawn(|| {
        let parent = std::os::unix::process::parent_id();
        while std::os::unix::process::parent_id() == parent {
            thread::sleep(std::time::Duration::from_secs(1));
        }
        std::process::exit(1);
    });
}

fn serve() -> io::Result<()> {
    let (mut orders, mut replies) = (io::stdin().lock(), io::stdout().lock());
    let Some((Order::Start { limits, fonts }, bytes)) = wire::read(&mut orders)? else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the first order is not `start`"));
    };
    limit_memory(&limits)?;
    let mut workshop = Workshop::new(limits, &fonts, &bytes);
    drop(bytes);
    while let Some((order, data)) = wire::read(&mut orders)? {
        let Order::Render { template, files, format, date } = order else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "`start` for a second time"));
        };
        let (reply, bytes) = match workshop.learn(template, files) {
            Some(prepared) => match workshop.make(&prepared, format, date, &data) {
                Ok(made) => made,
                Err((failure, findings)) => (Reply::Failed { failure, findings }, Vec::new()),
            },
            None => (Reply::Unknown, Vec::new()),
        };
        wire::write(&mut replies, &reply, &bytes)?;
        // Behind the answer, so that nobody waits for it; also when there is no document.
        comemo::evict(match reply {
            Reply::Done { pages, .. } if pages < LARGE => EVICT_AFTER,
            _ => 0,
        });
    }
    Ok(())
}

/// Sets the limit of the address space: an allocation beyond it ends the process at once.
fn limit_memory(limits: &Limits) -> io::Result<()> {
    #[cfg(unix)]
    {
        let (_, allowed) = rlimit::getrlimit(rlimit::Resource::AS)?;
        let limit = limits.memory_bytes.min(allowed);
        rlimit::setrlimit(rlimit::Resource::AS, limit, limit)?;
    }
    #[cfg(not(unix))]
    let _ = limits;
    Ok(())
}

/// What a worker keeps between documents.
struct Workshop {
    limits: Limits,
    equipment: Equipment,
    in_fonts: Letters,
    in_browser: Letters,
    sources: HashMap<u128, Source>,
    templates: HashMap<String, std::rc::Rc<Prepared>>,
}

/// A template, read once.
struct Prepared {
    template: Template,
    sources: Sources,
    html: Result<Tera, Vec<Finding>>,
}

type Outcome = Result<(Reply, Vec<u8>), (Failure, Vec<Finding>)>;

impl Workshop {
    fn new(limits: Limits, lengths: &[usize], mut bytes: &[u8]) -> Self {
        let mut fonts = Vec::new();
        for length in lengths {
            let (font, rest) = bytes.split_at((*length).min(bytes.len()));
            fonts.push(Bytes::new(font.to_vec()));
            bytes = rest;
        }
        Self {
            limits,
            in_fonts: Letters::of(fonts.iter().map(Bytes::as_slice)),
            in_browser: Letters::all(),
            equipment: Equipment::new(fonts),
            sources: HashMap::new(),
            templates: HashMap::new(),
        }
    }

    /// Returns the template with this hash; `None` when it is neither known nor given.
    fn learn(&mut self, hash: String, files: Option<Files>) -> Option<std::rc::Rc<Prepared>> {
        if let Some(known) = self.templates.get(&hash) {
            return Some(known.clone());
        }
        let template = Template::from(files?);
        if self.templates.len() >= TEMPLATES_KEPT {
            self.templates.clear();
        }
        if self.sources.len() >= FILES_KEPT {
            self.sources.clear();
        }
        let prepared = std::rc::Rc::new(Prepared {
            sources: Sources::parse(&template, &mut self.sources),
            html: html::prepare(&template),
            template,
        });
        self.templates.insert(hash, prepared.clone());
        Some(prepared)
    }

    fn make(
        &self,
        prepared: &Prepared,
        format: PageFormat,
        date: Option<jiff::civil::Date>,
        data: &[u8],
    ) -> Outcome {
        let (reply, bytes) = match format {
            PageFormat::Html => self.make_html(prepared, data)?,
            PageFormat::Word => {
                let (reply, page) = self.make_html(prepared, data)?;
                (reply, word(&page, &prepared.template)?)
            }
            PageFormat::Pdf | PageFormat::Png { .. } => {
                self.make_pages(prepared, format, date, data)?
            }
        };
        if bytes.len() as u64 > self.limits.output_bytes {
            return Err((Failure::Output { bytes: bytes.len() }, Vec::new()));
        }
        Ok((reply, bytes))
    }

    fn make_html(&self, prepared: &Prepared, data: &[u8]) -> Outcome {
        if prepared.template.html().is_none() {
            return Err((Failure::NoPage, Vec::new()));
        }
        let failed = |findings| (Failure::Findings, findings);
        let tera = prepared.html.as_ref().map_err(|findings| failed(findings.clone()))?;
        // What is no JSON is told by `fill`, with its place.
        let (data, missing) = self.in_browser.clean(data).unwrap_or((data.into(), Vec::new()));
        let text = html::fill(tera, &prepared.template, &data).map_err(failed)?;
        Ok((Reply::Done { pages: 1, findings: finding::from_letters(missing) }, text.into_bytes()))
    }

    fn make_pages(
        &self,
        prepared: &Prepared,
        format: PageFormat,
        date: Option<jiff::civil::Date>,
        data: &[u8],
    ) -> Outcome {
        let template = &prepared.template;
        if template.typst().is_none() {
            return Err((Failure::NoPage, Vec::new()));
        }
        // What is no JSON is told by Typst, with its place.
        let (data, missing) = self.in_fonts.clean(data).unwrap_or((data.into(), Vec::new()));
        let mut findings = finding::from_letters(missing);
        let world = PageWorld::new(&self.equipment, &prepared.sources, data.as_ref().into());
        let tell = |kind, found: &[_]| finding::from_typst(kind, found, template, &world);

        let laid_out = page::lay_out(&world);
        findings.extend(tell(Kind::TypstWarning, &laid_out.warnings));
        let document = match laid_out.result {
            Ok(document) => document,
            Err(errors) => {
                findings.splice(0..0, tell(Kind::TypstError, &errors));
                return Err((Failure::Findings, findings));
            }
        };
        let pages = document.pages().len();
        if pages > self.limits.pages {
            return Err((Failure::Pages { pages }, findings));
        }
        let bytes = if let PageFormat::Png { page, ppi } = format {
            let png = page::png(&document, page, ppi);
            png.ok_or_else(|| (Failure::NoSuchPage { pages }, findings.clone()))?
        } else {
            let ident = ident(template, &data, date);
            let written = page::pdf(&document, ident, day(date));
            findings.extend(tell(Kind::PdfStandard, &written.warnings));
            written.result.map_err(|errors| {
                findings.splice(0..0, tell(Kind::TypstError, &errors));
                (Failure::Findings, findings.clone())
            })?
        };
        Ok((Reply::Done { pages, findings }, bytes))
    }
}

/// Writes a filled page as a Word document.
fn word(page: &[u8], template: &Template) -> Result<Vec<u8>, (Failure, Vec<Finding>)> {
    let page = String::from_utf8_lossy(page);
    word::word(&page).map_err(|error| {
        let place = Some(Place::locate(template.path("page.html"), &page, 0, 0));
        let told = Told { message: error.to_string(), place, ..Told::default() };
        (Failure::Findings, vec![Finding::Template(Kind::Word, told)])
    })
}

/// Names the document by all that went into it.
fn ident(template: &Template, data: &[u8], date: Option<jiff::civil::Date>) -> String {
    format!("{:032x}", typst::utils::hash128(&(template.hash(), data, date)))
}

/// Returns the day that stands in the metadata, which PDF/A asks for.
///
/// A document without a day of its own carries a fixed one: the clock would make each copy differ.
fn day(date: Option<jiff::civil::Date>) -> Datetime {
    date.and_then(|date| {
        let (month, day) = (u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?);
        Datetime::from_ymd(i32::from(date.year()), month, day)
    })
    .or_else(|| Datetime::from_ymd(2000, 1, 1))
    .expect("the first day of 2000 is a day")
}
