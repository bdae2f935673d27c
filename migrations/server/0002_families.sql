CREATE TABLE family (
    commune_id uuid NOT NULL,
    family_id uuid NOT NULL,
    -- The town's own number.
    reference text NOT NULL,
    street text,
    complement text,
    postcode text,
    city text,
    PRIMARY KEY (commune_id, family_id),
    FOREIGN KEY (commune_id) REFERENCES commune (commune_id),
    CHECK ((street IS NULL) = (postcode IS NULL) AND (street IS NULL) = (city IS NULL))
);
CREATE UNIQUE INDEX family_reference ON family (commune_id, reference);

CREATE TABLE adult (
    commune_id uuid NOT NULL,
    person_id uuid NOT NULL,
    family_id uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('holder', 'co_holder')),
    first_name text NOT NULL,
    last_name text NOT NULL,
    mobile_phone text,
    landline_phone text,
    email text,
    PRIMARY KEY (commune_id, person_id),
    FOREIGN KEY (commune_id, family_id) REFERENCES family (commune_id, family_id)
);
-- One holder and at most one co-holder.
CREATE UNIQUE INDEX adult_role ON adult (commune_id, family_id, role);

CREATE TABLE child (
    commune_id uuid NOT NULL,
    child_id uuid NOT NULL,
    reference text NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    birth_date text NOT NULL,
    PRIMARY KEY (commune_id, child_id),
    FOREIGN KEY (commune_id) REFERENCES commune (commune_id)
);
CREATE UNIQUE INDEX child_reference ON child (commune_id, reference);

CREATE TABLE schooling (
    commune_id uuid NOT NULL,
    child_id uuid NOT NULL,
    starts_on text NOT NULL,
    ends_on text,
    school text NOT NULL,
    level text NOT NULL,
    class text,
    PRIMARY KEY (commune_id, child_id, starts_on),
    FOREIGN KEY (commune_id, child_id) REFERENCES child (commune_id, child_id)
);

-- A child belongs to the commune and is linked to one or several homes.
CREATE TABLE family_child (
    commune_id uuid NOT NULL,
    family_id uuid NOT NULL,
    child_id uuid NOT NULL,
    starts_on text NOT NULL,
    ends_on text,
    may_book boolean NOT NULL,
    may_collect boolean NOT NULL,
    pays boolean NOT NULL,
    PRIMARY KEY (commune_id, family_id, child_id),
    FOREIGN KEY (commune_id, family_id) REFERENCES family (commune_id, family_id),
    FOREIGN KEY (commune_id, child_id) REFERENCES child (commune_id, child_id)
);
CREATE INDEX family_child_by_child ON family_child (commune_id, child_id);

CREATE TABLE contact (
    commune_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    family_id uuid NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    relation text NOT NULL,
    phone text,
    may_collect boolean NOT NULL,
    emergency boolean NOT NULL,
    PRIMARY KEY (commune_id, contact_id),
    FOREIGN KEY (commune_id, family_id) REFERENCES family (commune_id, family_id)
);
CREATE UNIQUE INDEX contact_name ON contact (commune_id, family_id, last_name, first_name);

CREATE TABLE quotient (
    commune_id uuid NOT NULL,
    quotient_id uuid NOT NULL,
    family_id uuid NOT NULL,
    source text NOT NULL CHECK (source IN ('caf', 'msa', 'tax_notice', 'none')),
    -- Whole euros per month; absent exactly when no proof was given.
    value bigint,
    effective_month text NOT NULL,
    PRIMARY KEY (commune_id, quotient_id),
    FOREIGN KEY (commune_id, family_id) REFERENCES family (commune_id, family_id),
    CHECK ((source = 'none') = (value IS NULL))
);
CREATE UNIQUE INDEX quotient_month ON quotient (commune_id, family_id, effective_month);

-- Changes of details asked by families, kept with their outcome.
CREATE TABLE detail_change (
    commune_id uuid NOT NULL,
    change_id uuid NOT NULL,
    family_id uuid NOT NULL,
    asked_by uuid,
    asked_at bigint NOT NULL,
    -- Absent for the home.
    subject_person uuid,
    field text NOT NULL CHECK (field IN ('address', 'mobile_phone', 'landline_phone', 'email')),
    -- DetailValueDto.
    old_value text NOT NULL,
    new_value text NOT NULL,
    status text NOT NULL CHECK (status IN ('awaits_town', 'awaits_confirmation', 'accepted', 'refused', 'withdrawn')),
    decided_by uuid,
    decided_at bigint,
    reason text,
    PRIMARY KEY (commune_id, change_id),
    FOREIGN KEY (commune_id, family_id) REFERENCES family (commune_id, family_id)
);
CREATE INDEX detail_change_by_family ON detail_change (commune_id, family_id, status);
CREATE INDEX detail_change_by_status ON detail_change (commune_id, status, asked_at);
