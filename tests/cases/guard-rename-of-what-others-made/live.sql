UPDATE packages SET id = 'other', name = 'old';
