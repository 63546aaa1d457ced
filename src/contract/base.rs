//! Where the requests of an operation go: the contract says on which server it runs, a site what stands
//! for that server (`OpenAPI 3.1 §4.8.5`, see `docs/decisions/0013-servers-and-targets.md`).

use url::Url;

use super::{Contract, Operation, Server};
use crate::world::Site;

/// What the requests of an operation begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The URL before the operation's path.
    pub url: String,
    /// What stands for it where the site does not matter: nothing for a root server.
    pub shown: String,
}

/// Why nobody knows where the requests of an operation go.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unplaced {
    /// Its server is another one than that which the site stands for.
    #[error(
        "`{operation}` runs on the server `{server}`, and the target does not say where that is"
    )]
    Elsewhere {
        /// The operation.
        operation: String,
        /// The server's URL.
        server: String,
    },
    /// Its server is told apart from the root server by its path, and the site has no such path.
    #[error(
        "`{operation}` runs on the server `{server}` beside `{root}`, and the URL of the target does not end as that one does"
    )]
    Beside {
        /// The operation.
        operation: String,
        /// The server's URL.
        server: String,
        /// The URL of the root server.
        root: String,
    },
}

impl Unplaced {
    /// The server that nothing stands for.
    pub fn server(&self) -> &str {
        match self {
            Self::Elsewhere { server, .. } | Self::Beside { server, .. } => server,
        }
    }
}

/// A server's URL, taken apart. What is relative has no origin: it is that of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Address {
    origin: Option<String>,
    /// Empty, or with a slash at its begin and none at its end.
    path: String,
}

impl Address {
    /// Takes a URL apart; none when it is no place that paths can be appended to.
    fn read(text: &str) -> Option<Self> {
        // A relative URL is read as if the document stood at the root of its server.
        let nowhere = Url::parse("http://countersign.invalid/").expect("it is a URL");
        let (url, is_relative) = match Url::parse(text) {
            Ok(url) => (url, false),
            Err(url::ParseError::RelativeUrlWithoutBase) => (nowhere.join(text).ok()?, true),
            Err(_) => return None,
        };
        let is_plain = url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            && url.origin().is_tuple();
        let origin = url.origin().ascii_serialization();
        if !is_plain || is_relative && url.origin() != nowhere.origin() {
            return None;
        }
        Some(Self {
            origin: (!is_relative).then_some(origin),
            path: url.path().trim_end_matches('/').to_owned(),
        })
    }

    /// What the path of another address has after this one.
    fn rest<'o>(&self, other: &'o Self) -> Option<&'o str> {
        let rest = other.path.strip_prefix(&self.path)?;
        let is_whole = rest.is_empty() || rest.starts_with('/');
        (self.origin == other.origin && is_whole).then_some(rest)
    }
}

/// Whether a text names a server, or the begin of its URL. One whose URL nothing can be appended to is
/// named by all of it.
pub fn names_server(text: &str, server: &Server) -> bool {
    let (name, address) = (Address::read(text), Address::read(&server.url));
    name.zip(address)
        .is_some_and(|(name, address)| name.rest(&address).is_some())
        || is_whole(text, server)
}

fn is_whole(text: &str, server: &Server) -> bool {
    text.trim_end_matches('/') == server.url.trim_end_matches('/')
}

impl Contract {
    /// The servers of operations that are none of the contract's root servers, each once.
    pub fn further_servers(&self) -> Vec<&Server> {
        let mut further: Vec<&Server> = Vec::new();
        for server in self.operations.iter().flat_map(|it| &it.servers) {
            if !self.is_root(server) && !further.contains(&server) {
                further.push(server);
            }
        }
        further
    }

    /// What the requests of an operation begin with at a site.
    ///
    /// # Errors
    /// When none of its servers is one that the site stands for.
    pub fn base(&self, operation: &Operation, site: &Site) -> Result<Base, Unplaced> {
        let servers = &operation.servers;
        if *servers == self.servers {
            return Ok(at_root(site));
        }
        let mut first = None;
        for server in servers {
            if self.is_root(server) {
                return Ok(at_root(site));
            }
            match self.stand_in(operation, server, site) {
                Ok(base) => return Ok(base),
                Err(why) => first = first.or(Some(why)),
            }
        }
        // An operation without a server is on the root server.
        first.map_or_else(|| Ok(at_root(site)), Err)
    }

    fn is_root(&self, server: &Server) -> bool {
        let address = Address::read(&server.url);
        self.servers
            .iter()
            .any(|root| root == server || address.is_some() && Address::read(&root.url) == address)
    }

    /// What stands for a server that is no root server.
    fn stand_in(
        &self,
        operation: &Operation,
        server: &Server,
        site: &Site,
    ) -> Result<Base, Unplaced> {
        let elsewhere = || Unplaced::Elsewhere {
            operation: operation.id.clone(),
            server: server.url.clone(),
        };
        let Some(address) = Address::read(&server.url) else {
            let mut named = site.servers.iter();
            let named = named.find(|(name, _)| is_whole(name, server));
            let (_, url) = named.ok_or_else(elsewhere)?;
            return Ok(Base {
                url: url.clone(),
                shown: server.url.clone(),
            });
        };
        if let Some(url) = mapped(&address, site) {
            let shown = format!("{}{}", address.origin.unwrap_or_default(), address.path);
            return Ok(Base { url, shown });
        }
        let roots = self.roots(&address);
        let Some(first) = roots.first() else {
            return Err(elsewhere());
        };
        if roots.iter().any(|root| root.path == address.path) {
            return Ok(at_root(site));
        }
        let (origin, path) = split(&site.url);
        let above = roots
            .iter()
            .filter_map(|root| path.strip_suffix(&root.path));
        // The longest path is told apart best from what stands before it.
        let Some(above) = above.min_by_key(|it| it.len()) else {
            let origin = first.origin.clone().unwrap_or_default();
            return Err(Unplaced::Beside {
                operation: operation.id.clone(),
                server: server.url.clone(),
                root: format!("{origin}{}", first.path),
            });
        };
        Ok(Base {
            url: format!("{origin}{above}{}", address.path),
            shown: address.path,
        })
    }

    /// The root servers that may be on the same origin. A contract that names none is on that of its
    /// document, at the root.
    fn roots(&self, address: &Address) -> Vec<Address> {
        let nowhere = Address {
            origin: None,
            path: String::new(),
        };
        let roots: Vec<Address> = if self.servers.is_empty() {
            vec![nowhere]
        } else {
            let urls = self.servers.iter();
            urls.filter_map(|it| Address::read(&it.url)).collect()
        };
        let is_near = |root: &Address| address.origin.is_none() || root.origin == address.origin;
        roots.into_iter().filter(is_near).collect()
    }
}

fn at_root(site: &Site) -> Base {
    Base {
        url: site.url.clone(),
        shown: String::new(),
    }
}

/// What a site says of a server; where it says several things, that which names the most of it.
fn mapped(address: &Address, site: &Site) -> Option<String> {
    let named = site.servers.iter().filter_map(|(name, url)| {
        let name = Address::read(name)?;
        Some((name.rest(address)?, url))
    });
    let (rest, url) = named.min_by_key(|(rest, _)| rest.len())?;
    Some(format!("{}{rest}", url.trim_end_matches('/')))
}

/// A URL up to its path, and its path.
fn split(url: &str) -> (&str, &str) {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let path = url[authority..].find('/');
    url.split_at(path.map_or(url.len(), |at| authority + at))
}

#[cfg(test)]
mod tests;
