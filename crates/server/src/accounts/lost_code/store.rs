//! The SQL of lost codes.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use crate::accounts::failures::Name;
use crate::db;
use crate::error::Result;
use crate::random;
use crate::writer::WriteTx;

pub(super) async fn insert_request(tx: &WriteTx, name: &Name, account: Option<Uuid>) -> Result<()> {
    let sql = "INSERT INTO lost_code_request (commune_id, request_id, name_hmac, account_id, asked_at) \
               VALUES ($1, $2, $3, $4, $5)";
    let (id, now) = (random::id(), tx.now().as_millisecond());
    let values = vec![name.commune.into(), id.into(), name.hmac.clone().into(), account.into(), now.into()];
    db::run(tx.connection(), sql, values).await?;
    Ok(())
}

/// A request that was not treated yet.
#[derive(Debug, FromQueryResult)]
pub(super) struct RequestRow {
    pub commune_id: Uuid,
    pub request_id: Uuid,
    pub name_hmac: Vec<u8>,
    pub account_id: Option<Uuid>,
}

/// Whether there is something to treat: asked often, and costs one look at an index.
pub(super) async fn any_to_treat(on: &impl ConnectionTrait) -> Result<bool> {
    let sql =
        "SELECT COUNT(*) AS count FROM (SELECT 1 AS one FROM lost_code_request WHERE treated_at IS NULL LIMIT 1) t";
    Ok(db::one::<CountRow>(on, sql, Vec::new()).await?.is_some_and(|row| row.count > 0))
}

/// The next requests to treat, the oldest first.
pub(super) async fn to_treat(tx: &WriteTx, limit: i64) -> Result<Vec<RequestRow>> {
    let sql = "SELECT commune_id, request_id, name_hmac, account_id FROM lost_code_request WHERE treated_at IS NULL \
               ORDER BY asked_at, request_id LIMIT $1";
    db::all(tx.connection(), sql, vec![limit.into()]).await
}

/// Marks a request treated; false when another process just did.
pub(super) async fn treat(tx: &WriteTx, request: &RequestRow) -> Result<bool> {
    let sql = "UPDATE lost_code_request SET treated_at = $3 \
               WHERE commune_id = $1 AND request_id = $2 AND treated_at IS NULL";
    let values = vec![request.commune_id.into(), request.request_id.into(), tx.now().as_millisecond().into()];
    Ok(db::run(tx.connection(), sql, values).await? == 1)
}

#[derive(Debug, FromQueryResult)]
struct CountRow {
    count: i64,
}

/// How often the name was treated since an instant, this time included.
pub(super) async fn treated_since(tx: &WriteTx, request: &RequestRow, since: Timestamp) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS count FROM lost_code_request \
               WHERE commune_id = $1 AND name_hmac = $2 AND treated_at > $3";
    let values = vec![request.commune_id.into(), request.name_hmac.clone().into(), since.as_millisecond().into()];
    Ok(db::one::<CountRow>(tx.connection(), sql, values).await?.map_or(0, |row| row.count))
}

/// Forgets a request.
pub(super) async fn forget_request(tx: &WriteTx, request: &RequestRow) -> Result<()> {
    let sql = "DELETE FROM lost_code_request WHERE commune_id = $1 AND request_id = $2";
    db::run(tx.connection(), sql, vec![request.commune_id.into(), request.request_id.into()]).await?;
    Ok(())
}

/// Forgets requests treated before an instant, some at a time.
pub(super) async fn forget(tx: &WriteTx, before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM lost_code_request WHERE (commune_id, request_id) IN (SELECT commune_id, request_id \
               FROM lost_code_request WHERE treated_at <= $1 ORDER BY treated_at LIMIT 100)";
    db::run(tx.connection(), sql, vec![before.as_millisecond().into()]).await
}

/// Where an adult with an account is written to.
#[derive(Debug, FromQueryResult)]
pub(super) struct MailRow {
    pub first_name: String,
    pub email: String,
}

/// The e-mail in use of the adult behind an account in force; none for an agent, or where none is known.
pub(super) async fn mail_of(tx: &WriteTx, commune: Uuid, account: Uuid) -> Result<Option<MailRow>> {
    let sql = "SELECT p.first_name, p.email FROM account a JOIN adult p ON p.commune_id = a.commune_id \
               AND p.person_id = a.person_id WHERE a.commune_id = $1 AND a.account_id = $2 AND a.disabled_at IS NULL \
               AND p.left_at IS NULL AND p.email IS NOT NULL";
    db::one(tx.connection(), sql, vec![commune.into(), account.into()]).await
}
