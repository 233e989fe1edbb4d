//! The way to Earth: recordings → TM frames → Reed–Solomon, randomizer, marker → convolutional code → deep space → ground station → recordings.

use magpie_coding::cadu::{CaduConfig, CaduEncoder, CaduHunt, CaduHunter, Verdict, decode_unit};
use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
use magpie_coding::reed_solomon::RsCode;
use magpie_coding::viterbi::{AutoViterbi, G2Choice};
use magpie_ground::demux::{Demux, FramesReport, Spacecraft};
use magpie_ground::frames::{FrameKind as GroundFrameKind, FrameSpec};
use magpie_ground::recording::RecordingAssembler;
use magpie_relay::downlink::{Downlink, DownlinkConfig, FrameKind};
use magpie_relay::recorder::Recordings;
use magpie_relay::store::{RamStore, Store};
use magpie_wire::id::Vcid;
use magpie_wire::seq::VcFrameCount8;

use crate::RunError;
use crate::channel::{Channel, Polarity};
use crate::random::Stream;
use crate::rover::scid;
use crate::scenario::Scenario;

/// Octets of a TM frame.
pub const FRAME_LEN: usize = 1115;
/// Codewords of a frame.
const INTERLEAVE: usize = 5;
/// Most symbols of noise in front of the first frame.
const LEAD_SYMBOLS: f64 = 20_000.0;

/// What follows the last unit: a decoder gives its last bits when something comes behind them.
const IDLE: [u8; 128] = [0x55; 128];

/// What the downlink of one pass came to.
#[derive(Debug)]
pub struct Leg {
    /// Recordings as the ground rebuilt them.
    pub assembler: RecordingAssembler,
    /// Frames sent, idle ones included.
    pub frames_sent: u64,
    /// The station's account of the frames it decoded.
    pub account: FramesReport,
    /// Codewords that could not be corrected, in whole frames.
    pub frames_uncorrectable: u64,
    /// Reed–Solomon symbols corrected.
    pub symbols_corrected: u64,
    /// Seconds that the transmission took.
    pub duration_s: f64,
}

/// Plays the downlink of one pass.
pub fn play(
    scenario: &Scenario,
    recordings: &Recordings<RamStore>,
    mut stream: Stream,
    progress: &mut dyn FnMut(f64),
) -> Result<Leg, RunError> {
    let config = config()?;
    let mut sender = Sender::new(scenario, recordings, config, &mut stream)?;
    let total = recordings.frames.store.len() + recordings.canister.store.len() + 1;
    transmit(
        scenario,
        config,
        stream,
        &mut |symbols| sender.next_symbols(symbols),
        &mut |frames| progress(frames as f64 * 1100.0 / total as f64),
    )
}

/// Plays the downlink of one pass of a flight computer, which gave these octets to its transmitter: CADUs end to end.
pub fn play_octets(
    scenario: &Scenario,
    octets: &[u8],
    stream: Stream,
    progress: &mut dyn FnMut(f64),
) -> Result<Leg, RunError> {
    let config = config()?;
    let mut convolutional = ConvolutionalEncoder::new(G2::Inverted);
    let total = octets.len().div_ceil(config.cadu_len()).max(1);
    let tail = [&IDLE[..]; 2];
    let mut units = octets.chunks(config.cadu_len()).chain(tail);
    let mut next = |symbols: &mut Vec<u8>| {
        let unit = units.next();
        symbols.extend(convolutional.encode_octets(unit.unwrap_or(&[])));
        Ok(unit.is_some())
    };
    let mut leg = transmit(scenario, config, stream, &mut next, &mut |frames| {
        progress(frames as f64 / total as f64);
    })?;
    leg.frames_sent = total as u64;
    Ok(leg)
}

/// The code of the downlink.
fn config() -> Result<CaduConfig, RunError> {
    CaduConfig::reed_solomon(RsCode::E16, INTERLEAVE, FRAME_LEN)
        .map_err(|error| RunError::Setting(error.to_string()))
}

/// Sends units through deep space to the station. `next` adds the symbols of the next one, or says that there is none.
fn transmit(
    scenario: &Scenario,
    config: CaduConfig,
    mut stream: Stream,
    next: &mut dyn FnMut(&mut Vec<u8>) -> Result<bool, RunError>,
    progress: &mut dyn FnMut(u64),
) -> Result<Leg, RunError> {
    let settings = &scenario.downlink;
    let polarity = if stream.coin() {
        Polarity::Inverted
    } else {
        Polarity::Upright
    };
    let lead = stream.between(1.0, LEAD_SYMBOLS) as usize;
    let mut channel = Channel::new(stream, polarity);
    let mut station = Station::new(
        scenario,
        config,
        usize::try_from(scenario.orbiter.recorder_octets).unwrap_or(usize::MAX),
    )?;
    let (mut symbols, mut soft) = (Vec::new(), Vec::new());
    channel.carry(&vec![0; lead], None, &mut soft);
    station.receive(&soft);
    let (mut frames_sent, mut symbols_sent) = (0u64, 0u64);
    loop {
        symbols.clear();
        if !next(&mut symbols)? {
            break;
        }
        soft.clear();
        channel.carry(&symbols, Some(settings.eb_n0_db), &mut soft);
        (frames_sent, symbols_sent) = (frames_sent + 1, symbols_sent + symbols.len() as u64);
        station.receive(&soft);
        if frames_sent.is_multiple_of(64) {
            progress(frames_sent);
        }
    }
    let back = station.finish();
    Ok(Leg {
        assembler: back.assembler,
        frames_sent,
        account: back.demux.finish(0),
        frames_uncorrectable: back.uncorrectable,
        symbols_corrected: back.corrected,
        duration_s: symbols_sent as f64 / 2.0 / f64::from(settings.bit_rate),
    })
}

/// The orbiter's side: framer and encoders.
struct Sender {
    downlink: Downlink<RamStore, 2>,
    encoder: CaduEncoder,
    convolutional: ConvolutionalEncoder,
    /// Idle frames still to go before the recordings and behind them.
    idle_before: u32,
    idle_behind: u32,
    lead: Downlink<RamStore, 0>,
    frame: Vec<u8>,
    cadu: Vec<u8>,
}

impl Sender {
    fn new(
        scenario: &Scenario,
        recordings: &Recordings<RamStore>,
        config: CaduConfig,
        stream: &mut Stream,
    ) -> Result<Self, RunError> {
        let settings = &scenario.downlink;
        let count = |stream: &mut Stream| VcFrameCount8::new(stream.between(0.0, 256.0) as u8);
        let vcid = |value: u8| Vcid::new(value).unwrap_or_default();
        let first_mc_count = count(stream);
        let main = DownlinkConfig {
            first_mc_count,
            first_vc_count: count(stream),
            ..DownlinkConfig::new(scid(settings.scid))
        };
        // The idle frames in front come from a framer without recordings whose counts end where the other one's begin.
        let before = settings.idle_frames as u8;
        let back = |from: VcFrameCount8| VcFrameCount8::new(from.get().wrapping_sub(before));
        let lead = DownlinkConfig {
            first_mc_count: back(first_mc_count),
            first_vc_count: back(main.first_vc_count),
            ..main
        };
        let setting =
            |error: magpie_relay::downlink::DownlinkError| RunError::Setting(error.to_string());
        let channels = [
            (vcid(settings.vcid_frames), recordings.frames.store.clone()),
            (
                vcid(settings.vcid_canister),
                recordings.canister.store.clone(),
            ),
        ];
        Ok(Self {
            downlink: Downlink::new(main, channels).map_err(setting)?,
            lead: Downlink::new(lead, []).map_err(setting)?,
            encoder: CaduEncoder::new(config),
            convolutional: ConvolutionalEncoder::new(G2::Inverted),
            idle_before: settings.idle_frames,
            idle_behind: settings.idle_frames,
            frame: vec![0; FRAME_LEN],
            cadu: vec![0; config.cadu_len()],
        })
    }

    /// Adds the symbols of the next unit; false when the transmission is over.
    fn next_symbols(&mut self, symbols: &mut Vec<u8>) -> Result<bool, RunError> {
        let emit = |error: magpie_wire::EmitError| RunError::Setting(error.to_string());
        if self.idle_before > 0 {
            self.idle_before -= 1;
            self.lead.next_frame(&mut self.frame).map_err(emit)?;
        } else {
            let finished = self.downlink.is_finished();
            if finished && self.idle_behind == 0 {
                return Ok(false);
            }
            let kind = self.downlink.next_frame(&mut self.frame).map_err(emit)?;
            debug_assert_eq!(finished, kind == FrameKind::Idle);
            self.idle_behind -= u32::from(finished);
        }
        self.encoder
            .encode(&self.frame, &mut self.cadu)
            .map_err(|error| RunError::Setting(error.to_string()))?;
        symbols.extend(self.convolutional.encode_octets(&self.cadu));
        Ok(true)
    }
}

/// The ground station: decoder without hints, unit hunter, Reed–Solomon, frames, packets, recordings.
struct Station {
    decoder: AutoViterbi,
    hunter: CaduHunter,
    back: StationBack,
}

/// Everything behind the unit hunter.
struct StationBack {
    config: CaduConfig,
    unit: Vec<u8>,
    demux: Demux,
    assembler: RecordingAssembler,
    apids: [u16; 2],
    offset: u64,
    uncorrectable: u64,
    corrected: u64,
}

impl Station {
    fn new(scenario: &Scenario, config: CaduConfig, limit_octets: usize) -> Result<Self, RunError> {
        let hunter = CaduHunter::new(CaduHunt::for_config(&config))
            .map_err(|error| RunError::Setting(error.to_string()))?;
        let spec = FrameSpec {
            fecf: true,
            ocf: true,
            ..FrameSpec::new(GroundFrameKind::Tm, Some(FRAME_LEN))
        };
        Ok(Self {
            decoder: AutoViterbi::new(G2Choice::Inverted),
            hunter,
            back: StationBack {
                config,
                unit: Vec::new(),
                demux: Demux::new(spec, Spacecraft::Only(scenario.downlink.scid)),
                assembler: RecordingAssembler::new(limit_octets),
                apids: [scenario.orbiter.apid_frames, scenario.orbiter.apid_canister],
                offset: 0,
                uncorrectable: 0,
                corrected: 0,
            },
        })
    }

    fn receive(&mut self, soft: &[i8]) {
        let (hunter, back) = (&mut self.hunter, &mut self.back);
        self.decoder.push(soft, |run| {
            hunter.handle_bits(run.bits(), &mut |unit| back.handle_unit(unit.octets));
        });
    }

    fn finish(mut self) -> StationBack {
        let (hunter, back) = (&mut self.hunter, &mut self.back);
        self.decoder.finish(|run| {
            hunter.handle_bits(run.bits(), &mut |unit| back.handle_unit(unit.octets));
        });
        hunter.finish();
        self.back
    }
}

impl StationBack {
    fn handle_unit(&mut self, octets: &[u8]) -> Verdict {
        self.unit.clear();
        self.unit.extend_from_slice(octets);
        let good = decode_unit(&self.config, &mut self.unit)
            .ok()
            .filter(magpie_coding::reed_solomon::RsReport::is_good);
        let Some(report) = good else {
            self.uncorrectable += 1;
            return Verdict::Bad;
        };
        self.corrected += report.corrected_symbols() as u64;
        let (assembler, apids) = (&mut self.assembler, self.apids);
        let frame = self.unit.get(..FRAME_LEN).unwrap_or(&[]);
        self.demux.handle_frame(self.offset, frame, &mut |found| {
            if found
                .packet
                .apid()
                .is_some_and(|apid| apids.contains(&apid))
            {
                assembler.handle_packet(found.packet.octets());
            }
        });
        self.offset += FRAME_LEN as u64;
        Verdict::Good
    }
}
