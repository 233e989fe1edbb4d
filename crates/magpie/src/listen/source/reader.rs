//! Reads a stream that can wait.

use std::io::{self, Read};
use std::sync::mpsc::SyncSender;

use sha2::{Digest as _, Sha512};

use super::{BLOCK, Piece, Wanted};
use crate::files;

/// Reads a stream to its end, block by block.
pub(super) struct Reader {
    input: Box<dyn Read + Send>,
    left: u64,
    hash: Option<Sha512>,
}

impl Reader {
    pub(super) fn new(input: Box<dyn Read + Send>, wanted: Wanted) -> Self {
        Self {
            input,
            left: wanted.most.unwrap_or(u64::MAX),
            hash: wanted.sha512.then(Sha512::new),
        }
    }

    pub(super) fn run(mut self, sender: &SyncSender<Piece>) {
        loop {
            let last = match self.block() {
                Ok(block) if block.is_empty() => {
                    // What is behind the samples belongs to the file that was hashed.
                    let sum = self.rest_of_sum();
                    Piece::End(sum)
                }
                Ok(block) => match sender.send(Piece::Octets(block)) {
                    Ok(()) => continue,
                    // Nobody wants more.
                    Err(_) => return,
                },
                Err(error) => Piece::Broken(files::cause(&error)),
            };
            let _ = sender.send(last);
            return;
        }
    }

    /// The next octets, as many as come at once; none at the end.
    fn block(&mut self) -> io::Result<Vec<u8>> {
        let most = usize::try_from(self.left.min(BLOCK as u64)).unwrap_or(BLOCK);
        let mut block = vec![0; most];
        let have = loop {
            match self.input.read(&mut block) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                done => break done?,
            }
        };
        block.truncate(have);
        self.left -= have as u64;
        if let Some(hash) = &mut self.hash {
            hash.update(&block);
        }
        Ok(block)
    }

    fn rest_of_sum(&mut self) -> Option<String> {
        let mut hash = self.hash.take()?;
        let mut block = vec![0; BLOCK];
        loop {
            match self.input.read(&mut block) {
                Ok(0) => return Some(hex::encode(hash.finalize())),
                Ok(have) => hash.update(&block[..have]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
    }
}
