//! Reminders as people, programs and customers see them: the list of who is reminded, and the letters.
//!
//! A letter is plain text, or a mail. Its bytes follow from the letter and the day alone.

use super::document::{Document, Table, Value};
use super::language::Language;
use super::mail::{Mail, Sender, printable};
use crate::book::dunning::{Dunned, Letter, OverdueDebt};
use crate::domain::dunning::DunningLevel;
use crate::domain::money::{Amount, Currency};

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
    Mail { date: outcome.date, from: (&outcome.agent, from), to: &letter.to, subject: &subject, body: &body }.unsent()
}

/// The name of a letter's file, without its extension: a code has plain letters only.
pub fn file_name(outcome: &Dunned, letter: &Letter) -> String {
    format!("{}-{}-level-{}", letter.group, outcome.date, letter.level)
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
