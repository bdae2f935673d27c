//! Préau, the family portal of a French town hall, on the family's own computer.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    // Two TLS providers are in the lock file: without a choice the first connection would panic.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        eprintln!("preau: a TLS provider was installed already");
    }
    if let Err(error) = preau_lib::run() {
        eprintln!("preau: {error:#}");
        std::process::exit(1);
    }
}
