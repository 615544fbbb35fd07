//! The log's lines, written several at a time.
//!
//! To hand a line to the system takes longer than to make it. So it waits for others, a moment at most: who writes
//! all of them is a thread of its own, and not a task, so that a runtime that is stuck still tells of it. What is a
//! warning or worse is written at once, with all that was said before.
//!
//! A process that is killed takes the lines of its last moment along.

use std::io::{self, BufWriter, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line waits for others.
const PATIENCE: Duration = Duration::from_millis(20);

/// When so much waits, it is written, in bytes: about a hundred lines.
const MOST: usize = 16 << 10;

/// Where the lines go; cheap to clone.
pub(super) struct Lines<W: Write>(Arc<Shared<W>>);

struct Shared<W: Write> {
    waiting: Mutex<Waiting<W>>,
    clerk: Thread,
}

struct Waiting<W: Write> {
    lines: BufWriter<W>,
    /// Whether the clerk sleeps until there is a line. While it only lets time pass, nobody has to wake it: to wake a
    /// thread takes longer than to make a line.
    is_idle: bool,
}

impl<W: Write + Send + 'static> Lines<W> {
    /// Writes to `to`, from now on until the process ends.
    ///
    /// # Errors
    /// When the system has no thread for it.
    pub(super) fn start(to: W) -> io::Result<Self> {
        let (hand, handed) = std::sync::mpsc::sync_channel::<Self>(1);
        let clerk = thread::Builder::new().name("log".to_owned());
        let clerk = clerk.spawn(move || {
            if let Ok(lines) = handed.recv() {
                lines.write_forever();
            }
        })?;
        let lines = Self::new(to, clerk.thread().clone());
        // It cannot have gone: it waits for nothing else.
        let _ = hand.send(lines.clone());
        Ok(lines)
    }

    fn write_forever(&self) {
        loop {
            while self.goes_idle() {
                thread::park();
            }
            thread::park_timeout(PATIENCE);
            self.write();
        }
    }

    /// Notes whether there is nothing to write: whoever writes the next line then wakes the clerk.
    fn goes_idle(&self) -> bool {
        let mut waiting = self.waiting();
        waiting.is_idle = waiting.lines.buffer().is_empty();
        waiting.is_idle
    }
}

impl<W: Write> Lines<W> {
    fn new(to: W, clerk: Thread) -> Self {
        let waiting = Mutex::new(Waiting {
            lines: BufWriter::with_capacity(MOST, to),
            is_idle: true,
        });
        Self(Arc::new(Shared { waiting, clerk }))
    }

    /// Writes what waits.
    pub(super) fn write(&self) {
        // There is nobody to be told that the log cannot be written. What waits is tried again after a moment.
        let _ = self.waiting().lines.flush();
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting<W>> {
        let waiting = self.0.waiting.lock();
        waiting.unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write> Clone for Lines<W> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<'a, W: Write + 'a> MakeWriter<'a> for Lines<W> {
    type Writer = Line<'a, W>;

    fn make_writer(&'a self) -> Self::Writer {
        Line {
            lines: self,
            is_urgent: true,
        }
    }

    fn make_writer_for(&'a self, of: &Metadata<'_>) -> Self::Writer {
        Line {
            lines: self,
            is_urgent: *of.level() <= Level::WARN,
        }
    }
}

/// One of them. It comes as a whole.
pub(super) struct Line<'a, W: Write> {
    lines: &'a Lines<W>,
    is_urgent: bool,
}

impl<W: Write> Write for Line<'_, W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.write_all(line).map(|()| line.len())
    }

    fn write_all(&mut self, line: &[u8]) -> io::Result<()> {
        let mut waiting = self.lines.waiting();
        let mut written = waiting.lines.write_all(line);
        if self.is_urgent && written.is_ok() {
            written = waiting.lines.flush();
        }
        let is_left = !waiting.lines.buffer().is_empty();
        if is_left && std::mem::take(&mut waiting.is_idle) {
            drop(waiting);
            self.lines.0.clerk.unpark();
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc::{self, Receiver, Sender};

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    /// Sends on whatever is written at once.
    struct Written(Sender<String>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            self.0.send(text).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Says something to lines that nobody writes unless they are full or urgent; what was written by then.
    fn written(say: impl FnOnce()) -> (Vec<String>, Lines<Written>, Receiver<String>) {
        let (sender, receiver) = mpsc::channel();
        let lines = Lines::new(Written(sender), thread::current());
        let layer = tracing_subscriber::fmt::layer().with_writer(lines.clone());
        let log = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(log, say);
        (receiver.try_iter().collect(), lines, receiver)
    }

    #[test]
    fn lines_wait_and_are_written_at_once() {
        let (at_first, lines, receiver) = written(|| {
            tracing::info!("one");
            tracing::debug!("two");
        });
        assert!(at_first.is_empty(), "{at_first:?}");
        lines.write();
        let then: Vec<_> = receiver.try_iter().collect();
        assert_eq!(then.len(), 1);
        assert!(then[0].contains("one") && then[0].contains("two"));
    }

    #[test]
    fn a_warning_waits_for_nobody_and_takes_along_what_was_said_before() {
        let (at_first, ..) = written(|| {
            tracing::info!("one");
            tracing::warn!("two");
            tracing::info!("three");
        });
        assert_eq!(at_first.len(), 1);
        assert!(at_first[0].contains("one") && at_first[0].contains("two"));
        assert!(!at_first[0].contains("three"));
    }

    #[test]
    fn what_is_written_because_there_is_much_of_it_ends_with_a_line() {
        let (at_first, lines, receiver) = written(|| {
            for number in 0..500 {
                tracing::info!(number, "said");
            }
        });
        assert!(at_first.len() > 1);
        lines.write();
        let all: Vec<_> = at_first.into_iter().chain(receiver.try_iter()).collect();
        assert!(all.iter().all(|piece| piece.ends_with('\n')));
        assert_eq!(all.concat().lines().count(), 500);
    }

    #[test]
    fn a_line_is_written_by_itself_after_a_moment() {
        let (sender, receiver) = mpsc::channel();
        let lines = Lines::start(Written(sender)).unwrap();
        let layer = tracing_subscriber::fmt::layer().with_writer(lines.clone());
        let log = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(log, || {
            for said in ["one", "two", "three"] {
                // After the first line, the clerk has nothing to do and sleeps until it is woken.
                while !lines.waiting().is_idle {
                    thread::yield_now();
                }
                tracing::info!("{said}");
                let line = receiver.recv_timeout(Duration::from_secs(10)).unwrap();
                assert!(line.contains(said));
            }
        });
    }

    /// Refuses everything until it is mended.
    struct Full {
        is_mended: Arc<AtomicBool>,
        then: Written,
    }

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.is_mended.load(Ordering::Relaxed) {
                self.then.write(bytes)
            } else {
                Err(io::ErrorKind::StorageFull.into())
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_takes_no_more_memory_and_what_waits_is_written_when_there_is_room() {
        let (sender, receiver) = mpsc::channel();
        let is_mended = Arc::default();
        let full = Full {
            is_mended: Arc::clone(&is_mended),
            then: Written(sender),
        };
        let lines = Lines::start(full).unwrap();
        let layer = tracing_subscriber::fmt::layer().with_writer(lines.clone());
        let layer = layer.log_internal_errors(false);
        let log = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(log, || {
            tracing::warn!("first");
            for number in 0..500 {
                tracing::info!(number, "said");
            }
        });
        assert!(lines.waiting().lines.buffer().len() <= MOST);
        assert!(receiver.try_recv().is_err());
        is_mended.store(true, Ordering::Relaxed);
        let all = receiver.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(all.contains("first") && all.ends_with('\n'));
        assert!((10..500).contains(&all.lines().count()));
    }
}
