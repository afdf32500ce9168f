//! The sections of a policy whose keys are single values.
//!
//! Each key is declared once, with its range and the value that holds when no plugin says anything:
//! the schema, the section as it is written and the section as it is settled are made from that.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::{Actor, Interval, NamePolicy, Point, ScoreDisplay, Spoken, Tiebreak, Weekday};
use super::{Basis, Ruled};
use crate::text::Locale;

macro_rules! settings {
    ($(
        $(#[doc = $about:literal])+
        $name:ident, $written:ident {
            $(
                $(#[doc = $says:literal])+
                $(#[schemars($($limit:tt)+)])?
                $key:ident: $kind:ty = $default:expr;
            )+
        }
    )+) => { $(
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[doc = $says])+ pub $key: Ruled<$kind>, )+
        }

        $(#[doc = $about])+
        #[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $written {
            $( $(#[doc = $says])+ $(#[schemars($($limit)+)])? pub(crate) $key: Option<$kind>, )+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $key: Ruled::unruled($default), )+ }
            }
        }

        impl $name {
            /// Takes over the keys that a layer sets.
            pub(super) fn settle(&mut self, written: &$written, basis: &Arc<Basis>) {
                $(
                    if let Some(value) = &written.$key {
                        self.$key = Ruled { value: value.clone(), basis: basis.clone() };
                    }
                )+
            }

            /// Returns each key with its value in words and where it comes from.
            pub(super) fn spoken(&self, locale: Locale) -> Vec<(&'static str, String, &Basis)> {
                vec![$( (stringify!($key), self.$key.value.say(locale), &*self.$key.basis) ),+]
            }
        }
    )+ };
}

settings! {
    /// Who locks and unlocks the books.
    LockPolicy, LockSection {
        /// Who decides that a book is locked or opened, and announces it.
        decided_by: Vec<Actor> = vec![Actor::Principal];
        /// Who carries it out.
        roles: Vec<Actor> = vec![Actor::Principal, Actor::VicePrincipal];
        /// Which of those act only on a written request.
        needs_written_request: Vec<Actor> = Vec::new();
    }

    /// How a mark is corrected after it was entered.
    CorrectionPolicy, CorrectionSection {
        /// Points of the year at which corrections are made; always when empty.
        windows: Vec<Point> = Vec::new();
        /// Days for which a window stays open after the last day of its point.
        #[schemars(range(min = 0, max = 60))]
        window_days: u8 = 14;
        /// Who may ask.
        requested_by: Vec<Actor> = vec![Actor::SubjectTeacher, Actor::ClassTeacher];
        /// Whose opinion is asked first.
        opinion_of: Vec<Actor> = vec![Actor::SubjectGroupHead];
        /// Who approves, in this order.
        approval_chain: Vec<Actor> = vec![Actor::VicePrincipal];
        /// Who changes the mark once it is approved.
        carried_out_by: Vec<Actor> = vec![Actor::Clerk];
        /// Whether evidence must be added.
        needs_evidence: bool = true;
        /// The slip: id of a report or form.
        #[schemars(with = "Option<crate::raw::Id>")]
        form: String = String::new();
    }

    /// How absences are entered.
    AttendancePolicy, AttendanceSection {
        /// Days of the next month within which the absences of a month are entered.
        #[schemars(range(min = 1, max = 31))]
        close_days: u8 = 5;
        /// Who enters them.
        entered_by: Vec<Actor> = vec![Actor::ClassTeacher];
        /// How often pupils are checked.
        checked: Interval = Interval::Day;
    }

    /// How fast a change must reach the data.
    UpdatePolicy, UpdateSection {
        /// Working days after the change, the day of the change not counted.
        #[schemars(range(min = 1, max = 366))]
        max_working_days: u16 = 10;
    }

    /// How often data are copied to other media.
    BackupPolicy, BackupSection {
        /// Months between two copies at most.
        #[schemars(range(min = 1, max = 24))]
        max_interval_months: u8 = 3;
    }

    /// How often someone approves what was entered.
    ApprovalPolicy, ApprovalSection {
        /// How often.
        interval: Interval = Interval::Month;
        /// Who.
        by: Vec<Actor> = vec![Actor::Principal];
    }

    /// How often someone reports on the progress of entry.
    MonitoringPolicy, MonitoringSection {
        /// How often.
        interval: Interval = Interval::Never;
        /// Who.
        by: Vec<Actor> = Vec::new();
        /// To whom.
        to: Vec<Actor> = Vec::new();
    }

    /// What goes with accounts.
    AccountPolicy, AccountSection {
        /// Who holds the school's administrator account.
        admin_held_by: Vec<Actor> = vec![Actor::Principal];
        /// Who supervises the holder.
        supervised_by: Vec<Actor> = Vec::new();
        /// Whether the password of the administrator account changes after every wave of entry.
        password_after_entry: bool = false;
        /// Whether minutes are made when an account is given to someone.
        handover_minutes: bool = true;
        /// Whether the holder signs a commitment.
        commitment: bool = true;
    }

    /// How reviews of data are measured.
    QualityPolicy, QualitySection {
        /// Share of personal identifiers that must be verified with the population database.
        #[schemars(range(min = 0, max = 100))]
        verified_percent: u8 = 100;
        /// Share of staff whose data are reviewed and signed.
        #[schemars(range(min = 0, max = 100))]
        reviewed_percent: u8 = 100;
        /// Whether the same person in two records of one school is an error.
        no_duplicates: bool = true;
    }

    /// Who stands below the line of a percentage.
    DenominatorPolicy, DenominatorSection {
        /// Whether pupils who are not assessed are left out.
        exclude_flagged: bool = true;
    }

    /// How percentages are written.
    PercentPolicy, PercentSection {
        /// Digits behind the decimal comma.
        #[schemars(range(min = 0, max = 2))]
        decimals: u8 = 1;
    }

    /// How marks are written.
    ScorePolicy, ScoreSection {
        /// A mark without a fraction.
        display: ScoreDisplay = ScoreDisplay::OneDecimal;
    }

    /// How nothing is written.
    NilPolicy, NilSection {
        /// What stands for a count of nothing.
        symbol: String = String::new();
    }

    /// How pupils are ordered.
    SortPolicy, SortSection {
        /// Order of names.
        name_order: NamePolicy = NamePolicy::GivenThenLeftToRight;
        /// What decides between equal names, in this order.
        tiebreak: Vec<Tiebreak> = vec![Tiebreak::BirthDate, Tiebreak::Pupil];
    }

    /// The working week.
    WorkWeekPolicy, WorkWeekSection {
        /// Days that are off.
        weekend: Vec<Weekday> = vec![Weekday::Saturday, Weekday::Sunday];
    }
}
