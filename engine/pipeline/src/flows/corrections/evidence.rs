//! Evidence of slips: files that are kept with their size and hash beside the slip, and never change.

use bieumau_model::correction::State;
use bieumau_model::scope::Caller;
use bieumau_store::{Attachment, NewAttachment};
use jiff::Timestamp;
use serde_json::json;

use super::{SlipKey, slip_key};
use crate::flows::papers::full;
use crate::problem::{Problem, ProblemKind};
use crate::records::{AttachmentView, NewFile, key_text, no_file};
use crate::render::store_problem;
use crate::site::Site;

/// How many files a slip may have.
pub const MOST_FILES: usize = 5;

impl Site {
    /// Adds a file to a slip that still waits; only whoever sent it adds evidence to it.
    pub fn add_evidence(
        &self,
        caller: &Caller,
        key: SlipKey<'_>,
        file: NewFile<'_>,
        now: Timestamp,
    ) -> Result<AttachmentView, Problem> {
        let view = self.correction(caller, key, now)?;
        if !view.may.contains(&"withdraw") || view.state != State::Waiting {
            return Err(Problem::new(
                ProblemKind::Conflict,
                "J393",
                "Chỉ người lập phiếu thêm được minh chứng, khi phiếu còn chờ xử lý",
                "only whoever sent the slip adds evidence, while it waits",
            ));
        }
        if view.files.len() >= MOST_FILES {
            return Err(Problem::new(
                ProblemKind::BadInput,
                "J392",
                format!("Mỗi phiếu kèm nhiều nhất {MOST_FILES} tệp"),
                format!("a slip has at most {MOST_FILES} files"),
            )
            .at("/files"));
        }
        file.check().map_err(|problem| problem.at("/files"))?;
        let NewFile { name, media_type, content } = file;
        let new = NewAttachment { name, media_type, content };
        let form = self.form_of_flow("correction")?;
        let caller = full(caller);
        let attached = self
            .store()
            .attach(&caller, form, &slip_key(key), new, now, "Bổ sung minh chứng")
            .map_err(store_problem)?;
        Ok(attached.into())
    }

    /// Returns an evidence file of a slip that the caller may see, with its content; who took it
    /// stands in the audit.
    pub fn correction_evidence(
        &self,
        caller: &Caller,
        key: SlipKey<'_>,
        id: i64,
        now: Timestamp,
    ) -> Result<(AttachmentView, Vec<u8>), Problem> {
        self.correction(caller, key, now)?;
        let form = self.form_of_flow("correction")?;
        let found = self
            .store()
            .attachment(&Caller::Operator, form, &slip_key(key), id)
            .map_err(store_problem)?;
        let (file, content) = found.ok_or_else(|| no_file(id))?;
        let details = json!({"form": form.id, "record": key_text(&slip_key(key)),
            "file": file.name, "sha256": file.sha256});
        self.note(caller, "attachment_read", 1, &details, now)?;
        Ok((file.into(), content))
    }

    /// Lists the evidence files of a slip, whoever asks.
    pub(super) fn evidence(&self, key: SlipKey<'_>) -> Result<Vec<AttachmentView>, Problem> {
        let form = self.form_of_flow("correction")?;
        let files: Vec<Attachment> = self
            .store()
            .attachments(&Caller::Operator, form, &slip_key(key))
            .map_err(store_problem)?;
        Ok(files.into_iter().map(AttachmentView::from).collect())
    }
}
