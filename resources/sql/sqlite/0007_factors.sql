-- Passkeys, codes of authenticator apps, recovery codes, and when a session last proved who it is.

-- NULL: when it began (created_at).
ALTER TABLE sessions ADD COLUMN proved_at INTEGER;

CREATE TABLE passkeys (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- In base64url, as the next one.
    credential_id TEXT NOT NULL UNIQUE,
    -- COSE.
    public_key TEXT NOT NULL,
    -- The domain that it was made for (webauthn.rp_id of then): it is good for no other.
    rp_id TEXT NOT NULL,
    name TEXT NOT NULL,
    sign_count INTEGER NOT NULL,
    -- Model of the authenticator, in hex; zeros where it does not tell.
    aaguid TEXT NOT NULL,
    backup_eligible INTEGER NOT NULL CHECK (backup_eligible IN (0, 1)),
    backed_up INTEGER NOT NULL CHECK (backed_up IN (0, 1)),
    -- "internal,hybrid": hints for the browser.
    transports TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX passkeys_user ON passkeys (user_id, created_at);

CREATE TABLE totp (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- Encrypted with security.credential_encryption_key.
    sealed_secret TEXT NOT NULL,
    -- Which 30 seconds since 1970 the newest code was of that was used: none is good twice, nor one before it.
    newest_step INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_codes (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- HMAC-SHA256 of code and account, in hex. One that was used has no row.
    code_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, code_hash)
) STRICT, WITHOUT ROWID;
