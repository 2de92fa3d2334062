//! `invitation show`: what was sent to a holder, and the message to send.

use clap::{Args, ValueEnum};

use crate::book::invitation::{require_current, show};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::invitation::Token;
use crate::view::invitation::{mail, show as document, text};
use crate::view::language::Language;
use crate::view::mail::Sender;

/// What a message is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum MessageForm {
    /// Plain text, for a short message or a chat
    Text,
    /// A mail (.eml) that a mail program opens as a draft
    Eml,
}

/// Show what was sent to the holder of an account, or the message to send
///
/// The token of an invitation is told once, by `account create` and `invitation resend`; the book
/// keeps a hash of it only. With --token the message has the token, or its link when the policy
/// `invitation-link` names a page; without it the message reminds of the one that was sent. A
/// token that is not the current one is refused.
///
/// Examples:
///   subledger invitation show acme-prod
///   subledger invitation show acme-prod --as text --lang zh
///   subledger invitation show acme-prod --as eml --from ops@lingdu.example --output invitation.eml
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ShowArgs {
    /// The account's code
    account: String,

    /// Write the message to send, as text or as eml
    #[arg(long = "as", value_enum, value_name = "FORM")]
    form: Option<MessageForm>,

    /// The token, or its link, to be put into the message
    #[arg(long, requires = "form")]
    token: Option<Token>,

    /// The language of the message: en or zh
    #[arg(long, value_name = "LANGUAGE", default_value_t = Language::English, requires = "form")]
    lang: Language,

    /// The address that a mail is from
    #[arg(long, value_name = "ADDRESS", required_if_eq("form", "eml"), requires = "form")]
    from: Option<Sender>,
}

impl ShowArgs {
    pub(crate) fn text_form(&self) -> Option<&'static str> {
        self.form.map(|form| match form {
            MessageForm::Text => ".txt",
            MessageForm::Eml => ".eml",
        })
    }

    pub(crate) fn run(self, context: &Context) -> Ended {
        let today = context.session().today();
        let view = context.read(|reader| {
            let view = show(reader, &self.account, today)?;
            if self.form.is_some() {
                require_current(&view, self.token.as_ref())?;
            }
            Ok(view)
        })?;
        let token = self.token.as_ref();
        match (self.form, &self.from) {
            (None, _) => context.answer(&document(&view))?,
            (Some(MessageForm::Eml), Some(from)) => context.answer_text(&mail(&view, token, from, self.lang))?,
            (Some(_), _) => context.answer_text(&text(&view, token, self.lang))?,
        }
        Ok(Exit::Done)
    }
}
