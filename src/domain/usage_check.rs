//! Usage checks: whether what a bill charges by measure is what the purchase terms make of its list price.
//!
//! Pure. A sum that agrees is not looked at again; of one that does not, each line is held against the price by itself, so that
//! what the provider's own rounding has made is proved and never tolerated, and one changed cent is found among thousands of
//! lines. Nothing here charges anybody.

use crate::domain::account::AccountState;
use crate::domain::agreement::{Agreement, Basis, ChargeKind};
use crate::domain::bill::{Tax, UsageTotals};
use crate::domain::code::Code;
use crate::domain::id::{AccountId, ProductId};
use crate::domain::money::{Amount, Currency, EXACT_SCALE, Exact, Overflow};
use crate::domain::period::Month;
use crate::domain::price::{Priceable, PricedBy, Volume, price};
use crate::domain::refusal::Refusal;

/// One account's measured use of one product in one charge month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metered {
    /// The account's code: usage is priced in the order of these.
    pub account_code: Code,
    /// The product's code.
    pub product_code: String,
    /// Whose.
    pub account: AccountId,
    /// The product.
    pub product: ProductId,
    /// The month that it was used in.
    pub charge_month: Month,
    /// What its lines add up to.
    pub totals: UsageTotals,
}

/// Usage that does not come to the purchase terms at first sight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageDoubt {
    /// What was used.
    pub usage: Metered,
    /// List price by the purchase terms, less coupons, exact.
    expected: Exact,
    /// What is left of the list price of each line, in millionths; `None` where lines lie in several tiers.
    factor: Option<i64>,
    /// What the lines that rounding does not prove are over, exact.
    unproved: Exact,
}

/// Usage that is billed above or below what the purchase terms make of it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct UsageMismatch {
    /// Whose.
    pub account: AccountId,
    /// The product.
    pub product: ProductId,
    /// The month that it was used in.
    pub charge_month: Month,
    /// At list price, less what a plan has covered.
    pub list: Exact,
    /// How many lines.
    pub lines: u64,
    /// What the terms make of it, and what rounding has made of that.
    pub expected: Exact,
    /// What is billed.
    pub billed: Exact,
}

impl UsageMismatch {
    /// The same with the tax.
    pub fn gross(self, tax: Tax) -> Result<Self, Overflow> {
        Ok(Self { list: tax.gross(self.list)?, expected: tax.gross(self.expected)?, billed: tax.gross(self.billed)?, ..self })
    }

    /// Billed less expected.
    pub fn excess(&self) -> Result<Exact, Overflow> {
        self.billed.minus(self.expected)
    }
}

/// Holds the usage of one charge month against a purchase agreement, `before` being what its window has reached by the month's
/// orders. Returns what does not agree to half a minor unit. Terms that are no rate of the list price cannot be held against it.
pub fn doubts(
    agreement: &Agreement,
    mut before: Volume,
    mut usages: Vec<Metered>,
    currency: Currency,
) -> Result<Vec<UsageDoubt>, Refusal> {
    if agreement.terms.basis != Basis::List {
        return Ok(vec![]);
    }
    usages.sort_by(|a, b| (&a.account_code, &a.product_code).cmp(&(&b.account_code, &b.product_code)));
    let mut found = Vec::new();
    for usage in usages {
        let UsageTotals { list, coupon, billed, .. } = usage.totals;
        let priceable = Priceable { product: &usage.product_code, kind: ChargeKind::Usage, list, cost: None };
        let priced = price(Some(agreement), priceable, before, currency)?;
        before = before.plus(priced.volume(currency))?;
        let slices = priced.slices.iter().map(|slice| (slice.list, slice.tier.rate.factor()));
        let expected = match priced.rate {
            _ if priced.by == PricedBy::FixedPrice => continue,
            Some(rate) => list.times_millionths(rate.factor())?,
            None => {
                slices.map(|(list, factor)| list.times_millionths(factor)).try_fold(Exact::ZERO, |sum, part| sum.plus(part?))?
            }
        };
        let expected = expected.minus(coupon)?;
        if !billed.minus(expected)?.is_below_half_a_minor_unit(currency) {
            let factor = priced.rate.map(crate::domain::rate::Rate::factor);
            found.push(UsageDoubt { usage, expected, factor, unproved: Exact::ZERO });
        }
    }
    Ok(found)
}

impl UsageDoubt {
    /// Looks at one of its lines: list price less what a plan has covered, the coupon, and what is owed.
    pub fn line(&mut self, list: Exact, coupon: Exact, payable: Exact, currency: Currency) -> Result<(), Overflow> {
        let Some(factor) = self.factor else { return Ok(()) };
        let exact = list.times_millionths(factor)?.minus(coupon)?;
        if !is_rounded(payable, exact, currency) {
            self.unproved = self.unproved.plus(payable.minus(exact)?)?;
        }
        Ok(())
    }

    /// What is left of the doubt once all lines were looked at.
    pub fn verdict(self, currency: Currency) -> Result<Option<UsageMismatch>, Overflow> {
        let Metered { account, product, charge_month, totals, .. } = self.usage;
        let excess = match self.factor {
            Some(_) => self.unproved,
            // Lines of several tiers prove nothing by themselves: rounding makes no more of each than a minor unit.
            None => {
                let excess = totals.billed.minus(self.expected)?;
                let unit = Exact::from_amount(Amount::from_minor(1), currency).mantissa().unsigned_abs();
                let most = unit.checked_mul(totals.lines.into()).ok_or(Overflow)?;
                if excess.mantissa().unsigned_abs() <= most { Exact::ZERO } else { excess }
            }
        };
        if excess.is_below_half_a_minor_unit(currency) {
            return Ok(None);
        }
        let UsageTotals { lines, list, billed, .. } = totals;
        Ok(Some(UsageMismatch { account, product, charge_month, list, lines, expected: billed.minus(excess)?, billed }))
    }
}

/// Whether an amount is an exact one cut off, or rounded half away from zero, at some number of decimals: at least those of the
/// minor unit. Pay-as-you-go charges are cut to two decimals; newer bills keep up to ten.
fn is_rounded(amount: Exact, exact: Exact, currency: Currency) -> bool {
    let (amount, exact) = (amount.mantissa(), exact.mantissa());
    (currency.minor_digits()..=EXACT_SCALE).any(|digits| {
        let unit = 10_i128.pow(EXACT_SCALE - digits);
        let cut = exact / unit * unit;
        let rounded = (exact.abs() + unit / 2) / unit * unit * exact.signum();
        amount == cut || amount == rounded
    })
}

/// What of usage deserves a look, though nothing is wrong with the amounts.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "warning", rename_all = "kebab-case")]
pub enum UsageWarning {
    /// Much more than in the months before.
    Jump {
        /// The account's code.
        account: String,
        /// Its usage at list price.
        list: Exact,
        /// What its earlier months came to on average.
        usual: Exact,
        /// How many months that is the average of.
        months: u32,
    },
    /// Usage of an account that is frozen or released.
    NotInUse {
        /// The account's code.
        account: String,
        /// What it is.
        state: AccountState,
        /// Its usage at list price.
        list: Exact,
    },
}

/// An account's usage at list price: this month, and in each of the months before that have a bill.
#[derive(Clone, Debug)]
pub struct UsageHistory {
    /// The account's code.
    pub account: String,
    /// What has become of it.
    pub state: AccountState,
    /// This month.
    pub list: Exact,
    /// The months before, three at most.
    pub before: Vec<Exact>,
}

/// What of an account's usage deserves a look; `jump` is the percentage of its usual month from which on it does.
pub fn warnings(history: &UsageHistory, jump: u16) -> Result<Vec<UsageWarning>, Overflow> {
    let UsageHistory { account, state, list, before } = history;
    let mut found = Vec::new();
    if matches!(state, AccountState::Frozen | AccountState::Released) && !list.is_zero() {
        found.push(UsageWarning::NotInUse { account: account.clone(), state: *state, list: *list });
    }
    let sum = before.iter().try_fold(Exact::ZERO, |sum, month| sum.plus(*month))?;
    let months = u32::try_from(before.len()).unwrap_or(u32::MAX);
    if months > 0 && sum.mantissa() > 0 {
        let usual = Exact::from_mantissa(sum.mantissa() / i128::from(months));
        if *list > usual.times_millionths(i64::from(jump) * 10_000)? {
            found.push(UsageWarning::Jump { account: account.clone(), list: *list, usual, months });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::agreement::tests::agreement;

    fn cny() -> Currency {
        Currency::parse("CNY").unwrap()
    }

    fn exact(text: &str) -> Exact {
        text.parse().unwrap()
    }

    fn metered(code: &str, lines: &[(&str, &str)]) -> (Metered, Vec<(Exact, Exact)>) {
        let lines: Vec<(Exact, Exact)> = lines.iter().map(|(list, payable)| (exact(list), exact(payable))).collect();
        let mut totals = UsageTotals::default();
        for (list, payable) in &lines {
            totals.add(*list, Exact::ZERO, Exact::ZERO, *payable).unwrap();
        }
        let usage = Metered {
            account_code: code.parse().unwrap(),
            product_code: "oss".into(),
            account: AccountId(1),
            product: ProductId(1),
            charge_month: Month::parse("2026-06").unwrap(),
            totals,
        };
        (usage, lines)
    }

    /// What is found over, `None` where all agrees.
    fn excess(tiers: &[(&str, &str)], lines: &[(&str, &str)]) -> Option<String> {
        let (usage, lines) = metered("a", lines);
        let mut doubts = doubts(&agreement(tiers), Volume::default(), vec![usage], cny()).unwrap();
        let mut doubt = doubts.pop()?;
        for (list, payable) in lines {
            doubt.line(list, Exact::ZERO, payable, cny()).unwrap();
        }
        doubt.verdict(cny()).unwrap().map(|found| found.excess().unwrap().to_string())
    }

    #[test]
    fn rounding_is_proved_line_by_line_and_one_changed_cent_is_found() {
        let twenty = [("0", "20%")];
        // Each line is cut to two decimals: 0.792 becomes 0.79.
        let mut cut = vec![("0.99", "0.79"); 40];
        assert_eq!(excess(&twenty, &cut), None);
        cut[7].1 = "0.80";
        assert_eq!(excess(&twenty, &cut), Some("0.008".into()), "half a cent and more is told");
        cut[7].1 = "0.78";
        assert_eq!(excess(&twenty, &cut), Some("-0.012".into()));
        // Rounded half up, and kept at eight decimals.
        assert_eq!(excess(&twenty, &[("0.99", "0.79"), ("1.00625", "0.81"), ("0.123456789", "0.09876543")]), None);
        assert_eq!(excess(&twenty, &[("100", "79")]), Some("-1".into()));
        assert_eq!(excess(&[("0", "20%"), ("50", "30%")], &[("30", "24"), ("30", "24")]), None, "the tier before it prices it");
    }

    #[test]
    fn what_comes_later_in_the_month_is_priced_at_the_tier_reached_by_then() {
        let tiers = agreement(&[("0", "20%"), ("50", "30%")]);
        let usages = vec![metered("b", &[("10", "8")]).0, metered("a", &[("60", "48")]).0];
        let doubts = doubts(&tiers, Volume::default(), usages, cny()).unwrap();
        let told: Vec<_> = doubts.iter().map(|doubt| (doubt.usage.account_code.as_str(), doubt.expected.to_string())).collect();
        assert_eq!(told, [("b", "7".to_owned())]);
    }

    #[test]
    fn a_jump_and_usage_of_what_is_frozen_are_told() {
        let history = |state, list: &str, before: &[&str]| UsageHistory {
            account: "a".into(),
            state,
            list: exact(list),
            before: before.iter().map(|month| exact(month)).collect(),
        };
        let told = |history: UsageHistory| warnings(&history, 300).unwrap().len();
        assert_eq!(told(history(AccountState::Active, "301", &["100", "110", "90"])), 1);
        assert_eq!(told(history(AccountState::Active, "300", &["100", "110", "90"])), 0);
        assert_eq!(told(history(AccountState::Active, "300", &[])), 0, "a first month is no jump");
        assert_eq!(told(history(AccountState::Active, "300", &["0"])), 0);
        assert_eq!(told(history(AccountState::Frozen, "1", &[])), 1);
        assert_eq!(told(history(AccountState::Released, "500", &["1"])), 2);
    }
}
