//! The faults of a bundled mock, as mutants.

use super::mutant::Change;
use super::{Kind, Mutant};
use crate::contract::Contract;
use crate::json::Pointer;
use crate::mock::Mock;

/// The faults of a mock that show at an operation of the contract, in the order of the mock's list.
pub fn faults(mock: &'static Mock, contract: &Contract) -> Vec<Mutant> {
    let found = mock.faults.iter().filter_map(|fault| {
        let is_it = |it: &crate::contract::Operation| {
            it.method == fault.place.method && it.path.as_str() == fault.place.path
        };
        let operation = contract.operations.iter().position(is_it)?;
        let mut mutant = Mutant::new(
            contract,
            operation,
            None,
            (Kind::Fault, fault.id, &Pointer::root()),
            Change::Fault(fault),
        );
        mutant.id = format!("mock/{}", fault.id);
        Some(mutant)
    });
    found.collect()
}
