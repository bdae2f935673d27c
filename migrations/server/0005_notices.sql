-- Mail and SMS that wait to be sent, single-use links, what is told to families about their accounts, and the co-holder.

-- A single-use link. Its token is derived from its id by a key of the server when it is sent: it is in no table and in no
-- backup, only its hash is.
CREATE TABLE link (
    commune_id uuid NOT NULL,
    link_id uuid NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('lost_code', 'email_confirmation', 'co_holder_invitation')),
    -- The account, the change of a detail, or the invitation.
    subject_id uuid NOT NULL,
    -- SHA-256; absent until a message carries it.
    token_hash bytea,
    created_at bigint NOT NULL,
    -- Counted anew each time the message is tried: a day of mail down takes nothing from the family.
    expires_at bigint NOT NULL,
    used_at bigint,
    -- Called off: the change was withdrawn, the code was chosen with another link.
    voided_at bigint,
    PRIMARY KEY (commune_id, link_id),
    FOREIGN KEY (commune_id) REFERENCES commune (commune_id)
);
CREATE UNIQUE INDEX link_token ON link (commune_id, token_hash);
CREATE INDEX link_by_subject ON link (commune_id, subject_id);
CREATE INDEX link_by_expiry ON link (commune_id, expires_at);

-- One message to one recipient, written in the transaction of what it tells.
CREATE TABLE outgoing_message (
    commune_id uuid NOT NULL,
    -- Also its Message-ID and its idempotency key at a gateway: the same at every try.
    message_id uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('mail', 'sms')),
    recipient text NOT NULL,
    template text NOT NULL,
    -- What the template is told (JSON); emptied once it was sent.
    data text NOT NULL,
    link_id uuid,
    status text NOT NULL CHECK (status IN ('queued', 'sent', 'failed', 'dropped')),
    attempts bigint NOT NULL,
    created_at bigint NOT NULL,
    -- Not tried before.
    next_at bigint NOT NULL,
    -- The round of a sender that has it now, and until when nobody else takes it.
    claimed_by uuid,
    claimed_until bigint,
    settled_at bigint,
    -- Why the last try failed, in a word: connection, smtp_550, gateway_500.
    reason text,
    PRIMARY KEY (commune_id, message_id),
    FOREIGN KEY (commune_id) REFERENCES commune (commune_id),
    FOREIGN KEY (commune_id, link_id) REFERENCES link (commune_id, link_id)
);
CREATE INDEX outgoing_message_by_status ON outgoing_message (commune_id, status, next_at);
-- The sender looks through all communes at once.
CREATE INDEX outgoing_message_due ON outgoing_message (status, next_at);
CREATE INDEX outgoing_message_by_link ON outgoing_message (commune_id, link_id);

-- Somebody said that they lost their code. The same row whether or not the identifiant is known, so that the answer
-- takes the same work; the link is made afterwards.
CREATE TABLE lost_code_request (
    commune_id uuid NOT NULL,
    request_id uuid NOT NULL,
    -- Keyed HMAC of the identifiant in its compared form.
    name_hmac bytea NOT NULL,
    -- Absent where nobody has it.
    account_id uuid,
    asked_at bigint NOT NULL,
    treated_at bigint,
    PRIMARY KEY (commune_id, request_id),
    FOREIGN KEY (commune_id) REFERENCES commune (commune_id)
);
CREATE INDEX lost_code_request_by_name ON lost_code_request (commune_id, name_hmac, asked_at);
CREATE INDEX lost_code_request_to_treat ON lost_code_request (treated_at, asked_at);

-- Events of accounts told to the family; kept for a year.
CREATE TABLE security_notice (
    commune_id uuid NOT NULL,
    notice_id uuid NOT NULL,
    family_id uuid NOT NULL,
    -- Absent once the adult left.
    person_id uuid,
    at bigint NOT NULL,
    -- SecurityEventDto.
    what text NOT NULL,
    acknowledged_by uuid,
    acknowledged_at bigint,
    PRIMARY KEY (commune_id, notice_id),
    FOREIGN KEY (commune_id, family_id) REFERENCES family (commune_id, family_id)
);
CREATE INDEX security_notice_by_family ON security_notice (commune_id, family_id, at);
CREATE INDEX security_notice_by_time ON security_notice (commune_id, at);

CREATE TABLE co_holder_invitation (
    commune_id uuid NOT NULL,
    invitation_id uuid NOT NULL,
    family_id uuid NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    email text NOT NULL,
    invited_by uuid NOT NULL,
    created_at bigint NOT NULL,
    ended_at bigint,
    -- accepted, replaced or called_off.
    outcome text,
    PRIMARY KEY (commune_id, invitation_id),
    FOREIGN KEY (commune_id, family_id) REFERENCES family (commune_id, family_id),
    FOREIGN KEY (commune_id, invited_by) REFERENCES account (commune_id, account_id)
);
-- One under way in a family.
CREATE UNIQUE INDEX co_holder_invitation_under_way ON co_holder_invitation (commune_id, family_id) WHERE ended_at IS NULL;

-- An adult who left stays on record for the history and the audit; the home has room for another co-holder.
ALTER TABLE adult ADD COLUMN left_at bigint;
DROP INDEX adult_role;
CREATE UNIQUE INDEX adult_role ON adult (commune_id, family_id, role) WHERE left_at IS NULL;

-- Who invites and removes a co-holder: by_family or by_town. Not served: desktops learn it from the answer.
ALTER TABLE commune ADD COLUMN co_holder text NOT NULL DEFAULT 'by_family';
