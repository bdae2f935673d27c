//! Changes of details as a person thinks of them: those of the outbox laid over those the server told of.

use super::present;
use super::sync::{standing, waits};
use super::views::{DetailChangeView, DetailStateView, DetailValueView, GiveUpView};
use crate::error::Error;
use crate::sync::ledger;
use crate::sync::outbox::{self, Row, name_of};
use crate::sync::views::{PendingStateView, PendingView};
use preau_protocol::ErrorCode;
use preau_protocol::family::{
    AdultDto, ChangeDetailOp, DetailChangeDto, DetailChangeStatusDto, DetailFieldDto, DetailSubjectDto, DetailValueDto,
};
use preau_protocol::sync::{Op, OutcomeStatus};
use sqlx::SqliteConnection;
use std::collections::BTreeMap;

/// How long settled changes are shown, in seconds.
const SETTLED_SHOWN: i64 = 90 * 24 * 3600;

/// By field, the value that a change which waits would give it.
pub type Waiting = BTreeMap<(Option<uuid::Uuid>, &'static str), DetailValueView>;

/// Everything about changes of details, read at once.
pub struct Changes {
    adults: Vec<AdultDto>,
    served: Vec<DetailChangeDto>,
    outbox: Vec<Row>,
}

impl Changes {
    /// Reads them.
    pub async fn read(db: &mut SqliteConnection) -> Result<Self, Error> {
        Ok(Self {
            adults: super::store::adults(db).await?,
            served: super::store::detail_changes(db).await?,
            outbox: outbox::all(db).await?,
        })
    }

    /// The operations of the outbox that still lie over the cache: not answered, or answered and not read back.
    fn over(&self) -> impl DoubleEndedIterator<Item = (&Row, ChangeDetailOp)> {
        self.outbox
            .iter()
            .filter(|row| row.caught_up_at.is_none() && !is_rejected(row))
            // Lost answer, read back all the same: the server's word counts.
            .filter(|row| !self.served.iter().any(|change| change.change_id == row.op_id))
            .filter_map(|row| Some((row, change_of(row)?)))
    }

    /// What the server told of, without the rows that say something else than an answer « as told »: they are older, of a
    /// server that was restored before it answered so.
    fn told_of(&self) -> impl Iterator<Item = &DetailChangeDto> {
        let said = |change: &DetailChangeDto| {
            let asked = self.outbox.iter().find(|row| row.op_id == change.change_id);
            asked.and_then(Row::still_as_told)
        };
        self.served.iter().filter(move |change| said(change).is_none_or(|said| said == standing(change)))
    }

    /// Not settled yet, latest first.
    pub fn waiting(&self) -> Vec<DetailChangeView> {
        let over = self.over().rev().map(|(row, op)| self.kept_view(row, &op));
        let served = self.told_of().filter(|change| waits(change)).map(|change| self.served_view(change));
        over.chain(served).collect()
    }

    /// Settled in the last 90 days of the server's time, or refused and still in the outbox; latest first.
    pub fn settled(&self, server_time: Option<i64>) -> Result<Vec<DetailChangeView>, Error> {
        let recent = |change: &&DetailChangeDto| {
            let decided = change.decided_at.as_deref().and_then(ledger::server_seconds);
            decided.zip(server_time).is_none_or(|(decided, now)| now - decided <= SETTLED_SHOWN)
        };
        let served = self.told_of().filter(|change| !waits(change)).filter(recent);
        let served = served.map(|change| self.served_view(change));
        let mut settled: Vec<DetailChangeView> = served.collect();
        for row in self.outbox.iter().filter(|row| is_rejected(row)) {
            if let Some(op) = change_of(row)
                && !self.served.iter().any(|change| change.change_id == row.op_id)
            {
                settled.push(self.answered_view(row, &op)?);
            }
        }
        settled.sort_by(|a, b| b.asked_at.cmp(&a.asked_at));
        Ok(settled)
    }

    /// Fields that cannot be changed again yet, with the value that each is to become.
    pub fn fields_waiting(&self) -> Waiting {
        let served = self.served.iter().filter(|change| waits(change));
        let served = served.map(|change| (field_key(change.subject, change.field), present::value(&change.new)));
        let over = self.over().map(|(_, op)| (field_key(op.subject, op.field), present::value(&op.new)));
        served.chain(over).collect()
    }

    /// Whether nobody has decided yet on a change that the server took.
    #[must_use]
    pub fn waits(&self, change_id: uuid::Uuid) -> bool {
        self.served.iter().find(|change| change.change_id == change_id).is_none_or(waits)
    }

    /// How many are not sent, and how many wait for the town or for a confirmation.
    pub fn counts(&self) -> (u32, u32) {
        let (answered, unanswered): (Vec<_>, Vec<_>) = self.over().partition(|(row, _)| row.outcome.is_some());
        let on_record = self.told_of().filter(|change| waits(change)).count() + answered.len();
        (u32::try_from(unanswered.len()).unwrap_or(u32::MAX), u32::try_from(on_record).unwrap_or(u32::MAX))
    }

    /// E-mails whose owner has to confirm them.
    pub fn emails_to_confirm(&self) -> Vec<String> {
        let email = |change: &DetailChangeDto| match (&change.status, &change.new) {
            (DetailChangeStatusDto::AwaitsConfirmation, DetailValueDto::Email(Some(email))) => Some(email.clone()),
            _ => None,
        };
        self.told_of().filter_map(email).collect()
    }

    /// An operation of the outbox as the sync centre tells it, whatever its state.
    pub fn of_outbox(&self, row: &Row) -> Result<Option<DetailChangeView>, Error> {
        let Some(op) = change_of(row) else { return Ok(None) };
        if let Some(served) = self.told_of().find(|change| change.change_id == row.op_id) {
            return Ok(Some(self.served_view(served)));
        }
        Ok(Some(if row.outcome.is_some() { self.answered_view(row, &op)? } else { self.kept_view(row, &op) }))
    }

    /// A change by the id that it shares with the operation that asked it, on whichever computer.
    pub fn by_id(&self, id: uuid::Uuid) -> Result<Option<DetailChangeView>, Error> {
        if let Some(served) = self.told_of().find(|change| change.change_id == id) {
            return Ok(Some(self.served_view(served)));
        }
        match self.outbox.iter().find(|row| row.op_id == id) {
            Some(row) => self.of_outbox(row),
            None => Ok(None),
        }
    }

    /// An operation just kept, or what a form would make.
    pub fn view(&self, id: String, op: &ChangeDetailOp, state: DetailStateView, asked_at: String) -> DetailChangeView {
        let (person_id, person_name) = self.whose(op.subject);
        DetailChangeView {
            id,
            person_id,
            person_name,
            field: present::field(op.field),
            old: present::value(&op.old),
            new: present::value(&op.new),
            state,
            give_up: GiveUpView::No,
            asked_at,
        }
    }

    fn kept_view(&self, row: &Row, op: &ChangeDetailOp) -> DetailChangeView {
        let state = DetailStateView::ToSend { pending: pending(row) };
        let view = self.view(row.op_id.to_string(), op, state, row.created_at.clone());
        let applied = row.outcome.is_some_and(|outcome| outcome.status == OutcomeStatus::Applied);
        DetailChangeView { give_up: if applied { GiveUpView::No } else { self.give_up(row.op_id) }, ..view }
    }

    fn answered_view(&self, row: &Row, op: &ChangeDetailOp) -> Result<DetailChangeView, Error> {
        let known = row.still_as_told().map(|told| (told, None));
        let state = match known.or(row.outcome.map(|outcome| (outcome.status, outcome.code))) {
            None => DetailStateView::ToSend { pending: pending(row) },
            Some((OutcomeStatus::Applied, _)) => DetailStateView::Accepted,
            Some((OutcomeStatus::Waiting, _)) if matches!(op.new, DetailValueDto::Email(Some(_))) => {
                DetailStateView::AwaitsConfirmation
            }
            Some((OutcomeStatus::Waiting, _)) => DetailStateView::AwaitsTown,
            Some((OutcomeStatus::Rejected, Some(ErrorCode::OperationCancelled))) => DetailStateView::Withdrawn,
            Some((OutcomeStatus::Rejected, code)) => {
                DetailStateView::Refused { reason: None, code: code.map(|code| name_of(&code)).transpose()? }
            }
        };
        Ok(self.view(row.op_id.to_string(), op, state, row.created_at.clone()))
    }

    fn served_view(&self, change: &DetailChangeDto) -> DetailChangeView {
        let (person_id, person_name) = self.whose(change.subject);
        DetailChangeView {
            id: change.change_id.to_string(),
            person_id,
            person_name,
            field: present::field(change.field),
            old: present::value(&change.old),
            new: present::value(&change.new),
            state: match change.status {
                DetailChangeStatusDto::AwaitsTown => DetailStateView::AwaitsTown,
                DetailChangeStatusDto::AwaitsConfirmation => DetailStateView::AwaitsConfirmation,
                DetailChangeStatusDto::Accepted => DetailStateView::Accepted,
                DetailChangeStatusDto::Refused => {
                    DetailStateView::Refused { reason: change.reason.clone(), code: None }
                }
                DetailChangeStatusDto::Withdrawn => DetailStateView::Withdrawn,
                DetailChangeStatusDto::Expired => DetailStateView::Expired,
            },
            give_up: if waits(change) { self.give_up(change.change_id) } else { GiveUpView::No },
            asked_at: change.asked_at.clone(),
        }
    }

    /// Whether a change that waits can be given up: whoever of the family asked it, on whichever computer.
    fn give_up(&self, change: uuid::Uuid) -> GiveUpView {
        // Answered and not read back yet: the change still looks as it did.
        let open = |row: &Row| row.caught_up_at.is_none() && !is_rejected(row);
        let asked = self.outbox.iter().any(|row| row.target == Some(change) && open(row));
        if asked { GiveUpView::Asked } else { GiveUpView::Possible }
    }

    fn whose(&self, subject: DetailSubjectDto) -> (Option<String>, Option<String>) {
        let DetailSubjectDto::Adult { person_id } = subject else { return (None, None) };
        let adult = self.adults.iter().find(|adult| adult.person_id == person_id);
        let name = adult.map(|adult| present::full_name(&adult.first_name, &adult.last_name));
        (Some(person_id.to_string()), name)
    }
}

/// How far an operation of the outbox is.
pub fn pending(row: &Row) -> PendingView {
    PendingView {
        op_id: row.op_id.to_string(),
        state: match (&row.outcome, row.sent_count) {
            (Some(_), _) => PendingStateView::Answered,
            (None, 0) => PendingStateView::Kept,
            (None, _) if row.blocked() => PendingStateView::Blocked,
            (None, _) => PendingStateView::Unanswered,
        },
        since: row.created_at.clone(),
        attempts: row.sent_count,
    }
}

/// A field of the home (no adult) or of an adult, comparable.
pub fn field_key(subject: DetailSubjectDto, field: DetailFieldDto) -> (Option<uuid::Uuid>, &'static str) {
    let person = match subject {
        DetailSubjectDto::Household => None,
        DetailSubjectDto::Adult { person_id } => Some(person_id),
    };
    let name = match field {
        DetailFieldDto::Address => "address",
        DetailFieldDto::MobilePhone => "mobilePhone",
        DetailFieldDto::LandlinePhone => "landlinePhone",
        DetailFieldDto::Email => "email",
    };
    (person, name)
}

fn is_rejected(row: &Row) -> bool {
    row.outcome.is_some_and(|outcome| outcome.status == OutcomeStatus::Rejected)
}

fn change_of(row: &Row) -> Option<ChangeDetailOp> {
    match row.op()? {
        Op::ChangeDetail(op) => Some(op),
        Op::AcknowledgeNotice(_) | Op::ChangeDays(_) | Op::Cancel { .. } => None,
    }
}
