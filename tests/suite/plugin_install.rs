//! What is tried before a package counts: its cases on this machine, a policy without code, and lists
//! of keys that are signed themselves.

use bieumau_model::text::Locale;
use bieumau_pipeline::{
    InstallRequest, NewKey, distrust_plugin_key, import_plugin_keys, list_plugin_keys, pack_plugin,
    plugin_versions, publish_plugin_keys, sign_plugin, trust_plugin_key,
};
use libtest_mimic::{Failed, Trial};

use crate::plugin_office::{Office, all, install, installed, open, write};
use crate::support::{Outcome, contains, copy, ensure, now, said, same};

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("plugin_install::cases_that_fail_here_are_refused", cases_that_fail),
        Trial::test("plugin_install::a_policy_without_code_is_installed", policy_only),
        Trial::test("plugin_install::a_signed_list_brings_and_takes_keys", key_lists),
        Trial::test("plugin_install::lists_that_do_not_count", lists_that_do_not_count),
    ]
}

/// A case of the office's rule; the deadline of September is 3 October.
fn case(status: &str) -> String {
    format!(
        "rule: attendance_timeliness
cases:
  - name: nhập ngày 04/10 là muộn
    given:
      entries:
        - {{class: 6A1, month: 2025-09-01, entered: 2025-10-04}}
    expect:
      entries:
        - {{class: 6A1, status: {status}}}
    findings: [HP-01]
"
    )
}

fn cases_that_fail() -> Outcome {
    let (office, site) = (Office::new()?, copy(&[])?);
    office.trusted_by(site.path())?;
    let wrong = office.packed("1.0.0", &[("cases/late.yaml", &case("in_time"))])?;
    let problem = install(site.path(), &wrong, &all()).err().ok_or("a wrong case was taken")?;
    same(problem.code, "J341")?;
    let told: Vec<String> =
        problem.findings.iter().map(|found| found.message.get(Locale::Vi).to_owned()).collect();
    let told = told.join("\n");
    contains(&told, &["late.yaml: nhập ngày 04/10 là muộn", "của ai", "6A1", "in_time", "late"])?;
    ensure(plugin_versions(site.path()).map_err(said)?.is_empty(), || "it is kept".to_owned())?;
    // The right case is no obstacle, also where little is granted.
    let right = office.packed("1.0.0", &[("cases/late.yaml", &case("late"))])?;
    install(site.path(), &right, &all()).map_err(said).map(|_| ())
}

const POLICY: &str = "\
schema_version: 1
id: days_of_24
version: 1.0.0
title: {vi: Lịch của Sở, en: Calendar of the office}
provinces: [\"24\"]
code: none
policy:
  - id: days
    source: Công văn của Sở (hư cấu)
    certainty: confirmed
    attendance: {close_days: 5}
";

fn policy_only() -> Outcome {
    let (office, site) = (Office::new()?, copy(&[])?);
    let key = NewKey { province: Some("24".to_owned()), ..office.key()? };
    trust_plugin_key(site.path(), &key, now()).map_err(said)?;
    let folder = tempfile::tempdir()?;
    write(folder.path(), "plugin.yaml", POLICY.as_bytes())?;
    let (bytes, left_out) = pack_plugin(folder.path()).map_err(said)?;
    same(left_out, Vec::new())?;
    let bytes = sign_plugin(&bytes, &office.secret()?, None).map_err(said)?;
    let done = install(site.path(), &bytes, &InstallRequest::default()).map_err(said)?;
    same((done.plugin.as_str(), done.grant.is_empty()), ("days_of_24", true))?;
    let site = open(site.path())?;
    let policy = site.policy_of(Some("24"), Some("lower_secondary"), 2026).map_err(said)?;
    contains(&format!("{:?}", policy.attendance), &["5", "Công văn của Sở (hư cấu)"])
}

/// A list of the keys of one site, signed by an office that both sites trust.
fn key_lists() -> Outcome {
    let (root, province) = (Office::new()?, Office::new()?);
    let (from, to) = (copy(&[])?, copy(&[])?);
    let anywhere = NewKey { province: None, owner: "Cục (hư cấu)".to_owned(), ..root.key()? };
    for site in [&from, &to] {
        trust_plugin_key(site.path(), &anywhere, now()).map_err(said)?;
    }
    let id = province.trusted_by(from.path())?;
    let publish = || publish_plugin_keys(from.path(), &root.secret()?, None, now()).map_err(said);
    let (list, signature) = publish()?;
    let import =
        |list: &str, signature: &str| import_plugin_keys(to.path(), list, signature, now());
    let changed = import(&list, &signature).map_err(said)?;
    same(changed.iter().map(|key| key.key.as_str()).collect::<Vec<_>>(), vec![id.as_str()])?;
    same(changed[0].valid_to.as_deref(), Some("2026-12-31"))?;
    let package = province.packed("1.0.0", &[])?;
    install(to.path(), &package, &all()).map_err(said)?;
    // Nothing new the second time; what is distrusted at the source is distrusted here.
    same(import(&list, &signature).map_err(said)?.len(), 0)?;
    distrust_plugin_key(from.path(), &id, "mất khóa", now()).map_err(said)?;
    let (later, later_signature) = publish()?;
    let changed = import(&later, &later_signature).map_err(said)?;
    same(changed.iter().map(|key| key.trusted).collect::<Vec<_>>(), vec![false])?;
    // The older list, offered again, brings nothing back.
    same(import(&list, &signature).map_err(said)?.len(), 0)?;
    let keys = list_plugin_keys(to.path()).map_err(said)?;
    same(keys.iter().find(|key| key.key == id).map(|key| key.trusted), Some(false))
}

fn lists_that_do_not_count() -> Outcome {
    let (office, site, _) = installed()?;
    let (stranger, elsewhere) = (Office::new()?, copy(&[])?);
    let refused = |list: &str, signature: &str| -> Result<&'static str, Failed> {
        let done = import_plugin_keys(site.path(), list, signature, now());
        Ok(done.err().ok_or("a list that does not count was taken")?.code)
    };
    stranger.trusted_by(elsewhere.path())?;
    let of = |office: &Office| {
        publish_plugin_keys(elsewhere.path(), &office.secret()?, None, now()).map_err(said)
    };
    // Signed by nobody whom the site trusts; changed after it was signed.
    let (list, signature) = of(&stranger)?;
    same(refused(&list, &signature)?, "J332")?;
    let (list, signature) = of(&office)?;
    same(refused(&list.replace("2026-12-31", "2036-12-31"), &signature)?, "L015")?;
    // A key of a province speaks of its own province only.
    let far = NewKey { province: Some("79".to_owned()), ..stranger.key()? };
    trust_plugin_key(elsewhere.path(), &far, now()).map_err(said)?;
    let (list, signature) = of(&office)?;
    same(refused(&list, &signature)?, "J355")
}
