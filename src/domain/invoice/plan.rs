//! What is to be invoiced: what closed months have charged, less what is invoiced already.
//!
//! What is given back (a refund, a month that was closed again for less) is set off against what else can be invoiced before it
//! needs a red letter: of the same account first, then of the same legal person.

use std::collections::BTreeMap;

use crate::domain::id::AccountId;
use crate::domain::money::{Amount, Overflow};
use crate::domain::period::Month;

/// What of an account's month can be invoiced, in minor units; below zero where more is invoiced than was charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvoiceableMonth {
    /// The account.
    pub account: AccountId,
    /// The month of the statement.
    pub month: Month,
    /// What was charged and counts, less what is invoiced.
    pub amount: Amount,
}

/// What becomes of open months.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Netted {
    /// What is to be invoiced, all above zero, in the order in which it came.
    pub lines: Vec<InvoiceableMonth>,
    /// What was invoiced beyond everything, by account, above zero: it takes red letters.
    pub beyond: BTreeMap<AccountId, Amount>,
}

/// Sets off what is below zero against what is above, oldest first: within each account, then between them.
pub fn net(open: &[InvoiceableMonth]) -> Result<Netted, Overflow> {
    let mut lines: Vec<InvoiceableMonth> = open.iter().copied().filter(|month| month.amount.is_positive()).collect();
    lines.sort_by_key(|line| line.month);
    let mut beyond: BTreeMap<AccountId, Amount> = BTreeMap::new();
    for month in open.iter().filter(|month| month.amount.is_negative()) {
        let sum = beyond.entry(month.account).or_default();
        *sum = sum.plus(month.amount.negated()?)?;
    }
    for (account, left) in &mut beyond {
        take(&mut lines, left, |line| line.account == *account)?;
    }
    for left in beyond.values_mut() {
        take(&mut lines, left, |_| true)?;
    }
    beyond.retain(|_, left| left.is_positive());
    lines.retain(|line| line.amount.is_positive());
    lines.sort_by_key(|line| open.iter().position(|month| (month.account, month.month) == (line.account, line.month)));
    Ok(Netted { lines, beyond })
}

fn take(lines: &mut [InvoiceableMonth], left: &mut Amount, of: impl Fn(&InvoiceableMonth) -> bool) -> Result<(), Overflow> {
    for line in lines.iter_mut().filter(|line| of(line)) {
        let off = line.amount.min(*left);
        line.amount = line.amount.minus(off)?;
        *left = left.minus(off)?;
    }
    Ok(())
}

/// The first lines up to an amount; `None` where they do not come to it.
pub fn up_to(lines: &[InvoiceableMonth], amount: Amount) -> Result<Option<Vec<InvoiceableMonth>>, Overflow> {
    let mut left = amount;
    let mut taken = Vec::new();
    for line in lines {
        let part = line.amount.min(left);
        if part.is_positive() {
            taken.push(InvoiceableMonth { amount: part, ..*line });
            left = left.minus(part)?;
        }
    }
    Ok(left.is_zero().then_some(taken))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn open(account: i64, month: &str, amount: i64) -> InvoiceableMonth {
        InvoiceableMonth { account: AccountId(account), month: Month::parse(month).unwrap(), amount: Amount::from_minor(amount) }
    }

    type Lines = Vec<(i64, String, i64)>;

    fn told(months: &[InvoiceableMonth]) -> (Lines, Vec<(i64, i64)>) {
        let Netted { lines, beyond } = net(months).unwrap();
        let lines = lines.iter().map(|line| (line.account.0, line.month.to_string(), line.amount.minor())).collect();
        (lines, beyond.iter().map(|(account, left)| (account.0, left.minor())).collect())
    }

    #[test]
    fn what_is_given_back_is_set_off_before_it_needs_a_red_letter() {
        // Of the same account, oldest first.
        let months = [open(1, "2026-05", 100), open(1, "2026-06", 50), open(1, "2026-07", -120), open(2, "2026-06", 10)];
        assert_eq!(told(&months), (vec![(1, "2026-06".into(), 30), (2, "2026-06".into(), 10)], vec![]));
        // Then of another one of the same legal person.
        let months = [open(1, "2026-06", -30), open(2, "2026-06", 100)];
        assert_eq!(told(&months), (vec![(2, "2026-06".into(), 70)], vec![]));
        // What is beyond everything needs a red letter.
        let months = [open(1, "2026-06", -130), open(2, "2026-06", 100)];
        assert_eq!(told(&months), (vec![], vec![(1, 30)]));
        assert_eq!(told(&[]), (vec![], vec![]));
    }

    #[test]
    fn a_part_takes_the_first_lines() {
        let lines = [open(1, "2026-05", 100), open(1, "2026-06", 50)];
        assert_eq!(up_to(&lines, Amount::from_minor(120)).unwrap(), Some(vec![lines[0], open(1, "2026-06", 20)]));
        assert_eq!(up_to(&lines, Amount::from_minor(100)).unwrap(), Some(vec![lines[0]]));
        assert_eq!(up_to(&lines, Amount::from_minor(151)).unwrap(), None);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_by_setting_off(months in prop::collection::btree_map((1_i64..5, 1_u32..6), -1000_i64..1000, 0..20)) {
            let months: Vec<InvoiceableMonth> =
                months.into_iter().map(|((account, month), amount)| open(account, &format!("2026-{month:02}"), amount)).collect();
            let netted = net(&months).unwrap();
            let lines = Amount::sum(netted.lines.iter().map(|line| line.amount)).unwrap();
            let beyond = Amount::sum(netted.beyond.values().copied()).unwrap();
            prop_assert_eq!(lines.minus(beyond).unwrap(), Amount::sum(months.iter().map(|month| month.amount)).unwrap());
            prop_assert!(lines.is_zero() || beyond.is_zero(), "never both for one legal person");
            prop_assert!(netted.lines.iter().all(|line| line.amount.is_positive()));
        }
    }
}
