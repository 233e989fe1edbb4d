//! `SigMF` recordings: a file of samples (`.sigmf-data`) and a file that says what they are (`.sigmf-meta`).
//!
//! Book: none; the Signal Metadata Format's `core` namespace, as GNU Radio and the SDR tools write it. Read are one channel's samples of
//! [`Format`], sample rate, captures, annotations and the checksum. Refused, each with a line: other datatypes, several channels, headers
//! within the data, metadata without data, the one-file archive (`.sigmf`, to be unpacked first). Other keys are passed over.
//!
//! ```
//! use magpie_radio::SampleRate;
//! use magpie_radio::sigmf::Meta;
//! use magpie_radio::stream::Format;
//!
//! let text = r#"{"global": {"core:datatype": "ci16_le", "core:sample_rate": 2e6, "core:version": "1.2.0"},
//!     "captures": [{"core:sample_start": 0, "core:frequency": 401585625}], "annotations": []}"#;
//! let meta: Meta = text.parse().unwrap();
//! assert_eq!((meta.format, meta.sample_rate), (Format::Ci16, SampleRate::new(2e6).ok()));
//! assert_eq!(meta.centre_hz(), Some(401_585_625.0));
//! assert_eq!(meta.to_json().parse::<Meta>().unwrap(), meta);
//! ```

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::stream::Format;
use crate::{NoSampleRate, SampleRate};

mod json;

/// What is behind a name of the pair.
const META: &str = "sigmf-meta";
const DATA: &str = "sigmf-data";
/// The longest file of metadata that is read, in octets.
const LONGEST_META: u64 = 64 << 20;

/// What the samples are.
#[derive(Clone, Debug, PartialEq)]
pub struct Meta {
    /// How they lie in the file.
    pub format: Format,
    /// How many a second, if it is said.
    pub sample_rate: Option<SampleRate>,
    /// What it is, for people.
    pub description: Option<String>,
    /// Who or what recorded it.
    pub recorder: Option<String>,
    /// SHA-512 of the file of samples, as hexadecimal digits.
    pub sha512: Option<String>,
    /// A name of the file of samples other than the usual one; it lies in the same folder.
    pub dataset: Option<String>,
    /// Octets behind the samples that are none.
    pub trailing_bytes: u64,
    /// Stretches recorded without a break, in the order of the samples.
    pub captures: Vec<Capture>,
    /// Remarks on stretches of it.
    pub annotations: Vec<Annotation>,
}

/// A stretch recorded without a break.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Capture {
    /// Its first sample.
    pub sample_start: u64,
    /// Its centre frequency in Hz.
    pub frequency_hz: Option<f64>,
    /// When the first sample was taken, by ISO 8601.
    pub datetime: Option<String>,
}

/// A remark on a stretch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Annotation {
    /// Its first sample.
    pub sample_start: u64,
    /// How many samples; `None`: to the next annotation or the end.
    pub sample_count: Option<u64>,
    /// Lower and upper edge in Hz, of the real spectrum.
    pub edges_hz: Option<(f64, f64)>,
    /// A few words.
    pub label: Option<String>,
    /// More words.
    pub comment: Option<String>,
}

/// Why something is no recording that can be read. Every one is a line.
#[derive(Debug, Error)]
pub enum SigmfError {
    /// A file cannot be opened or read.
    #[error("{}: {why}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: io::Error,
    },
    /// The other half of the pair is missing.
    #[error("{} has no {} beside it: a SigMF recording is a pair of files", of.display(), missing.display())]
    Half {
        /// What is there.
        of: PathBuf,
        /// What is not.
        missing: PathBuf,
    },
    /// An archive or a collection.
    #[error("{0}: a SigMF archive or collection; unpack it (tar -xf) and give the .sigmf-meta")]
    Archive(PathBuf),
    /// Not what a metadata file has to be.
    #[error("SigMF metadata: {0}")]
    Meta(String),
    /// The sample rate is none.
    #[error("SigMF metadata: core:sample_rate: {0}")]
    SampleRate(#[from] NoSampleRate),
}

/// Both files of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The metadata.
    pub meta: PathBuf,
    /// The samples.
    pub data: PathBuf,
}

impl Pair {
    /// The pair to which a name belongs, if it ends in `.sigmf-meta` or `.sigmf-data`.
    pub fn of(path: &Path) -> Option<Self> {
        let end = path.extension()?;
        (end == META || end == DATA).then(|| Self {
            meta: path.with_extension(META),
            data: path.with_extension(DATA),
        })
    }

    /// Is this an archive or a collection, which is not read?
    pub fn is_archive(path: &Path) -> bool {
        path.extension()
            .is_some_and(|end| end == "sigmf" || end == "sigmf-collection")
    }
}

/// A recording on disk: what its metadata say, and what is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// What the samples are.
    pub meta: Meta,
    /// Their file.
    pub data: PathBuf,
    /// Whole samples in it.
    pub samples: u64,
    /// Octets at its end that are no whole sample: it was cut off.
    pub trailing: u64,
}

impl Recording {
    /// Reads the metadata of the pair to which `path` belongs and looks at the file of samples.
    ///
    /// # Errors
    /// If a half is missing or cannot be read, or the metadata are not what they have to be.
    pub fn open(path: &Path) -> Result<Self, SigmfError> {
        if Pair::is_archive(path) {
            return Err(SigmfError::Archive(path.to_owned()));
        }
        let pair = Pair::of(path).ok_or_else(|| {
            SigmfError::Meta(format!(
                "{} ends neither in .{META} nor in .{DATA}",
                path.display()
            ))
        })?;
        let meta: Meta = text(&pair)?.parse()?;
        let data = match &meta.dataset {
            Some(name) => pair.meta.with_file_name(name),
            None => pair.data,
        };
        let octets = match fs::metadata(&data) {
            Ok(facts) => facts.len(),
            Err(why) if why.kind() == io::ErrorKind::NotFound => {
                return Err(SigmfError::Half {
                    of: pair.meta,
                    missing: data,
                });
            }
            Err(why) => return Err(SigmfError::Io { path: data, why }),
        };
        let octets = octets.saturating_sub(meta.trailing_bytes);
        let size = meta.format.octets() as u64;
        Ok(Self {
            meta,
            data,
            samples: octets / size,
            trailing: octets % size,
        })
    }

    /// Samples of which the metadata speak and which are not there.
    pub fn missing(&self) -> u64 {
        self.meta.spoken_of().saturating_sub(self.samples)
    }
}

/// The text of the metadata file, bounded.
fn text(pair: &Pair) -> Result<String, SigmfError> {
    let io = |why| SigmfError::Io {
        path: pair.meta.clone(),
        why,
    };
    let file = match File::open(&pair.meta) {
        Ok(file) => file,
        Err(why) if why.kind() == io::ErrorKind::NotFound && pair.data.exists() => {
            return Err(SigmfError::Half {
                of: pair.data.clone(),
                missing: pair.meta.clone(),
            });
        }
        Err(why) => return Err(io(why)),
    };
    let mut text = String::new();
    let octets = file.take(LONGEST_META).read_to_string(&mut text);
    match octets {
        Ok(octets) if octets as u64 == LONGEST_META => {
            Err(SigmfError::Meta("longer than 64 MiB".into()))
        }
        Ok(_) => Ok(text),
        Err(why) => Err(io(why)),
    }
}

impl Meta {
    /// Samples in this format at this rate, and nothing else.
    pub const fn new(format: Format, sample_rate: SampleRate) -> Self {
        Self {
            format,
            sample_rate: Some(sample_rate),
            description: None,
            recorder: None,
            sha512: None,
            dataset: None,
            trailing_bytes: 0,
            captures: Vec::new(),
            annotations: Vec::new(),
        }
    }

    /// With a centre frequency in Hz, for the whole of it.
    #[must_use]
    pub fn centred(mut self, frequency_hz: f64) -> Self {
        self.captures = vec![Capture {
            frequency_hz: Some(frequency_hz),
            ..Capture::default()
        }];
        self
    }

    /// Centre frequency of the first capture in Hz.
    pub fn centre_hz(&self) -> Option<f64> {
        self.captures.first()?.frequency_hz
    }

    /// So many samples there must be, by what captures and annotations say.
    fn spoken_of(&self) -> u64 {
        let captures = self.captures.iter().map(|capture| capture.sample_start);
        let annotations = self.annotations.iter().map(|annotation| {
            let count = annotation.sample_count.unwrap_or(0);
            annotation.sample_start.saturating_add(count)
        });
        captures.chain(annotations).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
