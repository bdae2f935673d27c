//! The real window on a real server: the journeys of a family, each screen's soundness, the keyboard alone, and what
//! is left on the disk. Everything is found by what people read.

mod account;
mod journey;
mod keyboard;
mod kiosk;
mod left_on_disk;
mod link_pages;
mod offline;
mod reservations;
mod screens;
mod start;
mod town_answers;
