//! Details that a run of commands reads ahead, and leaves to be written at its end. Both go together: what was read ahead
//! stays true because whoever changes it leaves it here, where the next command looks first.

use std::collections::{BTreeMap, BTreeSet};

use preau_domain::family::{DetailField, DetailSubject};
use uuid::Uuid;

use super::{OnRecord, UNDECIDED, Waiting, field_name, store};
use crate::ahead::{Ahead, Reads};
use crate::error::Result;
use crate::family::store::{AdultRow, DetailChangeRow, FamilyRow, adults, families};
use crate::writer::{Together, When, WriteTx};

/// Commune and family.
type Place = (Uuid, Uuid);

/// What commands will change, by commune and family; then as it was before them.
#[derive(Debug, Default)]
struct ReadDetails {
    wanted: BTreeMap<Uuid, Wanted>,
    homes: BTreeMap<Place, Option<FamilyRow>>,
    adults: BTreeMap<Place, Vec<AdultRow>>,
    waiting: BTreeMap<Place, BTreeSet<Waiting>>,
}

#[derive(Debug, Default)]
struct Wanted {
    homes: BTreeSet<Uuid>,
    adults: BTreeSet<Uuid>,
}

/// Wants a detail of a family read ahead, with what it is part of and whether a change of it waits.
pub(in crate::family) fn want(reads: &mut Reads, commune: Uuid, family: Uuid, subject: DetailSubject) {
    reads.want(|read: &mut ReadDetails| {
        let wanted = read.wanted.entry(commune).or_default();
        match subject {
            DetailSubject::Household => wanted.homes.insert(family),
            DetailSubject::Adult(_) => wanted.adults.insert(family),
        };
    });
}

impl Ahead for ReadDetails {
    async fn read(&mut self, tx: &WriteTx) -> Result<()> {
        for (commune, wanted) in std::mem::take(&mut self.wanted) {
            let all: Vec<Uuid> = wanted.homes.union(&wanted.adults).copied().collect();
            self.waiting.extend(all.iter().map(|family| ((commune, *family), BTreeSet::new())));
            for row in store::waiting(tx, commune, &all).await? {
                self.waiting.entry((commune, row.family_id)).or_default().insert(row);
            }
            let of: Vec<Uuid> = wanted.homes.into_iter().collect();
            self.homes.extend(of.iter().map(|family| ((commune, *family), None)));
            let rows = families(tx.connection(), commune, &of).await?;
            self.homes.extend(rows.into_iter().map(|row| ((commune, row.family_id), Some(row))));
            let of: Vec<Uuid> = wanted.adults.into_iter().collect();
            self.adults.extend(of.iter().map(|family| ((commune, *family), Vec::new())));
            for row in adults(tx.connection(), commune, &of).await? {
                self.adults.entry((commune, row.family_id)).or_default().push(row);
            }
        }
        Ok(())
    }
}

/// What commands changed, to be written at the end.
#[derive(Debug, Default)]
struct LeftDetails {
    homes: BTreeMap<Place, FamilyRow>,
    /// By commune and person, with the fields that are to be written.
    adults: BTreeMap<Place, (AdultRow, Vec<DetailField>)>,
    changes: BTreeMap<Uuid, Vec<DetailChangeRow>>,
}

impl Together for LeftDetails {
    const WHEN: When = When::EndOfRun;

    fn add(&mut self, later: Self) {
        self.homes.extend(later.homes);
        for (place, (row, mut fields)) in later.adults {
            let before = self.adults.remove(&place).map(|(_, fields)| fields).unwrap_or_default();
            fields.extend(before.into_iter().filter(|field| !fields.contains(field)).collect::<Vec<_>>());
            self.adults.insert(place, (row, fields));
        }
        for (commune, mut rows) in later.changes {
            self.changes.entry(commune).or_default().append(&mut rows);
        }
    }

    async fn write(self, tx: &WriteTx) -> Result<()> {
        let mut homes: BTreeMap<Uuid, Vec<&FamilyRow>> = BTreeMap::new();
        for ((commune, _), row) in &self.homes {
            homes.entry(*commune).or_default().push(row);
        }
        for (commune, homes) in homes {
            store::write_homes(tx, commune, &homes).await?;
        }
        let mut adults: BTreeMap<(Uuid, &str), (DetailField, Vec<&AdultRow>)> = BTreeMap::new();
        for ((commune, _), (row, fields)) in &self.adults {
            for field in fields {
                adults.entry((*commune, field_name(*field))).or_insert((*field, Vec::new())).1.push(row);
            }
        }
        for ((commune, _), (field, adults)) in adults {
            store::write_adults(tx, commune, field, &adults).await?;
        }
        for (commune, rows) in self.changes {
            store::insert_changes(tx, commune, rows).await?;
        }
        Ok(())
    }
}

/// A home as this transaction has it; none where it was not read ahead.
pub(super) fn home(tx: &WriteTx, commune: Uuid, family: Uuid) -> Option<Option<FamilyRow>> {
    let place = (commune, family);
    let read = tx.ahead::<ReadDetails>()?.homes.get(&place)?;
    Some(tx.left(|left: &LeftDetails| left.homes.get(&place).cloned()).or_else(|| read.clone()))
}

/// An adult of a family as this transaction has it; none where the family's were not read ahead.
pub(super) fn adult(tx: &WriteTx, commune: Uuid, family: Uuid, person: Uuid) -> Option<Option<AdultRow>> {
    let read = tx.ahead::<ReadDetails>()?.adults.get(&(commune, family))?;
    let read = read.iter().find(|adult| adult.person_id == person);
    let left = || tx.left(|left: &LeftDetails| left.adults.get(&(commune, person)).map(|(row, _)| row.clone()));
    Some(read.map(|read| left().unwrap_or_else(|| read.clone())))
}

/// Whether a change of a detail waits; none where the family's were not read ahead.
pub(super) fn waits(tx: &WriteTx, commune: Uuid, asked: &Waiting) -> Option<bool> {
    let read = tx.ahead::<ReadDetails>()?.waiting.get(&(commune, asked.family_id))?;
    let same = |row: &DetailChangeRow| {
        let of = (row.family_id, row.subject_person, row.field.as_str());
        of == (asked.family_id, asked.subject_person, asked.field.as_str()) && UNDECIDED.contains(&&*row.status)
    };
    let left = |left: &LeftDetails| left.changes.get(&commune).is_some_and(|rows| rows.iter().any(same)).then_some(());
    Some(read.contains(asked) || tx.left(left).is_some())
}

/// Leaves a home or an adult to be written, where it was read ahead.
pub(super) fn write(tx: &WriteTx, commune: Uuid, field: DetailField, written: &OnRecord) -> bool {
    let Some(read) = tx.ahead::<ReadDetails>() else { return false };
    match written {
        OnRecord::Home(row) if read.homes.contains_key(&(commune, row.family_id)) => {
            tx.leave(|left: &mut LeftDetails| {
                left.homes.insert((commune, row.family_id), row.clone());
            });
            true
        }
        OnRecord::Adult(row) if read.adults.contains_key(&(commune, row.family_id)) => {
            tx.leave(|left: &mut LeftDetails| {
                left.adults.insert((commune, row.person_id), (row.clone(), vec![field]));
            });
            true
        }
        OnRecord::Home(_) | OnRecord::Adult(_) => false,
    }
}

/// Leaves a change to be put on record where its family's were read ahead; gives it back elsewhere.
pub(super) fn record(tx: &WriteTx, commune: Uuid, row: DetailChangeRow) -> Option<DetailChangeRow> {
    if !tx.ahead::<ReadDetails>().is_some_and(|read| read.waiting.contains_key(&(commune, row.family_id))) {
        return Some(row);
    }
    tx.leave(|left: &mut LeftDetails| left.changes.entry(commune).or_default().push(row));
    None
}
