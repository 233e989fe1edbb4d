//! The rover's program: whatever its modem, its payload memory and its operator say, it answers as it should and goes on.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_fuzz::flight::{fly, lent, messages};
use magpie_rover::{Memory, Rover};

fuzz_target!(|input: &[u8]| {
    lent(Memory::new(), |memory| {
        let mut rover = Rover::new();
        rover
            .start(memory)
            .expect("the sizes are the program's own");
        fly(&mut rover, messages(input));
    });
});
