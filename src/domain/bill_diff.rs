//! What changed between two versions of a bill, line by line.
//!
//! Two lines are the same line when they have the same id of the provider. Where a layout has no ids, they are the same when
//! they name the same account, order, product, kind, month and day; of several such lines, equal ones belong together first, and
//! the others pair up in the order of their amounts. Pure: the rows come in sorted, and only one group is held at a time.

use chrono::NaiveDate;

use crate::domain::bill::LineKind;
use crate::domain::id::{ProductId, SeenUidId};
use crate::domain::money::Exact;
use crate::domain::period::Month;

/// A line as versions are compared by. The order of the fields is the order of the rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ComparedLine {
    /// The provider's id; empty where the layout has none.
    pub line_id: String,
    /// Whose it is.
    pub owner: SeenUidId,
    /// The order number; empty for usage.
    pub order_no: String,
    /// The product.
    pub product: ProductId,
    /// What it is.
    pub kind: LineKind,
    /// The charge month.
    pub month: Month,
    /// The day of consumption.
    pub day: Option<NaiveDate>,
    /// At list price.
    pub list: Exact,
    /// Covered by a plan.
    pub covered: Exact,
    /// What the coupon took off.
    pub coupon: Exact,
    /// What is owed to the provider.
    pub payable: Exact,
}

impl ComparedLine {
    fn is_same_line_as(&self, other: &Self) -> bool {
        if self.line_id.is_empty() && other.line_id.is_empty() {
            let names = |line: &Self| (line.owner, line.product, line.kind, line.month, line.day);
            return names(self) == names(other) && self.order_no == other.order_no;
        }
        self.line_id == other.line_id
    }
}

/// What became of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineChange {
    /// The newer version has it, the older has not.
    Added(ComparedLine),
    /// The older version has it, the newer has not.
    Removed(ComparedLine),
    /// Both have it, and it says something else.
    Changed {
        /// In the older version.
        old: ComparedLine,
        /// In the newer version.
        new: ComparedLine,
    },
}

/// Pairs the lines that two versions do not have equally often. They come in by line id, then by what they name, so that those
/// of one identity follow each other.
#[derive(Debug, Default)]
pub struct Differ {
    olds: Vec<ComparedLine>,
    news: Vec<ComparedLine>,
}

impl Differ {
    /// Adds a line that the older version has `old` times and the newer `new` times. Returns what the group before it came to.
    pub fn line(&mut self, line: &ComparedLine, old: u64, new: u64) -> Vec<LineChange> {
        let belongs = self.olds.first().or(self.news.first()).is_none_or(|first| first.is_same_line_as(line));
        let changes = if belongs { Vec::new() } else { self.finish() };
        for _ in new..old {
            self.olds.push(line.clone());
        }
        for _ in old..new {
            self.news.push(line.clone());
        }
        changes
    }

    /// What the last group came to.
    pub fn finish(&mut self) -> Vec<LineChange> {
        let mut olds = std::mem::take(&mut self.olds).into_iter();
        let mut news = std::mem::take(&mut self.news).into_iter();
        let mut changes = Vec::new();
        loop {
            changes.push(match (olds.next(), news.next()) {
                (Some(old), Some(new)) => LineChange::Changed { old, new },
                (Some(old), None) => LineChange::Removed(old),
                (None, Some(new)) => LineChange::Added(new),
                (None, None) => return changes,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn line(line_id: &str, owner: i64, payable: &str) -> ComparedLine {
        ComparedLine {
            line_id: line_id.into(),
            owner: SeenUidId(owner),
            order_no: String::new(),
            product: ProductId(1),
            kind: LineKind::Usage,
            month: Month::parse("2026-06").unwrap(),
            day: None,
            list: payable.parse().unwrap(),
            covered: Exact::ZERO,
            coupon: Exact::ZERO,
            payable: payable.parse().unwrap(),
        }
    }

    /// Compares two whole versions, as the store does it on disk.
    fn diff(old: &[ComparedLine], new: &[ComparedLine]) -> Vec<LineChange> {
        let mut counts: BTreeMap<ComparedLine, (u64, u64)> = BTreeMap::new();
        for line in old {
            counts.entry(line.clone()).or_default().0 += 1;
        }
        for line in new {
            counts.entry(line.clone()).or_default().1 += 1;
        }
        let mut differ = Differ::default();
        let mut changes = Vec::new();
        for (line, (old, new)) in &counts {
            if old != new {
                changes.extend(differ.line(line, *old, *new));
            }
        }
        changes.extend(differ.finish());
        changes
    }

    #[test]
    fn lines_with_an_id_are_told_apart_by_it() {
        let old = [line("a", 1, "1"), line("b", 1, "2"), line("c", 1, "3")];
        let new = [line("a", 1, "1"), line("b", 2, "2.5"), line("d", 1, "3")];
        let expected = [
            LineChange::Changed { old: line("b", 1, "2"), new: line("b", 2, "2.5") },
            LineChange::Removed(line("c", 1, "3")),
            LineChange::Added(line("d", 1, "3")),
        ];
        assert_eq!(diff(&old, &new), expected);
        assert_eq!(diff(&old, &old), []);
    }

    #[test]
    fn lines_without_an_id_are_told_apart_by_what_they_name() {
        let old = [line("", 1, "1"), line("", 1, "1"), line("", 2, "5")];
        let new = [line("", 1, "1"), line("", 1, "1.5"), line("", 3, "5")];
        let expected = [
            LineChange::Changed { old: line("", 1, "1"), new: line("", 1, "1.5") },
            LineChange::Removed(line("", 2, "5")),
            LineChange::Added(line("", 3, "5")),
        ];
        assert_eq!(diff(&old, &new), expected);
    }

    proptest! {
        #[test]
        fn the_changes_lead_from_the_older_version_to_the_newer(
            old in prop::collection::vec((0..4_usize, 1..3_i64, 0..4_u32), 0..30),
            new in prop::collection::vec((0..4_usize, 1..3_i64, 0..4_u32), 0..30),
        ) {
            let version = |lines: &[(usize, i64, u32)]| -> Vec<ComparedLine> {
                lines.iter().map(|(id, owner, amount)| line(["", "", "x", "y"][*id], *owner, &amount.to_string())).collect()
            };
            let (mut old, new) = (version(&old), version(&new));
            for change in diff(&old, &new) {
                let (gone, come) = match change {
                    LineChange::Added(new) => (None, Some(new)),
                    LineChange::Removed(old) => (Some(old), None),
                    LineChange::Changed { old, new } => (Some(old), Some(new)),
                };
                if let Some(gone) = gone {
                    let place = old.iter().position(|line| *line == gone).expect("what goes away was there");
                    old.remove(place);
                }
                old.extend(come);
            }
            let sorted = |mut lines: Vec<ComparedLine>| { lines.sort(); lines };
            prop_assert_eq!(sorted(old), sorted(new));
        }
    }
}
