//! Whether somebody may do something: the question as the doors take it.

use bieumau_model::access::{Action, Area, Decision, Target, decide};
use bieumau_model::scope::Caller;
use jiff::Timestamp;
use serde::Deserialize;

use crate::init::vietnam_day;
use crate::problem::{Problem, ProblemKind};
use crate::site::Site;

/// May the caller do this?
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Word of the action, such as `write`.
    pub action: String,
    /// Word of the kind of records, such as `teaching`.
    pub area: String,
    /// School.
    pub school: Option<String>,
    /// School year of the class.
    pub year: Option<i64>,
    /// Class.
    pub class: Option<String>,
    /// Subject.
    pub subject: Option<String>,
}

impl Site {
    /// Decides a question, with the reasons.
    pub fn may(
        &self,
        caller: &Caller,
        question: &Question,
        now: Timestamp,
    ) -> Result<Decision, Problem> {
        let action = Action::read(&question.action);
        let area = Area::read(&question.area);
        let (Some(action), Some(area)) = (action, area) else {
            let actions = Action::ALL.map(Action::word).join(", ");
            let areas = Area::ALL.map(Area::word).join(", ");
            return Err(Problem::new(
                ProblemKind::BadInput,
                "J163",
                "Không rõ việc hay loại dữ liệu được hỏi",
                "the action or the kind of records is not known",
            )
            .help(
                format!("Việc: {actions}. Loại dữ liệu: {areas}"),
                format!("actions: {actions}; kinds of records: {areas}"),
            ));
        };
        let target = Target {
            area,
            school: question.school.clone(),
            classes: question
                .class
                .clone()
                .map(|class| question.year.map(|year| (year, class)).into_iter().collect()),
            subject: question.subject.clone(),
        };
        Ok(decide(caller, action, &target, vietnam_day(now)))
    }
}
