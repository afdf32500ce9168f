//! What can go wrong in the store, and how a person reads it.

use std::path::PathBuf;

use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::text::Text;
use rusqlite::ErrorCode;

use crate::codes;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file could not be opened or made.
    #[error("the store {path} could not be opened")]
    Open {
        /// File.
        path: PathBuf,
        /// Cause.
        #[source]
        source: rusqlite::Error,
    },
    /// The file exists already, or does not exist.
    #[error("the store {path} {}", if *.exists { "exists already" } else { "does not exist" })]
    Place {
        /// File.
        path: PathBuf,
        /// Whether it exists, against expectation.
        exists: bool,
    },
    /// The file is something else.
    #[error("{path} is not a store")]
    NotAStore {
        /// File.
        path: PathBuf,
    },
    /// A newer program made the file.
    #[error("{path} belongs to a newer version (layout {found}, known up to {known})")]
    Newer {
        /// File.
        path: PathBuf,
        /// Layout of the file.
        found: i64,
        /// Newest layout known here.
        known: i64,
    },
    /// Somebody else writes, and did not finish in time.
    #[error("the store is busy")]
    Busy,
    /// SQLite failed.
    #[error("the store failed")]
    Engine(#[source] rusqlite::Error),
    /// The store holds something that it should not.
    #[error("the store holds a value that it should not: {0}")]
    Inconsistent(String),
    /// The form's table does not follow its definition.
    #[error("the table of form `{form}` does not follow its definition; migrate first")]
    NotMigrated {
        /// Form.
        form: String,
    },
    /// A migration would lose data.
    #[error("the migration would lose data: {} findings", .0.len())]
    Migration(Diagnostics),
    /// Records are not right; nothing was written.
    #[error("the records have {} findings", .0.len())]
    Records(Vec<RecordFinding>),
    /// An earlier table of the same loading had findings, so nothing of it is kept.
    #[error("an earlier table of this loading had findings")]
    LoadingFailed,
    /// There is no such record, or the caller may not see it.
    #[error("form `{form}` has no record {key}")]
    NoRecord {
        /// Form.
        form: String,
        /// Key, as it is shown.
        key: String,
    },
    /// Somebody else has changed the record since it was read.
    #[error("record {key} of `{form}` has revision {found}, not {expected}")]
    Stale {
        /// Form.
        form: String,
        /// Key, as it is shown.
        key: String,
        /// Revision that the caller knew.
        expected: i64,
        /// Revision in the store.
        found: i64,
    },
    /// A dataset is not one that may be run.
    #[error("the dataset has {} findings", .0.len())]
    Dataset(Diagnostics),
    /// A query took too long.
    #[error("`{dataset}` took more than {limit_ms} ms")]
    OutOfTime {
        /// Dataset or form.
        dataset: String,
        /// Limit.
        limit_ms: u64,
    },
    /// A query gave too many rows.
    #[error("`{dataset}` gives more than {limit} rows")]
    TooManyRows {
        /// Dataset or form.
        dataset: String,
        /// Limit.
        limit: usize,
    },
    /// A query gave too much data.
    #[error("`{dataset}` gives more than {limit} bytes")]
    TooManyBytes {
        /// Dataset or form.
        dataset: String,
        /// Limit.
        limit: usize,
    },
    /// A query gave a value that is not of the column's type.
    #[error("`{dataset}`, column `{column}`, row {row}: {found} is not {expected}")]
    ValueType {
        /// Dataset.
        dataset: String,
        /// Column.
        column: String,
        /// 1-based row.
        row: usize,
        /// What was found.
        found: String,
        /// Type that was declared.
        expected: String,
    },
    /// SQLite refused a statement that reached for more than its views.
    #[error("`{dataset}` reaches for more than it may see")]
    Forbidden {
        /// Dataset.
        dataset: String,
    },
}

/// A finding about one row of a table that was to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFinding {
    /// 0-based row; `None` when the whole table is meant.
    pub row: Option<usize>,
    /// Column; `None` when the whole row is meant.
    pub column: Option<String>,
    /// What is wrong; its sentence names row and column too.
    pub diagnostic: Diagnostic,
}

impl StoreError {
    /// Returns the error as findings for a person.
    pub fn diagnostics(&self) -> Diagnostics {
        match self {
            Self::Migration(findings) | Self::Dataset(findings) => findings.clone(),
            Self::Records(findings) => {
                let mut all = Diagnostics::default();
                findings.iter().for_each(|finding| all.push(finding.diagnostic.clone()));
                all
            }
            other => other.diagnostic().into(),
        }
    }

    fn diagnostic(&self) -> Diagnostic {
        let (code, vi) = match self {
            Self::Open { path, source } => (
                codes::STORE_OPEN,
                format!("không mở được kho dữ liệu {}: {source}", path.display()),
            ),
            Self::Place { path, exists: true } => {
                (codes::STORE_OPEN, format!("kho dữ liệu {} đã có", path.display()))
            }
            Self::Place { path, exists: false } => {
                (codes::STORE_OPEN, format!("không có kho dữ liệu {}", path.display()))
            }
            Self::NotAStore { path } => (
                codes::NOT_A_STORE,
                format!("{} không phải kho dữ liệu của chương trình", path.display()),
            ),
            Self::Newer { path, found, known } => (
                codes::NEWER_STORE,
                format!(
                    "{} do phiên bản mới hơn tạo (bố cục {found}, chương trình này biết đến {known})",
                    path.display()
                ),
            ),
            Self::Busy => (codes::STORE_BUSY, "kho dữ liệu đang bận, xin thử lại".to_owned()),
            Self::Engine(source) => (codes::STORE_FAILED, format!("kho dữ liệu gặp lỗi: {source}")),
            Self::Inconsistent(what) => {
                (codes::STORE_FAILED, format!("kho dữ liệu có giá trị không hợp lệ: {what}"))
            }
            Self::NotMigrated { form } => {
                (codes::NOT_MIGRATED, format!("bảng của biểu mẫu `{form}` chưa theo định nghĩa"))
            }
            Self::LoadingFailed => (
                codes::STORE_FAILED,
                "một bảng trước đó trong cùng lần nạp có lỗi nên không ghi gì".to_owned(),
            ),
            Self::NoRecord { form, key } => {
                (codes::RECORD_MISSING, format!("biểu mẫu `{form}` không có bản ghi {key}"))
            }
            Self::Stale { form, key, .. } => (
                codes::REVISION_STALE,
                format!("bản ghi {key} của `{form}` đã được người khác sửa, xin mở lại"),
            ),
            Self::OutOfTime { dataset, limit_ms } => {
                (codes::READ_TIME, format!("đọc `{dataset}` quá {limit_ms} ms nên đã dừng"))
            }
            Self::TooManyRows { dataset, limit } => {
                (codes::READ_ROWS, format!("`{dataset}` có hơn {limit} dòng"))
            }
            Self::TooManyBytes { dataset, limit } => {
                (codes::READ_BYTES, format!("`{dataset}` có hơn {limit} byte dữ liệu"))
            }
            Self::ValueType { dataset, column, row, found, expected } => (
                codes::READ_TYPE,
                format!("`{dataset}`, cột `{column}`, dòng {row}: {found} không phải {expected}"),
            ),
            Self::Forbidden { dataset } => {
                (codes::SQL_REFUSED, format!("`{dataset}` đọc quá phạm vi được phép"))
            }
            Self::Migration(_) | Self::Records(_) | Self::Dataset(_) => {
                (codes::STORE_FAILED, "dữ liệu có lỗi".to_owned())
            }
        };
        let en = match self {
            Self::Open { source, .. } | Self::Engine(source) => format!("{self}: {source}"),
            _ => self.to_string(),
        };
        Diagnostic::error(code, Text::both(vi, en))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(source: rusqlite::Error) -> Self {
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            _ => Self::Engine(source),
        }
    }
}
