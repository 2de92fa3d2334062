//! Orders: recorded one by one, imported as lists, refunded.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::operation::{AccountInGroup, not_negative, positive, unknown};
use super::price::list_price_notice;
use super::pricing::{OrderToPrice, Prices as _};
use super::true_up::TrueUpReturned;
use super::{Operation, Result, UseCase, handover, reach, settlement};
use crate::domain::account::{Account, Mode, Model};
use crate::domain::agreement::ChargeKind;
use crate::domain::code::Code;
use crate::domain::coupon::{Bearer, Coupon, CouponKind, CouponRequest, UsedCoupon, paid_by_voucher};
use crate::domain::id::{EntryId, OrderId};
use crate::domain::journal::Note;
use crate::domain::money::{Amount, Currency, Exact, Money};
use crate::domain::operator::Reach;
use crate::domain::order::{Charge, Cost, Order, OrderKind, OrderRequest, Placement};
use crate::domain::period::{Month, OpenDate};
use crate::domain::policy::PoolCheck;
use crate::domain::price::{Price, Volume};
use crate::domain::progress::Watch;
use crate::domain::refund::{Asked, Refundable, UnusedTime};
use crate::domain::refusal::{Notice, Noun, Refusal};
use crate::domain::role::Permission;
use crate::domain::rules;
use crate::domain::true_up::TieredCharge;
use crate::domain::usage::Original;
use crate::store::{ClearedBy, OrderFilter, OrderRow, Reader, Scope};

/// Up to how many orders a list hands back one by one; of a larger one it hands back the totals.
pub const ROWS_KEPT: usize = 10_000;

/// How many notices of a list are told.
const NOTICES_TOLD: usize = 20;

/// How many refused lines of a list are told; the rest is counted.
const LINES_TOLD: usize = 100;

/// Records one order.
#[derive(Clone, Debug)]
pub struct RecordOrder(pub OrderRequest);

/// Records an order list: all of it, or nothing.
pub struct ImportOrders<'a> {
    /// The file, as it was typed.
    pub file: String,
    /// SHA-256 of its content.
    pub sha256: String,
    /// The orders, each with its line number.
    pub orders: Vec<(u64, OrderRequest)>,
    /// How many rows of the list were left out, because nothing is owed for them.
    pub not_paid: u64,
    /// Who watches.
    pub watch: &'a dyn Watch,
}

/// Refunds an order, wholly or in part, at the price that was paid.
#[derive(Clone, Debug)]
pub struct RefundOrder {
    /// The order, as it was typed: `o-17`, or the provider's number.
    pub order: String,
    /// What the customer gets back, in major units; all that is left when `None`.
    pub amount: Option<Exact>,
    /// The provider's number of the refund.
    pub provider_order: String,
    /// The first day from which the service is not used any more: what is given back is worked out from it.
    pub unused_from: Option<NaiveDate>,
    /// What the provider gives back, in major units; the same share of the expected cost when `None`.
    pub provider_amount: Option<Exact>,
    /// When; today when `None`.
    pub date: Option<NaiveDate>,
}

/// A recorded order or refund, with its price.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderRecorded {
    /// The order.
    pub order: Order,
    /// What it costs.
    pub charge: Charge,
    /// The account's code.
    pub account: Code,
    /// The agreement that priced it.
    pub agreement: Option<Code>,
    /// What all amounts are counted in.
    pub currency: Currency,
    /// What it has used; of a refund, what goes back to the bearer.
    pub coupons: Vec<Coupon>,
    /// What a refund changes in the true-ups of its original.
    pub trued_up: Amount,
    /// How much of the service was not used, where a refund is worked out from that.
    pub unused: Option<UnusedTime>,
    /// What the account may still spend.
    pub available: Amount,
    /// What is worth saying.
    pub notices: Vec<Notice>,
}

/// An imported order list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrdersImported {
    /// The file, as it was typed.
    pub file: String,
    /// The orders, unless there are more than [`ROWS_KEPT`]; none when the file was imported before.
    pub orders: Vec<OrderRecorded>,
    /// What all orders cost the customers, by currency.
    pub payable: BTreeMap<Currency, Amount>,
    /// What is worth saying, the first twenty.
    pub notices: Vec<Notice>,
    /// How many orders the file has.
    pub count: u64,
    /// Whether it was imported before.
    pub already_imported: bool,
}

impl UseCase for RecordOrder {
    const COMMAND: &'static str = "order record";
    const PERMISSION: Permission = Permission::RecordOrders;
    type Outcome = OrderRecorded;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        reach::of_account(reader, &self.0.account, self.0.date, today)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<OrderRecorded> {
        record(operation, self.0)
    }
}

impl UseCase for ImportOrders<'_> {
    const COMMAND: &'static str = "order import";
    const PERMISSION: Permission = Permission::RecordOrders;
    const IS_BATCH: bool = true;
    type Outcome = OrdersImported;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        reach::of_listed(reader, self.orders.iter().map(|(_, order)| (order.account.as_str(), order.date)), today)
    }

    /// Orders are recorded by date, then in file order. Every refused line is named; one refused line refuses the file.
    fn run(mut self, operation: &mut Operation<'_>) -> Result<OrdersImported> {
        if let Some(count) = operation.reader().order_file(&self.sha256)? {
            return Ok(OrdersImported {
                file: self.file,
                orders: vec![],
                payable: BTreeMap::new(),
                notices: vec![],
                count,
                already_imported: true,
            });
        }
        let today = operation.today();
        self.orders.sort_by_key(|(_, order)| order.date.unwrap_or(today));
        let total = self.orders.len();
        let (mut recorded, mut refused, mut count) = (Vec::new(), Vec::new(), 0_u64);
        let mut payable: BTreeMap<Currency, Amount> = BTreeMap::new();
        let mut notices: Vec<Notice> = Vec::new();
        if self.not_paid > 0 {
            notices.push(Notice::OrdersNotPaid { count: self.not_paid });
        }
        for (done, (line, order)) in (1..).zip(self.orders) {
            match record(operation, order) {
                Ok(order) => {
                    let sum = payable.entry(order.currency).or_default();
                    *sum = sum.plus(order.charge.payable)?;
                    for notice in &order.notices {
                        if notices.len() < NOTICES_TOLD && !notices.contains(notice) {
                            notices.push(notice.clone());
                        }
                    }
                    if total <= ROWS_KEPT {
                        recorded.push(order);
                    }
                }
                Err(super::Error::Refused(refusal)) => {
                    count += 1;
                    refused.push((line, *refusal));
                }
                Err(other) => return Err(other),
            }
            if done % 1000 == 0 {
                self.watch.advance(done, Some(total as u64));
            }
        }
        if count > 0 {
            refused.sort_by_key(|(line, _)| *line);
            refused.truncate(LINES_TOLD);
            return Err(Refusal::OrderLines { file: self.file, lines: refused, count }.into());
        }
        operation.writer().insert_order_file(&self.sha256, total)?;
        Ok(OrdersImported { file: self.file, orders: recorded, payable, notices, count: total as u64, already_imported: false })
    }
}

pub(super) fn record(operation: &mut Operation<'_>, request: OrderRequest) -> Result<OrderRecorded> {
    record_of(operation, request, None)
}

/// What a bill charges late: it is recorded in an open month, at the price that was valid then.
pub(super) struct Then {
    /// The closed month that it is charged for.
    pub(super) charge_month: Month,
    /// A day of that month, whose agreement and volume price it where there is no original.
    pub(super) day: NaiveDate,
    /// The order that it corrects, whose price it has.
    pub(super) original: Option<Original>,
}

/// Records an order that a bill charges late. Its cost is what the request says that the provider bills.
pub(super) fn record_late(operation: &mut Operation<'_>, request: OrderRequest, then: Then) -> Result<OrderRecorded> {
    record_of(operation, request, Some(then))
}

/// The price and the cost: as of an order's own day, or as of then.
fn priced(
    operation: &mut Operation<'_>,
    of: &AccountInGroup,
    asked: OrderToPrice<'_>,
    date: NaiveDate,
    then: Option<&Then>,
) -> Result<(Price, Option<Cost>)> {
    match then {
        None => operation.priced(of, asked, date),
        Some(Then { original: None, day, .. }) => operation.priced(of, asked, *day),
        Some(Then { original: Some(original), .. }) => {
            let cost = asked.provider_amount.map(|expected| Cost { expected, counts: original.charge.cost_counts });
            let expected = cost.map(|cost| cost.expected).unwrap_or_default();
            Ok((original.price(asked.list, expected, of.account.model, of.group.currency)?, cost))
        }
    }
}

fn record_of(operation: &mut Operation<'_>, request: OrderRequest, then: Option<Then>) -> Result<OrderRecorded> {
    let date = request.date.unwrap_or_else(|| operation.today());
    let of = operation.account_on(&request.account, then.as_ref().map_or(date, |then| then.day))?;
    let (account, currency) = (&of.account, of.group.currency);
    match request.placement {
        Placement::Planned => account.require_active()?,
        _ => account.require_was_active()?,
    }
    account.require_dated_since(date)?;
    let effective = operation.effective(Some(date))?;
    if request.placement == Placement::Planned {
        account.require_may_buy(request.kind)?;
    }
    let frozen = super::upstream::require_not_frozen(operation, account, request.placement)?;
    let overdue = settlement::overdue_check(operation, &of, request.kind, request.placement)?;
    handover::require_none_open(operation, &of, request.placement)?;
    if let (Some(from), Some(to)) = (request.service_from, request.service_to)
        && to < from
    {
        return Err(Refusal::ServiceEndsBeforeStart { from, to }.into());
    }
    let list = Exact::from_amount(not_negative(request.list_price, currency)?.amount, currency);
    require_new(operation, &request.provider_order)?;
    let provider_amount = request.provider_amount.map(|amount| not_negative(amount, currency)).transpose()?.map(|m| m.amount);
    let kind = ChargeKind::of(request.kind).expect("a refund is not recorded as an order");
    let coupons = coupons(&request.coupons, currency)?;
    let asked = OrderToPrice { product: &request.product, kind, list, provider_amount, coupons: &coupons };
    let (price, cost) = priced(operation, &of, asked, date, then.as_ref())?;
    let by_voucher = paid_by_voucher(&coupons)?;
    let cost = cost.ok_or(Refusal::NoPurchaseAgreement { currency, date })?;
    if request.placement == Placement::Planned {
        operation.standing_from(&of, date)?.require_available(&account.code, price.payable.minus(by_voucher)?, currency)?;
    }
    let weighed = operation.weigh(&of, price.payable, request.placement, date)?;
    let uncovered = pool_cover(operation, &of, cost.expected, request.placement, date)?;
    let entry = operation.post(rules::charge(effective, &of.party(effective), price.payable, cost.expected))?;
    let order = Order {
        id: operation.writer().next_order()?,
        account: account.id,
        product: request.product,
        kind: request.kind,
        provider_order: request.provider_order,
        date,
        service_from: request.service_from,
        service_to: request.service_to,
        placement: request.placement,
        refunds: None,
    };
    let mut charge = Charge::priced(
        operation.writer().next_charge()?,
        account.id,
        Some(order.id),
        order.product.clone(),
        then.as_ref().map_or(Month::of(date), |then| then.charge_month),
        date,
        &price,
        cost,
        entry,
    );
    let original = then.and_then(|then| then.original);
    charge.corrects = original.as_ref().map(|original| original.charge.id);
    operation.writer().insert_order(&order)?;
    operation.writer().insert_charge(&charge)?;
    // A correction counts on the day of what it corrects.
    add_volumes(operation, account, &charge, original.map_or(date, |original| original.charge.date))?;
    for coupon in coupons.iter().copied() {
        let entry = match coupon.kind {
            CouponKind::Coupon => None,
            CouponKind::Voucher => pay_by_voucher(operation, &of, coupon.amount, coupon.bearer, &order.provider_order, effective)?,
        };
        operation.writer().insert_coupon(&UsedCoupon { order: order.id, coupon, entry })?;
    }
    let standing = operation.standing(&of, date)?;
    let mut notices = match account.model {
        Model::Resale => list_price_notice(&price, &of.group.code),
        Model::Agency => vec![],
    };
    notices.extend(frozen.into_iter().chain(overdue).chain(uncovered));
    notices.extend(operation.count(weighed)?);
    let arrears = standing.arrears()?;
    if arrears.is_positive() {
        let arrears = Money::new(arrears, currency);
        notices.push(Notice::Arrears { account: account.code.clone(), arrears });
    }
    Ok(OrderRecorded {
        order,
        charge,
        account: account.code.clone(),
        agreement: price.agreement_name,
        currency,
        coupons,
        trued_up: Amount::ZERO,
        unused: None,
        available: standing.available()?,
        notices,
    })
}

/// Posts what a voucher pays; below zero, what goes back to its bearer.
fn pay_by_voucher(
    operation: &mut Operation<'_>,
    of: &AccountInGroup,
    amount: Amount,
    bearer: Bearer,
    provider_order: &str,
    date: OpenDate,
) -> Result<Option<EntryId>> {
    let paid = rules::voucher(date, &of.party(date), amount, bearer);
    let note = Note { reference: Some(provider_order.to_owned()), remark: None };
    operation.post(paid.map(|entry| entry.map(|entry| entry.with_note(note))))
}

/// Coupons in minor units, at most one of each kind.
pub(super) fn coupons(asked: &[CouponRequest], currency: Currency) -> Result<Vec<Coupon>> {
    let coupon = |asked: &CouponRequest| {
        let amount = positive(asked.amount, currency)?.amount;
        Ok(Coupon { kind: asked.kind, bearer: asked.bearer, amount })
    };
    asked.iter().map(coupon).collect()
}

/// Looks whether the agent's pool covers an order for which the agent pays, where the policy asks for that.
fn pool_cover(
    operation: &mut Operation<'_>,
    of: &AccountInGroup,
    cost: Amount,
    placement: Placement,
    date: NaiveDate,
) -> Result<Option<Notice>> {
    let check = operation.policy()?.pool_check;
    if check == PoolCheck::Off || of.account.mode.on(date) != Mode::AgentPays || !cost.is_positive() {
        return Ok(None);
    }
    let currency = of.group.currency;
    let available = super::pool::standing(operation, currency)?.available()?;
    if cost <= available {
        return Ok(None);
    }
    let (needed, available) = (Money::new(cost, currency), Money::new(available, currency));
    match (check, placement) {
        (PoolCheck::Refuse, Placement::Planned) => {
            Err(Refusal::PoolUncovered { account: of.account.code.clone(), needed, available }.into())
        }
        _ => Ok(Some(Notice::PoolUncovered { needed, available })),
    }
}

/// Refuses an order number that the book has already.
pub(super) fn require_new(operation: &mut Operation<'_>, provider_order: &str) -> Result<()> {
    match operation.writer().order_of(provider_order)? {
        None => Ok(()),
        Some(order) => Err(Refusal::OrderDuplicate { provider_order: provider_order.to_owned(), order }.into()),
    }
}

/// Adds a charge to the volumes of its group and of the agent, on the day whose window it belongs to.
pub(super) fn add_volumes(operation: &mut Operation<'_>, account: &Account, charge: &Charge, day: NaiveDate) -> Result<()> {
    let of = operation.account_on(account.code.as_str(), day)?;
    let (group, currency) = (&of.group, of.group.currency);
    let volume = |payable| Volume { list: charge.list, payable: Exact::from_amount(payable, currency) };
    if charge.counts {
        operation.writer().add_volume(Scope::Sale(group.id), currency, day, volume(charge.payable))?;
        for agreement in operation.sale_agreements(group.id)?.iter().filter(|a| a.members.contains(&charge.account)) {
            operation.writer().add_volume(Scope::of(agreement), currency, day, volume(charge.payable))?;
        }
    }
    if charge.cost_counts {
        operation.writer().add_volume(Scope::Purchase, currency, day, volume(charge.cost))?;
    }
    Ok(())
}

impl UseCase for RefundOrder {
    const COMMAND: &'static str = "order refund";
    const PERMISSION: Permission = Permission::RecordOrders;
    type Outcome = OrderRecorded;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        let original = find(reader, &self.order)?;
        Ok(reach::of(&reader.account(original.account)?, Some(original.date), today))
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<OrderRecorded> {
        let original = find(operation.reader(), &self.order)?;
        // Of nothing paid, the sign of the charge does not tell.
        if original.refunds.is_some() {
            return Err(Refusal::RefundOfRefund { order: original.id }.into());
        }
        let paid = operation.reader().charge_of(original.id)?;
        let of = {
            let account = operation.reader().account(original.account)?;
            operation.account_on(account.code.as_str(), original.date)?
        };
        let currency = of.group.currency;
        let date = self.date.unwrap_or_else(|| operation.today());
        let effective = operation.effective(Some(date))?;
        if date < original.date {
            return Err(Refusal::RefundBeforeOrder { order: original.id, date, ordered: original.date }.into());
        }
        require_new(operation, &self.provider_order)?;
        let TieredCharge { trued_up, voucher: by_voucher, .. } = operation.reader().tiered_charge(original.id)?;
        let left = Refundable {
            order: original.id,
            charge: &paid,
            before: operation.reader().paid_back(original.id)?,
            trued_up,
            voucher: by_voucher.map_or(Amount::ZERO, |(_, amount)| amount),
            model: of.account.model,
            currency,
        };
        let unused = match self.unused_from {
            Some(from) => Some(UnusedTime::of(&original, left.money_for_all()?, from)?),
            None => None,
        };
        let asked = match (unused, self.amount) {
            (Some(unused), _) => Asked::Unused(unused),
            (None, Some(amount)) => Asked::Money(positive(amount, currency)?.amount),
            (None, None) => Asked::All,
        };
        let provider_amount = self.provider_amount.map(|amount| not_negative(amount, currency)).transpose()?.map(|m| m.amount);
        let back = left.refund(asked, provider_amount)?;
        let weighed = operation.weigh(&of, back.payable.negated()?, Placement::Placed, date)?;
        // First what the customer has got already for it and what it has not paid itself, so that they lower what is given back.
        let returned = TrueUpReturned::post(operation, &of, &original, back.trued_up, effective)?;
        let voucher = by_voucher.filter(|_| back.voucher.is_positive()).map(|(bearer, _)| Coupon {
            kind: CouponKind::Voucher,
            bearer,
            amount: back.voucher,
        });
        let by_bearer = match voucher {
            Some(voucher) => {
                pay_by_voucher(operation, &of, voucher.amount.negated()?, voucher.bearer, &self.provider_order, effective)?
            }
            None => None,
        };
        let (party, owed) = operation.money_back(&of, effective)?;
        let entry = operation.post(rules::refund(effective, &party, back.payable, owed, back.cost))?;
        let order = Order {
            id: operation.writer().next_order()?,
            account: original.account,
            product: original.product.clone(),
            kind: OrderKind::Refund,
            provider_order: self.provider_order,
            date,
            service_from: None,
            service_to: None,
            placement: Placement::Placed,
            refunds: Some(original.id),
        };
        let charge = Charge {
            id: operation.writer().next_charge()?,
            order: Some(order.id),
            charge_month: Month::of(date),
            date,
            list: Exact::ZERO.minus(back.list)?,
            payable: back.payable.negated()?,
            cost: back.cost.negated()?,
            entry,
            ..paid
        };
        operation.writer().insert_order(&order)?;
        operation.writer().insert_charge(&charge)?;
        returned.keep(operation, &charge)?;
        if let Some(coupon) = voucher {
            operation.writer().insert_coupon(&UsedCoupon { order: order.id, coupon, entry: by_bearer })?;
        }
        operation.count(weighed)?;
        // A refund reduces the volume of the window in which the original was bought.
        add_volumes(operation, &of.account, &charge, original.date)?;
        let agreement = operation.reader().order_row(original.id)?.agreement;
        let available = operation.standing(&of, date)?.available()?;
        let account = of.account.code.clone();
        Ok(OrderRecorded {
            order,
            charge,
            account,
            agreement,
            currency,
            coupons: voucher.into_iter().collect(),
            trued_up: back.trued_up,
            unused,
            available,
            notices: vec![],
        })
    }
}

/// The order of `o-17` or of the provider's number.
pub fn find(reader: Reader<'_>, name: &str) -> Result<Order> {
    reader.order_by_name(name.trim())?.ok_or_else(|| unknown(Noun::Order, name, &[]).into())
}

/// An order with its price, and what accepted bills have settled of it.
#[derive(Clone, Debug)]
pub struct OrderShown {
    /// The order.
    pub row: OrderRow,
    /// By month of the bill, rising.
    pub cleared: Vec<ClearedBy>,
    /// The order of a closed month that a late charge corrects.
    pub corrects: Option<OrderId>,
}

/// Shows an order with its price.
pub fn show(reader: Reader<'_>, name: &str) -> Result<OrderShown> {
    let order = find(reader, name)?;
    let row = reader.order_row(order.id)?;
    let cleared = reader.cleared_by(row.charge.id)?;
    let corrects = row.charge.corrects.map(|charge| reader.order_of_charge(charge)).transpose()?.flatten();
    Ok(OrderShown { row, cleared, corrects: corrects.map(|order| order.id) })
}

/// Lists orders, by date.
pub fn list(reader: Reader<'_>, account: Option<&str>, period: Option<Month>, as_of: Option<NaiveDate>) -> Result<Vec<OrderRow>> {
    let account = match account {
        Some(name) => Some(super::operation::find_account(reader, name)?.id),
        None => None,
    };
    Ok(reader.orders(&OrderFilter { account, period, until: as_of })?)
}
