//! Files over a one-way pass: an endless stream of `RaptorQ` symbols (RFC 6330) from which any K and a few more good ones rebuild the file.
//!
//! Where nothing can be acknowledged, a carousel makes the receiver wait for the one segment that it has not; with a fountain code no symbol is special:
//! any mix of K and a few good symbols, of any passes, gives the file back. The sender never repeats itself before 2^24 symbols of a block have gone
//! out, and each pass begins at a place of its own, so a sender that has forgotten everything but the number of the pass repeats nothing either, as long as
//! passes are not both many and long (256 passes of 65,536 symbols of a block each, 4,096 passes of 4,096).
//!
//! A packet ([`SymbolPacket`]) is the data field of one space packet and says all that a receiver needs to join with it:
//!
//! | Octets | Field |
//! |---|---|
//! | 2 | mark `BC`, version 1; no version of CFDP begins so |
//! | 8 | object: the first octets of its SHA-256 |
//! | 12 | RFC 6330 3.3.2 and 3.3.3: transfer length F, symbol size T, source blocks Z, sub-blocks N = 1, alignment Al = 1 |
//! | 4 | RFC 6330 3.2: source block number, encoding symbol identifier |
//! | T | the symbol |
//! | 4 | CRC-32 of Proximity-1 over all before it |
//!
//! The object is the file behind its own label: SHA-256 of what follows (32 octets), length of the name (1), name, content. What was decoded counts only if
//! that hash is right, so a file is never half right.
//!
//! ```
//! use magpie_relay::blindcast::{Limits, Receiver, Sender, SenderConfig, Step};
//! let config = SenderConfig { symbol_octets: 64, ..SenderConfig::default() };
//! let mut sender = Sender::new(config, b"sol-196.txt", &[7; 1_000]).unwrap();
//! let mut receiver = Receiver::new(Limits::default());
//! let mut packet = vec![0; sender.packet_len()];
//! for pass in [3, 8] {
//!     sender.begin_pass(pass);
//!     for _ in 0..10 {
//!         let len = sender.next_packet(&mut packet).unwrap(); // half of the file needs more than one pass of ten packets
//!         receiver.handle_packet(pass, &packet[..len]).unwrap();
//!         while receiver.poll_decode() != Step::Nothing {}
//!     }
//! }
//! let object = receiver.objects().next().unwrap();
//! assert_eq!(object.file().unwrap().name, b"sol-196.txt");
//! assert_eq!(object.file().unwrap().octets, [7; 1_000]);
//! ```
//!
//! | Part | What |
//! |---|---|
//! | [`Layout`], [`SymbolPacket`] | how an object is cut, what a packet says; valid once parsed |
//! | [`Sender`], [`Stream`] | one file without end; several files that share a link by their size |
//! | [`Receiver`], [`Object`] | bounded memory, one block decoded a step, who brought what |
//!
//! Left out: sub-blocks (N is always 1), files of nearly 2^40 octets, the search for the wrong symbol in a block whose hash fails (all its symbols are
//! dropped and counted). Memory of a sender: some three times the file once the first repair symbol has been asked for.

mod layout;
mod object;
mod packet;
mod receiver;
mod sender;
mod stream;

pub use layout::{Layout, LayoutError, MOST_BLOCK_SYMBOLS, SHORTEST_SYMBOL};
pub use object::{File, Object, Share};
pub use packet::{Announcement, ObjectId, PACKET_OVERHEAD, PacketError, SymbolPacket};
pub use receiver::{Counts, Limits, Receiver, Refusal, Step, Taken};
pub use sender::{Sender, SenderConfig, SenderError};
pub use stream::Stream;

use sha2::{Digest as _, Sha256};

/// Octets of the label in front of a name: SHA-256 and the length of the name.
const LABEL_LEN: usize = 32 + 1;

/// The label of an object: hash of what follows, and that length octet itself.
fn label(name_len: u8, rest: &[&[u8]]) -> [u8; LABEL_LEN] {
    let mut hash = Sha256::new();
    hash.update([name_len]);
    for part in rest {
        hash.update(part);
    }
    let mut label = [name_len; LABEL_LEN];
    for (slot, octet) in label.iter_mut().zip(hash.finalize()) {
        *slot = octet;
    }
    label
}
