//! Closing a month: usage charged, tiers trued up, the bill accepted, statements frozen, a receipt kept. All in one operation.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::operation::AccountInGroup;
use super::pricing::Prices as _;
use super::reconcile::{self, Reconciled, Run};
use super::true_up::true_up;
use super::usage::{self, Owners};
use super::{Operation, Result, UseCase};
use crate::domain::acceptance::{ChargedNow, Clearing, ClearingRule, PaidAlready, accept};
use crate::domain::account::Model;
use crate::domain::agreement::ChargeKind;
use crate::domain::chain;
use crate::domain::chart::LedgerAccount;
use crate::domain::close::{Blocker, FrozenStatement, LedgerTotal, RECEIPT_FORM, Readiness, Receipt, ReceiptBill, blockers};
use crate::domain::difference::{Difference, DifferenceState, Resolution};
use crate::domain::finality::Finality;
use crate::domain::id::ChargeId;
use crate::domain::matching::{Match, MatchRule};
use crate::domain::money::{Amount, Currency, Exact};
use crate::domain::order::{Charge, Cost, DecisionCharge};
use crate::domain::period::{Month, OpenDate, PeriodState};
use crate::domain::refusal::Refusal;
use crate::domain::role::Permission;
use crate::domain::rules;
use crate::domain::usage::PricedUsage;
use crate::store::{BillVersion, Reader, StoreError};

/// Closes a month.
#[derive(Clone, Debug)]
pub struct ClosePeriod {
    /// The month.
    pub period: Month,
    /// Whether it may close without a bill though accounts were active.
    pub without_bill: bool,
}

/// A closed month.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PeriodClosed {
    /// What it was closed with.
    pub receipt: Receipt,
    /// SHA-256 of the receipt's bytes.
    pub receipt_sha256: String,
    /// Whether it was closed before.
    pub already: bool,
}

impl UseCase for ClosePeriod {
    const COMMAND: &'static str = "period close";
    const PERMISSION: Permission = Permission::CloseMonths;
    type Outcome = PeriodClosed;

    fn run(self, operation: &mut Operation<'_>) -> Result<PeriodClosed> {
        let period = self.period;
        if let Some(closed) = already_closed(operation, period)? {
            return Ok(closed);
        }
        let reconciled = match operation.reader().bill(period)? {
            Some(_) => Some(reconcile::run(operation, period)?),
            None => None,
        };
        let blocking = blocking(operation, period, reconciled.as_ref().map(|run| &run.reconciled), self.without_bill)?;
        if !blocking.is_empty() {
            return Err(Refusal::CloseBlocked { period, blockers: blocking }.into());
        }
        close(operation, period, reconciled)
    }
}

/// The receipt of a month that is closed already.
pub(super) fn already_closed(operation: &Operation<'_>, period: Month) -> Result<Option<PeriodClosed>> {
    if operation.closed_through().state(period) != PeriodState::Closed {
        return Ok(None);
    }
    let Some((receipt, receipt_sha256)) = receipt(operation.reader(), period)? else {
        // It had nothing of its own, and closed along with a later month.
        let first_open = operation.closed_through().0.map_or(period, Month::next);
        return Err(Refusal::PeriodClosed { period, first_open }.into());
    };
    Ok(Some(PeriodClosed { receipt, receipt_sha256, already: true }))
}

/// Everything that keeps a month from closing.
pub(super) fn blocking(
    operation: &Operation<'_>,
    period: Month,
    reconciled: Option<&Reconciled>,
    without_bill: bool,
) -> Result<Vec<Blocker>> {
    let reader = operation.reader();
    let bill = reader.bill(period)?;
    let (stated_total, rejected_lines) = bill.as_ref().map_or((None, 0), |bill| (bill.stated, bill.rejected));
    let bill = bill.zip(reconciled).map(|(bill, reconciled)| (bill.finality, reconciled.currency, reconciled.bridge.clone()));
    let open_differences = reconciled.map(|reconciled| still_to_do(&reconciled.differences)).transpose()?.unwrap_or_default();
    let readiness = Readiness {
        earlier_open: earlier_open(reader, operation, period)?,
        anything_happened: reader.months()?.contains(&period),
        is_over: operation.today() > period.last_day(),
        active_accounts: active_accounts(reader, period)?,
        without_bill,
        open_orders: reader.open_order_count(period.last_day())?,
        other_currency_orders: match reconciled {
            Some(reconciled) => reader.open_order_count_beside(period.last_day(), reconciled.currency)?,
            None => 0,
        },
        bill,
        stated_total,
        rejected_lines,
        open_differences,
    };
    Ok(blockers(&readiness)?)
}

/// The differences that keep a month from closing, and the sum of their sizes.
fn still_to_do(differences: &[Difference]) -> Result<(u64, Exact)> {
    let mut open = (0, Exact::ZERO);
    for difference in differences.iter().filter(|d| d.blocks_the_close()) {
        open = (open.0 + 1, open.1.plus(difference.size()?)?);
    }
    Ok(open)
}

/// How many accounts the provider can have billed in a month.
fn active_accounts(reader: Reader<'_>, period: Month) -> Result<u64> {
    let last_day = period.last_day();
    Ok(reader.accounts()?.iter().filter(|account| account.is_charged_on(last_day)).count() as u64)
}

/// The earliest open month before `period` that has a bill, orders without an accepted one, or anything else while accounts were
/// active: it must close first. Months before any account, in which only money moved, close along with the next one.
fn earlier_open(reader: Reader<'_>, operation: &Operation<'_>, period: Month) -> Result<Option<Month>> {
    let is_open = |month: &Month| *month < period && operation.closed_through().state(*month) == PeriodState::Open;
    let order = reader.earliest_open_order()?.map(Month::of);
    let bills = reader.bills()?.into_iter().filter(|bill| !bill.dropped).map(|bill| bill.period);
    let mut months: Vec<Month> = bills.chain(order).filter(is_open).collect();
    for month in reader.months()?.into_iter().filter(is_open) {
        if active_accounts(reader, month)? > 0 {
            months.push(month);
        }
    }
    Ok(months.into_iter().min())
}

/// Closes a month that nothing blocks any more, and before it the earlier months in which only money moved: each gets its own
/// statements and receipt, in order.
pub(super) fn close(operation: &mut Operation<'_>, period: Month, run: Option<Run>) -> Result<PeriodClosed> {
    let is_open = |month: &Month| *month < period && operation.closed_through().state(*month) == PeriodState::Open;
    let earlier: Vec<Month> = operation.reader().months()?.into_iter().filter(is_open).collect();
    for month in earlier {
        close_one(operation, month, None)?;
    }
    close_one(operation, period, run)
}

/// Posts, freezes and keeps the receipt.
fn close_one(operation: &mut Operation<'_>, period: Month, run: Option<Run>) -> Result<PeriodClosed> {
    let date = operation.closed_through().open(period.last_day())?;
    let bill = operation.reader().bill(period)?;
    let mut receipt = Receipt {
        form: RECEIPT_FORM.to_owned(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        period,
        bill: None,
        recorded: Exact::ZERO,
        classes: BTreeMap::new(),
        usage_charges: 0,
        true_ups: BTreeMap::new(),
        ledger: vec![],
        statements: vec![],
        audit_head: chain::hex(&operation.reader().audit_head()?.1),
    };
    if let (Some(bill), Some(run)) = (bill, run) {
        let usage = charge_usage(operation, &bill, date)?;
        receipt.usage_charges = usage.charges;
        receipt.recorded = run.matched.bridge.recorded;
        receipt.classes.clone_from(&run.matched.bridge.classes);
        let payable = accept_bill(operation, &bill, &run, usage.charged, date)?;
        let files = operation.reader().bill_files(bill.id)?;
        receipt.bill = Some(ReceiptBill {
            version: bill.version,
            sha256: files.into_iter().map(|file| file.sha256).collect(),
            currency: bill.currency,
            lines: bill.totals.lines,
            billed: bill.totals.payable,
            payable,
        });
    }
    let groups = operation.reader().groups()?;
    for trued_up in true_up(operation, &groups, date, false)? {
        let sum = receipt.true_ups.entry(trued_up.currency).or_default();
        *sum = sum.plus(trued_up.change)?;
    }
    // Statements and the receipt read balances as the file has them.
    operation.writer().flush_balances()?;
    receipt.statements = freeze_statements(operation, period)?;
    receipt.ledger = ledger_totals(operation.reader(), period)?;
    let content = serde_json::to_string(&receipt).expect("a receipt has text keys only");
    let receipt_sha256 = chain::sha256_hex(content.as_bytes());
    operation.writer().insert_receipt(period, &content, &receipt_sha256)?;
    operation.writer().close_period(period)?;
    Ok(PeriodClosed { receipt, receipt_sha256, already: false })
}

struct UsageCharged {
    charges: u64,
    charged: ChargedNow,
}

fn charge_usage(operation: &mut Operation<'_>, bill: &BillVersion, date: OpenDate) -> Result<UsageCharged> {
    let owners = Owners::load(operation.reader(), bill.currency)?;
    let mut charged = UsageCharged { charges: 0, charged: ChargedNow::default() };
    for (group, usage) in usage::by_group(operation.reader(), bill, &owners)? {
        let group = operation.reader().group(group)?;
        charged.charged.rounding_lines = charged.charged.rounding_lines.plus(usage.rounding_lines)?;
        let priced = usage::price_group(operation, &group, bill.period, usage, &[])?;
        for usage in priced {
            let of = operation.account(usage.usage.account_code.as_str())?;
            let charge = charge_one(operation, &of, &usage, date)?;
            let (cleared, billed) = (usage.cost, usage.usage.billed);
            let clearing = Clearing { charge, rule: ClearingRule::Usage, cleared, settles: true, billed };
            operation.writer().insert_clearing(bill, &clearing)?;
            charged.charges += 1;
            charged.charged.cost = charged.charged.cost.plus(cleared)?;
            charged.charged.billed = charged.charged.billed.plus(billed)?;
        }
    }
    Ok(charged)
}

fn charge_one(operation: &mut Operation<'_>, of: &AccountInGroup, priced: &PricedUsage, date: OpenDate) -> Result<ChargeId> {
    let counts = operation.cost_counts(of.group.currency, &priced.usage.product, ChargeKind::Usage, date.date())?;
    let entry = operation.post(rules::usage(date, &of.party(date), priced.price.payable, priced.cost))?;
    let mut charge = Charge::priced(
        operation.writer().next_charge()?,
        of.account.id,
        None,
        priced.usage.product.clone(),
        priced.usage.charge_month,
        date.date(),
        &priced.price,
        Cost { expected: priced.cost, counts },
        entry,
    );
    charge.corrects = priced.corrects;
    operation.writer().insert_charge(&charge)?;
    super::order::add_volumes(operation, &of.group, &charge, priced.counts_on(Month::of(date.date())))?;
    Ok(charge.id)
}

/// Accepts the bill into `payable`, and settles what it is about. Returns what is payable.
fn accept_bill(operation: &mut Operation<'_>, bill: &BillVersion, run: &Run, usage: ChargedNow, date: OpenDate) -> Result<Amount> {
    debug_assert_eq!(bill.finality, Finality::Final);
    let coupons = charge_coupons(operation, bill, run, date)?;
    let charged = ChargedNow { cost: usage.cost.plus(coupons)?, ..usage };
    let mut kept = Ok(());
    let (accepted, disputed) = accept(&run.matched, run.rows(), charged, bill.currency, |clearing| {
        if kept.is_ok() {
            kept = operation.writer().insert_clearing(bill, &clearing);
        }
    })?;
    kept?;
    let by_id: HashMap<&str, &Difference> = run.rows().map(|row| (row.id.as_str(), row)).collect();
    for now in disputed {
        let row = by_id[now.difference.as_str()];
        let disputed = Difference { disputed: now.amount, ..row.clone() };
        operation.writer().save_difference(Some(row), &disputed)?;
    }
    for credit in &run.matched.credits {
        let Some(before) = operation.reader().difference(&credit.difference)? else { continue };
        let after = Difference {
            disputed: before.disputed.plus(credit.amount)?,
            state: DifferenceState::Resolved,
            resolution: Some(Resolution::Credited),
            ..before.clone()
        };
        operation.writer().save_difference(Some(&before), &after)?;
    }
    operation.post(rules::bill_accepted(date, bill.currency, &accepted))?;
    pay_already(operation, bill, run, date)?;
    Ok(accepted.payable)
}

/// Posts what vouchers and stored-value cards have paid of a bill.
fn pay_already(operation: &mut Operation<'_>, bill: &BillVersion, run: &Run, date: OpenDate) -> Result<()> {
    let vouchers = operation.reader().vouchers_of_the_provider()?;
    let settled = run.matched.matches().filter(|found| found.settles);
    let recorded = Amount::sum(settled.filter_map(|found| vouchers.get(&found.charge).copied()))?;
    let paid = PaidAlready::of(&bill.totals, recorded, bill.currency)?;
    let sources = [(LedgerAccount::incentives(bill.currency), paid.by_voucher), (LedgerAccount::pool(bill.currency), paid.by_card)];
    for (from, amount) in sources.into_iter().filter(|(_, amount)| !amount.is_zero()) {
        operation.post(rules::pay_provider(date, from, amount))?;
    }
    Ok(())
}

/// Coupons that the bill names and the orders did not: they make the orders cost less, and the agent keeps that. Returns what they
/// add to the cost, which is less than nothing.
fn charge_coupons(operation: &mut Operation<'_>, bill: &BillVersion, run: &Run, date: OpenDate) -> Result<Amount> {
    let mut sum = Amount::ZERO;
    let by_coupon: Vec<Match> = run.matched.matches().filter(|found| found.rule == MatchRule::Coupon).collect();
    for found in by_coupon {
        let cost = found.billed.round(bill.currency)?.minus(found.cleared)?;
        let order = operation.reader().charge(found.charge)?;
        let account = operation.reader().account(order.account)?;
        let of = operation.account(account.code.as_str())?;
        let entry = operation.post(rules::coupon_found(date, &of.party(date), cost))?;
        let id = operation.writer().next_charge()?;
        let payable = if account.model == Model::Agency { cost } else { Amount::ZERO };
        let charge = Charge::from(DecisionCharge {
            id,
            account: account.id,
            product: order.product,
            difference: format!("coupon/{}", order.id.0),
            charge_month: bill.period,
            date: date.date(),
            payable,
            cost,
            entry,
        });
        operation.writer().insert_charge(&charge)?;
        let billed = Exact::from_amount(cost, bill.currency);
        let clearing =
            Clearing { charge: id, rule: ClearingRule::Matched(MatchRule::Coupon), cleared: cost, settles: true, billed };
        operation.writer().insert_clearing(bill, &clearing)?;
        sum = sum.plus(cost)?;
    }
    Ok(sum)
}

fn freeze_statements(operation: &mut Operation<'_>, period: Month) -> Result<Vec<FrozenStatement>> {
    let mut frozen = Vec::new();
    for account in operation.reader().accounts()? {
        let statement = super::statement::draw_up(operation.reader(), &account, period)?;
        if statement.is_empty() {
            continue;
        }
        let group = operation.reader().group(account.group)?;
        let kept = super::statement::balance_due(operation.reader(), &account, &group, period.last_day())?;
        if kept != statement.closing {
            return Err(StoreError::Damaged(format!("the statement of {} does not foot to its balance", account.code)).into());
        }
        let content = serde_json::to_string(&statement).expect("a statement has text keys only");
        let sha256 = chain::sha256_hex(content.as_bytes());
        operation.writer().insert_statement(period, account.id, &content, &sha256)?;
        frozen.push(FrozenStatement { account: account.code, closing: statement.closing, sha256 });
    }
    Ok(frozen)
}

/// Every ledger code at the month's last day, over all its owners.
fn ledger_totals(reader: Reader<'_>, period: Month) -> Result<Vec<LedgerTotal>> {
    let mut totals: BTreeMap<(Currency, crate::domain::chart::LedgerCode), Amount> = BTreeMap::new();
    for row in reader.trial_balance(Some(period.last_day()))? {
        let total = totals.entry((row.currency, row.code)).or_default();
        *total = total.plus(row.balance)?;
    }
    let totals = totals.into_iter().map(|((currency, code), balance)| LedgerTotal { code, currency, balance });
    Ok(totals.filter(|total| !total.balance.is_zero()).collect())
}

/// The receipt of a closed month, and the SHA-256 of its bytes.
pub fn receipt(reader: Reader<'_>, period: Month) -> Result<Option<(Receipt, String)>> {
    let Some((content, sha256)) = reader.receipt(period)? else { return Ok(None) };
    let receipt = serde_json::from_str(&content).map_err(|e| StoreError::Damaged(format!("the receipt of {period}: {e}")))?;
    Ok(Some((receipt, sha256)))
}

/// A month as lists show it.
#[derive(Clone, Debug)]
pub struct PeriodView {
    /// The month.
    pub period: Month,
    /// What may still be written in it.
    pub state: PeriodState,
    /// The version of its bill that counts.
    pub bill: Option<BillVersion>,
    /// Differences that somebody has to look at.
    pub open_differences: u64,
    /// SHA-256 of its receipt.
    pub receipt: Option<String>,
}

/// Lists every month in which something happened.
pub fn list(reader: Reader<'_>) -> Result<Vec<PeriodView>> {
    let closed = reader.closed_through()?;
    let mut views = Vec::new();
    for period in reader.months()? {
        let open = reader.differences(Some(period))?.iter().filter(|d| d.state != DifferenceState::Resolved).count();
        views.push(PeriodView {
            period,
            state: closed.state(period),
            bill: reader.bill(period)?,
            open_differences: open as u64,
            receipt: reader.receipt(period)?.map(|(_, sha256)| sha256),
        });
    }
    Ok(views)
}
