//! Days of a family, read and booked by an agent on its behalf.

use preau_domain::reservations::Latitude;
use preau_protocol::reservations::{
    BookDaysRequest, FamilyDaysDto, ReceiptDto, ReceiptVerificationDto, ReservationDto, VerifyReceiptRequest,
};
use uuid::Uuid;

use super::refused;
use crate::app::App;
use crate::audit::Actor;
use crate::error::{Error, Result};
use crate::family::{self, agents::RecordReading};
use crate::planning;
use crate::reservations::ops::{self, Author};
use crate::reservations::{Deciding, store, writing};
use crate::sync::Asked;
use crate::writer::{Command, WriteTx};

/// What an agent asks for a family: done once, and answered alike when it is sent again.
pub(super) struct BookDays {
    pub commune: Uuid,
    /// The agent's account.
    pub account: Uuid,
    pub family: Uuid,
    pub request: BookDaysRequest,
    pub deciding: Deciding,
}

impl Command for BookDays {
    type Output = ReceiptDto;
    const NAME: &'static str = "book_days";

    async fn apply(&self, tx: &WriteTx) -> Result<ReceiptDto> {
        let Self { commune, account, family, request, deciding } = self;
        let (commune, family) = (*commune, *family);
        request.asked.check().map_err(|reason| refused("asked.children", &reason.to_string()))?;
        if !family::is_there(tx.connection(), commune, family).await? {
            return Err(Error::NotFound);
        }
        let latitude = Latitude { deadlines: request.pass_deadlines, capacity: request.beyond_capacity };
        let author = Author { commune, family, person: None, actor: Actor::Agent(*account), latitude };
        if request.dry_run {
            return ops::preview_days(tx, deciding, &author, request.op_id, &request.asked).await;
        }
        let bytes = serde_json::to_vec(request)?;
        let asked = Asked { commune, op_id: request.op_id, account: *account, family, bytes: &bytes };
        if asked.is_done(tx).await? {
            let row = match writing::left_receipt(tx, commune, request.op_id) {
                Some(row) => Some(row),
                None => store::receipt(tx.connection(), commune, (family, request.op_id)).await?,
            };
            return Ok(serde_json::from_str(&row.ok_or(Error::NotFound)?.body)?);
        }
        let receipt = ops::decide_days(tx, deciding, &author, request.op_id, &request.asked).await?;
        asked.done(tx, ops::outcome(&receipt)).await?;
        Ok(receipt)
    }
}

/// The days and receipts of a family; the reading is put in the audit first.
///
/// # Errors
/// [`Error::NotFound`], or whatever the database says.
pub(super) async fn family_days(app: &App, commune: Uuid, actor: Actor, family: Uuid) -> Result<FamilyDaysDto> {
    let snapshot = app.db.snapshot().await?;
    if !family::is_there(&snapshot, commune, family).await? {
        return Err(Error::NotFound);
    }
    let planning = planning::Current::read(&snapshot, commune).await?.planning;
    let mut reservations = Vec::new();
    let children: Vec<Uuid> = family::children_of(&snapshot, commune, &[family]).await?.into_iter().collect();
    for row in store::all_of_children(&snapshot, commune, &children).await? {
        if row.family_id == family {
            reservations.extend(writing::dto(&row, &planning, true)?);
        }
    }
    let rows = store::receipts(&snapshot, commune, &[family]).await?;
    snapshot.commit().await?;
    reservations.sort_by_key(|one: &ReservationDto| (one.day, one.child_id));
    let mut receipts =
        rows.iter().map(|row| Ok(serde_json::from_str(&row.body)?)).collect::<Result<Vec<ReceiptDto>>>()?;
    receipts.sort_by(|a, b| b.at.cmp(&a.at));
    app.writer.run(RecordReading { commune, actor, family, action: "family_days_read" }).await?;
    Ok(FamilyDaysDto { reservations, receipts })
}

/// What is to be thought of a receipt that somebody shows.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn verify(
    app: &App,
    commune: Uuid,
    VerifyReceiptRequest { family_id, receipt: shown }: &VerifyReceiptRequest,
) -> Result<ReceiptVerificationDto> {
    let genuine = app.deciding().seal.is_on(commune, shown)?;
    let row = store::receipt(app.db.readers(), commune, (*family_id, shown.receipt_id)).await?;
    let on_record = row.map(|row| serde_json::from_str::<ReceiptDto>(&row.body)).transpose()?;
    Ok(ReceiptVerificationDto { genuine, on_record: on_record.as_ref() == Some(shown) })
}
