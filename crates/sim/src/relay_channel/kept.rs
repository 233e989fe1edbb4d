//! What is on its way for long, as kept state: a signal does not die with the process that plays the space it crosses.
//!
//! One key for each datagram, `air/ROUTE/NUMBER`; its octets are those of [`Flying`], numbers big-endian, with a version in front. A datagram of
//! another version, of a route that is not there any more or of a pass that is not, is left out.

use magpie_link::clock::Instant;
use magpie_relay::node::State;

use super::path::{Flying, Signal};
use super::tally::Fate;

/// First octet of what is kept.
const VERSION: u8 = 1;
/// Octets in front of the datagram's own.
const HEAD: usize = 36;

/// Keys of datagrams begin with this.
const KEY: &str = "air/";
/// The key of how often the channel was made.
pub(super) const RUNS: &str = "air-runs";

/// The key of a datagram.
pub(super) fn key(route: usize, number: u64) -> String {
    format!("{KEY}{route:03}/{number:020}")
}

/// A datagram as it is kept.
pub(super) fn emit(flying: &Flying) -> Vec<u8> {
    let signal = &flying.signal;
    let sky = u32::try_from(flying.sky).unwrap_or(u32::MAX);
    let mut octets = Vec::with_capacity(HEAD + flying.octets.len());
    octets.push(VERSION);
    octets.extend(signal.from.as_micros().to_be_bytes());
    octets.extend(signal.until.as_micros().to_be_bytes());
    octets.push(signal.channel);
    octets.push(u8::from(signal.fate == Fate::Interfered));
    octets.push(u8::from(flying.spoiled));
    octets.extend(flying.offered_octets.to_be_bytes());
    octets.extend(sky.to_be_bytes());
    octets.extend([0; 4]);
    octets.extend(&flying.octets);
    octets
}

/// A datagram that was kept; `skies` is how many its route has.
pub(super) fn parse(number: u64, octets: &[u8], skies: usize) -> Option<Flying> {
    let (&version, rest) = octets.split_first()?;
    let (from, rest) = rest.split_first_chunk()?;
    let (until, rest) = rest.split_first_chunk()?;
    let (&[channel, interfered, spoiled], rest) = rest.split_first_chunk()?;
    let (offered_octets, rest) = rest.split_first_chunk()?;
    let (sky, rest) = rest.split_first_chunk()?;
    let (_spare, datagram) = rest.split_first_chunk::<4>()?;
    let sky = usize::try_from(u32::from_be_bytes(*sky)).ok()?;
    let offered_octets = u64::from_be_bytes(*offered_octets);
    // A fault swallows octets, it never adds any by the thousand; what says otherwise was not written here.
    let sound = version == VERSION && sky < skies && offered_octets <= super::LONGEST as u64;
    sound.then(|| Flying {
        number,
        signal: Signal {
            from: Instant::from_micros(u64::from_be_bytes(*from)),
            until: Instant::from_micros(u64::from_be_bytes(*until)),
            channel,
            fate: if interfered == 0 {
                Fate::Delivered
            } else {
                Fate::Interfered
            },
        },
        octets: datagram.into(),
        offered_octets,
        sky,
        spoiled: spoiled != 0,
    })
}

/// The datagrams that were kept for a route, in the order in which they left.
pub(super) fn of_route(state: &State, route: usize) -> impl Iterator<Item = (u64, &[u8])> {
    let (first, last) = (key(route, 0), key(route, u64::MAX));
    state.range(first..=last).filter_map(|(key, octets)| {
        let number = key.rsplit('/').next()?.parse().ok()?;
        Some((number, octets.as_slice()))
    })
}

/// Every key of a datagram that is kept.
pub(super) fn keys(state: &State) -> impl Iterator<Item = &String> {
    let from = state.range::<String, _>(String::from(KEY)..);
    from.map(|(key, _)| key)
        .take_while(|key| key.starts_with(KEY))
}

/// Whether a key is that of a datagram on one of so many routes.
pub(super) fn is_of_a_route(text: &str, routes: usize) -> bool {
    let parts = text.strip_prefix(KEY).and_then(|rest| rest.split_once('/'));
    let numbers = parts.and_then(|(route, number)| {
        Some((route.parse::<usize>().ok()?, number.parse::<u64>().ok()?))
    });
    numbers.is_some_and(|(route, number)| route < routes && key(route, number) == text)
}
