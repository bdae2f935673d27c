//! Choices of the person at this computer. Nothing secret, nothing personal: kept as plain settings.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Language {
    /// Français.
    #[default]
    Fr,
    /// English.
    En,
}

/// Colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// As the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Typeface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Typeface {
    /// Figtree.
    #[default]
    Figtree,
    /// Atkinson Hyperlegible Next.
    Hyperlegible,
}

/// Preferences of this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct Preferences {
    /// Language.
    pub language: Language,
    /// Colours.
    pub theme: Theme,
    /// Text size, in per cent: 100 to 200.
    pub text_size: u16,
    /// Wider spacing between letters, words and lines.
    pub spacing: bool,
    /// Typeface.
    pub typeface: Typeface,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            language: Language::default(),
            theme: Theme::default(),
            text_size: 100,
            spacing: false,
            typeface: Typeface::default(),
        }
    }
}
