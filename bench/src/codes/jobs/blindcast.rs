//! `blindcast-encode`, `blindcast-decode`: a file of 10 MB as symbols of RFC 6330 and back, with everything around them: hash, packets, their CRC-32.

use std::hint::black_box;

use magpie_relay::blindcast::{Limits, Receiver, Sender, SenderConfig, Step};

use super::super::input::random;
use super::super::job::{Effort, Job};
use super::super::peer::Folders;
use super::super::report::{Row, Wrong};
use super::ours;

const FILE: usize = 10_000_000;
/// Of ten packets so many are lost on the way.
const LOST: u64 = 3;

fn sender(file: &[u8]) -> Result<Sender, String> {
    Sender::new(SenderConfig::default(), b"file", file).map_err(|why| why.to_string())
}

/// The name of the one contender: the library of the code chooses its instructions itself.
const ENGINE: &str = "raptorq";

/// All packets that a file needs, none of them a plain piece of it: the transmitter was switched on for the second time.
pub(super) fn encode(_: &Folders, effort: Effort) -> Result<Row, String> {
    let file = random("blindcast", FILE);
    let first = sender(&file)?;
    let symbols = first.object().layout.symbols();
    let len = first.packet_len();
    let pass = |out: &mut Vec<u8>| {
        out.resize(len * symbols as usize, 0);
        let Ok(mut sender) = sender(black_box(&file)) else {
            return out.clear();
        };
        sender.begin_pass(1);
        for packet in out.chunks_exact_mut(len) {
            if sender.next_packet(packet).is_err() {
                packet.fill(0);
            }
        }
    };
    // The receiver has the last word on what they are worth; now and then it wants a packet more than these.
    let judge = |out: &[u8]| {
        let mut receiver = Receiver::new(Limits::default());
        let refused = out
            .chunks(len)
            .filter(|packet| receiver.handle_packet(0, packet).is_err());
        Wrong {
            wrong: refused.count(),
            total: symbols as usize,
        }
    };
    Ok(Job {
        name: "blindcast-encode",
        unit: "MB/s",
        per_pass: FILE as f64 / 1e6,
        ask: 50.0,
        stretch: 200.0,
        input: format!(
            "file of {FILE} octets, {symbols} repair symbols of {}",
            first.object().layout.symbol_octets()
        ),
        ours: vec![ours(ENGINE, pass, judge)],
        threads: None,
        peers: Vec::new(),
    }
    .measure(effort))
}

/// From packets in the order of their arrival, three of ten lost, to the file with its hash checked.
pub(super) fn decode(_: &Folders, effort: Effort) -> Result<Row, String> {
    let file = random("blindcast", FILE);
    let mut sender = sender(&file)?;
    let object = sender.object();
    let len = sender.packet_len();
    let most = object.layout.symbols() as usize + 5;
    let mut packets = vec![0; len * most];
    for packet in packets.chunks_exact_mut(len) {
        while sender.position() * 7 % 10 < LOST {
            sender.resume(sender.position() + 1);
        }
        sender.next_packet(packet).map_err(|why| why.to_string())?;
    }
    let pass = |out: &mut Vec<u8>| {
        let mut receiver = Receiver::new(Limits::default());
        for packet in black_box(&packets).chunks_exact(len) {
            // Those behind the last that is needed are surplus.
            let _ = receiver.handle_packet(0, packet);
            while receiver.poll_decode() != Step::Nothing {}
        }
        *out = receiver.take_file(object).unwrap_or_default().1;
    };
    let judge = |out: &[u8]| Wrong::between(out, &file, 1);
    Ok(Job {
        name: "blindcast-decode",
        unit: "MB/s",
        per_pass: FILE as f64 / 1e6,
        ask: 50.0,
        stretch: 200.0,
        input: format!(
            "file of {FILE} octets from symbols of {}, three of ten lost",
            object.layout.symbol_octets()
        ),
        ours: vec![ours(ENGINE, pass, judge)],
        threads: None,
        peers: Vec::new(),
    }
    .measure(effort))
}
