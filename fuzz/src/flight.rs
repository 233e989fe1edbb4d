//! What the targets of the flight side share: messages out of octets, and what every answer of a computer must be.

use magpie_board::Application;
use magpie_bus::exchange::MAX_CODED;
use magpie_bus::{FromComputer, Inbox, MAX_LINE, MAX_MESSAGE, ToComputer, encode};
use serde::Serialize;

/// More calls of `work` than any dump of a small flash takes.
const ENOUGH: usize = 20_000;

/// A message comes out of the line as it went in, and it fits the line.
pub fn goes_through<M: Serialize>(message: &M, is_it: impl FnOnce(&Inbox) -> bool) {
    let mut line = [0; MAX_LINE];
    let octets = encode(message, &mut line).expect("a message fits the line");
    let (last, before) = octets.split_last().expect("a message has octets");
    let mut inbox = Inbox::new();
    assert!(!before.iter().any(|&octet| inbox.push(octet)));
    assert!(inbox.push(*last) && is_it(&inbox));
}

/// The messages that the octets are, one after another as `postcard` writes them; what is none, or longer than any on the line, is passed over.
pub fn messages(mut input: &[u8]) -> impl Iterator<Item = ToComputer<'_>> {
    std::iter::from_fn(move || {
        while !input.is_empty() {
            let Ok((message, rest)) = postcard::take_from_bytes(input) else {
                input = &input[1..];
                continue;
            };
            let len = input.len() - rest.len();
            input = rest;
            if len < MAX_MESSAGE - 1 {
                return Some(message);
            }
        }
        None
    })
}

/// Gives a computer its messages. It answers each exchange with one emission and nothing else with one, all that it says fits the line, and its
/// work comes to an end.
pub fn fly<'m>(computer: &mut impl Application, messages: impl Iterator<Item = ToComputer<'m>>) {
    for message in messages {
        let mut emissions = Vec::new();
        computer.handle(&message, &mut |said| {
            goes_through(said, |inbox| inbox.message().as_ref() == Some(said));
            if let FromComputer::Emission(emission) = said {
                assert!(usize::from(emission.symbols) <= MAX_CODED);
                assert_eq!(
                    emission.coded.len(),
                    usize::from(emission.symbols).div_ceil(8)
                );
                emissions.push(emission.answers_us);
            }
        });
        match message {
            ToComputer::Exchange(heard) => assert_eq!(emissions, [heard.start_us]),
            _ => assert!(emissions.is_empty()),
        }
    }
    let worked = (0..ENOUGH).find(|_| {
        !computer
            .work(&mut |said| goes_through(said, |inbox| inbox.message().as_ref() == Some(said)))
    });
    assert!(worked.is_some(), "work without end");
}

/// Lends memory as a program lends its statics, and frees it when `fly` is through.
pub fn lent<T: 'static>(memory: T, fly: impl FnOnce(&'static mut T)) {
    let memory = Box::into_raw(Box::new(memory));
    // SAFETY: made a line above, and nobody else has it.
    fly(unsafe { &mut *memory });
    // SAFETY: the closures of the targets keep nothing of what they are lent: the computer that holds it is theirs and gone.
    drop(unsafe { Box::from_raw(memory) });
}
