//! What nobody can guess: where the tokens of invitations and the salts of hashes come from.

use std::fmt;

use super::chain::{Digester, Hash};

/// 256 random bits, read from the system once for each command. They are never shown and never stored.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Of random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Bits for one purpose and one row. Those of one tell nothing about those of another.
    pub fn bits_for(&self, purpose: &str, row: i64) -> Hash {
        let mut digester = Digester::default();
        digester.text(purpose).bytes(&self.0).number(row);
        digester.finish()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}
