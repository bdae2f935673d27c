//! The SQL of agents' searches.

use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::search::{self, Home};
use crate::db;
use crate::error::Result;
use crate::family::store::{CHANGE, DetailChangeRow};
use crate::writer::WriteTx;

/// A family by its reference.
#[derive(Debug, FromQueryResult)]
pub(super) struct HomeRow {
    pub family_id: Uuid,
    pub reference: String,
}

/// How an adult is found.
#[derive(Debug, FromQueryResult)]
pub(super) struct AdultNameRow {
    pub family_id: Uuid,
    pub first_name: String,
    pub last_name: String,
    pub mobile_phone: Option<String>,
    pub landline_phone: Option<String>,
}

/// How a child is found.
#[derive(Debug, FromQueryResult)]
pub(super) struct ChildNameRow {
    pub family_id: Uuid,
    pub first_name: String,
    pub last_name: String,
}

/// Which families to read: as a condition on `family_id`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Which<'a> {
    /// All of the commune.
    All,
    /// These.
    Some(&'a [Uuid]),
    /// Those with a change that waits for the town.
    WithWaitingChanges,
    /// Those with an operation of which a restored server makes something else.
    WithChangedOutcomes,
}

impl Which<'_> {
    fn condition(self, family: &str) -> String {
        match self {
            Self::All => String::new(),
            Self::Some([]) => " AND FALSE".to_owned(),
            Self::Some(families) => format!(" AND {family} IN ({})", db::places(families.len())),
            Self::WithWaitingChanges => format!(
                " AND {family} IN (SELECT family_id FROM detail_change \
                 WHERE commune_id = $1 AND status = 'awaits_town')"
            ),
            Self::WithChangedOutcomes => {
                format!(
                    " AND {family} IN (SELECT family_id FROM changed_outcome WHERE commune_id = $1 AND seen_at IS NULL)"
                )
            }
        }
    }
}

/// Families as a search sees them, in order of reference.
pub(super) async fn homes(on: &impl ConnectionTrait, commune: Uuid, which: Which<'_>) -> Result<Vec<Home>> {
    let values = || match which {
        Which::Some(families) => db::commune_and(commune, families),
        _ => vec![commune.into()],
    };
    let sql = format!(
        "SELECT family_id, reference FROM family WHERE commune_id = $1{} ORDER BY reference",
        which.condition("family_id")
    );
    let homes: Vec<HomeRow> = db::all(on, &sql, values()).await?;
    let sql = format!(
        "SELECT family_id, first_name, last_name, mobile_phone, landline_phone FROM adult \
         WHERE commune_id = $1 AND left_at IS NULL{} ORDER BY family_id, role DESC",
        which.condition("family_id")
    );
    let adults: Vec<AdultNameRow> = db::all(on, &sql, values()).await?;
    let sql = format!(
        "SELECT l.family_id, c.first_name, c.last_name FROM family_child l \
         JOIN child c ON c.commune_id = l.commune_id AND c.child_id = l.child_id \
         WHERE l.commune_id = $1{} ORDER BY l.family_id, c.birth_date, c.first_name",
        which.condition("l.family_id")
    );
    let children: Vec<ChildNameRow> = db::all(on, &sql, values()).await?;
    Ok(search::homes(homes, adults, children))
}

/// An operation of which a restored server makes something else.
#[derive(Debug, FromQueryResult)]
pub(super) struct ChangedOutcomeRow {
    pub op_id: Uuid,
    pub family_id: Uuid,
    pub body: String,
    pub told: String,
    pub noted_at: i64,
    /// What it stands at.
    pub now_status: String,
    pub code: Option<String>,
}

/// What an operation stands at: its answer, then what was decided on the change it asks.
const NOW: &str = "CASE WHEN o.status <> 'waiting' THEN o.status WHEN d.status = 'accepted' THEN 'applied' \
                   WHEN d.status IN ('refused', 'withdrawn') THEN 'rejected' ELSE 'waiting' END";

/// Operations that stand at something else than their author was told and nobody of the town has seen, the oldest first.
pub(super) async fn changed_outcomes(
    on: &impl ConnectionTrait,
    commune: Uuid,
    limit: i64,
) -> Result<Vec<ChangedOutcomeRow>> {
    let sql = format!(
        "SELECT c.op_id, c.family_id, c.body, c.told, c.noted_at, {NOW} AS now_status, o.code FROM changed_outcome c \
         JOIN operation o ON o.commune_id = c.commune_id AND o.op_id = c.op_id \
         LEFT JOIN detail_change d ON d.commune_id = c.commune_id AND d.change_id = c.op_id \
         WHERE c.commune_id = $1 AND c.seen_at IS NULL AND c.told <> {NOW} ORDER BY c.noted_at, c.op_id LIMIT $2"
    );
    db::all(on, &sql, vec![commune.into(), limit.into()]).await
}

/// A changed outcome that was seen.
#[derive(Debug, FromQueryResult)]
pub(super) struct SeenOutcomeRow {
    pub family_id: Uuid,
    pub told: String,
}

/// Takes a changed outcome off the list, for good unless its author is told something else again. What it told of the
/// family is erased.
pub(super) async fn take_changed_outcome(tx: &WriteTx, commune: Uuid, op: Uuid) -> Result<Option<SeenOutcomeRow>> {
    let sql = "UPDATE changed_outcome SET seen_at = $3, body = '' \
               WHERE commune_id = $1 AND op_id = $2 AND seen_at IS NULL RETURNING family_id, told";
    db::one(tx.connection(), sql, vec![commune.into(), op.into(), tx.now().as_millisecond().into()]).await
}

/// Changes that wait for the town, the oldest first.
pub(super) async fn waiting(on: &impl ConnectionTrait, commune: Uuid, limit: i64) -> Result<Vec<DetailChangeRow>> {
    let sql = format!(
        "SELECT {CHANGE} FROM detail_change WHERE commune_id = $1 AND status = 'awaits_town' \
         ORDER BY asked_at, change_id LIMIT $2"
    );
    db::all(on, &sql, vec![commune.into(), limit.into()]).await
}
