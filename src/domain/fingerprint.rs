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

/// A 64-bit hash that tells lines apart: the same on every machine and in every version, for the book keeps it. It is no proof
/// against somebody who wants two lines to look alike.
pub fn content_hash(bytes: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(bytes)
}

#[cfg(test)]
mod tests {
    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(super::of(&["ab", "c"]), super::of(&["a", "bc"]));
        assert_eq!(super::of(&["x"]).len(), 12);
    }

    #[test]
    fn the_hash_of_a_line_never_changes() {
        assert_eq!(super::content_hash(b""), 0x2D06_8005_38D3_94C2);
    }
}
