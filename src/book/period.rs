//! Months as the book knows them: open, or closed under a receipt.

use super::Result;
use crate::domain::close::Receipt;
use crate::domain::difference::DifferenceState;
use crate::domain::period::{Month, PeriodState};
use crate::store::{BillVersion, Reader, StoreError};

/// The receipt of a closed month, and the SHA-256 of its bytes.
pub fn receipt(reader: Reader<'_>, period: Month) -> Result<Option<(Receipt, String)>> {
    let Some((content, sha256)) = reader.receipt(period)? else { return Ok(None) };
    let receipt = serde_json::from_str(&content).map_err(|e| StoreError::Damaged(format!("the receipt of {period}: {e}")))?;
    Ok(Some((receipt, sha256)))
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
    let mut views = Vec::new();
    for period in reader.months()? {
        let open = reader.differences(Some(period))?.iter().filter(|d| d.state != DifferenceState::Resolved).count();
        views.push(PeriodView {
            period,
            state: closed.state(period),
            bill: reader.bill(period)?,
            open_differences: open as u64,
            receipt: reader.receipt(period)?.map(|(_, sha256)| sha256),
        });
    }
    Ok(views)
}
