//! Two ends of a link as processes, and a bad network between them.
#![allow(dead_code)] // each test file takes what it needs

use std::fs::File;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::process::{Child, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::program::{Ran, finished, magpie};

/// A session that is not over after this time hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(600);

/// `magpie link run …` as a process of its own; its account goes to files, because a pipe that nobody reads would stop it.
pub(crate) struct End {
    child: Child,
    place: TempDir,
}

impl End {
    /// No argument has a blank.
    pub(crate) fn start(arguments: &str) -> Self {
        let mut command = magpie();
        command
            .args(["link", "run"])
            .args(arguments.split_whitespace());
        let place = tempfile::tempdir().unwrap();
        let file = |name| File::create(place.path().join(name)).unwrap();
        let child = command
            .stdout(file("stdout"))
            .stderr(file("stderr"))
            .spawn();
        Self {
            child: child.unwrap(),
            place,
        }
    }

    /// Waits for its end.
    pub(crate) fn finish(self) -> Ran {
        self.finish_within(PATIENCE)
    }

    pub(crate) fn finish_within(mut self, patience: Duration) -> Ran {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if began.elapsed() > patience {
                self.child.kill().unwrap();
                self.child.wait().unwrap();
                let said = ["stdout", "stderr"].map(|name| self.said(name));
                panic!("it hangs: {}", String::from_utf8_lossy(&said.concat()));
            }
            thread::sleep(Duration::from_millis(5));
        };
        let (stdout, stderr) = (self.said("stdout"), self.said("stderr"));
        finished(Output {
            status,
            stdout,
            stderr,
        })
    }

    fn said(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.place.path().join(name)).unwrap()
    }

    /// As Ctrl-C in a terminal does.
    #[cfg(unix)]
    pub(crate) fn interrupt(&self) {
        let pid = self.child.id().to_string();
        let kill = std::process::Command::new("kill")
            .args(["-INT", &pid])
            .status();
        assert!(kill.unwrap().success());
    }
}

/// A free port of loopback, below those that the operating system gives away by itself, so that nobody else gets it meanwhile.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    loop {
        let place = std::process::id() % 400 * 25 + u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(20_000 + place % 10_000).unwrap();
        let address = ("127.0.0.1", port);
        if UdpSocket::bind(address).is_ok() && TcpListener::bind(address).is_ok() {
            return port;
        }
    }
}

/// A network that loses datagrams: one port for the caller to send to, one for the responder.
pub(crate) struct Relay {
    /// What the caller calls `--remote`.
    pub(crate) for_caller: SocketAddr,
    /// What the responder calls `--remote`.
    pub(crate) for_responder: SocketAddr,
    over: Arc<AtomicBool>,
    lost: Arc<AtomicU64>,
    ways: Vec<JoinHandle<()>>,
}

impl Relay {
    /// Between the two ports of the ends; of a thousand datagrams each way so many are lost.
    pub(crate) fn start(caller: u16, responder: u16, lost_of_1000: u64, seed: u64) -> Self {
        let sockets = [(); 2].map(|()| {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket
                .set_read_timeout(Some(Duration::from_millis(50)))
                .unwrap();
            socket
        });
        let [for_caller, for_responder] = [0, 1].map(|at| sockets[at].local_addr().unwrap());
        let mut relay = Self {
            for_caller,
            for_responder,
            over: Arc::default(),
            lost: Arc::default(),
            ways: Vec::new(),
        };
        // Whether the n-th datagram of a way is lost depends on the seed alone.
        for (way, (from, to, port)) in (0..).zip([(0, 1, responder), (1, 0, caller)]) {
            let (from, to) = (sockets[from].try_clone(), sockets[to].try_clone());
            let (from, to) = (from.unwrap(), to.unwrap());
            let (over, lost) = (relay.over.clone(), relay.lost.clone());
            let mut dice = Dice(seed << 1 | way);
            relay.ways.push(thread::spawn(move || {
                let mut buf = vec![0; 65_535];
                while !over.load(Ordering::Relaxed) {
                    match from.recv(&mut buf) {
                        Ok(_) if dice.below(1000) < lost_of_1000 => {
                            lost.fetch_add(1, Ordering::Relaxed);
                        }
                        // The end may be gone already.
                        Ok(len) => drop(to.send_to(&buf[..len], ("127.0.0.1", port))),
                        Err(error) => assert!(
                            matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
                            "{error}"
                        ),
                    }
                }
            }));
        }
        relay
    }

    /// Ends the network; says how many datagrams it lost.
    pub(crate) fn stop(self) -> u64 {
        self.over.store(true, Ordering::Relaxed);
        for way in self.ways {
            way.join().unwrap();
        }
        self.lost.load(Ordering::Relaxed)
    }
}

/// `SplitMix64`, by Sebastiano Vigna's public-domain description: the same seed, the same losses.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

/// A file that has no period.
pub(crate) fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut dice = Dice(seed);
    (0..len.div_ceil(8))
        .flat_map(|_| dice.next().to_le_bytes())
        .take(len)
        .collect()
}
