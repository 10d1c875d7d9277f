DELETE FROM objects;
