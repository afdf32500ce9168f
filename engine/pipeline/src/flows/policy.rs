//! What the province asks of locks and corrections, as the flows need it. The values come from the
//! `policy` of plugins; where no plugin says anything, the national custom holds.

use bieumau_model::correction::{Rules, Step, StepAct, Window};
use bieumau_model::definition::Policy;
use bieumau_model::definition::policy::Actor;
use bieumau_model::lock::Closing;
use jiff::ToSpan;

use super::papers::{rows, text};
use crate::problem::Problem;
use crate::site::Site;

impl Site {
    /// Returns the policy for a school in a school year.
    pub(crate) fn school_policy(&self, school: &str, year: i64) -> Result<Policy, Problem> {
        let table = self.papers("school", &[("school", text(school))])?;
        let row = rows(&table).next();
        let province = row.and_then(|row| row.maybe("province"));
        let level = row.and_then(|row| row.maybe("level"));
        let year = i16::try_from(year).unwrap_or(i16::MAX);
        let plugins = self.catalog().plugins.values();
        Ok(Policy::of(plugins, province.as_deref(), level.as_deref(), year))
    }

    /// Returns who is heard, who approves and applies corrections, and when slips may be sent.
    pub(crate) fn correction_rules(&self, school: &str, year: i64) -> Result<Rules, Problem> {
        let policy = self.school_policy(school, year)?;
        Ok(rules_of(&policy))
    }

    /// Returns the rule on absences, when a plugin of the province has one.
    pub(crate) fn attendance_closing(
        &self,
        school: &str,
        year: i64,
    ) -> Result<Option<Closing>, Problem> {
        let policy = self.school_policy(school, year)?;
        let days = &policy.attendance.close_days;
        if days.basis.plugin.is_empty() {
            return Ok(None);
        }
        let author = self.catalog().plugins.get(&days.basis.plugin);
        let author = author.map_or(days.basis.plugin.clone(), |plugin| {
            plugin.title.get(bieumau_model::text::Locale::Vi).to_owned()
        });
        Ok(Some(Closing { close_days: days.value, source: days.basis.source.clone(), author }))
    }
}

/// Turns the policy into the chain: the head of the subject group is heard before the first
/// approval, whether or not the province names them.
fn rules_of(policy: &Policy) -> Rules {
    let correction = &policy.correction;
    let word = |actor: &Actor| actor.as_str().to_owned();
    let mut chain: Vec<Step> = correction
        .approval_chain
        .iter()
        .map(|actor| match actor {
            Actor::SubjectGroupHead => Step { roles: vec![word(actor)], act: StepAct::Opinion },
            // The principal may do what the vice-principal is charged with.
            Actor::VicePrincipal => {
                Step { roles: vec![word(actor), "principal".to_owned()], act: StepAct::Approval }
            }
            _ => Step { roles: vec![word(actor)], act: StepAct::Approval },
        })
        .collect();
    if !chain.iter().any(|step| step.act == StepAct::Opinion) {
        let roles = vec!["subject_group_head".to_owned()];
        chain.insert(0, Step { roles, act: StepAct::Opinion });
    }
    let days = i64::from(correction.window_days.value);
    let windows = correction
        .windows
        .iter()
        .filter_map(|point| {
            let (from, to) = policy.school_calendar.points.get(point)?.value;
            let to = to.checked_add(days.days()).unwrap_or(to);
            Some(Window { title: point.title(), from, to })
        })
        .collect();
    let basis = &correction.approval_chain.basis;
    Rules {
        chain,
        appliers: correction.carried_out_by.iter().map(word).collect(),
        windows,
        source: Some(basis.source.clone()).filter(|source| !source.is_empty()),
    }
}
