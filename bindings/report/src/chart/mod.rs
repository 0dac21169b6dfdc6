//! Charts as SVG: all that knows how to draw.

mod axis;
mod scale;

pub use axis::{Axis, quantile, sorted};

use lsmi::{Error, Result};
use maud::{Markup, PreEscaped};
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use scale::Scale;

/// A colour.
pub type Colour = RGBColor;

/// Lines and words.
pub const INK: Colour = RGBColor(51, 56, 64);

/// What is there for comparison.
pub const MUTED: Colour = RGBColor(107, 114, 128);

const GRID: Colour = RGBColor(232, 234, 238);

/// Units of a drawing for each pixel that it is made for: the backend knows whole numbers only.
const SCALE: f64 = 2.0;

/// Size of the words, in pixels.
const TEXT: f64 = 11.5;

/// A size as the library counts it: its SVG backend divides by this.
const FONT_FACTOR: f64 = 1.24;

/// Width of a letter, on average, in pixels.
const LETTER: f64 = 6.3;

/// What is drawn into a chart, in its units; what is beyond an axis ends there.
pub enum Mark {
    /// A filled rectangle between two x and two y.
    Bar { x: [f64; 2], y: [f64; 2], colour: Colour, opacity: f64 },
    /// A line through points; thickness in pixels.
    Line { points: Vec<(f64, f64)>, colour: Colour, thickness: f64, dashed: bool },
    /// A filled circle; left out beyond an axis. Radius in pixels.
    Dot { at: (f64, f64), radius: f64, colour: Colour, opacity: f64 },
}

impl Mark {
    /// A thin line.
    pub fn line(points: &[(f64, f64)], colour: Colour) -> Self {
        Mark::Line { points: points.to_vec(), colour, thickness: 1.0, dashed: false }
    }

    /// A dashed line.
    pub fn dashed(points: &[(f64, f64)], colour: Colour) -> Self {
        Mark::Line { points: points.to_vec(), colour, thickness: 1.5, dashed: true }
    }
}

/// A chart, of this size in pixels.
pub struct Chart {
    pub size: (u32, u32),
    pub x: Axis,
    pub y: Axis,
    pub marks: Vec<Mark>,
}

impl Chart {
    /// The chart as SVG.
    ///
    /// # Errors
    /// [`Error::Format`] if the library for it refuses to draw.
    pub fn svg(&self) -> Result<Markup> {
        let mut text = String::new();
        self.draw(&mut text).map_err(|e| Error::Format {
            field: "chart".into(),
            expected: "something to draw".into(),
            got: e.to_string(),
        })?;
        Ok(PreEscaped(text))
    }

    fn draw(&self, text: &mut String) -> std::result::Result<(), Box<dyn std::error::Error>> {
        let (width, height) = (f64::from(self.size.0), f64::from(self.size.1));
        let area =
            SVGBackend::with_string(text, (units(width) as u32, units(height) as u32)).into_drawing_area();
        let longest = |ticks: &[(f64, String)]| {
            ticks.iter().map(|(_, label)| label.chars().count()).max().unwrap_or(0) as f64 * LETTER
        };
        let y_ticks = self.y.ticks((height / 45.0) as usize);
        let left = longest(&y_ticks) + if self.y.name.is_empty() { 12.0 } else { 30.0 };
        let room = match &self.x.names {
            Some(names) => names.iter().map(|n| n.chars().count()).max().unwrap_or(1) as f64 * LETTER + 6.0,
            None => 58.0,
        };
        let x_ticks = self.x.ticks(((width - left) / room) as usize);
        let below = if self.x.name.is_empty() { 22.0 } else { 36.0 };
        let mut chart = ChartBuilder::on(&area)
            .margin_top(units(8.0))
            .margin_right(units(14.0))
            .margin_bottom(units(2.0))
            .margin_left(units(2.0))
            .x_label_area_size(units(below))
            .y_label_area_size(units(left))
            .build_cartesian_2d(Scale::new(&self.x, x_ticks), Scale::new(&self.y, y_ticks))?;
        let style = |colour: Colour| ("sans-serif", TEXT * SCALE * FONT_FACTOR).into_font().color(&colour);
        let mut mesh = chart.configure_mesh();
        if self.x.names.is_some() {
            mesh.disable_x_mesh();
        }
        mesh.bold_line_style(GRID.stroke_width(SCALE as u32))
            .axis_style(MUTED.stroke_width(SCALE as u32))
            .set_all_tick_mark_size(units(3.0))
            .label_style(style(INK))
            .axis_desc_style(style(MUTED))
            .x_desc(self.x.name.as_str())
            .y_desc(self.y.name.as_str())
            .draw()?;
        let plane = chart.plotting_area();
        self.marks.iter().try_for_each(|mark| self.draw_mark(mark, plane))?;
        area.present()?;
        Ok(())
    }

    fn draw_mark(
        &self,
        mark: &Mark,
        plane: &DrawingArea<SVGBackend<'_>, Cartesian2d<Scale, Scale>>,
    ) -> std::result::Result<(), Box<dyn std::error::Error>> {
        let inside =
            |(x, y): (f64, f64)| (x.clamp(self.x.low, self.x.high), y.clamp(self.y.low, self.y.high));
        match mark {
            Mark::Bar { x, y, colour, opacity } => {
                if x.iter().chain(y).all(|v| !v.is_nan()) {
                    let corners = [inside((x[0], y[0])), inside((x[1], y[1]))];
                    plane.draw(&Rectangle::new(corners, colour.mix(*opacity).filled()))?;
                }
            }
            Mark::Line { points, colour, thickness, dashed } => {
                let finite = points.iter().copied().filter(|(x, y)| !x.is_nan() && !y.is_nan());
                let points: Vec<(f64, f64)> = finite.map(inside).collect();
                let style = colour.stroke_width(units(*thickness) as u32);
                match dashed {
                    true => plane.draw(&DashedPathElement::new(points, units(5.0), units(3.0), style))?,
                    false => plane.draw(&PathElement::new(points, style))?,
                }
            }
            Mark::Dot { at: (x, y), radius, colour, opacity } => {
                if self.x.holds(*x) && self.y.holds(*y) {
                    plane.draw(&Circle::new((*x, *y), units(*radius), colour.mix(*opacity).filled()))?;
                }
            }
        }
        Ok(())
    }
}

fn units(pixels: f64) -> i32 {
    (pixels * SCALE).round() as i32
}
