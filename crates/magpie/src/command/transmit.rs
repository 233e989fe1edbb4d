//! `magpie transmit`: frames to the I/Q samples that a Proximity-1 radio emits.

// Levels are in single precision, as the samples are; counts of octets are small and above zero.
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use magpie_coding::pltu::PltuEncoder;
use magpie_ground::frames::{FrameKind, FrameSpec};
use magpie_radio::modulate::{Modulator, Transmission};
use magpie_radio::stream::Format;
use magpie_radio::{Iq, SampleRate};
use magpie_wire::id::Scid;
use magpie_wire::seq::SeqNum;
use magpie_wire::v3::{DfcId, PduType, Qos, ScidRole, V3Header};

use crate::command::encode::{LeftOut, each_frame, with_kind};
use crate::command::samples::{DEFAULT_SAMPLE_RATE, Sink, rate};
use crate::command::waveform_options::{
    CHANNEL_0_RETURN_HZ, CodingOption, WaveformOptions, number, seconds,
};
use crate::command::{Ending, Failure};
use crate::files;
use crate::output;
use crate::report::human::count;

/// Octets of a payload in a frame.
const PAYLOAD_OCTETS: usize = 1024;
/// Longest payload file, in octets.
const LARGEST_PAYLOAD: u64 = 64 << 20;
/// The spacecraft that payload frames name, if nothing is said.
const DEFAULT_SCID: u16 = 1;
/// Samples that are made at once, about.
const PIECE: f64 = 65_536.0;
/// Most samples a symbol: a codeword is made at once.
const MOST_SAMPLES_PER_SYMBOL: f64 = 8192.0;
/// Level of integer formats if nothing is said: room for the peaks of pulses and for some noise.
const INTEGER_GAIN_DB: f64 = -6.0;

/// Modulate frames: write the I/Q samples that a Proximity-1 radio emits.
///
/// The carrier alone, idle for acquisition, the frames in their PLTUs with idle between them, idle for the tail, off. Without frames it is carrier and
/// idle. Frames lie in the file end to end and say their own length. Raw cf32 samples at 256,000 a second are what `channel` and `listen` expect if they are
/// told nothing; a name that ends in .sigmf-meta gives a pair of that and .sigmf-data.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  printf '\\200\\0\\0\\4\\0' | magpie transmit - --out one.cf32
  magpie transmit --acquisition 2 --out idle.sigmf-meta
  printf '\\200\\0\\0\\4\\0' | magpie transmit - --coding uncoded \\
    --rate 16000 --sample-rate 400000 --format ci8 --out one.ci8
  printf '\\200\\0\\0\\4\\0' | magpie transmit - |
    magpie channel --cn0 50 > heard.cf32")]
pub struct Arguments {
    /// File of frames, `-` for standard input.
    file: Option<PathBuf>,
    /// A file to be cut into frames of user-defined data; may be given several times.
    #[arg(long, value_name = "FILE")]
    payload: Vec<PathBuf>,
    /// The spacecraft that the frames of --payload name.
    #[arg(long, default_value_t = DEFAULT_SCID, value_parser = clap::value_parser!(u16).range(0..=1023))]
    scid: u16,
    /// The code, through which everything goes.
    #[arg(long, value_enum, default_value_t)]
    coding: CodingOption,
    #[command(flatten)]
    waveform: WaveformOptions,
    /// Samples a second; any ratio to --rate from 4 on.
    #[arg(long, value_name = "HZ", default_value_t = DEFAULT_SAMPLE_RATE)]
    sample_rate: f64,
    /// How samples lie in the file: cf32, ci16, ci8, cu8.
    #[arg(long, default_value_t)]
    format: Format,
    /// Write the samples here; `-` for standard output.
    #[arg(long, default_value = "-")]
    out: PathBuf,
    /// Nothing for so many seconds first.
    #[arg(long, value_name = "S", default_value_t = 0.0, value_parser = seconds)]
    silence: f64,
    /// Then the carrier alone.
    #[arg(long, value_name = "S", default_value_t = 0.5, value_parser = seconds)]
    carrier: f64,
    /// Then idle, for the receiver's symbol loop and decoder.
    #[arg(long, value_name = "S", default_value_t = 0.5, value_parser = seconds)]
    acquisition: f64,
    /// Octets of idle between two frames.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(0..=1 << 24))]
    gap: u32,
    /// Idle behind the last frame.
    #[arg(long, value_name = "S", default_value_t = 0.25, value_parser = seconds)]
    tail: f64,
    /// Level in dB over a mean power of 1 (cf32) or over full scale [default: 0 for cf32, else -6].
    #[arg(long, value_name = "DB", allow_negative_numbers = true, value_parser = number)]
    gain: Option<f64>,
    /// Centre frequency, for the metadata of a pair.
    #[arg(long, value_name = "HZ", default_value_t = CHANNEL_0_RETURN_HZ, value_parser = number)]
    frequency: f64,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Ending, Failure> {
    let sample_rate = rate(arguments.sample_rate)?;
    // Inputs first: what cannot be read is known before anything is sent.
    let payloads = payloads(&arguments.payload)?;
    let frames = arguments.file.as_deref();
    let frames = frames
        .map(|path| Ok((path, files::open(path)?)))
        .transpose()?;
    let mut sender = sender(arguments, sample_rate)?;
    let mut left_out = LeftOut::default();
    if let Some((path, input)) = frames {
        send_frames(&mut sender, path, input, &mut left_out)?;
    }
    for (path, octets) in &payloads {
        send_payload(&mut sender, path, octets, arguments.scid)?;
    }
    sender.begin()?;
    sender.idle_for(arguments.tail)?;
    let (frames, symbols) = (sender.frames, sender.transmission.symbols());
    let written = sender.finish()?;
    output::note(&format!(
        "{} frames, {} symbols, {} samples of {} in {:.3} s",
        count(frames),
        count(symbols),
        count(written.samples),
        arguments.format,
        sample_rate.seconds(written.samples)
    ));
    if written.clipped > 0 {
        let clipped = count(written.clipped);
        output::note(&format!("{clipped} samples are beyond full scale: --gain"));
    }
    for line in left_out.account() {
        output::note(&line);
    }
    Ok(Ending::complete_if(left_out.is_empty()))
}

fn sender(arguments: &Arguments, sample_rate: SampleRate) -> Result<Sender, Failure> {
    let waveform = arguments.waveform.waveform()?;
    let modulator = Modulator::new(waveform, sample_rate);
    let modulator = modulator.map_err(|error| Failure::new(error.to_string()))?;
    let per_symbol = sample_rate.hz() / waveform.symbol_rate();
    if per_symbol > MOST_SAMPLES_PER_SYMBOL {
        return Err(Failure::new(format!(
            "--sample-rate: {per_symbol:.0} samples a symbol; {MOST_SAMPLES_PER_SYMBOL} are the most"
        )));
    }
    let usual = match arguments.format {
        Format::Cf32 => 0.0,
        Format::Ci16 | Format::Ci8 | Format::Cu8 => INTEGER_GAIN_DB,
    };
    let coding = arguments.coding.into();
    let sink = Sink::create(
        &arguments.out,
        arguments.format,
        sample_rate,
        Some(arguments.frequency),
        &format!(
            "{:?}, {} symbols/s, {coding:?}",
            waveform.modulation(),
            waveform.symbol_rate()
        ),
    )?;
    Ok(Sender {
        transmission: Transmission::new(modulator, coding),
        sink,
        seconds: PIECE / sample_rate.hz(),
        octets: (PIECE / per_symbol / 16.0).ceil() as usize,
        octet_rate: waveform.symbol_rate() * coding.rate() / 8.0,
        gap: arguments.gap as usize,
        begin: Some([arguments.silence, arguments.carrier, arguments.acquisition]),
        gain: 10f64.powf(arguments.gain.unwrap_or(usual) / 20.0) as f32,
        frames: 0,
        block: Vec::new(),
    })
}

/// Sends piece by piece, so that memory does not grow with the time.
struct Sender {
    transmission: Transmission,
    sink: Sink,
    /// Length of a piece without modulation.
    seconds: f64,
    /// Length of a piece with it.
    octets: usize,
    octet_rate: f64,
    /// Octets of idle between frames.
    gap: usize,
    /// Seconds of nothing, of carrier and of acquisition, if they have not been sent.
    begin: Option<[f64; 3]>,
    gain: f32,
    frames: u64,
    block: Vec<Iq>,
}

impl Sender {
    /// What goes before the first frame; once.
    fn begin(&mut self) -> Result<(), Failure> {
        let Some([silence, carrier, acquisition]) = self.begin.take() else {
            return Ok(());
        };
        self.unmodulated(silence, Transmission::silence)?;
        self.unmodulated(carrier, Transmission::carrier)?;
        self.idle_for(acquisition)
    }

    fn unmodulated(
        &mut self,
        seconds: f64,
        send: fn(&mut Transmission, f64, &mut Vec<Iq>),
    ) -> Result<(), Failure> {
        let mut left = seconds;
        while left > 0.0 {
            send(
                &mut self.transmission,
                left.min(self.seconds),
                &mut self.block,
            );
            left -= self.seconds;
            self.put()?;
        }
        Ok(())
    }

    fn idle_for(&mut self, seconds: f64) -> Result<(), Failure> {
        self.idle((seconds * self.octet_rate).round() as usize)
    }

    fn idle(&mut self, octets: usize) -> Result<(), Failure> {
        let mut left = octets;
        while left > 0 {
            let piece = left.min(self.octets);
            self.transmission.idle(piece, &mut self.block);
            left -= piece;
            self.put()?;
        }
        Ok(())
    }

    /// Sends a frame; the text says why it cannot be sent.
    fn frame(&mut self, frame: &[u8]) -> Result<Result<(), String>, Failure> {
        let encoder = PltuEncoder::new();
        let mut unit = vec![0; encoder.pltu_len(frame.len())];
        let len = match encoder.encode(frame, &mut unit) {
            Ok(len) => len,
            Err(error) => return Ok(Err(error.to_string())),
        };
        unit.truncate(len);
        self.begin()?;
        if self.frames > 0 {
            self.idle(self.gap)?;
        }
        for piece in unit.chunks(self.octets) {
            self.transmission.octets(piece, &mut self.block);
            self.put()?;
        }
        self.frames += 1;
        Ok(Ok(()))
    }

    fn put(&mut self) -> Result<(), Failure> {
        for sample in &mut self.block {
            *sample *= self.gain;
        }
        self.sink.put(&self.block)?;
        self.block.clear();
        Ok(())
    }

    fn finish(mut self) -> Result<crate::command::samples::Written, Failure> {
        self.transmission.finish(&mut self.block);
        self.put()?;
        self.sink.finish()
    }
}

/// All frames of a file.
fn send_frames(
    sender: &mut Sender,
    file: &Path,
    input: Box<dyn Read + Send>,
    left_out: &mut LeftOut,
) -> Result<(), Failure> {
    let spec = FrameSpec::new(FrameKind::V3, None);
    let (input, spec) = with_kind(input, spec, file)?;
    let mut sent = Ok(());
    let before = sender.frames;
    each_frame(
        file,
        (input, &spec),
        left_out,
        &mut |offset, octets, left_out| {
            sent = sender.frame(octets).map(|sent| {
                if let Err(why) = sent {
                    left_out.note(|| format!("the frame at octet {offset} cannot be sent: {why}"));
                }
            });
            sent.is_ok()
        },
    )?;
    sent?;
    if sender.frames == before {
        return Err(Failure::at(file, "holds no frame that can be sent"));
    }
    Ok(())
}

/// Payload files with what is in them.
fn payloads(paths: &[PathBuf]) -> Result<Vec<(&Path, Vec<u8>)>, Failure> {
    let read = |path| {
        let read = payload(path).map_err(|error| {
            let what = format!("cannot read: {}", files::cause(&error));
            Failure::at(path, what)
        })?;
        Ok((path, read))
    };
    paths.iter().map(PathBuf::as_path).map(read).collect()
}

fn payload(path: &Path) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    let most = LARGEST_PAYLOAD + 1;
    let read = File::open(path)?.take(most).read_to_end(&mut octets)?;
    if read as u64 == most {
        return Err(io::Error::other("longer than 64 MiB"));
    }
    Ok(octets)
}

/// Octets in expedited frames of user-defined data, numbered in turn.
fn send_payload(sender: &mut Sender, file: &Path, octets: &[u8], scid: u16) -> Result<(), Failure> {
    let scid = Scid::new(scid).ok_or_else(|| Failure::new("--scid has ten bits"))?;
    for (number, piece) in octets.chunks(PAYLOAD_OCTETS).enumerate() {
        let header = V3Header {
            pdu_type: PduType::User,
            dfc_id: DfcId::UserDefined,
            n_s: SeqNum::new((number % 256) as u8),
            ..V3Header::u_frame(Qos::Expedited, scid, ScidRole::Source)
        };
        let mut frame = vec![0; piece.len() + 5];
        let len = header.emit(piece, &mut frame);
        let len = len.map_err(|error| Failure::at(file, error))?;
        frame.truncate(len);
        sender
            .frame(&frame)?
            .map_err(|why| Failure::at(file, why))?;
    }
    Ok(())
}
