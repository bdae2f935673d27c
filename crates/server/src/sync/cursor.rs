//! The cursor: opaque to desktops, the server's epoch and a keyset position in each stream.
//!
//! Every question and every answer carries it, most of them about nothing new: it is written as bytes, not as JSON.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::db;

/// Longest cursor read: far more streams than any caller has.
const MAX_CURSOR: usize = 16 * 1024;
/// First byte of this way of writing it.
const FORM: u8 = 1;

/// Positions by stream, within an epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cursor {
    pub epoch: Uuid,
    pub streams: Vec<Position>,
}

/// What comes next in a stream is greater than `(version, kind, entity)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Position {
    pub stream: Uuid,
    pub version: i64,
    pub kind: String,
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

    /// Nothing of the stream was served yet: below every horizon, so that it begins anew. It is named all the same, for the
    /// desktop may hold rows of it from before a restore, and a right lost between two pages has to be told.
    pub fn unread(stream: Uuid) -> Self {
        Self { stream, version: -1, kind: String::new(), entity: Uuid::nil() }
    }

    fn read(rest: &mut &[u8]) -> Option<Self> {
        let (stream, version) = (read_id(rest)?, read_number(rest)?.cast_signed());
        let length = usize::try_from(read_number(rest)?).ok()?;
        if length == 0 {
            return Some(Self { stream, version, kind: String::new(), entity: Uuid::nil() });
        }
        let kind = std::str::from_utf8(rest.split_off(..length)?).ok()?.to_owned();
        let entity = read_id(rest)?;
        db::can_be_kept(&kind).then_some(Self { stream, version, kind, entity })
    }

    pub fn is_start(&self) -> bool {
        self.version == 0 && self.kind.is_empty()
    }
}

impl Cursor {
    /// The form, the epoch, then each stream with its version, the length of its kind, and, inside a version, kind and
    /// entity.
    pub fn encode(&self) -> String {
        let mut bytes = vec![FORM];
        bytes.extend(self.epoch.as_bytes());
        for position in &self.streams {
            bytes.extend(position.stream.as_bytes());
            write_number(&mut bytes, position.version.cast_unsigned());
            write_number(&mut bytes, position.kind.len() as u64);
            if !position.kind.is_empty() {
                bytes.extend(position.kind.as_bytes());
                bytes.extend(position.entity.as_bytes());
            }
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor; `None` if no server ever wrote it.
    pub fn decode(text: &str) -> Option<Self> {
        if text.len() > MAX_CURSOR {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let mut rest = bytes.strip_prefix(&[FORM])?;
        let epoch = read_id(&mut rest)?;
        let mut streams = Vec::new();
        while !rest.is_empty() {
            streams.push(Position::read(&mut rest)?);
        }
        Some(Self { epoch, streams })
    }

    pub fn position(&self, stream: Uuid) -> Option<&Position> {
        self.streams.iter().find(|position| position.stream == stream)
    }
}

/// Seven bits a byte, the lowest first; the high bit says that more follow (LEB128).
fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read_number(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for place in 0..10 {
        let byte = *rest.split_off_first()?;
        // The tenth byte has room for one bit.
        if place == 9 && byte > 1 {
            return None;
        }
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn read_id(rest: &mut &[u8]) -> Option<Uuid> {
    Uuid::from_slice(rest.split_off(..16)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_reads_back(epoch: u128, version in 0i64..i64::MAX - 1, stream: u128) {
            let stream = Uuid::from_u128(stream);
            let inside = Position { kind: "détail".into(), entity: stream, ..Position::after(stream, version) };
            let streams = vec![Position::after(stream, version), Position::unread(Uuid::max()), inside];
            let cursor = Cursor { epoch: Uuid::from_u128(epoch), streams };
            let text = cursor.encode();
            for cut in 1..text.len() {
                prop_assert!(Cursor::decode(&text[..cut]).is_none_or(|read| read.streams.len() < 3));
            }
            prop_assert_eq!(Cursor::decode(&text), Some(cursor));
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,80}") {
            prop_assert_eq!(Cursor::decode(&text), None);
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            let text = URL_SAFE_NO_PAD.encode([vec![FORM], bytes].concat());
            // Some are cursors; none is read as another one than it is written.
            if let Some(cursor) = Cursor::decode(&text) {
                prop_assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
            }
        }

        #[test]
        fn the_cursor_of_a_home_is_short(version in 0i64..1_000_000) {
            let streams = [1, 2].map(|id| Position::after(Uuid::from_u128(id), version)).to_vec();
            let cursor = Cursor { epoch: Uuid::nil(), streams };
            prop_assert!(cursor.encode().len() <= 80);
        }
    }
}
