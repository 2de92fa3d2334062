//! The days that a report is about: those that were asked for, or the year to date.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Result, When};
use crate::domain::account::Group;
use crate::domain::agreement::is_in_force;
use crate::domain::period::{Month, fiscal_year_start};
use crate::domain::refusal::Refusal;
use crate::store::Reader;

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedDays {
    /// A month.
    Month(Month),
    /// From one day to another, both included.
    Between(NaiveDate, NaiveDate),
    /// Nothing: the fiscal year until today, or until the day as of which figures are asked for.
    YearToDate,
}

/// The days, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub from: NaiveDate,
    /// The last.
    pub to: NaiveDate,
    /// The last day whose entries count, if figures are as of one.
    pub as_of: Option<NaiveDate>,
    /// Whether they are the year to date, because nothing was asked for.
    pub is_year_to_date: bool,
}

impl Days {
    /// Finds the days. A fiscal year begins as the agreements of these groups say that are in force; in January where they say
    /// nothing, or differ.
    pub(super) fn find(reader: Reader<'_>, asked: AskedDays, groups: &[Group], when: When) -> Result<Self> {
        let (from, to) = match asked {
            AskedDays::Month(month) => (month.first_day(), month.last_day()),
            AskedDays::Between(from, to) if to < from => return Err(Refusal::DaysReversed { from, to }.into()),
            AskedDays::Between(from, to) => (from, to),
            AskedDays::YearToDate => (fiscal_year_start(when.day(), year_start(reader, groups, when.day())?), when.day()),
        };
        Ok(Self { from, to, as_of: when.until(), is_year_to_date: asked == AskedDays::YearToDate })
    }

    /// The last day whose charges count.
    pub fn last(&self) -> NaiveDate {
        self.as_of.map_or(self.to, |as_of| as_of.min(self.to))
    }

    /// Whether a day is one of them.
    pub(super) fn has(&self, day: NaiveDate) -> bool {
        (self.from..=self.last()).contains(&day)
    }
}

/// The month in which the fiscal year of groups begins, 1 to 12.
fn year_start(reader: Reader<'_>, groups: &[Group], day: NaiveDate) -> Result<u32> {
    let mut starts = BTreeSet::new();
    for group in groups {
        let agreements = reader.sale_agreements(group.id)?;
        let in_force = agreements.iter().filter(|agreement| is_in_force(&agreements, agreement, day));
        starts.extend(in_force.map(|agreement| agreement.terms.fiscal_year_start));
    }
    Ok(if starts.len() == 1 { starts.first().copied().unwrap_or(1) } else { 1 })
}
