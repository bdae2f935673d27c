//! The co-holder: invited, joins, is removed.

use preau_domain::accounts::AgentRole;
use preau_protocol::ErrorCode;
use preau_protocol::accounts::{CoHolderDto, SecurityEventDto, SecurityNoticeDto, SessionDto};
use preau_protocol::agents::FamilyRecordDto;
use preau_protocol::family::{AdultDto, AdultRoleDto};
use preau_server::communes::{PutCommune, read_settings};
use preau_server::family::import::{Caution, Import, import_families};
use preau_server::notices::operator::{Decide, Decision};
use preau_server::notices::transports::Security;
use preau_server::tidying::tidy;
use serde_json::json;

use super::peers::MailServer;
use super::post::{Post, assert_sound, heading, post_json, reached, run, sender, sms_folder, smtp};
use super::support::{Answer, CODE, Harness, Replica, SETTINGS, on_each_engine, sign_in_request, town};

const STATE: &str = "/v1/account/co-holder";
const REMOVAL: &str = "/v1/account/co-holder/removal";
const CLAIRE: &str = "claire@exemple.fr";
const KARIM: &str = "karim@exemple.fr";

async fn state(harness: &Harness, token: &str) -> CoHolderDto {
    harness.get(STATE, token).await.json()
}

async fn invite(harness: &Harness, token: &str, (first, last, email): (&str, &str, &str)) -> Answer {
    let body = json!({ "code": CODE, "first_name": first, "last_name": last, "email": email });
    post_json(harness, STATE, Some(token), &body).await
}

async fn remove(harness: &Harness, token: &str, code: &str) -> Answer {
    post_json(harness, REMOVAL, Some(token), &json!({ "code": code })).await
}

async fn shown(harness: &Harness, token: &str) -> (Vec<AdultDto>, Vec<SecurityNoticeDto>) {
    let mut replica = Replica::default();
    replica.pull(harness, token, 500).await;
    replica.assert_equals_server(harness, token).await;
    (replica.bodies("adult"), replica.bodies("security_notice"))
}

#[tokio::test]
async fn an_invitation_that_reached_nobody_says_so() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (_, session) = reached(&h, &town, "martel01", (None, None)).await;
        let token = session.access_token.as_str();
        let invited: CoHolderDto = invite(&h, token, ("Karim", "Daoud", KARIM)).await.json();
        assert!(matches!(invited, CoHolderDto::Invited { undelivered: false, .. }), "{invited:?}");
        let server = MailServer::start(&["550 5.1.1 no such mailbox"]).await;
        run(&sender(smtp(server.port, Security::Plain), sms_folder(&h)), &h).await;
        let refused = state(&h, token).await;
        assert!(matches!(refused, CoHolderDto::Invited { undelivered: true, .. }), "{refused:?}");
        // Put in line again by an operator, or asked again with another address.
        h.app.writer.run(Decide { commune: town.id, message: None, decision: Decision::Retry }).await.unwrap();
        let waits = state(&h, token).await;
        assert!(matches!(waits, CoHolderDto::Invited { undelivered: false, .. }), "{waits:?}");

        // Whoever opens it too late may have no application to ask in.
        let post = Post::new(&h);
        let link = post.mails().await[0].link();
        h.clock.advance(std::time::Duration::from_secs(15 * 24 * 3600));
        let late = post.look(&link).await;
        assert_eq!(heading(&late), (410, "Ce lien n’est plus valable".into()));
        assert!(late.text().contains("Demandez à la personne qui vous invite"), "{}", late.text());
    })
    .await;
}

#[tokio::test]
async fn invited_joins_and_is_removed() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (_, session) = reached(&h, &town, "martel01", (Some(CLAIRE), None)).await;
        let (_, neighbour) = reached(&h, &town, "voisin01", (None, None)).await;
        let (token, post) = (session.access_token.as_str(), Post::new(&h));
        assert_eq!(state(&h, token).await, CoHolderDto::None);
        let invited: CoHolderDto = invite(&h, token, (" Karim ", "Daoud", KARIM)).await.json();
        let CoHolderDto::Invited { first_name, email, expires_at, .. } = &invited else { panic!("{invited:?}") };
        assert_eq!(
            (first_name.as_str(), email.as_str(), expires_at.as_str()),
            ("Karim", KARIM, "2026-12-07T08:00:00Z")
        );
        let mails = post.mails().await;
        assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [KARIM, CLAIRE]);
        assert_eq!(mails[0].subject, "Claire Martel vous invite dans l’espace famille de Parempuyre");

        let link = mails[0].link();
        let page = post.look(&link).await;
        assert_eq!(heading(&page), (200, "Ouvrez votre compte de co-titulaire".into()));
        assert!(page.text().contains("Claire Martel") && page.text().contains("value=\"karim@exemple.fr\""));
        let fields = |identifiant: &'static str, code: &'static str| {
            vec![("identifiant", identifiant), ("code", code), ("again", code)]
        };
        for (identifiant, code, sentence) in [
            ("ka", "Tilleul-33290", "de 4 à 64 caractères"),
            ("voisin01", "Tilleul-33290", "déjà pris"),
            ("karim01", "court", "trop court"),
        ] {
            let page = post.submit(&link, &fields(identifiant, code)).await;
            assert!(page.status.as_u16() == 422 && page.text().contains(sentence), "{}", page.text());
        }
        // Whoever holds an invitation learns of a few identifiants at most who has an account.
        for _ in 0..4 {
            assert_eq!(post.submit(&link, &fields("voisin01", "Tilleul-33290")).await.status.as_u16(), 422);
        }
        for identifiant in ["voisin01", "karim01"] {
            let page = post.submit(&link, &fields(identifiant, "Tilleul-33290")).await;
            assert_eq!((heading(&page), page.retry_after()), ((429, "Trop d’essais".into()), Some(31)));
            assert!(page.text().contains("Attendez une minute") && page.text().contains("ce lien reste valable"));
        }
        h.clock.advance(std::time::Duration::from_secs(31));
        let joined = post.submit(&link, &fields("Karim01", "Tilleul-33290")).await;
        assert_eq!(heading(&joined), (200, "Votre compte est ouvert".into()));
        assert_eq!(post.submit(&link, &fields("karim02", "Tilleul-33290")).await.status.as_u16(), 410);

        let karim: SessionDto = h.sign_in(&sign_in_request(&town.slug, "karim01", "Tilleul-33290")).await.json();
        let (adults, notices) = shown(&h, &karim.access_token).await;
        let co_holder = adults.iter().find(|adult| adult.role == AdultRoleDto::CoHolder).unwrap();
        assert_eq!((co_holder.first_name.as_str(), co_holder.email.as_deref()), ("Karim", Some(KARIM)));
        let name = "Karim Daoud".to_owned();
        assert!(notices.iter().any(|notice| notice.what == SecurityEventDto::CoHolderJoined { name: name.clone() }));
        assert_eq!(state(&h, token).await, CoHolderDto::Active { person_id: co_holder.person_id });
        invite(&h, token, ("Paul", "Petit", "p@exemple.fr")).await.assert_refused(409, ErrorCode::CoHolderExists);
        for answer in [
            h.get(STATE, &karim.access_token).await,
            invite(&h, &karim.access_token, ("Paul", "Petit", "p@exemple.fr")).await,
            remove(&h, &karim.access_token, "Tilleul-33290").await,
        ] {
            answer.assert_refused(403, ErrorCode::Forbidden);
        }
        remove(&h, &neighbour.access_token, CODE).await.assert_refused(404, ErrorCode::NotFound);

        post.mails().await;
        remove(&h, token, "Faux-2026").await.assert_refused(422, ErrorCode::PersonalCodeRefused);
        assert_eq!(remove(&h, token, CODE).await.json::<CoHolderDto>(), CoHolderDto::None);
        h.get("/v1/account", &karim.access_token).await.assert_refused(401, ErrorCode::SignInRequired);
        h.refresh(&karim.refresh_token).await.assert_refused(401, ErrorCode::SignInRequired);
        h.sign_in(&sign_in_request(&town.slug, "karim01", "Tilleul-33290"))
            .await
            .assert_refused(401, ErrorCode::SignInRefused);
        let (adults, notices) = shown(&h, token).await;
        assert!(
            adults.len() == 1
                && notices.iter().any(|one| one.what == SecurityEventDto::CoHolderRemoved { name: name.clone() })
        );
        assert!(notices.iter().all(|notice| notice.person_id.is_none()), "who left is named by no notice's id");
        let mails = post.mails().await;
        assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [KARIM, CLAIRE]);
        assert_eq!(mails[0].subject, "Vous n’êtes plus co-titulaire");

        // An agent reads the family as it is now; the home has room again, and so has the identifiant.
        let agent = h.enrol_agent(&town, &h.agent(&town, "agent.desk", AgentRole::Desk).await).await;
        let family = match session.account.kind {
            preau_protocol::accounts::AccountKindDto::Family { family_id, .. } => family_id,
            preau_protocol::accounts::AccountKindDto::Agent { .. } => panic!("a family"),
        };
        let record: FamilyRecordDto = h.get(&format!("/v1/agent/families/{family}"), &agent.access_token).await.json();
        assert_eq!(record.adults.len(), 1);
        invite(&h, token, ("Karim", "Daoud", KARIM)).await.json::<CoHolderDto>();
        let link = post.mails().await[0].link();
        assert_eq!(post.submit(&link, &fields("karim01", "Platane-33290")).await.status.as_u16(), 200);
        assert_sound(&h).await;
    })
    .await;
}

/// Joins with the link of the last invitation.
async fn join(post: &Post<'_>, identifiant: &str) {
    let mails = post.mails().await;
    let link = mails.iter().rfind(|mail| mail.to == KARIM).unwrap().link();
    let fields = [("identifiant", identifiant), ("code", "Tilleul-33290"), ("again", "Tilleul-33290")];
    assert_eq!(post.submit(&link, &fields).await.status.as_u16(), 200);
}

#[tokio::test]
async fn an_import_that_still_lists_a_removed_co_holder_brings_nobody_back() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (_, session) = reached(&h, &town, "martel01", (None, None)).await;
        let (token, post) = (session.access_token.as_str(), Post::new(&h));
        invite(&h, token, ("Karim", "Daoud", KARIM)).await.json::<CoHolderDto>();
        join(&post, "karim01").await;
        let file = "type;famille;role;nom;prenom;mobile;identifiant\n\
                    adulte;martel01;co-titulaire;DAOUD;Karim;06 98 76 54 32;karim.daoud\n\
                    adulte;martel01;titulaire;Martel;Claire;06 12 34 56 78;\n";
        let import = async || {
            let import = Import { commune: town.id, csv: file.into(), dry_run: false, correct_names: false };
            let report = import_families(&h.app, import).await.unwrap();
            assert!(report.is_accepted(), "{report}");
            let left: Vec<(u64, Caution)> = report.warnings.iter().map(|one| (one.line, one.caution)).collect();
            (left, report.accounts_created)
        };
        assert_eq!(import().await, (vec![(2, Caution::IdentifiantKept)], 0));
        remove(&h, token, CODE).await.json::<CoHolderDto>();
        assert_eq!(import().await, (vec![(2, Caution::CoHolderRemoved)], 0));
        let (adults, _) = shown(&h, token).await;
        assert_eq!((adults.len(), adults[0].mobile_phone.as_deref()), (1, Some("+33612345678")));
        assert_eq!(state(&h, token).await, CoHolderDto::None);
        // Whom the holder invited again is a co-holder like another.
        invite(&h, token, ("Karim", "Daoud", KARIM)).await.json::<CoHolderDto>();
        join(&post, "karim02").await;
        assert_eq!(import().await, (vec![(2, Caution::IdentifiantKept)], 0));
        assert_eq!(shown(&h, token).await.0.len(), 2);
        // Once the town sees to it, its file brings back whom the family had removed.
        remove(&h, token, CODE).await.json::<CoHolderDto>();
        let settings = read_settings(&format!("co_holder = \"by_town\"\n{SETTINGS}")).unwrap();
        h.app.writer.run(PutCommune { settings }).await.unwrap();
        assert_eq!(import().await, (vec![], 1));
        assert_eq!(shown(&h, token).await.0.len(), 2);
        assert_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn an_invitation_is_replaced_called_off_and_runs_out() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (_, session) = reached(&h, &town, "martel01", (None, None)).await;
        let (token, post) = (session.access_token.as_str(), Post::new(&h));
        let faults = invite(&h, token, (" ", &"x".repeat(61), "karim")).await;
        faults.assert_refused(422, ErrorCode::InvitationRefused);
        let fields: Vec<String> = faults.error().fields.into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["first_name", "last_name", "email"]);
        // A name goes into a mail to whoever was named: it is no place for anything else.
        let faults = invite(&h, token, ("Gagnez sur exemple.fr", "Appelez le 0899 !", KARIM)).await;
        faults.assert_refused(422, ErrorCode::InvitationRefused);
        let rules: Vec<(String, String)> =
            faults.error().fields.into_iter().map(|fault| (fault.field, fault.rule)).collect();
        assert_eq!(rules, [("first_name", "character"), ("last_name", "character")].map(|(f, r)| (f.into(), r.into())));

        invite(&h, token, ("Karim", "Daoud", "karin@exemple.fr")).await.json::<CoHolderDto>();
        let wrong = post.mails().await[0].link();
        invite(&h, token, ("Karim", "Daoud", KARIM)).await.json::<CoHolderDto>();
        let right = post.mails().await[0].link();
        let fields = [("identifiant", "karim01"), ("code", "Tilleul-33290"), ("again", "Tilleul-33290")];
        assert_eq!(heading(&post.submit(&wrong, &fields).await), (410, "Ce lien ne sert plus".into()));
        assert_eq!(remove(&h, token, CODE).await.json::<CoHolderDto>(), CoHolderDto::None);
        assert_eq!(heading(&post.submit(&right, &fields).await), (410, "Ce lien ne sert plus".into()));
        remove(&h, token, CODE).await.assert_refused(404, ErrorCode::NotFound);

        invite(&h, token, ("Karim", "Daoud", KARIM)).await.json::<CoHolderDto>();
        let late = post.mails().await[0].link();
        h.clock.advance(std::time::Duration::from_secs(15 * 24 * 3600));
        assert_eq!(heading(&post.submit(&late, &fields).await), (410, "Ce lien n’est plus valable".into()));
        let session: SessionDto = h.sign_in(&sign_in_request(&town.slug, "martel01", CODE)).await.json();
        assert_eq!(state(&h, &session.access_token).await, CoHolderDto::None);
        for _ in 0..5 {
            invite(&h, &session.access_token, ("Karim", "Daoud", KARIM)).await.json::<CoHolderDto>();
        }
        let sixth = invite(&h, &session.access_token, ("Karim", "Daoud", KARIM)).await;
        sixth.assert_refused(429, ErrorCode::TooManyAttempts);
        assert_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn an_invitation_that_nobody_took_is_forgotten_in_its_time() {
    const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 3600);
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (_, session) = reached(&h, &town, "martel01", (None, None)).await;
        let (token, post) = (session.access_token.as_str(), Post::new(&h));
        let left = "UPDATE co_holder_invitation SET email = email";
        for email in ["karin@exemple.fr", KARIM] {
            invite(&h, token, ("Karim", "Daoud", email)).await.json::<CoHolderDto>();
        }
        assert_eq!(post.mails().await.len(), 1);
        // Two weeks to take it, and a month for questions.
        h.clock.advance(43 * DAY);
        tidy(&h.app).await.unwrap();
        assert_eq!(h.sql(left, vec![]).await, 2);
        h.clock.advance(2 * DAY);
        tidy(&h.app).await.unwrap();
        assert_eq!(h.sql(left, vec![]).await, 0);
        let session: SessionDto = h.sign_in(&sign_in_request(&town.slug, "martel01", CODE)).await.json();
        assert_eq!(state(&h, &session.access_token).await, CoHolderDto::None);
        invite(&h, &session.access_token, ("Karim", "Daoud", KARIM)).await.json::<CoHolderDto>();
        assert_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn a_town_may_keep_co_holders_to_itself() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (_, session) = reached(&h, &town, "martel01", (None, None)).await;
        let token = session.access_token.as_str();
        let put = async |settings: &str| {
            h.app.writer.run(PutCommune { settings: read_settings(settings).unwrap() }).await.unwrap()
        };
        put(&format!("co_holder = \"by_town\"\n{SETTINGS}")).await;
        for answer in [invite(&h, token, ("Karim", "Daoud", KARIM)).await, remove(&h, token, CODE).await] {
            answer.assert_refused(403, ErrorCode::Forbidden);
            let fields = answer.error().fields;
            assert_eq!((fields[0].field.as_str(), fields[0].rule.as_str()), ("co_holder", "by_town"));
        }
        assert_eq!(state(&h, token).await, CoHolderDto::None);
        put(SETTINGS).await;
        invite(&h, token, ("Karim", "Daoud", KARIM)).await.json::<CoHolderDto>();
    })
    .await;
}
