//! Planned purchases: what they would cost, and how the same could be bought for less.
//!
//! Every figure is a whole schedule priced, or the difference of two: never a difference of rates times a volume. Nothing here
//! writes.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use chrono::NaiveDate;

use super::operation::{AccountInGroup, find_group, not_negative, positive, unknown};
use super::pricing::Prices as _;
use super::schedule::{Bought, Impossible, Pieces, Pricing, Schedule, if_possible, rounded_up};
use super::{Error, Result, When, account, handover};
use crate::domain::account::{Account, Group, Standing};
use crate::domain::agreement::{Agreement, Basis, ChargeKind, Measure, TierRule};
use crate::domain::buying_order::{BY_SUBSETS_MAX, BY_TRIAL_MAX, by_improving, by_subsets, by_trial};
use crate::domain::code::Code;
use crate::domain::id::{AccountId, AgreementId};
use crate::domain::money::{Amount, Currency, Exact, Money};
use crate::domain::price::{Price, PricedBy};
use crate::domain::refusal::{Notice, Noun, Refusal};
use crate::domain::schedule::{PlannedOrder, Purchase, Scenario, all_on, in_turn, together};
use crate::store::{Reader, Scope};

/// How many refused lines of a plan are told; the rest is counted.
const LINES_TOLD: usize = 100;

/// How many purchases are priced, at most, while a better order is looked for.
const PRICINGS_MAX: usize = 200_000;

/// A plan of purchases.
#[derive(Clone, Debug)]
pub struct PlanRequest {
    /// The group, as it was typed.
    pub group: String,
    /// The file, as it was typed.
    pub file: String,
    /// Its orders, each with its line number.
    pub orders: Vec<(u64, PlannedOrder)>,
}

/// A planned order, priced as recording it in its turn would.
#[derive(Clone, Debug)]
pub struct PlanRow {
    /// What is planned.
    pub purchase: Purchase,
    /// The account's code.
    pub account: Code,
    /// The price.
    pub price: Price,
    /// What the provider is expected to bill; `None` without a purchase agreement.
    pub cost: Option<Amount>,
    /// What it costs once the true-up of its window is posted.
    pub in_the_end: Amount,
    /// What the account may spend after it, and after what is bought before it.
    pub available_after: Amount,
}

/// What one way to buy costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScenarioCost {
    /// How many orders it takes.
    pub orders: usize,
    /// At list price.
    pub list: Amount,
    /// In the end, true-ups included.
    pub payable: Amount,
    /// That less what the plan costs as it is; below zero, it is cheaper.
    pub difference: Amount,
}

/// The cheapest order of the same orders that was found.
#[derive(Clone, Debug)]
pub struct BestOrder {
    /// The orders in their turn, each on the date that it has there, with the account's code and what it costs in the end.
    pub orders: Vec<(Purchase, Code, Amount)>,
    /// Whether no other order is cheaper; else better ones may exist.
    pub is_exact: bool,
}

/// What it would take to reach the next tier of an agreement, and what that would bring.
#[derive(Clone, Debug)]
pub struct NextTier {
    /// The agreement.
    pub agreement: Code,
    /// What its volume has reached: before the first planned order in its window, or under `retroactive` at the window's end.
    pub volume: Exact,
    /// Where the next tier begins.
    pub from: Exact,
    /// How much is missing.
    pub missing: Exact,
    /// The figures.
    pub figures: std::result::Result<NextTierCost, Impossible>,
}

/// The figures of a next tier, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextTierCost {
    /// The list price of an order that fills what is missing.
    pub missing_list: Amount,
    /// What that order costs.
    pub missing_payable: Amount,
    /// What the plan costs without it.
    pub without: Amount,
    /// What the plan costs after it.
    pub with: Amount,
    /// What the plan costs less, after it.
    pub saving: Amount,
    /// That less what the order costs: below zero, the tier does not pay for itself.
    pub net: Amount,
}

/// A plan, priced.
#[derive(Clone, Debug)]
pub struct PricePlan {
    /// The group.
    pub group: Code,
    /// What all amounts are counted in.
    pub currency: Currency,
    /// The orders, as they were given.
    pub rows: Vec<PlanRow>,
    /// What they cost at list price.
    pub list: Amount,
    /// What they would be charged.
    pub payable: Amount,
    /// What true-ups would change, on these and on earlier charges; below zero, something is given back.
    pub true_up: Amount,
    /// The ways to buy the same.
    pub scenarios: Vec<(Scenario, std::result::Result<ScenarioCost, Impossible>)>,
    /// The cheapest order.
    pub best_order: BestOrder,
    /// The rules under which the orders are priced.
    pub rules: BTreeSet<&'static str>,
    /// The next tiers.
    pub next_tiers: Vec<NextTier>,
    /// What is worth saying.
    pub notices: Vec<Notice>,
}

/// Prices planned orders, and the other ways to buy the same. They are bought by date, and on one day in the given order, as an
/// order list is recorded.
pub fn plan(reader: Reader<'_>, today: NaiveDate, request: PlanRequest) -> Result<PricePlan> {
    let group = find_group(reader, &request.group)?;
    let currency = group.currency;
    let file = request.file.clone();
    let (accounts, purchases) = purchases(reader, &group, today, request)?;
    let mut pricing = Pricing::new(reader, group, accounts);
    let given: Vec<u64> = purchases.iter().map(|purchase| purchase.line).collect();
    let purchases = in_turn(purchases);
    let planned = match pricing.priced(&purchases, Pieces::Whole) {
        Err(Error::Refused(refusal)) => {
            return Err(Refusal::PlanLines { file, lines: vec![(pricing.line, *refusal)], count: 1 }.into());
        }
        other => other?,
    };
    let (rows, mut notices) = rows(reader, &pricing, &planned, &given, today)?;
    notices.extend(stopped(reader, &pricing)?);
    let is_list_price = |bought: &Bought| bought.agreement.is_none() && bought.price.by == PricedBy::ListPrice;
    if planned.bought.iter().any(is_list_price) {
        notices.push(Notice::ListPrice { group: pricing.group.code.clone() });
    }
    let (best, is_exact) = best_order(&mut pricing, &planned)?;
    let scenarios = scenarios(&mut pricing, &purchases, &planned, &best)?;
    let code = |purchase: &Purchase| pricing.accounts[&purchase.account].account.code.clone();
    let best_order =
        BestOrder { orders: best.bought.iter().map(|b| (b.purchase.clone(), code(&b.purchase), b.in_the_end)).collect(), is_exact };
    let rules = planned.bought.iter().filter_map(|bought| Some(bought.agreement.as_ref()?.terms.rule.as_str())).collect();
    let payable = planned.charged()?;
    Ok(PricePlan {
        group: pricing.group.code.clone(),
        currency,
        rows,
        list: planned.list()?,
        payable,
        true_up: planned.in_the_end()?.minus(payable)?,
        scenarios,
        best_order,
        rules,
        next_tiers: next_tiers(&mut pricing, &purchases, &planned)?,
        notices,
    })
}

/// The orders of a plan as purchases, with the accounts that make them. Every line that is refused is named.
fn purchases(
    reader: Reader<'_>,
    group: &Group,
    today: NaiveDate,
    request: PlanRequest,
) -> Result<(HashMap<AccountId, AccountInGroup>, Vec<Purchase>)> {
    let all = reader.accounts()?;
    let mut by_name: HashMap<&str, &Account> = HashMap::new();
    for account in &all {
        by_name.extend(account.uid.iter().map(|uid| (uid.as_str(), account)));
    }
    // A code is looked for before a UID.
    by_name.extend(all.iter().map(|account| (account.code.as_str(), account)));
    let mut accounts = HashMap::new();
    let (mut purchases, mut refused, mut count) = (Vec::new(), Vec::new(), 0_u64);
    for (line, order) in request.orders {
        let account = by_name.get(order.account.trim()).copied();
        match purchase(line, order, account, group, today) {
            Ok((purchase, account)) => {
                let of = || AccountInGroup { account: account.clone(), group: group.clone() };
                accounts.entry(account.id).or_insert_with(of);
                purchases.push(purchase);
            }
            Err(Error::Refused(refusal)) => {
                count += 1;
                if refused.len() < LINES_TOLD {
                    let refusal = match *refusal {
                        Refusal::Unknown { noun, name, .. } => {
                            let known: Vec<String> = all.iter().map(|account| account.code.to_string()).collect();
                            unknown(noun, &name, &known)
                        }
                        other => other,
                    };
                    refused.push((line, refusal));
                }
            }
            Err(other) => return Err(other),
        }
    }
    if count > 0 {
        return Err(Refusal::PlanLines { file: request.file, lines: refused, count }.into());
    }
    Ok((accounts, purchases))
}

fn purchase<'a>(
    line: u64,
    order: PlannedOrder,
    account: Option<&'a Account>,
    group: &Group,
    today: NaiveDate,
) -> Result<(Purchase, &'a Account)> {
    let Some(account) = account else { return Err(unknown(Noun::Account, &order.account, &[]).into()) };
    let date = order.date.unwrap_or(today);
    if account.group_on(date) != group.id {
        return Err(Refusal::AccountOfOtherGroup { account: account.code.clone(), group: group.code.clone() }.into());
    }
    account.require_dated_since(date)?;
    let provider_amount = order.provider_amount.map(|amount| not_negative(amount, group.currency)).transpose()?;
    let purchase = Purchase {
        line,
        account: account.id,
        product: order.product,
        kind: order.kind,
        date,
        list: positive(order.list_price, group.currency)?.amount,
        provider_amount: provider_amount.map(|money| money.amount),
    };
    Ok((purchase, account))
}

/// The accounts of which recording would refuse every planned order: below a party that is frozen, or not handed over yet.
fn stopped(reader: Reader<'_>, pricing: &Pricing<'_>) -> Result<Vec<Notice>> {
    let (chain, open) = (reader.upstream_chain()?, handover::open_by_account(reader)?);
    let mut accounts: Vec<&Account> = pricing.accounts.values().map(|of| &of.account).collect();
    accounts.sort_by(|one, other| one.code.cmp(&other.code));
    let mut notices = Vec::new();
    for account in accounts {
        let frozen = chain.first_frozen(account.upstream);
        notices.extend(frozen.and_then(|party| {
            let since = party.frozen()?.day;
            Some(Notice::ChainFrozen { account: account.code.clone(), party: party.name.clone(), since })
        }));
        let leaves = open.get(&account.id);
        notices.extend(leaves.map(|case| Notice::HolderLeaves { holder: case.leaver.clone(), case: case.id }));
    }
    Ok(notices)
}

/// The orders as they were given, with what their accounts have left after each, and who has not enough.
fn rows(
    reader: Reader<'_>,
    pricing: &Pricing<'_>,
    planned: &Schedule,
    given: &[u64],
    today: NaiveDate,
) -> Result<(Vec<PlanRow>, Vec<Notice>)> {
    // On the days of the plan they are in the group; today they may be in another one.
    let views = account::list(reader, None, When::Now(today))?;
    let standings: HashMap<AccountId, Standing> = views.into_iter().map(|view| (view.account.id, view.standing)).collect();
    let mut spent: HashMap<AccountId, Amount> = HashMap::new();
    let mut short: Vec<(AccountId, u64, Amount)> = Vec::new();
    let mut rows: HashMap<u64, PlanRow> = HashMap::new();
    for Bought { purchase, price, cost, in_the_end, .. } in &planned.bought {
        let account = &pricing.accounts[&purchase.account].account;
        let sum = spent.entry(account.id).or_default();
        *sum = sum.plus(price.payable)?;
        // As recording looks at it: the credit is the lower of that day's and today's.
        let standing = Standing {
            mode: account.mode.on(purchase.date),
            credit_limit: account.credit_on(purchase.date).min(account.credit_on(today)),
            ..standings[&account.id]
        };
        let available_after = standing.available()?.minus(*sum)?;
        if available_after.is_negative() {
            match short.iter_mut().find(|(id, ..)| *id == account.id) {
                Some((.., lowest)) => *lowest = available_after.min(*lowest),
                None => short.push((account.id, purchase.line, available_after)),
            }
        }
        let row = PlanRow {
            purchase: purchase.clone(),
            account: account.code.clone(),
            price: price.clone(),
            cost: cost.map(|cost| cost.expected),
            in_the_end: *in_the_end,
            available_after,
        };
        rows.insert(purchase.line, row);
    }
    let told = |(account, line, lowest): (AccountId, u64, Amount)| {
        let missing = Money::new(lowest.negated()?, pricing.currency());
        Ok(Notice::PurchasesShort { account: pricing.accounts[&account].account.code.clone(), line, missing })
    };
    let notices = short.into_iter().map(told).collect::<Result<_>>()?;
    Ok((given.iter().filter_map(|line| rows.remove(line)).collect(), notices))
}

/// Every other way to buy the same.
fn scenarios(
    pricing: &mut Pricing<'_>,
    purchases: &[Purchase],
    planned: &Schedule,
    best: &Schedule,
) -> Result<Vec<(Scenario, std::result::Result<ScenarioCost, Impossible>)>> {
    let as_planned = planned.in_the_end()?;
    let cost_of = |schedule: &Schedule| {
        let payable = schedule.in_the_end()?;
        let difference = payable.minus(as_planned)?;
        Ok(ScenarioCost { orders: schedule.bought.len(), list: schedule.list()?, payable, difference })
    };
    let mut scenarios = Vec::new();
    for scenario in Scenario::ALL {
        let (first, last) = (&purchases[0], &purchases[purchases.len() - 1]);
        let other = match scenario {
            Scenario::AsPlanned => Ok((purchases.to_vec(), Pieces::Whole)),
            Scenario::AllEarlier => Ok((all_on(purchases, first.date), Pieces::Whole)),
            Scenario::AllLater => Ok((all_on(purchases, last.date), Pieces::Whole)),
            Scenario::NextWindow => next_window(pricing, purchases, last)?.map(|date| (all_on(purchases, date), Pieces::Whole)),
            Scenario::Together => Ok((together(purchases, |purchase| has_fixed_price(planned, purchase))?, Pieces::Whole)),
            Scenario::Apart => Ok((purchases.to_vec(), Pieces::AtTiers)),
            Scenario::BestOrder => {
                scenarios.push((*scenario, Ok(cost_of(best)?)));
                continue;
            }
        };
        let outcome = match other {
            Ok((other, pieces)) => if_possible(pricing.priced(&other, pieces).and_then(|schedule| cost_of(&schedule)))?,
            Err(impossible) => Err(impossible),
        };
        scenarios.push((*scenario, outcome));
    }
    Ok(scenarios)
}

/// Whether an order of a plan has a price of its own, whatever it lists.
fn has_fixed_price(planned: &Schedule, purchase: &Purchase) -> bool {
    planned.bought.iter().any(|bought| bought.purchase.line == purchase.line && bought.price.by == PricedBy::FixedPrice)
}

/// The first day of the window after the last purchase's, if an agreement is in force for every account then.
fn next_window(
    pricing: &mut Pricing<'_>,
    purchases: &[Purchase],
    last: &Purchase,
) -> Result<std::result::Result<NaiveDate, Impossible>> {
    let Some(agreement) = pricing.agreement(last.account, last.date)? else { return Ok(Err(Impossible::NoAgreement)) };
    let next = agreement.window_end(last.date).and_then(|end| end.succ_opt());
    let Some(date) = next else { return Ok(Err(Impossible::NoNextWindow)) };
    // A version that another one follows ends, and its window may go on.
    if pricing.agreement(last.account, date)?.is_some_and(|next| next.window_start(date) < date) {
        return Ok(Err(Impossible::NoNextWindow));
    }
    for purchase in purchases {
        if pricing.agreement(purchase.account, date)?.is_none() {
            return Ok(Err(Impossible::NoAgreement));
        }
    }
    Ok(Ok(date))
}

/// The agreement and the window that price a purchase on a day.
type Home = Option<(AgreementId, NaiveDate)>;

fn home(agreement: Option<&Rc<Agreement>>, date: NaiveDate) -> Home {
    agreement.map(|agreement| (agreement.id, agreement.window_start(date)))
}

/// The same purchases on the same dates, and who may take which date: an order stays under its agreement and in its window.
struct Turns {
    dates: Vec<NaiveDate>,
    purchases: Vec<Purchase>,
    /// What prices an account on a day; only days from which its charges are ours.
    homes: HashMap<(AccountId, NaiveDate), Home>,
}

impl Turns {
    fn of(pricing: &mut Pricing<'_>, planned: &Schedule) -> Result<Self> {
        let purchases: Vec<Purchase> = planned.bought.iter().map(|bought| bought.purchase.clone()).collect();
        let dates: Vec<NaiveDate> = purchases.iter().map(|purchase| purchase.date).collect();
        let accounts: BTreeSet<AccountId> = purchases.iter().map(|purchase| purchase.account).collect();
        let mut homes = HashMap::new();
        for account in accounts {
            let since = pricing.accounts[&account].account.since;
            for date in dates.iter().copied().collect::<BTreeSet<NaiveDate>>().range(since..) {
                homes.insert((account, *date), home(pricing.agreement(account, *date)?.as_ref(), *date));
            }
        }
        Ok(Self { dates, purchases, homes })
    }

    /// Whether a purchase may be made in a turn.
    fn may_take(&self, one: usize, turn: usize) -> bool {
        let Purchase { account, date, .. } = self.purchases[one];
        self.homes.get(&(account, self.dates[turn])) == self.homes.get(&(account, date))
    }

    /// The purchases in another order; `None` where one of them would leave its window.
    fn schedule(&self, order: &[usize]) -> Option<Vec<Purchase>> {
        let placed = order.iter().enumerate().map(|(turn, one)| {
            let purchase = Purchase { date: self.dates[turn], ..self.purchases[*one].clone() };
            self.may_take(*one, turn).then_some(purchase)
        });
        placed.collect()
    }
}

/// The cheapest order of the same orders that was found, and whether none is cheaper. Where none is, it is the planned one.
fn best_order(pricing: &mut Pricing<'_>, planned: &Schedule) -> Result<(Schedule, bool)> {
    let count = planned.bought.len();
    let turns = Turns::of(pricing, planned)?;
    let is_by_set = count <= BY_SUBSETS_MAX && depends_on_sets_only(planned);
    let found = if is_by_set {
        by_subsets(count, |before| prices_after(pricing, &turns, planned, before))?
    } else {
        let mut cost = |order: &[usize]| match turns.schedule(order) {
            Some(schedule) => pricing.priced(&schedule, Pieces::Whole)?.in_the_end().map(Some).map_err(Error::from),
            None => Ok(None),
        };
        if count <= BY_TRIAL_MAX {
            by_trial(count, &mut cost)?
        } else {
            by_improving(candidates(planned), PRICINGS_MAX / count, &mut cost)?
        }
    };
    let is_exact = is_by_set || count <= BY_TRIAL_MAX;
    let as_planned = planned.in_the_end()?;
    if let Some(schedule) = found.and_then(|(order, _)| turns.schedule(&order)) {
        let schedule = pricing.priced(&schedule, Pieces::Whole)?;
        if schedule.in_the_end()? < as_planned {
            return Ok((schedule, is_exact));
        }
    }
    Ok((planned.clone(), is_exact))
}

/// Whether the price of an order depends on which were bought before it, and not on their order: list prices are measured, no price
/// is worked out from a cost (which has tiers of its own), and no window begins inside another one.
fn depends_on_sets_only(planned: &Schedule) -> bool {
    // What no agreement prices has no window, and counts for others'.
    let is_priced = |bought: &Bought| bought.agreement.is_some();
    if planned.bought.iter().any(is_priced) && !planned.bought.iter().all(is_priced) {
        return false;
    }
    let agreements = || planned.bought.iter().filter_map(|bought| Some((bought.agreement.as_ref()?, bought.purchase.date)));
    let begins_inside = |start: NaiveDate| {
        agreements().any(|(other, date)| other.window_start(date) < start && other.window_end(date).is_none_or(|end| start <= end))
    };
    agreements().all(|(agreement, date)| {
        let terms = &agreement.terms;
        terms.measure == Measure::List && terms.basis == Basis::List && !begins_inside(agreement.window_start(date))
    })
}

/// What each purchase costs as the next one after some; `None` where it may not be next.
fn prices_after(pricing: &mut Pricing<'_>, turns: &Turns, planned: &Schedule, before: &[usize]) -> Result<Vec<Option<Amount>>> {
    pricing.prices.forget();
    let of = (pricing.group.id, pricing.currency());
    for (turn, one) in before.iter().enumerate() {
        // Which of the earlier dates it has is nothing to the volume.
        let Bought { purchase, price, cost, .. } = &planned.bought[*one];
        pricing.prices.buy(of, purchase.account, turns.dates[turn], (price, *cost))?;
    }
    let turn = before.len();
    let mut prices = vec![None; planned.bought.len()];
    for (one, bought) in planned.bought.iter().enumerate() {
        if before.contains(&one) || !turns.may_take(one, turn) {
            continue;
        }
        let is_trued_up = bought.agreement.as_ref().is_some_and(|own| own.terms.rule == TierRule::Retroactive);
        prices[one] = if is_trued_up && bought.price.by == PricedBy::Tier {
            // The tier that the window reaches in the end is the same in every order.
            Some(bought.in_the_end)
        } else {
            let purchase = Purchase { date: turns.dates[turn], ..bought.purchase.clone() };
            Some(pricing.quoted(&purchase)?.0.payable)
        };
    }
    Ok(prices)
}

/// Orders that are worth a look: as planned; and what counts at a price of its own first, what does not count last, between them
/// what tiers price, the small first or the large first. Each stays in its window.
fn candidates(planned: &Schedule) -> Vec<Vec<usize>> {
    let start = |bought: &Bought| bought.agreement.as_ref().map(|own| own.window_start(bought.purchase.date));
    let class = |bought: &Bought| match bought.price.by {
        _ if !bought.price.counts => 2,
        PricedBy::Tier | PricedBy::Slices => 1,
        _ => 0,
    };
    let key = |one: &usize| {
        let bought = &planned.bought[*one];
        (start(bought), class(bought), bought.purchase.list)
    };
    let given: Vec<usize> = (0..planned.bought.len()).collect();
    let (mut small_first, mut large_first) = (given.clone(), given.clone());
    small_first.sort_by_key(key);
    large_first.sort_by_key(|one| {
        let (start, class, list) = key(one);
        (start, class, std::cmp::Reverse(list))
    });
    vec![given, small_first, large_first]
}

/// What reaching the next tier would bring, for each window that the plan buys in and that has one.
fn next_tiers(pricing: &mut Pricing<'_>, purchases: &[Purchase], planned: &Schedule) -> Result<Vec<NextTier>> {
    let mut found = Vec::new();
    for (agreement, place) in pricing.windows(planned) {
        let terms = &agreement.terms;
        let first = &planned.bought[place];
        let volume = if terms.rule == TierRule::Retroactive {
            pricing.priced(purchases, Pieces::Whole)?;
            let end = agreement.last_day(first.purchase.date).unwrap_or(NaiveDate::MAX);
            pricing
                .prices
                .volume(Scope::of(&agreement), terms.currency, agreement.window_start(first.purchase.date), end)?
                .by(terms.measure)
        } else {
            first.price.volume_before
        };
        let Some(next) = terms.tier_above(volume) else { continue };
        let missing = next.from.minus(volume)?;
        let figures = if_possible(next_tier(pricing, purchases, planned, (&agreement, place), missing))?;
        let figures = figures.and_then(|figures| figures);
        found.push(NextTier { agreement: terms.name.clone(), volume, from: next.from, missing, figures });
    }
    Ok(found)
}

/// The figures of one next tier: an order that fills what is missing is bought right before the first planned one of the window.
fn next_tier(
    pricing: &mut Pricing<'_>,
    purchases: &[Purchase],
    planned: &Schedule,
    (agreement, place): (&Rc<Agreement>, usize),
    missing: Exact,
) -> Result<std::result::Result<NextTierCost, Impossible>> {
    let currency = pricing.currency();
    let filler = Purchase {
        // Of a product without terms of its own: no product is named like this.
        product: String::new(),
        kind: ChargeKind::New,
        provider_amount: None,
        list: rounded_up(missing, currency)?,
        ..purchases[place].clone()
    };
    let filler = match agreement.terms.measure {
        Measure::List => Some(filler),
        Measure::Payable => {
            pricing.priced(&purchases[..place], Pieces::Whole)?;
            least_that_reaches(pricing, filler, missing)?
        }
    };
    let Some(filler) = filler else { return Ok(Err(Impossible::OutOfReach)) };
    let missing_list = filler.list;
    let mut all = purchases.to_vec();
    all.insert(place, filler);
    let after = pricing.priced(&all, Pieces::Whole)?;
    let missing_payable = after.bought[place].in_the_end;
    let without = planned.in_the_end()?;
    let with = after.in_the_end()?.minus(missing_payable)?;
    let saving = without.minus(with)?;
    Ok(Ok(NextTierCost { missing_list, missing_payable, without, with, saving, net: saving.minus(missing_payable)? }))
}

/// The smallest order whose payable adds so much to the volume, on top of what the pricing has bought; `None` where none does.
fn least_that_reaches(pricing: &mut Pricing<'_>, filler: Purchase, missing: Exact) -> Result<Option<Purchase>> {
    // Beyond this no order is real.
    const LARGEST: i64 = 1 << 53;
    let currency = pricing.currency();
    let mut reaches = |minor: i64| {
        let purchase = Purchase { list: Amount::from_minor(minor), ..filler.clone() };
        let (price, _) = pricing.quoted(&purchase)?;
        Ok::<_, Error>(price.volume(currency).payable >= missing)
    };
    let (mut below, mut above) = (0, 1);
    while !reaches(above)? {
        if above >= LARGEST {
            return Ok(None);
        }
        (below, above) = (above, above * 2);
    }
    while above - below > 1 {
        let between = below + (above - below) / 2;
        if reaches(between)? { above = between } else { below = between }
    }
    Ok(Some(Purchase { list: Amount::from_minor(above), ..filler }))
}
