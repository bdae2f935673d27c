//! Reading registrations, and putting them on record.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use preau_domain::family::one_line;
use preau_domain::registrations::Registration;
use preau_protocol::ErrorCode;
use preau_protocol::error::FieldError;
use preau_protocol::registrations::{
    AgentRegistrationDto, AgentRegistrationsResponse, PutRegistrationRequest, RegistrationDto,
};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::Which;
use super::store::{self, RegistrationRow};
use crate::clock::paris_day;
use crate::error::{Error, Result};
use crate::family;
use crate::family::folding::fold;
use crate::planning;
use crate::random;
use crate::sync::{Entity, hold, publish_changed};
use crate::writer::WriteTx;

/// Longest reason, in characters.
pub(super) const REASON: usize = 300;
/// Registrations of one answer.
const LISTED: usize = 200;

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

/// Puts one on record, as [`put`]; whether something changed.
///
/// # Errors
/// [`Error::NotFound`] for a child or an activity that the commune does not have, the fields that break a form rule, or whatever the
/// database says.
pub async fn put_one(tx: &WriteTx, commune: Uuid, request: &PutRegistrationRequest) -> Result<(RegistrationDto, bool)> {
    let PutRegistrationRequest { child_id, activity_id, from, to, state, reason, own_meal } = request.clone();
    let fault = |field: &str, rule: &str| {
        let fields = vec![FieldError { field: field.into(), rule: rule.into() }];
        Err(Error::Fields(ErrorCode::InvalidRequest, fields))
    };
    if to < from {
        return fault("to", "before_from");
    }
    let reason = reason.map(|reason| one_line(&reason)).filter(|reason| !reason.is_empty());
    if reason.as_ref().is_some_and(|reason| reason.chars().count() > REASON || reason.contains('\0')) {
        return fault("reason", "at most 300 characters");
    }
    let is_known = family::names(tx.connection(), commune, &[child_id]).await?.contains_key(&child_id);
    if !is_known || !activities(tx.connection(), commune).await?.values().any(|known| *known == activity_id) {
        return Err(Error::NotFound);
    }
    let registration_id = random::id();
    let wanted = RegistrationDto { registration_id, child_id, activity_id, from, to, state, reason, own_meal };
    let changed = put(tx, commune, std::slice::from_ref(&wanted)).await?;
    let rows = store::of_children(tx.connection(), commune, &[child_id]).await?;
    let is_it = |row: &&RegistrationRow| row.activity_id == activity_id && row.starts_on == from.to_string();
    let row = rows.iter().find(is_it).ok_or(Error::NotFound)?;
    Ok((row.dto()?, !changed.is_empty()))
}

/// Registrations by the child's name, some of them passed over.
///
/// # Errors
/// Whatever the database says.
pub async fn listed(
    on: &impl ConnectionTrait,
    commune: Uuid,
    which: Which,
    skip: u32,
) -> Result<AgentRegistrationsResponse> {
    let rows = store::all(on, commune).await?;
    let is_wanted = |registration: &RegistrationDto| {
        which.activity.is_none_or(|activity| registration.activity_id == activity)
            && which.child.is_none_or(|child| registration.child_id == child)
            && which.state.is_none_or(|state| registration.state == state)
    };
    let mut registrations = rows.iter().map(RegistrationRow::dto).collect::<Result<Vec<_>>>()?;
    registrations.retain(is_wanted);
    let children: BTreeSet<Uuid> = registrations.iter().map(|registration| registration.child_id).collect();
    let names = family::names(on, commune, &children.into_iter().collect::<Vec<_>>()).await?;
    let total = u32::try_from(registrations.len()).unwrap_or(u32::MAX);
    let named = |registration: RegistrationDto| {
        let name = names.get(&registration.child_id)?;
        Some(AgentRegistrationDto { first_name: name.first.clone(), last_name: name.last.clone(), registration })
    };
    let mut listed: Vec<AgentRegistrationDto> = registrations.into_iter().filter_map(named).collect();
    listed.sort_by_cached_key(|one| (fold(&one.last_name), fold(&one.first_name), one.registration.from));
    let listed = listed.into_iter().skip(skip as usize).take(LISTED);
    Ok(AgentRegistrationsResponse { registrations: listed.collect(), total })
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
