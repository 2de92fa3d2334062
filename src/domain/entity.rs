//! Legal persons: who really owns an account, and whose name an invoice bears.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::code::{Code, Name};
use crate::domain::id::EntityId;

/// An enterprise's identity: a unified social credit code (GB 32100-2015), or an older tax id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Credential(String);

/// What a credential is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotACredential {
    /// Not 15, 17, 18 or 20 letters and digits.
    #[error("a credential has 18 characters (15, 17 or 20 for an older tax id), letters and digits only")]
    Form,
    /// A letter that the code does not use (I, O, S, V, Z), or a letter in the division digits.
    #[error("character {0} cannot stand there in a unified social credit code")]
    Character(usize),
    /// The last character does not follow from the first seventeen.
    #[error("the check character is wrong: one of the characters was mistyped")]
    CheckCharacter,
    /// The organisation code inside (characters 9 to 17) does not check.
    #[error("the organisation code in characters 9 to 17 does not check: one of them was mistyped")]
    OrganisationCode,
}

/// Values of the characters of a unified social credit code by position.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

impl Credential {
    /// Checks and normalises to upper case. Codes of 18 characters must pass both checksums; tax ids of 15, 17 or 20
    /// characters have none.
    pub fn parse(text: &str) -> Result<Self, NotACredential> {
        let code = text.trim().to_ascii_uppercase();
        if !code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
            return Err(NotACredential::Form);
        }
        match code.len() {
            15 | 17 | 20 => Ok(Self(code)),
            18 => check_credit_code(code.as_bytes()).map(|()| Self(code)),
            _ => Err(NotACredential::Form),
        }
    }

    /// A credential that was checked when it was stored.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// The normalised text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it carries no checksum, so that nobody could prove it well typed.
    pub fn is_unchecked(&self) -> bool {
        self.0.len() != 18
    }
}

impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn check_credit_code(code: &[u8]) -> Result<(), NotACredential> {
    let mut sum = 0;
    let mut weight = 1;
    for (index, character) in code.iter().enumerate() {
        let value = ALPHABET.iter().position(|c| c == character).ok_or(NotACredential::Character(index + 1))?;
        if (2..8).contains(&index) && value > 9 {
            return Err(NotACredential::Character(index + 1));
        }
        if index < 17 {
            sum += value * weight;
            weight = weight * 3 % 31;
        }
    }
    if ALPHABET[(31 - sum % 31) % 31] != code[17] {
        return Err(NotACredential::CheckCharacter);
    }
    check_organisation_code(&code[8..17])
}

/// GB 11714: the ninth character of an organisation code follows from the first eight.
fn check_organisation_code(code: &[u8]) -> Result<(), NotACredential> {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let value = |b: u8| if b.is_ascii_digit() { u32::from(b - b'0') } else { u32::from(b - b'A') + 10 };
    let sum: u32 = code.iter().zip(WEIGHTS).map(|(b, weight)| value(*b) * weight).sum();
    let expected = match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b"0123456789"[digit as usize],
    };
    if code[8] == expected { Ok(()) } else { Err(NotACredential::OrganisationCode) }
}

/// A legal person in the book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// Its row.
    pub id: EntityId,
    /// What people type.
    pub code: Code,
    /// Its registered name.
    pub name: Name,
    /// Its credential.
    pub credential: Credential,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_checksums_of_a_credit_code_are_proved() {
        for valid in [
            "91350100M000100Y43",
            "91110000600037341L",
            "91330100799655058B",
            "9144030071526726XG",
            "91000000MA000D010M",
            "120000000000000436",
            "91330106ma05j1k21k",
        ] {
            assert!(Credential::parse(valid).is_ok(), "{valid}");
        }
        let table = [
            ("91350100M000100Y4Z", NotACredential::Character(18)),
            ("91000000MA000D010N", NotACredential::CheckCharacter),
            ("91330100799655085B", NotACredential::CheckCharacter),
            ("9133O106MA05J1K21K", NotACredential::Character(5)),
            ("913A0106MA05J1K21K", NotACredential::Character(4)),
            ("91330106MA05J1K21", NotACredential::Form),
            ("91330106 MA05J1K2K", NotACredential::Form),
        ];
        for (text, expected) in table {
            // Seventeen characters are a legal tax id.
            let got = Credential::parse(text);
            if text.len() == 17 {
                assert!(got.unwrap().is_unchecked());
            } else {
                assert_eq!(got, Err(expected), "{text}");
            }
        }
    }

    #[test]
    fn a_wrong_organisation_code_is_found_even_when_the_outer_check_is_right() {
        // Take a valid code, change the organisation check character, and repair the outer check.
        let mut code = *b"91000000MA000D010M";
        code[16] = b'5';
        let found = ALPHABET.iter().find(|last| {
            code[17] = **last;
            check_credit_code(&code) != Err(NotACredential::CheckCharacter)
        });
        assert!(found.is_some());
        assert_eq!(check_credit_code(&code), Err(NotACredential::OrganisationCode));
    }
}
