//! A family's device: what it knows to be booked, and what it asks next.

use anyhow::{Context, Result, ensure};
use harness::{Api, Session};
use jiff::civil::Date;
use preau_protocol::sync::{OutcomeDto, OutcomeStatus};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

/// Operations sent again together, the most there may be in one push.
const AGAIN: usize = 50;
/// One in so many gives a day up, once there is one.
const GIVES_UP: u32 = 5;
/// No unit at all.
const NOTHING: &[&str] = &[];
/// What families ask of a day, as often as each stands here.
const WISHES: [&[&str]; 5] = [
    &["morning", "meal_with_meat", "afternoon"],
    &["morning", "meal_without_meat", "afternoon"],
    &["morning", "meal_with_meat", "afternoon"],
    &["morning"],
    &["meal_with_meat", "afternoon"],
];

/// The activity and the period.
#[derive(Debug)]
pub struct Offer {
    activity: Uuid,
    period: Uuid,
}

/// A device.
pub struct Desk {
    pub session: Session,
    children: Vec<Uuid>,
    draw: StdRng,
    /// Days not asked for yet, in the order in which they will be.
    free: Vec<(Uuid, Date)>,
    /// What has been asked for and is on record, confirmed or waiting.
    booked: Vec<(Uuid, Date, &'static [&'static str])>,
    done: Vec<Done>,
}

/// An operation that was answered.
struct Done {
    op_id: Uuid,
    op: Value,
    outcome: OutcomeDto,
}

impl Desk {
    /// Reads a family's children of three to eleven, and what the town offers.
    pub async fn read(api: &Api, session: Session, days: &[Date], place: usize) -> Result<(Self, Offer)> {
        let pages = api.pull(&session.token, "", 500).await?;
        let (mut children, mut activity, mut period) = (Vec::new(), None, None);
        for upsert in pages.iter().flat_map(|page| &page.upserts) {
            let body: Value = serde_json::from_str(upsert.body.get())?;
            match upsert.kind.as_str() {
                "child" if goes(&body, days)? => children.push(upsert.entity),
                "activity" if body["key"] == "alsh" => activity = Some(upsert.entity),
                "period" if body["key"] == "noel_2026" => period = Some(upsert.entity),
                _ => {}
            }
        }
        let offer = Offer { activity: activity.context("the activity")?, period: period.context("the period")? };
        let mut draw = StdRng::seed_from_u64(place as u64);
        let each = |child: &Uuid| days.iter().map(|day| (*child, *day)).collect::<Vec<_>>();
        let mut free: Vec<_> = children.iter().flat_map(each).collect();
        free.shuffle(&mut draw);
        Ok((Self { session, children, draw, free, booked: Vec::new(), done: Vec::new() }, offer))
    }

    pub fn children(&self) -> usize {
        self.children.len()
    }

    /// Asks for a day, or gives one up; told to come back, it does. Whether it took effect.
    pub async fn ask(&mut self, api: &Api, offer: &Offer, shed: &mut u64) -> Result<bool> {
        let gives_up = !self.booked.is_empty() && (self.free.is_empty() || self.draw.random_ratio(1, GIVES_UP));
        let (child, day, old, new) = if gives_up {
            let place = self.draw.random_range(0..self.booked.len());
            let (child, day, units) = self.booked.swap_remove(place);
            (child, day, units, NOTHING)
        } else {
            let (child, day) = self.free.pop().context("a family without a child to book for")?;
            (child, day, NOTHING, WISHES[self.draw.random_range(0..WISHES.len())])
        };
        let (op_id, op) = (Uuid::now_v7(), operation(offer, child, day, old, new));
        let answer = loop {
            let answer = api.push(&self.session.token, op_id, &op).await?;
            if answer.status != 503 {
                break answer.success()?;
            }
            *shed += 1;
            tokio::time::sleep(Duration::from_secs(1)).await;
        };
        let outcome: OutcomeDto = serde_json::from_value(answer.body["outcomes"][0].clone())?;
        let applied = outcome.status == OutcomeStatus::Applied;
        match (applied, gives_up) {
            (true, true) => self.free.insert(0, (child, day)),
            (true, false) => self.booked.push((child, day, new)),
            // The other home of the child has the day.
            (false, false) => {}
            (false, true) => anyhow::bail!("giving up was refused: {outcome:?}"),
        }
        self.done.push(Done { op_id, op, outcome });
        Ok(applied)
    }

    /// The operations that took effect.
    pub fn done(&self) -> impl Iterator<Item = Uuid> {
        let applied = self.done.iter().filter(|done| done.outcome.status == OutcomeStatus::Applied);
        applied.map(|done| done.op_id)
    }

    /// I2 and I3: whatever was acknowledged is known, answers as it did, and takes no effect again. How many there were.
    pub async fn answers_again(&self, api: &Api) -> Result<usize> {
        for some in self.done.chunks(AGAIN) {
            let operations: Vec<Value> =
                some.iter().map(|done| json!({ "op_id": done.op_id, "op": done.op })).collect();
            let body = json!({ "operations": operations });
            let answer = api.post("/v1/sync/push", &self.session.token, &body).await?;
            let outcomes: Vec<OutcomeDto> = serde_json::from_value(answer.success()?.body["outcomes"].clone())?;
            let first: Vec<OutcomeDto> = some.iter().map(|done| done.outcome.clone()).collect();
            ensure!(outcomes == first, "I2, I3: {outcomes:?} instead of {first:?}");
        }
        Ok(self.done.len())
    }
}

/// Whether a child is of an age to go on all of the days.
fn goes(child: &Value, days: &[Date]) -> Result<bool> {
    let birth: Date = child["birth_date"].as_str().context("a date of birth")?.parse()?;
    let on = |day: Option<&Date>| day.map_or(0, |day| day.year() - birth.year());
    // Whole years, at least and at most.
    Ok(on(days.first()) > 3 && on(days.last()) <= 11)
}

fn operation(offer: &Offer, child: Uuid, day: Date, old: &[&str], new: &[&str]) -> Value {
    let day = json!({ "day": day, "old": old, "new": new, "expected_cents": 10_000 });
    json!({ "type": "reservations.change_days", "activity_id": offer.activity, "period_id": offer.period,
        "children": [{ "child_id": child, "days": [day] }] })
}
