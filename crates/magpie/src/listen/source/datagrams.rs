//! Samples in UDP datagrams, as GNU Radio's UDP sink sends them: nothing but whole samples, no header, so a datagram that the network loses is not seen.

use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};

use super::{BLOCK, LOOK, Piece, Wanted, is_pause};
use crate::files;

/// The longest datagram.
const LONGEST: usize = 1 << 16;

/// What waits to be handed over.
struct Gathered<'a> {
    block: Vec<u8>,
    /// Octets dropped since the last block that found room.
    lost: u64,
    sender: &'a SyncSender<Piece>,
}

/// Reads datagrams until nobody wants them any more.
pub(super) fn read(
    socket: &UdpSocket,
    still: &AtomicBool,
    wanted: Wanted,
    sender: &SyncSender<Piece>,
) {
    let mut gathered = Gathered {
        block: Vec::with_capacity(BLOCK),
        lost: 0,
        sender,
    };
    let mut datagram = vec![0; LONGEST];
    let mut left = wanted.most.unwrap_or(u64::MAX);
    let ready = socket.set_read_timeout(Some(LOOK));
    if let Err(error) = ready {
        let _ = sender.send(Piece::Broken(files::cause(&error)));
        return;
    }
    while still.load(Ordering::Relaxed) && left > 0 {
        let alive = match socket.recv(&mut datagram) {
            Ok(len) => {
                let len = len.min(usize::try_from(left).unwrap_or(len));
                left -= len as u64;
                gathered.take(&datagram[..len], wanted.sample_octets.max(1))
            }
            Err(error) if is_pause(&error) => gathered.hand_over(),
            // Somebody answered a datagram of ours with a refusal; we send none.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => true,
            Err(error) => {
                let _ = sender.send(Piece::Broken(files::cause(&error)));
                return;
            }
        };
        if !alive {
            return;
        }
    }
    gathered.hand_over();
    let _ = sender.send(Piece::End(None));
}

impl Gathered<'_> {
    /// Takes a datagram; false if nobody wants any more.
    fn take(&mut self, datagram: &[u8], sample: usize) -> bool {
        let odd = datagram.len() % sample;
        let room = self.block.len() + datagram.len() <= BLOCK;
        let alive = room || self.hand_over();
        self.block
            .extend_from_slice(&datagram[..datagram.len() - odd]);
        if odd > 0 {
            // If there is no room for it the count of odd octets is short, and no more.
            return !matches!(
                self.sender.try_send(Piece::Odd(odd)),
                Err(TrySendError::Disconnected(_))
            );
        }
        alive
    }

    /// Gives what has come to the other side if there is room, else counts it; false if nobody is there.
    fn hand_over(&mut self) -> bool {
        if self.lost > 0 {
            match self.sender.try_send(Piece::Lost(self.lost)) {
                Ok(()) => self.lost = 0,
                Err(TrySendError::Full(_)) => {
                    self.lost += self.block.len() as u64;
                    self.block.clear();
                    return true;
                }
                Err(TrySendError::Disconnected(_)) => return false,
            }
        }
        if self.block.is_empty() {
            return true;
        }
        match self
            .sender
            .try_send(Piece::Octets(std::mem::take(&mut self.block)))
        {
            Ok(()) => true,
            Err(TrySendError::Full(Piece::Octets(mut block))) => {
                self.lost += block.len() as u64;
                block.clear();
                self.block = block;
                true
            }
            Err(_) => false,
        }
    }
}
