-- Mail addresses of people, what they want to be written about, codes by mail, and where they have signed in from.

-- 1: nobody signs in to it before its mail address was confirmed (accounts.sign_up_needs_address).
ALTER TABLE users ADD COLUMN awaits_address INTEGER NOT NULL DEFAULT 0 CHECK (awaits_address IN (0, 1));

CREATE INDEX users_awaiting ON users (created_at) WHERE awaits_address = 1;

CREATE TABLE mail_addresses (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- As typed, with the domain in ASCII and lower case.
    address TEXT NOT NULL,
    -- All in lower case: how addresses are compared.
    address_key TEXT NOT NULL,
    is_primary INTEGER NOT NULL CHECK (is_primary IN (0, 1)),
    created_at INTEGER NOT NULL,
    -- NULL: nobody has shown yet that they read its mail, and it counts for nothing.
    verified_at INTEGER,
    -- BLAKE2b-256 in hex of the token in the newest letter; NULL: none is open.
    token_hash TEXT UNIQUE,
    token_expires_at INTEGER,
    UNIQUE (user_id, address_key)
) STRICT, WITHOUT ROWID;

-- Whoever types an address keeps nobody else from it; whoever reads its mail does.
CREATE UNIQUE INDEX mail_addresses_verified ON mail_addresses (address_key) WHERE verified_at IS NOT NULL;
CREATE UNIQUE INDEX mail_addresses_primary ON mail_addresses (user_id) WHERE is_primary = 1;

-- Who has no row has never said anything.
CREATE TABLE mail_preferences (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    new_device_letters INTEGER NOT NULL CHECK (new_device_letters IN (0, 1)),
    -- Codes by mail are a second factor of this account.
    codes INTEGER NOT NULL CHECK (codes IN (0, 1))
) STRICT, WITHOUT ROWID;

-- One code by mail for each account; the newest counts.
CREATE TABLE mail_codes (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- What it is for: a code to sign in proves nothing else.
    purpose TEXT NOT NULL,
    -- Encrypted with security.credential_encryption_key; empty once it was used.
    sealed_code TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Letters that people asked for, by which they are limited; each is forgotten after a day.
CREATE TABLE mail_requests (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (user_id, kind, at)
) STRICT, WITHOUT ROWID;

CREATE INDEX mail_requests_age ON mail_requests (at);

-- Devices and networks that an account was signed in from, as hashes; each is forgotten after 90 days.
CREATE TABLE known_devices (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    device_hash TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, device_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX known_devices_age ON known_devices (seen_at);
