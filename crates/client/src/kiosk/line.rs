//! What a session and its supervisor say to each other, a line of JSON each, on the session's standard input and
//! output. Nothing of a person is ever among it: what is not one of these words is thrown away unread.

use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, Read, Take};
use zeroize::{Zeroize, Zeroizing};

/// Longest line, in bytes. Longer ones are nobody's words.
const LONGEST: u16 = 1024;

/// How an agent leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leave {
    /// This time: the machine comes up as a kiosk again.
    ThisTime,
    /// For good: the machine is a kiosk no more.
    ForGood,
}

/// A session to its supervisor.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "says", rename_all = "snake_case")]
pub enum FromSession {
    /// The page lives: the first of these says that it is on the screen.
    Alive,
    /// Somebody touched the screen, the mouse or a key.
    Touched,
    /// « Continuer », during the countdown.
    Continue,
    /// « Terminer ».
    Done,
    /// An agent wants out.
    Leave {
        /// How.
        how: Leave,
        /// The exit code as typed.
        code: String,
    },
}

impl Drop for FromSession {
    fn drop(&mut self) {
        if let Self::Leave { code, .. } = self {
            code.zeroize();
        }
    }
}

impl std::fmt::Debug for FromSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Alive => "Alive",
            Self::Touched => "Touched",
            Self::Continue => "Continue",
            Self::Done => "Done",
            Self::Leave { .. } => "Leave",
        })
    }
}

/// A supervisor to its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "says", rename_all = "snake_case")]
pub enum ToSession {
    /// Nobody has touched anything: the session ends in so many seconds.
    Countdown {
        /// Seconds left.
        seconds: u32,
    },
    /// Somebody did.
    GoOn,
    /// The exit code was wrong.
    WrongCode {
        /// Seconds before another one is looked at, when there were too many.
        wait: Option<u32>,
    },
    /// It ends: sign out, and go.
    End,
}

/// A line, with its end.
#[must_use]
pub fn written<T: Serialize>(said: &T) -> String {
    // Enums of names and numbers: writing them cannot fail.
    let mut line = serde_json::to_string(said).unwrap_or_default();
    line.push('\n');
    line
}

/// The words that come in, until the other side is gone.
pub fn heard<T: for<'a> Deserialize<'a>>(from: impl Read) -> impl Iterator<Item = T> {
    let line = Zeroizing::new(Vec::with_capacity(LONGEST.into()));
    let mut lines = Lines { from: BufReader::with_capacity(1, from).take(0), line };
    std::iter::from_fn(move || lines.next_words())
}

/// A code typed for another must not stay in the supervisor's memory: nothing is read ahead into a buffer that nobody
/// wipes, and the line has its full room from the start, for one that grows leaves copies.
struct Lines<R> {
    from: Take<BufReader<R>>,
    line: Zeroizing<Vec<u8>>,
}

impl<R: Read> Lines<R> {
    fn next_words<T: for<'a> Deserialize<'a>>(&mut self) -> Option<T> {
        loop {
            self.line.zeroize();
            self.from.set_limit(LONGEST.into());
            if self.from.read_until(b'\n', &mut self.line).ok()? == 0 {
                return None;
            }
            // The rest of a line that was cut is no word either, or a harmless one.
            if let Ok(words) = serde_json::from_slice(&self.line) {
                return Some(words);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_arrives_as_it_was_said() {
        let leave = FromSession::Leave { how: Leave::ForGood, code: "d'é\n\"8 ✓".into() };
        let said = [FromSession::Alive, FromSession::Touched, FromSession::Continue, FromSession::Done, leave];
        let text: String = said.iter().map(written).collect();
        assert_eq!(heard(text.as_bytes()).collect::<Vec<FromSession>>(), said);
        let said = [
            ToSession::Countdown { seconds: 30 },
            ToSession::GoOn,
            ToSession::WrongCode { wait: Some(60) },
            ToSession::WrongCode { wait: None },
            ToSession::End,
        ];
        let text: String = said.iter().map(written).collect();
        assert_eq!(heard(text.as_bytes()).collect::<Vec<ToSession>>(), said);
    }

    #[test]
    fn what_is_no_word_is_thrown_away() {
        let long = "x".repeat(5000);
        let text =
            format!("\nGtk-WARNING **: théme\n{{\"says\":\"sing\"}}\n{long}\n\u{0}\n{}", written(&FromSession::Done));
        assert_eq!(heard(text.as_bytes()).collect::<Vec<FromSession>>(), [FromSession::Done]);
        assert_eq!(heard(b"{\"says\":\"done\"".as_slice()).collect::<Vec<FromSession>>(), []);
    }

    #[test]
    fn an_exit_code_is_not_printed_by_mistake() {
        let leave = FromSession::Leave { how: Leave::ThisTime, code: "Sortie-33290".into() };
        assert_eq!(format!("{leave:?}"), "Leave");
    }
}
