//! Lets the linker find memory.x.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    let out = PathBuf::from(env::var("OUT_DIR").unwrap_or_default());
    if let Err(why) = fs::write(out.join("memory.x"), include_str!("memory.x")) {
        panic!("memory.x: {why}");
    }
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rerun-if-changed=memory.x");
    println!("cargo:rerun-if-changed=build.rs");
}
