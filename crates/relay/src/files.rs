//! Files by the file delivery protocol (727.0-B-5): the parts that an entity stands on.
//!
//! [`pdu`] reads and writes every PDU, [`Checksum`] runs over a file and can be put down and taken up again, [`Filestore`] is where files come from
//! and go to, [`check_name`] refuses names that lead out of a spool. Left out so far: the entity itself (its procedures, checkpoints, onward files) and the
//! filestore in a directory.
//!
//! ```
//! use magpie_relay::files::{StoreError, check_name};
//! assert_eq!(check_name(b"sol-196.txt"), Ok("sol-196.txt"));
//! assert_eq!(check_name(b"../../etc/passwd"), Err(StoreError::NameTraversal));
//! ```

mod checksum;
mod octets;
pub mod pdu;
mod store;

pub use checksum::{Checksum, ChecksumType};
pub use pdu::{EntityId, TransactionId};
pub use store::{Filestore, MemoryFilestore, StoreError, check_name};
