//! Whole processes on bills of many lines: what they need does not grow with the bill, or hardly.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const HEADER: &str = "标识信息/账单明细ID,标识信息/订单号,身份信息/资源归属账号ID,账单信息/账单月份,账单信息/账单日期,账单信息/费用类型,\
                      产品信息/产品Code,定价信息/定价币种,费用信息/目录总价,应付信息/应付金额（含税）\n";

/// Runs a command to its end: its exit code, and its peak resident memory in KiB.
fn run(book: &Path, arguments: &[&str]) -> (Option<i32>, u64) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_subledger"));
    command.env("SUBLEDGER_BOOK", book).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the binary runs");
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        if let Ok(status) = fs::read_to_string(&status_file) {
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kib = line.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok());
            peak = peak.max(kib.unwrap_or(0));
        }
        if let Some(status) = child.try_wait().expect("a child") {
            return (status.code(), peak);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The peak of importing a file into a new book, in KiB.
fn import(text: &str, code: i32) -> u64 {
    let folder = tempfile::tempdir().expect("a folder");
    let (book, bill) = (folder.path().join("book.db"), folder.path().join("bill.csv"));
    fs::write(&bill, text).expect("a file");
    let init = ["init", "--agent", "Lingdu", "--credential", "91330106MA05J1K21K", "--provider", "alibaba", "--currency", "CNY"];
    assert_eq!(run(&book, &init).0, Some(0));
    let arguments = ["bill", "import", bill.to_str().expect("a plain path"), "--period", "2026-06", "--final", "--quiet"];
    let (exit, peak) = run(&book, &arguments);
    assert_eq!(exit, Some(code));
    assert!(peak > 0, "the peak was seen");
    peak
}

/// A bill of usage: every line with an id of its own, a thousand accounts, ten products.
fn bill(lines: u64) -> String {
    let mut text = HEADER.to_owned();
    for line in 0..lines {
        let (owner, product) = (1_000_000_000_000_000 + line % 1_000, line % 10);
        writeln!(text, "line-{line},,{owner},202606,20260630,云资源按量费用,product-{product},CNY,{line}.5,{line}")
            .expect("memory");
    }
    text
}

/// `few` lines are enough to fill every buffer on the way, the page cache last, so that only what is kept by line is left to grow:
/// about thirty bytes. A hundred thousand lines of a bill are not enough, and give fifty to seventy.
fn grows_by(few: u64, make: impl Fn(u64) -> String, code: i32) -> (u64, u64) {
    let (small, large) = (import(&make(few), code), import(&make(4 * few), code));
    (small, (large.saturating_sub(small) * 1024) / (3 * few))
}

#[test]
#[ignore = "long: a bill of twelve hundred thousand lines"]
fn an_import_needs_a_few_bytes_for_a_line() {
    let (small, by_line) = grows_by(300_000, bill, 0);
    println!("{small} KiB, and {by_line} bytes by line");
    assert!(small < 96 << 10, "{small} KiB");
    assert!(by_line <= 64, "{by_line} bytes by line");
}

#[test]
#[ignore = "long: four million bad lines"]
fn bad_lines_need_nothing_of_their_own() {
    let (small, by_line) = grows_by(1_000_000, |lines| HEADER.to_owned() + &"a\n".repeat(usize::try_from(lines).expect("few")), 1);
    println!("{small} KiB, and {by_line} bytes by line");
    assert!(small < 128 << 10, "{small} KiB");
    assert!(by_line <= 64, "{by_line} bytes by line");
}
