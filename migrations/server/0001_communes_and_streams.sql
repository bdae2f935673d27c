-- One text for SQLite and PostgreSQL. Every key, unique index and foreign key begins with commune_id, so that a
-- large operator can distribute PostgreSQL by commune. Instants are milliseconds since 1970 (UTC), civil dates
-- are ISO 8601 text, identifiers are UUIDv7 made by whoever creates the thing.

CREATE TABLE commune (
    commune_id uuid NOT NULL PRIMARY KEY,
    slug text NOT NULL,
    -- Taken anew by a restore: every cursor of an earlier epoch starts again.
    epoch uuid NOT NULL,
    -- A CommuneDto, as served.
    settings text NOT NULL,
    audit_seq bigint NOT NULL DEFAULT 0,
    -- Hash of the last act: the end of the chain.
    audit_hash bytea,
    -- Day in Paris up to which families' streams show the links between homes and children that began or ended.
    links_shown_on text NOT NULL,
    created_at bigint NOT NULL
);
-- The one global key: sign-in names the commune by its slug before anything else is known.
CREATE UNIQUE INDEX commune_slug ON commune (slug);

CREATE TABLE stream (
    commune_id uuid NOT NULL,
    stream_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('commune', 'family', 'site')),
    version bigint NOT NULL,
    -- Cursors below it start again: what was deleted before is no longer remembered.
    horizon bigint NOT NULL,
    PRIMARY KEY (commune_id, stream_id),
    FOREIGN KEY (commune_id) REFERENCES commune (commune_id)
);

-- One row per entity, so that the log compacts itself. The body is kept as served: pulling reads one table, and a
-- checksum is never over something serialised again.
CREATE TABLE change (
    commune_id uuid NOT NULL,
    stream_id uuid NOT NULL,
    kind text NOT NULL,
    entity_id uuid NOT NULL,
    version bigint NOT NULL,
    deleted boolean NOT NULL,
    body text,
    body_hash bytea,
    PRIMARY KEY (commune_id, stream_id, kind, entity_id),
    FOREIGN KEY (commune_id, stream_id) REFERENCES stream (commune_id, stream_id),
    CHECK (deleted = (body IS NULL))
);
CREATE INDEX change_by_version ON change (commune_id, stream_id, version, kind, entity_id);

-- The idempotency record of pushed operations, kept for ever.
CREATE TABLE operation (
    commune_id uuid NOT NULL,
    op_id uuid NOT NULL,
    account_id uuid NOT NULL,
    -- The author's family: any of its adults may give the operation up.
    family_id uuid NOT NULL,
    sha256 bytea NOT NULL,
    -- applied, waiting or rejected.
    status text NOT NULL,
    code text,
    -- Version of the author's family stream that shows the outcome.
    version bigint NOT NULL,
    received_at bigint NOT NULL,
    PRIMARY KEY (commune_id, op_id),
    FOREIGN KEY (commune_id) REFERENCES commune (commune_id)
);
