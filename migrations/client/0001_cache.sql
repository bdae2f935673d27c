-- The cache of one profile. Rows are what the server said, byte for byte; what waits is in the outbox.

-- Every entity served, whatever its kind: kinds of a newer server are kept and not shown.
CREATE TABLE entity (
    stream    TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    entity_id TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    body      TEXT    NOT NULL,
    body_hash BLOB    NOT NULL,
    PRIMARY KEY (stream, kind, entity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX entity_by_kind ON entity (kind);

-- The same shape, filled page by page and swapped in when the last page is there; no body means deleted.
CREATE TABLE staging (
    stream    TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    entity_id TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    body      TEXT,
    body_hash BLOB,
    PRIMARY KEY (stream, kind, entity_id)
) STRICT, WITHOUT ROWID;

-- Streams whose rows go away at the swap, before the staged ones come in.
CREATE TABLE staging_drop (
    stream TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- The highest version seen of each stream.
CREATE TABLE stream (
    stream  TEXT    NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How far everything was read. Times of the server, in seconds since 1970, are compared with each other only.
CREATE TABLE position (
    id                INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    cursor            TEXT    NOT NULL DEFAULT '',
    server_time       INTEGER,
    last_sync_at      TEXT,
    pulls_since_check INTEGER NOT NULL DEFAULT 0,
    checked_at        INTEGER
) STRICT;
INSERT INTO position (id) VALUES (1);

-- What people asked, in order, with the exact bytes that are sent and sent again.
CREATE TABLE outbox (
    seq             INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    op_id           TEXT    NOT NULL UNIQUE,
    kind            TEXT    NOT NULL,
    body            TEXT    NOT NULL,
    target          TEXT,
    created_at      TEXT    NOT NULL,
    sent_count      INTEGER NOT NULL DEFAULT 0,
    first_sent_at   TEXT,
    last_sent_at    TEXT,
    status          TEXT,
    code            TEXT,
    answer_version  INTEGER,
    answered_at     TEXT,
    caught_up_at    INTEGER,
    acknowledged_at TEXT
) STRICT;

-- Who is signed in here, with the tokens and the town as last told.
CREATE TABLE account (
    id            INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    account_id    TEXT    NOT NULL,
    commune_id    TEXT    NOT NULL,
    identifiant   TEXT    NOT NULL,
    kind          TEXT    NOT NULL,
    commune       TEXT    NOT NULL,
    access_token  TEXT,
    refresh_token TEXT
) STRICT;
