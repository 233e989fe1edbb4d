//! Samples in a file, read from any place.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::sync::atomic::{AtomicBool, Ordering};

use magpie_radio::Iq;
use magpie_radio::canister::Recording;
use magpie_radio::stream::{Decoder, Format};

use crate::files;
use crate::report::human;

/// Why a way was not gone to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stopped {
    /// Somebody wanted it.
    Interrupted,
    /// The file cannot be read on.
    Broken(String),
}

/// A file of samples.
pub(super) struct Medium<'a, P> {
    file: &'a File,
    format: Format,
    samples: u64,
    stop: &'a AtomicBool,
    progress: P,
    reached: u64,
    octets: Vec<u8>,
    decoded: Vec<Iq>,
}

impl<'a, P: FnMut(String)> Medium<'a, P> {
    pub(super) const fn new(
        file: &'a File,
        format: Format,
        samples: u64,
        stop: &'a AtomicBool,
        progress: P,
    ) -> Self {
        Self {
            file,
            format,
            samples,
            stop,
            progress,
            reached: 0,
            octets: Vec::new(),
            decoded: Vec::new(),
        }
    }

    /// Samples that were read.
    pub(super) const fn reached(&self) -> u64 {
        self.reached
    }

    fn fill(&mut self, from: u64, count: usize) -> io::Result<()> {
        let size = self.format.octets();
        self.octets.resize(count * size, 0);
        let mut file = self.file;
        file.seek(SeekFrom::Start(from * size as u64))?;
        file.read_exact(&mut self.octets)?;
        self.decoded.clear();
        Decoder::new(self.format).push(&self.octets, &mut self.decoded);
        Ok(())
    }
}

impl<P: FnMut(String)> Recording for Medium<'_, P> {
    type Error = Stopped;

    fn samples(&self) -> u64 {
        self.samples
    }

    fn read(&mut self, from: u64, out: &mut [Iq]) -> Result<(), Stopped> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Stopped::Interrupted);
        }
        (self.progress)(human::percent(human::share(self.reached, self.samples)));
        self.fill(from, out.len()).map_err(|error| {
            Stopped::Broken(match error.kind() {
                io::ErrorKind::UnexpectedEof => "it has become shorter".into(),
                _ => files::cause(&error),
            })
        })?;
        for (slot, sample) in out.iter_mut().zip(&self.decoded) {
            *slot = *sample;
        }
        self.reached += out.len() as u64;
        Ok(())
    }
}
