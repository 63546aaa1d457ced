//! The steps that would exercise what a run did not.

use super::told::Steps;
use crate::cli::Exit;
use crate::cli::arguments::RemoteArguments;
use crate::cli::settings::Settings;
use crate::coverage::{ApiCovered, Covered, Item, Universe};
use crate::generate;
use crate::report::escape_line;

/// The steps for every API.
///
/// # Errors
/// With the exit code, when the project cannot be read, or its contracts are not those of the run; told
/// already.
pub(super) fn steps(
    settings: &Settings,
    remote: RemoteArguments,
    covered: &Covered,
) -> Result<Steps, Exit> {
    let project = settings.load_project(remote)?;
    let mut steps = Steps::new();
    for (name, api) in &covered.apis {
        let universe = project.suite.api(name).map(crate::suite::Api::universe);
        let Some(universe) = universe.filter(|it| it.digest() == api.digest) else {
            let name = escape_line(name);
            settings.console.tell(&format!(
                "error: the contract of {name} is not that of the run any more\nhelp: play again\n"
            ));
            return Err(Exit::Files);
        };
        steps.insert(name.clone(), of_api(&universe, api));
    }
    Ok(steps)
}

fn of_api(universe: &Universe, api: &ApiCovered) -> Vec<generate::Skeleton> {
    let is_missing = |id: &String| api.kinds.values().any(|it| it.missing.contains(id));
    let contract = universe.contract();
    let items: Vec<&Item> = universe
        .items()
        .iter()
        .filter(|it| is_missing(&it.id))
        .collect();
    let operations = contract.operations.iter().enumerate();
    let drafted = operations.flat_map(|(number, operation)| {
        let own = items.iter().copied().filter(|it| it.operation == number);
        generate::skeletons(contract, operation, &own.collect::<Vec<_>>())
    });
    drafted.collect()
}
