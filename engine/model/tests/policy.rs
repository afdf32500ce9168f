//! Policies: what layers settle, where values come from, and what follows from them.

mod support;

use std::sync::OnceLock;

use bieumau_model::check::{Checked, SourceTree, check};
use bieumau_model::definition::Policy;
use bieumau_model::definition::policy::{
    Actor, Certainty, CorrectionWindow, Interval, Place, Point, Reporter,
};
use bieumau_model::text::Locale;
use jiff::civil::{Date, date, datetime};

const HEAD: &str = "\
schema_version: 1
id: library
version: 1.0.0
title: Thư viện
rules:
  - id: count
    title: Đếm
    takes: [{name: books, columns: [{name: book, type: text}]}]
    gives: [{name: books, columns: [{name: book, type: text}]}]
policy:
";

/// Settles the policy of little plugins: for every province, and for one.
fn settled(general: &str, own: &str, province: &str, level: &str, year: i16) -> Policy {
    let own_only = ["province.yaml", "level.yaml"];
    let tree: SourceTree = support::shipped()
        .iter()
        .filter(|(path, _)| own_only.iter().any(|name| path.ends_with(name)))
        .map(|(path, text)| (path.to_string(), text.to_string()))
        .chain([
            ("plugins/library/plugin.yaml".to_owned(), format!("{HEAD}{general}")),
            (
                "plugins/own/plugin.yaml".to_owned(),
                format!("{HEAD}{own}")
                    .replace("id: library", "id: own")
                    .replace("title: Thư viện", "title: Riêng\nprovinces: [\"31\"]"),
            ),
        ])
        .collect();
    let checked = check(&tree);
    let errors: Vec<String> = checked
        .diagnostics
        .iter()
        .filter(|finding| {
            finding.span.as_ref().is_some_and(|span| span.file.starts_with("plugins/"))
        })
        .map(|finding| finding.one_line(Locale::En))
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    Policy::of(checked.catalog.plugins.values(), Some(province), Some(level), year)
}

/// Settles the shipped policy.
fn shipped(province: &str, level: &str, year: i16) -> Policy {
    static CHECKED: OnceLock<Checked> = OnceLock::new();
    let checked = CHECKED.get_or_init(|| check(&support::shipped()));
    assert!(checked.diagnostics.is_empty(), "{}", checked.diagnostics);
    Policy::of(checked.catalog.plugins.values(), Some(province), Some(level), year)
}

const GENERAL: &str = r#"  - id: base
    source: Quy định chung
    certainty: confirmed
    attendance: {close_days: 5, checked: week}
    lock: {decided_by: [principal], roles: [principal]}
    periods:
      - {id: start, title: Đầu năm, deadlines: [{by: school, due: "10/10"}]}
      - {id: end, title: Cuối năm, deadlines: [{by: school, due: "10/6", time: "17:00"}]}
  - id: later
    source: Quy định mới
    certainty: unconfirmed
    applies: {from_year: 2025}
    attendance: {close_days: 4}
  - id: uppers
    source: Trung học phổ thông
    certainty: proposed
    applies: {levels: [upper_secondary]}
    update: {max_working_days: 7}
"#;

const OWN: &str = r#"  - id: own
    source: Quyết định của tỉnh
    certainty: confirmed
    attendance: {close_days: 3}
    periods:
      - {id: start, title: Đầu năm, deadlines: [{by: school, due: "05/10"}]}
"#;

#[test]
fn a_province_replaces_only_what_it_says() {
    let policy = settled(GENERAL, OWN, "31", "primary", 2024);
    assert_eq!(*policy.attendance.close_days, 3);
    assert_eq!(policy.attendance.close_days.basis.source, "Quyết định của tỉnh");
    assert_eq!(policy.attendance.close_days.basis.plugin, "own");
    assert_eq!(*policy.attendance.checked, Interval::Week);
    assert_eq!(policy.attendance.checked.basis.plugin, "library");
    let due = |period| policy.deadline(period, Reporter::School).unwrap().to_string();
    assert_eq!(due("start"), "05/10/2024");
    assert_eq!(due("end"), "17:00 10/06/2025");
    assert_eq!(policy.deadline("start", Reporter::Commune), None);
    assert_eq!(policy.deadline("summer", Reporter::School), None);
}

#[test]
fn another_province_has_what_holds_everywhere() {
    let policy = settled(GENERAL, OWN, "79", "primary", 2024);
    assert_eq!(*policy.attendance.close_days, 5);
    assert_eq!(policy.deadline("start", Reporter::School).unwrap().day, date(2024, 10, 10));
}

#[test]
fn levels_and_years_choose_layers() {
    let close = |year| *settled(GENERAL, OWN, "79", "primary", year).attendance.close_days;
    assert_eq!([close(2024), close(2025), close(2026)], [5, 4, 4]);
    let update = |level| *settled(GENERAL, OWN, "79", level, 2024).update.max_working_days;
    assert_eq!([update("primary"), update("upper_secondary")], [10, 7]);
}

#[test]
fn what_nobody_says_is_proposed_by_the_program() {
    let policy = settled(GENERAL, OWN, "79", "primary", 2024);
    assert_eq!(*policy.backup.max_interval_months, 3);
    assert_eq!(policy.backup.max_interval_months.basis.certainty, Certainty::Proposed);
    assert_eq!(policy.backup.max_interval_months.basis.plugin, "");
    assert_eq!(policy.correction_window(date(2024, 11, 1)), CorrectionWindow::Always);
}

#[test]
fn windows_without_days_are_undated() {
    let windows =
        "  - id: a\n    source: A\n    certainty: confirmed\n    correction: {windows: [mid_1]}\n";
    let policy = settled(windows, OWN, "79", "primary", 2024);
    assert_eq!(policy.correction_window(date(2024, 11, 1)), CorrectionWindow::Undated);
}

#[test]
fn hai_phong_closes_absences_on_the_third_day() {
    let policy = shipped("31", "primary", 2026);
    let deadline = policy.attendance_deadline(date(2026, 10, 1));
    assert!(deadline.is_kept_by(datetime(2026, 11, 3, 23, 59, 0, 0)), "V-01");
    assert!(!deadline.is_kept_by(datetime(2026, 11, 4, 0, 0, 0, 0)), "V-02");
    assert_eq!(*policy.lock.decided_by, [Actor::Principal]);
    assert_eq!(*policy.lock.roles, [Actor::VicePrincipal, Actor::Clerk]);
    assert_eq!(*policy.lock.needs_written_request, [Actor::Clerk]);
    assert_eq!(*policy.correction.approval_chain, [Actor::VicePrincipal]);
    assert_eq!(*policy.correction.carried_out_by, [Actor::Clerk]);
    assert_eq!(*policy.monitoring.interval, Interval::Month);
    assert!(*policy.accounts.password_after_entry);
}

#[test]
fn hai_phong_corrects_marks_at_the_middle_and_the_end_of_terms() {
    let policy = shipped("31", "primary", 2026);
    let check = |day: Date, expected: CorrectionWindow| {
        assert_eq!(policy.correction_window(day), expected, "{day}");
    };
    let mid = |point, from, to| CorrectionWindow::Open { point, from, to };
    check(
        date(2026, 10, 25),
        CorrectionWindow::Closed { next: Some((Point::Mid1, date(2026, 10, 26))) },
    );
    check(date(2026, 10, 26), mid(Point::Mid1, date(2026, 10, 26), date(2026, 11, 21)));
    check(date(2026, 11, 21), mid(Point::Mid1, date(2026, 10, 26), date(2026, 11, 21)));
    check(
        date(2026, 11, 22),
        CorrectionWindow::Closed { next: Some((Point::End1, date(2026, 12, 22))) },
    );
    check(date(2027, 1, 24), mid(Point::End1, date(2026, 12, 22), date(2027, 1, 24)));
    check(date(2027, 6, 1), CorrectionWindow::Closed { next: None });
}

#[test]
fn hai_phong_reports_three_times_a_year() {
    let policy = shipped("31", "primary", 2026);
    let due = |period| policy.deadline(period, Reporter::School).unwrap().day;
    assert_eq!(due("beginning_of_year"), date(2026, 10, 10));
    assert_eq!(due("middle_of_year"), date(2027, 1, 10));
    assert_eq!(due("end_of_year"), date(2027, 6, 10));
    assert_eq!(policy.periods["end_of_year"].basis.certainty, Certainty::Confirmed);
}

#[test]
fn the_review_of_2023_ended_at_five_on_two_days() {
    let due = |level, year| {
        let policy = shipped("31", level, year);
        policy.deadline("staff_data_review", Reporter::School).map(|due| due.to_string())
    };
    assert_eq!(due("primary", 2022).as_deref(), Some("17:00 08/06/2023"));
    assert_eq!(due("lower_secondary", 2022).as_deref(), Some("17:00 08/06/2023"));
    assert_eq!(due("upper_secondary", 2022).as_deref(), Some("17:00 15/06/2023"));
    assert_eq!(due("primary", 2023), None);
}

#[test]
fn ho_chi_minh_updates_within_ten_working_days() {
    let policy = shipped("79", "primary", 2025);
    let due = |day| policy.update_deadline(day).day;
    assert_eq!(due(date(2026, 3, 2)), date(2026, 3, 16));
    assert_eq!(due(date(2026, 2, 13)), date(2026, 3, 6), "over Tết");
    assert_eq!(due(date(2026, 4, 24)), date(2026, 5, 13), "over Giỗ Tổ, 30/4 and 01/5");
    assert_eq!(policy.backup_deadline(date(2026, 1, 15)).day, date(2026, 4, 15));
    assert_eq!(*policy.approval.interval, Interval::Month);
    assert!(policy.periods["equipment_year"].deadlines.is_empty());
    assert!(policy.work_calendar.knows(2026) && !policy.work_calendar.knows(2027));
}

#[test]
fn ho_chi_minh_had_two_days_at_the_end_of_2022() {
    let due = |level| shipped("79", level, 2021).deadline("end_of_year", Reporter::School).unwrap();
    assert_eq!(due("primary").day, date(2022, 6, 30));
    assert_eq!(due("upper_secondary").day, date(2022, 6, 17));
}

#[test]
fn statistics_follow_the_circular_of_the_year() {
    let due = |period, year| {
        shipped("01", "primary", year).deadline(period, Reporter::Department).unwrap().day
    };
    assert_eq!(due("statistics_beginning", 2024), date(2024, 10, 30));
    assert_eq!(due("statistics_beginning", 2025), date(2025, 10, 31));
    assert_eq!(due("statistics_end", 2025), date(2026, 6, 30));
}

#[test]
fn headings_change_on_the_first_of_july_2025() {
    let place =
        Place {
            commune: "Phường Lê Chân", district: "Quận Lê Chân", province: "Hải Phòng"
        };
    let head = |province, level, day| shipped(province, level, 2024).superior(day, place).unwrap();
    assert_eq!(head("31", "primary", date(2025, 6, 30)), "UBND QUẬN LÊ CHÂN");
    assert_eq!(head("31", "primary", date(2025, 7, 1)), "UBND PHƯỜNG LÊ CHÂN");
    let upper = "SỞ GIÁO DỤC VÀ ĐÀO TẠO HẢI PHÒNG";
    assert_eq!(head("31", "upper_secondary", date(2025, 6, 30)), upper);
    assert_eq!(head("31", "upper_secondary", date(2025, 7, 1)), upper);
    assert_eq!(head("79", "primary", date(2024, 8, 27)), "ỦY BAN NHÂN DÂN QUẬN LÊ CHÂN");
}

#[test]
fn reports_went_through_the_district_until_june_2025() {
    use Reporter::{Commune, Department, District, Ministry, School};
    let chain = |level, day| shipped("31", level, 2024).chain(day).to_vec();
    assert_eq!(chain("primary", date(2025, 6, 30)), [School, District, Department, Ministry]);
    assert_eq!(chain("primary", date(2025, 7, 1)), [School, Commune, Department, Ministry]);
    assert_eq!(chain("upper_secondary", date(2025, 7, 1)), [School, Department, Ministry]);
}

#[test]
fn every_value_of_a_shipped_policy_names_its_source() {
    for province in ["31", "79", "01"] {
        for level in ["primary", "lower_secondary", "upper_secondary"] {
            for line in shipped(province, level, 2026).lines(Locale::Vi) {
                let may_be_unruled = line.key == "correction.form";
                assert!(may_be_unruled || !line.source.is_empty(), "{province} {}", line.key);
            }
        }
    }
}
