//! Who may do what: the union of reaches, dates, roles, reasons, tokens.

use bieumau_model::access::{
    Action, Area, Areas, Grant, Person, Place, Role, Target, Validity, decide,
};
use bieumau_model::scope::{Caller, Limits, Scope};
use bieumau_model::text::{Locale, Text};
use jiff::civil::{Date, date};

const TODAY: Date = date(2026, 3, 10);

fn class(school: &str, class: &str) -> Place {
    let classes = Some(vec![(school.to_owned(), 2025, class.to_owned())]);
    Place { classes, ..Place::default() }
}

fn subject(place: Place, subject: &str) -> Place {
    Place { subjects: Some(vec![subject.to_owned()]), ..place }
}

fn school(school: &str) -> Place {
    Place { schools: Some(vec![school.to_owned()]), ..Place::default() }
}

fn grant(role: Role, place: Place) -> Grant {
    Grant { role, place, validity: Validity::default(), ground: "phân công".into() }
}

fn person(grants: Vec<Grant>) -> Person {
    Person { name: "hoa".into(), full_name: "Lê Thị Hoa".into(), staff: None, grants }
}

/// Has the class 6A1 and teaches Toán in 7A2.
fn teacher() -> Caller {
    person(vec![
        grant(Role::ClassTeacher, class("S1", "6A1")),
        grant(Role::SubjectTeacher, subject(class("S1", "7A2"), "TOAN")),
    ])
    .caller(TODAY)
}

fn marks(class: &str, subject: &str) -> Target {
    Target::school(Area::Teaching, "S1").class(2025, class).subject(subject)
}

#[track_caller]
fn check(caller: &Caller, action: Action, target: &Target, expected: bool) {
    let decision = decide(caller, action, target, TODAY);
    assert_eq!(decision.allowed, expected, "{action:?} {target:?}: {:?}", decision.reasons);
    assert!(!decision.reasons.is_empty());
    assert_eq!(decision.ask.is_some(), !expected, "whoever is refused is told whom to ask");
}

#[test]
fn two_reaches_are_no_product() {
    let teacher = teacher();
    for (name, subject, reads, writes) in [
        ("6A1", "TOAN", true, false),
        ("6A1", "VAN", true, false),
        ("7A2", "TOAN", true, true),
        ("7A2", "VAN", false, false),
        ("7A3", "TOAN", false, false),
    ] {
        check(&teacher, Action::Read, &marks(name, subject), reads);
        check(&teacher, Action::Write, &marks(name, subject), writes);
    }
    let book = |name| Target::school(Area::Homeroom, "S1").class(2025, name);
    check(&teacher, Action::Write, &book("6A1"), true);
    check(&teacher, Action::Read, &book("7A2"), false);
}

#[test]
fn the_same_class_of_another_school_or_year_is_foreign() {
    let other_school = Target::school(Area::Teaching, "S2").class(2025, "7A2").subject("TOAN");
    let other_year = Target::school(Area::Teaching, "S1").class(2024, "7A2").subject("TOAN");
    for target in [other_school, other_year] {
        check(&teacher(), Action::Read, &target, false);
        check(&teacher(), Action::Write, &target, false);
    }
}

#[test]
fn what_decides_sight_is_not_written_by_whoever_is_limited_to_classes() {
    let own = Target::school(Area::Admission, "S1").class(2025, "6A1");
    check(&teacher(), Action::Read, &own, true);
    check(&teacher(), Action::Write, &own, false);
    // Even one who may write everything in their classes.
    let everything = bieumau_model::scope::Reach {
        classes: class("S1", "6A1").classes,
        ..bieumau_model::scope::Reach::everything()
    };
    let odd = Caller::User { name: "odd".into(), scope: everything.into() };
    for area in [Area::Admission, Area::Organisation] {
        let target = Target::school(area, "S1").class(2025, "6A1");
        check(&odd, Action::Write, &target, false);
    }
}

#[test]
fn grants_hold_from_their_first_to_their_last_day() {
    let delegation = Grant {
        validity: Validity { from: Some(date(2026, 3, 1)), to: Some(date(2026, 3, 31)) },
        ..grant(Role::VicePrincipal, school("S1"))
    };
    let person = person(vec![delegation]);
    let pupils = Target::school(Area::Pupils, "S1");
    for (day, allowed) in [
        (date(2026, 2, 28), false),
        (date(2026, 3, 1), true),
        (date(2026, 3, 31), true),
        (date(2026, 4, 1), false),
    ] {
        let decision = decide(&person.caller(day), Action::Write, &pupils, day);
        assert_eq!(decision.allowed, allowed, "{day}");
    }
    // A caller that was made while it held is no use afterwards.
    let kept = person.caller(date(2026, 3, 31));
    assert!(!decide(&kept, Action::Write, &pupils, date(2026, 4, 1)).allowed);
}

#[test]
fn nobody_who_corrects_also_approves() {
    for role in Role::ALL {
        let may = role.rights().may;
        let steps = [Action::RequestCorrection, Action::ApproveCorrection, Action::ApplyCorrection];
        let held: Vec<_> = steps.into_iter().filter(|step| may.has(*step)).collect();
        assert!(held.len() <= 1, "{role:?} has {held:?}");
    }
}

#[test]
fn only_teachers_enter_marks_and_auditors_enter_nothing() {
    for role in Role::ALL {
        let rights = role.rights();
        assert_eq!(rights.writes.has(Area::Teaching), role == Role::SubjectTeacher, "{role:?}");
        assert_eq!(rights.writes.and(rights.reads), rights.writes, "{role:?} writes unseen");
    }
    assert!(Role::Auditor.rights().writes.is_empty());
    assert!(!Role::Auditor.rights().may.has(Action::ManageAccounts));
}

#[test]
fn a_token_is_never_wider_than_its_owner() {
    let principal = person(vec![grant(Role::Principal, school("S1"))]);
    let narrowed = |limits: Limits| Caller::User {
        name: "token".into(),
        scope: principal.scope(TODAY).narrowed(&limits),
    };
    let pupils = Target::school(Area::Pupils, "S1");
    let staff = Target::school(Area::Staff, "S1");
    let reading = narrowed(Limits { read_only: true, ..Limits::default() });
    check(&reading, Action::Read, &pupils, true);
    check(&reading, Action::Write, &pupils, false);
    check(&reading, Action::ManageAccounts, &staff, false);
    let of_pupils =
        narrowed(Limits { areas: Some(Areas::of(&[Area::Pupils])), ..Limits::default() });
    check(&of_pupils, Action::Write, &pupils, true);
    check(&of_pupils, Action::Read, &staff, false);
    let elsewhere = narrowed(Limits { schools: Some(vec!["S2".into()]), ..Limits::default() });
    check(&elsewhere, Action::Read, &pupils, false);
    check(&elsewhere, Action::Read, &Target::school(Area::Pupils, "S2"), false);
}

#[test]
fn classes_of_one_subject_share_a_reach() {
    let grants = ["7A1", "7A2", "7A3"]
        .map(|name| grant(Role::SubjectTeacher, subject(class("S1", name), "TOAN")));
    let mut grants = grants.to_vec();
    grants.push(grant(Role::SubjectTeacher, subject(class("S1", "7A1"), "TIN")));
    let scope = person(grants).scope(TODAY);
    let sizes: Vec<usize> =
        scope.reaches.iter().map(|reach| reach.classes.as_ref().map_or(0, Vec::len)).collect();
    assert_eq!(sizes, [3, 1]);
}

#[test]
fn a_decision_says_why_and_whom_to_ask() {
    let refused = decide(&teacher(), Action::Write, &marks("7A2", "VAN"), TODAY);
    let words = |texts: &[Text], locale| {
        texts.iter().map(|text| text.get(locale).to_owned()).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(
        words(&refused.reasons, Locale::Vi),
        "không có quyền ghi điểm và nhận xét môn học, môn VAN, lớp 7A2, trường S1\n\
         quyền đang có: Giáo viên chủ nhiệm: phân công; Giáo viên bộ môn: phân công"
    );
    assert_eq!(
        refused.ask.map(|text| text.get(Locale::Vi).to_owned()).as_deref(),
        Some("Liên hệ Hiệu trưởng, Phó Hiệu trưởng của trường, hoặc người quản trị hệ thống")
    );
    let allowed = decide(&teacher(), Action::Write, &marks("7A2", "TOAN"), TODAY);
    assert_eq!(words(&allowed.reasons, Locale::En), "Subject teacher: phân công");
}

#[test]
fn without_rights_only_common_records_are_seen() {
    let nobody = Caller::User { name: "nobody".into(), scope: Scope::nothing() };
    check(&nobody, Action::Read, &Target::site(), true);
    check(&nobody, Action::Write, &Target::site(), false);
    check(&nobody, Action::Read, &Target::school(Area::School, "S1"), false);
}

#[test]
fn words_of_roles_areas_and_actions_can_be_read_back() {
    for role in Role::ALL {
        assert_eq!(Role::read(role.word()), Some(role));
    }
    for area in Area::ALL {
        assert_eq!(Area::read(area.word()), Some(area));
    }
    for action in Action::ALL {
        assert_eq!(Action::read(action.word()), Some(action));
    }
}
