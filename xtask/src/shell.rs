//! Starting other programs, and where things lie: the workspace, the target folder, the folder `shared` beside the checkout.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Outcome;

/// The workspace's root folder.
pub(crate) fn root() -> PathBuf {
    let manifest = std::env::var("CARGO_MANIFEST_DIR")
        .unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    Path::new(&manifest)
        .parent()
        .map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// `cargo`, the one that started us, in the workspace's root.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The target folder that cargo uses for the workspace; honours `CARGO_TARGET_DIR` and cargo's own configuration.
pub(crate) fn target() -> Result<PathBuf, String> {
    let text = capture(cargo().args([
        "metadata",
        "--format-version",
        "1",
        "--no-deps",
        "--offline",
    ]))
    .or_else(|_| capture(cargo().args(["metadata", "--format-version", "1", "--no-deps"])))?;
    let metadata: serde_json::Value =
        serde_json::from_str(&text).map_err(|why| format!("cargo metadata: {why}"))?;
    metadata["target_directory"]
        .as_str()
        .map(PathBuf::from)
        .ok_or_else(|| "cargo metadata names no target_directory".to_owned())
}

/// The folder of contracts and recordings: `MAGPIE_SHARED`, else `shared` beside the checkout. `None` if it does not exist.
pub(crate) fn shared() -> Option<PathBuf> {
    let folder =
        std::env::var_os("MAGPIE_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    folder.canonicalize().ok().filter(|folder| folder.is_dir())
}

/// Whether we run on a build server (`CI=true`, `CI=1`).
pub(crate) fn on_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| matches!(value.as_str(), "true" | "1"))
}

/// Prints the command and runs it with our own input and output; an exit code other than 0 is an error.
pub(crate) fn run(command: &mut Command) -> Outcome {
    eprintln!("$ {}", line(command));
    let status = command
        .status()
        .map_err(|why| format!("cannot start `{}`: {why}", line(command)))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{}` failed ({status})", line(command)))
    }
}

/// Runs a command silently and returns its standard output.
pub(crate) fn capture(command: &mut Command) -> Result<String, String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|why| format!("cannot start `{}`: {why}", line(command)))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "`{}` failed ({}): {}",
        line(command),
        output.status,
        errors.trim().lines().last().unwrap_or("no message")
    ))
}

/// Whether a program can be started with the given arguments and says yes.
pub(crate) fn answers(program: impl AsRef<Path>, arguments: &[&str]) -> bool {
    let mut command = Command::new(program.as_ref());
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// A cargo plug-in such as `cargo-deny`: the one in `PATH`, else the one in `<target>/tools`, installed there when missing.
pub(crate) fn tool(name: &str) -> Result<PathBuf, String> {
    if answers(name, &["--version"]) {
        return Ok(PathBuf::from(name));
    }
    let folder = target()?.join("tools");
    let program = folder.join("bin").join(name);
    if !program.exists() {
        eprintln!(
            "{name} is missing: installing it into {} (some minutes, once)",
            folder.display()
        );
        run(cargo()
            .args(["install", "--locked", name, "--root"])
            .arg(&folder))?;
    }
    Ok(program)
}

/// Makes a missing system program available through apt when we may, and says what to do when we may not.
pub(crate) fn need(program: &str, package: &str) -> Outcome {
    if answers(program, &["--version"]) {
        return Ok(());
    }
    apt_install(&[package]).map_err(|why| {
        format!("{program} is missing ({why}); install it, for example `apt-get install {package}`")
    })?;
    if answers(program, &["--version"]) {
        Ok(())
    } else {
        Err(format!(
            "{program} does not start even after installing {package}"
        ))
    }
}

/// Whether we may install system packages.
pub(crate) fn is_root() -> bool {
    capture(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// `apt-get install`, only as root.
pub(crate) fn apt_install(packages: &[&str]) -> Outcome {
    if !is_root() {
        return Err("not root, so nothing is installed".to_owned());
    }
    apt_update()?;
    let mut install = apt_get();
    install
        .args(["install", "-y", "-q", "--no-install-recommends"])
        .args(packages);
    run(install.stdout(Stdio::null()))
}

/// Brings apt's lists up to date.
pub(crate) fn apt_update() -> Outcome {
    run(apt_get().args(["update", "-q"]).stdout(Stdio::null()))
}

/// `apt-get` without questions, which waits if another one runs.
fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["-o", "DPkg::Lock::Timeout=600"]);
    command
}

/// A command as one would type it.
fn line(command: &Command) -> String {
    let mut words = vec![
        Path::new(command.get_program())
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
    ];
    words.extend(
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned()),
    );
    words.join(" ")
}
