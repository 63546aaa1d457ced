//! A flow as text: for each step what was asked and what came back, in the form that is approved.
//!
//! ```text
//! # create
//! POST /apps/zenx/releases
//! content-type: application/json
//!
//! 201
//! content-type: application/json
//! location: /apps/zenx/releases/‹release#1›
//!
//! {
//!   "created": "‹time date-time›",
//!   "name": "‹release#1›"
//! }
//! ```
//!
//! Of a step that was tried several times the last try is shown and the number of tries is not: it
//! depends on time. Of the headers those are shown that the contract documents for the response, those
//! of the settings, and `Content-Type`. The request's body is not shown: it is the scenario's own.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::body::{write_around, write_body, write_with_symbols};
use super::client::Sent;
use super::escape::{show_last_blank, write_escaped, write_escaped_bytes};
use super::moments::Moments;
use super::outputs::{output_name, step_output};
use super::places::Places;
use super::rules::SnapshotSettings;
use super::shape::write_shape;
use super::sighting::{ADDRESS_HEADERS, Sight};
use super::symbols::{SYMBOLS_MAX, Symbols};
use super::url::parts;
use crate::contract::{self, Contract};
use crate::http::Request;
use crate::json::Pointer;
use crate::scenario::{Call, Expression, Payload, SnapshotLevel, Step};
use crate::transcript::{Attempt, Outcome, StepRecord, Transcript};
use crate::world::Site;

/// What is set aside for the text of a flow, in bytes; most need no more.
const FLOW_BYTES: usize = 4096;

/// Renders flows, and keeps what it learnt of the contracts that they play against.
#[derive(Debug, Default)]
pub struct Renderer {
    settings: SnapshotSettings,
    /// The headers of the settings, in lower case.
    headers: Vec<String>,
    /// Contracts by where they lie in memory, each held so that nothing else comes to lie there.
    known: RwLock<BTreeMap<usize, Known>>,
    /// The site of the last flow, and the table that its flows begin with.
    start: Mutex<Option<(Site, Symbols)>>,
}

/// One contract with the places of those of its schemas that were met.
#[derive(Debug)]
struct Known {
    _contract: Arc<Contract>,
    places: BTreeMap<Pointer, Arc<Places>>,
}

/// Renders one flow. For many, a [`Renderer`] reads each schema only once.
pub fn render(transcript: &Transcript, settings: &SnapshotSettings, site: &Site) -> String {
    Renderer::new(settings.clone()).render(transcript, site)
}

impl Renderer {
    /// A renderer with the settings of one API.
    pub fn new(settings: SnapshotSettings) -> Self {
        let headers = settings
            .headers
            .iter()
            .map(|name| name.to_ascii_lowercase())
            .collect();
        Self {
            settings,
            headers,
            known: RwLock::default(),
            start: Mutex::default(),
        }
    }

    /// The text of a flow, ending with a line break; empty when no step was recorded.
    ///
    /// `site` is where the target was, such as `http://127.0.0.1:8080`; it does not show up in the text. The same transcript always gives the same text, and so do two transcripts that differ
    /// only in the values that the server makes anew.
    pub fn render(&self, transcript: &Transcript, site: &Site) -> String {
        let mut sent = Sent::default();
        sent.add_inputs(&transcript.inputs);
        let mut flow = Flow {
            renderer: self,
            site,
            sent,
            symbols: self.symbols(site),
            moments: Moments::default(),
            out: String::with_capacity(FLOW_BYTES),
        };
        for record in &transcript.steps {
            flow.write_step(record);
        }
        if flow.symbols.is_full() {
            writeln!(
                flow.out,
                "\n(after {SYMBOLS_MAX} symbols, values are shown as they are)"
            )
            .expect("a String can always be written to");
        }
        flow.out
    }

    /// The table that a flow begins with. Flows of one API are mostly played at one site.
    fn symbols(&self, site: &Site) -> Symbols {
        // A thread that panicked while it held the lock left a table that is whole.
        let mut start = self.start.lock().unwrap_or_else(PoisonError::into_inner);
        match &*start {
            Some((of, symbols)) if of == site => symbols.clone(),
            _ => {
                let symbols = Symbols::new(site);
                *start = Some((site.clone(), symbols.clone()));
                symbols
            }
        }
    }

    fn places(&self, contract: &Arc<Contract>, pointer: &Pointer) -> Arc<Places> {
        let address = Arc::as_ptr(contract) as usize;
        // A thread that panicked while it held the lock left a table that is whole: entries are only
        // ever added.
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = known
            .get(&address)
            .and_then(|known| known.places.get(pointer))
        {
            return Arc::clone(places);
        }
        drop(known);
        let schema = contract.referred(pointer);
        let places = if schema == *pointer {
            Arc::new(Places::of(contract.document(), pointer))
        } else {
            self.places(contract, &schema)
        };
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let entry = known.entry(address).or_insert_with(|| Known {
            _contract: Arc::clone(contract),
            places: BTreeMap::new(),
        });
        entry.places.insert(pointer.clone(), Arc::clone(&places));
        places
    }

    /// What the contract says of a response.
    fn sight<'t>(&self, record: &'t StepRecord, attempt: &'t Attempt) -> Sight<'t> {
        let mut sight = Sight {
            record,
            attempt,
            body: None,
            headers: Vec::new(),
        };
        let Some((contract, response)) = documented(record, attempt) else {
            return sight;
        };
        let content = match &attempt.received.media_type {
            Ok(media_type) => response.content_for(media_type),
            Err(_) if response.content.len() == 1 => response.content.first(),
            Err(_) => None,
        };
        let schema = content.and_then(|content| content.schema.as_ref());
        sight.body = schema.map(|schema| self.places(contract, &schema.pointer));
        for header in &response.headers {
            if let Some(schema) = &header.schema {
                let places = self.places(contract, &schema.pointer);
                sight
                    .headers
                    .push((header.name.to_ascii_lowercase(), places));
            }
        }
        sight
    }
}

/// The response that the contract documents for the status that came.
fn documented<'t>(
    record: &'t StepRecord,
    attempt: &Attempt,
) -> Option<(&'t Arc<Contract>, &'t contract::Response)> {
    let (contract, operation) = record.definition().call.operation()?;
    Some((
        contract,
        operation.response(attempt.exchange.response.status)?,
    ))
}

/// One flow on its way to text.
struct Flow<'t, 'r> {
    renderer: &'r Renderer,
    site: &'r Site,
    sent: Sent<'t>,
    symbols: Symbols,
    moments: Moments,
    out: String,
}

impl<'t> Flow<'t, '_> {
    fn write_step(&mut self, record: &'t StepRecord) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.write_line("# ", &record.path());
        let step = record.definition();
        let Some(attempt) = record.last() else {
            match (&record.outcome, &step.call) {
                (Outcome::NotRun(reason), _) => self.write_line("not run: ", reason),
                (_, Call::Workflow { workflow, .. }) => self.write_line("called ", workflow),
                (Outcome::Succeeded, Call::Operation { .. }) if step.refused_handshake => {
                    self.write_refusal(step);
                }
                (_, Call::Operation { .. }) => self.out.push_str("no answer\n"),
            }
            return;
        };
        let operation = step.call.operation();
        let path = operation.map(|(_, operation)| &operation.path);
        self.sent.add_request(&attempt.exchange.request, path);
        let sight = self.renderer.sight(record, attempt);
        let mut taken = sight.take_in(&self.renderer.settings, &self.sent, &mut self.symbols);
        if let Some(body) = taken.sorted.as_ref().or(attempt.received.json()) {
            let url = &attempt.exchange.request.url;
            self.moments
                .take_in(url, body, &self.symbols, &mut taken.pinned);
        }
        if step.snapshot.body == SnapshotLevel::Off {
            return;
        }
        self.write_request(step, &attempt.exchange.request);
        self.write_response_head(record, attempt);
        let response = &attempt.exchange.response;
        match step.snapshot.body {
            SnapshotLevel::Exact => {
                write_body(
                    response,
                    &attempt.received,
                    &self.symbols,
                    &taken,
                    &mut self.out,
                );
            }
            SnapshotLevel::Shape => {
                write_shape(response, &attempt.received, &self.symbols, &mut self.out);
            }
            SnapshotLevel::Contract | SnapshotLevel::Off => {
                self.out.push_str("(body left to the contract)\n");
            }
        }
    }

    /// What a step came to whose handshake was refused. What it would have sent is not known: it never
    /// went out.
    fn write_refusal(&mut self, step: &Step) {
        if let Some((_, operation)) = step.call.operation() {
            let request = format!("{} {}", operation.method, operation.path);
            self.write_line("", &request);
            self.out.push('\n');
        }
        self.out
            .push_str("(the server refused the TLS handshake)\n");
    }

    fn write_line(&mut self, lead: &str, text: &str) {
        self.out.push_str(lead);
        let start = self.out.len();
        write_escaped(text, &mut self.out);
        show_last_blank(&mut self.out, start);
        self.out.push('\n');
    }

    fn write_request(&mut self, step: &Step, request: &Request) {
        write_escaped(&request.method, &mut self.out);
        self.out.push(' ');
        let url = below(step, request, self.site);
        let settled = settled(step, &url, &self.symbols);
        write_around(&url, &settled, &self.symbols, &mut self.out);
        self.out.push('\n');
        for value in request.headers.all("content-type") {
            self.write_line("content-type: ", &value);
        }
        self.out.push('\n');
    }

    fn write_response_head(&mut self, record: &StepRecord, attempt: &Attempt) {
        let response = &attempt.exchange.response;
        writeln!(self.out, "{}", response.status).expect("a String can always be written to");
        let documented = documented(record, attempt).map(|(_, response)| &response.headers);
        let usual = self.renderer.headers.as_slice();
        let kept = record.definition().snapshot.headers.as_deref();
        let mut names: BTreeSet<String> = kept.unwrap_or(usual).iter().cloned().collect();
        names.extend(
            documented
                .into_iter()
                .flatten()
                .map(|it| it.name.to_ascii_lowercase()),
        );
        names.insert("content-type".to_owned());
        for name in &names {
            let same_name = |it: &&crate::http::Header| it.name.eq_ignore_ascii_case(name);
            for header in response.headers.iter().filter(same_name) {
                write_escaped(name, &mut self.out);
                self.out.push(':');
                if !header.value.is_empty() {
                    self.out.push(' ');
                    let outputs = &record.definition().outputs;
                    let own = (record.definition().id.as_str(), outputs.as_slice());
                    self.write_header_value(own, name, &header.value);
                }
                self.out.push('\n');
            }
        }
        self.out.push('\n');
    }

    fn write_header_value(
        &mut self,
        (step, outputs): (&str, &[(String, Expression)]),
        name: &str,
        value: &[u8],
    ) {
        let start = self.out.len();
        match std::str::from_utf8(value) {
            Ok(text) => match self.symbols.at(name, text) {
                Some(shown) => self.out.push_str(shown),
                None if ADDRESS_HEADERS.contains(&name) => {
                    let settled = settled_end(text, (step, outputs), &self.symbols);
                    write_around(text, &settled, &self.symbols, &mut self.out);
                }
                None => write_with_symbols(text, &self.symbols, &mut self.out),
            },
            Err(_) => write_escaped_bytes(value, &mut self.out),
        }
        show_last_blank(&mut self.out, start);
    }
}

/// The parts of a URL that hold a short value which the step reads from an output.
fn settled<'s>(step: &Step, url: &str, symbols: &'s Symbols) -> BTreeMap<usize, (usize, &'s str)> {
    let mut settled = BTreeMap::new();
    let (Call::Operation { arguments, .. }, Some((_, operation))) =
        (&step.call, step.call.operation())
    else {
        return settled;
    };
    if !symbols.has_placed() {
        return settled;
    }
    for part in parts(url, Some(&operation.path)) {
        let argument = arguments
            .iter()
            .find(|it| it.name == part.name && it.place == part.place);
        if let Some(Payload::Expression(expression)) = argument.map(|it| &it.value)
            && let Some(output) = output_name(expression)
            && let Some(shown) = symbols.at(&output, &part.text)
        {
            settled.insert(part.range.start, (part.range.len(), shown));
        }
    }
    settled
}

/// The last part of an address, where it is a short value which is an output of the step.
fn settled_end<'s>(
    address: &str,
    (step, outputs): (&str, &[(String, Expression)]),
    symbols: &'s Symbols,
) -> BTreeMap<usize, (usize, &'s str)> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let start = path.rfind('/').map_or(0, |slash| slash + 1);
    let last = &path[start..];
    let mut names = outputs.iter().map(|(name, _)| step_output(step, name));
    let shown = names.find_map(|name| symbols.at(&name, last));
    shown
        .map(|shown| (start, (last.len(), shown)))
        .into_iter()
        .collect()
}

/// The URL of a request as it is at every site: without the base that all requests have in common, or
/// behind the server of the contract that is no root server; without its origin when it has another.
fn below<'u>(step: &Step, request: &'u Request, site: &Site) -> Cow<'u, str> {
    let base = match step.call.operation() {
        Some((contract, operation)) => contract.base(operation, site).ok(),
        None => None,
    };
    let below = base.and_then(|base| {
        let rest = request.url.strip_prefix(&base.url)?;
        let is_below = !base.url.is_empty() && rest.starts_with(['/', '?']);
        match (base.shown.as_str(), rest) {
            ("", "") => Some("/".into()),
            (shown, "") => Some(shown.to_owned().into()),
            ("", rest) => is_below.then(|| rest.into()),
            (shown, rest) => is_below.then(|| format!("{shown}{rest}").into()),
        }
    });
    below.unwrap_or_else(|| request.target().into())
}
