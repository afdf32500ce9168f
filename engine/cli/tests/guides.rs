//! The guides of `plugins/guides`, step by step from an empty folder, with the built program.
//!
//! Every `sh` block is run as it stands there; a command that must fail ends with `|| true`, and the
//! difference that it shows is looked at.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the commands of a guide, one a line; a text between `<<'END'` and `END` belongs to its command.
fn commands(guide: &str) -> Vec<String> {
    let path = project().join("plugins/guides").join(guide);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{guide}: {error}"));
    let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut commands: Vec<String> = Vec::new();
    for block in blocks {
        let mut end = None;
        for line in block.lines() {
            match (end, commands.last_mut()) {
                (Some(word), Some(command)) => {
                    *command += &format!("\n{line}");
                    end = (line != word).then_some(word);
                }
                _ => {
                    commands.push(line.to_owned());
                    end = line.split_once("<<'").and_then(|(_, word)| word.strip_suffix('\''));
                }
            }
        }
    }
    commands
}

/// Runs a command of a guide in a shell that finds the program.
fn run(folder: &Path, command: &str) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_bieumau"));
    let own = program.parent().expect("a file in a folder").to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([own].into_iter().chain(std::env::split_paths(&others)));
    Command::new("sh")
        .args(["-ec", command])
        .current_dir(folder)
        .env("PATH", path.expect("a path"))
        .env_remove("BIEUMAU_LOCALE")
        .output()
        .expect("a shell")
}

/// Follows a guide to its end, and returns what all commands said.
fn follow(guide: &str, folder: &Path) -> String {
    let mut said = String::new();
    for command in commands(guide) {
        let output = run(folder, &command);
        let out = String::from_utf8_lossy(&output.stdout);
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{guide}: {command}\n{out}{err}");
        // Of a command that must fail, the reason is what is looked at.
        let err = if command.ends_with("|| true") { err } else { "".into() };
        said.push_str(&format!("$ {command}\n{out}{err}"));
    }
    said
}

fn check(said: &str, parts: &[&str]) {
    for part in parts {
        assert!(said.contains(part), "no `{part}` in:\n{said}");
    }
}

#[test]
fn yaml() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let said = follow("yaml.md", folder.path());
    check(
        &said,
        &[
            "✓ absences.yaml: 40 buổi thì được, 41 buổi thì không",
            "✗ absences.yaml: 40 buổi thì được, 41 buổi thì không",
            "pupils  1     HS1     outcome       promoted      not_promoted",
            "✓ absences.yaml: 30 buổi thì được, 31 buổi thì không",
            "✓ assess_secondary: dữ liệu sai cho nhận xét hoặc lý do",
        ],
    );
    // At the start, after the case was mended, and with one rule more.
    assert_eq!(said.matches("so_giao_duc: 1 ca, 6 phép thử chung, 0 sai.").count(), 3, "{said}");
}

#[test]
fn javascript() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let said = follow("javascript.md", folder.path());
    check(
        &said,
        &[
            "✓ absences.yaml: ba mức, làm tròn lên ở giữa",
            "✗ absences.yaml: ba mức, làm tròn lên ở giữa",
            "✓ theo_doi_nghi_absences: chia lô và gộp lô như nhau",
            "xem.html",
        ],
    );
    let page = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a page");
    assert!(page("xem.html").contains("THEO DÕI SỐ BUỔI NGHỈ LỚP 6A1"));
    // Installed, the report is in the list and renders from the records of the site.
    check(&said, &["theo_doi_nghi_absences"]);
    let page = page("lop_1A.html");
    assert!(page.contains("THEO DÕI SỐ BUỔI NGHỈ LỚP 1A"), "{page}");
    assert!(page.matches("<td class=\"name\">").count() > 20, "{page}");
}

#[test]
fn packages() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let said = follow("packages.md", folder.path());
    check(
        &said,
        &[
            "bieumau plugin theo_doi_nghi 0.1.0 sha256:",
            "J332",
            "pupils.full_name",
            "J342",
            "theo_doi_nghi 0.1.0  sha256:",
            "theo_doi_nghi_absences  [plugin theo_doi_nghi]",
            "+ pupils.absences",
            "J331",
            "theo_doi_nghi 0.2.0  sha256:",
            "theo_doi_nghi 0.1.0\n",
            "* theo_doi_nghi 0.1.0",
            "  theo_doi_nghi 0.2.0",
        ],
    );
}

#[test]
#[ignore = "compiles Rust to WebAssembly, minutes when the standard library comes from source"]
fn rust() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let said = follow("rust.md", folder.path());
    check(&said, &["✗ absences.yaml: ba mức", "pupils  3     HS3", "exceeded"]);
}

#[test]
fn a_name_that_is_no_id_and_a_folder_that_is_there_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let refused = |name: &str| {
        let output = run(folder.path(), &format!("bieumau plugin new --lang js '{name}'"));
        assert_eq!(output.status.code(), Some(2), "{name}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    check(&refused("Bắc Ninh"), &["J305", "ví dụ `bac_ninh`"]);
    assert!(run(folder.path(), "bieumau plugin new --lang yaml bac_ninh").status.success());
    check(&refused("bac_ninh"), &["J304"]);
}
