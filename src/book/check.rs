//! The proofs over the whole book.

use super::Result;
use crate::store::{Checked, Reader};

/// Runs every proof.
pub fn check(reader: Reader<'_>) -> Result<Vec<Checked>> {
    Ok(reader.check()?)
}
