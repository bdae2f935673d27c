//! The SQL of backups: every table, row by row, as JSON that both engines read.

use std::io;

use anyhow::{Context, anyhow, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, QueryResult, Value};
use serde_json::Value as Json;
use uuid::Uuid;

use super::archive::Part;
use crate::db;
use crate::error::Result;
use crate::random;

/// Every table, those referred to before those that refer to them. A test compares it with the schema.
pub(super) const TABLES: [&str; 31] = [
    "commune",
    "stream",
    "change",
    "operation",
    "family",
    "adult",
    "child",
    "schooling",
    "family_child",
    "contact",
    "quotient",
    "detail_change",
    "changed_outcome",
    "planning_item",
    "registration",
    "counter",
    "reservation",
    "reserved_unit",
    "receipt",
    "attendance",
    "account",
    "failed_sign_in",
    "recovery_code",
    "device",
    "token",
    "audit",
    "link",
    "outgoing_message",
    "lost_code_request",
    "security_notice",
    "co_holder_invitation",
];

/// Rows read by one statement.
const PAGE: usize = 500;
/// Values written by one statement: neither its text nor its values grow without end.
const VALUES: usize = 2000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Uuid,
    Integer,
    Text,
    Boolean,
    Bytes,
}

/// A column, by the catalogue.
struct Column {
    name: String,
    kind: Kind,
    /// Its place in the primary key, from 1; 0 outside.
    place: i64,
}

#[derive(Debug, FromQueryResult)]
struct ColumnRow {
    name: String,
    kind: String,
    place: i64,
}

const SQLITE_COLUMNS: &str =
    "SELECT name, lower(type) AS kind, CAST(pk AS bigint) AS place FROM pragma_table_info($1) ORDER BY cid";
const POSTGRES_COLUMNS: &str = "SELECT c.column_name::text AS name, c.data_type::text AS kind, \
     COALESCE(k.ordinal_position, 0)::bigint AS place FROM information_schema.columns c \
     LEFT JOIN information_schema.table_constraints t ON t.table_schema = c.table_schema \
       AND t.table_name = c.table_name AND t.constraint_type = 'PRIMARY KEY' \
     LEFT JOIN information_schema.key_column_usage k ON k.constraint_schema = t.constraint_schema \
       AND k.constraint_name = t.constraint_name AND k.column_name = c.column_name \
     WHERE c.table_schema = current_schema() AND c.table_name = $1 ORDER BY c.ordinal_position";
const SQLITE_SCHEMA: &str = "SELECT CAST(max(version) AS bigint) AS n FROM _sqlx_migrations";
const POSTGRES_SCHEMA: &str = "SELECT max(version)::bigint AS n FROM _sqlx_migrations";

#[derive(Debug, FromQueryResult)]
struct Number {
    n: i64,
}

fn by_engine<'a>(on: &impl ConnectionTrait, sqlite: &'a str, postgres: &'a str) -> &'a str {
    if on.get_database_backend() == DbBackend::Postgres { postgres } else { sqlite }
}

/// The last migration done.
pub(super) async fn schema(on: &impl ConnectionTrait) -> Result<i64> {
    let row: Option<Number> = db::one(on, by_engine(on, SQLITE_SCHEMA, POSTGRES_SCHEMA), Vec::new()).await?;
    Ok(row.map_or(0, |row| row.n))
}

async fn columns(on: &impl ConnectionTrait, table: &str) -> Result<Vec<Column>> {
    let sql = by_engine(on, SQLITE_COLUMNS, POSTGRES_COLUMNS);
    let rows: Vec<ColumnRow> = db::all(on, sql, vec![table.into()]).await?;
    let column = |row: ColumnRow| {
        let kind = match row.kind.as_str() {
            "uuid" => Kind::Uuid,
            "bigint" => Kind::Integer,
            "text" => Kind::Text,
            "boolean" => Kind::Boolean,
            "bytea" => Kind::Bytes,
            other => return Err(anyhow!("{table}.{} is of a kind unknown to backups: {other}", row.name).into()),
        };
        Ok(Column { name: row.name, kind, place: row.place })
    };
    rows.into_iter().map(column).collect()
}

fn names(columns: &[Column]) -> String {
    columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Writes the names of the columns, then a line per row, in the order of the key. Returns how many.
pub(super) async fn read(on: &impl ConnectionTrait, table: &str, part: &mut Part) -> anyhow::Result<u64> {
    let columns = columns(on, table).await.map_err(anyhow::Error::from)?;
    let head: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    part.line(&serde_json::to_vec(&head)?)?;
    let mut key: Vec<&Column> = columns.iter().filter(|column| column.place > 0).collect();
    key.sort_by_key(|column| column.place);
    ensure!(!key.is_empty(), "{table} has no primary key");
    let order = key.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
    let (mut after, mut count): (Vec<Value>, u64) = (Vec::new(), 0);
    loop {
        let beyond = if after.is_empty() {
            String::new()
        } else {
            let places: Vec<String> = (1..=key.len()).map(|place| format!("${place}")).collect();
            format!("WHERE ({order}) > ({})", places.join(", "))
        };
        let sql = format!("SELECT {} FROM {table} {beyond} ORDER BY {order} LIMIT {PAGE}", names(&columns));
        let rows = on.query_all_raw(db::statement(on, &sql, after)).await?;
        for row in &rows {
            let line: Vec<Json> = columns.iter().map(|column| json_of(row, column)).collect::<anyhow::Result<_>>()?;
            part.line(&serde_json::to_vec(&line)?)?;
        }
        count += u64::try_from(rows.len())?;
        let Some(last) = rows.last().filter(|_| rows.len() == PAGE) else { return Ok(count) };
        after = key.iter().map(|column| value_of(&json_of(last, column)?, column)).collect::<anyhow::Result<_>>()?;
    }
}

fn json_of(row: &QueryResult, column: &Column) -> anyhow::Result<Json> {
    let name = column.name.as_str();
    Ok(match column.kind {
        Kind::Uuid => row.try_get::<Option<Uuid>>("", name)?.map(|id| id.to_string()).into(),
        Kind::Integer => row.try_get::<Option<i64>>("", name)?.into(),
        Kind::Text => row.try_get::<Option<String>>("", name)?.into(),
        Kind::Boolean => row.try_get::<Option<bool>>("", name)?.into(),
        Kind::Bytes => row.try_get::<Option<Vec<u8>>>("", name)?.map(|bytes| STANDARD.encode(bytes)).into(),
    })
}

fn value_of(json: &Json, column: &Column) -> anyhow::Result<Value> {
    let text = || json.as_str().with_context(|| format!("a value of {}", column.name));
    let none = json.is_null();
    Ok(match column.kind {
        Kind::Uuid if none => Value::from(None::<Uuid>),
        Kind::Uuid => text()?.parse::<Uuid>()?.into(),
        Kind::Integer if none => Value::from(None::<i64>),
        Kind::Integer => json.as_i64().with_context(|| format!("a value of {}", column.name))?.into(),
        Kind::Text if none => Value::from(None::<String>),
        Kind::Text => text()?.into(),
        Kind::Boolean if none => Value::from(None::<bool>),
        Kind::Boolean => json.as_bool().with_context(|| format!("a value of {}", column.name))?.into(),
        Kind::Bytes if none => Value::from(None::<Vec<u8>>),
        Kind::Bytes => STANDARD.decode(text()?)?.into(),
    })
}

/// Writes the rows of a part into an empty table.
pub(super) async fn write(
    on: &impl ConnectionTrait,
    table: &str,
    mut lines: impl Iterator<Item = io::Result<String>>,
) -> anyhow::Result<u64> {
    let columns = columns(on, table).await.map_err(anyhow::Error::from)?;
    let head: Vec<String> = serde_json::from_str(&lines.next().context("the names of the columns")??)?;
    let known = columns.iter().map(|column| &column.name).eq(&head);
    ensure!(known, "{table} of the backup has other columns than its schema says");
    let (mut values, mut count) = (Vec::new(), 0);
    let most = VALUES / columns.len().max(1);
    for line in lines {
        let row: Vec<Json> = serde_json::from_str(&line?)?;
        ensure!(row.len() == columns.len(), "a row of {table} has {} values", row.len());
        for (json, column) in row.iter().zip(&columns) {
            values.push(value_of(json, column)?);
        }
        count += 1;
        if values.len() == most * columns.len() {
            insert(on, table, &columns, std::mem::take(&mut values)).await?;
        }
    }
    insert(on, table, &columns, values).await?;
    Ok(count)
}

async fn insert(on: &impl ConnectionTrait, table: &str, columns: &[Column], values: Vec<Value>) -> anyhow::Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    let tuples = db::tuples(values.len() / columns.len(), columns.len());
    let sql = format!("INSERT INTO {table} ({}) VALUES {tuples}", names(columns));
    db::run(on, &sql, values).await.map_err(anyhow::Error::from).with_context(|| format!("writing {table}"))?;
    Ok(())
}

/// Whether nothing is in the database yet.
pub(super) async fn is_empty(on: &impl ConnectionTrait) -> Result<bool> {
    let row: Option<Number> = db::one(on, "SELECT COUNT(*) AS n FROM commune", Vec::new()).await?;
    Ok(row.is_some_and(|row| row.n == 0))
}

#[derive(Debug, FromQueryResult)]
struct CommuneRow {
    commune_id: Uuid,
}

/// Takes a new epoch for each commune: what desktops read of the earlier one starts again. Which communes there are.
pub(super) async fn new_epochs(on: &impl ConnectionTrait) -> Result<Vec<Uuid>> {
    let rows: Vec<CommuneRow> = db::all(on, "SELECT commune_id FROM commune", Vec::new()).await?;
    for row in &rows {
        let sql = "UPDATE commune SET epoch = $2 WHERE commune_id = $1";
        db::run(on, sql, vec![row.commune_id.into(), random::id().into()]).await?;
    }
    Ok(rows.into_iter().map(|row| row.commune_id).collect())
}

/// Messages that waited when the backup was taken have most probably left since: they are not sent again by themselves, an
/// operator decides. Until then they are not settled, so that however old the backup is nothing tidies them away.
pub(super) async fn hold_messages(on: &impl ConnectionTrait) -> Result<()> {
    let sql = "UPDATE outgoing_message SET status = 'failed', reason = 'restored', settled_at = NULL, \
               claimed_by = NULL, claimed_until = NULL WHERE status = 'queued'";
    db::run(on, sql, Vec::new()).await?;
    Ok(())
}
