//! Why there is no document, for programs and for people.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::text::Text;

use crate::finding::{self, Finding};
use crate::job::RenderJob;

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The template is wrong, or does not fit the data.
    #[error("template `{template}` cannot be rendered for `{record}`")]
    Template {
        /// Template.
        template: String,
        /// Record.
        record: String,
        /// Errors, and the warnings that came with them.
        diagnostics: Diagnostics,
    },
    /// The document passed a limit, or brought its worker down.
    #[error("template `{template}` for `{record}`: {excess}")]
    Limit {
        /// Template.
        template: String,
        /// Record.
        record: String,
        /// Which limit.
        excess: Excess,
    },
    /// A worker could not be started or talked to.
    #[error("the render worker `{program}` could not be started")]
    Start {
        /// Program.
        program: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// What a document did that it may not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Excess {
    /// Took too long.
    #[error("stopped after {} s", limit.as_secs_f32())]
    Time {
        /// Limit.
        limit: Duration,
    },
    /// Asked for too much memory.
    #[error("stopped at {} MB of memory", limit_bytes >> 20)]
    Memory {
        /// Limit.
        limit_bytes: u64,
    },
    /// Has too many pages.
    #[error("{pages} pages, at most {limit} are allowed")]
    Pages {
        /// Pages.
        pages: usize,
        /// Limit.
        limit: usize,
    },
    /// Is too long.
    #[error("{bytes} bytes, at most {limit} are allowed")]
    Output {
        /// Bytes.
        bytes: usize,
        /// Limit.
        limit: u64,
    },
    /// Has no page of the kind asked for.
    #[error("the template has no page for this format")]
    NoPage,
    /// Does not have the page asked for, or it is too large for a picture.
    #[error("the page asked for is not among {pages}, or too large for a picture")]
    NoSuchPage {
        /// Pages.
        pages: usize,
    },
    /// Brought its worker down.
    #[error("the render worker broke off: {how}")]
    Broke {
        /// What the worker said last.
        how: String,
    },
}

impl RenderError {
    /// Says what is wrong with the template of `job`.
    pub(crate) fn template(job: &RenderJob, findings: Vec<Finding>) -> Self {
        Self::Template {
            template: job.template.name().to_owned(),
            record: job.label.to_owned(),
            diagnostics: finding::diagnostics(findings),
        }
    }

    /// Says what the document of `job` did that it may not do.
    pub(crate) fn excess(job: &RenderJob, excess: Excess) -> Self {
        Self::Limit {
            template: job.template.name().to_owned(),
            record: job.label.to_owned(),
            excess,
        }
    }

    /// Puts the error into diagnostics, for people.
    pub fn diagnostics(&self) -> Diagnostics {
        match self {
            Self::Template { diagnostics, .. } => diagnostics.clone(),
            Self::Limit { template, record, excess } => {
                let (code, vietnamese) = excess.vietnamese();
                Diagnostic::error(
                    code,
                    Text::both(
                        format!("mẫu `{template}`, bản ghi `{record}`: {vietnamese}"),
                        self.to_string(),
                    ),
                )
                .into()
            }
            Self::Start { program, source } => Diagnostic::error(
                "T016",
                Text::both(
                    format!("không khởi động được bộ dàn trang `{}`: {source}", program.display()),
                    format!("{self}: {source}"),
                ),
            )
            .into(),
        }
    }
}

impl Excess {
    /// Returns the code and the Vietnamese sentence.
    fn vietnamese(&self) -> (&'static str, String) {
        match self {
            Self::Time { limit } => {
                ("T009", format!("đã dừng vì quá {} giây", limit.as_secs_f32()))
            }
            Self::Memory { limit_bytes } => {
                ("T010", format!("đã dừng vì cần hơn {} MB bộ nhớ", limit_bytes >> 20))
            }
            Self::Pages { pages, limit } => {
                ("T011", format!("văn bản có {pages} trang, tối đa {limit} trang"))
            }
            Self::Output { bytes, limit } => {
                ("T012", format!("tệp dài {bytes} byte, tối đa {limit} byte"))
            }
            Self::Broke { how } => ("T013", format!("bộ dàn trang bị ngắt: {how}")),
            Self::NoPage => ("T014", "mẫu không có trang cho định dạng này".to_owned()),
            Self::NoSuchPage { pages } => (
                "T014",
                format!("không có trang này (văn bản có {pages} trang), hoặc trang quá lớn"),
            ),
        }
    }
}
