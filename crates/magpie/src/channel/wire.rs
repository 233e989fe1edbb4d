//! A flight computer behind a socket or a serial port.
//!
//! A thread reads whatever comes at any time: a guest that writes an octet at a time fills a socket's buffer, and a host that only writes
//! then waits for ever.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use magpie_bus::{FromComputer, Inbox, LineStats};

use super::computer::{Computer, LineError};

/// Pieces that wait at most; then the thread waits, and so does the computer.
const WAITING: usize = 4_096;
/// Octets read at once.
const PIECE: usize = 4_096;

/// A line to a computer.
pub struct Wire {
    writer: Box<dyn Write + Send>,
    pieces: Receiver<Vec<u8>>,
    piece: Vec<u8>,
    at: usize,
    inbox: Box<Inbox>,
    description: String,
}

impl Wire {
    /// A line over these two ends of a transport.
    pub fn new(
        mut reader: impl Read + Send + 'static,
        writer: impl Write + Send + 'static,
        description: String,
    ) -> Self {
        let (give, pieces) = sync_channel(WAITING);
        std::thread::spawn(move || pump(&mut reader, &give));
        Self {
            writer: Box::new(writer),
            pieces,
            piece: Vec::new(),
            at: 0,
            inbox: Box::default(),
            description,
        }
    }

    /// Takes octets that have come until a message is whole.
    fn collect(&mut self) -> bool {
        while let Some(&octet) = self.piece.get(self.at) {
            self.at += 1;
            if self.inbox.push(octet) {
                return true;
            }
        }
        false
    }
}

/// Hands on what comes, until either end has gone.
fn pump(reader: &mut impl Read, give: &SyncSender<Vec<u8>>) {
    let mut buf = [0; PIECE];
    loop {
        match reader.read(&mut buf) {
            Ok(0) => return,
            Ok(len) => {
                let piece = buf.get(..len).unwrap_or(&[]).to_vec();
                if give.send(piece).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

impl Computer for Wire {
    fn send_octets(&mut self, octets: &[u8]) -> Result<(), LineError> {
        let sent = self.writer.write_all(octets);
        sent.and_then(|()| self.writer.flush())
            .map_err(|_| LineError::Gone(String::new()))
    }

    fn receive(
        &mut self,
        within: Duration,
        take: &mut dyn FnMut(&FromComputer<'_>),
    ) -> Result<bool, LineError> {
        let until = Instant::now() + within;
        loop {
            while self.collect() {
                if let Some(message) = self.inbox.message() {
                    take(&message);
                    return Ok(true);
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.pieces.recv_timeout(left) {
                Ok(piece) => (self.piece, self.at) = (piece, 0),
                Err(RecvTimeoutError::Timeout) => return Ok(false),
                Err(RecvTimeoutError::Disconnected) => return Err(LineError::Gone(String::new())),
            }
        }
    }

    fn reset(&mut self) -> Result<(), LineError> {
        Err(LineError::NoReset)
    }

    fn line_stats(&self) -> LineStats {
        *self.inbox.stats()
    }

    fn description(&self) -> String {
        self.description.clone()
    }
}
