//! Passwords: argon2id, with the parameters that OWASP recommends (19 MiB, two passes).

use argon2::{Algorithm, Argon2, Params, Version};

use crate::problem::{Problem, ProblemKind};

/// The least number of characters of a password.
pub const LEAST_LENGTH: usize = 10;

/// Memory in KiB, passes, lanes.
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// A hash of no password, for taking the same time over users that do not exist.
pub(super) const NOBODY: &str = "argon2id$19456$2$1$6e6f626f64796e6f626f64796e6f626f$\
                                 0000000000000000000000000000000000000000000000000000000000000000";

/// Hashes a password with a salt of 16 random bytes: `argon2id$KIB$PASSES$LANES$SALT$HASH`, salt
/// and hash in hexadecimal digits.
pub fn hash_password(password: &str, salt: &[u8; 16]) -> String {
    let (memory, passes, lanes) = COST;
    let hash = derive(password, salt, COST).expect("the usual cost is right");
    format!("argon2id${memory}${passes}${lanes}${}${}", hex(salt), hex(&hash))
}

/// Returns whether `password` is the one that was hashed.
pub(super) fn is_password(password: &str, kept: &str) -> bool {
    let Some((salt, cost, hash)) = parts(kept) else { return false };
    let Some(found) = derive(password, &salt, cost) else { return false };
    // All bytes are compared, so that the time tells nothing.
    found.len() == hash.len() && found.iter().zip(&hash).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

fn derive(
    password: &str,
    salt: &[u8],
    (memory, passes, lanes): (u32, u32, u32),
) -> Option<[u8; 32]> {
    let params = Params::new(memory, passes, lanes, Some(32)).ok()?;
    let mut hash = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut hash)
        .ok()?;
    Some(hash)
}

type Parts = (Vec<u8>, (u32, u32, u32), Vec<u8>);

fn parts(kept: &str) -> Option<Parts> {
    let mut words = kept.split('$');
    if words.next()? != "argon2id" {
        return None;
    }
    let cost =
        (words.next()?.parse().ok()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some((unhex(words.next()?)?, cost, unhex(words.next()?)?))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    Some(digits?.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// Refuses passwords that are guessed first.
pub(super) fn check_password(user: &str, password: &str) -> Result<(), Problem> {
    let lower = password.to_lowercase();
    let distinct: std::collections::BTreeSet<char> = lower.chars().collect();
    let weak = |vi: String, en: String| {
        Err(Problem::new(ProblemKind::BadInput, "J154", vi, en).at("/password").help(
            "Dùng vài từ ghép lại mà chỉ mình nhớ",
            "put together some words that only you remember",
        ))
    };
    if password.chars().count() < LEAST_LENGTH {
        return weak(
            format!("Mật khẩu cần ít nhất {LEAST_LENGTH} ký tự"),
            format!("a password has at least {LEAST_LENGTH} characters"),
        );
    }
    if lower.contains(&user.to_lowercase()) || user.to_lowercase().contains(&lower) {
        return weak(
            "Mật khẩu không được chứa tên đăng nhập".to_owned(),
            "a password must not contain the user name".to_owned(),
        );
    }
    if distinct.len() < 5 || lower.starts_with("1234567") || lower.starts_with("password") {
        return weak(
            "Mật khẩu này quá dễ đoán".to_owned(),
            "this password is too easy to guess".to_owned(),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_no_other_is() {
        let hash = hash_password("mưa trên phố nhỏ", &[7; 16]);
        assert!(hash.starts_with("argon2id$19456$2$1$07070707"));
        assert!(is_password("mưa trên phố nhỏ", &hash));
        assert!(!is_password("mua tren pho nho", &hash));
        assert!(!is_password("mưa trên phố nhỏ", "no hash"));
    }

    #[test]
    fn the_hash_of_nobody_takes_its_time_and_fits_nothing() {
        assert!(parts(NOBODY).is_some());
        assert!(!is_password("", NOBODY));
    }

    #[test]
    fn passwords_that_are_guessed_first_are_refused() {
        for password in ["ngắn", "1234567890", "aaaaaaaaaaaa", "hoa.le-2026", "password2026"] {
            assert_eq!(check_password("hoa.le", password).unwrap_err().code, "J154", "{password}");
        }
        assert!(check_password("hoa.le", "mưa trên phố nhỏ").is_ok());
    }
}
