//! What a refusal says: which lock, why, by whom, until when, and how to ask.

use jiff::Timestamp;

use super::{Fault, Lock, LockName, Refusal};
use crate::diagnostic::Diagnostic;
use crate::format::date_short;
use crate::text::Text;

/// Code of every finding that a lock makes.
pub(super) const LOCKED: &str = "J200";

/// Writes a moment as people in Vietnam read it: `17:00 ngày 08/06/2023`.
pub fn moment(at: Timestamp) -> String {
    let local = jiff::tz::Offset::constant(7).to_datetime(at);
    format!("{:02}:{:02} ngày {}", local.hour(), local.minute(), date_short(local.date()))
}

fn moment_in_english(at: Timestamp) -> String {
    let local = jiff::tz::Offset::constant(7).to_datetime(at);
    format!("{:02}:{:02} on {}", local.hour(), local.minute(), local.date())
}

impl Lock {
    /// Names the lock for a sentence: `khóa số 3 (Thông báo số 12/TB-THCS)`.
    pub fn title(&self) -> Text {
        match &self.name {
            LockName::Number(number) => Text::both(
                format!("khóa số {number} ({})", self.order_number),
                format!("lock {number} ({})", self.order_number),
            ),
            LockName::Automatic(_) => Text::both(
                format!("khóa tự động ({})", self.order_number),
                format!("the automatic lock ({})", self.order_number),
            ),
        }
    }
}

impl Refusal<'_> {
    /// Makes the finding; `what` names the cells, such as `ĐĐGck`.
    pub fn diagnostic(&self, what: &Text) -> Diagnostic {
        use crate::text::Locale::{En, Vi};
        let Lock { reason, decided_by, author, ends_at, .. } = self.lock;
        let (until_vi, until_en) = match ends_at {
            Some(end) => {
                (format!("đến {}", moment(*end)), format!("until {}", moment_in_english(*end)))
            }
            None => ("cho đến khi được mở".to_owned(), "until it is opened".to_owned()),
        };
        let (by_vi, by_en) = if decided_by == author {
            (author.clone(), author.clone())
        } else {
            (
                format!("{decided_by} quyết định, {author} thực hiện"),
                format!("decided by {decided_by}, carried out by {author}"),
            )
        };
        let title = self.lock.title();
        Diagnostic::error(
            LOCKED,
            Text::both(
                format!(
                    "{}: đang khóa theo {}; lý do: {reason}; {by_vi}; {until_vi}",
                    what.get(Vi),
                    title.get(Vi)
                ),
                format!(
                    "{}: locked by {}; reason: {reason}; {by_en}; {until_en}",
                    what.get(En),
                    title.get(En)
                ),
            ),
        )
        .help(how_to_ask(self))
    }
}

/// How to ask in spite of a lock: a slip for what is entered already, an exception for the rest.
fn how_to_ask(refusal: &Refusal<'_>) -> Text {
    match &refusal.lock.name {
        LockName::Number(number) => Text::both(
            format!(
                "Để sửa, lập phiếu đề nghị sửa điểm kèm minh chứng (mục Sửa điểm); để nhập tiếp, đề nghị \
                 Hiệu trưởng cho phép ngoại lệ có thời hạn của khóa số {number} (mục Khóa sổ)"
            ),
            format!(
                "to change it, send a correction slip with evidence (Corrections); to go on entering, ask \
                 the principal for an exception to lock {number} (Locks)"
            ),
        ),
        LockName::Automatic(_) => Text::both(
            "Đề nghị Hiệu trưởng cho phép ngoại lệ có thời hạn (mục Khóa sổ, khóa tự động)",
            "ask the principal for an exception that expires (Locks, automatic lock)",
        ),
    }
}

impl Fault {
    /// The sentence for a person.
    pub fn sentence(&self) -> Text {
        match self {
            Self::Missing("reason") => Text::both("Chưa ghi lý do", "the reason is missing"),
            Self::Missing("order_number") => Text::both(
                "Chưa ghi số quyết định hoặc thông báo",
                "the number of the decision or announcement is missing",
            ),
            Self::Missing("evidence") => {
                Text::both("Chưa ghi minh chứng", "the evidence is missing")
            }
            Self::Missing("decided_by") => Text::both(
                "Chưa ghi người quyết định (Hiệu trưởng)",
                "who decided it (the principal) is missing",
            ),
            Self::Missing(field) => {
                Text::both(format!("Chưa ghi `{field}`"), format!("`{field}` is missing"))
            }
            Self::EndsBeforeStart => Text::both(
                "Thời điểm kết thúc phải sau thời điểm bắt đầu",
                "the end must come after the start",
            ),
            Self::WiderThanLock => Text::both(
                "Ngoại lệ phải nằm trong phạm vi của khóa",
                "the exception must lie inside the lock",
            ),
            Self::ForEveryone => Text::both(
                "Ngoại lệ phải dành cho một người, không dành cho mọi người",
                "an exception is for one person, never for everyone",
            ),
            Self::TooLong(days) => Text::both(
                format!("Ngoại lệ không được dài quá {days} ngày"),
                format!("an exception may hold for at most {days} days"),
            ),
        }
    }
}
