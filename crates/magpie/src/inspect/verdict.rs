//! What the strict parsers say, all of it.
//!
//! A parser stops at the first broken rule. Here what it names is mended in a copy and the parser is asked again, until it is content or names something
//! that cannot be mended. So every fault has the parser's own name and words, and a structure without faults is one that the parser takes.

use std::fmt::{Debug, Display};

use super::node::{Fault, Node};
use super::walk;

/// A change that mends a rule.
pub(super) enum Patch {
    /// Bits from `first` on get this value.
    Bits {
        first: usize,
        width: usize,
        value: u64,
    },
    /// The octets become this many: cut off, or filled up with zeros.
    Resize(usize),
}

impl Patch {
    /// Bits `first` to `first + width - 1` become `value`.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "stands in the same `match` as `length`, which can fail"
    )]
    pub(super) const fn bits(first: usize, width: usize, value: u64) -> Option<Self> {
        Some(Self::Bits {
            first,
            width,
            value,
        })
    }

    /// A length field of `width` bits, which holds octets less one.
    pub(super) fn length(first: usize, width: usize, octets: usize) -> Option<Self> {
        let value = u64::try_from(octets.checked_sub(1)?).ok()?;
        (value >> width == 0).then_some(Self::Bits {
            first,
            width,
            value,
        })
    }
}

/// More rules than any structure has.
const ROUNDS: usize = 24;

/// Adds every fault that `strict` finds in `octets` to the node; gives the octets as mended.
pub(super) fn judge<E: Copy + Debug + Display + PartialEq>(
    node: &mut Node,
    octets: &[u8],
    strict: impl Fn(&[u8]) -> Result<(), E>,
    mend: impl Fn(E) -> Option<Patch>,
) -> Vec<u8> {
    let mut octets = octets.to_vec();
    let mut last = None;
    for _ in 0..ROUNDS {
        let Err(error) = strict(&octets) else { break };
        if last == Some(error) {
            break;
        }
        node.fault(fault(&error));
        match mend(error) {
            Some(Patch::Bits {
                first,
                width,
                value,
            }) => walk::put(&mut octets, first, width, value),
            Some(Patch::Resize(len)) => octets.resize(len, 0),
            None => break,
        }
        last = Some(error);
    }
    octets
}

/// The fault that an error is: the rule by the name of the error's variant, the detail in its words.
pub(super) fn fault(error: &(impl Debug + Display)) -> Fault {
    Fault::new(&rule(&format!("{error:?}")), error.to_string())
}

/// The innermost variant of a printed error value, in lower case with dashes: `Plcw(SpareSet)` is `spare-set`.
fn rule(printed: &str) -> String {
    let head = printed.split('{').next().unwrap_or_default();
    let variant = head.rsplit('(').next().unwrap_or_default();
    let mut name = String::new();
    for character in variant.chars().filter(char::is_ascii_alphanumeric) {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use magpie_wire::packet::PacketError;
    use magpie_wire::space_packet::SpacePacketError;
    use magpie_wire::spdu::{SpduError, plcw::PlcwError};
    use magpie_wire::v3::FrameError;

    #[test]
    fn rules_have_the_name_of_their_variant() {
        let of = |error: &dyn Debug| rule(&format!("{error:?}"));
        assert_eq!(of(&SpduError::Plcw(PlcwError::SpareSet)), "spare-set");
        assert_eq!(of(&FrameError::Length { need: 1, have: 2 }), "length");
        assert_eq!(of(&FrameError::PFrameNotExpedited), "p-frame-not-expedited");
        assert_eq!(of(&SpduError::Empty), "empty");
        let inner = SpacePacketError::Version { version: 3 };
        assert_eq!(of(&PacketError::SpacePacket(inner)), "version");
    }
}
