//! Encoders: message octets in, codeword octets out, systematic.
//!
//! Books: 131.0-B, 231.0-B, 211.2-B-3. No generator matrix is stored; the parity is solved from the parity-check matrix with small inverses.
//! Octets of tables (with the list of circulants) and of stack: (2048,1024) 256 + 240 and some 900; (1280,1024) 128 + 624, (1536,1024) 128 + 368;
//! k = 4096 at rates 1/2, 2/3, 4/5: 1024, 512, 256 and the same lists; k = 16384: 4096, 2048, 1024 and up to 12 KiB of stack; C2 260 + 256 and 6 KiB; (128,64) and
//! (512,256) 256 each with their W (half of it for a compiler that finds W unused). A program that names one code in its calls carries the tables of that one.

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
