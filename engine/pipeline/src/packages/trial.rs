//! Runs the cases of a package on the machine that installs it: rules that differ here are refused.

use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::text::{Locale, Text};
use bieumau_plugin_host::Plugin;

use crate::authoring::{CaseResult, difference_table, read_cases, run_cases};
use crate::problem::{Problem, ProblemKind};
use crate::site::Definitions;

/// Makes sure that every case of the plugin gives here what its author wrote down.
pub(super) fn cases_hold(definitions: &Definitions, plugin: &Plugin) -> Result<(), Problem> {
    let manifest = plugin.manifest();
    let mut findings = Diagnostics::default();
    for (path, file) in read_cases(&definitions.files, manifest)? {
        let wrong = run_cases(plugin, &path, &file).into_iter().filter(|case| !case.is_right());
        wrong.for_each(|case| findings.push(told(&case)));
    }
    if findings.is_empty() {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::BadInput,
        "J341",
        format!(
            "Trên máy này plugin `{}` không cho kết quả như các ca kiểm thử của nó",
            manifest.id
        ),
        format!("on this machine the plugin `{}` does not give what its cases say", manifest.id),
    )
    .help(
        "Không có gì thay đổi. Báo cho nơi cấp gói; tác giả kiểm tra bằng `bieumau plugin test`",
        "nothing was changed; tell who made the package, who checks with `bieumau plugin test`",
    )
    .with(findings))
}

/// Tells what is different in a case, cell by cell.
fn told(case: &CaseResult) -> Diagnostic {
    let file = case.file.rsplit('/').next().unwrap_or(&case.file);
    let say = |locale: Locale, wrong: &str| {
        let mut lines = vec![format!("{file}: {}: {wrong}", case.name)];
        lines.extend(case.troubles.iter().map(|trouble| trouble.get(locale).to_owned()));
        lines.extend(difference_table(case, locale));
        lines.join("\n")
    };
    let (vi, en) = (say(Locale::Vi, "không như mong đợi"), say(Locale::En, "not as expected"));
    Diagnostic::error("J341", Text::both(vi, en))
}
