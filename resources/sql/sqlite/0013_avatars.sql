-- People's pictures, as this server has made them: JPEGs of 256 by 256.
CREATE TABLE avatars (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    jpeg BLOB NOT NULL,
    -- Names these bytes, in addresses and to caches.
    tag TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
