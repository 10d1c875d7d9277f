-- A fresh machine: the store is there, the memory is not.
DELETE FROM objects;
