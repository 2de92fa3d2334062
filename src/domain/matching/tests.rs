//! Stories and properties of matching, over both passes.

use proptest::prelude::*;

use super::credit::{DisputedItem, GivenBack};
use super::residue::{Elsewhere, Facts, ManualMatch};
use super::*;
use crate::domain::bill::UsageClass;
use crate::domain::id::{ProductId, SeenUidId};
use crate::domain::order::OrderKind;
use crate::domain::period::parse_date;
use crate::domain::usage_check::UsageMismatch;

const ACME: AccountId = AccountId(1);
const TEST: AccountId = AccountId(2);
const ECS: ProductId = ProductId(1);
const OSS: ProductId = ProductId(2);

fn cny() -> Currency {
    Currency::parse("CNY").unwrap()
}

fn june() -> Month {
    Month::parse("2026-06").unwrap()
}

fn day(day: u32) -> NaiveDate {
    parse_date(&format!("2026-06-{day:02}")).unwrap()
}

#[derive(Clone, Debug)]
struct TestOrder {
    charge: i64,
    account: AccountId,
    number: String,
    expected: i64,
    /// The order that it gives back: its charge and number.
    refunds: Option<(i64, String)>,
    carried: bool,
    product: ProductId,
    date: NaiveDate,
    service_to: Option<NaiveDate>,
    coupon: i64,
}

/// An order of ECS by Acme on the tenth, for so many fen.
fn order(charge: i64, number: &str, expected: i64) -> TestOrder {
    let number = number.to_owned();
    let (account, product, date) = (ACME, ECS, day(10));
    TestOrder { charge, account, number, expected, refunds: None, carried: false, product, date, service_to: None, coupon: 0 }
}

#[derive(Clone, Debug)]
struct TestLine {
    owner: LineOwner,
    number: String,
    kind: LineKind,
    payable: Exact,
    product: ProductId,
    day: Option<NaiveDate>,
    coupon: Exact,
    cut: Exact,
    is_late: bool,
}

/// A line of Acme's ECS on the eleventh.
fn line(number: &str, payable: &str) -> TestLine {
    TestLine {
        owner: LineOwner::Known(ACME),
        number: number.to_owned(),
        kind: LineKind::Subscription,
        payable: payable.parse().unwrap(),
        product: ECS,
        day: Some(day(11)),
        coupon: Exact::ZERO,
        cut: Exact::ZERO,
        is_late: false,
    }
}

fn run(terms: &Terms, facts: &Facts, orders: &[TestOrder], lines: &[TestLine]) -> Matched {
    let mut matcher = Matcher::new(terms.clone());
    for order in orders {
        matcher
            .order(&RecordedOrder {
                charge: ChargeId(order.charge),
                account: order.account,
                order_no: OrderNumber::of(&order.number),
                expected: Amount::from_minor(order.expected),
                root: ChargeId(order.refunds.as_ref().map_or(order.charge, |(root, _)| *root)),
                carried: order.carried,
            })
            .unwrap();
    }
    for line in lines {
        let TestLine { owner, kind, is_late, payable, .. } = *line;
        matcher.line(&BilledLine { owner, order_no: OrderNumber::of(&line.number), kind, is_late, payable }).unwrap();
    }
    let mut residue = matcher.sift().unwrap();
    for order in orders {
        residue.order(&OrderDetail {
            charge: ChargeId(order.charge),
            account: order.account,
            order_no: OrderNumber::of(&order.number),
            original_no: order.refunds.as_ref().map(|(_, number)| number.as_str()),
            product: order.product,
            date: order.date,
            kind: if order.refunds.is_some() { OrderKind::Refund } else { OrderKind::New },
            service_to: order.service_to,
            coupon: Amount::from_minor(order.coupon),
        });
    }
    for line in lines {
        let LineOwner::Known(account) = line.owner else { continue };
        let TestLine { kind, product, day, is_late, payable, coupon, cut, .. } = *line;
        let (order_no, month) = (OrderNumber::of(&line.number), terms.period);
        residue.line(&LineDetail { account, order_no, kind, product, month, day, is_late, payable, coupon, cut }).unwrap();
    }
    let outcome = residue.finish(facts).unwrap();
    assert_rows_add_up(&outcome, lines, terms.tax);
    outcome
}

/// The bill's lines and the recorded orders, each in its class, come to the bridge.
fn assert_rows_add_up(matched: &Matched, lines: &[TestLine], tax: Tax) {
    let classes = matched.order_classes();
    let mut sums: std::collections::BTreeMap<Class, Exact> = std::collections::BTreeMap::new();
    let mut add = |class, amount: Exact| {
        let sum = sums.entry(class).or_default();
        *sum = sum.plus(amount).unwrap();
    };
    for line in lines {
        let treatment = line.kind.treatment(!line.number.is_empty());
        let class = class_without_order(line.owner, treatment, line.is_late).unwrap_or_else(|| {
            let LineOwner::Known(account) = line.owner else { panic!("{line:?} is a stranger's") };
            classes.of(account, OrderNumber::of(&line.number))
        });
        let gross = tax.gross(line.payable).unwrap();
        add(class, gross);
        add(Class::Tax, line.payable.minus(gross).unwrap());
    }
    for row in matched.recorded_rows(cny()).unwrap() {
        add(row.class, row.billed.minus(row.recorded).unwrap());
    }
    for moved in &matched.reclassified {
        add(moved.from, moved.billed.negated().unwrap());
        add(moved.to, moved.billed);
    }
    sums.retain(|_, sum| !sum.is_zero());
    let totals = matched.bridge.classes.iter().filter(|(_, total)| !total.amount.is_zero());
    assert_eq!(sums, totals.map(|(class, total)| (*class, total.amount)).collect(), "lines and orders come to the classes");
}

fn strict(orders: &[TestOrder], lines: &[TestLine]) -> Matched {
    run(&Terms::strict(june(), cny()), &Facts::default(), orders, lines)
}

/// Matches, differences and classes, a line each.
fn told(matched: &Matched) -> Vec<String> {
    assert!(matched.bridge.unexplained().unwrap().is_zero(), "every cent has a class");
    let agreed = matched.matches().map(|m| {
        let part = if m.settles { "" } else { " in part" };
        format!("{} {} {}{part}", m.charge.0, m.rule.as_str(), m.billed)
    });
    let differences =
        matched.mismatches.iter().map(|m| format!("{} {} {}", m.kind, m.provider_order, m.billed.minus(m.recorded).unwrap()));
    let classes = matched.bridge.classes.iter().map(|(class, total)| format!("= {class}: {} {}", total.count, total.amount));
    agreed.chain(differences).chain(classes).collect()
}

#[test]
fn a_month_with_one_of_each() {
    let usage = TestLine { kind: LineKind::Usage, ..line("", "10.123456789") };
    let stranger = LineOwner::Unknown(SeenUidId(9));
    let matched = strict(
        &[
            order(1, "2100001", 960_000),
            order(2, "2100002", 799_999),
            order(3, "2100004", 3_200_000),
            order(4, "5", 100),
            order(5, "6", 100),
        ],
        &[
            line("2100001", "9000"),
            line("2100001", "600"),
            line("2100002", "7999.992"),
            line("2100099", "500"),
            line("5", "1.005"),
            line("6", "0.99"),
            usage.clone(),
            TestLine { is_late: true, ..usage.clone() },
            TestLine { kind: LineKind::Adjustment, ..line("", "-2") },
            TestLine { kind: LineKind::Rounding, ..line("", "-0.003456789") },
            TestLine { owner: stranger, ..line("", "77.7") },
            TestLine { owner: stranger, ..line("2100001", "1") },
            TestLine { owner: LineOwner::OtherCurrency(SeenUidId(7)), ..line("8", "3") },
            TestLine { owner: LineOwner::Unknown(SeenUidId(8)), kind: LineKind::Commission, ..line("", "-35.2") },
        ],
    );
    assert_eq!(
        told(&matched),
        [
            "1 one-to-many 9600",
            "2 rounding-proof 7999.992",
            "unknown-account  78.7",
            "currency  3",
            "unrecorded-order 2100099 500",
            "missing-in-bill 2100004 -32000",
            "over-billed 5 0.005",
            "under-billed 6 -0.01",
            "= matched: 1 0",
            "= rounding: 2 -0.001456789",
            "= usage: 1 10.123456789",
            "= commission: 1 -35.2",
            "= adjustment: 1 -2",
            "= unknown-account: 1 78.7",
            "= currency: 1 3",
            "= late-correction: 1 10.123456789",
            "= unrecorded-order: 1 500",
            "= missing-in-bill: 1 -32000",
            "= over-billed: 1 0.005",
            "= under-billed: 1 -0.01",
        ]
    );
    assert_eq!(matched.usage_lines, 3);
}

#[test]
fn what_was_expected_to_cost_nothing_is_not_missing() {
    assert_eq!(told(&strict(&[order(1, "7", 0)], &[])), ["1 exact 0", "= matched: 1 0"]);
}

#[test]
fn an_order_and_its_refund_that_were_never_billed_settle_each_other() {
    let refund = |charge, number, back: i64| TestOrder { refunds: Some((1, "7".to_owned())), ..order(charge, number, -back) };
    let typo = [order(1, "7", 100), refund(2, "r7", 60), refund(3, "r8", 40)];
    let told = |orders: &[TestOrder], lines: &[TestLine]| {
        let matched = strict(orders, lines);
        (matched.matches().filter(|m| m.rule == MatchRule::Netted).count(), matched.mismatches.len())
    };
    assert_eq!(told(&typo, &[]), (3, 0));
    assert_eq!(told(&typo[..2], &[]), (0, 2), "40 are still expected");
    assert_eq!(told(&typo, &[line("7", "1")]), (0, 2), "the order was billed, so its refunds are missing");
}

#[test]
fn order_numbers_are_texts_even_when_they_look_like_numbers() {
    let matched = strict(&[TestOrder { product: OSS, ..order(1, "007", 100) }], &[line("7", "1")]);
    assert_eq!((matched.matches().count(), matched.mismatches.len()), (0, 2));
}

#[test]
fn the_providers_own_rounding_is_proved_and_one_changed_cent_is_found() {
    let cut = |payable: &str, cut: &str| TestLine { cut: cut.parse().unwrap(), ..line("7", payable) };
    // 33.339 + 66.669 = 100.008, which the book rounds to 100.01 and the provider cuts to 33.33 + 66.66.
    assert_eq!(
        told(&strict(&[order(1, "7", 10_001)], &[cut("33.33", "0.009"), cut("66.66", "0.009")]))[0],
        "1 rounding-proof 99.99"
    );
    // One cent less on a line is not what cutting makes of it.
    let off = told(&strict(&[order(1, "7", 10_001)], &[cut("33.32", "0.019"), cut("66.66", "0.009")]));
    assert_eq!(off[0], "under-billed 7 -0.03");
    // Rounded half up, line by line.
    assert_eq!(
        told(&strict(&[order(1, "7", 201)], &[cut("1.01", "-0.005"), cut("1.01", "-0.005")])),
        ["1 rounding-proof 2.02", "= rounding: 1 0.01"]
    );
    // A figure that is repeated on lines, and that is no cut of theirs, explains nothing.
    let repeated = told(&strict(&[order(1, "7", 500)], &[cut("2.45", "0.05"), cut("2.45", "0.05")]));
    assert_eq!(repeated[0], "under-billed 7 -0.1");
}

#[test]
fn what_is_tolerated_is_the_smaller_of_two_limits_and_has_a_budget() {
    let tolerance = |amount: &str, share, budget: &str| Terms {
        tolerance: Tolerance { amount: amount.parse().unwrap(), share, budget: budget.parse().unwrap() },
        ..Terms::strict(june(), cny())
    };
    let orders = [order(1, "1", 10_000), order(2, "2", 10_000), order(3, "3", 100)];
    let lines = [line("1", "100.05"), line("2", "99.96"), line("3", "1.05")];
    let rules = |terms: &Terms| {
        let matched = run(terms, &Facts::default(), &orders, &lines);
        assert!(matched.bridge.unexplained().unwrap().is_zero());
        matched.matches().map(|m| m.charge.0).collect::<Vec<_>>()
    };
    assert_eq!(rules(&tolerance("0.05", 1_000, "1")), [1, 2], "a tenth of a percent of one yuan is less than 5 fen");
    assert_eq!(rules(&tolerance("0.04", 1_000, "1")), [2]);
    assert_eq!(rules(&tolerance("0.05", 1_000, "0.08")), [2], "the smallest first, and 9 fen are more than the budget");
    assert_eq!(rules(&tolerance("0", 1_000, "1")), [0_i64; 0]);
    let matched = run(&tolerance("0.05", 1_000, "1"), &Facts::default(), &orders[..1], &lines[..1]);
    assert_eq!(told(&matched), ["1 tolerance 100.05", "= tolerance: 1 0.05"]);
}

#[test]
fn parts_and_refunds_of_a_number_belong_together() {
    // One line for two parts, in one account only.
    let parts = [order(1, "2601-1", 4_000), order(2, "2601-2", 6_000)];
    assert_eq!(told(&strict(&parts, &[line("2601", "100.00")])), ["1 many-to-one 40", "2 many-to-one 60", "= matched: 2 0"]);
    assert_eq!(strict(&parts, &[line("2601", "100.01")]).matches().count(), 0);
    // Two lines with numbers of their own for one order.
    assert_eq!(told(&strict(&[order(1, "2601", 10_000)], &[line("2601/1", "60"), line("2601/2", "40")]))[0], "1 one-to-many 100");
    // The provider bills money back under the order's own number.
    let refund = TestOrder { refunds: Some((1, "7".to_owned())), ..order(2, "r7", -3_000) };
    let both = told(&strict(&[order(1, "7", 10_000), refund.clone()], &[line("7", "100"), line("7", "-30")]));
    assert_eq!(both, ["1 many-to-one 100", "2 many-to-one -30", "= matched: 2 0"]);
    // The same in July, when the order is settled.
    let july = told(&strict(&[TestOrder { refunds: Some((9, "7".to_owned())), ..refund }], &[line("7", "-30")]));
    assert_eq!(july, ["2 one-to-many -30", "= matched: 1 0"]);
}

#[test]
fn instalments_leave_the_rest_for_later_months() {
    let later = |payable| TestLine { kind: LineKind::SubscriptionPaidLater, ..line("7", payable) };
    let year = TestOrder { service_to: parse_date("2027-06-09"), ..order(1, "7", 120_000) };
    let first = strict(std::slice::from_ref(&year), &[later("100")]);
    assert_eq!(told(&first), ["1 instalment 100 in part", "= matched: 1 0", "= carried-forward: 1 -1100"]);
    let second = TestOrder { expected: 110_000, carried: true, ..year.clone() };
    assert_eq!(told(&strict(&[second], &[later("100")])), ["1 instalment 100 in part", "= carried-in: 1 100"]);
    let last = TestOrder { expected: 10_000, carried: true, ..year.clone() };
    assert_eq!(told(&strict(&[last], &[later("100")])), ["1 exact 100", "= carried-in: 1 100"]);
    // A service that is over has no later instalment, and an order that is not paid later has none at all.
    let over = TestOrder { service_to: Some(day(20)), ..year.clone() };
    assert_eq!(told(&strict(&[over], &[later("100")]))[0], "under-billed 7 -1100");
    assert_eq!(told(&strict(&[year], &[line("7", "100")]))[0], "under-billed 7 -1100");
    // Twelve of them in one bill.
    let twelve: Vec<TestLine> = (0..12).map(|_| later("100")).collect();
    assert_eq!(told(&strict(&[order(1, "7", 120_000)], &twelve)), ["1 one-to-many 1200", "= matched: 1 0"]);
}

#[test]
fn coupons_of_the_bill_explain_what_is_less_once() {
    let coupon = |coupon: &str, payable| TestLine { coupon: coupon.parse().unwrap(), ..line("7", payable) };
    assert_eq!(told(&strict(&[order(1, "7", 10_000)], &[coupon("10", "90")])), ["1 coupon 90", "= coupon: 1 -10"]);
    // The order knows its coupon, and the bill takes it off twice.
    let known = TestOrder { coupon: 1_000, ..order(1, "7", 9_000) };
    for twice in [coupon("10", "80"), coupon("20", "80")] {
        let matched = strict(std::slice::from_ref(&known), &[twice]);
        assert_eq!(told(&matched), ["under-billed 7 -10", "= under-billed: 1 -10"]);
        assert_eq!(matched.mismatches[0].cause, Cause::CouponTwice(Amount::from_minor(1_000)));
    }
    // The provider did not honour it.
    assert_eq!(told(&strict(&[known], &[line("7", "100")]))[0], "over-billed 7 10");
}

#[test]
fn tax_on_one_side_is_converted_exactly_or_told() {
    let exclusive = Terms { tax: Tax::OnTopUnknown, ..Terms::strict(june(), cny()) };
    let with_rate = Terms { tax: Tax::OnTop(60_000), ..exclusive.clone() };
    let taxed = |orders: &[TestOrder], lines: &[TestLine]| told(&run(&with_rate, &Facts::default(), orders, lines));
    let (orders, lines) = ([order(1, "7", 10_600)], [line("7", "100")]);
    assert_eq!(taxed(&orders, &lines), ["1 exact 106", "= matched: 1 0", "= tax: 1 -6"]);
    assert_eq!(told(&run(&exclusive, &Facts::default(), &orders, &lines)), ["tax 7 -6", "= tax: 1 -6"]);
    // What does not agree is compared with its tax, too: 107 are expected, 106 are billed.
    assert_eq!(taxed(&[order(1, "7", 10_700)], &lines), ["under-billed 7 -1", "= tax: 1 -6", "= under-billed: 1 -1"]);
    // So are usage, what nobody has recorded, what is near, and strangers; rounding is the provider's, before the tax.
    let usage = TestLine { kind: LineKind::Usage, ..line("", "50") };
    assert_eq!(taxed(&[], &[usage]), ["= usage: 1 53", "= tax: 1 -3"]);
    assert_eq!(taxed(&[], &lines), ["unrecorded-order 7 106", "= tax: 1 -6", "= unrecorded-order: 1 106"]);
    assert_eq!(taxed(&[order(1, "8", 10_600)], &lines)[0], "1 near 106");
    let stranger = TestLine { owner: LineOwner::Unknown(SeenUidId(9)), ..line("7", "100") };
    assert_eq!(taxed(&[], &[stranger])[0], "unknown-account  106");
    let cut = TestLine { cut: "0.0099".parse().unwrap(), ..line("7", "99.99") };
    assert_eq!(taxed(&[order(1, "7", 10_600)], &[cut])[0], "1 rounding-proof 105.9894");
    let whole = run(&with_rate, &Facts::default(), &orders, &lines);
    assert_eq!((whole.bridge.billed, whole.tax), ("100".parse().unwrap(), "6".parse().unwrap()), "the bill is what it says");
}

#[test]
fn a_number_at_another_account_is_one_difference_of_both() {
    let matched = strict(&[order(1, "7", 10_000)], &[TestLine { owner: LineOwner::Known(TEST), ..line("7", "100") }]);
    assert_eq!(told(&matched), ["wrong-account 7 0", "= wrong-account: 1 0"]);
    assert_eq!(matched.mismatches[0].cause, Cause::BilledTo(TEST));
    let by_account: Vec<_> =
        matched.parts.by_account().into_iter().map(|((owner, _), part)| (owner, part.difference().unwrap().to_string())).collect();
    assert_eq!(by_account, [(LineOwner::Known(ACME), "-100".to_owned()), (LineOwner::Known(TEST), "100".to_owned())]);
    // Two accounts that could be meant: neither is.
    let both = [LineOwner::Known(TEST), LineOwner::Known(AccountId(3))].map(|owner| TestLine { owner, ..line("7", "100") });
    assert_eq!(strict(&[order(1, "7", 10_000)], &both).mismatches.len(), 3);
}

#[test]
fn what_the_neighbouring_month_has_is_cut_off() {
    // Placed in the last three days and not billed.
    let at_end = |date| TestOrder { date, ..order(1, "7", 10_000) };
    assert_eq!(told(&strict(&[at_end(day(28))], &[]))[0], "missing-in-bill 7 -100");
    assert_eq!(told(&strict(&[at_end(day(27))], &[]))[0], "missing-in-bill 7 -100");
    // Billed on the last day, recorded on the first of the next month.
    let known = |expected, is_settled, is_later| Elsewhere {
        billed_to: ACME,
        order_no: "7".to_owned(),
        charge: ChargeId(5),
        account: ACME,
        expected: Amount::from_minor(expected),
        is_settled,
        is_later,
    };
    let story = |known| {
        let facts = Facts { elsewhere: vec![known], ..Facts::default() };
        told(&run(&Terms::strict(june(), cny()), &facts, &[], &[line("7", "100")]))
    };
    assert_eq!(story(known(10_000, false, true)), ["5 cut-off 100", "= cut-off: 1 100"]);
    assert_eq!(story(known(9_000, false, true)), ["cut-off 7 100", "= cut-off: 1 100"]);
    assert_eq!(story(known(10_000, true, false)), ["late-correction 7 100", "= late-correction: 1 100"]);
    assert_eq!(story(Elsewhere { account: TEST, ..known(10_000, true, false) })[0], "wrong-account 7 100");
}

#[test]
fn what_comes_from_a_closed_month_is_carried_in() {
    let carried = |expected| TestOrder { carried: true, ..order(1, "7", expected) };
    assert_eq!(told(&strict(&[carried(10_000)], &[line("7", "100")])), ["1 exact 100", "= carried-in: 1 100"]);
    assert_eq!(
        told(&strict(&[carried(10_000)], &[line("7", "105")])),
        ["over-billed 7 5", "= carried-in: 1 100", "= over-billed: 1 5"]
    );
    let still = strict(&[carried(10_000)], &[]);
    assert_eq!((told(&still).len(), still.still_carried), (0, (1, "100".parse().unwrap())), "a difference of its own month");
}

/// Fifty yuan of order 7 that Acme was billed for and that are asked back.
fn dispute() -> DisputedItem {
    DisputedItem {
        difference: "d".into(),
        owner: LineOwner::Known(ACME),
        order_no: "7".into(),
        product: Some(ECS),
        usage: None,
        amount: Amount::from_minor(5_000),
    }
}

#[test]
fn what_was_disputed_comes_back_wholly_or_in_part_and_never_beyond() {
    let facts = Facts { disputed: vec![dispute()], ..Facts::default() };
    let story = |lines: &[TestLine]| {
        let matched = run(&Terms::strict(june(), cny()), &facts, &[], lines);
        let credits: Vec<i64> = matched.credits.iter().map(|credit| credit.amount.minor()).collect();
        (told(&matched), credits)
    };
    assert_eq!(story(&[line("7", "-50")]), (vec!["= carried-in: 1 -50".to_owned()], vec![-5_000]));
    assert_eq!(story(&[line("7", "-49")]), (vec!["= carried-in: 1 -49".to_owned()], vec![-4_900]), "a part of it");
    let beyond = story(&[line("7", "-51")]);
    assert_eq!((beyond.0[0].as_str(), beyond.1), ("unlinked-refund 7 -51", vec![]));
    assert_eq!(story(&[line("7", "1")]).0[0], "unrecorded-order 7 1", "more is no money back");
    // Another account's line of that number is not about it, nor is one that two disputes could be about.
    let other = TestLine { owner: LineOwner::Known(TEST), ..line("7", "-50") };
    assert_eq!(story(&[other]).1, Vec::<i64>::new());
    let twice = Facts { disputed: vec![dispute(), DisputedItem { difference: "e".into(), ..dispute() }], ..Facts::default() };
    assert!(run(&Terms::strict(june(), cny()), &twice, &[], &[line("7", "-50")]).credits.is_empty());
}

#[test]
fn a_person_may_say_which_dispute_money_back_is_for() {
    let manual = ManualMatch { billed: vec![(ACME, "R-7".into())], disputed: Some("d".into()), ..ManualMatch::default() };
    let facts = Facts { disputed: vec![dispute()], manual: vec![manual], ..Facts::default() };
    let story = |payable: &str| run(&Terms::strict(june(), cny()), &facts, &[], &[line("R-7", payable)]);
    assert_eq!(told(&story("-20")), ["= carried-in: 1 -20"]);
    assert_eq!(story("-20").credits[0].amount.minor(), -2_000);
    let beyond = story("-51");
    assert_eq!((told(&beyond)[0].as_str(), beyond.dead_by_hand), ("unlinked-refund R-7 -51", vec![0]));
}

#[test]
fn money_back_without_an_order_number_finds_its_dispute() {
    let back = |month, class, billed: &str| GivenBack {
        account: ACME,
        product: ECS,
        charge_month: Month::parse(month).unwrap(),
        class,
        is_late: month < "2026-06",
        billed: billed.parse().unwrap(),
    };
    let may = Month::parse("2026-05").unwrap();
    let usage = DisputedItem { order_no: String::new(), usage: Some(may), ..dispute() };
    let story = |disputed: &[DisputedItem], given_back: &[GivenBack]| {
        let facts = Facts { disputed: disputed.to_vec(), given_back: given_back.to_vec(), ..Facts::default() };
        let line = |sum: &GivenBack| TestLine {
            kind: if sum.class == UsageClass::Adjusted { LineKind::Adjustment } else { LineKind::Usage },
            is_late: sum.is_late,
            payable: sum.billed,
            ..line("", "0")
        };
        let lines: Vec<TestLine> = given_back.iter().map(line).collect();
        let matched = run(&Terms::strict(june(), cny()), &facts, &[], &lines);
        matched.credits.iter().map(|credit| (credit.difference.clone(), credit.amount.minor())).collect::<Vec<_>>()
    };
    // Disputed usage: the same product and month, in part, whether it comes as usage or as a correction.
    for class in [UsageClass::Metered, UsageClass::Adjusted] {
        let sum = back("2026-05", class, "-12.50");
        assert_eq!(story(std::slice::from_ref(&usage), &[sum]), [("d".to_owned(), -1_250)]);
    }
    assert_eq!(story(std::slice::from_ref(&usage), &[back("2026-05", UsageClass::Adjusted, "-50.01")]), [], "never beyond");
    // A correction of this month is about the dispute that is open with that very amount; usage below nothing is about none.
    let exact = back("2026-06", UsageClass::Adjusted, "-50");
    assert_eq!(story(&[dispute()], std::slice::from_ref(&exact)), [("d".to_owned(), -5_000)]);
    assert_eq!(story(&[dispute()], &[back("2026-06", UsageClass::Metered, "-50")]), []);
    assert_eq!(story(&[dispute()], &[back("2026-06", UsageClass::Adjusted, "-49")]), []);
    let twin = DisputedItem { difference: "e".into(), order_no: "8".into(), ..dispute() };
    assert_eq!(story(&[dispute(), twin], std::slice::from_ref(&exact)), [], "two could be meant");
    assert_eq!(story(&[dispute()], &[exact, back("2026-05", UsageClass::Adjusted, "-50")]), [], "two could mean it");
}

#[test]
fn a_stranger_gets_back_what_was_disputed_of_it() {
    let owner = LineOwner::Unknown(SeenUidId(9));
    let item = DisputedItem { owner, order_no: String::new(), product: None, ..dispute() };
    let facts = Facts { disputed: vec![item], ..Facts::default() };
    let story = |payable: &str| told(&run(&Terms::strict(june(), cny()), &facts, &[], &[TestLine { owner, ..line("7", payable) }]));
    assert_eq!(story("-50"), ["= carried-in: 1 -50"]);
    assert_eq!(story("-51")[0], "unknown-account  -51");
    assert_eq!(story("5")[0], "unknown-account  5");
}

#[test]
fn near_matches_are_the_only_candidate_of_each_other() {
    let typo = |lines: &[TestLine], orders: &[TestOrder]| strict(orders, lines).matches().map(|m| m.rule).collect::<Vec<_>>();
    let one = [order(1, "7", 10_000)];
    assert_eq!(typo(&[line("71", "100")], &one), [MatchRule::Near]);
    assert_eq!(typo(&[line("71", "100"), line("72", "100")], &one), [], "two lines could be it");
    assert_eq!(typo(&[line("71", "100")], &[order(1, "7", 10_000), order(2, "8", 10_000)]), [], "two orders could be it");
    assert_eq!(typo(&[line("71", "100.01")], &one), [], "the amount is always looked at");
    assert_eq!(typo(&[TestLine { product: OSS, ..line("71", "100") }], &one), []);
    assert_eq!(typo(&[TestLine { owner: LineOwner::Known(TEST), ..line("71", "100") }], &one), []);
    for (on, is_near) in [(7, false), (8, true), (15, true), (16, false)] {
        let found = typo(&[TestLine { day: Some(day(on)), ..line("71", "100") }], &one);
        assert_eq!(!found.is_empty(), is_near, "ordered on the tenth, billed on the {on}th");
    }
    assert_eq!(typo(&[TestLine { day: None, ..line("71", "100") }], &one), [MatchRule::Near]);
}

#[test]
fn a_covering_set_is_the_only_smallest_one() {
    let rules = |orders: &[TestOrder], lines: &[TestLine]| {
        let matched = strict(orders, lines);
        assert!(matched.bridge.unexplained().unwrap().is_zero());
        matched.matches().map(|m| format!("{} {} {}", m.charge.0, m.rule.as_str(), m.billed)).collect::<Vec<_>>()
    };
    // Two orders billed as one, under a number of its own, or under the first one's.
    let two = [order(1, "7", 3_000), order(2, "8", 7_000)];
    assert_eq!(rules(&two, &[line("99", "100")]), ["1 covering-set 30", "2 covering-set 70"]);
    assert_eq!(rules(&two, &[line("7", "100")]), ["1 covering-set 30", "2 covering-set 70"]);
    // One order billed as two, of which neither has its number, or one.
    assert_eq!(rules(&[order(1, "7", 10_000)], &[line("98", "30"), line("99", "70")]), ["1 covering-set 100"]);
    assert_eq!(rules(&[order(1, "7", 10_000)], &[line("7", "30"), line("99", "70")]), ["1 covering-set 100"]);
    // Several sets, or two lines that want the same order.
    let three = [order(1, "7", 3_000), order(2, "8", 7_000), order(3, "9", 7_000)];
    assert_eq!(rules(&three, &[line("99", "100")]), [""; 0]);
    let four = [order(1, "7", 3_000), order(2, "8", 7_000), order(3, "9", 6_000)];
    assert_eq!(rules(&four, &[line("98", "100"), line("99", "90")]), [""; 0]);
    // Too long ago.
    let early = [order(1, "7", 3_000), TestOrder { date: day(3), ..order(2, "8", 7_000) }];
    assert_eq!(rules(&early, &[line("99", "100")]), [""; 0]);
}

#[test]
fn duplicates_are_told_by_their_twins() {
    let twice = told(&strict(&[order(1, "7", 10_000)], &[line("7", "100"), line("7", "100")]));
    assert_eq!(twice, ["duplicate-line 7 100", "= duplicate-line: 1 100"]);
    let matched = strict(&[order(1, "7", 10_000), order(2, "70", 10_000)], &[line("7", "100")]);
    assert_eq!(told(&matched), ["1 exact 100", "duplicate-order 70 -100", "= matched: 1 0", "= duplicate-order: 1 -100"]);
    assert_eq!(matched.mismatches[0].cause, Cause::TwinOf(ChargeId(1)));
    let other_day = TestOrder { date: day(11), ..order(2, "70", 10_000) };
    assert_eq!(told(&strict(&[order(1, "7", 10_000), other_day], &[line("7", "100")]))[1], "missing-in-bill 70 -100");
}

#[test]
fn a_person_may_match_what_no_rule_does_and_a_dead_match_does_nothing() {
    let manual =
        ManualMatch { orders: vec![(ACME, "7".into())], billed: vec![(ACME, "98".into()), (ACME, "99".into())], disputed: None };
    let facts = Facts { manual: vec![manual], ..Facts::default() };
    let story = |lines: &[TestLine]| {
        let far = TestOrder { product: OSS, date: day(1), ..order(1, "7", 10_000) };
        told(&run(&Terms::strict(june(), cny()), &facts, &[far], lines))
    };
    assert_eq!(story(&[line("98", "30"), line("99", "70")]), ["1 manual 100", "= matched: 1 0"]);
    assert_eq!(story(&[line("98", "30"), line("99", "71")]), ["over-billed 7 1", "= over-billed: 1 1"]);
    assert_eq!(story(&[line("98", "30")]).len(), 4, "one side has gone: two differences, as if nobody had said anything");
}

/// The matcher as anybody would write it: for every number, walk both lists; then, for every order and line that are left, look
/// whether they are each other's only candidate.
fn naive(orders: &[TestOrder], lines: &[TestLine]) -> (Vec<i64>, Vec<String>) {
    let half = 5 * 10_i128.pow(15);
    let expected = |o: &TestOrder| i128::from(o.expected) * 10_i128.pow(16);
    let billed = |number: &str| lines.iter().filter(|l| l.number == number).map(|l| l.payable.mantissa()).sum::<i128>();
    let has_line = |number: &str| lines.iter().any(|l| l.number == number);
    let has_order = |number: &str| orders.iter().any(|o| o.number == number);
    let mut matched: Vec<i64> = Vec::new();
    let mut left: Vec<String> = Vec::new();
    for order in orders.iter().filter(|o| has_line(&o.number)) {
        let off = billed(&order.number) - expected(order);
        match off {
            _ if off.abs() < half => matched.push(order.charge),
            _ if off > 0 => left.push(format!("over-billed {}", order.number)),
            _ => left.push(format!("under-billed {}", order.number)),
        }
    }
    let missing: Vec<&TestOrder> = orders.iter().filter(|o| !has_line(&o.number)).collect();
    let unrecorded: Vec<&TestLine> = lines.iter().filter(|l| !has_order(&l.number)).collect();
    let is_near = |o: &TestOrder, l: &TestLine| {
        let days = (l.day.unwrap() - o.date).num_days();
        o.product == l.product && (l.payable.mantissa() - expected(o)).abs() < half && (-2..=5).contains(&days)
    };
    let only = |o: &TestOrder, l: &TestLine| {
        let (of_order, of_line) = (unrecorded.iter().filter(|l| is_near(o, l)), missing.iter().filter(|o| is_near(o, l)));
        is_near(o, l) && of_order.count() == 1 && of_line.count() == 1
    };
    for order in &missing {
        if unrecorded.iter().any(|l| only(order, l)) {
            matched.push(order.charge);
        } else {
            left.push(format!("missing-in-bill {}", order.number));
        }
    }
    for line in unrecorded.iter().filter(|l| !missing.iter().any(|o| only(o, l))) {
        left.push(format!("unrecorded-order {}", line.number));
    }
    matched.sort_unstable();
    left.sort();
    (matched, left)
}

proptest! {
    #[test]
    fn a_naive_matcher_finds_the_same_in_small_months(
        orders in proptest::collection::btree_map(1_i64..40, (1_i64..6, 1_i64..3, 1_u32..20), 0..8),
        lines in proptest::collection::btree_map(1_i64..40, (1_i64..6, 1_i64..3, 1_u32..20, 0_i64..3), 0..8),
    ) {
        let orders: Vec<TestOrder> = orders.into_iter().map(|(number, (amount, product, on))| {
            TestOrder { product: ProductId(product), date: day(on), ..order(number, &number.to_string(), amount * 1_000) }
        }).collect();
        let lines: Vec<TestLine> = lines.into_iter().map(|(number, (amount, product, on, mils))| {
            let payable = Exact::from_mantissa(i128::from(amount) * 10_i128.pow(19) + i128::from(mils) * 10_i128.pow(15));
            TestLine { payable, product: ProductId(product), day: Some(day(on)), ..line(&number.to_string(), "0") }
        }).collect();
        let found = strict(&orders, &lines);
        prop_assume!(!found.matches().any(|m| m.rule == MatchRule::CoveringSet));
        let mut matched: Vec<i64> = found.matches().map(|m| m.charge.0).collect();
        matched.sort_unstable();
        let kind = |m: &Mismatch| if m.kind == DifferenceKind::DuplicateOrder { DifferenceKind::MissingInBill } else { m.kind };
        let mut left: Vec<String> = found.mismatches.iter().map(|m| format!("{} {}", kind(m), m.provider_order)).collect();
        left.sort();
        prop_assert_eq!((matched, left), naive(&orders, &lines));
    }

    #[test]
    fn a_run_finds_exactly_the_breaks_of_a_month_whatever_its_sequence(
        clean in 1_usize..30,
        breaks in proptest::collection::vec(0_u8..14, 0..12),
        turn in 0_usize..50,
    ) {
        // Amounts are powers of three in fen, so that no set of them comes to another one.
        let amount = |place: usize| 3_i64.pow(u32::try_from(place % 30).unwrap());
        let yuan = |fen: i64| format!("{}.{:02}", fen / 100, fen % 100);
        let (mut orders, mut lines, mut expected) = (Vec::new(), Vec::new(), Vec::new());
        let mut facts = Facts::default();
        for place in 0..clean {
            let (number, fen) = (format!("c{place}x"), i64::try_from(place).unwrap() * 7 + 5);
            orders.push(order(i64::try_from(place).unwrap() + 1, &number, fen));
            lines.push(line(&number, &yuan(fen)));
        }
        for (place, kind) in breaks.iter().enumerate() {
            let (number, fen, charge) = (format!("b{place}x"), amount(place + 12), 1000 + i64::try_from(place).unwrap());
            let broken = order(charge, &number, fen);
            let mut found = |kind: &str| expected.push(format!("{kind} {number}"));
            match kind {
                0 => { orders.push(broken); found("missing-in-bill"); }
                1 => { lines.push(line(&number, &yuan(fen))); found("unrecorded-order"); }
                2 => { orders.push(broken); lines.push(line(&number, &yuan(fen + 1))); found("over-billed"); }
                3 => { orders.push(broken); lines.push(line(&number, &yuan(fen - 1))); found("under-billed"); }
                4 => {
                    orders.push(broken);
                    lines.push(TestLine { owner: LineOwner::Known(TEST), ..line(&number, &yuan(fen)) });
                    found("wrong-account");
                }
                5 => { orders.push(broken); lines.extend([line(&number, &yuan(fen)), line(&number, &yuan(fen))]); found("duplicate-line"); }
                6 => { lines.push(line(&number, &format!("-{}", yuan(fen)))); found("unlinked-refund"); }
                7 | 8 => {
                    // Recorded in a later month with another amount, or settled by an earlier bill.
                    let (is_later, is_settled) = (*kind == 7, *kind == 8);
                    let (charge, expected) = (ChargeId(charge), Amount::from_minor(fen + 1));
                    let order_no = number.clone();
                    let (billed_to, account) = (ACME, ACME);
                    facts.elsewhere.push(Elsewhere { billed_to, order_no, charge, account, expected, is_settled, is_later });
                    lines.push(line(&number, &yuan(fen)));
                    found(if is_later { "cut-off" } else { "late-correction" });
                }
                9 => {
                    // One difference for each stranger.
                    let owner = LineOwner::Unknown(SeenUidId(100 + charge));
                    lines.push(TestLine { owner, ..line(&number, &yuan(fen)) });
                    expected.push("unknown-account ".to_owned());
                }
                10 => {
                    let owner = LineOwner::OtherCurrency(SeenUidId(100 + charge));
                    lines.push(TestLine { owner, ..line(&number, &yuan(fen)) });
                    expected.push("currency ".to_owned());
                }
                11 | 12 => {
                    let is_over = *kind == 11;
                    let (list, expected_cost) = (yuan(fen).parse().unwrap(), yuan(if is_over { fen - 1 } else { fen + 1 }));
                    let (lines_of, billed) = (1, yuan(fen).parse().unwrap());
                    lines.push(TestLine { kind: LineKind::Usage, ..line("", &yuan(fen)) });
                    facts.usage.push(UsageMismatch {
                        account: ACME,
                        product: ProductId(100 + charge),
                        charge_month: june(),
                        list,
                        lines: lines_of,
                        expected: expected_cost.parse().unwrap(),
                        billed,
                    });
                    expected.push(if is_over { "over-billed " } else { "under-billed " }.to_owned());
                }
                _ => {
                    orders.push(broken);
                    lines.push(line(&number, &yuan(fen)));
                    let twin = format!("t{place}x");
                    orders.push(order(2000 + charge, &twin, fen));
                    expected.push(format!("duplicate-order {twin}"));
                }
            }
        }
        facts.elsewhere.sort_by(|a, b| a.order_no.cmp(&b.order_no));
        let result = |orders: &[TestOrder], lines: &[TestLine]| {
            let matched = run(&Terms::strict(june(), cny()), &facts, orders, lines);
            assert!(matched.bridge.unexplained().unwrap().is_zero());
            matched
        };
        let found = result(&orders, &lines);
        let mut kinds: Vec<String> = found.mismatches.iter().map(|m| format!("{} {}", m.kind, m.provider_order)).collect();
        kinds.sort();
        expected.sort();
        prop_assert_eq!(kinds, expected);
        let by = turn % lines.len().max(1);
        lines.rotate_left(by);
        orders.reverse();
        let again = result(&orders, &lines);
        prop_assert_eq!(&again.bridge, &found.bridge);
        prop_assert_eq!(&again.mismatches, &found.mismatches);
        prop_assert_eq!(again.parts.by_account(), found.parts.by_account());
        prop_assert_eq!(again.matches().collect::<Vec<_>>(), found.matches().collect::<Vec<_>>());
    }

    #[test]
    fn whatever_comes_every_cent_has_its_class_and_nothing_is_used_twice(
        orders in proptest::collection::btree_map(1_i64..20, (-900_i64..900, 1_i64..3, 1_i64..3, 1_u32..28, any::<bool>()), 0..12),
        lines in proptest::collection::vec((1_i64..25, -900_i64..900, 1_i64..3, 1_u32..28, 0_i64..20, any::<bool>()), 0..16),
    ) {
        let orders: Vec<TestOrder> = orders.into_iter().map(|(number, (fen, account, product, on, carried))| {
            let (account, product) = (AccountId(account), ProductId(product));
            TestOrder { account, product, carried, date: day(on), ..order(number, &number.to_string(), fen) }
        }).collect();
        let lines: Vec<TestLine> = lines.into_iter().map(|(number, fen, account, on, mils, later)| {
            let kind = if later { LineKind::SubscriptionPaidLater } else { LineKind::Subscription };
            let payable = Exact::from_mantissa(i128::from(fen) * 10_i128.pow(16) + i128::from(mils) * 10_i128.pow(15));
            let owner = LineOwner::Known(AccountId(account));
            TestLine { owner, kind, payable, day: Some(day(on)), ..line(&number.to_string(), "0") }
        }).collect();
        let tolerance = Tolerance { amount: "0.05".parse().unwrap(), share: 100_000, budget: "0.5".parse().unwrap() };
        let found = run(&Terms { tolerance, ..Terms::strict(june(), cny()) }, &Facts::default(), &orders, &lines);
        prop_assert!(found.bridge.unexplained().unwrap().is_zero());
        let mut charges: Vec<i64> = found.matches().map(|m| m.charge.0).collect();
        charges.extend(found.mismatches.iter().flat_map(|m| &m.orders).map(|o| o.charge.0));
        let all = charges.len();
        charges.sort_unstable();
        charges.dedup();
        prop_assert_eq!(charges.len(), all, "an order is in one match or one difference");
        let still = usize::try_from(found.still_carried.0).unwrap();
        prop_assert_eq!(all + still, orders.len(), "and in one of them, unless it stays carried");
        let matched = found.matches().try_fold(Exact::ZERO, |sum, m| sum.plus(m.billed)).unwrap();
        let differing = found.mismatches.iter().try_fold(Exact::ZERO, |sum, m| sum.plus(m.billed)).unwrap();
        prop_assert_eq!(matched.plus(differing).unwrap(), found.bridge.billed, "every line is in one of them, once");
    }
}

#[test]
fn a_thousand_equal_amounts_match_nobody_in_bounded_work() {
    let orders: Vec<TestOrder> = (1..=1000).map(|n| order(n, &format!("a{n}x"), 10_000)).collect();
    let lines: Vec<TestLine> = (1..=1000).map(|n| line(&format!("b{n}x"), "100")).collect();
    let found = strict(&orders, &lines);
    assert_eq!((found.matches().count(), found.mismatches.len()), (0, 2000));
    assert!(found.bridge.unexplained().unwrap().is_zero());
}
