//! Caches of every earlier schema, each with a full outbox, opened by this version. The files are kept in
//! `tests/fixtures`; whoever adds a migration keeps the schema before it there, by
//! `cargo test -p preau-client --test client -- --ignored keep_earlier_caches`, which makes those that are missing.

use preau_client::accounts::store;
use preau_client::db::{Cache, CacheKey, open_set_aside};
use preau_client::sync::counts;
use preau_client::sync::{ledger, outbox};
use preau_protocol::ErrorCode;
use preau_protocol::sync::OutcomeStatus;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};
use std::path::{Path, PathBuf};

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/client");
/// The key of every fixture.
const KEY: [u8; 32] = [7; 32];
/// Operations that were never sent, more than one push takes.
const KEPT: usize = 60;
/// The first schema with PINs, and the hash of one (nobody's).
const PINS: i64 = 3;
const PIN_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA";
/// The first schema with days ticked and not sent, and some.
const DRAFTS: i64 = 5;
const DRAFT: &str = r#"{"wanted":[["00000000-0000-0000-0000-0000000001e0","2026-12-21",["morning"]]],"steps":[]}"#;
/// Those in each other state.
const OTHERS: usize = 10;

fn key() -> CacheKey {
    CacheKey::Raw(zeroize::Zeroizing::new(KEY))
}

/// The schemas before the newest one.
fn earlier() -> Vec<i64> {
    let mut versions: Vec<i64> = MIGRATIONS.iter().map(|migration| migration.version).collect();
    versions.sort_unstable();
    versions.pop();
    versions
}

fn fixture(version: i64) -> PathBuf {
    Path::new("tests/fixtures").join(format!("cache-{version:04}.db"))
}

/// What a cache of the first schema could hold already: every later one is filled by the same statements.
fn filling() -> Vec<String> {
    let phone = |person: usize, new: &str| {
        format!(
            r#"{{"type":"family.change_detail","subject":{{"type":"adult","person_id":"{}"}},"field":"mobile_phone","old":{{"type":"phone","value":null}},"new":{{"type":"phone","value":"{new}"}}}}"#,
            id(person)
        )
    };
    let row = |n: usize, body: &str, rest: &str| {
        let kind = if body.contains("sync.cancel") { "sync.cancel" } else { "family.change_detail" };
        format!(
            "INSERT INTO outbox (op_id, kind, body, created_at, target, sent_count, status, code, answer_version,
                answered_at, caught_up_at, acknowledged_at)
             VALUES ('{}', '{kind}', '{body}', '2026-10-19T08:00:00Z', {rest})",
            id(n)
        )
    };
    let answered = |status: &str, code: &str, caught_up: &str, seen: &str| {
        format!("NULL, 1, '{status}', {code}, 7, '2026-10-19T08:01:00Z', {caught_up}, {seen}")
    };
    let kept = "NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL";
    let seen = "'2026-10-19T09:00:00Z'";
    let mut statements = vec![
        row(1, &phone(1, "+33612345601"), &answered("applied", "NULL", "1760860800", "NULL")),
        row(2, &phone(2, "+33612345602"), &answered("waiting", "NULL", "1760860800", "NULL")),
        row(3, &phone(3, "+33612345603"), &answered("rejected", "'stale_value'", "1760860800", "NULL")),
        row(4, &phone(4, "+33612345604"), &answered("rejected", "'not_found'", "1760860800", seen)),
        row(5, &phone(5, "+33612345605"), &answered("rejected", "'operation_cancelled'", "1760860800", "NULL")),
        row(6, &phone(6, "+33612345606"), &answered("applied", "NULL", "NULL", "NULL")),
        row(7, &phone(7, "+33612345607"), "NULL, 3, NULL, NULL, NULL, NULL, NULL, NULL"),
        row(
            8,
            &format!(r#"{{"type":"sync.cancel","op_id":"{}"}}"#, id(2)),
            &kept.replacen("NULL", &format!("'{}'", id(2)), 1),
        ),
        row(9, r#"{"type":"carnival.join","float":3}"#, kept),
        row(10, r#"{"type":"family.change_detail",  "spaces":"as first written"}"#, kept),
    ];
    statements.extend((0..KEPT).map(|n| row(100 + n, &phone(100 + n, "+33612345699"), kept)));
    let family = id(900);
    let commune = r#"{"commune_id":"00000000-0000-0000-0000-000000000384","slug":"parempuyre","name":"Parempuyre","postcode":"33290","welcome":"Bienvenue.","new_resident":"Appelez-nous.","contact":{"label":"Guichet","phone":"05 56 95 56 12","email":"a@exemple.fr"},"details":{"address":"by_hand","phones":"at_once","email":"at_once"}}"#;
    let entity = |kind: &str, body: &str| {
        format!("INSERT INTO entity VALUES ('{family}', '{kind}', '{family}', 7, '{body}', x'00')")
    };
    statements.extend([
        entity("family", &format!(r#"{{"family_id":"{family}","reference":"F0001"}}"#)),
        entity("carnival", r#"{"float":"a kind of tomorrow"}"#),
        format!("INSERT INTO stream VALUES ('{family}', 7)"),
        "UPDATE position SET cursor = 'as far as that', server_time = 1760860800, last_sync_at = '2026-10-19T08:00:00Z'"
            .to_owned(),
        format!(
            "INSERT INTO account VALUES (1, '{}', '{}', 'martel01',
                '{{\"type\":\"family\",\"family_id\":\"{family}\",\"person_id\":\"{}\"}}', '{commune}', 'access', 'refresh')",
            id(901),
            id(900),
            id(1)
        ),
    ]);
    statements
}

/// What later schemas could hold besides.
fn since(version: i64) -> Vec<String> {
    let pin = (PINS, format!("INSERT INTO pin VALUES (1, '{PIN_HASH}', 15, 2)"));
    let draft = (DRAFTS, format!("INSERT INTO draft_days VALUES ('a period', '{DRAFT}', '2026-11-27T08:00:00Z')"));
    [pin, draft].into_iter().filter(|(first, _)| version >= *first).map(|(_, statement)| statement).collect()
}

fn id(n: usize) -> String {
    uuid::Uuid::from_u128(n as u128).to_string()
}

#[tokio::test]
#[ignore = "makes files that are kept: see above"]
async fn keep_earlier_caches() {
    for version in earlier().into_iter().filter(|version| !fixture(*version).exists()) {
        let file = fixture(version);
        let hex: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
        let options = SqliteConnectOptions::new().filename(&file).pragma("key", format!("\"x'{hex}'\""));
        let options = options.create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
        let mut db = options.connect().await.expect("a new file");
        MIGRATIONS.run_to(version, &mut db).await.expect("the schema of then");
        for statement in filling().into_iter().chain(since(version)) {
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut db).await.expect("filled");
        }
        db.close().await.expect("closed");
        println!("kept: {}", file.display());
    }
}

/// Every column of the first schema's outbox, as text, in order.
async fn outbox_as_of_then(db: &mut SqliteConnection) -> Vec<Vec<Option<String>>> {
    const COLUMNS: [&str; 15] = [
        "seq",
        "op_id",
        "kind",
        "body",
        "target",
        "created_at",
        "sent_count",
        "first_sent_at",
        "last_sent_at",
        "status",
        "code",
        "answer_version",
        "answered_at",
        "caught_up_at",
        "acknowledged_at",
    ];
    let columns = COLUMNS.map(|column| format!("CAST({column} AS TEXT)")).join(", ");
    let query = sqlx::AssertSqlSafe(format!("SELECT {columns} FROM outbox ORDER BY seq"));
    let rows = sqlx::query(query).fetch_all(db).await.expect("the outbox");
    rows.iter().map(|row| (0..COLUMNS.len()).map(|column| row.get(column)).collect()).collect()
}

#[tokio::test]
async fn a_cache_of_every_earlier_schema_opens_with_all_that_it_held() {
    assert!(earlier().len() >= 2);
    for version in earlier() {
        let kept = fixture(version);
        assert!(
            kept.exists(),
            "no cache of schema {version} is kept: cargo test -p preau-client --test client -- --ignored \
             keep_earlier_caches, and commit {}",
            kept.display()
        );
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("cache.db");
        std::fs::copy(&kept, &file).expect("copied");
        let mut db = open_set_aside(&file, &key()).await.expect("its key opens it");
        let schema: i64 =
            sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(&mut db).await.expect("a schema");
        assert_eq!(schema, version, "the fixture is of that schema");
        let before = outbox_as_of_then(&mut db).await;
        assert_eq!(before.len(), OTHERS + KEPT, "its outbox is full");
        db.close().await.expect("closed");

        // Twice: upgraded, and as it is from then on.
        for _ in 0..2 {
            let cache = Cache::open(&file, &key()).await.expect("upgraded");
            let mut held = cache.lock().await;
            let db = held.db().expect("open");
            assert_eq!(outbox_as_of_then(db).await, before, "schema {version}");
            what_was_asked_is_understood(db).await;
            let account = store::read(db).await.expect("an account").expect("one");
            assert_eq!((account.identifiant.as_str(), account.tokens.is_some()), ("martel01", true));
            let pin = store::pin(db).await.expect("a read").map(|pin| (pin.hash, pin.idle_minutes, pin.tries));
            assert_eq!(pin, (version >= PINS).then(|| (PIN_HASH.to_owned(), 15, 2)), "schema {version}");
            let drafts: Vec<String> =
                sqlx::query_scalar("SELECT body FROM draft_days").fetch_all(&mut *db).await.expect("drafts");
            assert_eq!(drafts.first().map(String::as_str), (version >= DRAFTS).then_some(DRAFT), "schema {version}");
            assert_eq!(ledger::position(db).await.expect("a position").cursor, "as far as that");
            let family = preau_client::family::store::family(db).await.expect("a read").expect("a family");
            assert_eq!(family.reference, "F0001");
            let kinds: i64 =
                sqlx::query_scalar("SELECT count(DISTINCT kind) FROM entity").fetch_one(db).await.expect("a count");
            assert_eq!(kinds, 2, "kinds of tomorrow are kept");
            drop(held);
            cache.close().await.expect("closed");
        }
    }
}

/// Every state of an operation is what it was.
async fn what_was_asked_is_understood(db: &mut SqliteConnection) {
    let rows = outbox::all(db).await.expect("the outbox");
    let statuses: Vec<_> = rows.iter().take(7).map(|row| row.outcome.map(|outcome| outcome.status)).collect();
    use OutcomeStatus::{Applied, Rejected, Waiting};
    let expected = [Some(Applied), Some(Waiting), Some(Rejected), Some(Rejected), Some(Rejected), Some(Applied), None];
    assert_eq!(statuses, expected);
    assert_eq!(rows[2].outcome.expect("an answer").code, Some(ErrorCode::StaleValue));
    let to_read: Vec<bool> = rows.iter().take(7).map(outbox::Row::to_read).collect();
    assert_eq!(to_read, [false, false, true, false, false, false, false]);
    assert!(rows.iter().all(|row| row.faults == 0 && row.told.is_none() && row.changed_at.is_none()));
    let counts = counts::counts(db).await.expect("counts");
    assert_eq!((counts.pending as usize, counts.refused, counts.changed), (KEPT + 4, 1, 0));
    // What goes next are the bytes first written, in their order, what is given up after its giving up.
    let unanswered = outbox::unanswered(db).await.expect("what waits");
    let order: Vec<u128> = unanswered.iter().take(4).map(|row| row.op_id.as_u128()).collect();
    assert_eq!((unanswered.len(), order), (KEPT + 4, vec![7, 8, 9, 10]));
    assert_eq!(unanswered[3].body, r#"{"type":"family.change_detail",  "spaces":"as first written"}"#);
    assert!(counts::catching_up(db).await.expect("a state"), "one answer was not read back");
}
