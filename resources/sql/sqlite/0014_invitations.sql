-- Invitations: each lets in up to so many people, can be taken back, and remembers who came by it.

CREATE TABLE invitations (
    id TEXT NOT NULL PRIMARY KEY,
    -- BLAKE2b-256 in hex of the token.
    token_hash TEXT NOT NULL UNIQUE,
    -- The token, encrypted with security.credential_encryption_key, so that it can be copied again; empty for those from before.
    sealed_token TEXT NOT NULL,
    -- NULL: the server itself, by its command line or by a key that stands for nobody.
    made_by TEXT REFERENCES users (id) ON DELETE CASCADE,
    -- Of those who come by it.
    role TEXT NOT NULL CHECK (role IN ('root', 'admin', 'user')),
    note TEXT NOT NULL,
    uses INTEGER NOT NULL,
    uses_left INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    -- NULL: nobody has taken it back.
    revoked_at INTEGER,
    CHECK (uses BETWEEN 1 AND 100),
    CHECK (uses_left BETWEEN 0 AND uses)
) STRICT, WITHOUT ROWID;

CREATE INDEX invitations_newest ON invitations (created_at, id);
CREATE INDEX invitations_maker ON invitations (made_by);
CREATE INDEX invitations_expiry ON invitations (expires_at);

CREATE TABLE invitation_uses (
    invitation_id TEXT NOT NULL REFERENCES invitations (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    used_at INTEGER NOT NULL,
    PRIMARY KEY (invitation_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX invitation_uses_user ON invitation_uses (user_id);

-- Those from before were good once. Table links has password links only from here on.
INSERT INTO invitations (id, token_hash, sealed_token, made_by, role, note, uses, uses_left, created_at, expires_at)
SELECT 'i' || substr(token_hash, 1, 15), token_hash, '', user_id, 'user', '', 1, 1, created_at, expires_at FROM links WHERE kind = 'invitation';

DELETE FROM links WHERE kind = 'invitation';
