//! Closing: what is under way ends well, what would be lost is known before.

use crate::changing_details::move_to;
use crate::computer::{Computer, sign_in};
use crate::town::{Fault, PERSONAL};
use preau_client::accounts::views::{KeepRequest, SessionView};
use preau_client::{Client, FailureCode};
use std::time::Duration;

/// A space whose token has just been refused, and whose refresh the server answers after this long.
async fn refreshing(computer: &Computer, answer: Duration) -> Client {
    let client = computer.signed_in(KeepRequest::Keychain).await;
    computer.town.state().known_tokens.retain(|token| token.starts_with("refresh"));
    computer.town.fail("/v1/auth/refresh", Fault::Late(answer));
    client.sync_now().await.expect("a status");
    let asked = || computer.town.state().requests.iter().any(|request| request.path == "/v1/auth/refresh");
    computer.until(async || asked()).await;
    client
}

#[tokio::test(start_paused = true)]
async fn a_refresh_under_way_is_kept_before_the_space_closes() {
    let computer = Computer::new();
    let client = refreshing(&computer, Duration::from_secs(3)).await;
    client.close().await;
    let client = computer.start();
    client.open_alone().await;
    computer.up_to_date(&client).await;
    let session = client.session().await.expect("a session");
    assert!(matches!(session, SessionView::Open { sign_in_again: false, .. }), "the new pair was kept");
    client.close().await;
}

/// By the real clock: a paused one runs ahead while the cache is closed.
#[tokio::test]
async fn closing_waits_for_a_slow_server_so_long_and_no_longer() {
    let computer = Computer::new();
    let client = refreshing(&computer, Duration::from_secs(3600)).await;
    let since = std::time::Instant::now();
    client.close().await;
    let waited = since.elapsed();
    assert!((4..20).contains(&waited.as_secs()), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn closing_the_window_loses_only_what_memory_alone_holds() {
    for (keep, lost) in [(KeepRequest::MemoryOnly, 1), (KeepRequest::Keychain, 0)] {
        let computer = Computer::new();
        let client = computer.signed_in(keep).await;
        assert_eq!((client.may_lose_on_close(), client.lost_on_close().await), (lost == 1, 0), "nothing waits");
        computer.town.state().down = true;
        client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
        assert_eq!(client.lost_on_close().await, lost);
        client.close().await;
        assert_eq!((client.may_lose_on_close(), client.lost_on_close().await), (false, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn signing_out_closes_the_space_even_where_the_disk_refuses() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    let profile = computer.profile();
    // A folder where the profile's draft should be written.
    std::fs::create_dir(profile.join("profile.json.new")).expect("a folder");
    let refused = client.sign_out().await.map_err(|failure| failure.code);
    assert_eq!(refused.err(), Some(FailureCode::Internal));
    assert!(computer.town.state().known_tokens.is_empty(), "the session ended");
    assert!(matches!(client.session().await.expect("a session"), SessionView::SignedOut { .. }));
    std::fs::remove_dir(profile.join("profile.json.new")).expect("removed");
    let other = computer.start();
    other.sign_in(&sign_in(PERSONAL, KeepRequest::Keychain)).await.expect("nobody holds the space any more");
    other.close().await;
}
