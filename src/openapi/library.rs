//! The documents of one API: the entry document and every file that it refers to, found before
//! anything is lowered, and where a reference from any place of them leads.
//!
//! References are URIs (`OpenAPI 3.1 §4.6`, `RFC 3986 §5`). A document stands at a URI below
//! [`FOLDER`], which is the API's folder and nothing else; `$self` (OpenAPI 3.2) and `$id` give it,
//! or a schema in it, another name. What has no such name and lies outside of the folder is read, or
//! fetched, where somebody allowed that, and otherwise is not there.
//!
//! All documents are seen as one tree. The entry document is the root; the others hang below
//! [`MOUNT`], so that one pointer names a place in any of them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use url::Url;

use super::discovery::{self, Reference};
use super::version::Version;
use crate::json::Pointer;
use crate::source::{Source, SyntaxFault};

/// The URI of the project's folder. It has a scheme of its own, so that no document can mean it.
const PROJECT: &str = "countersign-folder:/";

/// The URI of the API's folder, two folders below; what it is called does not matter.
const FOLDER: &str = "countersign-folder:/specs/api/";

/// The member of the one tree that holds the other documents. OpenAPI has no field of that name.
const MOUNT: &str = "$documents";

/// How many documents one API may have.
pub(super) const DOCUMENTS_MAX: usize = 1_000;

/// Reads the bytes of a file of the API's folder, by its path below it.
pub type Load<'f> = &'f dyn Fn(&str) -> Result<Arc<[u8]>, String>;

/// Files of the project that the API shares with others.
#[derive(Clone, Copy)]
pub struct Shared<'r> {
    /// The folders that hold them, by their paths below the project's folder.
    pub folders: &'r [String],
    /// Reads the bytes of a file by its path below the project's folder.
    pub load: Load<'r>,
}

/// Fetches what stands at a URL of http or https; with the URL where it was found, after redirects.
pub type Fetch<'f> = &'f dyn Fn(&str) -> Result<(String, Arc<[u8]>), String>;

/// What the references of a document may lead to besides itself.
#[derive(Clone, Copy)]
pub struct Reach<'r> {
    /// The files of the API's folder.
    pub load: Load<'r>,
    /// The files of the project; none for a document that belongs to no project.
    pub shared: Option<Shared<'r>>,
    /// Documents elsewhere; none means that nothing is fetched.
    pub fetch: Option<Fetch<'r>>,
}

impl<'r> Reach<'r> {
    /// The files of the API's folder, and nothing else.
    pub fn folder(load: Load<'r>) -> Self {
        Self {
            load,
            shared: None,
            fetch: None,
        }
    }
}

/// One document.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) source: Arc<Source>,
    /// Where it hangs in the one tree.
    pub(super) mount: Pointer,
    /// Its version of OpenAPI: its own, else the entry document's.
    pub(super) version: Version,
    /// Where it was read.
    location: Url,
    /// What relative references in it are relative to.
    base: Url,
    /// The schemas in it that have an identity of their own: where, and which.
    identities: Vec<(Pointer, Url)>,
}

/// A place in one of the documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) document: usize,
    pub(super) pointer: Pointer,
}

/// Why a file that is referred to cannot be used.
#[derive(Debug)]
pub(super) enum Unusable {
    /// It cannot be read.
    File(String),
    /// It is of the project, in a folder that the API does not share with others.
    Unshared,
    /// It was not fetched.
    Remote(String),
    /// It was read, and is no YAML or JSON.
    Syntax(Vec<SyntaxFault>),
}

/// Why a reference leads nowhere.
#[derive(Debug)]
pub(super) enum Astray<'l> {
    /// It is no URI reference.
    Malformed,
    /// It leads out of the folder, to this URI, which no document claims.
    Outside(Url),
    /// It names a document that cannot be used, by its path or its URL.
    Unusable(String, &'l Unusable),
    /// It names no place in the document: a pointer.
    Nowhere(Spot),
    /// It names no anchor that there is.
    NoAnchor(String),
}

/// The documents of one API.
#[derive(Debug, Default)]
pub(super) struct Library {
    pub(super) documents: Vec<Document>,
    by_path: BTreeMap<String, usize>,
    /// What stands at which URI.
    located: BTreeMap<String, usize>,
    /// What is called which URI: by `$self` and `$id`.
    named: BTreeMap<String, Spot>,
    /// The anchors, as URIs with a fragment.
    anchors: BTreeMap<String, Spot>,
    /// The schemas with a dynamic anchor, by its name.
    dynamic: BTreeMap<String, Vec<Spot>>,
    unusable: BTreeMap<String, Unusable>,
    /// Identities that are given twice: the second place, and the first one.
    pub(super) twins: Vec<(Spot, Spot)>,
}

impl Library {
    /// Finds every document that the entry document refers to, also by way of others.
    ///
    /// More is looked for than is needed: what cannot be read is told where a reference is followed
    /// to it, and not before.
    pub(super) fn discover(entry: &Arc<Source>, version: Version, reach: Reach<'_>) -> Self {
        let mut library = Self::default();
        let folder = Url::parse(FOLDER).expect("a constant URI");
        let name = file_name(entry.path());
        let mut location = folder;
        location.set_path(&format!("{}{}", location.path(), encoded(name)));
        library.add(Arc::clone(entry), location, version);
        let (mut next, mut elsewhere) = (0, VecDeque::new());
        loop {
            if next < library.documents.len() {
                for reference in library.take_stock(next) {
                    let is_remote = library.find(&reference.uri, next, reach);
                    if is_remote && !reference.is_name {
                        elsewhere.push_back(reference.uri);
                    }
                }
                next += 1;
            } else if let (Some(uri), Some(fetch)) = (elsewhere.pop_front(), reach.fetch) {
                // Last of all: a document that is here already may be called so.
                library.fetch(&uri, fetch);
            } else {
                return library;
            }
        }
    }

    fn add(&mut self, source: Arc<Source>, location: Url, version: Version) -> usize {
        let index = self.documents.len();
        let own = source.root().get("$self").and_then(|it| it.as_str());
        let own = own.filter(|_| version >= Version::V3_2);
        let base = own.and_then(|it| location.join(it).ok());
        let mut base = base.unwrap_or_else(|| location.clone());
        base.set_fragment(None);
        let mount = match index {
            0 => Pointer::root(),
            _ => Pointer::root()
                .join(MOUNT)
                .join(&below_folder(&location).unwrap_or_else(|| location.to_string())),
        };
        self.by_path.insert(source.path().to_owned(), index);
        self.located.insert(location.to_string(), index);
        if base != location {
            let spot = Spot {
                document: index,
                pointer: Pointer::root(),
            };
            self.named.entry(base.to_string()).or_insert(spot);
        }
        self.documents.push(Document {
            source,
            mount,
            version,
            location,
            base,
            identities: Vec::new(),
        });
        index
    }

    /// Notes what a document names, and gives the URIs that it refers to.
    fn take_stock(&mut self, index: usize) -> Vec<Reference> {
        let document = &self.documents[index];
        let stock =
            discovery::look_through(document.source.root(), &document.base, document.version);
        for (pointer, uri) in stock.identities {
            let spot = Spot {
                document: index,
                pointer: pointer.clone(),
            };
            match self.named.get(uri.as_str()) {
                Some(first) if *first != spot => self.twins.push((spot, first.clone())),
                Some(_) => {}
                None => {
                    self.named.insert(uri.to_string(), spot);
                }
            }
            self.documents[index].identities.push((pointer, uri));
        }
        for (pointer, uri, dynamic) in stock.anchors {
            let spot = Spot {
                document: index,
                pointer,
            };
            if dynamic {
                let name = uri.fragment().unwrap_or_default().to_owned();
                self.dynamic.entry(name).or_default().push(spot.clone());
            }
            match self.anchors.get(uri.as_str()) {
                Some(first) if *first != spot => self.twins.push((spot, first.clone())),
                _ => {
                    self.anchors.insert(uri.to_string(), spot);
                }
            }
        }
        stock.references
    }

    fn is_known(&self, key: &str) -> bool {
        let is_here = self.located.contains_key(key) || self.named.contains_key(key);
        is_here || self.unusable.contains_key(key)
    }

    /// Loads the document at a URI that another one refers to, when it is a file of the folder, or one
    /// that is shared; whether it may be had from elsewhere.
    fn find(&mut self, uri: &Url, referrer: usize, reach: Reach<'_>) -> bool {
        let key = uri.to_string();
        if self.is_known(&key) {
            return false;
        }
        let Some(path) = self.path_of(uri, referrer) else {
            if let (Some(shared), Some(path)) = (reach.shared, below(PROJECT, uri)) {
                let found = self.share(&path, shared);
                self.keep(key, found.map(|source| (uri.clone(), source)));
            }
            return is_remote(uri);
        };
        let mut location = Url::parse(FOLDER).expect("a constant URI");
        location.set_path(&format!("{}{}", location.path(), encoded(&path)));
        if let Some(index) = self.located.get(location.as_str()).copied() {
            self.located.insert(key, index);
            return false;
        }
        let loaded = self.has_room().map_err(Unusable::File);
        let loaded = loaded.and_then(|()| self.parse(&path, reach.load));
        self.keep(key, loaded.map(|source| (location, source)));
        false
    }

    /// Reads a file of the project, by its path below it.
    fn share(&self, path: &str, shared: Shared<'_>) -> Result<Source, Unusable> {
        let holds = |folder: &String| {
            let below = path.strip_prefix(folder.as_str());
            below.is_some_and(|it| it.starts_with('/'))
        };
        if !shared.folders.iter().any(holds) {
            return Err(Unusable::Unshared);
        }
        self.has_room().map_err(Unusable::File)?;
        read(path, path, shared.load)
    }

    /// Fetches the document at a URL.
    fn fetch(&mut self, uri: &Url, fetch: Fetch<'_>) {
        let key = uri.to_string();
        if self.is_known(&key) {
            return;
        }
        let fetched = self.has_room().and_then(|()| fetch(uri.as_str()));
        let fetched = fetched.map_err(Unusable::Remote).and_then(|(url, bytes)| {
            let location = Url::parse(&url).map_err(|why| Unusable::Remote(why.to_string()))?;
            Ok((location, bytes))
        });
        let (mut location, bytes) = match fetched {
            Ok(fetched) => fetched,
            Err(why) => return self.keep(key, Err(why)),
        };
        location.set_fragment(None);
        if let Some(index) = self.located.get(location.as_str()).copied() {
            self.located.insert(key, index);
            return;
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| "it is not UTF-8".to_owned());
        let source = text.map_err(Unusable::Remote).and_then(|text| {
            Source::parse(location.as_str(), text.to_owned()).map_err(Unusable::Syntax)
        });
        self.keep(key, source.map(|source| (location, source)));
    }

    fn has_room(&self) -> Result<(), String> {
        let has_room = self.documents.len() < DOCUMENTS_MAX;
        let full = || format!("one API has at most {DOCUMENTS_MAX} documents");
        has_room.then_some(()).ok_or_else(full)
    }

    /// Keeps a document that a URI led to, or why there is none.
    fn keep(&mut self, key: String, found: Result<(Url, Source), Unusable>) {
        match found {
            Ok((location, source)) => {
                let entry = self.documents[0].version;
                let version = Version::of(source.root()).unwrap_or(entry);
                let index = self.add(Arc::new(source), location, version);
                self.located.insert(key, index);
            }
            Err(why) => {
                self.unusable.insert(key, why);
            }
        }
    }

    fn parse(&self, path: &str, load: Load<'_>) -> Result<Source, Unusable> {
        let entry = self.documents[0].source.path();
        let folder = &entry[..entry.len() - file_name(entry).len()];
        read(path, &format!("{folder}{path}"), load)
    }

    /// The path below the folder that a URI names: by its own location, or, where the document that
    /// refers to it says what it is called itself, by where it is relative to that.
    fn path_of(&self, uri: &Url, referrer: usize) -> Option<String> {
        if uri.query().is_some() {
            return None;
        }
        let own = below_folder(uri);
        own.or_else(|| {
            let document = &self.documents[referrer];
            let around = document.base.join(".").ok()?;
            let rest = uri.as_str().strip_prefix(around.as_str())?;
            let moved = document.location.join(".").ok()?.join(rest).ok()?;
            below_folder(&moved)
        })
    }

    /// Which document a source is.
    pub(super) fn index(&self, source: &Source) -> usize {
        let is_entry = |it: &Document| std::ptr::eq(Arc::as_ptr(&it.source), source);
        if self.documents.first().is_some_and(is_entry) {
            return 0;
        }
        self.by_path.get(source.path()).copied().unwrap_or_default()
    }

    /// The schemas with a dynamic anchor of that name.
    pub(super) fn dynamic_anchors(&self, name: &str) -> &[Spot] {
        self.dynamic.get(name).map_or(&[], Vec::as_slice)
    }

    /// Where a reference leads that stands at a place.
    pub(super) fn resolve(&self, from: &Spot, reference: &str) -> Result<Spot, Astray<'_>> {
        let document = &self.documents[from.document];
        if document.identities.is_empty()
            && let Some(fragment) = reference.strip_prefix('#')
            && (fragment.is_empty() || fragment.starts_with('/'))
        {
            let pointer = Pointer::from_fragment(fragment).map_err(|_| Astray::Malformed)?;
            return self.existing(Spot {
                document: from.document,
                pointer,
            });
        }
        let base = document.base_at(&from.pointer);
        let target = base.join(reference).map_err(|_| Astray::Malformed)?;
        let mut resource = target.clone();
        resource.set_fragment(None);
        let Some(root) = self.resource(&resource) else {
            return Err(match self.unusable.get(resource.as_str()) {
                Some(why) => {
                    let path = self.path_of(&resource, from.document);
                    let path = path.or_else(|| below(PROJECT, &resource));
                    Astray::Unusable(path.unwrap_or_else(|| resource.to_string()), why)
                }
                None => Astray::Outside(resource),
            });
        };
        match target.fragment() {
            None | Some("") => Ok(root),
            Some(fragment) if fragment.starts_with('/') => {
                let rest = Pointer::from_fragment(fragment).map_err(|_| Astray::Malformed)?;
                let pointer = root.pointer.append(&rest);
                self.existing(Spot { pointer, ..root })
            }
            Some(anchor) => {
                let home = self.documents[root.document].base_at(&root.pointer);
                let mut named = home.clone();
                named.set_fragment(Some(anchor));
                let found = self.anchors.get(named.as_str()).cloned();
                found.ok_or_else(|| Astray::NoAnchor(anchor.to_owned()))
            }
        }
    }

    fn existing(&self, spot: Spot) -> Result<Spot, Astray<'_>> {
        let root = self.documents[spot.document].source.root();
        match spot.pointer.lookup(root) {
            Some(_) => Ok(spot),
            None => Err(Astray::Nowhere(spot)),
        }
    }

    /// What a URI without a fragment names.
    fn resource(&self, uri: &Url) -> Option<Spot> {
        let named = self.named.get(uri.as_str()).cloned();
        named.or_else(|| {
            let document = self.located.get(uri.as_str()).copied()?;
            Some(Spot {
                document,
                pointer: Pointer::root(),
            })
        })
    }

    /// The names of the anchors that there are.
    pub(super) fn anchor_names(&self) -> impl Iterator<Item = &str> + Clone {
        let names = self.anchors.keys();
        names.filter_map(|uri| Some(uri.split_once('#')?.1))
    }
}

impl Document {
    /// The places in the one tree of its schema resources: those with an identity, and the whole.
    pub(super) fn resources(&self) -> impl Iterator<Item = Pointer> {
        let inner = self.identities.iter();
        let inner = inner.map(|(place, _)| self.mount.append(place));
        inner.chain([self.mount.clone()])
    }

    /// What references at a place are relative to: the innermost identity around it.
    fn base_at(&self, pointer: &Pointer) -> &Url {
        let around = self
            .identities
            .iter()
            .filter(|(place, _)| place.contains(pointer));
        let innermost = around.max_by_key(|(place, _)| place.as_str().len());
        innermost.map_or(&self.base, |(_, uri)| uri)
    }
}

/// Reads a file, by the path that it is had by and the one that it is shown by.
fn read(path: &str, shown: &str, load: Load<'_>) -> Result<Source, Unusable> {
    let bytes = load(path).map_err(Unusable::File)?;
    let text = std::str::from_utf8(&bytes);
    let text = text.map_err(|_| Unusable::File("the file is not UTF-8".to_owned()))?;
    Source::parse(shown, text.to_owned()).map_err(Unusable::Syntax)
}

/// The path of a URI below the API's folder.
fn below_folder(uri: &Url) -> Option<String> {
    below(FOLDER, uri)
}

/// The path of a URI below a folder.
fn below(folder: &str, uri: &Url) -> Option<String> {
    let rest = uri.as_str().strip_prefix(folder)?;
    let decoded = percent_encoding::percent_decode_str(rest)
        .decode_utf8()
        .ok()?;
    (!decoded.is_empty()).then(|| decoded.into_owned())
}

/// Whether a URI is one of the network.
pub(super) fn is_remote(uri: &Url) -> bool {
    matches!(uri.scheme(), "http" | "https")
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// A path as it stands in a URI.
fn encoded(path: &str) -> String {
    path.replace('%', "%25")
        .replace('?', "%3F")
        .replace('#', "%23")
}
