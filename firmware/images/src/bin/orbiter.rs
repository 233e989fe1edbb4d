//! The orbiter's relay transponder, see `magpie-orbiter`.
#![no_std]
#![no_main]

use magpie_board::{Board, Desk};
use magpie_bus::Inbox;
use magpie_images::board::{Chip, Flash, Rx, Tx};
use magpie_images::fly;
use magpie_orbiter::{Decoders, Device, LdpcMemory, Memory, Orbiter};
use static_cell::{ConstStaticCell, StaticCell};

/// Segments of the flash device: 64 of 4 KiB.
const SEGMENTS: usize = 64;

static INBOX: ConstStaticCell<Inbox> = ConstStaticCell::new(Inbox::new());
static DESK: StaticCell<Desk<Tx, Chip>> = StaticCell::new();
static DEVICE: StaticCell<Device<Flash, SEGMENTS>> = StaticCell::new();
static LDPC: ConstStaticCell<LdpcMemory> = ConstStaticCell::new(LdpcMemory::new());
static DECODERS: StaticCell<Decoders> = StaticCell::new();
static MEMORY: ConstStaticCell<Memory> = ConstStaticCell::new(Memory::new());
static ORBITER: ConstStaticCell<Orbiter<Flash, SEGMENTS>> = ConstStaticCell::new(Orbiter::new());

/// Called by the board when it is ready.
#[unsafe(no_mangle)]
fn application(board: Board<Rx, Tx, Flash, Chip>) -> ! {
    let Board {
        mut rx,
        tx,
        chip,
        flash,
    } = board;
    let desk = DESK.init_with(|| Desk::new(tx, chip));
    let Some(flash) = flash else {
        panic!("an orbiter needs a flash");
    };
    let orbiter = ORBITER.take();
    let device = DEVICE.init_with(|| Device::new(flash));
    let decoders = DECODERS.init_with(|| Decoders::new(LDPC.take()));
    orbiter.start(device, decoders, MEMORY.take());
    fly(&mut rx, desk, INBOX.take(), orbiter)
}
