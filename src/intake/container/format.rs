//! What a file is, by how it begins. Its name is never asked.

use crate::domain::refusal::Foreign;

/// What a file is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text, as far as the beginning tells.
    Text,
    /// Compressed by gzip.
    Gzip,
    /// An archive, or a workbook.
    Zip,
    /// Something else that is known.
    Foreign(Foreign),
}

const MAGIC: &[(&[u8], Kind)] = &[
    (b"\x1f\x8b", Kind::Gzip),
    (b"PK\x03\x04", Kind::Zip),
    (b"PK\x05\x06", Kind::Zip),
    (b"PK\x07\x08", Kind::Zip),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind::Foreign(Foreign::OldSpreadsheet)),
    (b"%PDF-", Kind::Foreign(Foreign::Pdf)),
    (b"PAR1", Kind::Foreign(Foreign::Parquet)),
    (b"Rar!\x1a\x07", Kind::Foreign(Foreign::OtherArchive)),
    (b"7z\xbc\xaf\x27\x1c", Kind::Foreign(Foreign::OtherArchive)),
    (b"\xfd7zXZ\x00", Kind::Foreign(Foreign::OtherArchive)),
    (b"\x28\xb5\x2f\xfd", Kind::Foreign(Foreign::OtherArchive)),
    (b"\xff\xfe", Kind::Foreign(Foreign::Utf16)),
    (b"\xfe\xff", Kind::Foreign(Foreign::Utf16)),
];

/// How the web pages begin that are saved in place of a file.
const HTML: &[&[u8]] = &[b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<meta", b"<title", b"<table", b"<div"];

/// What a file is that begins so.
pub(super) fn kind_of(head: &[u8]) -> Kind {
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return match kind {
            Kind::Text => Kind::Text,
            Kind::Gzip => Kind::Gzip,
            Kind::Zip => Kind::Zip,
            Kind::Foreign(foreign) => Kind::Foreign(*foreign),
        };
    }
    let text = text_of(head);
    if is_markup(text) {
        return Kind::Foreign(if is_html(text) { Foreign::Html } else { Foreign::Xml });
    }
    Kind::Text
}

/// Whether a text is a JSON document: its first character is a brace, or a bracket before another value of several parts.
pub fn looks_like_json(head: &[u8]) -> bool {
    match text_of(head) {
        [b'{', ..] => true,
        [b'[', rest @ ..] => matches!(rest.trim_ascii_start(), [] | [b'{' | b'[' | b']', ..]),
        _ => false,
    }
}

/// Whether there is no text at all.
pub(super) fn is_blank(head: &[u8]) -> bool {
    text_of(head).is_empty()
}

/// Without what may stand before a text.
fn text_of(head: &[u8]) -> &[u8] {
    head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start()
}

fn is_markup(text: &[u8]) -> bool {
    matches!(text, [b'<', b'!' | b'?', ..]) || matches!(text, [b'<', letter, ..] if letter.is_ascii_alphabetic())
}

/// A page may begin with a comment or as XML.
fn is_html(text: &[u8]) -> bool {
    let lower = text.to_ascii_lowercase();
    let begins = HTML.iter().any(|tag| lower.starts_with(tag));
    let holds = |tag: &&[u8]| lower.windows(tag.len()).any(|window| window == *tag);
    begins || (matches!(text, [b'<', b'!' | b'?', ..]) && HTML[..2].iter().any(holds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_how_they_begin() {
        let foreign = |head: &[u8]| match kind_of(head) {
            Kind::Foreign(foreign) => Some(foreign),
            _ => None,
        };
        let table: &[(&[u8], Foreign)] = &[
            (b"<!DOCTYPE html><html>", Foreign::Html),
            (b"\xef\xbb\xbf\r\n <HTML lang=zh>", Foreign::Html),
            (b"<!-- saved from url -->\n<html>", Foreign::Html),
            (b"<?xml version=\"1.0\"?><!DOCTYPE html>", Foreign::Html),
            (b"<script>location='/login'</script>", Foreign::Html),
            (b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>", Foreign::Xml),
            (b"<Error>", Foreign::Xml),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", Foreign::OldSpreadsheet),
            (b"%PDF-1.7", Foreign::Pdf),
            (b"PAR1\x15", Foreign::Parquet),
            (b"Rar!\x1a\x07\x01\x00", Foreign::OtherArchive),
            (b"7z\xbc\xaf\x27\x1c", Foreign::OtherArchive),
            (b"\xfd7zXZ\x00", Foreign::OtherArchive),
            (b"\x28\xb5\x2f\xfd", Foreign::OtherArchive),
            (b"\xff\xfea\x00", Foreign::Utf16),
            (b"\xfe\xff\x00a", Foreign::Utf16),
        ];
        for (head, expected) in table {
            assert_eq!(foreign(head), Some(*expected), "{head:?}");
        }
        for text in ["", "a,b", "<", "< 5,b", "<5", "PK,b", "7z", "{}", "\u{feff}\u{8d26}"] {
            assert_eq!(kind_of(text.as_bytes()), Kind::Text, "{text}");
        }
        assert_eq!((kind_of(b"\x1f\x8b\x08"), kind_of(b"PK\x03\x04")), (Kind::Gzip, Kind::Zip));
    }

    #[test]
    fn json_is_told_from_a_table() {
        for text in ["{\"Data\":", "\u{feff}\n {", "[{", "[ \n{", "[]", "[[1", "["] {
            assert!(looks_like_json(text.as_bytes()), "{text}");
        }
        for text in ["", "a", "[0,9999],b", "\"{\"", "账期"] {
            assert!(!looks_like_json(text.as_bytes()), "{text}");
        }
    }
}
