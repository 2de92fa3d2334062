//! Random books of agent-pays accounts: charges, refunds, deposits, payments, applications, charge-backs and write-offs on random
//! days, also before what is recorded already. Whatever was done, as of any day: what is open adds up to the receivable of the
//! trial balance, so does the ageing, and both come to what a person has written down who knows nothing of months.

#[path = "support/books.rs"]
mod books;

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use subledger::book::fund::{Deposit, Slip};
use subledger::book::order::{RecordOrder, RefundOrder};
use subledger::book::policy::SetPolicy;
use subledger::book::settlement::{
    ApplyDeposits, ChargeBackSettlement, OwedFilter, Pays, ReceiveSettlement, Settled, WriteOffReceivable, ageing, list,
};
use subledger::book::{Book, Call, Error, Session, UseCase, When, report};
use subledger::domain::id::EntryId;
use subledger::domain::money::{Amount, Exact};
use subledger::domain::order::{OrderKind, OrderRequest, Placement};
use subledger::domain::period::Month;
use subledger::domain::policy::PolicyName;
use subledger::domain::settlement::OpenMonths;
use subledger::store::Access;

use crate::books::{Desk, Model, failing, session};

/// Three accounts of two groups.
const ACCOUNTS: [(&str, &str, &str); 3] = [
    ("acme-lab", "1000000000000001", "acme"),
    ("acme-prod", "1000000000000002", "acme"),
    ("bolt-prod", "1000000000000003", "bolt"),
];

const GROUPS: [&str; 2] = ["acme", "bolt"];

/// Days count from 1 June 2026; today is 6 October.
const TODAY: u64 = 127;

/// One command; amounts are minor units.
#[derive(Clone, Debug)]
enum Step {
    Charge {
        account: usize,
        amount: i64,
        day: u64,
    },
    Refund {
        which: usize,
        amount: i64,
        day: u64,
    },
    Deposit {
        group: usize,
        amount: i64,
        day: u64,
    },
    Receive {
        group: usize,
        amount: i64,
        named: Named,
        day: u64,
    },
    Apply {
        group: usize,
        amount: Option<i64>,
        named: Named,
        day: u64,
    },
    ChargeBack {
        which: usize,
        day: u64,
    },
    WriteOff {
        account: usize,
        amount: i64,
        day: u64,
    },
    /// A payment that is taken back at once: as if it had never been.
    Mistake {
        group: usize,
        amount: i64,
        day: u64,
    },
}

/// What a payment names: an account, a month; by their places.
type Named = (Option<usize>, Option<u32>);

fn step() -> impl Strategy<Value = Step> {
    let amount = || prop_oneof![6 => 1..100_000_i64, 1 => 1..50_i64];
    let day = || 0..=TODAY;
    let named = || (proptest::option::weighted(0.3, 0..3_usize), proptest::option::weighted(0.3, 6..11_u32));
    prop_oneof![
        6 => (0..3_usize, amount(), day()).prop_map(|(account, amount, day)| Step::Charge { account, amount, day }),
        2 => (0..40_usize, amount(), day()).prop_map(|(which, amount, day)| Step::Refund { which, amount, day }),
        1 => (0..2_usize, amount(), day()).prop_map(|(group, amount, day)| Step::Deposit { group, amount, day }),
        4 => (0..2_usize, amount(), named(), day())
            .prop_map(|(group, amount, named, day)| Step::Receive { group, amount, named, day }),
        2 => (0..2_usize, proptest::option::of(amount()), named(), day())
            .prop_map(|(group, amount, named, day)| Step::Apply { group, amount, named, day }),
        2 => (0..40_usize, day()).prop_map(|(which, day)| Step::ChargeBack { which, day }),
        1 => (0..3_usize, amount(), day()).prop_map(|(account, amount, day)| Step::WriteOff { account, amount, day }),
        1 => (0..2_usize, amount(), day()).prop_map(|(group, amount, day)| Step::Mistake { group, amount, day }),
    ]
}

fn date(day: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 1).and_then(|first| first.checked_add_days(Days::new(day))).expect("a day")
}

fn slip(day: u64) -> Slip {
    Slip { date: Some(date(day)), ..Slip::default() }
}

fn exact(minor: i64) -> Exact {
    Exact::from_mantissa(i128::from(minor) * 10_i128.pow(16))
}

fn pays((account, month): Named) -> Pays {
    let period = |number| Month::parse(&format!("2026-{number:02}")).expect("a month");
    let accounts = account.map(|number| ACCOUNTS[number].0.to_owned()).into_iter().collect();
    Pays { accounts, periods: month.map(period).into_iter().collect() }
}

/// What a person has written down: for each group, by day, what it owes less what it has paid in. Refunds, payments and write-offs
/// lower that and nothing else does; an application of deposits leaves it as it is.
#[derive(Default)]
struct Notes {
    net: [BTreeMap<u64, i64>; 2],
    /// Orders: number and account.
    orders: Vec<(String, usize)>,
    /// Settlements and write-offs: entry, group, what each took off that.
    settled: Vec<(EntryId, usize, i64)>,
    numbers: u64,
}

impl Notes {
    fn note(&mut self, group: usize, day: u64, amount: i64) {
        *self.net[group].entry(day).or_default() += amount;
    }

    fn number(&mut self) -> String {
        self.numbers += 1;
        format!("21{:05}", self.numbers)
    }
}

fn group_of(account: usize) -> usize {
    GROUPS.iter().position(|group| *group == ACCOUNTS[account].2).expect("a group")
}

/// Does something; a refusal by its code.
fn attempt<U: UseCase>(desk: &mut Desk, use_case: U) -> Result<U::Outcome, &'static str> {
    match desk.book.write(&Call::default(), use_case) {
        Ok(done) => Ok(done.outcome),
        Err(Error::Refused(refusal)) => Err(refusal.code()),
        Err(error) => panic!("{error:?}"),
    }
}

/// A settlement pays what it is for, and the rest is its surplus.
fn adds_up(settled: &Settled) {
    let paid: i64 = settled.months.iter().map(|month| month.paid.minor()).sum();
    assert_eq!(paid + settled.surplus.minor(), settled.amount.amount.minor(), "{settled:?}");
    assert!(settled.months.iter().all(|month| !month.open.is_negative()), "{settled:?}");
}

fn receive(desk: &mut Desk, group: usize, amount: i64, named: Named, day: u64) -> Result<Settled, &'static str> {
    let group = GROUPS[group].to_owned();
    attempt(desk, ReceiveSettlement { group, amount: exact(amount), pays: pays(named), again: false, slip: slip(day) })
}

fn run(desk: &mut Desk, notes: &mut Notes, step: &Step) -> Result<(), &'static str> {
    match *step {
        Step::Charge { account, amount, day } => {
            let number = notes.number();
            attempt(desk, RecordOrder(order(account, amount, &number, day)))?;
            notes.orders.push((number, account));
            notes.note(group_of(account), day, amount);
        }
        Step::Refund { which, amount, day } => {
            let Some((order, account)) = notes.orders.get(which % notes.orders.len().max(1)).cloned() else { return Ok(()) };
            let (provider_order, amount_back, date) = (notes.number(), Some(exact(amount)), Some(date(day)));
            let refund = RefundOrder { order, amount: amount_back, provider_order, provider_amount: None, unused_from: None, date };
            attempt(desk, refund)?;
            notes.note(group_of(account), day, -amount);
        }
        Step::Deposit { group, amount, day } => {
            attempt(desk, Deposit { group: GROUPS[group].to_owned(), amount: exact(amount), slip: slip(day) })?;
            notes.note(group, day, -amount);
        }
        Step::Receive { group, amount, named, day } => {
            let settled = receive(desk, group, amount, named, day)?;
            adds_up(&settled);
            notes.note(group, day, -amount);
            notes.settled.push((settled.entry, group, amount));
        }
        Step::Apply { group, amount, named, day } => {
            let apply =
                ApplyDeposits { group: GROUPS[group].to_owned(), amount: amount.map(exact), pays: pays(named), slip: slip(day) };
            let settled = attempt(desk, apply)?;
            adds_up(&settled);
            assert!(settled.surplus.is_zero() && !settled.deposits.is_negative());
            notes.settled.push((settled.entry, group, 0));
        }
        Step::ChargeBack { which, day } => {
            let Some((entry, group, amount)) = notes.settled.get(which % notes.settled.len().max(1)).copied() else {
                return Ok(());
            };
            adds_up(&attempt(desk, ChargeBackSettlement { entry, slip: slip(day) })?);
            notes.note(group, day, amount);
        }
        Step::WriteOff { account, amount, day } => {
            let (name, note, date) = (ACCOUNTS[account].0.to_owned(), "random".to_owned(), Some(date(day)));
            let give_up = WriteOffReceivable { account: name, amount: exact(amount), periods: vec![], note, date };
            let settled = attempt(desk, give_up)?;
            adds_up(&settled);
            notes.note(group_of(account), day, -amount);
            notes.settled.push((settled.entry, group_of(account), amount));
        }
        Step::Mistake { group, amount, day } => {
            let before = open(desk, When::Now(date(TODAY)));
            let settled = receive(desk, group, amount, (None, None), day)?;
            adds_up(&attempt(desk, ChargeBackSettlement { entry: settled.entry, slip: slip(day) })?);
            assert_eq!(open(desk, When::Now(date(TODAY))), before, "a payment that was taken back leaves nothing behind");
        }
    }
    Ok(())
}

fn order(account: usize, amount: i64, number: &str, day: u64) -> OrderRequest {
    OrderRequest {
        account: ACCOUNTS[account].0.to_owned(),
        product: "ecs".to_owned(),
        kind: OrderKind::New,
        list_price: exact(amount),
        provider_order: number.to_owned(),
        service_from: None,
        service_to: None,
        date: Some(date(day)),
        placement: Placement::Placed,
        provider_amount: Some(exact(amount)),
        coupons: vec![],
    }
}

/// What is open of each account that owes something.
fn open(desk: &mut Desk, when: When) -> BTreeMap<String, OpenMonths> {
    let owed = desk.book.read(|reader| list(reader, OwedFilter::default(), when)).expect("a list");
    owed.accounts.into_iter().map(|row| (row.account.to_string(), row.owed)).collect()
}

/// What is open, the ageing, the trial balance and the notes are the same.
fn agree(desk: &mut Desk, notes: &Notes, when: When) {
    let open = open(desk, when);
    let (trial, old) = desk
        .book
        .read(|reader| Ok((report::trial_balance(reader, when.until())?, ageing(reader, OwedFilter::default(), when)?)))
        .expect("figures");
    let balance = |code: &str, owner: &str| {
        let found = trial.rows.iter().find(|row| row.code.as_str() == code && row.owner == owner);
        found.map_or(0, |row| row.balance.minor())
    };
    let mut of_groups = [0; 2];
    for (number, (code, _, _)) in ACCOUNTS.iter().enumerate() {
        let owed = open.get(*code).cloned().unwrap_or_default();
        let months: i64 = owed.months.iter().map(|month| month.open.minor()).sum();
        assert_eq!(months - owed.unapplied.minor(), balance("receivable", code), "{code}, {when:?}");
        assert!(owed.months.iter().all(|month| month.open.is_positive() && month.open <= month.charged), "{owed:?}");
        assert!(owed.months.is_empty() || owed.unapplied.is_zero(), "what is unapplied pays what is open: {owed:?}");
        let row = old.accounts.iter().find(|row| row.account.as_ref().is_some_and(|account| account.as_str() == *code));
        assert_eq!(row.map_or(0, |row| row.ageing.owed().expect("a sum").minor()), months - owed.unapplied.minor());
        of_groups[group_of(number)] += balance("receivable", code);
    }
    let until = when.until().map_or(TODAY, |day| u64::try_from((day - date(0)).num_days()).expect("a day of the model"));
    for (number, code) in GROUPS.iter().enumerate() {
        let expected: i64 = notes.net[number].range(..=until).map(|(_, amount)| amount).sum();
        assert_eq!(of_groups[number] + balance("deposits", code), expected, "{code}, {when:?}");
        let row = old.groups.iter().find(|row| row.group.as_str() == *code);
        assert_eq!(row.map_or(0, |row| row.ageing.owed().expect("a sum").minor()), of_groups[number], "{code}, {when:?}");
        assert_eq!(row.map_or(0, |row| row.deposits.minor()), -balance("deposits", code), "{code}, {when:?}");
    }
    let total: i64 = old.totals.values().map(|(total, _)| total.owed().map(Amount::minor).expect("a sum")).sum();
    assert_eq!(total, of_groups.iter().sum::<i64>());
}

/// A book on 6 October with the accounts, where nothing stands in the way of a purchase.
fn new_desk() -> Desk {
    let mut desk = Desk::new();
    let now = chrono::DateTime::parse_from_rfc3339("2026-10-06T02:00:00Z").expect("a time").to_utc();
    desk.book = Book::open(&desk.path(), Access::Write, Session { now, ..session() }).expect("the book opens");
    for group in GROUPS {
        desk.adds_group(group, "CNY");
    }
    for (code, uid, group) in ACCOUNTS {
        desk.adds_account(Model::Resale, code, uid, group, Some("50000"));
    }
    desk.does(SetPolicy { name: PolicyName::WriteOffLimit, value: "100000".to_owned() });
    desk
}

#[test]
fn what_is_open_is_the_receivable_whatever_happens_on_whatever_day() {
    let seen = RefCell::new(BTreeMap::new());
    let config = Config { cases: 150, failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..Config::default() };
    let outcome = TestRunner::new(config).run(&proptest::collection::vec(step(), 5..36), |steps| {
        let (mut desk, mut notes) = (new_desk(), Notes::default());
        for step in &steps {
            let done = run(&mut desk, &mut notes, step);
            agree(&mut desk, &notes, When::Now(date(TODAY)));
            *seen.borrow_mut().entry(done.err().unwrap_or("done")).or_insert(0_u32) += 1;
        }
        for day in (0..=TODAY).step_by(9) {
            agree(&mut desk, &notes, When::EndOf(date(day)));
        }
        assert_eq!(failing(&desk.path()), [""; 0]);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    let seen = seen.into_inner();
    let every_end = "account.other-group deposits.insufficient done refund.before-order refund.exceeds settlement.before-it \
                     settlement.charged-back settlement.exceeds-owed";
    assert_eq!(seen.keys().copied().collect::<Vec<_>>().join(" "), every_end);
    assert!(seen["done"] > 1500, "{seen:?}");
}
