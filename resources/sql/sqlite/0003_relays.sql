-- Where streams are fetched from and sent to. Addresses may hold keys: they are encrypted with security.credential_encryption_key.

CREATE TABLE stream_pulls (
    stream TEXT NOT NULL PRIMARY KEY REFERENCES streams (name) ON DELETE CASCADE,
    address_sealed TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('on_demand', 'always')),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE push_targets (
    id TEXT NOT NULL PRIMARY KEY,
    stream TEXT NOT NULL REFERENCES streams (name) ON DELETE CASCADE,
    address_sealed TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX push_targets_stream ON push_targets (stream, created_at, id);
