//! Short, stable names for things that have no number of their own.

use sha2::{Digest, Sha256};

/// Twelve hexadecimal digits that follow from the parts alone, in their order. Parts are length-prefixed, so that no two
/// different lists of parts run together.
pub fn of(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let mut digits = crate::domain::chain::hex(&hasher.finalize().into());
    digits.truncate(12);
    digits
}

#[cfg(test)]
mod tests {
    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(super::of(&["ab", "c"]), super::of(&["a", "bc"]));
        assert_eq!(super::of(&["x"]).len(), 12);
    }
}
