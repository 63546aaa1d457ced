//! Servers of one's own: each begins anew for one play, nobody else uses it, and what is left there is gone
//! with it.

use std::fmt;

use super::{Pending, World};

/// Where flows can be played that nobody else is to see.
pub trait Spares: fmt::Debug + Send + Sync {
    /// A server for one play of a flow of this API; none where it has none, such as where it is played
    /// against a server that is there already.
    fn spare<'a>(&'a self, api: &'a str) -> Pending<'a, Option<Box<dyn Spare + 'a>>>;

    /// Whether there are servers for this API.
    fn has(&self, api: &str) -> bool;
}

/// A server for one play. It is given back when it is dropped.
pub trait Spare: Send + Sync {
    /// What a play may use there.
    fn world(&self) -> World<'_>;
}
