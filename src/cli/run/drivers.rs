//! Drivers: the threads that workers run on.
//!
//! Each has a runtime of its own, with connections of its own, so that no answer wakes two threads: see
//! docs/decisions/0011-one-thread-drives.md.

use std::future::Future;
use std::thread::{self, JoinHandle};

use tokio::runtime::Builder;

use crate::parallel::{STACK_BYTES, processors};

/// How many threads drive at most: what is told is told by one.
const DRIVERS_MAX: usize = 4;

/// The threads beside the one that asks for them.
#[derive(Default)]
pub(super) struct Drivers {
    /// How many there are to be.
    more: usize,
    busy: Vec<JoinHandle<()>>,
}

impl Drivers {
    /// The one thread that asks.
    pub(super) fn one() -> Self {
        Self::default()
    }

    /// A thread for each processor, for so many workers.
    pub(super) fn many(workers: usize) -> Self {
        Self {
            more: processors().min(workers).min(DRIVERS_MAX).saturating_sub(1),
            ..Self::one()
        }
    }

    /// Begins with workers, dealt out to all threads in turn. Those of a thread that the system refuses never
    /// begin; the first ones always do.
    ///
    /// # Panics
    /// Outside a tokio runtime, which is a mistake of the caller.
    pub(super) fn drive<W>(&mut self, workers: impl Iterator<Item = W>)
    where
        W: Future<Output = ()> + Send + 'static,
    {
        let mut hands: Vec<Vec<W>> = Vec::new();
        hands.resize_with(self.more + 1, Vec::new);
        for (number, worker) in workers.enumerate() {
            hands[number % (self.more + 1)].push(worker);
        }
        let mut hands = hands.into_iter();
        for worker in hands.next().into_iter().flatten() {
            tokio::spawn(worker);
        }
        for hand in hands {
            let thread = thread::Builder::new().name("driver".to_owned());
            let started = thread.stack_size(STACK_BYTES).spawn(|| drive_all(hand));
            self.busy.extend(started);
        }
    }

    /// Waits until the workers of the other threads have ended and given back what they held.
    pub(super) fn join(self) {
        for thread in self.busy {
            // A panic has told what it is on the error output already.
            let _ = thread.join();
        }
    }
}

/// Drives workers to their ends.
fn drive_all<W>(workers: Vec<W>)
where
    W: Future<Output = ()> + Send + 'static,
{
    let Ok(runtime) = Builder::new_current_thread().enable_all().build() else {
        return;
    };
    runtime.block_on(async {
        // Each is a task, so that what one of them does wrong stays its own.
        let tasks: Vec<_> = workers.into_iter().map(tokio::spawn).collect();
        for task in tasks {
            // As for a thread.
            let _ = task.await;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use tokio::sync::mpsc;

    fn with_more(more: usize) -> Drivers {
        Drivers {
            more,
            ..Drivers::one()
        }
    }

    /// Which workers told something, and on how many threads.
    fn told(mut drivers: Drivers, workers: usize, broken: Option<usize>) -> (Vec<usize>, usize) {
        let own = Builder::new_current_thread().build().expect("a runtime");
        own.block_on(async {
            let (tell, mut told) = mpsc::unbounded_channel();
            let workers = (0..workers).map(|number| {
                let tell = tell.clone();
                async move {
                    assert_ne!(Some(number), broken, "this one is meant to fail");
                    let _ = tell.send((number, thread::current().id()));
                }
            });
            drivers.drive(workers);
            drop(tell);
            let (mut numbers, mut threads) = (Vec::new(), BTreeSet::new());
            while let Some((number, thread)) = told.recv().await {
                numbers.push(number);
                threads.insert(format!("{thread:?}"));
            }
            drivers.join();
            numbers.sort_unstable();
            (numbers, threads.len())
        })
    }

    #[test]
    fn workers_are_dealt_out_to_all_threads() {
        let all: Vec<usize> = (0..5).collect();
        assert_eq!(told(Drivers::one(), 5, None), (all.clone(), 1));
        assert_eq!(told(with_more(2), 5, None), (all, 3));
        assert_eq!(told(with_more(2), 2, None), (vec![0, 1], 2));
        assert_eq!(told(with_more(2), 0, None), (vec![], 0));
    }

    #[test]
    fn a_worker_that_fails_takes_no_other_with_it() {
        for broken in 0..4 {
            let (numbers, _) = told(with_more(1), 4, Some(broken));
            assert_eq!(numbers.len(), 3, "{numbers:?}");
            assert!(!numbers.contains(&broken));
        }
    }

    #[test]
    fn there_are_no_more_threads_than_workers() {
        assert_eq!(Drivers::many(1).more, 0);
        assert!(Drivers::many(64).more < DRIVERS_MAX);
    }
}
