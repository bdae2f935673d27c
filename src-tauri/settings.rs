//! Plain settings of this computer: nothing secret, nothing personal.

use crate::paths;
use anyhow::Context;
use serde_json::Value;
use std::sync::Arc;
use tauri::{AppHandle, Wry};
use tauri_plugin_store::{Store, StoreExt};
use uuid::Uuid;

const INSTALLATION: &str = "installation";

/// Where they are kept.
pub fn store(app: &AppHandle) -> anyhow::Result<Arc<Store<Wry>>> {
    let file = paths::data_dir()?.join("preferences.json");
    app.store(file).context("opening the preferences")
}

/// What servers know this installation by, to count tries: random, made at the first start. Where it cannot be kept it
/// serves until the end.
pub fn installation(app: &AppHandle) -> anyhow::Result<Uuid> {
    let store = store(app)?;
    let kept = store.get(INSTALLATION);
    let id = kept_or_new(kept.as_ref());
    if kept != Some(id.to_string().into()) {
        store.set(INSTALLATION, id.to_string());
        if let Err(error) = store.save() {
            tracing::warn!(%error, "the installation's id could not be kept");
        }
    }
    Ok(id)
}

fn kept_or_new(kept: Option<&Value>) -> Uuid {
    let id = kept.and_then(Value::as_str).and_then(|text| text.parse().ok());
    id.unwrap_or_else(Uuid::new_v4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_keeps_its_id_and_makes_one_where_there_is_none() {
        let id = Uuid::from_u128(7);
        assert_eq!(kept_or_new(Some(&id.to_string().into())), id);
        for unreadable in [None, Some(Value::Null), Some("x".into()), Some(7.into())] {
            let (one, other) = (kept_or_new(unreadable.as_ref()), kept_or_new(unreadable.as_ref()));
            assert_ne!(one, other);
            assert_eq!(one.get_version_num(), 4, "it says nothing of when or where it was made");
        }
    }
}
