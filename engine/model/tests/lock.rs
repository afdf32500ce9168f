//! Locks hold exactly from their start to their end, for exactly what they reach, and an exception
//! lifts exactly its part: every combination of a small world is tried against the plain sentence.

use bieumau_model::lock::{
    Closing, Exception, Fault, Lock, LockName, Reach, Target, attendance_lock, check_exception,
    check_lock, day_begins, moment, refusals, vietnam_day,
};
use bieumau_model::text::{Locale, Text};
use jiff::Timestamp;
use jiff::civil::{Date, date};

const TEACHER: &str = "nga";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).expect("the second is within time")
}

fn school() -> Reach {
    Reach { school: "S".to_owned(), year: Some(2025), ..Reach::default() }
}

fn lock(start: i64, end: Option<i64>) -> Lock {
    Lock {
        name: LockName::Number(1),
        reach: school(),
        reason: "Chốt điểm học kì I".to_owned(),
        order_number: "Thông báo số 12/TB-THCS".to_owned(),
        decided_by: "Trần Thị Hiền".to_owned(),
        author: "Lê Văn Phó".to_owned(),
        starts_at: at(start),
        ends_at: end.map(at),
    }
}

fn exception(start: i64, end: i64) -> Exception {
    Exception {
        number: 1,
        lock: LockName::Number(1),
        person: TEACHER.to_owned(),
        reach: school(),
        reason: "Chấm phúc khảo".to_owned(),
        evidence: "Biên bản chấm phúc khảo".to_owned(),
        decided_by: "Trần Thị Hiền".to_owned(),
        author: "Lê Văn Phó".to_owned(),
        starts_at: at(start),
        ends_at: at(end),
    }
}

fn target() -> Target {
    Target {
        school: "S".to_owned(),
        year: Some(2025),
        term: Some(1),
        grade: Some(6),
        class: Some("6A1".to_owned()),
        subject: Some("TOAN".to_owned()),
        column_kind: Some("end_of_term".to_owned()),
        form: "mark".to_owned(),
    }
}

/// Every lock and exception of six moments, at every moment: refused exactly when the lock holds
/// and no exception does.
#[test]
fn a_lock_holds_exactly_between_opening_and_closing_unless_an_exception_does() {
    const MOMENTS: i64 = 6;
    let target = target();
    let mut tried = 0;
    let ends = |start: i64| (start + 1..=MOMENTS).map(Some).chain([None]);
    for start in 0..MOMENTS {
        for end in ends(start) {
            for from in 0..MOMENTS {
                for to in from + 1..=MOMENTS {
                    for now in -1..=MOMENTS + 1 {
                        let locks = [lock(start, end)];
                        let exceptions = [exception(from, to)];
                        let locked = start <= now && end.is_none_or(|end| now < end);
                        let lifted = from <= now && now < to;
                        let bare = refusals(&locks, &[], TEACHER, &target, at(now));
                        let with = refusals(&locks, &exceptions, TEACHER, &target, at(now));
                        let other = refusals(&locks, &exceptions, "khac", &target, at(now));
                        assert_eq!(bare.len(), usize::from(locked), "{start} {end:?} at {now}");
                        assert_eq!(with.len(), usize::from(locked && !lifted), "{from}-{to} {now}");
                        assert_eq!(other, bare, "an exception is for one person");
                        tried += 1;
                    }
                }
            }
        }
    }
    assert!(tried > 5_000, "{tried}");
}

/// Another lock never opens, another exception never closes.
#[test]
fn locks_only_add_refusals_and_exceptions_only_remove_them() {
    let target = target();
    for now in 0..8 {
        for mask in 0..16_u8 {
            let all = [lock(0, Some(3)), lock(2, Some(6)), lock(4, None)];
            let given = [exception(1, 5), exception(5, 7)];
            let chosen: Vec<Lock> = all
                .iter()
                .enumerate()
                .filter(|(at, _)| mask >> at & 1 == 1)
                .map(|(_, l)| l.clone())
                .collect();
            let few = refusals(&chosen, &[], TEACHER, &target, at(now)).len();
            let more = refusals(&all, &[], TEACHER, &target, at(now)).len();
            let one = refusals(&all, &given[..1], TEACHER, &target, at(now)).len();
            let two = refusals(&all, &given, TEACHER, &target, at(now)).len();
            assert!(few <= more && two <= one && one <= more, "{now} {mask}");
        }
    }
}

/// One part of a reach set at a time: it hits its own value and nothing else.
#[test]
fn every_part_of_a_reach_narrows_and_only_by_its_own_value() {
    type Set = fn(&mut Reach);
    type Change = fn(&mut Target);
    let parts: [(&str, Set, Change); 6] = [
        ("term", |reach| reach.term = Some(1), |target| target.term = Some(2)),
        ("grade", |reach| reach.grade = Some(6), |target| target.grade = Some(7)),
        ("class", |reach| reach.class = Some("6A1".into()), |t| t.class = Some("6A2".into())),
        ("subject", |reach| reach.subject = Some("TOAN".into()), |t| t.subject = Some("NV".into())),
        (
            "column_kind",
            |reach| reach.column_kind = Some("end_of_term".into()),
            |target| target.column_kind = Some("mid_term".into()),
        ),
        ("form", |reach| reach.form = Some("mark".into()), |target| target.form = "pupil".into()),
    ];
    for (at, (name, set, change)) in parts.iter().enumerate() {
        let mut reach = school();
        set(&mut reach);
        assert!(reach.covers(&target()), "{name}");
        let mut elsewhere = target();
        change(&mut elsewhere);
        assert!(!reach.covers(&elsewhere), "{name}");
        // The same part with each other one: both must fit.
        for (other_name, other_set, other_change) in &parts[at + 1..] {
            let mut both = reach.clone();
            other_set(&mut both);
            assert!(both.covers(&target()), "{name} {other_name}");
            let mut half = target();
            other_change(&mut half);
            assert!(!both.covers(&half), "{name} {other_name}");
        }
    }
    let mut far = target();
    far.school = "T".to_owned();
    assert!(!school().covers(&far), "another school");
    let mut past = target();
    past.year = Some(2024);
    assert!(!school().covers(&past), "another year");
}

#[test]
fn a_record_without_a_part_is_not_hit_by_a_lock_that_names_it() {
    let mut bare = target();
    bare.term = None;
    bare.class = None;
    assert!(school().covers(&bare));
    assert!(!Reach { term: Some(1), ..school() }.covers(&bare));
    assert!(!Reach { class: Some("6A1".into()), ..school() }.covers(&bare));
}

#[test]
fn a_record_without_a_year_is_hit_only_when_its_form_is_named() {
    let pupil = Target { school: "S".into(), form: "pupil".into(), ..Target::default() };
    assert!(!school().covers(&pupil));
    assert!(Reach { form: Some("pupil".into()), ..school() }.covers(&pupil));
}

#[test]
fn a_refusal_says_which_lock_why_by_whom_until_when_and_how_to_ask() {
    let locks = [lock(0, Some(86_400))];
    let target = target();
    let refused = refusals(&locks, &[], TEACHER, &target, at(1));
    let finding = refused[0].diagnostic(&Text::from("ĐĐGck"));
    assert_eq!(
        finding.one_line(Locale::Vi),
        "error[J200] ĐĐGck: đang khóa theo khóa số 1 (Thông báo số 12/TB-THCS); lý do: Chốt điểm học \
         kì I; Trần Thị Hiền quyết định, Lê Văn Phó thực hiện; đến 05:13 ngày 16/11/2023 (Để sửa, lập \
         phiếu đề nghị sửa điểm kèm minh chứng (mục Sửa điểm); để nhập tiếp, đề nghị Hiệu trưởng cho \
         phép ngoại lệ có thời hạn của khóa số 1 (mục Khóa sổ))"
    );
    assert_eq!(
        finding.message.get(Locale::En),
        "ĐĐGck: locked by lock 1 (Thông báo số 12/TB-THCS); reason: Chốt điểm học kì I; decided by \
         Trần Thị Hiền, carried out by Lê Văn Phó; until 05:13 on 2023-11-16"
    );
}

#[test]
fn all_faults_of_a_lock_are_told_at_once() {
    let mut wrong = lock(5, Some(5));
    wrong.reason = " ".to_owned();
    wrong.order_number = String::new();
    assert_eq!(
        check_lock(&wrong),
        [Fault::Missing("reason"), Fault::Missing("order_number"), Fault::EndsBeforeStart]
    );
    assert_eq!(check_lock(&lock(0, None)), []);
}

#[test]
fn an_exception_is_never_for_everyone_never_wider_than_its_lock_and_never_for_long() {
    let narrow = Lock { reach: Reach { class: Some("6A1".into()), ..school() }, ..lock(0, None) };
    let check = |change: fn(&mut Exception)| {
        let mut wanted = exception(0, 60);
        change(&mut wanted);
        check_exception(&wanted, &narrow)
    };
    assert_eq!(check(|_| ()), []);
    assert_eq!(check(|own| own.person = String::new()), [Fault::ForEveryone]);
    assert_eq!(check(|own| own.person = "*".into()), [Fault::ForEveryone]);
    assert_eq!(check(|own| own.reach.class = Some("6A2".into())), [Fault::WiderThanLock]);
    assert_eq!(check(|own| own.ends_at = own.starts_at), [Fault::EndsBeforeStart]);
    assert_eq!(check(|own| own.ends_at = at(31 * 86_400)), [Fault::TooLong(30)]);
    assert_eq!(check(|own| own.evidence = String::new()), [Fault::Missing("evidence")]);
}

fn check_absence(day: Date, entered: &str, locked: bool) {
    let closing = Closing {
        close_days: 3,
        source: "QĐ 1323/QĐ-SGDĐT".to_owned(),
        author: "Sở GD&ĐT Hải Phòng".to_owned(),
    };
    let now: Timestamp = entered.parse().expect("the case is a time");
    let locks = [attendance_lock("S", 2025, day, &closing).expect("the month has a lock")];
    let target = Target {
        column_kind: Some("attendance".to_owned()),
        form: "attendance".to_owned(),
        ..target()
    };
    assert_eq!(
        refusals(&locks, &[], TEACHER, &target, now).len(),
        usize::from(locked),
        "{entered}"
    );
}

/// Regulations, worked examples V-01 and V-02.
#[test]
fn absences_of_a_month_close_behind_the_third_day_of_the_next_in_vietnam() {
    let october = date(2025, 10, 15);
    check_absence(october, "2025-11-03T23:59:00+07:00", false);
    check_absence(october, "2025-11-03T23:59:59.999+07:00", false);
    check_absence(october, "2025-11-04T00:00:00+07:00", true);
    check_absence(date(2025, 11, 1), "2025-11-04T00:00:00+07:00", false);
}

#[test]
fn days_are_those_of_vietnam() {
    let evening: Timestamp = "2025-11-03T17:00:00Z".parse().unwrap();
    assert_eq!(vietnam_day(evening), date(2025, 11, 4));
    assert_eq!(day_begins(date(2025, 11, 4)), evening);
    assert_eq!(moment(evening), "00:00 ngày 04/11/2025");
}
