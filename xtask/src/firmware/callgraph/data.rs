//! What the file says beside its instructions: which machine, which symbols stand for one address, which words of data may be addresses of functions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use object::read::archive::ArchiveFile;
use object::{
    Architecture, File, Object as _, ObjectKind, ObjectSection as _, ObjectSymbol as _,
    RelocationTarget, SectionKind, SymbolKind,
};

use super::Machine;

/// Facts of a file that its disassembly does not tell.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) machine: Machine,
    /// A program with final addresses; otherwise objects, whose relocations name symbols.
    pub(crate) linked: bool,
    /// All words of initialised data.
    pub(crate) words: BTreeSet<u64>,
    /// Object and symbol that data refers to.
    pub(crate) named: BTreeSet<(String, String)>,
    /// Symbols of functions and their addresses (several may share one).
    pub(crate) symbols: Vec<(String, u64)>,
    /// Where the code that begins at an address ends; what is behind it is padding.
    pub(crate) ends: BTreeMap<u64, u64>,
}

impl Facts {
    /// Nothing but the machine.
    pub(crate) fn of(machine: Machine, linked: bool) -> Self {
        Self {
            machine,
            linked,
            words: BTreeSet::new(),
            named: BTreeSet::new(),
            symbols: Vec::new(),
            ends: BTreeMap::new(),
        }
    }

    /// Reads an ELF program, an object or a static library.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let say = |why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
        let octets = std::fs::read(path).map_err(|why| say(&why))?;
        if !octets.starts_with(b"!<arch>\n") {
            let file = File::parse(octets.as_slice()).map_err(|why| say(&why))?;
            let mut facts = Self::of(
                machine(&file).map_err(|why| say(&why))?,
                file.kind() != ObjectKind::Relocatable,
            );
            facts.take(&file, "");
            return Ok(facts);
        }
        let archive = ArchiveFile::parse(octets.as_slice()).map_err(|why| say(&why))?;
        let mut facts = None;
        for member in archive.members() {
            let member = member.map_err(|why| say(&why))?;
            let data = member.data(octets.as_slice()).map_err(|why| say(&why))?;
            // rustc adds a file of its own that is no object.
            let Ok(file) = File::parse(data) else {
                continue;
            };
            let machine = machine(&file).map_err(|why| say(&why))?;
            facts
                .get_or_insert_with(|| Self::of(machine, false))
                .take(&file, &String::from_utf8_lossy(member.name()));
        }
        facts.ok_or_else(|| say(&"no object in this library"))
    }

    fn take(&mut self, file: &File<'_>, member: &str) {
        for section in file.sections() {
            let name = section.name().unwrap_or("");
            let data = matches!(
                section.kind(),
                SectionKind::Data | SectionKind::ReadOnlyData | SectionKind::ReadOnlyDataWithRel
            );
            if !data || name.starts_with(".eh_frame") || name.starts_with(".ARM.ex") {
                continue;
            }
            if self.linked {
                self.words
                    .extend(words(file, section.data().unwrap_or(&[])));
                continue;
            }
            for (_, relocation) in section.relocations() {
                let RelocationTarget::Symbol(index) = relocation.target() else {
                    continue;
                };
                let Ok(symbol) = file.symbol_by_index(index) else {
                    continue;
                };
                let name = match (symbol.kind(), symbol.section_index()) {
                    (SymbolKind::Section, Some(index)) => file
                        .section_by_index(index)
                        .ok()
                        .and_then(|section| section.name().ok().map(str::to_owned)),
                    _ => symbol.name().ok().map(str::to_owned),
                };
                self.named
                    .extend(name.map(|name| (member.to_owned(), name)));
            }
        }
        if self.linked {
            // Thumb: bit 0 of the symbol says which instruction set.
            let mask = if self.machine == Machine::Arm { !1 } else { !0 };
            let code = |symbol: &object::Symbol<'_, '_>| symbol.kind() == SymbolKind::Text;
            for symbol in file.symbols().filter(code) {
                let address = symbol.address() & mask;
                let name = symbol.name().unwrap_or_default().to_owned();
                self.symbols.push((name, address));
                if symbol.size() > 0 {
                    let end = self.ends.entry(address).or_default();
                    *end = (address + symbol.size()).max(*end);
                }
            }
        }
    }
}

fn machine(file: &File<'_>) -> Result<Machine, String> {
    match file.architecture() {
        Architecture::Arm => Ok(Machine::Arm),
        Architecture::Riscv32 | Architecture::Riscv64 => Ok(Machine::RiscV),
        Architecture::Sparc | Architecture::Sparc32Plus => Ok(Machine::Sparc),
        other => Err(format!("no call graphs of {other:?}")),
    }
}

/// The data as words of the machine's address size, in its order of octets.
fn words(file: &File<'_>, data: &[u8]) -> Vec<u64> {
    let big = !file.is_little_endian();
    if file.is_64() {
        let (words, _) = data.as_chunks::<8>();
        let read = if big {
            u64::from_be_bytes
        } else {
            u64::from_le_bytes
        };
        return words.iter().map(|&word| read(word)).collect();
    }
    let (words, _) = data.as_chunks::<4>();
    let read = if big {
        u32::from_be_bytes
    } else {
        u32::from_le_bytes
    };
    words.iter().map(|&word| u64::from(read(word))).collect()
}
