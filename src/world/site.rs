//! Where an API is reached.

use url::{Origin, Url};

use super::Wire;

/// Where an API is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Site {
    /// The URL before every path, without a slash at its end. It stands for the server that the contract
    /// names for all operations.
    pub url: String,
    /// Other servers of the contract, or what their URLs begin with, each with the URL that stands for it.
    pub servers: Vec<(String, String)>,
    /// What goes out with every request to these servers, besides what the request says itself.
    pub fields: Vec<SiteField>,
    /// What somebody else has to say to reach it.
    pub way: Way,
}

/// What a command of another program's has to say to reach a site as this one does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Way {
    /// The PEM file of the certificate authority to trust; none means those of the system.
    pub authority: Option<String>,
    /// How it is connected to.
    pub wire: Wire,
    /// Whether the proxy on the way asks who is there.
    pub has_login: bool,
}

/// A header field that a site wants to see in every request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteField {
    /// Its name.
    pub name: String,
    /// Its value; none where that is secret.
    pub value: Option<String>,
}

impl Site {
    /// The origins of its servers.
    pub fn origins(&self) -> Vec<Origin> {
        let servers = self.servers.iter().map(|(_, url)| url);
        let urls = std::iter::once(&self.url).chain(servers);
        let origins = urls.filter_map(|url| Some(Url::parse(url).ok()?.origin()));
        origins.collect()
    }

    /// Host and port of the proxy that everything goes through, when there is one.
    pub fn proxy(&self) -> Option<String> {
        self.way.wire.proxy_address()
    }

    /// Whether a URL leads to one of its servers.
    pub fn has(&self, url: &str) -> bool {
        Url::parse(url).is_ok_and(|it| self.origins().contains(&it.origin()))
    }
}

impl From<&str> for Site {
    /// A site of one server.
    fn from(url: &str) -> Self {
        Self {
            url: url.trim_end_matches('/').to_owned(),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_of_a_site_by_its_origin() {
        let site = Site {
            servers: vec![("/up".to_owned(), "https://up.example/x".to_owned())],
            ..Site::from("http://t.example:80/v1")
        };
        for url in ["http://t.example/other", "https://up.example:443/?a=b"] {
            assert!(site.has(url), "{url}");
        }
        for url in [
            "https://t.example/v1",
            "http://t.example:81/v1",
            "http://t.example.evil/v1",
            "http://t.example@evil/v1",
            "/v1",
        ] {
            assert!(!site.has(url), "{url}");
        }
    }
}
