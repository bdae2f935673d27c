//! The co-holder: invited by the holder, who gives a name and an e-mail; opens an account of their own with the link of
//! a mail; removed by the holder.
//!
//! Tables: `co_holder_invitation`, `adult`; reads `link`; accounts through [`crate::accounts::adults`]. Invariants: the holder alone, and
//! only with their code asked again; one invitation under way in a family, and one co-holder; who was removed opens
//! nothing any more and is told, their history stays on record; an invitation is forgotten with its last link; a town may keep all of it to itself.

mod forgetting;
mod inviting;
mod joining;
mod removing;
mod routes;
mod state;
mod store;

pub use forgetting::forget;
pub use joining::{join, page};
pub use routes::router;

use preau_protocol::ErrorCode;
use preau_protocol::error::FieldError;
use sea_orm::ConnectionTrait;

use super::store::{self as families, AdultRow};
use crate::caller::FamilyCaller;
use crate::communes;
use crate::error::{Error, Result};

const HOLDER: &str = "holder";
const CO_HOLDER: &str = "co_holder";

/// The holder and, if there is one, the co-holder of the caller's family.
struct Adults {
    holder: AdultRow,
    co_holder: Option<AdultRow>,
}

/// The adults of the caller's family, for the holder.
async fn for_holder(on: &impl ConnectionTrait, caller: &FamilyCaller) -> Result<Adults> {
    let adults = families::adults(on, caller.commune, &[caller.family]).await?;
    let (mut holder, mut co_holder) = (None, None);
    for adult in adults {
        match adult.role.as_str() {
            HOLDER => holder = Some(adult),
            _ => co_holder = Some(adult),
        }
    }
    let holder = holder.filter(|holder| holder.person_id == caller.person).ok_or(Error::Forbidden)?;
    Ok(Adults { holder, co_holder })
}

/// Goes on only where families see to it themselves.
async fn by_family(on: &impl ConnectionTrait, caller: &FamilyCaller) -> Result<()> {
    match communes::co_holder_by(on, caller.commune).await? {
        communes::CoHolderBy::Family => Ok(()),
        communes::CoHolderBy::Town => {
            let fault = FieldError { field: CO_HOLDER.to_owned(), rule: "by_town".to_owned() };
            Err(Error::Fields(ErrorCode::Forbidden, vec![fault]))
        }
    }
}

fn full_name(adult: &AdultRow) -> String {
    format!("{} {}", adult.first_name, adult.last_name)
}
