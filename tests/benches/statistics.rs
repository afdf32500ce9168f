//! A national statistical form over a million pupils: schools, classes, pupils by grade and by age in
//! one pass. Prints the time beside a bare join of the same tables; fails on nothing. Goal: 2 s.
//!
//! `cargo bench -p suite --bench statistics` (`PUPILS=100000` makes it smaller)

#![expect(clippy::float_arithmetic, reason = "times are no marks")]

use std::collections::BTreeMap;
use std::env;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use bieumau_model::scope::Caller;
use bieumau_pipeline::{DemoSite, Silent, Site, Workers, make_demo};
use jiff::Timestamp;

/// Pupils of each school that is added to the demo.
const OF_A_SCHOOL: usize = 500;
const ROUNDS: usize = 5;

fn main() -> ExitCode {
    if env::args().nth(1).is_some_and(|first| first == "render-worker") {
        return bieumau_pipeline::run_render_worker();
    }
    if env::args().nth(1).is_some_and(|first| first == "plugin-compiler") {
        return bieumau_pipeline::run_plugin_compiler();
    }
    let pupils = env::var("PUPILS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir().expect("a folder for the demo");
    let workers = Workers {
        program: env::current_exe().expect("this program"),
        arguments: vec!["render-worker".into()],
        count: 1,
        time: None,
    };
    let (wanted, now) = (DemoSite { seed: 1, schools: 1 }, Timestamp::UNIX_EPOCH);
    drop(make_demo(folder.path(), &wanted, &workers, now, &Silent).expect("the demo is made"));
    let started = Instant::now();
    fill(&folder.path().join("data.db"), pupils / OF_A_SCHOOL);
    println!("{pupils} pupils written in {:.1} s", started.elapsed().as_secs_f64());
    let site = Site::open(folder.path(), &workers, now).expect("the site opens");
    let whole = median(|| form(&site));
    let bare = bare(&folder.path().join("data.db"));
    println!("the whole form, median:   {:.2} s (goal 2)", whole.as_secs_f64());
    println!("a bare join, counted:     {:.2} s", bare.as_secs_f64());
    println!("ratio:                    {:.2}", whole.as_secs_f64() / bare.as_secs_f64());
    ExitCode::SUCCESS
}

/// All three tables of the form for the whole site.
fn form(site: &Site) {
    let given = BTreeMap::from([("year".to_owned(), "2025".to_owned())]);
    let view = site.figures(&Caller::Operator, "primary_statistics", &given).expect("figures");
    assert!(view.findings.is_empty(), "{:?}", view.findings);
    assert_eq!(view.tables.len(), 3);
}

fn bare(data: &Path) -> Duration {
    let conn = rusqlite::Connection::open(data).expect("the store opens");
    median(|| {
        let count: i64 = conn
            .query_row(
                "SELECT count(*) FROM record_school s \
                 CROSS JOIN record_enrolment e ON e.school = s.school AND e.year = 2025 \
                 JOIN record_class c ON c.school = e.school AND c.year = e.year AND c.class = e.class \
                 JOIN record_pupil p ON p.school = e.school AND p.pupil = e.pupil \
                 WHERE s.level = 'primary' AND p._status = 'active' AND p.gender <> ''",
                [],
                |row| row.get(0),
            )
            .expect("the join runs");
        assert!(count > 0);
    })
}

/// Adds schools of 500 pupils in 15 classes with SQL alone; the demo's school is there too.
fn fill(data: &Path, schools: usize) {
    let conn = rusqlite::Connection::open(data).expect("the store opens");
    let numbers = |name: &str, most: usize| {
        format!(
            "{name}(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM {name} WHERE i < {})",
            most.saturating_sub(1)
        )
    };
    let book = "1, 1, 'bench', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'";
    let named = "_version, _revision, _author, _created_at, _changed_at";
    let (school, pupil) = (numbers("s", schools), numbers("p", OF_A_SCHOOL));
    let class = numbers("k", 15);
    conn.execute_batch(&format!(
        "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; BEGIN;
         WITH RECURSIVE {school} INSERT INTO record_school
           (school, name, unit, symbol, level, province, commune, place, ownership, national_standard, campuses, {named})
           SELECT printf('5%07d', i), 'Trường ' || i, 'U', 'TH', 'primary', '31', 'Xã', 'Xã',
                  CASE i % 10 WHEN 0 THEN 'private' ELSE 'public' END, i % 2, i % 3, {book} FROM s;
         WITH RECURSIVE {school}, {class} INSERT INTO record_class
           (school, year, class, grade, mixed_grade, {named})
           SELECT printf('5%07d', s.i), 2025, (k.i % 5 + 1) || substr('ABC', k.i / 5 + 1, 1), k.i % 5 + 1, 0, {book}
           FROM s, k;
         WITH RECURSIVE {school}, {pupil} INSERT INTO record_pupil
           (school, pupil, full_name, birth_date, gender, ethnic_group, disability, nationality, birth_place,
            home_town, address, father_name, mother_name, {named})
           SELECT printf('5%07d', s.i), printf('5%09d', s.i * {OF_A_SCHOOL} + p.i), 'Nguyễn Thị Minh Châu',
                  printf('%d-%02d-%02d', 2019 - p.i % 5 - (p.i % 97 = 0), p.i % 12 + 1, p.i % 28 + 1),
                  CASE p.i % 2 WHEN 0 THEN 'female' ELSE 'male' END, CASE WHEN p.i % 7 = 0 THEN '05' ELSE '01' END,
                  CASE WHEN p.i % 50 = 0 THEN '01' END, 'Việt Nam', 'Hải Phòng', 'Hải Phòng',
                  'Số 12, phường Tân Sơn, thành phố Hải Phòng', 'Nguyễn Văn Hùng', 'Trần Thị Lan', {book}
           FROM s, p;
         WITH RECURSIVE {school}, {pupil} INSERT INTO record_enrolment
           (school, year, pupil, class, number, status, repeating, newly_enrolled, two_sessions, boarding, {named})
           SELECT printf('5%07d', s.i), 2025, printf('5%09d', s.i * {OF_A_SCHOOL} + p.i),
                  (p.i % 5 + 1) || substr('ABC', p.i % 15 / 5 + 1, 1), p.i / 15 + 1,
                  CASE WHEN p.i % 83 = 0 THEN '10' ELSE '01' END, p.i % 97 = 0, p.i % 5 = 0, 1, p.i % 3 = 0, {book}
           FROM s, p;
         COMMIT; ANALYZE;"
    ))
    .expect("the schools are written");
}

fn median(work: impl Fn()) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            work();
            started.elapsed()
        })
        .collect();
    times.sort();
    times[ROUNDS / 2]
}
