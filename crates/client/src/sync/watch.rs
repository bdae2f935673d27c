//! Notices that this computer slept, or has a way out again.

use super::planner::Cause;
use super::runner::Engine;
use jiff::Timestamp;
use std::net::{IpAddr, UdpSocket};
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(5);
/// The wall clock runs on while a computer sleeps, the monotonic one may not.
const SLEPT: Duration = Duration::from_secs(60);

/// Watches for ever; the owner stops it by dropping the future.
pub async fn watch(engine: &Engine) {
    let mut seen = (engine.clock.monotonic(), engine.clock.wall());
    let mut way_out = source_address();
    loop {
        tokio::time::sleep(EVERY).await;
        let now = (engine.clock.monotonic(), engine.clock.wall());
        if slept(seen, now) {
            engine.wake(Cause::Wake);
        }
        seen = now;
        let way = source_address();
        if way.is_some() && way != way_out {
            engine.wake(Cause::NetworkBack);
        }
        way_out = way;
    }
}

/// Whether more time went by on the wall than here, or the monotonic clock itself jumped. Only differences of this
/// computer's own clocks are looked at; setting the clock by hand costs one look at the server.
fn slept(before: (Duration, Timestamp), now: (Duration, Timestamp)) -> bool {
    let here = now.0.saturating_sub(before.0);
    let on_the_wall = Duration::try_from(now.1.duration_since(before.1)).unwrap_or_default();
    here > EVERY + SLEPT || on_the_wall > here + SLEPT
}

/// The address this computer would send from: asks the system's routes, sends nothing (the addresses are those that
/// RFC 5737 and RFC 3849 keep for documentation).
fn source_address() -> Option<IpAddr> {
    let route = |from: &str, to: &str| {
        let socket = UdpSocket::bind((from, 0)).ok()?;
        socket.connect((to, 9)).ok()?;
        Some(socket.local_addr().ok()?.ip())
    };
    route("0.0.0.0", "192.0.2.1").or_else(|| route("::", "2001:db8::1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleep_by_table() {
        let at =
            |monotonic: u64, wall: i64| (Duration::from_secs(monotonic), Timestamp::from_second(wall).expect("a time"));
        for (name, before, now, expected) in [
            ("five seconds", at(0, 1000), at(5, 1005), false),
            ("slow computer", at(0, 1000), at(40, 1040), false),
            ("an hour of sleep", at(0, 1000), at(5, 4605), true),
            ("sleep counted by the monotonic clock", at(0, 1000), at(3605, 4605), true),
            ("clock set back by years", at(0, 1_900_000_000), at(5, 1_000_000_000), false),
        ] {
            assert_eq!(slept(before, now), expected, "{name}");
        }
    }
}
