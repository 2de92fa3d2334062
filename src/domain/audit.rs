//! The audit log as people read it: what to look for, what became of a command, and what nobody needs to see in full.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::entity::Credential;
use super::id_number::{IdNumber, NotAnIdNumber};
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

/// The command that approves a request.
pub const APPROVE: &str = "approval approve";

/// Whether a field holds a number or an address by which a person can be reached or known, or is paid.
pub fn is_personal(field: &str) -> bool {
    matches!(field, "mobile" | "phone" | "email" | "id_number" | "address" | "bank_account")
}

/// Whether an argument holds an amount or somebody's number for an order: it may look like the number of a telephone.
fn is_figure(argument: &str) -> bool {
    const FIGURES: [&str; 14] = [
        "amount",
        "coupon",
        "credit",
        "limit",
        "list_price",
        "number",
        "order",
        "orders",
        "paid",
        "provider_amount",
        "provider_order",
        "total",
        "value",
        "voucher",
    ];
    FIGURES.contains(&argument)
}

/// What was typed as the log keeps it: of the identity numbers of persons, wherever they stand, the last characters. A log is for
/// ever, and a refusal is logged with whatever was typed in the wrong place.
pub fn without_identity_numbers(text: &str) -> String {
    each_run(text, |character| character.is_ascii_alphanumeric(), |run| is_identity_number(run).then(|| IdNumber::mask(run)))
}

/// Whether a text is the number of a person, or was meant to be: mistyped, it still tells who they are.
fn is_identity_number(text: &str) -> bool {
    match IdNumber::parse(text, NaiveDate::MAX) {
        Ok(_) => true,
        // An enterprise's code, or an order's number, can have its form.
        Err(NotAnIdNumber::CheckCharacter) => matches!(&text[6..8], "19" | "20") && Credential::parse(text).is_err(),
        Err(NotAnIdNumber::Form) => false,
        Err(_) => text.ends_with(['x', 'X']) && Credential::parse(text).is_err(),
    }
}

/// What was typed as an argument, as the log shows it: personal numbers and addresses masked, in whichever argument they stand.
pub fn shown(argument: &str, value: &str) -> String {
    let value = without_identity_numbers(value);
    if is_personal(argument) {
        return masked(&value);
    }
    if is_figure(argument) {
        return value;
    }
    let value = each_run(&value, |character| !character.is_whitespace(), |run| is_email(run).then(|| masked(run)));
    each_run(&value, |character| character.is_ascii_alphanumeric(), |run| is_mobile(run).then(|| masked(run)))
}

/// All that was typed, as the log shows it.
pub fn all_shown(arguments: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    arguments.iter().map(|(name, value)| (name.clone(), shown(name, value))).collect()
}

/// Whether a text looks like a mobile number of the mainland. UIDs have sixteen digits.
fn is_mobile(text: &str) -> bool {
    let number = text.strip_prefix("86").unwrap_or(text).as_bytes();
    number.len() == 11 && number[0] == b'1' && (b'3'..=b'9').contains(&number[1]) && number.iter().all(u8::is_ascii_digit)
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
}

/// A text with some of its runs of certain characters replaced.
fn each_run(text: &str, is_part: impl Fn(char) -> bool, replaced: impl Fn(&str) -> Option<String>) -> String {
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let length = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(length);
        told.push_str(&replaced(run).unwrap_or_else(|| run.to_owned()));
        let between = after.find(&is_part).unwrap_or(after.len());
        told.push_str(&after[..between]);
        rest = &after[between..];
    }
    told
}

/// What a denial keeps of an argument: it is written before anybody has looked at it, by whoever is at the keyboard.
pub fn cut(value: &str) -> String {
    const MOST: usize = 200;
    beginning(value, MOST)
}

/// The first characters of a text, with an ellipsis where it goes on.
pub fn beginning(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
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
    fn identity_numbers_are_taken_out_wherever_they_stand() {
        let masked = "**************002X";
        let rows = [
            ("11010519491231002X", masked),
            (" 11010519491231002x.", " **************002x."),
            ("li 11010519491231002X, wu 440524188001010014", "li **************002X, wu **************0014"),
            ("110105194912310021", "**************0021"),
            ("99010519491231002X", masked),
            ("11010519491331002X", masked),
            // Enterprises' codes, UIDs and orders' numbers are no persons'.
            ("91330106MA05J1K21K", "91330106MA05J1K21K"),
            ("911101080000000001", "911101080000000001"),
            ("1000000000000001", "1000000000000001"),
            ("210000012345678901", "210000012345678901"),
            ("11010519491231002XY", "11010519491231002XY"),
            ("王小明", "王小明"),
            ("", ""),
        ];
        for (typed, kept) in rows {
            assert_eq!(without_identity_numbers(typed), kept, "{typed}");
        }
    }

    #[test]
    fn personal_numbers_are_masked_in_whichever_argument_they_stand() {
        let rows = [
            ("account", "13912345678", "139****5678"),
            ("note", "call 13912345678 or wang@acme.example!", "call 139****5678 or w***@acme.example!"),
            ("note", "+8613912345678", "+861******5678"),
            ("account", "1000000000000001", "1000000000000001"),
            ("account", "12912345678", "12912345678"),
            ("amount", "13912345678", "13912345678"),
            ("provider_order", "13912345678", "13912345678"),
            ("provider_order", "11010519491231002X", "**************002X"),
            ("bank_account", "571900000010001", "571********0001"),
            ("address", "杭州市西湖区文三路一百号院二号楼", "杭州市*********院二号楼"),
            ("to", "a@b", "a@b"),
        ];
        for (argument, typed, seen) in rows {
            assert_eq!(shown(argument, typed), seen, "{argument}={typed}");
        }
    }

    #[test]
    fn a_denial_keeps_the_beginning_of_what_was_typed() {
        assert_eq!(cut(&"页".repeat(200)), "页".repeat(200));
        assert_eq!(cut(&"页".repeat(201)), format!("{}…", "页".repeat(200)));
    }

    #[test]
    fn a_noun_finds_its_commands_and_no_others() {
        assert!(is_of("fund deposit", "fund") && is_of("fund deposit", "fund deposit"));
        assert!(!is_of("fund deposit", "fund dep") && !is_of("fund", "fund deposit"));
    }
}
