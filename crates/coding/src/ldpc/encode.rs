//! Encoders: message octets in, codeword octets out, systematic.
//!
//! Books: 131.0-B, 231.0-B, 211.2-B-3. No generator matrix is stored; the parity is solved from the parity-check matrix with small inverses.
//!
//! | Code | Octets of tables | of them the list of circulants | Stack, about |
//! |---|---|---|---|
//! | (2048,1024) | 496 | 240 | 900 |
//! | (1536,1024), (1280,1024) | 496, 688 | 368, 624 | 500 |
//! | (8192,4096), (6144,4096), (5120,4096) | 1264, 880, 880 | 240, 368, 624 | 3200, 1700, 900 |
//! | (32768,16384), (24576,16384), (20480,16384) | 4336, 2416, 1648 | 240, 368, 624 | 12,500, 6300, 3200 |
//! | (8160,7136) | 516 | 256 | 5000 |
//! | (128,64), (512,256) | 128 | none | 400 |
//!
//! A program that names a code in its call carries the tables of that one; one that takes it from a variable carries all. Measured on a core of a
//! server (information bits, `examples/ldpc_encode_speed.rs`): 1 Gbit/s for (2048,1024), 2 Gbit/s for C2, 0.2 to 2.5 Gbit/s for the others.

mod ar4ja;
mod c2;
mod ring;
mod tables;
mod tc;

use super::{LdpcCode, LdpcError};

/// Writes the codeword of `message` (k / 8 octets) to `codeword` (n / 8 octets): the message, then the parity that is sent. First bits are most
/// significant.
///
/// # Errors
///
/// [`LdpcError::MessageLen`] or [`LdpcError::CodewordLen`]; nothing is written then.
#[allow(
    clippy::inline_always,
    reason = "the tables of the codes that a program does not name fall away"
)]
#[inline(always)]
pub fn encode(code: LdpcCode, message: &[u8], codeword: &mut [u8]) -> Result<(), LdpcError> {
    let (need, have) = (code.message_len(), message.len());
    if need != have {
        return Err(LdpcError::MessageLen { need, have });
    }
    let (wanted, given) = (code.codeword_len(), codeword.len());
    if wanted != given {
        return Err(LdpcError::CodewordLen {
            need: wanted,
            have: given,
        });
    }
    for (place, octet) in codeword.iter_mut().zip(message) {
        *place = *octet;
    }
    let qc = code.qc();
    match code {
        LdpcCode::Ar4ja1024FourFifths => ar4ja::encode(qc, &tables::AR4JA_128, codeword),
        LdpcCode::Ar4ja1024TwoThirds => ar4ja::encode(qc, &tables::AR4JA_256, codeword),
        LdpcCode::Ar4ja1024Half | LdpcCode::Ar4ja4096FourFifths => {
            ar4ja::encode(qc, &tables::AR4JA_512, codeword);
        }
        LdpcCode::Ar4ja4096TwoThirds => ar4ja::encode(qc, &tables::AR4JA_1024, codeword),
        LdpcCode::Ar4ja4096Half | LdpcCode::Ar4ja16384FourFifths => {
            ar4ja::encode(qc, &tables::AR4JA_2048, codeword);
        }
        LdpcCode::Ar4ja16384TwoThirds => ar4ja::encode(qc, &tables::AR4JA_4096, codeword),
        LdpcCode::Ar4ja16384Half => ar4ja::encode(qc, &tables::AR4JA_8192, codeword),
        LdpcCode::C2 => c2::encode(qc, codeword),
        LdpcCode::Tc128 => tc::encode_128(qc, codeword),
        LdpcCode::Tc512 => tc::encode_512(qc, codeword),
    }
    Ok(())
}
