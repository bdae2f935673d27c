//! The SQL of letters: whom to write to, and where.

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use super::{Letter, Whom};
use crate::db;
use crate::error::Result;
use crate::writer::WriteTx;

/// An adult with an account.
#[derive(Debug, FromQueryResult)]
pub(super) struct RecipientRow {
    pub account_id: Uuid,
    pub family_id: Uuid,
    pub person_id: Uuid,
    /// Whether they have a personal code.
    pub chosen: bool,
    identifiant: String,
    reference: String,
    first_name: String,
    last_name: String,
    street: Option<String>,
    complement: Option<String>,
    postcode: Option<String>,
    city: Option<String>,
}

impl RecipientRow {
    pub(super) fn letter(self, code: String, written_on: Date, good_until: Date) -> Letter {
        // Order and capitals of XP Z 10-011, the last two lines in upper case.
        let last = self.postcode.zip(self.city).map(|(postcode, city)| format!("{postcode} {city}").to_uppercase());
        let lines = [self.complement, self.street.map(|street| street.to_uppercase()), last];
        Letter {
            family: self.reference,
            person: format!("{} {}", self.first_name, self.last_name),
            address: lines.into_iter().flatten().collect(),
            identifiant: self.identifiant,
            code,
            written_on,
            good_until,
        }
    }
}

/// The file of a letter to be.
#[derive(Debug, FromQueryResult)]
pub(super) struct ExpectedRow {
    pub reference: String,
    pub identifiant: String,
}

const OF: &str = "FROM account a JOIN adult p ON p.commune_id = a.commune_id AND p.person_id = a.person_id \
                  JOIN family f ON f.commune_id = a.commune_id AND f.family_id = a.family_id \
                  WHERE a.commune_id = $1 AND a.disabled_at IS NULL";

/// The condition on accounts, and its value as `$2`.
fn condition(whom: &Whom) -> (&'static str, Value) {
    match whom {
        Whom::Family(reference) => ("f.reference = $2", reference.clone().into()),
        Whom::Adult(person) => ("p.person_id = $2", (*person).into()),
        Whom::WithoutCode(end) => (
            "a.code_hash IS NULL AND (a.one_time_hmac IS NULL OR a.one_time_expires_at <= $2)",
            end.as_millisecond().into(),
        ),
    }
}

/// Accounts in force after one of them, in order, that are to receive a letter.
pub(super) async fn recipients(
    tx: &WriteTx,
    commune: Uuid,
    whom: &Whom,
    after: Uuid,
    limit: usize,
) -> Result<Vec<RecipientRow>> {
    let (whom, value) = condition(whom);
    let sql = format!(
        "SELECT a.account_id, f.family_id, p.person_id, a.code_hash IS NOT NULL AS chosen, a.identifiant, f.reference, p.first_name, p.last_name, f.street, f.complement, f.postcode, \
         f.city {OF} AND {whom} AND a.account_id > $3 ORDER BY a.account_id LIMIT $4"
    );
    let limit = i64::try_from(limit).map_err(anyhow::Error::from)?;
    db::all(tx.connection(), &sql, vec![commune.into(), value, after.into(), limit.into()]).await
}

/// All of them.
pub(super) async fn expected(on: &impl ConnectionTrait, commune: Uuid, whom: &Whom) -> Result<Vec<ExpectedRow>> {
    let (whom, value) = condition(whom);
    let sql = format!("SELECT f.reference, a.identifiant {OF} AND {whom} ORDER BY f.reference, a.identifiant");
    db::all(on, &sql, vec![commune.into(), value]).await
}

#[derive(Debug, FromQueryResult)]
struct FamilyRow {
    family_id: Option<Uuid>,
}

/// The personal code of an account no longer opens it; its family.
pub(super) async fn forget_code(tx: &WriteTx, commune: Uuid, account: Uuid) -> Result<Option<Uuid>> {
    let sql = "UPDATE account SET code_hash = NULL WHERE commune_id = $1 AND account_id = $2 RETURNING family_id";
    let row: Option<FamilyRow> = db::one(tx.connection(), sql, vec![commune.into(), account.into()]).await?;
    Ok(row.and_then(|row| row.family_id))
}

#[derive(Debug, FromQueryResult)]
struct CountRow {
    count: i64,
}

/// How many accounts without a personal code are left out because a one-time code of theirs is in force.
pub(super) async fn left_out(on: &impl ConnectionTrait, commune: Uuid, whom: &Whom) -> Result<u32> {
    let Whom::WithoutCode(end) = whom else { return Ok(0) };
    let sql = format!("SELECT COUNT(*) AS count {OF} AND a.code_hash IS NULL AND a.one_time_expires_at > $2");
    let row: Option<CountRow> = db::one(on, &sql, vec![commune.into(), end.as_millisecond().into()]).await?;
    Ok(row.and_then(|row| u32::try_from(row.count).ok()).unwrap_or(0))
}
