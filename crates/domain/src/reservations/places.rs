//! Places: counters by activity, day, group and rule.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::ids::ActivityId;
use crate::planning::{Activity, Key, Units};

/// Which counter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CounterId {
    /// The activity.
    pub activity: ActivityId,
    /// The day.
    pub day: Date,
    /// The group.
    pub group: Key,
    /// The rule of the activity that it follows.
    pub rule: Key,
}

/// A counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counter {
    /// Places there are.
    pub capacity: u32,
    /// Places that children have.
    pub taken: u32,
    /// Children who wait for one.
    pub waiting: u32,
    /// The number of the next one who comes to wait.
    pub next_in_queue: i64,
}

impl Counter {
    /// Places left.
    #[must_use]
    pub fn left(&self) -> u32 {
        self.capacity.saturating_sub(self.taken)
    }
}

/// Counters, and which of them changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places {
    counters: BTreeMap<CounterId, Counter>,
    changed: BTreeSet<CounterId>,
    /// What a counter is taken for that was not read.
    unread: Counter,
}

/// The counters that units of one child touch.
#[must_use]
pub fn touched(activity: &Activity, day: Date, group: &Key, units: Units) -> Vec<CounterId> {
    let of = |rule: &Key| CounterId { activity: activity.id, day, group: group.clone(), rule: rule.clone() };
    activity.counters_of(units).map(|counter| of(&counter.key)).collect()
}

impl Places {
    /// Puts a counter there as it is on record.
    pub fn read(&mut self, id: CounterId, counter: Counter) {
        self.counters.insert(id, counter);
    }

    /// Takes counters that were not read for such as have room: where nobody knows, nobody is told that it is full.
    pub fn suppose_room(&mut self) {
        self.unread.capacity = u32::MAX;
    }

    /// A counter as it was read.
    #[must_use]
    pub fn known(&self, id: &CounterId) -> Option<Counter> {
        self.counters.get(id).copied()
    }

    /// A counter; one that nobody set up has no place.
    #[must_use]
    pub fn get(&self, id: &CounterId) -> Counter {
        self.counters.get(id).copied().unwrap_or(self.unread)
    }

    /// Those that changed since they were read, as they are now.
    pub fn changed(&self) -> impl Iterator<Item = (&CounterId, Counter)> {
        self.changed.iter().map(|id| (id, self.get(id)))
    }

    /// The counters of one day of an activity, to try something on them.
    #[must_use]
    pub fn of_day(&self, activity: ActivityId, day: Date) -> Self {
        let of_day = |id: &CounterId| (id.activity, id.day) == (activity, day);
        let from = CounterId { activity, day, group: Key::first(), rule: Key::first() };
        let counters = self.counters.range(from..).take_while(|(id, _)| of_day(id));
        let counters = counters.map(|(id, counter)| (id.clone(), *counter)).collect();
        Self { counters, changed: BTreeSet::new(), unread: self.unread }
    }

    /// Makes what was tried true.
    pub fn keep(&mut self, tried: Self) {
        for id in tried.changed {
            let counter = tried.counters.get(&id).copied().unwrap_or_default();
            self.counters.insert(id.clone(), counter);
            self.changed.insert(id);
        }
    }

    /// Every counter that was read.
    pub fn all(&self) -> impl Iterator<Item = (&CounterId, Counter)> {
        self.counters.iter().map(|(id, counter)| (id, *counter))
    }

    /// Whether each has a place left.
    #[must_use]
    pub fn have_room(&self, ids: &[CounterId]) -> bool {
        ids.iter().all(|id| self.get(id).left() > 0)
    }

    /// Takes one place of each.
    pub fn take(&mut self, ids: &[CounterId]) {
        self.change(ids, |counter| counter.taken += 1);
    }

    /// Gives one place of each back.
    pub fn give_back(&mut self, ids: &[CounterId]) {
        self.change(ids, |counter| counter.taken = counter.taken.saturating_sub(1));
    }

    /// Lets one more wait on each: their number in the queue, later than everybody's on any of them, and their rank, which
    /// is that on the longest of them.
    pub fn queue(&mut self, ids: &[CounterId]) -> (i64, u32) {
        let number = ids.iter().map(|id| self.get(id).next_in_queue).max().unwrap_or_default();
        let full = ids.iter().filter(|id| self.get(id).left() == 0);
        let rank = full.map(|id| self.get(id).waiting).max().unwrap_or_default() + 1;
        self.change(ids, |counter| {
            counter.waiting += 1;
            counter.next_in_queue = number + 1;
        });
        (number, rank)
    }

    /// One of those who wait on each waits no more.
    pub fn leave_queue(&mut self, ids: &[CounterId]) {
        self.change(ids, |counter| counter.waiting = counter.waiting.saturating_sub(1));
    }

    fn change(&mut self, ids: &[CounterId], change: impl Fn(&mut Counter)) {
        for id in ids {
            change(self.counters.entry(id.clone()).or_insert(self.unread));
            self.changed.insert(id.clone());
        }
    }
}
