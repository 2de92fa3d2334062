//! The covering set: which orders together come to a line, or which lines to an order. Bounded in size and in work, and only an
//! answer where there is one smallest set.

/// The largest set that is looked for.
pub const MOST_MEMBERS: usize = 4;

/// More candidates than this are not searched.
pub const MOST_CANDIDATES: usize = 24;

/// How many days may lie between the target and a member.
pub const DAYS: i64 = 7;

/// How many sums one month may try.
pub const MOST_WORK: u64 = 2_000_000;

/// What a search comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    /// The one smallest set, by places, rising.
    One(Vec<usize>),
    /// No set.
    None,
    /// Several smallest sets.
    Several,
    /// Too many candidates, or the month's work is used up.
    TooLarge,
}

/// The one smallest set of at least `least` candidates that adds up to the target, in minor units. `work` is what may still be
/// spent; each sum costs one.
pub fn smallest_set(target: i64, candidates: &[i64], least: usize, work: &mut u64) -> Search {
    if candidates.len() > MOST_CANDIDATES {
        return Search::TooLarge;
    }
    for size in least..=MOST_MEMBERS.min(candidates.len()) {
        let mut found = Vec::new();
        let mut chosen = Vec::with_capacity(size);
        if !choose(i128::from(target), candidates, 0, size, &mut chosen, &mut found, work) {
            return Search::TooLarge;
        }
        match found.len() {
            0 => {}
            1 => return found.pop().map_or(Search::None, Search::One),
            _ => return Search::Several,
        }
    }
    Search::None
}

/// Walks over the sets of a size, rising by place; stops at the second hit. Says whether the work sufficed.
fn choose(
    left: i128,
    candidates: &[i64],
    from: usize,
    size: usize,
    chosen: &mut Vec<usize>,
    found: &mut Vec<Vec<usize>>,
    work: &mut u64,
) -> bool {
    if size == 0 {
        if left == 0 {
            found.push(chosen.clone());
        }
        return true;
    }
    for place in from..candidates.len() {
        if found.len() > 1 {
            return true;
        }
        let Some(rest) = work.checked_sub(1) else { return false };
        *work = rest;
        chosen.push(place);
        let sufficed = choose(left - i128::from(candidates[place]), candidates, place + 1, size - 1, chosen, found, work);
        chosen.pop();
        if !sufficed {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn search(target: i64, candidates: &[i64], least: usize) -> Search {
        smallest_set(target, candidates, least, &mut MOST_WORK.clone())
    }

    #[test]
    fn only_one_smallest_set_is_an_answer() {
        assert_eq!(search(300, &[100, 200, 50], 2), Search::One(vec![0, 1]));
        assert_eq!(search(300, &[100, 200, 150, 150], 2), Search::Several);
        assert_eq!(search(300, &[300, 100, 200], 1), Search::One(vec![0]), "a smaller set is surer than a larger one");
        assert_eq!(search(300, &[300, 100, 200], 2), Search::One(vec![1, 2]));
        assert_eq!(search(7, &[1, 2], 2), Search::None);
        assert_eq!(search(15, &[1, 2, 3, 4, 5], 2), Search::None, "five members are too many");
        assert_eq!(search(-30, &[-10, -20, 30], 2), Search::One(vec![0, 1]), "refunds add up like purchases");
    }

    #[test]
    fn a_thousand_equal_amounts_cost_no_more_than_a_few() {
        let mut work = MOST_WORK;
        assert_eq!(smallest_set(200, &[100; 1000], 2, &mut work), Search::TooLarge);
        assert_eq!(work, MOST_WORK);
        assert_eq!(smallest_set(200, &[100; 24], 2, &mut work), Search::Several);
        assert!(MOST_WORK - work < 100, "it stops at the second hit");
        let mut little = 10;
        assert_eq!(smallest_set(-1, &[100; 24], 2, &mut little), Search::TooLarge);
        assert_eq!(little, 0);
    }

    proptest! {
        #[test]
        fn what_is_found_is_a_smallest_set_and_the_only_one(
            candidates in proptest::collection::vec(-20_i64..20, 0..8),
            target in -40_i64..40,
            least in 1_usize..3,
        ) {
            let mut sets: Vec<Vec<usize>> = (0_u32..1 << candidates.len())
                .map(|bits| (0..candidates.len()).filter(|place| bits & (1 << place) != 0).collect::<Vec<_>>())
                .filter(|set| (least..=MOST_MEMBERS).contains(&set.len()))
                .filter(|set| set.iter().map(|place| candidates[*place]).sum::<i64>() == target)
                .collect();
            sets.sort_by_key(Vec::len);
            let smallest = sets.first().map_or(0, Vec::len);
            sets.retain(|set| set.len() == smallest);
            let expected = match sets.len() {
                0 => Search::None,
                1 => Search::One(sets.remove(0)),
                _ => Search::Several,
            };
            prop_assert_eq!(search(target, &candidates, least), expected);
        }
    }
}
