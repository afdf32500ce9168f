//! Where a second computation from the text of the circulars (`tests/rules`) says otherwise.

use bieumau_rules::decimal::Tenths;
use bieumau_rules::log::Log;
use bieumau_rules::tt22::{
    Mark, Pass, Reassessed, SubjectKind, SubjectResult, SubjectResults, Summer, Verdict,
};
use bieumau_rules::tt58::{
    Conduct, Parameters, PromotionInput, PupilYear, Rank, Role, Subject, YearSubject, assess_pupil,
    promotion,
};

/// TT58, Điều 16: only who has hạnh kiểm from Trung bình is re-tested. Of somebody with hạnh kiểm Yếu the
/// new marks change nothing: học lực stays what the year gave.
#[test]
fn nobody_with_weak_conduct_is_re_tested() {
    let subject = |role, kind| Subject { code: "M", name: "M", kind, role, is_specialised: false };
    let score = |tenths| SubjectResult::Score(Tenths(tenths));
    let subjects = [
        (subject(Role::Mathematics, SubjectKind::Scored), score(60)),
        (subject(Role::Literature, SubjectKind::Scored), score(60)),
        (subject(Role::Plain, SubjectKind::Scored), score(30)),
        (subject(Role::Plain, SubjectKind::Comment), SubjectResult::Comment(Pass::Passed)),
    ];
    let years: Vec<YearSubject<'_>> = subjects
        .iter()
        .map(|(subject, year)| YearSubject {
            subject,
            results: SubjectResults { first: *year, second: *year, year: *year },
        })
        .collect();
    let weak = Some(Conduct::Weak);
    let pupil = PupilYear {
        subjects: &years,
        conduct: [weak, weak, weak],
        retested: &[Reassessed { subject: 2, result: Mark::Score(Tenths(60)) }],
        absent: Some(0),
        summer: Summer::Open,
        ..PupilYear::default()
    };
    let found = assess_pupil(&Parameters::tt58(), &pupil, &mut Log::default());
    assert_eq!(found.learning[2].map(|learning| learning.rank), Some(Rank::Weak));
    assert_eq!(found.verdict, Verdict::NotPromoted);
    assert_eq!(found.learning_after.map(|learning| learning.rank), None);
}

/// TT58, Điều 15: học lực Kém holds back whatever the hạnh kiểm, so it need not be known.
#[test]
fn kem_is_held_back_without_conduct() {
    let input = PromotionInput {
        conduct: None,
        conduct_after: None,
        learning: Some(Rank::Poor),
        learning_after: None,
        absent: Some(0),
        summer: Summer::Open,
    };
    let verdict = promotion(&Parameters::tt58(), &input, &mut Log::default());
    assert_eq!(verdict, Verdict::NotPromoted);
}
