//! Reviews of data: staff in three steps with every one of them, pupils by class teacher, parents
//! and principal.

use bieumau_model::access::Action;
use bieumau_model::lock::vietnam_day;
use bieumau_model::review::{self, Entry, Kind, Progress, Stage};
use bieumau_model::scope::Caller;
use bieumau_model::table::{Table, Value};
use bieumau_model::text::{Locale, Text};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::papers::{Paper, Row, day, maybe, rows, text};
use super::who::{Place, may, must};
use crate::problem::{Problem, ProblemKind};
use crate::site::Site;

/// A review that is assigned (step 1).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewReview {
    /// School.
    pub school: String,
    /// School year.
    pub year: i64,
    /// Whose data: `staff` or `pupils`.
    pub kind: Kind,
    /// Class, for pupils.
    #[serde(default)]
    pub class: Option<String>,
    /// Staff who is in charge.
    pub in_charge: String,
    /// Their user.
    pub in_charge_user: String,
    /// Until when.
    #[serde(default)]
    pub due_on: Option<Date>,
}

/// What was found about one person (step 2).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewEntry {
    /// Staff or pupil.
    pub person: String,
    /// What was wrong and is mended now; nothing when everything was right.
    #[serde(default)]
    pub wrong: String,
    /// Who has confirmed it: the person, a parent. Nothing while nobody has.
    #[serde(default)]
    pub confirmed_by: String,
    /// As what: `cha`, `mẹ`, `người giám hộ`.
    #[serde(default)]
    pub confirmed_as: String,
    /// Note.
    #[serde(default)]
    pub note: String,
}

/// A review as lists show it.
#[derive(Debug, Clone, Serialize)]
pub struct ReviewView {
    /// School.
    pub school: String,
    /// School year.
    pub year: i64,
    /// Number in the year.
    pub number: i64,
    /// Whose data.
    pub kind: Kind,
    /// Class, for pupils.
    pub class: Option<String>,
    /// Name of the person in charge.
    pub in_charge: String,
    /// Who gave the task.
    pub assigned_by: String,
    /// Until when, in words.
    pub due_on: Option<String>,
    /// Where it is.
    pub stage: Stage,
    /// What people read for it.
    pub stage_title: Text,
    /// Counters.
    pub progress: Progress,
    /// People who are not confirmed yet.
    pub missing: Vec<Person>,
}

/// A person of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Staff or pupil.
    pub person: String,
    /// Name.
    pub name: String,
}

/// The key of a review: school, school year, number.
pub type ReviewKey<'a> = (&'a str, i64, i64);

impl Site {
    /// Puts somebody in charge of a review; returns its number.
    pub fn open_review(
        &self,
        caller: &Caller,
        wanted: &NewReview,
        now: Timestamp,
    ) -> Result<i64, Problem> {
        let school = wanted.school.as_str();
        must(caller, Action::Lock, &Place { school, ..Place::default() }, now)?;
        let class = wanted.class.as_deref().filter(|class| !class.trim().is_empty());
        if (wanted.kind == Kind::Pupils) != class.is_some() {
            return Err(Problem::new(
                ProblemKind::BadInput,
                "J245",
                "Rà soát học sinh theo từng lớp; rà soát cán bộ, giáo viên thì không ghi lớp",
                "a review of pupils is about one class, one of staff about none",
            )
            .at("/class"));
        }
        let signer = self.signer(caller)?;
        let reason =
            format!("Giao nhiệm vụ rà soát dữ liệu ({})", kind_title(wanted.kind).get(Locale::Vi));
        self.file_numbered(caller, "data_review", (school, wanted.year), &reason, now, |next| {
            vec![Paper {
                form: "data_review",
                fields: vec![
                    ("school", text(school)),
                    ("year", Value::Integer(wanted.year)),
                    ("number", Value::Integer(next)),
                    ("kind", text(wanted.kind.code())),
                    ("for_class", maybe(class)),
                    ("in_charge", text(&wanted.in_charge)),
                    ("in_charge_user", text(&wanted.in_charge_user)),
                    ("assigned_by", text(&signer.name)),
                    ("opened_on", day(Some(vietnam_day(now)))),
                    ("due_on", day(wanted.due_on)),
                    ("stage", text(Stage::Reviewing.code())),
                ],
            }]
        })
    }

    /// Notes what was found about a person, and who has confirmed it.
    ///
    /// The person in charge notes it; a member of staff may confirm their own data themselves.
    pub fn note_review(
        &self,
        caller: &Caller,
        key: ReviewKey<'_>,
        entry: &NewEntry,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let table = self.review_table(key)?;
        let row = rows(&table).next().ok_or_else(|| no_review(key.2))?;
        let signer = self.signer(caller)?;
        let in_charge = caller.name() == row.text("in_charge_user") || *caller == Caller::Operator;
        let own = signer.staff.as_deref() == Some(entry.person.as_str());
        if !in_charge && !own {
            return Err(not_in_charge());
        }
        in_stage(row, Stage::Reviewing)?;
        let people = self.reviewed_people(key, row)?;
        if !people.iter().any(|one| one.person == entry.person) {
            return Err(Problem::new(
                ProblemKind::BadInput,
                "J246",
                format!("`{}` không thuộc đợt rà soát này", entry.person),
                format!("`{}` is not in this review", entry.person),
            )
            .at("/person"));
        }
        // Whoever reviews their own data confirms them by doing so.
        let confirmed_by = match (own, entry.confirmed_by.trim()) {
            (true, "") => signer.name.as_str(),
            (_, given) => given,
        };
        let corrected = !entry.wrong.trim().is_empty();
        let today = day(Some(vietnam_day(now)));
        let confirmed = if confirmed_by.is_empty() { Value::Missing } else { today.clone() };
        let fields = vec![
            ("result", text(if corrected { "corrected" } else { "right" })),
            ("wrong", text(&entry.wrong)),
            ("reviewed_on", today),
            ("reviewed_by", text(&signer.name)),
            ("confirmed_by", text(confirmed_by)),
            ("confirmed_as", text(&entry.confirmed_as)),
            ("confirmed_on", confirmed),
            ("note", text(&entry.note)),
        ];
        let (school, year, number) = key;
        let paper_key = [
            ("school", text(school)),
            ("year", Value::Integer(year)),
            ("number", Value::Integer(number)),
            ("person", text(&entry.person)),
        ];
        let reason = "Rà soát dữ liệu";
        let known = self.papers("data_review_entry", &paper_key)?;
        if known.rows() > 0 {
            let paper_key = paper_key.map(|(_, value)| value);
            return self.amend(caller, "data_review_entry", &paper_key, &fields, reason, now);
        }
        let mut all = paper_key.to_vec();
        all.extend(fields);
        self.file(caller, vec![Paper { form: "data_review_entry", fields: all }], reason, now)
    }

    /// Hands a review over to the principal (step 3): refused until everybody has confirmed.
    pub fn hand_over_review(
        &self,
        caller: &Caller,
        key: ReviewKey<'_>,
        remaining: &str,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let table = self.review_table(key)?;
        let row = rows(&table).next().ok_or_else(|| no_review(key.2))?;
        if caller.name() != row.text("in_charge_user") && *caller != Caller::Operator {
            return Err(not_in_charge());
        }
        let (progress, missing) = self.review_progress(key, row)?;
        let stage = review::hand_over(stage_of(row), &progress)
            .map_err(|refused| refused_review(refused, &missing))?;
        let signer = self.signer(caller)?;
        let changes = [
            ("stage", text(stage.code())),
            ("handed_over_on", day(Some(vietnam_day(now)))),
            ("handed_over_by", text(&signer.name)),
            ("remaining", text(remaining)),
        ];
        self.amend(
            caller,
            "data_review",
            &review_key(key),
            &changes,
            "Bàn giao kết quả rà soát",
            now,
        )
    }

    /// Confirms a review as the principal.
    pub fn confirm_review(
        &self,
        caller: &Caller,
        key: ReviewKey<'_>,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let place = Place { school: key.0, ..Place::default() };
        must(caller, Action::ApproveSignOff, &place, now)?;
        let table = self.review_table(key)?;
        let row = rows(&table).next().ok_or_else(|| no_review(key.2))?;
        let (progress, missing) = self.review_progress(key, row)?;
        let stage = review::confirm(stage_of(row), &progress)
            .map_err(|refused| refused_review(refused, &missing))?;
        let signer = self.signer(caller)?;
        let changes = [
            ("stage", text(stage.code())),
            ("confirmed_on", day(Some(vietnam_day(now)))),
            ("confirmed_by", text(&signer.name)),
        ];
        let reason = "Xác nhận hoàn thành rà soát dữ liệu";
        self.amend(caller, "data_review", &review_key(key), &changes, reason, now)
    }

    /// Lists the reviews of a school year, newest first: the leaders and auditors see all, the
    /// others those they are in charge of, and those of their own data.
    pub fn reviews(
        &self,
        caller: &Caller,
        school: &str,
        year: i64,
        now: Timestamp,
    ) -> Result<Vec<ReviewView>, Problem> {
        let place = Place { school, ..Place::default() };
        let all = [Action::Lock, Action::ReadAudit].map(|action| may(caller, action, &place, now));
        let sees_all = all.contains(&true);
        let filters = [("school", text(school)), ("year", Value::Integer(year))];
        let table = self.papers("data_review", &filters)?;
        let mut views = Vec::new();
        for row in rows(&table) {
            let key = (school, year, row.number("number").unwrap_or(0));
            let mut view = self.review_view(key, row)?;
            if !sees_all && row.text("in_charge_user") != caller.name() {
                let Some(own) = self.own_place(caller, school, row)? else { continue };
                view.missing.retain(|one| one.person == own);
            }
            views.push(view);
        }
        views.reverse();
        Ok(views)
    }

    /// A review as lists show it.
    pub(super) fn review_view(
        &self,
        key: ReviewKey<'_>,
        row: Row<'_>,
    ) -> Result<ReviewView, Problem> {
        let (progress, missing) = self.review_progress(key, row)?;
        let stage = stage_of(row);
        let staff = row.text("in_charge");
        Ok(ReviewView {
            school: key.0.to_owned(),
            year: key.1,
            number: key.2,
            kind: Kind::read(&row.text("kind")).unwrap_or(Kind::Staff),
            class: row.maybe("for_class"),
            in_charge: self.staff_name(key.0, &staff)?.unwrap_or(staff),
            assigned_by: row.text("assigned_by"),
            due_on: row.day("due_on").map(bieumau_model::format::date_short),
            stage,
            stage_title: stage.title(),
            progress,
            missing,
        })
    }

    pub(super) fn review_table(
        &self,
        (school, year, number): ReviewKey<'_>,
    ) -> Result<Table, Problem> {
        let filters = [
            ("school", text(school)),
            ("year", Value::Integer(year)),
            ("number", Value::Integer(number)),
        ];
        self.papers("data_review", &filters)
    }

    /// Everybody who must be reviewed: all staff who have not left, contract and visiting teachers
    /// too; or the pupils who are still in the class.
    pub(super) fn reviewed_people(
        &self,
        key: ReviewKey<'_>,
        row: Row<'_>,
    ) -> Result<Vec<Person>, Problem> {
        let (school, year, _) = key;
        let person =
            |row: Row<'_>, id: &str| Person { person: row.text(id), name: row.text("full_name") };
        if row.text("kind") == Kind::Staff.code() {
            let opened = row.day("opened_on");
            let staff = self.papers("staff", &[("school", text(school))])?;
            let stays = |row: &Row<'_>| row.day("left_on").is_none_or(|left| Some(left) >= opened);
            return Ok(rows(&staff).filter(stays).map(|row| person(row, "staff")).collect());
        }
        let filters = [
            ("school", text(school)),
            ("year", Value::Integer(year)),
            ("class", text(row.text("for_class"))),
        ];
        let enrolments = self.papers("enrolment", &filters)?;
        let pupils = self.papers("pupil", &filters)?;
        let mut order: Vec<Row<'_>> =
            rows(&enrolments).filter(|row| !self.has_left(&row.text("status"))).collect();
        order.sort_by_key(|row| row.number("number"));
        let name = |pupil: &str| {
            rows(&pupils).find(|row| row.text("pupil") == pupil).map(|row| row.text("full_name"))
        };
        Ok(order
            .into_iter()
            .map(|row| {
                let pupil = row.text("pupil");
                Person { name: name(&pupil).unwrap_or_else(|| pupil.clone()), person: pupil }
            })
            .collect())
    }

    fn review_progress(
        &self,
        key: ReviewKey<'_>,
        row: Row<'_>,
    ) -> Result<(Progress, Vec<Person>), Problem> {
        let (school, year, number) = key;
        let people = self.reviewed_people(key, row)?;
        let filters = [
            ("school", text(school)),
            ("year", Value::Integer(year)),
            ("number", Value::Integer(number)),
        ];
        let table = self.papers("data_review_entry", &filters)?;
        let entries: Vec<Entry> = rows(&table)
            .map(|row| Entry {
                person: row.text("person"),
                reviewed: row.day("reviewed_on").is_some(),
                confirmed: row.day("confirmed_on").is_some(),
            })
            .collect();
        let ids: Vec<String> = people.iter().map(|one| one.person.clone()).collect();
        let progress = review::progress(&ids, &entries);
        let missing =
            people.into_iter().filter(|one| progress.missing.contains(&one.person)).collect();
        Ok((progress, missing))
    }
}

fn review_key((school, year, number): ReviewKey<'_>) -> [Value; 3] {
    [text(school), Value::Integer(year), Value::Integer(number)]
}

pub(super) fn stage_of(row: Row<'_>) -> Stage {
    Stage::read(&row.text("stage")).unwrap_or(Stage::Reviewing)
}

fn in_stage(row: Row<'_>, wanted: Stage) -> Result<(), Problem> {
    let stage = stage_of(row);
    if stage == wanted {
        Ok(())
    } else {
        Err(refused_review(review::Refused::WrongStage { stage }, &[]))
    }
}

fn kind_title(kind: Kind) -> Text {
    match kind {
        Kind::Staff => Text::both("cán bộ, giáo viên, nhân viên", "staff"),
        Kind::Pupils => Text::both("học sinh của lớp", "pupils of a class"),
    }
}

fn refused_review(refused: review::Refused, missing: &[Person]) -> Problem {
    match refused {
        review::Refused::WrongStage { stage } => Problem::new(
            ProblemKind::Conflict,
            "J247",
            format!("Đợt rà soát đang ở bước: {}", stage.title().get(Locale::Vi)),
            format!("the review is at: {}", stage.title().get(Locale::En)),
        ),
        review::Refused::Incomplete(progress) => {
            let mut findings = bieumau_model::diagnostic::Diagnostics::default();
            for person in missing {
                findings.push(bieumau_model::diagnostic::Diagnostic::error(
                    "J248",
                    Text::both(
                        format!("{} ({}): chưa xác nhận", person.name, person.person),
                        format!("{} ({}): not confirmed", person.name, person.person),
                    ),
                ));
            }
            let (confirmed, total) = (progress.confirmed, progress.total);
            Problem::new(
                ProblemKind::Conflict,
                "J248",
                format!("Mới xác nhận {confirmed}/{total}; phải đủ 100 %"),
                format!("{confirmed} of {total} have confirmed; everybody must"),
            )
            .with(findings)
        }
    }
}

fn not_in_charge() -> Problem {
    Problem::new(
        ProblemKind::Forbidden,
        "J202",
        "Chỉ người được giao phụ trách đợt rà soát này mới làm được",
        "only the person in charge of this review may do that",
    )
}

pub(super) fn no_review(number: i64) -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        "J249",
        format!("Không có đợt rà soát số {number}"),
        format!("there is no review {number}"),
    )
}
