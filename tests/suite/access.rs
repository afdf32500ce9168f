//! Signing in, sessions, tokens and delegations over HTTP, and what happens to whoever tries more.

use std::sync::{Arc, OnceLock};

use bieumau_model::scope::Caller;
use bieumau_pipeline::Site;
use bieumau_pipeline::access::{
    DEMO_PASSWORD, GrantRequest, HandoverRequest, NewAccount, NewGrant, TokenRequest,
};
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use libtest_mimic::{Failed, Trial};
use serde_json::json;

use crate::support::{
    FAR_PRIMARY, Outcome, OwnSite, PRIMARY, SECONDARY, YEAR, altered, contains, ensure, html, keep,
    lacks, said, same, workers,
};
use crate::web::{Answer, Web};

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("access::without_a_session_pages_lead_to_the_sign_in_page", || {
            let page = web().get("/?report=primary_transcript")?;
            same(page.status, 303)?;
            same(page.header("location"), "/sign-in?next=%2F%3Freport%3Dprimary_transcript")?;
            web().get("/api/v1/reports")?.problem(401, "J153")?;
            web().render("minutes_data_handover", "", "pdf")?.problem(401, "J153").map(|_| ())
        }),
        Trial::test("access::who_signs_in_is_greeted_and_may_leave", greeted),
        Trial::test("access::a_wrong_password_says_nothing_about_the_name", || {
            let wrong = sign_in("hieutruong-31030003", "sai mật khẩu rồi")?;
            let unknown = sign_in("khong.co.ai", "sai mật khẩu rồi")?;
            same((wrong.status, unknown.status), (401, 401))?;
            contains(&wrong.text(), &["Tên đăng nhập hoặc mật khẩu không đúng"])?;
            let plain = |answer: &Answer| {
                answer.text().replace("khong.co.ai", "").replace("hieutruong-31030003", "")
            };
            same(plain(&wrong), plain(&unknown))
        }),
        Trial::test("access::guessing_is_slowed_down", throttled),
        Trial::test("access::the_first_sign_in_changes_the_password", first_password),
        Trial::test("access::a_disabled_user_has_neither_session_nor_token", disabled),
        Trial::test("access::signing_out_everywhere_ends_every_session", everywhere),
        Trial::test("access::a_guessed_session_is_nobody", || {
            for token in ["", "0", &"0".repeat(64), "' OR 1=1 --"] {
                let line = format!("Cookie: bieumau_session={token}");
                same(web().get_with("/", &[&line])?.status, 303)?;
                let line = format!("Authorization: Bearer bm_{token}");
                web().get_with("/api/v1/me", &[&line])?.problem(401, "J153")?;
            }
            Ok(())
        }),
        Trial::test("access::another_site_cannot_make_a_browser_change_something", csrf),
        Trial::test("access::the_cookie_is_for_our_pages_only", || {
            let signed = sign_in("hieutruong-31030003", DEMO_PASSWORD)?;
            contains(signed.header("set-cookie"), &["HttpOnly", "SameSite=Strict", "Path=/"])?;
            // The store knows only the hash.
            let token = cookie(&signed)?;
            let bytes = std::fs::read(own().folder.path().join("data.db-wal"))?;
            let token = token.rsplit('=').next().unwrap_or_default().to_owned();
            let found = bytes.windows(token.len()).any(|part| part == token.as_bytes());
            ensure(!found, || "the token stands in the file".to_owned())
        }),
        Trial::test("access::the_sign_in_page_sends_nobody_elsewhere", || {
            for next in ["//evil.example", "https://evil.example", "/\\evil.example"] {
                let answer = form(
                    "/sign-in",
                    &[],
                    &[("name", "thanhtra"), ("password", DEMO_PASSWORD), ("next", next)],
                )?;
                same((answer.status, answer.header("location")), (303, "/"))?;
            }
            Ok(())
        }),
        Trial::test("access::a_token_is_narrower_than_its_owner", narrow_token),
        Trial::test("access::a_token_manages_neither_accounts_nor_tokens", || {
            let token = token("hieutruong-31030003", &TokenRequest::default())?;
            let body = json!({"name": "moi.tao", "full_name": "Mới Tạo", "school": SECONDARY, "staff": "NV01"});
            bearer_post("/api/v1/users", &token, &body.to_string())?.problem(403, "J150")?;
            let body = json!({"title": "thêm"}).to_string();
            bearer_post("/api/v1/tokens", &token, &body)?.problem(403, "J150").map(|_| ())
        }),
        Trial::test("access::a_delegation_ends_on_its_last_day", delegation),
        Trial::test("access::nobody_gives_more_than_they_have", no_more_than_own),
        Trial::test("access::a_vice_principal_cannot_become_the_principal", || {
            let token = session("phohieutruong-31030003")?;
            let path = "/api/v1/users/hieutruong-31030003/reset-password";
            with_session("POST", path, &token, "")?.problem(403, "J150")?;
            let path = "/api/v1/users/quantri/reset-password";
            with_session("POST", path, &token, "")?.problem(403, "J150")?;
            // Nor by a second account of the principal's, nor is it told who has an account.
            let second = json!({"name": "hieu.truong.hai", "full_name": "Hai", "school": SECONDARY,
                "staff": staff_of("hieutruong-31030003")?});
            let answer = with_session("POST", "/api/v1/users", &token, &second.to_string())?;
            answer.problem(403, "J150")?;
            let path = "/api/v1/users/khong.co.ai/reset-password";
            with_session("POST", path, &token, "")?.problem(403, "J150").map(|_| ())
        }),
        Trial::test("access::rights_are_explained_to_oneself_and_to_managers_only", explained),
        Trial::test("access::a_class_teacher_prints_transcripts_with_earlier_years", transcript),
        Trial::test("access::minutes_of_a_handover_say_what_the_accounts_may_do", handover),
        Trial::test("access::what_was_done_stands_in_the_audit", audited),
        Trial::test("access::a_unit_that_is_no_more_gives_nothing", unit_is_over),
        Trial::test("access::an_inspection_gets_minutes_log_and_proof_in_one_file", inspection),
    ]
}

/// A copy of the demo site that these cases may write to.
pub fn own() -> &'static OwnSite {
    static OWN: OnceLock<OwnSite> = OnceLock::new();
    OWN.get_or_init(|| {
        let made = altered(&[], &workers(2)).unwrap_or_else(|failed| panic!("{failed:?}"));
        OwnSite { site: made.site, folder: keep(made.folder) }
    })
}

fn site() -> &'static Arc<Site> {
    &own().site
}

pub fn web() -> &'static Web {
    static WEB: OnceLock<Web> = OnceLock::new();
    WEB.get_or_init(|| Web::signed(site()).expect("a free port"))
}

pub fn today() -> Date {
    jiff::tz::Offset::constant(7).to_datetime(Timestamp::now()).date()
}

/// Sends a form to `path`.
fn form(path: &str, lines: &[&str], fields: &[(&str, &str)]) -> Result<Answer, Failed> {
    let encode = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' => {
                    char::from(byte).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect()
    };
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    let mut lines = lines.to_vec();
    lines.push("Content-Type: application/x-www-form-urlencoded");
    web().ask("POST", path, &lines, pairs.join("&").as_bytes())
}

fn sign_in(name: &str, password: &str) -> Result<Answer, Failed> {
    form("/sign-in", &[], &[("name", name), ("password", password)])
}

/// The cookie that an answer sets, as a header line.
fn cookie(answer: &Answer) -> Result<String, Failed> {
    same(answer.status, 303)?;
    let set = answer.header("set-cookie").split(';').next().unwrap_or_default();
    ensure(set.starts_with("bieumau_session="), || format!("no cookie: {set}"))?;
    Ok(format!("Cookie: {set}"))
}

/// Signs in with an account of the demo; the cookie as a header line.
fn session(name: &str) -> Result<String, Failed> {
    cookie(&sign_in(name, DEMO_PASSWORD)?)
}

/// Asks with the cookie, as a page of ours would.
fn with_session(method: &str, path: &str, cookie: &str, body: &str) -> Result<Answer, Failed> {
    let lines = [cookie, "Sec-Fetch-Site: same-origin", "Content-Type: application/json"];
    web().ask(method, path, &lines, body.as_bytes())
}

/// Makes a token of `user` as the operator; what the request leaves out is filled.
pub fn token(user: &str, request: &TokenRequest) -> Result<String, Failed> {
    let request = TokenRequest { title: "thử".to_owned(), days: 30, ..request.clone() };
    site().add_token(&Caller::Operator, user, &request, &random(), Timestamp::now()).map_err(said)
}

/// Bytes that are not the same twice; no secret hangs on them here.
pub fn random() -> [u8; 32] {
    use std::hash::{BuildHasher, RandomState};
    let mut bytes = [0; 32];
    for (at, part) in bytes.chunks_mut(8).enumerate() {
        part.copy_from_slice(&RandomState::new().hash_one(at).to_le_bytes());
    }
    bytes
}

pub fn bearer(path: &str, token: &str) -> Result<Answer, Failed> {
    web().get_with(path, &[&format!("Authorization: Bearer {token}")])
}

fn bearer_post(path: &str, token: &str, body: &str) -> Result<Answer, Failed> {
    web().post_with(path, &[&format!("Authorization: Bearer {token}")], body)
}

/// Adds an account with a password that need not be changed, and gives it a role.
pub fn account(name: &str, grant: Option<NewGrant>) -> Outcome {
    let (operator, now) = (Caller::Operator, Timestamp::now());
    let new =
        NewAccount {
            name: name.to_owned(), full_name: format!("Người thử {name}"), staff: None
        };
    site().add_user(&operator, &new, None, &random(), now).map_err(said)?;
    if let Some(grant) = grant {
        let grant = NewGrant { user: name.to_owned(), ..grant };
        let request = GrantRequest { grant, reason: "để thử".to_owned() };
        site().add_grant(&operator, &request, now).map_err(said)?;
    }
    Ok(())
}

fn greeted() -> Outcome {
    let cookie = session("hieutruong-31030003")?;
    let start = web().get_with("/", &[&cookie])?;
    same(start.status, 200)?;
    contains(&start.text(), &["Cánh Buồm", "2025-2026", "Đăng xuất", "Quyền của tôi"])?;
    let out = form("/sign-out", &[&cookie, "Sec-Fetch-Site: same-origin"], &[])?;
    same((out.status, out.header("location")), (303, "/sign-in?left"))?;
    same(web().get_with("/", &[&cookie])?.status, 303)
}

fn throttled() -> Outcome {
    account("bi.do", None)?;
    for _ in 0..5 {
        same(sign_in("bi.do", "không phải đâu")?.status, 401)?;
    }
    let slowed = sign_in("bi.do", "không phải đâu")?;
    same(slowed.status, 429)?;
    contains(&slowed.text(), &["hãy thử lại sau"])?;
    // Others from the same school go on.
    same(sign_in("thanhtra", DEMO_PASSWORD)?.status, 303)
}

fn first_password() -> Outcome {
    let new = NewAccount { name: "moi.den".into(), full_name: "Mới Đến".into(), staff: None };
    let first = site()
        .add_user(&Caller::Operator, &new, None, &random(), Timestamp::now())
        .map_err(said)?;
    let signed = sign_in("moi.den", &first)?;
    same(signed.header("location"), "/password")?;
    let cookie = cookie(&signed)?;
    let elsewhere = web().get_with("/", &[&cookie])?;
    same((elsewhere.status, elsewhere.header("location")), (303, "/password"))?;
    web().get_with("/api/v1/me", &[&cookie])?.problem(403, "J161")?;
    let change = |old: &str, new: &str| {
        let lines = [cookie.as_str(), "Sec-Fetch-Site: same-origin"];
        form("/password", &lines, &[("old", old), ("password", new), ("again", new)])
    };
    contains(&change(&first, "ngắn")?.text(), &["ít nhất 10 ký tự"])?;
    contains(&change(&first, &first)?.text(), &["phải khác mật khẩu cũ"])?;
    same(change("sai rồi", "mưa trên phố nhỏ")?.status, 401)?;
    let changed = change(&first, "mưa trên phố nhỏ")?;
    same(changed.header("location"), "/sign-in?changed")?;
    same(sign_in("moi.den", &first)?.status, 401)?;
    same(sign_in("moi.den", "mưa trên phố nhỏ")?.header("location").to_owned(), "/".to_owned())
}

fn disabled() -> Outcome {
    let name = "vanthu-31020001";
    let cookie = session(name)?;
    let token = token(name, &TokenRequest::default())?;
    same(bearer("/api/v1/me", &token)?.status, 200)?;
    let (operator, now) = (Caller::Operator, Timestamp::now());
    site().set_user_active(&operator, name, false, now, "nghỉ việc").map_err(said)?;
    same(web().get_with("/", &[&cookie])?.status, 303)?;
    bearer("/api/v1/me", &token)?.problem(401, "J153")?;
    same(sign_in(name, DEMO_PASSWORD)?.status, 401)?;
    // Coming back does not bring the old session and token back.
    site().set_user_active(&operator, name, true, now, "").map_err(said)?;
    same(web().get_with("/", &[&cookie])?.status, 303)?;
    bearer("/api/v1/me", &token)?.problem(401, "J153")?;
    same(sign_in(name, DEMO_PASSWORD)?.status, 303)
}

fn everywhere() -> Outcome {
    let (one, other) = (session("thanhtra")?, session("thanhtra")?);
    let out = form("/sign-out-everywhere", &[&one, "Sec-Fetch-Site: same-origin"], &[])?;
    same(out.status, 303)?;
    for cookie in [one, other] {
        same(web().get_with("/", &[&cookie])?.status, 303)?;
    }
    Ok(())
}

fn csrf() -> Outcome {
    let cookie = session("quantri")?;
    let body = json!({"name": "ke.gian", "full_name": "Kẻ Gian"}).to_string();
    let json = "Content-Type: application/json";
    for line in [
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Origin: http://evil.example",
        "Origin: null",
        // A browser always says where a request comes from.
        "X-Nothing: said",
    ] {
        let answer = web().ask("POST", "/api/v1/users", &[&cookie, line, json], body.as_bytes())?;
        answer.problem(403, "J160")?;
    }
    let cross = form("/sign-in", &["Sec-Fetch-Site: cross-site"], &[("name", "x")])?;
    same(cross.status, 403)?;
    let origin = format!("Origin: http://{}", web().address());
    let answer = web().ask("POST", "/api/v1/users", &[&cookie, &origin, json], body.as_bytes())?;
    same(answer.status, 200)
}

fn narrow_token() -> Outcome {
    let grant = NewGrant { role: "auditor".into(), ..NewGrant::default() };
    account("kiem.tra", Some(grant))?;
    let reads = |token: &str, school: &str| -> Result<bool, Failed> {
        let path = format!("/api/v1/access/decision?action=read&area=pupils&school={school}");
        Ok(bearer(&path, token)?.json()?["allowed"] == json!(true))
    };
    let whole = token("kiem.tra", &TokenRequest::default())?;
    same((reads(&whole, PRIMARY)?, reads(&whole, FAR_PRIMARY)?), (true, true))?;
    let one = TokenRequest { schools: vec![PRIMARY.into()], ..TokenRequest::default() };
    let one = token("kiem.tra", &one)?;
    same((reads(&one, PRIMARY)?, reads(&one, FAR_PRIMARY)?), (true, false))?;
    let staff = TokenRequest { areas: vec!["staff".into()], ..TokenRequest::default() };
    same(reads(&token("kiem.tra", &staff)?, PRIMARY)?, false)?;
    // The documents follow.
    let given = format!(
        r#"{{"parameters": {{"school": "{FAR_PRIMARY}", "year": "{YEAR}", "class": "2B", "point": "end_2"}}}}"#
    );
    let path = "/api/v1/reports/primary_class_summary/render";
    same(bearer_post(path, &whole, &given)?.status, 200)?;
    bearer_post(path, &one, &given)?.problem(404, "J013")?;
    // A token is no longer of use after its last day, nor when it was ended.
    let later = Timestamp::now() + SignedDuration::from_hours(24 * 31);
    ensure(site().token_visitor(&whole, later).map_err(said)?.is_none(), || "still of use".into())?;
    let tokens = site().tokens(&Caller::Operator, "kiem.tra", Timestamp::now()).map_err(said)?;
    let (operator, now) = (Caller::Operator, Timestamp::now());
    site().end_token(&operator, "kiem.tra", tokens[0].id, now).map_err(said)?;
    bearer("/api/v1/me", &whole)?.problem(401, "J153").map(|_| ())
}

fn delegation() -> Outcome {
    let yesterday = today().yesterday()?;
    let grant = |from: Date, to: Date| NewGrant {
        role: "principal".into(),
        school: Some(SECONDARY.into()),
        valid_from: Some(from),
        valid_to: Some(to),
        ..NewGrant::default()
    };
    account("thay.truoc", Some(grant(date(2026, 1, 1), yesterday)))?;
    account("thay.nay", Some(grant(date(2026, 1, 1), today())))?;
    account("thay.sau", Some(grant(today().tomorrow()?, date(2099, 1, 1))))?;
    for (name, allowed) in [("thay.truoc", false), ("thay.nay", true), ("thay.sau", false)] {
        let token = token(name, &TokenRequest::default())?;
        let path = format!("/api/v1/access/decision?action=lock&area=teaching&school={SECONDARY}");
        same((name, &bearer(&path, &token)?.json()?["allowed"]), (name, &json!(allowed)))?;
    }
    // The same account, the day after: a session that goes on is no way around it.
    let later = Timestamp::now() + SignedDuration::from_hours(24);
    let caller = site().caller_of("thay.nay", later).map_err(said)?;
    same(caller.scope().reaches.len(), 0)
}

fn no_more_than_own() -> Outcome {
    let principal = session("hieutruong-31030003")?;
    let give = |user: &str, body: serde_json::Value| {
        let path = format!("/api/v1/users/{user}/grants");
        with_session("POST", &path, &principal, &body.to_string())
    };
    let clerk = "vanthu-31030003";
    let own = json!({"role": "auditor", "school": SECONDARY, "reason": "tự kiểm tra"});
    same(give(clerk, own)?.status, 200)?;
    for body in [
        json!({"role": "auditor", "school": PRIMARY, "reason": "trường khác"}),
        json!({"role": "auditor", "reason": "cả hệ thống"}),
        json!({"role": "administrator", "reason": "cả hệ thống"}),
        json!({"role": "auditor", "level": "primary", "reason": "cả cấp"}),
    ] {
        give(clerk, body)?.problem(403, "J150")?;
    }
    // Nor to the account of another school.
    let own = json!({"role": "auditor", "school": SECONDARY, "reason": "người trường khác"});
    give("hieutruong-31020001", own)?.problem(403, "J150")?;
    // Nor does a teacher give anything.
    let teacher = session("chunhiem-31030003")?;
    let body = json!({"role": "clerk", "school": SECONDARY, "reason": "x"}).to_string();
    let path = format!("/api/v1/users/{clerk}/grants");
    with_session("POST", &path, &teacher, &body)?.problem(403, "J150")?;
    // What is wrong with a grant is told all at once.
    let wrong = give(clerk, json!({"role": "class_teacher", "school": "999"}))?;
    let problem = wrong.problem(422, "J157")?;
    same(problem["findings"].as_array().map(Vec::len), Some(3))
}

fn explained() -> Outcome {
    let teacher = session("chunhiem-31030003")?;
    let page = web().get_with("/rights", &[&teacher])?;
    same(page.status, 200)?;
    contains(
        &page.text(),
        &["Giáo viên chủ nhiệm", "phân công lớp", "đang hiệu lực", "sổ chủ nhiệm"],
    )?;
    let foreign = web().get_with("/rights/hieutruong-31030003", &[&teacher])?;
    same(foreign.status, 403)?;
    contains(&foreign.text(), &["J150", "Liên hệ"])?;
    // Users that do not exist are not told from those that do.
    let path = |name: &str| format!("/api/v1/users/{name}/rights");
    let problem = |name: &str| web().get_with(&path(name), &[&teacher])?.problem(403, "J150");
    problem("hieutruong-31030003")?;
    problem("khong.co.ai")?;
    let principal = session("hieutruong-31030003")?;
    let told = web().get_with(&path("chunhiem-31030003"), &[&principal])?.json()?;
    same(&told["grants"][0]["role"], &json!("class_teacher"))?;
    web().get_with(&path("chunhiem-31020001"), &[&principal])?.problem(403, "J150").map(|_| ())
}

/// A class teacher of a ninth grade sees the years before in a transcript, and nothing of them
/// elsewhere.
fn transcript() -> Outcome {
    let grant = NewGrant {
        role: "class_teacher".into(),
        school: Some(SECONDARY.into()),
        year: Some(YEAR.parse()?),
        class: Some("9A1".into()),
        ..NewGrant::default()
    };
    account("chu.nhiem.9", Some(grant))?;
    let caller = site().caller_of("chu.nhiem.9", Timestamp::now()).map_err(said)?;
    let given = format!("school={SECONDARY} year={YEAR} class=9A1");
    let view = site()
        .report_view(&caller, "lower_secondary_transcript", &crate::support::parameters(&given))
        .map_err(said)?;
    let pupils = view.fields.into_iter().find(|field| field.id == "pupil").ok_or("no field")?;
    let pupil = pupils.choices.get(3).ok_or("no pupil")?.value.clone();
    let given = format!("{given} pupil={pupil}");
    let own = crate::support::render(site(), &caller, "lower_secondary_transcript", &given, "html");
    let own = String::from_utf8(own.map_err(said)?.bytes)?;
    let whole = html(site(), "lower_secondary_transcript", &given)?;
    ensure(own == whole, || "the class teacher's transcript is not the whole one".to_owned())?;
    contains(&own, &["2023-2024", "2024-2025", "2025-2026"])?;
    // The class of the year before is not theirs, though most of its pupils are.
    let before = format!("school={SECONDARY} year=2024 class=8A1");
    let book =
        crate::support::render(site(), &caller, "lower_secondary_gradebook", &before, "html");
    same(book.err().map(|problem| problem.code), Some("J013"))
}

fn handover() -> Outcome {
    let request = HandoverRequest {
        school: SECONDARY.into(),
        year: YEAR.parse()?,
        users: Vec::new(),
        giver: staff_of("hieutruong-31030003")?,
        receiver: staff_of("phohieutruong-31030003")?,
        held_on: date(2026, 6, 1),
        hours: ((8, 0), (9, 30)),
        place: "Phòng Hội đồng".into(),
    };
    // The principal's own account does it; a teacher's does not.
    let now = Timestamp::now();
    let principal = site().caller_of("hieutruong-31030003", now).map_err(said)?;
    let teacher = site().caller_of("chunhiem-31030003", now).map_err(said)?;
    let refused = site().hand_over_accounts(&teacher, &request, now);
    same(refused.err().map(|problem| problem.code), Some("J150"))?;
    let number = site().hand_over_accounts(&principal, &request, now).map_err(said)?;
    let given = format!("school={SECONDARY} year={YEAR} number={number}");
    let page = html(site(), "minutes_account_handover", &given)?;
    contains(
        &page,
        &["chunhiem-31030003", "Giáo viên chủ nhiệm lớp", "Hiệu trưởng", "vanthu-31030003"],
    )?;
    contains(&page.to_uppercase(), &["BẢN CAM KẾT"])?;
    lacks(&page, &[DEMO_PASSWORD])
}

fn staff_of(user: &str) -> Result<String, Failed> {
    let users = site().users(&Caller::Operator, Timestamp::now()).map_err(said)?;
    let user = users.into_iter().find(|own| own.name == user).ok_or("no such user")?;
    user.staff.ok_or_else(|| "no staff".into())
}

fn audited() -> Outcome {
    let begun = Timestamp::now();
    let cookie = session("hieutruong-79020002")?;
    let given = format!("school={FAR_PRIMARY}&year={YEAR}&class=2B&point=end_2");
    let path = format!("/documents/primary_class_summary?{given}");
    same(web().get_with(&path, &[&cookie])?.status, 200)?;
    let lines = web().get_with(&format!("/api/v1/audit?from={begun}"), &[&cookie])?.json()?;
    let lines = lines["lines"].as_array().ok_or("no lines")?.clone();
    let read = lines.iter().find(|line| line["action"] == "document_read").ok_or("not noted")?;
    same(&read["caller"], &json!("hieutruong-79020002"))?;
    same(&read["details"]["report"], &json!("primary_class_summary"))?;
    ensure(lines.iter().any(|line| line["action"] == "sign_in"), || "no sign-in".to_owned())?;
    // A principal reads the lines of the own school only; a teacher none.
    ensure(
        lines
            .iter()
            .all(|line| line["caller"].as_str().is_some_and(|who| who.contains("79020002"))),
        || format!("{lines:#?}"),
    )?;
    let teacher = session("chunhiem-31030003")?;
    web().get_with("/api/v1/audit", &[&teacher])?.problem(403, "J150")?;
    web().get_with("/api/v1/audit/verify", &[&teacher])?.problem(403, "J150")?;
    let auditor = token("thanhtra", &TokenRequest { read_only: true, ..TokenRequest::default() })?;
    let proof = bearer("/api/v1/audit/verify", &auditor)?.json()?;
    ensure(proof["lines"].as_i64().is_some_and(|lines| lines > 10), || proof.to_string())?;
    let export = bearer("/api/v1/audit/export", &auditor)?;
    same(export.header("content-type"), "application/x-ndjson")?;
    contains(&export.text(), &["\"hash\":", "grant_add", "user_add"])
}

fn unit_is_over() -> Outcome {
    use crate::support::form as definition;
    use bieumau_model::table::{Cells, Column, Table};
    let text = |name: &str, value: &str| Column {
        name: name.to_owned(),
        cells: Cells::Text(vec![Some(value.to_owned())]),
    };
    let day = |name: &str, value: Date| Column {
        name: name.to_owned(),
        cells: Cells::Date(vec![Some(value)]),
    };
    let columns = vec![
        text("unit", "PGD-CU"),
        day("valid_from", date(2020, 1, 1)),
        day("valid_to", date(2025, 6, 30)),
        text("kind", "province_department"),
        text("name", "Phòng cũ"),
        text("heading", "PHÒNG CŨ"),
        text("province", "31"),
    ];
    let table = Table::new("org_unit", columns)?;
    let mut store = crate::support::store(own().folder.path())?;
    let now = Timestamp::now();
    store.insert(&Caller::Operator, definition("org_unit"), &table, now, "")?;
    let grant = NewGrant {
        role: "provincial_officer".into(),
        unit: Some("PGD-CU".into()),
        ..NewGrant::default()
    };
    account("can.bo.cu", Some(grant))?;
    let caller = site().caller_of("can.bo.cu", now).map_err(said)?;
    same(caller.scope().reaches.len(), 0)?;
    let told = site().explain(&caller, "can.bo.cu", now).map_err(said)?;
    same(told.grants.first().map(|grant| grant.holds), Some(false))?;
    contains(told.grants[0].validity.get(bieumau_model::text::Locale::Vi), &["30/06/2025"])
}

fn inspection() -> Outcome {
    let path =
        |school: &str| format!("/api/v1/inspection?from=2025-08-01&to=2025-09-30&school={school}");
    let token_of =
        |user: &str| token(user, &TokenRequest { read_only: true, ..TokenRequest::default() });
    let principal = token_of("hieutruong-31030003")?;
    let bundle = bearer(&path(SECONDARY), &principal)?;
    same((bundle.status, bundle.header("content-type")), (200, "application/zip"))?;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&bundle.body))?;
    let mut files = std::collections::BTreeMap::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at)?;
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut bytes)?;
        files.insert(file.name()?.into_owned(), bytes);
    }
    let minutes = files.get("bien-ban/31030003-2025-so-1-accounts.pdf").ok_or("no minutes")?;
    ensure(minutes.starts_with(b"%PDF"), || "no PDF".to_owned())?;
    let readme = String::from_utf8_lossy(&files["DOC-TRUOC.md"]).into_owned();
    contains(&readme, &["từ 01/08/2025 đến hết 30/09/2025", "31030003", "hieutruong-31030003"])?;
    contains(
        &String::from_utf8_lossy(&files["nhat-ky/chung-minh.json"]),
        &["\"nguyen_ven\": true"],
    )?;
    // Every file but the list itself stands in the list, with the hash that it has.
    let sums = String::from_utf8_lossy(&files["SHA256SUMS.txt"]).into_owned();
    same(sums.lines().count() + 1, files.len())?;
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").ok_or("no sum")?;
        same(sha256(&files[name]).as_str(), sum)?;
    }
    // Of other schools, or of all, a principal gets nothing; a teacher gets nothing at all.
    bearer(&path(PRIMARY), &principal)?.problem(403, "J150")?;
    let all = "/api/v1/inspection?from=2025-08-01&to=2025-09-30";
    bearer(all, &principal)?.problem(403, "J150")?;
    bearer(&path(SECONDARY), &token_of("chunhiem-31030003")?)?.problem(403, "J150")?;
    let turned = "/api/v1/inspection?from=2025-09-30&to=2025-08-01";
    bearer(turned, &token_of("thanhtra")?)?.problem(422, "J171").map(|_| ())
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
