//! The number of a receipt, the same on the computer that asked and at the town's.

use std::fmt;

use uuid::Uuid;

/// Twelve letters and digits in three groups, made of the random part of the operation's id: known before anything is
/// sent, and alike for nobody (60 bits: one chance in a million among a million and a half receipts).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReceiptNumber(u64);

impl ReceiptNumber {
    /// Crockford's base 32: no letter that is read for another, or for a digit.
    pub const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// The number of an operation.
    #[must_use]
    pub fn of(operation: Uuid) -> Self {
        let (_, random) = operation.as_u64_pair();
        Self(random & ((1 << 60) - 1))
    }

    /// Reads a number as people type it: in either case, with or without separators, O for 0, I and L for 1.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let mut number: u64 = 0;
        let mut digits = 0;
        for letter in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let letter = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                letter => letter,
            };
            let digit = Self::DIGITS.iter().position(|digit| char::from(*digit) == letter)?;
            digits += 1;
            if digits > 12 {
                return None;
            }
            number = number << 5 | digit as u64;
        }
        (digits == 12).then_some(Self(number))
    }
}

impl fmt::Display for ReceiptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in (0..12).rev() {
            let digit = Self::DIGITS[(self.0 >> (5 * place) & 31) as usize];
            write!(f, "{}", char::from(digit))?;
            if place == 8 || place == 4 {
                f.write_str("-")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_by_table() {
        for (id, number) in [
            ("00000000-0000-7000-8000-000000000000", "0000-0000-0000"),
            ("00000000-0000-7000-8000-00000000001f", "0000-0000-000Z"),
            ("01890a5d-ac96-774b-bfff-ffffffffffff", "ZZZZ-ZZZZ-ZZZZ"),
        ] {
            assert_eq!(ReceiptNumber::of(id.parse().unwrap()).to_string(), number);
        }
        let typed = [" 0i1l-oabc defg ", "0I1LOABCDEFG", "0111-0abc-defg"];
        let read: Vec<_> = typed.iter().map(|typed| ReceiptNumber::parse(typed)).collect();
        assert!(read[0].is_some() && read[0] == read[1] && read[1] == read[2]);
        for wrong in ["", "0000-0000-000", "0000-0000-0000-0", "0000-0000-000U", "0000-0000-000é"] {
            assert_eq!(ReceiptNumber::parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_number_reads_back(id in any::<u128>()) {
            let number = ReceiptNumber::of(Uuid::from_u128(id));
            prop_assert_eq!(ReceiptNumber::parse(&number.to_string()), Some(number));
        }
    }
}
