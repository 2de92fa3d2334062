//! What a user hands over, read into domain values: provider bills, lists of orders and accounts, openings, agreements, plans of
//! both kinds.
//!
//! This layer knows file formats and nothing else. It must never touch SQL, print, ask the clock or open a file by name: it is
//! given something to read from (a workbook waits in a file without a name), and gives back values of
//! [`domain`](crate::domain), or a refusal that names every bad place by line and column. Bills and order lists are read in
//! blocks, so that memory does not grow with the file.
//!
//! What stands around the text is taken off first: `container` opens archives and workbooks, `encoding` makes UTF-8 of it.
//!
//! A further layout of bill is one more table like the one in `alibaba_legacy.rs` and one more row in the list of `layout.rs`.

pub mod account_list;
pub mod agreement;
pub mod bill;
pub mod container;
pub mod encoding;
pub mod opening;
pub mod orders;
pub mod own_layout;
pub mod plan;
pub mod planned_orders;
pub mod statement;

mod alibaba_api;
mod alibaba_instance;
mod alibaba_legacy;
mod alibaba_v2;
mod blocks;
mod cells;
mod columns;
mod focus;
mod json_pages;
mod json_walk;
mod known_files;
pub mod layout;
mod reason;
mod table;
