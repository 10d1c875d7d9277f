//! Repeats calls that name objects which the store may not show yet.

use super::api::Failure;
use crate::stores::Window;
use crate::stores::retry;

/// How often a call is tried if the API rejects it without naming a property: an object that was just created may not be
/// visible yet (Q1, 8.17).
const TRIES_TOO_EARLY: u32 = 5;

/// Repeats a call a few times, because an object that it names may have been created just now, by another run too.
pub(super) async fn retry_if_early<T, F: Future<Output = Result<T, Failure>>>(
    call: impl Fn() -> F,
) -> Result<T, Failure> {
    retry::with_retry(TRIES_TOO_EARLY, is_early, call).await
}

/// Repeats a call that names objects which this run has created, as long as the store may not show them.
pub(super) async fn retry_within<T, F: Future<Output = Result<T, Failure>>>(
    mut window: Window,
    call: impl Fn() -> F,
) -> Result<T, Failure> {
    loop {
        match call().await {
            Err(failure) if is_early(&failure) => {
                if !window.next_look().await {
                    return Err(failure);
                }
            }
            result => return result,
        }
    }
}

const fn is_early(failure: &Failure) -> bool {
    matches!(failure, Failure::Invalid { is_settled: false, .. })
}
