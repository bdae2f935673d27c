//! How long answers took, as people and benchmarks read it.

use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::time::Duration;

/// Durations, kept in microseconds with three digits.
#[derive(Debug, Clone)]
pub struct Spread(Histogram<u64>);

impl Default for Spread {
    fn default() -> Self {
        Self(Histogram::new(3).expect("three digits are a precision"))
    }
}

impl Spread {
    /// One more.
    pub fn add(&mut self, duration: Duration) {
        let microseconds = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.0.record(microseconds).expect("it grows with what it is given");
    }

    /// Those of another one too.
    pub fn merge(&mut self, other: &Self) {
        self.0.add(&other.0).expect("of the same precision, and resized");
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// Milliseconds: middle, nine in ten, and so on.
    pub fn milliseconds(&self) -> Value {
        let at = |share: f64| self.0.value_at_quantile(share) as f64 / 1000.0;
        json!({
            "count": self.count(), "p50": at(0.5), "p90": at(0.9), "p99": at(0.99), "p999": at(0.999),
            "max": self.0.max() as f64 / 1000.0,
        })
    }
}

/// The middle one, and the two ends.
pub fn middle(mut values: Vec<f64>) -> Value {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    let middle = (values[last / 2] + values[last.div_ceil(2)]) / 2.0;
    json!({ "median": middle, "min": values[0], "max": values[last], "runs": values.len() })
}

/// Those of a few measurements, each as it was: the smallest that so many are not above.
pub fn shares(mut values: Vec<f64>) -> Value {
    values.sort_by(f64::total_cmp);
    let count = values.len();
    let at = |hundredths: usize| values[(count * hundredths).div_ceil(100).max(1) - 1];
    let mean = values.iter().sum::<f64>() / count as f64;
    json!({ "count": count, "mean": mean, "min": values[0], "p50": at(50), "p95": at(95), "max": values[count - 1] })
}
