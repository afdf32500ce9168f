//! The marks grid and workbooks over HTTP: versions, refusals, averages, and pages without script.

use std::collections::BTreeMap;

use bieumau_model::access::{Grant, Person, Place, Role, Validity};
use bieumau_model::scope::Caller;
use bieumau_model::text::Text;
use bieumau_pipeline::Site;
use bieumau_pipeline::flows::{NewLock, Part};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

use crate::support::{
    Outcome, OwnSite, PRIMARY, SECONDARY, YEAR, altered, contains, copy, demo, ensure, parameters,
    said, same, workers,
};
use crate::web::{Answer, Web};

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("grid::pupils_stand_in_the_order_of_names_with_their_marks", shown),
        Trial::test("grid::averages_are_those_that_the_gradebook_prints", averages),
        Trial::test("grid::a_row_is_saved_with_the_version_that_was_seen", versions),
        Trial::test("grid::what_is_not_right_is_told_at_its_field", refusals),
        Trial::test("grid::averages_of_what_is_only_typed", typed_averages),
        Trial::test("grid::primary_scores_are_closed_where_no_test_is_held", primary),
        Trial::test("grid::an_elective_is_closed_for_who_did_not_choose_it", electives),
        Trial::test("grid::locked_cells_are_shown_before_anyone_types", locked),
        Trial::test("grid::what_is_not_theirs_to_write_is_closed_for_them", closed_for_others),
        Trial::test("grid::a_form_without_its_parameters_says_what_is_missing", incomplete),
        Trial::test("grid::pages_work_without_script", pages),
        Trial::test("grid::a_workbook_goes_out_and_in_over_http", workbooks),
        Trial::test("grid::an_upload_over_the_limit_is_refused", too_large),
    ]
}

const MARKS: &str = "/api/v1/grids/mark";

fn query() -> String {
    format!("school={SECONDARY}&year={YEAR}&class=6A1&subject=TOAN&term=2")
}

fn served(own: &OwnSite) -> Result<Web, Failed> {
    Web::serve(&own.site, Caller::Operator)
}

fn grid(web: &Web) -> Result<Value, Failed> {
    web.get(&format!("{MARKS}?{}", query()))?.json()
}

fn put(web: &Web, pupil: &str, version: &str, body: &Value) -> Result<Answer, Failed> {
    let mut lines = vec!["Content-Type: application/json"];
    lines.extend((!version.is_empty()).then_some(version));
    web.ask(
        "PUT",
        &format!("{MARKS}/rows/{pupil}?{}", query()),
        &lines,
        body.to_string().as_bytes(),
    )
}

fn shown() -> Outcome {
    let web = served(demo())?;
    let grid = grid(&web)?;
    let rows = grid["rows"].as_array().ok_or("no rows")?;
    ensure(rows.len() > 20, || format!("{} pupils", rows.len()))?;
    let key = |row: &Value| {
        let name = row["name"].as_str().unwrap_or_default();
        bieumau_model::names::sort_key(name, bieumau_model::definition::NameOrder::default())
    };
    ensure(rows.windows(2).all(|pair| key(&pair[0]) <= key(&pair[1])), || "order".to_owned())?;
    let ids: Vec<&str> = grid["columns"]
        .as_array()
        .ok_or("no columns")?
        .iter()
        .filter_map(|column| column["id"].as_str())
        .collect();
    // Mathematics has 140 periods a year: four ongoing marks, and no fifth.
    same(
        &ids[..6],
        &["ongoing_1", "ongoing_2", "ongoing_3", "ongoing_4", "mid_term", "end_of_term"],
    )?;
    same(grid["columns"][0]["max"].clone(), json!(100))?;
    // The key of a row is that of its record under the forms.
    let key = rows[0]["key"].as_str().ok_or("no key")?;
    let record = web.get(&format!("/api/v1/forms/mark/records/{key}"))?;
    same(record.json()?["revision"].clone(), rows[0]["revision"].clone())?;
    contains(&grid["about"].to_string(), &["Năm học 2025-2026", "Lớp 6A1", "Toán"])
}

/// Toán made an elective of 6A1 that one pupil chose: the others are closed, with the reason, and are no
/// gaps of the book.
fn electives() -> Outcome {
    let folder = copy(&[])?;
    let conn = rusqlite::Connection::open(folder.path().join("data.db"))?;
    conn.execute(
        "UPDATE record_teaching_assignment SET elective = 1
         WHERE school = ? AND year = 2025 AND class = '6A1' AND subject = 'TOAN'",
        [SECONDARY],
    )?;
    drop(conn);
    let site = Site::open(folder.path(), &workers(1), crate::support::now()).map_err(said)?;
    let own = OwnSite { site: std::sync::Arc::new(site), folder };
    let web = served(&own)?;
    let all = grid(&web)?;
    let rows = all["rows"].as_array().ok_or("no rows")?;
    let reason = "Học sinh không chọn học môn này";
    for row in rows {
        contains(&row["closed"]["mid_term"].to_string(), &[reason])?;
    }
    let (pupil, _) = first(&all)?;
    let change = json!({"changes": [{"form": "elective", "act": "insert", "fields": {
        "school": SECONDARY, "year": 2025, "pupil": pupil, "subject": "TOAN"}}], "reason": "Chọn môn"});
    let told = web.post("/api/v1/changes", &change.to_string())?;
    ensure(told.status < 300, || told.text())?;
    let open = grid(&web)?;
    for row in open["rows"].as_array().ok_or("no rows")? {
        let is_open = row["closed"]["mid_term"].is_null();
        same(
            (row["pupil"].as_str(), is_open),
            (row["pupil"].as_str(), row["pupil"] == pupil.as_str()),
        )?;
    }
    let path = format!("/api/v1/sign-offs/{SECONDARY}/{YEAR}/6A1/2/mid_term");
    let book = web.get(&path)?.json()?;
    let mut parts = book["parts"].as_array().into_iter().flatten();
    let part = parts.find(|part| part["part"] == "subject:TOAN").ok_or("no Toán")?;
    // Four ongoing marks at most and the one of the middle, of one pupil.
    ensure(part["needed"].as_i64().is_some_and(|needed| (1..=5).contains(&needed)), || {
        part.to_string()
    })
}

fn averages() -> Outcome {
    let web = served(demo())?;
    let grid = grid(&web)?;
    let given = parameters(&format!("school={SECONDARY} year={YEAR} class=6A1"));
    let report = "lower_secondary_gradebook";
    let book = demo().site.template_data(&Caller::Operator, report, &given).map_err(said)?;
    let printed: BTreeMap<&str, &Value> = book["pupils"]
        .as_array()
        .ok_or("no pupils")?
        .iter()
        .filter_map(|pupil| {
            let result = &pupil["subjects"]["TOAN"]["result"]["average_2"];
            Some((pupil["pupil"].as_str()?, result))
        })
        .collect();
    let mut compared = 0;
    for row in grid["rows"].as_array().ok_or("no rows")? {
        let pupil = row["pupil"].as_str().ok_or("no pupil")?;
        // The book leaves out whoever went away in the year.
        if row["status"].is_null() {
            same((pupil, &row["average"]), (pupil, printed[pupil]))?;
            compared += usize::from(!row["average"].is_null());
        }
    }
    ensure(compared > 20, || format!("only {compared} averages"))
}

fn first(grid: &Value) -> Result<(String, i64), Failed> {
    let row = &grid["rows"][0];
    Ok((
        row["pupil"].as_str().ok_or("no pupil")?.to_owned(),
        row["revision"].as_i64().ok_or("no revision")?,
    ))
}

fn versions() -> Outcome {
    let own = altered(&[], &workers(1))?;
    let web = served(&own)?;
    let (pupil, revision) = first(&grid(&web)?)?;
    let body = json!({"fields": {"mid_term": "4.5"}});
    put(&web, &pupil, "", &body)?.problem(428, "J295")?;

    let saved = put(&web, &pupil, &format!("If-Match: \"{revision}\""), &body)?;
    same(saved.status, 200)?;
    same(saved.header("etag").to_owned(), format!("\"{}\"", revision + 1))?;
    let row = &saved.json()?["row"];
    same((&row["values"]["mid_term"], &row["revision"]), (&json!("4,5"), &json!(revision + 1)))?;
    ensure(row["average"].is_string(), || row.to_string())?;

    // The old version is refused, with the row as it stands.
    let late = json!({"fields": {"mid_term": "9"}});
    let late = put(&web, &pupil, &format!("If-Match: \"{revision}\""), &late)?;
    same(late.status, 412)?;
    same(late.json()?["row"]["values"]["mid_term"].clone(), json!("4,5"))?;
    same(put(&web, &pupil, "If-None-Match: *", &body)?.status, 412)?;
    same(grid(&web)?["rows"][0]["values"]["mid_term"].clone(), json!("4,5"))
}

fn refusals() -> Outcome {
    let own = altered(&[], &workers(1))?;
    let web = served(&own)?;
    let (pupil, revision) = first(&grid(&web)?)?;
    let version = format!("If-Match: \"{revision}\"");
    for (typed, parts) in
        [("10,5", ["ĐĐGgk", "10"]), ("7,25", ["ĐĐGgk", "1 chữ số"]), ("bảy", ["ĐĐGgk", "bảy"])]
    {
        let answer = put(&web, &pupil, &version, &json!({"fields": {"mid_term": typed}}))?;
        same(answer.status, 422)?;
        let finding = &answer.json()?["findings"][0];
        same(finding["field"].clone(), json!("mid_term"))?;
        contains(finding["message"].as_str().unwrap_or_default(), &parts)?;
    }
    put(&web, "3199999999", &version, &json!({"fields": {}}))?.problem(404, "J289")?;
    same(first(&grid(&web)?)?.1, revision)
}

fn typed_averages() -> Outcome {
    let web = served(demo())?;
    let (pupil, _) = first(&grid(&web)?)?;
    let ask = |fields: Value| -> Result<Value, Failed> {
        let body = json!({"rows": {pupil.as_str(): fields}});
        let answer = web.post(&format!("{MARKS}/averages?{}", query()), &body.to_string())?;
        Ok(answer.json()?["averages"][pupil.as_str()].clone())
    };
    // (7 + 8 + 9 + 10 + 2 x 7,5 + 3 x 8) / 9 = 8,1
    let full = json!({
        "ongoing_1": "7", "ongoing_2": "8", "ongoing_3": "9", "ongoing_4": "10",
        "mid_term": "7.5", "end_of_term": "8",
    });
    same(ask(full.clone())?, json!("8,1"))?;
    let mut open = full;
    open["end_of_term"] = json!("");
    same(ask(open)?, Value::Null)
}

fn primary() -> Outcome {
    let web = served(demo())?;
    let ask = |class: &str, subject: &str, point: &str| -> Result<Value, Failed> {
        let query =
            format!("school={PRIMARY}&year={YEAR}&class={class}&subject={subject}&point={point}");
        web.get(&format!("/api/v1/grids/primary_result?{query}"))?.json()
    };
    let tested = ask("4A", "TOAN", "end_2")?;
    same(tested["rows"][0]["closed"].clone(), json!({}))?;
    same(tested["average"].clone(), Value::Null)?;
    let closed = ask("4A", "DD", "end_2")?;
    contains(&closed["rows"][0]["closed"]["score"].to_string(), &["không có bài kiểm tra"])
}

/// Locks the mid-term marks of term II, on the clock of the server.
fn lock_mid_term(site: &Site) -> Outcome {
    let wanted = NewLock {
        school: SECONDARY.to_owned(),
        year: YEAR.parse()?,
        part: Part { term: Some(2), column_kind: Some("mid_term".to_owned()), ..Part::default() },
        reason: "Chốt điểm giữa kì".to_owned(),
        order_number: "Thông báo số 31/TB-THCS".to_owned(),
        starts_at: Some("2026-01-02".to_owned()),
        ends_at: None,
    };
    let earlier = "2026-01-01T08:00:00+07:00".parse().map_err(|_| "no moment")?;
    site.lock(&Caller::Operator, &wanted, earlier).map_err(said)?;
    Ok(())
}

/// The grid, its workbook and the dry run of an import say which lock, why, by whom, until when and
/// how to ask, and so does whoever saves all the same.
fn locked() -> Outcome {
    let own = altered(&[], &workers(1))?;
    lock_mid_term(&own.site)?;
    let web = served(&own)?;
    let grid = grid(&web)?;
    let parts = [
        "khóa số 1 (Thông báo số 31/TB-THCS)",
        "Chốt điểm giữa kì",
        "cho đến khi được mở",
        "phiếu đề nghị sửa điểm",
    ];
    for row in
        grid["rows"].as_array().ok_or("no rows")?.iter().filter(|row| row["status"].is_null())
    {
        let closed = &row["closed"];
        contains(closed["mid_term"]["vi"].as_str().unwrap_or_default(), &parts)?;
        same(closed["end_of_term"].clone(), Value::Null)?;
    }
    let (pupil, revision) = first(&grid)?;
    let version = format!("If-Match: \"{revision}\"");
    let answer = put(&web, &pupil, &version, &json!({"fields": {"mid_term": "9"}}))?;
    same(answer.status, 423)?;
    let finding = answer.json()?["findings"][0].clone();
    same((&finding["code"], &finding["locked"]), (&json!("J200"), &json!(true)))?;
    let open = put(&web, &pupil, &version, &json!({"fields": {"end_of_term": "9"}}))?;
    same(open.status, 200)?;

    let made = web.get(&format!("/api/v1/forms/mark/workbook?{}", query()))?;
    let mut draft = crate::draft::Draft::open(&made.body)?;
    let table = draft.table();
    let said = format!("{:?}", table.cells);
    contains(&said, &["Ô xám: ĐĐGgk: đang khóa theo khóa số 1"])?;
    let (row, column) = (table.rows()[1], table.column("ĐĐGgk"));
    table.put(row, column, crate::draft::Cell::Number(0.5));
    let tried = web.ask("POST", "/api/v1/forms/mark/import", &[], &draft.save()?)?;
    same(tried.status, 422)?;
    contains(&tried.text(), &["J266", "Ô đã khóa", "khóa số 1", "ngoại lệ có thời hạn"])
}

/// A class teacher reads the marks of a colleague's subject, and the grid says so beforehand.
fn closed_for_others() -> Outcome {
    let year: i64 = YEAR.parse()?;
    let place = Place {
        schools: Some(vec![SECONDARY.to_owned()]),
        classes: Some(vec![(SECONDARY.to_owned(), year, "6A1".to_owned())]),
        ..Place::default()
    };
    let grant = Grant {
        role: Role::ClassTeacher,
        place,
        validity: Validity::default(),
        ground: Text::from("phân công của nhà trường"),
    };
    let person = Person {
        name: "chu.nhiem".to_owned(),
        full_name: "Chủ nhiệm".to_owned(),
        staff: None,
        grants: vec![grant],
    };
    let caller = person.caller(jiff::civil::date(2026, 1, 5));
    let given =
        parameters(&format!("school={SECONDARY} year={YEAR} class=6A1 subject=TOAN term=2"));
    let shown = demo().site.entry_grid(&caller, "mark", &given, crate::support::now());
    let shown = shown.map_err(said)?;
    let closed = shown.rows.iter().all(|row| row.closed.len() == shown.columns.len());
    ensure(closed && !shown.rows.is_empty(), || format!("{:?}", shown.rows.first()))
}

fn incomplete() -> Outcome {
    let web = served(demo())?;
    web.get(&format!("{MARKS}?school={SECONDARY}"))?.problem(422, "J285")?;
    web.get(&format!("{MARKS}?{}&room=2", query()))?.problem(422, "J280")?;
    let unknown = web.get("/api/v1/grids/marks?school=1")?;
    same(unknown.status, 404)
}

fn pages() -> Outcome {
    let web = served(demo())?;
    let page = web.get(&format!("/entry/marks?form=mark&{}", query()))?.text();
    contains(&page, &["<noscript>", "Bảng nhập này cần JavaScript", "/entry/workbooks/mark?"])?;
    let english = web.get("/entry/marks?lang=en")?.text();
    contains(&english, &["Enter marks", "Choose class, subject and term"])?;
    let import = web.get(&format!("/entry/import?form=mark&{}", query()))?.text();
    contains(&import, &["enctype=\"multipart/form-data\"", "Mẫu CSDL ngành: điểm, mẫu 1"])
}

fn workbooks() -> Outcome {
    let own = altered(&[], &workers(1))?;
    let web = served(&own)?;
    let made = web.get(&format!("/api/v1/forms/mark/workbook?{}", query()))?;
    same(made.status, 200)?;
    contains(made.header("content-disposition"), &["attachment", "mark-"])?;
    let mut draft = crate::draft::Draft::open(&made.body)?;
    let table = draft.table();
    let (row, column) = (table.rows()[0], table.column("ĐĐGgk"));
    let now = if table.cells.get(&(row, column)) == Some(&crate::draft::Cell::Number(2.0)) {
        3.0
    } else {
        2.0
    };
    table.put(row, column, crate::draft::Cell::Number(now));
    let bytes = draft.save()?;
    let tried = web.ask("POST", "/api/v1/forms/mark/import", &[], &bytes)?;
    same((tried.status, tried.json()?["committed"].clone()), (200, json!(false)))?;
    let done = web.ask("POST", "/api/v1/forms/mark/import?dry_run=false", &[], &bytes)?;
    let body = done.json()?;
    same(
        (done.status, body["committed"].clone(), body["changed"].clone()),
        (200, json!(true), json!(1)),
    )?;
    same(grid(&web)?["rows"][0]["values"]["mid_term"].clone(), json!(format!("{now}")))?;

    // The page does the same with a form that browsers send.
    let body = multipart(&bytes);
    let lines = ["Content-Type: multipart/form-data; boundary=XyZ"];
    let page = web.ask("POST", &format!("/entry/import?{}&form=mark", query()), &lines, &body)?;
    same(page.status, 200)?;
    contains(&page.text(), &["Bảng tính không có gì mới"])
}

fn multipart(bytes: &[u8]) -> Vec<u8> {
    let mut body =
        b"--XyZ\r\nContent-Disposition: form-data; name=\"mode\"\r\n\r\ncheck\r\n--XyZ\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"diem.xlsx\"\r\n\r\n"
            .to_vec();
    body.extend(bytes);
    body.extend(b"\r\n--XyZ--\r\n");
    body
}

fn too_large() -> Outcome {
    let web = served(demo())?;
    let answer =
        web.ask("POST", &format!("/api/v1/forms/mark/import?{}", query()), &[], &vec![0; 9 << 20])?;
    same(answer.status, 422)?;
    contains(&answer.text(), &["J252"])?;
    let answer = web.ask(
        "POST",
        &format!("/api/v1/forms/mark/import?{}", query()),
        &[],
        &vec![0; 20 << 20],
    )?;
    same(answer.status, 413)
}
