//! Flows over the life of a resource, and calls of single operations.
//!
//! What a path names is made first where the contract has an operation for it; where it has none, an input
//! of the flow holds a guess that a person puts right in one place.

use serde_json::Value;

use super::change::{holds, other_value};
use super::criterion::{listed, place_of, same_name};
use super::draft::{Criterion, Flow, Input, Step, Target};
use super::request::{self, gone, success};
use super::resource::{Identity, Resource, camel_case};
use crate::contract::{Contract, Operation, Parameter, ParameterPlace, plain_path};
use crate::json::Pointer;

/// How many things are made for one flow.
const MADE_MAX: usize = 16;

/// Drafts one flow.
pub(super) struct Drafter<'c, 'r> {
    contract: &'c Contract,
    resources: &'r [Resource<'c>],
    flow: Flow,
    /// The values of variables, by the path up to them.
    bound: Vec<(String, Value)>,
    /// What was made, in its order.
    made: Vec<&'r Resource<'c>>,
    /// The number of the flow, by which the names of what it makes differ from those of others.
    number: usize,
    /// The resource that keeps its name, because the flow is about it.
    own: Option<&'r str>,
}

/// Why there is no flow or step.
pub(super) type Refusal = String;

/// The flow of a resource: made, read, listed, changed, taken away, gone; with the operations in it.
pub(super) fn lifecycle<'c>(
    contract: &'c Contract,
    resources: &[Resource<'c>],
    own: &Resource<'c>,
    number: usize,
) -> Result<(Flow, Vec<&'c Operation>), Refusal> {
    let mut drafter = Drafter::new(contract, resources, number);
    drafter.own = Some(&own.item);
    drafter.make(own)?;
    let id = drafter.value_of(&own.item).cloned().unwrap_or_default();
    let mut called: Vec<&Operation> = drafter.made.iter().map(|it| it.create).collect();
    called.extend(drafter.look(own, &id, "")?);
    if let Some(list) = own.list {
        let criterion = listed(contract, list, own, &id);
        drafter.call(list, "list", criterion.into_iter().collect())?;
        called.push(list);
    }
    if let Some(update) = own.update {
        match drafter.call(update, "update", Vec::new()) {
            Ok(()) => {
                called.push(update);
                let change = drafter.change(own);
                if drafter.look(own, &id, "Again")?.is_some() {
                    drafter.expect(own, change);
                }
            }
            // Without a change the rest of its life is still worth a flow.
            Err(why) => drafter
                .flow
                .notes
                .push(format!("Not changed by {}: {why}.", update.id)),
        }
    }
    called.extend(drafter.tidy(own)?);
    let steps: Vec<&str> = drafter.flow.steps.iter().map(|it| it.id.as_str()).collect();
    let told = format!("The life of one {}: {}.", own.name, steps.join(", "));
    drafter.flow.id = format!("{}Lifecycle", own.name);
    drafter.flow.summary = told;
    Ok((drafter.flow, called))
}

/// The flow that calls one operation, with what it needs before.
pub(super) fn smoke<'c>(
    contract: &'c Contract,
    resources: &[Resource<'c>],
    operation: &'c Operation,
    number: usize,
) -> Result<Flow, Refusal> {
    let mut drafter = Drafter::new(contract, resources, number);
    drafter.call(operation, "call", Vec::new())?;
    let made = drafter.made.clone();
    // What the operation itself takes away is not taken away again.
    for (place, resource) in made.iter().enumerate().rev() {
        let is_own = resource
            .delete
            .is_some_and(|it| std::ptr::eq(it, operation));
        if !is_own {
            drafter.remove(resource, place == 0)?;
        }
    }
    let mut name = camel_case(&operation.id);
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    drafter.flow.id = format!("smoke{name}");
    drafter.flow.summary = match operation.summary.as_str() {
        "" => format!("{} {} answers.", operation.method, operation.path),
        summary => summary.to_owned(),
    };
    Ok(drafter.flow)
}

impl<'c, 'r> Drafter<'c, 'r> {
    fn new(contract: &'c Contract, resources: &'r [Resource<'c>], number: usize) -> Self {
        Self {
            number,
            own: None,
            contract,
            resources,
            flow: Flow::default(),
            bound: Vec::new(),
            made: Vec::new(),
        }
    }

    fn value_of(&self, prefix: &str) -> Option<&Value> {
        let found = self.bound.iter().find(|(it, _)| it == prefix);
        found.map(|(_, value)| value)
    }

    /// Makes a resource, after those that its path names.
    fn make(&mut self, resource: &'r Resource<'c>) -> Result<(), Refusal> {
        if self.made.len() >= MADE_MAX {
            return Err("it needs too many other things first".to_owned());
        }
        let create = resource.create;
        let name = format!("create{}", capital(&resource.name));
        if resource.identity == Identity::Path {
            let parameter = create.parameter(&resource.variable, ParameterPlace::Path);
            let value = self.guess(
                create,
                &resource.variable,
                parameter,
                "the name of the new one",
            )?;
            self.bound.push((resource.item.clone(), value));
        }
        self.call(create, &name, Vec::new())?;
        let at_item = [resource.read, resource.delete, resource.update];
        let located = at_item.into_iter().flatten().next().map(|it| {
            let target = Target::of(it, request::has_id(self.contract, it));
            (target, resource.variable.clone())
        });
        let step = self.flow.steps.last_mut().expect("a step was drafted");
        match &resource.identity {
            Identity::Answer(expression, is_said) => {
                if !is_said {
                    step.notes.push(format!(
                        "Guessed: `{expression}` is what `{{{}}}` of {} asks for.",
                        resource.variable, resource.item
                    ));
                }
                step.outputs.push(("id".to_owned(), expression.clone()));
                let value = Value::from(format!("$steps.{}.outputs.id", step.id));
                // Where the name is the client's to give, it is one that a person can change.
                if let Some(place) = place_of(resource) {
                    self.name_it(resource, &place);
                }
                self.bound.push((resource.item.clone(), value));
            }
            Identity::Sent(place) => {
                step.notes.push(format!(
                    "Guessed: {place} of what is sent is what `{{{}}}` of {} asks for.",
                    resource.variable, resource.item
                ));
                let named = self.name_it(resource, place);
                let value = named.ok_or_else(|| format!("nothing is sent at {place}"))?;
                self.bound.push((resource.item.clone(), value));
            }
            Identity::Location(_) => {
                let step = self.flow.steps.last_mut().expect("a step was drafted");
                step.located = located;
                let value = Value::from(format!("$steps.{}.outputs.id", step.id));
                self.bound.push((resource.item.clone(), value));
            }
            Identity::Path => {}
        }
        self.made.push(resource);
        Ok(())
    }

    /// Makes the name that the last step sends an input, with a value that no other flow sends.
    fn name_it(&mut self, resource: &Resource<'c>, place: &Pointer) -> Option<Value> {
        let step = self.flow.steps.last()?;
        let (content_type, payload) = step.body.as_ref()?;
        let given = place.lookup(payload)?.clone();
        if given.is_array() || given.is_object() {
            return None;
        }
        let mut value = given.clone();
        if self.own != Some(resource.item.as_str())
            && let Value::String(text) = &given
        {
            let other = Value::from(format!("{text}-{}", self.number));
            let mut changed = payload.clone();
            place.set(&mut changed, other.clone()).ok()?;
            if request::accepts(self.contract, resource.create, content_type, &changed) {
                value = other;
            }
        }
        let name = place.last()?.into_owned();
        let text = self.input(
            &name,
            value,
            &format!("The name of the new {}.", resource.name),
        );
        let step = self.flow.steps.last_mut()?;
        let (_, payload) = step.body.as_mut()?;
        place.set(payload, text.clone()).ok()?;
        Some(text)
    }

    /// Reads a resource, when it can be read.
    fn look(
        &mut self,
        resource: &Resource<'c>,
        id: &Value,
        suffix: &str,
    ) -> Result<Option<&'c Operation>, Refusal> {
        let Some(read) = resource.read else {
            return Ok(None);
        };
        let same = same_name(self.contract, read, resource, id);
        self.call(read, &format!("read{suffix}"), same.into_iter().collect())?;
        Ok(Some(read))
    }

    /// Makes the last step change something; answers with what.
    fn change(&mut self, resource: &Resource<'c>) -> Option<(Pointer, Value)> {
        let (step, update) = (self.flow.steps.last_mut()?, resource.update?);
        let (content_type, payload) = step.body.as_mut()?;
        let accepts = |it: &Value| request::accepts(self.contract, update, content_type, it);
        let (place, value) = other_value(payload, place_of(resource).as_ref(), accepts)?;
        place.set(payload, value.clone()).ok()?;
        step.notes.push(format!(
            "Guessed: {place} is something that can be changed."
        ));
        Some((place, value))
    }

    /// Lets the last step look for what was changed.
    fn expect(&mut self, resource: &Resource<'c>, change: Option<(Pointer, Value)>) {
        let criterion =
            change.and_then(|(place, value)| holds(self.contract, resource.read?, &place, &value));
        if let (Some(step), Some(criterion)) = (self.flow.steps.last_mut(), criterion) {
            step.criteria.push(criterion);
        }
    }

    /// Takes everything away again that was made, and looks that it is gone.
    fn tidy(&mut self, own: &Resource<'c>) -> Result<Vec<&'c Operation>, Refusal> {
        let mut called = Vec::new();
        let made = self.made.clone();
        for (place, resource) in made.iter().enumerate().rev() {
            called.extend(self.remove(resource, place == 0)?);
            let is_own = resource.item == own.item;
            let gone = own.read.and_then(|read| Some((read, gone(read)?)));
            match (is_own && resource.delete.is_some(), gone) {
                (true, Some((read, condition))) => {
                    self.call(read, "gone", Vec::new())?;
                    let step = self.flow.steps.last_mut().expect("a step was drafted");
                    step.criteria = vec![Criterion::Simple(condition)];
                }
                (true, None) if own.read.is_some() => self.flow.notes.push(
                    "Whether it is gone is not looked at: the contract documents no answer for that."
                        .to_owned(),
                ),
                _ => {}
            }
        }
        Ok(called)
    }

    fn remove(
        &mut self,
        resource: &Resource<'c>,
        always: bool,
    ) -> Result<Option<&'c Operation>, Refusal> {
        let Some(delete) = resource.delete else {
            self.flow.notes.push(format!(
                "The {} stays: the contract has no operation that takes it away.",
                resource.name
            ));
            return Ok(None);
        };
        let name = format!("delete{}", capital(&resource.name));
        self.call(delete, &name, Vec::new())?;
        let step = self.flow.steps.last_mut().expect("a step was drafted");
        step.always = always;
        Ok(Some(delete))
    }

    /// Calls an operation.
    fn call(
        &mut self,
        operation: &'c Operation,
        name: &str,
        mut criteria: Vec<Criterion>,
    ) -> Result<(), Refusal> {
        let path = self.path_values(operation)?;
        let mut parameters = Vec::new();
        for parameter in operation.parameters.iter().filter(|it| it.required) {
            let known = path.iter().find(|(name, _)| *name == parameter.name);
            let value = match known {
                Some((_, value)) if parameter.place == ParameterPlace::Path => value.clone(),
                _ => self.guess(
                    operation,
                    &parameter.name,
                    Some(parameter),
                    "needed by the contract",
                )?,
            };
            parameters.push((parameter.name.clone(), parameter.place, value));
        }
        let body = request::body(self.contract, operation)?;
        let (_, condition) = success(operation).ok_or("the contract documents no success")?;
        criteria.insert(0, Criterion::Simple(condition));
        let taken = |id: &str| self.flow.steps.iter().any(|it| it.id == id);
        let id = free(name, taken);
        let mut notes = Vec::new();
        if body.as_ref().is_some_and(|it| !it.is_shown) {
            notes.push("Guessed: the body is made up from its schema.".to_owned());
        }
        if body
            .as_ref()
            .is_some_and(|it| it.content_type.starts_with("multipart/"))
        {
            notes.push("Where a file is asked for, write `$file('files/NAME')`.".to_owned());
        }
        let is_named = request::has_id(self.contract, operation);
        self.flow.steps.push(Step {
            id,
            description: operation.summary.clone(),
            notes,
            target: Target::of(operation, is_named),
            parameters,
            body: body.map(|it| (it.content_type, it.payload)),
            criteria,
            outputs: Vec::new(),
            located: None,
            always: false,
        });
        Ok(())
    }

    /// The values of the variables of an operation's path; what they name is made where it can be.
    fn path_values(&mut self, operation: &'c Operation) -> Result<Vec<(String, Value)>, Refusal> {
        let mut values = Vec::new();
        let whole = plain_path(operation);
        for name in operation
            .path
            .variables()
            .map(str::to_owned)
            .collect::<Vec<_>>()
        {
            let hole = format!("{{{name}}}");
            let end = whole.find(&hole).map_or(whole.len(), |at| at + hole.len());
            let prefix = whole.get(..end).unwrap_or(whole).to_owned();
            if self.value_of(&prefix).is_none() {
                let resources = self.resources;
                let named = resources.iter().find(|it| it.item == prefix);
                // What makes the thing itself cannot wait for it.
                let named = named.filter(|it| !std::ptr::eq(it.create, operation));
                match named {
                    Some(resource) => self.make(resource)?,
                    None => {
                        let parameter = operation.parameter(&name, ParameterPlace::Path);
                        let value = self.guess(operation, &name, parameter, "it must exist")?;
                        self.bound.push((prefix.clone(), value));
                    }
                }
            }
            let value = self.value_of(&prefix).cloned();
            values.push((name, value.unwrap_or_default()));
        }
        Ok(values)
    }

    /// A value that the contract does not tie to anything: an input, where a person can change it.
    fn guess(
        &mut self,
        operation: &Operation,
        name: &str,
        parameter: Option<&Parameter>,
        why: &str,
    ) -> Result<Value, Refusal> {
        let value = match parameter {
            Some(parameter) => request::parameter(self.contract, parameter),
            None => Some(Value::from("text")),
        };
        let value =
            value.ok_or_else(|| format!("no value for the parameter `{name}` could be made up"))?;
        let place = parameter.map_or("path", |it| it.place.as_str());
        let told = format!(
            "Guessed: `{name}` in the {place} of {}; {why}.",
            operation.id
        );
        let same = self.flow.inputs.iter().find(|it| it.description == told);
        if let Some(same) = same {
            return Ok(Value::from(format!("$inputs.{}", same.name)));
        }
        Ok(self.input(name, value, &told))
    }

    /// Adds an input; answers with the expression that reads it.
    fn input(&mut self, name: &str, value: Value, description: &str) -> Value {
        let name = match camel_case(name) {
            it if it.is_empty() => "value".to_owned(),
            it => it,
        };
        let name = free(&name, |name| {
            self.flow.inputs.iter().any(|it| it.name == name)
        });
        let text = format!("$inputs.{name}");
        self.flow.inputs.push(Input {
            name,
            value,
            description: description.to_owned(),
        });
        Value::from(text)
    }
}

/// A name that is not taken.
pub(super) fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{name}{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names
        .find(|it| !taken(it))
        .expect("there are more numbers than names")
}

fn capital(name: &str) -> String {
    let mut name = name.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}
