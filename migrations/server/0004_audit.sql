-- Who did what to which family. Append only.
CREATE TABLE audit (
    commune_id uuid NOT NULL,
    seq bigint NOT NULL,
    at bigint NOT NULL,
    -- family, agent, operator (command line) or system.
    actor_kind text NOT NULL,
    actor_id uuid,
    action text NOT NULL,
    family_id uuid,
    entity_id uuid,
    -- Erased, salt and all, when their time is over.
    details text,
    salt bytea,
    -- SHA-256 of salt and details; empty without details.
    details_hash bytea NOT NULL,
    -- SHA-256 over the hash before and this act.
    hash bytea NOT NULL,
    PRIMARY KEY (commune_id, seq),
    FOREIGN KEY (commune_id) REFERENCES commune (commune_id)
);
CREATE INDEX audit_by_family ON audit (commune_id, family_id, seq);
