-- What people say of themselves, whom they do not want to hear, and accounts that were closed.

-- NULL: it is there. Otherwise nobody signs in to it, its name stays taken, and after 90 days it is gone.
ALTER TABLE users ADD COLUMN deleted_at BIGINT;

CREATE INDEX users_deleted ON users (deleted_at);

CREATE TABLE profiles (
    user_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- Shown in place of the name; empty: the name.
    display_name TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE user_blocks (
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    blocked_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, blocked_id),
    CHECK (user_id <> blocked_id)
);

CREATE INDEX user_blocks_blocked ON user_blocks (blocked_id);
