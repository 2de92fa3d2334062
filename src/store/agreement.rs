//! Agreements.

use chrono::NaiveDate;
use rusqlite::{OptionalExtension as _, Row, params};

use super::error::Result;
use super::sql::{Columns as _, day, to_json};
use super::{Reader, Writer};
use crate::domain::agreement::{Agreement, AgreementKind, Run, Terms, in_turn};
use crate::domain::code::Code;
use crate::domain::id::{AccountId, AgreementId, GroupId};

const SELECT: &str = "SELECT id, group_id, terms, members FROM agreement";

fn agreement(row: &Row<'_>) -> rusqlite::Result<Agreement> {
    let group = row.get::<_, Option<i64>>(1)?.map(GroupId);
    Ok(Agreement { id: AgreementId(row.get(0)?), group, members: row.json(3)?, terms: row.json(2)?, run: Run::default() })
}

impl Reader<'_> {
    /// Every version of the sale agreements of a group, by date.
    pub fn sale_agreements(&self, group: GroupId) -> Result<Vec<Agreement>> {
        let mut select =
            self.connection.prepare_cached(&format!("{SELECT} WHERE kind = 'sale' AND group_id = ?1 ORDER BY valid_from, id"))?;
        let rows = select.query_map([group.0], agreement)?;
        Ok(in_turn(rows.collect::<rusqlite::Result<_>>()?))
    }

    /// Every version of the purchase agreements, by date.
    pub fn purchase_agreements(&self) -> Result<Vec<Agreement>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE kind = 'purchase' ORDER BY valid_from, id"))?;
        let rows = select.query_map([], agreement)?;
        Ok(in_turn(rows.collect::<rusqlite::Result<_>>()?))
    }

    /// The version of an agreement that begins on a date.
    pub fn agreement_version(&self, name: &Code, valid_from: NaiveDate) -> Result<Option<Agreement>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE name = ?1 AND valid_from = ?2"))?;
        Ok(select.query_row(params![name.as_str(), day(valid_from)], agreement).optional()?)
    }

    /// Every version of every agreement, by name and date.
    pub fn agreements(&self) -> Result<Vec<Agreement>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} ORDER BY name, valid_from"))?;
        let rows = select.query_map([], agreement)?;
        Ok(in_turn(rows.collect::<rusqlite::Result<_>>()?))
    }

    /// Every version with the columns by which it is found: name, kind and first day.
    pub(super) fn agreement_columns(&self) -> Result<Vec<(Agreement, String, AgreementKind, NaiveDate)>> {
        let mut select =
            self.connection.prepare("SELECT id, group_id, terms, members, name, kind, valid_from FROM agreement ORDER BY id")?;
        let rows = select.query_map([], |row| Ok((agreement(row)?, row.get(4)?, row.parsed(5)?, row.date(6)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// A version of an agreement with the number that it will have.
    pub fn new_agreement(&mut self, group: Option<GroupId>, members: Vec<AccountId>, terms: Terms) -> Result<Agreement> {
        debug_assert_eq!(group.is_some(), terms.kind == AgreementKind::Sale);
        Ok(Agreement { id: AgreementId(self.next_id("agreement")?), group, members, terms, run: Run::default() })
    }

    /// Writes a version of an agreement.
    pub fn insert_agreement(&mut self, agreement: &Agreement) -> Result<()> {
        let terms = &agreement.terms;
        self.connection().execute(
            "INSERT INTO agreement (id, name, kind, group_id, valid_from, terms, members) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                agreement.id.0,
                terms.name.as_str(),
                terms.kind.as_str(),
                agreement.group.map(|g| g.0),
                day(terms.valid_from),
                to_json(terms),
                to_json(&agreement.members)
            ],
        )?;
        self.log_change("agreement", &agreement.id.0.to_string(), None, agreement)?;
        Ok(())
    }
}
