//! Connections that are made in time or not at all: a name, an address and a handshake have one time limit
//! together.

use std::future::Future;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use tower::{BoxError, Service};

/// Makes connections as another connector does, or gives up.
#[derive(Debug, Clone)]
pub(super) struct Timely<C> {
    connector: C,
    time: Duration,
}

impl<C> Timely<C> {
    /// Gives up after that time.
    pub(super) fn new(connector: C, time: Duration) -> Self {
        Self { connector, time }
    }
}

impl<C> Service<Uri> for Timely<C>
where
    C: Service<Uri, Response: 'static, Error: Into<BoxError>, Future: Send + 'static>,
{
    type Response = C::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<C::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let made = tokio::time::timeout(self.time, self.connector.call(to));
        Box::pin(async move {
            match made.await {
                Ok(made) => made.map_err(Into::into),
                Err(late) => Err(io::Error::new(ErrorKind::TimedOut, late).into()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tower::service_fn;

    async fn made<F>(making: F, time: Duration) -> Result<u8, BoxError>
    where
        F: Future<Output = io::Result<u8>> + Send + 'static,
    {
        let mut making = Some(making);
        let inner = service_fn(move |_: Uri| making.take().expect("one connection"));
        let mut connector = Timely::new(inner, time);
        connector.call(Uri::from_static("http://h/")).await
    }

    #[tokio::test]
    async fn whatever_takes_the_time_nobody_waits_for_ever() {
        let late = made(std::future::pending(), Duration::from_millis(50)).await;
        let late = late.expect_err("it is never made");
        let late = late.downcast::<io::Error>().expect("an I/O error");
        assert_eq!(late.kind(), ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn what_comes_in_time_is_handed_on() {
        let time = Duration::from_secs(10);
        assert_eq!(made(async { Ok(1) }, time).await.expect("one"), 1);
        let refused = made(async { Err(ErrorKind::ConnectionRefused.into()) }, time).await;
        assert_eq!(refused.expect_err("none").to_string(), "connection refused");
    }
}
