//! The accounts of several nodes as JSON and CSV: who had the pass, what each node was offered, and where the rest went.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use serde::Serialize;

use super::{Account, Amount, Books, Contact, ContactId, Hop, Mode, Reason, Service, Utc};

/// All passes: what a JSON file of accounts holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Export {
    /// By number.
    pub passes: Vec<Pass>,
}

/// One pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pass {
    /// Its number.
    pub pass: ContactId,
    /// Plan of the pass; none if octets were posted to a pass that was not planned.
    #[serde(flatten)]
    pub plan: Option<Plan>,
    /// One for each node and service that has an account.
    pub accounts: Vec<Line>,
}

/// What was planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Beginning.
    pub begin_utc: Utc,
    /// End.
    pub end_utc: Utc,
    /// The spacecraft at the other end.
    pub peer: u16,
    /// How to work.
    pub mode: Mode,
    /// Whose pass.
    pub owner: String,
}

/// One account of one node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The node.
    pub node: String,
    /// The service.
    pub service: Service,
    /// Came to the node.
    pub offered: Amount,
    /// Octets that it took; none if the account contradicts itself.
    pub accepted_octets: Option<u64>,
    /// Not taken.
    pub refused: Vec<Refused>,
    /// Handed on.
    pub delivered: Amount,
    /// Sent once more.
    pub retransmitted: Amount,
    /// Taken and lost.
    pub lost: Vec<Lost>,
    /// Octets taken and neither delivered nor lost; none if the account contradicts itself.
    pub under_way_octets: Option<u64>,
}

/// What was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Why.
    pub reason: Reason,
    /// How much.
    #[serde(flatten)]
    pub amount: Amount,
}

/// What was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// Where.
    pub hop: Hop,
    /// Why.
    pub reason: Reason,
    /// How much.
    #[serde(flatten)]
    pub amount: Amount,
}

impl Export {
    /// The accounts of these nodes, by name, beside the passes that were planned.
    pub fn new<'a>(
        contacts: impl IntoIterator<Item = &'a Contact>,
        nodes: &[(&str, &Books)],
    ) -> Self {
        let mut passes: BTreeMap<ContactId, Pass> = BTreeMap::new();
        let pass = |id| Pass {
            pass: id,
            plan: None,
            accounts: Vec::new(),
        };
        for contact in contacts {
            passes
                .entry(contact.id)
                .or_insert_with(|| pass(contact.id))
                .plan = Some(Plan {
                begin_utc: contact.begin.into(),
                end_utc: contact.end.into(),
                peer: contact.peer,
                mode: contact.mode,
                owner: contact.owner.clone(),
            });
        }
        for (node, books) in nodes {
            for (id, service, account) in books.accounts() {
                let line = Line::new(node, service, account);
                passes
                    .entry(id)
                    .or_insert_with(|| pass(id))
                    .accounts
                    .push(line);
            }
        }
        Self {
            passes: passes.into_values().collect(),
        }
    }

    /// One row for each figure: `pass,begin_utc,end_utc,peer,mode,owner,node,service,entry,hop,reason,units,octets`, RFC 4180.
    pub fn csv(&self) -> String {
        let mut text = String::from(
            "pass,begin_utc,end_utc,peer,mode,owner,node,service,entry,hop,reason,units,octets\r\n",
        );
        for pass in &self.passes {
            let head = match &pass.plan {
                Some(plan) => alloc::format!(
                    "{},{},{},{},{},{}",
                    pass.pass.0,
                    plan.begin_utc,
                    plan.end_utc,
                    plan.peer,
                    plan.mode.name(),
                    quoted(&plan.owner)
                ),
                None => alloc::format!("{},,,,,", pass.pass.0),
            };
            for line in &pass.accounts {
                line.rows(&head, &mut text);
            }
        }
        text
    }
}

impl Line {
    fn new(node: &str, service: Service, account: &Account) -> Self {
        Self {
            node: node.into(),
            service,
            offered: account.offered,
            accepted_octets: account.accepted_octets(),
            refused: account
                .refused
                .iter()
                .map(|(&reason, &amount)| Refused { reason, amount })
                .collect(),
            delivered: account.delivered,
            retransmitted: account.retransmitted,
            lost: account
                .lost
                .iter()
                .map(|(&(hop, reason), &amount)| Lost {
                    hop,
                    reason,
                    amount,
                })
                .collect(),
            under_way_octets: account.under_way_octets(),
        }
    }

    fn rows(&self, head: &str, text: &mut String) {
        let (node, service) = (quoted(&self.node), self.service.name());
        let mut row = |entry: &str, hop: &str, reason: &str, amount: Amount| {
            let Amount { units, octets } = amount;
            // Writing to a string does not fail.
            let _ = write!(
                text,
                "{head},{node},{service},{entry},{hop},{reason},{units},{octets}\r\n"
            );
        };
        row("offered", "", "", self.offered);
        for refused in &self.refused {
            row("refused", "", refused.reason.name(), refused.amount);
        }
        row("delivered", "", "", self.delivered);
        row("retransmitted", "", "", self.retransmitted);
        for lost in &self.lost {
            row("lost", lost.hop.name(), lost.reason.name(), lost.amount);
        }
    }
}

/// A field of RFC 4180: in quotes if it would be taken apart otherwise.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\r', '\n']) {
        alloc::format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.into()
    }
}
