-- What had last become of an operation that is sent again to a restored server: applied, waiting or rejected.
ALTER TABLE outbox ADD COLUMN told TEXT;
-- The restored server makes something else of it. RFC 3339, this computer's time.
ALTER TABLE outbox ADD COLUMN changed_at TEXT;
-- The server's epoch as last read.
ALTER TABLE position ADD COLUMN epoch TEXT;
