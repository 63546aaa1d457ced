//! How long a server asks to be left alone.

use std::time::Duration;

use jiff::Timestamp;

use super::Response;

/// The longest pause that a response can ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_mins(5);

/// How long a response asks to wait (`RFC 9110 §10.2.3`), up to five minutes; `wall` is the time of day now.
pub fn retry_after(response: &Response, wall: Timestamp) -> Option<Duration> {
    let text = response.headers.first("retry-after")?;
    let pause = match text.trim().parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let then = jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp();
            Duration::try_from(then.duration_since(wall)).unwrap_or_default()
        }
    };
    Some(pause.min(RETRY_AFTER_MAX))
}
