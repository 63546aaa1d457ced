//! An answer whose body is still on its way, whichever library receives it.

use std::future::poll_fn;
use std::pin::Pin;

use hyper::body::{Body, Bytes, Incoming};

use super::failure;

/// Status and fields, and the rest that is to come.
pub(super) type Answer = hyper::Response<Rest>;

/// A body that is still on its way, by the library that receives it.
#[derive(Debug)]
pub(super) enum Rest {
    Usual(reqwest::Body),
    Direct(Incoming),
}

impl Rest {
    /// The next piece; nothing at the end. Trailers are passed over.
    ///
    /// # Errors
    /// With the reason, when the body breaks off.
    pub(super) async fn next_piece(&mut self) -> Result<Option<Bytes>, String> {
        match self {
            Self::Usual(body) => next_piece(body).await,
            Self::Direct(body) => next_piece(body).await,
        }
    }
}

async fn next_piece<B>(body: &mut B) -> Result<Option<Bytes>, String>
where
    B: Body<Data = Bytes, Error: std::error::Error + 'static> + Unpin,
{
    loop {
        let Some(frame) = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await else {
            return Ok(None);
        };
        let frame = frame.map_err(|error| failure::innermost(&error))?;
        if let Ok(piece) = frame.into_data() {
            return Ok(Some(piece));
        }
    }
}
