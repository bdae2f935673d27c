//! The SQL of the import: one statement reads a table of the commune whole, one writes up to [`VALUES`] values.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use super::plan::{OnRecord, Plan};
use crate::db;
use crate::error::Result;
use crate::family::store::DetailChangeRow;
use crate::writer::WriteTx;

/// Values bound by one statement: SQLite takes 32,766, PostgreSQL 65,535.
const VALUES: usize = 2_000;

#[derive(Debug, FromQueryResult)]
struct AccountRow {
    identifiant: String,
    person_id: Option<Uuid>,
}

/// Reads everything a file can touch.
pub(super) async fn on_record(on: &impl ConnectionTrait, commune: Uuid) -> Result<OnRecord> {
    let accounts: Vec<AccountRow> = whole(on, commune, "identifiant, person_id", "account").await?;
    let mut asked: BTreeMap<Uuid, Vec<DetailChangeRow>> = BTreeMap::new();
    for row in asked_changes(on, commune).await? {
        asked.entry(row.family_id).or_default().push(row);
    }
    Ok(OnRecord {
        families: whole(on, commune, "family_id, reference, street, complement, postcode, city", "family").await?,
        adults: whole(
            on,
            commune,
            "person_id, family_id, role, first_name, last_name, mobile_phone, landline_phone, email",
            "adult",
        )
        .await?,
        children: whole(on, commune, "child_id, reference, first_name, last_name, birth_date", "child").await?,
        schoolings: whole(on, commune, "child_id, starts_on, ends_on, school, level, class", "schooling").await?,
        links: whole(
            on,
            commune,
            "family_id, child_id, starts_on, ends_on, may_book, may_collect, pays",
            "family_child",
        )
        .await?,
        contacts: whole(
            on,
            commune,
            "contact_id, family_id, first_name, last_name, relation, phone, may_collect, emergency",
            "contact",
        )
        .await?,
        quotients: whole(on, commune, "quotient_id, family_id, source, value, effective_month", "quotient").await?,
        accounts: accounts.into_iter().map(|row| (row.identifiant, row.person_id)).collect(),
        asked,
    })
}

async fn whole<T: FromQueryResult>(
    on: &impl ConnectionTrait,
    commune: Uuid,
    columns: &str,
    table: &str,
) -> Result<Vec<T>> {
    let sql = format!("SELECT {columns} FROM {table} WHERE commune_id = $1");
    db::all(on, &sql, vec![commune.into()]).await
}

async fn asked_changes(on: &impl ConnectionTrait, commune: Uuid) -> Result<Vec<DetailChangeRow>> {
    let sql = "SELECT change_id, family_id, asked_by, asked_at, subject_person, field, old_value, new_value, status, \
               decided_at, reason FROM detail_change WHERE commune_id = $1 \
               AND status IN ('awaits_town', 'awaits_confirmation', 'accepted') ORDER BY asked_at DESC, change_id DESC";
    db::all(on, sql, vec![commune.into()]).await
}

/// Writes the rows of a plan, but for its accounts.
pub(super) async fn write(tx: &WriteTx, commune: Uuid, plan: Plan) -> Result<()> {
    let families = plan.families.into_iter().map(|row| {
        vec![
            row.family_id.into(),
            row.reference.into(),
            row.street.into(),
            row.complement.into(),
            row.postcode.into(),
            row.city.into(),
        ]
    });
    let columns = "family_id, reference, street, complement, postcode, city";
    upsert(tx, commune, "family", (columns, &["family_id"]), families).await?;
    let adults = plan.adults.into_iter().map(|row| {
        vec![
            row.person_id.into(),
            row.family_id.into(),
            row.role.into(),
            row.first_name.into(),
            row.last_name.into(),
            row.mobile_phone.into(),
            row.landline_phone.into(),
            row.email.into(),
        ]
    });
    let columns = "person_id, family_id, role, first_name, last_name, mobile_phone, landline_phone, email";
    upsert(tx, commune, "adult", (columns, &["person_id"]), adults).await?;
    let children = plan.children.into_iter().map(|row| {
        vec![
            row.child_id.into(),
            row.reference.into(),
            row.first_name.into(),
            row.last_name.into(),
            row.birth_date.into(),
        ]
    });
    let columns = "child_id, reference, first_name, last_name, birth_date";
    upsert(tx, commune, "child", (columns, &["child_id"]), children).await?;
    let schoolings = plan.schoolings.into_iter().map(|row| {
        vec![
            row.child_id.into(),
            row.starts_on.into(),
            row.ends_on.into(),
            row.school.into(),
            row.level.into(),
            row.class.into(),
        ]
    });
    let columns = "child_id, starts_on, ends_on, school, level, class";
    upsert(tx, commune, "schooling", (columns, &["child_id", "starts_on"]), schoolings).await?;
    let links = plan.links.into_iter().map(|row| {
        vec![
            row.family_id.into(),
            row.child_id.into(),
            row.starts_on.into(),
            row.ends_on.into(),
            row.may_book.into(),
            row.may_collect.into(),
            row.pays.into(),
        ]
    });
    let columns = "family_id, child_id, starts_on, ends_on, may_book, may_collect, pays";
    upsert(tx, commune, "family_child", (columns, &["family_id", "child_id"]), links).await?;
    let contacts = plan.contacts.into_iter().map(|row| {
        vec![
            row.contact_id.into(),
            row.family_id.into(),
            row.first_name.into(),
            row.last_name.into(),
            row.relation.into(),
            row.phone.into(),
            row.may_collect.into(),
            row.emergency.into(),
        ]
    });
    let columns = "contact_id, family_id, first_name, last_name, relation, phone, may_collect, emergency";
    upsert(tx, commune, "contact", (columns, &["contact_id"]), contacts).await?;
    let quotients = plan.quotients.into_iter().map(|row| {
        vec![
            row.quotient_id.into(),
            row.family_id.into(),
            row.source.into(),
            row.value.into(),
            row.effective_month.into(),
        ]
    });
    let columns = "quotient_id, family_id, source, value, effective_month";
    upsert(tx, commune, "quotient", (columns, &["quotient_id"]), quotients).await
}

/// Writes rows under a key that begins with the commune; `rows` give the values of `columns`.
async fn upsert(
    tx: &WriteTx,
    commune: Uuid,
    table: &str,
    (columns, key): (&str, &[&str]),
    rows: impl Iterator<Item = Vec<Value>>,
) -> Result<()> {
    let names: Vec<&str> = columns.split(", ").collect();
    let changed: Vec<String> = (names.iter())
        .filter(|name| !key.contains(name))
        .map(|name| format!("{name} = excluded.{name}"))
        .collect();
    let width = names.len() + 1;
    let mut rows = rows.peekable();
    while rows.peek().is_some() {
        let chunk: Vec<Vec<Value>> = rows.by_ref().take(VALUES / width).collect();
        let sql = format!(
            "INSERT INTO {table} (commune_id, {columns}) VALUES {} ON CONFLICT (commune_id, {}) DO UPDATE SET {}",
            db::tuples(chunk.len(), width),
            key.join(", "),
            changed.join(", ")
        );
        let values = chunk.into_iter().flat_map(|row| std::iter::once(commune.into()).chain(row)).collect();
        db::run(tx.connection(), &sql, values).await?;
    }
    Ok(())
}
