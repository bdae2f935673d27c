//! Whatever the bytes, a file is read or refused.

use super::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// A file with bytes changed, cut, or repeated.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let damage = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..40);
    (damage, any::<prop::sample::Index>(), any::<bool>()).prop_map(|(damage, cut, cuts)| {
        let mut bytes = csv(RICH).repeat(2_000 / RICH.len()).into_bytes();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        bytes
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn is_read_or_refused_and_never_breaks() {
    on_each_engine(async |harness: Harness| {
        let town = harness.town("parempuyre").await;
        let handle = tokio::runtime::Handle::current();
        tokio::task::block_in_place(|| {
            let strategy = prop_oneof![damaged(), prop::collection::vec(any::<u8>(), 0..2_000)];
            let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
            let outcome = runner.run(&strategy, |bytes| {
                let import = Import { commune: town.id, csv: bytes, dry_run: true, correct_names: false };
                let report = handle.block_on(import_families(&harness.app, import));
                prop_assert!(report.is_ok());
                Ok(())
            });
            outcome.unwrap();
        });
    })
    .await;
}
