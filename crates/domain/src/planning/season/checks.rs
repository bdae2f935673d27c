//! Everything that can be wrong with a season, found at once.

use std::collections::BTreeSet;

use super::{Planning, SeasonFault, SeasonFaultKind};
use crate::planning::{Activity, DayStatus, GroupRule, Key, Period, Relation, SchoolDays, Tariff, Units};

/// Longest name.
const NAME: usize = 80;
/// Longest sentence.
const SENTENCE: usize = 400;
/// Most groups of an activity, and counters.
const PARTS: usize = 20;
/// Most days of a period.
const DAYS: i32 = 400;

#[derive(Default)]
struct Faults(Vec<SeasonFault>);

impl Faults {
    fn add(&mut self, at: &str, kind: SeasonFaultKind) {
        self.0.push(SeasonFault { at: at.to_owned(), kind });
    }

    fn text(&mut self, at: &str, text: &str, most: usize) {
        if text.trim().is_empty() || text.chars().count() > most {
            self.add(at, SeasonFaultKind::Text(most));
        }
    }

    fn keys<'a>(&mut self, at: &str, keys: impl Iterator<Item = &'a Key>) {
        let mut seen = BTreeSet::new();
        for key in keys {
            if !seen.insert(key) {
                self.add(&format!("{at}.{key}"), SeasonFaultKind::Twice);
            }
        }
    }

    fn count(&mut self, at: &str, count: usize, most: usize) {
        if !(1..=most).contains(&count) {
            self.add(at, SeasonFaultKind::Count(most));
        }
    }
}

pub(super) fn faults(planning: &Planning) -> Vec<SeasonFault> {
    let mut faults = Faults::default();
    faults.keys("site", planning.sites.iter().map(|site| &site.key));
    for site in &planning.sites {
        faults.text(&format!("site.{}.name", site.key), &site.name, NAME);
    }
    faults.keys("activity", planning.activities.values().map(|activity| &activity.key));
    for activity in planning.activities.values() {
        check_activity(planning, activity, &mut faults);
    }
    faults.keys("period", planning.periods.values().map(|period| &period.key));
    for period in planning.periods.values() {
        check_period(planning, period, &mut faults);
    }
    faults.keys("tariff", planning.tariffs.iter().map(|tariff| &tariff.key));
    for tariff in &planning.tariffs {
        check_tariff(planning, tariff, &mut faults);
    }
    faults.0
}

fn check_activity(planning: &Planning, activity: &Activity, faults: &mut Faults) {
    let at = format!("activity.{}", activity.key);
    faults.text(&format!("{at}.name"), &activity.name, NAME);
    if let Some(notice) = &activity.notice {
        faults.text(&format!("{at}.notice"), notice, SENTENCE);
    }
    faults.count(&format!("{at}.unit"), activity.units.len(), Units::MAX);
    faults.keys(&format!("{at}.unit"), activity.units.iter().map(|unit| &unit.key));
    for unit in &activity.units {
        faults.text(&format!("{at}.unit.{}.name", unit.key), &unit.name, NAME);
    }
    check_relations(&at, activity, faults);
    faults.count(&format!("{at}.group"), activity.groups.len(), PARTS);
    faults.keys(&format!("{at}.group"), activity.groups.iter().map(|group| &group.key));
    for group in &activity.groups {
        let at = format!("{at}.group.{}", group.key);
        faults.text(&format!("{at}.name"), &group.name, NAME);
        if !planning.sites.iter().any(|site| site.key == group.site) {
            faults.add(&format!("{at}.site"), SeasonFaultKind::Unknown(group.site.to_string()));
        }
        match &group.rule {
            GroupRule::Ages { from, to } if from > to => faults.add(&at, SeasonFaultKind::Ages),
            GroupRule::Levels(levels) => faults.count(&format!("{at}.levels"), levels.len(), PARTS),
            GroupRule::Ages { .. } | GroupRule::Everyone => {}
        }
    }
    faults.keys(&format!("{at}.counter"), activity.counters.iter().map(|counter| &counter.key));
    for counter in &activity.counters {
        if counter.units.is_empty() {
            faults.add(&format!("{at}.counter.{}", counter.key), SeasonFaultKind::Count(Units::MAX));
        }
    }
}

fn check_relations(at: &str, activity: &Activity, faults: &mut Faults) {
    for (place, relation) in activity.relations.iter().enumerate() {
        let says_something = match relation {
            Relation::Requires { units, any_of } => !units.is_empty() && !any_of.is_empty() && !units.meets(*any_of),
            Relation::Excludes(units) | Relation::Together(units) => units.len() >= 2,
        };
        if !says_something {
            faults.add(&format!("{at}.relation[{place}]"), SeasonFaultKind::EmptyRelation);
        }
    }
    if let Some(circle) = circle(activity) {
        faults.add(&format!("{at}.relation"), SeasonFaultKind::Circle(circle));
    }
    let valid: Units = activity.valid_days().into_iter().collect();
    for place in activity.all_units().without(valid).places() {
        if let Some(unit) = activity.units.get(place) {
            faults.add(&format!("{at}.unit.{}", unit.key), SeasonFaultKind::NeverValid);
        }
    }
}

/// Units that require each other: removing those that require nothing left, what stays is a circle.
fn circle(activity: &Activity) -> Option<String> {
    let requires = |place: usize| -> Units {
        let of = activity.relations.iter().filter_map(|relation| match relation {
            Relation::Requires { units, any_of } if units.meets(Units::at(place)) => Some(*any_of),
            Relation::Requires { .. } | Relation::Excludes(_) | Relation::Together(_) => None,
        });
        of.collect()
    };
    let mut left = activity.all_units();
    while let Some(free) = left.places().find(|place| !requires(*place).meets(left)) {
        left = left.without(Units::at(free));
    }
    (!left.is_empty()).then(|| activity.keys_of(left).join(", "))
}

fn check_period(planning: &Planning, period: &Period, faults: &mut Faults) {
    let at = format!("period.{}", period.key);
    faults.text(&format!("{at}.name"), &period.name, NAME);
    if period.first_day > period.last_day || period.opens_at >= period.closes_at {
        return faults.add(&at, SeasonFaultKind::Reversed);
    }
    if (period.last_day - period.first_day).get_days() > DAYS {
        return faults.add(&at, SeasonFaultKind::TooLong);
    }
    let known = planning.calendar.known_until();
    if period.school_days != SchoolDays::Any && period.last_day > known {
        return faults.add(&at, SeasonFaultKind::CalendarEnds(known.to_string()));
    }
    let Some(activity) = planning.activities.get(&period.activity) else {
        return faults.add(&format!("{at}.activity"), SeasonFaultKind::Unknown("activity".to_owned()));
    };
    if !period.days(&planning.calendar).any(|(_, status)| status == DayStatus::Open) {
        faults.add(&at, SeasonFaultKind::NoDay);
    }
    for (day, reason) in &period.closed {
        faults.text(&format!("{at}.closed.{day}"), reason, NAME);
        if period.day(&planning.calendar, *day) == DayStatus::NotOffered {
            faults.add(&format!("{at}.closed"), SeasonFaultKind::NotADay(day.to_string()));
        }
    }
    check_places(&at, period, activity, faults);
    check_days_have_tariffs(planning, &at, period, faults);
}

fn check_places(at: &str, period: &Period, activity: &Activity, faults: &mut Faults) {
    for key in &period.audience.groups {
        if !activity.groups.iter().any(|group| group.key == *key) {
            faults.add(&format!("{at}.groups"), SeasonFaultKind::Unknown(key.to_string()));
        }
    }
    for (group, counter) in period.capacities.keys() {
        let known = activity.groups.iter().any(|known| known.key == *group)
            && activity.counters.iter().any(|known| known.key == *counter);
        if !known {
            faults.add(&format!("{at}.places"), SeasonFaultKind::Unknown(format!("{group}.{counter}")));
        }
    }
    let welcome = |key: &Key| period.audience.groups.is_empty() || period.audience.groups.contains(key);
    for group in activity.groups.iter().filter(|group| welcome(&group.key)) {
        for counter in &activity.counters {
            if !period.capacities.contains_key(&(group.key.clone(), counter.key.clone())) {
                let (group, counter) = (group.key.to_string(), counter.key.to_string());
                faults.add(&format!("{at}.places"), SeasonFaultKind::NoCapacity { group, counter });
            }
        }
    }
}

/// The first day without a price says enough: the others follow from it.
fn check_days_have_tariffs(planning: &Planning, at: &str, period: &Period, faults: &mut Faults) {
    let whom: &[bool] = if period.audience.residents_only { &[true] } else { &[true, false] };
    let missing = |day: jiff::civil::Date| {
        let chosen = |resident: &bool| Tariff::choose(&planning.tariffs, period.activity, day, *resident);
        whom.iter().any(|resident| chosen(resident).is_none())
    };
    let mut open = period.days(&planning.calendar).filter(|(_, status)| *status == DayStatus::Open);
    if let Some((day, _)) = open.find(|(day, _)| missing(*day)) {
        faults.add(at, SeasonFaultKind::NoTariff(day.to_string()));
    }
}

fn check_tariff(planning: &Planning, tariff: &Tariff, faults: &mut Faults) {
    let at = format!("tariff.{}", tariff.key);
    let Some(activity) = planning.activities.get(&tariff.activity) else {
        return faults.add(&format!("{at}.activity"), SeasonFaultKind::Unknown("activity".to_owned()));
    };
    for fault in tariff.faults(&activity.valid_days()) {
        faults.add(&at, SeasonFaultKind::Tariff(fault));
    }
}
