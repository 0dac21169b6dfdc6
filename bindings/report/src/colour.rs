//! One colour for each thing, on the whole page.
//!
//! Source: Okabe and Ito, "Color Universal Design", 2008; of classes: Tol, "Colour Schemes", 2021 (muted).

use crate::chart::Colour;
use plotters::style::RGBColor;
use std::collections::BTreeMap;

/// x1 and what it alone tells.
pub const X1: Colour = RGBColor(0, 114, 178);

/// x2 and what it alone tells.
pub const X2: Colour = RGBColor(213, 94, 0);

/// Both modalities.
pub const BOTH: Colour = RGBColor(74, 82, 96);

/// Redundancy.
pub const REDUNDANCY: Colour = RGBColor(204, 121, 167);

/// Synergy.
pub const SYNERGY: Colour = RGBColor(0, 158, 115);

/// R, U1, U2, S.
pub const ATOMS: [Colour; 4] = [REDUNDANCY, X1, X2, SYNERGY];

/// x1, x2, both.
pub const SOURCES: [Colour; 3] = [X1, X2, BOTH];

const CLASSES: [Colour; 9] = [
    RGBColor(51, 34, 136),
    RGBColor(204, 102, 119),
    RGBColor(17, 119, 51),
    RGBColor(221, 175, 60),
    RGBColor(110, 190, 225),
    RGBColor(170, 68, 153),
    RGBColor(68, 170, 153),
    RGBColor(136, 34, 85),
    RGBColor(153, 153, 51),
];

/// The tenth class, or all others where there are more.
const OTHERS: Colour = RGBColor(150, 150, 150);

/// As CSS has it.
pub fn css(colour: Colour) -> String {
    format!("#{:02x}{:02x}{:02x}", colour.0, colour.1, colour.2)
}

/// Colours of classes.
pub struct ClassColours {
    of: BTreeMap<i64, Colour>,
    has_others: bool,
}

impl ClassColours {
    /// For the classes of these samples: ten at most have colours, else the nine that have most of the samples.
    pub fn new(y: &[i64]) -> Self {
        let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
        y.iter().for_each(|&class| *counts.entry(class).or_default() += 1);
        let mut classes: Vec<(i64, usize)> = counts.into_iter().collect();
        let has_others = classes.len() > CLASSES.len() + 1;
        if has_others {
            classes.sort_by_key(|&(class, count)| (std::cmp::Reverse(count), class));
            classes.truncate(CLASSES.len());
            classes.sort_unstable();
        }
        let colours = CLASSES.into_iter().chain([OTHERS]);
        let of = classes.into_iter().map(|(class, _)| class).zip(colours).collect();
        ClassColours { of, has_others }
    }

    /// That of a class.
    pub fn of(&self, class: i64) -> Colour {
        self.of.get(&class).copied().unwrap_or(OTHERS)
    }

    /// What a legend says.
    pub fn legend(&self) -> Vec<(String, Colour)> {
        let others = self.has_others.then(|| ("others".to_string(), OTHERS));
        self.of.iter().map(|(class, &colour)| (format!("class {class}"), colour)).chain(others).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_classes_have_colours_of_their_own() {
        let ten = ClassColours::new(&(0..10).collect::<Vec<i64>>());
        let mut seen: Vec<String> = ten.legend().into_iter().map(|(_, colour)| css(colour)).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 10);
    }

    #[test]
    fn of_many_classes_the_largest_have_colours() {
        let mut y: Vec<i64> = (0..30).collect();
        y.extend([7, 29, 29]);
        let colours = ClassColours::new(&y);
        let names: Vec<String> = colours.legend().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names[8..], ["class 29".to_string(), "others".to_string()]);
        assert!(names.contains(&"class 7".to_string()));
        assert_eq!(colours.of(20), OTHERS);
        assert_eq!(colours.of(0), CLASSES[0]);
        assert!(ClassColours::new(&[]).legend().is_empty());
    }
}
