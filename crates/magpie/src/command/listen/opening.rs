//! What is known of the samples before the first of them: of a recording by its metadata, of a raw stream by the options.

use std::io::IsTerminal as _;
use std::path::Path;

use magpie_radio::SampleRate;
use magpie_radio::sigmf::{Pair, Recording};
use magpie_radio::stream::Format;

use super::{Arguments, sample_rate};
use crate::command::Failure;
use crate::command::samples::DEFAULT_SAMPLE_RATE;
use crate::files;
use crate::listen::source::{Source, Wanted};

/// What is known of the samples before the first of them.
pub(super) struct Opening {
    pub(super) source: Source,
    pub(super) shown: String,
    pub(super) format: Format,
    pub(super) rate: SampleRate,
    pub(super) centre_hz: Option<f64>,
    pub(super) wanted: Wanted,
    /// Samples in it, if that is known.
    pub(super) samples: Option<u64>,
    pub(super) missing: u64,
    pub(super) trailing: u64,
    pub(super) sha512: Option<String>,
    pub(super) notes: Vec<String>,
}

impl Arguments {
    /// What is known of the samples beforehand.
    pub(super) fn opening(&self) -> Result<Opening, Failure> {
        if let Source::File(path) = &self.source
            && (Pair::of(path).is_some() || Pair::is_archive(path))
        {
            return self.recording(path);
        }
        if self.source == Source::File("-".into()) && std::io::stdin().is_terminal() {
            return Err(Failure::new(
                "standard input is a terminal; give a file or a pipe of samples",
            ));
        }
        let name = self.format.as_deref().unwrap_or(Format::Cf32.name());
        let format: Format = name
            .parse()
            .map_err(|error| Failure::new(format!("--format: {error}")))?;
        let samples = match &self.source {
            Source::File(path) => std::fs::metadata(path)
                .ok()
                .filter(std::fs::Metadata::is_file),
            _ => None,
        };
        Ok(Opening {
            shown: self.source.to_string(),
            source: self.source.clone(),
            format,
            rate: sample_rate(self.sample_rate.unwrap_or(DEFAULT_SAMPLE_RATE))?,
            centre_hz: self.centre,
            wanted: Wanted {
                sample_octets: format.octets(),
                ..Wanted::default()
            },
            samples: samples.map(|facts| facts.len() / format.octets() as u64),
            missing: 0,
            trailing: 0,
            sha512: None,
            notes: Vec::new(),
        })
    }

    /// A SigMF recording: its metadata say what the samples are.
    fn recording(&self, path: &Path) -> Result<Opening, Failure> {
        let recording = Recording::open(path).map_err(|error| Failure::new(error.to_string()))?;
        let meta = &recording.meta;
        if self.format.is_some() {
            return Err(Failure::at(
                path,
                "--format: the metadata say how the samples lie; leave it out",
            ));
        }
        let mut notes = Vec::new();
        let rate = match (self.sample_rate, meta.sample_rate) {
            (None, Some(rate)) => rate,
            (None, None) => {
                return Err(Failure::at(
                    path,
                    "the metadata have no core:sample_rate; give --sample-rate",
                ));
            }
            (Some(told), said) => {
                let told = sample_rate(told)?;
                if let Some(said) = said.filter(|said| *said != told) {
                    notes.push(format!(
                        "--sample-rate {} against {} of the metadata",
                        told.hz(),
                        said.hz()
                    ));
                }
                told
            }
        };
        if meta.captures.len() > 1 {
            notes.push(format!(
                "{} captures with breaks between them; time counts samples, and the first one's centre holds",
                meta.captures.len()
            ));
        }
        let octets = recording.samples * meta.format.octets() as u64 + recording.trailing;
        Ok(Opening {
            shown: files::shown(path),
            format: meta.format,
            rate,
            centre_hz: self.centre.or(meta.centre_hz()),
            wanted: Wanted {
                sample_octets: meta.format.octets(),
                most: Some(octets),
                sha512: meta.sha512.is_some() && self.seconds.is_none(),
            },
            samples: Some(recording.samples),
            missing: recording.missing(),
            trailing: 0,
            sha512: meta.sha512.clone(),
            source: Source::File(recording.data),
            notes,
        })
    }
}
