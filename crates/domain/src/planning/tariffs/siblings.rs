//! What siblings take off a price.

use jiff::civil::Date;

use crate::ids::ChildId;

/// Which children of a home count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SiblingCount {
    /// Those who are there on the same day.
    PresentThatDay,
    /// Those who are registered for the activity.
    Registered,
    /// All of them.
    Dependent,
}

/// Who is the first child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SiblingOrder {
    /// The eldest.
    EldestFirst,
    /// The youngest.
    YoungestFirst,
}

/// What is taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reduction {
    /// Nothing.
    None,
    /// Hundredths of a percent of the price.
    BasisPoints(u16),
    /// So many cents, down to nothing owed.
    Cents(i64),
    /// The price of a lower band, down to the first.
    BandsDown(u8),
}

/// How the number of children makes a reduction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SiblingRule {
    /// By the child's place: the first entry is for the first child, the last one also for those after.
    ByRank(Vec<Reduction>),
    /// For every child, from so many children on; the last that applies counts.
    BySize(Vec<(u32, Reduction)>),
}

/// A reduction for siblings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiblingReduction {
    /// Which children count.
    pub count: SiblingCount,
    /// Who is the first.
    pub order: SiblingOrder,
    /// How much.
    pub rule: SiblingRule,
}

/// Where a child stands among its siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SiblingFacts {
    /// 0 for the first child.
    pub position: u32,
    /// How many there are.
    pub size: u32,
}

impl SiblingFacts {
    /// An only child.
    pub const ALONE: Self = Self { position: 0, size: 1 };
}

/// Where a child stands among those who count, by their births; twins in the order of their ids. None if it is not among
/// them.
#[must_use]
pub fn sibling_facts(order: SiblingOrder, children: &[(Date, ChildId)], child: ChildId) -> Option<SiblingFacts> {
    let mut sorted = children.to_vec();
    sorted.sort_unstable();
    if order == SiblingOrder::YoungestFirst {
        sorted.reverse();
    }
    let position = sorted.iter().position(|(_, one)| *one == child)?;
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Some(SiblingFacts { position: number(position), size: number(sorted.len()) })
}

impl SiblingReduction {
    /// What a child is taken off.
    #[must_use]
    pub fn of(&self, facts: SiblingFacts) -> Reduction {
        match &self.rule {
            SiblingRule::ByRank(ranks) => {
                let place = usize::try_from(facts.position).unwrap_or(usize::MAX);
                ranks.get(place).or(ranks.last()).copied().unwrap_or(Reduction::None)
            }
            SiblingRule::BySize(sizes) => {
                let applies = sizes.iter().rev().find(|(from, _)| *from <= facts.size);
                applies.map_or(Reduction::None, |(_, reduction)| *reduction)
            }
        }
    }

    /// Whether another sibling never makes a price rise: reductions of one kind, which never fall with rank or size.
    #[must_use]
    pub fn never_falls(&self) -> bool {
        let reductions: Vec<Reduction> = match &self.rule {
            SiblingRule::ByRank(ranks) => ranks.clone(),
            SiblingRule::BySize(sizes) => {
                if !sizes.is_sorted_by(|a, b| a.0 < b.0) {
                    return false;
                }
                sizes.iter().map(|(_, reduction)| *reduction).collect()
            }
        };
        reductions.windows(2).all(|two| not_less(two[0], two[1]))
    }
}

fn not_less(first: Reduction, then: Reduction) -> bool {
    match (first, then) {
        (Reduction::None, _) => true,
        (Reduction::BasisPoints(a), Reduction::BasisPoints(b)) => a <= b,
        (Reduction::Cents(a), Reduction::Cents(b)) => a <= b,
        (Reduction::BandsDown(a), Reduction::BandsDown(b)) => a <= b,
        _ => false,
    }
}
