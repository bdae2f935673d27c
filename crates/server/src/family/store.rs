//! The SQL of families. Every statement is inside one commune; those of a family's caller inside one family.

use anyhow::Context;
use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use crate::db;
use crate::error::Result;
use crate::writer::WriteTx;

/// A home.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct FamilyRow {
    pub family_id: Uuid,
    pub reference: String,
    pub street: Option<String>,
    pub complement: Option<String>,
    pub postcode: Option<String>,
    pub city: Option<String>,
}

/// An adult.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct AdultRow {
    pub person_id: Uuid,
    pub family_id: Uuid,
    pub role: String,
    pub first_name: String,
    pub last_name: String,
    pub mobile_phone: Option<String>,
    pub landline_phone: Option<String>,
    pub email: Option<String>,
}

/// A child.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct ChildRow {
    pub child_id: Uuid,
    pub reference: String,
    pub first_name: String,
    pub last_name: String,
    pub birth_date: String,
}

/// A year at a school.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct SchoolingRow {
    pub child_id: Uuid,
    pub starts_on: String,
    pub ends_on: Option<String>,
    pub school: String,
    pub level: String,
    pub class: Option<String>,
}

/// The link between a home and a child.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct LinkRow {
    pub family_id: Uuid,
    pub child_id: Uuid,
    pub starts_on: String,
    pub ends_on: Option<String>,
    pub may_book: bool,
    pub may_collect: bool,
    pub pays: bool,
}

impl LinkRow {
    /// Whether the link holds on a day, its first and its last included. Dates are kept so that texts compare alike.
    pub(crate) fn in_force(&self, day: Date) -> bool {
        let day = day.to_string();
        self.starts_on <= day && self.ends_on.as_ref().is_none_or(|end| day <= *end)
    }
}

/// A contact.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct ContactRow {
    pub contact_id: Uuid,
    pub family_id: Uuid,
    pub first_name: String,
    pub last_name: String,
    pub relation: String,
    pub phone: Option<String>,
    pub may_collect: bool,
    pub emergency: bool,
}

/// A quotient.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct QuotientRow {
    pub quotient_id: Uuid,
    pub family_id: Uuid,
    pub source: String,
    pub value: Option<i64>,
    pub effective_month: String,
}

/// A change of a detail.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct DetailChangeRow {
    pub change_id: Uuid,
    pub family_id: Uuid,
    pub asked_by: Option<Uuid>,
    pub asked_at: i64,
    pub subject_person: Option<Uuid>,
    pub field: String,
    pub old_value: String,
    pub new_value: String,
    pub status: String,
    pub decided_at: Option<i64>,
    pub reason: Option<String>,
}

/// Reads rows of `columns` whose `key` is among `ids`; none for no id. The order is one that the index by `key` gives, or
/// none gives: for any other SQLite would rather read the whole commune in that order.
async fn among<T: FromQueryResult>(
    on: &impl ConnectionTrait,
    commune: Uuid,
    (columns, table, key, order): (&str, &str, &str, &str),
    ids: &[Uuid],
) -> Result<Vec<T>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = db::padded(ids);
    let sql = format!(
        "SELECT {columns} FROM {table} WHERE commune_id = $1 AND {key} IN ({}) ORDER BY {order}",
        db::places(ids.len())
    );
    db::all(on, &sql, db::commune_and(commune, &ids)).await
}

const FAMILY: &str = "family_id, reference, street, complement, postcode, city";
const ADULT: &str = "person_id, family_id, role, first_name, last_name, mobile_phone, landline_phone, email";

pub(crate) async fn families(on: &impl ConnectionTrait, commune: Uuid, ids: &[Uuid]) -> Result<Vec<FamilyRow>> {
    among(on, commune, (FAMILY, "family", "family_id", "family_id"), ids).await
}

/// Where a family lives, and one of its quotients if there is any.
#[derive(Debug, FromQueryResult)]
pub(crate) struct HomeRow {
    pub family_id: Uuid,
    pub postcode: Option<String>,
    pub city: Option<String>,
    pub source: Option<String>,
    pub value: Option<i64>,
    pub effective_month: Option<String>,
}

/// Where families live, with their quotients: a row for each of these, or one.
pub(crate) async fn homes(on: &impl ConnectionTrait, commune: Uuid, families: &[Uuid]) -> Result<Vec<HomeRow>> {
    if families.is_empty() {
        return Ok(Vec::new());
    }
    let columns = "f.family_id, f.postcode, f.city, q.source, q.value, q.effective_month";
    let tables = "family f LEFT JOIN quotient q ON q.commune_id = f.commune_id AND q.family_id = f.family_id";
    let families = db::padded(families);
    let sql = format!(
        "SELECT {columns} FROM {tables} WHERE f.commune_id = $1 AND f.family_id IN ({})",
        db::places(families.len())
    );
    db::all(on, &sql, db::commune_and(commune, &families)).await
}

/// A link between a child and a home, with the child's birth.
#[derive(Debug, FromQueryResult)]
pub(crate) struct ChildHomeRow {
    pub child_id: Uuid,
    pub family_id: Uuid,
    pub starts_on: String,
    pub ends_on: Option<String>,
    pub may_book: bool,
    pub pays: bool,
    pub birth_date: String,
}

/// In this order of tables: SQLite might read every child of the commune first.
const CHILD_HOME: &str = "SELECT l.child_id, l.family_id, l.starts_on, l.ends_on, l.may_book, l.pays, child.birth_date \
                          FROM family_child l CROSS JOIN child \
                          WHERE child.commune_id = l.commune_id AND child.child_id = l.child_id AND l.commune_id = $1";

/// Every link of these children, whichever family asks: only ever used to know that another home exists.
pub(crate) async fn homes_of(on: &impl ConnectionTrait, commune: Uuid, children: &[Uuid]) -> Result<Vec<ChildHomeRow>> {
    if children.is_empty() {
        return Ok(Vec::new());
    }
    let children = db::padded(children);
    let sql = format!("{CHILD_HOME} AND l.child_id IN ({})", db::places(children.len()));
    db::all(on, &sql, db::commune_and(commune, &children)).await
}

/// Every link of the children of these families, to whichever home and whatever its dates.
pub(crate) async fn homes_of_children_of(
    on: &impl ConnectionTrait,
    commune: Uuid,
    families: &[Uuid],
) -> Result<Vec<ChildHomeRow>> {
    if families.is_empty() {
        return Ok(Vec::new());
    }
    let families = db::padded(families);
    let places: Vec<String> = (3..families.len() + 3).map(|place| format!("${place}")).collect();
    let sql = format!(
        "{CHILD_HOME} AND l.child_id IN (SELECT child_id FROM family_child WHERE commune_id = $2 AND family_id IN ({}))",
        places.join(", ")
    );
    let mut values: Vec<sea_orm::Value> = vec![commune.into()];
    values.extend(db::commune_and(commune, &families));
    db::all(on, &sql, values).await
}

/// Adults of these families, those who left aside.
pub(crate) async fn adults(on: &impl ConnectionTrait, commune: Uuid, families: &[Uuid]) -> Result<Vec<AdultRow>> {
    among(on, commune, (ADULT, "adult", "left_at IS NULL AND family_id", "family_id, role"), families).await
}

const LINK: &str = "family_id, child_id, starts_on, ends_on, may_book, may_collect, pays";
/// A link begins on a day after $2 up to $3, or the day after its last one is such a day.
const TURNS: &str = "((starts_on > $2 AND starts_on <= $3) OR (ends_on >= $2 AND ends_on < $3))";

/// Every link of these families, whatever its dates.
pub(crate) async fn links(on: &impl ConnectionTrait, commune: Uuid, families: &[Uuid]) -> Result<Vec<LinkRow>> {
    among(on, commune, (LINK, "family_child", "family_id", "family_id, child_id"), families).await
}

/// Every link of these children, whichever family asks: only ever used to know that another home exists.
pub(crate) async fn links_of(on: &impl ConnectionTrait, commune: Uuid, children: &[Uuid]) -> Result<Vec<LinkRow>> {
    among(on, commune, (LINK, "family_child", "child_id", "starts_on, family_id"), children).await
}

#[derive(Debug, FromQueryResult)]
struct ChildIdRow {
    child_id: Uuid,
}

/// Children after one of them, in order, whose link with a home begins or has ended on one of the days after `since` up
/// to `upto`.
pub(crate) async fn children_with_turning_links(
    on: &impl ConnectionTrait,
    commune: Uuid,
    (since, upto): (Date, Date),
    after: Uuid,
    limit: i64,
) -> Result<Vec<Uuid>> {
    let sql = format!(
        "SELECT DISTINCT child_id FROM family_child WHERE commune_id = $1 AND child_id > $4 AND {TURNS} \
         ORDER BY child_id LIMIT $5"
    );
    let values = vec![commune.into(), since.to_string().into(), upto.to_string().into(), after.into(), limit.into()];
    let rows: Vec<ChildIdRow> = db::all(on, &sql, values).await?;
    Ok(rows.into_iter().map(|row| row.child_id).collect())
}

/// Links that begin or have ended on one of the days after `since` up to `upto`.
pub(crate) async fn turning_links(
    on: &impl ConnectionTrait,
    commune: Uuid,
    (since, upto): (Date, Date),
) -> Result<Vec<LinkRow>> {
    let sql = format!("SELECT {LINK} FROM family_child WHERE commune_id = $1 AND {TURNS}");
    db::all(on, &sql, vec![commune.into(), since.to_string().into(), upto.to_string().into()]).await
}

pub(crate) async fn children(on: &impl ConnectionTrait, commune: Uuid, ids: &[Uuid]) -> Result<Vec<ChildRow>> {
    let columns = "child_id, reference, first_name, last_name, birth_date";
    among(on, commune, (columns, "child", "child_id", "child_id"), ids).await
}

/// A family by the town's own number.
#[derive(Debug, FromQueryResult)]
pub(crate) struct ReferenceRow {
    pub family_id: Uuid,
    pub reference: String,
}

/// Families by the town's own numbers.
pub(crate) async fn families_by_reference(
    on: &impl ConnectionTrait,
    commune: Uuid,
    references: &[String],
) -> Result<Vec<ReferenceRow>> {
    let mut rows = Vec::new();
    for references in references.chunks(500) {
        let sql = format!(
            "SELECT family_id, reference FROM family WHERE commune_id = $1 AND reference IN ({})",
            db::places(references.len())
        );
        let mut values: Vec<sea_orm::Value> = vec![commune.into()];
        values.extend(references.iter().map(|reference| sea_orm::Value::from(reference.as_str())));
        rows.extend(db::all::<ReferenceRow>(on, &sql, values).await?);
    }
    Ok(rows)
}

/// Children by the town's own numbers.
pub(crate) async fn children_by_reference(
    on: &impl ConnectionTrait,
    commune: Uuid,
    references: &[String],
) -> Result<Vec<ChildRow>> {
    let mut rows = Vec::new();
    for references in references.chunks(500) {
        let sql = format!(
            "SELECT child_id, reference, first_name, last_name, birth_date FROM child \
             WHERE commune_id = $1 AND reference IN ({})",
            db::places(references.len())
        );
        let mut values: Vec<sea_orm::Value> = vec![commune.into()];
        values.extend(references.iter().map(|reference| reference.as_str().into()));
        rows.extend(db::all::<ChildRow>(on, &sql, values).await?);
    }
    Ok(rows)
}

pub(crate) async fn schooling(
    on: &impl ConnectionTrait,
    commune: Uuid,
    children: &[Uuid],
) -> Result<Vec<SchoolingRow>> {
    let columns = "child_id, starts_on, ends_on, school, level, class";
    among(on, commune, (columns, "schooling", "child_id", "starts_on"), children).await
}

/// Schooling of these children between two days, as ISO 8601.
pub(crate) async fn schooling_between(
    on: &impl ConnectionTrait,
    commune: Uuid,
    children: &[Uuid],
    (first, last): (&str, &str),
) -> Result<Vec<SchoolingRow>> {
    if children.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT child_id, starts_on, ends_on, school, level, class FROM schooling WHERE commune_id = $1 \
         AND child_id IN ({}) AND starts_on <= ${} AND (ends_on IS NULL OR ends_on >= ${})",
        db::places(children.len()),
        children.len() + 2,
        children.len() + 3
    );
    let mut values = db::commune_and(commune, children);
    values.extend([last.into(), first.into()]);
    db::all(on, &sql, values).await
}

pub(crate) async fn contacts(on: &impl ConnectionTrait, commune: Uuid, families: &[Uuid]) -> Result<Vec<ContactRow>> {
    let columns = "contact_id, family_id, first_name, last_name, relation, phone, may_collect, emergency";
    among(on, commune, (columns, "contact", "family_id", "last_name, first_name"), families).await
}

pub(crate) async fn quotients(on: &impl ConnectionTrait, commune: Uuid, families: &[Uuid]) -> Result<Vec<QuotientRow>> {
    let columns = "quotient_id, family_id, source, value, effective_month";
    among(on, commune, (columns, "quotient", "family_id", "effective_month DESC"), families).await
}

/// The columns of a change.
pub(crate) const CHANGE: &str = "change_id, family_id, asked_by, asked_at, subject_person, field, old_value, new_value, status, \
                      decided_at, reason";

pub(crate) async fn detail_changes(
    on: &impl ConnectionTrait,
    commune: Uuid,
    families: &[Uuid],
) -> Result<Vec<DetailChangeRow>> {
    among(on, commune, (CHANGE, "detail_change", "family_id", "asked_at DESC, change_id"), families).await
}

/// A change, whichever family asked it: for agents.
pub(crate) async fn detail_change(
    on: &impl ConnectionTrait,
    commune: Uuid,
    id: Uuid,
) -> Result<Option<DetailChangeRow>> {
    Ok(among(on, commune, (CHANGE, "detail_change", "change_id", "change_id"), &[id]).await?.pop())
}

/// The reason of a change that was given up by itself: its owner did not confirm it in time. No person wrote it.
pub(crate) const EXPIRED: &str = "expired";

#[derive(Debug, FromQueryResult)]
struct ChangeKeyRow {
    commune_id: Uuid,
    change_id: Uuid,
}

/// Changes of all communes that wait for their owner and were asked before an instant.
pub(crate) async fn unconfirmed(on: &impl ConnectionTrait, before: Timestamp) -> Result<Vec<(Uuid, Uuid)>> {
    // From the communes, so that the index by status is used.
    let sql = "SELECT d.commune_id, d.change_id FROM commune c JOIN detail_change d ON d.commune_id = c.commune_id \
               AND d.status = 'awaits_confirmation' AND d.asked_at <= $1";
    let rows: Vec<ChangeKeyRow> = db::all(on, sql, vec![before.as_millisecond().into()]).await?;
    Ok(rows.into_iter().map(|row| (row.commune_id, row.change_id)).collect())
}

/// How a change ends.
pub(crate) struct Settlement<'a> {
    pub status: &'static str,
    pub decided_by: Option<Uuid>,
    pub reason: Option<&'a str>,
}

/// Settles a change of this family that still waits; says whether there was one.
pub(crate) async fn settle_change(
    tx: &WriteTx,
    commune: Uuid,
    family: Uuid,
    change: Uuid,
    settlement: Settlement<'_>,
) -> Result<bool> {
    let sql = "UPDATE detail_change SET status = $4, decided_by = $5, decided_at = $6, reason = $7 \
               WHERE commune_id = $1 AND family_id = $2 AND change_id = $3 \
               AND status IN ('awaits_town', 'awaits_confirmation')";
    let values = vec![
        commune.into(),
        family.into(),
        change.into(),
        settlement.status.into(),
        settlement.decided_by.into(),
        tx.now().as_millisecond().into(),
        settlement.reason.map(str::to_owned).into(),
    ];
    Ok(db::run(tx.connection(), sql, values).await? == 1)
}

/// Hands a change whose owner confirmed it to the town; says whether it waited for its owner.
pub(crate) async fn hand_to_town(tx: &WriteTx, commune: Uuid, family: Uuid, change: Uuid) -> Result<bool> {
    let sql = "UPDATE detail_change SET status = 'awaits_town' \
               WHERE commune_id = $1 AND family_id = $2 AND change_id = $3 AND status = 'awaits_confirmation'";
    Ok(db::run(tx.connection(), sql, vec![commune.into(), family.into(), change.into()]).await? == 1)
}

/// Reads a civil date as the tables keep it.
pub(crate) fn day(text: &str) -> Result<Date> {
    Ok(text.parse::<Date>().with_context(|| format!("a date on record: {text}"))?)
}
