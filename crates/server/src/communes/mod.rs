//! Communes: the settings a town gives, served to anyone before sign-in and in its own stream.
//!
//! Table: `commune`. Invariant: the commune's stream shows exactly its settings.

mod routes;
mod settings;
mod store;

pub use routes::router;
pub use settings::{SettingsFault, read_settings};

use jiff::civil::Date;
use preau_protocol::ErrorCode;
use preau_protocol::communes::CommuneDto;
use preau_protocol::sync::EntityKind;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::audit::{self, Actor};
use crate::error::{Error, Result};
use crate::sync::{Entity, Projection, StreamKind, create_stream, publish};
use crate::writer::{Command, WriteTx};

/// Makes a commune, or brings the settings of the one with this slug to these.
#[derive(Debug)]
pub struct PutCommune {
    /// The settings; the id is taken when the commune is new.
    pub settings: CommuneDto,
}

impl Command for PutCommune {
    type Output = Uuid;
    const NAME: &'static str = "put_commune";

    async fn apply(&self, tx: &WriteTx) -> Result<Uuid> {
        let known = store::id_of(tx.connection(), &self.settings.slug).await?;
        let commune = known.unwrap_or(self.settings.commune_id);
        let settings = CommuneDto { commune_id: commune, ..self.settings.clone() };
        let entity = Entity::new(EntityKind::Commune, commune, &settings)?;
        if known.is_some() {
            store::update(tx, commune, &entity.body).await?;
        } else {
            store::insert(tx, commune, &settings.slug, &entity.body).await?;
            create_stream(tx, commune, commune, StreamKind::Commune).await?;
        }
        let projection = Projection { stream: commune, kinds: &[EntityKind::Commune], entities: vec![entity] };
        publish(tx, commune, vec![projection]).await?;
        let action = if known.is_some() { "commune_changed" } else { "commune_created" };
        let entry = audit::Entry {
            commune,
            actor: Actor::Operator,
            action,
            family: None,
            entity: Some(commune),
            details: None,
        };
        audit::record(tx, entry).await?;
        Ok(commune)
    }
}

/// The settings of a commune.
///
/// # Errors
/// [`Error::NotFound`], or whatever the database says.
pub async fn read(on: &impl ConnectionTrait, commune: Uuid) -> Result<CommuneDto> {
    let settings = store::settings(on, commune).await?.ok_or(Error::NotFound)?;
    Ok(serde_json::from_str(&settings)?)
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
