//! What the cache holds of what the town offers: its only reads.

use crate::error::Error;
use crate::sync::ledger;
use preau_domain::ids::{ActivityId, PeriodId};
use preau_domain::planning::{Activity, Calendar, Period, Planning, Site};
use preau_protocol::planning::{ActivityDto, CalendarDto, PeriodDto, SiteDto, TariffDto};
use preau_protocol::sync::EntityKind;
use sqlx::SqliteConnection;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// What the town offers.
#[derive(Debug, Clone)]
pub struct Offers {
    /// As the rules take it.
    pub planning: Arc<Planning>,
    /// Activities as served, for the town's own sentences.
    pub activities: BTreeMap<ActivityId, ActivityDto>,
    /// Periods as served.
    pub periods: BTreeMap<PeriodId, PeriodDto>,
}

/// What the town offers, as last read.
///
/// # Errors
/// When the cache fails.
pub async fn read(db: &mut SqliteConnection) -> Result<Offers, Error> {
    let calendars: Vec<CalendarDto> = ledger::entities(db, EntityKind::Calendar).await?;
    let calendar = calendars.iter().find_map(|dto| Calendar::try_from(dto).ok()).unwrap_or_else(Calendar::zone_a);
    let sites: Vec<SiteDto> = ledger::entities(db, EntityKind::Site).await?;
    let mut planning = Planning {
        calendar,
        sites: sites.iter().filter_map(|dto| understood(Site::try_from(dto))).collect(),
        activities: BTreeMap::new(),
        periods: BTreeMap::new(),
        tariffs: Vec::new(),
    };
    let (mut activities, mut periods) = (BTreeMap::new(), BTreeMap::new());
    for dto in ledger::entities::<ActivityDto>(db, EntityKind::Activity).await? {
        if let Some(activity) = understood(Activity::try_from(&dto)) {
            activities.insert(activity.id, dto);
            planning.activities.insert(activity.id, activity);
        }
    }
    for dto in ledger::entities::<PeriodDto>(db, EntityKind::Period).await? {
        if let Some(period) = understood(Period::try_from(&dto)) {
            periods.insert(period.id, dto);
            planning.periods.insert(period.id, period);
        }
    }
    for dto in ledger::entities::<TariffDto>(db, EntityKind::Tariff).await? {
        let activity = planning.activities.get(&ActivityId(dto.activity_id));
        planning.tariffs.extend(activity.and_then(|activity| understood(dto.tariff(activity))));
    }
    Ok(Offers { planning: Arc::new(planning), activities, periods })
}

/// Names of periods, by id.
///
/// # Errors
/// When the cache fails.
pub async fn period_names(db: &mut SqliteConnection) -> Result<BTreeMap<Uuid, String>, Error> {
    let periods: Vec<PeriodDto> = ledger::entities(db, EntityKind::Period).await?;
    Ok(periods.into_iter().map(|period| (period.period_id, period.name)).collect())
}

fn understood<T, E: std::fmt::Display>(read: Result<T, E>) -> Option<T> {
    read.inspect_err(|error| tracing::warn!(%error, "something of what the town offers is not understood")).ok()
}
