//! Packages: what is packed is read back and can be signed; what is hostile is refused by name.
//!
//! The case ids are those of `tests/hostile/CASES.md`.

#[path = "packages/archive.rs"]
mod archive;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use archive::{Entry, archive, bytes_replaced};
use bieumau_model::text::Locale;
use bieumau_plugin_host::package::{
    LIST, Package, PackageError, PublicKey, SIGNATURE, SecretKey, belongs, new_key,
};

const MANIFEST: &[u8] = b"schema_version: 1\nid: mine\nversion: 1.0.0\ntitle: Mine\n";

fn files() -> BTreeMap<String, Vec<u8>> {
    [
        ("plugin.yaml", MANIFEST),
        ("rules.js", b"export const rules = {};"),
        ("cases/one.yaml", b"cases: []"),
        ("templates/mine/list/page.typ", b"= Danh s\xc3\xa1ch"),
    ]
    .into_iter()
    .map(|(path, bytes)| (path.to_owned(), bytes.to_vec()))
    .collect()
}

fn package() -> Package {
    Package::of_files(files()).expect("a package")
}

fn key() -> (SecretKey, PublicKey) {
    let (secret, public) = new_key(None).expect("keys");
    let secret = SecretKey::read(&secret, None).expect("a secret key");
    (secret, PublicKey::read(&public).expect("a public key"))
}

fn sign(package: Package, key: &SecretKey) -> Package {
    let signature = key.sign(package.list().as_bytes(), "bieumau plugin mine 1.0.0");
    package.signed(&signature.expect("a signature")).expect("signed")
}

fn check_refused(bytes: &[u8], code: &str, expected: &str) {
    let error = Package::read(bytes).expect_err(expected);
    assert_eq!((error.code(), error.to_string().as_str()), (code, expected));
    // A person reads it in Vietnamese too, and is told what to do.
    let diagnostic = error.diagnostic();
    assert!(!diagnostic.message.get(Locale::Vi).is_empty() && diagnostic.help.is_some());
}

/// A package as somebody else would write it: a list, then the files.
fn by_hand(entries: &[Entry<'_>]) -> Vec<u8> {
    archive(entries)
}

/// The same with a right list of all its files.
fn listed(entries: Vec<Entry<'_>>) -> Vec<u8> {
    let list = archive::list(&entries);
    let mut all = vec![Entry::file(LIST, list.as_bytes())];
    all.extend(entries);
    archive(&all)
}

#[test]
fn a_package_is_read_as_it_was_written_and_always_the_same() {
    let package = package();
    let bytes = package.write().expect("bytes");
    assert_eq!(bytes, package.write().expect("bytes again"));
    let read = Package::read(&bytes).expect("a package");
    assert_eq!(read, package);
    assert_eq!(read.hash().len(), 64);
    assert_eq!(read.file("rules.js"), Some(b"export const rules = {};".as_slice()));
    // The name of a package is what is in it, whoever signs it.
    assert_eq!(sign(read, &key().0).hash(), package.hash());
}

#[test]
fn one_changed_byte_is_another_package() {
    let mut files = files();
    files.insert("rules.js".to_owned(), b"export const rules = [];".to_vec());
    assert_ne!(Package::of_files(files).expect("a package").hash(), package().hash());
}

#[test]
fn what_belongs_to_a_plugin_is_known() {
    for path in ["plugin.yaml", "plugin.wasm", "rules.js", "forms/a/b.form.yaml", "cases/x.json"] {
        assert!(belongs(path), "{path}");
    }
    for path in ["Cargo.toml", "src/lib.rs", "site.yaml", "templates/a/b.wasm", "forms/a/b.js"] {
        assert!(!belongs(path), "{path}");
    }
}

#[test]
fn p01_paths_that_lead_out_are_refused() {
    for (path, why) in [
        ("../plugin.yaml", "it leads out of the package"),
        ("forms/../../etc/x.yaml", "it leads out of the package"),
        ("/etc/passwd", "a path must be relative, with `/` between its parts"),
        ("C:/windows/x.yaml", "a path must be relative, with `/` between its parts"),
        ("forms\\x.yaml", "a path must be relative, with `/` between its parts"),
        ("forms//x.yaml", "a part of it is empty, or begins or ends with a dot"),
        ("forms/.hidden/x.yaml", "a part of it is empty, or begins or ends with a dot"),
        ("forms/nul.yaml", "some systems take it for a device"),
        ("forms/x\u{202e}lmay.yaml", "only letters, digits, `.`, `_` and `-` may stand in it"),
        ("forms/Đỗ.yaml", "only letters, digits, `.`, `_` and `-` may stand in it"),
        ("site.yaml", "it is none of the files that a plugin has"),
        ("templates/a/run.wasm", "it is none of the files that a plugin has"),
    ] {
        let bytes = by_hand(&[Entry::file("plugin.yaml", MANIFEST), Entry::file(path, b"x")]);
        check_refused(&bytes, "L011", &format!("the package has a file `{path}`: {why}"));
    }
}

#[test]
fn p02_links_are_refused() {
    let bytes =
        by_hand(&[Entry::file("plugin.yaml", MANIFEST), Entry::link("rules.js", "/etc/passwd")]);
    check_refused(&bytes, "L011", "`rules.js` is a link; a package holds files only");
}

#[test]
fn p03_two_files_of_one_name_are_refused() {
    let bytes = by_hand(&[
        Entry::file("plugin.yaml", MANIFEST),
        Entry::file("cases/a.json", b"1"),
        Entry::file("cases/b.json", b"2"),
    ]);
    let twice = bytes_replaced(&bytes, b"cases/b.json", b"cases/a.json");
    check_refused(&twice, "L011", "the package has two files of one name");
    let bytes = by_hand(&[Entry::file("cases/a.json", b"1"), Entry::file("cases/A.json", b"2")]);
    check_refused(&bytes, "L011", "the package has a file `cases/A.json`: it stands there twice");
}

#[test]
fn p04_bombs_are_refused_by_what_comes_out() {
    let zeros = vec![0; 50 << 20];
    let bytes = by_hand(&[Entry::file("plugin.wasm", &zeros)]);
    assert!(bytes.len() < 200_000, "a bomb is small: {}", bytes.len());
    let limit = 48 << 20;
    let expected = format!("the package has {} bytes when unpacked, more than {limit}", limit + 1);
    check_refused(&bytes, "L012", &expected);
    // Many that are harmless each.
    let part = vec![0; 10 << 20];
    let names: Vec<String> = (0..6).map(|at| format!("cases/{at}.json")).collect();
    let entries: Vec<Entry<'_>> = names.iter().map(|name| Entry::file(name, &part)).collect();
    check_refused(&by_hand(&entries), "L012", &expected);
}

#[test]
fn p05_too_many_files_and_too_large_ones_are_refused() {
    let names: Vec<String> = (0..403).map(|at| format!("cases/{at}.json")).collect();
    let entries: Vec<Entry<'_>> = names.iter().map(|name| Entry::file(name, b"1")).collect();
    check_refused(&by_hand(&entries), "L012", "the package has 403 files, more than 402");
    check_refused(
        &vec![0; (16 << 20) + 1],
        "L012",
        "the package has 16777217 bytes, more than 16777216",
    );
    let long = format!("cases/{}.json", "x".repeat(120));
    check_refused(
        &by_hand(&[Entry::file(&long, b"1")]),
        "L012",
        "the package has 131 characters in a path, more than 120",
    );
}

#[test]
fn p06_wrong_hashes_and_lists_are_refused() {
    let plugin = || Entry::file("plugin.yaml", MANIFEST);
    check_refused(&by_hand(&[plugin()]), "L013", "the package has no `manifest.sha256`");
    let list = archive::list(&[plugin(), Entry::file("rules.js", b"good")]);
    let list = || Entry::file(LIST, list.as_bytes());
    check_refused(
        &by_hand(&[list(), plugin(), Entry::file("rules.js", b"evil")]),
        "L013",
        "`rules.js` is not the file that the package's list tells: its SHA-256 differs",
    );
    check_refused(
        &by_hand(&[list(), plugin()]),
        "L013",
        "`rules.js` is in the package's list of files, but not in the package",
    );
    check_refused(
        &by_hand(&[
            list(),
            plugin(),
            Entry::file("rules.js", b"good"),
            Entry::file("README.md", b""),
        ]),
        "L013",
        "`README.md` is not in the package's list of files",
    );
    let out_of_order = format!(
        "{}\n{}\n",
        archive::line("rules.js", b"good"),
        archive::line("plugin.yaml", MANIFEST)
    );
    check_refused(
        &by_hand(&[
            Entry::file(LIST, out_of_order.as_bytes()),
            plugin(),
            Entry::file("rules.js", b"good"),
        ]),
        "L010",
        "the package is damaged: its list of files is not in order",
    );
    check_refused(
        &listed(vec![Entry::file("rules.js", b"good")]),
        "L010",
        "the package has no `plugin.yaml`",
    );
}

#[test]
fn p07_what_is_no_package_is_refused() {
    let none = "it is not a plugin package; `bieumau plugin pack` makes one";
    check_refused(b"\x7fELF\x02\x01\x01", "L010", none);
    check_refused(b"\0asm\x0d\0\x01\0", "L010", none);
    let whole = package().write().expect("bytes");
    for bytes in [&whole[..whole.len() / 2], b"", b"PK\x03\x04"] {
        assert_eq!(Package::read(bytes).expect_err("damaged").code(), "L010");
    }
    // Something in front of the archive is not part of what was signed.
    let prefixed = [b"#!/bin/sh\n", whole.as_slice()].concat();
    check_refused(&prefixed, "L010", "the package is damaged: its parts overlap");
}

#[test]
fn p08_a_signature_counts_for_its_key_and_its_bytes_only() {
    let ((secret, public), (_, other)) = (key(), key());
    let signed = sign(package(), &secret);
    assert_eq!(signed.verify(&public).as_deref(), Ok("bieumau plugin mine 1.0.0"));
    let told = signed.signature().expect("readable").expect("there").key_id();
    assert_eq!(told, public.id());
    let error = signed.verify(&other).expect_err("another key");
    assert_eq!(error, PackageError::WrongSignature { key: other.id() });
    assert_eq!(package().verify(&public), Err(PackageError::NoSignature));
    // The signature of another package.
    let mut files = files();
    files.insert("rules.js".to_owned(), b"evil".to_vec());
    let signature = secret.sign(signed.list().as_bytes(), "a comment").expect("a signature");
    let evil = Package::of_files(files).and_then(|evil| evil.signed(&signature)).expect("evil");
    assert_eq!(evil.verify(&public), Err(PackageError::WrongSignature { key: public.id() }));
    // A comment that was changed afterwards.
    let forged = signature.replace("a comment", "a c0mment");
    let forged = package().signed(&forged).expect("it has the form of one");
    assert_eq!(forged.verify(&public).expect_err("forged").code(), "L015");
    let error = package().signed("no signature").expect_err("no signature");
    assert_eq!(error.code(), "L015");
}

#[test]
fn the_tool_minisign_reads_what_is_signed_here() {
    let Some(folder) = tool() else { return };
    let (secret, public) = new_key(None).expect("keys");
    let signed = sign(package(), &SecretKey::read(&secret, None).expect("a key"));
    let bytes = signed.write().expect("bytes");
    archive::unpack(&bytes, &folder);
    std::fs::write(folder.join("key.pub"), public).expect("a file");
    let told = run(&folder, &["-V", "-p", "key.pub", "-m", LIST]);
    assert!(told.contains("bieumau plugin mine 1.0.0"), "{told}");
    // And it signs with a key that was made here.
    std::fs::write(folder.join("key"), &secret).expect("a file");
    run(&folder, &["-S", "-W", "-s", "key", "-m", LIST, "-x", "again", "-t", "by the tool"]);
    run(&folder, &["-V", "-p", "key.pub", "-m", LIST, "-x", "again"]);
    // The usual tool for sums reads the list too.
    let sums =
        Command::new("sha256sum").args(["-c", "--strict", LIST]).current_dir(&folder).output();
    assert!(sums.expect("sha256sum").status.success());
}

#[test]
fn what_the_tool_minisign_signs_is_read_here() {
    let Some(folder) = tool() else { return };
    run(&folder, &["-G", "-W", "-p", "key.pub", "-s", "key"]);
    std::fs::write(folder.join(LIST), package().list()).expect("a file");
    run(&folder, &["-S", "-W", "-s", "key", "-m", LIST, "-x", SIGNATURE, "-t", "by the tool"]);
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).expect(name);
    let public = PublicKey::read(&text("key.pub")).expect("a public key");
    let signed = package().signed(&text(SIGNATURE)).expect("a signature");
    assert_eq!(signed.verify(&public).as_deref(), Ok("by the tool"));
    // And its secret key signs here.
    let secret = SecretKey::read(&text("key"), None).expect("a secret key");
    assert_eq!(secret.public().expect("its public key"), public);
    assert!(sign(package(), &secret).verify(&public).is_ok());
    assert!(!SecretKey::is_locked(&text("key")));
}

/// A folder of its own, when the tool is on this machine.
fn tool() -> Option<std::path::PathBuf> {
    Command::new("minisign").arg("-v").output().ok()?;
    let name = std::thread::current().name().unwrap_or("test").replace("::", "_");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    Some(folder)
}

fn run(folder: &Path, arguments: &[&str]) -> String {
    let done =
        Command::new("minisign").args(arguments).current_dir(folder).output().expect("it runs");
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{told}{}", String::from_utf8_lossy(&done.stderr));
    told
}

/// Random changes to a signed package: none is ever taken for the signed one with other content.
#[test]
fn p09_changed_packages_are_refused_or_the_same() {
    let (secret, public) = key();
    let signed = sign(package(), &secret);
    let whole = signed.write().expect("bytes");
    let mut random = archive::Random(0x5eed);
    let mut read = 0;
    for _ in 0..4_000 {
        let changed = random.change(&whole);
        let Ok(package) = Package::read(&changed) else { continue };
        read += 1;
        if package.verify(&public).is_ok() {
            assert_eq!(package.hash(), signed.hash());
            assert_eq!(package.files().collect::<Vec<_>>(), signed.files().collect::<Vec<_>>());
        }
    }
    assert!(read > 0, "some changes do no harm, such as those of a time");
}

/// Random names and contents: read back as they are, or refused.
#[test]
fn p10_random_archives_do_no_harm() {
    const PARTS: [&str; 12] = [
        "plugin.yaml",
        "forms",
        "cases",
        "..",
        ".",
        "",
        "a.json",
        "x.yaml",
        "nul",
        "\u{0}",
        "Đ",
        "//",
    ];
    let mut random = archive::Random(7);
    for _ in 0..1_500 {
        let names: Vec<String> = (0..random.below(4))
            .map(|_| {
                let parts: Vec<&str> =
                    (0..=random.below(3)).map(|_| PARTS[random.below(PARTS.len())]).collect();
                parts.join("/")
            })
            .collect();
        let contents: Vec<Vec<u8>> = names.iter().map(|_| random.bytes(64)).collect();
        let entries: Vec<Entry<'_>> =
            names.iter().zip(&contents).map(|(name, bytes)| Entry::file(name, bytes)).collect();
        if let Ok(package) = Package::read(&listed(entries)) {
            assert!(package.files().all(|(path, _)| belongs(path)));
        }
    }
}
