//! A lost code, from the request without a session to the new code.

use std::time::Duration;

use preau_protocol::ErrorCode;
use preau_protocol::accounts::{SecurityEventDto, SecurityNoticeDto, SessionDto};
use preau_server::accounts::lost_code::treating::treat;
use preau_server::notices::tidying::tidy;
use preau_server::tidying as everything;
use serde_json::json;

use super::post::{Mail, Post, assert_sound, heading, post_json, random_token_path, reached};
use super::support::{Answer, CODE, Harness, Replica, Town, on_each_engine, town};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const NEW: &str = "Tilleul-33290";

async fn ask(harness: &Harness, town: &Town, identifiant: &str) -> Answer {
    let body = json!({ "commune": town.slug, "identifiant": identifiant });
    post_json(harness, "/v1/auth/lost-code", None, &body).await
}

async fn mail_of(post: &Post<'_>, town: &Town, identifiant: &str) -> Vec<Mail> {
    assert_eq!(ask(post.harness, town, identifiant).await.status.as_u16(), 202);
    treat(&post.harness.app).await.unwrap();
    post.mails().await
}

#[tokio::test]
async fn the_link_of_a_mail_chooses_a_new_code_once() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (adult, session) = reached(&h, &town, "martel01", (Some("claire@exemple.fr"), None)).await;
        let post = Post::new(&h);
        let mails = mail_of(&post, &town, " Martel01 ").await;
        assert_eq!((mails.len(), mails[0].to.as_str()), (1, "claire@exemple.fr"));
        assert!(mails[0].text.contains("jusqu’au lundi 23 novembre 2026 à 11 h 00"), "{}", mails[0].text);
        let link = mails[0].link();

        // Looking changes nothing, on whatever computer and however often: mail scanners look at every link.
        for _ in 0..3 {
            let page = post.look(&link).await;
            assert_eq!(heading(&page), (200, "Choisissez un nouveau code secret".into()));
            assert!(page.text().contains("martel01") && page.text().contains("05 56 95 56 12"));
        }
        for (code, again, sentence) in [
            ("Zq-7x", "Zq-7x", "au moins 8 caractères"),
            ("Martel01-2026", "Martel01-2026", "ne doit pas contenir"),
            (NEW, "Tilleul-33291", "ne sont pas les mêmes"),
        ] {
            let page = post.submit(&link, &[("code", code), ("again", again)]).await;
            assert!(page.status.as_u16() == 422 && page.text().contains(sentence), "{}", page.text());
            assert!(!page.text().contains(code), "what was typed is not shown again");
        }
        h.get("/v1/account", &session.access_token).await.json::<serde_json::Value>();

        let done = post.submit(&link, &[("code", NEW), ("again", NEW)]).await;
        assert_eq!(heading(&done), (200, "Votre nouveau code est enregistré".into()));
        h.get("/v1/account", &session.access_token).await.assert_refused(401, ErrorCode::SignInRequired);
        h.refresh(&session.refresh_token).await.assert_refused(401, ErrorCode::SignInRequired);
        h.sign_in(&adult.request(CODE)).await.assert_refused(401, ErrorCode::SignInRefused);
        let session: SessionDto = h.sign_in(&adult.request(NEW)).await.json();
        for answer in [post.look(&link).await, post.submit(&link, &[("code", CODE), ("again", CODE)]).await] {
            assert_eq!(heading(&answer), (410, "Ce lien a déjà servi".into()));
        }
        h.sign_in(&adult.request(NEW)).await.json::<SessionDto>();

        let mut replica = Replica::default();
        replica.pull(&h, &session.access_token, 500).await;
        let notices: Vec<SecurityNoticeDto> = replica.bodies("security_notice");
        assert_eq!(notices.len(), 1);
        assert_eq!((&notices[0].what, notices[0].person_id), (&SecurityEventDto::CodeReset, Some(adult.person)));
        let told = post.mails().await;
        assert!(told.len() == 1 && told[0].text.contains("Un nouveau code secret a été choisi"), "{told:?}");
        assert_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn a_page_keeps_its_address_to_itself() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        reached(&h, &town, "martel01", (Some("claire@exemple.fr"), None)).await;
        let post = Post::new(&h);
        let link = mail_of(&post, &town, "martel01").await[0].link();
        for path in [link, random_token_path(town.id), "/lien/x".into()] {
            let page = post.look(&path).await;
            let header = |name: &str| page.headers[name].to_str().unwrap().to_owned();
            assert_eq!(header("content-type"), "text/html; charset=utf-8");
            assert_eq!((header("cache-control"), header("referrer-policy")), ("no-store".into(), "no-referrer".into()));
            let policy = header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"));
            assert!(!page.text().contains("<script") && !page.text().contains("src="));
        }
        let unknown = post.look(&random_token_path(town.id)).await;
        assert_eq!(heading(&unknown), (404, "Ce lien n’est pas reconnu".into()));
        assert!(unknown.text().contains("05 56 95 56 12"), "the help line of the town");
    })
    .await;
}

#[tokio::test]
async fn a_link_ends_and_a_newer_one_that_was_used_ends_it_too() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        reached(&h, &town, "martel01", (Some("claire@exemple.fr"), None)).await;
        let post = Post::new(&h);
        let first = mail_of(&post, &town, "martel01").await[0].link();
        h.clock.advance(HOUR);
        let second = mail_of(&post, &town, "martel01").await[0].link();
        assert_eq!(post.look(&first).await.status.as_u16(), 200, "whichever mail is opened first");
        h.clock.advance(HOUR);
        let expired = (410, "Ce lien n’est plus valable".to_owned());
        assert_eq!(heading(&post.submit(&first, &[("code", NEW), ("again", NEW)]).await), expired);
        let third = mail_of(&post, &town, "martel01").await[0].link();
        assert_eq!(post.submit(&second, &[("code", NEW), ("again", NEW)]).await.status.as_u16(), 200);
        assert_eq!(heading(&post.look(&third).await), (410, "Ce lien ne sert plus".into()));
        // Long after, nothing is left of them.
        h.clock.advance(24 * 40 * HOUR);
        tidy(&h.app).await.unwrap();
        assert_eq!(h.sql("UPDATE link SET used_at = used_at", vec![]).await, 0);
        assert_eq!(post.look(&second).await.status.as_u16(), 404);
    })
    .await;
}

#[tokio::test]
async fn a_page_that_says_nothing_changed_is_right() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (adult, _) = reached(&h, &town, "martel01", (Some("claire@exemple.fr"), None)).await;
        let post = Post::new(&h);
        let link = mail_of(&post, &town, "martel01").await[0].link();
        h.sql("ALTER TABLE commune RENAME COLUMN settings TO lost", vec![]).await;
        let page = post.submit(&link, &[("code", NEW), ("again", NEW)]).await;
        h.sql("ALTER TABLE commune RENAME COLUMN lost TO settings", vec![]).await;
        assert_eq!(heading(&page), (500, "Un problème est survenu".into()));
        assert!(page.text().contains("Rien n’a été enregistré, et ce lien reste valable"), "{}", page.text());
        h.sign_in(&adult.request(CODE)).await.json::<SessionDto>();
        assert_eq!(post.submit(&link, &[("code", NEW), ("again", NEW)]).await.status.as_u16(), 200);
        h.sign_in(&adult.request(NEW)).await.json::<SessionDto>();
    })
    .await;
}

#[tokio::test]
async fn the_answer_tells_nothing_and_is_bounded() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        reached(&h, &town, "martel01", (Some("claire@exemple.fr"), None)).await;
        reached(&h, &town, "sans-mail", (None, Some("+33612345678"))).await;
        let post = Post::new(&h);
        let mut answers = Vec::new();
        for identifiant in ["martel01", "sans-mail", "personne01", "é à"] {
            let answer = ask(&h, &town, identifiant).await;
            let mut headers = answer.headers.clone();
            headers.remove("x-request-id");
            answers.push((answer.status, headers, answer.body));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        let rows = "UPDATE lost_code_request SET asked_at = asked_at";
        assert_eq!(h.sql(rows, vec![]).await, 3, "known or not, a row each; what nobody can have is not kept");
        treat(&h.app).await.unwrap();
        assert_eq!(post.mails().await.len(), 1);

        // Three mails an hour, whatever the number of computers; five requests, then a wait, for anybody's name.
        for identifiant in ["martel01", "personne01"] {
            for _ in 1..5 {
                assert_eq!(ask(&h, &town, identifiant).await.status.as_u16(), 202);
            }
            ask(&h, &town, identifiant).await.assert_refused(429, ErrorCode::TooManyAttempts);
        }
        treat(&h.app).await.unwrap();
        assert_eq!(post.mails().await.len(), 2);
        h.sign_in(&super::support::sign_in_request(&town.slug, "martel01", CODE)).await.json::<SessionDto>();

        // Requests that got no mail keep nobody from the next one.
        for minutes in [40_u32, 3, 5] {
            h.clock.advance(minutes * MINUTE);
            assert_eq!(mail_of(&post, &town, "martel01").await, []);
        }
        h.clock.advance(17 * MINUTE);
        assert_eq!(mail_of(&post, &town, "martel01").await.len(), 1);

        // A day later nothing says who asked, though nobody asks any more.
        let asked = h.sql(rows, vec![]).await;
        h.clock.advance(22 * HOUR);
        everything::tidy(&h.app).await.unwrap();
        assert!(asked > 0 && h.sql(rows, vec![]).await == asked, "they still count");
        h.clock.advance(3 * HOUR);
        everything::tidy(&h.app).await.unwrap();
        assert_eq!(h.sql(rows, vec![]).await, 0);
    })
    .await;
}
