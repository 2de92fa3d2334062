//! Bills and order lists as they are handed over: compressed, in archives, in workbooks, in the encoding of Excel in China; and
//! everything that is handed over in their place.

use std::io::{Cursor, Write as _};

use insta::assert_snapshot;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::book::{BILL, ORDERS, Point, TestBook, bill};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip<'m>(members: impl IntoIterator<Item = (&'m str, &'m [u8])>) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A table without quotes as a workbook, each cell a text.
fn workbook(text: &str) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, line) in (0..).zip(text.trim_start_matches('\u{feff}').lines()) {
        for (column, cell) in (0..).zip(line.split(',')) {
            sheet.write(row, column, cell).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

fn gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text.trim_start_matches('\u{feff}')).0.into_owned()
}

/// One text in every container, by the name of a file that says nothing of it.
fn packed(text: &str) -> [(&'static str, Vec<u8>); 6] {
    [
        ("gbk", gb18030(text)),
        ("gz", gzip(text.as_bytes())),
        ("gbk-gz", gzip(&gb18030(text))),
        ("zip", zip([("a/empty.csv", &b""[..]), ("a/part-1.csv", text.as_bytes())])),
        ("gbk-zip", zip([("b.csv", gb18030(text).as_slice())])),
        ("xlsx", workbook(text)),
    ]
}

#[test]
fn a_bill_is_the_same_in_every_container() {
    let rows = |file: &str, content: Vec<u8>| {
        let book = TestBook::acme(Point::Ordered);
        book.write(file, content);
        book.done(&format!("bill import {file} --period 2026-06 --final"));
        assert!(book.checks());
        let mut bill = book.json("bill show 2026-06");
        bill.as_object_mut().unwrap().retain(|key, _| !key.contains("file"));
        (bill, book.run("reconcile run --period 2026-06").stdout)
    };
    let expected = rows("bill", bill(BILL).into_bytes());
    for (file, content) in packed(&bill(BILL)) {
        assert_eq!(rows(file, content), expected, "{file}");
    }
}

#[test]
fn an_order_list_is_the_same_in_every_container() {
    let orders = |file: &str, content: Vec<u8>| {
        let book = TestBook::acme(Point::Funded);
        book.write(file, content);
        book.done(&format!("order import {file}"));
        book.json("order list")
    };
    let expected = orders("orders", ORDERS.as_bytes().to_vec());
    for (file, content) in packed(ORDERS) {
        assert_eq!(orders(file, content), expected, "{file}");
    }
    let two = TestBook::acme(Point::Funded);
    two.write("two.zip", zip([("a.csv", ORDERS.as_bytes()), ("b.csv", ORDERS.as_bytes())]));
    two.refused(1, "file.several-tables", "order import two.zip");
    assert_snapshot!(two.run("order import two.zip"), @"
    ----- stderr
    error: two.zip: it holds more than one table (two.zip: a.csv; two.zip: b.csv), and one is expected
    hint: give each as a file of its own
    ----- exit 1
    ");
}

#[test]
fn places_in_a_workbook_are_its_rows() {
    let book = TestBook::acme(Point::Funded);
    book.write("orders.xlsx", workbook(&ORDERS.replacen("40000", "many", 1)));
    let refused = book.refused(1, "file.bad-lines", "order import orders.xlsx");
    assert!(refused.message.starts_with("orders.xlsx: Sheet1: "), "{refused:?}");
    assert!(refused.details[0].starts_with("line 4, list_price \"many\""), "{refused:?}");
}

fn refuse(book: &TestBook, code: &str, content: impl AsRef<[u8]>) -> String {
    let before = book.everything();
    book.write("bad", content);
    let refused = book.refused(1, code, "bill import bad --period 2026-06 --final");
    book.refused(1, code, "order import bad");
    assert!(!refused.hint.is_empty() || code == "file.nothing-inside", "{refused:?}");
    assert_eq!(book.everything(), before);
    format!("{code}\n{}\n{}", refused.message, refused.hint).trim_end().to_owned()
}

#[test]
fn what_is_handed_over_in_place_of_a_bill() {
    let book = TestBook::acme(Point::Ordered);
    let all = [
        refuse(&book, "file.html", "\u{feff}<!DOCTYPE html><html><title>登录</title></html>"),
        refuse(&book, "file.xml", "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"),
        refuse(&book, "file.spreadsheet-xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00"),
        refuse(&book, "file.spreadsheet-other", zip([("xl/workbook.bin", &b"x"[..])])),
        refuse(&book, "file.pdf", "%PDF-1.7\n"),
        refuse(&book, "file.parquet", b"PAR1\x15\x04"),
        refuse(&book, "file.archive", b"7z\xbc\xaf\x27\x1c\x00\x04"),
        refuse(&book, "file.utf16", b"\xff\xfea\x00,\x00"),
    ];
    assert_snapshot!(all.join("\n\n"), @"
    file.html
    bad: it is a web page, not a table
    log in where the bill is downloaded, and download it again

    file.xml
    bad: it is an XML document, not a table
    download the bill as CSV or XLSX; some servers answer with XML to say what went wrong

    file.spreadsheet-xls
    bad: it is a spreadsheet in the old format .xls, or a workbook with a password
    open it in the spreadsheet program and save it as XLSX, without a password

    file.spreadsheet-other
    bad: it is a spreadsheet in a format that is not read (.ods or .xlsb)
    open it in the spreadsheet program and save it as XLSX

    file.pdf
    bad: it is a PDF, which has no cells to read
    download the bill as CSV or XLSX

    file.parquet
    bad: it is a Parquet file
    download or export the bill as CSV

    file.archive
    bad: it is an archive, and neither zip nor gzip
    unpack it and give the files inside

    file.utf16
    bad: it is text in UTF-16
    save it as CSV UTF-8
    ");
}

/// Sets two bytes of the first member in its local header and in the directory.
fn with_field(mut archive: Vec<u8>, local: usize, value: u16) -> Vec<u8> {
    let directory = archive.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    for place in [local, directory + local + 2] {
        archive[place..place + 2].copy_from_slice(&value.to_le_bytes());
    }
    archive
}

#[test]
fn archives_that_cannot_be_read() {
    let book = TestBook::acme(Point::Ordered);
    let text = bill(BILL);
    let archive = || zip([("a.csv", text.as_bytes())]);
    let cut = gzip(text.as_bytes());
    let broken = with_field(workbook(&text), 14, 0);
    let all = [
        refuse(&book, "file.encrypted", with_field(archive(), 6, 1)),
        refuse(&book, "file.compression", with_field(archive(), 8, 14)),
        refuse(&book, "file.nested", zip([("a.zip", archive().as_slice())])),
        refuse(&book, "file.damaged-archive", &cut[..cut.len() - 20]),
        refuse(&book, "file.damaged-archive", broken),
        refuse(&book, "file.damaged-workbook", zip([("xl/workbook.xml", &b"<workbook>"[..])])),
        refuse(&book, "file.nothing-inside", zip([("a.csv", &b""[..]), ("b.csv", b"\n")])),
        refuse(&book, "file.encoding", b"a,b\n\xff,1\n"),
        refuse(&book, "file.encoding", [gb18030(&text.repeat(100)), b"\xff\n".to_vec()].concat()),
    ];
    assert_snapshot!(all.join("\n\n"), @"
    file.encrypted
    bad: a.csv: it is protected by a password
    unpack it with the password first

    file.compression
    bad: a.csv: it is compressed in a way that is not known here
    unpack it first, or make an ordinary zip of it

    file.nested
    bad: a.zip: it is a compressed file inside a compressed file
    unpack the outer one

    file.damaged-archive
    bad: the compressed file is damaged: it is cut off
    download it again

    file.damaged-archive
    bad: the compressed file is damaged: its checksum does not agree with its content
    download it again

    file.damaged-workbook
    bad: the workbook is damaged: File not found '_rels/.rels'
    download it again, or open it in the spreadsheet program and save it as CSV UTF-8

    file.nothing-inside
    bad: there is no table in it

    file.encoding
    bad, line 2: it is text neither in UTF-8 nor in GB18030
    download it again; or open it where it reads well and save it as CSV UTF-8

    file.encoding
    bad, line 901: the text is GB18030 up to here, and then bytes follow that are no character
    download it again: it is damaged, or put together from files in different encodings
    ");
}

#[test]
fn archives_without_end() {
    let book = TestBook::acme(Point::Ordered);
    let bomb = zip([("xl/workbook.xml", vec![b'<'; 70 << 20].as_slice())]);
    assert!(bomb.len() < 100 << 10);
    let names: Vec<String> = (0..10_001).map(|number| format!("{number}")).collect();
    let crowd = zip(names.iter().map(|name| (name.as_str(), &b""[..])));
    let all = [refuse(&book, "file.expands-too-far", bomb), refuse(&book, "file.too-many-members", crowd)];
    assert_snapshot!(all.join("\n\n"), @"
    file.expands-too-far
    bad: it expands to more than 1000 times its size, which no bill does
    unpack it and look at what is inside

    file.too-many-members
    bad: the archive has more than 10000 members
    unpack it, and give the files of the bill alone
    ");
}
