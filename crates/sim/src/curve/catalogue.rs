//! The codes by name.

use magpie_coding::reed_solomon::RsCode;

use super::scheme::{Concatenated, Convolutional, Rate, ReedSolomonFrames, Scheme, Uncoded};

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
pub const FAMILIES: [Family; 2] = [
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
    }
    for code in [RsCode::E16, RsCode::E8] {
        all.push(Box::new(ReedSolomonFrames::new(code)));
    }
    for depth in [1, 5] {
        all.push(Box::new(Concatenated::new(depth)));
    }
    all
}

/// The code of this name.
pub fn named(name: &str) -> Option<Box<dyn Scheme>> {
    all().into_iter().find(|scheme| scheme.name() == name)
}
