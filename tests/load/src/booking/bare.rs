//! The same set-based statements without anything around them: no HTTP, no rules, no other task. What a server can come to
//! at most on this machine and database.

use anyhow::{Context, Result};
use jiff::civil::Date;
use preau_server::db;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, FromQueryResult, QueryResult,
    SqliteTransactionMode, SqlxPostgresConnector, SqlxSqliteConnector, TransactionOptions, TransactionTrait, Value,
};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Bookings of one transaction, as many as the writer takes at most.
const BATCH: usize = 512;
/// A full day with its meal, and the places that it takes.
const UNITS: [i64; 3] = [0, 1, 3];
const HALVES: [&str; 2] = ["morning", "afternoon"];

/// A row of which nothing is read.
struct Unread;

impl FromQueryResult for Unread {
    fn from_query_result(_: &QueryResult, _: &str) -> Result<Self, DbErr> {
        Ok(Self)
    }
}

#[derive(FromQueryResult)]
struct Link {
    family_id: Uuid,
    child_id: Uuid,
}

/// What rows of a booking look like: those of one that the server wrote.
#[derive(Clone, FromQueryResult)]
struct Model {
    commune_id: Uuid,
    activity_id: Uuid,
    period_id: Uuid,
    price: String,
    shown: String,
    receipt: String,
}

/// One booking.
struct Booking {
    link: usize,
    day: String,
    reservation: Uuid,
    operation: Uuid,
}

struct Loop {
    db: DatabaseConnection,
    model: Model,
    links: Vec<Link>,
    /// Places taken, by day and half.
    taken: BTreeMap<(String, &'static str), i64>,
    acts: i64,
}

/// Bookings a second for so long, on days after those that were booked.
pub async fn measure(folder: &Path, days: &[Date], seconds: u32) -> Result<f64> {
    let mut bare = Loop::open(folder).await?;
    let days: Vec<String> = days.iter().map(|day| format!("9{}", &day.to_string()[1..])).collect();
    let all = (0..bare.links.len()).flat_map(|link| days.iter().map(move |day| (link, day.clone())));
    // Spread over families and days, as requests come.
    let mut all: Vec<(usize, String)> = all.collect();
    rand::seq::SliceRandom::shuffle(all.as_mut_slice(), &mut rand::rng());
    let mut rest = all.into_iter().map(|(link, day)| Booking {
        link,
        day,
        reservation: Uuid::now_v7(),
        operation: Uuid::now_v7(),
    });
    let (since, mut done) = (Instant::now(), 0);
    while since.elapsed() < Duration::from_secs(seconds.into()) {
        let bookings: Vec<Booking> = rest.by_ref().take(BATCH).collect();
        if bookings.is_empty() {
            break;
        }
        done += bookings.len();
        bare.transact(&bookings).await?;
    }
    Ok(done as f64 / since.elapsed().as_secs_f64())
}

impl Loop {
    async fn open(folder: &Path) -> Result<Self> {
        let db = match std::env::var("PREAU_SERVER_DATABASE") {
            Ok(url) => {
                let pool = PgPoolOptions::new().max_connections(1).connect(&url).await?;
                SqlxPostgresConnector::from_sqlx_postgres_pool(pool)
            }
            Err(_) => {
                let options = SqliteConnectOptions::new().filename(folder.join("data/preau.sqlite"));
                let options = options.synchronous(SqliteSynchronous::Full).pragma("cache_size", "-65536");
                let options = options.pragma("temp_store", "MEMORY").pragma("wal_autocheckpoint", "8192");
                let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
                SqlxSqliteConnector::from_sqlx_sqlite_pool(pool)
            }
        };
        let sql = "SELECT r.commune_id, r.activity_id, r.period_id, r.price, c.body AS shown, p.body AS receipt \
                   FROM reservation r JOIN change c ON c.commune_id = r.commune_id AND c.entity_id = r.reservation_id \
                   JOIN receipt p ON p.commune_id = r.commune_id AND p.family_id = r.family_id \
                   WHERE r.state = 'confirmed' AND r.units = 11 LIMIT 1";
        let model: Model =
            db::one(&db, sql, Vec::new()).await.map_err(|error| told(&error))?.context("a booking to copy")?;
        let sql = "SELECT family_id, child_id FROM family_child ORDER BY child_id";
        let mut links: Vec<Link> = db::all(&db, sql, Vec::new()).await.map_err(|error| told(&error))?;
        // A child of two homes is booked by one of them.
        links.dedup_by_key(|link| link.child_id);
        Ok(Self { db, model, links, taken: BTreeMap::new(), acts: 0 })
    }

    async fn transact(&mut self, bookings: &[Booking]) -> Result<()> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let tx = self.db.begin_with_options(options).await?;
        self.read(&tx, bookings).await.map_err(|error| told(&error))?;
        self.write(&tx, bookings).await.map_err(|error| told(&error))?;
        Ok(tx.commit().await?)
    }

    fn families(&self, bookings: &[Booking]) -> Vec<Uuid> {
        let families: BTreeSet<Uuid> = bookings.iter().map(|one| self.links[one.link].family_id).collect();
        families.into_iter().collect()
    }

    async fn read(&self, tx: &DatabaseTransaction, bookings: &[Booking]) -> preau_server::error::Result<()> {
        let (commune, families) = (self.model.commune_id, self.families(bookings));
        let of_these: BTreeSet<Uuid> = families.iter().copied().collect();
        let children: Vec<Uuid> =
            self.links.iter().filter(|link| of_these.contains(&link.family_id)).map(|link| link.child_id).collect();
        let held = if matches!(tx.get_database_backend(), sea_orm::DbBackend::Postgres) { "FOR UPDATE" } else { "" };
        let ops: Vec<Uuid> = bookings.iter().map(|one| one.operation).collect();
        let among = async |columns: &str, table: &str, key: &str, ids: &[Uuid], end: &str| {
            let places = db::places(ids.len());
            let sql = format!("SELECT {columns} FROM {table} WHERE commune_id = $1 AND {key} IN ({places}) {end}");
            db::all::<Unread>(tx, &sql, db::commune_and(commune, ids)).await
        };
        among("op_id, account_id, family_id, sha256, status, code, version", "operation", "op_id", &ops, "").await?;
        let columns = "family_id, child_id, starts_on, ends_on, may_book, may_collect, pays";
        among(columns, "family_child", "child_id", &children, "").await?;
        let end = format!("ORDER BY stream_id {held}");
        among("stream_id, version, horizon", "stream", "stream_id", &families, &end).await?;
        let days: BTreeSet<&str> = bookings.iter().map(|one| one.day.as_str()).collect();
        let places: Vec<String> = (3..days.len() + 3).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT activity_id, day, group_key, counter_key, capacity, taken, waiting FROM counter \
             WHERE commune_id = $1 AND activity_id = $2 AND day IN ({}) \
             ORDER BY day, group_key, counter_key {held}",
            places.join(", ")
        );
        let mut values: Vec<Value> = vec![commune.into(), self.model.activity_id.into()];
        values.extend(days.into_iter().map(Value::from));
        db::all::<Unread>(tx, &sql, values).await?;
        for some in bookings.chunks(db::ROWS) {
            let pair = |place: usize| format!("(${}, ${})", 2 + 2 * place, 3 + 2 * place);
            let pairs: Vec<String> = (0..some.len()).map(pair).collect();
            let sql = format!(
                "SELECT reservation_id, child_id, family_id, day, units, group_key, state, queue, price FROM reservation \
                 WHERE commune_id = $1 AND (child_id, day) IN (VALUES {}) AND state <> 'cancelled'",
                pairs.join(", ")
            );
            let mut values: Vec<Value> = vec![commune.into()];
            let child_day = |one: &Booking| [self.links[one.link].child_id.into(), one.day.clone().into()];
            values.extend(some.iter().flat_map(child_day));
            db::all::<Unread>(tx, &sql, values).await?;
        }
        among("family_id, postcode, city", "family", "family_id", &families, "").await?;
        let columns = "quotient_id, family_id, source, value, effective_month";
        among(columns, "quotient", "family_id", &families, "").await?;
        among("child_id, birth_date", "child", "child_id", &children, "").await?;
        let columns = "registration_id, child_id, activity_id, starts_on, ends_on, state, reason, own_meal";
        among(columns, "registration", "child_id", &children, "").await?;
        Ok(())
    }

    async fn write(&mut self, tx: &DatabaseTransaction, bookings: &[Booking]) -> preau_server::error::Result<()> {
        let Model { commune_id, activity_id, period_id, price, shown, receipt } = self.model.clone();
        let link = |one: &Booking| &self.links[one.link];
        let reservation = |one: &Booking| -> Vec<Value> {
            let Link { family_id, child_id } = *link(one);
            let ids = [commune_id, one.reservation, child_id, family_id, activity_id, period_id];
            let mut values: Vec<Value> = ids.into_iter().map(Value::from).collect();
            values.extend([one.day.clone().into(), 11_i64.into(), "from_6_to_11".into(), "confirmed".into()]);
            values.extend([None::<i64>.into(), price.clone().into()]);
            values.extend([false.into(), false.into(), false.into(), 0_i64.into()]);
            values
        };
        let into = "reservation (commune_id, reservation_id, child_id, family_id, activity_id, period_id, day, units, \
                    group_key, state, queue, price, closed, to_credit, beyond, changed_at)";
        insert(tx, into, "", bookings.iter().map(reservation).collect()).await?;
        let units = bookings.iter().flat_map(|one| UNITS.iter().map(move |unit| (one, *unit)));
        let unit = |(one, unit): (&Booking, i64)| -> Vec<Value> {
            let child = link(one).child_id;
            vec![
                commune_id.into(),
                child.into(),
                one.day.clone().into(),
                activity_id.into(),
                unit.into(),
                one.reservation.into(),
            ]
        };
        let into = "reserved_unit (commune_id, child_id, day, activity_id, unit, reservation_id)";
        insert(tx, into, "", units.map(unit).collect()).await?;
        for (one, half) in bookings.iter().flat_map(|one| HALVES.map(|half| (one, half))) {
            *self.taken.entry((one.day.clone(), half)).or_default() += 1;
        }
        let counter = |((day, half), taken): (&(String, &str), &i64)| -> Vec<Value> {
            let mut values: Vec<Value> = vec![commune_id.into(), activity_id.into(), day.clone().into()];
            values.extend(["from_6_to_11".into(), (*half).into(), 100_000_i64.into(), (*taken).into(), 0_i64.into()]);
            values.extend([0_i64.into(), false.into(), 0_i64.into()]);
            values
        };
        let into = "counter (commune_id, activity_id, day, group_key, counter_key, capacity, taken, waiting, \
                    next_in_queue, by_hand, kept)";
        let again = "ON CONFLICT (commune_id, activity_id, day, group_key, counter_key) DO UPDATE \
                     SET taken = excluded.taken";
        insert(tx, into, again, self.taken.iter().map(counter).collect()).await?;
        let hash = || Value::from(vec![7_u8; 32]);
        let operation = |one: &Booking| -> Vec<Value> {
            let family = link(one).family_id;
            let mut values: Vec<Value> = vec![commune_id.into(), one.operation.into(), family.into(), family.into()];
            values.extend([hash(), "applied".into(), None::<String>.into(), 1_i64.into(), 0_i64.into()]);
            values
        };
        let into = "operation (commune_id, op_id, account_id, family_id, sha256, status, code, version, received_at)";
        insert(tx, into, "", bookings.iter().map(operation).collect()).await?;
        let families = self.families(bookings);
        let places = db::places(families.len());
        let sql = format!("UPDATE stream SET version = version + 1 WHERE commune_id = $1 AND stream_id IN ({places})");
        db::run(tx, &sql, db::commune_and(commune_id, &families)).await?;
        let on_record = |one: &Booking| -> Vec<Value> {
            let ids = [commune_id, link(one).family_id, one.operation];
            ids.into_iter().map(Value::from).chain([receipt.clone().into()]).collect()
        };
        let into = "receipt (commune_id, family_id, receipt_id, body)";
        insert(tx, into, "", bookings.iter().map(on_record).collect()).await?;
        let change = |one: &Booking, kind: &str, id: Uuid, body: &str| -> Vec<Value> {
            let stream = link(one).family_id;
            let mut values: Vec<Value> = vec![commune_id.into(), stream.into(), kind.into(), id.into(), 1_i64.into()];
            values.extend([false.into(), body.into(), hash()]);
            values
        };
        let both = |one: &Booking| {
            let receipt = change(one, "receipt", one.operation, &receipt);
            [change(one, "reservation", one.reservation, &shown), receipt]
        };
        let into = "change (commune_id, stream_id, kind, entity_id, version, deleted, body, body_hash)";
        insert(tx, into, "", bookings.iter().flat_map(both).collect()).await?;
        let first = self.acts;
        self.acts += i64::try_from(bookings.len()).unwrap_or_default();
        let act = |(place, one): (usize, &Booking)| -> Vec<Value> {
            let seq = 1_000_000_000 + first + i64::try_from(place).unwrap_or_default();
            let family = link(one).family_id;
            let mut values: Vec<Value> = vec![commune_id.into(), seq.into(), 0_i64.into(), "family".into()];
            values.extend([family.into(), "days_changed".into(), family.into(), one.operation.into()]);
            values.extend(["{\"days\":[],\"period\":\"\",\"verdicts\":{\"confirmed\":1}}".into()]);
            values.extend([hash(), hash(), hash()]);
            values
        };
        let into = "audit (commune_id, seq, at, actor_kind, actor_id, action, family_id, entity_id, details, salt, \
                    details_hash, hash)";
        insert(tx, into, "", bookings.iter().enumerate().map(act).collect()).await
    }
}

async fn insert(
    tx: &DatabaseTransaction,
    into: &str,
    again: &str,
    rows: Vec<Vec<Value>>,
) -> preau_server::error::Result<()> {
    for some in rows.chunks(db::ROWS) {
        let columns = some.first().map_or(0, Vec::len);
        let sql = format!("INSERT INTO {into} VALUES {} {again}", db::tuples(some.len(), columns));
        db::run(tx, &sql, some.iter().flatten().cloned().collect()).await?;
    }
    Ok(())
}

fn told(error: &preau_server::error::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:?}")
}
