//! One reader for every layout of which a table says which column is which: [`Mapping`].
//!
//! A layout is a table of facts, not code: its columns by [`Field`], what must be there, the identities between its amounts, and
//! whose number stands where an order number may. It must never judge a line by the book: month, currency and account are only
//! read here, and checked where the book is known.

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use crate::domain::bill::{BillLine, Fault, Layout, LineKind, Oddity, TaxBasis, Treatment};
use crate::domain::money::{Currency, Exact, NotAnAmount};
use crate::domain::period::Month;
use crate::intake::cells::{Cell, Remembered, amount, day_of, id, kind_of, optional, required, required_amount};
use crate::intake::layout::{BillLayout, Findings, LineReader};
use crate::intake::table::{Header, Row};

/// What a column holds, in neutral words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Field {
    /// The provider's id of the line.
    LineId,
    /// The order number; in some layouts a bill number on lines that are no order.
    OrderNo,
    /// The UID of the account that bought it.
    PayerUid,
    /// The login name of that account.
    PayerLogin,
    /// The UID of the account that uses it.
    OwnerUid,
    /// The login name of that account, where the layout has no UID; sixteen digits are a UID after all.
    OwnerLogin,
    /// The billing month.
    Month,
    /// The day of consumption.
    Day,
    /// What the line is.
    Kind,
    /// The product's code.
    Product,
    /// The product's name.
    ProductName,
    /// The currency of the amounts.
    Currency,
    /// At list price.
    List,
    /// The part of the list price that a plan or package has covered.
    Covered,
    /// What the discount took off; a coupon is not in it.
    Discount,
    /// The list price less what is covered and discounted, the coupon still inside.
    AfterDiscount,
    /// What the coupon took off.
    Coupon,
    /// What was cut off when rounding.
    RoundDown,
    /// What is owed to the provider.
    Payable,
    /// The part of it that vouchers paid.
    PaidByVoucher,
    /// The part of it that prepaid cards paid.
    PaidByCard,
    /// The part of it that money paid.
    PaidByMoney,
    /// The part of it that is not paid.
    Outstanding,
    /// Of the money, what was cash.
    Cash,
    /// Of the money, what was an adjustment.
    CashAdjustment,
    /// Usage before packages.
    UsageBefore,
    /// Usage that packages covered.
    UsageDeducted,
    /// Usage that is billed.
    Usage,
}

impl Field {
    /// The last one in the list above.
    const LAST: Self = Self::Usage;
}

/// Sums that a line's amounts must give: the first field less `less` is the sum of `gives`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identity {
    /// As people read it.
    pub(super) words: &'static str,
    /// What is taken from.
    pub(super) from: Field,
    /// What is taken off.
    pub(super) less: &'static [Field],
    /// What must remain.
    pub(super) gives: &'static [Field],
    /// Whether what remains is cut to two places, toward zero.
    pub(super) is_cut: bool,
}

/// Which lines have an order's number in [`Field::OrderNo`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OrderNumbers {
    /// Whatever stands there is an order's number.
    OnEveryLine,
    /// Only subscriptions and refunds; other lines have the number of a bill there.
    OnOrdersOnly,
}

/// A layout as a table.
#[derive(Clone, Debug)]
pub(super) struct Mapping {
    /// Its name.
    pub(super) layout: Layout,
    /// Whether its amounts have the tax in them, where it says so.
    pub(super) tax: Option<TaxBasis>,
    /// Which column is which. Of several columns of one field, the first with something in it counts.
    pub(super) columns: Vec<(Field, String)>,
    /// Columns that it may have and that are not read.
    pub(super) others: Vec<String>,
    /// Columns that it must have; of each group, one is enough.
    pub(super) required: Vec<Vec<String>>,
    /// What its amounts must give; each is checked where all its columns are there.
    pub(super) identities: Vec<Identity>,
    /// Which lines have an order's number.
    pub(super) order_numbers: OrderNumbers,
    /// What a file of a user's own may say beyond that.
    pub(super) forms: Forms,
}

/// How the cells of a layout are written, where that is another than the usual.
#[derive(Clone, Debug, Default)]
pub(super) struct Forms {
    /// Words for kinds of lines; other words are read as usual.
    pub(super) kinds: Vec<(String, LineKind)>,
    /// The currency of every line, where no column has it.
    pub(super) currency: Option<Currency>,
    /// How a month is written, such as `%Y/%m`.
    pub(super) month: Option<String>,
    /// How a day is written, such as `%Y/%m/%d`.
    pub(super) day: Option<String>,
    /// The column and the text in it by which the row is known that states the total of the others.
    pub(super) total: Option<(String, String)>,
}

impl Forms {
    fn kind_of(&self, text: &str) -> Option<LineKind> {
        let own = self.kinds.iter().find(|(word, _)| word == text);
        own.map_or_else(|| kind_of(text), |(_, kind)| Some(*kind))
    }

    fn month_of(&self, text: &str) -> Option<Month> {
        match &self.month {
            Some(form) => {
                written_as(text, form).or_else(|| written_as(&format!("{text} 01"), &format!("{form} %d"))).map(Month::of)
            }
            None => Month::parse(text),
        }
    }

    fn day_of(&self, text: &str) -> Option<NaiveDate> {
        self.day.as_ref().map_or_else(|| day_of(text), |form| written_as(text, form))
    }
}

/// Reads a date that is written in a form; years that no bill has are no dates.
fn written_as(text: &str, form: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, form).ok().filter(|date| (1970..=9999).contains(&date.year()))
}

/// The same, as it stands in the source of a built-in layout.
pub(super) struct BuiltIn {
    /// Its name.
    pub(super) layout: Layout,
    /// Whether its amounts have the tax in them, where it says so.
    pub(super) tax: Option<TaxBasis>,
    /// Which column is which.
    pub(super) columns: &'static [(Field, &'static str)],
    /// Columns that are not read.
    pub(super) others: &'static [&'static str],
    /// Columns that must be there; of each group, one is enough.
    pub(super) required: &'static [&'static [&'static str]],
    /// What its amounts must give.
    pub(super) identities: &'static [Identity],
    /// Which lines have an order's number.
    pub(super) order_numbers: OrderNumbers,
}

impl From<&BuiltIn> for Mapping {
    fn from(table: &BuiltIn) -> Self {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        Self {
            layout: table.layout.clone(),
            tax: table.tax,
            columns: table.columns.iter().map(|(field, name)| (*field, (*name).to_owned())).collect(),
            others: owned(table.others),
            required: table.required.iter().map(|names| owned(names)).collect(),
            identities: table.identities.to_vec(),
            order_numbers: table.order_numbers,
            forms: Forms::default(),
        }
    }
}

impl Mapping {
    fn name_of(&self, wanted: Field) -> Option<&str> {
        self.columns.iter().find(|(field, _)| *field == wanted).map(|(_, name)| name.as_str())
    }
}

impl BillLayout for Mapping {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn tax(&self) -> Option<TaxBasis> {
        self.tax
    }

    fn knows(&self, column: &str) -> bool {
        self.columns.iter().any(|(_, name)| name == column) || self.others.iter().any(|name| name == column)
    }

    fn missing(&self, header: &Header) -> Vec<String> {
        let has = |name: &String| header.position(name).is_some();
        self.required.iter().filter(|names| !names.iter().any(has)).map(|names| names.join(" or ")).collect()
    }

    fn reader(&self, header: &Header) -> Box<dyn LineReader> {
        Box::new(Lines::new(self, header))
    }
}

/// Where the columns of one field stand, the first that counts first.
#[derive(Default)]
struct Places {
    first: Option<usize>,
    others: Vec<usize>,
}

/// The columns of a file, by field.
struct Columns([Places; Field::LAST as usize + 1]);

impl Columns {
    fn new(mapping: &Mapping, header: &Header) -> Self {
        let mut places: [Places; Field::LAST as usize + 1] = std::array::from_fn(|_| Places::default());
        for (field, name) in &mapping.columns {
            let Some(position) = header.position(name) else { continue };
            let places = &mut places[*field as usize];
            match places.first {
                None => places.first = Some(position),
                Some(_) => places.others.push(position),
            }
        }
        Self(places)
    }

    fn first(&self, field: Field) -> Option<usize> {
        self.0[field as usize].first
    }

    fn has(&self, field: Field) -> bool {
        self.first(field).is_some()
    }

    fn has_all(&self, identity: &Identity) -> bool {
        self.has(identity.from) && identity.less.iter().chain(identity.gives).all(|field| self.has(*field))
    }

    /// The cell of a field: of several columns, the first with something in it.
    fn cell<'a>(&self, row: &Row<'a>, field: Field) -> Cell<'a> {
        let places = &self.0[field as usize];
        let filled = |column: usize| Cell { column: Some(column), text: row.cell(Some(column)) };
        let first = Cell { column: places.first, text: row.cell(places.first) };
        if !first.is_empty() {
            return first;
        }
        places.others.iter().map(|column| filled(*column)).find(|cell| !cell.is_empty()).unwrap_or(first)
    }
}

/// The amounts of a line that the book keeps.
#[derive(Clone, Copy)]
struct Amounts {
    list: Exact,
    covered: Exact,
    discount: Exact,
    coupon: Exact,
    payable: Exact,
    voucher: Exact,
    card: Exact,
}

/// Reads the lines of one file: where its columns stand, and what was read before.
struct Lines {
    columns: Columns,
    order_numbers: OrderNumbers,
    /// Only those that all columns are there for.
    identities: Vec<Identity>,
    /// What to name when the file has no such column.
    kind_name: String,
    list_name: String,
    forms: Forms,
    total_column: Option<usize>,
    total: Option<Exact>,
    kinds: Remembered<LineKind>,
    currencies: Remembered<Currency>,
    months: Remembered<Month>,
}

impl Lines {
    fn new(mapping: &Mapping, header: &Header) -> Self {
        let columns = Columns::new(mapping, header);
        let identities = mapping.identities.iter().filter(|identity| columns.has_all(identity)).copied().collect();
        Self {
            columns,
            order_numbers: mapping.order_numbers,
            identities,
            kind_name: mapping.name_of(Field::Kind).unwrap_or("kind").to_owned(),
            list_name: mapping.name_of(Field::List).unwrap_or("list").to_owned(),
            total_column: mapping.forms.total.as_ref().and_then(|(column, _)| header.position(column)),
            total: None,
            forms: mapping.forms.clone(),
            kinds: Remembered::new(),
            currencies: Remembered::new(),
            months: Remembered::new(),
        }
    }

    /// The cell of a field; that it is protected from spreadsheets is noted.
    fn cell<'a>(&self, row: &Row<'a>, field: Field, findings: &mut Findings<'_>) -> Cell<'a> {
        let cell = self.columns.cell(row, field);
        if row.is_protected(cell.column, cell.text) {
            findings.odd_cell(cell.column, Oddity::ProtectedCell);
        }
        cell
    }

    /// The account that uses what is billed; empty where the line names none. `None` when it is damaged.
    fn owner<'a>(&self, row: &Row<'a>, payer_uid: &'a str, findings: &mut Findings<'_>) -> Option<&'a str> {
        let cell = self.cell(row, Field::OwnerUid, findings);
        let uid = id(cell, findings)?;
        if uid.contains('@') {
            cell.bad(findings, Fault::RamUser);
            return None;
        }
        if !uid.is_empty() {
            return Some(uid);
        }
        let login = id(self.cell(row, Field::OwnerLogin, findings), findings)?;
        let payer_login = self.columns.cell(row, Field::PayerLogin).text;
        let owner = account_of_login(login, payer_login, payer_uid);
        Some(if owner.is_empty() { payer_uid } else { owner })
    }

    /// What the line is: as it says, or in a file without that column by whether it names an order.
    fn kind(&mut self, row: &Row<'_>, has_order: bool, findings: &mut Findings<'_>) -> Option<LineKind> {
        if !self.columns.has(Field::Kind) {
            findings.odd(&self.kind_name, Oddity::MissingKind);
            return Some(if has_order { LineKind::Subscription } else { LineKind::Usage });
        }
        let cell = self.cell(row, Field::Kind, findings);
        required(cell, findings, Fault::Kind, |text| self.kinds.get(text, |text| self.forms.kind_of(text)))
    }

    fn states_the_total(&self, row: &Row<'_>) -> bool {
        let Some((_, text)) = &self.forms.total else { return false };
        self.total_column.is_some() && row.cell(self.total_column) == text
    }

    /// Keeps the total that a row states; a second such row would leave open which one is meant.
    fn take_total(&mut self, row: &Row<'_>, findings: &mut Findings<'_>) {
        let cell = self.cell(row, Field::Payable, findings);
        if self.total.is_some() {
            findings.bad_cell(self.total_column, row.cell(self.total_column), Fault::Other("a second row with a total".to_owned()));
        }
        self.total = required_amount(cell, findings);
    }

    /// The amounts. Where the file has no list price, what was taken off stands on top of what is owed again.
    fn amounts(&self, row: &Row<'_>, findings: &mut Findings<'_>) -> Option<Amounts> {
        let list = amount(self.cell(row, Field::List, findings), findings);
        let covered = amount(self.cell(row, Field::Covered, findings), findings);
        let discount = amount(self.cell(row, Field::Discount, findings), findings);
        let coupon = amount(self.cell(row, Field::Coupon, findings), findings);
        let payable_cell = self.cell(row, Field::Payable, findings);
        let payable = required_amount(payable_cell, findings);
        let voucher = amount(self.cell(row, Field::PaidByVoucher, findings), findings);
        let card = amount(self.cell(row, Field::PaidByCard, findings), findings);
        let (list, covered, discount, coupon) = (list?, covered?, discount?, coupon?);
        let amounts = Amounts { list, covered, discount, coupon, payable: payable?, voucher: voucher?, card: card? };
        if self.columns.has(Field::List) {
            return Some(amounts);
        }
        findings.odd(&self.list_name, Oddity::MissingCost);
        let taken_off = [amounts.covered, amounts.discount, amounts.coupon];
        match taken_off.into_iter().try_fold(amounts.payable, Exact::plus) {
            Ok(list) => Some(Amounts { list, ..amounts }),
            Err(_) => {
                payable_cell.bad(findings, Fault::Amount(NotAnAmount::TooLarge));
                None
            }
        }
    }

    /// Usage is charged to the customer at the list price less a discount: without one it would be given away.
    fn lacks_its_list_price(&self, row: &Row<'_>, kind: LineKind, order_no: &str, payable: Exact) -> bool {
        let is_charged = matches!(kind.treatment(!order_no.is_empty()), Treatment::Usage | Treatment::Adjustment);
        is_charged && !payable.is_zero() && self.columns.has(Field::List) && self.columns.cell(row, Field::List).is_empty()
    }

    fn check_identities(&self, row: &Row<'_>, amounts: &Amounts, findings: &mut Findings<'_>) {
        for identity in &self.identities {
            if let Some(difference) = self.broken_by(row, identity, amounts) {
                findings.broken_identity(identity.words, difference);
            }
        }
    }

    /// By how much an identity does not hold; `None` when it does, or when a cell that only it needs cannot be read.
    fn broken_by(&self, row: &Row<'_>, identity: &Identity, amounts: &Amounts) -> Option<Exact> {
        let value = |field: &Field| self.value(row, *field, amounts);
        let mut net = value(&identity.from)?;
        for field in identity.less {
            net = net.minus(value(field)?).ok()?;
        }
        let mut rest = net;
        for field in identity.gives {
            rest = rest.minus(value(field)?).ok()?;
        }
        let holds = rest.is_zero() || (identity.is_cut && is_cut_off(rest, net));
        (!holds).then_some(rest)
    }

    fn value(&self, row: &Row<'_>, field: Field, amounts: &Amounts) -> Option<Exact> {
        match field {
            Field::List => Some(amounts.list),
            Field::Covered => Some(amounts.covered),
            Field::Discount => Some(amounts.discount),
            Field::Coupon => Some(amounts.coupon),
            Field::Payable => Some(amounts.payable),
            Field::PaidByVoucher => Some(amounts.voucher),
            Field::PaidByCard => Some(amounts.card),
            other => Exact::parse(self.columns.cell(row, other).text.as_bytes()).ok(),
        }
    }
}

/// Whether a rest is what cutting an amount to two places, toward zero, takes off it.
fn is_cut_off(rest: Exact, whole: Exact) -> bool {
    /// A hundredth, at the scale of an exact amount.
    const HUNDREDTH: u128 = 10_u128.pow(crate::domain::money::EXACT_SCALE - 2);
    rest.mantissa().unsigned_abs() < HUNDREDTH && rest.is_negative() == whole.is_negative()
}

/// The account of a login name, as far as the line itself tells: sixteen digits are a UID, and the payer's login is the payer.
fn account_of_login<'a>(login: &'a str, payer_login: &str, payer_uid: &'a str) -> &'a str {
    const UID_DIGITS: usize = 16;
    let is_uid = login.len() == UID_DIGITS && login.bytes().all(|byte| byte.is_ascii_digit());
    if !is_uid && login == payer_login && !payer_uid.is_empty() { payer_uid } else { login }
}

/// Whether lines of this kind are orders, in layouts where other lines have a bill number in the same column.
fn is_an_order(kind: LineKind) -> bool {
    matches!(kind, LineKind::Subscription | LineKind::SubscriptionPaidLater | LineKind::Refund)
}

impl LineReader for Lines {
    fn read<'a>(&mut self, row: &Row<'a>, content: u64, findings: &mut Findings<'_>) -> Option<BillLine<'a>> {
        if self.states_the_total(row) {
            self.take_total(row, findings);
            return None;
        }
        let line_id = id(self.cell(row, Field::LineId, findings), findings);
        let number = id(self.cell(row, Field::OrderNo, findings), findings);
        let payer_uid = id(self.cell(row, Field::PayerUid, findings), findings);
        let owner_uid = self.owner(row, payer_uid.unwrap_or_default(), findings);
        let nobody = payer_uid == Some("") && owner_uid == Some("");
        if nobody {
            let column = [Field::OwnerUid, Field::OwnerLogin, Field::PayerUid].iter().find_map(|field| self.columns.first(*field));
            findings.bad_cell(column, "", Fault::NoAccount);
        }
        let month = self.cell(row, Field::Month, findings);
        let month = required(month, findings, Fault::Month, |text| self.months.get(text, |text| self.forms.month_of(text)));
        let day = optional(self.cell(row, Field::Day, findings), findings, Fault::Date, |text| self.forms.day_of(text));
        let kind = self.kind(row, number.is_some_and(|number| !number.is_empty()), findings);
        let currency = self.cell(row, Field::Currency, findings);
        let currency = optional(currency, findings, Fault::Currency, |text| self.currencies.get(text, Currency::parse));
        let amounts = self.amounts(row, findings);
        let (kind, amounts) = (kind?, amounts?);
        let is_bill_number = self.order_numbers == OrderNumbers::OnOrdersOnly && !is_an_order(kind);
        let order_no = if is_bill_number { "" } else { number? };
        if self.lacks_its_list_price(row, kind, order_no, amounts.payable) {
            findings.bad_cell(self.columns.first(Field::List), "", Fault::Empty);
            return None;
        }
        if nobody {
            return None;
        }
        let product = self.cell(row, Field::Product, findings).text;
        let line = BillLine {
            number: row.number,
            line_id: line_id?,
            order_no,
            owner_uid: owner_uid?,
            payer_uid: payer_uid?,
            month: month?,
            day: day?,
            kind,
            product: if product.is_empty() { "-" } else { product },
            product_name: self.cell(row, Field::ProductName, findings).text,
            currency: currency?.or(self.forms.currency),
            list: amounts.list,
            covered: amounts.covered,
            discount: amounts.discount,
            coupon: amounts.coupon,
            payable: amounts.payable,
            voucher: amounts.voucher,
            card: amounts.card,
            content,
        };
        self.check_identities(row, &amounts, findings);
        Some(line)
    }

    fn stated_total(&self) -> Option<Exact> {
        self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_a_uid_the_payer_or_itself() {
        let table = [
            ("1688001234567801", "jia-prod", "1901002003004005", "1688001234567801"),
            ("jia-prod", "jia-prod", "1688001234567801", "1688001234567801"),
            ("yi-web", "jia-prod", "1688001234567801", "yi-web"),
            ("jia-prod", "jia-prod", "", "jia-prod"),
            ("", "jia-prod", "1688001234567801", ""),
        ];
        for (login, payer_login, payer_uid, account) in table {
            assert_eq!(account_of_login(login, payer_login, payer_uid), account, "{login} {payer_login} {payer_uid}");
        }
    }

    #[test]
    fn cutting_takes_less_than_a_cent_and_never_adds() {
        let table = [
            ("0.009999", "56.417985", true),
            ("-0.005", "-130.005", true),
            ("0.01", "1.01", false),
            ("-0.001", "1", false),
            ("0.001", "-1", false),
        ];
        for (rest, whole, is_cut) in table {
            assert_eq!(is_cut_off(rest.parse().unwrap(), whole.parse().unwrap()), is_cut, "{rest} of {whole}");
        }
    }
}
