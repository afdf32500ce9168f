//! Evidence files of records, with a limit on their size and the hash of their content.

use bieumau_model::scope::Caller;
use bieumau_store::{Attachment, NewAttachment, StoreError};
use jiff::Timestamp;
use serde::Serialize;

use super::read::no_record;
use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;
use crate::site::Site;

/// The greatest size of one file, in bytes: a scanned slip, not a film.
pub const LARGEST_ATTACHMENT: usize = 10 * 1024 * 1024;

/// An evidence file as programs and pages have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttachmentView {
    /// Number.
    pub id: i64,
    /// Name of the file.
    pub name: String,
    /// Media type as it was given.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 of the content, in hexadecimal.
    pub sha256: String,
    /// When it was added.
    pub at: String,
    /// Who added it.
    pub by: String,
    /// Why.
    pub reason: String,
}

impl Site {
    /// Adds a file to a record that the caller may write.
    pub fn attach(
        &self,
        caller: &Caller,
        (form, key): (&str, &str),
        file: NewFile<'_>,
        reason: &str,
        now: Timestamp,
    ) -> Result<AttachmentView, Problem> {
        let form = self.form(form)?;
        let key = self.key(form, key)?;
        file.check()?;
        let NewFile { name, media_type, content } = file;
        let file = NewAttachment { name, media_type, content };
        let attached = self.store().attach(caller, form, &key, file, now, reason);
        match attached {
            Ok(attachment) => Ok(attachment.into()),
            Err(StoreError::NoRecord { .. }) => Err(no_record(form, &key)),
            Err(error) => Err(store_problem(error)),
        }
    }

    /// Lists the files of a record, oldest first.
    pub fn attachments(
        &self,
        caller: &Caller,
        form: &str,
        key: &str,
    ) -> Result<Vec<AttachmentView>, Problem> {
        let form = self.form(form)?;
        let key = self.key(form, key)?;
        let files = self.store().attachments(caller, form, &key).map_err(store_problem)?;
        Ok(files.into_iter().map(AttachmentView::from).collect())
    }

    /// Returns one file of a record with its content.
    pub fn attachment(
        &self,
        caller: &Caller,
        form: &str,
        key: &str,
        id: i64,
    ) -> Result<(AttachmentView, Vec<u8>), Problem> {
        let form = self.form(form)?;
        let key = self.key(form, key)?;
        let found = self.store().attachment(caller, form, &key, id).map_err(store_problem)?;
        let (file, content) = found.ok_or_else(|| no_file(id))?;
        Ok((file.into(), content))
    }
}

/// A file on its way.
#[derive(Debug, Clone, Copy)]
pub struct NewFile<'a> {
    /// Name.
    pub name: &'a str,
    /// Media type.
    pub media_type: &'a str,
    /// Content.
    pub content: &'a [u8],
}

impl NewFile<'_> {
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let wrong = |vi: &str, en: &str| Err(Problem::new(ProblemKind::BadInput, "J132", vi, en));
        if self.content.is_empty() {
            return wrong("Tệp rỗng", "the file is empty");
        }
        if self.content.len() > LARGEST_ATTACHMENT {
            return wrong("Tệp lớn quá 10 MB", "the file is larger than 10 MB");
        }
        let name = self.name.trim();
        let odd = |ch: char| ch.is_control() || matches!(ch, '/' | '\\');
        if name.is_empty() || name.chars().count() > 200 || name.contains(odd) {
            return wrong(
                "Tên tệp phải có từ 1 đến 200 ký tự, không có dấu gạch chéo",
                "the name of the file must have 1 to 200 characters and no slash",
            );
        }
        Ok(())
    }
}

pub(crate) fn no_file(id: i64) -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        "J131",
        format!("Bản ghi này không có tệp {id}"),
        format!("the record has no file {id}"),
    )
}

impl From<Attachment> for AttachmentView {
    fn from(file: Attachment) -> Self {
        Self {
            id: file.id,
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            sha256: file.sha256,
            at: file.at.to_string(),
            by: file.caller,
            reason: file.reason,
        }
    }
}
