-- It was owed until the town closed its day: whatever was billed of it is to be given back.
ALTER TABLE reservation ADD COLUMN to_credit boolean NOT NULL DEFAULT FALSE;

-- Who waits for the same, in order, without reading the others.
CREATE INDEX reservation_queue ON reservation
    (commune_id, activity_id, day, group_key, period_id, units, queue, reservation_id) WHERE state = 'waiting';

-- As it was, without a reference to reservation: PostgreSQL would look each up by a plan made while there was none, and `check`
-- compares the two. Units are found by child and day.
CREATE TABLE reserved_unit_alone (
    commune_id uuid NOT NULL,
    child_id uuid NOT NULL,
    day text NOT NULL,
    activity_id uuid NOT NULL,
    unit bigint NOT NULL,
    reservation_id uuid NOT NULL,
    PRIMARY KEY (commune_id, child_id, day, activity_id, unit)
);
INSERT INTO reserved_unit_alone (commune_id, child_id, day, activity_id, unit, reservation_id)
    SELECT commune_id, child_id, day, activity_id, unit, reservation_id FROM reserved_unit;
DROP TABLE reserved_unit;
ALTER TABLE reserved_unit_alone RENAME TO reserved_unit;
