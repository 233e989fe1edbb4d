//! Single codes, for those who have a link of their own: PLTU, CRC-32, convolutional encoder and soft Viterbi decoder.
//!
//! Book: 211.2-B-3 and 131.0-B. Left out: LDPC. The decoder is `magpie_coding::viterbi::CompactViterbi`, for a known pair phase.

use core::ffi::c_void;
use core::mem::MaybeUninit;

use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
use magpie_coding::crc::crc32_proximity;
use magpie_coding::pltu::{PltuEncodeError, PltuEncoder};
use magpie_coding::viterbi::CompactViterbi;
use magpie_coding::viterbi::compact::TAIL_OCTETS;

use crate::config::choice;
use crate::error::{MagpieError, answer};
use crate::pointer::{self, NothingLent};

/// G2 is sent inverted, as the books have it.
pub const MAGPIE_G2_INVERTED: u8 = 0;
/// G2 is sent as it is.
pub const MAGPIE_G2_PLAIN: u8 = 1;

/// Words of eight octets in a block for a decoder that is large enough on every processor; magpie_viterbi_size says how much is used on this one.
pub const MAGPIE_VITERBI_WORDS: usize = 192;

/// Octets that magpie_viterbi_finish may write.
pub const MAGPIE_VITERBI_TAIL: usize = 16;

const _: () = assert!(MAGPIE_VITERBI_TAIL == TAIL_OCTETS);

/// A block for one decoder, aligned as it must be.
#[repr(C)]
#[derive(Debug)]
pub struct MagpieViterbiStorage {
    /// Nothing to look at.
    pub words: [u64; MAGPIE_VITERBI_WORDS],
}

/// The state of an encoder: zeros begin a stream whose G2 is inverted.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct MagpieEncoder {
    /// The last six bits, the newest in bit 5.
    pub register_bits: u8,
    /// MAGPIE_G2_….
    pub g2: u8,
}

/// A decoder. Everything inside is private.
#[derive(Debug)]
pub struct MagpieViterbi {
    magic: u64,
    decoder: CompactViterbi,
}

const MAGIC: u64 = 0x6D61_6770_6965_0002;

const _: () = assert!(size_of::<MagpieViterbi>() <= size_of::<MagpieViterbiStorage>());
const _: () = assert!(align_of::<MagpieViterbi>() <= align_of::<MagpieViterbiStorage>());

/// The CRC-32 of a PLTU over a frame.
///
/// # Safety
/// frame points to len octets, crc to one number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_crc32(frame: *const u8, len: usize, crc: *mut u32) -> MagpieError {
    answer((|| {
        // SAFETY: the caller's word.
        let (frame, crc) = unsafe {
            (
                pointer::input(frame, len, &NothingLent)?,
                pointer::answer_place(crc, &NothingLent)?,
            )
        };
        crc.write(crc32_proximity(frame));
        Ok(())
    })())
}

/// Writes marker, frame and CRC-32: 7 octets more than the frame, which has 5 to 2048. *written says how many, or how many are needed
/// if the buffer is too short.
///
/// # Safety
/// frame points to len octets, pltu to size others, written to one number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_pltu_encode(
    frame: *const u8,
    len: usize,
    pltu: *mut u8,
    pltu_size: usize,
    written: *mut usize,
) -> MagpieError {
    answer((|| {
        if pointer::Region::new(frame, len).overlaps(pointer::Region::new(pltu, pltu_size)) {
            return Err(MagpieError::Overlap);
        }
        // SAFETY: the caller's word.
        let (frame, written, out) = unsafe {
            (
                pointer::input(frame, len, &NothingLent)?,
                pointer::answer_place(written, &NothingLent)?,
                pointer::output(pltu, pltu_size, &NothingLent)?,
            )
        };
        match PltuEncoder::new().encode(frame, out) {
            Ok(count) => {
                written.write(count);
                Ok(())
            }
            Err(PltuEncodeError::FrameLength { .. }) => Err(MagpieError::FrameLength),
            Err(PltuEncodeError::Buffer { need, .. }) => {
                written.write(need);
                Err(MagpieError::Length)
            }
        }
    })())
}

/// Encodes octets with the K = 7, rate 1/2 code into packed symbols: two octets for each, first symbol in the most significant place.
///
/// # Safety
/// encoder points to one; octets points to len octets, symbols to size others.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_convolutional_encode(
    encoder: *mut MagpieEncoder,
    octets: *const u8,
    len: usize,
    symbols: *mut u8,
    symbols_size: usize,
) -> MagpieError {
    answer((|| {
        if pointer::Region::new(octets, len).overlaps(pointer::Region::new(symbols, symbols_size)) {
            return Err(MagpieError::Overlap);
        }
        if symbols_size / 2 < len {
            return Err(MagpieError::Length);
        }
        // SAFETY: the caller's word.
        let (state, octets, symbols) = unsafe {
            (
                pointer::input(encoder, 1, &NothingLent)?,
                pointer::input(octets, len, &NothingLent)?,
                pointer::output(symbols, symbols_size, &NothingLent)?,
            )
        };
        let &[MagpieEncoder { register_bits, g2 }] = state else {
            return Err(MagpieError::Null);
        };
        let mut coder = ConvolutionalEncoder::new(g2_of(g2)?);
        for place in 0..6 {
            coder.encode_bit(register_bits >> place); // oldest first
        }
        coder.encode_packed(octets, symbols);
        let next = MagpieEncoder {
            register_bits: coder.register(),
            g2,
        };
        // SAFETY: not null and aligned, as checked above; the reference made of it is not used any more.
        unsafe { encoder.write(next) };
        Ok(())
    })())
}

/// Octets of the block for one decoder on this processor.
#[unsafe(no_mangle)]
pub extern "C" fn magpie_viterbi_size() -> usize {
    size_of::<MagpieViterbi>()
}

/// Alignment of the block.
#[unsafe(no_mangle)]
pub extern "C" fn magpie_viterbi_align() -> usize {
    align_of::<MagpieViterbi>()
}

/// Makes a decoder in a block. mean_magnitude is that of the symbols, 1 to 127 (40 is usual); an error of a quarter costs hardly anything.
///
/// # Safety
/// block points to block_size octets that are nobody else's until the decoder is not used any more; viterbi points to one pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_viterbi_init(
    block: *mut c_void,
    block_size: usize,
    g2: u8,
    mean_magnitude: u8,
    viterbi: *mut *mut MagpieViterbi,
) -> MagpieError {
    answer((|| {
        // SAFETY: the caller's word.
        let handle = unsafe { pointer::answer_place(viterbi, &NothingLent) }?;
        handle.write(core::ptr::null_mut());
        let g2 = g2_of(g2)?;
        if !(1..=127).contains(&mean_magnitude) {
            return Err(MagpieError::Range);
        }
        let block = block.cast::<MagpieViterbi>();
        if !block.is_null() && block_size < size_of::<MagpieViterbi>() {
            return Err(MagpieError::BlockSize);
        }
        // SAFETY: null and alignment are checked inside, the size above; the rest is the caller's word.
        let place: &mut MaybeUninit<_> = unsafe { pointer::answer_place(block, &NothingLent) }?;
        let mut decoder = CompactViterbi::new(g2);
        decoder.set_mean_magnitude(mean_magnitude);
        place.write(MagpieViterbi {
            magic: MAGIC,
            decoder,
        });
        handle.write(block);
        Ok(())
    })())
}

/// Takes pairs of soft symbols (C1, C2: positive for 1, magnitude for confidence, zero for erased) and writes decided bits, eight an octet.
/// Fewer pairs are taken only if the octets have no room left: eight are enough for some progress.
///
/// # Safety
/// viterbi is null or a handle that is in use nowhere else; symbols points to 2 * pairs numbers, octets to size octets, the others to one
/// number each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_viterbi_push(
    viterbi: *mut MagpieViterbi,
    symbols: *const i8,
    pairs: usize,
    octets: *mut u8,
    octets_size: usize,
    pairs_taken: *mut usize,
    octets_written: *mut usize,
) -> MagpieError {
    answer((|| {
        // SAFETY: the caller's word.
        let (decoder, symbols, taken, written, octets) = unsafe {
            (
                decoder(viterbi)?,
                pointer::input(symbols.cast::<[i8; 2]>(), pairs, &NothingLent)?,
                pointer::answer_place(pairs_taken, &NothingLent)?,
                pointer::answer_place(octets_written, &NothingLent)?,
                pointer::output(octets, octets_size, &NothingLent)?,
            )
        };
        let progress = decoder.push(symbols, octets);
        taken.write(progress.pairs);
        written.write(progress.octets);
        Ok(())
    })())
}

/// Ends the stream: writes the bits not yet written into a buffer of MAGPIE_VITERBI_TAIL octets, and how many they are. Another stream may
/// follow.
///
/// # Safety
/// viterbi is null or a handle that is in use nowhere else; octets points to size octets, bits to one number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_viterbi_finish(
    viterbi: *mut MagpieViterbi,
    octets: *mut u8,
    octets_size: usize,
    bits: *mut usize,
) -> MagpieError {
    answer((|| {
        // SAFETY: the caller's word.
        let (decoder, bits, octets) = unsafe {
            (
                decoder(viterbi)?,
                pointer::answer_place(bits, &NothingLent)?,
                pointer::output(octets, octets_size, &NothingLent)?,
            )
        };
        let tail = octets.first_chunk_mut().ok_or(MagpieError::Length)?;
        bits.write(decoder.finish(tail));
        Ok(())
    })())
}

/// # Safety
/// As `magpie_viterbi_push`.
unsafe fn decoder<'a>(viterbi: *mut MagpieViterbi) -> Result<&'a mut CompactViterbi, MagpieError> {
    if viterbi.is_null() {
        return Err(MagpieError::Null);
    }
    if !viterbi.is_aligned() {
        return Err(MagpieError::Alignment);
    }
    // SAFETY: aligned and not null; any content is a number. Read as volatile, as C may never have written it.
    let magic = unsafe { (&raw const (*viterbi).magic).read_volatile() };
    if magic != MAGIC {
        return Err(MagpieError::NotInitialised);
    }
    // SAFETY: a decoder was made there.
    Ok(unsafe { &mut (*viterbi).decoder })
}

fn g2_of(number: u8) -> Result<G2, MagpieError> {
    choice(number, [G2::Inverted, G2::Plain])
}
