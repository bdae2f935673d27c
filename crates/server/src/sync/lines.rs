//! Lines of events: each takes a connection for as long as it lasts, so that their number has a bound, by device and in
//! total.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::error::{Error, Result};

/// Lines of one device: the one in use, and one that it lost without the server having noticed.
const BY_DEVICE: usize = 2;

/// The lines open now.
#[derive(Debug, Clone)]
pub struct Lines {
    open: Arc<Mutex<Open>>,
    most: usize,
}

#[derive(Debug, Default)]
struct Open {
    /// By device and in order of opening, what ends each line.
    devices: HashMap<Uuid, BTreeMap<u64, CancellationToken>>,
    total: usize,
    opened: u64,
}

impl Open {
    fn take(&mut self, device: Uuid, number: u64) {
        let Some(lines) = self.devices.get_mut(&device) else { return };
        if lines.remove(&number).is_some() {
            self.total -= 1;
        }
        if lines.is_empty() {
            self.devices.remove(&device);
        }
    }
}

/// A line; its place is free again once it is dropped.
#[derive(Debug)]
pub(super) struct Line {
    lines: Lines,
    device: Uuid,
    number: u64,
    /// Cancelled when a newer line of the device takes its place.
    pub ended: CancellationToken,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.lines.lock().take(self.device, self.number);
    }
}

impl Lines {
    /// At most three quarters of so many connections: the rest is for requests that end.
    #[must_use]
    pub fn among(connections: usize) -> Self {
        Self { open: Arc::default(), most: (connections - connections.div_ceil(4)).max(1) }
    }

    /// Opens a line for a device. The oldest of its lines ends when it has too many.
    ///
    /// # Errors
    /// [`Error::Busy`] when every place is taken by others.
    pub(super) fn open(&self, device: Uuid) -> Result<Line> {
        let mut open = self.lock();
        let own = open.devices.get(&device).filter(|lines| lines.len() >= BY_DEVICE);
        if let Some((number, ended)) = own.and_then(|lines| lines.first_key_value()) {
            ended.cancel();
            let number = *number;
            open.take(device, number);
        }
        if open.total >= self.most {
            metrics::counter!("preau_event_lines_refused_total").increment(1);
            return Err(Error::Busy { retry_after: 30 + rand::random_range(0..60) });
        }
        open.opened += 1;
        open.total += 1;
        let (number, ended) = (open.opened, CancellationToken::new());
        open.devices.entry(device).or_default().insert(number, ended.clone());
        drop(open);
        Ok(Line { lines: self.clone(), device, number, ended })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    #[test]
    fn a_third_line_of_a_device_ends_its_oldest() {
        let lines = Lines::among(4096);
        let [first, second, third] = [0; 3].map(|_| lines.open(device(1)).unwrap());
        let other = lines.open(device(2)).unwrap();
        let ended = [&first, &second, &third, &other].map(|line| line.ended.is_cancelled());
        assert_eq!(ended, [true, false, false, false]);
        drop((first, second));
        let fourth = lines.open(device(1)).unwrap();
        assert!(!third.ended.is_cancelled() && !fourth.ended.is_cancelled());
        drop((third, fourth, other));
        assert!(lines.lock().devices.is_empty() && lines.lock().total == 0);
    }

    #[test]
    fn three_quarters_of_the_connections_are_lines_at_most() {
        for (connections, most) in [(0, 1), (1, 1), (2, 1), (4, 3), (7, 5), (4096, 3072)] {
            let lines = Lines::among(connections);
            let mut open: Vec<Line> = (0..most).map(|n| lines.open(device(n)).unwrap()).collect();
            assert!(matches!(lines.open(device(9999)), Err(Error::Busy { retry_after: 30.. })), "{connections}");
            // A place that is free again is taken again, and a device that has two gives one up.
            open.pop();
            drop(lines.open(device(9999)).unwrap());
        }
    }
}
