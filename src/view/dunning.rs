//! Reminders as people, programs and customers see them: the list of who is reminded, and the letters.
//!
//! A letter is plain text, or a mail after RFC 5322: UTF-8 without control characters, whatever stands in the names, and headers
//! in encoded words after RFC 2047 where they are not plain. Its bytes follow from the letter and the day alone.

use std::str::FromStr;

use chrono::{FixedOffset, NaiveDate, NaiveTime};

use super::document::{Document, Table, Value};
use super::language::Language;
use crate::book::dunning::{Dunned, Letter, OverdueDebt};
use crate::domain::code::is_unprintable;
use crate::domain::contact::Email;
use crate::domain::dunning::DunningLevel;
use crate::domain::money::{Amount, Currency};

/// Whose mails letters are: an address that can stand in a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(String);

impl FromStr for Sender {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let email: Email = text.parse()?;
        address(&email).map(Self).ok_or_else(|| "its domain has other characters than letters, digits, '-' and '.'".to_owned())
    }
}

/// How many days the customer has, once it is told so.
const DAYS_TO_PAY: u8 = 7;

/// Who is reminded of what; `files` are the letters that were written, one for each.
pub fn list(outcome: &Dunned, files: &[String]) -> Document {
    let mut letters = Table::new("letters")
        .title("Letters")
        .column("group", "Group")
        .column("level", "Level")
        .column("currency", "Currency")
        .column_right("overdue", "Overdue")
        .column("to", "To")
        .column("file", "File");
    let mut rows = Table::new("rows")
        .column("group", "Group")
        .column("account", "Account")
        .column("month", "Month")
        .column("due", "Due")
        .column_right("days_overdue", "Days overdue")
        .column("currency", "Currency")
        .column_right("open", "Open")
        .column("level", "Level")
        .column("reminded", "Reminded before")
        .when_empty("nobody is to be reminded of anything");
    for (index, letter) in outcome.letters.iter().enumerate() {
        let amount = |amount| Value::amount(amount, letter.currency);
        let to: Vec<Value> = letter.to.iter().map(Value::text).collect();
        letters.push([
            (&letter.group).into(),
            letter.level.as_str().into(),
            letter.currency.into(),
            amount(letter.overdue),
            Value::List(to),
            files.get(index).cloned().into(),
        ]);
        for debt in &letter.debts {
            rows.push([
                (&letter.group).into(),
                (&debt.account).into(),
                debt.month.into(),
                debt.due.into(),
                debt.days.into(),
                letter.currency.into(),
                amount(debt.open),
                debt.level.map(DunningLevel::as_str).into(),
                debt.reminded.into(),
            ]);
        }
    }
    let letters = if outcome.letters.is_empty() { letters.machine_only() } else { letters };
    Document::new("settlement-dun").machine_field("date", outcome.date).table(rows).table(letters)
}

/// What a letter says.
struct Words {
    subject: String,
    body: Vec<String>,
}

/// A letter as plain text.
pub fn text(outcome: &Dunned, letter: &Letter, language: Language) -> String {
    let Words { subject, body } = words_of(outcome, letter, language);
    format!("{subject}\n\n{}\n", body.join("\n"))
}

/// A letter as a mail that is not sent yet.
pub fn mail(outcome: &Dunned, letter: &Letter, from: &Sender, language: Language) -> String {
    let Words { subject, body } = words_of(outcome, letter, language);
    let to: Vec<String> = letter.to.iter().filter_map(address).collect();
    let to = if to.is_empty() { "undisclosed-recipients:;".to_owned() } else { to.join(",\r\n ") };
    let headers = [
        format!("Date: {}", date_time(outcome.date)),
        format!("From: {} <{}>", encoded(outcome.agent.as_str()), from.0),
        format!("To: {to}"),
        format!("Subject: {}", encoded(&subject)),
        "MIME-Version: 1.0".to_owned(),
        "Content-Type: text/plain; charset=utf-8".to_owned(),
        "Content-Transfer-Encoding: 8bit".to_owned(),
        "X-Unsent: 1".to_owned(),
    ];
    format!("{}\r\n\r\n{}\r\n", headers.join("\r\n"), body.join("\r\n"))
}

/// The name of a letter's file, without its extension: a code has plain letters only.
pub fn file_name(outcome: &Dunned, letter: &Letter) -> String {
    format!("{}-{}-level-{}", letter.group, outcome.date, letter.level)
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
fn printable(text: &str) -> String {
    text.chars().filter(|character| !is_unprintable(*character)).collect()
}

fn words_of(outcome: &Dunned, letter: &Letter, language: Language) -> Words {
    let amount = |amount: Amount| money(amount, letter.currency);
    let (name, agent) = (printable(letter.name.as_str()), printable(outcome.agent.as_str()));
    let (group, date, overdue) = (&letter.group, outcome.date, amount(letter.overdue));
    let mut body = Vec::new();
    let subject = match language {
        Language::English => {
            body.extend([format!("To {name},"), String::new()]);
            body.push(format!("by {date} we have not received what was due from you:"));
            body.push(String::new());
            body.extend(letter.debts.iter().map(|debt| english(debt, letter.currency)));
            body.extend([format!("  In all: {overdue}"), String::new()]);
            body.push(match letter.level {
                DunningLevel::First => {
                    "Please arrange the payment. If you have paid in the meantime, you need not do anything.".to_owned()
                }
                DunningLevel::Second => format!(
                    "This is our second reminder. Please pay within {DAYS_TO_PAY} days, or tell us what stands in the way."
                ),
                DunningLevel::Third => format!(
                    "This is our last reminder. If we receive nothing within {DAYS_TO_PAY} days, new purchases of these accounts may be stopped."
                ),
            });
            body.extend([format!("Please give \"{group}\" as the reference of your payment."), String::new(), agent]);
            let what = match letter.level {
                DunningLevel::First => "Payment reminder",
                DunningLevel::Second => "Second payment reminder",
                DunningLevel::Third => "Last payment reminder",
            };
            format!("{what}: {overdue} of {name}")
        }
        Language::Chinese => {
            body.extend([format!("致 {name}："), String::new()]);
            body.push(format!("截至 {date}，以下款项已到期，我方尚未收到："));
            body.push(String::new());
            body.extend(letter.debts.iter().map(|debt| chinese(debt, letter.currency)));
            body.extend([format!("  合计：{overdue}"), String::new()]);
            body.push(match letter.level {
                DunningLevel::First => "请安排付款。如贵方已付款，请忽略本函。".to_owned(),
                DunningLevel::Second => format!("这是第二次提醒。请在 {DAYS_TO_PAY} 日内付款；如有疑问，请与我方联系。"),
                DunningLevel::Third => {
                    format!("这是最后一次提醒。若 {DAYS_TO_PAY} 日内仍未收到款项，上述账号的新购可能被暂停。")
                }
            });
            body.extend([format!("付款时请注明：{group}"), String::new(), agent]);
            let what = match letter.level {
                DunningLevel::First => "付款提醒",
                DunningLevel::Second => "第二次付款提醒",
                DunningLevel::Third => "最后一次付款提醒",
            };
            format!("{what}：{name} {overdue}")
        }
    };
    Words { subject, body }
}

fn money(amount: Amount, currency: Currency) -> String {
    format!("{} {currency}", amount.display(currency))
}

fn english(debt: &OverdueDebt, currency: Currency) -> String {
    let uid = debt.uid.as_ref().map_or_else(String::new, |uid| format!(" (UID {uid})"));
    let days = crate::domain::plural(debt.days.unsigned_abs(), "day", "days");
    let OverdueDebt { account, month, due, open, .. } = debt;
    format!("  {account}{uid}, {month}: {}, due on {due}, {days} overdue", money(*open, currency))
}

fn chinese(debt: &OverdueDebt, currency: Currency) -> String {
    let uid = debt.uid.as_ref().map_or_else(String::new, |uid| format!("（UID {uid}）"));
    let OverdueDebt { account, month, due, days, open, .. } = debt;
    format!("  {account}{uid}，{month}：{}，到期日 {due}，逾期 {days} 天", money(*open, currency))
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
