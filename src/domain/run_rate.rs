//! How much is spent a day: the run rate, over three windows that end with one day.
//!
//! An order counts on its day. Usage is known by the month only, and counts evenly on each of its days. Everything is added up
//! exactly, as a fraction, and rounded once, when a rate is asked for.

use chrono::{Days, NaiveDate};

use crate::domain::money::{Amount, Overflow};
use crate::domain::period::Month;

/// How many days each window has.
pub const WINDOWS: [u32; 3] = [7, 30, 90];

/// What is spent a day in each window, in minor units; never below zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates(pub [Amount; 3]);

impl Rates {
    /// Over the window in the middle: what plans count on.
    pub fn monthly(&self) -> Amount {
        self.0[1]
    }

    /// The fastest of the three.
    pub fn fastest(&self) -> Amount {
        self.0.into_iter().max().unwrap_or_default()
    }
}

/// A number that every number of days in a month divides: so many parts has each minor unit here.
const PARTS: i128 = {
    let (mut product, mut days) = (1, 2);
    while days <= 31 {
        let (mut divisor, mut rest) = (product, days);
        while rest != 0 {
            (divisor, rest) = (rest, divisor % rest);
        }
        product = product / divisor * days;
        days += 1;
    }
    product
};

/// Adds up what is spent until the end of a day.
#[derive(Clone, Debug)]
pub struct Meter {
    until: NaiveDate,
    since: NaiveDate,
    /// By window, in parts of a minor unit.
    sums: [i128; 3],
}

impl Meter {
    /// Begins; what is younger than a window has its rate from the days since its first one.
    pub fn new(since: NaiveDate, until: NaiveDate) -> Self {
        Self { until, since, sums: [0; 3] }
    }

    /// The first day of which something may count in a window that ends with `until`.
    pub fn first_day(until: NaiveDate) -> NaiveDate {
        Month::of(days_before(until, WINDOWS[2] - 1)).first_day()
    }

    /// Adds an order of a day; what a refund gives back is negative.
    pub fn order(&mut self, day: NaiveDate, amount: Amount) -> Result<(), Overflow> {
        self.spread(day, day, amount)
    }

    /// Adds usage that is charged: evenly over the month of its charge.
    pub fn usage(&mut self, charged: NaiveDate, amount: Amount) -> Result<(), Overflow> {
        let month = Month::of(charged);
        self.spread(month.first_day().max(self.since), month.last_day(), amount)
    }

    /// Adds usage of a month that waits for its charge: a month that is still running has had it until now.
    pub fn pending_usage(&mut self, month: Month, amount: Amount) -> Result<(), Overflow> {
        self.spread(month.first_day().max(self.since), month.last_day().min(self.until), amount)
    }

    fn spread(&mut self, first: NaiveDate, last: NaiveDate, amount: Amount) -> Result<(), Overflow> {
        let days = days_between(first, last);
        if days == 0 {
            return Ok(());
        }
        let part_of_a_day = i128::from(amount.minor()).checked_mul(PARTS / i128::from(days)).ok_or(Overflow)?;
        for (sum, window) in self.sums.iter_mut().zip(WINDOWS) {
            let within = days_between(first.max(days_before(self.until, window - 1)), last.min(self.until));
            let part = part_of_a_day.checked_mul(i128::from(within)).ok_or(Overflow)?;
            *sum = sum.checked_add(part).ok_or(Overflow)?;
        }
        Ok(())
    }

    /// Adds what another one has added up until the same day.
    pub fn join(&mut self, other: &Self) -> Result<(), Overflow> {
        self.since = self.since.min(other.since);
        for (sum, more) in self.sums.iter_mut().zip(other.sums) {
            *sum = sum.checked_add(more).ok_or(Overflow)?;
        }
        Ok(())
    }

    /// What is spent a day in each window.
    pub fn rates(&self) -> Result<Rates, Overflow> {
        let age = days_between(self.since, self.until).max(1);
        let mut rates = Rates::default();
        for ((rate, sum), window) in rates.0.iter_mut().zip(self.sums).zip(WINDOWS) {
            *rate = Amount::nearest(sum, PARTS * i128::from(window.min(age)))?.or_zero();
        }
        Ok(rates)
    }
}

/// How many days there are from one to another, both included; none when the second is before the first.
fn days_between(first: NaiveDate, last: NaiveDate) -> u32 {
    u32::try_from((last - first).num_days() + 1).unwrap_or(0)
}

fn days_before(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_sub_days(Days::new(days.into())).unwrap_or(NaiveDate::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::period::parse_date;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    fn minor(minor: i64) -> Amount {
        Amount::from_minor(minor)
    }

    fn rates(meter: &Meter) -> [i64; 3] {
        meter.rates().unwrap().0.map(Amount::minor)
    }

    #[test]
    fn an_order_counts_on_its_day_in_every_window_that_has_it() {
        let table = [
            ("2026-07-31", [9000, 2100, 700]),
            ("2026-07-25", [9000, 2100, 700]),
            ("2026-07-24", [0, 2100, 700]),
            ("2026-07-02", [0, 2100, 700]),
            ("2026-07-01", [0, 0, 700]),
            ("2026-05-03", [0, 0, 700]),
            ("2026-05-02", [0, 0, 0]),
            ("2026-08-01", [0, 0, 0]),
        ];
        for (date, expected) in table {
            let mut meter = Meter::new(day("2020-01-01"), day("2026-07-31"));
            meter.order(day(date), minor(63_000)).unwrap();
            assert_eq!(rates(&meter), expected, "{date}");
        }
        assert_eq!(Meter::first_day(day("2026-07-31")), day("2026-05-01"));
    }

    #[test]
    fn usage_is_spread_over_the_days_of_its_month() {
        let mut charged = Meter::new(day("2020-01-01"), day("2026-07-04"));
        charged.usage(day("2026-06-30"), minor(30_000)).unwrap();
        // Of the last seven days three were in June, of the last thirty 26, of the last ninety all.
        assert_eq!(rates(&charged), [429, 867, 333]);

        let mut waiting = Meter::new(day("2020-01-01"), day("2026-07-04"));
        waiting.pending_usage("2026-07".parse().unwrap(), minor(400)).unwrap();
        assert_eq!(rates(&waiting), [57, 13, 4], "a month that runs has had it in four days");
        waiting.pending_usage("2026-08".parse().unwrap(), minor(400)).unwrap();
        assert_eq!(rates(&waiting), [57, 13, 4], "a month that has not begun counts nothing");
    }

    #[test]
    fn what_is_young_is_divided_by_its_days() {
        let mut meter = Meter::new(day("2026-07-02"), day("2026-07-04"));
        meter.order(day("2026-07-02"), minor(100)).unwrap();
        assert_eq!(rates(&meter), [33, 33, 33]);
        // Its first month of usage began with its first day.
        let mut meter = Meter::new(day("2026-06-21"), day("2026-07-04"));
        meter.usage(day("2026-06-30"), minor(1000)).unwrap();
        assert_eq!(rates(&meter), [43, 71, 71]);
        let mut today = Meter::new(day("2026-07-04"), day("2026-07-04"));
        today.order(day("2026-07-04"), minor(100)).unwrap();
        assert_eq!(rates(&today), [100, 100, 100]);
        let mut later = Meter::new(day("2026-07-09"), day("2026-07-04"));
        later.pending_usage("2026-07".parse().unwrap(), minor(100)).unwrap();
        assert_eq!(rates(&later), [0, 0, 0]);
    }

    #[test]
    fn a_rate_is_rounded_once_and_never_below_zero() {
        let mut meter = Meter::new(day("2020-01-01"), day("2026-07-31"));
        for _ in 0..7 {
            meter.order(day("2026-07-31"), minor(1)).unwrap();
        }
        assert_eq!(rates(&meter), [1, 0, 0]);
        meter.order(day("2026-07-31"), minor(-100)).unwrap();
        assert_eq!((rates(&meter), meter.rates().unwrap().fastest()), ([0, 0, 0], Amount::ZERO));
        let mut most = Meter::new(day("2020-01-01"), day("2026-07-31"));
        most.usage(day("2026-07-31"), minor(i64::MAX)).unwrap();
        most.order(day("2026-07-31"), minor(i64::MIN)).unwrap();
        assert!(most.rates().is_ok(), "the largest amounts are counted");
    }

    #[test]
    fn meters_are_joined_exactly() {
        let mut pool = Meter::new(day("2026-07-31"), day("2026-07-31"));
        for since in ["2026-07-01", "2026-06-01"] {
            let mut one = Meter::new(day(since), day("2026-07-31"));
            one.usage(day("2026-07-31"), minor(155)).unwrap();
            pool.join(&one).unwrap();
        }
        assert_eq!(rates(&pool), [10, 10, 5], "310 in 31 days, and the older of the two is 61 days old");
    }

    proptest! {
        /// Nothing is lost by spreading: over a window that has the whole month it is what was charged.
        #[test]
        fn a_month_that_lies_in_a_window_counts_wholly(amount in 0..=i64::MAX / 2, month in 1..=12_i64) {
            let month = Month::from_number(2027 * 100 + month).unwrap();
            let mut meter = Meter::new(day("2020-01-01"), month.last_day());
            meter.usage(month.last_day(), minor(amount)).unwrap();
            let nearest = Amount::nearest(amount.into(), 90).unwrap();
            prop_assert_eq!(meter.rates().unwrap().0[2], nearest);
        }
    }
}
