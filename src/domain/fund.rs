//! What a customer's money may do: pass between accounts, go back to the group, leave it.

use super::account::Account;
use super::code::Code;
use super::id::{EntityId, GroupId};
use super::money::{Amount, Currency, Money};
use super::refusal::Refusal;

/// Whose the funds of an account are, on the day on which they move.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'a> {
    /// The account.
    pub account: &'a Account,
    /// The group that it is in on that day, and its code.
    pub group: (GroupId, &'a Code),
    /// Its real-name owner, and the owner's code.
    pub entity: (EntityId, &'a Code),
}

/// Money passes only between two accounts of one group and one real-name owner, and only to one that may buy.
pub fn require_transferable(from: Holder<'_>, to: Holder<'_>) -> Result<(), Refusal> {
    let codes = (from.account.code.clone(), to.account.code.clone());
    if from.account.id == to.account.id {
        return Err(Refusal::TransferToItself { account: codes.0 });
    }
    if from.group.0 != to.group.0 {
        let (from_group, to_group) = (from.group.1.clone(), to.group.1.clone());
        return Err(Refusal::TransferBetweenGroups { from: codes.0, from_group, to: codes.1, to_group });
    }
    if from.entity.0 != to.entity.0 {
        let (from_entity, to_entity) = (from.entity.1.clone(), to.entity.1.clone());
        return Err(Refusal::TransferBetweenEntities { from: codes.0, from_entity, to: codes.1, to_entity });
    }
    to.account.require_active()
}

/// What a group may take back from an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reclaimable {
    /// What can be taken, in minor units: what is not spent, as far as the group has given it.
    pub available: Amount,
    /// What the group has given and not taken back yet.
    pub given: Amount,
}

impl Reclaimable {
    /// Of what is not spent and what was given; money of another group, and of nobody, stays.
    pub fn of(unspent: Amount, given: Amount) -> Self {
        Self { available: unspent.min(given.or_zero()), given }
    }

    /// How much is taken: what is asked for, or else all that can be; never nothing, and never more.
    pub fn take(self, account: &Code, asked: Option<Money>, currency: Currency) -> Result<Money, Refusal> {
        let money = |amount| Money::new(amount, currency);
        let needed = asked.unwrap_or(money(self.available));
        if needed.amount > self.available || self.available.is_zero() {
            let (available, given) = (money(self.available), money(self.given));
            return Err(Refusal::ReclaimInsufficient { account: account.clone(), needed, available, given });
        }
        Ok(needed)
    }
}

/// What leaves a group is left over when its arrears and what is overdue of it are held back.
pub fn require_withdrawable(group: &Code, needed: Money, free: Amount, held: Amount) -> Result<(), Refusal> {
    let money = |amount| Money::new(amount, needed.currency);
    let available = free.minus(held)?.or_zero();
    if needed.amount <= available {
        return Ok(());
    }
    Err(Refusal::DepositsHeld { group: group.clone(), needed, available: money(available), held: money(held) })
}

/// What a group's money has to stay for on account of one of its accounts: what it is in arrears with, or what is overdue of it,
/// whichever is more.
pub fn held_for(arrears: Amount, overdue: Amount) -> Amount {
    arrears.max(overdue)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::tests::account;
    use crate::domain::account::{AccountState, Origin};
    use crate::domain::dated::Dated;
    use crate::domain::id::AccountId;
    use crate::domain::period::parse_date;

    fn cny() -> Currency {
        Currency::parse("CNY").unwrap()
    }

    fn fen(minor: i64) -> Money {
        Money::new(Amount::from_minor(minor), cny())
    }

    #[test]
    fn money_passes_within_a_group_and_an_owner_however_the_accounts_came_there() {
        let code = |text: &str| text.parse::<Code>().unwrap();
        let (acme, beta, owner, other) = (code("acme"), code("beta"), code("acme-co"), code("beta-co"));
        let since = |id, day| {
            let mut account = account(Origin::Created, AccountState::Active);
            account.id = AccountId(id);
            account.group = Dated::since(parse_date(day).unwrap(), GroupId(1));
            account
        };
        let (from, to) = (since(1, "2026-01-01"), since(2, "2026-03-01"));
        let giver = Holder { account: &from, group: (GroupId(1), &acme), entity: (EntityId(1), &owner) };
        let told = |group, entity, taker: &Account| {
            require_transferable(giver, Holder { account: taker, group, entity }).map_err(|refusal| refusal.code())
        };
        let (mine, ours) = ((GroupId(1), &acme), (EntityId(1), &owner));
        assert_eq!(told(mine, ours, &to), Ok(()), "since other days");
        assert_eq!(told((GroupId(2), &beta), ours, &to), Err("transfer.other-group"));
        assert_eq!(told(mine, (EntityId(2), &other), &to), Err("transfer.other-entity"));
        assert_eq!(told(mine, ours, &from), Err("transfer.to-itself"));
        let frozen = Account { state: AccountState::Frozen, ..to.clone() };
        assert_eq!(told(mine, ours, &frozen), Err("account.not-active"));
    }

    #[test]
    fn what_is_taken_back_was_given_and_is_not_spent() {
        let take = |unspent, given, asked: Option<i64>| {
            let of = Reclaimable::of(Amount::from_minor(unspent), Amount::from_minor(given));
            of.take(&"acme-prod".parse().unwrap(), asked.map(fen), cny()).map(|taken| taken.amount.minor()).ok()
        };
        assert_eq!([take(500, 900, None), take(900, 500, None), take(500, 900, Some(200))], [Some(500), Some(500), Some(200)]);
        assert_eq!([take(500, 900, Some(501)), take(0, 900, None), take(500, -1, None)], [None, None, None]);
    }

    #[test]
    fn what_a_group_owes_is_held_back() {
        let withdraw = |needed, free, held| {
            let of = |minor| Amount::from_minor(minor);
            require_withdrawable(&"acme".parse().unwrap(), fen(needed), of(free), of(held)).is_ok()
        };
        assert!(withdraw(100, 150, 50) && !withdraw(101, 150, 50) && !withdraw(1, 50, 80));
    }
}
