//! KW-052. Decided in `cli/session/snapshot.rs`.

use crate::rule::Rule;

pub static KW_052: Rule = Rule {
    says: "A database server that contains key values does not write them to its log.",
    why: "The embedded store keeps the values of its keys in the database. A server that logs statements with their values \
          (`log_statement: all`, for example) shows them to everyone who reads the log.",
    source: "Keywright's own rule",
    wrong: "`database: postgres://keywright@db.example.com/keywright` is the embedded store, and the server has \
            `log_statement = all`.",
    right: "The server also has `ALTER ROLE keywright SET log_parameter_max_length = 0` (PostgreSQL 13 or newer), or it \
            does not log statements.",
    ..Rule::warning("KW-052").by_plan()
};
