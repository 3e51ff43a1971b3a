-- A stopped stream refuses publishers until it is started.

ALTER TABLE streams ADD COLUMN is_stopped BOOLEAN NOT NULL DEFAULT FALSE;
