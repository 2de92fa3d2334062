//! A document as aligned text, for people at a terminal or behind a pipe.
//!
//! Fields first, as lines of label and value, then each table under its title, with one rule below the header and no frame.
//! The rule is ASCII: box-drawing characters are of ambiguous width next to Chinese ones. No colour, no truncation, no trailing
//! spaces; nothing from outside reaches the writer raw. Only where a width is given are long texts wrapped, numbers never.

use std::io;
use std::ops::Range;

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, TableStyle, Width};

use super::document::{Align, Column, Document, Field, Parts, Reader, Table, Value};
use super::text::escape;

const HEADER_RULE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('-'));

/// Rows that are laid out at a time, so that memory does not follow the table.
const BLOCK: usize = 1000;

/// Spaces between two columns.
const GAP: u16 = 2;

/// A column whose widest cell is no wider than this is never wrapped: codes, UIDs, order numbers. A wider one never gets
/// narrower than this; on a terminal that is too small, lines run over instead.
const UNWRAPPED_MAX: u16 = 24;

/// Writes the document; wrapped to `width` columns if there is one (a terminal), else as wide as it is.
pub fn render(document: &Document, width: Option<u16>, writer: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page { writer, width, begun: false };
    page.document(document)
}

/// The lines written so far, as far as the next one must know them.
struct Page<'a> {
    writer: &'a mut dyn io::Write,
    width: Option<u16>,
    begun: bool,
}

impl Page<'_> {
    fn document(&mut self, document: &Document) -> io::Result<()> {
        self.fields(document)?;
        for table in document.tables_for(Reader::Person) {
            self.table(table)?;
        }
        for section in document.all_sections() {
            match section.parts() {
                Parts::One(title, part) => self.section(title, part)?,
                Parts::Many(parts) => parts.iter().try_for_each(|(title, part)| self.section(title, part))?,
            }
        }
        Ok(())
    }

    fn section(&mut self, title: &str, document: &Document) -> io::Result<()> {
        self.block()?;
        self.line(&format!("== {} ==", escape(title)))?;
        self.begun = false;
        self.document(document)?;
        self.begun = true;
        Ok(())
    }

    fn fields(&mut self, document: &Document) -> io::Result<()> {
        let fields: Vec<&Field> = document.fields_for(Reader::Person).collect();
        if fields.is_empty() {
            return Ok(());
        }
        self.block()?;
        let line = |place: usize| vec![fields[place].label().to_owned(), shown(fields[place].value())];
        self.grid(&Grid { header: None, aligns: &[Align::Left, Align::Left], height: fields.len(), row: &line })
    }

    fn table(&mut self, table: &Table) -> io::Result<()> {
        self.block()?;
        if table.is_empty() {
            return match (table.empty_sentence(), table.heading()) {
                (Some(sentence), _) => self.line(&escape(sentence)),
                (None, Some(title)) => self.line(&format!("{}: none", escape(title))),
                (None, None) => self.line("none"),
            };
        }
        if let Some(title) = table.heading() {
            self.line(&escape(title))?;
        }
        let columns: Vec<(usize, &Column)> = table.columns_for(Reader::Person).collect();
        let aligns: Vec<Align> = columns.iter().map(|(_, column)| column.align()).collect();
        let rows = table.all_rows();
        let cells = |row: usize| rows.get(row).unwrap_or_else(|| &table.totals()[row - rows.len()]);
        let line = |row: usize| columns.iter().map(|(place, _)| shown(&cells(row)[*place])).collect();
        self.grid(&Grid {
            header: Some(columns.iter().map(|(_, column)| column.label()).collect()),
            aligns: &aligns,
            height: rows.len() + table.totals().len(),
            row: &line,
        })
    }

    /// Two passes over the rows, a block of them in memory at a time: how wide is each column, then the lines.
    fn grid(&mut self, grid: &Grid<'_>) -> io::Result<()> {
        let mut widths = vec![1; grid.aligns.len()];
        for block in grid.blocks() {
            for (width, wider) in widths.iter_mut().zip(grid.laid_out(block).column_max_content_widths()) {
                *width = wider.max(*width);
            }
        }
        if let Some(page) = self.width {
            narrow(&mut widths, grid.aligns, page);
        }
        for block in grid.blocks() {
            let mut lines = grid.laid_out(block);
            for (column, width) in lines.column_iter_mut().zip(&widths) {
                let gap = column.padding_width();
                column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width.saturating_add(gap))));
            }
            for line in lines.lines() {
                self.line(&line)?;
            }
        }
        Ok(())
    }

    /// Leaves a line free if something stands above.
    fn block(&mut self) -> io::Result<()> {
        if self.begun {
            self.writer.write_all(b"\n")?;
        }
        self.begun = true;
        Ok(())
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.writer, "{}", line.trim_end())
    }
}

/// Aligned cells, perhaps under a header.
struct Grid<'a> {
    header: Option<Vec<&'a str>>,
    aligns: &'a [Align],
    height: usize,
    row: &'a dyn Fn(usize) -> Vec<String>,
}

impl Grid<'_> {
    fn blocks(&self) -> impl Iterator<Item = Range<usize>> {
        (0..self.height).step_by(BLOCK).map(|start| start..self.height.min(start + BLOCK))
    }

    /// Some of its rows, with the header if they are the first.
    fn laid_out(&self, rows: Range<usize>) -> comfy_table::Table {
        let mut laid_out = comfy_table::Table::new();
        laid_out.load_style(HEADER_RULE).set_content_arrangement(ContentArrangement::Disabled);
        if let (Some(header), 0) = (&self.header, rows.start) {
            laid_out.set_header(header.iter().copied());
        }
        for row in rows {
            laid_out.add_row((self.row)(row).into_iter().map(Cell::new_owned));
        }
        for ((place, column), align) in laid_out.column_iter_mut().enumerate().zip(self.aligns) {
            column.set_padding((0, if place + 1 == self.aligns.len() { 0 } else { GAP }));
            if *align == Align::Right {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        laid_out
    }
}

/// Makes the long columns of words share what the others leave of the page, the least wide served first.
fn narrow(widths: &mut [u16], aligns: &[Align], page: u16) {
    let (mut long, fixed): (Vec<usize>, Vec<usize>) =
        (0..widths.len()).partition(|place| aligns[*place] == Align::Left && widths[*place] > UNWRAPPED_MAX);
    let gaps = GAP.saturating_mul(u16::try_from(widths.len()).unwrap_or(u16::MAX).saturating_sub(1));
    let mut free = fixed.iter().fold(page.saturating_sub(gaps), |free, place| free.saturating_sub(widths[*place]));
    long.sort_by_key(|place| widths[*place]);
    let mut sharing = u16::try_from(long.len()).unwrap_or(u16::MAX);
    for place in long {
        widths[place] = widths[place].min(UNWRAPPED_MAX.max(free / sharing));
        free = free.saturating_sub(widths[place]);
        sharing -= 1;
    }
}

/// A value as people see it, harmless to whoever shows it.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Text(text) | Value::Amount(text) => escape(text).into_owned(),
        Value::Term(term) => term.shown().to_owned(),
        Value::Count(count) => count.to_string(),
        Value::Flag(true) => "yes".to_owned(),
        Value::Flag(false) => "no".to_owned(),
        Value::Date(date) => date.to_string(),
        Value::Month(month) => month.to_string(),
        Value::List(values) if values.is_empty() => "-".to_owned(),
        Value::List(values) => values.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Object(members) => {
            members.iter().map(|(key, value)| format!("{} {}", escape(key), shown(value))).collect::<Vec<_>>().join(", ")
        }
    }
}
