//! How identifiers read in messages: plain decimal numbers, padded as the caller's format asks.

use super::{AosScid, Apid, Gvcid, MapId, Mcid, Pcid, PortId, Scid, TcMapId, Tfvn, UslpScid, Vcid};
use core::fmt::{Display, Formatter, Result};

impl Display for Scid {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.get().fmt(f)
    }
}

impl Display for AosScid {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.get().fmt(f)
    }
}

impl Display for UslpScid {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.get().fmt(f)
    }
}

impl Display for Pcid {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.get().fmt(f)
    }
}

impl Display for PortId {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.get().fmt(f)
    }
}

impl Display for Vcid {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.get().fmt(f)
    }
}

impl Display for MapId {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.get().fmt(f)
    }
}

impl Display for TcMapId {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.get().fmt(f)
    }
}

impl Display for Apid {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.get().fmt(f)
    }
}

impl Display for Tfvn {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.pad(match self {
            Self::Version1 => "Version-1",
            Self::Version2 => "AOS (Version-2)",
            Self::Version3 => "Version-3",
            Self::Version4 => "USLP (Version-4)",
        })
    }
}

impl Display for Mcid {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{} SCID {}", self.tfvn(), self.scid())
    }
}

impl Display for Gvcid {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{} VC {}", self.mcid, self.vcid)
    }
}
