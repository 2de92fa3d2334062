//! Invitations: the link by which a holder accepts an account, and what becomes of it.
//!
//! The token in a link is told once, when the invitation is made; the book keeps its SHA-256 only, so whoever reads the book cannot
//! accept in the holder's place.

use std::fmt;
use std::str::FromStr;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::account::{Account, AccountState};
use super::chain::{hex, sha256_hex};
use super::code::is_unprintable;
use super::id::{AccountId, InvitationId};
use super::refusal::Refusal;
use super::secret::Secret;
use super::words::words;

/// How long the holder has to accept: the provider's registration link lives for 15 days.
const DAYS_TO_ACCEPT: u64 = 15;

/// The last day on which an invitation of a day can be accepted.
pub fn last_day(sent: NaiveDate) -> NaiveDate {
    sent + Days::new(DAYS_TO_ACCEPT)
}

/// The token of an invitation: 128 bits as 32 characters, `0` to `9` and `a` to `f`. Displayed in full; not in debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    const LENGTH: usize = 32;

    /// The token of an invitation, out of this command's secret.
    pub fn of(invitation: InvitationId, secret: &Secret) -> Self {
        let mut characters = hex(&secret.bits_for("invitation", invitation.0));
        characters.truncate(Self::LENGTH);
        Self(characters)
    }

    /// What the book keeps of it: the SHA-256 of its characters, in hexadecimal.
    pub fn sha256(&self) -> String {
        sha256_hex(self.0.as_bytes())
    }
}

impl FromStr for Token {
    type Err = String;

    /// A token, or the link that ends with one.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let token = text.rsplit(['/', '=', '#', '?', '&']).next().unwrap_or(text).to_ascii_lowercase();
        if token.len() == Self::LENGTH && token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self(token))
        } else {
            Err("not the token of an invitation: 32 characters, 0 to 9 and a to f, at the end of its link".to_owned())
        }
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// The page on which holders accept, `https://join.lingdu.example/accept`: a link is this and the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkBase(String);

impl LinkBase {
    /// The link of a token.
    pub fn link(&self, token: &Token) -> String {
        let separator = if self.0.ends_with(['/', '=', '#']) { "" } else { "/" };
        format!("{}{separator}{token}", self.0)
    }
}

impl FromStr for LinkBase {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        /// Links are sent as short messages, too.
        const LONGEST: usize = 200;
        let text = text.trim();
        let host = text.strip_prefix("https://").map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
        let is_host = host.is_some_and(|host| !host.is_empty() && !host.contains('@') && host != ".");
        let is_plain = text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte));
        if is_host && is_plain && !text.chars().any(is_unprintable) {
            Ok(Self(text.to_owned()))
        } else {
            Err("not a page that links can lead to, such as https://join.lingdu.example/accept".to_owned())
        }
    }
}

impl fmt::Display for LinkBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An invitation as it was sent. One that is sent again is another one, and the latest alone counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Its row.
    pub id: InvitationId,
    /// Whom it invites.
    pub account: AccountId,
    /// The day on which it was made.
    pub sent: NaiveDate,
    /// The last day on which it can be accepted.
    pub expires: NaiveDate,
    /// The SHA-256 of its token, in hexadecimal.
    pub token_sha256: String,
}

words! {
    /// What has become of an invitation.
    InvitationState, "a state of an invitation" {
        /// It can be accepted.
        Waiting = "waiting",
        /// It ran out.
        Expired = "expired",
        /// It was accepted.
        Accepted = "accepted",
        /// The agent took it back.
        Revoked = "revoked",
        /// The holder said no.
        Declined = "declined",
        /// Another one was sent after it.
        Superseded = "superseded",
    }
}

impl Invitation {
    /// What has become of it by a day; `latest` is the last one that its account has had.
    pub fn state(&self, account: &Account, latest: InvitationId, today: NaiveDate) -> InvitationState {
        if self.id != latest {
            return InvitationState::Superseded;
        }
        match account.state {
            AccountState::Invited if today <= self.expires => InvitationState::Waiting,
            AccountState::Invited | AccountState::Expired => InvitationState::Expired,
            AccountState::Revoked => InvitationState::Revoked,
            AccountState::Declined => InvitationState::Declined,
            AccountState::Accepted
            | AccountState::Verified
            | AccountState::Active
            | AccountState::Frozen
            | AccountState::Released => InvitationState::Accepted,
        }
    }
}

/// What is wrong with an invitation that somebody would use, or with the token that they show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFault {
    /// No invitation has it.
    Unknown,
    /// It is the one of another account.
    Foreign,
    /// Another invitation was sent after it.
    Superseded,
    /// It was accepted, revoked or declined.
    Used(InvitationState),
}

/// Whether an account's latest invitation can still be accepted.
pub fn require_waiting(account: &Account, latest: &Invitation, today: NaiveDate) -> Result<(), Refusal> {
    require_token(account, Some(latest), latest, today)
}

/// Whether a token opens an account's invitation; `found` is the one that it belongs to, `latest` the account's last one.
pub fn require_token(account: &Account, found: Option<&Invitation>, latest: &Invitation, today: NaiveDate) -> Result<(), Refusal> {
    let wrong = |fault| Err(Refusal::InvitationToken { account: account.code.clone(), fault });
    let Some(found) = found else { return wrong(TokenFault::Unknown) };
    if found.account != account.id {
        return wrong(TokenFault::Foreign);
    }
    match found.state(account, latest.id, today) {
        InvitationState::Waiting => Ok(()),
        InvitationState::Superseded => wrong(TokenFault::Superseded),
        InvitationState::Expired => Err(Refusal::InvitationExpired { account: account.code.clone(), expired: found.expires }),
        state @ (InvitationState::Accepted | InvitationState::Revoked | InvitationState::Declined) => {
            wrong(TokenFault::Used(state))
        }
    }
}

/// Whether an account may be sent one more invitation after `sent` of them, when `limit` may be sent again.
pub fn require_resend(account: &Account, sent: usize, limit: u16) -> Result<(), Refusal> {
    if sent > usize::from(limit) {
        return Err(Refusal::ResendsUsedUp { account: account.code.clone(), limit });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Origin;
    use crate::domain::account::tests::account;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn invitation(id: i64) -> Invitation {
        let sent = day("2026-06-01");
        let of = account(Origin::Created, AccountState::Invited).id;
        Invitation { id: InvitationId(id), account: of, sent, expires: last_day(sent), token_sha256: String::new() }
    }

    #[test]
    fn tokens_differ_by_secret_and_invitation_and_are_read_back_from_their_link() {
        let (one, two) = (Secret::new([1; 32]), Secret::new([2; 32]));
        let token = Token::of(InvitationId(7), &one);
        assert_eq!(token.to_string().len(), 32);
        assert_eq!(token, Token::of(InvitationId(7), &one));
        assert!(token != Token::of(InvitationId(8), &one) && token != Token::of(InvitationId(7), &two));
        assert_eq!(token.sha256().len(), 64);
        for base in
            ["https://join.example", "https://join.example/accept/", "https://join.example/?token=", "https://join.example/#"]
        {
            let link = base.parse::<LinkBase>().unwrap().link(&token);
            assert_eq!(link.parse::<Token>(), Ok(token.clone()), "{link}");
        }
        assert_eq!(token.to_string().to_uppercase().parse::<Token>(), Ok(token.clone()));
        for wrong in ["", "abc", &"g".repeat(32), &"a".repeat(33), "https://join.example/accept/"] {
            assert!(wrong.parse::<Token>().is_err(), "{wrong}");
        }
        assert!(!format!("{token:?} {one:?}").contains(&token.to_string()));
    }

    #[test]
    fn links_lead_to_a_page_of_https() {
        for wrong in [
            "",
            "join.example",
            "http://join.example",
            "https://",
            "https:///x",
            "https://a b",
            "https://u:p@x.example",
            "https://x\u{202e}",
        ] {
            assert!(wrong.parse::<LinkBase>().is_err(), "{wrong}");
        }
        assert!(format!("https://x.example/{}", "y".repeat(200)).parse::<LinkBase>().is_err());
    }

    #[test]
    fn what_becomes_of_an_invitation() {
        let of = |state, today| invitation(2).state(&account(Origin::Created, state), InvitationId(2), day(today));
        assert_eq!(of(AccountState::Invited, "2026-06-16"), InvitationState::Waiting, "the 15th day is the last one");
        assert_eq!(of(AccountState::Invited, "2026-06-17"), InvitationState::Expired);
        for (state, becomes) in [
            (AccountState::Expired, InvitationState::Expired),
            (AccountState::Revoked, InvitationState::Revoked),
            (AccountState::Declined, InvitationState::Declined),
            (AccountState::Accepted, InvitationState::Accepted),
            (AccountState::Frozen, InvitationState::Accepted),
            (AccountState::Released, InvitationState::Accepted),
        ] {
            assert_eq!(of(state, "2026-06-02"), becomes, "{state}");
        }
        let earlier = invitation(1).state(&account(Origin::Created, AccountState::Invited), InvitationId(2), day("2026-06-02"));
        assert_eq!(earlier, InvitationState::Superseded);
    }

    #[test]
    fn a_token_opens_the_latest_invitation_of_its_own_account_once() {
        let told = |state, found: Option<&Invitation>, today| {
            let checked = require_token(&account(Origin::Created, state), found, &invitation(2), day(today));
            checked.map_err(|refusal| refusal.code())
        };
        let invited = AccountState::Invited;
        assert_eq!(told(invited, Some(&invitation(2)), "2026-06-16"), Ok(()));
        assert_eq!(told(invited, None, "2026-06-02"), Err("invitation.token-unknown"));
        let foreign = Invitation { account: AccountId(99), ..invitation(2) };
        assert_eq!(told(invited, Some(&foreign), "2026-06-02"), Err("invitation.token-foreign"));
        assert_eq!(told(invited, Some(&invitation(1)), "2026-06-02"), Err("invitation.token-superseded"));
        assert_eq!(told(invited, Some(&invitation(2)), "2026-06-17"), Err("invitation.expired"));
        for state in [AccountState::Accepted, AccountState::Active, AccountState::Revoked, AccountState::Declined] {
            assert_eq!(told(state, Some(&invitation(2)), "2026-06-02"), Err("invitation.used"), "{state}");
        }
    }

    #[test]
    fn invitations_are_sent_again_a_few_times() {
        let of = account(Origin::Created, AccountState::Invited);
        assert!(require_resend(&of, 1, 1).is_ok() && require_resend(&of, 2, 2).is_ok());
        assert_eq!(require_resend(&of, 2, 1).unwrap_err().code(), "invitation.resends");
        assert_eq!(require_resend(&of, 1, 0).unwrap_err().code(), "invitation.resends");
    }
}
