-- Another program made bob and what is his.
DELETE FROM objects WHERE address LIKE '%bob%';
DELETE FROM writes WHERE address LIKE '%bob%';
