//! The first lock alone: what of SQL is let through, and why the rest is not.

use bieumau_model::text::Locale;

use super::{Names, Portable, read};
use crate::common::core;

fn names() -> Names {
    Names::new(&core())
}

/// Reads `sql`; its findings as `offset: sentence`, one a line, or the tables that it reads.
fn check(sql: &str, expected: &str) {
    let found = match read(sql, &names()) {
        Ok(portable) => portable.tables.into_iter().collect::<Vec<_>>().join(" "),
        Err(findings) => {
            let lines = findings.iter().map(|finding| {
                let message = finding.diagnostic.message.get(Locale::En);
                format!("{}: {message}", finding.place.start)
            });
            lines.collect::<Vec<_>>().join("\n")
        }
    };
    assert_eq!(found, expected, "{sql}");
}

fn check_all_refused(statements: &[&str]) {
    let names = names();
    for sql in statements {
        assert!(read(sql, &names).is_err(), "{sql}");
    }
}

fn good(sql: &str) -> Portable {
    read(sql, &names()).unwrap()
}

#[test]
fn the_subset_is_enough_for_reports() {
    check(
        "WITH listed AS (SELECT e.school, e.pupil, e.number FROM enrolment e WHERE e.class = :class),
           best AS (SELECT pupil, MAX(mid_term) AS most FROM mark GROUP BY pupil HAVING COUNT(*) > 1)
         SELECT DISTINCT l.school, COALESCE(b.most, 0) + 1 AS most,
           CASE WHEN l.number BETWEEN 1 AND 9 THEN 'a' ELSE UPPER('b') || SUBSTR(l.pupil, 1, 2) END AS x,
           CASE l.number WHEN 1 THEN NULL END AS y, CAST(l.pupil AS INTEGER) % 2 AS z,
           (SELECT COUNT(DISTINCT m.subject) FROM mark m WHERE m.pupil = l.pupil) AS n
         FROM listed l LEFT JOIN best b ON b.pupil = l.pupil CROSS JOIN (SELECT code FROM code_gender) g
         WHERE (l.school, l.pupil) IN (SELECT school, pupil FROM pupil)
           AND NOT EXISTS (SELECT 1 FROM exemption x WHERE x.pupil = l.pupil)
           AND l.number IN (1, 2, -3) AND TRIM(l.pupil) <> '' AND NULLIF(l.number, 0) IS NOT NULL
           AND LENGTH(LOWER(l.pupil)) > ABS(-1) -- a remark, với dấu
         UNION ALL SELECT school, 1, 'x', NULL, 2, 3 FROM class /* another */
         ORDER BY 1 DESC NULLS LAST, most LIMIT 10 OFFSET 2;",
        "class code_gender enrolment exemption mark pupil",
    );
}

#[test]
fn rows_that_are_told_apart_by_school() {
    let check = |sql: &str, expected: bool| assert_eq!(good(sql).by_school, expected, "{sql}");
    check("SELECT p.school, p.gender FROM pupil p", true);
    check("SELECT pupil.school AS school FROM pupil ORDER BY 1", true);
    check(
        "SELECT e.school FROM (SELECT 1 AS one) d LEFT JOIN class c ON c.grade = d.one
         JOIN enrolment e ON e.class = c.class LEFT JOIN mark m ON m.pupil = e.pupil",
        true,
    );
    // Without a school, or with one that may be missing.
    check("SELECT p.gender FROM pupil p", false);
    check("SELECT LOWER(p.school) AS school FROM pupil p", false);
    check("SELECT p.pupil AS school FROM pupil p", false);
    check(
        "SELECT g.code AS school, g.school FROM (SELECT code, code AS school FROM code_gender) g",
        false,
    );
    check("SELECT p.school FROM enrolment e LEFT JOIN pupil p ON p.pupil = e.pupil", false);
    check("SELECT p.school FROM pupil p RIGHT JOIN enrolment e ON p.pupil = e.pupil", false);
    // Rows that are made of several.
    check("SELECT DISTINCT p.school FROM pupil p", false);
    check("SELECT p.school, COUNT(*) AS n FROM pupil p GROUP BY p.school", false);
    check("SELECT p.school, MAX(p.pupil) AS most FROM pupil p", false);
    check("SELECT p.school FROM pupil p LIMIT 5", false);
    check("SELECT p.school FROM pupil p UNION ALL SELECT e.school FROM enrolment e", false);
}

#[test]
fn exactly_one_select() {
    check("SELECT school FROM pupil; DELETE FROM pupil", "26: it must be exactly one SELECT");
    check("DELETE FROM pupil", "0: it must be exactly one SELECT");
    check("", "0: it must be exactly one SELECT");
    check_all_refused(&[
        "INSERT INTO pupil VALUES (1)",
        "UPDATE pupil SET school = 1",
        "WITH a AS (DELETE FROM pupil RETURNING *) SELECT * FROM a",
        "EXPLAIN SELECT school FROM pupil",
        "EXPLAIN QUERY PLAN SELECT school FROM pupil",
        "PRAGMA table_info(record_pupil)",
        "ATTACH DATABASE 'x' AS y",
        "CREATE TABLE t (a INTEGER)",
        "VALUES (1)",
        "TABLE pupil",
        "BEGIN",
        "FROM pupil SELECT school",
    ]);
}

#[test]
fn tables_are_forms_and_code_lists_by_their_bare_names() {
    check("SELECT 1 AS a FROM main.record_pupil", "19: a table name must not have a schema");
    check("SELECT 1 AS a FROM temp.pupil", "19: a table name must not have a schema");
    check("SELECT 1 AS a FROM record_pupil", "19: there is no form or code list `record_pupil`");
    check("SELECT main.pupil.school FROM pupil", "7: a table name must not have a schema");
    check_all_refused(&[
        "SELECT 1 AS a FROM codelist_gender",
        "SELECT 1 AS a FROM bm_audit",
        "SELECT 1 AS a FROM sqlite_master",
        "SELECT 1 AS a FROM sqlite_temp_schema",
        "SELECT 1 AS a FROM pragma_table_info('record_pupil')",
        "SELECT 1 AS a FROM json_each('[1]')",
        "SELECT 1 AS a FROM \"record_pupil\"",
        "SELECT 1 AS a FROM `record_pupil`",
        "SELECT 1 AS a FROM [record_pupil]",
        "SELECT 1 AS a FROM 'record_pupil'",
        "SELECT 1 AS a FROM pupil p JOIN main.record_mark m ON 1 = 1",
        "SELECT (SELECT 1 FROM record_pupil) AS a",
        "SELECT 1 AS a FROM pupil WHERE EXISTS (SELECT 1 FROM record_pupil)",
        "SELECT 1 AS a FROM pupil WHERE school IN (SELECT school FROM record_pupil)",
        "SELECT 1 AS a FROM pupil WHERE school IN record_school",
        "SELECT 1 AS a FROM pupil ORDER BY (SELECT 1 FROM record_pupil)",
        "SELECT 1 AS a FROM pupil GROUP BY (SELECT 1 FROM record_pupil)",
        "SELECT 1 AS a FROM pupil GROUP BY school HAVING (SELECT 1 FROM record_pupil) > 0",
        "SELECT 1 AS a FROM pupil LIMIT (SELECT 1 FROM record_pupil)",
        "SELECT 1 AS a FROM pupil LIMIT 1 OFFSET (SELECT 1 FROM record_pupil)",
        "SELECT 1 AS a FROM pupil p JOIN mark m ON (SELECT 1 FROM record_pupil) = 1",
        "SELECT CASE WHEN (SELECT 1 FROM record_pupil) = 1 THEN 1 END AS a",
        "SELECT CASE 1 WHEN 1 THEN (SELECT 1 FROM record_pupil) END AS a",
        "SELECT COALESCE(1, (SELECT 1 FROM record_pupil)) AS a",
        "SELECT SUBSTR('a', (SELECT 1 FROM record_pupil)) AS a",
        "SELECT CAST((SELECT 1 FROM record_pupil) AS INTEGER) AS a",
        "SELECT 1 BETWEEN 1 AND (SELECT 1 FROM record_pupil) AS a",
        "SELECT 1 IN (1, (SELECT 1 FROM record_pupil)) AS a",
        "SELECT -(SELECT 1 FROM record_pupil) AS a",
        "SELECT (1, (SELECT 1 FROM record_pupil)) = (1, 1) AS a",
        "SELECT ((SELECT 1 FROM record_pupil)) IS NULL AS a",
        "SELECT 1 AS a UNION SELECT 1 FROM record_pupil",
        "WITH x AS (SELECT 1 AS a FROM record_pupil) SELECT a FROM x",
        "SELECT a FROM (SELECT 1 AS a FROM record_pupil) t",
        "SELECT 1 AS a FROM (pupil p JOIN record_mark m ON 1 = 1)",
    ]);
}

#[test]
fn nothing_takes_the_name_of_something_else() {
    check(
        "WITH pupil AS MATERIALIZED (SELECT * FROM main.record_pupil) SELECT school FROM pupil",
        "14: the SQL is not well-formed: found `MATERIALIZED` instead of (",
    );
    check(
        "WITH pupil AS (SELECT * FROM main.record_pupil) SELECT school FROM pupil",
        "5: `pupil` means something already and cannot name a part\n\
         29: a table name must not have a schema",
    );
    check(
        "SELECT pupil.school FROM mark pupil",
        "30: `pupil` means something already and cannot name a part",
    );
    check_all_refused(&[
        "WITH pupil AS (SELECT 1 AS school) SELECT school FROM pupil",
        "WITH PUPIL AS (SELECT 1 AS school) SELECT school FROM PUPIL",
        "WITH record_pupil AS (SELECT 1 AS school) SELECT school FROM record_pupil",
        "WITH codelist_gender AS (SELECT 1 AS school) SELECT school FROM codelist_gender",
        "WITH code_gender AS (SELECT 1 AS school) SELECT school FROM code_gender",
        "WITH sqlite_master AS (SELECT 1 AS school) SELECT school FROM sqlite_master",
        "WITH bm_x AS (SELECT 1 AS school) SELECT school FROM bm_x",
        "WITH main AS (SELECT 1 AS school) SELECT school FROM main",
        "SELECT t.a FROM (SELECT 1 AS a) pupil",
        "SELECT 1 AS a FROM mark AS Record_Pupil",
        "WITH a AS (SELECT 1 AS x), a AS (SELECT 2 AS x) SELECT x FROM a",
    ]);
    // Columns may be called as forms are: most forms have a field of their own name.
    good("SELECT school AS pupil, pupil AS school FROM pupil");
}

#[test]
fn ctes_see_those_before_them_and_not_themselves() {
    check(
        "WITH n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n) SELECT x FROM n",
        "53: there is no form or code list `n`",
    );
    check_all_refused(&[
        "WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n) SELECT x FROM n",
        "WITH a AS (SELECT x FROM b), b AS (SELECT 1 AS x) SELECT x FROM a",
        "SELECT x FROM (WITH a AS (SELECT 1 AS x) SELECT x FROM a) t JOIN a ON 1 = 1",
    ]);
    good("WITH a AS (SELECT 1 AS x), b AS (SELECT x FROM a) SELECT x FROM b");
    good("WITH a AS (SELECT 1 AS x) SELECT x FROM pupil WHERE 1 IN (SELECT x FROM a)");
}

#[test]
fn functions_are_on_the_list() {
    check(
        "SELECT AVG(mid_term) AS a, IFNULL(school, 1) AS b FROM mark",
        "7: the function `avg` cannot be used in a report\n\
         27: the function `ifnull` cannot be used in a report",
    );
    check("SELECT MAX(1, 2) AS a", "7: the function `max` does not take 2 values");
    check_all_refused(&[
        "SELECT ROUND(1) AS a",
        "SELECT load_extension('x') AS a",
        "SELECT main.lower('x') AS a",
        "SELECT strftime('%s', 'now') AS a",
        "SELECT julianday('now') AS a",
        "SELECT CURRENT_TIMESTAMP AS a",
        "SELECT CURRENT_DATE AS a",
        "SELECT random() AS a",
        "SELECT printf('%d', 1) AS a",
        "SELECT group_concat(school) AS a FROM pupil",
        "SELECT json_extract('{}', '$') AS a",
        "SELECT hex('a') AS a",
        "SELECT COUNT(*) OVER () AS a FROM pupil",
        "SELECT COUNT(*) FILTER (WHERE 1 = 1) AS a FROM pupil",
        "SELECT SUM(ALL number) AS a FROM enrolment",
        "SELECT LOWER(DISTINCT school) AS a FROM pupil",
        "SELECT COUNT(school ORDER BY school) AS a FROM pupil",
        "SELECT COUNT(p.*) AS a FROM pupil p",
        "SELECT SUM(*) AS a FROM pupil",
        "SELECT COALESCE(1) AS a",
        "SELECT SUBSTRING('a' FROM 1 FOR 2) AS a",
        "SELECT TRIM(BOTH 'a' FROM 'b') AS a",
        "SELECT EXTRACT(YEAR FROM birth_date) AS a FROM pupil",
        "SELECT POSITION('a' IN 'b') AS a",
        "SELECT CEIL(1) AS a",
    ]);
}

#[test]
fn what_only_one_engine_understands_is_refused() {
    check_all_refused(&[
        "SELECT school::text AS a FROM pupil",
        "SELECT CAST(school AS REAL) AS a FROM pupil",
        "SELECT CAST(school AS VARCHAR(3)) AS a FROM pupil",
        "SELECT TRY_CAST(school AS INTEGER) AS a FROM pupil",
        "SELECT school FROM pupil WHERE full_name LIKE 'a%'",
        "SELECT school FROM pupil WHERE full_name GLOB 'a*'",
        "SELECT school FROM pupil WHERE full_name REGEXP 'a'",
        "SELECT school FROM pupil WHERE school IS TRUE",
        "SELECT school FROM pupil WHERE school = TRUE",
        "SELECT school FROM pupil WHERE school IS NOT DISTINCT FROM 'a'",
        "SELECT school FROM pupil WHERE school == 'a'",
        "SELECT school FROM pupil WHERE (number & 1) = 1",
        "SELECT school FROM pupil WHERE number << 1 = 1",
        "SELECT school FROM pupil WHERE school COLLATE NOCASE = 'a'",
        "SELECT school -> '$' AS a FROM pupil",
        "SELECT school FROM pupil WHERE school = ANY (SELECT school FROM class)",
        "SELECT school FROM pupil NATURAL JOIN class",
        "SELECT p.school FROM pupil p JOIN class c USING (school)",
        "SELECT p.school FROM pupil p JOIN class c",
        "SELECT school FROM pupil INDEXED BY x",
        "SELECT school FROM pupil NOT INDEXED",
        "SELECT school FROM pupil LIMIT 1, 2",
        "SELECT DISTINCT ON (school) school FROM pupil",
        "SELECT school FROM pupil FETCH FIRST 1 ROW ONLY",
        "SELECT school FROM pupil FOR UPDATE",
        "SELECT school FROM pupil WINDOW w AS ()",
        "SELECT school INTO x FROM pupil",
        "SELECT TOP 1 school FROM pupil",
        "SELECT school FROM pupil GROUP BY ALL",
        "SELECT school FROM pupil GROUP BY ROLLUP (school)",
        "SELECT t.school FROM (SELECT school FROM pupil)",
        "SELECT school FROM pupil, LATERAL (SELECT 1 AS x) t",
        "(SELECT school FROM pupil) UNION ALL SELECT school FROM class",
        "SELECT school FROM pupil EXCEPT ALL SELECT school FROM class",
        "SELECT ARRAY[1] AS a",
        "SELECT INTERVAL '1' DAY AS a",
        "SELECT DATE '2020-01-01' AS a",
        "SELECT X'00' AS a",
        "SELECT N'a' AS a",
        "SELECT E'a' AS a",
        "SELECT $$a$$ AS a",
        "SELECT 1.5 AS a",
        "SELECT 1e5 AS a",
        "SELECT 0x1F AS a",
        "SELECT 1_000 AS a",
        "SELECT ? AS a",
        "SELECT ?1 AS a",
        "SELECT $1 AS a",
        "SELECT @a AS a",
        "SELECT :1 AS a",
        "SELECT school FROM pupil WHERE school IN ()",
    ]);
}

#[test]
fn signs_that_look_like_letters_are_no_names() {
    check("SELECT sсhool FROM pupil", "8: `с` cannot be used here");
    check_all_refused(&[
        "SELECT school FROM рupil",
        "SELECT school FROM pupil\u{200b}",
        "SELECT school\u{ff0c} pupil FROM pupil",
        "SELECT school FROM pupil WHERE school = \u{2019}a\u{2019}",
        "SELECT school FROM pupil \u{37e} DROP TABLE x",
        "SELECT school AS tr\u{1b0}\u{1edd}ng FROM pupil",
        "SELECT \"school\" FROM pupil",
        "SELECT school FROM pupil WHERE school = \"S2\"",
    ]);
    good("SELECT school FROM pupil WHERE full_name = 'Nguyễn Văn Ước' -- рupil");
}

#[test]
fn comments_never_reach_sqlite() {
    let portable = good(
        "SELECT school -- ; DROP TABLE x, với dấu\nFROM/* :a */pupil\u{a0}WHERE 1 = 1 /* -- */;",
    );
    assert_eq!(
        portable.sql.split_whitespace().collect::<Vec<_>>().join(" "),
        "SELECT school FROM pupil WHERE 1 = 1"
    );
    assert!(portable.parameters.is_empty());
    check_all_refused(&[
        "SELECT school FROM pupil /* /* */ */",
        "SELECT school FROM pupil /* open",
        "SELECT school FROM pupil # MySQL",
        "SELECT school FROM pupil WHERE full_name = 'open",
    ]);
}

#[test]
fn offsets_are_those_of_the_source() {
    let source = "SELECT school /* với dấu */ FROM pupil -- ô\nWHERE school = :school";
    let portable = good(source);
    assert_eq!(portable.sql.len(), source.len());
    let (name, place) = &portable.parameters[0];
    assert_eq!((name.as_str(), &source[place.clone()]), ("school", ":school"));
    assert_eq!(&portable.sql[place.clone()], ":school");
}

#[test]
fn hostile_statements_end_as_findings_and_not_as_crashes() {
    let deep = |open: &str, close: &str, times: usize| {
        format!("SELECT {}1{} AS a", open.repeat(times), close.repeat(times))
    };
    for sql in [
        deep("(", ")", 10_000),
        deep("-", "", 20_000),
        deep("- ", "", 20_000),
        deep("NOT ", "", 10_000),
        deep("(SELECT ", ")", 5_000),
        deep("ABS(", ")", 5_000),
        deep("CASE WHEN 1 = 1 THEN ", " END", 2_000),
        deep("1 + ", "", 10_000),
        deep("", " + 1", 10_000),
        deep("", " IS NULL", 8_000),
        deep("", " || 'x'", 8_000),
        deep("", " AND 1", 8_000),
        deep("(", " + 1)", 3_000),
        format!("SELECT 1 AS a{}", " UNION ALL SELECT 1".repeat(5_000)),
        format!("SELECT 1 AS a FROM {}pupil{}", "(".repeat(5_000), ")".repeat(5_000)),
        format!("WITH {} SELECT 1 AS a", "a AS (WITH ".repeat(3_000)),
        "SELECT ".repeat(10_000),
        "(".repeat(50_000),
        "'".repeat(99_999),
        "/*".repeat(40_000),
        "\u{0}".repeat(10),
        "x".repeat(200_000),
        format!("SELECT {} AS a", "1,".repeat(20_000)),
    ] {
        let start = std::time::Instant::now();
        let shown: String = sql.chars().take(40).collect();
        assert!(read(&sql, &names()).is_err(), "{shown}");
        assert!(start.elapsed().as_secs() < 10, "{shown} took {:?}", start.elapsed());
    }
    // Long lists are no depth.
    let columns: Vec<String> = (0..400).map(|at| format!("{at} + {at} AS a{at}")).collect();
    good(&format!("SELECT {} FROM pupil", columns.join(", ")));
}
