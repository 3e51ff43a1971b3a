-- Mails on their way. What they say (links, codes, the recipient) is encrypted with security.credential_encryption_key.

CREATE TABLE mail_queue (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- Keyed digest of the recipient's address: mails to one person are counted by it.
    recipient TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL,
    -- Empty once the mail has been sent or given up.
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- When it is tried next; while it is being sent, when it counts as abandoned.
    next_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    settled_at BIGINT
);

CREATE INDEX mail_queue_due ON mail_queue (settled_at, next_at);
CREATE INDEX mail_queue_recipient ON mail_queue (recipient, created_at);
