//! Where a family stands with its co-holder.

use preau_protocol::accounts::CoHolderDto;

use super::{for_holder, store};
use crate::app::App;
use crate::caller::FamilyCaller;
use crate::error::Result;
use crate::notices::links::{self, State};

/// The co-holder, or the invitation that still opens.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] for anybody but the holder.
pub(super) async fn read(app: &App, caller: &FamilyCaller) -> Result<CoHolderDto> {
    let on = app.db.readers();
    if let Some(adult) = for_holder(on, caller).await?.co_holder {
        return Ok(CoHolderDto::Active { person_id: adult.person_id });
    }
    let Some(invitation) = store::under_way(on, caller.commune, caller.family).await? else {
        return Ok(CoHolderDto::None);
    };
    let link = links::latest_of(on, caller.commune, invitation.invitation_id, app.clock.now()).await?;
    let Some(link) = link.filter(|link| link.state == State::Good) else { return Ok(CoHolderDto::None) };
    let undelivered = links::is_undelivered(on, &link).await?;
    Ok(CoHolderDto::Invited {
        first_name: invitation.first_name,
        last_name: invitation.last_name,
        email: invitation.email,
        expires_at: link.expires.to_string(),
        undelivered,
    })
}
