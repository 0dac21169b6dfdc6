//! Scales: from where to where, and what is written beside them.

/// Charts go no further: pixels are whole numbers, and sums must stay finite.
const FARTHEST: f64 = 1e12;

/// A scale of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What it measures.
    pub name: String,
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Names in place of numbers, each in the middle of its unit: the first lies between 0 and 1.
    pub names: Option<Vec<String>>,
}

impl Axis {
    /// From `low` to `high`; wider where that is no range to draw.
    pub fn new(name: &str, low: f64, high: f64) -> Self {
        let bounded = |v: f64| if v.is_finite() { v.clamp(-FARTHEST, FARTHEST) } else { 0.0 };
        let (mut low, mut high) = (bounded(low).min(bounded(high)), bounded(high).max(bounded(low)));
        let magnitude = low.abs().max(high.abs());
        if high - low <= 1e-9 * magnitude.max(1e-3) {
            let room = if magnitude > 1e-9 { 0.5 * magnitude } else { 0.5 };
            (low, high) = (low - room, high + room);
        }
        Axis { name: name.to_string(), low, high, names: None }
    }

    /// Over all finite values, with a little room.
    pub fn over(name: &str, values: impl IntoIterator<Item = f64>) -> Self {
        let sorted = sorted(values);
        let (low, high) = ends(&sorted);
        let room = 0.05 * (high - low);
        Axis::new(name, low - room, high + room)
    }

    /// From 0 over all finite values, with a little room beyond them: for bars.
    pub fn of_bars(name: &str, values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = ends(&sorted(values));
        let (low, high) = (low.min(0.0), high.max(0.0));
        Axis::new(name, 1.06 * low, if low < high { 1.06 * high } else { 1.0 })
    }

    /// Over nearly all finite values: a value is left out if it lies farther from the middle 98 % than these span, and
    /// farther than a nat.
    pub fn over_most(name: &str, values: impl IntoIterator<Item = f64>) -> Self {
        let sorted = sorted(values);
        let (low, high) = ends(&sorted);
        let [first, last] = [0.01, 0.99].map(|p| quantile(&sorted, p).unwrap_or(0.0));
        let room = (last - first).max(1.0);
        let (low, high) = (low.max(first - room), high.min(last + room));
        Axis::new(name, low - 0.03 * (high - low), high + 0.03 * (high - low))
    }

    /// Of names, a unit for each.
    pub fn of_names(name: &str, names: Vec<String>) -> Self {
        Axis { names: Some(names.clone()), ..Axis::new(name, 0.0, names.len().max(1) as f64) }
    }

    /// Whether a value can be drawn.
    pub fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Where the ticks are, at most about so many, and what is written there.
    pub fn ticks(&self, most: usize) -> Vec<(f64, String)> {
        if let Some(names) = &self.names {
            let every = names.len().div_ceil(most.max(1)).max(1);
            let ticks = names.iter().enumerate().step_by(every);
            return ticks.map(|(i, name)| (i as f64 + 0.5, name.clone())).collect();
        }
        let rough = (self.high - self.low) / most.max(1) as f64;
        let power = 10f64.powf(rough.log10().floor());
        let step =
            [1.0, 2.0, 5.0].map(|m| m * power).into_iter().find(|&s| s >= rough).unwrap_or(10.0 * power);
        let first = (self.low / step).ceil();
        let at = (0..=2 * most).map(|k| (first + k as f64) * step);
        let decimals = (-(step * 1.001).log10().floor()).clamp(0.0, 12.0) as usize;
        let inside = at.take_while(|&v| v <= self.high + 1e-9 * step);
        inside.map(|v| (v, label(if v.abs() < 1e-9 * step { 0.0 } else { v }, decimals))).collect()
    }
}

fn label(value: f64, decimals: usize) -> String {
    let text = if value.abs() >= 1e6 { format!("{value:e}") } else { format!("{value:.decimals$}") };
    text.replace('-', "−")
}

fn ends(sorted: &[f64]) -> (f64, f64) {
    (sorted.first().copied().unwrap_or(0.0), sorted.last().copied().unwrap_or(1.0))
}

/// The finite values, ascending.
pub fn sorted(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// The quantile of ascending values, between two of them by a straight line.
pub fn quantile(sorted: &[f64], probability: f64) -> Option<f64> {
    let place = probability * sorted.len().checked_sub(1)? as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    Some(below + place.fract() * (above - below))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64) -> Vec<String> {
        Axis::new("", low, high).ticks(5).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(labels(-0.31, 1.07), ["0.0", "0.5", "1.0"]);
        assert_eq!(labels(0.0, 1.0), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(-20.0, 20.0), ["−20", "−10", "0", "10", "20"]);
        assert_eq!(labels(0.0, 3e7), ["0", "1e7", "2e7", "3e7"]);
    }

    #[test]
    fn any_values_give_a_range() {
        for values in [
            vec![],
            vec![0.0],
            vec![3.0, 3.0],
            vec![f64::NAN, f64::INFINITY],
            vec![-1e300, 1e300],
            vec![1e16, 1e16 + 2.0],
            vec![5e-324],
        ] {
            let make: [fn(Vec<f64>) -> Axis; 3] =
                [|v| Axis::over("", v), |v| Axis::over_most("", v), |v| Axis::of_bars("", v)];
            for axis in make.map(|make| make(values.clone())) {
                assert!(axis.low < axis.high && axis.high.is_finite(), "{values:?}: {axis:?}");
                assert!(axis.ticks(5).len() <= 11, "{values:?}");
            }
        }
    }

    #[test]
    fn a_few_far_values_do_not_set_the_range() {
        let mut values: Vec<f64> = (0..1000).map(|i| f64::from(i) / 1000.0).collect();
        values.extend([50.0, -1e9]);
        let axis = Axis::over_most("", values);
        assert!(-1.2 < axis.low && axis.high < 2.2, "{axis:?}");
        assert!(axis.holds(0.999) && !axis.holds(50.0) && !axis.holds(f64::NAN));
    }

    #[test]
    fn names_that_find_no_room_are_left_out_evenly() {
        let axis = Axis::of_names("", (0..10).map(|i| i.to_string()).collect());
        let names: Vec<String> = axis.ticks(4).into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["0", "3", "6", "9"]);
    }
}
