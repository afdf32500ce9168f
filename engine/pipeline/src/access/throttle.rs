//! Slows down whoever guesses passwords: by user, and more patiently by address, since a whole
//! school may come from one.

use jiff::{SignedDuration, Timestamp};

/// How far back failures count.
pub(super) const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// Failures of one user that cost nothing.
const FREE_FOR_USER: usize = 5;
/// Failures from one address that cost nothing.
const FREE_FOR_ADDRESS: usize = 30;
/// The wait after the first failure that costs something; each further one doubles it.
const FIRST_WAIT: i64 = 15;

/// Returns how long signing in has to wait; `None` when it may be tried now.
pub(super) fn wait(
    of_user: &[Timestamp],
    of_address: &[Timestamp],
    now: Timestamp,
) -> Option<SignedDuration> {
    let user = after(of_user, FREE_FOR_USER, now);
    let address = after(of_address, FREE_FOR_ADDRESS, now);
    user.max(address)
}

fn after(failures: &[Timestamp], free: usize, now: Timestamp) -> Option<SignedDuration> {
    let last = failures.last()?;
    let costly = failures.len().checked_sub(free)?;
    let doubled = FIRST_WAIT << costly.min(10);
    let wait = SignedDuration::from_secs(doubled).min(WINDOW);
    let over = now.duration_since(*last);
    (over < wait).then(|| wait - over)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("a time")
    }

    fn seconds(failures: usize, now: i64) -> Option<i64> {
        let failures: Vec<Timestamp> = (0..failures).map(|_| at(0)).collect();
        wait(&failures, &[], at(now)).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_few_slips_cost_nothing_and_then_each_doubles_the_wait() {
        assert_eq!(seconds(4, 0), None);
        assert_eq!(seconds(5, 0), Some(15));
        assert_eq!(seconds(6, 0), Some(30));
        assert_eq!(seconds(40, 0), Some(900));
    }

    #[test]
    fn waiting_helps() {
        assert_eq!(seconds(5, 14), Some(1));
        assert_eq!(seconds(5, 15), None);
    }

    #[test]
    fn an_address_is_given_more_patience_than_a_user() {
        let many: Vec<Timestamp> = (0..29).map(at).collect();
        assert_eq!(wait(&[], &many, at(29)), None);
        let more: Vec<Timestamp> = (0..30).map(at).collect();
        assert!(wait(&[], &more, at(29)).is_some());
    }
}
