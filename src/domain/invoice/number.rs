//! The numbers of invoices, checked for their form: twenty digits of a digital one, code and number of one on paper.

use std::fmt;

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

use super::InvoiceForm;

/// What the tax system calls an invoice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InvoiceNumber {
    /// The code of one on paper.
    pub code: Option<String>,
    /// Its number.
    pub number: String,
}

/// What a number is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnInvoiceNumber {
    /// A digital invoice has twenty digits.
    #[error("a digital invoice has a number of 20 digits, and no code")]
    Digital,
    /// Its first two digits are a year.
    #[error("a number of 20 digits begins with the year of the invoice: {expected:02}")]
    Year {
        /// The last two digits of the year.
        expected: i32,
    },
    /// One on paper has a code and a number.
    #[error("an invoice on paper has a code of 10 or 12 digits and a number of 8 digits")]
    Paper,
    /// A spreadsheet has spoilt it.
    #[error("a spreadsheet has turned it into a number and lost digits: take it from the invoice itself")]
    Spreadsheet,
}

impl InvoiceNumber {
    /// Reads what stands on an invoice of a form and a date. Twenty digits are two of the year, two of the region, one of the
    /// channel and fifteen in sequence.
    pub fn parse(form: InvoiceForm, code: Option<&str>, number: &str, date: NaiveDate) -> Result<Self, NotAnInvoiceNumber> {
        let number = number.trim();
        let code = code.map(str::trim);
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if number.contains(['e', 'E', '.', '+']) {
            return Err(NotAnInvoiceNumber::Spreadsheet);
        }
        match form {
            InvoiceForm::Digital => {
                if code.is_some() || number.len() != 20 || !digits(number) {
                    return Err(NotAnInvoiceNumber::Digital);
                }
                let expected = date.year() % 100;
                if number[..2].parse() != Ok(expected) {
                    return Err(NotAnInvoiceNumber::Year { expected });
                }
            }
            InvoiceForm::Paper => {
                let code = code.filter(|code| matches!(code.len(), 10 | 12) && digits(code)).ok_or(NotAnInvoiceNumber::Paper)?;
                if number.len() != 8 || !digits(number) || code.is_empty() {
                    return Err(NotAnInvoiceNumber::Paper);
                }
            }
        }
        Ok(Self { code: code.map(str::to_owned), number: number.to_owned() })
    }
}

impl fmt::Display for InvoiceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{code}/{}", self.number),
            None => f.write_str(&self.number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_form_of_their_invoice() {
        let date: NaiveDate = "2026-07-03".parse().unwrap();
        let (digital, paper) = (InvoiceForm::Digital, InvoiceForm::Paper);
        let good = "26332000000012345678";
        let table = [
            (digital, None, good, Ok(())),
            (digital, None, " 26332000000012345678 ", Ok(())),
            (digital, Some("3300261130"), good, Err(NotAnInvoiceNumber::Digital)),
            (digital, None, "2633200000001234567", Err(NotAnInvoiceNumber::Digital)),
            (digital, None, "2633200000001234567x", Err(NotAnInvoiceNumber::Digital)),
            (digital, None, "25332000000012345678", Err(NotAnInvoiceNumber::Year { expected: 26 })),
            (digital, None, "2.6332E+19", Err(NotAnInvoiceNumber::Spreadsheet)),
            (paper, Some("3300261130"), "00012345", Ok(())),
            (paper, Some("033002611301"), "00012345", Ok(())),
            (paper, None, "00012345", Err(NotAnInvoiceNumber::Paper)),
            (paper, Some("33002611301"), "00012345", Err(NotAnInvoiceNumber::Paper)),
            (paper, Some("3300261130"), "12345", Err(NotAnInvoiceNumber::Paper)),
            (paper, None, good, Err(NotAnInvoiceNumber::Paper)),
        ];
        for (form, code, number, expected) in table {
            assert_eq!(InvoiceNumber::parse(form, code, number, date).map(drop), expected, "{form} {code:?} {number}");
        }
    }
}
