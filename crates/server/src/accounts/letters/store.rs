//! The SQL of letters: whom to write to, and where.

use jiff::civil::Date;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::Letter;
use crate::db;
use crate::error::Result;
use crate::writer::WriteTx;

/// An adult with an account.
#[derive(Debug, FromQueryResult)]
pub(super) struct RecipientRow {
    pub account_id: Uuid,
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

/// Accounts in force after one of them, in order: those of a family, or those without a personal code.
pub(super) async fn recipients(
    tx: &WriteTx,
    commune: Uuid,
    family: Option<&str>,
    after: Uuid,
    limit: usize,
) -> Result<Vec<RecipientRow>> {
    let whom = if family.is_some() { "f.reference = $4" } else { "a.code_hash IS NULL" };
    let sql = format!(
        "SELECT a.account_id, a.identifiant, f.reference, p.first_name, p.last_name, f.street, f.complement, f.postcode, \
         f.city FROM account a JOIN adult p ON p.commune_id = a.commune_id AND p.person_id = a.person_id \
         JOIN family f ON f.commune_id = a.commune_id AND f.family_id = a.family_id \
         WHERE a.commune_id = $1 AND a.account_id > $2 AND a.disabled_at IS NULL AND {whom} \
         ORDER BY a.account_id LIMIT $3"
    );
    let limit = i64::try_from(limit).map_err(anyhow::Error::from)?;
    let mut values = vec![commune.into(), after.into(), limit.into()];
    values.extend(family.map(|family| family.to_owned().into()));
    db::all(tx.connection(), &sql, values).await
}
