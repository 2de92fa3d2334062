//! A document as one HTML page, for people who get it by mail or print it.
//!
//! The page stands alone: its style is inside, it has no script, and it fetches nothing, which it also tells the browser. Every
//! text goes through the escaping of the templates, and what could steer a terminal or turn the writing direction is shown as
//! an escape, as at a terminal. The same document gives the same bytes: no time and no file name is added to it.

use std::io;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::chart;
use super::document::{Align, Chart, Column, Document, Field, Parts, Reader, Table, Value};
use super::language::Language;
use super::table::shown;
use super::text::escape;

/// Nothing may be loaded, and nothing may run.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

const STYLE: &str = "
@page { size: A4; margin: 14mm 12mm }
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --line: #ccc; --head: #f2f2f2; --note: #fff6d6 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e6; --paper: #161616; --line: #444; --head: #242424; --note: #3a3210 } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif }
main { max-width: 75rem; margin: 0 auto; padding: 1.5rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.3rem } h3, h4, h5, h6 { font-size: 1.1rem }
h2, h3, h4, h5, h6 { margin: 2rem 0 .5rem }
dl { margin: 1rem 0 } dl > div { display: grid; grid-template-columns: min(16rem, 40%) 1fr; gap: 1rem; padding: .15rem 0 }
dt { color: inherit; opacity: .75 } dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums }
.wide { overflow-x: auto; margin: 1rem 0 }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
caption { text-align: left; font-weight: 600; padding: .3rem 0 }
th, td { padding: .25rem .7rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top }
th { background: var(--head); white-space: nowrap }
.n { text-align: right; white-space: nowrap } .d { white-space: nowrap }
aside { background: var(--note); padding: .6rem 1rem; margin: 1rem 0 } aside p { margin: .2rem 0 }
tfoot td { font-weight: 600; border-bottom: 0; border-top: 2px solid var(--line) }
figure { margin: 1rem 0 } figcaption { font-weight: 600; padding: .3rem 0 }
svg { max-width: 100%; height: auto } svg text { fill: currentColor; font: 13px system-ui, sans-serif; font-variant-numeric: tabular-nums }
@media print { :root { color-scheme: light; --ink: #000; --paper: #fff; --line: #999; --head: #eee; --note: #fff } body { font-size: 11px } main { padding: 0; max-width: none } h1 { font-size: 17px } h2 { font-size: 14px } dl { columns: 2 } dl > div { break-inside: avoid; grid-template-columns: 11em 1fr } table { width: 100%; font-size: 9.5px } th, td { padding: 2px 4px } th { white-space: normal } td { overflow-wrap: break-word } td.n, td.d { overflow-wrap: normal } h2, caption, figcaption { break-after: avoid } .wide { overflow: visible } thead { display: table-header-group } tr, figure, aside { break-inside: avoid } }
";

/// From this many columns on a table is printed across the sheet: numbers of sixteen digits would be broken otherwise.
const WIDE: usize = 10;

/// Whether a table of the document, or of one that it holds, is wide.
fn is_wide(document: &Document) -> bool {
    let has_wide_part = document.all_sections().iter().any(|section| match section.parts() {
        Parts::One(_, part) => is_wide(part),
        Parts::Many(parts) => parts.iter().any(|(_, part)| is_wide(part)),
    });
    has_wide_part || document.tables_for(Reader::Person).any(|table| table.columns_for(Reader::Person).count() >= WIDE)
}

/// Writes the document as a page.
pub fn render(document: &Document, writer: &mut dyn io::Write) -> io::Result<()> {
    let title = document.title().map_or_else(|| title(document.schema()), str::to_owned);
    let language = document.language();
    let head = html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(POLICY);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="referrer" content="no-referrer";
            title { (title) }
            style { (PreEscaped(STYLE)) @if is_wide(document) { "@page { size: A4 landscape }\n" } }
        }
    };
    let mut page = Page { writer, language };
    page.markup(&html! { (DOCTYPE) })?;
    page.tag(match language {
        Language::English => "<html lang=\"en\">",
        Language::Chinese => "<html lang=\"zh-CN\">",
    })?;
    page.markup(&head)?;
    page.tag("<body>\n<main>")?;
    page.markup(&heading(1, &title))?;
    page.document(document, 1)?;
    page.tag("</main>\n</body>\n</html>")
}

/// The command that is answered, as a heading: `Fund balance`.
fn title(schema: &str) -> String {
    let words = escape(schema).replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A page in the making. Rows are written one by one, so that it is never in memory as a whole.
struct Page<'a> {
    writer: &'a mut dyn io::Write,
    language: Language,
}

impl Page<'_> {
    fn document(&mut self, document: &Document, level: u8) -> io::Result<()> {
        self.fields(document)?;
        self.notices(document)?;
        for chart in document.charts() {
            self.markup(&figure(chart, self.language))?;
        }
        for table in document.tables_for(Reader::Person) {
            self.table(table)?;
        }
        for section in document.all_sections() {
            match section.parts() {
                Parts::One(title, part) => self.section(title, part, level + 1)?,
                Parts::Many(parts) => parts.iter().try_for_each(|(title, part)| self.section(title, part, level + 1))?,
            }
        }
        Ok(())
    }

    fn section(&mut self, title: &str, document: &Document, level: u8) -> io::Result<()> {
        self.tag("<section>")?;
        self.markup(&heading(level, &escape(title)))?;
        self.document(document, level)?;
        self.tag("</section>")
    }

    fn fields(&mut self, document: &Document) -> io::Result<()> {
        let mut fields = document.fields_for(Reader::Person).peekable();
        if fields.peek().is_none() {
            return Ok(());
        }
        self.tag("<dl>")?;
        fields.try_for_each(|field| self.markup(&definition(field)))?;
        self.tag("</dl>")
    }

    fn notices(&mut self, document: &Document) -> io::Result<()> {
        if document.notices().is_empty() {
            return Ok(());
        }
        self.markup(&html! {
            aside role="note" {
                @for notice in document.notices() { p { (sentence(notice)) } }
            }
        })
    }

    fn table(&mut self, table: &Table) -> io::Result<()> {
        if table.is_empty() {
            return self.markup(&html! { p { (nothing(table, self.language)) } });
        }
        let columns: Vec<(usize, &Column)> = table.columns_for(Reader::Person).collect();
        self.tag("<div class=\"wide\">\n<table>")?;
        if let Some(title) = table.heading() {
            self.markup(&html! { caption { (escape(title)) } })?;
        }
        self.markup(&header(&columns))?;
        self.tag("<tbody>")?;
        for cells in table.all_rows() {
            self.markup(&row(&columns, cells))?;
        }
        self.tag("</tbody>")?;
        if !table.totals().is_empty() {
            self.tag("<tfoot>")?;
            for cells in table.totals() {
                self.markup(&row(&columns, cells))?;
            }
            self.tag("</tfoot>")?;
        }
        self.tag("</table>\n</div>")
    }

    /// Writes what the templates have made, and ends the line.
    fn markup(&mut self, markup: &Markup) -> io::Result<()> {
        writeln!(self.writer, "{}", markup.0)
    }

    /// Writes a tag of ours whose content follows bit by bit, and ends the line.
    fn tag(&mut self, tag: &'static str) -> io::Result<()> {
        writeln!(self.writer, "{tag}")
    }
}

fn heading(level: u8, text: &str) -> Markup {
    html! {
        @match level {
            1 => h1 { (text) },
            2 => h2 { (text) },
            3 => h3 { (text) },
            4 => h4 { (text) },
            5 => h5 { (text) },
            _ => h6 { (text) },
        }
    }
}

fn definition(field: &Field) -> Markup {
    html! { div { dt { (escape(field.label())) } dd { (shown(field.value())) } } }
}

fn figure(chart: &Chart, language: Language) -> Markup {
    html! {
        figure {
            figcaption { (chart::heading(chart)) }
            @if chart.bars().is_empty() { p { (language.word("none")) } } @else { (chart::svg(chart)) }
        }
    }
}

fn header(columns: &[(usize, &Column)]) -> Markup {
    html! {
        thead {
            tr {
                @for (_, column) in columns {
                    th scope="col" class=[(column.align() == Align::Right).then_some("n")] { (escape(column.label())) }
                }
            }
        }
    }
}

fn row(columns: &[(usize, &Column)], cells: &[Value]) -> Markup {
    html! {
        tr {
            @for (place, column) in columns {
                td class=[class(column.align(), &cells[*place])] { (shown(&cells[*place])) }
            }
        }
    }
}

/// How a cell stands: numbers to the right, days in one line.
fn class(align: Align, value: &Value) -> Option<&'static str> {
    match (align, value) {
        (Align::Right, _) => Some("n"),
        (Align::Left, Value::Date(_) | Value::Month(_)) => Some("d"),
        (Align::Left, _) => None,
    }
}

/// What is said in the place of an empty table.
fn nothing(table: &Table, language: Language) -> String {
    let none = language.word("none");
    match (table.empty_sentence(), table.heading()) {
        (Some(sentence), _) => escape(sentence).into_owned(),
        (None, Some(title)) => format!("{}: {none}", escape(title)),
        (None, None) => none.to_owned(),
    }
}

/// A notice as people read it: its message if it has one.
fn sentence(notice: &Value) -> String {
    match notice {
        Value::Object(members) => {
            members.iter().find(|(key, _)| key == "message").map_or_else(|| shown(notice), |(_, said)| shown(said))
        }
        other => shown(other),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::domain::money::Exact;
    use crate::view::tests::balance;

    fn page(document: &Document) -> String {
        let mut bytes = Vec::new();
        render(document, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn body(document: &Document) -> String {
        page(document).split_once("<body>\n").unwrap().1.to_owned()
    }

    #[test]
    fn people_get_a_page() {
        assert_snapshot!(body(&balance()), @r#"
        <main>
        <h1>Fund balance</h1>
        <dl>
        <div><dt>Group</dt><dd>acme</dd></div>
        <div><dt>Name</dt><dd>示例控股</dd></div>
        <div><dt>Currency</dt><dd>CNY</dd></div>
        <div><dt>Deposits</dt><dd>-1234.50</dd></div>
        <div><dt>As of</dt><dd>2026-06-30</dd></div>
        <div><dt>Period</dt><dd>2026-06</dd></div>
        <div><dt>Frozen</dt><dd>no</dd></div>
        <div><dt>Next</dt><dd>subledger fund deposit acme 1234.50</dd></div>
        </dl>
        <aside role="note"><p>notice list-price, group acme</p></aside>
        <div class="wide">
        <table>
        <thead><tr><th scope="col">Account</th><th scope="col">Name</th><th scope="col" class="n">Orders</th><th scope="col" class="n">Funds</th><th scope="col">Hint</th></tr></thead>
        <tbody>
        <tr><td>prod</td><td>生产环境</td><td class="n">12</td><td class="n">10000.50</td><td>-</td></tr>
        <tr><td>test</td><td>a\u{1b}[31m\u{202e}b\nc</td><td class="n">0</td><td class="n">-0.05</td><td>in arrears</td></tr>
        </tbody>
        </table>
        </div>
        <div class="wide">
        <table>
        <caption>Classes</caption>
        <thead><tr><th scope="col">Class</th><th scope="col" class="n">Count</th><th scope="col" class="n">Amount</th></tr></thead>
        <tbody>
        <tr><td>usage</td><td class="n">3</td><td class="n">33.62</td></tr>
        <tr><td>late</td><td class="n">1</td><td class="n">-1.00</td></tr>
        </tbody>
        </table>
        </div>
        <p>Groups: none</p>
        </main>
        </body>
        </html>
        "#);
    }

    #[test]
    fn a_page_stands_alone() {
        let page = page(&balance());
        assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"), "{page}");
        assert!(page.contains("content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\""), "{page}");
        assert!(page.contains("<title>Fund balance</title>"));
        for loads in ["<script", "<link", "src=\"", "href=", "url(", "@import", "http://", "https://"] {
            assert!(!page.contains(loads), "{loads}");
        }
        assert_eq!(page, self::page(&balance()), "the same answer gives the same bytes");
    }

    #[test]
    fn nothing_from_outside_is_markup_or_turns_the_text() {
        let hostile = "<script>alert(\"1\")</script>\u{202e}&\u{1b}[31m\u{0}";
        let document = Document::new(hostile)
            .field("name", "Name", hostile)
            .table(Table::new("rows").title(hostile).column("text", "Text").row([hostile.into()]))
            .table(Table::new("none").column("text", "Text").when_empty(hostile))
            .chart(Chart::waterfall(hostile, hostile).total(hostile, Exact::ZERO))
            .section("part", hostile, Document::new("part"))
            .notice(Value::object([("notice", "odd"), ("message", hostile)]))
            .notice(hostile);
        let page = page(&document);
        assert!(!page.contains("<script") && !page.contains(['\u{202e}', '\u{1b}', '\u{0}']), "{page}");
        assert_eq!(page.matches("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;\\u{202e}&amp;\\u{1b}[31m\\u{0}").count(), 16);
    }

    #[test]
    fn sections_nest_under_headings_and_empty_tables_say_so() {
        let table = Table::new("rows").column("account", "Account");
        let innermost = Document::new("c").table(table.clone().when_empty("No account yet."));
        let inner = Document::new("b").table(table.title("Accounts")).section("c", "Third", innermost);
        let document = Document::new("a").sections("b", [("Second".to_owned(), inner)]).chart(Chart::waterfall("Way", "CNY"));
        assert_snapshot!(body(&document), @"
        <main>
        <h1>A</h1>
        <figure><figcaption>Way (CNY)</figcaption><p>none</p></figure>
        <section>
        <h2>Second</h2>
        <p>Accounts: none</p>
        <section>
        <h3>Third</h3>
        <p>No account yet.</p>
        </section>
        </section>
        </main>
        </body>
        </html>
        ");
    }
}
