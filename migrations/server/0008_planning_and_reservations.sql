-- What the town offers: one row per site, activity, period, tariff and the calendar. A body is kept as it is served.
CREATE TABLE planning_item (
    commune_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('calendar', 'site', 'activity', 'period', 'tariff')),
    item_id uuid NOT NULL,
    -- The town's own name for it, which never changes.
    stable_key text NOT NULL,
    body text NOT NULL,
    -- Of a period: places by group and counter, which are not served.
    places text,
    PRIMARY KEY (commune_id, item_id),
    FOREIGN KEY (commune_id) REFERENCES commune (commune_id)
);
CREATE UNIQUE INDEX planning_item_key ON planning_item (commune_id, kind, stable_key);

CREATE TABLE registration (
    commune_id uuid NOT NULL,
    registration_id uuid NOT NULL,
    child_id uuid NOT NULL,
    activity_id uuid NOT NULL,
    starts_on text NOT NULL,
    ends_on text NOT NULL,
    state text NOT NULL
        CHECK (state IN ('draft', 'submitted', 'incomplete', 'accepted', 'waiting', 'refused', 'withdrawn')),
    -- What is missing, or why not, in the town's words.
    reason text,
    own_meal boolean NOT NULL,
    PRIMARY KEY (commune_id, registration_id),
    FOREIGN KEY (commune_id, child_id) REFERENCES child (commune_id, child_id),
    FOREIGN KEY (commune_id, activity_id) REFERENCES planning_item (commune_id, item_id),
    CHECK (starts_on <= ends_on)
);
CREATE UNIQUE INDEX registration_of_child ON registration (commune_id, child_id, activity_id, starts_on);

-- Places of a day, a group and a counter of its activity.
CREATE TABLE counter (
    commune_id uuid NOT NULL,
    activity_id uuid NOT NULL,
    day text NOT NULL,
    group_key text NOT NULL,
    counter_key text NOT NULL,
    capacity bigint NOT NULL CHECK (capacity >= 0),
    -- Children who have a place: I1.
    taken bigint NOT NULL CHECK (taken >= 0),
    -- Children who wait for one, and the number of the next who comes to.
    waiting bigint NOT NULL CHECK (waiting >= 0),
    next_in_queue bigint NOT NULL,
    -- Set for this day by an agent: the season's file no longer changes it.
    by_hand boolean NOT NULL,
    -- More had a place when the capacity was lowered, which evicts nobody: how many.
    kept bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (commune_id, activity_id, day, group_key, counter_key),
    FOREIGN KEY (commune_id, activity_id) REFERENCES planning_item (commune_id, item_id)
);

-- A child's day in an activity, booked by one family.
CREATE TABLE reservation (
    commune_id uuid NOT NULL,
    reservation_id uuid NOT NULL,
    child_id uuid NOT NULL,
    -- Who booked it, and owes it.
    family_id uuid NOT NULL,
    activity_id uuid NOT NULL,
    period_id uuid NOT NULL,
    day text NOT NULL,
    -- A set of the activity's units, its first being the lowest bit.
    units bigint NOT NULL,
    group_key text NOT NULL,
    state text NOT NULL CHECK (state IN ('confirmed', 'waiting', 'absent', 'cancelled')),
    queue bigint,
    -- PriceDto: what it costs and why.
    price text NOT NULL,
    -- The town closed the day.
    closed boolean NOT NULL,
    -- An agent took a place beyond the capacity.
    beyond boolean NOT NULL,
    changed_at bigint NOT NULL,
    PRIMARY KEY (commune_id, reservation_id),
    FOREIGN KEY (commune_id, child_id) REFERENCES child (commune_id, child_id),
    FOREIGN KEY (commune_id, family_id) REFERENCES family (commune_id, family_id),
    FOREIGN KEY (commune_id, period_id) REFERENCES planning_item (commune_id, item_id),
    CHECK ((state = 'waiting') = (queue IS NOT NULL))
);
CREATE INDEX reservation_by_child ON reservation (commune_id, child_id, day);
CREATE INDEX reservation_by_family ON reservation (commune_id, family_id, day);
CREATE INDEX reservation_by_day ON reservation (commune_id, activity_id, day, state);

-- One row per unit of a live reservation: no child has the same unit of a day twice, whichever homes book.
CREATE TABLE reserved_unit (
    commune_id uuid NOT NULL,
    child_id uuid NOT NULL,
    day text NOT NULL,
    activity_id uuid NOT NULL,
    unit bigint NOT NULL,
    reservation_id uuid NOT NULL,
    PRIMARY KEY (commune_id, child_id, day, activity_id, unit),
    FOREIGN KEY (commune_id, reservation_id) REFERENCES reservation (commune_id, reservation_id)
);
CREATE INDEX reserved_unit_by_reservation ON reserved_unit (commune_id, reservation_id);

-- What was answered to each operation on days, as it was.
CREATE TABLE receipt (
    commune_id uuid NOT NULL,
    -- The operation's id.
    receipt_id uuid NOT NULL,
    family_id uuid NOT NULL,
    number text NOT NULL,
    -- ReceiptDto.
    body text NOT NULL,
    PRIMARY KEY (commune_id, receipt_id),
    FOREIGN KEY (commune_id, family_id) REFERENCES family (commune_id, family_id)
);
CREATE UNIQUE INDEX receipt_number ON receipt (commune_id, number);
CREATE INDEX receipt_by_family ON receipt (commune_id, family_id);
