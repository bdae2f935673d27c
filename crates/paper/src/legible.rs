//! What people typed, made printable.
//!
//! PDF/UA-1 and PDF/A-3a refuse a document with one character that no font has, or a private one: a single odd name
//! must not keep a whole town from its letters. And a character that turns the direction of writing would let a name
//! rearrange the words around it.

use serde_json::Value;

use crate::fonts;

/// Stands for a character no bundled font has.
const UNKNOWN: char = '□';

/// Every text inside, printable; keys are ours and stay.
pub(crate) fn legible(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(printable(&text)),
        Value::Array(items) => Value::Array(items.into_iter().map(legible).collect()),
        Value::Object(fields) => Value::Object(fields.into_iter().map(|(key, value)| (key, legible(value))).collect()),
        other => other,
    }
}

fn printable(text: &str) -> String {
    text.chars()
        .filter(|c| !is_invisible(*c))
        .map(|c| if c.is_whitespace() || c.is_control() { ' ' } else { c })
        .map(shown)
        .collect()
}

fn shown(c: char) -> char {
    if fonts::prints(c) && !is_private(c) { c } else { UNKNOWN }
}

/// Characters that only act on others: directions, joins of words, variants, marks of files. The two joiners of letters
/// (U+200C, U+200D) stay, because Arabic script is written with them.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_by_table() {
        for (typed, printed) in [
            ("Zoé Nguyễn-Đặng", "Zoé Nguyễn-Đặng"),
            ("#panic() *a* $b$ \\ _ @ < > ` ~ //", "#panic() *a* $b$ \\ _ @ < > ` ~ //"),
            ("Claire\nMartel\t\u{a0}!\u{0}", "Claire Martel  ! "),
            ("évil\u{202e}eman\u{200b}\u{feff}", "évileman"),
            ("محمد بن‌علي", "محمد بن‌علي"),
            ("😀 🏳\u{fe0f} 中 \u{e000} \u{f6c5}", "😀 □ □ □ □"),
        ] {
            assert_eq!(printable(typed), printed, "{typed:?}");
        }
    }

    #[test]
    fn texts_are_found_at_any_depth() {
        let data = json!({ "a\n": [{ "b": "c\nd" }], "n": 1, "none": null });
        assert_eq!(legible(data), json!({ "a\n": [{ "b": "c d" }], "n": 1, "none": null }));
    }
}
