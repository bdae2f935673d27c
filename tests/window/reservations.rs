//! Journeys 5 and 6: holiday day-care booked in the steps of the guide, its verdicts, and the child's agenda.

use crate::journey::{Scene, first_login, go_home, open_space};
use anyhow::Result;
use harness::season::named;
use harness::{Season, Window};
use jiff::civil::Date;
use preau_domain::planning::days_after;
use xtask::demo_families::SLUG;

/// The children of the first family of the demo.
const CHILDREN: [&str; 2] = ["E0001", "E0002"];

/// The town offers holidays that are open now, and Léo and Inès are registered.
fn scene(season: &Season) -> Result<Scene> {
    let scene = Scene::new()?;
    scene.town.offer(SLUG, &season.text)?;
    scene.town.register(SLUG, &Season::registrations(&CHILDREN))?;
    Ok(scene)
}

/// From the home page to the grid of Léo.
async fn begin(window: &Window) -> Result<()> {
    window.click("link", "Réservations / Modifications ALSH").await?;
    window.sees("Choisissez un enfant et une activité").await?;
    window.click("button", "Léo ALSH des vacances").await?;
    window.click("link", "COMMENCER : Léo, Vacances d'essai").await?;
    window.sees("Pour les sorties, merci de vous inscrire").await
}

async fn tick(window: &Window, name: &str, day: Date, units: &[&str]) -> Result<()> {
    for unit in units {
        window.click("checkbox", &format!("{name}, {}, {unit}", named(day))).await?;
    }
    Ok(())
}

#[tokio::test]
async fn holiday_day_care_is_booked_in_the_steps_of_the_guide() -> Result<()> {
    let season = Season::open_now()?;
    let Scene { town, server: _server, desktop, letter } = scene(&season)?;
    let window = desktop.open().await?;
    first_login(&window, &letter).await?;
    window.check_screen("reservations-accueil").await?;
    begin(&window).await?;
    window.sees("Centre fermé : réunion des équipes").await?;
    window.sees("3 dernières").await?;
    tick(&window, "Léo", season.monday, &["Matin", "Repas AV", "Après-midi"]).await?;
    window.sees("9,25 €").await?;
    tick(&window, "Léo", days_after(season.monday, 1), &["Repas SV"]).await?;
    window.sees("Un repas AV (avec viande) ou SV (sans viande) se réserve avec le matin").await?;
    window.check_screen("reservations-grille").await?;
    tick(&window, "Léo", days_after(season.monday, 1), &["Matin"]).await?;
    window.loses("Ajoutez une demi-journée ou retirez le repas").await?;
    window.sees("Total Léo 16,48 €").await?;
    window.click("button", "ALLER À L'ÉTAPE 2").await?;
    window.sees("Rien n'est encore réservé. Vérifiez, puis cliquez sur VALIDER.").await?;
    window.sees("Annulable sans frais jusqu'au").await?;
    window.check_screen("reservations-etape-2").await?;
    window.click("button", "VALIDER").await?;
    window.sees("Récépissé de réservation").await?;
    window.sees("Confirmé").await?;
    window.check_screen("reservations-recepisse").await?;
    agenda(&window, &season).await?;
    town.run(&["check"])?;
    Ok(())
}

/// Journey 6: the child's picture, the magnifier, the agenda.
async fn agenda(window: &Window, season: &Season) -> Result<()> {
    window.click("link", "Léo").await?;
    window.click("link", "Consulter l'agenda de Léo : ALSH des vacances").await?;
    window.sees("Agenda de Léo").await?;
    let booked = format!("{} : Réservé, Matin, Repas AV, Après-midi", named(season.monday));
    window.find("button", &booked).await?;
    window.check_screen("reservations-agenda").await?;
    window.click("radio", "Liste").await?;
    window.sees("Matin, Repas AV, Après-midi").await?;
    window.check_screen("reservations-agenda-liste").await?;
    window.click("button", &named(season.monday)).await?;
    window.click("button", "Annuler ce jour").await?;
    window.sees("Annulable sans frais jusqu'au").await?;
    window.click("button", "Annuler ce jour").await?;
    window.sees("Annulé : rien n'est dû").await
}

#[tokio::test]
async fn what_was_ticked_offline_survives_a_kill_and_is_answered_day_by_day() -> Result<()> {
    let season = Season::open_now()?;
    let Scene { town, server, desktop, letter } = scene(&season)?;
    let address = server.address.clone();
    let window = desktop.open().await?;
    first_login(&window, &letter).await?;
    begin(&window).await?;
    tick(&window, "Léo", season.monday, &["Matin"]).await?;
    window.sees("4,79 €").await?;
    server.stop();
    window.kill()?;

    let window = desktop.open().await?;
    open_space(&window).await?;
    window.sees("1 jour coché, pas encore envoyé").await?;
    window.sees("1 jour coché, à valider au plus tard le").await?;
    window.check_screen("reservations-a-faire").await?;
    begin(&window).await?;
    window.sees("Brouillon gardé sur cet ordinateur : aucune place n'est encore réservée").await?;
    tick(&window, "Léo", days_after(season.monday, 1), &["Après-midi"]).await?;
    window.sees("9,58 €").await?;
    window.click("button", "ALLER À L'ÉTAPE 2").await?;
    window.click("button", "VALIDER").await?;
    window.sees("Gardé sur cet ordinateur, pas encore envoyé. La place n'est pas réservée.").await?;
    window.check_screen("reservations-pas-envoye").await?;
    window.kill()?;

    // Meanwhile the town closed the second day.
    let closed = days_after(season.monday, 1);
    let also = format!("closed = [{{ day = \"{closed}\", reason = \"Grève\" }}, ");
    town.offer(SLUG, &season.text.replace("closed = [", &also))?;
    let _server = town.serve_at(&address)?;
    let window = desktop.open().await?;
    open_space(&window).await?;
    window.sees("1 jour réservé ou en attente").await?;
    go_home(&window).await?;
    window.click("link", "Réservations / Modifications ALSH").await?;
    window.click("link", "Mes récépissés").await?;
    window.click("link", "Vacances d'essai").await?;
    window.sees("Confirmé").await?;
    window.sees("Refusé. La mairie a fermé ce jour : Grève").await?;
    window.check_screen("reservations-verdicts").await?;
    town.run(&["check"])?;
    Ok(())
}

/// Who waits sees it in step 2, in the receipt and in the agenda, with the rank that the town tells of.
#[tokio::test]
async fn who_waits_sees_their_rank_in_the_agenda() -> Result<()> {
    let mut season = Season::open_now()?;
    // No place left of any half day.
    season.text = season.text.replace("{ morning = 3, afternoon = 3 }", "{ morning = 0, afternoon = 0 }");
    let Scene { town, server: _server, desktop, letter } = scene(&season)?;
    let window = desktop.open().await?;
    first_login(&window, &letter).await?;
    begin(&window).await?;
    window.sees("complet · liste d'attente").await?;
    tick(&window, "Léo", season.monday, &["Matin", "Repas AV", "Après-midi"]).await?;
    window.click("button", "ALLER À L'ÉTAPE 2").await?;
    window.sees("Complet : liste d'attente").await?;
    window.click("button", "VALIDER").await?;
    window.sees("liste d'attente, rang 1. Rien n'est dû tant que la place n'est pas donnée").await?;
    window.click("link", "Léo").await?;
    window.click("link", "Consulter l'agenda de Léo : ALSH des vacances").await?;
    window.click("button", &named(season.monday)).await?;
    window.sees("Liste d'attente, rang 1").await?;
    window.check_screen("reservations-agenda-attente").await?;
    town.run(&["check"])?;
    Ok(())
}
