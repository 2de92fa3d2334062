//! The figures of the README: whole commands on generated books, medians of several runs.
//!
//!     cargo bench --bench figures              # a million postings, a million bill lines: some minutes
//!     cargo bench --bench figures -- --small   # a tenth of everything
//!
//! Every figure is wall time of a whole process and its peak memory. Absolute times mean nothing elsewhere, so each is set
//! beside something of the same run: the same command on a quarter of the data (4.0 is linear), or the `sqlite3` shell where it
//! is installed. Nothing here is a test, and nothing fails because a machine is slow.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run stops")]
#![expect(clippy::float_arithmetic, reason = "ratios of times are no money")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 5;

/// How large the full figures are.
#[derive(Clone, Copy)]
struct Scale {
    divisor: u64,
}

impl Scale {
    fn of(self, full: u64) -> String {
        (full / self.divisor).to_string()
    }
}

/// One measured process.
#[derive(Clone, Copy)]
struct Run {
    wall: Duration,
    peak_kib: u64,
}

/// Runs a command to its end; it may end with exit 3, which says that something is left for a person.
fn run(program: &str, arguments: &[&str], book: &Path) -> Run {
    let begin = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .env("SUBLEDGER_BOOK", book)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0;
    loop {
        if let Ok(status) = fs::read_to_string(&status_file) {
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kib = peak.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok());
            peak_kib = peak_kib.max(kib.unwrap_or(0));
        }
        if let Some(status) = child.try_wait().unwrap() {
            assert!(matches!(status.code(), Some(0 | 3)), "{program} {arguments:?} ended with {status}");
            return Run { wall: begin.elapsed(), peak_kib };
        }
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// The median of several runs, each on a fresh copy of a folder when it writes.
fn median(folder: &Path, fresh: bool, program: &str, arguments: &[&str]) -> Run {
    let copy = folder.with_extension("run");
    let mut runs: Vec<Run> = (0..RUNS)
        .map(|_| {
            if fresh {
                drop(fs::remove_dir_all(&copy));
                fs::create_dir(&copy).unwrap();
                for file in ["book.db", "bill.csv", "orders.csv"] {
                    fs::copy(folder.join(file), copy.join(file)).unwrap();
                }
            }
            let place = if fresh { &copy } else { folder };
            let arguments: Vec<String> = arguments.iter().map(|a| a.replace("{}", place.to_str().unwrap())).collect();
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            run(program, &arguments, &place.join("book.db"))
        })
        .collect();
    drop(fs::remove_dir_all(&copy));
    runs.sort_by_key(|run| run.wall);
    runs[RUNS / 2]
}

struct Bench {
    root: PathBuf,
    subledger: &'static str,
}

impl Bench {
    /// A book with its order list and bill.
    fn book(&self, name: &str, accounts: &str, orders: &str, lines: &str) -> PathBuf {
        let folder = self.root.join(name);
        let path = folder.to_str().unwrap().to_owned();
        run(
            self.subledger,
            &["demo", &path, "--accounts", accounts, "--orders", orders, "--lines", lines, "--quiet", "--format", "json"],
            Path::new(""),
        );
        folder
    }

    /// Runs the month, and gives every difference to somebody, so that nothing keeps it from closing.
    fn makes_closable(&self, folder: &Path) {
        let book = folder.join("book.db");
        run(self.subledger, &["reconcile", "run", "--period", "2026-06", "--quiet"], &book);
        let listed = Command::new(self.subledger)
            .args(["difference", "list", "--period", "2026-06", "--format", "json"])
            .env("SUBLEDGER_BOOK", &book)
            .output()
            .unwrap();
        let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
        let ids: Vec<&str> = listed["rows"].as_array().unwrap().iter().filter_map(|row| row["id"].as_str()).collect();
        for some in ids.chunks(500) {
            let mut arguments = vec!["difference", "acknowledge"];
            arguments.extend(some);
            arguments.extend(["--owner", "bench", "--due", "2027-12-31", "--quiet"]);
            run(self.subledger, &arguments, &book);
        }
    }

    fn ours(&self, folder: &Path, fresh: bool, line: &str) -> Run {
        let arguments: Vec<&str> = line.split(' ').collect();
        median(folder, fresh, self.subledger, &arguments)
    }
}

fn say(what: &str, run: Run, beside: &str, other: Option<Run>) {
    let peak = format!("{} MiB", run.peak_kib / 1024);
    let millis = format!("{:.1} ms", run.wall.as_secs_f64() * 1000.0);
    let ratio = other
        .map_or_else(|| "not installed".to_owned(), |other| format!("{:.2}", run.wall.as_secs_f64() / other.wall.as_secs_f64()));
    println!("{what:<52} {millis:>12} {peak:>9}   {beside}: {ratio}");
}

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let scale = Scale { divisor: if std::env::args().any(|argument| argument == "--small") { 10 } else { 1 } };
    let root = std::env::temp_dir().join(format!("subledger-figures-{}", std::process::id()));
    fs::create_dir_all(&root).unwrap();
    let bench = Bench { root: root.clone(), subledger: env!("CARGO_BIN_EXE_subledger") };
    let shell = Command::new("sqlite3").arg("--version").output().is_ok();
    println!("whole processes, median of {RUNS} runs; {} cores", std::thread::available_parallelism().map_or(0, usize::from));

    // 250 000 orders post a million lines in the journal.
    let million = bench.book("million", "1000", &scale.of(250_000), &scale.of(2_500));
    let quarter = bench.book("quarter", "1000", &scale.of(62_500), &scale.of(2_500));

    let postings = scale.of(1_000_000);
    let write = bench.ours(&million, true, "fund deposit large 1 --quiet");
    let insert = "CREATE TABLE IF NOT EXISTS t(a); PRAGMA synchronous=FULL; INSERT INTO t VALUES (1);";
    let peer = shell.then(|| median(&million, true, "sqlite3", &["{}/book.db", insert]));
    say("one write command (fund deposit)", write, "to sqlite3 making one durable insert", peer);

    let show = bench.ours(&million, false, "account show a000001");
    let query = "SELECT SUM(debit_minor) - SUM(credit_minor) FROM balance WHERE ledger_account_id = 7;";
    let peer = shell.then(|| median(&million, false, "sqlite3", &["{}/book.db", query]));
    say(&format!("account show, {postings} postings"), show, "to sqlite3 reading one balance", peer);
    let small = bench.ours(&quarter, false, "account show a000001");
    say("", show, "to the same on a quarter of the postings", Some(small));

    let check = bench.ours(&million, false, "check");
    say(&format!("check of {postings} postings"), check, "to a quarter of them", Some(bench.ours(&quarter, false, "check")));
    let peer = shell.then(|| median(&million, false, "sqlite3", &["{}/book.db", "PRAGMA integrity_check;"]));
    say("", check, "to sqlite3 PRAGMA integrity_check", peer);

    let (orders, fewer) = (bench.book("o", "1000", &scale.of(100_000), "1"), bench.book("p", "1000", &scale.of(25_000), "1"));
    // The books have recorded their lists already; a fresh one takes them again.
    let (empty, also_empty) = (bench.book("e", "1000", "0", "1"), bench.book("f", "1000", "0", "1"));
    fs::copy(orders.join("orders.csv"), empty.join("orders.csv")).unwrap();
    fs::copy(fewer.join("orders.csv"), also_empty.join("orders.csv")).unwrap();
    let import = bench.ours(&empty, true, "order import {}/orders.csv --quiet");
    let part = bench.ours(&also_empty, true, "order import {}/orders.csv --quiet");
    say(&format!("order import of {} orders", scale.of(100_000)), import, "to a quarter", Some(part));

    let large = bench.book("large", "1000", &scale.of(400_000), &scale.of(1_000_000));
    let part = bench.book("part", "1000", &scale.of(100_000), &scale.of(250_000));
    let line = "bill import {}/bill.csv --period 2026-06 --final --quiet";
    let (import, fewer) = (bench.ours(&large, true, line), bench.ours(&part, true, line));
    say(&format!("bill import of {} lines", scale.of(1_000_000)), import, "to a quarter", Some(fewer));
    for folder in [&large, &part] {
        let bill = folder.join("bill.csv");
        run(
            bench.subledger,
            &["bill", "import", bill.to_str().unwrap(), "--period", "2026-06", "--final"],
            &folder.join("book.db"),
        );
    }
    let line = "reconcile run --period 2026-06 --format json";
    let (reconcile, fewer) = (bench.ours(&large, true, line), bench.ours(&part, true, line));
    say(&format!("reconcile run of them with {} orders", scale.of(400_000)), reconcile, "to a quarter", Some(fewer));
    for folder in [&large, &part] {
        bench.makes_closable(folder);
    }
    let line = "period close 2026-06 --quiet";
    let (close, fewer) = (bench.ours(&large, true, line), bench.ours(&part, true, line));
    say("period close of it, a thousand accounts", close, "to a quarter", Some(fewer));
    for folder in [&large, &part] {
        run(bench.subledger, &["period", "close", "2026-06", "--quiet"], &folder.join("book.db"));
    }
    let line = "statement export --period 2026-06 --out {}/statements --quiet";
    let (export, fewer) = (bench.ours(&large, true, line), bench.ours(&part, true, line));
    say("statement export of it", export, "to a quarter", Some(fewer));
    fs::remove_dir_all(&root).unwrap();
}
