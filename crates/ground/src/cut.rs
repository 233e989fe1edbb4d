//! A file of frames, cut into frames while it is read: memory stays at one frame, however long the file.

use std::fmt;
use std::io::{self, Read};

use magpie_wire::pltu::{self, FrameLen, PltuError};
use magpie_wire::tc::{self, TcError};
use magpie_wire::uslp::{UslpError, UslpPrefix};

use crate::frames::{FrameKind, FrameSpec, address, fecf_good, read_frame};

/// What lies next in the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cut<'a> {
    /// A frame, by its length; nothing else about it has been checked.
    Frame {
        /// Offset of its first octet in the input.
        offset: u64,
        /// All its octets.
        octets: &'a [u8],
    },
    /// Octets that are no start of a self-delimiting frame.
    Garbage {
        /// Offset of the first of them.
        offset: u64,
        /// How many.
        octets: u64,
        /// What the first of them looks like instead.
        detail: String,
    },
    /// The end, with so many octets of an unfinished frame.
    End {
        /// Octets behind the last whole frame.
        trailing: u64,
    },
}

/// Longest self-delimiting frame (USLP).
const LONGEST_FRAME: usize = 65_536;
/// Frames in a row that end a stretch of garbage, of whatever spacecraft they are.
const FRAMES_TO_RESUME: usize = 4;

/// Reads `input` to its end and hands over one [`Cut`] after the other, the last one [`Cut::End`].
pub fn cut_frames(
    spec: &FrameSpec,
    input: impl Read,
    sink: &mut dyn FnMut(Cut<'_>),
) -> io::Result<()> {
    match spec.frame_len {
        Some(len) => cut_fixed(len.max(1), input, sink),
        None => cut_self_delimiting(spec, input, sink),
    }
}

fn cut_fixed(len: usize, mut input: impl Read, sink: &mut dyn FnMut(Cut<'_>)) -> io::Result<()> {
    let mut frame = vec![0; len];
    let mut offset = 0;
    loop {
        let have = read_full(&mut input, &mut frame)?;
        if have < len {
            sink(Cut::End {
                trailing: have as u64,
            });
            return Ok(());
        }
        sink(Cut::Frame {
            offset,
            octets: &frame,
        });
        offset += len as u64;
    }
}

/// Reads until `buffer` is full or the input ends.
fn read_full(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut have = 0;
    while let Some(rest) = buffer.get_mut(have..).filter(|rest| !rest.is_empty()) {
        match input.read(rest) {
            Ok(0) => break,
            Ok(n) => have += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(have)
}

/// Why octets cannot be the start of a frame; a value, because garbage asks at every octet.
#[derive(Debug, Clone, Copy)]
enum NoStart {
    V3(PltuError),
    Version3,
    Uslp(UslpError),
    UslpLength { len: usize },
    UslpTruncated,
    Tc(TcError),
    Fixed(FrameKind),
    Stranger,
}

impl fmt::Display for NoStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V3(error) => error.fmt(f),
            Self::Version3 => f.write_str("no Version-3 frame starts here"),
            Self::Uslp(error) => error.fmt(f),
            Self::UslpLength { len } => {
                write!(f, "a frame of {len} octets is shorter than its header")
            }
            Self::UslpTruncated => {
                f.write_str("a truncated frame, and no length is agreed for those")
            }
            Self::Tc(error) => error.fmt(f),
            Self::Fixed(kind) => write!(f, "{kind} frames do not say their length"),
            Self::Stranger => f.write_str("looks like a frame, but nothing around it agrees"),
        }
    }
}

/// The length of the frame that starts with `octets`; `Ok(None)` if more octets are needed to tell.
fn self_delimited_len(spec: &FrameSpec, octets: &[u8]) -> Result<Option<usize>, NoStart> {
    match spec.kind {
        FrameKind::V3 if octets.first().is_some_and(|first| first >> 6 != 0b10) => {
            Err(NoStart::Version3)
        }
        FrameKind::V3 => match pltu::frame_len(octets, None) {
            Ok(FrameLen::Octets(len)) => Ok(Some(len)),
            Ok(FrameLen::Need(_)) => Ok(None),
            Err(error) => Err(NoStart::V3(error)),
        },
        FrameKind::Uslp => match UslpPrefix::parse(octets) {
            Ok(prefix) => match prefix.frame_len.or(spec.truncated_len) {
                Some(len) if len >= prefix.header_len => Ok(Some(len)),
                Some(len) => Err(NoStart::UslpLength { len }),
                None => Err(NoStart::UslpTruncated),
            },
            Err(UslpError::Truncated { .. }) => Ok(None),
            Err(error) => Err(NoStart::Uslp(error)),
        },
        FrameKind::Tc => match tc::tc_frame_len(octets) {
            Ok(len) => Ok(Some(len)),
            Err(TcError::Truncated { .. }) => Ok(None),
            Err(error) => Err(NoStart::Tc(error)),
        },
        FrameKind::Tm | FrameKind::Aos => Err(NoStart::Fixed(spec.kind)),
    }
}

fn cut_self_delimiting(
    spec: &FrameSpec,
    mut input: impl Read,
    sink: &mut dyn FnMut(Cut<'_>),
) -> io::Result<()> {
    let mut buffer = vec![0; 4 * LONGEST_FRAME];
    let (mut start, mut end, mut offset) = (0, 0, 0u64);
    let mut garbage: Garbage = None;
    let mut scid = None;
    loop {
        if end - start < LONGEST_FRAME {
            buffer.copy_within(start..end, 0);
            (start, end) = (0, end - start);
            end += read_full(&mut input, &mut buffer[end..])?;
        }
        let window = &buffer[start..end];
        let step = match self_delimited_len(spec, window) {
            Ok(Some(len))
                if len > 0
                    && len <= window.len()
                    && (garbage.is_none() && in_step(spec, window, len, scid)
                        || resumes(spec, window, scid)) =>
            {
                flush_garbage(&mut garbage, sink);
                let octets = &window[..len];
                scid = address(spec.kind, octets).map(|(scid, _)| scid);
                sink(Cut::Frame { offset, octets });
                len
            }
            // The input is over: what is left is nothing, or too short for the frame it announces.
            Ok(len)
                if window.is_empty()
                    || garbage.is_none()
                        && len.is_none_or(|len| len > window.len())
                        && !hides_frames(spec, window, scid) =>
            {
                flush_garbage(&mut garbage, sink);
                sink(Cut::End {
                    trailing: window.len() as u64,
                });
                return Ok(());
            }
            Ok(_) => note_garbage(&mut garbage, offset, NoStart::Stranger),
            Err(detail) => note_garbage(&mut garbage, offset, detail),
        };
        start += step;
        offset += step as u64;
    }
}

/// Right behind a frame a start is believed unless it speaks of another spacecraft and nothing that could be a frame follows.
fn in_step(spec: &FrameSpec, window: &[u8], len: usize, before: Option<u16>) -> bool {
    let (frame, rest) = window.split_at_checked(len).unwrap_or_default();
    let scid = address(spec.kind, frame).map(|(scid, _)| scid);
    before.is_none() || scid == before || self_delimited_len(spec, rest).is_ok()
}

/// Are there frames in what looks like the cut-off last one? Then it is none.
fn hides_frames(spec: &FrameSpec, window: &[u8], before: Option<u16>) -> bool {
    before.is_some() && (1..window.len()).any(|at| resumes(spec, &window[at..], before))
}

/// Behind garbage a start is believed only with a reason: a frame of the spacecraft as before with another start behind it, or several frames
/// in a row, or frames up to the very end. Two or four bits of version alone would take every fourth octet of garbage for a frame and with it
/// swallow good ones.
fn resumes(spec: &FrameSpec, window: &[u8], before: Option<u16>) -> bool {
    // The cheap question first: most garbage ends there, and a CRC over what may be 65,536 octets is only computed for the few that are left.
    chain(spec, window, before).is_some_and(|first| {
        let frame = &window[..first];
        read_frame(spec, frame).is_ok() && fecf_good(spec, frame) != Some(false)
    })
}

/// The length of the first of several units whose lengths lead from one to the next, if there are enough of them.
fn chain(spec: &FrameSpec, window: &[u8], before: Option<u16>) -> Option<usize> {
    let (mut at, mut first) = (0, None);
    for nth in 0..FRAMES_TO_RESUME {
        let rest = &window[at..];
        if rest.is_empty() {
            return first;
        }
        let len = match self_delimited_len(spec, rest) {
            Ok(Some(len)) if len <= rest.len() => len,
            // Cut off by the end of the input, or of what is at hand.
            Ok(_) => return first.filter(|_| nth > 1),
            Err(_) => return None,
        };
        first = first.or(Some(len));
        at += len;
        let scid = address(spec.kind, &rest[..len]).map(|(scid, _)| scid);
        let familiar = before.is_some() && scid == before;
        if familiar && self_delimited_len(spec, &window[at..]).is_ok() {
            return first;
        }
    }
    first
}

/// A stretch of garbage: where it began, its octets so far, what its first octets are not.
type Garbage = Option<(u64, u64, NoStart)>;

fn note_garbage(garbage: &mut Garbage, offset: u64, why: NoStart) -> usize {
    garbage.get_or_insert((offset, 0, why)).1 += 1;
    1
}

fn flush_garbage(garbage: &mut Garbage, sink: &mut dyn FnMut(Cut<'_>)) {
    if let Some((offset, octets, why)) = garbage.take() {
        sink(Cut::Garbage {
            offset,
            octets,
            detail: why.to_string(),
        });
    }
}
