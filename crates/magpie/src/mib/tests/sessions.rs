//! The profiles at work: two endpoints on simulated time, with the light time of the place and lost frames, in every duplex they are for.

use magpie_link::clock::Instant;
use magpie_link::endpoint::{ChannelMemory, Endpoint, Memory};
use magpie_link::event::{EndOfSession, Event};
use magpie_link::mac::{Duplex, LocalDirective, Mode, PhyStatus};
use magpie_wire::id::PortId;
use magpie_wire::v3::Qos;

use super::random::Dice;
use super::*;

/// Octets around a frame in a PLTU: marker and CRC-32.
const PLTU_OVERHEAD: u64 = 7;

/// One end and the frames on their way to it.
struct End {
    node: Endpoint<Vec<u8>>,
    arriving: Vec<(Instant, Vec<u8>)>,
    sends_until: Instant,
    received: Vec<Vec<u8>>,
    ended: Option<EndOfSession>,
}

impl End {
    fn new(mib: MibBuilder, duplex: Duplex, mode: Mode, packets: &[Vec<u8>]) -> Self {
        let simplex = duplex != Duplex::Full && duplex != Duplex::Half;
        let qos = if simplex {
            Qos::Expedited
        } else {
            Qos::SequenceControlled
        };
        let channel = ChannelMemory {
            expedited: vec![0; 100_000],
            sequence_controlled: vec![0; 100_000],
            sent: vec![0; 300_000],
        };
        let memory = Memory {
            delivery: vec![0; 200_000],
            ..Memory::of_pcid_0(channel)
        };
        let mut node = Endpoint::new(mib.build().unwrap(), memory).unwrap();
        for directive in [
            LocalDirective::SetDuplex(duplex),
            LocalDirective::SetMode(mode),
        ] {
            node.handle_directive(Instant::ZERO, directive).unwrap();
        }
        for packet in packets {
            node.submit(Instant::ZERO, PortId::ZERO, qos, packet)
                .unwrap();
        }
        if duplex != Duplex::SimplexReceive {
            node.handle_directive(Instant::ZERO, LocalDirective::LocalNoMoreData)
                .unwrap();
        }
        Self {
            node,
            arriving: Vec::new(),
            sends_until: Instant::ZERO,
            received: Vec::new(),
            ended: None,
        }
    }

    /// What arrives and what is due.
    fn live(&mut self, now: Instant) {
        self.node.handle_timeout(now);
        while self.arriving.first().is_some_and(|(at, _)| *at <= now) {
            let (_, frame) = self.arriving.remove(0);
            self.node.handle_phy_status(
                now,
                PhyStatus {
                    carrier_acquired: true,
                    symbol_inlock_status: true,
                },
            );
            let _ = self.node.handle_frame(now, &frame);
        }
        let mut buf = vec![0; 2_100]; // whole packets only, one frame of user octets at most
        while let Some(delivery) = self.node.poll_delivery(&mut buf).unwrap() {
            self.received.push(delivery.octets.to_vec());
        }
        while let Some(event) = self.node.poll_event() {
            if let Event::EndOfSession(why) = event {
                self.ended = Some(why);
            }
        }
    }

    /// The frame that leaves now, and when its last bit is out.
    fn frame(&mut self, now: Instant) -> Option<(Instant, Vec<u8>)> {
        if now < self.sends_until {
            return None;
        }
        let simplex = self.node.communication_values().transmitter.data_rate();
        let rate = self.node.transmit_rate().or(simplex)?;
        let mut buf = [0; 2048];
        let frame = self.node.poll_transmit(now, &mut buf)?.to_vec();
        let bits = (frame.len() as u64 + PLTU_OVERHEAD) * 8;
        self.sends_until = now + rate.duration_of_bits(bits);
        Some((self.sends_until, frame))
    }
}

/// Space packets of this length, counted.
fn packets(count: u8, len: u8) -> Vec<Vec<u8>> {
    let header = |n| [0x08, 0x01, 0xC0, n, 0x00, len - 7];
    let body = usize::from(len) - 6;
    (0..count)
        .map(|n| [&header(n)[..], &vec![n; body]].concat())
        .collect()
}

/// What lies between the ends: one-way light time; with a seed one frame in [`LOST`] is lost.
#[derive(Clone, Copy)]
struct Channel {
    light: Duration,
    seed: Option<u64>,
}

/// One frame in so many is lost.
const LOST: usize = 6;

/// Steps of a millisecond until both ends are done.
fn run(ends: &mut [End; 2], channel: Channel, longest: Duration) -> Instant {
    let mut dice = Dice::new(channel.seed.unwrap_or(1));
    let mut now = Instant::ZERO;
    while now.duration_since(Instant::ZERO) < longest && ends.iter().any(|end| end.ended.is_none())
    {
        now = now + Duration::from_millis(1);
        for from in [0, 1] {
            ends[from].live(now);
            if let Some((sent, frame)) = ends[from].frame(now)
                && (channel.seed.is_none() || dice.below(LOST) > 0)
            {
                ends[1 - from].arriving.push((sent + channel.light, frame));
            }
        }
    }
    now
}

fn session(name: &str, duplex: Duplex, channel: Channel) -> Instant {
    let (_, text) = PROFILES.into_iter().find(|&(n, _)| n == name).unwrap();
    let file = MibFile::parse(name, text).unwrap();
    let (commands, science) = (packets(20, 200), packets(200, 250));
    let mut ends = [
        End::new(file.caller(), duplex, Mode::ConnectingT, &commands),
        End::new(file.responder(), duplex, Mode::ConnectingL, &science),
    ];
    let over = run(&mut ends, channel, Duration::from_secs(3_000));
    let [caller, responder] = ends;
    let what = format!(
        "{name} {duplex:?} with losses {:?}, at {over}",
        channel.seed
    );
    // The last word of a session can be lost like any other; then the end that waits for it stops by itself, with everything delivered.
    let well = |why| {
        why == EndOfSession::NoMoreData || channel.seed.is_some() && why == EndOfSession::NoAnswer
    };
    for end in [&caller, &responder] {
        assert!(
            end.ended.is_some_and(well),
            "{what}: {:?} {:?}",
            end.ended,
            end.node.status()
        );
    }
    assert!(
        caller.received == science && responder.received == commands,
        "{what}"
    );
    over
}

const HERE: Channel = Channel {
    light: Duration::ZERO,
    seed: None,
};
/// 10,000 km.
const FAR: Channel = Channel {
    light: Duration::from_micros(33_356),
    seed: None,
};

const SEEDS: [Option<u64>; 4] = [Some(11), Some(12), Some(15), Some(18)];

#[test]
fn lab_holds_sessions_within_seconds() {
    for duplex in [Duplex::Full, Duplex::Half] {
        let over = session("lab", duplex, HERE);
        assert!(over.as_micros() < 8_000_000, "{duplex:?} took until {over}");
        for seed in SEEDS {
            let over = session("lab", duplex, Channel { seed, ..HERE });
            assert!(
                over.as_micros() < 30_000_000,
                "{duplex:?} {seed:?} took until {over}"
            );
        }
    }
}

#[test]
fn relay_profiles_hold_sessions_at_ten_thousand_kilometres() {
    for name in ["mars-express-melacom", "electra-like"] {
        for duplex in [Duplex::Full, Duplex::Half] {
            session(name, duplex, FAR);
            for seed in SEEDS {
                session(name, duplex, Channel { seed, ..FAR });
            }
        }
    }
}

#[test]
fn zhurong_sends_in_the_blind_to_mars_express() {
    let (rover, orbiter) = (PROFILES[2], PROFILES[1]);
    assert_eq!((rover.0, orbiter.0), ("zhurong", "mars-express-melacom"));
    let rover = MibFile::parse(rover.0, rover.1).unwrap().caller();
    let orbiter = MibFile::parse(orbiter.0, orbiter.1).unwrap().caller();
    assert_eq!(
        orbiter.local_spacecraft_id, rover.remote_spacecraft_id,
        "the two profiles are one test"
    );
    let picture = packets(100, 250);
    let mut ends = [
        End::new(rover, Duplex::SimplexTransmit, Mode::Active, &picture),
        End::new(orbiter, Duplex::SimplexReceive, Mode::Active, &[]),
    ];
    run(&mut ends, FAR, Duration::from_secs(60));
    let [rover, orbiter] = ends;
    assert_eq!(rover.ended, Some(EndOfSession::NoMoreData));
    assert!(orbiter.received == picture);
}
