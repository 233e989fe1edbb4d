//! Samples and what is told of them, kept while the first way is gone.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Write as _};
use std::rc::Rc;

use magpie_radio::Iq;
use magpie_radio::canister::Notes;
use magpie_radio::receive::{Event, Hear, Status};
use magpie_radio::stream::Format;

use crate::command::Failure;
use crate::files;
use crate::listen::report::Sight;

/// The temporary file of samples.
pub(super) struct Spool {
    file: File,
    format: Format,
    octets: Vec<u8>,
}

impl Spool {
    pub(super) const fn new(file: File, format: Format) -> Self {
        Self {
            file,
            format,
            octets: Vec::new(),
        }
    }

    fn put(&mut self, samples: &[Iq]) -> io::Result<()> {
        self.octets.clear();
        self.format.encode(samples, &mut self.octets);
        self.file.write_all(&self.octets)
    }
}

/// No samples can be kept.
pub(super) fn failure(error: &io::Error) -> Failure {
    let folder = std::env::temp_dir();
    Failure::at(
        &folder,
        format!(
            "--canister cannot keep the samples here: {} (TMPDIR names another folder)",
            files::cause(error)
        ),
    )
}

/// What is kept.
pub(super) struct Kept {
    notes: Notes,
    spool: Option<Spool>,
    failure: Option<Failure>,
}

impl Kept {
    pub(super) const fn new(notes: Notes, spool: Option<Spool>) -> Self {
        Self {
            notes,
            spool,
            failure: None,
        }
    }

    pub(super) fn check(&mut self) -> Result<(), Failure> {
        self.failure.take().map_or(Ok(()), Err)
    }

    /// What was told, once.
    pub(super) fn notes(&mut self) -> Notes {
        self.notes.give()
    }

    fn put(&mut self, samples: &[Iq]) {
        if let (Some(spool), None) = (&mut self.spool, &self.failure) {
            self.failure = spool.put(samples).err().map(|error| failure(&error));
        }
    }
}

/// A receiver whose samples and words are kept.
pub(super) struct Keep {
    hear: Box<dyn Hear>,
    kept: Rc<RefCell<Kept>>,
}

impl Keep {
    pub(super) fn new(hear: Box<dyn Hear>, kept: Rc<RefCell<Kept>>) -> Self {
        Self { hear, kept }
    }
}

impl Hear for Keep {
    fn push(&mut self, samples: &[Iq], sink: &mut dyn FnMut(Event<'_>)) {
        let mut kept = self.kept.borrow_mut();
        kept.put(samples);
        self.hear.push(samples, &mut |event| {
            kept.notes.take(&event);
            sink(event);
        });
    }

    fn finish(&mut self, sink: &mut dyn FnMut(Event<'_>)) {
        let mut kept = self.kept.borrow_mut();
        self.hear.finish(&mut |event| {
            kept.notes.take(&event);
            sink(event);
        });
    }

    fn status(&self) -> Status {
        self.hear.status()
    }
}

/// A receiver that somebody looks over the shoulder of, for pictures.
pub(super) struct Watched<H> {
    hear: H,
    sight: Sight,
}

impl<H> Watched<H> {
    pub(super) const fn new(hear: H, sight: Sight) -> Self {
        Self { hear, sight }
    }

    /// What was seen.
    pub(super) fn seen(mut self) -> Sight {
        self.sight.finish();
        self.sight
    }
}

impl<H: Hear> Hear for Watched<H> {
    fn push(&mut self, samples: &[Iq], sink: &mut dyn FnMut(Event<'_>)) {
        let sight = &mut self.sight;
        sight.push(samples);
        self.hear.push(samples, &mut |event| {
            sight.hear(&event);
            sink(event);
        });
    }

    fn finish(&mut self, sink: &mut dyn FnMut(Event<'_>)) {
        let sight = &mut self.sight;
        self.hear.finish(&mut |event| {
            sight.hear(&event);
            sink(event);
        });
    }

    fn status(&self) -> Status {
        self.hear.status()
    }
}
