CREATE TRIGGER broken BEFORE INSERT ON users WHEN NEW.username = 'alice' BEGIN SELECT RAISE(ABORT, 'the disk is full'); END;
