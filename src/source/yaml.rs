//! YAML text to a value and its marks. The only module that names the YAML parser.
//!
//! The parser gives events; this module builds the value without recursion, resolves aliases to
//! copies, and reports what JSON cannot hold. An alias is marked where it stands and its parts where
//! they are written, at the anchor. Merge keys (`<<`) belong to YAML 1.1 and are refused rather than
//! taken for a member. Source: YAML 1.2.2.

use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span as Extent, StructureStyle, Tag};
use serde_json::{Map, Value};

use super::SyntaxFault;
use super::location::Text;
use super::mark::{Mark, Span};
use super::scalar::{self, CoreType};
use super::size::Size;
use crate::json::{DEPTH_MAX, FAULTS_MAX};

/// How many values one text may make, those that aliases copy included.
pub const NODES_MAX: usize = 4_000_000;
/// How many bytes of strings aliases may copy.
pub const COPIED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Parses one YAML document.
///
/// # Errors
/// All faults found before the end or before the first one that cannot be passed.
pub(super) fn load(text: &Text) -> Result<(Value, Mark), Vec<SyntaxFault>> {
    let mut options = granit_parser::options! {
        emit_unresolved_aliases: true,
        flow_nesting_limit: DEPTH_MAX,
        block_nesting_limit: DEPTH_MAX,
    };
    options.set_emit_comments(false);
    let start = text.start();
    let mut loader = Loader::new(text);
    for event in Parser::new_from_str_with_options(&text.as_str()[start..], options) {
        let step = match event {
            Ok((event, extent)) => loader.take(event, &extent),
            Err(error) => {
                let marker = error.marker();
                let offset = marker.byte_offset().unwrap_or(0) + start;
                loader.fault(offset..offset, format!("not YAML: {}", error.info()));
                Err(Stop)
            }
        };
        if step.is_err() || loader.faults.len() >= FAULTS_MAX {
            break;
        }
    }
    let mut faults = loader.faults;
    match loader.root {
        Some(node) if faults.is_empty() => Ok((node.value, node.mark)),
        None if faults.is_empty() => {
            let location = text.location(0..0);
            Err(vec![SyntaxFault {
                location,
                message: "the file is empty".to_owned(),
                also: None,
            }])
        }
        _ => {
            faults.sort_by(|left, right| left.location.cmp(&right.location));
            Err(faults)
        }
    }
}

/// Nothing after this can be read; the fault has been noted.
struct Stop;

#[derive(Debug, Clone)]
struct Node {
    value: Value,
    mark: Mark,
}

struct Anchored {
    node: Node,
    size: Size,
}

/// A member's name, whose value is awaited.
struct Key {
    name: String,
    span: Span,
    /// The value is read and thrown away: the name is a fault.
    discard: bool,
}

enum Parts {
    Sequence(Vec<Value>),
    Mapping {
        members: Map<String, Value>,
        key: Option<Key>,
    },
}

/// A collection whose end has not come yet.
struct Open {
    parts: Parts,
    marks: Vec<Mark>,
    start: usize,
    end: usize,
    flow: bool,
    anchor: usize,
}

struct Loader<'t> {
    text: &'t Text,
    open: Vec<Open>,
    root: Option<Node>,
    documents: usize,
    anchors: BTreeMap<usize, Anchored>,
    nodes: usize,
    copied: usize,
    faults: Vec<SyntaxFault>,
}

impl<'t> Loader<'t> {
    fn new(text: &'t Text) -> Self {
        Self {
            text,
            open: Vec::new(),
            root: None,
            documents: 0,
            anchors: BTreeMap::new(),
            nodes: 0,
            copied: 0,
            faults: Vec::new(),
        }
    }

    fn fault(&mut self, range: Range<usize>, message: String) {
        let location = self.text.location(range);
        self.faults.push(SyntaxFault {
            location,
            message,
            also: None,
        });
    }

    fn range(&self, extent: &Extent) -> Range<usize> {
        // Parsing from a string, every extent has a byte range.
        let range = extent.byte_range().unwrap_or(0..0);
        range.start + self.text.start()..range.end + self.text.start()
    }

    fn take(&mut self, event: Event<'_>, extent: &Extent) -> Result<(), Stop> {
        let range = self.range(extent);
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.fault(
                        range,
                        "a second document begins; a file holds one".to_owned(),
                    );
                    return Err(Stop);
                }
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.count(1, &range)?;
                let plain = style == ScalarStyle::Plain;
                if self.awaits_key() {
                    self.take_key(&text, plain, tag.as_deref(), range.clone());
                    // Few keys have an anchor.
                    if anchor == 0 {
                        return Ok(());
                    }
                    let value = Value::String(text.into_owned());
                    return self.keep(anchor, &node(value, range.clone()), &range);
                }
                let value = self.resolve(&text, plain, tag.as_deref(), &range);
                let node = node(value, range.clone());
                self.keep(anchor, &node, &range)?;
                self.complete(node);
                Ok(())
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.check_collection_tag(tag.as_deref(), "seq", &range);
                self.begin(Parts::Sequence(Vec::new()), style, anchor, range)
            }
            Event::MappingStart(style, anchor, tag) => {
                self.check_collection_tag(tag.as_deref(), "map", &range);
                let parts = Parts::Mapping {
                    members: Map::new(),
                    key: None,
                };
                self.begin(parts, style, anchor, range)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(&range),
            Event::Alias(anchor) => self.take_alias(anchor, range),
            Event::UnresolvedAlias(name) => {
                self.fault(
                    range.clone(),
                    format!("no anchor `&{name}` stands before this alias"),
                );
                self.complete(node(Value::Null, range));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn count(&mut self, nodes: usize, range: &Range<usize>) -> Result<(), Stop> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes <= NODES_MAX {
            return Ok(());
        }
        self.fault(
            range.clone(),
            format!("more than {NODES_MAX} values, copies included"),
        );
        Err(Stop)
    }

    fn awaits_key(&self) -> bool {
        matches!(
            self.open.last(),
            Some(Open {
                parts: Parts::Mapping { key: None, .. },
                ..
            })
        )
    }

    fn take_key(&mut self, text: &str, plain: bool, tag: Option<&Tag>, range: Range<usize>) {
        let core = tag.map(|tag| tag.core_suffix().map(str::to_owned));
        if core.is_some_and(|suffix| suffix.is_some_and(|suffix| suffix != "str")) {
            self.fault(range.clone(), format!("the key `{text}` is not a string"));
        } else if let Some(tag) = tag.filter(|tag| tag.is_custom() && tag.original() != "!") {
            self.fault(range.clone(), unknown_tag(tag));
        } else if plain && text == "<<" {
            let message = "merge keys (`<<`) are not in YAML 1.2; write the members out";
            self.fault(range.clone(), message.to_owned());
        } else if plain && range.is_empty() {
            self.fault(
                range.clone(),
                "a key is missing; write \"\" for an empty one".to_owned(),
            );
        }
        let first = match self.open.last() {
            Some(Open {
                parts: Parts::Mapping { members, .. },
                marks,
                ..
            }) if members.contains_key(text) => members
                .keys()
                .position(|name| name == text)
                .map(|index| marks[index].key),
            _ => None,
        };
        if let Some(first) = first {
            let also = Some(self.text.location(first.range()));
            let location = self.text.location(range.clone());
            let message = format!("the key `{text}` stands twice");
            self.faults.push(SyntaxFault {
                location,
                message,
                also,
            });
        }
        self.set_key(Key {
            name: text.to_owned(),
            span: Span::new(range),
            discard: first.is_some(),
        });
    }

    fn set_key(&mut self, new: Key) {
        if let Some(Open {
            parts: Parts::Mapping { key, .. },
            ..
        }) = self.open.last_mut()
        {
            *key = Some(new);
        }
    }

    fn resolve(
        &mut self,
        text: &str,
        plain: bool,
        tag: Option<&Tag>,
        range: &Range<usize>,
    ) -> Value {
        let resolved = match tag {
            None if plain => scalar::resolve_plain(text),
            None => Ok(Value::String(text.to_owned())),
            Some(tag) if tag.original() == "!" => Ok(Value::String(text.to_owned())),
            Some(tag) => match tag.core_suffix().and_then(CoreType::from_suffix) {
                Some(core) => scalar::resolve_tagged(text, core),
                None => Err(unknown_tag(tag)),
            },
        };
        resolved.unwrap_or_else(|message| {
            self.fault(range.clone(), message);
            Value::Null
        })
    }

    fn check_collection_tag(&mut self, tag: Option<&Tag>, expected: &str, range: &Range<usize>) {
        if let Some(tag) = tag
            && tag.original() != "!"
            && tag.core_suffix() != Some(expected)
        {
            self.fault(range.clone(), unknown_tag(tag));
        }
    }

    fn begin(
        &mut self,
        parts: Parts,
        style: StructureStyle,
        anchor: usize,
        range: Range<usize>,
    ) -> Result<(), Stop> {
        self.count(1, &range)?;
        if self.open.len() >= DEPTH_MAX {
            let message = format!("more than {DEPTH_MAX} collections within one another");
            self.fault(range, message);
            return Err(Stop);
        }
        let flow = style == StructureStyle::Flow;
        let Range { start, end } = range;
        self.open.push(Open {
            parts,
            marks: Vec::new(),
            start,
            end,
            flow,
            anchor,
        });
        Ok(())
    }

    fn end(&mut self, range: &Range<usize>) -> Result<(), Stop> {
        let Some(closed) = self.open.pop() else {
            return Ok(());
        };
        let value = match closed.parts {
            Parts::Sequence(elements) => Value::Array(elements),
            Parts::Mapping { members, .. } => Value::Object(members),
        };
        // A block collection ends where the next thing begins; its last part ends where it ends.
        let end = if closed.flow { range.end } else { closed.end };
        let mark = Mark {
            key: Span::default(),
            value: Span::new(closed.start..end),
            parts: closed.marks.into_boxed_slice(),
        };
        let node = Node { value, mark };
        self.keep(closed.anchor, &node, &(closed.start..end))?;
        self.complete(node);
        Ok(())
    }

    fn take_alias(&mut self, anchor: usize, range: Range<usize>) -> Result<(), Stop> {
        let Some(anchored) = self.anchors.get(&anchor) else {
            let message = "this alias stands within its own anchor";
            self.fault(range.clone(), message.to_owned());
            self.complete(node(Value::Null, range));
            return Ok(());
        };
        if self.awaits_key() {
            if let Value::String(name) = &anchored.node.value {
                let name = name.clone();
                self.take_key(&name, false, None, range);
            } else {
                self.complete(node(Value::Null, range));
            }
            return Ok(());
        }
        let size = anchored.size;
        self.spend(size, &range)?;
        let Some(anchored) = self.anchors.get(&anchor) else {
            return Ok(());
        };
        let mut copy = anchored.node.clone();
        copy.mark.value = Span::new(range);
        self.complete(copy);
        Ok(())
    }

    /// Notes what a copy costs.
    fn spend(&mut self, size: Size, range: &Range<usize>) -> Result<(), Stop> {
        self.count(size.nodes, range)?;
        self.copied = self.copied.saturating_add(size.bytes);
        if self.copied > COPIED_BYTES_MAX {
            let message = format!("aliases copy more than {COPIED_BYTES_MAX} bytes");
            self.fault(range.clone(), message);
            return Err(Stop);
        }
        if self.open.len() + size.depth > DEPTH_MAX {
            let message = format!("more than {DEPTH_MAX} collections within one another");
            self.fault(range.clone(), message);
            return Err(Stop);
        }
        Ok(())
    }

    /// Keeps a copy of an anchored node; the copy counts.
    fn keep(&mut self, anchor: usize, node: &Node, range: &Range<usize>) -> Result<(), Stop> {
        if anchor == 0 {
            return Ok(());
        }
        let size = Size::of(&node.value);
        self.spend(size, range)?;
        self.anchors.insert(
            anchor,
            Anchored {
                node: node.clone(),
                size,
            },
        );
        Ok(())
    }

    /// Puts a finished node where it belongs.
    fn complete(&mut self, mut node: Node) {
        let range = node.mark.value.range();
        if self.awaits_key() {
            let message = "a key must be a string, not a collection or an alias of one";
            self.fault(range.clone(), message.to_owned());
            self.set_key(Key {
                name: String::new(),
                span: Span::new(range),
                discard: true,
            });
            return;
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        parent.end = parent.end.max(range.end);
        match &mut parent.parts {
            Parts::Sequence(elements) => elements.push(node.value),
            Parts::Mapping { members, key } => match key.take() {
                Some(key) if !key.discard => {
                    node.mark.key = key.span;
                    members.insert(key.name, node.value);
                }
                _ => return,
            },
        }
        parent.marks.push(node.mark);
    }
}

fn node(value: Value, range: Range<usize>) -> Node {
    let mark = Mark {
        key: Span::default(),
        value: Span::new(range),
        parts: Box::default(),
    };
    Node { value, mark }
}

fn unknown_tag(tag: &Tag) -> String {
    format!(
        "the tag `{}` means nothing here; leave it out",
        tag.original()
    )
}
