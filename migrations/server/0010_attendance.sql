-- An agent booked it, or a part of it, after the deadline.
ALTER TABLE reservation ADD COLUMN late boolean NOT NULL DEFAULT FALSE;

-- How a child's day of an activity went, for each home that booked it, or owes it although nobody booked it.
CREATE TABLE attendance (
    commune_id uuid NOT NULL,
    activity_id uuid NOT NULL,
    day text NOT NULL,
    child_id uuid NOT NULL,
    family_id uuid NOT NULL,
    -- None where nothing was booked.
    reservation_id uuid,
    -- How that stood before anybody marked the child.
    stood text CHECK (stood IN ('confirmed', 'absent')),
    mark text NOT NULL CHECK (mark IN ('present', 'absent', 'late', 'left')),
    -- What the child was there for, where it is not what was booked: a set of the activity's units.
    units bigint,
    arrived_at text,
    left_at text,
    collected_by text,
    late_pickup boolean NOT NULL,
    -- PriceDto: what is charged because of it, and why.
    price text,
    changed_at bigint NOT NULL,
    PRIMARY KEY (commune_id, activity_id, day, child_id, family_id),
    FOREIGN KEY (commune_id, child_id) REFERENCES child (commune_id, child_id),
    FOREIGN KEY (commune_id, family_id) REFERENCES family (commune_id, family_id),
    FOREIGN KEY (commune_id, activity_id) REFERENCES planning_item (commune_id, item_id),
    CHECK ((reservation_id IS NULL) = (stood IS NULL))
);
