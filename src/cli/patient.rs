//! Writing to somebody who may leave before the end.

use std::io::{self, ErrorKind, Write};

/// A writer that goes on without its reader: a closed pipe is nobody's fault, and says nothing of what was judged. Any
/// other error stays one.
pub(super) struct Patient<W> {
    out: W,
    is_alone: bool,
}

impl<W: Write> Patient<W> {
    /// Writes to this one.
    pub(super) fn new(out: W) -> Self {
        Self { out, is_alone: false }
    }

    /// Does a part of the work, as long as anybody reads.
    fn attend<T>(&mut self, alone: T, work: impl FnOnce(&mut W) -> io::Result<T>) -> io::Result<T> {
        if self.is_alone {
            return Ok(alone);
        }
        match work(&mut self.out) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.is_alone = true;
                Ok(alone)
            }
            done => done,
        }
    }
}

impl<W: Write> Write for Patient<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.attend(bytes.len(), |out| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.attend((), Write::flush)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many writes, and then fails.
    struct Reader(usize, ErrorKind);

    impl Write for Reader {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(1).ok_or(self.1)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            self.write(b"").map(drop)
        }
    }

    #[test]
    fn a_reader_that_has_gone_is_no_error_and_a_full_disk_is() {
        for takes in 0..3 {
            let mut out = Patient::new(Reader(takes, ErrorKind::BrokenPipe));
            assert!((0..4).all(|_| out.write(b"text").is_ok_and(|written| written == 4)));
            assert!(out.flush().is_ok());
            let mut out = Patient::new(Reader(takes, ErrorKind::StorageFull));
            assert!((0..4).any(|_| out.write(b"text").is_err()));
        }
    }
}
