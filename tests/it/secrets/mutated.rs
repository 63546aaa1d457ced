//! Secrets in what is told of mutants: the flows are played once with what the server says back, and many times
//! with what was changed of it.

use super::{ECHO, FLOWS, call, demand_none, demand_none_in_files, project, saying};

#[test]
fn what_is_told_of_mutants_holds_no_secret() {
    let (log_in, _) = FLOWS
        .split_once("  - workflowId: wrong")
        .expect("two flows");
    let folder = project(&saying(|_| 3), &format!("{log_in}{ECHO}"));
    let root = folder.root();
    let run = ["run", "--target", "staging", "--update", "new"];
    call(root, &run).demand(0, &[]);
    let path = root.join("mutants.json");
    let flag = format!("--json={}", path.display());
    let target = ["mutate", "--target", "staging"];
    let ran = call(root, &[&target[..], &[&flag]].concat());
    ran.demand(0, &["mutants"]);
    demand_none("mutate", &ran.story());
    for more in [&["--list"][..], &["--json=-"]] {
        let ran = call(root, &[&target[..], more].concat());
        ran.demand(0, &[]);
        demand_none(more[0], &ran.story());
    }
    demand_none_in_files(root);
}
