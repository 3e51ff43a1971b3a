-- Who somebody is at a provider of sign-in (OAuth 2.0, OpenID Connect). Its tokens are not kept.

CREATE TABLE identities (
    -- Of the settings: "github".
    provider TEXT COLLATE "C" NOT NULL,
    -- Within it: a subject means something to its issuer only.
    issuer TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- What they are called there, to tell two of them apart.
    name TEXT NOT NULL,
    linked_at BIGINT NOT NULL,
    PRIMARY KEY (provider, issuer, subject)
);

CREATE INDEX identities_user ON identities (user_id, linked_at);
