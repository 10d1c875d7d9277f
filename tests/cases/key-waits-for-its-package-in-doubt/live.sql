-- Another program wrote what no version of the store writes.
UPDATE packages SET attributes = 'broken';
