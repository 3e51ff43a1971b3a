-- People's pictures, as this server has made them: JPEGs of 256 by 256.
CREATE TABLE avatars (
    user_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    jpeg BYTEA NOT NULL,
    -- Names these bytes, in addresses and to caches.
    tag TEXT COLLATE "C" NOT NULL,
    updated_at BIGINT NOT NULL
);
