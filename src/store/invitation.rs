//! Invitations, each as it was sent.

use chrono::NaiveDate;
use rusqlite::{OptionalExtension as _, Row, params};

use super::error::Result;
use super::sql::{Columns as _, day};
use super::{Reader, Writer};
use crate::domain::id::{AccountId, InvitationId};
use crate::domain::invitation::{Invitation, Token, last_day};
use crate::domain::secret::Secret;

const SELECT: &str = "SELECT id, account_id, sent, expires, token_sha256 FROM invitation";

fn invitation(row: &Row<'_>) -> rusqlite::Result<Invitation> {
    Ok(Invitation {
        id: InvitationId(row.get(0)?),
        account: AccountId(row.get(1)?),
        sent: row.date(2)?,
        expires: row.date(3)?,
        token_sha256: row.get(4)?,
    })
}

impl Reader<'_> {
    /// The latest invitation of an account.
    pub fn invitation_of(&self, account: AccountId) -> Result<Option<Invitation>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE account_id = ?1 ORDER BY id DESC LIMIT 1"))?;
        Ok(select.query_row([account.0], invitation).optional()?)
    }

    /// The invitations of an account, the first one first.
    pub fn invitations_of(&self, account: AccountId) -> Result<Vec<Invitation>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE account_id = ?1 ORDER BY id"))?;
        let rows = select.query_map([account.0], invitation)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The invitation whose token has a SHA-256.
    pub fn invitation_by_token(&self, sha256: &str) -> Result<Option<Invitation>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE token_sha256 = ?1"))?;
        Ok(select.query_row([sha256], invitation).optional()?)
    }

    /// Every invitation, by account, the first one first.
    pub fn invitations(&self) -> Result<Vec<Invitation>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} ORDER BY account_id, id"))?;
        let rows = select.query_map([], invitation)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// Writes an invitation of a day, with its token as a hash only.
    pub fn insert_invitation(&mut self, account: AccountId, sent: NaiveDate, secret: &Secret) -> Result<(Invitation, Token)> {
        let id = InvitationId(self.next_id("invitation")?);
        let token = Token::of(id, secret);
        let invitation = Invitation { id, account, sent, expires: last_day(sent), token_sha256: token.sha256() };
        let mut insert = self
            .connection()
            .prepare_cached("INSERT INTO invitation (id, account_id, sent, expires, token_sha256) VALUES (?1, ?2, ?3, ?4, ?5)")?;
        insert.execute(params![id.0, account.0, day(sent), day(invitation.expires), invitation.token_sha256])?;
        drop(insert);
        self.log_change("invitation", &id.0.to_string(), None, &invitation)?;
        Ok((invitation, token))
    }
}
