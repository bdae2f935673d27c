//! Closing a day of a period.

use std::sync::Arc;

use jiff::civil::Date;
use preau_domain::family::one_line;
use uuid::Uuid;

use crate::audit::{self, Actor, Details};
use crate::error::{Error, Result};
use crate::planning::{self, Currents};
use crate::reservations;
use crate::writer::{Command, WriteTx};

/// Longest reason, in characters.
const REASON: usize = 80;

/// A day to close, of a period by its stable name.
pub(super) struct CloseDay {
    pub commune: Uuid,
    pub period: String,
    pub day: Date,
    pub reason: String,
    pub currents: Arc<Currents>,
}

impl Command for CloseDay {
    type Output = usize;
    const NAME: &'static str = "close_day";

    async fn apply(&self, tx: &WriteTx) -> Result<usize> {
        let Self { commune, day, .. } = *self;
        let reason = one_line(&self.reason);
        if reason.is_empty() || reason.chars().count() > REASON || reason.contains('\0') {
            return Err(super::execute::invalid("reason", "1 to 80 characters"));
        }
        let current = planning::ops::current(tx, &self.currents, commune).await?;
        let period = current.planning.periods.values().find(|period| period.key.as_str() == self.period);
        let period = period.ok_or(Error::NotFound)?.id.0;
        let ended = reservations::ops::close_day(tx, &self.currents, commune, (period, day), &reason).await?;
        let details = Details::default().with("day", day)?.with("reason", &reason)?.with("ended", ended)?.into_text();
        let (entity, details) = (Some(period), Some(details.as_str()));
        let entry =
            audit::Entry { commune, actor: Actor::Operator, action: "day_closed", family: None, entity, details };
        audit::record(tx, entry).await?;
        Ok(ended)
    }
}
