ln -s .git/hooks plans
