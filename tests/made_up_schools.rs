//! Many schools at once, for counting them: with SQL alone, past the engine, beside what a demo has.

use std::path::Path;

/// Adds primary schools with so many pupils in 15 classes each.
pub fn fill(data: &Path, schools: usize, pupils: usize) {
    let conn = rusqlite::Connection::open(data).expect("the store opens");
    let numbers = |name: &str, most: usize| {
        format!(
            "{name}(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM {name} WHERE i < {})",
            most.saturating_sub(1)
        )
    };
    let book = "1, 1, 'bench', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'";
    let named = "_version, _revision, _author, _created_at, _changed_at";
    let (school, pupil) = (numbers("s", schools), numbers("p", pupils));
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
           SELECT printf('5%07d', s.i), printf('5%09d', s.i * {pupils} + p.i), 'Nguyễn Thị Minh Châu',
                  printf('%d-%02d-%02d', 2019 - p.i % 5 - (p.i % 97 = 0), p.i % 12 + 1, p.i % 28 + 1),
                  CASE p.i % 2 WHEN 0 THEN 'female' ELSE 'male' END, CASE WHEN p.i % 7 = 0 THEN '05' ELSE '01' END,
                  CASE WHEN p.i % 50 = 0 THEN '01' END, 'Việt Nam', 'Hải Phòng', 'Hải Phòng',
                  'Số 12, phường Tân Sơn, thành phố Hải Phòng', 'Nguyễn Văn Hùng', 'Trần Thị Lan', {book}
           FROM s, p;
         WITH RECURSIVE {school}, {pupil} INSERT INTO record_enrolment
           (school, year, pupil, class, number, status, repeating, newly_enrolled, two_sessions, boarding, {named})
           SELECT printf('5%07d', s.i), 2025, printf('5%09d', s.i * {pupils} + p.i),
                  (p.i % 5 + 1) || substr('ABC', p.i % 15 / 5 + 1, 1), p.i / 15 + 1,
                  CASE WHEN p.i % 83 = 0 THEN '10' ELSE '01' END, p.i % 97 = 0, p.i % 5 = 0, 1, p.i % 3 = 0, {book}
           FROM s, p;
         COMMIT; ANALYZE;"
    ))
    .expect("the schools are written");
}
