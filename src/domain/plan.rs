//! A rebalancing plan: which accounts give money back to their group, and which are given some, so that each lasts as long.
//!
//! A plan is a list of moves for a book as it is: it names the head of the audit log, and a hash over all of itself, so that
//! nothing else is applied than what was planned, and to nothing else.

use serde::{Deserialize, Serialize};

use crate::domain::chain::{Digester, hex};
use crate::domain::code::Code;
use crate::domain::money::{Amount, Currency, Overflow};
use crate::domain::words::words;

words! {
    /// Which way money goes.
    MoveKind, "a move" {
        /// From an account back to its group.
        Reclaim = "reclaim",
        /// From the group to an account.
        Allocate = "allocate",
    }
}

/// One move of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedMove {
    /// Which way.
    pub kind: MoveKind,
    /// The group.
    pub group: Code,
    /// The account.
    pub account: Code,
    /// How much, in minor units.
    pub amount: Amount,
    /// What it is counted in.
    pub currency: Currency,
    /// The account's funds before the move.
    pub before: Amount,
    /// The account's funds after it.
    pub after: Amount,
}

/// A plan for a book whose audit log has this head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The head of the audit log, in hexadecimal digits.
    pub book: String,
    /// The moves, in the order in which they are made.
    pub moves: Vec<PlannedMove>,
}

/// The version of the byte form that the hash of a plan is over.
const FORM: u8 = 1;

impl Plan {
    /// The SHA-256 over all of it, in hexadecimal digits.
    pub fn hash(&self) -> String {
        let mut digester = Digester::default();
        digester.text("fund plan").bytes(&[FORM]).text(&self.book);
        for planned in &self.moves {
            digester
                .text(planned.kind.as_str())
                .text(planned.group.as_str())
                .text(planned.account.as_str())
                .number(planned.amount.minor())
                .text(planned.currency.code())
                .number(planned.before.minor())
                .number(planned.after.minor());
        }
        hex(&digester.finish())
    }
}

/// A prepaid account of a group, as a plan sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The account.
    pub account: Code,
    /// What it was given and has not spent.
    pub funds: Amount,
    /// The same less usage that waits for its charge; negative when it is in arrears.
    pub available: Amount,
    /// What its group may take back.
    pub reclaimable: Amount,
    /// What it should have available.
    pub target: Amount,
}

impl Member {
    /// What it is short of.
    pub fn need(&self) -> Result<Amount, Overflow> {
        Ok(self.target.minus(self.available)?.or_zero())
    }

    /// What it can do without.
    pub fn surplus(&self) -> Result<Amount, Overflow> {
        Ok(self.available.minus(self.target)?.min(self.reclaimable).or_zero())
    }
}

/// What a plan does for one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rebalanced {
    /// Its moves: what accounts give, then what accounts get, each by code.
    pub moves: Vec<PlannedMove>,
    /// What the accounts would need beyond it.
    pub missing: Amount,
}

/// Rebalances a group: what is free is used first, then what accounts can do without, the largest first. Where that is not
/// enough, every account gets the same share of what it needs.
pub fn rebalance(group: &Code, currency: Currency, free: Amount, members: &[Member]) -> Result<Rebalanced, Overflow> {
    let mut members: Vec<&Member> = members.iter().collect();
    members.sort_by(|a, b| a.account.cmp(&b.account));
    let needs = members.iter().map(|member| member.need()).collect::<Result<Vec<_>, _>>()?;
    let surpluses = members.iter().map(|member| member.surplus()).collect::<Result<Vec<_>, _>>()?;
    let (free, needed) = (free.or_zero(), Amount::sum(needs.iter().copied())?);
    let given = needed.min(free.plus(Amount::sum(surpluses.iter().copied())?)?);
    let taken = largest_first(&surpluses, given.minus(free)?.or_zero())?;
    let served = in_proportion(&needs, needed, given)?;
    let planned = |member: &Member, kind, amount, after| PlannedMove {
        kind,
        group: group.clone(),
        account: member.account.clone(),
        amount,
        currency,
        before: member.funds,
        after,
    };
    let mut moves = Vec::new();
    for (member, amount) in members.iter().zip(taken).filter(|(_, amount)| amount.is_positive()) {
        moves.push(planned(member, MoveKind::Reclaim, amount, member.funds.minus(amount)?));
    }
    for (member, amount) in members.iter().zip(served).filter(|(_, amount)| amount.is_positive()) {
        moves.push(planned(member, MoveKind::Allocate, amount, member.funds.plus(amount)?));
    }
    Ok(Rebalanced { moves, missing: needed.minus(given)? })
}

/// What each gives of so much: the largest gives first, of equals the one that stands first.
fn largest_first(surpluses: &[Amount], wanted: Amount) -> Result<Vec<Amount>, Overflow> {
    let mut order: Vec<usize> = (0..surpluses.len()).collect();
    order.sort_by_key(|place| std::cmp::Reverse(surpluses[*place]));
    let mut taken = vec![Amount::ZERO; surpluses.len()];
    let mut left = wanted;
    for place in order {
        taken[place] = surpluses[place].min(left);
        left = left.minus(taken[place])?;
    }
    Ok(taken)
}

/// Shares so much out in proportion to needs that are at least as much. What is left over by rounding down goes to the largest
/// remainders, a minor unit each; of equals to the one that stands first.
fn in_proportion(needs: &[Amount], needed: Amount, given: Amount) -> Result<Vec<Amount>, Overflow> {
    if given == needed {
        return Ok(needs.to_vec());
    }
    let (mut shares, mut remainders) = (Vec::with_capacity(needs.len()), Vec::with_capacity(needs.len()));
    let mut left = given;
    for need in needs {
        let product = i128::from(need.minor()) * i128::from(given.minor());
        let share = i64::try_from(product / i128::from(needed.minor())).map(Amount::from_minor).map_err(|_| Overflow)?;
        left = left.minus(share)?;
        shares.push(share);
        remainders.push(product % i128::from(needed.minor()));
    }
    let mut order: Vec<usize> = (0..needs.len()).collect();
    order.sort_by_key(|place| std::cmp::Reverse(remainders[*place]));
    for place in order.into_iter().take(usize::try_from(left.minor()).map_err(|_| Overflow)?) {
        shares[place] = shares[place].plus(Amount::from_minor(1))?;
    }
    Ok(shares)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn minor(minor: i64) -> Amount {
        Amount::from_minor(minor)
    }

    fn member(account: &str, funds: i64, pending: i64, reclaimable: i64, target: i64) -> Member {
        Member {
            account: account.parse().unwrap(),
            funds: minor(funds),
            available: minor(funds - pending),
            reclaimable: minor(reclaimable),
            target: minor(target),
        }
    }

    fn acme(free: i64, members: &[Member]) -> Rebalanced {
        rebalance(&"acme".parse().unwrap(), Currency::parse("CNY").unwrap(), minor(free), members).unwrap()
    }

    fn told(free: i64, members: &[Member]) -> String {
        let Rebalanced { moves, missing } = acme(free, members);
        let moves = moves.iter().map(|m| format!("{} {} {}", m.kind, m.account, m.amount.minor()));
        format!("{}; missing {}", moves.collect::<Vec<_>>().join(", "), missing.minor())
    }

    #[test]
    fn what_is_free_is_used_before_anybody_gives() {
        let members = [member("a", 100, 0, 100, 300), member("b", 900, 0, 900, 100), member("c", 50, 50, 0, 70)];
        assert_eq!(told(1000, &members), "allocate a 200, allocate c 70; missing 0");
        assert_eq!(told(270, &members), "allocate a 200, allocate c 70; missing 0");
        assert_eq!(told(100, &members), "reclaim b 170, allocate a 200, allocate c 70; missing 0");
        assert_eq!(told(-5, &members), "reclaim b 270, allocate a 200, allocate c 70; missing 0");
        assert_eq!(told(100, &members[1..2]), "; missing 0", "who has enough gives nothing for nobody");
        assert_eq!(told(100, &[]), "; missing 0");
    }

    #[test]
    fn the_largest_surplus_gives_first_and_only_what_may_be_taken() {
        let poor = member("z", 0, 0, 0, 500);
        let rich = |b: i64, c: i64| [member("c", 1000, 0, c, 0), member("b", 1000, 0, b, 0), poor.clone()];
        assert_eq!(told(0, &rich(400, 300)), "reclaim b 400, reclaim c 100, allocate z 500; missing 0");
        assert_eq!(told(0, &rich(300, 400)), "reclaim b 100, reclaim c 400, allocate z 500; missing 0");
        assert_eq!(told(0, &rich(400, 400)), "reclaim b 400, reclaim c 100, allocate z 500; missing 0", "ties by code");
        // An account with more pending than funds is in arrears, and gets what covers them.
        assert_eq!(told(900, &[member("a", 100, 300, 0, 50)]), "allocate a 250; missing 0");
    }

    #[test]
    fn what_is_not_enough_is_shared_in_proportion() {
        let need = |account: &str, need| member(account, 0, 0, 0, need);
        assert_eq!(told(100, &[need("a", 100), need("b", 300)]), "allocate a 25, allocate b 75; missing 300");
        // 33.3 each: the odd unit goes to the first of equals.
        let thirds = [need("c", 50), need("a", 50), need("b", 50)];
        assert_eq!(told(100, &thirds), "allocate a 34, allocate b 33, allocate c 33; missing 50");
        // 1.25, 3.75 and 5: the largest remainder is the second one's.
        assert_eq!(
            told(10, &[need("a", 10), need("b", 30), need("c", 40)]),
            "allocate a 1, allocate b 4, allocate c 5; missing 70"
        );
        assert_eq!(told(0, &thirds), "; missing 150");
        let largest = [need("a", i64::MAX / 2), need("b", i64::MAX / 2)];
        assert_eq!(told(3, &largest), "allocate a 2, allocate b 1; missing 9223372036854775803");
    }

    #[test]
    fn the_moves_say_what_they_leave() {
        let moves = acme(0, &[member("a", 100, 20, 0, 200), member("b", 500, 0, 450, 100)]).moves;
        let funds: Vec<_> = moves.iter().map(|m| (m.kind, m.before.minor(), m.after.minor())).collect();
        assert_eq!(funds, [(MoveKind::Reclaim, 500, 380), (MoveKind::Allocate, 100, 220)]);
    }

    /// The byte form is a promise to plans that lie in a folder: if this hash changes, give the form a new version.
    #[test]
    fn the_hash_is_over_everything_in_its_order() {
        let moves = acme(0, &[member("a", 100, 20, 0, 200), member("b", 500, 0, 450, 100)]).moves;
        let plan = Plan { book: "00ff".to_owned(), moves };
        insta::assert_snapshot!(plan.hash(), @"20f9e959ec1f5d51e6e3b4414239c04db696133daf7fcb0b1cabd1db91e8e64d");
        let changed = |change: fn(&mut Plan)| {
            let mut other = plan.clone();
            change(&mut other);
            other.hash()
        };
        let others = [
            changed(|p| p.book.push('0')),
            changed(|p| p.moves.reverse()),
            changed(|p| drop(p.moves.pop())),
            changed(|p| p.moves[0].kind = MoveKind::Allocate),
            changed(|p| p.moves[0].group = "b".parse().unwrap()),
            changed(|p| p.moves[0].account = "c".parse().unwrap()),
            changed(|p| p.moves[0].amount = Amount::from_minor(1)),
            changed(|p| p.moves[0].currency = "USD".parse().unwrap()),
            changed(|p| p.moves[0].before = Amount::from_minor(1)),
            changed(|p| p.moves[0].after = Amount::from_minor(1)),
        ];
        assert!(others.iter().all(|hash| *hash != plan.hash()));
    }

    fn members() -> impl Strategy<Value = Vec<Member>> {
        let amounts = (0..2000_i64, 0..300_i64, 0..2000_i64, 0..2000_i64);
        prop::collection::vec(amounts, 0..9).prop_map(|all| {
            let named = all.into_iter().enumerate();
            named
                .map(|(n, (funds, pending, part, target))| member(&format!("a{n}"), funds, pending, part.min(funds), target))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn money_is_only_moved_and_nobody_is_hurt(
            members in members(),
            shuffled in any::<prop::sample::Index>(),
            free in -10..3000_i64,
        ) {
            let Rebalanced { moves, missing } = acme(free, &members);
            let find = |planned: &PlannedMove| members.iter().find(|m| m.account == planned.account).unwrap();
            let (mut deposits, mut before, mut after) = (free.max(0), 0, 0);
            for planned in &moves {
                let (amount, member) = (planned.amount, find(planned));
                prop_assert!(amount.is_positive());
                match planned.kind {
                    MoveKind::Reclaim => {
                        prop_assert!(amount <= member.surplus().unwrap());
                        deposits += amount.minor();
                    }
                    MoveKind::Allocate => {
                        prop_assert!(amount <= member.need().unwrap());
                        deposits -= amount.minor();
                    }
                }
                prop_assert!(deposits >= 0, "deposits never go below zero, move by move");
                before += planned.before.minor();
                after += planned.after.minor();
            }
            prop_assert_eq!(free.max(0) + before, deposits + after, "what one side gives the other side gets");
            let needed: i64 = members.iter().map(|m| m.need().unwrap().minor()).sum();
            let served: i64 = moves.iter().filter(|m| m.kind == MoveKind::Allocate).map(|m| m.amount.minor()).sum();
            prop_assert_eq!(served + missing.minor(), needed);
            if !missing.is_zero() {
                let given: i64 = moves.iter().filter(|m| m.kind == MoveKind::Reclaim).map(|m| m.amount.minor()).sum();
                let surplus: i64 = members.iter().map(|m| m.surplus().unwrap().minor()).sum();
                prop_assert_eq!((deposits, given), (0, surplus), "nothing is kept back while something is missing");
            }
            let mut other = members.clone();
            other.rotate_left(if members.is_empty() { 0 } else { shuffled.index(members.len()) });
            other.reverse();
            prop_assert_eq!(acme(free, &other).moves, moves, "whatever the order of the input");
        }
    }
}
