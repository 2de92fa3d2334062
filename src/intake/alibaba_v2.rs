//! The provider's upgraded bill details with Chinese headers: which columns there are, and what a line of them says.
//!
//! It must never judge a line by the book: month, currency and account are only read here, and checked where the book is known.

use chrono::{Datelike, NaiveDate};

use crate::domain::account::looks_like_spreadsheet_number;
use crate::domain::bill::{BillLine, Fault, Layout, LineKind, TaxBasis, Treatment};
use crate::domain::money::{Currency, Exact};
use crate::domain::period::Month;
use crate::intake::layout::{Findings, Format, LineReader};
use crate::intake::table::{Header, Row, text_of};

const LINE_ID: &str = "标识信息/账单明细ID";
const ORDER_NO: &str = "标识信息/订单号";
const PAYER_UID: &str = "身份信息/资源购买账号ID";
const OWNER_UID: &str = "身份信息/资源归属账号ID";
const MONTH: &str = "账单信息/账单月份";
const DAY: &str = "账单信息/账单日期";
const KIND: &str = "账单信息/费用类型";
const PRODUCT: &str = "产品信息/产品Code";
const PRODUCT_NAME: &str = "产品信息/产品名称";
const COMMODITY: &str = "产品信息/商品Code";
const CURRENCY: &str = "定价信息/定价币种";
const LIST: &str = "费用信息/目录总价";
const COVERED: &str = "订阅抵扣信息/订阅抵扣目录总价";
const DISCOUNT: &str = "优惠信息/优惠金额";
const COUPON: &str = "优惠券抵扣信息/优惠券抵扣金额";
const PAYABLE: &str = "应付信息/应付金额（含税）";

/// The layout's row in the table of layouts.
pub(super) const FORMAT: Format = Format {
    layout: Layout::AlibabaV2,
    tax: Some(TaxBasis::Inclusive),
    known: &[
        LINE_ID,
        ORDER_NO,
        "身份信息/客户名称",
        PAYER_UID,
        "身份信息/资源购买账号",
        OWNER_UID,
        "身份信息/资源归属账号",
        "账单信息/服务主体",
        MONTH,
        DAY,
        KIND,
        "账单信息/交易类型",
        "账单信息/消费时间",
        "账单信息/服务开始时间",
        "账单信息/服务结束时间",
        PRODUCT,
        PRODUCT_NAME,
        COMMODITY,
        "产品信息/商品名称",
        "产品信息/计费项Code",
        "产品信息/计费项名称",
        "产品信息/选型配置",
        "产品信息/规格",
        "资源信息/实例ID（出账粒度）",
        "资源信息/资源ID",
        "资源信息/资源名称",
        "资源信息/地域Code",
        "资源信息/地域",
        "资源信息/可用区",
        "用量信息/抵扣前用量",
        "用量信息/抵扣用量",
        "用量信息/用量",
        "用量信息/用量单位",
        "用量信息/用量详情",
        "时长信息/抵扣前时长",
        "时长信息/抵扣时长",
        "时长信息/时长",
        "时长信息/时长单位",
        "时长信息/时长详情",
        "定价信息/官网目录价",
        "定价信息/价格单位",
        "定价信息/目录价用量阶梯",
        "定价信息/用量阶梯累计规则",
        "定价信息/目录价转换信息",
        "定价信息/目录价因子",
        CURRENCY,
        "费用信息/计费公式",
        "费用信息/计费辅助信息",
        "费用信息/计费过程",
        "费用信息/计费规则说明",
        LIST,
        COVERED,
        DISCOUNT,
        "优惠信息/优惠详情",
        "优惠信息/优惠后金额",
        COUPON,
        PAYABLE,
    ],
    required: &[&[MONTH], &[PAYABLE], &[KIND], &[LIST], &[OWNER_UID, PAYER_UID]],
    reader: |header| Box::new(Lines::new(header)),
};

/// Where the columns stand that are read, and the words seen last: a bill repeats the same few a million times.
struct Lines {
    line_id: Option<usize>,
    order_no: Option<usize>,
    payer_uid: Option<usize>,
    owner_uid: Option<usize>,
    month: Option<usize>,
    day: Option<usize>,
    kind: Option<usize>,
    product: Option<usize>,
    product_name: Option<usize>,
    commodity: Option<usize>,
    currency: Option<usize>,
    list: Option<usize>,
    covered: Option<usize>,
    discount: Option<usize>,
    coupon: Option<usize>,
    payable: Option<usize>,
    kinds_seen: Vec<(String, LineKind)>,
    currency_seen: Option<(String, Currency)>,
}

impl Lines {
    fn new(header: &Header) -> Self {
        let at = |name| header.position(name);
        Self {
            line_id: at(LINE_ID),
            order_no: at(ORDER_NO),
            payer_uid: at(PAYER_UID),
            owner_uid: at(OWNER_UID),
            month: at(MONTH),
            day: at(DAY),
            kind: at(KIND),
            product: at(PRODUCT),
            product_name: at(PRODUCT_NAME),
            commodity: at(COMMODITY),
            currency: at(CURRENCY),
            list: at(LIST),
            covered: at(COVERED),
            discount: at(DISCOUNT),
            coupon: at(COUPON),
            payable: at(PAYABLE),
            kinds_seen: Vec::new(),
            currency_seen: None,
        }
    }

    fn kind(&mut self, text: &str) -> Option<LineKind> {
        /// A bill has about ten kinds of lines; a file that makes up more is merely read more slowly.
        const REMEMBERED_MAX: usize = 32;
        if let Some((_, kind)) = self.kinds_seen.iter().find(|(seen, _)| seen == text) {
            return Some(*kind);
        }
        let kind = kind_of(text)?;
        if self.kinds_seen.len() < REMEMBERED_MAX {
            self.kinds_seen.push((text.to_owned(), kind));
        }
        Some(kind)
    }

    fn currency(&mut self, text: &str) -> Option<Currency> {
        match &self.currency_seen {
            Some((seen, currency)) if seen == text => Some(*currency),
            _ => {
                let currency = Currency::parse(text)?;
                self.currency_seen = Some((text.to_owned(), currency));
                Some(currency)
            }
        }
    }
}

impl LineReader for Lines {
    fn read<'a>(&mut self, row: &Row<'a>, content: u64, findings: &mut Findings<'_>) -> Option<BillLine<'a>> {
        let line_id = id(row, self.line_id, findings);
        let order_no = id(row, self.order_no, findings);
        let payer_uid = id(row, self.payer_uid, findings);
        let owner_uid = id(row, self.owner_uid, findings);
        if owner_uid == Some("") && payer_uid == Some("") {
            findings.bad_cell(self.owner_uid.or(self.payer_uid), "", Fault::NoAccount);
        }
        let month = required(row, self.month, findings, Fault::Month, |cell| Month::parse(text_of(cell)));
        let day = optional(row, self.day, findings, Fault::Date, day_of);
        let kind = required(row, self.kind, findings, Fault::Kind, |cell| self.kind(text_of(cell)));
        let currency = optional(row, self.currency, findings, Fault::Currency, |cell| self.currency(text_of(cell)));
        let list = amount(row, self.list, findings);
        let covered = amount(row, self.covered, findings);
        let discount = amount(row, self.discount, findings);
        let coupon = amount(row, self.coupon, findings);
        let payable = match row.cell(self.payable) {
            b"" => {
                findings.bad_cell(self.payable, "", Fault::Empty);
                None
            }
            _ => amount(row, self.payable, findings),
        };
        let (owner_uid, payer_uid) = (owner_uid?, payer_uid?);
        let owner_uid = Some(owner_uid).filter(|uid| !uid.is_empty()).unwrap_or(payer_uid);
        if owner_uid.is_empty() {
            return None;
        }
        if let (Some(kind), Some(payable), Some(order_no)) = (kind, payable, order_no) {
            // Usage is charged to the customer at the list price less a discount: without one it would be given away.
            let is_charged = matches!(kind.treatment(!order_no.is_empty()), Treatment::Usage | Treatment::Adjustment);
            if is_charged && !payable.is_zero() && row.text(self.list).is_empty() {
                findings.bad_cell(self.list, "", Fault::Empty);
                return None;
            }
        }
        let product = [self.product, self.commodity].map(|column| row.text(column)).into_iter().find(|code| !code.is_empty());
        Some(BillLine {
            number: row.number,
            line_id: line_id?,
            order_no: order_no?,
            owner_uid,
            payer_uid,
            month: month?,
            day: day?,
            kind: kind?,
            product: product.unwrap_or("-"),
            product_name: row.text(self.product_name),
            currency: currency?,
            list: list?,
            covered: covered?,
            discount: discount?,
            coupon: coupon?,
            payable: payable?,
            content,
        })
    }
}

fn id<'a>(row: &Row<'a>, column: Option<usize>, findings: &mut Findings<'_>) -> Option<&'a str> {
    let text = row.text(column);
    if looks_like_spreadsheet_number(text) {
        findings.bad_cell(column, text, Fault::Spreadsheet(text.to_owned()));
        return None;
    }
    Some(text)
}

fn amount(row: &Row<'_>, column: Option<usize>, findings: &mut Findings<'_>) -> Option<Exact> {
    let cell = row.cell(column);
    if cell.is_empty() {
        return Some(Exact::ZERO);
    }
    match Exact::parse(cell) {
        Ok(amount) => Some(amount),
        Err(reason) => {
            findings.bad_cell(column, text_of(cell), Fault::Amount(reason));
            None
        }
    }
}

fn required<T>(
    row: &Row<'_>,
    column: Option<usize>,
    findings: &mut Findings<'_>,
    fault: Fault,
    read: impl FnOnce(&[u8]) -> Option<T>,
) -> Option<T> {
    match optional(row, column, findings, fault, read) {
        Some(None) => {
            findings.bad_cell(column, "", Fault::Empty);
            None
        }
        read => read.flatten(),
    }
}

/// `None` when the cell is bad, `Some(None)` when it is empty.
#[expect(clippy::option_option, reason = "bad, empty and read are three answers, and the outer one is taken by `?`")]
fn optional<T>(
    row: &Row<'_>,
    column: Option<usize>,
    findings: &mut Findings<'_>,
    fault: Fault,
    read: impl FnOnce(&[u8]) -> Option<T>,
) -> Option<Option<T>> {
    let cell = row.cell(column);
    if cell.is_empty() {
        return Some(None);
    }
    let value = read(cell);
    if value.is_none() {
        findings.bad_cell(column, text_of(cell), fault);
    }
    value.map(Some)
}

/// Reads `20260605` or `2026-06-05`.
fn day_of(cell: &[u8]) -> Option<NaiveDate> {
    let (year, month, day) = match cell.len() {
        8 => (&cell[..4], &cell[4..6], &cell[6..]),
        10 if cell[4] == b'-' && cell[7] == b'-' => (&cell[..4], &cell[5..7], &cell[8..]),
        _ => return None,
    };
    let number =
        |digits: &[u8]| digits.iter().try_fold(0_u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')));
    let year = i32::try_from(number(year)?).ok()?;
    NaiveDate::from_ymd_opt(year, number(month)?, number(day)?).filter(|date| (1970..=9999).contains(&date.year()))
}

/// What a kind of charge is called: the first word that is found decides, so that "rounding adjustment" is a rounding, a
/// subscription's refund is a refund, and "subscription pay-as-you-go" is an order.
fn kind_of(text: &str) -> Option<LineKind> {
    const WORDS: &[(&[&str], LineKind)] = &[
        (&["refund", "退"], LineKind::Refund),
        (&["commission", "佣金"], LineKind::Commission),
        (&["rounding", "抹零"], LineKind::Rounding),
        (&["adjust", "调账"], LineKind::Adjustment),
        (&["coverage", "保底"], LineKind::Coverage),
        (&["free", "免费"], LineKind::FreeTier),
        (&["订阅后付", "subscription pay-as-you-go"], LineKind::SubscriptionPaidLater),
        (&["subscription", "订阅", "预付", "订单"], LineKind::Subscription),
        (&["pay-as-you-go", "按量", "后付"], LineKind::Usage),
    ];
    let text = text.to_lowercase();
    WORDS.iter().find(|(words, _)| words.iter().any(|word| text.contains(word))).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_that_is_found_decides_the_kind() {
        let table = [
            ("订阅预付费用", Some(LineKind::Subscription)),
            ("订阅后付费用", Some(LineKind::SubscriptionPaidLater)),
            ("订阅退订费用", Some(LineKind::Refund)),
            ("保底封顶费用", Some(LineKind::Coverage)),
            ("云资源按量费用", Some(LineKind::Usage)),
            ("免费额度", Some(LineKind::FreeTier)),
            ("调账费用", Some(LineKind::Adjustment)),
            ("抹零费用", Some(LineKind::Rounding)),
            ("佣金费用", Some(LineKind::Commission)),
            ("Subscription Upfront", Some(LineKind::Subscription)),
            ("subscription pay-as-you-go", Some(LineKind::SubscriptionPaidLater)),
            ("Subscription Refund", Some(LineKind::Refund)),
            ("Rounding Adjustment", Some(LineKind::Rounding)),
            ("Pay-As-You-Go", Some(LineKind::Usage)),
            ("后付费", Some(LineKind::Usage)),
            ("其他", None),
        ];
        for (text, kind) in table {
            assert_eq!(kind_of(text), kind, "{text}");
        }
    }

    #[test]
    fn days_have_two_forms() {
        let table = [
            ("20260605", Some("2026-06-05")),
            ("2026-06-05", Some("2026-06-05")),
            ("2026/6/5", None),
            ("20260631", None),
            ("2026-06-05 10:00", None),
            ("00000101", None),
            ("2026-6-005", None),
        ];
        for (text, day) in table {
            assert_eq!(day_of(text.as_bytes()).map(|d| d.to_string()), day.map(str::to_owned), "{text}");
        }
    }
}
