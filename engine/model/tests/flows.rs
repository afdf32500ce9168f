//! Corrections, sign-off, reviews and the calendar: who may do what next, and what is still missing.

use bieumau_model::correction::{
    Act, Actor, Next, Refused, Rules, Slip, State, Step, StepAct, Window, advance, written,
};
use bieumau_model::reporting::{PeriodState, ReportingPeriod};
use bieumau_model::review::{self, Entry, Stage};
use bieumau_model::sign_off::{self, Gap, Part, PartState, Point, Unready};
use bieumau_model::table::Value;
use bieumau_model::text::{Locale, Text};
use jiff::civil::date;

fn actor(user: &str, roles: &[&str]) -> Actor {
    Actor { user: user.to_owned(), roles: roles.iter().map(|role| (*role).to_owned()).collect() }
}

fn slip(state: State, step: usize) -> Slip {
    Slip { requested_by: "nga".to_owned(), state, step }
}

fn say(text: &str) -> String {
    text.to_owned()
}

#[test]
fn a_slip_goes_from_opinion_to_approval_to_the_clerk() {
    let rules = Rules::default();
    let next = |slip: &Slip, who: &Actor, act: &Act| advance(&rules, slip, who, act).unwrap();
    let heard = next(
        &slip(State::Waiting, 0),
        &actor("to", &["subject_group_head"]),
        &Act::Opinion { comment: say("Đúng với bài kiểm tra") },
    );
    assert_eq!(heard, Next { state: State::Waiting, step: 1 });
    let approved = next(
        &slip(State::Waiting, 1),
        &actor("pho", &["vice_principal"]),
        &Act::Approve { comment: String::new() },
    );
    assert_eq!(approved, Next { state: State::Approved, step: 2 });
    let applied = next(&slip(State::Approved, 2), &actor("thu", &["clerk"]), &Act::Apply);
    assert_eq!(applied.state, State::Applied);
}

/// Every state, step, role and act: only the pairs of the table are taken.
#[test]
fn nothing_but_the_chain_moves_a_slip() {
    let rules = Rules::default();
    let roles = [
        "administrator",
        "principal",
        "vice_principal",
        "clerk",
        "subject_group_head",
        "class_teacher",
        "subject_teacher",
        "provincial_officer",
        "commune_officer",
        "auditor",
    ];
    let acts = [
        Act::Opinion { comment: say("ý kiến") },
        Act::Approve { comment: String::new() },
        Act::Reject { comment: say("thiếu minh chứng") },
        Act::Withdraw,
        Act::Apply,
    ];
    let mut taken = Vec::new();
    for state in State::ALL {
        for step in 0..3 {
            for role in roles {
                for (at, act) in acts.iter().enumerate() {
                    let who = actor("khac", &[role]);
                    if advance(&rules, &slip(state, step), &who, act).is_ok() {
                        taken.push((state, step, role, at));
                    }
                }
            }
        }
    }
    let waiting = |step, role, act| (State::Waiting, step, role, act);
    let mut expected = vec![waiting(0, "subject_group_head", 0)];
    // A slip behind the end of a shortened chain is decided by its last step.
    for step in [1, 2] {
        for role in ["principal", "vice_principal"] {
            expected.extend([waiting(step, role, 1), waiting(step, role, 2)]);
        }
    }
    expected.extend((0..3).map(|step| (State::Approved, step, "clerk", 4)));
    let order = |list: &mut Vec<(State, usize, &str, usize)>| {
        list.sort_by_key(|(state, step, role, act)| (state.code(), *step, role.to_string(), *act));
    };
    order(&mut taken);
    order(&mut expected);
    assert_eq!(taken, expected);
}

#[test]
fn nobody_decides_on_their_own_request_in_any_role() {
    let rules = Rules::default();
    let nga = actor("nga", &["subject_group_head", "vice_principal", "clerk"]);
    for (state, step, act) in [
        (State::Waiting, 0, Act::Opinion { comment: say("được") }),
        (State::Waiting, 1, Act::Approve { comment: String::new() }),
        (State::Waiting, 1, Act::Reject { comment: say("không") }),
        (State::Approved, 2, Act::Apply),
    ] {
        let found = advance(&rules, &slip(state, step), &nga, &act);
        assert_eq!(found, Err(Refused::OwnRequest), "{act:?}");
    }
}

#[test]
fn a_rejection_needs_a_comment() {
    let reject = |comment: &str| {
        advance(
            &Rules::default(),
            &slip(State::Waiting, 1),
            &actor("pho", &["vice_principal"]),
            &Act::Reject { comment: say(comment) },
        )
    };
    assert_eq!(reject("  "), Err(Refused::CommentMissing));
    assert_eq!(reject("Thiếu bài kiểm tra").unwrap().state, State::Rejected);
}

#[test]
fn only_its_author_takes_a_slip_back_and_not_once_it_is_applied() {
    let rules = Rules::default();
    let withdraw = |user: &str, state| {
        advance(&rules, &slip(state, 1), &actor(user, &["principal"]), &Act::Withdraw)
    };
    assert_eq!(withdraw("nga", State::Waiting).unwrap().state, State::Withdrawn);
    assert!(withdraw("khac", State::Waiting).is_err());
    assert_eq!(withdraw("nga", State::Applied), Err(Refused::WrongState { state: State::Applied }));
}

#[test]
fn a_chain_of_a_province_may_be_longer() {
    let step = |role: &str, act| Step { roles: vec![role.to_owned()], act };
    let rules = Rules {
        chain: vec![
            step("vice_principal", StepAct::Approval),
            step("principal", StepAct::Approval),
        ],
        ..Rules::default()
    };
    let approve = Act::Approve { comment: String::new() };
    let first =
        advance(&rules, &slip(State::Waiting, 0), &actor("p", &["vice_principal"]), &approve);
    assert_eq!(first, Ok(Next { state: State::Waiting, step: 1 }));
    let second = advance(&rules, &slip(State::Waiting, 1), &actor("h", &["principal"]), &approve);
    assert_eq!(second, Ok(Next { state: State::Approved, step: 2 }));
}

#[test]
fn slips_are_sent_inside_the_windows_of_the_province() {
    let rules = Rules {
        windows: vec![Window {
            title: Text::both("giữa học kì I", "middle of term I"),
            from: date(2025, 11, 3),
            to: date(2025, 11, 14),
        }],
        ..Rules::default()
    };
    for (day, open) in [(2, false), (3, true), (14, true), (15, false)] {
        assert_eq!(rules.check_window(date(2025, 11, day)).is_ok(), open, "{day}");
    }
    let refused = rules.check_window(date(2025, 12, 1)).unwrap_err();
    let (sentence, help) = refused.sentence(|role| Text::from(role));
    assert_eq!(sentence.get(Locale::Vi), "Hôm nay chưa đến đợt sửa điểm");
    assert_eq!(help.unwrap().get(Locale::Vi), "Các đợt: giữa học kì I (03/11/2025 đến 14/11/2025)");
}

#[test]
fn marks_are_written_in_digits_and_in_words() {
    let check = |units, expected: (&str, &str)| {
        let (digits, words) = written(&Value::Decimal { units, scale: 1 });
        assert_eq!((digits.as_str(), words.as_deref()), (expected.0, Some(expected.1)));
    };
    check(75, ("7,5", "Bảy phẩy năm"));
    check(80, ("8", "Tám"));
    check(100, ("10", "Mười"));
    check(0, ("0", "Không"));
    assert_eq!(written(&Value::Missing), (String::new(), None));
}

fn part(part: Part, gaps: usize, signed: bool) -> PartState {
    let gap = Gap { pupil: "1".into(), name: "Nguyễn Văn An".into(), column: "ĐĐGck".into() };
    PartState {
        part,
        signer: Some("GV01".into()),
        needed: 45,
        gaps: vec![gap; gaps],
        signed_by: signed.then(|| "nga".to_owned()),
    }
}

fn subject(id: &str) -> Part {
    Part::Subject(id.to_owned())
}

#[test]
fn a_part_with_gaps_is_refused_with_the_list_of_what_is_missing() {
    let book = [part(subject("TOAN"), 2, false), part(subject("NV"), 0, false)];
    assert_eq!(sign_off::check(&book, &subject("NV")), Ok(()));
    match sign_off::check(&book, &subject("TOAN")) {
        Err(Unready::Gaps(gaps)) => assert_eq!(gaps.len(), 2),
        other => panic!("{other:?}"),
    }
    assert_eq!(book[0].filled(), 43);
    assert_eq!(sign_off::check(&book, &subject("LS")), Err(Unready::NoSuchPart));
}

#[test]
fn the_class_waits_for_its_subjects_and_the_principal_for_the_class() {
    let book = [
        part(subject("TOAN"), 0, true),
        part(subject("NV"), 0, false),
        part(Part::Class, 0, false),
        part(Part::Approval, 0, false),
    ];
    assert_eq!(sign_off::check(&book, &Part::Class), Err(Unready::Waits(vec![subject("NV")])));
    assert_eq!(
        sign_off::check(&book, &Part::Approval),
        Err(Unready::Waits(vec![subject("NV"), Part::Class]))
    );
    assert_eq!(sign_off::check(&book, &subject("TOAN")), Err(Unready::Signed));
}

#[test]
fn a_change_voids_the_signature_of_its_part_and_those_on_top_of_it() {
    let book = [
        part(subject("TOAN"), 0, true),
        part(subject("NV"), 0, true),
        part(Part::Class, 0, true),
        part(Part::Approval, 0, false),
    ];
    assert_eq!(sign_off::voided(&book, &subject("TOAN")), [subject("TOAN"), Part::Class]);
}

#[test]
fn mid_term_confirms_mid_term_cells_and_the_end_everything_but_attendance() {
    let confirmed = |kind| Point::ALL.map(|point| point.confirms(kind));
    assert_eq!(confirmed(Some("mid_term")), [true, true]);
    assert_eq!(confirmed(Some("end_of_term")), [false, true]);
    assert_eq!(confirmed(Some("ongoing")), [false, true]);
    assert_eq!(confirmed(Some("attendance")), [false, false]);
    assert_eq!(confirmed(None), [false, false]);
}

#[test]
fn parts_and_points_are_read_as_they_are_written() {
    for own in [subject("TOAN"), Part::Class, Part::Approval] {
        assert_eq!(Part::read(&own.code()), Some(own));
    }
    assert_eq!(Part::read("subject:"), None);
    assert_eq!(Point::ALL.map(|point| Point::read(point.code())), Point::ALL.map(Some));
}

#[test]
fn ongoing_marks_follow_the_periods_of_the_year() {
    let needed = [None, Some(35), Some(36), Some(70), Some(71)].map(sign_off::ongoing_needed);
    assert_eq!(needed, [2, 2, 3, 3, 4]);
}

#[test]
fn a_review_ends_only_with_a_hundred_percent() {
    let people: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
    let entry = |person: &str, reviewed, confirmed| Entry {
        person: person.to_owned(),
        reviewed,
        confirmed,
    };
    let most = [entry("a", true, true), entry("b", true, false), entry("x", true, true)];
    let now = review::progress(&people, &most);
    assert_eq!((now.total, now.reviewed, now.confirmed, now.per_mille), (3, 2, 1, 333));
    assert_eq!(now.missing, ["b", "c"]);
    assert_eq!(
        review::hand_over(Stage::Reviewing, &now),
        Err(review::Refused::Incomplete(now.clone()))
    );
    let all = people.iter().map(|one| entry(one, true, true)).collect::<Vec<_>>();
    let done = review::progress(&people, &all);
    assert_eq!(done.per_mille, 1000);
    assert_eq!(review::hand_over(Stage::Reviewing, &done), Ok(Stage::HandedOver));
    assert_eq!(review::confirm(Stage::HandedOver, &done), Ok(Stage::Confirmed));
    assert_eq!(
        review::confirm(Stage::Reviewing, &done),
        Err(review::Refused::WrongStage { stage: Stage::Reviewing })
    );
    // Somebody who came since is missed even by the last step.
    assert!(review::confirm(Stage::HandedOver, &now).is_err());
}

#[test]
fn a_review_of_nobody_is_not_done() {
    let nobody = review::progress(&[], &[]);
    assert_eq!(nobody.per_mille, 0);
    assert!(review::hand_over(Stage::Reviewing, &nobody).is_err());
}

#[test]
fn a_reporting_period_opens_is_due_and_closes() {
    let period = ReportingPeriod {
        period: "beginning_of_year".into(),
        title: "Đầu năm học".into(),
        opens_on: date(2025, 9, 15),
        due_on: date(2025, 10, 10),
        closes_on: date(2025, 10, 20),
    };
    let on = |month, day| period.state(date(2025, month, day));
    assert_eq!([on(9, 14), on(9, 15)], [PeriodState::Before, PeriodState::Open]);
    assert_eq!([on(10, 10), on(10, 11)], [PeriodState::Open, PeriodState::Late]);
    assert_eq!([on(10, 20), on(10, 21)], [PeriodState::Late, PeriodState::Closed]);
}
