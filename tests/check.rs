//! The proofs of `check`, each shown to fail: somebody with full access to the file breaks one thing, and its proof tells.
//!
//! The forger drops the triggers, changes what they protect, and makes them again, so that the schema looks untouched. Where a
//! proof stands behind another one, the forger also mends what the other would have told: an operation that is appended with its
//! right hash satisfies `chain`, and only the proof that is meant is left.

#[path = "support/books.rs"]
mod books;
#[path = "support/months.rs"]
mod months;

use std::path::Path;
use std::sync::OnceLock;

use rusqlite::Connection;
use subledger::book::Book;
use subledger::domain::chain::{self, Facts, Hash, Header};
use subledger::domain::chart::LedgerAccount;
use subledger::domain::id::{AccountId, ChargeId, EntryId, GroupId, OrderId};
use subledger::domain::journal::{About, Event, Posting};
use subledger::domain::money::{Amount, Currency, Exact};
use subledger::domain::order::{Charge, Order, OrderKind, Placement};
use subledger::domain::period::{Month, parse_date};
use subledger::domain::rate::Discount;
use subledger::store::{Access, CheckName};

/// The bytes of a book with a closed June and an open July, made once.
fn sound_book() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let desk = months::june_closed_and_july_open();
        let path = desk.path();
        drop(desk.book);
        std::fs::read(path).expect("the book is a file")
    })
}

/// Runs SQL on the file, past everything that protects it.
fn tampered(path: &Path, work: impl FnOnce(&Connection)) {
    let connection = Connection::open(path).expect("the file opens");
    connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; BEGIN").expect("a plain connection");
    let triggers: Vec<(String, String)> = connection
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        .and_then(|mut select| select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
        .expect("the triggers are listed");
    for (name, _) in &triggers {
        connection.execute_batch(&format!("DROP TRIGGER {name}")).expect("a trigger can be dropped");
    }
    work(&connection);
    for (_, sql) in &triggers {
        connection.execute_batch(sql).expect("a trigger can be made again");
    }
    connection.execute_batch("COMMIT").expect("the changes are written");
}

/// Breaks a copy of the sound book, and tells which proofs fail.
fn failing_after(work: impl FnOnce(&Connection)) -> Vec<&'static str> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("broken.db");
    std::fs::write(&path, sound_book()).expect("a copy of the book");
    tampered(&path, work);
    books::failing(&path)
}

/// The same for plain SQL.
fn failing_after_sql(sql: &str) -> Vec<&'static str> {
    failing_after(|connection| run(connection, sql))
}

/// What a proof says of a copy of the sound book after some SQL.
fn detail_after(proof: CheckName, sql: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("broken.db");
    std::fs::write(&path, sound_book()).expect("a copy of the book");
    tampered(&path, |connection| run(connection, sql));
    let mut book = Book::open(&path, Access::Read, books::session()).expect("the file still opens");
    let checks = book.prove(|reader| subledger::book::check::check(reader, None)).expect("the proofs run");
    checks.into_iter().find(|check| check.name == proof).expect("every proof has an outcome").detail
}

fn run(connection: &Connection, sql: &str) {
    connection.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    assert!(connection.changes() > 0, "it changes something: {sql}");
}

/// Appends an operation whose hash is right for `facts`; gives its number.
fn forge_operation(connection: &Connection, facts: impl FnOnce(&mut Facts)) -> i64 {
    let (last, previous): (i64, Hash) = connection
        .query_row("SELECT id, hash FROM operation ORDER BY id DESC LIMIT 1", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("the log has a head");
    let header = Header {
        sequence: last + 1,
        recorded_at: "2026-07-05T02:00:00Z",
        operator: "fin",
        os_uid: 1000,
        command: "fund deposit",
        arguments: "{}",
        key: None,
        result: "done",
        outcome: "",
    };
    let mut written = Facts::default();
    facts(&mut written);
    let hash = chain::hash(&header, written, &previous);
    let mut insert = connection
        .prepare(
            "INSERT INTO operation (id, recorded_at, operator, os_uid, command, arguments, key, result, outcome, previous, hash)
             VALUES (?1, '2026-07-05T02:00:00Z', 'fin', 1000, 'fund deposit', '{}', NULL, 'done', '', ?2, ?3)",
        )
        .expect("the log takes rows");
    insert.execute(rusqlite::params![last + 1, previous, hash]).expect("an operation can be appended");
    last + 1
}

fn cny() -> Currency {
    "CNY".parse().expect("a currency")
}

/// Appends a deposit of `debit` to the bank and `credit` to the group, with its operation, its hash and its balances: right in
/// everything but what the amounts and the day break.
fn forge_deposit(connection: &Connection, day: &str, debit: i64, credit: i64) {
    let effective = parse_date(day).expect("a day");
    let number: i64 = day.replace('-', "").parse().expect("a day is a number");
    let id: i64 = connection.query_row("SELECT MAX(id) + 1 FROM entry", [], |row| row.get(0)).expect("there are entries");
    let bank = Posting { ledger_account: LedgerAccount::bank(cny()), amount: Amount::from_minor(debit) };
    let deposits = Posting { ledger_account: LedgerAccount::deposits(GroupId(1), cny()), amount: Amount::from_minor(-credit) };
    let about = About { group: Some(GroupId(1)), ..About::default() };
    let operation = forge_operation(connection, |facts| facts.entry(id, Event::Deposit, effective, &about, 0, &[bank, deposits]));
    let sql = format!(
        "INSERT INTO posting SELECT {id}, 0, id, {debit} FROM ledger_account WHERE code = 'bank';
         INSERT INTO posting SELECT {id}, 1, id, -{credit} FROM ledger_account WHERE code = 'deposits';
         INSERT INTO entry VALUES ({id}, {operation}, 'deposit', {number}, 1, NULL, NULL, NULL, NULL, NULL);
         INSERT INTO balance SELECT id, {number}, {debit}, 0 FROM ledger_account WHERE code = 'bank'
             ON CONFLICT DO UPDATE SET debit_minor = debit_minor + {debit};
         INSERT INTO balance SELECT id, {number}, 0, {credit} FROM ledger_account WHERE code = 'deposits'
             ON CONFLICT DO UPDATE SET credit_minor = credit_minor + {credit};"
    );
    run(connection, &sql);
}

#[test]
fn an_untouched_book_passes_everything() {
    assert!(failing_after(|_| {}).is_empty());
    // The forger's own tools leave no trace that a proof could take for the thing that is broken.
    assert!(failing_after(|connection| forge_deposit(connection, "2026-07-04", 500, 500)).is_empty());
}

#[test]
fn every_proof_has_its_mutant_here() {
    let tested =
        "integrity foreign-keys balanced balances chain receipts orders bills invoices orphans open-items approvals state head";
    let names: Vec<&str> = CheckName::ALL.iter().map(|name| name.as_str()).collect();
    assert_eq!(names.join(" "), tested);
}

#[test]
fn integrity_tells_of_a_trigger_an_index_or_a_table_that_is_not_ours() {
    let left_out = |name: &str| {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("broken.db");
        std::fs::write(&path, sound_book()).expect("a copy of the book");
        Connection::open(&path).expect("the file opens").execute_batch(&format!("DROP {name}")).expect("it can be dropped");
        books::failing(&path)
    };
    assert_eq!(left_out("TRIGGER entry_sealed"), ["integrity"]);
    assert_eq!(left_out("INDEX charge_of_account"), ["integrity"]);
}

#[test]
fn integrity_tells_of_a_trigger_that_was_added() {
    let failing = failing_after(|connection| {
        run(connection, "UPDATE period SET state = state");
        let silent = "CREATE TRIGGER bill_line_lost BEFORE INSERT ON bill_line BEGIN SELECT RAISE(IGNORE); END";
        connection.execute_batch(silent).expect("a trigger can be added");
    });
    assert_eq!(failing, ["integrity"]);
}

/// It may have the name of a table, and stand before that in the schema.
#[test]
fn integrity_tells_of_a_trigger_that_hides_behind_the_name_of_a_table() {
    let failing = failing_after(|connection| {
        let sql = "CREATE TRIGGER approval BEFORE INSERT ON operation WHEN NEW.result = 'denied' BEGIN SELECT RAISE(IGNORE); END;
                   PRAGMA writable_schema = ON;
                   UPDATE sqlite_schema SET rowid = rowid + 1000 WHERE name = 'approval' AND type = 'table';
                   UPDATE sqlite_schema SET rowid = rowid + 2000 WHERE tbl_name = 'approval' AND type <> 'table'";
        run(connection, sql);
    });
    assert_eq!(failing, ["integrity"]);
}

#[test]
fn integrity_tells_of_a_torn_page() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("torn.db");
    let mut bytes = sound_book().to_vec();
    let root: usize = {
        std::fs::write(&path, &bytes).expect("a copy of the book");
        let connection = Connection::open(&path).expect("the file opens");
        connection
            .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'change_of'", [], |row| row.get(0))
            .expect("the index has a page")
    };
    // The index says that its first entry lies somewhere else; nothing else reads that index from end to end.
    let cell_pointers = (root - 1) * 4096 + 8;
    bytes[cell_pointers..cell_pointers + 4].fill(0xff);
    std::fs::write(&path, &bytes).expect("a torn copy");
    let mut book = Book::open(&path, Access::Read, books::session()).expect("the file still opens");
    match book.prove(|reader| subledger::book::check::check(reader, None)) {
        Ok(checks) => assert!(checks.iter().any(|check| check.name == CheckName::Integrity && !check.ok), "{checks:?}"),
        Err(subledger::book::Error::Store(error)) => assert!(error.to_string().contains("damaged"), "{error}"),
        Err(error) => panic!("{error:?}"),
    }
}

#[test]
fn foreign_keys_tells_of_a_row_that_points_to_nothing() {
    // No other proof looks at the text of a bill version that is not there.
    let sql = "INSERT INTO bill_block (version_id, file, first_line, content) VALUES (99, 1, 2, x'00')";
    assert_eq!(failing_after_sql(sql), ["foreign-keys"]);
}

#[test]
fn balanced_tells_of_an_entry_that_does_not_sum_to_zero() {
    assert_eq!(failing_after(|connection| forge_deposit(connection, "2026-07-04", 500, 499)), ["balanced"]);
}

#[test]
fn balanced_tells_of_an_entry_without_postings() {
    let failing = failing_after(|connection| {
        let about = About { group: Some(GroupId(1)), ..About::default() };
        let day = parse_date("2026-07-04").expect("a day");
        let operation = forge_operation(connection, |facts| facts.entry(1000, Event::Deposit, day, &about, 0, &[]));
        run(
            connection,
            &format!("INSERT INTO entry VALUES (1000, {operation}, 'deposit', 20260704, 1, NULL, NULL, NULL, NULL, NULL)"),
        );
    });
    assert_eq!(failing, ["balanced"]);
}

#[test]
fn balances_tells_of_a_stored_balance_that_is_not_the_fold_of_the_journal() {
    let rows = [
        "UPDATE balance SET debit_minor = debit_minor + 1 WHERE day = 20260601 AND debit_minor > 0",
        "DELETE FROM balance WHERE day = 20260702 AND credit_minor > 0",
        "INSERT INTO balance SELECT id, 20260710, 5, 5 FROM ledger_account WHERE code = 'bank'",
    ];
    for sql in rows {
        assert_eq!(failing_after_sql(sql), ["balances"], "{sql}");
    }
}

#[test]
fn balances_tells_of_a_stored_volume_that_is_not_the_fold_of_the_charges() {
    let rows = [
        "UPDATE volume SET list = '19999.99' WHERE scope = 'sale' AND day = 20260602",
        "UPDATE volume SET payable = '0' WHERE scope = 'purchase' AND day = 20260602",
        "DELETE FROM volume WHERE day = 20260702",
        "INSERT INTO volume VALUES ('sale', 1, 'CNY', 20260101, '20000', '19000')",
    ];
    for sql in rows {
        assert_eq!(failing_after_sql(sql), ["balances"], "{sql}");
    }
}

#[test]
fn chain_tells_of_any_word_of_the_log_that_was_changed() {
    let rows = [
        "UPDATE operation SET operator = 'somebody else' WHERE command = 'fund deposit'",
        "UPDATE operation SET arguments = '{\"amount\":\"49999\"}' WHERE command = 'fund deposit'",
        "UPDATE operation SET recorded_at = '2026-07-01T00:00:00Z' WHERE id = (SELECT MAX(id) FROM operation)",
        "UPDATE operation SET hash = zeroblob(32) WHERE id = (SELECT MAX(id) FROM operation)",
        "UPDATE change SET before = after WHERE noun = 'entity'",
        "UPDATE entry SET reference = 'a rebate' WHERE event = 'deposit'",
    ];
    for sql in rows {
        assert_eq!(failing_after_sql(sql), ["chain"], "{sql}");
    }
}

/// A row is said to be of an earlier operation than the one whose hash covers it, or of none.
#[test]
fn chain_tells_of_a_row_that_another_operation_is_said_to_have_written() {
    for table in ["entry", "orders", "charge", "change"] {
        let sql = format!(
            "UPDATE {table} SET operation_id = 1
              WHERE id = (SELECT MAX(id) FROM {table} GROUP BY operation_id HAVING COUNT(*) > 1 ORDER BY operation_id DESC LIMIT 1)"
        );
        // Two proofs ask for the operation of an entry.
        let failing = failing_after_sql(&sql);
        assert!(failing.contains(&"chain"), "{table}: {failing:?}");
        let told = detail_after(CheckName::Chain, &sql);
        assert!(told.ends_with("is none that operation 1 has written"), "{told}");
    }
    // An entry that is sound in itself, of an operation that is yet to come: no hash covers it.
    let failing = failing_after(|connection| {
        forge_deposit(connection, "2026-07-04", 500, 500);
        run(connection, "DELETE FROM operation WHERE id = (SELECT MAX(id) FROM operation)");
    });
    assert_eq!(failing, ["chain"]);
}

#[test]
fn receipts_tells_of_an_entry_that_slipped_into_a_closed_month() {
    assert_eq!(failing_after(|connection| forge_deposit(connection, "2026-06-30", 500, 500)), ["receipts"]);
}

#[test]
fn receipts_tells_of_a_frozen_statement_or_receipt_that_was_changed() {
    let rows = [
        "UPDATE statement SET content = replace(content, '2100001', '2100009') WHERE account_id = 1",
        "DELETE FROM statement WHERE account_id = 2",
        "UPDATE receipt SET content = replace(content, '\"usage_charges\":2', '\"usage_charges\":1')",
        "UPDATE receipt SET sha256 = replace(sha256, substr(sha256, 1, 2), 'zz')",
        "DELETE FROM receipt",
        "DELETE FROM receipt WHERE version = 1",
        "INSERT INTO statement SELECT 202605, 1, account_id, content, sha256 FROM statement WHERE version = 2",
        "INSERT INTO statement SELECT month, 3, account_id, content, sha256 FROM statement WHERE version = 2",
    ];
    for sql in rows {
        assert_eq!(failing_after_sql(sql), ["receipts"], "{sql}");
    }
}

#[test]
fn receipts_tells_of_a_statement_and_a_receipt_that_were_forged_together() {
    let failing = failing_after(|connection| {
        let text = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, String>(0)).expect("one text");
        let statement = text("SELECT content FROM statement WHERE account_id = 1");
        let forged = statement.replace("2100001", "2100009");
        assert_ne!(statement, forged);
        let hash_of = |text: &str| chain::sha256_hex(text.as_bytes());
        let receipt = text("SELECT content FROM receipt").replace(&hash_of(&statement), &hash_of(&forged));
        let update = |sql: &str, content: &str| connection.execute(sql, [content, &hash_of(content)]).expect("it is changed");
        update("UPDATE statement SET content = ?1, sha256 = ?2 WHERE account_id = 1", &forged);
        update("UPDATE receipt SET content = ?1, sha256 = ?2", &receipt);
    });
    assert_eq!(failing, ["receipts"]);
}

#[test]
fn orders_tells_of_an_order_without_a_charge() {
    let failing = failing_after(|connection| {
        let order = Order {
            id: OrderId(1000),
            account: AccountId(1),
            product: "ecs".to_owned(),
            kind: OrderKind::New,
            provider_order: "2100099".to_owned(),
            date: parse_date("2026-07-04").expect("a day"),
            service_from: None,
            service_to: None,
            placement: Placement::Planned,
            refunds: None,
        };
        let operation = forge_operation(connection, |facts| facts.order(&order));
        let sql = format!(
            "INSERT INTO orders SELECT 1000, {operation}, 1, id, 'new', '2100099', 20260704, NULL, NULL, 'planned', NULL
               FROM product WHERE code = 'ecs'"
        );
        run(connection, &sql);
    });
    assert_eq!(failing, ["orders"]);
}

#[test]
fn orders_tells_of_a_charge_that_was_never_posted() {
    let failing = failing_after(|connection| {
        let charge = Charge {
            id: ChargeId(1000),
            account: AccountId(1),
            order: None,
            product: "ecs".to_owned(),
            charge_month: Month::parse("2026-07").expect("a month"),
            date: parse_date("2026-07-04").expect("a day"),
            list: "0".parse().expect("an amount"),
            agreement: None,
            volume_before: Exact::ZERO,
            tier: None,
            discount: Discount::NONE,
            payable: Amount::from_minor(100),
            cost: Amount::ZERO,
            counts: false,
            cost_counts: false,
            difference: None,
            corrects: None,
            entry: None,
        };
        let operation = forge_operation(connection, |facts| facts.charge(&charge));
        let sql = format!(
            "INSERT INTO charge SELECT 1000, {operation}, 1, NULL, id, 202607, 20260704, '0', NULL, '0', NULL, 0, 100, 0, 0, 0, NULL, NULL, NULL
               FROM product WHERE code = 'ecs'"
        );
        run(connection, &sql);
    });
    assert_eq!(failing, ["orders"]);
}

/// Adds an order that the book is said to have started with, and what its entry posts on a day, with its right hash and balances.
fn forge_opening_order(connection: &Connection, ordered: &str, cost: i64, posted: Option<&str>) {
    let date = parse_date(ordered).expect("a day");
    let entry: i64 = connection.query_row("SELECT MAX(id) + 1 FROM entry", [], |row| row.get(0)).expect("there are entries");
    let order = Order {
        id: OrderId(1000),
        account: AccountId(1),
        product: "ecs".to_owned(),
        kind: OrderKind::New,
        provider_order: "2100099".to_owned(),
        date,
        service_from: None,
        service_to: None,
        placement: Placement::Opening,
        refunds: None,
    };
    let charge = Charge {
        id: ChargeId(1000),
        account: AccountId(1),
        order: Some(order.id),
        product: "ecs".to_owned(),
        charge_month: Month::of(date),
        date,
        list: "0".parse().expect("an amount"),
        agreement: None,
        volume_before: Exact::ZERO,
        tier: None,
        discount: Discount::NONE,
        payable: Amount::from_minor(100),
        cost: Amount::from_minor(cost),
        counts: false,
        cost_counts: false,
        difference: None,
        corrects: None,
        entry: posted.map(|_| EntryId(entry)),
    };
    let lines = [(LedgerAccount::opening(cny()), cost), (LedgerAccount::accrued(cny()), -cost)];
    let postings = lines.map(|(ledger_account, minor)| Posting { ledger_account, amount: Amount::from_minor(minor) });
    let operation = forge_operation(connection, |facts| {
        facts.order(&order);
        facts.charge(&charge);
        if let Some(day) = posted {
            facts.entry(entry, Event::Opening, parse_date(day).expect("a day"), &About::default(), 0, &postings);
        }
    });
    let number = |day: &str| day.replace('-', "");
    let (day, month) = (number(ordered), charge.charge_month.number());
    let posting = posted.map(number).map_or_else(String::new, |day| {
        format!(
            "INSERT INTO posting SELECT {entry}, 0, id, {cost} FROM ledger_account WHERE code = 'opening';
             INSERT INTO posting SELECT {entry}, 1, id, -{cost} FROM ledger_account WHERE code = 'accrued';
             INSERT INTO entry VALUES ({entry}, {operation}, 'opening', {day}, NULL, NULL, NULL, NULL, NULL, NULL);
             INSERT INTO balance SELECT id, {day}, {cost}, 0 FROM ledger_account WHERE code = 'opening'
                 ON CONFLICT DO UPDATE SET debit_minor = debit_minor + {cost};
             INSERT INTO balance SELECT id, {day}, 0, {cost} FROM ledger_account WHERE code = 'accrued'
                 ON CONFLICT DO UPDATE SET credit_minor = credit_minor + {cost};"
        )
    });
    let charged = if posted.is_some() { entry.to_string() } else { "NULL".to_owned() };
    let sql = format!(
        "{posting}
         INSERT INTO orders SELECT 1000, {operation}, 1, id, 'new', '2100099', {day}, NULL, NULL, 'opening', NULL
           FROM product WHERE code = 'ecs';
         INSERT INTO charge SELECT 1000, {operation}, 1, 1000, id, {month}, {day}, '0', NULL, '0', NULL, 0, 100, {cost}, 0, 0, NULL, NULL, {charged}
           FROM product WHERE code = 'ecs'"
    );
    run(connection, &sql);
}

#[test]
fn orders_tells_of_an_order_of_before_that_was_posted_in_another_way() {
    let failing = |ordered: &str, cost: i64, posted: Option<&str>| {
        failing_after(|connection| forge_opening_order(connection, ordered, cost, posted))
    };
    // One that costs nothing posts nothing, and is as sound as the book's own; after the opening there is none.
    assert_eq!(failing("2026-05-30", 0, None), [""; 0]);
    assert_eq!(failing("2026-06-02", 0, None), ["orders"]);
    assert_eq!(failing("2026-05-30", 50, None), ["orders", "open-items"]);
    // On the day of the opening, and on no other.
    assert_eq!(failing("2026-05-30", 50, Some("2026-06-01")), ["receipts"]);
    assert_eq!(failing("2026-05-30", 50, Some("2026-07-04")), ["orders"]);
}

#[test]
fn balances_and_state_tell_of_a_volume_that_the_book_did_not_start_with() {
    let rows = [
        "UPDATE opening_volume SET list = '499' WHERE scope = 'sale'",
        "UPDATE opening_volume SET day = 20260602 WHERE scope = 'purchase'",
        "DELETE FROM opening_volume WHERE scope = 'purchase'",
        "INSERT INTO opening_volume VALUES ('sale', 1, 'CNY', 20260501, '5', '5', 1)",
    ];
    for sql in rows {
        assert_eq!(failing_after_sql(sql), ["balances", "state"], "{sql}");
    }
    assert_eq!(failing_after_sql("DELETE FROM opening"), ["orders", "state"]);
}

#[test]
fn bills_tells_of_a_line_or_a_sum_that_was_changed_or_lost() {
    let rows = [
        "UPDATE bill_line SET payable = payable + 1 WHERE line_id = 'b-1'",
        "UPDATE bill_line SET list = 0 WHERE line_id = 'b-4'",
        "DELETE FROM bill_line WHERE line_id = 'b-5'",
        "UPDATE bill_line SET covered = 0 WHERE line_id = 'c-3'",
        "UPDATE bill_usage SET list = '0.01' WHERE charge_month = 202607",
        "UPDATE bill_usage SET covered = '0' WHERE charge_month = 202607",
        "DELETE FROM bill_usage WHERE charge_month = 202606",
        "DELETE FROM bill_repeat",
        // What belongs to nothing: before the first file, behind the last one, and at the ends of what a row can be.
        "INSERT INTO bill_line SELECT 0, seen_uid_id, order_no, kind, month, day, payable, product_id, list, covered, coupon, cut, line_id,
                number, content FROM bill_line WHERE line_id = 'b-1'",
        "UPDATE bill_file SET last_line = last_line + 1 WHERE FALSE; INSERT INTO bill_line SELECT MAX(id) + 1, seen_uid_id, order_no, kind,
                month, day, payable, product_id, list, covered, coupon, cut, line_id, number, content FROM bill_line",
        "INSERT INTO bill_line SELECT 9223372036854775807, seen_uid_id, order_no, kind, month, day, payable, product_id, list, covered,
                coupon, cut, line_id, number, content FROM bill_line WHERE line_id = 'b-1'",
        "INSERT INTO bill_usage SELECT version_id, seen_uid_id, 99, charge_month, class, lines, list, covered, coupon, billed
           FROM bill_usage LIMIT 1",
        "INSERT INTO bill_block SELECT 99, version_id, 7, 1, content FROM bill_block LIMIT 1",
        "INSERT INTO product VALUES (99, 'nosuch', '')",
        "INSERT INTO seen_uid VALUES (99, '1000000000000099')",
    ];
    for sql in rows {
        assert_eq!(failing_after_sql(sql), ["bills"], "{sql}");
    }
}

#[test]
fn invoices_tells_of_a_line_that_does_not_add_up_or_is_gone() {
    // The log knows what an invoice says, too.
    let lines = [
        "UPDATE invoice_line SET tax_minor = tax_minor + 1 WHERE invoice_id = 1 AND position = 0",
        "UPDATE invoice_line SET net_minor = -net_minor, tax_minor = -tax_minor, gross_minor = -gross_minor WHERE invoice_id = 2",
        "UPDATE invoice_line SET gross_minor = gross_minor * 1000, net_minor = gross_minor * 1000 - tax_minor WHERE invoice_id = 2",
        "DELETE FROM invoice_line WHERE invoice_id = 2",
        "UPDATE invoice SET state = 'requested' WHERE id = 1",
    ];
    for sql in lines {
        assert_eq!(failing_after_sql(sql), ["invoices", "state"], "{sql}");
    }
    assert_eq!(failing_after_sql("UPDATE invoice_line SET position = position + 1 WHERE invoice_id = 2"), ["invoices"]);
}

#[test]
fn orphans_tells_of_a_posting_without_an_entry() {
    // The posting's key to its entry is broken too: `foreign-keys` cannot but see the same row.
    let sql = "INSERT INTO posting SELECT 1000, 0, id, 500 FROM ledger_account WHERE code = 'bank'";
    assert_eq!(failing_after_sql(sql), ["foreign-keys", "orphans"]);
    let between = "INSERT INTO posting SELECT -1, 0, id, 500 FROM ledger_account WHERE code = 'bank'";
    assert_eq!(failing_after_sql(between), ["foreign-keys", "orphans"]);
}

#[test]
fn open_items_tells_of_a_charge_that_lost_or_found_its_bill() {
    for sql in [
        "DELETE FROM clearing WHERE charge_id = 1",
        "INSERT INTO clearing SELECT MAX(id), 202606, 1, 'exact', 1, 1, '1' FROM charge",
        "UPDATE clearing SET cleared_minor = cleared_minor + 1 WHERE charge_id = 1",
        "UPDATE clearing SET settles = 0 WHERE charge_id = 1",
        "UPDATE clearing SET period = 202605 WHERE charge_id = 1",
    ] {
        assert_eq!(failing_after_sql(sql), ["open-items"], "{sql}");
    }
}

#[test]
fn open_items_tells_of_a_settlement_that_pays_something_else() {
    for sql in
        ["UPDATE settlement SET amount_minor = amount_minor + 1", "UPDATE settlement SET account_id = 2", "DELETE FROM settlement"]
    {
        assert_eq!(failing_after_sql(sql), ["open-items", "state"], "{sql}");
    }
    assert_eq!(failing_after_sql("UPDATE settlement SET month = 202605"), ["state"]);
    assert_eq!(failing_after_sql("UPDATE entry SET event = 'charge-back' WHERE event = 'settlement'"), ["chain", "open-items"]);
}

/// Only the run whose bill was accepted settles anything.
#[test]
fn open_items_tells_of_a_charge_that_another_version_of_the_bill_has_settled() {
    let sql = "INSERT INTO bill_version
               SELECT 99, period, 7, finality, reason, layout, tax, currency, content, stated, lines, repeats, rejected, list, covered,
                      discount, coupon, payable, voucher, card, 1 FROM bill_version WHERE period = 202606;
               UPDATE clearing SET version_id = 99 WHERE period = 202606";
    assert_eq!(failing_after_sql(sql), ["open-items", "state"]);
}

/// The same billed line is said to belong to two orders, and the log says so, too.
#[test]
fn bills_tells_of_a_line_that_is_used_twice() {
    let failing = failing_after(|connection| {
        let sql = "SELECT after FROM change WHERE noun = 'manual-match' ORDER BY id LIMIT 1";
        let first: String = connection.query_row(sql, [], |row| row.get(0)).expect("a match by hand");
        let second = first.replace("\"id\":1,", "\"id\":2,");
        assert_ne!(first, second);
        let operation = forge_operation(connection, |facts| facts.change("manual-match", "2", None, second.as_str()));
        let insert = "INSERT INTO change SELECT MAX(id) + 1, ?1, 'manual-match', '2', NULL, ?2 FROM change";
        connection.execute(insert, rusqlite::params![operation, second]).expect("the log takes rows");
        run(
            connection,
            "INSERT INTO manual_match SELECT 2, period, difference, orders, billed, disputed, removed FROM manual_match WHERE id = 1",
        );
    });
    assert_eq!(failing, ["bills"]);
}

/// Somebody changes a decision, and writes into the log that it was so: the log is whole, and only the journal contradicts it.
#[test]
fn approvals_tells_of_a_request_that_was_not_posted_as_it_was_asked_for() {
    let forge = |request: &str, replace: &[(&str, &str)]| {
        failing_after(|connection| {
            let sql = "SELECT after FROM change WHERE noun = 'approval' AND key = ?1 ORDER BY id DESC LIMIT 1";
            let before: String = connection.query_row(sql, [request], |row| row.get(0)).expect("the request");
            let after = replace.iter().fold(before.clone(), |text, (old, new)| {
                assert!(text.contains(old), "{old} in {text}");
                text.replace(old, new)
            });
            let operation =
                forge_operation(connection, |facts| facts.change("approval", request, Some(before.as_str()), after.as_str()));
            let insert = "INSERT INTO change SELECT MAX(id) + 1, ?1, 'approval', ?2, ?3, ?4 FROM change";
            connection.execute(insert, rusqlite::params![operation, request, before, after]).expect("the log takes rows");
            let column = |name: &str| format!("json_extract(?2, '$.{name}')");
            let update = format!(
                "UPDATE approval SET entries = {}, excess = {}, decision = {}, requester_uid = {} WHERE 'a-' || id = ?1",
                column("entries"),
                column("excess"),
                column("decision"),
                column("requester_uid")
            );
            assert_eq!(connection.execute(&update, [request, &after]).expect("it is changed"), 1);
        })
    };
    assert_eq!(forge("a-2", &[]), [""; 0], "nothing was changed");
    assert_eq!(forge("a-1", &[("20000", "2000")]), ["approvals"], "another amount");
    assert_eq!(forge("a-1", &[("\"requester_uid\":1001", "\"requester_uid\":1000")]), ["approvals"], "one's own");
    let entries = |to: &str| forge("a-1", &[("\"note\":\"seen\",\"entries\":[", &format!("\"note\":\"seen\",\"entries\":[{to}"))]);
    assert_eq!(entries("1,"), ["approvals"], "another entry, too");
    assert_eq!(entries("999,"), ["approvals"], "an entry that is not there");
    let approved = "\"decision\":{\"verdict\":\"approved\",\"by\":\"fin\",\"by_uid\":1000,\"day\":\"2026-07-05\",\"note\":null,\"entries\":[]}";
    assert_eq!(forge("a-2", &[("\"decision\":null", approved)]), ["approvals"], "it was never posted");
    assert_eq!(forge("a-1", &[("\"verdict\":\"approved\"", "\"verdict\":\"rejected\"")]), ["approvals"], "and yet posted");
}

#[test]
fn approvals_counts_what_was_decided() {
    // Of three, one waits.
    let told = detail_after(CheckName::Approvals, "UPDATE product SET name = 'another name'");
    assert_eq!(told, "2 requests decided as they were posted");
}

#[test]
fn approvals_tells_of_an_approval_that_is_gone_from_the_requests() {
    // The log alone says that it was approved.
    let failing = failing_after_sql("UPDATE approval SET decision = NULL WHERE id = 1");
    assert_eq!(failing, ["approvals", "state"]);
}

/// Puts another operator into the last operation of a book, which has only changed master data, and makes its hash anew.
fn rewritten_history(path: &Path) -> Hash {
    let mut rewritten = chain::GENESIS;
    tampered(path, |connection| {
        let mut facts = Facts::default();
        let mut select = connection
            .prepare("SELECT noun, key, before, after FROM change WHERE operation_id = (SELECT MAX(id) FROM operation) ORDER BY id")
            .expect("the log can be read");
        let mut rows = select.query([]).expect("its changes");
        while let Some(row) = rows.next().expect("a change") {
            let text = |column| row.get::<_, Option<String>>(column).expect("a text");
            let of = |column| text(column).unwrap_or_default();
            facts.change(&of(0), &of(1), text(2).as_deref(), &of(3));
        }
        let sql = "SELECT id, recorded_at, os_uid, command, arguments, outcome, previous FROM operation ORDER BY id DESC LIMIT 1";
        rewritten = connection
            .query_row(sql, [], |row| {
                let text = |column| row.get::<_, String>(column);
                let (recorded_at, command, arguments, outcome) = (text(1)?, text(3)?, text(4)?, text(5)?);
                let header = Header {
                    sequence: row.get(0)?,
                    recorded_at: &recorded_at,
                    operator: "somebody else",
                    os_uid: row.get(2)?,
                    command: &command,
                    arguments: &arguments,
                    key: None,
                    result: "done",
                    outcome: &outcome,
                };
                Ok(chain::hash(&header, facts, &row.get(6)?))
            })
            .expect("the last operation");
        let update = "UPDATE operation SET operator = 'somebody else', hash = ?1 WHERE id = (SELECT MAX(id) FROM operation)";
        connection.execute(update, [rewritten]).expect("nobody can forbid it");
    });
    rewritten
}

/// Whoever rewrites the whole log, or puts another book in its place, has not the hash that somebody has kept.
#[test]
fn head_tells_of_a_history_that_was_rewritten() {
    let kept_by = |path: &Path, kept: Hash| {
        let mut book = Book::open(path, Access::Read, books::session()).expect("the book opens");
        let checks = book.prove(|reader| subledger::book::check::check(reader, Some(kept))).expect("the proofs run");
        checks.into_iter().filter(|check| !check.ok).map(|check| check.name.as_str()).collect::<Vec<_>>()
    };
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("rewritten.db");
    std::fs::write(&path, sound_book()).expect("a copy of the book");
    let hash_of = |path: &Path, sql: &str| -> Hash {
        Connection::open(path).expect("the file opens").query_row(sql, [], |row| row.get(0)).expect("a hash")
    };
    let head = hash_of(&path, "SELECT hash FROM operation ORDER BY id DESC LIMIT 1");
    let early = hash_of(&path, "SELECT hash FROM operation WHERE id = 20");
    assert_eq!((kept_by(&path, head), kept_by(&path, early)), (vec![], vec![]), "of any operation");
    assert_eq!(kept_by(&path, [7; 32]), ["head"]);
    // The forger puts another operator into the last operation, and makes its hash anew: every other proof holds.
    let rewritten = rewritten_history(&path);
    assert_eq!(books::failing(&path), [""; 0], "nothing else can tell");
    assert_eq!(kept_by(&path, head), ["head"]);
    assert_eq!(kept_by(&path, rewritten), [""; 0]);
    assert_eq!(kept_by(&path, early), [""; 0], "what was before it is as it was");
    // The log is cut off.
    tampered(&path, |connection| run(connection, "DELETE FROM operation WHERE id > 20"));
    assert!(kept_by(&path, head).contains(&"head"));
}

#[test]
fn state_tells_of_master_data_that_the_log_knows_otherwise() {
    let rows = [
        "UPDATE agent SET name = 'Someone Else'",
        "UPDATE operator SET grants = replace(grants, 'manager', 'auditor') WHERE name = 'fin'",
        "UPDATE operator SET disabled = '{\"day\":\"2026-07-01\",\"by\":\"fin\",\"reason\":\"left\"}' WHERE name = 'li.na'",
        "UPDATE entity SET name = 'Acme Holdings Ltd'",
        "UPDATE account SET credit = replace(credit, ']]', '0]]') WHERE code = 'acme-prod'",
        "UPDATE account SET uid = '1000000000000003' WHERE code = 'acme-prod'",
        "UPDATE membership SET until_day = 20260630 WHERE account_id = 3",
        "DELETE FROM membership WHERE account_id = 3",
        "UPDATE agreement SET terms = replace(terms, '20000', '30000') WHERE kind = 'sale'",
        "UPDATE account_step SET operator = 'nobody' WHERE step = 'confirm'",
        "DELETE FROM account_step WHERE step = 'confirm'",
        "UPDATE upstream SET expires = expires + 10000 WHERE name = 'Tier One'",
        "UPDATE upstream SET freeze = replace(freeze, 'paid', 'forgiven') WHERE name = 'Tier Two'",
        "UPDATE upstream SET removed = 0 WHERE name = 'Tier Zwei'",
        "DELETE FROM upstream WHERE name = 'Tier Zwei'",
        "UPDATE account SET upstream_id = NULL WHERE code = 'acme-prod'",
        "UPDATE attestation SET operator = 'nobody'",
        "UPDATE handover SET deadline = 20261231",
        "UPDATE handover SET closed = 20260705, closed_by = 'li.na', not_needed = 'a mistake'",
        "UPDATE handover_tick SET operator = 'nobody' WHERE step = 'mobile'",
        "UPDATE handover_tick SET act = 'ticked' WHERE act = 'taken-back'",
        "DELETE FROM handover_tick WHERE step = 'mobile'",
        "DELETE FROM attestation WHERE attestation = 'no-arrears'",
        "UPDATE compliance_waiver SET until = 20261130",
        "DELETE FROM compliance_waiver",
        "UPDATE period SET state = 'open'",
        "UPDATE bill_version SET finality = 'estimated'",
        "UPDATE reconciliation SET matched = matched + 1 WHERE period = 202606",
        "UPDATE difference SET state = 'resolved', resolution = 'auto' WHERE kind = 'unknown-account'",
        "UPDATE agreement SET valid_from = 20270101 WHERE kind = 'sale'",
        "DELETE FROM order_file",
        "UPDATE opening SET sha256 = replace(sha256, substr(sha256, 1, 2), 'zz')",
        "UPDATE opening SET balances = balances + 1",
    ];
    for sql in rows {
        assert_eq!(failing_after_sql(sql), ["state"], "{sql}");
    }
}

/// What the journal and the log are read for, where something in them cannot be read.
const WALKED: [&str; 6] = ["balanced", "balances", "chain", "receipts", "orphans", "open-items"];

/// SQL compares texts, and takes `cny` for another currency: what means the same to people is written in one way alone.
#[test]
fn a_value_in_another_form_than_the_books_own_is_told() {
    let cny = "UPDATE ledger_account SET currency = 'cny' WHERE code = 'bank'";
    assert_eq!(failing_after_sql(cny), [&WALKED[..], &["approvals"]].concat());
    let second = "INSERT INTO ledger_account SELECT 99, code, owner_kind, owner_id, ' CNY' FROM ledger_account WHERE code = 'bank'";
    assert_eq!(failing_after_sql(second), WALKED);
    let rows = [
        "UPDATE account SET uid = uid || ' ' WHERE code = 'acme-prod'",
        "UPDATE account SET mobile = '+86' || mobile",
        "UPDATE account SET email = upper(email)",
        "UPDATE account SET holder = holder || ' '",
        "UPDATE account SET credit = credit || ' '",
        "UPDATE agent SET currency = 'cny'",
        "UPDATE budget SET currency = 'cny'",
        "UPDATE budget SET thresholds = '100,50'",
        "UPDATE policy SET name = name || ' '",
        "UPDATE upstream SET freeze = replace(freeze, '{', '{ ')",
    ];
    for sql in rows {
        assert_eq!(failing_after_sql(sql), ["state"], "{sql}");
    }
    let of_several = [
        ("UPDATE customer_group SET currency = 'cny'", "balances open-items state"),
        ("UPDATE difference SET currency = 'cny'", "open-items state"),
        ("UPDATE invoice SET currency = 'cny'", "invoices state"),
        ("UPDATE invoice SET rate = rate || '%'", "invoices state"),
        ("UPDATE bill_version SET currency = 'cny'", "bills state"),
        ("UPDATE bill_version SET payable = payable || '0'", "bills state"),
        ("UPDATE opening_volume SET currency = 'cny'", "balances state"),
        ("UPDATE opening_volume SET list = list || '.0'", "state"),
        ("UPDATE volume SET payable = '+' || payable", "balances"),
        ("UPDATE bill_usage SET billed = billed || ' '", "bills"),
        ("UPDATE bill_line SET order_no = CAST(order_no AS TEXT) WHERE line_id = 'b-1'", "bills"),
        ("UPDATE bill_line SET payable = '9600' WHERE line_id = 'b-1'", "bills"),
        ("UPDATE bill_line SET cut = 0 WHERE line_id = 'b-1'", "bills"),
        ("UPDATE difference SET credits = '[]' WHERE kind = 'unknown-account'", "open-items state"),
        ("UPDATE invoice SET number = '00012346' WHERE issued IS NULL", "invoices state"),
    ];
    for (sql, proofs) in of_several {
        assert_eq!(failing_after_sql(sql).join(" "), proofs, "{sql}");
    }
    let told = detail_after(CheckName::State, "UPDATE account SET uid = uid || ' ' WHERE code = 'acme-prod'");
    assert_eq!(told, "account: uid of id 1: not in the form in which the book writes it");
}

/// What cannot be read fails the proofs that read it, and no other one.
#[test]
fn a_value_that_cannot_be_read_is_told_and_the_other_proofs_go_on() {
    let walked = WALKED.join(" ");
    let rows = [
        ("UPDATE account SET state = 'x'", "state".to_owned()),
        ("UPDATE operator SET grants = 'x'", "state".to_owned()),
        ("UPDATE operator SET disabled = 'x'", "state".to_owned()),
        ("UPDATE approval SET entries = 'zz'", "approvals state".to_owned()),
        ("INSERT INTO policy VALUES ('nosuch', '1')", "state".to_owned()),
        ("UPDATE bill_version SET rejected = -1", "bills state".to_owned()),
        ("UPDATE difference SET reopened = -1", "open-items state".to_owned()),
        ("UPDATE upstream SET level = -1", "state".to_owned()),
        ("UPDATE handover SET opened = 20260631", "state".to_owned()),
        ("UPDATE balance SET debit_minor = 9223372036854775807 WHERE day = 20260601", "balances".to_owned()),
        ("UPDATE entry SET event = 'x' WHERE event = 'deposit'", walked.clone()),
        ("UPDATE charge SET list = 'x' WHERE id = 1", walked),
    ];
    for (sql, proofs) in rows {
        let mut expected: Vec<&str> = proofs.split(' ').collect();
        let mut failing = failing_after_sql(sql);
        expected.sort_unstable();
        failing.sort_unstable();
        assert_eq!(failing, expected, "{sql}");
    }
    let told = |proof, sql| detail_after(proof, sql);
    let state = told(CheckName::State, "UPDATE account SET state = 'x' WHERE id = 2");
    assert!(state.starts_with("account: state of id 2: \"x\" is not"), "{state}");
    let state = told(CheckName::State, "INSERT INTO policy VALUES ('nosuch', '1')");
    assert!(state.starts_with("policy: name: \"nosuch\" is not"), "{state}");
    let chain = told(CheckName::Chain, "UPDATE entry SET event = 'x' WHERE event = 'deposit'");
    assert!(chain.starts_with("cannot be proved: event of id "), "{chain}");
}

/// The plain forgeries that somebody without patience would try: several proofs tell, each for its own reason.
#[test]
fn a_clumsy_forgery_is_told_by_several_proofs() {
    // The entry no longer sums to zero, its day's balance is not the fold, its operation's hash covers it, and June's receipt
    // has other totals.
    let changed = "UPDATE posting SET amount_minor = amount_minor - 100 WHERE entry_id = 1 AND amount_minor > 0";
    assert_eq!(failing_after_sql(changed), ["balanced", "balances", "chain", "receipts"]);
    // Both sides of a charge: it still sums to zero, but the charge says something else (`orders`).
    let both = "UPDATE posting SET amount_minor = amount_minor - 100 * (amount_minor / abs(amount_minor))
                 WHERE entry_id = (SELECT entry_id FROM charge WHERE id = 2) AND line < 2";
    assert_eq!(failing_after_sql(both), ["balances", "chain", "receipts", "orders"]);
    // The last entry is gone with its postings: the refund's charge points to nothing and is not posted, and what it took back
    // from accrued is missing there.
    let gone = "DELETE FROM posting WHERE entry_id = (SELECT MAX(id) FROM entry);
                DELETE FROM entry WHERE id = (SELECT MAX(id) FROM entry)";
    assert_eq!(failing_after_sql(gone), ["foreign-keys", "balances", "chain", "orders", "open-items"]);
    // An entry that was moved to another day of its month: totals at the month's end are the same.
    let moved = "UPDATE entry SET effective = 20260603 WHERE event = 'deposit'";
    assert_eq!(failing_after_sql(moved), ["balances", "chain"]);
    // The log is cut off behind the close: what was written in July belongs to no operation any more.
    let cut = "DELETE FROM operation WHERE id >= (SELECT MAX(id) - 1 FROM operation)";
    assert_eq!(failing_after_sql(cut), ["chain"]);
}

/// What no proof covers, and why.
const UNPROVED: &[(&str, &[&str])] = &[
    ("for people to look at: no figure follows from it", &["product.name", "bill_block.id"]),
    (
        "where a run of text and a repeated line stood: the text itself is proved, and how many lines were repeated",
        &["bill_block.first_line", "bill_repeat.file", "bill_repeat.number", "bill_repeat.line_id", "bill_repeat.seen_uid_id"],
    ),
    ("discounts do not stand on the lines that the book keeps: only that the accounts' add up is proved", &[]),
    ("how a charge was matched, for people to look at: that it was is proved", &["clearing.rule", "clearing.billed"]),
    ("numbers that only keep rows in order", &["change.id", "operator.id", "posting.line"]),
    ("the log names the list and its orders; which operation brought it stands there", &["order_file.operation_id"]),
];

fn is_unproved(what: &str) -> bool {
    UNPROVED.iter().any(|(_, unproved)| unproved.contains(&what))
}

/// Whether some proof tells after a copy of the sound book was changed.
fn is_noticed(work: impl FnOnce(&Connection) -> usize) -> bool {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("broken.db");
    std::fs::write(&path, sound_book()).expect("a copy of the book");
    tampered(&path, |connection| assert!(work(connection) == 1, "one row is changed"));
    let mut book = Book::open(&path, Access::Read, books::session()).expect("the file still opens");
    match book.prove(|reader| subledger::book::check::check(reader, None)) {
        Ok(checks) => checks.iter().any(|check| !check.ok),
        // Whoever runs it is no operator any more.
        Err(subledger::book::Error::Refused(_)) => true,
        Err(error) => panic!("the proofs run, whatever a value is: {error:?}"),
    }
}

/// The tables of the schema, each with its columns and with the columns of its key.
fn tables() -> Vec<(String, Vec<String>, String)> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("sound.db");
    std::fs::write(&path, sound_book()).expect("a copy of the book");
    let connection = Connection::open(&path).expect("the file opens");
    let names = |sql: &str, table: &str| -> Vec<String> {
        let mut select = connection.prepare(sql).expect("the schema can be listed");
        let names = select.query_map([table], |row| row.get(0)).expect("names");
        names.collect::<rusqlite::Result<_>>().expect("names")
    };
    let tables = names("SELECT name FROM sqlite_schema WHERE type = ?1 ORDER BY name", "table");
    let described = tables.into_iter().map(|table| {
        let columns = names("SELECT name FROM pragma_table_info(?1) ORDER BY cid", &table);
        let key = names("SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk", &table).join(", ");
        (table, columns, key)
    });
    described.collect()
}

/// Every column of every table: somebody changes one value of it, and some proof tells.
#[test]
fn no_column_can_be_changed_unnoticed() {
    let mut wrong = Vec::new();
    for (table, columns, key) in tables() {
        for column in columns {
            let what = format!("{table}.{column}");
            // Numbers become other numbers, texts longer texts, blobs other blobs; where nothing stands anywhere, something does.
            let sql = format!(
                "UPDATE {table} SET {column} = CASE typeof({column}) WHEN 'integer' THEN {column} + 1000
                        WHEN 'text' THEN {column} || '1' WHEN 'blob' THEN zeroblob(length({column})) ELSE 1 END
                  WHERE ({key}) = (SELECT {key} FROM {table} ORDER BY {column} IS NULL, {last} DESC LIMIT 1)",
                last = key.replace(',', " DESC,"),
            );
            let noticed = is_noticed(|connection| connection.execute(&sql, []).unwrap_or_else(|e| panic!("{sql}: {e}")));
            if noticed == is_unproved(&what) {
                wrong.push(format!("{what} {}", if noticed { "is proved, but listed" } else { "is not proved" }));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Every text of every table: somebody writes it in another way that people would take for the same.
#[test]
fn no_text_can_be_written_otherwise_unnoticed() {
    let mut wrong = Vec::new();
    for (table, columns, key) in tables() {
        for column in columns {
            let what = format!("{table}.{column}");
            let first = format!("FROM {table} ORDER BY {column} IS NULL, {} DESC LIMIT 1", key.replace(',', " DESC,"));
            let folder = tempfile::tempdir().expect("a temporary folder can be made");
            let path = folder.path().join("sound.db");
            std::fs::write(&path, sound_book()).expect("a copy of the book");
            let kind = Connection::open(&path)
                .and_then(|connection| connection.query_row(&format!("SELECT typeof({column}) {first}"), [], |row| row.get(0)));
            if kind != Ok("text".to_owned()) || is_unproved(&what) {
                continue;
            }
            let sql = format!("UPDATE {table} SET {column} = {column} || ' ' WHERE ({key}) = (SELECT {key} {first})");
            if !is_noticed(|connection| connection.execute(&sql, []).unwrap_or_else(|e| panic!("{sql}: {e}"))) {
                wrong.push(what);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Every table: somebody deletes a row of it, and some proof tells.
#[test]
fn no_row_can_be_lost_unnoticed() {
    let mut wrong = Vec::new();
    for (table, _, key) in tables() {
        for end in ["ASC", "DESC"] {
            let last = key.replace(',', &format!(" {end},"));
            let sql = format!("DELETE FROM {table} WHERE ({key}) = (SELECT {key} FROM {table} ORDER BY {last} {end} LIMIT 1)");
            let noticed = is_noticed(|connection| connection.execute(&sql, []).unwrap_or_else(|e| panic!("{sql}: {e}")));
            if noticed == is_unproved(&table) {
                wrong.push(format!("{table} {}", if noticed { "is proved, but listed" } else { "is not proved" }));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
