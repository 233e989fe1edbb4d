//! The orbiter: decoder without hints, transceiver in simplex receive, on-board interface, recorder.
//!
//! Nothing in here knows what the rover does. Lock comes from the decoder's own quality; a signal is declared when the lock has held for
//! [`SIGNAL_BITS`] bits, since in half an hour of noise a short false lock may well happen.

use std::collections::BTreeMap;

use magpie_coding::pltu::{PltuEncoder, PltuReject};
use magpie_coding::viterbi::{AutoViterbi, G2Choice, Run};
use magpie_link::clock::Instant;
use magpie_link::endpoint::{Endpoint, Memory};
use magpie_link::mac::{Duplex, LocalDirective, Mode, PhyStatus};
use magpie_link::mib::MibBuilder;
use magpie_link::transceiver::{Observation, Transceiver};
use magpie_relay::block::{BLOCK_OVERHEAD, BlockHeader, Port, TransferBlock};
use magpie_relay::canister::Canister;
use magpie_relay::recorder::{Recorder, RecorderConfig, Recordings, Stored};
use magpie_relay::store::RamStore;
use magpie_wire::id::Pcid;

use crate::RunError;
use crate::fault::Interface;
use crate::rover::{apid, rate, scid};
use crate::scenario::Scenario;

/// Bits of unbroken lock that make a signal.
pub const SIGNAL_BITS: u64 = 1_024;

/// A frame candidate that the receiver found, good or bad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// End of its marker.
    pub marker_end: Instant,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Accepted, and how it came through the interface into the memory.
    Accepted {
        /// The transfer frame.
        frame: Vec<u8>,
        /// What the memory saw.
        kept: Kept,
    },
    /// Refused by the transceiver.
    Refused {
        /// Why.
        reason: &'static str,
        /// Octets of the frame, as far as they are known.
        octets: u64,
    },
}

/// What the memory saw of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Its check was good.
    Good,
    /// Its check was good although the interface had spoiled the content: the check was fooled, as happens to one spoiled block in 65,536.
    Fooled,
    /// Its check failed; it is kept and marked.
    Damaged,
    /// No room, although its check was good.
    RefusedGood,
    /// No room, and its check failed.
    RefusedDamaged,
}

/// What the orbiter holds after a window.
#[derive(Debug)]
pub struct Heard {
    /// Both recordings; `None` if they are in a memory that nobody here can look into, as in a flight computer.
    pub recordings: Option<Recordings<RamStore>>,
    /// All candidates, in order.
    pub found: Vec<Found>,
    /// Start of the first lock that made a signal.
    pub locked_at: Option<Instant>,
    /// Bits decoded in lock.
    pub locked_bits: u64,
    /// Rejections by the transceiver's own counters.
    pub rejections: BTreeMap<&'static str, u64>,
    /// Blocks that went into the interface on the frame port and on the canister port.
    pub blocks: [u64; 2],
    /// Of these, stored as good, stored as damaged, refused for want of room.
    pub outcomes: [[u64; 3]; 2],
}

/// The orbiter while it listens.
pub struct Orbiter {
    decoder: AutoViterbi,
    back: Back,
}

/// Everything behind the decoder.
struct Back {
    transceiver: Transceiver<Vec<u8>>,
    canister: Canister<Vec<u8>>,
    memory: Memories,
    start: Instant,
    symbol_rate: u64,
    /// Number of the decoder's first symbol in the window.
    origin: u64,
    /// The receiver tells the state of the physical layer; else it follows from the decoder's lock.
    told: bool,
    in_lock: Option<Lock>,
    locked_at: Option<Instant>,
    locked_bits: u64,
    found: Vec<Found>,
}

/// A lock that holds.
#[derive(Clone, Copy)]
struct Lock {
    since: Instant,
    bits: u64,
    /// When the last bit had come.
    last: Instant,
}

/// Interface and memory.
struct Memories {
    interfaces: [Interface; 2],
    recorder: Recorder<RamStore>,
    counts: [u32; 2],
    outcomes: [[u64; 3]; 2],
}

impl Orbiter {
    /// An orbiter that begins to listen at `start`. `interfaces` are those of the frame port and of the canister port.
    pub fn new(
        scenario: &Scenario,
        pass: u16,
        start: Instant,
        interfaces: [Interface; 2],
    ) -> Result<Self, RunError> {
        let setting = |error: &dyn std::fmt::Display| RunError::Setting(error.to_string());
        let pcid = Pcid::new(scenario.rover.pcid).unwrap_or_default();
        let builder = MibBuilder {
            local_pcid: pcid,
            remote_pcid: pcid,
            ..MibBuilder::new(scid(scenario.orbiter.scid), scid(scenario.rover.scid))
        };
        let mib = builder.build().map_err(|error| setting(&error))?;
        let endpoint = Endpoint::new(mib, Memory::default()).map_err(|error| setting(&error))?;
        let mut transceiver = Transceiver::new(endpoint, rate(scenario)?);
        for directive in [
            LocalDirective::SetDuplex(Duplex::SimplexReceive),
            LocalDirective::SetMode(Mode::Active),
        ] {
            transceiver
                .handle_directive(start, directive)
                .map_err(|error| RunError::Setting(format!("{error:?}")))?;
        }
        let config = RecorderConfig {
            pass,
            apid_frames: apid(scenario.orbiter.apid_frames),
            apid_canister: apid(scenario.orbiter.apid_canister),
        };
        let half = scenario.orbiter.recorder_octets / 2;
        let recorder = Recorder::open(config, start, RamStore::new(half), RamStore::new(half))
            .map_err(|error| setting(&error))?;
        let back = Back {
            transceiver,
            canister: Canister::new(vec![0; scenario.orbiter.canister_block_octets.into()]),
            memory: Memories {
                interfaces,
                recorder,
                counts: [0; 2],
                outcomes: [[0; 3]; 2],
            },
            start,
            symbol_rate: 2 * u64::from(scenario.uhf.bit_rate),
            origin: 0,
            told: false,
            in_lock: None,
            locked_at: None,
            locked_bits: 0,
            found: Vec::new(),
        };
        Ok(Self {
            decoder: AutoViterbi::new(G2Choice::Inverted),
            back,
        })
    }

    /// Takes soft symbols as the receiver gives them.
    pub fn listen(&mut self, soft: &[i8]) {
        let back = &mut self.back;
        self.decoder.push(soft, |run| back.handle_run(run));
    }

    /// The receiver begins a new count of symbols: the next one is number `symbol` of the window.
    pub fn begin_at(&mut self, symbol: u64) {
        let back = &mut self.back;
        let mut decoder = AutoViterbi::new(G2Choice::Inverted);
        std::mem::swap(&mut decoder, &mut self.decoder);
        decoder.finish(|run| back.handle_run(run));
        back.lose_lock();
        back.origin = symbol;
    }

    /// The receiver's carrier and symbol lock. From the first time on the link goes by them, not by the decoder's.
    pub fn handle_phy_status(&mut self, now: Instant, status: PhyStatus) {
        self.back.told = true;
        self.back.tell(now, status);
    }

    /// The window is over.
    pub fn close(mut self, now: Instant) -> Heard {
        let back = &mut self.back;
        self.decoder.finish(|run| back.handle_run(run));
        back.lose_lock();
        let rejections = back
            .transceiver
            .stats()
            .rejections()
            .map(|(reason, n)| (reason.name(), n))
            .collect();
        let memory = self.back.memory;
        Heard {
            recordings: Some(memory.recorder.close(now)),
            found: self.back.found,
            locked_at: self.back.locked_at,
            locked_bits: self.back.locked_bits,
            rejections,
            blocks: memory.counts.map(u64::from),
            outcomes: memory.outcomes,
        }
    }
}

impl Back {
    fn handle_run(&mut self, run: &Run<'_>) {
        if !run.is_locked() {
            self.lose_lock();
            return;
        }
        let first = self.time_of(run.symbol_of(0));
        let last = self.time_of(run.symbol_of(run.bits().len()));
        if self.in_lock.is_none() {
            self.report_lock(first, true);
        }
        let lock = self.in_lock.get_or_insert(Lock {
            since: first,
            bits: 0,
            last,
        });
        lock.bits += run.bits().len() as u64;
        lock.last = last;
        self.locked_bits += run.bits().len() as u64;
        if lock.bits >= SIGNAL_BITS {
            self.locked_at.get_or_insert(lock.since);
        }
        self.record_bits(run);
        let (memory, found) = (&mut self.memory, &mut self.found);
        let taken = self.transceiver.handle_bits(last, run.bits(), &mut |seen| {
            found.push(observe(memory, &seen));
        });
        assert_eq!(
            taken,
            run.bits().len(),
            "no delivery memory was lent, so none can be full"
        );
    }

    /// The canister takes every bit in lock.
    fn record_bits(&mut self, run: &Run<'_>) {
        let memory = &mut self.memory;
        for (index, &bit) in run.bits().iter().enumerate() {
            let micros = (self.origin + run.symbol_of(index)) * 1_000_000 / self.symbol_rate;
            let at = Instant::from_micros(self.start.as_micros() + micros);
            self.canister.push(at, bit, |time, octets| {
                memory.transfer(Port::Canister, time, octets);
            });
        }
    }

    fn lose_lock(&mut self) {
        let Some(lock) = self.in_lock.take() else {
            return;
        };
        let (memory, found) = (&mut self.memory, &mut self.found);
        self.transceiver
            .finish(lock.last, &mut |seen| found.push(observe(memory, &seen)));
        self.canister.flush(|time, octets| {
            memory.transfer(Port::Canister, time, octets);
        });
        self.report_lock(lock.last, false);
    }

    fn report_lock(&mut self, now: Instant, locked: bool) {
        let status = PhyStatus {
            carrier_acquired: locked,
            symbol_inlock_status: locked,
        };
        if !self.told {
            self.tell(now, status);
        }
    }

    fn tell(&mut self, now: Instant, status: PhyStatus) {
        self.transceiver.handle_phy_status(now, status);
        while self.transceiver.poll_event().is_some() {}
    }

    fn time_of(&self, symbol: u64) -> Instant {
        let micros = (self.origin + symbol) * 1_000_000 / self.symbol_rate;
        Instant::from_micros(self.start.as_micros() + micros)
    }
}

/// A candidate becomes an entry of the truth; an accepted frame crosses the interface as its PLTU.
fn observe(memory: &mut Memories, seen: &Observation<'_>) -> Found {
    match *seen {
        Observation::Frame { frame, facts, .. } => {
            let mut pltu = vec![0; PltuEncoder::new().pltu_len(frame.octets().len())];
            PltuEncoder::new()
                .encode(frame.octets(), &mut pltu)
                .expect("a frame that came in a PLTU fits one");
            let kept = memory.transfer(Port::Frames, facts.asm_end, &pltu);
            Found {
                marker_end: facts.asm_end,
                fate: Fate::Accepted {
                    frame: frame.octets().to_vec(),
                    kept,
                },
            }
        }
        Observation::Refused {
            octets,
            reason,
            facts,
        } => Found {
            marker_end: facts.asm_end,
            fate: Fate::Refused {
                reason: reason.name(),
                octets: octets.len() as u64,
            },
        },
        Observation::Candidate { reason, facts } => {
            let (name, octets) = match reason {
                PltuReject::Crc { len, .. } => ("pltu_crc", u64::from(len)),
                PltuReject::Length { .. } => ("pltu_length", 0),
                PltuReject::Truncated { .. } => ("pltu_truncated", 0),
                PltuReject::Version { .. } | PltuReject::TruncatedNotManaged => ("pltu_version", 0),
            };
            Found {
                marker_end: facts.asm_end,
                fate: Fate::Refused {
                    reason: name,
                    octets,
                },
            }
        }
    }
}

impl Memories {
    /// Sends content through the interface into the memory.
    fn transfer(&mut self, port: Port, time: Instant, content: &[u8]) -> Kept {
        let index = match port {
            Port::Frames => 0,
            Port::Canister => 1,
        };
        let mut block = BlockHeader {
            count: self.counts[index],
            time,
        }
        .to_block(content);
        self.counts[index] = self.counts[index].wrapping_add(1);
        debug_assert_eq!(block.len(), content.len() + BLOCK_OVERHEAD);
        self.interfaces[index].pass(&mut block);
        let answer = self.recorder.handle_block(time, port, &block);
        let check = TransferBlock::parse(&block);
        let kept = match (answer, check.is_ok()) {
            (Ok(Stored::Good), _) if !holds(check.ok(), content) => Kept::Fooled,
            (Ok(Stored::Good), _) => Kept::Good,
            (Ok(Stored::Damaged), _) => Kept::Damaged,
            (Err(_), true) => Kept::RefusedGood,
            (Err(_), false) => Kept::RefusedDamaged,
        };
        let outcome = match kept {
            Kept::Good | Kept::Fooled => 0,
            Kept::Damaged => 1,
            Kept::RefusedGood | Kept::RefusedDamaged => 2,
        };
        self.outcomes[index][outcome] += 1;
        kept
    }
}

/// The truth about a block: does it still hold the content that was sent?
fn holds(block: Option<TransferBlock<'_>>, content: &[u8]) -> bool {
    block.is_some_and(|block| {
        block.content() == content
            || block
                .content()
                .windows(content.len().max(1))
                .any(|window| window == content)
    })
}
