//! Typed row ids: an account's id can never be taken for an entry's.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);
    )*};
}

ids! {
    /// A legal person in the book.
    EntityId;
    /// A group: the accounts whose purchases count together.
    GroupId;
    /// A customer's sub-account.
    AccountId;
    /// A party above the agent.
    UpstreamId;
    /// A step in the life of an account.
    StepId;
    /// An invitation sent to the holder of an account.
    InvitationId;
    /// The hand-over of an account; people see it as `h-1`.
    HandoverId;
    /// A step of a hand-over that was ticked or taken back.
    TickId;
    /// One version of an agreement.
    AgreementId;
    /// A budget; people see it as `b-3`.
    BudgetId;
    /// A recorded order; people see it as `o-17`.
    OrderId;
    /// What an account owes for an order, or for a product's usage in a month.
    ChargeId;
    /// An invoice, or a red letter; people see it as `i-7`.
    InvoiceId;
    /// A sealed journal entry.
    EntryId;
    /// A line of the chart for one owner and currency.
    LedgerAccountId;
    /// One version of a month's bill.
    BillVersionId;
    /// What a person has said belongs together.
    ManualMatchId;
    /// A product as bills and orders name it.
    ProductId;
    /// An account UID as it was seen on a bill.
    SeenUidId;
    /// A command that waits for a second person; people see it as `a-1`.
    ApprovalId;
    /// One write command in the audit log.
    OperationId;
}

/// Ids that people see and type with a letter before the number.
macro_rules! typed_ids {
    ($($name:ident = $letter:literal;)*) => {$(
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($letter, "-{}"), self.0)
            }
        }

        impl $name {
            /// Reads the form that people see; anything else is no such id.
            pub fn parse(text: &str) -> Option<Self> {
                text.strip_prefix(concat!($letter, "-"))?.parse().ok().filter(|n| *n > 0).map(Self)
            }
        }
    )*};
}

typed_ids! {
    OrderId = "o";
    BudgetId = "b";
    InvoiceId = "i";
    HandoverId = "h";
    ApprovalId = "a";
}
