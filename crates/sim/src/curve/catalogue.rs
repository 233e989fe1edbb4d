//! The codes by name.

use magpie_coding::ldpc::LdpcCode;
use magpie_coding::reed_solomon::RsCode;
use magpie_coding::turbo::TurboCode;

use super::scheme::{
    Bch, Concatenated, Convolutional, Ldpc, Rate, ReedSolomonFrames, Scheme, Turbo, Uncoded,
};

/// A figure of `docs/curves`: codes that one looks at together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// The file's name: `convolutional`.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// Whether a code belongs to it, by its name.
    prefixes: &'static [&'static str],
}

/// The figures, in the order of the page.
pub const FAMILIES: [Family; 7] = [
    Family {
        name: "convolutional",
        title: "Convolutional code K = 7, soft decisions",
        prefixes: &["uncoded", "k7-"],
    },
    Family {
        name: "reed-solomon",
        title: "Reed–Solomon, and concatenated with the convolutional code",
        prefixes: &["uncoded", "rs-", "concatenated-", "k7-1-2"],
    },
    Family {
        name: "ldpc-1024",
        title: "LDPC, k = 1024: AR4JA at rates 1/2 (Proximity-1), 2/3, 4/5",
        prefixes: &["ldpc-2048-", "ldpc-1536-", "ldpc-1280-"],
    },
    Family {
        name: "ldpc-long",
        title: "LDPC, k = 4096 and 16384: AR4JA at rates 1/2, 2/3, 4/5; C2",
        prefixes: &[
            "ldpc-8192-",
            "ldpc-6144-",
            "ldpc-5120-",
            "ldpc-32768-",
            "ldpc-24576-",
            "ldpc-20480-",
            "ldpc-8160-",
        ],
    },
    Family {
        name: "turbo-8920",
        title: "Turbo codes, k = 8920",
        prefixes: &["turbo-8920-"],
    },
    Family {
        name: "turbo-1784",
        title: "Turbo codes, k = 1784",
        prefixes: &["turbo-1784-"],
    },
    Family {
        name: "telecommand",
        title: "Telecommand: BCH and LDPC",
        prefixes: &["uncoded", "bch-", "ldpc-128-", "ldpc-512-"],
    },
];

impl Family {
    /// Whether this code is drawn here.
    pub fn has(&self, name: &str) -> bool {
        self.prefixes.iter().any(|prefix| name.starts_with(prefix))
    }
}

/// Every code that a curve can be measured of.
pub fn all() -> Vec<Box<dyn Scheme>> {
    let mut all: Vec<Box<dyn Scheme>> = vec![Box::new(Uncoded)];
    for rate in Rate::ALL {
        all.push(Box::new(Convolutional::new(rate)));
        all.push(Box::new(Convolutional::float(rate)));
    }
    for code in [RsCode::E16, RsCode::E8] {
        all.push(Box::new(ReedSolomonFrames::new(code)));
    }
    for depth in [1, 5] {
        all.push(Box::new(Concatenated::new(depth)));
        all.push(Box::new(Concatenated::float(depth)));
    }
    all.push(Box::new(Bch));
    for code in LdpcCode::ALL {
        all.push(Box::new(Ldpc::new(code)));
        all.push(Box::new(Ldpc::float(code)));
    }
    for code in TurboCode::all() {
        all.push(Box::new(Turbo::new(code)));
        all.push(Box::new(Turbo::float(code)));
    }
    all
}

/// The code of this name.
pub fn named(name: &str) -> Option<Box<dyn Scheme>> {
    all().into_iter().find(|scheme| scheme.name() == name)
}
