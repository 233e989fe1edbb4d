//! Reading and writing files as the program promises: inputs are streamed, `-` is standard input or output, an output is written beside its place
//! and renamed when it is whole.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::command::Failure;

/// Is this path the sign for standard input or output?
pub fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Opens an input; an empty file or a folder is refused with one line.
pub fn open(path: &Path) -> Result<Box<dyn Read>, Failure> {
    if is_standard(path) {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file =
        File::open(path).map_err(|error| Failure::at(path, format!("cannot open: {error}")))?;
    let facts = file
        .metadata()
        .map_err(|error| Failure::at(path, format!("cannot read: {error}")))?;
    if facts.is_dir() {
        return Err(Failure::at(path, "is a folder; give a file"));
    }
    if facts.is_file() && facts.len() == 0 {
        return Err(Failure::at(path, "is empty; nothing to read"));
    }
    Ok(Box::new(BufReader::with_capacity(1 << 18, file)))
}

/// Reads an input to its end in chunks and hands each over; gives the number of octets.
pub fn for_each_chunk(
    path: &Path,
    input: &mut dyn Read,
    sink: &mut dyn FnMut(&[u8]),
) -> Result<u64, Failure> {
    let mut chunk = vec![0; 1 << 18];
    let mut total = 0;
    loop {
        match input.read(&mut chunk) {
            Ok(0) => return Ok(total),
            Ok(n) => {
                sink(&chunk[..n]);
                total += n as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                return Err(Failure::at(
                    path,
                    format!("cannot read on after {total} octets: {error}"),
                ));
            }
        }
    }
}

/// An output file that appears under its name only when it is whole.
pub enum Output {
    /// A file, written beside its place.
    File(BufWriter<NamedTempFile>, PathBuf),
    /// Standard output.
    Standard(BufWriter<io::Stdout>),
}

impl Output {
    /// Prepares an output; says at once if the place cannot be written.
    pub fn create(path: &Path) -> Result<Self, Failure> {
        if is_standard(path) {
            return Ok(Self::Standard(BufWriter::new(io::stdout())));
        }
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        if path.is_dir() {
            return Err(Failure::at(path, "is a folder; give a file name"));
        }
        let file = NamedTempFile::new_in(folder)
            .map_err(|error| Failure::at(path, format!("cannot write here: {}", cause(&error))))?;
        Ok(Self::File(
            BufWriter::with_capacity(1 << 18, file),
            path.to_owned(),
        ))
    }

    /// Makes the output appear under its name.
    pub fn finish(self) -> Result<(), Failure> {
        match self {
            Self::File(writer, path) => {
                let fail = |error: io::Error| {
                    Failure::at(&path, format!("cannot write: {}", cause(&error)))
                };
                let file = writer
                    .into_inner()
                    .map_err(|error| fail(error.into_error()))?;
                allow_reading(&file).map_err(fail)?;
                file.persist(&path).map_err(|error| fail(error.error))?;
                Ok(())
            }
            Self::Standard(mut writer) => writer
                .flush()
                .map_err(|error| Failure::new(format!("standard output: cannot write: {error}"))),
        }
    }
}

/// Temporary files are private to their owner; a result is an ordinary file.
#[cfg(unix)]
fn allow_reading(file: &NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.as_file()
        .set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn allow_reading(_: &NamedTempFile) -> io::Result<()> {
    Ok(())
}

/// The operating system's own words; temporary-file errors carry a random name that tells nobody anything.
fn cause(error: &io::Error) -> String {
    error.raw_os_error().map_or_else(
        || error.to_string(),
        |code| io::Error::from_raw_os_error(code).to_string(),
    )
}

impl Write for Output {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(writer, _) => writer.write(octets),
            Self::Standard(writer) => writer.write(octets),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(writer, _) => writer.flush(),
            Self::Standard(writer) => writer.flush(),
        }
    }
}

/// Writes a whole small file (a report) at once, beside its place and renamed.
pub fn write_whole(path: &Path, octets: &[u8]) -> Result<(), Failure> {
    let mut output = Output::create(path)?;
    output
        .write_all(octets)
        .map_err(|error| Failure::at(path, format!("cannot write: {}", cause(&error))))?;
    output.finish()
}

/// Makes a folder if it is not there, and says at once if nothing can be written into it.
pub(crate) fn prepare_folder(path: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(path)
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
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::at(
            path,
            format!("cannot remove this older result: {error}"),
        )),
        _ => Ok(()),
    }
}
