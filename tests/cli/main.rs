//! The command line as people and scripts meet it: what is printed where, and how a command ends.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its scene has failed")]
#![expect(clippy::format_push_string, reason = "transcripts are short, and read better so")]

mod account_import;
mod alerts;
mod approvals;
mod audits;
mod backups;
mod bad_input;
mod book;
mod bridges;
mod budgets;
mod chains;
mod compliance;
mod containers;
mod demo;
mod differences;
mod dunning;
mod duties;
mod entities;
mod golden_months;
mod handovers;
mod hard_months;
mod help;
mod invitations;
mod invoices;
mod keys;
mod kills;
mod ledgers;
mod matrix;
mod money;
mod moves;
mod onboarding;
mod opening;
mod output;
mod policies;
mod preview;
mod price_plans;
mod prices;
mod questions;
mod refusals;
mod rendered;
mod reopened;
mod rights;
mod runway;
mod savings;
mod settlements;
mod statements;
mod story;
mod terminal;
mod versions;
mod writes;
