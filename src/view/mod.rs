//! What people and programs get to see.
//!
//! Two steps. An outcome is turned into a [`Document`](document::Document), the one description of an answer; a renderer turns
//! a description into a table for people ([`table`]), a page ([`html`], with its [`chart`]s), an object for programs ([`json`]), a
//! sheet ([`csv`]) or a workbook ([`xlsx`]). So a figure cannot differ between formats, and a new format is one file.
//!
//! Nothing here prints, and nothing here reads the book: a renderer writes to the writer that it is given, and knows only the
//! document.

pub mod account;
pub mod account_import;
pub mod agent;
pub mod alert;
pub mod approval;
pub mod association;
pub mod audit;
pub mod backup;
pub mod bill;
pub mod bridge;
pub mod budget;
pub mod chart;
pub mod compliance;
pub mod credit;
pub mod csv;
pub mod difference;
pub mod document;
pub mod dunning;
pub mod duties;
pub mod entity;
pub mod fund;
pub mod handover;
pub mod html;
pub mod invitation;
pub mod invoice;
pub mod json;
pub mod language;
pub mod mail;
pub mod margin;
pub mod opening;
pub mod operator;
pub mod order;
pub mod period;
pub mod plan;
pub mod policy;
pub mod pool;
pub mod price;
pub mod price_plan;
pub mod reconcile;
pub mod release;
pub mod report;
pub mod saving;
pub mod settlement;
pub mod statement;
pub mod table;
pub mod text;
pub mod upstream;
pub mod xlsx;

#[cfg(test)]
mod tests;
