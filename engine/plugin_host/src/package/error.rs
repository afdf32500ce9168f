//! What can be wrong with a package, with the facts; and the same as a finding for a person.

use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::text::Text;

/// A few words in Vietnamese and English.
pub type Said = (&'static str, &'static str);

/// Why bytes are not a package, or not one that somebody vouches for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// Something else altogether.
    #[error("it is not a plugin package; `bieumau plugin pack` makes one")]
    NoPackage,
    /// The archive cannot be read.
    #[error("the package is damaged: {what}")]
    Damaged {
        /// What is wrong.
        what: String,
    },
    /// A path that a package may not have.
    #[error("the package has a file `{path}`: {}", .why.1)]
    Path {
        /// The path.
        path: String,
        /// Why not, in Vietnamese and English.
        why: Said,
    },
    /// Two entries have one name.
    #[error("the package has two files of one name")]
    Repeated,
    /// A symbolic link.
    #[error("`{path}` is a link; a package holds files only")]
    Link {
        /// The path.
        path: String,
    },
    /// One of the counts is above its limit.
    #[error("the package has {found} {}, more than {limit}", .what.1)]
    TooMany {
        /// What was counted, in Vietnamese and English.
        what: Said,
        /// How many there are, as far as it was counted.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// There is no list of files.
    #[error("the package has no `manifest.sha256`")]
    NoList,
    /// There is no manifest.
    #[error("the package has no `plugin.yaml`")]
    NoManifest,
    /// A file that the list does not tell.
    #[error("`{path}` is not in the package's list of files")]
    Unlisted {
        /// The path.
        path: String,
    },
    /// A file of the list that is not there.
    #[error("`{path}` is in the package's list of files, but not in the package")]
    MissingFile {
        /// The path.
        path: String,
    },
    /// A file that is not the one of the list.
    #[error("`{path}` is not the file that the package's list tells: its SHA-256 differs")]
    WrongHash {
        /// The path.
        path: String,
    },
    /// Nobody signed it.
    #[error("the package is not signed")]
    NoSignature,
    /// The signature cannot be read.
    #[error("the signature cannot be read: {what}")]
    BadSignature {
        /// What is wrong.
        what: String,
    },
    /// The signature is not that of the key over this list.
    #[error("the signature is not that of key {key} over this package")]
    WrongSignature {
        /// Id of the key.
        key: String,
    },
    /// A key cannot be read or used.
    #[error("the key cannot be used: {what}")]
    Key {
        /// What is wrong.
        what: String,
    },
}

impl PackageError {
    /// Returns the stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoPackage | Self::Damaged { .. } | Self::NoManifest => "L010",
            Self::Path { .. } | Self::Repeated | Self::Link { .. } => "L011",
            Self::TooMany { .. } => "L012",
            Self::NoList
            | Self::Unlisted { .. }
            | Self::MissingFile { .. }
            | Self::WrongHash { .. } => "L013",
            Self::NoSignature => "L014",
            Self::BadSignature { .. } | Self::WrongSignature { .. } => "L015",
            Self::Key { .. } => "L016",
        }
    }

    /// Returns the error as a finding, for a person.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::error(self.code(), Text::both(self.vietnamese(), self.to_string()))
            .help(self.help())
    }

    fn vietnamese(&self) -> String {
        match self {
            Self::NoPackage => {
                "tệp không phải gói plugin; `bieumau plugin pack` sẽ tạo gói".to_owned()
            }
            Self::Damaged { what } => format!("gói bị hỏng: {what}"),
            Self::Path { path, why } => format!("gói có tệp `{path}` không được phép: {}", why.0),
            Self::Repeated => "gói có hai tệp trùng tên".to_owned(),
            Self::Link { path } => format!("`{path}` là liên kết; gói chỉ được chứa tệp"),
            Self::TooMany { what, found, limit } => {
                format!("gói có {found} {}, giới hạn {limit}", what.0)
            }
            Self::NoList => "gói thiếu `manifest.sha256`".to_owned(),
            Self::NoManifest => "gói thiếu `plugin.yaml`".to_owned(),
            Self::Unlisted { path } => format!("`{path}` không có trong danh sách tệp của gói"),
            Self::MissingFile { path } => {
                format!("`{path}` có trong danh sách tệp nhưng không có trong gói")
            }
            Self::WrongHash { path } => {
                format!("`{path}` không đúng với danh sách tệp của gói: SHA-256 khác")
            }
            Self::NoSignature => "gói chưa được ký".to_owned(),
            Self::BadSignature { what } => format!("không đọc được chữ ký: {what}"),
            Self::WrongSignature { key } => {
                format!("chữ ký không phải của khóa {key} cho gói này")
            }
            Self::Key { what } => format!("không dùng được khóa: {what}"),
        }
    }

    fn help(&self) -> Text {
        match self {
            Self::NoSignature => Text::both(
                "tác giả ký bằng `bieumau plugin sign GÓI --key KHÓA`",
                "its author signs it with `bieumau plugin sign PACKAGE --key KEY`",
            ),
            Self::BadSignature { .. } | Self::WrongSignature { .. } => Text::both(
                "gói đã bị sửa sau khi ký, hoặc không do người này ký; đừng dùng, hãy hỏi nơi cấp gói",
                "the package was changed after it was signed, or somebody else signed it; do not use it, ask where it came from",
            ),
            Self::Key { .. } => Text::both(
                "tạo khóa bằng `bieumau plugin key new` hoặc `minisign -G`",
                "make a key with `bieumau plugin key new` or `minisign -G`",
            ),
            _ => Text::both(
                "tải lại gói, hoặc đóng gói lại bằng `bieumau plugin pack`",
                "fetch the package again, or pack it anew with `bieumau plugin pack`",
            ),
        }
    }
}

/// Words for what is counted.
pub(super) const BYTES: Said = ("byte", "bytes");
pub(super) const UNPACKED_BYTES: Said = ("byte khi giải nén", "bytes when unpacked");
pub(super) const FILES: Said = ("tệp", "files");
pub(super) const PATH_LETTERS: Said = ("ký tự trong một đường dẫn", "characters in a path");

/// Refuses a count above its limit.
pub(super) fn at_most(what: Said, found: usize, limit: usize) -> Result<(), PackageError> {
    if found > limit {
        return Err(PackageError::TooMany { what, found, limit });
    }
    Ok(())
}
