//! The compiler for bare metal: it must know the targets and bring the sources of `core`.

use std::process::Command;

use crate::shell;

/// `cargo` of a toolchain that can build the firmware, in `firmware/`.
pub(crate) fn cargo() -> Result<Command, String> {
    if !shell::answers("/usr/bin/cargo", &["--version"]) {
        return Err("no toolchain for bare metal: `cargo xtask firmware setup`".to_owned());
    }
    let mut command = Command::new("/usr/bin/cargo");
    let path = std::env::var("PATH").unwrap_or_default();
    command
        .current_dir(shell::root().join("firmware"))
        .env("PATH", format!("/usr/bin:{path}"))
        .env("RUSTC_BOOTSTRAP", "1")
        // Set by the cargo that started us, for itself.
        .env_remove("CARGO")
        .env_remove("RUSTUP_TOOLCHAIN");
    Ok(command)
}
