-- API keys belong to accounts. NULL: one of the server's own, as all were until now.
ALTER TABLE api_keys ADD COLUMN owner_id TEXT REFERENCES users (id) ON DELETE CASCADE;

CREATE INDEX api_keys_owner ON api_keys (owner_id, created_at);
