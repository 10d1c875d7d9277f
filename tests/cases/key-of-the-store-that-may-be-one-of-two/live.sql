INSERT INTO package_keys SELECT NULL, 'second', application, package, plan, 'made-by-someone-else', NULL, attributes, created + 1000, updated FROM package_keys;
