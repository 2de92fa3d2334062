//! The saving of a group as a game that its accounts play together: what each of them brings, and fair shares of the whole.
//!
//! A [`Coalition`] is some of the accounts; what it would save by itself, in minor units, is its value, and that of nobody is
//! zero. Nothing here knows how a value comes about, and nothing is rounded before the end: shares are fractions until
//! [`apportion`] makes minor units of them, so that they always add up to the whole.

use std::collections::HashMap;

use crate::domain::money::{Amount, Overflow};
use crate::domain::random::Random;
use crate::domain::refusal::Refusal;

/// Up to so many accounts every coalition is looked at: 4 096 of them.
pub const EXACT_MAX: usize = 12;

/// How many values are remembered: what a long sampling asks for again costs nothing, and memory stays bounded.
const REMEMBERED_MAX: usize = 1 << 16;

/// Some of the accounts, which are numbered from zero.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Coalition(Vec<bool>);

impl Coalition {
    /// Nobody of so many.
    pub fn nobody(players: usize) -> Self {
        Self(vec![false; players])
    }

    /// All of so many.
    pub fn everybody(players: usize) -> Self {
        Self(vec![true; players])
    }

    /// The same with one more.
    #[must_use]
    pub fn with(mut self, player: usize) -> Self {
        self.0[player] = true;
        self
    }

    /// The same without one.
    #[must_use]
    pub fn without(mut self, player: usize) -> Self {
        self.0[player] = false;
        self
    }

    /// Whether an account is in it.
    pub fn has(&self, player: usize) -> bool {
        self.0[player]
    }

    /// Whether nobody is in it.
    pub fn is_nobody(&self) -> bool {
        !self.0.contains(&true)
    }

    /// The ones whose bits are set.
    fn of_bits(players: usize, bits: usize) -> Self {
        Self((0..players).map(|player| bits >> player & 1 == 1).collect())
    }
}

/// How shares are sampled where there are too many coalitions to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// What the random orders follow from.
    pub seed: u64,
    /// How many of them; at least two, or nothing can be said about the error.
    pub samples: u32,
}

impl Sampling {
    /// As many orders as can be looked at in some seconds, between two and two hundred: each prices the charges of every coalition
    /// on its way, accounts × charges of them.
    pub fn affordable(seed: u64, accounts: usize, charges: usize) -> Self {
        const PRICINGS: u64 = 500_000_000;
        let each = (accounts as u64).saturating_mul(charges as u64).max(1);
        let samples = u32::try_from(PRICINGS / each).unwrap_or(u32::MAX).clamp(2, 200);
        Self { seed, samples }
    }
}

/// A share of the whole, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The share.
    pub amount: Amount,
    /// The standard error of it, rounded up to the minor unit; `None` of an exact share.
    pub standard_error: Option<Amount>,
}

/// The game: how many play, and what their coalitions are worth.
pub struct Game<V> {
    players: usize,
    value: V,
    known: HashMap<Coalition, Amount>,
}

impl<V: FnMut(&Coalition) -> Result<Amount, Refusal>> Game<V> {
    /// A game of so many players, `value` being what a coalition is worth. It is asked once for each, and never about nobody.
    pub fn new(players: usize, value: V) -> Self {
        Self { players, value, known: HashMap::new() }
    }

    /// What a coalition is worth.
    pub fn value(&mut self, coalition: &Coalition) -> Result<Amount, Refusal> {
        if coalition.is_nobody() {
            return Ok(Amount::ZERO);
        }
        if let Some(known) = self.known.get(coalition) {
            return Ok(*known);
        }
        let value = (self.value)(coalition)?;
        if self.known.len() < REMEMBERED_MAX {
            self.known.insert(coalition.clone(), value);
        }
        Ok(value)
    }

    /// What everybody together is worth.
    pub fn whole(&mut self) -> Result<Amount, Refusal> {
        self.value(&Coalition::everybody(self.players))
    }

    /// What one player is worth without the others.
    pub fn alone(&mut self, player: usize) -> Result<Amount, Refusal> {
        self.value(&Coalition::nobody(self.players).with(player))
    }

    /// What the whole would lack without one player: leave one out.
    pub fn brings(&mut self, player: usize) -> Result<Amount, Refusal> {
        let others = self.value(&Coalition::everybody(self.players).without(player))?;
        Ok(self.whole()?.minus(others)?)
    }

    /// The Shapley shares of the whole: what each player adds, averaged over all orders in which they could have come. Exact up to
    /// [`EXACT_MAX`] players; above, over random orders. They add up to the whole in either case.
    pub fn shapley(&mut self, sampling: Sampling) -> Result<Vec<Share>, Refusal> {
        if self.players <= EXACT_MAX {
            let exact = |amount| Share { amount, standard_error: None };
            Ok(self.shapley_exact()?.into_iter().map(exact).collect())
        } else {
            self.shapley_sampled(sampling)
        }
    }

    /// By every coalition. A player that comes after s others is followed by the rest in one of s! (n - s - 1)! orders of all n!.
    fn shapley_exact(&mut self) -> Result<Vec<Amount>, Refusal> {
        let players = self.players;
        let values = (0..1_usize << players).map(|bits| self.value(&Coalition::of_bits(players, bits)));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        let factorials: Vec<i128> = (0..=players as i128).scan(1, |product, n| Some(replace_by_product(product, n))).collect();
        let mut added = vec![0_i128; players];
        for (bits, before) in values.iter().enumerate() {
            let size = bits.count_ones() as usize;
            for (player, added) in added.iter_mut().enumerate().filter(|(player, _)| bits >> player & 1 == 0) {
                let more = values[bits | 1 << player].minus(*before)?;
                let orders = factorials[size] * factorials[players - size - 1];
                *added = i128::from(more.minor()).checked_mul(orders).and_then(|m| added.checked_add(m)).ok_or(Overflow)?;
            }
        }
        Ok(apportion(&added, factorials[players])?)
    }

    /// By random orders of all players.
    fn shapley_sampled(&mut self, sampling: Sampling) -> Result<Vec<Share>, Refusal> {
        let mut random = Random::new(sampling.seed);
        let mut order: Vec<usize> = (0..self.players).collect();
        let (mut sums, mut squares) = (vec![0_i128; self.players], vec![0_i128; self.players]);
        for _ in 0..sampling.samples {
            random.shuffle(&mut order);
            let (mut coalition, mut before) = (Coalition::nobody(self.players), Amount::ZERO);
            for &player in &order {
                coalition = coalition.with(player);
                let value = self.value(&coalition)?;
                let more = i128::from(value.minus(before)?.minor());
                before = value;
                sums[player] += more;
                squares[player] = squares[player].checked_add(more * more).ok_or(Overflow)?;
            }
        }
        let samples = i128::from(sampling.samples);
        let amounts = apportion(&sums, samples)?;
        let errors = sums.iter().zip(&squares).map(|(sum, squares)| standard_error(*sum, *squares, samples));
        amounts.into_iter().zip(errors).map(|(amount, error)| Ok(Share { amount, standard_error: Some(error?) })).collect()
    }
}

/// The factorials, one after the other: 1, 1, 2, 6.
fn replace_by_product(product: &mut i128, n: i128) -> i128 {
    *product *= n.max(1);
    *product
}

/// The standard error of a mean of so many samples, from their sum and the sum of their squares, rounded up to the minor unit:
/// the root of (n Σx² - (Σx)²) / (n² (n - 1)).
fn standard_error(sum: i128, squares: i128, samples: i128) -> Result<Amount, Overflow> {
    let spread = squares.checked_mul(samples).zip(sum.checked_mul(sum)).and_then(|(all, mean)| all.checked_sub(mean));
    let spread = u128::try_from(spread.ok_or(Overflow)?).map_err(|_| Overflow)?;
    let of = u128::try_from(samples * samples * (samples - 1).max(1)).map_err(|_| Overflow)?;
    let variance = spread.div_ceil(of);
    let root = variance.isqrt();
    let above = root + u128::from(root * root < variance);
    i64::try_from(above).map(Amount::from_minor).map_err(|_| Overflow)
}

/// A whole shared out in proportion to weights, to the minor unit; evenly where they add up to nothing.
pub fn proportional(whole: Amount, weights: &[Amount]) -> Result<Vec<Amount>, Overflow> {
    let weights: Vec<i128> = weights.iter().map(|weight| i128::from(weight.minor())).collect();
    let sum: i128 = weights.iter().sum();
    let whole = i128::from(whole.minor());
    if sum == 0 {
        return apportion(&vec![whole; weights.len()], i128::try_from(weights.len().max(1)).map_err(|_| Overflow)?);
    }
    let parts = weights.iter().map(|weight| whole.checked_mul(weight * sum.signum()).ok_or(Overflow));
    apportion(&parts.collect::<Result<Vec<_>, _>>()?, sum.abs())
}

/// Minor units that come as near to fractions of one denominator as they can while they add up to the same: each is rounded
/// down, and what is left goes to the largest remainders, the first among equals. The fractions add up to a whole number.
fn apportion(numerators: &[i128], denominator: i128) -> Result<Vec<Amount>, Overflow> {
    let mut units: Vec<i128> = numerators.iter().map(|part| part.div_euclid(denominator)).collect();
    let sum = numerators.iter().try_fold(0_i128, |sum, part| sum.checked_add(*part)).ok_or(Overflow)?;
    debug_assert_eq!(sum % denominator, 0, "the parts are those of a whole");
    let left = sum / denominator - units.iter().sum::<i128>();
    let mut largest: Vec<usize> = (0..numerators.len()).collect();
    largest.sort_by_key(|place| std::cmp::Reverse(numerators[*place].rem_euclid(denominator)));
    for place in largest.into_iter().take(usize::try_from(left).map_err(|_| Overflow)?) {
        units[place] += 1;
    }
    units.into_iter().map(|unit| i64::try_from(unit).map(Amount::from_minor).map_err(|_| Overflow)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_large_group_is_sampled_less() {
        let samples = |accounts, charges| Sampling::affordable(1, accounts, charges).samples;
        assert_eq!([samples(13, 100), samples(1000, 25_000), samples(10_000, 400_000), samples(0, 0)], [200, 20, 2, 200]);
    }

    const SAMPLING: Sampling = Sampling { seed: 1, samples: 400 };

    fn fen(minor: i64) -> Amount {
        Amount::from_minor(minor)
    }

    fn minors(amounts: &[Amount]) -> Vec<i64> {
        amounts.iter().map(|amount| amount.minor()).collect()
    }

    /// A game by a table: the value of the coalition whose bits are the place.
    fn by_table(players: usize, values: &[i64]) -> Game<impl FnMut(&Coalition) -> Result<Amount, Refusal>> {
        let values = values.to_vec();
        Game::new(players, move |coalition| {
            let bits: usize = (0..players).filter(|player| coalition.has(*player)).map(|player| 1 << player).sum();
            Ok(fen(values[bits]))
        })
    }

    /// A discount that grows with the volume: each buys for so much, and 5 %, 10 % or 15 % is taken off all of it.
    fn by_volume(lists: &[i64]) -> Game<impl FnMut(&Coalition) -> Result<Amount, Refusal>> {
        let lists = lists.to_vec();
        Game::new(lists.len(), move |coalition| {
            let list: i64 = lists.iter().enumerate().filter(|(player, _)| coalition.has(*player)).map(|(_, list)| list).sum();
            let percent = if list >= 50_000 {
                15
            } else if list >= 20_000 {
                10
            } else {
                5
            };
            Ok(fen(list * percent / 100))
        })
    }

    fn exact(game: &mut Game<impl FnMut(&Coalition) -> Result<Amount, Refusal>>) -> Vec<i64> {
        minors(&game.shapley_exact().unwrap())
    }

    /// Every order, as the definition has it: what each adds, summed up over all of them.
    fn by_every_order(players: usize, values: &[i64]) -> (Vec<i128>, i128) {
        fn go(values: &[i64], bits: usize, left: &mut Vec<usize>, added: &mut [i128], trail: &mut Vec<(usize, i128)>) -> i128 {
            if left.is_empty() {
                for (player, more) in trail.iter() {
                    added[*player] += more;
                }
                return 1;
            }
            let mut orders = 0;
            for place in 0..left.len() {
                let player = left.remove(place);
                trail.push((player, i128::from(values[bits | 1 << player] - values[bits])));
                orders += go(values, bits | 1 << player, left, added, trail);
                trail.pop();
                left.insert(place, player);
            }
            orders
        }
        let mut added = vec![0; players];
        let orders = go(values, 0, &mut (0..players).collect(), &mut added, &mut vec![]);
        (added, orders)
    }

    /// Three accounts buy for 12 000, 20 000 and 30 000. Alone: 5 %, 10 %, 10 % of theirs; all together 15 % of 62 000 = 9 300.
    /// The pairs: 10 % of 32 000, 10 % of 42 000, 15 % of 50 000.
    #[test]
    fn a_worked_example() {
        let mut game = by_volume(&[12_000, 20_000, 30_000]);
        assert_eq!(game.whole(), Ok(fen(9_300)));
        assert_eq!([0, 1, 2].map(|player| game.alone(player).unwrap().minor()), [600, 2_000, 3_000]);
        // 9300 less 7500, 4200 and 3200: together more than there is.
        assert_eq!([0, 1, 2].map(|player| game.brings(player).unwrap().minor()), [1_800, 5_100, 6_100]);
        // The first: 600 of two orders, 3200 - 2000 and 4200 - 3000 of one each, 9300 - 7500 of two: 7200 / 6. The second: 2 × 2000
        // + 2600 + 4500 + 2 × 5100 = 21300 / 6. The third: 2 × 3000 + 3600 + 5500 + 2 × 6100 = 27300 / 6.
        assert_eq!(exact(&mut game), [1_200, 3_550, 4_550]);
        let by_list = proportional(fen(9_300), &[fen(12_000), fen(20_000), fen(30_000)]).unwrap();
        assert_eq!(minors(&by_list), [1_800, 3_000, 4_500]);
    }

    #[test]
    fn the_largest_remainders_are_rounded_up() {
        let table: [(i64, &[i64], &[i64]); 8] = [
            (100, &[1, 1, 1], &[34, 33, 33]),
            (200, &[1, 1, 1], &[67, 67, 66]),
            (-100, &[1, 1, 1], &[-33, -33, -34]),
            (10, &[1, 2, 0], &[3, 7, 0]),
            (10, &[0, 0], &[5, 5]),
            (10, &[3, -3, 0], &[4, 3, 3]),
            (10, &[-1, -3], &[3, 7]),
            (0, &[], &[]),
        ];
        for (whole, weights, expected) in table {
            let weights: Vec<Amount> = weights.iter().map(|weight| fen(*weight)).collect();
            assert_eq!(minors(&proportional(fen(whole), &weights).unwrap()), expected, "{whole} {weights:?}");
        }
        let too_much = proportional(fen(i64::MAX), &[fen(i64::MAX), fen(i64::MAX), fen(1)]);
        assert_eq!(too_much.map(|shares| Amount::sum(shares).unwrap()), Ok(fen(i64::MAX)));
    }

    /// What is known of a mean: 2, 4, 4, 4, 5, 5, 7, 9 have the variance 32 / 7 and the error √(32 / 56).
    #[test]
    fn a_standard_error_is_rounded_up() {
        assert_eq!(standard_error(40, 232, 8), Ok(fen(1)));
        assert_eq!(standard_error(40_000, 232_000_000, 8), Ok(fen(756)));
        assert_eq!(standard_error(30, 300, 3), Ok(fen(0)), "all of them 10");
        assert_eq!(standard_error(i128::MAX / 2, i128::MAX, 8), Err(Overflow));
    }

    #[test]
    fn above_twelve_shares_are_sampled_alike_with_the_same_seed_and_near_the_exact_ones() {
        let lists: Vec<i64> = (1..=13).map(|n| n * 700).collect();
        let sampled = by_volume(&lists).shapley(SAMPLING).unwrap();
        assert_eq!(by_volume(&lists).shapley(SAMPLING).unwrap(), sampled);
        assert_ne!(by_volume(&lists).shapley(Sampling { seed: 2, ..SAMPLING }).unwrap(), sampled);
        let exact = exact(&mut by_volume(&lists));
        for (share, exact) in sampled.iter().zip(&exact) {
            let error = share.standard_error.unwrap().minor();
            assert!(error > 0 && (share.amount.minor() - exact).abs() <= 4 * error, "{share:?} {exact}");
        }
        assert_eq!(sampled.iter().map(|share| share.amount.minor()).sum::<i64>(), exact.iter().sum::<i64>());
        let few = by_volume(&lists[..12]).shapley(SAMPLING).unwrap();
        assert!(few.iter().all(|share| share.standard_error.is_none()));
    }

    #[test]
    fn each_coalition_is_asked_about_once() {
        let mut asked = 0;
        let mut game = Game::new(5, |_: &Coalition| {
            asked += 1;
            Ok(fen(1))
        });
        game.shapley(SAMPLING).unwrap();
        game.brings(3).unwrap();
        game.alone(2).unwrap();
        assert_eq!(asked, 31);
    }

    proptest! {
        /// Whatever the coalitions are worth, the exact shares are those of every order, rounded, and add up to the whole.
        #[test]
        fn exact_shares_are_those_of_every_order(
            players in 1_usize..=5, values in proptest::collection::vec(-1_000_000_i64..1_000_000, 32),
        ) {
            let mut values = values[..1 << players].to_vec();
            values[0] = 0;
            let found = exact(&mut by_table(players, &values));
            let (added, orders) = by_every_order(players, &values);
            for (share, added) in found.iter().zip(&added) {
                prop_assert!((i128::from(*share) * orders - added).abs() < orders, "{share} is not {added} / {orders}");
            }
            prop_assert_eq!(found.iter().sum::<i64>(), values[(1 << players) - 1]);
        }

        /// Sampled shares add up to the whole as well.
        #[test]
        fn sampled_shares_add_up(
            players in 1_usize..=5, values in proptest::collection::vec(-1_000_000_i64..1_000_000, 32),
            seed in any::<u64>(), samples in 2_u32..20,
        ) {
            let mut values = values[..1 << players].to_vec();
            values[0] = 0;
            let found = by_table(players, &values).shapley_sampled(Sampling { seed, samples }).unwrap();
            prop_assert_eq!(found.iter().map(|share| share.amount.minor()).sum::<i64>(), values[(1 << players) - 1]);
        }

        /// Who buys nothing has no share, and who buys the same has the same, within the unit that rounding needs.
        #[test]
        fn a_dummy_has_nothing_and_twins_the_same(mut lists in proptest::collection::vec(0_i64..40_000, 1..5)) {
            lists.push(lists[0]);
            lists.push(0);
            let found = exact(&mut by_volume(&lists));
            prop_assert!((found[0] - found[lists.len() - 2]).abs() <= 1);
            // Its fraction is zero; as its remainder is the smallest, rounding gives it nothing.
            prop_assert_eq!(found[lists.len() - 1], 0);
        }

        /// Proportional shares add up, and none is a whole unit off.
        #[test]
        fn proportional_shares_add_up(
            whole in -1_000_000_i64..1_000_000, weights in proptest::collection::vec(0_i64..1_000_000, 1..9),
        ) {
            let amounts: Vec<Amount> = weights.iter().map(|weight| fen(*weight)).collect();
            let found = minors(&proportional(fen(whole), &amounts).unwrap());
            prop_assert_eq!(found.iter().sum::<i64>(), whole);
            let sum: i64 = weights.iter().sum();
            for (share, weight) in found.iter().zip(&weights).filter(|_| sum > 0) {
                prop_assert!((share * sum - whole * weight).abs() < sum);
            }
        }
    }
}
