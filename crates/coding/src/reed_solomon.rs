//! Reed–Solomon code of the telemetry channel: (255,223) and (255,239), interleaved, shortened by virtual fill.
//!
//! Book: 131.0-B, Reed–Solomon section (section 4 until B-5, section 5 in B-6). A [`ReedSolomon`] value fixes the code (E), the symbol
//! basis, the interleaving depth I and the virtual fill; it encodes a frame into frame and check symbols and corrects such a codeblock
//! in place, codeword by codeword. Strict by default: a correction in the virtual fill proves that the word is not what
//! was sent. Left out: erasures. Depths 6 and 7 are not in the book and are accepted.
//!
//! ```
//! use magpie_coding::reed_solomon::{CodewordOutcome, ReedSolomon, RsCode};
//! let rs = ReedSolomon::for_frame(RsCode::E16, 5, 1115).unwrap();
//! let mut block = [0x42; 1275];
//! rs.encode(&mut block).unwrap();
//! block[7] ^= 0xFF; // octet 7 belongs to codeword 2
//! let report = rs.decode(&mut block).unwrap();
//! assert_eq!(report.codewords()[2], CodewordOutcome::Corrected { symbols: 1 });
//! assert!(report.is_good() && block[7] == 0x42);
//! ```

mod decode;
pub(crate) mod dual_basis;
pub(crate) mod encode;
mod erasures;
pub(crate) mod field;
mod interleave;
mod report;

pub use report::{CodewordOutcome, RsError, RsReport};

pub(crate) use erasures::Erasures;

use crate::engine::Engine;

/// Symbols in a whole codeword, virtual fill included.
pub const CODEWORD_LEN: usize = 255;
/// The deepest interleaving accepted.
pub const MAX_INTERLEAVE: usize = 8;
/// Check symbols of a codeword with E = 16.
const MAX_PARITY: usize = 32;

/// Which of the two codes: how many wrong symbols E in a codeword it corrects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RsCode {
    /// (255,223), corrects 16 symbols.
    E16,
    /// (255,239), corrects 8 symbols.
    E8,
}

impl RsCode {
    /// E: the number of wrong symbols that one codeword may have.
    pub const fn error_capability(self) -> usize {
        self.parity_len() / 2
    }

    /// 2E: check symbols of a codeword.
    pub const fn parity_len(self) -> usize {
        match self {
            Self::E16 => 32,
            Self::E8 => 16,
        }
    }

    /// k: information symbols of a codeword, virtual fill included.
    pub const fn message_len(self) -> usize {
        CODEWORD_LEN - self.parity_len()
    }

    /// 128 - E: the power of alpha^11 that is the first root of the generator polynomial.
    pub(crate) const fn first_root(self) -> usize {
        128 - self.error_capability()
    }
}

/// How an octet of the channel stands for a field element.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Basis {
    /// The dual (Berlekamp) basis of the book.
    #[default]
    Dual,
    /// The conventional (polynomial) basis that some spacecraft use instead.
    Conventional,
}

/// What to think of a correction that falls into the virtual fill, which was never transmitted and is known to be zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FillPolicy {
    /// The codeword is uncorrectable.
    #[default]
    Strict,
    /// Count it as a correction like any other. For spacecraft whose encoder treats the fill wrongly (Queqiao-1); it weakens the check.
    AllowCorrection,
}

/// One Reed–Solomon coding option: encoder and decoder of codeblocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReedSolomon {
    code: RsCode,
    basis: Basis,
    fill_policy: FillPolicy,
    /// 1 ..= `MAX_INTERLEAVE`.
    interleave: usize,
    /// Octets a codeword, less than `code.message_len()`.
    virtual_fill: usize,
    /// `None`: the best at the time of the call.
    engine: Option<Engine>,
}

impl ReedSolomon {
    /// Dual basis, strict. `interleave` is I; `virtual_fill` counts octets in each codeword (the book's Q divided by I).
    ///
    /// # Errors
    /// [`RsError::Interleave`], [`RsError::VirtualFill`].
    pub const fn new(
        code: RsCode,
        interleave: usize,
        virtual_fill: usize,
    ) -> Result<Self, RsError> {
        if interleave == 0 || interleave > MAX_INTERLEAVE {
            return Err(RsError::Interleave { depth: interleave });
        }
        let max = code.message_len() - 1;
        if virtual_fill > max {
            return Err(RsError::VirtualFill {
                fill: virtual_fill,
                max,
            });
        }
        let (basis, fill_policy) = (Basis::Dual, FillPolicy::Strict);
        Ok(Self {
            code,
            basis,
            fill_policy,
            interleave,
            virtual_fill,
            engine: None,
        })
    }

    /// As [`ReedSolomon::new`], with the virtual fill that a frame of `frame_len` octets needs.
    ///
    /// # Errors
    /// [`RsError::Interleave`], [`RsError::FrameLength`].
    pub const fn for_frame(
        code: RsCode,
        interleave: usize,
        frame_len: usize,
    ) -> Result<Self, RsError> {
        if interleave == 0 || interleave > MAX_INTERLEAVE {
            return Err(RsError::Interleave { depth: interleave });
        }
        let in_each = frame_len / interleave;
        if in_each * interleave != frame_len || in_each == 0 || in_each > code.message_len() {
            return Err(RsError::FrameLength { len: frame_len });
        }
        Self::new(code, interleave, code.message_len() - in_each)
    }

    /// The same with another symbol basis.
    #[must_use]
    pub const fn with_basis(self, basis: Basis) -> Self {
        Self { basis, ..self }
    }

    /// The same with another opinion on corrections in the virtual fill.
    #[must_use]
    pub const fn with_fill_policy(self, fill_policy: FillPolicy) -> Self {
        Self {
            fill_policy,
            ..self
        }
    }

    /// The same computed with these instructions; the best of the machine at the time of a call unless told. Every engine gives the
    /// same octets and the same report.
    #[must_use]
    pub const fn with_engine(self, engine: Engine) -> Self {
        Self {
            engine: Some(engine),
            ..self
        }
    }

    /// The code, E = 16 or 8.
    pub const fn code(&self) -> RsCode {
        self.code
    }

    /// The symbol basis on the channel.
    pub const fn basis(&self) -> Basis {
        self.basis
    }

    /// I: codewords in a codeblock.
    pub const fn interleave(&self) -> usize {
        self.interleave
    }

    /// Octets of virtual fill in each codeword.
    pub const fn virtual_fill(&self) -> usize {
        self.virtual_fill
    }

    /// Octets of the frame that a codeblock carries.
    pub const fn frame_len(&self) -> usize {
        (self.code.message_len() - self.virtual_fill) * self.interleave
    }

    /// Octets of a codeblock: frame and check symbols.
    pub const fn block_len(&self) -> usize {
        (CODEWORD_LEN - self.virtual_fill) * self.interleave
    }

    /// What to think of corrections in the virtual fill.
    pub const fn fill_policy(&self) -> FillPolicy {
        self.fill_policy
    }

    /// Encodes in place: the frame stands in the first [`frame_len`](Self::frame_len) octets of `block`, the check symbols are written
    /// behind it.
    ///
    /// # Errors
    /// [`RsError::BlockLength`] unless `block` has [`block_len`](Self::block_len) octets.
    pub fn encode(&self, block: &mut [u8]) -> Result<(), RsError> {
        self.check_length(block)?;
        let Some((frame, parity)) = block.split_at_mut_checked(self.frame_len()) else {
            return Err(self.wrong_length(block.len())); // not with the length of a whole block
        };
        #[cfg(feature = "std")]
        if crate::simd::reed_solomon::encode(self, self.engine, frame, parity) {
            return Ok(());
        }
        for which in 0..self.interleave {
            let message = interleave::gather(frame, which, self.interleave);
            let checks = encode::check_symbols(self.code, message.map(|&z| self.conventional(z)));
            for (to, &check) in interleave::scatter(parity, which, self.interleave).zip(&checks) {
                *to = self.transmitted(check);
            }
        }
        Ok(())
    }

    /// Corrects in place, codeword by codeword. An uncorrectable codeword keeps the octets as received.
    ///
    /// # Errors
    /// [`RsError::BlockLength`] unless `block` has [`block_len`](Self::block_len) octets.
    pub fn decode(&self, block: &mut [u8]) -> Result<RsReport, RsError> {
        self.check_length(block)?;
        #[cfg(feature = "std")]
        if let Some(report) = crate::simd::reed_solomon::decode(self, self.engine, block, None) {
            return Ok(report);
        }
        let mut report = RsReport::pending(self.interleave);
        for (which, outcome) in report.outcomes_mut().enumerate() {
            *outcome = self.decode_codeword(block, which, &core::iter::empty());
        }
        Ok(report)
    }

    /// As [`decode`](Self::decode), with the positions in `block` of octets that are doubtful or missing, whatever stands there, in any
    /// order. A codeword with v wrong symbols besides e erased ones is corrected if 2v + e ≤ 2E. One with more than 2E erasures is
    /// [`CodewordOutcome::Uncorrectable`], and [`RsReport::is_over_erased`] says why.
    ///
    /// ```
    /// use magpie_coding::reed_solomon::{CodewordOutcome, ReedSolomon, RsCode};
    /// let rs = ReedSolomon::new(RsCode::E8, 1, 0).unwrap();
    /// let mut block = [0; 255];
    /// block[..14].fill(0xAA); // lost
    /// block[200] = 1; // and one wrong symbol that nobody knows of
    /// let report = rs.decode_with_erasures(&mut block, 0..14).unwrap();
    /// assert_eq!(report.codewords(), [CodewordOutcome::Corrected { symbols: 15 }]);
    /// assert_eq!(block, [0; 255]);
    /// ```
    ///
    /// # Errors
    /// [`RsError::BlockLength`] unless `block` has [`block_len`](Self::block_len) octets, [`RsError::Erasure`] for a position outside it;
    /// `block` is then as it was.
    pub fn decode_with_erasures(
        &self,
        block: &mut [u8],
        erasures: impl IntoIterator<Item = usize>,
    ) -> Result<RsReport, RsError> {
        self.check_length(block)?;
        let erasures = Erasures::collect(self, erasures)?;
        Ok(self.decode_erased(block, &erasures))
    }

    fn decode_erased(&self, block: &mut [u8], erasures: &Erasures) -> RsReport {
        #[cfg(feature = "std")]
        if let Some(report) =
            crate::simd::reed_solomon::decode(self, self.engine, block, Some(erasures))
        {
            return report;
        }
        let mut report = RsReport::pending(self.interleave);
        for which in 0..self.interleave {
            if erasures.count(which) > self.code.parity_len() {
                report.note_over_erased(which);
            }
        }
        let over_erased = report;
        for (which, outcome) in report.outcomes_mut().enumerate() {
            if !over_erased.is_over_erased(which) {
                *outcome = self.decode_codeword(block, which, &erasures.indices(which));
            }
        }
        report
    }

    fn decode_codeword(
        &self,
        block: &mut [u8],
        which: usize,
        erased: &(impl Iterator<Item = u8> + Clone),
    ) -> CodewordOutcome {
        let mut word = [0; CODEWORD_LEN];
        let received = interleave::gather(block, which, self.interleave);
        for (to, &z) in word.iter_mut().skip(self.virtual_fill).zip(received) {
            *to = self.conventional(z);
        }
        let outcome = decode::correct(&mut word, self, erased);
        if matches!(outcome, CodewordOutcome::Corrected { symbols: 1.. }) {
            let corrected = word.iter().skip(self.virtual_fill);
            for (to, &u) in interleave::scatter(block, which, self.interleave).zip(corrected) {
                *to = self.transmitted(u);
            }
        }
        outcome
    }

    fn check_length(&self, block: &[u8]) -> Result<(), RsError> {
        if block.len() == self.block_len() {
            Ok(())
        } else {
            Err(self.wrong_length(block.len()))
        }
    }

    const fn wrong_length(&self, have: usize) -> RsError {
        RsError::BlockLength {
            need: self.block_len(),
            have,
        }
    }

    #[inline]
    fn conventional(self, z: u8) -> u8 {
        match self.basis {
            Basis::Dual => dual_basis::FROM_DUAL[usize::from(z)],
            Basis::Conventional => z,
        }
    }

    #[inline]
    fn transmitted(self, u: u8) -> u8 {
        match self.basis {
            Basis::Dual => dual_basis::TO_DUAL[usize::from(u)],
            Basis::Conventional => u,
        }
    }
}
