//! Months as the book knows them: open, or closed under a receipt.

use super::Result;
use crate::domain::close::Receipt;
use crate::domain::difference::DifferenceState;
use crate::domain::period::{Month, PeriodState};
use crate::domain::refusal::Refusal;
use crate::store::{BillVersion, Reader, StoreError};

/// The receipt of a closed month, and the SHA-256 of its bytes.
pub fn receipt(reader: Reader<'_>, period: Month) -> Result<Option<(Receipt, String)>> {
    let Some((content, sha256)) = reader.receipt(period)? else { return Ok(None) };
    let receipt = serde_json::from_str(&content).map_err(|e| StoreError::Damaged(format!("the receipt of {period}: {e}")))?;
    Ok(Some((receipt, sha256)))
}

/// The last receipt of a month, with those before it.
#[derive(Clone, Debug)]
pub struct ReceiptView {
    /// The receipt.
    pub receipt: Receipt,
    /// Its bytes, which were hashed.
    pub content: String,
    /// SHA-256 of them.
    pub sha256: String,
    /// What may still be written in the month: of one that is not closed, no receipt counts.
    pub state: PeriodState,
    /// The number and the hash of every receipt of the month.
    pub versions: Vec<(i64, String)>,
}

/// Shows the receipt of a month: that of a version, or the last one.
pub fn show_receipt(reader: Reader<'_>, period: Month, version: Option<i64>) -> Result<ReceiptView> {
    let kept = reader.receipts_of(period)?;
    let versions = kept.iter().map(|kept| (kept.version, kept.sha256.clone())).collect();
    let asked = kept.into_iter().rfind(|kept| version.is_none_or(|version| kept.version == version));
    let kept = asked.ok_or(Refusal::NoReceipt { period })?;
    let damaged = |e| StoreError::Damaged(format!("the receipt of {period}: {e}"));
    let receipt = serde_json::from_str(&kept.content).map_err(damaged)?;
    let state = reader.closed_through()?.state(period);
    Ok(ReceiptView { receipt, content: kept.content, sha256: kept.sha256, state, versions })
}

/// A month as lists show it.
#[derive(Clone, Debug)]
pub struct PeriodView {
    /// The month.
    pub period: Month,
    /// What may still be written in it.
    pub state: PeriodState,
    /// The version of its bill that counts.
    pub bill: Option<BillVersion>,
    /// Differences that somebody has to look at.
    pub open_differences: u64,
    /// SHA-256 of its receipt.
    pub receipt: Option<String>,
}

/// Lists every month in which something happened.
pub fn list(reader: Reader<'_>) -> Result<Vec<PeriodView>> {
    let closed = reader.closed_through()?;
    let soft = reader.soft_closed_through()?;
    let mut views = Vec::new();
    for period in reader.months()? {
        let open = reader.differences(Some(period))?.iter().filter(|d| d.state != DifferenceState::Resolved).count();
        let state = match closed.state(period) {
            PeriodState::Open if soft.is_some_and(|last| period <= last) => PeriodState::SoftClosed,
            state => state,
        };
        let receipt = if state == PeriodState::Closed { reader.receipt(period)?.map(|(_, sha256)| sha256) } else { None };
        views.push(PeriodView { period, state, bill: reader.bill(period)?, open_differences: open as u64, receipt });
    }
    Ok(views)
}
