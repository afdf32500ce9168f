//! Lays what plugins bring beside their rules (forms, reports, code lists, templates, words) among
//! the site's own definitions.
//!
//! `plugins/<id>/forms/…` and `plugins/<id>/templates/…` are taken as if they stood at the top. A
//! plugin adds and never replaces: two files of one path are a clash, which names both places.

use std::sync::Arc;

use bieumau_model::definition::Report;
use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::text::Text;

use crate::files::{Clash, Files, Source};

/// Folders of a plugin that join the site's.
const FOLDERS: [&str; 2] = ["forms/", "templates/"];

/// What every template shares, which no plugin may add to.
const SHARED: &str = "templates/shared/";

/// Joins the plugins that lie in the site's folder, below `prefix`.
pub(crate) fn join_folders(files: &mut Files, prefix: &str) {
    join(files, |files, path| {
        path.starts_with(prefix) && matches!(files.source(path), Some(Source::Site))
    });
}

/// Leaves out all files of a plugin, also those that were joined.
pub(crate) fn leave_out(files: &mut Files, plugin: &str) {
    let folder = format!("plugins/{plugin}/");
    files.remove_below(&folder);
    files.remove_of(plugin);
    files.clashes.retain(|clash| !clash.first.starts_with(&folder));
}

/// Adds the files of an installed plugin, and joins what it brings.
///
/// It takes the place of a shipped plugin of its id; one in the site's folder is a clash.
pub(crate) fn join_package<'f>(
    files: &mut Files,
    plugin: &str,
    contents: impl Iterator<Item = (&'f str, &'f [u8])>,
) {
    let folder = format!("plugins/{plugin}/");
    let manifest = format!("{folder}plugin.yaml");
    match files.source(&manifest) {
        None => {}
        Some(Source::Shipped) => files.remove_below(&folder),
        Some(Source::Site | Source::Plugin(_)) => {
            let first = place(files, &manifest);
            let second = of_package(plugin);
            files.clashes.push(Clash { path: manifest, first, second });
            return;
        }
    }
    let id: Arc<str> = plugin.into();
    for (path, bytes) in contents {
        files.insert(format!("{folder}{path}"), bytes.to_vec(), Source::Plugin(id.clone()));
    }
    join(files, |files, path| files.source(path) == Some(&Source::Plugin(id.clone())));
}

/// Lays the files below `plugins/<id>/` that `is_new` takes under their second paths.
fn join(files: &mut Files, is_new: impl Fn(&Files, &str) -> bool) {
    let mut found = Vec::new();
    for (path, _) in files.below("plugins/") {
        let Some((id, rest)) = path.strip_prefix("plugins/").and_then(|rest| rest.split_once('/'))
        else {
            continue;
        };
        if FOLDERS.iter().any(|folder| rest.starts_with(folder)) && is_new(files, path) {
            found.push((path.to_owned(), id.to_owned(), rest.to_owned()));
        }
    }
    for (path, id, also) in found {
        let taken = files.source(&also).is_some();
        if taken || also.starts_with(SHARED) {
            let second = if taken { place(files, &also) } else { String::new() };
            files.clashes.push(Clash { first: path, second, path: also });
        } else {
            files.share(&path, also, Source::Plugin(id.into()));
        }
    }
}

/// Returns the plugin that brings the file `path`.
pub(crate) fn plugin_of<'f>(files: &'f Files, path: &str) -> Option<&'f str> {
    match files.source(path)? {
        Source::Plugin(id) => Some(id),
        Source::Shipped | Source::Site => None,
    }
}

/// Returns the plugin that brings a report.
pub(crate) fn plugin_of_report<'f>(files: &'f Files, report: &Report) -> Option<&'f str> {
    plugin_of(files, &format!("forms/{}/{}.report.yaml", report.topic, report.id))
}

/// Moves findings to where their files really are: in the folder of the plugin that brings them.
pub(crate) fn relocate(findings: &mut Diagnostics, files: &Files) {
    findings.relocate(|path| {
        let joined = FOLDERS.iter().any(|folder| path.starts_with(folder));
        let plugin = joined.then(|| plugin_of(files, path)).flatten()?;
        Some(format!("plugins/{plugin}/{path}").into())
    });
}

/// Returns the clashes as findings.
pub(crate) fn clashes(files: &Files) -> Diagnostics {
    let mut findings = Diagnostics::default();
    for clash in &files.clashes {
        findings.push(finding(clash));
    }
    findings
}

fn finding(clash: &Clash) -> Diagnostic {
    let Clash { path, first, second } = clash;
    if second.is_empty() {
        let message = Text::both(
            format!("`{first}`: plugin không được thêm vào `{SHARED}`"),
            format!("`{first}`: a plugin may not add to `{SHARED}`"),
        );
        return Diagnostic::error("D421", message).help(Text::both(
            "đặt tệp trong thư mục mẫu của chính plugin",
            "put the file into a template folder of the plugin itself",
        ));
    }
    let message = Text::both(
        format!("`{path}` có ở hai nơi: {first} và {second}"),
        format!("`{path}` is in two places: {first} and {second}"),
    );
    Diagnostic::error("D420", message).help(Text::both(
        "plugin chỉ thêm, không thay tệp có sẵn: đổi tên tệp và mã trong plugin",
        "a plugin adds and never replaces: give its file and id another name",
    ))
}

/// Says where a file is, for a person.
fn place(files: &Files, path: &str) -> String {
    match files.source(path) {
        Some(Source::Plugin(id)) => of_package(id),
        Some(Source::Site) => format!("site/{path}"),
        Some(Source::Shipped) | None => format!("bieumau/{path}"),
    }
}

fn of_package(plugin: &str) -> String {
    format!("plugin `{plugin}`")
}

#[cfg(test)]
mod tests {
    use bieumau_model::text::Locale;

    use super::*;

    const FILES: [(&str, &[u8]); 3] = [
        ("plugin.yaml", b"id: mine"),
        ("forms/mine/list.report.yaml", b"id: list"),
        ("templates/mine/list/page.typ", b"= List"),
    ];

    fn joined(base: Files, files: &[(&str, &[u8])]) -> Files {
        let mut all = base;
        join_package(&mut all, "mine", files.iter().copied());
        all
    }

    #[test]
    fn what_a_plugin_brings_stands_beside_the_rest() {
        let files = joined(Files::default(), &FILES);
        assert_eq!(files.get("forms/mine/list.report.yaml"), Some(b"id: list".as_slice()));
        assert_eq!(plugin_of(&files, "templates/mine/list/page.typ"), Some("mine"));
        assert_eq!(files.get("plugins/mine/plugin.yaml"), Some(b"id: mine".as_slice()));
        assert!(files.clashes.is_empty());
    }

    #[test]
    fn a_clash_names_both_places() {
        let mut base = Files::default();
        base.insert("forms/mine/list.report.yaml".into(), Vec::new(), Source::Site);
        let files = joined(base, &FILES);
        let found = clashes(&files);
        let said = found.iter().next().expect("a clash").message.get(Locale::En);
        assert_eq!(
            said,
            "`forms/mine/list.report.yaml` is in two places: \
             plugins/mine/forms/mine/list.report.yaml and site/forms/mine/list.report.yaml"
        );
    }

    #[test]
    fn shared_templates_are_nobodys() {
        let files = joined(Files::default(), &[("templates/shared/letter.typ", b"")]);
        assert!(files.get("templates/shared/letter.typ").is_none());
        let said = clashes(&files).to_string();
        assert!(said.contains("D421"), "{said}");
    }

    #[test]
    fn two_plugins_of_one_id_are_a_clash() {
        let files = joined(joined(Files::default(), &FILES), &FILES);
        assert_eq!(files.clashes[0].path, "plugins/mine/plugin.yaml");
    }
}
