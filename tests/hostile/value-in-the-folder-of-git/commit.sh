key stolen '{custom: {file: .git/credentials}}'
