//! What a town offers, on the wire and in its tables: each body is served as it is kept.

use std::collections::BTreeMap;

use crate::wire;
use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use preau_domain::ids::{ActivityId, PeriodId};
use preau_domain::planning as domain;
use uuid::Uuid;

mod activities;
mod places;
mod tariffs;

pub use activities::{
    ActivityDto, ActivityKindDto, AgeClassDto, BillingDto, CounterRuleDto, GroupDto, GroupRuleDto, RelationDto,
    RelationRuleDto, SiteDto, SupervisionDto, UnitDto,
};
pub use places::{
    CloseDayRequest, CounterPlacesDto, DayClosedDto, DayPlacesDto, DayStatusDto, PeriodPlacesDto, PlacesDto,
    SetPlacesRequest,
};
pub use tariffs::{
    AdjustmentDto, AdjustmentRuleDto, BandDto, EffortRateDto, FormulaDto, FormulaPriceDto, GridDto, PriceDto,
    ReductionDto, SiblingCountDto, SiblingOrderDto, SiblingRuleDto, SiblingsDto, SizeReductionDto, SurchargeAmountDto,
    SurchargeDto, SurchargeWhenDto, TariffAudienceDto, TariffDto,
};

/// A body that says something no rule can be made of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct UnreadablePlanning {
    /// Path of the field.
    pub field: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

pub(crate) fn unreadable(field: impl Into<String>, reason: &'static str) -> UnreadablePlanning {
    UnreadablePlanning { field: field.into(), reason }
}

fn key(field: &str, text: &str) -> Result<domain::Key, UnreadablePlanning> {
    let reason = "a stable name has 1 to 40 lower-case letters, digits and _, and begins with a letter";
    domain::Key::parse(text).ok_or_else(|| unreadable(field, reason))
}

wire! {
    /// A school zone.
    #[derive(Copy)]
    pub enum SchoolZoneDto {
        /// A: Besançon, Bordeaux, Clermont-Ferrand, Dijon, Grenoble, Limoges, Lyon, Poitiers.
        A,
        /// B.
        B,
        /// C.
        C,
    }

    /// School holidays, from their first free day to the morning of return.
    pub struct SchoolHolidayDto {
        /// « Vacances de la Toussaint ».
        pub name: String,
        /// First day without school.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub first_free_day: Date,
        /// First day with school again.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub return_day: Date,
    }

    /// A commune's calendar of school, the `calendar` entity of its stream.
    pub struct CalendarDto {
        /// Its id.
        pub calendar_id: Uuid,
        /// Its zone.
        pub zone: SchoolZoneDto,
        /// School holidays, in order.
        pub holidays: Vec<SchoolHolidayDto>,
        /// Single days without school.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, format = Date))]
        pub bridges: Vec<Date>,
    }

    /// A day of the week.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum WeekdayDto {
        /// lundi
        Monday,
        /// mardi
        Tuesday,
        /// mercredi
        Wednesday,
        /// jeudi
        Thursday,
        /// vendredi
        Friday,
        /// samedi
        Saturday,
        /// dimanche
        Sunday,
    }

    /// A last moment before a day, in Paris.
    #[derive(Copy)]
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum DeadlineDto {
        /// Until the end of the day so many days before.
        Days {
            /// How many.
            days: u16,
        },
        /// Until the end of the day so many working days before.
        WorkingDays {
            /// How many.
            days: u16,
        },
        /// Until an hour of the last such weekday before the day.
        Weekday {
            /// Which.
            weekday: WeekdayDto,
            /// `HH:MM`; the whole minute is in time.
            #[cfg_attr(feature = "openapi", schema(value_type = String))]
            time: Time,
            /// So many weeks earlier.
            #[serde(default)]
            weeks: u8,
        },
    }

    /// How places are given.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum ModeDto {
        /// First come.
        Immediate,
        /// Wishes are collected, then allocated.
        Wishes,
        /// An agent accepts or refuses each.
        StaffValidation,
    }

    /// What happens to freed places.
    #[derive(Copy)]
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum PromotionDto {
        /// The first who fits has it.
        Automatic,
        /// It is offered.
        Offer {
            /// For so many hours.
            hours: u16,
        },
        /// There is no waiting list.
        None,
    }

    /// Which days a period is made of.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum SchoolDaysDto {
        /// Of school holidays.
        Holidays,
        /// With school.
        School,
        /// Either.
        Any,
    }

    /// A day closed on purpose.
    pub struct ClosedDayDto {
        /// Which.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub day: Date,
        /// Why, to show.
        pub reason: String,
    }

    /// A period, the `period` entity of the commune's stream. Instants are RFC 3339.
    pub struct PeriodDto {
        /// Its id.
        pub period_id: Uuid,
        /// Its stable name.
        pub key: String,
        /// Its name.
        pub name: String,
        /// The activity.
        pub activity_id: Uuid,
        /// First day that can be booked.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub first_day: Date,
        /// Last day that can be booked.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub last_day: Date,
        /// Its days of the week.
        pub weekdays: Vec<WeekdayDto>,
        /// Of school, holidays, or both.
        pub school_days: SchoolDaysDto,
        /// Days closed on purpose.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub closed: Vec<ClosedDayDto>,
        /// From when families may book.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub opens_at: Timestamp,
        /// From when they add nothing any more.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub closes_at: Timestamp,
        /// From when they change nothing any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        pub read_only_at: Option<Timestamp>,
        /// How places are given.
        pub mode: ModeDto,
        /// What happens to freed places.
        pub promotion: PromotionDto,
        /// Last moment to add.
        pub add: DeadlineDto,
        /// Last moment to cancel.
        pub cancel: DeadlineDto,
        /// Only for residents.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub residents_only: bool,
        /// Only these groups, by stable name; all when empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub groups: Vec<String>,
    }
}

impl TryFrom<&CalendarDto> for domain::Calendar {
    type Error = UnreadablePlanning;

    fn try_from(dto: &CalendarDto) -> Result<Self, Self::Error> {
        let zone = match dto.zone {
            SchoolZoneDto::A => domain::SchoolZone::A,
            SchoolZoneDto::B => domain::SchoolZone::B,
            SchoolZoneDto::C => domain::SchoolZone::C,
        };
        let holiday = |holiday: &SchoolHolidayDto| domain::SchoolHoliday {
            name: holiday.name.clone(),
            first_free_day: holiday.first_free_day,
            return_day: holiday.return_day,
        };
        let holidays = dto.holidays.iter().map(holiday).collect();
        Self::new(zone, holidays, dto.bridges.clone())
            .map_err(|_| unreadable("calendar", "school holidays in order, each with a name, none over another"))
    }
}

impl CalendarDto {
    /// A calendar as served.
    #[must_use]
    pub fn of(calendar_id: Uuid, calendar: &domain::Calendar) -> Self {
        let zone = match calendar.zone() {
            domain::SchoolZone::A => SchoolZoneDto::A,
            domain::SchoolZone::B => SchoolZoneDto::B,
            domain::SchoolZone::C => SchoolZoneDto::C,
        };
        let holiday = |holiday: &domain::SchoolHoliday| SchoolHolidayDto {
            name: holiday.name.clone(),
            first_free_day: holiday.first_free_day,
            return_day: holiday.return_day,
        };
        let holidays = calendar.holidays().iter().map(holiday).collect();
        Self { calendar_id, zone, holidays, bridges: calendar.bridges().to_vec() }
    }
}

impl From<WeekdayDto> for Weekday {
    fn from(day: WeekdayDto) -> Self {
        match day {
            WeekdayDto::Monday => Self::Monday,
            WeekdayDto::Tuesday => Self::Tuesday,
            WeekdayDto::Wednesday => Self::Wednesday,
            WeekdayDto::Thursday => Self::Thursday,
            WeekdayDto::Friday => Self::Friday,
            WeekdayDto::Saturday => Self::Saturday,
            WeekdayDto::Sunday => Self::Sunday,
        }
    }
}

impl From<DeadlineDto> for domain::Deadline {
    fn from(deadline: DeadlineDto) -> Self {
        match deadline {
            DeadlineDto::Days { days } => Self::Days(days),
            DeadlineDto::WorkingDays { days } => Self::WorkingDays(days),
            DeadlineDto::Weekday { weekday, time, weeks } => Self::Weekday { weekday: weekday.into(), time, weeks },
        }
    }
}

impl TryFrom<&PeriodDto> for domain::Period {
    type Error = UnreadablePlanning;

    /// Without its capacities, which are not served.
    fn try_from(dto: &PeriodDto) -> Result<Self, Self::Error> {
        let groups = dto.groups.iter().map(|group| key("groups", group)).collect::<Result<_, _>>()?;
        let mut closed = BTreeMap::new();
        for ClosedDayDto { day, reason } in &dto.closed {
            closed.insert(*day, reason.clone());
        }
        Ok(Self {
            id: PeriodId(dto.period_id),
            key: key("key", &dto.key)?,
            name: dto.name.clone(),
            activity: ActivityId(dto.activity_id),
            first_day: dto.first_day,
            last_day: dto.last_day,
            weekdays: dto.weekdays.iter().map(|day| (*day).into()).collect(),
            school_days: match dto.school_days {
                SchoolDaysDto::Holidays => domain::SchoolDays::Holidays,
                SchoolDaysDto::School => domain::SchoolDays::School,
                SchoolDaysDto::Any => domain::SchoolDays::Any,
            },
            closed,
            opens_at: dto.opens_at,
            closes_at: dto.closes_at,
            read_only_at: dto.read_only_at,
            mode: match dto.mode {
                ModeDto::Immediate => domain::Mode::Immediate,
                ModeDto::Wishes => domain::Mode::Wishes,
                ModeDto::StaffValidation => domain::Mode::StaffValidation,
            },
            promotion: match dto.promotion {
                PromotionDto::Automatic => domain::Promotion::Automatic,
                PromotionDto::Offer { hours } => domain::Promotion::Offer(hours),
                PromotionDto::None => domain::Promotion::NoWaitingList,
            },
            add: dto.add.into(),
            cancel: dto.cancel.into(),
            audience: domain::Audience { residents_only: dto.residents_only, groups },
            capacities: BTreeMap::new(),
        })
    }
}
