//! Notifications of the system. They may be read over a shoulder or on a locked screen: nothing personal in them.
//!
//! Their words are of the catalogues, which the window knows: it hands them over at its start and at each change of
//! language. What happens before that is told as soon as they are there.

use preau_client::family::sync::Decided;
use preau_client::reservations::reminders::Deadlines;
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
    /// Ticked days are not sent, and soon will be too late.
    days_to_send: String,
    /// Bookings that were prepared can be sent, or soon can.
    booking_opens: String,
    /// Booked days soon can no longer be given up without owing them.
    last_days_to_cancel: String,
}

impl NotificationWords {
    /// One notification each.
    fn bodies(&self, news: News) -> Vec<&str> {
        let News { decided, deadlines } = news;
        let answer = match (decided.accepted > 0, decided.refused > 0) {
            (false, false) => None,
            (true, false) => Some(&self.accepted),
            (false, true) => Some(&self.refused),
            (true, true) => Some(&self.answered),
        };
        let told = [
            answer,
            deadlines.to_send.then_some(&self.days_to_send),
            deadlines.opening.then_some(&self.booking_opens),
            deadlines.to_cancel.then_some(&self.last_days_to_cancel),
        ];
        told.into_iter().flatten().map(String::as_str).collect()
    }
}

/// What there is to tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct News {
    /// What the town decided.
    pub decided: Decided,
    /// Deadlines that come near.
    pub deadlines: Deadlines,
}

impl News {
    fn and(self, other: Self) -> Self {
        let (decided, deadlines) = (self.decided, self.deadlines);
        Self {
            decided: Decided {
                accepted: decided.accepted + other.decided.accepted,
                refused: decided.refused + other.decided.refused,
            },
            deadlines: Deadlines {
                to_send: deadlines.to_send || other.deadlines.to_send,
                opening: deadlines.opening || other.deadlines.opening,
                to_cancel: deadlines.to_cancel || other.deadlines.to_cancel,
            },
        }
    }
}

/// The words, once handed over, and what waits for them.
#[derive(Debug, Default)]
pub struct Notifications(Mutex<Untold>);

#[derive(Debug, Default)]
struct Untold {
    words: Option<NotificationWords>,
    news: News,
}

impl Notifications {
    /// Takes the words; gives what waited for them.
    fn learn(&self, words: &NotificationWords) -> News {
        let mut untold = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        untold.words = Some(words.clone());
        std::mem::take(&mut untold.news)
    }

    /// The words to tell it with, or none yet.
    fn tell(&self, news: News) -> Option<NotificationWords> {
        let mut untold = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if untold.words.is_none() {
            untold.news = untold.news.and(news);
        }
        untold.words.clone()
    }
}

/// The window hands its words over.
pub fn learn(app: &AppHandle, words: &NotificationWords) {
    show(app, words, app.state::<Notifications>().learn(words));
}

/// Something is to be told.
pub fn tell(app: &AppHandle, news: News) {
    if let Some(words) = app.state::<Notifications>().tell(news) {
        show(app, &words, news);
    }
}

fn show(app: &AppHandle, words: &NotificationWords, news: News) {
    for body in words.bodies(news) {
        if let Err(error) = app.notification().builder().title(&words.title).body(body).show() {
            tracing::info!(%error, "the system shows no notification");
        }
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
            days_to_send: word("send"),
            booking_opens: word("opens"),
            last_days_to_cancel: word("cancel"),
        }
    }

    fn decided(accepted: u32, refused: u32) -> News {
        News { decided: Decided { accepted, refused }, ..News::default() }
    }

    fn near(to_send: bool, opening: bool, to_cancel: bool) -> News {
        News { deadlines: Deadlines { to_send, opening, to_cancel }, ..News::default() }
    }

    #[test]
    fn each_piece_of_news_has_its_words() {
        for (news, bodies) in [
            (News::default(), vec![]),
            (decided(2, 0), vec!["accepted fr"]),
            (decided(0, 1), vec!["refused fr"]),
            (decided(1, 1), vec!["answered fr"]),
            (near(true, false, false), vec!["send fr"]),
            (near(false, true, true), vec!["opens fr", "cancel fr"]),
        ] {
            assert_eq!(words("fr").bodies(news), bodies);
        }
    }

    #[test]
    fn what_there_is_before_the_words_are_there_is_told_once_they_are() {
        let notifications = Notifications::default();
        assert_eq!(notifications.tell(decided(1, 0)), None);
        assert_eq!(notifications.tell(decided(0, 2)), None);
        assert_eq!(notifications.tell(near(true, false, false)), None);
        assert_eq!(notifications.learn(&words("fr")), decided(1, 2).and(near(true, false, false)));
        assert_eq!(notifications.learn(&words("en")), News::default(), "told once");
        assert_eq!(notifications.tell(decided(1, 0)), Some(words("en")), "in the language of now");
    }
}
