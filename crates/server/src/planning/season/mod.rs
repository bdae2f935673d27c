//! A season as a town writes it: one TOML file, checked as a whole, applied as a whole. Its form is in `FORMAT.md`.
//!
//! What a file does not name stays as it is: last year's season is not this year's to repeat.

mod file;
mod used;

pub use file::PlacesOfPeriod;
pub(super) use file::read_season;
pub use used::{Used, UsedDay};

use preau_protocol::error::FieldError;
use preau_protocol::files::{ItemChangeDto, SeasonDifferenceDto};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::store::ItemRow;
use crate::error::Result;

/// A faulty line of the file: kinds and stable names (`periods.toussaint_2026.places`), and what is wrong.
pub(super) fn fault(field: impl Into<String>, reason: &(impl ToString + ?Sized)) -> FieldError {
    FieldError { field: field.into(), rule: reason.to_string() }
}

/// A season that was read, not checked yet beside what is on record.
#[derive(Debug, Clone)]
pub struct Season {
    /// Its items, with the ids that they have on record or are to have.
    pub(super) items: Vec<ItemRow>,
}

impl Season {
    /// What it changes of what is on record, by kind and stable name.
    ///
    /// # Errors
    /// When a body is not JSON.
    pub(super) fn differences(&self, on_record: &[ItemRow]) -> Result<Vec<SeasonDifferenceDto>> {
        let mut differences = Vec::new();
        for item in &self.items {
            let change = match on_record.iter().find(|row| row.item_id == item.item_id) {
                None => ItemChangeDto::New,
                Some(before) => match changed_fields(before, item)? {
                    fields if fields.is_empty() => continue,
                    fields => ItemChangeDto::Changed { fields },
                },
            };
            differences.push(SeasonDifferenceDto { kind: item.kind.clone(), key: item.stable_key.clone(), change });
        }
        Ok(differences)
    }

    /// What is on record with this season put over it.
    pub(super) fn over(&self, on_record: &[ItemRow]) -> Vec<ItemRow> {
        let own = |id: Uuid| self.items.iter().any(|item| item.item_id == id);
        on_record.iter().filter(|row| !own(row.item_id)).chain(&self.items).cloned().collect()
    }
}

fn changed_fields(before: &ItemRow, after: &ItemRow) -> Result<Vec<String>> {
    let (old, new): (Map<String, Value>, Map<String, Value>) =
        (serde_json::from_str(&before.body)?, serde_json::from_str(&after.body)?);
    let mut fields: Vec<String> =
        new.keys().chain(old.keys()).filter(|f| old.get(*f) != new.get(*f)).cloned().collect();
    let places =
        |row: &ItemRow| -> Result<Option<Value>> { Ok(row.places.as_deref().map(serde_json::from_str).transpose()?) };
    if places(before)? != places(after)? {
        fields.push("places".to_owned());
    }
    fields.sort();
    fields.dedup();
    Ok(fields)
}
