//! A running program with everything that it starts.

use std::process::Child;
use std::process::Command;
use std::process::ExitStatus;
use std::time::Duration;
use std::time::Instant;

use crate::secrets::interrupt;

/// How often to check whether the program has ended.
pub(super) const POLL: Duration = Duration::from_millis(5);

/// When to stop a program that still runs.
pub(super) struct End<'a> {
    pub(super) at: Instant,
    pub(super) interrupt: Option<&'a interrupt::Guard>,
}

impl End<'_> {
    pub(super) fn is_here(&self) -> bool {
        Instant::now() >= self.at || self.interrupt.is_some_and(interrupt::Guard::is_interrupted)
    }
}

/// A program and its process group. Dropping it kills what still runs in the group; a child that made a session of its own
/// is not in it.
pub(super) struct Group {
    pub(super) child: Child,
    is_over: bool,
}

impl Group {
    pub(super) fn start(command: &mut Command) -> std::io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        Ok(Self { child: command.spawn()?, is_over: false })
    }

    /// The program's exit status. `None` if it still runs at `end`.
    pub(super) fn end(&mut self, end: &End<'_>) -> std::io::Result<Option<ExitStatus>> {
        while !self.has_ended()? {
            if end.is_here() {
                return Ok(None);
            }
            std::thread::sleep(POLL);
        }
        self.kill();
        self.child.wait().map(Some)
    }

    /// Does not reap the program, so that its id stays valid and the group can still be killed.
    #[cfg(unix)]
    fn has_ended(&mut self) -> std::io::Result<bool> {
        use nix::sys::wait;
        let child = wait::Id::Pid(nix::unistd::Pid::from_raw(self.child.id().cast_signed()));
        let flags = wait::WaitPidFlag::WEXITED | wait::WaitPidFlag::WNOHANG | wait::WaitPidFlag::WNOWAIT;
        Ok(wait::waitid(child, flags)? != wait::WaitStatus::StillAlive)
    }

    #[cfg(not(unix))]
    fn has_ended(&mut self) -> std::io::Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    fn kill(&mut self) {
        if std::mem::replace(&mut self.is_over, true) {
            return;
        }
        // If this fails, everything has already ended.
        #[cfg(unix)]
        let _ = nix::sys::signal::killpg(
            nix::unistd::Pid::from_raw(self.child.id().cast_signed()),
            nix::sys::signal::Signal::SIGKILL,
        );
        let _ = self.child.kill();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
        let _ = self.child.wait();
    }
}
