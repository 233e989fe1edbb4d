//! Sessions of `magpie link run` with an implementation that is not ours: a short, slow peer written here from the tables of frames and
//! directives, without a line of the link crate, and whole PLTUs as literal octets.

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

mod link_lab;
mod program;
use link_lab::{Dice, End, free_port, noise};
use program::Scratch;

/// A socket that gives up after two seconds of silence.
fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let patience = Some(Duration::from_secs(2));
    socket.set_read_timeout(patience).unwrap();
    socket
}

/// The CRC-32 of a PLTU, bit by bit: polynomial 00A00805, first value 0.
fn crc32(octets: &[u8]) -> u32 {
    octets.iter().fold(0, |crc, &octet| {
        (0..8).fold(crc ^ u32::from(octet) << 24, |crc: u32, _| {
            if crc >> 31 == 1 {
                crc << 1 ^ 0x00A0_0805
            } else {
                crc << 1
            }
        })
    })
}

fn pltu(frame: &[u8]) -> Vec<u8> {
    [&[0xFA, 0xF3, 0x20], frame, &crc32(frame).to_be_bytes()].concat()
}

/// A P-frame to spacecraft 0x11: version 2, expedited, supervisory, construction 00, PCID 0, destination.
fn p_frame(n_s: u8, spdus: &[u8]) -> Vec<u8> {
    let last = u8::try_from(4 + spdus.len()).unwrap();
    pltu(&[&[0xB0, 0x11, 0x08, last, n_s], spdus].concat())
}

/// SET CONTROL PARAMETERS with remote no more data, in a Type-1 SPDU.
const RNMD: [u8; 3] = [0x02, 0x00, 0x11];

/// What the peer takes out of a PLTU of ours for spacecraft 0x22.
enum Heard {
    Supervisory(Vec<u8>),
    /// Number and data field of a sequence-controlled frame of whole packets.
    Sequence(u8, Vec<u8>),
}

fn hear(socket: &UdpSocket, buf: &mut [u8]) -> Option<(Heard, SocketAddr)> {
    let (len, from) = socket.recv_from(buf).ok()?;
    let unit = &buf[..len];
    assert_eq!(
        unit[..3],
        [0xFA, 0xF3, 0x20],
        "a datagram begins with the marker"
    );
    let (frame, crc) = unit[3..].split_at(len - 7);
    assert_eq!(crc32(frame).to_be_bytes(), *crc);
    let announced = usize::from(frame[2] & 0b111) << 8 | usize::from(frame[3]);
    assert_eq!(announced + 1, frame.len(), "one frame a datagram");
    assert_eq!(
        (frame[1], frame[2] >> 3),
        (0x22, 0b1),
        "PCID 0, port 0, names the destination"
    );
    let data = frame[5..].to_vec();
    let heard = match frame[0] {
        0xB0 => Heard::Supervisory(data),
        0x80 => Heard::Sequence(frame[4], data),
        other => panic!("frame of an unexpected kind: {other:02X}"),
    };
    Some((heard, from))
}

/// A responder as simple as can be: answers everything with a PLCW, misses every seventh frame, says RNMD when it hears it.
struct Responder {
    socket: UdpSocket,
    v_r: u8,
    expedited: u8,
    missed: bool,
    hails: u32,
    data: Vec<u8>,
}

impl Responder {
    /// Runs until our caller is silent for two seconds.
    fn run(mut self) -> Self {
        let mut buf = vec![0; 65_535];
        let (mut frames, mut told, mut n_s) = (0, false, 0);
        while let Some((heard, from)) = hear(&self.socket, &mut buf) {
            match heard {
                Heard::Supervisory(spdus) => {
                    self.expedited = (self.expedited + 1) % 8;
                    // A hail holds SET TRANSMITTER PARAMETERS; the mode field before it is Proximity-1.
                    let hail = spdus[0] >> 4 == 0 && spdus.len() > 4;
                    self.hails += u32::from(hail);
                    if hail {
                        // Carrier and acquisition, which outlast the caller's tail.
                        std::thread::sleep(Duration::from_millis(50));
                    }
                    told |= spdus.windows(3).any(|spdu| spdu == RNMD);
                }
                Heard::Sequence(number, data) => {
                    frames += 1;
                    if frames % 7 == 0 {
                        continue;
                    }
                    self.missed = number != self.v_r && number.wrapping_sub(self.v_r) < 128;
                    if number == self.v_r {
                        self.v_r = self.v_r.wrapping_add(1);
                        self.data.extend(data);
                    }
                }
            }
            let plcw = [0x80 | u8::from(self.missed) << 5 | self.expedited, self.v_r];
            self.socket.send_to(&p_frame(n_s, &plcw), from).unwrap();
            n_s = n_s.wrapping_add(1);
            if told {
                self.socket.send_to(&p_frame(n_s, &RNMD), from).unwrap();
                n_s = n_s.wrapping_add(1);
            }
        }
        self
    }
}

#[test]
fn a_foreign_responder_takes_our_file() {
    // The peer's own octets against a bitwise CRC in another language.
    let first = hex::decode("FAF320B011080600800085C1A615").unwrap();
    assert_eq!(p_frame(0, &[0x80, 0x00]), first);

    let scratch = Scratch::new();
    let octets = noise(60_000, 8);
    let file = scratch.file("file", &octets);
    let peer = socket();
    let remote = peer.local_addr().unwrap();
    let peer = Responder {
        socket: peer,
        v_r: 0,
        expedited: 0,
        missed: false,
        hails: 0,
        data: Vec::new(),
    };
    let peer = std::thread::spawn(|| peer.run());
    let ours = End::start(&format!(
        "--role caller --local :0 --remote {remote} --send {file} --apid 5 --max-seconds 20 --json"
    ));
    let (ours, peer) = (ours.finish(), peer.join().unwrap());
    let account = ours.json();
    assert_eq!(ours.code, 0, "{account}");
    assert_eq!(account["sent"]["all_acknowledged"], true);
    assert!(
        account["frames"]["sent"]["retransmitted"].as_u64().unwrap() >= 5,
        "{account}"
    );
    assert!(peer.hails >= 1);
    // Packets of telemetry, APID 5, unsegmented, counted from 0; 1,000 octets, so a length field of 999.
    let mut got: Vec<u8> = Vec::new();
    for (count, packet) in (0..60u16).zip(peer.data.chunks(1_006)) {
        let [c, d] = (0xC000 | count).to_be_bytes();
        assert_eq!(packet[..6], [0x00, 0x05, c, d, 0x03, 0xE7]);
        got.extend(&packet[6..]);
    }
    assert!(got == octets, "not the same octets");
}

/// A caller of spacecraft 0x11, whole PLTUs: a hail that sets transmitter and receiver to 8 kbit/s, coherent, uncoded (directives 2280 and
/// 2282); two sequence-controlled frames with a telecommand packet of APID 1 each, `magpi` and `e`; RNMD. CRCs as in the test above.
const HAIL: &str = "FAF320B0220809000422802282E4EC97FF";
const FRAMES: [&str; 2] = [
    "FAF3208022080F000801C00000046D6167706970AF2EBB",
    "FAF3208022080B010801C0010000651FB3CA6B",
];
const NO_MORE: &str = "FAF320B0220807010200114BA4D1D1";

#[test]
fn a_foreign_caller_s_octets_reach_our_file() {
    let scratch = Scratch::new();
    let (out, port) = (scratch.path("out"), free_port());
    let caller = socket();
    let remote = caller.local_addr().unwrap();
    let ours = End::start(&format!(
        "--role responder --local :{port} --remote {remote} --out {out} --max-seconds 20 --json"
    ));
    std::thread::sleep(Duration::from_millis(300));
    let send = |unit: &str| {
        let octets = hex::decode(unit).unwrap();
        caller.send_to(&octets, ("127.0.0.1", port)).unwrap();
    };
    let mut buf = [0; 4_096];
    send(HAIL);
    // The answer: a frame that names us, with a PLCW that expects number 0 first.
    let (len, _) = caller.recv_from(&mut buf).expect("an answer to the hail");
    assert_eq!(
        buf[..5],
        [0xFA, 0xF3, 0x20, 0xB0, 0x11],
        "{:02X?}",
        &buf[..len]
    );
    send(FRAMES[0]);
    send(FRAMES[1]);
    let acknowledged = |unit: &[u8]| unit.windows(2).any(|w| w[0] & 0xF8 == 0x80 && w[1] == 2);
    let mut answers = (0..50).filter_map(|_| {
        let (len, _) = caller.recv_from(&mut buf).ok()?;
        Some(buf[8..len - 4].to_vec())
    });
    assert!(
        answers.any(|spdus| acknowledged(&spdus)),
        "both frames acknowledged"
    );
    send(NO_MORE);
    assert!(
        answers.any(|spdus| spdus.windows(3).any(|spdu| spdu == RNMD)),
        "our responder has no more data either"
    );
    let ours = ours.finish();
    assert_eq!(
        ours.code,
        0,
        "{}{}",
        String::from_utf8_lossy(&ours.stdout),
        ours.stderr
    );
    assert_eq!(std::fs::read(&out).unwrap(), b"magpie");
}

/// Frames with a good CRC and anything inside, also in a session that a hail has begun: nothing stops the program before its limit.
#[test]
fn frames_of_any_content_do_no_harm() {
    let socket = socket();
    let remote = socket.local_addr().unwrap();
    let roles = [
        "caller --duplex full",
        "responder --duplex full",
        "caller --duplex half",
        "responder --duplex half",
    ];
    let ends = roles.map(|role| {
        let port = free_port();
        let end = End::start(&format!(
            "--role {role} --local :{port} --remote {remote} --max-seconds 2.5 --json"
        ));
        (port, end)
    });
    std::thread::sleep(Duration::from_millis(300));
    let mut dice = Dice(2026);
    for round in 0..1_500 {
        for (at, (port, _)) in ends.iter().enumerate() {
            // Callers are 0x11, responders 0x22.
            let unit = if round % 100 == 0 {
                hex::decode(HAIL).unwrap()
            } else {
                any_frame(&mut dice, [0x11, 0x22][at % 2])
            };
            socket.send_to(&unit, ("127.0.0.1", *port)).unwrap();
        }
        if round % 10 == 0 {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    for (_, end) in ends {
        let ran = end.finish_within(Duration::from_secs(10));
        ran.has_manners();
        let account = ran.json();
        assert!(
            account["transport_units"]["received"].as_u64().unwrap() > 500,
            "{account}"
        );
    }
}

/// A PLTU with a Version-3 frame for this spacecraft, everything else drawn; half of the P-frames hold well-formed SPDUs.
fn any_frame(dice: &mut Dice, scid: u8) -> Vec<u8> {
    let len = [0, 1, 2, 4, 7, 16, 200][usize::try_from(dice.below(7)).unwrap()];
    let mut data = noise(len, dice.next());
    let [kind, flags, number, first, ..] = dice.next().to_le_bytes();
    let kind = [0x80, 0xA0, 0xB0, 0xB0, 0x80 | kind & 0x3F][usize::from(kind) % 5];
    if let (0xB0, Some(octet)) = (kind, data.first_mut()) {
        // A Type-1 to Type-3 SPDU as long as the rest, or a PLCW.
        *octet = [
            (first % 3) << 4 | u8::try_from(len - 1).unwrap_or(15) & 15,
            0x80 | first & 0x2F,
        ][usize::from(first >> 7)];
    }
    let last = u8::try_from(4 + len).unwrap();
    let flags = if flags < 230 { 0x08 } else { flags & 0xF8 };
    pltu(&[&[kind, scid, flags, last, number], &data[..]].concat())
}
