//! What a linked program takes, by its sections.

use std::path::Path;

use object::{File, Object as _, ObjectSection as _, SectionFlags, SectionKind};

const WRITE: u64 = 1;
const ALLOC: u64 = 2;

/// What survives a reset lies in no section: cause, count, last words (`magpie_board::remnant::Remnant`).
const REMNANT: u64 = 116;

/// One section: name, octets, flags of ELF, whether the file holds its octets.
type Section = (String, u64, u64, bool);

/// Octets of flash, octets of RAM.
pub(crate) fn of(elf: &Path) -> Result<(u64, u64), String> {
    let say = |why: &dyn std::fmt::Display| format!("{}: {why}", elf.display());
    let octets = std::fs::read(elf).map_err(|why| say(&why))?;
    let file = File::parse(octets.as_slice()).map_err(|why| say(&why))?;
    let sections = file.sections().map(|section| {
        let flags = match section.flags() {
            SectionFlags::Elf { sh_flags } => sh_flags,
            _ => 0,
        };
        let held = section.kind() != SectionKind::UninitializedData;
        let name = section.name().unwrap_or("").to_owned();
        (name, section.size(), flags, held)
    });
    Ok(add(&sections.collect::<Vec<_>>()))
}

/// Flash is all that is loaded, RAM all that is written; the stack is told on its own, and what is in the file only does not count.
fn add(sections: &[Section]) -> (u64, u64) {
    let (mut flash, mut ram) = (0, REMNANT);
    for (name, octets, flags, held) in sections {
        if flags & ALLOC == 0 || name.starts_with(".stack") {
            continue;
        }
        if *held {
            flash += octets;
        }
        if flags & WRITE != 0 {
            ram += octets;
        }
    }
    (flash, ram)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sections of a program for Cortex-M, as `llvm-readelf -S` tells them.
    #[test]
    fn the_first_values_of_variables_count_twice_and_the_stack_not_at_all() {
        let section = |name: &str, octets, flags, held| (name.to_owned(), octets, flags, held);
        let sections = [
            section(".vector_table", 68, ALLOC, true),
            section(".text", 50_000, ALLOC | 4, true),
            section(".rodata", 9_000, ALLOC, true),
            section(".data", 500, ALLOC | WRITE, true),
            section(".bss", 17_000, ALLOC | WRITE, false),
            section(".uninit", 64, ALLOC | WRITE, false),
            section(".stack", 8_192, ALLOC | WRITE, false),
            section(".stack_sizes", 1_600, 0, true),
            section(".debug_info", 900_000, 0, true),
        ];
        assert_eq!(add(&sections), (59_568, 17_680));
    }
}
