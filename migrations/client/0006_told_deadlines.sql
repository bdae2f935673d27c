-- Deadlines that the system told of, each once.
CREATE TABLE told_deadline (
    deadline TEXT NOT NULL PRIMARY KEY,
    told_at  TEXT NOT NULL
) STRICT;
