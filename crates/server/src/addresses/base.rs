//! Asks the configured geocoder: GeoJSON as the national address base answers (geoservices.ign.fr, node 1408).

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, ensure};
use futures_util::StreamExt;
use jiff::Timestamp;
use preau_protocol::ErrorCode;
use preau_protocol::family::AddressDto;
use reqwest::{Client, Url, redirect};
use serde::Deserialize;
use uuid::Uuid;

use super::pace::Pace;
use crate::error::{Error, Result};

const ANSWER_MAX: usize = 256 * 1024;
const CACHED: usize = 512;
const SUGGESTIONS: usize = 5;

/// Where and how to ask.
#[derive(Debug, Clone)]
pub struct AddressBaseOptions {
    /// The search address, `https://data.geopf.fr/geocodage/search`.
    pub geocoder: Url,
    /// How long an answer may take.
    pub patience: Duration,
}

/// The address base, or its absence.
#[derive(Debug, Default)]
pub struct AddressBase {
    remote: Option<Remote>,
    pace: Pace,
}

#[derive(Debug)]
struct Remote {
    geocoder: Url,
    client: Client,
    cache: Mutex<Cache>,
}

#[derive(Debug, Default)]
struct Cache {
    answers: HashMap<String, Vec<AddressDto>>,
    order: VecDeque<String>,
}

impl AddressBase {
    /// Asks this geocoder and no other host: redirections are not followed, no proxy is taken from the environment.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn open(options: AddressBaseOptions) -> anyhow::Result<Self> {
        let client = Client::builder().timeout(options.patience).redirect(redirect::Policy::none()).no_proxy();
        let client = client.build().context("setting up the client of the address base")?;
        let remote = Remote { geocoder: options.geocoder, client, cache: Mutex::default() };
        Ok(Self { remote: Some(remote), pace: Pace::default() })
    }

    /// Suggestions for what an account typed, best first.
    ///
    /// # Errors
    /// [`ErrorCode::AddressLookupUnavailable`] when none is configured or it does not answer as it should;
    /// [`Error::TooManyAttempts`] when the account asks faster than people type.
    pub async fn suggest(&self, account: Uuid, text: &str, now: Timestamp) -> Result<Vec<AddressDto>> {
        let unavailable = || Error::Rule(ErrorCode::AddressLookupUnavailable);
        let remote = self.remote.as_ref().ok_or_else(unavailable)?;
        self.pace.take(account, now)?;
        let key = text.to_lowercase();
        if let Some(known) = remote.cache().answers.get(&key) {
            return Ok(known.clone());
        }
        match remote.ask(text).await {
            Ok(suggestions) => {
                remote.remember(key, &suggestions);
                Ok(suggestions)
            }
            Err(error) => {
                // The error may quote the address asked, and so what was typed: only its kind is logged.
                let status = error.downcast_ref::<reqwest::Error>().and_then(reqwest::Error::status);
                tracing::warn!(status = status.map(|status| status.as_u16()), "the address base did not answer");
                Err(unavailable())
            }
        }
    }
}

impl Remote {
    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, key: String, suggestions: &[AddressDto]) {
        let mut cache = self.cache();
        if cache.answers.insert(key.clone(), suggestions.to_vec()).is_none() {
            cache.order.push_back(key);
        }
        if cache.order.len() > CACHED
            && let Some(oldest) = cache.order.pop_front()
        {
            cache.answers.remove(&oldest);
        }
    }

    async fn ask(&self, text: &str) -> anyhow::Result<Vec<AddressDto>> {
        let limit = SUGGESTIONS.to_string();
        let query = [("q", text), ("limit", limit.as_str()), ("autocomplete", "1")];
        let answer = self.client.get(self.geocoder.clone()).query(&query).send().await?.error_for_status()?;
        ensure!(answer.status().is_success(), "a redirection");
        let mut body = Vec::new();
        let mut chunks = answer.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk?);
            ensure!(body.len() <= ANSWER_MAX, "too long an answer");
        }
        let found: Found = serde_json::from_slice(&body)?;
        Ok(found.features.into_iter().take(SUGGESTIONS).filter_map(|feature| feature.properties.address()).collect())
    }
}

#[derive(Deserialize)]
struct Found {
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    properties: Properties,
}

#[derive(Deserialize)]
struct Properties {
    name: Option<String>,
    postcode: Option<String>,
    city: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl Properties {
    /// A place to live: `name` is « 12 Rue du Port » or « Rue du Port ». A whole commune is no address.
    fn address(self) -> Option<AddressDto> {
        let (street, postcode, city) = (self.name?, self.postcode?, self.city?);
        (self.kind.as_deref() != Some("municipality")).then_some(AddressDto {
            street,
            complement: None,
            postcode,
            city,
        })
    }
}
