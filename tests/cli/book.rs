//! A book in a folder of its own, and the one way in which these tests run commands on it.
//!
//! Nothing of the surroundings reaches a command: the environment is cleared, the clock stands still until it is set, and what
//! differs between machines is replaced before it is compared.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock};

use serde_json::Value;
use subledger::book::{Book, Session};
use subledger::domain::secret::Secret;
use subledger::store::Access;
use tempfile::TempDir;

pub(crate) const ACME_SALE: &str = r#"agreement = "acme-2026"
kind = "sale"
group = "acme"
currency = "CNY"
valid_from = "2026-01-01"
basis = "list"
[volume]
measure = "list"
window = "year"
rule = "whole"
[[tier]]
from = "0"
discount = "5%"
[[tier]]
from = "20000"
discount = "10%"
[[tier]]
from = "50000"
discount = "15%"
"#;

pub(crate) const ALIBABA_PURCHASE: &str = r#"agreement = "alibaba-2026"
kind = "purchase"
provider = "alibaba"
currency = "CNY"
valid_from = "2026-01-01"
basis = "list"
[[tier]]
from = "0"
discount = "20%"
"#;

pub(crate) const ORDERS: &str = "\
account,product,kind,list_price,provider_order,from,to,date
acme-prod,rds,new,9999.99,2100002,2026-06-05,2027-06-05,2026-06-05
1000000000000002,ecs,new,3000.00,2100003,2026-06-10,2026-07-10,2026-06-10
acme-prod,slb,new,40000,2100004,2026-06-20,2027-06-20,2026-06-20
";

/// What a book of accounts that are ours since 1 June can start with.
pub(crate) const OPENING: &str = "\
kind,group,account,amount,date,product,order_kind,provider_order,list_price,payable,cost
bank,,,120000,,,,,,,
deposits,acme,,30000,,,,,,,
funds,,acme-test,20000,,,,,,,
receivable,,acme-prod,11400,,,,,,,
volume,acme,,,,,,,15000,14250,
order,,acme-prod,,2026-06-01,ecs,new,2100000,1000,950,800
";

pub(crate) const BILL_HEADER: &str = "标识信息/账单明细ID,标识信息/订单号,身份信息/资源购买账号ID,身份信息/资源归属账号ID,\
账单信息/账单月份,账单信息/账单日期,账单信息/费用类型,产品信息/产品Code,产品信息/产品名称,定价信息/定价币种,费用信息/目录总价,\
优惠信息/优惠金额,应付信息/应付金额（含税）";

/// The bill of the story, which does not agree with the book.
pub(crate) const BILL: &[&str] = &[
    "b-01,2100001,9000000000000001,1000000000000001,202606,20260602,订阅预付费用,ecs,云服务器ECS,CNY,12000,2400,9600",
    "b-02,2100002,9000000000000001,1000000000000001,202606,20260605,订阅预付费用,rds,云数据库RDS,CNY,9999.99,1999.998,7999.992",
    "b-03,2100003,9000000000000001,1000000000000002,202606,20260610,订阅预付费用,ecs,云服务器ECS,CNY,3000,600,2400",
    "b-05,2100099,9000000000000001,1000000000000001,202606,20260625,订阅预付费用,oss,对象存储OSS,CNY,625,125,500",
    "b-06,,9000000000000001,1000000000000001,202606,20260630,云资源按量费用,oss,对象存储OSS,CNY,12.6543209863,2.5308641973,10.1234567890",
    "b-07,,9000000000000001,1000000000000001,202606,20260630,云资源按量费用,oss,对象存储OSS,CNY,25.0000000001,5.0000000000,20.0000000001",
    "b-08,,9000000000000001,1000000000000002,202606,20260630,云资源按量费用,oss,对象存储OSS,CNY,4.375,0.875,3.5",
    "b-09,,9000000000000001,1000000000000009,202606,20260630,云资源按量费用,oss,对象存储OSS,CNY,97.125,19.425,77.70",
];

/// The order that the story's bill has left out, as the corrected bill has it.
pub(crate) const BILLED_AFTER_ALL: &str =
    "b-04,2100004,9000000000000001,1000000000000001,202606,20260620,订阅预付费用,slb,负载均衡SLB,CNY,40000,8000,32000";

/// A bill file of these lines, with the byte order mark that the provider writes.
pub(crate) fn bill(lines: &[&str]) -> String {
    let mut file = format!("\u{feff}{BILL_HEADER}\n");
    for line in lines {
        file.push_str(line);
        file.push('\n');
    }
    file
}

/// The bill after the provider has put it right: the forgotten order is there, the unrecorded one and the stranger are gone.
pub(crate) fn bill_corrected() -> String {
    let [first, second, third, _unrecorded, usage @ .., _stranger] = BILL else { panic!("the story's bill has eight lines") };
    let mut lines = vec![*first, *second, *third, BILLED_AFTER_ALL];
    lines.extend(usage);
    bill(&lines)
}

/// How far the story has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Point {
    /// An empty book.
    Made,
    /// Two active accounts, both agreements.
    Ready,
    /// Money deposited and allocated.
    Funded,
    /// Four orders.
    Ordered,
    /// The bill that does not agree.
    Billed,
    /// The bill compared with the orders: three differences.
    Reconciled,
    /// The corrected bill, and the month closed.
    Closed,
}

/// The commands of the story, with the point that each of them leads to.
pub(crate) const STORY: &[(Point, &str)] = &[
    (Point::Made, "init --agent 'Lingdu Cloud' --credential 91330106MA05J1K21K --provider alibaba --currency CNY"),
    (Point::Ready, "entity add acme-hq --name 'Acme Holdings' --credential 91330106MA01A2B329"),
    (Point::Ready, "group add acme --name 'Acme Group'"),
    (
        Point::Ready,
        "account create acme-prod --group acme --entity acme-hq --environment production --mobile 13800000001 --mode agent-pays --credit 100000 --since 2026-06-01",
    ),
    (Point::Ready, "account accept acme-prod --uid 1000000000000001"),
    (Point::Ready, "account verify acme-prod"),
    (
        Point::Ready,
        "account associate acme-test --uid 1000000000000002 --group acme --entity acme-hq --environment test --mode prepaid --since 2026-06-01 --attest no-other-agent --attest no-arrears --attest no-open-orders",
    ),
    (Point::Ready, "account confirm acme-test"),
    (Point::Ready, "price apply acme-sale.toml"),
    (Point::Ready, "price apply alibaba-purchase.toml"),
    (Point::Funded, "fund deposit acme 50000 --date 2026-06-01"),
    (Point::Funded, "fund allocate acme-test 20000 --date 2026-06-01"),
    (
        Point::Ordered,
        "order record acme-prod --product ecs --kind new --list-price 12000 --provider-order 2100001 --from 2026-06-02 --to 2027-06-02 --date 2026-06-02",
    ),
    (Point::Ordered, "order import orders.csv"),
    (Point::Billed, "bill import bill.csv --period 2026-06 --final"),
    (Point::Reconciled, "reconcile run --period 2026-06"),
    (Point::Closed, "month-end 2026-06 --bill bill-corrected.csv --out closing"),
];

/// A folder with a book that is named by `SUBLEDGER_BOOK`, and the story's input files beside it.
pub(crate) struct TestBook {
    folder: TempDir,
    now: String,
}

impl TestBook {
    /// No book yet.
    pub(crate) fn nothing() -> Self {
        let book = Self { folder: tempfile::tempdir().unwrap(), now: "2026-07-03T02:00:00Z".to_owned() };
        fs::create_dir(book.path("home")).unwrap();
        book.write("acme-sale.toml", ACME_SALE);
        book.write("alibaba-purchase.toml", ALIBABA_PURCHASE);
        book.write("orders.csv", ORDERS);
        book.write("opening.csv", OPENING);
        book.write("bill.csv", bill(BILL));
        book.write("bill-corrected.csv", bill_corrected());
        book
    }

    /// The story's book at a point. Each point is played once; every other test starts from a copy.
    pub(crate) fn acme(point: Point) -> Self {
        static PLAYED: OnceLock<Mutex<BTreeMap<Point, Vec<u8>>>> = OnceLock::new();
        let mut played = PLAYED.get_or_init(Mutex::default).lock().unwrap();
        let bytes = played.entry(point).or_insert_with(|| {
            let book = Self::nothing();
            for (leads_to, line) in STORY {
                // The corrected bill closes the month without anybody having looked at the other one.
                let is_on_the_way = *leads_to <= point && (*leads_to != Point::Reconciled || point == Point::Reconciled);
                if is_on_the_way {
                    let output = book.run(line);
                    let exit = if *leads_to == Point::Reconciled { 3 } else { 0 };
                    assert_eq!(output.exit, exit, "{line}\n{output}");
                }
            }
            fs::read(book.place()).unwrap()
        });
        let book = Self::nothing();
        fs::write(book.place(), bytes).unwrap();
        fs::set_permissions(book.place(), fs::Permissions::from_mode(0o600)).unwrap();
        book
    }

    /// A file of the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The book.
    pub(crate) fn place(&self) -> PathBuf {
        self.path("acme.db")
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Whether a file or folder is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// The names in a folder, sorted.
    pub(crate) fn files_in(&self, name: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(name)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Sets the clock, in RFC 3339.
    pub(crate) fn set_now(&mut self, now: &str) {
        now.clone_into(&mut self.now);
    }

    /// A command that is not started yet; for what `run` does not offer.
    pub(crate) fn command(&self, words: &[impl AsRef<std::ffi::OsStr>]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("subledger"));
        command
            .args(words)
            .env_clear()
            .env("HOME", self.path("home"))
            .env("SUBLEDGER_BOOK", self.place())
            .env("SUBLEDGER_NOW", &self.now)
            .env("SUBLEDGER_SECRET", "the same in every run")
            .env("SUBLEDGER_OS_NAME", WHO)
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs a command line; words in single quotes stay together.
    pub(crate) fn run(&self, line: &str) -> Output {
        self.run_words(&words(line))
    }

    /// Runs a command line whose words need no quoting.
    pub(crate) fn run_words(&self, words: &[impl AsRef<std::ffi::OsStr>]) -> Output {
        self.finish(&mut self.command(words))
    }

    /// Waits for a command.
    pub(crate) fn finish(&self, command: &mut Command) -> Output {
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
        Output {
            exit: output.status.code().expect("no signal ends a command"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            folder: self.folder.path().to_owned(),
        }
    }

    /// Runs a command that must end with `exit`, and reads its answer as JSON.
    pub(crate) fn json_exit(&self, exit: i32, line: &str) -> Value {
        let output = self.run(&format!("{line} --format json"));
        assert_eq!(output.exit, exit, "{line}\n{output}");
        serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{line}: {error}\n{output}"))
    }

    /// Runs a command that must be done, and reads its answer as JSON.
    pub(crate) fn json(&self, line: &str) -> Value {
        self.json_exit(0, line)
    }

    /// Runs a command that must be done.
    pub(crate) fn done(&self, line: &str) -> Output {
        let output = self.run(line);
        assert_eq!(output.exit, 0, "{line}\n{output}");
        output
    }

    /// Runs a command that must be refused with this exit and this stable code: an object on standard error, and nothing on
    /// standard output. Gives the object's `error` back.
    pub(crate) fn refused(&self, exit: i32, code: &str, line: &str) -> Refused {
        self.refused_words(exit, code, &words(line))
    }

    /// The same for words that need no quoting.
    pub(crate) fn refused_words(&self, exit: i32, code: &str, words: &[impl AsRef<std::ffi::OsStr>]) -> Refused {
        let mut command = self.command(words);
        let output = self.finish(command.args(["--format", "json"]));
        refusal(exit, code, &output)
    }

    /// The book as another OS user has it open. Commands run as whoever runs the tests; some things take two people.
    pub(crate) fn opened_by(&self, os_uid: u32) -> Book {
        let now = chrono::DateTime::parse_from_rfc3339(&self.now).unwrap().to_utc();
        let session = Session {
            os_uid,
            os_name: format!("uid-{os_uid}"),
            now,
            secret: Secret::new([7; 32]),
            command: "test".to_owned(),
            arguments: BTreeMap::new(),
        };
        Book::open(&self.place(), Access::Write, session).unwrap()
    }

    /// Runs SQL on the book as a bare shell would, with nothing switched on that protects it.
    pub(crate) fn sql(&self, sql: &str) -> rusqlite::Result<()> {
        let shell = rusqlite::Connection::open(self.place())?;
        shell.pragma_update(None, "foreign_keys", false)?;
        shell.pragma_update(None, "recursive_triggers", false)?;
        shell.execute_batch(sql)
    }

    /// Gives every operator these roles for the whole book, past the rules.
    pub(crate) fn set_roles(&self, roles: &str) {
        let grant = |role| format!(r#"{{"role":"{role}","groups":[],"from":"2026-01-01","until":null,"revoked":null}}"#);
        let grants: Vec<String> = roles.split(' ').map(grant).collect();
        self.sql(&format!("UPDATE operator SET grants = '[{}]'", grants.join(","))).unwrap();
    }

    /// Runs a command line as another operator: through sudo, as far as the tool can tell.
    pub(crate) fn run_as(&self, os_uid: u32, line: &str) -> Output {
        self.finish(self.command(&words(line)).env("SUDO_UID", os_uid.to_string()))
    }

    /// The same for a command that must be done.
    pub(crate) fn done_as(&self, os_uid: u32, line: &str) -> Output {
        let output = self.run_as(os_uid, line);
        assert_eq!(output.exit, 0, "{os_uid}: {line}\n{output}");
        output
    }

    /// The same for one whose answer is read as JSON.
    pub(crate) fn json_as(&self, os_uid: u32, line: &str) -> Value {
        let output = self.done_as(os_uid, &format!("{line} --format json"));
        serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{line}: {error}\n{output}"))
    }

    /// The same for one that must be refused; see [`TestBook::refused`].
    pub(crate) fn refused_as(&self, os_uid: u32, (exit, code): (i32, &str), line: &str) -> Refused {
        let mut words: Vec<String> = words(line);
        words.extend(["--format".to_owned(), "json".to_owned()]);
        refusal(exit, code, &self.finish(self.command(&words).env("SUDO_UID", os_uid.to_string())))
    }

    /// How many operations the log has.
    pub(crate) fn operations(&self) -> u64 {
        self.json("status")["operations"].as_u64().unwrap()
    }

    /// Every row of every table: two equal ones mean that nothing was written in between. Whom the log tells to have been refused
    /// for lack of rights is left out.
    pub(crate) fn everything(&self) -> String {
        let shell = rusqlite::Connection::open(self.place()).unwrap();
        let mut names = shell.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").unwrap();
        let tables: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let mut all = String::new();
        for table in tables {
            let told = if table == "operation" { "WHERE result <> 'denied'" } else { "" };
            let mut select = shell.prepare(&format!("SELECT * FROM {table} {told} ORDER BY 1, 2")).unwrap();
            let columns = select.column_count();
            let mut rows = select.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                let values: Vec<_> = (0..columns).map(|at| row.get_ref(at).unwrap()).collect();
                writeln!(all, "{table} {values:?}").unwrap();
            }
        }
        all
    }

    /// Whether every proof holds.
    pub(crate) fn checks(&self) -> bool {
        let output = self.run("check --format json");
        let answer: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}\n{output}"));
        let holds = answer["ok"].as_bool().unwrap();
        assert_eq!(output.exit, if holds { 0 } else { 3 }, "{output}");
        holds
    }

    /// The debit and credit of a ledger account, summed over its owners.
    pub(crate) fn ledger(&self) -> BTreeMap<String, String> {
        let answer = self.json("report trial-balance");
        let mut sums: BTreeMap<String, i64> = BTreeMap::new();
        for row in answer["rows"].as_array().unwrap() {
            let cents = |key: &str| row[key].as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
            *sums.entry(row["ledger_account"].as_str().unwrap().to_owned()).or_default() += cents("debit") - cents("credit");
        }
        sums.into_iter().map(|(code, cents)| (code, yuan(cents))).collect()
    }
}

fn yuan(cents: i64) -> String {
    format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100)
}

/// Checks the exit, the stable code and the streams of a command that was refused under `--format json`.
pub(crate) fn refusal(exit: i32, code: &str, output: &Output) -> Refused {
    let answer: Value = serde_json::from_str(&output.stderr).unwrap_or_else(|error| panic!("{error}\n{output}"));
    let error = &answer["error"];
    assert_eq!((output.exit, error["code"].as_str()), (exit, Some(code)), "{output}");
    assert_eq!(output.stdout, "", "a refusal has no data");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let details = error["details"].as_array().into_iter().flatten().map(text).collect();
    Refused { message: text(&error["message"]), hint: text(&error["hint"]), details }
}

/// What a refusal says.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) message: String,
    pub(crate) hint: String,
    pub(crate) details: Vec<String>,
}

/// How a command ended and what it said. Printed, it is one block for snapshots, without what differs between machines.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) exit: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    folder: PathBuf,
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redacted(&self.stdout, &self.folder))?;
        if !self.stderr.is_empty() {
            write!(f, "----- stderr\n{}", redacted(&self.stderr, &self.folder))?;
        }
        write!(f, "----- exit {}", self.exit)
    }
}

/// Replaces the folder, the person and the hashes; hashes keep their width.
fn redacted(text: &str, folder: &Path) -> String {
    let text = text.replace(folder.to_str().unwrap(), "[FOLDER]");
    let mut shown = String::new();
    for line in text.split_inclusive('\n') {
        let names_somebody =
            ["First operator", "You are", "\"operator\"", "may not do this"].iter().any(|word| line.contains(word));
        shown.push_str(&hashes_hidden(&if names_somebody { line.replace(WHO, "[USER]") } else { line.to_owned() }));
    }
    shown
}

/// What the tool calls whoever runs the tests, whoever that is.
const WHO: &str = "root";

/// Hides runs of 64 hexadecimal digits, and of 16 that are no UID.
fn hashes_hidden(line: &str) -> String {
    let mut shown = String::new();
    let mut run = String::new();
    for character in line.chars().chain(['\n']) {
        if character.is_ascii_hexdigit() && !character.is_ascii_uppercase() {
            run.push(character);
            continue;
        }
        let is_uid = run.bytes().all(|byte| byte.is_ascii_digit());
        match run.len() {
            64 => shown.push_str(&format!("[{:-^62}]", "hash")),
            16 if !is_uid => shown.push_str(&format!("[{:-^14}]", "hash")),
            _ => shown.push_str(&run),
        }
        run.clear();
        shown.push(character);
    }
    shown.pop();
    shown
}

/// The words of a command line, as a shell would cut them; only blanks and single quotes are special.
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for (place, part) in line.split('\'').enumerate() {
        if place % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}
