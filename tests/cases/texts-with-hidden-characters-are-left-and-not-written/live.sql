UPDATE users SET attributes = replace(attributes, '"Ann"', '"Ann "');
