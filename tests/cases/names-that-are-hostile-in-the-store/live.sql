UPDATE users SET username = 'mallory' || char(8238) || char(27) WHERE username = 'mallory';
