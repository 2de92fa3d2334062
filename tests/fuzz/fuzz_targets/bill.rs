//! Any bytes as a bill: they are read or refused, and what the tests prove of every block holds of these too.
//!
//! How to run it stands in `Cargo.toml` beside this folder. The first byte chooses a layout of one's own; the rest is the file.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../readers/reading.rs"]
mod reading;

const OWN: [Option<&str>; 3] = [
    None,
    Some(include_str!("../../../examples/layouts/tencent-partner.toml")),
    Some(include_str!("../../../examples/layouts/huawei-partner.toml")),
];

fuzz_target!(|bytes: &[u8]| {
    // A sample begins with none of these two, and is read whole as of a built-in layout.
    let (own, file) = match bytes.split_first() {
        Some((1, rest)) => (OWN[1], rest),
        Some((2, rest)) => (OWN[2], rest),
        _ => (OWN[0], bytes),
    };
    drop(reading::read(&[file], own));
});
