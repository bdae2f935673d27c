//! What a town offers, made ready once for each version of its stream.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use preau_domain::planning::{Calendar, Planning};
use preau_protocol::planning::{ActivityDto, CalendarDto, PeriodDto, SiteDto, TariffDto};
use preau_protocol::sync::EntityKind;
use sea_orm::ConnectionTrait;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::season::PlacesOfPeriod;
use super::store::{self, ItemRow};
use crate::error::Result;

/// What a town offers now.
#[derive(Debug, Clone)]
pub struct Current {
    /// As the rules take it.
    pub planning: Arc<Planning>,
    /// The items as they are on record.
    pub(super) items: Arc<Vec<ItemRow>>,
}

/// What each commune offers, as last read.
#[derive(Debug, Default)]
pub struct Currents(Mutex<HashMap<Uuid, (i64, Current)>>);

impl Currents {
    /// What a commune offers; read anew when its stream has moved.
    ///
    /// # Errors
    /// Whatever the database says, or an item that no rule would have let in.
    pub async fn of(&self, on: &impl ConnectionTrait, commune: Uuid) -> Result<Current> {
        let version = store::version(on, commune).await?.unwrap_or_default();
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&commune).cloned();
        if let Some((_, current)) = known.filter(|(at, _)| *at == version) {
            return Ok(current);
        }
        let current = Current::read(on, commune).await?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(commune, (version, current.clone()));
        Ok(current)
    }
}

impl Current {
    /// What a commune offers.
    ///
    /// # Errors
    /// As [`Currents::of`].
    pub async fn read(on: &impl ConnectionTrait, commune: Uuid) -> Result<Self> {
        let items = store::items(on, commune).await?;
        let planning = planning(&items)?;
        Ok(Self { planning: Arc::new(planning), items: Arc::new(items) })
    }
}

/// What items say, taken together. Without a calendar of its own a town has that of zone A.
pub(super) fn planning(items: &[ItemRow]) -> Result<Planning> {
    let mut planning = Planning {
        calendar: Calendar::zone_a(),
        sites: Vec::new(),
        activities: BTreeMap::new(),
        periods: BTreeMap::new(),
        tariffs: Vec::new(),
    };
    for item in items {
        match item.kind()? {
            EntityKind::Calendar => planning.calendar = made::<CalendarDto, _>(item)?,
            EntityKind::Site => planning.sites.push(made::<SiteDto, _>(item)?),
            EntityKind::Activity => {
                let activity: preau_domain::planning::Activity = made::<ActivityDto, _>(item)?;
                planning.activities.insert(activity.id, activity);
            }
            EntityKind::Tariff => {}
            EntityKind::Period => {
                let mut period: preau_domain::planning::Period = made::<PeriodDto, _>(item)?;
                if let Some(places) = &item.places {
                    let places: PlacesOfPeriod = serde_json::from_str(places).context("places on record")?;
                    period.capacities = places.capacities().context("places on record")?;
                }
                planning.periods.insert(period.id, period);
            }
            other => tracing::error!(kind = other.as_str(), "not a kind of what a town offers"),
        }
    }
    // Tariffs name units by their activity's list.
    for item in items.iter().filter(|item| item.kind == EntityKind::Tariff.as_str()) {
        let dto: TariffDto = serde_json::from_str(&item.body)?;
        let activity = planning.activities.get(&preau_domain::ids::ActivityId(dto.activity_id));
        let activity = activity.with_context(|| format!("the activity of tariff {}", item.item_id))?;
        planning.tariffs.push(dto.tariff(activity).with_context(|| format!("tariff {}", item.item_id))?);
    }
    Ok(planning)
}

fn made<D: DeserializeOwned, T: for<'a> TryFrom<&'a D, Error = preau_protocol::planning::UnreadablePlanning>>(
    item: &ItemRow,
) -> Result<T> {
    let dto: D = serde_json::from_str(&item.body)?;
    Ok(T::try_from(&dto).with_context(|| format!("{} {}", item.kind, item.item_id))?)
}
