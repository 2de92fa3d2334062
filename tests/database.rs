//! The book's file as a stranger meets it: another tool, with none of this one's settings, and full rights on the file.
//!
//! What the journal promises must hold on any connection. These tests open the file bare: no foreign keys, no recursive
//! triggers, no code of ours in between.

#[path = "support/books.rs"]
mod books;
#[path = "support/months.rs"]
mod months;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;
use subledger::book::fund::{Deposit, Slip};
use subledger::book::order::{ImportOrders, RecordOrder};
use subledger::book::{Book, Call, Error};
use subledger::domain::money::Exact;
use subledger::domain::order::{OrderKind, OrderRequest, Placement};
use subledger::domain::period::parse_date;
use subledger::domain::progress::Unwatched;
use subledger::domain::refusal::Refusal;
use subledger::store::{Access, Store, StoreError};

use books::{Desk, Model, session};

/// A connection as a plain shell opens it. The library under these tests is built with foreign keys on, others are not.
fn stranger(path: &Path) -> Connection {
    let connection = Connection::open(path).expect("the file opens");
    connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA recursive_triggers = OFF").expect("a plain connection");
    connection
}

/// Runs SQL whose last statement the database must refuse with these words. Nothing of it stays.
fn refuses(connection: &Connection, sql: &str, words: &str) {
    connection.execute_batch("SAVEPOINT attempt").expect("a savepoint");
    match connection.execute_batch(sql) {
        Ok(()) => panic!("not refused: {sql}"),
        Err(error) => assert!(error.to_string().contains(words), "{sql}: {error}"),
    }
    connection.execute_batch("ROLLBACK TO attempt; RELEASE attempt").expect("nothing stays");
}

/// Postings of an entry that is not sealed yet, as `(code of the chart, currency, amount)`; makes what the chart lacks.
fn postings(entry: i64, lines: &[(&str, &str, i64)]) -> String {
    let line = |(number, (code, currency, amount)): (usize, &(&str, &str, i64))| {
        format!(
            "INSERT INTO ledger_account (code, owner_kind, owner_id, currency) SELECT '{code}', 'agent', 0, '{currency}' WHERE NOT
               EXISTS (SELECT 1 FROM ledger_account WHERE code = '{code}' AND owner_kind = 'agent' AND currency = '{currency}');
             INSERT INTO posting SELECT {entry}, {number}, id, {amount} FROM ledger_account
              WHERE code = '{code}' AND owner_kind = 'agent' AND currency = '{currency}';"
        )
    };
    lines.iter().enumerate().map(line).collect::<Vec<_>>().concat()
}

/// A header on a day of an open month.
fn header(entry: i64) -> String {
    format!("INSERT INTO entry (id, operation_id, event, effective) VALUES ({entry}, 1, 'deposit', 20260704);")
}

/// An entry of two lines that balance.
fn sound_entry(entry: i64) -> String {
    postings(entry, &[("bank", "CNY", 500), ("opening", "CNY", -500)]) + &header(entry)
}

const APPEND_ONLY: [&str; 11] = [
    "entry",
    "posting",
    "ledger_account",
    "operation",
    "change",
    "orders",
    "charge",
    "receipt",
    "statement",
    "opening",
    "opening_volume",
];

#[test]
fn what_is_money_or_proof_is_neither_changed_nor_deleted() {
    let desk = months::june_closed_and_july_open();
    let stranger = stranger(&desk.path());
    for table in APPEND_ONLY {
        let column: String = stranger
            .query_row("SELECT name FROM pragma_table_info(?1) WHERE pk = 0 LIMIT 1", [table], |row| row.get(0))
            .expect("a column beside the key");
        let rows: i64 =
            stranger.query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get(0)).expect("rows to protect");
        assert!(rows > 0, "{table} has rows");
        for verb in ["UPDATE", "UPDATE OR IGNORE", "UPDATE OR REPLACE", "UPDATE OR ROLLBACK"] {
            // A rollback would take the savepoint with it, so this one stands alone.
            let error = stranger.execute_batch(&format!("{verb} {table} SET {column} = {column}")).expect_err(table);
            let words = error.to_string();
            assert!(
                words.contains("append-only") || words.contains("never changes") || words.contains("stays"),
                "{table}: {words}"
            );
        }
        for sql in [format!("DELETE FROM {table}"), format!("DELETE FROM {table} WHERE rowid_or_key_is_any")] {
            let sql = sql.replace("rowid_or_key_is_any", &format!("{column} = {column}"));
            let words = stranger.execute_batch(&sql).expect_err(table).to_string();
            assert!(words.contains("append-only") || words.contains("never deleted") || words.contains("stays"), "{sql}: {words}");
        }
        for verb in ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE", "INSERT"] {
            let words = stranger.execute_batch(&format!("{verb} INTO {table} SELECT * FROM {table} LIMIT 1")).expect_err(table);
            let words = words.to_string();
            let refused = ["append-only", "exists", "stays", "sealed"].iter().any(|known| words.contains(known));
            assert!(refused, "{verb} {table}: {words}");
        }
        let after: i64 = stranger.query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get(0)).expect("rows");
        assert_eq!(after, rows, "{table}");
    }
    assert_eq!(stranger.total_changes(), 0);
    assert_eq!(books::failing(&desk.path()), [""; 0]);
}

#[test]
fn an_entry_that_does_not_balance_is_refused() {
    let desk = months::june_closed_and_july_open();
    let stranger = stranger(&desk.path());
    let refused = |lines: &[(&str, &str, i64)], words| refuses(&stranger, &(postings(900, lines) + &header(900)), words);
    refused(&[], "needs postings");
    refused(&[("bank", "CNY", 500)], "balances per currency");
    refused(&[("bank", "CNY", 500), ("opening", "CNY", -499)], "balances per currency");
    // Two currencies whose numbers cancel out are still two sums.
    refused(&[("bank", "CNY", 500), ("opening", "USD", -500)], "balances per currency");
    refused(&[("bank", "CNY", 5), ("opening", "CNY", -5), ("bank", "USD", 1), ("opening", "JPY", -1)], "balances per currency");
    refused(&[("bank", "CNY", i64::MAX), ("pool", "CNY", 1), ("opening", "CNY", i64::MIN)], "overflow");
    // The same entry when it balances, in one currency or in each of two.
    stranger.execute_batch(&sound_entry(900)).expect("a sound entry is taken");
    let two = [("bank", "CNY", 500), ("opening", "CNY", -500), ("bank", "USD", 7), ("opening", "USD", -7)];
    stranger.execute_batch(&(postings(901, &two) + &header(901))).expect("a sound entry is taken");
}

/// A list of more orders than one statement writes: some cost nothing, which makes two lines, or no entry at all.
fn a_list() -> Vec<(u64, OrderRequest)> {
    let order = |number: u64| OrderRequest {
        account: "acme-prod".to_owned(),
        product: format!("p{}", number % 7),
        kind: OrderKind::New,
        list_price: Exact::parse(if number.is_multiple_of(5) { b"0" } else { b"12.34" }).expect("an amount"),
        provider_order: format!("{}", 2_100_000 + number),
        service_from: parse_date("2026-06-02"),
        service_to: None,
        date: parse_date(["2026-06-02", "2026-06-09", "2026-07-01"][usize::try_from(number / 60).expect("few")]),
        placement: Placement::Planned,
        provider_amount: Some(Exact::parse(if number.is_multiple_of(10) { b"0" } else { b"9.87" }).expect("an amount")),
        coupons: vec![],
    };
    (0..171).map(|number| (number + 2, order(number))).collect()
}

fn import(orders: Vec<(u64, OrderRequest)>) -> ImportOrders<'static> {
    ImportOrders { file: "orders.csv".to_owned(), sha256: "0".repeat(64), orders, not_paid: 0, watch: &Unwatched }
}

fn a_desk_that_sells() -> Desk {
    let mut desk = Desk::new();
    desk.adds_group("acme", "CNY");
    desk.adds_account(Model::Resale, "acme-prod", "1000000000000001", "acme", Some("100000"));
    desk
}

#[test]
fn a_list_leaves_the_rows_that_its_orders_leave_one_by_one() {
    let (mut together, mut one_by_one) = (a_desk_that_sells(), a_desk_that_sells());
    together.does(import(a_list()));
    for (_, order) in a_list() {
        one_by_one.does(RecordOrder(order));
    }
    let rows = |desk: &Desk, table: &str| -> Vec<String> {
        let stranger = stranger(&desk.path());
        // One operation or many: that is all that may differ.
        let columns: String = stranger
            .query_row(
                "SELECT group_concat('quote(' || name || ')', ' || '',''|| ') FROM pragma_table_info(?1) WHERE name <> 'operation_id'",
                [table],
                |row| row.get(0),
            )
            .expect("columns");
        let mut select = stranger.prepare(&format!("SELECT {columns} FROM {table} ORDER BY 1")).expect("a table");
        let rows = select.query_map([], |row| row.get(0)).expect("rows");
        rows.collect::<rusqlite::Result<_>>().expect("rows")
    };
    for table in ["orders", "charge", "entry", "posting", "balance", "volume", "ledger_account", "product"] {
        assert!(!rows(&together, table).is_empty(), "{table}");
        assert_eq!(rows(&together, table), rows(&one_by_one, table), "{table}");
    }
    assert_eq!(books::failing(&together.path()), [""; 0]);
}

#[test]
fn an_order_that_stands_twice_in_a_list_is_found_wherever_the_first_one_is_by_then() {
    let mut desk = a_desk_that_sells();
    let mut list = a_list();
    for (line, first) in [(500, 3), (501, 170)] {
        list.push((line, OrderRequest { date: parse_date("2026-07-02"), ..list[first].1.clone() }));
    }
    match desk.book.write(&Call::default(), import(list)) {
        Err(Error::Refused(refusal)) => match *refusal {
            Refusal::OrderLines { lines, count: 2, .. } => {
                let told: Vec<_> = lines.iter().map(|(line, refusal)| (*line, refusal.code())).collect();
                assert_eq!(told, [(500, "order.duplicate"), (501, "order.duplicate")]);
            }
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
    let orders: i64 = stranger(&desk.path()).query_row("SELECT COUNT(*) FROM orders", [], |row| row.get(0)).expect("a count");
    assert_eq!(orders, 0, "all of it, or nothing");
}

#[test]
fn one_unbalanced_entry_among_many_refuses_the_statement() {
    let desk = months::june_closed_and_july_open();
    let stranger = stranger(&desk.path());
    let lines = |entry| postings(entry, &[("bank", "CNY", 500), ("opening", "CNY", -500)]);
    let crooked = postings(902, &[("bank", "CNY", 500), ("opening", "CNY", -501)]);
    let headers = "INSERT INTO entry (id, operation_id, event, effective)
                   VALUES (900, 1, 'deposit', 20260704), (901, 1, 'deposit', 20260704), (902, 1, 'deposit', 20260704)";
    refuses(&stranger, &(lines(900) + &lines(901) + &crooked + headers), "balances per currency");
    stranger.execute_batch(&(lines(900) + &lines(901) + &lines(902) + headers)).expect("sound entries are taken");
}

#[test]
fn amounts_are_whole_numbers_and_never_zero() {
    let desk = months::june_closed_and_july_open();
    let stranger = stranger(&desk.path());
    refuses(&stranger, "INSERT INTO posting SELECT 900, 0, id, 1.5 FROM ledger_account LIMIT 1", "cannot store REAL");
    refuses(&stranger, "INSERT INTO posting SELECT 900, 0, id, '5.00 CNY' FROM ledger_account LIMIT 1", "cannot store TEXT");
    refuses(&stranger, "INSERT INTO posting SELECT 900, 0, id, 0 FROM ledger_account LIMIT 1", "CHECK constraint failed");
    refuses(&stranger, "INSERT INTO posting SELECT 900, 0, id, NULL FROM ledger_account LIMIT 1", "NOT NULL constraint failed");
}

#[test]
fn an_entry_stands_in_the_chart_and_in_an_open_month() {
    let desk = months::june_closed_and_july_open();
    let stranger = stranger(&desk.path());
    let nowhere = "INSERT INTO posting VALUES (900, 0, 4711, 500), (900, 1, 4711, -500);".to_owned();
    refuses(&stranger, &(nowhere + &header(900)), "a ledger account that does not exist");
    for day in [20_260_630, 20_260_601, 20_251_231] {
        let dated = sound_entry(900).replace("20260704", &day.to_string());
        refuses(&stranger, &dated, "the month is closed");
    }
    let never = sound_entry(900).replace("20260704", "0");
    refuses(&stranger, &never, "the month is closed");
}

#[test]
fn a_sealed_entry_takes_nothing_more() {
    let desk = months::june_closed_and_july_open();
    let stranger = stranger(&desk.path());
    let line = "INTO posting SELECT 1, 9, id, 500 FROM ledger_account LIMIT 1";
    for verb in ["INSERT", "INSERT OR IGNORE", "INSERT OR REPLACE"] {
        refuses(&stranger, &format!("{verb} {line}"), "the entry is sealed");
    }
    // Neither is a line replaced while its entry still waits for the header.
    let again = postings(900, &[("bank", "CNY", 500)]) + "REPLACE INTO posting SELECT 900, 0, id, 1 FROM ledger_account LIMIT 1";
    refuses(&stranger, &again, "this posting exists");
}

#[test]
fn nothing_is_replaced_through_another_unique_column() {
    let desk = months::june_closed_and_july_open();
    let stranger = stranger(&desk.path());
    refuses(
        &stranger,
        &(sound_entry(900) + "REPLACE INTO entry VALUES (900, 1, 'x', 20260704, NULL, NULL, NULL, NULL, NULL, NULL)"),
        "exists",
    );
    let reversing = |entry: i64| {
        let header = format!("REPLACE INTO entry VALUES ({entry}, 1, 'deposit', 20260704, NULL, NULL, NULL, NULL, NULL, 1);");
        postings(entry, &[("bank", "CNY", -500), ("opening", "CNY", 500)]) + &header
    };
    refuses(&stranger, &(reversing(900) + &reversing(901)), "an entry can be reversed once");
    let chart = "REPLACE INTO ledger_account (id, code, owner_kind, owner_id, currency)
                 SELECT 900, code, owner_kind, owner_id, currency FROM ledger_account LIMIT 1";
    refuses(&stranger, chart, "this ledger account exists");
    let key =
        "REPLACE INTO operation SELECT 900, recorded_at, operator, os_uid, command, arguments, key, result, outcome, previous, hash
                 FROM operation WHERE key IS NOT NULL";
    refuses(&stranger, key, "append-only");
    let order = "REPLACE INTO orders SELECT 900, operation_id, account_id, product_id, kind, provider_order, day, service_from,
                        service_to, placement, refunds FROM orders LIMIT 1";
    refuses(&stranger, order, "append-only");
    let charge = "REPLACE INTO charge SELECT 900, operation_id, account_id, order_id, product_id, charge_month, day, list,
                         agreement_id, volume_before, tier, discount, payable_minor, cost_minor, counts, cost_counts, difference_id,
                         corrects_id, entry_id FROM charge LIMIT 1";
    refuses(&stranger, charge, "append-only");
}

#[test]
fn an_upsert_is_an_update() {
    let desk = months::june_closed_and_july_open();
    let stranger = stranger(&desk.path());
    refuses(
        &stranger,
        "INSERT INTO entry SELECT * FROM entry WHERE true LIMIT 1 ON CONFLICT DO UPDATE SET reference = 'mine'",
        "append-only",
    );
    refuses(
        &stranger,
        "INSERT INTO operation SELECT * FROM operation WHERE true LIMIT 1 ON CONFLICT DO UPDATE SET operator = 'me'",
        "append-only",
    );
}

#[test]
fn a_stray_posting_cannot_be_refused_but_check_names_it() {
    let desk = months::june_closed_and_july_open();
    let balance = || trial_balance(&desk.path());
    let before = balance();
    stranger(&desk.path())
        .execute_batch("INSERT INTO posting SELECT 900, 0, id, 500 FROM ledger_account WHERE code = 'bank'")
        .expect("a posting alone is nothing to refuse yet");
    let checked = subledger(&desk.path(), &["check", "--format", "json"]);
    assert_eq!(checked.status.code(), Some(3));
    let answer: serde_json::Value = serde_json::from_slice(&checked.stdout).expect("JSON");
    assert_eq!(answer["ok"], false);
    let orphans = answer["rows"].as_array().expect("rows").iter().find(|row| row["name"] == "orphans").expect("its row");
    assert_eq!((&orphans["ok"], &orphans["detail"]), (&false.into(), &"posting 900/0 has no entry".into()));
    // No figure counts it.
    assert_eq!(balance(), before);
}

/// Runs the binary as the operator of these books: whoever owns the file may say through sudo who they are.
fn subledger(book: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_subledger"));
    let operator = session().os_uid.to_string();
    command.env("SUBLEDGER_BOOK", book).env("SUDO_UID", operator).args(arguments).output().expect("the binary runs")
}

fn trial_balance(book: &Path) -> String {
    let output = subledger(book, &["report", "trial-balance", "--format", "csv"]);
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("text")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode() & 0o777
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

#[test]
fn only_its_owner_reads_the_book_and_what_lies_beside_it() {
    let mut desk = Desk::new();
    desk.adds_group("acme", "CNY");
    let amount = "5".parse().expect("an amount");
    desk.does(Deposit { group: "acme".to_owned(), amount, slip: Slip::default() });
    let folder = desk.path().parent().expect("a folder").to_owned();
    assert_eq!(names(&folder), ["lingdu.db", "lingdu.db-shm", "lingdu.db-wal"]);
    for name in names(&folder) {
        assert_eq!(mode(&folder.join(&name)), 0o600, "{name}");
    }
    drop(desk.book);
    assert_eq!(names(&folder), ["lingdu.db"], "a closed book is one file");
}

#[test]
fn the_file_says_what_it_is() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("lingdu.db");
    let made = subledger(
        &path,
        &["init", "--agent", "Lingdu", "--credential", "91330106MA05J1K21K", "--provider", "alibaba", "--currency", "CNY"],
    );
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert_eq!((names(folder.path()), mode(&path)), (vec!["lingdu.db".to_owned()], 0o600));
    let stranger = stranger(&path);
    let pragma = |name: &str| stranger.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).expect("a pragma");
    // `file` prints it, and no other SQLite tool takes it for its own.
    assert_eq!(pragma("application_id"), i64::from(u32::from_be_bytes(*b"SLGR")));
    assert_eq!(pragma("user_version"), 2);
    let journal: String = stranger.pragma_query_value(None, "journal_mode", |row| row.get(0)).expect("a pragma");
    assert_eq!(journal, "wal");
    let loose: Vec<String> = {
        let mut select = stranger
            .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict AND name NOT LIKE 'sqlite%'")
            .expect("a list");
        let names = select.query_map([], |row| row.get(0)).expect("names");
        names.collect::<rusqlite::Result<_>>().expect("names")
    };
    assert_eq!(loose, [""; 0], "every table is STRICT");
}

/// A book as version 1 of the schema has left it: a closed June and an open July, one operator with all roles.
fn book_of_version_1(folder: &Path) -> PathBuf {
    let path = folder.join("old.db");
    let bytes = zstd::decode_all(&include_bytes!("golden/book-version-1.db.zst")[..]).expect("a compressed book");
    fs::write(&path, bytes).expect("a file");
    path
}

fn version(path: &Path) -> i64 {
    stranger(path).pragma_query_value(None, "user_version", |row| row.get(0)).expect("a pragma")
}

#[test]
fn a_book_of_version_1_is_copied_and_upgraded_and_the_log_tells_so() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = book_of_version_1(folder.path());
    let kept = folder.path().join("kept.db");
    fs::copy(&path, &kept).expect("a copy of it");
    let log = |path: &Path| -> String {
        let hashes = "SELECT group_concat(hex(hash)) FROM (SELECT hash FROM operation ORDER BY id)";
        stranger(path).query_row(hashes, [], |row| row.get(0)).expect("a log")
    };
    // What a killed copy leaves behind is in nobody's way.
    fs::write(folder.path().join(format!("old.db.before-version-2.new-{}-0", std::process::id())), b"half").expect("a file");
    let operations =
        |path: &Path| -> i64 { stranger(path).query_row("SELECT COUNT(*) FROM operation", [], |row| row.get(0)).expect("a log") };
    assert_eq!((version(&path), operations(&path)), (1, 49));
    let mut book = Book::open(&path, Access::Read, session()).expect("whoever opens it first upgrades it");
    let checks = book.prove(|reader| subledger::book::check::check(reader, None)).expect("the proofs run");
    let failing: Vec<_> = checks.iter().filter(|check| !check.ok).collect();
    assert!(failing.is_empty(), "{failing:?}");
    let copy = folder.path().join("old.db.before-version-2");
    assert_eq!((mode(&copy), version(&copy), version(&path)), (0o600, 1, 2));
    assert_eq!(log(&copy), log(&kept), "the copy is the book as it was");
    let logged: (i64, String) = stranger(&path)
        .query_row("SELECT COUNT(*), MAX(command) FROM operation WHERE id > 49", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("a log");
    assert_eq!(logged, (1, "upgrade".to_owned()));
    let operators = book.read(|reader| Ok(reader.operators()?)).expect("operators");
    assert_eq!(operators[0].roles(session().today()).len(), 5, "roles are kept");
    // The copy is a book: put in the place of the other it is upgraded again.
    drop(book);
    fs::remove_file(&path).expect("the upgraded one");
    fs::rename(&copy, &path).expect("the copy");
    Book::open(&path, Access::Write, session()).expect("it opens").read(|reader| Ok(reader.operators()?)).expect("operators");
}

/// A role that nobody knows is not lost on the way: nothing is upgraded.
#[test]
fn a_book_of_version_1_with_a_role_of_no_name_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = book_of_version_1(folder.path());
    stranger(&path).execute("UPDATE operator SET roles = roles || ' owner'", []).expect("a stranger may");
    let refused = Book::open(&path, Access::Read, session()).map(drop).expect_err("no upgrade");
    assert!(matches!(&refused, Error::Store(StoreError::Damaged(why)) if why.contains("\"owner\"")), "{refused:?}");
    assert_eq!(version(&path), 1);
}

/// The schema of an upgraded book is that of a new one, statement by statement: `check` compares them.
#[test]
fn many_commands_at_once_upgrade_a_book_once() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = book_of_version_1(folder.path());
    std::thread::scope(|scope| {
        let opened: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| Book::open(&path, Access::Write, session()).map(drop).map_err(|e| format!("{e:?}"))))
            .collect();
        for opened in opened {
            assert_eq!(opened.join().expect("a thread"), Ok(()));
        }
    });
    let copy = folder.path().join("old.db.before-version-2");
    assert_eq!((version(&copy), version(&path)), (1, 2));
    let upgrades: i64 =
        stranger(&path).query_row("SELECT COUNT(*) FROM operation WHERE command = 'upgrade'", [], |row| row.get(0)).expect("a log");
    assert_eq!(upgrades, 1);
    assert_eq!(names(folder.path()).iter().filter(|name| name.contains(".new-")).count(), 0, "no draft is left");
}

/// Whoever is no operator of an old book does not change it by looking.
#[test]
fn a_stranger_upgrades_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = book_of_version_1(folder.path());
    let refused = Book::open(&path, Access::Write, subledger::book::Session { os_uid: 4242, ..session() }).err();
    assert!(matches!(&refused, Some(Error::Refused(refusal)) if refusal.code() == "operator.not-known"), "{refused:?}");
    assert_eq!(version(&path), 1);
}

/// A file that has the name of the copy, and is none, is left alone: the copy gets another name.
#[test]
fn what_only_looks_like_the_copy_is_not_taken_for_it() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = book_of_version_1(folder.path());
    let fake = folder.path().join("old.db.before-version-2");
    fs::write(&fake, b"garbage").expect("a file");
    Book::open(&path, Access::Write, session()).expect("it is upgraded");
    assert_eq!(fs::read(&fake).expect("it stays"), b"garbage");
    assert_eq!(version(&folder.path().join("old.db.before-version-2-2")), 1);
}

#[test]
fn an_older_book_that_cannot_be_written_is_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = book_of_version_1(folder.path());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).expect("rights");
    let refused = Book::open(&path, Access::Read, session()).err();
    assert!(matches!(refused, Some(Error::Store(StoreError::Older { found: 1, .. }))), "{refused:?}");
    assert_eq!(version(&path), 1);
    assert!(!folder.path().join("old.db.before-version-2").exists());
}

#[test]
fn a_newer_foreign_or_missing_file_is_refused_as_that() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let open = |name: &str| Store::open(&folder.path().join(name), Access::Read).err();
    let desk = Desk::new();
    stranger(&desk.path()).pragma_update(None, "user_version", 3).expect("a pragma");
    for access in [Access::Read, Access::Write] {
        let refused = Store::open(&desk.path(), access).err();
        assert!(matches!(refused, Some(StoreError::Newer { found: 3, known: 2 })), "{refused:?}");
    }
    assert!(matches!(open("missing.db"), Some(StoreError::Missing(_))));
    assert!(matches!(open("."), Some(StoreError::NotABook(_))));
    fs::write(folder.path().join("empty.db"), b"").expect("a file");
    assert!(matches!(open("empty.db"), Some(StoreError::NotABook(_))));
    fs::write(folder.path().join("text.db"), b"account,product,kind\n").expect("a file");
    assert!(matches!(open("text.db"), Some(StoreError::NotABook(_))));
    fs::write(folder.path().join("torn.db"), b"SQLite format 3\0 and no more").expect("a file");
    assert!(matches!(open("torn.db"), Some(StoreError::NotABook(_) | StoreError::Torn(_))));
    stranger(&folder.path().join("other.db")).execute_batch("CREATE TABLE note (text TEXT)").expect("somebody's file");
    assert!(matches!(open("other.db"), Some(StoreError::NotABook(_))));
}

#[test]
fn a_book_without_a_table_is_damaged_not_a_bug() {
    let desk = Desk::new();
    stranger(&desk.path()).execute_batch("DROP TABLE bill_repeat; DROP TABLE posting").expect("nobody can forbid it");
    let checked = subledger(&desk.path(), &["check"]);
    assert_eq!(checked.status.code(), Some(7), "{}", String::from_utf8_lossy(&checked.stderr));
}

/// A number that no column takes, and one that nothing can be added to.
#[test]
fn a_number_out_of_range_is_damage_not_a_bug_and_check_names_it() {
    let desk = Desk::new();
    let mut writer = Book::open(&desk.path(), Access::Write, session()).expect("the book opens");
    let tier = subledger::book::upstream::AddUpstream {
        name: "Aliyun".parse().expect("a name"),
        level: 0,
        above: None,
        authorisation: None,
        expires: None,
    };
    writer.write(&Call::default(), tier).expect("a party above");
    drop(writer);
    let told = |line: &[&str]| {
        let output = subledger(&desk.path(), line);
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    stranger(&desk.path()).execute_batch("UPDATE upstream SET level = -1").expect("nobody can forbid it");
    let (exit, says) = told(&["agent", "chain", "list", "--format", "json"]);
    assert!(exit == Some(7) && says.contains("book.damaged"), "{exit:?} {says}");
    let (exit, says) = told(&["check"]);
    assert!(exit == Some(3) && says.contains("upstream: "), "{exit:?} {says}");
    let sql = "UPDATE upstream SET level = 0;
               INSERT INTO ledger_account VALUES (7, 'bank', 'agent', 0, 'CNY');
               INSERT INTO balance VALUES (7, 20260601, 9223372036854775807, 0), (7, 20260602, 1, 0)";
    stranger(&desk.path()).execute_batch(sql).expect("nobody can forbid it");
    let (exit, says) = told(&["report", "trial-balance", "--format", "json"]);
    assert!(exit == Some(7) && says.contains("book.damaged"), "{exit:?} {says}");
    assert_eq!(told(&["check"]).0, Some(3));
    // Whoever runs it is named by the book, and what they may do cannot be read.
    stranger(&desk.path()).execute_batch("UPDATE operator SET grants = 'x'").expect("nobody can forbid it");
    assert_eq!(told(&["status"]).0, Some(7));
    let (exit, says) = told(&["check"]);
    assert!(exit == Some(3) && says.contains("operator: grants"), "{exit:?} {says}");
}

/// Somebody deletes the book of a killed command, but not the log beside it. SQLite would take that log for the new file's.
#[test]
fn a_new_book_never_takes_in_an_old_ones_log() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("lingdu.db");
    let mut desk = Desk::new();
    desk.adds_group("acme", "CNY");
    fs::copy(desk.path().with_extension("db-wal"), folder.path().join("lingdu.db-wal")).expect("a log without its book");
    let init = ["init", "--agent", "Lingdu", "--credential", "91330106MA05J1K21K", "--provider", "alibaba", "--currency", "CNY"];
    let refused = subledger(&path, &init);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("lingdu.db-wal exists already"));
    assert_eq!(names(folder.path()), ["lingdu.db-wal"]);
    fs::remove_file(folder.path().join("lingdu.db-wal")).expect("it is put away");
    assert!(subledger(&path, &init).status.success());
}
