//! From what the server and this computer know to what the sign-in and account screens show.

use super::store;
use super::views::{CommuneView, ContactLineView, ProfileView, ProtectionView};
use crate::app::{Home, Space};
use crate::error::Error;
use crate::profiles::{Profile, Protection};
use preau_domain::family::Phone;
use preau_protocol::communes::{CommuneDto, ServiceContactDto};

/// A space that is closed: nobody's name is known.
pub fn locked(profile: &Profile) -> ProfileView {
    ProfileView {
        id: profile.id.to_string(),
        commune_name: profile.file.commune_name.clone(),
        contact: profile.file.contact.as_ref().map(ContactLineView::from),
        person_name: None,
        protection: match profile.file.protection {
            Protection::Keychain => ProtectionView::Keychain,
            Protection::Passphrase { .. } => ProtectionView::Passphrase,
        },
    }
}

/// The space that is open.
pub async fn profile(space: &Space) -> Result<ProfileView, Error> {
    let mut held = space.engine.cache.lock().await;
    let db = held.db()?;
    let me = store::adult(db, &space.account).await?;
    let person_name = me.map(|adult| format!("{} {}", adult.first_name, adult.last_name));
    let view = match &space.home {
        Home::Kept(profile) => locked(profile),
        Home::Memory { id, .. } => ProfileView {
            id: id.to_string(),
            commune_name: space.account.commune.name.clone(),
            contact: Some((&space.account.commune.contact).into()),
            person_name: None,
            protection: ProtectionView::MemoryOnly,
        },
    };
    Ok(ProfileView { person_name, ..view })
}

impl From<&ServiceContactDto> for ContactLineView {
    fn from(contact: &ServiceContactDto) -> Self {
        Self {
            label: contact.label.clone(),
            phone: Phone::on_record(&contact.phone).display(),
            email: contact.email.clone(),
        }
    }
}

/// A town.
pub fn commune(commune: &CommuneDto) -> CommuneView {
    CommuneView {
        slug: commune.slug.clone(),
        name: commune.name.clone(),
        accent: commune.accent.clone(),
        contact: (&commune.contact).into(),
        welcome: commune.welcome.clone(),
        new_resident: commune.new_resident.clone(),
    }
}
