//! A user's own layout: a TOML file that says which column of a bill is which.
//!
//! It must never guess: a key that is not known, a word that is no kind, or a form that is no date form is refused with its line;
//! and every column that the file names must be in the bill, because a column that is misspelt here would be money left out.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use chrono::format::{Item, StrftimeItems};
use serde::Deserialize;
use toml::{Spanned, Value};

use crate::domain::bill::{Layout, LineKind, TaxBasis};
use crate::domain::code::Code;
use crate::domain::refusal::Refusal;
use crate::domain::suggest::nearest;
use crate::intake::columns::{Field, Forms, Mapping, OrderNumbers};

/// A layout that a user has described.
#[derive(Debug)]
pub struct OwnLayout(pub(super) Mapping);

/// The keys of `[columns]`, and what each column holds.
const FIELDS: [(&str, Field); 17] = [
    ("line_id", Field::LineId),
    ("order_no", Field::OrderNo),
    ("owner", Field::OwnerUid),
    ("payer", Field::PayerUid),
    ("month", Field::Month),
    ("day", Field::Day),
    ("kind", Field::Kind),
    ("product", Field::Product),
    ("product_name", Field::ProductName),
    ("currency", Field::Currency),
    ("list", Field::List),
    ("covered", Field::Covered),
    ("discount", Field::Discount),
    ("coupon", Field::Coupon),
    ("payable", Field::Payable),
    ("voucher", Field::PaidByVoucher),
    ("card", Field::PaidByCard),
];

/// Keys of which each list must have one.
const REQUIRED: [&[&str]; 3] = [&["month"], &["payable"], &["owner", "payer"]];

/// The keys of the file itself, of `[dates]` and of `[total]`.
const KEYS: [&str; 8] = ["layout", "tax", "currency", "order_numbers", "columns", "kinds", "dates", "total"];
const DATES: [&str; 2] = ["month", "day"];
const TOTAL: [&str; 2] = ["column", "text"];

/// Reads the text of a layout file; `file` is its name for messages.
pub fn read(text: &str, file: &str) -> Result<OwnLayout, Refusal> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    mapping_of(text).map(OwnLayout).map_err(|mistake| Refusal::LayoutInvalid {
        file: file.to_owned(),
        line: mistake.at.map(|at| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()),
        reason: mistake.reason,
    })
}

type Cell = Spanned<Value>;
type Section = BTreeMap<Spanned<String>, Cell>;

/// The file: what stands in tables, and what stands before them.
#[derive(Deserialize)]
struct LayoutFile {
    #[serde(default)]
    columns: Section,
    #[serde(default)]
    kinds: Section,
    #[serde(default)]
    dates: Section,
    #[serde(default)]
    total: Section,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

/// The same words before the tables, with their places.
#[derive(Deserialize)]
struct Head {
    layout: Option<Cell>,
    tax: Option<Cell>,
    currency: Option<Cell>,
    order_numbers: Option<Cell>,
}

/// What is wrong, and where in the text.
struct Mistake {
    at: Option<usize>,
    reason: String,
}

fn mistake(at: usize, reason: impl Display) -> Mistake {
    Mistake { at: Some(at), reason: reason.to_string() }
}

fn missing(what: &str) -> Mistake {
    Mistake { at: None, reason: format!("{what} is missing") }
}

fn mapping_of(text: &str) -> Result<Mapping, Mistake> {
    let no_toml = |error: toml::de::Error| Mistake {
        at: error.span().map(|span| span.start),
        reason: error.message().trim().replace('\n', ", "),
    };
    let head: Head = toml::from_str(text).map_err(no_toml)?;
    let file: LayoutFile = toml::from_str(text).map_err(no_toml)?;
    if let Some(key) = file.others.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(Mistake { at: place_of_key(text, key), reason: unknown_key(key, &KEYS) });
    }
    let name: Code =
        parsed("layout", head.layout.as_ref().ok_or_else(|| missing("layout, a name for it such as \"tencent-partner\","))?)?;
    if let (Some(built_in), Some(cell)) = (Layout::BUILT_IN.into_iter().find(|known| known.as_str() == name.as_str()), &head.layout)
    {
        return Err(mistake(
            cell.span().start,
            format!("layout = \"{built_in}\": that is a layout of subledger's own; give yours another name"),
        ));
    }
    let columns = columns_of(&file.columns)?;
    let only = |section: &Section, keys: &[&str]| match section.keys().find(|key| !keys.contains(&key.get_ref().as_str())) {
        Some(key) => Err(mistake(key.span().start, unknown_key(key.get_ref(), keys))),
        None => Ok(()),
    };
    only(&file.dates, &DATES)?;
    only(&file.total, &TOTAL)?;
    let forms = Forms {
        kinds: file
            .kinds
            .iter()
            .map(|(word, kind)| Ok((word.get_ref().clone(), parsed::<LineKind>(word.get_ref(), kind)?)))
            .collect::<Result<_, _>>()?,
        currency: head.currency.as_ref().map(|cell| parsed("currency", cell)).transpose()?,
        month: date_form(&file.dates, "month")?,
        day: date_form(&file.dates, "day")?,
        total: total_of(&file.total)?,
    };
    let mut required: Vec<Vec<String>> = FIELDS
        .iter()
        .map(|(_, field)| columns.iter().filter(|(given, _)| given == field).map(|(_, name)| name.clone()).collect())
        .filter(|names: &Vec<String>| !names.is_empty())
        .collect();
    required.extend(forms.total.iter().map(|(column, _)| vec![column.clone()]));
    Ok(Mapping {
        layout: Layout::Own(name),
        tax: head.tax.as_ref().map(|cell| parsed::<TaxBasis>("tax", cell)).transpose()?,
        columns,
        others: forms.total.iter().map(|(column, _)| column.clone()).collect(),
        required,
        identities: vec![],
        order_numbers: head.order_numbers.as_ref().map_or(Ok(OrderNumbers::OnEveryLine), order_numbers)?,
        forms,
    })
}

/// `[columns]`: of each key one name, or several of which the first with something in it counts.
fn columns_of(section: &Section) -> Result<Vec<(Field, String)>, Mistake> {
    let keys = FIELDS.map(|(key, _)| key);
    let mut columns: Vec<(Field, String)> = Vec::new();
    for (key, cell) in section {
        let Some((_, field)) = FIELDS.iter().find(|(known, _)| known == key.get_ref()) else {
            return Err(mistake(key.span().start, unknown_key(key.get_ref(), &keys)));
        };
        let names: Option<Vec<&str>> = match cell.get_ref() {
            Value::String(name) => Some(vec![name]),
            Value::Array(names) => names.iter().map(Value::as_str).collect(),
            _ => None,
        };
        let names = names.filter(|names| !names.is_empty() && names.iter().all(|name| !name.trim().is_empty()));
        let wanted = || format!("{}: the header of a column in quotes, or a list of them", key.get_ref());
        columns.extend(
            names.ok_or_else(|| mistake(cell.span().start, wanted()))?.into_iter().map(|name| (*field, name.trim().to_owned())),
        );
    }
    let has = |key: &&str| section.keys().any(|given| given.get_ref() == key);
    match REQUIRED.iter().find(|keys| !keys.iter().any(has)) {
        Some(keys) => Err(missing(&format!("[columns] {}", keys.join(" or ")))),
        None => Ok(columns),
    }
}

fn order_numbers(cell: &Cell) -> Result<OrderNumbers, Mistake> {
    match string("order_numbers", cell)? {
        "every-line" => Ok(OrderNumbers::OnEveryLine),
        "orders-only" => Ok(OrderNumbers::OnOrdersOnly),
        other => Err(mistake(cell.span().start, format!("order_numbers = {other:?}: one of every-line, orders-only"))),
    }
}

fn date_form(dates: &Section, key: &str) -> Result<Option<String>, Mistake> {
    let Some((_, cell)) = dates.iter().find(|(given, _)| given.get_ref() == key) else { return Ok(None) };
    let form = string(key, cell)?;
    if StrftimeItems::new(form).any(|item| item == Item::Error) {
        return Err(mistake(cell.span().start, format!("{key} = {form:?}: not a form of dates such as \"%Y/%m/%d\"")));
    }
    Ok(Some(form.to_owned()))
}

fn total_of(section: &Section) -> Result<Option<(String, String)>, Mistake> {
    let value = |key| match section.iter().find(|(given, _)| given.get_ref() == key) {
        Some((_, cell)) => string(key, cell).map(|text| text.trim().to_owned()),
        None => Err(missing(&format!("[total] {key}"))),
    };
    if section.is_empty() { Ok(None) } else { Ok(Some((value(TOTAL[0])?, value(TOTAL[1])?))) }
}

fn string<'a>(key: &str, cell: &'a Cell) -> Result<&'a str, Mistake> {
    cell.get_ref().as_str().ok_or_else(|| mistake(cell.span().start, format!("{key}: write it in quotes")))
}

fn parsed<T: FromStr<Err: Display>>(key: &str, cell: &Cell) -> Result<T, Mistake> {
    let text = string(key, cell)?;
    text.parse().map_err(|error| mistake(cell.span().start, format!("{key} = {text:?}: {error}")))
}

fn unknown_key(key: &str, known: &[&str]) -> String {
    let known: Vec<String> = known.iter().map(|key| (*key).to_owned()).collect();
    match nearest(key, &known).as_slice() {
        [] => format!("unknown key {key}: one of {}", known.join(", ")),
        near => format!("unknown key {key}: did you mean {}?", near.join(", ")),
    }
}

/// Where a key before or between the tables stands.
fn place_of_key(text: &str, key: &str) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_start().trim_start_matches(['[', '"', '\'']).starts_with(key) {
            return Some(start);
        }
        start += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bill::{Block, ControlTotals, Source};
    use crate::domain::refusal::UnreadableFile;
    use crate::intake::bill::sources_of;

    const TENCENT: &str = include_str!("../../examples/layouts/tencent-partner.toml");
    const TENCENT_BILL: &str = include_str!("../../examples/layouts/tencent-partner.csv");
    const HUAWEI: &str = include_str!("../../examples/layouts/huawei-partner.toml");
    const HUAWEI_BILL: &str = include_str!("../../examples/layouts/huawei-partner.csv");
    const SMALL: &str = "layout = \"mine\"\n[columns]\nmonth = \"M\"\nowner = \"O\"\nlist = \"L\"\npayable = \"P\"\n";

    fn open(layout: &str, bill: &str) -> Result<Box<dyn Source>, Refusal> {
        Ok(sources_of(&[bill.as_bytes()], Some(read(layout, "own.toml")?))?.remove(0))
    }

    fn told(layout: &str, bill: &str) -> String {
        let mut source = open(layout, bill).unwrap();
        let (mut told, mut totals) = (Vec::new(), ControlTotals::default());
        while let Some(block) = source.next_block().unwrap() {
            for line in Block::lines(&block) {
                totals.add(&line).unwrap();
                let day = line.day.map_or("-".to_owned(), |day| day.to_string());
                let currency = line.currency.map_or("-", crate::domain::money::Currency::code);
                told.push(format!(
                    "{} {} {} {day} {} {:?} {:?} {:?} {currency} {} {} {} {}",
                    line.number,
                    line.owner_uid,
                    line.month,
                    line.kind,
                    line.order_no,
                    line.product,
                    line.product_name,
                    line.list,
                    line.discount,
                    line.coupon,
                    line.payable
                ));
            }
            told.extend(
                block
                    .problems
                    .iter()
                    .map(|p| format!("{} {} {:?}: {}", p.line, p.column.as_deref().unwrap_or("-"), p.value, p.fault)),
            );
        }
        let stated = source.stated_total().map_or("none".to_owned(), |total| total.to_string());
        told.push(format!("{} lines, list {}, payable {}, stated {stated}", totals.lines, totals.list, totals.payable));
        told.join("\n")
    }

    #[test]
    fn the_examples_are_read() {
        insta::assert_snapshot!(told(TENCENT, TENCENT_BILL), @r#"
        2 200000000101 2026-06 2026-06-01 subscription "20260601000000001" "Cloud Virtual Machine (CVM)" "CVM - Standard S5" USD 120 18 0 102
        3 200000000101 2026-06 2026-06-02 usage "" "Cloud Object Storage (COS)" "Cloud Object Storage (COS)" USD 3.4176 0.51264 0.4 2.50496
        4 200000000102 2026-06 2026-06-03 usage "" "Content Delivery Network (CDN)" "CDN - Traffic" USD 7.25 1.0875 0 6.1625
        5 200000000102 2026-06 2026-06-20 refund "20260620000000003" "Cloud Virtual Machine (CVM)" "CVM - Standard S5" USD -40 -6 0 -34
        4 lines, list 90.6676, payable 76.66746, stated none
        "#);
        insta::assert_snapshot!(told(HUAWEI, HUAWEI_BILL), @r#"
        2 c0ffee0000000000000000000000aa01 2026-06 2026-06-01 subscription "CS2606011030ABCDE" "hws.service.type.ec2" "General computing 2 vCPUs" USD 88 17.6 0 70.4
        3 c0ffee0000000000000000000000aa01 2026-06 2026-06-02 usage "" "hws.service.type.ebs" "Elastic Volume Service" USD 1.2345678 0.2469136 0.1 0.8876542
        4 c0ffee0000000000000000000000aa02 2026-06 2026-06-18 subscription "CS2606181530FGHIJ" "hws.service.type.ec2" "General computing 2 vCPUs" USD -20 -4 0 -16
        3 lines, list 69.2345678, payable 55.2876542, stated 55.2876542
        "#);
        let source = open(HUAWEI, HUAWEI_BILL).unwrap();
        assert_eq!((source.layout().as_str(), source.tax()), ("huawei-partner", Some(TaxBasis::Exclusive)));
        assert_eq!(source.unknown_columns(), ["Customer Name", "Bill Type"]);
        let with_two_totals = HUAWEI_BILL.to_owned() + "Total,,,,,,,,,,1,1,1,1\n";
        assert!(told(HUAWEI, &with_two_totals).contains("a second row with a total"));
    }

    #[test]
    fn dates_and_kinds_are_read_as_the_file_says() {
        let layout = SMALL.replace("owner", "day = \"D\"\nkind = \"K\"\nowner")
            + "[kinds]\n\"包年包月\" = \"subscription\"\n[dates]\nmonth = \"%Y年%m月\"\nday = \"%d.%m.%Y\"\n";
        let bill = "M,D,K,O,L,P\n2026年06月,03.06.2026,包年包月,a,2,1\n2026年06月,,后付费,a,2,1\n202606,2026-06-03,other,a,2,1\n";
        insta::assert_snapshot!(told(&layout, bill), @r#"
        2 a 2026-06 2026-06-03 subscription "" "-" "" - 2 0 0 1
        3 a 2026-06 - usage "" "-" "" - 2 0 0 1
        4 M "202606": not a month such as 202606
        4 D "2026-06-03": not a day such as 20260630
        4 K "other": a kind of charge that is not known
        2 lines, list 4, payable 2, stated none
        "#);
    }

    #[test]
    fn every_column_that_is_named_must_be_there() {
        let refused = open(SMALL, "M,O,P\n202606,a,1\n").err().unwrap();
        let reason = UnreadableFile::UnknownLayout { nearest: "mine".into(), missing: vec!["L".to_owned()] };
        assert_eq!(refused, Refusal::UnreadableFile { file: "file-1".into(), reason });
        assert_eq!(
            told(&SMALL.replace("list = \"L\"", "list = [\"X\", \"L\"]"), "M,O,L,P\n202606,a,2,1\n"),
            told(SMALL, "M,O,L,P\n202606,a,2,1\n")
        );
    }

    fn mistake_of(text: &str) -> String {
        match read(text, "own.toml") {
            Err(Refusal::LayoutInvalid { file, line, reason }) if file == "own.toml" => {
                format!("{}: {reason}", line.map_or("-".to_owned(), |line| line.to_string()))
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_mistake_is_named_with_its_line() {
        let changes = [
            ("layout = \"mine\"", ""),
            ("layout = \"mine\"", "layout = \"My Own\""),
            ("layout = \"mine\"", "layout = mine"),
            ("layout = \"mine\"", "layout = \"focus\""),
            ("layout = \"mine\"", "layout = \"mine\"\ntaxes = \"inclusive\""),
            ("layout = \"mine\"", "layout = \"mine\"\ntax = \"maybe\""),
            ("layout = \"mine\"", "layout = \"mine\"\ncurrency = \"RMB\""),
            ("layout = \"mine\"", "layout = \"mine\"\norder_numbers = \"some\""),
            ("payable", "paybale"),
            ("payable = \"P\"", ""),
            ("owner = \"O\"", ""),
            ("\"L\"", "7"),
            ("\"L\"", "[]"),
            ("\"L\"", "\" \""),
            ("\"P\"\n", "\"P\"\n[kinds]\n\"x\" = \"rent\"\n"),
            ("\"P\"\n", "\"P\"\n[dates]\nmonth = \"%Q\"\n"),
            ("\"P\"\n", "\"P\"\n[dates]\nmonht = \"%Y\"\n"),
            ("\"P\"\n", "\"P\"\n[total]\ncolumn = \"O\"\n"),
            ("[columns]", "[colums]"),
        ];
        let told: Vec<String> = changes.iter().map(|(from, to)| mistake_of(&SMALL.replacen(from, to, 1))).collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        -: layout, a name for it such as "tencent-partner", is missing
        1: layout = "My Own": a code begins with a lower-case letter and has lower-case letters, digits, '-', '_' or '.', at most 64
        1: string values must be quoted, expected literal string
        1: layout = "focus": that is a layout of subledger's own; give yours another name
        2: unknown key taxes: did you mean dates, tax?
        2: tax = "maybe": not a tax basis: one of inclusive, exclusive
        2: currency = "RMB": not an ISO 4217 currency code such as CNY
        2: order_numbers = "some": one of every-line, orders-only
        6: unknown key paybale: did you mean payable?
        -: [columns] payable is missing
        -: [columns] owner or payer is missing
        5: list: the header of a column in quotes, or a list of them
        5: list: the header of a column in quotes, or a list of them
        5: list: the header of a column in quotes, or a list of them
        8: x = "rent": not a kind of line: one of subscription, subscription-paid-later, refund, coverage, usage, free-tier, adjustment, rounding, commission, tax, credit
        8: month = "%Q": not a form of dates such as "%Y/%m/%d"
        8: unknown key monht: did you mean month?
        -: [total] text is missing
        2: unknown key colums: did you mean columns?
        "#);
    }
}
