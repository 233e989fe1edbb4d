//! One end of a link in a block of the caller's memory.
//!
//! Books: 211.0-B-6 and 211.2-B-3, inside `magpie_link::transceiver`. The block holds the endpoint; its queues lie in buffers that are lent with it.

use core::ffi::c_void;
use core::mem::MaybeUninit;

use magpie_coding::pltu::{MAX_TOLERANCE, PltuConfig};
use magpie_link::clock::{DataRate, Instant};
use magpie_link::endpoint::{ChannelMemory, Endpoint, Memory, MemoryError};
use magpie_link::transceiver::Transceiver;

use magpie_wire::id::Pcid;

use crate::config::MagpieConfig;
use crate::error::{MagpieError, answer};
use crate::frames::{self, FrameQueue};
use crate::pointer::{self, Lends, LentOctets, NothingLent, Region};

pub mod input;
pub mod output;

/// Words of eight octets in a block that is large enough on every processor; magpie_transceiver_size says how much is used on this one.
pub const MAGPIE_TRANSCEIVER_WORDS: usize = 1152;

/// Octets of the smallest memory for frames that is not empty.
pub const MAGPIE_FRAMES_SMALLEST: usize = 3072;

const _: () = assert!(MAGPIE_FRAMES_SMALLEST == frames::SMALLEST);

/// A block for one endpoint, aligned as it must be: static magpie_transceiver_storage block;
#[repr(C)]
#[derive(Debug)]
pub struct MagpieTransceiverStorage {
    /// Nothing to look at.
    pub words: [u64; MAGPIE_TRANSCEIVER_WORDS],
}

/// A buffer that is lent: null and zero for none.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct MagpieLent {
    /// The first octet.
    pub start: *mut u8,
    /// How many there are.
    pub len: usize,
}

/// The buffers of an endpoint. They are the endpoint's from magpie_transceiver_init on, until the endpoint is not used any more.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct MagpieMemory {
    /// sizeof(magpie_memory).
    pub struct_size: u32,
    /// Units of the expedited service that wait to be sent: 16 octets and their own each.
    pub expedited: MagpieLent,
    /// Units of the sequence-controlled service that wait to be sent, likewise.
    pub sequence_controlled: MagpieLent,
    /// Sequence-controlled frames until they are acknowledged: 2 octets and their own each. Empty, or at least maximum_frame_length + 2.
    pub sent: MagpieLent,
    /// Units that arrived, for magpie_poll_delivery. Empty, or at least 16 octets and the longest unit: 2043, with reassembly also
    /// maximum_packet_size.
    pub delivery: MagpieLent,
    /// Packets that arrive in segments: maximum_packet_size octets each. Empty: segments are refused.
    pub reassembly: MagpieLent,
    /// Accepted frames as they came, for magpie_poll_frame. Empty, or at least MAGPIE_FRAMES_SMALLEST.
    pub frames: MagpieLent,
}

const LENT: usize = 6;

impl MagpieMemory {
    const fn all(&self) -> [MagpieLent; LENT] {
        [
            self.expedited,
            self.sequence_controlled,
            self.sent,
            self.delivery,
            self.reassembly,
            self.frames,
        ]
    }
}

/// One end of a link. Everything inside is private.
#[derive(Debug)]
pub struct MagpieTransceiver {
    /// [`MAGIC`] and the own address: a block that was never initialised, or copied, is refused.
    magic: u64,
    address: usize,
    lent: [Region; LENT],
    node: Transceiver<LentOctets>,
    frames: FrameQueue,
}

const MAGIC: u64 = 0x6D61_6770_6965_0001;

const _: () = assert!(size_of::<MagpieTransceiver>() <= size_of::<MagpieTransceiverStorage>());
const _: () = assert!(align_of::<MagpieTransceiver>() <= align_of::<MagpieTransceiverStorage>());

impl Lends for MagpieTransceiver {
    fn apart(&self, region: Region) -> Result<(), MagpieError> {
        let own = Region::new(core::ptr::from_ref(self), size_of::<Self>());
        let clash = self
            .lent
            .iter()
            .chain([&own])
            .any(|lent| lent.overlaps(region));
        if clash {
            Err(MagpieError::Overlap)
        } else {
            Ok(())
        }
    }
}

/// Octets of the block for one endpoint on this processor.
#[unsafe(no_mangle)]
pub extern "C" fn magpie_transceiver_size() -> usize {
    size_of::<MagpieTransceiver>()
}

/// Alignment of the block.
#[unsafe(no_mangle)]
pub extern "C" fn magpie_transceiver_align() -> usize {
    align_of::<MagpieTransceiver>()
}

/// Makes an endpoint in a block of at least magpie_transceiver_size octets, and writes the handle for all other functions to
/// *transceiver. The block must not be moved or copied; initialising it again makes a new endpoint, the old one is forgotten. The lent
/// buffers are zeroed. On an error *transceiver is null.
///
/// # Safety
/// Each pointer is null or points to what it says; the block and the lent buffers are nobody else's until the endpoint is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_transceiver_init(
    block: *mut c_void,
    block_size: usize,
    config: *const MagpieConfig,
    memory: *const MagpieMemory,
    transceiver: *mut *mut MagpieTransceiver,
) -> MagpieError {
    // SAFETY: the caller's word.
    let place = unsafe { pointer::answer_place(transceiver, &NothingLent) };
    answer(place.and_then(|handle| {
        handle.write(core::ptr::null_mut());
        // SAFETY: the caller's word.
        let made = unsafe { make(block, block_size, config, memory) }?;
        handle.write(made);
        Ok(())
    }))
}

/// # Safety
/// As `magpie_transceiver_init`.
unsafe fn make(
    block: *mut c_void,
    block_size: usize,
    config: *const MagpieConfig,
    memory: *const MagpieMemory,
) -> Result<*mut MagpieTransceiver, MagpieError> {
    let block = block.cast::<MagpieTransceiver>();
    // SAFETY: the caller's word.
    let config = unsafe { pointer::sized_input(config, &NothingLent) }?;
    // SAFETY: likewise.
    let memory = unsafe { pointer::sized_input(memory, &NothingLent) }?;
    let mib = config.mib()?;
    if block.is_null() {
        return Err(MagpieError::Null);
    }
    if !block.is_aligned() {
        return Err(MagpieError::Alignment);
    }
    if block_size < size_of::<MagpieTransceiver>() {
        return Err(MagpieError::BlockSize);
    }
    let lent = apart(Region::new(block, size_of::<MagpieTransceiver>()), &memory)?;
    // SAFETY: the caller's word; the buffers are apart from each other, as just checked.
    let (queues, frames) = unsafe { queues(&memory, mib.local_pcid) }?;
    let rate = DataRate::from_bits_per_s(config.data_rate).ok_or(MagpieError::DataRate)?;
    let endpoint = Endpoint::new(mib, queues).map_err(|why| match why {
        MemoryError::Delivery { .. }
        | MemoryError::Sent { .. }
        | MemoryError::Reassembly { .. } => MagpieError::LentTooSmall,
    })?;
    if config.marker_errors > MAX_TOLERANCE {
        return Err(MagpieError::Range);
    }
    let hunter = PltuConfig::new().with_tolerance(config.marker_errors);
    // SAFETY: not null, aligned and large enough, as checked above; nobody else's, by the caller's word.
    let place = unsafe { &mut *block.cast::<MaybeUninit<MagpieTransceiver>>() };
    place.write(MagpieTransceiver {
        magic: MAGIC,
        address: block.addr(),
        lent,
        node: Transceiver::with_hunter(endpoint, rate, hunter),
        frames,
    });
    Ok(block)
}

/// The queues of the link, and that of the frames.
///
/// # Safety
/// As `magpie_transceiver_init`; no two of the buffers overlap.
unsafe fn queues(
    memory: &MagpieMemory,
    local_pcid: Pcid,
) -> Result<(Memory<LentOctets>, FrameQueue), MagpieError> {
    if (1..frames::SMALLEST).contains(&memory.frames.len) {
        return Err(MagpieError::LentTooSmall);
    }
    let [expedited, sequence_controlled, sent, delivery, reassembly, frames] =
        // SAFETY: the caller's word.
        memory.all().map(|lent| unsafe { LentOctets::new(lent.start, lent.len) });
    let channel = ChannelMemory {
        expedited: expedited?,
        sequence_controlled: sequence_controlled?,
        sent: sent?,
    };
    let queues = Memory {
        delivery: delivery?,
        reassembly: reassembly?,
        ..Memory::of(local_pcid, channel)
    };
    Ok((queues, FrameQueue::new(frames?)))
}

/// The lent buffers as regions, none of which shares an octet with another or with the block.
fn apart(block: Region, memory: &MagpieMemory) -> Result<[Region; LENT], MagpieError> {
    for lent in memory.all().iter().filter(|lent| lent.len > 0) {
        pointer::checked(lent.start, lent.len, &NothingLent)?;
    }
    let regions = memory.all().map(|lent| Region::new(lent.start, lent.len));
    for (i, region) in regions.iter().enumerate() {
        let others = regions.iter().take(i).chain([&block]);
        if others.clone().any(|other| other.overlaps(*region)) {
            return Err(MagpieError::Overlap);
        }
    }
    Ok(regions)
}

/// The endpoint of a handle.
///
/// # Safety
/// `transceiver` is null, or points to as many octets as an endpoint has, which nobody else uses during the call; if an endpoint was made
/// there, its block and its buffers have not been used otherwise since.
unsafe fn endpoint<'a>(
    transceiver: *mut MagpieTransceiver,
) -> Result<&'a mut MagpieTransceiver, MagpieError> {
    if transceiver.is_null() {
        return Err(MagpieError::Null);
    }
    if !transceiver.is_aligned() {
        return Err(MagpieError::Alignment);
    }
    // SAFETY: aligned and not null; any content is a number. Read as volatile, as C may never have written it.
    let (magic, address) = unsafe {
        (
            (&raw const (*transceiver).magic).read_volatile(),
            (&raw const (*transceiver).address).read_volatile(),
        )
    };
    if magic != MAGIC || address != transceiver.addr() {
        return Err(MagpieError::NotInitialised);
    }
    // SAFETY: an endpoint was made at this very address.
    Ok(unsafe { &mut *transceiver })
}

/// The caller's clock.
const fn at(now_us: u64) -> Instant {
    Instant::from_micros(now_us)
}
