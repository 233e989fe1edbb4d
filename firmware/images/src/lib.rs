//! Which board this build is for, under one name.
#![no_std]

#[cfg(board = "cortex-m")]
pub use magpie_board_cortex_m as board;
#[cfg(board = "cortex-r")]
pub use magpie_board_cortex_r as board;
#[cfg(board = "leon3")]
pub use magpie_board_leon3 as board;
#[cfg(board = "riscv")]
pub use magpie_board_riscv as board;

use embedded_io::{Read, ReadReady, Write};
use magpie_board::{Application, Chip, Desk, collect};
use magpie_bus::order::Order;
use magpie_bus::{FromComputer, Inbox, ToComputer};

/// The main loop of a flight program: messages in, answers out, the watchdog kicked once a round.
///
/// The orders that test the board itself are obeyed here, so no application has to know them.
pub fn fly<Rx, Tx, C, A>(rx: &mut Rx, desk: &mut Desk<Tx, C>, inbox: &mut Inbox, app: &mut A) -> !
where
    Rx: Read + ReadReady,
    Tx: Write,
    C: Chip,
    A: Application,
{
    desk.announce(A::NODE);
    let mut hung = false;
    loop {
        if !hung {
            desk.chip.kick();
        }
        if !collect(rx, inbox) {
            if !app.work(&mut |answer| desk.send(answer)) {
                desk.chip.idle();
            }
            continue;
        }
        let Some(message) = inbox.message::<ToComputer<'_>>() else {
            continue;
        };
        app.handle(&message, &mut |answer| desk.send(answer));
        match message {
            ToComputer::Order(Order::Hang) => hung = true,
            ToComputer::Order(Order::Panic) => panic!("as ordered"),
            ToComputer::Order(Order::Report) => report(desk, inbox),
            _ => {}
        }
    }
}

/// What only the board knows, behind the counters of the application.
fn report<Tx: Write, C: Chip>(desk: &mut Desk<Tx, C>, inbox: &Inbox) {
    let line = inbox.stats();
    let counters = [
        ("uptime_ms", desk.chip.uptime_ms()),
        ("boots", desk.chip.boots()),
        ("overruns", desk.chip.overruns()),
        ("line_spoiled", line.spoiled.saturating_add(line.too_long)),
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
