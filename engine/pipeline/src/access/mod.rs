//! Accounts at work: who signs in, what a person may do and why, who manages whom.
//!
//! What a right means is decided in `model::access`; here the records, grants and sessions of a
//! site are turned into the values that it decides over.

mod demo_accounts;
mod explain;
mod grants;
mod handover;
mod password;
mod people;
mod question;
mod sign_in;
mod throttle;
mod tokens;
mod users;

pub use demo_accounts::{DEMO_PASSWORD, DemoAccount};
pub use explain::{AreaView, Explanation, GrantView};
pub use grants::{GrantLine, GrantRequest};
pub use handover::HandoverRequest;
pub use password::{LEAST_LENGTH, hash_password};
pub use question::Question;
pub(crate) use sign_in::People;
pub use sign_in::{SignIn, Visit, Visitor};
pub use tokens::{TokenRequest, TokenView};
pub use users::{NewAccount, UserView};

pub use bieumau_store::NewGrant;

use bieumau_model::access::Decision;
use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::scope::Caller;
use bieumau_model::text::{Locale, Text};
use sha2::{Digest, Sha256};

use crate::problem::{Problem, ProblemKind};

/// Makes the problem of something that was refused: why, and whom to ask.
pub(crate) fn forbidden(decision: &Decision) -> Problem {
    let mut reasons = decision.reasons.iter();
    let title = reasons.next().cloned().unwrap_or_else(|| Text::both("không có quyền", "refused"));
    let problem = Problem::new(
        ProblemKind::Forbidden,
        "J150",
        capital(title.get(Locale::Vi)),
        capital(title.get(Locale::En)),
    );
    let mut findings = Diagnostics::default();
    for reason in reasons {
        let both = Text::both(capital(reason.get(Locale::Vi)), capital(reason.get(Locale::En)));
        findings.push(Diagnostic::error("J150", both));
    }
    Problem { help: decision.ask.clone(), ..problem }.with(findings)
}

/// Returns the account behind a caller; one that came with a token has the number of the token
/// behind the name.
pub(crate) fn account_of(caller: &Caller) -> &str {
    caller.name().split(" (token ").next().unwrap_or_default()
}

/// Returns what the store keeps of a session or API token.
fn token_hash(token: &str) -> String {
    Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes random bytes as a token.
fn token_text(random: &[u8; 32]) -> String {
    random.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + chars.as_str())
        .unwrap_or_default()
}
