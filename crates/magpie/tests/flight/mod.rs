//! Stand-ins for flight computers: as little as it takes to see what the channel does.
#![allow(dead_code)] // each test file takes what it needs

pub(crate) mod pass;
pub(crate) mod stories;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use magpie::channel::computer::Reaction;
use magpie::channel::{Computer, InProcess, Modem};
use magpie_bus::exchange::{Emission, Exchange, MAX_CODED, Modulation};
use magpie_bus::{FromComputer, Node, ToComputer};
use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
use magpie_coding::pltu::{PltuConfig, PltuEncoder, PltuEvent, PltuHunter};
use magpie_coding::viterbi::{AutoViterbi, G2Choice};
use magpie_sim::payload::Payload;

/// Coded symbols a second.
pub(crate) const RATE: u32 = 16_000;

/// What a receiver has written down.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Notes {
    pub(crate) frames: Vec<Vec<u8>>,
    /// Start, length, carrier, lock, symbols of each exchange.
    pub(crate) exchanges: Vec<(u64, u32, bool, bool, u16)>,
}

pub(crate) type Shared = Arc<Mutex<Notes>>;

/// Sends an emission for this exchange.
pub(crate) fn emit(
    heard: &Exchange<'_>,
    modulation: Modulation,
    rate: u32,
    symbols: &[u8],
    out: &mut dyn FnMut(&FromComputer<'_>),
) {
    let coded: Vec<u8> = symbols
        .chunks(8)
        .map(|bits| {
            bits.iter()
                .enumerate()
                .fold(0, |octet, (at, bit)| octet | bit << (7 - at))
        })
        .collect();
    out(&FromComputer::Emission(Emission {
        answers_us: heard.start_us,
        modulation,
        transmit_rate: rate,
        receive_rate: rate,
        state: 0,
        symbols: u16::try_from(symbols.len()).unwrap(),
        coded: &coded,
    }));
}

/// So many different frames of 60 octets.
pub(crate) fn frames(count: u16) -> Vec<Vec<u8>> {
    let frame = |number: u16| {
        let mut frame = vec![0xA0, 0x52, 0x08, 59, number.to_le_bytes()[0]];
        frame.extend(number.to_be_bytes());
        frame.extend(std::iter::repeat_n(number.to_le_bytes()[0] ^ 0x5A, 53));
        frame
    };
    (0..count).map(frame).collect()
}

/// Their symbols, with idle before, between and behind.
pub(crate) fn symbols(frames: &[Vec<u8>]) -> Vec<u8> {
    let idle = [0x35, 0x2E, 0xF8, 0x53];
    let mut octets = idle.repeat(100);
    for frame in frames {
        let mut pltu = vec![0; frame.len() + 7];
        PltuEncoder.encode(frame, &mut pltu).unwrap();
        octets.extend(pltu);
        octets.extend(idle.repeat(4));
    }
    octets.extend(idle.repeat(100));
    ConvolutionalEncoder::new(G2::Inverted)
        .encode_octets(&octets)
        .collect()
}

/// Sends these symbols at this rate, once; then its transmitter is off.
pub(crate) fn sender(symbols: Vec<u8>, rate: u32) -> InProcess {
    InProcess::new("sender", Node::Rover, move |_| {
        let (symbols, mut at) = (symbols.clone(), 0);
        Reaction::boxed(move |message, out| {
            if let ToComputer::Exchange(heard) = message {
                let count = u64::from(rate) * u64::from(heard.duration_us) / 1_000_000;
                let count = usize::try_from(count).unwrap().min(MAX_CODED);
                let to = symbols.len().min(at + count);
                let modulation = if at == to {
                    Modulation::Off
                } else {
                    Modulation::Symbols
                };
                emit(heard, modulation, rate, &symbols[at..to], out);
                at = to;
            }
        })
    })
}

/// Listens with a decoder that knows neither phase nor polarity.
pub(crate) fn listener(rate: u32) -> (InProcess, Shared) {
    let notes = Shared::default();
    let kept = Arc::clone(&notes);
    let computer = InProcess::new("listener", Node::Orbiter, move |_| {
        let notes = Arc::clone(&kept);
        let mut decoder = AutoViterbi::new(G2Choice::Inverted);
        let mut hunter = PltuHunter::new(PltuConfig::new());
        Reaction::boxed(move |message, out| {
            if let ToComputer::Exchange(heard) = message {
                let mut notes = notes.lock().unwrap();
                notes.exchanges.push((
                    heard.start_us,
                    heard.duration_us,
                    heard.carrier,
                    heard.symbol_lock,
                    heard.symbols,
                ));
                let soft: Vec<i8> = heard.nibbles().collect();
                decoder.push(&soft, |run| {
                    hunter.handle_bits(run.bits(), &mut |event| {
                        if let PltuEvent::Frame { octets, .. } = event {
                            notes.frames.push(octets.to_vec());
                        }
                    });
                });
                emit(heard, Modulation::Off, rate, &[], out);
            }
        })
    });
    (computer, notes)
}

pub(crate) fn modem(computer: impl Computer + 'static, payload: Vec<Payload>) -> Modem {
    Modem::new(Box::new(computer), payload, Duration::from_secs(10))
}
