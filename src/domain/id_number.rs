//! The identity numbers of natural persons (GB 11643): 18 characters, the last one follows from the first seventeen.
//!
//! The book never keeps one: it shows the last four characters, and tells two persons apart by a salted hash. A number has few
//! enough possible values that a fast hash could be undone by trying them all; this one takes a hundred thousand rounds, which
//! makes that slow. It does not make it impossible for somebody who has the file: that is why only its owner may read it.

use std::fmt;

use chrono::NaiveDate;
use pbkdf2::pbkdf2_hmac;
use pbkdf2::sha2::Sha256;
use serde::{Deserialize, Serialize};

use super::chain::{Hash, hex};

/// An identity number as it was typed, checked. Neither displayed nor shown in debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct IdNumber(String);

/// What an identity number is not. No message repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnIdNumber {
    /// Not 17 digits and a digit or X.
    #[error("an identity number has 17 digits and then a digit or X; those of 15 digits were withdrawn in 2013")]
    Form,
    /// The first two digits name no province.
    #[error("its first two digits name no province")]
    Province,
    /// The digits 7 to 14 are no day.
    #[error("its digits 7 to 14 are no date of birth")]
    BirthDate,
    /// The day of birth has not come yet.
    #[error("its date of birth lies in the future")]
    NotBornYet,
    /// The last character does not follow from the others.
    #[error("its last character is wrong: one of the characters was mistyped")]
    CheckCharacter,
}

impl IdNumber {
    /// Checks a number as of a day: its form, the province, the date of birth and the check character.
    pub fn parse(text: &str, today: NaiveDate) -> Result<Self, NotAnIdNumber> {
        let number = text.trim().to_ascii_uppercase();
        let is_formed = number.len() == 18
            && number.bytes().take(17).all(|byte| byte.is_ascii_digit())
            && number.bytes().last().is_some_and(|byte| byte.is_ascii_digit() || byte == b'X');
        if !is_formed {
            return Err(NotAnIdNumber::Form);
        }
        if !PROVINCES.contains(&&number[..2]) {
            return Err(NotAnIdNumber::Province);
        }
        let born = NaiveDate::parse_from_str(&number[6..14], "%Y%m%d").map_err(|_| NotAnIdNumber::BirthDate)?;
        if born > today {
            return Err(NotAnIdNumber::NotBornYet);
        }
        if number.as_bytes()[17] != check_character(&number.as_bytes()[..17]) {
            return Err(NotAnIdNumber::CheckCharacter);
        }
        Ok(Self(number))
    }

    /// What may be shown of a text that is, or should be, an identity number: its last four characters, and nothing of one that
    /// is too short to be one.
    pub fn mask(text: &str) -> String {
        const SHORTEST: usize = 15;
        let characters: Vec<char> = text.trim().chars().collect();
        if characters.len() < SHORTEST {
            return "****".to_owned();
        }
        let is_shown = |place: usize| place + 4 >= characters.len();
        (0..).zip(&characters).map(|(place, character)| if is_shown(place) { *character } else { '*' }).collect()
    }

    /// What the book keeps of it.
    pub fn kept(&self, salt: &Hash) -> KeptIdNumber {
        let salt = hex(salt)[..32].to_owned();
        KeptIdNumber { masked: Self::mask(&self.0), hash: self.hash(&salt), salt }
    }

    fn hash(&self, salt: &str) -> String {
        const ROUNDS: u32 = 100_000;
        let mut hash: Hash = [0; 32];
        pbkdf2_hmac::<Sha256>(self.0.as_bytes(), salt.as_bytes(), ROUNDS, &mut hash);
        hex(&hash)
    }
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdNumber")
    }
}

/// What the book keeps of an identity number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptIdNumber {
    /// What people see: `**************002X`.
    pub masked: String,
    /// 128 random bits in hexadecimal, drawn for this number.
    pub salt: String,
    /// PBKDF2 with HMAC-SHA-256 over number and salt, 100 000 rounds, in hexadecimal.
    pub hash: String,
}

impl KeptIdNumber {
    /// Whether it was kept of that number.
    pub fn is_of(&self, number: &IdNumber) -> bool {
        // The mask first: it tells nearly all of them apart, and costs nothing.
        self.masked == IdNumber::mask(&number.0) && self.hash == number.hash(&self.salt)
    }
}

/// The two digits with which the numbers of a province, or of another place of registration, begin.
const PROVINCES: [&str; 36] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44", "45", "46",
    "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82", "83", "91",
];

fn check_character(first: &[u8]) -> u8 {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = first.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    b"10X98765432"[(sum % 11) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::period::parse_date;

    fn parse(text: &str) -> Result<IdNumber, NotAnIdNumber> {
        IdNumber::parse(text, parse_date("2026-07-03").unwrap())
    }

    #[test]
    fn every_part_of_a_number_is_checked() {
        for valid in ["11010519491231002X", "11010519491231002x", " 440524188001010014 "] {
            assert!(parse(valid).is_ok(), "{valid}");
        }
        let table = [
            ("", NotAnIdNumber::Form),
            ("110105491231002", NotAnIdNumber::Form),
            ("1101051949123100X2", NotAnIdNumber::Form),
            ("11010519491231002Y", NotAnIdNumber::Form),
            ("１1010519491231002X", NotAnIdNumber::Form),
            ("10010519491231002X", NotAnIdNumber::Province),
            ("11010519491331002X", NotAnIdNumber::BirthDate),
            ("110105202302290021", NotAnIdNumber::BirthDate),
            ("110105202607040025", NotAnIdNumber::NotBornYet),
            ("110105194912310021", NotAnIdNumber::CheckCharacter),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn one_wrong_digit_is_found_wherever_it_stands() {
        let valid = "11010519491231002X";
        for place in 0..17 {
            for digit in ('0'..='9').filter(|digit| !valid[place..].starts_with(*digit)) {
                let typed = format!("{}{digit}{}", &valid[..place], &valid[place + 1..]);
                assert!(parse(&typed).is_err(), "{typed}");
            }
        }
    }

    #[test]
    fn what_is_kept_tells_two_numbers_apart_and_neither_is_in_it() {
        let (number, other) = (parse("11010519491231002X").unwrap(), parse("440524188001010014").unwrap());
        let kept = number.kept(&[1; 32]);
        assert!(kept.is_of(&number));
        assert!(!kept.is_of(&other));
        assert_eq!(kept.masked, "**************002X");
        assert_ne!(number.kept(&[2; 32]).hash, kept.hash, "salted");
        let written = format!("{kept:?} {number:?} {}", serde_json::to_string(&kept).unwrap());
        assert!(!written.contains("19491231"), "{written}");
    }

    #[test]
    fn a_mask_hides_short_and_odd_texts_whole() {
        for (text, mask) in [("", "****"), ("12345678901234", "****"), ("110105491231002", "***********1002")] {
            assert_eq!(IdNumber::mask(text), mask, "{text}");
        }
    }
}
