//! The posting rules: one function per business event, to be read by an accountant.
//!
//! Each function returns the entry that the event posts, or `None` when no money moves. Amounts are minor units of `currency`.
//! Sales and cost are billings, tax included.

use crate::domain::acceptance::{Acceptance, PaidAlready};
use crate::domain::account::{Mode, Model};
use crate::domain::chart::{LedgerAccount, LedgerKind, Owner};
use crate::domain::coupon::Bearer;
use crate::domain::id::{AccountId, EntryId, GroupId};
use crate::domain::journal::{Entry, Event, Posting, Unbalanced};
use crate::domain::money::{Amount, Currency, Money};
use crate::domain::period::OpenDate;

/// What a rule returns.
type Posted = Result<Option<Entry>, Unbalanced>;

/// The account that a charge or refund falls on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Party {
    /// The account.
    pub account: AccountId,
    /// Its group.
    pub group: GroupId,
    /// Who sells to the customer.
    pub model: Model,
    /// Who pays on the day of the charge.
    pub mode: Mode,
    /// What its money is counted in.
    pub currency: Currency,
}

impl Party {
    /// Where a charge is debited: the allocated funds, or what the account owes.
    fn balance(&self) -> LedgerAccount {
        match self.mode {
            Mode::Prepaid => LedgerAccount::funds(self.account, self.currency),
            Mode::AgentPays => LedgerAccount::receivable(self.account, self.currency),
        }
    }
}

/// A customer pays money in: Dr bank, Cr deposits.
pub fn deposit(date: OpenDate, group: GroupId, currency: Currency, amount: Amount) -> Posted {
    Entry::of(Event::Deposit, date)
        .group(group)
        .debit(LedgerAccount::bank(currency), amount)
        .credit(LedgerAccount::deposits(group, currency), amount)?
        .balanced()
}

/// Finance gives a prepaid account money of its group: Dr deposits, Cr funds.
pub fn allocate(date: OpenDate, group: GroupId, account: AccountId, currency: Currency, amount: Amount) -> Posted {
    Entry::of(Event::Allocate, date)
        .group(group)
        .account(account)
        .debit(LedgerAccount::deposits(group, currency), amount)
        .credit(LedgerAccount::funds(account, currency), amount)?
        .balanced()
}

/// A customer gets money back that is not allocated: Dr deposits, Cr bank.
pub fn withdraw(date: OpenDate, group: GroupId, currency: Currency, amount: Amount) -> Posted {
    Entry::of(Event::Withdraw, date)
        .group(group)
        .debit(LedgerAccount::deposits(group, currency), amount)
        .credit(LedgerAccount::bank(currency), amount)?
        .balanced()
}

/// Finance takes unspent money of a prepaid account back to its group: Dr funds, Cr deposits.
pub fn reclaim(date: OpenDate, group: GroupId, account: AccountId, currency: Currency, amount: Amount) -> Posted {
    Entry::of(Event::Reclaim, date)
        .group(group)
        .account(account)
        .debit(LedgerAccount::funds(account, currency), amount)
        .credit(LedgerAccount::deposits(group, currency), amount)?
        .balanced()
}

/// Unspent money goes from one prepaid account to another of its group: Dr funds of the one, Cr funds of the other.
pub fn transfer(date: OpenDate, group: GroupId, from: AccountId, to: AccountId, currency: Currency, amount: Amount) -> Posted {
    Entry::of(Event::Transfer, date)
        .group(group)
        .account(from)
        .recipient(to)
        .debit(LedgerAccount::funds(from, currency), amount)
        .credit(LedgerAccount::funds(to, currency), amount)?
        .balanced()
}

/// The agent pays money into its pool at the provider: Dr pool, Cr bank. What is paid in another currency than the pool's goes
/// through `exchange`, each currency balancing on its own.
pub fn top_up(date: OpenDate, into: Money, paid: Money) -> Posted {
    let entry = Entry::of(Event::TopUp, date)
        .debit(LedgerAccount::pool(into.currency), into.amount)
        .credit(LedgerAccount::bank(paid.currency), paid.amount)?;
    if into.currency == paid.currency {
        return entry.balanced();
    }
    entry
        .credit(LedgerAccount::exchange(into.currency), into.amount)?
        .debit(LedgerAccount::exchange(paid.currency), paid.amount)
        .balanced()
}

/// The agent pays what the provider has billed: Dr payable, Cr pool or bank.
pub fn pay_provider(date: OpenDate, from: LedgerAccount, amount: Amount) -> Posted {
    Entry::of(Event::PayProvider, date).debit(LedgerAccount::payable(from.currency()), amount).credit(from, amount)?.balanced()
}

/// A balance that the book starts with, `amount` on the side on which it usually stands: Dr bank, pool or receivable, Cr opening;
/// or Dr opening, Cr payable, deposits or funds. `group` is that of a customer's balance.
pub fn opening(date: OpenDate, of: LedgerAccount, group: Option<GroupId>, amount: Amount) -> Posted {
    let mut draft = Entry::of(Event::Opening, date);
    if let Some(group) = group {
        draft = draft.group(group);
    }
    if let Owner::Account(account) = of.owner() {
        draft = draft.account(account);
    }
    let against = LedgerAccount::opening(of.currency());
    let (debit, credit) = if of.code().kind() == LedgerKind::Asset { (of, against) } else { (against, of) };
    draft.debit(debit, amount).credit(credit, amount)?.balanced()
}

/// An order that was bought before the book began, and that the provider has not billed yet: Dr opening, Cr accrued with what it
/// is expected to bill. What the customer owes for it is in the balances, so that the entry is about nobody's money.
pub fn opening_order(date: OpenDate, currency: Currency, expected_cost: Amount) -> Posted {
    Entry::of(Event::Opening, date)
        .debit(LedgerAccount::opening(currency), expected_cost)
        .credit(LedgerAccount::accrued(currency), expected_cost)?
        .balanced()
}

/// An order is charged: Dr funds or receivable, Cr sales; and Dr cost, Cr accrued with what the provider is expected to bill. On
/// the agency model the provider's price passes through: Dr funds or receivable, Cr accrued.
pub fn charge(date: OpenDate, party: &Party, payable: Amount, expected_cost: Amount) -> Posted {
    charged(Event::Charge, date, party, payable, expected_cost)
}

/// A month's usage of one product is charged: as an order, with the billed amount as its cost.
pub fn usage(date: OpenDate, party: &Party, payable: Amount, cost: Amount) -> Posted {
    charged(Event::Usage, date, party, payable, cost)
}

fn charged(event: Event, date: OpenDate, party: &Party, payable: Amount, cost: Amount) -> Posted {
    let Party { account, group, currency, .. } = *party;
    let draft = Entry::of(event, date).group(group).account(account).debit(party.balance(), payable);
    let draft = match party.model {
        Model::Resale => {
            draft.credit(LedgerAccount::sales(account, currency), payable)?.debit(LedgerAccount::cost(account, currency), cost)
        }
        Model::Agency => draft,
    };
    draft.credit(LedgerAccount::accrued(currency), cost)?.balanced()
}

/// An order is refunded, the charge's mirror: Dr sales, Cr funds or receivable; and Dr accrued, Cr cost. What an agent-pays
/// account does not owe any more (`owed` is less than `paid_back`) goes to the group's deposits.
pub fn refund(date: OpenDate, party: &Party, paid_back: Amount, owed: Amount, expected_cost_back: Amount) -> Posted {
    let Party { account, group, currency, .. } = *party;
    let to_balance = match party.mode {
        Mode::Prepaid => paid_back,
        Mode::AgentPays => paid_back.min(owed.or_zero()),
    };
    let draft = Entry::of(Event::Refund, date).group(group).account(account);
    let draft = match party.model {
        Model::Resale => draft
            .debit(LedgerAccount::sales(account, currency), paid_back)
            .credit(LedgerAccount::cost(account, currency), expected_cost_back)?,
        Model::Agency => draft,
    };
    draft
        .debit(LedgerAccount::accrued(currency), expected_cost_back)
        .credit(party.balance(), to_balance)?
        .credit(LedgerAccount::deposits(group, currency), paid_back.minus(to_balance)?)?
        .balanced()
}

/// A voucher pays a part of an order, and below zero, a refund gives it back to its bearer: Cr funds or receivable, and Dr what it
/// costs its bearer: payable, because the provider bills less for it, or incentives, which the agent gives away.
pub fn voucher(date: OpenDate, party: &Party, amount: Amount, bearer: Bearer) -> Posted {
    let Party { account, group, currency, .. } = *party;
    let borne = borne_by(bearer, currency);
    Entry::of(Event::Voucher, date).group(group).account(account).debit(borne, amount).credit(party.balance(), amount)?.balanced()
}

/// Where a voucher costs its bearer something.
fn borne_by(bearer: Bearer, currency: Currency) -> LedgerAccount {
    match bearer {
        Bearer::Provider => LedgerAccount::payable(currency),
        Bearer::Agent => LedgerAccount::incentives(currency),
    }
}

/// Charges of an account are priced anew by the tier that their window has reached: what the customer gets back (`change` is
/// negative) as a refund without any cost, Dr sales, Cr funds or receivable, and the group's deposits where an agent-pays account
/// owes less than that; what it owes more as a charge, Dr funds or receivable, Cr sales. What of the change vouchers pay is posted
/// as their bearers' (`by_voucher`) and not as the customer's.
pub fn true_up(date: OpenDate, party: &Party, change: Amount, by_voucher: &[(Bearer, Amount)], owed: Amount) -> Posted {
    let Party { account, group, currency, .. } = *party;
    let own = change.minus(Amount::sum(by_voucher.iter().map(|(_, amount)| *amount))?)?;
    let to_balance = match party.mode {
        Mode::AgentPays if own.is_negative() => own.max(owed.or_zero().negated()?),
        _ => own,
    };
    let draft = Entry::of(Event::TrueUp, date)
        .group(group)
        .account(account)
        .debit(party.balance(), to_balance)
        .debit(LedgerAccount::deposits(group, currency), own.minus(to_balance)?);
    by_voucher
        .iter()
        .fold(draft, |draft, (bearer, amount)| draft.debit(borne_by(*bearer, currency), *amount))
        .credit(LedgerAccount::sales(account, currency), change)?
        .balanced()
}

/// The provider's bill is accepted: Cr payable the whole bill, Dr accrued what the settled charges credited, Dr disputed what is
/// not accepted (credited, where money for it comes back), Cr incentives the commission (negative on the bill), and what rounding
/// explains to rounding. Every part is given: one that was forgotten makes the entry unbalanced.
pub fn bill_accepted(date: OpenDate, currency: Currency, parts: &Acceptance) -> Posted {
    Entry::of(Event::BillAccepted, date)
        .debit(LedgerAccount::accrued(currency), parts.accrued)
        .debit(LedgerAccount::disputed(currency), parts.disputed)
        .debit(LedgerAccount::incentives(currency), parts.commission)
        .debit(LedgerAccount::rounding(currency), parts.rounding)
        .credit(LedgerAccount::payable(currency), parts.payable)?
        .balanced()
}

/// What of an accepted bill is paid already: Dr payable, Cr incentives for the agent's own vouchers, Cr pool for cards.
pub fn paid_with_bill(date: OpenDate, currency: Currency, paid: PaidAlready) -> Posted {
    Entry::of(Event::PaidWithBill, date)
        .debit(LedgerAccount::payable(currency), paid.by_voucher.plus(paid.by_card)?)
        .credit(LedgerAccount::incentives(currency), paid.by_voucher)?
        .credit(LedgerAccount::pool(currency), paid.by_card)?
        .balanced()
}

/// Usage of a month whose bill has not come is accrued at what is expected: Dr cost, Cr accrued, and Dr unbilled, Cr sales. On the
/// agency model the provider's price passes through, and nothing of it is the agent's.
pub fn usage_accrued(date: OpenDate, party: &Party, payable: Amount, cost: Amount) -> Posted {
    let Party { account, group, currency, .. } = *party;
    let draft = Entry::of(Event::UsageAccrued, date).group(group).account(account);
    if party.model == Model::Agency {
        return draft
            .debit(LedgerAccount::unbilled(account, currency), payable)
            .credit(LedgerAccount::accrued(currency), payable)?
            .balanced();
    }
    draft
        .debit(LedgerAccount::cost(account, currency), cost)
        .credit(LedgerAccount::accrued(currency), cost)?
        .debit(LedgerAccount::unbilled(account, currency), payable)
        .credit(LedgerAccount::sales(account, currency), payable)?
        .balanced()
}

/// Takes an entry back, line by line, on its own day: `original` is the entry that it names.
pub fn reversed(date: OpenDate, original: EntryId, event: Event, postings: &[Posting]) -> Posted {
    let mut draft = Entry::of(event, date);
    for posting in postings {
        draft = draft.credit(posting.ledger_account, posting.amount)?;
    }
    Ok(draft.balanced()?.map(|entry| entry.reversing(Some(original))))
}

/// A difference is accepted: what the bill has beyond the expected cost becomes cost, Dr cost, Cr accrued, so that the bill finds
/// what it says; `charged` of it is passed on to the customer, Dr funds or receivable, Cr sales. Negative where the bill has less.
/// On the agency model the provider's price passes through, wholly; what the agent bears there is a loss, and is written off.
pub fn difference_accepted(date: OpenDate, party: &Party, charged: Amount, cost: Amount) -> Posted {
    let Party { account, group, currency, .. } = *party;
    let draft = Entry::of(Event::DifferenceAccepted, date).group(group).account(account).debit(party.balance(), charged);
    let draft = match party.model {
        Model::Agency => draft,
        Model::Resale => {
            draft.credit(LedgerAccount::sales(account, currency), charged)?.debit(LedgerAccount::cost(account, currency), cost)
        }
    };
    draft.credit(LedgerAccount::accrued(currency), cost)?.balanced()
}

/// A coupon that the bill names and the order did not makes it cost less (`cost` is negative): Dr accrued, Cr cost; on the agency
/// model, where the provider's price passes through, Dr accrued, Cr funds or receivable.
pub fn coupon_found(date: OpenDate, party: &Party, cost: Amount) -> Posted {
    let passed_on = if party.model == Model::Agency { cost } else { Amount::ZERO };
    difference_accepted(date, party, passed_on, cost)
}

/// A loss is accepted by a person before its bill is: Dr write-off, Cr accrued, so that the bill finds what it says.
pub fn written_off(date: OpenDate, currency: Currency, amount: Amount) -> Posted {
    Entry::of(Event::WriteOff, date)
        .debit(LedgerAccount::write_off(currency), amount)
        .credit(LedgerAccount::accrued(currency), amount)?
        .balanced()
}

/// Agent-pays accounts are paid for: Dr bank, Cr receivable of each account that is paid, and what is more than they owe Cr
/// deposits; or from what the group has paid in before, Dr deposits, Cr receivable.
pub fn settlement(date: OpenDate, group: GroupId, from: LedgerAccount, paid: &[(AccountId, Amount)], surplus: Amount) -> Posted {
    let currency = from.currency();
    let total = Amount::sum(paid.iter().map(|(_, amount)| *amount))?.plus(surplus)?;
    let mut draft = Entry::of(Event::Settlement, date).group(group).debit(from, total);
    if let [(account, _)] = paid {
        draft = draft.account(*account);
    }
    for (account, amount) in paid {
        draft = draft.credit(LedgerAccount::receivable(*account, currency), *amount)?;
    }
    draft.credit(LedgerAccount::deposits(group, currency), surplus)?.balanced()
}

/// What an account owes is given up: Dr write-off, Cr receivable.
pub fn receivable_written_off(date: OpenDate, group: GroupId, account: AccountId, currency: Currency, amount: Amount) -> Posted {
    Entry::of(Event::WriteOff, date)
        .group(group)
        .account(account)
        .debit(LedgerAccount::write_off(currency), amount)
        .credit(LedgerAccount::receivable(account, currency), amount)?
        .balanced()
}

/// A settlement, or a write-off of what was owed, is taken back: the mirror of its postings.
pub fn charge_back(date: OpenDate, group: Option<GroupId>, account: Option<AccountId>, postings: &[Posting]) -> Posted {
    let mut draft = Entry::of(Event::ChargeBack, date);
    if let Some(group) = group {
        draft = draft.group(group);
    }
    if let Some(account) = account {
        draft = draft.account(account);
    }
    for posting in postings {
        draft = draft.credit(posting.ledger_account, posting.amount)?;
    }
    draft.balanced()
}

/// What was disputed is given up: Dr write-off, Cr disputed.
pub fn dispute_given_up(date: OpenDate, currency: Currency, amount: Amount) -> Posted {
    Entry::of(Event::WriteOff, date)
        .debit(LedgerAccount::write_off(currency), amount)
        .credit(LedgerAccount::disputed(currency), amount)?
        .balanced()
}

/// What was disputed has become a charge, which accrued its cost: Dr accrued, Cr disputed, because it is billed already.
pub fn dispute_charged(date: OpenDate, currency: Currency, amount: Amount) -> Posted {
    Entry::of(Event::DisputeCharged, date)
        .debit(LedgerAccount::accrued(currency), amount)
        .credit(LedgerAccount::disputed(currency), amount)?
        .balanced()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::chart::LedgerCode;
    use crate::domain::period::{ClosedThrough, parse_date};

    fn day() -> OpenDate {
        ClosedThrough(None).open(parse_date("2026-06-30").unwrap()).unwrap()
    }

    fn cny() -> Currency {
        Currency::parse("CNY").unwrap()
    }

    fn fen(minor: i64) -> Amount {
        Amount::from_minor(minor)
    }

    fn money(minor: i64, currency: &str) -> Money {
        Money::new(fen(minor), Currency::parse(currency).unwrap())
    }

    fn lines(posted: Posted) -> String {
        let entry = posted.unwrap().unwrap();
        let line = |code: LedgerCode, minor: i64| format!("{} {code} {}", if minor > 0 { "Dr" } else { "Cr" }, minor.abs());
        let lines: Vec<_> = entry.postings().iter().map(|p| line(p.ledger_account.code(), p.amount.minor())).collect();
        lines.join(", ")
    }

    fn party(mode: Mode) -> Party {
        Party { account: AccountId(7), group: GroupId(3), model: Model::Resale, mode, currency: cny() }
    }

    fn accepted([payable, accrued, disputed, commission, rounding]: [i64; 5]) -> Acceptance {
        let [payable, accrued, disputed, commission, rounding] = [payable, accrued, disputed, commission, rounding].map(fen);
        Acceptance { payable, accrued, disputed, commission, rounding }
    }

    fn agency(mode: Mode) -> Party {
        Party { model: Model::Agency, ..party(mode) }
    }

    #[test]
    fn each_event_posts_what_the_accountant_expects() {
        let acme = Some(GroupId(3));
        let table = [
            (deposit(day(), GroupId(3), cny(), fen(5_000_000)), "Dr bank 5000000, Cr deposits 5000000"),
            (allocate(day(), GroupId(3), AccountId(7), cny(), fen(200)), "Dr deposits 200, Cr funds 200"),
            (withdraw(day(), GroupId(3), cny(), fen(500)), "Dr deposits 500, Cr bank 500"),
            (reclaim(day(), GroupId(3), AccountId(7), cny(), fen(200)), "Dr funds 200, Cr deposits 200"),
            (transfer(day(), GroupId(3), AccountId(7), AccountId(8), cny(), fen(200)), "Dr funds 200, Cr funds 200"),
            (top_up(day(), money(900, "CNY"), money(900, "CNY")), "Dr pool 900, Cr bank 900"),
            (top_up(day(), money(100, "USD"), money(715, "CNY")), "Dr pool 100, Cr bank 715, Cr exchange 100, Dr exchange 715"),
            (pay_provider(day(), LedgerAccount::pool(cny()), fen(30)), "Dr payable 30, Cr pool 30"),
            (pay_provider(day(), LedgerAccount::bank(cny()), fen(30)), "Dr payable 30, Cr bank 30"),
            (opening(day(), LedgerAccount::bank(cny()), None, fen(70)), "Dr bank 70, Cr opening 70"),
            (opening(day(), LedgerAccount::pool(cny()), None, fen(70)), "Dr pool 70, Cr opening 70"),
            (opening(day(), LedgerAccount::payable(cny()), None, fen(70)), "Dr opening 70, Cr payable 70"),
            (opening(day(), LedgerAccount::deposits(GroupId(3), cny()), acme, fen(70)), "Dr opening 70, Cr deposits 70"),
            (opening(day(), LedgerAccount::funds(AccountId(7), cny()), acme, fen(-70)), "Cr opening 70, Dr funds 70"),
            (opening(day(), LedgerAccount::receivable(AccountId(7), cny()), acme, fen(70)), "Dr receivable 70, Cr opening 70"),
            (opening_order(day(), cny(), fen(960)), "Dr opening 960, Cr accrued 960"),
            (
                charge(day(), &party(Mode::AgentPays), fen(1140), fen(960)),
                "Dr receivable 1140, Cr sales 1140, Dr cost 960, Cr accrued 960",
            ),
            (charge(day(), &party(Mode::Prepaid), fen(0), fen(960)), "Dr cost 960, Cr accrued 960"),
            (charge(day(), &agency(Mode::Prepaid), fen(960), fen(960)), "Dr funds 960, Cr accrued 960"),
            (charge(day(), &agency(Mode::AgentPays), fen(960), fen(960)), "Dr receivable 960, Cr accrued 960"),
            (usage(day(), &party(Mode::Prepaid), fen(-5), fen(-4)), "Cr funds 5, Dr sales 5, Cr cost 4, Dr accrued 4"),
            (
                refund(day(), &party(Mode::AgentPays), fen(100), fen(500), fen(80)),
                "Dr sales 100, Cr cost 80, Dr accrued 80, Cr receivable 100",
            ),
            (
                refund(day(), &party(Mode::AgentPays), fen(100), fen(30), fen(80)),
                "Dr sales 100, Cr cost 80, Dr accrued 80, Cr receivable 30, Cr deposits 70",
            ),
            (refund(day(), &agency(Mode::AgentPays), fen(80), fen(30), fen(80)), "Dr accrued 80, Cr receivable 30, Cr deposits 50"),
            (voucher(day(), &party(Mode::Prepaid), fen(50), Bearer::Provider), "Dr payable 50, Cr funds 50"),
            (voucher(day(), &party(Mode::AgentPays), fen(50), Bearer::Agent), "Dr incentives 50, Cr receivable 50"),
            (voucher(day(), &party(Mode::AgentPays), fen(-50), Bearer::Provider), "Cr payable 50, Dr receivable 50"),
            (
                true_up(
                    day(),
                    &party(Mode::AgentPays),
                    fen(-90),
                    &[(Bearer::Agent, fen(-20)), (Bearer::Provider, fen(-60))],
                    fen(0),
                ),
                "Cr deposits 10, Cr incentives 20, Cr payable 60, Dr sales 90",
            ),
            (true_up(day(), &party(Mode::Prepaid), fen(-50), &[], fen(0)), "Cr funds 50, Dr sales 50"),
            (true_up(day(), &party(Mode::AgentPays), fen(-50), &[], fen(80)), "Cr receivable 50, Dr sales 50"),
            (true_up(day(), &party(Mode::AgentPays), fen(-50), &[], fen(30)), "Cr receivable 30, Cr deposits 20, Dr sales 50"),
            (true_up(day(), &party(Mode::AgentPays), fen(-50), &[], fen(-5)), "Cr deposits 50, Dr sales 50"),
            (true_up(day(), &party(Mode::AgentPays), fen(50), &[], fen(0)), "Dr receivable 50, Cr sales 50"),
            (
                bill_accepted(day(), cny(), &accepted([5_203_362, 5_203_361, 0, 0, 1])),
                "Dr accrued 5203361, Dr rounding 1, Cr payable 5203362",
            ),
            (
                bill_accepted(day(), cny(), &accepted([9_000, 10_000, 0, -1_001, 1])),
                "Dr accrued 10000, Cr incentives 1001, Dr rounding 1, Cr payable 9000",
            ),
            (
                bill_accepted(day(), cny(), &accepted([10_500, 10_000, 500, 0, 0])),
                "Dr accrued 10000, Dr disputed 500, Cr payable 10500",
            ),
            (difference_accepted(day(), &party(Mode::AgentPays), fen(0), fen(7)), "Dr cost 7, Cr accrued 7"),
            (
                difference_accepted(day(), &party(Mode::AgentPays), fen(7), fen(7)),
                "Dr receivable 7, Cr sales 7, Dr cost 7, Cr accrued 7",
            ),
            (difference_accepted(day(), &party(Mode::Prepaid), fen(0), fen(-7)), "Cr cost 7, Dr accrued 7"),
            (difference_accepted(day(), &agency(Mode::Prepaid), fen(7), fen(7)), "Dr funds 7, Cr accrued 7"),
            (written_off(day(), cny(), fen(7)), "Dr write-off 7, Cr accrued 7"),
            (
                settlement(
                    day(),
                    GroupId(1),
                    LedgerAccount::bank(cny()),
                    &[(AccountId(7), fen(60)), (AccountId(8), fen(30))],
                    fen(10),
                ),
                "Dr bank 100, Cr receivable 60, Cr receivable 30, Cr deposits 10",
            ),
            (settlement(day(), GroupId(1), LedgerAccount::bank(cny()), &[], fen(10)), "Dr bank 10, Cr deposits 10"),
            (
                settlement(day(), GroupId(1), LedgerAccount::deposits(GroupId(1), cny()), &[(AccountId(7), fen(60))], fen(0)),
                "Dr deposits 60, Cr receivable 60",
            ),
            (receivable_written_off(day(), GroupId(1), AccountId(7), cny(), fen(5)), "Dr write-off 5, Cr receivable 5"),
            (dispute_given_up(day(), cny(), fen(7)), "Dr write-off 7, Cr disputed 7"),
            (dispute_charged(day(), cny(), fen(7)), "Dr accrued 7, Cr disputed 7"),
        ];
        for (posted, expected) in table {
            assert_eq!(lines(posted), expected);
        }
        assert!(bill_accepted(day(), cny(), &accepted([10_500, 10_000, 0, 0, 0])).is_err(), "what is forgotten is no rounding");
        assert_eq!(charge(day(), &party(Mode::Prepaid), fen(0), fen(0)), Ok(None));
        assert_eq!(opening_order(day(), cny(), fen(0)), Ok(None));
    }

    #[test]
    fn a_charge_back_is_the_mirror_of_what_it_takes_back() {
        let bank = LedgerAccount::bank(cny());
        let paid = settlement(day(), GroupId(1), bank, &[(AccountId(7), fen(60))], fen(10)).unwrap().unwrap();
        assert_eq!((paid.about().group, paid.about().account), (Some(GroupId(1)), Some(AccountId(7))));
        let mirror = charge_back(day(), paid.about().group, paid.about().account, paid.postings());
        assert_eq!(lines(mirror), "Cr bank 70, Dr receivable 60, Dr deposits 10");
    }

    #[test]
    fn an_opening_balance_is_about_its_owner() {
        let about = |of, group| opening(day(), of, group, fen(70)).unwrap().unwrap().about().clone();
        let acme = Some(GroupId(3));
        let found = about(LedgerAccount::funds(AccountId(7), cny()), acme);
        assert_eq!((found.group, found.account), (acme, Some(AccountId(7))));
        let found = about(LedgerAccount::deposits(GroupId(3), cny()), acme);
        assert_eq!((found.group, found.account), (acme, None));
        let found = about(LedgerAccount::bank(cny()), None);
        assert_eq!((found.group, found.account), (None, None));
    }
}
