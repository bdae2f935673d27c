//! What became of what was sent: as the town answered, or as it waits here.

use super::knowledge::{Knowledge, days_of};
use super::views::{ReceiptLineView, ReceiptView};
use super::{present, store};
use crate::error::Error;
use crate::family;
use crate::sync::outbox::{self, Row};
use jiff::civil::Date;
use preau_domain::ids::{ActivityId, ChildId, PeriodId};
use preau_domain::reservations::ReceiptNumber;
use preau_protocol::reservations::{ChangeDaysOp, ReceiptDto, ReceiptLineDto, VerdictDto};
use sqlx::SqliteConnection;
use uuid::Uuid;

/// What was asked of a child's day.
pub type RefusedDay = (ChildId, Date, Vec<String>);

/// Every receipt, the latest first; what waits here before what was answered.
///
/// # Errors
/// When the cache fails.
pub async fn all(db: &mut SqliteConnection, know: &Knowledge) -> Result<Vec<ReceiptView>, Error> {
    let answered = store::receipts(db).await?;
    let mut views = Vec::new();
    for row in outbox::all(db).await?.iter().rev() {
        if let Some(op) = days_of(row)
            && !answered.iter().any(|receipt| receipt.receipt_id == row.op_id)
        {
            views.push(waiting(know, row, &op));
        }
    }
    for receipt in &answered {
        views.push(told(db, know, receipt).await?);
    }
    Ok(views)
}

/// One receipt.
///
/// # Errors
/// When the cache fails.
pub async fn one(db: &mut SqliteConnection, know: &Knowledge, id: Uuid) -> Result<Option<ReceiptView>, Error> {
    if let Some(receipt) = store::receipt(db, id).await? {
        return Ok(Some(told(db, know, &receipt).await?));
    }
    let row = outbox::get(db, id).await?;
    Ok(row.and_then(|row| Some(waiting(know, &row, &days_of(&row)?))))
}

/// The period of a receipt, and what the town refused in it: child, day and units.
///
/// # Errors
/// When the cache fails.
pub async fn refused(db: &mut SqliteConnection, id: Uuid) -> Result<Option<(Uuid, Vec<RefusedDay>)>, Error> {
    let Some(receipt) = store::receipt(db, id).await? else { return Ok(None) };
    let refused = |line: &ReceiptLineDto| matches!(line.verdict, VerdictDto::Refused { .. });
    let lines = receipt.lines.into_iter().filter(refused);
    Ok(Some((receipt.period_id, lines.map(|line| (ChildId(line.child_id), line.day, line.new)).collect())))
}

async fn told(db: &mut SqliteConnection, know: &Knowledge, receipt: &ReceiptDto) -> Result<ReceiptView, Error> {
    let by = match receipt.by {
        Some(person) => family::name_of(db, person).await?,
        None => None,
    };
    let line = |line: &ReceiptLineDto| ReceiptLineView {
        child_id: line.child_id.to_string(),
        first_name: present::first_name(&know.children, line.child_id).unwrap_or_default(),
        day: line.day.to_string(),
        old: line.old.clone(),
        new: line.new.clone(),
        verdict: Some(present::verdict(&line.verdict, &know.children)),
    };
    let about = About::of(know, receipt.activity_id, receipt.period_id);
    let lines = receipt.lines.iter().map(line).collect();
    let (seal, at) = (receipt.seal.clone(), Some(receipt.at.clone()));
    Ok(ReceiptView { seal, at, by, sent: true, ..about.view(receipt.receipt_id, lines) })
}

fn waiting(know: &Knowledge, row: &Row, op: &ChangeDaysOp) -> ReceiptView {
    let line = |(child_id, day): (Uuid, &preau_protocol::reservations::DayDto)| ReceiptLineView {
        child_id: child_id.to_string(),
        first_name: present::first_name(&know.children, child_id).unwrap_or_default(),
        day: day.day.to_string(),
        old: day.old.clone(),
        new: day.new.clone(),
        verdict: None,
    };
    let about = About::of(know, op.activity_id, op.period_id);
    let view = about.view(row.op_id, op.lines().map(line).collect());
    ReceiptView { since: Some(row.created_at.clone()), sent: row.sent_count > 0, ..view }
}

/// The activity and period that a receipt is about, as far as they are known.
struct About<'a> {
    know: &'a Knowledge,
    activity: ActivityId,
    period: PeriodId,
}

impl<'a> About<'a> {
    fn of(know: &'a Knowledge, activity: Uuid, period: Uuid) -> Self {
        Self { know, activity: ActivityId(activity), period: PeriodId(period) }
    }

    fn view(&self, id: Uuid, lines: Vec<ReceiptLineView>) -> ReceiptView {
        let planning = &self.know.offers.planning;
        let activity = planning.activities.get(&self.activity);
        let period = planning.periods.get(&self.period);
        ReceiptView {
            id: id.to_string(),
            number: ReceiptNumber::of(id).to_string(),
            seal: None,
            at: None,
            since: None,
            sent: false,
            by: None,
            activity_name: activity.map(|activity| activity.name.clone()).unwrap_or_default(),
            period_name: period.map(|period| period.name.clone()).unwrap_or_default(),
            period_id: self.period.0.to_string(),
            units: activity.map(present::units).unwrap_or_default(),
            lines,
        }
    }
}
