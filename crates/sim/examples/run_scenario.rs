//! Plays a scenario and prints every hop: `cargo run --release -p magpie-sim --example run_scenario [SCENARIO.toml] [SEED]`.

use std::error::Error;

use magpie_sim::scenario::Scenario;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let scenario = match arguments.next() {
        Some(path) => Scenario::parse(&std::fs::read_to_string(path)?)?,
        None => Scenario::zhurong_mex_2021(),
    };
    let seed = arguments.next().map_or(Ok(1), |seed| seed.parse())?;
    let outcome = magpie_sim::run(&scenario, Vec::new(), seed, &())?;
    let report = &outcome.report;
    println!("{}, seed {seed}", report.scenario);
    for pass in &report.passes {
        println!("\n{} {} lock {:?} s", pass.id, pass.start_utc, pass.lock_s);
        for hop in &pass.hops {
            println!(
                "  {:12} {:6} → {:6} {}  {:8} → {:8} octets  {:?}",
                hop.name,
                hop.units_in,
                hop.units_out,
                hop.unit,
                hop.octets_in,
                hop.octets_out,
                hop.rejected
            );
        }
        println!("  canister: {:?}", pass.salvage);
        println!("  {}", pass.verdict);
    }
    for file in &report.delivered {
        println!(
            "\n{}: {} of {} octets, complete: {}",
            file.name, file.octets, file.size, file.complete
        );
        println!(
            "  sent {}\n  have {}",
            file.payload_sha256,
            file.sha256.as_deref().unwrap_or("-")
        );
        println!("  by pass {:?}", file.per_pass_octets);
    }
    println!("\n{:.1} s", report.wall_s);
    Ok(())
}
