//! What the log has of commands: how an operation is told, what a denial and an upgrade leave there, and what a key finds again.

use std::collections::BTreeMap;

use chrono::SecondsFormat;

use super::approval::NamedRequest;
use super::{Call, Done, Error, Operation, Result, Session, Status, UseCase};
use crate::domain::audit::{OperationResult, cut, shown};
use crate::domain::refusal::Refusal;
use crate::store::{NewOperation, Reader, Store, StoreError};

/// What was typed, as the log stores it.
pub(super) fn as_logged(arguments: &BTreeMap<String, String>) -> String {
    serde_json::to_string(arguments).expect("a map of texts is JSON")
}

/// An operation that was done, as the log tells it.
pub(super) fn operation_of(session: &Session, operator: &str, command: &str, arguments: String) -> NewOperation {
    NewOperation {
        recorded_at: session.now.to_rfc3339_opts(SecondsFormat::Secs, true),
        operator: operator.to_owned(),
        os_uid: session.os_uid,
        command: command.to_owned(),
        arguments,
        key: None,
        result: OperationResult::Done,
        outcome: String::new(),
    }
}

/// What the log tells when a book of an earlier version is opened for the first time, by an operator of that name. A stranger
/// upgrades nothing.
pub(super) fn told_of_upgrade(session: &Session, name: Option<String>) -> Result<NewOperation> {
    let Session { os_uid, os_name, .. } = session;
    let name = name.ok_or_else(|| Refusal::UnknownOperator { os_name: os_name.clone(), os_uid: *os_uid })?;
    let arguments = BTreeMap::from([("tool".to_owned(), env!("CARGO_PKG_VERSION").to_owned())]);
    Ok(operation_of(session, &name, "upgrade", as_logged(&arguments)))
}

/// Upgrades a book of an earlier version.
pub(super) fn bring_up_to_date(store: &mut Store, session: &Session) -> Result<()> {
    if store.is_older()? {
        let name = store.read(|reader| reader.operator_name(session.os_uid))?;
        store.upgrade(&told_of_upgrade(session, name)?)?;
    }
    Ok(())
}

/// A refusal for lack of rights is itself recorded, with the beginning of each argument: a stranger does not fill the book.
pub(super) fn log_denial(store: &mut Store, session: &Session, command: &str, arguments: String) -> Result<()> {
    let typed: BTreeMap<String, String> = serde_json::from_str(&arguments).expect("it was logged a moment ago");
    let is_long = |value: &String| cut(value) != *value;
    let arguments = if typed.values().any(is_long) {
        as_logged(&typed.into_iter().map(|(name, value)| (name, cut(&value))).collect())
    } else {
        arguments
    };
    let operator = store.read(|reader| reader.operator(session.os_uid))?;
    // By number: the name of an OS user could be an operator's.
    let name = operator.map_or_else(|| format!("uid-{}", session.os_uid), |operator| operator.name);
    let denied = NewOperation { result: OperationResult::Denied, ..operation_of(session, &name, command, arguments) };
    store.begin()?.commit(&denied)?;
    Ok(())
}

/// A command that was done, with the outcome where a key may ask for it again.
pub(super) fn record<U: UseCase>(operation: &Operation<'_>, call: &Call, outcome: &U::Outcome) -> Result<NewOperation> {
    let mut recorded = operation_of(operation.session(), operation.operator_name(), U::COMMAND, call.as_logged()?);
    recorded.key.clone_from(&call.key);
    if call.key.is_some() {
        recorded.outcome = serde_json::to_string(outcome).expect("outcomes have text keys only");
    }
    Ok(recorded)
}

/// The first outcome of a key that was used before, refused when it was used for something else.
pub(super) fn replay<U: UseCase>(reader: Reader<'_>, call: &Call) -> Result<Option<U::Outcome>> {
    let Some(key) = &call.key else { return Ok(None) };
    let Some(first) = reader.operation_by_key(key)? else { return Ok(None) };
    let reused = |field: &str, first: &str, now: &str| Refusal::KeyReused {
        key: key.clone(),
        field: field.to_owned(),
        first: first.to_owned(),
        now: now.to_owned(),
    };
    if first.command != U::COMMAND {
        return Err(reused("command", &first.command, U::COMMAND).into());
    }
    let damaged = |e: serde_json::Error| StoreError::Damaged(format!("operation {}: {e}", first.id.0));
    let before: BTreeMap<String, String> = serde_json::from_str(&first.arguments).map_err(damaged)?;
    let after = call.arguments_and_hashes()?;
    let nothing = String::new();
    for name in before.keys().chain(after.keys()) {
        let (then, now) = (before.get(name).unwrap_or(&nothing), after.get(name).unwrap_or(&nothing));
        if then != now {
            return Err(reused(name, &shown(name, then), &shown(name, now)).into());
        }
    }
    if first.result == OperationResult::Requested {
        let mut outcome: NamedRequest = serde_json::from_str(&first.outcome).map_err(damaged)?;
        // As it is by now: somebody may have decided on it.
        if let Some(request) = reader.approval(outcome.request.id)? {
            outcome.request = request;
        }
        return Err(Error::Requested(Box::new(Done { status: Status::Replayed, outcome })));
    }
    Ok(Some(serde_json::from_str(&first.outcome).map_err(damaged)?))
}
