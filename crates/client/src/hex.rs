//! Bytes as lower-case hexadecimal, and back.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Two digits a byte.
#[must_use]
pub fn encoded(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).map(char::from).collect()
}

/// The bytes of a text that is hexadecimal from end to end.
#[must_use]
pub fn decoded(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_goes_both_ways() {
        assert_eq!(encoded(&[0, 15, 255]), "000fff");
        assert_eq!(decoded("000fff"), Some(vec![0, 15, 255]));
        assert_eq!(decoded("0f0"), None);
        assert_eq!(decoded("zz"), None);
    }
}
