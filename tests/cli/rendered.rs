//! Pages as a browser renders them: on a phone, on A4, with Chinese in real glyphs. They need Chromium, and are ignored without it.

use std::fs;
use std::process::Command;

use crate::book::{Point, TestBook};

/// Runs Chromium without a window, and returns what it has printed.
fn chromium(book: &TestBook, arguments: &[&str]) -> String {
    let profile = format!("--user-data-dir={}", book.path("profile").display());
    let quiet = ["--headless=new", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", &profile];
    let output = Command::new("chromium").args(quiet).args(arguments).output().expect("chromium is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The pages of a closed month that people send on.
fn pages(book: &TestBook) -> Vec<String> {
    let asked = [
        ("statement.html", "statement show acme-prod --period 2026-06 --lang zh"),
        ("group.html", "statement show --group acme --period 2026-06 --lang zh"),
        ("receipt.html", "period receipt 2026-06"),
        ("bridge.html", "reconcile bridge --period 2026-06"),
        ("ageing.html", "settlement ageing"),
        ("plan.html", "invoice plan --period 2026-06"),
    ];
    for (file, line) in asked {
        book.done(&format!("{line} --output {file}"));
    }
    asked.iter().map(|(file, _)| (*file).to_owned()).collect()
}

/// What a script of a page around it finds out about a page that is so many pixels wide.
fn measured(book: &TestBook, page: &str, width: u32, script: &str) -> String {
    let around = format!(
        "<!DOCTYPE html><meta charset=utf-8><iframe id=f src={page} width={width} height=2000 frameborder=0></iframe><p id=told></p>\
         <script>onload = () => {{ const page = document.getElementById('f').contentDocument; \
         document.getElementById('told').textContent = String((() => {{ {script} }})()); }}</script>"
    );
    book.write("around.html", around);
    let url = format!("file://{}", book.path("around.html").display());
    let dom = chromium(book, &["--virtual-time-budget=2000", "--dump-dom", &url]);
    let told = dom.split("<p id=\"told\">").nth(1).and_then(|rest| rest.split("</p>").next());
    told.unwrap_or_else(|| panic!("{page} was not measured: {dom}")).to_owned()
}

#[test]
#[ignore = "needs chromium"]
fn pages_fit_a_phone_and_nothing_is_cut_off() {
    let book = TestBook::acme(Point::Closed);
    for page in pages(&book) {
        let root = "const root = page.documentElement;";
        let fits = measured(&book, &page, 390, &format!("{root} return root.scrollWidth <= root.clientWidth"));
        assert_eq!(fits, "true", "{page} does not scroll sideways: its wide tables do, by themselves");
        let cells = measured(&book, &page, 390, "return page.querySelectorAll('td').length > 0");
        assert_eq!(cells, "true", "{page} has its tables");
    }
}

#[test]
#[ignore = "needs chromium"]
fn chinese_is_shown_in_real_glyphs() {
    let book = TestBook::acme(Point::Closed);
    let pages = pages(&book);
    // What a font lacks is one box, whatever the character.
    let script = "const draw = (text) => { const canvas = document.createElement('canvas'); const to = canvas.getContext('2d'); \
                  to.font = '40px ' + getComputedStyle(page.body).fontFamily; to.fillText(text, 5, 45); return canvas.toDataURL(); }; \
                  return page.body.textContent.includes('\u{8d26}\u{671f}') + ' ' + (draw('\u{8d26}') !== draw('\u{671f}'))";
    assert_eq!(measured(&book, &pages[0], 800, script), "true true");
}

#[test]
#[ignore = "needs chromium"]
fn pages_print_on_a4_with_whole_numbers() {
    let book = TestBook::acme(Point::Closed);
    for page in pages(&book) {
        let to = format!("--print-to-pdf={}", book.path("page.pdf").display());
        let url = format!("file://{}", book.path(&page).display());
        chromium(&book, &["--no-pdf-header-footer", &to, &url]);
        let pdf = fs::read(book.path("page.pdf")).expect("a PDF");
        let text = String::from_utf8_lossy(&pdf);
        let sheets: Vec<&str> = text.split("/MediaBox [").skip(1).filter_map(|rest| rest.split(']').next()).collect();
        assert!(!sheets.is_empty(), "{page} has a sheet");
        let is_a4 = |sheet: &str| {
            let sides: Vec<f64> = sheet.split_whitespace().filter_map(|side| side.parse().ok()).collect();
            let near = |a: f64, b: f64| (a - b).abs() < 1.5;
            matches!(sides.as_slice(), [_, _, w, h] if near(w.min(*h), 595.3) && near(w.max(*h), 841.9))
        };
        assert!(sheets.iter().all(|sheet| is_a4(sheet)), "{page}: {sheets:?}");
    }
    // As it is laid out for the sheet, no number of sixteen digits is broken: every UID stands on one line.
    let script = "for (const sheet of page.styleSheets) for (const rule of [...sheet.cssRules]) \
                  if (rule.media && rule.media.mediaText === 'print') for (const inner of [...rule.cssRules]) \
                  sheet.insertRule(inner.cssText, sheet.cssRules.length); \
                  const uids = [...page.querySelectorAll('td')].filter((cell) => /^\\d{16}$/.test(cell.textContent)); \
                  const lines = (cell) => { const range = page.createRange(); range.selectNodeContents(cell); \
                  return new Set([...range.getClientRects()].map((box) => box.top)).size; }; \
                  return uids.length + ' ' + uids.filter((cell) => lines(cell) > 1).length";
    // A4 across, less its margins, is 273 mm: 1031 pixels of the page.
    assert_eq!(measured(&book, "group.html", 1031, script), "2 0");
}
