//! Whose frame is next: strict priority, but every channel that has something to send gets its share.
//!
//! No book rules this. A channel that is ready earns its share of a frame in each frame time and may spend a whole one before all others; what is left
//! goes by priority, equals in turn. Guarantees that add up to the whole or less can always be kept, so a low priority waits and does not starve.
//! A channel that has nothing to send saves nothing up.

use super::channel::Channel;
use super::config::WHOLE_SHARE;
use magpie_link::clock::Instant;

/// What a channel has earned and when it was last served.
#[derive(Debug, Clone, Copy, Default)]
struct Account {
    credit: u32,
    served: u64,
}

/// The order of the channels.
#[derive(Debug, Clone)]
pub(super) struct Policy {
    accounts: alloc::vec::Vec<Account>,
    turn: u64,
}

impl Policy {
    pub(super) fn new(channels: usize) -> Self {
        Self {
            accounts: alloc::vec![Account::default(); channels],
            turn: 0,
        }
    }

    /// The channel that sends the next frame, if any is ready.
    pub(super) fn choose(&mut self, now: Instant, channels: &[Channel]) -> Option<usize> {
        let whole = u32::from(WHOLE_SHARE);
        let mut owed: Option<(usize, u32)> = None;
        let mut first: Option<(usize, (u8, u64))> = None;
        for (index, (channel, account)) in channels.iter().zip(&mut self.accounts).enumerate() {
            if !channel.is_ready(now) {
                account.credit = 0;
                continue;
            }
            account.credit += u32::from(channel.config.share);
            if account.credit >= whole && owed.is_none_or(|(_, credit)| account.credit > credit) {
                owed = Some((index, account.credit));
            }
            let rank = (channel.config.priority, account.served);
            if first.is_none_or(|(_, best)| rank < best) {
                first = Some((index, rank));
            }
        }
        let chosen = owed
            .map(|(index, _)| index)
            .or(first.map(|(index, _)| index))?;
        self.turn += 1;
        if let Some(account) = self.accounts.get_mut(chosen) {
            account.credit = account.credit.saturating_sub(whole);
            account.served = self.turn;
        }
        Some(chosen)
    }
}
