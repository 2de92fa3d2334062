//! Invoices: what is to be invoiced, requests, numbers, red letters. They are records: nothing here posts.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::operation::{find_account, positive};
use super::{Operation, Result, UseCase};
use crate::domain::account::{Account, Model};
use crate::domain::code::{Code, Name};
use crate::domain::entity::Entity;
use crate::domain::id::{AccountId, EntityId, InvoiceId};
use crate::domain::invoice::plan::{InvoiceableMonth, Netted, net, up_to};
use crate::domain::invoice::{
    Invoice, InvoiceBasis, InvoiceForm, InvoiceKind, InvoiceLine, InvoiceNumber, InvoiceState, Issued, MergeBy, TaxRate, Taxed,
    Title, red_letter,
};
use crate::domain::money::{Amount, Currency, Exact, Money};
use crate::domain::period::{Month, PeriodState};
use crate::domain::refusal::{Notice, Noun, Refusal};
use crate::domain::role::Permission;
use crate::domain::settlement::{OpenMonths, Terms};
use crate::domain::words::words;
use crate::store::{Consumed, Reader, TitleFrom};

words! {
    /// What a row of the plan asks for.
    PlanStep, "a step of the plan" {
        /// A new invoice.
        Request = "request",
        /// A red letter: more is invoiced than was charged.
        Credit = "credit",
        /// A request that is too high: it can still be withdrawn.
        Void = "void",
    }
}

/// What is to be done so that everything is invoiced, and nothing beyond.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Through which month.
    pub period: Month,
    /// What counts.
    pub basis: InvoiceBasis,
    /// The steps, by legal person.
    pub steps: Vec<PlannedStep>,
    /// How they follow from the statements, by currency.
    pub proofs: BTreeMap<Currency, Proof>,
}

/// One step of the plan.
#[derive(Clone, Debug)]
pub struct PlannedStep {
    /// What to do.
    pub step: PlanStep,
    /// Whose title it bears.
    pub entity: Code,
    /// What its amounts are counted in.
    pub currency: Currency,
    /// The accounts that it is about.
    pub accounts: Vec<Code>,
    /// The months that it is about, rising.
    pub months: Vec<Month>,
    /// The invoice that it takes back of.
    pub invoice: Option<InvoiceId>,
    /// How much, tax and all; of what is taken back below zero.
    pub gross: Amount,
    /// What it consists of, in the order of accounts and months; empty of what takes back.
    pub lines: Vec<InvoiceableMonth>,
    /// Its legal person.
    pub of: EntityId,
}

/// How a plan follows from the statements: all in minor units of one currency, through the plan's month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// What the frozen statements of the plan's month charge.
    pub statements: Amount,
    /// What was charged in that month by the book: the same.
    pub charged: Amount,
    /// What was charged in the months before.
    pub before: Amount,
    /// What vouchers have paid of all that: nobody is invoiced for it.
    pub by_voucher: Amount,
    /// What the provider invoices itself: the agency model.
    pub by_provider: Amount,
    /// What is not paid yet, where only that counts.
    pub unsettled: Amount,
    /// What is invoiced or requested, less red letters.
    pub invoiced: Amount,
    /// What the plan asks for, less what it takes back.
    pub planned: Amount,
}

impl Proof {
    /// What is left over: zero, or something was forgotten.
    pub fn unexplained(&self) -> Result<Amount> {
        let all = self.statements.plus(self.before)?;
        let accounted = Amount::sum([self.by_voucher, self.by_provider, self.unsettled, self.invoiced, self.planned])?;
        Ok(all.minus(accounted)?)
    }
}

/// Everything that a plan is made of.
struct Ledger {
    /// By legal person and currency: the open months of its accounts.
    open: BTreeMap<(EntityId, Currency), Vec<InvoiceableMonth>>,
    proofs: BTreeMap<Currency, Proof>,
    accounts: BTreeMap<AccountId, Account>,
    invoices: Vec<Invoice>,
}

/// What can be invoiced through a month, less what is.
fn load(reader: Reader<'_>, period: Month) -> Result<Ledger> {
    if reader.closed_through()?.state(period) != PeriodState::Closed {
        return Err(Refusal::InvoiceBeforeClose { period }.into());
    }
    let policy = reader.policy()?;
    let basis = policy.invoice_basis;
    let invoices = reader.invoices()?;
    let mut by_account: BTreeMap<AccountId, BTreeMap<Month, Amount>> = BTreeMap::new();
    for line in invoices.iter().filter(|invoice| invoice.counts()).flat_map(|invoice| &invoice.lines) {
        let sum = by_account.entry(line.account).or_default().entry(line.month).or_default();
        *sum = sum.plus(line.taxed.gross)?;
    }
    let groups: BTreeMap<_, _> = reader.groups()?.into_iter().map(|group| (group.id, group)).collect();
    let mut receivables = if basis == InvoiceBasis::Settled { reader.receivables()? } else { BTreeMap::new() };
    let mut open: BTreeMap<(EntityId, Currency), Vec<InvoiceableMonth>> = BTreeMap::new();
    let mut proofs: BTreeMap<Currency, Proof> = BTreeMap::new();
    let mut accounts = BTreeMap::new();
    for account in reader.accounts()? {
        let currency = groups[&account.group.last()].currency;
        let proof = proofs.entry(currency).or_default();
        let consumed = reader.consumed(account.id, period)?;
        proof.statements = proof.statements.plus(frozen(reader, &account, period)?)?;
        for (month, consumed) in &consumed {
            let of = if *month == period { &mut proof.charged } else { &mut proof.before };
            *of = of.plus(consumed.charged)?;
            proof.by_voucher = proof.by_voucher.plus(consumed.by_voucher)?;
        }
        let terms = Terms::of_account(&account, &groups, policy.payment_days);
        let owed = receivables.remove(&account.id).unwrap_or_default().open_months(&terms, None)?;
        let may_be = invoiceable(&account, &consumed, basis, &owed)?;
        let of = open.entry((account.entity, currency)).or_default();
        let mut months: BTreeMap<Month, Amount> = may_be.counts;
        let id = account.id;
        proof.by_provider = proof.by_provider.plus(may_be.by_provider)?;
        proof.unsettled = proof.unsettled.plus(may_be.unsettled)?;
        // What is invoiced of later months is no part of this plan.
        for (month, amount) in by_account.remove(&id).unwrap_or_default().range(..=period) {
            let left = months.entry(*month).or_default();
            *left = left.minus(*amount)?;
            proof.invoiced = proof.invoiced.plus(*amount)?;
        }
        for (month, amount) in months.into_iter().filter(|(_, amount)| !amount.is_zero()) {
            of.push(InvoiceableMonth { account: id, month, amount });
        }
        accounts.insert(id, account);
    }
    Ok(Ledger { open, proofs, accounts, invoices })
}

/// What the frozen statement of an account charges in a month, refunds and true-ups included.
fn frozen(reader: Reader<'_>, account: &Account, period: Month) -> Result<Amount> {
    let Some(statement) = super::statement::frozen(reader, account, period)? else { return Ok(Amount::ZERO) };
    Ok(Amount::sum(statement.lines.iter().filter_map(|line| line.payable))?)
}

/// What of an account's months counts, and what does not.
#[derive(Default)]
struct Invoiceable {
    counts: BTreeMap<Month, Amount>,
    by_provider: Amount,
    unsettled: Amount,
}

fn invoiceable(
    account: &Account,
    consumed: &BTreeMap<Month, Consumed>,
    basis: InvoiceBasis,
    owed: &OpenMonths,
) -> Result<Invoiceable> {
    let mut may_be = Invoiceable::default();
    for (month, consumed) in consumed {
        let amount = consumed.charged.minus(consumed.by_voucher)?;
        if account.model == Model::Agency {
            may_be.by_provider = may_be.by_provider.plus(amount)?;
        } else {
            may_be.counts.insert(*month, amount);
        }
    }
    if basis == InvoiceBasis::Settled && account.model == Model::Resale {
        for open in &owed.months {
            let Some(amount) = may_be.counts.get_mut(&open.month) else { continue };
            let unpaid = open.open.min((*amount).max(Amount::ZERO));
            *amount = amount.minus(unpaid)?;
            may_be.unsettled = may_be.unsettled.plus(unpaid)?;
        }
    }
    Ok(may_be)
}

/// Proposes what to invoice through a closed month.
pub fn plan(reader: Reader<'_>, period: Month, entity: Option<&str>, merge: MergeBy) -> Result<Plan> {
    let only = entity.map(|name| super::entity::find(reader, name)).transpose()?.map(|entity| entity.id);
    let mut ledger = load(reader, period)?;
    let mut steps = Vec::new();
    for ((of, currency), open) in &ledger.open {
        let netted = net(open)?;
        let planned = Amount::sum(open.iter().map(|month| month.amount))?;
        let proof = ledger.proofs.entry(*currency).or_default();
        proof.planned = proof.planned.plus(planned)?;
        if only.is_none_or(|only| only == *of) {
            let code = reader.entity(*of)?.code;
            let whose = Whose { of: *of, entity: code, currency: *currency };
            steps.extend(whose.requests(&ledger.accounts, &netted, merge)?);
            steps.extend(whose.taken_back(&ledger.accounts, &ledger.invoices, &netted)?);
        }
    }
    Ok(Plan { period, basis: reader.policy()?.invoice_basis, steps, proofs: ledger.proofs })
}

/// Whose invoices are planned.
struct Whose {
    of: EntityId,
    entity: Code,
    currency: Currency,
}

impl Whose {
    fn requests(&self, accounts: &BTreeMap<AccountId, Account>, netted: &Netted, merge: MergeBy) -> Result<Vec<PlannedStep>> {
        let mut lines = netted.lines.clone();
        lines.sort_by_key(|line| (accounts[&line.account].code.clone(), line.month));
        let parts: Vec<Vec<InvoiceableMonth>> = match merge {
            MergeBy::Entity => vec![lines],
            MergeBy::Account => lines.chunk_by(|a, b| a.account == b.account).map(<[InvoiceableMonth]>::to_vec).collect(),
        };
        let mut steps = Vec::new();
        for lines in parts.into_iter().filter(|lines| !lines.is_empty()) {
            let gross = Amount::sum(lines.iter().map(|line| line.amount))?;
            steps.push(self.step(PlanStep::Request, accounts, None, gross, lines));
        }
        Ok(steps)
    }

    /// What is beyond everything is withdrawn where it is only requested, and else taken back by red letters: the last invoices
    /// first, those of the account before the others.
    fn taken_back(
        &self,
        accounts: &BTreeMap<AccountId, Account>,
        invoices: &[Invoice],
        netted: &Netted,
    ) -> Result<Vec<PlannedStep>> {
        let mut left = Amount::sum(netted.beyond.values().copied())?;
        let mut steps = Vec::new();
        let mut own: Vec<&Invoice> =
            invoices.iter().filter(|i| i.entity == self.of && i.currency == self.currency && i.counts() && !i.is_red()).collect();
        let is_about = |invoice: &Invoice| invoice.lines.iter().any(|line| netted.beyond.contains_key(&line.account));
        own.sort_by_key(|invoice| (!is_about(invoice), std::cmp::Reverse(invoice.id)));
        for invoice in own {
            let rest = Taxed::sum(invoice.left(invoices)?.iter().map(|line| line.taxed))?.gross;
            let gross = rest.min(left);
            if !gross.is_positive() {
                continue;
            }
            let step = if invoice.state == InvoiceState::Requested { PlanStep::Void } else { PlanStep::Credit };
            // Of the accounts that it is about, those that were given something back.
            let own = invoice.lines.iter().filter(|line| !is_about(invoice) || netted.beyond.contains_key(&line.account));
            let lines = own.map(|line| InvoiceableMonth { account: line.account, month: line.month, amount: Amount::ZERO });
            let mut planned = self.step(step, accounts, Some(invoice.id), gross.negated()?, lines.collect());
            planned.lines.clear();
            steps.push(planned);
            left = left.minus(gross)?;
        }
        Ok(steps)
    }

    fn step(
        &self,
        step: PlanStep,
        accounts: &BTreeMap<AccountId, Account>,
        invoice: Option<InvoiceId>,
        gross: Amount,
        lines: Vec<InvoiceableMonth>,
    ) -> PlannedStep {
        let mut codes: Vec<Code> = lines.iter().map(|line| accounts[&line.account].code.clone()).collect();
        let mut months: Vec<Month> = lines.iter().map(|line| line.month).collect();
        codes.sort();
        codes.dedup();
        months.sort();
        months.dedup();
        let (of, entity, currency) = (self.of, self.entity.clone(), self.currency);
        PlannedStep { step, entity, currency, accounts: codes, months, invoice, gross, lines, of }
    }
}

/// Whose invoices are requested.
#[derive(Clone, Debug)]
pub enum Requested {
    /// A legal person's.
    Entity(String),
    /// Those of some accounts of one legal person.
    Accounts(Vec<String>),
    /// Everybody's.
    All,
}

/// Requests invoices of what the plan proposes.
#[derive(Clone, Debug)]
pub struct RequestInvoices {
    /// Through which closed month.
    pub period: Month,
    /// Whose.
    pub whose: Requested,
    /// One for each legal person, or one for each account.
    pub merge: MergeBy,
    /// What the buyer may do with them.
    pub kind: InvoiceKind,
    /// What they are made of.
    pub form: InvoiceForm,
    /// The rate; the policy's when `None`.
    pub rate: Option<TaxRate>,
    /// Only so much, tax and all, in major units: the first months first.
    pub amount: Option<Exact>,
}

/// Invoices, with what people want to know of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InvoiceView {
    /// The invoice.
    pub invoice: Invoice,
    /// Whose title it bears.
    pub entity: Code,
    /// Its lines' accounts, in their order.
    pub accounts: Vec<Code>,
    /// What it comes to.
    pub total: Taxed,
    /// What its red letters have left of it, tax and all.
    pub left: Amount,
    /// Its red letters that count.
    pub red: Vec<InvoiceId>,
}

/// What was requested.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InvoicesRequested {
    /// The requests.
    pub invoices: Vec<InvoiceView>,
    /// What is worth saying.
    pub notices: Vec<Notice>,
}

impl UseCase for RequestInvoices {
    const COMMAND: &'static str = "invoice request";
    const PERMISSION: Permission = Permission::CloseMonths;
    type Outcome = InvoicesRequested;

    fn run(self, operation: &mut Operation<'_>) -> Result<InvoicesRequested> {
        let reader = operation.reader();
        let mut steps = match &self.whose {
            Requested::Entity(name) => plan(reader, self.period, Some(name), self.merge)?.steps,
            Requested::All => plan(reader, self.period, None, self.merge)?.steps,
            Requested::Accounts(names) => of_accounts(reader, self.period, names, self.merge)?,
        };
        steps.retain(|step| step.step == PlanStep::Request);
        if let Some(amount) = self.amount {
            steps = part(steps, amount)?;
        }
        if steps.is_empty() && !matches!(self.whose, Requested::All) {
            return Err(Refusal::NothingToInvoice { period: self.period }.into());
        }
        let policy = operation.policy()?;
        let (rate, digital) = (self.rate.unwrap_or(policy.invoice_rate), policy.invoice_digital_fields);
        let today = operation.today();
        let (mut ids, mut notices) = (Vec::new(), Vec::new());
        for step in steps {
            let entity = operation.reader().entity(step.of)?;
            let title = title_of(operation.reader(), &entity, today)?;
            let missing = title.missing(self.kind, self.form, digital);
            if !missing.is_empty() {
                return Err(Refusal::TitleIncomplete { entity: entity.code, missing }.into());
            }
            if title.name != entity.name {
                notices.push(Notice::TitleDiffers { entity: entity.code.clone(), title: title.name.to_string() });
            }
            let gross: Vec<Amount> = step.lines.iter().map(|line| line.amount).collect();
            let taxed = Taxed::split(&gross, rate)?;
            let line = |(open, taxed): (&InvoiceableMonth, Taxed)| InvoiceLine { account: open.account, month: open.month, taxed };
            let invoice = Invoice {
                id: operation.writer().next_invoice()?,
                entity: entity.id,
                currency: step.currency,
                kind: self.kind,
                form: self.form,
                rate,
                state: InvoiceState::Requested,
                requested: today,
                title,
                lines: step.lines.iter().zip(taxed).map(line).collect(),
                issued: None,
                corrects: None,
                reason: None,
            };
            operation.writer().insert_invoice(&invoice)?;
            ids.push(invoice.id);
        }
        let invoices = views(operation.reader(), |invoice| ids.contains(&invoice.id))?;
        Ok(InvoicesRequested { invoices, notices })
    }
}

/// The steps of some accounts, which must be one legal person's.
fn of_accounts(reader: Reader<'_>, period: Month, names: &[String], merge: MergeBy) -> Result<Vec<PlannedStep>> {
    let accounts = names.iter().map(|name| find_account(reader, name)).collect::<Result<Vec<_>>>()?;
    let Some(first) = accounts.first() else { return Ok(vec![]) };
    if let Some(other) = accounts.iter().find(|account| account.entity != first.entity) {
        let entities = [reader.entity(first.entity)?.code, reader.entity(other.entity)?.code];
        return Err(Refusal::TwoEntities { accounts: [first.code.clone(), other.code.clone()], entities }.into());
    }
    let ids: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
    let ledger = load(reader, period)?;
    let entity = reader.entity(first.entity)?.code;
    let mut steps = Vec::new();
    for ((of, currency), open) in ledger.open.iter().filter(|((of, _), _)| *of == first.entity) {
        let own: Vec<InvoiceableMonth> = open.iter().copied().filter(|month| ids.contains(&month.account)).collect();
        let whose = Whose { of: *of, entity: entity.clone(), currency: *currency };
        steps.extend(whose.requests(&ledger.accounts, &net(&own)?, merge)?);
    }
    Ok(steps)
}

/// Only so much of one step, the first months first.
fn part(mut steps: Vec<PlannedStep>, amount: Exact) -> Result<Vec<PlannedStep>> {
    let (Some(step), true) = (steps.pop(), steps.is_empty()) else { return Err(Refusal::AmountOfSeveral.into()) };
    let asked = positive(amount, step.currency)?;
    let mut lines = step.lines.clone();
    lines.sort_by_key(|line| line.month);
    let Some(taken) = up_to(&lines, asked.amount)? else {
        let invoiceable = Money::new(step.gross, step.currency);
        return Err(Refusal::InvoiceBeyond { asked, invoiceable }.into());
    };
    Ok(vec![PlannedStep { gross: asked.amount, lines: taken, ..step }])
}

/// The title of a legal person on a day: its own, or its real name and credential.
pub fn title_of(reader: Reader<'_>, entity: &Entity, today: NaiveDate) -> Result<Title> {
    Ok(title_among(&reader.titles()?, entity, today))
}

/// The same, out of all titles.
pub(super) fn title_among(titles: &[TitleFrom], entity: &Entity, today: NaiveDate) -> Title {
    let own = titles.iter().rfind(|title| title.entity == entity.id && title.valid_from <= today);
    own.map_or_else(
        || Title {
            name: entity.name.clone(),
            tax_id: entity.identity.tax_id().to_owned(),
            address: None,
            phone: None,
            bank: None,
            bank_account: None,
        },
        |own| own.title.clone(),
    )
}

/// Invoices with what people want to know of them, by number.
fn views(reader: Reader<'_>, wanted: impl Fn(&Invoice) -> bool) -> Result<Vec<InvoiceView>> {
    let invoices = reader.invoices()?;
    let accounts: BTreeMap<AccountId, Code> = reader.accounts()?.into_iter().map(|account| (account.id, account.code)).collect();
    let mut views = Vec::new();
    for invoice in invoices.iter().filter(|invoice| wanted(invoice)) {
        let red = invoices.iter().filter(|red| red.corrects == Some(invoice.id) && red.counts()).map(|red| red.id).collect();
        views.push(InvoiceView {
            entity: reader.entity(invoice.entity)?.code,
            accounts: invoice.lines.iter().map(|line| accounts[&line.account].clone()).collect(),
            total: invoice.total()?,
            left: Taxed::sum(invoice.left(&invoices)?.iter().map(|line| line.taxed))?.gross,
            red,
            invoice: invoice.clone(),
        });
    }
    Ok(views)
}

/// The invoice that a text names: `i-7`, or the number on it.
fn find(reader: Reader<'_>, text: &str) -> Result<Invoice> {
    let text = text.trim();
    let id = InvoiceId::parse(text);
    let is_it = |invoice: &Invoice| {
        let number = invoice.issued.as_ref().map(|issued| &issued.number);
        id.map_or_else(|| number.is_some_and(|n| n.number == text || n.to_string() == text), |id| id == invoice.id)
    };
    let found = reader.invoices()?.into_iter().find(is_it);
    found.ok_or_else(|| Refusal::Unknown { noun: Noun::Invoice, name: text.to_owned(), near: vec![] }.into())
}

fn view_of(reader: Reader<'_>, id: InvoiceId) -> Result<InvoiceView> {
    let mut found = views(reader, |invoice| invoice.id == id)?;
    Ok(found.pop().expect("it was just found or written"))
}

/// Shows an invoice.
pub fn show(reader: Reader<'_>, text: &str) -> Result<InvoiceView> {
    let id = find(reader, text)?.id;
    view_of(reader, id)
}

/// Which invoices to list.
#[derive(Clone, Debug, Default)]
pub struct InvoiceFilter {
    /// In what state.
    pub state: Option<InvoiceState>,
    /// Of one legal person.
    pub entity: Option<String>,
    /// About a month.
    pub period: Option<Month>,
}

/// Lists invoices and red letters, by number.
pub fn list(reader: Reader<'_>, filter: &InvoiceFilter) -> Result<Vec<InvoiceView>> {
    let entity = filter.entity.as_ref().map(|name| super::entity::find(reader, name)).transpose()?.map(|entity| entity.id);
    views(reader, |invoice| {
        filter.state.is_none_or(|state| invoice.state == state)
            && entity.is_none_or(|entity| invoice.entity == entity)
            && filter.period.is_none_or(|period| invoice.lines.iter().any(|line| line.month == period))
    })
}

/// Writes down the number of an invoice.
#[derive(Clone, Debug)]
pub struct IssueInvoice {
    /// Which, as it was typed.
    pub invoice: String,
    /// Its code, of one on paper.
    pub code: Option<String>,
    /// Its number.
    pub number: String,
    /// The day on it; today when `None`.
    pub date: Option<NaiveDate>,
}

impl UseCase for IssueInvoice {
    const COMMAND: &'static str = "invoice issue";
    const PERMISSION: Permission = Permission::CloseMonths;
    type Outcome = InvoiceView;

    fn run(self, operation: &mut Operation<'_>) -> Result<InvoiceView> {
        let before = find(operation.reader(), &self.invoice)?;
        if before.state != InvoiceState::Requested {
            return Err(Refusal::InvoiceNotRequested { invoice: before.id, state: before.state }.into());
        }
        let today = operation.today();
        let date = self.date.unwrap_or(today);
        if date > today {
            return Err(Refusal::DateInFuture { date, today }.into());
        }
        if date < before.requested {
            return Err(Refusal::InvoiceBeforeRequest { invoice: before.id, date, requested: before.requested }.into());
        }
        let number = InvoiceNumber::parse(before.form, self.code.as_deref(), &self.number, date)
            .map_err(|reason| Refusal::InvoiceNumberForm { text: self.number.clone(), reason })?;
        let has_it = |invoice: &&Invoice| invoice.issued.as_ref().is_some_and(|issued| issued.number == number);
        if let Some(other) = operation.reader().invoices()?.iter().find(has_it) {
            return Err(Refusal::InvoiceNumberTaken { number: number.to_string(), invoice: other.id }.into());
        }
        let now = Invoice { state: InvoiceState::Issued, issued: Some(Issued { date, number }), ..before.clone() };
        operation.writer().update_invoice(&before, &now)?;
        view_of(operation.reader(), now.id)
    }
}

/// Withdraws a request, or voids an invoice on paper within its month.
#[derive(Clone, Debug)]
pub struct VoidInvoice {
    /// Which, as it was typed.
    pub invoice: String,
    /// Why.
    pub reason: Name,
}

impl UseCase for VoidInvoice {
    const COMMAND: &'static str = "invoice void";
    const PERMISSION: Permission = Permission::CloseMonths;
    type Outcome = InvoiceView;

    fn run(self, operation: &mut Operation<'_>) -> Result<InvoiceView> {
        let before = find(operation.reader(), &self.invoice)?;
        if before.state == InvoiceState::Void {
            return Err(Refusal::InvoiceNotRequested { invoice: before.id, state: before.state }.into());
        }
        let has_red = !view_of(operation.reader(), before.id)?.red.is_empty();
        if has_red || !before.may_be_voided(operation.today()) {
            return Err(Refusal::InvoiceNotVoidable { invoice: before.id, form: before.form, has_red }.into());
        }
        let now = Invoice { state: InvoiceState::Void, reason: Some(self.reason), ..before.clone() };
        operation.writer().update_invoice(&before, &now)?;
        view_of(operation.reader(), now.id)
    }
}

/// Requests a red letter.
#[derive(Clone, Debug)]
pub struct CreditInvoice {
    /// The invoice, as it was typed.
    pub invoice: String,
    /// How much of it, tax and all, in major units; all that is left when `None`.
    pub amount: Option<Exact>,
    /// Why.
    pub reason: Name,
}

impl UseCase for CreditInvoice {
    const COMMAND: &'static str = "invoice credit";
    const PERMISSION: Permission = Permission::CloseMonths;
    type Outcome = InvoiceView;

    fn run(self, operation: &mut Operation<'_>) -> Result<InvoiceView> {
        let original = find(operation.reader(), &self.invoice)?;
        if original.is_red() || original.state != InvoiceState::Issued {
            return Err(
                Refusal::InvoiceNotCreditable { invoice: original.id, state: original.state, is_red: original.is_red() }.into()
            );
        }
        let left = original.left(&operation.reader().invoices()?)?;
        let rest = Taxed::sum(left.iter().map(|line| line.taxed))?.gross;
        let amount = self.amount.map_or(Ok(rest), |amount| positive(amount, original.currency).map(|asked| asked.amount))?;
        if amount > rest || rest.is_zero() {
            let (asked, invoiceable) = (Money::new(amount, original.currency), Money::new(rest, original.currency));
            return Err(Refusal::RedLetterBeyond { invoice: original.id, asked, left: invoiceable }.into());
        }
        let red = Invoice {
            id: operation.writer().next_invoice()?,
            state: InvoiceState::Requested,
            requested: operation.today(),
            lines: red_letter(&left, amount, original.rate)?,
            issued: None,
            corrects: Some(original.id),
            reason: Some(self.reason),
            ..original
        };
        operation.writer().insert_invoice(&red)?;
        view_of(operation.reader(), red.id)
    }
}
