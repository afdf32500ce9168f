//! The rules of the plugin.

use bieumau_plugin_sdk::row::TableWriter;
use bieumau_plugin_sdk::{
    Answer, Call, Decimal, Explanation, Failure, Place, Plugin, Rule, divide_half_up,
    export_plugin,
};
use bieumau_plugin_sdk_derive::Row;

/// The plugin.
pub struct NewPlugin;

impl Plugin for NewPlugin {
    const RULES: &'static [Rule] = &[Rule { id: "new_plugin_absences", apply: absences }];
}

export_plugin!(NewPlugin);

/// A pupil as the report has it: the fields are the columns of the table.
#[derive(Row)]
struct Pupil<'a> {
    pupil: &'a str,
    absences: i64,
    full_name: Option<&'a str>,
}

/// A pupil with what came of it.
#[derive(Row)]
struct Watched<'a> {
    pupil: &'a str,
    full_name: Option<&'a str>,
    absences: i64,
    share: Option<Decimal<1>>,
    status: &'a str,
}

fn absences(call: &Call) -> Result<Answer, Failure> {
    let most = call.parameters.integer("most", 45)?;
    let near_from = Decimal(call.parameters.integer("near_from", 80)?.saturating_mul(10));
    let mut answer = Answer::default();
    let mut table = TableWriter::new("pupils");
    for row in call.rows::<Pupil<'_>>("pupils")?.iter() {
        let pupil = match row {
            Ok(pupil) => pupil,
            // Missing data give a finding; the rule goes on.
            Err(missing) => {
                answer.findings.push(missing.into());
                continue;
            }
        };
        // Exact, in units: 88,9% is 889.
        let share = divide_half_up(pupil.absences.saturating_mul(1000), most).map(Decimal);
        let status = match share {
            _ if pupil.absences > most => "over",
            Some(share) if share >= near_from => "near",
            _ => "fine",
        };
        if let (true, Some(share)) = (call.explain, share) {
            answer.explanations.push(Explanation {
                place: Place::new("pupils", Some(table.len()), Some("share")),
                rule: "Thông tư 22/2021/TT-BGDĐT, Điều 12".to_owned(),
                inputs: vec![
                    ("Số buổi nghỉ".to_owned(), pupil.absences.to_string()),
                    ("Mức cho phép".to_owned(), most.to_string()),
                ],
                steps: vec![format!("{} / {most} × 100 → {share}", pupil.absences)],
                result: format!("{share}%"),
            });
        }
        let Pupil { pupil, absences, full_name } = pupil;
        table.push(Watched { pupil, full_name, absences, share, status });
    }
    answer.tables.push(table.finish());
    Ok(answer)
}
