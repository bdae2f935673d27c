//! The SQL of the check. A rule selects the rows that break it, by commune and id.

use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Value};
use uuid::Uuid;

use super::Invariant;
use super::catalogue::KeyRow;
use crate::db;
use crate::error::Result;

/// A rule that one statement can check.
pub(super) struct SqlRule {
    pub invariant: Invariant,
    /// What is wrong with the rows it selects.
    pub says: &'static str,
    /// Selects `commune_id` and `id`.
    sql: &'static str,
}

const fn rule(invariant: Invariant, says: &'static str, sql: &'static str) -> SqlRule {
    SqlRule { invariant, says, sql }
}

/// Every such rule. References of the schema are the engine's to keep; these are those it does not know.
pub(super) const RULES: &[SqlRule] = &[
    rule(
        Invariant::Operations,
        "operation with an outcome that is none",
        "SELECT commune_id, op_id AS id FROM operation WHERE status NOT IN ('applied', 'waiting', 'rejected') \
         OR (status = 'rejected') <> (code IS NOT NULL)",
    ),
    rule(
        Invariant::Operations,
        "operation without the hash of its bytes",
        // One given up before it arrived has no bytes.
        "SELECT commune_id, op_id AS id FROM operation WHERE length(sha256) <> 32 \
         AND NOT (length(sha256) = 0 AND code = 'operation_cancelled')",
    ),
    rule(
        Invariant::Operations,
        "operation of an account that does not exist",
        "SELECT o.commune_id, o.op_id AS id FROM operation o LEFT JOIN account a \
         ON a.commune_id = o.commune_id AND a.account_id = o.account_id WHERE a.account_id IS NULL",
    ),
    rule(
        Invariant::Operations,
        "operation answered at a version its family's stream never had",
        "SELECT o.commune_id, o.op_id AS id FROM operation o \
         LEFT JOIN stream s ON s.commune_id = o.commune_id AND s.stream_id = o.family_id \
         WHERE s.stream_id IS NULL OR o.version > s.version OR o.version < 0",
    ),
    rule(
        Invariant::Operations,
        "change of a detail whose operation is unknown or was refused",
        "SELECT d.commune_id, d.change_id AS id FROM detail_change d LEFT JOIN operation o \
         ON o.commune_id = d.commune_id AND o.op_id = d.change_id AND o.status <> 'rejected' \
         WHERE d.asked_by IS NOT NULL AND o.op_id IS NULL",
    ),
    rule(
        Invariant::Places,
        "unit of a day that no live reservation has",
        "SELECT u.commune_id, u.reservation_id AS id FROM reserved_unit u LEFT JOIN reservation r \
         ON r.commune_id = u.commune_id AND r.reservation_id = u.reservation_id AND r.child_id = u.child_id \
         AND r.day = u.day AND r.activity_id = u.activity_id AND r.state <> 'cancelled' \
         AND ((r.units >> CAST(u.unit AS INTEGER)) & 1) = 1 WHERE r.reservation_id IS NULL",
    ),
    rule(
        Invariant::Places,
        "live reservation whose units are not noted",
        "SELECT r.commune_id, r.reservation_id AS id FROM reservation r LEFT JOIN reserved_unit u \
         ON u.commune_id = r.commune_id AND u.child_id = r.child_id AND u.day = r.day \
         AND u.activity_id = r.activity_id AND u.reservation_id = r.reservation_id WHERE r.state <> 'cancelled' \
         GROUP BY r.commune_id, r.reservation_id, r.units \
         HAVING COALESCE(SUM(1 << CAST(u.unit AS INTEGER)), 0) <> r.units",
    ),
    rule(
        Invariant::Versions,
        "entity at a version its stream never had",
        "SELECT c.commune_id, c.entity_id AS id FROM change c \
         JOIN stream s ON s.commune_id = c.commune_id AND s.stream_id = c.stream_id \
         WHERE c.version > s.version OR c.version < 1",
    ),
    rule(
        Invariant::Versions,
        "stream without an entity of its last version",
        // A version is made by what changed, and only the last change of an entity is kept: the last version's are
        // all there.
        "SELECT s.commune_id, s.stream_id AS id FROM stream s WHERE s.version > 0 AND NOT EXISTS (SELECT 1 \
         FROM change c WHERE c.commune_id = s.commune_id AND c.stream_id = s.stream_id AND c.version = s.version)",
    ),
    rule(
        Invariant::Versions,
        "stream with a horizon it has not reached",
        "SELECT commune_id, stream_id AS id FROM stream WHERE horizon > version OR horizon < 0 OR version < 0",
    ),
    rule(
        Invariant::Projections,
        "commune without a stream",
        "SELECT c.commune_id, c.commune_id AS id FROM commune c LEFT JOIN stream s ON s.commune_id = c.commune_id \
         AND s.stream_id = c.commune_id AND s.kind = 'commune' WHERE s.stream_id IS NULL",
    ),
    rule(
        Invariant::Projections,
        "family without a stream",
        "SELECT f.commune_id, f.family_id AS id FROM family f LEFT JOIN stream s ON s.commune_id = f.commune_id \
         AND s.stream_id = f.family_id AND s.kind = 'family' WHERE s.stream_id IS NULL",
    ),
    rule(
        Invariant::Borders,
        "stream of a family or commune that does not exist",
        "SELECT s.commune_id, s.stream_id AS id FROM stream s LEFT JOIN family f ON f.commune_id = s.commune_id \
         AND f.family_id = s.stream_id WHERE (s.kind = 'family' AND f.family_id IS NULL) \
         OR (s.kind = 'commune' AND s.stream_id <> s.commune_id)",
    ),
    rule(
        Invariant::Borders,
        "account of an adult of another family",
        "SELECT a.commune_id, a.account_id AS id FROM account a JOIN adult p ON p.commune_id = a.commune_id \
         AND p.person_id = a.person_id WHERE p.family_id <> a.family_id",
    ),
    rule(
        Invariant::Borders,
        "change of a detail asked by or about an adult of another family",
        "SELECT d.commune_id, d.change_id AS id FROM detail_change d \
         LEFT JOIN adult s ON s.commune_id = d.commune_id AND s.family_id = d.family_id AND s.person_id = d.subject_person \
         LEFT JOIN adult b ON b.commune_id = d.commune_id AND b.family_id = d.family_id AND b.person_id = d.asked_by \
         WHERE (d.subject_person IS NOT NULL AND s.person_id IS NULL) OR (d.asked_by IS NOT NULL AND b.person_id IS NULL)",
    ),
    rule(
        Invariant::Borders,
        "notice of security about an adult of another family",
        "SELECT n.commune_id, n.notice_id AS id FROM security_notice n JOIN adult p ON p.commune_id = n.commune_id \
         AND p.person_id = n.person_id WHERE p.family_id <> n.family_id",
    ),
    rule(
        Invariant::Borders,
        "account in force of an adult who left",
        "SELECT a.commune_id, a.account_id AS id FROM account a JOIN adult p ON p.commune_id = a.commune_id \
         AND p.person_id = a.person_id WHERE p.left_at IS NOT NULL AND a.disabled_at IS NULL",
    ),
    rule(
        Invariant::Borders,
        "device with the token of another account, or of none",
        "SELECT t.commune_id, t.device_id AS id FROM token t \
         LEFT JOIN device d ON d.commune_id = t.commune_id AND d.device_id = t.device_id AND d.account_id = t.account_id \
         LEFT JOIN account a ON a.commune_id = t.commune_id AND a.account_id = t.account_id \
         WHERE d.device_id IS NULL OR a.account_id IS NULL",
    ),
    rule(
        Invariant::Borders,
        "act in the audit of a family that does not exist",
        "SELECT DISTINCT a.commune_id, a.family_id AS id FROM audit a LEFT JOIN family f \
         ON f.commune_id = a.commune_id AND f.family_id = a.family_id \
         WHERE a.family_id IS NOT NULL AND f.family_id IS NULL",
    ),
    rule(
        Invariant::Households,
        "family without a holder",
        "SELECT f.commune_id, f.family_id AS id FROM family f LEFT JOIN adult a ON a.commune_id = f.commune_id \
         AND a.family_id = f.family_id AND a.role = 'holder' AND a.left_at IS NULL WHERE a.person_id IS NULL",
    ),
    rule(
        Invariant::Households,
        "child linked to no family",
        "SELECT c.commune_id, c.child_id AS id FROM child c LEFT JOIN family_child l ON l.commune_id = c.commune_id \
         AND l.child_id = c.child_id WHERE l.child_id IS NULL",
    ),
];

#[derive(Debug, FromQueryResult)]
struct BrokenRow {
    commune_id: Uuid,
    id: Uuid,
}

/// What breaks a rule.
pub(super) async fn broken(on: &impl ConnectionTrait, rule: &SqlRule) -> Result<Vec<String>> {
    let rows: Vec<BrokenRow> = db::all(on, rule.sql, Vec::new()).await?;
    Ok(rows.iter().map(|row| format!("{}: {} (commune {})", rule.says, row.id, row.commune_id)).collect())
}

#[derive(Debug, FromQueryResult)]
struct TextRow {
    text: String,
}

async fn texts(on: &impl ConnectionTrait, sql: &str) -> Result<Vec<String>> {
    let rows: Vec<TextRow> = db::all(on, sql, Vec::new()).await?;
    Ok(rows.into_iter().map(|row| row.text).collect())
}

/// What the engine itself finds wrong.
pub(super) async fn engine(on: &impl ConnectionTrait) -> Result<Vec<String>> {
    if on.get_database_backend() == DbBackend::Postgres {
        // Constraints hold once they are validated; pages are the business of data checksums.
        let sql = "SELECT CAST(conrelid::regclass AS text) || ': ' || CAST(conname AS text) || ' was never validated' \
                   AS text FROM pg_constraint WHERE NOT convalidated ORDER BY 1";
        return texts(on, sql).await;
    }
    let mut found = texts(on, "SELECT integrity_check AS text FROM pragma_integrity_check").await?;
    found.retain(|line| line != "ok");
    let sql = "SELECT \"table\" || ': row ' || COALESCE(rowid, '?') || ' refers to no ' || parent AS text \
               FROM pragma_foreign_key_check";
    found.extend(texts(on, sql).await?);
    Ok(found)
}

const SQLITE_KEYS: &str = "\
    SELECT m.name AS table_name, 'primary key' AS key_name, p.name AS first_column \
    FROM sqlite_master m LEFT JOIN pragma_table_info(m.name) p ON p.pk = 1 \
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
    UNION ALL SELECT m.name, l.name, i.name FROM sqlite_master m JOIN pragma_index_list(m.name) l \
    JOIN pragma_index_info(l.name) i WHERE m.type = 'table' AND l.\"unique\" = 1 AND l.origin <> 'pk' AND i.seqno = 0 \
    UNION ALL SELECT m.name, 'foreign key to ' || f.\"table\", f.\"from\" FROM sqlite_master m \
    JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' AND f.seq = 0 \
    ORDER BY 1, 2";

const POSTGRES_KEYS: &str = "\
    SELECT CAST(c.relname AS text) AS table_name, 'primary key' AS key_name, CAST(a.attname AS text) AS first_column \
    FROM pg_class c LEFT JOIN pg_index x ON x.indrelid = c.oid AND x.indisprimary \
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0] \
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace \
    UNION ALL SELECT CAST(c.relname AS text), CAST(i.relname AS text), CAST(a.attname AS text) FROM pg_index x \
    JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid \
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0] \
    WHERE x.indisunique AND NOT x.indisprimary AND c.relnamespace = current_schema()::regnamespace \
    UNION ALL SELECT CAST(c.relname AS text), 'foreign key to ' || CAST(t.relname AS text), CAST(a.attname AS text) \
    FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class t ON t.oid = f.confrelid \
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.conkey[1] \
    WHERE f.contype = 'f' AND c.relnamespace = current_schema()::regnamespace \
    ORDER BY 1, 2";

/// Every primary key, unique index and foreign key.
pub(super) async fn keys(on: &impl ConnectionTrait) -> Result<Vec<KeyRow>> {
    let sql = if on.get_database_backend() == DbBackend::Postgres { POSTGRES_KEYS } else { SQLITE_KEYS };
    db::all(on, sql, Vec::new()).await
}

#[derive(Debug, FromQueryResult)]
struct IdRow {
    id: Uuid,
}

async fn ids(on: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<Vec<Uuid>> {
    let rows: Vec<IdRow> = db::all(on, sql, values).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

pub(super) async fn communes(on: &impl ConnectionTrait) -> Result<Vec<Uuid>> {
    ids(on, "SELECT commune_id AS id FROM commune ORDER BY commune_id", Vec::new()).await
}

pub(super) async fn families(on: &impl ConnectionTrait, commune: Uuid) -> Result<Vec<Uuid>> {
    let sql = "SELECT family_id AS id FROM family WHERE commune_id = $1 ORDER BY family_id";
    ids(on, sql, vec![commune.into()]).await
}

/// A live entity as served.
#[derive(Debug, FromQueryResult)]
pub(super) struct ServedRow {
    pub stream_id: Uuid,
    pub kind: String,
    pub entity_id: Uuid,
    pub body: String,
    pub body_hash: Vec<u8>,
}

/// Live entities of streams.
pub(super) async fn served(on: &impl ConnectionTrait, commune: Uuid, streams: &[Uuid]) -> Result<Vec<ServedRow>> {
    if streams.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (2..streams.len() + 2).map(|place| format!("${place}")).collect();
    let sql = format!(
        "SELECT stream_id, kind, entity_id, body, body_hash FROM change WHERE commune_id = $1 AND NOT deleted \
         AND stream_id IN ({}) ORDER BY stream_id, kind, entity_id",
        places.join(", ")
    );
    let values = std::iter::once(commune).chain(streams.iter().copied()).map(Value::from).collect();
    db::all(on, &sql, values).await
}

/// An act of the audit.
#[derive(Debug, FromQueryResult)]
pub(super) struct ActRow {
    pub seq: i64,
    pub at: i64,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub action: String,
    pub family_id: Option<Uuid>,
    pub entity_id: Option<Uuid>,
    pub details: Option<String>,
    pub salt: Option<Vec<u8>>,
    pub details_hash: Vec<u8>,
    pub hash: Vec<u8>,
}

/// The next acts of a commune, in order.
pub(super) async fn acts_after(on: &impl ConnectionTrait, commune: Uuid, seq: i64) -> Result<Vec<ActRow>> {
    let sql = "SELECT seq, at, actor_kind, actor_id, action, family_id, entity_id, details, salt, details_hash, hash \
               FROM audit WHERE commune_id = $1 AND seq > $2 ORDER BY seq LIMIT 1000";
    db::all(on, sql, vec![commune.into(), seq.into()]).await
}

/// Where the commune says that its audit ends.
#[derive(Debug, Default, FromQueryResult)]
pub(super) struct EndRow {
    pub audit_seq: i64,
    pub audit_hash: Option<Vec<u8>>,
}

pub(super) async fn end_of_audit(on: &impl ConnectionTrait, commune: Uuid) -> Result<EndRow> {
    let sql = "SELECT audit_seq, audit_hash FROM commune WHERE commune_id = $1";
    Ok(db::one(on, sql, vec![commune.into()]).await?.unwrap_or_default())
}

/// A counter as it is on record.
#[derive(Debug, FromQueryResult)]
pub(super) struct CounterRow {
    pub day: String,
    pub group_key: String,
    pub counter_key: String,
    pub capacity: i64,
    pub taken: i64,
    pub waiting: i64,
    pub kept: i64,
}

/// The counters of an activity.
pub(super) async fn counters(on: &impl ConnectionTrait, commune: Uuid, activity: Uuid) -> Result<Vec<CounterRow>> {
    let sql = "SELECT day, group_key, counter_key, capacity, taken, waiting, kept FROM counter \
               WHERE commune_id = $1 AND activity_id = $2";
    db::all(on, sql, vec![commune.into(), activity.into()]).await
}

/// A live reservation.
#[derive(Debug, FromQueryResult)]
pub(super) struct LiveRow {
    pub reservation_id: Uuid,
    pub period_id: Uuid,
    pub day: String,
    pub units: i64,
    pub group_key: String,
    pub state: String,
    pub beyond: bool,
}

/// The live reservations of an activity.
pub(super) async fn live_reservations(
    on: &impl ConnectionTrait,
    commune: Uuid,
    activity: Uuid,
) -> Result<Vec<LiveRow>> {
    let sql = "SELECT reservation_id, period_id, day, units, group_key, state, beyond FROM reservation \
               WHERE commune_id = $1 AND activity_id = $2 AND state <> 'cancelled'";
    db::all(on, sql, vec![commune.into(), activity.into()]).await
}
