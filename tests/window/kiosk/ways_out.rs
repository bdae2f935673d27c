//! No way out without the code, and out with it.

use super::{Scene, end, sign_in, wait_long};
use anyhow::{Context, Result, ensure};
use harness::kiosk::EXIT_CODE;
use harness::screen::{ALT, CONTROL, F4};
use harness::{Screen, Window, wait_for};
use preau_client::kiosk::settings;

#[tokio::test]
async fn nothing_leads_out_of_the_kiosk() -> Result<()> {
    let scene = Scene::new().await?;
    let kiosk = scene.kiosk()?;
    let screen = Screen::connect()?;
    let mut supervisor = kiosk.start()?;
    let session = supervisor.session(None).await?;
    let window = kiosk.window().await?;
    sign_in(&window, &scene.claire).await?;
    screen.focus().await?;
    let shown = screen.windows()?.len();

    screen.ask_to_close()?;
    for keys in
        [[CONTROL, u32::from('w')], [CONTROL, u32::from('q')], [CONTROL, u32::from('n')], [ALT, F4], [CONTROL, F4]]
    {
        screen.press(&keys)?;
    }
    let (width, height) = screen.size()?;
    screen.click(i16::try_from(width)? / 2, i16::try_from(height)? / 2, 3)?;
    for (number, address) in ELSEWHERE.into_iter().enumerate() {
        let script = format!(
            "window.open('{address}');
            const link = document.createElement('a');
            link.href = '{address}'; link.target = '_blank'; document.body.append(link); link.click();
            link.target = ''; link.click(); link.remove();
            location.href = '{address}';"
        );
        in_page(&window, number, &script).await.context(address)?;
    }
    in_page(&window, ELSEWHERE.len(), "window.close(); window.print();").await.context("close and print")?;
    let menu = "const menu = new MouseEvent('contextmenu', { bubbles: true, cancelable: true });
        return document.querySelector('h1').dispatchEvent(menu);";
    ensure!(window.script(menu, vec![]).await? == false, "the engine's own menu would come");
    window.sees("Bonjour Claire").await?;
    ensure!(screen.windows()?.len() == shown, "something else is on the screen: {:?}", screen.windows()?);
    ensure!(supervisor.session(None).await? == session, "the session is another one");
    let title = window.script("return [innerWidth, innerHeight];", vec![]).await?;
    ensure!(title == serde_json::json!([width, height]), "the window does not cover the screen: {title}");
    supervisor.stop();
    Ok(())
}

/// Where a page could try to go.
const ELSEWHERE: [&str; 4] =
    ["https://example.org/", "file:///etc/passwd", "about:blank", "preau://connect?server=x&town=y"];

/// Runs a script after the driver has let go of the page, which it may replace, and looks whether the page is still there.
async fn in_page(window: &Window, number: usize, script: &str) -> Result<()> {
    let number = number.to_string();
    let later = format!("setTimeout(() => {{ {script} document.body.dataset.tried = '{number}'; }});");
    window.script(&later, vec![]).await?;
    let tried = "return document.body.dataset.tried;";
    wait_for("the script's end", async || {
        // The driver gives no answer while a page is about to go.
        let tried = window.script(tried, vec![]).await.unwrap_or_default();
        Ok((tried.as_str() == Some(&number)).then_some(()))
    })
    .await?;
    window.sees("Bonjour Claire").await
}

async fn try_to_leave(window: &Window, how: &str, code: &str) -> Result<()> {
    if window.look("dialog", "Quitter le mode borne").await?.is_none() {
        window.click("button", "Agents").await?;
    }
    window.click("radio", how).await?;
    window.fill("Code de sortie", code).await?;
    window.click("button", "Quitter").await
}

#[tokio::test]
async fn an_agent_leaves_with_the_code_and_nobody_by_guessing() -> Result<()> {
    let scene = Scene::new().await?;
    let kiosk = scene.kiosk()?;
    let mut supervisor = kiosk.start()?;
    let first = supervisor.session(None).await?;
    let window = kiosk.window().await?;
    window.sees("MON ESPACE PERSO").await?;
    try_to_leave(&window, "Pour cette fois", EXIT_CODE).await?;
    ensure!(supervisor.ended().await?.success(), "left in order");
    window.abandon();
    ensure!(settings::is_kiosk(&kiosk.on_disk("data")), "left for this time only");
    ensure!(kiosk.session_folder().is_err(), "the session's folder is still there");

    let mut supervisor = kiosk.start()?;
    let session = supervisor.session(Some(first)).await?;
    let window = kiosk.window().await?;
    window.sees("MON ESPACE PERSO").await?;
    for number in 1..=4 {
        try_to_leave(&window, "Pour cette fois", &format!("Sortie-{number}")).await?;
        window.sees("n'est pas le bon").await?;
    }
    try_to_leave(&window, "Pour cette fois", "Sortie-5").await?;
    window.sees("Il y a eu trop d'essais").await?;
    try_to_leave(&window, "Pour cette fois", EXIT_CODE).await?;
    window.sees("Il y a eu trop d'essais").await?;
    window.press(harness::window::ESCAPE).await?;
    end(&window).await;
    let session = supervisor.session(Some(session)).await?;
    window.abandon();
    let window = kiosk.window().await?;
    window.sees("MON ESPACE PERSO").await?;
    try_to_leave(&window, "Pour toujours", EXIT_CODE).await?;
    window.sees("Il y a eu trop d'essais").await?;
    ensure!(supervisor.session(None).await? == session, "a fresh session does not forget the guesses");

    // The time to wait is over at some moment, and the right code opens.
    wait_long("the end of the wait", async || {
        try_to_leave(&window, "Pour toujours", EXIT_CODE).await.ok();
        Ok((!settings::is_kiosk(&kiosk.on_disk("data"))).then_some(()))
    })
    .await?;
    ensure!(supervisor.ended().await?.success(), "left in order");
    window.abandon();
    Ok(())
}
