//! Where samples come from: a file, standard input, TCP, UDP.
//!
//! A thread reads and puts blocks into a bounded queue, so memory stays bounded however long a stream is. Files, pipes and TCP wait when the
//! queue is full; UDP cannot: what does not fit is counted and told as a loss of so many octets, in its place. A source without a host listens on
//! the loopback interface alone.

use core::fmt;
use core::str::FromStr;
use std::io::{self, Read};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs as _, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use crate::command::Failure;
use crate::files;

mod datagrams;
mod reader;

use reader::Reader;

/// Octets of a block that a thread hands over.
const BLOCK: usize = 1 << 16;
/// Blocks that may wait: 8 MiB.
const QUEUE: usize = 128;
/// How often a thread that waits looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(50);
/// A host that does not answer for so long is not there.
const CONNECT: Duration = Duration::from_secs(10);

/// Where samples come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file, a device, a named pipe; `-` is standard input.
    File(PathBuf),
    /// A host and port to connect to.
    Tcp(String),
    /// Where one connection is accepted.
    TcpListen(String),
    /// Where datagrams come in.
    Udp(String),
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once("://") {
            Some(("tcp", place)) => address(place).map(Self::Tcp),
            Some(("tcp-listen", place)) => address(place).map(Self::TcpListen),
            Some(("udp", place)) => address(place).map(Self::Udp),
            Some((scheme, _)) => Err(format!(
                "`{scheme}://` is not known; tcp://, tcp-listen:// and udp:// are"
            )),
            None => Ok(Self::File(text.into())),
        }
    }
}

/// `host:port`; without a host the loopback interface.
fn address(place: &str) -> Result<String, String> {
    let place = place.trim_end_matches('/');
    let (host, port) = place.rsplit_once(':').unwrap_or(("", place));
    if port.parse::<u16>().is_err() {
        return Err("give host:port".into());
    }
    let host = if host.is_empty() { "127.0.0.1" } else { host };
    Ok(format!("{host}:{port}"))
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.write_str(&files::shown(path)),
            Self::Tcp(place) => write!(f, "tcp://{place}"),
            Self::TcpListen(place) => write!(f, "tcp-listen://{place}"),
            Self::Udp(place) => write!(f, "udp://{place}"),
        }
    }
}

/// What a thread hands over.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// The next octets.
    Octets(Vec<u8>),
    /// A datagram ended within a sample: so many octets of it are none.
    Odd(usize),
    /// So many octets came and were dropped here, for want of room.
    Lost(u64),
    /// The source has ended; with the SHA-512 of all of it, if that was wanted.
    End(Option<String>),
    /// It could not be read on.
    Broken(String),
}

/// A source that is open and being read.
pub struct Feed {
    pieces: Receiver<Piece>,
    wanted: Arc<AtomicBool>,
    live: bool,
}

/// What is known of a source beforehand.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// Octets of a sample: datagrams are cut to whole ones.
    pub sample_octets: usize,
    /// Read so many octets at most.
    pub most: Option<u64>,
    /// The SHA-512 is wanted.
    pub sha512: bool,
}

impl Source {
    /// Opens it and begins to read.
    ///
    /// # Errors
    /// If it is not there, or empty as a file.
    pub fn open(&self, wanted: Wanted) -> Result<Feed, Failure> {
        let still = Arc::new(AtomicBool::new(true));
        let (sender, pieces) = sync_channel(QUEUE);
        let fail = |error: &io::Error| Failure::new(format!("{self}: {}", files::cause(error)));
        let live = match self {
            Self::File(path) => {
                let input = files::open(path)?;
                spawn(Reader::new(input, wanted), sender);
                files::is_standard(path) || !is_regular(path)
            }
            Self::Tcp(place) => {
                let stream = connect(place).map_err(|error| fail(&error))?;
                let input = Patient::new(stream, &still).map_err(|error| fail(&error))?;
                spawn(Reader::new(Box::new(input), wanted), sender);
                true
            }
            Self::TcpListen(place) => {
                let listener = TcpListener::bind(place).map_err(|error| fail(&error))?;
                listener
                    .set_nonblocking(true)
                    .map_err(|error| fail(&error))?;
                let still = Arc::clone(&still);
                thread::spawn(move || accept(&listener, &still, wanted, &sender));
                true
            }
            Self::Udp(place) => {
                let socket = UdpSocket::bind(place).map_err(|error| fail(&error))?;
                let still = Arc::clone(&still);
                thread::spawn(move || datagrams::read(&socket, &still, wanted, &sender));
                true
            }
        };
        Ok(Feed {
            pieces,
            wanted: still,
            live,
        })
    }

    /// Does silence end it, for want of any other end?
    pub const fn ends_in_silence(&self) -> bool {
        matches!(self, Self::Udp(_))
    }
}

impl Feed {
    /// The next piece; nothing if none comes within this time.
    pub fn next(&self, within: Duration) -> Option<Piece> {
        match self.pieces.recv_timeout(within) {
            Ok(piece) => Some(piece),
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => None,
            // A thread that is gone without a word cannot go on.
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => Some(Piece::End(None)),
        }
    }

    /// Can it fall silent?
    pub const fn is_live(&self) -> bool {
        self.live
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.wanted.store(false, Ordering::Relaxed);
    }
}

fn is_regular(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|facts| facts.is_file())
}

fn spawn(reader: Reader, sender: SyncSender<Piece>) {
    thread::spawn(move || reader.run(&sender));
}

fn connect(place: &str) -> io::Result<TcpStream> {
    let mut last = None;
    for address in place.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| io::Error::other("no such host")))
}

/// Waits for one connection and reads it.
fn accept(
    listener: &TcpListener,
    still: &Arc<AtomicBool>,
    wanted: Wanted,
    sender: &SyncSender<Piece>,
) {
    while still.load(Ordering::Relaxed) {
        let accepted: io::Result<(TcpStream, SocketAddr)> = listener.accept();
        match accepted.and_then(|(stream, _)| Patient::new(stream, still)) {
            Ok(input) => return Reader::new(Box::new(input), wanted).run(sender),
            Err(error) if is_pause(&error) => thread::sleep(LOOK),
            Err(error) => {
                let _ = sender.send(Piece::Broken(files::cause(&error)));
                return;
            }
        }
    }
}

/// Nothing has come yet; that is no failure.
fn is_pause(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}

/// A connection that is read until nobody wants it any more.
struct Patient {
    stream: TcpStream,
    still: Arc<AtomicBool>,
}

impl Patient {
    fn new(stream: TcpStream, still: &Arc<AtomicBool>) -> io::Result<Self> {
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(LOOK))?;
        Ok(Self {
            stream,
            still: Arc::clone(still),
        })
    }
}

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.still.load(Ordering::Relaxed) {
            match self.stream.read(buffer) {
                Err(error) if is_pause(&error) => {}
                done => return done,
            }
        }
        Ok(0)
    }
}

/// For the readers' tests: a file of its own is not needed.
#[cfg(test)]
fn feed_of(octets: Vec<u8>, wanted: Wanted) -> Feed {
    let (sender, pieces) = sync_channel(QUEUE);
    spawn(
        Reader::new(Box::new(io::Cursor::new(octets)), wanted),
        sender,
    );
    Feed {
        pieces,
        wanted: Arc::new(AtomicBool::new(true)),
        live: false,
    }
}

#[cfg(test)]
mod tests;
