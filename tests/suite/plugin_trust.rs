//! Plugins as packages, from the author's folder to a document: who is believed, what is passed in,
//! what happens to running servers, and what is refused with which reason.

use std::fs;
use std::time::{Duration, Instant};

use bieumau_model::scope::Caller;
use bieumau_model::text::Locale;
use bieumau_pipeline::{
    InstallRequest, NewKey, Site, Vouched, distrust_plugin_key, grant_plugin, install_plugin,
    pack_plugin, plugin_needs, plugin_versions, remove_plugin, revoke_plugin, rollback_plugin,
    sign_plugin, trust_plugin_key, verify_plugin,
};
use libtest_mimic::{Failed, Trial};

use crate::plugin_office::{
    LATE, Office, all, check_refused, copy_folder, folder, given, install, installed, open,
    project, write,
};
use crate::support::{Outcome, contains, copy, ensure, lacks, now, rendered, said, same, workers};
use crate::web::Web;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("plugin_trust::a_signed_package_brings_its_report", a_signed_package),
        Trial::test("plugin_trust::a_package_that_nobody_signed_is_marked", unsigned),
        Trial::test("plugin_trust::keys_that_do_not_count", keys_that_do_not_count),
        Trial::test("plugin_trust::what_is_needed_is_asked_once", needs),
        Trial::test("plugin_trust::a_grant_that_is_taken_back_stops_the_rule", taken_back),
        Trial::test("plugin_trust::older_versions_are_refused_as_upgrades", older),
        Trial::test("plugin_trust::rollback_is_one_command", rollback),
        Trial::test("plugin_trust::what_was_revoked_is_not_used", revoked),
        Trial::test("plugin_trust::removing_a_plugin_keeps_what_it_stored", removed),
        Trial::test("plugin_trust::clashes_name_both_places", clashes),
        Trial::test("plugin_trust::wrong_definitions_in_a_package_are_told", wrong_definitions),
        Trial::test("plugin_trust::a_template_of_a_plugin_cannot_call_wasm", no_wasm),
        Trial::test("plugin_trust::a_running_server_takes_a_new_version", running_server),
        Trial::test("plugin_trust::a_plugin_in_the_folder_of_a_site_brings_its_report", in_folder),
    ]
}

fn a_signed_package() -> Outcome {
    let (office, folder, done) = installed()?;
    same(done.reports.as_slice(), &["library_deadlines".to_owned(), "library_loans".to_owned()])?;
    same(done.signed_by.as_deref(), Some("Sở GDĐT Hải Phòng (hư cấu)"))?;
    let site = open(folder.path())?;
    let own = site.reports().into_iter().filter(|own| own.plugin.as_deref() == Some("library"));
    same(own.map(|own| own.id).collect::<Vec<_>>(), done.reports)?;
    // It renders like any other report, with the template that it brought.
    let loans = format!("{} as_of=2025-12-31", given());
    let document = rendered(&site, "library_loans", &loans, "html")?;
    contains(&String::from_utf8(document.bytes)?, &["THỐNG KÊ MƯỢN SÁCH THEO LỚP"])?;
    let document = rendered(&site, "library_deadlines", &given(), "csv")?;
    contains(&String::from_utf8(document.bytes)?, &["Tình trạng", "late"])?;
    // What it was made with is pinned.
    let pin = document.plugins.first().ok_or("no plugin is named")?;
    same((pin.sha256.as_str(), pin.vouched.clone()), (done.sha256.as_str(), Vouched::Signed))?;
    same(document.plugins.len(), 1)?;
    let lines = bieumau_store::Store::open(folder.path().join("data.db"))?.audit(1)?;
    same(
        (lines[0].action.as_str(), &lines[0].details["hash"]),
        ("plugin install", &done.sha256.into()),
    )?;
    let comment = verify_plugin(&office.packed("1.0.0", &[])?, &office.public()?).map_err(said)?;
    contains(&comment, &["bieumau plugin library 1.0.0 sha256:"])
}

fn unsigned() -> Outcome {
    let site = copy(&[])?;
    let (bytes, left_out) =
        pack_plugin(folder("1.0.0", &[("Cargo.toml", "")])?.path()).map_err(said)?;
    same(left_out, vec!["Cargo.toml".to_owned()])?;
    let refused = install(site.path(), &bytes, &all());
    check_refused(refused, "J331", "the package is not signed, and so is not installed")?;
    let done = install(site.path(), &bytes, &InstallRequest { allow_unsigned: true, ..all() });
    same(done.map_err(said)?.signed_by, None)?;
    let site = open(site.path())?;
    let document = rendered(&site, "library_deadlines", &given(), "csv")?;
    let told = document.findings.iter().find(|finding| finding.code == "D422");
    let told = told.ok_or("the document is not marked")?;
    contains(told.message.get(Locale::Vi), &["CHƯA KÝ"])?;
    // It stands on the paper too.
    let loans = format!("{} as_of=2025-12-31", given());
    let page = String::from_utf8(rendered(&site, "library_loans", &loans, "html")?.bytes)?;
    contains(&page, &["PLUGIN CHƯA KÝ – CHỈ ĐỂ THỬ"])?;
    rendered(&site, "library_loans", &loans, "pdf").map(|_| ())
}

fn keys_that_do_not_count() -> Outcome {
    let (office, folder) = (Office::new()?, copy(&[])?);
    let site = folder.path();
    let bytes = office.packed("1.0.0", &[])?;
    let id = office.trusted_by(site)?;
    let other = Office::new()?;
    let theirs = other.packed("1.0.0", &[])?;
    let problem = install(site, &theirs, &all()).err().ok_or("an unknown key counts")?;
    same(problem.code, "J332")?;
    contains(problem.title.get(Locale::En), &["this site does not know the key "])?;
    contains(problem.help.as_ref().ok_or("no help")?.get(Locale::En), &[&id])?;
    // Another day.
    let late = "2027-02-01T00:00:00Z".parse()?;
    let done = install_plugin(site, &bytes, &all(), &workers(1), late, &mut |_| false);
    let owner = "Sở GDĐT Hải Phòng (hư cấu)";
    let words = format!("key {id} ({owner}) is valid from 2026-01-01 to 2026-12-31 only");
    check_refused(done, "J333", &words)?;
    // Another province.
    let far = NewKey { province: Some("79".to_owned()), ..office.key()? };
    trust_plugin_key(site, &far, now()).map_err(said)?;
    let words = format!(
        "key {id} ({owner}) signs plugins of province 79 only; plugin `library` serves province 31"
    );
    check_refused(install(site, &bytes, &all()), "J335", &words)?;
    distrust_plugin_key(site, &id, "mất khóa", now()).map_err(said)?;
    let words = format!("key {id} ({owner}) is not trusted any more");
    check_refused(install(site, &bytes, &all()), "J334", &words)?;
    // A signature over other bytes: the list of one package under the signature of another.
    office.trusted_by(site)?;
    let forged = with_signature_of(&bytes, &office.packed("1.0.1", &[])?)?;
    let words = format!("the signature is not that of key {id} over this package");
    check_refused(install(site, &forged, &all()), "L015", &words)?;
    ensure(plugin_versions(site).map_err(said)?.is_empty(), || "something was installed".to_owned())
}

/// Puts the signature of `other` into `bytes`.
fn with_signature_of(bytes: &[u8], other: &[u8]) -> Result<Vec<u8>, Failed> {
    use std::io::Read;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(other))?;
    let mut signature = String::new();
    archive.by_name("manifest.sha256.minisig")?.read_to_string(&mut signature)?;
    bieumau_pipeline::signed_with(bytes, &signature).map_err(said)
}

fn needs() -> Outcome {
    let (office, folder) = (Office::new()?, copy(&[])?);
    let site = folder.path();
    office.trusted_by(site)?;
    let bytes = office.packed("1.0.0", &[])?;
    let refused = install(site, &bytes, &InstallRequest::default());
    let problem = refused.err().ok_or("nothing was asked")?;
    same(problem.code, "J342")?;
    contains(
        problem.title.get(Locale::En),
        &["entries.class", "form:loan", "parameter:close_days"],
    )?;
    // The administrator sees personal data first, and says yes.
    let mut shown = Vec::new();
    let done = install_plugin(
        site,
        &bytes,
        &InstallRequest::default(),
        &workers(1),
        now(),
        &mut |needs| {
            shown = needs.to_vec();
            true
        },
    );
    let done = done.map_err(said)?;
    same(done.grant.len(), shown.len())?;
    ensure(shown[0].personal.is_some(), || format!("{shown:?}"))?;
    // The same needs again are not asked for again; more are.
    let mut never = |_: &[bieumau_pipeline::NeedView]| panic!("asked again");
    let next = office.packed("1.1.0", &[])?;
    install_plugin(site, &next, &InstallRequest::default(), &workers(1), now(), &mut never)
        .map_err(said)?;
    let more = LATE.replace("FROM class c\n", "FROM class c\n      LEFT JOIN staff t ON t.school = c.school AND t.staff = c.homeroom_teacher\n");
    let greedy =
        office.packed("1.2.0", &[("forms/library/library_deadlines.report.yaml", &more)])?;
    let words = "plugin `library` needs what was not granted: form:staff";
    check_refused(install(site, &greedy, &InstallRequest::default()), "J342", words)?;
    let chosen =
        InstallRequest { grant: vec!["form:staff".to_owned()], ..InstallRequest::default() };
    install(site, &greedy, &chosen).map_err(said)?;
    let unknown =
        InstallRequest { grant: vec!["form:health".to_owned()], ..InstallRequest::default() };
    let newer = office.packed("1.3.0", &[])?;
    check_refused(
        install(site, &newer, &unknown),
        "J346",
        "this plugin does not need `form:health`",
    )?;
    Ok(())
}

fn taken_back() -> Outcome {
    let (_office, folder, _) = installed()?;
    let site = folder.path();
    let opened = open(site)?;
    rendered(&opened, "library_deadlines", &given(), "csv")?;
    let take = |needs: &[&str]| {
        let needs: Vec<String> = needs.iter().map(|need| (*need).to_owned()).collect();
        grant_plugin(site, "library", &needs, true, "", now()).map_err(said)
    };
    take(&["entries.entered"])?;
    let now_granted = plugin_needs(site, "library").map_err(said)?;
    ensure(
        now_granted.iter().any(|(need, granted)| need.need == "entries.entered" && !granted),
        || format!("{now_granted:?}"),
    )?;
    // The one that is open goes on; the renewed one has the new grant.
    rendered(&opened, "library_deadlines", &given(), "csv")?;
    let renewed = opened.renewed(now()).map_err(said)?.ok_or("nothing changed")?;
    let problem =
        crate::support::render(&renewed, &Caller::Operator, "library_deadlines", &given(), "csv");
    let problem = problem.err().ok_or("the column was passed in")?;
    same(problem.code, "L002")?;
    contains(problem.title.get(Locale::En), &["was not granted `entries.entered`"])?;
    take(&["form:loan"])?;
    let renewed = renewed.renewed(now()).map_err(said)?.ok_or("nothing changed")?;
    let loans = format!("{} as_of=2025-12-31", given());
    let problem =
        crate::support::render(&renewed, &Caller::Operator, "library_loans", &loans, "html");
    let problem = problem.err().ok_or("the form was read")?;
    same(problem.code, "J350")?;
    ensure(renewed.renewed(now()).map_err(said)?.is_none(), || "it never settles".to_owned())
}

fn older() -> Outcome {
    let (office, folder, _) = installed()?;
    let site = folder.path();
    let newer = office.packed("1.10.0", &[])?;
    same(install(site, &newer, &all()).map_err(said)?.before.as_deref(), Some("1.0.0"))?;
    let old = office.packed("1.9.0", &[])?;
    let words = "plugin `library` 1.9.0 is older than version 1.10.0, which is in use";
    let problem = check_refused(install(site, &old, &all()), "J340", words)?;
    contains(
        problem.help.as_ref().ok_or("no help")?.get(Locale::En),
        &["bieumau plugin rollback library"],
    )?;
    // The same number with other content.
    let changed = office.packed("1.10.0", &[("README.md", "# Other\n")])?;
    let problem = install(site, &changed, &all()).err().ok_or("two contents of one version")?;
    same(problem.code, "J339")?;
    // The very same package again changes nothing.
    same(install(site, &newer, &all()).map_err(said)?.is_known, true)?;
    let request = InstallRequest { allow_downgrade: true, ..all() };
    same(install(site, &old, &request).map_err(said)?.version, "1.9.0".to_owned())
}

fn rollback() -> Outcome {
    let (office, folder, first) = installed()?;
    let site = folder.path();
    let title = "Nhập chậm theo lớp";
    let changed = LATE.replace(title, "Tên mới");
    let next =
        office.packed("2.0.0", &[("forms/library/library_deadlines.report.yaml", &changed)])?;
    install(site, &next, &all()).map_err(said)?;
    let titles = |site: &Site| -> Vec<String> {
        let own = site.reports().into_iter().filter(|own| own.id == "library_deadlines");
        own.map(|own| own.title.get(Locale::Vi).to_owned()).collect()
    };
    let opened = open(site)?;
    same(titles(&opened), vec!["Tên mới".to_owned()])?;
    same(rollback_plugin(site, "library", None, "lỗi", now()).map_err(said)?, "1.0.0".to_owned())?;
    let back = opened.renewed(now()).map_err(said)?.ok_or("nothing changed")?;
    same(titles(&back), vec![title.to_owned()])?;
    // The grant of that version is there again, and it is the very same package.
    let document = rendered(&back, "library_deadlines", &given(), "csv")?;
    same(document.plugins[0].sha256.as_str(), first.sha256.as_str())?;
    same(
        rollback_plugin(site, "library", Some("2.0.0"), "", now()).map_err(said)?,
        "2.0.0".to_owned(),
    )?;
    let none = rollback_plugin(site, "library", Some("9.9.9"), "", now())
        .err()
        .ok_or("no such version")?;
    same(none.code, "J344")?;
    let none = rollback_plugin(site, "nothing", None, "", now()).err().ok_or("no such plugin")?;
    same(none.code, "J343")
}

fn revoked() -> Outcome {
    let (office, folder, done) = installed()?;
    let site = folder.path();
    let opened = open(site)?;
    revoke_plugin(site, &done.sha256, "tính sai hạn", now()).map_err(said)?;
    let renewed = opened.renewed(now()).map_err(said)?.ok_or("nothing changed")?;
    for (report, format) in [("library_deadlines", "csv"), ("library_loans", "html")] {
        let given =
            format!("{}{}", given(), if format == "html" { " as_of=2025-12-31" } else { "" });
        let problem = crate::support::render(&renewed, &Caller::Operator, report, &given, format);
        let problem = problem.err().ok_or("it was used")?;
        same(
            (problem.code, problem.title.get(Locale::Vi)),
            ("J351", "Plugin `library` đã bị thu hồi: tính sai hạn"),
        )?;
    }
    // A file that was revoked revokes every package that has it.
    let component = project().join("plugins/hai_phong/plugin.wasm");
    let hash = sha256(&fs::read(component)?);
    revoke_plugin(site, &hash, "component lỗi", now()).map_err(said)?;
    let words = "plugin `library` was revoked: component lỗi";
    check_refused(install(site, &office.packed("1.0.1", &[])?, &all()), "J336", words)?;
    let wrong = revoke_plugin(site, "abc", "", now()).err().ok_or("no hash")?;
    same(wrong.code, "J347")
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn removed() -> Outcome {
    let (_office, folder, _) = installed()?;
    let site = folder.path();
    drop(open(site)?);
    same(remove_plugin(site, "library", "", now()).map_err(said)?, vec!["loan".to_owned()])?;
    let opened = open(site)?;
    ensure(opened.reports().iter().all(|own| own.plugin.is_none()), || {
        "its reports are there".to_owned()
    })?;
    // Its package is kept, and so are its records.
    same(plugin_versions(site).map_err(said)?.len(), 1)?;
    same(rollback_plugin(site, "library", None, "", now()).map_err(said)?, "1.0.0".to_owned())?;
    // What others use cannot be removed.
    let report = LATE.replace("library_deadlines", "own_entries");
    write(site, "forms/own/own_entries.report.yaml", report.as_bytes())?;
    let problem = remove_plugin(site, "library", "", now()).err().ok_or("it was removed")?;
    same(problem.code, "J345")?;
    contains(&problem.findings.to_string(), &["own_entries.report.yaml"])
}

fn clashes() -> Outcome {
    let (office, folder) = (Office::new()?, copy(&[])?);
    let site = folder.path();
    office.trusted_by(site)?;
    // A file that the program carries.
    let shipped = "forms/minutes/minutes_data_handover.report.yaml";
    let text = fs::read_to_string(project().join(shipped))?;
    let local = self::folder("1.0.0", &[(shipped, &text)])?;
    let problem = pack_plugin(local.path()).err().ok_or("it was packed")?;
    contains(
        &problem.findings.to_string(),
        &[
            "D420",
            "plugins/library/forms/minutes/minutes_data_handover.report.yaml",
            "bieumau/forms/minutes/minutes_data_handover.report.yaml",
        ],
    )?;
    // An id in another file.
    let twin = LATE.replace("library_deadlines", "class_list");
    let packed = office.packed("1.0.0", &[("forms/library/class_list.report.yaml", &twin)])?;
    write(
        site,
        "forms/own/class_list.report.yaml",
        twin.replace("plugin: library\n", "plugin: hai_phong\n").as_bytes(),
    )?;
    let problem = install(site, &packed, &all()).err().ok_or("two reports of one id")?;
    same(problem.code, "J337")?;
    contains(&problem.findings.to_string(), &["class_list", "D017"])?;
    fs::remove_file(site.join("forms/own/class_list.report.yaml"))?;
    // Two plugins of one id.
    let own = self::folder("1.0.0", &[])?;
    for name in ["plugin.yaml", "plugin.wasm"] {
        write(site, &format!("plugins/library/{name}"), &fs::read(own.path().join(name))?)?;
    }
    let problem =
        install(site, &office.packed("1.0.0", &[])?, &all()).err().ok_or("two plugins")?;
    same(problem.code, "J338")?;
    contains(
        &problem.findings.to_string(),
        &["site/plugins/library/plugin.yaml", "plugin `library`"],
    )
}

fn wrong_definitions() -> Outcome {
    let wrong = LATE.replace("c.class, y.starts_on", "c.clas, y.starts_on");
    let local = folder("1.0.0", &[("forms/library/library_deadlines.report.yaml", &wrong)])?;
    let (office, site) = (Office::new()?, copy(&[])?);
    office.trusted_by(site.path())?;
    // Packing looks at definitions, installing also at the SQL; both name the plugin's own file.
    let (bytes, _) = pack_plugin(local.path()).map_err(said)?;
    let bytes = sign_plugin(&bytes, &office.secret()?, None).map_err(said)?;
    let problem = install(site.path(), &bytes, &all()).err().ok_or("it was installed")?;
    same(problem.code, "J337")?;
    contains(
        &problem.findings.to_string(),
        &["plugins/library/forms/library/library_deadlines.report.yaml:", "clas"],
    )?;
    let local = folder("1.0.0", &[("forms/library/library_deadlines.report.yaml", "id: [")])?;
    let problem = pack_plugin(local.path()).err().ok_or("it was packed")?;
    contains(
        &problem.findings.to_string(),
        &["plugins/library/forms/library/library_deadlines.report.yaml:1:"],
    )
}

fn no_wasm() -> Outcome {
    let page = "#let run = plugin(\"/plugins/library/plugin.wasm\")\n= #str(run.apply())\n";
    let local = folder("1.0.0", &[("templates/library/library_loans/page.typ", page)])?;
    let (office, site) = (Office::new()?, copy(&[])?);
    office.trusted_by(site.path())?;
    let (bytes, _) = pack_plugin(local.path()).map_err(said)?;
    let bytes = sign_plugin(&bytes, &office.secret()?, None).map_err(said)?;
    let problem = install(site.path(), &bytes, &all()).err().ok_or("it was installed")?;
    same(problem.code, "J337")?;
    let findings = problem.findings.to_string();
    contains(&findings, &["plugin"])?;
    contains(&findings, &["templates/library/library_loans/page.typ"])
}

fn running_server() -> Outcome {
    let (office, folder, first) = installed()?;
    let site = open(folder.path())?;
    let web = Web::serve(&site, Caller::Operator)?;
    let title = |web: &Web| -> Result<String, Failed> {
        let answer = web.get("/api/v1/reports/library_deadlines")?;
        same(answer.status, 200)?;
        Ok(answer.json()?["title"]["vi"].as_str().unwrap_or_default().to_owned())
    };
    same(title(&web)?, "Nhập chậm theo lớp".to_owned())?;
    let changed = LATE.replace("Nhập chậm theo lớp", "Tên mới");
    let next =
        office.packed("2.0.0", &[("forms/library/library_deadlines.report.yaml", &changed)])?;
    // Hostile ones first: refused, and nobody notices.
    for bytes in [&next[..next.len() / 2], b"\x7fELF", b""] {
        ensure(install(folder.path(), bytes, &all()).is_err(), || "it was installed".to_owned())?;
        same(web.get("/healthz")?.status, 200)?;
    }
    install(folder.path(), &next, &all()).map_err(said)?;
    let start = Instant::now();
    while title(&web)? != "Tên mới" {
        ensure(start.elapsed() < Duration::from_secs(20), || {
            "the server does not notice".to_owned()
        })?;
        std::thread::sleep(Duration::from_millis(100));
    }
    // What had begun with the old version goes on with it, to the last byte.
    let document = rendered(&site, "library_deadlines", &given(), "csv")?;
    same(document.plugins[0].sha256.as_str(), first.sha256.as_str())?;
    same(document.plugins[0].version.as_str(), "1.0.0")?;
    // And back again, by one command.
    rollback_plugin(folder.path(), "library", None, "", now()).map_err(said)?;
    let start = Instant::now();
    while title(&web)? == "Tên mới" {
        ensure(start.elapsed() < Duration::from_secs(20), || {
            "the server does not notice".to_owned()
        })?;
        std::thread::sleep(Duration::from_millis(100));
    }
    let answer = web.get("/")?;
    same(answer.status, 200)?;
    contains(&answer.text(), &["Nhập chậm theo lớp"])?;
    lacks(&answer.text(), &["Tên mới"])
}

fn in_folder() -> Outcome {
    let own = folder("1.0.0", &[])?;
    let site = copy(&[])?;
    copy_folder(own.path(), &site.path().join("plugins/library"))?;
    let opened = open(site.path())?;
    let document = rendered(&opened, "library_deadlines", &given(), "csv")?;
    same(document.plugins[0].vouched.clone(), Vouched::Folder)?;
    let wrong = LATE.replace("FROM class c", "FROM klass c");
    write(
        site.path(),
        "plugins/library/forms/library/library_deadlines.report.yaml",
        wrong.as_bytes(),
    )?;
    let checked = bieumau_pipeline::check(Some(site.path()), None).map_err(said)?;
    let found = checked.findings.to_string();
    contains(&found, &["plugins/library/forms/library/library_deadlines.report.yaml:"])?;
    ensure(
        checked.files.text("plugins/library/forms/library/library_deadlines.report.yaml").is_some(),
        || "the lines that findings point at are not there".to_owned(),
    )
}
