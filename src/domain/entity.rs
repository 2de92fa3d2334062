//! Legal persons: who really owns an account, and whose name an invoice bears.
//!
//! An enterprise of the mainland is known by its unified social credit code, a natural person by an identity number that the book
//! does not keep, and anybody else by the number and the country of their registration.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::code::{Code, Name};
use crate::domain::id::EntityId;
use crate::domain::id_number::{IdNumber, KeptIdNumber};
use crate::domain::words::words;

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
    /// It is the identity number of a natural person, which is never repeated.
    #[error("it is the identity number of a natural person: --id-number")]
    IdentityNumber,
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
            18 => match check_credit_code(code.as_bytes()) {
                Ok(()) => Ok(Self(code)),
                Err(_) if IdNumber::parse(&code, NaiveDate::MAX).is_ok() => Err(NotACredential::IdentityNumber),
                Err(wrong) => Err(wrong),
            },
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

/// A company of another country: the number under which it is registered there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The number, in capitals.
    pub number: String,
    /// The country, ISO 3166-1, two letters.
    pub country: String,
}

/// What a registration is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARegistration {
    /// Not 3 to 40 letters, digits, `-`, `.` and `/`.
    #[error("a registration number has 3 to 40 letters, digits, '-', '.' or '/'")]
    Number,
    /// No country has that code.
    #[error("a country is two letters of ISO 3166-1, such as SG")]
    Country,
    /// Enterprises of the mainland have a credit code.
    #[error("enterprises of the mainland are known by their unified social credit code: --credential")]
    Mainland,
}

impl Registration {
    /// Checks and normalises to capitals.
    pub fn parse(number: &str, country: &str) -> Result<Self, NotARegistration> {
        let (number, country) = (number.trim().to_ascii_uppercase(), country.trim().to_ascii_uppercase());
        let is_number = (3..=40).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-./".contains(&byte))
            && number.bytes().any(|byte| byte.is_ascii_digit());
        if !is_number {
            return Err(NotARegistration::Number);
        }
        if country == "CN" {
            return Err(NotARegistration::Mainland);
        }
        if country.len() != 2 || !COUNTRIES.split(' ').any(|known| known == country) {
            return Err(NotARegistration::Country);
        }
        Ok(Self { number, country })
    }
}

/// ISO 3166-1, two letters each.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW \
    BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB \
    GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM \
    KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC \
    NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL \
    SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE \
    YT ZA ZM ZW";

/// By what a legal person is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "kebab-case")]
pub enum Identity {
    /// An enterprise of the mainland.
    Enterprise(Credential),
    /// A natural person.
    Individual(KeptIdNumber),
    /// A company of another country.
    Foreign(Registration),
}

words! {
    /// What sort of legal person it is.
    EntityKind, "a kind of legal person" {
        /// An enterprise of the mainland.
        Enterprise = "enterprise",
        /// A natural person.
        Individual = "individual",
        /// A company of another country.
        Foreign = "foreign",
    }
}

impl Identity {
    /// What sort it is.
    pub fn kind(&self) -> EntityKind {
        match self {
            Self::Enterprise(_) => EntityKind::Enterprise,
            Self::Individual(_) => EntityKind::Individual,
            Self::Foreign(_) => EntityKind::Foreign,
        }
    }

    /// What people may see: the code, the end of the identity number, or the registration number.
    pub fn shown(&self) -> &str {
        match self {
            Self::Enterprise(credential) => credential.as_str(),
            Self::Individual(kept) => &kept.masked,
            Self::Foreign(registration) => &registration.number,
        }
    }

    /// The country of a registration abroad.
    pub fn country(&self) -> Option<&str> {
        match self {
            Self::Foreign(registration) => Some(&registration.country),
            Self::Enterprise(_) | Self::Individual(_) => None,
        }
    }

    /// The taxpayer's id on invoices. Natural persons have none there.
    pub fn tax_id(&self) -> &str {
        match self {
            Self::Individual(_) => "",
            Self::Enterprise(_) | Self::Foreign(_) => self.shown(),
        }
    }
}

/// A name that a legal person no longer bears.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerName {
    /// The name.
    pub name: Name,
    /// The first day on which it bore another one.
    pub until: NaiveDate,
}

/// A legal person in the book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// Its row.
    pub id: EntityId,
    /// What people type.
    pub code: Code,
    /// Its registered name: the real name.
    pub name: Name,
    /// By what it is known.
    pub identity: Identity,
    /// The names that it bore before, the first one first.
    pub former: Vec<FormerName>,
}

impl Entity {
    /// The name that it bore on a day.
    pub fn name_on(&self, day: NaiveDate) -> &Name {
        self.former.iter().find(|former| day < former.until).map_or(&self.name, |former| &former.name)
    }

    /// The same under another name from a day on. A name that held for no day leaves no trace.
    #[must_use]
    pub fn renamed(&self, name: Name, from: NaiveDate) -> Self {
        let mut renamed = Self { name, ..self.clone() };
        let since = self.former.last().map(|former| former.until);
        if since.is_none_or(|since| since < from) {
            renamed.former.push(FormerName { name: self.name.clone(), until: from });
        }
        // Back to what it was called before that: nothing has changed.
        if renamed.former.last().is_some_and(|former| former.name == renamed.name && former.until == from) {
            renamed.former.pop();
        }
        renamed
    }
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
            ("11010519491231002x", NotACredential::IdentityNumber),
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

    #[test]
    fn a_wrong_character_is_found_wherever_it_stands() {
        let valid = "91330106MA05J1K21K";
        for place in 0..valid.len() {
            for character in
                ALPHABET.iter().map(|byte| char::from(*byte)).filter(|character| !valid[place..].starts_with(*character))
            {
                let typed = format!("{}{character}{}", &valid[..place], &valid[place + 1..]);
                assert!(Credential::parse(&typed).is_err(), "{typed}");
            }
        }
    }

    #[test]
    fn registrations_abroad_have_a_number_and_a_country() {
        let good = Registration::parse(" 2019-12345d ", "sg").unwrap();
        assert_eq!((good.number.as_str(), good.country.as_str()), ("2019-12345D", "SG"));
        let table = [
            ("12", "SG", NotARegistration::Number),
            ("ABC", "SG", NotARegistration::Number),
            ("123 456", "SG", NotARegistration::Number),
            ("=1234", "SG", NotARegistration::Number),
            ("123456", "XX", NotARegistration::Country),
            ("123456", "S", NotARegistration::Country),
            ("123456", "SG MY", NotARegistration::Country),
            ("123456", "cn", NotARegistration::Mainland),
        ];
        for (number, country, expected) in table {
            assert_eq!(Registration::parse(number, country), Err(expected), "{number} {country}");
        }
        assert!(Registration::parse(&"1".repeat(41), "SG").is_err());
        assert_eq!(COUNTRIES.split(' ').filter(|country| country.len() == 2).count(), 249);
    }

    #[test]
    fn a_name_holds_until_the_next_one() {
        let day = |text: &str| crate::domain::period::parse_date(text).unwrap();
        let name = |text: &str| text.parse::<Name>().unwrap();
        let identity = Identity::Enterprise(Credential::parse("91330106MA05J1K21K").unwrap());
        let first = Entity { id: EntityId(1), code: "acme".parse().unwrap(), name: name("Acme"), identity, former: vec![] };
        let renamed = first.renamed(name("Acme Cloud"), day("2026-07-01"));
        let on = |entity: &Entity, text: &str| entity.name_on(day(text)).to_string();
        assert_eq!(on(&renamed, "2026-06-30"), "Acme");
        assert_eq!(on(&renamed, "2026-07-01"), "Acme Cloud");
        assert_eq!(renamed.renamed(name("Acme"), day("2026-07-01")), first, "taken back on the same day");
        let mended = renamed.renamed(name("Acme Clouds"), day("2026-07-01"));
        assert_eq!((on(&mended, "2026-06-30"), on(&mended, "2026-07-02")), ("Acme".to_owned(), "Acme Clouds".to_owned()));
        assert_eq!(mended.former.len(), 1, "a name that held for no day leaves no trace");
        let again = renamed.renamed(name("Acme"), day("2026-08-01"));
        let names = ["2026-06-30", "2026-07-31", "2026-08-01"].map(|text| on(&again, text));
        assert_eq!(names, ["Acme", "Acme Cloud", "Acme"], "a name may come back");
    }
}
