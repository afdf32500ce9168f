//! The rights matrix: roles by actions by own and foreign class, subject, school and province, as
//! a file, every cell asked over HTTP.
//!
//! `matrix.csv` holds decisions; `records.csv` who reads, lists and writes records by their key, in
//! grids and by workbooks; `documents.csv` which documents can be made, and whose names stand in
//! them. A cell that changes is read before it is committed: it lets somebody see
//! or change something.

use std::sync::OnceLock;

use bieumau_model::access::{Action, Area, Role};
use bieumau_model::scope::Caller;
use bieumau_model::text::Locale;
use bieumau_pipeline::access::{NewGrant, TokenRequest};
use bieumau_pipeline::{RecordQuery, Template};
use libtest_mimic::{Failed, Trial};
use serde_json::json;

use crate::access::{account, bearer, own, token, web};
use crate::draft::Draft;
use crate::support::{
    FAR_PRIMARY, Outcome, PRIMARY, SECONDARY, YEAR, cases, check_reference, ensure, now,
    parameters, said, same,
};
use crate::web::Answer;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("rights::every_cell_of_the_matrix_is_as_the_file_says", matrix),
        Trial::test("rights::documents_are_made_for_whom_the_file_says", documents),
        Trial::test("rights::records_are_read_and_written_by_whom_the_file_says", records),
        Trial::test("rights::a_workbook_carries_no_foreign_row_in", foreign_rows),
        Trial::test("rights::mixed_parameters_reach_nothing_foreign", mixed),
        Trial::test("rights::the_files_give_nobody_what_is_foreign", || {
            nothing_foreign("matrix.csv", &["teaching"])?;
            nothing_foreign("records.csv", &["mark", "primary_result"])
        }),
    ]
}

/// Checks the lines of a file (act, what, place, one cell for each role): whoever the place is
/// foreign to has a `no`, and nobody writes in another school. `taught` has classes and subjects.
fn nothing_foreign(file: &str, taught: &[&str]) -> Outcome {
    let text = std::fs::read_to_string(cases("rights").join(file))?;
    for line in text.lines().skip(1) {
        let words: Vec<&str> = line.split(',').collect();
        let (act, what, place) = (words[0], words[1], words[2]);
        for (role, cell) in Role::ALL.iter().zip(&words[3..]) {
            let writes = ["write", "change", "attach", "import"].contains(&act);
            let foreign = match place {
                "other_province" => true,
                "other_school" => *role != Role::ProvincialOfficer || writes,
                "other_class" if taught.contains(&what) => {
                    matches!(role, Role::ClassTeacher | Role::SubjectTeacher)
                }
                "other_subject" if taught.contains(&what) => {
                    matches!(role, Role::SubjectGroupHead | Role::SubjectTeacher)
                }
                _ => false,
            };
            ensure(!foreign || *cell == "no", || format!("{role:?}: {line}"))?;
        }
    }
    Ok(())
}

/// Where something is asked for: what everybody of the matrix has, and what is foreign.
const PLACES: [(&str, &str, &str, &str); 5] = [
    ("own", SECONDARY, "7A2", "TOAN"),
    ("other_class", SECONDARY, "7A3", "TOAN"),
    ("other_subject", SECONDARY, "7A2", "VAN"),
    ("other_school", PRIMARY, "2A", "TOAN"),
    ("other_province", FAR_PRIMARY, "2A", "TOAN"),
];

/// One account for each role, with a token: the class 7A2 and Toán in it, its school, the units
/// above it.
pub fn tokens() -> &'static Vec<(Role, String)> {
    static TOKENS: OnceLock<Vec<(Role, String)>> = OnceLock::new();
    TOKENS.get_or_init(|| {
        let make = |role: Role| -> Result<(Role, String), Failed> {
            let name = format!("vai.{}", role.word().replace('_', "."));
            account(&name, Some(grant(role)?))?;
            Ok((role, token(&name, &TokenRequest::default())?))
        };
        let made: Result<Vec<_>, Failed> = Role::ALL.into_iter().map(make).collect();
        made.unwrap_or_else(|failed| panic!("{failed:?}"))
    })
}

fn grant(role: Role) -> Result<NewGrant, Failed> {
    let mut grant = NewGrant { role: role.word().to_owned(), ..NewGrant::default() };
    match role {
        Role::ProvincialOfficer => grant.unit = Some(unit("province_department")?),
        Role::CommuneOfficer => grant.unit = Some(unit_above()?),
        _ => grant.school = Some(SECONDARY.to_owned()),
    }
    if matches!(role, Role::ClassTeacher | Role::SubjectTeacher) {
        grant.year = Some(YEAR.parse()?);
        grant.class = Some("7A2".to_owned());
    }
    if matches!(role, Role::SubjectGroupHead | Role::SubjectTeacher) {
        grant.subjects = Some(vec!["TOAN".to_owned()]);
    }
    Ok(grant)
}

/// The unit of a kind in the province of the secondary school.
fn unit(kind: &str) -> Result<String, Failed> {
    let units = own().site.org_units().map_err(said)?;
    let found = units
        .into_iter()
        .find(|unit| unit.kind == kind && unit.province == "31" && unit.valid_to.is_none());
    Ok(found.ok_or("no such unit")?.unit)
}

/// The unit directly above the secondary school.
fn unit_above() -> Result<String, Failed> {
    let schools = own().site.school_list().map_err(said)?;
    let found = schools.into_iter().find(|school| school.school == SECONDARY);
    Ok(found.ok_or("no such school")?.unit)
}

fn matrix() -> Outcome {
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
    let mut text = format!("action,area,place,{}\n", roles.join(","));
    for action in Action::ALL {
        let by_area = matches!(action, Action::Read | Action::Write);
        let areas: Vec<Area> = match by_area {
            true => Area::ALL.into_iter().filter(|area| *area != Area::Site).collect(),
            false => {
                vec![if action == Action::ManageAccounts { Area::Staff } else { Area::Teaching }]
            }
        };
        for area in areas {
            for (place, school, class, subject) in PLACES {
                let mut cells = Vec::new();
                for (_, token) in tokens() {
                    let path = question(action, area, school, class, subject);
                    let allowed = bearer(&path, token)?.json()?["allowed"].clone();
                    cells.push(if allowed == json!(true) { "yes" } else { "no" });
                }
                let (action, area) = (action.word(), area.word());
                text += &format!("{action},{area},{place},{}\n", cells.join(","));
            }
        }
    }
    check_reference(&cases("rights").join("matrix.csv"), &text)
}

/// The question about a record of the area that stands in the place.
fn question(action: Action, area: Area, school: &str, class: &str, subject: &str) -> String {
    let mut path = format!(
        "/api/v1/access/decision?action={}&area={}&school={school}",
        action.word(),
        area.word()
    );
    let of_class = !matches!(area, Area::School | Area::Staff | Area::Office);
    if of_class {
        path += &format!("&year={YEAR}&class={class}");
    }
    if area == Area::Teaching {
        path += &format!("&subject={subject}");
    }
    path
}

/// Documents of classes and schools, by place.
const DOCUMENTS: [(&str, &str, &str, &str); 8] = [
    ("gradebook", "own", "lower_secondary_gradebook", "school=31030003 year=2025 class=7A2"),
    (
        "gradebook",
        "other_class",
        "lower_secondary_gradebook",
        "school=31030003 year=2025 class=7A3",
    ),
    ("gradebook", "other_year", "lower_secondary_gradebook", "school=31030003 year=2024 class=6A2"),
    ("account_minutes", "own", "minutes_account_handover", "school=31030003 year=2025 number=1"),
    (
        "class_summary",
        "other_school",
        "primary_class_summary",
        "school=31020001 year=2025 class=2A point=end_2",
    ),
    (
        "class_summary",
        "other_province",
        "primary_class_summary",
        "school=79020002 year=2025 class=2A point=end_2",
    ),
    (
        "account_minutes",
        "other_school",
        "minutes_account_handover",
        "school=31020001 year=2025 number=1",
    ),
    (
        "account_minutes",
        "other_province",
        "minutes_account_handover",
        "school=79020002 year=2025 number=1",
    ),
];

fn documents() -> Outcome {
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
    let mut text = format!("document,place,{}\n", roles.join(","));
    for (title, place, report, given) in DOCUMENTS {
        let mut cells = Vec::new();
        for (role, token) in tokens() {
            let answer = render(token, report, given)?;
            let cell = match answer.status {
                200 => "made",
                404 => {
                    answer.problem(404, "J013")?;
                    "not_found"
                }
                other => return Err(format!("{role:?} {report}: {other} {}", answer.text()).into()),
            };
            cells.push(cell);
        }
        text += &format!("{title},{place},{}\n", cells.join(","));
    }
    check_reference(&cases("rights").join("documents.csv"), &text)
}

/// Records by place, each with the parameters of the grid in which it stands.
fn asked_records() -> Result<Vec<Asked>, Failed> {
    let mut all = Vec::new();
    for (place, school, class, subject) in PLACES {
        let (form, point) = if school == SECONDARY {
            ("mark", "term=2")
        } else {
            ("primary_result", "point=end_2")
        };
        let given = format!("school={school}&year={YEAR}&class={class}&subject={subject}&{point}");
        all.push(Asked::new(form, place, given, "comment")?);
        if place != "other_subject" {
            let of_class = format!("school={school}&year={YEAR}&class={class}");
            let enrolled = Asked::new("enrolment", place, of_class.clone(), "note")?;
            let pupil = enrolled.key.rsplit(',').next().unwrap_or_default().to_owned();
            all.push(enrolled);
            let given = format!("school={school}&pupil={pupil}");
            all.push(Asked::new("pupil", place, given, "address")?);
        }
    }
    Ok(all)
}

/// A record that everybody asks for.
struct Asked {
    form: &'static str,
    place: &'static str,
    /// What finds it in a list, and chooses its grid.
    given: String,
    /// A text that is changed.
    field: &'static str,
    key: String,
    revision: i64,
}

impl Asked {
    fn new(
        form: &'static str,
        place: &'static str,
        given: String,
        field: &'static str,
    ) -> Result<Self, Failed> {
        let equals = parameters(&given.replace('&', " "));
        let query = RecordQuery { equals, ..RecordQuery::default() };
        let page = own().site.records(&Caller::Operator, form, &query).map_err(said)?;
        let record = page.records.first().ok_or_else(|| format!("no {form} of {given}"))?;
        let (key, revision) = (record.key.clone(), record.revision);
        Ok(Self { form, place, given, field, key, revision })
    }

    fn path(&self) -> String {
        format!("/api/v1/forms/{}/records/{}", self.form, self.key)
    }

    fn is_grid(&self) -> bool {
        self.form != "enrolment" && self.form != "pupil"
    }

    /// Returns whether the caller of `token` may do `act`; anything but a clear answer fails.
    fn may(&self, act: &str, token: &str, workbook: &[u8]) -> Result<bool, Failed> {
        let path = self.path();
        let line = format!("Authorization: Bearer {token}");
        match act {
            "read" => found(&bearer(&path, token)?),
            "history" => found(&bearer(&format!("{path}/history"), token)?),
            "list" => {
                let list = format!("/api/v1/forms/{}/records?{}", self.form, self.given);
                let keys = bearer(&list, token)?.json()?;
                Ok(keys["records"].as_array().is_some_and(|records| !records.is_empty()))
            }
            "grid" => {
                let grid = format!("/api/v1/grids/{}?{}", self.form, self.given);
                let grid = bearer(&grid, token)?.json()?;
                // Pupils of one's own may stand in it; what others gave them may not.
                let rows = grid["rows"].as_array().into_iter().flatten();
                let mut values = rows.filter_map(|row| row["values"].as_object());
                Ok(values.any(|row| row.values().any(|value| *value != json!(""))))
            }
            "change" => {
                let body = json!({"fields": {self.field: "Thử quyền"}, "dry_run": true});
                let version = format!("If-Match: \"{}\"", self.revision);
                let lines = [line.as_str(), &version, "Content-Type: application/json"];
                let answer = web().ask("PUT", &path, &lines, body.to_string().as_bytes())?;
                let told = answer.json()?;
                clear(told["accepted"] == json!(true), &answer)
            }
            "attach" => {
                let to =
                    format!("{path}/attachments?name=to-trinh.txt&reason=minh%20ch%E1%BB%A9ng");
                let answer = web().ask("POST", &to, &[line.as_str()], b"evidence")?;
                clear(answer.status == 201, &answer)
            }
            _ => {
                let to = format!("/api/v1/forms/{}/import?{}", self.form, self.given);
                let answer = web().ask("POST", &to, &[line.as_str()], workbook)?;
                clear(answer.json()?["accepted"] == json!(true), &answer)
            }
        }
    }

    /// The workbook of the grid with one comment changed, as the operator has it.
    fn workbook(&self) -> Result<Vec<u8>, Failed> {
        if !self.is_grid() {
            return Ok(Vec::new());
        }
        let given = parameters(&self.given.replace('&', " "));
        let made = own().site.workbook(&Caller::Operator, self.form, &given, Template::Own, now());
        let mut draft = Draft::open(&made.map_err(said)?.bytes)?;
        let table = draft.table();
        let title = crate::support::form(self.form).field(self.field).ok_or("no field")?;
        let (row, column) = (table.rows()[0], table.column(title.title.get(Locale::Vi)));
        table.text(row, column, "Thử quyền bằng bảng tính");
        draft.save()
    }
}

fn found(answer: &Answer) -> Result<bool, Failed> {
    match answer.status {
        200 => Ok(true),
        404 => Ok(false),
        other => Err(format!("{other}: {}", answer.text()).into()),
    }
}

/// A refusal must be one for want of rights or sight, not for another reason.
fn clear(accepted: bool, answer: &Answer) -> Result<bool, Failed> {
    let text = answer.text();
    let for_rights =
        ["D129", "J121", "J261", "J266", "J013"].iter().any(|code| text.contains(code));
    ensure(accepted || for_rights, || format!("{}: {text}", answer.status))?;
    Ok(accepted)
}

fn records() -> Outcome {
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
    let mut text = format!("act,form,place,{}\n", roles.join(","));
    let all = asked_records()?;
    let workbooks: Vec<Vec<u8>> = all.iter().map(Asked::workbook).collect::<Result<_, _>>()?;
    for act in ["read", "history", "list", "change", "attach", "grid", "import"] {
        for (asked, workbook) in all.iter().zip(&workbooks) {
            if !asked.is_grid() && ["grid", "import"].contains(&act) {
                continue;
            }
            let mut cells = Vec::new();
            for (role, token) in tokens() {
                let may = asked.may(act, token, workbook).map_err(|failed| {
                    format!("{act} {} {} {role:?}: {:?}", asked.form, asked.place, failed.message())
                })?;
                cells.push(if may { "yes" } else { "no" });
            }
            text += &format!("{act},{},{},{}\n", asked.form, asked.place, cells.join(","));
        }
    }
    check_reference(&cases("rights").join("records.csv"), &text)
}

/// The subject teacher of 7A2 puts a pupil of 7A3 into the own workbook, and hands in that of 7A3
/// as the own: nothing is written, and nobody's name is told.
fn foreign_rows() -> Outcome {
    let all = asked_records()?;
    let of = |place: &str| all.iter().find(|asked| asked.is_grid() && asked.place == place);
    let (mine, theirs) = (of("own").ok_or("none")?, of("other_class").ok_or("none")?);
    let (_, token) = tokens()
        .iter()
        .find(|(role, _)| *role == Role::SubjectTeacher)
        .ok_or("no subject teacher")?;
    let line = format!("Authorization: Bearer {token}");
    let pupil = theirs.key.split(',').nth(3).ok_or("no pupil")?;
    let send = |asked: &Asked, bytes: &[u8]| {
        let to = format!("/api/v1/forms/mark/import?{}&dry_run=false", asked.given);
        web().ask("POST", &to, &[line.as_str()], bytes)
    };
    let mut draft = Draft::open(&mine.workbook()?)?;
    let table = draft.table();
    let (row, code) = (table.rows()[0], table.column("Học sinh"));
    table.text(row, code, pupil);
    let mixed = send(mine, &draft.save()?)?;
    same(mixed.status, 422)?;
    crate::support::contains(&mixed.text(), &["J261", pupil])?;
    let other = send(mine, &theirs.workbook()?)?;
    same(other.status, 422)?;
    crate::support::contains(&other.text(), &["J275"])?;
    let plain = send(theirs, &theirs.workbook()?)?;
    same(plain.status, 422)?;
    let key = format!("{SECONDARY},{pupil}");
    let fields = own().site.record(&Caller::Operator, "pupil", &key).map_err(said)?.fields;
    let name = fields["full_name"].as_str().ok_or("no name")?;
    for answer in [&mixed, &other, &plain] {
        ensure(!answer.text().contains(name), || answer.text())?;
    }
    let still = own().site.record(&Caller::Operator, "mark", &theirs.key).map_err(said)?;
    same(still.revision, theirs.revision)
}

fn render(token: &str, report: &str, given: &str) -> Result<Answer, Failed> {
    let body = json!({"parameters": parameters(given), "format": "html"}).to_string();
    let line = format!("Authorization: Bearer {token}");
    web().post_with(&format!("/api/v1/reports/{report}/render"), &[&line], &body)
}

/// A foreign pupil with the own class, an own pupil with a foreign class, a foreign school with
/// the own class: nobody's name comes out.
fn mixed() -> Outcome {
    let site = &own().site;
    let pupil = |given: &str| -> Result<(String, String), Failed> {
        let view = site
            .report_view(&Caller::Operator, "lower_secondary_transcript", &parameters(given))
            .map_err(said)?;
        let field = view.fields.into_iter().find(|field| field.id == "pupil").ok_or("no field")?;
        let choice = field.choices.get(7).ok_or("no pupil")?;
        Ok((choice.value.clone(), choice.label.get(Locale::Vi).to_owned()))
    };
    let of = |class: &str| format!("school={SECONDARY} year={YEAR} class={class}");
    let (foreign, name) = pupil(&of("7A3"))?;
    let (own_pupil, _) = pupil(&of("7A2"))?;
    let tries = [
        format!("{} pupil={foreign}", of("7A2")),
        format!("{} pupil={foreign}", of("7A3")),
        format!("school={SECONDARY} year={YEAR} pupil={foreign}"),
        format!("{} pupil={own_pupil}", of("7A3")),
        format!("school={PRIMARY} year={YEAR} class=7A2"),
        format!("school={SECONDARY} year=2024 class=6A3"),
    ];
    let teachers = tokens()
        .iter()
        .filter(|(role, _)| matches!(role, Role::ClassTeacher | Role::SubjectTeacher));
    for (role, token) in teachers {
        for given in &tries {
            let answer = render(token, "lower_secondary_transcript", given)?;
            ensure(answer.status != 200, || format!("{role:?} {given}"))?;
            let text = answer.text().to_lowercase();
            ensure(!text.contains(&name.to_lowercase()), || format!("{role:?} {given}: {name}"))?;
        }
        // The lists of the start page offer nothing foreign either.
        let path = format!("/?report=lower_secondary_transcript&{}", of("7A3").replace(' ', "&"));
        let line = format!("Authorization: Bearer {token}");
        let page = web().get_with(&path, &[&line])?;
        same(page.status, 200)?;
        ensure(!page.text().contains(&foreign), || format!("{role:?} is offered {foreign}"))?;
    }
    Ok(())
}
