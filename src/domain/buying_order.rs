//! The cheapest order in which the same things can be bought.
//!
//! Under `whole` the order matters: what counts and has a price of its own goes first, because it raises the tier and loses
//! nothing by coming early; what does not count goes last, because it gains from the tier and does not raise it; and what is
//! bought below a threshold should pass it as narrowly as it can. Under `graduated` with one rate list it does not matter, nor
//! under `retroactive` where list prices are measured.
//!
//! This searches; what an order costs it is told by whoever knows the prices. It must never report an order that it was not told
//! the cost of.

use crate::domain::money::Amount;

/// Up to how many purchases are tried in every subset.
pub const BY_SUBSETS_MAX: usize = 16;

/// Up to how many purchases are tried in every order.
pub const BY_TRIAL_MAX: usize = 7;

/// A sequence of purchases, each by its number, and what it costs.
pub type Costed = (Vec<usize>, Amount);

/// The cheapest of all orders, where the price of a purchase depends on **which** were bought before it and not on their order.
///
/// `prices_after` is given what was bought before, and says for every purchase what it costs as the next one: `None` where it
/// cannot come next (or has been bought). The cheapest way to have bought a set ends with one of it, after the cheapest way to have
/// bought the rest: 2^n sets are looked at in the place of n! orders. `None` where no order is possible.
pub fn by_subsets<E>(
    count: usize,
    mut prices_after: impl FnMut(&[usize]) -> Result<Vec<Option<Amount>>, E>,
) -> Result<Option<Costed>, E> {
    assert!(count <= BY_SUBSETS_MAX, "{count} purchases have too many subsets");
    // The cheapest way to have bought a set, and what was bought last of it.
    let mut cheapest: Vec<Option<(Amount, usize)>> = vec![None; 1 << count];
    cheapest[0] = Some((Amount::ZERO, 0));
    for set in 0..cheapest.len() {
        let Some((so_far, _)) = cheapest[set] else { continue };
        let before: Vec<usize> = (0..count).filter(|one| set >> one & 1 == 1).collect();
        if before.len() == count {
            break;
        }
        for (next, price) in prices_after(&before)?.into_iter().enumerate() {
            let Some(price) = price.filter(|_| set >> next & 1 == 0) else { continue };
            // What cannot be counted is no bargain.
            let Ok(cost) = so_far.plus(price) else { continue };
            let grown = &mut cheapest[set | 1 << next];
            if grown.is_none_or(|(known, _)| cost < known) {
                *grown = Some((cost, next));
            }
        }
    }
    let mut set = cheapest.len() - 1;
    let Some((cost, _)) = cheapest[set] else { return Ok(None) };
    let mut order = Vec::with_capacity(count);
    while let Some((_, last)) = cheapest[set].filter(|_| set != 0) {
        order.push(last);
        set &= !(1 << last);
    }
    order.reverse();
    Ok(Some((order, cost)))
}

/// The cheapest of all orders, by trying each of them. `cost` says what a whole one costs, `None` where it is not possible.
pub fn by_trial<E>(count: usize, mut cost: impl FnMut(&[usize]) -> Result<Option<Amount>, E>) -> Result<Option<Costed>, E> {
    assert!(count <= BY_TRIAL_MAX, "{count} purchases have too many orders");
    let mut best: Option<Costed> = None;
    let mut order: Vec<usize> = (0..count).collect();
    loop {
        if let Some(cost) = cost(&order)?
            && best.as_ref().is_none_or(|(_, known)| cost < *known)
        {
            best = Some((order.clone(), cost));
        }
        // The next order, as words stand in a dictionary.
        let Some(turn) = (1..count).rev().find(|at| order[at - 1] < order[*at]) else { return Ok(best) };
        let larger = (turn..count).rev().find(|at| order[*at] > order[turn - 1]).expect("the one at the turn is larger");
        order.swap(turn - 1, larger);
        order[turn..].reverse();
    }
}

/// The cheapest of some orders that are worth a look, improved by changing places, two purchases at a time, as long as that helps
/// and at most so many whole orders have been tried. It finds a good order, not always the best one.
pub fn by_improving<E>(
    candidates: Vec<Vec<usize>>,
    trials: usize,
    mut cost: impl FnMut(&[usize]) -> Result<Option<Amount>, E>,
) -> Result<Option<Costed>, E> {
    let mut left = trials.max(candidates.len());
    let mut best: Option<Costed> = None;
    for order in candidates {
        left -= 1;
        if let Some(cost) = cost(&order)?
            && best.as_ref().is_none_or(|(_, known)| cost < *known)
        {
            best = Some((order, cost));
        }
    }
    let Some((mut order, mut known)) = best else { return Ok(None) };
    let mut improved = true;
    while improved {
        improved = false;
        for one in 0..order.len() {
            for other in one + 1..order.len() {
                if left == 0 {
                    return Ok(Some((order, known)));
                }
                left -= 1;
                order.swap(one, other);
                match cost(&order)?.filter(|cost| *cost < known) {
                    Some(cost) => (known, improved) = (cost, true),
                    None => order.swap(one, other),
                }
            }
        }
    }
    Ok(Some((order, known)))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::agreement::tests::{agreement, rate};
    use crate::domain::agreement::{Agreement, ChargeKind, Measure, OwnPrice, ProductTerm, Tier, TierRule};
    use crate::domain::money::Exact;
    use crate::domain::price::{Priceable, Volume, price};
    use crate::domain::rate::{Discount, Rate};

    /// What is bought: of a product, at a list price in minor units.
    type Bought = (&'static str, i64);

    fn exact(acme: &Agreement, minor: i64) -> Exact {
        Exact::from_amount(Amount::from_minor(minor), acme.terms.currency)
    }

    fn next(acme: &Agreement, (product, list): Bought, before: Volume) -> (Amount, Volume) {
        let priceable = Priceable { product, kind: ChargeKind::New, list: exact(acme, list), cost: None };
        let price = price(Some(acme), priceable, before, acme.terms.currency).unwrap();
        (price.payable, before.plus(price.volume(acme.terms.currency)).unwrap())
    }

    fn cost(acme: &Agreement, bought: &[Bought], order: &[usize]) -> Amount {
        let (mut volume, mut sum) = (Volume::default(), Amount::ZERO);
        for one in order {
            let (payable, after) = next(acme, bought[*one], volume);
            (volume, sum) = (after, sum.plus(payable).unwrap());
        }
        sum
    }

    fn told_subsets(acme: &Agreement, bought: &[Bought]) -> Costed {
        let found = by_subsets(bought.len(), |before| {
            let list = before.iter().filter(|one| acme.terms.counts(bought[**one].0, ChargeKind::New));
            let list = list.fold(0, |sum, one| sum + bought[*one].1);
            let volume = Volume { list: exact(acme, list), payable: Exact::ZERO };
            Ok::<_, Infallible>(bought.iter().map(|one| Some(next(acme, *one, volume).0)).collect())
        });
        found.unwrap().unwrap()
    }

    /// Every order, found in another way than the product does.
    fn cheapest(acme: &Agreement, bought: &[Bought]) -> Amount {
        fn extend(order: &mut Vec<usize>, count: usize, look: &mut dyn FnMut(&[usize])) {
            if order.len() == count {
                return look(order);
            }
            for one in 0..count {
                if !order.contains(&one) {
                    order.push(one);
                    extend(order, count, look);
                    order.pop();
                }
            }
        }
        let mut best = None;
        extend(&mut vec![], bought.len(), &mut |order| {
            let cost = cost(acme, bought, order);
            best = Some(best.map_or(cost, |known: Amount| known.min(cost)));
        });
        best.unwrap()
    }

    fn terms(tiers: &[(i64, i64)], rule: TierRule, measure: Measure) -> Agreement {
        let mut acme = agreement(&[]);
        (acme.terms.rule, acme.terms.measure) = (rule, measure);
        acme.terms.tiers = tiers
            .iter()
            .map(|(from, off)| Tier { from: exact(&acme, *from), rate: Rate::Discount(Discount::from_millionths(*off).unwrap()) })
            .collect();
        let product = |code: &str, own, counts| ProductTerm { code: code.into(), own, counts, kinds: vec![] };
        acme.terms.products = vec![product("own", Some(OwnPrice::Rate(rate("3%"))), true), product("beside", None, false)];
        acme
    }

    fn any_tiers() -> impl Strategy<Value = Vec<(i64, i64)>> {
        proptest::collection::vec((1_i64..3_000, 1_i64..200_000), 0..4).prop_map(|steps| {
            let mut tiers = vec![(0, 0)];
            for (step, more) in steps {
                let (from, off) = tiers[tiers.len() - 1];
                tiers.push((from + step, (off + more).min(1_000_000)));
            }
            tiers
        })
    }

    fn any_purchases(products: &'static [&'static str]) -> impl Strategy<Value = Vec<Bought>> {
        proptest::collection::vec((proptest::sample::select(products), 1_i64..3_000), 1..=6)
    }

    #[test]
    fn what_gains_nothing_goes_first_and_what_does_not_count_goes_last() {
        let acme = terms(&[(0, 0), (1_000, 100_000)], TierRule::Whole, Measure::List);
        let (order, cost) = told_subsets(&acme, &[("beside", 500), ("ecs", 800), ("own", 1_000)]);
        assert_eq!((order[0], cost.minor()), (2, 970 + 720 + 450));
        assert_eq!(told_subsets(&acme, &[("beside", 500), ("ecs", 1_200)]), (vec![1, 0], Amount::from_minor(1_200 + 450)));
    }

    #[test]
    fn the_threshold_is_passed_as_narrowly_as_it_can_be() {
        // 700 and 300 reach 1 000 without a fen too much; the 900 then have the better tier.
        let acme = terms(&[(0, 0), (1_000, 100_000)], TierRule::Whole, Measure::List);
        assert_eq!(told_subsets(&acme, &[("ecs", 900), ("ecs", 700), ("ecs", 300)]).1.minor(), 700 + 300 + 810);
    }

    #[test]
    fn what_is_not_possible_is_not_found() {
        let none = by_subsets(2, |_| Ok::<_, Infallible>(vec![None, Some(Amount::ZERO)]));
        assert_eq!(none.unwrap(), None);
        let none = by_trial(3, |_| Ok::<_, Infallible>(None));
        assert_eq!(none.unwrap(), None);
        let only_backwards = |order: &[usize]| Ok::<_, Infallible>((order == [2, 1, 0]).then_some(Amount::ZERO));
        assert_eq!(by_trial(3, only_backwards).unwrap(), Some((vec![2, 1, 0], Amount::ZERO)));
    }

    #[test]
    fn improving_stops_when_it_has_tried_enough() {
        let mut tried = 0;
        let found = by_improving(vec![(0..20).collect()], 50, |order| {
            tried += 1;
            Ok::<_, Infallible>(Some(Amount::from_minor(i64::try_from(order[0] * 1_000 + tried).unwrap())))
        });
        assert_eq!((found.unwrap().unwrap().0, tried), ((0..20).collect(), 50));
    }

    proptest! {
        // Each case looks at up to 720 orders.
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_order_is_cheaper_than_that_of_the_subsets(
            tiers in any_tiers(), bought in any_purchases(&["ecs", "own", "beside"]), rule in 0_usize..2,
        ) {
            let acme = terms(&tiers, [TierRule::Whole, TierRule::Graduated][rule], Measure::List);
            let (order, found) = told_subsets(&acme, &bought);
            prop_assert_eq!(found, cost(&acme, &bought, &order));
            prop_assert_eq!(found, cheapest(&acme, &bought));
        }

        #[test]
        fn nor_than_that_of_the_trials(
            tiers in any_tiers(), bought in any_purchases(&["ecs", "own", "beside"]), rule in 0_usize..2, measure in 0_usize..2,
        ) {
            let acme = terms(&tiers, [TierRule::Whole, TierRule::Graduated][rule], Measure::ALL[measure]);
            let found = by_trial(bought.len(), |order| Ok::<_, Infallible>(Some(cost(&acme, &bought, order))));
            let (order, found) = found.unwrap().unwrap();
            prop_assert_eq!(found, cost(&acme, &bought, &order));
            prop_assert_eq!(found, cheapest(&acme, &bought));
        }

        /// It need not find the best, but what it finds is true and never dearer than what it was given.
        #[test]
        fn improving_never_makes_it_dearer(tiers in any_tiers(), bought in any_purchases(&["ecs", "own", "beside"])) {
            let acme = terms(&tiers, TierRule::Whole, Measure::Payable);
            let given: Vec<usize> = (0..bought.len()).collect();
            let found = by_improving(vec![given.clone()], 1_000, |order| Ok::<_, Infallible>(Some(cost(&acme, &bought, order))));
            let (order, found) = found.unwrap().unwrap();
            prop_assert_eq!(found, cost(&acme, &bought, &order));
            prop_assert!(found <= cost(&acme, &bought, &given) && found >= cheapest(&acme, &bought));
        }

        /// Slices of one volume have the same rates however they are shared out: but for rounding, the order is nothing to
        /// `graduated` with one rate list.
        #[test]
        fn graduated_with_one_rate_list_does_not_ask_for_an_order(tiers in any_tiers(), bought in any_purchases(&["ecs"])) {
            let acme = terms(&tiers, TierRule::Graduated, Measure::List);
            let given: Vec<usize> = (0..bought.len()).collect();
            let apart = cost(&acme, &bought, &given).minus(cheapest(&acme, &bought)).unwrap();
            prop_assert!(apart.minor() <= i64::try_from(bought.len()).unwrap(), "{apart:?}");
        }
    }
}
