-- People, where they are signed in, and links that work once.

CREATE TABLE users (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    -- The name as it is compared: normalised, lower case, look-alikes made one. Nobody has a name that looks like another's.
    name_key TEXT COLLATE "C" NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('root', 'admin', 'user')),
    is_waiting BOOLEAN NOT NULL,
    language TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- OPAQUE registration record in hex; NULL for an account without a password.
    password_record TEXT,
    password_changed_at BIGINT,
    -- NULL: not banned. The year 2262: for good.
    banned_until BIGINT,
    ban_reason TEXT NOT NULL
);

CREATE TABLE sessions (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    device TEXT NOT NULL,
    address TEXT NOT NULL,
    method TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    -- Which refresh token is the good one: they are numbered, and made from this number with the server's key.
    generation BIGINT NOT NULL,
    rotated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX sessions_user ON sessions (user_id, last_used_at);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE links (
    token_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- 'password': sets the password of user_id. 'invitation': signs up; user_id made it.
    kind TEXT NOT NULL CHECK (kind IN ('password', 'invitation')),
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX links_expiry ON links (expires_at);
