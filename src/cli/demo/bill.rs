//! Writes a synthetic bill in the provider's V2 layout: UTF-8 with BOM, Chinese headers.

use std::fmt::Write as _;

use chrono::NaiveDate;

use crate::domain::money::Exact;

/// The columns that a demo bill has.
pub(super) const HEADER: &str = "\u{feff}标识信息/账单明细ID,标识信息/订单号,身份信息/资源购买账号ID,身份信息/资源归属账号ID,账单信息/账单月份,账单信息/账单日期,账单信息/费用类型,产品信息/产品Code,产品信息/产品名称,定价信息/定价币种,费用信息/目录总价,优惠信息/优惠金额,应付信息/应付金额（含税）\n";

/// The agent's own UID, which buys everything.
const BUYER: &str = "1901002003004005";

/// The provider's words for the kinds of lines.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// An order.
    Subscription,
    /// Money back.
    Refund,
    /// Pay as you go.
    Usage,
}

/// One line of a demo bill.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) id: &'a str,
    pub(super) order: &'a str,
    pub(super) uid: &'a str,
    pub(super) date: NaiveDate,
    pub(super) kind: Kind,
    pub(super) product: &'a str,
    pub(super) list: Exact,
    /// What is owed, when it is not 80 % of the list price.
    pub(super) payable: Option<Exact>,
}

/// Adds a line. The agent buys 20 % below list.
pub(super) fn push(bill: &mut String, line: &Line<'_>) {
    let payable = line.payable.unwrap_or_else(|| Exact::from_mantissa(line.list.mantissa() / 10 * 8));
    let discount = Exact::from_mantissa(line.list.mantissa() - payable.mantissa());
    let kind = match line.kind {
        Kind::Subscription => "订阅预付费用",
        Kind::Refund => "订阅退订费用",
        Kind::Usage => "云资源按量费用",
    };
    let name = match line.product {
        "ecs" => "云服务器ECS",
        "rds" => "云数据库RDS",
        "slb" => "负载均衡SLB",
        "cdn" => "内容分发CDN",
        _ => "对象存储OSS",
    };
    let (month, day) = (line.date.format("%Y%m"), line.date.format("%Y%m%d"));
    let Line { id, order, uid, product, list, .. } = line;
    writeln!(bill, "{id},{order},{BUYER},{uid}\t,{month},{day},{kind},{product},{name},CNY,{list},{discount},{payable}")
        .expect("a text takes any number of characters");
}
