//! Sockets and ports: opened here, read by a thread of their own that wakes the driver.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::mpsc::SyncSender;
use std::thread;
use std::time::{Duration, Instant};

use crate::command::Failure;
use crate::files;

/// The largest UDP payload there can be; what is longer than a PLTU is refused later, but counted.
const LARGEST_DATAGRAM: usize = 65_535;
/// Octets of a stream read at once.
const STREAM_PIECE: usize = 4_096;
/// How long a caller tries to reach the other end by TCP.
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);
/// Between two tries, and after an error of a socket that may pass.
const PAUSE: Duration = Duration::from_millis(50);
/// How long a write to a stream may hold up the timers.
const WRITE_PATIENCE: Duration = Duration::from_millis(500);

/// Why the driver wakes up before its next deadline.
pub(crate) enum Wake {
    /// A datagram, or a piece of the stream.
    Octets {
        octets: Vec<u8>,
        /// It did not come from `--remote`.
        from_elsewhere: bool,
    },
    /// Somebody connected: octets for them go here.
    Connected(Box<dyn Write + Send>),
    /// The stream is at its end; why, if that was no ordinary end.
    Closed(Option<String>),
    /// Ctrl-C, or a request to terminate: the driver looks up.
    Interrupted,
}

/// Whom the reading threads wake.
pub(crate) type Wakes = SyncSender<Wake>;

/// A UDP socket at `local`. Datagrams are taken from anybody, as on the air; those not from `remote` are marked.
pub(crate) fn open_udp(
    local: SocketAddr,
    remote: Option<SocketAddr>,
    wakes: Wakes,
) -> Result<UdpSocket, Failure> {
    let fail =
        |error: io::Error| Failure::new(format!("--local {local}: {}", files::cause(&error)));
    let socket = UdpSocket::bind(local).map_err(fail)?;
    let reader = socket.try_clone().map_err(fail)?;
    thread::spawn(move || {
        let mut buf = vec![0; LARGEST_DATAGRAM];
        loop {
            match reader.recv_from(&mut buf) {
                Ok((len, from)) => {
                    let octets = buf[..len].to_vec();
                    let from_elsewhere = remote.is_some_and(|remote| remote != from);
                    let wake = Wake::Octets {
                        octets,
                        from_elsewhere,
                    };
                    if wakes.send(wake).is_err() {
                        return;
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // An answer of the network to something sent, as a rule: nobody listens there yet.
                Err(_) => thread::sleep(PAUSE),
            }
        }
    });
    Ok(socket)
}

/// Connects to `remote`, which may begin to listen a little later; octets from there wake the driver.
pub(crate) fn connect_tcp(
    remote: SocketAddr,
    patience: Option<Duration>,
    wakes: Wakes,
) -> Result<Box<dyn Write + Send>, Failure> {
    let patience = patience.map_or(CONNECT_PATIENCE, |most| most.min(CONNECT_PATIENCE));
    let began = Instant::now();
    let stream = loop {
        match TcpStream::connect_timeout(&remote, CONNECT_PATIENCE) {
            Ok(stream) => break stream,
            Err(_) if began.elapsed() < patience => thread::sleep(PAUSE),
            Err(error) => {
                let cause = files::cause(&error);
                let line = format!("--remote {remote}: {cause}; start the other end first");
                return Err(Failure::new(line));
            }
        }
    };
    let (reader, writer) = halves(stream)
        .map_err(|error| Failure::new(format!("--remote {remote}: {}", files::cause(&error))))?;
    thread::spawn(move || read_stream(reader, &wakes));
    Ok(writer)
}

/// Listens at `local`. The first who connects is the other end.
pub(crate) fn listen_tcp(local: SocketAddr, wakes: Wakes) -> Result<(), Failure> {
    let listener = TcpListener::bind(local)
        .map_err(|error| Failure::new(format!("--local {local}: {}", files::cause(&error))))?;
    thread::spawn(move || {
        // Sending fails when the run is over.
        match listener.accept().and_then(|(stream, _)| halves(stream)) {
            Ok((reader, writer)) => {
                if wakes.send(Wake::Connected(writer)).is_ok() {
                    read_stream(reader, &wakes);
                }
            }
            Err(error) => drop(wakes.send(Wake::Closed(Some(files::cause(&error))))),
        }
    });
    Ok(())
}

fn halves(stream: TcpStream) -> io::Result<(impl Read + Send, Box<dyn Write + Send>)> {
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(WRITE_PATIENCE))?;
    Ok((stream.try_clone()?, Box::new(stream)))
}

/// A serial port: 8 data bits, no parity, no flow control.
pub(crate) fn open_serial(
    path: &str,
    baud: u32,
    wakes: Wakes,
) -> Result<Box<dyn Write + Send>, Failure> {
    let fail = |error: io::Error| Failure::new(format!("--local {path}: {}", files::cause(&error)));
    let mut port = serial2::SerialPort::open(path, baud).map_err(fail)?;
    port.set_write_timeout(WRITE_PATIENCE).map_err(fail)?;
    let reader = port.try_clone().map_err(fail)?;
    thread::spawn(move || read_stream(reader, &wakes));
    Ok(Box::new(port))
}

fn read_stream(mut reader: impl Read, wakes: &Wakes) {
    let mut buf = [0; STREAM_PIECE];
    let why = loop {
        match reader.read(&mut buf) {
            Ok(0) => break None,
            Ok(len) => {
                let wake = Wake::Octets {
                    octets: buf[..len].to_vec(),
                    from_elsewhere: false,
                };
                if wakes.send(wake).is_err() {
                    return;
                }
            }
            Err(error) => match error.kind() {
                // A serial port has its own patience for reading.
                ErrorKind::Interrupted | ErrorKind::TimedOut | ErrorKind::WouldBlock => {}
                ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => break None,
                _ => break Some(files::cause(&error)),
            },
        }
    };
    let _ = wakes.send(Wake::Closed(why));
}
