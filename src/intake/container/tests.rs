//! The same table through every container, and everything that can be wrong with one.

use std::fs::File;
use std::io::{Read as _, Write as _};

use flate2::write::GzEncoder;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::*;
use crate::domain::refusal::{Expansion, Foreign};
use crate::intake::encoding::Encoding;

const TEXT: &str = "账期,产品,金额\n202606,\"云服务器, 包年\",12.5\n\n202606,对象存储,-0.01\n";

fn slice(bytes: &[u8]) -> FileSlice {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    FileSlice::new(file, bytes.len() as u64)
}

/// Every part's name and text, and the notices.
type Read = (Vec<(String, String)>, Vec<Notice>);

fn read_within(bytes: &[u8], limits: Limits) -> Result<Read, (String, UnreadableFile)> {
    let told = |refusal| match refusal {
        Refusal::UnreadableFile { file, reason } => (file, reason),
        other => panic!("{other:?}"),
    };
    let mut parts = Parts::open_within(slice(bytes), "f", limits).map_err(told)?;
    let mut texts = Vec::new();
    while let Some(mut part) = parts.next_part().map_err(told)? {
        let mut text = Vec::new();
        part.text.read_to_end(&mut text).map_err(|error| (part.name.clone(), reason_of(error)))?;
        texts.push((part.name, String::from_utf8_lossy(&text).into_owned()));
    }
    assert!(parts.position() <= parts.size());
    Ok((texts, parts.notices().to_vec()))
}

fn read(bytes: &[u8]) -> Result<Read, (String, UnreadableFile)> {
    read_within(bytes, Limits::REAL)
}

fn refused(bytes: &[u8]) -> (String, UnreadableFile) {
    read(bytes).unwrap_err()
}

fn one(name: &str, text: &str) -> Read {
    (vec![(name.to_owned(), text.to_owned())], vec![])
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip_as(method: CompressionMethod, members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in members {
        if name.ends_with('/') {
            writer.add_directory(*name, SimpleFileOptions::default()).unwrap();
        } else {
            writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(content).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    zip_as(CompressionMethod::Deflated, members)
}

/// A workbook with the table in its first sheet.
fn workbook() -> Workbook {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("账单").unwrap();
    for (column, name) in (0..).zip(["账期", "产品", "金额"]) {
        sheet.write(0, column, name).unwrap();
    }
    sheet.write(1, 0, 202_606).unwrap().write(1, 1, "云服务器, 包年").unwrap().write(1, 2, 12.5).unwrap();
    sheet.write(3, 0, 202_606).unwrap().write(3, 1, "对象存储").unwrap().write(3, 2, -0.01).unwrap();
    workbook
}

fn gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

#[test]
fn one_table_is_the_same_through_every_container() {
    let plain = TEXT.as_bytes();
    let marked = format!("\u{feff}{TEXT}");
    let windows = TEXT.replace('\n', "\r\n");
    assert_eq!(read(plain), Ok(one("f", TEXT)));
    assert_eq!(read(marked.as_bytes()), Ok(one("f", &marked)));
    assert_eq!(read(windows.as_bytes()), Ok(one("f", &windows)));
    assert_eq!(read(&gb18030(TEXT)), Ok(one("f", TEXT)));
    assert_eq!(read(&gzip(plain)), Ok(one("f", TEXT)));
    assert_eq!(read(&gzip(&gb18030(TEXT))), Ok(one("f", TEXT)));
    let (begin, end) = plain.split_at(20);
    assert_eq!(read(&[gzip(begin), gzip(b""), gzip(end)].concat()), Ok(one("f", TEXT)), "gzip members one after the other");
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        assert_eq!(read(&zip_as(method, &[("a.csv", plain)])), Ok(one("f: a.csv", TEXT)));
    }
    assert_eq!(read(&zip(&[("a.csv", &gb18030(TEXT))])), Ok(one("f: a.csv", TEXT)));
    assert_eq!(read(&workbook().save_to_buffer().unwrap()), Ok(one("f: 账单", TEXT)));
    // What is empty or begins with blank lines is for the table to judge.
    assert_eq!(read(b""), Ok(one("f", "")));
    assert_eq!(read(&gzip(b"")), Ok(one("f", "")));
    assert_eq!(read(b"\n\na,b\n"), Ok(one("f", "\n\na,b\n")));
}

#[test]
fn a_part_tells_what_it_is() {
    let part = |bytes: &[u8]| {
        let mut part = Parts::only(slice(bytes), "f").ok().unwrap();
        let before = part.encoding.get();
        std::io::copy(&mut part.text, &mut std::io::sink()).unwrap();
        (part.size, part.is_json, before, part.encoding.get())
    };
    let length = TEXT.len() as u64;
    assert_eq!(part(TEXT.as_bytes()), (Some(length), false, None, Some(Encoding::Utf8)));
    assert_eq!(part(&zip(&[("a", TEXT.as_bytes())])), (Some(length), false, None, Some(Encoding::Utf8)));
    assert_eq!(part(&gzip(&gb18030(TEXT))), (None, false, None, Some(Encoding::Gb18030)));
    assert_eq!(part(b"{\"Data\": 1}"), (Some(11), true, None, None));
    let mut parts = Parts::open(slice(TEXT.as_bytes()), "f").ok().unwrap();
    std::io::copy(&mut parts.next_part().unwrap().unwrap().text, &mut std::io::sink()).unwrap();
    assert_eq!((parts.position(), parts.size()), (length, length));
}

#[test]
fn members_come_in_the_order_of_their_numbers_and_empty_ones_are_counted() {
    let archive = zip(&[
        ("bill/", b""),
        ("bill/part-10.csv", b"c"),
        ("bill/part-9.csv", b"b"),
        ("__MACOSX/bill/._part-9.csv", b"\x00\x05\x16\x07"),
        ("bill/.DS_Store", b"\x00\x00\x00\x01Bud1"),
        ("bill/placeholder.csv", b""),
        ("bill/blank.csv", b"\xef\xbb\xbf\r\n \n"),
        ("bill/part-1.csv", b"a"),
    ]);
    let names = ["f: bill/part-1.csv", "f: bill/part-9.csv", "f: bill/part-10.csv"];
    let texts = names.iter().zip(["a", "b", "c"]).map(|(name, text)| ((*name).to_owned(), text.to_owned())).collect();
    assert_eq!(read(&archive), Ok((texts, vec![Notice::EmptyMembers { file: "f".into(), count: 2 }])));
    let several = UnreadableFile::SeveralTables { first: names[0].into(), second: names[1].into() };
    assert_eq!(Parts::only(slice(&archive), "f").err(), Some(refusal("f", several)));
    for nothing in [zip(&[]), zip(&[("a/", b"")]), zip(&[("a.csv", b""), ("b.csv", b"\n")]), zip(&[(".DS_Store", b"x")])] {
        assert_eq!(refused(&nothing), ("f".into(), UnreadableFile::NothingInside));
    }
}

#[test]
fn what_is_no_table_is_refused_by_its_name() {
    let foreign = |foreign| UnreadableFile::Foreign(foreign);
    let xlsb = zip(&[("xl/workbook.bin", b"x")]);
    let ods = zip(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<x>")]);
    let table: &[(&[u8], &str, UnreadableFile)] = &[
        (b"<!doctype html><title>Login</title>", "f", foreign(Foreign::Html)),
        (&gzip(b"<html>"), "f", foreign(Foreign::Html)),
        (&zip(&[("a.csv", b"a"), ("b.csv", b"%PDF-1.7")]), "f: b.csv", foreign(Foreign::Pdf)),
        (b"\xff\xfea\0", "f", foreign(Foreign::Utf16)),
        (&xlsb, "f", foreign(Foreign::OtherSpreadsheet)),
        (&ods, "f", foreign(Foreign::OtherSpreadsheet)),
        (&gzip(&gzip(b"a")), "f", UnreadableFile::Nested),
        (&gzip(&zip(&[("a", b"a")])), "f", UnreadableFile::Nested),
        (&zip(&[("a.zip", &zip(&[("a", b"a")]))]), "f: a.zip", UnreadableFile::Nested),
        (&zip(&[("a.gz", &gzip(b"a"))]), "f: a.gz", UnreadableFile::Nested),
    ];
    for (bytes, name, reason) in table {
        assert_eq!(refused(bytes), ((*name).to_owned(), reason.clone()), "{reason:?}");
    }
}

/// Sets a field of the first member in its local header and in the directory.
fn with_field(archive: &[u8], local: usize, value: u16) -> Vec<u8> {
    let mut bytes = archive.to_vec();
    let directory = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    for place in [local, directory + local + 2] {
        bytes[place..place + 2].copy_from_slice(&value.to_le_bytes());
    }
    bytes
}

#[test]
fn members_that_cannot_be_expanded_are_refused_by_name() {
    let archive = zip(&[("a.csv", TEXT.as_bytes())]);
    let (flags, method) = (6, 8);
    assert_eq!(refused(&with_field(&archive, flags, 1)), ("f: a.csv".into(), UnreadableFile::Encrypted));
    for other in [9, 12, 14, 93, 95] {
        assert_eq!(refused(&with_field(&archive, method, other)).1, UnreadableFile::Compression, "method {other}");
    }
}

#[test]
fn damage_is_found_wherever_it_is() {
    let is_damaged = |bytes: &[u8]| matches!(read(bytes), Err((_, UnreadableFile::DamagedArchive { .. })));
    let rows = "b-1,云服务器,12.50\n".repeat(200);
    let packed = gzip(rows.as_bytes());
    for end in [2, 10, 20, packed.len() - 9, packed.len() - 1] {
        assert!(is_damaged(&packed[..end]), "gzip cut at {end}");
    }
    for garbage in [&b"x"[..], b"\0\0\0\0", b"trailing garbage of some length"] {
        assert!(is_damaged(&[&packed, garbage].concat()), "garbage behind gzip: {garbage:?}");
    }
    let archive = zip(&[("a.csv", rows.as_bytes())]);
    assert!(is_damaged(&archive[..archive.len() - 30]));
    assert!(is_damaged(b"PK\x03\x04\x00\x00\x08\x00"));
    let stored = zip_as(CompressionMethod::Stored, &[("a.csv", rows.as_bytes())]);
    for place in [60, 100, 1_000] {
        let mut bytes = stored.clone();
        bytes[place] ^= 1;
        assert!(is_damaged(&bytes), "a stored byte at {place}");
    }
}

/// Every byte of every small container, changed in three ways: read or refused, and never another text.
#[test]
fn a_flipped_byte_changes_no_figure() {
    let sheets = workbook().save_to_buffer().unwrap();
    let samples = [
        (gzip(TEXT.as_bytes()), 1),
        (zip(&[("a.csv", TEXT.as_bytes()), ("b.csv", b"x,y\n")]), 1),
        (zip_as(CompressionMethod::Stored, &[("a.csv", TEXT.as_bytes())]), 1),
        (sheets, 23),
    ];
    for (bytes, step) in samples {
        let texts = |read: Read| read.0.into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        let whole = texts(read(&bytes).unwrap());
        for place in (0..bytes.len()).step_by(step) {
            for change in [0x01, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[place] ^= change;
                // A first byte that is no magic number makes it another file, which the table refuses.
                if let Ok(read) = read(&damaged).map(texts)
                    && place > 3
                {
                    assert!(read.iter().all(|text| whole.contains(text)), "byte {place} changed by {change:#x}");
                }
            }
        }
        for end in 0..bytes.len() {
            if end > 4 && end % step == 0 {
                assert!(read(&bytes[..end]).is_err(), "cut at {end}");
            }
        }
    }
}

#[test]
fn bombs_are_stopped_at_their_limit() {
    let small = Limits { expanded_max: 1 << 20, ratio_max: 100, ratio_from: 1 << 18, workbook_max: 1 << 20, ..Limits::REAL };
    let bytes = |limit| UnreadableFile::ExpandsTooFar { limit: Expansion::Bytes(limit) };
    let times = UnreadableFile::ExpandsTooFar { limit: Expansion::Times(100) };
    let reason = |bytes: &[u8], limits| read_within(bytes, limits).unwrap_err().1;
    let long = vec![b'a'; 1 << 19];
    assert_eq!(reason(&gzip(&long), small), times);
    assert_eq!(reason(&zip(&[("a", &long)]), small), times);
    let loose = Limits { ratio_max: 100_000, ..small };
    assert_eq!(reason(&gzip(&vec![b'a'; 3 << 20]), loose), bytes(1 << 20));
    assert_eq!(reason(&zip(&[("a", &long), ("b", &long), ("c", &long)]), loose), bytes(1 << 20), "all members together");
    assert_eq!(read_within(&zip(&[("a", &vec![b'a'; 1 << 17])]), small).map(|_| ()), Ok(()), "small files may shrink far");
    let three = zip(&[("a", b"a"), ("b", b"b"), ("c", b"c")]);
    assert_eq!(reason(&three, Limits { members_max: 2, ..small }), UnreadableFile::TooManyMembers { limit: 2 });
    let sheets = workbook().save_to_buffer().unwrap();
    assert_eq!(reason(&sheets, Limits { workbook_max: 1 << 10, ..Limits::REAL }), bytes(1 << 10));
    assert_eq!(reason(&sheets, Limits { expanded_max: 20, ..Limits::REAL }), bytes(20));
}

/// A member that says less of itself than it has.
#[test]
fn a_member_that_is_longer_than_it_says_is_refused() {
    let long = vec![b'a'; 1 << 16];
    let archive = zip(&[("a.csv", &long)]);
    let place = archive.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap() + 24;
    let mut lying = archive;
    lying[place..place + 4].copy_from_slice(&10_u32.to_le_bytes());
    assert!(matches!(refused(&lying), (name, UnreadableFile::DamagedArchive { .. }) if name == "f: a.csv"));
}

#[test]
fn sheets_of_one_header_are_one_bill_and_others_are_named() {
    let mut book = workbook();
    let add = |book: &mut Workbook, name: &str, cells: &[&str], is_hidden: bool| {
        let sheet = book.add_worksheet().set_name(name).unwrap().set_hidden(is_hidden);
        for (column, cell) in (0..).zip(cells) {
            sheet.write(4, column, *cell).unwrap();
        }
    };
    add(&mut book, "账单 2", &["账期", " 产品", "金额"], false);
    add(&mut book, "pivot", &["product", "sum"], false);
    add(&mut book, "empty", &[], false);
    add(&mut book, "copy", &["账期", "产品", "金额"], true);
    let second = ("f: 账单 2".to_owned(), "\n\n\n\n账期, 产品,金额\n".to_owned());
    let left_out = Notice::SheetsLeftOut { file: "f".into(), sheets: vec!["pivot".into(), "copy".into()] };
    let expected = (vec![("f: 账单".to_owned(), TEXT.to_owned()), second], vec![left_out]);
    assert_eq!(read(&book.save_to_buffer().unwrap()), Ok(expected));

    let mut titled = Workbook::new();
    titled.add_worksheet().set_name("cover").unwrap().write(0, 0, "June 2026").unwrap();
    add(&mut titled, "data", &["a", "b"], false);
    let notices = vec![Notice::SheetsLeftOut { file: "f".into(), sheets: vec!["cover".into()] }];
    let expected = (vec![("f: data".to_owned(), "\n\n\n\na,b\n".to_owned())], notices);
    assert_eq!(read(&titled.save_to_buffer().unwrap()), Ok(expected));

    let mut empty = Workbook::new();
    empty.add_worksheet();
    assert_eq!(refused(&empty.save_to_buffer().unwrap()).1, UnreadableFile::NothingInside);
}

#[test]
fn rows_of_a_sheet_keep_their_places() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("s").unwrap();
    let (day, time) = (Format::new().set_num_format("yyyy-mm-dd"), Format::new().set_num_format("yyyy/m/d h:mm"));
    let moment = ExcelDateTime::parse_from_str("2026-06-05 10:00:00").unwrap();
    for (column, name) in (0..).zip(["a", "b", "c", "d"]) {
        sheet.write(1, column, name).unwrap();
    }
    sheet.write_with_format(2, 0, &moment, &time).unwrap();
    sheet.write_with_format(2, 1, 46_178, &day).unwrap();
    sheet.write(2, 2, true).unwrap();
    // The end of this row is missing, and what follows it is only formatted.
    sheet.write(4, 0, "two\nlines").unwrap();
    sheet.write_blank(4, 9, &day).unwrap();
    sheet.write_blank(5, 0, &day).unwrap();
    sheet.write(6, 5, "beyond").unwrap();
    sheet.write_formula(7, 0, rust_xlsxwriter::Formula::new("=NA()").set_result("#N/A")).unwrap();
    let expected = "\na,b,c,d\n2026-06-05 10:00:00,2026-06-05,TRUE,\n\n\"two lines\",,,\n\n,,,,,beyond\n#N/A,,,\n";
    assert_eq!(read(&book.save_to_buffer().unwrap()), Ok(one("f: s", expected)));
}

/// What a workbook says of itself is changed, and its archive made anew with the right checksums.
fn workbook_with(member: &str, from: &str, to: &str) -> Vec<u8> {
    let bytes = workbook().save_to_buffer().unwrap();
    let mut archive = ::zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut members = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        let name = entry.name().unwrap().into_owned();
        if name.ends_with(member) {
            assert!(text.contains(from), "{text}");
            text = text.replacen(from, to, 1);
        }
        members.push((name, text));
    }
    zip(&members.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect::<Vec<_>>())
}

#[test]
fn workbooks_that_make_no_sense_are_refused() {
    let sheet = "worksheets/sheet1.xml";
    let table = [
        ("sharedStrings.xml", "uniqueCount=\"", "uniqueCount=\"99999999999999999"),
        ("sharedStrings.xml", "</sst>", ""),
        (sheet, "r=\"A2\"", "r=\"ZZZZZZZZZZZZZZ2\""),
        (sheet, "r=\"A2\"", "r=\"XFE2\""),
        (sheet, "r=\"A4\"", "r=\"A1\""),
        (sheet, "r=\"A4\"", "r=\"A99999999\""),
        (sheet, "r=\"A4\"", "r=\"A99999999999999999999\""),
        (sheet, "<v>0</v>", "<v>777</v>"),
        (sheet, "</sheetData>", ""),
        (sheet, "<v>202606</v>", "<w>202606</w>"),
    ];
    for (member, from, to) in table {
        let refused = refused(&workbook_with(member, from, to));
        assert!(matches!(refused, (_, UnreadableFile::DamagedWorkbook { .. })), "{from} → {to}: {refused:?}");
    }
    assert!(read(&workbook_with(sheet, "<dimension ref=\"A1:C4\"/>", "<dimension ref=\"C4:A1\"/>")).is_ok());
}

/// Text without end comes out in pieces, whatever it is packed in.
#[test]
fn an_endless_text_is_given_on_as_it_comes() {
    let (mut part, _) = part(std::io::repeat(b'a'), "f", None).unwrap();
    let mut buffer = vec![0; 1 << 16];
    for _ in 0..100 {
        assert!(part.text.read(&mut buffer).unwrap() > 0);
    }
}

#[test]
fn a_file_that_shrinks_is_refused() {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(TEXT.repeat(200).as_bytes()).unwrap();
    let other: File = file.try_clone().unwrap();
    let size = file.metadata().unwrap().len();
    let mut part = Parts::only(FileSlice::new(file, size), "f").ok().unwrap();
    other.set_len(size - 1).unwrap();
    let failed = part.text.read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(reason_of(failed), UnreadableFile::Changed);
}
