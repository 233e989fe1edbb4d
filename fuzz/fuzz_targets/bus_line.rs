//! The line between a flight computer and its modem: whatever octets come, a zero ends the trouble, and what is understood goes through again as it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_bus::order::Order;
use magpie_bus::{FromComputer, Inbox, MAX_LINE, ToComputer, encode};
use magpie_fuzz::flight::goes_through;

fn to_computer(message: &ToComputer<'_>) {
    goes_through(message, |inbox| inbox.message().as_ref() == Some(message));
    if let ToComputer::Exchange(heard) = message {
        let count = heard.nibbles().count();
        assert!(count == 0 || count == usize::from(heard.symbols));
        assert!(heard.nibbles().all(|level| (-8..8).contains(&level)));
    }
}

fn from_computer(message: &FromComputer<'_>) {
    goes_through(message, |inbox| inbox.message().as_ref() == Some(message));
}

/// The octets as they come from the line.
fn as_line(octets: &[u8]) {
    let (mut inbox, mut zeros) = (Inbox::new(), 0);
    for &octet in octets {
        zeros += u32::from(octet == 0);
        let ready = inbox.push(octet);
        assert!(!ready || octet == 0);
        if let Some(message) = inbox.message() {
            assert!(ready);
            to_computer(&message);
        }
        if let Some(message) = inbox.message() {
            from_computer(&message);
        }
    }
    let stats = inbox.stats();
    assert!(stats.messages + stats.spoiled + stats.too_long <= zeros);

    let report = ToComputer::Order(Order::Report);
    let mut line = [0; MAX_LINE];
    let octets = encode(&report, &mut line).expect("it is short");
    inbox.push(0);
    let ready = octets.iter().filter(|&&octet| inbox.push(octet)).count();
    assert_eq!((ready, inbox.message()), (1, Some(report)));
}

fuzz_target!(|input: &[u8]| {
    let Some((&options, octets)) = input.split_first() else {
        return;
    };
    match options % 3 {
        0 => as_line(octets),
        // As messages, which no check keeps out; the longest has 598 octets.
        1 => {
            if let Ok(message) = postcard::from_bytes(&octets[..octets.len().min(598)]) {
                to_computer(&message);
            }
        }
        _ => {
            if let Ok(message) = postcard::from_bytes(&octets[..octets.len().min(598)]) {
                from_computer(&message);
            }
        }
    }
});
