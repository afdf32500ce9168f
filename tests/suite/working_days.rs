//! Days that nobody works, as the policy of a province tells them, in what its rules count.

use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_pipeline::Site;
use bieumau_store::Edit;
use jiff::civil::date;
use libtest_mimic::Trial;

use crate::documents::{listed, plain};
use crate::support::{
    Outcome, SECONDARY, contains, copy, demo, form, html, lacks, now, said, store, workers,
};

pub fn trials() -> Vec<Trial> {
    vec![Trial::test("working_days::tet_moves_the_day_until_which_data_are_due", tet)]
}

/// What the population database told on 13/02/2026 is due ten working days later: without Tết, which
/// is off from 14/02 to 22/02, that would be 27/02.
fn tet() -> Outcome {
    let class = format!("school={SECONDARY} year=2025 class=7A2");
    let pupils = listed(&demo().site, "lower_secondary_transcript", &class)?;
    let folder = copy(&[])?;
    let mut records = store(folder.path())?;
    let caller = Caller::Operator;
    let key_of = |pupil: &str| [SECONDARY, "pupil", pupil].map(|part| Value::Text(part.to_owned()));
    let mut checked = None;
    for (pupil, name) in &pupils {
        if let Some(record) = records.record(&caller, form("identity_check"), &key_of(pupil))? {
            checked = Some((key_of(pupil), name, record.revision));
            break;
        }
    }
    let (key, name, revision) = checked.ok_or("nobody's identity was checked")?;
    let edit = Edit { caller: &caller, revision, now: now(), reason: "a test" };
    let told = [
        ("result", Value::Text("differs".to_owned())),
        ("differs", Value::Text("nơi sinh".to_owned())),
        ("checked_on", Value::Date(date(2026, 2, 13))),
    ];
    records.update(form("identity_check"), &key, &told, edit)?;
    drop(records);
    let site = Site::open(folder.path(), &workers(1), now()).map_err(said)?;
    let page = |day: &str| {
        html(&site, "data_quality_findings", &format!("{class} as_of={day}"))
            .map(|page| plain(&page))
    };
    let in_time = page("2026-03-06")?;
    contains(&in_time, &[name, "nơi sinh"])?;
    lacks(&in_time, &["quá hạn 27/02/2026", "quá hạn 06/03/2026"])?;
    contains(&page("2026-03-07")?, &["Chưa cập nhật, quá hạn 06/03/2026"])
}
