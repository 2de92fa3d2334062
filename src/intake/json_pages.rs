//! Saved answers of the provider's bill operations, turned into a table that is read like any other bill.
//!
//! The header is the fields of the items by alphabet, then the fields of the page that no item has; row number 2 is the first
//! item. The file is gone through twice, because a page may say its month behind its items. It must never give a table of which
//! a page is missing: a missing page is money missing.

use std::io::{Read, Seek, SeekFrom, Write};

use crate::domain::refusal::{Refusal, UnreadableFile};
use crate::intake::json_walk::{Names, Page, Sink, walk};
use crate::intake::table::shortened;

/// Where an operation that gives its items page by page by number stops, whatever there is.
const ROWS_MAX: u64 = 50_000;
const CYCLE: &str = "BillingCycle";
const DATE: &str = "BillingDate";
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What the items of an answer are. Each kind tells the whole cost of a month, so that two of them would count it twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One item for an instance, or for a billing item of it.
    Instance,
    /// The same cost, divided over the resources behind an instance.
    Split,
    /// One item for an order or a bill.
    Settlement,
}

impl Kind {
    /// In words.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Instance => "an instance bill",
            Self::Split => "a split bill",
            Self::Settlement => "a settlement bill",
        }
    }
}

/// Operations by fields that only their items have, the first that fits; without a kind it has no bill lines.
const OPERATIONS: &[(&[&str], Result<Kind, &str>)] = &[
    (&["SplitItemID"], Ok(Kind::Split)),
    (&["PretaxAmount", "SubOrderId"], Ok(Kind::Settlement)),
    (&["PretaxAmount", "PaymentTransactionID"], Ok(Kind::Settlement)),
    (&["PretaxAmount", "InstanceID"], Ok(Kind::Instance)),
    (&["PretaxAmount", "Item"], Err("QueryBillOverview")),
    (&["PretaxAmount", "BillAccountID"], Err("QueryAccountBill")),
];

/// One query: the pages of one kind, account, month and day.
#[derive(Clone, Debug)]
struct Query {
    file: String,
    kind: Kind,
    is_nested: bool,
    account: String,
    cycle: String,
    date: String,
    totals: Vec<u64>,
    items: u64,
}

impl Query {
    /// Whether the pages of two queries may be those of one.
    fn is_of_one_month(&self, other: &Self) -> bool {
        (self.kind, &self.account, &self.cycle) == (other.kind, &other.account, &other.cycle)
    }

    /// How many items there should be, where the pages agree on another number than there are.
    fn missing_total(&self) -> Option<u64> {
        self.totals.iter().copied().find(|total| *total != self.items)
    }

    fn add(&mut self, other: &Self) {
        self.items += other.items;
        self.totals.extend(other.totals.iter().filter(|total| !self.totals.contains(total)).copied().collect::<Vec<_>>());
    }
}

/// Pages as a table.
pub(super) struct Pages {
    /// The table as CSV text, from its beginning.
    pub(super) table: Box<dyn Read + Send>,
    /// What has to be checked together with other files.
    pub(super) queries: Queries,
}

/// The queries that the pages of files belong to.
#[derive(Clone, Debug, Default)]
pub(super) struct Queries(Vec<Query>);

impl Queries {
    /// Adds those of another file.
    pub(super) fn extend(&mut self, others: Self) {
        others.0.into_iter().for_each(|query| self.add(query));
    }

    fn add(&mut self, query: Query) {
        match self.0.iter_mut().find(|known| known.is_of_one_month(&query) && known.date == query.date) {
            Some(known) => known.add(&query),
            None => self.0.push(query),
        }
    }

    /// Refuses what would count costs twice, or leave some out: pages of all files of one import together.
    pub(super) fn require_whole(&self) -> Result<(), Refusal> {
        let refuse = |query: &Query, reason| Err(Refusal::UnreadableFile { file: query.file.clone(), reason });
        for query in &self.0 {
            if let Some(other) = self.0.iter().find(|other| other.kind != query.kind) {
                return refuse(other, two_bills(query.kind, other.kind));
            }
            if query.is_nested && query.items == ROWS_MAX {
                return refuse(query, UnreadableFile::RowLimit { rows: ROWS_MAX });
            }
            // The pages of a month may have items of many days, and then a day is no query of its own.
            let mut month = Query { items: 0, totals: Vec::new(), ..query.clone() };
            self.0.iter().filter(|other| other.is_of_one_month(query)).for_each(|other| month.add(other));
            if let (Some(expected), Some(_)) = (query.missing_total(), month.missing_total()) {
                return refuse(query, UnreadableFile::PagesIncomplete { expected, found: query.items });
            }
        }
        Ok(())
    }
}

fn two_bills(first: Kind, second: Kind) -> UnreadableFile {
    UnreadableFile::TwoBills { first: first.as_str().to_owned(), second: second.as_str().to_owned() }
}

/// Turns a file of saved answers into a table. `file` is its name for refusals.
pub(super) fn to_table(mut reader: impl Read + Seek, file: &str) -> Result<Pages, Refusal> {
    let refuse = |reason| Refusal::UnreadableFile { file: file.to_owned(), reason };
    let mut names = Names::default();
    let mut survey = Survey::new(file);
    rewind(&mut reader).and_then(|()| walk(&mut reader, &mut names, &mut survey)).map_err(refuse)?;
    let (layout, queries) = survey.finish(&names).map_err(refuse)?;
    let table = rewind(&mut reader).and_then(|()| write_table(&mut reader, &mut names, layout));
    Ok(Pages { table: Box::new(table.map_err(refuse)?), queries })
}

/// Goes to the beginning, behind a byte order mark.
fn rewind(reader: &mut (impl Read + Seek)) -> Result<(), UnreadableFile> {
    reader.rewind().map_err(io)?;
    let mut beginning = Vec::new();
    reader.by_ref().take(BYTE_ORDER_MARK.len() as u64).read_to_end(&mut beginning).map_err(io)?;
    let start = if beginning == BYTE_ORDER_MARK { beginning.len() as u64 } else { 0 };
    reader.seek(SeekFrom::Start(start)).map(drop).map_err(io)
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn io(error: std::io::Error) -> UnreadableFile {
    UnreadableFile::Io { message: error.to_string() }
}

/// The fields of a page that its items are given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct PageFields {
    cycle: String,
    account: String,
    account_name: String,
}

/// What the table will look like.
struct Layout {
    /// Runs of pages with equal fields, and how many items each has.
    runs: Vec<(PageFields, u64)>,
    /// The header.
    columns: Vec<String>,
}

/// The first walk: which fields and pages there are, and whether they are those of a bill.
struct Survey {
    file: String,
    has_pages: bool,
    kind: Option<Kind>,
    cycle: String,
    runs: Vec<(PageFields, u64)>,
    queries: Queries,
    /// Which fields the items of this page have.
    present: Vec<bool>,
    /// The day of this page's first item.
    date: Option<String>,
    item_has_month: bool,
    lacks_month: bool,
}

impl Survey {
    fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            has_pages: false,
            kind: None,
            cycle: String::new(),
            runs: Vec::new(),
            queries: Queries::default(),
            present: Vec::new(),
            date: None,
            item_has_month: false,
            lacks_month: false,
        }
    }

    /// What the items of this page are, by the fields that they have.
    fn kind_of_page(&self, names: &[String]) -> Result<Kind, UnreadableFile> {
        let has = |wanted: &&str| names.iter().zip(&self.present).any(|(name, present)| *present && name == wanted);
        match OPERATIONS.iter().find(|(fields, _)| fields.iter().all(has)) {
            Some((_, Ok(kind))) => Ok(*kind),
            Some((_, Err(operation))) => Err(UnreadableFile::NotABill { operation: (*operation).to_owned() }),
            None => Err(UnreadableFile::NotABillPage),
        }
    }

    fn take_kind(&mut self, kind: Kind) -> Result<(), UnreadableFile> {
        match self.kind.replace(kind) {
            Some(first) if first != kind => Err(two_bills(first, kind)),
            _ => Ok(()),
        }
    }

    fn take_cycle(&mut self, cycle: &str) -> Result<(), UnreadableFile> {
        if self.cycle.is_empty() {
            cycle.clone_into(&mut self.cycle);
        }
        if cycle.is_empty() || cycle == self.cycle {
            return Ok(());
        }
        Err(UnreadableFile::TwoMonths { first: shortened(&self.cycle), second: shortened(cycle) })
    }

    fn take_page(&mut self, page: &Page) {
        let fields =
            PageFields { cycle: page.cycle.clone(), account: page.account.clone(), account_name: page.account_name.clone() };
        match self.runs.last_mut() {
            Some((same, items)) if *same == fields => *items += page.items,
            _ => self.runs.push((fields, page.items)),
        }
    }

    fn finish(self, names: &Names) -> Result<(Layout, Queries), UnreadableFile> {
        if !self.has_pages {
            return Err(UnreadableFile::NotABillPage);
        }
        if self.runs.is_empty() {
            return Err(UnreadableFile::NoLines);
        }
        let mut columns = names.all.clone();
        columns.sort_unstable();
        let has = |field: fn(&PageFields) -> &str| self.runs.iter().any(|(page, _)| !field(page).is_empty());
        let of_pages = [(CYCLE, true), ("AccountID", has(|page| &page.account)), ("AccountName", has(|page| &page.account_name))];
        for (name, is_wanted) in of_pages {
            if is_wanted && !columns.iter().any(|column| column == name) {
                columns.push(name.to_owned());
            }
        }
        Ok((Layout { runs: self.runs, columns }, self.queries))
    }
}

impl Sink for Survey {
    fn cell(&mut self, field: usize, name: &str, text: &str) {
        if self.present.len() <= field {
            self.present.resize(field + 1, false);
        }
        self.present[field] = true;
        if name == DATE && self.date.is_none() {
            self.date = Some(text.to_owned());
        }
        self.item_has_month |= (name == DATE || name == CYCLE) && !text.is_empty();
    }

    fn end_item(&mut self) -> Result<(), UnreadableFile> {
        self.lacks_month |= !std::mem::take(&mut self.item_has_month);
        Ok(())
    }

    fn end_page(&mut self, page: &Page, names: &[String]) -> Result<(), UnreadableFile> {
        refuse_saved_error(page)?;
        if let (Some(operation), false) = (page.no_bill, page.has_items) {
            return Err(UnreadableFile::NotABill { operation: operation.to_owned() });
        }
        if !page.has_items {
            return Err(UnreadableFile::NotABillPage);
        }
        self.has_pages = true;
        let (date, lacks_month) = (self.date.take().unwrap_or_default(), std::mem::take(&mut self.lacks_month));
        if page.items == 0 {
            return Ok(());
        }
        let kind = self.kind_of_page(names)?;
        self.present.clear();
        self.take_kind(kind)?;
        self.take_cycle(&page.cycle)?;
        if page.cycle.is_empty() && lacks_month {
            return Err(UnreadableFile::PagesWithoutMonth);
        }
        self.take_page(page);
        self.queries.add(Query {
            file: self.file.clone(),
            kind,
            is_nested: page.is_nested,
            account: page.account.clone(),
            cycle: page.cycle.clone(),
            date,
            totals: page.total.parse().into_iter().collect(),
            items: page.items,
        });
        Ok(())
    }
}

/// An answer that says that it is none.
fn refuse_saved_error(page: &Page) -> Result<(), UnreadableFile> {
    let is_good = ["", "Success", "200"].iter().any(|good| page.code.eq_ignore_ascii_case(good));
    if is_good && !page.success.eq_ignore_ascii_case("false") {
        return Ok(());
    }
    Err(UnreadableFile::SavedError { code: shortened(&page.code), message: shortened(&page.message) })
}

/// The second walk: one row for each item.
struct Rows<W: Write> {
    writer: csv::Writer<W>,
    runs: std::vec::IntoIter<(PageFields, u64)>,
    page: PageFields,
    left: u64,
    /// For each field of the items its column.
    columns: Vec<usize>,
    /// The columns of the month, the day, the account and its name.
    cycle: Option<usize>,
    date: Option<usize>,
    account: Option<usize>,
    account_name: Option<usize>,
    cells: Vec<String>,
}

impl<W: Write> Rows<W> {
    fn fill(cells: &mut [String], column: Option<usize>, text: &str) {
        if let Some(cell) = column.and_then(|column| cells.get_mut(column))
            && cell.is_empty()
        {
            cell.push_str(text);
        }
    }

    /// The month of an item whose page has lost it is that of its day.
    fn month_of_day(&self) -> String {
        const MONTH: usize = "2026-06".len();
        let day = self.date.map_or("", |date| self.cells[date].as_str());
        day.get(..MONTH).unwrap_or_default().to_owned()
    }
}

impl<W: Write> Sink for Rows<W> {
    fn cell(&mut self, field: usize, _: &str, text: &str) {
        // An item stays on one line, so that its number is the row's.
        let Some(cell) = self.columns.get(field).and_then(|column| self.cells.get_mut(*column)) else { return };
        cell.extend(text.chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c }));
    }

    fn end_item(&mut self) -> Result<(), UnreadableFile> {
        while self.left == 0 {
            let Some((page, items)) = self.runs.next() else { return Err(changed()) };
            (self.page, self.left) = (page, items);
        }
        self.left -= 1;
        Self::fill(&mut self.cells, self.cycle, &self.page.cycle);
        let month = self.month_of_day();
        Self::fill(&mut self.cells, self.cycle, &month);
        Self::fill(&mut self.cells, self.account, &self.page.account);
        Self::fill(&mut self.cells, self.account_name, &self.page.account_name);
        self.writer.write_record(&self.cells).map_err(|error| io(error.into()))?;
        self.cells.iter_mut().for_each(String::clear);
        Ok(())
    }

    fn end_page(&mut self, _: &Page, _: &[String]) -> Result<(), UnreadableFile> {
        Ok(())
    }
}

fn changed() -> UnreadableFile {
    UnreadableFile::Io { message: "it has changed while it was read".to_owned() }
}

/// Writes the table into a file without a name.
fn write_table<R: Read>(
    reader: R,
    names: &mut Names,
    layout: Layout,
) -> Result<impl Read + Send + 'static + use<R>, UnreadableFile> {
    let Layout { runs, columns: header } = layout;
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::Any(b'\n'))
        .buffer_capacity(64 << 10)
        .from_writer(tempfile::tempfile().map_err(io)?);
    let one_line = |name: &String| name.replace(['\n', '\r'], " ");
    writer.write_record(header.iter().map(one_line)).map_err(|error| io(error.into()))?;
    let place = |wanted: &str| header.iter().position(|column| column == wanted);
    let mut rows = Rows {
        writer,
        runs: runs.into_iter(),
        page: PageFields::default(),
        left: 0,
        columns: names.all.iter().filter_map(|name| place(name)).collect(),
        cycle: place(CYCLE),
        date: place(DATE),
        account: place("AccountID"),
        account_name: place("AccountName"),
        cells: vec![String::new(); header.len()],
    };
    walk(reader, names, &mut rows)?;
    let mut table = rows.writer.into_inner().map_err(|error| io(std::io::Error::other(error.to_string())))?;
    table.rewind().map_err(io)?;
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bill::{BillLine, Block};
    use crate::intake::bill::sources_of;
    use proptest::prelude::*;

    const INSTANCE: &str = include_str!("../../tests/bills/alibaba-instance-en.csv");
    const OF_PAGE: [&str; 3] = ["BillingCycle", "AccountID", "AccountName"];

    fn read(files: &[impl AsRef<str>]) -> Result<Vec<Vec<Block>>, Refusal> {
        let texts: Vec<&[u8]> = files.iter().map(|text| text.as_ref().as_bytes()).collect();
        let mut all = Vec::new();
        for mut source in sources_of(&texts, None)? {
            let mut blocks = Vec::new();
            while let Some(block) = source.next_block()? {
                assert!(block.problems.is_empty(), "{:?}", block.problems);
                blocks.push(block);
            }
            all.push(blocks);
        }
        Ok(all)
    }

    /// The file and the reason, as far as they are told; or the table.
    fn told(files: &[&str]) -> String {
        match read(files) {
            Err(Refusal::UnreadableFile { file, reason }) => format!("{file}: {reason:?}"),
            Err(other) => format!("{other:?}"),
            Ok(_) => "read".to_owned(),
        }
    }

    fn table_of(text: &str) -> String {
        let mut pages = to_table(std::io::Cursor::new(text), "x").unwrap();
        let mut table = String::new();
        pages.table.read_to_string(&mut table).unwrap();
        table
    }

    /// The instance sample's rows as items; figures are numbers in every other item and texts in the others.
    fn items() -> Vec<String> {
        let mut reader = csv::Reader::from_reader(INSTANCE.as_bytes());
        let header = reader.headers().unwrap().clone();
        let item = |(number, row): (usize, csv::StringRecord)| {
            let fields = header.iter().zip(&row).filter(|(name, _)| !OF_PAGE.contains(name)).map(|(name, text)| {
                let is_figure = ["Amount", "By", "Discount"].iter().any(|part| name.contains(part)) && number % 2 == 0;
                let value = if is_figure { text.to_owned() } else { serde_json::to_string(text).unwrap() };
                format!("{name:?}:{value}")
            });
            format!("{{{},\"BillAccountID\":\"1901002003004005\"}}", fields.collect::<Vec<_>>().join(","))
        };
        reader.records().map(Result::unwrap).enumerate().map(item).collect()
    }

    const AROUND: &str = r#""BillingCycle":"2026-06","AccountID":"1901002003004005","AccountName":"agent-demo""#;

    /// A page whose fields stand behind its items.
    fn page(items: &[String], total: usize, is_nested: bool) -> String {
        let list = format!("[{}]", items.join(","));
        let list = if is_nested { format!("{{\"Item\":{list}}}") } else { list };
        format!("{{\"Data\":{{\"Items\":{list},{AROUND},\"TotalCount\":{total}}},\"Code\":\"Success\",\"Success\":true}}\n")
    }

    /// What the lines say, whatever numbers they have in their files.
    fn words(blocks: &[Block]) -> Vec<String> {
        blocks.iter().flat_map(Block::lines).map(|line| format!("{:?}", BillLine { number: 0, content: 0, ..line })).collect()
    }

    #[test]
    fn pages_say_the_same_as_the_table_of_the_same_bill_in_every_shape() {
        let expected = words(&read(&[INSTANCE]).unwrap()[0]);
        let items = items();
        for is_nested in [false, true] {
            let pages: Vec<String> = items.chunks(5).map(|items| page(items, 13, is_nested)).collect();
            let array = format!("\u{feff} [{}]", pages.join(","));
            let shapes = [
                vec![page(&items, 13, is_nested)],
                vec![pages.concat()],
                vec![array],
                pages.clone(),
                vec![pages[1..].concat(), pages[0].clone()],
            ];
            for shape in shapes {
                let mut found: Vec<String> = read(&shape).unwrap().iter().flat_map(|blocks| words(blocks)).collect();
                let mut expected = expected.clone();
                found.sort();
                expected.sort();
                assert_eq!(found, expected, "{} files, {is_nested}", shape.len());
            }
        }
        let numbers: Vec<u64> =
            read(&[&page(&items, 13, false)]).unwrap()[0].iter().flat_map(Block::lines).map(|line| line.number).collect();
        assert_eq!(numbers, (2..15).collect::<Vec<u64>>());
    }

    #[test]
    fn the_table_has_the_fields_of_all_items_and_what_only_the_page_says() {
        let text = r#"
            {"Data": {"Items": {"Item": [
                {"PretaxAmount": 1E-8, "Item": "Refund", "SubOrderId": "a,\"b\"\nc", "Tag": {"k": [1, 2]}},
                {"SubOrderId": null, "PretaxAmount": "-0.10", "AccountID": "2", "Tax": true}
            ]}, "AccountID": "1", "BillingCycle": "2026-06"}}
            {"Data": {"AccountID": "3", "BillingCycle": "2026-06", "Items": {"Item": [
                {"SubOrderId": "d", "PretaxAmount": 12345678901234567890.123456789}
            ]}}}
            {"Data": {"AccountID": "4", "Items": {"Item": []}}, "Code": 200}"#;
        insta::assert_snapshot!(table_of(text), @r#"
        AccountID,Item,PretaxAmount,SubOrderId,Tag,Tax,BillingCycle
        1,Refund,0.00000001,"a,""b"" c","{""k"": [1, 2]}",,2026-06
        2,,-0.10,,,true,2026-06
        3,,12345678901234567890.123456789,d,,,2026-06
        "#);
        let merged =
            r#"{"Data": {"Item": [{"PretaxAmount": 1, "InstanceID": "i", "BillingDate": "2026-06-03"}]}, "Items": {"Item": []}}"#;
        insta::assert_snapshot!(table_of(merged), @"
        BillingDate,InstanceID,PretaxAmount,BillingCycle
        2026-06-03,i,1,2026-06
        ");
    }

    #[test]
    fn what_is_no_whole_bill_is_refused_by_name() {
        let items = items();
        let settle = |cycle: &str| {
            format!(
                r#"{{"Data":{{"BillingCycle":"{cycle}","Items":{{"Item":[{{"PretaxAmount":1,"PretaxGrossAmount":1,"Item":"Refund","SubOrderId":"7","RecordID":"7","OwnerID":"1688001234567801"}}]}}}}}}"#
            )
        };
        let split = page(&items, 13, false).replace("\"NickName\"", "\"SplitItemID\"");
        let (june, two_months) = (settle("2026-06"), settle("2026-06") + &settle("2026-07"));
        let (whole, missing) = (page(&items, 13, false), page(&items[..5], 13, false));
        let table: &[(&str, Vec<&str>)] = &[
            ("good", vec![&june]),
            ("split alone", vec![&split]),
            ("cut off", vec![&whole[..whole.len() / 2]]),
            ("no JSON", vec!["{\n  \"Data\": x}"]),
            ("a number", vec!["[1]"]),
            ("comma between pages", vec!["{\"Data\":{\"Items\":[]}},{}"]),
            ("nothing", vec!["[]"]),
            ("no items at all", vec!["{\"Data\":{\"Items\":[]}}"]),
            ("no answer", vec!["{\"a\":1}"]),
            ("no bill's items", vec!["{\"Data\":{\"Items\":[{\"a\":1}]}}"]),
            ("data twice", vec!["{\"Data\":{\"Items\":[]},\"Data\":{\"Items\":[]}}"]),
            ("a field twice", vec!["{\"Data\":{\"Items\":[{\"PretaxAmount\":1,\"PretaxAmount\":2}]}}"]),
            ("list in a list", vec!["{\"Data\":{\"Items\":{\"Item\":{\"Item\":[]}}}}"]),
            ("item is a list", vec!["{\"Data\":{\"Items\":[[1]]}}"]),
            ("error", vec!["{\"Code\":\"NotAuthorized\",\"Message\":\"not yours\",\"Success\":false}"]),
            ("error by code", vec!["{\"Code\":\"Throttling\",\"Message\":\"slow down\",\"Data\":\"\"}"]),
            ("overview", vec![include_str!("../../tests/bills/api/QueryBillOverview.response.json")]),
            ("account bill", vec![include_str!("../../tests/bills/api/QueryAccountBill.response.json")]),
            ("orders", vec![include_str!("../../tests/bills/api/QueryOrders.response.json")]),
            ("example: instance", vec![include_str!("../../tests/bills/api/DescribeInstanceBill.response.json")]),
            ("example: split", vec![include_str!("../../tests/bills/api/DescribeSplitItemBill.response.json")]),
            ("example: settlement", vec![include_str!("../../tests/bills/api/QuerySettleBill.response.json")]),
            ("a page is missing", vec![&missing]),
            ("a page twice", vec![&whole, &missing]),
            ("two months", vec![&two_months]),
            ("two bills in two files", vec![&june, &whole]),
            ("split beside whole", vec![&split, &whole]),
            ("split beside a table", vec![&split, INSTANCE]),
            ("no month", vec!["{\"Data\":{\"Item\":[{\"PretaxAmount\":1,\"InstanceID\":\"i\"}]}}"]),
        ];
        let lines: Vec<String> = table.iter().map(|(name, files)| format!("{name} | {}", told(files))).collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        good | read
        split alone | read
        cut off | file-1: Json { line: 1, column: 6064, message: "EOF while parsing a string" }
        no JSON | file-1: Json { line: 2, column: 11, message: "expected value" }
        a number | file-1: UnknownLayout { nearest: "alibaba-v2", missing: ["账单信息/账单月份", "应付信息/应付金额（含税）", "账单信息/费用类型 or 费用信息/目录总价", "身份信息/资源归属账号ID or 身份信息/资源购买账号ID"] }
        comma between pages | file-1: Json { line: 1, column: 22, message: "expected value" }
        nothing | file-1: NotABillPage
        no items at all | file-1: NoLines
        no answer | file-1: NotABillPage
        no bill's items | file-1: NotABillPage
        data twice | file-1: Json { line: 1, column: 28, message: "the field \"Data\" stands twice" }
        a field twice | file-1: Json { line: 1, column: 51, message: "the field \"PretaxAmount\" stands twice" }
        list in a list | file-1: Json { line: 1, column: 27, message: "an object where the list of a page's items is expected" }
        item is a list | file-1: Json { line: 1, column: 19, message: "invalid type: sequence, expected an item of a bill" }
        error | file-1: SavedError { code: "NotAuthorized", message: "not yours" }
        error by code | file-1: SavedError { code: "Throttling", message: "slow down" }
        overview | file-1: NotABill { operation: "QueryBillOverview" }
        account bill | file-1: NotABill { operation: "QueryAccountBill" }
        orders | file-1: NotABill { operation: "QueryOrders or GetOrderDetail" }
        example: instance | file-1: PagesIncomplete { expected: 20, found: 1 }
        example: split | file-1: PagesIncomplete { expected: 20, found: 1 }
        example: settlement | file-1: PagesIncomplete { expected: 200, found: 1 }
        a page is missing | file-1: PagesIncomplete { expected: 13, found: 5 }
        a page twice | file-1: PagesIncomplete { expected: 13, found: 18 }
        two months | file-1: TwoMonths { first: "2026-06", second: "2026-07" }
        two bills in two files | file-2: TwoBills { first: "a settlement bill", second: "an instance bill" }
        split beside whole | file-1: TwoBills { first: "alibaba-api", second: "a split bill" }
        split beside a table | file-1: TwoBills { first: "alibaba-instance", second: "a split bill" }
        no month | file-1: PagesWithoutMonth
        "#);
    }

    #[test]
    fn the_row_at_which_an_operation_stops_is_not_taken_for_the_end() {
        let item = "{\"PretaxAmount\":1,\"InstanceID\":\"i\"}".to_owned();
        let all = vec![item; usize::try_from(ROWS_MAX).unwrap()];
        let whole = |is_nested| {
            let text = page(&all, all.len(), is_nested);
            to_table(std::io::Cursor::new(text), "x").unwrap().queries.require_whole()
        };
        assert_eq!(whole(true).unwrap_err().code(), "file.row-limit");
        assert!(whole(false).is_ok());
    }

    #[test]
    fn days_are_queries_of_their_own_and_a_month_with_days_is_one() {
        let day = |day: u8, items: u8, total: u8| {
            let item = format!("{{\"PretaxAmount\":1,\"InstanceID\":\"i\",\"BillingDate\":\"2026-06-{day:02}\"}}");
            format!(
                "{{\"Data\":{{\"TotalCount\":{total},\"BillingCycle\":\"2026-06\",\"Items\":[{}]}}}}",
                vec![item; items.into()].join(",")
            )
        };
        let is_whole =
            |pages: &[String]| to_table(std::io::Cursor::new(pages.concat()), "x").unwrap().queries.require_whole().is_ok();
        assert!(is_whole(&[day(1, 2, 2), day(2, 3, 3)]));
        assert!(is_whole(&[day(1, 2, 3), day(1, 1, 3), day(2, 3, 3)]));
        assert!(is_whole(&[day(1, 2, 5), day(2, 3, 5)]));
        assert!(!is_whole(&[day(1, 2, 2), day(2, 2, 3)]));
        assert!(!is_whole(&[day(1, 2, 5), day(2, 2, 5)]));
        assert!(!is_whole(&[day(1, 2, 2), day(1, 2, 2)]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn damaged_pages_are_read_or_refused_but_never_a_panic(
            changes in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![
                any::<u8>(), Just(b'"'), Just(b'{'), Just(b']'), Just(b','), Just(b'\\'), Just(b'e'), Just(b'-')
            ]), 1..6),
            cut in prop::option::of(any::<prop::sample::Index>()),
            is_nested: bool,
        ) {
            let mut text = page(&items()[..4], 4, is_nested).into_bytes();
            for (place, byte) in changes {
                let place = place.index(text.len());
                text[place] = byte;
            }
            if let Some(cut) = cut {
                text.truncate(cut.index(text.len()) + 1);
            }
            if let Ok(sources) = sources_of(&[&text], None) {
                for mut source in sources {
                    while let Ok(Some(_)) = source.next_block() {}
                }
            }
        }
    }
}
