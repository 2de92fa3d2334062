//! Mails that are not sent yet, after RFC 5322: UTF-8 without control characters, whatever stands in the names, and headers in
//! encoded words after RFC 2047 where they are not plain. A mail's bytes follow from what it says and the day alone.

use std::str::FromStr;

use chrono::{FixedOffset, NaiveDate, NaiveTime};

use crate::domain::code::{Name, is_unprintable};
use crate::domain::contact::Email;

/// Whose mails they are: an address that can stand in a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(String);

impl FromStr for Sender {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let email: Email = text.parse()?;
        address(&email).map(Self).ok_or_else(|| "its domain has other characters than letters, digits, '-' and '.'".to_owned())
    }
}

/// A mail that somebody will look at, and send.
#[derive(Clone, Copy, Debug)]
pub struct Mail<'m> {
    /// The day on which it was written.
    pub date: NaiveDate,
    /// Who writes: a name and an address.
    pub from: (&'m Name, &'m Sender),
    /// To whom; an address that could not stand in a header is left out.
    pub to: &'m [Email],
    /// What it is about.
    pub subject: &'m str,
    /// Its lines.
    pub body: &'m [String],
}

impl Mail<'_> {
    /// The text of an `.eml` file, which a mail program opens as a draft.
    pub fn unsent(&self) -> String {
        let to: Vec<String> = self.to.iter().filter_map(address).collect();
        let to = if to.is_empty() { "undisclosed-recipients:;".to_owned() } else { to.join(",\r\n ") };
        let headers = [
            format!("Date: {}", date_time(self.date)),
            format!("From: {} <{}>", encoded(self.from.0.as_str()), self.from.1.0),
            format!("To: {to}"),
            format!("Subject: {}", encoded(self.subject)),
            "MIME-Version: 1.0".to_owned(),
            "Content-Type: text/plain; charset=utf-8".to_owned(),
            "Content-Transfer-Encoding: 8bit".to_owned(),
            "X-Unsent: 1".to_owned(),
        ];
        format!("{}\r\n\r\n{}\r\n", headers.join("\r\n"), self.body.join("\r\n"))
    }
}

/// The beginning of the day in UTC+8, the zone of the book.
fn date_time(day: NaiveDate) -> String {
    let zone = FixedOffset::east_opt(8 * 3600).expect("UTC+8 exists");
    let beginning = day.and_time(NaiveTime::MIN).and_local_timezone(zone).single();
    beginning.map_or_else(|| day.to_string(), |time| time.to_rfc2822())
}

/// An address as headers have it: a local part with anything unusual in quotes. `None` where the domain could not be one.
fn address(email: &Email) -> Option<String> {
    let (local, domain) = email.as_str().split_once('@')?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    let has_dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    let local = if local.bytes().all(is_plain) && !has_dots {
        local.to_owned()
    } else {
        format!("\"{}\"", local.replace('\\', "\\\\").replace('"', "\\\""))
    };
    let is_domain = domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.');
    is_domain.then(|| format!("{local}@{domain}"))
}

/// A text in a header: as it is where it is short and plain, else in encoded words, folded.
fn encoded(text: &str) -> String {
    /// How many characters of a word stand between its marks, so that a line stays below 76.
    const ROOM: usize = 48;
    let text = printable(text);
    if text.len() <= ROOM && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ') {
        return text;
    }
    let mut lines: Vec<String> = vec![String::new()];
    for character in text.chars() {
        let mut bytes = [0; 4];
        let piece: String = match character {
            ' ' => "_".to_owned(),
            plain if plain.is_ascii_alphanumeric() => plain.to_string(),
            other => other.encode_utf8(&mut bytes).bytes().fold(String::new(), |piece, byte| format!("{piece}={byte:02X}")),
        };
        match lines.last_mut().filter(|line| line.len() + piece.len() <= ROOM) {
            Some(line) => line.push_str(&piece),
            None => lines.push(piece),
        }
    }
    let words: Vec<String> = lines.into_iter().map(|line| format!("=?utf-8?Q?{line}?=")).collect();
    words.join("\r\n ")
}

/// Names have no control characters by their type; whatever else comes here has none afterwards.
pub fn printable(text: &str) -> String {
    text.chars().filter(|character| !is_unprintable(*character)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_plain_or_encoded_in_short_words() {
        assert_eq!(encoded("Acme Group"), "Acme Group");
        assert_eq!(encoded("a: b"), "=?utf-8?Q?a=3A_b?=");
        assert_eq!(encoded("a\r\nBcc: x\u{202e}"), "=?utf-8?Q?aBcc=3A_x?=");
        let long = encoded(&"提醒 reminder ".repeat(20));
        for line in long.split("\r\n") {
            let word = line.trim_start().strip_prefix("=?utf-8?Q?").unwrap().strip_suffix("?=").unwrap();
            assert!(line.len() <= 76 && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"=_".contains(&byte)), "{line}");
            // No word ends inside a character.
            let mut bytes = Vec::new();
            let mut rest = word.as_bytes();
            while let Some((first, after)) = rest.split_first() {
                let (byte, after) = match first {
                    b'=' => (u8::from_str_radix(std::str::from_utf8(&after[..2]).unwrap(), 16).unwrap(), &after[2..]),
                    other => (*other, after),
                };
                bytes.push(byte);
                rest = after;
            }
            assert!(String::from_utf8(bytes).is_ok(), "{word}");
        }
    }

    #[test]
    fn addresses_are_quoted_where_they_are_unusual() {
        let told = |text: &str| address(&text.parse().unwrap());
        assert_eq!(told("ops.dev+x@acme.example").unwrap(), "ops.dev+x@acme.example");
        assert_eq!(told("a,b<c\"d@acme.example").unwrap(), "\"a,b<c\\\"d\"@acme.example");
        assert_eq!(told(".a@acme.example").unwrap(), "\".a\"@acme.example");
        assert_eq!(told("a@acme.example,b.c"), None);
        assert!("a@acme.example,b.c".parse::<Sender>().is_err() && "a@acme.example".parse::<Sender>().is_ok());
    }
}
