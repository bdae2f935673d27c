//! A new e-mail, from the operation to its confirmation.

use std::time::Duration;

use preau_domain::accounts::AgentRole;
use preau_protocol::ErrorCode;
use preau_protocol::accounts::{SecurityEventDto, SecurityNoticeDto, SessionDto};
use preau_protocol::agents::DecideChangeRequest;
use preau_protocol::family::{
    AdultDto, ChangeDetailOp, DetailChangeDto, DetailChangeStatusDto, DetailFieldDto, DetailSubjectDto, DetailValueDto,
};
use preau_protocol::sync::{Op, OutcomeStatus};
use preau_server::communes::{PutCommune, read_settings};
use preau_server::family::confirmation::expire;
use uuid::Uuid;

use super::post::{Post, assert_sound, heading, reached};
use super::support::{CODE, Harness, Replica, SETTINGS, on_each_engine, push, town, verdict};

fn email(person: Uuid, from: Option<&str>, to: &str) -> Op {
    Op::ChangeDetail(ChangeDetailOp {
        subject: DetailSubjectDto::Adult { person_id: person },
        field: DetailFieldDto::Email,
        old: DetailValueDto::Email(from.map(str::to_owned)),
        new: DetailValueDto::Email(Some(to.into())),
    })
}

fn none(person: Uuid, from: &str) -> Op {
    Op::ChangeDetail(ChangeDetailOp {
        subject: DetailSubjectDto::Adult { person_id: person },
        field: DetailFieldDto::Email,
        old: DetailValueDto::Email(Some(from.into())),
        new: DetailValueDto::Email(None),
    })
}

async fn shown(harness: &Harness, token: &str) -> (Option<String>, DetailChangeStatusDto, Vec<SecurityEventDto>) {
    let mut replica = Replica::default();
    replica.pull(harness, token, 500).await;
    replica.assert_equals_server(harness, token).await;
    let change = replica.bodies::<DetailChangeDto>("detail_change").pop().unwrap();
    let told = replica.bodies::<SecurityNoticeDto>("security_notice").into_iter().map(|notice| notice.what).collect();
    (replica.bodies::<AdultDto>("adult").pop().unwrap().email, change.status, told)
}

const OLD: &str = "claire@exemple.fr";
const NEW: &str = "claire.martel@exemple.fr";
const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test]
async fn a_link_sent_there_puts_it_in_use() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (adult, session) = reached(&h, &town, "martel01", (Some(OLD), None)).await;
        let token = &session.access_token;
        let id = Uuid::now_v7();
        let outcome = push(&h, token, id, &email(adult.person, Some(OLD), NEW)).await;
        assert_eq!(verdict(&outcome), (OutcomeStatus::Waiting, None));
        let post = Post::new(&h);
        let mails = post.mails().await;
        assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [NEW, OLD]);
        assert!(!mails[1].text.contains("/lien/") && !mails[1].text.contains(NEW), "{}", mails[1].text);
        let link = mails[0].link();
        assert_eq!(heading(&post.look(&link).await), (200, "Confirmez votre adresse e-mail".into()));
        assert_eq!(shown(&h, token).await, (Some(OLD.into()), DetailChangeStatusDto::AwaitsConfirmation, vec![]));

        assert_eq!(heading(&post.submit(&link, &[]).await), (200, "Votre adresse e-mail est confirmée".into()));
        let told = vec![SecurityEventDto::EmailChanged];
        assert_eq!(shown(&h, token).await, (Some(NEW.into()), DetailChangeStatusDto::Accepted, told));
        assert_eq!(heading(&post.submit(&link, &[]).await).0, 410);
        let mails = post.mails().await;
        assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [NEW]);
        // The replay of the operation gives the answer of then.
        assert_eq!(push(&h, token, id, &email(adult.person, Some(OLD), NEW)).await, outcome);
        assert_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn a_change_that_is_given_up_takes_its_link_along() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (adult, session) = reached(&h, &town, "martel01", (None, None)).await;
        let token = &session.access_token;
        let post = Post::new(&h);
        let id = Uuid::now_v7();
        push(&h, token, id, &email(adult.person, None, NEW)).await;
        let link = post.mails().await[0].link();
        push(&h, token, Uuid::now_v7(), &Op::Cancel { op_id: id }).await;
        assert_eq!(heading(&post.submit(&link, &[]).await), (410, "Ce lien ne sert plus".into()));
        assert_eq!(shown(&h, token).await, (None, DetailChangeStatusDto::Withdrawn, vec![]));
        // One given up before its mail left: there is nothing to send.
        let id = Uuid::now_v7();
        push(&h, token, id, &email(adult.person, None, NEW)).await;
        push(&h, token, Uuid::now_v7(), &Op::Cancel { op_id: id }).await;
        assert_eq!(post.mails().await, []);
        assert_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn one_that_nobody_confirms_ends_with_its_link_and_can_be_asked_again() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (adult, session) = reached(&h, &town, "martel01", (Some(OLD), None)).await;
        let post = Post::new(&h);
        let typo = email(adult.person, Some(OLD), "claire@typo.fr");
        push(&h, &session.access_token, Uuid::now_v7(), &typo).await;
        // Its mail leaves a day late: the link is good for a week from then.
        h.clock.advance(DAY);
        let link = post.mails().await[0].link();
        h.clock.advance(6 * DAY);
        expire(&h.app).await.unwrap();
        assert_eq!(post.look(&link).await.status.as_u16(), 200);
        h.clock.advance(DAY);
        expire(&h.app).await.unwrap();
        expire(&h.app).await.unwrap();
        assert_eq!(heading(&post.submit(&link, &[]).await), (410, "Ce lien n’est plus valable".into()));
        let session: SessionDto = h.sign_in(&adult.request(CODE)).await.json();
        let token = &session.access_token;
        assert_eq!(shown(&h, token).await, (Some(OLD.into()), DetailChangeStatusDto::Expired, vec![]));
        let outcome = push(&h, token, Uuid::now_v7(), &email(adult.person, Some(OLD), NEW)).await;
        assert_eq!(verdict(&outcome), (OutcomeStatus::Waiting, None));
        let link = post.mails().await[0].link();
        assert_eq!(heading(&post.submit(&link, &[]).await), (200, "Votre adresse e-mail est confirmée".into()));
        assert_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn it_is_not_written_over_a_value_that_moved() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (adult, session) = reached(&h, &town, "martel01", (Some(OLD), None)).await;
        push(&h, &session.access_token, Uuid::now_v7(), &email(adult.person, Some(OLD), NEW)).await;
        let post = Post::new(&h);
        let link = post.mails().await[0].link();
        let moved = "UPDATE adult SET email = 'autre@exemple.fr' WHERE person_id = $1";
        h.sql(moved, vec![adult.person.into()]).await;
        for _ in 0..2 {
            assert_eq!(heading(&post.submit(&link, &[]).await), (410, "Ce n’est plus possible".into()));
        }
    })
    .await;
}

#[tokio::test]
async fn where_the_town_decides_it_does_so_after_the_owner() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let settings = read_settings(&SETTINGS.replace("email = \"at_once\"", "email = \"by_hand\"")).unwrap();
        h.app.writer.run(PutCommune { settings }).await.unwrap();
        let (adult, session) = reached(&h, &town, "martel01", (Some(OLD), None)).await;
        let token = &session.access_token;
        let id = Uuid::now_v7();
        push(&h, token, id, &email(adult.person, Some(OLD), NEW)).await;
        let agent = h.enrol_agent(&town, &h.agent(&town, "agent.desk", AgentRole::Desk).await).await;
        let path = format!("/v1/agent/detail-changes/{id}/decision");
        let early = h.post(&path, &agent.access_token, &DecideChangeRequest::Accept).await;
        early.assert_refused(409, ErrorCode::Conflict);
        let post = Post::new(&h);
        let link = post.mails().await[0].link();
        let (status, title) = heading(&post.submit(&link, &[]).await);
        assert!(status == 200 && title.contains("la mairie doit l’accepter"), "{title}");
        assert_eq!(shown(&h, token).await, (Some(OLD.into()), DetailChangeStatusDto::AwaitsTown, vec![]));
        h.post(&path, &agent.access_token, &DecideChangeRequest::Accept).await.json::<DetailChangeDto>();
        let told = vec![SecurityEventDto::EmailChanged];
        assert_eq!(shown(&h, token).await, (Some(NEW.into()), DetailChangeStatusDto::Accepted, told));
        assert_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn one_that_is_taken_away_hears_of_it() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (adult, session) = reached(&h, &town, "martel01", (Some(OLD), None)).await;
        let (token, post) = (&session.access_token, Post::new(&h));
        let outcome = push(&h, token, Uuid::now_v7(), &none(adult.person, OLD)).await;
        assert_eq!(verdict(&outcome), (OutcomeStatus::Applied, None));
        let told = || vec![SecurityEventDto::EmailChanged];
        assert_eq!(shown(&h, token).await, (None, DetailChangeStatusDto::Accepted, told()));
        assert_eq!(post.mails().await.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [OLD]);
        assert_sound(&h).await;
    })
    .await;
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let settings = read_settings(&SETTINGS.replace("email = \"at_once\"", "email = \"by_hand\"")).unwrap();
        h.app.writer.run(PutCommune { settings }).await.unwrap();
        let (adult, session) = reached(&h, &town, "martel01", (Some(OLD), None)).await;
        let (id, post) = (Uuid::now_v7(), Post::new(&h));
        push(&h, &session.access_token, id, &none(adult.person, OLD)).await;
        let agent = h.enrol_agent(&town, &h.agent(&town, "agent.desk", AgentRole::Desk).await).await;
        let path = format!("/v1/agent/detail-changes/{id}/decision");
        h.post(&path, &agent.access_token, &DecideChangeRequest::Accept).await.json::<DetailChangeDto>();
        assert_eq!(post.mails().await.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [OLD]);
        assert_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn somebody_elses_is_nobodys_to_change() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (_, session) = reached(&h, &town, "martel01", (Some(OLD), None)).await;
        let post = Post::new(&h);
        // Whether or not there is such an adult in the home: the answer tells nothing.
        let outcome = push(&h, &session.access_token, Uuid::now_v7(), &email(Uuid::now_v7(), Some(OLD), NEW)).await;
        assert_eq!(verdict(&outcome), (OutcomeStatus::Rejected, Some(ErrorCode::Forbidden)));
        assert_eq!(post.mails().await, []);
        assert_sound(&h).await;
    })
    .await;
}
