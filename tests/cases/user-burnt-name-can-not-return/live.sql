INSERT INTO burnt_usernames VALUES ('alice', 0);
