//! The runtime of the calls that wait for each other.

use std::sync::OnceLock;

use tokio::runtime::Runtime;

use super::failure::Failure;

/// Runs the stores' asynchronous seam to its end. There is one runtime for the whole command, because connections that
/// were opened while reading serve the writes too.
pub(super) fn block_on<F: Future>(future: F) -> Result<F::Output, Failure> {
    static RUNTIME: OnceLock<std::io::Result<Runtime>> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| tokio::runtime::Builder::new_current_thread().enable_all().build());
    match runtime {
        Ok(runtime) => Ok(runtime.block_on(future)),
        Err(error) => Err(Failure::new(format!("could not start the runtime: {error}"))),
    }
}
