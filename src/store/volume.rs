//! Volumes: what charges have added up to, by day.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;

use chrono::NaiveDate;
use rusqlite::{Connection, params};

use super::error::Result;
use super::sql::{Columns as _, day};
use super::{Reader, Writer};
use crate::domain::agreement::Agreement;
use crate::domain::id::{AccountId, AgreementId, GroupId};
use crate::domain::money::{Currency, Exact};
use crate::domain::price::Volume;

/// Whose volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// A group's charges, for its sale agreement.
    Sale(GroupId),
    /// Those of the accounts that an agreement is for, where it is not for the whole group.
    Members(AgreementId),
    /// All of the agent's, for the purchase agreement.
    Purchase,
}

impl Scope {
    /// The one that an agreement's tiers look at.
    pub fn of(agreement: &Agreement) -> Self {
        match agreement.group {
            None => Self::Purchase,
            Some(group) if agreement.members.is_empty() => Self::Sale(group),
            Some(_) => Self::Members(agreement.id),
        }
    }

    pub(super) fn parts(self) -> (&'static str, i64) {
        match self {
            Self::Sale(group) => ("sale", group.0),
            Self::Members(agreement) => ("members", agreement.0),
            Self::Purchase => ("purchase", 0),
        }
    }
}

#[derive(Debug, Default)]
struct Days {
    by_day: BTreeMap<NaiveDate, Volume>,
    dirty: BTreeSet<NaiveDate>,
    /// What was asked last, kept up: a batch asks for the same days again and again.
    last: Option<(RangeInclusive<NaiveDate>, Volume)>,
}

impl Days {
    fn sum(&mut self, from: NaiveDate, to: NaiveDate) -> Result<Volume> {
        let days = from..=to;
        match &self.last {
            Some((last, sum)) if *last == days => Ok(*sum),
            _ => {
                let sum = sum(&self.by_day, from, to)?;
                self.last = Some((days, sum));
                Ok(sum)
            }
        }
    }

    fn add(&mut self, date: NaiveDate, volume: Volume) -> Result<()> {
        let day = self.by_day.entry(date).or_default();
        *day = day.plus(volume)?;
        self.dirty.insert(date);
        if let Some((_, sum)) = self.last.as_mut().filter(|(days, _)| days.contains(&date)) {
            *sum = sum.plus(volume)?;
        }
        Ok(())
    }
}

/// Volumes that a transaction has touched.
#[derive(Debug, Default)]
pub(super) struct VolumeCache {
    days: HashMap<(Scope, Currency), Days>,
}

fn load(connection: &Connection, scope: Scope, currency: Currency) -> Result<BTreeMap<NaiveDate, Volume>> {
    let (kind, owner) = scope.parts();
    let mut select =
        connection.prepare_cached("SELECT day, list, payable FROM volume WHERE scope = ?1 AND owner_id = ?2 AND currency = ?3")?;
    let rows = select.query_map(params![kind, owner, currency.code()], |row| {
        Ok((row.date(0)?, Volume { list: row.parsed(1)?, payable: row.parsed(2)? }))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn sum(days: &BTreeMap<NaiveDate, Volume>, from: NaiveDate, to: NaiveDate) -> Result<Volume> {
    if to < from {
        return Ok(Volume::default());
    }
    let sum = days.range(from..=to).try_fold(Volume::default(), |sum, (_, volume)| sum.plus(*volume))?;
    Ok(sum)
}

impl Reader<'_> {
    /// What was added up from one day to another, both included.
    pub fn volume(&self, scope: Scope, currency: Currency, from: NaiveDate, to: NaiveDate) -> Result<Volume> {
        sum(&load(self.connection, scope, currency)?, from, to)
    }
}

impl Reader<'_> {
    /// What the charges of accounts add up to, by day.
    pub fn volume_of_accounts(&self, accounts: &[AccountId], currency: Currency) -> Result<BTreeMap<NaiveDate, Volume>> {
        // A refund counts on the day of what it gives back, and a late correction on that of what it corrects.
        let mut select = self.connection.prepare_cached(
            "SELECT COALESCE(original.day, late.day, c.day), c.list, c.payable_minor
               FROM charge AS c
               LEFT JOIN orders AS o ON o.id = c.order_id
               LEFT JOIN orders AS original ON original.id = o.refunds
               LEFT JOIN charge AS late ON late.id = c.corrects_id
              WHERE c.account_id = ?1 AND c.counts = 1",
        )?;
        let mut by_day: BTreeMap<NaiveDate, Volume> = BTreeMap::new();
        for account in accounts {
            let mut rows = select.query([account.0])?;
            while let Some(row) = rows.next()? {
                let volume = Volume { list: row.parsed(1)?, payable: Exact::from_amount(row.amount(2)?, currency) };
                let day = by_day.entry(row.date(0)?).or_default();
                *day = day.plus(volume)?;
            }
        }
        Ok(by_day)
    }
}

impl Writer<'_> {
    fn volume_days(&mut self, scope: Scope, currency: Currency) -> Result<&mut Days> {
        Ok(match self.volumes.days.entry((scope, currency)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let by_day = load(&self.transaction, scope, currency)?;
                new.insert(Days { by_day, ..Days::default() })
            }
        })
    }

    /// What was added up from one day to another, both and this transaction's own charges included.
    pub fn volume(&mut self, scope: Scope, currency: Currency, from: NaiveDate, to: NaiveDate) -> Result<Volume> {
        self.volume_days(scope, currency)?.sum(from, to)
    }

    /// Adds to a day.
    pub fn add_volume(&mut self, scope: Scope, currency: Currency, date: NaiveDate, volume: Volume) -> Result<()> {
        if volume == Volume::default() {
            return Ok(());
        }
        self.volume_days(scope, currency)?.add(date, volume)
    }

    pub(super) fn flush_volumes(&mut self) -> Result<()> {
        let mut upsert = self.connection().prepare_cached(
            "INSERT INTO volume (scope, owner_id, currency, day, list, payable) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET list = excluded.list, payable = excluded.payable",
        )?;
        for ((scope, currency), days) in &self.volumes.days {
            let (kind, owner) = scope.parts();
            for date in &days.dirty {
                let volume = days.by_day[date];
                upsert.execute(params![
                    kind,
                    owner,
                    currency.code(),
                    day(*date),
                    volume.list.to_string(),
                    volume.payable.to_string()
                ])?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::period::parse_date;
    use crate::store::Store;
    use crate::store::operation::tests::operation;

    fn cny() -> Currency {
        "CNY".parse().unwrap()
    }

    fn volume(list: &str, payable: &str) -> Volume {
        Volume { list: list.parse().unwrap(), payable: payable.parse().unwrap() }
    }

    fn date(day: &str) -> NaiveDate {
        parse_date(day).unwrap()
    }

    #[test]
    fn a_volume_is_the_sum_of_its_days_both_ends_included() {
        let (mut store, acme) = (Store::in_memory(), Scope::Sale(GroupId(1)));
        let mut writer = store.begin().unwrap();
        let days = [
            ("2026-06-30", "0.0000000001", "0"),
            ("2026-06-01", "100", "95"),
            ("2026-06-01", "20", "19"),
            ("2026-07-01", "3", "2"),
        ];
        for (day, list, payable) in days {
            writer.add_volume(acme, cny(), date(day), volume(list, payable)).unwrap();
        }
        writer.add_volume(Scope::Purchase, cny(), date("2026-06-01"), volume("7", "6")).unwrap();
        let june = (date("2026-06-01"), date("2026-06-30"));
        assert_eq!(writer.volume(acme, cny(), june.0, june.1).unwrap(), volume("120.0000000001", "114"));
        // What was asked last is kept up, and no other day falls into it.
        writer.add_volume(acme, cny(), june.1, volume("1", "1")).unwrap();
        writer.add_volume(acme, cny(), date("2026-07-01"), volume("8", "8")).unwrap();
        let expected = volume("121.0000000001", "115");
        assert_eq!(writer.volume(acme, cny(), june.0, june.1).unwrap(), expected);
        assert_eq!(writer.volume(acme, cny(), june.1, june.1).unwrap(), volume("1.0000000001", "1"));
        writer.commit(&operation(None)).unwrap();
        let read = |store: &mut Store, scope, from, to| store.read(|reader| reader.volume(scope, cny(), from, to)).unwrap();
        assert_eq!(read(&mut store, acme, june.0, june.1), expected);
        assert_eq!(read(&mut store, acme, date("2026-06-02"), date("2026-06-29")), Volume::default());
        assert_eq!(read(&mut store, acme, june.1, june.0), Volume::default(), "a window that ends before it begins");
        assert_eq!(read(&mut store, Scope::Purchase, june.0, june.1), volume("7", "6"));
        assert_eq!(read(&mut store, Scope::Sale(GroupId(2)), june.0, june.1), Volume::default());
    }

    #[test]
    fn what_is_given_back_falls_on_the_day_of_the_original() {
        let (mut store, acme) = (Store::in_memory(), Scope::Sale(GroupId(1)));
        for sign in ["", "-"] {
            let mut writer = store.begin().unwrap();
            let signed = volume(&format!("{sign}100"), &format!("{sign}95"));
            writer.add_volume(acme, cny(), date("2026-06-01"), signed).unwrap();
            writer.commit(&operation(None)).unwrap();
        }
        let day = date("2026-06-01");
        assert_eq!(store.read(|reader| reader.volume(acme, cny(), day, day)).unwrap(), Volume::default());
    }
}
