//! The SQL of invitations, and of adults who join and leave.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use crate::db;
use crate::error::Result;
use crate::family::store::AdultRow;
use crate::writer::WriteTx;

/// An invitation.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct InvitationRow {
    pub invitation_id: Uuid,
    pub family_id: Uuid,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
}

const INVITATION: &str = "invitation_id, family_id, first_name, last_name, email";

/// The invitation of a family that nobody ended.
pub(super) async fn under_way(on: &impl ConnectionTrait, commune: Uuid, family: Uuid) -> Result<Option<InvitationRow>> {
    let sql = format!(
        "SELECT {INVITATION} FROM co_holder_invitation WHERE commune_id = $1 AND family_id = $2 AND ended_at IS NULL"
    );
    db::one(on, &sql, vec![commune.into(), family.into()]).await
}

/// An invitation that nobody ended.
pub(super) async fn invitation(
    on: &impl ConnectionTrait,
    commune: Uuid,
    invitation: Uuid,
) -> Result<Option<InvitationRow>> {
    let sql = format!(
        "SELECT {INVITATION} FROM co_holder_invitation \
         WHERE commune_id = $1 AND invitation_id = $2 AND ended_at IS NULL"
    );
    db::one(on, &sql, vec![commune.into(), invitation.into()]).await
}

#[derive(Debug, FromQueryResult)]
struct CountRow {
    count: i64,
}

/// How many a family sent since an instant.
pub(super) async fn sent_since(tx: &WriteTx, commune: Uuid, family: Uuid, since: Timestamp) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS count FROM co_holder_invitation \
               WHERE commune_id = $1 AND family_id = $2 AND created_at > $3";
    let values = vec![commune.into(), family.into(), since.as_millisecond().into()];
    Ok(db::one::<CountRow>(tx.connection(), sql, values).await?.map_or(0, |row| row.count))
}

pub(super) async fn insert(tx: &WriteTx, commune: Uuid, row: &InvitationRow, invited_by: Uuid) -> Result<()> {
    let sql = "INSERT INTO co_holder_invitation (commune_id, invitation_id, family_id, first_name, last_name, email, \
               invited_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = vec![
        commune.into(),
        row.invitation_id.into(),
        row.family_id.into(),
        row.first_name.clone().into(),
        row.last_name.clone().into(),
        row.email.clone().into(),
        invited_by.into(),
        tx.now().as_millisecond().into(),
    ];
    db::run(tx.connection(), sql, values).await?;
    Ok(())
}

/// Ends an invitation; false when it was ended meanwhile.
pub(super) async fn end(tx: &WriteTx, commune: Uuid, invitation: Uuid, outcome: &'static str) -> Result<bool> {
    let sql = "UPDATE co_holder_invitation SET ended_at = $3, outcome = $4 \
               WHERE commune_id = $1 AND invitation_id = $2 AND ended_at IS NULL";
    let values = vec![commune.into(), invitation.into(), tx.now().as_millisecond().into(), outcome.into()];
    Ok(db::run(tx.connection(), sql, values).await? == 1)
}

/// Forgets invitations that no link opens or tells of any more, some at a time.
pub(super) async fn forget(tx: &WriteTx) -> Result<u64> {
    let sql = "DELETE FROM co_holder_invitation WHERE (commune_id, invitation_id) IN \
               (SELECT i.commune_id, i.invitation_id FROM co_holder_invitation i WHERE NOT EXISTS \
               (SELECT 1 FROM link l WHERE l.commune_id = i.commune_id AND l.subject_id = i.invitation_id) \
               ORDER BY i.created_at LIMIT 100)";
    db::run(tx.connection(), sql, Vec::new()).await
}

pub(super) async fn insert_adult(tx: &WriteTx, commune: Uuid, row: &AdultRow) -> Result<()> {
    let sql = "INSERT INTO adult (commune_id, person_id, family_id, role, first_name, last_name, email) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = vec![
        commune.into(),
        row.person_id.into(),
        row.family_id.into(),
        row.role.clone().into(),
        row.first_name.clone().into(),
        row.last_name.clone().into(),
        row.email.clone().into(),
    ];
    db::run(tx.connection(), sql, values).await?;
    Ok(())
}

/// The adult left: the name stays on record, where they can be reached does not.
pub(super) async fn leave(tx: &WriteTx, commune: Uuid, person: Uuid) -> Result<()> {
    let sql = "UPDATE adult SET left_at = $3, mobile_phone = NULL, landline_phone = NULL, email = NULL \
               WHERE commune_id = $1 AND person_id = $2";
    db::run(tx.connection(), sql, vec![commune.into(), person.into(), tx.now().as_millisecond().into()]).await?;
    Ok(())
}

#[derive(Debug, FromQueryResult)]
struct ChangeIdRow {
    change_id: Uuid,
}

/// Withdraws what waits for a decision about an adult; gives those changes.
pub(super) async fn withdraw_changes_of(tx: &WriteTx, commune: Uuid, person: Uuid) -> Result<Vec<Uuid>> {
    let sql = "UPDATE detail_change SET status = 'withdrawn', decided_at = $3 WHERE commune_id = $1 \
               AND subject_person = $2 AND status IN ('awaits_town', 'awaits_confirmation') RETURNING change_id";
    let values = vec![commune.into(), person.into(), tx.now().as_millisecond().into()];
    let rows: Vec<ChangeIdRow> = db::all(tx.connection(), sql, values).await?;
    Ok(rows.into_iter().map(|row| row.change_id).collect())
}
