//! The C interface as C sees it: programs in `tests/c`, compiled with every warning an error and the sanitizers on, linked with the static library.
//!
//! Without a C compiler the tests say so and pass; with `CI` set they fail.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What every program is compiled with.
const FLAGS: [&str; 6] = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-g"];
const SANITIZERS: [&str; 2] = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
/// What the standard library below the static library wants.
const SYSTEM: [&str; 5] = ["-lpthread", "-ldl", "-lm", "-lrt", "-lutil"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The compiler, or `None` with a line that says what is missing.
fn compiler(variable: &str, usual: &[&str]) -> Option<String> {
    let named = std::env::var(variable).ok();
    let found = named
        .into_iter()
        .chain(usual.iter().map(|&name| name.to_owned()))
        .find(|name| {
            let asked = Command::new(name).arg("--version").output();
            asked.is_ok_and(|answer| answer.status.success())
        });
    if found.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "no {} on a build server",
            usual[0]
        );
        eprintln!(
            "skipped: no {} here, for example `apt-get install gcc g++`",
            usual[0]
        );
    }
    found
}

/// The static library that was built along with this test: the newest beside it.
fn library() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let deps = program.parent().unwrap();
    let files = std::fs::read_dir(deps).unwrap().map(|entry| entry.unwrap());
    let newest = files
        .filter(|file| {
            let name = file.file_name().to_string_lossy().into_owned();
            name.starts_with("libmagpie_capi")
                && Path::new(&name).extension().is_some_and(|end| end == "a")
        })
        .max_by_key(|file| file.metadata().unwrap().modified().unwrap());
    newest
        .expect("cargo builds the static library for the tests")
        .path()
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = [&output.stdout[..], &output.stderr]
        .map(String::from_utf8_lossy)
        .concat();
    assert!(output.status.success(), "{command:?}\n{said}");
    said
}

/// Compiles and runs one program.
fn program(name: &str, more: &[&str]) {
    let Some(cc) = compiler("CC", &["gcc", "cc", "clang"]) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join(name);
    let include = |path: &str| format!("-I{}", root().join(path).display());
    let compile = |sanitizers: &[&str]| {
        let mut command = Command::new(&cc);
        command.args(FLAGS).args(sanitizers);
        command.args([include("crates/capi/include"), include("examples/c")]);
        command.arg(root().join("crates/capi/tests/c").join(format!("{name}.c")));
        command.args(more.iter().map(|path| root().join(path)));
        command.arg(library()).args(SYSTEM).arg("-o").arg(&out);
        command
    };
    if sanitizers_work(&cc, folder.path()) {
        run(&mut compile(&SANITIZERS));
    } else {
        eprintln!("{name}: without sanitizers, {cc} has none here");
        run(&mut compile(&[]));
    }
    print!("{}", run(&mut Command::new(&out)));
}

fn sanitizers_work(cc: &str, folder: &Path) -> bool {
    let source = folder.join("empty.c");
    std::fs::write(&source, "int main(void) { return 0; }\n").unwrap();
    let mut command = Command::new(cc);
    command
        .args(SANITIZERS)
        .arg(&source)
        .arg("-o")
        .arg(folder.join("empty"));
    command.output().is_ok_and(|output| output.status.success())
}

#[test]
fn two_ends_talk() {
    program("talk", &["examples/c/two_ends.c"]);
}

#[test]
fn what_is_wrong_is_refused() {
    program("refuse", &[]);
}

#[test]
fn random_octets_do_no_harm() {
    program("random", &[]);
}

#[test]
fn codes_agree_with_their_twins() {
    program("codes", &[]);
}

/// Frameworks are not here; stand-ins with the types that the sketches use are.
#[test]
fn sketches_for_frameworks_compile() {
    let include = format!("-I{}", root().join("crates/capi/include").display());
    let check = |compiler: &str, flags: &[&str], folder: &str, source: &str| {
        let folder = root().join("examples/c").join(folder);
        let mut command = Command::new(compiler);
        command
            .args(flags)
            .args(["-Wall", "-Wextra", "-Werror", "-fsyntax-only", &include]);
        command.arg(format!("-I{}", folder.join("stand-in").display()));
        run(command.arg(folder.join(source)));
    };
    if let Some(cc) = compiler("CC", &["gcc", "cc", "clang"]) {
        check(&cc, &["-std=c99"], "cfs", "magpie_app.c");
    }
    if let Some(cxx) = compiler("CXX", &["g++", "c++", "clang++"]) {
        check(&cxx, &["-std=c++14"], "fprime", "Transceiver.cpp");
    }
}

/// cbindgen checks the header to the letter (`cargo xtask capi --check`); this needs no cbindgen.
#[test]
fn the_header_has_every_function_of_the_library() {
    let header = std::fs::read_to_string(root().join("crates/capi/include/magpie.h")).unwrap();
    let mut functions = 0;
    for file in [
        "lib",
        "coding",
        "config",
        "error",
        "status",
        "transceiver",
        "transceiver/input",
        "transceiver/output",
    ] {
        let source =
            std::fs::read_to_string(root().join(format!("crates/capi/src/{file}.rs"))).unwrap();
        for after in source.split("extern \"C\" fn ").skip(1) {
            let name = after.split('(').next().unwrap();
            assert!(
                header.contains(&format!("{name}(")),
                "`cargo xtask capi`: {name} is not in magpie.h"
            );
            functions += 1;
        }
    }
    assert!(functions > 20);
}
