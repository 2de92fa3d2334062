//! Bytes in, lines out: reads the files of one bill through the library, and proves on the way what holds of any bytes at all.
//!
//! The fuzz target calls [`read`] too, so nothing here leans on a test framework.

use std::io::Write as _;

use subledger::domain::bill::{Block, Problem, Remark, TaxBasis};
use subledger::domain::money::Exact;
use subledger::domain::refusal::Refusal;
use subledger::intake::bill::open;
use subledger::intake::container::FileSlice;
use subledger::intake::own_layout;

/// A block is what was read at a time and the rest of a record; no record is longer than 16 MiB.
const BLOCK_BYTES_MAX: usize = 20 << 20;
/// So long may a cell be that a message shows.
const SHOWN_CHARACTERS_MAX: usize = 80;
/// A message fits on a few screens, whatever the file says.
const MESSAGE_BYTES_MAX: usize = 64 << 10;
/// More cells of a line than this cannot be bad, because no layout reads more columns.
const PROBLEMS_OF_A_LINE_MAX: usize = 64;
/// Each oddity of each column that is read, and the identities.
const REMARKS_MAX: usize = 1_000;

/// A line in words that do not depend on what the file is wrapped in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Line {
    pub(crate) line_id: String,
    pub(crate) order_no: String,
    pub(crate) owner: String,
    pub(crate) payer: String,
    pub(crate) month: String,
    pub(crate) day: String,
    pub(crate) kind: String,
    pub(crate) product: String,
    pub(crate) product_name: String,
    pub(crate) currency: String,
    pub(crate) list: Exact,
    pub(crate) covered: Exact,
    pub(crate) discount: Exact,
    pub(crate) coupon: Exact,
    pub(crate) payable: Exact,
}

/// What was read of all files together.
#[derive(Debug, Default)]
pub(crate) struct Bill {
    /// Layout and version, tax basis: of every part.
    pub(crate) parts: Vec<(String, Option<TaxBasis>)>,
    pub(crate) lines: Vec<Line>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) remarks: Vec<Remark>,
    pub(crate) unknown_columns: Vec<String>,
    pub(crate) stated: Option<Exact>,
}

/// Reads files as one bill: of a built-in layout, or all of the own layout with this text.
pub(crate) fn read<B: AsRef<[u8]>>(files: &[B], own: Option<&str>) -> Result<Bill, Refusal> {
    let outcome = read_all(files, own);
    if let Err(refusal) = &outcome {
        let message = format!("{refusal:?}");
        assert!(!message.is_empty() && message.len() <= MESSAGE_BYTES_MAX, "{} bytes of message", message.len());
        assert!(refusal.code().contains('.'), "{refusal:?}");
    }
    outcome
}

fn read_all<B: AsRef<[u8]>>(files: &[B], own: Option<&str>) -> Result<Bill, Refusal> {
    let own = own.map(|text| own_layout::read(text, "own.toml")).transpose()?;
    let slices = (1..).zip(files).map(|(number, bytes)| {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(bytes.as_ref()).expect("a temporary file can be written");
        (format!("file-{number}"), FileSlice::new(file, bytes.as_ref().len() as u64))
    });
    let mut parts = open(slices.collect(), own)?;
    let mut bill = Bill::default();
    while let Some((input, mut source)) = parts.next_part()? {
        assert!(input < files.len(), "a part of no file");
        let mut last = 0;
        while let Some(block) = source.next_block()? {
            last = prove(&block, last);
            bill.lines.extend(block.lines().map(|line| Line {
                line_id: line.line_id.to_owned(),
                order_no: line.order_no.to_owned(),
                owner: line.owner_uid.to_owned(),
                payer: line.payer_uid.to_owned(),
                month: line.month.to_string(),
                day: line.day.map_or(String::new(), |day| day.to_string()),
                kind: line.kind.to_string(),
                product: line.product.to_owned(),
                product_name: line.product_name.to_owned(),
                currency: line.currency.map_or(String::new(), |currency| currency.code().to_owned()),
                list: line.list,
                covered: line.covered,
                discount: line.discount,
                coupon: line.coupon,
                payable: line.payable,
            }));
            bill.problems.extend(block.problems);
            assert!(parts.bytes_read() <= parts.size(), "more was read than there is");
        }
        let version = source.layout_version().map_or(String::new(), |version| format!(" {version}"));
        bill.parts.push((format!("{}{version}", source.layout()), source.tax()));
        assert!(source.remarks().len() <= REMARKS_MAX, "{} remarks", source.remarks().len());
        bill.remarks.extend_from_slice(source.remarks());
        bill.unknown_columns = source.unknown_columns().to_vec();
        bill.stated = bill.stated.or(source.stated_total());
    }
    assert!(!bill.parts.is_empty(), "a bill without parts is refused");
    assert!(parts.bytes_read() <= parts.size(), "more was read than there is");
    Ok(bill)
}

/// What holds of every block: it is not large, its lines come in order, each stands in its text, and each is good or bad.
fn prove(block: &Block, last: u64) -> u64 {
    assert!(block.raw.len() <= BLOCK_BYTES_MAX, "a block of {} bytes", block.raw.len());
    let mut before = last;
    for line in block.lines() {
        assert!(line.number > before, "line {} behind {before}", line.number);
        before = line.number;
        assert!(!block.row(line.number).is_empty(), "line {} stands nowhere", line.number);
        assert!(!line.owner_uid.is_empty(), "line {} is nobody's", line.number);
    }
    let (mut end, mut of_line) = (before, (0, 0));
    for problem in &block.problems {
        assert!(!block.row(problem.line).is_empty(), "bad line {} stands nowhere", problem.line);
        assert!(problem.value.chars().count() <= SHOWN_CHARACTERS_MAX, "{problem:?}");
        of_line = if of_line.0 == problem.line { (problem.line, of_line.1 + 1) } else { (problem.line, 1) };
        assert!(of_line.1 <= PROBLEMS_OF_A_LINE_MAX, "line {} has too many problems", problem.line);
        end = end.max(problem.line);
    }
    let bad = |number| block.problems.binary_search_by_key(&number, |problem: &Problem| problem.line).is_ok();
    assert!(!block.lines().any(|line| bad(line.number)), "a line is good and bad");
    assert!(block.first_line > last, "a block begins before the one before it ends");
    end
}
