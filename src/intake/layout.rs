//! The layouts of bill that can be read, and how a header is recognised: by the names of its columns, in any order.
//!
//! It must never guess: a header that lacks a required column of every layout is refused with what is missing.

use crate::domain::bill::{BillLine, Fault, KnownLayout, Layout, Oddity, Problem, Remarks, TaxBasis};
use crate::domain::money::Exact;
use crate::domain::refusal::UnreadableFile;
use crate::intake::columns::{BuiltIn, Mapping};
use crate::intake::focus::Focus;
use crate::intake::known_files::{self, KnownFile};
use crate::intake::table::{Header, Row, shortened};
use crate::intake::{alibaba_api, alibaba_instance, alibaba_legacy, alibaba_v2};

/// A layout of bill: how it is told from others, and who reads its lines.
pub(super) trait BillLayout {
    /// Its name.
    fn layout(&self) -> &Layout;
    /// Whether its amounts have the tax in them, where it says so.
    fn tax(&self) -> Option<TaxBasis>;
    /// Whether it may have a column of this name, read or not.
    fn knows(&self, column: &str) -> bool;
    /// The columns that it must have and a header has not; where one of several is enough, they are named together.
    fn missing(&self, header: &Header) -> Vec<String>;
    /// What reads its lines, for a header that misses nothing.
    fn reader(&self, header: &Header) -> Box<dyn LineReader>;
}

/// Reads the lines of one file.
pub(super) trait LineReader: Send {
    /// Reads a row that has as many cells as the header. `None` when the row is bad, and then at least one fault was noted, or
    /// when it states the total.
    fn read<'a>(&mut self, row: &Row<'a>, content: u64, findings: &mut Findings<'_>) -> Option<BillLine<'a>>;

    /// The version of the layout, where the header tells one.
    fn version(&self) -> Option<&'static str> {
        None
    }

    /// The total that the file states; known at the end.
    fn stated_total(&self) -> Option<Exact> {
        None
    }

    /// Columns that are read although their header is not quite as the layout says.
    fn odd_columns(&self) -> Vec<(usize, Oddity)> {
        Vec::new()
    }
}

/// The layouts that are a table, the likeliest first. A header is of the first that misses nothing: a layout whose columns
/// another one has too stands behind it.
static TABLES: &[&BuiltIn] = &[
    &alibaba_v2::CHINESE,
    &alibaba_v2::ENGLISH,
    &alibaba_legacy::LEGACY,
    &alibaba_api::SETTLE,
    &alibaba_api::API,
    &alibaba_instance::INSTANCE,
];

/// Every built-in layout.
fn built_in() -> Vec<Box<dyn BillLayout>> {
    let tables = TABLES.iter().map(|table| Box::new(Mapping::from(*table)) as Box<dyn BillLayout>);
    tables.chain([Box::new(Focus) as Box<dyn BillLayout>]).collect()
}

/// The layout of a header, or what it is instead, or what the nearest layout misses.
pub(super) fn recognise(header: &Header) -> Result<Box<dyn BillLayout>, UnreadableFile> {
    if let Some(KnownFile { product, advice, .. }) = known_files::named(header) {
        return Err(UnreadableFile::OtherProduct { product, missing: Focus.missing(header), advice });
    }
    let known_columns = |layout: &dyn BillLayout| header.names.iter().filter(|name| layout.knows(name)).count();
    let mut nearest: Option<(usize, String, Vec<String>)> = None;
    for layout in built_in() {
        let missing = layout.missing(header);
        if missing.is_empty() {
            return Ok(layout);
        }
        let known = known_columns(layout.as_ref());
        if nearest.as_ref().is_none_or(|(most, ..)| known > *most) {
            nearest = Some((known, layout.layout().to_string(), missing));
        }
    }
    let (_, nearest, missing) = nearest.expect("there is at least one layout");
    Err(UnreadableFile::UnknownLayout { nearest, missing })
}

/// Every layout that is built in, the likeliest first; one with headers in two languages stands twice.
pub fn known_layouts() -> Vec<KnownLayout> {
    let nothing = Header { text: String::new(), names: Vec::new(), line: 1 };
    let known = |layout: Box<dyn BillLayout>| KnownLayout {
        layout: layout.layout().clone(),
        tax: layout.tax(),
        needs: layout.missing(&nothing),
    };
    built_in().into_iter().map(known).collect()
}

/// Where what a reader finds in a row is noted: what is wrong, and what is merely odd.
pub(super) struct Findings<'a> {
    line: u64,
    names: &'a [String],
    problems: &'a mut Vec<Problem>,
    remarks: &'a mut Remarks,
}

impl<'a> Findings<'a> {
    /// For the row that begins on this line.
    pub(super) fn new(line: u64, header: &'a Header, problems: &'a mut Vec<Problem>, remarks: &'a mut Remarks) -> Self {
        Self { line, names: &header.names, problems, remarks }
    }

    /// Notes a bad cell.
    pub(super) fn bad_cell(&mut self, column: Option<usize>, value: &str, fault: Fault) {
        let column = column.and_then(|column| self.names.get(column)).cloned();
        self.problems.push(Problem { line: self.line, column, value: shortened(value), fault });
    }

    /// Notes a bad row.
    pub(super) fn bad_row(&mut self, text: &str, fault: Fault) {
        self.problems.push(Problem { line: self.line, column: None, value: shortened(text), fault });
    }

    /// Notes a cell that was understood although it is odd.
    pub(super) fn odd_cell(&mut self, column: Option<usize>, oddity: Oddity) {
        let name = column.and_then(|column| self.names.get(column)).map_or("", String::as_str);
        self.remarks.add(oddity, name, self.line, Exact::ZERO);
    }

    /// Notes something odd about a column that the file does not have.
    pub(super) fn odd(&mut self, column: &str, oddity: Oddity) {
        self.remarks.add(oddity, column, self.line, Exact::ZERO);
    }

    /// Notes an identity that does not hold, by its words and how far its left side lies above its right.
    pub(super) fn broken_identity(&mut self, identity: &'static str, difference: Exact) {
        self.remarks.add(Oddity::Identity, identity, self.line, difference);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bill::{Block, ControlTotals, Remark};
    use crate::domain::refusal::Refusal;
    use crate::intake::bill::sources_of;
    use std::collections::BTreeMap;

    const V2: &str = include_str!("../../tests/bills/alibaba-v2-zh.csv");
    const LEGACY: &str = include_str!("../../tests/bills/alibaba-legacy-zh.csv");
    const INSTANCE: &str = include_str!("../../tests/bills/alibaba-instance-en.csv");

    /// A whole bill as it was read.
    struct Bill {
        layout: String,
        tax: Option<TaxBasis>,
        unknown_columns: Vec<String>,
        blocks: Vec<Block>,
        remarks: Vec<Remark>,
    }

    impl Bill {
        fn lines(&self) -> impl Iterator<Item = BillLine<'_>> {
            self.blocks.iter().flat_map(Block::lines)
        }

        fn problems(&self) -> Vec<String> {
            let told = |problem: &Problem| {
                let column = problem.column.as_deref().unwrap_or("-");
                format!("{} | {column} | {} | {}", problem.line, problem.value, problem.fault)
            };
            self.blocks.iter().flat_map(|block| &block.problems).map(told).collect()
        }

        fn remarks(&self) -> Vec<String> {
            let told = |remark: &Remark| {
                format!(
                    "{} | {} | {} from line {} | {}",
                    remark.oddity, remark.about, remark.count, remark.first_line, remark.difference
                )
            };
            self.remarks.iter().map(told).collect()
        }
    }

    fn read(text: &str) -> Result<Bill, Refusal> {
        let mut source = sources_of(&[text.as_bytes()], None)?.remove(0);
        let mut blocks = Vec::new();
        while let Some(block) = source.next_block()? {
            blocks.push(block);
        }
        Ok(Bill {
            layout: source.layout().to_string(),
            tax: source.tax(),
            unknown_columns: source.unknown_columns().to_vec(),
            blocks,
            remarks: source.remarks().to_vec(),
        })
    }

    fn totals_by(bill: &Bill, key: impl Fn(&BillLine<'_>) -> String) -> Vec<String> {
        let mut totals: BTreeMap<String, ControlTotals> = BTreeMap::new();
        for line in bill.lines() {
            totals.entry(key(&line)).or_default().add(&line).unwrap();
        }
        let told = |(key, t): (String, ControlTotals)| {
            format!(
                "{key}: {} lines, list {}, discount {}, coupon {}, payable {}",
                t.lines, t.list, t.discount, t.coupon, t.payable
            )
        };
        totals.into_iter().map(told).collect()
    }

    fn control(bill: &Bill) -> String {
        let mut all = totals_by(bill, |_| "all".to_owned());
        all.extend(totals_by(bill, |line| line.owner_uid.to_owned()));
        all.extend(totals_by(bill, |line| {
            format!("{} by {}", line.kind, if line.order_no.is_empty() { "usage" } else { "order" })
        }));
        all.join("\n")
    }

    #[test]
    fn the_samples_give_their_control_totals_and_keep_their_identities() {
        let v2 = read(V2).unwrap();
        insta::assert_snapshot!(control(&v2), @"
        all: 30 lines, list 9203.9091328109, discount 1562.8137927105, coupon 100, payable 7541.0953401004
        1499005556667703: 7 lines, list 323.3853401004, discount 6.5, coupon 0, payable 316.8853401004
        1688001234567801: 12 lines, list 4966.5562714588, discount 968.1162714588, coupon 0, payable 3998.44
        5270009876543202: 11 lines, list 3913.9675212517, discount 588.1975212517, coupon 100, payable 3225.77
        adjustment by usage: 1 lines, list -12.34, discount 0, coupon 0, payable -12.34
        commission by usage: 1 lines, list -35.2, discount 0, coupon 0, payable -35.2
        coverage by usage: 1 lines, list 5, discount 0, coupon 0, payable 5
        free-tier by usage: 1 lines, list 2.5, discount 2.5, coupon 0, payable 0
        refund by order: 2 lines, list -954, discount -184, coupon 0, payable -770
        rounding by usage: 2 lines, list 0, discount 0.011223804, coupon 0, payable -0.011223804
        subscription by order: 8 lines, list 9409.38, discount 1636.2, coupon 100, payable 7673.18
        subscription-paid-later by order: 1 lines, list 64.1234567891, discount 0, coupon 0, payable 64.1234567891
        usage by usage: 13 lines, list 724.4456760218, discount 108.1025689065, coupon 0, payable 616.3431071153
        ");
        let legacy = read(LEGACY).unwrap();
        insta::assert_snapshot!(control(&legacy), @"
        all: 15 lines, list 7512.246324, discount 1315.242805, coupon 60, payable 6136.97
        1499005556667703: 2 lines, list 202.760957, discount 0, coupon 0, payable 202.76
        1688001234567801: 7 lines, list 4916.504972, discount 954.975746, coupon 60, payable 3901.51
        5270009876543202: 6 lines, list 2392.980395, discount 360.267059, coupon 0, payable 2032.7
        adjustment by usage: 1 lines, list -8.8, discount 0, coupon 0, payable -8.8
        refund by order: 1 lines, list -450, discount -90, coupon 0, payable -360
        subscription by order: 5 lines, list 7344.6, discount 1311.84, coupon 60, payable 5972.76
        usage by usage: 8 lines, list 626.446324, discount 93.402805, coupon 0, payable 533.01
        ");
        let instance = read(INSTANCE).unwrap();
        insta::assert_snapshot!(control(&instance), @"
        all: 13 lines, list 1002.887326, discount 175.0016, coupon 9, payable 818.84
        1499005556667703: 2 lines, list 28.52655, discount 0.078983, coupon 0, payable 28.44
        1688001234567801: 6 lines, list 633.138277, discount 123.470742, coupon 9, payable 500.64
        5270009876543202: 5 lines, list 341.222499, discount 51.451875, coupon 0, payable 289.76
        adjustment by usage: 1 lines, list -1.79, discount 0, coupon 0, payable -1.79
        refund by order: 1 lines, list -130, discount -26, coupon 0, payable -104
        subscription by order: 5 lines, list 1068, discount 191, coupon 9, payable 868
        usage by usage: 6 lines, list 66.677326, discount 10.0016, coupon 0, payable 56.63
        ");
        for (bill, layout, tax) in [
            (&v2, "alibaba-v2", Some(TaxBasis::Inclusive)),
            (&legacy, "alibaba-legacy", Some(TaxBasis::Inclusive)),
            (&instance, "alibaba-instance", None),
        ] {
            assert_eq!((bill.layout.as_str(), bill.tax), (layout, tax));
            assert_eq!((bill.problems(), bill.remarks()), (vec![], vec![]), "{layout}");
        }
        assert_eq!(legacy.unknown_columns, [""; 0]);
        assert_eq!(instance.unknown_columns, [""; 0]);
    }

    /// One line of content in neutral words, and the cells that say it in each layout.
    const NEUTRAL: [(&str, &[&str]); 6] = [
        (
            "alibaba-v2",
            &[
                "账单信息/账单月份,身份信息/资源购买账号ID,身份信息/资源归属账号ID,账单信息/费用类型,标识信息/订单号,产品信息/产品Code,产品信息/产品名称,费用信息/目录总价,优惠信息/优惠金额,优惠券抵扣信息/优惠券抵扣金额,应付信息/应付金额（含税）",
                "202606,1901002003004005,1688001234567801\t,订阅预付费用,206100000000102,rds,RDS,180,36,9,135",
                "202606,1901002003004005,1688001234567801\t,订阅退订费用,206100000000190,ecs,ECS,-130,-26,,-104",
                "202606,1901002003004005,5270009876543202\t,云资源按量费用,,oss,OSS,9.29,1.39,0,7.9",
                "202606,1901002003004005,5270009876543202\t,调账费用,,oss,OSS,-1.79,0,0,-1.79",
            ],
        ),
        (
            "alibaba-v2",
            &[
                "BillingDetails/BillingMonth,IdentityDetails/ResourcePurchaseAccountId,IdentityDetails/ResourceOwnerAccountId,BillingDetails/LineItemType,LineItemDetails/OrderId,ProductDetails/ProductCode,ProductDetails/ProductName,FeeDetails/GrossAmount,DiscountDetails/DiscountAmount,PayableDetails/TaxExclusivePayableAmount,Coupon",
                "202606,1901002003004005,1688001234567801,Subscription upfront,206100000000102,rds,RDS,180,36,135,9",
                "202606,1901002003004005,1688001234567801,Subscription refund,206100000000190,ecs,ECS,-130,-26,-104,",
                "202606,1901002003004005,5270009876543202,Pay-as-you-go,,oss,OSS,9.29,1.39,7.9,0",
                "202606,1901002003004005,5270009876543202,Adjustment,,oss,OSS,-1.79,0,-1.79,0",
            ],
        ),
        (
            "alibaba-legacy",
            &[
                "账期,账号ID,账号,Owner账号,账单类型,订单号/账单号,产品Code,产品,原价,优惠金额,优惠券抵扣,应付金额",
                "2026-06,1901002003004005,agent,1688001234567801,订阅订单,206100000000102,rds,RDS,180,36,9,135",
                "2026-06,1901002003004005,agent,1688001234567801,退款,206100000000190,ecs,ECS,-130,-26,,-104",
                "2026-06,1901002003004005,agent,5270009876543202,按量账单,2026060000000001,oss,OSS,9.29,1.39,0,7.9",
                "2026-06,1901002003004005,agent,5270009876543202,调账,2026060000000002,oss,OSS,-1.79,0,0,-1.79",
            ],
        ),
        (
            "alibaba-instance",
            &[
                "BillingCycle,AccountID,OwnerID,Item,RecordID,ProductCode,ProductName,PretaxGrossAmount,InvoiceDiscount,DeductedByCoupons,PretaxAmount",
                "2026-06,1901002003004005,1688001234567801,Subscription,206100000000102,rds,RDS,180,36,9,135",
                "2026-06,1901002003004005,1688001234567801,Refund,206100000000190,ecs,ECS,-130,-26,,-104",
                "2026-06,1901002003004005,5270009876543202,PayAsYouGoBill,2026060000000001,oss,OSS,9.29,1.39,0,7.9",
                "2026-06,1901002003004005,5270009876543202,Adjustment,2026060000000002,oss,OSS,-1.79,0,0,-1.79",
            ],
        ),
        (
            "alibaba-api",
            &[
                "BillingCycle,BillAccountID,OwnerID,Item,RecordID,PipCode,ProductName,PretaxGrossAmount,InvoiceDiscount,DeductedByCoupons,PretaxAmount",
                "2026-06,1901002003004005,1688001234567801,SubscriptionOrder,206100000000102,rds,RDS,180,36,9,135",
                "2026-06,1901002003004005,1688001234567801,Refund,206100000000190,ecs,ECS,-130,-26,,-104",
                "2026-06,1901002003004005,5270009876543202,PayAsYouGoBill,2026060000000001,oss,OSS,9.29,1.39,0,7.9",
                "2026-06,1901002003004005,5270009876543202,Adjustment,2026060000000002,oss,OSS,-1.79,0,0,-1.79",
            ],
        ),
        (
            "alibaba-settle",
            &[
                "BillingCycle,AccountID,OwnerID,Item,RecordID,SubOrderId,ProductCode,ProductName,PretaxGrossAmount,InvoiceDiscount,DeductedByCoupons,PretaxAmount",
                "2026-06,1901002003004005,1688001234567801,Subscription,,206100000000102,rds,RDS,180,36,9,135",
                "2026-06,1901002003004005,1688001234567801,Refund,206100000000190,206100000000191,ecs,ECS,-130,-26,,-104",
                "2026-06,1901002003004005,5270009876543202,PayAsYouGoBill,2026060000000001,,oss,OSS,9.29,1.39,0,7.9",
                "2026-06,1901002003004005,5270009876543202,Adjustment,2026060000000002,,oss,OSS,-1.79,0,0,-1.79",
            ],
        ),
    ];

    #[test]
    fn every_layout_gives_the_same_lines_for_the_same_content() {
        let words = |bill: &Bill| bill.lines().map(|line| format!("{:?}", BillLine { content: 0, ..line })).collect::<Vec<_>>();
        let (_, first) = NEUTRAL[0];
        let expected = read(&first.join("\n")).unwrap();
        for (layout, rows) in NEUTRAL {
            let bill = read(&rows.join("\n")).unwrap();
            assert_eq!((bill.layout.as_str(), bill.problems()), (layout, vec![]), "{}", rows[0]);
            if bill.tax == Some(TaxBasis::Exclusive) {
                // The English bill names no column for coupons; all else is the same.
                assert_eq!(bill.unknown_columns, ["Coupon"]);
                let coupon = ("coupon: Exact(9000000000000000000)", "coupon: Exact(0)");
                let without: Vec<String> = words(&expected).iter().map(|line| line.replace(coupon.0, coupon.1)).collect();
                assert_eq!(words(&bill), without);
            } else {
                assert_eq!(words(&bill), words(&expected), "{layout}");
            }
        }
    }

    #[test]
    fn a_narrow_extract_is_read_and_what_it_lacks_is_said() {
        let text = "标识信息/账单明细ID,身份信息/资源购买账号ID,账单信息/账单月份,账单信息/费用类型,账单信息/交易类型,产品信息/产品Code,应付信息/应付金额（含税）,用量信息/用量,用量信息/用量单位,定价信息/定价币种\n\
                    1,1688001234567801,202606,订阅预付费用,新购,ecs,250.40,,,CNY\n\
                    2,1688001234567801,202606,云资源按量费用,后付费,oss,7.005,3,GB,CNY\n\
                    3,1688001234567801,202607,云资源按量费用,后付费,oss,-1.5,1,GB,CNY\n";
        let bill = read(text).unwrap();
        let lines: Vec<_> =
            bill.lines().map(|line| format!("{} {} {} {}", line.month, line.kind, line.list, line.payable)).collect();
        assert_eq!(lines, ["2026-06 subscription 250.4 250.4", "2026-06 usage 7.005 7.005", "2026-07 usage -1.5 -1.5"]);
        assert_eq!(bill.remarks(), ["missing-cost | 费用信息/目录总价 | 3 from line 2 | 0"]);

        let text = "BillingDetails/BillingMonth,IdentityDetails/ResourceOwnerAccountId,LineItemDetails/OrderId,FeeDetails/GrossAmount,PayableDetails/TaxExclusivePayableAmount\n\
                    202606,1688001234567801,206100000000102,5,4\n202606,1688001234567801,,3,2\n";
        let bill = read(text).unwrap();
        let lines: Vec<_> = bill.lines().map(|line| format!("{} {}", line.kind, line.list)).collect();
        assert_eq!(lines, ["subscription 5", "usage 3"]);
        assert_eq!(bill.remarks(), ["missing-kind | BillingDetails/LineItemType | 2 from line 2 | 0"]);

        let text = "身份信息/资源购买账号ID,账单信息/账单月份,账单信息/费用类型,优惠信息/优惠金额,优惠券抵扣信息/优惠券抵扣金额,应付信息/应付金额（含税）\n\
                    1688001234567801,202606,云资源按量费用,2,0.5,7.5\n";
        assert_eq!(read(text).unwrap().lines().next().unwrap().list.to_string(), "10");
    }

    #[test]
    fn identities_that_do_not_hold_are_told_with_their_difference() {
        let broken = V2.replacen(",2880,", ",2879.5,", 1);
        assert_eq!(read(&broken).unwrap().problems(), [""; 0]);
        insta::assert_snapshot!(read(&broken).unwrap().remarks().join("\n"), @"
        identity | list - covered - discount = after discount | 1 from line 2 | 0.5
        identity | after discount - coupon = payable | 1 from line 2 | -0.5
        ");
        let broken = LEGACY.replacen("3600,720,0,2880,2880,0,0,0", "3600,720,0,2881,2880,0,0,0", 1).replacen(
            "56.41,56.41",
            "56.40,56.40",
            1,
        );
        insta::assert_snapshot!(read(&broken).unwrap().remarks().join("\n"), @"
        identity | list - discount - coupon, cut to two places = payable | 2 from line 2 | -0.982015
        identity | payable = voucher + prepaid card + money + outstanding | 1 from line 2 | 1
        ");
        let settle = "BillingCycle,OwnerID,Item,SubOrderId,PretaxGrossAmount,InvoiceDiscount,RoundDownDiscount,DeductedByCoupons,PretaxAmount,PaymentAmount,CashAmount,AdjustAmount\n\
                      2026-06,1688001234567801,PayAsYouGoBill,,10.006,1,0.006,0,9,9,9,0\n\
                      2026-06,1688001234567801,PayAsYouGoBill,,10.006,1,0.005,0,9,9,8,0\n\
                      2026-06,1688001234567801,PayAsYouGoBill,,10.006,1,,0,9,9,,0\n";
        insta::assert_snapshot!(read(settle).unwrap().remarks().join("\n"), @"
        identity | list - discount - round-down - coupon = payable | 1 from line 3 | 0.001
        identity | money = cash + adjustment | 1 from line 3 | 1
        ");
    }

    #[test]
    fn protected_cells_are_counted_and_trailing_tabs_are_not() {
        let text = "账期,账号ID,账号,Owner账号,账单类型,原价,应付金额\n\
                    2026-06,'1901002003004005,agent,\"=\"\"1688001234567801\"\"\",按量账单,5\t,5\n\
                    2026-06,1901002003004005\t,agent,'1688001234567801,按量账单,'5,5\n";
        let bill = read(text).unwrap();
        assert_eq!(bill.problems(), [""; 0]);
        insta::assert_snapshot!(bill.remarks().join("\n"), @"
        protected-cell | 账号ID | 1 from line 2 | 0
        protected-cell | Owner账号 | 2 from line 2 | 0
        protected-cell | 原价 | 1 from line 3 | 0
        ");
    }

    #[test]
    fn masked_ids_and_dates_of_spreadsheets_are_bad_cells() {
        let text = "BillingCycle,AccountID,OwnerID,Item,RecordID,PretaxGrossAmount,PretaxAmount\n\
                    2026-06,185xxxxx489,1688001234567801,Refund,1,1,1\n\
                    2026-06,1901002003004005,12**122,Refund,2020xxxx5912,1,1\n\
                    Jun-26,1901002003004005,1.68800E+15,Mystery,1,1,1\n\
                    2026/6/1,,,Refund,1,1,1\n";
        insta::assert_snapshot!(read(text).unwrap().problems().join("\n"), @r#"
        2 | AccountID | 185xxxxx489 | documentation masks ids like this, and a real file does not: this is an example, or somebody has hidden digits
        3 | RecordID | 2020xxxx5912 | documentation masks ids like this, and a real file does not: this is an example, or somebody has hidden digits
        3 | OwnerID | 12**122 | documentation masks ids like this, and a real file does not: this is an example, or somebody has hidden digits
        4 | OwnerID | 1.68800E+15 | a spreadsheet such as Excel has turned the number into "1.68800E+15" and lost digits; download the file again and do not save it from there
        4 | BillingCycle | Jun-26 | not a month such as 202606
        4 | Item | Mystery | a kind of charge that is not known
        5 | OwnerID |  | no account
        5 | BillingCycle | 2026/6/1 | not a month such as 202606
        "#);
    }

    #[test]
    fn the_owner_of_a_legacy_line_is_found_by_uid_payer_or_login() {
        let text = "账期,账号ID,账号,Owner账号,账单类型,原价,应付金额\n\
                    2026-06,1901002003004005,agent,agent,按量账单,5,5\n\
                    2026-06,1901002003004005,agent,jia-prod,按量账单,5,5\n\
                    2026-06,1901002003004005,agent,1688001234567801,按量账单,5,5\n\
                    2026-06,1901002003004005,agent,,按量账单,5,5\n";
        let bill = read(text).unwrap();
        let owners: Vec<_> = bill.lines().map(|line| line.owner_uid.to_owned()).collect();
        assert_eq!(owners, ["1901002003004005", "jia-prod", "1688001234567801", "1901002003004005"]);
    }

    #[test]
    fn no_layout_hides_behind_another() {
        for (index, table) in TABLES.iter().enumerate() {
            let names = table.columns.iter().map(|(_, name)| *name).chain(table.others.iter().copied()).collect::<Vec<_>>();
            let mut unique = names.clone();
            unique.sort_unstable();
            unique.dedup();
            assert_eq!(unique.len(), names.len(), "a column of {} stands twice", table.layout);
            for required in table.required.iter().copied().flatten() {
                assert!(names.contains(required), "{required} of {}", table.layout);
            }
            let header = Header { text: String::new(), names: names.iter().map(|name| (*name).to_owned()).collect(), line: 1 };
            let found = recognise(&header).map_err(|error| format!("{error:?}")).unwrap();
            assert_eq!(found.layout(), &table.layout, "table {index}");
        }
    }
}
