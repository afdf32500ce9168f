//! Corrections of what is locked: a slip, opinions, an approval, and the clerk who applies it.
//!
//! Pure: who asks, the day and the rules of the province come in as values; which slip may do what
//! next is decided here and nowhere else. Writing is the job of `pipeline`.

use jiff::civil::Date;
use serde::Serialize;

use crate::format::{Reading, plain_decimal, score_in_words};
use crate::table::Value;
use crate::text::Text;

/// What a province asks of corrections: who is heard, who approves, who applies, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rules {
    /// Steps in order: opinions first, the approval last.
    pub chain: Vec<Step>,
    /// Roles that may apply an approved slip.
    pub appliers: Vec<String>,
    /// When slips may be sent; empty means at any time.
    pub windows: Vec<Window>,
    /// The text that says so.
    pub source: Option<String>,
}

/// One step of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Roles, any of which may take it.
    pub roles: Vec<String>,
    /// What is done.
    pub act: StepAct,
}

/// What a step gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepAct {
    /// An opinion, which is written down and decides nothing.
    Opinion,
    /// The approval or the rejection.
    Approval,
}

/// A time of the year in which slips may be sent: both days included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Window {
    /// What it is called, such as `giữa học kì I`.
    pub title: Text,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

/// Where a slip is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for a step of the chain.
    Waiting,
    /// Approved, and not applied yet.
    Approved,
    /// Rejected.
    Rejected,
    /// Taken back by whoever sent it.
    Withdrawn,
    /// Applied: the records have the new values.
    Applied,
}

/// A slip as far as the decision needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// User who sent it.
    pub requested_by: String,
    /// Where it is.
    pub state: State,
    /// The step that it waits for, from 0.
    pub step: usize,
}

/// Who acts: the user, and the roles that they have for the class and subject of the slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// User.
    pub user: String,
    /// Roles.
    pub roles: Vec<String>,
}

/// What somebody does with a slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Gives the opinion of the step.
    Opinion {
        /// The opinion in words.
        comment: String,
    },
    /// Approves.
    Approve {
        /// Words, if any.
        comment: String,
    },
    /// Rejects.
    Reject {
        /// Why; never empty.
        comment: String,
    },
    /// Takes it back.
    Withdraw,
    /// Applies it.
    Apply,
}

/// What a slip becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// State.
    pub state: State,
    /// Step that it waits for.
    pub step: usize,
}

/// Why an act is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Nobody gives an opinion on, approves or applies as approver what they asked for themselves.
    OwnRequest,
    /// The step is for others.
    NotYours {
        /// Roles that may take it.
        roles: Vec<String>,
    },
    /// The slip is not where the act belongs.
    WrongState {
        /// Where it is.
        state: State,
    },
    /// The step gives something else: an opinion where an approval was given, or the reverse.
    OtherStep {
        /// What the step gives.
        expected: StepAct,
    },
    /// A rejection needs a comment, and so does an opinion.
    CommentMissing,
    /// Slips may not be sent today.
    OutsideWindow {
        /// When they may.
        windows: Vec<Window>,
    },
}

/// The national custom where a province says nothing: the head of the subject group is heard, the
/// leaders approve, the clerk applies (regulations of use of electronic gradebooks).
impl Default for Rules {
    fn default() -> Self {
        let roles = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            chain: vec![
                Step { roles: roles(&["subject_group_head"]), act: StepAct::Opinion },
                Step { roles: roles(&["vice_principal", "principal"]), act: StepAct::Approval },
            ],
            appliers: roles(&["clerk"]),
            windows: Vec::new(),
            source: None,
        }
    }
}

impl Rules {
    /// Returns why slips may not be sent on `today`; nothing when they may.
    pub fn check_window(&self, today: Date) -> Result<(), Refused> {
        let open = |window: &Window| window.from <= today && today <= window.to;
        if self.windows.is_empty() || self.windows.iter().any(open) {
            return Ok(());
        }
        Err(Refused::OutsideWindow { windows: self.windows.clone() })
    }
}

/// Decides what `slip` becomes when `actor` does `act`.
pub fn advance(rules: &Rules, slip: &Slip, actor: &Actor, act: &Act) -> Result<Next, Refused> {
    let stay = |state| Next { state, step: slip.step };
    match act {
        Act::Withdraw => match slip.state {
            State::Waiting | State::Approved if actor.user == slip.requested_by => {
                Ok(stay(State::Withdrawn))
            }
            State::Waiting | State::Approved => Err(Refused::NotYours { roles: Vec::new() }),
            state => Err(Refused::WrongState { state }),
        },
        Act::Apply => {
            if slip.state != State::Approved {
                return Err(Refused::WrongState { state: slip.state });
            }
            allowed(actor, slip, &rules.appliers)?;
            Ok(stay(State::Applied))
        }
        Act::Opinion { comment } => {
            step_of(rules, slip, actor, StepAct::Opinion)?;
            said(comment)?;
            Ok(Next { state: State::Waiting, step: slip.step + 1 })
        }
        Act::Approve { .. } => {
            let step = step_of(rules, slip, actor, StepAct::Approval)?;
            // Two leaders may have to approve one after the other.
            match rules.chain.get(step + 1) {
                Some(_) => Ok(Next { state: State::Waiting, step: step + 1 }),
                None => Ok(Next { state: State::Approved, step: step + 1 }),
            }
        }
        Act::Reject { comment } => {
            step_of(rules, slip, actor, StepAct::Approval)?;
            said(comment)?;
            Ok(stay(State::Rejected))
        }
    }
}

/// Finds the step that the slip waits for, when `actor` may take it and it gives `act`.
fn step_of(rules: &Rules, slip: &Slip, actor: &Actor, act: StepAct) -> Result<usize, Refused> {
    if slip.state != State::Waiting {
        return Err(Refused::WrongState { state: slip.state });
    }
    // A chain that a province has shortened since leaves a slip behind its end: the last step
    // decides it.
    let at = slip.step.min(rules.chain.len().saturating_sub(1));
    let Some(step) = rules.chain.get(at) else {
        return Err(Refused::NotYours { roles: Vec::new() });
    };
    if step.act != act {
        return Err(Refused::OtherStep { expected: step.act });
    }
    allowed(actor, slip, &step.roles)?;
    Ok(at)
}

fn allowed(actor: &Actor, slip: &Slip, roles: &[String]) -> Result<(), Refused> {
    if actor.user == slip.requested_by {
        return Err(Refused::OwnRequest);
    }
    if actor.roles.iter().any(|role| roles.contains(role)) {
        return Ok(());
    }
    Err(Refused::NotYours { roles: roles.to_vec() })
}

fn said(comment: &str) -> Result<(), Refused> {
    if comment.trim().is_empty() { Err(Refused::CommentMissing) } else { Ok(()) }
}

/// Writes a value as a slip has it, in digits and in words: `7,5` and `Bảy phẩy năm`.
pub fn written(value: &Value) -> (String, Option<String>) {
    match value {
        Value::Missing => (String::new(), None),
        Value::Text(text) => (text.clone(), None),
        Value::Integer(number) => {
            (number.to_string(), Some(score_in_words(*number, 0, Reading::default())))
        }
        Value::Decimal { units, scale } => {
            // A mark stands without a needless zero: 8, not 8,0.
            let shown = plain_decimal(*units, *scale);
            let shown = match shown.split_once('.') {
                Some((whole, rest)) if rest.trim_end_matches('0').is_empty() => whole.to_owned(),
                Some((whole, rest)) => format!("{whole},{}", rest.trim_end_matches('0')),
                None => shown,
            };
            (shown, Some(score_in_words(*units, *scale, Reading::default())))
        }
        Value::Date(date) => (crate::format::date_short(*date), None),
        Value::Boolean(true) => ("có".to_owned(), None),
        Value::Boolean(false) => ("không".to_owned(), None),
    }
}

impl State {
    /// Every state, in the order of a slip's life.
    pub const ALL: [Self; 5] =
        [Self::Waiting, Self::Approved, Self::Applied, Self::Rejected, Self::Withdrawn];

    /// The code that records keep.
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Applied => "applied",
        }
    }

    /// Reads the code that records keep.
    pub fn read(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// What people read.
    pub fn title(self) -> Text {
        match self {
            Self::Waiting => Text::both("Chờ xử lý", "waiting"),
            Self::Approved => Text::both("Đã duyệt, chờ thực hiện", "approved, to be applied"),
            Self::Rejected => Text::both("Không duyệt", "rejected"),
            Self::Withdrawn => Text::both("Đã rút", "withdrawn"),
            Self::Applied => Text::both("Đã thực hiện", "applied"),
        }
    }
}

impl Refused {
    /// The sentence and the help for a person; `names` turns roles into what people read.
    pub fn sentence(&self, names: impl Fn(&str) -> Text) -> (Text, Option<Text>) {
        use crate::text::Locale::{En, Vi};
        let listed = |roles: &[String], locale| {
            let names: Vec<_> =
                roles.iter().map(|role| names(role).get(locale).to_owned()).collect();
            names.join(", ")
        };
        match self {
            Self::OwnRequest => (
                Text::both(
                    "Không ai tự cho ý kiến, duyệt hay thực hiện phiếu của chính mình",
                    "nobody gives an opinion on, approves or applies their own request",
                ),
                Some(Text::both("Nhờ người khác có thẩm quyền", "ask another person in charge")),
            ),
            Self::NotYours { roles } if roles.is_empty() => (
                Text::both("Chỉ người lập phiếu được rút phiếu", "only its author may withdraw it"),
                None,
            ),
            Self::NotYours { roles } => (
                Text::both(
                    format!("Bước này thuộc thẩm quyền của: {}", listed(roles, Vi)),
                    format!("this step is for: {}", listed(roles, En)),
                ),
                None,
            ),
            Self::WrongState { state } => (
                Text::both(
                    format!("Phiếu đang ở trạng thái: {}", state.title().get(Vi)),
                    format!("the slip is {}", state.title().get(En)),
                ),
                None,
            ),
            Self::OtherStep { expected: StepAct::Opinion } => (
                Text::both(
                    "Phiếu đang chờ ý kiến tổ trưởng chuyên môn, chưa đến bước phê duyệt",
                    "the slip waits for an opinion before the approval",
                ),
                None,
            ),
            Self::OtherStep { expected: StepAct::Approval } => {
                (Text::both("Phiếu đang chờ phê duyệt", "the slip waits for the approval"), None)
            }
            Self::CommentMissing => (
                Text::both("Phải ghi rõ ý kiến, lý do", "a comment is needed"),
                Some(Text::both(
                    "Người lập phiếu cần biết vì sao để làm lại cho đúng",
                    "its author needs to know why",
                )),
            ),
            Self::OutsideWindow { windows } => {
                let spans: Vec<String> = windows
                    .iter()
                    .map(|window| {
                        format!(
                            "{} ({} đến {})",
                            window.title.get(Vi),
                            crate::format::date_short(window.from),
                            crate::format::date_short(window.to)
                        )
                    })
                    .collect();
                let english: Vec<String> = windows
                    .iter()
                    .map(|window| {
                        format!("{} ({} to {})", window.title.get(En), window.from, window.to)
                    })
                    .collect();
                (
                    Text::both("Hôm nay chưa đến đợt sửa điểm", "slips may not be sent today"),
                    Some(Text::both(
                        format!("Các đợt: {}", spans.join("; ")),
                        format!("windows: {}", english.join("; ")),
                    )),
                )
            }
        }
    }
}
