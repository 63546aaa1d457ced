//! When the schemas of a contract are compiled: before anything is sent, where that is quick, so that
//! what is no schema, or cannot be held against XML, is told early; and otherwise when the first answer
//! needs them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::contract::export::compile_alone;
use crate::contract::{Contract, MediaContent, Operation, SchemaUse, XmlMapping};
use crate::json::Pointer;
use crate::parallel;
use crate::problem::{Problem, ProblemCode};
use crate::scenario::{Scenario, Step};
use crate::schema::CompileError;
use crate::transcript::Transcript;

/// The size, in bytes, up to which a contract's documents are compiled before anything is sent, as far
/// as they are needed. A larger one may take seconds: what its answers must be is compiled when the
/// first of them is judged, and is told there when it is no schema.
const COMPILED_BYTES_MAX: usize = 1024 * 1024;
/// The same for the size times the number of places that say with a schema what a value must be: each of
/// them may refer to all the others, and is compiled with what it refers to.
const COMPILED_COST_MAX: usize = 128 * COMPILED_BYTES_MAX;

/// How many schemas are compiled by several threads; of fewer, to begin them takes longer than they spare.
const SHARED_SCHEMAS_MIN: usize = 32;

/// Compiles every schema of a contract, and of a large one each by itself; with the Problems of those
/// that are none.
pub fn compile_contract(contract: &Contract) -> Vec<Problem> {
    let uses = contract.schema_uses();
    let mut problems: Vec<Problem> = if is_large(contract) {
        let shared = contract.schemas.iter().map(|(_, place)| place);
        let places: BTreeSet<&Pointer> = uses.map(|it| &it.pointer).chain(shared).collect();
        let errors = places.into_iter().map(|it| compile_alone(contract, it));
        let errors = errors.filter_map(Result::err);
        errors
            .map(|it| no_schema(contract, &it.keyword, &it))
            .collect()
    } else {
        uses.filter_map(|it| uncompiled(contract, it)).collect()
    };
    problems.sort_by(|left, right| left.location.cmp(&right.location));
    problems.dedup();
    problems
}

/// The schemas of the operations that are called and that cannot be compiled, or not held against XML.
///
/// Only these are compiled before a run, and of a large contract only those of requests: it has many
/// more than a run needs.
pub(super) fn compile_called(scenarios: &[Arc<Scenario>]) -> Vec<Problem> {
    let mut needed: Vec<(&Contract, &SchemaUse)> = Vec::new();
    let mut unmappable = Vec::new();
    let mut large: BTreeMap<&str, bool> = BTreeMap::new();
    for (contract, operation) in called(scenarios) {
        let with_contract = |it| (&**contract, it);
        let known = large.entry(contract.source.path());
        if *known.or_insert_with(|| is_large(contract)) {
            needed.extend(operation.request_schema_uses().map(with_contract));
        } else {
            needed.extend(operation.schema_uses().map(with_contract));
        }
        unmappable.extend(unmapped(contract, operation));
    }
    let compile = |(contract, schema)| uncompiled(contract, schema);
    let compiled = parallel::map(needed.len() >= SHARED_SCHEMAS_MIN, needed, compile);
    let mut problems: Vec<Problem> = compiled.into_iter().flatten().collect();
    problems.dedup();
    problems.extend(unmappable);
    problems
}

/// The operations that scenarios call, each once.
fn called(scenarios: &[Arc<Scenario>]) -> Vec<(&Arc<Contract>, &Operation)> {
    let steps = scenarios.iter().flat_map(|scenario| &scenario.steps);
    let mut seen = BTreeSet::new();
    let mut called: Vec<_> = steps.filter_map(|it| it.call.operation()).collect();
    called.retain(|(contract, operation)| seen.insert((contract.source.path(), &operation.id)));
    called
}

/// Compiles what judging a flow needs and nobody has compiled yet, beside the flows that go on: of a
/// large contract one schema may take seconds. What is no schema is told by the check that needs it.
pub(super) async fn compile_needed(transcript: &Transcript) {
    let mut needed: Vec<(Arc<Scenario>, usize, u16)> = Vec::new();
    for record in &transcript.steps {
        for attempt in &record.attempts {
            let status = attempt.exchange.response.status;
            let uses = needed_by(record.definition(), status);
            if uses.is_some_and(|(_, mut uses)| uses.any(|it| !it.is_compiled())) {
                needed.push((Arc::clone(&record.scenario), record.step, status));
            }
        }
    }
    if needed.is_empty() {
        return;
    }
    let compile = move || {
        for (scenario, step, status) in needed {
            if let Some((contract, uses)) = needed_by(&scenario.steps[step], status) {
                for schema in uses {
                    let _ = schema.judge(contract);
                }
            }
        }
    };
    // Where it is given up, at the end of the runtime, the check compiles by itself.
    let _ = tokio::task::spawn_blocking(compile).await;
}

/// The schemas that the answer to a step is judged by, when it has this status.
fn needed_by(step: &Step, status: u16) -> Option<(&Contract, impl Iterator<Item = &SchemaUse>)> {
    let (contract, operation) = step.call.operation()?;
    Some((contract, operation.response(status)?.schema_uses()))
}

/// Whether compiling what a run needs of a contract may take long.
fn is_large(contract: &Contract) -> bool {
    let others = contract.documents.iter().map(|(_, source)| source);
    let sources = std::iter::once(&contract.source).chain(others);
    let bytes: usize = sources.map(|it| it.text().len()).sum();
    let cost = bytes.saturating_mul(contract.schema_uses().count());
    bytes > COMPILED_BYTES_MAX || cost > COMPILED_COST_MAX
}

fn uncompiled(contract: &Contract, schema: &SchemaUse) -> Option<Problem> {
    let error = schema.judge(contract).err()?;
    Some(no_schema(
        contract,
        &schema.origin_of(contract, error),
        error,
    ))
}

fn no_schema(contract: &Contract, place: &Pointer, error: &CompileError) -> Problem {
    let (at, message) = (
        contract.location(place),
        format!("the schema cannot be compiled: {error}"),
    );
    Problem::new(ProblemCode::InvalidSchema, at, message)
        .with_help("schemas are written in JSON Schema 2020-12")
}

/// The bodies of an operation in XML whose schemas say what cannot be mapped: nothing here can hold the
/// one against the other, and silence would look like consent.
pub(super) fn unmapped(contract: &Contract, operation: &Operation) -> Vec<Problem> {
    let mapping = XmlMapping::new(contract);
    let faults = mapped(contract, operation).flat_map(|it| mapping.faults(it));
    let told = faults.map(|(place, what)| {
        Problem::new(ProblemCode::Unsupported, contract.location(&place), what)
            .with_help("mend the `xml` object; what it may say stands in OpenAPI's XML Object")
    });
    told.collect()
}

/// The properties of an operation's bodies in XML that have no name there: they are never found in an
/// answer, and cannot be sent.
pub(super) fn unnamed(contract: &Contract, operation: &Operation) -> Vec<Problem> {
    let mapping = XmlMapping::new(contract);
    let found = mapped(contract, operation).flat_map(|it| mapping.unnamed(it));
    let told = found.map(|(place, what)| {
        Problem::new(ProblemCode::Unsupported, contract.location(&place), what)
            .with_help("give the property a name in XML: `xml: {name: ..}`")
    });
    told.collect()
}

/// The schemas of an operation's bodies that are mapped to XML.
fn mapped<'c>(
    contract: &'c Contract,
    operation: &'c Operation,
) -> impl Iterator<Item = &'c SchemaUse> {
    let mapping = XmlMapping::new(contract);
    let is_xml = |it: &&MediaContent| it.range.as_media_type().is_some_and(|it| it.is_xml());
    let bodies = operation.request_body.iter().flat_map(|it| &it.content);
    let answers = operation.responses.iter().flat_map(|it| &it.content);
    let schemas = bodies.chain(answers).filter(is_xml);
    let schemas = schemas.filter_map(|it| it.schema.as_ref());
    schemas.filter(move |it| mapping.describes(it))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arazzo::{self, NoFiles, Surroundings};
    use crate::openapi;
    use crate::source::Source;

    /// A flow that calls an operation of which the parameter and the answer have no usable schema, in
    /// a contract with this much text besides.
    fn scenarios(filling: usize) -> Vec<Arc<Scenario>> {
        let contract = format!(
            "openapi: 3.1.1\ninfo: {{title: T, version: '1', description: '{}'}}\n\
             paths:\n  /a:\n    get:\n      operationId: a\n      \
             parameters: [{{name: q, in: query, schema: {{pattern: '('}}}}]\n      \
             responses: {{'200': {{description: d, content: {{application/json: {{schema: {{pattern: '['}}}}}}}}}}\n",
            "x".repeat(filling)
        );
        let source = Source::parse("specs/t/openapi.yaml", contract).expect("YAML");
        let (contract, problems) = openapi::lower("t", &Arc::new(source));
        assert_eq!(problems, []);
        let surroundings = Surroundings {
            api: "t",
            contracts: &[Arc::new(contract.expect("a contract"))],
            files: &NoFiles,
        };
        let flow = "arazzo: 1.0.1\ninfo: {title: T, version: '1'}\n\
                    sourceDescriptions: [{name: api, url: openapi.yaml}]\n\
                    workflows: [{workflowId: w, steps: [{stepId: s, operationId: a}]}]\n";
        let source = Source::parse("specs/t/t.arazzo.yaml", flow.to_owned()).expect("YAML");
        let (scenarios, problems) = arazzo::lower(&source, &surroundings);
        assert_eq!(problems, []);
        scenarios.into_iter().map(Arc::new).collect()
    }

    fn lines(scenarios: &[Arc<Scenario>]) -> Vec<u32> {
        let problems = compile_called(scenarios);
        let lines = problems.iter().filter_map(|it| it.location.as_ref());
        lines.map(|it| it.line).collect()
    }

    #[test]
    fn what_a_run_needs_is_compiled_before_it() {
        assert_eq!(lines(&scenarios(0)), [7, 8]);
    }

    #[test]
    fn many_places_with_a_schema_make_a_contract_large() {
        let contract = |filling: usize, answers: usize| {
            let statuses = (0..answers).map(|it| {
                let status = 200 + it;
                format!(
                    "'{status}': {{description: d, content: {{application/json: {{schema: {{}}}}}}}}"
                )
            });
            let responses = statuses.collect::<Vec<_>>().join(", ");
            let text = format!(
                "openapi: 3.1.1\ninfo: {{title: T, version: '1', description: '{}'}}\n\
                 paths: {{/a: {{get: {{operationId: a, responses: {{{responses}}}}}}}}}\n",
                "x".repeat(filling)
            );
            let source = Source::parse("specs/t/openapi.yaml", text).expect("YAML");
            openapi::lower("t", &Arc::new(source))
                .0
                .expect("a contract")
        };
        assert!(is_large(&contract(COMPILED_BYTES_MAX / 2, 300)));
        assert!(!is_large(&contract(COMPILED_BYTES_MAX / 2, 100)));
        assert!(!is_large(&contract(0, 300)));
    }

    #[test]
    fn a_contract_is_looked_through_alike_whatever_its_size() {
        let lines = |filling| {
            let scenarios = scenarios(filling);
            let (contract, _) = called(&scenarios)[0];
            let problems = compile_contract(contract);
            let lines = problems.iter().filter_map(|it| it.location.as_ref());
            lines.map(|it| (it.line, it.column)).collect::<Vec<_>>()
        };
        assert_eq!(lines(0).len(), 2);
        assert_eq!(lines(0), lines(COMPILED_BYTES_MAX));
    }

    #[test]
    fn what_answers_of_a_large_contract_must_be_is_left_for_later() {
        let scenarios = scenarios(COMPILED_BYTES_MAX);
        assert_eq!(lines(&scenarios), [7], "the request's is needed at once");
        let (contract, uses) = needed_by(&scenarios[0].steps[0], 200).expect("an operation");
        for schema in uses {
            assert!(!schema.is_compiled());
            assert!(schema.judge(contract).is_err());
            assert!(schema.is_compiled());
        }
    }
}
