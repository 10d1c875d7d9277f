ln -s "$OUTSIDE" pay
