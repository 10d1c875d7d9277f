-- A fresh machine: the store is there, the memory is not.
DELETE FROM objects;
DELETE FROM writes;
DELETE FROM runs;
