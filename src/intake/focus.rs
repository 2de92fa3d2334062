//! The FinOps Open Cost and Usage Specification, dataset Cost and Usage: which columns each version has, and what a row of them
//! says. Providers bend it; what is bent and still has one meaning is read and remarked upon.
//!
//! It must never charge what is paid for already: usage that a commitment covers has its list cost in `covered`, because the
//! purchase of the commitment is a row of its own. And it must never take `BilledCost` from anywhere else.

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike};

use crate::domain::bill::{BillLine, Fault, Layout, LineKind, Oddity, TaxBasis};
use crate::domain::money::{Currency, Exact, NotAnAmount, Overflow};
use crate::domain::period::Month;
use crate::intake::cells::{self, Cell};
use crate::intake::layout::{BillLayout, Findings, LineReader};
use crate::intake::table::{Header, Row};

const BILLED_COST: &str = "BilledCost";
const BILLING_ACCOUNT: &str = "BillingAccountId";
const BILLING_CURRENCY: &str = "BillingCurrency";
const PERIOD_START: &str = "BillingPeriodStart";
const PERIOD_END: &str = "BillingPeriodEnd";
const CATEGORY: &str = "ChargeCategory";
const CLASS: &str = "ChargeClass";
const CHARGE_START: &str = "ChargePeriodStart";
const COMMITMENT_STATUS: &str = "CommitmentDiscountStatus";
const CONTRACTED_COST: &str = "ContractedCost";
const INVOICE_ISSUER: &str = "InvoiceIssuerName";
const LIST_COST: &str = "ListCost";
const LIST_UNIT_PRICE: &str = "ListUnitPrice";
const PRICING_CATEGORY: &str = "PricingCategory";
const PRICING_QUANTITY: &str = "PricingQuantity";
const PROVIDER: &str = "ProviderName";
const SERVICE_NAME: &str = "ServiceName";
const SERVICE_PROVIDER: &str = "ServiceProviderName";
const SUB_ACCOUNT: &str = "SubAccountId";

/// Columns that must be there; of each group, one is enough.
const REQUIRED: &[&[&str]] = &[
    &[BILLED_COST],
    &[PERIOD_START, CHARGE_START],
    &[CATEGORY],
    &[BILLING_CURRENCY],
    &[SUB_ACCOUNT, BILLING_ACCOUNT],
    &[SERVICE_NAME],
];

/// The layout.
pub(super) struct Focus;

impl BillLayout for Focus {
    fn layout(&self) -> &Layout {
        &Layout::Focus
    }

    fn tax(&self) -> Option<TaxBasis> {
        Some(TaxBasis::Exclusive)
    }

    fn knows(&self, column: &str) -> bool {
        KNOWN.iter().any(|known| known.eq_ignore_ascii_case(column))
    }

    fn missing(&self, header: &Header) -> Vec<String> {
        let has_none = |names: &&&[&str]| names.iter().all(|name| position(header, name).is_none());
        REQUIRED.iter().filter(has_none).map(|names| names.join(" or ")).collect()
    }

    fn reader(&self, header: &Header) -> Box<dyn LineReader> {
        Box::new(Lines::new(header))
    }
}

/// A version, and the columns that came with it.
struct Version {
    name: &'static str,
    brought: &'static [&'static str],
}

/// The newest first: a file is of the newest version of which it has a column.
const VERSIONS: [Version; 6] = [
    Version { name: "1.4", brought: &["CommitmentProgramEligibilityDetails", "InvoiceDetailId"] },
    Version {
        name: "1.3",
        brought: &[
            "AllocatedMethodDetails",
            "AllocatedMethodId",
            "AllocatedResourceId",
            "AllocatedResourceName",
            "AllocatedTags",
            "ContractApplied",
            "HostProviderName",
            SERVICE_PROVIDER,
        ],
    },
    Version {
        name: "1.2",
        brought: &[
            "BillingAccountType",
            "InvoiceId",
            "PricingCurrency",
            "PricingCurrencyContractedUnitPrice",
            "PricingCurrencyEffectiveCost",
            "PricingCurrencyListUnitPrice",
            "SubAccountType",
        ],
    },
    Version {
        name: "1.1",
        brought: &[
            "CapacityReservationId",
            "CapacityReservationStatus",
            "CommitmentDiscountQuantity",
            "CommitmentDiscountUnit",
            "ServiceSubcategory",
            "SkuMeter",
            "SkuPriceDetails",
        ],
    },
    Version {
        name: "1.0",
        brought: &[
            CLASS,
            COMMITMENT_STATUS,
            "ConsumedQuantity",
            "ConsumedUnit",
            CONTRACTED_COST,
            "ContractedUnitPrice",
            "EffectiveCost",
            "RegionId",
            "RegionName",
        ],
    },
    Version {
        name: "before 1.0",
        brought: &[
            "AvailabilityZone",
            BILLED_COST,
            BILLING_ACCOUNT,
            "BillingAccountName",
            BILLING_CURRENCY,
            PERIOD_END,
            PERIOD_START,
            CATEGORY,
            "ChargeDescription",
            "ChargeFrequency",
            "ChargePeriodEnd",
            CHARGE_START,
            "CommitmentDiscountCategory",
            "CommitmentDiscountId",
            "CommitmentDiscountName",
            "CommitmentDiscountType",
            INVOICE_ISSUER,
            LIST_COST,
            LIST_UNIT_PRICE,
            PRICING_CATEGORY,
            PRICING_QUANTITY,
            "PricingUnit",
            PROVIDER,
            "PublisherName",
            "ResourceId",
            "ResourceName",
            "ResourceType",
            "ServiceCategory",
            SERVICE_NAME,
            "SkuId",
            "SkuPriceId",
            SUB_ACCOUNT,
            "SubAccountName",
            "Tags",
            // What was called otherwise then.
            "AmortizedCost",
            "ChargeSubcategory",
            "ChargeType",
            "InvoiceIssuer",
            "Provider",
            "Publisher",
            "Region",
            "UsageQuantity",
            "UsageUnit",
        ],
    },
];

/// What columns were called before 1.0: now, and then.
const OLD_NAMES: [(&str, &str); 9] = [
    (CATEGORY, "ChargeType"),
    (COMMITMENT_STATUS, "ChargeSubcategory"),
    ("ConsumedQuantity", "UsageQuantity"),
    ("ConsumedUnit", "UsageUnit"),
    ("EffectiveCost", "AmortizedCost"),
    (INVOICE_ISSUER, "InvoiceIssuer"),
    (PROVIDER, "Provider"),
    ("PublisherName", "Publisher"),
    ("RegionId", "Region"),
];

/// Columns of a provider's own that carry the code that it gives the product, the best first: the product and the commodity of
/// Alibaba Cloud, the service of AWS. A file without them is priced by `ServiceName`.
const PRODUCT_CODES: [&str; 3] = ["x_ProductCode", "x_CommodityCode", "x_ServiceCode"];

/// Columns of Alibaba Cloud's own that carry its order number; FOCUS has none.
const ORDER_NUMBERS: [&str; 2] = ["x_OrderId", "x_OrderNo"];

/// Every column that a version has or had, and those of a provider's own that are read.
const KNOWN: [&str; 81] = {
    let [v1_4, v1_3, v1_2, v1_1, v1_0, before] = &VERSIONS;
    joined(&[v1_4.brought, v1_3.brought, v1_2.brought, v1_1.brought, v1_0.brought, before.brought, &PRODUCT_CODES, &ORDER_NUMBERS])
};

/// Lists one behind the other; they must be as long as the whole.
const fn joined<const LENGTH: usize>(lists: &[&[&'static str]]) -> [&'static str; LENGTH] {
    let mut whole = [""; LENGTH];
    let (mut list, mut length) = (0, 0);
    while list < lists.len() {
        let mut at = 0;
        while at < lists[list].len() {
            whole[length] = lists[list][at];
            (at, length) = (at + 1, length + 1);
        }
        list += 1;
    }
    assert!(length == LENGTH, "the parts are as long as the whole");
    whole
}

/// The words of `ChargeCategory`. Money back is a negative row of the category that it belongs to.
const CATEGORIES: [(&str, LineKind); 5] = [
    ("Usage", LineKind::Usage),
    ("Purchase", LineKind::Subscription),
    ("Tax", LineKind::Tax),
    ("Credit", LineKind::Credit),
    ("Adjustment", LineKind::Adjustment),
];

/// What says that a commitment covers a row, used or not: `CommitmentDiscountStatus`, and its words before 1.0.
const COMMITMENT_STATUSES: [&str; 4] = ["Used", "Unused", "Used Commitment", "Unused Commitment"];

/// The same of `PricingCategory`.
const COMMITTED_PRICING: [&str; 2] = ["Committed", "Commitment-Based"];

/// How providers write that a cell has nothing, where they do not leave it empty.
const NULLS: [&str; 2] = ["NULL", "(null)"];

/// The same where a text is meant, by Azure.
const TEXT_NULLS: [&str; 2] = ["-2", "Unassigned"];

/// What Alibaba Cloud is called; only there is the billing account ours, and the payer to be checked.
const ALIBABA: [&str; 3] = ["alibaba", "aliyun", "阿里"];

/// The zone of the book, and of the months of the providers that end theirs at 16:00 UTC.
const BOOK_ZONE: TimeDelta = TimeDelta::hours(8);

const LIST_IDENTITY: &str = "ListUnitPrice x PricingQuantity = ListCost";

/// Where the columns stand that are read, and the texts seen last: a bill repeats the same few a million times.
struct Lines {
    version: &'static str,
    odd_columns: Vec<(usize, Oddity)>,
    billed_cost: Option<usize>,
    billing_account: Option<usize>,
    sub_account: Option<usize>,
    currency: Option<usize>,
    period_start: Option<usize>,
    period_end: Option<usize>,
    charge_start: Option<usize>,
    category: Option<usize>,
    class: Option<usize>,
    commitment_status: Option<usize>,
    pricing_category: Option<usize>,
    list_cost: Option<usize>,
    contracted_cost: Option<usize>,
    list_unit_price: Option<usize>,
    pricing_quantity: Option<usize>,
    providers: [Option<usize>; 3],
    product_codes: [Option<usize>; 3],
    service_name: Option<usize>,
    order_numbers: [Option<usize>; 2],
    start_seen: Seen<Moment>,
    end_seen: Seen<Moment>,
    charge_seen: Seen<Moment>,
    currency_seen: Seen<Currency>,
    providers_seen: [Seen<bool>; 3],
}

impl Lines {
    fn new(header: &Header) -> Self {
        let at = |name| position(header, name);
        Self {
            version: version_of(header),
            odd_columns: odd_columns(header),
            billed_cost: at(BILLED_COST),
            billing_account: at(BILLING_ACCOUNT),
            sub_account: at(SUB_ACCOUNT),
            currency: at(BILLING_CURRENCY),
            period_start: at(PERIOD_START),
            period_end: at(PERIOD_END),
            charge_start: at(CHARGE_START),
            category: at(CATEGORY),
            class: at(CLASS),
            commitment_status: at(COMMITMENT_STATUS),
            pricing_category: at(PRICING_CATEGORY),
            list_cost: at(LIST_COST),
            contracted_cost: at(CONTRACTED_COST),
            list_unit_price: at(LIST_UNIT_PRICE),
            pricing_quantity: at(PRICING_QUANTITY),
            providers: [PROVIDER, SERVICE_PROVIDER, INVOICE_ISSUER].map(at),
            product_codes: PRODUCT_CODES.map(at),
            service_name: at(SERVICE_NAME),
            order_numbers: ORDER_NUMBERS.map(at),
            start_seen: Seen::default(),
            end_seen: Seen::default(),
            charge_seen: Seen::default(),
            currency_seen: Seen::default(),
            providers_seen: [Seen::default(), Seen::default(), Seen::default()],
        }
    }

    /// The account that the row is charged to: the one below the billing account where there is one.
    fn owner<'a>(&self, row: &Row<'a>, findings: &mut Findings<'_>) -> Read<&'a str> {
        let column = [self.sub_account, self.billing_account].into_iter().find(|column| !text(row, *column, findings).is_empty());
        match column {
            Some(column) => id(row, column, findings),
            None => Err(bad(findings, self.sub_account.or(self.billing_account), "", Fault::NoAccount)),
        }
    }

    /// The month of the bill, and the day of the charge.
    fn month_and_day(&mut self, row: &Row<'_>, findings: &mut Findings<'_>) -> Read<(Month, Option<NaiveDate>)> {
        let charged = moment(row, self.charge_start, &mut self.charge_seen, findings);
        let start = moment(row, self.period_start, &mut self.start_seen, findings);
        let end = moment(row, self.period_end, &mut self.end_seen, findings);
        let (charged, start, end) = (charged?, start?, end?);
        let day = charged.map(Moment::day);
        let month = match (self.period_start, start, day) {
            (Some(_), Some(start), _) => billing_month(start, end)
                .map_err(|not_a_month| bad(findings, self.period_start, row.cell(self.period_start), not_a_month))?,
            (None, _, Some(day)) => Month::of(day),
            _ => return Err(bad(findings, self.period_start.or(self.charge_start), "", Fault::Empty)),
        };
        if end.is_some_and(Moment::is_inclusive_end) {
            findings.odd_cell(self.period_end, Oddity::InclusiveEnd);
        }
        Ok((month, day))
    }

    fn kind(&self, row: &Row<'_>, findings: &mut Findings<'_>) -> Read<LineKind> {
        let word = text(row, self.category, findings);
        if word.is_empty() {
            return Err(bad(findings, self.category, "", Fault::Empty));
        }
        let known = CATEGORIES.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
        let Some((name, kind)) = known else { return Err(bad(findings, self.category, word, Fault::Kind)) };
        if *name != word {
            findings.odd_cell(self.category, Oddity::OtherCase);
        }
        // Before 1.0 a credit was an adjustment of the subcategory Credit.
        let was_a_credit = *kind == LineKind::Adjustment && row.cell(self.commitment_status).eq_ignore_ascii_case("Credit");
        Ok(if was_a_credit { LineKind::Credit } else { *kind })
    }

    fn currency(&mut self, row: &Row<'_>, findings: &mut Findings<'_>) -> Read<Currency> {
        match text(row, self.currency, findings) {
            "" => Err(bad(findings, self.currency, "", Fault::Empty)),
            code => {
                self.currency_seen.or_read(code, Currency::parse).ok_or_else(|| bad(findings, self.currency, code, Fault::Currency))
            }
        }
    }

    fn is_of_alibaba(&mut self, row: &Row<'_>) -> bool {
        let names = self.providers.iter().zip(&mut self.providers_seen);
        names.into_iter().any(|(column, seen)| seen.or_read(row.cell(*column), |name| Some(names_alibaba(name))).unwrap_or(false))
    }

    fn is_covered(&self, row: &Row<'_>, kind: LineKind, findings: &mut Findings<'_>) -> bool {
        let mut is_one_of = |column, words: &[&str]| {
            let given = text(row, column, findings);
            words.iter().any(|word| word.eq_ignore_ascii_case(given))
        };
        let says_so =
            is_one_of(self.commitment_status, &COMMITMENT_STATUSES) | is_one_of(self.pricing_category, &COMMITTED_PRICING);
        says_so && kind == LineKind::Usage
    }

    /// Remarks when the unit price and the quantity do not make the list cost; a correction gives only what changes.
    fn check_list_cost(&self, row: &Row<'_>, list_cost: Exact, findings: &mut Findings<'_>) {
        let factors = [self.list_unit_price, self.pricing_quantity].map(|column| number(row.cell(column)).ok());
        let [Some((unit_price, _)), Some((quantity, _))] = factors else { return };
        if let Some(difference) = unit_price.product_misses(quantity, list_cost)
            && !row.cell(self.class).eq_ignore_ascii_case("Correction")
        {
            findings.broken_identity(LIST_IDENTITY, difference);
        }
    }
}

impl LineReader for Lines {
    fn read<'a>(&mut self, row: &Row<'a>, content: u64, findings: &mut Findings<'_>) -> Option<BillLine<'a>> {
        let owner = self.owner(row, findings);
        let of_alibaba = self.is_of_alibaba(row);
        let payer = if of_alibaba { id(row, self.billing_account, findings) } else { Ok("") };
        let when = self.month_and_day(row, findings);
        let kind = self.kind(row, findings);
        let currency = self.currency(row, findings);
        let billed = amount(row, self.billed_cost, findings)
            .and_then(|billed| billed.ok_or_else(|| bad(findings, self.billed_cost, "", Fault::Empty)));
        let list = amount(row, self.list_cost, findings);
        let contracted = amount(row, self.contracted_cost, findings);
        let (kind, list) = (kind.ok()?, list.ok()?);
        let costs = Costs { list, contracted: contracted.ok()?, billed: billed.ok()? };
        let Ok(amounts) = costs.amounts(self.is_covered(row, kind, findings)) else {
            findings.bad_cell(self.list_cost, row.cell(self.list_cost), Fault::Amount(NotAnAmount::TooLarge));
            return None;
        };
        if amounts.list_is_another_cost {
            findings.odd(LIST_COST, Oddity::MissingCost);
        }
        if let Some(list) = list {
            self.check_list_cost(row, list, findings);
        }
        let (month, day) = when.ok()?;
        let order_no = if of_alibaba { first_text(row, &self.order_numbers, findings) } else { None };
        let (product, product_name) = (first_text(row, &self.product_codes, findings), text(row, self.service_name, findings));
        Some(BillLine {
            number: row.number,
            line_id: "",
            order_no: order_no.unwrap_or(""),
            owner_uid: owner.ok()?,
            payer_uid: payer.ok()?,
            month,
            day,
            kind,
            product: product.or(Some(product_name).filter(|name| !name.is_empty())).unwrap_or("-"),
            product_name,
            currency: Some(currency.ok()?),
            list: amounts.list,
            covered: amounts.covered,
            discount: amounts.discount,
            coupon: Exact::ZERO,
            voucher: Exact::ZERO,
            card: Exact::ZERO,
            payable: costs.billed,
            content,
        })
    }

    fn version(&self) -> Option<&'static str> {
        Some(self.version)
    }

    fn odd_columns(&self) -> Vec<(usize, Oddity)> {
        self.odd_columns.clone()
    }
}

/// The version of a header.
fn version_of(header: &Header) -> &'static str {
    let has = |name: &str| header.position_in_any_case(name).is_some();
    // 1.4 dropped what 1.3 had replaced.
    if has(SERVICE_PROVIDER) && !has(PROVIDER) {
        return VERSIONS[0].name;
    }
    let newest = VERSIONS.iter().find(|version| version.brought.iter().any(|column| has(column)));
    newest.map_or(VERSIONS[0].name, |version| version.name)
}

/// Where a column stands, under its name or an old one.
fn position(header: &Header, name: &str) -> Option<usize> {
    let old = || OLD_NAMES.iter().find(|(now, _)| *now == name).and_then(|(_, old)| header.position_in_any_case(old));
    header.position_in_any_case(name).or_else(old)
}

/// Columns whose name is an old one, or in another case.
fn odd_columns(header: &Header) -> Vec<(usize, Oddity)> {
    let old = OLD_NAMES.iter().filter(|(now, _)| header.position_in_any_case(now).is_none());
    let old = old.filter_map(|(_, old)| Some((header.position_in_any_case(old)?, Oddity::OldName)));
    let other_case = KNOWN
        .iter()
        .filter_map(|name| Some((header.position_in_any_case(name).filter(|at| header.names[*at] != *name)?, Oddity::OtherCase)));
    old.chain(other_case).collect()
}

fn names_alibaba(provider: &str) -> bool {
    let provider = provider.to_ascii_lowercase();
    ALIBABA.iter().any(|name| provider.contains(name))
}

// ------------------------------------------------------------------------------------------------------------- the costs

/// The costs of a row as it states them.
#[derive(Clone, Copy)]
struct Costs {
    list: Option<Exact>,
    contracted: Option<Exact>,
    billed: Exact,
}

/// What a line of ours has beside what is owed.
struct Amounts {
    list: Exact,
    covered: Exact,
    discount: Exact,
    list_is_another_cost: bool,
}

impl Costs {
    /// `list − covered − discount` is what is owed, but for what lies between the contracted cost and the billed one: that is
    /// neither a discount nor covered, and stays to be seen in the totals.
    ///
    /// A cost of zero beside a billed cost was left out: some providers write 0 for what they do not know. A contracted cost that
    /// does not lie between the other two is damaged, such as one that was rounded to whole numbers: it tells no discount.
    fn amounts(self, covered_by_commitment: bool) -> Result<Amounts, Overflow> {
        let given = |cost: Option<Exact>| cost.filter(|cost| !cost.is_zero() || self.billed.is_zero());
        let (given_list, contracted) = (given(self.list), given(self.contracted));
        let list = given_list.or(contracted).unwrap_or(self.billed);
        let list_is_another_cost = given_list.is_none();
        if covered_by_commitment && self.billed.is_zero() {
            return Ok(Amounts { list, covered: list, discount: Exact::ZERO, list_is_another_cost });
        }
        let between = list.min(self.billed)..=list.max(self.billed);
        let discounted = contracted.filter(|cost| between.contains(cost)).unwrap_or(self.billed);
        let discount = list.minus(discounted)?;
        Ok(Amounts { list, covered: Exact::ZERO, discount, list_is_another_cost })
    }
}

// ------------------------------------------------------------------------------------------------------------- the times

/// The smallest unit that a moment is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Second,
    Minute,
    Day,
}

impl Unit {
    fn length(self) -> TimeDelta {
        match self {
            Self::Second => TimeDelta::seconds(1),
            Self::Minute => TimeDelta::minutes(1),
            Self::Day => TimeDelta::days(1),
        }
    }
}

/// A moment, and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Moment {
    utc: NaiveDateTime,
    has_zone: bool,
    unit: Unit,
}

impl Moment {
    fn in_book_zone(self) -> NaiveDateTime {
        self.utc + BOOK_ZONE
    }

    fn day(self) -> NaiveDate {
        self.in_book_zone().date()
    }

    /// Whether it is the last second, minute or day of a period that ends with it: no period ends before its last second.
    fn is_inclusive_end(self) -> bool {
        match self.unit {
            Unit::Second => self.utc.second() == 59,
            Unit::Minute => self.utc.minute() == 59,
            Unit::Day => self.utc.day() != 1,
        }
    }

    /// The first moment that is no part of a period that ends with this one.
    fn exclusive_end(self) -> NaiveDateTime {
        if self.is_inclusive_end() { self.in_book_zone() + self.unit.length() } else { self.in_book_zone() }
    }
}

/// The month of a billing period: where it begins, in the book's zone. A period that is not one month is a fault.
fn billing_month(start: Moment, end: Option<Moment>) -> Result<Month, Fault> {
    let from = start.in_book_zone();
    let month = Month::of(from.date());
    let Some(to) = end.map(Moment::exclusive_end) else { return Ok(month) };
    // Zones and their summer times move both ends within the first day, not beyond it.
    if from.day() == 1 && to.day() == 1 && Month::of(to.date()) == month.next() {
        return Ok(month);
    }
    Err(Fault::NotOneMonth { from, to })
}

/// Reads `2026-06-30T15:59:59Z` and what is near: no seconds, fractions of them, a blank for the `T`, an offset or `UTC` for the
/// `Z`, no zone, the day alone.
fn moment_of(text: &str) -> Option<Moment> {
    let bytes = text.as_bytes();
    let date = date_of(bytes.get(..10)?)?;
    let midnight = date.and_hms_opt(0, 0, 0)?;
    let Some(rest) = bytes.get(11..).filter(|_| matches!(bytes[10], b'T' | b't' | b' ')) else {
        return (bytes.len() == 10).then_some(Moment { utc: midnight, has_zone: false, unit: Unit::Day });
    };
    let zone_at = rest.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b':' | b'.')).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(zone_at);
    let (clock, has_seconds) = match clock {
        [h1, h2, b':', m1, m2] => ([*h1, *h2, *m1, *m2, b'0', b'0'], false),
        [h1, h2, b':', m1, m2, b':', s1, s2] => ([*h1, *h2, *m1, *m2, *s1, *s2], true),
        [h1, h2, b':', m1, m2, b':', s1, s2, b'.', fraction @ ..] if fraction.iter().all(u8::is_ascii_digit) => {
            ([*h1, *h2, *m1, *m2, *s1, *s2], true)
        }
        _ => return None,
    };
    let local = date.and_hms_opt(digits(&clock[..2])?, digits(&clock[2..4])?, digits(&clock[4..])?)?;
    let offset = offset_of(zone)?;
    let unit = if has_seconds { Unit::Second } else { Unit::Minute };
    Some(Moment { utc: local - offset.unwrap_or_default(), has_zone: offset.is_some(), unit })
}

/// Reads `2026-06-30`; a moment near the ends of the calendar could leave it when it is moved.
fn date_of(bytes: &[u8]) -> Option<NaiveDate> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = bytes else { return None };
    let year = i32::try_from(digits(&[*y1, *y2, *y3, *y4])?).ok().filter(|year| (1971..=9998).contains(year))?;
    NaiveDate::from_ymd_opt(year, digits(&[*m1, *m2])?, digits(&[*d1, *d2])?)
}

/// How far a zone lies east of UTC: `Z`, `UTC`, `+08:00`, `+0800`, `+08`. `Some(None)` when there is none.
#[expect(clippy::option_option, reason = "wrong, absent and read are three answers, and the outer one is taken by `?`")]
fn offset_of(zone: &[u8]) -> Option<Option<TimeDelta>> {
    let (sign, hours, minutes) = match zone.trim_ascii_start() {
        b"" => return Some(None),
        b"Z" | b"z" | b"UTC" => return Some(Some(TimeDelta::zero())),
        [sign @ (b'+' | b'-'), h1, h2] => (sign, [*h1, *h2], *b"00"),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] | [sign @ (b'+' | b'-'), h1, h2, m1, m2] => (sign, [*h1, *h2], [*m1, *m2]),
        _ => return None,
    };
    let (hours, minutes) = (digits(&hours).filter(|hours| *hours <= 14)?, digits(&minutes).filter(|minutes| *minutes < 60)?);
    let size = TimeDelta::minutes(i64::from(hours * 60 + minutes));
    Some(Some(if *sign == b'-' { -size } else { size }))
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
}

// ------------------------------------------------------------------------------------------------------------- the cells

/// A cell that is bad; it has been noted.
struct Noted;

/// What a cell gives.
type Read<T> = Result<T, Noted>;

fn bad(findings: &mut Findings<'_>, column: Option<usize>, value: &str, fault: Fault) -> Noted {
    findings.bad_cell(column, value, fault);
    Noted
}

fn is_null(cell: &str) -> bool {
    NULLS.iter().any(|null| null.eq_ignore_ascii_case(cell))
}

/// A text; empty where it is null.
fn text<'a>(row: &Row<'a>, column: Option<usize>, findings: &mut Findings<'_>) -> &'a str {
    let cell = row.cell(column);
    if is_null(cell) || TEXT_NULLS.contains(&cell) {
        findings.odd_cell(column, Oddity::SpelledNull);
        return "";
    }
    cell
}

/// The first of several columns that has a text.
fn first_text<'a>(row: &Row<'a>, columns: &[Option<usize>], findings: &mut Findings<'_>) -> Option<&'a str> {
    columns.iter().map(|column| text(row, *column, findings)).find(|text| !text.is_empty())
}

/// The id of an account.
fn id<'a>(row: &Row<'a>, column: Option<usize>, findings: &mut Findings<'_>) -> Read<&'a str> {
    let text = text(row, column, findings);
    cells::id(Cell { column, text }, findings).ok_or(Noted)
}

/// A cost; `None` where it is null.
fn amount(row: &Row<'_>, column: Option<usize>, findings: &mut Findings<'_>) -> Read<Option<Exact>> {
    let cell = row.cell(column);
    if cell.is_empty() {
        return Ok(None);
    }
    match number(cell) {
        Ok((amount, has_exponent)) => {
            if has_exponent {
                findings.odd_cell(column, Oddity::Exponent);
            }
            Ok(Some(amount))
        }
        Err(_) if is_null(cell) => {
            findings.odd_cell(column, Oddity::SpelledNull);
            Ok(None)
        }
        Err(reason) => Err(bad(findings, column, cell, Fault::Amount(reason))),
    }
}

/// Reads a decimal, and says whether it has an exponent. A plus sign before it is no FOCUS, and nobody is known to write one.
fn number(cell: &str) -> Result<(Exact, bool), NotAnAmount> {
    if cell.starts_with('+') {
        return Err(NotAnAmount::NotADecimal);
    }
    let plain = Exact::parse(cell.as_bytes()).map(|amount| (amount, false));
    plain.or_else(|_| Exact::parse_scientific(cell.as_bytes()).map(|amount| (amount, true)))
}

/// A moment; `None` where it is null.
fn moment(row: &Row<'_>, column: Option<usize>, seen: &mut Seen<Moment>, findings: &mut Findings<'_>) -> Read<Option<Moment>> {
    let cell = text(row, column, findings);
    if cell.is_empty() {
        return Ok(None);
    }
    let moment = seen.or_read(cell, moment_of).ok_or_else(|| bad(findings, column, cell, Fault::Time))?;
    if !moment.has_zone {
        findings.odd_cell(column, Oddity::NoTimeZone);
    }
    Ok(Some(moment))
}

/// What the text of the last row meant. Of times there are hundreds, in runs: only the last one is worth remembering.
struct Seen<T> {
    text: String,
    meaning: Option<T>,
}

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Self { text: String::new(), meaning: None }
    }
}

impl<T: Copy> Seen<T> {
    fn or_read(&mut self, text: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        if self.meaning.is_none() || self.text != text {
            self.meaning = read(text);
            text.clone_into(&mut self.text);
        }
        self.meaning
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bill::{Block, ControlTotals, Problem, Source};
    use crate::domain::refusal::{Refusal, UnreadableFile};
    use crate::intake::bill::sources_of;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const AWS_1_2: &str = include_str!("../../tests/bills/focus/generated-1.2-aws.csv");
    const AWS_1_3: &str = include_str!("../../tests/bills/focus/generated-1.3-aws-25.csv");
    const AZURE: &str = include_str!("../../tests/bills/focus/generated-1.2-azure-25.csv");
    const GCP: &str = include_str!("../../tests/bills/focus/generated-1.2-gcp-25.csv");
    const REAL: &str = include_str!("../../tests/bills/focus/real-1.0.csv");
    const RESELLER: &str = include_str!("../../tests/bills/focus/reseller-1.2.csv");

    fn source_of(text: &[u8]) -> Result<Box<dyn Source>, Refusal> {
        Ok(sources_of(&[text], None)?.remove(0))
    }

    fn read(text: &[u8]) -> (Box<dyn Source>, Vec<Block>) {
        let mut source = source_of(text).unwrap();
        let mut blocks = Vec::new();
        while let Some(block) = source.next_block().unwrap() {
            blocks.push(block);
        }
        (source, blocks)
    }

    /// Sums by a key, in words: how many lines, list, covered, discount, payable.
    fn totals_by(text: &str, key: impl Fn(&BillLine<'_>) -> String) -> String {
        let (_, blocks) = read(text.as_bytes());
        assert!(blocks.iter().all(|block| block.problems.is_empty()), "{:?}", blocks[0].problems);
        let mut sums: BTreeMap<String, ControlTotals> = BTreeMap::new();
        for line in blocks.iter().flat_map(Block::lines) {
            sums.entry(key(&line)).or_default().add(&line).unwrap();
            sums.entry("~ all".to_owned()).or_default().add(&line).unwrap();
        }
        let told =
            sums.iter().map(|(key, t)| format!("{key}: {} | {} {} {} | {}", t.lines, t.list, t.covered, t.discount, t.payable));
        told.collect::<Vec<_>>().join("\n")
    }

    fn remarks_of(text: &str) -> String {
        let (source, _) = read(text.as_bytes());
        let told = source
            .remarks()
            .iter()
            .map(|r| format!("{} {} {}x from {} {}", r.oddity, r.about, r.count, r.first_line, r.difference));
        told.collect::<Vec<_>>().join("\n")
    }

    fn problems_of(text: &str) -> String {
        let all = read(text.as_bytes()).1.into_iter().flat_map(|block| block.problems);
        let told =
            all.map(|Problem { line, column, value, fault }| format!("{line} {} {value:?}: {fault}", column.unwrap_or_default()));
        told.collect::<Vec<_>>().join("\n")
    }

    /// The columns that every row of these tests has, and what stands in them when nothing else is said.
    const PLAIN: [(&str, &str); 14] = [
        (BILLED_COST, "8"),
        (BILLING_ACCOUNT, "agent-1"),
        (BILLING_CURRENCY, "CNY"),
        (PERIOD_START, "2026-06-01T00:00:00Z"),
        (PERIOD_END, "2026-07-01T00:00:00Z"),
        (CATEGORY, "Usage"),
        (CHARGE_START, "2026-06-03T00:00:00Z"),
        (CONTRACTED_COST, "8"),
        (LIST_COST, "10"),
        (PROVIDER, "Some Cloud"),
        (SERVICE_NAME, "Object Storage"),
        (SUB_ACCOUNT, "sub-1"),
        (COMMITMENT_STATUS, ""),
        (PRICING_CATEGORY, "Standard"),
    ];

    /// A bill of one row for each list of changes to the plain one; a change of an unknown column adds it.
    fn bill(rows: &[&[(&str, &str)]]) -> String {
        let mut names: Vec<&str> = PLAIN.iter().map(|(name, _)| *name).collect();
        for (name, _) in rows.iter().flat_map(|row| row.iter()) {
            if !names.contains(name) {
                names.push(name);
            }
        }
        let cell = |row: &[(&str, &str)], name: &str| {
            let given = row.iter().chain(&PLAIN).find(|(given, _)| *given == name);
            given.map_or(String::new(), |(_, value)| format!("\"{}\"", value.replace('"', "\"\"")))
        };
        let lines = rows.iter().map(|row| names.iter().map(|name| cell(row, name)).collect::<Vec<_>>().join(","));
        std::iter::once(names.join(",")).chain(lines).collect::<Vec<_>>().join("\n") + "\n"
    }

    /// One thing of the only line of a bill of one changed row.
    fn of_row(changes: &[(&str, &str)], tell: impl Fn(&BillLine<'_>) -> String) -> String {
        let (_, blocks) = read(bill(&[changes]).as_bytes());
        match blocks[0].problems.first() {
            Some(problem) => format!("{}: {}", problem.column.clone().unwrap_or_default(), problem.fault),
            None => tell(&blocks[0].lines().next().unwrap()),
        }
    }

    #[test]
    fn the_samples_give_their_control_totals() {
        insta::assert_snapshot!(totals_by(AWS_1_2, |line| line.kind.to_string()), @"
        subscription: 207 | 14527.782 0 0 | 14527.782
        tax: 54 | 153.846079813904262 0 15.384650443720512 | 138.46142937018375
        usage: 739 | 12895.288583033987 8238.7524269184 465.654961806737 | 4190.88119430885
        ~ all: 1000 | 27576.916662847891262 8238.7524269184 481.039612250457512 | 18857.12462367903375
        ");
        insta::assert_snapshot!(totals_by(AWS_1_2, |line| line.owner_uid.to_owned()), @"
        200000000011: 259 | 6490.292954093172682 2257.049141952 132.749555298947682 | 4100.494256842225
        200000000012: 254 | 7552.589725438927427 2190.8731249152 98.534556299664927 | 5263.1820442240625
        200000000013: 215 | 5975.395971969040953 1506.1405166688 106.168545997428453 | 4363.0869093028125
        200000000014: 272 | 7558.6380113467502 2284.6896433824 143.58695465441645 | 5130.36141330993375
        ~ all: 1000 | 27576.916662847891262 8238.7524269184 481.039612250457512 | 18857.12462367903375
        ");
        insta::assert_snapshot!(totals_by(AWS_1_3, |line| line.kind.to_string()), @"
        credit: 1 | -60.62564 0 0 | -60.62564
        subscription: 4 | 733.239016 0 0 | 733.239016
        usage: 20 | 286.18595422610018 1.0908004608 28.5095520033227 | 256.58560176197748
        ~ all: 25 | 958.79933022610018 1.0908004608 28.5095520033227 | 929.19897776197748
        ");
        insta::assert_snapshot!(totals_by(AZURE, |line| line.kind.to_string()), @"
        credit: 1 | -20.975057 0 0 | -20.975057
        subscription: 5 | 506.465462 0 0 | 506.465462
        tax: 1 | 45.341985 0 0 | 45.341985
        usage: 18 | 70.88056968826568 2.044004256 6.88365655607773 | 61.95290887618795
        ~ all: 25 | 601.71295968826568 2.044004256 6.88365655607773 | 592.78529887618795
        ");
        insta::assert_snapshot!(totals_by(GCP, |line| line.kind.to_string()), @"
        credit: 1 | -68.606642 0 0 | -68.606642
        subscription: 5 | 721.282979 0 0 | 721.282979
        usage: 19 | 399.3888612607005 1.608 39.77793598620845 | 358.00292527449205
        ~ all: 25 | 1052.0651982607005 1.608 39.77793598620845 | 1010.67926227449205
        ");
        insta::assert_snapshot!(totals_by(RESELLER, |line| line.kind.to_string()), @"
        adjustment: 1 | -3.5 0 0 | -3.5
        credit: 1 | -5 0 0 | -5
        subscription: 1 | 100 0 15 | 85
        tax: 1 | 9.25 0 0 | 9.25
        usage: 2 | -0.625 0 -0.125 | -0.5
        ~ all: 6 | 100.125 0 14.875 | 85.25
        ");
        insta::assert_snapshot!(totals_by(REAL, |line| line.month.to_string()), @"
        2024-09: 499 | 14.52218547521 0.0962 0 | 14.42598547521
        2024-10: 1 | 0.24 0 0 | 0.24
        ~ all: 500 | 14.76218547521 0.0962 0 | 14.66598547521
        ");
    }

    #[test]
    fn the_versions_are_told_from_the_columns() {
        let version = |text: &str| source_of(text.as_bytes()).unwrap().layout_version().unwrap();
        let table = [(AWS_1_2, "1.2"), (AWS_1_3, "1.3"), (AZURE, "1.2"), (GCP, "1.2"), (RESELLER, "1.2"), (REAL, "1.0")];
        for (text, expected) in table {
            assert_eq!(version(text), expected);
        }
        assert_eq!(version(&RESELLER.replacen("ProviderName", "ServiceProviderName", 1)), "1.4");
        assert_eq!(version(&AWS_1_3.replacen("InvoiceId", "InvoiceDetailId", 1)), "1.4");
        assert_eq!(version(&bill(&[&[]]).replacen(CONTRACTED_COST, "x", 1).replacen(COMMITMENT_STATUS, "y", 1)), "before 1.0");
    }

    #[test]
    fn what_is_odd_in_the_real_sample_is_remarked_upon() {
        insta::assert_snapshot!(remarks_of(REAL), @"
        no-time-zone ChargePeriodStart 500x from 2 0
        no-time-zone BillingPeriodStart 500x from 2 0
        no-time-zone BillingPeriodEnd 500x from 2 0
        spelled-null CommitmentDiscountStatus 498x from 2 0
        identity ListUnitPrice x PricingQuantity = ListCost 239x from 4 -0.0001985370965635
        spelled-null ContractedCost 4x from 465 0
        missing-cost ListCost 1x from 476 0
        ");
        assert_eq!(remarks_of(AWS_1_2), "");
        assert_eq!(remarks_of(RESELLER), "");
        assert_eq!(source_of(REAL.as_bytes()).unwrap().unknown_columns(), ["Id"]);
    }

    #[test]
    fn every_cell_of_a_line_is_read() {
        let text = bill(&[&[
            (CHARGE_START, "2026-06-03T16:30:00Z"),
            (SERVICE_PROVIDER, "Alibaba Cloud"),
            ("x_CommodityCode", "oss_bag"),
            ("x_OrderID", "20610"),
        ]]);
        let (source, blocks) = read(text.as_bytes());
        let line = blocks[0].lines().next().unwrap();
        let expected = BillLine {
            number: 2,
            line_id: "",
            order_no: "20610",
            owner_uid: "sub-1",
            payer_uid: "agent-1",
            month: "2026-06".parse().unwrap(),
            day: crate::domain::period::parse_date("2026-06-04"),
            kind: LineKind::Usage,
            product: "oss_bag",
            product_name: "Object Storage",
            currency: Currency::parse("CNY"),
            list: "10".parse().unwrap(),
            covered: Exact::ZERO,
            discount: "2".parse().unwrap(),
            coupon: Exact::ZERO,
            voucher: Exact::ZERO,
            card: Exact::ZERO,
            payable: "8".parse().unwrap(),
            content: line.content,
        };
        assert_eq!(line, expected);
        assert_eq!((source.layout(), source.tax()), (&Layout::Focus, Some(TaxBasis::Exclusive)));
    }

    #[test]
    fn the_owner_is_the_sub_account_and_the_payer_is_told_by_alibaba_alone() {
        let who =
            |changes: &[(&str, &str)]| of_row(changes, |line| format!("{} {} {}", line.owner_uid, line.payer_uid, line.product));
        assert_eq!(who(&[]), "sub-1  Object Storage");
        assert_eq!(who(&[(SUB_ACCOUNT, "NULL")]), "agent-1  Object Storage");
        assert_eq!(who(&[(SUB_ACCOUNT, ""), (BILLING_ACCOUNT, "")]), "SubAccountId: no account");
        assert_eq!(who(&[(PROVIDER, "阿里云")]), "sub-1 agent-1 Object Storage");
        assert_eq!(who(&[(INVOICE_ISSUER, "Alibaba Cloud (Singapore)")]), "sub-1 agent-1 Object Storage");
        assert_eq!(who(&[("PublisherName", "Alibaba Cloud")]), "sub-1  Object Storage");
        assert_eq!(who(&[("x_OrderId", "1"), ("x_ServiceCode", "AmazonS3")]), "sub-1  AmazonS3");
        assert_eq!(who(&[(SERVICE_NAME, "")]), "sub-1  -");
        assert!(who(&[(SUB_ACCOUNT, "1.06892E+15")]).contains("spreadsheet"));
    }

    #[test]
    fn months_and_days_are_those_of_the_books_zone() {
        let when = |changes: &[(&str, &str)]| of_row(changes, |line| format!("{} {}", line.month, line.day.unwrap()));
        let period = |start, end| when(&[(PERIOD_START, start), (PERIOD_END, end)]);
        let june = "2026-06 2026-06-03";
        for (start, end) in [
            ("2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z"),
            ("2026-05-31T16:00:00Z", "2026-06-30T16:00:00Z"),
            ("2026-05-31T16:00:00Z", "2026-06-30T15:59:59Z"),
            ("2026-06-01T00:00:00.000Z", "2026-06-30T23:59:59.999Z"),
            ("2026-06-01T00:00Z", "2026-06-30T23:59Z"),
            ("2026-06-01 00:00:00", "2026-07-01 00:00:00 UTC"),
            ("2026-06-01T00:00:00+08:00", "2026-07-01T00:00:00+0800"),
            ("2026-06-01T00:00:00-07:00", "2026-07-01T00:00:00-08"),
            ("2026-06-01", "2026-06-30"),
            ("2026-06-01", ""),
        ] {
            assert_eq!(period(start, end), june, "{start} {end}");
        }
        assert_eq!(period("2024-12-31T16:00:00Z", "2025-01-31T15:59:59Z"), "2025-01 2026-06-03");
        assert_eq!(
            period("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            "BillingPeriodStart: not one month, from 2026-01-01 08:00:00 to 2027-01-01 08:00:00; a bill is read by calendar months"
        );
        assert!(period("2026-06-15T00:00:00Z", "2026-07-15T00:00:00Z").contains("not one month"));
        assert_eq!(period("", "2026-07-01T00:00:00Z"), "BillingPeriodStart: empty");
        for wrong in [
            "6/1/26",
            "2026/06/01",
            "2026-06-01T",
            "2026-06-01T25:00:00Z",
            "2026-06-31",
            "2026-06-01T00:00:00 CST",
            "46174",
            "2026-06-01T0:00Z",
        ] {
            assert!(period(wrong, "").starts_with("BillingPeriodStart: not a time"), "{wrong}");
            assert!(when(&[(CHARGE_START, wrong)]).starts_with("ChargePeriodStart: not a time"), "{wrong}");
        }
    }

    #[test]
    fn odd_forms_are_counted_by_their_column() {
        let text = bill(&[
            &[(PERIOD_START, "2026-05-31T16:00:00Z"), (PERIOD_END, "2026-06-30T15:59:59Z"), (CATEGORY, "usage")],
            &[(CHARGE_START, "2026-06-03 00:00:00"), (LIST_COST, "(null)"), (CONTRACTED_COST, "null"), (SUB_ACCOUNT, "-2")],
            &[(BILLED_COST, "8.0E-3"), (LIST_COST, "0"), (CONTRACTED_COST, "0.9E+1"), (SERVICE_NAME, "Unassigned")],
            &[(LIST_UNIT_PRICE, "2.5"), (PRICING_QUANTITY, "4"), ("ChargeClass", "")],
            &[(LIST_UNIT_PRICE, "2.5"), (PRICING_QUANTITY, "5")],
            &[(LIST_UNIT_PRICE, "2.5"), (PRICING_QUANTITY, "5"), ("ChargeClass", "Correction")],
            &[(LIST_UNIT_PRICE, "east"), (PRICING_QUANTITY, "5")],
        ]);
        let text = text.replacen(BILLING_CURRENCY, "billingCurrency", 1);
        assert_eq!(problems_of(&text), "");
        insta::assert_snapshot!(remarks_of(&text), @"
        other-case billingCurrency 1x from 1 0
        inclusive-end BillingPeriodEnd 1x from 2 0
        other-case ChargeCategory 1x from 2 0
        spelled-null SubAccountId 1x from 3 0
        no-time-zone ChargePeriodStart 1x from 3 0
        spelled-null ListCost 1x from 3 0
        spelled-null ContractedCost 1x from 3 0
        missing-cost ListCost 2x from 3 0
        exponent BilledCost 1x from 4 0
        exponent ContractedCost 1x from 4 0
        spelled-null ServiceName 1x from 4 0
        identity ListUnitPrice x PricingQuantity = ListCost 1x from 6 2.5
        ");
    }

    #[test]
    fn old_names_are_understood() {
        let plain = bill(&[
            &[(CATEGORY, "Adjustment"), (COMMITMENT_STATUS, "Credit")],
            &[(BILLED_COST, "0"), (COMMITMENT_STATUS, "Used Commitment")],
        ]);
        let old = OLD_NAMES.iter().fold(plain, |text, (now, old)| text.replacen(now, old, 1));
        let (_, blocks) = read(old.as_bytes());
        let lines: Vec<String> = blocks[0].lines().map(|line| format!("{} {}", line.kind, line.covered)).collect();
        assert_eq!(lines, ["credit 0", "usage 10"]);
        assert!(OLD_NAMES.iter().all(|(now, old)| KNOWN.contains(now) && KNOWN.contains(old)));
        insta::assert_snapshot!(remarks_of(&old), @"
        old-name ChargeType 1x from 1 0
        old-name ChargeSubcategory 1x from 1 0
        old-name Provider 1x from 1 0
        ");
    }

    #[test]
    fn categories_are_kinds() {
        let kind = |word| of_row(&[(CATEGORY, word)], |line| line.kind.to_string());
        let table =
            [("Usage", "usage"), ("Purchase", "subscription"), ("Tax", "tax"), ("CREDIT", "credit"), ("adjustment", "adjustment")];
        for (word, expected) in table {
            assert_eq!(kind(word), expected);
        }
        assert_eq!(kind("Marketplace"), "ChargeCategory: a kind of charge that is not known");
        assert_eq!(kind("NULL"), "ChargeCategory: empty");
    }

    #[test]
    fn the_costs_make_what_is_owed() {
        let costs = |list, contracted, billed, more: &[(&str, &str)]| {
            let mut changes = vec![(LIST_COST, list), (CONTRACTED_COST, contracted), (BILLED_COST, billed)];
            changes.extend(more);
            of_row(&changes, |line| format!("{} - {} - {} = {}", line.list, line.covered, line.discount, line.payable))
        };
        let used = [(COMMITMENT_STATUS, "Used")];
        let committed = [(PRICING_CATEGORY, "committed")];
        assert_eq!(costs("10", "8", "8", &[]), "10 - 0 - 2 = 8");
        assert_eq!(costs("-10", "-8", "-8", &[]), "-10 - 0 - -2 = -8");
        assert_eq!(costs("10", "8", "7.5", &[]), "10 - 0 - 2 = 7.5");
        assert_eq!(costs("10", "11", "8", &[]), "10 - 0 - 2 = 8");
        assert_eq!(costs("10", "7", "8", &[]), "10 - 0 - 2 = 8");
        assert_eq!(costs("10", "", "8", &[]), "10 - 0 - 2 = 8");
        assert_eq!(costs("10", "0", "8", &[]), "10 - 0 - 2 = 8");
        assert_eq!(costs("", "9", "8", &[]), "9 - 0 - 0 = 8");
        assert_eq!(costs("0.00", "", "8", &[]), "8 - 0 - 0 = 8");
        assert_eq!(costs("NULL", "NULL", "8", &[]), "8 - 0 - 0 = 8");
        assert_eq!(costs("10", "8", "0", &used), "10 - 10 - 0 = 0");
        assert_eq!(costs("10", "8", "0", &committed), "10 - 10 - 0 = 0");
        assert_eq!(costs("10", "8", "8", &committed), "10 - 0 - 2 = 8");
        assert_eq!(costs("10", "8", "0", &[(CATEGORY, "Purchase"), (COMMITMENT_STATUS, "Used")]), "10 - 0 - 2 = 0");
        assert_eq!(costs("10", "8", "", &[]), "BilledCost: empty");
        assert_eq!(costs("10", "8", "null", &[]), "BilledCost: empty");
        assert_eq!(costs("10", "8", "-2", &[]), "10 - 0 - 2 = -2");
        for wrong in ["1,000", "+8", "$8", "1E-19", "8 CNY", "Unassigned"] {
            assert!(costs("10", "8", wrong, &[]).starts_with("BilledCost: "), "{wrong}");
            assert!(costs(wrong, "8", "8", &[]).starts_with("ListCost: "), "{wrong}");
        }
    }

    #[test]
    fn a_file_that_is_no_bill_is_refused_by_name() {
        let reason = |text: &str| match source_of(text.as_bytes()).err() {
            Some(Refusal::UnreadableFile { reason, .. }) => reason,
            other => panic!("{other:?}"),
        };
        let UnreadableFile::OtherProduct { product, missing, .. } = reason(include_str!("../../tests/bills/focus/azure-ea.csv"))
        else {
            panic!("it is known");
        };
        assert_eq!(product, "an Azure usage file of an Enterprise Agreement");
        assert_eq!(missing, [BILLED_COST, "BillingPeriodStart or ChargePeriodStart", BILLING_CURRENCY, SERVICE_NAME]);
        let UnreadableFile::OtherProduct { product, .. } =
            reason(include_str!("../../tests/bills/focus/contract-commitment-1.3.csv"))
        else {
            panic!("it is known");
        };
        assert_eq!(product, "the FOCUS dataset Contract Commitment");
        let missing = [BILLING_CURRENCY, "SubAccountId or BillingAccountId", SERVICE_NAME].map(str::to_owned).to_vec();
        let example = reason(include_str!("../../tests/bills/focus/spec-example-purchase.csv"));
        assert_eq!(example, UnreadableFile::UnknownLayout { nearest: "focus".into(), missing });
        let UnreadableFile::OtherProduct { product, .. } =
            reason(&(AZURE.replacen("InvoiceId", "InvoiceDetailId", 1).replacen("PublisherName", "InvoiceIssueStatus", 1)))
        else {
            panic!("it is known");
        };
        assert_eq!(product, "the FOCUS dataset Invoice Detail");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn neither_order_of_columns_nor_case_of_names_nor_line_ends_change_what_is_read(
            order in Just((0..57_usize).collect::<Vec<_>>()).prop_shuffle(),
            crlf: bool,
            byte_order_mark: bool,
            upper: bool,
            blank_lines in 0..3_usize,
        ) {
            let rows: Vec<csv::StringRecord> =
                csv::ReaderBuilder::new().has_headers(false).from_reader(AZURE.as_bytes()).records().map(Result::unwrap).collect();
            let line_end = if crlf { "\r\n" } else { "\n" };
            let mut text = if byte_order_mark { "\u{feff}".to_owned() } else { String::new() };
            for (number, row) in rows.iter().enumerate() {
                let cells: Vec<String> = order.iter().map(|column| format!("\"{}\"", row[*column].replace('"', "\"\""))).collect();
                let line = cells.join(",");
                text += &if upper && number == 0 { line.to_uppercase() } else { line };
                text += &line_end.repeat(1 + blank_lines);
            }
            let told = |text: &str| {
                let (_, blocks) = read(text.as_bytes());
                let lines = blocks.iter().flat_map(Block::lines);
                lines.map(|line| format!("{:?}", BillLine { content: 0, number: 0, ..line })).collect::<Vec<_>>()
            };
            prop_assert_eq!(told(&text), told(AZURE));
        }

        #[test]
        fn a_moment_is_read_or_not_but_never_a_panic(text in "[0-9TZ :+.-]{0,30}|[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9](:[0-5][0-9])?([.][0-9]{0,9})?(Z| UTC|[+-][01][0-9]:?[0-5][0-9])?") {
            if let Some(moment) = moment_of(&text) {
                prop_assert!(billing_month(moment, Some(moment)).is_err());
            }
        }
    }
}
