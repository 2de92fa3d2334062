//! Worked examples of every rule by which a price is made, each line worked out by hand in `tests/prices/`.
//!
//! Beside each agreement stands a table of charges in the order in which they are made, with what is payable at once and in the
//! end. The volume is added up here, by days and naively, so that nothing of the book is needed to tell a wrong price.

use chrono::NaiveDate;
use subledger::domain::agreement::{Agreement, ChargeKind, Run, TierRule};
use subledger::domain::id::{AccountId, AgreementId, ChargeId, GroupId};
use subledger::domain::money::{Amount, Exact};
use subledger::domain::period::parse_date;
use subledger::domain::price::{Price, Priceable, Volume, price};
use subledger::domain::true_up::{TieredCharge, due};
use subledger::intake::agreement::read;

/// A line of a table.
struct Example {
    number: usize,
    date: NaiveDate,
    product: String,
    kind: ChargeKind,
    list: Exact,
    cost: Option<Amount>,
    payable: String,
    last: String,
}

fn examples(table: &str) -> Vec<Example> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    assert_eq!(reader.headers().expect("a header").iter().count(), 8);
    let line = |(number, record): (usize, csv::Result<csv::StringRecord>)| {
        let record = record.expect("a line");
        let exact = |column: usize| record[column].parse::<Exact>().expect("an amount");
        Example {
            number: number + 2,
            date: parse_date(&record[0]).expect("a day"),
            product: record[1].to_owned(),
            kind: record[2].parse().expect("a kind"),
            list: exact(3),
            cost: (!record[4].is_empty())
                .then(|| Amount::from_minor(i64::try_from(exact(4).mantissa() / 10_i128.pow(16)).expect("fen"))),
            payable: record[5].to_owned(),
            last: record[6].to_owned(),
        }
    };
    reader.records().enumerate().map(line).collect()
}

/// What was counted from the start of a window up to a day, of the charges so far.
fn volume(agreement: &Agreement, counted: &[(NaiveDate, Volume)], to: NaiveDate) -> Volume {
    let from = agreement.window_start(to);
    let days = counted.iter().filter(|(day, _)| (from..=to).contains(day));
    days.fold(Volume::default(), |sum, (_, volume)| sum.plus(*volume).expect("a sum"))
}

/// What a charge costs in the end: under a retroactive rule what the tier of its whole window makes of it.
fn in_the_end(agreement: &Agreement, counted: &[(NaiveDate, Volume)], example: &Example, price: &Price) -> Amount {
    let terms = &agreement.terms;
    if terms.rule != TierRule::Retroactive || price.tier.is_none() {
        return price.payable;
    }
    let reached = volume(agreement, counted, agreement.window_end(example.date).expect("a window with an end"));
    let charge = TieredCharge {
        charge: ChargeId(1),
        account: AccountId(1),
        list: example.list,
        cost: example.cost.unwrap_or_default(),
        payable: price.payable,
        coupon: Amount::ZERO,
        paid_back: Amount::ZERO,
        voucher: None,
        trued_up: Amount::ZERO,
    };
    let more = due(terms, terms.tier_at(reached.by(terms.measure)).rate, &charge, terms.currency).expect("a true-up");
    price.payable.plus(more).expect("a sum")
}

fn holds(name: &str, agreement: &str, table: &str) {
    let terms = read(agreement, name).expect("sound terms");
    let agreement = Agreement { id: AgreementId(1), group: Some(GroupId(1)), members: vec![], terms, run: Run::default() };
    let currency = agreement.terms.currency;
    let (mut counted, mut priced) = (Vec::new(), Vec::new());
    let examples = examples(table);
    assert!(examples.len() > 3, "{name} has examples");
    for example in &examples {
        let before = volume(&agreement, &counted, example.date);
        let charge = Priceable { product: &example.product, kind: example.kind, list: example.list, cost: example.cost };
        let found = price(Some(&agreement), charge, before, currency).expect("a price");
        assert_eq!(found.payable.display(currency), example.payable, "{name}.csv, line {}", example.number);
        counted.push((example.date, found.volume(currency)));
        priced.push(found);
    }
    for (example, price) in examples.iter().zip(&priced) {
        let last = in_the_end(&agreement, &counted, example, price);
        assert_eq!(last.display(currency), example.last, "{name}.csv, line {}, in the end", example.number);
    }
}

macro_rules! worked_examples {
    ($($test:ident = $file:literal,)*) => {$(
        #[test]
        fn $test() {
            holds($file, include_str!(concat!("prices/", $file, ".toml")), include_str!(concat!("prices/", $file, ".csv")));
        }
    )*};
}

worked_examples! {
    whole = "whole",
    graduated = "graduated",
    graduated_by_what_is_payable = "graduated-payable",
    retroactive = "retroactive",
    mark_ups_on_cost = "cost",
    products_and_kinds_with_prices_of_their_own = "products",
}
