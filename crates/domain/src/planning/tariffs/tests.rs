//! Published grids, cell by cell, and what holds for every tariff.

use super::*;
use crate::ids::ChildId;
use jiff::civil::date;
use proptest::prelude::*;
use uuid::Uuid;

const M: u16 = 1;
const AV: u16 = 2;
const SV: u16 = 4;
const A: u16 = 8;

fn units(bits: u16) -> Units {
    Units::from_bits(bits)
}

fn key(text: &str) -> Key {
    Key::parse(text).unwrap()
}

fn formula(name: &str, days: &[u16], own_meal: Option<&str>) -> Formula {
    let combinations = days.iter().copied().map(units).collect();
    Formula { key: key(name), name: name.to_owned(), combinations, own_meal: own_meal.map(key) }
}

fn tariff(formulas: Vec<Formula>, grid: Grid) -> Tariff {
    Tariff {
        key: key("alsh"),
        name: "ALSH".into(),
        activity: ActivityId(Uuid::nil()),
        from: date(2026, 9, 1),
        to: None,
        audience: TariffAudience::Everyone,
        formulas,
        additive: false,
        grid,
        siblings: None,
        surcharges: Vec::new(),
    }
}

const HALF_WITH: [u16; 4] = [M | AV, M | SV, A | AV, A | SV];
const HALF_WITHOUT: [u16; 2] = [M, A];
const DAY_WITH: [u16; 2] = [M | AV | A, M | SV | A];
const DAY_WITHOUT: [u16; 1] = [M | A];

/// The nine valid days of the guide.
fn valid() -> Vec<Units> {
    [&HALF_WITH[..], &HALF_WITHOUT, &DAY_WITH, &DAY_WITHOUT].concat().into_iter().map(units).collect()
}

fn bands(rows: &[(Option<u32>, &[i64])]) -> Grid {
    let band = |(up_to, prices): &(Option<u32>, &[i64])| Band {
        up_to: *up_to,
        prices: prices.iter().map(|cents| (*cents >= 0).then_some(*cents)).collect(),
    };
    Grid::Bands(rows.iter().map(band).collect())
}

/// Saint-Médard-en-Jalles (33), 2023-2024: half day with a meal, half day without or with a PAI, day with a meal, day with
/// a PAI.
const SAINT_MEDARD: [(Option<u32>, &[i64]); 10] = [
    (Some(400), &[403, 323, 510, 430]),
    (Some(600), &[479, 384, 607, 512]),
    (Some(800), &[582, 402, 741, 561]),
    (Some(1000), &[723, 479, 925, 681]),
    (Some(1250), &[994, 708, 1286, 1000]),
    (Some(1500), &[1048, 736, 1356, 1044]),
    (Some(1750), &[1100, 775, 1422, 1097]),
    (Some(2000), &[1128, 794, 1456, 1122]),
    (Some(2500), &[1347, 962, 1746, 1361]),
    (None, &[1619, 1187, 2113, 1681]),
];

fn saint_medard() -> Tariff {
    let formulas = vec![
        formula("half_with_meal", &HALF_WITH, Some("half")),
        formula("half", &HALF_WITHOUT, None),
        formula("day_with_meal", &DAY_WITH, Some("day")),
        formula("day", &DAY_WITHOUT, None),
    ];
    tariff(formulas, bands(&SAINT_MEDARD))
}

/// Grand Périgueux (24), families of the CAF: day with a meal, without, half day with, without. -1 is not sold.
const GRAND_PERIGUEUX: [(Option<u32>, &[i64]); 7] = [
    (Some(400), &[200, 100, 200, 100]),
    (Some(700), &[250, 150, 250, 150]),
    (Some(800), &[300, 200, 300, 200]),
    (Some(1000), &[700, 600, 350, 250]),
    (Some(1250), &[900, 800, 450, -1]),
    (Some(1500), &[1100, 1000, 550, -1]),
    (None, &[1400, 1300, 700, -1]),
];

fn grand_perigueux() -> Tariff {
    let formulas = vec![
        formula("day_with_meal", &DAY_WITH, None),
        formula("day", &DAY_WITHOUT, None),
        formula("half_with_meal", &HALF_WITH, None),
        formula("half", &HALF_WITHOUT, None),
    ];
    tariff(formulas, bands(&GRAND_PERIGUEUX))
}

/// Saffré (44), from 1 July 2025: day, half day, half day with a meal. Outside the area 2 euros more; three children and
/// more: the next lower band.
const SAFFRE: [(Option<u32>, &[i64]); 14] = [
    (Some(450), &[720, 360, 635]),
    (Some(550), &[770, 385, 660]),
    (Some(650), &[850, 425, 700]),
    (Some(750), &[1005, 505, 770]),
    (Some(850), &[1130, 565, 835]),
    (Some(950), &[1235, 620, 915]),
    (Some(1050), &[1420, 710, 980]),
    (Some(1150), &[1570, 785, 1055]),
    (Some(1250), &[1710, 855, 1120]),
    (Some(1350), &[1840, 920, 1195]),
    (Some(1550), &[1985, 995, 1260]),
    (Some(1750), &[2195, 1100, 1365]),
    (Some(1950), &[2305, 1155, 1425]),
    (None, &[2490, 1245, 1510]),
];

fn saffre() -> Tariff {
    let days = [&DAY_WITH[..], &DAY_WITHOUT].concat();
    let formulas =
        vec![formula("day", &days, None), formula("half", &HALF_WITHOUT, None), formula("half_meal", &HALF_WITH, None)];
    let three = SiblingReduction {
        count: SiblingCount::Dependent,
        order: SiblingOrder::EldestFirst,
        rule: SiblingRule::BySize(vec![(3, Reduction::BandsDown(1))]),
    };
    let outside = Surcharge {
        key: key("outside"),
        name: "Hors territoire".into(),
        when: SurchargeWhen::Outside,
        amount: SurchargeAmount::Cents(200),
    };
    Tariff { siblings: Some(three), surcharges: vec![outside], ..tariff(formulas, bands(&SAFFRE)) }
}

fn facts(quotient: Option<u32>) -> PriceFacts {
    PriceFacts {
        quotient,
        resident: true,
        siblings: SiblingFacts::ALONE,
        own_meal: false,
        has_meal: true,
        late_booking: false,
        unbooked: false,
    }
}

fn cents(tariff: &Tariff, day: u16, facts: &PriceFacts) -> Result<i64, PriceGap> {
    tariff.price(units(day), facts).map(|price| price.cents)
}

/// Each cell of a grid at the lowest quotient of its band, its highest and one between.
fn cell_by_cell(tariff: &Tariff, rows: &[(Option<u32>, &[i64])]) -> usize {
    let mut checked = 0;
    let mut from = 0;
    for (up_to, prices) in rows {
        let last = up_to.unwrap_or(from + 5_000);
        for (formula, published) in tariff.formulas.iter().zip(*prices) {
            let expected = if *published < 0 { Err(PriceGap::NotSold) } else { Ok(*published) };
            for day in &formula.combinations {
                for quotient in [from, u32::midpoint(from, last), last] {
                    let found = tariff.price(*day, &facts(Some(quotient))).map(|price| price.cents);
                    assert_eq!(found, expected, "{} {quotient} {day:?}", formula.name);
                    checked += 1;
                }
            }
        }
        from = last + 1;
    }
    let top: Vec<_> = rows.last().unwrap().1.to_vec();
    for (formula, published) in tariff.formulas.iter().zip(top) {
        let found = tariff.price(formula.combinations[0], &facts(None)).map(|price| price.cents).unwrap_or(-1);
        assert_eq!(found, published, "{} without proof", formula.name);
    }
    checked
}

#[test]
fn published_grids_cell_by_cell() {
    assert_eq!(cell_by_cell(&saint_medard(), &SAINT_MEDARD), 10 * 9 * 3);
    assert_eq!(cell_by_cell(&grand_perigueux(), &GRAND_PERIGUEUX), 7 * 9 * 3);
    assert_eq!(cell_by_cell(&saffre(), &SAFFRE), 14 * 9 * 3);
    for tariff in [saint_medard(), grand_perigueux(), saffre()] {
        assert_eq!(tariff.faults(&valid()), []);
    }
}

#[test]
fn a_child_with_a_pai_pays_no_meal() {
    let own = |quotient| PriceFacts { own_meal: true, ..facts(quotient) };
    let tariff = saint_medard();
    for (day, cents_of) in [(M | AV, 708), (M | SV | A, 1000), (M, 708), (M | A, 1000)] {
        assert_eq!(cents(&tariff, day, &own(Some(1100))), Ok(cents_of), "{day:04b}");
    }
    let without = PriceFacts { has_meal: false, ..own(Some(1100)) };
    assert_eq!(cents(&tariff, M | AV, &without), Ok(994), "the caller says whether there is a meal");
}

#[test]
fn three_children_pay_the_lower_band_and_outsiders_two_euros_more() {
    let tariff = saffre();
    let three = |quotient| PriceFacts { siblings: SiblingFacts { position: 2, size: 3 }, ..facts(Some(quotient)) };
    for (quotient, paid) in [(400, 720), (451, 720), (600, 770), (5000, 2305)] {
        assert_eq!(cents(&tariff, M | AV | A, &three(quotient)), Ok(paid), "{quotient}");
    }
    let outsider = PriceFacts { resident: false, ..facts(Some(600)) };
    let price = tariff.price(units(M), &outsider).unwrap();
    assert_eq!(price.cents, 625);
    assert_eq!(price.adjustments, [Adjustment { rule: AdjustmentRule::Surcharge(key("outside")), cents: 200 }]);
    let band = tariff.price(units(M), &three(600)).unwrap();
    assert_eq!(band.band, Some(BandRange { from: 551, up_to: Some(650) }), "the family's own band is told");
    assert_eq!(band.adjustments, [Adjustment { rule: AdjustmentRule::Siblings, cents: -40 }]);
}

#[test]
fn each_surcharge_is_due_when_it_is_for() {
    let surcharge = |name: &str, when, amount| Surcharge { key: key(name), name: name.into(), when, amount };
    let tariff = Tariff {
        surcharges: vec![
            surcharge("outside", SurchargeWhen::Outside, SurchargeAmount::Cents(200)),
            surcharge("late", SurchargeWhen::LateBooking, SurchargeAmount::BasisPoints(1000)),
            surcharge("unbooked", SurchargeWhen::Unbooked, SurchargeAmount::BasisPoints(5000)),
            surcharge("pickup", SurchargeWhen::LatePickup, SurchargeAmount::Cents(500)),
        ],
        ..saffre()
    };
    let plain = facts(Some(600));
    for (facts, paid) in [
        (plain, 425),
        (PriceFacts { resident: false, ..plain }, 625),
        (PriceFacts { late_booking: true, ..plain }, 468),
        (PriceFacts { unbooked: true, ..plain }, 638),
        (PriceFacts { resident: false, late_booking: true, ..plain }, 688),
    ] {
        let price = tariff.price(units(M), &facts).unwrap();
        assert_eq!(price.cents, paid, "{facts:?}");
        let fetched_late = tariff.with_late_pickup(price);
        assert_eq!(fetched_late.cents, paid + 500, "{facts:?}");
        let last = fetched_late.adjustments.last().map(|last| (&last.rule, last.cents));
        assert_eq!(last, Some((&AdjustmentRule::Surcharge(key("pickup")), 500)));
    }
}

#[test]
fn a_share_of_the_quotient_stays_within_its_bounds() {
    let rate = EffortRate { millionths: 8_500, least: 300, most: 1_500 };
    let tariff = tariff(vec![formula("day", &[M | A], None)], Grid::EffortRate(vec![rate]));
    for (quotient, paid) in [
        (Some(0), 300),
        (Some(352), 300),
        (Some(353), 300),
        (Some(354), 301),
        (Some(1000), 850),
        (Some(1001), 851),
        (Some(1764), 1499),
        (Some(1765), 1500),
        (Some(u32::MAX), 1500),
        (None, 1500),
    ] {
        assert_eq!(cents(&tariff, M | A, &facts(quotient)), Ok(paid), "{quotient:?}");
    }
}

#[test]
fn half_a_cent_goes_up() {
    for (amount, share, rounded) in [(5, 1000, 1), (4, 1000, 0), (15, 1000, 2), (1286, 1500, 193), (-5, 1000, 0)] {
        assert_eq!(price::half_up(amount, share, 10_000), rounded, "{amount} × {share}");
    }
}

#[test]
fn siblings_stand_by_age_and_twins_by_their_ids() {
    let child = |n: u128| ChildId(Uuid::from_u128(n));
    let births = [(date(2020, 5, 1), child(3)), (date(2016, 1, 1), child(1)), (date(2020, 5, 1), child(2))];
    for (order, positions) in [(SiblingOrder::EldestFirst, [0, 1, 2]), (SiblingOrder::YoungestFirst, [2, 1, 0])] {
        for (n, position) in (1..).zip(positions) {
            let found = sibling_facts(order, &births, child(n));
            assert_eq!(found, Some(SiblingFacts { position, size: 3 }), "{order:?} {n}");
        }
    }
    assert_eq!(sibling_facts(SiblingOrder::EldestFirst, &births, child(9)), None);
}

#[test]
fn a_tariff_is_chosen_by_day_and_by_where_one_lives() {
    let one = |name: &str, from, audience| Tariff { key: key(name), from, audience, ..saint_medard() };
    let tariffs = [
        one("old", date(2025, 9, 1), TariffAudience::Everyone),
        one("new", date(2026, 9, 1), TariffAudience::Everyone),
        one("outside", date(2025, 9, 1), TariffAudience::Outsiders),
    ];
    for (day, resident, expected) in [
        (date(2025, 8, 31), true, None),
        (date(2025, 9, 1), true, Some("old")),
        (date(2026, 9, 1), true, Some("new")),
        (date(2026, 9, 1), false, Some("outside")),
    ] {
        let chosen = Tariff::choose(&tariffs, ActivityId(Uuid::nil()), day, resident);
        assert_eq!(chosen.map(|tariff| tariff.key.as_str()), expected, "{day} {resident}");
    }
    assert!(Tariff::choose(&tariffs, ActivityId(Uuid::from_u128(1)), date(2026, 9, 1), true).is_none());
}

#[test]
fn what_is_wrong_with_a_tariff_by_table() {
    let good = saint_medard;
    let with_grid = |rows: &[(Option<u32>, &[i64])]| Tariff { grid: bands(rows), ..good() };
    let row: &[i64] = &[1, 2, 3, 4];
    let falls = SiblingRule::ByRank(vec![Reduction::BasisPoints(2000), Reduction::BasisPoints(1000)]);
    let siblings =
        |rule| Some(SiblingReduction { count: SiblingCount::Dependent, order: SiblingOrder::EldestFirst, rule });
    let mixed = SiblingRule::BySize(vec![(2, Reduction::Cents(100)), (3, Reduction::BasisPoints(1000))]);
    let surcharge = |amount| {
        let when = SurchargeWhen::Outside;
        vec![Surcharge { key: key("x"), name: "X".into(), when, amount }]
    };
    let twice = || {
        let mut tariff = good();
        tariff.formulas[3].combinations.push(units(M));
        tariff
    };
    let overlapping = || {
        let mut tariff = good();
        tariff.additive = true;
        tariff
    };
    let own_meal = || {
        let mut tariff = good();
        tariff.formulas[0].own_meal = Some(key("nothing"));
        tariff
    };
    let missing = || {
        let mut tariff = good();
        tariff.formulas[3].combinations = vec![units(AV)];
        tariff
    };
    for (tariff, fault) in [
        (Tariff { name: " ".into(), ..good() }, TariffFault::Name),
        (Tariff { to: Some(date(2026, 8, 31)), ..good() }, TariffFault::Reversed),
        (with_grid(&[]), TariffFault::NoBand),
        (with_grid(&[(Some(400), row)]), TariffFault::BandOrder),
        (with_grid(&[(Some(400), row), (Some(400), row), (None, row)]), TariffFault::BandOrder),
        (with_grid(&[(None, row), (None, row)]), TariffFault::BandOrder),
        (with_grid(&[(None, &[1, 2, 3])]), TariffFault::Columns(4)),
        (with_grid(&[(None, &[1, 2, 3, 100_001])]), TariffFault::Amount),
        (twice(), TariffFault::SameDay(key("half"), key("day"))),
        (own_meal(), TariffFault::OwnMeal(key("nothing"))),
        (missing(), TariffFault::NoPrice),
        (Tariff { siblings: siblings(falls), ..good() }, TariffFault::Falls),
        (Tariff { siblings: siblings(mixed), ..good() }, TariffFault::Falls),
        (Tariff { surcharges: surcharge(SurchargeAmount::BasisPoints(10_001)), ..good() }, TariffFault::Percent),
        (Tariff { surcharges: surcharge(SurchargeAmount::Cents(-1)), ..good() }, TariffFault::Amount),
    ] {
        assert_eq!(tariff.faults(&valid()), std::slice::from_ref(&fault), "{fault}");
    }
    assert!(overlapping().faults(&valid()).contains(&TariffFault::Overlapping(key("half_with_meal"), key("half"))));
    assert!(tariff(Vec::new(), bands(&[(None, &[])])).faults(&[]).contains(&TariffFault::NoFormula));
}

fn additive() -> Tariff {
    let formulas =
        vec![formula("morning", &[M], None), formula("meal", &[AV, SV], None), formula("afternoon", &[A], None)];
    Tariff { additive: true, ..tariff(formulas, bands(&[(Some(800), &[210, 305, 250]), (None, &[420, 410, 500])])) }
}

fn any_facts() -> impl Strategy<Value = PriceFacts> {
    let quotient = prop_oneof![Just(None), (0u32..6000).prop_map(Some)];
    let siblings = (1u32..6).prop_flat_map(|size| (0..size, Just(size)));
    (quotient, any::<bool>(), siblings, any::<bool>()).prop_map(|(quotient, resident, (position, size), own_meal)| {
        let siblings = SiblingFacts { position, size };
        PriceFacts { quotient, resident, siblings, own_meal, has_meal: true, late_booking: false, unbooked: false }
    })
}

fn with_siblings() -> impl Strategy<Value = Tariff> {
    let reductions = prop_oneof![
        proptest::collection::vec(0u16..=10_000, 1..4).prop_map(|mut shares| {
            shares.sort_unstable();
            shares.into_iter().map(Reduction::BasisPoints).collect::<Vec<_>>()
        }),
        proptest::collection::vec(0i64..3_000, 1..4).prop_map(|mut cents| {
            cents.sort_unstable();
            cents.into_iter().map(Reduction::Cents).collect()
        }),
        proptest::collection::vec(0u8..5, 1..4).prop_map(|mut bands| {
            bands.sort_unstable();
            bands.into_iter().map(Reduction::BandsDown).collect()
        }),
    ];
    (reductions, any::<bool>()).prop_map(|(reductions, by_rank)| {
        let rule = if by_rank {
            SiblingRule::ByRank(reductions)
        } else {
            SiblingRule::BySize((2..).zip(reductions).collect())
        };
        let siblings = SiblingReduction { count: SiblingCount::PresentThatDay, order: SiblingOrder::EldestFirst, rule };
        Tariff { siblings: Some(siblings), ..saffre() }
    })
}

proptest! {
    #[test]
    fn a_price_is_what_its_explanation_adds_up_to(tariff in with_siblings(), facts in any_facts(), day in 1u16..16) {
        if let Ok(price) = tariff.price(units(day), &facts) {
            let parts: i64 = price.parts.iter().map(|part| part.cents).sum();
            let adjustments: i64 = price.adjustments.iter().map(|one| one.cents).sum();
            prop_assert_eq!(price.cents, parts + adjustments);
            prop_assert!(price.cents >= 0);
        } else {
            prop_assert!(!valid().contains(&units(day)));
        }
    }

    #[test]
    fn more_income_is_never_less_to_pay(quotient in 0u32..6000, more in 0u32..2000, day in 1u16..16) {
        for tariff in [saint_medard(), grand_perigueux(), saffre()] {
            let price = |quotient| cents(&tariff, day, &facts(Some(quotient)));
            if let (Ok(low), Ok(high)) = (price(quotient), price(quotient + more)) {
                prop_assert!(low <= high);
            }
        }
    }

    #[test]
    fn another_sibling_never_makes_a_price_rise(tariff in with_siblings(), facts in any_facts()) {
        let SiblingFacts { position, size } = facts.siblings;
        prop_assert_eq!(tariff.faults(&valid()), []);
        let of = |siblings| cents(&tariff, M | AV | A, &PriceFacts { siblings, ..facts }).unwrap();
        let now = of(facts.siblings);
        for position in [position, position + 1] {
            let then = of(SiblingFacts { position, size: size + 1 });
            prop_assert!(then <= now, "{} after {}", then, now);
        }
    }

    #[test]
    fn an_additive_tariff_adds(picks in [0u8..3, 0u8..3, 0u8..3], with_meat in any::<bool>(), quotient in 0u32..2000) {
        // Each unit is in the first part, in the second, or in none.
        let all = [M, if with_meat { AV } else { SV }, A];
        let part = |of: u8| all.iter().zip(&picks).filter(|(_, pick)| **pick == of).map(|(unit, _)| unit).sum::<u16>();
        let tariff = additive();
        let price = |day: u16| if day == 0 { 0 } else { cents(&tariff, day, &facts(Some(quotient))).unwrap() };
        prop_assert_eq!(price(part(1) | part(2)), price(part(1)) + price(part(2)));
    }

    /// As one reads a grid on a wall: down to the first band that takes the quotient, along to the column.
    #[test]
    fn a_price_is_the_cell_that_one_would_point_at(quotient in 0u32..6000, column in 0usize..4) {
        let tariff = saint_medard();
        let mut found = None;
        for (up_to, prices) in SAINT_MEDARD {
            if found.is_none() && up_to.is_none_or(|up_to| quotient <= up_to) {
                found = Some(prices[column]);
            }
        }
        let day = tariff.formulas[column].combinations[0];
        prop_assert_eq!(tariff.price(day, &facts(Some(quotient))).map(|price| price.cents).ok(), found);
    }
}
