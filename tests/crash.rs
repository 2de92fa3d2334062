//! Killed, crowded, full: whatever happens to a command, every acknowledged one is there once, and no other by half.
//!
//! The binary is killed (SIGKILL) at moments spread over its whole run, many of it run at once, and the disk ends under it. After
//! each of these `check` passes, what a command had acknowledged with exit 0 stands in the book, and running it again finishes it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;

const INIT: [&str; 9] =
    ["init", "--agent", "Lingdu", "--credential", "91330106MA05J1K21K", "--provider", "alibaba", "--currency", "CNY"];

const BILL_HEADER: &str = "标识信息/账单明细ID,标识信息/订单号,身份信息/资源归属账号ID,账单信息/账单月份,账单信息/账单日期,账单信息/费用类型,\
                           产品信息/产品Code,定价信息/定价币种,费用信息/目录总价,应付信息/应付金额（含税）\n";

/// A folder with a book in it, and the binary at hand.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    /// An empty folder.
    fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder can be made") }
    }

    /// A book with the group `acme`, its accounts `acme-prod` (agent-pays) and `acme-test` (prepaid), and purchase terms.
    fn new() -> Self {
        let desk = Self::empty();
        desk.does(&INIT);
        desk.does(&["entity", "add", "acme-hq", "--name", "Acme Holdings", "--credential", "91330106MA01A2B329"]);
        desk.does(&["group", "add", "acme", "--name", "Acme"]);
        for (code, uid, mode) in [("acme-prod", "1000000000000001", "agent-pays"), ("acme-test", "1000000000000002", "prepaid")] {
            let credit = if mode == "prepaid" { "" } else { "--credit 100000000" };
            let line = format!(
                "account associate {code} --uid {uid} --group acme --entity acme-hq --environment production --mode {mode} {credit} \
                 --since 2026-06-01 --attest no-other-agent --attest no-arrears --attest no-open-orders"
            );
            desk.does(&words(&line));
            desk.does(&["account", "confirm", code]);
        }
        let terms = "agreement = \"alibaba\"\nkind = \"purchase\"\nprovider = \"alibaba\"\ncurrency = \"CNY\"\n\
                     valid_from = \"2026-01-01\"\n[[tier]]\nfrom = \"0\"\ndiscount = \"20%\"\n";
        let file = desk.writes("purchase.toml", terms);
        desk.does(&["price", "apply", &file]);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn book(&self) -> PathBuf {
        self.path("book.db")
    }

    fn writes(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).expect("a file");
        self.path(name).to_str().expect("a plain path").to_owned()
    }

    /// An order list of `count` orders whose numbers begin with `batch`.
    fn writes_orders(&self, batch: &str, count: usize) -> String {
        let header = "account,product,kind,list_price,provider_order,date".to_owned();
        let order = |number| format!("acme-prod,ecs,new,{}.50,{batch}-{number},2026-06-10", number + 1);
        let text: Vec<String> = std::iter::once(header).chain((0..count).map(order)).collect();
        self.writes("orders.csv", &(text.join("\n") + "\n"))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_subledger"));
        command.env("SUBLEDGER_BOOK", self.book()).args(arguments).stdin(Stdio::null());
        command
    }

    fn runs(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the binary runs")
    }

    /// Runs a command that must succeed; says how long it took.
    fn does(&self, arguments: &[&str]) -> Duration {
        let begun = Instant::now();
        let output = self.runs(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        begun.elapsed()
    }

    /// Starts a command, kills it after a while, and says whether it had acknowledged.
    fn kills(&self, arguments: &[&str], after: Duration) -> bool {
        let silent = || Stdio::null();
        let mut child = self.command(arguments).stdout(silent()).stderr(silent()).spawn().expect("the binary runs");
        std::thread::sleep(after);
        child.kill().expect("it is killed, or has ended");
        child.wait().expect("it has ended").success()
    }

    /// Every proof holds.
    fn is_sound(&self) {
        let output = self.runs(&["check", "--format", "csv"]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    }

    /// One number out of the book.
    fn counts(&self, sql: &str) -> usize {
        let connection = Connection::open(self.book()).expect("the book opens");
        connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|count| usize::try_from(count).expect("a count")).expect(sql)
    }
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// The moment of the `number`th kill: spread evenly over the time that the command takes, and a little beyond.
fn moment(number: usize, whole: Duration) -> Duration {
    // Multiples of the golden section fill an interval without ever meeting each other.
    let part = number * 618_034 % 1_000_000;
    whole * u32::try_from(part * 12 / 10).expect("it is small") / 1_000_000
}

fn deposits_survive(kills: usize) {
    let desk = Desk::new();
    let whole = desk.does(&words("fund deposit acme 1 --date 2026-06-02"));
    for number in 0..kills {
        let line = format!("fund deposit acme {number}.25 --date 2026-06-02 --reference try-{number} --key try-{number}");
        let deposit = words(&line);
        let count = || desk.counts(&format!("SELECT COUNT(*) FROM entry WHERE reference = 'try-{number}'"));
        let acknowledged = desk.kills(&deposit, moment(number, whole));
        desk.is_sound();
        assert!(count() == 1 || !acknowledged, "deposit {number} was acknowledged and is gone");
        // Whoever does not know runs it again with the same key.
        desk.does(&deposit);
        assert_eq!(count(), 1, "deposit {number}");
    }
    desk.is_sound();
}

fn order_lists_survive(kills: usize) {
    const ORDERS: usize = 60;
    let desk = Desk::new();
    let whole = desk.does(&["order", "import", &desk.writes_orders("first", ORDERS)]);
    for number in 0..kills {
        let import = ["order", "import", &desk.writes_orders(&format!("try{number}"), ORDERS)];
        let count = || desk.counts(&format!("SELECT COUNT(*) FROM orders WHERE provider_order LIKE 'try{number}-%'"));
        let acknowledged = desk.kills(&import, moment(number, whole));
        desk.is_sound();
        let there = count();
        assert!(there == ORDERS || (there == 0 && !acknowledged), "list {number}: {there} of {ORDERS} orders");
        desk.does(&import);
        assert_eq!(count(), ORDERS, "list {number}");
    }
    desk.is_sound();
}

fn bills_survive(kills: usize) {
    const LINES: usize = 200;
    let desk = Desk::new();
    let import = |version: usize| {
        let line =
            |line| format!("v{version}-{line},,1000000000000001,202606,20260630,云资源按量费用,oss,CNY,{line}.{version},{line}\n");
        let text: Vec<String> = std::iter::once(BILL_HEADER.to_owned()).chain((0..LINES).map(line)).collect();
        let file = desk.writes("bill.csv", &text.concat());
        ["bill".to_owned(), "import".to_owned(), file, "--period".to_owned(), "2026-06".to_owned()]
    };
    let whole = desk.does(&import(1).each_ref().map(String::as_str));
    for number in 0..kills {
        let arguments = import(number + 2);
        let arguments = arguments.each_ref().map(String::as_str);
        let count = || (desk.counts("SELECT COUNT(*) FROM bill_version"), desk.counts("SELECT COUNT(*) FROM bill_line"));
        let acknowledged = desk.kills(&arguments, moment(number, whole));
        desk.is_sound();
        let (before, after) = ((number + 1, LINES * (number + 1)), (number + 2, LINES * (number + 2)));
        assert!(count() == after || (count() == before && !acknowledged), "version {}: {:?}", number + 2, count());
        desk.does(&arguments);
        assert_eq!(count(), after);
    }
    desk.is_sound();
}

/// A bill of June in which every line has an id of its own, large enough to be killed in.
const LARGE: usize = 20_000;

fn large_bill() -> String {
    let line = |line| {
        let owner = 1_000_000_000_000_001_usize + line % 7;
        format!("large-{line},,{owner},202606,20260630,云资源按量费用,oss,CNY,{line}.5,{line}.25\n")
    };
    BILL_HEADER.to_owned() + &(0..LARGE).map(line).collect::<String>()
}

/// When a large import is killed.
#[derive(Clone, Copy)]
enum Moment {
    /// So long after it began.
    After(Duration),
    /// As soon as it has written to the book's log.
    Writing,
    /// As soon as somebody else sees the bill.
    Committed,
}

/// Where the kills of a large import have landed.
#[derive(Debug, Default)]
struct Landed {
    /// While it read and inserted, and had not yet begun to write.
    before_writing: usize,
    writing: usize,
    committed: usize,
    /// It had ended already.
    ended: usize,
}

/// Starts an import, kills it at a moment, and says whether it had acknowledged and whether the signal has ended it.
fn kill_at(desk: &Desk, arguments: &[&str], moment: Moment) -> (bool, bool) {
    let mut child = desk.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary runs");
    let mut wait_for = |is_reached: &dyn Fn() -> bool| {
        while !is_reached() && child.try_wait().expect("a child").is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
    };
    match moment {
        Moment::After(time) => std::thread::sleep(time),
        Moment::Writing => wait_for(&|| has_log(desk)),
        Moment::Committed => {
            let connection = Connection::open(desk.book()).expect("the book opens");
            let look = || connection.query_row("SELECT COUNT(*) FROM bill_version", [], |row| row.get::<_, i64>(0));
            wait_for(&|| look().expect("a count") > 0);
        }
    }
    child.kill().expect("it is killed, or has ended");
    let status = child.wait().expect("it has ended");
    (status.success(), status.code().is_none())
}

fn has_log(desk: &Desk) -> bool {
    fs::metadata(desk.path("book.db-wal")).is_ok_and(|log| log.len() > 0)
}

/// Every kill is of a copy of the same book, and after each the bill is all there or not at all.
fn large_imports_survive(kills: usize) -> Landed {
    let template = Desk::new();
    let bill = template.writes("bill.csv", &large_bill());
    let small = template.writes("july.csv", &(BILL_HEADER.to_owned() + JULY));
    let import = ["bill", "import", &bill, "--period", "2026-06"];
    let fresh = || {
        let desk = Desk::empty();
        fs::copy(template.book(), desk.book()).expect("a copy of the book");
        desk
    };
    // The quicker of two: measured in a slow moment, it would let most of them end in peace.
    let (measured, again) = (fresh(), fresh());
    let whole = measured.does(&import).min(again.does(&import));
    let told = |desk: &Desk| String::from_utf8(desk.runs(&["bill", "show", "2026-06", "--format", "json"]).stdout).expect("text");
    let expected = told(&measured);
    let mut landed = Landed::default();
    for number in 0..kills {
        let desk = fresh();
        let moment = match number {
            // The log is written in a short while, and what follows the commit is shorter still: these are waited for.
            _ if number % 10 == 0 => Moment::Writing,
            _ if number % 10 == 1 => Moment::Committed,
            // Every third near the end, where the sums are written and the transaction ends.
            _ if number % 3 == 0 => Moment::After(whole * 8 / 10 + moment(number, whole / 3)),
            _ => Moment::After(moment(number, whole)),
        };
        let (acknowledged, was_killed) = kill_at(&desk, &import, moment);
        let had_log = has_log(&desk);
        desk.is_sound();
        let versions = desk.counts("SELECT COUNT(*) FROM bill_version");
        assert!(versions == 1 || !acknowledged, "kill {number}: acknowledged, and gone");
        let place = match (versions, was_killed, had_log) {
            (_, false, _) => &mut landed.ended,
            (1, ..) => &mut landed.committed,
            (_, _, true) => &mut landed.writing,
            _ => &mut landed.before_writing,
        };
        *place += 1;
        if versions == 1 {
            assert_eq!(told(&desk), expected, "kill {number}: not what a whole import says");
        } else {
            for table in ["bill_version", "bill_line", "bill_repeat", "bill_block", "bill_file", "bill_account", "bill_usage"] {
                assert_eq!(desk.counts(&format!("SELECT COUNT(*) FROM {table}")), 0, "kill {number} has left something in {table}");
            }
        }
        // The next import works, whatever it is; the same one now and then, because it takes its time.
        desk.does(&["bill", "import", &small, "--period", "2026-07"]);
        if number % 8 < 2 {
            desk.does(&import);
            assert_eq!(told(&desk), expected, "kill {number}, and again");
            assert_eq!(desk.counts("SELECT COUNT(*) FROM bill_version"), 2);
            desk.is_sound();
        }
        let left = fs::read_dir(desk.folder.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name());
        assert_eq!(left.collect::<Vec<_>>(), ["book.db"], "kill {number} has left something beside the book");
    }
    landed
}

const JULY: &str = "july-1,,1000000000000001,202607,20260702,云资源按量费用,oss,CNY,3,2\n";

/// Waits until a process has these files open at once.
fn wait_until_it_has_open(child: &std::process::Child, files: [&Path; 2]) {
    let files = files.map(|file| file.canonicalize().expect("a file"));
    let opened = format!("/proc/{}/fd", child.id());
    let begun = Instant::now();
    loop {
        let links = fs::read_dir(&opened).expect("the system tells what is open").flatten();
        let open: Vec<PathBuf> = links.filter_map(|link| fs::read_link(link.path()).ok()).collect();
        if files.iter().all(|file| open.contains(file)) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "it does not open {files:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// An import that has opened and measured its file, and waits for the book; then the file changes, and the book is free.
fn import_of_a_file_that_changes(change: impl FnOnce(&Path)) -> (Desk, Output, Vec<u8>) {
    let desk = Desk::new();
    let text = large_bill();
    let file = desk.writes("bill.csv", &text);
    let holder = Connection::open(desk.book()).expect("the book opens");
    holder.execute_batch("BEGIN IMMEDIATE").expect("the book is held");
    let mut command = desk.command(&["bill", "import", &file, "--period", "2026-06", "--format", "json"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    // It asks the book who may do this, opens the bill, and reads it inside the transaction.
    wait_until_it_has_open(&child, [Path::new(&file), &desk.book()]);
    change(Path::new(&file));
    holder.execute_batch("ROLLBACK").expect("the book is free");
    (desk, child.wait_with_output().expect("it ends"), text.into_bytes())
}

#[test]
fn a_file_that_grows_is_refused_and_nothing_of_it_stays() {
    let (desk, output, _) = import_of_a_file_that_changes(|file| {
        let mut file = fs::OpenOptions::new().append(true).open(file).expect("the file");
        file.write_all(b"late,,1000000000000001,202606,20260630,not a kind,oss,CNY,1,1\n").expect("it grows");
    });
    is_refused_as_changed(&desk, &output);
}

#[test]
fn a_file_that_shrinks_is_refused_and_nothing_of_it_stays() {
    let (desk, output, text) = import_of_a_file_that_changes(|file| {
        let file = fs::OpenOptions::new().write(true).open(file).expect("the file");
        file.set_len(1 << 20).expect("it shrinks");
    });
    assert!(text.len() > 1 << 20);
    is_refused_as_changed(&desk, &output);
}

fn is_refused_as_changed(desk: &Desk, output: &Output) {
    let told = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("file.changed"), "{told}");
    for table in ["bill_version", "bill_line", "bill_block", "bill_file"] {
        assert_eq!(desk.counts(&format!("SELECT COUNT(*) FROM {table}")), 0, "{table}");
    }
    desk.is_sound();
}

/// A month that was never closed, or one that was closed with another bill and opened again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Month {
    New,
    Reopened,
}

fn month_ends_survive(kills: usize, month: Month) {
    let template = Desk::new();
    let orders = template.writes_orders("june", 40);
    template.does(&["order", "import", &orders]);
    // Each order at 80 % of its list price, to the fen.
    let line = |number: usize| {
        let (list, payable) = ((number + 1) * 100 + 50, ((number + 1) * 100 + 50) * 8 / 10);
        let amount = |fen: usize| format!("{}.{:02}", fen / 100, fen % 100);
        let (list, payable) = (amount(list), amount(payable));
        format!("j-{number},june-{number},1000000000000001,202606,20260610,订阅预付费用,ecs,CNY,{list},{payable}\n")
    };
    let usage = "j-u,,1000000000000002,202606,20260630,云资源按量费用,oss,CNY,4.375,3.5\n".to_owned();
    let header = std::iter::once(BILL_HEADER.to_owned());
    let text: Vec<String> = header.chain((0..40).map(line)).chain([usage]).collect();
    let bill = template.writes("bill.csv", &text.concat());
    let mut earlier = 0;
    if month == Month::Reopened {
        let other = template.writes("other.csv", &text.concat().replace("CNY,4.375,3.5", "CNY,2.5,2"));
        let out = template.path("out").to_str().expect("a plain path").to_owned();
        template.does(&["month-end", "2026-06", "--bill", &other, "--out", &out]);
        template.does(&["period", "reopen", "2026-06", "--reason", "another bill has come"]);
        earlier = 1;
    }
    let (before, after) = ((0, earlier, 2 * earlier), (1, earlier + 1, 2 * earlier + 2));
    let close = |desk: &Desk| {
        let out = desk.path("out").to_str().expect("a plain path").to_owned();
        ["month-end".to_owned(), "2026-06".to_owned(), "--bill".to_owned(), bill.clone(), "--out".to_owned(), out]
    };
    let copy = || {
        let desk = Desk::empty();
        fs::copy(template.book(), desk.book()).expect("a copy of the book");
        desk
    };
    let undisturbed = copy();
    let whole = undisturbed.does(&close(&undisturbed).each_ref().map(String::as_str));
    let statements = |desk: &Desk| -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<_> = fs::read_dir(desk.path("out"))
            .into_iter()
            .flatten()
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
            // A file in the making has another name than any file that is whole.
            .filter(|name| !name.starts_with('.'))
            .map(|name| (name.clone(), fs::read(desk.path("out").join(&name)).expect("a statement")))
            .collect();
        files.sort();
        files
    };
    let expected = statements(&undisturbed);
    assert_eq!(expected.len(), 3, "two statements and their manifest");
    for number in 0..kills {
        let desk = copy();
        let arguments = close(&desk);
        let arguments = arguments.each_ref().map(String::as_str);
        let acknowledged = desk.kills(&arguments, moment(number, whole));
        desk.is_sound();
        let state = || {
            let closed = desk.counts("SELECT COUNT(*) FROM period WHERE month = 202606 AND state = 'closed'");
            (closed, desk.counts("SELECT COUNT(*) FROM receipt"), desk.counts("SELECT COUNT(*) FROM statement"))
        };
        assert!(state() == after || (state() == before && !acknowledged), "month end {number}: {:?}", state());
        // What has its name already is whole; what an acknowledged month end wrote is all there.
        let written = statements(&desk);
        assert!(written.iter().all(|file| expected.contains(file)), "month end {number}");
        assert!(written == expected || !acknowledged, "month end {number}");
        desk.does(&arguments);
        assert_eq!((state(), statements(&desk)), (after, expected.clone()), "month end {number}");
        desk.is_sound();
    }
}

fn inits_survive(kills: usize) {
    let whole = Desk::empty().does(&INIT);
    // All in one folder, so that what the killed ones leave behind lies in the way of the next.
    let desk = Desk::empty();
    for number in 0..kills {
        let acknowledged = desk.kills(&INIT, moment(number, whole));
        assert!(desk.book().exists() || !acknowledged, "init {number} was acknowledged and left no book");
        if desk.book().exists() {
            desk.is_sound();
            assert_eq!(desk.runs(&INIT).status.code(), Some(1), "there is a book already");
        } else {
            desk.does(&INIT);
            desk.is_sound();
        }
        fs::remove_file(desk.book()).expect("the book is put away");
        assert!(!desk.path("book.db-wal").exists(), "init {number} left a log beside the book");
    }
}

/// About forty kills of every kind of write.
#[test]
fn killed_deposits_are_there_once_or_not_at_all() {
    deposits_survive(14);
}

#[test]
fn killed_order_imports_are_whole_or_not_there() {
    order_lists_survive(8);
}

#[test]
fn killed_bill_imports_are_whole_or_not_there() {
    bills_survive(8);
}

#[test]
fn a_large_import_that_is_killed_is_whole_or_not_there() {
    let landed = large_imports_survive(8);
    println!("{landed:?}");
    assert!(landed.before_writing + landed.writing > 0, "none before the end: {landed:?}");
}

#[test]
#[ignore = "long: a hundred kills of an import of twenty thousand lines"]
fn a_hundred_kills_of_a_large_import() {
    let landed = large_imports_survive(100);
    println!("{landed:?}");
    assert!(landed.before_writing + landed.writing >= 20, "too few before the end: {landed:?}");
    assert!(landed.writing >= 5, "too few while it wrote: {landed:?}");
    assert!(landed.committed + landed.ended > 0, "none behind the end: {landed:?}");
}

#[test]
fn killed_month_ends_are_finished_by_the_next_run() {
    month_ends_survive(4, Month::New);
    month_ends_survive(3, Month::Reopened);
}

#[test]
fn a_killed_init_leaves_a_whole_book_or_none() {
    inits_survive(12);
}

#[test]
#[ignore = "long: 200 kills"]
fn two_hundred_kills_of_a_month_end() {
    month_ends_survive(120, Month::New);
    month_ends_survive(80, Month::Reopened);
}

#[test]
#[ignore = "long: 440 kills"]
fn hundreds_of_kills() {
    deposits_survive(150);
    order_lists_survive(80);
    bills_survive(60);
    inits_survive(150);
}

/// What a command of the crowd is, and how it ended.
struct Told {
    key: String,
    kind: usize,
    exit: Option<i32>,
    words: String,
}

/// What a member of the crowd does, by kind, and in how many minor units.
const CROWD: [(&str, i64); 6] = [
    ("fund deposit acme 10", 1000),
    ("fund allocate acme-test 7", 700),
    ("order record acme-prod --product ecs --kind new --list-price 100", 10_000),
    ("fund transfer --from acme-test --to acme-dev 3", 300),
    ("fund reclaim acme-dev 2", 200),
    ("order record acme-dev --product ecs --kind new --list-price 0.50", 50),
];

/// Runs commands one after the other for as long as it may. Two workers at a time send the very same ones, with the same keys.
fn crowd(desk: &Desk, worker: usize, may_go_on: impl Fn(usize) -> bool) -> Vec<Told> {
    let pair = worker / 2;
    let turn = |turn: usize| {
        let (key, kind) = (format!("{pair}-{turn}"), (pair + turn) % CROWD.len());
        let number = if CROWD[kind].0.starts_with("order") { format!("--provider-order {key}") } else { String::new() };
        let line = format!("{} {number} --date 2026-06-10 --format json --key {key}", CROWD[kind].0);
        let output = desk.runs(&words(&line));
        Told { key, kind, exit: output.status.code(), words: String::from_utf8_lossy(&output.stderr).into_owned() }
    };
    let mut told = Vec::new();
    while may_go_on(told.len()) {
        told.push(turn(told.len()));
    }
    told
}

/// Eight at once: everything that was acknowledged is there, once; nothing but a lack of money was refused, and nobody has ever
/// spent what was not there. Gives how many commands there were, and how many were done.
fn a_crowd_loses_nothing_and_doubles_nothing(may_go_on: impl Fn(usize) -> bool + Copy + Send + Sync) -> [usize; 2] {
    let desk = Desk::new();
    desk.does(&words(
        "account associate acme-dev --uid 1000000000000003 --group acme --entity acme-hq --environment development --mode prepaid \
         --since 2026-06-01 --attest no-other-agent --attest no-arrears --attest no-open-orders",
    ));
    desk.does(&["account", "confirm", "acme-dev"]);
    let begun = desk.counts("SELECT COUNT(*) FROM operation");
    let told: Vec<Told> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..8)
            .map(|worker| {
                let desk = &desk;
                scope.spawn(move || crowd(desk, worker, may_go_on))
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker ends")).collect()
    });
    let mut done: BTreeMap<&str, usize> = BTreeMap::new();
    for command in &told {
        let is_short = ["deposits.insufficient", "funds.insufficient", "reclaim.insufficient", "credit.insufficient"];
        match command.exit {
            Some(0) => _ = done.insert(&command.key, command.kind),
            // It came before the money that it needs.
            Some(1) if is_short.iter().any(|code| command.words.contains(code)) => {}
            exit => panic!("{}: {exit:?} {}", command.key, command.words),
        }
    }
    let count = |kind: usize| i64::try_from(done.values().filter(|done| **done == kind).count()).expect("a count");
    let [deposits, allocated, charged, transferred, reclaimed, spent] = std::array::from_fn(|kind| count(kind) * CROWD[kind].1);
    assert!(deposits > 0 && charged > 0, "somebody came through");
    assert_eq!(desk.counts("SELECT COUNT(*) FROM operation"), begun + done.len());
    let keys = desk.counts("SELECT COUNT(*) FROM operation WHERE key IS NOT NULL");
    assert_eq!(keys, done.len(), "a key for each that was acknowledged");
    let left = |code: &str, account: &str| {
        let sql = format!(
            "SELECT COALESCE(SUM(credit_minor) - SUM(debit_minor), 0) FROM balance WHERE ledger_account_id IN (
                 SELECT l.id FROM ledger_account AS l LEFT JOIN account AS a ON l.owner_kind = 'account' AND a.id = l.owner_id
                  WHERE l.code = '{code}' AND COALESCE(a.code, '') = '{account}')"
        );
        Connection::open(desk.book()).and_then(|book| book.query_row(&sql, [], |row| row.get::<_, i64>(0))).expect("a sum")
    };
    assert_eq!(left("bank", ""), -deposits);
    assert_eq!(left("deposits", ""), deposits - allocated + reclaimed);
    assert_eq!(left("funds", "acme-test"), allocated - transferred);
    assert_eq!(left("funds", "acme-dev"), transferred - reclaimed - spent);
    assert_eq!(left("receivable", "acme-prod"), -charged);
    let overdrawn = desk.counts(
        "SELECT COUNT(*) FROM (SELECT SUM(-p.amount_minor) OVER (PARTITION BY l.id ORDER BY p.entry_id) AS left
                                 FROM posting AS p JOIN ledger_account AS l ON l.id = p.ledger_account_id
                                WHERE l.code IN ('funds', 'deposits'))
          WHERE left < 0",
    );
    assert_eq!(overdrawn, 0, "at no moment was more given away than there was");
    desk.is_sound();
    [told.len(), done.len()]
}

#[test]
fn eight_at_once_lose_nothing_and_double_nothing() {
    let [typed, _] = a_crowd_loses_nothing_and_doubles_nothing(|turn| turn < 9);
    assert_eq!(typed, 72);
}

#[test]
#[ignore = "long: a minute"]
fn eight_at_once_for_a_minute() {
    let begun = Instant::now();
    let [typed, done] = a_crowd_loses_nothing_and_doubles_nothing(|_| begun.elapsed() < Duration::from_mins(1));
    println!("{typed} commands by 8 processes at once, {done} done, lost 0, doubled 0");
}

#[test]
fn a_write_that_the_disk_cuts_short_leaves_nothing() {
    let desk = Desk::new();
    let import = ["order", "import", &desk.writes_orders("full", 400)];
    let mut refused = 0;
    // In blocks of 512 bytes: from too small for a first page to enough for all of it.
    for blocks in [1, 8, 72, 100, 140, 200, 300, 400, 500] {
        let limited = "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"";
        let mut shell = Command::new("sh");
        shell.args(["-c", limited, &blocks.to_string(), env!("CARGO_BIN_EXE_subledger")]).args(import);
        let output = shell.env("SUBLEDGER_BOOK", desk.book()).output().expect("a shell runs");
        let words = String::from_utf8_lossy(&output.stderr);
        desk.is_sound();
        let there = desk.counts("SELECT COUNT(*) FROM orders");
        match output.status.code() {
            Some(7) => {
                refused += 1;
                assert_eq!(there, 0, "{blocks} blocks: {words}");
                assert!(words.contains("error: the book cannot be read or written"), "{blocks} blocks: {words}");
            }
            Some(0) => assert_eq!(there, 400, "{blocks} blocks"),
            code => panic!("{blocks} blocks: {code:?} {words}"),
        }
    }
    assert!(refused >= 3, "the limits were too large: {refused}");
    desk.does(&import);
    assert_eq!(desk.counts("SELECT COUNT(*) FROM orders"), 400);
    desk.is_sound();
}

/// Run as root, because a disk that can be filled has to be mounted first.
mod as_root {
    use super::*;

    /// A small file system in memory, gone when it is dropped.
    struct SmallDisk(PathBuf);

    impl SmallDisk {
        fn mount(on: &Path, size: &str) -> Self {
            let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={size}"), "none"]).arg(on).status();
            assert!(mounted.is_ok_and(|status| status.success()), "a file system in memory can be mounted");
            Self(on.to_owned())
        }

        fn freeze(&self) {
            let frozen = Command::new("mount").args(["-o", "remount,ro"]).arg(&self.0).status();
            assert!(frozen.is_ok_and(|status| status.success()), "it is read-only");
        }

        fn grow(&self, size: &str) {
            let grown = Command::new("mount").args(["-o", &format!("remount,size={size}")]).arg(&self.0).status();
            assert!(grown.is_ok_and(|status| status.success()), "it grows");
        }
    }

    impl Drop for SmallDisk {
        fn drop(&mut self) {
            drop(Command::new("umount").arg(&self.0).status());
        }
    }

    #[test]
    #[ignore = "needs root: mounts a small file system"]
    fn a_full_disk_leaves_what_was_acknowledged_and_nothing_else() {
        let desk = Desk::new();
        let full = Desk::empty();
        let room = SmallDisk::mount(full.folder.path(), "700k");
        fs::copy(desk.book(), full.book()).expect("a copy of the book");
        let mut acknowledged = 0;
        let refused = (0..10_000).find_map(|number| {
            let line = format!("fund deposit acme 1 --date 2026-06-02 --key {number}");
            let output = full.runs(&words(&line));
            acknowledged += usize::from(output.status.success());
            (!output.status.success()).then_some(output)
        });
        let refused = refused.expect("the disk is full at last");
        let told = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(7), "{told}");
        assert!(told.contains("disk is full") || told.contains("cannot be read or written"), "{told}");
        // Reading needs a little room of its own.
        room.grow("2m");
        full.is_sound();
        assert_eq!(full.counts("SELECT COUNT(*) FROM entry WHERE event = 'deposit'"), acknowledged);
        full.does(&words(&format!("fund deposit acme 1 --date 2026-06-02 --key {acknowledged}")));
        assert_eq!(full.counts("SELECT COUNT(*) FROM entry WHERE event = 'deposit'"), acknowledged + 1);
        full.is_sound();
        // A backup that finds no room leaves nothing, and the book as it was.
        room.grow("800k");
        let refused = full.runs(&["backup", full.path("copy.db").to_str().expect("a plain path")]);
        assert_eq!(refused.status.code(), Some(7), "{}", String::from_utf8_lossy(&refused.stderr));
        let left = fs::read_dir(full.folder.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name());
        let left: Vec<_> = left.filter(|name| name.to_string_lossy().contains("copy")).collect();
        assert!(left.is_empty(), "{left:?}");
    }

    /// A book on a medium that nobody can write, such as an archive: everybody who may looks at it, and nothing is written.
    #[test]
    #[ignore = "needs root: mounts a small file system"]
    fn a_book_on_a_read_only_medium_is_read_and_never_written() {
        let desk = Desk::new();
        desk.does(&words("fund deposit acme 5 --date 2026-06-02"));
        let archive = Desk::empty();
        let medium = SmallDisk::mount(archive.folder.path(), "3m");
        fs::copy(desk.book(), archive.book()).expect("a copy of the book");
        medium.freeze();
        for line in ["status", "check", "audit head", "fund balance"] {
            archive.does(&words(line));
        }
        let copy = desk.path("copy.db");
        archive.does(&["backup", copy.to_str().expect("a plain path")]);
        let refused = archive.runs(&words("fund deposit acme 5 --date 2026-06-02 --format json"));
        let told = String::from_utf8_lossy(&refused.stderr);
        assert!(refused.status.code() == Some(7) && told.contains("book.read-only"), "{told}");
        let stranger = archive.command(&["status"]).env("SUDO_UID", "4242").output().expect("the binary runs");
        assert_eq!(stranger.status.code(), Some(4), "a stranger looks at nothing there either");
    }
}
