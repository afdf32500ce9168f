//! The stories that schools tell in their plans: locks, corrections, sign-offs, reviews and monthly
//! approvals, from the announcement to the paper.

use std::collections::BTreeMap;

use bieumau_model::access::{Grant, Person, Place, Role, Validity};
use bieumau_model::correction::{Act as Step, State};
use bieumau_model::entry::Given;
use bieumau_model::scope::Caller;
use bieumau_model::sign_off::Point;
use bieumau_model::text::{Locale, Text};
use bieumau_pipeline::flows::{
    BookKey, NewCorrection, NewEntry, NewException, NewLine, NewLock, NewReview, Part,
};
use bieumau_pipeline::{Act, Change, Mode, NewFile, Problem, Site, Why};
use jiff::Timestamp;
use jiff::civil::date;
use libtest_mimic::{Failed, Trial};
use serde_json::json;

use crate::support::{
    FAR_PRIMARY, Outcome, OwnSite, SECONDARY, altered, contains, ensure, lacks, parameters, render,
    said, same, workers,
};
use crate::web::Web;

/// The class and the subject of the stories, and a pupil of it with full marks in term I.
const CLASS: &str = "6A1";
const SUBJECT: &str = "TOAN";
const YEAR: i64 = 2025;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("stories::hai_phong_locks_corrects_and_prints", hai_phong),
        Trial::test("stories::hai_phong_corrects_over_http", hai_phong_over_http),
        Trial::test("stories::hai_phong_closes_the_absences_of_a_month", hai_phong_absences),
        Trial::test("stories::nobody_corrects_alone", nobody_alone),
        Trial::test("stories::a_rejected_slip_says_why", rejected),
        Trial::test("stories::a_mark_that_has_changed_since_is_not_overwritten", changed_since),
        Trial::test("stories::an_exception_lets_one_person_in_for_a_while", exception),
        Trial::test("stories::only_leaders_lock_and_a_dry_run_tells_what_is_hit", leaders_lock),
        Trial::test("stories::locks_of_every_column_kind_hit_their_own_columns", column_kinds),
        Trial::test("stories::the_book_is_signed_by_teachers_then_approved", sign_off),
        Trial::test("stories::a_signed_book_is_reopened_by_the_rule_of_the_site", reopened),
        Trial::test("stories::the_papers_of_the_flows_are_written_by_the_flows_only", kept_papers),
        Trial::test("stories::hai_phong_reviews_all_staff_in_three_steps", staff_review),
        Trial::test("stories::hai_phong_reviews_pupils_with_their_parents", pupil_review),
        Trial::test("stories::ho_chi_minh_approves_updates_every_month", monthly_approval),
        Trial::test("stories::reports_are_submitted_inside_their_period", reporting_periods),
    ]
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

/// A Monday in January, before the marks of term I are locked.
fn morning() -> Timestamp {
    at("2026-01-05T08:00:00+07:00")
}

fn days_later(days: i64) -> Timestamp {
    let seconds = morning().as_second() + days * 86_400;
    Timestamp::from_second(seconds).expect("a moment")
}

/// A person with one role.
fn person(name: &str, role: Role, place: Place) -> Caller {
    Person {
        name: name.to_owned(),
        full_name: name.to_owned(),
        staff: None,
        grants: vec![Grant {
            role,
            place,
            validity: Validity::default(),
            ground: Text::from("phân công của nhà trường"),
        }],
    }
    .caller(date(2026, 1, 5))
}

fn at_school(school: &str) -> Place {
    Place { schools: Some(vec![school.to_owned()]), ..Place::default() }
}

fn in_class(class: &str) -> Place {
    Place {
        classes: Some(vec![(SECONDARY.to_owned(), YEAR, class.to_owned())]),
        ..at_school(SECONDARY)
    }
}

fn with_subject(class: &str, subject: &str) -> Place {
    Place { subjects: Some(vec![subject.to_owned()]), ..in_class(class) }
}

/// The people of the Hải Phòng plan, each with their own account.
struct School {
    principal: Caller,
    vice: Caller,
    clerk: Caller,
    head: Caller,
    class_teacher: Caller,
    teacher: Caller,
    other_teacher: Caller,
}

fn people() -> School {
    School {
        principal: person("hieu.truong", Role::Principal, at_school(SECONDARY)),
        vice: person("pho.hieu.truong", Role::VicePrincipal, at_school(SECONDARY)),
        clerk: person("van.thu", Role::Clerk, at_school(SECONDARY)),
        head: person(
            "to.truong",
            Role::SubjectGroupHead,
            Place { subjects: Some(vec![SUBJECT.to_owned()]), ..at_school(SECONDARY) },
        ),
        class_teacher: person("chu.nhiem", Role::ClassTeacher, in_class(CLASS)),
        teacher: person("giao.vien.toan", Role::SubjectTeacher, with_subject(CLASS, SUBJECT)),
        other_teacher: person("giao.vien.van", Role::SubjectTeacher, with_subject(CLASS, "VAN")),
    }
}

fn school() -> Result<OwnSite, Failed> {
    altered(&[], &workers(1))
}

/// The pupils of the class with all marks of the subject in term I, in the order of their codes.
fn marked(site: &Site) -> Result<Vec<(String, String)>, Failed> {
    let query = bieumau_pipeline::flows::SheetQuery {
        school: SECONDARY.to_owned(),
        year: Some(YEAR),
        class: CLASS.to_owned(),
        subject: SUBJECT.to_owned(),
        term: "1".to_owned(),
    };
    let sheet = site.correction_sheet(&Caller::Operator, &query).map_err(said)?;
    let end = sheet.columns.iter().position(|own| own.value == "end_of_term").ok_or("no column")?;
    let rows = sheet.rows.into_iter().filter(|row| !row.values[end].is_empty());
    Ok(rows.map(|row| (row.pupil, row.values[end].clone())).collect())
}

fn mark_key(pupil: &str) -> BTreeMap<String, Given> {
    [("school", SECONDARY), ("year", "2025"), ("term", "1"), ("pupil", pupil), ("subject", SUBJECT)]
        .map(|(name, value)| (name.to_owned(), Given::Text(value.to_owned())))
        .into()
}

/// Types a mark into the book; the findings that stand in the way are the answer.
fn type_mark(
    site: &Site,
    caller: &Caller,
    pupil: &str,
    (field, value): (&str, &str),
    now: Timestamp,
) -> Result<Vec<String>, Failed> {
    let mut fields = mark_key(pupil);
    fields.insert(field.to_owned(), Given::Text(value.to_owned()));
    // The revision is asked for, as a page would have read it.
    for revision in 1..20 {
        let change = Change {
            form: "mark".to_owned(),
            act: Act::Update { revision },
            fields: fields.clone(),
            confirmed: Vec::new(),
        };
        let why = Why::default();
        let tried = site
            .write(caller, std::slice::from_ref(&change), &why, Mode::DryRun, now)
            .map_err(said)?;
        if !tried.conflicts.is_empty() {
            continue;
        }
        let done = site.write(caller, &[change], &why, Mode::Commit, now).map_err(said)?;
        same(&done.findings, &tried.findings)?;
        return Ok(done
            .blocking()
            .map(|own| own.finding.diagnostic.one_line(Locale::Vi))
            .collect());
    }
    Err("the record has more than twenty revisions".into())
}

fn lock_of_end_of_term() -> NewLock {
    NewLock {
        school: SECONDARY.to_owned(),
        year: YEAR,
        part: Part {
            term: Some(1),
            column_kind: Some("end_of_term".to_owned()),
            ..Part::default()
        },
        reason: "Chốt điểm học kì I".to_owned(),
        order_number: "Thông báo số 12/TB-THCS".to_owned(),
        starts_at: None,
        ends_at: Some("2026-06-01".to_owned()),
    }
}

fn slip_for(pupil: &str, value: &str) -> NewCorrection {
    NewCorrection {
        school: SECONDARY.to_owned(),
        year: YEAR,
        form: "mark".to_owned(),
        reason: "Nhập nhầm khi chuyển từ bài kiểm tra vào sổ".to_owned(),
        evidence: "Bài kiểm tra cuối kì I có chữ kí của học sinh".to_owned(),
        lines: vec![NewLine {
            record: [("term", "1"), ("pupil", pupil), ("subject", SUBJECT)]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            field: "end_of_term".to_owned(),
            value: value.to_owned(),
        }],
    }
}

/// The scan that goes with a slip.
fn scan() -> [NewFile<'static>; 1] {
    [NewFile { name: "bai-kiem-tra.pdf", media_type: "application/pdf", content: b"%PDF-1.7 scan" }]
}

/// Fails unless the problem has this code and its sentence, help and findings these parts.
fn refused<T>(result: Result<T, Problem>, code: &str, parts: &[&str]) -> Outcome {
    let problem = result.err().ok_or_else(|| format!("{code} was expected"))?;
    let findings: Vec<_> =
        problem.findings.iter().map(|own| own.message.get(Locale::Vi).to_owned()).collect();
    same(problem.code, code)?;
    contains(&format!("{problem}\n{}", findings.join("\n")), parts)
}

/// Another mark than the one that is there.
fn another(mark: &str) -> &'static str {
    if mark == "9,5" { "9" } else { "9,5" }
}

/// Hải Phòng: the principal announces the lock, the vice-principal carries it out, a teacher can no
/// longer change a mark, asks with evidence; the head is heard, the vice-principal approves, the
/// clerk applies; the old value is on the paper, and the transcript issued before is stale.
fn hai_phong() -> Outcome {
    let own = school()?;
    let (site, all) = (&own.site, people());
    let pupils = marked(site)?;
    let (pupil, old) = &pupils[0];
    let other = &pupils[1].0;
    let new = another(old);
    for pupil in [pupil, other] {
        let given = parameters(&format!("school={SECONDARY} year={YEAR} pupil={pupil}"));
        let wanted = ("lower_secondary_transcript", &given, "html");
        site.issue(&all.principal, wanted, None, morning()).map_err(said)?;
    }
    site.lock(&all.vice, &lock_of_end_of_term(), morning()).map_err(said)?;
    // The teacher may still enter ongoing marks, but not the end of the term.
    same(type_mark(site, &all.teacher, pupil, ("ongoing_1", "7"), days_later(1))?, vec![])?;
    let told = type_mark(site, &all.teacher, pupil, ("end_of_term", new), days_later(1))?;
    same(told.len(), 1)?;
    contains(
        &told[0],
        &[
            "J200",
            "Thông báo số 12/TB-THCS",
            "Chốt điểm học kì I",
            "pho.hieu.truong",
            "00:00 ngày 01/06/2026",
            "phiếu đề nghị",
        ],
    )?;
    let wanted = slip_for(pupil, new);
    let bare = NewCorrection { evidence: String::new(), ..wanted.clone() };
    let send = |slip: &NewCorrection, files: &[NewFile<'_>]| {
        site.request_correction(&all.teacher, slip, files, days_later(1))
    };
    refused(send(&bare, &scan()), "J229", &["minh chứng"])?;
    // The province asks for a file, not only for words.
    refused(send(&wanted, &[]), "J229", &["tệp minh chứng"])?;
    let empty = [NewFile { content: b"", ..scan()[0] }];
    refused(send(&wanted, &empty), "J132", &["Tệp rỗng"])?;
    let large = vec![0; bieumau_pipeline::LARGEST_ATTACHMENT + 1];
    refused(send(&wanted, &[NewFile { content: &large, ..scan()[0] }]), "J132", &["10 MB"])?;
    refused(
        site.request_correction(&all.other_teacher, &wanted, &scan(), days_later(1)),
        "J202",
        &[],
    )?;
    let number = send(&wanted, &scan()).map_err(said)?;
    let key = (SECONDARY, YEAR, number);
    let approve = Step::Approve { comment: "Minh chứng hợp lệ".to_owned() };
    refused(
        site.advance_correction(&all.vice, key, &approve, days_later(1)),
        "J234",
        &["ý kiến tổ trưởng"],
    )?;
    let opinion = Step::Opinion { comment: "Đã đối chiếu với bài kiểm tra".to_owned() };
    site.advance_correction(&all.head, key, &opinion, days_later(1)).map_err(said)?;
    refused(site.apply_correction(&all.clerk, key, days_later(1)), "J234", &["Chờ xử lý"])?;
    let state = site.advance_correction(&all.vice, key, &approve, days_later(1)).map_err(said)?;
    same(state, State::Approved)?;
    // Approved is not applied: the mark is still the old one, and still locked.
    same(&marked(site)?[0].1, old)?;
    refused(site.apply_correction(&all.teacher, key, days_later(2)), "J232", &[])?;
    let applied = site.apply_correction(&all.clerk, key, days_later(2)).map_err(said)?;
    same(marked(site)?[0].1.as_str(), new)?;
    let stale: Vec<_> =
        applied.stale.iter().map(|own| own.document.parameters["pupil"].clone()).collect();
    same(stale, vec![pupil.clone()])?;
    counted_in_the_books(site, &all, pupil)?;
    let slip = site.correction_slip(&all.teacher, key, "html", days_later(2)).map_err(said)?;
    let page = String::from_utf8(slip.bytes)?;
    contains(
        &page,
        &[
            "PHIẾU ĐỀ NGHỊ SỬA ĐIỂM",
            &format!("<b>{old}</b>"),
            &format!("<b>{new}</b>"),
            "Đã đối chiếu với bài kiểm tra",
            "Minh chứng hợp lệ",
            "van.thu",
            &applied.log,
        ],
    )?;
    let pdf = site.correction_slip(&all.clerk, key, "pdf", days_later(2)).map_err(said)?;
    ensure(pdf.bytes.starts_with(b"%PDF"), || "the slip is no PDF".to_owned())?;
    refused(site.apply_correction(&all.clerk, key, days_later(2)), "J234", &["Đã thực hiện"])
}

/// Books say at the foot of their pages how many entries slips have corrected, also to the teachers who
/// do not see the slips.
fn counted_in_the_books(site: &Site, all: &School, pupil: &str) -> Outcome {
    let of_class = format!("school={SECONDARY} year={YEAR} class={CLASS}");
    for caller in [&all.clerk, &all.class_teacher, &all.teacher] {
        let book = render(site, caller, "lower_secondary_gradebook", &of_class, "html");
        let page = String::from_utf8(book.map_err(said)?.bytes)?;
        same(page.matches("Trong trang này có: 1 điểm được sửa chữa").count(), 1)?;
    }
    // Who teaches another subject does not see the lines.
    let book = render(site, &all.other_teacher, "lower_secondary_gradebook", &of_class, "html");
    lacks(&String::from_utf8(book.map_err(said)?.bytes)?, &["có: 1 điểm"])?;
    let of_pupil = format!("school={SECONDARY} year={YEAR} pupil={pupil}");
    let transcript =
        render(site, &all.class_teacher, "lower_secondary_transcript", &of_pupil, "html");
    let page = String::from_utf8(transcript.map_err(said)?.bytes)?;
    let words = "sửa chữa ở 1 chỗ, thuộc môn học, hoạt động giáo dục: Toán.";
    contains(&page, &[words])?;
    same(page.matches("có sửa chữa ở 0 chỗ").count() + 1, page.matches("có sửa chữa ở").count())
}

/// The same over HTTP: each person asks with their own rights.
///
/// A server goes by the clock of the machine, so this school takes slips at any time of the year.
fn hai_phong_over_http() -> Outcome {
    let path = "plugins/hai_phong/plugin.yaml";
    let files = bieumau_pipeline::Files::shipped();
    let plugin = files.text(path).ok_or("the plugin is shipped")?;
    let always: String = plugin
        .lines()
        .filter(|line| !line.contains("windows:"))
        .map(|line| format!("{line}\n"))
        .collect();
    let own = altered(&[(path, always.as_bytes())], &workers(1))?;
    let all = people();
    let (pupil, old) = marked(&own.site)?.remove(0);
    let web = |caller: &Caller| Web::serve(&own.site, caller.clone());
    let lock = json!({
        "school": SECONDARY, "year": YEAR, "part": {"column_kind": "end_of_term", "term": 1},
        "reason": "Chốt điểm học kì I", "order_number": "Thông báo số 12/TB-THCS",
    });
    web(&all.teacher)?.post("/api/v1/locks", &lock.to_string())?.problem(403, "J202")?;
    let made = web(&all.vice)?.post("/api/v1/locks", &lock.to_string())?;
    same((made.status, made.json()?), (201, json!({"number": 1})))?;
    let tried = web(&all.vice)?.post("/api/v1/locks/dry-run", &lock.to_string())?.json()?;
    ensure(tried["records"].as_u64() > Some(100), || tried.to_string())?;
    let slip = json!({
        "school": SECONDARY, "year": YEAR, "form": "mark", "reason": "Nhập nhầm",
        "evidence": "Bài kiểm tra", "lines": [{
            "record": {"term": "1", "pupil": pupil, "subject": SUBJECT},
            "field": "end_of_term", "value": another(&old),
        }],
    });
    web(&all.teacher)?.post("/api/v1/corrections", &slip.to_string())?.problem(422, "J229")?;
    let sent = web(&all.teacher)?.ask(
        "POST",
        "/api/v1/corrections",
        &["Content-Type: multipart/form-data; boundary=Cat"],
        &with_file("slip", &slip.to_string(), b"%PDF scan"),
    )?;
    same((sent.status, sent.json()?), (201, json!({"number": 1})))?;
    let address = format!("/api/v1/corrections/{SECONDARY}/{YEAR}/1");
    web(&all.other_teacher)?.get(&address)?.problem(404, "J231")?;
    // The evidence is there with its hash for those who see the slip, and for nobody else.
    let files = web(&all.clerk)?.get(&address)?.json()?["files"].clone();
    same(&files[0]["name"], &json!("bai.pdf"))?;
    same(&files[0]["size"], &json!(9))?;
    let file = format!("{address}/evidence/{}", files[0]["id"]);
    same(web(&all.vice)?.get(&file)?.body, b"%PDF scan".to_vec())?;
    web(&all.other_teacher)?.get(&file)?.problem(404, "J231")?;
    web(&all.other_teacher)?
        .get(&format!("/corrections/{SECONDARY}/{YEAR}/1/evidence/{}", files[0]["id"]))
        .map(|answer| answer.status)
        .and_then(|status| same(status, 404))?;
    let comment = json!({"comment": "Đúng với bài kiểm tra"}).to_string();
    web(&all.teacher)?.post(&format!("{address}/opinion"), &comment)?.problem(403, "J232")?;
    web(&all.teacher)?.post(&format!("{address}/approval"), "{}")?.problem(409, "J234")?;
    same(web(&all.head)?.post(&format!("{address}/opinion"), &comment)?.status, 200)?;
    web(&all.vice)?.post(&format!("{address}/rejection"), "{}")?.problem(422, "J235")?;
    same(web(&all.vice)?.post(&format!("{address}/approval"), "{}")?.status, 200)?;
    let page = web(&all.clerk)?.get(&format!("/corrections/{SECONDARY}/{YEAR}/1"))?.text();
    contains(&page, &["Sửa điểm theo phiếu", "Bài kiểm tra", "Nhập nhầm"])?;
    let applied = web(&all.clerk)?.post(&format!("{address}/application"), "")?;
    same(applied.status, 200)?;
    let view = web(&all.teacher)?.get(&address)?.json()?;
    same(&view["state"], &json!("applied"))?;
    same(&view["may"], &json!([]))
}

/// A form with one field and one file, as a browser sends it; the boundary is `Cat`.
pub fn with_file(name: &str, text: &str, content: &[u8]) -> Vec<u8> {
    let mut body = format!(
        "--Cat\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n--Cat\r\n\
         Content-Disposition: form-data; name=\"files\"; filename=\"bai.pdf\"\r\n\
         Content-Type: application/pdf\r\n\r\n"
    )
    .into_bytes();
    body.extend(content);
    body.extend(b"\r\n--Cat--\r\n");
    body
}

/// Absences of October are in time on 03/11 and late on 04/11, unless the principal lets the class
/// teacher in.
fn hai_phong_absences() -> Outcome {
    let own = school()?;
    let (site, all) = (&own.site, people());
    let pupil = marked(site)?.remove(0).0;
    let absence = |day: &str, session: &str, now: &str| -> Result<Vec<String>, Failed> {
        let fields = [
            ("school", SECONDARY),
            ("year", "2025"),
            ("pupil", &pupil),
            ("day", day),
            ("session", session),
            ("class", CLASS),
            ("kind", "excused"),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), Given::Text(value.to_owned())));
        let change = Change {
            form: "attendance".to_owned(),
            act: Act::Insert,
            fields: fields.into(),
            confirmed: Vec::new(),
        };
        let done = site
            .write(&all.class_teacher, &[change], &Why::default(), Mode::Commit, at(now))
            .map_err(said)?;
        Ok(done.blocking().map(|own| own.finding.diagnostic.one_line(Locale::Vi)).collect())
    };
    same(absence("2025-10-15", "morning", "2025-11-03T23:59:00+07:00")?, vec![])?;
    let late = absence("2025-10-16", "morning", "2025-11-04T00:00:00+07:00")?;
    same(late.len(), 1)?;
    contains(&late[0], &["J200", "khóa tự động", "03/11/2025", "Hải Phòng"])?;
    let permission = NewException {
        person: "chu.nhiem".to_owned(),
        part: Part { class: Some(CLASS.to_owned()), ..Part::default() },
        reason: "Giáo viên chủ nhiệm nghỉ ốm".to_owned(),
        evidence: "Đơn xin nghỉ".to_owned(),
        starts_at: None,
        ends_at: "2025-11-06".to_owned(),
    };
    let key = (SECONDARY, YEAR, "attendance");
    let now = at("2025-11-04T09:00:00+07:00");
    site.except_from_lock(&all.principal, key, &permission, now).map_err(said)?;
    same(absence("2025-10-16", "morning", "2025-11-05T09:00:00+07:00")?, vec![])?;
    same(absence("2025-10-17", "morning", "2025-11-06T00:00:00+07:00")?.len(), 1)
}

fn nobody_alone() -> Outcome {
    let own = school()?;
    let site = &own.site;
    let pupil = marked(site)?.remove(0).0;
    // Somebody who teaches, leads the group, is vice-principal and clerk at once.
    let grants = [
        (Role::SubjectTeacher, with_subject(CLASS, SUBJECT)),
        (Role::SubjectGroupHead, at_school(SECONDARY)),
        (Role::VicePrincipal, at_school(SECONDARY)),
        (Role::Clerk, at_school(SECONDARY)),
    ];
    let everything = Person {
        name: "moi.viec".to_owned(),
        full_name: "Mọi Việc".to_owned(),
        staff: None,
        grants: grants
            .into_iter()
            .map(|(role, place)| Grant {
                role,
                place,
                validity: Validity::default(),
                ground: Text::from("phân công"),
            })
            .collect(),
    }
    .caller(date(2026, 1, 5));
    let number = site
        .request_correction(&everything, &slip_for(&pupil, "9,5"), &scan(), morning())
        .map_err(said)?;
    let key = (SECONDARY, YEAR, number);
    let opinion = Step::Opinion { comment: "Đúng".to_owned() };
    refused(site.advance_correction(&everything, key, &opinion, morning()), "J232", &["chính mình"])
}

fn rejected() -> Outcome {
    let own = school()?;
    let (site, all) = (&own.site, people());
    let pupil = marked(site)?.remove(0).0;
    let number = site
        .request_correction(&all.teacher, &slip_for(&pupil, "9,5"), &scan(), morning())
        .map_err(said)?;
    let key = (SECONDARY, YEAR, number);
    let opinion = Step::Opinion { comment: "Không thấy bài kiểm tra".to_owned() };
    site.advance_correction(&all.head, key, &opinion, morning()).map_err(said)?;
    let silent = Step::Reject { comment: " ".to_owned() };
    refused(site.advance_correction(&all.vice, key, &silent, morning()), "J235", &["lý do"])?;
    let reject = Step::Reject { comment: "Thiếu bài kiểm tra".to_owned() };
    site.advance_correction(&all.vice, key, &reject, morning()).map_err(said)?;
    let view = site.correction(&all.teacher, key, morning()).map_err(said)?;
    same(view.state, State::Rejected)?;
    same(view.decision.map(|own| own.text), Some("Thiếu bài kiểm tra".to_owned()))?;
    refused(site.apply_correction(&all.clerk, key, morning()), "J234", &["Không duyệt"])
}

fn changed_since() -> Outcome {
    let own = school()?;
    let (site, all) = (&own.site, people());
    let (pupil, old) = marked(site)?.remove(0);
    let number = site
        .request_correction(&all.teacher, &slip_for(&pupil, "9,5"), &scan(), morning())
        .map_err(said)?;
    let key = (SECONDARY, YEAR, number);
    // No lock yet, so that the teacher changes the mark in the meantime.
    same(type_mark(site, &all.teacher, &pupil, ("end_of_term", "2,5"), morning())?, vec![])?;
    let opinion = Step::Opinion { comment: "Đúng".to_owned() };
    site.advance_correction(&all.head, key, &opinion, morning()).map_err(said)?;
    let approve = Step::Approve { comment: String::new() };
    site.advance_correction(&all.principal, key, &approve, morning()).map_err(said)?;
    let both = [format!("trong phiếu {old}"), "hiện nay 2,5".to_owned()];
    refused(
        site.apply_correction(&all.clerk, key, morning()),
        "J224",
        &[both[0].as_str(), both[1].as_str()],
    )?;
    same(marked(site)?.remove(0).1, "2,5".to_owned())
}

fn exception() -> Outcome {
    let own = school()?;
    let (site, all) = (&own.site, people());
    let pupil = marked(site)?.remove(0).0;
    let number = site.lock(&all.principal, &lock_of_end_of_term(), morning()).map_err(said)?;
    let lock = number.to_string();
    let key = (SECONDARY, YEAR, lock.as_str());
    let mut wanted = NewException {
        person: String::new(),
        part: Part {
            class: Some(CLASS.to_owned()),
            subject: Some(SUBJECT.to_owned()),
            ..Part::default()
        },
        reason: "Chấm phúc khảo".to_owned(),
        evidence: "Biên bản chấm phúc khảo".to_owned(),
        starts_at: None,
        ends_at: "2026-01-07T17:00".to_owned(),
    };
    refused(
        site.except_from_lock(&all.vice, key, &wanted, morning()),
        "J208",
        &["không dành cho mọi người"],
    )?;
    wanted.person = "giao.vien.toan".to_owned();
    refused(site.except_from_lock(&all.teacher, key, &wanted, morning()), "J202", &[])?;
    site.except_from_lock(&all.vice, key, &wanted, morning()).map_err(said)?;
    let type_at = |caller: &Caller, moment: &str, value: &str| {
        type_mark(site, caller, &pupil, ("end_of_term", value), at(moment)).map(|told| told.len())
    };
    same(type_at(&all.teacher, "2026-01-07T16:59:59+07:00", "9,5")?, 0)?;
    // A program of the teacher, which comes with a token, is let in like the teacher; one of somebody
    // else is not.
    let token = |caller: &Caller| match caller {
        Caller::User { name, scope } => {
            Caller::User { name: format!("{name} (token 7)"), scope: scope.clone() }
        }
        operator => operator.clone(),
    };
    same(type_at(&token(&all.teacher), "2026-01-07T16:59:59+07:00", "9,3")?, 0)?;
    let other = match token(&all.teacher) {
        Caller::User { scope, .. } => {
            Caller::User { name: "người khác (token 8)".into(), scope }
        }
        operator => operator,
    };
    same(type_at(&other, "2026-01-07T16:59:59+07:00", "9,1")?, 1)?;
    same(type_at(&all.teacher, "2026-01-07T17:00:00+07:00", "9")?, 1)?;
    site.open_lock(&all.vice, (SECONDARY, YEAR, number), "Nhập bổ sung", days_later(3))
        .map_err(said)?;
    same(type_at(&all.teacher, "2026-01-09T08:00:00+07:00", "9")?, 0)
}

fn leaders_lock() -> Outcome {
    let own = school()?;
    let (site, all) = (&own.site, people());
    let wanted = lock_of_end_of_term();
    for caller in [&all.clerk, &all.head, &all.class_teacher, &all.teacher] {
        refused(site.lock(caller, &wanted, morning()), "J202", &[])?;
    }
    let bare = NewLock { order_number: String::new(), reason: String::new(), ..wanted.clone() };
    refused(site.lock(&all.vice, &bare, morning()), "J208", &["lý do", "số quyết định"])?;
    let of_class =
        NewLock { part: Part { class: Some(CLASS.to_owned()), ..wanted.part.clone() }, ..wanted };
    let tried = site.lock_dry_run(&all.principal, &of_class, morning()).map_err(said)?;
    ensure(tried.hits.iter().all(|hit| hit.class.as_deref() == Some(CLASS)), || {
        format!("{:?}", tried.hits)
    })?;
    let of_subject = tried.hits.iter().find(|hit| hit.subject.as_deref() == Some(SUBJECT));
    ensure(of_subject.is_some_and(|hit| hit.records > 20), || format!("{of_subject:?}"))?;
    same(site.locks(&all.teacher, SECONDARY, YEAR, morning()).map_err(said)?.len(), 0)
}

/// Every column kind of the shipped forms: a lock of it hits exactly the columns of that kind.
fn column_kinds() -> Outcome {
    let own = school()?;
    let (site, all) = (&own.site, people());
    let pupil = marked(site)?.remove(0).0;
    let columns = [
        ("ongoing_1", "6"),
        ("ongoing_2", "6"),
        ("mid_term", "6"),
        ("end_of_term", "6"),
        ("comment", "Tiến bộ"),
    ];
    let form = crate::support::form("mark");
    let kinds = &crate::support::catalog().code_lists["column_kind"].codes;
    for (day, kind) in (0..).zip(kinds) {
        let now = days_later(day);
        let part = Part { column_kind: Some(kind.code.clone()), ..Part::default() };
        let wanted = NewLock { part, ..lock_of_end_of_term() };
        let number = site.lock(&all.vice, &wanted, now).map_err(said)?;
        for (field, value) in columns {
            let expected =
                form.field(field).and_then(|own| own.lock.as_deref()) == Some(&kind.code);
            let mut fields = mark_key(&pupil);
            fields.insert(field.to_owned(), Given::Text(value.to_owned()));
            let hit = (1..5).any(|revision| {
                let change = Change {
                    form: "mark".to_owned(),
                    act: Act::Update { revision },
                    fields: fields.clone(),
                    confirmed: Vec::new(),
                };
                let tried = site.write(&all.teacher, &[change], &Why::default(), Mode::DryRun, now);
                tried.is_ok_and(|own| {
                    own.blocking().any(|found| found.finding.diagnostic.code == "J200")
                })
            });
            same((kind.code.as_str(), field, hit), (kind.code.as_str(), field, expected))?;
        }
        let key = (SECONDARY, YEAR, number);
        site.open_lock(&all.vice, key, "Thử xong", now).map_err(said)?;
    }
    Ok(())
}

fn book(class: &str, point: Point) -> BookKey {
    BookKey { school: SECONDARY.to_owned(), year: YEAR, class: class.to_owned(), term: 1, point }
}

/// Teachers sign at mid-term, refused with the list of what is missing; the class teacher when all
/// subjects are signed; the principal at last. A signed mark is changed by a slip only.
fn sign_off() -> Outcome {
    let own = school()?;
    let (site, all) = (&own.site, people());
    let key = book(CLASS, Point::MidTerm);
    let pupils = marked(site)?;
    let (pupil, _) = &pupils[0];
    same(type_mark(site, &all.teacher, pupil, ("mid_term", ""), morning())?, vec![])?;
    let part = format!("subject:{SUBJECT}");
    refused(site.sign_off(&all.other_teacher, &key, &part, morning()), "J202", &[])?;
    refused(
        site.sign_off(&all.teacher, &key, &part, morning()),
        "J213",
        &["còn thiếu", pupil.as_str(), "ĐĐGgk"],
    )?;
    // Fill what is missing, then sign.
    let view = site.book_view(&all.teacher, &key, morning()).map_err(said)?;
    let own_part = view.parts.iter().find(|own| own.part == part).ok_or("no part")?;
    for gap in own_part.gaps.clone() {
        same(type_mark(site, &all.teacher, &gap.pupil, ("mid_term", "7"), morning())?, vec![])?;
    }
    site.sign_off(&all.teacher, &key, &part, morning()).map_err(said)?;
    // The class teacher waits for the other subjects, or for cells that are missing there.
    let early = site.sign_off(&all.class_teacher, &key, "class", morning()).err();
    let early = early.ok_or("the class was signed before its subjects")?;
    ensure(["J213", "J214"].contains(&early.code), || early.to_string())?;
    let told = type_mark(site, &all.teacher, pupil, ("mid_term", "8"), days_later(1))?;
    same(told.len(), 1)?;
    contains(&told[0], &["J216", "giao.vien.toan", "phiếu đề nghị"])?;
    same(type_mark(site, &all.teacher, pupil, ("ongoing_1", "8"), days_later(1))?, vec![])?;
    // The principal cannot approve before everybody has signed.
    ensure(site.sign_off(&all.principal, &key, "approval", days_later(1)).is_err(), || {
        "approved too early".to_owned()
    })?;
    refused(
        site.sign_off(&all.teacher, &key, "approval", days_later(1)),
        "J202",
        &["Hiệu trưởng"],
    )?;
    site.reopen(&all.principal, &key, &part, "Chấm lại", days_later(2)).map_err(said)?;
    same(type_mark(site, &all.teacher, pupil, ("mid_term", "8"), days_later(2))?, vec![])
}

fn reopened() -> Outcome {
    let config = "schema_version: 1\ntitle: Thử\nafter_sign_off: reopen\n";
    let own = altered(&[("site.yaml", config.as_bytes())], &workers(1))?;
    let (site, all) = (&own.site, people());
    let key = book(CLASS, Point::MidTerm);
    let part = format!("subject:{SUBJECT}");
    let view = site.book_view(&all.teacher, &key, morning()).map_err(said)?;
    let own_part = view.parts.iter().find(|own| own.part == part).ok_or("no part")?;
    for gap in own_part.gaps.clone() {
        same(type_mark(site, &all.teacher, &gap.pupil, ("mid_term", "7"), morning())?, vec![])?;
    }
    site.sign_off(&all.teacher, &key, &part, morning()).map_err(said)?;
    let pupil = marked(site)?.remove(0).0;
    same(type_mark(site, &all.teacher, &pupil, ("mid_term", "3,5"), days_later(1))?, vec![])?;
    let view = site.book_view(&all.teacher, &key, days_later(1)).map_err(said)?;
    let own_part = view.parts.iter().find(|own| own.part == part).ok_or("no part")?;
    same(own_part.signed_by.clone(), None)
}

fn kept_papers() -> Outcome {
    let own = school()?;
    let fields = [
        ("school", SECONDARY),
        ("year", "2025"),
        ("number", "1"),
        ("reason", "x"),
        ("order_number", "x"),
        ("decided_by", "x"),
        ("carried_out_by", "x"),
        ("author_user", "x"),
        ("starts_at", "2026-01-01T00:00:00Z"),
    ];
    let change = Change {
        form: "lock".to_owned(),
        act: Act::Insert,
        fields: fields.map(|(name, value)| (name.to_owned(), Given::Text(value.to_owned()))).into(),
        confirmed: Vec::new(),
    };
    let why = Why::default();
    let done = own
        .site
        .write(&Caller::Operator, &[change], &why, Mode::Commit, morning())
        .map_err(said)?;
    let codes: Vec<_> = done.blocking().map(|own| own.finding.diagnostic.code).collect();
    same(codes, vec!["J201"])
}

/// Three steps: the leader puts one person in charge; each member of staff confirms; with 100 % the
/// confirmations are handed over, and the principal confirms.
fn staff_review() -> Outcome {
    let own = school()?;
    let (site, all) = (&own.site, people());
    let wanted = NewReview {
        school: SECONDARY.to_owned(),
        year: YEAR,
        kind: bieumau_model::review::Kind::Staff,
        class: None,
        in_charge: "3190020004".to_owned(),
        in_charge_user: "van.thu".to_owned(),
        due_on: Some(date(2026, 6, 8)),
    };
    refused(site.open_review(&all.clerk, &wanted, morning()), "J202", &[])?;
    let number = site.open_review(&all.principal, &wanted, morning()).map_err(said)?;
    let key = (SECONDARY, YEAR, number);
    let list = || site.reviews(&all.principal, SECONDARY, YEAR, morning()).map_err(said);
    let missing = list()?.remove(0).missing;
    ensure(missing.len() > 10, || format!("{} people", missing.len()))?;
    let entry = |person: &str, by: &str| NewEntry {
        person: person.to_owned(),
        confirmed_by: by.to_owned(),
        ..NewEntry::default()
    };
    refused(
        site.note_review(&all.teacher, key, &entry(&missing[0].person, "x"), morning()),
        "J202",
        &["phụ trách"],
    )?;
    for person in &missing[1..] {
        site.note_review(&all.clerk, key, &entry(&person.person, &person.name), morning())
            .map_err(said)?;
    }
    let name = missing[0].name.as_str();
    refused(
        site.hand_over_review(&all.clerk, key, "", morning()),
        "J248",
        &["phải đủ 100 %", name],
    )?;
    let last = entry(&missing[0].person, name);
    site.note_review(&all.clerk, key, &last, morning()).map_err(said)?;
    site.hand_over_review(&all.clerk, key, "", morning()).map_err(said)?;
    refused(site.confirm_review(&all.clerk, key, morning()), "J202", &[])?;
    site.confirm_review(&all.principal, key, morning()).map_err(said)?;
    same(list()?.remove(0).progress.per_mille, 1000)?;
    let given = format!("school={SECONDARY} year={YEAR} number={number}");
    crate::support::rendered(site, "minutes_review_staff", &given, "pdf")?;
    let page = crate::support::html(site, "minutes_review_staff", &given)?;
    contains(&page, &["Xác nhận thông tin đã rà soát", "(100,0 %)", "Đã xác nhận hoàn thành", name])
}

/// The class teacher checks each pupil, parents confirm, the principal confirms at last.
fn pupil_review() -> Outcome {
    let own = school()?;
    let (site, all) = (&own.site, people());
    let wanted = NewReview {
        school: SECONDARY.to_owned(),
        year: YEAR,
        kind: bieumau_model::review::Kind::Pupils,
        class: Some(CLASS.to_owned()),
        in_charge: "3190020056".to_owned(),
        in_charge_user: "chu.nhiem".to_owned(),
        due_on: None,
    };
    let number = site.open_review(&all.vice, &wanted, morning()).map_err(said)?;
    let key = (SECONDARY, YEAR, number);
    let missing = site
        .reviews(&all.class_teacher, SECONDARY, YEAR, morning())
        .map_err(said)?
        .remove(0)
        .missing;
    for (at, person) in missing.iter().enumerate() {
        let entry = NewEntry {
            person: person.person.clone(),
            wrong: if at == 0 { "Nơi ở hiện nay".to_owned() } else { String::new() },
            confirmed_by: "Phụ huynh".to_owned(),
            confirmed_as: "mẹ".to_owned(),
            ..NewEntry::default()
        };
        site.note_review(&all.class_teacher, key, &entry, morning()).map_err(said)?;
    }
    site.hand_over_review(&all.class_teacher, key, "", morning()).map_err(said)?;
    site.confirm_review(&all.principal, key, morning()).map_err(said)?;
    let given = format!("school={SECONDARY} year={YEAR} number={number}");
    crate::support::rendered(site, "minutes_review_pupils", &given, "pdf")?;
    let page = crate::support::html(site, "minutes_review_pupils", &given)?;
    contains(&page, &["Nơi ở hiện nay", "(mẹ)", "100,0 %", CLASS])
}

/// TP.HCM: a change is entered within ten working days, and the principal approves the updates of
/// the month when it is over.
fn monthly_approval() -> Outcome {
    let own = school()?;
    let site = &own.site;
    let principal = person("hieu.truong.hcm", Role::Principal, at_school(FAR_PRIMARY));
    let vice = person("pho.hcm", Role::VicePrincipal, at_school(FAR_PRIMARY));
    let month = date(2026, 6, 1);
    // The demo was entered on 15/6/2026, long after what it says has happened.
    let now = at("2026-07-01T08:00:00+07:00");
    let view = site.month_updates(&vice, FAR_PRIMARY, month, now).map_err(said)?;
    ensure(view.updates > 100, || format!("{} updates", view.updates))?;
    same(view.working_days, 10)?;
    ensure(view.late.iter().all(|late| late.days_late > 0), || "a late one in time".to_owned())?;
    ensure(!view.late.is_empty(), || "nothing is late".to_owned())?;
    refused(site.approve_month(&vice, (FAR_PRIMARY, month), "", now), "J202", &[])?;
    let early = at("2026-06-30T23:59:00+07:00");
    refused(site.approve_month(&principal, (FAR_PRIMARY, month), "", early), "J237", &[])?;
    site.approve_month(&principal, (FAR_PRIMARY, month), "Đã kiểm tra", now).map_err(said)?;
    refused(site.approve_month(&principal, (FAR_PRIMARY, month), "", now), "J238", &[])?;
    let view = site.month_updates(&vice, FAR_PRIMARY, month, now).map_err(said)?;
    same(view.approved_by.as_deref(), Some("hieu.truong.hcm"))
}

/// Reports are due on 10/10, 10/01 and 10/6; late ones are taken until the period closes.
fn reporting_periods() -> Outcome {
    let own = school()?;
    let (site, all) = (&own.site, people());
    let fields = [
        ("year", "2025"),
        ("period", "giua_nam"),
        ("title", "Kỳ báo cáo giữa năm học"),
        ("opens_on", "2025-12-20"),
        ("due_on", "2026-01-10"),
        ("closes_on", "2026-01-20"),
    ];
    let change = Change {
        form: "reporting_period".to_owned(),
        act: Act::Insert,
        fields: fields.map(|(name, value)| (name.to_owned(), Given::Text(value.to_owned()))).into(),
        confirmed: Vec::new(),
    };
    let why = Why::default();
    let done =
        site.write(&Caller::Operator, &[change], &why, Mode::Commit, morning()).map_err(said)?;
    ensure(done.accepted, || format!("{:?}", done.findings))?;
    let given = parameters(&format!("school={SECONDARY} year={YEAR} number=2"));
    let submit = |now: &str| {
        let wanted = ("minutes_data_handover", &given, "html");
        site.issue(&all.principal, wanted, Some("giua_nam"), at(now))
    };
    refused(submit("2025-12-19T23:59:00+07:00"), "J244", &["20/12/2025"])?;
    same(submit("2026-01-10T23:59:00+07:00").map_err(said)?.line.late, false)?;
    same(submit("2026-01-11T00:00:00+07:00").map_err(said)?.line.late, true)?;
    refused(submit("2026-01-21T00:00:00+07:00"), "J244", &["đã đóng"])?;
    let register = site.issued(&all.principal, SECONDARY, morning()).map_err(said)?;
    same(register.iter().map(|line| line.number).collect::<Vec<_>>(), vec![2, 1])?;
    let (line, bytes) =
        site.issued_document(&all.principal, register[1].id, morning()).map_err(said)?;
    ensure(!bytes.is_empty() && line.document_hash.len() == 64, || "no document".to_owned())?;
    refused(site.issued_document(&all.teacher, line.id, morning()), "J202", &[])
}
