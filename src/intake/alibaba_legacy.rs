//! The older bill details of 41 Chinese columns. An instance file is the same without the columns from 计费项 to 资源包抵扣.
//!
//! It knows the owner by login name only, and names no currency.

use crate::domain::bill::{Layout, TaxBasis};
use crate::intake::alibaba_instance::IDENTITIES;
use crate::intake::columns::{BuiltIn, Field, OrderNumbers};

/// Its columns.
pub(super) static LEGACY: BuiltIn = BuiltIn {
    layout: Layout::AlibabaLegacy,
    tax: Some(TaxBasis::Inclusive),
    columns: &[
        (Field::OrderNo, "订单号/账单号"),
        (Field::PayerUid, "账号ID"),
        (Field::PayerLogin, "账号"),
        (Field::OwnerLogin, "Owner账号"),
        (Field::Month, "账期"),
        (Field::Kind, "账单类型"),
        (Field::Product, "产品Code"),
        (Field::Product, "产品明细Code"),
        (Field::ProductName, "产品"),
        (Field::List, "原价"),
        (Field::Discount, "优惠金额"),
        (Field::Coupon, "优惠券抵扣"),
        (Field::Payable, "应付金额"),
        (Field::PaidByVoucher, "代金券抵扣"),
        (Field::PaidByCard, "储值卡支付金额"),
        (Field::PaidByMoney, "现金支付"),
        (Field::Outstanding, "欠费金额"),
    ],
    others: &[
        "财务单元",
        "产品明细",
        "消费类型",
        "消费时间",
        "账单开始时间",
        "账单结束时间",
        "服务时长",
        "计费方式",
        "实例ID",
        "实例昵称",
        "资源组",
        "实例标签",
        "实例配置",
        "实例规格",
        "公网IP",
        "私网IP",
        "地域",
        "可用区",
        "计费项",
        "单价",
        "单价单位",
        "用量",
        "用量单位",
        "资源包抵扣",
    ],
    required: &[&["账期"], &["应付金额"], &["账单类型"], &["原价"], &["Owner账号", "账号ID"]],
    identities: IDENTITIES,
    order_numbers: OrderNumbers::OnOrdersOnly,
};
