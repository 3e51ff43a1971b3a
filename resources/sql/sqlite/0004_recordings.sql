-- Files of recordings and clips. `path` is below recording.directory.
CREATE TABLE recordings (
    id TEXT NOT NULL PRIMARY KEY,
    stream TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('recording', 'clip')),
    state TEXT NOT NULL CHECK (state IN ('writing', 'ready', 'failed')),
    started_at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    codecs TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    note TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX recordings_started_at ON recordings (started_at, id);
CREATE INDEX recordings_stream ON recordings (stream, started_at, id);
CREATE INDEX recordings_unfinished ON recordings (state) WHERE state = 'writing';

-- Streams of which somebody said whether to record them; of the others recording.enabled says it.
CREATE TABLE recording_wishes (
    stream TEXT NOT NULL PRIMARY KEY REFERENCES streams (name) ON DELETE CASCADE,
    wanted INTEGER NOT NULL CHECK (wanted IN (0, 1))
) STRICT, WITHOUT ROWID;
