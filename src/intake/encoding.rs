//! Text of whatever encoding, handed on as UTF-8: UTF-8 untouched, GB18030 (and so GBK and GB2312) transcoded.
//!
//! The decision waits for the first bytes that are not ASCII, because all encodings agree until then, and is then made once for
//! the whole text. UTF-8 passes through unseen from there on; whoever cuts it into records checks it. It must never guess twice,
//! and never put a replacement character where a byte made no sense: a name that is silently wrong is worse than a refusal.
//!
//! In GB18030 the second byte of a character may be `\` or `|`, so the text has to pass here before anything is looked for in it.

use std::io::{self, Read};
use std::sync::{Arc, OnceLock};

use encoding_rs::{Decoder, DecoderResult, GB18030};

use crate::domain::refusal::UnreadableFile;
use crate::intake::blocks::line_breaks;
use crate::intake::reason::failing;

/// How much is read at a time until the encoding is known, and while it is GB18030.
const BLOCK_SIZE: usize = 64 << 10;
/// How much is looked at from the first byte that is not ASCII: some hundred Chinese names, where one or two can pass for
/// either encoding.
const LOOKED_AT: usize = 4 << 10;
/// So many characters of several bytes in a row are UTF-8 and no accident: what follows is damage, not another encoding. GBK text
/// that reads as UTF-8 for two characters is known, for eight it has not been seen.
const NO_ACCIDENT: usize = 8;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The encoding of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with a byte order mark or without.
    Utf8,
    /// GB18030, of which GBK and GB2312 are parts.
    Gb18030,
}

/// Which encoding a text turned out to have; known once as much was read, and never for a text of ASCII alone.
#[derive(Clone, Debug, Default)]
pub struct EncodingUsed(Arc<OnceLock<Encoding>>);

impl EncodingUsed {
    /// The encoding, if the text so far has said.
    pub fn get(&self) -> Option<Encoding> {
        self.0.get().copied()
    }

    fn set(&self, encoding: Encoding) {
        self.0.get_or_init(|| encoding);
    }
}

/// A text as UTF-8. A byte order mark is handed on.
pub struct Decoded<R> {
    reader: R,
    state: State,
    /// Bytes that are ready to be handed out, from `given` on.
    ready: Vec<u8>,
    given: usize,
    /// Bytes that were read and wait to be decided or decoded.
    held: Vec<u8>,
    ended: bool,
    begun: bool,
    lines: u64,
    used: EncodingUsed,
}

enum State {
    Undecided,
    Utf8,
    Gb18030(Box<Decoder>),
    Broken(UnreadableFile),
}

impl<R: Read> Decoded<R> {
    /// Decodes what a reader gives.
    pub fn new(reader: R) -> Self {
        Self {
            reader,
            state: State::Undecided,
            ready: Vec::new(),
            given: 0,
            held: Vec::new(),
            ended: false,
            begun: false,
            lines: 0,
            used: EncodingUsed::default(),
        }
    }

    /// Tells the encoding when it is known.
    pub fn used(&self) -> EncodingUsed {
        self.used.clone()
    }

    fn hold(&mut self, wanted: usize) -> io::Result<()> {
        if !self.ended {
            let read = (&mut self.reader).take(wanted as u64).read_to_end(&mut self.held)?;
            self.ended = read < wanted;
        }
        Ok(())
    }

    /// Hands on the ASCII that was read, and decides at the first byte that is none.
    fn decide(&mut self) -> io::Result<()> {
        self.hold(BLOCK_SIZE)?;
        let ascii = encoding_rs::Encoding::ascii_valid_up_to(&self.held);
        let has_mark = !self.begun && self.held.starts_with(BYTE_ORDER_MARK);
        self.begun = true;
        if ascii == self.held.len() {
            self.lines += line_breaks(&self.held);
            self.hand_on();
            return Ok(());
        }
        if has_mark {
            self.is_utf8();
            return Ok(());
        }
        let missing = (ascii + LOOKED_AT).saturating_sub(self.held.len());
        self.hold(missing)?;
        if reads_as_utf8(&self.held[ascii..]) {
            self.is_utf8();
        } else {
            self.is_gb18030(ascii);
        }
        Ok(())
    }

    fn is_utf8(&mut self) {
        self.state = State::Utf8;
        self.used.set(Encoding::Utf8);
        self.hand_on();
    }

    fn hand_on(&mut self) {
        self.ready = std::mem::take(&mut self.held);
        self.given = 0;
    }

    /// Tries the text at hand before a byte of it is handed on.
    fn is_gb18030(&mut self, ascii: usize) {
        let mut text = Vec::new();
        let mut decoder = GB18030.new_decoder_without_bom_handling();
        if decode(&mut decoder, &self.held[ascii..], &mut text, self.ended) {
            self.state = State::Gb18030(Box::new(GB18030.new_decoder_without_bom_handling()));
            self.used.set(Encoding::Gb18030);
        } else {
            let line = self.lines + line_breaks(&self.held[..ascii]) + line_breaks(&text) + 1;
            self.state = State::Broken(UnreadableFile::Encoding { line });
        }
    }

    fn transcode(&mut self) -> io::Result<()> {
        if self.held.is_empty() {
            self.hold(BLOCK_SIZE)?;
        }
        let State::Gb18030(decoder) = &mut self.state else { return Ok(()) };
        self.ready.clear();
        self.given = 0;
        let is_whole = decode(decoder, &self.held, &mut self.ready, self.ended);
        self.held.clear();
        self.lines += line_breaks(&self.ready);
        if !is_whole {
            self.state = State::Broken(UnreadableFile::BrokenGb18030 { line: self.lines + 1 });
        }
        Ok(())
    }

    fn give(&mut self, buffer: &mut [u8]) -> usize {
        let rest = &self.ready[self.given..];
        let given = rest.len().min(buffer.len());
        buffer[..given].copy_from_slice(&rest[..given]);
        self.given += given;
        given
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let given = self.give(buffer);
            if given > 0 || buffer.is_empty() {
                return Ok(given);
            }
            match &self.state {
                State::Utf8 => {
                    // The rest of the text passes through, and what was held is not kept.
                    (self.ready, self.given) = (Vec::new(), 0);
                    return if self.ended { Ok(0) } else { self.reader.read(buffer) };
                }
                State::Broken(reason) => return Err(failing(reason.clone())),
                State::Undecided | State::Gb18030(_) if self.ended && self.held.is_empty() => return Ok(0),
                State::Undecided => self.decide()?,
                State::Gb18030(_) => self.transcode()?,
            }
        }
    }
}

/// Whether bytes are UTF-8: all of them but for a character that is cut off at the end, or so many that the rest is damage.
fn reads_as_utf8(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => {
            let is_cut_off = error.error_len().is_none();
            let sound = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            is_cut_off || sound.chars().filter(|character| !character.is_ascii()).take(NO_ACCIDENT).count() == NO_ACCIDENT
        }
    }
}

/// Decodes all of `bytes` behind `text`; false at a sequence that is no character, with everything before it decoded.
fn decode(decoder: &mut Decoder, mut bytes: &[u8], text: &mut Vec<u8>, is_last: bool) -> bool {
    loop {
        let begin = text.len();
        let needed = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
        text.resize(begin + needed.unwrap_or(BLOCK_SIZE), 0);
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(bytes, &mut text[begin..], is_last);
        text.truncate(begin + written);
        bytes = &bytes[read..];
        match result {
            DecoderResult::InputEmpty => return true,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::reason::reason_of;
    use std::io::Cursor;

    /// Gives at most so many bytes at a time.
    struct Slow(Cursor<Vec<u8>>, usize);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = buffer.len().min(self.1);
            self.0.read(&mut buffer[..most])
        }
    }

    fn decoded(bytes: &[u8], at_a_time: usize) -> Result<(String, Option<Encoding>), UnreadableFile> {
        let mut reader = Decoded::new(Slow(Cursor::new(bytes.to_vec()), at_a_time));
        let mut text = Vec::new();
        let mut buffer = vec![0; at_a_time];
        loop {
            match reader.read(&mut buffer).map_err(reason_of)? {
                0 => return Ok((String::from_utf8_lossy(&text).into_owned(), reader.used().get())),
                read => text.extend(&buffer[..read]),
            }
        }
    }

    fn gb18030(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn the_encoding_is_found_and_the_text_is_the_same() {
        let long = format!("{}\n账期,金额\n{}", "ascii,1\n".repeat(20_000), "云服务器,12.50\n".repeat(9_000));
        let table = [
            "账期,金额\n202606,1.00\n",
            // Second bytes of `\`, `|` and `^`, and characters of four bytes.
            "運\u{4e28}聽誠,侚亅,鎈㐀𠀀\r\n",
            "ascii\n\n账",
            &long,
        ];
        for text in table {
            for at_a_time in [1, 7, 1 << 20] {
                assert_eq!(decoded(text.as_bytes(), at_a_time), Ok((text.to_owned(), Some(Encoding::Utf8))));
                assert_eq!(decoded(&gb18030(text), at_a_time), Ok((text.to_owned(), Some(Encoding::Gb18030))));
                let marked = format!("\u{feff}{text}");
                assert_eq!(decoded(marked.as_bytes(), at_a_time), Ok((marked.clone(), Some(Encoding::Utf8))));
            }
        }
        for text in ["", "a", "a,b\r\n1,2\r\n"] {
            assert_eq!(decoded(text.as_bytes(), 3), Ok((text.to_owned(), None)));
        }
        // Line breaks, commas and quotes are never part of a character.
        assert!(gb18030("誠運聽").iter().any(|byte| *byte == b'\\' || *byte == b'|' || byte.is_ascii_alphabetic()));
    }

    #[test]
    fn what_reads_in_neither_encoding_is_refused_with_its_line() {
        let refused = |bytes: &[u8]| decoded(bytes, 1 << 20).unwrap_err();
        assert_eq!(refused(b"a\nb\nc\xff\n"), UnreadableFile::Encoding { line: 3 });
        assert_eq!(refused(b"a\n\xd5\xcb\n\xff\xff"), UnreadableFile::Encoding { line: 3 });
        assert_eq!(refused(b"a\n\xd5\xcb\xc6"), UnreadableFile::Encoding { line: 2 });
        let mut later = gb18030(&"账期,金额\n".repeat(50_000));
        later.extend(b"\xff\n");
        assert_eq!(refused(&later), UnreadableFile::BrokenGb18030 { line: 50_001 });
        let cut_off = &later[..later.len() - 4];
        assert_eq!(refused(cut_off), UnreadableFile::BrokenGb18030 { line: 50_000 });
    }

    #[test]
    fn damaged_utf8_is_not_taken_for_another_encoding() {
        // All pairs of bytes make sense in GB18030.
        let mut bytes = "账期,金额,产品,规格\n".repeat(10).into_bytes();
        let before = bytes.len();
        bytes.extend(b"\xd5\xcb\n");
        assert!(reads_as_utf8(&bytes));
        assert_eq!(decoded(&bytes, 64).unwrap().1, Some(Encoding::Utf8));
        bytes.truncate(before - 2);
        assert_eq!(decoded(&bytes, 64).unwrap().1, Some(Encoding::Utf8), "cut inside a character");
        // Two characters that pass for either, in a text that is not UTF-8.
        assert_eq!(decoded(&gb18030("联通,账期\n"), 64).unwrap(), ("联通,账期\n".to_owned(), Some(Encoding::Gb18030)));
    }

    #[test]
    fn an_endless_text_is_not_collected() {
        for bytes in [&b"a"[..], "账".as_bytes(), &gb18030("账")] {
            let mut reader = Decoded::new(Endless(bytes.to_vec(), 0));
            let mut buffer = vec![0; 1 << 16];
            for _ in 0..200 {
                assert!(reader.read(&mut buffer).unwrap() > 0);
                assert!(reader.ready.capacity() + reader.held.capacity() < 16 * BLOCK_SIZE);
            }
        }
    }

    struct Endless(Vec<u8>, usize);

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            for byte in buffer.iter_mut() {
                *byte = self.0[self.1 % self.0.len()];
                self.1 += 1;
            }
            Ok(buffer.len())
        }
    }
}
