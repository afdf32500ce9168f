//! Corrections: a slip with evidence, an opinion, an approval, and the clerk who applies it.

mod cells;
mod course;
mod evidence;
mod request;
mod view;

pub use course::Applied;
pub use evidence::MOST_FILES;
pub use request::{NewCorrection, NewLine};
pub use view::{CorrectionView, LineView, Said};

use bieumau_model::correction::{Refused, Slip, State};
use bieumau_model::definition::Form;
use bieumau_model::table::Value;
use bieumau_model::text::Locale;
use bieumau_store::Record;

use super::papers::{Row, text};
use super::who::{Place, role_title};
use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;
use crate::site::Site;
use bieumau_model::scope::Caller;

/// The key of a slip: school, school year, number.
pub type SlipKey<'a> = (&'a str, i64, i64);

impl Site {
    /// Reads a record as it is, whoever asks.
    pub(crate) fn record_for(&self, form: &Form, key: &[Value]) -> Result<Option<Record>, Problem> {
        self.store().record(&Caller::Operator, form, key).map_err(store_problem)
    }

    /// Returns the form when its records can be corrected by a slip: it has fields that locks reach.
    fn correctable(&self, id: &str) -> Result<&Form, Problem> {
        let form = self.catalog().forms.get(id);
        form.filter(|form| form.fields().any(|field| field.lock.is_some())).ok_or_else(|| {
            Problem::new(
                ProblemKind::BadInput,
                "J223",
                format!("Biểu mẫu `{id}` không sửa bằng phiếu"),
                format!("records of `{id}` are not corrected by slips"),
            )
            .at("/form")
        })
    }
}

fn school_of(key: SlipKey<'_>) -> Place<'_> {
    Place { school: key.0, ..Place::default() }
}

fn slip_key((school, year, number): SlipKey<'_>) -> [Value; 3] {
    [text(school), Value::Integer(year), Value::Integer(number)]
}

fn slip_of(row: Row<'_>) -> Slip {
    Slip {
        requested_by: row.text("requested_by"),
        state: State::read(&row.text("state")).unwrap_or(State::Waiting),
        step: row.number("step").and_then(|step| usize::try_from(step).ok()).unwrap_or(0),
    }
}

fn no_slip(wanted: i64) -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        "J231",
        format!("Không có phiếu sửa điểm số {wanted}"),
        format!("there is no correction slip {wanted}"),
    )
}

pub(crate) fn refused_problem(refused: &Refused) -> Problem {
    let (title, help) = refused.sentence(role_title);
    let (kind, code) = match refused {
        Refused::OwnRequest => (ProblemKind::Forbidden, "J232"),
        Refused::NotYours { .. } => (ProblemKind::Forbidden, "J233"),
        Refused::WrongState { .. } | Refused::OtherStep { .. } => (ProblemKind::Conflict, "J234"),
        Refused::CommentMissing => (ProblemKind::BadInput, "J235"),
        Refused::OutsideWindow { .. } => (ProblemKind::Conflict, "J236"),
    };
    let problem = Problem::new(kind, code, title.get(Locale::Vi), title.get(Locale::En));
    match help {
        Some(help) => Problem { help: Some(help), ..problem },
        None => problem,
    }
}
