//! The SQL of details: one statement for one of them as for all those of a transaction.

use preau_domain::family::DetailField;
use sea_orm::Value;
use uuid::Uuid;

use super::{UNDECIDED, Waiting, field_name};
use crate::db;
use crate::error::{Error, Result};
use crate::family::store::{AdultRow, CHANGE, DetailChangeRow, FamilyRow};
use crate::writer::WriteTx;

/// Details of these families that have a change which nobody decided yet.
pub(super) async fn waiting(tx: &WriteTx, commune: Uuid, families: &[Uuid]) -> Result<Vec<Waiting>> {
    let [town, owner] = UNDECIDED;
    let sql = format!(
        "SELECT family_id, subject_person, field FROM detail_change WHERE commune_id = $1 AND family_id IN ({}) \
         AND status IN ('{town}', '{owner}')",
        db::places(families.len())
    );
    db::all(tx.connection(), &sql, db::commune_and(commune, families)).await
}

/// Writes the addresses of homes.
///
/// # Errors
/// [`Error::NotFound`] when one of them is not on record.
pub(super) async fn write_homes(tx: &WriteTx, commune: Uuid, homes: &[&FamilyRow]) -> Result<()> {
    // Both engines call the columns of VALUES so.
    let sql = format!(
        "UPDATE family SET street = v.column2, complement = v.column3, postcode = v.column4, city = v.column5 \
         FROM (VALUES {}) AS v WHERE family.commune_id = ${} AND family.family_id = v.column1",
        db::tuples(homes.len(), 5),
        homes.len() * 5 + 1
    );
    let values = homes.iter().flat_map(|home| -> [Value; 5] {
        let lines = [&home.street, &home.complement, &home.postcode, &home.city];
        let [street, complement, postcode, city] = lines.map(|line| line.clone().into());
        [home.family_id.into(), street, complement, postcode, city]
    });
    write(tx, &sql, values.chain([commune.into()]).collect(), homes.len()).await
}

/// Writes one field of adults.
///
/// # Errors
/// [`Error::NotFound`] when one of them is not on record.
pub(super) async fn write_adults(tx: &WriteTx, commune: Uuid, field: DetailField, adults: &[&AdultRow]) -> Result<()> {
    let sql = format!(
        "UPDATE adult SET {} = v.column3 FROM (VALUES {}) AS v \
         WHERE adult.commune_id = ${} AND adult.family_id = v.column1 AND adult.person_id = v.column2 \
         AND adult.left_at IS NULL",
        field_name(field),
        db::tuples(adults.len(), 3),
        adults.len() * 3 + 1
    );
    let values = adults.iter().map(|adult| {
        let value = match field {
            DetailField::MobilePhone => &adult.mobile_phone,
            DetailField::LandlinePhone => &adult.landline_phone,
            DetailField::Email => &adult.email,
            DetailField::Address => return Err(Error::NotFound),
        };
        Ok([adult.family_id.into(), adult.person_id.into(), value.clone().into()])
    });
    let values: Vec<[Value; 3]> = values.collect::<Result<_>>()?;
    write(tx, &sql, values.into_iter().flatten().chain([commune.into()]).collect(), adults.len()).await
}

async fn write(tx: &WriteTx, sql: &str, values: Vec<Value>, rows: usize) -> Result<()> {
    let written = db::run(tx.connection(), sql, values).await?;
    if usize::try_from(written) == Ok(rows) { Ok(()) } else { Err(Error::NotFound) }
}

/// Puts changes on record.
pub(super) async fn insert_changes(tx: &WriteTx, commune: Uuid, rows: Vec<DetailChangeRow>) -> Result<()> {
    let row = |row: DetailChangeRow| -> [Value; 12] {
        [
            commune.into(),
            row.change_id.into(),
            row.family_id.into(),
            row.asked_by.into(),
            row.asked_at.into(),
            row.subject_person.into(),
            row.field.into(),
            row.old_value.into(),
            row.new_value.into(),
            row.status.into(),
            row.decided_at.into(),
            row.reason.into(),
        ]
    };
    let into = format!("detail_change (commune_id, {CHANGE})");
    db::insert(tx.connection(), &into, "", rows.into_iter().map(row)).await
}
