//! Nobody finds at the printer what somebody else sent there.

use std::env::var_os;
use std::ffi::OsString;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A print system that does not answer in this time will not.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(20);

/// Cancels this user's jobs and deletes their files, where the system prints by CUPS.
pub fn empty_print_queue() {
    let Some(user) = user(&|name| var_os(name)) else {
        return tracing::warn!("the print queue was not emptied: the system does not say whose it is");
    };
    match cancel(user).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn() {
        Ok(cancel) => wait_for(cancel),
        // No print system: nothing was printed.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => tracing::warn!(%error, "the print queue was not emptied"),
    }
}

/// `cancel(1)`: `-u` whose jobs, `-x` their files too. Never `-a`, which asks for everybody's: they are not ours to cancel.
fn cancel(user: OsString) -> Command {
    let mut command = Command::new("cancel");
    command.arg("-x").arg("-u").arg(user);
    command
}

/// This process's user, as whom a session prints. What a service manager starts may have no variable that says it.
fn user(variable: &impl Fn(&str) -> Option<OsString>) -> Option<OsString> {
    let named = ["USER", "LOGNAME"].into_iter().find_map(|name| variable(name).filter(|user| !user.is_empty()));
    named.or_else(|| {
        let said =
            Command::new("id").arg("-un").stdin(Stdio::null()).output().ok().filter(|said| said.status.success())?;
        let name = String::from_utf8(said.stdout).ok()?;
        Some(name.trim().into()).filter(|name: &OsString| !name.is_empty())
    })
}

fn wait_for(mut cancel: Child) {
    let since = Instant::now();
    loop {
        match cancel.try_wait() {
            Ok(Some(status)) if status.success() => return,
            Ok(Some(status)) => return tracing::info!(%status, "no print queue was emptied"),
            Ok(None) if since.elapsed() < PATIENCE => std::thread::sleep(LOOK),
            Ok(None) | Err(_) => break,
        }
    }
    tracing::warn!("the print system does not answer");
    if cancel.kill().and_then(|()| cancel.wait()).is_err() {
        tracing::debug!("cancel was gone already");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    #[test]
    fn it_is_the_users_queue_that_is_emptied() {
        let command = cancel("borne".into());
        assert_eq!(command.get_args().collect::<Vec<_>>(), ["-x", "-u", "borne"]);
    }

    #[test]
    fn users_by_table() {
        for (user_variable, logname, expected) in
            [(Some("borne"), None, "borne"), (None, Some("borne"), "borne"), (Some(""), Some("borne"), "borne")]
        {
            let variable = |name: &str| if name == "USER" { user_variable } else { logname }.map(OsString::from);
            assert_eq!(user(&variable).as_deref(), Some(OsStr::new(expected)));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_user_without_variables_is_who_the_system_says() {
        let id = rustix::process::getuid().as_raw().to_string();
        let known = std::fs::read_to_string("/etc/passwd").expect("the users of this machine");
        let line = known.lines().find(|line| line.split(':').nth(2) == Some(&id)).expect("this one");
        assert_eq!(user(&|_| None).as_deref(), line.split(':').next().map(OsStr::new));
    }
}
