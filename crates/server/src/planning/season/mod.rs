//! A season as a town writes it: one TOML file, checked as a whole, applied as a whole. Its form is in `FORMAT.md`.
//!
//! What a file does not name stays as it is: last year's season is not this year's to repeat.

mod file;
mod used;

pub use file::PlacesOfPeriod;
pub(super) use file::read_season;
pub use used::{Used, UsedDay};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::store::ItemRow;
use crate::error::Result;

/// A faulty line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct SeasonFault {
    /// Kinds and stable names: `periods.toussaint_2026.places`.
    pub field: String,
    /// What is wrong.
    pub reason: String,
}

impl SeasonFault {
    pub(super) fn new(field: impl Into<String>, reason: &(impl ToString + ?Sized)) -> Self {
        Self { field: field.into(), reason: reason.to_string() }
    }
}

/// A season that was read, not checked yet beside what is on record.
#[derive(Debug, Clone)]
pub struct Season {
    /// Its items, with the ids that they have on record or are to have.
    pub(super) items: Vec<ItemRow>,
}

/// What a season changes of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// `period`.
    pub kind: String,
    /// Its stable name.
    pub key: String,
    /// New, or the fields that differ.
    pub change: ItemChange,
}

/// How an item differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ItemChange {
    /// It is not on record yet.
    New,
    /// These fields differ.
    Changed {
        /// Their names.
        fields: Vec<String>,
    },
}

impl Season {
    /// What it changes of what is on record, by kind and stable name.
    ///
    /// # Errors
    /// When a body is not JSON.
    pub(super) fn differences(&self, on_record: &[ItemRow]) -> Result<Vec<Difference>> {
        let mut differences = Vec::new();
        for item in &self.items {
            let change = match on_record.iter().find(|row| row.item_id == item.item_id) {
                None => ItemChange::New,
                Some(before) => match changed_fields(before, item)? {
                    fields if fields.is_empty() => continue,
                    fields => ItemChange::Changed { fields },
                },
            };
            differences.push(Difference { kind: item.kind.clone(), key: item.stable_key.clone(), change });
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
