//! What `account create` and `account associate` both ask for.

use std::fmt::Display;
use std::str::FromStr;

use chrono::NaiveDate;
use clap::Args;

use crate::book::account::{
    AccountStep, require_credit, require_free_email, require_free_mobile, require_group, require_new, require_owner,
};
use crate::book::{Call, Status, UseCase};
use crate::cli::args::{amount, date};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::notice::told;
use crate::domain::account::particulars::Particulars;
use crate::domain::account::{Environment, Mode, Model, Origin, Purchases, ShutdownPolicy};
use crate::domain::code::{Code, Name};
use crate::domain::contact::{Email, Mobile};
use crate::domain::money::Exact;
use crate::store::Reader;
use crate::view;

/// What an account is.
#[derive(Args, Debug)]
pub(crate) struct ParticularsArgs {
    /// A short code to type
    code: Option<Code>,

    /// The group whose purchases it counts with
    #[arg(long, value_name = "CODE")]
    group: Option<String>,

    /// Its real-name owner: the business that uses it
    #[arg(long, value_name = "CODE")]
    entity: Option<String>,

    /// production, test or development; one account never mixes them
    #[arg(long, value_name = "WHICH")]
    environment: Option<Environment>,

    /// agent-pays (within a credit limit) or prepaid (from allocated funds)
    #[arg(long)]
    mode: Option<Mode>,

    /// resale (the agent buys, sells and invoices) or agency (the provider's price passes through)
    ///
    /// On the agency model an order costs what the provider has said (--provider-amount); where it
    /// has not, what the group's own agreement makes of it, or list price. Usage costs what is
    /// billed.
    #[arg(long, value_name = "WHICH", default_value_t = Model::USUAL)]
    model: Model,

    /// How much an agent-pays account may owe, in major units [default: 0]
    #[arg(long, value_name = "AMOUNT", value_parser = amount, allow_negative_numbers = true)]
    credit: Option<Exact>,

    /// From this day its charges are ours [default: today in UTC+8]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    since: Option<NaiveDate>,

    /// What the provider does when nothing is left: immediate (stops it), delayed (an overdraft
    /// first) or none (never stops it)
    #[arg(long, value_name = "POLICY", default_value_t = ShutdownPolicy::USUAL)]
    shutdown: ShutdownPolicy,

    /// Whether it may make new purchases: allow or ban
    #[arg(long, value_name = "WHETHER", default_value_t = Purchases::USUAL)]
    purchases: Purchases,

    /// Through whom it is bought: a party of `agent chain list` [default: whoever sells to the agent]
    #[arg(long, value_name = "NAME")]
    upstream: Option<Name>,

    /// The holder's mobile number; nobody else may use it
    #[arg(long)]
    mobile: Option<Mobile>,

    /// The holder's e-mail address; nobody else may use it
    #[arg(long)]
    email: Option<Email>,

    /// Its login name at the provider: some bills name accounts by it
    #[arg(long, value_name = "NAME")]
    login: Option<Name>,

    /// The person who holds the login
    #[arg(long, value_name = "NAME")]
    holder: Option<Name>,
}

impl ParticularsArgs {
    /// Whether the holder can be reached.
    pub(crate) fn has_contact(&self) -> bool {
        self.mobile.is_some() || self.email.is_some()
    }

    /// Whether everything is given that an account must have.
    pub(crate) fn is_complete(&self) -> bool {
        self.code.is_some() && self.group.is_some() && self.entity.is_some() && self.environment.is_some() && self.mode.is_some()
    }

    /// Asks for what is missing; for somebody to invite, too, where that is the way into the book.
    pub(crate) fn complete(self, dialogue: &Dialogue<'_>, by: Origin) -> Result<Particulars, Failure> {
        let ask = &dialogue.context.prompter;
        let asks_mode = self.mode.is_none();
        let needs_contact = by == Origin::Created && !self.has_contact();
        dialogue.check_contacts(self.mobile.as_ref(), self.email.as_ref())?;
        let code = dialogue.field(self.code, "<CODE>", "Code of the account, such as acme-prod", require_new)?;
        let group = dialogue.field(self.group, "--group", "Group", |reader, group: &String| require_group(reader, group))?;
        let entity = dialogue
            .field(self.entity, "--entity", "Real-name owner (entity)", |reader, name: &String| require_owner(reader, name))?;
        let environment = ask.choice(self.environment, "--environment", "Environment", Environment::ALL)?;
        let mode = ask.choice(self.mode, "--mode", "Who pays", Mode::ALL)?;
        let credit = match (self.credit, mode) {
            (None, Mode::AgentPays) if asks_mode => {
                ask.optional("--credit", "How much it may owe (nothing if left empty)", |credit: &Exact| {
                    dialogue.check(|reader| require_credit(reader, &group, *credit))
                })?
            }
            (credit, _) => credit,
        };
        let (mobile, email) = if needs_contact { dialogue.contact()? } else { (self.mobile, self.email) };
        Ok(Particulars {
            code,
            group,
            entity,
            environment,
            model: self.model,
            mode,
            credit,
            since: self.since,
            shutdown: self.shutdown,
            purchase_ban: self.purchases.are_banned(),
            upstream: self.upstream,
            mobile,
            email,
            login: self.login,
            holder: self.holder,
        })
    }
}

/// By what a holder is reached.
#[derive(Clone, Debug)]
enum Contact {
    Mobile(Mobile),
    Email(Email),
}

impl Contact {
    fn require_free(&self, reader: Reader<'_>, today: NaiveDate) -> crate::book::Result<()> {
        match self {
            Self::Mobile(mobile) => require_free_mobile(reader, mobile, today),
            Self::Email(email) => require_free_email(reader, email, today),
        }
    }
}

impl FromStr for Contact {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains('@') { text.parse().map(Self::Email) } else { text.parse().map(Self::Mobile) }
    }
}

/// Questions about an account whose answers are checked against the book, at once.
pub(crate) struct Dialogue<'c> {
    pub(crate) context: &'c Context,
    /// Whether anything is asked: then what was typed is checked before the first question is put in vain.
    asks: bool,
}

impl<'c> Dialogue<'c> {
    /// Begins, if something is missing and somebody is there to be asked.
    pub(crate) fn begin(context: &'c Context, is_complete: bool) -> Result<Self, Failure> {
        let asks = !is_complete && context.prompter.can_ask();
        if asks {
            context.read(|_| Ok(()))?;
        }
        Ok(Self { context, asks })
    }

    /// Looks whether the book takes an answer.
    pub(crate) fn check(&self, look: impl FnOnce(Reader<'_>) -> crate::book::Result<()>) -> Result<(), Failure> {
        self.context.read(look)
    }

    /// Looks whether what was typed to reach the holder by is nobody else's, if anything is asked.
    fn check_contacts(&self, mobile: Option<&Mobile>, email: Option<&Email>) -> Result<(), Failure> {
        let given = [mobile.cloned().map(Contact::Mobile), email.cloned().map(Contact::Email)];
        given.iter().flatten().filter(|_| self.asks).try_for_each(|contact| self.check_contact(contact))
    }

    fn check_contact(&self, contact: &Contact) -> Result<(), Failure> {
        let today = self.context.session().today();
        self.check(|reader| contact.require_free(reader, today))
    }

    /// The answer to how the holder is reached.
    fn contact(&self) -> Result<(Option<Mobile>, Option<Email>), Failure> {
        let ask = &self.context.prompter;
        let check = |contact: &Contact| self.check_contact(contact);
        let (contact, answer) = ask.asked("--mobile or --email", "Holder's mobile number or e-mail", check)?;
        Ok(match contact {
            Contact::Mobile(mobile) => {
                ask.record("--mobile", &answer);
                (Some(mobile), None)
            }
            Contact::Email(email) => {
                ask.record("--email", &answer);
                (None, Some(email))
            }
        })
    }

    /// The given value, or the answer to a question, that the book takes.
    pub(crate) fn field<T>(
        &self,
        given: Option<T>,
        flag: &str,
        question: &str,
        look: impl Fn(Reader<'_>, &T) -> crate::book::Result<()>,
    ) -> Result<T, Failure>
    where
        T: FromStr<Err: Display>,
    {
        let check = |value: &T| self.check(|reader| look(reader, value));
        if let Some(value) = given.as_ref().filter(|_| self.asks) {
            check(value)?;
        }
        self.context.prompter.checked(given, flag, question, check)
    }

    /// Shows what will be written and asks for a yes, if anything was asked.
    pub(crate) fn agree<U>(&self, call: &Call, use_case: &U, schema: &str) -> Result<(), Failure>
    where
        U: UseCase<Outcome = AccountStep> + Clone,
    {
        let prompter = &self.context.prompter;
        if !prompter.has_asked() || prompter.is_confirmed() || call.preview {
            return Ok(());
        }
        let planned = self.context.write(&Call { preview: true, ..call.clone() }, use_case.clone())?;
        if planned.status == Status::Replayed {
            return Ok(());
        }
        let ui = &self.context.ui;
        ui.show(&view::account::step(schema, &planned.outcome));
        planned.outcome.notices.iter().for_each(|notice| ui.warn(&told(notice).1));
        if prompter.confirm("Open this account?")? { Ok(()) } else { Err(Failure::NotConfirmed) }
    }
}
