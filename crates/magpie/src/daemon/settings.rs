//! What the file of every daemon has, and how a bad file is refused: one line with the file, the key and what is wrong.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use magpie_relay::node::state_log::Flush;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::command::Failure;

/// The longest settings file, in octets.
const MAX_FILE: u64 = 4 << 20;

/// `[common]` in the file of every daemon.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Common {
    /// Who this is, in logs and figures.
    pub name: String,
    /// The folder where it keeps what it must not forget; made if it is not there.
    pub state: PathBuf,
    /// Where it answers `/metrics` and `/health`; nowhere without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<SocketAddr>,
    /// How far it writes before it promises anything.
    #[serde(default)]
    pub durable: Durable,
}

/// What kept state must survive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Durable {
    /// The loss of power.
    #[default]
    PowerLoss,
    /// The end of the process, for rehearsals on slow disks.
    ProcessEnd,
}

impl From<Durable> for Flush {
    fn from(durable: Durable) -> Self {
        match durable {
            Durable::PowerLoss => Self::ToDisk,
            Durable::ProcessEnd => Self::ToSystem,
        }
    }
}

/// Reads and checks a settings file. Relative paths in it count from the folder of the file; [`beside`] resolves them.
pub fn read<S: DeserializeOwned>(path: &Path) -> Result<S, Failure> {
    let text = text(path)?;
    toml::from_str(&text).map_err(|error| Failure::at(path, refusal(&text, &error)))
}

/// The text of a settings file.
pub(crate) fn text(path: &Path) -> Result<String, Failure> {
    let size = fs::metadata(path)
        .map_err(|error| Failure::at(path, crate::files::cause(&error)))?
        .len();
    if size > MAX_FILE {
        return Err(Failure::at(
            path,
            format!("{size} octets are too many for a settings file"),
        ));
    }
    fs::read_to_string(path).map_err(|error| Failure::at(path, crate::files::cause(&error)))
}

/// `line 3: unknown field ...` in one line.
pub(crate) fn refusal(text: &str, error: &toml::de::Error) -> String {
    let line = error
        .span()
        .and_then(|span| text.get(..span.start))
        .map_or(1, |before| before.matches('\n').count() + 1);
    format!("line {line}: {}", error.message())
}

/// A path of a settings file as it is meant: from the folder of that file.
pub fn beside(file: &Path, path: &Path) -> PathBuf {
    file.parent().unwrap_or_else(|| Path::new("")).join(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[expect(dead_code, reason = "only whether it can be read is of interest")]
        common: Common,
    }

    fn reading(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("node.toml");
        fs::write(&path, text).unwrap();
        match read::<File>(&path) {
            Ok(_) => "read".into(),
            Err(failure) => failure
                .to_string()
                .rsplit_once("node.toml: ")
                .unwrap()
                .1
                .into(),
        }
    }

    #[test]
    fn a_bad_file_is_refused_with_line_and_key() {
        assert_eq!(
            reading("[common]\nname = \"a\"\nstate = \"run\"\ndurable = \"power-loss\"\n"),
            "read"
        );
        let unknown = reading("[common]\nname = \"a\"\nstate = \"run\"\nmetric = 1\n");
        assert!(
            unknown.starts_with("line 4: unknown field `metric`"),
            "{unknown}"
        );
        let missing = reading("[common]\nname = \"a\"\n");
        assert!(missing.contains("missing field `state`"), "{missing}");
        let address = reading("[common]\nname = \"a\"\nstate = \"run\"\nmetrics = \"here\"\n");
        assert!(
            address.starts_with("line 4: invalid socket address"),
            "{address}"
        );
    }

    #[test]
    fn paths_count_from_the_folder_of_the_file() {
        let at = |file: &str, path: &str| beside(Path::new(file), Path::new(path));
        assert_eq!(at("runs/a.toml", "state"), Path::new("runs/state"));
        assert_eq!(at("a.toml", "state"), Path::new("state"));
        assert_eq!(at("runs/a.toml", "/var/state"), Path::new("/var/state"));
    }
}
