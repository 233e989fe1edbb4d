//! The serial line of a flight computer: what a relay radio's modem and the computer behind it tell each other.
//!
//! Ours, not a book's: the CCSDS books end at the channel symbols, and how these reach a processor is a matter of the board. One line
//! carries everything, as the smallest flight boards (and the emulated LEON3) have a single UART: symbols both ways, orders, the payload
//! memory, the downlink, counters, log.
//!
//! **The modem's symbol clock is the clock.** The modem sends an [`Exchange`]: a stretch of time and the soft symbols that came in it. The
//! computer answers each with one [`Emission`]: what the transmitter does during the *next* stretch of the same length. So no side can
//! overrun the other, time tags come from the symbols themselves, and a run does not depend on how fast the processor is.
//!
//! On the line: `COBS(postcard(message) ‖ CRC-16) ‖ 00`. A spoiled message is dropped and counted, and the next zero octet begins anew.
//!
//! ```
//! use magpie_bus::{Inbox, MAX_LINE, ToComputer, encode, order::Order};
//!
//! let mut line = [0; MAX_LINE];
//! let octets = encode(&ToComputer::Order(Order::Report), &mut line).unwrap();
//! let mut inbox = Inbox::new();
//! let complete: Vec<bool> = octets.iter().map(|&octet| inbox.push(octet)).collect();
//! assert_eq!(complete.last(), Some(&true));
//! assert_eq!(inbox.message(), Some(ToComputer::Order(Order::Report)));
//! ```
//!
//! | Module | What |
//! |---|---|
//! | [`exchange`] | [`Exchange`], [`Emission`]: time, soft symbols in, coded symbols out |
//! | [`order`] | what a computer is told to do |
//! | [`message`] | all messages, both ways |
//! | [`mod@line`] | framing: [`encode`], [`Inbox`] |
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

pub mod exchange;
pub mod line;
pub mod message;
pub mod order;

pub use exchange::{Emission, Exchange, Modulation, Nibbles};
pub use line::{Inbox, LineStats, MAX_LINE, MAX_MESSAGE, encode};
pub use message::{Fate, FromComputer, Node, ResetCause, ToComputer};
