//! The shipped definitions are right, and mistakes in them never break the check.

mod support;

use std::sync::Arc;

use bieumau_model::check::{DatasetColumns, SourceTree, check, sample};
use bieumau_model::text::Locale;

#[test]
fn shipped_definitions_are_right() {
    let checked = check(&support::shipped());
    let findings: Vec<String> =
        checked.diagnostics.iter().map(|finding| finding.one_line(Locale::En)).collect();
    assert_eq!(findings, Vec::<String>::new());
}

#[test]
fn shipped_samples_have_the_nodes_of_their_reports() {
    let shipped = support::shipped();
    let catalog = check(&shipped).catalog;
    for report in catalog.reports.values() {
        let Some(template) = &report.template else { continue };
        let path: Arc<str> = format!("templates/{template}/sample.json").into();
        let text = shipped.get(&path).expect("the check misses no sample");
        let found = sample(&catalog, report, &DatasetColumns::default(), &path, text);
        assert!(found.is_empty(), "{found}");
    }
}

/// Checks every file that `damage` makes of the `text` at `path`: a finding is right, a panic not.
fn check_damaged(path: &Arc<str>, text: &str, damage: impl Fn(usize) -> Vec<u8>) {
    // A few dozen places of every file, and never the same ones in two files.
    let step = (text.len() / 24).max(1) | 1;
    for at in (path.len()..text.len()).step_by(step).filter(|at| text.is_char_boundary(*at)) {
        let mut tree = SourceTree::default();
        tree.insert(path.clone(), String::from_utf8_lossy(&damage(at)).into_owned());
        let _ = check(&tree);
    }
}

fn for_every_definition(run: impl Fn(&Arc<str>, &str)) {
    let shipped = support::shipped();
    let definitions = shipped.iter().filter(|(path, _)| path.ends_with(".yaml"));
    let count = definitions.map(|(path, text)| run(path, text)).count();
    assert!(count >= 40, "only {count} definitions");
}

#[test]
fn a_definition_cut_anywhere_never_panics() {
    for_every_definition(|path, text| {
        check_damaged(path, text, |at| text.as_bytes()[..at].to_vec());
    });
}

#[test]
fn a_definition_with_a_changed_byte_never_panics() {
    const BYTES: &[u8] = b"\t{}[]:\"'|>&*!%@`#-,\n\r\0\x7f\xff\xc3z0";
    for_every_definition(|path, text| {
        check_damaged(path, text, |at| {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = BYTES[at % BYTES.len()];
            bytes
        });
    });
}

#[test]
fn a_definition_with_a_line_twice_never_panics() {
    for_every_definition(|path, text| {
        check_damaged(path, text, |at| {
            let end = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
            let start = text[..at].rfind('\n').map_or(0, |start| start + 1);
            let bytes = text.as_bytes();
            [&bytes[..end], &bytes[start..end], &bytes[end..]].concat()
        });
    });
}
