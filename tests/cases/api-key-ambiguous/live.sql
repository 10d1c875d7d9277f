CREATE TABLE copy (row INTEGER PRIMARY KEY, id TEXT, name TEXT, attributes TEXT, created INTEGER, updated INTEGER);
INSERT INTO copy SELECT * FROM api_keys;
INSERT INTO copy SELECT row + 1, 'another', name, attributes, created, updated FROM api_keys;
DROP TABLE api_keys;
ALTER TABLE copy RENAME TO api_keys;
