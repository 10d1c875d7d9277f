UPDATE applications SET name = 'Portal ' WHERE name = 'kiosk';
