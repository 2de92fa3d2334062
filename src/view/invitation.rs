//! Invitations as people and programs see them, and the message that a holder gets.

use super::document::{Document, Table, Value};
use super::language::Language;
use super::mail::{Mail, Sender, printable};
use crate::book::account::AccountStep;
use crate::book::invitation::{InvitationView, SentInvitation};
use crate::domain::account::Environment;
use crate::domain::invitation::{InvitationState, LinkBase, Token};

fn state(state: InvitationState) -> Value {
    Value::term(state.as_str())
}

/// The invitations of an account: the latest one, and those before it.
pub fn show(view: &InvitationView) -> Document {
    let SentInvitation { account, group, invitation, state: now } = &view.latest;
    let left = (*now == InvitationState::Waiting).then(|| (invitation.expires - view.today).num_days());
    let mut sent = Table::new("sent").title("Sent").column("sent", "Sent").column("expires", "Runs until").column("state", "State");
    for (one, became) in &view.sent {
        sent.push([one.sent.into(), one.expires.into(), state(*became)]);
    }
    Document::new("invitation-show")
        .field("account", "Account", &account.code)
        .field("group", "Group", &group.code)
        .field("entity", "Real-name owner", &view.entity.code)
        .field("state", "State", state(*now))
        .field("mobile", "Mobile", account.mobile.as_ref().map(ToString::to_string))
        .field("email", "E-mail", account.email.as_ref().map(ToString::to_string))
        .field("sent_on", "Sent", invitation.sent)
        .field("expires", "Runs until", invitation.expires)
        .field("days_left", "Days left", left)
        .field("resends_left", "May be sent again", i64::try_from(view.resends_left).unwrap_or(i64::MAX))
        .table(sent)
}

/// The latest invitation of each account.
pub fn list(sent: &[SentInvitation]) -> Document {
    let mut table = Table::new("rows")
        .column("account", "Account")
        .column("group", "Group")
        .column("state", "State")
        .column("mobile", "Mobile")
        .column("email", "E-mail")
        .column("sent", "Sent")
        .column("expires", "Runs until")
        .when_empty("no invitations; `subledger account create` makes one");
    for SentInvitation { account, group, invitation, state: now } in sent {
        table.push([
            (&account.code).into(),
            (&group.code).into(),
            state(*now),
            account.mobile.as_ref().map(ToString::to_string).into(),
            account.email.as_ref().map(ToString::to_string).into(),
            invitation.sent.into(),
            invitation.expires.into(),
        ]);
    }
    Document::new("invitation-list").table(table)
}

/// A step that makes an invitation, with its token and link: they are told here only.
pub fn told_once(document: Document, outcome: &AccountStep, base: Option<&LinkBase>) -> Document {
    let token = outcome.token.as_ref().map(ToString::to_string);
    let link = outcome.token.as_ref().zip(base).map(|(token, base)| base.link(token));
    match (&token, &link) {
        (None, _) => document.machine_field("token", Value::Null).machine_field("link", Value::Null),
        (Some(_), None) => document.field("token", "Token, told once", token).machine_field("link", Value::Null),
        (Some(_), Some(_)) => document.machine_field("token", token).field("link", "Link, told once", link),
    }
}

/// What the message says; without the token it reminds the holder of the one that was sent.
struct Words {
    subject: String,
    body: Vec<String>,
}

/// The message as plain text.
pub fn text(view: &InvitationView, token: Option<&Token>, language: Language) -> String {
    let Words { subject, body } = words_of(view, token, language);
    format!("{subject}\n\n{}\n", body.join("\n"))
}

/// The message as a mail that is not sent yet.
pub fn mail(view: &InvitationView, token: Option<&Token>, from: &Sender, language: Language) -> String {
    let Words { subject, body } = words_of(view, token, language);
    let to: Vec<_> = view.latest.account.email.iter().cloned().collect();
    Mail { date: view.today, from: (&view.agent, from), to: &to, subject: &subject, body: &body }.unsent()
}

fn words_of(view: &InvitationView, token: Option<&Token>, language: Language) -> Words {
    let SentInvitation { account, invitation, .. } = &view.latest;
    let (agent, entity) = (printable(view.agent.as_str()), printable(view.entity.name.as_str()));
    let (code, environment) = (&account.code, account.environment);
    let (sent, expires) = (invitation.sent, invitation.expires);
    let holder = account.holder.as_ref().map(|name| printable(name.as_str()));
    let link = token.zip(view.link_base.as_ref()).map(|(token, base)| base.link(token));
    let mut body = Vec::new();
    let subject = match language {
        Language::English => {
            body.extend([format!("To {},", holder.as_deref().unwrap_or(&entity)), String::new()]);
            body.push(format!("{agent} invites you to open the cloud account \"{code}\" ({environment}) of {entity}."));
            body.push(String::new());
            body.push(match (&link, token) {
                (Some(link), _) => format!("Please open this link until {expires}:\n\n  {link}"),
                (None, Some(token)) => format!("Please give us this token with the account's UID until {expires}:\n\n  {token}"),
                (None, None) => format!("Please follow the invitation that we sent on {sent}. It can be accepted until {expires}."),
            });
            body.extend([
                String::new(),
                format!("The account must be verified in the real name of {entity}."),
                "The link is yours alone: do not pass it on. We never ask for your password.".to_owned(),
                "If you do not expect this message, you need not do anything.".to_owned(),
            ]);
            format!("{agent} invites you to the cloud account {code}")
        }
        Language::Chinese => {
            body.extend([format!("致 {}：", holder.as_deref().unwrap_or(&entity)), String::new()]);
            let environment = match environment {
                Environment::Production => "生产环境",
                Environment::Test => "测试环境",
                Environment::Development => "开发环境",
            };
            body.push(format!("{agent} 邀请您为 {entity} 开通云账号“{code}”（{environment}）。"));
            body.push(String::new());
            body.push(match (&link, token) {
                (Some(link), _) => format!("请在 {expires} 前（含当日）打开以下链接：\n\n  {link}"),
                (None, Some(token)) => format!("请在 {expires} 前（含当日）将以下邀请码和账号 UID 告知我方：\n\n  {token}"),
                (None, None) => format!("请查收我方于 {sent} 发出的邀请，有效期至 {expires}（含当日）。"),
            });
            body.extend([
                String::new(),
                format!("该账号须以 {entity} 的名义完成实名认证。"),
                "链接仅供您本人使用，请勿转发。我方不会向您索要密码。".to_owned(),
                "如您未预期收到本邀请，请忽略。".to_owned(),
            ]);
            format!("{agent} 邀请您开通云账号 {code}")
        }
    };
    body.extend([String::new(), agent]);
    let body = body.iter().flat_map(|line| line.split('\n')).map(str::to_owned).collect();
    Words { subject, body }
}
