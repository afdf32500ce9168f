//! What may be done, beside reading and writing records.

use crate::text::Text;

/// Something that a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Action {
    /// See records.
    Read,
    /// Add, change, retire or restore records.
    Write,
    /// Take records out as a file.
    Export,
    /// Announce, lift and except from locks.
    Lock,
    /// Ask for a correction.
    RequestCorrection,
    /// Give the opinion of the subject group on a correction.
    AdviseCorrection,
    /// Approve or reject a correction.
    ApproveCorrection,
    /// Carry out an approved correction.
    ApplyCorrection,
    /// Confirm what one has entered.
    SignOff,
    /// Approve what others have confirmed.
    ApproveSignOff,
    /// Make and disable accounts, grant and end rights.
    ManageAccounts,
    /// Read the audit and make inspection bundles.
    ReadAudit,
    /// Change what the site is.
    Configure,
}

impl Action {
    /// Every action, in the order of tables.
    pub const ALL: [Self; 13] = [
        Self::Read,
        Self::Write,
        Self::Export,
        Self::Lock,
        Self::RequestCorrection,
        Self::AdviseCorrection,
        Self::ApproveCorrection,
        Self::ApplyCorrection,
        Self::SignOff,
        Self::ApproveSignOff,
        Self::ManageAccounts,
        Self::ReadAudit,
        Self::Configure,
    ];

    /// Returns the word in files and addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Export => "export",
            Self::Lock => "lock",
            Self::RequestCorrection => "request_correction",
            Self::AdviseCorrection => "advise_correction",
            Self::ApproveCorrection => "approve_correction",
            Self::ApplyCorrection => "apply_correction",
            Self::SignOff => "sign_off",
            Self::ApproveSignOff => "approve_sign_off",
            Self::ManageAccounts => "manage_accounts",
            Self::ReadAudit => "read_audit",
            Self::Configure => "configure",
        }
    }

    /// Reads the word of an action.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.word() == word)
    }

    /// Returns the verb that sentences use.
    pub fn title(self) -> Text {
        let (vi, en) = match self {
            Self::Read => ("xem", "see"),
            Self::Write => ("ghi", "change"),
            Self::Export => ("xuất", "export"),
            Self::Lock => ("khóa và mở khóa", "lock and unlock"),
            Self::RequestCorrection => ("đề nghị sửa", "ask for a correction of"),
            Self::AdviseCorrection => ("cho ý kiến về việc sửa", "advise on a correction of"),
            Self::ApproveCorrection => ("duyệt việc sửa", "approve a correction of"),
            Self::ApplyCorrection => ("thực hiện việc sửa đã duyệt", "carry out a correction of"),
            Self::SignOff => ("xác nhận", "sign off"),
            Self::ApproveSignOff => ("duyệt xác nhận", "approve the sign-off of"),
            Self::ManageAccounts => ("quản lý tài khoản và quyền", "manage accounts and rights of"),
            Self::ReadAudit => ("xem nhật ký", "read the audit of"),
            Self::Configure => ("cấu hình", "configure"),
        };
        Text::both(vi, en)
    }
}

/// A set of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actions(u16);

impl Actions {
    /// None of them.
    pub const fn none() -> Self {
        Self(0)
    }

    /// All of them.
    pub const fn all() -> Self {
        Self::of(&Action::ALL)
    }

    /// Those that are named.
    pub const fn of(actions: &[Action]) -> Self {
        let mut bits = 0;
        let mut at = 0;
        while at < actions.len() {
            bits |= 1 << actions[at] as u16;
            at += 1;
        }
        Self(bits)
    }

    /// Returns whether `action` is among them.
    pub const fn has(self, action: Action) -> bool {
        self.0 & (1 << action as u16) != 0
    }

    /// Returns those that are in both.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns all but `action`.
    pub const fn without(self, action: Action) -> Self {
        Self(self.0 & !(1 << action as u16))
    }

    /// Returns those that are in one of them.
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Lists them in the order of tables.
    pub fn list(self) -> Vec<Action> {
        Action::ALL.into_iter().filter(|action| self.has(*action)).collect()
    }
}
