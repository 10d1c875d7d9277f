-- Whether a run began to deliver another value to the place. What it does not record, it may have delivered.

ALTER TABLE receipts ADD COLUMN doubtful INTEGER NOT NULL DEFAULT 0;
