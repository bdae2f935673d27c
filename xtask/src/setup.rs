//! What a machine needs before anything can be built: system packages, Node, the WebDriver of the window tests.

use crate::places::Places;
use crate::processes::{in_path, output, run};
use anyhow::{Context, Result, bail};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Debian's packages to build both programs.
const BUILD: [&str; 11] = [
    "build-essential",
    "pkg-config",
    "curl",
    "file",
    "perl",
    "libssl-dev",
    "libwebkit2gtk-4.1-dev",
    "libgtk-3-dev",
    "libayatana-appindicator3-dev",
    "librsvg2-dev",
    "libxdo-dev",
];

/// Debian's packages to show the window where there is no display.
const DISPLAY: [&str; 3] = ["xvfb", "xauth", "dbus"];

/// Debian's packages that the tests use besides.
const TESTS: [&str; 14] = [
    "xvfb",
    "xauth",
    "dbus",
    "dbus-x11",
    "webkit2gtk-driver",
    "at-spi2-core",
    "gnome-keyring",
    "chromium",
    "chromium-driver",
    "poppler-utils",
    "qpdf",
    "imagemagick",
    "fonts-dejavu-core",
    "libxml2-utils",
];

/// The PostgreSQL of Debian 12; any other installed server does as well.
const POSTGRESQL: &str = "postgresql-15";
/// For the Python peers of the tests.
const PYTHON: &str = "python3-venv";
/// Oldest Node that builds the interface.
const NODE: u32 = 20;

/// What is going to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Build and show the demo.
    Demo,
    /// Run tests.
    Tests,
}

/// Installs the system packages that are missing and checks Node.
///
/// # Errors
/// What is missing and cannot be installed from here, with what to install.
pub fn machine(purpose: Purpose) -> Result<()> {
    if Path::new("/etc/debian_version").exists() && in_path("dpkg-query") {
        install(&missing(&wanted(purpose))?)?;
    } else {
        check_tools(purpose)?;
    }
    check_node()
}

/// Whether there is a screen to show a window on.
#[must_use]
pub fn has_display() -> bool {
    cfg!(not(target_os = "linux"))
        || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty()))
}

fn wanted(purpose: Purpose) -> Vec<&'static str> {
    let mut packages = BUILD.to_vec();
    match purpose {
        Purpose::Demo if has_display() => {}
        Purpose::Demo => packages.extend(DISPLAY),
        Purpose::Tests => {
            packages.extend(TESTS);
            if postgres_programs().is_none() {
                packages.push(POSTGRESQL);
            }
            if !makes_folders_of_packages() {
                packages.push(PYTHON);
            }
        }
    }
    packages
}

/// The folder of `initdb` and `postgres`, version 15 first.
#[must_use]
pub fn postgres_programs() -> Option<PathBuf> {
    let complete = |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    let of_debian = |version: u32| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::iter::once(15).chain(16..30).map(of_debian).chain(std::env::split_paths(&path)).find(complete)
}

fn missing(wanted: &[&'static str]) -> Result<Vec<&'static str>> {
    let format = "${Package} ${db:Status-Status}\n";
    let answer = Command::new("dpkg-query").args(["-W", "-f", format]).args(wanted).output();
    // dpkg-query fails as soon as one name is unknown, and still answers for the others.
    let answer = answer.context("asking dpkg-query what is installed")?;
    let answer = String::from_utf8_lossy(&answer.stdout).into_owned();
    let installed: HashSet<&str> = answer.lines().filter_map(|line| line.strip_suffix(" installed")).collect();
    Ok(wanted.iter().copied().filter(|name| !installed.contains(name)).collect())
}

fn install(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    println!("missing system packages: {}", packages.join(" "));
    let script =
        "apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \"$@\"";
    let mut command = if output(Command::new("id").arg("-u"))?.trim() == "0" {
        Command::new("sh")
    } else if in_path("sudo") {
        println!("sudo will ask for your password, once, to install them");
        let mut sudo = Command::new("sudo");
        sudo.arg("sh");
        sudo
    } else {
        bail!("as root: apt-get update && apt-get install -y --no-install-recommends {}", packages.join(" "));
    };
    command.args(["-c", script, "apt-get"]).args(packages);
    // Not through `processes::run`: sudo reads the password from the terminal, which only the foreground group may.
    let status = command.status().context("starting apt-get")?;
    if !status.success() {
        bail!("apt-get could not install {}", packages.join(" "));
    }
    Ok(())
}

/// A program or a library (`pkg-config` name), and what to install for it elsewhere than on Debian.
const ELSEWHERE: [(&str, &str); 6] = [
    ("cc", "a C compiler (Fedora: gcc; Arch: base-devel; macOS: xcode-select --install)"),
    ("pkg-config", "pkg-config (Fedora: pkgconf-pkg-config; Arch: pkgconf)"),
    ("lib:openssl", "OpenSSL's headers (Fedora: openssl-devel; Arch: openssl)"),
    ("lib:webkit2gtk-4.1", "WebKitGTK 4.1's headers (Fedora: webkit2gtk4.1-devel; Arch: webkit2gtk-4.1)"),
    ("lib:gtk+-3.0", "GTK 3's headers (Fedora: gtk3-devel; Arch: gtk3)"),
    ("lib:librsvg-2.0", "librsvg's headers (Fedora: librsvg2-devel; Arch: librsvg)"),
];
const ELSEWHERE_TESTS: [(&str, &str); 5] = [
    ("Xvfb", "Xvfb (Fedora: xorg-x11-server-Xvfb; Arch: xorg-server-xvfb)"),
    ("dbus-daemon", "dbus-daemon (Fedora: dbus-daemon; Arch: dbus)"),
    ("WebKitWebDriver", "WebKitWebDriver (Fedora: webkit2gtk4.1; Arch: webkit2gtk-4.1)"),
    ("python3", "Python 3 with its venv (Fedora: python3; Arch: python)"),
    ("initdb", "PostgreSQL 15 or newer, its server programs in PATH (Fedora: postgresql-server; Arch: postgresql)"),
];

fn check_tools(purpose: Purpose) -> Result<()> {
    if cfg!(target_os = "windows") {
        println!("Windows: needs the Visual Studio C++ build tools and WebView2; not checked from here");
        return Ok(());
    }
    let mut needed = ELSEWHERE.to_vec();
    if cfg!(target_os = "macos") {
        needed.truncate(1);
    }
    if purpose == Purpose::Tests {
        needed.extend(ELSEWHERE_TESTS);
    }
    let absent: Vec<&str> = needed.iter().filter(|(name, _)| !present(name)).map(|(_, hint)| *hint).collect();
    if absent.is_empty() {
        return Ok(());
    }
    bail!("this system is not Debian: install what follows, then start again\n  - {}", absent.join("\n  - "))
}

fn present(name: &str) -> bool {
    match name.strip_prefix("lib:") {
        Some(library) => output(Command::new("pkg-config").args(["--exists", library])).is_ok(),
        None if name == "initdb" => postgres_programs().is_some(),
        None => in_path(name),
    }
}

fn check_node() -> Result<()> {
    let hint = format!("install Node {NODE} or newer, with npm (https://nodejs.org)");
    let version = output(Command::new("node").arg("--version")).context(hint.clone())?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|text| text.parse::<u32>().ok());
    match major {
        Some(major) if major >= NODE && in_path("npm") => Ok(()),
        _ => bail!("Node {} is too old or npm is missing: {hint}", version.trim()),
    }
}

/// What the mail server of the tests is made of.
const MAIL_SERVER: &str = "aiosmtpd==1.4.6";

/// The Python that has the packages of the tests' mail server, beside the builds.
#[must_use]
pub fn mail_python(places: &Places) -> PathBuf {
    places.tools().join("mail").join("bin").join("python")
}

/// Makes it where it is not there yet.
///
/// # Errors
/// When Python cannot make it, or its package cannot be installed.
pub fn mail_server(places: &Places) -> Result<()> {
    let (folder, python) = (places.tools().join("mail"), mail_python(places));
    // Whole only once the package is in it: a set-up that was cut short begins again.
    if output(Command::new(&python).args(["-c", "import aiosmtpd"])).is_ok() {
        return Ok(());
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))?;
    run(Command::new(python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", MAIL_SERVER]))
}

/// Whether this Python can make a folder of packages: on Debian that is a package of its own.
fn makes_folders_of_packages() -> bool {
    output(Command::new("python3").args(["-c", "import ensurepip, venv"])).is_ok()
}

/// Installs tauri-driver 2 beside the builds where it is not there yet, and gives its path.
///
/// # Errors
/// When cargo cannot install it.
pub fn tauri_driver(places: &Places) -> Result<PathBuf> {
    let program = places.tools().join("bin").join("tauri-driver");
    if !program.is_file() {
        let root = places.tools().display().to_string();
        run(&mut places.cargo(&["install", "tauri-driver", "--version", "^2", "--locked", "--root", &root]))?;
    }
    Ok(program)
}
