//! Bills: read in blocks, checked line by line, kept whole.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::usage::Owners;
use super::{Operation, Result, UseCase};
use crate::domain::bill::{BillLine, ControlTotals, Fault, Finality, Layout, Problem, Problems, Source, Treatment, admit_month};
use crate::domain::chain::sha256_hex;
use crate::domain::id::{BillVersionId, ProductId, SeenUidId};
use crate::domain::money::{Currency, Exact};
use crate::domain::period::{Month, PeriodState};
use crate::domain::progress::Watch;
use crate::domain::refusal::{Notice, Refusal};
use crate::domain::role::Permission;
use crate::store::{BillFile, BillVersion, NewBillVersion, Reader};

/// A file of a bill, opened for reading.
pub struct BillInput {
    /// The readers' side.
    pub source: Box<dyn Source>,
    /// SHA-256 of the file's content.
    pub sha256: String,
}

/// Imports the files of one version of a month's bill: all of them, or nothing.
pub struct ImportBill<'a> {
    /// The month.
    pub period: Month,
    /// Whether the provider may still change it.
    pub finality: Finality,
    /// The currency, where the layout does not say; the book's own when `None`.
    pub currency: Option<Currency>,
    /// The files.
    pub files: Vec<BillInput>,
    /// Who watches.
    pub watch: &'a dyn Watch,
}

/// An imported bill.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BillImported {
    /// The version.
    pub bill: BillVersion,
    /// Accounts on it.
    pub accounts: u64,
    /// Accounts on it that the book does not have.
    pub unknown_accounts: u64,
    /// Whether the book had it already.
    pub already_imported: bool,
    /// What is worth saying.
    pub notices: Vec<Notice>,
}

impl UseCase for ImportBill<'_> {
    const COMMAND: &'static str = "bill import";
    const PERMISSION: Permission = Permission::CloseMonths;
    type Outcome = BillImported;

    fn run(self, operation: &mut Operation<'_>) -> Result<BillImported> {
        import(operation, self)
    }
}

pub(super) fn import(operation: &mut Operation<'_>, request: ImportBill<'_>) -> Result<BillImported> {
    let ImportBill { period, finality, currency, files, watch } = request;
    let mut hashes = HashSet::new();
    if let Some(twice) = files.iter().find(|file| !hashes.insert(&file.sha256)) {
        return Err(Refusal::FileTwice { file: twice.source.file().to_owned() }.into());
    }
    let content = content_hash(&files);
    let latest = operation.reader().bill(period)?;
    if let Some(known) = latest.filter(|known| known.content == content && currency.is_none_or(|c| c == known.currency)) {
        let promoted = known.finality == Finality::Estimated && finality == Finality::Final;
        let bill = if promoted { operation.writer().finalise_bill(&known)? } else { known };
        let uids = uids_of(operation.reader(), &bill)?;
        return summary(operation.reader(), bill, &uids, !promoted, vec![]);
    }
    if operation.closed_through().state(period) == PeriodState::Closed {
        let first_open = operation.closed_through().0.map_or(period, Month::next);
        return Err(Refusal::PeriodClosed { period, first_open }.into());
    }
    let default_currency = match currency {
        Some(currency) => currency,
        None => operation.reader().agent()?.currency,
    };
    let mut loading = Loading::begin(operation, period, currency, default_currency)?;
    let mut bill_files = Vec::with_capacity(files.len());
    let mut layout = Layout::AlibabaV2;
    let mut unknown_columns: Vec<String> = Vec::new();
    let mut found: Vec<(String, Problems)> = Vec::new();
    let mut notices = Vec::new();
    for (number, BillInput { mut source, sha256 }) in (1..).zip(files) {
        layout = source.layout().clone();
        unknown_columns
            .extend(source.unknown_columns().iter().filter(|c| !unknown_columns.contains(c)).cloned().collect::<Vec<_>>());
        let problems = loading.read_file(operation, number, source.as_mut(), watch)?;
        found.push((source.file().to_owned(), problems));
        if !loading.ends_in_line_break {
            notices.push(Notice::NoFinalLineBreak { file: source.file().to_owned() });
        }
        bill_files.push(BillFile { name: source.file().to_owned(), sha256, header: source.header().to_owned() });
    }
    loading.require_its_period()?;
    for (file, problems) in found {
        problems.refuse_if_any(&file)?;
    }
    let uids: HashSet<SeenUidId> = loading.uids.values().copied().collect();
    let (repeats, neighbours) = (loading.repeats, loading.neighbours);
    let bill = loading.finish(operation, finality, layout, content, bill_files)?;
    if !unknown_columns.is_empty() {
        notices.push(Notice::UnknownColumns { columns: unknown_columns });
    }
    if repeats > 0 {
        notices.push(Notice::RepeatedLines { count: repeats });
    }
    if neighbours > 0 {
        notices.push(Notice::NeighbouringMonths { count: neighbours });
    }
    summary(operation.reader(), bill, &uids, false, notices)
}

/// SHA-256 over the files' SHA-256s, in an order that does not depend on the command line.
fn content_hash(files: &[BillInput]) -> String {
    let mut hashes: Vec<&str> = files.iter().map(|file| file.sha256.as_str()).collect();
    hashes.sort_unstable();
    sha256_hex(hashes.join("\n").as_bytes())
}

fn uids_of(reader: Reader<'_>, bill: &BillVersion) -> Result<HashSet<SeenUidId>> {
    let mut seen = HashSet::new();
    reader.each_bill_line(bill, |line| {
        seen.insert(line.seen_uid);
        Ok(())
    })?;
    Ok(seen)
}

fn summary(
    reader: Reader<'_>,
    bill: BillVersion,
    seen: &HashSet<SeenUidId>,
    already_imported: bool,
    mut notices: Vec<Notice>,
) -> Result<BillImported> {
    let owners = Owners::load(reader, bill.currency)?;
    let mut unknown: Vec<&str> = seen.iter().filter(|uid| owners.account(**uid).is_none()).map(|uid| owners.uid(*uid)).collect();
    unknown.sort_unstable();
    if let Some(first) = unknown.first() {
        notices.push(Notice::UnknownAccounts { count: unknown.len() as u64, first: (*first).to_owned() });
    }
    let (accounts, unknown_accounts) = (seen.len() as u64, unknown.len() as u64);
    Ok(BillImported { bill, accounts, unknown_accounts, already_imported, notices })
}

/// A version while its lines are read.
struct Loading {
    period: Month,
    version: BillVersionId,
    first_line: i64,
    /// The one currency, once a line has named it.
    currency: Option<Currency>,
    default_currency: Currency,
    totals: ControlTotals,
    in_period: u64,
    other_month: Option<Month>,
    neighbours: u64,
    repeats: u64,
    ends_in_line_break: bool,
    /// Hash of a line's id → hash of the line. Equal in both: the line came before. The 64 bits of the id alone are not
    /// trusted: on a clash of ids with other content the book is asked.
    seen_lines: HashMap<u64, u64>,
    uids: HashMap<String, SeenUidId>,
    products: HashMap<String, ProductId>,
    usage: HashMap<(SeenUidId, ProductId, Month), (Exact, Exact)>,
}

impl Loading {
    fn begin(operation: &mut Operation<'_>, period: Month, currency: Option<Currency>, default_currency: Currency) -> Result<Self> {
        Ok(Self {
            period,
            version: operation.writer().next_bill_version()?,
            first_line: operation.writer().next_bill_line()?,
            currency,
            default_currency,
            totals: ControlTotals::default(),
            in_period: 0,
            other_month: None,
            neighbours: 0,
            repeats: 0,
            ends_in_line_break: true,
            seen_lines: HashMap::new(),
            uids: HashMap::new(),
            products: HashMap::new(),
            usage: HashMap::new(),
        })
    }

    fn read_file(
        &mut self,
        operation: &mut Operation<'_>,
        file: i64,
        source: &mut dyn Source,
        watch: &dyn Watch,
    ) -> Result<Problems> {
        let mut problems = Problems::default();
        while let Some(mut block) = source.next_block()? {
            self.ends_in_line_break = block.raw.last() == Some(&b'\n');
            operation.writer().insert_bill_block(self.version, file, block.first_line, &block.raw)?;
            for problem in std::mem::take(&mut block.problems) {
                problems.push(problem);
            }
            for line in block.lines() {
                match self.admit(&line) {
                    Ok(()) => self.take(operation, file, &line)?,
                    Err((column, value, fault)) => {
                        problems.push(Problem { line: line.number, column: Some(column.to_owned()), value, fault });
                    }
                }
            }
            watch.advance(block.bytes_read, source.size());
        }
        Ok(problems)
    }

    /// A bill of another month altogether is named as that, not line by line.
    fn require_its_period(&self) -> Result<()> {
        match (self.in_period, self.other_month) {
            (0, Some(found)) => Err(Refusal::WrongPeriod { asked: self.period, found }.into()),
            _ => Ok(()),
        }
    }

    fn admit(&mut self, line: &BillLine<'_>) -> std::result::Result<(), (&'static str, String, Fault)> {
        if line.month == self.period {
            self.in_period += 1;
        } else {
            self.other_month.get_or_insert(line.month);
        }
        admit_month(line, self.period).map_err(|fault| ("billing month", line.month.to_string(), fault))?;
        let currency = *self.currency.get_or_insert(line.currency.unwrap_or(self.default_currency));
        match line.currency {
            Some(found) if found != currency => Err(("currency", found.to_string(), Fault::OtherCurrency(currency))),
            _ => Ok(()),
        }
    }

    fn take(&mut self, operation: &mut Operation<'_>, file: i64, line: &BillLine<'_>) -> Result<()> {
        let uid = match self.uids.get(line.owner_uid) {
            Some(uid) => *uid,
            None => {
                let uid = operation.writer().seen_uid(line.owner_uid)?;
                self.uids.insert(line.owner_uid.to_owned(), uid);
                uid
            }
        };
        let product = match self.products.get(line.product) {
            Some(product) => *product,
            None => {
                let product = operation.writer().product(line.product)?;
                operation.writer().name_product(product, line.product_name)?;
                self.products.insert(line.product.to_owned(), product);
                product
            }
        };
        if self.is_repeat(operation, line)? {
            self.repeats += 1;
            return Ok(operation.writer().insert_bill_repeat(self.version, file, line, uid)?);
        }
        self.totals.add(line)?;
        if line.month != self.period {
            self.neighbours += 1;
        }
        if let Treatment::Usage | Treatment::Adjustment = line.kind.treatment(!line.order_no.is_empty()) {
            let sum = self.usage.entry((uid, product, line.month)).or_default();
            sum.0 = sum.0.plus(line.list)?.minus(line.covered)?;
            sum.1 = sum.1.plus(line.payable)?;
        }
        operation.writer().insert_bill_line(self.period, file, line, uid, product)?;
        Ok(())
    }

    /// Whether the line came before with the same content; the same id with other content refuses the file.
    fn is_repeat(&mut self, operation: &mut Operation<'_>, line: &BillLine<'_>) -> Result<bool> {
        if line.line_id.is_empty() {
            return Ok(false);
        }
        let id = hash(line.line_id);
        let Some(content) = self.seen_lines.get(&id) else {
            self.seen_lines.insert(id, line.content);
            return Ok(false);
        };
        if *content == line.content {
            return Ok(true);
        }
        let next = operation.writer().next_bill_line()?;
        match operation.reader().bill_line_exists(self.first_line, next, line.line_id)? {
            Some(first) => Err(Refusal::LineConflict { line_id: line.line_id.to_owned(), first, second: line.number }.into()),
            None => Ok(false),
        }
    }

    fn finish(
        self,
        operation: &mut Operation<'_>,
        finality: Finality,
        layout: Layout,
        content: String,
        files: Vec<BillFile>,
    ) -> Result<BillVersion> {
        let mut usage: Vec<_> = self.usage.into_iter().collect();
        usage.sort_unstable_by_key(|(key, _)| *key);
        for ((uid, product, month), (list, billed)) in usage {
            operation.writer().insert_bill_usage(self.version, uid, product, month, list, billed)?;
        }
        let currency = self.currency.unwrap_or(self.default_currency);
        let new = NewBillVersion {
            period: self.period,
            finality,
            layout,
            currency,
            content,
            files,
            totals: self.totals,
            repeats: self.repeats,
        };
        Ok(operation.writer().insert_bill_version(self.version, self.first_line, new)?)
    }
}

fn hash(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A version of a bill with its files and its sums by account.
#[derive(Clone, Debug)]
pub struct BillView {
    /// The version.
    pub bill: BillVersion,
    /// Its files.
    pub files: Vec<BillFile>,
    /// Its accounts, by code or UID: lines, list, payable.
    pub accounts: Vec<BillAccount>,
}

/// What a bill says of one account.
#[derive(Clone, Debug)]
pub struct BillAccount {
    /// The UID on the bill.
    pub uid: String,
    /// The account's code, where the book has it.
    pub account: Option<crate::domain::code::Code>,
    /// Sums.
    pub totals: ControlTotals,
}

/// Shows the version of a month's bill that counts.
pub fn show(reader: Reader<'_>, period: Month) -> Result<BillView> {
    let bill = reader.bill(period)?.ok_or(Refusal::NoBill { period })?;
    let owners = Owners::load(reader, bill.currency)?;
    let mut sums: HashMap<SeenUidId, ControlTotals> = HashMap::new();
    reader.each_bill_line(&bill, |line| {
        let sum = sums.entry(line.seen_uid).or_default();
        sum.lines += 1;
        sum.list = sum.list.plus(line.list)?;
        sum.payable = sum.payable.plus(line.payable)?;
        Ok(())
    })?;
    let mut accounts: Vec<BillAccount> = sums
        .into_iter()
        .map(|(uid, totals)| BillAccount {
            uid: owners.uid(uid).to_owned(),
            account: owners.account(uid).map(|a| a.code.clone()),
            totals,
        })
        .collect();
    accounts.sort_by(|a, b| (&a.account, &a.uid).cmp(&(&b.account, &b.uid)));
    let files = reader.bill_files(bill.id)?;
    Ok(BillView { bill, files, accounts })
}

/// Lists every version of every bill, by month.
pub fn list(reader: Reader<'_>) -> Result<Vec<BillVersion>> {
    Ok(reader.bills()?)
}
