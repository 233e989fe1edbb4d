//! A line to another process: a UDP socket on an address of its own, and the one peer it sends to.
//!
//! One unit a datagram (a PLTU, a channel access data unit, a CLTU). Datagrams from other addresses than the peer's are dropped and counted.
//! A peer that is not there is like one that does not hear: what is sent is lost.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use serde::{Deserialize, Serialize};

use crate::command::Failure;
use crate::files;

/// `{ local = "127.0.0.1:5101", remote = "127.0.0.1:5201" }` in the file of a daemon.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LineSettings {
    /// The address that this process listens on.
    pub local: SocketAddr,
    /// The address that it sends to, and alone hears.
    pub remote: SocketAddr,
}

/// What came and went on a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LineStats {
    /// Datagrams sent.
    pub sent: u64,
    /// Datagrams that the operating system would not send (no peer, no room).
    pub not_sent: u64,
    /// Datagrams received.
    pub received: u64,
    /// Datagrams from strangers.
    pub from_strangers: u64,
}

/// An open line.
#[derive(Debug)]
pub struct Line {
    pub(crate) socket: UdpSocket,
    remote: SocketAddr,
    pub(crate) stats: LineStats,
}

impl Line {
    /// Opens the line; `key` names its settings in a failure.
    pub fn open(key: &str, settings: &LineSettings) -> Result<Self, Failure> {
        let fail = |address: SocketAddr, error: &io::Error| {
            Failure::new(format!("{key}: {address}: {}", files::cause(error)))
        };
        let socket =
            UdpSocket::bind(settings.local).map_err(|error| fail(settings.local, &error))?;
        socket
            .set_nonblocking(true)
            .map_err(|error| fail(settings.local, &error))?;
        Ok(Self {
            socket,
            remote: settings.remote,
            stats: LineStats::default(),
        })
    }

    /// What came and went.
    pub const fn stats(&self) -> &LineStats {
        &self.stats
    }

    /// Sends one datagram.
    pub fn send(&mut self, octets: &[u8]) {
        match self.socket.send_to(octets, self.remote) {
            Ok(_) => self.stats.sent += 1,
            Err(_) => self.stats.not_sent += 1,
        }
    }

    /// The next datagram that is there, if any.
    pub fn receive<'b>(&mut self, buf: &'b mut [u8]) -> Option<&'b [u8]> {
        // Bounded: a flood from strangers does not keep the caller from its other work.
        for _ in 0..64 {
            match self.socket.recv_from(buf) {
                Ok((len, from)) if from == self.remote => {
                    self.stats.received += 1;
                    return Some(&buf[..len]);
                }
                Ok(_) => self.stats.from_strangers += 1,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
                // The answer to something sent to a peer that was not there (yet).
                Err(_) => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Line, Line) {
        let free = || {
            UdpSocket::bind("127.0.0.1:0")
                .unwrap()
                .local_addr()
                .unwrap()
        };
        let (one, two) = (free(), free());
        let line = |local, remote| Line::open("line", &LineSettings { local, remote }).unwrap();
        (line(one, two), line(two, one))
    }

    #[test]
    fn a_peer_is_heard_and_a_stranger_is_not() {
        let (mut one, mut two) = pair();
        let address = two.socket.local_addr().unwrap();
        let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
        stranger.send_to(b"stranger", address).unwrap();
        one.send(b"peer");
        let mut buf = [0; 100];
        assert_eq!(two.receive(&mut buf), Some(b"peer".as_slice()));
        assert_eq!(two.receive(&mut buf), None);
        assert_eq!((two.stats.received, two.stats.from_strangers), (1, 1));
    }

    #[test]
    fn a_peer_that_is_gone_does_not_stop_anything() {
        let (mut one, two) = pair();
        drop(two);
        let mut buf = [0; 100];
        for _ in 0..10 {
            one.send(b"anybody?");
            assert_eq!(one.receive(&mut buf), None);
        }
        assert_eq!(one.stats.sent + one.stats.not_sent, 10);
    }

    #[test]
    fn an_address_that_is_taken_is_named_with_its_key() {
        let (one, _two) = pair();
        let settings = LineSettings {
            local: one.socket.local_addr().unwrap(),
            remote: one.remote,
        };
        let failure = Line::open("radio", &settings).unwrap_err().to_string();
        assert!(failure.starts_with("radio: 127.0.0.1:"), "{failure}");
    }
}
