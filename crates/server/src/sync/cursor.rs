//! The cursor: opaque to desktops, the server's epoch and a keyset position in each stream.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db;

/// Longest cursor read: far more streams than any caller has.
const MAX_CURSOR: usize = 16 * 1024;

/// Positions by stream, within an epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    #[serde(rename = "e")]
    pub epoch: Uuid,
    #[serde(rename = "s")]
    pub streams: Vec<Position>,
}

/// What comes next in a stream is greater than `(version, kind, entity)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    #[serde(rename = "i")]
    pub stream: Uuid,
    #[serde(rename = "v")]
    pub version: i64,
    #[serde(rename = "k")]
    pub kind: String,
    #[serde(rename = "n")]
    pub entity: Uuid,
}

impl Position {
    /// Before everything.
    pub fn start(stream: Uuid) -> Self {
        Self { stream, version: 0, kind: String::new(), entity: Uuid::nil() }
    }

    /// After everything of `version`. No kind is empty, so nothing of the next version is skipped.
    pub fn after(stream: Uuid, version: i64) -> Self {
        Self { stream, version: version + 1, kind: String::new(), entity: Uuid::nil() }
    }

    pub fn is_start(&self) -> bool {
        self.version == 0 && self.kind.is_empty()
    }
}

impl Cursor {
    pub fn encode(&self) -> Result<String, serde_json::Error> {
        Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(self)?))
    }

    /// Reads a cursor; `None` if no server ever wrote it.
    pub fn decode(text: &str) -> Option<Self> {
        if text.len() > MAX_CURSOR {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let cursor: Self = serde_json::from_slice(&bytes).ok()?;
        cursor.streams.iter().all(|position| db::can_be_kept(&position.kind)).then_some(cursor)
    }

    pub fn position(&self, stream: Uuid) -> Option<&Position> {
        self.streams.iter().find(|position| position.stream == stream)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_reads_back(epoch: u128, version in 0i64..i64::MAX - 1, stream: u128) {
            let stream = Uuid::from_u128(stream);
            let streams = vec![Position::after(stream, version), Position::start(Uuid::max())];
            let cursor = Cursor { epoch: Uuid::from_u128(epoch), streams };
            prop_assert_eq!(Cursor::decode(&cursor.encode().expect("text")), Some(cursor));
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,80}") {
            prop_assert_eq!(Cursor::decode(&text), None);
        }
    }
}
