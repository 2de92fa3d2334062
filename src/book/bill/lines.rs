//! Lines of a bill, found by account, order number or line id.

use super::find_with_lines;
use crate::book::operation::find_account;
use crate::book::usage::Owners;
use crate::book::{Error, Result};
use crate::domain::code::Code;
use crate::domain::period::Month;
use crate::domain::refusal::Refusal;
use crate::store::{BillFile, BillVersion, LineFilter, Reader};

/// Which lines to look for; all that is given must hold.
#[derive(Clone, Debug)]
pub struct LineQuery {
    /// The month.
    pub period: Month,
    /// Which version; the one that counts when `None`.
    pub version: Option<i64>,
    /// An account, by code, or by UID as the bill has it.
    pub account: Option<String>,
    /// The provider's order number.
    pub order: Option<String>,
    /// The provider's line id.
    pub line: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// A line that was found, with the run of text that it stands in.
#[derive(Clone, Debug)]
pub struct FoundLine {
    /// The number of its file within the version, from 1.
    pub file: i64,
    /// Its line number in the file.
    pub number: u64,
    /// Whose it is: the account's code, where the book has it.
    pub account: Option<Code>,
    /// Whose it is, as the bill says.
    pub uid: String,
    /// The line number of `text`'s first line.
    pub text_first_line: u64,
    /// The provider's own text: a run of lines, this one among them.
    pub text: std::rc::Rc<Vec<u8>>,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct FoundLines {
    /// Where it was looked for.
    pub bill: BillVersion,
    /// Its files.
    pub files: Vec<BillFile>,
    /// The lines, in the order of the files.
    pub lines: Vec<FoundLine>,
    /// How many there are; more than `lines` has when the limit was reached.
    pub count: u64,
}

/// Finds lines by reading the version from end to end: fast enough for a person, and no index has to be kept.
pub fn lines(reader: Reader<'_>, query: &LineQuery) -> Result<FoundLines> {
    let bill = find_with_lines(reader, query.period, query.version)?;
    let owners = Owners::load(reader, bill.currency)?;
    let on_bill = reader.bill_accounts(bill.id)?;
    let seen_uid = match &query.account {
        None => None,
        Some(name) => {
            let seen = match owners.seen(name) {
                Some(uid) => Some(uid),
                None => {
                    let account = find_account(reader, name)?.id;
                    owners.rows_of(account).find(|row| on_bill.contains_key(row))
                }
            };
            // Bills of other months and versions name accounts too.
            let on_it = seen.filter(|uid| on_bill.contains_key(uid));
            let refusal = || Refusal::NotOnBill { account: name.clone(), period: query.period, version: bill.version };
            Some(on_it.ok_or_else(refusal)?)
        }
    };
    let filter = LineFilter { seen_uid, order_no: query.order.clone(), line_id: query.line.clone() };
    let files = reader.bill_files(bill.id)?;
    let mut found = Vec::new();
    let mut count = 0;
    reader.each_line_of(&bill, &filter, |file, line| {
        count += 1;
        if found.len() < query.limit {
            found.push((file, line.number, line.seen_uid));
        }
        Ok(())
    })?;
    let mut text: Option<(i64, u64, u64, std::rc::Rc<Vec<u8>>)> = None;
    let lines = found.into_iter().map(|(file, number, uid)| {
        let known = text.as_ref().filter(|(of, first, last, _)| *of == file && (*first..=*last).contains(&number));
        let (first, run) = match known {
            Some((_, first, _, run)) => (*first, run.clone()),
            None => {
                let (first, run) = reader.bill_text(bill.id, file, number)?;
                let breaks = run.split(|byte| *byte == b'\n').count() as u64 - 1;
                let run = std::rc::Rc::new(run);
                text = Some((file, first, first + breaks, run.clone()));
                (first, run)
            }
        };
        let account = owners.account(uid).map(|account| account.code.clone());
        Ok::<_, Error>(FoundLine { file, number, account, uid: owners.uid(uid).to_owned(), text_first_line: first, text: run })
    });
    let lines = lines.collect::<Result<Vec<_>>>()?;
    Ok(FoundLines { bill, files, lines, count })
}
