//! Everything that the rules refuse, as values with their figures.
//!
//! The variants stand by what they are about. A refusal has a stable [`code`](Refusal::code) for programs; the sentence and the
//! hint for people are made in `cli::failure`.

use chrono::NaiveDate;

use crate::domain::account::life::ReleaseBlocker;
use crate::domain::account::{AccountState, Attestation, NotAUid, Origin};
use crate::domain::approval::Verdict;
use crate::domain::bill::{Layout, Problem, Remark, TaxBasis};
use crate::domain::close::{Blocker, CloseCheck};
use crate::domain::code::{Code, Name};
use crate::domain::compliance::Rule;
use crate::domain::coupon::CouponKind;
use crate::domain::difference::{DifferenceKind, Resolution};
use crate::domain::entity::{NotACredential, NotARegistration};
use crate::domain::handover::{HandoverStep, OwnPart};
use crate::domain::id::{ApprovalId, BudgetId, EntryId, HandoverId, InvoiceId, OperationId, OrderId};
use crate::domain::id_number::NotAnIdNumber;
use crate::domain::invitation::TokenFault;
use crate::domain::invoice::{InvoiceForm, InvoiceState, NotAnInvoiceNumber};
use crate::domain::journal::Event;
use crate::domain::money::{Currency, Exact, Money, Overflow};
use crate::domain::order::OrderKind;
use crate::domain::period::Month;
use crate::domain::policy::PolicyName;
use crate::domain::role::{Permission, Role};

/// What kind of thing a name was looked up among.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    /// Legal persons.
    Entity,
    /// Groups.
    Group,
    /// Operators, by name or OS user.
    Operator,
    /// Commands, as the log names them.
    Command,
    /// Accounts, by code or UID.
    Account,
    /// Orders, by `o-17` or the provider's order number.
    Order,
    /// Agreements.
    Agreement,
    /// Differences, by id.
    Difference,
    /// Lines of a bill, by line id or order number.
    BillLine,
    /// Whoever looks after a difference.
    Owner,
    /// Invoices, by `i-7` or the number on them.
    Invoice,
    /// Parties above the agent.
    Upstream,
}

impl Noun {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Entity => "entity",
            Self::Group => "group",
            Self::Operator => "operator",
            Self::Command => "command",
            Self::Account => "account",
            Self::Order => "order",
            Self::Agreement => "agreement",
            Self::Difference => "difference",
            Self::BillLine => "bill line",
            Self::Owner => "owner of a difference",
            Self::Invoice => "invoice",
            Self::Upstream => "party of the chain",
        }
    }
}

/// Something of an account that must be unused in the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unique {
    /// The mobile number.
    Mobile,
    /// The e-mail address.
    Email,
    /// The UID.
    Uid,
    /// The login name.
    Login,
}

/// Why a difference cannot be resolved in some way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// It has no account of the book.
    NoAccount,
    /// Nothing was billed that could be accepted.
    NotBilled,
    /// It was billed.
    Billed,
    /// The bill asks for no more than was expected.
    NoLoss,
    /// Nothing too much was billed that could be asked back.
    NothingTooMuch,
    /// It is not recorded for another account.
    NotElsewhere,
    /// It is recorded already, or has no order number.
    Recorded,
    /// Money back needs the order that it gives back of.
    NoOriginal,
    /// The order that is named is another account's.
    OfOtherAccount,
    /// It is about a refund that the provider has not given.
    IsRefund,
    /// It is about a refund, which belongs where its order is.
    FollowsItsOrder,
    /// Its month is closed, and nothing of it is disputed.
    MonthClosed,
}

/// Why a rule refuses a command. Nothing has been written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named after what they are, and each variant says when it is used")]
pub enum Refusal {
    /// Nobody that the book knows.
    UnknownOperator { os_name: String, os_uid: u32 },
    /// The operator's roles do not carry the permission.
    NotPermitted { operator: String, permission: Permission },
    /// The operator has the permission for some groups, and this concerns others, or the whole book.
    OutOfScope { operator: String, permission: Permission, groups: Vec<Code> },
    /// The operator may do nothing at present.
    OperatorDisabled { operator: String, since: NaiveDate, by: String, reason: String },

    /// The same key was used before for other content.
    KeyReused { key: String, field: String, first: String, now: String },

    /// The text of a UID is not one.
    Uid { text: String, reason: NotAUid },
    /// The text of a credential is not one.
    Credential { text: String, reason: NotACredential },
    /// An identity number is not one. The text is not repeated.
    IdNumber { reason: NotAnIdNumber },
    /// The number or the country of a registration abroad is not one.
    Registration { number: String, country: String, reason: NotARegistration },
    /// Nothing has that name.
    Unknown { noun: Noun, name: String, near: Vec<String> },
    /// Something has that code already.
    Exists { noun: Noun, code: Code },
    /// The credential belongs to another entity.
    CredentialInUse { credential: String, entity: Code },
    /// The real-name owner would be the agent itself.
    EntityIsAgent { entity: Code },
    /// Mobile, e-mail or UID belong to another account.
    InUse { unique: Unique, value: String, account: Code },
    /// The UID is the agent's own.
    UidOfAgent { uid: String, agent: Name },
    /// An association lacks the word of a person for what the book cannot see.
    EvidenceMissing { account: Code, missing: Vec<Attestation> },
    /// Lines of an account list that cannot be read, or were refused, each with its own reason; and how many others there are.
    AccountLines { file: String, problems: Vec<Problem>, lines: Vec<(u64, Refusal)>, count: u64, good: u64 },
    /// The state does not allow the transition.
    AccountTransition { account: Code, origin: Origin, state: AccountState, verb: &'static str },
    /// The invitation ran out before it was accepted.
    InvitationExpired { account: Code, expired: NaiveDate },
    /// A token that does not open the account's invitation.
    InvitationToken { account: Code, fault: TokenFault },
    /// The account never had an invitation.
    NoInvitation { account: Code },
    /// It was sent again as often as the policy lets it.
    ResendsUsedUp { account: Code, limit: u16 },
    /// The account may not buy or receive money in its state.
    AccountNotActive { account: Code, state: AccountState, origin: Origin },
    /// A step dated before the one that led to the account's state.
    StepBefore { account: Code, date: NaiveDate, state: AccountState, since: NaiveDate },
    /// The account cannot be released as it is.
    ReleaseBlocked { account: Code, blockers: Vec<ReleaseBlocker> },
    /// An account changes groups with a month, because it is billed by the month.
    MoveWithinMonth { account: Code, date: NaiveDate, next: NaiveDate },
    /// It changes groups again on a later day, which is on record.
    MovedLater { account: Code, date: NaiveDate, later: NaiveDate },
    /// Something of it is dated on or after the day on which it would change groups.
    MoveAfterCharges { account: Code, date: NaiveDate, last: NaiveDate, next: NaiveDate },
    /// A month of the group that it would leave is not closed, so that nobody knows what a prepaid account has used in it.
    MoveMonthOpen { account: Code, group: Code, month: Month },
    /// It has money of the group that it would leave.
    MoveUnspent { account: Code, group: Code, unspent: Money },
    /// Dated before the account's charges were ours.
    BeforeSince { account: Code, date: NaiveDate, since: NaiveDate },
    /// A credit limit for an account that spends allocated funds.
    CreditForPrepaid { account: Code },
    /// An allocation to an account that does not spend allocated funds.
    NotPrepaid { account: Code },

    /// New purchases are forbidden to the account.
    PurchaseBanned { account: Code, kind: OrderKind },
    /// Above the account stands a party that is frozen.
    ChainFrozen { account: Code, party: Name, since: NaiveDate, reason: Name },
    /// By policy, an account that owes what was due buys nothing new.
    AccountOverdue { account: Code, group: Code, overdue: Money, due: NaiveDate },
    /// The account is handed over from somebody who leaves, and plans nothing until that is done.
    HandoverOpen { account: Code, case: HandoverId, leaver: Name },
    /// Who pays would change while money stays behind in the old way.
    SwitchUnsettled { account: Code, owed: Money, unspent: Money, pending: Money },

    /// A party of that name stands in the chain already.
    ChainExists { party: Name, level: u16 },
    /// A party would buy from itself, or from who buys from it.
    ChainCycle { party: Name, above: Name },
    /// A party does not stand one level below whom it buys from.
    ChainLevel { party: Name, level: u16, above: Name, above_level: u16 },
    /// An account names a party that does not sell to the agent: others stand between.
    ChainNotSeller { party: Name, sellers: Vec<Name> },
    /// Nobody has said from whom a party buys, and there is not one who could be meant.
    ChainAboveMissing { party: Name, level: u16, candidates: Vec<Name> },
    /// A party cannot be removed: these buy from it.
    ChainInUse { party: Name, below: Vec<Name>, accounts: Vec<Code> },
    /// The party is frozen already.
    ChainFrozenAlready { party: Name, since: NaiveDate, reason: Name },
    /// The party is not frozen.
    ChainNotFrozen { party: Name },
    /// A certificate would run for longer than any does.
    CertificateTooLong { expires: NaiveDate, latest: NaiveDate },
    /// The OS user, or the name, is an operator of the book already.
    OperatorExists { name: String, os_uid: u32 },
    /// A role is granted for the whole book, and cannot be taken back for single groups.
    GrantForBook { operator: String, role: Role },
    /// The operator has no such role to take back.
    NotGranted { operator: String, role: Role },
    /// All that the role carries concerns the whole book: it is not granted for some groups.
    GrantWithoutScope { role: Role },
    /// A name that is a number could be taken for an OS user.
    OperatorNameNumber { name: String },
    /// An operator's name has letters of alphabets that look alike.
    OperatorNameMixed { name: String },
    /// An operator's name is how the log calls another OS user.
    OperatorNameUid { name: String, os_uid: u32 },
    /// A grant would hold from a day that has passed.
    GrantInPast { from: NaiveDate, today: NaiveDate },
    /// A grant would end before it begins.
    GrantReversed { from: NaiveDate, until: NaiveDate },
    /// Nobody would be left who runs the tool for good.
    LastAdmin,
    /// The operator is disabled already.
    DisabledAlready { operator: String, since: NaiveDate, by: String },
    /// The operator is not disabled.
    NotDisabled { operator: String },

    /// A new account would begin with more credit than goes through without a second person.
    CreditAboveLimit { account: Code, credit: Money, limit: Exact },
    /// A backup in which proofs fail is not put in the place of a book.
    BackupUnsound { file: String, failing: Vec<String> },
    /// The log has no operation of that number.
    OperationUnknown { number: i64 },
    /// There is no request of that number.
    ApprovalUnknown { request: String },
    /// The request was decided on already.
    ApprovalDecided { request: ApprovalId, verdict: Verdict, by: String, day: NaiveDate },
    /// Nobody has decided on the request in time.
    ApprovalExpired { request: ApprovalId, expires: NaiveDate },
    /// Nobody decides on what they have asked for themselves.
    ApprovalOwn { request: ApprovalId, verdict: Verdict },
    /// Only who asked for it takes a request back.
    ApprovalOthers { request: ApprovalId, requester: String },
    /// Who has asked for it may not do it any more.
    ApprovalRequesterGone { request: ApprovalId, requester: String },
    /// Approved now, a request would post something else than what was asked for.
    ApprovalBookMoved { request: ApprovalId },

    /// Nobody holds an account that lives under that name.
    HandoverNobody { holder: Name, near: Vec<String> },
    /// Every account of a person has an open case already.
    HandoverOpenAlready { holder: Name, cases: Vec<(Code, HandoverId)> },
    /// There is no case of that number.
    HandoverUnknown { case: String },
    /// The case is closed, and stays as it is.
    HandoverClosed { case: HandoverId, closed: NaiveDate, by: String },
    /// Who leaves has no hand in the hand-over.
    HandoverOwn { case: HandoverId, leaver: Name },
    /// Steps of a case are not done.
    HandoverStepsMissing { case: HandoverId, missing: Vec<HandoverStep> },
    /// The account is still held by the one who leaves.
    HandoverSameHolder { case: HandoverId, account: Code, leaver: Name },
    /// A case is closed by another operator than the one who has done its steps, or opened it.
    HandoverSecondOperator { case: HandoverId, operator: String, part: OwnPart },

    /// The last day of a waiver has passed already, or lies too far ahead.
    WaivedUntil { until: NaiveDate, today: NaiveDate, latest: NaiveDate },
    /// A compliance rule is kept there, or is not about that.
    NothingToWaive { rule: Rule, object: String },
    /// Nobody answers for the rule there.
    NotComplianceWaived { rule: Rule, object: String },

    /// The value of a policy is none.
    PolicyInvalid { name: PolicyName, value: String, reason: String },

    /// The days to report on end before they begin.
    DaysReversed { from: NaiveDate, to: NaiveDate },
    /// The month is closed.
    PeriodClosed { period: Month, first_open: Month },
    /// Only finance still writes in the month.
    PeriodSoftClosed { period: Month },
    /// Nobody may answer for the check: it can be worked off.
    NotWaivable { check: CloseCheck },
    /// Nobody answers for the check.
    NotWaived { period: Month, check: CloseCheck },
    /// The month was never closed, or not in that version.
    NoReceipt { period: Month },
    /// The month is open.
    PeriodNotClosed { period: Month },
    /// What the month's bill put into dispute has been decided on since: opening the month would forget that.
    DisputeDecided { period: Month },
    /// The month is closed, and so is its bill.
    BillClosed { period: Month },

    /// The amount is not above zero.
    NotPositive { amount: String },
    /// The amount is below zero.
    Negative { amount: String },
    /// The amount has more places than its currency.
    TooPrecise { amount: Exact, currency: Currency },
    /// The amount cannot be counted.
    AmountOverflow,
    /// An amount or agreement in another currency than its counterpart.
    CurrencyMismatch { expected: Currency, found: Currency },

    /// The group has less than is to be allocated.
    DepositsInsufficient { group: Code, needed: Money, available: Money },
    /// The group's money that is not allocated is enough, but accounts of the group are in arrears or overdue.
    DepositsHeld { group: Code, needed: Money, available: Money, held: Money },
    /// The account has less that is not spent, or was given less by its group, than is to be taken from it.
    ReclaimInsufficient { account: Code, needed: Money, available: Money, given: Money },
    /// A transfer to the account that it comes from.
    TransferToItself { account: Code },
    /// A transfer between accounts of two groups.
    TransferBetweenGroups { from: Code, from_group: Code, to: Code, to_group: Code },
    /// A transfer between accounts of two real-name owners.
    TransferBetweenEntities { from: Code, from_entity: Code, to: Code, to_entity: Code },
    /// Credit for an account that has none.
    NotAgentPays { account: Code },
    /// A top-up of which the bank paid another amount in the same currency.
    PaidDiffers { amount: Money, paid: Money },
    /// The agent has less in its pool than it is to pay from there.
    PoolInsufficient { needed: Money, available: Money },
    /// There is no alert of that id, or several begin like it.
    AlertUnknown { alert: String },
    /// An alert would come back at once.
    SnoozeInPast { until: NaiveDate, today: NaiveDate },
    /// There is no budget of that number.
    BudgetUnknown { budget: String },
    /// The order would go beyond a budget that blocks.
    BudgetExceeded { budget: BudgetId, about: String, needed: Money, left: Money, amount: Money },
    /// By policy, an order for which the agent pays needs cover in the agent's pool.
    PoolUncovered { account: Code, needed: Money, available: Money },
    /// The provider is owed less than it is to be paid.
    PayableInsufficient { needed: Money, available: Money },
    /// Less is owed than is to be paid of it or given up.
    SettlementExceeds { of: Code, needed: Money, owed: Money },
    /// Money came in under the same reference before.
    ReferenceUsed { reference: String, entry: EntryId, date: NaiveDate, group: Option<Code>, amount: Money },
    /// There is no entry of that number.
    EntryUnknown { entry: EntryId },
    /// An entry that is to be taken back as a settlement is none.
    NotASettlement { entry: EntryId, event: Event },
    /// A settlement was taken back before.
    ChargedBack { entry: EntryId, by: EntryId },
    /// A settlement would be taken back before it was made.
    ChargeBackBefore { entry: EntryId, date: NaiveDate, settled: NaiveDate },
    /// The prepaid account has less than the order costs.
    FundsInsufficient { account: Code, needed: Money, available: Money },
    /// An account has less that is not spent than it would pass on.
    UnspentInsufficient { account: Code, needed: Money, available: Money },
    /// The agent-pays account has less credit than the order costs.
    CreditInsufficient { account: Code, needed: Money, available: Money, limit: Money },

    /// The book has an opening already, from another file.
    OpeningDone { date: NaiveDate },
    /// An opening after something else has happened.
    OpeningNotFirst { entries: u64, orders: u64, bills: u64 },
    /// An opening of a day that has not come: it would close every month before.
    OpeningNotYet { date: NaiveDate, today: NaiveDate },
    /// Two lines of an opening say the same balance or volume.
    OpeningTwice { line: u64 },
    /// A volume or an open order dated after the opening that it stands in.
    AfterOpening { date: NaiveDate, opening: NaiveDate },
    /// On the agency model, the customer was charged something else than the provider will bill.
    OpeningDiffers { account: Code, payable: Money, cost: Money },
    /// Lines of an opening that cannot be read, or were refused, each with its own reason.
    OpeningLines { file: String, problems: Vec<Problem>, lines: Vec<(u64, Refusal)>, count: u64 },

    /// What is recorded has happened; this day has not come.
    DateInFuture { date: NaiveDate, today: NaiveDate },
    /// A day before the opening, whose balances have it already.
    BeforeOpening { date: NaiveDate, opening: NaiveDate },
    /// The file of an agreement cannot be read as one.
    AgreementInvalid { file: String, misprints: Vec<Misprint> },
    /// An agreement with some accounts of a group names one of another.
    MemberOfOtherGroup { account: Code, group: Code, agreement: Code },
    /// Terms that a group's charges are compared under are another group's.
    TermsOfOtherGroup { agreement: Code, group: Code },
    /// Terms that a group's charges are compared under are not for sales.
    NotSaleTerms { agreement: Code },
    /// A group was charged nothing in a range of days.
    NothingCharged { group: Code, from: NaiveDate, to: NaiveDate },
    /// A plan for one group names an account of another.
    AccountOfOtherGroup { account: Code, group: Code },
    /// Lines of a plan of purchases that were refused, each with its own reason.
    PlanLines { file: String, lines: Vec<(u64, Refusal)>, count: u64 },
    /// A price is a mark-up on a cost that nobody knows.
    CostUnknown { agreement: Code },
    /// A coupon is worth more than what it is used on.
    CouponExceeds { kind: CouponKind, amount: Money, most: Money },
    /// The agent would reduce a price that is not its own.
    CouponOnAgency { amount: Money },
    /// The file of a layout cannot be read as one.
    LayoutInvalid { file: String, line: Option<usize>, reason: String },
    /// Another agreement of the same name and date says something else.
    AgreementConflict { agreement: Code, valid_from: NaiveDate },
    /// Two agreements would price the same charges.
    AgreementOverlap { agreement: Code, other: Code, valid_from: NaiveDate },
    /// There is no purchase agreement in the currency to expect a cost from.
    NoPurchaseAgreement { currency: Currency, date: NaiveDate },

    /// The provider's order number is recorded already.
    OrderDuplicate { provider_order: String, order: OrderId },
    /// The service ends before it begins.
    ServiceEndsBeforeStart { from: NaiveDate, to: NaiveDate },
    /// Only a purchase can be refunded.
    RefundOfRefund { order: OrderId },
    /// On the agency model, the customer would get back something else than the provider gives back.
    RefundDiffers { order: OrderId, amount: Money, provider_amount: Money },
    /// More would be paid back than the customer has paid itself.
    RefundExceeds { order: OrderId, asked: Money, left: Money },
    /// The unused time of an order is not known, because its service has no dates.
    NoServiceTime { order: OrderId },
    /// A day that does not lie in the service of an order.
    OutsideService { order: OrderId, date: NaiveDate, from: NaiveDate, to: NaiveDate },
    /// A refund dated before what it refunds.
    RefundBeforeOrder { order: OrderId, date: NaiveDate, ordered: NaiveDate },
    /// Lines of an order list that were refused, each with its own reason.
    OrderLines { file: String, lines: Vec<(u64, Refusal)>, count: u64 },

    /// A file is not a plan: columns are missing.
    NotAPlan { file: String, missing: Vec<String> },
    /// A plan is not what its hash says.
    PlanEdited { file: String },
    /// A plan was applied before.
    PlanApplied { file: String, operation: OperationId },
    /// A plan was asked for, and waits for another operator.
    PlanRequested { file: String, request: ApprovalId },
    /// The book has changed since a plan was made.
    PlanStale { file: String },

    /// The file cannot be read as any layout of bill or order list.
    UnreadableFile { file: String, reason: UnreadableFile },
    /// A file that should prove a statement is no manifest, or no receipt.
    NoProof { file: String, wanted: &'static str, reason: String },
    /// Lines of a file that cannot be read; the first hundred, and how many there are.
    BadLines { file: String, problems: Vec<Problem>, count: u64 },
    /// One line id, two different lines.
    LineConflict { line_id: String, first: LinePlace, second: LinePlace },
    /// The files of one version are of two layouts, or of two tax bases.
    TwoLayouts { file: String, layout: Layout, tax: Option<TaxBasis>, first: Layout, first_tax: Option<TaxBasis> },
    /// Somebody else than the agent pays for the accounts of the bill.
    OtherAgent { agent: String, payer: String },
    /// The bad lines that were left out could not be written.
    RejectsUnwritten { file: String, message: String },
    /// The same file was given twice for one bill.
    FileTwice { file: String },
    /// No line of the bill lies in the period that it was imported for.
    WrongPeriod { asked: Month, found: Month },
    /// A month without a bill cannot be reconciled.
    NoBill { period: Month },
    /// A month's bill has no such version, or it was dropped.
    NoBillVersion { period: Month, version: i64 },
    /// A version has none before it to compare it with.
    NoEarlierVersion { period: Month, version: i64 },
    /// An account, by code or UID, has no line on a version of the bill.
    NotOnBill { account: String, period: Month, version: i64 },
    /// A month has a bill and was not reconciled yet.
    NotReconciled { period: Month },

    /// A month cannot close as it is.
    CloseBlocked { period: Month, blockers: Vec<Blocker> },

    /// Nothing is left to do about the difference.
    DifferenceResolved { id: String, resolution: Resolution },
    /// The difference cannot be resolved like that.
    ResolutionUnfit { id: String, kind: DifferenceKind, how: Resolution, why: WhyNot },
    /// The decision needs a note.
    NoteMissing { how: Resolution },
    /// More than may be written off in a month.
    WriteOffLimit { amount: Money, so_far: Money, limit: Money },
    /// What was decided has made orders, and is not undone by opening the difference again.
    NotReopened { id: String, resolution: Resolution },
    /// A match by hand needs an order and lines.
    OneSided { id: String },
    /// Only what a close has frozen is invoiced.
    InvoiceBeforeClose { period: Month },
    /// There is nothing left to invoice.
    NothingToInvoice { period: Month },
    /// Accounts of several legal persons on one invoice.
    TwoEntities { accounts: [Code; 2], entities: [Code; 2] },
    /// A part of several invoices at once.
    AmountOfSeveral,
    /// More than can be invoiced.
    InvoiceBeyond { asked: Money, invoiceable: Money },
    /// The title lacks what such an invoice needs, by the flags that set it.
    TitleIncomplete { entity: Code, missing: Vec<&'static str> },
    /// The invoice is not a request any more.
    InvoiceNotRequested { invoice: InvoiceId, state: InvoiceState },
    /// The day on an invoice lies before its request.
    InvoiceBeforeRequest { invoice: InvoiceId, date: NaiveDate, requested: NaiveDate },
    /// A number that no such invoice has.
    InvoiceNumberForm { text: String, reason: NotAnInvoiceNumber },
    /// Another invoice has the number.
    InvoiceNumberTaken { number: String, invoice: InvoiceId },
    /// Only a red letter undoes it.
    InvoiceNotVoidable { invoice: InvoiceId, form: InvoiceForm, has_red: bool },
    /// A red letter is for an invoice that was issued.
    InvoiceNotCreditable { invoice: InvoiceId, state: InvoiceState, is_red: bool },
    /// More than red letters have left of it.
    RedLetterBeyond { invoice: InvoiceId, asked: Money, left: Money },
    /// What was matched by hand is matched already, or is not on the bill, or gives back more than is open.
    NotLeftOver { id: String, period: Month },
    /// No match by hand was made for the difference.
    NotMatched { id: String },
    /// The bill does not name the list price.
    NoListPrice { provider_order: String, period: Month },
    /// A day to come is meant.
    DayPassed { day: NaiveDate, today: NaiveDate },
    /// A statement was asked of an account that had no part in the month.
    NoStatement { account: Code, period: Month },
}

/// Where a line of a bill stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinePlace {
    /// The file.
    pub file: String,
    /// The line number in it.
    pub line: u64,
}

/// Why a file as a whole is not a bill or an order list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named after what they are")]
pub enum UnreadableFile {
    /// It has no bytes.
    Empty,
    /// It has a header and nothing below.
    NoLines,
    /// Of all its lines none can be read.
    AllLinesBad {
        /// How many.
        count: u64,
    },
    /// It holds bytes that no text has.
    Binary,
    /// It is not UTF-8.
    NotUtf8 { line: u64 },
    /// Its header is of no layout that is known.
    UnknownLayout { nearest: String, missing: Vec<String> },
    /// It is something else that is known by its columns: what it is, what a bill has and it has not, and the way to a bill.
    OtherProduct { product: &'static str, missing: Vec<String>, advice: &'static str },
    /// Two columns have the same name.
    RepeatedColumn { column: String },
    /// A quoted cell is never closed, or a record is longer than any real one.
    RecordTooLong { line: u64 },
    /// It is no JSON, or not in the shape of an answer.
    Json { line: u64, column: u64, message: String },
    /// JSON, and not a saved answer of a bill operation.
    NotABillPage,
    /// A saved answer of an operation that gives no bill lines.
    NotABill { operation: String },
    /// A saved answer that is an error.
    SavedError { code: String, message: String },
    /// The pages count more items, or fewer, than there are.
    PagesIncomplete { expected: u64, found: u64 },
    /// The operation stops at so many rows, whatever there is.
    RowLimit { rows: u64 },
    /// Pages of two months.
    TwoMonths { first: String, second: String },
    /// Pages, and neither they nor their items say which month.
    PagesWithoutMonth,
    /// Two kinds of bill, each of which has the whole cost.
    TwoBills { first: String, second: String },
    /// The operating system could not read it.
    Io { message: String },
    /// It became shorter while it was read.
    Changed,
    /// It is neither UTF-8 nor GB18030.
    Encoding { line: u64 },
    /// It is GB18030 up to here.
    BrokenGb18030 { line: u64 },
    /// It is of a format that holds no readable table.
    Foreign(Foreign),
    /// It is a compressed file inside a compressed file.
    Nested,
    /// It is protected by a password.
    Encrypted,
    /// It is compressed in a way that is not known.
    Compression,
    /// A compressed file is cut off or changed.
    DamagedArchive { what: String },
    /// A workbook is whole as an archive, and makes no sense as a workbook.
    DamagedWorkbook { what: String },
    /// It expands to more than any bill has.
    ExpandsTooFar { limit: Expansion },
    /// An archive of more members than any bill has.
    TooManyMembers { limit: u64 },
    /// An archive or a workbook without anything to read.
    NothingInside,
    /// Several tables where one is expected.
    SeveralTables { first: String, second: String },
}

/// A mistake in a file that a person writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misprint {
    /// On which line, from one; `None` when something is missing.
    pub line: Option<usize>,
    /// What is wrong, with the key.
    pub reason: String,
}

impl UnreadableFile {
    /// The stable code of its refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "file.empty",
            Self::NoLines => "file.no-lines",
            Self::AllLinesBad { .. } => "file.bad-lines",
            Self::Binary => "file.binary",
            Self::NotUtf8 { .. } => "file.not-utf8",
            Self::UnknownLayout { .. } => "file.unknown-layout",
            Self::OtherProduct { .. } => "file.not-a-bill-layout",
            Self::RepeatedColumn { .. } => "file.repeated-column",
            Self::RecordTooLong { .. } => "file.record-too-long",
            Self::Json { .. } => "file.malformed-json",
            Self::NotABillPage => "file.not-a-bill-page",
            Self::NotABill { .. } => "file.not-a-bill",
            Self::SavedError { .. } => "file.saved-error",
            Self::PagesIncomplete { .. } => "file.pages-incomplete",
            Self::RowLimit { .. } => "file.row-limit",
            Self::TwoMonths { .. } => "file.two-months",
            Self::PagesWithoutMonth => "file.pages-without-month",
            Self::TwoBills { .. } => "file.two-bills",
            Self::Io { .. } => "file.unreadable",
            Self::Changed => "file.changed",
            Self::Encoding { .. } | Self::BrokenGb18030 { .. } => "file.encoding",
            Self::Foreign(foreign) => foreign.code(),
            Self::Nested => "file.nested",
            Self::Encrypted => "file.encrypted",
            Self::Compression => "file.compression",
            Self::DamagedArchive { .. } => "file.damaged-archive",
            Self::DamagedWorkbook { .. } => "file.damaged-workbook",
            Self::ExpandsTooFar { .. } => "file.expands-too-far",
            Self::TooManyMembers { .. } => "file.too-many-members",
            Self::NothingInside => "file.nothing-inside",
            Self::SeveralTables { .. } => "file.several-tables",
        }
    }
}

/// A format that people hand over in place of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// A web page, mostly of a login that ran out.
    Html,
    /// Any other XML document.
    Xml,
    /// A spreadsheet of before 2007, or a workbook behind a password, which looks the same from outside.
    OldSpreadsheet,
    /// A spreadsheet that is neither: OpenDocument, or binary Excel.
    OtherSpreadsheet,
    /// A printed page.
    Pdf,
    /// A table for data warehouses.
    Parquet,
    /// An archive other than zip and gzip.
    OtherArchive,
    /// Text in two bytes a character.
    Utf16,
}

impl Foreign {
    /// The stable code of its refusal.
    pub fn code(self) -> &'static str {
        match self {
            Self::Html => "file.html",
            Self::Xml => "file.xml",
            Self::OldSpreadsheet => "file.spreadsheet-xls",
            Self::OtherSpreadsheet => "file.spreadsheet-other",
            Self::Pdf => "file.pdf",
            Self::Parquet => "file.parquet",
            Self::OtherArchive => "file.archive",
            Self::Utf16 => "file.utf16",
        }
    }
}

/// The limit that an expanding file has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expansion {
    /// So many bytes in all.
    Bytes(u64),
    /// So many times its own size.
    Times(u64),
}

impl Refusal {
    /// Whether it is for lack of rights: then it is recorded.
    pub fn is_denial(&self) -> bool {
        matches!(
            self,
            Self::UnknownOperator { .. }
                | Self::NotPermitted { .. }
                | Self::OutOfScope { .. }
                | Self::OperatorDisabled { .. }
                | Self::ApprovalOwn { .. }
                | Self::ApprovalOthers { .. }
        )
    }

    /// The code of a line that cannot be read, beside lines that a rule refuses.
    pub const UNREADABLE_LINE: &'static str = "file.bad-lines";

    /// The stable code that programs match on.
    #[expect(clippy::too_many_lines, reason = "the list of every refusal and its code, one after the other")]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownOperator { .. } => "operator.not-known",
            Self::NotPermitted { .. } => "operator.not-permitted",
            Self::OutOfScope { .. } => "operator.out-of-scope",
            Self::OperatorDisabled { .. } => "operator.disabled",
            Self::KeyReused { .. } => "key.reused",
            Self::Uid { reason: NotAUid::Spreadsheet, .. } => "uid.spreadsheet",
            Self::Uid { reason: NotAUid::RamUser, .. } => "uid.ram-user",
            Self::Uid { reason: NotAUid::NotDigits, .. } => "uid.invalid",
            Self::Credential { .. } => "credential.invalid",
            Self::IdNumber { .. } => "id-number.invalid",
            Self::Registration { .. } => "registration.invalid",
            Self::Unknown { noun, .. } => match noun {
                Noun::Entity => "entity.unknown",
                Noun::Group => "group.unknown",
                Noun::Operator => "operator.unknown",
                Noun::Command => "command.unknown",
                Noun::Account => "account.unknown",
                Noun::Order => "order.unknown",
                Noun::Agreement => "agreement.unknown",
                Noun::Difference => "difference.unknown",
                Noun::BillLine => "bill-line.unknown",
                Noun::Owner => "difference.owner-unknown",
                Noun::Invoice => "invoice.unknown",
                Noun::Upstream => "chain.unknown",
            },
            Self::Exists { noun, .. } => match noun {
                Noun::Entity => "entity.exists",
                Noun::Group => "group.exists",
                Noun::Operator => "operator.exists",
                Noun::Command => "command.exists",
                Noun::Account => "account.exists",
                Noun::Order => "order.exists",
                Noun::Agreement => "agreement.exists",
                Noun::Difference => "difference.exists",
                Noun::BillLine => "bill-line.exists",
                Noun::Owner => "difference.owner-exists",
                Noun::Invoice => "invoice.exists",
                Noun::Upstream => "chain.exists",
            },
            Self::UidOfAgent { .. } => "uid.in-use",
            Self::CredentialInUse { .. } => "credential.in-use",
            Self::EntityIsAgent { .. } => "real-name-owner.is-agent",
            Self::InUse { unique, .. } => match unique {
                Unique::Mobile => "mobile.in-use",
                Unique::Email => "email.in-use",
                Unique::Uid => "uid.in-use",
                Unique::Login => "login.in-use",
            },
            Self::EvidenceMissing { .. } => "account.evidence-missing",
            Self::AccountLines { .. } => "account.lines-refused",
            Self::AccountTransition { .. } => "account.state",
            Self::InvitationExpired { .. } => "invitation.expired",
            Self::InvitationToken { fault: TokenFault::Unknown, .. } => "invitation.token-unknown",
            Self::InvitationToken { fault: TokenFault::Foreign, .. } => "invitation.token-foreign",
            Self::InvitationToken { fault: TokenFault::Superseded, .. } => "invitation.token-superseded",
            Self::InvitationToken { fault: TokenFault::Used(_), .. } => "invitation.used",
            Self::NoInvitation { .. } => "invitation.none",
            Self::ResendsUsedUp { .. } => "invitation.resends",
            Self::AccountNotActive { .. } => "account.not-active",
            Self::StepBefore { .. } => "account.step-before",
            Self::ReleaseBlocked { .. } => "account.release-blocked",
            Self::MoveWithinMonth { .. } => "group.move-within-month",
            Self::MovedLater { .. } => "group.moved-later",
            Self::MoveAfterCharges { .. } => "group.move-after-charges",
            Self::MoveMonthOpen { .. } => "group.move-month-open",
            Self::MoveUnspent { .. } => "group.move-unspent",
            Self::BeforeSince { .. } => "account.before-since",
            Self::CreditForPrepaid { .. } => "credit.prepaid",
            Self::NotPrepaid { .. } => "account.not-prepaid",
            Self::PurchaseBanned { .. } => "account.purchase-ban",
            Self::ChainFrozen { .. } => "chain.frozen",
            Self::AccountOverdue { .. } => "account.overdue",
            Self::HandoverOpen { .. } => "handover.open",
            Self::SwitchUnsettled { .. } => "account.switch-unsettled",
            Self::ChainExists { .. } => "chain.exists",
            Self::ChainCycle { .. } => "chain.cycle",
            Self::ChainLevel { .. } => "chain.level",
            Self::ChainNotSeller { .. } => "chain.not-seller",
            Self::ChainAboveMissing { .. } => "chain.above",
            Self::ChainInUse { .. } => "chain.in-use",
            Self::ChainFrozenAlready { .. } => "chain.frozen-already",
            Self::ChainNotFrozen { .. } => "chain.not-frozen",
            Self::CertificateTooLong { .. } => "chain.expires",
            Self::OperatorExists { .. } => "operator.exists",
            Self::GrantForBook { .. } => "grant.for-book",
            Self::NotGranted { .. } => "grant.none",
            Self::GrantWithoutScope { .. } => "grant.no-scope",
            Self::OperatorNameNumber { .. } => "operator.name-is-number",
            Self::OperatorNameMixed { .. } => "operator.name-mixed",
            Self::OperatorNameUid { .. } => "operator.name-is-uid",
            Self::GrantInPast { .. } => "grant.in-past",
            Self::GrantReversed { .. } => "grant.reversed",
            Self::LastAdmin => "operator.last-admin",
            Self::DisabledAlready { .. } => "operator.disabled-already",
            Self::NotDisabled { .. } => "operator.not-disabled",
            Self::CreditAboveLimit { .. } => "credit.above-limit",
            Self::BackupUnsound { .. } => "backup.unsound",
            Self::OperationUnknown { .. } => "operation.unknown",
            Self::ApprovalUnknown { .. } => "approval.unknown",
            Self::ApprovalDecided { .. } => "approval.decided",
            Self::ApprovalExpired { .. } => "approval.expired",
            Self::ApprovalOwn { .. } => "approval.own",
            Self::ApprovalOthers { .. } => "approval.others",
            Self::ApprovalRequesterGone { .. } => "approval.requester-gone",
            Self::ApprovalBookMoved { .. } => "approval.book-moved",
            Self::HandoverNobody { .. } => "handover.nobody",
            Self::HandoverOpenAlready { .. } => "handover.open-already",
            Self::HandoverUnknown { .. } => "handover.unknown",
            Self::HandoverClosed { .. } => "handover.closed",
            Self::HandoverOwn { .. } => "handover.own",
            Self::HandoverStepsMissing { .. } => "handover.steps-missing",
            Self::HandoverSameHolder { .. } => "handover.same-holder",
            Self::HandoverSecondOperator { .. } => "handover.second-operator",
            Self::WaivedUntil { .. } => "compliance.waived-until",
            Self::NothingToWaive { .. } => "compliance.nothing-to-waive",
            Self::NotComplianceWaived { .. } => "compliance.not-waived",
            Self::PolicyInvalid { .. } => "policy.invalid",
            Self::DaysReversed { .. } => "days.reversed",
            Self::PeriodClosed { .. } | Self::BillClosed { .. } => "period.closed",
            Self::PeriodSoftClosed { .. } => "period.soft-closed",
            Self::NotWaivable { .. } => "period.not-waivable",
            Self::NotWaived { .. } => "period.not-waived",
            Self::NoReceipt { .. } => "receipt.none",
            Self::PeriodNotClosed { .. } => "period.not-closed",
            Self::DisputeDecided { .. } => "period.dispute-decided",
            Self::NotPositive { .. } => "amount.not-positive",
            Self::Negative { .. } => "amount.negative",
            Self::TooPrecise { .. } => "amount.too-precise",
            Self::AmountOverflow => "amount.overflow",
            Self::CurrencyMismatch { .. } => "currency.mismatch",
            Self::DepositsInsufficient { .. } => "deposits.insufficient",
            Self::DepositsHeld { .. } => "deposits.held",
            Self::ReclaimInsufficient { .. } => "reclaim.insufficient",
            Self::TransferToItself { .. } => "transfer.to-itself",
            Self::TransferBetweenGroups { .. } => "transfer.other-group",
            Self::TransferBetweenEntities { .. } => "transfer.other-entity",
            Self::NotAgentPays { .. } => "account.not-agent-pays",
            Self::PaidDiffers { .. } => "pool.paid-differs",
            Self::PoolInsufficient { .. } => "pool.insufficient",
            Self::AlertUnknown { .. } => "alert.unknown",
            Self::SnoozeInPast { .. } => "alert.snooze-past",
            Self::BudgetUnknown { .. } => "budget.unknown",
            Self::BudgetExceeded { .. } => "budget.exceeded",
            Self::PoolUncovered { .. } => "pool.uncovered",
            Self::PayableInsufficient { .. } => "payable.insufficient",
            Self::SettlementExceeds { .. } => "settlement.exceeds-owed",
            Self::ReferenceUsed { .. } => "settlement.reference-used",
            Self::EntryUnknown { .. } => "entry.unknown",
            Self::NotASettlement { .. } => "settlement.not-one",
            Self::ChargedBack { .. } => "settlement.charged-back",
            Self::ChargeBackBefore { .. } => "settlement.before-it",
            Self::FundsInsufficient { .. } | Self::UnspentInsufficient { .. } => "funds.insufficient",
            Self::CreditInsufficient { .. } => "credit.insufficient",
            Self::OpeningDone { .. } => "opening.done",
            Self::OpeningNotFirst { .. } => "opening.not-first",
            Self::OpeningNotYet { .. } => "opening.not-yet",
            Self::OpeningTwice { .. } => "opening.twice",
            Self::AfterOpening { .. } => "opening.dated-after",
            Self::OpeningDiffers { .. } => "opening.agency-differs",
            Self::OpeningLines { .. } => "opening.lines-refused",
            Self::DateInFuture { .. } => "date.future",
            Self::BeforeOpening { .. } => "date.before-opening",
            Self::AgreementInvalid { .. } => "agreement.invalid",
            Self::MemberOfOtherGroup { .. } => "agreement.member-of-other-group",
            Self::TermsOfOtherGroup { .. } => "agreement.other-group",
            Self::NotSaleTerms { .. } => "agreement.not-sale",
            Self::NothingCharged { .. } => "price.nothing-charged",
            Self::AccountOfOtherGroup { .. } => "account.other-group",
            Self::PlanLines { .. } => "plan.lines-refused",
            Self::CostUnknown { .. } => "price.cost-unknown",
            Self::CouponExceeds { .. } => "coupon.exceeds",
            Self::CouponOnAgency { .. } => "coupon.agency",
            Self::LayoutInvalid { .. } => "layout.invalid",
            Self::AgreementConflict { .. } => "agreement.conflict",
            Self::AgreementOverlap { .. } => "agreement.overlap",
            Self::NoPurchaseAgreement { .. } => "price.no-purchase-agreement",
            Self::OrderDuplicate { .. } => "order.duplicate",
            Self::ServiceEndsBeforeStart { .. } => "order.service-dates",
            Self::RefundOfRefund { .. } => "refund.of-refund",
            Self::RefundDiffers { .. } => "refund.agency-differs",
            Self::RefundExceeds { .. } => "refund.exceeds",
            Self::NoServiceTime { .. } => "refund.no-service-time",
            Self::OutsideService { .. } => "refund.outside-service",
            Self::RefundBeforeOrder { .. } => "refund.before-order",
            Self::OrderLines { .. } => "order.lines-refused",
            Self::NotAPlan { .. } => "plan.not-a-plan",
            Self::PlanEdited { .. } => "plan.edited",
            Self::PlanApplied { .. } => "plan.applied",
            Self::PlanRequested { .. } => "plan.requested",
            Self::PlanStale { .. } => "plan.stale",
            Self::UnreadableFile { reason, .. } => reason.code(),
            Self::NoProof { .. } => "statement.no-proof",
            Self::BadLines { .. } => Self::UNREADABLE_LINE,
            Self::LineConflict { .. } => "bill.line-conflict",
            Self::TwoLayouts { .. } => "bill.two-layouts",
            Self::OtherAgent { .. } => "bill.other-agent",
            Self::RejectsUnwritten { .. } => "file.rejects-unwritten",
            Self::NoBillVersion { .. } => "bill.no-version",
            Self::NoEarlierVersion { .. } => "bill.no-earlier-version",
            Self::NotOnBill { .. } => "bill.account-not-on-it",
            Self::FileTwice { .. } => "bill.file-twice",
            Self::WrongPeriod { .. } => "bill.wrong-period",
            Self::NoBill { .. } => "bill.none",
            Self::NotReconciled { .. } => "reconcile.none",
            Self::CloseBlocked { .. } => "period.blocked",
            Self::DifferenceResolved { .. } => "difference.resolved",
            Self::ResolutionUnfit { .. } => "difference.unfit",
            Self::NoteMissing { .. } => "difference.note-missing",
            Self::WriteOffLimit { .. } => "write-off.limit",
            Self::NotReopened { .. } => "difference.not-reopened",
            Self::OneSided { .. } => "difference.one-sided",
            Self::NotLeftOver { .. } => "difference.not-left-over",
            Self::InvoiceBeforeClose { .. } => "invoice.before-close",
            Self::NothingToInvoice { .. } => "invoice.nothing",
            Self::TwoEntities { .. } => "invoice.two-entities",
            Self::AmountOfSeveral => "invoice.amount-of-several",
            Self::InvoiceBeyond { .. } => "invoice.beyond",
            Self::TitleIncomplete { .. } => "invoice.title",
            Self::InvoiceNotRequested { .. } => "invoice.not-requested",
            Self::InvoiceBeforeRequest { .. } => "invoice.before-request",
            Self::InvoiceNumberForm { .. } => "invoice.number",
            Self::InvoiceNumberTaken { .. } => "invoice.number-taken",
            Self::InvoiceNotVoidable { .. } => "invoice.not-voidable",
            Self::InvoiceNotCreditable { .. } => "invoice.not-creditable",
            Self::RedLetterBeyond { .. } => "invoice.red-letter-beyond",
            Self::NotMatched { .. } => "difference.not-matched",
            Self::NoListPrice { .. } => "difference.no-list-price",
            Self::DayPassed { .. } => "day.passed",
            Self::NoStatement { .. } => "statement.none",
        }
    }
}

impl From<Overflow> for Refusal {
    fn from(_: Overflow) -> Self {
        Self::AmountOverflow
    }
}

/// Something worth saying that refuses nothing. Shown on standard error, and in JSON under `notices`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "notice", rename_all = "kebab-case")]
pub enum Notice {
    /// An operator whom the OS of this machine does not have.
    NoOsUser {
        /// Their name in the book.
        operator: String,
        /// Their number.
        os_uid: u32,
    },
    /// What is above a limit waits for somebody else, and there is nobody else.
    NobodyApproves,
    /// A great many new differences of one kind.
    Flood {
        /// The kind.
        kind: DifferenceKind,
        /// How many.
        count: u64,
    },
    /// A UID without the usual sixteen digits.
    UnusualUid {
        /// The UID.
        uid: String,
    },
    /// UIDs of a list without the usual sixteen digits.
    UnusualUids {
        /// How many.
        count: u64,
        /// The first of them.
        first: String,
    },
    /// A title that is not the real name.
    TitleDiffers {
        /// The legal person.
        entity: Code,
        /// The name on its invoices.
        title: String,
    },
    /// A credential without a checksum.
    UncheckedCredential {
        /// The credential.
        credential: String,
    },
    /// A recorded fact has put an account in arrears.
    Arrears {
        /// The account.
        account: Code,
        /// By how much.
        arrears: Money,
    },
    /// An account that owes what was due has bought something new.
    Overdue {
        /// The account.
        account: Code,
        /// How much was due.
        overdue: Money,
        /// The last day on which the oldest of it could have been paid in time.
        due: NaiveDate,
    },
    /// A recorded fact of an account above which a party is frozen.
    ChainFrozen {
        /// The account.
        account: Code,
        /// The party.
        party: Name,
        /// Since when.
        since: NaiveDate,
    },
    /// A party of the chain whose certificate has run out.
    CertificateExpired {
        /// The party.
        party: Name,
        /// The last day on which it was valid.
        expires: NaiveDate,
    },
    /// A chain of more levels than the policy lets there be.
    ChainTooDeep {
        /// The party that stands too deep.
        party: Name,
        /// Its level.
        level: u16,
        /// How many levels are in order.
        depth: u16,
    },
    /// An account of somebody who leaves is being handed over already.
    HandoverSkipped {
        /// The account.
        account: Code,
        /// Its open case.
        case: HandoverId,
    },
    /// An account would be held by somebody who leaves.
    HolderLeaves {
        /// Who.
        holder: Name,
        /// The open case of another account of theirs.
        case: HandoverId,
    },
    /// An account that has changed groups owes for months that the group before has to pay.
    OwedByGroupBefore {
        /// The account.
        account: Code,
        /// The group that it was in.
        group: Code,
        /// How much.
        owed: Money,
    },
    /// A customer has paid more than what it was for.
    SurplusToDeposits {
        /// The group.
        group: Code,
        /// How much more.
        surplus: Money,
    },
    /// Money was taken back that had gone to a group's deposits, and was used.
    DepositsShort {
        /// The group.
        group: Code,
        /// How much is missing there.
        short: Money,
    },
    /// An order has reached a threshold of a budget.
    BudgetReached {
        /// Its number.
        budget: BudgetId,
        /// What it is about, and the period.
        about: String,
        /// The threshold.
        percent: u16,
        /// What is owed in the period by now.
        spent: Money,
        /// What the budget is.
        amount: Money,
    },
    /// What is in the agent's pool does not cover an order for which the agent pays.
    PoolUncovered {
        /// What the provider is expected to bill for it.
        needed: Money,
        /// What is left of the pool once the provider has everything that it is owed.
        available: Money,
    },
    /// Accounts on a bill that the book does not have.
    UnknownAccounts {
        /// How many.
        count: u64,
        /// The first of them.
        first: String,
        /// What the provider bills for them, exact.
        payable: Exact,
        /// What it is counted in.
        currency: Currency,
    },
    /// UIDs that look as if a spreadsheet had replaced their last digits by zeros.
    DigitsLost {
        /// How many.
        count: u64,
        /// The first of them.
        first: String,
    },
    /// The total that the provider states is not the sum of the lines.
    TotalDiffers {
        /// What the provider states.
        stated: Exact,
        /// The sum of the lines, exact.
        sum: Exact,
        /// The first less the second.
        difference: Exact,
        /// What they are counted in.
        currency: Currency,
    },
    /// Something in a file was read although it is not quite as the layout says.
    Oddity {
        /// The file.
        file: String,
        /// What.
        remark: Remark,
    },
    /// Lines that came twice with the same content; each counted once.
    RepeatedLines {
        /// How many lines were left out.
        count: u64,
    },
    /// Lines of a neighbouring month.
    NeighbouringMonths {
        /// How many lines.
        count: u64,
    },
    /// The last line of a file has no line break, which a file that was cut off has not either.
    NoFinalLineBreak {
        /// The file.
        file: String,
    },
    /// A file that was read as GB18030, not as UTF-8.
    ReadAsGb18030 {
        /// The file.
        file: String,
    },
    /// A file that holds nothing, beside others of the same bill.
    EmptyFile {
        /// The file.
        file: String,
    },
    /// Members of an archive that hold nothing.
    EmptyMembers {
        /// The archive.
        file: String,
        /// How many.
        count: u64,
    },
    /// Sheets of a workbook that were not read.
    SheetsLeftOut {
        /// The workbook.
        file: String,
        /// Their names.
        sheets: Vec<String>,
    },
    /// Orders of a list that are not paid, or cancelled; left out.
    OrdersNotPaid {
        /// How many.
        count: u64,
    },
    /// Columns that the layout does not know; ignored.
    UnknownColumns {
        /// Their names.
        columns: Vec<String>,
    },
    /// The money of a group is not enough for what its accounts need.
    PlanShort {
        /// The group.
        group: Code,
        /// What is missing.
        missing: Money,
        /// For how many days the accounts should last.
        days: u32,
    },
    /// Between an agreement and the one before it there are days that none of them prices.
    AgreementGap {
        /// The later one.
        agreement: Code,
        /// The first such day.
        from: NaiveDate,
        /// The last.
        to: NaiveDate,
    },
    /// An account has less than is planned for it.
    PurchasesShort {
        /// The account.
        account: Code,
        /// From which line of the plan on.
        line: u64,
        /// How much is missing in all.
        missing: Money,
    },
    /// Shares are exact, so that a seed or a number of samples that were asked for did nothing.
    SharesExact,
    /// A group has no sale agreement, so that list price was charged.
    ListPrice {
        /// The group.
        group: Code,
    },
}
