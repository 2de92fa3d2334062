//! Whether a statement file is the one that was issued, from the file, the manifest and the receipt alone: without the book.
//!
//! A manifest names files by their hash; a receipt names statements by the hash of their frozen form. A file is proved by the
//! manifest; a manifest by the receipt; and a statement that says everything itself, as JSON does, is put into its frozen form
//! again and proved by the receipt directly. Each step is told, with the figures in which it fails.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::domain::account::{Mode, Uid};
use crate::domain::code::{Code, Name};
use crate::domain::id::OrderId;
use crate::domain::journal::Event;
use crate::domain::money::{Currency, Exact, Overflow};
use crate::domain::period::Month;
use crate::domain::rate::Discount;
use crate::domain::statement::{STATEMENT_FORM, Statement, StatementKind, StatementLine, UsageDetail};
use crate::domain::words::words;

words! {
    /// What is proved.
    ProofStep, "a step of a proof" {
        /// The file is one that the manifest names.
        File = "file",
        /// The manifest's figures foot and add up.
        Sums = "sums",
        /// The manifest says of every statement what the receipt says.
        Manifest = "manifest",
        /// The file's own content is what the receipt has.
        Statement = "statement",
    }
}

impl ProofStep {
    /// What it means that it holds.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::File => "the manifest names a file of this content",
            Self::Sums => "the manifest's figures foot and add up",
            Self::Manifest => "the manifest has the statements of the receipt, with their hashes and closing balances",
            Self::Statement => "the file says what was frozen, hash and closing balance",
        }
    }
}

/// One step, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// What is proved.
    pub step: ProofStep,
    /// The reason why it fails; `None` where it holds.
    pub failure: Option<String>,
}

impl Proof {
    fn of(step: ProofStep, found: Result<(), String>) -> Self {
        Self { step, failure: found.err() }
    }
}

/// A manifest, as its file says.
#[derive(Clone, Debug, Deserialize)]
pub struct Manifest {
    /// The month.
    pub period: Month,
    /// The files.
    pub rows: Vec<ManifestRow>,
    /// What the statements add up to, each account counted once.
    pub totals: BTreeMap<Currency, ManifestTotals>,
}

/// A file of a manifest. Amounts are in major units.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are the manifest's own, named as there")]
pub struct ManifestRow {
    pub file: String,
    pub sha256: String,
    pub account: Code,
    pub currency: Currency,
    pub opening: Exact,
    pub charges: Exact,
    pub payments: Exact,
    pub credits: Exact,
    pub closing: Exact,
    pub saved: Exact,
    pub statement_sha256: Option<String>,
}

/// What the statements of a manifest add up to, in major units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "the fields are the manifest's own, named as there")]
pub struct ManifestTotals {
    pub statements: u64,
    pub opening: Exact,
    pub charges: Exact,
    pub payments: Exact,
    pub credits: Exact,
    pub closing: Exact,
    pub saved: Exact,
}

impl ManifestTotals {
    fn plus(self, row: &ManifestRow) -> Result<Self, Overflow> {
        Ok(Self {
            statements: self.statements + 1,
            opening: self.opening.plus(row.opening)?,
            charges: self.charges.plus(row.charges)?,
            payments: self.payments.plus(row.payments)?,
            credits: self.credits.plus(row.credits)?,
            closing: self.closing.plus(row.closing)?,
            saved: self.saved.plus(row.saved)?,
        })
    }
}

/// What a receipt says of a month's statements.
#[derive(Clone, Debug)]
pub struct ReceiptStatements {
    /// The month.
    pub period: Month,
    /// By account.
    pub statements: Vec<ReceiptStatement>,
}

/// What a receipt says of one statement.
#[derive(Clone, Debug, Deserialize)]
pub struct ReceiptStatement {
    /// The account.
    pub account: Code,
    /// What it is counted in.
    pub currency: Currency,
    /// Its balance due at the end, in major units.
    pub closing: Exact,
    /// SHA-256 of the frozen form.
    pub sha256: String,
}

/// A statement file, as far as it can be looked into.
#[derive(Clone, Debug)]
pub struct StatementFile {
    /// Its name, without folders.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// What it says of itself, if it says everything.
    pub content: Content,
}

/// What a statement file says of itself.
#[derive(Clone, Debug)]
pub enum Content {
    /// A whole statement, with the SHA-256 of the frozen form that follows from it.
    Statement(Box<Statement>, String),
    /// JSON that is no whole statement: why.
    Unfit(String),
    /// A form that leaves something out, such as a sheet or a page.
    Other,
}

/// Proves a file by a manifest, a receipt, or both. A step that has nothing to go by is not taken; of a receipt, at least one is.
pub fn prove(
    file: &StatementFile,
    manifest: Option<&Manifest>,
    receipt: Option<&ReceiptStatements>,
) -> Result<Vec<Proof>, Overflow> {
    let mut proofs = Vec::new();
    if let Some(manifest) = manifest {
        proofs.push(Proof::of(ProofStep::File, named(file, manifest)));
        proofs.push(Proof::of(ProofStep::Sums, adds_up(manifest)?));
    }
    let Some(receipt) = receipt else { return Ok(proofs) };
    if let Some(manifest) = manifest {
        proofs.push(Proof::of(ProofStep::Manifest, agrees(manifest, receipt)));
    }
    match (&file.content, manifest) {
        (Content::Statement(statement, sha256), _) => {
            proofs.push(Proof::of(ProofStep::Statement, frozen(statement, sha256, receipt)));
        }
        (Content::Unfit(reason), _) => {
            proofs.push(Proof::of(ProofStep::Statement, Err(format!("it is not a whole statement: {reason}"))));
        }
        (Content::Other, None) => {
            let reason = "only a JSON statement says everything itself; any other file is proved by its manifest";
            proofs.push(Proof::of(ProofStep::Statement, Err(reason.to_owned())));
        }
        (Content::Other, Some(_)) => {}
    }
    Ok(proofs)
}

/// The manifest has a file of this content.
fn named(file: &StatementFile, manifest: &Manifest) -> Result<(), String> {
    if manifest.rows.iter().any(|row| row.sha256 == file.sha256) {
        return Ok(());
    }
    match manifest.rows.iter().find(|row| row.file == file.name) {
        Some(row) => Err(format!("the manifest has {} for {}, the file has {}", row.sha256, row.file, file.sha256)),
        None => Err(format!("the manifest of {} names no {}, and no file of its content", manifest.period, file.name)),
    }
}

/// Every row foots, rows of one account say the same, and the totals are their sum.
fn adds_up(manifest: &Manifest) -> Result<Result<(), String>, Overflow> {
    let figures = |row: &ManifestRow| [row.opening, row.charges, row.payments, row.credits, row.closing, row.saved];
    let mut accounts: BTreeMap<&Code, &ManifestRow> = BTreeMap::new();
    let mut sums: BTreeMap<Currency, ManifestTotals> = BTreeMap::new();
    for row in &manifest.rows {
        if row.opening.plus(row.charges)?.minus(row.payments)?.minus(row.credits)? != row.closing {
            return Ok(Err(format!("the figures of {} do not lead from its opening to its closing", row.account)));
        }
        match accounts.insert(&row.account, row) {
            Some(other) if figures(other) != figures(row) => {
                return Ok(Err(format!("{} and {} differ in the figures of {}", other.file, row.file, row.account)));
            }
            Some(_) => {}
            None => {
                let sum = sums.entry(row.currency).or_default();
                *sum = sum.plus(row)?;
            }
        }
    }
    Ok(if sums == manifest.totals { Ok(()) } else { Err("the totals are not the sum of the rows".to_owned()) })
}

/// The manifest has exactly the statements of the receipt.
fn agrees(manifest: &Manifest, receipt: &ReceiptStatements) -> Result<(), String> {
    if manifest.period != receipt.period {
        return Err(format!("the manifest is of {}, the receipt of {}", manifest.period, receipt.period));
    }
    for row in &manifest.rows {
        let Some(hash) = &row.statement_sha256 else {
            return Err(format!("the manifest has a provisional statement of {}, from before the close", row.account));
        };
        let of_receipt = found(receipt, &row.account)?;
        same(&row.account, "the manifest", (row.currency, row.closing, hash), of_receipt)?;
    }
    let missing = receipt.statements.iter().find(|statement| manifest.rows.iter().all(|row| row.account != statement.account));
    missing.map_or(Ok(()), |statement| Err(format!("the manifest has no statement of {}, the receipt has one", statement.account)))
}

/// The statement is the one that was frozen.
fn frozen(statement: &Statement, sha256: &str, receipt: &ReceiptStatements) -> Result<(), String> {
    if statement.period != receipt.period {
        return Err(format!("the statement is of {}, the receipt of {}", statement.period, receipt.period));
    }
    let closing = Exact::from_amount(statement.closing, statement.currency);
    let of_receipt = found(receipt, &statement.account)?;
    same(&statement.account, "the file", (statement.currency, closing, sha256), of_receipt)
}

fn found<'r>(receipt: &'r ReceiptStatements, account: &Code) -> Result<&'r ReceiptStatement, String> {
    let found = receipt.statements.iter().find(|statement| statement.account == *account);
    found.ok_or_else(|| format!("the receipt of {} has no statement of {account}", receipt.period))
}

/// The closing balance first: it says more to people than a hash.
fn same(
    account: &Code,
    who: &str,
    (currency, closing, sha256): (Currency, Exact, &str),
    receipt: &ReceiptStatement,
) -> Result<(), String> {
    if (currency, closing) != (receipt.currency, receipt.closing) {
        let (ours, theirs) = (closing.display(currency), receipt.closing.display(receipt.currency));
        return Err(format!("{account} closes with {currency} {ours} in {who}, with {} {theirs} in the receipt", receipt.currency));
    }
    if sha256 != receipt.sha256 {
        return Err(format!("the content of {account} is {sha256} in {who}, {} in the receipt", receipt.sha256));
    }
    Ok(())
}

/// A statement as a program is told it: amounts in major units, ids as people see them.
#[derive(Clone, Debug, Deserialize)]
pub struct ToldStatement {
    agent: Name,
    account: Code,
    uid: Option<Uid>,
    group: Code,
    entity: Name,
    mode: Mode,
    period: Month,
    currency: Currency,
    opening: Exact,
    lines: Vec<ToldLine>,
    usage: Vec<ToldUsage>,
    products: Vec<ToldProduct>,
    charges: Exact,
    payments: Exact,
    credits: Exact,
    closing: Exact,
    saved: Exact,
}

#[derive(Clone, Debug, Deserialize)]
struct ToldLine {
    date: NaiveDate,
    kind: StatementKind,
    event: Event,
    product: Option<String>,
    order: Option<String>,
    provider_order: Option<String>,
    charge_month: Option<Month>,
    list_price: Option<Exact>,
    agreement: Option<String>,
    tier: Option<Exact>,
    discount: Option<Discount>,
    coupon: Option<Exact>,
    payable: Option<Exact>,
    amount: Exact,
    balance: Exact,
    deposits: Option<Exact>,
    reference: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct ToldProduct {
    product: String,
    charges: u64,
    list: Exact,
    payable: Exact,
    saved: Exact,
}

#[derive(Clone, Debug, Deserialize)]
struct ToldUsage {
    product: String,
    charge_month: Month,
    lines: u64,
    list: Exact,
    covered: Exact,
    charged: Exact,
}

/// What of a told statement is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untold {
    /// An amount has more digits than its currency, or too many.
    #[error("an amount is none of its currency")]
    Amount,
    /// An order, or an agreement, is not written as this tool writes it.
    #[error("an order or an agreement is not written as in a statement")]
    Name,
    /// A figure beside the lines does not follow from them.
    #[error("a balance, or the spending by product, does not follow from the lines")]
    Figure,
    /// A sum does not fit.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

impl ToldStatement {
    /// The statement that was told, if what stands beside it follows from it.
    pub fn statement(self) -> Result<Statement, Untold> {
        let mut balance = self.opening;
        for line in &self.lines {
            balance = balance.plus(line.amount)?;
            if line.balance != balance {
                return Err(Untold::Figure);
            }
        }
        let products = self.products.clone();
        let statement = self.told()?;
        if told_products(&statement)? == products { Ok(statement) } else { Err(Untold::Figure) }
    }

    fn told(self) -> Result<Statement, Untold> {
        let currency = self.currency;
        let amount = |exact: Exact| exact.to_amount(currency).ok_or(Untold::Amount);
        let line = |told: ToldLine| -> Result<StatementLine, Untold> {
            Ok(StatementLine {
                date: told.date,
                kind: told.kind,
                event: told.event,
                product: told.product,
                order: told.order.map(|order| OrderId::parse(&order).ok_or(Untold::Name)).transpose()?,
                provider_order: told.provider_order,
                charge_month: told.charge_month,
                list_price: told.list_price,
                agreement: told.agreement.map(|version| version.parse().map_err(|()| Untold::Name)).transpose()?,
                tier: told.tier,
                discount: told.discount,
                coupon: told.coupon.map(amount).transpose()?,
                payable: told.payable.map(amount).transpose()?,
                amount: amount(told.amount)?,
                deposits: told.deposits.map(amount).transpose()?.unwrap_or_default(),
                reference: told.reference,
            })
        };
        let usage = |told: ToldUsage| -> Result<UsageDetail, Untold> {
            let ToldUsage { product, charge_month, lines, list, covered, charged } = told;
            Ok(UsageDetail { product, charge_month, lines, list, covered, charged: amount(charged)? })
        };
        Ok(Statement {
            form: STATEMENT_FORM.to_owned(),
            agent: self.agent,
            account: self.account,
            uid: self.uid,
            group: self.group,
            entity: self.entity,
            mode: self.mode,
            period: self.period,
            currency,
            opening: amount(self.opening)?,
            lines: self.lines.into_iter().map(line).collect::<Result<_, _>>()?,
            usage: self.usage.into_iter().map(usage).collect::<Result<_, _>>()?,
            charges: amount(self.charges)?,
            payments: amount(self.payments)?,
            credits: amount(self.credits)?,
            closing: amount(self.closing)?,
            saved: amount(self.saved)?,
        })
    }
}

/// The spending by product as it is told: true-ups behind the products.
fn told_products(statement: &Statement) -> Result<Vec<ToldProduct>, Overflow> {
    let exact = |amount| Exact::from_amount(amount, statement.currency);
    let mut spent: Vec<_> = statement.spent()?.into_iter().collect();
    spent.sort_by_key(|(product, _)| (product.is_none(), *product));
    let told = spent.into_iter().map(|(product, spent)| {
        Ok(ToldProduct {
            product: product.unwrap_or(Event::TrueUp.as_str()).to_owned(),
            charges: spent.charges,
            list: exact(spent.list),
            payable: exact(spent.payable),
            saved: exact(spent.saved()?),
        })
    });
    told.collect()
}
