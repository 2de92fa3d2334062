//! What accounts owe, month by month, and what pays it.
//!
//! An open item is a month of an account: what it was charged in it, less what was given back of that, less what settlements have
//! paid of it. A settlement says which months it pays, and that stays so: taking it back opens exactly these again. What is given
//! back beyond what its month is owed for pays the oldest month. All amounts are minor units of one currency.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use crate::domain::account::{Account, Group};
use crate::domain::code::Code;
use crate::domain::dated::Dated;
use crate::domain::id::{AccountId, GroupId};
use crate::domain::money::{Amount, Overflow};
use crate::domain::period::Month;

/// When what a month is owed for is due: so many days after its end.
#[derive(Clone, Debug)]
pub struct Terms<'a> {
    /// What was agreed with the group that a month belongs to; those of the policy when `None`. Each holds from a month on, the
    /// first one always.
    own: Vec<(Option<Month>, Option<&'a Dated<u16>>)>,
    /// Those of the policy.
    usual: u16,
}

impl<'a> Terms<'a> {
    /// The terms of one group, or those of the policy.
    pub fn of_group(own: Option<&'a Dated<u16>>, usual: u16) -> Self {
        Self { own: vec![(None, own)], usual }
    }

    /// The terms of an account's groups, each for the months that belong to it.
    pub fn of_account(account: &Account, groups: &'a BTreeMap<GroupId, Group>, usual: u16) -> Self {
        let own = |group: GroupId| groups.get(&group).and_then(|group| group.payment_days.as_ref());
        Self { own: account.group.spans().map(|(from, _, group)| (from.map(Month::of), own(group))).collect(), usual }
    }

    /// How many days after its end a month is due: what holds on its last day.
    pub fn days(&self, month: Month) -> u16 {
        let own = self.own.iter().rev().find(|(from, _)| from.is_none_or(|from| from <= month)).and_then(|(_, own)| *own);
        own.map_or(self.usual, |own| own.on(month.last_day()))
    }

    /// The last day on which a month can be paid in time.
    pub fn due(&self, month: Month) -> NaiveDate {
        let last_day = month.last_day();
        last_day.checked_add_days(Days::new(self.days(month).into())).unwrap_or(NaiveDate::MAX)
    }
}

/// What moved an account's receivable on one day, settlements and what took them back included; neither is negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceivableDay {
    /// The day.
    pub day: NaiveDate,
    /// What it came to owe.
    pub debit: Amount,
    /// What it owes less.
    pub credit: Amount,
}

/// What a refund took off the receivable, of a charge of another month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenBack {
    /// The day of the refund.
    pub day: NaiveDate,
    /// The month of the charge.
    pub of: Month,
    /// How much.
    pub amount: Amount,
}

/// What a settlement has paid of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaidMonth {
    /// The day of the settlement.
    pub day: NaiveDate,
    /// The month that it pays.
    pub month: Month,
    /// How much.
    pub amount: Amount,
    /// The day on which the settlement was taken back.
    pub taken_back: Option<NaiveDate>,
}

/// Everything that made an account owe what it owes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receivable {
    /// What moved it, by day, rising.
    pub days: Vec<ReceivableDay>,
    /// What was given back of months before.
    pub given_back: Vec<GivenBack>,
    /// What settlements have paid.
    pub paid: Vec<PaidMonth>,
}

/// What is left of what an account was charged in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenMonth {
    /// The month.
    pub month: Month,
    /// The last day on which it can be paid in time.
    pub due: NaiveDate,
    /// What was charged in it, less what was given back of it.
    pub charged: Amount,
    /// What is not paid of that; above zero.
    pub open: Amount,
    /// The day of the oldest charge that is not paid.
    pub oldest: NaiveDate,
}

impl OpenMonth {
    /// For how many days it has been overdue at the end of a day; zero or less when it is not.
    pub fn days_overdue(&self, day: NaiveDate) -> i64 {
        (day - self.due).num_days()
    }
}

/// What an account owes at the end of a day: the sum of the months, less what is unapplied, is its receivable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenMonths {
    /// The months that are not paid, what is due first coming first.
    pub months: Vec<OpenMonth>,
    /// What was given back or paid beyond everything that it owes.
    pub unapplied: Amount,
}

/// What an account owes for longer than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overdue {
    /// How much.
    pub amount: Amount,
    /// Since when the oldest of it could have been paid in time: its last such day.
    pub due: NaiveDate,
    /// The day of the oldest charge that is not paid.
    pub oldest: NaiveDate,
    /// The last day whose charges are overdue.
    pub through: NaiveDate,
}

impl OpenMonths {
    /// Those of an account that are a group's to pay. What is left beyond everything that it owes is the group's that has it now.
    #[must_use]
    pub fn of_group(&self, account: &Account, group: GroupId) -> Self {
        let months = self.months.iter().filter(|open| account.group_in(open.month) == group).copied().collect();
        Self { months, unapplied: if account.group.last() == group { self.unapplied } else { Amount::ZERO } }
    }

    /// What it owes.
    pub fn owed(&self) -> Result<Amount, Overflow> {
        Amount::sum(self.months.iter().map(|month| month.open))?.minus(self.unapplied)
    }

    /// What is overdue at the end of a day; `None` when nothing is.
    pub fn overdue(&self, day: NaiveDate) -> Result<Option<Overdue>, Overflow> {
        let late = || self.months.iter().filter(|month| month.days_overdue(day) > 0);
        let amount = Amount::sum(late().map(|month| month.open))?;
        let first = late().next().zip(late().map(|month| month.oldest).min());
        let last = late().map(|month| month.month.last_day()).max();
        Ok(first.zip(last).map(|((first, oldest), through)| Overdue { amount, due: first.due, oldest, through }))
    }

    /// What it owes, by how long it is overdue at the end of a day.
    pub fn ageing(&self, day: NaiveDate) -> Result<Ageing, Overflow> {
        let mut ageing = Ageing { unapplied: self.unapplied, ..Ageing::default() };
        for month in &self.months {
            let bucket = match month.days_overdue(day) {
                ..=0 => &mut ageing.not_due,
                1..=30 => &mut ageing.days_1_30,
                31..=60 => &mut ageing.days_31_60,
                61..=90 => &mut ageing.days_61_90,
                91.. => &mut ageing.days_over_90,
            };
            *bucket = bucket.plus(month.open)?;
        }
        Ok(ageing)
    }
}

/// What is owed, by how many days it is overdue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ageing {
    /// Not at all.
    pub not_due: Amount,
    /// Up to 30 days.
    pub days_1_30: Amount,
    /// Up to 60 days.
    pub days_31_60: Amount,
    /// Up to 90 days.
    pub days_61_90: Amount,
    /// Longer.
    pub days_over_90: Amount,
    /// What was given back or paid beyond everything that is owed.
    pub unapplied: Amount,
}

impl Ageing {
    /// What is owed in all: the receivable.
    pub fn owed(&self) -> Result<Amount, Overflow> {
        let Self { not_due, days_1_30, days_31_60, days_61_90, days_over_90, unapplied } = *self;
        Amount::sum([not_due, days_1_30, days_31_60, days_61_90, days_over_90])?.minus(unapplied)
    }

    /// The sum.
    pub fn plus(&self, other: &Self) -> Result<Self, Overflow> {
        Ok(Self {
            not_due: self.not_due.plus(other.not_due)?,
            days_1_30: self.days_1_30.plus(other.days_1_30)?,
            days_31_60: self.days_31_60.plus(other.days_31_60)?,
            days_61_90: self.days_61_90.plus(other.days_61_90)?,
            days_over_90: self.days_over_90.plus(other.days_over_90)?,
            unapplied: self.unapplied.plus(other.unapplied)?,
        })
    }
}

/// What is known of one month while everything is added up.
#[derive(Default)]
struct Sums {
    charges: Vec<(NaiveDate, Amount)>,
    charged: Amount,
    given_back: Amount,
    paid: Amount,
}

impl Receivable {
    /// What is owed at the end of a day, of everything that had happened by then; by now without one.
    pub fn open_months(&self, terms: &Terms<'_>, until: Option<NaiveDate>) -> Result<OpenMonths, Overflow> {
        let (mut owed, mut unapplied) = (Vec::new(), Amount::ZERO);
        for (month, sums) in self.sums(until)? {
            let charged = sums.charged.minus(sums.given_back)?;
            let open = charged.minus(sums.paid)?;
            if open.is_negative() {
                unapplied = unapplied.minus(open)?;
            } else {
                owed.push((OpenMonth { month, due: terms.due(month), charged, open, oldest: month.first_day() }, sums));
            }
        }
        owed.sort_by_key(|(month, _)| (month.due, month.month));
        let mut months = Vec::with_capacity(owed.len());
        for (month, sums) in owed {
            let applied = month.open.min(unapplied);
            unapplied = unapplied.minus(applied)?;
            let open = month.open.minus(applied)?;
            if open.is_positive() {
                let oldest = oldest_unpaid(&sums.charges, sums.charged.minus(open)?)?.unwrap_or(month.oldest);
                months.push(OpenMonth { open, oldest, ..month });
            }
        }
        Ok(OpenMonths { months, unapplied })
    }

    /// What a settlement of a day can pay: what was open then, and is open still, so that it pays nothing twice at any later time.
    pub fn payable_on(&self, terms: &Terms<'_>, date: NaiveDate) -> Result<Vec<OpenMonth>, Overflow> {
        let now: BTreeMap<Month, Amount> =
            self.open_months(terms, None)?.months.into_iter().map(|month| (month.month, month.open)).collect();
        let mut lowest = self.lowest_from(date)?.or_zero();
        let mut payable = Vec::new();
        for then in self.open_months(terms, Some(date))?.months {
            let open = then.open.min(now.get(&then.month).copied().unwrap_or_default()).min(lowest);
            lowest = lowest.minus(open)?;
            if open.is_positive() {
                payable.push(OpenMonth { open, ..then });
            }
        }
        Ok(payable)
    }

    /// The least that is owed at the end of a day or of any later one.
    fn lowest_from(&self, date: NaiveDate) -> Result<Amount, Overflow> {
        let (mut running, mut lowest) = (Amount::ZERO, None);
        for day in &self.days {
            if day.day > date {
                lowest = Some(lowest.map_or(running, |low: Amount| low.min(running)));
            }
            running = running.plus(day.debit)?.minus(day.credit)?;
        }
        Ok(lowest.map_or(running, |low| low.min(running)))
    }

    /// What was charged, given back and paid of each month until the end of a day. The days have settlements and what took them
    /// back among their credits and debits: these are neither charges nor given back.
    fn sums(&self, until: Option<NaiveDate>) -> Result<BTreeMap<Month, Sums>, Overflow> {
        let counts = |day: NaiveDate| until.is_none_or(|until| day <= until);
        let mut months: BTreeMap<Month, Sums> = BTreeMap::new();
        let mut reopened: BTreeMap<NaiveDate, Amount> = BTreeMap::new();
        for paid in self.paid.iter().filter(|paid| counts(paid.day)) {
            let own = months.entry(Month::of(paid.day)).or_default();
            own.given_back = own.given_back.minus(paid.amount)?;
            match paid.taken_back.filter(|day| counts(*day)) {
                Some(day) => {
                    let sum = reopened.entry(day).or_default();
                    *sum = sum.plus(paid.amount)?;
                }
                None => {
                    let of = months.entry(paid.month).or_default();
                    of.paid = of.paid.plus(paid.amount)?;
                }
            }
        }
        for day in self.days.iter().filter(|day| counts(day.day)) {
            let month = months.entry(Month::of(day.day)).or_default();
            let charged = day.debit.minus(reopened.get(&day.day).copied().unwrap_or_default())?;
            month.charged = month.charged.plus(charged)?;
            month.given_back = month.given_back.plus(day.credit)?;
            month.charges.push((day.day, charged));
        }
        for back in self.given_back.iter().filter(|back| counts(back.day)) {
            let own = months.entry(Month::of(back.day)).or_default();
            own.given_back = own.given_back.minus(back.amount)?;
            let of = months.entry(back.of).or_default();
            of.given_back = of.given_back.plus(back.amount)?;
        }
        Ok(months)
    }
}

/// The day of the first charge that so much, paid to the oldest first, does not pay wholly.
fn oldest_unpaid(charges: &[(NaiveDate, Amount)], paid: Amount) -> Result<Option<NaiveDate>, Overflow> {
    let mut sum = Amount::ZERO;
    for (day, charged) in charges {
        sum = sum.plus(*charged)?;
        if sum > paid {
            return Ok(Some(*day));
        }
    }
    Ok(None)
}

/// A month that an account owes, as a settlement meets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwedMonth {
    /// The account.
    pub account: AccountId,
    /// What people call it.
    pub code: Code,
    /// The month.
    pub month: Month,
    /// The last day on which it can be paid in time.
    pub due: NaiveDate,
    /// How much of it can be paid.
    pub open: Amount,
}

/// What an amount pays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allocation {
    /// The months, oldest first, each with what is paid of it, above zero.
    pub paid: Vec<(OwedMonth, Amount)>,
    /// What is more than all of them.
    pub surplus: Amount,
}

/// Lets an amount pay months: what is due first, then the earlier month, then by account. The last one may be paid in part.
pub fn allocate(mut owed: Vec<OwedMonth>, amount: Amount) -> Result<Allocation, Overflow> {
    owed.sort_by(|a, b| (a.due, a.month, &a.code).cmp(&(b.due, b.month, &b.code)));
    let mut allocation = Allocation { paid: Vec::new(), surplus: amount };
    for month in owed {
        let paid = month.open.min(allocation.surplus);
        if paid.is_positive() {
            allocation.surplus = allocation.surplus.minus(paid)?;
            allocation.paid.push((month, paid));
        }
    }
    Ok(allocation)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::period::parse_date;

    fn thirty() -> Terms<'static> {
        Terms::of_group(None, 30)
    }

    fn day(text: &str) -> NaiveDate {
        parse_date(&format!("2026-{text}")).unwrap()
    }

    fn month(number: u32) -> Month {
        Month::parse(&format!("2026-{number:02}")).unwrap()
    }

    fn fen(minor: i64) -> Amount {
        Amount::from_minor(minor)
    }

    /// What is written down while things happen: as the book would.
    #[derive(Clone, Debug, Default)]
    struct Told(Receivable);

    impl Told {
        fn moves(&mut self, on: NaiveDate, debit: i64, credit: i64) {
            let days = &mut self.0.days;
            let place = days.partition_point(|known| known.day < on);
            if days.get(place).is_none_or(|known| known.day != on) {
                days.insert(place, ReceivableDay { day: on, debit: Amount::ZERO, credit: Amount::ZERO });
            }
            let known = &mut days[place];
            (known.debit, known.credit) = (known.debit.plus(fen(debit)).unwrap(), known.credit.plus(fen(credit)).unwrap());
        }

        fn charges(mut self, on: &str, minor: i64) -> Self {
            self.moves(day(on), minor, 0);
            self
        }

        fn gives_back(mut self, on: &str, minor: i64, of: u32) -> Self {
            self.moves(day(on), 0, minor);
            if month(of) != Month::of(day(on)) {
                self.0.given_back.push(GivenBack { day: day(on), of: month(of), amount: fen(minor) });
            }
            self
        }

        fn pays(mut self, on: &str, minor: i64, of: u32) -> Self {
            self.moves(day(on), 0, minor);
            self.0.paid.push(PaidMonth { day: day(on), month: month(of), amount: fen(minor), taken_back: None });
            self
        }

        fn takes_back(mut self, on: &str, index: usize) -> Self {
            let minor = self.0.paid[index].amount.minor();
            self.moves(day(on), minor, 0);
            self.0.paid[index].taken_back = Some(day(on));
            self
        }

        /// `05:300 06:200`, with what is unapplied behind it.
        fn open(&self, until: &str) -> String {
            let open = self.0.open_months(&thirty(), Some(day(until))).unwrap();
            let months = open.months.iter().map(|open| format!("{}:{}", &open.month.to_string()[5..], open.open.minor()));
            let unapplied = (!open.unapplied.is_zero()).then(|| format!("-{}", open.unapplied.minor()));
            months.chain(unapplied).collect::<Vec<_>>().join(" ")
        }
    }

    #[test]
    fn a_month_is_due_so_many_days_after_its_end() {
        let own = Dated::since(day("01-01"), 10).with(day("06-15"), 45);
        let terms = |own| Terms::of_group(own, 30);
        assert_eq!(terms(None).due(month(6)), day("07-30"));
        assert_eq!(terms(Some(&own)).due(month(5)), day("06-10"), "what was agreed later changes nothing before");
        assert_eq!(terms(Some(&own)).due(month(6)), day("08-14"));
        let owed = Told::default().charges("06-10", 100).0.open_months(&thirty(), None).unwrap();
        for (text, days) in [("07-30", None), ("07-31", Some(1)), ("08-29", Some(30))] {
            let overdue = owed.overdue(day(text)).unwrap();
            assert_eq!(overdue.map(|found| (day(text) - found.due).num_days()), days, "{text}");
        }
    }

    #[test]
    fn a_settlement_pays_its_month_and_opens_it_again_when_it_is_taken_back() {
        let told = Told::default()
            .charges("05-10", 300)
            .charges("06-02", 500)
            .pays("07-01", 300, 5)
            .pays("07-01", 100, 6)
            .pays("07-02", 150, 6)
            .takes_back("07-05", 0)
            .takes_back("07-05", 1);
        assert_eq!(told.open("06-30"), "05:300 06:500");
        assert_eq!(told.open("07-01"), "06:400");
        assert_eq!(told.open("07-04"), "06:250");
        // What the other settlement paid stays paid.
        assert_eq!(told.open("07-05"), "05:300 06:350");
    }

    #[test]
    fn what_is_given_back_lowers_its_own_month_first() {
        let told = Told::default().charges("05-10", 300).charges("06-02", 500).charges("07-01", 40);
        // Of July's own charges, and of May's, which is recorded in July.
        assert_eq!(told.clone().gives_back("07-03", 30, 7).open("07-31"), "05:300 06:500 07:10");
        let refund = told.clone().gives_back("07-03", 200, 5);
        assert_eq!(refund.open("07-02"), "05:300 06:500 07:40");
        assert_eq!(refund.open("07-31"), "05:100 06:500 07:40");
        // What is more than the month is owed for pays the oldest one.
        assert_eq!(told.clone().gives_back("07-03", 100, 7).open("07-31"), "05:240 06:500");
        assert_eq!(told.clone().pays("07-02", 300, 5).gives_back("07-03", 200, 5).open("07-31"), "06:300 07:40");
        assert_eq!(told.gives_back("07-03", 900, 6).open("07-31"), "-60");
    }

    #[test]
    fn what_is_overdue_is_told_with_its_oldest_charge() {
        let told = Told::default().charges("05-10", 300).charges("05-20", 50).charges("06-02", 500).pays("06-05", 310, 5);
        let owed = told.0.open_months(&thirty(), None).unwrap();
        let found = |text: &str| owed.overdue(day(text)).unwrap().map(|o| (o.amount.minor(), o.due, o.oldest, o.through));
        assert_eq!(found("06-30"), None);
        assert_eq!(found("07-01"), Some((40, day("06-30"), day("05-20"), day("05-31"))));
        assert_eq!(found("07-31"), Some((540, day("06-30"), day("05-20"), day("06-30"))));
        assert_eq!(OpenMonths::default().overdue(day("07-31")), Ok(None));
    }

    #[test]
    fn ageing_counts_from_the_day_after_the_due_day() {
        let told = Told::default().charges("05-10", 1);
        // Due on 30 June.
        let table = [
            ("06-30", "1 0 0 0 0"),
            ("07-01", "0 1 0 0 0"),
            ("07-30", "0 1 0 0 0"),
            ("07-31", "0 0 1 0 0"),
            ("08-29", "0 0 1 0 0"),
            ("08-30", "0 0 0 1 0"),
            ("09-28", "0 0 0 1 0"),
            ("09-29", "0 0 0 0 1"),
        ];
        for (text, expected) in table {
            let found = told.0.open_months(&thirty(), Some(day(text))).unwrap().ageing(day(text)).unwrap();
            let Ageing { not_due, days_1_30, days_31_60, days_61_90, days_over_90, .. } = found;
            let buckets = [not_due, days_1_30, days_31_60, days_61_90, days_over_90].map(|amount| amount.minor().to_string());
            assert_eq!(buckets.join(" "), expected, "{text}");
            assert_eq!(found.owed(), Ok(fen(1)));
        }
    }

    #[test]
    fn a_settlement_of_a_day_pays_what_was_open_then_and_is_open_still() {
        let told = Told::default().charges("05-10", 300).charges("06-02", 500).pays("06-20", 200, 5);
        let payable = |told: &Told, on: &str| {
            let payable = told.0.payable_on(&thirty(), day(on)).unwrap();
            payable.iter().map(|open| format!("{}:{}", open.month, open.open.minor())).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(payable(&told, "06-30"), "2026-05:100 2026-06:500");
        assert_eq!(payable(&told, "06-01"), "2026-05:100", "June was not charged yet, and May is paid in part by now");
        assert_eq!(payable(&told, "05-09"), "");
        // What was charged, refunded and charged again was not owed all the time.
        let again = Told::default().charges("06-01", 70).gives_back("06-05", 70, 6).charges("06-09", 70);
        assert_eq!((payable(&again, "06-02"), payable(&again, "06-09")), (String::new(), "2026-06:70".to_owned()));
    }

    fn owed(code: &str, number: u32, due: &str, open: i64) -> OwedMonth {
        OwedMonth { account: AccountId(1), code: code.parse().unwrap(), month: month(number), due: day(due), open: fen(open) }
    }

    #[test]
    fn the_oldest_is_paid_first_and_the_last_one_in_part() {
        let given = vec![owed("b", 6, "07-30", 50), owed("a", 6, "07-30", 40), owed("b", 5, "06-30", 30), owed("c", 5, "08-01", 9)];
        let told = |amount| {
            let found = allocate(given.clone(), fen(amount)).unwrap();
            let paid = found.paid.iter().map(|(month, paid)| format!("{}{}:{}", month.code, month.month, paid.minor()));
            format!("{} +{}", paid.collect::<Vec<_>>().join(" "), found.surplus.minor()).replace("2026-0", "")
        };
        assert_eq!(told(0), " +0");
        assert_eq!(told(29), "b5:29 +0");
        assert_eq!(told(75), "b5:30 a6:40 b6:5 +0");
        assert_eq!(told(140), "b5:30 a6:40 b6:50 c5:9 +11");
    }

    proptest! {
        /// Against somebody who pays minor unit by minor unit.
        #[test]
        fn an_allocation_is_exact(
            months in proptest::collection::vec((0_usize..3, 1_u32..7, 0_i64..9), 0..12),
            amount in 0_i64..60,
            rotated in 0_usize..12,
        ) {
            let mut given = Vec::new();
            for (account, number, open) in months {
                let code = ["a", "b", "c"][account];
                // One row for each month of an account.
                if !given.iter().any(|other: &OwedMonth| other.code.as_str() == code && other.month == month(number)) {
                    given.push(owed(code, number, "07-30", open));
                }
            }
            let found = allocate(given.clone(), fen(amount)).unwrap();
            let mut naive: Vec<(Month, Code, i64)> =
                given.iter().map(|month| (month.month, month.code.clone(), month.open.minor())).collect();
            naive.sort();
            let (mut paid, mut surplus) = (BTreeMap::new(), 0_i64);
            for _ in 0..amount {
                match naive.iter_mut().find(|(_, _, open)| *open > 0) {
                    Some((month, code, open)) => {
                        *open -= 1;
                        *paid.entry((*month, code.clone())).or_insert(0_i64) += 1;
                    }
                    None => surplus += 1,
                }
            }
            let told: BTreeMap<(Month, Code), i64> =
                found.paid.iter().map(|(month, paid)| ((month.month, month.code.clone()), paid.minor())).collect();
            prop_assert_eq!(&told, &paid);
            prop_assert_eq!(found.surplus.minor(), surplus);
            prop_assert!(found.paid.iter().all(|(month, paid)| *paid <= month.open && paid.is_positive()));
            // The order in which months are given makes no difference.
            let middle = rotated.min(given.len());
            given.rotate_left(middle);
            prop_assert_eq!(allocate(given, fen(amount)).unwrap(), found);
        }

        /// Charges, refunds, settlements and charge-backs in the order of their days, against one who keeps what is open of each
        /// month in his head: today, and as of every day before.
        #[test]
        fn what_is_open_is_what_somebody_would_have_counted(
            events in proptest::collection::vec((0_u8..4, 0_u64..12, 1_i64..100, 0_usize..8), 1..40),
        ) {
            let mut told = Told::default();
            let mut open: BTreeMap<Month, i64> = BTreeMap::new();
            let mut seen: Vec<(NaiveDate, BTreeMap<Month, i64>)> = Vec::new();
            let mut today = day("01-05");
            let oldest_first = |open: &mut BTreeMap<Month, i64>, mut amount: i64| {
                for left in open.values_mut() {
                    let paid = amount.min(*left);
                    (*left, amount) = (*left - paid, amount - paid);
                }
                amount
            };
            for (kind, later, amount, which) in events {
                today = today + Days::new(later);
                let owed: i64 = open.values().sum();
                match kind {
                    0 => {
                        told.moves(today, amount, 0);
                        *open.entry(Month::of(today)).or_default() += amount;
                    }
                    // A refund of some month takes no more than is owed in all: the rest would go to the deposits.
                    1 => {
                        let Some(of) = open.keys().copied().nth(which % open.len().max(1)) else { continue };
                        // A model that also knows what was refunded beyond a paid month would be the code again.
                        let amount = amount.min(open[&of]).min(owed);
                        told.moves(today, 0, amount);
                        if of != Month::of(today) {
                            told.0.given_back.push(GivenBack { day: today, of, amount: fen(amount) });
                        }
                        *open.get_mut(&of).unwrap() -= amount;
                    }
                    2 => {
                        let payable = told.0.payable_on(&thirty(), today).unwrap();
                        let owed = payable.iter().map(|month| OwedMonth {
                            account: AccountId(1), code: "a".parse().unwrap(), month: month.month, due: month.due, open: month.open,
                        });
                        let allocation = allocate(owed.collect(), fen(amount)).unwrap();
                        for (month, paid) in &allocation.paid {
                            told.moves(today, 0, paid.minor());
                            told.0.paid.push(PaidMonth { day: today, month: month.month, amount: *paid, taken_back: None });
                        }
                        prop_assert_eq!(oldest_first(&mut open, amount), allocation.surplus.minor());
                    }
                    _ => {
                        let given = &told.0.paid;
                        let in_force: Vec<usize> = (0..given.len()).filter(|i| given[*i].taken_back.is_none()).collect();
                        let Some(index) = in_force.get(which).copied() else { continue };
                        let paid = told.0.paid[index];
                        told.moves(today, paid.amount.minor(), 0);
                        told.0.paid[index].taken_back = Some(today);
                        *open.get_mut(&paid.month).unwrap() += paid.amount.minor();
                    }
                }
                seen.retain(|(on, _)| *on != today);
                seen.push((today, open.clone()));
            }
            for (on, then) in &seen {
                let found = told.0.open_months(&thirty(), Some(*on)).unwrap();
                let months: BTreeMap<Month, i64> = found.months.iter().map(|month| (month.month, month.open.minor())).collect();
                let expected: BTreeMap<Month, i64> = then.iter().filter(|(_, open)| **open != 0).map(|(m, o)| (*m, *o)).collect();
                prop_assert_eq!(months, expected, "as of {}", on);
                prop_assert_eq!(found.ageing(*on).unwrap().owed(), found.owed());
                let balance: i64 = told.0.days.iter().filter(|d| d.day <= *on).map(|d| d.debit.minor() - d.credit.minor()).sum();
                prop_assert_eq!(found.owed().unwrap().minor(), balance);
            }
        }
    }
}
