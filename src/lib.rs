//! subledger: the cloud reseller's sub-ledger.
//!
//! *The domain decides, the book carries it out, the store remembers, the view tells.* Arrows point towards [`domain`] only:
//!
//! | layer | what it is | what only it may do |
//! |---|---|---|
//! | [`domain`] | money, prices, matching, the close: pure values and rules | decide |
//! | [`store`] | the book's file: rows ⇄ domain values | speak SQL |
//! | [`book`] | the application: one use case a command, one way to write | open an operation |
//! | [`intake`] | files that users hand over → domain values | parse |
//! | [`view`] | an outcome as a description, a description as table, JSON, CSV | choose how it looks |
//! | [`cli`] | the command tree, files, terminals, questions, the clock | print, ask, exit |

pub mod book;
pub mod cli;
pub mod domain;
pub mod intake;
pub mod store;
pub mod view;
