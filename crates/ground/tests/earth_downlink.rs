//! The orbiter's Earth downlink, read by the ground's own frame reader, which was held against recordings of real spacecraft: every packet comes out
//! in order, priorities and shares are kept, counts go on over a restart, and dumps that are repeated through losses merge into the recording.

#![expect(
    clippy::cast_possible_truncation,
    reason = "numbers and fill are meant to be cut"
)]

use std::collections::BTreeMap;

use magpie_ground::demux::{Demux, Spacecraft};
use magpie_ground::frames::{FrameKind, FrameSpec};
use magpie_link::clock::{Duration, Instant};
use magpie_relay::earth::downlink::dump::{DumpLimits, DumpReceiver, Taken};
use magpie_relay::earth::downlink::playback::{
    DumpRecord, DumpRequest, DumpSource, Playback, PlaybackConfig, SourceFault,
};
use magpie_relay::earth::downlink::{
    Counters, Downlink, DownlinkConfig, OfferError, Sent, VcConfig,
};
use magpie_wire::id::{AosScid, Apid, Scid, UslpScid, Vcid};

const KINDS: [FrameKind; 3] = [FrameKind::Tm, FrameKind::Aos, FrameKind::Uslp];

fn vcid(number: u8) -> Vcid {
    Vcid::new(number).unwrap()
}

/// The managed parameters on board and what the ground must know of them.
fn channel(kind: FrameKind, len: usize, channels: &[VcConfig]) -> (DownlinkConfig, FrameSpec) {
    let config = match kind {
        FrameKind::Tm => DownlinkConfig::tm(Scid::new(0x41).unwrap(), len),
        FrameKind::Aos => DownlinkConfig::aos(AosScid::new(0x41), len),
        _ => DownlinkConfig::uslp(UslpScid::new(0x41), len),
    };
    let spec = FrameSpec {
        fecf: true,
        ocf: true,
        ..FrameSpec::new(kind, Some(len))
    };
    let config = channels
        .iter()
        .fold(config, |config, channel| config.with_channel(*channel));
    (config, spec)
}

/// A space packet written by hand (133.0): version 000, telemetry, unsegmented.
fn packet(apid: u16, count: u16, len: usize) -> Vec<u8> {
    let data = len.max(7) - 6;
    let mut octets = Vec::new();
    octets.extend(apid.to_be_bytes());
    octets.extend((0xC000 | (count & 0x3FFF)).to_be_bytes());
    octets.extend(u16::try_from(data - 1).unwrap().to_be_bytes());
    octets.extend((0..data).map(|at| (at as u8).wrapping_mul(37).wrapping_add(count as u8)));
    octets
}

/// What the ground makes of frames: packets by channel without idle ones, and its report.
struct Ground {
    demux: Demux,
    packets: BTreeMap<u8, Vec<Vec<u8>>>,
}

impl Ground {
    fn new(spec: FrameSpec) -> Self {
        Self {
            demux: Demux::new(spec, Spacecraft::Only(0x41)),
            packets: BTreeMap::new(),
        }
    }

    fn take(&mut self, frame: &[u8]) {
        let packets = &mut self.packets;
        self.demux.handle_frame(0, frame, &mut |found| {
            if found.packet.apid().is_some_and(|apid| apid != 0x7FF) {
                let octets = found.packet.octets().to_vec();
                packets.entry(found.channel.vcid).or_default().push(octets);
            }
        });
    }

    fn of(&self, vcid: u8) -> &[Vec<u8>] {
        self.packets.get(&vcid).map_or(&[], Vec::as_slice)
    }

    /// Frames that the counts say are missing, and frames refused.
    fn losses(self) -> (u64, u64) {
        let report = self.demux.finish(0);
        let missing = report
            .virtual_channels
            .values()
            .map(|channel| channel.missing_frames_by_count);
        (missing.sum(), report.rejected.values().sum())
    }
}

/// Numbers that look random and are the same each time (a linear congruential generator).
fn next(state: &mut u32) -> u32 {
    *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    *state >> 8
}

#[test]
fn every_packet_comes_out_in_order_whatever_its_length() {
    for kind in KINDS {
        let (config, spec) = channel(
            kind,
            220,
            &[VcConfig::real_time(vcid(1)), VcConfig::playback(vcid(2))],
        );
        let mut downlink = Downlink::new(config).unwrap();
        let mut ground = Ground::new(spec);
        let mut sent: BTreeMap<u8, Vec<Vec<u8>>> = BTreeMap::new();
        let (mut random, mut frame) = (7, [0; 220]);
        for step in 0..9_000_u64 {
            let now = Instant::from_micros(step * 100_000);
            if step < 3_800 && !next(&mut random).is_multiple_of(3) {
                let number = 1 + (next(&mut random) % 2) as u8;
                let of = sent.entry(number).or_default();
                // From the shortest packet to some that span several frames.
                let len = 7 + (next(&mut random) % 60).pow(2) as usize % 1_500;
                let new = packet(u16::from(number) + 100, of.len() as u16, len);
                match downlink.offer(now, vcid(number), &new) {
                    Ok(()) => of.push(new),
                    Err(error) => assert_eq!(error, OfferError::Full),
                }
            }
            downlink.next_frame(now, &mut frame).unwrap();
            ground.take(&frame);
        }
        for number in [1, 2] {
            let stats = downlink.stats(vcid(number)).unwrap();
            assert_eq!(stats.offered, stats.accepted + stats.refused_full);
            assert_eq!(stats.accepted, stats.sent, "{kind} {number}");
            assert!(sent[&number].len() > 300, "{kind} {number}");
            assert_eq!(ground.of(number), sent[&number], "{kind} {number}");
        }
        assert_eq!(ground.losses(), (0, 0), "{kind}");
    }
}

#[test]
fn real_time_goes_first_and_playback_keeps_its_share() {
    for kind in KINDS {
        let playback = VcConfig {
            share: 200,
            ..VcConfig::playback(vcid(2))
        };
        let (config, _) = channel(kind, 128, &[VcConfig::real_time(vcid(1)), playback]);
        let mut downlink = Downlink::new(config).unwrap();
        let (mut frames, mut frame) = ([0_u32; 3], [0; 128]);
        for step in 0..1_000 {
            let now = Instant::from_micros(step * 1_000);
            for number in [1, 2] {
                while downlink.waiting(vcid(number)) < 10_000 {
                    downlink
                        .offer(now, vcid(number), &packet(1, 0, 500))
                        .unwrap();
                }
            }
            if let Sent::Data(vcid) = downlink.next_frame(now, &mut frame).unwrap() {
                frames[usize::from(vcid.get())] += 1;
            }
        }
        // A fifth is guaranteed to playback, the rest is real time's; a frame more or less.
        assert!((199..=201).contains(&frames[2]), "{kind}: {frames:?}");
        assert_eq!(frames[1] + frames[2], 1_000, "{kind}");
    }
}

#[test]
fn a_packet_waits_no_longer_than_its_limit_and_idle_frames_fill_the_rest() {
    for kind in KINDS {
        let (config, spec) = channel(kind, 220, &[VcConfig::real_time(vcid(1))]);
        let mut downlink = Downlink::new(config).unwrap();
        let (mut ground, mut frame) = (Ground::new(spec), [0; 220]);
        let small = packet(5, 0, 30);
        downlink.offer(Instant::ZERO, vcid(1), &small).unwrap();
        let due = downlink.poll_timeout().unwrap();
        assert_eq!(due, Instant::ZERO + Duration::from_secs(1), "{kind}");
        let early = Instant::from_micros(999_999);
        assert_eq!(
            downlink.next_frame(early, &mut frame),
            Ok(Sent::Idle),
            "{kind}"
        );
        ground.take(&frame);
        assert!(ground.of(1).is_empty());
        assert_eq!(
            downlink.next_frame(due, &mut frame),
            Ok(Sent::Data(vcid(1))),
            "{kind}"
        );
        ground.take(&frame);
        assert_eq!(ground.of(1), [small], "{kind}");
        assert_eq!(ground.losses(), (0, 0), "{kind}");
    }
}

#[test]
fn a_restart_with_its_counts_is_no_loss_and_one_without_is() {
    for kind in KINDS {
        let (config, spec) = channel(kind, 220, &[VcConfig::real_time(vcid(1))]);
        let run = |restore: bool| {
            let (mut ground, mut frame) = (Ground::new(spec), [0; 220]);
            let mut downlink = Downlink::new(config.clone()).unwrap();
            for step in 0..40 {
                let now = Instant::from_micros(step * 2_000_000);
                if step == 20 {
                    let kept = downlink.export().to_octets();
                    downlink = Downlink::new(config.clone()).unwrap();
                    if restore {
                        downlink.restore(&Counters::parse(&kept).unwrap()).unwrap();
                    }
                }
                downlink
                    .offer(now, vcid(1), &packet(9, step as u16, 60))
                    .unwrap();
                let later = now + Duration::from_secs(1);
                downlink.next_frame(later, &mut frame).unwrap();
                ground.take(&frame);
            }
            assert_eq!(ground.of(1).len(), 40, "{kind}");
            ground.losses().0
        };
        assert_eq!(run(true), 0, "{kind}");
        assert!(run(false) > 0, "{kind}");
    }
}

/// A memory with records of odd sizes, some numbers of which do not exist.
struct Memory;

impl Memory {
    fn record(number: u64) -> Option<(Vec<u8>, Vec<u8>)> {
        let octets = |len: u64| (0..len).map(|at| (at ^ number) as u8).collect();
        (number % 11 != 3).then(|| (octets(number % 23), octets(number * number % 4_001)))
    }
}

impl DumpSource for Memory {
    fn end(&self, _: u32) -> u64 {
        200
    }

    fn next(&mut self, _: u32, from: u64, record: &mut DumpRecord) -> Result<bool, SourceFault> {
        let found = (from..200).find_map(|number| Some((number, Self::record(number)?)));
        let Some((number, (header, payload))) = found else {
            return Ok(false);
        };
        *record = DumpRecord {
            number,
            header,
            payload,
        };
        Ok(true)
    }
}

#[test]
fn dumps_repeated_through_losses_merge_into_the_recording() {
    let (config, spec) = channel(FrameKind::Tm, 1_115, &[VcConfig::playback(vcid(2))]);
    let mut downlink = Downlink::new(config).unwrap();
    let mut playback = Playback::new(PlaybackConfig::new(Apid::new(700).unwrap())).unwrap();
    let mut receiver = DumpReceiver::new(DumpLimits::default());
    let mut recording: BTreeMap<u64, (Vec<u8>, Vec<u8>)> = BTreeMap::new();
    let (mut random, mut now) = (3, Instant::ZERO);
    let mut rounds = 0;
    loop {
        let missing = receiver.missing(4, 0, 199, 1_000);
        if missing.is_empty() {
            break;
        }
        rounds += 1;
        assert!(rounds < 60, "still missing {missing:?}");
        // A ground station restarts between two dumps; it goes on from what it kept.
        receiver = DumpReceiver::restore(DumpLimits::default(), &receiver.export()).unwrap();
        for run in missing.chunks(60).next().unwrap() {
            let (first, last) = (*run.start(), *run.end());
            let stream = 4;
            playback
                .request(DumpRequest {
                    stream,
                    first,
                    last,
                })
                .unwrap();
        }
        // Each dump is another pass: the ground's reader begins anew, a third of the frames is lost.
        let (mut ground, mut frame) = (Ground::new(spec), [0; 1_115]);
        loop {
            now = now + Duration::from_millis(100);
            playback
                .pump(now, &mut Memory, &mut downlink, vcid(2))
                .unwrap();
            let sent = downlink.next_frame(now, &mut frame).unwrap();
            if !next(&mut random).is_multiple_of(3) {
                ground.take(&frame);
            }
            if sent == Sent::Idle && playback.is_idle() && downlink.waiting(vcid(2)) == 0 {
                break;
            }
        }
        for octets in ground.of(2) {
            let taken = receiver.handle_packet(octets, &mut |record| {
                let octets = (record.header.to_vec(), record.payload.to_vec());
                let before = recording.insert(record.number, octets);
                assert_eq!(before, None, "record {} came twice", record.number);
            });
            assert!(
                !matches!(taken, Taken::NotADump | Taken::Conflict | Taken::BadRecord),
                "{taken:?}"
            );
        }
    }
    assert!(rounds > 2, "losses must have made repeats necessary");
    let all: BTreeMap<_, _> = (0..200)
        .filter_map(|number| Some((number, Memory::record(number)?)))
        .collect();
    assert_eq!(recording, all);
}
