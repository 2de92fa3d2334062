//! Bills: imported in versions, shown, compared and dropped.

mod diff;
mod import;
mod lines;
mod reading;
mod seen_lines;

pub use diff::{AccountEffect, BillDiff, CHANGES_SHOWN, diff};
pub(super) use import::import;
pub use import::{BadLines, BillImported, BillInput, ImportBill};
pub use lines::{FoundLine, FoundLines, LineQuery, lines};

use serde::{Deserialize, Serialize};

use super::usage::Owners;
use super::{Operation, Result, UseCase};
use crate::domain::bill::ControlTotals;
use crate::domain::code::Code;
use crate::domain::period::{Month, PeriodState};
use crate::domain::refusal::Refusal;
use crate::domain::role::Permission;
use crate::store::{BillFile, BillVersion, Reader};

/// A version of a bill with its files and its sums by account.
#[derive(Clone, Debug)]
pub struct BillView {
    /// The version.
    pub bill: BillVersion,
    /// Its files.
    pub files: Vec<BillFile>,
    /// Its accounts, by code or UID.
    pub accounts: Vec<BillAccount>,
}

/// What a bill says of one account.
#[derive(Clone, Debug)]
pub struct BillAccount {
    /// The UID on the bill, or the login where the layout has only that.
    pub uid: String,
    /// The account's code, where the book has it.
    pub account: Option<Code>,
    /// Sums.
    pub totals: ControlTotals,
}

/// A version of a month's bill: the one of that number, else the one that counts.
pub(super) fn find(reader: Reader<'_>, period: Month, number: Option<i64>) -> Result<BillVersion> {
    let found = match number {
        Some(number) => reader.bill_version(period, number)?,
        None => reader.bill(period)?,
    };
    Ok(found.ok_or(match number {
        Some(version) => Refusal::NoBillVersion { period, version },
        None => Refusal::NoBill { period },
    })?)
}

/// The same, and it must have its lines still: a dropped version has none.
fn find_with_lines(reader: Reader<'_>, period: Month, number: Option<i64>) -> Result<BillVersion> {
    let bill = find(reader, period, number)?;
    if bill.dropped {
        return Err(Refusal::NoBillVersion { period, version: bill.version }.into());
    }
    Ok(bill)
}

/// Shows a version of a month's bill: the one of that number, else the one that counts.
pub fn show(reader: Reader<'_>, period: Month, number: Option<i64>) -> Result<BillView> {
    let bill = find(reader, period, number)?;
    let owners = Owners::load(reader, bill.currency)?;
    let sums = reader.bill_accounts(bill.id)?.into_iter();
    let mut accounts: Vec<BillAccount> = sums
        .map(|(uid, totals)| BillAccount {
            uid: owners.uid(uid).to_owned(),
            account: owners.account(uid).map(|a| a.code.clone()),
            totals,
        })
        .collect();
    accounts.sort_by(|a, b| (&a.account, &a.uid).cmp(&(&b.account, &b.uid)));
    let files = reader.bill_files(bill.id)?;
    Ok(BillView { bill, files, accounts })
}

/// Lists every version of every bill, by month; dropped ones too.
pub fn list(reader: Reader<'_>) -> Result<Vec<BillVersion>> {
    Ok(reader.bills()?)
}

/// Drops a version of an open month's bill: its lines go, and the version before it counts again.
#[derive(Clone, Debug)]
pub struct DropBill {
    /// The month.
    pub period: Month,
    /// Which version; the one that counts when `None`.
    pub version: Option<i64>,
}

/// A dropped bill.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BillDropped {
    /// The version.
    pub bill: BillVersion,
    /// The version that counts now.
    pub counts_now: Option<i64>,
}

impl UseCase for DropBill {
    const COMMAND: &'static str = "bill drop";
    const PERMISSION: Permission = Permission::CloseMonths;
    type Outcome = BillDropped;

    fn run(self, operation: &mut Operation<'_>) -> Result<BillDropped> {
        refuse_closed(operation, self.period)?;
        let bill = find_with_lines(operation.reader(), self.period, self.version)?;
        let bill = operation.writer().drop_bill(&bill)?;
        let counts_now = operation.reader().bill(self.period)?.map(|bill| bill.version);
        super::reconcile::forget(operation, self.period)?;
        Ok(BillDropped { bill, counts_now })
    }
}

/// The bill of a closed month never changes.
fn refuse_closed(operation: &Operation<'_>, period: Month) -> Result<()> {
    if operation.closed_through().state(period) == PeriodState::Closed {
        return Err(Refusal::BillClosed { period }.into());
    }
    Ok(())
}
