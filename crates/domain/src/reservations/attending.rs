//! What becomes of days once it is known who came.

use jiff::civil::Date;

use super::prices::{There, presence, prices, tariff};
use super::{Reservation, ReservationState, Situation};
use crate::attendance::{Attendance, Charge, charge};
use crate::ids::{ActivityId, ChildId, FamilyId};
use crate::planning::Price;

/// The town has no price for what the child came for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the town has no price for what the child came for")]
pub struct NoPrice;

/// Puts a child who was marked on the day's reservation: absent who did not come, confirmed who came after all. The price
/// stays. What is owed for the day is the answer: none where nothing is.
///
/// # Errors
/// [`NoPrice`].
pub fn attend(
    situation: &mut Situation,
    family: FamilyId,
    child: ChildId,
    (activity, day): (ActivityId, Date),
    attendance: &Attendance,
) -> Result<Option<(Charge, Price)>, NoPrice> {
    let billing = situation.planning.activities.get(&activity).ok_or(NoPrice)?.billing;
    let booked = situation.of(family, child, activity, day).filter(|one| one.state.takes()).cloned();
    let state = if attendance.mark.came() { ReservationState::Confirmed } else { ReservationState::Absent };
    stand(situation, family, child, (activity, day), state);
    let Some(charge) = charge(billing, booked.as_ref().map(|booked| booked.units), Some(attendance)) else {
        return Ok(None);
    };
    let agreed = booked.filter(|booked| booked.units == charge.units).and_then(|booked| booked.price);
    let price = match agreed {
        Some(price) => price,
        None => {
            let mut there = presence(situation, family, activity, day);
            let late = there.get(&child).is_some_and(|there| there.late);
            there.insert(child, There { units: charge.units, late, unbooked: charge.unbooked });
            prices(situation, family, activity, day, &there).remove(&child).flatten().ok_or(NoPrice)?
        }
    };
    let price = match tariff(situation, family, activity, day) {
        Some(tariff) if charge.late_pickup => tariff.with_late_pickup(price),
        _ => price,
    };
    Ok(Some((charge, price)))
}

/// Brings the reservation of a child who has a place to whether the child comes; the place and the price stay.
pub fn stand(
    situation: &mut Situation,
    family: FamilyId,
    child: ChildId,
    (activity, day): (ActivityId, Date),
    state: ReservationState,
) {
    let booked = situation.of(family, child, activity, day).filter(|one| one.state.takes() && one.state != state);
    if let Some(booked) = booked.cloned() {
        situation.put(Reservation { state, ..booked });
    }
}
