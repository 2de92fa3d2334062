//! Matching: which bill lines and recorded orders belong together, and what is left over.
//!
//! Pure and deterministic: the same orders and lines in any sequence give the same result. Orders go in through
//! [`Matcher::order`], lines through [`Matcher::line`], and [`Matcher::finish`] tells. A line is used once; an order takes all
//! lines of its number and account.

use std::collections::{HashMap, HashSet};

use hashbrown::HashTable;

use crate::domain::bill::{LineKind, OrderNumber, Treatment};
use crate::domain::bridge::{Bridge, Class};
use crate::domain::difference::DifferenceKind;
use crate::domain::fingerprint::content_hash;
use crate::domain::id::{AccountId, ChargeId, SeenUidId};
use crate::domain::money::{Amount, Currency, Exact, Overflow};

/// A recorded order as the matcher sees it.
#[derive(Clone, Copy, Debug)]
pub struct RecordedOrder<'a> {
    /// Its charge.
    pub charge: ChargeId,
    /// Who bought.
    pub account: AccountId,
    /// The provider's order number.
    pub order_no: OrderNumber<'a>,
    /// What the provider is expected to bill.
    pub expected: Amount,
    /// The charge that a refund gives back; its own charge for everything else.
    pub root: ChargeId,
}

/// Whose a bill line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineOwner {
    /// An account of the book, whose charges are ours on that day.
    Known(AccountId),
    /// Anybody else.
    Unknown(SeenUidId),
}

/// A bill line as the matcher sees it.
#[derive(Clone, Copy, Debug)]
pub struct BilledLine<'a> {
    /// Whose it is.
    pub owner: LineOwner,
    /// The order number.
    pub order_no: OrderNumber<'a>,
    /// What it is.
    pub kind: LineKind,
    /// What is owed to the provider, exact.
    pub payable: Exact,
}

/// One order number of one account, with both its sides. Months have millions, so it is kept small.
#[derive(Clone, Copy, Debug)]
struct Pair {
    account: AccountId,
    order_no: KeptNumber,
    /// The recorded order's charge; 0 where nothing is recorded.
    charge: ChargeId,
    expected: Amount,
    billed: Exact,
    lines: u32,
}

impl Pair {
    fn recorded(&self) -> Option<ChargeId> {
        Some(self.charge).filter(|charge| charge.0 != 0)
    }
}

/// An order number as a pair keeps it: a text by its place in [`Pairs::texts`].
#[derive(Clone, Copy, Debug)]
enum KeptNumber {
    Plain(i64),
    Text(u32),
}

/// The pairs of a month, found by account and order number.
#[derive(Debug, Default)]
struct Pairs {
    all: Vec<Pair>,
    texts: Vec<Box<str>>,
    places: HashTable<u32>,
}

impl Pairs {
    fn number(&self, kept: KeptNumber) -> OrderNumber<'_> {
        match kept {
            KeptNumber::Plain(number) => OrderNumber::Plain(number),
            KeptNumber::Text(place) => OrderNumber::Text(&self.texts[place as usize]),
        }
    }

    /// The pair of an order number, made when it is new.
    fn of(&mut self, account: AccountId, order_no: OrderNumber<'_>) -> Result<&mut Pair, Overflow> {
        let hash = hash_of(account, order_no);
        let is_it = |place: &u32| {
            let pair = &self.all[*place as usize];
            pair.account == account && self.number(pair.order_no) == order_no
        };
        if let Some(place) = self.places.find(hash, is_it).copied() {
            return Ok(&mut self.all[place as usize]);
        }
        let place = u32::try_from(self.all.len()).map_err(|_| Overflow)?;
        let kept = match order_no {
            OrderNumber::Plain(number) => KeptNumber::Plain(number),
            other => {
                self.texts.push(other.to_string().into());
                KeptNumber::Text(u32::try_from(self.texts.len() - 1).map_err(|_| Overflow)?)
            }
        };
        let (all, texts) = (&self.all, &self.texts);
        self.places.insert_unique(hash, place, |place| {
            let pair = &all[*place as usize];
            match pair.order_no {
                KeptNumber::Plain(number) => hash_of(pair.account, OrderNumber::Plain(number)),
                KeptNumber::Text(text) => hash_of(pair.account, OrderNumber::Text(&texts[text as usize])),
            }
        });
        let nothing = Amount::from_minor(0);
        self.all.push(Pair { account, order_no: kept, charge: ChargeId(0), expected: nothing, billed: Exact::ZERO, lines: 0 });
        Ok(self.all.last_mut().expect("one was pushed"))
    }
}

fn hash_of(account: AccountId, order_no: OrderNumber<'_>) -> u64 {
    let number = match order_no {
        OrderNumber::Plain(number) => number.cast_unsigned(),
        OrderNumber::Text(text) => content_hash(text.as_bytes()),
        OrderNumber::Absent => 0,
    };
    // Numbers of one month differ in their last digits only: multiplying spreads them over all bits.
    let mixed = (number ^ account.0.cast_unsigned().rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ (mixed >> 29)
}

#[derive(Clone, Copy, Debug, Default)]
struct Spend {
    lines: u64,
    billed: Exact,
}

/// Collects both sides of a month.
#[derive(Debug)]
pub struct Matcher {
    currency: Currency,
    pairs: Pairs,
    /// The charge that each refund gives back.
    refunded: HashMap<ChargeId, ChargeId>,
    unknown: HashMap<SeenUidId, Spend>,
    bridge: Bridge,
    usage_lines: u64,
    commission: Exact,
}

/// How an order and its lines agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchRule {
    /// To the last digit.
    Exact,
    /// Within half a minor unit: the expected cost, rounded once, is what was billed.
    RoundingProof,
    /// An order and its refunds that add up to nothing, none of which was billed: it never happened at the provider.
    Netted,
}

impl MatchRule {
    /// The word that the book stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::RoundingProof => "rounding-proof",
            Self::Netted => "netted",
        }
    }
}

/// An order that was billed as expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// The order's charge.
    pub charge: ChargeId,
    /// What was expected.
    pub expected: Amount,
    /// How it agreed.
    pub rule: MatchRule,
    /// What was billed, exact.
    pub billed: Exact,
}

/// An order number, or an account, whose two sides do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Why.
    pub kind: DifferenceKind,
    /// Whose.
    pub owner: LineOwner,
    /// The order number; empty for an unknown account.
    pub provider_order: String,
    /// What the book expects.
    pub recorded: Exact,
    /// What the bill says.
    pub billed: Exact,
    /// How many lines say it.
    pub lines: u64,
}

/// The outcome of a month.
#[derive(Debug)]
pub struct Matched {
    /// Every cent in its class.
    pub bridge: Bridge,
    /// What did not, in a fixed order.
    pub mismatches: Vec<Mismatch>,
    /// How many lines are usage (adjustments without an order included).
    pub usage_lines: u64,
    /// The agent's commission, exact; negative when the provider pays it.
    pub commission: Exact,
    pairs: Vec<Pair>,
    /// The pairs that agreed, by charge.
    agreed: Vec<(u32, MatchRule)>,
}

impl Matched {
    /// How many orders were billed as expected.
    pub fn match_count(&self) -> u64 {
        self.agreed.len() as u64
    }

    /// What agreed, by charge.
    pub fn matches(&self) -> impl Iterator<Item = Match> + '_ {
        self.agreed.iter().map(|(place, rule)| {
            let Pair { charge, expected, billed, .. } = self.pairs[*place as usize];
            Match { charge, expected, rule: *rule, billed }
        })
    }
}

impl Matcher {
    /// A matcher of one month's bill in one currency.
    pub fn new(currency: Currency) -> Self {
        Self {
            currency,
            pairs: Pairs::default(),
            refunded: HashMap::new(),
            unknown: HashMap::new(),
            bridge: Bridge::default(),
            usage_lines: 0,
            commission: Exact::ZERO,
        }
    }

    /// Adds a recorded order.
    pub fn order(&mut self, order: &RecordedOrder<'_>) -> Result<(), Overflow> {
        let expected = Exact::from_amount(order.expected, self.currency);
        self.bridge.recorded = self.bridge.recorded.plus(expected)?;
        if order.root != order.charge {
            self.refunded.insert(order.charge, order.root);
        }
        let pair = self.pairs.of(order.account, order.order_no)?;
        pair.charge = order.charge;
        pair.expected = order.expected;
        Ok(())
    }

    /// Adds a bill line.
    pub fn line(&mut self, line: &BilledLine<'_>) -> Result<(), Overflow> {
        self.bridge.billed = self.bridge.billed.plus(line.payable)?;
        let treatment = line.kind.treatment(line.order_no.is_present());
        if treatment == Treatment::Commission {
            self.commission = self.commission.plus(line.payable)?;
            return self.bridge.add(Class::Commission, 1, line.payable);
        }
        let account = match line.owner {
            LineOwner::Known(account) => account,
            LineOwner::Unknown(uid) => {
                let spend = self.unknown.entry(uid).or_default();
                spend.lines += 1;
                spend.billed = spend.billed.plus(line.payable)?;
                return Ok(());
            }
        };
        match treatment {
            Treatment::Order => {
                let pair = self.pairs.of(account, line.order_no)?;
                pair.lines = pair.lines.checked_add(1).ok_or(Overflow)?;
                pair.billed = pair.billed.plus(line.payable)?;
                Ok(())
            }
            Treatment::Rounding => self.bridge.add(Class::Rounding, 1, line.payable),
            Treatment::Usage | Treatment::Adjustment => {
                self.usage_lines += 1;
                let class = if treatment == Treatment::Usage { Class::Usage } else { Class::Adjustment };
                self.bridge.add(class, 1, line.payable)
            }
            Treatment::Commission => unreachable!("commission was taken out above"),
        }
    }

    /// Lines that came twice were left out before; they are a class of their own, with nothing in it.
    pub fn repeated(&mut self, lines: u64) -> Result<(), Overflow> {
        if lines == 0 {
            return Ok(());
        }
        self.bridge.add(Class::DuplicateLine, lines, Exact::ZERO)
    }

    /// Compares the two sides.
    pub fn finish(self) -> Result<Matched, Overflow> {
        let Self { currency, pairs, refunded, unknown, mut bridge, usage_lines, commission } = self;
        let netted = netted(&pairs.all, &refunded)?;
        let mut agreed = Vec::new();
        let mut mismatches = Vec::new();
        for (place, pair) in (0_u32..).zip(&pairs.all) {
            let recorded = Exact::from_amount(pair.expected, currency);
            let residual = pair.billed.minus(recorded)?;
            let is_netted = pair.lines == 0 && netted.contains(refunded.get(&pair.charge).unwrap_or(&pair.charge));
            match compare(pair, residual, is_netted, currency) {
                Ok(rule) => {
                    let class = if rule == MatchRule::RoundingProof { Class::Rounding } else { Class::Matched };
                    bridge.add(class, 1, residual)?;
                    agreed.push((place, rule));
                }
                Err(kind) => mismatches.push(Mismatch {
                    kind,
                    owner: LineOwner::Known(pair.account),
                    provider_order: pairs.number(pair.order_no).to_string(),
                    recorded,
                    billed: pair.billed,
                    lines: u64::from(pair.lines),
                }),
            }
        }
        let pairs = pairs.all;
        agreed.sort_unstable_by_key(|(place, _)| pairs[*place as usize].charge);
        mismatches.extend(unknown.into_iter().map(|(uid, spend)| Mismatch {
            kind: DifferenceKind::UnknownAccount,
            owner: LineOwner::Unknown(uid),
            provider_order: String::new(),
            recorded: Exact::ZERO,
            billed: spend.billed,
            lines: spend.lines,
        }));
        for mismatch in &mismatches {
            bridge.add(mismatch.kind.into(), 1, mismatch.billed.minus(mismatch.recorded)?)?;
        }
        mismatches.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
        Ok(Matched { bridge, mismatches, usage_lines, commission, pairs, agreed })
    }
}

fn key(mismatch: &Mismatch) -> (DifferenceKind, i64, &str) {
    let owner = match mismatch.owner {
        LineOwner::Known(AccountId(id)) | LineOwner::Unknown(SeenUidId(id)) => id,
    };
    (mismatch.kind, owner, &mismatch.provider_order)
}

/// Orders that were not billed and that their refunds, not billed either, take back to the last minor unit: by their charge.
fn netted(pairs: &[Pair], refunded: &HashMap<ChargeId, ChargeId>) -> Result<HashSet<ChargeId>, Overflow> {
    if refunded.is_empty() {
        return Ok(HashSet::new());
    }
    let roots: HashSet<ChargeId> = refunded.values().copied().collect();
    let mut sums: HashMap<ChargeId, (Amount, u32)> = HashMap::new();
    for pair in pairs.iter().filter(|pair| pair.lines == 0 && pair.recorded().is_some()) {
        let root = *refunded.get(&pair.charge).unwrap_or(&pair.charge);
        if roots.contains(&root) {
            let (sum, count) = sums.entry(root).or_default();
            *sum = sum.plus(pair.expected)?;
            *count += 1;
        }
    }
    Ok(sums.into_iter().filter(|(_, (sum, count))| sum.is_zero() && *count > 1).map(|(root, _)| root).collect())
}

/// How the two sides of one order number agree, or why they do not.
fn compare(pair: &Pair, residual: Exact, is_netted: bool, currency: Currency) -> Result<MatchRule, DifferenceKind> {
    if pair.recorded().is_none() {
        return Err(DifferenceKind::UnrecordedOrder);
    }
    match pair.lines {
        0 if is_netted => Ok(MatchRule::Netted),
        // Nothing was expected and nothing was billed: the provider does not list what costs nothing.
        0 if !pair.expected.is_zero() => Err(DifferenceKind::MissingInBill),
        _ if residual.is_zero() => Ok(MatchRule::Exact),
        _ if residual.is_below_half_a_minor_unit(currency) => Ok(MatchRule::RoundingProof),
        _ if residual.is_negative() => Err(DifferenceKind::UnderBilled),
        _ => Err(DifferenceKind::OverBilled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cny() -> Currency {
        Currency::parse("CNY").unwrap()
    }

    const ACME: AccountId = AccountId(1);

    fn run(orders: &[(i64, AccountId, &str, i64)], lines: &[(LineOwner, &str, LineKind, &str)]) -> Matched {
        let mut matcher = Matcher::new(cny());
        for (charge, account, provider_order, expected) in orders {
            let order = RecordedOrder {
                charge: ChargeId(*charge),
                account: *account,
                order_no: OrderNumber::of(provider_order),
                expected: Amount::from_minor(*expected),
                root: ChargeId(*charge),
            };
            matcher.order(&order).unwrap();
        }
        for (owner, order_no, kind, payable) in lines {
            matcher
                .line(&BilledLine {
                    owner: *owner,
                    order_no: OrderNumber::of(order_no),
                    kind: *kind,
                    payable: payable.parse().unwrap(),
                })
                .unwrap();
        }
        matcher.finish().unwrap()
    }

    fn told(matched: &Matched) -> Vec<String> {
        let differences =
            matched.mismatches.iter().map(|m| format!("{} {} {}", m.kind, m.provider_order, m.billed.minus(m.recorded).unwrap()));
        let classes = matched.bridge.classes.iter().map(|(class, total)| format!("{class}: {} {}", total.count, total.amount));
        differences.chain(classes).chain([format!("unexplained {}", matched.bridge.unexplained().unwrap())]).collect()
    }

    #[test]
    fn a_month_with_one_of_each() {
        use LineKind::{Commission, Rounding, Subscription, Usage};
        let known = LineOwner::Known(ACME);
        let matched = run(
            &[
                (1, ACME, "2100001", 960_000),
                (2, ACME, "2100002", 799_999),
                (3, ACME, "2100004", 3_200_000),
                (4, ACME, "5", 100),
                (5, ACME, "6", 100),
            ],
            &[
                (known, "2100001", Subscription, "9000"),
                (known, "2100001", Subscription, "600"),
                (known, "2100002", Subscription, "7999.992"),
                (known, "2100099", Subscription, "500"),
                (known, "5", Subscription, "1.005"),
                (known, "6", Subscription, "0.99"),
                (known, "", Usage, "10.123456789"),
                (known, "", Rounding, "-0.003456789"),
                (LineOwner::Unknown(SeenUidId(9)), "", Usage, "77.7"),
                (LineOwner::Unknown(SeenUidId(9)), "2100001", Subscription, "1"),
                (LineOwner::Unknown(SeenUidId(8)), "", Commission, "-35.2"),
            ],
        );
        assert_eq!(
            told(&matched),
            [
                "unknown-account  78.7",
                "unrecorded-order 2100099 500",
                "missing-in-bill 2100004 -32000",
                "over-billed 5 0.005",
                "under-billed 6 -0.01",
                "matched: 1 0",
                "rounding: 2 -0.001456789",
                "usage: 1 10.123456789",
                "commission: 1 -35.2",
                "unknown-account: 1 78.7",
                "unrecorded-order: 1 500",
                "missing-in-bill: 1 -32000",
                "over-billed: 1 0.005",
                "under-billed: 1 -0.01",
                "unexplained 0",
            ]
        );
        assert_eq!(matched.matches().count(), 2);
        assert_eq!(matched.usage_lines, 1);
    }

    #[test]
    fn what_was_expected_to_cost_nothing_is_not_missing() {
        let matched = run(&[(1, ACME, "7", 0)], &[]);
        assert_eq!((matched.matches().count(), matched.mismatches.len()), (1, 0));
    }

    #[test]
    fn an_order_and_its_refund_that_were_never_billed_settle_each_other() {
        let recorded = |charge, provider_order, expected, root| RecordedOrder {
            charge: ChargeId(charge),
            account: ACME,
            order_no: OrderNumber::of(provider_order),
            expected: Amount::from_minor(expected),
            root: ChargeId(root),
        };
        let told = |orders: &[RecordedOrder<'_>], billed: &[&str]| {
            let mut matcher = Matcher::new(cny());
            for order in orders {
                matcher.order(order).unwrap();
            }
            for order_no in billed {
                let payable = "1".parse().unwrap();
                let (owner, order_no) = (LineOwner::Known(ACME), OrderNumber::of(order_no));
                matcher.line(&BilledLine { owner, order_no, kind: LineKind::Subscription, payable }).unwrap();
            }
            let outcome = matcher.finish().unwrap();
            assert!(outcome.bridge.unexplained().unwrap().is_zero());
            (outcome.matches().filter(|m| m.rule == MatchRule::Netted).count(), outcome.mismatches.len())
        };
        let typo = [recorded(1, "7", 100, 1), recorded(2, "r7", -60, 1), recorded(3, "r8", -40, 1)];
        assert_eq!(told(&typo, &[]), (3, 0));
        assert_eq!(told(&typo[..2], &[]), (0, 2), "40 are still expected");
        assert_eq!(told(&typo, &["7"]), (0, 2), "the order was billed, so its refunds are missing");
    }

    #[test]
    fn order_numbers_are_texts_even_when_they_look_like_numbers() {
        let known = LineOwner::Known(ACME);
        let matched = run(&[(1, ACME, "007", 100)], &[(known, "7", LineKind::Subscription, "1")]);
        assert_eq!(matched.matches().count(), 0);
        assert_eq!(matched.mismatches.len(), 2);
        let other_account = run(&[(1, AccountId(2), "7", 100)], &[(known, "7", LineKind::Subscription, "1")]);
        assert_eq!(other_account.mismatches.len(), 2);
    }

    /// The matcher as anybody would write it: for every number, walk both lists.
    fn naive(orders: &[(i64, i64)], lines: &[(i64, i128)]) -> (usize, Vec<(DifferenceKind, String)>) {
        let mut numbers: Vec<i64> = orders.iter().map(|o| o.0).chain(lines.iter().map(|l| l.0)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let half = 5 * 10_i128.pow(15);
        let (mut matched, mut left) = (0, vec![]);
        for number in numbers {
            let expected = orders.iter().find(|o| o.0 == number).map(|o| i128::from(o.1) * 10_i128.pow(16));
            let mine: Vec<i128> = lines.iter().filter(|l| l.0 == number).map(|l| l.1).collect();
            let billed: i128 = mine.iter().sum();
            let kind = match expected {
                None => DifferenceKind::UnrecordedOrder,
                Some(_) if mine.is_empty() => DifferenceKind::MissingInBill,
                Some(e) if (billed - e).abs() < half => {
                    matched += 1;
                    continue;
                }
                Some(e) if billed > e => DifferenceKind::OverBilled,
                Some(_) => DifferenceKind::UnderBilled,
            };
            left.push((kind, number.to_string()));
        }
        left.sort();
        (matched, left)
    }

    proptest! {
        #[test]
        fn any_order_of_input_gives_what_a_naive_matcher_finds(
            orders in proptest::collection::btree_map(1_i64..30, 1_i64..1000, 0..20),
            lines in proptest::collection::vec((1_i64..30, -10_i128.pow(19)..10_i128.pow(19)), 0..40),
            exact in proptest::collection::vec(1_i64..30, 0..20),
            shift in 0_usize..50,
        ) {
            let orders: Vec<(i64, i64)> = orders.into_iter().collect();
            let mut lines = lines;
            // Some lines bill exactly, or nearly, what was expected.
            for number in exact {
                if let Some(order) = orders.iter().find(|o| o.0 == number) {
                    lines.retain(|l| l.0 != number);
                    lines.push((number, i128::from(order.1) * 10_i128.pow(16) + i128::from(number % 3) * 10_i128.pow(15)));
                }
            }
            let result = |lines: &[(i64, i128)], orders: &[(i64, i64)]| {
                let mut matcher = Matcher::new(cny());
                for (number, expected) in orders {
                    let text = number.to_string();
                    let expected = Amount::from_minor(*expected);
                    let charge = ChargeId(*number);
                    let order_no = OrderNumber::of(&text);
                    matcher.order(&RecordedOrder { charge, root: charge, account: ACME, order_no, expected }).unwrap();
                }
                for (number, payable) in lines {
                    let text = number.to_string();
                    let payable = Exact::from_mantissa(*payable);
                    let (owner, kind) = (LineOwner::Known(ACME), LineKind::Subscription);
                    matcher.line(&BilledLine { owner, order_no: OrderNumber::of(&text), kind, payable }).unwrap();
                }
                matcher.finish().unwrap()
            };
            let matched = result(&lines, &orders);
            prop_assert!(matched.bridge.unexplained().unwrap().is_zero());
            let (count, mut expected) = naive(&orders, &lines);
            let mut found: Vec<_> = matched.mismatches.iter().map(|m| (m.kind, m.provider_order.clone())).collect();
            found.sort();
            expected.sort();
            prop_assert_eq!(matched.matches().count(), count);
            prop_assert_eq!(found, expected);

            let (mut turned_lines, mut turned_orders) = (lines.clone(), orders.clone());
            turned_lines.rotate_left(shift % lines.len().max(1));
            turned_orders.reverse();
            let again = result(&turned_lines, &turned_orders);
            prop_assert_eq!(&again.bridge, &matched.bridge);
            prop_assert_eq!(&again.mismatches, &matched.mismatches);
            prop_assert_eq!(again.matches().collect::<Vec<_>>(), matched.matches().collect::<Vec<_>>());
        }
    }
}
