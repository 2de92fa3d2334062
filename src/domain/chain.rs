//! The hash chain of the audit log.
//!
//! Every operation has a SHA-256 over a fixed, versioned byte form of itself, of what it posted and recorded, and of the hash
//! before it. The byte form is a list of length-prefixed fields, never a text format as it happens to be printed. Changing the
//! form needs a new version byte, so that old books stay provable.

use chrono::{Datelike as _, NaiveDate};
use sha2::{Digest, Sha256};

use crate::domain::chart::Owner;
use crate::domain::journal::{About, Event, Posting};
use crate::domain::order::{Charge, Order};

/// The version of the byte form.
const FORM: u8 = 1;

/// A SHA-256.
pub type Hash = [u8; 32];

/// The hash before the first operation.
pub const GENESIS: Hash = [0; 32];

/// Hashes a list of fields; each is prefixed with its length, so that no two lists run together.
#[derive(Clone, Debug, Default)]
pub struct Digester {
    hashed: Sha256,
    /// Fields are a few bytes each, and the hash takes them many at a time.
    waiting: Vec<u8>,
}

impl Digester {
    /// Adds bytes.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        const TOGETHER: usize = 4096;
        self.waiting.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= TOGETHER {
            self.hashed.update(&self.waiting);
            self.waiting.clear();
        }
        self
    }

    /// Adds a text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// Adds a text, or its absence, which is not the empty text.
    pub fn optional(&mut self, text: Option<&str>) -> &mut Self {
        self.bytes(&[u8::from(text.is_some())]).text(text.unwrap_or_default())
    }

    /// Adds a number.
    pub fn number(&mut self, number: i64) -> &mut Self {
        self.bytes(&number.to_be_bytes())
    }

    /// Adds a day, as `2026-06-30`.
    pub fn date(&mut self, date: NaiveDate) -> &mut Self {
        // By hand, because every order has five of them.
        let Some(year) = u32::try_from(date.year()).ok().filter(|year| *year <= 9999) else {
            return self.text(&date.to_string());
        };
        let mut text = *b"0000-00-00";
        let parts = [(0..4, year), (5..7, date.month()), (8..10, date.day())];
        for (places, mut number) in parts {
            for place in text[places].iter_mut().rev() {
                *place = b'0' + u8::try_from(number % 10).expect("a digit");
                number /= 10;
            }
        }
        self.bytes(&text)
    }

    /// Adds a day, or its absence.
    pub fn optional_date(&mut self, date: Option<NaiveDate>) -> &mut Self {
        match date {
            Some(date) => self.bytes(&[1]).date(date),
            None => self.optional(None),
        }
    }

    /// The hash.
    pub fn finish(mut self) -> Hash {
        self.hashed.update(&self.waiting);
        self.hashed.finalize().into()
    }
}

/// What an operation wrote, hashed as it is written: changes of master data, orders, charges and entries, each in the order of
/// their numbers.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    changes: Digester,
    orders: Digester,
    charges: Digester,
    entries: Digester,
    count: u64,
}

impl Facts {
    /// Adds a change of master data: the noun, its key, and the row before and after as the log stores them.
    pub fn change(&mut self, noun: &str, key: &str, before: Option<&str>, after: &str) {
        self.count += 1;
        self.changes.text(noun).text(key).optional(before).text(after);
    }

    /// Adds a recorded order.
    pub fn order(&mut self, order: &Order) {
        self.count += 1;
        self.orders
            .number(order.id.0)
            .number(order.account.0)
            .text(&order.product)
            .text(order.kind.as_str())
            .text(&order.provider_order)
            .date(order.date)
            .optional_date(order.service_from)
            .optional_date(order.service_to)
            .text(order.placement.as_str())
            .number(order.refunds.map_or(0, |o| o.0));
    }

    /// Adds a charge.
    pub fn charge(&mut self, charge: &Charge) {
        self.count += 1;
        self.charges
            .number(charge.id.0)
            .number(charge.account.0)
            .number(charge.order.map_or(0, |o| o.0))
            .text(&charge.product)
            .number(charge.charge_month.number())
            .date(charge.date)
            .text(&charge.list.to_string())
            .number(charge.agreement.map_or(0, |a| a.0))
            .text(&charge.volume_before.to_string())
            .optional(charge.tier.map(|t| t.to_string()).as_deref())
            .number(charge.discount.millionths())
            .number(charge.payable.minor())
            .number(charge.cost.minor())
            .number(i64::from(charge.counts))
            .number(i64::from(charge.cost_counts))
            .optional(charge.difference.as_deref())
            .number(charge.corrects.map_or(0, |c| c.0))
            .number(charge.entry.map_or(0, |e| e.0));
    }

    /// Adds a sealed entry and its postings; `reverses` is the entry that it takes back, or 0.
    pub fn entry(&mut self, id: i64, event: Event, effective: NaiveDate, about: &About, reverses: i64, postings: &[Posting]) {
        self.count += 1;
        self.entries
            .number(id)
            .text(event.as_str())
            .date(effective)
            .number(about.group.map_or(0, |g| g.0))
            .number(about.account.map_or(0, |a| a.0))
            .number(about.recipient.map_or(0, |a| a.0))
            .optional(about.note.reference.as_deref())
            .optional(about.note.remark.as_deref())
            .number(reverses)
            .number(i64::try_from(postings.len()).unwrap_or(i64::MAX));
        for posting in postings {
            let account = posting.ledger_account;
            let (owner, owner_id) = match account.owner() {
                Owner::Agent => ("agent", 0),
                Owner::Group(id) => ("group", id.0),
                Owner::Account(id) => ("account", id.0),
            };
            self.entries
                .text(account.code().as_str())
                .text(owner)
                .number(owner_id)
                .text(account.currency().code())
                .number(posting.amount.minor());
        }
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn finish(self) -> Hash {
        let mut all = Digester::default();
        all.bytes(&self.changes.finish()).bytes(&self.orders.finish()).bytes(&self.charges.finish()).bytes(&self.entries.finish());
        all.finish()
    }
}

/// An operation without what it wrote: who did what, when, and what came of it.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    /// Its number.
    pub sequence: i64,
    /// When it was recorded, RFC 3339 in UTC.
    pub recorded_at: &'a str,
    /// The operator's name in the book; empty for somebody without one.
    pub operator: &'a str,
    /// The OS user.
    pub os_uid: i64,
    /// The command, `fund deposit`.
    pub command: &'a str,
    /// What was typed, as the log stores it.
    pub arguments: &'a str,
    /// The idempotency key.
    pub key: Option<&'a str>,
    /// `done` or `denied`.
    pub result: &'a str,
    /// The outcome that a repetition of the key gives again, as the log stores it.
    pub outcome: &'a str,
}

/// The hash of an operation.
pub fn hash(header: &Header<'_>, facts: Facts, previous: &Hash) -> Hash {
    let mut digester = Digester::default();
    digester
        .bytes(&[FORM])
        .bytes(previous)
        .number(header.sequence)
        .text(header.recorded_at)
        .text(header.operator)
        .number(header.os_uid)
        .text(header.command)
        .text(header.arguments)
        .optional(header.key)
        .text(header.result)
        .text(header.outcome)
        .bytes(&facts.finish());
    digester.finish()
}

/// The hash of a text or file content as hexadecimal digits.
pub fn sha256_hex(content: &[u8]) -> String {
    hex(&Sha256::digest(content).into())
}

/// Hexadecimal digits of a hash.
pub fn hex(hash: &Hash) -> String {
    use std::fmt::Write as _;
    hash.iter().fold(String::with_capacity(64), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text takes any number of characters");
        text
    })
}

/// The hash of 64 hexadecimal digits, in either case.
pub fn parse_hash(text: &str) -> Option<Hash> {
    let text = text.trim();
    let mut hash = GENESIS;
    if text.len() != 2 * hash.len() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (place, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header<'static> {
        Header {
            sequence: 1,
            recorded_at: "2026-06-01T00:00:00Z",
            operator: "first",
            os_uid: 0,
            command: "fund deposit",
            arguments: "{}",
            key: None,
            result: "done",
            outcome: "",
        }
    }

    /// The byte form is a promise to old books: if this hash changes, give the form a new version instead.
    #[test]
    fn the_byte_form_is_fixed() {
        let mut facts = Facts::default();
        facts.change("group", "acme", None, "{\"code\":\"acme\"}");
        insta::assert_snapshot!(hex(&hash(&header(), facts, &GENESIS)), @"f575c435e55b98752e0040433ce63ddf12d5652830f705559024ec1df134a070");
    }

    #[test]
    fn a_day_is_hashed_as_it_is_written() {
        for (year, month, day) in [(2026, 6, 30), (1970, 1, 1), (9999, 12, 31), (12_026, 6, 30), (7, 6, 5), (-2026, 6, 30)] {
            let date = NaiveDate::from_ymd_opt(year, month, day).unwrap();
            let (mut written, mut fast) = (Digester::default(), Digester::default());
            written.text(&date.to_string()).optional(Some(&date.to_string())).optional(None);
            fast.date(date).optional_date(Some(date)).optional_date(None);
            assert_eq!(written.finish(), fast.finish());
        }
    }

    #[test]
    fn fields_of_any_length_are_hashed_in_their_order() {
        let long = "x".repeat(10_000);
        let mut digester = Digester::default();
        digester.text("a").text(&long).number(7);
        let mut bytes = Vec::new();
        for field in [b"a".as_slice(), long.as_bytes(), &7_i64.to_be_bytes()] {
            bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
            bytes.extend_from_slice(field);
        }
        assert_eq!(hex(&digester.finish()), sha256_hex(&bytes));
    }

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let of_nothing = hash(&header(), Facts::default(), &GENESIS);
        assert_eq!(parse_hash(&hex(&of_nothing)), Some(of_nothing));
        assert_eq!(parse_hash(&format!(" {} ", hex(&of_nothing).to_ascii_uppercase())), Some(of_nothing));
        for wrong in ["", "abc", &"g".repeat(64), &"0".repeat(63), &"0".repeat(66), &"é".repeat(32)] {
            assert_eq!(parse_hash(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_field_counts() {
        let base = hash(&header(), Facts::default(), &GENESIS);
        let mut changed = Facts::default();
        changed.change("group", "acme", Some("x"), "y");
        let others = [
            hash(&header(), changed, &GENESIS),
            hash(&header(), Facts::default(), &base),
            hash(&Header { key: Some(""), ..header() }, Facts::default(), &GENESIS),
            hash(&Header { sequence: 2, ..header() }, Facts::default(), &GENESIS),
            hash(&Header { outcome: "x", ..header() }, Facts::default(), &GENESIS),
        ];
        assert!(others.iter().all(|other| *other != base));
    }
}
