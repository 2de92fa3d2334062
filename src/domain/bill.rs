//! Provider bills: lines with exact decimals, read in blocks, and what is wrong with them.
//!
//! A [`Source`] (implemented by the readers) hands out [`Block`]s; nobody ever holds the whole file.

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::domain::code::Code;
use crate::domain::money::{Currency, EXACT_SCALE, Exact, NotAnAmount, Overflow};
use crate::domain::period::Month;
use crate::domain::refusal::{Notice, Refusal};
use crate::domain::words::words;

/// A layout of bill that can be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Layout {
    /// The provider's upgraded bill details, with Chinese or English headers.
    AlibabaV2,
    /// The older bill details of 41 Chinese columns.
    AlibabaLegacy,
    /// The English instance bill of the storage subscription.
    AlibabaInstance,
    /// Saved pages of QuerySettleBill.
    AlibabaSettle,
    /// Saved pages of the instance and split bill operations.
    AlibabaApi,
    /// The FinOps Open Cost and Usage Specification, 1.0 to 1.4.
    Focus,
    /// A user's own, by the name that its file gives.
    Own(Code),
}

impl Layout {
    /// The layouts that are built in.
    pub const BUILT_IN: [Self; 6] =
        [Self::AlibabaV2, Self::AlibabaLegacy, Self::AlibabaInstance, Self::AlibabaSettle, Self::AlibabaApi, Self::Focus];

    /// Its name.
    pub fn as_str(&self) -> &str {
        match self {
            Self::AlibabaV2 => "alibaba-v2",
            Self::AlibabaLegacy => "alibaba-legacy",
            Self::AlibabaInstance => "alibaba-instance",
            Self::AlibabaSettle => "alibaba-settle",
            Self::AlibabaApi => "alibaba-api",
            Self::Focus => "focus",
            Self::Own(name) => name.as_str(),
        }
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Layout {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match Self::BUILT_IN.into_iter().find(|layout| layout.as_str() == text) {
            Some(layout) => Ok(layout),
            None => text.parse().map(Self::Own),
        }
    }
}

impl TryFrom<String> for Layout {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Layout> for String {
    fn from(layout: Layout) -> Self {
        layout.as_str().to_owned()
    }
}

/// What somebody who has a file wants to know of a layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownLayout {
    /// Its name.
    pub layout: Layout,
    /// Whether its amounts have the tax in them, where it says so.
    pub tax: Option<TaxBasis>,
    /// The columns that it needs; where one of several is enough, they are named together.
    pub needs: Vec<String>,
}

words! {
    /// Whether the amounts of a bill have the tax in them.
    TaxBasis, "a tax basis" {
        /// What is owed, tax and all.
        Inclusive = "inclusive",
        /// Tax comes on top, or as lines of its own.
        Exclusive = "exclusive",
    }
}

/// Where the tax on a bill's amounts is. What the book expects, and what customers pay, has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tax {
    /// In them, or on lines of its own.
    #[default]
    Included,
    /// On top of them, at so many millionths.
    OnTop(i64),
    /// On top of them, at a rate that nobody has told.
    OnTopUnknown,
}

impl Tax {
    /// Of a bill. `rate` is the policy's, in millionths. FOCUS leaves tax out of its amounts, and has lines of their own for it.
    pub fn of(basis: Option<TaxBasis>, layout: &Layout, rate: Option<i64>) -> Self {
        match (basis, rate) {
            (Some(TaxBasis::Exclusive), Some(rate)) if *layout != Layout::Focus => Self::OnTop(rate),
            (Some(TaxBasis::Exclusive), None) if *layout != Layout::Focus => Self::OnTopUnknown,
            _ => Self::Included,
        }
    }

    /// One of the bill's amounts with its tax, exact to the eighteenth place.
    pub fn gross(self, net: Exact) -> Result<Exact, Overflow> {
        match self {
            Self::OnTop(rate) => net.plus(net.times_millionths(rate)?),
            Self::Included | Self::OnTopUnknown => Ok(net),
        }
    }
}

words! {
    /// What a line is, in neutral words.
    LineKind, "a kind of line" {
        /// A prepaid order.
        Subscription = "subscription",
        /// A prepaid order that is paid later.
        SubscriptionPaidLater = "subscription-paid-later",
        /// Money back for an order.
        Refund = "refund",
        /// A minimum or a cap.
        Coverage = "coverage",
        /// Pay as you go.
        Usage = "usage",
        /// Free of charge.
        FreeTier = "free-tier",
        /// A correction, often of an earlier month.
        Adjustment = "adjustment",
        /// What the provider cut off when rounding.
        Rounding = "rounding",
        /// The agent's own; never a customer's charge.
        Commission = "commission",
        /// Tax on other lines.
        Tax = "tax",
        /// A value that the provider grants, such as a voucher.
        Credit = "credit",
    }
}

/// One line of a bill, borrowed from its block. Texts are trimmed; an empty text means that the line does not have it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BillLine<'a> {
    /// Its line number in the file, the header being line 1 (or later, after blank lines).
    pub number: u64,
    /// The provider's id of the line.
    pub line_id: &'a str,
    /// The order number.
    pub order_no: &'a str,
    /// The account that uses what is billed, the account of ours: its UID, or its login name where the layout has only that.
    pub owner_uid: &'a str,
    /// The account that bought it; empty where the layout does not say, or where it says nothing about our agent.
    pub payer_uid: &'a str,
    /// The billing month that the line names.
    pub month: Month,
    /// The day of consumption.
    pub day: Option<NaiveDate>,
    /// What it is.
    pub kind: LineKind,
    /// The product's code.
    pub product: &'a str,
    /// The product's name.
    pub product_name: &'a str,
    /// The currency that the line names.
    pub currency: Option<Currency>,
    /// At list price.
    pub list: Exact,
    /// The part of the list price that a plan or package has covered.
    pub covered: Exact,
    /// What the discount took off; a coupon is not in it.
    pub discount: Exact,
    /// What the coupon took off.
    pub coupon: Exact,
    /// What is owed to the provider.
    pub payable: Exact,
    /// What of it vouchers (代金券) paid: they make nothing cost less.
    pub voucher: Exact,
    /// What of it stored-value cards (储值卡) paid.
    pub card: Exact,
    /// A 64-bit hash of the whole line as it stands in the file: equal lines have equal hashes.
    pub content: u64,
}

impl BillLine<'_> {
    /// What the provider's rounding took off the line itself: list less what was covered, discount and coupon, less what is owed.
    /// Zero where a layout has rounding as lines of its own, and where the line's amounts are not about rounding at all: a whole
    /// unit or more is no rounding.
    pub fn cut(&self) -> Exact {
        let rest = [self.covered, self.discount, self.coupon, self.payable];
        let cut = rest.iter().try_fold(self.list, |left, part| left.minus(*part)).unwrap_or_default();
        let one = Exact::from_mantissa(10_i128.pow(EXACT_SCALE));
        if cut.mantissa().unsigned_abs() < one.mantissa().unsigned_abs() { cut } else { Exact::ZERO }
    }
}

/// An order number as it is kept and compared: nearly all are plain numbers, and those take less room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderNumber<'a> {
    /// None: usage.
    Absent,
    /// Digits only.
    Plain(i64),
    /// Anything else.
    Text(&'a str),
}

impl<'a> OrderNumber<'a> {
    /// Of a text; the empty one is none.
    pub fn of(text: &'a str) -> Self {
        if text.is_empty() {
            return Self::Absent;
        }
        // A leading zero or a sign would be lost in a number, and with it the difference between two orders.
        let is_plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
        match text.parse() {
            Ok(number) if is_plain => Self::Plain(number),
            _ => Self::Text(text),
        }
    }

    /// Whether there is one.
    pub fn is_present(self) -> bool {
        self != Self::Absent
    }
}

impl fmt::Display for OrderNumber<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => Ok(()),
            Self::Plain(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// The day that decides whose charge a line is: the day of consumption where it lies in the charge month, else the month's
/// last.
pub fn charged_on(month: Month, day: Option<NaiveDate>) -> NaiveDate {
    day.filter(|day| month.contains(*day)).unwrap_or_else(|| month.last_day())
}

/// What is wrong with a cell or a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// An amount that cannot be read.
    #[error("{0}")]
    Amount(#[from] NotAnAmount),
    /// Not a month.
    #[error("not a month such as 202606")]
    Month,
    /// Not a day.
    #[error("not a day such as 20260630")]
    Date,
    /// Not a moment, or one of several.
    #[error("not a time such as 2026-06-30T00:00:00Z; a form such as 3/4/26 would be a guess")]
    Time,
    /// A billing period that is longer or shorter than a month.
    #[error("not one month, from {from} to {to}; a bill is read by calendar months")]
    NotOneMonth {
        /// When it begins, in UTC+8.
        from: NaiveDateTime,
        /// When it ends, in UTC+8; that moment is no part of it.
        to: NaiveDateTime,
    },
    /// A kind of charge that no word of is known.
    #[error("a kind of charge that is not known")]
    Kind,
    /// Not a currency code.
    #[error("not a currency code such as CNY")]
    Currency,
    /// A second currency.
    #[error("the bill is in {0}; one version of a bill has one currency")]
    OtherCurrency(Currency),
    /// A charge of another month.
    #[error("the bill is for {0}; of other months only corrections, and negative lines of a neighbouring one")]
    OtherMonth(Month),
    /// More or fewer cells than the header.
    #[error("{found} cells where the header has {expected}: the line is cut off or has a stray comma")]
    Cells {
        /// Cells of the header.
        expected: usize,
        /// Cells of the line.
        found: usize,
    },
    /// An id that a spreadsheet has turned into a number.
    #[error(
        "a spreadsheet such as Excel has turned the number into {0:?} and lost digits; download the file again and do not save it from there"
    )]
    Spreadsheet(String),
    /// An id with hidden digits.
    #[error("documentation masks ids like this, and a real file does not: this is an example, or somebody has hidden digits")]
    Masked,
    /// A login inside an account, where an account must stand.
    #[error("{}", crate::domain::account::NotAUid::RamUser)]
    RamUser,
    /// No account.
    #[error("no account")]
    NoAccount,
    /// A cell that must have something is empty.
    #[error("empty")]
    Empty,
    /// Anything else of an order list.
    #[error("{0}")]
    Other(String),
}

/// A bad line: where, what stands there, and why it cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line number in the file.
    pub line: u64,
    /// The column's header; `None` when the whole line is meant.
    pub column: Option<String>,
    /// What stands there.
    pub value: String,
    /// What is wrong.
    pub fault: Fault,
}

words! {
    /// What a file may do that is understood although the layout does not say so.
    Oddity, "an oddity" {
        /// A cell protected from spreadsheets by an apostrophe or `="…"`.
        ProtectedCell = "protected-cell",
        /// Nothing, spelled as a word such as `NULL`.
        SpelledNull = "spelled-null",
        /// A word in another case.
        OtherCase = "other-case",
        /// A name or word of an older version of the layout.
        OldName = "old-name",
        /// A time without a zone, taken as the layout's own.
        NoTimeZone = "no-time-zone",
        /// A period that ends with its last second instead of the next period's first.
        InclusiveEnd = "inclusive-end",
        /// A number with an exponent.
        Exponent = "exponent",
        /// A cost that must be there and is not; another one of the line stands in.
        MissingCost = "missing-cost",
        /// The file does not say what its lines are; those with an order number are taken as orders, the others as usage.
        MissingKind = "missing-kind",
        /// An identity between the amounts of a line that does not hold.
        Identity = "identity",
    }
}

/// An oddity of one column, or an identity that does not hold: how often, and where first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// What it is.
    pub oddity: Oddity,
    /// The column's header, or the identity in words: `list - discount = payable`.
    pub about: String,
    /// How many cells or lines.
    pub count: u64,
    /// The line number of the first.
    pub first_line: u64,
    /// For an identity: left side less right side, summed over the lines; else zero.
    pub difference: Exact,
}

/// Collects remarks: one for each oddity and column.
#[derive(Clone, Debug, Default)]
pub struct Remarks(Vec<Remark>);

impl Remarks {
    /// Counts one more; `difference` is added up.
    pub fn add(&mut self, oddity: Oddity, about: &str, line: u64, difference: Exact) {
        match self.0.iter_mut().find(|remark| remark.oddity == oddity && remark.about == about) {
            Some(remark) => {
                remark.count += 1;
                remark.difference = remark.difference.plus(difference).unwrap_or(remark.difference);
            }
            None => self.0.push(Remark { oddity, about: about.to_owned(), count: 1, first_line: line, difference }),
        }
    }

    /// In the order of their first lines.
    pub fn as_slice(&self) -> &[Remark] {
        &self.0
    }
}

impl Problem {
    /// Column, value and fault in one line.
    pub fn reason(&self) -> String {
        match &self.column {
            Some(column) => format!("{column} {:?}: {}", self.value, self.fault),
            None => self.fault.to_string(),
        }
    }
}

/// How many bad lines are kept to be shown; the rest is counted.
pub const PROBLEMS_SHOWN: usize = 100;

/// Bad lines as they are found: the first hundred, and how many there are.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    shown: Vec<Problem>,
    count: u64,
    last_line: u64,
}

impl Problems {
    /// Adds one; several problems of one line count as one bad line.
    pub fn push(&mut self, problem: Problem) {
        if problem.line != self.last_line {
            self.count += 1;
            self.last_line = problem.line;
        }
        if self.shown.len() < PROBLEMS_SHOWN {
            self.shown.push(problem);
        }
    }

    /// The first ones, and how many lines are bad.
    pub fn into_parts(self) -> (Vec<Problem>, u64) {
        (self.shown, self.count)
    }

    /// Refuses the file if there was any.
    pub fn refuse_if_any(self, file: &str) -> Result<(), Refusal> {
        if self.count == 0 {
            return Ok(());
        }
        Err(Refusal::BadLines { file: file.to_owned(), problems: self.shown, count: self.count })
    }
}

#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    len: u32,
}

#[derive(Clone, Copy, Debug)]
struct PackedLine {
    texts: [Span; 6],
    number: u64,
    month: Month,
    day: Option<NaiveDate>,
    kind: LineKind,
    currency: Option<Currency>,
    amounts: [Exact; 7],
    content: u64,
}

/// A run of lines: the raw text as the provider wrote it, and the lines that could be read from it.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// The file's text of these lines, verbatim.
    pub raw: Vec<u8>,
    /// The first line's number.
    pub first_line: u64,
    /// How many bytes of the input file have been read, this block included.
    pub bytes_read: u64,
    /// Lines that could not be read.
    pub problems: Vec<Problem>,
    rows: Vec<(u64, Span)>,
    arena: String,
    lines: Vec<PackedLine>,
}

impl Block {
    /// An empty block.
    pub fn new(raw: Vec<u8>, first_line: u64, bytes_read: u64) -> Self {
        Self { raw, first_line, bytes_read, ..Self::default() }
    }

    /// Notes where a row stands in the raw text, by its line number; rows come in the order of the file.
    pub fn note_row(&mut self, number: u64, start: usize, len: usize) {
        let place = |n: usize| u32::try_from(n).expect("a block is smaller than 4 GiB");
        self.rows.push((number, Span { start: place(start), len: place(len) }));
    }

    /// A row as it stands in the file, by its line number; empty when the block has no such row.
    pub fn row(&self, number: u64) -> &[u8] {
        match self.rows.binary_search_by_key(&number, |(number, _)| *number) {
            Ok(at) => {
                let Span { start, len } = self.rows[at].1;
                &self.raw[start as usize..(start + len) as usize]
            }
            Err(_) => b"",
        }
    }

    /// Adds a line; its texts are copied into the block.
    pub fn push(&mut self, line: &BillLine<'_>) {
        let texts = [line.line_id, line.order_no, line.owner_uid, line.payer_uid, line.product, line.product_name].map(|text| {
            let start = u32::try_from(self.arena.len()).expect("a block is smaller than 4 GiB");
            self.arena.push_str(text);
            Span { start, len: u32::try_from(text.len()).expect("a cell is smaller than 4 GiB") }
        });
        self.lines.push(PackedLine {
            texts,
            number: line.number,
            month: line.month,
            day: line.day,
            kind: line.kind,
            currency: line.currency,
            amounts: [line.list, line.covered, line.discount, line.coupon, line.payable, line.voucher, line.card],
            content: line.content,
        });
    }

    /// The lines, in the order of the file.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = BillLine<'_>> {
        self.lines.iter().map(|line| {
            let [line_id, order_no, owner_uid, payer_uid, product, product_name] =
                line.texts.map(|span| &self.arena[span.start as usize..(span.start + span.len) as usize]);
            let [list, covered, discount, coupon, payable, voucher, card] = line.amounts;
            BillLine {
                number: line.number,
                line_id,
                order_no,
                owner_uid,
                payer_uid,
                month: line.month,
                day: line.day,
                kind: line.kind,
                product,
                product_name,
                currency: line.currency,
                list,
                covered,
                discount,
                coupon,
                payable,
                voucher,
                card,
                content: line.content,
            }
        })
    }
}

/// A bill file that is being read; it may move to the thread that reads it.
pub trait Source: Send {
    /// Its layout.
    fn layout(&self) -> &Layout;
    /// The version of the layout, where its columns tell one: `1.2`.
    fn layout_version(&self) -> Option<&'static str> {
        None
    }
    /// Whether its amounts have the tax in them, where the layout says so.
    fn tax(&self) -> Option<TaxBasis>;
    /// The file's name, as the user gave it.
    fn file(&self) -> &str;
    /// The header, verbatim.
    fn header(&self) -> &str;
    /// Columns that the layout does not know; they are kept, not read.
    fn unknown_columns(&self) -> &[String];
    /// The total that the file itself states, where its layout has one; known at the end.
    fn stated_total(&self) -> Option<Exact>;
    /// What was read although it is not quite as the layout says; complete at the end.
    fn remarks(&self) -> &[Remark];
    /// The next lines; `None` at the end. A file that cannot be read at all is refused.
    fn next_block(&mut self) -> Result<Option<Block>, Refusal>;
}

/// A part, with the place of its file among the files.
pub type PlacedSource = (usize, Box<dyn Source>);

/// The files of one bill, part by part: each file is a table itself, or an archive of tables. They are opened one after the
/// other.
pub trait Parts: Send {
    /// The next part; `None` at the end.
    fn next_part(&mut self) -> Result<Option<PlacedSource>, Refusal>;
    /// What is worth saying of how the files are written; complete at the end.
    fn notices(&self) -> Vec<Notice>;
    /// How many bytes of the files have been read: for the progress bar.
    fn bytes_read(&self) -> u64;
    /// Their size in bytes.
    fn size(&self) -> u64;
}

/// Where bad lines go that somebody chose to leave out.
pub trait Rejects {
    /// A part begins: its name, and its header as it stands there.
    fn part(&mut self, file: &str, header: &str) -> Result<(), Refusal>;
    /// A bad line of it, as it stands there, and what is wrong with it.
    fn line(&mut self, row: &[u8], reason: &str) -> Result<(), Refusal>;
}

/// Whether a line may stand in the bill of a month: lines of that month may, negative ones of a neighbouring month, and
/// corrections and money back of any earlier one. In a FOCUS file providers meet that begin their months by clocks of their own,
/// so there a neighbouring month may have charges, too.
pub fn admit_month(line: &BillLine<'_>, period: Month, layout: &Layout) -> Result<(), Fault> {
    let neighbour = line.month == period.previous() || line.month == period.next();
    let corrects = matches!(line.kind, LineKind::Adjustment | LineKind::Refund) && line.month < period;
    if line.month == period || corrects || (neighbour && (line.payable.is_negative() || *layout == Layout::Focus)) {
        return Ok(());
    }
    Err(Fault::OtherMonth(period))
}

/// Sums that a bill is controlled by, exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlTotals {
    /// How many lines, repeats left out.
    pub lines: u64,
    /// Sum at list price.
    pub list: Exact,
    /// Sum of what plans and packages have covered of it.
    pub covered: Exact,
    /// Sum of the discounts, coupons left out.
    pub discount: Exact,
    /// Sum of the coupons.
    pub coupon: Exact,
    /// Sum of what is owed.
    pub payable: Exact,
    /// Sum of what of it vouchers paid.
    pub voucher: Exact,
    /// Sum of what of it stored-value cards paid.
    pub card: Exact,
}

impl ControlTotals {
    /// Adds a line.
    pub fn add(&mut self, line: &BillLine<'_>) -> Result<(), Overflow> {
        self.lines += 1;
        self.list = self.list.plus(line.list)?;
        self.covered = self.covered.plus(line.covered)?;
        self.discount = self.discount.plus(line.discount)?;
        self.coupon = self.coupon.plus(line.coupon)?;
        self.payable = self.payable.plus(line.payable)?;
        self.voucher = self.voucher.plus(line.voucher)?;
        self.card = self.card.plus(line.card)?;
        Ok(())
    }

    /// Adds another sum.
    pub fn plus(self, other: Self) -> Result<Self, Overflow> {
        Ok(Self {
            lines: self.lines + other.lines,
            voucher: self.voucher.plus(other.voucher)?,
            card: self.card.plus(other.card)?,
            list: self.list.plus(other.list)?,
            covered: self.covered.plus(other.covered)?,
            discount: self.discount.plus(other.discount)?,
            coupon: self.coupon.plus(other.coupon)?,
            payable: self.payable.plus(other.payable)?,
        })
    }
}

/// Whether a stated total is the exact sum of the lines, or that sum rounded once to the minor unit.
pub fn total_agrees(stated: Exact, sum: Exact, currency: Currency) -> bool {
    let rounded = sum.round(currency).map(|amount| Exact::from_amount(amount, currency));
    stated == sum || rounded == Ok(stated)
}

/// What a line is to the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Treatment {
    /// It belongs to an order by its number.
    Order,
    /// It becomes a usage charge.
    Usage,
    /// It becomes a usage charge, and is shown apart.
    Adjustment,
    /// The provider's rounding: the agent's own residual.
    Rounding,
    /// The agent's commission.
    Commission,
}

impl LineKind {
    /// How a line of this kind is treated, given whether it names an order.
    pub fn treatment(self, has_order: bool) -> Treatment {
        match self {
            Self::Commission => Treatment::Commission,
            Self::Rounding => Treatment::Rounding,
            _ if has_order => Treatment::Order,
            Self::Adjustment => Treatment::Adjustment,
            _ => Treatment::Usage,
        }
    }
}

words! {
    /// What a bill charges without an order, by how its amounts come about.
    UsageClass, "a class of usage" {
        /// Measured: what is owed follows from the list price.
        Metered = "metered",
        /// Corrections, minimums and caps, tax and credits: what is owed stands for itself.
        Adjusted = "adjusted",
        /// What the provider's rounding has taken off, in lines of its own.
        Rounding = "rounding",
    }
}

impl UsageClass {
    /// Of a line; `None` of an order's and of commission.
    pub fn of(kind: LineKind, has_order: bool) -> Option<Self> {
        match kind.treatment(has_order) {
            Treatment::Order | Treatment::Commission => None,
            Treatment::Rounding => Some(Self::Rounding),
            Treatment::Adjustment => Some(Self::Adjusted),
            Treatment::Usage if matches!(kind, LineKind::Coverage | LineKind::Tax | LineKind::Credit) => Some(Self::Adjusted),
            Treatment::Usage => Some(Self::Metered),
        }
    }
}

/// What lines without an order add up to, exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageTotals {
    /// How many lines.
    pub lines: u64,
    /// At list price, less what a plan has covered.
    pub list: Exact,
    /// What a plan has covered, at list price.
    pub covered: Exact,
    /// What coupons took off.
    pub coupon: Exact,
    /// What the provider bills.
    pub billed: Exact,
}

impl UsageTotals {
    /// Adds a line: its list price, what of it a plan has covered, the coupon, and what is owed.
    pub fn add(&mut self, list: Exact, covered: Exact, coupon: Exact, payable: Exact) -> Result<(), Overflow> {
        self.lines += 1;
        self.list = self.list.plus(list)?.minus(covered)?;
        self.covered = self.covered.plus(covered)?;
        self.coupon = self.coupon.plus(coupon)?;
        self.billed = self.billed.plus(payable)?;
        Ok(())
    }

    /// The same with the tax.
    pub fn gross(self, tax: Tax) -> Result<Self, Overflow> {
        Ok(Self {
            lines: self.lines,
            list: tax.gross(self.list)?,
            covered: tax.gross(self.covered)?,
            coupon: tax.gross(self.coupon)?,
            billed: tax.gross(self.billed)?,
        })
    }

    /// Both together.
    pub fn plus(self, other: Self) -> Result<Self, Overflow> {
        Ok(Self {
            lines: self.lines + other.lines,
            list: self.list.plus(other.list)?,
            covered: self.covered.plus(other.covered)?,
            coupon: self.coupon.plus(other.coupon)?,
            billed: self.billed.plus(other.billed)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line<'a>(month: &str, payable: &str) -> BillLine<'a> {
        BillLine {
            number: 2,
            line_id: "b-1",
            order_no: "",
            owner_uid: "1000000000000001",
            payer_uid: "",
            month: month.parse().unwrap(),
            day: None,
            kind: LineKind::Usage,
            product: "oss",
            product_name: "对象存储OSS",
            currency: None,
            list: "1".parse().unwrap(),
            covered: Exact::ZERO,
            discount: Exact::ZERO,
            coupon: Exact::ZERO,
            voucher: Exact::ZERO,
            card: Exact::ZERO,
            payable: payable.parse().unwrap(),
            content: 1,
        }
    }

    #[test]
    fn a_block_gives_back_what_was_put_in() {
        let mut block = Block::new(b"raw".to_vec(), 2, 3);
        block.push(&line("2026-06", "1.5"));
        block.push(&line("2026-07", "-0.1"));
        let back: Vec<_> = block.lines().collect();
        assert_eq!(back, [line("2026-06", "1.5"), line("2026-07", "-0.1")]);
    }

    #[test]
    fn the_deciding_day_lies_in_the_charge_month() {
        let june = Month::parse("2026-06").unwrap();
        let day = |text| crate::domain::period::parse_date(text);
        assert_eq!(charged_on(june, day("2026-06-03")), day("2026-06-03").unwrap());
        assert_eq!(charged_on(june, day("2026-05-31")), june.last_day());
        assert_eq!(charged_on(june, None), june.last_day());
    }

    #[test]
    fn only_negative_lines_may_belong_to_a_neighbouring_month_except_in_focus() {
        let june = Month::parse("2026-06").unwrap();
        let table = [
            ("2026-06", "5", Layout::AlibabaV2, true),
            ("2026-07", "-1.5", Layout::AlibabaV2, true),
            ("2026-05", "-1", Layout::AlibabaV2, true),
            ("2026-07", "5", Layout::AlibabaV2, false),
            ("2026-04", "-1", Layout::AlibabaV2, false),
            ("2026-07", "5", Layout::Focus, true),
            ("2026-08", "5", Layout::Focus, false),
            ("2026-04", "-1", Layout::Focus, false),
        ];
        for (month, payable, layout, admitted) in table {
            assert_eq!(admit_month(&line(month, payable), june, &layout).is_ok(), admitted, "{month} {payable} {layout}");
        }
        for (month, admitted) in [("2025-11", true), ("2026-06", true), ("2026-07", false)] {
            let correction = BillLine { kind: LineKind::Adjustment, ..line(month, "5") };
            assert_eq!(admit_month(&correction, june, &Layout::AlibabaV2).is_ok(), admitted, "a correction of {month}");
        }
    }

    #[test]
    fn problems_show_a_hundred_and_count_every_bad_line_once() {
        let mut problems = Problems::default();
        for line in 1..=150 {
            for column in ["a", "b"] {
                problems.push(Problem { line, column: Some(column.into()), value: String::new(), fault: Fault::Empty });
            }
        }
        let Err(Refusal::BadLines { problems, count, .. }) = problems.refuse_if_any("x") else { panic!("bad lines are refused") };
        assert_eq!((problems.len(), count), (100, 150));
        assert!(Problems::default().refuse_if_any("x").is_ok());
    }

    #[test]
    fn commission_and_rounding_are_never_a_customers_charge() {
        assert_eq!(LineKind::Commission.treatment(true), Treatment::Commission);
        assert_eq!(LineKind::Rounding.treatment(false), Treatment::Rounding);
        assert_eq!(LineKind::Subscription.treatment(true), Treatment::Order);
        assert_eq!(LineKind::Subscription.treatment(false), Treatment::Usage);
        assert_eq!(LineKind::Adjustment.treatment(false), Treatment::Adjustment);
    }
}
