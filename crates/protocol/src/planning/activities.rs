//! Sites and activities.

use super::{UnreadablePlanning, key, unreadable};
use crate::wire;
use preau_domain::ids::ActivityId;
use preau_domain::planning as domain;
use uuid::Uuid;

wire! {
    /// A place where activities meet, the `site` entity of the commune's stream.
    pub struct SiteDto {
        /// Its id.
        pub site_id: Uuid,
        /// Its stable name.
        pub key: String,
        /// Its name.
        pub name: String,
        /// E.164.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub phone: Option<String>,
    }

    /// A part of a day that is booked by itself.
    pub struct UnitDto {
        /// Its stable name.
        pub key: String,
        /// « Repas AV ».
        pub name: String,
        /// « avec viande ».
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub detail: Option<String>,
        /// A meal.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub meal: bool,
    }

    /// What units ask of each other, by stable names.
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum RelationRuleDto {
        /// Each of these is taken with at least one of those.
        Requires {
            /// What asks.
            units: Vec<String>,
            /// What it is taken with.
            any_of: Vec<String>,
        },
        /// At most one of these is taken.
        Excludes {
            /// Which.
            units: Vec<String>,
        },
        /// All of these are taken, or none.
        Together {
            /// Which.
            units: Vec<String>,
        },
    }

    /// A relation, with what to say where it is broken.
    pub struct RelationDto {
        /// What it asks.
        #[serde(flatten)]
        pub rule: RelationRuleDto,
        /// The town's sentence; the application has one of its own where there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sentence: Option<String>,
    }

    /// What a group's supervision counts as.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum AgeClassDto {
        /// Under 6.
        #[serde(rename = "under_6")]
        Under6,
        /// 6 and over.
        #[serde(rename = "from_6")]
        From6,
    }

    /// Who a group is for.
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum GroupRuleDto {
        /// By age on the day, both included.
        Ages {
            /// Youngest.
            from: u32,
            /// Oldest.
            to: u32,
        },
        /// By level of school on the day.
        Levels {
            /// Which.
            levels: Vec<String>,
        },
        /// Everybody.
        Everyone,
    }

    /// A group of an activity.
    pub struct GroupDto {
        /// Its stable name.
        pub key: String,
        /// « 6-11 ans ».
        pub name: String,
        /// Who it is for.
        pub rule: GroupRuleDto,
        /// Stable name of its site.
        pub site: String,
        /// What its supervision counts as.
        pub ages: AgeClassDto,
    }

    /// What is counted together.
    pub struct CounterRuleDto {
        /// Its stable name.
        pub key: String,
        /// The units that take a place of it.
        pub units: Vec<String>,
    }

    /// What an activity is.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum ActivityKindDto {
        /// Accueil de loisirs sans hébergement.
        Alsh,
        /// Before and after school, Wednesdays.
        Periscolaire,
        /// School meals.
        Restauration,
        /// École municipale d'arts, or multi-activities.
        Ema,
        /// Sports.
        Sports,
        /// Anything else.
        Other,
    }

    /// The rule of supervision.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum SupervisionDto {
        /// School holidays (CASF R. 227-15).
        Holidays,
        /// Périscolaire up to five hours (R. 227-16 I).
        PeriscolaireUpTo5h,
        /// Périscolaire of more than five hours.
        PeriscolaireOver5h,
        /// The same with a PEDT (R. 227-16 II).
        PeriscolairePedtUpTo5h,
        /// The same with a PEDT.
        PeriscolairePedtOver5h,
    }

    /// What is billed.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum BillingDto {
        /// What was booked.
        Booked,
        /// What was attended.
        Attended,
    }

    /// An activity, the `activity` entity of the commune's stream.
    pub struct ActivityDto {
        /// Its id.
        pub activity_id: Uuid,
        /// Its stable name.
        pub key: String,
        /// Its name.
        pub name: String,
        /// What it is.
        pub kind: ActivityKindDto,
        /// Its units, in the order of the day.
        pub units: Vec<UnitDto>,
        /// What they ask of each other.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub relations: Vec<RelationDto>,
        /// Its groups.
        pub groups: Vec<GroupDto>,
        /// What is counted.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub counters: Vec<CounterRuleDto>,
        /// The rule of supervision.
        pub supervision: SupervisionDto,
        /// What is billed.
        pub billing: BillingDto,
        /// Whether a registration is needed.
        pub registration: bool,
        /// A sentence for its booking screen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub notice: Option<String>,
    }
}

impl TryFrom<&SiteDto> for domain::Site {
    type Error = UnreadablePlanning;

    fn try_from(dto: &SiteDto) -> Result<Self, Self::Error> {
        Ok(Self { key: key("key", &dto.key)?, name: dto.name.clone(), phone: dto.phone.clone() })
    }
}

impl From<SupervisionDto> for domain::Supervision {
    fn from(rule: SupervisionDto) -> Self {
        use domain::StayLength::{Over5Hours, UpTo5Hours};
        match rule {
            SupervisionDto::Holidays => Self::Holidays,
            SupervisionDto::PeriscolaireUpTo5h => Self::Periscolaire { stay: UpTo5Hours, pedt: false },
            SupervisionDto::PeriscolaireOver5h => Self::Periscolaire { stay: Over5Hours, pedt: false },
            SupervisionDto::PeriscolairePedtUpTo5h => Self::Periscolaire { stay: UpTo5Hours, pedt: true },
            SupervisionDto::PeriscolairePedtOver5h => Self::Periscolaire { stay: Over5Hours, pedt: true },
        }
    }
}

fn kind(kind: ActivityKindDto) -> domain::ActivityKind {
    match kind {
        ActivityKindDto::Alsh => domain::ActivityKind::Alsh,
        ActivityKindDto::Periscolaire => domain::ActivityKind::Periscolaire,
        ActivityKindDto::Restauration => domain::ActivityKind::Restauration,
        ActivityKindDto::Ema => domain::ActivityKind::Ema,
        ActivityKindDto::Sports => domain::ActivityKind::Sports,
        ActivityKindDto::Other => domain::ActivityKind::Other,
    }
}

fn group(dto: &GroupDto) -> Result<domain::Group, UnreadablePlanning> {
    Ok(domain::Group {
        key: key("groups", &dto.key)?,
        name: dto.name.clone(),
        rule: match &dto.rule {
            GroupRuleDto::Ages { from, to } => domain::GroupRule::Ages { from: *from, to: *to },
            GroupRuleDto::Levels { levels } => domain::GroupRule::Levels(levels.clone()),
            GroupRuleDto::Everyone => domain::GroupRule::Everyone,
        },
        site: key("groups", &dto.site)?,
        ages: match dto.ages {
            AgeClassDto::Under6 => domain::AgeClass::Under6,
            AgeClassDto::From6 => domain::AgeClass::From6,
        },
    })
}

impl TryFrom<&ActivityDto> for domain::Activity {
    type Error = UnreadablePlanning;

    fn try_from(dto: &ActivityDto) -> Result<Self, Self::Error> {
        let unit = |unit: &UnitDto| {
            let (name, detail) = (unit.name.clone(), unit.detail.clone());
            Ok(domain::Unit { key: key("units", &unit.key)?, name, detail, meal: unit.meal })
        };
        let mut activity = Self {
            id: ActivityId(dto.activity_id),
            key: key("key", &dto.key)?,
            name: dto.name.clone(),
            kind: kind(dto.kind),
            units: dto.units.iter().map(unit).collect::<Result<_, _>>()?,
            relations: Vec::new(),
            groups: dto.groups.iter().map(group).collect::<Result<_, _>>()?,
            counters: Vec::new(),
            supervision: dto.supervision.into(),
            billing: match dto.billing {
                BillingDto::Booked => domain::Billing::Booked,
                BillingDto::Attended => domain::Billing::Attended,
            },
            registration: dto.registration,
            notice: dto.notice.clone(),
        };
        let units = |field: &str, keys: &[String]| {
            let known = activity.units_of(keys.iter().map(String::as_str));
            known.ok_or_else(|| unreadable(field, "a unit that this activity does not have"))
        };
        let relation = |relation: &RelationDto| {
            Ok(match &relation.rule {
                RelationRuleDto::Requires { units: of, any_of } => {
                    domain::Relation::Requires { units: units("relations", of)?, any_of: units("relations", any_of)? }
                }
                RelationRuleDto::Excludes { units: of } => domain::Relation::Excludes(units("relations", of)?),
                RelationRuleDto::Together { units: of } => domain::Relation::Together(units("relations", of)?),
            })
        };
        let counter = |counter: &CounterRuleDto| {
            let (key, units) = (key("counters", &counter.key)?, units("counters", &counter.units)?);
            Ok(domain::CounterRule { key, units })
        };
        let relations = dto.relations.iter().map(relation).collect::<Result<_, UnreadablePlanning>>()?;
        let counters = dto.counters.iter().map(counter).collect::<Result<_, UnreadablePlanning>>()?;
        (activity.relations, activity.counters) = (relations, counters);
        Ok(activity)
    }
}
