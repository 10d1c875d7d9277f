//! Output whose reader may close it early.

use std::io;
use std::io::Write;

/// Drops what is written after the reader has closed the pipe, instead of failing: a program that reads only the first
/// lines has what it needs.
pub struct UntilClosed<W> {
    inner: W,
    is_closed: bool,
}

impl<W> UntilClosed<W> {
    pub const fn new(inner: W) -> Self {
        Self { inner, is_closed: false }
    }

    fn unless_closed<T>(&mut self, closed: T, work: impl FnOnce(&mut W) -> io::Result<T>) -> io::Result<T> {
        if self.is_closed {
            return Ok(closed);
        }
        match work(&mut self.inner) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(closed)
            }
            result => result,
        }
    }
}

impl<W: Write> Write for UntilClosed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unless_closed(bytes.len(), |inner| inner.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_closed((), Write::flush)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pipe whose reader takes one write, or a full disk.
    struct Taking(usize, io::ErrorKind);

    impl Write for Taking {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(1).ok_or(self.1)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            if self.0 == 0 { Err(self.1.into()) } else { Ok(()) }
        }
    }

    #[test]
    fn only_a_closed_pipe_is_no_error() {
        let mut closed = UntilClosed::new(Taking(1, io::ErrorKind::BrokenPipe));
        for _ in 0..3 {
            assert!(closed.write_all(b"line").is_ok() && closed.flush().is_ok());
        }
        let mut full = UntilClosed::new(Taking(1, io::ErrorKind::StorageFull));
        assert!(full.write_all(b"line").is_ok() && full.flush().is_err() && full.write_all(b"line").is_err());
    }
}
