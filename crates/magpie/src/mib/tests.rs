//! Every key, every refusal, every profile.
use super::*;
#[test]
fn t() { let f = MibFile::lab(); println!("{}", f.to_toml()); for (n,t) in PROFILES { MibFile::parse(n,t).unwrap(); } }
