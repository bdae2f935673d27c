//! The seal of a receipt: by which the town knows again what it answered, whoever shows it and whatever its database has forgotten
//! since.

use hmac::{Hmac, KeyInit, Mac};
use preau_domain::reservations::ReceiptNumber;
use preau_protocol::reservations::ReceiptDto;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::error::Result;

/// Seals receipts, and knows them again.
#[derive(Clone)]
pub struct Seal([u8; 32]);

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

impl Seal {
    /// With a key of its own.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The receipt with its seal.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub(super) fn put_on(&self, commune: Uuid, receipt: ReceiptDto) -> Result<ReceiptDto> {
        let receipt = ReceiptDto { seal: None, ..receipt };
        let seal = self.of(commune, &receipt)?;
        Ok(ReceiptDto { seal: Some(seal), ..receipt })
    }

    /// Whether the town sealed this, word for word.
    ///
    /// # Errors
    /// As [`Seal::put_on`].
    pub(super) fn is_on(&self, commune: Uuid, receipt: &ReceiptDto) -> Result<bool> {
        let Some(shown) = &receipt.seal else { return Ok(false) };
        let seal = self.of(commune, &ReceiptDto { seal: None, ..receipt.clone() })?;
        Ok(seal.as_bytes().ct_eq(shown.as_bytes()).into())
    }

    /// Sixteen letters and digits: 80 bits, in the letters of [`ReceiptNumber`].
    fn of(&self, commune: Uuid, receipt: &ReceiptDto) -> Result<String> {
        // HMAC pads a short key with zeros to its block: the same value, by a constructor that cannot fail.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(commune.as_bytes());
        mac.update(serde_json::to_string(receipt)?.as_bytes());
        let tag = mac.finalize().into_bytes();
        let mut bits: u128 = 0;
        for byte in tag.iter().take(10) {
            bits = bits << 8 | u128::from(*byte);
        }
        let letter = |place: u32| char::from(ReceiptNumber::DIGITS[(bits >> (5 * place) & 31) as usize]);
        let groups = [12, 8, 4, 0].map(|last| (last..last + 4).rev().map(letter).collect::<String>());
        Ok(groups.join("-"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use preau_protocol::reservations::{ReceiptLineDto, VerdictDto};

    #[test]
    fn a_receipt_that_was_altered_or_is_another_towns_is_not_known() {
        let (town, seal) = (Uuid::from_u128(1), Seal::new([7; 32]));
        let line = ReceiptLineDto {
            child_id: Uuid::from_u128(3),
            day: jiff::civil::date(2026, 12, 21),
            old: Vec::new(),
            new: vec!["morning".into()],
            verdict: VerdictDto::Absent { cents: 500 },
        };
        let receipt = ReceiptDto {
            receipt_id: Uuid::from_u128(2),
            at: "2026-10-01T06:00:00Z".into(),
            by: None,
            activity_id: Uuid::from_u128(4),
            period_id: Uuid::from_u128(5),
            lines: vec![line.clone()],
            seal: None,
        };
        assert!(!seal.is_on(town, &receipt).unwrap(), "without a seal");
        let sealed = seal.put_on(town, receipt.clone()).unwrap();
        assert!(seal.is_on(town, &sealed).unwrap());
        assert_eq!(seal.put_on(town, sealed.clone()).unwrap(), sealed, "sealed again it is the same");
        let shown = sealed.seal.clone().unwrap();
        assert_eq!(shown.len(), 19);
        assert!(shown.split('-').all(|group| group.len() == 4), "{shown}");
        assert!(!seal.is_on(Uuid::from_u128(9), &sealed).unwrap(), "another town's");
        assert!(!Seal::new([8; 32]).is_on(town, &sealed).unwrap(), "another key's");
        let dearer = ReceiptLineDto { verdict: VerdictDto::Absent { cents: 400 }, ..line };
        assert!(!seal.is_on(town, &ReceiptDto { lines: vec![dearer], ..sealed.clone() }).unwrap());
        assert!(!seal.is_on(town, &ReceiptDto { at: "2026-10-01T06:00:01Z".into(), ..sealed }).unwrap());
    }
}
