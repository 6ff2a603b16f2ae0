//! Latency by percentile as SVG: each nine of the percentile takes as much room as another, and so
//! does each order of magnitude of latency, so that the tail can be seen beside the median.

use std::fmt::Write as _;

/// A curve.
pub(crate) struct Line {
    pub(crate) name: &'static str,
    /// Quantile and microseconds, rising.
    pub(crate) points: Vec<(f64, u64)>,
}

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 500.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 30.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = 60.0;

/// Colours that stay apart also for those who see few.
const COLOURS: [&str; 8] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#7f7f7f",
];

/// The chart of some curves.
pub(crate) fn svg(title: &str, lines: &[Line]) -> String {
    let scale = Scale::over(lines);
    // Writing to a string cannot fail.
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"24\" font-size=\"15\">{}</text>\n",
        escaped(title)
    );
    scale.draw_grid(&mut svg);
    for (index, line) in lines.iter().enumerate() {
        let colour = COLOURS
            .get(index % COLOURS.len())
            .copied()
            .unwrap_or("black");
        let points: Vec<_> = line
            .points
            .iter()
            .map(|(quantile, micros)| format!("{:.1},{:.1}", scale.x(*quantile), scale.y(*micros)))
            .collect();
        let _ = writeln!(
            svg,
            "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{}\"/>",
            points.join(" ")
        );
        let y = TOP + 18.0 * (index as f64 + 1.0);
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{y}\" fill=\"{colour}\">{}</text>",
            LEFT + 12.0,
            escaped(line.name)
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// From figures to places.
struct Scale {
    /// How many nines the axis has.
    nines: i32,
    /// Powers of ten of microseconds, lowest and highest.
    lowest: i32,
    highest: i32,
}

impl Scale {
    fn over(lines: &[Line]) -> Self {
        let points = || lines.iter().flat_map(|line| &line.points);
        let exponent = |micros: &u64| (*micros).max(1) as f64;
        let lowest = points()
            .map(|(_, micros)| exponent(micros))
            .fold(f64::MAX, f64::min);
        let highest = points()
            .map(|(_, micros)| exponent(micros))
            .fold(1.0, f64::max);
        let nines = points()
            .map(|(quantile, _)| nines(*quantile))
            .fold(1.0, f64::max);
        let lowest = lowest.min(highest).log10().floor() as i32;
        Self {
            nines: (nines - 1e-6).ceil() as i32,
            lowest,
            highest: (highest.log10().ceil() as i32).max(lowest + 1),
        }
    }

    fn x(&self, quantile: f64) -> f64 {
        let share = nines(quantile) / f64::from(self.nines);
        LEFT + share * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, micros: u64) -> f64 {
        let above = (micros.max(1) as f64).log10() - f64::from(self.lowest);
        let share = above / f64::from(self.highest - self.lowest);
        HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
    }

    fn draw_grid(&self, svg: &mut String) {
        let (bottom, right) = (HEIGHT - BOTTOM, WIDTH - RIGHT);
        for nine in 0..=self.nines {
            let quantile = 1.0 - 10_f64.powi(-nine);
            let (x, decimals) = (self.x(quantile), (nine - 2).max(0) as usize);
            let _ = writeln!(
                svg,
                "<line x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{bottom}\" stroke=\"#ddd\"/>\n\
                 <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{:.decimals$} %</text>",
                bottom + 20.0,
                quantile * 100.0
            );
        }
        for power in self.lowest..=self.highest {
            let y = self.y(10_u64.saturating_pow(power.max(0) as u32));
            let millis = 10_f64.powi(power - 3);
            let _ = writeln!(
                svg,
                "<line x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{right}\" y2=\"{y:.1}\" stroke=\"#ddd\"/>\n\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{millis} ms</text>",
                LEFT - 8.0,
                y + 4.0
            );
        }
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">share of requests that were as fast \
             or faster</text>",
            f64::midpoint(LEFT, right),
            HEIGHT - 16.0
        );
    }
}

/// 0.9 has one, 0.99 two.
fn nines(quantile: f64) -> f64 {
    -(1.0 - quantile).log10()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(svg: &str) -> Vec<Vec<(f64, f64)>> {
        svg.lines()
            .filter_map(|line| line.strip_prefix("<polyline"))
            .map(|line| {
                let list = line.split("points=\"").nth(1).unwrap();
                let list = list.split('"').next().unwrap();
                list.split_whitespace()
                    .map(|point| {
                        let (x, y) = point.split_once(',').unwrap();
                        (x.parse().unwrap(), y.parse().unwrap())
                    })
                    .collect()
            })
            .collect()
    }

    #[test]
    fn curves_stay_in_the_frame_and_go_right_and_up() {
        let line = |name, points| Line { name, points };
        let lines = [
            line(
                "a <b>",
                vec![(0.0, 90), (0.5, 1000), (0.9, 10_000), (0.999, 250_000)],
            ),
            line("c", vec![(0.0, 1)]),
            line("none", vec![]),
        ];
        let svg = svg("x & y", &lines);
        assert!(svg.contains("x &amp; y") && svg.contains("a &lt;b&gt;"));
        assert!(svg.contains(">99.9 %<") && !svg.contains(">99.99 %<"));
        let curves = points(&svg);
        assert_eq!(curves.iter().map(Vec::len).collect::<Vec<_>>(), [4, 1, 0]);
        for (x, y) in curves.iter().flatten() {
            assert!((LEFT..=WIDTH - RIGHT).contains(x), "{x}");
            assert!((TOP..=HEIGHT - BOTTOM).contains(y), "{y}");
        }
        // The figure's y grows downwards.
        assert!(curves[0].is_sorted_by(|a, b| a.0 < b.0 && a.1 > b.1));
    }

    #[test]
    fn a_run_without_requests_has_a_chart_too() {
        assert!(svg("nothing", &[]).ends_with("</svg>\n"));
    }
}
