-- Where streams are fetched from and sent to. Addresses may hold keys: they are encrypted with security.credential_encryption_key.

CREATE TABLE stream_pulls (
    stream TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES streams (name) ON DELETE CASCADE,
    address_sealed TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('on_demand', 'always')),
    created_at BIGINT NOT NULL
);

CREATE TABLE push_targets (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    stream TEXT COLLATE "C" NOT NULL REFERENCES streams (name) ON DELETE CASCADE,
    address_sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX push_targets_stream ON push_targets (stream, created_at, id);
