-- The audit log becomes a chain: each entry has its place, the hash of the one before it and its own (docs/operate/audit.md).
-- SHA-256 is the program's work: what is here already gets its places and hashes at the next start.

ALTER TABLE audit ADD COLUMN place INTEGER;
-- What was changed, as it was and as it is: JSON objects, empty where there is nothing to tell. Never a secret.
ALTER TABLE audit ADD COLUMN state_before TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN state_after TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN previous_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT '';

CREATE UNIQUE INDEX audit_place ON audit (place);

-- One row. Who appends holds it until the commit, so that there is one chain.
CREATE TABLE audit_head (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    last_place INTEGER NOT NULL,
    last_hash TEXT NOT NULL,
    -- Entries up to here were removed since their time was over; the entry at checkpoint_place says so. 0: none.
    removed_through INTEGER NOT NULL,
    checkpoint_place INTEGER NOT NULL,
    -- Entries up to this id are older than the chain.
    legacy_through INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO audit_head (one, last_place, last_hash, removed_through, checkpoint_place, legacy_through)
    SELECT 1, 0, '0000000000000000000000000000000000000000000000000000000000000000', 0, 0, COALESCE(MAX(id), 0) FROM audit;

DROP TRIGGER audit_is_append_only;

-- The one change that there is: an entry from before the chain gets its place in it.
CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
WHEN NOT (OLD.place IS NULL AND NEW.place IS NOT NULL AND OLD.id <= (SELECT legacy_through FROM audit_head)
    AND NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.actor = OLD.actor AND NEW.action = OLD.action AND NEW.target = OLD.target
    AND NEW.detail = OLD.detail AND NEW.address = OLD.address AND NEW.request_id = OLD.request_id)
BEGIN
    SELECT RAISE(ABORT, 'audit entries are never changed');
END;

CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
WHEN OLD.place IS NULL OR OLD.place > (SELECT removed_through FROM audit_head)
BEGIN
    SELECT RAISE(ABORT, 'audit entries are removed only up to a checkpoint');
END;
