//! Damage of every kind, in every container: a bill is read or refused, and nothing else happens.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::reading::read;
use crate::samples::{NO_BILLS, Sample, gb18030, gzip, rows_of, samples, workbook, zip};

/// One reading takes milliseconds; a hang takes for ever.
const LONGEST: Duration = Duration::from_secs(20);
/// What the whole process may have needed at most, the other tests and the table of samples included.
const PEAK_MIB: i64 = 700;

#[derive(Clone, Debug)]
enum Damage {
    Flip(Index, u8),
    Cut(Index),
    Insert(Index, &'static str),
    Remove(Index, usize),
    Double(Index, usize),
    /// A stretch of another sample.
    Splice(Index, usize, Index, usize),
}

const INSERTS: [&str; 24] = [
    "\"",
    "\"\"",
    "\n",
    "\r\n",
    "\r",
    ",",
    ",,,,,,,,",
    "\0",
    "\u{feff}",
    "'",
    "=\"",
    "\\",
    "{",
    "[",
    "}",
    "]",
    ":",
    "null",
    "99999999999999999999999999999999999999999",
    "-170141183460469231731687303715884105728",
    "1E308",
    "1e-400",
    "NaN",
    "0.00000000000000000000000000000000000000000000001",
];

fn damages() -> impl Strategy<Value = Damage> {
    let place = any::<Index>;
    prop_oneof![
        4 => (place(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        1 => place().prop_map(Damage::Cut),
        4 => (place(), prop::sample::select(&INSERTS[..])).prop_map(|(at, text)| Damage::Insert(at, text)),
        2 => (place(), 1..200_usize).prop_map(|(at, length)| Damage::Remove(at, length)),
        1 => (place(), 1..3_000_usize).prop_map(|(at, length)| Damage::Double(at, length)),
        2 => (place(), 0..40_usize, place(), 1..3_000_usize)
            .prop_map(|(at, of, from, length)| Damage::Splice(at, of, from, length)),
    ]
}

fn texts() -> Vec<&'static str> {
    // The thousand rows of the largest sample say no more than those of its like, and take most of the time.
    let bills = samples().iter().filter(|sample| sample.name != "focus-aws").map(|sample| sample.text.as_str());
    bills.chain(NO_BILLS.map(|(_, text, _)| text)).collect()
}

fn damage(bytes: &mut Vec<u8>, damages: &[Damage], texts: &[&str]) {
    for damage in damages {
        let place = |index: &Index| index.index(bytes.len().max(1)).min(bytes.len());
        match damage {
            Damage::Flip(at, bit) => {
                let at = place(at);
                bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << bit);
            }
            Damage::Cut(at) => bytes.truncate(place(at)),
            Damage::Insert(at, text) => drop(bytes.splice(place(at)..place(at), text.bytes())),
            Damage::Remove(at, length) => {
                let at = place(at);
                bytes.drain(at..(at + length).min(bytes.len()));
            }
            Damage::Double(at, length) => {
                let at = place(at);
                let stretch = bytes[at..(at + length).min(bytes.len())].to_vec();
                drop(bytes.splice(at..at, stretch));
            }
            Damage::Splice(at, of, from, length) => {
                let other = texts[of % texts.len()].as_bytes();
                let (at, from) = (place(at), from.index(other.len()));
                let stretch = other[from..(from + length).min(other.len())].to_vec();
                drop(bytes.splice(at..(at + length).min(bytes.len()), stretch));
            }
        }
    }
}

/// A container around bytes, by number.
fn wrap(bytes: &[u8], container: usize) -> Vec<u8> {
    let text = || String::from_utf8_lossy(bytes);
    match container {
        0 => gzip(bytes),
        1 => zip(&[("a.csv", bytes), ("b.csv", b"")]),
        2 => workbook(&[rows_of(&text()).into_iter().take(60).collect()], true),
        3 => gb18030(&text()),
        4 => zip(&[("1.csv", bytes), ("2.csv", bytes)]),
        _ => bytes.to_vec(),
    }
}

fn peak_mib() -> i64 {
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_SELF).expect("the system tells");
    usage.max_rss() / 1024
}

/// Damages a text, wraps it up, damages that, and reads it.
fn nothing_breaks(cases: u32, seed: u64) {
    let texts = texts();
    let layouts: Vec<Option<&str>> = samples().iter().map(|sample: &Sample| sample.own).collect();
    let config = Config { cases, rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Config::default() };
    let inside = prop::collection::vec(damages(), 0..6);
    let outside = prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(damages(), 1..6)];
    let (mut good, mut bad) = (0, 0);
    let ways = (0..texts.len(), 0..9_usize, 0..layouts.len(), inside, outside);
    let counted = std::cell::RefCell::new((&mut good, &mut bad));
    let outcome = TestRunner::new(config).run(&ways, |(sample, container, layout, inside, outside)| {
        let mut bytes = texts[sample].as_bytes().to_vec();
        damage(&mut bytes, &inside, &texts);
        let mut bytes = wrap(&bytes, container);
        damage(&mut bytes, &outside, &texts);
        let begun = Instant::now();
        match read(&[bytes], layouts[layout]) {
            Ok(_) => *counted.borrow_mut().0 += 1,
            Err(_) => *counted.borrow_mut().1 += 1,
        }
        prop_assert!(begun.elapsed() < LONGEST, "it took {:?}", begun.elapsed());
        Ok(())
    });
    outcome.expect("read or refused");
    // Damage that only ever refuses, or never does, would prove little.
    assert!(good > cases / 20 && bad > cases / 20, "{good} read, {bad} refused");
    assert!(peak_mib() < PEAK_MIB, "{} MiB", peak_mib());
}

#[test]
fn a_damaged_bill_is_read_or_refused_in_every_container() {
    nothing_breaks(400, 20_260_616);
}

#[test]
#[ignore = "long: twelve thousand damaged files"]
fn twelve_thousand_damaged_bills() {
    nothing_breaks(12_000, 20_260_617);
}

/// What would take for ever if it were done for each with each.
#[test]
fn a_header_of_a_hundred_thousand_columns_is_read_at_once() {
    let wide = |extra: &str| {
        let columns = (0..100_000).map(|number| format!(",c{number}")).collect::<Vec<_>>().concat();
        let header =
            format!("身份信息/资源归属账号ID,账单信息/账单月份,账单信息/费用类型,应付信息/应付金额（含税）{columns}{extra}\n");
        header + "1688001234567801,202606,云资源按量费用,1.5" + &",".repeat(100_000 + extra.matches(',').count()) + "\n"
    };
    let begun = Instant::now();
    let bill = read(&[wide("")], None).expect("wide, and a bill");
    assert_eq!((bill.lines.len(), bill.unknown_columns.len()), (1, 100_000));
    assert_eq!(read(&[wide(",c77")], None).expect_err("a name twice").code(), "file.repeated-column");
    assert!(begun.elapsed() < LONGEST, "{:?}", begun.elapsed());
}
