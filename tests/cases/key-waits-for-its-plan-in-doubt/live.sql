-- Another program wrote what no version of the store writes.
UPDATE plans SET attributes = 'broken';
