//! The English instance bill of the storage subscription, 37 columns. It names no currency.

use crate::domain::bill::Layout;
use crate::intake::columns::{BuiltIn, Field, Identity, OrderNumbers};

/// Its columns.
pub(super) static INSTANCE: BuiltIn = BuiltIn {
    layout: Layout::AlibabaInstance,
    tax: None,
    columns: &[
        (Field::OrderNo, "RecordID"),
        (Field::PayerUid, "AccountID"),
        (Field::OwnerUid, "OwnerID"),
        (Field::Month, "BillingCycle"),
        (Field::Kind, "Item"),
        (Field::Product, "ProductCode"),
        (Field::ProductName, "ProductName"),
        (Field::List, "PretaxGrossAmount"),
        (Field::Discount, "InvoiceDiscount"),
        (Field::Coupon, "DeductedByCoupons"),
        (Field::Payable, "PretaxAmount"),
        (Field::PaidByVoucher, "DeductedByCashCoupons"),
        (Field::PaidByCard, "DeductedByPrepaidCard"),
        (Field::PaidByMoney, "PaymentAmount"),
        (Field::Outstanding, "OutstandingAmount"),
    ],
    others: &[
        "CostUnit",
        "AccountName",
        "OwnerAccountName",
        "SubscriptionType",
        "ProductType",
        "ProductDetail",
        "PaymentTime",
        "UsageStartTime",
        "UsageEndTime",
        "ServicePeriod",
        "RelatedRecordID",
        "BillingType",
        "InstanceID",
        "NickName",
        "ResourceGroup",
        "Tag",
        "InstanceConfig",
        "InstanceSpec",
        "InternetIP",
        "IntranetIP",
        "Region",
        "Zone",
    ],
    required: &[&["BillingCycle"], &["PretaxAmount"], &["Item"], &["PretaxGrossAmount"], &["OwnerID", "AccountID"]],
    identities: IDENTITIES,
    order_numbers: OrderNumbers::OnOrdersOnly,
};

/// What is kept with more places is charged to the cent, cut off; and what is owed is paid, or outstanding.
pub(super) const IDENTITIES: &[Identity] = &[CUT_TO_CENTS, PAID_OR_OUTSTANDING];

/// The rounding of layouts that do not show it.
pub(super) const CUT_TO_CENTS: Identity = Identity {
    words: "list - discount - coupon, cut to two places = payable",
    from: Field::List,
    less: &[Field::Discount, Field::Coupon],
    gives: &[Field::Payable],
    is_cut: true,
};

/// How the payable is paid. A voucher or a prepaid card pays a part of it; neither makes it less.
pub(super) const PAID_OR_OUTSTANDING: Identity = Identity {
    words: "payable = voucher + prepaid card + money + outstanding",
    from: Field::Payable,
    less: &[],
    gives: &[Field::PaidByVoucher, Field::PaidByCard, Field::PaidByMoney, Field::Outstanding],
    is_cut: false,
};
