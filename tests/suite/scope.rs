//! A caller with a scope sees nothing beyond it: not in lists, not in documents, not by asking for
//! it by name, and not over HTTP.

use bieumau_model::scope::{Caller, Reach, Scope};
use bieumau_model::text::Locale;
use bieumau_pipeline::Site;
use libtest_mimic::{Failed, Trial};

use crate::support::{
    FAR_PRIMARY, Outcome, PRIMARY, SECONDARY, YEAR, contains, demo, ensure, lacks, parameters,
    render, rendered, said, same,
};
use crate::web::Web;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("scope::lists_offer_only_the_own_school", || {
            let caller = of_schools(&[PRIMARY]);
            same(choices(&caller, "primary_transcript", "", "school")?, vec![PRIMARY.to_owned()])?;
            same(choices(&caller, "lower_secondary_transcript", "", "school")?, vec![])
        }),
        Trial::test("scope::a_foreign_school_fills_no_list", || {
            let given = format!("school={FAR_PRIMARY} year={YEAR} class=2B");
            for field in ["class", "pupil"] {
                let offered =
                    choices(&of_schools(&[PRIMARY]), "primary_transcript", &given, field)?;
                same((field, offered), (field, vec![]))?;
            }
            Ok(())
        }),
        Trial::test("scope::a_foreign_school_is_not_found", || {
            for (report, given) in crate::documents::REPORTS {
                let given = given.replace("TWENTIETH", "0000000000");
                // A report of several schools has those that the caller sees.
                if given.contains("school=") && !given.contains(PRIMARY) {
                    check_not_found(&of_schools(&[PRIMARY]), report, &given)?;
                }
            }
            Ok(())
        }),
        Trial::test("scope::nobody_sees_nothing", || {
            let nobody = of_schools(&[]);
            let reports = crate::documents::REPORTS;
            for (report, given) in
                reports.into_iter().filter(|(_, given)| given.contains("school="))
            {
                same((report, choices(&nobody, report, "", "school")?), (report, vec![]))?;
                check_not_found(&nobody, report, &given.replace("TWENTIETH", "0000000000"))?;
            }
            Ok(())
        }),
        Trial::test("scope::figures_of_all_schools_are_those_of_the_own_ones", own_figures),
        Trial::test("scope::lists_offer_only_the_own_class", || {
            let caller = of_class("7A2");
            let given = format!("school={SECONDARY} year={YEAR}");
            let report = "lower_secondary_transcript";
            same(choices(&caller, report, "", "school")?, vec![SECONDARY.to_owned()])?;
            same(choices(&caller, report, &given, "class")?, vec!["7A2".to_owned()])?;
            let own = choices(&caller, report, &format!("{given} class=7A2"), "pupil")?;
            same(own, choices(&Caller::Operator, report, &format!("{given} class=7A2"), "pupil")?)?;
            // Without a class, the list is still that of the own class.
            ensure(choices(&caller, report, &given, "pupil")?.len() < 60, || {
                "the list without a class is longer than a class".to_owned()
            })
        }),
        Trial::test("scope::the_own_class_is_whole", own_class),
        Trial::test("scope::a_foreign_class_is_not_found", foreign_class),
        Trial::test("scope::a_foreign_pupil_has_no_transcript", foreign_pupil),
        Trial::test("scope::a_class_of_another_year_is_foreign", || {
            let given = format!("school={SECONDARY} year=2024 class=7A2");
            let offered = choices(&of_class("7A2"), "lower_secondary_transcript", &given, "class")?;
            same(offered, vec![])
        }),
        Trial::test("scope::a_subject_teacher_sees_one_subject", one_subject),
        Trial::test("scope::the_server_shows_nothing_foreign", over_http),
        Trial::test("scope::readers_are_not_shared_between_callers", || {
            let report = "primary_transcript";
            for _ in 0..3 {
                let own = choices(&of_schools(&[PRIMARY]), report, "", "school")?;
                same(own, vec![PRIMARY.to_owned()])?;
                let far = choices(&of_schools(&[FAR_PRIMARY]), report, "", "school")?;
                same(far, vec![FAR_PRIMARY.to_owned()])?;
                same(choices(&Caller::Operator, report, "", "school")?.len(), 2)?;
            }
            Ok(())
        }),
    ]
}

fn of_schools(schools: &[&str]) -> Caller {
    let schools = schools.iter().map(|school| (*school).to_owned()).collect();
    caller(Scope::from(Reach { schools: Some(schools), ..Reach::everything() }))
}

/// The homeroom teacher of a class of the secondary school.
pub fn of_class(class: &str) -> Caller {
    let year = YEAR.parse().expect("a number");
    let classes = vec![(SECONDARY.to_owned(), year, class.to_owned())];
    caller(Scope::from(Reach { classes: Some(classes), ..Reach::everything() }))
}

fn caller(scope: Scope) -> Caller {
    Caller::User { name: "someone".to_owned(), scope }
}

fn site() -> &'static Site {
    &demo().site
}

/// The values that the list of `field` offers after `given`.
fn choices(caller: &Caller, report: &str, given: &str, field: &str) -> Result<Vec<String>, Failed> {
    let view = site().report_view(caller, report, &parameters(given)).map_err(said)?;
    let found = view.fields.into_iter().find(|own| own.id == field);
    let found = found.ok_or_else(|| format!("`{report}` has no field `{field}`"))?;
    Ok(found.choices.into_iter().map(|choice| choice.value).collect())
}

fn check_not_found(caller: &Caller, report: &str, given: &str) -> Outcome {
    for format in ["html", "pdf"] {
        let Err(problem) = render(site(), caller, report, given, format) else {
            return Err(format!("`{report}` was made as {format} for {given}").into());
        };
        same((report, problem.code), (report, "J013"))?;
    }
    Ok(())
}

/// The page that `caller` gets, or the problem in words.
fn page(caller: &Caller, report: &str, given: &str) -> String {
    match render(site(), caller, report, given, "html") {
        Ok(document) => String::from_utf8_lossy(&document.bytes).into_owned(),
        Err(problem) => problem.to_string(),
    }
}

/// The names of the pupils of a class of the secondary school who are in no other class by name.
fn names(class: &str) -> Result<Vec<String>, Failed> {
    let given = format!("school={SECONDARY} year={YEAR} class={class}");
    let view = site()
        .report_view(&Caller::Operator, "lower_secondary_transcript", &parameters(&given))
        .map_err(said)?;
    let field = view.fields.into_iter().find(|field| field.id == "pupil").ok_or("no pupils")?;
    let names: Vec<String> =
        field.choices.iter().map(|choice| choice.label.get(Locale::Vi).to_owned()).collect();
    ensure(names.len() > 20, || format!("only {} pupils in {class}", names.len()))?;
    Ok(names)
}

/// Without a school, the statistics add up everything that the caller may see.
fn own_figures() -> Outcome {
    let report = "primary_statistics";
    let all = format!("year={YEAR}");
    let of = |caller: &Caller, given: &str| {
        render(site(), caller, report, given, "csv").map(|document| document.bytes).map_err(said)
    };
    let own = rendered(site(), report, &format!("school={PRIMARY} year={YEAR}"), "csv")?.bytes;
    ensure(of(&of_schools(&[PRIMARY]), &all)? == own, || "not those of the own school".to_owned())?;
    let both = of(&of_schools(&[PRIMARY, FAR_PRIMARY]), &all)?;
    ensure(both == of(&Caller::Operator, &all)?, || "not those of both schools".to_owned())?;
    ensure(both != own, || "the figures of two schools are those of one".to_owned())
}

/// Whoever sees a class sees all of its gradebook; what stands there comes from many forms.
fn own_class() -> Outcome {
    let given = format!("school={SECONDARY} year={YEAR} class=7A2");
    let report = "lower_secondary_gradebook";
    let own = page(&of_class("7A2"), report, &given);
    contains(&own, &["Cánh Buồm", "7A2"])?;
    contains(&own, &names("7A2")?.iter().map(String::as_str).collect::<Vec<_>>())?;
    ensure(own == page(&Caller::Operator, report, &given), || {
        "the operator's is another".to_owned()
    })
}

fn foreign_class() -> Outcome {
    let given = format!("school={SECONDARY} year={YEAR} class=7A3");
    let text = page(&of_class("7A2"), "lower_secondary_gradebook", &given);
    contains(&text, &["[J013]", "7A3"])?;
    let own = names("7A2")?;
    for name in names("7A3")?.iter().filter(|name| !own.contains(name)) {
        lacks(&text, &[name])?;
    }
    // The operator sees them: otherwise this case could not fail.
    let all = page(&Caller::Operator, "lower_secondary_gradebook", &given);
    contains(&all, &["KẾT QUẢ CÁC MÔN HỌC"])?;
    lacks(&all, &["Lớp chưa có học sinh"])
}

fn foreign_pupil() -> Outcome {
    let of_7a3 = format!("school={SECONDARY} year={YEAR} class=7A3");
    let report = "lower_secondary_transcript";
    let pupil = choices(&Caller::Operator, report, &of_7a3, "pupil")?.swap_remove(4);
    let name = names("7A3")?.swap_remove(4);
    let given = format!("school={SECONDARY} year={YEAR} pupil={pupil}");
    let operators = page(&Caller::Operator, report, &given).to_lowercase();
    contains(&operators, &[&name.to_lowercase()])?;
    for given in [given, format!("{of_7a3} pupil={pupil}")] {
        let text = page(&of_class("7A2"), report, &given).to_lowercase();
        lacks(&text, &[&name.to_lowercase()])?;
    }
    Ok(())
}

fn one_subject() -> Outcome {
    let scope = Scope::from(Reach {
        classes: Some(vec![(SECONDARY.to_owned(), YEAR.parse()?, "7A2".to_owned())]),
        subjects: Some(vec!["TOAN".to_owned()]),
        ..Reach::everything()
    });
    let given = format!("school={SECONDARY} year={YEAR} class=7A2");
    let text = page(&caller(scope), "lower_secondary_gradebook", &given);
    contains(&text, &["TOÁN – HỌC KÌ I"])?;
    lacks(&text, &["NGỮ VĂN – HỌC KÌ", "LỊCH SỬ VÀ ĐỊA LÍ – HỌC KÌ"])?;
    let all = page(&Caller::Operator, "lower_secondary_gradebook", &given);
    contains(&all, &["TOÁN – HỌC KÌ I", "NGỮ VĂN – HỌC KÌ", "LỊCH SỬ VÀ ĐỊA LÍ – HỌC KÌ"])
}

fn over_http() -> Outcome {
    let web = Web::serve(&demo().site, of_schools(&[PRIMARY]))?;
    let start = web.get("/?report=primary_transcript")?.text();
    contains(&start, &["Sao Biển"])?;
    lacks(&start, &["Nắng Mai", FAR_PRIMARY])?;
    let given = format!("school={FAR_PRIMARY}&year={YEAR}&class=2B");
    let start = web.get(&format!("/?report=primary_transcript&{given}"))?.text();
    lacks(&start, &["Nắng Mai", "<iframe", "value=\"2B\""])?;
    let summary = format!("{} point=end_2", given.replace('&', " "));
    web.render("primary_class_summary", &summary, "pdf")?.problem(404, "J013")?;
    let page = web.get(&format!("/documents/primary_class_summary?{given}&point=end_2"))?;
    same(page.status, 404)?;
    lacks(&page.text(), &["Nắng Mai"])
}
