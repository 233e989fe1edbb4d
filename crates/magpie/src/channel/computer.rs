//! A flight computer as its modem sees it: a line on which messages go both ways.

use std::collections::VecDeque;
use std::time::Duration;

use magpie_bus::{FromComputer, Inbox, LineStats, MAX_LINE, Node, ResetCause, ToComputer, encode};
use thiserror::Error;

/// Why a line is of no use any more.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LineError {
    /// The other end has gone.
    #[error("the line to the computer has ended{0}")]
    Gone(String),
    /// A message that does not fit on the line.
    #[error("a message is longer than the line allows")]
    TooLong,
    /// This computer has no reset line.
    #[error("this computer has no reset line")]
    NoReset,
    /// The reset line did not work.
    #[error("reset: {0}")]
    Reset(String),
}

/// A flight computer at the far end of a line.
pub trait Computer: Send {
    /// Puts octets on the line as they are.
    fn send_octets(&mut self, octets: &[u8]) -> Result<(), LineError>;

    /// Waits at most so long for a message and hands it on; false if none came.
    fn receive(
        &mut self,
        within: Duration,
        take: &mut dyn FnMut(&FromComputer<'_>),
    ) -> Result<bool, LineError>;

    /// Pulls the reset line.
    fn reset(&mut self) -> Result<(), LineError>;

    /// What has come so far, as messages or as something else.
    fn line_stats(&self) -> LineStats;

    /// What it is, for the report.
    fn description(&self) -> String;

    /// Sends a message.
    fn send(&mut self, message: &ToComputer<'_>) -> Result<(), LineError> {
        let mut line = [0; MAX_LINE];
        let octets = encode(message, &mut line).ok_or(LineError::TooLong)?;
        self.send_octets(octets)
    }
}

/// A flight program of this process.
pub trait Program: Send {
    /// Takes a message and answers it.
    fn handle(&mut self, message: &ToComputer<'_>, out: &mut dyn FnMut(&FromComputer<'_>));

    /// Goes on with what takes longer; true while there is more.
    fn work(&mut self, out: &mut dyn FnMut(&FromComputer<'_>)) -> bool {
        let _ = out;
        false
    }
}

/// A program that only reacts.
pub struct Reaction<F>(F);

impl<F> Reaction<F>
where
    F: FnMut(&ToComputer<'_>, &mut dyn FnMut(&FromComputer<'_>)) + Send + 'static,
{
    /// This function as a program.
    pub fn boxed(react: F) -> Box<dyn Program> {
        Box::new(Self(react))
    }
}

impl<F: FnMut(&ToComputer<'_>, &mut dyn FnMut(&FromComputer<'_>)) + Send> Program for Reaction<F> {
    fn handle(&mut self, message: &ToComputer<'_>, out: &mut dyn FnMut(&FromComputer<'_>)) {
        (self.0)(message, out);
    }
}

/// Makes a program, told how often that was done; what survives a reset is its own.
pub type Start = Box<dyn FnMut(u32) -> Box<dyn Program> + Send>;

/// A flight program that runs in this process: the same code, no emulator.
pub struct InProcess {
    name: String,
    node: Node,
    start: Start,
    program: Box<dyn Program>,
    boots: u32,
    to_computer: Box<Inbox>,
    from_computer: VecDeque<Vec<u8>>,
    inbox: Box<Inbox>,
}

impl InProcess {
    /// A program; `start` makes it anew after each reset.
    pub fn new(
        name: &str,
        node: Node,
        mut start: impl FnMut(u32) -> Box<dyn Program> + Send + 'static,
    ) -> Self {
        let program = start(1);
        let mut computer = Self {
            name: name.to_owned(),
            node,
            start: Box::new(start),
            program,
            boots: 1,
            to_computer: Box::default(),
            from_computer: VecDeque::new(),
            inbox: Box::default(),
        };
        computer.announce(ResetCause::PowerOn);
        computer
    }

    fn announce(&mut self, cause: ResetCause) {
        let boot = FromComputer::Boot {
            node: self.node,
            board: &self.name,
            cause,
            boots: self.boots,
        };
        push(&mut self.from_computer, &boot);
    }

    /// Takes the next message that was sent, if there is one.
    fn take_next(&mut self, take: &mut dyn FnMut(&FromComputer<'_>)) -> bool {
        while let Some(octets) = self.from_computer.pop_front() {
            for octet in octets {
                if self.inbox.push(octet)
                    && let Some(message) = self.inbox.message()
                {
                    take(&message);
                    return true;
                }
            }
        }
        false
    }
}

fn push(queue: &mut VecDeque<Vec<u8>>, message: &FromComputer<'_>) {
    let mut line = [0; MAX_LINE];
    if let Some(octets) = encode(message, &mut line) {
        queue.push_back(octets.to_vec());
    }
}

impl Computer for InProcess {
    fn send_octets(&mut self, octets: &[u8]) -> Result<(), LineError> {
        for &octet in octets {
            if !self.to_computer.push(octet) {
                continue;
            }
            if let Some(message) = self.to_computer.message() {
                let queue = &mut self.from_computer;
                self.program
                    .handle(&message, &mut |answer| push(queue, answer));
            }
        }
        Ok(())
    }

    fn receive(
        &mut self,
        _within: Duration,
        take: &mut dyn FnMut(&FromComputer<'_>),
    ) -> Result<bool, LineError> {
        loop {
            if self.take_next(take) {
                return Ok(true);
            }
            let queue = &mut self.from_computer;
            let more = self.program.work(&mut |answer| push(queue, answer));
            if !more && self.from_computer.is_empty() {
                return Ok(false);
            }
        }
    }

    fn reset(&mut self) -> Result<(), LineError> {
        self.boots = self.boots.saturating_add(1);
        self.program = (self.start)(self.boots);
        *self.to_computer = Inbox::new();
        self.from_computer.clear();
        self.announce(ResetCause::External);
        Ok(())
    }

    fn line_stats(&self) -> LineStats {
        *self.inbox.stats()
    }

    fn description(&self) -> String {
        format!("{} in this process", self.name)
    }
}
