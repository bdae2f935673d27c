//! Where a child who waits stands now: only the town knows, so it is asked.

use super::commands::{child_of, knowledge, not_found};
use super::views::AgendaRankView;
use crate::app::Client;
use crate::error::{Error, Failure};
use preau_domain::ids::{ActivityId, ChildId};
use preau_domain::reservations::ReservationState;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

impl Client {
    /// Asks the town where a child stands on the days of an activity for which it waits; nothing of those that it cannot
    /// be asked.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`](crate::error::FailureCode::NotFound).
    pub async fn agenda_ranks(&self, child: &str, activity: &str) -> Result<Vec<AgendaRankView>, Failure> {
        let space = self.space().await?;
        let waiting: BTreeMap<Uuid, (String, Uuid)> = {
            let mut held = space.engine.cache.lock().await;
            let know = knowledge(&space, held.db().map_err(Error::from)?).await?;
            let id = ChildId(child_of(&know, child)?.child_id);
            let activity = ActivityId(activity.parse().map_err(|_| not_found())?);
            let waits = |one: &&preau_domain::reservations::Reservation| {
                let own = one.family == know.family && (one.child, one.activity) == (id, activity);
                own && one.state == ReservationState::Waiting
            };
            let waiting = know.situation.all().filter(waits);
            waiting.map(|one| (one.id.0, (one.day.to_string(), one.period.0))).collect()
        };
        let periods: BTreeSet<Uuid> = waiting.values().map(|(_, period)| *period).collect();
        let mut ranks = Vec::new();
        for period in periods {
            let engine = &space.engine;
            let told = engine.session.call(move |token| async move { engine.api.ranks(&token, period).await }).await;
            let Ok(told) = told else { break };
            ranks.extend(told.ranks.iter().filter_map(|told| {
                let (day, _) = waiting.get(&told.reservation_id)?;
                Some(AgendaRankView { day: day.clone(), rank: told.rank })
            }));
        }
        ranks.sort_by(|a, b| a.day.cmp(&b.day));
        Ok(ranks)
    }
}
