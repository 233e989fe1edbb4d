//! Rover, orbiter and station as nodes in one small world: the test of November 2021, with losses of power at every node.

mod world;

use magpie_ground::station::{self, Station, StationSettings};
use magpie_link::clock::{Duration, Instant};
use magpie_relay::contact::{Contact, ContactId, Mode, Service, Utc};
use magpie_relay::node::orbiter::{
    self, DownlinkSettings, InterfaceFault, Orbiter, OrbiterSettings,
};
use magpie_relay::node::rover::{self, Rover, RoverSettings};
use magpie_relay::node::settings::{Coding, EarthLink, ProximitySettings};

use magpie_relay::node::{MAX_DATAGRAM, Node as _, RamState, State, StateStore as _};

use world::{Actor, Random, Route, SharedSpool, Slot, World};

const ROVER: u16 = 82;
const ORBITER: u16 = 41;

fn utc(text: &str) -> Instant {
    text.parse::<Utc>().unwrap().instant()
}

fn seconds(s: u64) -> Duration {
    Duration::from_secs(s)
}

/// Octets without a pattern.
fn content(len: usize, seed: u64) -> Vec<u8> {
    let mut random = Random(seed);
    (0..len).map(|_| random.draw().to_be_bytes()[0]).collect()
}

/// The passes of the test: 45 s each, the last one 15 s.
fn passes() -> Vec<Contact> {
    let days = [
        (7, Mode::Canister),
        (16, Mode::Blind),
        (18, Mode::Canister),
        (20, Mode::Blind),
        (22, Mode::Blind),
    ];
    (1..)
        .zip(days)
        .map(|(number, (day, mode))| {
            let begin = utc(&format!("2021-11-{day:02}T12:07:00Z"));
            let length = if number == 5 { 15 } else { 45 };
            Contact::new(ContactId(number), 0, begin, begin + seconds(length), mode)
        })
        .collect()
}

fn to(peer: u16, passes: &[Contact]) -> Vec<Contact> {
    let mut passes = passes.to_vec();
    for pass in &mut passes {
        pass.peer = peer;
    }
    passes
}

struct Scene {
    rover: Slot<Rover>,
    orbiter: Slot<Orbiter>,
    station: Slot<Station<SharedSpool>>,
    spool: SharedSpool,
    world: World,
}

fn scene(seed: u64, file: &[u8]) -> Scene {
    let passes = passes();
    let link = EarthLink {
        coding: Coding::ReedSolomon,
        frame_octets: 446,
        ..EarthLink::new(ORBITER)
    };
    let radio = ProximitySettings::new(8_000);
    let mut flight = RoverSettings::new(ROVER, radio.clone());
    flight.passes = to(ORBITER, &passes);
    let downlink = DownlinkSettings {
        dumps: 3,
        ..DownlinkSettings::new(28_000)
    };
    let mut above = OrbiterSettings::new(ORBITER, radio, link.clone(), downlink);
    above.passes = to(ROVER, &passes);
    above.faults = (1..5)
        .map(|pass| InterfaceFault {
            pass: ContactId(pass),
            flip_every_bits: 1_500,
        })
        .collect();
    let spool = SharedSpool::default();
    let ground = StationSettings::new(link);
    let files = vec![("sol-196.bin".to_string(), file.to_vec())];
    let kept = spool.clone();
    let light = Duration::from_millis(13);
    let earth = Route {
        loses_one_of: 40,
        flips_one_of: 2_000,
        ..Route::new((1, orbiter::EARTH), (2, station::EARTH), seconds(1_234))
    };
    let air = Route {
        loses_one_of: 50,
        ..Route::new((0, rover::PROXIMITY), (1, orbiter::PROXIMITY), light)
    };
    Scene {
        rover: Slot::new(move |state| Rover::new(flight.clone(), &files, state, 1).unwrap()),
        orbiter: Slot::new(move |state| Orbiter::new(above.clone(), state, seed).unwrap()),
        station: Slot::new(move |state| {
            Station::new(ground.clone(), kept.clone(), state, 1).unwrap()
        }),
        spool,
        world: World::new(utc("2021-11-07T12:00:00Z"), seed, vec![air, earth]),
    }
}

impl Scene {
    fn run(&mut self, end: &str) {
        let nodes: &mut [&mut dyn Actor] =
            &mut [&mut self.rover, &mut self.orbiter, &mut self.station];
        self.world.run(nodes, utc(end));
    }

    /// What the orbiter heard is rejected or recorded, and what it recorded is at the station or known to be missing.
    fn check_books(&self) {
        let (above, below) = (self.orbiter.node.books(), self.station.node.books());
        above.check().unwrap();
        below.check().unwrap();
        let (mut recorded, mut arrived) = (0, 0);
        for pass in (1..=5).map(ContactId) {
            let Some(account) = above.account(pass, Service::Recording) else {
                continue;
            };
            assert_eq!(account.under_way_octets(), Some(0), "{pass}");
            recorded += account.delivered.units
                + account
                    .lost
                    .iter()
                    .filter(|((hop, _), _)| hop.name() == "interface")
                    .map(|(_, amount)| amount.units)
                    .sum::<u64>();
            if let Some(account) = below.account(pass, Service::Recording) {
                assert_eq!(account.under_way_octets(), Some(0), "{pass}");
                arrived += account.offered.units;
            }
        }
        let missing = self.station.node.missing(1_000);
        let missing: u64 = missing
            .iter()
            .map(|range| range.end() - range.start() + 1)
            .sum();
        assert_eq!(recorded, self.orbiter.node.status().next_record);
        assert_eq!(recorded, arrived + missing);
        assert!(
            missing * 50 < recorded,
            "three dumps leave little: {missing} of {recorded}"
        );
    }
}

#[test]
fn the_test_of_2021_delivers_through_spoiled_passes_and_losses_of_power() {
    let file = content(51_000, 3);
    for seed in 0..4 {
        let mut scene = scene(seed, &file);
        let mut random = Random(seed ^ 0xC07);
        if seed > 0 {
            // Some in the middle of a pass, some while dumps go down, some while they arrive.
            for pass in passes() {
                for node in 0..3 {
                    let at = pass.begin + Duration::from_millis(random.below(45_000));
                    scene.world.cuts.push((at, node));
                    let at = pass.end + Duration::from_millis(random.below(2_000_000));
                    scene.world.cuts.push((at, node));
                }
            }
        }
        scene.run("2021-11-22T12:06:00Z");
        let early = scene.spool.0.borrow().deliveries;
        assert_eq!(
            early, 0,
            "seed {seed}: four spoiled passes alone are not enough"
        );
        scene.run("2021-11-23T12:00:00Z");
        let spool = scene.spool.0.borrow();
        assert_eq!(
            spool.deliveries, 1,
            "seed {seed}: {:?}",
            scene.station.events
        );
        assert!(spool.files["sol-196.bin"] == file, "seed {seed}");
        scene.check_books();
        let reboots = [
            scene.rover.reboots,
            scene.orbiter.reboots,
            scene.station.reboots,
        ];
        assert_eq!(reboots, if seed == 0 { [0; 3] } else { [10; 3] });
    }
}

/// A pass between a rover and an orbiter: its number, when it begins and ends (seconds after noon), the other end.
fn pass(number: u32, from: u64, until: u64, peer: u16) -> Contact {
    let noon = utc("2021-11-07T12:00:00Z");
    let (begin, end) = (noon + seconds(from), noon + seconds(until));
    Contact::new(ContactId(number), peer, begin, end, Mode::Blind)
}

#[test]
fn two_rovers_two_orbiters_whose_memories_are_too_small_for_a_pass_and_one_station() {
    let (orbiters, rovers) = ([41, 44], [82, 83]);
    // Orbiter 41 serves both rovers in turn, 44 the second one only; both count their passes from 1.
    let plan = [(1, 60, 105, 0, 0), (2, 400, 445, 1, 0), (1, 700, 745, 1, 1)];
    let radio = ProximitySettings::new(8_000);
    let files: Vec<Vec<u8>> = (0..2).map(|rover| content(7_000, rover)).collect();
    let mut flown: Vec<Slot<Rover>> = Vec::new();
    for rover in 0..2 {
        let mut settings = RoverSettings::new(rovers[rover], radio.clone());
        let own = plan.iter().filter(|pass| pass.3 == rover);
        settings.passes = own
            .map(|&(number, from, until, _, orbiter)| pass(number, from, until, orbiters[orbiter]))
            .collect();
        let file = vec![(format!("rover-{rover}.bin"), files[rover].clone())];
        flown.push(Slot::new(move |state| {
            Rover::new(settings.clone(), &file, state, 1).unwrap()
        }));
    }
    let spool = SharedSpool::default();
    let (mut above, mut links) = (Vec::new(), Vec::new());
    for (orbiter, &scid) in orbiters.iter().enumerate() {
        // One of them codes its frames, the other one does not.
        let link = EarthLink {
            coding: [Coding::None, Coding::ReedSolomon][orbiter],
            ..EarthLink::new(scid)
        };
        let downlink = DownlinkSettings::new(200_000);
        let mut settings = OrbiterSettings::new(scid, radio.clone(), link.clone(), downlink);
        // Not half of a pass.
        settings.memory_octets = 25_000;
        let own = plan.iter().filter(|pass| pass.4 == orbiter);
        settings.passes = own
            .map(|&(number, from, until, rover, _)| pass(number, from, until, rovers[rover]))
            .collect();
        above.push(Slot::new(move |state| {
            Orbiter::new(settings.clone(), state, 1).unwrap()
        }));
        links.push(link);
    }
    let mut ground = StationSettings::new(links.remove(0));
    ground.others = links;
    let kept = spool.clone();
    let mut below =
        Slot::new(move |state| Station::new(ground.clone(), kept.clone(), state, 1).unwrap());
    let light = Duration::from_millis(13);
    let mut routes = Vec::new();
    for orbiter in 0..2 {
        for rover in 0..2 {
            let to = (2 + orbiter, orbiter::PROXIMITY);
            routes.push(Route::new((rover, rover::PROXIMITY), to, light));
        }
        let to = (4, station::EARTH);
        routes.push(Route::new((2 + orbiter, orbiter::EARTH), to, seconds(60)));
    }
    let mut world = World::new(utc("2021-11-07T12:00:00Z"), 1, routes);
    let rovers = flown.iter_mut().map(|slot| slot as &mut dyn Actor);
    let nodes = rovers
        .chain(above.iter_mut().map(|slot| slot as &mut dyn Actor))
        .chain([&mut below as &mut dyn Actor]);
    world.run(&mut nodes.collect::<Vec<_>>(), utc("2021-11-07T13:00:00Z"));
    let spool = spool.0.borrow();
    for (rover, file) in files.iter().enumerate() {
        assert!(spool.files[&format!("rover-{rover}.bin")] == *file);
    }
    assert_eq!(spool.deliveries, 2);
    let status: Vec<_> = above.iter().map(|slot| slot.node.status()).collect();
    assert!(
        status[0].overwritten > 0,
        "the second pass took the room of the first"
    );
    assert_eq!(status[1].overwritten, 0, "one pass, nothing to give way");
    for (slot, scid) in above.iter().zip(orbiters) {
        let status = slot.node.status();
        let seen = below.node.orbiter(scid).unwrap();
        assert!(status.refused_full > 0 && status.octets <= 25_000);
        assert_eq!(status.heard, status.next_record + status.rejected);
        assert_eq!(seen.status().unwrap().next_record, status.next_record);
        assert_eq!(seen.missing(9), [], "all that was recorded arrived");
        for (pass, service, account) in seen.books().accounts() {
            let sent = slot.node.books().account(pass, service).unwrap();
            assert_eq!(account.offered, sent.delivered, "{scid}, {pass}");
        }
        for (_, _, account) in slot.node.books().accounts() {
            assert_eq!(account.under_way_octets(), Some(0));
        }
    }
}

#[test]
fn a_station_goes_on_in_the_middle_of_a_record() {
    let link = EarthLink {
        frame_octets: 200,
        ..EarthLink::new(ORBITER)
    };
    let begin = utc("2021-11-07T12:00:00Z");
    let radio = ProximitySettings::new(8_000);
    let downlink = DownlinkSettings {
        housekeeping_s: 0,
        dumps: 3,
        ..DownlinkSettings::new(28_000)
    };
    let mut settings = OrbiterSettings::new(ORBITER, radio, link.clone(), downlink);
    let end = begin + seconds(10);
    let pass = Contact::new(ContactId(1), ROVER, begin, end, Mode::Canister);
    settings.passes = vec![pass];
    let mut orbiter = Orbiter::new(settings, &State::new(), 1).unwrap();
    orbiter.handle_timeout(begin);
    // What a noisy receiver heard: no frame in it, so the record is all there is of it.
    orbiter.handle_datagram(begin, orbiter::PROXIMITY, &content(2_000, 1));
    let (mut frames, mut buf, mut now) = (Vec::new(), vec![0; MAX_DATAGRAM], end);
    for _ in 0..40 {
        orbiter.handle_timeout(now);
        while orbiter.poll_state().is_some() {}
        while let Some(sent) = orbiter.poll_transmit(now, &mut buf) {
            frames.push(buf[..sent.len].to_vec());
        }
        now = now + seconds(1);
    }
    let (mut kept, mut arrived, mut restarts) = (RamState::default(), 0, 0);
    for frames in frames.chunks(8) {
        assert_eq!(arrived, 0, "there is something to go on with");
        let settings = StationSettings::new(link.clone());
        let spool = SharedSpool::default();
        let mut station = Station::new(settings, spool, kept.durable(), 1).unwrap();
        for frame in frames {
            station.handle_datagram(now, station::EARTH, frame);
            while let Some(change) = station.poll_state() {
                kept.put(change).unwrap();
            }
            kept.commit().unwrap();
        }
        let account = station.books().account(ContactId(1), Service::Recording);
        arrived = account.map_or(0, |account| account.offered.octets);
        restarts += 1;
        if arrived > 0 {
            break;
        }
    }
    assert_eq!(arrived, 2_000, "of {} frames", frames.len());
    assert!(restarts > 1, "{restarts} stations");
    let pieces = kept.durable().keys().filter(|key| key.contains("piece"));
    assert_eq!(pieces.count(), 0, "nothing is left behind");
}
