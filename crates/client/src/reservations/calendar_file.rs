//! An agenda as a calendar file (iCalendar, RFC 5545): a day each, so that any calendar shows it.

use super::views::{AgendaStateView, AgendaView};
use jiff::civil::Date;

/// Longest line, in bytes (RFC 5545, 3.1).
const LINE: usize = 75;

/// The file. Only days that the child has or waits for are in it.
#[must_use]
pub fn calendar(agenda: &AgendaView, town: &str, stamp: jiff::Timestamp) -> String {
    let mut text = String::new();
    let mut line = |content: String| push(&mut text, &content);
    line("BEGIN:VCALENDAR".into());
    line("VERSION:2.0".into());
    line("PRODID:-//Preau//Agenda//FR".into());
    let stamp = stamp.strftime("%Y%m%dT%H%M%SZ").to_string();
    for day in &agenda.days {
        let waits = match day.state {
            AgendaStateView::Confirmed => false,
            AgendaStateView::Waiting => true,
            AgendaStateView::ToSend | AgendaStateView::Refused | AgendaStateView::Absent | AgendaStateView::Closed => {
                continue;
            }
        };
        let Ok(date) = day.day.parse::<Date>() else { continue };
        let name = |key: &String| agenda.units.iter().find(|unit| unit.key == *key).map(|unit| unit.name.clone());
        let units: Vec<String> = day.units.iter().filter_map(name).collect();
        line("BEGIN:VEVENT".into());
        line(format!("UID:{}-{}-{}@preau", agenda.child_id, agenda.activity_id, day.day));
        line(format!("DTSTAMP:{stamp}"));
        line(format!("DTSTART;VALUE=DATE:{}", date.strftime("%Y%m%d")));
        line(format!("SUMMARY:{}", escaped(&format!("{} : {}", agenda.first_name, agenda.activity_name))));
        line(format!("DESCRIPTION:{}", escaped(&units.join(", "))));
        line(format!("LOCATION:{}", escaped(town)));
        line(format!("STATUS:{}", if waits { "TENTATIVE" } else { "CONFIRMED" }));
        line("END:VEVENT".into());
    }
    line("END:VCALENDAR".into());
    text
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// A line, folded where it is longer than the format has it, never inside a character.
fn push(text: &mut String, content: &str) {
    let mut length = 0;
    for c in content.chars() {
        if length + c.len_utf8() > LINE {
            text.push_str("\r\n ");
            length = 1;
        }
        text.push(c);
        length += c.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_between_characters_and_separators_are_escaped() {
        let mut text = String::new();
        push(&mut text, &format!("SUMMARY:{}", "é".repeat(60)));
        let lines: Vec<&str> = text.split("\r\n").filter(|line| !line.is_empty()).collect();
        assert!(lines.iter().all(|line| line.len() <= 75) && lines.len() == 2, "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), format!("SUMMARY:{}", "é".repeat(60)));
        assert_eq!(escaped("Léo, mardi ; \\ \n"), "Léo\\, mardi \\; \\\\ \\n");
    }
}
