//! The chain: each act's hash covers the one before, so that none is altered, left out or slipped in unseen.
//!
//! What an act says beyond ids (its details) is hashed with a salt of its own and may be erased later together with the
//! salt: the chain stays whole, and what was erased cannot be guessed from it.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Actor;

/// What the hash of an act covers, besides the act before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link<'a> {
    pub commune: Uuid,
    pub seq: i64,
    /// Milliseconds since 1970.
    pub at: i64,
    pub actor_kind: &'a str,
    pub actor_id: Option<Uuid>,
    pub action: &'a str,
    pub family: Option<Uuid>,
    pub entity: Option<Uuid>,
    pub details_hash: &'a [u8],
}

impl Actor {
    /// Its two columns.
    pub(super) fn columns(self) -> (&'static str, Option<Uuid>) {
        match self {
            Self::Family(account) => ("family", Some(account)),
            Self::Agent(account) => ("agent", Some(account)),
            Self::Operator => ("operator", None),
            Self::System => ("system", None),
        }
    }
}

/// The hash of an act after the one whose hash is `before`; nothing before the first.
///
/// SHA-256 over the fields in their order, each with its length before it, so that no two acts read the same.
pub(crate) fn hash(before: &[u8], link: &Link<'_>) -> Vec<u8> {
    let id = |id: Option<Uuid>| id.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
    let mut sha = Sha256::new();
    for field in [
        before,
        link.commune.as_bytes(),
        &link.seq.to_be_bytes(),
        &link.at.to_be_bytes(),
        link.actor_kind.as_bytes(),
        &id(link.actor_id),
        link.action.as_bytes(),
        &id(link.family),
        &id(link.entity),
        link.details_hash,
    ] {
        sha.update(u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
        sha.update(field);
    }
    sha.finalize().to_vec()
}

/// The hash of details: SHA-256 of the salt, then of the text. Without details, of nothing: there is nothing to hide.
pub(crate) fn details_hash(salt: &[u8], details: &str) -> Vec<u8> {
    let mut sha = Sha256::new();
    sha.update(salt);
    sha.update(details.as_bytes());
    sha.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_and_its_place_matter() {
        let commune = Uuid::from_u128(1);
        let link = Link {
            commune,
            seq: 7,
            at: 1_000,
            actor_kind: "agent",
            actor_id: Some(Uuid::from_u128(2)),
            action: "family_read",
            family: Some(Uuid::from_u128(3)),
            entity: None,
            details_hash: &[],
        };
        let whole = hash(b"before", &link);
        let others = [
            hash(b"", &link),
            hash(b"before", &Link { commune: Uuid::from_u128(9), ..link }),
            hash(b"before", &Link { seq: 8, ..link }),
            hash(b"before", &Link { at: 1_001, ..link }),
            hash(b"before", &Link { actor_kind: "family", ..link }),
            hash(b"before", &Link { actor_id: None, ..link }),
            hash(b"before", &Link { action: "family_rea", ..link }),
            hash(b"before", &Link { family: None, ..link }),
            // The same id in another place.
            hash(b"before", &Link { family: None, entity: link.family, ..link }),
            hash(b"before", &Link { details_hash: b"d", ..link }),
        ];
        assert!(others.iter().all(|other| *other != whole));
        assert_eq!(hash(b"before", &link), whole);
    }

    #[test]
    fn details_hide_behind_their_salt() {
        assert_ne!(details_hash(b"one", "PAI"), details_hash(b"two", "PAI"));
        assert_eq!(details_hash(b"one", "PAI"), details_hash(b"one", "PAI"));
    }
}
