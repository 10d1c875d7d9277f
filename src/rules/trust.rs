//! Rules about where settings come from, and how they may change.

mod kw_060;
mod kw_061;
mod kw_062;
mod kw_063;
mod kw_064;
mod kw_065;
mod kw_158;

rules! {
    kw_060::KW_060, kw_061::KW_061, kw_062::KW_062, kw_063::KW_063, kw_064::KW_064, kw_065::KW_065,
    kw_158::KW_158
}
