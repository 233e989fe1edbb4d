//! Samples from and to files and pipes, for `transmit` and `channel`: raw, or a `SigMF` pair where the name ends in `.sigmf-meta` or `.sigmf-data`.

use std::io::{self, IsTerminal as _, Read};
use std::path::{Path, PathBuf};

use magpie_radio::sigmf::{Meta, Pair, Recording};
use magpie_radio::stream::{Decoder, Format};
use magpie_radio::{Iq, SampleRate};
use sha2::{Digest as _, Sha512};

use crate::command::Failure;
use crate::files::{self, Output};

/// What raw samples are if nothing is said: the same everywhere, so that a pipe needs no options.
pub(super) const DEFAULT_SAMPLE_RATE: f64 = 256_000.0;

/// Octets read at once.
const CHUNK: usize = 1 << 18;

/// Where samples come from.
pub(super) struct Source {
    path: PathBuf,
    input: Box<dyn Read + Send>,
    decoder: Decoder,
    format: Format,
    sample_rate: SampleRate,
    centre_hz: Option<f64>,
    octets: Vec<u8>,
    /// Octets that the recording has, if it says so.
    left: u64,
    samples: u64,
}

impl Source {
    /// Opens samples. Options go before metadata, metadata before the defaults.
    pub(super) fn open(
        path: &Path,
        format: Option<Format>,
        sample_rate: Option<f64>,
    ) -> Result<Self, Failure> {
        let given = sample_rate.map(rate).transpose()?;
        let recorded = Pair::of(path).is_some() || Pair::is_archive(path);
        let recording = recorded.then(|| Recording::open(path)).transpose();
        let recording = recording.map_err(|error| Failure::new(error.to_string()))?;
        let data = recording.as_ref().map_or(path, |found| &found.data);
        if files::is_standard(data) && io::stdin().is_terminal() {
            return Err(Failure::new(
                "standard input is a terminal; give a file or a pipe of samples",
            ));
        }
        let meta = recording.as_ref().map(|found| &found.meta);
        let format = format
            .or_else(|| meta.map(|meta| meta.format))
            .unwrap_or_default();
        let sample_rate = match (given, meta) {
            (Some(rate), _) => rate,
            (None, None) => rate(DEFAULT_SAMPLE_RATE)?,
            (None, Some(meta)) => meta.sample_rate.ok_or_else(|| {
                Failure::at(path, "says no sample rate; give it with --sample-rate")
            })?,
        };
        let left = recording.as_ref().map_or(u64::MAX, |found| {
            found.samples * found.meta.format.octets() as u64
        });
        Ok(Self {
            input: files::open(data)?,
            path: path.to_owned(),
            decoder: Decoder::new(format),
            format,
            sample_rate,
            centre_hz: meta.and_then(Meta::centre_hz),
            octets: vec![0; CHUNK],
            left,
            samples: 0,
        })
    }

    /// How samples lie in it.
    pub(super) const fn format(&self) -> Format {
        self.format
    }

    /// Samples a second.
    pub(super) const fn sample_rate(&self) -> SampleRate {
        self.sample_rate
    }

    /// The centre frequency, if it is known.
    pub(super) const fn centre_hz(&self) -> Option<f64> {
        self.centre_hz
    }

    /// Samples read so far.
    pub(super) const fn samples(&self) -> u64 {
        self.samples
    }

    /// Octets at the end that were no whole sample.
    pub(super) const fn trailing(&self) -> usize {
        self.decoder.trailing()
    }

    /// Puts the next samples into `block`, in place of what is there; false at the end.
    pub(super) fn read(&mut self, block: &mut Vec<Iq>) -> Result<bool, Failure> {
        block.clear();
        let most = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(self.octets.len());
        loop {
            let buffer = self.octets.get_mut(..most).unwrap_or_default();
            match self.input.read(buffer) {
                Ok(0) => return Ok(false),
                Ok(octets) => {
                    self.left -= octets as u64;
                    let read = self.octets.get(..octets).unwrap_or_default();
                    self.decoder.push(read, block);
                    self.samples += block.len() as u64;
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let what = format!("cannot read: {}", files::cause(&error));
                    return Err(Failure::at(&self.path, what));
                }
            }
        }
    }
}

/// Where samples go.
pub(super) struct Sink {
    output: Output,
    format: Format,
    octets: Vec<u8>,
    samples: u64,
    clipped: u64,
    /// Of a pair: where the metadata go, what they are, and the sum over the samples.
    pair: Option<(Output, Meta, Sha512)>,
}

/// What went into a sink.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written {
    /// So many samples.
    pub(super) samples: u64,
    /// So many of them were beyond full scale.
    pub(super) clipped: u64,
}

impl Sink {
    /// Prepares an output; a pair gets metadata with this description.
    pub(super) fn create(
        path: &Path,
        format: Format,
        sample_rate: SampleRate,
        centre_hz: Option<f64>,
        description: &str,
    ) -> Result<Self, Failure> {
        if files::is_standard(path) && io::stdout().is_terminal() {
            return Err(Failure::new(
                "standard output is a terminal; give a file or a pipe for the samples",
            ));
        }
        if Pair::is_archive(path) {
            let what = "archives are not written; give a name that ends in .sigmf-meta";
            return Err(Failure::at(path, what));
        }
        let Some(Pair { meta, data }) = Pair::of(path) else {
            return Ok(Self::new(Output::create(path)?, format, None));
        };
        let mut facts = Meta::new(format, sample_rate);
        facts.description = Some(description.to_owned());
        facts.recorder = Some(concat!("magpie ", env!("CARGO_PKG_VERSION")).to_owned());
        if let Some(hz) = centre_hz {
            facts = facts.centred(hz);
        }
        let pair = (Output::create(&meta)?, facts, Sha512::new());
        Ok(Self::new(Output::create(&data)?, format, Some(pair)))
    }

    const fn new(output: Output, format: Format, pair: Option<(Output, Meta, Sha512)>) -> Self {
        Self {
            output,
            format,
            octets: Vec::new(),
            samples: 0,
            clipped: 0,
            pair,
        }
    }

    /// Writes samples.
    pub(super) fn put(&mut self, samples: &[Iq]) -> Result<(), Failure> {
        self.octets.clear();
        self.clipped += self.format.encode(samples, &mut self.octets);
        self.samples += samples.len() as u64;
        if let Some((_, _, sum)) = &mut self.pair {
            sum.update(&self.octets);
        }
        self.output.put(&self.octets)
    }

    /// Makes the output appear under its name, the samples first.
    pub(super) fn finish(self) -> Result<Written, Failure> {
        self.output.finish()?;
        if let Some((mut output, mut facts, sum)) = self.pair {
            facts.sha512 = Some(hex::encode(sum.finalize()));
            output.put(facts.to_json().as_bytes())?;
            output.finish()?;
        }
        Ok(Written {
            samples: self.samples,
            clipped: self.clipped,
        })
    }
}

/// A sample rate that is one.
pub(super) fn rate(hz: f64) -> Result<SampleRate, Failure> {
    SampleRate::new(hz).map_err(|error| Failure::new(error.to_string()))
}
