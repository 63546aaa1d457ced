//! Everything of one contract that can be exercised, as items with names, and the tables that exchanges
//! are held against.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::Kind;
use super::exempt::Exemption;
use super::tree::{Aspect, Builder, Owner, Tree};
use crate::contract::export::Direction;
use crate::contract::{Contract, MediaContent, Operation, SchemaUse, StatusPattern};
use crate::json::Pointer;

/// How many places the bodies of one contract may give together.
pub const ITEMS_MAX: usize = 100_000;

/// What a contract offers.
#[derive(Debug)]
pub struct Universe {
    contract: Arc<Contract>,
    items: Vec<Item>,
    is_cut: bool,
    digest: String,
    pub(super) operations: Vec<OperationTable>,
}

/// One thing that can be exercised.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its name, the same from run to run.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// The place of its operation in the contract's list.
    pub operation: usize,
    /// What it is.
    pub what: What,
    /// Whether it is declared not to be exercised.
    pub is_exempt: bool,
}

/// What an item is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The operation is called.
    Operation,
    /// This documented status is answered.
    Status(StatusPattern),
    /// A body of a documented media type.
    MediaType(Side),
    /// An optional body of a request is left out.
    NoBody,
    /// A parameter.
    Parameter {
        /// Its place in the operation's list.
        index: usize,
        /// Whether it is sent, or left out.
        is_sent: bool,
    },
    /// A place of a body, and what is seen there.
    Place(Side, Pointer, Aspect),
}

/// Which way a body goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// To the server.
    Request,
    /// From it, with this documented status.
    Response(StatusPattern),
}

/// The items of one operation, by their places in the list.
#[derive(Debug)]
pub(super) struct OperationTable {
    pub(super) called: usize,
    /// For each parameter: sent, and left out.
    pub(super) parameters: Vec<(usize, Option<usize>)>,
    /// For each documented media type of the request.
    pub(super) request: Vec<BodyTable>,
    pub(super) no_body: Option<usize>,
    /// For each documented answer, in the contract's order.
    pub(super) responses: Vec<ResponseTable>,
}

/// The items of one documented answer.
#[derive(Debug)]
pub(super) struct ResponseTable {
    pub(super) status: usize,
    pub(super) bodies: Vec<BodyTable>,
}

/// The items of a body of one media type.
#[derive(Debug)]
pub(super) struct BodyTable {
    pub(super) media_type: usize,
    pub(super) whole: Option<Tree>,
    /// Those of each item of a sequence.
    pub(super) each: Option<Tree>,
}

/// The items while they are made.
#[derive(Debug, Default)]
pub(super) struct Items {
    list: Vec<Item>,
    numbers: BTreeMap<String, usize>,
    /// How many of them are places.
    places: usize,
    /// Whether places were left out.
    pub(super) is_cut: bool,
}

impl Items {
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.numbers.get(id).copied()
    }

    /// A place that is not there yet; none where there would be too many.
    pub(super) fn add(
        &mut self,
        id: String,
        kind: Kind,
        operation: usize,
        what: What,
    ) -> Option<usize> {
        if self.places >= ITEMS_MAX {
            self.is_cut = true;
            return None;
        }
        self.places += 1;
        Some(self.push(id, kind, operation, what))
    }

    /// What every contract may have as much of as it documents.
    fn put(&mut self, id: String, kind: Kind, operation: usize, what: What) -> usize {
        match self.find(&id) {
            Some(known) => known,
            None => self.push(id, kind, operation, what),
        }
    }

    fn push(&mut self, id: String, kind: Kind, operation: usize, what: What) -> usize {
        let number = self.list.len();
        self.numbers.insert(id.clone(), number);
        self.list.push(Item {
            id,
            kind,
            operation,
            what,
            is_exempt: false,
        });
        number
    }
}

impl Universe {
    /// What a contract offers, but for what is exempt.
    pub fn new(contract: &Arc<Contract>, exemptions: &[Exemption]) -> Self {
        let mut items = Items::default();
        let mut operations = Vec::new();
        for (number, operation) in contract.operations.iter().enumerate() {
            operations.push(table(number, operation, &mut items));
        }
        // Places come last, so that a limit on them takes no operation away.
        for (number, operation) in contract.operations.iter().enumerate() {
            places(
                contract,
                (number, operation),
                &mut operations[number],
                &mut items,
            );
        }
        let Items {
            mut list, is_cut, ..
        } = items;
        for item in &mut list {
            let operation = &contract.operations[item.operation].id;
            item.is_exempt = exemptions.iter().any(|it| it.takes(item, operation));
        }
        Self {
            contract: Arc::clone(contract),
            digest: digest(&list),
            items: list,
            is_cut,
            operations,
        }
    }

    /// The contract.
    pub fn contract(&self) -> &Arc<Contract> {
        &self.contract
    }

    /// The short name of the API.
    pub fn api(&self) -> &str {
        &self.contract.api
    }

    /// Everything, operations with what is not of bodies first.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Whether there are more places than are counted.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// A name for the whole list; the same items have the same one.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

fn digest(items: &[Item]) -> String {
    let mut digest = Sha256::new();
    for item in items {
        digest.update(item.id.len().to_le_bytes());
        digest.update(&item.id);
        digest.update([u8::from(item.is_exempt)]);
    }
    let mut digits = String::new();
    for byte in digest.finalize().iter().take(8) {
        write!(digits, "{byte:02x}").expect("a String takes all");
    }
    digits
}

/// What is not of bodies.
fn table(number: usize, operation: &Operation, items: &mut Items) -> OperationTable {
    let id = &operation.id;
    let called = items.put(id.clone(), Kind::Operations, number, What::Operation);
    let parameters = operation.parameters.iter().enumerate();
    let parameters = parameters.map(|(index, parameter)| {
        let name = format!("{id} {} {}", parameter.place.as_str(), parameter.name);
        let what = |is_sent| What::Parameter { index, is_sent };
        let absent = format!("{name} absent");
        let sent = items.put(name, Kind::Parameters, number, what(true));
        let is_optional = !parameter.required;
        let absent = is_optional.then(|| items.put(absent, Kind::Parameters, number, what(false)));
        (sent, absent)
    });
    let parameters = parameters.collect();
    let body = operation.request_body.as_ref();
    let request = body.into_iter().flat_map(|it| &it.content);
    let request = request.map(|it| media_type(number, &owner(id, Side::Request), it, items));
    let request = request.collect();
    let is_optional = body.is_some_and(|it| !it.required);
    let no_body = is_optional.then(|| {
        let name = format!("{id} request absent");
        items.put(name, Kind::MediaTypes, number, What::NoBody)
    });
    let responses = operation.responses.iter().map(|response| {
        let side = Side::Response(response.status);
        let name = owner(id, side).0;
        let status = items.put(name, Kind::Statuses, number, What::Status(response.status));
        let bodies = response.content.iter();
        let bodies = bodies.map(|it| media_type(number, &owner(id, side), it, items));
        let bodies = bodies.collect();
        ResponseTable { status, bodies }
    });
    OperationTable {
        called,
        parameters,
        request,
        no_body,
        responses: responses.collect(),
    }
}

/// What the names of the items of bodies begin with.
fn owner(operation: &str, side: Side) -> (String, Side) {
    let name = match side {
        Side::Request => format!("{operation} request"),
        Side::Response(status) => format!("{operation} {status}"),
    };
    (name, side)
}

fn media_type(
    number: usize,
    (name, side): &(String, Side),
    content: &MediaContent,
    items: &mut Items,
) -> BodyTable {
    let name = format!("{name} {}", content.range);
    BodyTable {
        media_type: items.put(name, Kind::MediaTypes, number, What::MediaType(*side)),
        whole: None,
        each: None,
    }
}

/// The places of all bodies of an operation.
fn places(
    contract: &Contract,
    (number, operation): (usize, &Operation),
    table: &mut OperationTable,
    items: &mut Items,
) {
    let request = operation.request_body.iter().flat_map(|it| &it.content);
    let request = request
        .zip(&mut table.request)
        .map(|it| (Side::Request, it));
    let responses = operation.responses.iter().zip(&mut table.responses);
    let responses = responses.flat_map(|(response, table)| {
        let bodies = response.content.iter().zip(&mut table.bodies);
        bodies.map(|it| (Side::Response(response.status), it))
    });
    for (side, (content, table)) in request.chain(responses) {
        let (name, side) = owner(&operation.id, side);
        let prefix = format!("{name} {}", content.range);
        let direction = match side {
            Side::Request => Direction::Request,
            Side::Response(_) => Direction::Response,
        };
        let mut tree = |schema: &SchemaUse, prefix: String| {
            let owner = Owner {
                operation: number,
                side,
                prefix,
            };
            Builder::new(contract, direction, owner, items).build(&schema.pointer)
        };
        let whole = content.schema.as_ref();
        table.whole = whole.map(|it| tree(it, prefix.clone()));
        let each = content.item_schema.as_ref();
        table.each = each.map(|it| tree(it, format!("{prefix} each")));
    }
}
