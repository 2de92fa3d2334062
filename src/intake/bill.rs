//! Opens a provider bill, of whatever layout, as a [`Source`] of blocks.
//!
//! It must never hold more than one block, and never leave out a row: each is either a line or a problem with its place.

use std::io::{self, Read, Seek};

use crate::domain::bill::{Block, Fault, Layout, Parts, Remark, Remarks, Source, TaxBasis};
use crate::domain::fingerprint::content_hash;
use crate::domain::money::Exact;
use crate::domain::refusal::{Notice, Refusal, UnreadableFile};
use crate::intake::blocks::{BLOCK_SIZE, Blocks, Chunk};
use crate::intake::container::{self, FileSlice, Part};
use crate::intake::encoding::{Encoding, EncodingUsed};
use crate::intake::json_pages::{Kind, Queries, to_table};
use crate::intake::layout::{BillLayout, Findings, LineReader, recognise};
use crate::intake::own_layout::OwnLayout;
use crate::intake::reason::reason_of;
use crate::intake::table::{Rows, Table, tidy};

/// A block ends early behind so many problems: a megabyte of bad lines would need a hundred megabytes to tell of them.
const PROBLEMS_OF_A_BLOCK: usize = 4096;

/// Opens the files of one bill, each with the name that messages call it by. They are of a layout that is built in, or all of
/// the user's `own` one.
pub fn open(files: Vec<(String, FileSlice)>, own: Option<OwnLayout>) -> Result<Box<dyn Parts>, Refusal> {
    // Beside others, an empty file is the place holder of a part that had nothing; alone it is refused like every file of nothing.
    let all_are_empty = files.iter().all(|(_, file)| file.size() == 0);
    let mut empty = Vec::new();
    let files = files.into_iter().map(|(name, file)| {
        if file.size() > 0 || all_are_empty {
            return container::Parts::open(file, &name).map(Some);
        }
        empty.push(name);
        Ok(None)
    });
    let files = files.collect::<Result<Vec<_>, _>>()?;
    Ok(Box::new(BillParts {
        files,
        empty,
        at: 0,
        own,
        encodings: Vec::new(),
        queries: Queries::default(),
        whole: None,
        split: None,
    }))
}

struct BillParts {
    /// The files by their places; none where it is empty and others are not.
    files: Vec<Option<container::Parts>>,
    empty: Vec<String>,
    /// Which of them is being read.
    at: usize,
    own: Option<OwnLayout>,
    /// How each part was written, by its name; known once it was read.
    encodings: Vec<(String, EncodingUsed)>,
    /// The queries that saved pages belong to: all pages of each have to be there.
    queries: Queries,
    /// The layout of a part that has the cost of instances, and the name of one that splits it.
    whole: Option<Layout>,
    split: Option<String>,
}

impl Parts for BillParts {
    fn next_part(&mut self) -> Result<Option<(usize, Box<dyn Source>)>, Refusal> {
        while let Some(file) = self.files.get_mut(self.at) {
            if let Some(part) = file.as_mut().map_or(Ok(None), container::Parts::next_part)? {
                let source = self.open(part)?;
                return Ok(Some((self.at, source)));
            }
            self.at += 1;
        }
        self.queries.require_whole()?;
        Ok(None)
    }

    fn notices(&self) -> Vec<Notice> {
        let transcoded = self.encodings.iter().filter(|(_, encoding)| encoding.get() == Some(Encoding::Gb18030));
        let transcoded = transcoded.map(|(file, _)| Notice::ReadAsGb18030 { file: file.clone() });
        let empty = self.empty.iter().map(|file| Notice::EmptyFile { file: file.clone() });
        let of_files = self.files.iter().flatten().flat_map(|file| file.notices().iter().cloned());
        transcoded.chain(empty).chain(of_files).collect()
    }

    fn bytes_read(&self) -> u64 {
        self.files.iter().flatten().map(container::Parts::position).sum()
    }

    fn size(&self) -> u64 {
        self.files.iter().flatten().map(container::Parts::size).sum()
    }
}

impl BillParts {
    fn open(&mut self, part: Part) -> Result<Box<dyn Source>, Refusal> {
        self.encodings.push((part.name.clone(), part.encoding));
        let text = if part.is_json {
            let unreadable = |error| Refusal::UnreadableFile { file: part.name.clone(), reason: reason_of(error) };
            let pages = to_table(spool(part.text).map_err(unreadable)?, &part.name)?;
            self.queries.extend(pages.queries);
            pages.table
        } else {
            part.text
        };
        let bill = open_table(text, &part.name, self.own.as_ref(), BLOCK_SIZE)?;
        self.refuse_split_beside_whole(&bill)?;
        Ok(Box::new(bill))
    }

    /// A split bill repeats the cost of instances over what runs on them: beside the bill that it repeats, it would count twice.
    fn refuse_split_beside_whole(&mut self, bill: &BillFile) -> Result<(), Refusal> {
        if bill.table.header.position("SplitItemID").is_some() {
            self.split.get_or_insert_with(|| bill.table.file().to_owned());
        } else {
            self.whole.get_or_insert_with(|| bill.layout.clone());
        }
        match (&self.whole, &self.split) {
            (Some(whole), Some(split)) => {
                let reason = UnreadableFile::TwoBills { first: whole.to_string(), second: Kind::Split.as_str().to_owned() };
                Err(Refusal::UnreadableFile { file: split.clone(), reason })
            }
            _ => Ok(()),
        }
    }
}

/// Copies what can be read only once into a file without a name.
fn spool(mut reader: impl Read) -> io::Result<impl Read + Seek> {
    let mut file = tempfile::tempfile()?;
    io::copy(&mut reader, &mut file)?;
    file.rewind()?;
    Ok(file)
}

/// Reads the header of a table, and recognises its layout unless it is the user's own. `name` is the file's for messages.
fn open_table(reader: Box<dyn Read + Send>, name: &str, own: Option<&OwnLayout>, block_size: usize) -> Result<BillFile, Refusal> {
    let table = Table::open(Blocks::new(reader, name, block_size))?;
    let Some(OwnLayout(own)) = own else {
        let layout = recognise(&table.header).map_err(|reason| table.refuse(reason))?;
        return read_as(table, layout.as_ref());
    };
    let missing = own.missing(&table.header);
    if !missing.is_empty() {
        return Err(table.refuse(UnreadableFile::UnknownLayout { nearest: own.layout.to_string(), missing }));
    }
    read_as(table, own)
}

fn read_as(table: Table, layout: &dyn BillLayout) -> Result<BillFile, Refusal> {
    table.refuse_repeated_column()?;
    let lines = layout.reader(&table.header);
    let mut remarks = Remarks::default();
    for (column, oddity) in lines.odd_columns() {
        remarks.add(oddity, &table.header.names[column], table.header.line, Exact::ZERO);
    }
    Ok(BillFile {
        layout: layout.layout().clone(),
        tax: layout.tax(),
        lines,
        unknown_columns: table.header.unknown(|name| layout.knows(name)),
        remarks,
        has_rows: false,
        table,
    })
}

/// Opens texts as the files of one bill, for tests.
#[cfg(test)]
pub(super) fn sources_of(texts: &[&[u8]], own: Option<OwnLayout>) -> Result<Vec<Box<dyn Source>>, Refusal> {
    let files = (1..).zip(texts).map(|(number, text)| {
        use std::io::Write as _;
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(text).expect("a temporary file can be written");
        (format!("file-{number}"), FileSlice::new(file, text.len() as u64))
    });
    let mut parts = open(files.collect(), own)?;
    let mut sources = Vec::new();
    while let Some((_, source)) = parts.next_part()? {
        sources.push(source);
    }
    Ok(sources)
}

/// The header's names and the cells of a row, to show it again: the row that begins on line `number` of a text whose first line
/// is `first_line`. `None` when there is none. Cells beyond the header have an empty name.
pub fn row_at(header: &str, text: &[u8], first_line: u64, number: u64) -> Option<Vec<(String, String)>> {
    let text = std::str::from_utf8(text).ok()?;
    let mut names = Rows::new(header, 1);
    let names = names.next()?;
    let mut rows = Rows::new(text, first_line);
    loop {
        let row = rows.next()?;
        if row.number == number {
            let name = |column: usize| names.cells.get(column).map_or(String::new(), |name| tidy(name).to_owned());
            return Some(row.cells.iter().enumerate().map(|(column, cell)| (name(column), tidy(cell).to_owned())).collect());
        }
    }
}

struct BillFile {
    table: Table,
    layout: Layout,
    tax: Option<TaxBasis>,
    lines: Box<dyn LineReader>,
    unknown_columns: Vec<String>,
    remarks: Remarks,
    has_rows: bool,
}

impl Source for BillFile {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn layout_version(&self) -> Option<&'static str> {
        self.lines.version()
    }

    fn tax(&self) -> Option<TaxBasis> {
        self.tax
    }

    fn stated_total(&self) -> Option<Exact> {
        self.lines.stated_total()
    }

    fn remarks(&self) -> &[Remark] {
        self.remarks.as_slice()
    }

    fn file(&self) -> &str {
        self.table.file()
    }

    fn header(&self) -> &str {
        &self.table.header.text
    }

    fn unknown_columns(&self) -> &[String] {
        &self.unknown_columns
    }

    fn next_block(&mut self) -> Result<Option<Block>, Refusal> {
        let Some(mut chunk) = self.table.next_chunk()? else {
            return if self.has_rows { Ok(None) } else { Err(self.table.refuse(UnreadableFile::NoLines)) };
        };
        let header = &self.table.header;
        let mut block = Block::new(Vec::new(), chunk.first_line, chunk.bytes_read);
        let mut problems = Vec::new();
        let mut rest = None;
        let mut rows = Rows::new(self.table.text(&chunk)?, chunk.first_line);
        while let Some(row) = rows.next() {
            self.has_rows = true;
            if problems.len() >= PROBLEMS_OF_A_BLOCK {
                rest = Some((row.start, row.number));
                break;
            }
            block.note_row(row.number, row.start, row.text.len());
            let mut findings = Findings::new(row.number, header, &mut problems, &mut self.remarks);
            let (expected, found) = (header.names.len(), row.cells.len());
            if found != expected {
                findings.bad_row(row.text, Fault::Cells { expected, found });
                continue;
            }
            if let Some(line) = self.lines.read(&row, content_hash(row.text.as_bytes()), &mut findings) {
                block.push(&line);
            }
        }
        block.problems = problems;
        if let Some((start, first_line)) = rest {
            let raw = chunk.raw.split_off(start);
            block.bytes_read -= raw.len() as u64;
            self.table.put_back(Chunk { raw, first_line, bytes_read: chunk.bytes_read });
        }
        block.raw = chunk.raw;
        Ok(Some(block))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bill::{BillLine, ControlTotals, LineKind, Problem};
    use crate::domain::money::{Currency, Exact};
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::fmt::Write as _;

    const SAMPLE: &str = include_str!("../../tests/bills/alibaba-v2-zh.csv");

    fn open_text(text: &[u8], block_size: usize) -> Result<Box<dyn Source>, Refusal> {
        let bill = open_table(Box::new(io::Cursor::new(text.to_vec())), "bill.csv", None, block_size)?;
        Ok(Box::new(bill))
    }

    fn blocks_of(text: &[u8], block_size: usize) -> Result<Vec<Block>, Refusal> {
        let mut source = open_text(text, block_size)?;
        let mut blocks = Vec::new();
        while let Some(block) = source.next_block()? {
            blocks.push(block);
        }
        Ok(blocks)
    }

    /// Every line in words, without the hash of its bytes, and every problem.
    fn told(blocks: &[Block]) -> String {
        let mut text = String::new();
        for block in blocks {
            for line in block.lines() {
                writeln!(text, "{:?}", BillLine { content: 0, ..line }).unwrap();
            }
            for problem in &block.problems {
                writeln!(text, "{problem:?}").unwrap();
            }
        }
        text
    }

    fn problems_of(text: &str) -> Vec<(u64, Option<String>, String, Fault)> {
        let blocks = blocks_of(text.as_bytes(), BLOCK_SIZE).unwrap();
        let all = blocks.into_iter().flat_map(|block| block.problems);
        all.map(|Problem { line, column, value, fault }| (line, column, value, fault)).collect()
    }

    fn reason_of(text: &[u8]) -> UnreadableFile {
        match blocks_of(text, 16).unwrap_err() {
            Refusal::UnreadableFile { file, reason } if file == "bill.csv" => reason,
            other => panic!("{other:?}"),
        }
    }

    /// A bill with the columns that must be there, and those named.
    fn small(columns: &str, rows: &[&str]) -> String {
        let header = format!(
            "身份信息/资源归属账号ID,账单信息/账单月份,账单信息/费用类型,费用信息/目录总价,应付信息/应付金额（含税）{columns}\n"
        );
        header + &rows.join("\n") + "\n"
    }

    const GOOD: &str = "1688001234567801,202606,云资源按量费用,2,1.5";

    #[test]
    fn the_sample_gives_its_control_totals() {
        let blocks = blocks_of(SAMPLE.as_bytes(), BLOCK_SIZE).unwrap();
        let mut totals = ControlTotals::default();
        let mut kinds: BTreeMap<&str, (u64, Exact)> = BTreeMap::new();
        for line in blocks.iter().flat_map(Block::lines) {
            totals.add(&line).unwrap();
            let kind = kinds.entry(line.kind.as_str()).or_default();
            *kind = (kind.0 + 1, kind.1.plus(line.payable).unwrap());
        }
        assert_eq!(totals.lines, 30);
        assert_eq!(totals.payable.to_string(), "7541.0953401004");
        assert_eq!(totals.list.to_string(), "9203.9091328109");
        let kinds: Vec<String> = kinds.iter().map(|(kind, (lines, payable))| format!("{kind} {lines} {payable}")).collect();
        insta::assert_snapshot!(kinds.join("\n"), @r"
        adjustment 1 -12.34
        commission 1 -35.2
        coverage 1 5
        free-tier 1 0
        refund 2 -770
        rounding 2 -0.011223804
        subscription 8 7673.18
        subscription-paid-later 1 64.1234567891
        usage 13 616.3431071153
        ");
        assert!(blocks.iter().all(|block| block.problems.is_empty()));
    }

    #[test]
    fn a_source_tells_what_it_reads() {
        let mut source = open_text(SAMPLE.as_bytes(), BLOCK_SIZE).unwrap();
        assert_eq!((source.layout(), source.file()), (&Layout::AlibabaV2, "bill.csv"));
        assert_eq!(source.header(), SAMPLE.trim_start_matches('\u{feff}').lines().next().unwrap());
        assert_eq!(source.unknown_columns(), ["资源信息/资源组", "资源信息/实例标签", "身份信息/财务单元"]);
        let block = source.next_block().unwrap().unwrap();
        assert_eq!((block.first_line, block.bytes_read), (2, SAMPLE.len() as u64));
        let (_, rows) = SAMPLE.split_once('\n').unwrap();
        assert_eq!(block.raw, rows.as_bytes());
        assert!(source.next_block().unwrap().is_none());
    }

    #[test]
    fn every_cell_of_a_line_is_read() {
        let blocks = blocks_of(SAMPLE.as_bytes(), BLOCK_SIZE).unwrap();
        let line = blocks[0].lines().next().unwrap();
        let expected = BillLine {
            number: 2,
            line_id: "202606_pa_0001",
            order_no: "206100000000101",
            owner_uid: "1688001234567801",
            payer_uid: "1901002003004005",
            month: "2026-06".parse().unwrap(),
            day: crate::domain::period::parse_date("2026-06-01"),
            kind: LineKind::Subscription,
            product: "ecs",
            product_name: "云服务器ECS",
            currency: Currency::parse("CNY"),
            list: "3600".parse().unwrap(),
            covered: Exact::ZERO,
            discount: "720".parse().unwrap(),
            coupon: Exact::ZERO,
            voucher: Exact::ZERO,
            card: Exact::ZERO,
            payable: "2880".parse().unwrap(),
            content: line.content,
        };
        assert_eq!(line, expected);
        let coupons = blocks[0].lines().try_fold(Exact::ZERO, |sum, line| sum.plus(line.coupon)).unwrap();
        assert_eq!(coupons.to_string(), "100");
    }

    #[test]
    fn a_stored_row_can_be_shown_again() {
        let mut source = open_text(SAMPLE.as_bytes(), BLOCK_SIZE).unwrap();
        let header = source.header().to_owned();
        let raw = source.next_block().unwrap().unwrap().raw;
        let row = row_at(&header, &raw, 2, 31).unwrap();
        assert_eq!(row.len(), 60);
        assert_eq!((row[0].0.as_str(), row[0].1.as_str()), ("标识信息/账单明细ID", "202606_pa_0030"));
        assert!(row_at(&header, &raw, 2, 32).is_none());
        assert!(row_at("", &raw, 2, 2).is_none());
    }

    #[test]
    fn a_file_that_is_no_bill_is_refused_by_its_header() {
        assert_eq!(reason_of(b""), UnreadableFile::Empty);
        assert_eq!(reason_of("\u{feff}\r\n \n".as_bytes()), UnreadableFile::Empty);
        assert_eq!(reason_of(small("", &[]).as_bytes()), UnreadableFile::NoLines);
        assert_eq!(reason_of(small("", &["", " ", "\r"]).as_bytes()), UnreadableFile::NoLines);
        assert_eq!(reason_of(b"PK\x03\x04\0\0"), UnreadableFile::Binary);
        assert_eq!(reason_of(b"\xff\xfea\0,\0"), UnreadableFile::Binary);
        assert_eq!(reason_of(b"\xd5\xcb\xc6\xda,a\n"), UnreadableFile::NotUtf8 { line: 1 });
        let again = UnreadableFile::RepeatedColumn { column: "账单信息/账单月份".into() };
        assert_eq!(reason_of(small(", 账单信息/账单月份\t", &[GOOD]).as_bytes()), again);
        let missing = vec!["身份信息/资源归属账号ID or 身份信息/资源购买账号ID".to_owned()];
        let narrow = "账单信息/账单月份,账单信息/费用类型,应付信息/应付金额（含税）\n";
        assert_eq!(reason_of(narrow.as_bytes()), UnreadableFile::UnknownLayout { nearest: "alibaba-v2".into(), missing });
    }

    #[test]
    fn every_bad_cell_is_named_with_its_line_and_column() {
        let header = ",标识信息/账单明细ID,账单信息/账单日期,定价信息/定价币种,身份信息/资源购买账号ID";
        let text = small(
            header,
            &[
                "1688001234567801,202606,云资源按量费用,2,1.5,a,,,",
                "1.68800E+15,202613,其他,2e3,\"1,5\",1.06892E+15,2026/6/1,YUAN,",
                ",,,,,,,,",
                "1688001234567801,202606,云资源按量费用,2,1.5",
                "ops@acme,202606,云资源按量费用,,0,a,,,",
                "1688001234567801,202606,云资源按量费用,,1.5,b,,,",
            ],
        );
        let problems = problems_of(&text);
        let told: Vec<String> = problems
            .iter()
            .map(|(line, column, value, fault)| format!("{line} | {} | {value} | {fault}", column.as_deref().unwrap_or("-")))
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        3 | 标识信息/账单明细ID | 1.06892E+15 | a spreadsheet such as Excel has turned the number into "1.06892E+15" and lost digits; download the file again and do not save it from there
        3 | 身份信息/资源归属账号ID | 1.68800E+15 | a spreadsheet such as Excel has turned the number into "1.68800E+15" and lost digits; download the file again and do not save it from there
        3 | 账单信息/账单月份 | 202613 | not a month such as 202606
        3 | 账单信息/账单日期 | 2026/6/1 | not a day such as 20260630
        3 | 账单信息/费用类型 | 其他 | a kind of charge that is not known
        3 | 定价信息/定价币种 | YUAN | not a currency code such as CNY
        3 | 费用信息/目录总价 | 2e3 | written with an exponent; write all digits, such as 1234.50
        3 | 应付信息/应付金额（含税） | 1,5 | not a plain decimal number such as 1234.50
        4 | 身份信息/资源归属账号ID |  | no account
        4 | 账单信息/账单月份 |  | empty
        4 | 账单信息/费用类型 |  | empty
        4 | 应付信息/应付金额（含税） |  | empty
        5 | - | 1688001234567801,202606,云资源按量费用,2,1.5 | 5 cells where the header has 9: the line is cut off or has a stray comma
        6 | 身份信息/资源归属账号ID | ops@acme | this is a RAM user, a login inside an account, not an account; give the 16-digit UID of the account it belongs to
        7 | 费用信息/目录总价 |  | empty
        "#);
        let blocks = blocks_of(text.as_bytes(), BLOCK_SIZE).unwrap();
        let kept: Vec<_> = blocks[0].lines().map(|line| (line.number, line.owner_uid.to_owned(), line.list)).collect();
        assert_eq!(kept, [(2, "1688001234567801".to_owned(), "2".parse().unwrap())]);
    }

    #[test]
    fn a_crowd_of_bad_lines_is_told_block_by_block() {
        let rows: Vec<String> =
            (0..10_000).map(|row| if row % 5_000 == 4_999 { GOOD.to_owned() } else { format!("bad{row}") }).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let text = small("", &rows);
        let blocks = blocks_of(text.as_bytes(), BLOCK_SIZE).unwrap();
        let places: Vec<_> = blocks.iter().map(|block| (block.first_line, block.problems.len(), block.lines().len())).collect();
        assert_eq!(places, [(2, 4096, 0), (4098, 4096, 1), (8195, 1806, 1)]);
        assert_eq!(
            blocks.iter().flat_map(|block| block.raw.clone()).collect::<Vec<_>>(),
            text.split_once('\n').unwrap().1.as_bytes()
        );
        let ends: Vec<u64> = blocks.iter().map(|block| block.bytes_read).collect();
        assert!(ends.is_sorted() && ends[2] == text.len() as u64, "{ends:?}");
        let told = blocks.iter().flat_map(|block| &block.problems).map(|problem| (problem.line, problem.value.clone()));
        let expected = (0..10_000_u64).filter(|row| row % 5_000 != 4_999).map(|row| (row + 2, format!("bad{row}")));
        assert!(told.eq(expected), "each bad line, once, in its place");
    }

    #[test]
    fn the_owner_is_the_payer_and_the_product_the_commodity_where_they_are_empty() {
        let columns = ",身份信息/资源购买账号ID,产品信息/产品Code,产品信息/商品Code";
        let usage = "202606,云资源按量费用,2,1.5";
        let text = small(
            columns,
            &[
                &format!(",{usage},'1901002003004005,,oss_bag"),
                &format!("\"=\"\"1688001234567801\"\"\",{usage},1901002003004005\t,oss,oss_bag"),
                &format!("1688001234567801,{usage},,,"),
            ],
        );
        let blocks = blocks_of(text.as_bytes(), BLOCK_SIZE).unwrap();
        let lines: Vec<_> =
            blocks[0].lines().map(|line| format!("{} {} {}", line.owner_uid, line.payer_uid, line.product)).collect();
        assert_eq!(
            lines,
            ["1901002003004005 1901002003004005 oss_bag", "1688001234567801 1901002003004005 oss", "1688001234567801  -"]
        );
    }

    #[test]
    fn equal_rows_have_equal_hashes_whatever_ends_them() {
        let text = small("", &[GOOD, &format!("{GOOD}\r"), &GOOD.replace("1.5", "1.50"), GOOD]);
        let blocks = blocks_of(text.trim_end().as_bytes(), BLOCK_SIZE).unwrap();
        assert_eq!(blocks.len(), 1, "the last row belongs to the block even without a line break");
        let hashes: Vec<u64> = blocks[0].lines().map(|line| line.content).collect();
        assert_eq!((hashes[0], hashes[0]), (hashes[1], hashes[3]));
        assert_ne!(hashes[0], hashes[2]);
    }

    #[test]
    fn a_cell_may_hold_line_breaks_and_megabytes() {
        let json = format!("\"{{\"\"detail\"\":[{}]\n}}\"", "\"\"cn-hangzhou\"\",\n".repeat(3 << 16));
        assert!(json.len() > 3 << 20);
        let text = small(
            ",用量信息/用量详情",
            &[&format!("{GOOD},\"two\r\nlines\""), &format!("{GOOD},{json}"), &format!("{GOOD},"), &format!("{GOOD},5\" disk")],
        );
        for block_size in [1 << 12, BLOCK_SIZE] {
            let blocks = blocks_of(text.as_bytes(), block_size).unwrap();
            let numbers: Vec<u64> = blocks.iter().flat_map(Block::lines).map(|line| line.number).collect();
            let after = 4 + 1 + (3 << 16) + 1;
            assert_eq!(numbers, [2, 4, after, after + 1]);
            let raw: Vec<u8> = blocks.iter().flat_map(|block| block.raw.clone()).collect();
            assert_eq!(raw, text.split_once('\n').unwrap().1.as_bytes());
        }
    }

    fn sample_cells() -> Vec<csv::ByteRecord> {
        let text = SAMPLE.trim_start_matches('\u{feff}').as_bytes();
        csv::ReaderBuilder::new().has_headers(false).from_reader(text).byte_records().map(Result::unwrap).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn neither_order_of_columns_nor_line_ends_nor_blocks_change_what_is_read(
            order in Just((0..60_usize).collect::<Vec<_>>()).prop_shuffle(),
            crlf: bool,
            byte_order_mark: bool,
            quoted: bool,
            blank_lines in 0..3_usize,
            block_size in prop_oneof![1..200_usize, 1_000..40_000_usize],
        ) {
            let mut writer = csv::WriterBuilder::new()
                .terminator(if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
                .quote_style(if quoted { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary })
                .from_writer(Vec::new());
            for row in sample_cells() {
                writer.write_record(order.iter().map(|column| &row[*column])).unwrap();
            }
            let rows = writer.into_inner().unwrap();
            let mut text = if byte_order_mark { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
            text.extend(b"\r\n".repeat(blank_lines));
            text.extend(rows);
            let expected = told(&blocks_of(("\n".repeat(blank_lines) + SAMPLE.trim_start_matches('\u{feff}')).as_bytes(), BLOCK_SIZE).unwrap());
            let blocks = blocks_of(&text, block_size).unwrap();
            prop_assert_eq!(told(&blocks), expected);
            prop_assert_eq!(blocks.last().map(|block| block.bytes_read), Some(text.len() as u64));
        }

        #[test]
        fn a_damaged_file_is_read_or_refused_but_never_a_panic(
            changes in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![
                any::<u8>(), Just(b'"'), Just(b'\n'), Just(b','), Just(b'\r'), Just(b'\'')
            ]), 1..20),
            cut in any::<prop::sample::Index>(),
            block_size in 1..5_000_usize,
        ) {
            let mut text = SAMPLE.as_bytes().to_vec();
            for (place, byte) in changes {
                let place = place.index(text.len());
                text[place] = byte;
            }
            text.truncate(cut.index(SAMPLE.len()) + 1);
            let at_once = blocks_of(&text, BLOCK_SIZE);
            let in_pieces = blocks_of(&text, block_size);
            match (at_once, in_pieces) {
                // Line by line the same, though the problems of a block stand behind its lines.
                (Ok(whole), Ok(pieces)) => {
                    let sorted = |blocks: &[Block]| {
                        let mut all: Vec<_> = told(blocks).lines().map(str::to_owned).collect();
                        all.sort();
                        all
                    };
                    prop_assert_eq!(sorted(&whole), sorted(&pieces));
                }
                (whole, pieces) => prop_assert_eq!(whole.is_err(), pieces.is_err()),
            }
        }
    }
}
