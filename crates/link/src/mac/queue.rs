//! The MAC queue: directives that wait for the transmitter. They go out in one P-frame, before anything else (table 6-14).
//!
//! Book: 211.0-B-6 4.8 of the facts (output selection), `MAC_FRAME_PENDING`. Bounded by one Type 1 SPDU, seven directives.

use magpie_wire::spdu::directive::{Directive, DirectiveBuffer};

#[derive(Debug, Clone, Default)]
pub(crate) struct MacQueue {
    directives: DirectiveBuffer,
    /// How often the frame goes out; more than once only for what nobody will answer.
    copies: u8,
    /// It has gone out once.
    begun: bool,
}

impl MacQueue {
    pub(crate) const fn new() -> Self {
        Self {
            directives: DirectiveBuffer::new(),
            copies: 0,
            begun: false,
        }
    }

    /// `MAC_FRAME_PENDING`.
    pub(crate) fn is_empty(&self) -> bool {
        self.directives.directives().is_empty()
    }

    /// Puts a whole SPDU in the place of what is there.
    pub(crate) fn load(&mut self, directives: DirectiveBuffer) {
        self.directives = directives;
        self.copies = 1;
        self.begun = false;
    }

    /// Adds a directive, once; answers whether it is in the queue now.
    pub(crate) fn push(&mut self, directive: Directive) -> bool {
        self.copies = self.copies.max(1);
        self.begun = false;
        self.directives
            .directives()
            .iter()
            .any(|queued| queued == directive)
            || self.directives.push(directive).is_ok()
    }

    /// Lets what is there go out so often.
    pub(crate) fn repeat(&mut self, copies: u8) {
        self.copies = copies;
    }

    /// The frame to send now, and whether it is a copy of the one before, number and all.
    pub(crate) fn take(&mut self) -> Option<(DirectiveBuffer, bool)> {
        if self.is_empty() {
            return None;
        }
        let copy = core::mem::replace(&mut self.begun, true);
        if self.copies > 1 {
            self.copies -= 1;
            return Some((self.directives.clone(), copy));
        }
        Some((core::mem::take(self).directives, copy))
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::new();
    }
}
