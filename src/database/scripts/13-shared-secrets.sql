-- Whether a place received the shared secret of a key instead of its value.

ALTER TABLE receipts ADD COLUMN secret INTEGER NOT NULL DEFAULT 0;
