//! The audit log as people read it: what to look for, what became of a command, and what nobody needs to see in full.

use super::words::words;

words! {
    /// What became of an operation.
    OperationResult, "a result" {
        /// It was done.
        Done = "done",
        /// It was kept as a request, for somebody else to decide on.
        Requested = "requested",
        /// Its operator had not the right.
        Denied = "denied",
    }
}

/// Whether a field holds a number by which a person can be reached or known. Identity numbers are kept masked in the first place.
pub fn is_personal(field: &str) -> bool {
    matches!(field, "mobile" | "phone" | "id_number")
}

/// A personal number as the log shows it: its first three and its last four characters, `138****0001`; a short one keeps its last
/// two.
pub fn masked(number: &str) -> String {
    const FIRST: usize = 3;
    const LAST: usize = 4;
    let characters: Vec<char> = number.chars().collect();
    let (first, last) = if characters.len() >= FIRST + LAST + 3 { (FIRST, LAST) } else { (0, 2) };
    let hidden = characters.len().saturating_sub(first + last);
    let shown = |range: std::ops::Range<usize>| characters[range].iter().collect::<String>();
    format!("{}{}{}", shown(0..first.min(characters.len())), "*".repeat(hidden), shown(first + hidden..characters.len()))
}

/// Whether a command is the one that is looked for, or one of a noun: `fund` finds `fund deposit`.
pub fn is_of(command: &str, asked: &str) -> bool {
    command.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_personal_number_keeps_its_ends() {
        let rows = [
            ("13800000001", "138****0001"),
            ("0571-88880000", "057******0000"),
            ("0571-1", "****-1"),
            ("17", "17"),
            ("1", "1"),
            ("", ""),
        ];
        for (number, shown) in rows {
            assert_eq!(masked(number), shown);
        }
    }

    #[test]
    fn a_noun_finds_its_commands_and_no_others() {
        assert!(is_of("fund deposit", "fund") && is_of("fund deposit", "fund deposit"));
        assert!(!is_of("fund deposit", "fund dep") && !is_of("fund", "fund deposit"));
    }
}
