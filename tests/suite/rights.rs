//! The rights matrix: roles by actions by own and foreign class, subject, school and province, as
//! a file, every cell asked over HTTP.
//!
//! `matrix.csv` holds decisions; `documents.csv` holds which documents can be made, and whose
//! names stand in them. A cell that changes is read before it is committed: it lets somebody see
//! or change something.

use std::sync::OnceLock;

use bieumau_model::access::{Action, Area, Role};
use bieumau_model::scope::Caller;
use bieumau_model::text::Locale;
use bieumau_pipeline::access::{NewGrant, TokenRequest};
use libtest_mimic::{Failed, Trial};
use serde_json::json;

use crate::access::{account, bearer, own, token, web};
use crate::support::{
    FAR_PRIMARY, Outcome, PRIMARY, SECONDARY, YEAR, cases, check_reference, ensure, parameters,
    said, same,
};
use crate::web::Answer;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("rights::every_cell_of_the_matrix_is_as_the_file_says", matrix),
        Trial::test("rights::documents_are_made_for_whom_the_file_says", documents),
        Trial::test("rights::mixed_parameters_reach_nothing_foreign", mixed),
        Trial::test("rights::the_file_gives_nobody_what_is_foreign", || {
            let text = std::fs::read_to_string(cases("rights").join("matrix.csv"))?;
            for line in text.lines().skip(1) {
                let words: Vec<&str> = line.split(',').collect();
                let (area, place) = (words[1], words[2]);
                for (role, cell) in Role::ALL.iter().zip(&words[3..]) {
                    let foreign = match place {
                        "other_province" => true,
                        "other_school" => *role != Role::ProvincialOfficer,
                        "other_class" if area == "teaching" => {
                            matches!(role, Role::ClassTeacher | Role::SubjectTeacher)
                        }
                        "other_subject" if area == "teaching" => {
                            matches!(role, Role::SubjectGroupHead | Role::SubjectTeacher)
                        }
                        _ => false,
                    };
                    ensure(!foreign || *cell == "no", || format!("{role:?}: {line}"))?;
                }
            }
            Ok(())
        }),
    ]
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
fn tokens() -> &'static Vec<(Role, String)> {
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
