//! What becomes of days once it is known who came.

use jiff::civil::Date;

use super::prices::{There, presence, prices, tariff};
use super::{Reservation, ReservationState, Situation};
use crate::attendance::{Attendance, Charge, charge};
use crate::ids::{ActivityId, ChildId, FamilyId};
use crate::planning::Price;

/// Puts a child who was marked on the day's reservation: absent who did not come, confirmed who came after all. The price
/// stays. What is owed for the day, and by which rule of billing, is the answer: none where nothing is.
pub fn attend(
    situation: &mut Situation,
    family: FamilyId,
    child: ChildId,
    (activity, day): (ActivityId, Date),
    attendance: &Attendance,
) -> Option<(Charge, Price)> {
    let billing = situation.planning.activities.get(&activity)?.billing;
    let booked = situation.of(family, child, activity, day).filter(|one| one.state.takes()).cloned();
    if let Some(booked) = &booked {
        let state = if attendance.mark.came() { ReservationState::Confirmed } else { ReservationState::Absent };
        if booked.state != state {
            situation.put(super::Reservation { state, ..booked.clone() });
        }
    }
    let charge = charge(billing, booked.as_ref().map(|booked| booked.units), Some(attendance))?;
    let agreed = booked.filter(|booked| booked.units == charge.units).and_then(|booked| booked.price);
    let price = match agreed {
        Some(price) => price,
        None => {
            let mut there = presence(situation, family, activity, day);
            let late = there.get(&child).is_some_and(|there| there.late);
            there.insert(child, There { units: charge.units, late, unbooked: charge.unbooked });
            prices(situation, family, activity, day, &there).remove(&child).flatten()?
        }
    };
    let price = match tariff(situation, family, activity, day) {
        Some(tariff) if charge.late_pickup => tariff.with_late_pickup(price),
        _ => price,
    };
    Some((charge, price))
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
