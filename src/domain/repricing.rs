//! What recorded charges would have cost if only some of a group's accounts had bought.
//!
//! Charges are priced again as recording has priced them: in the order in which they were recorded, each by the agreement that
//! priced it, at the tier that the volume of its window had reached by then; but only the chosen accounts' charges make volume.
//! A refund gives back the share of the new price that it gave back of the old one. What no agreement has priced costs what it
//! did. Where a retroactive window was trued up, its charges cost what the tier that it would have reached makes of them.
//!
//! Nothing here looks anything up or prices by rules of its own: prices come from [`price`](crate::domain::price).

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::domain::agreement::{Agreement, ChargeKind, Measure, Terms, TierRule};
use crate::domain::id::{AccountId, AgreementId, ChargeId};
use crate::domain::money::{Amount, Currency, Exact, Overflow};
use crate::domain::order::share;
use crate::domain::price::{Priceable, Volume, at_rate, price};
use crate::domain::refusal::Refusal;
use crate::domain::saving::Coalition;

/// A charge as it was recorded.
#[derive(Clone, Debug)]
pub struct RecordedCharge {
    /// Its row: charges are recorded in the order of these.
    pub id: ChargeId,
    /// Whose.
    pub account: AccountId,
    /// The product's code.
    pub product: String,
    /// What it is for; `None` of a refund.
    pub kind: Option<ChargeKind>,
    /// What it gives back of.
    pub refunds: Option<ChargeId>,
    /// Its effective date.
    pub date: NaiveDate,
    /// The day on whose volume it counts: of a refund the original's.
    pub volume_date: NaiveDate,
    /// The list price, exact; negative for a refund.
    pub list: Exact,
    /// The agreement that priced it.
    pub agreement: Option<AgreementId>,
    /// What was owed for it, after coupons and before true-ups; negative for a refund.
    pub payable: Amount,
    /// What coupons took off. They are the account's own: whatever the price is, they come off it.
    pub coupon: Amount,
    /// What true-ups have changed in that.
    pub trued_up: Amount,
    /// What the provider was expected to bill.
    pub cost: Amount,
    /// Whether it counts towards volumes.
    pub counts: bool,
}

/// Recorded charges, made ready to be priced again for any coalition of their accounts.
pub struct Repricing<'a> {
    agreements: &'a [Agreement],
    currency: Currency,
    lines: Vec<Line<'a>>,
    /// What charges cost in each tier, those of a charge one after the other.
    prices: Vec<Amount>,
    /// On how many days something counts: volumes are kept by the places of these.
    days: usize,
    meters: Vec<Meter>,
    /// Which meters the charges of each account move.
    moved_by: Vec<Vec<usize>>,
    windows: Vec<TruedUp>,
}

/// A charge, and how its price is found. Small, because all of them are walked over for every coalition.
struct Line<'a> {
    player: usize,
    charge: &'a RecordedCharge,
    list: Exact,
    /// The place of the day on which it counts; `None` where it does not.
    counts_on: Option<usize>,
    pricing: Pricing,
    /// Whether it is one of those whose prices are asked for.
    is_asked: bool,
}

enum Pricing {
    /// Whatever the volume is.
    Fixed(Amount),
    /// By the tier that the window has reached.
    Tiered(Tiered),
    /// As much of the original's new price as was left of the recorded one before, less what was left after.
    Refund { original: usize, before: Amount, after: Amount, whole: Amount },
}

struct Tiered {
    agreement: usize,
    meter: usize,
    /// The days of the window up to that of the charge, by their places.
    from: usize,
    to: usize,
    /// Where its prices begin: one for each tier.
    prices: usize,
    /// Whether it may be split where it crosses a tier. One whose list price stays inside a tier never is.
    is_sliced: bool,
}

/// Volume that an agreement looks at.
#[derive(PartialEq, Eq)]
struct Meter {
    members: Vec<AccountId>,
    measure: Measure,
}

/// The charges of a retroactive window that were trued up, and those that gave back of them.
struct TruedUp {
    agreement: usize,
    meter: usize,
    from: usize,
    to: usize,
    charges: Vec<usize>,
    refunds: Vec<usize>,
}

impl<'a> Repricing<'a> {
    /// Makes charges ready, in the order of their ids; `accounts` are the players by their numbers, `trued_up` says up to which
    /// day each retroactive agreement was trued up, and `is_asked` which charges the prices are wanted of.
    pub fn new(
        charges: &'a [RecordedCharge],
        accounts: &[AccountId],
        agreements: &'a [Agreement],
        trued_up: &HashMap<AgreementId, NaiveDate>,
        is_asked: impl Fn(&RecordedCharge) -> bool,
        currency: Currency,
    ) -> Result<Self, Refusal> {
        let mut days: Vec<NaiveDate> = charges.iter().map(|charge| charge.volume_date).collect();
        days.sort_unstable();
        days.dedup();
        let (meters, meter_of) = meters(agreements);
        let feeds = |account: AccountId| {
            let moved = meters.iter().enumerate().filter(|(_, m)| m.members.is_empty() || m.members.contains(&account));
            moved.map(|(place, _)| place).collect()
        };
        let players: HashMap<AccountId, usize> = accounts.iter().copied().zip(0..).collect();
        let places: HashMap<ChargeId, usize> = charges.iter().map(|charge| charge.id).zip(0..).collect();
        let preparing = Preparing { charges, agreements, meter_of: &meter_of, days: &days, places: &places, currency };
        let mut left: HashMap<usize, Amount> = HashMap::new();
        let (mut lines, mut prices) = (Vec::with_capacity(charges.len()), Vec::new());
        for charge in charges {
            lines.push(Line {
                player: players[&charge.account],
                charge,
                list: charge.list,
                counts_on: charge.counts.then(|| place_of(&days, charge.volume_date)),
                pricing: preparing.pricing(charge, &mut left, &mut prices)?,
                is_asked: is_asked(charge),
            });
        }
        let windows = preparing.windows(&lines, trued_up);
        let moved_by = accounts.iter().map(|account| feeds(*account)).collect();
        Ok(Self { agreements, currency, lines, prices, days: days.len(), meters, moved_by, windows })
    }

    /// What the charges that were asked about cost the accounts of a coalition in all, if nobody else had bought.
    pub fn payable(&self, coalition: &Coalition) -> Result<Amount, Refusal> {
        let mut volumes = vec![RunningVolume::new(self.days); self.meters.len()];
        let mut payables = vec![Amount::ZERO; self.lines.len()];
        for (place, line) in self.lines.iter().enumerate().filter(|(_, line)| coalition.has(line.player)) {
            let payable = self.price_of(line, &mut volumes, &payables)?;
            payables[place] = payable;
            if let Some(day) = line.counts_on {
                for meter in &self.moved_by[line.player] {
                    let counted = match self.meters[*meter].measure {
                        Measure::List => line.list,
                        Measure::Payable => Exact::from_amount(payable, self.currency),
                    };
                    volumes[*meter].add(day, counted)?;
                }
            }
        }
        for window in &self.windows {
            let volume = volumes[window.meter].between(window.from, window.to)?;
            let tier = tier_place(&self.agreements[window.agreement].terms, volume);
            for place in window.charges.iter().copied().filter(|place| coalition.has(self.lines[*place].player)) {
                let Pricing::Tiered(tiered) = &self.lines[place].pricing else { continue };
                payables[place] = self.prices[tiered.prices + tier];
            }
            for place in window.refunds.iter().copied().filter(|place| coalition.has(self.lines[*place].player)) {
                payables[place] = self.price_of(&self.lines[place], &mut volumes, &payables)?;
            }
        }
        let asked = self.lines.iter().zip(&payables).filter(|(line, _)| line.is_asked).map(|(_, payable)| *payable);
        Ok(Amount::sum(asked)?)
    }

    /// What a charge costs, `payables` being what those before it do.
    fn price_of(&self, line: &Line<'_>, volumes: &mut [RunningVolume], payables: &[Amount]) -> Result<Amount, Refusal> {
        match &line.pricing {
            Pricing::Fixed(payable) => Ok(*payable),
            Pricing::Refund { original, before, after, whole } => {
                let paid = payables[*original];
                Ok(share(paid, *after, *whole)?.minus(share(paid, *before, *whole)?)?)
            }
            Pricing::Tiered(tiered) => {
                let agreement = &self.agreements[tiered.agreement];
                let before = volumes[tiered.meter].between(tiered.from, tiered.to)?;
                let tier = tier_place(&agreement.terms, before);
                if !tiered.is_sliced || tier_place(&agreement.terms, before.plus(line.list)?) == tier {
                    return Ok(self.prices[tiered.prices + tier]);
                }
                let reached = Volume { list: before, payable: before };
                let price = price(Some(agreement), priceable(line.charge), reached, self.currency)?;
                Ok(after_coupon(price.payable, line.charge)?)
            }
        }
    }
}

fn priceable(charge: &RecordedCharge) -> Priceable<'_> {
    let kind = charge.kind.unwrap_or(ChargeKind::New);
    Priceable { product: &charge.product, kind, list: charge.list, cost: Some(charge.cost) }
}

/// A price after the charge's coupon, which never takes off more than there is.
fn after_coupon(price: Amount, charge: &RecordedCharge) -> Result<Amount, Overflow> {
    if charge.coupon.is_zero() { Ok(price) } else { Ok(price.minus(charge.coupon)?.or_zero()) }
}

/// The place of the highest tier that a volume has reached; of the first below all of them.
fn tier_place(terms: &Terms, volume: Exact) -> usize {
    terms.tiers.iter().rposition(|tier| tier.from <= volume).unwrap_or(0)
}

/// The volumes that agreements look at, and which of them each looks at.
fn meters(agreements: &[Agreement]) -> (Vec<Meter>, Vec<usize>) {
    let mut meters: Vec<Meter> = Vec::new();
    let mut meter_of = Vec::with_capacity(agreements.len());
    for agreement in agreements {
        let meter = Meter { members: agreement.members.clone(), measure: agreement.terms.measure };
        let known = meters.iter().position(|known| *known == meter);
        meter_of.push(known.unwrap_or(meters.len()));
        if known.is_none() {
            meters.push(meter);
        }
    }
    (meters, meter_of)
}

/// The place of a day among rising ones; where it would stand when it is none of them.
fn place_of(days: &[NaiveDate], day: NaiveDate) -> usize {
    days.partition_point(|known| *known < day)
}

/// What is needed while charges are made ready.
struct Preparing<'a, 'b> {
    charges: &'a [RecordedCharge],
    agreements: &'a [Agreement],
    meter_of: &'b [usize],
    days: &'b [NaiveDate],
    places: &'b HashMap<ChargeId, usize>,
    currency: Currency,
}

impl Preparing<'_, '_> {
    /// How a charge is priced; `left` is what refunds before it have left of their originals, by the places of these. What it
    /// costs in each tier goes to the `prices`.
    fn pricing(
        &self,
        charge: &RecordedCharge,
        left: &mut HashMap<usize, Amount>,
        prices: &mut Vec<Amount>,
    ) -> Result<Pricing, Refusal> {
        if let Some(original) = charge.refunds {
            let Some(original) = self.places.get(&original).copied() else { return Ok(Pricing::Fixed(charge.payable)) };
            return self.refund(charge, original, left);
        }
        let known = |id| self.agreements.iter().position(|agreement| agreement.id == id);
        let Some(place) = charge.agreement.and_then(known) else { return Ok(Pricing::Fixed(charge.payable)) };
        let agreement = &self.agreements[place];
        let (terms, priceable) = (&agreement.terms, priceable(charge));
        if terms.own_price(priceable.product, priceable.kind).is_some() {
            let price = price(Some(agreement), priceable, Volume::default(), self.currency)?;
            return Ok(Pricing::Fixed(after_coupon(price.payable, charge)?));
        }
        let first = prices.len();
        for tier in &terms.tiers {
            prices.push(after_coupon(at_rate(terms, priceable, tier.rate, self.currency)?, charge)?);
        }
        Ok(Pricing::Tiered(Tiered {
            agreement: place,
            meter: self.meter_of[place],
            from: place_of(self.days, agreement.window_start(charge.date)),
            to: self.days.partition_point(|day| *day <= charge.date),
            prices: first,
            is_sliced: terms.rule == TierRule::Graduated && charge.counts,
        }))
    }

    /// A refund is a part of what was paid for the original; of list price, where nothing was paid.
    fn refund(&self, charge: &RecordedCharge, original: usize, left: &mut HashMap<usize, Amount>) -> Result<Pricing, Refusal> {
        let paid = &self.charges[original];
        let (whole, added) = if paid.payable.is_positive() {
            (paid.payable, charge.payable)
        } else {
            (paid.list.round(self.currency)?, charge.list.round(self.currency)?)
        };
        if !whole.is_positive() {
            return Ok(Pricing::Fixed(charge.payable));
        }
        let before = left.entry(original).or_insert(whole);
        let after = before.plus(added)?;
        Ok(Pricing::Refund { original, before: std::mem::replace(before, after), after, whole })
    }

    /// The windows of retroactive agreements that were trued up, each with its charges.
    fn windows(&self, lines: &[Line<'_>], trued_up: &HashMap<AgreementId, NaiveDate>) -> Vec<TruedUp> {
        let mut windows: Vec<TruedUp> = Vec::new();
        let mut window_of: HashMap<usize, usize> = HashMap::new();
        for (place, line) in lines.iter().enumerate() {
            let window = match &line.pricing {
                Pricing::Refund { original, .. } => {
                    if let Some(window) = window_of.get(original) {
                        windows[*window].refunds.push(place);
                    }
                    continue;
                }
                Pricing::Tiered(tiered) => tiered,
                Pricing::Fixed(_) => continue,
            };
            let agreement = &self.agreements[window.agreement];
            let Some(until) = trued_up.get(&agreement.id).filter(|_| agreement.terms.rule == TierRule::Retroactive) else {
                continue;
            };
            let end = agreement.last_day(line.charge.date).map_or(*until, |last| last.min(*until));
            if line.charge.date > end {
                continue;
            }
            let found = windows.iter().position(|known| known.agreement == window.agreement && known.from == window.from);
            let at = found.unwrap_or(windows.len());
            if found.is_none() {
                let (charges, refunds) = (vec![], vec![]);
                let to = self.days.partition_point(|day| *day <= end);
                windows.push(TruedUp { agreement: window.agreement, meter: window.meter, from: window.from, to, charges, refunds });
            }
            windows[at].charges.push(place);
            window_of.insert(place, at);
        }
        windows
    }
}

/// Volume by day while charges are added. Sums of blocks of days keep a sum over a window short, and the last sum is kept up:
/// charges mostly come by date.
#[derive(Clone)]
struct RunningVolume {
    days: Vec<Exact>,
    blocks: Vec<Exact>,
    last: (usize, usize, Exact),
}

impl RunningVolume {
    const BLOCK: usize = 16;

    fn new(days: usize) -> Self {
        let blocks = days.div_ceil(Self::BLOCK);
        Self { days: vec![Exact::ZERO; days], blocks: vec![Exact::ZERO; blocks], last: (0, 0, Exact::ZERO) }
    }

    fn add(&mut self, day: usize, volume: Exact) -> Result<(), Overflow> {
        self.days[day] = self.days[day].plus(volume)?;
        let block = &mut self.blocks[day / Self::BLOCK];
        *block = block.plus(volume)?;
        let (from, to, sum) = &mut self.last;
        if (*from..*to).contains(&day) {
            *sum = sum.plus(volume)?;
        }
        Ok(())
    }

    /// From one day, included, to another, not included.
    fn between(&mut self, from: usize, to: usize) -> Result<Exact, Overflow> {
        if (self.last.0, self.last.1) == (from, to) {
            return Ok(self.last.2);
        }
        let (mut at, mut sum) = (from, Exact::ZERO);
        while at < to {
            if at.is_multiple_of(Self::BLOCK) && at + Self::BLOCK <= to {
                sum = sum.plus(self.blocks[at / Self::BLOCK])?;
                at += Self::BLOCK;
            } else {
                sum = sum.plus(self.days[at])?;
                at += 1;
            }
        }
        self.last = (from, to, sum);
        Ok(sum)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::Days;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::agreement::tests::agreement;
    use crate::domain::agreement::{OwnPrice, ProductTerm, Window};
    use crate::domain::period::parse_date;

    const ACCOUNTS: [AccountId; 3] = [AccountId(1), AccountId(2), AccountId(3)];

    fn cny() -> Currency {
        Currency::parse("CNY").unwrap()
    }

    fn day(after: u64) -> NaiveDate {
        parse_date("2026-01-20").unwrap() + Days::new(after)
    }

    /// What somebody does: buys for a list price, or gets a share of an earlier purchase back.
    #[derive(Clone, Debug)]
    struct Deed {
        player: usize,
        product: &'static str,
        after: u64,
        list: i64,
        back: Option<(usize, i64)>,
    }

    fn deed() -> impl Strategy<Value = Deed> {
        let products = proptest::sample::select(vec!["ecs", "oss", "cdn"]);
        let back = proptest::option::weighted(0.25, (0..20_usize, 1..=100_i64));
        (0..3_usize, products, 0..60_u64, 0..2_000_000_i64, back).prop_map(|(player, product, after, list, back)| Deed {
            player,
            product,
            after,
            list,
            back,
        })
    }

    fn terms(rule: TierRule, measure: Measure, window: Window) -> Agreement {
        let mut acme = agreement(&[("0", "5%"), ("20000", "10%"), ("50000", "15%")]);
        acme.terms.rule = rule;
        acme.terms.measure = measure;
        acme.terms.window = window;
        let own = Some(OwnPrice::Rate(acme.terms.tiers[1].rate));
        acme.terms.products = vec![
            ProductTerm { code: "oss".into(), own: None, counts: false, kinds: vec![] },
            ProductTerm { code: "cdn".into(), own, counts: true, kinds: vec![] },
        ];
        acme
    }

    /// Records deeds one after the other, by the book: volumes by day, each price at the volume before it.
    fn record(acme: &Agreement, deeds: &[Deed], of: impl Fn(usize) -> bool) -> Vec<RecordedCharge> {
        let mut volumes: BTreeMap<NaiveDate, Volume> = BTreeMap::new();
        let mut charges: Vec<RecordedCharge> = Vec::new();
        for (id, deed) in (1..).zip(deeds).filter(|(_, deed)| of(deed.player)) {
            let (date, list) = (day(deed.after), Exact::from_amount(Amount::from_minor(deed.list), cny()));
            let mut charge = RecordedCharge {
                id: ChargeId(id),
                account: ACCOUNTS[deed.player],
                product: deed.product.to_owned(),
                kind: Some(ChargeKind::New),
                refunds: None,
                date,
                volume_date: date,
                list,
                agreement: Some(acme.id),
                payable: Amount::ZERO,
                coupon: Amount::ZERO,
                trued_up: Amount::ZERO,
                cost: Amount::ZERO,
                counts: acme.terms.counts(deed.product, ChargeKind::New),
            };
            let window = acme.window_start(date)..=date;
            let before = volumes.range(window).map(|(_, v)| *v).try_fold(Volume::default(), Volume::plus).unwrap();
            let bought = |c: &&RecordedCharge| c.refunds.is_none() && c.account == charge.account;
            let original = deed.back.and_then(|(which, percent)| Some((charges.iter().filter(bought).nth(which)?, percent)));
            if let Some((original, percent)) = original {
                let back = charges.iter().filter(|c| c.refunds == Some(original.id)).map(|c| c.payable.minor()).sum::<i64>();
                let list_back = charges.iter().filter(|c| c.refunds == Some(original.id)).map(|c| c.list.mantissa()).sum::<i128>();
                let left = original.payable.minor() + back;
                let payable = left * percent / 100;
                charge.payable = Amount::from_minor(-payable);
                charge.list = Exact::from_mantissa(-(original.list.mantissa() + list_back) * i128::from(percent) / 100);
                (charge.refunds, charge.kind, charge.volume_date) = (Some(original.id), None, original.date);
                (charge.product, charge.counts) = (original.product.clone(), original.counts);
                charge.date = charge.date.max(original.date);
            } else {
                charge.payable = price(Some(acme), priceable(&charge), before, cny()).unwrap().payable;
            }
            if charge.counts {
                let counted = Volume { list: charge.list, payable: Exact::from_amount(charge.payable, cny()) };
                let sum = volumes.entry(charge.volume_date).or_default();
                *sum = sum.plus(counted).unwrap();
            }
            charges.push(charge);
        }
        charges
    }

    fn repriced(acme: &Agreement, charges: &[RecordedCharge], trued_up: Option<NaiveDate>, coalition: &Coalition) -> Amount {
        let agreements = std::slice::from_ref(acme);
        let trued_up: HashMap<_, _> = trued_up.into_iter().map(|day| (acme.id, day)).collect();
        Repricing::new(charges, &ACCOUNTS, agreements, &trued_up, |_| true, cny()).unwrap().payable(coalition).unwrap()
    }

    fn rules() -> impl Strategy<Value = Agreement> {
        let rule = proptest::sample::select(TierRule::ALL.to_vec());
        let measure = proptest::sample::select(Measure::ALL.to_vec());
        let window = proptest::sample::select(Window::ALL.to_vec());
        (rule, measure, window).prop_map(|(rule, measure, window)| terms(rule, measure, window))
    }

    fn sum(charges: &[RecordedCharge]) -> Amount {
        Amount::sum(charges.iter().map(|charge| charge.payable)).unwrap()
    }

    proptest! {
        /// Priced again for everybody, charges cost what they did, whatever was recorded in which order.
        #[test]
        fn everybody_together_costs_what_was_recorded(acme in rules(), deeds in proptest::collection::vec(deed(), 1..40)) {
            let charges = record(&acme, &deeds, |_| true);
            prop_assert_eq!(repriced(&acme, &charges, None, &Coalition::everybody(3)), sum(&charges));
        }

        /// Priced again for some, purchases cost what a book of theirs alone would have recorded.
        #[test]
        fn some_cost_what_a_book_of_theirs_would_have_recorded(
            acme in rules(), mut deeds in proptest::collection::vec(deed(), 1..40), left_out in 0..3_usize,
        ) {
            // Which purchase is given back depends on what the same account has bought, and what is given back on its price: whole
            // refunds are the same share of any.
            for deed in &mut deeds {
                deed.back = deed.back.map(|(which, _)| (which, 100));
            }
            let charges = record(&acme, &deeds, |_| true);
            let alone = record(&acme, &deeds, |player| player != left_out);
            prop_assert_eq!(repriced(&acme, &charges, None, &Coalition::everybody(3).without(left_out)), sum(&alone));
        }
    }

    fn bought(acme: &Agreement, deeds: &[(usize, i64)]) -> Vec<RecordedCharge> {
        let deed = |(player, list): &(usize, i64)| Deed { player: *player, product: "ecs", after: 0, list: list * 100, back: None };
        record(acme, &deeds.iter().map(deed).collect::<Vec<_>>(), |_| true)
    }

    /// 12000, 30000 and 20000, trued up to 15 %: 10200, 25500, 17000. Without the last one 10 % of 42000; the second alone 10 %.
    #[test]
    fn a_window_that_was_trued_up_costs_what_its_tier_makes_of_it() {
        let acme = terms(TierRule::Retroactive, Measure::List, Window::Year);
        let charges = bought(&acme, &[(0, 12_000), (1, 30_000), (2, 20_000)]);
        let everybody = Coalition::everybody(3);
        let yuan = |coalition: &Coalition, until| repriced(&acme, &charges, until, coalition).minor() / 100;
        assert_eq!(yuan(&everybody, Some(day(0))), 52_700);
        assert_eq!(yuan(&everybody.clone().without(2), Some(day(0))), 37_800);
        assert_eq!(yuan(&Coalition::nobody(3).with(1), Some(day(0))), 27_000);
        // Nothing is trued up yet: 5 %, 5 %, 10 %.
        assert_eq!(yuan(&everybody, None), 11_400 + 28_500 + 18_000);
        assert_eq!(yuan(&everybody, day(0).pred_opt()), 11_400 + 28_500 + 18_000);
    }

    /// A member has the volume of the members, and counts for the group as well: 15000 and 10000 of the member at 20 % and, from
    /// 12000 on, 30 %; and 10000 of another at 10 %, because 25000 lie before it; without the member at 5 %.
    #[test]
    fn members_have_a_volume_of_their_own() {
        let group = terms(TierRule::Whole, Measure::List, Window::Year);
        let mut members = agreement(&[("0", "20%"), ("12000", "30%")]);
        (members.id, members.members) = (AgreementId(2), vec![ACCOUNTS[0]]);
        let mut charges = bought(&members, &[(0, 15_000), (0, 10_000)]);
        charges.extend(bought(&group, &[(1, 10_000)]).into_iter().map(|charge| RecordedCharge { id: ChargeId(3), ..charge }));
        let agreements = [group, members];
        let repricing = Repricing::new(&charges, &ACCOUNTS, &agreements, &HashMap::new(), |_| true, cny()).unwrap();
        let yuan = |coalition: Coalition| repricing.payable(&coalition).unwrap().minor() / 100;
        assert_eq!(yuan(Coalition::everybody(3)), 12_000 + 7_000 + 9_000);
        assert_eq!(yuan(Coalition::everybody(3).without(0)), 9_500);
        assert_eq!(yuan(Coalition::nobody(3).with(0)), 12_000 + 7_000);
        assert_eq!(yuan(Coalition::nobody(3).with(2)), 0);
    }

    /// What no agreement has priced stays as it is, counts, and refunds of it stay as they are too.
    #[test]
    fn what_no_agreement_has_priced_costs_what_it_did() {
        let acme = terms(TierRule::Whole, Measure::List, Window::Year);
        let mut charges = bought(&acme, &[(0, 20_000), (1, 1_000)]);
        (charges[0].agreement, charges[0].payable) = (None, Amount::from_minor(1_600_000));
        let mut refund = RecordedCharge { id: ChargeId(3), refunds: Some(ChargeId(1)), kind: None, ..charges[0].clone() };
        (refund.payable, refund.list) = (Amount::from_minor(-400_000), refund.list.negated().unwrap());
        charges.push(refund);
        assert_eq!(repriced(&acme, &charges, None, &Coalition::everybody(3)).minor(), 1_600_000 + 90_000 - 400_000);
        assert_eq!(repriced(&acme, &charges, None, &Coalition::nobody(3).with(1)).minor(), 95_000);
    }
}
