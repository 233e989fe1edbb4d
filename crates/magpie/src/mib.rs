//! The Management Information Base of a Proximity-1 link as a TOML file, for hosts.
//!
//! Book: 211.0-B-6 annex C. The keys are the book's names in snake case, times are seconds, rates are bits a second; `docs/mib.md` has
//! the table of all. A file is written from the point of view of the end that hails, the caller: `local_spacecraft_id` is the caller,
//! `[transmitter]` is the caller's. The responder takes the same file the other way round, so both ends of a link can share one.
//! A key that is left out has the default of [`MibBuilder::new`]; only the two spacecraft identifiers must be there.
//!
//! ```
//! use magpie::mib::MibFile;
//! let file = MibFile::parse("two.toml", "local_spacecraft_id = 0x11\nremote_spacecraft_id = 0x22\nhail_wait_duration = 0.5\n")?;
//! let (caller, responder) = (file.caller().build()?, file.responder().build()?);
//! assert_eq!(caller.remote_spacecraft_id, responder.local_spacecraft_id);
//! let wrong = MibFile::parse("two.toml", "transmission_window = 128").unwrap_err();
//! assert_eq!(wrong.to_string(), "two.toml, line 1: Transmission_Window is 128, must be 1 to 127 frames");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod parameter;
mod radio;
mod tables;
#[cfg(test)]
mod tests;

use std::io::Read as _;
use std::path::Path;

use magpie_link::mib::MibBuilder;
use magpie_wire::id::Scid;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use error::{MibFileCause, MibFileError};
use parameter::Parameter;
use radio::Radio;
use tables::{PARAMETERS, SETTINGS};

/// The profiles that come with the program: name (`profiles/NAME.toml`) and text.
pub const PROFILES: [(&str, &str); 4] = [
    ("lab", include_str!("../../../profiles/lab.toml")),
    (
        "mars-express-melacom",
        include_str!("../../../profiles/mars-express-melacom.toml"),
    ),
    ("zhurong", include_str!("../../../profiles/zhurong.toml")),
    (
        "electra-like",
        include_str!("../../../profiles/electra-like.toml"),
    ),
];

/// A longer file is no MIB.
const LONGEST_FILE: u64 = 1 << 20;

/// Keys without which a file names nobody.
const REQUIRED: [&str; 2] = ["local_spacecraft_id", "remote_spacecraft_id"];

/// The table of the caller's transmitter; the responder's receiver.
const TRANSMITTER: &str = "transmitter";
/// The table of the caller's receiver; the responder's transmitter.
const RECEIVER: &str = "receiver";

/// A MIB as a file gives it: checked, from the caller's point of view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MibFile {
    name: String,
    parameters: MibBuilder,
    transmitter: Radio,
    receiver: Radio,
}

/// Reads and checks a MIB file; `-` is standard input.
pub fn load(path: &Path) -> Result<MibFile, MibFileError> {
    let name = crate::files::shown(path);
    let unreadable = |cause: String| MibFileError {
        file: name.clone(),
        line: None,
        cause: MibFileCause::Unreadable(cause),
    };
    let input = crate::files::open(path).map_err(|failure| {
        let line = failure.to_string();
        let what = line.strip_prefix(&format!("{name}: ")).unwrap_or(&line);
        unreadable(what.to_owned())
    })?;
    let mut octets = Vec::new();
    input
        .take(LONGEST_FILE + 1)
        .read_to_end(&mut octets)
        .map_err(|error| unreadable(format!("cannot be read: {error}")))?;
    if octets.len() as u64 > LONGEST_FILE {
        return Err(unreadable("is longer than 1 MiB, so no MIB file".into()));
    }
    let text = String::from_utf8(octets)
        .map_err(|_| unreadable("is not text in UTF-8, so no MIB file".into()))?;
    MibFile::parse(&name, &text)
}

impl MibFile {
    /// Reads and checks the text of a MIB file; `name` is what messages call it.
    pub fn parse(name: &str, text: &str) -> Result<Self, MibFileError> {
        let reader = Reader { name, text };
        let document = DeTable::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            reader.error(at, MibFileCause::Toml(error.message().to_owned()))
        })?;
        let placeholders = (Scid::MAX, Scid::MAX); // replaced below: both keys are required
        let mut file = Self {
            name: name.to_owned(),
            parameters: MibBuilder::new(placeholders.0, placeholders.1),
            transmitter: Radio::DEFAULT,
            receiver: Radio::DEFAULT,
        };
        for (key, value) in in_order(document.get_ref()) {
            match key.get_ref().as_ref() {
                TRANSMITTER => reader.radio(&mut file.transmitter, key, value)?,
                RECEIVER => reader.radio(&mut file.receiver, key, value)?,
                _ => reader.entry("", &PARAMETERS, &mut file.parameters, key, value)?,
            }
        }
        if let Some(key) = REQUIRED
            .into_iter()
            .find(|&key| !document.get_ref().contains_key(key))
        {
            return Err(reader.error_of_file(MibFileCause::Missing {
                name: named(&PARAMETERS, key),
                key,
            }));
        }
        file.parameters.communication_values.transmitter = file.transmitter.settings();
        file.parameters.communication_values.receiver = file.receiver.settings();
        for end in [file.caller(), file.responder()] {
            end.build()
                .map_err(|error| reader.error_of_file(MibFileCause::Refused(error)))?;
        }
        Ok(file)
    }

    /// The profile `lab`: fast timers, for two processes on one machine.
    ///
    /// # Panics
    /// If the text that was compiled in is wrong, which a test excludes.
    pub fn lab() -> Self {
        let [(name, text), ..] = PROFILES;
        Self::parse(name, text).expect("the compiled-in profile is right")
    }

    /// What messages call this file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The parameters of the end that hails, as the file has them. `build` cannot fail on them as they are.
    pub const fn caller(&self) -> MibBuilder {
        self.parameters
    }

    /// The parameters of the other end: identifiers, physical channels, transmitter and receiver change places.
    pub const fn responder(&self) -> MibBuilder {
        let mut responder = self.parameters;
        responder.local_spacecraft_id = self.parameters.remote_spacecraft_id;
        responder.remote_spacecraft_id = self.parameters.local_spacecraft_id;
        responder.local_pcid = self.parameters.remote_pcid;
        responder.remote_pcid = self.parameters.local_pcid;
        responder.communication_values.transmitter = self.parameters.communication_values.receiver;
        responder.communication_values.receiver = self.parameters.communication_values.transmitter;
        responder
    }

    /// Every parameter with its value and a comment, as a file that reads back as this one.
    pub fn to_toml(&self) -> String {
        let mut text: String = PARAMETERS.iter().map(|p| p.line(self.parameters)).collect();
        for (table, radio) in [(TRANSMITTER, self.transmitter), (RECEIVER, self.receiver)] {
            text.extend(["\n[", table, "]\n"]);
            text.extend(SETTINGS.iter().map(|setting| setting.line(radio)));
        }
        text
    }
}

/// The entries of a table as the file has them, so that the first mistake is named first.
fn in_order<'a, 'i>(
    table: &'a DeTable<'i>,
) -> Vec<(
    &'a Spanned<std::borrow::Cow<'i, str>>,
    &'a Spanned<DeValue<'i>>,
)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

/// The name in the book of a key.
fn named<T>(parameters: &[Parameter<T>], key: &str) -> &'static str {
    parameters
        .iter()
        .find(|parameter| parameter.key == key)
        .map_or("", |parameter| parameter.name)
}

/// Where an entry stands, for messages.
struct Reader<'a> {
    name: &'a str,
    text: &'a str,
}

impl Reader<'_> {
    /// Takes one entry over into `values`.
    fn entry<T: Copy>(
        &self,
        table: &str,
        parameters: &[Parameter<T>],
        values: &mut T,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<(), MibFileError> {
        let word = key.get_ref().as_ref();
        let at = key.span().start;
        let Some(parameter) = parameters.iter().find(|parameter| parameter.key == word) else {
            return Err(self.error(at, error::unknown(table, word)));
        };
        parameter.read(values, value.get_ref()).ok_or_else(|| {
            let name = if table.is_empty() {
                parameter.name.to_owned()
            } else {
                format!("{} of [{table}]", parameter.name)
            };
            let cause = MibFileCause::Value {
                name,
                given: self.given(value),
                allowed: parameter.allowed(),
            };
            self.error(at, cause)
        })
    }

    /// Takes the entries of `[transmitter]` or `[receiver]` over.
    fn radio(
        &self,
        radio: &mut Radio,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<(), MibFileError> {
        let table = key.get_ref().as_ref();
        let entries = value.get_ref().as_table().ok_or_else(|| {
            let cause = MibFileCause::Value {
                name: table.to_owned(),
                given: self.given(value),
                allowed: format!("a table [{table}]"),
            };
            self.error(key.span().start, cause)
        })?;
        for (key, value) in in_order(entries) {
            self.entry(table, &SETTINGS, radio, key, value)?;
        }
        Ok(())
    }

    /// A value as the file has it, cut to a readable length.
    fn given(&self, value: &Spanned<DeValue<'_>>) -> String {
        const LONGEST: usize = 40;
        let scalar = !(value.get_ref().is_table() || value.get_ref().is_array());
        match self.text.get(value.span()).map(str::trim) {
            Some(text) if scalar && !text.is_empty() && text.chars().count() <= LONGEST => {
                crate::files::printable(text)
            }
            _ => format!("a long or nested {}", value.get_ref().type_str()),
        }
    }

    /// An error at an octet of the text.
    fn error(&self, at: usize, cause: MibFileCause) -> MibFileError {
        let before = self.text.get(..at).unwrap_or_default();
        MibFileError {
            file: self.name.to_owned(),
            line: Some(before.matches('\n').count() + 1),
            cause,
        }
    }

    /// An error of the file as a whole.
    fn error_of_file(&self, cause: MibFileCause) -> MibFileError {
        MibFileError {
            file: self.name.to_owned(),
            line: None,
            cause,
        }
    }
}
