//! Reads the text of a disassembly: where functions begin, where they branch to, which addresses they make.
//!
//! Formats: GNU's and LLVM's `objdump -d -r --no-show-raw-insn`, with or without relocations (a static library is not linked: its branches all seem to
//! go to themselves, and the relocation behind the instruction names the symbol).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Kind, Machine};

/// Where an instruction may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A symbol, or a place inside it.
    Symbol(String),
    /// An address, worked out from two instructions.
    Address(u64),
    /// What this register says: a call.
    Register(String),
    /// What a register says that is not followed: a call.
    Pointer,
    /// What a register says: a branch, by a table of addresses or to a function.
    Computed,
}

/// An instruction that leaves, or may leave, the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    pub(crate) at: u64,
    pub(crate) kind: Kind,
    pub(crate) target: Target,
}

/// One function of the listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) symbol: String,
    pub(crate) member: String,
    pub(crate) section: String,
    pub(crate) address: u64,
    pub(crate) len: u64,
    pub(crate) sites: Vec<Site>,
    /// Symbols whose address the code makes.
    pub(crate) named: BTreeSet<String>,
    /// Numbers of 32 bits that the code makes or that lie between the instructions.
    pub(crate) literals: BTreeSet<u64>,
    /// SPARC: the frame that `save` makes.
    pub(crate) saved: Option<u64>,
}

/// All functions of a listing, in its order.
pub(crate) fn parse(machine: Machine, text: &str) -> Vec<Listed> {
    let mut reader = Reader {
        machine,
        done: Vec::new(),
        member: String::new(),
        section: String::new(),
        halves: BTreeMap::new(),
        far_call: None,
        far_base: None,
        registers: Registers::default(),
    };
    for line in text.lines() {
        reader.line(line);
    }
    reader.finish();
    reader.done
}

/// Octets of stack of each symbol; the largest where a symbol is there more than once.
pub(crate) fn stack_sizes(text: &str) -> BTreeMap<String, u64> {
    let mut sizes = BTreeMap::new();
    for line in text.lines() {
        let Some((size, names)) = line.trim().split_once(char::is_whitespace) else {
            continue;
        };
        let Ok(size) = size.parse::<u64>() else {
            continue;
        };
        for name in names.trim().split(", ") {
            let known = sizes.entry(name.to_owned()).or_insert(size);
            *known = size.max(*known);
        }
    }
    sizes
}

struct Reader {
    machine: Machine,
    done: Vec<Listed>,
    member: String,
    section: String,
    /// Upper or lower halves of addresses, by register.
    halves: BTreeMap<String, u64>,
    /// RISC-V: the symbol that the relocation at `auipc` names, for the `jalr` behind it.
    far_call: Option<String>,
    /// RISC-V: register and address that the instruction before this one, an `auipc`, has made. LLVM's own sum in the listing is wrong where it
    /// goes backwards in 32 bits.
    far_base: Option<(String, u64)>,
    registers: Registers,
}

/// Arm and SPARC: what one function does with its registers. Code for size keeps the address of a function that it calls often in a register: as long as nothing
/// else is ever put there, that is no call into the unknown.
#[derive(Default)]
struct Registers {
    /// Addresses made in a register by `movw` and `movt`, `sethi` and `or`.
    made: BTreeMap<String, BTreeSet<u64>>,
    /// Registers that something else is put into, or whose value goes elsewhere than into a call.
    other: BTreeSet<String>,
}

impl Registers {
    fn note(&mut self, mnemonic: &str, operands: &str) {
        let base = mnemonic.split('.').next().unwrap_or(mnemonic);
        // Saved and restored round the function.
        if matches!(base, "movw" | "sethi" | "push" | "pop") {
            return;
        }
        let words = operands.split(|letter: char| !letter.is_ascii_alphanumeric());
        self.other.extend(words.map(str::to_owned));
    }

    fn make(&mut self, register: &str, word: u64, known: bool) {
        let register = register.trim_start_matches('%');
        if known {
            let made = self.made.entry(register.to_owned()).or_default();
            made.insert(word);
        }
    }

    /// The addresses that a call through this register may go to, if that is known.
    fn targets(&self, register: &str) -> Option<&BTreeSet<u64>> {
        let register = register.trim_start_matches('%');
        let made = self.made.get(register)?;
        (!self.other.contains(register)).then_some(made)
    }
}

impl Reader {
    fn line(&mut self, line: &str) {
        if let Some(section) = line.strip_prefix("Disassembly of section ") {
            section.trim_end_matches(':').clone_into(&mut self.section);
        } else if let Some((file, _)) = line.split_once(":\tfile format") {
            self.member = member_of(file);
        } else if let Some((file, _)) = line.split_once(":     file format") {
            self.member = member_of(file);
        } else if let Some((address, symbol)) = header(line) {
            self.finish();
            self.halves.clear();
            self.far_call = None;
            self.done.push(Listed {
                symbol: symbol.to_owned(),
                member: self.member.clone(),
                section: self.section.clone(),
                address,
                ..Listed::default()
            });
        } else if let Some((kind, symbol)) = relocation(line) {
            self.relocation(kind, symbol);
        } else if let Some((at, mnemonic, operands)) = instruction(line) {
            self.instruction(at, mnemonic, operands);
        }
    }

    /// The function is read to its end: which calls through registers are known?
    fn finish(&mut self) {
        let registers = std::mem::take(&mut self.registers);
        let Some(function) = self.done.last_mut() else {
            return;
        };
        let mut sites = Vec::new();
        for site in std::mem::take(&mut function.sites) {
            let Target::Register(register) = &site.target else {
                sites.push(site);
                continue;
            };
            let Some(made) = registers.targets(register) else {
                let target = Target::Pointer;
                sites.push(Site { target, ..site });
                continue;
            };
            for &word in made {
                function.literals.remove(&word); // not taken by anybody else here
                let even = if self.machine == Machine::Arm { !1 } else { !0 };
                let target = Target::Address(word & even);
                sites.push(Site { target, ..site });
            }
        }
        function.sites = sites;
    }

    fn relocation(&mut self, kind: &str, symbol: &str) {
        let Some(function) = self.done.last_mut() else {
            return;
        };
        if is_branch_relocation(kind) {
            if kind.starts_with("R_RISCV_CALL") {
                self.far_call = Some(symbol.to_owned());
            } else if let Some(site) = function.sites.last_mut() {
                site.target = Target::Symbol(symbol.to_owned());
            }
        } else if kind != "R_RISCV_RELAX" {
            function.named.insert(symbol.to_owned());
        }
    }

    fn instruction(&mut self, at: u64, mnemonic: &str, operands: &str) {
        let machine = self.machine;
        let far = self
            .far_base
            .take()
            .and_then(|base| far_target(&base, operands));
        if machine == Machine::RiscV && mnemonic == "auipc" {
            self.far_base = far_base(at, operands);
        }
        let Some(function) = self.done.last_mut() else {
            return;
        };
        function.len = at.saturating_sub(function.address) + 1;
        let flow = match machine {
            Machine::Arm => flow_of_arm(mnemonic, operands),
            Machine::RiscV => flow_of_riscv(mnemonic, operands),
            Machine::Sparc => flow_of_sparc(mnemonic, operands),
        };
        if let Some(flow) = flow {
            let target = match (self.far_call.take(), named(operands), flow) {
                (Some(symbol), ..) => Target::Symbol(symbol),
                (None, ..) if far.is_some() => Target::Address(far.unwrap_or(0)),
                (None, Some((label, _)), _) if label.starts_with(".L") => {
                    Target::Symbol(function.symbol.clone())
                }
                (None, Some((symbol, _)), _) => Target::Symbol(symbol.to_owned()),
                (None, None, Flow::Call) => Target::Register(operands.to_owned()),
                (None, None, Flow::Jump) => Target::Computed,
            };
            let kind = match flow {
                Flow::Call => Kind::Call,
                Flow::Jump => Kind::Tail,
            };
            // Branches inside the function are none of our business, unless a relocation behind them says otherwise.
            function.sites.push(Site { at, kind, target });
            return;
        }
        if machine == Machine::Sparc && mnemonic == "save" {
            let frame = operands.split(',').nth(1).and_then(number);
            function.saved = frame.map(i64::unsigned_abs);
        }
        let literal = literals(machine, &mut self.halves, at, mnemonic, operands);
        let completes = literal.is_some() && mnemonic != ".word" && machine != Machine::RiscV;
        if !completes {
            self.registers.note(mnemonic, operands);
            if let Some((symbol, 0)) = named(operands) {
                function.named.insert(symbol.to_owned());
            }
        }
        if let Some((register, word)) = literal {
            self.registers.make(&register, word, completes);
            function.literals.insert(word);
        }
    }
}

#[derive(Clone, Copy)]
enum Flow {
    Call,
    Jump,
}

/// T32 and A32. `pop {.., pc}` and `bx lr` return; `tbb`, `tbh` stay inside.
fn flow_of_arm(mnemonic: &str, operands: &str) -> Option<Flow> {
    let base = mnemonic.split('.').next().unwrap_or(mnemonic);
    let first = operands.split(',').next().unwrap_or("").trim();
    match base {
        // What lld fills gaps with, D4D4, read as an instruction. A real one of that form stays inside its function.
        "bmi" if operands.ends_with("imm = #-0x58") => None,
        "bx" | "bxns" if first == "lr" => None,
        "bx" | "bxns" | "cbz" | "cbnz" => Some(Flow::Jump),
        "mov" | "ldr" | "add" if first == "pc" => Some(Flow::Jump),
        _ if base.starts_with("blx") || base == "bl" => Some(Flow::Call),
        _ => {
            let condition = base.strip_prefix("bx").or_else(|| base.strip_prefix("bl"));
            if let Some(condition) = condition.filter(|rest| ARM_CONDITIONS.contains(rest)) {
                let call =
                    base.starts_with("bl") && !(base == "bls" || base == "blt" || base == "ble");
                return match condition {
                    _ if base.starts_with("bx") && first == "lr" => None,
                    _ if call => Some(Flow::Call),
                    _ => Some(Flow::Jump),
                };
            }
            let rest = base.strip_prefix('b')?;
            (rest.is_empty() || ARM_CONDITIONS.contains(&rest)).then_some(Flow::Jump)
        }
    }
}

const ARM_CONDITIONS: [&str; 16] = [
    "eq", "ne", "hs", "lo", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le",
];

/// `jal`, `jalr` with a link register are calls; `ret` is `jalr x0, 0(ra)`.
fn flow_of_riscv(mnemonic: &str, operands: &str) -> Option<Flow> {
    let base = mnemonic.strip_prefix("c.").unwrap_or(mnemonic);
    let first = operands.split(',').next().unwrap_or("").trim();
    match base {
        "jal" | "jalr" if first == "zero" => Some(Flow::Jump),
        "jal" | "jalr" | "call" => Some(Flow::Call),
        "j" | "jr" | "tail" | "beq" | "bne" | "blt" | "bge" | "bltu" | "bgeu" | "beqz" | "bnez"
        | "blez" | "bgez" | "bltz" | "bgtz" | "bgt" | "ble" | "bgtu" | "bleu" => Some(Flow::Jump),
        _ => None,
    }
}

/// `ret`, `retl` are their own mnemonics; `rett` and the `jmp` before it end a trap.
fn flow_of_sparc(mnemonic: &str, operands: &str) -> Option<Flow> {
    let base = mnemonic.split(',').next().unwrap_or(mnemonic);
    match base {
        "call" => Some(Flow::Call),
        "jmpl" if !operands.ends_with("%g0") => Some(Flow::Call),
        // Back from a trap, or a return by hand.
        "jmp" | "jmpl" if operands.contains("%l1") || operands.contains("%l2") => None,
        "jmp" | "jmpl" if operands.contains("%i7") || operands.contains("%o7") => None,
        "jmp" | "jmpl" => Some(Flow::Jump),
        "btst" | "bset" | "bclr" | "btog" => None,
        _ if base.starts_with('b') || base.starts_with("fb") => Some(Flow::Jump),
        _ => None,
    }
}

/// The numbers that an instruction completes, or that stand in its place.
fn literals(
    machine: Machine,
    halves: &mut BTreeMap<String, u64>,
    at: u64,
    mnemonic: &str,
    operands: &str,
) -> Option<(String, u64)> {
    let mut words = operands.split(',').map(str::trim);
    let first = words.next()?.to_owned();
    match (machine, mnemonic) {
        (_, ".word" | ".long") => {
            let word = low32(number(&first)?);
            return Some((first, word));
        }
        (Machine::Arm, "movw") => {
            halves.insert(first, low32(number(words.next()?)?));
        }
        (Machine::Arm, "movt") => {
            let upper = low32(number(words.next()?)?) << 16;
            let lower = *halves.get(&first)? & 0xFFFF;
            return Some((first, upper | lower));
        }
        (Machine::Sparc, "sethi") => {
            let upper = first.strip_prefix("%hi(")?.trim_end_matches(')');
            halves.insert(words.next()?.to_owned(), low32(number(upper)?));
        }
        (Machine::Sparc, "or" | "add") => {
            let base = *halves.get(&first)?;
            let sum = base.wrapping_add_signed(number(words.next()?)?);
            let register = words.next()?.split_whitespace().next()?;
            return Some((register.to_owned(), sum & 0xFFFF_FFFF));
        }
        (Machine::RiscV, "lui" | "auipc") => {
            let upper = low32(number(words.next()?)?) << 12;
            let base = if mnemonic == "auipc" { at } else { 0 };
            halves.insert(first, base.wrapping_add(upper) & 0xFFFF_FFFF);
        }
        (Machine::RiscV, "addi" | "addiw") => {
            let base = *halves.get(words.next()?)?;
            let sum = base.wrapping_add_signed(number(words.next()?)?);
            return Some((first, sum & 0xFFFF_FFFF));
        }
        _ => {}
    }
    None
}

/// `ra, 0xffff6` of an `auipc` at this address.
fn far_base(at: u64, operands: &str) -> Option<(String, u64)> {
    let (register, upper) = operands.split_once(',')?;
    let upper = low32(number(upper)?) << 12;
    Some((register.to_owned(), at.wrapping_add(upper) & 0xFFFF_FFFF))
}

/// `0x554(ra)`, where `ra` is the register of the base. All our programs lie in the lowest 4 GiB.
fn far_target((register, base): &(String, u64), operands: &str) -> Option<u64> {
    let (offset, rest) = operands.split_once('(')?;
    let (inside, _) = rest.split_once(')')?;
    let offset = number(offset.rsplit(',').next()?)?;
    (inside == register).then(|| base.wrapping_add_signed(offset) & 0xFFFF_FFFF)
}

fn low32(value: i64) -> u64 {
    u64::from_ne_bytes(value.to_ne_bytes()) & 0xFFFF_FFFF
}

/// `#0x7c6`, `-96`, `0x1`, with whatever comment behind it.
fn number(text: &str) -> Option<i64> {
    let text = text.trim().trim_start_matches('#');
    let text = text.split_whitespace().next()?;
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let value = digits
        .strip_prefix("0x")
        .map_or_else(|| digits.parse::<i64>(), |hex| i64::from_str_radix(hex, 16));
    value.ok().map(|value| sign * value)
}

/// `40000000 <main>:`
fn header(line: &str) -> Option<(u64, &str)> {
    let (address, rest) = line.split_once(" <")?;
    let symbol = rest.strip_suffix(">:")?;
    // RISC-V objects keep labels inside functions.
    if symbol.starts_with(".L") {
        return None;
    }
    Some((u64::from_str_radix(address, 16).ok()?, symbol))
}

/// `\t\t\t00000198:  R_SPARC_WDISP30\tmemset+0x4`
fn relocation(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("\t\t")?; // two tabs with addresses of 64 bits, else three
    let (_, rest) = rest.split_once(':')?;
    let (kind, symbol) = rest.trim().split_once(char::is_whitespace)?;
    let symbol = symbol.trim();
    // The addend; no symbol of Rust's has a plus or a minus in it.
    let end = symbol.find(['+', '-']).unwrap_or(symbol.len());
    Some((kind, &symbol[..end]))
}

/// `   23742:      \tbhs\t0x2377c <f+0x160> @ imm = #0x36`
fn instruction(line: &str) -> Option<(u64, &str, &str)> {
    let (address, rest) = line.split_once(':')?;
    let at = u64::from_str_radix(address.trim(), 16).ok()?;
    let rest = rest.trim();
    let (mnemonic, operands) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    (!mnemonic.is_empty()).then_some((at, mnemonic, operands.trim()))
}

/// The symbol between angle brackets and the offset behind it.
fn named(operands: &str) -> Option<(&str, u64)> {
    let (_, rest) = operands.split_once('<')?;
    let (symbol, _) = rest.split_once('>')?;
    match symbol.split_once('+') {
        Some((name, offset)) => {
            let offset = u64::from_str_radix(offset.trim_start_matches("0x"), 16);
            Some((name, offset.unwrap_or(1)))
        }
        None => Some((symbol, 0)),
    }
}

fn is_branch_relocation(kind: &str) -> bool {
    [
        "_CALL", "_JUMP", "_PC24", "_JAL", "_BRANCH", "WDISP", "_PLT32",
    ]
    .iter()
    .any(|part| kind.contains(part))
}

/// The object's name out of `lib.a(object.o)`; nothing for a file on its own.
fn member_of(file: &str) -> String {
    if let Some((_, member)) = file.rsplit_once('(') {
        return member.trim_end_matches(')').to_owned();
    }
    let path = Path::new(file);
    let object = path.extension().is_some_and(|extension| extension == "o");
    let name = path.file_name().filter(|_| object).unwrap_or_default();
    name.to_string_lossy().into_owned()
}
