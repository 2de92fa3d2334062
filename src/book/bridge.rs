//! The bridge from recorded to billed, by class, by account or line by line. Reads only: the month is matched once more, and of a
//! closed month comes out what it was closed with.

use std::collections::BTreeMap;

use super::Result;
use super::operation::find_account;
use super::reconcile::{MatchedBill, Names, is_late, match_bill, tax_of};
use super::usage::Owners;
use crate::domain::bill::OrderNumber;
use crate::domain::bridge::{Bridge, Class, Part, TwoSided};
use crate::domain::difference::DifferenceKind;
use crate::domain::finality::Finality;
use crate::domain::matching::{LineOwner, MatchRate, MatchRule, Matched, class_without_order};
use crate::domain::money::{Currency, Exact};
use crate::domain::period::Month;
use crate::domain::refusal::Refusal;
use crate::domain::words::words;
use crate::store::{BillVersion, LineFilter, Reader};

words! {
    /// What a row of the bridge is.
    BridgeBy, "a way to take the bridge apart" {
        /// A class.
        Class = "class",
        /// An account's part of a class.
        Account = "account",
        /// A bill line or a recorded order.
        Line = "line",
    }
}

/// Which part of the bridge.
#[derive(Clone, Debug)]
pub struct BridgeQuery {
    /// The month.
    pub period: Month,
    /// What a row is.
    pub by: BridgeBy,
    /// Of one class only.
    pub class: Option<Class>,
    /// Of one account only, by code or UID.
    pub account: Option<String>,
}

/// A row of the bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeRow {
    /// Where it stands.
    pub class: Class,
    /// The account's code, or a UID that the book does not have; empty by class.
    pub account: String,
    /// The provider's order number, by line.
    pub provider_order: String,
    /// The provider's id of the bill line, by line.
    pub line: String,
    /// The product's code, by line.
    pub product: String,
    /// The rule by which it was matched, by line.
    pub rule: Option<MatchRule>,
    /// How many orders, lines or differences it holds, and both its sides.
    pub part: Part,
}

/// The bridge of a month.
#[derive(Clone, Debug)]
pub struct BridgeView {
    /// The month.
    pub period: Month,
    /// The version of the bill.
    pub version: i64,
    /// Whether the bill is final.
    pub finality: Finality,
    /// What all amounts are counted in.
    pub currency: Currency,
    /// Totals and classes of the whole month, whatever the filter.
    pub bridge: Bridge,
    /// The two-sided statement of the whole month.
    pub statement: TwoSided,
    /// What the bill says is paid by vouchers, and by stored-value cards.
    pub paid: [Exact; 2],
    /// How much agrees.
    pub rate: MatchRate,
    /// What a row is.
    pub by: BridgeBy,
    /// What the rows are filtered by, in words: always said.
    pub filter: String,
    /// The rows.
    pub rows: Vec<BridgeRow>,
    /// What the rows add up to.
    pub shown: Part,
}

/// Shows the bridge of a month.
pub fn show(reader: Reader<'_>, query: &BridgeQuery) -> Result<BridgeView> {
    let period = query.period;
    let bill = reader.bill(period)?.ok_or(Refusal::NoBill { period })?;
    let MatchedBill { owners, matched, .. } = match_bill(reader, &bill)?;
    // A stranger has no account, and is asked for by its UID.
    let account = match &query.account {
        Some(uid) if owners.seen(uid).is_some_and(|row| owners.account(row).is_none()) => Some(uid.clone()),
        Some(name) => Some(find_account(reader, name)?.code.to_string()),
        None => None,
    };
    let names = Names::load(reader)?;
    let name = |owner| match owner {
        LineOwner::Known(id) => names.code(id).to_owned(),
        LineOwner::OtherCurrency(uid) | LineOwner::Unknown(uid) => owners.uid(uid).to_owned(),
    };
    // Line by line, what agrees to the last digit and usage would be nearly the whole bill: who wants them asks for them.
    let leaves_out = |class: Class| {
        query.by == BridgeBy::Line && query.class.is_none() && account.is_none() && matches!(class, Class::Matched | Class::Usage)
    };
    let is_shown = |class: Class, of: &str| {
        !leaves_out(class) && query.class.is_none_or(|asked| asked == class) && account.as_ref().is_none_or(|asked| asked == of)
    };
    let rows = match query.by {
        BridgeBy::Class | BridgeBy::Account => {
            let mut sums: BTreeMap<(Class, String), Part> = BTreeMap::new();
            for ((owner, class), part) in matched.parts.by_account() {
                let owner = name(owner);
                if is_shown(class, &owner) {
                    let owner = if query.by == BridgeBy::Account { owner } else { String::new() };
                    let sum = sums.entry((class, owner)).or_default();
                    *sum = sum.plus(part)?;
                }
            }
            let row = |((class, account), part)| BridgeRow {
                class,
                account,
                provider_order: String::new(),
                line: String::new(),
                product: String::new(),
                rule: None,
                part,
            };
            sums.into_iter().map(row).collect()
        }
        BridgeBy::Line => lines(reader, &bill, &owners, &matched, &name, &is_shown)?,
    };
    let shown = rows.iter().try_fold(Part::default(), |sum, row| sum.plus(row.part))?;
    Ok(BridgeView {
        period,
        version: bill.version,
        finality: bill.finality,
        currency: bill.currency,
        paid: [bill.totals.voucher, bill.totals.card],
        statement: TwoSided::of(&matched.bridge, &matched.parts)?,
        rate: matched.rate,
        by: query.by,
        filter: filter(query, account.as_deref()),
        bridge: matched.bridge,
        rows,
        shown,
    })
}

/// What the rows are filtered by.
fn filter(query: &BridgeQuery, account: Option<&str>) -> String {
    let mut filters = Vec::new();
    filters.extend(query.class.map(|class| format!("class {class}")));
    filters.extend(account.map(|account| format!("account {account}")));
    match (query.by, filters.is_empty()) {
        (BridgeBy::Line, true) => "every class but matched and usage".to_owned(),
        (_, true) => "none: the whole month".to_owned(),
        (_, false) => filters.join(", "),
    }
}

/// Bill lines and recorded orders with their classes: both add up to the bridge.
fn lines(
    reader: Reader<'_>,
    bill: &BillVersion,
    owners: &Owners,
    matched: &Matched,
    name: &dyn Fn(LineOwner) -> String,
    is_shown: &dyn Fn(Class, &str) -> bool,
) -> Result<Vec<BridgeRow>> {
    let codes = reader.product_codes()?;
    let closed = reader.closed_through()?;
    let tax = tax_of(reader, bill)?;
    let classes = matched.order_classes();
    let mut rows = Vec::new();
    let mut push = |class: Class, owner: LineOwner, texts: [String; 3], part: Part| {
        let account = name(owner);
        if is_shown(class, &account) {
            let [provider_order, line, product] = texts;
            let rule = match owner {
                LineOwner::Known(id) if class != Class::Tax => classes.rule(id, OrderNumber::of(&provider_order)),
                _ => None,
            };
            rows.push(BridgeRow { class, account, provider_order, line, product, rule, part });
        }
    };
    reader.each_line_of(bill, &LineFilter::default(), |_, line| {
        let owner = owners.line_owner(line);
        let treatment = line.kind.treatment(line.order_no.is_present());
        let class = match (class_without_order(owner, treatment, is_late(closed, bill, line)), owner) {
            (Some(class), _) => class,
            (None, LineOwner::Known(account)) => classes.of(account, line.order_no),
            (None, _) => return Ok(()),
        };
        let product = codes.get(&line.product).cloned().unwrap_or_default();
        let texts = [line.order_no.to_string(), line.line_id.to_owned(), product];
        let with_tax = tax.gross(line.payable)?;
        if with_tax != line.payable {
            let left_out = line.payable.minus(with_tax)?;
            push(Class::Tax, owner, texts.clone(), Part { count: 1, recorded: Exact::ZERO, billed: left_out });
        }
        push(class, owner, texts, Part { count: 1, recorded: Exact::ZERO, billed: with_tax });
        Ok(())
    })?;
    for row in matched.recorded_rows(bill.currency)? {
        let part = Part { count: 1, recorded: row.recorded, billed: row.billed };
        push(row.class, LineOwner::Known(row.account), [row.order_no, String::new(), String::new()], part);
    }
    for moved in &matched.reclassified {
        let product = moved.product.and_then(|id| codes.get(&id).cloned()).unwrap_or_default();
        let texts = || [String::new(), String::new(), product.clone()];
        push(moved.to, moved.owner, texts(), Part { count: 1, recorded: Exact::ZERO, billed: moved.billed });
        push(moved.from, moved.owner, texts(), Part { count: 0, recorded: Exact::ZERO, billed: moved.billed.negated()? });
    }
    for (line_id, uid, count) in reader.bill_repeats(bill.id)? {
        let owner = owners.counted(uid).map_or(LineOwner::Unknown(uid), |account| LineOwner::Known(account.id));
        let class = Class::Difference(DifferenceKind::DuplicateLine);
        push(class, owner, [String::new(), line_id, String::new()], Part { count, ..Part::default() });
    }
    rows.sort_by(|a, b| {
        let place = |row: &BridgeRow| (row.class, row.account.clone(), row.provider_order.clone(), row.line.clone());
        place(a).cmp(&place(b)).then(a.part.billed.cmp(&b.part.billed))
    });
    Ok(rows)
}
