//! Orders, charges, products.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use rusqlite::{OptionalExtension as _, Row, params};

use super::error::{Result, StoreError};
use super::rows::Cell;
use super::sql::{Columns as _, day};
use super::{Reader, Writer};
use crate::domain::bill::OrderNumber;
use crate::domain::code::Code;
use crate::domain::coupon::CouponKind;
use crate::domain::id::{AccountId, AgreementId, ChargeId, EntryId, GroupId, OrderId, ProductId};
use crate::domain::matching::residue::Elsewhere;
use crate::domain::matching::{OrderDetail, RecordedOrder};
use crate::domain::money::{Amount, Currency, Exact};
use crate::domain::order::{Charge, Order};
use crate::domain::period::Month;
use crate::domain::refund::PaidBack;
use crate::domain::usage::Original;

/// An order with its charge, as lists show it.
#[derive(Clone, Debug)]
pub struct OrderRow {
    /// The order.
    pub order: Order,
    /// What it costs.
    pub charge: Charge,
    /// The account's code.
    pub account: Code,
    /// What its amounts are counted in.
    pub currency: Currency,
    /// The name of the agreement that priced it.
    pub agreement: Option<Code>,
    /// What true-ups have changed since in what is owed.
    pub trued_up: Amount,
    /// What coupons took off.
    pub coupon: Amount,
    /// What vouchers paid.
    pub voucher: Amount,
}

/// What a day's charge costs, without what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChargedDay {
    /// Whose.
    pub account: AccountId,
    /// Whether it is an order's; else a month's usage.
    pub is_order: bool,
    /// Its day.
    pub day: NaiveDate,
    /// What the customer owes.
    pub payable: Amount,
    /// What the provider is expected to bill.
    pub cost: Amount,
}

/// Which orders to list.
#[derive(Clone, Debug, Default)]
pub struct OrderFilter {
    /// Of one account.
    pub account: Option<AccountId>,
    /// Dated in one month.
    pub period: Option<Month>,
    /// Dated up to and including a day.
    pub until: Option<NaiveDate>,
}

pub(super) const SELECT_ORDER: &str =
    "SELECT o.id, o.account_id, p.code, o.kind, o.provider_order, o.day, o.service_from, o.service_to, o.placement, o.refunds,
            o.operation_id
       FROM orders AS o JOIN product AS p ON p.id = o.product_id";

/// The column of [`SELECT_ORDER`] that says which operation has written it.
pub(super) const ORDER_OPERATION: usize = 10;

pub(super) fn order(row: &Row<'_>) -> rusqlite::Result<Order> {
    Ok(Order {
        id: OrderId(row.get(0)?),
        account: AccountId(row.get(1)?),
        product: row.get(2)?,
        kind: row.parsed(3)?,
        provider_order: row.get(4)?,
        date: row.date(5)?,
        service_from: row.date_opt(6)?,
        service_to: row.date_opt(7)?,
        placement: row.parsed(8)?,
        refunds: row.get::<_, Option<i64>>(9)?.map(OrderId),
    })
}

pub(super) const SELECT_CHARGE: &str =
    "SELECT c.id, c.account_id, c.order_id, p.code, c.charge_month, c.day, c.list, c.agreement_id, c.tier, c.discount,
            c.payable_minor, c.cost_minor, c.counts, c.entry_id, c.cost_counts, c.volume_before, c.difference_id,
            c.corrects_id, c.operation_id
       FROM charge AS c JOIN product AS p ON p.id = c.product_id";

/// The column of [`SELECT_CHARGE`] that says which operation has written it.
pub(super) const CHARGE_OPERATION: usize = 18;

pub(super) fn charge_at(row: &Row<'_>, first: usize) -> rusqlite::Result<Charge> {
    Ok(Charge {
        id: ChargeId(row.get(first)?),
        account: AccountId(row.get(first + 1)?),
        order: row.get::<_, Option<i64>>(first + 2)?.map(OrderId),
        product: row.get(first + 3)?,
        charge_month: row.month(first + 4)?,
        date: row.date(first + 5)?,
        list: row.parsed(first + 6)?,
        agreement: row.get::<_, Option<i64>>(first + 7)?.map(AgreementId),
        tier: row.parsed_opt(first + 8)?,
        discount: row.discount(first + 9)?,
        payable: row.amount(first + 10)?,
        cost: row.amount(first + 11)?,
        counts: row.get(first + 12)?,
        entry: row.get::<_, Option<i64>>(first + 13)?.map(EntryId),
        cost_counts: row.get(first + 14)?,
        volume_before: row.parsed(first + 15)?,
        difference: row.get(first + 16)?,
        corrects: row.get::<_, Option<i64>>(first + 17)?.map(ChargeId),
    })
}

impl Reader<'_> {
    /// The order of an id or of the provider's order number.
    pub fn order_by_name(&self, name: &str) -> Result<Option<Order>> {
        if let Some(id) = OrderId::parse(name) {
            let mut select = self.connection.prepare_cached(&format!("{SELECT_ORDER} WHERE o.id = ?1"))?;
            return Ok(select.query_row([id.0], order).optional()?);
        }
        self.order_by_provider_order(name)
    }

    /// The order of the provider's order number.
    pub fn order_by_provider_order(&self, provider_order: &str) -> Result<Option<Order>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT_ORDER} WHERE o.provider_order = ?1"))?;
        Ok(select.query_row([provider_order], order).optional()?)
    }

    /// A charge.
    pub fn charge(&self, id: ChargeId) -> Result<Charge> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT_CHARGE} WHERE c.id = ?1"))?;
        Ok(select.query_row([id.0], |row| charge_at(row, 0))?)
    }

    /// The charge of an order.
    pub fn charge_of(&self, order: OrderId) -> Result<Charge> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT_CHARGE} WHERE c.order_id = ?1"))?;
        Ok(select.query_row([order.0], |row| charge_at(row, 0))?)
    }

    /// What refunds of an order have given back so far.
    pub fn paid_back(&self, original: OrderId) -> Result<PaidBack> {
        let mut select = self.connection.prepare_cached(
            "SELECT c.list, c.payable_minor, c.cost_minor FROM orders AS o JOIN charge AS c ON c.order_id = o.id WHERE o.refunds = ?1",
        )?;
        let mut rows = select.query([original.0])?;
        let mut back = PaidBack::default();
        while let Some(row) = rows.next()? {
            // Refunds are stored as negative charges.
            back.list = back.list.minus(row.parsed::<Exact>(0)?)?;
            back.payable = back.payable.minus(row.amount(1)?)?;
            back.cost = back.cost.minus(row.amount(2)?)?;
        }
        Ok(back)
    }

    /// What an account was charged for a product's use in a month when that was closed, with its true-ups; corrections left out.
    pub fn original_usage(&self, account: AccountId, product: ProductId, month: Month) -> Result<Option<Original>> {
        let mut select = self.connection.prepare_cached(&format!(
            "{SELECT_CHARGE}
              WHERE c.account_id = ?1 AND c.day >= ?2 AND c.charge_month = ?3 AND c.product_id = ?4
                AND c.order_id IS NULL AND c.difference_id IS NULL AND c.corrects_id IS NULL
              ORDER BY c.id LIMIT 1"
        ))?;
        let key = params![account.0, day(month.first_day()), month.number(), product.0];
        let Some(charge) = select.query_row(key, |row| charge_at(row, 0)).optional()? else { return Ok(None) };
        Ok(Some(Original { trued_up: self.trued_up(charge.id)?, charge }))
    }

    /// The usage that the close of a month has charged, and the day on whose volume each charge counts: of a correction, that of
    /// what it corrects.
    pub fn usage_charged(&self, month: Month) -> Result<Vec<(Charge, NaiveDate)>> {
        let mut select = self.connection.prepare_cached(&format!(
            "{} LEFT JOIN charge AS root ON root.id = c.corrects_id
              WHERE c.day = ?1 AND c.order_id IS NULL AND c.difference_id IS NULL ORDER BY c.id",
            SELECT_CHARGE.replacen(
                "FROM charge AS c",
                ", COALESCE(root.day, c.day) FROM account AS a CROSS JOIN charge AS c ON c.account_id = a.id",
                1
            )
        ))?;
        let rows = select.query_map([day(month.last_day())], |row| Ok((charge_at(row, 0)?, row.date(CHARGE_OPERATION + 1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The charges that coupons on a month's bill have made.
    pub fn coupon_charges(&self, month: Month) -> Result<Vec<Charge>> {
        let mut select = self.connection.prepare_cached(&format!(
            "{} WHERE c.day = ?1 AND c.difference_id LIKE 'coupon/%' ORDER BY c.id",
            SELECT_CHARGE.replacen("FROM charge AS c", "FROM account AS a CROSS JOIN charge AS c ON c.account_id = a.id", 1)
        ))?;
        let rows = select.query_map([day(month.last_day())], |row| charge_at(row, 0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Orders with their charges, by date and number.
    pub fn orders(&self, filter: &OrderFilter) -> Result<Vec<OrderRow>> {
        let mut select = self.connection.prepare_cached(
            "SELECT o.id, o.account_id, p.code, o.kind, o.provider_order, o.day, o.service_from, o.service_to, o.placement, o.refunds,
                    c.id, c.account_id, c.order_id, p.code, c.charge_month, c.day, c.list, c.agreement_id, c.tier, c.discount,
                    c.payable_minor, c.cost_minor, c.counts, c.entry_id, c.cost_counts, c.volume_before, c.difference_id,
                    c.corrects_id, a.code, g.currency, t.name,
                    (SELECT COALESCE(SUM(u.change_minor), 0) FROM true_up AS u WHERE u.charge_id = c.id),
                    (SELECT COALESCE(SUM(k.amount_minor), 0) FROM coupon AS k WHERE k.order_id = o.id AND k.kind = 'coupon'),
                    (SELECT COALESCE(SUM(k.amount_minor), 0) FROM coupon AS k WHERE k.order_id = o.id AND k.kind = 'voucher')
               FROM orders AS o
               JOIN charge AS c ON c.order_id = o.id
               JOIN product AS p ON p.id = o.product_id
               JOIN account AS a ON a.id = o.account_id
               JOIN membership AS m ON m.account_id = o.account_id AND o.day BETWEEN m.from_day AND m.until_day
               JOIN customer_group AS g ON g.id = m.group_id
               LEFT JOIN agreement AS t ON t.id = c.agreement_id
              WHERE (?1 IS NULL OR o.account_id = ?1) AND o.day BETWEEN ?2 AND ?3
              ORDER BY o.day, o.id",
        )?;
        let (first, last) = filter.period.map_or((0, i64::MAX), |m| (day(m.first_day()), day(m.last_day())));
        let last = filter.until.map_or(last, |until| last.min(day(until)));
        let rows = select.query_map(params![filter.account.map(|a| a.0), first, last], |row| {
            Ok(OrderRow {
                order: order(row)?,
                charge: charge_at(row, 10)?,
                account: row.parsed(28)?,
                currency: row.parsed(29)?,
                agreement: row.parsed_opt(30)?,
                trued_up: row.amount(31)?,
                coupon: row.amount(32)?,
                voucher: row.amount(33)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// One order with its charge.
    pub fn order_row(&self, id: OrderId) -> Result<OrderRow> {
        let order = {
            let mut select = self.connection.prepare_cached(&format!("{SELECT_ORDER} WHERE o.id = ?1"))?;
            select.query_row([id.0], order)?
        };
        let charge = self.charge_of(id)?;
        let account = self.account(order.account)?;
        let currency = self.group(account.group_on(order.date))?.currency;
        let agreement = match charge.agreement {
            Some(id) => {
                let mut select = self.connection.prepare_cached("SELECT name FROM agreement WHERE id = ?1")?;
                Some(select.query_row([id.0], |row| row.parsed(0))?)
            }
            None => None,
        };
        let trued_up = self.trued_up(charge.id)?;
        let used = self.coupons_of(id)?;
        let of = |kind| Amount::sum(used.iter().filter(|coupon| coupon.kind == kind).map(|coupon| coupon.amount));
        let (coupon, voucher) = (of(CouponKind::Coupon)?, of(CouponKind::Voucher)?);
        Ok(OrderRow { order, charge, account: account.code, currency, agreement, trued_up, coupon, voucher })
    }

    /// Walks over the orders in a currency, dated up to and including a month's last day, that no bill of an earlier month has
    /// settled, with what is still expected of them. Of a closed month, these are the orders that it was closed on.
    pub fn each_order_to_match(
        &self,
        currency: Currency,
        period: Month,
        mut visit: impl FnMut(&RecordedOrder<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut select = self.connection.prepare_cached(
            "SELECT c.id, c.account_id, o.provider_order, c.cost_minor, COALESCE(original.id, c.id), c.day,
                    o.placement = 'opening'
               FROM charge AS c
               CROSS JOIN orders AS o ON o.id = c.order_id
               LEFT JOIN charge AS original ON original.order_id = o.refunds
              WHERE c.day <= ?1 AND NOT EXISTS (SELECT 1 FROM clearing AS k WHERE k.charge_id = c.id AND k.settles AND k.period < ?2)",
        )?;
        let counted = self.accounts_counted_in(currency)?;
        let cleared = self.cleared_before(period)?;
        // An earlier month that was closed without its bill has carried its orders.
        let closed = self.closed_through()?.0.filter(|last| *last < period).map(|last| day(last.last_day()));
        let mut rows = select.query(params![day(period.last_day()), period.number()])?;
        while let Some(row) = rows.next()? {
            let account = AccountId(row.get(1)?);
            if !counted.contains(&account) {
                continue;
            }
            let provider_order = row.get_ref(2)?.as_str().map_err(|e| StoreError::Damaged(e.to_string()))?;
            let charge = ChargeId(row.get(0)?);
            let so_far = cleared.get(&charge);
            let is_of_closed_month = closed.is_some_and(|last| row.get::<_, i64>(5).is_ok_and(|day| day <= last));
            let is_of_opening: bool = row.get(6)?;
            visit(&RecordedOrder {
                charge,
                account,
                order_no: OrderNumber::of(provider_order),
                expected: row.amount(3)?.minus(so_far.copied().unwrap_or_default())?,
                root: ChargeId(row.get(4)?),
                carried: so_far.is_some() || is_of_closed_month && !is_of_opening,
            })?;
        }
        Ok(())
    }

    /// The details of orders that the later steps of matching ask for, by their charges, which are sorted. A few are looked up one
    /// by one; `of_all` says how many orders there are, and when that is more work than walking over all of them.
    pub fn each_order_detail(&self, charges: &[ChargeId], of_all: usize, mut visit: impl FnMut(&OrderDetail<'_>)) -> Result<()> {
        const DETAIL: &str = "SELECT c.id, c.account_id, o.provider_order, o.refunds, c.product_id, o.day, o.kind, o.service_to
                                FROM charge AS c CROSS JOIN orders AS o ON o.id = c.order_id";
        let mut number_of = self.connection.prepare_cached("SELECT provider_order FROM orders WHERE id = ?1")?;
        let coupons = self.coupons_of_the_provider()?;
        let mut tell = |row: &Row<'_>| -> Result<()> {
            let original_no: Option<String> = match row.get::<_, Option<i64>>(3)? {
                Some(original) => Some(number_of.query_row([original], |row| row.get(0))?),
                None => None,
            };
            let charge = ChargeId(row.get(0)?);
            let number = row.get_ref(2)?.as_str().map_err(|e| StoreError::Damaged(e.to_string()))?;
            visit(&OrderDetail {
                charge,
                account: AccountId(row.get(1)?),
                order_no: OrderNumber::of(number),
                original_no: original_no.as_deref(),
                product: ProductId(row.get(4)?),
                date: row.date(5)?,
                kind: row.parsed(6)?,
                service_to: row.date_opt(7)?,
                coupon: coupons.get(&charge).copied().unwrap_or_default(),
            });
            Ok(())
        };
        if charges.len() < of_all / 8 {
            let mut select = self.connection.prepare_cached(&format!("{DETAIL} WHERE c.id = ?1"))?;
            for charge in charges {
                let mut rows = select.query([charge.0])?;
                while let Some(row) = rows.next()? {
                    tell(row)?;
                }
            }
            return Ok(());
        }
        let (Some(first), Some(last)) = (charges.first(), charges.last()) else { return Ok(()) };
        let mut select = self.connection.prepare_cached(&format!("{DETAIL} WHERE c.id BETWEEN ?1 AND ?2"))?;
        let mut rows = select.query([first.0, last.0])?;
        while let Some(row) = rows.next()? {
            if charges.binary_search(&ChargeId(row.get(0)?)).is_ok() {
                tell(row)?;
            }
        }
        Ok(())
    }

    /// What coupons that the provider bears took off the expected cost of orders, by their charge.
    fn coupons_of_the_provider(&self) -> Result<HashMap<ChargeId, Amount>> {
        let mut select = self.connection.prepare_cached(
            "SELECT c.id, SUM(k.amount_minor) FROM coupon AS k JOIN charge AS c ON c.order_id = k.order_id
              WHERE k.kind = 'coupon' AND k.bearer = 'provider' GROUP BY c.id",
        )?;
        let rows = select.query_map([], |row| Ok((ChargeId(row.get(0)?), row.amount(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What vouchers that the provider bears have paid of orders, by their charge; negative where a refund gave it back.
    pub fn vouchers_of_the_provider(&self) -> Result<HashMap<ChargeId, Amount>> {
        let mut select = self.connection.prepare_cached(
            "SELECT c.id, SUM(CASE WHEN o.refunds IS NULL THEN k.amount_minor ELSE -k.amount_minor END)
               FROM coupon AS k JOIN charge AS c ON c.order_id = k.order_id JOIN orders AS o ON o.id = k.order_id
              WHERE k.kind = 'voucher' AND k.bearer = 'provider' GROUP BY c.id",
        )?;
        let rows = select.query_map([], |row| Ok((ChargeId(row.get(0)?), row.amount(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What bills of earlier months have cleared of charges that they did not settle.
    fn cleared_before(&self, period: Month) -> Result<HashMap<ChargeId, Amount>> {
        let mut select = self.connection.prepare_cached(
            "SELECT charge_id, SUM(cleared_minor) FROM clearing WHERE period < ?1 AND NOT settles GROUP BY charge_id",
        )?;
        let rows = select.query_map([period.number()], |row| Ok((ChargeId(row.get(0)?), row.amount(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Where the book knows an order number from, whatever the month and the account: its charge, what is still expected of it
    /// before a month's bill, and whether an earlier bill has settled it.
    pub fn order_elsewhere(&self, billed_to: AccountId, provider_order: &str, period: Month) -> Result<Option<Elsewhere>> {
        let mut select = self.connection.prepare_cached(
            "SELECT c.id, c.account_id, o.day,
                    c.cost_minor - (SELECT COALESCE(SUM(k.cleared_minor), 0) FROM clearing AS k WHERE k.charge_id = c.id AND k.period < ?2),
                    EXISTS (SELECT 1 FROM clearing AS k WHERE k.charge_id = c.id AND k.settles AND k.period < ?2)
               FROM orders AS o JOIN charge AS c ON c.order_id = o.id WHERE o.provider_order = ?1
              ORDER BY o.id DESC LIMIT 1",
        )?;
        let found = select.query_row(params![provider_order, period.number()], |row| {
            Ok(Elsewhere {
                billed_to,
                order_no: provider_order.to_owned(),
                charge: ChargeId(row.get(0)?),
                account: AccountId(row.get(1)?),
                is_later: row.date(2)? > period.last_day(),
                expected: row.amount(3)?,
                is_settled: row.get(4)?,
            })
        });
        Ok(found.optional()?)
    }

    /// The order of a charge.
    pub fn order_of_charge(&self, charge: ChargeId) -> Result<Option<Order>> {
        let mut select =
            self.connection.prepare_cached(&format!("{SELECT_ORDER} WHERE o.id = (SELECT order_id FROM charge WHERE id = ?1)"))?;
        Ok(select.query_row([charge.0], order).optional()?)
    }

    /// The month of the bill that has settled a charge.
    pub fn settled_by(&self, charge: ChargeId) -> Result<Option<Month>> {
        let mut select = self.connection.prepare_cached("SELECT period FROM clearing WHERE charge_id = ?1 AND settles")?;
        Ok(select.query_row([charge.0], |row| row.month(0)).optional()?)
    }

    /// The charge of an account's order number.
    pub fn charge_of_number(&self, account: AccountId, provider_order: &str) -> Result<Option<ChargeId>> {
        let mut select = self.connection.prepare_cached(
            "SELECT c.id FROM orders AS o JOIN charge AS c ON c.order_id = o.id WHERE o.provider_order = ?2 AND o.account_id = ?1",
        )?;
        Ok(select.query_row(params![account.0, provider_order], |row| row.get(0).map(ChargeId)).optional()?)
    }

    /// Walks over the charges of all accounts, or of a group's, from one day to another, both included.
    pub fn each_charge_between(
        &self,
        group: Option<GroupId>,
        from: NaiveDate,
        to: NaiveDate,
        mut visit: impl FnMut(ChargedDay) -> Result<()>,
    ) -> Result<()> {
        // Account by account, because the index has the days of each: a long book is not read for its last months.
        let mut select = self.connection.prepare_cached(
            "SELECT c.account_id, c.order_id IS NOT NULL, c.day, c.payable_minor, c.cost_minor
               FROM account AS a
               CROSS JOIN charge AS c ON c.account_id = a.id AND c.day BETWEEN ?1 AND ?2
              WHERE ?3 IS NULL OR a.id IN (SELECT m.account_id FROM membership AS m WHERE m.group_id = ?3)",
        )?;
        let mut rows = select.query(params![day(from), day(to), group.map(|group| group.0)])?;
        while let Some(row) = rows.next()? {
            visit(ChargedDay {
                account: AccountId(row.get(0)?),
                is_order: row.get(1)?,
                day: row.date(2)?,
                payable: row.amount(3)?,
                cost: row.amount(4)?,
            })?;
        }
        Ok(())
    }

    /// The accounts of the groups whose money is counted in a currency.
    fn accounts_counted_in(&self, currency: Currency) -> Result<HashSet<AccountId>> {
        let mut select = self.connection.prepare_cached(
            "SELECT m.account_id FROM membership AS m JOIN customer_group AS g ON g.id = m.group_id WHERE g.currency = ?1",
        )?;
        let rows = select.query_map([currency.code()], |row| row.get(0).map(AccountId))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many order charges, dated up to and including a day, no closed month has had: those that one has carried over are not
    /// among them.
    pub fn open_order_count(&self, until: NaiveDate) -> Result<u64> {
        let mut select = self.connection.prepare_cached(
            "SELECT COUNT(*) FROM charge AS c
              WHERE c.order_id IS NOT NULL AND c.day <= ?1 AND NOT EXISTS (SELECT 1 FROM clearing AS k WHERE k.charge_id = c.id)",
        )?;
        Ok(select.query_row([day(until)], |row| row.get(0))?)
    }

    /// How many of them one account has, whatever their day.
    pub fn open_order_count_of(&self, account: AccountId) -> Result<u64> {
        let mut select = self.connection.prepare_cached(
            "SELECT COUNT(*) FROM charge AS c
              WHERE c.account_id = ?1 AND c.order_id IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM clearing AS k WHERE k.charge_id = c.id)",
        )?;
        Ok(select.query_row([account.0], |row| row.get(0))?)
    }

    /// How many of them each account has, and what the provider is expected to bill for them.
    pub fn open_orders_by_account(&self) -> Result<HashMap<AccountId, (u64, Amount)>> {
        let mut select = self.connection.prepare_cached(
            "SELECT c.account_id, COUNT(*), SUM(c.cost_minor) FROM charge AS c
              WHERE c.order_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM clearing AS k WHERE k.charge_id = c.id)
              GROUP BY c.account_id",
        )?;
        let rows = select.query_map([], |row| Ok((AccountId(row.get(0)?), (row.get(1)?, row.amount(2)?))))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many of them are counted in another currency.
    pub fn open_order_count_beside(&self, until: NaiveDate, currency: Currency) -> Result<u64> {
        let mut select = self.connection.prepare_cached(
            "SELECT COUNT(*) FROM customer_group AS g
               JOIN membership AS m ON m.group_id = g.id
               JOIN charge AS c ON c.account_id = m.account_id AND c.day BETWEEN m.from_day AND m.until_day
              WHERE g.currency <> ?2 AND c.order_id IS NOT NULL AND c.day <= ?1
                AND NOT EXISTS (SELECT 1 FROM clearing AS k WHERE k.charge_id = c.id)",
        )?;
        Ok(select.query_row(params![day(until), currency.code()], |row| row.get(0))?)
    }

    /// The day of the earliest order charge that no closed month has had.
    pub fn earliest_open_order(&self) -> Result<Option<NaiveDate>> {
        let mut select = self.connection.prepare_cached(
            "SELECT MIN(c.day) FROM charge AS c
              WHERE c.order_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM clearing AS k WHERE k.charge_id = c.id)",
        )?;
        Ok(select.query_row([], |row| row.date_opt(0))?)
    }

    /// Whether an order list was imported before, and how many orders it had.
    pub fn order_file(&self, sha256: &str) -> Result<Option<u64>> {
        let mut select = self.connection.prepare_cached("SELECT orders FROM order_file WHERE sha256 = ?1")?;
        Ok(select.query_row([sha256], |row| row.get(0)).optional()?)
    }

    /// Every imported order list: its SHA-256, and how many orders it had.
    pub(super) fn order_files(&self) -> Result<Vec<(String, i64)>> {
        let mut select = self.connection.prepare("SELECT sha256, orders FROM order_file")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// The row of a product, made when it is new.
    pub fn product(&mut self, code: &str) -> Result<ProductId> {
        if let Some(id) = self.products.get(code) {
            return Ok(*id);
        }
        let found = {
            let mut select = self.connection().prepare_cached("SELECT id FROM product WHERE code = ?1")?;
            select.query_row([code], |row| row.get(0)).optional()?
        };
        let id = match found {
            Some(id) => ProductId(id),
            None => {
                let id = self.next_id("product")?;
                self.connection()
                    .prepare_cached("INSERT INTO product (id, code, name) VALUES (?1, ?2, '')")?
                    .execute(params![id, code])?;
                ProductId(id)
            }
        };
        self.products.insert(code.to_owned(), id);
        Ok(id)
    }

    /// The number that the next order will have.
    pub fn next_order(&mut self) -> Result<OrderId> {
        Ok(OrderId(self.next_id("orders")?))
    }

    /// The number that the next charge will have.
    pub fn next_charge(&mut self) -> Result<ChargeId> {
        Ok(ChargeId(self.next_id("charge")?))
    }

    /// The order of the provider's order number, this transaction's own orders included.
    pub fn order_of(&self, provider_order: &str) -> Result<Option<OrderId>> {
        let waiting = self.waiting.orders.iter().find_map(|row| match row {
            [Cell::Number(id), _, _, _, _, Cell::Text(number), ..] if number == provider_order => Some(OrderId(*id)),
            _ => None,
        });
        if waiting.is_some() {
            return Ok(waiting);
        }
        let mut select = self.connection().prepare_cached("SELECT id FROM orders WHERE provider_order = ?1")?;
        Ok(select.query_row([provider_order], |row| row.get(0)).optional()?.map(OrderId))
    }

    /// Writes an order; in a batch together with others.
    pub fn insert_order(&mut self, order: &Order) -> Result<()> {
        let operation = self.operation_id()?;
        let product = self.product(&order.product)?;
        self.waiting.orders.push([
            order.id.0.into(),
            operation.0.into(),
            order.account.0.into(),
            product.0.into(),
            order.kind.as_str().into(),
            order.provider_order.clone().into(),
            day(order.date).into(),
            order.service_from.map(day).into(),
            order.service_to.map(day).into(),
            order.placement.as_str().into(),
            order.refunds.map(|o| o.0).into(),
        ]);
        self.facts.order(order);
        self.write_waiting()
    }

    /// Writes a charge; in a batch together with others.
    pub fn insert_charge(&mut self, charge: &Charge) -> Result<()> {
        let operation = self.operation_id()?;
        let product = self.product(&charge.product)?;
        self.waiting.charges.push([
            charge.id.0.into(),
            operation.0.into(),
            charge.account.0.into(),
            charge.order.map(|o| o.0).into(),
            product.0.into(),
            charge.charge_month.number().into(),
            day(charge.date).into(),
            charge.list.to_string().into(),
            charge.agreement.map(|a| a.0).into(),
            charge.volume_before.to_string().into(),
            charge.tier.map(|t| t.to_string()).into(),
            charge.discount.millionths().into(),
            charge.payable.minor().into(),
            charge.cost.minor().into(),
            charge.counts.into(),
            charge.cost_counts.into(),
            charge.difference.clone().into(),
            charge.corrects.map(|c| c.0).into(),
            charge.entry.map(|e| e.0).into(),
        ]);
        self.facts.charge(charge);
        self.write_waiting()
    }

    /// Remembers an order list that was imported.
    pub fn insert_order_file(&mut self, sha256: &str, orders: usize) -> Result<()> {
        let operation = self.operation_id()?;
        let orders = i64::try_from(orders).map_err(|_| StoreError::Overflow)?;
        self.connection().execute(
            "INSERT INTO order_file (sha256, operation_id, orders) VALUES (?1, ?2, ?3)",
            params![sha256, operation.0, orders],
        )?;
        self.log_change("order-file", sha256, None, &orders)
    }
}
