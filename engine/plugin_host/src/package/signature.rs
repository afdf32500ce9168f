//! Keys and signatures of minisign: Ed25519, small files, no other party and no network needed.
//!
//! Keys and signatures are those of the tool `minisign`, in both directions.

use std::fmt;
use std::io::Cursor;

use ct_codecs::{Base64, Decoder};

use super::error::PackageError;
use super::names::shown;

/// A key that tells whose signature it is.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(minisign::PublicKey);

/// A key that signs; kept by the author alone.
#[derive(Clone)]
pub struct SecretKey(minisign::SecretKey);

/// A signature as it was written, not yet held against anything.
pub struct Signature(minisign::SignatureBox);

/// Makes a pair of keys and returns the texts of their files: the secret one, the public one.
///
/// A secret key without a password is for machines that sign by themselves. The randomness is the
/// system's; a key is the one thing that must not be a value of the caller.
pub fn new_key(password: Option<&str>) -> Result<(String, String), PackageError> {
    let made = match password {
        Some(password) => minisign::KeyPair::generate_encrypted_keypair(Some(password.to_owned())),
        None => minisign::KeyPair::generate_unencrypted_keypair(),
    };
    let texts = made.and_then(|pair| {
        let secret = pair.sk.to_box(Some("bieumau plugin secret key"))?;
        Ok((secret.into_string(), pair.pk.to_box()?.into_string()))
    });
    texts.map_err(bad_key)
}

impl PublicKey {
    /// Reads a public key file, or its second line alone.
    pub fn read(text: &str) -> Result<Self, PackageError> {
        let line = text.lines().map(str::trim).rfind(|line| !line.is_empty());
        minisign::PublicKey::from_base64(line.unwrap_or_default()).map(Self).map_err(bad_key)
    }

    /// Returns the id of the key, as minisign shows it: 16 hexadecimal digits.
    pub fn id(&self) -> String {
        id(self.0.keynum())
    }

    /// Returns the key as one line.
    pub fn line(&self) -> String {
        self.0.to_base64()
    }
}

impl SecretKey {
    /// Returns whether the text of a secret key asks for a password.
    pub fn is_locked(text: &str) -> bool {
        open_key(text).is_err()
    }

    /// Reads a secret key file; `password` when it has one.
    pub fn read(text: &str, password: Option<&str>) -> Result<Self, PackageError> {
        let key = match password {
            Some(password) => minisign::SecretKeyBox::from_string(text)
                .and_then(|parsed| parsed.into_secret_key(Some(password.to_owned()))),
            None => open_key(text),
        };
        key.map(Self).map_err(bad_key)
    }

    /// Returns the public key that belongs to it.
    pub fn public(&self) -> Result<PublicKey, PackageError> {
        minisign::PublicKey::from_secret_key(&self.0).map(PublicKey).map_err(bad_key)
    }

    /// Signs `bytes`; the comment is signed too.
    pub fn sign(&self, bytes: &[u8], comment: &str) -> Result<String, PackageError> {
        let public = self.public()?;
        let told = format!("signature from bieumau plugin key {}", public.id());
        minisign::sign(Some(&public.0), &self.0, Cursor::new(bytes), Some(comment), Some(&told))
            .map(minisign::SignatureBox::into_string)
            .map_err(bad_key)
    }
}

impl Signature {
    /// Reads the text of a signature file.
    pub fn read(text: &str) -> Result<Self, PackageError> {
        minisign::SignatureBox::from_string(text)
            .map(Self)
            .map_err(|error| PackageError::BadSignature { what: shown(&error.to_string()) })
    }

    /// Returns the id of the key that it claims.
    pub fn key_id(&self) -> String {
        id(self.0.keynum())
    }

    /// Makes sure that it is the signature of `key` over `bytes`; returns the signed comment.
    pub fn verify(&self, bytes: &[u8], key: &PublicKey) -> Result<String, PackageError> {
        // The old kind of signature, over the bytes themselves, is not taken.
        minisign::verify(&key.0, &self.0, Cursor::new(bytes), true, false, false)
            .and_then(|()| self.0.trusted_comment())
            .map_err(|_| PackageError::WrongSignature { key: key.id() })
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the key itself.
        f.write_str("SecretKey")
    }
}

/// Reads a secret key without a password. The tool writes no checksum into such a key, so there is
/// none to hold it against; signing with it is held against its public part.
fn open_key(text: &str) -> Result<minisign::SecretKey, minisign::PError> {
    let invalid = |what: &str| minisign::PError::new(minisign::ErrorKind::Io, what.to_owned());
    let line = text.lines().nth(1).unwrap_or_default().trim();
    let bytes = Base64::decode_to_vec(line, None).map_err(|_| invalid("it is no secret key"))?;
    let key = minisign::SecretKey::from_bytes(&bytes)?;
    if key.is_encrypted() { Err(invalid("it has a password")) } else { Ok(key) }
}

/// Writes a key's number as minisign does.
fn id(number: &[u8]) -> String {
    number.iter().rev().map(|byte| format!("{byte:02X}")).collect()
}

fn bad_key(error: minisign::PError) -> PackageError {
    PackageError::Key { what: shown(&error.to_string()) }
}
