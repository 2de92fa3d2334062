//! The proofs over the whole book.

use super::Result;
use crate::domain::chain::Hash;
use crate::store::{Checked, Reader};

/// Runs every proof; with a hash that somebody has kept, also that nothing before it has changed.
pub fn check(reader: Reader<'_>, kept: Option<Hash>) -> Result<Vec<Checked>> {
    Ok(reader.check(kept)?)
}
