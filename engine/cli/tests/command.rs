//! The program `bieumau` as a person or a script calls it: exit codes, what goes to stdout and what
//! to stderr, and the words of both.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// What a call of the program left behind.
#[derive(Debug)]
struct Run {
    code: i32,
    out: Vec<u8>,
    err: String,
}

impl Run {
    fn text(&self) -> String {
        String::from_utf8(self.out.clone()).expect("UTF-8 on stdout")
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Fails unless stdout contains every one of `parts`.
    fn contains(&self, parts: &[&str]) {
        let text = self.text();
        for part in parts {
            assert!(text.contains(part), "no `{part}` in {text}");
        }
    }
}

/// The program with `arguments`, in `folder`.
fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bieumau"));
    command.current_dir(folder).env_remove("BIEUMAU_LOCALE").args(arguments).stdin(Stdio::null());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Run {
    let output = program(folder, arguments).output().expect("the program starts");
    Run {
        code: output.status.code().expect("it ended by itself"),
        out: output.stdout,
        err: String::from_utf8(output.stderr).expect("UTF-8 on stderr"),
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Runs the program in an empty folder: its exit code, the whole of stdout, parts of stderr.
fn check(arguments: &[&str], code: i32, out: &str, err: &[&str]) {
    check_in(folder().path(), arguments, code, out, err);
}

/// The same in a folder that holds something; no part of stderr means that nothing is said there.
fn check_in(folder: &Path, arguments: &[&str], code: i32, out: &str, err: &[&str]) {
    let run = run(folder, arguments);
    assert_eq!((run.code, run.text().trim_end()), (code, out), "{arguments:?}: {}", run.err);
    for part in err {
        assert!(run.err.contains(part), "{arguments:?}: no `{part}` in {}", run.err);
    }
    assert_eq!(err.is_empty(), run.err.is_empty(), "{arguments:?}: {}", run.err);
}

/// A folder with the site `truong`, as `init` makes it for a primary school.
fn site() -> TempDir {
    let folder = folder();
    let mut init = vec!["init", "truong", "--province", "31", "--level", "primary"];
    init.extend(["--name", "Trường Tiểu học Hoa Sen", "--school-year", "2026-2027"]);
    init.extend(["--school", "31009999"]);
    let run = run(folder.path(), &init);
    assert_eq!((run.code, run.text().as_str()), (0, "truong\n"), "{}", run.err);
    assert!(run.err.contains("bieumau --site truong serve"), "{}", run.err);
    folder
}

/// A folder whose report asks for an unknown column in its SQL.
fn wrong_site() -> TempDir {
    let folder = folder();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/wrong");
    let to = folder.path().join("forms/library");
    fs::create_dir_all(&to).expect("a folder");
    for file in fs::read_dir(cases.join("sql_unknown_column/forms/library")).expect("the case") {
        let path = file.expect("a file").path();
        fs::copy(&path, to.join(path.file_name().expect("a name"))).expect("copied");
    }
    folder
}

#[test]
fn shipped_definitions_are_right() {
    check(&["check", "--without-templates"], 0, "Không có lỗi.", &[]);
    check(&["check", "--without-templates", "--locale", "en"], 0, "No findings.", &[]);
    check(&["check", "--without-templates", "--format", "short"], 0, "", &[]);
    check(&["check", "--without-templates", "--format", "json"], 0, "[]", &[]);
}

#[test]
fn templates_are_checked_by_workers_of_the_program_itself() {
    check(&["check"], 0, "Không có lỗi.", &[]);
}

#[test]
fn findings_are_shown_with_their_line_and_end_with_1() {
    let run = run(wrong_site().path(), &["check", "--without-templates"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    run.contains(&["lỗi[D148]", "forms/library/book_list.report.yaml:12:14", "b.prise", "^^^"]);
    run.contains(&["gợi ý: ", "`price`", "1 lỗi, 0 cảnh báo."]);
}

#[test]
fn findings_have_a_short_form_in_both_languages() {
    let folder = wrong_site();
    let short = ["check", "--without-templates", "--format", "short"];
    let vietnamese = "forms/library/book_list.report.yaml:12:14 error[D148] không có cột `b.prise` \
                      (có phải bạn muốn viết `price`?)";
    check_in(folder.path(), &short, 1, vietnamese, &[]);
    let english = "forms/library/book_list.report.yaml:12:14 error[D148] there is no column `b.prise` \
                   (did you mean `price`?)";
    check_in(folder.path(), &[&["--locale", "en"], &short[..]].concat(), 1, english, &[]);
}

#[test]
fn findings_can_be_json() {
    let run = run(wrong_site().path(), &["check", "--without-templates", "--format", "json"]);
    assert_eq!(run.code, 1);
    let finding = &run.json()[0];
    assert_eq!((&finding["code"], &finding["severity"]), (&json!("D148"), &json!("error")));
    assert_eq!((&finding["span"]["line"], &finding["span"]["column"]), (&json!(12), &json!(14)));
}

#[test]
fn findings_can_be_sarif() {
    let run = run(wrong_site().path(), &["check", "--without-templates", "--format", "sarif"]);
    assert_eq!(run.code, 1);
    let log = run.json();
    assert_eq!(log["version"], "2.1.0");
    let result = &log["runs"][0]["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&json!("D148"), &json!("error")));
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "forms/library/book_list.report.yaml");
    assert_eq!(place["region"]["startLine"], 12);
}

#[test]
fn the_language_can_come_from_the_environment() {
    let folder = folder();
    let mut command = program(folder.path(), &["check", "--without-templates"]);
    let output = command.env("BIEUMAU_LOCALE", "en").output().expect("it starts");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "No findings.\n");
}

#[test]
fn wrong_usage_ends_with_2_and_says_nothing_on_stdout() {
    check(&["rendr"], 2, "", &["rendr", "render"]);
    check(&["render", "x", "-o", "x.pdf", "--param", "year"], 2, "", &["NAME=VALUE"]);
    check(&["render", "x", "-o", "x.pdf"], 2, "", &["lỗi[J031]", "bieumau init"]);
    check(&["render", "x", "-o", "x"], 2, "", &["lỗi[J092]", "--format pdf"]);
    check(&["schema", "frm"], 2, "", &["lỗi[J016]", "report"]);
    let call = ["plugin", "call", "nowhere", "assess_primary", "--input", "-"];
    check(&call, 2, "", &["lỗi[J052]", "national"]);
}

#[test]
fn a_site_that_is_not_there_is_wrong_usage_everywhere() {
    for command in [&["serve"][..], &["check"], &["reports"], &["plugin", "list"]] {
        let arguments = [&["--site", "nowhere"], command].concat();
        check(&arguments, 2, "", &["lỗi[J031]", "nowhere"]);
    }
}

#[test]
fn problems_have_a_language_and_a_hint() {
    let err = ["error[J016]: there is no schema `frm`", "help: possible: "];
    check(&["--locale", "en", "schema", "frm"], 2, "", &err);
}

#[test]
fn what_the_machine_refuses_ends_with_3() {
    let folder = site();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let serve = ["--site", "truong", "serve", "--listen", &address];
    check_in(folder.path(), &serve, 3, "", &["lỗi[J091]", &address, "--listen"]);
    let call = ["plugin", "call", "national", "assess_primary", "--input", "nowhere.json"];
    check_in(folder.path(), &call, 3, "", &["lỗi[J091]", "nowhere.json"]);
    let mut render = vec!["--site", "truong", "render", "primary_statistics"];
    render.extend(["--param", "year=2026", "-o", "no/such/folder.csv"]);
    check_in(folder.path(), &render, 3, "", &["lỗi[J091]", "no/such/folder.csv"]);
}

#[test]
fn reports_are_listed_for_people_and_for_programs() {
    let folder = folder();
    let listed = run(folder.path(), &["reports"]);
    assert_eq!((listed.code, listed.err.as_str()), (0, ""));
    listed.contains(&["lower_secondary_gradebook", "(pdf, html, png)", "school_year", "bắt buộc"]);
    let english = run(folder.path(), &["reports", "--locale", "en"]);
    english.contains(&["Secondary transcript", "School year", "required"]);
    let reports = run(folder.path(), &["reports", "--json"]).json();
    let reports = reports.as_array().expect("a list");
    let transcript = reports.iter().find(|report| report["id"] == "primary_transcript");
    assert_eq!(transcript.expect("it is listed")["parameters"][0]["id"], "school");
}

#[test]
fn the_schema_of_a_forms_records_is_written() {
    let folder = folder();
    let schema = run(folder.path(), &["schema", "--form", "mark"]).json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["x-key"], json!(["school", "year", "term", "pupil", "subject"]));
    check(&["schema", "--form", "marks"], 2, "", &["lỗi[J127]", "`mark`"]);
}

#[test]
fn a_record_is_set_read_retired_and_its_history_told() {
    let folder = site();
    let record = |arguments: &[&str]| {
        let mut all = vec!["--site", "truong", "record"];
        all.extend(arguments);
        run(folder.path(), &all)
    };
    let class = ["class", "31009999,2026,1A"];
    let made = record(&["set", class[0], class[1], "grade=1", "--new", "--reason", "Mở lớp"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let wrong = record(&["set", class[0], class[1], "grade=13"]);
    assert_eq!(wrong.code, 1, "{}", wrong.err);
    assert!(wrong.err.contains("error[J109]"), "{}", wrong.err);
    let changed = record(&["set", class[0], class[1], "position=2"]);
    assert_eq!((changed.code, changed.text().trim_end()), (0, "31009999,2026,1A r2 position"));
    assert_eq!(record(&["get", class[0], class[1], "--json"]).json()["fields"]["position"], 2);
    record(&["history", class[0], class[1]]).contains(&["Mở lớp", "Thứ tự trong khối: — → 2"]);
    assert_eq!(record(&["retire", class[0], class[1]]).code, 0);
    assert_eq!(record(&["list", "class"]).text(), "");
    record(&["list", "class", "--with-retired"]).contains(&["31009999,2026,1A r3 (retired)"]);
}

#[test]
fn a_file_that_is_no_xlsform_is_refused() {
    let folder = folder();
    fs::write(folder.path().join("form.xlsx"), "type,name").expect("written");
    let arguments = ["import-xlsform", "form.xlsx", "-o", "site"];
    check_in(folder.path(), &arguments, 2, "", &["lỗi[J144]", "J140"]);
}

#[test]
fn schemas_are_json() {
    let folder = folder();
    let all = run(folder.path(), &["schema"]);
    assert_eq!((all.code, all.err.as_str()), (0, ""));
    for kind in ["form", "report", "code_list", "plugin", "site"] {
        let one = run(folder.path(), &["schema", kind]);
        assert_eq!(one.code, 0, "{kind}");
        assert_eq!(one.json(), all.json()[kind], "{kind}");
        assert_eq!(one.json()["additionalProperties"], false, "{kind}");
    }
}

#[test]
fn plugins_are_listed() {
    let folder = folder();
    let listed = run(folder.path(), &["plugin", "list"]);
    assert_eq!((listed.code, listed.err.as_str()), (0, ""));
    listed.contains(&[
        "national",
        "hai_phong",
        "ho_chi_minh",
        "assess_primary",
        "assess_secondary",
    ]);
    let plugins = run(folder.path(), &["plugin", "list", "--json"]).json();
    let mut plugins = plugins.as_array().expect("a list").iter();
    let of_31 = plugins.find(|plugin| plugin["provinces"] == json!(["31"]));
    let hash = of_31.expect("one for Hải Phòng")["sha256"].as_str().expect("a hash");
    assert!(hash.len() == 64 && hash.bytes().all(|digit| digit.is_ascii_hexdigit()), "{hash}");
}

/// Worked example AVG-13 of Circular 22: 7,95 is rounded up, where binary fractions would not.
const AVG_13: &str = r#"{"tables": {
  "pupils": {"rows": [{"pupil": "HS1", "year": 2025, "grade": 7}]},
  "marks": {"rows": [{"pupil": "HS1", "year": 2025, "subject": "TOAN", "term": 1,
    "ongoing_1": 8, "ongoing_2": "8.0", "ongoing_3": "7,5", "mid_term": 7.9, "end_of_term": 8.1}]}
}}"#;

#[test]
fn a_rule_can_be_called_by_hand() {
    let folder = folder();
    fs::write(folder.path().join("tables.json"), AVG_13).expect("written");
    let call = ["plugin", "call", "national", "assess_secondary", "--input", "tables.json"];
    let called = run(folder.path(), &call);
    assert_eq!((called.code, called.err.as_str()), (0, ""));
    let answer = called.json();
    let subjects = &answer["tables"]["subjects"];
    let mut columns = subjects["columns"].as_object().expect("columns").keys();
    let at = columns.position(|name| name == "average_1").expect("the column");
    assert_eq!(subjects["rows"][0][at], "8.0", "{subjects}");
    assert_eq!(answer["explanations"], json!([]));

    let explained = run(folder.path(), &[&call[..], &["--explain"]].concat()).json();
    let steps = explained["explanations"].to_string();
    assert!(steps.contains("63,6") && steps.contains("7,95"), "{steps}");
}

#[test]
fn a_rule_can_be_called_from_stdin() {
    let folder = folder();
    let call = ["plugin", "call", "hai_phong", "assess_secondary", "--input", "-"];
    let mut command = program(folder.path(), &call);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut input = child.stdin.take().expect("stdin");
    input.write_all(AVG_13.as_bytes()).expect("written");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("\"8.0\""));
}

#[test]
fn wrong_tables_are_all_told_and_end_with_2() {
    let folder = folder();
    let input = r#"{"tables": {"pupil": {"rows": []}, "marks": {"rows": [{"pupil": "HS1", "term": "two"}]}}}"#;
    fs::write(folder.path().join("tables.json"), input).expect("written");
    let call = ["plugin", "call", "national", "assess_secondary", "--input", "tables.json"];
    check_in(folder.path(), &call, 2, "", &["lỗi[J017]", "`pupil`", "`pupils`", "\"two\""]);
}

/// Renders the statistics of the new school into `output`.
fn statistics(root: &Path, output: &str, more: &[&str]) -> Run {
    let mut arguments = vec!["--site", "truong", "render", "primary_statistics"];
    arguments.extend(["--param", "school=31009999", "--param", "year=2026-2027", "-o", output]);
    run(root, &[&arguments[..], more].concat())
}

#[test]
fn a_new_site_can_be_checked_listed_and_rendered() {
    let folder = site();
    let root = folder.path();
    check_in(root, &["--site", "truong", "check", "--without-templates"], 0, "Không có lỗi.", &[]);
    assert_eq!(run(root, &["--site", "truong", "reports", "--json"]).code, 0);
    for (output, beginning) in [("a.pdf", "%PDF-"), ("a.html", "<!doctype"), ("a.xlsx", "PK")] {
        let made = statistics(root, output, &[]);
        assert_eq!((made.code, made.out.len()), (0, 0), "{output}: {}", made.err);
        let bytes = fs::read(root.join(output)).expect("written");
        let found = bytes[..beginning.len()].to_ascii_lowercase();
        assert_eq!(found, beginning.to_ascii_lowercase().as_bytes(), "{output}");
    }
    let printed = statistics(root, "-", &["--format", "csv"]);
    assert_eq!(printed.code, 0, "{}", printed.err);
    assert!(printed.text().starts_with("\u{FEFF}Bảng,Mã dòng,"), "{}", printed.text());
}

#[test]
fn a_limited_user_gets_nothing_foreign() {
    let folder = site();
    let made = |only: &[&str]| {
        statistics(folder.path(), "-", &[&["--format", "csv", "--user", "lan"], only].concat())
    };
    assert_eq!(made(&["--only-school", "31009999"]).code, 0);
    assert_eq!(made(&["--only-class", "31009999/2026/1A"]).code, 0);
    for (foreign, code) in [
        (&["--only-school", "31000000"][..], "lỗi[J013]"),
        (&["--only-class", "31000000/2026/1A"][..], "lỗi[J013]"),
        // Without limits of their own, users have the rights of their account; Lan has none.
        (&[][..], "lỗi[J155]"),
    ] {
        let refused = made(foreign);
        assert_eq!((refused.code, refused.out.len()), (2, 0), "{foreign:?}");
        assert!(refused.err.contains(code), "{}", refused.err);
    }
}

#[test]
fn accounts_are_made_explained_and_proven_in_the_audit() {
    let folder = site();
    let add = [
        "--site",
        "truong",
        "user",
        "add",
        "lan.vu",
        "--full-name",
        "Vũ Thị Lan",
        "--administrator",
    ];
    let made = run(folder.path(), &add);
    assert_eq!(made.code, 0, "{}", made.err);
    assert_eq!(made.text().trim().split('-').count(), 6, "{}", made.text());
    assert!(made.err.contains("chỉ hiện một lần"), "{}", made.err);
    let again = run(folder.path(), &add);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("lỗi[J156]"), "{}", again.err);
    let told = run(folder.path(), &["--site", "truong", "access", "explain", "lan.vu"]);
    assert!(told.text().contains("+ Quản trị hệ thống: toàn hệ thống"), "{}", told.text());
    let proven = run(folder.path(), &["--site", "truong", "audit", "verify"]);
    assert_eq!(proven.code, 0, "{}", proven.err);
    let head = proven.text().trim().to_owned();
    let verify = |noted: &str| {
        run(folder.path(), &["--site", "truong", "audit", "verify", "--expect", noted])
    };
    assert_eq!(verify(&head).code, 0);
    let hash = head.split(':').nth(1).unwrap_or_default();
    assert_eq!(verify(hash).code, 0);
    let cut = verify(&"0".repeat(64));
    assert_eq!(cut.code, 1);
    assert!(cut.err.contains("lỗi[J170]"), "{}", cut.err);
    let unread = verify("1:00");
    assert_eq!(unread.code, 2);
    assert!(unread.err.contains("lỗi[J176]"), "{}", unread.err);
}

#[test]
fn wrong_parameters_are_all_told() {
    let folder = site();
    let mut render = vec!["--site", "truong", "--locale", "en", "render", "primary_transcript"];
    render.extend(["--param", "year=soon", "--param", "pupl=1", "-o", "-", "--format", "pdf"]);
    let err = ["error[J011]", "`pupl`", "did you mean `pupil`?", "`school` is missing", "`soon`"];
    check_in(folder.path(), &render, 2, "", &err);
    let unknown = ["--site", "truong", "render", "primary_transcrpt", "-o", "x.pdf"];
    check_in(folder.path(), &unknown, 2, "", &["lỗi[J002]", "`primary_transcript`"]);
}

/// Tries `init` for a school called B.
fn init(root: &Path, to: &str, province: &str) -> Run {
    let arguments = ["init", to, "--province", province, "--level", "primary", "--name", "B"];
    run(root, &[&arguments[..], &["--school-year", "2026"]].concat())
}

#[test]
fn init_leaves_a_site_alone() {
    let folder = site();
    let again = init(folder.path(), "truong", "31");
    assert_eq!((again.code, again.out.len()), (2, 0));
    assert!(again.err.contains("lỗi[J030]") && again.err.contains("`truong`"), "{}", again.err);
}

#[test]
fn init_takes_the_name_of_a_province_and_refuses_an_unknown_one() {
    let folder = folder();
    let refused = init(folder.path(), "other", "Atlantis");
    assert_eq!((refused.code, refused.out.len()), (2, 0));
    assert!(refused.err.contains("Atlantis") && refused.err.contains("31 Thành phố Hải Phòng"));
    assert!(!folder.path().join("other").exists(), "a refused site left its folder behind");
    assert_eq!(init(folder.path(), "other", "hải phòng").code, 0);
}

#[test]
fn init_names_the_flag_when_nobody_can_be_asked() {
    check(&["init", "other", "--name", "B"], 2, "", &["lỗi[J092]", "--province"]);
}

#[test]
fn a_demo_of_one_school_lists_the_documents_that_it_made() {
    let folder = folder();
    let demo = ["--locale", "en", "demo", "trial", "--schools", "1", "--no-serve"];
    let made = run(folder.path(), &demo);
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(made.err.contains("Demo site: trial (invented data, 1 schools)"), "{}", made.err);
    let text = made.text();
    for line in text.lines() {
        let bytes = fs::metadata(folder.path().join(line)).map_or(0, |file| file.len());
        assert!(bytes > 100, "{line} has {bytes} bytes");
    }
    for name in ["primary_transcript.pdf", "minutes_data_handover.html", "primary_statistics.xlsx"]
    {
        assert!(text.contains(name), "no {name} in {text}");
    }
    check_in(
        folder.path(),
        &["--site", "trial", "check", "--without-templates"],
        0,
        "Không có lỗi.",
        &[],
    );
    let again = run(folder.path(), &demo);
    assert_eq!((again.code, again.text()), (0, text));
}

#[test]
fn a_demo_leaves_a_folder_with_something_else_alone() {
    let folder = site();
    let demo = ["demo", "truong", "--schools", "1", "--no-serve"];
    check_in(folder.path(), &demo, 2, "", &["lỗi[J040]", "`truong`"]);
}

/// A server that goes with the case.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone.
        self.0.kill().unwrap_or_default();
        self.0.wait().map(|_| ()).unwrap_or_default();
    }
}

#[test]
fn a_new_site_can_be_served() {
    let folder = site();
    let serve = ["--site", "truong", "--locale", "en", "serve", "--listen", "127.0.0.1:0"];
    let mut command = program(folder.path(), &serve);
    let mut child = command.stderr(Stdio::piped()).spawn().expect("it starts");
    let mut lines = BufReader::new(child.stderr.take().expect("stderr")).lines();
    let serving = Serving(child);
    // Nobody has an account yet: whoever sees the terminal makes the first one.
    let line = lines.next().expect("a line").expect("UTF-8");
    let code = line.split(": ").nth(1).unwrap_or_else(|| panic!("{line}")).to_owned();
    assert!(line.contains("Setup code"), "{line}");
    let line = lines.next().expect("a line").expect("UTF-8");
    let address = line.strip_prefix("Open http://").and_then(|rest| rest.split('/').next());
    let address = address.unwrap_or_else(|| panic!("{line}"));
    let ask = |request: &str| {
        let mut stream = TcpStream::connect(address).expect("it listens");
        let request = request.replace("HOST", &format!("Host: {address}\r\nConnection: close"));
        write!(stream, "{request}").expect("sent");
        let mut page = String::new();
        stream.read_to_string(&mut page).expect("answered");
        page
    };
    let start = ask("GET / HTTP/1.1\r\nHOST\r\n\r\n");
    assert!(start.starts_with("HTTP/1.1 303") && start.contains("/sign-in"), "{start}");
    let page = ask("GET /setup HTTP/1.1\r\nHOST\r\n\r\n");
    assert!(page.starts_with("HTTP/1.1 200 OK"), "{page}");
    assert!(page.contains("Trường Tiểu học Hoa Sen"), "{page}");
    let set_up = |code: &str| {
        let body = format!("code={code}&name=quan.tri&full_name=An&password=troi+xanh+may+trang");
        let head = "Content-Type: application/x-www-form-urlencoded";
        ask(&format!(
            "POST /setup HTTP/1.1\r\nHOST\r\n{head}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    };
    let refused = set_up("AAAAA-AAAAA");
    assert!(
        refused.starts_with("HTTP/1.1 403") && refused.contains("setup code is wrong")
            || refused.contains("Mã thiết lập không đúng"),
        "{refused}"
    );
    let made = set_up(&code);
    assert!(made.starts_with("HTTP/1.1 303"), "{made}");
    // The code is of no use any more.
    assert!(set_up(&code).starts_with("HTTP/1.1 422"));
    drop(serving);
}
