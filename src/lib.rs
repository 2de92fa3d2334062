//! subledger: the cloud reseller's sub-ledger.
//!
//! *The domain decides, the book carries it out, the store remembers, the view tells.* Arrows point towards [`domain`] only:
//!
//! | layer | what it is | what only it may do |
//! |---|---|---|
//! | [`domain`] | money, prices, matching, the close: pure values and rules | decide |
//! | [`view`] | an outcome as a description, a description as table, JSON, CSV | choose how it looks |
//! | `cli` | files, terminals, questions | print, ask, write files |

#[expect(dead_code, reason = "the commands that print, ask and write files come with the command tree")]
mod cli;
pub mod domain;
pub mod view;
