//! Which operation a request is for.

use crate::contract::{Contract, Segment};
use crate::http::Request;
use crate::journal::fits;
use crate::world::Site;

/// The operations of a contract at a site.
#[derive(Debug, Clone)]
pub struct Routes {
    /// The place of each, and what its requests begin with; the most exact template first.
    ways: Vec<(usize, String)>,
}

impl Routes {
    /// The operations of a contract, as they are reached at a site.
    pub fn new(contract: &Contract, site: &Site) -> Self {
        let operations = contract.operations.iter().enumerate();
        let known = operations.filter_map(|(place, operation)| {
            let base = contract.base(operation, site).ok()?;
            Some((place, base.url))
        });
        let mut ways: Vec<(usize, String)> = known.collect();
        ways.sort_by_key(|(place, _)| {
            let segments = contract.operations[*place].path.segments();
            let variables = segments
                .iter()
                .filter(|it| matches!(it, Segment::Variable(_)));
            (variables.count(), *place)
        });
        Self { ways }
    }

    /// The operation of a request; none when it is for none.
    pub(super) fn find(&self, contract: &Contract, request: &Request) -> Option<usize> {
        let found = self.ways.iter().find(|(place, base)| {
            let operation = &contract.operations[*place];
            let target = request.url.strip_prefix(base.as_str());
            operation.method == request.method && target.is_some_and(|it| fits(&operation.path, it))
        });
        found.map(|(place, _)| *place)
    }
}
