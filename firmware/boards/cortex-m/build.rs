//! Lets the linker find memory.x (and device.x, which names no interrupts: the table is in the source).

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    let out = PathBuf::from(env::var("OUT_DIR").unwrap_or_default());
    for (name, text) in [
        ("memory.x", include_str!("memory.x")),
        ("device.x", "EXTERN(__INTERRUPTS);\n"),
    ] {
        if let Err(why) = fs::write(out.join(name), text) {
            panic!("{name}: {why}");
        }
    }
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rerun-if-changed=memory.x");
    println!("cargo:rerun-if-changed=build.rs");
}
