//! The pages of accounts: sign-in, first administrator, password, rights, and the list of accounts.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Form, Path, Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use bieumau_model::text::{Locale, Text};
use bieumau_pipeline::access::{DEMO_PASSWORD, Explanation, NewAccount, SignIn, UserView};
use bieumau_pipeline::{Problem, ProblemKind};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{on_thread, random};
use crate::error::status;
use crate::locale;
use crate::pages::{nav, other, person, problem_page, words};
use crate::serve::App;
use crate::signed::{Access, COOKIE_NAME, Guest, Signed, to};

type Given = BTreeMap<String, String>;

pub(super) fn asked(app: &App, given: &Given, headers: &HeaderMap) -> Locale {
    locale::choose(given.get("lang").map(String::as_str), headers, app.site.locale())
}

/// What every page needs, and `own` beside it.
pub(super) fn frame(
    app: &App,
    guest: Option<&Guest>,
    path: &str,
    title: &Text,
    asked: Locale,
    own: Value,
) -> Value {
    let mut frame = json!({
        "locale": locale::tag(asked),
        "other_locale": locale::tag(other(asked)),
        "other_locale_link": format!("{path}?lang={}", locale::tag(other(asked))),
        "site": app.site.title().get(asked),
        "person": guest.map_or(Value::Null, |guest| person(app, guest)),
        "nav": guest.map_or(Value::Null, |guest| nav(guest, path, asked)),
        "title": title.get(asked),
        "words": words(asked),
        "vi": asked == Locale::Vi,
    });
    if let (Value::Object(frame), Value::Object(own)) = (&mut frame, own) {
        frame.extend(own);
    }
    frame
}

pub(super) fn problem_value(problem: &Problem, asked: Locale) -> Value {
    let findings: Vec<&str> = problem
        .findings
        .iter()
        .filter(|finding| finding.message != problem.title)
        .map(|finding| finding.message.get(asked))
        .take(50)
        .collect();
    json!({
        "title": problem.title.get(asked),
        "help": problem.help.as_ref().map(|help| help.get(asked)),
        "code": problem.code,
        "findings": findings,
        "field": problem.pointer.as_deref().map(|at| at.trim_start_matches('/')),
    })
}

/// `GET /sign-in`.
pub(super) async fn sign_in(
    State(app): State<Arc<App>>,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = asked(&app, &given, &headers);
    if let Access::SignIn { setup_code: Some(_) } = &app.access
        && on_thread(&app, |site| site.has_accounts()).await.is_ok_and(|has| !has)
    {
        return to("/setup");
    }
    sign_in_page(&app, &given, asked, None).await
}

async fn sign_in_page(
    app: &Arc<App>,
    given: &Given,
    asked: Locale,
    problem: Option<&Problem>,
) -> Response {
    let demo = on_thread(app, |site| site.demo_accounts(Timestamp::now())).await;
    // School by school, so that one of each role stands together.
    let above = Text::both("Trên các trường", "Above the schools");
    let mut groups: Vec<(String, Vec<Value>)> = Vec::new();
    for account in demo.unwrap_or_default() {
        let heading = account.school.unwrap_or_else(|| above.get(asked).to_owned());
        let value = json!({
            "name": account.name,
            "full_name": account.full_name,
            "role": account.role.get(asked),
            "place": account.place.get(asked),
        });
        match groups.iter_mut().find(|(own, _)| *own == heading) {
            Some((_, accounts)) => accounts.push(value),
            None => groups.push((heading, vec![value])),
        }
    }
    let demo: Vec<Value> = groups
        .into_iter()
        .map(|(heading, accounts)| json!({"heading": heading, "accounts": accounts}))
        .collect();
    let own = json!({
        "next": given.get("next").filter(|next| is_own(next)),
        "name": given.get("name"),
        "problem": problem.map(|problem| problem_value(problem, asked)),
        "demo": demo,
        "demo_password": DEMO_PASSWORD,
        "left": given.contains_key("left"),
        "changed": given.contains_key("changed"),
    });
    let title = Text::both("Đăng nhập", "Sign in");
    let frame = frame(app, None, "/sign-in", &title, asked, own);
    let status = problem.map_or(StatusCode::OK, |problem| status(problem.kind));
    app.pages.render("sign_in.html", status, frame)
}

/// Whether an address is one of ours: a sign-in page must not send people elsewhere.
fn is_own(next: &str) -> bool {
    next.starts_with('/')
        && !next.starts_with("//")
        && next.chars().all(|letter| letter.is_ascii_graphic() && letter != '\\')
}

/// `POST /sign-in`.
pub(super) async fn do_sign_in(
    State(app): State<Arc<App>>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(mut given): Form<Given>,
) -> Response {
    let asked = asked(&app, &given, &headers);
    let password = given.remove("password").unwrap_or_default();
    let name = given.get("name").cloned().unwrap_or_default();
    let Ok(_place) = app.signing.acquire().await else {
        return problem_page(&app, &crate::api::crashed(), asked);
    };
    let made = async {
        let random = random()?;
        on_thread(&app, move |site| {
            let address = address.ip().to_string();
            let asked = SignIn { name: &name, password: &password, address: &address };
            site.sign_in(&asked, &random, Timestamp::now())
        })
        .await
    };
    match made.await {
        Ok(visit) => {
            let next = given.get("next").filter(|next| is_own(next));
            let next = next.map_or("/", String::as_str);
            let mut response = to(if visit.must_change { "/password" } else { next });
            set_cookie(&mut response, &visit.token);
            response
        }
        Err(problem) => sign_in_page(&app, &given, asked, Some(&problem)).await,
    }
}

fn set_cookie(response: &mut Response, token: &str) {
    let end = if token.is_empty() { "; Max-Age=0" } else { "" };
    let cookie = format!("{COOKIE_NAME}={token}; HttpOnly; SameSite=Strict; Path=/{end}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// `POST /sign-out`.
pub(super) async fn sign_out(State(app): State<Arc<App>>, guest: Guest) -> Response {
    if let Some(token) = guest.session {
        // A session that cannot be ended now ends by itself; the browser forgets it either way.
        let _ended = on_thread(&app, move |site| site.sign_out(&token, Timestamp::now())).await;
    }
    let mut response = to("/sign-in?left");
    set_cookie(&mut response, "");
    response
}

/// `POST /sign-out-everywhere`.
pub(super) async fn sign_out_everywhere(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    headers: HeaderMap,
) -> Response {
    let now = Timestamp::now();
    match on_thread(&app, move |site| site.sign_out_everywhere(&caller, now)).await {
        Ok(_) => {
            let mut response = to("/sign-in?left");
            set_cookie(&mut response, "");
            response
        }
        Err(problem) => problem_page(&app, &problem, asked(&app, &Given::new(), &headers)),
    }
}

/// `GET /setup`: where the first administrator makes their account.
pub(super) async fn setup(
    State(app): State<Arc<App>>,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = asked(&app, &given, &headers);
    setup_page(&app, &given, asked, None)
}

fn setup_page(app: &App, given: &Given, asked: Locale, problem: Option<&Problem>) -> Response {
    let own = json!({
        "name": given.get("name"),
        "full_name": given.get("full_name"),
        "problem": problem.map(|problem| problem_value(problem, asked)),
    });
    let title = Text::both("Tài khoản quản trị đầu tiên", "The first administrator");
    let frame = frame(app, None, "/setup", &title, asked, own);
    let status = problem.map_or(StatusCode::OK, |problem| status(problem.kind));
    app.pages.render("setup.html", status, frame)
}

/// `POST /setup`.
pub(super) async fn do_setup(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Form(given): Form<Given>,
) -> Response {
    let asked = asked(&app, &given, &headers);
    let text = |name: &str| given.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
    let code_is_right = match &app.access {
        Access::SignIn { setup_code: Some(code) } => *code == text("code").to_uppercase(),
        _ => false,
    };
    let made = async {
        if !code_is_right {
            return Err(Problem::new(
                ProblemKind::Forbidden,
                "J162",
                "Mã thiết lập không đúng",
                "the setup code is wrong",
            )
            .help(
                "Xem mã trên màn hình của máy đang chạy `bieumau serve`",
                "see the terminal in which `bieumau serve` runs",
            ));
        }
        let account = NewAccount { name: text("name"), full_name: text("full_name"), staff: None };
        let password = given.get("password").cloned().unwrap_or_default();
        let random = random()?;
        on_thread(&app, move |site| {
            site.add_first_administrator(&account, &password, &random, Timestamp::now())
        })
        .await
    };
    match made.await {
        Ok(()) => to("/sign-in"),
        Err(problem) => {
            // Guessing the code is slowed down; nobody mistypes it often.
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            setup_page(&app, &given, asked, Some(&problem))
        }
    }
}

/// `GET /password`.
pub(super) async fn password(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = asked(&app, &given, &headers);
    password_page(&app, &guest, asked, None)
}

fn password_page(app: &App, guest: &Guest, asked: Locale, problem: Option<&Problem>) -> Response {
    let own = json!({
        "name": guest.caller.name(),
        "must_change": guest.visitor.as_ref().is_some_and(|visitor| visitor.must_change),
        "problem": problem.map(|problem| problem_value(problem, asked)),
    });
    let title = Text::both("Đổi mật khẩu", "Change the password");
    let frame = frame(app, Some(guest), "/password", &title, asked, own);
    let status = problem.map_or(StatusCode::OK, |problem| status(problem.kind));
    app.pages.render("password.html", status, frame)
}

/// `POST /password`.
pub(super) async fn do_password(
    State(app): State<Arc<App>>,
    guest: Guest,
    headers: HeaderMap,
    Form(given): Form<Given>,
) -> Response {
    let asked = asked(&app, &given, &headers);
    let text = |name: &str| given.get(name).cloned().unwrap_or_default();
    let (old, new, again) = (text("old"), text("password"), text("again"));
    let caller = guest.caller.clone();
    let made = async {
        if new != again {
            return Err(Problem::new(
                ProblemKind::BadInput,
                "J154",
                "Hai lần nhập mật khẩu mới khác nhau",
                "the new password was not typed the same twice",
            ));
        }
        let random = random()?;
        let mut salt = [0; 16];
        salt.copy_from_slice(&random[..16]);
        on_thread(&app, move |site| {
            site.change_password(&caller, (&old, &new), &salt, Timestamp::now())
        })
        .await
    };
    match made.await {
        Ok(()) => {
            let mut response = to("/sign-in?changed");
            set_cookie(&mut response, "");
            response
        }
        Err(problem) => password_page(&app, &guest, asked, Some(&problem)),
    }
}

/// `GET /rights`: what I can see and change, and why.
pub(super) async fn own_rights(
    state: State<Arc<App>>,
    guest: Guest,
    query: Query<Given>,
    headers: HeaderMap,
) -> Response {
    let user = guest.caller.name().to_owned();
    rights(state, guest, Path(user), query, headers).await
}

/// `GET /rights/{user}`.
pub(super) async fn rights(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path(user): Path<String>,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = asked(&app, &given, &headers);
    let caller = guest.caller.clone();
    match on_thread(&app, move |site| site.explain(&caller, &user, Timestamp::now())).await {
        Ok(explanation) => {
            let title = Text::both("Quyền xem và sửa", "What can be seen and changed");
            let own = json!({"rights": rights_value(&explanation, asked)});
            let path = format!("/rights/{}", explanation.name);
            let frame = frame(&app, Some(&guest), &path, &title, asked, own);
            app.pages.render("rights.html", StatusCode::OK, frame)
        }
        Err(problem) => problem_page(&app, &problem, asked),
    }
}

fn rights_value(explanation: &Explanation, asked: Locale) -> Value {
    let said = |texts: &[Text]| -> Vec<String> {
        texts.iter().map(|text| text.get(asked).to_owned()).collect()
    };
    let grants: Vec<Value> = explanation
        .grants
        .iter()
        .map(|grant| {
            json!({
                "title": grant.title.get(asked),
                "place": grant.place.get(asked),
                "ground": grant.ground.get(asked),
                "validity": grant.validity.get(asked),
                "holds": grant.holds,
                "may": said(&grant.may),
            })
        })
        .collect();
    let areas: Vec<Value> = explanation
        .areas
        .iter()
        .map(|area| {
            json!({
                "title": area.title.get(asked),
                "sees": said(&area.sees),
                "changes": said(&area.changes),
                // Common records are seen by everybody.
                "common": area.area == "site",
            })
        })
        .collect();
    json!({
        "name": explanation.name,
        "full_name": explanation.full_name,
        "active": explanation.status == "active",
        "day": explanation.day,
        "grants": grants,
        "areas": areas,
    })
}

/// `GET /users`: the accounts that one manages.
pub(super) async fn users(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = asked(&app, &given, &headers);
    users_page(&app, &guest, asked, None, None).await
}

async fn users_page(
    app: &Arc<App>,
    guest: &Guest,
    asked: Locale,
    problem: Option<&Problem>,
    password: Option<(String, String)>,
) -> Response {
    let caller = guest.caller.clone();
    let users = match on_thread(app, move |site| site.users(&caller, Timestamp::now())).await {
        Ok(users) => users,
        Err(problem) => return problem_page(app, &problem, asked),
    };
    let users: Vec<Value> = users.iter().map(|user| user_value(user, guest, asked)).collect();
    let own = json!({
        "users": users,
        "problem": problem.map(|problem| problem_value(problem, asked)),
        "first": password.map(|(name, password)| json!({"name": name, "password": password})),
    });
    let title = Text::both("Tài khoản", "Accounts");
    let frame = frame(app, Some(guest), "/users", &title, asked, own);
    let status = problem.map_or(StatusCode::OK, |problem| status(problem.kind));
    app.pages.render("users.html", status, frame)
}

fn user_value(user: &UserView, guest: &Guest, asked: Locale) -> Value {
    let roles: Vec<&str> = user.roles.iter().map(|role| role.get(asked)).collect();
    json!({
        "name": user.name,
        "full_name": user.full_name,
        "school": user.school,
        "active": user.status == "active",
        "must_change": user.must_change,
        "roles": roles.join(", "),
        "self": user.name == guest.caller.name(),
    })
}

/// `POST /users/{user}/{act}`: `add`, `disable`, `enable` or `reset-password`.
pub(super) async fn do_user(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path((user, act)): Path<(String, String)>,
    headers: HeaderMap,
    Form(given): Form<Given>,
) -> Response {
    let asked = asked(&app, &given, &headers);
    let caller = guest.caller.clone();
    let text = |name: &str| given.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
    let account = NewAccount {
        name: text("name").to_lowercase(),
        full_name: text("full_name"),
        staff: (!text("staff").is_empty()).then(|| (text("school"), text("staff"))),
    };
    let name = if act == "add" { account.name.clone() } else { user.clone() };
    let made = async {
        let random = random()?;
        let now = Timestamp::now();
        on_thread(&app, move |site| match act.as_str() {
            "add" => site.add_user(&caller, &account, None, &random, now).map(Some),
            "reset-password" => site.reset_password(&caller, &user, &random, now).map(Some),
            "disable" => site.set_user_active(&caller, &user, false, now, "").map(|()| None),
            "enable" => site.set_user_active(&caller, &user, true, now, "").map(|()| None),
            _ => Err(Problem::new(
                ProblemKind::NotFound,
                "J001",
                "Không có việc này",
                "there is no such act",
            )),
        })
        .await
    };
    match made.await {
        Ok(Some(password)) => users_page(&app, &guest, asked, None, Some((name, password))).await,
        Ok(None) => to("/users"),
        Err(problem) => users_page(&app, &guest, asked, Some(&problem), None).await,
    }
}
