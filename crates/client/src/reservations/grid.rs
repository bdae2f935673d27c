//! The booking grid: what is wanted of each child's day, what that costs, and what is wrong with it.

use super::draft::{Draft, Place};
use super::knowledge::Knowledge;
use super::present;
use super::views::{
    CellLockView, CellProblemView, CellStateView, ChildTotalView, GridCellView, GridChildView, GridTotalsView,
    GridView, PlacesView,
};
use jiff::Timestamp;
use jiff::civil::Date;
use preau_domain::family::Phone;
use preau_domain::ids::ChildId;
use preau_domain::planning::{Activity, DayStatus, Group, Period, PeriodState, Price, Promotion, Units};
use preau_domain::registrations::accepted_on;
use preau_domain::reservations::{DayChange, Latitude, Refusal, Request, ReservationState, Verdict, decide, touched};
use preau_protocol::family::ChildDto;
use preau_protocol::planning::RelationRuleDto;
use std::collections::{BTreeMap, BTreeSet};

/// Places up to which they are the last ones.
const LAST: u32 = 5;

/// A grid, as it is now.
pub struct Grid<'a> {
    pub know: &'a Knowledge,
    pub period: &'a Period,
    pub activity: &'a Activity,
    pub draft: Draft,
    /// Children that may be booked, the oldest first.
    pub children: Vec<&'a ChildDto>,
    /// When places were last read.
    pub places_at: Option<String>,
}

/// What a child's day comes to.
#[derive(Default)]
struct Estimate {
    price: Option<Price>,
    problem: Option<CellProblemView>,
}

impl<'a> Grid<'a> {
    pub fn new(
        know: &'a Knowledge,
        (period, activity): (&'a Period, &'a Activity),
        draft: Draft,
        places_at: Option<String>,
    ) -> Self {
        let children = know.children.iter().filter(|child| child.link.may_book).collect();
        Self { know, period, activity, draft, children, places_at }
    }

    /// The instant that hours are compared with.
    pub fn instant(&self) -> Timestamp {
        self.know.instant_for(self.period)
    }

    /// Days that can be booked.
    pub fn open_days(&self) -> impl Iterator<Item = Date> {
        let days = self.period.days(&self.know.offers.planning.calendar);
        days.filter(|(_, status)| *status == DayStatus::Open).map(|(day, _)| day)
    }

    /// What the family has or asked of a cell.
    pub fn booked(&self, (child, day): Place) -> Units {
        self.know.booked(child, self.activity.id, day)
    }

    /// What is ticked in a cell.
    pub fn wanted(&self, place: Place) -> Units {
        self.draft.wanted(place).unwrap_or_else(|| self.booked(place))
    }

    /// The whole grid.
    pub fn view(&self) -> GridView {
        let cells: Vec<GridCellView> = self.open_days().flat_map(|day| self.cells_of(day)).collect();
        let totals = self.totals(&cells);
        let first = self.children.first().and_then(|child| self.group(child, self.period.first_day));
        let site = first.and_then(|group| self.know.offers.planning.sites.iter().find(|site| site.key == group.site));
        GridView {
            activity_name: self.activity.name.clone(),
            period_id: self.period.id.0.to_string(),
            period_name: self.period.name.clone(),
            state: present::period_state(self.period, self.know.situation.now),
            units: present::units(self.activity),
            notice: self.activity.notice.clone(),
            site_phone: site.and_then(|site| site.phone.as_deref()).map(|phone| Phone::on_record(phone).display()),
            children: self.children.iter().map(|child| self.column_of(child)).collect(),
            days: present::days(self.period, &self.know.offers.planning.calendar),
            cells,
            places_at: self.places_at.clone(),
            totals,
            can_undo: self.draft.can_undo(),
        }
    }

    fn column_of(&self, child: &ChildDto) -> GridChildView {
        GridChildView {
            child_id: child.child_id.to_string(),
            first_name: child.first_name.clone(),
            initials: preau_domain::family::initials(&child.first_name, ""),
            group: self.group(child, self.period.first_day).map(|group| group.name.clone()),
        }
    }

    fn group(&self, child: &ChildDto, day: Date) -> Option<&'a Group> {
        let known = self.know.situation.children.get(&ChildId(child.child_id))?;
        self.activity.group_of(known.birth, &known.schooling, day)
    }

    /// The cells of a day, in the order of the children.
    pub fn cells_of(&self, day: Date) -> Vec<GridCellView> {
        let mut estimates = self.estimate(day);
        let cell = |child: &&ChildDto| {
            let place = (ChildId(child.child_id), day);
            self.cell(child, day, estimates.remove(&place.0).unwrap_or_default())
        };
        self.children.iter().map(cell).collect()
    }

    /// What the day comes to for all children together: siblings change each other's price.
    fn estimate(&self, day: Date) -> BTreeMap<ChildId, Estimate> {
        let mut situation = self.know.situation.of_day(self.activity.id, day);
        situation.now = self.instant();
        let changes: Vec<DayChange> =
            self.children.iter().map(|child| self.change(ChildId(child.child_id), day)).collect();
        let latitude = Latitude { deadlines: false, capacity: true };
        let request = Request { family: self.know.family, changes, latitude };
        let verdicts = decide(&mut situation, &request, super::knowledge::new_reservation);
        let estimate = |(change, verdict): (&DayChange, Verdict)| {
            let price = match verdict {
                Verdict::Confirmed { price } | Verdict::Waiting { price, .. } => Some(price),
                Verdict::Kept | Verdict::Absent { .. } => {
                    let known = situation.of(self.know.family, change.child, self.activity.id, day);
                    return (change.child, Estimate { price: known.and_then(|one| one.price.clone()), problem: None });
                }
                Verdict::Cancelled => None,
                Verdict::Refused(refusal) => {
                    return (change.child, Estimate { price: None, problem: self.problem(&refusal) });
                }
            };
            (change.child, Estimate { price, problem: None })
        };
        request.changes.iter().zip(verdicts).map(estimate).collect()
    }

    /// What is asked of a cell, whatever it costs.
    pub fn change(&self, child: ChildId, day: Date) -> DayChange {
        DayChange {
            child,
            activity: self.activity.id,
            period: self.period.id,
            day,
            old: self.booked((child, day)),
            new: self.wanted((child, day)),
            expected_cents: i64::MAX,
        }
    }

    fn problem(&self, refusal: &Refusal) -> Option<CellProblemView> {
        match refusal {
            Refusal::Relations(broken) => broken.first().and_then(|place| self.relation(*place)),
            Refusal::TooLate { since } => Some(CellProblemView::TooLate { since: since.to_string() }),
            Refusal::TooLateToReduce { since } => Some(CellProblemView::TooLateToReduce { since: since.to_string() }),
            Refusal::OtherHome => Some(CellProblemView::OtherHome),
            Refusal::NoPrice => Some(CellProblemView::NoPrice),
            _ => None,
        }
    }

    fn relation(&self, place: usize) -> Option<CellProblemView> {
        let relation = self.know.offers.activities.get(&self.activity.id)?.relations.get(place)?;
        let (units, any_of) = match &relation.rule {
            RelationRuleDto::Requires { units, any_of } => (units.clone(), any_of.clone()),
            RelationRuleDto::Excludes { units } | RelationRuleDto::Together { units } => (units.clone(), Vec::new()),
        };
        Some(CellProblemView::Relation { sentence: relation.sentence.clone(), units, any_of })
    }

    fn cell(&self, child: &ChildDto, day: Date, estimate: Estimate) -> GridCellView {
        let place = (ChildId(child.child_id), day);
        let (wanted, booked) = (self.wanted(place), self.booked(place));
        let others = self.know.situation.of_other_homes(self.know.family, place.0, self.activity.id, day);
        GridCellView {
            child_id: child.child_id.to_string(),
            day: day.to_string(),
            wanted: present::keys(self.activity, wanted),
            booked: present::keys(self.activity, booked),
            state: self.state(place),
            other_home: present::keys(self.activity, others),
            locked: self.lock(child, day, booked),
            cents: estimate.price.filter(|_| !wanted.is_empty()).map(|price| price.cents),
            problem: estimate.problem,
            places: self.places(child, day, wanted),
        }
    }

    fn state(&self, (child, day): Place) -> CellStateView {
        if self.know.to_send.contains(&(child, self.activity.id, day)) {
            return CellStateView::ToSend;
        }
        match self.know.situation.of(self.know.family, child, self.activity.id, day).map(|one| one.state) {
            None | Some(ReservationState::Cancelled) => CellStateView::Free,
            Some(ReservationState::Confirmed) => CellStateView::Confirmed,
            Some(ReservationState::Waiting) => CellStateView::Waiting,
            Some(ReservationState::Absent) => CellStateView::Absent,
        }
    }

    /// Why nothing can be ticked, or unticked.
    pub fn lock(&self, child: &ChildDto, day: Date, booked: Units) -> Option<CellLockView> {
        let (know, now) = (self.know, self.instant());
        let calendar = &know.offers.planning.calendar;
        let state = self.period.state(now);
        if state == PeriodState::ReadOnly {
            return Some(CellLockView::PeriodClosed);
        }
        if !booked.is_empty() {
            let waits = self.state((ChildId(child.child_id), day)) == CellStateView::Waiting;
            let late = !waits && !self.period.cancel.is_open(day, now, calendar);
            let since = self.period.cancel.closes_at(day, calendar).to_string();
            return late.then_some(CellLockView::TooLate { since });
        }
        let home = know.situation.homes.get(&know.family);
        if self.period.audience.residents_only && !home.is_some_and(|home| home.resident) {
            return Some(CellLockView::ResidentsOnly);
        }
        let registered =
            accepted_on(&know.situation.registrations, ChildId(child.child_id), self.activity.id, day).is_some();
        if self.activity.registration && !registered {
            return Some(CellLockView::NotRegistered);
        }
        let welcome =
            |group: &&Group| self.period.audience.groups.is_empty() || self.period.audience.groups.contains(&group.key);
        if self.group(child, day).filter(welcome).is_none() {
            return Some(CellLockView::NoGroup);
        }
        if state == PeriodState::AddingClosed {
            return Some(CellLockView::PeriodClosed);
        }
        let since = self.period.add.closes_at(day, calendar).to_string();
        (!self.period.add.is_open(day, now, calendar)).then_some(CellLockView::TooLate { since })
    }

    /// Places for what is ticked, or for a whole day. The child's own place is no reason to say that it is full.
    fn places(&self, child: &ChildDto, day: Date, wanted: Units) -> PlacesView {
        let Some(group) = self.group(child, day) else { return PlacesView::Unknown };
        let own = self.know.situation.of(self.know.family, ChildId(child.child_id), self.activity.id, day);
        let had = own.filter(|own| own.state.takes()).map(|own| own.units).unwrap_or_default();
        let asked = if wanted.is_empty() { self.activity.all_units() } else { wanted };
        let had: BTreeSet<_> = touched(self.activity, day, &group.key, had).into_iter().collect();
        let mut ids = touched(self.activity, day, &group.key, asked);
        if ids.is_empty() {
            // A meal alone takes no place: what there is for whatever it will be taken with.
            ids = touched(self.activity, day, &group.key, self.activity.all_units());
        }
        let ids = ids.into_iter().filter(|id| !had.contains(id));
        let left: Option<Vec<u32>> = ids.map(|id| Some(self.know.situation.places.known(&id)?.left())).collect();
        match left.map(|left| left.into_iter().min()) {
            None => PlacesView::Unknown,
            Some(Some(0)) if self.period.promotion == Promotion::NoWaitingList => PlacesView::Full,
            Some(Some(0)) => PlacesView::WaitingList,
            Some(Some(left)) if left <= LAST => PlacesView::Last { left },
            Some(None | Some(_)) => PlacesView::Available,
        }
    }

    /// Totals over all cells of the grid.
    pub fn totals(&self, cells: &[GridCellView]) -> GridTotalsView {
        let cents_of = |id: &str| {
            let own = cells.iter().filter(|cell| cell.child_id == id && !cell.wanted.is_empty());
            own.filter_map(|cell| cell.cents).sum()
        };
        let child = |child: &&ChildDto| {
            let child_id = child.child_id.to_string();
            ChildTotalView { cents: cents_of(&child_id), child_id }
        };
        let children: Vec<ChildTotalView> = self.children.iter().map(child).collect();
        let differ = |cell: &&GridCellView| cell.wanted != cell.booked;
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        GridTotalsView {
            cents: children.iter().map(|child| child.cents).sum(),
            children,
            changes: count(cells.iter().filter(differ).count()),
            problems: count(cells.iter().filter(|cell| cell.problem.is_some()).count()),
        }
    }
}
