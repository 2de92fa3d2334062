//! Files that people take for a bill that can be read: what each is, what it is known by, and where the bill is to be had.
//!
//! It must never catch a file of a layout that is read here: the columns that it goes by stand in no such layout.

use crate::intake::table::Header;

/// A file that is something else.
pub(super) struct KnownFile {
    /// What it is.
    pub(super) product: &'static str,
    /// Columns that it has, all of them, and that no layout of bill has together.
    pub(super) telltale: &'static [&'static str],
    /// The way to a bill that can be read.
    pub(super) advice: &'static str,
}

const AWS: &str = "create an export of the type \"FOCUS 1.2 with AWS columns\" in AWS Data Exports, and import its files";
const AZURE: &str =
    "create an export of the type \"Cost and usage details (FOCUS)\" in Azure Cost Management, and import its files";
const GCP: &str = "export the FOCUS view of the billing data in BigQuery as CSV, and import that";
const OCI: &str = "take the FOCUS report of the same day from the folder \"FOCUS Reports\" of the Cost and Usage Reports page";
const TENCENT: &str = "turn on the FOCUS bill in the bill subscription of the Billing Center, and import that";
const HUAWEI: &str = "subscribe to the FOCUS bill in the Billing Center, and import that";
const OTHER_DATASET: &str = "import the dataset Cost and Usage of the same export; this one stands beside it";

/// Every file that is known; where several fit, the first one is meant.
#[rustfmt::skip]
const KNOWN_FILES: &[KnownFile] = &[
    KnownFile { product: "an AWS cost and usage report 2.0",     telltale: &["line_item_usage_account_id", "bill_payer_account_name"],           advice: AWS },
    KnownFile { product: "an AWS cost and usage report",         telltale: &["line_item_usage_account_id"],                                      advice: AWS },
    KnownFile { product: "an AWS cost and usage report",         telltale: &["lineItem/UsageAccountId"],                                         advice: AWS },
    KnownFile { product: "an AWS cost and usage report",         telltale: &["bill/PayerAccountId"],                                             advice: AWS },
    KnownFile { product: "an Azure usage file of a Microsoft Customer Agreement", telltale: &["MeterCategory", "CostInUsd"],                     advice: AZURE },
    KnownFile { product: "an Azure usage file of an Enterprise Agreement",        telltale: &["MeterCategory", "CostInBillingCurrency"],         advice: AZURE },
    KnownFile { product: "an Azure usage file",                  telltale: &["MeterCategory", "PreTaxCost"],                                     advice: AZURE },
    KnownFile { product: "a Google Cloud billing export",        telltale: &["billing_account_id", "service.description"],                       advice: GCP },
    KnownFile { product: "a Google Cloud billing export",        telltale: &["billing_account_id", "service_description"],                       advice: GCP },
    KnownFile { product: "an OCI cost report",                   telltale: &["lineItem/referenceNo", "product/service"],                         advice: OCI },
    KnownFile { product: "a bill of Tencent Cloud",              telltale: &["Payer Account ID", "Owner Account ID", "Transaction Type"],        advice: TENCENT },
    KnownFile { product: "a bill of Tencent Cloud",              telltale: &["支付者UIN", "使用者UIN"],                                          advice: TENCENT },
    KnownFile { product: "a bill of Tencent Cloud",              telltale: &["支付者 UIN", "使用者 UIN"],                                        advice: TENCENT },
    KnownFile { product: "a partner bill of Huawei Cloud",       telltale: &["Billing Cycle", "Partner ID", "Product Type Code"],                advice: HUAWEI },
    KnownFile { product: "a bill of Huawei Cloud",               telltale: &["账期", "企业项目ID", "产品类型编码"],                              advice: HUAWEI },
    KnownFile { product: "the FOCUS dataset Contract Commitment", telltale: &["ContractCommitmentId", "ContractCommitmentCategory"],             advice: OTHER_DATASET },
    KnownFile { product: "the FOCUS dataset Invoice Detail",     telltale: &["InvoiceDetailId", "InvoiceIssueStatus"],                           advice: OTHER_DATASET },
    KnownFile { product: "the FOCUS dataset Billing Period",     telltale: &["BillingPeriodStatus", "BillingPeriodLastUpdated"],                 advice: OTHER_DATASET },
];

/// What a header is known to be of.
pub(super) fn named(header: &Header) -> Option<&'static KnownFile> {
    KNOWN_FILES.iter().find(|file| file.telltale.iter().all(|column| header.position_in_any_case(column).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product_of(columns: &str) -> Option<&'static str> {
        let names = columns.split(',').map(str::to_owned).collect();
        named(&Header { text: columns.to_owned(), names, line: 1 }).map(|file| file.product)
    }

    #[test]
    fn a_file_is_named_by_all_its_columns_in_any_case_and_order() {
        let table = [
            ("identity/LineItemId,lineItem/UsageAccountId", Some("an AWS cost and usage report")),
            ("bill_payer_account_name,line_item_usage_account_id", Some("an AWS cost and usage report 2.0")),
            ("costInUsd,x,meterCategory,costInBillingCurrency", Some("an Azure usage file of a Microsoft Customer Agreement")),
            ("MeterCategory,CostInBillingCurrency", Some("an Azure usage file of an Enterprise Agreement")),
            ("billing_account_id,service.description,cost", Some("a Google Cloud billing export")),
            ("lineItem/referenceNo,product/service", Some("an OCI cost report")),
            ("MeterCategory,a", None),
            ("billing_account_id,BilledCost", None),
            ("", None),
        ];
        for (columns, product) in table {
            assert_eq!(product_of(columns), product, "{columns}");
        }
    }

    #[test]
    fn every_file_is_the_first_that_its_own_columns_name() {
        for file in KNOWN_FILES {
            assert_eq!(product_of(&file.telltale.join(",")), Some(file.product));
        }
    }
}
