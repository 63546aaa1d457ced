//! As whom a request was sent: of several sets the record keeps the one that the target shows.

use super::stage::{answer, block_on, case, library, scenarios};
use crate::http::{Caller, Request, Response, SchemeSet};
use crate::run::{Machine, drive};
use crate::world::{
    Limits, NeverStopping, Pending, ScriptedTarget, Target, TargetError, VirtualClock, World,
};

/// A target that has the credentials of the last set alone.
struct LastSet(ScriptedTarget);

impl Target for LastSet {
    fn send<'a>(
        &'a self,
        request: &'a Request,
        limits: Limits,
    ) -> Pending<'a, Result<Response, TargetError>> {
        self.0.send(request, limits)
    }

    fn shows<'c>(&self, caller: &'c Caller) -> Option<&'c SchemeSet> {
        caller.alternatives.last()
    }
}

#[test]
fn the_record_keeps_what_was_shown() {
    let flow = "
  - workflowId: first
    steps: [{stepId: look, operationId: guarded}]
";
    let scenarios = scenarios(flow);
    let target = LastSet(ScriptedTarget::new([answer(200, "")]));
    let world = World {
        target: &target,
        site: &"http://t".into(),
        clock: &VirtualClock::default(),
        stopping: &NeverStopping,
        limits: Limits::default(),
    };
    let machine = Machine::new(
        &case(&scenarios[0]),
        library(&scenarios),
        &"http://t".into(),
    );
    let transcript = block_on(drive(machine, world));
    let sent = &transcript.steps[0].attempts[0].exchange.request;
    let caller = sent.caller.as_ref().expect("somebody");
    assert_eq!(caller.alternatives.len(), 1);
    assert_eq!(caller.schemes(), ["key"]);
}
