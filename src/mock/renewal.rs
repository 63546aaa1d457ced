//! A mock that begins anew without its server's knowing: connections stay, and all state is gone.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use tower::ServiceExt;

use super::{Mock, Setting};

/// A mock that can begin anew.
#[derive(Debug, Clone)]
pub struct Renewal {
    mock: &'static Mock,
    present: Arc<Mutex<Router>>,
}

impl Renewal {
    /// The mock in a setting, empty at the start.
    pub fn new(mock: &'static Mock, setting: Setting) -> Self {
        let present = Arc::new(Mutex::new(mock.router(setting)));
        Self { mock, present }
    }

    /// Lets it begin anew, in another setting. Requests under way are answered by the old one.
    pub fn renew(&self, setting: Setting) {
        let fresh = self.mock.router(setting);
        *self.present.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
    }

    /// The routes, which hand every request on to the present mock.
    pub fn router(&self) -> Router {
        let present = Arc::clone(&self.present);
        Router::new().fallback(move |request: Request| answer(Arc::clone(&present), request))
    }
}

async fn answer(present: Arc<Mutex<Router>>, request: Request) -> Response {
    let router = present
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let answered: Result<Response, Infallible> = router.oneshot(request).await;
    match answered {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::StatusCode;

    use super::*;
    use crate::mock::find;
    use crate::mock::tour::setting;

    async fn ask(router: Router, method: &str, body: &str) -> (StatusCode, usize) {
        let request = Request::builder()
            .method(method)
            .uri("/images")
            .header("content-type", "application/json")
            .body(Body::from(body.to_owned()))
            .expect("a request");
        let response = router.oneshot(request).await.expect("infallible");
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 10_000).await;
        (status, bytes.expect("a small body").len())
    }

    #[tokio::test]
    async fn what_was_made_is_gone_and_a_fault_comes_with_the_setting() {
        let mock = find("qappctl-shim").expect("a bundled mock");
        let renewal = Renewal::new(mock, setting(None));
        let router = renewal.router();
        let empty = ask(router.clone(), "GET", "").await;
        let made = ask(router.clone(), "POST", r#"{"image": "a/pause:3.6"}"#).await;
        assert_eq!(made.0, StatusCode::OK);
        assert!(ask(router.clone(), "GET", "").await.1 > empty.1);
        renewal.renew(setting(None));
        assert_eq!(ask(router.clone(), "GET", "").await, empty);
        renewal.renew(setting(mock.fault("unexpected-body")));
        let wrong = ask(router, "POST", r#"{"image": "a/pause:3.6"}"#).await;
        assert!(wrong.1 > made.1, "{wrong:?}");
    }
}
