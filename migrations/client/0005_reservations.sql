-- What is ticked for a period and not sent: a DraftBody. It stays through closing, a crash and an upgrade.
CREATE TABLE draft_days (
    period_id TEXT NOT NULL PRIMARY KEY,
    body      TEXT NOT NULL,
    saved_at  TEXT NOT NULL
) STRICT;
-- Places left in a period, as last read: a CountersResponse.
CREATE TABLE places_seen (
    period_id TEXT NOT NULL PRIMARY KEY,
    body      TEXT NOT NULL
) STRICT;
