//! The async runtime of the command.

use std::sync::OnceLock;

use tokio::runtime::Runtime;

use super::failure::Failure;

/// Runs a future to completion. The whole command shares one runtime, so that writes reuse the connections of reads.
pub(super) fn block_on<F: Future>(future: F) -> Result<F::Output, Failure> {
    static RUNTIME: OnceLock<std::io::Result<Runtime>> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        // Look at the clock after each step: a server that sends without end would otherwise delay every time limit.
        tokio::runtime::Builder::new_current_thread().enable_all().event_interval(1).build()
    });
    match runtime {
        Ok(runtime) => Ok(runtime.block_on(future)),
        Err(error) => Err(Failure::new(format!("could not start the runtime: {error}"))),
    }
}
