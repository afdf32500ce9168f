//! The desk of a school: the register of issued documents, the audit that finds what was changed
//! behind the engine's back, evidence, the inspection bundle, and the pages for them.
//!
//! `rights/desk.csv` says for each role which of these endpoints answer, in the own school and in
//! others.

use std::collections::BTreeMap;

use bieumau_model::access::Role;
use bieumau_model::scope::Caller;
use bieumau_model::text::Locale;
use bieumau_pipeline::flows::{NewCorrection, NewLine, NewReview};
use bieumau_pipeline::{Inspection, NewFile, Site};
use jiff::Timestamp;
use jiff::civil::date;
use libtest_mimic::{Failed, Trial};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::access::{own, web};
use crate::rights::tokens;
use crate::support::{
    FAR_PRIMARY, Outcome, OwnSite, PRIMARY, SECONDARY, altered, cases, check_reference, contains,
    ensure, lacks, parameters, said, same, workers,
};
use crate::web::Web;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("desk::an_issued_document_is_checked_replaced_and_revoked", register),
        Trial::test("desk::anybody_may_ask_for_a_code_and_learns_nothing_about_persons", public),
        Trial::test("desk::a_mark_that_was_changed_in_the_file_is_found_and_named", tampered),
        Trial::test("desk::the_end_of_the_audit_cannot_be_cut_off_unseen", cut_off),
        Trial::test("desk::an_inspection_gets_the_very_bytes_and_the_evidence", bundle),
        Trial::test("desk::a_class_book_is_signed_on_its_page", sign_page),
        Trial::test("desk::a_review_goes_its_three_steps_on_its_page", review_page),
        Trial::test("desk::every_page_tells_what_to_do_and_whom_to_ask", pages),
        Trial::test("desk::every_endpoint_answers_whom_the_file_says", rights),
    ]
}

fn school() -> Result<OwnSite, Failed> {
    altered(&[], &workers(1))
}

/// The minutes that the demo has; they are about no pupil.
fn minutes(school: &str) -> String {
    format!("school={school} year=2025 number=1")
}

fn issue(site: &Site, school: &str) -> Result<i64, Failed> {
    let given = parameters(&minutes(school));
    let wanted = ("minutes_account_handover", &given, "pdf");
    let issued = site.issue(&Caller::Operator, wanted, None, Timestamp::now()).map_err(said)?;
    Ok(issued.line.id)
}

/// Sends a form as a page of ours does.
fn post_form(web: &Web, path: &str, fields: &[(&str, &str)]) -> Result<crate::web::Answer, Failed> {
    let encode =
        |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let lines = ["Content-Type: application/x-www-form-urlencoded"];
    web.ask("POST", path, &lines, pairs.join("&").as_bytes())
}

fn register() -> Outcome {
    let own = school()?;
    let site = &own.site;
    let id = issue(site, SECONDARY)?;
    let web = Web::serve(site, Caller::Operator)?;
    let path = format!("/api/v1/issued/{id}");
    let first = web.get(&path)?;
    ensure(first.body.starts_with(b"%PDF"), || "no PDF".to_owned())?;
    let line = web.get(&format!("{path}/line"))?.json()?;
    same(&line["state"], &json!("valid"))?;
    let code = line["code"].as_str().ok_or("no code")?.to_owned();
    same(code.len(), 14)?;
    // The code stands on the paper itself, and making it again gives the same bytes.
    let pages = crate::pdf::measure(&first.body)?;
    let text: String = pages[0].runs.iter().map(|run| format!("{} ", run.text)).collect();
    contains(&text, &[&format!("Mã xác minh: {code}")])?;
    let proof = web.get(&format!("{path}/proof"))?.json()?;
    let found = ["bytes_match", "data_matches", "same_again"].map(|name| proof[name].clone());
    same(found, [json!(true), json!(true), json!(true)])?;
    web.post(&format!("{path}/replacement"), "{}")?.problem(422, "J394")?;
    let reason = json!({"reason": "In nhầm"}).to_string();
    let second = web.post(&format!("{path}/replacement"), &reason)?;
    same(second.status, 201)?;
    let second = second.json()?;
    ensure(second["code"] != json!(code), || "the same code twice".to_owned())?;
    same(&second["number"], &json!(2))?;
    // The first one is kept as it was, and says what came in its place.
    same(web.get(&path)?.body, first.body)?;
    let line = web.get(&format!("{path}/line"))?.json()?;
    same(&line["state"], &json!("replaced"))?;
    same(&line["end"]["replaced_by"], &second["id"])?;
    web.post(&format!("{path}/revocation"), &reason)?.problem(409, "J391")?;
    let path = format!("/api/v1/issued/{}", second["id"]);
    same(
        web.post(&format!("{path}/revocation"), &reason)?.json()?["state"].clone(),
        json!("revoked"),
    )?;
    web.post(&format!("{path}/replacement"), &reason)?.problem(409, "J391")?;
    site.verify_audit(None).map_err(said)?;
    // The pages say the same.
    let list = web.get(&format!("/issued?school={SECONDARY}"))?.text();
    contains(&list, &[&code, "Đã được thay thế", "Đã thu hồi"])?;
    let page = web.get(&format!("/issued/{id}?proof=1"))?.text();
    contains(&page, &["Tệp đang lưu đúng là tệp đã phát hành", "In nhầm", "Xem văn bản thay thế"])?;
    lacks(&page, &["Thu hồi</button>"])?;
    // A document is issued from its preview with one button.
    let preview =
        format!("/?report=minutes_account_handover&{}", minutes(SECONDARY).replace(' ', "&"));
    contains(&web.get(&preview)?.text(), &["Phát hành vào sổ"])?;
    let fields = [
        ("report", "minutes_account_handover"),
        ("format", "pdf"),
        ("school", SECONDARY),
        ("year", "2025"),
        ("number", "1"),
    ];
    let issued = post_form(&web, "/issued", &fields)?;
    same(issued.status, 303)?;
    contains(&web.get(issued.header("location"))?.text(), &["Còn hiệu lực", "ghi vào sổ"])
}

fn public() -> Outcome {
    let site = &own().site;
    let id = issue(site, FAR_PRIMARY)?;
    let line = site.issued_line(&Caller::Operator, id, Timestamp::now()).map_err(said)?;
    // Nobody is signed in here. Small letters and blanks are as good.
    for code in [line.code.clone(), line.code.to_lowercase().replace('-', "%20")] {
        let answer = web().get(&format!("/api/v1/verify/{code}"))?;
        let told = answer.json()?;
        same(answer.status, 200)?;
        let mut names: Vec<&str> =
            told.as_object().ok_or("no object")?.keys().map(String::as_str).collect();
        names.sort_unstable();
        same(
            names,
            vec!["code", "ended_on", "issued_on", "kind", "school", "state", "state_title"],
        )?;
        same(&told["state"], &json!("valid"))?;
    }
    let page = web().get(&format!("/verify?code={}", line.code))?;
    same(page.status, 200)?;
    contains(&page.text(), &["Còn hiệu lực", &line.title])?;
    lacks(&page.text(), &["hieutruong", &line.document_hash])?;
    site.revoke_issued(&Caller::Operator, id, "sai", Timestamp::now()).map_err(said)?;
    let told = web().get(&format!("/api/v1/verify/{}", line.code))?.json()?;
    same(&told["state"], &json!("revoked"))?;
    ensure(!told.to_string().contains("sai"), || told.to_string())?;
    web().get("/api/v1/verify/AAAA-BBBB-CCCC")?.problem(404, "J390")?;
    let page = web().get("/verify?code=AAAA-BBBB-CCCC")?;
    same(page.status, 404)?;
    contains(&page.text(), &["Không có văn bản nào mang mã"])?;
    // Nothing else is open.
    web().get(&format!("/api/v1/issued/{id}/line"))?.problem(401, "J153").map(|_| ())
}

fn raw(own: &OwnSite) -> Result<Connection, Failed> {
    Ok(Connection::open(own.folder.path().join("data.db"))?)
}

fn tampered() -> Outcome {
    let own = school()?;
    let site = &own.site;
    let proof = site.verify_audit(None).map_err(said)?;
    ensure(proof.records > 1_000, || format!("{} records", proof.records))?;
    let file = raw(&own)?;
    let (pupil, term): (String, i64) = file.query_row(
        "SELECT pupil, term FROM record_mark WHERE school = ? AND year = 2025 AND subject = 'TOAN' \
         AND end_of_term = 50 LIMIT 1",
        [SECONDARY],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    // As somebody would who has the file: no trigger of a record table refuses an update at all.
    file.execute(
        "UPDATE record_mark SET end_of_term = 95 WHERE school = ? AND year = 2025 AND term = ? \
         AND pupil = ? AND subject = 'TOAN'",
        (SECONDARY, term, &pupil),
    )?;
    let problem = site.verify_audit(None).err().ok_or("nothing was found")?;
    same(problem.code, "J173")?;
    let found: Vec<&str> = problem.findings.iter().map(|own| own.message.get(Locale::Vi)).collect();
    same(found.len(), 1)?;
    contains(found[0], &["`mark`", &pupil, "TOAN", "`end_of_term`", "mã của bản ghi phải là"])?;
    // The page shows it to the auditor.
    let page = Web::serve(site, Caller::Operator)?.get("/audit?verify=1")?.text();
    contains(&page, &["J173", "end_of_term", &pupil])?;
    file.execute_batch("UPDATE record_mark SET end_of_term = 50 WHERE end_of_term = 95 AND 0")?;
    file.execute(
        "UPDATE record_mark SET end_of_term = 50 WHERE school = ? AND year = 2025 AND term = ? \
         AND pupil = ? AND subject = 'TOAN'",
        (SECONDARY, term, &pupil),
    )?;
    site.verify_audit(None).map_err(said)?;
    // Whoever also takes the seal along breaks the chain.
    file.execute_batch(
        "DROP TRIGGER bm_seal_stays; DELETE FROM bm_seal WHERE id = \
         (SELECT max(_seal) FROM record_mark)",
    )?;
    same(site.verify_audit(None).err().map(|problem| problem.code), Some("J170"))
}

fn cut_off() -> Outcome {
    let own = school()?;
    let site = &own.site;
    for number in 1..=3 {
        site.note(
            &Caller::Operator,
            "document_read",
            1,
            &json!({ "number": number }),
            Timestamp::now(),
        )
        .map_err(said)?;
    }
    let noted = site.verify_audit(None).map_err(said)?.head;
    raw(&own)?.execute_batch(
        "DROP TRIGGER bm_audit_stays; DELETE FROM bm_audit WHERE id > (SELECT max(id) - 2 FROM bm_audit)",
    )?;
    // What is left is whole in itself; only what was noted elsewhere shows it.
    let left = site.verify_audit(None).map_err(said)?;
    let problem = site.verify_audit(Some((None, &noted))).err().ok_or("nothing was found")?;
    same(problem.code, "J170")?;
    contains(&problem.to_string(), &["không còn như thế"])?;
    let web = Web::serve(site, Caller::Operator)?;
    web.get(&format!("/api/v1/audit/verify?expect={noted}"))?.problem(500, "J170")?;
    let whole = web.get(&format!("/api/v1/audit/verify?expect={}", left.head))?;
    same(whole.json()?["lines"].clone(), json!(left.lines))?;
    web.get("/api/v1/audit/verify?expect=abc")?.problem(422, "J176").map(|_| ())
}

/// A slip with a scan, sent by the operator in the middle of January.
fn slip(site: &Site, now: Timestamp) -> Result<i64, Failed> {
    let query = bieumau_pipeline::flows::SheetQuery {
        school: SECONDARY.to_owned(),
        year: Some(2025),
        class: "6A1".to_owned(),
        subject: "TOAN".to_owned(),
        term: "1".to_owned(),
    };
    let sheet = site.correction_sheet(&Caller::Operator, &query).map_err(said)?;
    let row = sheet.rows.first().ok_or("no pupil")?;
    let record = [("term", "1"), ("pupil", row.pupil.as_str()), ("subject", "TOAN")];
    let wanted = NewCorrection {
        school: SECONDARY.to_owned(),
        year: 2025,
        form: "mark".to_owned(),
        reason: "Nhập nhầm".to_owned(),
        evidence: "Bài kiểm tra".to_owned(),
        lines: vec![NewLine {
            record: record.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            field: "mid_term".to_owned(),
            value: if row.values.contains(&"3,5".to_owned()) { "4,5" } else { "3,5" }.to_owned(),
        }],
    };
    let file = NewFile { name: "bài.pdf", media_type: "application/pdf", content: b"%PDF scan" };
    site.request_correction(&Caller::Operator, &wanted, &[file], now).map_err(said)
}

fn bundle() -> Outcome {
    let own = school()?;
    let site = &own.site;
    let now: Timestamp = "2026-01-05T08:00:00+07:00".parse()?;
    slip(site, now)?;
    let given = parameters(&minutes(SECONDARY));
    let wanted = ("minutes_account_handover", &given, "pdf");
    let issued = site.issue(&Caller::Operator, wanted, None, now).map_err(said)?;
    site.revoke_issued(&Caller::Operator, issued.line.id, "In nhầm", now).map_err(said)?;
    let inspection = Inspection {
        from: date(2025, 8, 1),
        to: date(2026, 1, 31),
        school: Some(SECONDARY.to_owned()),
    };
    let bytes = site.inspect(&Caller::Operator, &inspection, now).map_err(said)?;
    let files = unzip(&bytes)?;
    let paper = files
        .iter()
        .find(|(name, _)| name.starts_with("van-ban/") && name.ends_with(".pdf"))
        .ok_or("no issued document")?;
    same(paper.1, &issued.document.bytes)?;
    let register = String::from_utf8_lossy(&files["van-ban/so-dang-ky.csv"]).into_owned();
    contains(&register, &[&issued.line.code, "đã thu hồi", "In nhầm", &issued.line.document_hash])?;
    let evidence =
        files.iter().find(|(name, _)| name.starts_with("minh-chung/")).ok_or("no evidence")?;
    same(evidence.1.as_slice(), b"%PDF scan".as_slice())?;
    let slips = String::from_utf8_lossy(&files["phe-duyet/correction.csv"]).into_owned();
    contains(&slips, &["Nhập nhầm", "bài.pdf"])?;
    contains(
        &String::from_utf8_lossy(&files["nhat-ky/nhat-ky.jsonl"]),
        &["\"issue\"", "issue_revoke", "\"attach\""],
    )?;
    contains(
        &String::from_utf8_lossy(&files["nhat-ky/chung-minh.json"]),
        &["\"nguyen_ven\": true", "so_ban_ghi"],
    )?;
    ensure(files.keys().any(|name| name.starts_with("bien-ban/")), || "no minutes".to_owned())?;
    let sums = String::from_utf8_lossy(&files["SHA256SUMS.txt"]).into_owned();
    same(sums.lines().count() + 1, files.len())?;
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").ok_or("no sum")?;
        same((name, sha256(&files[name]).as_str()), (name, sum))?;
    }
    // Nothing of another school, and nothing from before or after.
    let later = Inspection { from: date(2026, 2, 1), to: date(2026, 2, 28), ..inspection };
    let files = unzip(&site.inspect(&Caller::Operator, &later, now).map_err(said)?)?;
    ensure(
        !files.keys().any(|name| name.starts_with("minh-chung/") || name.ends_with(".pdf")),
        || format!("{:?}", files.keys()),
    )
}

fn unzip(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, Failed> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes))?;
    let mut files = BTreeMap::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at)?;
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut bytes)?;
        files.insert(file.name()?.into_owned(), bytes);
    }
    Ok(files)
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The class teacher of a demo class sees on the page what is missing, and who has not signed.
fn sign_page() -> Outcome {
    let own = school()?;
    let web = Web::serve(&own.site, Caller::Operator)?;
    let list =
        web.get(&format!("/sign-offs?school={SECONDARY}&year=2025&term=1&point=mid_term"))?;
    same(list.status, 200)?;
    contains(&list.text(), &["6A1", "Chữ ký", "/sign-offs/31030003/2025/6A1/1/mid_term"])?;
    let path = format!("/sign-offs/{SECONDARY}/2025/6A1/1/mid_term");
    let page = web.get(&path)?.text();
    contains(&page, &["Toán", "Giáo viên chủ nhiệm", "Hiệu trưởng phê duyệt"])?;
    // The operator may sign nothing out of order, and is told why, in Vietnamese.
    let early = post_form(&web, &path, &[("act", "sign"), ("part", "approval")])?;
    ensure(early.status == 409 || early.status == 422, || format!("{}", early.status))?;
    contains(&early.text(), &["role=\"alert\""])?;
    let part = [("act", "sign"), ("part", "subject:TOAN")];
    let signed = post_form(&web, &path, &part)?;
    if signed.status != 303 {
        // Cells are missing in the demo: they are listed by name.
        contains(&signed.text(), &["còn thiếu", "chưa có"])?;
        return Ok(());
    }
    contains(&web.get(&path)?.text(), &["Mở lại"])?;
    let silent = post_form(&web, &path, &[("act", "reopen"), ("part", "subject:TOAN")])?;
    same(silent.status, 422)?;
    contains(&silent.text(), &["Phải ghi lý do mở lại", "class=\"error\""])
}

fn review_page() -> Outcome {
    let own = school()?;
    let site = &own.site;
    let web = Web::serve(site, Caller::Operator)?;
    let path = format!("/reviews?school={SECONDARY}&year=2025");
    contains(&web.get(&path)?.text(), &["Chưa có đợt rà soát nào", "Giao việc rà soát"])?;
    let fields = [("school", SECONDARY), ("year", "2025"), ("kind", "pupils"), ("in_charge", "")];
    let wrong = post_form(&web, "/reviews", &fields)?;
    same(wrong.status, 422)?;
    contains(&wrong.text(), &["Chưa chọn người phụ trách", "class=\"error\""])?;
    let charges =
        site.review_charges(&Caller::Operator, SECONDARY, Timestamp::now()).map_err(said)?;
    let one = charges.first().ok_or("nobody has an account")?;
    let in_charge = format!("{}|{}", one.staff, one.user);
    let fields = [
        ("school", SECONDARY),
        ("year", "2025"),
        ("kind", "pupils"),
        ("class", "6A1"),
        ("in_charge", in_charge.as_str()),
    ];
    let opened = post_form(&web, "/reviews", &fields)?;
    same(opened.status, 303)?;
    let path = opened.header("location").to_owned();
    let detail = web.get(&format!("/api/v1{path}"))?.json()?;
    let people = detail["people"].as_array().ok_or("no people")?;
    let early = post_form(&web, &path, &[("act", "hand_over")])?;
    same(early.status, 409)?;
    contains(&early.text(), &["phải đủ 100 %"])?;
    let nobody = post_form(&web, &path, &[("act", "confirm_many")])?;
    contains(&nobody.text(), &["Chưa chọn người nào"])?;
    let mut fields =
        vec![("act", "confirm_many"), ("confirmed_by", "Phụ huynh"), ("confirmed_as", "mẹ")];
    fields.extend(people.iter().filter_map(|own| Some(("person", own["person"].as_str()?))));
    same(post_form(&web, &path, &fields)?.status, 303)?;
    same(post_form(&web, &path, &[("act", "hand_over")])?.status, 303)?;
    same(post_form(&web, &path, &[("act", "confirm")])?.status, 303)?;
    contains(&web.get(&path)?.text(), &["Đã xác nhận hoàn thành", "100,0 %", "(mẹ)"])?;
    ensure(web.get(&format!("{path}/minutes"))?.body.starts_with(b"%PDF"), || "no PDF".to_owned())
}

/// Pages without anything to show say what to do first; those who may not are told whom to ask.
fn pages() -> Outcome {
    let own = school()?;
    let web = Web::serve(&own.site, Caller::Operator)?;
    for (path, says) in [
        ("/sign-offs", "Chọn năm học, học kì và thời điểm"),
        ("/corrections?school=&year=", "Chọn trường và năm học"),
        ("/locks", "Chọn trường và năm học"),
        ("/reviews?school=&year=", "Chọn trường và năm học"),
        ("/months", "Chọn trường"),
        ("/issued", "Chọn trường"),
        ("/issued?school=31020001", "Chưa phát hành văn bản nào"),
        ("/audit?user=khong.co.ai", "Không có dòng nào"),
        ("/grants", "Giao quyền"),
        ("/verify", "Nhập mã in ở chân văn bản"),
        ("/audit?from=2026-02-30", "không phải ngày"),
        ("/audit?from=2026-02-03&to=2026-02-01", "Ngày cuối trước ngày đầu"),
    ] {
        let page = web.get(path)?;
        contains(&page.text(), &[says, "lang=\"vi\"", "class=\"tasks\""]).or_else(|failed| {
            if path == "/verify" { contains(&page.text(), &[says]) } else { Err(failed) }
        })?;
        let sign = if path.contains('?') { '&' } else { '?' };
        let english = web.get(&format!("{path}{sign}lang=en"))?.text();
        lacks(&english, &[says])?;
    }
    let missing = post_form(&web, "/grants", &[("act", "give"), ("user", "")])?;
    same(missing.status, 422)?;
    contains(&missing.text(), &["Mục này chưa điền"])?;
    Ok(())
}

/// What is asked for in a school, and how: `GET`, or `POST` with a body that changes nothing even
/// for those who may.
fn endpoints(
    issued: &BTreeMap<&str, i64>,
    school: &str,
) -> Vec<(&'static str, String, Option<String>)> {
    let id = issued[school];
    let class = if school == SECONDARY { "6A1" } else { "2A" };
    let get = |name, path: String| (name, path, None);
    let post = |name, path: String, body: Value| (name, path, Some(body.to_string()));
    vec![
        get("issued_list", format!("/api/v1/issued?school={school}")),
        get("issued_document", format!("/api/v1/issued/{id}")),
        get("issued_line", format!("/api/v1/issued/{id}/line")),
        get("issued_page", format!("/issued/{id}")),
        post("issued_replace", format!("/api/v1/issued/{id}/replacement"), json!({})),
        post("issued_revoke", format!("/api/v1/issued/{id}/revocation"), json!({})),
        get("sign_off_book", format!("/api/v1/sign-offs/{school}/2025/{class}/1/mid_term")),
        get("sign_off_page", format!("/sign-offs/{school}/2025/{class}/1/mid_term")),
        get("review", format!("/api/v1/reviews/{school}/2025/1")),
        get("review_minutes", format!("/reviews/{school}/2025/1/minutes")),
        post(
            "review_open",
            "/api/v1/reviews".to_owned(),
            json!({"school": school, "year": 2025, "kind": "pupils", "in_charge": "x",
                "in_charge_user": "x"}),
        ),
        get("month", format!("/api/v1/approvals/{school}/2025-10")),
        post("month_approve", format!("/api/v1/approvals/{school}/2099-01"), json!({})),
        get(
            "inspection",
            format!("/api/v1/inspection?from=2026-02-01&to=2026-01-01&school={school}"),
        ),
        post(
            "lock_dry_run",
            "/api/v1/locks/dry-run".to_owned(),
            json!({"school": school, "year": 2025, "reason": "", "order_number": ""}),
        ),
    ]
}

fn rights() -> Outcome {
    let site = &own().site;
    let schools = [("own", SECONDARY), ("other_school", PRIMARY), ("other_province", FAR_PRIMARY)];
    let mut issued = BTreeMap::new();
    for (_, school) in schools {
        issued.insert(school, issue(site, school)?);
        let charges =
            site.review_charges(&Caller::Operator, school, Timestamp::now()).map_err(said)?;
        let one = charges.first().ok_or("nobody has an account")?;
        let review = NewReview {
            school: school.to_owned(),
            year: 2025,
            kind: bieumau_model::review::Kind::Staff,
            class: None,
            in_charge: one.staff.clone(),
            in_charge_user: one.user.clone(),
            due_on: None,
        };
        site.open_review(&Caller::Operator, &review, Timestamp::now()).map_err(said)?;
    }
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
    let mut text = format!("endpoint,place,{}\n", roles.join(","));
    for (place, school) in schools {
        for (name, path, body) in endpoints(&issued, school) {
            let mut cells = Vec::new();
            for (role, token) in tokens() {
                let line = format!("Authorization: Bearer {token}");
                let answer = match &body {
                    None => web().get_with(&path, &[&line])?,
                    Some(body) => web().post_with(&path, &[&line], body)?,
                };
                let cell = match answer.status {
                    // What is wrong with the body is told to those who may do it.
                    200 | 409 | 422 => "yes",
                    403 | 404 => "no",
                    other => return Err(format!("{role:?} {path}: {other}").into()),
                };
                // Whoever is foreign is not told more than that.
                let reads = ["issued_list", "issued_document", "issued_line", "issued_page"];
                let foreign = match place {
                    "own" => false,
                    "other_school" => {
                        !(*role == Role::ProvincialOfficer
                            && (reads.contains(&name) || name.starts_with("sign_off")))
                    }
                    _ => true,
                };
                ensure(!foreign || cell == "no", || format!("{role:?} {place} {name}"))?;
                cells.push(cell);
            }
            text += &format!("{name},{place},{}\n", cells.join(","));
        }
    }
    for (name, path) in [
        ("audit", "/api/v1/audit"),
        ("audit_verify", "/api/v1/audit/verify"),
        ("audit_page", "/audit"),
        ("grants", "/api/v1/grants"),
    ] {
        let mut cells = Vec::new();
        for (role, token) in tokens() {
            let answer = web().get_with(path, &[&format!("Authorization: Bearer {token}")])?;
            let cell = match (answer.status, name) {
                (200, "grants") if answer.json()?["grants"] == json!([]) => "nothing",
                (200, _) => "yes",
                (403, _) => "no",
                (other, _) => return Err(format!("{role:?} {path}: {other}").into()),
            };
            cells.push(cell);
        }
        text += &format!("{name},-,{}\n", cells.join(","));
    }
    check_reference(&cases("rights").join("desk.csv"), &text)
}
