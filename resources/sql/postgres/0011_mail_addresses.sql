-- Mail addresses of people, what they want to be written about, codes by mail, and where they have signed in from.

-- True: nobody signs in to it before its mail address was confirmed (accounts.sign_up_needs_address).
ALTER TABLE users ADD COLUMN awaits_address BOOLEAN NOT NULL DEFAULT FALSE;

CREATE INDEX users_awaiting ON users (created_at) WHERE awaits_address;

CREATE TABLE mail_addresses (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- As typed, with the domain in ASCII and lower case.
    address TEXT NOT NULL,
    -- All in lower case: how addresses are compared.
    address_key TEXT COLLATE "C" NOT NULL,
    is_primary BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    -- NULL: nobody has shown yet that they read its mail, and it counts for nothing.
    verified_at BIGINT,
    -- BLAKE2b-256 in hex of the token in the newest letter; NULL: none is open.
    token_hash TEXT COLLATE "C" UNIQUE,
    token_expires_at BIGINT,
    UNIQUE (user_id, address_key)
);

-- Whoever types an address keeps nobody else from it; whoever reads its mail does.
CREATE UNIQUE INDEX mail_addresses_verified ON mail_addresses (address_key) WHERE verified_at IS NOT NULL;
CREATE UNIQUE INDEX mail_addresses_primary ON mail_addresses (user_id) WHERE is_primary;

-- Who has no row has never said anything.
CREATE TABLE mail_preferences (
    user_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    new_device_letters BOOLEAN NOT NULL,
    -- Codes by mail are a second factor of this account.
    codes BOOLEAN NOT NULL
);

-- One code by mail for each account; the newest counts.
CREATE TABLE mail_codes (
    user_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- What it is for: a code to sign in proves nothing else.
    purpose TEXT NOT NULL,
    -- Encrypted with security.credential_encryption_key; empty once it was used.
    sealed_code TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL
);

-- Letters that people asked for, by which they are limited; each is forgotten after a day.
CREATE TABLE mail_requests (
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (user_id, kind, at)
);

CREATE INDEX mail_requests_age ON mail_requests (at);

-- Devices and networks that an account was signed in from, as hashes; each is forgotten after 90 days.
CREATE TABLE known_devices (
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    device_hash TEXT COLLATE "C" NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, device_hash)
);

CREATE INDEX known_devices_age ON known_devices (seen_at);
