//! Breadth first through every state that two endpoints and the channel between them can reach.
//!
//! Safety is judged in each state ([`World`]). Liveness is judged on the graph: from each state on, a channel that does nothing wrong any
//! more is one path of it, and must lead to the end of the session.

pub(crate) mod digest;
pub(crate) mod world;

use std::collections::{HashMap, VecDeque};

use magpie_link::event::EndOfSession;

pub(crate) use world::{Action, Setup, World};

/// What an exploration found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) states: usize,
    /// States in which the session is over.
    pub(crate) over: usize,
    /// Those of them in which not everything was delivered: an end gave up.
    pub(crate) incomplete: usize,
    /// Steps of a perfect channel to the end of the session, at most.
    pub(crate) longest: usize,
}

#[derive(Default)]
struct Graph {
    numbers: HashMap<u64, u32>,
    /// From which state it was reached first, and how.
    reached: Vec<(u32, Action)>,
    /// Where the perfect channel leads; itself if it is over.
    healed: Vec<u32>,
    /// Over, and everything delivered or not.
    over: Vec<Option<bool>>,
    waiting: VecDeque<(u32, World)>,
}

impl Graph {
    fn add(&mut self, world: World, from: u32, action: Action) -> u32 {
        let next = u32::try_from(self.reached.len()).expect("fewer states");
        let number = *self.numbers.entry(world.digest()).or_insert(next);
        if number == next {
            self.reached.push((from, action));
            self.healed.push(next);
            self.over.push(None);
            self.waiting.push_back((next, world));
        }
        number
    }

    /// The way to a state, told step by step.
    fn story(&self, setup: &Setup, to: u32) -> String {
        let mut way = Vec::new();
        let mut at = to;
        while at != 0 {
            let (from, action) = self.reached[at as usize];
            way.push(action);
            at = from;
        }
        let mut world = World::new(setup);
        let mut lines = vec![format!("{world}")];
        for action in way.into_iter().rev() {
            match world.after(setup, action) {
                Some(Ok(next)) => world = next,
                other => {
                    lines.push(format!("{action:?}: {:?}", other.map(|r| r.map(|_| ()))));
                    break;
                }
            }
            lines.push(format!("{action:?}: {world}"));
        }
        lines.push("then, over a perfect channel:".into());
        for _ in 0..24 {
            match world.after(setup, Action::Healed) {
                Some(Ok(next)) => world = next,
                _ => break,
            }
            lines.push(format!("{world}"));
        }
        lines.join("\n")
    }
}

/// Explores everything, but gives up beyond `limit` states.
pub(crate) fn explore(setup: &Setup, limit: usize) -> Result<Found, String> {
    let mut graph = Graph::default();
    graph.add(World::new(setup), 0, Action::Start);
    while let Some((number, world)) = graph.waiting.pop_front() {
        if graph.reached.len() > limit {
            return Err(format!("more than {limit} states"));
        }
        let fail = |graph: &Graph, action, why| {
            format!("{why}\nby {action:?} after\n{}", graph.story(setup, number))
        };
        if world.is_over() {
            graph.over[number as usize] = Some(world.delivered == [setup.units[1], setup.units[0]]);
            if world.delivered != [setup.units[1], setup.units[0]] && !gave_up(&world) {
                return Err(fail(&graph, Action::Start, "over, but not complete".into()));
            }
        } else {
            let next = world
                .after(setup, Action::Healed)
                .expect("always possible")
                .map_err(|why| fail(&graph, Action::Healed, why))?;
            graph.healed[number as usize] = graph.add(next, number, Action::Healed);
        }
        for action in World::actions() {
            match world.after(setup, action) {
                Some(Ok(next)) => {
                    graph.add(next, number, action);
                }
                Some(Err(why)) => return Err(fail(&graph, action, why)),
                None => {}
            }
        }
    }
    let longest = longest_way(&graph).map_err(|stuck| {
        format!("the session does not end\nafter\n{}", graph.story(setup, stuck))
    })?;
    let found = Found {
        states: graph.reached.len(),
        over: graph.over.iter().flatten().count(),
        incomplete: graph.over.iter().flatten().filter(|&&all| !all).count(),
        longest,
    };
    println!("{}: {found:?}", setup.name);
    Ok(found)
}

fn gave_up(world: &World) -> bool {
    world.ended.iter().any(|ended| {
        matches!(
            ended,
            Some(EndOfSession::NoAnswer | EndOfSession::HailFailed)
        )
    })
}

/// Follows the perfect channel from every state; an error is a state from which it never comes to an end.
fn longest_way(graph: &Graph) -> Result<usize, u32> {
    const UNKNOWN: usize = usize::MAX;
    let mut steps = vec![UNKNOWN; graph.healed.len()];
    let mut longest = 0;
    for start in 0..u32::try_from(graph.healed.len()).expect("fewer states") {
        let (mut way, mut at) = (Vec::new(), start);
        while steps[at as usize] == UNKNOWN && graph.over[at as usize].is_none() {
            way.push(at);
            if way.len() > graph.healed.len() {
                return Err(start);
            }
            at = graph.healed[at as usize];
        }
        let mut left = steps[at as usize];
        if left == UNKNOWN {
            left = 0;
            steps[at as usize] = 0;
        }
        for state in way.into_iter().rev() {
            left += 1;
            steps[state as usize] = left;
        }
        longest = longest.max(left);
    }
    Ok(longest)
}
