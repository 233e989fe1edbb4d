//! One list of errors for all functions, with a text for each.

use core::ffi::{CStr, c_char};

/// What a function answers. Zero is good, above zero nothing is wrong but nothing was done either, below zero the call was refused
/// and nothing has changed, but that a buffer to be written may hold zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum MagpieError {
    /// Done.
    Ok = 0,
    /// Nothing there to be polled.
    Empty = 1,
    /// A pointer is null that must not be.
    Null = -1,
    /// A pointer is not aligned as its type is.
    Alignment = -2,
    /// A length is too large to be true, or a buffer is too short; where the answer has a place for it, it says how much is needed.
    Length = -3,
    /// A buffer lies in memory that is lent to the endpoint, or two lent buffers overlap.
    Overlap = -4,
    /// The first field of a structure is not the size of it: the program was built against another header.
    StructSize = -5,
    /// The version in the configuration is not that of the library.
    AbiVersion = -6,
    /// There is no endpoint (decoder, encoder) in this memory, or it was copied there.
    NotInitialised = -7,
    /// The block is too small, see magpie_transceiver_size and its like.
    BlockSize = -8,
    /// A spacecraft identifier has more than 10 bits, or both ends have the same.
    Scid = -9,
    /// A field or argument that names one of several things names none of them.
    Value = -10,
    /// A number or a duration of the configuration is outside its range.
    Range = -11,
    /// A data rate that no table of the books has, or zero.
    DataRate = -12,
    /// A lent buffer is too small: it must be empty or hold one unit of the longest kind.
    LentTooSmall = -13,
    /// The state of the session has no row for this directive, or a session runs and the directive is for before it.
    State = -14,
    /// Back-pressure: no room now. Try again when something has gone out.
    Full = -15,
    /// The octets are not exactly one packet.
    NotAPacket = -16,
    /// A unit without octets, or longer than the configuration allows.
    UnitLength = -17,
    /// No sequence-controlled service in simplex, nor without memory for sent frames.
    NoService = -18,
    /// LOCAL NO MORE DATA was given, or this end only receives.
    NoMoreData = -19,
    /// A frame has 5 to 2048 octets.
    FrameLength = -20,
}

impl MagpieError {
    const ALL: [Self; 22] = [
        Self::Ok,
        Self::Empty,
        Self::Null,
        Self::Alignment,
        Self::Length,
        Self::Overlap,
        Self::StructSize,
        Self::AbiVersion,
        Self::NotInitialised,
        Self::BlockSize,
        Self::Scid,
        Self::Value,
        Self::Range,
        Self::DataRate,
        Self::LentTooSmall,
        Self::State,
        Self::Full,
        Self::NotAPacket,
        Self::UnitLength,
        Self::NoService,
        Self::NoMoreData,
        Self::FrameLength,
    ];

    const fn text(self) -> &'static CStr {
        match self {
            Self::Ok => c"done",
            Self::Empty => c"nothing there",
            Self::Null => c"a null pointer",
            Self::Alignment => c"a pointer that is not aligned",
            Self::Length => c"a buffer too short, or a length too large to be true",
            Self::Overlap => c"memory that is lent already",
            Self::StructSize => c"a structure of another size: built against another header",
            Self::AbiVersion => c"the library has another version than the header",
            Self::NotInitialised => c"not initialised, or moved",
            Self::BlockSize => c"the block is too small",
            Self::Scid => {
                c"a spacecraft identifier has 10 bits, and the two ends have different ones"
            }
            Self::Value => c"a number that names nothing",
            Self::Range => c"a number outside its range",
            Self::DataRate => c"a data rate that no table has",
            Self::LentTooSmall => c"a lent buffer is neither empty nor large enough",
            Self::State => c"not in this state of the session",
            Self::Full => c"no room now",
            Self::NotAPacket => c"not exactly one packet",
            Self::UnitLength => c"no octets, or more than allowed",
            Self::NoService => c"no sequence-controlled service",
            Self::NoMoreData => c"this end has no more to send",
            Self::FrameLength => c"a frame has 5 to 2048 octets",
        }
    }
}

/// The number as words, for a log; never null. A number that is no error of this library says so.
#[unsafe(no_mangle)]
pub extern "C" fn magpie_error_text(error: i32) -> *const c_char {
    let known = MagpieError::ALL
        .into_iter()
        .find(|known| *known as i32 == error);
    known
        .map_or(c"no error of magpie", MagpieError::text)
        .as_ptr()
}

/// What a function body answers.
pub(crate) fn answer(result: Result<(), MagpieError>) -> MagpieError {
    result.err().unwrap_or(MagpieError::Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_its_own_number_and_text() {
        for (i, error) in MagpieError::ALL.into_iter().enumerate() {
            for other in &MagpieError::ALL[..i] {
                assert_ne!(error.text(), other.text());
            }
            let expected = if i < 2 {
                i32::try_from(i).unwrap()
            } else {
                1 - i32::try_from(i).unwrap()
            };
            assert_eq!(error as i32, expected, "{error:?} is out of place");
        }
    }
}
