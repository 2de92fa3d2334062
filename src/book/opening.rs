//! What a book starts with: imported once, before anything else.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::operation::{AccountInGroup, exactly, find_group, not_negative};
use super::order::{add_volumes, require_new};
use super::pricing::{OrderToPrice, Prices as _};
use super::{Error, Operation, Result, UseCase};
use crate::domain::account::{Mode, Model};
use crate::domain::agreement::ChargeKind;
use crate::domain::bill::{PROBLEMS_SHOWN, Problems};
use crate::domain::chart::{LedgerAccount, LedgerCode};
use crate::domain::code::Code;
use crate::domain::id::{EntryId, GroupId};
use crate::domain::journal::{Entry, Note, Unbalanced};
use crate::domain::money::{Amount, Currency, Exact, Money};
use crate::domain::opening::{BalanceOf, OpenOrder, Opening, OpeningFact, OpeningLine};
use crate::domain::order::{Charge, Cost, Order, Placement};
use crate::domain::period::{Month, OpenDate, PeriodState};
use crate::domain::price::Volume;
use crate::domain::rate::Discount;
use crate::domain::refusal::Refusal;
use crate::domain::role::Permission;
use crate::domain::rules;
use crate::store::{RecordedSoFar, Scope};

/// Imports what the book starts with: all of it, or nothing.
#[derive(Debug)]
pub struct ImportOpening {
    /// The file, as it was typed.
    pub file: String,
    /// SHA-256 of its content.
    pub sha256: String,
    /// The day of the opening; today when `None`.
    pub date: Option<NaiveDate>,
    /// The lines that can be read.
    pub lines: Vec<OpeningLine>,
    /// What is wrong with the others.
    pub problems: Problems,
}

/// What the book started with, of one ledger code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningTotal {
    /// The line of the chart.
    pub code: LedgerCode,
    /// What it is counted in.
    pub currency: Currency,
    /// Debits less credits, over all owners.
    pub balance: Amount,
}

/// The open orders of one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenOrders {
    /// How many.
    pub count: u64,
    /// What the customers were charged.
    pub payable: Amount,
    /// What the provider is expected to bill.
    pub cost: Amount,
}

/// The volume that a group, or the agent, starts with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningReached {
    /// The group; `None` for the agent at the provider.
    pub group: Option<Code>,
    /// What it is counted in.
    pub currency: Currency,
    /// At list price, open orders included.
    pub list: Exact,
    /// After discounts, open orders included.
    pub payable: Exact,
}

/// An imported opening.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpeningImported {
    /// The file, as it was typed.
    pub file: String,
    /// Its day.
    pub date: NaiveDate,
    /// How many balances it has.
    pub balances: u64,
    /// How many volumes it has.
    pub volumes: u64,
    /// How many open orders it has.
    pub orders: u64,
    /// What was posted, by currency and the chart's order; nothing when the file was imported before.
    pub ledger: Vec<OpeningTotal>,
    /// The open orders, by currency.
    pub open_orders: BTreeMap<Currency, OpenOrders>,
    /// The volumes, the agent's first.
    pub reached: Vec<OpeningReached>,
    /// Whether it was imported before.
    pub already_imported: bool,
}

impl UseCase for ImportOpening {
    const COMMAND: &'static str = "opening import";
    const PERMISSION: Permission = Permission::MoveMoney;
    const IS_BATCH: bool = true;
    type Outcome = OpeningImported;

    /// Open orders come last, by date, then in file order: an expected cost counts the volumes of the file, and of the orders
    /// before. Every bad line is named; one of them refuses the file.
    fn run(mut self, operation: &mut Operation<'_>) -> Result<OpeningImported> {
        if let Some(opening) = operation.reader().opening()? {
            return imported_before(self.file, &self.sha256, &opening);
        }
        let there = operation.reader().recorded_so_far()?;
        if there != RecordedSoFar::default() {
            let RecordedSoFar { entries, orders, bills } = there;
            return Err(Refusal::OpeningNotFirst { entries, orders, bills }.into());
        }
        let date = operation.open_day(self.date)?;
        let today = operation.today();
        if date.date() > today {
            return Err(Refusal::OpeningNotYet { date: date.date(), today }.into());
        }
        let own_currency = operation.reader().agent()?.currency;
        let mut importing = Importing { operation, date, own_currency, first: HashMap::new(), sums: Sums::default() };
        self.lines.sort_by_key(|line| line.fact.order_date());
        let (problems, mut count) = self.problems.into_parts();
        let mut refused = Vec::new();
        for line in self.lines {
            let number = line.number;
            match importing.take(line) {
                Ok(()) => {}
                Err(Error::Refused(refusal)) => {
                    count += 1;
                    refused.push((number, *refusal));
                }
                Err(other) => return Err(other),
            }
        }
        if count > 0 {
            refused.sort_by_key(|(line, _)| *line);
            refused.truncate(PROBLEMS_SHOWN);
            return Err(Refusal::OpeningLines { file: self.file, problems, lines: refused, count }.into());
        }
        let Sums { balances, volumes, orders, ledger, open_orders, reached } = importing.sums;
        let opening = Opening {
            operation: operation.writer().operation_id()?,
            sha256: self.sha256,
            date: date.date(),
            balances,
            volumes,
            orders,
        };
        operation.writer().insert_opening(&opening)?;
        // What lies before the opening's month is not this book's; before 1970 there is no month.
        if let Some(before) = Month::from_number(Month::of(date.date()).previous().number()) {
            operation.writer().set_period_state(before, PeriodState::Closed)?;
        }
        let ledger = ledger.into_iter().map(|((currency, code), balance)| OpeningTotal { code, currency, balance });
        let reached = reached.into_iter().map(|((group, currency), Volume { list, payable })| {
            let group = group.map(|(_, code)| code);
            OpeningReached { group, currency, list, payable }
        });
        Ok(OpeningImported {
            file: self.file,
            date: date.date(),
            balances,
            volumes,
            orders,
            ledger: ledger.collect(),
            open_orders,
            reached: reached.collect(),
            already_imported: false,
        })
    }
}

/// The same file again is nothing new; another one comes too late.
fn imported_before(file: String, sha256: &str, opening: &Opening) -> Result<OpeningImported> {
    if opening.sha256 != sha256 {
        return Err(Refusal::OpeningDone { date: opening.date }.into());
    }
    let Opening { date, balances, volumes, orders, .. } = *opening;
    Ok(OpeningImported {
        file,
        date,
        balances,
        volumes,
        orders,
        ledger: vec![],
        open_orders: BTreeMap::new(),
        reached: vec![],
        already_imported: true,
    })
}

/// What two lines of an opening must not both say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Said {
    Balance(LedgerAccount),
    Volume(Scope, Currency, NaiveDate),
}

#[derive(Debug, Default)]
struct Sums {
    balances: u64,
    volumes: u64,
    orders: u64,
    ledger: BTreeMap<(Currency, LedgerCode), Amount>,
    open_orders: BTreeMap<Currency, OpenOrders>,
    reached: BTreeMap<(Option<(GroupId, Code)>, Currency), Volume>,
}

/// An opening while it is written.
struct Importing<'o, 'c> {
    operation: &'o mut Operation<'c>,
    date: OpenDate,
    own_currency: Currency,
    /// The line that first said something.
    first: HashMap<Said, u64>,
    sums: Sums,
}

impl Importing<'_, '_> {
    fn take(&mut self, line: OpeningLine) -> Result<()> {
        let OpeningLine { number, fact, currency, note } = line;
        match fact {
            OpeningFact::Balance { of, amount } => self.balance(number, &of, amount, currency, note),
            OpeningFact::Volume { group, date, list, payable } => {
                let date = date.unwrap_or(self.date.date());
                self.volume(number, group.as_deref(), currency, date, Volume { list, payable })
            }
            OpeningFact::Order(order) => self.order(order, currency, note),
        }
    }

    fn balance(&mut self, line: u64, of: &BalanceOf, amount: Exact, written: Option<Currency>, note: Option<String>) -> Result<()> {
        let own = written.unwrap_or(self.own_currency);
        let (ledger_account, group) = match of {
            BalanceOf::Bank => (LedgerAccount::bank(own), None),
            BalanceOf::Pool => (LedgerAccount::pool(own), None),
            BalanceOf::Payable => (LedgerAccount::payable(own), None),
            BalanceOf::Deposits(group) => {
                let group = find_group(self.operation.reader(), group)?;
                require_currency(group.currency, written)?;
                (LedgerAccount::deposits(group.id, group.currency), Some(group.id))
            }
            BalanceOf::Funds(account) => {
                let of = self.account(account, written)?;
                if of.account.mode.on(self.date.date()) != Mode::Prepaid {
                    return Err(Refusal::NotPrepaid { account: of.account.code.clone() }.into());
                }
                (LedgerAccount::funds(of.account.id, of.group.currency), Some(of.group.id))
            }
            BalanceOf::Receivable(account) => {
                let of = self.account(account, written)?;
                if of.account.mode.on(self.date.date()) != Mode::AgentPays {
                    return Err(Refusal::NotAgentPays { account: of.account.code.clone() }.into());
                }
                (LedgerAccount::receivable(of.account.id, of.group.currency), Some(of.group.id))
            }
        };
        let amount = exactly(amount, ledger_account.currency())?;
        self.said_once(line, Said::Balance(ledger_account))?;
        self.post(rules::opening(self.date, ledger_account, group, amount.amount), note)?;
        self.sums.balances += 1;
        Ok(())
    }

    fn volume(&mut self, line: u64, group: Option<&str>, written: Option<Currency>, date: NaiveDate, volume: Volume) -> Result<()> {
        self.require_not_after(date)?;
        let (scope, currency, whose) = match group {
            None => (Scope::Purchase, written.unwrap_or(self.own_currency), None),
            Some(group) => {
                let group = find_group(self.operation.reader(), group)?;
                require_currency(group.currency, written)?;
                (Scope::Sale(group.id), group.currency, Some((group.id, group.code)))
            }
        };
        self.said_once(line, Said::Volume(scope, currency, date))?;
        self.operation.writer().insert_opening_volume(scope, currency, date, volume)?;
        self.reach(whose, currency, volume)?;
        self.sums.volumes += 1;
        Ok(())
    }

    fn order(&mut self, order: OpenOrder, written: Option<Currency>, note: Option<String>) -> Result<()> {
        let of = self.account(&order.account, written)?;
        let (account, currency) = (&of.account, of.group.currency);
        account.require_dated_since(order.date)?;
        self.require_not_after(order.date)?;
        if let (Some(from), Some(to)) = (order.service_from, order.service_to)
            && to < from
        {
            return Err(Refusal::ServiceEndsBeforeStart { from, to }.into());
        }
        require_new(self.operation, &order.provider_order)?;
        let list = Exact::from_amount(not_negative(order.list_price, currency)?.amount, currency);
        let payable = not_negative(order.payable, currency)?;
        let cost = self.cost(&of, &order, list, payable)?;
        let kind = ChargeKind::of(order.kind).expect("an open order is a purchase");
        let sale = self.operation.sale_agreement(of.group.id, account.id, order.date)?;
        let counts = sale.is_none_or(|agreement| agreement.terms.counts(&order.product, kind));
        let entry = self.post(rules::opening_order(self.date, currency, cost.expected), note)?;
        let recorded = Order {
            id: self.operation.writer().next_order()?,
            account: account.id,
            product: order.product,
            kind: order.kind,
            provider_order: order.provider_order,
            date: order.date,
            service_from: order.service_from,
            service_to: order.service_to,
            placement: Placement::Opening,
            refunds: None,
        };
        let charge = Charge {
            id: self.operation.writer().next_charge()?,
            account: account.id,
            order: Some(recorded.id),
            product: recorded.product.clone(),
            charge_month: Month::of(order.date),
            date: order.date,
            list,
            // What was charged is a fact of before; no agreement of this book made it.
            agreement: None,
            volume_before: Exact::ZERO,
            tier: None,
            discount: Discount::between(list, Exact::from_amount(payable.amount, currency)),
            payable: payable.amount,
            cost: cost.expected,
            counts,
            cost_counts: cost.counts,
            difference: None,
            corrects: None,
            entry,
        };
        self.operation.writer().insert_order(&recorded)?;
        self.operation.writer().insert_charge(&charge)?;
        add_volumes(self.operation, &of.account, &charge, order.date)?;
        self.add_order(&of, &charge)
    }

    /// What the provider is expected to bill for an order: what the file says, else what the customer was charged on the agency
    /// model, else what the purchase agreement of its date says.
    fn cost(&mut self, of: &AccountInGroup, order: &OpenOrder, list: Exact, payable: Money) -> Result<Cost> {
        let currency = of.group.currency;
        let written = order.cost.map(|cost| not_negative(cost, currency)).transpose()?;
        let kind = ChargeKind::of(order.kind).expect("an open order is a purchase");
        let expected = match (of.account.model, written) {
            (Model::Agency, Some(cost)) if cost != payable => {
                return Err(Refusal::OpeningDiffers { account: of.account.code.clone(), payable, cost }.into());
            }
            (Model::Agency, _) => payable.amount,
            (Model::Resale, Some(cost)) => cost.amount,
            (Model::Resale, None) => {
                let asked = OrderToPrice { product: &order.product, kind, list, provider_amount: None, coupons: &[] };
                let cost = self.operation.expected_cost(currency, asked, order.date)?;
                return Ok(cost.ok_or(Refusal::NoPurchaseAgreement { currency, date: order.date })?);
            }
        };
        Ok(Cost { expected, counts: self.operation.cost_counts(currency, &order.product, kind, order.date)? })
    }

    /// An account whose charges are ours on the day of the opening.
    fn account(&mut self, name: &str, written: Option<Currency>) -> Result<Rc<AccountInGroup>> {
        let of = self.operation.account_on(name, self.date.date())?;
        let day = self.date.date();
        of.account.require_dated_since(day)?;
        if !of.account.is_charged_on(day) {
            of.account.require_active()?;
        }
        require_currency(of.group.currency, written)?;
        Ok(of)
    }

    fn require_not_after(&self, date: NaiveDate) -> Result<()> {
        let opening = self.date.date();
        if date > opening { Err(Refusal::AfterOpening { date, opening }.into()) } else { Ok(()) }
    }

    fn said_once(&mut self, line: u64, said: Said) -> Result<()> {
        match self.first.insert(said, line) {
            None => Ok(()),
            Some(first) => {
                self.first.insert(said, first);
                Err(Refusal::OpeningTwice { line: first }.into())
            }
        }
    }

    /// Posts an entry and adds its lines up; `None` when no money moved.
    fn post(&mut self, posted: std::result::Result<Option<Entry>, Unbalanced>, remark: Option<String>) -> Result<Option<EntryId>> {
        let Some(entry) = posted? else { return Ok(None) };
        let entry = entry.with_note(Note { reference: None, remark });
        for posting in entry.postings() {
            let account = posting.ledger_account;
            let sum = self.sums.ledger.entry((account.currency(), account.code())).or_default();
            *sum = sum.plus(posting.amount)?;
        }
        Ok(Some(self.operation.writer().post(&entry)?))
    }

    fn reach(&mut self, whose: Option<(GroupId, Code)>, currency: Currency, volume: Volume) -> Result<()> {
        let sum = self.sums.reached.entry((whose, currency)).or_default();
        *sum = sum.plus(volume)?;
        Ok(())
    }

    fn add_order(&mut self, of: &AccountInGroup, charge: &Charge) -> Result<()> {
        let currency = of.group.currency;
        self.sums.orders += 1;
        let sum = self.sums.open_orders.entry(currency).or_default();
        sum.count += 1;
        sum.payable = sum.payable.plus(charge.payable)?;
        sum.cost = sum.cost.plus(charge.cost)?;
        let volume = |payable| Volume { list: charge.list, payable: Exact::from_amount(payable, currency) };
        if charge.counts {
            self.reach(Some((of.group.id, of.group.code.clone())), currency, volume(charge.payable))?;
        }
        if charge.cost_counts {
            self.reach(None, currency, volume(charge.cost))?;
        }
        Ok(())
    }
}

fn require_currency(expected: Currency, written: Option<Currency>) -> Result<()> {
    match written {
        Some(found) if found != expected => Err(Refusal::CurrencyMismatch { expected, found }.into()),
        _ => Ok(()),
    }
}
