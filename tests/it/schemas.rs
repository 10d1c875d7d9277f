//! The committed schemas are what the types say, and the examples are what the schemas say.
