//! The roles of a school and of the offices above it, and what each may do.
//!
//! One table for everybody; the rights matrix of the tests says the same in a file, cell by cell.
//! Duties follow the plans and letters that schools issue for their electronic books: teachers
//! enter, the office keeps, the principal approves and locks, and nobody who corrects also
//! approves.

use super::{Action, Actions, Area, Areas};
use crate::text::Text;

/// What somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Keeps accounts, structure and common records; enters no marks.
    Administrator,
    /// Leads a school.
    Principal,
    /// Leads a school with the principal.
    VicePrincipal,
    /// Keeps the records of a school and carries out approved corrections.
    Clerk,
    /// Leads the teachers of some subjects of a school.
    SubjectGroupHead,
    /// Has a class.
    ClassTeacher,
    /// Teaches a subject to a class.
    SubjectTeacher,
    /// Works in the department of a province.
    ProvincialOfficer,
    /// Works in the office of a commune.
    CommuneOfficer,
    /// Reads everything and never changes anything.
    Auditor,
}

/// What a role may do within its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    /// Which kinds of records it sees.
    pub reads: Areas,
    /// Which of them it changes.
    pub writes: Areas,
    /// What else it may do.
    pub may: Actions,
}

impl Role {
    /// Every role, in the order of tables.
    pub const ALL: [Self; 10] = [
        Self::Administrator,
        Self::Principal,
        Self::VicePrincipal,
        Self::Clerk,
        Self::SubjectGroupHead,
        Self::ClassTeacher,
        Self::SubjectTeacher,
        Self::ProvincialOfficer,
        Self::CommuneOfficer,
        Self::Auditor,
    ];

    /// Returns what the role may do.
    pub const fn rights(self) -> Rights {
        use Action as Do;
        use Area::{
            Admission, Flow, Homeroom, Office, Organisation, Pupils, School, Site, Staff, Teaching,
        };
        let (reads, writes, may): (Areas, &[Area], &[Action]) = match self {
            Self::Administrator => (
                Areas::all(),
                &[Site, School, Organisation, Staff],
                &[Do::ManageAccounts, Do::ReadAudit, Do::Export, Do::Configure],
            ),
            Self::Principal => (
                Areas::all(),
                &[School, Organisation, Staff, Pupils, Admission, Office],
                &[
                    Do::Export,
                    Do::Lock,
                    Do::ApproveCorrection,
                    Do::ApproveSignOff,
                    Do::ManageAccounts,
                    Do::ReadAudit,
                ],
            ),
            Self::VicePrincipal => (
                Areas::all(),
                &[Organisation, Staff, Pupils, Admission, Office],
                &[Do::Export, Do::Lock, Do::ApproveCorrection, Do::ManageAccounts, Do::ReadAudit],
            ),
            Self::Clerk => (
                Areas::all(),
                &[Staff, Pupils, Admission, Office],
                &[Do::Export, Do::ApplyCorrection],
            ),
            Self::SubjectGroupHead => (
                Areas::of(&[Site, School, Organisation, Staff, Pupils, Admission, Teaching]),
                &[],
                &[Do::AdviseCorrection],
            ),
            Self::ClassTeacher => (
                Areas::all().without(Office).without(Flow),
                &[Pupils, Homeroom],
                &[Do::Export, Do::RequestCorrection, Do::SignOff],
            ),
            Self::SubjectTeacher => (
                Areas::of(&[Site, School, Organisation, Staff, Pupils, Admission, Teaching]),
                &[Teaching],
                &[Do::Export, Do::RequestCorrection, Do::SignOff],
            ),
            Self::ProvincialOfficer | Self::CommuneOfficer => (Areas::all(), &[], &[Do::Export]),
            Self::Auditor => (Areas::all(), &[], &[Do::Export, Do::ReadAudit]),
        };
        Rights { reads, writes: Areas::of(writes), may: Actions::of(may) }
    }

    /// Returns whether whoever has this role may give `other` within their place, and manage the
    /// accounts that hold it: nobody gives more than they have.
    pub const fn may_give(self, other: Self) -> bool {
        match self {
            Self::Administrator => true,
            Self::Principal => !matches!(other, Self::ProvincialOfficer | Self::CommuneOfficer),
            Self::VicePrincipal => matches!(
                other,
                Self::Clerk | Self::SubjectGroupHead | Self::ClassTeacher | Self::SubjectTeacher
            ),
            _ => false,
        }
    }

    /// Returns the word in files, addresses and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Principal => "principal",
            Self::VicePrincipal => "vice_principal",
            Self::Clerk => "clerk",
            Self::SubjectGroupHead => "subject_group_head",
            Self::ClassTeacher => "class_teacher",
            Self::SubjectTeacher => "subject_teacher",
            Self::ProvincialOfficer => "provincial_officer",
            Self::CommuneOfficer => "commune_officer",
            Self::Auditor => "auditor",
        }
    }

    /// Reads the word of a role.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// Returns the name that people read.
    pub fn title(self) -> Text {
        let (vi, en) = match self {
            Self::Administrator => ("Quản trị hệ thống", "Administrator"),
            Self::Principal => ("Hiệu trưởng", "Principal"),
            Self::VicePrincipal => ("Phó Hiệu trưởng", "Vice-principal"),
            Self::Clerk => ("Văn thư", "Clerk"),
            Self::SubjectGroupHead => ("Tổ trưởng chuyên môn", "Subject-group head"),
            Self::ClassTeacher => ("Giáo viên chủ nhiệm", "Class teacher"),
            Self::SubjectTeacher => ("Giáo viên bộ môn", "Subject teacher"),
            Self::ProvincialOfficer => ("Cán bộ Sở GDĐT", "Provincial officer"),
            Self::CommuneOfficer => ("Cán bộ phụ trách giáo dục xã, phường", "Commune officer"),
            Self::Auditor => ("Thanh tra, kiểm tra", "Auditor"),
        };
        Text::both(vi, en)
    }
}
