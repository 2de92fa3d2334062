//! Why a difference is one: the matcher is asked once more, over the same bill and the same orders, and says what it looked at.
//! Reads only.

use chrono::NaiveDate;

use super::Result;
use super::reconcile::{MatchedBill, match_bill};
use crate::domain::difference::{Difference, DifferenceKind, DifferenceState, Reason};
use crate::domain::matching::near::{self, Obstacle};
use crate::domain::matching::residue::{Billed, Item, Recorded};
use crate::domain::matching::{MatchRule, covering};
use crate::domain::money::{Exact, Overflow};
use crate::domain::period::PeriodState;
use crate::domain::refusal::Refusal;
use crate::domain::words::words;
use crate::store::Reader;

/// How many candidates are told.
const TOLD: usize = 20;

words! {
    /// What a candidate is.
    CandidateKind, "a kind of candidate" {
        /// A recorded order.
        Order = "order",
        /// Lines of the bill.
        BillLines = "bill-lines",
    }
}

/// Something that was looked at and is not it.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// What it is.
    pub what: CandidateKind,
    /// The account's code.
    pub account: String,
    /// The order number.
    pub provider_order: String,
    /// The product's code.
    pub product: String,
    /// Its day.
    pub day: Option<NaiveDate>,
    /// What is expected or billed, exact.
    pub amount: Exact,
    /// What stands between.
    pub obstacles: Vec<Obstacle>,
}

/// A step of the cascade, and what it came to.
#[derive(Clone, Debug)]
pub struct Step {
    /// The rule.
    pub rule: MatchRule,
    /// What it came to.
    pub outcome: String,
}

/// Why a difference is one.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The difference.
    pub difference: Difference,
    /// What was looked for.
    pub looked_for: String,
    /// The steps that apply.
    pub steps: Vec<Step>,
    /// The nearest candidates.
    pub candidates: Vec<Candidate>,
    /// How many there are in all.
    pub in_all: u64,
    /// What would settle it.
    pub ways: Vec<String>,
}

/// Explains a difference.
pub fn explain(reader: Reader<'_>, id: &str) -> Result<Explained> {
    let difference = super::difference::find(reader, id)?;
    let period = difference.period;
    let bill = reader.bill(period)?.ok_or(Refusal::NoBill { period })?;
    let MatchedBill { matched, .. } = match_bill(reader, &bill)?;
    let is_closed = reader.closed_through()?.state(period) == PeriodState::Closed;
    let account = reader.account_by_name(&difference.account)?.map(|account| account.id);
    let item = matched.items().iter().find(|item| Some(item.account) == account && item.order_no == difference.provider_order);
    let mut explained = Explained {
        looked_for: looked_for(&difference),
        steps: item.map_or_else(|| usage_steps(&difference), |item| steps(item, &difference)),
        candidates: vec![],
        in_all: 0,
        ways: if is_closed { ways_after_the_close(&difference) } else { ways(&difference) },
        difference,
    };
    if let Some(item) = item {
        let codes = reader.product_codes()?;
        let mut found = candidates(item, matched.items(), &explained.difference)?;
        // The same number at another account says more than anything else.
        found.sort_by_cached_key(|(other, obstacles)| {
            (other.order_no != item.order_no, obstacles.len(), apart(item, other), other.account, other.order_no.clone())
        });
        explained.in_all = found.len() as u64;
        for (other, mut obstacles) in found.into_iter().take(TOLD) {
            let account = reader.account(other.account)?.code.to_string();
            for obstacle in &mut obstacles {
                if let Obstacle::OtherAccount { account: code } = obstacle {
                    code.clone_from(&account);
                }
            }
            let (what, product, day, amount) = match (&other.recorded, &other.billed) {
                (Some(order), _) => {
                    let amount = Exact::from_amount(order.expected, bill.currency);
                    (CandidateKind::Order, Some(order.product), Some(order.date), amount)
                }
                (None, Some(lines)) => (CandidateKind::BillLines, lines.product, lines.day, lines.payable),
                (None, None) => continue,
            };
            let product = product.and_then(|product| codes.get(&product).cloned()).unwrap_or_default();
            let provider_order = other.order_no.clone();
            explained.candidates.push(Candidate { what, account, provider_order, product, day, amount, obstacles });
        }
    }
    Ok(explained)
}

/// How far the amounts of two items lie apart.
fn apart(item: &Item, other: &Item) -> u128 {
    let amount = |item: &Item| match (&item.recorded, &item.billed) {
        (Some(order), _) => i128::from(order.expected.minor()) * 10_i128.pow(16),
        (None, Some(lines)) => lines.payable.mantissa(),
        (None, None) => 0,
    };
    amount(item).abs_diff(amount(other))
}

/// What lies on the other side, of the same account or with the same number, and what stands between.
fn candidates<'i>(
    item: &'i Item,
    items: &'i [Item],
    difference: &Difference,
) -> std::result::Result<Vec<(&'i Item, Vec<Obstacle>)>, Overflow> {
    let (period, currency) = (difference.period, difference.currency);
    let mut found = Vec::new();
    for other in items {
        let is_itself = other.account == item.account && other.order_no == item.order_no;
        if is_itself || (other.account != item.account && other.order_no != item.order_no) {
            continue;
        }
        let sides: Option<(&Recorded, &Billed)> = match (&item.recorded, &item.billed) {
            (Some(order), None) => other.billed.as_ref().map(|lines| (order, lines)),
            (None, Some(lines)) => other.recorded.as_ref().map(|order| (order, lines)),
            // With both sides, what is off may be an order or lines of its own.
            (Some(order), Some(lines)) => {
                other.billed.as_ref().map(|theirs| (order, theirs)).or_else(|| other.recorded.as_ref().map(|o| (o, lines)))
            }
            (None, None) => None,
        };
        let Some((order, lines)) = sides else { continue };
        let mut obstacles = near::obstacles(order, lines, period, currency)?;
        if other.account != item.account {
            obstacles.insert(0, Obstacle::OtherAccount { account: String::new() });
        }
        if other.settled.is_some() || other.recorded.is_some() && other.billed.is_some() {
            obstacles.push(Obstacle::Used { by: other.order_no.clone() });
        }
        found.push((other, obstacles));
    }
    let free = found.iter().filter(|(_, obstacles)| obstacles.is_empty()).count() as u64;
    if free > 1 {
        for (_, obstacles) in found.iter_mut().filter(|(_, obstacles)| obstacles.is_empty()) {
            obstacles.push(Obstacle::Several { candidates: free });
        }
    }
    Ok(found)
}

fn looked_for(difference: &Difference) -> String {
    let Difference { account, provider_order, currency, recorded, billed, product, .. } = difference;
    if let Reason::UsagePrice { charge_month, list, .. } = &difference.reason {
        let (list, terms) = (list.display(*currency), recorded.display(*currency));
        return format!("usage of {product} by {account} in {charge_month} at {terms}: {list} by the purchase terms");
    }
    match difference.kind {
        DifferenceKind::UnknownAccount | DifferenceKind::Currency => {
            format!("an account {account} of the book, active, in {currency}")
        }
        _ if billed.is_zero() => format!("lines of the bill with the order number {provider_order} and account {account}"),
        _ if recorded.is_zero() => format!("an order {provider_order} of {account} that no earlier bill has settled"),
        _ => format!("{} for {provider_order} of {account}", recorded.display(*currency)),
    }
}

/// What was tried with usage that does not come to the purchase terms.
fn usage_steps(difference: &Difference) -> Vec<Step> {
    let Reason::UsagePrice { lines, .. } = &difference.reason else { return vec![] };
    let off = difference.difference().map_or_else(|_| String::new(), |off| off.display(difference.currency));
    let lines = crate::domain::plural(*lines, "line", "lines");
    let mut steps = vec![Step { rule: MatchRule::Exact, outcome: format!("the sum is {off} off") }];
    let proof = format!("each of {lines} was held against its own price, cut or rounded: {off} is left");
    steps.push(Step { rule: MatchRule::RoundingProof, outcome: proof });
    let outcome = "the policy tolerates less, or its budget is used up".to_owned();
    steps.push(Step { rule: MatchRule::Tolerance, outcome });
    steps
}

/// What each step that applies came to.
fn steps(item: &Item, difference: &Difference) -> Vec<Step> {
    let off = difference.difference().map_or_else(|_| String::new(), |off| off.display(difference.currency));
    let mut steps = Vec::new();
    let mut step = |rule, outcome: &str| steps.push(Step { rule, outcome: outcome.to_owned() });
    match (&item.recorded, &item.billed) {
        (Some(_), Some(lines)) => {
            step(MatchRule::Exact, &format!("the amounts are {off} apart"));
            let proof = if lines.cuts_are_rounding {
                format!("the lines' own rounding comes to {}, which does not explain it", lines.cut.display(difference.currency))
            } else {
                "what the lines have beyond list less discounts is no rounding of the provider".to_owned()
            };
            step(MatchRule::RoundingProof, &proof);
            step(MatchRule::Tolerance, "outside the policy's tolerance, or its budget is used up");
            let coupon = lines.coupon.display(difference.currency);
            step(MatchRule::Coupon, &format!("the lines' coupons come to {coupon}, which does not explain it"));
        }
        (Some(_), None) => {
            step(MatchRule::Exact, "no line has its number and account");
            step(MatchRule::Netted, "its refunds do not take all of it back, or one of them was billed");
        }
        (None, _) => {
            step(MatchRule::Exact, "no order of the month has its number and account");
            step(MatchRule::CutOff, "no later order has its number and amount");
            step(MatchRule::Credited, "nothing of its number and amount is in dispute");
        }
    }
    let family = if item.family == item.order_no {
        "no other order or line belongs to its number".to_owned()
    } else {
        format!("the orders and lines of {} do not come to the same", item.family)
    };
    step(MatchRule::ManyToOne, &family);
    step(
        MatchRule::Near,
        &format!(
            "not exactly one of the same account, product and amount from {} days before to {} days after the order",
            near::DAYS_BEFORE,
            near::DAYS_AFTER
        ),
    );
    step(
        MatchRule::CoveringSet,
        &format!(
            "no single smallest set of up to {} within {} days, among {} at most",
            covering::MOST_MEMBERS,
            covering::DAYS,
            covering::MOST_CANDIDATES
        ),
    );
    steps
}

/// What would still settle a difference whose month is closed.
fn ways_after_the_close(difference: &Difference) -> Vec<String> {
    let Difference { id, provider_order, period, .. } = difference;
    let resolve = |rest: &str| format!("`subledger difference resolve {id} --as {rest}`");
    let reopen = format!("`subledger period reopen {period} --reason …` opens the month again, and everything can be decided");
    if !difference.disputed.is_zero() {
        let back = match provider_order.as_str() {
            "" => "money back on a later bill".to_owned(),
            number => format!(
                "money back on a later bill under {number}, or matched by hand: `subledger difference match LATER --with {id}`"
            ),
        };
        return vec![back, resolve("accepted --borne-by agent --note …"), resolve("written-off --note …")];
    }
    if difference.state == DifferenceState::Resolved {
        return vec!["nothing is left to do".to_owned(), reopen];
    }
    let mut ways = Vec::new();
    if !provider_order.is_empty() {
        ways.push(format!("a later bill that has {provider_order}"));
    }
    if difference.billed.is_zero() && !difference.recorded.is_negative() {
        ways.push(format!("{}, if the provider never will bill it", resolve("cancelled")));
    }
    ways.push(reopen);
    ways
}

/// What would settle a difference, the likeliest first.
fn ways(difference: &Difference) -> Vec<String> {
    let Difference { id, account, provider_order, period, .. } = difference;
    if difference.state == DifferenceState::Resolved {
        return vec![format!("nothing is left to do; `subledger difference reopen {id}` opens it again")];
    }
    let resolve = |rest: &str| format!("`subledger difference resolve {id} --as {rest}`");
    let carried = format!("carry it over the close: `subledger difference acknowledge {id} --owner NAME --due DAY`");
    let by_hand = format!("say what belongs to it: `subledger difference match {id} --with LINE`");
    let mut ways = match (difference.kind, &difference.reason) {
        (DifferenceKind::UnknownAccount, Reason::Stranger { .. }) => {
            vec![
                format!("`subledger account associate CODE --uid {account}`, and run the month again"),
                resolve("disputed --note …"),
            ]
        }
        (DifferenceKind::UnknownAccount | DifferenceKind::Currency, _) => {
            vec![resolve("disputed --note …"), resolve("written-off --note …")]
        }
        (DifferenceKind::WrongAccount, Reason::BilledTo { .. }) => {
            vec![resolve("moved"), format!("ask the provider to bill it to {account}, and import the bill again")]
        }
        (DifferenceKind::DuplicateOrder, _) => vec![resolve("cancelled")],
        (DifferenceKind::MissingInBill, _) if difference.recorded.is_negative() => {
            vec![by_hand, format!("{}, if the provider never will give it back", resolve("accepted --borne-by customer --note …"))]
        }
        (DifferenceKind::MissingInBill, _) => {
            vec![by_hand, format!("{}, if the provider never will bill it", resolve("cancelled")), carried.clone()]
        }
        (DifferenceKind::UnlinkedRefund, _) => vec![resolve("recorded --refunds ORDER"), by_hand],
        (DifferenceKind::UnrecordedOrder, _) => vec![resolve("recorded"), by_hand, resolve("disputed --note …")],
        (DifferenceKind::LateCorrection, _) => vec![resolve("recorded"), resolve("accepted --borne-by agent --note …")],
        (DifferenceKind::Tax, _) => vec![format!("`subledger policy set tax-rate 6`, and `reconcile run --period {period}`")],
        (DifferenceKind::DuplicateLine, _) => vec![resolve("disputed --note …")],
        (DifferenceKind::OverBilled, _) => {
            vec![resolve("accepted --borne-by agent --note …"), resolve("disputed --note …"), carried.clone()]
        }
        _ => vec![resolve("accepted --borne-by agent --note …"), carried.clone()],
    };
    if !ways.contains(&carried) {
        ways.push(carried);
    }
    if difference.kind == DifferenceKind::MissingInBill && !provider_order.is_empty() {
        ways.insert(0, format!("a later version of the bill, or the bill of {}, that has {provider_order}", period.next()));
    }
    ways
}
