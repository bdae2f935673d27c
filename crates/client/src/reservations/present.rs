//! From what is known to what a screen shows.

use super::views::{
    DayVerdictView, GridDayStatusView, GridDayView, GridUnitView, PeriodStateView, PriceAdjustmentKindView,
    PriceAdjustmentView, PricePartView, PriceView, RefusalView,
};
use crate::planning::Offers;
use jiff::Timestamp;
use preau_domain::planning::{
    Activity, AdjustmentRule, Calendar, DayStatus, Period, PeriodState, Price, Tariff, Units, monday_of,
};
use preau_domain::reservations::Verdict;
use preau_protocol::family::ChildDto;
use preau_protocol::reservations::{RefusalDto, VerdictDto};
use uuid::Uuid;

pub fn period_state(period: &Period, now: Timestamp) -> PeriodStateView {
    match period.state(now) {
        PeriodState::Before => PeriodStateView::Before { opens_at: period.opens_at.to_string() },
        PeriodState::Open => PeriodStateView::Open { closes_at: period.closes_at.to_string() },
        PeriodState::AddingClosed => PeriodStateView::AddingClosed,
        PeriodState::ReadOnly => PeriodStateView::ReadOnly,
    }
}

pub fn units(activity: &Activity) -> Vec<GridUnitView> {
    let unit = |unit: &preau_domain::planning::Unit| GridUnitView {
        key: unit.key.to_string(),
        name: unit.name.clone(),
        detail: unit.detail.clone(),
    };
    activity.units.iter().map(unit).collect()
}

/// Units by their stable names.
pub fn keys(activity: &Activity, units: Units) -> Vec<String> {
    activity.keys_of(units).into_iter().map(str::to_owned).collect()
}

pub fn days(period: &Period, calendar: &Calendar) -> Vec<GridDayView> {
    let day = |(day, status): (jiff::civil::Date, DayStatus<'_>)| GridDayView {
        day: day.to_string(),
        week: monday_of(day).to_string(),
        status: match status {
            DayStatus::Open | DayStatus::NotOffered => GridDayStatusView::Open,
            DayStatus::Closed(reason) => GridDayStatusView::Closed { reason: reason.to_owned() },
            DayStatus::PublicHoliday(name) => GridDayStatusView::PublicHoliday { name: name.to_owned() },
        },
    };
    period.days(calendar).map(day).collect()
}

/// « Pourquoi ce prix ? » Names are those of the tariff as it is known now.
pub fn price(price: &Price, offers: &Offers) -> PriceView {
    let tariff = offers.planning.tariffs.iter().find(|tariff| tariff.key == price.tariff);
    let name = |key: &preau_domain::planning::Key| {
        let formula = tariff.and_then(|tariff| tariff.formulas.iter().find(|formula| formula.key == *key));
        formula.map_or_else(|| key.to_string(), |formula| formula.name.clone())
    };
    let part =
        |part: &preau_domain::planning::FormulaPrice| PricePartView { name: name(&part.formula), cents: part.cents };
    PriceView {
        cents: price.cents,
        tariff: tariff.map(|tariff| tariff.name.clone()),
        quotient: price.quotient,
        no_proof: price.no_proof(),
        band_from: price.band.map(|band| band.from),
        band_to: price.band.and_then(|band| band.up_to),
        parts: price.parts.iter().map(part).collect(),
        adjustments: price.adjustments.iter().map(|one| adjustment(one, tariff)).collect(),
    }
}

fn adjustment(one: &preau_domain::planning::Adjustment, tariff: Option<&Tariff>) -> PriceAdjustmentView {
    let (kind, name) = match &one.rule {
        AdjustmentRule::Siblings => (PriceAdjustmentKindView::Siblings, None),
        AdjustmentRule::Surcharge(key) => {
            let surcharge = tariff.and_then(|tariff| tariff.surcharges.iter().find(|surcharge| surcharge.key == *key));
            (PriceAdjustmentKindView::Surcharge, surcharge.map(|surcharge| surcharge.name.clone()))
        }
    };
    PriceAdjustmentView { kind, name, cents: one.cents }
}

/// What the rules say here.
pub fn forecast(verdict: &Verdict, activity: &Activity, children: &[ChildDto]) -> DayVerdictView {
    self::verdict(&VerdictDto::of(verdict, Some(activity)), children)
}

/// What the town said.
pub fn verdict(verdict: &VerdictDto, children: &[ChildDto]) -> DayVerdictView {
    match verdict {
        VerdictDto::Confirmed { cents } => DayVerdictView::Confirmed { cents: *cents },
        VerdictDto::Waiting { rank, cents } => DayVerdictView::Waiting { rank: *rank, cents: *cents },
        VerdictDto::Cancelled => DayVerdictView::Cancelled,
        VerdictDto::Absent { cents } => DayVerdictView::Absent { cents: *cents },
        VerdictDto::Kept => DayVerdictView::Kept,
        VerdictDto::Refused { refusal } => DayVerdictView::Refused { why: self::refusal(refusal, children) },
    }
}

fn refusal(refusal: &RefusalDto, children: &[ChildDto]) -> RefusalView {
    match refusal {
        RefusalDto::NotYours => RefusalView::NotYours,
        RefusalDto::NotOffered => RefusalView::NotOffered,
        RefusalDto::Closed { reason } => RefusalView::Closed { reason: reason.clone() },
        RefusalDto::PublicHoliday => RefusalView::PublicHoliday,
        RefusalDto::NotOpenYet { opens_at } => RefusalView::NotOpenYet { opens_at: opens_at.clone() },
        RefusalDto::PeriodClosed => RefusalView::PeriodClosed,
        RefusalDto::TooLate { since } => RefusalView::TooLate { since: since.clone() },
        RefusalDto::TooLateToReduce { since } => RefusalView::TooLateToReduce { since: since.clone() },
        RefusalDto::ResidentsOnly => RefusalView::ResidentsOnly,
        RefusalDto::NoGroup => RefusalView::NoGroup,
        RefusalDto::NotRegistered => RefusalView::NotRegistered,
        RefusalDto::UnknownUnits | RefusalDto::Relations { .. } => RefusalView::Units,
        RefusalDto::OtherHome => RefusalView::OtherHome,
        RefusalDto::Stale { now } => RefusalView::Stale { now: now.clone() },
        RefusalDto::Repeated => RefusalView::Repeated,
        RefusalDto::Full => RefusalView::Full,
        RefusalDto::PriceChanged { cents } => RefusalView::PriceChanged { cents: *cents },
        RefusalDto::SiblingPriceChanged { child_id, cents } => {
            RefusalView::SiblingPriceChanged { first_name: first_name(children, *child_id), cents: *cents }
        }
        RefusalDto::NoPrice => RefusalView::NoPrice,
        RefusalDto::Unknown => RefusalView::Unknown,
    }
}

/// « Léo », while the child is of this home.
pub fn first_name(children: &[ChildDto], id: Uuid) -> Option<String> {
    children.iter().find(|child| child.child_id == id).map(|child| child.first_name.clone())
}

/// Until when a day can be given up without owing it; none once that is over.
pub fn cancel_until(period: &Period, calendar: &Calendar, day: jiff::civil::Date, now: Timestamp) -> Option<String> {
    let closes = period.cancel.closes_at(day, calendar);
    (now < closes).then(|| last_moment(closes))
}

/// The last moment before it is too late, not the first when it is: « jusqu'au dimanche à 23 h 59 ».
pub fn last_moment(closes: Timestamp) -> String {
    closes.checked_sub(jiff::Span::new().minutes(1)).unwrap_or(closes).to_string()
}
