//! How long money lasts at the pace at which it is spent, and what would make it last longer.

use chrono::{Datelike as _, Days, NaiveDate};

use crate::domain::money::{Amount, Currency, Overflow};
use crate::domain::run_rate::Rates;

/// How long an amount lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Runway {
    /// What there is to spend.
    pub available: Amount,
    /// What is spent a day.
    pub rates: Rates,
    /// The whole days that it lasts at each rate; `None` when it is not spent.
    pub days: [Option<i64>; 3],
    /// The day on which it runs out at the fastest rate.
    pub runs_out: Option<NaiveDate>,
    /// What is missing to last so many days as were asked for, in whole major units.
    pub propose: Amount,
}

/// What an account or the pool needs so that it lasts so many days at the rate of the middle window.
pub fn target(rates: &Rates, days: u32) -> Result<Amount, Overflow> {
    rates.monthly().times(days)
}

/// How long an amount lasts from a day on, and what it needs to last `wanted` days.
pub fn runway(available: Amount, rates: Rates, day: NaiveDate, wanted: u32, currency: Currency) -> Result<Runway, Overflow> {
    let days = rates.0.map(|rate| lasts(available, rate));
    let soonest = days.into_iter().flatten().min().and_then(|days| u64::try_from(days).ok());
    let runs_out = soonest.and_then(|days| day.checked_add_days(Days::new(days))).filter(|day| day.year() <= 9999);
    let propose = target(&rates, wanted)?.minus(available)?.or_zero().rounded_up(currency)?;
    Ok(Runway { available, rates, days, runs_out, propose })
}

/// What has run out lasts no day, whether it is spent or not.
fn lasts(available: Amount, rate: Amount) -> Option<i64> {
    if available.is_negative() {
        return Some(0);
    }
    rate.is_positive().then(|| available.minor() / rate.minor())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::period::parse_date;

    fn told(available: i64, rates: [i64; 3], wanted: u32) -> String {
        let cny = Currency::parse("CNY").unwrap();
        let rates = Rates(rates.map(Amount::from_minor));
        let today = parse_date("2026-07-03").unwrap();
        let Runway { days, runs_out, propose, .. } = runway(Amount::from_minor(available), rates, today, wanted, cny).unwrap();
        let days = days.map(|days| days.map_or("-".to_owned(), |days| days.to_string())).join(" ");
        format!("{days} {} {}", runs_out.map_or("-".to_owned(), |day| day.to_string()), propose.minor())
    }

    #[test]
    fn money_lasts_as_many_whole_days_as_it_is_spent() {
        assert_eq!(told(1000, [100, 99, 30], 30), "10 10 33 2026-07-13 2000");
        assert_eq!(told(1000, [100, 99, 30], 10), "10 10 33 2026-07-13 0");
        assert_eq!(told(2970, [0, 99, 30], 30), "- 30 99 2026-08-02 0");
        assert_eq!(told(0, [1, 0, 0], 30), "0 - - 2026-07-03 0");
        assert_eq!(told(0, [0, 0, 0], 30), "- - - - 0");
        assert_eq!(told(99, [100, 100, 100], 1), "0 0 0 2026-07-03 100");
    }

    #[test]
    fn what_is_in_arrears_has_run_out_even_if_nothing_is_spent() {
        assert_eq!(told(-1, [0, 0, 0], 30), "0 0 0 2026-07-03 100");
        assert_eq!(told(-500, [0, 10, 20], 30), "0 0 0 2026-07-03 800");
    }

    #[test]
    fn a_day_that_no_calendar_has_is_none() {
        assert_eq!(told(i64::MAX, [1, 0, 0], 30), "9223372036854775807 - - - 0");
    }
}
