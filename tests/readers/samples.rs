//! Every bill of the tests, and every way to wrap one up.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};
use std::sync::OnceLock;

use serde_json::{Value, json};
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::reading::{Bill, read};

const V2: &str = include_str!("../bills/alibaba-v2-zh.csv");
const LEGACY: &str = include_str!("../bills/alibaba-legacy-zh.csv");
const INSTANCE: &str = include_str!("../bills/alibaba-instance-en.csv");
const TENCENT: &str = include_str!("../../examples/layouts/tencent-partner.toml");
const HUAWEI: &str = include_str!("../../examples/layouts/huawei-partner.toml");

/// What the columns of the Chinese bill are called in the English one; what is not here, that one has not.
const ENGLISH: [(&str, &str); 12] = [
    ("标识信息/订单号", "LineItemDetails/OrderId"),
    ("身份信息/资源购买账号ID", "IdentityDetails/ResourcePurchaseAccountId"),
    ("身份信息/资源归属账号ID", "IdentityDetails/ResourceOwnerAccountId"),
    ("账单信息/账单月份", "BillingDetails/BillingMonth"),
    ("账单信息/账单日期", "BillingDetails/BillingDate"),
    ("账单信息/费用类型", "BillingDetails/LineItemType"),
    ("产品信息/产品Code", "ProductDetails/ProductCode"),
    ("产品信息/产品名称", "ProductDetails/ProductName"),
    ("定价信息/定价币种", "PricingDetails/Currency"),
    ("费用信息/目录总价", "FeeDetails/GrossAmount"),
    ("优惠信息/优惠金额", "DiscountDetails/DiscountAmount"),
    ("应付信息/应付金额（含税）", "PayableDetails/TaxExclusivePayableAmount"),
];

/// A bill as one text.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    /// The layout and its version.
    pub(crate) layout: &'static str,
    pub(crate) text: String,
    /// The text of its own layout.
    pub(crate) own: Option<&'static str>,
}

impl Sample {
    /// The sample as it stands, through the reader.
    pub(crate) fn bill(&self) -> Bill {
        read(&[&self.text], self.own).unwrap_or_else(|refusal| panic!("{}: {refusal:?}", self.name))
    }

    pub(crate) fn is_table(&self) -> bool {
        !self.text.starts_with(['{', '['])
    }

    /// Its rows, the header first.
    pub(crate) fn rows(&self) -> Vec<Vec<String>> {
        rows_of(&self.text)
    }
}

/// Every sample.
pub(crate) fn samples() -> &'static [Sample] {
    static SAMPLES: OnceLock<Vec<Sample>> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let plain = |name, layout, text: &str, own| Sample { name, layout, text: text.to_owned(), own };
        vec![
            plain("v2-zh", "alibaba-v2", V2, None),
            Sample { name: "v2-en", layout: "alibaba-v2", text: in_english(), own: None },
            plain("legacy", "alibaba-legacy", LEGACY, None),
            plain("instance", "alibaba-instance", INSTANCE, None),
            Sample { name: "api", layout: "alibaba-api", text: pages(&items(false)).concat(), own: None },
            Sample { name: "settle", layout: "alibaba-settle", text: pages(&items(true)).concat(), own: None },
            plain("focus-real", "focus 1.0", include_str!("../bills/focus/real-1.0.csv"), None),
            plain("focus-aws", "focus 1.2", include_str!("../bills/focus/generated-1.2-aws.csv"), None),
            plain("focus-azure", "focus 1.2", include_str!("../bills/focus/generated-1.2-azure-25.csv"), None),
            plain("focus-gcp", "focus 1.2", include_str!("../bills/focus/generated-1.2-gcp-25.csv"), None),
            plain("focus-reseller", "focus 1.2", include_str!("../bills/focus/reseller-1.2.csv"), None),
            plain("focus-1.3", "focus 1.3", include_str!("../bills/focus/generated-1.3-aws-25.csv"), None),
            plain("tencent", "tencent-partner", include_str!("../../examples/layouts/tencent-partner.csv"), Some(TENCENT)),
            plain("huawei", "huawei-partner", include_str!("../../examples/layouts/huawei-partner.csv"), Some(HUAWEI)),
        ]
    })
}

/// Files that lie beside the bills and are none, with the code of their refusal.
pub(crate) const NO_BILLS: [(&str, &str, &str); 9] = [
    ("api/QueryOrders", include_str!("../bills/api/QueryOrders.response.json"), "file.not-a-bill"),
    ("api/QueryBillOverview", include_str!("../bills/api/QueryBillOverview.response.json"), "file.not-a-bill"),
    ("api/QueryAccountBill", include_str!("../bills/api/QueryAccountBill.response.json"), "file.not-a-bill"),
    ("api/DescribeInstanceBill", include_str!("../bills/api/DescribeInstanceBill.response.json"), "file.pages-incomplete"),
    ("api/DescribeSplitItemBill", include_str!("../bills/api/DescribeSplitItemBill.response.json"), "file.pages-incomplete"),
    ("api/QuerySettleBill", include_str!("../bills/api/QuerySettleBill.response.json"), "file.pages-incomplete"),
    ("focus/azure-ea", include_str!("../bills/focus/azure-ea.csv"), "file.not-a-bill-layout"),
    ("focus/contract-commitment", include_str!("../bills/focus/contract-commitment-1.3.csv"), "file.not-a-bill-layout"),
    ("focus/spec-example", include_str!("../bills/focus/spec-example-purchase.csv"), "file.unknown-layout"),
];

pub(crate) fn rows_of(text: &str) -> Vec<Vec<String>> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let row = |row: Result<csv::StringRecord, _>| row.expect("a sample is text").iter().map(str::to_owned).collect();
    reader.records().map(row).collect()
}

/// The Chinese bill as the English download has it: without coupons, coverage and line ids.
fn in_english() -> String {
    let kinds = BTreeMap::from([
        ("订阅预付费用", "Subscription upfront"),
        ("订阅后付费用", "Subscription pay-as-you-go"),
        ("订阅退订费用", "Subscription refund"),
        ("保底封顶费用", "Subscription coverage"),
        ("云资源按量费用", "Pay-as-you-go"),
        ("免费额度", "Free tier"),
        ("调账费用", "Adjustment"),
        ("抹零费用", "Rounding adjustment"),
        ("佣金费用", "Commission"),
    ]);
    let rows = rows_of(V2);
    let place = |name: &str| rows[0].iter().position(|given| given == name).expect(name);
    let places: Vec<usize> = ENGLISH.iter().map(|(chinese, _)| place(chinese)).collect();
    let header: Vec<String> = ENGLISH.iter().map(|(_, english)| (*english).to_owned()).collect();
    let english = |cell: &String| kinds.get(cell.as_str()).map_or(cell.clone(), |kind| (*kind).to_owned());
    let lines = rows[1..].iter().map(|row| places.iter().map(|place| english(&row[*place])).collect());
    csv(&std::iter::once(header).chain(lines).collect::<Vec<_>>(), false, "\n")
}

/// The instance bill's rows as items of saved answers: every other one with its figures as numbers.
fn items(of_settlement: bool) -> Vec<Value> {
    const OF_PAGE: [&str; 3] = ["BillingCycle", "AccountID", "AccountName"];
    let rows = rows_of(INSTANCE);
    let item = |(number, row): (usize, &Vec<String>)| {
        let cells = rows[0].iter().zip(row).filter(|(name, _)| !OF_PAGE.contains(&name.as_str()));
        let mut fields: serde_json::Map<String, Value> = cells
            .map(|(name, text)| {
                let is_figure = ["Amount", "By", "Discount"].iter().any(|part| name.contains(part)) && number % 2 == 0;
                let name = if of_settlement && name == "InstanceID" { "PaymentTransactionID" } else { name };
                let value = if is_figure { serde_json::from_str(text).expect("a number") } else { json!(text) };
                (name.to_owned(), value)
            })
            .collect();
        fields.insert("BillAccountID".to_owned(), json!("1901002003004005"));
        Value::Object(fields)
    };
    rows[1..].iter().enumerate().map(item).collect()
}

/// Answers with five items each.
fn pages(items: &[Value]) -> Vec<String> {
    let page = |part: &[Value]| {
        let around = json!({"BillingCycle": "2026-06", "AccountID": "1901002003004005", "AccountName": "agent-demo",
            "TotalCount": items.len(), "Items": {"Item": part}});
        json!({"Code": "Success", "Success": true, "Data": around}).to_string() + "\n"
    };
    items.chunks(5).map(page).collect()
}

pub(crate) fn csv(rows: &[Vec<String>], quoted: bool, line_end: &str) -> String {
    let cell = |cell: &String| {
        if quoted || cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() }
    };
    rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(",") + line_end).collect()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

pub(crate) fn zip<B: AsRef<[u8]>>(members: &[(&str, B)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(*name, SimpleFileOptions::default()).expect("memory");
        writer.write_all(content.as_ref()).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

/// A workbook with a sheet for each list of rows. With `numbers`, decimals that a spreadsheet keeps whole are numbers there.
pub(crate) fn workbook(sheets: &[Vec<Vec<String>>], numbers: bool) -> Vec<u8> {
    const DIGITS_KEPT: usize = 15;
    let mut workbook = rust_xlsxwriter::Workbook::new();
    for rows in sheets {
        let sheet = workbook.add_worksheet();
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(cells) {
                let is_kept = cell.contains('.') && cell.len() <= DIGITS_KEPT && !cell.ends_with('.');
                match cell.parse::<f64>() {
                    Ok(number) if numbers && is_kept => sheet.write_number(row, column, number).expect("memory"),
                    _ => sheet.write_string(row, column, cell).expect("memory"),
                };
            }
        }
    }
    workbook.save_to_buffer().expect("memory")
}

pub(crate) fn gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text.trim_start_matches('\u{feff}')).0.into_owned()
}

/// A table cut in two below its header, or the pages of answers in two files.
fn halves(sample: &Sample) -> [String; 2] {
    if !sample.is_table() {
        let pages: Vec<&str> = sample.text.split_inclusive('\n').collect();
        let (first, second) = pages.split_at(1);
        return [first.concat(), second.concat()];
    }
    let rows = sample.rows();
    let (first, second) = rows[1..].split_at(rows.len() / 2);
    [first, second].map(|part| csv(&[&rows[..1], part].concat(), false, "\n"))
}

/// A sample in every container and encoding: a name for it, and the files.
pub(crate) fn wrapped(sample: &Sample) -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let bare = sample.text.trim_start_matches('\u{feff}');
    let crlf = if sample.is_table() { csv(&sample.rows(), false, "\r\n") } else { bare.replace('\n', "\r\n") };
    let marked = format!("\u{feff}{bare}");
    let [first, second] = halves(sample);
    let mut all: Vec<(&str, Vec<Vec<u8>>)> = vec![
        ("utf-8", vec![bare.as_bytes().to_vec()]),
        ("byte order mark", vec![marked.clone().into_bytes()]),
        ("crlf", vec![crlf.clone().into_bytes()]),
        ("no line break at the end", vec![bare.trim_end().as_bytes().to_vec()]),
        ("gb18030", vec![gb18030(bare)]),
        ("gb18030, crlf", vec![gb18030(&crlf)]),
        ("gzip", vec![gzip(bare.as_bytes())]),
        ("gzip of gb18030", vec![gzip(&gb18030(bare))]),
        ("two gzips in one", vec![[gzip(&bare.as_bytes()[..100]), gzip(&bare.as_bytes()[100..])].concat()]),
        ("zip of one", vec![zip(&[("bill", marked.as_bytes())])]),
        ("zip of gb18030", vec![zip(&[("a/bill.csv", gb18030(&crlf))])]),
        ("zip of two and an empty one", vec![zip(&[("1.csv", first.as_str()), ("none.csv", " \r\n"), ("2.csv", &second)])]),
        ("two files", vec![first.clone().into_bytes(), second.clone().into_bytes()]),
        ("gzip and zip", vec![gzip(first.as_bytes()), zip(&[("2", gb18030(&second))])]),
    ];
    if sample.is_table() {
        all.push(("xlsx", vec![workbook(&[sample.rows()], false)]));
        all.push(("xlsx with numbers", vec![workbook(&[sample.rows()], true)]));
        all.push(("xlsx of two sheets", vec![workbook(&[rows_of(&first), rows_of(&second)], false)]));
        all.push(("quotes everywhere", vec![csv(&sample.rows(), true, "\n").into_bytes()]));
    }
    all
}
