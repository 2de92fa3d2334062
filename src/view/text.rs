//! Words and characters for people: plurals, and text from outside made harmless.
//!
//! Numbers are written as digits only: no thousands are separated, so that what is shown can be copied into a command.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::domain::code::is_unprintable;

pub use crate::domain::plural;

/// The text with everything that could move a cursor, break a line or turn the writing direction shown as an escape:
/// `\n`, `\r`, `\t`, else `\u{1b}`.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            c if is_unprintable(c) => {
                write!(escaped, "{}", c.escape_unicode()).expect("a String takes every write");
            }
            c => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

/// The same for a message of several lines: its line breaks stay, everything else is escaped.
pub fn escape_lines(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unprintable) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split('\n').map(escape).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_and_two_lines() {
        assert_eq!(plural(0, "line", "lines"), "0 lines");
        assert_eq!(plural(1, "line", "lines"), "1 line");
        assert_eq!(plural(400_000, "entry", "entries"), "400000 entries");
    }

    #[test]
    fn nothing_from_outside_steers_the_terminal() {
        assert!(matches!(escape("示例 Holdings"), Cow::Borrowed(_)));
        assert_eq!(escape("a\u{1b}[31mb\r\n\tc\u{202e}d\u{9b}"), r"a\u{1b}[31mb\r\n\tc\u{202e}d\u{9b}");
        assert_eq!(escape_lines("one\ntwo\u{7}"), "one\ntwo\\u{7}");
    }
}
