-- Who somebody is at a provider of sign-in (OAuth 2.0, OpenID Connect). Its tokens are not kept.

CREATE TABLE identities (
    -- Of the settings: "github".
    provider TEXT NOT NULL,
    -- Within it: a subject means something to its issuer only.
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- What they are called there, to tell two of them apart.
    name TEXT NOT NULL,
    linked_at INTEGER NOT NULL,
    PRIMARY KEY (provider, issuer, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX identities_user ON identities (user_id, linked_at);
