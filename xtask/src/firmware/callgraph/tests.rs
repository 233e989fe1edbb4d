//! The listings are in the form of what `llvm-objdump-19` and `sparc64-linux-gnu-objdump` 2.40 print of our own programs, shortened; which function
//! calls which is read off by eye.

use super::data::Facts;
use super::reach::{is_panic, panic_calls};
use super::stack::{Options, worst};
use super::{Graph, Kind, Machine};

/// Calls, tail calls and calls through pointers of a function: `(name, kind)` sorted, number of pointers.
fn out_of<'g>(graph: &'g Graph, name: &str) -> (Vec<(&'g str, Kind)>, usize) {
    let index = graph.find(name)[0];
    let function = &graph.functions[index];
    let mut out: Vec<(&str, Kind)> = function
        .edges
        .iter()
        .map(|edge| (graph.functions[edge.to].symbol.as_str(), edge.kind))
        .collect();
    out.sort_unstable();
    out.dedup();
    (out, function.indirect.len())
}

fn graph(machine: Machine, linked: bool, text: &str, sizes: &str) -> Graph {
    Graph::from_text(&Facts::of(machine, linked), text, sizes)
}

const THUMB: &str = "
/tmp/rover.elf:\tfile format elf32-littlearm

Disassembly of section .text:

00000400 <main>:
     400:      \tpush\t{r7, lr}
     402:      \tmov\tr7, sp
     404:      \tcbz\tr6, 0x408 <main+0x8> @ imm = #0xa
     406:      \tbl\t0x420 <parse> @ imm = #0xd4a
     40a:      \tblx\tr3
     40c:      \tmovw\tr0, #0x421
     410:      \tmovt\tr0, #0x0
     414:      \tpop.w\t{r7, lr}
     418:      \tb.w\t0x430 <__aeabi_memcpy> @ imm = #-0x4b0

00000420 <parse>:
     420:      \tldrb\tr12, [r0], #1
     422:      \ttbb\t[pc, r0]
     426:      \tbhs.w\t0x42c <parse+0xc> @ imm = #0x58a
     42a:      \tbls\t0x440 <_RNvNtCsd8WdbUsB4qQ_4core9panicking18panic_bounds_check> @ imm = #0x2
     42c:      \tbx\tlr

00000430 <__aeabi_memcpy>:
     430:      \tit\tlo
     432:      \tblo.w\t0x438 <copy> @ imm = #-0x4b8
     436:      \tbx\tr12

00000438 <copy>:
     438:      \tbxeq\tlr
     43a:      \tpop\t{r4, pc}
     43c:      \t.word\t0x00000431

00000440 <_RNvNtCsd8WdbUsB4qQ_4core9panicking18panic_bounds_check>:
     440:      \tudf\t#254
";

const SIZES: &str = "
Stack Sizes:
         Size     Functions
           40     main
           24     parse
            8     __aeabi_memcpy
          160     copy, memcpy
           16     _RNvNtCsd8WdbUsB4qQ_4core9panicking18panic_bounds_check
";

#[test]
fn thumb_branches() {
    let graph = graph(Machine::Arm, true, THUMB, SIZES);
    assert_eq!(
        out_of(&graph, "main"),
        (
            vec![("__aeabi_memcpy", Kind::Tail), ("parse", Kind::Call)],
            1
        )
    );
    let check = "_RNvNtCsd8WdbUsB4qQ_4core9panicking18panic_bounds_check";
    assert_eq!(out_of(&graph, "parse"), (vec![(check, Kind::Tail)], 0));
    assert_eq!(
        out_of(&graph, "__aeabi_memcpy"),
        (vec![("copy", Kind::Tail)], 1)
    );
    assert_eq!(out_of(&graph, "copy"), (vec![], 0));
    let taken = graph
        .functions
        .iter()
        .filter(|function| function.address_taken);
    let taken: Vec<&str> = taken.map(|function| function.symbol.as_str()).collect();
    assert_eq!(taken, ["parse", "__aeabi_memcpy"]); // by movw and movt; by a word between the code
}

/// Code for size: a function that is called often has its address in r10, another one's in r9 is also handed on.
const HOISTED: &str = "
00000400 <push>:
     400:      \tpush.w\t{r4, r9, r10, lr}
     404:      \tmovw\tr10, #0x501
     408:      \tmovw\tr9, #0x601
     40c:      \tmovt\tr10, #0x0
     410:      \tmovt\tr9, #0x0
     414:      \tblx\tr10
     416:      \tmov\tr0, r9
     418:      \tblx\tr9
     41a:      \tblx\tr10
     41c:      \tpop.w\t{r4, r9, r10, pc}

00000500 <append>:
     500:      \tbx\tlr

00000600 <other>:
     600:      \tbx\tlr
";

#[test]
fn addresses_kept_in_registers() {
    let graph = graph(Machine::Arm, true, HOISTED, "");
    assert_eq!(out_of(&graph, "push"), (vec![("append", Kind::Call)], 1));
    assert!(!graph.functions[1].address_taken);
    assert!(graph.functions[2].address_taken);
}

#[test]
fn way_to_a_panic() {
    let text = THUMB
        .replace("main", "np_main")
        .replace("parse", "np_parse");
    let graph = graph(Machine::Arm, true, &text, SIZES);
    let calls = panic_calls(&graph, &graph.find("np_main"));
    assert_eq!(calls.len(), 1);
    let names: Vec<&str> = calls[0]
        .path
        .iter()
        .map(|&(index, _)| graph.functions[index].name.as_str())
        .collect();
    assert_eq!(names, ["np_main", "np_parse"]);
    let sites: Vec<u64> = calls[0].path.iter().map(|&(_, at)| at).collect();
    assert_eq!(sites, [0x406, 0x42A]);
    let to = &graph.functions[calls[0].to];
    assert_eq!(to.name, "core::panicking::panic_bounds_check");
    assert!(is_panic(to));
    assert!(panic_calls(&graph, &graph.find("copy")).is_empty());
}

#[test]
fn worst_stack_of_tail_calls_and_pointers() {
    let graph = graph(Machine::Arm, true, THUMB, SIZES);
    let stack = worst(&graph, &["main"], &Options::default());
    let cycle = "recursion: __aeabi_memcpy > __aeabi_memcpy; reached by main";
    assert_eq!(stack, Err(cycle.to_owned())); // through its own pointer, which nobody narrows down
    let pointers: &[(&str, &[&str])] = &[("main", &["parse"]), ("__aeabi_memcpy", &[])];
    let options = Options {
        pointers,
        ..Options::default()
    };
    let stack = worst(&graph, &["main"], &options).unwrap();
    // main calls parse (40 + 24) and branches to __aeabi_memcpy, which branches to copy: 160 with nothing above it.
    assert_eq!(stack.octets, 160);
    let path = ["main (gone)", "__aeabi_memcpy (gone)", "copy (160)"];
    assert_eq!(stack.path, path);
    assert!(stack.unknown.is_empty() && stack.anywhere.is_empty());
    assert!(worst(&graph, &["absent"], &options).is_err());
}

const ARM: &str = "
00100000 <_start>:
  100000:      \tbl\t0x100020 <main> @ imm = #0x18
  100004:      \tblt\t0x100000 <_start> @ imm = #-0xc
  100008:      \tblls\t0x100030 <leaf> @ imm = #0x20
  10000c:      \tldr\tpc, [r3]
  100010:      \tbxne\tr2
  100014:      \tble\t0x100030 <leaf> @ imm = #0x14

00100020 <main>:
  100020:      \t<unknown>
  100024:      \tbxls\tlr
  100028:      \tb\t0x100030 <leaf> @ imm = #0x0

00100030 <leaf>:
  100030:      \tpopne\t{r4, pc}
  100034:      \tbic\tr0, r0, #0x1
  100038:      \tbfi\tr0, r1, #0x2, #0x3
  10003c:      \tbx\tlr
";

#[test]
fn arm_branches() {
    let graph = graph(Machine::Arm, true, ARM, "");
    assert_eq!(
        out_of(&graph, "_start"),
        (
            vec![
                ("leaf", Kind::Call),
                ("leaf", Kind::Tail),
                ("main", Kind::Call)
            ],
            2
        )
    );
    assert_eq!(out_of(&graph, "main"), (vec![("leaf", Kind::Tail)], 0));
    assert_eq!(out_of(&graph, "leaf"), (vec![], 0));
}

const RISCV: &str = "
80000000 <main>:
80000000:      \taddi\tsp, sp, -0x20
80000002:      \tauipc\tra, 0x0
80000006:      \tjalr\t0x3e(ra) <memset>
8000000a:      \tlui\ta0, 0x80000
8000000e:      \taddi\ta0, a0, 0x40
80000012:      \tjalr\ta5
80000014:      \tbeqz\ta0, 0x80000018 <main+0x18>
80000016:      \tret

80000040 <memset>:
80000040:      \tjal\tt0, 0x80000060 <__riscv_save_2>
80000044:      \tbltu\ta0, a1, 0x80000044 <memset+0x4>
80000048:      \tj\t0x80000060 <__riscv_save_2>

80000060 <__riscv_save_2>:
80000060:      \tjr\tt0
";

/// What LLVM 19 makes of a call backwards on RV32: the name is nonsense.
const RISCV_BACKWARDS: &str = "
00011000 <last>:
   11000:      \tret

0001ae3e <np_control_call>:
   1ae4a:      \tauipc\tra, 0xffff6
   1ae4e:      \tjalr\t0x1b6(ra) <.Lswitch.table.parse_prefix+0xfffdc052>
   1ae52:      \tauipc\tt1, 0xffff6
   1ae56:      \tjr\t0x1ae(t1) <.Lswitch.table.parse_prefix+0xfffdc052>
";

#[test]
fn riscv_calls_backwards() {
    let graph = graph(Machine::RiscV, true, RISCV_BACKWARDS, "");
    // 0x1ae4a - 0xa000 + 0x1b6 = 0x11000
    assert_eq!(
        out_of(&graph, "np_control_call"),
        (vec![("last", Kind::Call), ("last", Kind::Tail)], 0)
    );
}

#[test]
fn riscv_branches() {
    let sizes = " 32 main\n 0 memset\n";
    let graph = graph(Machine::RiscV, true, RISCV, sizes);
    assert_eq!(out_of(&graph, "main"), (vec![("memset", Kind::Call)], 1));
    let save = "__riscv_save_2";
    assert_eq!(
        out_of(&graph, "memset"),
        (vec![(save, Kind::Call), (save, Kind::Tail)], 0)
    );
    assert!(graph.functions[1].address_taken); // by lui and addi
    // `jr t0` is the return of the routine that saves registers.
    assert_eq!(out_of(&graph, save), (vec![], 0));
    let options = Options {
        frames: &[("__riscv_save_2", 16)],
        ..Options::default()
    };
    let stack = worst(&graph, &["main"], &options).unwrap();
    assert_eq!(stack.octets, 48);
    assert_eq!(stack.anywhere.into_iter().collect::<Vec<_>>(), ["main"]);
}

const RISCV_OBJECT: &str = "
lib.a(magpie.o):\tfile format elf32-littleriscv

Disassembly of section .text.rs_decode:

00000000 <rs_decode>:
       0:      \tauipc\tra, 0x0
\t\t\t00000000:  R_RISCV_CALL_PLT\tmemset
\t\t\t00000000:  R_RISCV_RELAX\t*ABS*
       4:      \tjalr\tra <rs_decode>
       8:      \tlui\ta0, 0x0
\t\t\t00000008:  R_RISCV_HI20\thandler
       c:      \tj\t0xc <rs_decode+0xc>
\t\t\t0000000c:  R_RISCV_JAL\telsewhere

Disassembly of section .text.handler:

00000000 <handler>:
       0:      \tret

lib.a(builtins.o):\tfile format elf32-littleriscv

Disassembly of section .text.memset:

00000000 <memset>:
       0:      \tret
";

#[test]
fn relocations_of_a_library() {
    let graph = graph(Machine::RiscV, false, RISCV_OBJECT, "");
    assert_eq!(
        out_of(&graph, "rs_decode"),
        (vec![("memset", Kind::Call)], 0)
    );
    let decode = &graph.functions[0];
    assert_eq!(decode.missing.iter().collect::<Vec<_>>(), ["elsewhere"]);
    assert!(graph.functions[1].address_taken);
    assert!(!graph.functions[2].address_taken);
}

const SPARC: &str = "
/tmp/orbiter.elf:     file format elf32-sparc


Disassembly of section .text:

40000000 <main>:
40000000:\tsave  %sp, -120, %sp
40000004:\tcall  40000040 <_RNvNtCs8bDI6zbt2HT_13magpie_coding6decode9remainder>
40000008:\tbtst  1, %l1
4000000c:\tbne,a   40000014 <main+0x14>
40000010:\tcall  %o3
40000014:\tret 
40000018:\trestore 

40000040 <_RNvNtCs8bDI6zbt2HT_13magpie_coding6decode9remainder>:
40000040:\tb  40000080 <memcpy>
40000044:\tsethi  %hi(0x40000000), %g2
40000048:\tor  %g2, 0x80, %g2\t! 40000080 <memcpy>
4000004c:\tjmp  %g2
40000050:\tretl 

40000080 <memcpy>:
40000080:\tsave  %sp, -96, %sp
40000084:\tfbu  40000084 <memcpy+0x4>
40000088:\tjmpl  %l1, %g0
4000008c:\trett  %l2
";

#[test]
fn sparc_branches() {
    let graph = graph(Machine::Sparc, true, SPARC, " 112 main\n");
    let remainder = "magpie_coding::decode::remainder";
    let symbol = "_RNvNtCs8bDI6zbt2HT_13magpie_coding6decode9remainder";
    assert_eq!(out_of(&graph, "main"), (vec![(symbol, Kind::Call)], 1));
    assert_eq!(out_of(&graph, remainder), (vec![("memcpy", Kind::Tail)], 1));
    assert_eq!(out_of(&graph, "memcpy"), (vec![], 0));
    assert!(graph.functions[2].address_taken);
    // `save` counts where it says more than the record.
    assert_eq!(graph.functions[0].frame, Some(120));
    let stack = worst(&graph, &["main"], &Options::default()).unwrap();
    assert_eq!(stack.octets, 216);
}

const SPARC_HOISTED: &str = "
40000000 <push>:
40000000:\tsave  %sp, -96, %sp
40000004:\tsethi  %hi(0x40000000), %l0
40000008:\tor  %l0, 0x40, %l0\t! 40000040 <append>
4000000c:\tcall  %l0
40000010:\tmov  %i1, %o1
40000014:\tret 

40000040 <append>:
40000040:\tretl 
";

#[test]
fn addresses_kept_in_registers_of_sparc() {
    let graph = graph(Machine::Sparc, true, SPARC_HOISTED, "");
    assert_eq!(out_of(&graph, "push"), (vec![("append", Kind::Call)], 0));
    assert!(!graph.functions[1].address_taken);
}

#[test]
fn recursion_is_an_error() {
    let text = "
00000000 <a>:
       0:      \tbl\t0x10 <b> @ imm = #0x0

00000010 <b>:
      10:      \tbl\t0x0 <a> @ imm = #0x0
";
    let graph = graph(Machine::Arm, true, text, "");
    let stack = worst(&graph, &["a"], &Options::default());
    assert_eq!(stack, Err("recursion: a > b > a; reached by ".to_owned()));
}
