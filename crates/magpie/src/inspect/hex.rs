//! Hexadecimal digits as people paste them: spaces, line ends, colons, `0x` in front of groups, either case.

use std::fmt;

/// Why a text is not octets. Positions count characters from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HexError {
    /// No digits at all.
    Empty,
    /// A character that is neither a digit nor a separator.
    NotHex {
        /// The character.
        character: char,
        /// Its position.
        position: usize,
    },
    /// A digit without a partner: a group between separators has an odd number of digits.
    Alone {
        /// The last digit of the group.
        character: char,
        /// Its position.
        position: usize,
    },
}

impl fmt::Display for HexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Empty => f.write_str("no hex digits; give at least one octet"),
            Self::NotHex {
                character,
                position,
            } => write!(
                f,
                "{character:?} at position {position} is no hex digit (spaces, colons and 0x are fine)"
            ),
            Self::Alone {
                character,
                position,
            } => write!(
                f,
                "{character:?} at position {position} has no partner; an octet is two hex digits"
            ),
        }
    }
}

impl std::error::Error for HexError {}

/// Reads octets.
///
/// ```
/// use magpie::inspect::hex;
/// assert_eq!(hex::parse("0xFA f3:20"), Ok(vec![0xFA, 0xF3, 0x20]));
/// assert!(hex::parse("FA F").is_err());
/// ```
pub fn parse(text: &str) -> Result<Vec<u8>, HexError> {
    let mut octets = Vec::with_capacity(text.len() / 2);
    let mut high: Option<(u8, char, usize)> = None;
    let mut in_group = false;
    let mut characters = (1..).zip(text.chars()).peekable();
    while let Some((position, character)) = characters.next() {
        if character.is_whitespace() || character == ':' {
            ends_even(high)?;
            in_group = false;
            continue;
        }
        let prefix = character == '0'
            && !in_group
            && characters
                .next_if(|(_, next)| matches!(next, 'x' | 'X'))
                .is_some();
        in_group = true;
        if prefix {
            continue;
        }
        let digit = character
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
            .ok_or(HexError::NotHex {
                character,
                position,
            })?;
        high = match high {
            None => Some((digit, character, position)),
            Some((first, ..)) => {
                octets.push(first << 4 | digit);
                None
            }
        };
    }
    ends_even(high)?;
    if octets.is_empty() {
        return Err(HexError::Empty);
    }
    Ok(octets)
}

fn ends_even(high: Option<(u8, char, usize)>) -> Result<(), HexError> {
    high.map_or(Ok(()), |(_, character, position)| {
        Err(HexError::Alone {
            character,
            position,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_paste() {
        let marker = vec![0xFA, 0xF3, 0x20];
        for text in [
            "FAF320",
            "faf320",
            "0xFAF320",
            "0XfaF320",
            "FA F3 20",
            "FA:F3:20",
            "0xFA 0xF3 0x20",
            "0xFA:0xF3:0x20",
            " FAF3\n20\t",
            "FA : F3 :: 20",
        ] {
            assert_eq!(parse(text), Ok(marker.clone()), "{text:?}");
        }
        assert_eq!(parse("00"), Ok(vec![0]));
        assert_eq!(parse("0x00"), Ok(vec![0]));
    }

    #[test]
    fn which_character_where() {
        let not_hex = |character, position| {
            Err(HexError::NotHex {
                character,
                position,
            })
        };
        let alone = |character, position| {
            Err(HexError::Alone {
                character,
                position,
            })
        };
        assert_eq!(parse("FAG3"), not_hex('G', 3));
        assert_eq!(parse("FA-F3"), not_hex('-', 3));
        assert_eq!(parse("000x12"), not_hex('x', 4)); // 0x only in front of a group
        assert_eq!(parse("ÄFA"), not_hex('Ä', 1));
        assert_eq!(parse("FAÄ3"), not_hex('Ä', 3)); // characters are counted, not octets
        assert_eq!(parse("FAF"), alone('F', 3));
        assert_eq!(parse("F A"), alone('F', 1)); // never paired across a separator
        assert_eq!(parse("FA 0x1 0x2"), alone('1', 6));
        for empty in ["", "  ", "0x", ": :"] {
            assert_eq!(parse(empty), Err(HexError::Empty), "{empty:?}");
        }
    }
}
