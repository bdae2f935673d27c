//! The real window on a real server: the journeys of a family, each screen's soundness, the keyboard alone, and what
//! is left on the disk. Everything is found by what people read.

mod journey;
mod keyboard;
mod left_on_disk;
mod offline;
mod screens;
mod start;
