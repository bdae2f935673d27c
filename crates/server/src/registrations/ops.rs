//! Reading registrations, and putting them on record.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use preau_domain::registrations::Registration;
use preau_protocol::registrations::RegistrationDto;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::store::{self, RegistrationRow};
use crate::clock::paris_day;
use crate::error::Result;
use crate::family;
use crate::planning;
use crate::sync::{Entity, hold, publish_changed};
use crate::writer::WriteTx;

/// Registrations of children for activities, as the rules take them.
///
/// # Errors
/// Whatever the database says, or a row that no rule would have let in.
pub async fn of_children(
    on: &impl ConnectionTrait,
    commune: Uuid,
    children: &[Uuid],
    activities: &[Uuid],
) -> Result<Vec<Registration>> {
    let rows = store::for_activities(on, commune, children, activities).await?;
    rows.iter().map(|row| Ok(Registration::from(&row.dto()?))).collect()
}

/// Activities by their stable names.
///
/// # Errors
/// Whatever the database says.
pub async fn activities(on: &impl ConnectionTrait, commune: Uuid) -> Result<BTreeMap<String, Uuid>> {
    let current = planning::Current::read(on, commune).await?;
    let named = current.planning.activities.values().map(|activity| (activity.key.to_string(), activity.id.0));
    Ok(named.collect())
}

/// Whether anybody is registered at all. Without a registration there is nothing to show of days.
///
/// # Errors
/// Whatever the database says.
pub async fn are_there_any(on: &impl ConnectionTrait, commune: Uuid) -> Result<bool> {
    store::are_there_any(on, commune).await
}

/// What the streams of families show of it on a day, by family.
///
/// # Errors
/// As [`of_children`].
pub async fn entities(
    on: &impl ConnectionTrait,
    commune: Uuid,
    children: &BTreeMap<Uuid, Vec<Uuid>>,
) -> Result<BTreeMap<Uuid, Vec<Entity>>> {
    let all: BTreeSet<Uuid> = children.values().flatten().copied().collect();
    let rows = store::of_children(on, commune, &all.into_iter().collect::<Vec<_>>()).await?;
    let mut entities: BTreeMap<Uuid, Vec<Entity>> = BTreeMap::new();
    for (family, children) in children {
        for row in rows.iter().filter(|row| children.contains(&row.child_id)) {
            entities.entry(*family).or_default().push(row.entity()?);
        }
    }
    Ok(entities)
}

/// Puts registrations on record and into the streams of every home of their children. One of the same child, activity
/// and first day is brought to what is given, under the id that it has. Says of which children something changed.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn put(tx: &WriteTx, commune: Uuid, registrations: &[RegistrationDto]) -> Result<BTreeSet<Uuid>> {
    let children: BTreeSet<Uuid> = registrations.iter().map(|registration| registration.child_id).collect();
    let children: Vec<Uuid> = children.into_iter().collect();
    let today = paris_day(tx.now())?;
    let mut homes = family::homes_of(tx.connection(), commune, &children).await?;
    homes.retain(|home| home.in_force(today));
    let streams: Vec<Uuid> = homes.iter().map(|home| home.family).collect();
    let held = hold(tx, commune, &streams).await?;
    let before = store::of_children(tx.connection(), commune, &children).await?;
    let mut changed = Vec::new();
    for registration in registrations {
        let row = row(registration)?;
        let known = before.iter().find(|known| {
            (known.child_id, known.activity_id, &known.starts_on) == (row.child_id, row.activity_id, &row.starts_on)
        });
        let id = known.map_or(row.registration_id, |known| known.registration_id);
        let row = RegistrationRow { registration_id: id, ..row };
        if known != Some(&row) {
            changed.push(row);
        }
    }
    let mut by_home: BTreeMap<Uuid, Vec<Entity>> = BTreeMap::new();
    for row in &changed {
        for home in homes.iter().filter(|home| home.child == row.child_id) {
            by_home.entry(home.family).or_default().push(row.entity()?);
        }
    }
    let children = changed.iter().map(|row| row.child_id).collect();
    store::put(tx, commune, changed).await?;
    for (family, entities) in by_home {
        publish_changed(tx, &held, family, entities).await?;
    }
    Ok(children)
}

fn row(registration: &RegistrationDto) -> Result<RegistrationRow> {
    let day = |day: Date| day.to_string();
    let state = serde_json::to_value(registration.state)?;
    Ok(RegistrationRow {
        registration_id: registration.registration_id,
        child_id: registration.child_id,
        activity_id: registration.activity_id,
        starts_on: day(registration.from),
        ends_on: day(registration.to),
        state: state.as_str().unwrap_or_default().to_owned(),
        reason: registration.reason.clone(),
        own_meal: registration.own_meal,
    })
}
