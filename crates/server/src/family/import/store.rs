//! The SQL of the import: one statement reads a table of the commune whole, one writes up to [`VALUES`] values.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use super::plan::{OnRecord, Plan, RemovedRow};
use crate::communes::{self, CoHolderBy};
use crate::db;
use crate::error::Result;
use crate::family::store::{
    AdultRow, CHANGE, ChildRow, ContactRow, DetailChangeRow, FamilyRow, LinkRow, QuotientRow, SchoolingRow,
};
use crate::writer::WriteTx;

/// Values bound by one statement. SQLite finds each by its name among all those before it, so that more in one
/// statement is slower: 30,000 take ten times as long as 2,000 for the same rows.
const VALUES: usize = 2_000;

/// A row of one table.
trait Stored: FromQueryResult {
    const TABLE: &'static str;
    /// The key, after the commune.
    const KEY: &'static [&'static str];
    /// The other columns.
    const COLUMNS: &'static [&'static str];
    /// Which rows of the commune count.
    const ONLY: &'static str = "";

    /// Key, then columns.
    fn values(self) -> Vec<Value>;

    fn names() -> Vec<&'static str> {
        Self::KEY.iter().chain(Self::COLUMNS).copied().collect()
    }
}

impl Stored for FamilyRow {
    const TABLE: &'static str = "family";
    const KEY: &'static [&'static str] = &["family_id"];
    const COLUMNS: &'static [&'static str] = &["reference", "street", "complement", "postcode", "city"];

    fn values(self) -> Vec<Value> {
        vec![
            self.family_id.into(),
            self.reference.into(),
            self.street.into(),
            self.complement.into(),
            self.postcode.into(),
            self.city.into(),
        ]
    }
}

impl Stored for AdultRow {
    const TABLE: &'static str = "adult";
    const KEY: &'static [&'static str] = &["person_id"];
    const COLUMNS: &'static [&'static str] =
        &["family_id", "role", "first_name", "last_name", "mobile_phone", "landline_phone", "email"];
    const ONLY: &'static str = " AND left_at IS NULL";

    fn values(self) -> Vec<Value> {
        vec![
            self.person_id.into(),
            self.family_id.into(),
            self.role.into(),
            self.first_name.into(),
            self.last_name.into(),
            self.mobile_phone.into(),
            self.landline_phone.into(),
            self.email.into(),
        ]
    }
}

impl Stored for ChildRow {
    const TABLE: &'static str = "child";
    const KEY: &'static [&'static str] = &["child_id"];
    const COLUMNS: &'static [&'static str] = &["reference", "first_name", "last_name", "birth_date"];

    fn values(self) -> Vec<Value> {
        vec![
            self.child_id.into(),
            self.reference.into(),
            self.first_name.into(),
            self.last_name.into(),
            self.birth_date.into(),
        ]
    }
}

impl Stored for SchoolingRow {
    const TABLE: &'static str = "schooling";
    const KEY: &'static [&'static str] = &["child_id", "starts_on"];
    const COLUMNS: &'static [&'static str] = &["ends_on", "school", "level", "class"];

    fn values(self) -> Vec<Value> {
        vec![
            self.child_id.into(),
            self.starts_on.into(),
            self.ends_on.into(),
            self.school.into(),
            self.level.into(),
            self.class.into(),
        ]
    }
}

impl Stored for LinkRow {
    const TABLE: &'static str = "family_child";
    const KEY: &'static [&'static str] = &["family_id", "child_id"];
    const COLUMNS: &'static [&'static str] = &["starts_on", "ends_on", "may_book", "may_collect", "pays"];

    fn values(self) -> Vec<Value> {
        vec![
            self.family_id.into(),
            self.child_id.into(),
            self.starts_on.into(),
            self.ends_on.into(),
            self.may_book.into(),
            self.may_collect.into(),
            self.pays.into(),
        ]
    }
}

impl Stored for ContactRow {
    const TABLE: &'static str = "contact";
    const KEY: &'static [&'static str] = &["contact_id"];
    const COLUMNS: &'static [&'static str] =
        &["family_id", "first_name", "last_name", "relation", "phone", "may_collect", "emergency"];

    fn values(self) -> Vec<Value> {
        vec![
            self.contact_id.into(),
            self.family_id.into(),
            self.first_name.into(),
            self.last_name.into(),
            self.relation.into(),
            self.phone.into(),
            self.may_collect.into(),
            self.emergency.into(),
        ]
    }
}

impl Stored for QuotientRow {
    const TABLE: &'static str = "quotient";
    const KEY: &'static [&'static str] = &["quotient_id"];
    const COLUMNS: &'static [&'static str] = &["family_id", "source", "value", "effective_month"];

    fn values(self) -> Vec<Value> {
        vec![
            self.quotient_id.into(),
            self.family_id.into(),
            self.source.into(),
            self.value.into(),
            self.effective_month.into(),
        ]
    }
}

#[derive(Debug, FromQueryResult)]
struct AccountRow {
    identifiant: String,
    person_id: Option<Uuid>,
}

/// The commune's homes.
pub(super) async fn families(tx: &WriteTx, commune: Uuid) -> Result<Vec<Uuid>> {
    let sql = "SELECT family_id FROM family WHERE commune_id = $1";
    let rows: Vec<FamilyIdRow> = db::all(tx.connection(), sql, vec![commune.into()]).await?;
    Ok(rows.into_iter().map(|row| row.family_id).collect())
}

#[derive(Debug, FromQueryResult)]
struct FamilyIdRow {
    family_id: Uuid,
}

/// Reads everything a file can touch.
pub(super) async fn on_record(on: &impl ConnectionTrait, commune: Uuid) -> Result<OnRecord> {
    let sql = "SELECT identifiant, person_id FROM account WHERE commune_id = $1";
    let accounts: Vec<AccountRow> = db::all(on, sql, vec![commune.into()]).await?;
    let mut asked: BTreeMap<Uuid, Vec<DetailChangeRow>> = BTreeMap::new();
    for row in asked_changes(on, commune).await? {
        asked.entry(row.family_id).or_default().push(row);
    }
    Ok(OnRecord {
        families: whole(on, commune).await?,
        adults: whole(on, commune).await?,
        removed: removed(on, commune).await?,
        children: whole(on, commune).await?,
        schoolings: whole(on, commune).await?,
        links: whole(on, commune).await?,
        contacts: whole(on, commune).await?,
        quotients: whole(on, commune).await?,
        accounts: accounts.into_iter().map(|row| (row.identifiant, row.person_id)).collect(),
        asked,
    })
}

async fn whole<T: Stored>(on: &impl ConnectionTrait, commune: Uuid) -> Result<Vec<T>> {
    let sql = format!("SELECT {} FROM {} WHERE commune_id = $1{}", T::names().join(", "), T::TABLE, T::ONLY);
    db::all(on, &sql, vec![commune.into()]).await
}

/// Co-holders whom their family removed. Where the town adds and removes them, its file says who is back.
async fn removed(on: &impl ConnectionTrait, commune: Uuid) -> Result<Vec<RemovedRow>> {
    if communes::co_holder_by(on, commune).await? == CoHolderBy::Town {
        return Ok(Vec::new());
    }
    let sql = "SELECT family_id, first_name, last_name FROM adult \
               WHERE commune_id = $1 AND role = 'co_holder' AND left_at IS NOT NULL";
    db::all(on, sql, vec![commune.into()]).await
}

async fn asked_changes(on: &impl ConnectionTrait, commune: Uuid) -> Result<Vec<DetailChangeRow>> {
    let sql = format!(
        "SELECT {CHANGE} FROM detail_change WHERE commune_id = $1 \
         AND status IN ('awaits_town', 'awaits_confirmation', 'accepted') ORDER BY asked_at DESC, change_id DESC"
    );
    db::all(on, &sql, vec![commune.into()]).await
}

/// Writes the rows of a plan, but for its accounts.
pub(super) async fn write(tx: &WriteTx, commune: Uuid, plan: Plan) -> Result<()> {
    upsert(tx, commune, plan.families).await?;
    upsert(tx, commune, plan.adults).await?;
    upsert(tx, commune, plan.children).await?;
    upsert(tx, commune, plan.schoolings).await?;
    upsert(tx, commune, plan.links).await?;
    upsert(tx, commune, plan.contacts).await?;
    upsert(tx, commune, plan.quotients).await
}

async fn upsert<T: Stored>(tx: &WriteTx, commune: Uuid, rows: Vec<T>) -> Result<()> {
    let names = T::names();
    let changed: Vec<String> = T::COLUMNS.iter().map(|name| format!("{name} = excluded.{name}")).collect();
    let width = names.len() + 1;
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let mut values: Vec<Value> = Vec::with_capacity(VALUES);
        let mut count = 0;
        for row in rows.by_ref().take(VALUES / width) {
            values.push(commune.into());
            values.extend(row.values());
            count += 1;
        }
        let sql = format!(
            "INSERT INTO {} (commune_id, {}) VALUES {} ON CONFLICT (commune_id, {}) DO UPDATE SET {}",
            T::TABLE,
            names.join(", "),
            db::tuples(count, width),
            T::KEY.join(", "),
            changed.join(", ")
        );
        db::run(tx.connection(), &sql, values).await?;
    }
    Ok(())
}
