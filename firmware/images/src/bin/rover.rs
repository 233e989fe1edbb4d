//! The rover's user terminal, see `magpie-rover`.
#![no_std]
#![no_main]

use magpie_board::{Board, Desk};
use magpie_bus::Inbox;
use magpie_images::board::{Chip, Flash, Rx, Tx};
use magpie_images::fly;
use magpie_rover::{Memory, Rover};
use static_cell::{ConstStaticCell, StaticCell};

static MEMORY: ConstStaticCell<Memory> = ConstStaticCell::new(Memory::new());
static INBOX: ConstStaticCell<Inbox> = ConstStaticCell::new(Inbox::new());
static DESK: StaticCell<Desk<Tx, Chip>> = StaticCell::new();
static ROVER: ConstStaticCell<Rover> = ConstStaticCell::new(Rover::new());

/// Called by the board when it is ready.
#[unsafe(no_mangle)]
fn application(board: Board<Rx, Tx, Flash, Chip>) -> ! {
    let Board {
        mut rx, tx, chip, ..
    } = board;
    let desk = DESK.init_with(|| Desk::new(tx, chip));
    let rover = ROVER.take();
    let started = rover.start(MEMORY.take());
    assert!(started.is_ok(), "the memory fits the profile");
    fly(&mut rx, desk, INBOX.take(), rover)
}
