//! What families are written when the town ends days of theirs.

use std::collections::{BTreeMap, BTreeSet};

use preau_domain::ids::{ActivityId, ReservationId};
use preau_domain::planning::Activity;
use preau_domain::reservations::{Reservation, ReservationState};
use uuid::Uuid;

use super::board::Board;
use crate::clock::french_weekday;
use crate::error::Result;
use crate::family;
use crate::notices::{Content, tell_adults};
use crate::writer::WriteTx;

/// A child of a home in an activity.
type Subject = (Uuid, Uuid, ActivityId);

/// Tells every home whose day was closed.
pub(super) async fn day_closed(
    tx: &WriteTx,
    commune: Uuid,
    board: &Board,
    ended: &[ReservationId],
    reason: &str,
) -> Result<()> {
    let ended = among(board, ended);
    let names = names(tx, commune, &ended).await?;
    let mut homes: BTreeMap<(Uuid, ActivityId), Vec<&Reservation>> = BTreeMap::new();
    for one in ended {
        homes.entry((one.family.0, one.activity)).or_default().push(one);
    }
    for ((family, activity), days) in homes {
        let children: BTreeSet<&str> =
            days.iter().filter_map(|one| names.get(&one.child.0)).map(String::as_str).collect();
        let day = days.first().map(|one| french_weekday(one.day)).unwrap_or_default();
        let activity = activity_name(board, activity);
        let content = |first_name| Content::DayClosed {
            first_name,
            activity: activity.clone(),
            day: day.clone(),
            reason: reason.to_owned(),
            children: children.iter().map(|&child| child.to_owned()).collect(),
        };
        tell_adults(tx, commune, family, content).await?;
    }
    Ok(())
}

/// Tells every home whose days ended with a registration, once for each child and activity.
pub(super) async fn registration_ended(
    tx: &WriteTx,
    commune: Uuid,
    board: &Board,
    ended: &[ReservationId],
) -> Result<()> {
    let ended = among(board, ended);
    let names = names(tx, commune, &ended).await?;
    let mut subjects: BTreeMap<Subject, Vec<&Reservation>> = BTreeMap::new();
    for one in ended {
        subjects.entry((one.family.0, one.child.0, one.activity)).or_default().push(one);
    }
    for ((family, child, activity), mut days) in subjects {
        days.sort_by_key(|one| one.day);
        let offered = board.situation.planning.activities.get(&activity);
        let is_owed = offered.is_some_and(Activity::is_owed_when_absent);
        let (owed, free): (Vec<_>, Vec<_>) =
            days.iter().partition(|one| is_owed && one.state == ReservationState::Absent);
        let named = |days: Vec<&&Reservation>| days.iter().map(|one| french_weekday(one.day)).collect::<Vec<_>>();
        let (owed, free, activity) = (named(owed), named(free), activity_name(board, activity));
        let child = names.get(&child).cloned().unwrap_or_default();
        let content = |first_name| Content::RegistrationEnded {
            first_name,
            activity: activity.clone(),
            child: child.clone(),
            free: free.clone(),
            owed: owed.clone(),
        };
        tell_adults(tx, commune, family, content).await?;
    }
    Ok(())
}

/// Those of a board, as they are now.
fn among<'a>(board: &'a Board, ids: &[ReservationId]) -> Vec<&'a Reservation> {
    let ids: BTreeSet<ReservationId> = ids.iter().copied().collect();
    board.situation.all().filter(|one| ids.contains(&one.id)).collect()
}

/// First names.
async fn names(tx: &WriteTx, commune: Uuid, ended: &[&Reservation]) -> Result<BTreeMap<Uuid, String>> {
    let children: BTreeSet<Uuid> = ended.iter().map(|one| one.child.0).collect();
    let names = family::names(tx.connection(), commune, &children.into_iter().collect::<Vec<_>>()).await?;
    Ok(names.into_iter().map(|(child, name)| (child, name.first)).collect())
}

fn activity_name(board: &Board, activity: ActivityId) -> String {
    board.situation.planning.activities.get(&activity).map(|activity| activity.name.clone()).unwrap_or_default()
}
