//! subledger: the cloud reseller's sub-ledger.
//!
//! *The domain decides, the book carries it out, the store remembers, the view tells.* Arrows point towards [`domain`] only:
//!
//! | layer | what it is | what only it may do |
//! |---|---|---|
//! | [`domain`] | money, prices, matching, the close: pure values and rules | decide |
//! | [`intake`] | files of bills, orders and agreements, read into domain values | know file formats |

pub mod domain;
pub mod intake;
