//! Places of days, as agents see and set them.

use crate::wire;
use jiff::civil::Date;
use uuid::Uuid;

wire! {
    /// Places of a counter, for one day.
    #[derive(Copy)]
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum PlacesDto {
        /// So many.
        Fixed {
            /// How many.
            places: u32,
        },
        /// By the staff on duty.
        Staffed {
            /// Adults.
            staff: u32,
            /// At most so many places.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            most: Option<u32>,
        },
        /// As the period says.
        AsPlanned,
    }

    /// The places of a counter on one day, set by hand.
    pub struct SetPlacesRequest {
        /// The group, by its stable name.
        pub group: String,
        /// The counter, by its stable name.
        pub counter: String,
        /// Its places.
        pub places: PlacesDto,
    }

    /// A counter of a day.
    pub struct CounterPlacesDto {
        /// The group, by its stable name.
        pub group: String,
        /// The counter, by its stable name.
        pub counter: String,
        /// Places.
        pub capacity: u32,
        /// Children who have one.
        pub taken: u32,
        /// Children who wait for one.
        pub waiting: u32,
        /// Set for this day by an agent: the season's file no longer changes it.
        pub by_hand: bool,
    }

    /// What a day of a period is.
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum DayStatusDto {
        /// Families may come.
        Open,
        /// Closed on purpose.
        Closed {
            /// Why, to show.
            reason: String,
        },
        /// A public holiday.
        PublicHoliday,
    }

    /// A day of a period, with its places.
    pub struct DayPlacesDto {
        /// The day.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub day: Date,
        /// What it is.
        pub status: DayStatusDto,
        /// By group and counter.
        pub counters: Vec<CounterPlacesDto>,
    }

    /// The days of a period, with their places.
    pub struct PeriodPlacesDto {
        /// The period.
        pub period_id: Uuid,
        /// Its days.
        pub days: Vec<DayPlacesDto>,
    }

    /// Why a day is closed.
    pub struct CloseDayRequest {
        /// 1 to 80 characters, shown to families.
        pub reason: String,
    }

    /// A day is closed.
    #[derive(Copy)]
    pub struct DayClosedDto {
        /// Reservations that ended.
        pub ended: usize,
    }
}
