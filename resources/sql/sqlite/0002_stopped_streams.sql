-- A stopped stream refuses publishers until it is started.

ALTER TABLE streams ADD COLUMN is_stopped INTEGER NOT NULL DEFAULT 0 CHECK (is_stopped IN (0, 1));
