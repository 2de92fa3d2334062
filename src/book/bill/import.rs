//! Imports the files of one version of a month's bill: all of them, or nothing.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::reading::{Foot, Head, Read, read_ahead};
use super::refuse_closed;
use super::seen_lines::SeenLines;
use crate::book::usage::Owners;
use crate::book::{Operation, Result, UseCase};
use crate::domain::bill::{
    BillLine, Block, ControlTotals, Fault, Layout, Parts, Problem, Problems, Rejects, TaxBasis, UsageClass, UsageTotals,
    admit_month, total_agrees,
};
use crate::domain::chain::sha256_hex;
use crate::domain::finality::{Finality, FinalityReason, judge};
use crate::domain::id::{BillVersionId, ProductId, SeenUidId};
use crate::domain::input::InputFile;
use crate::domain::money::{Currency, Exact, Overflow};
use crate::domain::period::Month;
use crate::domain::progress::Watch;
use crate::domain::refusal::{LinePlace, Notice, Refusal, UnreadableFile};
use crate::domain::role::Permission;
use crate::store::{BillFile, BillVersion, Compressed, FileDigest, Reader, StoredLine};

/// A file of a bill.
#[derive(Clone, Debug)]
pub struct BillInput {
    /// Its name and content.
    pub file: InputFile,
    /// When it was written, as far as anybody can tell.
    pub written: DateTime<Utc>,
}

/// What becomes of lines that cannot be read.
pub enum BadLines<'a> {
    /// One is enough to refuse the whole file.
    RefuseTheFile,
    /// They are left out, and written there.
    LeaveOut(&'a mut dyn Rejects),
}

/// Imports the files of one version of a month's bill: all of them, or nothing.
pub struct ImportBill<'a> {
    /// The month.
    pub period: Month,
    /// Whether the provider may still change it; by the provider's own rule when `None`.
    pub finality: Option<Finality>,
    /// The currency, where the layout does not say; the book's own when `None`.
    pub currency: Option<Currency>,
    /// The total that the provider states for all files together.
    pub stated: Option<Exact>,
    /// Whether the files are further parts of the version that counts.
    pub add: bool,
    /// The files.
    pub files: Vec<BillInput>,
    /// The same files, opened for reading.
    pub parts: Box<dyn Parts>,
    /// What becomes of bad lines.
    pub bad_lines: BadLines<'a>,
    /// Who watches.
    pub watch: &'a dyn Watch,
}

/// An imported bill.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BillImported {
    /// The version.
    pub bill: BillVersion,
    /// Bad lines that this command has left out.
    pub rejected: u64,
    /// Accounts on it.
    pub accounts: u64,
    /// Accounts on it that the book does not have.
    pub unknown_accounts: u64,
    /// What is owed to the provider for them.
    pub unknown_payable: Exact,
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

pub(in crate::book) fn import(operation: &mut Operation<'_>, request: ImportBill<'_>) -> Result<BillImported> {
    refuse_file_twice(&request.files)?;
    let counts = operation.reader().bill(request.period)?;
    if let Some(known) = &counts
        && let Some(again) = imported_before(operation, known, &request)?
    {
        return Ok(again);
    }
    refuse_closed(operation, request.period)?;
    let to = if request.add { Some(counts.ok_or(Refusal::NoBill { period: request.period })?) } else { None };
    let ImportBill { period, finality, currency, stated, files, parts, mut bad_lines, watch, .. } = request;
    let written = files.iter().map(|file| file.written).min().unwrap_or_default();
    let mut loading = Loading::begin(operation, period, currency, to)?;
    let mut open = OpenFile { inputs: files, part: None };
    let size = parts.size();
    read_ahead(parts, |read| match read {
        Read::Head(head) => loading.begin_part(operation, &mut open, head, &mut bad_lines),
        Read::Block(block, text, bytes_read) => {
            watch.advance(bytes_read, Some(size));
            loading.take_block(operation, &mut open, &block, &text, &mut bad_lines)
        }
        Read::Foot(foot) => loading.end_part(operation, &mut open, foot),
        Read::End(notices) => {
            loading.notices.extend(notices);
            Ok(())
        }
    })?;
    loading.finish(operation, stated, finality, written)
}

/// Empty files say nothing, and are not among those of a version.
fn not_empty(files: &[BillInput]) -> impl Iterator<Item = &InputFile> {
    files.iter().map(|input| &input.file).filter(|file| !file.content.is_empty())
}

/// One file alone is not compared with anything, and so need not be read for its hash before its time.
fn refuse_file_twice(files: &[BillInput]) -> Result<()> {
    let mut hashes = HashSet::new();
    if files.len() > 1 {
        for file in not_empty(files) {
            if !hashes.insert(file.sha256()?) {
                return Err(Refusal::FileTwice { file: file.name.clone() }.into());
            }
        }
    }
    Ok(())
}

/// The answer for files that are all in the version that counts; `None` when one of them is not.
fn imported_before(operation: &mut Operation<'_>, known: &BillVersion, request: &ImportBill<'_>) -> Result<Option<BillImported>> {
    let files = operation.reader().bill_files(known.id)?;
    let inputs: Vec<&InputFile> = not_empty(&request.files).collect();
    if inputs.is_empty() {
        return Ok(None);
    }
    let given = inputs.iter().map(|file| file.sha256()).collect::<std::result::Result<Vec<_>, _>>()?;
    let is_known = |sha256: &String| files.iter().any(|file| file.sha256 == *sha256);
    let all_known = given.iter().all(is_known);
    if request.add
        && !all_known
        && let Some(twice) = given.iter().position(is_known)
    {
        return Err(Refusal::FileTwice { file: inputs[twice].name.clone() }.into());
    }
    let same = all_known && request.currency.is_none_or(|currency| currency == known.currency);
    // A part of the version with a total of its own is a bill of its own; the whole of it, or a part that is added, is not.
    let is_whole = || files.iter().all(|file| given.contains(&file.sha256));
    let restated = request.stated.filter(|stated| Some(*stated) != known.stated);
    if !same || (restated.is_some() && !request.add && !is_whole()) {
        return Ok(None);
    }
    let written = request.files.iter().map(|file| file.written).min().unwrap_or_default();
    let (finality, reason) = match request.finality {
        Some(finality) => (finality, FinalityReason::Said),
        None => judge(&known.layout, known.period, written),
    };
    let promoted = known.finality == Finality::Estimated && finality == Finality::Final;
    let mut bill = known.clone();
    if promoted {
        (bill.finality, bill.reason) = (finality, reason);
    }
    bill.stated = restated.or(known.stated);
    let is_changed = bill != *known;
    if is_changed {
        refuse_closed(operation, request.period)?;
        operation.writer().save_bill(Some(known), &bill)?;
    }
    summary(operation.reader(), bill, 0, !is_changed, vec![]).map(Some)
}

fn summary(
    reader: Reader<'_>,
    bill: BillVersion,
    rejected: u64,
    already_imported: bool,
    mut notices: Vec<Notice>,
) -> Result<BillImported> {
    let owners = Owners::load(reader, bill.currency)?;
    let sums = reader.bill_accounts(bill.id)?;
    let mut unknown: Vec<(&str, &ControlTotals)> =
        sums.iter().filter(|(uid, _)| owners.account(**uid).is_none()).map(|(uid, totals)| (owners.uid(*uid), totals)).collect();
    unknown.sort_unstable_by_key(|(uid, _)| *uid);
    let unknown_payable = unknown.iter().try_fold(Exact::ZERO, |sum, (_, totals)| sum.plus(totals.payable))?;
    if let Some((first, _)) = unknown.first() {
        let count = unknown.len() as u64;
        notices.push(Notice::UnknownAccounts {
            count,
            first: (*first).to_owned(),
            payable: unknown_payable,
            currency: bill.currency,
        });
        let lost: Vec<&str> = unknown.iter().map(|(uid, _)| *uid).filter(|uid| uid.len() == 16 && uid.ends_with('0')).collect();
        if !lost.is_empty() {
            notices.push(Notice::DigitsLost { count: lost.len() as u64, first: lost[0].to_owned() });
        }
    }
    if let Some(stated) = bill.stated.filter(|stated| !total_agrees(*stated, bill.totals.payable, bill.currency)) {
        let difference = stated.minus(bill.totals.payable)?;
        notices.push(Notice::TotalDiffers { stated, sum: bill.totals.payable, difference, currency: bill.currency });
    }
    let (accounts, unknown_accounts) = (sums.len() as u64, unknown.len() as u64);
    Ok(BillImported { bill, rejected, accounts, unknown_accounts, unknown_payable, already_imported, notices })
}

/// The files while their parts are read.
struct OpenFile {
    inputs: Vec<BillInput>,
    part: Option<OpenPart>,
}

struct OpenPart {
    head: Head,
    number: i64,
    first_line: i64,
    digest: FileDigest,
    problems: Problems,
    ends_in_line_break: bool,
}

impl OpenFile {
    fn part(&mut self) -> &mut OpenPart {
        self.part.as_mut().expect("a part begins before its lines come")
    }
}

/// An account as lines name it.
struct Owner {
    row: SeenUidId,
    totals: ControlTotals,
}

struct Product {
    code: String,
    row: ProductId,
}

/// Usage is summed up by account, product and month; accounts and products by their places in the lists of [`Loading`].
type UsageKey = (usize, usize, Month, UsageClass);

/// A version while its lines are read.
struct Loading {
    period: Month,
    version: BillVersionId,
    /// The version that the files are added to.
    to: Option<BillVersion>,
    /// The row of the version's first line: places of lines are counted from it.
    first_row: i64,
    next_row: i64,
    /// The one currency, once a line has named it.
    currency: Option<Currency>,
    default_currency: Currency,
    layout: Option<(Layout, Option<TaxBasis>)>,
    files: Vec<BillFile>,
    owners: Vec<Owner>,
    owner_places: HashMap<String, usize>,
    products: Vec<Product>,
    product_places: HashMap<String, usize>,
    usage: HashMap<UsageKey, UsageTotals>,
    seen_lines: SeenLines,
    payers: Payers,
    unknown_columns: Vec<String>,
    stated: Option<Exact>,
    in_period: u64,
    /// Lines of another month that give nothing back.
    charges_elsewhere: u64,
    other_month: Option<Month>,
    neighbours: u64,
    repeats: u64,
    rejected: u64,
    refused: Vec<(String, Problems)>,
    notices: Vec<Notice>,
}

impl Loading {
    fn begin(operation: &mut Operation<'_>, period: Month, asked: Option<Currency>, to: Option<BillVersion>) -> Result<Self> {
        let agent = operation.reader().agent()?;
        let version = match &to {
            Some(to) => to.id,
            None => operation.writer().next_bill_version()?,
        };
        let next_row = operation.writer().next_bill_line()?;
        let mut loading = Self {
            period,
            version,
            first_row: next_row,
            next_row,
            currency: asked.or(to.as_ref().map(|to| to.currency)),
            default_currency: agent.currency,
            layout: to.as_ref().map(|to| (to.layout.clone(), to.tax)),
            files: Vec::new(),
            owners: Vec::new(),
            owner_places: HashMap::new(),
            products: Vec::new(),
            product_places: HashMap::new(),
            usage: HashMap::new(),
            seen_lines: SeenLines::default(),
            payers: Payers { agent: agent.uid.map(|uid| uid.to_string()), ..Payers::default() },
            unknown_columns: Vec::new(),
            stated: None,
            in_period: 0,
            charges_elsewhere: 0,
            other_month: None,
            neighbours: 0,
            repeats: 0,
            rejected: 0,
            refused: Vec::new(),
            notices: Vec::new(),
            to: None,
        };
        if let Some(to) = to {
            if loading.currency != Some(to.currency) {
                return Err(Refusal::CurrencyMismatch { expected: to.currency, found: asked.unwrap_or(to.currency) }.into());
            }
            loading.resume(operation, to)?;
        }
        Ok(loading)
    }

    /// Takes up a version where its last file ended.
    fn resume(&mut self, operation: &mut Operation<'_>, to: BillVersion) -> Result<()> {
        let reader = operation.reader();
        self.files = reader.bill_files(to.id)?;
        self.first_row = self.files.first().map_or(self.next_row, |file| file.first_line);
        let uids = reader.seen_uids()?;
        let codes = reader.product_codes()?;
        let mut owners = std::collections::HashMap::new();
        for (row, totals) in reader.bill_accounts(to.id)? {
            let uid = uids.get(&row).cloned().unwrap_or_default();
            owners.insert(row, self.owners.len());
            self.owner_places.insert(uid, self.owners.len());
            self.owners.push(Owner { row, totals });
        }
        for sum in reader.bill_usage(to.id)? {
            let code = codes.get(&sum.product_id).cloned().unwrap_or_default();
            let product = *self.product_places.entry(code.clone()).or_insert_with(|| {
                self.products.push(Product { code, row: sum.product_id });
                self.products.len() - 1
            });
            if let Some(owner) = owners.get(&sum.seen_uid) {
                self.usage.insert((*owner, product, sum.charge_month, sum.class), sum.totals);
            }
        }
        // Rows are walked over in their order, so that the place of each is known without asking for it.
        let rows: Vec<(i64, i64)> = self.files.iter().map(|file| (file.first_line, file.last_line)).collect();
        let mut rows = rows.into_iter().flat_map(|(first, last)| first..=last);
        let (first_row, seen_lines) = (self.first_row, &mut self.seen_lines);
        reader.each_bill_line(&to, |_, line| {
            if let Some(row) = rows.next()
                && !line.line_id.is_empty()
            {
                let place = place_of(row, first_row)?;
                seen_lines.find_or_remember(line.line_id, place, |_| Ok::<_, Overflow>(false))?;
            }
            Ok(())
        })?;
        self.in_period = to.totals.lines;
        self.to = Some(to);
        Ok(())
    }

    fn begin_part(
        &mut self,
        operation: &mut Operation<'_>,
        file: &mut OpenFile,
        head: Head,
        bad_lines: &mut BadLines<'_>,
    ) -> Result<()> {
        match &self.layout {
            None => self.layout = Some((head.layout.clone(), head.tax)),
            Some((layout, tax)) if *layout != head.layout || *tax != head.tax => {
                return Err(Refusal::TwoLayouts {
                    file: head.file,
                    layout: head.layout,
                    tax: head.tax,
                    first: layout.clone(),
                    first_tax: *tax,
                }
                .into());
            }
            Some(_) => {}
        }
        let known: HashSet<&str> = self.unknown_columns.iter().map(String::as_str).collect();
        let new = head.unknown_columns.iter().filter(|column| !known.contains(column.as_str())).cloned().collect::<Vec<_>>();
        self.unknown_columns.extend(new);
        if let BadLines::LeaveOut(rejects) = bad_lines {
            rejects.part(&head.file, &head.header)?;
        }
        let number = i64::try_from(self.files.len() + 1).map_err(|_| Overflow)?;
        let first_line = operation.writer().next_bill_line()?;
        let (digest, problems) = (FileDigest::default(), Problems::default());
        file.part = Some(OpenPart { head, number, first_line, digest, problems, ends_in_line_break: true });
        Ok(())
    }

    fn end_part(&mut self, operation: &mut Operation<'_>, file: &mut OpenFile, foot: Foot) -> Result<()> {
        let part = file.part.take().expect("a part ends after it began");
        if let Some(total) = foot.stated_total {
            self.stated = Some(self.stated.unwrap_or(Exact::ZERO).plus(total)?);
        }
        if !part.ends_in_line_break {
            self.notices.push(Notice::NoFinalLineBreak { file: part.head.file.clone() });
        }
        self.notices
            .extend(foot.remarks.iter().map(|remark| Notice::Oddity { file: part.head.file.clone(), remark: remark.clone() }));
        self.refused.push((part.head.file.clone(), part.problems));
        let bill_file = BillFile {
            number: part.number,
            name: part.head.file,
            sha256: file.inputs[part.head.input].file.sha256()?,
            header: part.head.header,
            remarks: foot.remarks,
            first_line: part.first_line,
            last_line: operation.writer().next_bill_line()? - 1,
            digest: part.digest.finish(),
        };
        operation.writer().insert_bill_file(self.version, &bill_file)?;
        self.files.push(bill_file);
        Ok(())
    }

    fn take_block(
        &mut self,
        operation: &mut Operation<'_>,
        file: &mut OpenFile,
        block: &Block,
        text: &Compressed,
        bad_lines: &mut BadLines<'_>,
    ) -> Result<()> {
        let part = file.part();
        part.ends_in_line_break = block.raw.last() == Some(&b'\n');
        part.digest.text(text.as_bytes());
        operation.writer().insert_bill_block(self.version, part.number, block.first_line, text)?;
        let mut problems: BTreeMap<u64, Vec<Problem>> = BTreeMap::new();
        for problem in &block.problems {
            problems.entry(problem.line).or_default().push(problem.clone());
        }
        let mut fresh = Vec::with_capacity(block.lines().len());
        for line in block.lines() {
            match self.admit(&line) {
                Ok(()) => self.take(operation, file, &line, &mut fresh)?,
                Err((column, value, fault)) => {
                    let problem = Problem { line: line.number, column: Some(column.to_owned()), value, fault };
                    problems.entry(line.number).or_default().push(problem);
                }
            }
        }
        operation.writer().insert_bill_lines(self.period, &fresh)?;
        for (number, problems) in problems {
            match bad_lines {
                BadLines::RefuseTheFile => problems.into_iter().for_each(|problem| file.part().problems.push(problem)),
                BadLines::LeaveOut(rejects) => {
                    self.rejected += 1;
                    let reasons: Vec<String> = problems.iter().map(Problem::reason).collect();
                    rejects.line(block.row(number), &reasons.join("; "))?;
                }
            }
        }
        Ok(())
    }

    fn admit(&mut self, line: &BillLine<'_>) -> std::result::Result<(), (&'static str, String, Fault)> {
        if line.month == self.period {
            self.in_period += 1;
        } else {
            self.other_month.get_or_insert(line.month);
            self.charges_elsewhere += u64::from(!line.payable.is_negative());
        }
        let (layout, _) = self.layout.as_ref().expect("a part names its layout before its lines come");
        admit_month(line, self.period, layout).map_err(|fault| ("billing month", line.month.to_string(), fault))?;
        let currency = *self.currency.get_or_insert(line.currency.unwrap_or(self.default_currency));
        match line.currency {
            Some(found) if found != currency => Err(("currency", found.to_string(), Fault::OtherCurrency(currency))),
            _ => Ok(()),
        }
    }

    /// Takes a line that may stand in the bill; `fresh` are the lines of its block that are not in the book yet.
    fn take<'b>(
        &mut self,
        operation: &mut Operation<'_>,
        file: &mut OpenFile,
        line: &BillLine<'b>,
        fresh: &mut Vec<StoredLine<'b>>,
    ) -> Result<()> {
        self.payers.see(line);
        let owner = self.owner(operation, line.owner_uid)?;
        let row = self.owners[owner].row;
        let number = file.part().number;
        if self.is_repeat(operation, file, line, fresh)? {
            self.repeats += 1;
            return Ok(operation.writer().insert_bill_repeat(self.version, number, line, row)?);
        }
        let product = self.product(operation, line)?;
        self.owners[owner].totals.add(line)?;
        if line.month != self.period {
            self.neighbours += 1;
        }
        if let Some(class) = UsageClass::of(line.kind, !line.order_no.is_empty()) {
            let sum = self.usage.entry((owner, product, line.month, class)).or_default();
            sum.add(line.list, line.covered, line.coupon, line.payable)?;
        }
        let stored = StoredLine::of(line, row, self.products[product].row);
        file.part().digest.line(&stored, line.owner_uid, &self.products[product].code);
        fresh.push(stored);
        self.next_row += 1;
        Ok(())
    }

    fn owner(&mut self, operation: &mut Operation<'_>, uid: &str) -> Result<usize> {
        if let Some(place) = self.owner_places.get(uid) {
            return Ok(*place);
        }
        let row = operation.writer().seen_uid(uid)?;
        self.owners.push(Owner { row, totals: ControlTotals::default() });
        self.owner_places.insert(uid.to_owned(), self.owners.len() - 1);
        Ok(self.owners.len() - 1)
    }

    fn product(&mut self, operation: &mut Operation<'_>, line: &BillLine<'_>) -> Result<usize> {
        if let Some(place) = self.product_places.get(line.product) {
            return Ok(*place);
        }
        let row = operation.writer().product(line.product)?;
        operation.writer().name_product(row, line.product_name)?;
        self.products.push(Product { code: line.product.to_owned(), row });
        self.product_places.insert(line.product.to_owned(), self.products.len() - 1);
        Ok(self.products.len() - 1)
    }

    /// Whether the line came before with the same content; the same id with other content refuses the file.
    fn is_repeat(
        &mut self,
        operation: &Operation<'_>,
        file: &OpenFile,
        line: &BillLine<'_>,
        fresh: &[StoredLine<'_>],
    ) -> Result<bool> {
        if line.line_id.is_empty() {
            return Ok(false);
        }
        let (reader, first_row) = (operation.reader(), self.first_row);
        let mut first = None;
        let place = place_of(self.next_row, first_row)?;
        let first_fresh = self.next_row - i64::try_from(fresh.len()).map_err(|_| Overflow)?;
        let found = self.seen_lines.find_or_remember(line.line_id, place, |place| {
            let row = first_row + i64::from(place);
            if let Some(before) = usize::try_from(row - first_fresh).ok().and_then(|at| fresh.get(at)) {
                first = Some((row, before.content, before.number));
                return Ok(before.line_id == line.line_id);
            }
            let (line_id, content, number) = reader.bill_line_at(row)?;
            first = Some((row, content, number));
            Ok::<_, crate::store::StoreError>(line_id == line.line_id)
        })?;
        let Some((row, content, number)) = found.and(first) else { return Ok(false) };
        if content == line.content {
            return Ok(true);
        }
        let this = file.part.as_ref().map_or("", |part| part.head.file.as_str());
        let before =
            self.files.iter().find(|file| (file.first_line..=file.last_line).contains(&row)).map_or(this, |f| f.name.as_str());
        Err(Refusal::LineConflict {
            line_id: line.line_id.to_owned(),
            first: LinePlace { file: before.to_owned(), line: number },
            second: LinePlace { file: this.to_owned(), line: line.number },
        }
        .into())
    }

    fn finish(
        mut self,
        operation: &mut Operation<'_>,
        stated: Option<Exact>,
        finality: Option<Finality>,
        written: DateTime<Utc>,
    ) -> Result<BillImported> {
        // A bill of another month or another agent altogether is named as that, not line by line.
        if let Some(found) = self.other_month
            && (self.in_period == 0 || self.charges_elsewhere > self.in_period)
        {
            return Err(Refusal::WrongPeriod { asked: self.period, found }.into());
        }
        self.payers.refuse_other_agent()?;
        for (file, problems) in std::mem::take(&mut self.refused) {
            problems.refuse_if_any(&file)?;
        }
        if self.rejected > 0 && self.owners.is_empty() {
            let file = self.files.first().map_or_else(String::new, |file| file.name.clone());
            return Err(Refusal::UnreadableFile { file, reason: UnreadableFile::AllLinesBad { count: self.rejected } }.into());
        }
        let (layout, tax) = self.layout.take().expect("there is at least one file, and each has a part");
        let (finality, reason) = match (finality, &self.to) {
            (Some(finality), _) => (finality, FinalityReason::Said),
            (None, Some(to)) => (to.finality, to.reason.clone()),
            (None, None) => judge(&layout, self.period, written),
        };
        let stated = match (stated.or(self.stated), self.to.as_ref().and_then(|to| to.stated)) {
            (Some(more), Some(before)) if stated.is_none() => Some(before.plus(more)?),
            (now, before) => now.or(before),
        };
        let totals = self.owners.iter().try_fold(ControlTotals::default(), |sum, owner| sum.plus(owner.totals))?;
        let bill = BillVersion {
            id: self.version,
            period: self.period,
            version: match &self.to {
                Some(to) => to.version,
                None => operation.writer().next_bill_number(self.period)?,
            },
            finality,
            reason,
            layout,
            tax,
            currency: self.currency.unwrap_or(self.default_currency),
            content: content_hash(&self.files),
            stated,
            totals,
            repeats: self.to.as_ref().map_or(0, |to| to.repeats) + self.repeats,
            rejected: self.to.as_ref().map_or(0, |to| to.rejected) + self.rejected,
            dropped: false,
        };
        self.write_sums(operation)?;
        operation.writer().save_bill(self.to.as_ref(), &bill)?;
        self.tell();
        summary(operation.reader(), bill, self.rejected, false, self.notices)
    }

    fn write_sums(&self, operation: &mut Operation<'_>) -> Result<()> {
        if self.to.is_some() {
            operation.writer().delete_bill_sums(self.version)?;
        }
        let mut usage: Vec<_> = self
            .usage
            .iter()
            .map(|((owner, product, month, class), sum)| {
                ((self.owners[*owner].row, self.products[*product].row, *month, *class), *sum)
            })
            .collect();
        usage.sort_unstable_by_key(|(key, _)| *key);
        for (key, totals) in usage {
            operation.writer().insert_bill_usage(self.version, key, &totals)?;
        }
        let mut owners: Vec<&Owner> = self.owners.iter().collect();
        owners.sort_unstable_by_key(|owner| owner.row);
        for owner in owners {
            operation.writer().insert_bill_account(self.version, owner.row, &owner.totals)?;
        }
        Ok(())
    }

    fn tell(&mut self) {
        if !self.unknown_columns.is_empty() {
            self.notices.push(Notice::UnknownColumns { columns: std::mem::take(&mut self.unknown_columns) });
        }
        if self.repeats > 0 {
            self.notices.push(Notice::RepeatedLines { count: self.repeats });
        }
        if self.neighbours > 0 {
            self.notices.push(Notice::NeighbouringMonths { count: self.neighbours });
        }
    }
}

/// Who pays for the lines. Most are paid by the agent for its customers; a customer may also pay for itself.
#[derive(Default)]
struct Payers {
    agent: Option<String>,
    agent_pays: bool,
    other: Option<String>,
}

impl Payers {
    fn see(&mut self, line: &BillLine<'_>) {
        if self.agent_pays || line.payer_uid.is_empty() || line.payer_uid == line.owner_uid {
            return;
        }
        match &self.agent {
            Some(agent) if agent == line.payer_uid => self.agent_pays = true,
            Some(_) if self.other.is_none() => self.other = Some(line.payer_uid.to_owned()),
            _ => {}
        }
    }

    /// Refuses a bill on which somebody else pays for the accounts, and never our agent.
    fn refuse_other_agent(&mut self) -> Result<()> {
        match (self.agent.take(), self.other.take()) {
            (Some(agent), Some(payer)) if !self.agent_pays => Err(Refusal::OtherAgent { agent, payer }.into()),
            _ => Ok(()),
        }
    }
}

fn place_of(row: i64, first_row: i64) -> std::result::Result<u32, Overflow> {
    u32::try_from(row - first_row).map_err(|_| Overflow)
}

/// SHA-256 over the files' SHA-256s, in an order that does not depend on the command line; the parts of one file count once.
fn content_hash(files: &[BillFile]) -> String {
    let mut hashes: Vec<&str> = files.iter().map(|file| file.sha256.as_str()).collect();
    hashes.sort_unstable();
    hashes.dedup();
    sha256_hex(hashes.join("\n").as_bytes())
}
