//! Passes flown by the flight programs, wherever they run.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::Duration;

use magpie::channel::pass::{End, Plan, fly};
use magpie::channel::run::RunError;
use magpie::channel::{Modem, Run, Settings, Side};
use magpie::emulated::image::Image;
use magpie::emulated::place::Place;
use magpie_bus::Fate;
use magpie_bus::order::{Order, Pass, PassMode, ReturnCode};
use magpie_coding::cadu::{CaduConfig, decode_unit};
use magpie_coding::crc::crc32_proximity;
use magpie_coding::reed_solomon::{RsCode, RsReport};
use magpie_ground::demux::{Demux, Spacecraft};
use magpie_ground::frames::{FrameKind, FrameSpec};
use magpie_ground::recording::{Recording, RecordingAssembler};
use magpie_ground::team::{Completion, Team, TeamConfig};
use magpie_relay::block::TransferBlock;
use magpie_relay::record::Record;
use magpie_sim::payload::Payload;
use magpie_wire::id::{Apid, Scid};
use magpie_wire::pltu::Pltu;

const FRAME_LEN: usize = 1_115;
/// Number of the pass.
const NUMBER: u16 = 7;

/// Two flight computers on a channel, and what the rover has to say.
pub(crate) struct Flight {
    pub(crate) run: Run,
    payload: Vec<u8>,
}

/// Octets without a pattern that a lost piece could hide in (a linear congruential generator, constants of Numerical Recipes).
pub(crate) fn payload(len: usize) -> Vec<u8> {
    let mut state = 2_021_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..len).map(|_| next()).collect()
}

pub(crate) fn plan(mode: PassMode, send_ms: u32, window_s: u64) -> Plan {
    Plan {
        pass: Pass {
            number: NUMBER,
            mode,
            return_rate: 8_000,
            forward_rate: 8_000,
            send_ms,
            return_code: ReturnCode::Convolutional,
        },
        rover_after_us: 0,
        window_us: window_s * 1_000_000,
    }
}

impl Flight {
    /// These computers, as in `--rover` and `--orbiter`.
    pub(crate) fn new(settings: &Settings, rover: &str, orbiter: &str, len: usize) -> Self {
        let open = |place: &str, image| {
            let place: Place = place.parse().unwrap();
            let opened = place.open(image, None);
            opened.unwrap_or_else(|failure| panic!("{failure}"))
        };
        let payload = payload(len);
        let file = Payload {
            name: "payload.bin".to_owned(),
            octets: payload.clone(),
        };
        let patience = Duration::from_secs(30);
        let rover = Modem::new(open(rover, Image::Rover), vec![file], patience);
        let orbiter = Modem::new(open(orbiter, Image::Orbiter), vec![], patience);
        Self::of(settings, rover, orbiter, payload)
    }

    pub(crate) fn of(settings: &Settings, rover: Modem, orbiter: Modem, payload: Vec<u8>) -> Self {
        let mut run = Run::new(settings, rover, orbiter, 1_000_000_000);
        assert_eq!(run.await_boots(), Ok(None));
        Self { run, payload }
    }

    /// Flies a pass; the trouble is called before each stretch.
    pub(crate) fn fly(
        &mut self,
        plan: &Plan,
        mut trouble: impl FnMut(&mut Run) -> Result<(), RunError>,
    ) -> End {
        fly(&mut self.run, plan, &mut |run| {
            trouble(run)?;
            Ok(true)
        })
        .unwrap()
    }

    /// A counter of a computer, as it stands now.
    pub(crate) fn counter(&mut self, side: Side, name: &str) -> u32 {
        assert_eq!(self.run.modem_mut(side).report(), Ok(true));
        let counters = &self.run.modem(side).book().counters;
        counters.get(name).copied().unwrap_or(0)
    }

    /// Where both ends stand, for a story that went wrong.
    pub(crate) fn told(&mut self) -> String {
        let mut text = String::new();
        for side in Side::BOTH {
            assert_eq!(self.run.modem_mut(side).report(), Ok(true));
            let book = self.run.modem(side).book();
            let counters: Vec<_> = book.counters.iter().filter(|(_, n)| **n > 0).collect();
            let _ = writeln!(
                text,
                "{side:?} in state {} after {} s, {} stretches without an answer, {counters:?}, log {:?}",
                book.state,
                self.run.elapsed_us() / 1_000_000,
                book.silent,
                book.log
            );
        }
        text
    }

    /// Frames that the orbiter says are in its store, by check.
    pub(crate) fn recorded(&self) -> Vec<u32> {
        let found = self.run.modem(Side::Orbiter).book().found.iter();
        let recorded = found.filter(|found| found.fate == Fate::Recorded);
        recorded.map(|found| found.crc32).collect()
    }

    /// User frames that the rover sent, each once, in the order of sending.
    pub(crate) fn sent(&self) -> Vec<u32> {
        let sent = self.run.air(Side::Rover).tap().sent().iter();
        let sent = sent.filter(|frame| frame.is_user_data());
        let mut seen = HashSet::new();
        sent.map(|frame| crc32_proximity(&frame.octets))
            .filter(|check| seen.insert(*check))
            .collect()
    }

    /// What the ground makes of the orbiter's dump: the frames in it, and whether the rover's team has the whole file.
    pub(crate) fn ground(&mut self) -> Ground {
        let modem = self.run.modem_mut(Side::Orbiter);
        assert_eq!(modem.dump(), Ok(true), "the whole downlink");
        let downlink = modem.book().downlink.clone();
        Ground::of(&downlink, &self.payload)
    }

    pub(crate) fn order(&mut self, side: Side, order: Order) {
        self.run.order(side, order).unwrap();
    }
}

/// What arrived on Earth.
#[derive(Debug)]
pub(crate) struct Ground {
    /// Checks of the frames in the recording, in its order.
    pub(crate) frames: Vec<u32>,
    /// The file is there, octet by octet.
    pub(crate) complete: bool,
    pub(crate) octets: usize,
}

impl Ground {
    fn of(downlink: &[u8], payload: &[u8]) -> Self {
        let config = CaduConfig::reed_solomon(RsCode::E16, 5, FRAME_LEN).unwrap();
        let spec = FrameSpec {
            fecf: true,
            ocf: true,
            ..FrameSpec::new(FrameKind::Tm, Some(FRAME_LEN))
        };
        let mut demux = Demux::new(spec, Spacecraft::Only(65));
        let mut assembler = RecordingAssembler::new(1 << 20);
        for (at, cadu) in downlink.chunks(config.cadu_len()).enumerate() {
            let (marker, unit) = cadu.split_at(4);
            assert_eq!(marker, [0x1A, 0xCF, 0xFC, 0x1D]);
            let mut unit = unit.to_vec();
            let report = decode_unit(&config, &mut unit).unwrap();
            assert!(RsReport::is_good(&report));
            demux.handle_frame(at as u64, &unit[..FRAME_LEN], &mut |found| {
                assembler.handle_packet(found.packet.octets());
            });
        }
        let apid = Apid::new(magpie_orbiter::APID).unwrap();
        let recording = assembler.recording(NUMBER, apid);
        let mut frames = Vec::new();
        for record in recording.into_iter().flat_map(Recording::walk) {
            if let Some(frame) = frame_of(&record) {
                frames.push(crc32_proximity(frame));
            }
        }
        let mut team = Team::new(TeamConfig {
            rover: Scid::new(82).unwrap(),
            relay: Scid::new(65).unwrap(),
            apid: Apid::new(1_024).unwrap(),
            entity: 1,
            limit_octets: 1 << 20,
        });
        team.handle_pass(NUMBER, recording, None);
        let file = team.files().next();
        Self {
            frames,
            complete: file.is_some_and(|file| {
                file.completion() == Completion::Complete && file.content() == payload
            }),
            octets: downlink.len(),
        }
    }
}

/// The transfer frame in a record, if it holds a good one.
fn frame_of<'a>(record: &Record<'a>) -> Option<&'a [u8]> {
    let block = TransferBlock::parse(record.body()).ok()?;
    let pltu = Pltu::parse(block.content(), None).ok()?;
    pltu.is_intact(crc32_proximity).then(|| pltu.frame())
}
