//! Counts instructions: each operation of the flight programs between two marks that the emulator's plugin sees (`firmware/plugin`).
//!
//! Before each operation its name and its number of units (bits, octets, frames) go out as a counter; the plugin's lines come in the same order.
//! Nothing here keeps time: interrupts are off, so the same image always gives the same figures.
#![no_std]
#![no_main]

mod codes;
mod ldpc;
mod link;
mod programs;
mod store;

use magpie_board::{Board, Chip as _, Desk};
use magpie_bus::{FromComputer, Node};
use magpie_coding::pltu::PltuHunter;
use magpie_coding::viterbi::CompactViterbi;
use magpie_images::board::{Chip, Flash, Rx, Tx};
use static_cell::StaticCell;

/// The first mark. Not inlined, and not the same as the second one: equal functions become one.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn count_begin() {
    core::hint::black_box(1_u8);
}

/// The second mark.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn count_end() {
    core::hint::black_box(2_u8);
}

/// Names the operations and marks them.
pub(crate) struct Bench {
    desk: &'static mut Desk<Tx, Chip>,
}

impl Bench {
    /// Counts what `work` does, which are so many units. What has the same name is added up.
    pub(crate) fn count(&mut self, name: &str, units: usize, work: impl FnOnce()) {
        let value = u32::try_from(units).unwrap_or(u32::MAX);
        self.desk.send(&FromComputer::Counter { name, value });
        count_begin();
        work();
        count_end();
    }

    /// Tells how large a structure is.
    fn tell_size<T>(&mut self, name: &str) {
        let value = u32::try_from(size_of::<T>()).unwrap_or(u32::MAX);
        self.desk.send(&FromComputer::Counter { name, value });
    }
}

static DESK: StaticCell<Desk<Tx, Chip>> = StaticCell::new();
static FLASH: StaticCell<Flash> = StaticCell::new();

/// Called by the board when it is ready.
#[unsafe(no_mangle)]
fn application(board: Board<Rx, Tx, Flash, Chip>) -> ! {
    let Board {
        tx, chip, flash, ..
    } = board;
    let desk = DESK.init_with(|| Desk::new(tx, chip));
    desk.announce(Node::Bench);
    desk.chip.quiet();
    let mut bench = Bench { desk };
    bench.tell_size::<link::End>("octets of a link endpoint without buffers");
    bench.tell_size::<CompactViterbi>("octets of a soft Viterbi decoder");
    bench.tell_size::<PltuHunter>("octets of a PLTU receiver");
    bench.count("nothing", 1, || ());
    codes::count(&mut bench);
    link::count(&mut bench);
    if let Some(flash) = flash {
        let flash = FLASH.init(flash);
        store::count(&mut bench, flash);
        programs::count(&mut bench, flash);
    }
    bench.desk.exit(0)
}

/// Octets that look random: the upper octets of a linear congruential generator (constants of Numerical Recipes).
pub(crate) fn noise(out: &mut [u8]) {
    let mut state = 1_u32;
    for octet in out {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        [*octet, ..] = state.to_be_bytes();
    }
}
