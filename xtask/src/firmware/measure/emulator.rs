//! The image `count` in its emulator, with the plugin that counts instructions; and what its serial line and the plugin say.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use magpie_bus::{FromComputer, Inbox};

use super::figures::exact;
use crate::firmware::targets::{self, Target};
use crate::shell;

/// What the image counts between two marks with nothing between them.
const EMPTY: &str = "nothing";
/// Begins the name of what is no operation but the size of a structure.
const OCTETS: &str = "octets of ";
/// Longer than any image takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Count {
    pub(crate) name: String,
    /// Instructions a unit.
    pub(crate) instructions: f64,
    /// Those of them that ran in functions that copy memory.
    pub(crate) copying: f64,
}

/// What the image says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Said {
    pub(crate) counts: Vec<Count>,
    /// Sizes of structures.
    pub(crate) octets: BTreeMap<String, u64>,
}

/// Compiles the plugin.
pub(crate) fn plugin() -> Result<PathBuf, String> {
    let folder = shell::target()?.join("firmware");
    fs::create_dir_all(&folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    let to = folder.join("count.so");
    let mut cc = Command::new("cc");
    cc.args(["-O2", "-Wall", "-shared", "-fPIC", "-o"])
        .arg(&to)
        .arg(shell::root().join("firmware/plugin/count.c"));
    shell::run(&mut cc)?;
    Ok(to)
}

/// Runs the image and counts.
pub(crate) fn count(target: &Target, plugin: &Path) -> Result<Said, String> {
    let folder = targets::images(target)?;
    let (line, counts) = (folder.join("count.line"), folder.join("count.txt"));
    let mut qemu = machine(target, &folder.join("count.elf"))?;
    qemu.arg("-serial")
        .arg(format!("file:{}", line.display()))
        .arg("-plugin")
        .arg(plugin)
        .args(["-d", "plugin", "-D"])
        .arg(&counts)
        .stdin(Stdio::null());
    let mut child = qemu.spawn().map_err(|why| format!("emulator: {why}"))?;
    let end = Instant::now() + PATIENCE;
    while child
        .try_wait()
        .map_err(|why| format!("emulator: {why}"))?
        .is_none()
    {
        if Instant::now() > end {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("{}: the image `count` does not end", target.name));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let say = |path: &Path, why: &std::io::Error| format!("{}: {why}", path.display());
    let said = fs::read(&line).map_err(|why| say(&line, &why))?;
    let counted = fs::read_to_string(&counts).map_err(|why| say(&counts, &why))?;
    let named = |why: String| format!("{}: {why}", target.name);
    let (operations, octets) = operations(&said).map_err(named)?;
    let counts = pair(&operations, &counted).map_err(named)?;
    Ok(Said { counts, octets })
}

/// The emulator with this image; the serial line is still to be told.
pub(crate) fn machine(target: &Target, image: &Path) -> Result<Command, String> {
    let (program, machine) = target
        .qemu
        .split_first()
        .ok_or("targets.toml: no emulator")?;
    let mut qemu = Command::new(program);
    qemu.args(machine)
        .args(["-no-reboot", "-display", "none", "-monitor", "none"]);
    // The way out of the Arm images; others have one in the machine.
    if program.ends_with("arm") {
        qemu.args(["-semihosting-config", "enable=on,target=native"]);
    }
    qemu.arg("-kernel").arg(image);
    Ok(qemu)
}

/// Names and units of operations, and sizes.
type Names = (Vec<(String, u32)>, BTreeMap<String, u64>);

/// Names and units of the operations in the order in which they ran; sizes.
fn operations(line: &[u8]) -> Result<Names, String> {
    let mut inbox = Inbox::new();
    let (mut operations, mut boots, mut log) = (Vec::new(), 0, String::new());
    let mut octets = BTreeMap::new();
    for &received in line {
        if !inbox.push(received) {
            continue;
        }
        match inbox.message::<FromComputer<'_>>() {
            Some(FromComputer::Counter { name, value }) => {
                if let Some(name) = name.strip_prefix(OCTETS) {
                    octets.insert(name.to_owned(), u64::from(value));
                } else {
                    operations.push((name.to_owned(), value));
                }
            }
            Some(FromComputer::Boot { .. }) => boots += 1,
            Some(FromComputer::Log { text }) => text.clone_into(&mut log),
            Some(FromComputer::Exit { code: 0 }) if boots == 1 => return Ok((operations, octets)),
            _ => {}
        }
    }
    let last = operations.last().map_or("none", |(name, _)| name);
    Err(format!(
        "the image `count` stopped in or behind `{last}` {log}"
    ))
}

/// The plugin's lines beside the operations: what has one name is added up, the empty pair taken off, the rest divided by the units.
fn pair(operations: &[(String, u32)], counted: &str) -> Result<Vec<Count>, String> {
    let counts: Vec<[u64; 2]> = counted
        .lines()
        .map(|line| two(line).ok_or_else(|| format!("plugin: {line}")))
        .collect::<Result<_, _>>()?;
    if counts.len() != operations.len() {
        let (lines, named) = (counts.len(), operations.len());
        return Err(format!("{lines} counts of {named} operations"));
    }
    let empty = operations.iter().position(|(name, _)| name == EMPTY);
    let empty = empty.map_or([0; 2], |at| counts[at]);
    let mut sums: Vec<(&str, [u64; 2], u64)> = Vec::new();
    for ((name, units), [all, copying]) in operations.iter().zip(&counts) {
        if name == EMPTY {
            continue;
        }
        let own = [
            all.saturating_sub(empty[0]),
            copying.saturating_sub(empty[1]),
        ];
        let place = sums.iter().position(|sum| sum.0 == name);
        let place = place.unwrap_or_else(|| {
            sums.push((name, [0; 2], 0));
            sums.len() - 1
        });
        let sum = &mut sums[place];
        sum.1 = [sum.1[0] + own[0], sum.1[1] + own[1]];
        sum.2 += u64::from(*units);
    }
    let each = |(name, own, units): (&str, [u64; 2], u64)| {
        let [instructions, copying] = own.map(|count| {
            let count = exact(count) / exact(units.max(1));
            (count * 100.0).round() / 100.0
        });
        Count {
            name: name.to_owned(),
            instructions,
            copying,
        }
    };
    Ok(sums.into_iter().map(each).collect())
}

/// `4711 812`
fn two(line: &str) -> Option<[u64; 2]> {
    let (all, copying) = line.trim().split_once(' ')?;
    Some([all.parse().ok()?, copying.parse().ok()?])
}

#[cfg(test)]
mod tests {
    use magpie_bus::{MAX_LINE, Node, ResetCause, encode};

    use super::*;

    fn said(messages: &[FromComputer<'_>]) -> Vec<u8> {
        let mut line = [0; MAX_LINE];
        let octets = |message| encode(message, &mut line).unwrap_or(&[]).to_vec();
        messages.iter().flat_map(octets).collect()
    }

    const BOOT: FromComputer<'static> = FromComputer::Boot {
        node: Node::Bench,
        board: "cortex-m7",
        cause: ResetCause::PowerOn,
        boots: 1,
    };
    const NOTHING: FromComputer<'static> = FromComputer::Counter {
        name: "nothing",
        value: 1,
    };
    const SIZE: FromComputer<'static> = FromComputer::Counter {
        name: "octets of an endpoint",
        value: 3_900,
    };
    const CRC: FromComputer<'static> = FromComputer::Counter {
        name: "CRC, an octet",
        value: 4,
    };

    #[test]
    fn operations_are_named_by_the_line_and_counted_by_the_plugin() {
        let end = FromComputer::Exit { code: 0 };
        let line = said(&[BOOT, SIZE, NOTHING, CRC, CRC, end]);
        let (operations, octets) = operations(&line).unwrap();
        assert_eq!(octets["an endpoint"], 3_900);
        // (47 - 7 + 49 - 7) / 8 = 10.25; (6 + 10) / 8 = 2
        let crc = Count {
            name: "CRC, an octet".to_owned(),
            instructions: 10.25,
            copying: 2.0,
        };
        assert_eq!(pair(&operations, "7 0\n47 6\n49 10\n").unwrap(), [crc]);
        assert_eq!(
            pair(&operations, "7 0\n47 0\n").unwrap_err(),
            "2 counts of 3 operations"
        );
        assert_eq!(
            pair(&operations, "7 0\n47 0\n49\n").unwrap_err(),
            "plugin: 49"
        );
    }

    #[test]
    fn an_image_that_dies_is_told_with_its_last_words() {
        let words = FromComputer::Log {
            text: "trap 7, pc 40001234",
        };
        let line = said(&[BOOT, NOTHING, CRC, BOOT, words]);
        assert_eq!(
            operations(&line).unwrap_err(),
            "the image `count` stopped in or behind `CRC, an octet` trap 7, pc 40001234"
        );
    }
}
