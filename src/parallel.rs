//! Independent work on all processors, its results in the order of what was to be done.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::{self, Builder};

/// How many threads work at most: what is worked on here is done within milliseconds.
const WORKERS_MAX: usize = 8;

/// How much text is worth several threads, in bytes; of less, to begin them takes longer than they spare.
pub const TEXT_BYTES_MIN: usize = 64 * 1024;

/// What a thread may put on its stack, in bytes: as much as the main one.
pub const STACK_BYTES: usize = 8 * 1024 * 1024;

/// Does the same with each item. The calling thread works as well, and alone where it is not worth it to begin
/// others, there is one processor or one item, or the system has no further thread.
///
/// # Panics
/// Where the work does.
pub fn map<T, R>(is_worth_it: bool, items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R>
where
    T: Send,
    R: Send,
{
    let workers = if is_worth_it {
        processors().min(WORKERS_MAX).min(items.len())
    } else {
        1
    };
    map_by(workers, items, work)
}

/// How many processors there are; asked once, because the answer stands in several files of the system.
pub fn processors() -> usize {
    static PROCESSORS: OnceLock<usize> = OnceLock::new();
    *PROCESSORS.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get))
}

fn map_by<T, R>(workers: usize, items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R>
where
    T: Send,
    R: Send,
{
    if workers < 2 {
        return items.into_iter().map(work).collect();
    }
    let waiting = Mutex::new(items.into_iter().enumerate());
    let next = || {
        waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next()
    };
    let share = || {
        let mut done = Vec::new();
        while let Some((place, item)) = next() {
            done.push((place, work(item)));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        let start = |_| {
            let thread = Builder::new().stack_size(STACK_BYTES);
            thread.spawn_scoped(scope, share).ok()
        };
        let others: Vec<_> = (1..workers).filter_map(start).collect();
        let mut done = share();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::sync::Barrier;

    #[test]
    fn the_results_stand_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..100).collect();
        let doubled: Vec<usize> = items.iter().map(|it| it * 2).collect();
        for is_worth_it in [false, true] {
            assert_eq!(map(is_worth_it, items.clone(), |it| it * 2), doubled);
        }
        for workers in [0, 1, 2, 5] {
            assert_eq!(map_by(workers, items.clone(), |it| it * 2), doubled);
        }
        assert!(map(true, Vec::<usize>::new(), |it| it).is_empty());
    }

    #[test]
    fn several_threads_work_at_once() {
        // Nobody gets past it alone.
        let barrier = Barrier::new(3);
        let threads = map_by(3, vec![(); 3], |()| {
            barrier.wait();
            format!("{:?}", thread::current().id())
        });
        assert_eq!(threads.into_iter().collect::<BTreeSet<_>>().len(), 3);
    }

    #[test]
    fn what_goes_wrong_in_a_thread_goes_wrong_here() {
        let barrier = Barrier::new(2);
        let result = std::panic::catch_unwind(|| {
            map_by(2, vec![0, 1], |it| {
                barrier.wait();
                assert_eq!(it, 0, "this one is meant to fail");
            })
        });
        assert!(result.is_err());
    }
}
