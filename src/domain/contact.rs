//! Mobile numbers and e-mail addresses, normalised so that the same one is seen to be the same.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A mainland mobile number: eleven digits, `13800000001`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mobile(String);

impl Mobile {
    /// The eleven digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Mobile {
    type Err = String;

    /// Drops `+86`, `0086`, spaces and hyphens, then wants `1`, a digit from 3 to 9, and nine more.
    fn from_str(text: &str) -> Result<Self, String> {
        let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '\t')).collect();
        let national = digits.strip_prefix("+86").or_else(|| digits.strip_prefix("0086")).unwrap_or(&digits);
        let bytes = national.as_bytes();
        let is_mobile =
            bytes.len() == 11 && bytes[0] == b'1' && (b'3'..=b'9').contains(&bytes[1]) && bytes.iter().all(u8::is_ascii_digit);
        if is_mobile { Ok(Self(national.to_owned())) } else { Err("not a mainland mobile number such as 13800000001".to_owned()) }
    }
}

impl fmt::Display for Mobile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An e-mail address in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "not an e-mail address such as ops@example.com".to_owned();
        let text = text.trim();
        let (local, domain) = text.split_once('@').ok_or_else(wrong)?;
        let plain = text.len() <= 254 && text.bytes().all(|b| b.is_ascii_graphic());
        let dotted = domain.split('.').count() >= 2 && domain.split('.').all(|label| !label.is_empty());
        if plain && !local.is_empty() && !domain.contains('@') && dotted {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(wrong())
        }
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mobiles_are_compared_in_one_form() {
        for same in ["13800000001", "+86 138-0000-0001", "0086 13800000001"] {
            assert_eq!(same.parse::<Mobile>().unwrap().as_str(), "13800000001", "{same}");
        }
        for bad in ["12800000001", "1380000000", "138000000012", "010-62345678", "1380000000a", ""] {
            assert!(bad.parse::<Mobile>().is_err(), "{bad}");
        }
    }

    #[test]
    fn addresses_are_compared_without_case() {
        assert_eq!(" Ops@Example.COM ".parse::<Email>().unwrap().as_str(), "ops@example.com");
        for bad in ["ops", "ops@", "@example.com", "ops@example", "a b@example.com", "a@b@c.de", "a@.de"] {
            assert!(bad.parse::<Email>().is_err(), "{bad}");
        }
    }
}
