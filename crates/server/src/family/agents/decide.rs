//! Deciding on a change that a family asked.

use preau_domain::family::{DetailField, one_line};
use preau_protocol::ErrorCode;
use preau_protocol::accounts::SecurityEventDto;
use preau_protocol::agents::DecideChangeRequest;
use preau_protocol::error::FieldError;
use preau_protocol::family::{DetailChangeDto, DetailValueDto};
use uuid::Uuid;

use crate::audit::{self, Actor, Details, Entry};
use crate::error::{Error, Result};
use crate::family::details;
use crate::family::projection::{detail_change, publish_families};
use crate::family::store::{self, DetailChangeRow, Settlement};
use crate::notices::security;
use crate::sync::hold;
use crate::writer::{Command, WriteTx};

/// Longest reason of a refusal, in characters.
const MAX_REASON: usize = 300;

/// Accepts or refuses a change. Deciding the same again answers the same and does nothing.
///
/// # Errors
/// [`Error::NotFound`]; `conflict` when it was decided otherwise, withdrawn, waits for somebody else, or, to accept
/// it, when the value on record is no longer the one it replaces; `invalid_request` for a reason that is no sentence.
#[derive(Debug)]
pub struct DecideChange {
    /// The commune.
    pub commune: Uuid,
    /// An agent, or the operator.
    pub actor: Actor,
    /// Which change.
    pub change_id: Uuid,
    /// What becomes of it.
    pub decision: DecideChangeRequest,
}

impl Command for DecideChange {
    type Output = DetailChangeDto;
    const NAME: &'static str = "decide_change";

    async fn apply(&self, tx: &WriteTx) -> Result<DetailChangeDto> {
        let reason = self.reason()?;
        // First of all: whoever else changes this family does so after this one, or did so before it is read.
        hold(tx, self.commune, &[self.row(tx).await?.family_id]).await?;
        let row = self.row(tx).await?;
        match row.status.as_str() {
            "awaits_town" => self.settle(tx, row, reason.as_deref()).await?,
            status if status == self.status() && row.reason == reason => {}
            _ => return Err(Error::Rule(ErrorCode::Conflict)),
        }
        detail_change(self.row(tx).await?)
    }
}

impl DecideChange {
    async fn row(&self, tx: &WriteTx) -> Result<DetailChangeRow> {
        store::detail_change(tx.connection(), self.commune, self.change_id).await?.ok_or(Error::NotFound)
    }

    fn status(&self) -> &'static str {
        match self.decision {
            DecideChangeRequest::Accept => "accepted",
            DecideChangeRequest::Refuse { .. } => "refused",
        }
    }

    /// The reason on one line; a refusal has one.
    fn reason(&self) -> Result<Option<String>> {
        let DecideChangeRequest::Refuse { reason } = &self.decision else { return Ok(None) };
        let reason = one_line(reason);
        if (1..=MAX_REASON).contains(&reason.chars().count()) {
            return Ok(Some(reason));
        }
        let fault = FieldError { field: "reason".to_owned(), rule: "length".to_owned() };
        Err(Error::Fields(ErrorCode::InvalidRequest, vec![fault]))
    }

    async fn settle(&self, tx: &WriteTx, row: DetailChangeRow, reason: Option<&str>) -> Result<()> {
        let decided_by = match self.actor {
            Actor::Agent(account) | Actor::Family(account) => Some(account),
            Actor::Operator | Actor::System => None,
        };
        let settlement = Settlement { status: self.status(), decided_by, reason };
        if !store::settle_change(tx, self.commune, row.family_id, self.change_id, settlement).await? {
            return Err(Error::Rule(ErrorCode::Conflict));
        }
        let family = row.family_id;
        let details = Details::default().with("field", &row.field)?;
        let asked: serde_json::Value = serde_json::from_str(&row.new_value)?;
        let details = details.with("new", asked)?.with("reason", reason)?.into_text();
        if self.decision == DecideChangeRequest::Accept {
            self.accept(tx, row).await?;
        }
        publish_families(tx, self.commune, &[family]).await?;
        let action = match self.decision {
            DecideChangeRequest::Accept => "detail_change_accepted",
            DecideChangeRequest::Refuse { .. } => "detail_change_refused",
        };
        let Self { commune, actor, change_id, .. } = *self;
        let (of, entity) = (Some(family), Some(change_id));
        audit::record(tx, Entry { commune, actor, action, family: of, entity, details: Some(&details) }).await
    }

    /// Puts the new value on record, and tells of an e-mail: where none takes its place, while it is still in use, so that
    /// nobody's goes without a word to it.
    async fn accept(&self, tx: &WriteTx, row: DetailChangeRow) -> Result<()> {
        let (commune, family) = (self.commune, row.family_id);
        let person = row.subject_person.filter(|_| row.field == details::field_name(DetailField::Email));
        let removed = matches!(serde_json::from_str(&row.new_value)?, DetailValueDto::Email(None));
        if person.is_some() && removed {
            security::tell(tx, commune, family, person, SecurityEventDto::EmailChanged).await?;
        }
        self.put_on_record(tx, row).await?;
        if person.is_some() && !removed {
            security::tell(tx, commune, family, person, SecurityEventDto::EmailChanged).await?;
        }
        Ok(())
    }

    /// Writes the new value over the one the family saw, and over no other.
    async fn put_on_record(&self, tx: &WriteTx, row: DetailChangeRow) -> Result<()> {
        let (family, asked) = (row.family_id, detail_change(row)?);
        let (subject, field) = (asked.subject.into(), asked.field.into());
        let on_record = details::on_record(tx, self.commune, family, subject).await?;
        let on_record = on_record.ok_or(Error::Rule(ErrorCode::Conflict))?;
        let current = on_record.detail(field);
        let (old, new) = (asked.old.on_record(), asked.new.on_record());
        if current == new {
            return Ok(()); // it came to be so by another way, an import for instance
        }
        if current != old {
            return Err(Error::Rule(ErrorCode::Conflict));
        }
        details::write(tx, self.commune, on_record, field, &new).await?;
        Ok(())
    }
}
