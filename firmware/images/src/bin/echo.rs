//! The board's own test: announces itself, answers each exchange with an emission of the same number of symbols, and obeys
//! [`Order::Hang`], [`Order::Panic`], [`Order::Report`] and [`Order::End`] (which ends the program).
#![no_std]
#![no_main]

use magpie_board::{Board, Chip as _, Desk, collect};
use magpie_bus::exchange::{Emission, Modulation};
use magpie_bus::order::Order;
use magpie_bus::{FromComputer, Inbox, Node, ToComputer};
use magpie_images::board::{Chip, Flash, Rx, Tx};

/// Called by the board when it is ready.
#[unsafe(no_mangle)]
fn application(board: Board<Rx, Tx, Flash, Chip>) -> ! {
    let Board {
        mut rx, tx, chip, ..
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
            Some(ToComputer::Order(Order::Report)) => report(&mut desk),
            _ => desk.log(format_args!("not for the echo")),
        }
    }
}

fn report(desk: &mut Desk<Tx, Chip>) {
    let counters = [
        ("uptime_ms", desk.chip.uptime_ms()),
        ("overruns", desk.chip.overruns()),
        (
            "stack_peak",
            u32::try_from(desk.chip.stack_peak()).unwrap_or(u32::MAX),
        ),
    ];
    for (name, value) in counters {
        desk.send(&FromComputer::Counter { name, value });
    }
    desk.send(&FromComputer::ReportEnd);
}
