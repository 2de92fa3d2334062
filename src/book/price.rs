//! Agreements, and what a charge would cost.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::operation::{AccountInGroup, find_group, unknown};
use super::{Operation, Result, UseCase, When};
use crate::domain::account::Model;
use crate::domain::code::Code;
use crate::domain::money::{Amount, Currency, Exact};
use crate::domain::order::Cost;
use crate::domain::price::{Agreement, AgreementKind, Price, Terms, Volume, in_force, price};
use crate::domain::refusal::{Notice, Noun, Refusal};
use crate::domain::role::Permission;
use crate::store::{Reader, Scope};

/// Applies the terms of an agreement; they are never edited, a later version supersedes them from its date.
#[derive(Clone, Debug)]
pub struct ApplyAgreement {
    /// The terms, checked.
    pub terms: Terms,
    /// The file that they came from.
    pub file: String,
}

/// An agreement that was applied.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AgreementApplied {
    /// The agreement.
    pub agreement: Agreement,
    /// Whether the book had it already.
    pub already: bool,
}

impl UseCase for ApplyAgreement {
    const COMMAND: &'static str = "price apply";
    const PERMISSION: Permission = Permission::ApplyPrices;
    type Outcome = AgreementApplied;

    fn run(self, operation: &mut Operation<'_>) -> Result<AgreementApplied> {
        let Self { terms, file } = self;
        let group = match &terms.group {
            Some(code) => Some(find_group(operation.reader(), code.as_str())?),
            None => None,
        };
        if let Some(group) = &group
            && group.currency != terms.currency
        {
            return Err(Refusal::CurrencyMismatch { expected: group.currency, found: terms.currency }.into());
        }
        let provider = operation.reader().agent()?.provider;
        if let Some(named) = terms.provider.as_ref().filter(|named| **named != provider) {
            let reason = format!("provider = {named:?}, but this book's provider is {provider:?}");
            return Err(Refusal::AgreementInvalid { file, line: None, reason }.into());
        }
        if let Some(known) = operation.reader().agreement_version(&terms.name, terms.valid_from)? {
            if known.terms == terms {
                return Ok(AgreementApplied { agreement: known, already: true });
            }
            return Err(Refusal::AgreementConflict { agreement: terms.name, valid_from: terms.valid_from }.into());
        }
        let rivals = match &group {
            Some(group) => operation.reader().sale_agreements(group.id)?,
            None => operation.reader().purchase_agreements()?,
        };
        if let Some(rival) = rivals.iter().find(|rival| overlaps(rival, &terms)) {
            let other = rival.terms.name.clone();
            return Err(Refusal::AgreementOverlap { agreement: terms.name, other, valid_from: rival.terms.valid_from }.into());
        }
        let agreement = operation.writer().insert_agreement(group.map(|g| g.id), &terms)?;
        Ok(AgreementApplied { agreement, already: false })
    }
}

/// Whether two agreements of different names would price the same day: it would be unclear which one holds.
fn overlaps(rival: &Agreement, terms: &Terms) -> bool {
    let ends = |terms: &Terms| terms.valid_to.unwrap_or(NaiveDate::MAX);
    rival.terms.name != terms.name && rival.terms.valid_from <= ends(terms) && terms.valid_from <= ends(&rival.terms)
}

/// What a charge would cost, with every step of the way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Quote {
    /// Who would buy.
    pub account: Code,
    /// The product.
    pub product: String,
    /// When.
    pub date: NaiveDate,
    /// What all amounts are counted in.
    pub currency: Currency,
    /// The price.
    pub price: Price,
    /// What the provider is expected to bill; `None` without a purchase agreement.
    pub cost: Option<Amount>,
    /// What the account may spend before it.
    pub available: Amount,
    /// What is worth saying.
    pub notices: Vec<Notice>,
}

/// What is asked of a quote.
#[derive(Clone, Debug)]
pub struct QuoteRequest {
    /// The account, as it was typed.
    pub account: String,
    /// The product's code.
    pub product: String,
    /// The list price in major units.
    pub list_price: Exact,
    /// When; today when `None`.
    pub date: Option<NaiveDate>,
}

impl Operation<'_> {
    /// What an order of a date costs the customer, and what the provider is expected to bill: what it has said, else what the
    /// purchase agreement says, `None` without one. On the agency model both are the same: what the provider has said, else the
    /// customer's own terms.
    pub(super) fn priced(
        &mut self,
        of: &AccountInGroup,
        product: &str,
        list: Exact,
        provider_amount: Option<Amount>,
        date: NaiveDate,
    ) -> Result<(Price, Option<Cost>)> {
        let currency = of.group.currency;
        let mut price = self.sale_price(of, product, list, date)?;
        let expected = match (of.account.model, provider_amount) {
            (Model::Agency, None) => price.payable,
            (Model::Agency, Some(amount)) => {
                price = price.passed_through(amount, currency);
                amount
            }
            (Model::Resale, Some(amount)) => amount,
            (Model::Resale, None) => {
                let cost = self.expected_cost(currency, product, list, date)?;
                return Ok((price, cost));
            }
        };
        Ok((price, Some(Cost { expected, counts: self.cost_counts(product, date)? })))
    }

    /// Prices an order of a date for the customer.
    fn sale_price(&mut self, of: &AccountInGroup, product: &str, list: Exact, date: NaiveDate) -> Result<Price> {
        let currency = of.group.currency;
        let agreement = self.sale_agreement(of.group.id, date)?;
        let agreement = agreement.as_deref();
        let before = self.volume_before(Scope::Sale(of.group.id), currency, agreement, date)?;
        Ok(price(agreement, product, list, before, currency)?)
    }

    /// What the provider is expected to bill for an order of a date; `None` without a purchase agreement.
    pub(super) fn expected_cost(
        &mut self,
        currency: Currency,
        product: &str,
        list: Exact,
        date: NaiveDate,
    ) -> Result<Option<Cost>> {
        let Some(agreement) = self.purchase_agreement(date)? else { return Ok(None) };
        let before = self.volume_before(Scope::Purchase, currency, Some(&agreement), date)?;
        let price = price(Some(&agreement), product, list, before, currency)?;
        Ok(Some(Cost { expected: price.payable, counts: price.counts }))
    }

    /// Whether what the provider bills for a product on a date counts towards the agent's volume there.
    pub(super) fn cost_counts(&mut self, product: &str, date: NaiveDate) -> Result<bool> {
        Ok(self.purchase_agreement(date)?.is_none_or(|agreement| agreement.terms.counts(product)))
    }
}

/// Prices without writing anything: what recording the order now would charge.
pub fn quote(reader: Reader<'_>, today: NaiveDate, request: &QuoteRequest) -> Result<Quote> {
    let date = request.date.unwrap_or(today);
    let view = super::account::show(reader, &request.account, When::Now(date))?;
    view.account.require_dated_since(date)?;
    let currency = view.group.currency;
    let list = super::operation::not_negative(request.list_price, currency)?;
    let list = Exact::from_amount(list.amount, currency);
    let agreements = reader.sale_agreements(view.group.id)?;
    let agreement = in_force(&agreements, date);
    let before = volume(reader, Scope::Sale(view.group.id), currency, agreement, date)?;
    let sale = price(agreement, &request.product, list, before, currency)?;
    let purchases = reader.purchase_agreements()?;
    let cost = match (view.account.model, in_force(&purchases, date)) {
        (Model::Agency, _) => Some(sale.payable),
        (Model::Resale, None) => None,
        (Model::Resale, Some(agreement)) => {
            let before = volume(reader, Scope::Purchase, currency, Some(agreement), date)?;
            Some(price(Some(agreement), &request.product, list, before, currency)?.payable)
        }
    };
    let notices = list_price_notice(&sale, &view.group.code);
    Ok(Quote {
        account: view.account.code,
        product: request.product.clone(),
        date,
        currency,
        price: sale,
        cost,
        available: view.standing.available()?,
        notices,
    })
}

fn volume(reader: Reader<'_>, scope: Scope, currency: Currency, agreement: Option<&Agreement>, date: NaiveDate) -> Result<Volume> {
    let Some(agreement) = agreement else { return Ok(Volume::default()) };
    Ok(reader.volume(scope, currency, agreement.terms.window_start(date), date)?)
}

/// Says so when nothing but list price was found.
pub(super) fn list_price_notice(price: &Price, group: &Code) -> Vec<Notice> {
    if price.agreement.is_none() { vec![Notice::ListPrice { group: group.clone() }] } else { vec![] }
}

/// An agreement, and where its volume stands.
#[derive(Clone, Debug)]
pub struct AgreementView {
    /// The agreement.
    pub agreement: Agreement,
    /// Whether it prices charges of the day asked for.
    pub in_force: bool,
    /// The first day of the window of the day asked for.
    pub window_start: NaiveDate,
    /// What its volume has reached in that window.
    pub volume: Exact,
    /// How far it is to the next tier; `None` at the top.
    pub to_next_tier: Option<Exact>,
}

/// Shows the versions of an agreement, or of a group's agreements, or all of them, as of a day.
pub fn show(reader: Reader<'_>, name: Option<&str>, day: NaiveDate) -> Result<Vec<AgreementView>> {
    let all = reader.agreements()?;
    let group = match name {
        Some(name) => reader.group_by_code(name)?,
        None => None,
    };
    let chosen: Vec<&Agreement> = match (name, &group) {
        (None, _) => all.iter().collect(),
        (Some(_), Some(group)) => all.iter().filter(|a| a.group == Some(group.id)).collect(),
        (Some(name), None) => all.iter().filter(|a| a.terms.name.as_str() == name).collect(),
    };
    if let (Some(name), true, None) = (name, chosen.is_empty(), &group) {
        let mut known: Vec<String> = all.iter().map(|a| a.terms.name.to_string()).collect();
        known.dedup();
        return Err(unknown(Noun::Agreement, name, &known).into());
    }
    let mut views = Vec::new();
    for agreement in chosen {
        let same_side: Vec<Agreement> =
            all.iter().filter(|a| a.terms.kind == agreement.terms.kind && a.group == agreement.group).cloned().collect();
        let scope = match (agreement.terms.kind, agreement.group) {
            (AgreementKind::Sale, Some(group)) => Scope::Sale(group),
            _ => Scope::Purchase,
        };
        let terms = &agreement.terms;
        let window_start = terms.window_start(day);
        let volume = reader.volume(scope, terms.currency, window_start, day)?.by(terms.measure);
        let to_next_tier = match terms.tier_above(volume) {
            Some(tier) => Some(tier.from.minus(volume)?),
            None => None,
        };
        let in_force = in_force(&same_side, day).is_some_and(|a| a.id == agreement.id);
        views.push(AgreementView { agreement: agreement.clone(), in_force, window_start, volume, to_next_tier });
    }
    Ok(views)
}
