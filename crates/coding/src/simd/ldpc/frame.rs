//! A block from its symbols to its message, in vectors.

use super::kernel::{Correction, Field, block_row, unsatisfied};
use super::lanes::Lanes;
use super::{Job, WIDEST, stride};
use crate::ldpc::{BlockRows, Circulant, KNOWN, LdpcOutcome, QcCode, Tuning, scale_of, scaled};

/// Decodes.
///
/// # Safety
/// As [`Lanes`]; the lengths of the job's slices are right and as many rows as `L` has lanes may be done at once.
#[inline(always)]
pub(super) unsafe fn decode<L: Lanes>(job: &mut Job<'_>) -> LdpcOutcome {
    let code = job.code.qc();
    let (field, layers) = (field_of(code, job.memory), Layers::new(code));
    let soft = job.soft.get(..code.n - code.appended).unwrap_or(&[]);
    // SAFETY: as promised by the caller; `field_of` parts the memory as the code wants it.
    unsafe {
        let tuning = Tuning::of(job.code);
        load::<L>(code, &field, tuning, soft);
        let correction = Correction::new(tuning);
        let mut iterations = 0;
        let mut failed = check::<L, true>(&layers, &field);
        while failed > 0 && iterations < job.max_iterations {
            if iterations == 0 {
                iterate::<L, true>(&layers, &field, &correction);
            } else {
                iterate::<L, false>(&layers, &field, &correction);
            }
            iterations += 1;
            failed = check::<L, true>(&layers, &field);
        }
        if failed > 0 {
            failed = check::<L, false>(&layers, &field);
        }
        put_out::<L>(code, &field, job.message);
        LdpcOutcome {
            converged: failed == 0,
            iterations,
            unsatisfied: failed,
            corrected: corrected::<L>(code, &field, soft),
        }
    }
}

/// The memory parted. It has [`super::memory_len`] elements.
fn field_of(code: &QcCode, memory: &mut [i8]) -> Field {
    let skip = memory.as_ptr().align_offset(WIDEST) % WIDEST;
    let stride = stride(code);
    let start = memory.as_mut_ptr().wrapping_add(skip);
    Field {
        posteriors: start.wrapping_add(WIDEST),
        stride,
        messages: start.wrapping_add(code.block_columns * stride),
        z: code.z,
    }
}

/// The block rows of a code in the order of decoding: for each, its circulants and how many they are.
struct Layers {
    layers: [(*const Circulant, usize); MAX_LAYERS],
    count: usize,
}

/// Block rows of AR4JA.
const MAX_LAYERS: usize = 12;

impl Layers {
    #[inline(always)]
    fn new(code: &QcCode) -> Self {
        let mut all = Self {
            layers: [(code.circulants.as_ptr(), 0); MAX_LAYERS],
            count: 0,
        };
        for (layer, circulants) in all.layers.iter_mut().zip(BlockRows::of(code)) {
            *layer = (circulants.as_ptr(), circulants.len());
            all.count += 1;
        }
        all
    }
}

/// One iteration over all rows.
#[inline(always)]
unsafe fn iterate<L: Lanes, const FIRST: bool>(
    layers: &Layers,
    field: &Field,
    correction: &Correction<L>,
) {
    let mut messages = field.messages;
    let mut at = 0;
    while at < layers.count {
        let (circulants, degree) = layers.layers[at];
        // SAFETY: as promised by the caller of `decode`; the layer has that many circulants.
        messages = unsafe {
            match degree {
                3 => block_row::<L, 3, FIRST>(field, circulants, messages, correction),
                6 => block_row::<L, 6, FIRST>(field, circulants, messages, correction),
                10 => block_row::<L, 10, FIRST>(field, circulants, messages, correction),
                18 => block_row::<L, 18, FIRST>(field, circulants, messages, correction),
                32 => block_row::<L, 32, FIRST>(field, circulants, messages, correction),
                _ => messages,
            }
        };
        at += 1;
    }
}

/// Checks that do not hold; with `STOP`, no more than some of them.
#[inline(always)]
unsafe fn check<L: Lanes, const STOP: bool>(layers: &Layers, field: &Field) -> u32 {
    let (mut total, mut at) = (0, 0);
    while at < layers.count {
        let (circulants, degree) = layers.layers[at];
        // SAFETY: as promised by the caller of `decode`; the layer has that many circulants.
        total += unsafe {
            match degree {
                3 => unsatisfied::<L, 3, STOP>(field, circulants),
                6 => unsatisfied::<L, 6, STOP>(field, circulants),
                10 => unsatisfied::<L, 10, STOP>(field, circulants),
                18 => unsatisfied::<L, 18, STOP>(field, circulants),
                32 => unsatisfied::<L, 32, STOP>(field, circulants),
                _ => 0,
            }
        };
        if STOP && total > 0 {
            break;
        }
        at += 1;
    }
    total
}

/// Brings the symbols to the blocks, with their copies.
#[inline(always)]
unsafe fn load<L: Lanes>(code: &QcCode, field: &Field, tuning: Tuning, soft: &[i8]) {
    // SAFETY: as promised by the caller of `decode`.
    unsafe {
        let (sum, count) = level::<L>(soft);
        let scale = scale_of(sum, count, tuning.mean);
        let limit = tuning.largest;
        for block in 0..code.block_columns {
            let base = field.posteriors.add(block * field.stride);
            let symbols = symbols_of(code, block, soft);
            let known = code.shortened.saturating_sub(block * code.z).min(code.z);
            base.write_bytes(0, code.z);
            base.write_bytes(KNOWN as u8, known);
            let base = base.add(known);
            let mut at = 0;
            while at + L::COUNT <= symbols.len() {
                let symbol = L::load(symbols.as_ptr().add(at));
                let value = L::clamp(L::scaled(L::clamp(symbol, 127), scale), limit as i8);
                L::store(base.add(at), value);
                at += L::COUNT;
            }
            while let Some(&symbol) = symbols.get(at) {
                *base.add(at) = scaled(symbol, scale, limit);
                at += 1;
            }
            let base = base.sub(known);
            L::store(base.add(code.z), L::load(base));
        }
    }
}

/// The received symbols of a block; they are in its front, but for those of a shortened first block, which are in its end.
#[inline(always)]
fn symbols_of<'a>(code: &QcCode, block: usize, soft: &'a [i8]) -> &'a [i8] {
    let start = (block * code.z)
        .saturating_sub(code.shortened)
        .min(soft.len());
    let end = ((block + 1) * code.z)
        .saturating_sub(code.shortened)
        .min(soft.len());
    soft.get(start..end).unwrap_or(&[])
}

/// Sum of magnitudes and number of symbols that are not erased.
#[inline(always)]
unsafe fn level<L: Lanes>(soft: &[i8]) -> (u32, u32) {
    let (mut sum, mut count) = (0, 0);
    let chunks = soft.chunks_exact(L::COUNT);
    for &symbol in chunks.remainder() {
        sum += u32::from(symbol.unsigned_abs().min(127));
        count += u32::from(symbol != 0);
    }
    for chunk in chunks {
        // SAFETY: the chunk has so many octets.
        unsafe {
            let magnitude = L::min(L::magnitude(L::load(chunk.as_ptr())), L::splat(127));
            sum += L::sum(magnitude);
            count += L::negative(L::sub(L::splat(0), magnitude)).count_ones();
        }
    }
    (sum, count)
}

/// The message bits, most significant first.
#[inline(always)]
unsafe fn put_out<L: Lanes>(code: &QcCode, field: &Field, message: &mut [u8]) {
    let (mut gathered, mut fill) = (0_u128, 0);
    let mut out = message.chunks_mut(8);
    for block in 0..code.block_columns {
        let mut place = code.shortened.saturating_sub(block * code.z).min(code.z);
        while place < code.z {
            let count = (code.z - place).min(L::COUNT);
            // SAFETY: behind a block is room for two vectors.
            let bits = unsafe {
                let base = field.posteriors.add(block * field.stride);
                L::negative(L::load(base.add(place)))
            };
            gathered |= u128::from(bits & (u64::MAX >> (64 - count))) << fill;
            fill += count;
            place += count;
            if fill >= 64 {
                let Some(octets) = out.next() else { return };
                put_octets(octets, gathered as u64);
                gathered >>= 64;
                fill -= 64;
            }
        }
    }
    if let Some(octets) = out.next() {
        put_octets(octets, gathered as u64);
    }
}

/// Bits, the first the lowest, as octets with the first the highest.
#[inline(always)]
fn put_octets(octets: &mut [u8], bits: u64) {
    for (octet, value) in octets.iter_mut().zip(bits.reverse_bits().to_be_bytes()) {
        *octet = value;
    }
}

/// Symbols, without erasures, that were decided otherwise.
#[inline(always)]
unsafe fn corrected<L: Lanes>(code: &QcCode, field: &Field, soft: &[i8]) -> u32 {
    let mut total = 0;
    for block in 0..code.block_columns {
        let symbols = symbols_of(code, block, soft);
        let known = code.shortened.saturating_sub(block * code.z).min(code.z);
        // SAFETY: the block has that many posteriors and room behind for a vector; whole chunks of symbols are loaded.
        unsafe {
            let base = field.posteriors.add(block * field.stride + known);
            let mut at = 0;
            while at + L::COUNT <= symbols.len() {
                let symbol = L::load(symbols.as_ptr().add(at));
                let zeros = L::negative(symbol);
                let ones = L::negative(L::sub(L::splat(0), symbol));
                let decided = L::negative(L::load(base.add(at)));
                total += (zeros & decided | ones & !decided).count_ones();
                at += L::COUNT;
            }
            while let Some(&symbol) = symbols.get(at) {
                let one = *base.add(at) < 0;
                total += u32::from(symbol < 0 && one || symbol > 0 && !one);
                at += 1;
            }
        }
    }
    total
}
