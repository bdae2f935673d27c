//! Notifications of the system. They may be read over a shoulder or on a locked screen: nothing personal in them.
//!
//! Their words are of the catalogues, which the window knows: it hands them over at its start and at each change of
//! language. What happens before that is told as soon as they are there.

use preau_client::family::sync::Decided;
use serde::Deserialize;
use specta::Type;
use std::sync::{Mutex, PoisonError};
use tauri::{AppHandle, Manager};
use tauri_plugin_notification::NotificationExt;

/// The words of every notification, in the language of the window.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NotificationWords {
    /// What speaks.
    title: String,
    /// Changes of details were put on record.
    accepted: String,
    /// Some were not.
    refused: String,
    /// Some were, some were not.
    answered: String,
}

impl NotificationWords {
    fn body(&self, decided: Decided) -> &str {
        match (decided.accepted > 0, decided.refused > 0) {
            (_, false) => &self.accepted,
            (false, true) => &self.refused,
            (true, true) => &self.answered,
        }
    }
}

/// The words, once handed over, and what waits for them.
#[derive(Debug, Default)]
pub struct Notifications(Mutex<Untold>);

#[derive(Debug, Default)]
struct Untold {
    words: Option<NotificationWords>,
    decided: Decided,
}

impl Notifications {
    /// Takes the words; gives what waited for them.
    fn learn(&self, words: &NotificationWords) -> Option<(NotificationWords, Decided)> {
        let mut untold = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        untold.words = Some(words.clone());
        let decided = std::mem::take(&mut untold.decided);
        (decided != Decided::default()).then(|| (words.clone(), decided))
    }

    /// The words to tell it with, or none yet.
    fn tell(&self, decided: Decided) -> Option<NotificationWords> {
        let mut untold = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if untold.words.is_none() {
            untold.decided.accepted += decided.accepted;
            untold.decided.refused += decided.refused;
        }
        untold.words.clone()
    }
}

/// The window hands its words over.
pub fn learn(app: &AppHandle, words: &NotificationWords) {
    if let Some((words, decided)) = app.state::<Notifications>().learn(words) {
        show(app, &words, decided);
    }
}

/// The town decided on changes of details.
pub fn changes_decided(app: &AppHandle, decided: Decided) {
    if let Some(words) = app.state::<Notifications>().tell(decided) {
        show(app, &words, decided);
    }
}

fn show(app: &AppHandle, words: &NotificationWords, decided: Decided) {
    let shown = app.notification().builder().title(&words.title).body(words.body(decided)).show();
    if let Err(error) = shown {
        tracing::info!(%error, "the system shows no notification");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(language: &str) -> NotificationWords {
        let word = |word: &str| format!("{word} {language}");
        NotificationWords {
            title: word("title"),
            accepted: word("accepted"),
            refused: word("refused"),
            answered: word("answered"),
        }
    }

    fn decided(accepted: u32, refused: u32) -> Decided {
        Decided { accepted, refused }
    }

    #[test]
    fn each_outcome_has_its_words() {
        for (outcome, body) in
            [(decided(2, 0), "accepted fr"), (decided(0, 1), "refused fr"), (decided(1, 1), "answered fr")]
        {
            assert_eq!(words("fr").body(outcome), body);
        }
    }

    #[test]
    fn what_is_decided_before_the_words_are_there_is_told_once_they_are() {
        let notifications = Notifications::default();
        assert_eq!(notifications.tell(decided(1, 0)), None);
        assert_eq!(notifications.tell(decided(0, 2)), None);
        assert_eq!(notifications.learn(&words("fr")), Some((words("fr"), decided(1, 2))));
        assert_eq!(notifications.learn(&words("en")), None, "told once");
        assert_eq!(notifications.tell(decided(1, 0)), Some(words("en")), "in the language of now");
    }
}
