//! The board's own test: announces itself and answers each exchange with an emission of the same number of symbols.
//!
//! It obeys [`Order::Hang`], [`Order::Panic`], [`Order::Report`], [`Order::End`] (which ends the program), [`Order::Format`] (writes the
//! number of boots into the flash; the report then tells what is there) and [`Order::Dump`] (takes more stack than there is).
#![no_std]
#![no_main]

use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};
use magpie_board::{Board, Chip as _, Desk, collect};
use magpie_bus::exchange::{Emission, Modulation};
use magpie_bus::order::Order;
use magpie_bus::{FromComputer, Inbox, Node, ToComputer};
use magpie_images::board::{Chip, Flash, Rx, Tx};

/// Called by the board when it is ready.
#[unsafe(no_mangle)]
fn application(board: Board<Rx, Tx, Flash, Chip>) -> ! {
    let Board {
        mut rx,
        tx,
        mut flash,
        chip,
    } = board;
    let mut desk = Desk::new(tx, chip);
    let mut inbox = Inbox::new();
    desk.announce(Node::Bench);
    let mut hung = false;
    loop {
        if !hung {
            desk.chip.kick();
        }
        if !collect(&mut rx, &mut inbox) {
            desk.chip.idle();
            continue;
        }
        match inbox.message() {
            Some(ToComputer::Exchange(heard)) => desk.send(&FromComputer::Emission(Emission {
                answers_us: heard.start_us,
                modulation: Modulation::Symbols,
                transmit_rate: 8_000,
                receive_rate: 8_000,
                state: 0,
                symbols: heard.symbols,
                coded: heard.soft,
            })),
            Some(ToComputer::Order(Order::Hang)) => hung = true,
            Some(ToComputer::Order(Order::Panic)) => panic!("as ordered"),
            Some(ToComputer::Order(Order::End)) => desk.exit(0),
            Some(ToComputer::Order(Order::Report)) => report(&mut desk, flash.as_mut()),
            Some(ToComputer::Order(Order::Format)) => {
                let boots = desk.chip.boots();
                if !flash
                    .as_mut()
                    .is_some_and(|flash| mark(flash, boots).is_some())
                {
                    desk.log(format_args!("no flash"));
                }
            }
            Some(ToComputer::Order(Order::Dump)) => {
                desk.log(format_args!("deep: {}", dig(0)));
            }
            _ => desk.log(format_args!("not for the echo")),
        }
    }
}

/// Takes a kilobyte of stack and then some more, for ever.
#[expect(
    unconditional_recursion,
    reason = "the end of the stack is what is looked for"
)]
#[inline(never)]
fn dig(depth: u32) -> u32 {
    let soil = core::hint::black_box([depth; 256]);
    dig(depth + 1) + soil.iter().sum::<u32>()
}

/// Writes the number into the first word of the first unit that is erased for it.
fn mark(flash: &mut Flash, boots: u32) -> Option<()> {
    let unit = u32::try_from(Flash::ERASE_SIZE).ok()?;
    flash.erase(0, unit).ok()?;
    let mut word = [0; Flash::WRITE_SIZE];
    word.first_chunk_mut()
        .map(|octets| *octets = boots.to_be_bytes())?;
    flash.write(0, &word).ok()
}

fn report(desk: &mut Desk<Tx, Chip>, flash: Option<&mut Flash>) {
    let mut mark = [0; 4];
    if flash.is_none_or(|flash| flash.read(0, &mut mark).is_err()) {
        mark = [0; 4];
    }
    let counters = [
        ("uptime_ms", desk.chip.uptime_ms()),
        ("overruns", desk.chip.overruns()),
        (
            "stack_peak",
            u32::try_from(desk.chip.stack_peak()).unwrap_or(u32::MAX),
        ),
        ("flash_mark", u32::from_be_bytes(mark)),
    ];
    for (name, value) in counters {
        desk.send(&FromComputer::Counter { name, value });
    }
    desk.send(&FromComputer::ReportEnd);
}
