//! The one place that decides, and says why.

use jiff::civil::Date;

use super::{Action, Area, Role};
use crate::scope::{Caller, Reach};
use crate::text::{Locale, Text};

/// What something is done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Kind of records.
    pub area: Area,
    /// The school; `None` for what belongs to no school.
    pub school: Option<String>,
    /// The classes it belongs to, as (school year, class): that of the record, or those in which
    /// its pupil is enrolled. `None` when it has nothing to do with classes; a record whose class
    /// is not known has an empty list.
    pub classes: Option<Vec<(i64, String)>>,
    /// The subject; `None` when it has nothing to do with subjects.
    pub subject: Option<String>,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may be done.
    pub allowed: bool,
    /// Why, as sentences.
    pub reasons: Vec<Text>,
    /// Whom to ask, when it may not.
    pub ask: Option<Text>,
}

impl Target {
    /// A kind of records of a whole school.
    pub fn school(area: Area, school: impl Into<String>) -> Self {
        Self { area, school: Some(school.into()), classes: None, subject: None }
    }

    /// What belongs to no school.
    pub fn site() -> Self {
        Self { area: Area::Site, school: None, classes: None, subject: None }
    }

    /// Adds the class that it belongs to.
    pub fn class(mut self, year: i64, class: impl Into<String>) -> Self {
        self.classes.get_or_insert_default().push((year, class.into()));
        self
    }

    /// Adds the subject.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    fn words(&self) -> Text {
        let in_words = |locale: Locale| {
            let mut words = self.area.title().get(locale).to_owned();
            let pick = |vi: &'static str, en| if locale == Locale::Vi { vi } else { en };
            if let Some(subject) = &self.subject {
                words += &format!(", {} {subject}", pick("môn", "subject"));
            }
            if let Some(classes) = self.classes.as_ref().filter(|classes| !classes.is_empty()) {
                let names: Vec<&str> = classes.iter().map(|(_, class)| class.as_str()).collect();
                words += &format!(", {} {}", pick("lớp", "class"), names.join(", "));
            }
            if let Some(school) = &self.school {
                words += &format!(", {} {school}", pick("trường", "school"));
            }
            words
        };
        Text::both(in_words(Locale::Vi), in_words(Locale::En))
    }
}

/// Decides whether `caller` may do `action` to `target` on `today`.
///
/// What one may read is what datasets show; what one may write must be read too. Whoever is
/// limited to classes or subjects sees records that have none within their schools, and does not
/// change them.
pub fn decide(caller: &Caller, action: Action, target: &Target, today: Date) -> Decision {
    let scope = match caller {
        Caller::Operator => {
            let why = Text::both(
                "người vận hành máy chủ có mọi quyền",
                "the operator of the machine may do everything",
            );
            return Decision { allowed: true, reasons: vec![why], ask: None };
        }
        Caller::User { scope, .. } => scope,
    };
    let live = scope.reaches.iter().filter(|reach| reach.until.is_none_or(|until| today <= until));
    let reasons: Vec<Text> = live
        .clone()
        .filter(|reach| reach_allows(reach, action, target))
        .map(|reach| match &reach.basis {
            Some(basis) => basis.words(),
            None => Text::both("nằm trong phạm vi được giao", "inside of the scope given"),
        })
        .collect();
    if !reasons.is_empty() {
        return Decision { allowed: true, reasons, ask: None };
    }
    if action == Action::Read && target.area == Area::Site && target.school.is_none() {
        let why = Text::both("ai cũng được xem danh mục chung", "everybody sees common records");
        return Decision { allowed: true, reasons: vec![why], ask: None };
    }
    let held: Vec<&Reach> = live.collect();
    Decision { allowed: false, reasons: refusal(action, target, &held), ask: Some(ask(action)) }
}

/// Returns whether there is anything at all on which `caller` may do `action` on `today`: for links,
/// never in the place of [`decide`].
pub fn may_somewhere(caller: &Caller, action: Action, today: Date) -> bool {
    live(caller, today).is_none_or(|mut own| own.any(|reach| reach.may.has(action)))
}

/// The same for whole schools, not only for some classes or subjects.
pub fn may_in_whole_school(caller: &Caller, action: Action, today: Date) -> bool {
    live(caller, today).is_none_or(|mut own| {
        own.any(|reach| {
            reach.may.has(action) && reach.classes.is_none() && reach.subjects.is_none()
        })
    })
}

/// The reaches that hold; `None` for the operator, who needs none.
fn live(caller: &Caller, today: Date) -> Option<impl Iterator<Item = &Reach>> {
    match caller {
        Caller::Operator => None,
        Caller::User { scope, .. } => Some(
            scope.reaches.iter().filter(move |own| own.until.is_none_or(|until| today <= until)),
        ),
    }
}

/// Returns whether one reach allows `action` on `target`.
fn reach_allows(reach: &Reach, action: Action, target: &Target) -> bool {
    let (by_area, strict) = match action {
        Action::Read => (reach.reads.has(target.area), false),
        Action::Write => {
            let both = reach.reads.and(reach.writes);
            (both.has(target.area), true)
        }
        // Who confirms or asks to correct an entry is the one who enters it.
        Action::SignOff | Action::RequestCorrection => {
            (reach.may.has(action) && reach.writes.has(target.area), true)
        }
        other => (reach.may.has(other), true),
    };
    by_area && reaches(reach, target, strict)
}

/// Returns whether `target` is within the lists of `reach`; `strict` refuses what a list says
/// nothing about.
fn reaches(reach: &Reach, target: &Target, strict: bool) -> bool {
    let Some(school) = &target.school else {
        return !strict || reach.is_everywhere();
    };
    if reach.in_schools().is_some_and(|schools| !schools.contains(&school.as_str())) {
        return false;
    }
    let class = match (&reach.classes, &target.classes) {
        (None, _) => true,
        // Whoever could enrol pupils into their classes, or give themselves a class, would decide
        // themselves whom they see.
        (Some(_), _) if strict && target.area.decides_sight() => false,
        (Some(_), None) => !strict,
        (Some(own), Some(wanted)) => wanted.iter().any(|(year, class)| {
            own.iter().any(|(in_school, in_year, name)| {
                (in_school, in_year, name) == (school, year, class)
            })
        }),
    };
    let subject = match (&reach.subjects, &target.subject) {
        (None, _) => true,
        (Some(_), None) => !strict,
        (Some(own), Some(wanted)) => own.contains(wanted),
    };
    class && subject
}

fn refusal(action: Action, target: &Target, held: &[&Reach]) -> Vec<Text> {
    let (verb, what) = (action.title(), target.words());
    let mut reasons = vec![Text::both(
        format!("không có quyền {} {}", verb.get(Locale::Vi), what.get(Locale::Vi)),
        format!("you may not {} {}", verb.get(Locale::En), what.get(Locale::En)),
    )];
    let bases: Vec<Text> =
        held.iter().filter_map(|reach| Some(reach.basis.as_ref()?.words())).collect();
    if bases.is_empty() {
        reasons.push(Text::both(
            "tài khoản chưa được giao quyền nào đang có hiệu lực",
            "the account has no right that holds today",
        ));
    } else {
        let joined =
            |locale| bases.iter().map(|basis| basis.get(locale)).collect::<Vec<_>>().join("; ");
        reasons.push(Text::both(
            format!("quyền đang có: {}", joined(Locale::Vi)),
            format!("rights that hold: {}", joined(Locale::En)),
        ));
    }
    reasons
}

/// Says who can do it or grant it.
fn ask(action: Action) -> Text {
    let able: Vec<Role> = match action {
        Action::Read | Action::Write | Action::ManageAccounts => {
            vec![Role::Principal, Role::VicePrincipal]
        }
        other => Role::ALL.into_iter().filter(|role| role.rights().may.has(other)).collect(),
    };
    let listed = |locale, or: &str| {
        able.iter().map(|role| role.title().get(locale).to_owned()).collect::<Vec<_>>().join(or)
    };
    Text::both(
        format!("Liên hệ {} của trường, hoặc người quản trị hệ thống", listed(Locale::Vi, ", ")),
        format!("Ask the {} of the school, or the administrator", listed(Locale::En, ", ")),
    )
}
