-- How often the server could not take an operation sent alone: such a one is sent alone, and later and later.
ALTER TABLE outbox ADD COLUMN faults INTEGER NOT NULL DEFAULT 0;
