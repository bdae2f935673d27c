//! Saying that a code is lost.

use preau_domain::accounts::Identifiant;
use preau_protocol::accounts::LostCodeRequest;
use uuid::Uuid;

use super::store;
use crate::accounts::failures::Name;
use crate::accounts::store as accounts;
use crate::accounts::throttle::{Network, Try};
use crate::app::App;
use crate::error::Result;
use crate::writer::{Command, WriteTx};

/// Takes the request on record. Whether anybody has the identifiant is not told by the answer, nor by its time: the same
/// reads and the same row, whatever there is.
///
/// # Errors
/// [`crate::error::Error::TooManyAttempts`], or [`crate::error::Error::Busy`].
pub async fn ask(app: &App, request: &LostCodeRequest, network: Network) -> Result<()> {
    let attempt = Try::lost_code(&request.commune, &request.identifiant, request.installation, network);
    app.throttle.count(&attempt, app.clock.now())?;
    // Communes are known to anyone, and an identifiant that breaks the rules is nobody's.
    let Ok(identifiant) = Identifiant::parse(&request.identifiant) else { return Ok(()) };
    let on = app.db.readers();
    let Some(commune) = accounts::commune(on, &request.commune).await? else { return Ok(()) };
    let account = accounts::by_identifiant(on, commune, identifiant.as_str()).await?.map(|row| row.account_id);
    app.writer.run(Ask { name: Name::typed(commune, &identifiant, &app.keys), account }).await
}

struct Ask {
    name: Name,
    account: Option<Uuid>,
}

impl Command for Ask {
    type Output = ();
    const NAME: &'static str = "ask_lost_code";

    async fn apply(&self, tx: &WriteTx) -> Result<()> {
        store::insert_request(tx, &self.name, self.account).await
    }
}
