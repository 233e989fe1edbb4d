//! What `--rover` and `--orbiter` (`--a` and `--b`) name: where a flight computer is.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use super::aboard;
use super::image::{Image, Target};
use crate::channel::computer::Computer;
use crate::channel::wire::Wire;
use crate::command::Failure;
use crate::files;

/// How long a line may take to take octets.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where a flight computer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A machine of `firmware/targets.toml`, emulated here.
    Emulated(String),
    /// The flight program in this process.
    InProcess,
    /// A Unix socket that leads to its serial line.
    Unix(PathBuf),
    /// A TCP port that leads to its serial line.
    Tcp(String),
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("emulated", target)) if !target.is_empty() => {
                Ok(Self::Emulated(target.to_owned()))
            }
            Some(("unix", path)) if !path.is_empty() => Ok(Self::Unix(path.into())),
            Some(("tcp", address)) if !address.is_empty() => Ok(Self::Tcp(address.to_owned())),
            None if text == "in-process" => Ok(Self::InProcess),
            _ => Err(String::from(
                "give emulated:TARGET, in-process, unix:PATH or tcp:HOST:PORT",
            )),
        }
    }
}

impl Place {
    /// Starts the computer, or connects to it. It runs this program if that is for us to say.
    pub fn open(
        &self,
        image: Image,
        firmware: Option<&Path>,
    ) -> Result<Box<dyn Computer>, Failure> {
        match self {
            Self::Emulated(name) => {
                let target = Target::named(name)?;
                let image = image.find(&target, firmware)?;
                emulated(&target, &image)
            }
            Self::InProcess => match image {
                Image::Rover => Ok(Box::new(aboard::rover())),
                Image::Orbiter => Ok(Box::new(aboard::orbiter())),
            },
            Self::Unix(path) => unix(path),
            Self::Tcp(address) => {
                let opened = TcpStream::connect(address).and_then(|line| {
                    line.set_nodelay(true)?;
                    line.set_write_timeout(Some(PATIENCE))?;
                    Ok(Wire::new(line.try_clone()?, line, format!("tcp:{address}")))
                });
                let opened = opened.map_err(|error| {
                    Failure::new(format!("tcp:{address}: {}", files::cause(&error)))
                })?;
                Ok(Box::new(opened))
            }
        }
    }

    /// Does it begin when it is opened, so that its first message must come?
    pub const fn boots_now(&self) -> bool {
        matches!(self, Self::Emulated(_) | Self::InProcess)
    }
}

#[cfg(unix)]
fn emulated(target: &Target, image: &Path) -> Result<Box<dyn Computer>, Failure> {
    Ok(Box::new(super::machine::Machine::start(target, image)?))
}

#[cfg(not(unix))]
fn emulated(target: &Target, _image: &Path) -> Result<Box<dyn Computer>, Failure> {
    Err(Failure::new(format!(
        "emulated:{}: needs a system with Unix sockets",
        target.name
    )))
}

#[cfg(unix)]
fn unix(path: &Path) -> Result<Box<dyn Computer>, Failure> {
    use std::os::unix::net::UnixStream;
    let opened = UnixStream::connect(path).and_then(|line| {
        line.set_write_timeout(Some(PATIENCE))?;
        let description = format!("unix:{}", files::shown(path));
        Ok(Wire::new(line.try_clone()?, line, description))
    });
    let opened = opened.map_err(|error| Failure::at(path, files::cause(&error)))?;
    Ok(Box::new(opened))
}

#[cfg(not(unix))]
fn unix(path: &Path) -> Result<Box<dyn Computer>, Failure> {
    Err(Failure::at(path, "needs a system with Unix sockets"))
}
