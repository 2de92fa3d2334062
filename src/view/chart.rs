//! A chart as SVG, for a page.
//!
//! Of a waterfall and of parts, one row a bar: its label, the bar, its exact value. A total is a bar from zero, a step one from
//! where the bar before it ends; up, down and total differ in colour (also for the colour-blind), and a step's value has its sign.
//! What changes with time stands in columns, the value above the label below, as far as values fit. Places are integers made
//! from the exact mantissas, scaled down where they are too long to draw; the values beside the bars are never scaled, and no
//! text is measured by a font. Nothing from outside reaches the picture unescaped.

use maud::{Markup, PreEscaped, html};
use plotters::coord::Shift;
use plotters::coord::types::{RangedCoordi64, RangedCoordu32};
use plotters::prelude::{
    Cartesian2d, Color, DrawingArea, IntoDrawingArea, IntoFont, PathElement, RGBColor, Rectangle, SVGBackend, TextStyle,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::document::{Bar, BarKind, Chart, ChartForm};
use super::text::escape;
use crate::domain::money::{Currency, Exact};

/// Pixels from the left edge to the right one.
const WIDTH: i32 = 960;

/// Pixels from one row to the next, and those that a bar leaves free above and below itself.
const ROW: i32 = 26;
const FREE: i32 = 5;

/// Pixels between labels, bars and values.
const GAP: i32 = 12;

/// What a letter is taken to need, in pixels; a Chinese character needs two such.
const LETTER: i32 = 8;

/// The most letters of a label that are shown. The table below has it whole.
const LABEL_MAX: usize = 44;

/// Pixels of the narrowest bar: a step that is not zero can be seen.
const BAR_MIN: i32 = 2;

/// Where sums end that are drawn: everything is scaled down until they fit.
const DRAWN_MAX: u128 = 1_000_000_000_000;

/// Pixels of the highest column, and from one column's middle to the next at most.
const COLUMN_HEIGHT: i32 = 160;
const COLUMN_MAX: i32 = 160;

/// What a digit needs above a column, in pixels.
const DIGIT: i32 = 7;

const FONT: (&str, i32) = ("sans-serif", 16);

const TOTAL: RGBColor = RGBColor(118, 118, 118);
const UP: RGBColor = RGBColor(0, 114, 178);
const DOWN: RGBColor = RGBColor(213, 94, 0);
const LINE: RGBColor = RGBColor(150, 150, 150);

/// The chart as an `svg` element: a picture with a name, to be put into a page.
pub fn svg(chart: &Chart) -> Markup {
    let rows: Vec<Row> = chart.bars().iter().map(|bar| Row::new(chart.form(), bar, chart.unit())).collect();
    let layout = Layout::new(chart.form(), &rows);
    let spans = spans(chart.bars());
    html! {
        svg role="img" aria-label=(spoken(chart, &rows)) xmlns="http://www.w3.org/2000/svg"
            viewBox={ "0 0 " (WIDTH) " " (layout.height) } width=(WIDTH) height=(layout.height) {
            title { (heading(chart)) }
            "\n"
            (PreEscaped(drawn(&rows, &spans, &layout)))
        }
    }
}

/// The title with the unit, as people see it.
pub fn heading(chart: &Chart) -> String {
    match chart.unit() {
        "" => escape(chart.title()).into_owned(),
        unit => format!("{} ({})", escape(chart.title()), escape(unit)),
    }
}

/// The whole chart in words.
fn spoken(chart: &Chart, rows: &[Row]) -> String {
    let bars: Vec<String> = rows.iter().map(|row| format!("{} {}", row.label, row.value)).collect();
    format!("{}: {}", heading(chart), bars.join(", "))
}

/// The texts and the colour of one bar.
struct Row {
    label: String,
    value: String,
    color: RGBColor,
}

impl Row {
    fn new(form: ChartForm, bar: &Bar, unit: &str) -> Self {
        let value = bar.value();
        let (sign, color) = match bar.kind() {
            BarKind::Total if form == ChartForm::Waterfall => ("", TOTAL),
            _ if value < Exact::ZERO => ("", DOWN),
            BarKind::Step if value > Exact::ZERO => ("+", UP),
            BarKind::Total | BarKind::Step => ("", UP),
        };
        let value = match Currency::parse(unit) {
            Some(currency) => value.display(currency),
            None => value.to_string(),
        };
        Self { label: escape(bar.label()).into_owned(), value: format!("{sign}{value}"), color }
    }

    /// The label as far as there is room for it.
    fn short_label(&self) -> String {
        if letters(&self.label) <= LABEL_MAX {
            return self.label.clone();
        }
        let mut room = LABEL_MAX - 1;
        let fits = self.label.chars().take_while(|character| {
            let left = room.checked_sub(letters_of(*character));
            room = left.unwrap_or(0);
            left.is_some()
        });
        fits.chain(['…']).collect()
    }
}

/// Where the columns of the picture begin and end.
struct Layout {
    form: ChartForm,
    /// The left and the right edge of the bars.
    plot: (i32, i32),
    height: i32,
}

impl Layout {
    fn new(form: ChartForm, rows: &[Row]) -> Self {
        if form == ChartForm::Columns {
            let count = i32::try_from(rows.len()).unwrap_or(i32::MAX);
            let right = WIDTH.min(count.saturating_mul(COLUMN_MAX)).max(1);
            // The value stands above its column, the label below.
            return Self { form, plot: (0, right), height: COLUMN_HEIGHT + 2 * ROW };
        }
        let labels = widest(rows.iter().map(|row| letters(&row.label).min(LABEL_MAX)));
        let values = widest(rows.iter().map(|row| letters(&row.value)));
        let height = i32::try_from(rows.len()).unwrap_or(i32::MAX).saturating_mul(ROW);
        Self { form, plot: (labels + GAP, WIDTH - values - GAP), height: height.max(1) }
    }
}

/// Pixels of the widest of some texts.
fn widest(letters: impl Iterator<Item = usize>) -> i32 {
    letters.max().and_then(|letters| i32::try_from(letters).ok()).unwrap_or(0).saturating_mul(LETTER)
}

/// How wide a text is, in letters.
fn letters(text: &str) -> usize {
    text.chars().map(letters_of).sum()
}

fn letters_of(character: char) -> usize {
    if character < '\u{1100}' { 1 } else { 2 }
}

/// From where to where each bar goes, in the units that are drawn.
fn spans(bars: &[Bar]) -> Vec<(i64, i64)> {
    let sum = bars.iter().fold(0_u128, |sum, bar| sum.saturating_add(bar.value().mantissa().unsigned_abs()));
    let scale = std::iter::successors(Some(1_i128), |scale| scale.checked_mul(10))
        .find(|scale| sum / scale.unsigned_abs() <= DRAWN_MAX)
        .expect("some power of ten is large enough");
    let mut reached = 0;
    let ends = bars.iter().map(|bar| {
        let value = i64::try_from(bar.value().mantissa() / scale).expect("no value is more than all together");
        let from = if bar.kind() == BarKind::Total { 0 } else { reached };
        reached = from + value;
        (from, reached)
    });
    ends.collect()
}

type Plane = Cartesian2d<RangedCoordi64, RangedCoordu32>;

/// The elements of the picture, without the one around them.
fn drawn(rows: &[Row], spans: &[(i64, i64)], layout: &Layout) -> String {
    let mut picture = String::new();
    let size = (WIDTH.unsigned_abs(), layout.height.unsigned_abs());
    {
        let canvas = SVGBackend::with_string(&mut picture, size).into_drawing_area();
        let draw = if layout.form == ChartForm::Columns { draw_columns } else { draw_rows };
        draw(&canvas, rows, spans, layout).expect("a String takes every write");
    }
    let inside = picture.split_once('\n').map_or("", |(_, inside)| inside);
    inside.trim_end().strip_suffix("</svg>").unwrap_or(inside).to_owned()
}

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;

type Drawn = Result<(), Box<dyn std::error::Error>>;

/// From the least to the most that any bar reaches, zero included.
fn reach(spans: &[(i64, i64)]) -> std::ops::Range<i64> {
    let ends = || spans.iter().flat_map(|(from, to)| [*from, *to]).chain([0]);
    let (least, most) = (ends().min().unwrap_or(0), ends().max().unwrap_or(0));
    least..most.max(least + 1)
}

fn draw_columns(canvas: &Canvas<'_>, rows: &[Row], spans: &[(i64, i64)], layout: &Layout) -> Drawn {
    let count = u32::try_from(rows.len())?.max(1);
    let (left, right) = layout.plot;
    let (top, bottom) = (ROW, ROW + COLUMN_HEIGHT);
    let plane = Cartesian2d::<RangedCoordu32, RangedCoordi64>::new(0..count, reach(spans), (left..right, bottom..top));
    let plot = canvas.apply_coord_spec(plane);
    let middle = TextStyle::from(FONT.into_font()).pos(Pos::new(HPos::Center, VPos::Center));
    let slot = (right - left) / i32::try_from(count)?;
    let has_room = rows.iter().all(|row| i32::try_from(letters(&row.value)).is_ok_and(|digits| digits * DIGIT <= slot));
    for (place, (row, (_, to))) in (0..).zip(rows.iter().zip(spans)) {
        let ((start, zero), (end, reached)) = (plot.map_coordinate(&(place, 0)), plot.map_coordinate(&(place + 1, *to)));
        let (center, free) = (i32::midpoint(start, end), slot / 5);
        let (high, low) = (reached.min(zero), reached.max(zero));
        let low = if *to != 0 && low - high < BAR_MIN { high + BAR_MIN } else { low };
        canvas.draw(&Rectangle::new([(start + free, high), (end - free, low)], row.color.filled()))?;
        if has_room {
            canvas.draw_text(&row.value, &middle, (center, high - ROW / 2))?;
        }
        canvas.draw_text(&row.short_label(), &middle, (center, bottom + ROW / 2))?;
    }
    let (_, zero) = plot.map_coordinate(&(0, 0));
    canvas.draw(&PathElement::new([(left, zero), (right, zero)], LINE.stroke_width(1)))?;
    canvas.present()?;
    Ok(())
}

fn draw_rows(canvas: &Canvas<'_>, rows: &[Row], spans: &[(i64, i64)], layout: &Layout) -> Drawn {
    let count = u32::try_from(rows.len())?.max(1);
    let plane: Plane = Cartesian2d::new(reach(spans), 0..count, (layout.plot.0..layout.plot.1, 0..layout.height));
    let plot = canvas.apply_coord_spec(plane);

    let line = LINE.stroke_width(1);
    let (zero, _) = plot.map_coordinate(&(0, 0));
    canvas.draw(&PathElement::new([(zero, 0), (zero, layout.height)], line))?;
    let text = TextStyle::from(FONT.into_font());
    let label = text.pos(Pos::new(HPos::Left, VPos::Center));
    let value = text.pos(Pos::new(HPos::Right, VPos::Center));
    for (place, (row, (from, to))) in (0..).zip(rows.iter().zip(spans)) {
        let ((start, top), (end, _)) = (plot.map_coordinate(&(*from, place)), plot.map_coordinate(&(*to, place)));
        let bottom = top + ROW - FREE;
        canvas.draw(&Rectangle::new([(start, top + FREE), (seen_end(start, end, to - from), bottom)], row.color.filled()))?;
        if layout.form == ChartForm::Waterfall && place + 1 < count {
            canvas.draw(&PathElement::new([(end, bottom), (end, bottom + 2 * FREE)], line))?;
        }
        canvas.draw_text(&row.short_label(), &label, (0, top + ROW / 2))?;
        canvas.draw_text(&row.value, &value, (WIDTH, top + ROW / 2))?;
    }
    canvas.present()?;
    Ok(())
}

/// Where a bar ends that must be seen if it changes anything.
fn seen_end(start: i32, end: i32, change: i64) -> i32 {
    if change != 0 && (end - start).abs() < BAR_MIN { start + BAR_MIN * if change < 0 { -1 } else { 1 } } else { end }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn exact(text: &str) -> Exact {
        text.parse().unwrap()
    }

    fn shown(chart: &Chart) -> String {
        svg(chart).0
    }

    /// The left edge and the width of each bar.
    fn bars(chart: &Chart) -> Vec<(i32, i32)> {
        let number = |element: &str, name: &str| -> i32 {
            element.split_once(&format!(" {name}=\"")).unwrap().1.split_once('"').unwrap().0.parse().unwrap()
        };
        shown(chart)
            .lines()
            .filter(|line| line.starts_with("<rect"))
            .map(|line| (number(line, "x"), number(line, "width")))
            .collect()
    }

    fn bridge() -> Chart {
        Chart::waterfall("From May to June", "CNY")
            .total("May", exact("1000"))
            .step("Usage <ECS> & 云", exact("300.5"))
            .step("Refunds", exact("-1500.5"))
            .step("Rounding", exact("0"))
            .total("June", exact("-200"))
    }

    #[test]
    fn totals_stand_on_zero_and_steps_where_the_last_one_ends() {
        assert_snapshot!(shown(&bridge()), @r##"
        <svg role="img" aria-label="From May to June (CNY): May 1000.00, Usage &lt;ECS&gt; &amp; 云 +300.50, Refunds -1500.50, Rounding 0.00, June -200.00" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 130" width="960" height="130"><title>From May to June (CNY)</title>
        <polyline fill="none" opacity="1" stroke="#969696" stroke-width="1" points="239,0 239,130 "/>
        <rect x="239" y="5" width="496" height="16" opacity="1" fill="#767676" stroke="none"/>
        <polyline fill="none" opacity="1" stroke="#969696" stroke-width="1" points="735,21 735,31 "/>
        <text x="0" y="13" dy="0.5ex" text-anchor="start" font-family="sans-serif" font-size="12.903225806451614" opacity="1" fill="#000000">
        May
        </text>
        <text x="960" y="13" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.903225806451614" opacity="1" fill="#000000">
        1000.00
        </text>
        <rect x="735" y="31" width="149" height="16" opacity="1" fill="#0072B2" stroke="none"/>
        <polyline fill="none" opacity="1" stroke="#969696" stroke-width="1" points="884,47 884,57 "/>
        <text x="0" y="39" dy="0.5ex" text-anchor="start" font-family="sans-serif" font-size="12.903225806451614" opacity="1" fill="#000000">
        Usage &lt;ECS&gt; &amp; 云
        </text>
        <text x="960" y="39" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.903225806451614" opacity="1" fill="#000000">
        +300.50
        </text>
        <rect x="140" y="57" width="744" height="16" opacity="1" fill="#D55E00" stroke="none"/>
        <polyline fill="none" opacity="1" stroke="#969696" stroke-width="1" points="140,73 140,83 "/>
        <text x="0" y="65" dy="0.5ex" text-anchor="start" font-family="sans-serif" font-size="12.903225806451614" opacity="1" fill="#000000">
        Refunds
        </text>
        <text x="960" y="65" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.903225806451614" opacity="1" fill="#000000">
        -1500.50
        </text>
        <rect x="140" y="83" width="0" height="16" opacity="1" fill="#0072B2" stroke="none"/>
        <polyline fill="none" opacity="1" stroke="#969696" stroke-width="1" points="140,99 140,109 "/>
        <text x="0" y="91" dy="0.5ex" text-anchor="start" font-family="sans-serif" font-size="12.903225806451614" opacity="1" fill="#000000">
        Rounding
        </text>
        <text x="960" y="91" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.903225806451614" opacity="1" fill="#000000">
        0.00
        </text>
        <rect x="140" y="109" width="99" height="16" opacity="1" fill="#767676" stroke="none"/>
        <text x="0" y="117" dy="0.5ex" text-anchor="start" font-family="sans-serif" font-size="12.903225806451614" opacity="1" fill="#000000">
        June
        </text>
        <text x="960" y="117" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.903225806451614" opacity="1" fill="#000000">
        -200.00
        </text>
        </svg>
        "##);
        assert_eq!(shown(&bridge()), shown(&bridge()), "the same chart gives the same bytes");
        assert_eq!(bars(&bridge()).len(), 5);
        assert_eq!(heading(&Chart::waterfall("Lines", "")), "Lines");
    }

    #[test]
    fn one_bar_no_change_and_no_bar_are_pictures_too() {
        let chart = |total: &str| Chart::waterfall("One", "CNY").total("Only", exact(total));
        let (left, width) = bars(&chart("5"))[0];
        assert_eq!(bars(&chart("-5")).len(), 1);
        assert!(width > 700 && left + width < WIDTH, "one bar takes all the room");
        assert_eq!(bars(&chart("0"))[0].1, 0);
        let step = Chart::waterfall("Step", "CNY").step("Only", exact("0.01"));
        assert!(bars(&step)[0].1 > 700, "the smallest step too, where there is nothing else");
        assert!(shown(&Chart::waterfall("None", "CNY")).ends_with("</svg>"));
    }

    #[test]
    fn parts_stand_on_zero_without_lines_between_them() {
        let parts = Chart::bars_of("By product", "CNY").total("ecs", exact("300")).total("oss", exact("-100"));
        let [(ecs, long), (oss, short)] = bars(&parts)[..] else { panic!("two bars") };
        assert!(ecs == oss + short && long >= 3 * short - 2 && long <= 3 * short + 2, "{:?}", bars(&parts));
        let picture = shown(&parts);
        assert_eq!(picture.matches("<polyline").count(), 1, "only the line at zero");
        assert!(picture.contains("#0072B2") && picture.contains("#D55E00") && picture.contains("\n-100.00\n"), "{picture}");
    }

    #[test]
    fn columns_stand_side_by_side_on_one_line() {
        let months = |values: &[&str]| {
            let chart = Chart::columns_of("By month", "CNY");
            values.iter().enumerate().fold(chart, |chart, (at, value)| chart.total(format!("2026-{:02}", at + 1), exact(value)))
        };
        let two = months(&["100", "50"]);
        let [first, second] = bars(&two)[..] else { panic!("two columns") };
        assert!(first.1 == second.1 && first.0 + first.1 < second.0, "{:?}", bars(&two));
        let picture = shown(&two);
        let heights: Vec<&str> =
            picture.lines().filter_map(|line| line.split_once("height=\"")?.1.split('"').next()).skip(1).collect();
        assert_eq!(heights, ["160", "80"], "{picture}");
        for text in ["\n2026-01\n", "\n100.00\n", "\n50.00\n"] {
            assert!(picture.contains(text), "{picture}");
        }
        let below = shown(&months(&["-5", "5"]));
        assert!(below.contains("#D55E00") && below.contains("#0072B2"), "{below}");
        let crowded = shown(&months(&["123456789012.34"; 12]));
        assert!(
            crowded.contains("2026-12") && !crowded.contains("\n123456789012.34\n"),
            "values that would run together are left out"
        );
        assert!(shown(&months(&[])).ends_with("</svg>"));
        assert!(bars(&months(&["0.01", "1000000"])).iter().all(|(_, width)| *width > 0));
    }

    #[test]
    fn a_small_step_beside_a_large_total_is_seen() {
        let chart = Chart::waterfall("Small", "CNY").total("All", exact("1000000")).step("Cent", exact("-0.01"));
        assert_eq!(bars(&chart)[1].1, BAR_MIN);
    }

    #[test]
    fn the_longest_values_are_scaled_for_drawing_and_written_whole() {
        let most = Exact::from_mantissa(i128::MAX);
        let chart =
            Chart::waterfall("Long", "").total("Most", most).step("More", most).step("Least", Exact::from_mantissa(i128::MIN));
        let bars = bars(&chart);
        assert_eq!(bars[0].1, bars[1].1);
        assert_eq!(bars[1].1, bars[2].1);
        assert!(shown(&chart).contains("\n170141183460469231731.687303715884105727\n"));
    }

    #[test]
    fn labels_are_harmless_and_no_longer_than_their_column() {
        let chart = Chart::waterfall("A\u{202e}B", "<b>").step("云".repeat(60), exact("1")).step("x\u{7}\"", exact("-1"));
        let shown = shown(&chart);
        assert!(shown.contains(&format!("\n{}…\n", "云".repeat(21))), "{shown}");
        assert!(shown.contains("x\\u{7}&quot;") && shown.contains("A\\u{202e}B (&lt;b&gt;)"), "{shown}");
        assert!(!shown.contains(['\u{202e}', '\u{7}']) && !shown.contains("<b>"));
    }
}
