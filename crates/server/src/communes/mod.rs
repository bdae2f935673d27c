//! Communes: the settings a town gives, served to anyone before sign-in and in its own stream.
//!
//! Table: `commune`. Invariant: the commune's stream shows exactly its settings.

mod routes;
mod settings;
mod store;

pub use routes::router;
pub use settings::{CoHolderBy, Settings, SettingsFault, read_settings};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use preau_protocol::ErrorCode;
use preau_protocol::communes::CommuneDto;
use preau_protocol::sync::EntityKind;
use sea_orm::ConnectionTrait;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::audit::{self, Actor, Details};
use crate::error::{Error, Result};
use crate::sync::{Entity, Projection, StreamKind, create_stream, hold, publish};
use crate::writer::{Command, Together, WriteTx};

/// Makes a commune, or brings the settings of the one with this slug to these.
#[derive(Debug)]
pub struct PutCommune {
    /// The settings; the id is taken when the commune is new.
    pub settings: Settings,
}

impl Command for PutCommune {
    type Output = Uuid;
    const NAME: &'static str = "put_commune";

    async fn apply(&self, tx: &WriteTx) -> Result<Uuid> {
        let Settings { served, co_holder } = &self.settings;
        let known = store::id_of(tx.connection(), &served.slug).await?;
        let commune = known.unwrap_or(served.commune_id);
        let settings = CommuneDto { commune_id: commune, ..served.clone() };
        let entity = Entity::new(EntityKind::Commune, commune, &settings)?;
        know(tx, commune, Arc::new(settings.clone()));
        let mut details = None;
        if known.is_some() {
            let before = store::settings(tx.connection(), commune).await?.unwrap_or_default();
            let mut changed = changed_settings(&before, &entity.body)?;
            if co_holder_by(tx.connection(), commune).await? != *co_holder {
                changed.push("co_holder".to_owned());
            }
            details = Some(Details::default().with("changed", changed)?.into_text());
            store::update(tx, commune, &entity.body, co_holder.name()).await?;
        } else {
            store::insert(tx, commune, &settings.slug, (&entity.body, co_holder.name())).await?;
            create_stream(tx, commune, commune, StreamKind::Commune).await?;
        }
        let projection = Projection { stream: commune, kinds: &[EntityKind::Commune], entities: vec![entity] };
        let held = hold(tx, commune, &[commune]).await?;
        publish(tx, &held, vec![projection]).await?;
        let action = if known.is_some() { "commune_changed" } else { "commune_created" };
        let entry = audit::Entry {
            commune,
            actor: Actor::Operator,
            action,
            family: None,
            entity: Some(commune),
            details: details.as_deref(),
        };
        audit::record(tx, entry).await?;
        Ok(commune)
    }
}

/// The names of the settings that differ.
fn changed_settings(before: &str, after: &str) -> Result<Vec<String>> {
    let (before, after): (Map<String, Value>, Map<String, Value>) =
        (serde_json::from_str(before)?, serde_json::from_str(after)?);
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    Ok(names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect())
}

/// Who invites and removes co-holders in a commune.
///
/// # Errors
/// [`Error::NotFound`], or whatever the database says.
pub async fn co_holder_by(on: &impl ConnectionTrait, commune: Uuid) -> Result<CoHolderBy> {
    let name = store::co_holder(on, commune).await?.ok_or(Error::NotFound)?;
    // A word that a newer server wrote is taken for the narrower right.
    Ok(if name == CoHolderBy::Family.name() { CoHolderBy::Family } else { CoHolderBy::Town })
}

/// The settings of a commune.
///
/// # Errors
/// [`Error::NotFound`], or whatever the database says.
pub async fn read(on: &impl ConnectionTrait, commune: Uuid) -> Result<CommuneDto> {
    let settings = store::settings(on, commune).await?.ok_or(Error::NotFound)?;
    Ok(serde_json::from_str(&settings)?)
}

/// The settings of a commune as this transaction sees them, read once for all its commands.
///
/// # Errors
/// As [`read`].
pub async fn read_once(tx: &WriteTx, commune: Uuid) -> Result<Arc<CommuneDto>> {
    if let Some(known) = tx.left(|known: &Known| known.0.get(&commune).cloned()) {
        return Ok(known);
    }
    let settings = Arc::new(read(tx.connection(), commune).await?);
    know(tx, commune, settings.clone());
    Ok(settings)
}

/// Settings read or put in this transaction: nothing of them is left to be written.
#[derive(Debug, Default)]
struct Known(BTreeMap<Uuid, Arc<CommuneDto>>);

impl Together for Known {
    fn add(&mut self, later: Self) {
        self.0.extend(later.0);
    }

    async fn write(self, _: &WriteTx) -> Result<()> {
        Ok(())
    }
}

fn know(tx: &WriteTx, commune: Uuid, settings: Arc<CommuneDto>) {
    tx.leave(|known: &mut Known| {
        known.0.insert(commune, settings);
    });
}

/// The commune with this slug.
///
/// # Errors
/// [`Error::Rule`] with `not_found`, or whatever the database says.
pub async fn find(on: &impl ConnectionTrait, slug: &str) -> Result<CommuneDto> {
    match store::id_of(on, slug).await? {
        Some(commune) => read(on, commune).await,
        None => Err(Error::Rule(ErrorCode::NotFound)),
    }
}

/// Communes whose families' streams may not show yet which links with children are in force on a day, each with the
/// day up to which they do.
///
/// # Errors
/// Whatever the database says.
pub async fn links_shown_before(on: &impl ConnectionTrait, day: Date) -> Result<Vec<(Uuid, Date)>> {
    store::links_shown_before(on, day).await
}

/// The day up to which the families' streams of a commune show which links with children are in force.
///
/// # Errors
/// [`Error::NotFound`], or whatever the database says.
pub async fn links_shown(on: &impl ConnectionTrait, commune: Uuid) -> Result<Date> {
    store::links_shown(on, commune).await?.ok_or(Error::NotFound)
}

/// Says that they do up to a day; never an earlier one.
///
/// # Errors
/// Whatever the database says.
pub async fn set_links_shown(tx: &WriteTx, commune: Uuid, day: Date) -> Result<()> {
    store::set_links_shown(tx, commune, day).await
}
