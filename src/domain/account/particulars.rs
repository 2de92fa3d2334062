//! What an account is when it comes into the book, typed for one or listed for many.

use chrono::NaiveDate;

use super::{Attestation, Environment, Mode, Model, ShutdownPolicy};
use crate::domain::bill::Problem;
use crate::domain::code::{Code, Name};
use crate::domain::contact::{Email, Mobile};
use crate::domain::money::Exact;

/// What both ways into the book ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Particulars {
    /// What people will type.
    pub code: Code,
    /// The group's code.
    pub group: String,
    /// The real-name owner's code.
    pub entity: String,
    /// What it is used for.
    pub environment: Environment,
    /// Who sells to the customer.
    pub model: Model,
    /// Who pays.
    pub mode: Mode,
    /// How much it may owe, in major units; only for an account whose agent pays.
    pub credit: Option<Exact>,
    /// From when its charges are ours; today when `None`.
    pub since: Option<NaiveDate>,
    /// What the provider does when nothing is left.
    pub shutdown: ShutdownPolicy,
    /// Whether new purchases are forbidden.
    pub purchase_ban: bool,
    /// Through whom it is bought; through anybody who sells to the agent when `None`.
    pub upstream: Option<Name>,
    /// The holder's mobile number.
    pub mobile: Option<Mobile>,
    /// The holder's e-mail address.
    pub email: Option<Email>,
    /// Its login name at the provider.
    pub login: Option<Name>,
    /// The person who holds the login.
    pub holder: Option<Name>,
}

/// How an account of a list is to come into the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WayIn {
    /// It is created: its holder is invited.
    Created,
    /// It exists at the provider.
    Associated {
        /// Its number there, as it was typed.
        uid: String,
        /// What a person vouches for.
        attest: Vec<Attestation>,
    },
}

/// An account of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedAccount {
    /// What it is.
    pub particulars: Particulars,
    /// How it is to come into the book.
    pub way: WayIn,
}

/// Why a line of a list is no account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotListed {
    /// Nobody can be invited.
    #[error("empty, and so is email: an account without a UID is created, and its holder is invited by one of the two")]
    NobodyToInvite,
    /// Something is vouched for of an account that does not exist yet.
    #[error("an account without a UID is created, and there is nothing to vouch for; leave it empty")]
    NothingToVouchFor,
}

impl ListedAccount {
    /// A line with a UID is associated, one without is created.
    pub fn try_new(particulars: Particulars, uid: Option<String>, attest: Vec<Attestation>) -> Result<Self, NotListed> {
        let way = match uid {
            Some(uid) => WayIn::Associated { uid, attest },
            None if !attest.is_empty() => return Err(NotListed::NothingToVouchFor),
            None if particulars.mobile.is_none() && particulars.email.is_none() => return Err(NotListed::NobodyToInvite),
            None => WayIn::Created,
        };
        Ok(Self { particulars, way })
    }
}

/// A line of a list of accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedLine {
    /// Its number in the file.
    pub number: u64,
    /// What stands there as the account's code.
    pub code: String,
    /// What stands there as its UID.
    pub uid: String,
    /// The account, or all that is wrong with the line.
    pub account: Result<ListedAccount, Vec<Problem>>,
}

/// A list of accounts that are to come into the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountList {
    /// What is wrong with its header; then no line of it is taken.
    pub header: Vec<Problem>,
    /// Its lines, in the order of the file.
    pub lines: Vec<ListedLine>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn particulars() -> Particulars {
        Particulars {
            code: "acme-1".parse().unwrap(),
            group: "acme".to_owned(),
            entity: "acme-hq".to_owned(),
            environment: Environment::Test,
            model: Model::USUAL,
            mode: Mode::Prepaid,
            credit: None,
            since: None,
            shutdown: ShutdownPolicy::USUAL,
            purchase_ban: false,
            upstream: None,
            mobile: None,
            email: None,
            login: None,
            holder: None,
        }
    }

    #[test]
    fn a_uid_tells_the_way_into_the_book() {
        let mobile = Particulars { mobile: "13800000001".parse().ok(), ..particulars() };
        let email = Particulars { email: "ops@example.com".parse().ok(), ..particulars() };
        let way = |particulars, uid: Option<&str>, attest: &[Attestation]| {
            ListedAccount::try_new(particulars, uid.map(str::to_owned), attest.to_vec()).map(|listed| listed.way)
        };
        assert_eq!(way(mobile.clone(), None, &[]), Ok(WayIn::Created));
        assert_eq!(way(email, None, &[]), Ok(WayIn::Created));
        assert_eq!(way(particulars(), None, &[]), Err(NotListed::NobodyToInvite));
        assert_eq!(way(mobile, None, &[Attestation::NoArrears]), Err(NotListed::NothingToVouchFor));
        let attest = vec![Attestation::NoArrears];
        assert_eq!(way(particulars(), Some("1"), &attest), Ok(WayIn::Associated { uid: "1".to_owned(), attest }));
    }
}
