//! What `--local` and `--remote` name: a host and port, or a serial port and its speed.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs as _};

use crate::command::Failure;
use crate::files;

/// Speed of a serial port that names none.
const DEFAULT_BAUD: u32 = 115_200;

/// `host:port`, `:port` or `port`; without a host it is this machine's own loopback.
pub(crate) fn socket(option: &str, text: &str) -> Result<SocketAddr, Failure> {
    let fail = |why: &str| Failure::new(format!("{option} {text}: {why}"));
    if let Ok(port) = text.strip_prefix(':').unwrap_or(text).parse::<u16>() {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let mut found = text
        .to_socket_addrs()
        .map_err(|error| fail(&format!("{}; give HOST:PORT", files::cause(&error))))?;
    found.next().ok_or_else(|| fail("names no address"))
}

/// `/dev/ttyX` or `/dev/ttyX:baud`.
pub(crate) fn serial(text: &str) -> (&str, u32) {
    text.rsplit_once(':')
        .and_then(|(path, baud)| Some((path, baud.parse().ok()?)))
        .unwrap_or((text, DEFAULT_BAUD))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_on_loopback() {
        for text in [":5101", "5101", "127.0.0.1:5101"] {
            assert_eq!(
                socket("--local", text).unwrap().to_string(),
                "127.0.0.1:5101"
            );
        }
        assert_eq!(socket("--local", "[::1]:7").unwrap().to_string(), "[::1]:7");
    }

    #[test]
    fn nonsense_is_refused_by_the_option_s_name() {
        for text in ["", ":", "70000", "127.0.0.1", "1.2.3.4:99999"] {
            let failure = socket("--remote", text).unwrap_err().to_string();
            assert!(failure.starts_with("--remote"), "{failure}");
        }
    }

    #[test]
    fn a_serial_port_may_name_its_speed() {
        assert_eq!(serial("/dev/ttyUSB0"), ("/dev/ttyUSB0", 115_200));
        assert_eq!(serial("/dev/ttyUSB0:9600"), ("/dev/ttyUSB0", 9_600));
        assert_eq!(serial("COM3:921600"), ("COM3", 921_600));
        assert_eq!(
            serial("/dev/odd:name"),
            ("/dev/odd:name", 115_200),
            "a colon of the name's own"
        );
    }
}
