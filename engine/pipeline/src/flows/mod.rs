//! The flows that keep records trustworthy: locks, corrections, sign-offs, reviews, approvals, and the
//! register of issued documents.
//!
//! What may happen next is decided in `model` (`lock`, `correction`, `sign_off`, `review`); here it
//! is looked up, asked and written. `guard` stands in the way of every write.

mod papers;
mod policy;
mod who;

mod books;
mod dry_run;
mod guard;
mod locks;

mod approvals;
mod corrections;
mod issued;
mod periods;
mod review_detail;
mod reviews;
mod sheet;
mod sign_offs;
mod stale;

pub use approvals::{FormUpdates, LateUpdate, MonthView};
pub use corrections::{
    Applied, CorrectionView, LineView, MOST_FILES, NewCorrection, NewLine, Said, SlipKey,
};
pub use dry_run::{DryRun, Hit};
pub use issued::{EndView, IssueProof, IssueState, IssuedDocument, IssuedView, PublicIssue};
pub use locks::{ExceptionView, LockView, NewException, NewLock, Part};
pub use review_detail::{Charge, ReviewDetail, Reviewed};
pub use reviews::{NewEntry, NewReview, Person, ReviewKey, ReviewView};
pub use sheet::{Choosable, Sheet, SheetQuery, SheetRow};
pub use sign_offs::{BookKey, BookView, PartView};
pub use stale::StaleDocument;

pub(crate) use guard::{Memory, guard, refused_cells};
pub(crate) use papers::KEPT_FORMS;
