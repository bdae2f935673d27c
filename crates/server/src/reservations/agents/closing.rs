//! Closing a day of a period, and opening it again.

use std::sync::Arc;

use jiff::civil::Date;
use preau_domain::family::one_line;
use preau_domain::planning::Period;
use preau_protocol::planning::DayClosedDto;
use uuid::Uuid;

use super::{Named, refused};
use crate::audit::{self, Actor, Details};
use crate::error::{Error, Result};
use crate::planning::{self, Currents};
use crate::reservations::ops;
use crate::writer::{Command, WriteTx};

/// Longest reason, in characters.
const REASON: usize = 80;

/// A day to close: what is booked of it ends.
pub struct CloseDay {
    /// The commune.
    pub commune: Uuid,
    /// Who closes it.
    pub actor: Actor,
    /// The period.
    pub period: Named,
    /// The day.
    pub day: Date,
    /// Shown to families.
    pub reason: String,
    /// What towns offer.
    pub currents: Arc<Currents>,
}

impl Command for CloseDay {
    type Output = DayClosedDto;
    const NAME: &'static str = "close_day";

    async fn apply(&self, tx: &WriteTx) -> Result<DayClosedDto> {
        let Self { commune, actor, day, .. } = *self;
        let reason = one_line(&self.reason);
        if reason.is_empty() || reason.chars().count() > REASON || reason.contains('\0') {
            return Err(refused("reason", "1 to 80 characters"));
        }
        let current = planning::ops::current(tx, &self.currents, commune).await?;
        let period = self.period.among(&current.planning).ok_or(Error::NotFound)?.id.0;
        let ended = ops::close_day(tx, &self.currents, commune, (period, day), &reason).await?;
        let details = Details::default().with("day", day)?.with("reason", &reason)?.with("ended", ended)?.into_text();
        let (entity, details) = (Some(period), Some(details.as_str()));
        audit::record(tx, audit::Entry { commune, actor, action: "day_closed", family: None, entity, details }).await?;
        Ok(DayClosedDto { ended })
    }
}

/// A day that is closed, to open again: what was booked of it stays ended.
pub(super) struct OpenDay {
    pub commune: Uuid,
    pub actor: Actor,
    pub period: Uuid,
    pub day: Date,
    pub currents: Arc<Currents>,
}

impl Command for OpenDay {
    type Output = ();
    const NAME: &'static str = "open_day";

    async fn apply(&self, tx: &WriteTx) -> Result<()> {
        let Self { commune, actor, period, day, .. } = *self;
        planning::ops::hold_offers(tx, commune).await?;
        let current = planning::ops::current(tx, &self.currents, commune).await?;
        let known = Named::Id(period).among(&current.planning);
        let is_closed = |period: &Period| period.closed.contains_key(&day);
        if !known.ok_or(Error::NotFound).map(is_closed)? {
            return Err(Error::NotFound);
        }
        planning::ops::open_day(tx, commune, period, day).await?;
        let details = Details::default().with("day", day)?.into_text();
        let (entity, details) = (Some(period), Some(details.as_str()));
        audit::record(tx, audit::Entry { commune, actor, action: "day_opened", family: None, entity, details }).await
    }
}
