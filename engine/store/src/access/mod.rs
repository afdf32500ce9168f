//! Accounts: users, what they were granted, their sessions and tokens, and their sign-in attempts.
//!
//! Writing goes through [`Store`](crate::Store), each with its audit line in the same transaction.
//! Reading goes through [`Accounts`], a connection of its own, so that a request which only asks
//! who somebody is never waits for a writer. What a grant means is decided in `model::access`.

mod accounts;
mod attempts;
mod grants;
mod posts;
pub(crate) mod schema;
mod sessions;
mod tokens;
mod users;

pub use accounts::Accounts;
pub use grants::{GrantRow, NewGrant};
pub use posts::{Post, PostKind, SchoolRow, UnitRow};
pub use sessions::SessionRow;
pub use tokens::{NewToken, TokenRow};
pub use users::{NewUser, UserRow, UserStatus};
