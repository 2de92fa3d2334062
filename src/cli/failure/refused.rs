//! Refusals in words. One match has them all, so that the compiler proves that none lacks its sentence.

use super::Told;
use super::blocker::blocker;
use super::input::{bad_lines, place, problem, unreadable};
use crate::cli::exit::Exit;
use crate::domain::account::{AccountState, Origin};
use crate::domain::approval::Verdict;
use crate::domain::bill::{Layout, TaxBasis};
use crate::domain::code::{Code, Name};
use crate::domain::difference::{DifferenceKind, Resolution};
use crate::domain::handover::{HandoverStep, OwnPart};
use crate::domain::invitation::TokenFault;
use crate::domain::period::Month;
use crate::domain::plural;
use crate::domain::refusal::{LinePlace, Misprint, Noun, Refusal, Unique, WhyNot};
use crate::domain::role::roles_with;
use crate::view;

#[expect(clippy::too_many_lines, reason = "the list of every refusal and its words, one after the other")]
pub(super) fn refused(refusal: &Refusal) -> Told {
    let exit = match refusal {
        refusal if refusal.is_denial() => Exit::NotPermitted,
        Refusal::KeyReused { .. } => Exit::Busy,
        _ => Exit::Refused,
    };
    let told = |message: String| Told::new(exit, refusal.code(), message);
    match refusal {
        Refusal::UnknownOperator { os_name, os_uid } => {
            told(format!("{os_name}, the OS user {os_uid}, is no operator of this book")).hint(format!(
                "an administrator adds them: `subledger operator add NAME --uid {os_uid} --role ROLE`; such a refusal is recorded"
            ))
        }
        Refusal::OutOfScope { operator, permission, groups } => {
            let groups: Vec<&str> = groups.iter().map(Code::as_str).collect();
            told(format!("{operator} may do this only for {}: it concerns others, or the whole book", groups.join(", ")))
                .hint(format!("`subledger operator show {operator:?}` shows for what they have the permission {permission}; such a refusal is recorded"))
        }
        Refusal::OperatorDisabled { operator, since, by, reason } => {
            told(format!("{operator} has been disabled since {since}, by {by}: {reason}"))
                .hint(format!("an administrator may `subledger operator enable {operator:?}`; such a refusal is recorded"))
        }
        Refusal::NotPermitted { operator, permission } => {
            let roles: Vec<&str> = roles_with(*permission).iter().map(|role| role.as_str()).collect();
            told(format!("{operator} may not do this: it needs the permission {permission}"))
                .hint(format!("the role {} carries it; such a refusal is recorded", roles.join(" or ")))
        }
        Refusal::KeyReused { key, field, first, now } => {
            told(format!("the key {key:?} was used before for something else: {field} was {first:?}, now it is {now:?}"))
                .hint("use a new key for a new command")
        }
        Refusal::Uid { text, reason } => told(format!("{text:?} is no UID: {reason}")),
        Refusal::Credential { text, reason } => told(format!("{text:?} is no credential: {reason}")),
        Refusal::IdNumber { reason } => told(format!("that is no identity number: {reason}")),
        Refusal::Registration { number, country, reason } => told(format!("{number:?} in {country:?} is no registration: {reason}")),
        Refusal::Unknown { noun, name, near } => {
            let told = told(format!("there is no {} {name:?}", noun.as_str()));
            match near.as_slice() {
                [] => told.hint(format!("`subledger {}` shows them all", list_of(*noun))),
                near => told.hint(format!("did you mean {}?", near.join(", "))),
            }
        }
        Refusal::Exists { noun, code } => {
            told(format!("there is a {} {code} already", noun.as_str())).hint(format!("`subledger {} show {code}` shows it", noun.as_str()))
        }
        Refusal::CredentialInUse { credential, entity } => told(format!("the credential {credential} belongs to the entity {entity}"))
            .hint(format!("use --entity {entity} for its accounts; one legal person is one entity")),
        Refusal::EntityIsAgent { entity } => told(format!("the entity {entity} is the agent itself, which cannot be the real-name owner of a customer's account"))
            .hint("name the business that uses the account"),
        Refusal::InUse { unique, value, account } => {
            let what = match unique {
                Unique::Mobile => "mobile number",
                Unique::Email => "e-mail address",
                Unique::Uid => "UID",
                Unique::Login => "login name",
            };
            told(format!("the {what} {value} is in use by the account {account}"))
        }
        Refusal::UidOfAgent { uid, agent } => told(format!("the UID {uid} is the own account of the agent {agent}"))
            .hint("give the UID of the customer's account; `subledger agent edit --uid` puts the agent's right"),
        Refusal::EvidenceMissing { account, missing } => {
            let flags: Vec<String> = missing.iter().map(|a| format!("--attest {a}")).collect();
            told(format!("{account} cannot be associated yet: nobody has vouched for what the book cannot see"))
                .hint(format!("when you have made sure, add {}", flags.join(" ")))
        }
        Refusal::AccountLines { file, problems, lines, count, good } => {
            let told = told(format!("{file}: {} refused; nothing was written", plural(*count, "line is", "lines are")))
                .details(bad_lines(problems, lines, *count, |refusal| format!("{}: {}", refusal.code(), sentence(refusal))));
            match good {
                0 => told,
                _ => told.hint(format!(
                    "mend them and import the file again; --partial imports the other {} alone",
                    plural(*good, "line", "lines")
                )),
            }
        }
        Refusal::AccountTransition { account, origin, state, verb } => {
            told(format!("{account} is {state} ({origin}); `{verb}` is no step from there")).hint(way_on(account.as_str(), *origin, *state))
        }
        Refusal::InvitationExpired { account, expired } => {
            told(format!("the invitation of {account} ran out on {expired}"))
                .hint(format!("send another one: `subledger invitation resend {account}`"))
        }
        Refusal::InvitationToken { account, fault } => {
            let what = match fault {
                TokenFault::Unknown => "no invitation has this token".to_owned(),
                TokenFault::Foreign => format!("this token is not the one of {account}, but of another account"),
                TokenFault::Superseded => format!("another invitation was sent to {account} after the one with this token"),
                TokenFault::Used(state) => format!("the invitation of {account} is {state}: there is nothing to accept any more"),
            };
            told(what).hint(format!("`subledger invitation show {account}` shows what was sent, and what became of it"))
        }
        Refusal::NoInvitation { account } => told(format!("{account} came into the book by an association, and has no invitation"))
            .hint(format!("when its owner consents, `subledger account confirm {account}`")),
        Refusal::ResendsUsedUp { account, limit } => {
            let times = plural(u64::from(*limit), "time", "times");
            told(format!("the invitation of {account} has been sent again {times}, which is as often as it may"))
                .hint("make sure that the address is the holder's; `subledger policy set` of invitation-resends lets it be sent more often")
        }
        Refusal::AccountNotActive { account, state, origin } => {
            told(format!("{account} is {state}, not active")).hint(way_on(account.as_str(), *origin, *state))
        }
        Refusal::StepBefore { account, date, state, since } => {
            told(format!("{account} is {state} since {since}, after {date}")).hint(format!("date it {since} or later"))
        }
        Refusal::ReleaseBlocked { account, blockers } => {
            let details = blockers.iter().map(|blocker| view::release::blocker(account, blocker)).collect();
            told(format!("{account} cannot be released yet")).details(details)
        }
        Refusal::MoveWithinMonth { account, date, next } => {
            told(format!("{account} cannot change groups on {date}: it is billed by the month, and changes groups with one"))
                .hint(format!("--date {}, or --date {next}", Month::of(*date).first_day()))
        }
        Refusal::MovedLater { account, date, later } => {
            told(format!("{account} changes groups on {later} already, which is later than {date}"))
                .hint(format!("`subledger account show {account}` shows its groups; date it {later} or later"))
        }
        Refusal::MoveAfterCharges { account, date, last, next } => {
            told(format!("{account} cannot change groups on {date}: something of it is dated {last}"))
                .hint(format!("what is recorded stays with the group that it was priced for: --date {next}"))
        }
        Refusal::MoveMonthOpen { account, group, month } => {
            told(format!("{account} is prepaid, and what it used in {month} is {group}'s to pay and not charged yet"))
                .hint(format!("first close {month}: `subledger period checklist {month}`"))
        }
        Refusal::MoveUnspent { account, group, unspent } if unspent.amount.is_negative() => {
            told(format!("the funds of {account} stand at {unspent}, which {group} has to put right first"))
                .hint(format!("first `subledger fund allocate {account} AMOUNT`"))
        }
        Refusal::MoveUnspent { account, group, unspent } => {
            told(format!("{account} has {unspent} of {group} unspent, which stays with {group}"))
                .hint(format!("first `subledger fund reclaim {account} --all`"))
        }
        Refusal::WaivedUntil { until, today, latest } => {
            let what = if until <= today { "is not after today" } else { "is more than a year ahead" };
            told(format!("a waiver ends: {until} {what}")).hint(format!("--until a day after {today} and up to {latest}"))
        }
        Refusal::NothingToWaive { rule, object } => told(format!("{rule} is not broken of {object:?}: there is nothing to waive"))
            .hint(format!("`subledger compliance check --rule {rule}` shows what is")),
        Refusal::NotComplianceWaived { rule, object } => told(format!("nobody answers for {rule} of {object:?}"))
            .hint("`subledger compliance list` shows the waivers that hold"),
        Refusal::BeforeSince { account, date, since } => {
            told(format!("{date} lies before {since}, from when the charges of {account} are ours"))
                .hint(format!("date it {since} or later"))
        }
        Refusal::CreditForPrepaid { account } => told(format!("{account} is prepaid: it spends allocated funds and has no credit"))
            .hint("leave --credit out, or use --mode agent-pays"),
        Refusal::NotPrepaid { account } => told(format!("{account} is agent-pays, then or since: it has credit, and no funds"))
            .hint("`subledger account list` shows who pays; only prepaid accounts are given money"),
        Refusal::PurchaseBanned { account, kind } => {
            told(format!("{account} may not buy anything new ({kind}): new purchases are forbidden to it"))
                .hint(format!("`subledger account edit {account} --purchases allow` lifts that; --placed records an order that the provider has accepted already"))
        }
        Refusal::ChainFrozen { account, party, since, reason } => {
            told(format!("{account} can plan nothing: {party}, above it, is frozen since {since}: {reason}"))
                .hint("--placed records an order that the provider has accepted already; `subledger agent chain list` shows the chain")
        }
        Refusal::ChainExists { party, level } => told(format!("{party} is in the chain already, on level {level}"))
            .hint("`subledger agent chain edit` puts it right"),
        Refusal::ChainCycle { party, above } if party == above => {
            told(format!("{party} cannot buy from itself")).hint("--above names the party that sells to it")
        }
        Refusal::ChainCycle { party, above } => told(format!("{party} cannot buy from {above}, which stands below it"))
            .hint("`subledger agent chain list` shows who buys from whom"),
        Refusal::ChainLevel { party, level: 0, above, .. } => {
            told(format!("{party} is on level 0, the provider itself, and buys from nobody, not from {above}"))
                .hint("leave --above out, or name another --level")
        }
        Refusal::ChainLevel { party, level, above, above_level } => told(format!(
            "{party} is on level {level}, which does not follow on {above} on level {above_level}"
        ))
        .hint("a party stands one level below the one that it buys from; `subledger agent chain list` shows their levels"),
        Refusal::ChainNotSeller { party, sellers } => {
            let sellers: Vec<String> = sellers.iter().map(ToString::to_string).collect();
            told(format!("{party} does not sell to the agent: others stand between them"))
                .hint(format!("--upstream {}", sellers.join(" or ")))
        }
        Refusal::ChainAboveMissing { party, level, candidates } => chain_above_missing(party, *level, candidates, told),
        Refusal::ChainInUse { party, below, accounts } => chain_in_use(party, below, accounts, told),
        Refusal::ChainFrozenAlready { party, since, reason } => told(format!("{party} is frozen already, since {since}: {reason}"))
            .hint("`subledger agent chain thaw` lets it go on"),
        Refusal::ChainNotFrozen { party } => {
            told(format!("{party} is not frozen")).hint("`subledger agent chain list` shows who is")
        }
        Refusal::CertificateTooLong { expires, latest } => {
            told(format!("no certificate is valid until {expires}: {latest} would be the latest")).hint("look at the year again")
        }
        Refusal::AccountOverdue { account, group, overdue, due } => {
            told(format!("{account} may not buy anything new: it owes {overdue} that was due, the oldest on {due}")).hint(format!(
                "`subledger settlement receive {group} AMOUNT` records what it paid; the policy is `overdue-check`; --placed records an order that the provider has accepted already"
            ))
        }
        Refusal::HandoverOpen { account, case, leaver } => {
            told(format!("{account} is being handed over from {leaver} ({case}), and plans no orders until that is done"))
                .hint(format!("--placed records an order that the provider has accepted already; `subledger handover step {case} STEP` ticks what is done"))
        }
        Refusal::OperatorExists { name, os_uid } => told(format!("{name}, the OS user {os_uid}, is an operator of this book already"))
            .hint("each OS user is one operator, under a name of their own: `subledger operator list` shows them"),
        Refusal::HandoverNobody { holder, near } => {
            let told = told(format!("nobody called {holder} holds an account that lives"));
            match near.as_slice() {
                [] => told.hint("`subledger account edit CODE --holder NAME` records who holds an account"),
                near => told.hint(format!("did you mean {}?", near.join(", "))),
            }
        }
        Refusal::HandoverOpenAlready { holder, cases } => {
            let cases: Vec<String> = cases.iter().map(|(account, case)| format!("{account} ({case})")).collect();
            told(format!("all that {holder} holds is being handed over already: {}", cases.join(", ")))
                .hint("`subledger handover list` shows how far it is")
        }
        Refusal::HandoverUnknown { case } => {
            told(format!("there is no hand-over {case:?}")).hint("`subledger handover list --all` lists them")
        }
        Refusal::HandoverClosed { case, closed, by } => told(format!("{case} was closed on {closed} by {by}, and stays as it is"))
            .hint(format!("`subledger handover show {case}` shows it")),
        Refusal::HandoverOwn { case, leaver } => {
            told(format!("{case} is the hand-over from {leaver}, who has no hand in it")).hint(second_operator())
        }
        Refusal::HandoverStepsMissing { case, missing } => {
            told(format!("{case} cannot be closed yet; not done: {}", steps(missing, ", ")))
                .hint(format!("`subledger handover step {case} {}` ticks what is done by now", steps(missing, " ")))
        }
        Refusal::HandoverSameHolder { case, account, leaver } => {
            told(format!("{case} cannot be closed: {account} is not held by anybody else than {leaver}")).hint(format!(
                "`subledger account edit {account} --holder NAME --mobile NUMBER --email ADDRESS` records the new holder"
            ))
        }
        Refusal::HandoverSecondOperator { case, operator, part } => {
            let part = match part {
                OwnPart::Ticked(own) => format!("has ticked {} of {case}, which another operator closes", steps(own, ", ")),
                OwnPart::Opened => format!("has opened {case}: that it was not needed is for another operator to say"),
            };
            told(format!("{operator} {part}")).hint(second_operator())
        }
        Refusal::SwitchUnsettled { account, owed, unspent, pending } => {
            let mut first: Vec<String> = Vec::new();
            if !owed.amount.is_zero() {
                first.push(format!("it owes {owed}, which has to be settled"));
            }
            if !unspent.amount.is_zero() {
                let when = if pending.amount.is_zero() { "" } else { ", once its usage is charged" };
                first.push(format!("it has {unspent} unspent: `subledger fund reclaim {account} --all`{when}"));
            }
            if !pending.amount.is_zero() {
                first.push(format!("usage of {pending} is not charged yet: close the month, or drop the estimated bill"));
            }
            told(format!("{account} cannot change who pays while money would stay behind")).details(first)
                .hint("see to that first, or name a later --date")
        }
        Refusal::GrantForBook { operator, role } => {
            told(format!("{operator} has the role {role} for the whole book: there are no single groups to take it back for"))
                .hint(format!("`subledger operator revoke {operator:?} --role {role}`, then grant it for the groups that stay"))
        }
        Refusal::GrantWithoutScope { role } => {
            told(format!("the role {role} is for the whole book: nothing of what it carries is about single groups"))
                .hint("grant it without --group; every operator reads the whole book")
        }
        Refusal::OperatorNameNumber { name } => {
            told(format!("{name:?} is a number, and could be taken for an OS user")).hint("give them a name, as the log should call them")
        }
        Refusal::OperatorNameUid { name, os_uid } => {
            told(format!("{name:?} is how the log calls another OS user, who is no operator; this one is {os_uid}"))
                .hint("give them a name, as the log should call them")
        }
        Refusal::OperatorNameMixed { name } => {
            told(format!("{name:?} has Latin letters beside Greek or Cyrillic ones, and could be taken for another name"))
                .hint("give them a name in letters of one alphabet")
        }
        Refusal::NotGranted { operator, role } => {
            told(format!("{operator} has not got the role {role} there to be taken back"))
                .hint(format!("`subledger operator show {operator:?}` shows what they have"))
        }
        Refusal::GrantInPast { from, today } => {
            told(format!("what an operator may do cannot change from {from} on: today is {today}")).hint("name today or a later day")
        }
        Refusal::GrantReversed { from, until } => told(format!("the grant would end on {until}, before it begins on {from}"))
            .hint("--until is its last day"),
        Refusal::LastAdmin => told("nobody would be left who runs the tool: a role admin for the whole book without an end".to_owned())
            .hint("grant it to somebody else first: `subledger operator grant NAME --role admin`"),
        Refusal::DisabledAlready { operator, since, by } => {
            told(format!("{operator} is disabled already: since {since}, by {by}"))
                .hint(format!("`subledger operator enable {operator:?}` lets them go on"))
        }
        Refusal::NotDisabled { operator } => told(format!("{operator} is not disabled"))
            .hint(format!("`subledger operator show {operator:?}` shows what they may do")),
        Refusal::CreditAboveLimit { account, credit, limit } => {
            told(format!("{account} cannot begin with a credit of {credit}: what is above {limit} takes a second person"))
                .hint(format!("open it without --credit, then `subledger credit set {account} AMOUNT`"))
        }
        Refusal::BackupUnsound { file, failing } => told(format!("{file} cannot be trusted: it is not what was written into it"))
            .details(failing.clone())
            .hint("nothing was replaced; take another backup"),
        Refusal::OperationUnknown { number } => told(format!("the log has no operation {number}"))
            .hint("`subledger audit head` tells the number of the last one"),
        Refusal::ApprovalUnknown { request } => {
            told(format!("there is no request {request:?}")).hint("`subledger approval list --all` lists them")
        }
        Refusal::ApprovalDecided { request, verdict, by, day } => {
            told(format!("{request} was {verdict} on {day} by {by}, and is decided on once"))
                .hint(format!("`subledger approval show {request}` shows it"))
        }
        Refusal::ApprovalExpired { request, expires } => {
            told(format!("{request} could be decided on until {expires}")).hint("who still wants it asks again; `subledger approval show` has its command")
        }
        Refusal::ApprovalOwn { request, verdict } => {
            let what = if *verdict == Verdict::Approved { "approve" } else { "reject" };
            told(format!("{request} is yours: nobody may {what} what they have asked for themselves"))
                .hint(format!("another operator decides; `subledger approval withdraw {request}` takes it back"))
        }
        Refusal::ApprovalOthers { request, requester } => {
            told(format!("{request} was asked for by {requester}, who alone may withdraw it"))
                .hint(format!("`subledger approval reject {request} --reason WHY` says no"))
        }
        Refusal::ApprovalRequesterGone { request, requester } => {
            told(format!("{request} was asked for by {requester}, who may not do that any more"))
                .hint(format!("`subledger approval reject {request} --reason WHY`; who still wants it asks for it"))
        }
        Refusal::ApprovalBookMoved { request } => {
            told(format!("the book has moved since {request} was asked for: now it would do something else than what was looked at"))
                .hint(format!("`subledger approval show {request}` shows what was asked for; reject it, and ask anew"))
        }
        Refusal::PolicyInvalid { name, value, reason } => told(format!("{value:?} is no value of the policy {name}: {reason}"))
            .hint("`subledger policy list` shows what it is for"),
        Refusal::DaysReversed { from, to } => {
            told(format!("the days to report on would end on {to}, before they begin on {from}")).hint("--from is the earlier one")
        }
        Refusal::PeriodSoftClosed { period } => {
            told(format!("{period} is soft-closed: only finance still writes in it")).hint("let finance do it, or date it in a later month")
        }
        Refusal::NotWaivable { check } => told(format!("nobody can answer for {check}: it can be worked off"))
            .hint("`subledger period checklist 2026-06` says how"),
        Refusal::NotWaived { period, check } => {
            told(format!("nobody answers for {check} of {period}")).hint(format!("`subledger period checklist {period}`"))
        }
        Refusal::NoReceipt { period } => told(format!("{period} has no such receipt: it was not closed, or not that often"))
            .hint(format!("`subledger period close {period}`")),
        Refusal::PeriodNotClosed { period } => {
            told(format!("{period} is open: there is nothing to open again")).hint("`subledger period list` shows what is closed")
        }
        Refusal::DisputeDecided { period } => {
            told(format!("what the bill of {period} put into dispute has been decided on since, and would be forgotten"))
                .hint("correct it in the first open month")
        }
        Refusal::PeriodClosed { period, first_open } => {
            told(format!("{period} is closed and takes nothing more")).hint(format!("date it {} or later", first_open.first_day()))
        }
        Refusal::BillClosed { period } => told(format!("{period} is closed, and its bill does not change any more"))
            .hint("what the provider corrects afterwards comes with the bill of a later month"),
        Refusal::NotPositive { amount } => told(format!("the amount {amount} is not above zero")),
        Refusal::Negative { amount } => told(format!("the amount {amount} is below zero")),
        Refusal::TooPrecise { amount, currency } => told(format!(
            "the amount {amount} has more decimal places than {currency} has ({})",
            currency.minor_digits()
        )),
        Refusal::AmountOverflow => told("the amount is too large to be counted".to_owned()),
        Refusal::CurrencyMismatch { expected, found } => told(format!("{found} where {expected} is expected")),
        Refusal::DepositsInsufficient { group, needed, available } => {
            told(format!("{group} has {available} that is not allocated; {needed} is needed")).hint(format!("`subledger fund deposit {group} AMOUNT` records money that it paid in"))
        }
        Refusal::DepositsHeld { group, needed, available, held } => told(format!(
            "{group} may take {available} out, because {held} of its accounts is in arrears or overdue; {needed} is needed"
        ))
        .hint("`subledger alert list` shows which"),
        Refusal::ReclaimInsufficient { account, needed, given, .. } if !needed.amount.is_positive() => {
            told(format!("{account} has nothing to reclaim: nothing that is not spent came from its group (which has given it {given})"))
                .hint(format!("`subledger fund history {account}` shows where it went"))
        }
        Refusal::UnspentInsufficient { account, needed, available } => {
            told(format!("{account} has {available} that is not spent; {needed} is needed"))
                .hint(format!("`subledger fund history {account}` shows where it went"))
        }
        Refusal::ReclaimInsufficient { account, needed, available, given } => told(format!(
            "{account} has {available} that is not spent and came from its group (which has given it {given}); {needed} is needed"
        ))
        .hint(format!("`subledger fund history {account}` shows where it went")),
        Refusal::TransferToItself { account } => told(format!("{account} cannot give money to itself")).hint("name two accounts"),
        Refusal::TransferBetweenGroups { from, from_group, to, to_group } => {
            told(format!("{from} belongs to {from_group} and {to} to {to_group}; money stays in its group"))
                .hint(format!("`subledger fund reclaim {from} AMOUNT` and `subledger fund withdraw {from_group} AMOUNT` give it back to the customer"))
        }
        Refusal::TransferBetweenEntities { from, from_entity, to, to_entity } => {
            told(format!("the real-name owner of {from} is {from_entity} and that of {to} is {to_entity}; money passes only between accounts of one"))
                .hint(format!("`subledger fund reclaim {from} AMOUNT`, then `subledger fund allocate {to} AMOUNT`"))
        }
        Refusal::NotAgentPays { account } => told(format!("{account} is prepaid: it spends what it was given and has no credit"))
            .hint(format!("`subledger fund allocate {account} AMOUNT` gives it money")),
        Refusal::PaidDiffers { amount, paid } => {
            told(format!("{amount} came into the pool and {paid} was paid for it, in the same currency"))
                .hint("--paid is for what the bank paid in another currency, with --paid-currency")
        }
        Refusal::PoolInsufficient { needed, available } => told(format!("the pool has {available}; {needed} is needed"))
            .hint("`subledger pool top-up AMOUNT` records money that was paid in; --from bank pays from the bank"),
        Refusal::AlertUnknown { alert } => {
            told(format!("there is no alert {alert:?}, or more than one begins like it")).hint("`subledger alert list --all` lists them with their ids")
        }
        Refusal::SnoozeInPast { until, today } => {
            told(format!("{until} is not after today, {today}: it would come back at once")).hint("name a later day")
        }
        Refusal::BudgetUnknown { budget } => told(format!("there is no budget {budget:?}")).hint("`subledger budget list` lists them"),
        Refusal::BudgetExceeded { budget, about, needed, left, amount } => told(format!(
            "it would go beyond the budget {budget} ({about}): {needed} is needed, {left} is left of {amount}"
        ))
        .hint("`subledger budget list` shows where it stands; --placed records an order that the provider has accepted already"),
        Refusal::PoolUncovered { account, needed, available } => told(format!(
            "the pool does not cover an order of {account}: {needed} is needed, {available} is left once the provider has what it is owed"
        ))
        .hint("`subledger pool top-up AMOUNT` records money that was paid in; the policy is `pool-check`; --placed records an order that the provider has accepted already"),
        Refusal::PayableInsufficient { needed, available } => {
            told(format!("the provider has billed {available} that is not paid; {needed} is more"))
                .hint("`subledger pool show` shows what it is owed; what it has not billed yet is `accrued`")
        }
        Refusal::SettlementExceeds { of, owed, .. } if owed.amount.is_zero() => {
            told(format!("{of} owes nothing that this could pay")).hint("`subledger settlement list` shows who owes what")
        }
        Refusal::SettlementExceeds { of, needed, owed } => told(format!("{of} owes {owed} of what this is for; {needed} is more"))
            .hint("`subledger settlement list` shows who owes what"),
        Refusal::ReferenceUsed { reference, entry, date, group, amount } => {
            let whose = group.as_ref().map_or_else(String::new, |group| format!(" of {group}"));
            told(format!("{amount}{whose} came in under the reference {reference:?} before: entry {}, on {date}", entry.0))
                .hint("--again records it all the same, such as the part of another group")
        }
        Refusal::EntryUnknown { entry } => told(format!("there is no entry {}", entry.0))
            .hint("`subledger fund history ACCOUNT` shows entries with their numbers"),
        Refusal::NotASettlement { entry, event } => {
            told(format!("entry {} is no settlement, but {event}", entry.0)).hint("what settled a receivable can be charged back")
        }
        Refusal::ChargedBack { entry, by } => told(format!("entry {} was charged back before, by entry {}", entry.0, by.0)),
        Refusal::ChargeBackBefore { entry, date, settled } => {
            told(format!("entry {} is of {settled} and cannot be taken back before, on {date}", entry.0)).hint(format!("date it {settled} or later"))
        }
        Refusal::FundsInsufficient { account, needed, available } => told(format!("{account} has {available} available; {needed} is needed"))
            .hint(format!("`subledger fund allocate {account} AMOUNT` gives it money; --placed records an order that the provider has accepted already")),
        Refusal::CreditInsufficient { account, needed, available, limit } => {
            told(format!("{account} has {available} available of its credit limit of {limit}; {needed} is needed"))
                .hint("--placed records an order that the provider has accepted already")
        }
        Refusal::OpeningDone { date } => told(format!("the book has an opening already, of {date}, from another file"))
            .hint("a book starts once: `subledger report trial-balance` shows with what; if it was wrong, make a new book"),
        Refusal::OpeningNotFirst { entries, orders, bills } => {
            told(format!("an opening comes before anything else, and the book has {}", what_is_there(*entries, *orders, *bills)))
                .hint("make a new book and import the opening first; accounts, prices and groups may be there before")
        }
        Refusal::OpeningNotYet { date, today } => {
            told(format!("{date} has not come, today is {today}: an opening closes the months before its day"))
                .hint("name the first day on which this book counts: --date YYYY-MM-DD")
        }
        Refusal::OpeningTwice { line } => told(format!("line {line} says the same already")),
        Refusal::AfterOpening { date, opening } => told(format!("{date} lies after {opening}, the day of the opening")),
        Refusal::OpeningDiffers { account, payable, cost } => told(format!(
            "{account} is on the agency model: the customer is charged what the provider bills, not {payable} for {cost}"
        )),
        Refusal::OpeningLines { file, problems, lines, count } => {
            told(format!("{file}: {} refused; nothing was written", plural(*count, "line is", "lines are")))
                .details(bad_lines(problems, lines, *count, sentence))
        }
        Refusal::AgreementInvalid { file, misprints } => match &misprints[..] {
            [Misprint { line, reason }] => told(format!("{}: {reason}", place(file, *line))),
            several => told(format!("{file}: {}; nothing was applied", plural(several.len() as u64, "mistake", "mistakes"))).details(
                several.iter().map(|Misprint { line, reason }| match line {
                    Some(line) => format!("line {line}: {reason}"),
                    None => reason.clone(),
                }).collect(),
            ),
        },
        Refusal::LayoutInvalid { file, line, reason } => told(format!("{}: {reason}", place(file, *line))),
        Refusal::MemberOfOtherGroup { account, group, agreement } => {
            told(format!("{agreement} names {account}, which belongs to {group}")).hint("members are accounts of the agreement's own group")
        }
        Refusal::TermsOfOtherGroup { agreement, group } => told(format!("{agreement} is not for {group}"))
            .hint(format!("a file with group = \"{group}\" can be compared; it need not be applied")),
        Refusal::NotSaleTerms { agreement } => told(format!("{agreement} is a purchase agreement: it says what the provider bills, not what a group pays"))
            .hint("compare the terms of a file with kind = \"sale\""),
        Refusal::NothingCharged { group, from, to } => told(format!("{group} was charged nothing from {from} to {to}"))
            .hint("`subledger order list` shows when something was bought"),
        Refusal::AccountOfOtherGroup { account, group } => told(format!("{account} is not of the group {group}"))
            .hint("`subledger account list` shows which accounts are"),
        Refusal::PlanLines { file, lines, count } => {
            let details = lines.iter().map(|(line, refusal)| format!("line {line}: {}", refused(refusal).message)).collect();
            told(format!("{file}: {} refused; nothing was priced", plural(*count, "line is", "lines are"))).details(details)
        }
        Refusal::CostUnknown { agreement } => told(format!("{agreement} prices by cost, and what the provider will bill is not known"))
            .hint("`subledger price apply FILE` with kind = \"purchase\", or --provider-amount for this order"),
        Refusal::DateInFuture { date, today } => told(format!("{date} has not come yet: today is {today} (UTC+8)"))
            .hint("what is recorded has happened: give the day on which it did"),
        Refusal::BeforeOpening { date, opening } => {
            told(format!("{date} lies before the opening of {opening}: what happened until then is in the balances that the book starts with"))
                .hint("record what happened on that day and later")
        }
        Refusal::CouponExceeds { kind, amount, most } => told(format!("a {kind} of {amount} is more than the {most} that it is used on"))
            .hint("what is left of it is for another order"),
        Refusal::CouponOnAgency { amount } => {
            told(format!("on the agency model the price is the provider's: the agent cannot reduce it by {amount}"))
                .hint("--coupon-bearer provider, or a --voucher that the agent bears")
        }
        Refusal::AgreementConflict { agreement, valid_from } => {
            told(format!("{agreement} from {valid_from} is in the book with other terms")).hint("agreements are never edited: give the new terms a later valid_from")
        }
        Refusal::AgreementOverlap { agreement, other, valid_from } => {
            told(format!("{agreement} and {other} (from {valid_from}) would both price the same days"))
                .hint(format!("name it {other} to supersede that one, or keep the dates apart"))
        }
        Refusal::NoPurchaseAgreement { currency, date } => told(format!("no purchase agreement in {currency} is in force on {date}, so the cost cannot be expected"))
            .hint("`subledger price apply FILE` with kind = \"purchase\", or --provider-amount for this order"),
        Refusal::OrderDuplicate { provider_order, order } => told(format!("the provider's order {provider_order} is recorded already as {order}"))
            .hint(format!("`subledger order show {order}` shows it")),
        Refusal::ServiceEndsBeforeStart { from, to } => told(format!("the service would end on {to}, before it begins on {from}")),
        Refusal::RefundOfRefund { order } => told(format!("{order} is a refund itself and cannot be refunded")),
        Refusal::RefundDiffers { order, amount, provider_amount } => {
            told(format!("{order} is on the agency model: the customer gets back what the provider gives back, not {amount} for {provider_amount}"))
                .hint("give one of --amount and --provider-amount")
        }
        Refusal::RefundExceeds { order, left, .. } if !left.amount.is_positive() => told(format!("{order} has nothing left to be paid back")),
        Refusal::RefundExceeds { order, asked, left } => told(format!("{order} has {left} left to be paid back; {asked} was asked")),
        Refusal::NoServiceTime { order } => told(format!("{order} was recorded without the days of its service, so that its unused time is not known"))
            .hint("--amount says how much to give back"),
        Refusal::OutsideService { order, date, from, to } => {
            told(format!("{date} does not lie in the service of {order}, which is from {from} to {to}"))
        }
        Refusal::RefundBeforeOrder { order, date, ordered } => told(format!("{date} lies before {ordered}, when {order} was placed")),
        Refusal::OrderLines { file, lines, count } => {
            let details = lines.iter().map(|(line, refusal)| format!("line {line}: {}", refused(refusal).message)).collect();
            told(format!("{file}: {} refused; nothing was recorded", plural(*count, "order is", "orders are"))).details(details)
        }
        Refusal::NotAPlan { file, missing } => told(format!("{file}: it is no plan, which also has: {}", missing.join(", ")))
            .hint("`subledger fund plan --output plan.csv` makes one"),
        Refusal::PlanEdited { file } => {
            told(format!("{file}: it is not as it was planned: a cell, a row or their order has changed; nothing was moved"))
                .hint("`subledger fund plan --output plan.csv` makes a new one; `subledger fund allocate` and `subledger fund reclaim` move other amounts")
        }
        Refusal::PlanApplied { file, operation } => {
            told(format!("{file}: this plan was applied before, by operation {}; nothing was moved", operation.0))
                .hint("`subledger fund plan --output plan.csv` makes a new one")
        }
        Refusal::PlanRequested { file, request } => {
            told(format!("{file}: this plan was asked for as {request}, and waits for another operator; nothing was moved"))
                .hint(format!("`subledger approval show {request}` shows it"))
        }
        Refusal::PlanStale { file } => told(format!("{file}: the book has changed since the plan was made; nothing was moved"))
            .hint("`subledger fund plan --output plan.csv` makes a new one"),
        Refusal::UnreadableFile { file, reason } => unreadable(file, reason, told),
        Refusal::NoProof { file, wanted, reason } => told(format!("{file} is no {wanted} of this tool: {reason}")).hint(match *wanted {
            "manifest" => "`subledger statement export --period MONTH --out DIR` writes one",
            _ => "keep what `subledger period receipt MONTH --format json` answers",
        }),
        Refusal::BadLines { file, problems, count } => {
            let mut details: Vec<String> = problems.iter().map(problem).collect();
            if *count > problems.len() as u64 {
                details.push(format!("and more: {} in all", plural(*count, "bad line", "bad lines")));
            }
            told(format!("{file}: {} cannot be read; nothing was imported", plural(*count, "line", "lines"))).details(details)
        }
        Refusal::LineConflict { line_id, first, second } => {
            let place = |place: &LinePlace| format!("{}, line {}", place.file, place.line);
            let (first, second) = (place(first), place(second));
            told(format!("{first}, and {second}, have the same id {line_id} and other content; nothing was imported"))
                .hint("download the bill again: a line id stands for one line")
        }
        Refusal::TwoLayouts { file, layout, tax, first, first_tax } => {
            let named = |layout: &Layout, tax: &Option<TaxBasis>| match tax {
                Some(tax) => format!("{layout}, tax {tax}"),
                None => layout.to_string(),
            };
            let (this, first) = (named(layout, tax), named(first, first_tax));
            told(format!("{file} is {this}, and the version's other files are {first}; nothing was imported"))
                .hint("the files of one version have one layout and one tax basis, or they overlap: import the others on their own")
        }
        Refusal::OtherAgent { agent, payer } => {
            told(format!("the bill is of another agent: {payer} pays for its accounts, and this book's agent is {agent}"))
                .hint("--book PATH names the book of that agent; `subledger status` shows this one")
        }
        Refusal::RejectsUnwritten { file, message } => {
            told(format!("{file}: the bad lines cannot be written there: {message}; nothing was imported"))
                .hint("--rejects FILE names another place")
        }
        Refusal::NoBillVersion { period, version } => {
            told(format!("the bill of {period} has no version {version}, or it was dropped")).hint("`subledger bill list` lists them")
        }
        Refusal::NoEarlierVersion { period, version } => {
            told(format!("version {version} of the bill of {period} has none before it to compare it with"))
                .hint("--from VERSION --to VERSION name two; `subledger bill list` lists them")
        }
        Refusal::NotOnBill { account, period, version } => {
            told(format!("{account} has no line on version {version} of the bill of {period}"))
                .hint(format!("`subledger bill show {period} --version {version}` lists its accounts"))
        }
        Refusal::FileTwice { file } => told(format!("{file} has the same content as another file of this bill; its lines would count twice"))
            .hint("leave it out"),
        Refusal::WrongPeriod { asked, found } => {
            told(format!("the bill is for {found}, not for {asked}")).hint(format!("--period {found}, or another file"))
        }
        Refusal::NoBill { period } => told(format!("there is no bill for {period}")).hint(format!("`subledger bill import FILE --period {period}` imports one")),
        Refusal::NotReconciled { period } => {
            told(format!("{period} has not been reconciled")).hint(format!("`subledger reconcile run --period {period}` does it"))
        }
        Refusal::DifferenceResolved { id, resolution } => told(format!("{id} is resolved: {resolution}"))
            .hint(format!("`subledger difference show {id}` shows what was decided, `difference reopen {id}` opens it again")),
        Refusal::ResolutionUnfit { id, kind, how, why } => unfit(id, *kind, *how, *why, told),
        Refusal::NoteMissing { how } => told(format!("whoever says {how} must say why")).hint("--note \"…\""),
        Refusal::WriteOffLimit { amount, so_far, limit } => {
            told(format!("{amount} and the {so_far} written off in the month so far are more than the limit of {limit}"))
                .hint("`subledger policy set` changes write-off-limit; a difference can also be disputed, or accepted")
        }
        Refusal::NotReopened { id, resolution } => not_reopened(id, *resolution, told),
        Refusal::InvoiceBeforeClose { period } => told(format!("{period} is not closed: what it charges can still change"))
            .hint(format!("`subledger period close {period}`, or a closed month")),
        Refusal::NothingToInvoice { period } => told(format!("nothing is left to invoice through {period}"))
            .hint(format!("`subledger invoice plan --period {period}` shows what is, and why not more")),
        Refusal::TwoEntities { accounts: [one, other], entities: [of_one, of_other] } => {
            told(format!("{one} is {of_one}'s and {other} is {of_other}'s: one invoice has one legal person"))
                .hint("request them one by one, or all with --all")
        }
        Refusal::AmountOfSeveral => told("an amount is for one invoice, and this would be several".to_owned())
            .hint("name one account, or leave --merge account out"),
        Refusal::InvoiceBeyond { asked, invoiceable } => told(format!("{asked} is more than the {invoiceable} that can be invoiced"))
            .hint("leave --amount out to invoice all of it"),
        Refusal::TitleIncomplete { entity, missing } => {
            told(format!("the invoice title of {entity} lacks what such an invoice needs: {}", missing.join(", ")))
                .hint(format!("`subledger entity edit {entity} {} …`", missing.join(" … ")))
        }
        Refusal::InvoiceNotRequested { invoice, state } => told(format!("{invoice} is {state}, and not a request"))
            .hint(format!("`subledger invoice show {invoice}` shows it")),
        Refusal::InvoiceBeforeRequest { invoice, date, requested } => {
            told(format!("{invoice} was requested on {requested}, and cannot be dated {date}")).hint("give the day on the invoice")
        }
        Refusal::InvoiceNumberForm { text, reason } => told(format!("{text:?} is no number of an invoice: {reason}")),
        Refusal::InvoiceNumberTaken { number, invoice } => {
            told(format!("{invoice} has the number {number}")).hint(format!("`subledger invoice show {invoice}` shows it"))
        }
        Refusal::InvoiceNotVoidable { invoice, form, has_red } => told(if *has_red {
            format!("{invoice} has red letters, and cannot be voided")
        } else {
            format!("{invoice} is {form} and issued: only one on paper is voided, within the month on it")
        })
        .hint(format!("`subledger invoice credit {invoice} --reason …` takes back what is left of it")),
        Refusal::InvoiceNotCreditable { invoice, state, is_red } => told(if *is_red {
            format!("{invoice} is a red letter itself")
        } else {
            format!("{invoice} is {state}: a red letter is for an invoice that was issued")
        })
        .hint(format!("`subledger invoice void {invoice} --reason …` withdraws a request")),
        Refusal::RedLetterBeyond { invoice, asked, left } => {
            told(format!("{asked} is more than the {left} that red letters have left of {invoice}"))
                .hint("leave --amount out to take back all that is left")
        }
        Refusal::OneSided { id } => told(format!("{id} needs another side: an order for lines of the bill, lines for an order, or a dispute for money back"))
            .hint(format!("`subledger difference explain {id}` names what comes near; `subledger bill lines` shows the bill")),
        Refusal::NotLeftOver { id, period } => told(format!("{id} cannot be matched with that: it is matched already, or it gives back more than is in dispute"))
            .hint(format!("`subledger reconcile bridge --period {period} --by line --account CODE` shows what every line is matched with")),
        Refusal::NotMatched { id } => told(format!("{id} was not matched by hand")),
        Refusal::NoListPrice { provider_order, period } => {
            told(format!("the bill of {period} does not tell the list price of {provider_order}"))
                .hint("record it with `subledger order record`, which asks for the list price")
        }
        Refusal::DayPassed { day, today } => told(format!("{day} is over: today is {today}")),
        Refusal::CloseBlocked { period, blockers } => {
            told(format!("{period} cannot be closed yet")).details(blockers.iter().map(|b| blocker(b, *period)).collect())
        }
        Refusal::NoStatement { account, period } => told(format!("{account} had no part in {period}: its charges are ours from a later day")),
    }
}

/// A refusal in one sentence, with the names that may have been meant, or what is missing.
pub(crate) fn sentence(refusal: &Refusal) -> String {
    let Told { message, hint, .. } = refused(refusal);
    match (refusal, hint) {
        (Refusal::Unknown { near, .. }, Some(hint)) if !near.is_empty() => format!("{message}; {hint}"),
        (Refusal::EvidenceMissing { missing, .. }, _) => {
            let missing: Vec<&str> = missing.iter().map(|attestation| attestation.as_str()).collect();
            format!("{message}: {}", missing.join(", "))
        }
        _ => message,
    }
}

/// Nobody is named from whom a party buys.
fn chain_above_missing(party: &Name, level: u16, candidates: &[Name], told: impl Fn(String) -> Told) -> Told {
    let before = level.saturating_sub(1);
    match candidates {
        [] => told(format!("{party} is on level {level}, and nobody is on level {before} from whom it could buy"))
            .hint(format!("`subledger agent chain add NAME --level {before}` records that party first")),
        several => told(format!("{party} is on level {level}, and on level {before} stand {}", first_names(several)))
            .hint("--above NAME says from whom it buys"),
    }
}

/// Who and what stands on a party that is to be removed.
fn chain_in_use(party: &Name, below: &[Name], accounts: &[Code], told: impl Fn(String) -> Told) -> Told {
    let mut details = Vec::new();
    if !below.is_empty() {
        details.push(format!(
            "below it: {}; remove them first, or let them buy elsewhere: `subledger agent chain edit NAME --above NAME`",
            first_names(below)
        ));
    }
    if !accounts.is_empty() {
        let accounts = first_names(accounts);
        details
            .push(format!("bought through it: {accounts}; `subledger account edit ACCOUNT` with --upstream names another party, with --no-upstream none"));
    }
    told(format!("{party} cannot be removed while others stand on it")).details(details)
}

/// The first names of many.
fn first_names<T: ToString>(names: &[T]) -> String {
    const SHOWN: usize = 10;
    let first: Vec<String> = names.iter().take(SHOWN).map(ToString::to_string).collect();
    match names.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        Some(more) => format!("{} and {more} more", first.join(", ")),
        None => first.join(", "),
    }
}

/// Why a difference cannot be resolved in some way, and what to do instead.
fn unfit(id: &str, kind: DifferenceKind, how: Resolution, why: WhyNot, told: impl Fn(String) -> Told) -> Told {
    let told = |why: &str| told(format!("{id} ({kind}) cannot be resolved as {how}: {why}"));
    match why {
        WhyNot::NoAccount => told("it has no account of the book")
            .hint("associate the account (`subledger account associate`) and run the month again; or write it off, or dispute it"),
        WhyNot::NotBilled => told("nothing was billed that could be accepted")
            .hint("--as cancelled takes the order back, --as moved takes it to the account that was billed; or carry it: `difference acknowledge`"),
        WhyNot::Billed => told("it was billed").hint("--as accepted, or --as disputed"),
        WhyNot::NoLoss => told("the bill asks for no more than was expected").hint("--as accepted --borne-by agent takes it over"),
        WhyNot::NothingTooMuch => {
            told("nothing too much was billed").hint("carry it over the close: `difference acknowledge ID --owner NAME --due DAY`")
        }
        WhyNot::NotElsewhere => told("it is not recorded for one account and billed to another"),
        WhyNot::Recorded => told("nothing is missing in the book that could be recorded").hint(format!("`subledger difference explain {id}`")),
        WhyNot::NoOriginal => told("money back is for an order").hint("name the order with --refunds; or --as accepted"),
        WhyNot::OfOtherAccount => told("the order that --refunds names is another account's").hint("name an order of the same account"),
        WhyNot::IsRefund => told("it is about a refund, which the provider has not given")
            .hint("--as accepted takes the customer's refund back (--borne-by customer), or leaves it to them (--borne-by agent)"),
        WhyNot::FollowsItsOrder => told("it is about a refund, which belongs to the account of its order")
            .hint("ask the provider to bill it there: --as disputed"),
        WhyNot::MonthClosed => told("its month is closed, and nothing of it is in dispute")
            .hint("a later bill settles it by its order number; or open the month again: `subledger period reopen`"),
    }
}

/// The command that lists things.
fn list_of(noun: Noun) -> &'static str {
    match noun {
        Noun::Entity => "entity list",
        Noun::Group => "group list",
        Noun::Operator => "operator list",
        Noun::Command => "operator permissions",
        Noun::Account => "account list",
        Noun::Order => "order list",
        Noun::Agreement => "price list",
        Noun::Difference | Noun::Owner => "difference list",
        Noun::BillLine => "bill lines",
        Noun::Invoice => "invoice list",
        Noun::Upstream => "agent chain list",
    }
}

fn not_reopened(id: &str, resolution: Resolution, told: impl Fn(String) -> Told) -> Told {
    let told = told(format!("{id} is {resolution}, which opening it again does not undo"));
    match resolution {
        Resolution::Matched => told.hint(format!("`subledger difference unmatch {id}`")),
        Resolution::Recorded | Resolution::Cancelled | Resolution::Moved => {
            told.hint("orders are undone by a refund, refunds by a new order: `subledger order refund`, `order record`")
        }
        _ => told.hint("it comes back by itself when a run finds it again"),
    }
}

/// The way on for an account that is not where a command needs it.
fn way_on(account: &str, origin: Origin, state: AccountState) -> String {
    match (origin, state) {
        (Origin::Created, AccountState::Invited) => {
            format!("`subledger account accept {account} --uid UID`, then `account verify`")
        }
        (Origin::Created, AccountState::Accepted | AccountState::Verified) => {
            format!("`subledger account verify {account}` makes it active")
        }
        (Origin::Associated, AccountState::Invited) => format!("`subledger account confirm {account}` records the owner's consent"),
        (_, AccountState::Active) => {
            format!("`subledger account freeze {account} --reason WHY` stops it, `account release` ends it")
        }
        (_, AccountState::Frozen) => {
            format!(
                "`subledger account thaw {account} --reason WHY` lets it go on; --placed records an order that the provider has accepted already"
            )
        }
        (_, AccountState::Expired) => format!("`subledger invitation resend {account}` sends a new invitation"),
        (_, AccountState::Released | AccountState::Revoked | AccountState::Declined) => {
            "that is the end of its life: `subledger account create` or `account associate` begins another, under a new code"
                .to_owned()
        }
        (Origin::Associated, AccountState::Accepted | AccountState::Verified) => {
            format!("`subledger account history {account}` shows how it came there")
        }
    }
}

fn steps(steps: &[HandoverStep], between: &str) -> String {
    steps.iter().map(|step| step.as_str()).collect::<Vec<_>>().join(between)
}

/// Where there may be another operator.
fn second_operator() -> &'static str {
    "`subledger operator list` shows who else there is; `subledger operator add` adds somebody"
}

/// `3 entries, 1 order, 2 bills`.
fn what_is_there(entries: u64, orders: u64, bills: u64) -> String {
    let all = [(entries, "entry", "entries"), (orders, "order", "orders"), (bills, "bill", "bills")];
    let there: Vec<String> = all.iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| plural(*n, one, many)).collect();
    there.join(", ")
}
