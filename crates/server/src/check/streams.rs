//! I4 and I5 of one commune: every stream is made again from the tables and compared with what was served.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use preau_protocol::sync::EntityKind;
use sea_orm::ConnectionTrait;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::store::{self, ServedRow};
use super::{Invariant, Report};
use crate::communes;
use crate::error::Result;
use crate::family::links::turning_days;
use crate::family::projection;
use crate::notices::security;
use crate::sync::{Entity, Projection};
use crate::{planning, reservations};

/// Families compared at once: bounds what is in memory.
const FAMILIES: usize = 200;

pub(super) async fn check(on: &impl ConnectionTrait, commune: Uuid, today: Date, report: &mut Report) -> Result<()> {
    let settings = communes::read(on, commune).await;
    match settings.and_then(|settings| Entity::new(EntityKind::Commune, commune, &settings)) {
        Ok(entity) => {
            let mut entities = planning::entities(on, commune).await?;
            entities.push(entity);
            let projection = Projection { stream: commune, kinds: &[EntityKind::Commune], entities };
            report_all(compare(on, commune, vec![projection]).await?, report);
        }
        Err(_) => report.add(Invariant::Projections, [format!("commune {commune}: its settings cannot be read")]),
    }
    let families = store::families(on, commune).await?;
    let mut suspects = Vec::new();
    for families in families.chunks(FAMILIES) {
        suspects.extend(broken_on(on, commune, families, today).await?);
    }
    for day in other_days(on, commune, today).await? {
        let families: Vec<Uuid> = suspects.iter().map(|(family, _)| *family).collect();
        let mut still = BTreeSet::new();
        for families in families.chunks(FAMILIES) {
            still.extend(broken_on(on, commune, families, day).await?.into_iter().map(|(family, _)| family));
        }
        suspects.retain(|(family, _)| still.contains(family));
    }
    report_all(suspects, report);
    Ok(())
}

/// The server brings streams to date when a day begins: until it did, each of them may show one of the days since it
/// last did.
async fn other_days(on: &impl ConnectionTrait, commune: Uuid, today: Date) -> Result<BTreeSet<Date>> {
    let shown = communes::links_shown(on, commune).await?;
    if shown == today {
        return Ok(BTreeSet::new());
    }
    let mut days = turning_days(on, commune, (shown.min(today), shown.max(today))).await?;
    days.insert(shown);
    Ok(days)
}

/// A stream and what is wrong with it.
type Broken = (Uuid, Vec<String>);

fn report_all(broken: Vec<Broken>, report: &mut Report) {
    report.add(Invariant::Projections, broken.into_iter().flat_map(|(_, texts)| texts));
}

/// What is wrong with the streams of these families if they are to show a day.
async fn broken_on(on: &impl ConnectionTrait, commune: Uuid, families: &[Uuid], day: Date) -> Result<Vec<Broken>> {
    if let Ok(projections) = projections(on, commune, families, day).await {
        return compare(on, commune, projections).await;
    }
    // One of them holds what no rule lets in: which one?
    let mut broken = Vec::new();
    for family in families {
        match projections(on, commune, &[*family], day).await {
            Ok(projections) => broken.extend(compare(on, commune, projections).await?),
            Err(_) => broken.push((*family, vec![format!("family {family}: it cannot be read")])),
        }
    }
    Ok(broken)
}

async fn projections(
    on: &impl ConnectionTrait,
    commune: Uuid,
    families: &[Uuid],
    day: Date,
) -> Result<Vec<Projection>> {
    let mut notices = security::entities(on, commune, families).await?;
    let mut days = reservations::projection::entities(on, commune, families, day).await?;
    let mut projections = Vec::with_capacity(families.len());
    for record in projection::records(on, commune, families, day).await? {
        let mut projection = projection::project(&record)?;
        projection.entities.extend(notices.remove(&projection.stream).unwrap_or_default());
        projection.entities.extend(days.remove(&projection.stream).unwrap_or_default());
        projections.push(projection);
    }
    Ok(projections)
}

async fn compare(on: &impl ConnectionTrait, commune: Uuid, projections: Vec<Projection>) -> Result<Vec<Broken>> {
    let streams: Vec<Uuid> = projections.iter().map(|projection| projection.stream).collect();
    let mut served: BTreeMap<Uuid, Vec<ServedRow>> = BTreeMap::new();
    for row in store::served(on, commune, &streams).await? {
        served.entry(row.stream_id).or_default().push(row);
    }
    let mut broken = Vec::new();
    for projection in projections {
        let rows = served.remove(&projection.stream).unwrap_or_default();
        broken.push((projection.stream, differences(&projection, &rows)));
    }
    broken.retain(|(_, texts)| !texts.is_empty());
    Ok(broken)
}

fn differences(projection: &Projection, served: &[ServedRow]) -> Vec<String> {
    let stream = projection.stream;
    let mut broken = Vec::new();
    let wanted: BTreeMap<(&str, Uuid), &str> =
        projection.entities.iter().map(|entity| ((entity.kind.as_str(), entity.id), entity.body.as_str())).collect();
    let mut seen = BTreeSet::new();
    for row in served {
        let key = (row.kind.as_str(), row.entity_id);
        seen.insert(key);
        if row.body_hash != Sha256::digest(row.body.as_bytes()).to_vec() {
            broken.push(format!("stream {stream}: the hash of {} {} is not its body's", row.kind, row.entity_id));
        }
        match wanted.get(&key) {
            Some(body) if *body == row.body => {}
            Some(_) => {
                broken.push(format!("stream {stream}: {} {} is not what the tables say", row.kind, row.entity_id));
            }
            None => broken.push(format!("stream {stream}: {} {} is in no table", row.kind, row.entity_id)),
        }
    }
    let missing = wanted.keys().filter(|key| !seen.contains(*key));
    broken.extend(missing.map(|(kind, id)| format!("stream {stream}: {kind} {id} was never served")));
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_difference_is_named() {
        let entity = |id, body: &str| Entity { kind: EntityKind::Adult, id: Uuid::from_u128(id), body: body.into() };
        let row = |id, body: &str, hashed: &str| ServedRow {
            stream_id: Uuid::nil(),
            kind: "adult".into(),
            entity_id: Uuid::from_u128(id),
            body: body.into(),
            body_hash: Sha256::digest(hashed.as_bytes()).to_vec(),
        };
        let entities = vec![entity(1, "same"), entity(2, "new"), entity(3, "unserved"), entity(4, "hashed")];
        let projection = Projection { stream: Uuid::nil(), kinds: &[EntityKind::Adult], entities };
        let served =
            [row(1, "same", "same"), row(2, "old", "old"), row(4, "hashed", "otherwise"), row(5, "gone", "gone")];
        let ends: Vec<String> = differences(&projection, &served)
            .iter()
            .filter_map(|text| text.rsplit(' ').next().map(str::to_owned))
            .collect();
        assert_eq!(ends, ["say", "body's", "table", "served"]);
    }
}
