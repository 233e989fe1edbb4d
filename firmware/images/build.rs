//! Tells the sources which board the triple means.

fn main() {
    let triple = std::env::var("TARGET").unwrap_or_default();
    let board = match triple.split('-').next().unwrap_or_default() {
        "thumbv7em" => "cortex-m",
        "armv8r" => "cortex-r",
        "riscv32imac" | "riscv64gc" => "riscv",
        "sparc" => "leon3",
        _ => panic!("magpie-images is for the boards of firmware/targets.toml, not for {triple}"),
    };
    println!("cargo:rustc-cfg=board=\"{board}\"");
    println!("cargo:rerun-if-changed=build.rs");
}
