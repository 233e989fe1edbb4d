//! Messages over a line that loses, adds and flips octets.

use magpie_bus::exchange::{Emission, MAX_CODED, MAX_SYMBOLS, Modulation};
use magpie_bus::order::{Order, Pass, PassMode, ReturnCode};
use magpie_bus::{Exchange, FromComputer, Inbox, MAX_LINE, ToComputer, encode};

fn on_line(message: &ToComputer<'_>) -> Vec<u8> {
    let mut line = [0; MAX_LINE];
    encode(message, &mut line).expect("fits").to_vec()
}

fn order() -> ToComputer<'static> {
    ToComputer::Order(Order::Begin(Pass {
        number: 4,
        mode: PassMode::Blind,
        return_rate: 8_000,
        forward_rate: 2_000,
        send_ms: 60_000,
        return_code: ReturnCode::Ldpc,
    }))
}

/// The framing worked out by hand: postcard writes `Order::Report` as variant 1, variant 5; CRC-16 (preset all ones, polynomial 1021) of `01 05`
/// is computed bit by bit here; COBS of four octets without a zero puts a 5 in front.
#[test]
fn the_octets_on_the_line_are_those_of_the_description() {
    let mut crc = 0xFFFF_u16;
    for octet in [1_u16, 5] {
        crc ^= octet << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 {
                crc << 1
            } else {
                crc << 1 ^ 0x1021
            };
        }
    }
    let [high, low] = crc.to_be_bytes();
    assert!(
        high != 0 && low != 0,
        "else the hand-made COBS below is wrong"
    );
    assert_eq!(
        on_line(&ToComputer::Order(Order::Report)),
        [5, 1, 5, high, low, 0]
    );
}

#[test]
fn the_longest_messages_fit() {
    let soft = [0x77; MAX_SYMBOLS / 2];
    let exchange = ToComputer::Exchange(Exchange {
        start_us: u64::MAX,
        duration_us: u32::MAX,
        carrier: true,
        symbol_lock: true,
        symbols: u16::try_from(MAX_SYMBOLS).unwrap(),
        soft: &soft,
    });
    let octets = on_line(&exchange);
    let mut inbox = Inbox::new();
    assert_eq!(octets.iter().filter(|&&octet| inbox.push(octet)).count(), 1);
    assert_eq!(inbox.message(), Some(exchange));
    let coded = [0xA5; MAX_CODED / 8];
    let emission = FromComputer::Emission(Emission {
        answers_us: u64::MAX,
        modulation: Modulation::Symbols,
        transmit_rate: u32::MAX,
        receive_rate: u32::MAX,
        state: 255,
        symbols: u16::try_from(MAX_CODED).unwrap(),
        coded: &coded,
    });
    let mut line = [0; MAX_LINE];
    assert!(encode(&emission, &mut line).is_some());
}

#[test]
fn a_spoiled_message_costs_itself_only() {
    let good = on_line(&order());
    for at in 0..good.len() - 1 {
        for change in ["flip", "drop", "add", "zero"] {
            let mut spoiled = good.clone();
            match change {
                "flip" => spoiled[at] ^= 0x10,
                "drop" => drop(spoiled.remove(at)),
                "add" => spoiled.insert(at, 0x55),
                _ => spoiled[at] = 0,
            }
            let mut inbox = Inbox::new();
            let mut taken = 0;
            for octet in spoiled.iter().chain(&good) {
                if inbox.push(*octet) {
                    taken += 1;
                    assert_eq!(inbox.message(), Some(order()), "{change} at {at}");
                }
            }
            assert_eq!(taken, 1, "{change} at {at}");
        }
    }
}

#[test]
fn endless_octets_without_a_zero_are_counted_and_dropped() {
    let mut inbox = Inbox::new();
    assert!((0..10_000).all(|_| !inbox.push(7)));
    assert!(!inbox.push(0));
    assert_eq!(inbox.stats().too_long, 1);
    assert_eq!(
        on_line(&order()).iter().filter(|&&o| inbox.push(o)).count(),
        1
    );
}

/// Noise (a linear congruential generator, constants of Numerical Recipes): nothing panics, and hardly anything passes a 16-bit check.
#[test]
fn noise_is_no_message() {
    let mut state = 1_u32;
    let mut inbox = Inbox::new();
    let mut taken = 0;
    for _ in 0..1_000_000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        if inbox.push(state.to_be_bytes()[0]) {
            taken += 1;
            let _ = inbox.message::<ToComputer<'_>>();
        }
    }
    assert!(taken <= 3, "{taken} of {:?}", inbox.stats());
}
