//! The built program, without the variables by which a pipeline that runs the tests would choose its settings.

use std::process::Command;

pub(crate) const KEYWRIGHT: &str = env!("CARGO_BIN_EXE_keywright");

pub(crate) fn keywright() -> Command {
    outside_pipeline(KEYWRIGHT)
}

/// Another program that starts the built one.
pub(crate) fn outside_pipeline(program: &str) -> Command {
    let mut command = Command::new(program);
    for name in ["KEYWRIGHT_TRUST", "KEYWRIGHT_WORKSPACE"].iter().chain(&keywright::cli::PIPELINES) {
        command.env_remove(name);
    }
    command
}
