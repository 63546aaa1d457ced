//! Header fields that a target wants to see in every request: put in on its way out, where a request does
//! not say them itself, and sent to the target's own servers alone.

use reqwest::header::{HeaderName, HeaderValue};
use url::Origin;

use super::keyring::Secret;
use super::outgoing::{Outgoing, url_of};
use crate::http::check_field_value;
use crate::secret::Secrets;
use crate::world::Site;

/// What goes out with every request to a target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Added {
    /// The servers that are the target's own.
    origins: Vec<Origin>,
    fields: Vec<(HeaderName, HeaderValue)>,
    /// The values that are secret, by the names of their fields as they were written.
    secrets: Vec<(String, Secret)>,
}

impl Added {
    /// Nothing yet, for the servers of a site.
    pub fn to(site: &Site) -> Self {
        Self {
            origins: site.origins(),
            ..Self::default()
        }
    }

    /// Adds a field.
    ///
    /// # Errors
    /// When it cannot be sent as it is; the text says why, and not the value.
    pub fn add(&mut self, name: &str, value: &str, is_secret: bool) -> Result<(), &'static str> {
        check_field_value(value)?;
        let field =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| "has no name of a field")?;
        let mut sent = HeaderValue::from_bytes(value.as_bytes())
            .map_err(|_| "holds a character that no header field may hold")?;
        if is_secret {
            sent.set_sensitive(true);
            self.secrets.push((name.to_owned(), Secret::new(value)));
        }
        self.fields.push((field, sent));
        Ok(())
    }

    /// Puts the fields into a request that goes to one of the servers. What it says itself stays as it is.
    pub(super) fn put(&self, request: &mut Outgoing) {
        if self.fields.is_empty() {
            return;
        }
        let origin = url_of(request.uri()).map(|it| it.origin());
        if !origin.is_ok_and(|it| self.origins.contains(&it)) {
            return;
        }
        for (name, value) in &self.fields {
            let entry = request.headers_mut().entry(name);
            entry.or_insert_with(|| value.clone());
        }
    }

    /// Tells the values that are secret to whoever keeps secrets.
    pub(super) fn tell(&self, secrets: &Secrets) {
        for (name, value) in &self.secrets {
            secrets.add_field(name, value.reveal());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added() -> Added {
        let site = Site {
            servers: vec![("/up".to_owned(), "https://up.example/x".to_owned())],
            ..Site::from("http://t.example:80/v1")
        };
        let mut added = Added::to(&site);
        added.add("X-Tenant", "blue", false).expect("a field");
        added.add("X-Key", "open sesame", true).expect("a field");
        added
    }

    fn sent(url: &str, own: Option<&'static str>) -> (Option<String>, usize) {
        let mut request = Outgoing::default();
        *request.uri_mut() = url.parse().expect("a URL");
        if let Some(own) = own {
            let value = HeaderValue::from_static(own);
            request.headers_mut().insert("x-tenant", value);
        }
        added().put(&mut request);
        let tenant = request.headers().get("x-tenant");
        let tenant = tenant.map(|it| it.to_str().expect("a text").to_owned());
        (tenant, request.headers().len())
    }

    #[test]
    fn the_servers_of_the_target_get_it_and_no_others() {
        for url in ["http://t.example/other", "https://up.example:443/"] {
            assert_eq!(sent(url, None), (Some("blue".to_owned()), 2), "{url}");
        }
        for url in [
            "https://t.example/",
            "http://t.example:81/",
            "http://up.example/",
            "http://t.example.evil/",
        ] {
            assert_eq!(sent(url, None), (None, 0), "{url}");
        }
    }

    #[test]
    fn what_a_request_says_itself_stays() {
        let said = sent("http://t.example/", Some("red"));
        assert_eq!(said, (Some("red".to_owned()), 2));
    }

    #[test]
    fn what_cannot_be_sent_is_refused_and_not_shown() {
        let mut added = Added::default();
        for value in ["", "a\r\nX-B: c", " a", "a\0"] {
            let why = added.add("X-A", value, true).expect_err("no value");
            assert!(value.len() < 3 || !why.contains(value), "{why}");
        }
        added.add("a b", "c", false).expect_err("no name");
        assert_eq!(added, Added::default());
    }

    #[test]
    fn nothing_secret_is_shown() {
        let shown = format!("{:?}", added());
        assert!(!shown.contains("sesame"), "{shown}");
        assert!(shown.contains("blue"), "{shown}");
    }
}
