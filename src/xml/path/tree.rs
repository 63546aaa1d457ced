//! The document as the tree that XPath sees (`XPath 1.0 §5`), with a count of what is looked at.
//!
//! When too much has been looked at the tree is as if it were empty, so that every evaluation comes to
//! its end; whoever asked is told that there is no answer.

use std::cell::Cell;
use std::cmp::Ordering;

use roxmltree::NodeType;
use xpath_eval::{ExpandedName, Node, NodeKind};

/// How many bytes of text cost as much as a step.
const BYTES_A_STEP: usize = 64;
/// How many bytes of text one evaluation may read; a function may hold all of them at once.
pub(super) const TEXT_BYTES_MAX: usize = 2 * crate::xml::DOCUMENT_BYTES_MAX;
/// How many values that are compared cost as much as a step.
const VALUES_A_STEP: u64 = 32;

/// How much may still be looked at.
#[derive(Debug)]
pub(super) struct Effort {
    left: Cell<u64>,
    /// How many texts were read since the last move: each may be compared with all of them.
    texts: Cell<u64>,
    /// How many bytes of text may still be read.
    bytes: Cell<usize>,
}

impl Effort {
    pub(super) fn new(steps: u64) -> Self {
        Self {
            left: Cell::new(steps),
            texts: Cell::new(0),
            bytes: Cell::new(TEXT_BYTES_MAX),
        }
    }

    pub(super) fn is_spent(&self) -> bool {
        self.left.get() == 0
    }

    /// Counts so many steps; whether there were as many.
    fn spend(&self, steps: u64) -> bool {
        self.left.set(self.left.get().saturating_sub(steps));
        !self.is_spent()
    }

    fn move_on(&self) -> bool {
        self.texts.set(0);
        self.spend(1)
    }

    fn read_text(&self, length: usize) -> bool {
        let before = self.texts.get();
        self.texts.set(before + 1);
        match self.bytes.get().checked_sub(length) {
            Some(left) => self.bytes.set(left),
            None => self.left.set(0),
        }
        let bytes = u64::try_from(length / BYTES_A_STEP).unwrap_or(u64::MAX);
        self.spend(1 + before / VALUES_A_STEP + bytes)
    }
}

/// A node of the tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'d> {
    node: roxmltree::Node<'d, 'd>,
    part: Part,
    effort: &'d Effort,
}

/// Which node an element gives: itself, a namespace or an attribute, in the order of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Itself,
    Namespace(usize),
    Attribute(usize),
}

impl<'d> Item<'d> {
    pub(super) fn root(document: &'d roxmltree::Document<'d>, effort: &'d Effort) -> Self {
        Self {
            node: document.root(),
            part: Part::Itself,
            effort,
        }
    }

    pub(super) fn node(&self) -> roxmltree::Node<'d, 'd> {
        self.node
    }

    /// The attribute that it is.
    pub(super) fn own_attribute(&self) -> Option<roxmltree::Attribute<'d, 'd>> {
        match self.part {
            Part::Attribute(at) => self.node.attributes().nth(at),
            Part::Itself | Part::Namespace(_) => None,
        }
    }

    fn own_namespace(&self) -> Option<&'d roxmltree::Namespace<'d>> {
        match self.part {
            Part::Namespace(at) => self.node.namespaces().nth(at),
            Part::Itself | Part::Attribute(_) => None,
        }
    }

    fn at(self, part: Part) -> Self {
        Self { part, ..self }
    }

    fn is_element(self) -> bool {
        self.part == Part::Itself && self.node.is_element()
    }
}

impl PartialEq for Item<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.node.id() == other.node.id() && self.part == other.part
    }
}

impl Eq for Item<'_> {}

impl<'d> Node<'d> for Item<'d> {
    fn kind(self) -> NodeKind {
        match (self.part, self.node.node_type()) {
            (Part::Attribute(_), _) => NodeKind::Attribute,
            (Part::Namespace(_), _) => NodeKind::Namespace,
            (Part::Itself, NodeType::Root) => NodeKind::Root,
            (Part::Itself, NodeType::Element) => NodeKind::Element,
            (Part::Itself, NodeType::PI) => NodeKind::ProcessingInstruction,
            (Part::Itself, NodeType::Comment) => NodeKind::Comment,
            (Part::Itself, NodeType::Text) => NodeKind::Text,
        }
    }

    fn parent(self) -> Option<Self> {
        if self.part != Part::Itself {
            // The crate counts on it.
            return Some(self.at(Part::Itself));
        }
        let parent = self.node.parent().filter(|_| self.effort.move_on())?;
        Some(Self {
            node: parent,
            ..self
        })
    }

    fn children(self) -> impl Iterator<Item = Self> + 'd {
        let is_itself = self.part == Part::Itself && self.effort.move_on();
        let first = self.node.first_child().filter(|_| is_itself);
        let all = std::iter::successors(first, roxmltree::Node::next_sibling);
        all.take_while(move |_| self.effort.spend(1))
            .map(move |node| Self { node, ..self })
    }

    fn attributes(self) -> impl Iterator<Item = Self> + 'd {
        let is_there = self.is_element() && self.effort.move_on();
        let count = if is_there {
            self.node.attributes().len()
        } else {
            0
        };
        (0..count)
            .take_while(move |_| self.effort.spend(1))
            .map(move |at| self.at(Part::Attribute(at)))
    }

    fn namespaces(self) -> impl Iterator<Item = Self> + 'd {
        let is_there = self.is_element() && self.effort.move_on();
        let count = if is_there {
            self.node.namespaces().len()
        } else {
            0
        };
        (0..count)
            .take_while(move |_| self.effort.spend(1))
            .map(move |at| self.at(Part::Namespace(at)))
    }

    fn expanded_name(self) -> Option<ExpandedName> {
        let named = |namespace: Option<&str>, name: &str| {
            let namespace_uri = namespace.filter(|it| !it.is_empty()).map(str::to_owned);
            Some(ExpandedName {
                namespace_uri,
                local_name: name.to_owned(),
            })
        };
        if let Some(attribute) = self.own_attribute() {
            return named(attribute.namespace(), attribute.name());
        }
        if let Some(namespace) = self.own_namespace() {
            return named(None, namespace.name().unwrap_or_default());
        }
        if let Some(instruction) = self.node.pi() {
            return named(None, instruction.target);
        }
        let name = self.node.tag_name();
        self.is_element()
            .then(|| named(name.namespace(), name.name()))
            .flatten()
    }

    fn string_value(self) -> String {
        let text = if let Some(attribute) = self.own_attribute() {
            attribute.value().to_owned()
        } else if let Some(namespace) = self.own_namespace() {
            namespace.uri().to_owned()
        } else {
            match self.node.node_type() {
                NodeType::PI => {
                    let instruction = self.node.pi().and_then(|it| it.value);
                    instruction.unwrap_or_default().to_owned()
                }
                NodeType::Comment | NodeType::Text => {
                    self.node.text().unwrap_or_default().to_owned()
                }
                NodeType::Root | NodeType::Element => {
                    let inside = self.node.descendants();
                    let inside = inside.take_while(|_| self.effort.spend(1));
                    let texts = inside.filter(roxmltree::Node::is_text);
                    texts.filter_map(|it| it.text()).collect()
                }
            }
        };
        if self.effort.read_text(text.len()) {
            text
        } else {
            String::new()
        }
    }

    fn document_order(self, other: Self) -> Ordering {
        let own = (self.node.id().get(), self.part);
        own.cmp(&(other.node.id().get(), other.part))
    }
}
