//! Events of accounts told to the family: in its stream, and by mail or SMS.

use std::time::Duration;

use preau_protocol::ErrorCode;
use preau_protocol::accounts::{
    AcknowledgeNoticeOp, SecurityEventDto, SecurityNoticeDto, SetCodeRequest, SetIdentifiantRequest,
};
use preau_protocol::sync::{Op, OutcomeStatus};
use preau_server::notices::tidying::tidy;
use uuid::Uuid;

use super::post::{Post, assert_sound, reached};
use super::support::{CODE, Harness, Replica, on_each_engine, push, town, verdict};

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn notices(harness: &Harness, token: &str) -> Vec<SecurityNoticeDto> {
    let mut replica = Replica::default();
    replica.pull(harness, token, 500).await;
    replica.assert_equals_server(harness, token).await;
    replica.bodies("security_notice")
}

fn acknowledge(notice_id: Uuid) -> Op {
    Op::AcknowledgeNotice(AcknowledgeNoticeOp { notice_id })
}

#[tokio::test]
async fn a_token_presented_twice_is_told_to_the_family() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (adult, _) = reached(&h, &town, "martel01", (Some("claire@exemple.fr"), Some("+33612345678"))).await;
        let post = Post::new(&h);
        let stolen = h.session(&h.sign_in(&adult.request(CODE)).await);
        let watcher = h.session(&h.sign_in(&adult.request(CODE)).await);
        h.refresh(&stolen.refresh_token).await.json::<serde_json::Value>();
        h.clock.advance(Duration::from_secs(61));
        h.refresh(&stolen.refresh_token).await.assert_refused(401, ErrorCode::SignInRequired);
        let told = notices(&h, &watcher.access_token).await;
        assert_eq!(told.len(), 1);
        let what = SecurityEventDto::SessionReused { device: "PC du salon".into() };
        assert_eq!((&told[0].what, told[0].person_id, told[0].acknowledged), (&what, Some(adult.person), false));
        let mails = post.mails().await;
        assert!(mails.len() == 1 && mails[0].text.contains("« PC du salon »"), "{mails:?}");
        assert_eq!(post.texts().await.len(), 0, "by mail, where there is one");
        // Presented a third time, it is merely unknown.
        h.refresh(&stolen.refresh_token).await.assert_refused(401, ErrorCode::SignInRequired);
        assert_eq!(notices(&h, &watcher.access_token).await.len(), 1);
        assert_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn changes_from_within_are_told_and_the_first_code_is_not() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (_, session) = reached(&h, &town, "martel01", (None, Some("+33612345678"))).await;
        let token = &session.access_token;
        let post = Post::new(&h);
        assert_eq!(notices(&h, token).await.len(), 0, "the first code");
        let code = SetCodeRequest { current: CODE.into(), new: "Tilleul-33290".into() };
        h.put("/v1/account/code", token, &code).await.assert_done();
        let identifiant = SetIdentifiantRequest { code: "Tilleul-33290".into(), identifiant: "claire".into() };
        h.put("/v1/account/identifiant", token, &identifiant).await.assert_done();
        let told: Vec<SecurityEventDto> = notices(&h, token).await.into_iter().map(|notice| notice.what).collect();
        assert!(told.contains(&SecurityEventDto::CodeChanged) && told.contains(&SecurityEventDto::IdentifiantChanged));
        assert_eq!((told.len(), post.texts().await.len(), post.mails().await.len()), (2, 2, 0));
    })
    .await;
}

#[tokio::test]
async fn a_notice_is_read_once_by_its_own_family_and_kept_for_a_year() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (_, session) = reached(&h, &town, "martel01", (None, None)).await;
        let (_, neighbour) = reached(&h, &town, "voisin01", (None, None)).await;
        let token = &session.access_token;
        let code = SetCodeRequest { current: CODE.into(), new: "Tilleul-33290".into() };
        h.put("/v1/account/code", token, &code).await.assert_done();
        let notice = notices(&h, token).await[0].notice_id;

        let refused = (OutcomeStatus::Rejected, Some(ErrorCode::NotFound));
        for (by, id) in [(&neighbour, notice), (&session, Uuid::now_v7())] {
            let outcome = push(&h, &by.access_token, Uuid::now_v7(), &acknowledge(id)).await;
            assert_eq!(verdict(&outcome), refused);
        }
        assert!(!notices(&h, token).await[0].acknowledged);
        let id = Uuid::now_v7();
        let outcome = push(&h, token, id, &acknowledge(notice)).await;
        assert_eq!(verdict(&outcome), (OutcomeStatus::Applied, None));
        assert_eq!(push(&h, token, id, &acknowledge(notice)).await, outcome);
        let again = push(&h, token, Uuid::now_v7(), &acknowledge(notice)).await;
        assert_eq!((verdict(&again), again.version), ((OutcomeStatus::Applied, None), outcome.version));
        assert!(notices(&h, token).await[0].acknowledged);

        h.clock.advance(364 * DAY);
        tidy(&h.app).await.unwrap();
        let rows = "UPDATE security_notice SET at = at";
        assert_eq!(h.sql(rows, vec![]).await, 1);
        h.clock.advance(2 * DAY);
        tidy(&h.app).await.unwrap();
        assert_eq!(h.sql(rows, vec![]).await, 0);
        assert_sound(&h).await;
    })
    .await;
}
