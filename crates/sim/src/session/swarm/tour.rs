//! What a swarm has been through: so that nobody mistakes ten thousand sleepy sessions for a proof.

use std::collections::BTreeMap;
use std::fmt;

use super::super::SessionRun;
use super::super::trace::Loss;

/// Counts over many sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tour {
    /// Sessions played.
    pub sessions: u64,
    /// What was wrong with those that failed, in the order of the seeds.
    pub failed: Vec<(u64, String)>,
    /// How often each row of the tables was taken.
    pub rows: BTreeMap<String, u64>,
    /// How often a session ended for each reason.
    pub endings: BTreeMap<String, u64>,
    /// How the runs ended.
    pub outcomes: BTreeMap<String, u64>,
    /// Why frames were lost.
    pub losses: BTreeMap<&'static str, u64>,
    /// Why frames and their parts were rejected by the endpoints.
    pub rejections: BTreeMap<&'static str, u64>,
    /// What excused anomalies of the sequence-controlled service.
    pub excuses: BTreeMap<String, u64>,
    /// Frames sent.
    pub frames: u64,
    /// Sequence-controlled frames that went out again.
    pub retransmitted: u64,
    /// Units submitted.
    pub submitted: u64,
    /// Units delivered.
    pub delivered: u64,
    /// Simulated time.
    pub simulated_us: u64,
}

impl Tour {
    /// Adds a run.
    pub fn add(&mut self, run: &SessionRun) {
        let ledger = &run.ledger;
        self.sessions += 1;
        *self
            .outcomes
            .entry(format!("{:?}", run.outcome))
            .or_default() += 1;
        self.simulated_us += run.end_us;
        for step in &ledger.steps {
            *self.rows.entry(format!("{:?}", step.row)).or_default() += 1;
        }
        for ending in &ledger.endings {
            *self.endings.entry(format!("{:?}", ending.why)).or_default() += 1;
        }
        for excuse in &ledger.excuses {
            *self
                .excuses
                .entry(format!("{:?}", excuse.kind))
                .or_default() += 1;
        }
        for channel in &ledger.channels {
            self.frames += channel.sent;
            for why in Loss::ALL {
                *self.losses.entry(why.name()).or_default() += channel.lost[why as usize];
            }
        }
        for process in &ledger.incarnations {
            self.retransmitted += process.stats.frames_retransmitted;
            for (why, n) in process.stats.rejections() {
                *self.rejections.entry(why.name()).or_default() += n;
            }
        }
        self.submitted += ledger.submissions.len() as u64;
        self.delivered += ledger.deliveries.len() as u64;
    }

    /// Adds what another thread has seen.
    pub fn merge(&mut self, other: Self) {
        self.sessions += other.sessions;
        self.failed.extend(other.failed);
        self.failed.sort_unstable();
        self.frames += other.frames;
        self.retransmitted += other.retransmitted;
        self.submitted += other.submitted;
        self.delivered += other.delivered;
        self.simulated_us += other.simulated_us;
        add_all(&mut self.rows, other.rows);
        add_all(&mut self.endings, other.endings);
        add_all(&mut self.outcomes, other.outcomes);
        add_all(&mut self.losses, other.losses);
        add_all(&mut self.rejections, other.rejections);
        add_all(&mut self.excuses, other.excuses);
    }
}

fn add_all<K: Ord>(to: &mut BTreeMap<K, u64>, from: BTreeMap<K, u64>) {
    for (key, n) in from {
        *to.entry(key).or_default() += n;
    }
}

fn line<K: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    counts: &BTreeMap<K, u64>,
) -> fmt::Result {
    write!(f, "{name}:")?;
    for (key, n) in counts {
        write!(f, " {key} {n},")?;
    }
    writeln!(f)
}

impl fmt::Display for Tour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} sessions, {} wrong, {} h simulated; {} frames, {} of them again; {} units submitted, {} delivered",
            self.sessions,
            self.failed.len(),
            self.simulated_us / 3_600_000_000,
            self.frames,
            self.retransmitted,
            self.submitted,
            self.delivered
        )?;
        line(f, "rows", &self.rows)?;
        line(f, "endings", &self.endings)?;
        line(f, "outcomes", &self.outcomes)?;
        line(f, "losses", &self.losses)?;
        line(f, "rejections", &self.rejections)?;
        line(f, "excuses", &self.excuses)
    }
}
