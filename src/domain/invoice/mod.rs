//! Invoices (fapiao): who may be invoiced for what, and what an invoice says.
//!
//! An invoice is a record: it posts nothing. What it states never changes once it is issued; it is withdrawn, voided, or taken back
//! by red letters, which are invoices of their own with amounts below zero.

pub mod number;
pub mod plan;
pub mod tax;

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

pub use number::{InvoiceNumber, NotAnInvoiceNumber};
pub use tax::{TaxRate, Taxed};

use crate::domain::code::Name;
use crate::domain::id::{AccountId, EntityId, InvoiceId};
use crate::domain::money::{Amount, Currency, Overflow};
use crate::domain::period::Month;
use crate::domain::words::words;

words! {
    /// What the buyer may do with an invoice.
    InvoiceKind, "a kind of invoice" {
        /// 专票: the buyer deducts its tax.
        Special = "special",
        /// 普票: it does not.
        General = "general",
    }
}

words! {
    /// What an invoice is made of.
    InvoiceForm, "a form of invoice" {
        /// 数电票: a number of twenty digits.
        Digital = "digital",
        /// A code of ten or twelve digits, and a number of eight.
        Paper = "paper",
    }
}

words! {
    /// What has become of an invoice.
    InvoiceState, "a state of an invoice" {
        /// Asked for at the tax system.
        Requested = "requested",
        /// It has its number.
        Issued = "issued",
        /// Withdrawn before it was issued, or voided in its month.
        Void = "void",
    }
}

words! {
    /// What may be invoiced.
    InvoiceBasis, "an invoice basis" {
        /// What was consumed, paid or not.
        Consumed = "consumed",
        /// What of it is paid.
        Settled = "settled",
    }
}

words! {
    /// Whether a special invoice in digital form needs address, phone, bank and bank account.
    DigitalFields, "a rule for digital invoices" {
        /// It does.
        Required = "required",
        /// It does not.
        Optional = "optional",
    }
}

words! {
    /// What a merged invoice is about.
    MergeBy, "a way to merge invoices" {
        /// All accounts of a legal person on one.
        Entity = "entity",
        /// One for each account.
        Account = "account",
    }
}

/// To whom an invoice is made out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Title {
    /// The name.
    pub name: Name,
    /// The taxpayer's id.
    pub tax_id: String,
    /// The registered address.
    pub address: Option<Name>,
    /// The registered phone number.
    pub phone: Option<Name>,
    /// The bank.
    pub bank: Option<Name>,
    /// The number of the account there.
    pub bank_account: Option<Name>,
}

impl Title {
    /// The fields that an invoice needs and the title lacks, by the flags that set them. A special invoice on paper wants all six;
    /// a digital one by policy; a general one the name and the taxpayer's id.
    pub fn missing(&self, kind: InvoiceKind, form: InvoiceForm, digital: DigitalFields) -> Vec<&'static str> {
        let wants_all = match (kind, form) {
            (InvoiceKind::General, _) => false,
            (InvoiceKind::Special, InvoiceForm::Paper) => true,
            (InvoiceKind::Special, InvoiceForm::Digital) => digital == DigitalFields::Required,
        };
        let fields = [
            ("--tax-id", !self.tax_id.is_empty()),
            ("--address", self.address.is_some()),
            ("--phone", self.phone.is_some()),
            ("--bank", self.bank.is_some()),
            ("--bank-account", self.bank_account.is_some()),
        ];
        fields.into_iter().filter(|(_, is_there)| wants_all && !is_there).map(|(flag, _)| flag).collect()
    }
}

/// What an invoice says of one month of one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceLine {
    /// The account.
    pub account: AccountId,
    /// The month of the statement.
    pub month: Month,
    /// Net and tax; below zero on a red letter.
    pub taxed: Taxed,
}

/// How an invoice was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// The day on it.
    pub date: NaiveDate,
    /// Its number.
    pub number: InvoiceNumber,
}

/// An invoice, or a red letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// Its row; people see it as `i-7`.
    pub id: InvoiceId,
    /// Whose title it bears.
    pub entity: EntityId,
    /// What its amounts are counted in.
    pub currency: Currency,
    /// What the buyer may do with it.
    pub kind: InvoiceKind,
    /// What it is made of.
    pub form: InvoiceForm,
    /// The rate of its tax.
    pub rate: TaxRate,
    /// What has become of it.
    pub state: InvoiceState,
    /// When it was requested.
    pub requested: NaiveDate,
    /// The title as it was then.
    pub title: Title,
    /// What it is about, by account and month.
    pub lines: Vec<InvoiceLine>,
    /// How it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<Issued>,
    /// The invoice that a red letter takes back of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<InvoiceId>,
    /// Why it is a red letter, or void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Name>,
}

impl Invoice {
    /// What its lines add up to.
    pub fn total(&self) -> Result<Taxed, Overflow> {
        Taxed::sum(self.lines.iter().map(|line| line.taxed))
    }

    /// Whether it is a red letter.
    pub fn is_red(&self) -> bool {
        self.corrects.is_some()
    }

    /// Whether what it says counts: requested or issued.
    pub fn counts(&self) -> bool {
        self.state != InvoiceState::Void
    }

    /// Whether it can still be undone without a red letter: a request always, a paper invoice within the month on it. A digital
    /// invoice cannot be voided.
    pub fn may_be_voided(&self, day: NaiveDate) -> bool {
        match (&self.issued, self.form) {
            _ if self.state == InvoiceState::Requested => true,
            (Some(issued), InvoiceForm::Paper) => (issued.date.year(), issued.date.month()) == (day.year(), day.month()),
            _ => false,
        }
    }

    /// What of its lines its red letters have left.
    pub fn left<'i>(&self, red: impl IntoIterator<Item = &'i Self>) -> Result<Vec<InvoiceLine>, Overflow> {
        let mut left = self.lines.clone();
        for taken in red.into_iter().filter(|red| red.corrects == Some(self.id) && red.counts()).flat_map(|red| &red.lines) {
            if let Some(line) = left.iter_mut().find(|line| (line.account, line.month) == (taken.account, taken.month)) {
                line.taxed = line.taxed.plus(taken.taxed)?;
            }
        }
        Ok(left)
    }
}

/// What a red letter of an amount takes back of the lines that are left, the last ones first. Of each line that it takes from, net
/// and tax are worked out by themselves; what takes the rest of a line takes the rest of its net and tax. The lines are below
/// zero.
pub fn red_letter(left: &[InvoiceLine], amount: Amount, rate: TaxRate) -> Result<Vec<InvoiceLine>, Overflow> {
    let mut rest = amount;
    let mut lines = Vec::new();
    for line in left.iter().rev().filter(|line| line.taxed.gross.is_positive()) {
        let gross = rest.min(line.taxed.gross);
        if gross.is_positive() {
            let taxed = line.taxed.part(gross, rate)?.negated()?;
            lines.push(InvoiceLine { taxed, ..*line });
            rest = rest.minus(gross)?;
        }
    }
    lines.reverse();
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title() -> Title {
        let (name, tax_id) = ("杭州示例科技有限公司".parse().unwrap(), "91330106MA05J1K21K".to_owned());
        Title { name, tax_id, address: None, phone: None, bank: None, bank_account: None }
    }

    #[test]
    fn what_an_invoice_needs_follows_from_its_kind_and_form() {
        let all = vec!["--address", "--phone", "--bank", "--bank-account"];
        let table = [
            (InvoiceKind::General, InvoiceForm::Paper, DigitalFields::Required, vec![]),
            (InvoiceKind::General, InvoiceForm::Digital, DigitalFields::Required, vec![]),
            (InvoiceKind::Special, InvoiceForm::Digital, DigitalFields::Optional, vec![]),
            (InvoiceKind::Special, InvoiceForm::Digital, DigitalFields::Required, all.clone()),
            (InvoiceKind::Special, InvoiceForm::Paper, DigitalFields::Optional, all),
        ];
        for (kind, form, digital, missing) in table {
            assert_eq!(title().missing(kind, form, digital), missing, "{kind} {form} {digital}");
        }
        let full = Title { address: Some("西湖区 1 号".parse().unwrap()), phone: Some("0571-1".parse().unwrap()), ..title() };
        let missing = full.missing(InvoiceKind::Special, InvoiceForm::Paper, DigitalFields::Optional);
        assert_eq!(missing, ["--bank", "--bank-account"]);
    }

    fn invoice(form: InvoiceForm, issued: Option<&str>) -> Invoice {
        let date: Option<NaiveDate> = issued.map(|day| day.parse().unwrap());
        let number = InvoiceNumber { code: None, number: "26332000000000000001".into() };
        Invoice {
            id: InvoiceId(1),
            entity: EntityId(1),
            currency: "CNY".parse().unwrap(),
            kind: InvoiceKind::General,
            form,
            rate: TaxRate::default(),
            state: if issued.is_some() { InvoiceState::Issued } else { InvoiceState::Requested },
            requested: "2026-07-03".parse().unwrap(),
            title: title(),
            lines: vec![],
            issued: date.map(|date| Issued { date, number }),
            corrects: None,
            reason: None,
        }
    }

    #[test]
    fn only_a_request_and_a_paper_invoice_of_the_month_are_voided() {
        let day = |text: &str| text.parse().unwrap();
        assert!(invoice(InvoiceForm::Digital, None).may_be_voided(day("2026-09-01")));
        assert!(invoice(InvoiceForm::Paper, Some("2026-07-03")).may_be_voided(day("2026-07-31")));
        assert!(!invoice(InvoiceForm::Paper, Some("2026-07-03")).may_be_voided(day("2026-08-01")));
        assert!(!invoice(InvoiceForm::Paper, Some("2025-07-03")).may_be_voided(day("2026-07-03")));
        assert!(!invoice(InvoiceForm::Digital, Some("2026-07-03")).may_be_voided(day("2026-07-03")));
    }

    #[test]
    fn ten_red_letters_of_ten_take_back_exactly_a_hundred() {
        let rate = TaxRate::default();
        let line = |account, gross| InvoiceLine {
            account: AccountId(account),
            month: Month::parse("2026-06").unwrap(),
            taxed: Taxed::of(Amount::from_minor(gross), rate).unwrap(),
        };
        let mut original = invoice(InvoiceForm::Digital, Some("2026-07-03"));
        original.lines = vec![line(1, 10_000)];
        assert_eq!((original.lines[0].taxed.net.minor(), original.lines[0].taxed.tax.minor()), (9_434, 566));
        let mut red: Vec<Invoice> = Vec::new();
        for number in 0..10 {
            let left = original.left(&red).unwrap();
            let lines = red_letter(&left, Amount::from_minor(1_000), rate).unwrap();
            let (net, tax) = (lines[0].taxed.net.minor(), lines[0].taxed.tax.minor());
            assert_eq!((net, tax), if number < 9 { (-943, -57) } else { (-947, -53) });
            red.push(Invoice { id: InvoiceId(2 + number), corrects: Some(original.id), lines, ..original.clone() });
        }
        assert!(original.left(&red).unwrap().iter().all(|line| line.taxed == Taxed::default()));
        // A void one takes nothing back, and what is taken comes off the last lines first.
        red[9].state = InvoiceState::Void;
        assert_eq!(original.left(&red).unwrap()[0].taxed.gross.minor(), 1_000);
        let two = [line(1, 500), line(2, 700)];
        let taken = red_letter(&two, Amount::from_minor(800), rate).unwrap();
        let told: Vec<_> = taken.iter().map(|line| (line.account.0, line.taxed.gross.minor())).collect();
        assert_eq!(told, [(1, -100), (2, -700)]);
    }
}
