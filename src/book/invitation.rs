//! Invitations: sent again, taken back, declined; and what became of each.

use chrono::NaiveDate;

use super::account::{AccountStep, find_today, require_free_address, step, take};
use super::operation::{find_account, find_group};
use super::{Operation, Result, UseCase, reach};
use crate::domain::account::life::Transition;
use crate::domain::account::{Account, Group, Origin};
use crate::domain::code::Name;
use crate::domain::entity::Entity;
use crate::domain::id::AccountId;
use crate::domain::invitation::{Invitation, InvitationState, LinkBase, Token, require_resend, require_token, require_waiting};
use crate::domain::operator::Reach;
use crate::domain::refusal::Refusal;
use crate::domain::role::Permission;
use crate::store::Reader;

/// Makes an invitation of today; its token is told here and nowhere else.
pub(super) fn invite(operation: &mut Operation<'_>, account: AccountId) -> Result<(Invitation, Token)> {
    let (today, secret) = (operation.today(), operation.session().secret.clone());
    Ok(operation.writer().insert_invitation(account, today, &secret)?)
}

/// Sends an invitation again: with a new token, and with 15 days from today.
#[derive(Clone, Debug)]
pub struct ResendInvitation {
    /// The account, as it was typed.
    pub account: String,
}

/// Takes an invitation, or the request for an association, back.
#[derive(Clone, Debug)]
pub struct RevokeInvitation {
    /// The account, as it was typed.
    pub account: String,
    /// Why.
    pub reason: Name,
}

/// The holder of an account, or the owner of one to be associated, said no.
#[derive(Clone, Debug)]
pub struct DeclineInvitation {
    /// The account, as it was typed.
    pub account: String,
    /// Why, if they said so.
    pub reason: Option<Name>,
    /// The token that they have shown, if anybody asked for it.
    pub token: Option<Token>,
}

impl UseCase for ResendInvitation {
    const COMMAND: &'static str = "invitation resend";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = AccountStep;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        reach::of_account(reader, &self.account, None, today)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<AccountStep> {
        let before = find_today(operation, &self.account)?;
        require_invitation(&before)?;
        let today = operation.today();
        let after = take(operation, &before, Transition::Resend, (today, None))?;
        let sent = operation.reader().invitations_of(before.id)?.len();
        require_resend(&before, sent, operation.policy()?.invitation_resends)?;
        // Who has let an invitation run out may have lost the address to somebody else since.
        require_free_address(operation, before.mobile.as_ref(), before.email.as_ref(), Some(before.id))?;
        let step = step(operation, &before, after, vec![])?;
        let (invitation, token) = invite(operation, before.id)?;
        Ok(AccountStep { invitation: Some(invitation), token: Some(token), ..step })
    }
}

impl UseCase for RevokeInvitation {
    const COMMAND: &'static str = "invitation revoke";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = AccountStep;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        reach::of_account(reader, &self.account, None, today)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<AccountStep> {
        let before = find_today(operation, &self.account)?;
        let today = operation.today();
        let after = take(operation, &before, Transition::Revoke, (today, Some(self.reason)))?;
        step(operation, &before, after, vec![])
    }
}

impl UseCase for DeclineInvitation {
    const COMMAND: &'static str = "invitation decline";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = AccountStep;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        reach::of_account(reader, &self.account, None, today)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<AccountStep> {
        let before = find_today(operation, &self.account)?;
        let today = operation.today();
        require_shown(operation, &before, self.token.as_ref())?;
        let after = take(operation, &before, Transition::Decline, (today, self.reason))?;
        step(operation, &before, after, vec![])
    }
}

fn require_invitation(account: &Account) -> Result<()> {
    match account.origin {
        Origin::Created => Ok(()),
        Origin::Associated => Err(Refusal::NoInvitation { account: account.code.clone() }.into()),
    }
}

/// Whether the token that was shown, if one was, opens the account's invitation.
pub(super) fn require_shown(operation: &Operation<'_>, account: &Account, token: Option<&Token>) -> Result<()> {
    let Some(token) = token else { return Ok(()) };
    require_invitation(account)?;
    let none = || Refusal::NoInvitation { account: account.code.clone() };
    let latest = operation.reader().invitation_of(account.id)?.ok_or_else(none)?;
    let found = operation.reader().invitation_by_token(&token.sha256())?;
    Ok(require_token(account, found.as_ref(), &latest, operation.today())?)
}

/// An invitation with what became of it.
#[derive(Clone, Debug)]
pub struct SentInvitation {
    /// The account.
    pub account: Account,
    /// Its group.
    pub group: Group,
    /// The invitation.
    pub invitation: Invitation,
    /// What became of it.
    pub state: InvitationState,
}

/// The invitations of an account.
#[derive(Clone, Debug)]
pub struct InvitationView {
    /// The latest one.
    pub latest: SentInvitation,
    /// Whose real name the account will have.
    pub entity: Entity,
    /// All of them, the first one first, with what became of each.
    pub sent: Vec<(Invitation, InvitationState)>,
    /// How often it may still be sent again.
    pub resends_left: usize,
    /// Who invites.
    pub agent: Name,
    /// The page that links lead to, where the agent has one.
    pub link_base: Option<LinkBase>,
    /// The day of the look.
    pub today: NaiveDate,
}

/// Shows the invitations of an account.
pub fn show(reader: Reader<'_>, name: &str, today: NaiveDate) -> Result<InvitationView> {
    let account = find_account(reader, name)?;
    require_invitation(&account)?;
    let sent = reader.invitations_of(account.id)?;
    let Some(last) = sent.last().cloned() else { return Err(Refusal::NoInvitation { account: account.code }.into()) };
    let policy = reader.policy()?;
    let resends_left = (usize::from(policy.invitation_resends) + 1).saturating_sub(sent.len());
    let sent = sent.into_iter().map(|one| (one.clone(), one.state(&account, last.id, today))).collect();
    let latest = with_state(reader, account, last, today)?;
    let (entity, agent) = (reader.entity(latest.account.entity)?, reader.agent()?.name);
    Ok(InvitationView { latest, entity, sent, resends_left, agent, link_base: policy.invitation_link, today })
}

fn with_state(reader: Reader<'_>, account: Account, invitation: Invitation, today: NaiveDate) -> Result<SentInvitation> {
    let state = invitation.state(&account, invitation.id, today);
    Ok(SentInvitation { group: reader.group(account.group_on(today))?, account, invitation, state })
}

/// Whether a message may be sent, and may name a token: the invitation waits, and the token is its own.
pub fn require_current(view: &InvitationView, token: Option<&Token>) -> Result<()> {
    let SentInvitation { account, invitation, .. } = &view.latest;
    let Some(token) = token else { return Ok(require_waiting(account, invitation, view.today)?) };
    let found = view.sent.iter().map(|(one, _)| one).find(|one| one.token_sha256 == token.sha256());
    Ok(require_token(account, found, invitation, view.today)?)
}

/// The latest invitation of every account that has had one, by account.
pub fn list(reader: Reader<'_>, group: Option<&str>, today: NaiveDate) -> Result<Vec<SentInvitation>> {
    let accounts = match group {
        Some(name) => reader.accounts_of(find_group(reader, name)?.id, today)?,
        None => reader.accounts()?,
    };
    let mut sent = Vec::new();
    for account in accounts {
        if let Some(invitation) = reader.invitation_of(account.id)? {
            sent.push(with_state(reader, account, invitation, today)?);
        }
    }
    Ok(sent)
}
