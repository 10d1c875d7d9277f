DELETE FROM users WHERE username = 'bob';
