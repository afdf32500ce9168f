//! Records: the one write path, over HTTP and in one program, and fifty who write at once.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bieumau_model::access::Areas;
use bieumau_model::entry::Given;
use bieumau_model::scope::{Caller, Reach};
use bieumau_model::table::Value as Cell;
use bieumau_pipeline::audit::AuditFilter;
use bieumau_pipeline::{Act, Change, Mode, RecordQuery, Site, Why};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

use crate::support::{
    Outcome, SECONDARY, check_reference, contains, copy, ensure, now, said, same, workers,
};
use crate::web::Web;

const MARKS: &str = "/api/v1/forms/mark/records";

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("records::the_api_description_is_the_committed_one", description),
        Trial::test("records::a_record_is_read_changed_and_its_history_told", change_and_history),
        Trial::test("records::a_change_without_if_match_is_refused", without_if_match),
        Trial::test("records::a_stale_change_tells_both_values", stale),
        Trial::test("records::findings_point_at_fields_and_warnings_are_confirmed", warnings),
        Trial::test("records::retired_records_are_kept_and_come_back", retire_and_restore),
        Trial::test("records::a_key_never_changes", key_is_fixed),
        Trial::test("records::lists_have_pages_and_filters", pages),
        Trial::test("records::drafts_become_records", drafts),
        Trial::test("records::evidence_is_given_back_as_it_was", evidence),
        Trial::test("records::several_changes_are_kept_together_or_not_at_all", together),
        Trial::test("records::every_form_has_a_schema", schemas),
        Trial::test("records::the_records_of_the_demo_pass_the_validator", demo_is_valid),
        Trial::test("records::dry_run_and_commit_find_the_same", dry_run_is_commit),
        Trial::test("records::a_caller_writes_only_what_is_theirs", scope),
        Trial::test("records::reading_personal_data_leaves_a_line", reading_is_noted),
        Trial::test("records::a_refusal_says_why_and_whom_to_ask", refusal),
        Trial::test("records::repeats_keep_to_their_numbers_of_lines", lines),
        Trial::test("records::a_record_is_written_together_with_its_lines", nested),
        Trial::test(
            "records::a_draft_form_takes_no_records_and_a_retired_one_no_new_ones",
            form_status,
        ),
        Trial::test("records::fifty_writers_lose_no_update", fifty_writers),
    ]
}

/// A copy of the demo site that these cases write to, with its server.
struct Own {
    _folder: tempfile::TempDir,
    site: Arc<Site>,
    web: Web,
}

fn own() -> &'static Own {
    static OWN: OnceLock<Own> = OnceLock::new();
    OWN.get_or_init(|| {
        let folder = copy(&[]).expect("the demo is copied");
        let site = Site::open(folder.path(), &workers(1), now()).expect("the site opens");
        let site = Arc::new(site);
        let web = Web::serve(&site, Caller::Operator).expect("a free port");
        Own { site, web, _folder: crate::support::keep(folder) }
    })
}

fn web() -> &'static Web {
    &own().web
}

/// The key and record of the mark number `at` of the class 6A1, so that cases do not disturb each
/// other.
fn mark(at: usize) -> Result<(String, Value), Failed> {
    let list = web().get(&format!("{MARKS}?class=6A1&year=2025&term=1&subject=TOAN&limit=40"))?;
    let record = list.json()?["records"][at].clone();
    let key = record["key"].as_str().ok_or("no such mark")?.to_owned();
    Ok((key, record))
}

fn put(key: &str, revision: i64, body: &Value) -> Result<crate::web::Answer, Failed> {
    let line = format!("If-Match: \"{revision}\"");
    web().ask("PUT", &format!("{MARKS}/{key}"), &[&line], body.to_string().as_bytes())
}

fn description() -> Outcome {
    let answer = web().get("/api/openapi.json")?;
    same((answer.status, answer.header("content-type")), (200, "application/json"))?;
    let found = format!("{:#}\n", answer.json()?);
    contains(&found, &["\"openapi\": \"3.1", "/api/v1/reports/{report}/render", "If-Match"])?;
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/server/openapi.json");
    check_reference(&path, &found)
}

fn change_and_history() -> Outcome {
    let (key, record) = mark(0)?;
    let revision = record["revision"].as_i64().unwrap_or_default();
    let before = record["fields"]["mid_term"].clone();
    let body = json!({"fields": {"mid_term": "9,5"}, "reason": "Chấm lại bài"});
    let answer = put(&key, revision, &body)?;
    same(answer.status, 200)?;
    same(answer.header("etag"), &format!("\"{}\"", revision + 1))?;
    same(&answer.json()?["changed"], &json!(["mid_term"]))?;
    let read = web().get(&format!("{MARKS}/{key}"))?;
    same(&read.json()?["fields"]["mid_term"], &json!("9.5"))?;
    let history = web().get(&format!("{MARKS}/{key}/history"))?.json()?;
    let steps = history["history"].as_array().ok_or("no history")?;
    let last = steps.last().ok_or("no step")?;
    same(&last["reason"], &json!("Chấm lại bài"))?;
    same(&last["by"], &json!("operator"))?;
    let difference = &last["differences"][0];
    same(&difference["field"], &json!("mid_term"))?;
    same((&difference["old"], &difference["new"]), (&before, &json!("9.5")))?;
    same(&difference["new_text"], &json!("9,5"))?;
    same(&steps[0]["action"], &json!("insert"))
}

fn without_if_match() -> Outcome {
    let (key, _) = mark(1)?;
    let path = format!("{MARKS}/{key}");
    let answer = web().ask("PUT", &path, &[], br#"{"fields": {"mid_term": "5"}}"#)?;
    answer.problem(428, "J135")?;
    let retire = web().post(&format!("{path}/retire"), "")?;
    retire.problem(428, "J135").map(|_| ())
}

fn stale() -> Outcome {
    let (key, record) = mark(2)?;
    let revision = record["revision"].as_i64().unwrap_or_default();
    same(put(&key, revision, &json!({"fields": {"mid_term": "6,0"}}))?.status, 200)?;
    let late = put(&key, revision, &json!({"fields": {"mid_term": "7,0"}}))?;
    let problem = late.problem(412, "J123")?;
    same(&problem["conflicts"][0]["found"], &json!(revision + 1))?;
    let field = &problem["conflicts"][0]["fields"][0];
    same((&field["given"], &field["found"]), (&json!("7.0"), &json!("6.0")))?;
    let read = web().get(&format!("{MARKS}/{key}"))?.json()?;
    same(&read["fields"]["mid_term"], &json!("6.0"))
}

fn pupil(code: &str) -> Value {
    json!({
        "school": SECONDARY, "pupil": code, "full_name": "\u{d0}ỗ Thị Mẫu", "birth_date": "05/09/2013",
        "gender": "Nữ", "ethnic_group": "Kinh", "personal_id": "031313000001",
    })
}

fn warnings() -> Outcome {
    let path = "/api/v1/forms/pupil/records";
    let wrong = json!({"fields": {"school": SECONDARY, "pupil": "12", "birth_date": "31/02/2013"}});
    let answer = web().post_with(path, &["Accept-Language: en"], &wrong.to_string())?;
    let problem = answer.json()?;
    same(answer.status, 422)?;
    let pointers: Vec<&str> = problem["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|finding| finding["pointer"].as_str())
        .collect();
    for pointer in ["/fields/birth_date", "/fields/pupil", "/fields/full_name", "/fields/gender"] {
        ensure(pointers.contains(&pointer), || format!("{pointer} is not in {pointers:?}"))?;
    }

    // The fourth digit says a boy of this century; the letter Đ was another one.
    let mut fields = pupil("3100990901");
    fields["personal_id"] = json!("031213000001");
    let body = json!({"fields": fields});
    let answer = web().post(path, &body.to_string())?;
    let problem = answer.problem(422, "J136")?;
    let findings = problem["findings"].as_array().ok_or("no findings")?;
    let confirm: Vec<&Value> =
        findings.iter().map(|finding| &finding["confirm"]).filter(|word| !word.is_null()).collect();
    same(confirm, vec![&json!("personal_id_gender")])?;
    contains(&problem.to_string(), &["J107"])?;

    let body = json!({"fields": fields, "confirmed": ["personal_id_gender"]});
    web().post(path, &body.to_string())?.problem(422, "J124")?;
    let body = json!({
        "fields": fields, "confirmed": ["personal_id_gender"], "reason": "Theo giấy khai sinh",
    });
    let answer = web().post(path, &body.to_string())?;
    same(answer.status, 201)?;
    let read = web().get(&format!("{path}/{SECONDARY},3100990901"))?.json()?;
    same(&read["fields"]["full_name"], &json!("Đỗ Thị Mẫu"))?;
    same(&read["fields"]["gender"], &json!("female"))?;
    let again = web().post(path, &body.to_string())?;
    again.problem(409, "J122").map(|_| ())
}

fn retire_and_restore() -> Outcome {
    let path = "/api/v1/forms/pupil/records";
    let made = web().post(path, &json!({"fields": pupil("3100990902")}).to_string())?;
    same(made.status, 201)?;
    let one = format!("{path}/{SECONDARY},3100990902");
    let body = r#"{"reason": "Nhập nhầm"}"#;
    let retired = web().post_with(&format!("{one}/retire"), &["If-Match: \"1\""], body)?;
    same(retired.status, 200)?;
    same(&web().get(&one)?.json()?["status"], &json!("retired"))?;
    let listed = web().get(&format!("{path}?pupil=3100990902"))?.json()?;
    same(&listed["records"], &json!([]))?;
    let line = ["If-Match: \"2\""];
    web().post_with(&format!("{one}/retire"), &line, body)?.problem(409, "J126")?;
    same(web().post_with(&format!("{one}/restore"), &line, body)?.status, 200)?;
    // A pupil with marks is referred to, and stays.
    let (_, mark) = mark(3)?;
    let used = mark["fields"]["pupil"].as_str().unwrap_or_default().to_owned();
    let used = format!("{path}/{SECONDARY},{used}");
    let revision = web().get(&used)?.json()?["revision"].clone();
    let line = format!("If-Match: \"{revision}\"");
    let answer = web().post_with(&format!("{used}/retire"), &[&line], body)?;
    ensure(matches!(answer.status, 409 | 422), || answer.text())?;
    contains(&answer.text(), &["D131"])
}

fn key_is_fixed() -> Outcome {
    let (key, record) = mark(4)?;
    let revision = record["revision"].as_i64().unwrap_or_default();
    let answer = put(&key, revision, &json!({"fields": {"term": 2, "mid_term": "5"}}))?;
    let problem = answer.problem(422, "D130")?;
    same(&problem["pointer"], &json!("/fields/term"))
}

fn pages() -> Outcome {
    let first = web().get(&format!("{MARKS}?class=6A1&year=2025&term=1&subject=TOAN&limit=5"))?;
    contains(first.header("link"), &["rel=\"next\"", "after="])?;
    let first = first.json()?;
    let next = first["next"].as_str().ok_or("one page only")?;
    let second = web().get(&format!(
        "{MARKS}?class=6A1&year=2025&term=1&subject=TOAN&limit=5&after={}",
        next.replace(',', "%2C")
    ))?;
    let second = second.json()?;
    ensure(second["records"][0]["key"] != first["records"][0]["key"], || "the same page".into())?;
    let wrong = web().get(&format!("{MARKS}?year=abc"))?;
    same(&wrong.problem(422, "J101")?["pointer"], &json!("/year"))?;
    web().get("/api/v1/forms/marks/records")?.problem(404, "J127").map(|_| ())
}

fn drafts() -> Outcome {
    let path = "/api/v1/forms/pupil/drafts";
    let begun = web().post(path, r#"{"fields": {"full_name": "Lê", "birth_date": "sai"}}"#)?;
    same(begun.status, 201)?;
    let id = begun.json()?["id"].clone();
    let submit = web().post(&format!("{path}/{id}/submit"), "")?;
    same(submit.status, 422)?;
    let body = json!({"fields": pupil("3100990903")}).to_string();
    let changed = web().ask("PUT", &format!("{path}/{id}"), &[], body.as_bytes())?;
    same(changed.status, 200)?;
    let listed = web().get(path)?.text();
    contains(&listed, &["3100990903"])?;
    same(web().post(&format!("{path}/{id}/submit"), "")?.status, 201)?;
    same(web().get(&format!("/api/v1/forms/pupil/records/{SECONDARY},3100990903"))?.status, 200)?;
    web().post(&format!("{path}/{id}/submit"), "")?.problem(404, "J130")?;
    let other = web().post(path, r#"{"fields": {}}"#)?.json()?["id"].clone();
    same(web().ask("DELETE", &format!("{path}/{other}"), &[], b"")?.status, 204)?;
    web()
        .ask("PUT", &format!("{path}/{other}"), &[], br#"{"fields": {}}"#)?
        .problem(404, "J130")
        .map(|_| ())
}

fn evidence() -> Outcome {
    let (key, _) = mark(5)?;
    let path = format!("{MARKS}/{key}/attachments");
    let content = [b"%PDF-1.7 ".as_slice(), &[0, 159, 146, 150]].concat();
    let lines = ["Content-Type: application/pdf"];
    let to = format!("{path}?name=%C4%90%C6%A1n.pdf&reason=%C4%90%C6%A1n%20xin%20s%E1%BB%ADa");
    let added = web().ask("POST", &to, &lines, &content)?;
    same(added.status, 201)?;
    let added = added.json()?;
    same((&added["name"], &added["size"]), (&json!("Đơn.pdf"), &json!(content.len())))?;
    let back = web().get(&format!("{path}/{}", added["id"]))?;
    same(&back.body, &content)?;
    contains(back.header("content-disposition"), &["attachment", "%C4%90%C6%A1n.pdf"])?;
    same(back.header("content-type"), "application/octet-stream")?;
    let large = vec![b'x'; 10 * 1024 * 1024 + 2_000];
    let refused = web().ask("POST", &to, &lines, &large)?;
    refused.problem(413, "J132")?;
    web()
        .ask("POST", &format!("{path}?name=..%2Fx"), &lines, b"x")?
        .problem(422, "J132")
        .map(|_| ())
}

fn together() -> Outcome {
    let (key, record) = mark(6)?;
    let (other, _) = mark(7)?;
    let revision = record["revision"].clone();
    let changes = |second: &str| {
        let fields = |key: &str, value: &str| {
            let mut parts = key.split(',');
            let mut next = || parts.next().unwrap_or_default().to_owned();
            json!({"school": next(), "year": next(), "term": next(), "pupil": next(), "subject": next(), "end_of_term": value})
        };
        json!({"changes": [
            {"form": "mark", "act": "update", "revision": revision, "fields": fields(&key, "8,5")},
            {"form": "mark", "act": "update", "revision": 1, "fields": fields(&other, second)},
        ]})
    };
    let refused = web().post("/api/v1/changes", &changes("11").to_string())?;
    let problem = refused.problem(422, "J109")?;
    same(&problem["findings"][0]["change"], &json!(1))?;
    same(&web().get(&format!("{MARKS}/{key}"))?.json()?["revision"], &revision)?;
    let kept = web().post("/api/v1/changes", &changes("9").to_string())?;
    same(kept.status, 200)?;
    same(&kept.json()?["kept"], &json!(true))
}

fn schemas() -> Outcome {
    let forms = web().get("/api/v1/forms")?.json()?;
    for form in forms["forms"].as_array().into_iter().flatten() {
        let id = form["id"].as_str().unwrap_or_default();
        let answer = web().get(&format!("/api/v1/forms/{id}/schema"))?;
        same((answer.status, answer.header("content-type")), (200, "application/schema+json"))?;
        let schema = answer.json()?;
        same(&schema["$schema"], &json!("https://json-schema.org/draft/2020-12/schema"))?;
        for key in form["key"].as_array().into_iter().flatten() {
            let required = schema["required"].as_array().is_some_and(|all| all.contains(key));
            ensure(required, || format!("{id}: {key} is not required"))?;
        }
        let definition = web().get(&format!("/api/v1/forms/{id}"))?.json()?;
        let kept = web().get(&format!("/api/v1/forms/{id}/versions"))?.json()?;
        same(&kept["versions"][0]["version"], &definition["version"])?;
    }
    Ok(())
}

/// Gives every record of the demo to the validator again, as a person would enter it.
fn demo_is_valid() -> Outcome {
    let site = &own().site;
    for form in [
        "school",
        "staff",
        "class",
        "pupil",
        "enrolment",
        "mark",
        "conduct",
        "attendance",
        "handover",
        "handover_class",
        "school_year",
        "org_unit",
    ] {
        let query = RecordQuery { most: Some(60), ..RecordQuery::default() };
        let page = site.records(&Caller::Operator, form, &query).map_err(said)?;
        ensure(!page.records.is_empty(), || format!("no {form}"))?;
        let changes: Result<Vec<Change>, Failed> = page
            .records
            .iter()
            .map(|record| {
                let fields = bieumau_pipeline::given_fields(&record.fields).map_err(said)?;
                let act = Act::Update { revision: record.revision };
                Ok(Change { form: form.to_owned(), act, fields, confirmed: Vec::new() })
            })
            .collect();
        let outcome = write(site, &Caller::Operator, &changes?, Mode::DryRun)?;
        let errors: Vec<String> = outcome
            .blocking()
            .map(|found| found.finding.diagnostic.one_line(bieumau_model::text::Locale::En))
            .collect();
        ensure(errors.is_empty(), || format!("{form}: {}", errors.join("\n")))?;
    }
    Ok(())
}

fn write(
    site: &Site,
    caller: &Caller,
    changes: &[Change],
    mode: Mode,
) -> Result<bieumau_pipeline::Outcome, Failed> {
    let why = Why { reason: "Thử".to_owned(), correction: None };
    site.write(caller, changes, &why, mode, now()).map_err(said)
}

fn dry_run_is_commit() -> Outcome {
    let site = &own().site;
    let (key, _) = mark(8)?;
    for (number, value) in
        ["7,5", "7,55", "11", "abc", "", "-1", "10,0", "٣", "7.5"].iter().enumerate()
    {
        let mut fields =
            BTreeMap::from([("mid_term".to_owned(), Given::Text((*value).to_owned()))]);
        site.put_key("mark", &key, &mut fields).map_err(said)?;
        let record = site.record(&Caller::Operator, "mark", &key).map_err(said)?;
        let revision = if number % 4 == 3 { 99 } else { record.revision };
        let change = Change {
            form: "mark".to_owned(),
            act: Act::Update { revision },
            fields,
            confirmed: Vec::new(),
        };
        let dry = write(site, &Caller::Operator, std::slice::from_ref(&change), Mode::DryRun)?;
        let after = site.record(&Caller::Operator, "mark", &key).map_err(said)?;
        same(&after, &record)?;
        let real = write(site, &Caller::Operator, &[change], Mode::Commit)?;
        same((dry.accepted, &dry.findings), (real.accepted, &real.findings))?;
    }
    Ok(())
}

fn scope() -> Outcome {
    let site = &own().site;
    let (key, _) = mark(9)?;
    let schools = Some(vec![crate::support::PRIMARY.to_owned()]);
    let foreign = Caller::User {
        name: "gv".to_owned(),
        scope: Reach { schools, ..Reach::everything() }.into(),
    };
    let mut fields = BTreeMap::from([("mid_term".to_owned(), Given::Text("1".to_owned()))]);
    site.put_key("mark", &key, &mut fields).map_err(said)?;
    let change = Change {
        form: "mark".to_owned(),
        act: Act::Update { revision: 1 },
        fields,
        confirmed: Vec::new(),
    };
    let outcome = write(site, &foreign, &[change], Mode::Commit)?;
    let codes: Vec<&str> = outcome.blocking().map(|found| found.finding.diagnostic.code).collect();
    same(codes, vec!["J121"])?;
    let problem = site.record(&foreign, "mark", &key).err().ok_or("it was shown")?;
    same(problem.code, "J121")
}

fn reading_is_noted() -> Outcome {
    let lines = || -> Result<usize, Failed> {
        let all =
            own().site.audit(&Caller::Operator, &AuditFilter::default(), now()).map_err(said)?;
        Ok(all.iter().filter(|line| line.action == "record_read").count())
    };
    let before = lines()?;
    web().get(&format!("{MARKS}?limit=1"))?;
    same(lines()?, before)?;
    web().get("/api/v1/forms/pupil/records?limit=3")?;
    ensure(lines()? > before, || "no line".to_owned())
}

/// Whoever may read the marks of a school and write none.
fn refusal() -> Outcome {
    let site = &own().site;
    let (key, record) = mark(11)?;
    let reach = Reach {
        schools: Some(vec![SECONDARY.to_owned()]),
        writes: Areas::of(&[]),
        ..Reach::everything()
    };
    let reader = Caller::User { name: "xem".to_owned(), scope: reach.into() };
    let revision = record["revision"].as_i64().unwrap_or_default();
    let mut fields = BTreeMap::from([("mid_term".to_owned(), Given::Text("1".to_owned()))]);
    site.put_key("mark", &key, &mut fields).map_err(said)?;
    let act = Act::Update { revision };
    let change = Change { form: "mark".to_owned(), act, fields, confirmed: Vec::new() };
    for mode in [Mode::DryRun, Mode::Commit] {
        let outcome = write(site, &reader, std::slice::from_ref(&change), mode)?;
        let refused = outcome.blocking().next().ok_or("it was written")?;
        same(refused.finding.diagnostic.code, "D129")?;
        ensure(refused.finding.diagnostic.help.is_some(), || "nobody to ask".to_owned())?;
    }
    Ok(())
}

const TRIP: &str = "schema_version: 1
id: trip
version: 1
title: Chuyến đi
scope: site
key: [trip]
sections:
  - id: trip
    title: Chuyến đi
    fields:
      - {id: trip, type: text, title: Mã}
  - id: stops
    title: Điểm dừng
    repeat: {form: trip_stop, least: 1, most: 2}
";

const STOP: &str = "schema_version: 1
id: trip_stop
version: 1
title: Điểm dừng
scope: site
key: [trip, line]
sections:
  - id: stop
    title: Điểm dừng
    fields:
      - {id: trip, type: reference, to: trip, title: Chuyến đi}
      - {id: line, type: integer, min: 1, title: STT}
";

fn trip(form: &str, fields: &[(&str, &str)]) -> Change {
    let fields =
        fields.iter().map(|(name, text)| ((*name).to_owned(), Given::Text((*text).to_owned())));
    Change {
        form: form.to_owned(),
        act: Act::Insert,
        fields: fields.collect(),
        confirmed: Vec::new(),
    }
}

fn trips(status: &str) -> Result<(tempfile::TempDir, Site), Failed> {
    let form = TRIP.replace("version: 1\ntitle", &format!("version: 1\nstatus: {status}\ntitle"));
    let folder = copy(&[
        ("forms/trips/trip.form.yaml", form.as_bytes()),
        ("forms/trips/trip_stop.form.yaml", STOP.as_bytes()),
    ])?;
    let site = Site::open(folder.path(), &workers(1), now()).map_err(said)?;
    Ok((folder, site))
}

fn lines() -> Outcome {
    let (_folder, site) = trips("published")?;
    let codes = |changes: &[Change]| -> Result<Vec<&'static str>, Failed> {
        let outcome = write(&site, &Caller::Operator, changes, Mode::Commit)?;
        Ok(outcome.blocking().map(|found| found.finding.diagnostic.code).collect())
    };
    let head = trip("trip", &[("trip", "A")]);
    let stop = |line: &str| trip("trip_stop", &[("trip", "A"), ("line", line)]);
    same(codes(std::slice::from_ref(&head))?, vec!["J118"])?;
    same(codes(&[head, stop("1"), stop("2")])?, vec![])?;
    same(codes(&[stop("3")])?, vec!["J118"])?;
    let record = site.record(&Caller::Operator, "trip", "A").map_err(said)?;
    same(record.lines["stops"].len(), 2)
}

/// Over HTTP: made with two lines, one changed, a wrong one told at its place, taken out of use and
/// brought back with the lines that it had.
fn nested() -> Outcome {
    let (_folder, site) = trips("published")?;
    let site = Arc::new(site);
    let web = Web::serve(&site, Caller::Operator)?;
    let path = "/api/v1/forms/trip/records";
    let two =
        json!({"fields": {"trip": "A"}, "lines": {"stops": [{"fields": {}}, {"fields": {}}]}});
    let made = web.post(path, &two.to_string())?;
    same(made.status, 201)?;
    let lines = made.json()?["lines"].clone();
    same(
        (&lines["/lines/stops/0"]["key"], &lines["/lines/stops/1"]["key"]),
        (&json!("A,1"), &json!("A,2")),
    )?;
    let one = format!("{path}/A");
    let read = web.get(&one)?.json()?;
    same(read["lines"]["stops"].as_array().map(Vec::len), Some(2))?;

    let put = |revision: i64, body: Value| {
        let version = format!("If-Match: \"{revision}\"");
        web.ask("PUT", &one, &[&version], body.to_string().as_bytes())
    };
    let stale =
        json!({"lines": {"stops": [{"fields": {"line": 1}, "revision": 9, "retire": true}]}});
    let refused = put(1, stale)?.problem(412, "J123")?;
    same(&refused["findings"][0]["pointer"], &json!("/lines/stops/0"))?;
    let gone =
        json!({"lines": {"stops": [{"fields": {"line": 1}, "revision": 1, "retire": true}]}});
    same(put(1, gone)?.status, 200)?;
    put(1, json!({"lines": {"halts": []}}))?.problem(422, "J138")?;

    let revision = web.get(&one)?.json()?["revision"].clone();
    let count = |web: &Web| -> Result<usize, Failed> {
        Ok(web.get(&one)?.json()?["lines"]["stops"].as_array().map_or(0, Vec::len))
    };
    let before = count(&web)?;
    let version = format!("If-Match: \"{revision}\"");
    same(web.post_with(&format!("{one}/retire"), &[&version], "")?.status, 200)?;
    same(count(&web)?, 0)?;
    let revision = web.get(&one)?.json()?["revision"].clone();
    let version = format!("If-Match: \"{revision}\"");
    same(web.post_with(&format!("{one}/restore"), &[&version], "")?.status, 200)?;
    same(count(&web)?, before)
}

fn form_status() -> Outcome {
    for (status, code) in [("draft", "J125"), ("retired", "J125")] {
        let (_folder, site) = trips(status)?;
        let outcome =
            write(&site, &Caller::Operator, &[trip("trip", &[("trip", "A")])], Mode::Commit)?;
        let found: Vec<&str> =
            outcome.blocking().map(|found| found.finding.diagnostic.code).collect();
        same(found, vec![code])?;
        let fields = serde_json::Map::new();
        site.begin_draft(&Caller::Operator, "trip", &fields, now()).map_err(said)?;
    }
    Ok(())
}

/// Fifty threads add one to the same counter and to one of their own, each twice, as people do: read,
/// change, and read again when somebody else was faster.
fn fifty_writers() -> Outcome {
    const WRITERS: usize = 50;
    const ROUNDS: usize = 2;
    let site = own().site.clone();
    let (shared, record) = mark(10)?;
    let first: i64 = record["revision"].as_i64().unwrap_or_default();
    let started = Instant::now();
    let threads: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (site, shared) = (site.clone(), shared.clone());
            std::thread::spawn(move || -> Result<Vec<Duration>, String> {
                let mut times = Vec::new();
                for _ in 0..ROUNDS {
                    times.push(add_one(&site, &shared, writer)?);
                }
                Ok(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for thread in threads {
        let done = thread.join().map_err(|_| Failed::from("a writer panicked"))?;
        times.extend(done.map_err(Failed::from)?);
    }
    let end = site.record(&Caller::Operator, "mark", &shared).map_err(said)?;
    // Every accepted change is one revision, and none was lost.
    same(end.revision, first + (WRITERS * ROUNDS) as i64)?;
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    eprintln!(
        "50 writers, {} changes of one record in {:?}: median {:?}, 95 % {:?}, longest {:?}",
        times.len(),
        started.elapsed(),
        at(50),
        at(95),
        at(100)
    );
    Ok(())
}

/// Appends to the comment of a mark until it is accepted; returns how long that took.
fn add_one(site: &Site, key: &str, writer: usize) -> Result<Duration, String> {
    let started = Instant::now();
    loop {
        let record = site.record(&Caller::Operator, "mark", key).map_err(|p| p.to_string())?;
        let text = format!("{writer}:{}", record.revision);
        let mut fields = BTreeMap::from([("comment".to_owned(), Given::Value(Cell::Text(text)))]);
        site.put_key("mark", key, &mut fields).map_err(|problem| problem.to_string())?;
        let act = Act::Update { revision: record.revision };
        let change = Change { form: "mark".to_owned(), act, fields, confirmed: Vec::new() };
        let why = Why::default();
        let outcome = site
            .write(&Caller::Operator, &[change], &why, Mode::Commit, now())
            .map_err(|problem| problem.to_string())?;
        if outcome.accepted {
            return Ok(started.elapsed());
        }
        if outcome.conflicts.is_empty() {
            return Err(format!("{:?}", outcome.findings));
        }
    }
}
