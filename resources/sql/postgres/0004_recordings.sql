-- Files of recordings and clips. `path` is below recording.directory.
CREATE TABLE recordings (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    stream TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('recording', 'clip')),
    state TEXT NOT NULL CHECK (state IN ('writing', 'ready', 'failed')),
    started_at BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    codecs TEXT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    note TEXT NOT NULL
);

CREATE INDEX recordings_started_at ON recordings (started_at, id);
CREATE INDEX recordings_stream ON recordings (stream, started_at, id);
CREATE INDEX recordings_unfinished ON recordings (state) WHERE state = 'writing';

-- Streams of which somebody said whether to record them; of the others recording.enabled says it.
CREATE TABLE recording_wishes (
    stream TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES streams (name) ON DELETE CASCADE,
    wanted BOOLEAN NOT NULL
);
