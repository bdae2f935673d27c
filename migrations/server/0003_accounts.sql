CREATE TABLE account (
    commune_id uuid NOT NULL,
    account_id uuid NOT NULL,
    -- In its compared form.
    identifiant text NOT NULL,
    family_id uuid,
    person_id uuid,
    role text CHECK (role IN ('desk', 'youth', 'regisseur', 'admin')),
    -- Argon2id, PHC string; absent until a personal code is chosen.
    code_hash text,
    -- Keyed HMAC of the one-time code in force.
    one_time_hmac bytea,
    one_time_expires_at bigint,
    totp_secret bytea,
    -- Last step accepted, so that six digits serve once.
    totp_step bigint,
    created_at bigint NOT NULL,
    disabled_at bigint,
    PRIMARY KEY (commune_id, account_id),
    FOREIGN KEY (commune_id) REFERENCES commune (commune_id),
    FOREIGN KEY (commune_id, family_id) REFERENCES family (commune_id, family_id),
    FOREIGN KEY (commune_id, person_id) REFERENCES adult (commune_id, person_id),
    CHECK ((role IS NULL) = (family_id IS NOT NULL) AND (family_id IS NULL) = (person_id IS NULL))
);
CREATE UNIQUE INDEX account_identifiant ON account (commune_id, identifiant);
CREATE UNIQUE INDEX account_person ON account (commune_id, person_id);

-- Failed sign-ins by what was typed, whether or not an account has it: a wait tells nothing, and survives a restart.
CREATE TABLE failed_sign_in (
    commune_id uuid NOT NULL,
    -- Keyed HMAC of an identifiant in its compared form.
    name_hmac bytea NOT NULL,
    failures bigint NOT NULL,
    -- Forgotten an hour later.
    last_failure_at bigint NOT NULL,
    locked_until bigint,
    PRIMARY KEY (commune_id, name_hmac),
    FOREIGN KEY (commune_id) REFERENCES commune (commune_id)
);
CREATE INDEX failed_sign_in_by_time ON failed_sign_in (commune_id, last_failure_at);

CREATE TABLE recovery_code (
    commune_id uuid NOT NULL,
    account_id uuid NOT NULL,
    code_hmac bytea NOT NULL,
    used_at bigint,
    PRIMARY KEY (commune_id, account_id, code_hmac),
    FOREIGN KEY (commune_id, account_id) REFERENCES account (commune_id, account_id)
);

CREATE TABLE device (
    commune_id uuid NOT NULL,
    device_id uuid NOT NULL,
    account_id uuid NOT NULL,
    label text NOT NULL,
    created_at bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    revoked_at bigint,
    -- signed_out, by_owner, token_reused.
    revoked_because text,
    PRIMARY KEY (commune_id, device_id),
    FOREIGN KEY (commune_id, account_id) REFERENCES account (commune_id, account_id)
);
CREATE INDEX device_by_account ON device (commune_id, account_id);

-- Access and refresh tokens, by their SHA-256. The commune's id is the readable part of a token, so the look-up
-- begins with it.
CREATE TABLE token (
    commune_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    kind text NOT NULL CHECK (kind IN ('access', 'refresh')),
    account_id uuid NOT NULL,
    device_id uuid NOT NULL,
    -- Whether only the choice of a personal code is open.
    first_code boolean NOT NULL,
    expires_at bigint NOT NULL,
    -- When a refresh token was exchanged; for 60 s the same successor is given again.
    replaced_at bigint,
    PRIMARY KEY (commune_id, token_hash),
    FOREIGN KEY (commune_id, device_id) REFERENCES device (commune_id, device_id)
);
CREATE INDEX token_by_device ON token (commune_id, device_id);
CREATE INDEX token_by_expiry ON token (commune_id, expires_at);
