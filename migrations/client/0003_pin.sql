-- The PIN of this space on this computer, where somebody chose one. Tries are counted before they are looked at, so that
-- ending the application gives none back.
CREATE TABLE pin (
    id           INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    hash         TEXT    NOT NULL,
    idle_minutes INTEGER NOT NULL,
    tries        INTEGER NOT NULL DEFAULT 0
) STRICT;
