//! Reading and writing files as the program promises: inputs are streamed, `-` is standard input or output, an output is written beside its place
//! and renamed when it is whole.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::command::Failure;

/// Is this path the sign for standard input or output?
pub(crate) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// How messages call an input.
pub(crate) fn shown(path: &Path) -> String {
    if is_standard(path) {
        return "standard input".into();
    }
    printable(&path.display().to_string())
}

/// A foreign text that cannot steer the terminal.
pub(crate) fn printable(text: &str) -> String {
    text.replace(char::is_control, "\u{FFFD}")
}

/// Can this input be read a second time? Pipes and standard input cannot.
pub(crate) fn is_rereadable(path: &Path) -> bool {
    !is_standard(path) && path.is_file()
}

/// Opens an input; an empty file or a folder is refused with one line.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read + Send>, Failure> {
    if is_standard(path) {
        return Ok(Box::new(io::stdin()));
    }
    let fail = |what: &str, error: &io::Error| {
        Failure::at(path, format!("cannot {what}: {}", cause(error)))
    };
    let file = File::open(path).map_err(|error| fail("open", &error))?;
    let facts = file.metadata().map_err(|error| fail("read", &error))?;
    if facts.is_dir() {
        return Err(Failure::at(path, "is a folder; give a file"));
    }
    if facts.is_file() && facts.len() == 0 {
        return Err(empty(path));
    }
    Ok(Box::new(BufReader::with_capacity(1 << 18, file)))
}

/// There is nothing in this input.
pub(crate) fn empty(path: &Path) -> Failure {
    Failure::at(path, "is empty; nothing to read")
}

/// Reads an input to its end in chunks and hands each over; stops at the first that is not taken. An empty input is a failure.
pub(crate) fn for_each_chunk(
    path: &Path,
    input: &mut dyn Read,
    sink: &mut dyn FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut chunk = vec![0; 1 << 18];
    let mut total = 0;
    loop {
        match input.read(&mut chunk) {
            Ok(0) if total == 0 => return Err(empty(path)),
            Ok(0) => return Ok(()),
            Ok(n) => {
                sink(&chunk[..n])?;
                total += n as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                return Err(Failure::at(
                    path,
                    format!("cannot read on after {total} octets: {}", cause(&error)),
                ));
            }
        }
    }
}

/// An input that ends early when `stop` is set: there is no point in reading on once the output cannot be written.
pub(crate) struct Stoppable<'a, R> {
    input: R,
    stop: &'a Cell<bool>,
}

impl<'a, R: Read> Stoppable<'a, R> {
    pub(crate) const fn new(input: R, stop: &'a Cell<bool>) -> Self {
        Self { input, stop }
    }
}

impl<R: Read> Read for Stoppable<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.get() {
            return Ok(0);
        }
        self.input.read(buffer)
    }
}

/// An output that appears under its name only when it is whole.
pub(crate) struct Output {
    writer: BufWriter<Sink>,
    path: PathBuf,
}

enum Sink {
    /// A file, written beside its place.
    Beside(NamedTempFile),
    /// A device or a pipe, which cannot be replaced and must not be.
    Direct(File),
    /// Standard output.
    Standard(io::Stdout),
}

impl Output {
    /// Prepares an output; says at once if the place cannot be written.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let (sink, path) = if is_standard(path) {
            (Sink::Standard(io::stdout()), path.to_owned())
        } else {
            sink(path)?
        };
        Ok(Self {
            writer: BufWriter::with_capacity(1 << 18, sink),
            path,
        })
    }

    /// Makes the output appear under its name.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        let Self { writer, path } = self;
        let fail = |error: &io::Error| cannot_write(&path, error);
        let mut sink = writer.into_inner().map_err(|error| fail(error.error()))?;
        sink.flush().map_err(|error| fail(&error))?;
        if let Sink::Beside(file) = sink {
            if let Ok(before) = fs::metadata(&path) {
                let kept = file.as_file().set_permissions(before.permissions());
                kept.map_err(|error| fail(&error))?;
            }
            file.persist(&path).map_err(|error| fail(&error.error))?;
        }
        Ok(())
    }

    /// What there is of an output that is not whole: beside its name, with `.partial` behind it. The older file of that name stays.
    /// Gives the name; nothing if the octets have gone to a device or to standard output.
    pub(crate) fn finish_partial(mut self) -> Result<Option<PathBuf>, Failure> {
        let beside = matches!(self.writer.get_ref(), Sink::Beside(_));
        if beside {
            self.path.as_mut_os_string().push(".partial");
        }
        let path = self.path.clone();
        self.finish()?;
        Ok(beside.then_some(path))
    }

    /// Writes octets, with a failure that names the place.
    pub(crate) fn put(&mut self, octets: &[u8]) -> Result<(), Failure> {
        self.writer
            .write_all(octets)
            .map_err(|error| cannot_write(&self.path, &error))
    }
}

fn sink(path: &Path) -> Result<(Sink, PathBuf), Failure> {
    // A link stays a link: what it leads to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let fail =
        |error: &io::Error| Failure::at(&path, format!("cannot write here: {}", cause(error)));
    match fs::metadata(&path) {
        Ok(facts) if facts.is_dir() => {
            return Err(Failure::at(&path, "is a folder; give a file name"));
        }
        Ok(facts) if !facts.is_file() => {
            let file = File::options().write(true).open(&path);
            let file = file.map_err(|error| fail(&error))?;
            return Ok((Sink::Direct(file), path));
        }
        Ok(facts) if facts.permissions().readonly() => {
            return Err(Failure::at(&path, "is write-protected; give another name"));
        }
        _ => {}
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let file = temporary(folder).map_err(|error| fail(&error))?;
    Ok((Sink::Beside(file), path))
}

/// A temporary file that becomes an ordinary one, with the permissions that new files get from this user.
fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.prefix(".magpie-").tempfile_in(folder)
}

pub(crate) fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    let what = format!("cannot write: {}", cause(error));
    if is_standard(path) {
        return Failure::new(format!("standard output: {what}"));
    }
    Failure::at(path, what)
}

/// The operating system's own words without its number; temporary-file errors carry a random name that tells nobody anything.
pub(crate) fn cause(error: &io::Error) -> String {
    let words = error.raw_os_error().map_or_else(
        || error.to_string(),
        |code| io::Error::from_raw_os_error(code).to_string(),
    );
    match words.rfind(" (os error") {
        Some(end) => words[..end].to_owned(),
        None => words,
    }
}

impl Write for Output {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.writer.write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Write for Sink {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match self {
            Self::Beside(file) => file.write(octets),
            Self::Direct(file) => file.write(octets),
            Self::Standard(out) => out.write(octets),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Beside(file) => file.flush(),
            Self::Direct(file) => file.flush(),
            Self::Standard(out) => out.flush(),
        }
    }
}

/// An output that may not be wanted at all, for receivers that cannot give an error back: the first one is kept.
pub(crate) struct Collector {
    out: Option<Output>,
    failure: Option<Failure>,
}

impl Collector {
    /// Prepares the output, if one is wanted.
    pub(crate) fn create(path: Option<&Path>) -> Result<Self, Failure> {
        let out = path.map(Output::create).transpose()?;
        Ok(Self { out, failure: None })
    }

    /// Writes octets, unless writing has failed before.
    pub(crate) fn put(&mut self, octets: &[u8]) {
        if let (Some(out), None) = (&mut self.out, &self.failure) {
            self.failure = out.put(octets).err();
        }
    }

    /// Has writing failed?
    pub(crate) const fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// The failure, if there was one.
    pub(crate) fn check(&mut self) -> Result<(), Failure> {
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Makes the output appear under its name.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        self.check()?;
        self.out.map_or(Ok(()), Output::finish)
    }
}

/// Writes a whole small file (a report) at once, beside its place and renamed.
pub(crate) fn write_whole(path: &Path, octets: &[u8]) -> Result<(), Failure> {
    let mut output = Output::create(path)?;
    output.put(octets)?;
    output.finish()
}

/// Makes a folder if it is not there, and says at once if nothing can be written into it.
pub(crate) fn prepare_folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path)
        .map_err(|error| Failure::at(path, format!("cannot make this folder: {error}")))?;
    match NamedTempFile::new_in(path) {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::at(
            path,
            format!("cannot write here: {}", cause(&error)),
        )),
    }
}

/// Removes a result of an earlier run that would contradict this one.
pub(crate) fn remove_stale(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::at(
            path,
            format!("cannot remove this older result: {error}"),
        )),
        _ => Ok(()),
    }
}
