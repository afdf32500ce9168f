//! The pages of reviews: the list with a new task, and one review with its three steps.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use bieumau_model::review::Kind;
use bieumau_model::scope::Caller;
use bieumau_model::text::{Locale, Text};
use bieumau_pipeline::flows::{
    NewEntry, NewReview, ReviewDetail, ReviewKey, ReviewView, SheetQuery,
};
use bieumau_pipeline::{Problem, ProblemKind, Site};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::page::{
    Given, address, choice, chosen, of_year, page, problem_value, select, status_of, typed,
};
use super::words::words;
use crate::asked::{Asked, fields};
use crate::pages::problem_page;
use crate::serve::App;
use crate::signed::Guest;

/// `GET /reviews`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    list_page(asked, given, None).await
}

/// `POST /reviews`: puts somebody in charge of a review.
pub(super) async fn open(
    State(app): State<Arc<App>>,
    guest: Guest,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let given = fields(&bytes);
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    let wanted = match wanted_of(&given) {
        Ok(wanted) => wanted,
        Err(problem) => return list_page(asked, given, Some(problem)).await,
    };
    let (school, year) = (wanted.school.clone(), wanted.year);
    match asked.run(move |site, caller, now| site.open_review(caller, &wanted, now)).await {
        Ok(number) => Redirect::to(&format!("/reviews/{school}/{year}/{number}")).into_response(),
        Err(problem) => list_page(asked, given, Some(problem)).await,
    }
}

async fn list_page(asked: Asked, mut given: Given, problem: Option<Problem>) -> Response {
    let found = async {
        let lists = of_year(&asked, &mut given).await?;
        let Some((school, year)) = chosen(&given) else { return Ok((lists, None)) };
        let job = asked.run(move |site, caller, now| {
            let reviews = site.reviews(caller, &school, year, now)?;
            let charges = site.review_charges(caller, &school, now)?;
            let query = SheetQuery { school, year: Some(year), ..SheetQuery::default() };
            Ok((reviews, charges, site.correction_sheet(caller, &query)?.classes))
        });
        Ok::<_, Problem>((lists, Some(job.await?)))
    };
    let (lists, found) = match found.await {
        Ok(found) => found,
        Err(problem) => return problem_page(&asked.app, &problem, asked.locale),
    };
    let locale = asked.locale;
    let picked = found.is_some();
    let (reviews, charges, classes) = found.unwrap_or_default();
    let kinds = [
        choice("staff", Text::both("Cán bộ, giáo viên, nhân viên", "Staff")),
        choice("pupils", Text::both("Học sinh của một lớp", "Pupils of a class")),
    ];
    let people: Vec<_> = charges
        .iter()
        .map(|own| {
            let label = format!("{} ({})", own.name, own.user);
            choice(format!("{}|{}", own.staff, own.user), Text::from(label))
        })
        .collect();
    let context = json!({
        "fields": lists,
        "chosen": picked,
        "leads": !charges.is_empty(),
        "kinds": select("kind", &kinds, &given, locale),
        "classes": select("class", &classes, &given, locale),
        "charges": select("in_charge", &people, &given, locale),
        "reviews": reviews.iter().map(|own| review_value(own, locale)).collect::<Vec<_>>(),
        "given": typed(&given, &["due_on"]),
        "problem": problem.as_ref().map(|problem| problem_value(problem, locale)),
    });
    let status = status_of(problem.as_ref());
    page(&asked, status, ("reviews.html", "reviews"), &address("/reviews", &given), context)
}

/// `GET /reviews/{school}/{year}/{number}`.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path(key): Path<(String, i64, i64)>,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    one_page(asked, key, given, None).await
}

/// `POST` to the same: `act` is `note`, `confirm_many`, `hand_over` or `confirm`.
pub(super) async fn act(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path(key): Path<(String, i64, i64)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let given = fields(&bytes);
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    // Those who are ticked come under one name.
    let pairs = form_urlencoded::parse(&bytes).into_owned();
    let people: Vec<String> =
        pairs.filter(|(name, _)| name == "person").map(|(_, value)| value).collect();
    let (own, sent) = (key.clone(), given.clone());
    let done = asked
        .run(move |site, caller, now| {
            step(site, caller, (&own.0, own.1, own.2), &sent, &people, now)
        })
        .await;
    match done {
        Ok(()) => {
            let (school, year, number) = key;
            Redirect::to(&format!("/reviews/{school}/{year}/{number}?saved=1")).into_response()
        }
        Err(problem) => one_page(asked, key, given, Some(problem)).await,
    }
}

fn step(
    site: &Site,
    caller: &Caller,
    key: ReviewKey<'_>,
    given: &BTreeMap<String, String>,
    people: &[String],
    now: Timestamp,
) -> Result<(), Problem> {
    let text = |name: &str| given.get(name).cloned().unwrap_or_default();
    let entry = |person: &str| NewEntry {
        person: person.to_owned(),
        wrong: text("wrong"),
        confirmed_by: text("confirmed_by"),
        confirmed_as: text("confirmed_as"),
        note: text("note"),
    };
    match text("act").as_str() {
        "hand_over" => site.hand_over_review(caller, key, &text("remaining"), now),
        "confirm" => site.confirm_review(caller, key, now),
        "confirm_many" => {
            let detail = site.review(caller, key, now)?;
            let mut ticked =
                detail.people.iter().filter(|one| people.contains(&one.person)).peekable();
            if ticked.peek().is_none() {
                return Err(nobody_ticked());
            }
            ticked.try_for_each(|one| {
                let mut entry = entry(&one.person);
                if entry.confirmed_by.trim().is_empty() && detail.view.kind == Kind::Staff {
                    entry.confirmed_by.clone_from(&one.name);
                }
                entry.wrong.clone_from(&one.wrong);
                site.note_review(caller, key, &entry, now)
            })
        }
        _ => {
            let person = people.first().ok_or_else(nobody_ticked)?;
            site.note_review(caller, key, &entry(person), now)
        }
    }
}

fn nobody_ticked() -> Problem {
    Problem::new(ProblemKind::BadInput, "J395", "Chưa chọn người nào", "nobody is chosen")
        .help("Đánh dấu vào ô trước tên", "tick the boxes before the names")
        .at("/person")
}

async fn one_page(
    asked: Asked,
    (school, year, number): (String, i64, i64),
    given: Given,
    problem: Option<Problem>,
) -> Response {
    let key = (school.clone(), year, number);
    let found =
        asked.run(move |site, caller, now| site.review(caller, (&key.0, key.1, key.2), now)).await;
    let detail = match found {
        Ok(detail) => detail,
        Err(problem) => return problem_page(&asked.app, &problem, asked.locale),
    };
    let locale = asked.locale;
    let own = format!("/reviews/{school}/{year}/{number}");
    let context = json!({
        "review": detail_value(&detail, locale),
        "pupils": detail.view.kind == Kind::Pupils,
        "may": detail.may,
        "action": own,
        "minutes": (detail.people.len() == detail.view.progress.total)
            .then(|| format!("{own}/minutes")),
        "given": typed(&given, &["wrong", "confirmed_by", "confirmed_as", "note", "remaining"]),
        "note": given.contains_key("saved").then(|| words(locale)["saved"].clone()),
        "problem": problem.as_ref().map(|problem| problem_value(problem, locale)),
        "list": format!("/reviews?school={school}&year={year}"),
    });
    page(&asked, status_of(problem.as_ref()), ("review.html", "reviews"), &own, context)
}

/// `GET /reviews/{school}/{year}/{number}/minutes`.
pub(super) async fn minutes(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path((school, year, number)): Path<(String, i64, i64)>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::read(app, guest, &headers, None);
    let made = asked
        .run(move |site, caller, now| {
            site.review_minutes(caller, (&school, year, number), "pdf", now)
        })
        .await;
    match made {
        Ok(document) => crate::api::answer(document, false),
        Err(problem) => problem_page(&asked.app, &problem, asked.locale),
    }
}

fn wanted_of(given: &Given) -> Result<NewReview, Problem> {
    let text = |name: &str| given.get(name).cloned().unwrap_or_default();
    let kind = Kind::read(&text("kind")).ok_or_else(|| {
        Problem::new(
            ProblemKind::BadInput,
            "J396",
            "Chưa chọn đối tượng rà soát",
            "choose whose data",
        )
        .at("/kind")
    })?;
    let both = text("in_charge");
    let (staff, user) = both.split_once('|').ok_or_else(|| {
        Problem::new(
            ProblemKind::BadInput,
            "J396",
            "Chưa chọn người phụ trách",
            "choose who is in charge",
        )
        .at("/in_charge")
    })?;
    let due = text("due_on");
    let due_on = match due.trim() {
        "" => None,
        day => Some(day.parse().map_err(|_| {
            Problem::new(
                ProblemKind::BadInput,
                "J396",
                format!("`{day}` không phải ngày"),
                format!("`{day}` is no day"),
            )
            .at("/due_on")
        })?),
    };
    Ok(NewReview {
        school: text("school"),
        year: text("year").parse().unwrap_or_default(),
        kind,
        class: (kind == Kind::Pupils).then(|| text("class")).filter(|class| !class.is_empty()),
        in_charge: staff.to_owned(),
        in_charge_user: user.to_owned(),
        due_on,
    })
}

fn review_value(view: &ReviewView, locale: Locale) -> Value {
    let words = words(locale);
    let title = match (view.kind, &view.class) {
        (Kind::Pupils, Some(class)) => {
            format!("{} {class}", words["review_pupils"].as_str().unwrap_or_default())
        }
        (Kind::Pupils, None) => words["review_pupils"].as_str().unwrap_or_default().to_owned(),
        (Kind::Staff, _) => words["review_staff"].as_str().unwrap_or_default().to_owned(),
    };
    let tenths = view.progress.per_mille;
    json!({
        "number": view.number,
        "title": title,
        "in_charge": view.in_charge,
        "assigned_by": view.assigned_by,
        "due_on": view.due_on,
        "stage": view.stage,
        "stage_title": view.stage_title.get(locale),
        "total": view.progress.total,
        "reviewed": view.progress.reviewed,
        "confirmed": view.progress.confirmed,
        "percent": format!("{},{} %", tenths / 10, tenths % 10),
        "link": format!("/reviews/{}/{}/{}", view.school, view.year, view.number),
    })
}

fn detail_value(detail: &ReviewDetail, locale: Locale) -> Value {
    let mut value = review_value(&detail.view, locale);
    value["people"] = json!(detail.people);
    value["handed_over"] = json!(detail.handed_over);
    value["confirmed_at"] = json!(detail.confirmed);
    value["remaining"] = json!(detail.remaining);
    value
}
