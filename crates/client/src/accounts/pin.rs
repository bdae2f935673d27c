//! The PIN of a space on one computer: what it may be, and its hash.
//!
//! A few digits keep out who sits down at an open computer, and no one who can read its files with its owner's rights:
//! what protects the files is the key of the cache, never the PIN.

use crate::error::Error;
use crate::hashed;
use anyhow::Context;
use std::ops::RangeInclusive;
use zeroize::Zeroizing;

/// How many digits a PIN has.
const DIGITS: RangeInclusive<usize> = 4..=8;
/// Wrong PINs in a row, after which only the identifiant and the code open the space again.
pub const TRIES: u32 = 5;
/// Minutes without anybody that a person can choose among.
pub const IDLE_MINUTES: [u32; 4] = [1, 5, 15, 30];

/// A PIN as the cache keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Argon2id, as a PHC string.
    pub hash: String,
    /// Minutes without anybody, after which the space locks.
    pub idle_minutes: u32,
    /// Wrong ones in a row.
    pub tries: u32,
}

impl Pin {
    /// How many more can be tried.
    #[must_use]
    pub fn tries_left(&self) -> u32 {
        TRIES.saturating_sub(self.tries)
    }
}

/// Whether a text may become a PIN: 4 to 8 digits, and none of those that anybody tries first (1111, 1234, 9876).
#[must_use]
pub fn is_pin(typed: &str) -> bool {
    let digits = typed.as_bytes();
    DIGITS.contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) && !is_row(digits)
}

fn is_row(digits: &[u8]) -> bool {
    let mut steps = digits.windows(2).map(|pair| i16::from(pair[1]) - i16::from(pair[0]));
    match steps.next() {
        Some(first @ -1..=1) => steps.all(|step| step == first),
        _ => false,
    }
}

/// The hash of a PIN, off the asynchronous threads.
///
/// # Errors
/// When hashing fails, which is a fault of the application.
pub async fn hash(pin: &str) -> Result<String, Error> {
    let pin = Zeroizing::new(pin.to_owned());
    tokio::task::spawn_blocking(move || hashed::hash(&pin)).await.context("hashing a PIN")?
}

/// Whether a PIN is the one behind a hash, off the asynchronous threads.
///
/// # Errors
/// When hashing fails, which is a fault of the application.
pub async fn is_behind(pin: &str, hash: String) -> Result<bool, Error> {
    let pin = Zeroizing::new(pin.to_owned());
    Ok(tokio::task::spawn_blocking(move || hashed::is_behind(&pin, &hash)).await.context("hashing a PIN")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_by_table() {
        for (typed, good) in [
            ("2846", true),
            ("28461973", true),
            ("1212", true),
            ("1235", true),
            ("284", false),
            ("284619735", false),
            ("28 46", false),
            ("28a6", false),
            ("２８４６", false),
            ("", false),
            ("0000", false),
            ("1234", false),
            ("876543", false),
        ] {
            assert_eq!(is_pin(typed), good, "{typed}");
        }
    }
}
