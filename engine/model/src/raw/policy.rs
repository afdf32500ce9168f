//! The `policy` of a plugin's manifest as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Id;
use super::plugin::RawApplies;
use crate::definition::policy::{
    AccountSection, Actor, ApprovalSection, AttendanceSection, BackupSection, Certainty,
    CorrectionSection, DenominatorSection, LockSection, MonitoringSection, NilSection,
    PercentSection, Point, QualitySection, Reporter, ScoreSection, SortSection, UpdateSection,
    WorkWeekSection,
};
use crate::text::Text;

/// What one decision says about how things are done, for some levels and school years.
///
/// Later layers replace what earlier ones set, key by key; those of a province those of every
/// province.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPolicyLayer {
    /// Id; unique in the plugin.
    pub(crate) id: Id,
    /// Decision, circular or document.
    pub(crate) source: String,
    /// How certain the values are; what is less certain stands in a layer of its own.
    pub(crate) certainty: Certainty,
    /// When the layer holds.
    #[serde(default)]
    pub(crate) applies: RawApplies,
    /// Reports and when they are due.
    #[serde(default)]
    pub(crate) periods: Vec<RawPeriod>,
    /// Who locks and unlocks the books.
    #[serde(default)]
    pub(crate) lock: LockSection,
    /// How a mark is corrected.
    #[serde(default)]
    pub(crate) correction: CorrectionSection,
    /// How absences are entered.
    #[serde(default)]
    pub(crate) attendance: AttendanceSection,
    /// How fast a change must reach the data.
    #[serde(default)]
    pub(crate) update: UpdateSection,
    /// How often data are copied.
    #[serde(default)]
    pub(crate) backup: BackupSection,
    /// How often someone approves what was entered.
    #[serde(default)]
    pub(crate) approval: ApprovalSection,
    /// How often someone reports on the progress of entry.
    #[serde(default)]
    pub(crate) monitoring: MonitoringSection,
    /// What goes with accounts.
    #[serde(default)]
    pub(crate) accounts: AccountSection,
    /// How reviews of data are measured.
    #[serde(default)]
    pub(crate) quality: QualitySection,
    /// Who signs, by report or form.
    #[serde(default)]
    pub(crate) signatures: Vec<RawSignatures>,
    /// When documents are printed.
    #[serde(default)]
    pub(crate) print_points: Vec<RawPrintPoints>,
    /// Who stands below the line of a percentage.
    #[serde(default)]
    pub(crate) denominators: DenominatorSection,
    /// How percentages are written.
    #[serde(default)]
    pub(crate) percent: PercentSection,
    /// How marks are written.
    #[serde(default)]
    pub(crate) score: ScoreSection,
    /// How nothing is written.
    #[serde(default)]
    pub(crate) nil: NilSection,
    /// How pupils are ordered.
    #[serde(default)]
    pub(crate) sort: SortSection,
    /// What stands above the name of a school; replaces the list of an earlier layer.
    #[serde(default)]
    pub(crate) headings: Vec<RawHeading>,
    /// The way of reports; replaces the list of an earlier layer.
    #[serde(default)]
    pub(crate) hierarchy: Vec<RawHierarchy>,
    /// The working week.
    #[serde(default)]
    pub(crate) work_week: WorkWeekSection,
    /// Holidays, a calendar year each.
    #[serde(default)]
    pub(crate) holidays: Vec<RawHolidays>,
    /// The days of the school year.
    #[serde(default)]
    pub(crate) school_calendar: RawSchoolCalendar,
    /// Reviews of data with their steps.
    #[serde(default)]
    pub(crate) reviews: Vec<RawReview>,
    /// Rules of conduct that pages show.
    #[serde(default)]
    pub(crate) notices: Vec<RawNotice>,
}

/// A report that comes back.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPeriod {
    /// Id; a later layer replaces the period of the same id.
    pub(crate) id: Id,
    /// Title.
    pub(crate) title: Text,
    /// The day whose state the data describe, such as `30/9`.
    pub(crate) cut_off: Option<String>,
    /// When it is due; left out when no day is known.
    #[serde(default)]
    pub(crate) deadlines: Vec<RawDeadline>,
}

/// When one unit hands in a report.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawDeadline {
    /// Who hands it in.
    pub(crate) by: Reporter,
    /// The last day, such as `10/01`; days before August are in the second calendar year.
    pub(crate) due: String,
    /// The last minute of that day, such as `17:00`.
    pub(crate) time: Option<String>,
}

/// Who signs a document.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSignatures {
    /// Report or form.
    pub(crate) form: Id,
    /// Who signs, in this order.
    #[schemars(length(min = 1))]
    pub(crate) roles: Vec<Actor>,
    /// When it is signed; once when left out.
    #[serde(default)]
    pub(crate) points: Vec<Point>,
}

/// When a document is printed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPrintPoints {
    /// Report.
    pub(crate) form: Id,
    /// Points of the year.
    #[schemars(length(min = 1))]
    pub(crate) points: Vec<Point>,
}

/// What stands above the name of a school.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawHeading {
    /// Education levels; all when left out.
    #[serde(default)]
    pub(crate) levels: Vec<Id>,
    /// First day, `yyyy-mm-dd`.
    pub(crate) valid_from: Option<String>,
    /// Last day, `yyyy-mm-dd`.
    pub(crate) valid_to: Option<String>,
    /// Text with `{commune}`, `{district}` and `{province}`; written in capitals.
    pub(crate) superior: String,
}

/// The way of reports from the school up.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawHierarchy {
    /// Education levels; all when left out.
    #[serde(default)]
    pub(crate) levels: Vec<Id>,
    /// First day, `yyyy-mm-dd`.
    pub(crate) valid_from: Option<String>,
    /// Last day, `yyyy-mm-dd`.
    pub(crate) valid_to: Option<String>,
    /// From the school up.
    #[schemars(length(min = 1))]
    pub(crate) chain: Vec<Reporter>,
}

/// The holidays of a calendar year.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawHolidays {
    /// Calendar year.
    #[schemars(range(min = 1990, max = 2100))]
    pub(crate) year: i16,
    /// Holidays.
    #[schemars(length(min = 1))]
    pub(crate) days: Vec<RawHoliday>,
    /// Days worked in exchange, `yyyy-mm-dd`.
    #[serde(default)]
    pub(crate) working: Vec<String>,
}

/// A holiday of one or more days.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawHoliday {
    /// Name.
    pub(crate) name: String,
    /// First day, `yyyy-mm-dd`.
    pub(crate) from: String,
    /// Last day, `yyyy-mm-dd`; the first when left out.
    pub(crate) to: Option<String>,
}

/// The days of a school year; each such as `05/9`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSchoolCalendar {
    /// Khai giảng.
    pub(crate) opens: Option<String>,
    /// Last day of term I.
    pub(crate) term_1_ends: Option<String>,
    /// First day of term II.
    pub(crate) term_2_begins: Option<String>,
    /// Last day of the school year.
    pub(crate) ends: Option<String>,
    /// Weeks of term I.
    #[schemars(range(min = 1, max = 30))]
    pub(crate) weeks_1: Option<u8>,
    /// Weeks of term II.
    #[schemars(range(min = 1, max = 30))]
    pub(crate) weeks_2: Option<u8>,
    /// When results are assessed.
    #[serde(default)]
    pub(crate) points: Vec<RawPoint>,
}

/// When results are assessed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPoint {
    /// Point of the year.
    pub(crate) point: Point,
    /// First day, such as `26/10`.
    pub(crate) from: String,
    /// Last day.
    pub(crate) to: String,
}

/// A review of data.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawReview {
    /// Id.
    pub(crate) id: Id,
    /// Title.
    pub(crate) title: Text,
    /// Steps in order.
    #[schemars(length(min = 1))]
    pub(crate) steps: Vec<RawReviewStep>,
}

/// A step of a review.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawReviewStep {
    /// Who acts.
    #[schemars(length(min = 1))]
    pub(crate) by: Vec<Actor>,
    /// What they do.
    pub(crate) does: Text,
    /// Which document proves it: a report.
    pub(crate) evidence: Option<Id>,
}

/// A rule of conduct.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawNotice {
    /// Id.
    pub(crate) id: Id,
    /// What it says.
    pub(crate) text: Text,
}
