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

/// The command that sets a policy.
pub const SET_POLICY: &str = "policy set";

/// The command that approves a request.
pub const APPROVE: &str = "approval approve";

/// Whether a field holds a number or an address by which a person can be reached or known. Identity numbers are masked
/// before they are logged.
pub fn is_personal(field: &str) -> bool {
    matches!(field, "mobile" | "phone" | "email" | "id_number")
}

/// A personal number or address as the log shows it: of a number its first three and its last four characters, `138****0001`; of an
/// address its first one and its domain, `w***@acme.example`; what is too short for that shows nothing.
pub fn masked(number: &str) -> String {
    const FIRST: usize = 3;
    const LAST: usize = 4;
    let stars = |count: usize| "*".repeat(count);
    if let Some((local, domain)) = number.split_once('@') {
        return format!("{}***@{domain}", local.chars().next().map(String::from).unwrap_or_default());
    }
    let characters: Vec<char> = number.chars().collect();
    let count = characters.len();
    if count < FIRST + LAST + 3 {
        return stars(count);
    }
    let (first, last): (String, String) = (characters[..FIRST].iter().collect(), characters[count - LAST..].iter().collect());
    format!("{first}{}{last}", stars(count - FIRST - LAST))
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
            ("wang@acme.example", "w***@acme.example"),
            ("@", "***@"),
            ("0571-1", "******"),
            ("1", "*"),
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
