//! The town's colour, where it can be read: white on it, and it on white, at 4.5:1 at least (WCAG 2.2, 1.4.3). Pure.

/// Préau's own.
const OURS: &str = "#175c4c";
const READABLE: f64 = 4.5;

/// The town's colour, or ours where contrast would fail.
pub(super) fn readable(accent: Option<&str>) -> &str {
    let good = |accent: &&str| luminance(accent).is_some_and(|own| 1.05 / (own + 0.05) >= READABLE);
    accent.filter(good).unwrap_or(OURS)
}

/// Relative luminance of `#rrggbb`.
fn luminance(colour: &str) -> Option<f64> {
    let hex = colour.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.is_ascii())?;
    let part = |at: usize| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).ok()?) / 255.0;
        Some(if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) })
    };
    Some(0.2126 * part(0)? + 0.7152 * part(2)? + 0.0722 * part(4)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_by_table() {
        for (given, used) in [
            (None, OURS),
            (Some("#0b4f8a"), "#0b4f8a"),
            (Some("#767676"), "#767676"),
            (Some("#777777"), OURS),
            (Some("#ffd400"), OURS),
            (Some("#fff"), OURS),
            (Some("url(x)"), OURS),
            (Some("#12345é"), OURS),
        ] {
            assert_eq!(readable(given), used, "{given:?}");
        }
    }
}
