//! `docs/benchmarks.md`: the prose is written by people, what stands between the marks of a measurement by this.

use super::Figure;
use super::machine::Moment;
use crate::places::Places;
use anyhow::{Context, Result};
use std::fmt::Write as _;
use std::fs;

const FILE: &str = "docs/benchmarks.md";

/// Shows the figures.
pub(super) fn print(moment: &Moment, figures: &[Figure]) {
    println!("{}, {}, load before {}", moment.machine, moment.commit, moment.load);
    for Figure { what, measured, bound } in figures {
        let bound = bound
            .as_ref()
            .map_or(String::new(), |(bound, held)| format!("  ({bound}: {})", if *held { "held" } else { "MISSED" }));
        println!("  {what:<64} {measured}{bound}");
    }
}

/// Puts the figures in the place of those found before.
///
/// # Errors
/// When the file has no place for them.
pub(super) fn write(places: &Places, name: &str, moment: &Moment, figures: &[Figure]) -> Result<()> {
    let path = places.root.join(FILE);
    let text = fs::read_to_string(&path).context(FILE)?;
    let text = replaced(&text, name, &section(name, moment, figures)).with_context(|| format!("{FILE}: no {name}"))?;
    fs::write(&path, text).context(FILE)
}

fn section(name: &str, moment: &Moment, figures: &[Figure]) -> String {
    let mut text = format!(
        "`cargo xtask bench {name}` · {} · commit {} · load before {} · {}\n\n| | measured | bound | |\n|---|---|---|---|\n",
        moment.date, moment.commit, moment.load, moment.machine
    );
    for Figure { what, measured, bound } in figures {
        let (bound, held) = bound
            .as_ref()
            .map_or(("", ""), |(bound, held)| (bound.as_str(), if *held { "held" } else { "**missed**" }));
        // Writing to a String cannot fail.
        writeln!(text, "| {what} | {measured} | {bound} | {held} |").ok();
    }
    text
}

/// The text with another content between the marks of a name; none where the marks are not.
fn replaced(text: &str, name: &str, content: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- figures: {name} -->\n"), format!("<!-- end: {name} -->"));
    let from = text.find(&begin)? + begin.len();
    let to = from + text[from..].find(&end)?;
    Some(format!("{}{content}{}", &text[..from], &text[to..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let text = "# A\n<!-- figures: a -->\nold\n<!-- end: a -->\nprose\n<!-- figures: b -->\n<!-- end: b -->\n";
        let new = replaced(text, "a", "new\n").expect("the marks");
        assert_eq!(
            new,
            "# A\n<!-- figures: a -->\nnew\n<!-- end: a -->\nprose\n<!-- figures: b -->\n<!-- end: b -->\n"
        );
        assert_eq!(replaced(&new, "a", "old\n").as_deref(), Some(text));
        assert_eq!(replaced(text, "c", ""), None);
    }

    #[test]
    fn a_missed_bound_is_seen() {
        let moment =
            Moment { date: "2026-11-25".into(), commit: "abc".into(), load: "0.1".into(), machine: "2 cores".into() };
        let figures = [
            Figure::bound("bytes", "900", "≤ 1,024", true),
            Figure::bound("time", "2 s", "≤ 1 s", false),
            Figure::told("rows", "5"),
        ];
        let text = section("a", &moment, &figures);
        assert!(text.contains("`cargo xtask bench a` · 2026-11-25 · commit abc · load before 0.1 · 2 cores"), "{text}");
        assert!(text.contains("| bytes | 900 | ≤ 1,024 | held |"), "{text}");
        assert!(text.contains("| time | 2 s | ≤ 1 s | **missed** |"), "{text}");
        assert!(text.contains("| rows | 5 |  |  |"), "{text}");
    }
}
