//! Agreements, and what a charge would cost.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::operation::{AccountInGroup, find_group, unknown};
use super::pricing::{OrderToPrice, Prices as _, ReadPrices};
use super::{Operation, Result, UseCase, When, reach};
use crate::domain::account::Group;
use crate::domain::agreement::{Agreement, ChargeKind, Terms, conflict, gap_before, is_in_force};
use crate::domain::chart::LedgerAccount;
use crate::domain::code::Code;
use crate::domain::coupon::{CouponRequest, paid_by_voucher};
use crate::domain::id::AccountId;
use crate::domain::money::{Amount, Currency, Exact};
use crate::domain::operator::Reach;
use crate::domain::price::Price;
use crate::domain::refusal::{Misprint, Notice, Noun, Refusal};
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
    /// What is worth saying.
    #[serde(default)]
    pub notices: Vec<Notice>,
}

impl UseCase for ApplyAgreement {
    const COMMAND: &'static str = "price apply";
    const PERMISSION: Permission = Permission::ApplyPrices;
    type Outcome = AgreementApplied;

    fn reach(&self, reader: Reader<'_>, _today: NaiveDate) -> Result<Reach> {
        reach::of_group_or_book(reader, self.terms.group.as_ref().map(Code::as_str))
    }

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
            return Err(Refusal::AgreementInvalid { file, misprints: vec![Misprint { line: None, reason }] }.into());
        }
        if let Some(known) = operation.reader().agreement_version(&terms.name, terms.valid_from)? {
            if known.terms == terms {
                return Ok(AgreementApplied { agreement: known, already: true, notices: vec![] });
            }
            return Err(Refusal::AgreementConflict { agreement: terms.name, valid_from: terms.valid_from }.into());
        }
        let members = match &group {
            Some(group) => members(operation, group, &terms)?,
            None => vec![],
        };
        let agreement = operation.writer().new_agreement(group.as_ref().map(|g| g.id), members, terms)?;
        let rivals = match &group {
            Some(group) => operation.reader().sale_agreements(group.id)?,
            None => operation.reader().purchase_agreements()?,
        };
        if let Some(rival) = rivals.iter().find(|rival| conflict(rival, &agreement)) {
            let (other, valid_from) = (rival.terms.name.clone(), rival.terms.valid_from);
            return Err(Refusal::AgreementOverlap { agreement: agreement.terms.name, other, valid_from }.into());
        }
        operation.writer().insert_agreement(&agreement)?;
        if !agreement.members.is_empty() {
            count_members_volume(operation, &agreement)?;
        }
        let gap = gap_before(&rivals, &agreement);
        let name = agreement.terms.name.clone();
        let notices = gap.map(|(from, to)| Notice::AgreementGap { agreement: name, from, to }).into_iter().collect();
        Ok(AgreementApplied { agreement, already: false, notices })
    }
}

/// The accounts that terms name, each of the group.
fn members(operation: &mut Operation<'_>, group: &Group, terms: &Terms) -> Result<Vec<AccountId>> {
    let mut members = Vec::with_capacity(terms.members.len());
    for code in &terms.members {
        let of = operation.account_on(code.as_str(), terms.valid_from)?;
        if !of.account.group.during(terms.valid_from, NaiveDate::MAX).any(|then| then == group.id) {
            return Err(Refusal::MemberOfOtherGroup {
                account: of.account.code.clone(),
                group: of.group.code.clone(),
                agreement: terms.name.clone(),
            }
            .into());
        }
        members.push(of.account.id);
    }
    Ok(members)
}

/// What members have bought already counts for their agreement, too.
fn count_members_volume(operation: &mut Operation<'_>, agreement: &Agreement) -> Result<()> {
    let currency = agreement.terms.currency;
    for (day, volume) in operation.reader().volume_of_accounts(&agreement.members, currency)? {
        operation.writer().add_volume(Scope::of(agreement), currency, day, volume)?;
    }
    Ok(())
}

/// What a charge would cost, with every step of the way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Quote {
    /// Who would buy.
    pub account: Code,
    /// The product.
    pub product: String,
    /// What the order would do.
    pub kind: ChargeKind,
    /// When.
    pub date: NaiveDate,
    /// What all amounts are counted in.
    pub currency: Currency,
    /// The price.
    pub price: Price,
    /// What the provider is expected to bill; `None` without a purchase agreement.
    pub cost: Option<Amount>,
    /// What vouchers would pay of it.
    pub by_voucher: Amount,
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
    /// What the order would do.
    pub kind: ChargeKind,
    /// The list price in major units.
    pub list_price: Exact,
    /// What the provider said that it would bill, in major units; `None` means by the purchase agreement.
    pub provider_amount: Option<Exact>,
    /// What it would cost less, and what would pay a part of it.
    pub coupons: Vec<CouponRequest>,
    /// When; today when `None`.
    pub date: Option<NaiveDate>,
}

/// Prices without writing anything: what recording the order now would charge.
pub fn quote(reader: Reader<'_>, today: NaiveDate, request: &QuoteRequest) -> Result<Quote> {
    let date = request.date.unwrap_or(today);
    let view = super::account::show(reader, &request.account, When::Now(date))?;
    view.account.require_dated_since(date)?;
    let currency = view.group.currency;
    let amount = |amount| super::operation::not_negative(amount, currency);
    let coupons = super::order::coupons(&request.coupons, currency)?;
    let order = OrderToPrice {
        product: &request.product,
        kind: request.kind,
        list: Exact::from_amount(amount(request.list_price)?.amount, currency),
        provider_amount: request.provider_amount.map(amount).transpose()?.map(|money| money.amount),
        coupons: &coupons,
    };
    // As recording it: what came in, or was paid, on a later day does not pay for it.
    let funds = reader.credit_from(LedgerAccount::funds(view.account.id, currency), date)?;
    let owed = reader.debit_from(LedgerAccount::receivable(view.account.id, currency), date)?;
    let available = view.account.standing_from(date, today, (&funds, &owed), view.standing.pending_usage)?.available()?;
    let of = AccountInGroup { account: view.account, group: view.group };
    let (sale, cost) = ReadPrices::new(reader).priced(&of, order, date)?;
    let AccountInGroup { account, group } = of;
    let notices = list_price_notice(&sale, &group.code);
    Ok(Quote {
        account: account.code,
        product: request.product.clone(),
        kind: request.kind,
        date,
        currency,
        price: sale,
        cost: cost.map(|cost| cost.expected),
        by_voucher: paid_by_voucher(&coupons)?,
        available,
        notices,
    })
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
        let terms = &agreement.terms;
        let window_start = agreement.window_start(day);
        let volume = reader.volume(Scope::of(agreement), terms.currency, window_start, day)?.by(terms.measure);
        let to_next_tier = match terms.tier_above(volume) {
            Some(tier) => Some(tier.from.minus(volume)?),
            None => None,
        };
        let in_force = is_in_force(&all, agreement, day);
        views.push(AgreementView { agreement: agreement.clone(), in_force, window_start, volume, to_next_tier });
    }
    Ok(views)
}
