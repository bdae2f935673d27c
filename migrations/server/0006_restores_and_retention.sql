-- Operations of which a restored server makes something else than what their author had been told: for the town to
-- look at, until it did. What they stand at now is never copied here.
CREATE TABLE changed_outcome (
    commune_id uuid NOT NULL,
    op_id uuid NOT NULL,
    family_id uuid NOT NULL,
    -- The operation's bytes, for it may be on record nowhere else.
    body text NOT NULL,
    -- What had become of it before: applied, waiting or rejected.
    told text NOT NULL CHECK (told IN ('applied', 'waiting', 'rejected')),
    noted_at bigint NOT NULL,
    PRIMARY KEY (commune_id, op_id),
    FOREIGN KEY (commune_id, op_id) REFERENCES operation (commune_id, op_id),
    FOREIGN KEY (commune_id, family_id) REFERENCES family (commune_id, family_id)
);
CREATE INDEX changed_outcome_by_time ON changed_outcome (commune_id, noted_at);

-- The acts whose details are to be erased one day.
CREATE INDEX audit_with_details ON audit (commune_id, at) WHERE details IS NOT NULL;
