//! What stands in a cell: ids, amounts, days, kinds of lines, and what damage is told from a real value.
//!
//! It must never repair what has been lost, such as the digits that a spreadsheet cut off, and never guess at an unknown word.

use chrono::{Datelike, NaiveDate};

use crate::domain::account::looks_like_spreadsheet_number;
use crate::domain::bill::{Fault, LineKind};
use crate::domain::money::Exact;
use crate::intake::layout::Findings;

/// A tidied cell, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Cell<'a> {
    /// Its column; `None` where the file has no such column.
    pub(super) column: Option<usize>,
    /// What stands there; nothing where the file has no such column.
    pub(super) text: &'a str,
}

impl Cell<'_> {
    /// Whether nothing stands there.
    pub(super) fn is_empty(self) -> bool {
        self.text.is_empty()
    }

    /// Notes that what stands there is wrong.
    pub(super) fn bad(self, findings: &mut Findings<'_>, fault: Fault) {
        findings.bad_cell(self.column, self.text, fault);
    }
}

/// An id; empty where the line has none. `None` when it is damaged.
pub(super) fn id<'a>(cell: Cell<'a>, findings: &mut Findings<'_>) -> Option<&'a str> {
    let text = cell.text;
    // Nearly every id is whole; what damages one leaves one of these.
    if !text.bytes().any(|byte| matches!(byte, b'*' | b'x' | b'X' | b'e' | b'E' | b'+' | b'.' | b',')) {
        return Some(text);
    }
    if looks_like_spreadsheet_number(text) {
        cell.bad(findings, Fault::Spreadsheet(text.to_owned()));
        return None;
    }
    if is_masked(text) {
        cell.bad(findings, Fault::Masked);
        return None;
    }
    Some(text)
}

/// Whether digits of an id are hidden, as documentation does: `185xxxxx489`, `12**122`.
pub(super) fn is_masked(id: &str) -> bool {
    let has_mask = id.bytes().any(|byte| matches!(byte, b'*' | b'x' | b'X'));
    let is_digits_and_mask = || id.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'x' | b'X'));
    let hides_several = || ["xx", "XX"].iter().any(|mask| id.contains(mask)) && id.bytes().any(|byte| byte.is_ascii_digit());
    has_mask && (id.contains('*') || (is_digits_and_mask() && hides_several()))
}

/// An amount; zero where nothing stands. `None` when it cannot be read.
pub(super) fn amount(cell: Cell<'_>, findings: &mut Findings<'_>) -> Option<Exact> {
    if cell.is_empty() {
        return Some(Exact::ZERO);
    }
    Exact::parse(cell.text.as_bytes()).map_err(|reason| cell.bad(findings, Fault::Amount(reason))).ok()
}

/// An amount that must be there.
pub(super) fn required_amount(cell: Cell<'_>, findings: &mut Findings<'_>) -> Option<Exact> {
    if cell.is_empty() {
        cell.bad(findings, Fault::Empty);
        return None;
    }
    amount(cell, findings)
}

/// A value that must be there.
pub(super) fn required<T>(
    cell: Cell<'_>,
    findings: &mut Findings<'_>,
    fault: Fault,
    read: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    if cell.is_empty() {
        cell.bad(findings, Fault::Empty);
        return None;
    }
    optional(cell, findings, fault, read).flatten()
}

/// `None` when the cell is bad, `Some(None)` when it is empty.
#[expect(clippy::option_option, reason = "bad, empty and read are three answers, and the outer one is taken by `?`")]
pub(super) fn optional<T>(
    cell: Cell<'_>,
    findings: &mut Findings<'_>,
    fault: Fault,
    read: impl FnOnce(&str) -> Option<T>,
) -> Option<Option<T>> {
    if cell.is_empty() {
        return Some(None);
    }
    let value = read(cell.text);
    if value.is_none() {
        cell.bad(findings, fault);
    }
    value.map(Some)
}

/// Reads `20260605` or `2026-06-05`.
pub(super) fn day_of(text: &str) -> Option<NaiveDate> {
    let cell = text.as_bytes();
    let (year, month, day) = match cell.len() {
        8 => (&cell[..4], &cell[4..6], &cell[6..]),
        10 if cell[4] == b'-' && cell[7] == b'-' => (&cell[..4], &cell[5..7], &cell[8..]),
        _ => return None,
    };
    let number =
        |digits: &[u8]| digits.iter().try_fold(0_u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')));
    let year = i32::try_from(number(year)?).ok()?;
    NaiveDate::from_ymd_opt(year, number(month)?, number(day)?).filter(|date| (1970..=9999).contains(&date.year()))
}

/// What a kind of charge is called: the first word that is found decides, so that "rounding adjustment" is a rounding, a
/// subscription's refund is a refund, and "subscription pay-as-you-go" is an order.
pub(super) fn kind_of(text: &str) -> Option<LineKind> {
    const WORDS: &[(&[&str], LineKind)] = &[
        (&["refund", "退"], LineKind::Refund),
        (&["commission", "佣金"], LineKind::Commission),
        (&["rounding", "抹零"], LineKind::Rounding),
        (&["adjust", "调账"], LineKind::Adjustment),
        (&["coverage", "保底"], LineKind::Coverage),
        (&["free", "免费"], LineKind::FreeTier),
        (&["订阅后付", "subscription pay-as-you-go"], LineKind::SubscriptionPaidLater),
        (&["subscription", "订阅", "预付", "订单"], LineKind::Subscription),
        (&["pay-as-you-go", "payasyougo", "按量", "后付"], LineKind::Usage),
    ];
    let text = text.to_lowercase();
    WORDS.iter().find(|(words, _)| words.iter().any(|word| text.contains(word))).map(|(_, kind)| *kind)
}

/// The words that were read before: a bill repeats the same few a million times.
pub(super) struct Remembered<T>(Vec<(String, T)>);

impl<T: Copy> Remembered<T> {
    /// Nothing read yet.
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// What a text means: as the last time, or read anew.
    pub(super) fn get(&mut self, text: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        /// A bill has about ten kinds of lines; a file that makes up more is merely read more slowly.
        const REMEMBERED_MAX: usize = 32;
        if let Some((_, value)) = self.0.iter().find(|(seen, _)| seen == text) {
            return Some(*value);
        }
        let value = read(text)?;
        if self.0.len() < REMEMBERED_MAX {
            self.0.push((text.to_owned(), value));
        }
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_that_is_found_decides_the_kind() {
        let table = [
            ("订阅预付费用", Some(LineKind::Subscription)),
            ("订阅后付费用", Some(LineKind::SubscriptionPaidLater)),
            ("订阅退订费用", Some(LineKind::Refund)),
            ("保底封顶费用", Some(LineKind::Coverage)),
            ("云资源按量费用", Some(LineKind::Usage)),
            ("免费额度", Some(LineKind::FreeTier)),
            ("调账费用", Some(LineKind::Adjustment)),
            ("抹零费用", Some(LineKind::Rounding)),
            ("佣金费用", Some(LineKind::Commission)),
            ("Subscription Upfront", Some(LineKind::Subscription)),
            ("subscription pay-as-you-go", Some(LineKind::SubscriptionPaidLater)),
            ("Subscription Refund", Some(LineKind::Refund)),
            ("Subscription Coverage", Some(LineKind::Coverage)),
            ("Rounding Adjustment", Some(LineKind::Rounding)),
            ("Pay-As-You-Go", Some(LineKind::Usage)),
            ("后付费", Some(LineKind::Usage)),
            ("订阅订单", Some(LineKind::Subscription)),
            ("按量账单", Some(LineKind::Usage)),
            ("退款", Some(LineKind::Refund)),
            ("退订", Some(LineKind::Refund)),
            ("调账", Some(LineKind::Adjustment)),
            ("SubscriptionOrder", Some(LineKind::Subscription)),
            ("Subscription", Some(LineKind::Subscription)),
            ("Refund", Some(LineKind::Refund)),
            ("PayAsYouGoBill", Some(LineKind::Usage)),
            ("Adjustment", Some(LineKind::Adjustment)),
            ("其他", None),
        ];
        for (text, kind) in table {
            assert_eq!(kind_of(text), kind, "{text}");
        }
    }

    #[test]
    fn days_have_two_forms() {
        let table = [
            ("20260605", Some("2026-06-05")),
            ("2026-06-05", Some("2026-06-05")),
            ("2026/6/5", None),
            ("Jun-26", None),
            ("20260631", None),
            ("2026-06-05 10:00", None),
            ("00000101", None),
            ("2026-6-005", None),
        ];
        for (text, day) in table {
            assert_eq!(day_of(text).map(|d| d.to_string()), day.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn documentation_masks_ids_and_names_are_none() {
        for masked in ["185xxxxx489", "12**122", "2020xxxx5912", "169***013", "185XX489", "test**1122"] {
            assert!(is_masked(masked), "{masked}");
        }
        for real in ["", "1688001234567801", "D2026060U1B80201", "exxon-prod", "xx", "2x4", "i-bp1xx"] {
            assert!(!is_masked(real), "{real}");
        }
    }

    #[test]
    fn what_was_read_is_remembered_and_what_is_unknown_is_not() {
        let mut kinds = Remembered::new();
        assert_eq!(kinds.get("Refund", kind_of), Some(LineKind::Refund));
        assert_eq!(kinds.get("Refund", |_| None), Some(LineKind::Refund));
        assert_eq!((kinds.get("other", kind_of), kinds.get("other", |_| Some(LineKind::Tax))), (None, Some(LineKind::Tax)));
    }
}
