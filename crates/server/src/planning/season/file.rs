//! Reading the file: each item has the form in which it is served, but for its id, which its stable name stands for, and
//! for instants, which are written as the clock in Paris shows them.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use preau_domain::planning::{Capacity, Key, paris_instant};
use preau_protocol::error::FieldError;
use preau_protocol::planning::{ActivityDto, CalendarDto, PeriodDto, SiteDto, TariffDto, UnreadablePlanning};
use preau_protocol::sync::EntityKind;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::super::store::ItemRow;
use super::{Season, fault};
use crate::random;

/// Largest file, in bytes.
const LARGEST: usize = 1024 * 1024;

/// Places of a counter, each day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum PlacesOfCounter {
    /// So many.
    Fixed(u32),
    /// By the staff on duty.
    Staffed {
        /// Adults.
        staff: u32,
        /// At most so many places.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        most: Option<u32>,
    },
}

/// Places of a period, by group and counter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PlacesOfPeriod(BTreeMap<String, BTreeMap<String, PlacesOfCounter>>);

impl PlacesOfPeriod {
    /// As the rules take them.
    ///
    /// # Errors
    /// When a name is not a stable one.
    pub fn capacities(&self) -> Result<BTreeMap<(Key, Key), Capacity>, UnreadablePlanning> {
        let key = |text: &str| {
            let reason = "groups and counters by their stable names";
            Key::parse(text).ok_or(UnreadablePlanning { field: "places".into(), reason })
        };
        let mut capacities = BTreeMap::new();
        for (group, counters) in &self.0 {
            for (counter, places) in counters {
                let capacity = match *places {
                    PlacesOfCounter::Fixed(places) => Capacity::Fixed(places),
                    PlacesOfCounter::Staffed { staff, most } => Capacity::Staffed { staff, most },
                };
                capacities.insert((key(group)?, key(counter)?), capacity);
            }
        }
        Ok(capacities)
    }
}

/// The lists of a file, in the order in which they name each other.
const LISTS: [(&str, EntityKind); 4] = [
    ("sites", EntityKind::Site),
    ("activities", EntityKind::Activity),
    ("periods", EntityKind::Period),
    ("tariffs", EntityKind::Tariff),
];

/// Reads a season. Items whose stable name is on record have the id that it has there.
///
/// # Errors
/// Every fault that can be seen without looking at the whole.
pub(in super::super) fn read_season(text: &str, on_record: &[ItemRow]) -> Result<Season, Vec<FieldError>> {
    if text.len() > LARGEST {
        return Err(vec![fault("file", &format!("{LARGEST} bytes at most"))]);
    }
    let table: toml::Table = toml::from_str(text).map_err(|error| vec![fault("file", &error)])?;
    let mut reader = Reader { on_record, items: Vec::new(), faults: Vec::new() };
    for name in table.keys().filter(|name| *name != "calendar" && LISTS.iter().all(|(list, _)| list != name)) {
        reader.fault(name, "the file has calendar, sites, activities, periods and tariffs");
    }
    if let Some(calendar) = table.get("calendar") {
        reader.item("calendar", EntityKind::Calendar, Some("calendar"), json(calendar));
    }
    for (list, kind) in LISTS {
        match table.get(list) {
            None => {}
            Some(toml::Value::Array(items)) => {
                items.iter().for_each(|item| reader.item(list, kind, None, json(item)));
            }
            Some(_) => reader.fault(list, "a list: [[…]]"),
        }
    }
    if reader.faults.is_empty() { Ok(Season { items: reader.items }) } else { Err(reader.faults) }
}

/// What TOML says, as the wire would: dates and times are texts there.
fn json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::from(text.as_str()),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Float(number) => Value::from(*number),
        toml::Value::Boolean(yes) => Value::from(*yes),
        toml::Value::Datetime(time) => Value::from(time.to_string()),
        toml::Value::Array(items) => items.iter().map(json).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.iter().map(|(name, value)| (name.clone(), json(value))).collect())
        }
    }
}

struct Reader<'a> {
    on_record: &'a [ItemRow],
    items: Vec<ItemRow>,
    faults: Vec<FieldError>,
}

impl Reader<'_> {
    fn fault(&mut self, field: &str, reason: &(impl ToString + ?Sized)) {
        self.faults.push(fault(field, reason));
    }

    fn item(&mut self, list: &str, kind: EntityKind, key: Option<&str>, value: Value) {
        let Value::Object(mut item) = value else { return self.fault(list, "a table: [[…]]") };
        let named = key.or(item.get("key").and_then(Value::as_str)).map(str::to_owned);
        let Some(key) = named.filter(|key| Key::parse(key).is_some()) else {
            return self.fault(list, "key: 1 to 40 lower-case letters, digits and _, beginning with a letter");
        };
        let at = if kind == EntityKind::Calendar { list.to_owned() } else { format!("{list}.{key}") };
        if self.items.iter().any(|item| item.kind == kind.as_str() && item.stable_key == key) {
            return self.fault(&at, "this stable name is used twice");
        }
        let known = self.id_of(kind, &key);
        let id = known.unwrap_or_else(random::id);
        item.insert(format!("{}_id", kind.as_str()), id.to_string().into());
        let places = self.refer(&at, kind, &mut item);
        let Some(body) = self.body(&at, kind, item) else { return };
        self.items.push(ItemRow { kind: kind.as_str().to_owned(), item_id: id, stable_key: key, body, places });
    }

    fn id_of(&self, kind: EntityKind, key: &str) -> Option<Uuid> {
        let same = |row: &&ItemRow| row.kind == kind.as_str() && row.stable_key == key;
        self.items.iter().find(same).or_else(|| self.on_record.iter().find(same)).map(|row| row.item_id)
    }

    /// Puts ids in the place of stable names, and instants in that of hours. What is not served is taken out.
    fn refer(&mut self, at: &str, kind: EntityKind, item: &mut Map<String, Value>) -> Option<String> {
        if matches!(kind, EntityKind::Period | EntityKind::Tariff) {
            let activity = item.remove("activity");
            let named = activity.as_ref().and_then(Value::as_str);
            match named.and_then(|key| self.id_of(EntityKind::Activity, key)) {
                Some(id) => {
                    item.insert("activity_id".to_owned(), id.to_string().into());
                }
                None => self.fault(&format!("{at}.activity"), "the stable name of an activity"),
            }
        }
        if kind != EntityKind::Period {
            return None;
        }
        for field in ["opens_at", "closes_at", "read_only_at"] {
            let Some(written) = item.get(field) else { continue };
            match written.as_str().and_then(|text| text.parse::<DateTime>().ok()) {
                Some(hour) => {
                    item.insert(field.to_owned(), paris_instant(hour.date(), hour.time()).to_string().into());
                }
                None => self.fault(&format!("{at}.{field}"), "a day and an hour in Paris: 2026-09-14T08:00"),
            }
        }
        let places = item.remove("places").unwrap_or_else(|| Value::Object(Map::new()));
        match serde_json::from_value::<PlacesOfPeriod>(places) {
            Ok(places) => serde_json::to_string(&places).ok(),
            Err(_) => {
                self.fault(&format!("{at}.places"), "group = { counter = 40 } or { counter = { staff = 4 } }");
                None
            }
        }
    }

    fn body(&mut self, at: &str, kind: EntityKind, item: Map<String, Value>) -> Option<String> {
        let item = Value::Object(item);
        match kind {
            EntityKind::Calendar => self.served::<CalendarDto>(at, item),
            EntityKind::Site => self.served::<SiteDto>(at, item),
            EntityKind::Activity => self.served::<ActivityDto>(at, item),
            EntityKind::Period => self.served::<PeriodDto>(at, item),
            _ => self.served::<TariffDto>(at, item),
        }
    }

    /// The body as it will be served. A field that nobody reads is a fault: it is one that was misspelt.
    fn served<D: DeserializeOwned + Serialize>(&mut self, at: &str, item: Value) -> Option<String> {
        let mut unread = Vec::new();
        let mut track = serde_path_to_error::Track::new();
        let tracked = serde_path_to_error::Deserializer::new(item, &mut track);
        let read = serde_ignored::deserialize::<_, _, D>(tracked, |path| unread.push(path.to_string()));
        for field in unread {
            self.fault(&format!("{at}.{field}"), "nothing has this name here");
        }
        match read {
            Ok(dto) => serde_json::to_string(&dto).ok(),
            Err(error) => {
                self.fault(&format!("{at}.{}", track.path()), &error);
                None
            }
        }
    }
}
