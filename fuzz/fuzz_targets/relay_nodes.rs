//! Datagrams of anybody's making at an orbiter and a station: memory stays bounded, the books balance, and what the orbiter keeps it finds again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_ground::station::{self, MemorySpool, Station, StationSettings};
use magpie_link::clock::{Duration, Instant};
use magpie_relay::contact::{Contact, ContactId, Mode};
use magpie_relay::node::orbiter::{
    self, DownlinkSettings, Orbiter, OrbiterSettings, OrbiterStatus, RecordTag,
};
use magpie_relay::node::settings::{Coding, EarthLink, ProximitySettings};
use magpie_relay::node::{MAX_DATAGRAM, Node as _, RamState, State, StateStore as _};

/// Octets of the orbiter's memory.
const MEMORY: u64 = 2_000;

fn second(s: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(s)
}

fn settings() -> OrbiterSettings {
    let radio = ProximitySettings::new(8_000);
    let downlink = DownlinkSettings::new(1_000_000);
    let mut settings = OrbiterSettings::new(41, radio, link(), downlink);
    settings.memory_octets = MEMORY;
    let pass =
        |id, begin, end, mode| Contact::new(ContactId(id), 82, second(begin), second(end), mode);
    settings.passes = vec![pass(1, 0, 10, Mode::Blind), pass(2, 20, 30, Mode::Canister)];
    settings
}

fn link() -> EarthLink {
    EarthLink {
        frame_octets: 100,
        ..EarthLink::new(41)
    }
}

/// A station that follows the orbiter and another one, whose frames are coded.
fn ground() -> StationSettings {
    let mut ground = StationSettings::new(link());
    ground.others.push(EarthLink {
        coding: Coding::ReedSolomon,
        frame_octets: 223,
        ..EarthLink::new(44)
    });
    ground
}

/// What the station keeps of each orbiter: passes, and octets of them.
fn books(station: &Station<MemorySpool>) -> Vec<(u16, ContactId, u64)> {
    let orbiters = station.orbiters().iter();
    let accounts = orbiters.flat_map(|orbiter| {
        let accounts = orbiter.books().accounts();
        accounts.map(|(pass, _, account)| (orbiter.scid(), pass, account.offered.octets))
    });
    accounts.collect()
}

fuzz_target!(|octets: &[u8]| {
    if let Some(tag) = RecordTag::parse(octets) {
        assert_eq!(tag.to_octets(), octets);
    }
    if let Some(status) = OrbiterStatus::parse(octets) {
        assert_eq!(status.to_octets(), octets);
    }
    let mut orbiter = Orbiter::new(settings(), &State::new(), 1).expect("settings");
    let spool = MemorySpool::default();
    let mut station = Station::new(ground(), spool, &State::new(), 1).expect("settings");
    let (mut kept, mut heard) = (RamState::default(), RamState::default());
    let mut out = vec![0; MAX_DATAGRAM];
    let mut rest = octets;
    let mut now = Instant::ZERO;
    while let Some((&head, tail)) = rest.split_first() {
        let (datagram, tail) = tail.split_at(tail.len().min(usize::from(head / 2)));
        rest = tail;
        now = now + Duration::from_millis(u64::from(head) * 20);
        orbiter.handle_timeout(now);
        if head % 2 == 0 {
            orbiter.handle_datagram(now, orbiter::PROXIMITY, datagram);
        } else {
            orbiter.handle_datagram(now, orbiter::EARTH, datagram);
            station.handle_datagram(now, station::EARTH, datagram);
        }
        while let Some(change) = orbiter.poll_state() {
            kept.put(change).expect("memory");
        }
        kept.commit().expect("memory");
        while let Some(sent) = orbiter.poll_transmit(now, &mut out) {
            station.handle_datagram(now, station::EARTH, &out[..sent.len]);
        }
        let status = orbiter.status();
        assert!(status.octets <= MEMORY);
        for (_, _, account) in orbiter.books().accounts().chain(station.books().accounts()) {
            assert_eq!(account.under_way_octets(), Some(0));
        }
        while let Some(change) = station.poll_state() {
            heard.put(change).expect("memory");
        }
        heard.commit().expect("memory");
        if head % 16 == 0 {
            let again = Orbiter::new(settings(), kept.durable(), 1).expect("settings");
            assert_eq!(again.status().next_record, status.next_record);
            assert_eq!(again.status().octets, status.octets);
            orbiter = again;
            let before = books(&station);
            station =
                Station::new(ground(), station.into_spool(), heard.durable(), 1).expect("settings");
            assert_eq!(books(&station), before);
        }
    }
});
