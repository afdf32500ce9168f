//! The pages of sign-offs: all classes at a point of a term, and one class book with its parts.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use bieumau_model::sign_off::Point;
use bieumau_model::text::{Locale, Text};
use bieumau_pipeline::Problem;
use bieumau_pipeline::flows::{BookKey, BookView, PartView};
use serde_json::{Value, json};

use super::api::point;
use super::page::{
    Given, address, choice, chosen, of_year, page, problem_value, select, status_of, typed,
};
use super::words::words;
use crate::asked::{Asked, fields};
use crate::pages::{problem_page, query};
use crate::serve::App;
use crate::signed::Guest;

/// Parts of an address: school, year, class, term, point.
type Book = (String, i64, String, i64, String);

/// `GET /sign-offs`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(mut given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    let found = async {
        let mut lists = of_year(&asked, &mut given).await?;
        let locale = asked.locale;
        let terms = [("1", "Học kì I", "Term 1"), ("2", "Học kì II", "Term 2")];
        let points = [
            ("mid_term", "Giữa học kì", "Mid-term"),
            ("end_of_term", "Cuối học kì", "End of term"),
        ];
        let all = |own: [(&str, &str, &str); 2]| {
            own.map(|(value, vi, en)| choice(value, Text::both(vi, en))).to_vec()
        };
        lists.push(select("term", &all(terms), &given, locale));
        lists.push(select("point", &all(points), &given, locale));
        let at = given.get("term").and_then(|term| term.parse().ok());
        let books = match (chosen(&given), at, given.get("point").filter(|own| !own.is_empty())) {
            (Some((school, year)), Some(term), Some(word)) => {
                let point = point(word)?;
                let job = asked.run(move |site, caller, now| {
                    site.books(caller, (&school, year), (term, point), now)
                });
                Some(job.await?)
            }
            _ => None,
        };
        Ok::<_, Problem>((lists, books))
    };
    match found.await {
        Ok((lists, books)) => {
            let context = json!({
                "fields": lists,
                "chosen": books.is_some(),
                "books": books.unwrap_or_default().iter()
                    .map(|book| book_value(book, asked.locale)).collect::<Vec<_>>(),
            });
            let names = ("sign_offs.html", "sign_offs");
            page(&asked, StatusCode::OK, names, &address("/sign-offs", &given), context)
        }
        Err(problem) => problem_page(&asked.app, &problem, asked.locale),
    }
}

/// `GET /sign-offs/{school}/{year}/{class}/{term}/{point}`.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path(path): Path<Book>,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    one_page(asked, path, &given, None).await
}

/// `POST` to the same: `act` is `sign` or `reopen`, `part` says what.
pub(super) async fn act(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path(path): Path<Book>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let given = fields(&bytes);
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    let text = |name: &str| given.get(name).cloned().unwrap_or_default();
    let (part, reason, reopens) = (text("part"), text("reason"), text("act") == "reopen");
    let done = match key(&path) {
        Ok(key) => {
            let job = asked.run(move |site, caller, now| match reopens {
                true => site.reopen(caller, &key, &part, &reason, now),
                false => site.sign_off(caller, &key, &part, now),
            });
            job.await
        }
        Err(problem) => Err(problem),
    };
    match done {
        Ok(()) => Redirect::to(&format!("{}?saved=1", book_address(&path))).into_response(),
        Err(problem) => one_page(asked, path, &given, Some(problem)).await,
    }
}

async fn one_page(asked: Asked, path: Book, given: &Given, problem: Option<Problem>) -> Response {
    let found = match key(&path) {
        Ok(key) => asked.run(move |site, caller, now| site.book_view(caller, &key, now)).await,
        Err(problem) => Err(problem),
    };
    let book = match found {
        Ok(book) => book,
        Err(problem) => return problem_page(&asked.app, &problem, asked.locale),
    };
    let (school, year, _, term, point) = &path;
    let (year, term) = (year.to_string(), term.to_string());
    let pairs = [("school", school.as_str()), ("year", &year), ("term", &term), ("point", point)];
    let locale = asked.locale;
    let context = json!({
        "book": book_value(&book, locale),
        "parts": book.parts.iter()
            .map(|part| part_value(part, waits(part, &book.parts), locale))
            .collect::<Vec<_>>(),
        "note": given.contains_key("saved").then(|| words(locale)["saved"].clone()),
        "given": typed(given, &["part", "reason"]),
        "problem": problem.as_ref().map(|problem| problem_value(problem, locale)),
        "list": format!("/sign-offs{}", query(&pairs)),
    });
    let status = status_of(problem.as_ref());
    page(&asked, status, ("sign_off.html", "sign_offs"), &book_address(&path), context)
}

fn key((school, year, class, term, at): &Book) -> Result<BookKey, Problem> {
    Ok(BookKey {
        school: school.clone(),
        year: *year,
        class: class.clone(),
        term: *term,
        point: point(at)?,
    })
}

fn book_address((school, year, class, term, point): &Book) -> String {
    let part = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    // A blank in a path is not a plus sign.
    let class = part(class).replace('+', "%20");
    format!("/sign-offs/{}/{year}/{class}/{term}/{}", part(school), part(point))
}

fn book_value(book: &BookView, locale: Locale) -> Value {
    let signed = book.parts.iter().filter(|part| part.signed_by.is_some()).count();
    let approved =
        book.parts.iter().any(|part| part.part == "approval" && part.signed_by.is_some());
    let state = match (approved, book.filled == book.needed, signed) {
        (true, _, _) => "approved_book",
        (false, false, _) => "gaps_left",
        (false, true, 0) => "to_sign",
        (false, true, _) => "being_signed",
    };
    let point = match book.point {
        Point::MidTerm => "mid_term",
        Point::EndOfTerm => "end_of_term",
    };
    let path = (book.school.clone(), book.year, book.class.clone(), book.term, point.to_owned());
    json!({
        "class": book.class,
        "title": book.title.get(locale),
        "needed": book.needed,
        "filled": book.filled,
        "signed": signed,
        "parts": book.parts.len(),
        "state": state,
        "state_title": words(locale)[state],
        "yours": book.parts.iter().any(|part| {
            part.may_sign && part.filled == part.needed && !waits(part, &book.parts)
        }),
        "link": book_address(&path),
    })
}

/// Whether others must sign before: the subjects before the class, all before the approval.
fn waits(part: &PartView, all: &[PartView]) -> bool {
    let before = |own: &&PartView| match part.part.as_str() {
        "approval" => own.part != "approval",
        "class" => own.part.starts_with("subject:"),
        _ => false,
    };
    all.iter().filter(before).any(|own| own.signed_by.is_none())
}

fn part_value(part: &PartView, waits: bool, locale: Locale) -> Value {
    let gaps: Vec<Value> =
        part.gaps.iter().map(|gap| json!({"name": gap.name, "column": gap.column})).collect();
    json!({
        "part": part.part,
        "title": part.title.get(locale),
        "signer": part.signer,
        "needed": part.needed,
        "filled": part.filled,
        "gaps": gaps,
        "signed_by": part.signed_by,
        "signed_at": part.signed_at,
        "may_sign": part.may_sign,
        "waits": waits,
        "may_reopen": part.may_reopen,
    })
}
